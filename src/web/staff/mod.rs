//! What staff see: signing in, the desk, publishing, and how an issue goes out. Every POST comes from our own pages
//! (`origin::only_from_here`), every page but the sign-in knows who asks.

pub mod desk;
pub mod embed;
mod findings;
pub mod invitation;
pub mod issue;
pub mod item;
pub mod preview;
pub mod publish;
pub mod session;
pub mod sessions;
pub mod sign_in;

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::domain::language::Language;
use crate::i18n::MissingText;
use crate::journeys::staff::StaffMember;
use crate::web::language::Visit;
use crate::web::pages::{Pages, StaffBar};

/// What a page says about the step before it. Only these few words travel in the address.
const NOTES: [(&str, &str); 13] = [
    ("published", "web-issue-published"),
    ("done", "web-issue-done"),
    ("revoked", "web-sessions-revoked"),
    ("signed-out", "web-sign-in-done"),
    ("not-now", "web-issue-not-now"),
    ("nothing", "web-publish-nothing"),
    ("refused", "web-issue-refused"),
    ("settings", "web-publish-settings-short"),
    ("invited", "web-sign-in-invited"),
    ("used", "web-desk-used"),
    ("test", "web-preview-sent"),
    ("suppressed", "web-preview-suppressed"),
    ("nobody", "web-preview-nobody"),
];

/// Goes on to another page after a POST, so that reloading does not repeat it (RFC 9110 §15.4.4).
fn go_to(visit: &Visit, path: &str, note: &str) -> HttpResponse {
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

/// The sentence for `?note=`, if it is one of ours.
fn note(language: Language, query: &str) -> Result<Option<(&'static str, String)>, MissingText> {
    let word = query.split('&').find_map(|pair| pair.strip_prefix("note="));
    match NOTES.iter().find(|(known, _)| Some(*known) == word) {
        Some((known, id)) => Ok(Some((known, Pages::say(language, id)?))),
        None => Ok(None),
    }
}

fn bar(member: &StaffMember) -> StaffBar {
    StaffBar {
        address: member.address.clone(),
        may_write: member.role.may_write(),
        may_publish: member.role.may_publish(),
        on_desk: false,
        on_sessions: false,
    }
}
