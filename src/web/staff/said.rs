//! What a page says about the step before it. Only a word travels in the address, and a number; the sentence is made from how
//! things stand now.

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;

use crate::domain::language::Language;
use crate::i18n::{self, MissingText, Value};
use crate::web::language::Visit;

/// Whether what was asked for was done. What was not does not look as if it were.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Done,
    Problem,
}

const NOTES: [(&str, Kind, &str); 29] = [
    ("published", Kind::Done, "web-said-published"),
    ("paused", Kind::Done, "web-said-paused"),
    ("resumed", Kind::Done, "web-said-resumed"),
    ("released", Kind::Done, "web-said-released"),
    ("cancelled", Kind::Done, "web-said-cancelled"),
    ("unplanned", Kind::Done, "web-said-unplanned"),
    ("planned", Kind::Done, "web-plans-planned"),
    ("planned-too", Kind::Done, "web-plans-planned-too"),
    ("moved", Kind::Done, "web-plans-moved"),
    ("moved-too", Kind::Done, "web-plans-moved-too"),
    ("plan-gone", Kind::Problem, "web-plans-gone"),
    ("closed", Kind::Problem, "web-closed-publish"),
    ("resent", Kind::Done, "web-said-resent"),
    ("accepted", Kind::Done, "web-said-accepted"),
    ("taken", Kind::Done, "web-said-taken"),
    ("put-back", Kind::Done, "web-said-put-back"),
    ("revoked", Kind::Done, "web-sessions-revoked"),
    ("signed-out", Kind::Done, "web-sign-in-done"),
    ("invited", Kind::Done, "web-sign-in-invited"),
    ("test", Kind::Done, "web-preview-sent"),
    ("not-now", Kind::Problem, "web-issue-not-now"),
    ("nothing", Kind::Problem, "web-publish-nothing"),
    ("refused", Kind::Problem, "web-issue-refused"),
    ("settings", Kind::Problem, "web-publish-settings-short"),
    ("used", Kind::Problem, "web-desk-used"),
    ("suppressed", Kind::Problem, "web-preview-suppressed"),
    ("nobody", Kind::Problem, "web-preview-nobody"),
    ("not-carried", Kind::Problem, "address-error-local-international"),
    ("unsigned", Kind::Problem, "web-publish-unsigned"),
];

/// A sentence for the top of a page: `{{> said}}`.
#[derive(Serialize)]
pub struct Said {
    text: String,
    is_problem: bool,
}

impl Said {
    pub fn problem(text: String) -> Self {
        Self { text, is_problem: true }
    }
}

/// The word of `?note=`.
pub fn word(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("note="))
}

/// The sentence for `?note=` and `&count=`, if it is one of ours. `values`: what the page knows besides.
pub fn said(language: Language, query: &str, mut values: Vec<(&str, Value)>) -> Result<Option<Said>, MissingText> {
    let Some((_, kind, id)) = NOTES.iter().find(|(known, ..)| Some(*known) == word(query)) else { return Ok(None) };
    let count = query.split('&').find_map(|pair| pair.strip_prefix("count=")?.parse::<u32>().ok()).unwrap_or_default();
    values.push(("count", i64::from(count).into()));
    Ok(Some(Said { text: i18n::text(language, id, &values)?, is_problem: *kind == Kind::Problem }))
}

/// Goes on to another page after a POST, so that reloading does not repeat it (RFC 9110 §15.4.4).
pub fn go_to(visit: &Visit, path: &str, note: &str) -> HttpResponse {
    let mut query = Vec::new();
    if !note.is_empty() {
        query.push(format!("note={note}"));
    }
    if let Some(language) = visit.asked {
        query.push(format!("lang={language}"));
    }
    let joint = if path.contains('?') { '&' } else { '?' };
    let target = if query.is_empty() { path.to_owned() } else { format!("{path}{joint}{}", query.join("&")) };
    HttpResponse::SeeOther().insert_header((header::LOCATION, target)).insert_header((header::CACHE_CONTROL, "no-store")).finish()
}
