//! Imprint, privacy notice and accessibility statement, all made from the settings (R140, R158, R225).

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::paragraphs;
use crate::domain::address::mailto;
use crate::domain::language::Language;
use crate::journeys::wording;
use crate::web::State;
use crate::web::config::Imprint;
use crate::web::failure::Failure;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};
use crate::web::words;

#[derive(Serialize)]
struct Section {
    heading: String,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    text: String,
    href: Option<String>,
}

#[derive(Serialize)]
struct Prose {
    paragraphs: Vec<Paragraph>,
    text_language: Language,
    missing: String,
}

/// A paragraph of a notice; one that is marked with `## ` is a heading.
#[derive(Serialize)]
struct Paragraph {
    heading: Option<String>,
    text: String,
}

#[derive(Serialize)]
struct Accessibility<'a> {
    /// The host that the statement is about.
    place: &'a str,
    exceptions: Vec<String>,
    contact: Option<&'a str>,
    contact_link: Option<String>,
    enforcement: Option<&'a str>,
    enforcement_url: Option<&'a str>,
    reviewed: Option<String>,
}

/// GET /imprint
pub async fn show_imprint(state: web::Data<State>, pages: web::Data<Pages>, visit: Visit) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let sections = sections(language, &state.config.imprint)?;
    let title = Pages::say(language, "web-imprint-title")?;
    pages.answer(&visit, Page::new("imprint", language, title).with_switches(), &serde_json::json!({ "sections": sections }))
}

/// GET /privacy
pub async fn show_privacy(state: web::Data<State>, pages: web::Data<Pages>, visit: Visit) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let notice = wording::privacy(&state.context, language)?;
    let content = Prose {
        paragraphs: paragraphs(&notice.text).into_iter().map(Paragraph::of).collect(),
        text_language: language,
        missing: Pages::say(language, "web-privacy-missing")?,
    };
    let title = Pages::say(language, "web-privacy-title")?;
    pages.answer(&visit, Page::new("prose", language, title).with_switches(), &content)
}

/// GET /accessibility
pub async fn show_accessibility(state: web::Data<State>, pages: web::Data<Pages>, visit: Visit) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let given = &state.config.accessibility;
    let reviewed = given.reviewed.map(|date| words::date(language, date)).transpose()?;
    let content = Accessibility {
        place: pages.origin().split_once("://").map_or(pages.origin(), |(_, host)| host),
        exceptions: paragraphs(&given.exceptions),
        contact: given_text(&given.contact),
        contact_link: mailto(&given.contact),
        enforcement: given.enforcement.as_deref(),
        enforcement_url: given.enforcement_url.as_deref(),
        reviewed,
    };
    let title = Pages::say(language, "accessibility-title")?;
    pages.answer(&visit, Page::new("accessibility", language, title).with_switches(), &content)
}

impl Paragraph {
    fn of(text: String) -> Self {
        match text.strip_prefix("## ") {
            Some(marked) => {
                let (heading, text) = marked.split_once('\n').unwrap_or((marked, ""));
                Self { heading: Some(heading.trim().to_owned()), text: text.trim().to_owned() }
            }
            None => Self { heading: None, text },
        }
    }
}

fn sections(language: Language, imprint: &Imprint) -> Result<Vec<Section>, Failure> {
    let mut provider = lines(&imprint.organisation);
    provider.extend(lines(&imprint.address));
    let mut contact = Vec::new();
    if !imprint.email.is_empty() {
        contact.push(Line { text: imprint.email.clone(), href: mailto(&imprint.email) });
    }
    if let Some(phone) = given(&imprint.phone) {
        let digits: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        contact.push(Line { text: phone.replace(' ', "\u{a0}"), href: Some(format!("tel:{digits}")) });
    }
    let own = |value: &Option<String>| given(value).map(lines).unwrap_or_default();
    let all = [
        ("web-imprint-provider", provider),
        ("web-imprint-represented", own(&imprint.represented_by)),
        ("web-imprint-contact", contact),
        ("web-imprint-register", own(&imprint.register)),
        ("web-imprint-vat", own(&imprint.vat_id)),
        ("web-imprint-authority", own(&imprint.authority)),
        ("web-imprint-responsible", own(&imprint.responsible)),
    ];
    let mut sections = Vec::new();
    for (id, lines) in all {
        if !lines.is_empty() {
            sections.push(Section { heading: Pages::say(language, id)?, lines });
        }
    }
    Ok(sections)
}

fn given(value: &Option<String>) -> Option<&str> {
    value.as_deref().and_then(given_text)
}

fn given_text(value: &str) -> Option<&str> {
    Some(value.trim()).filter(|value| !value.is_empty())
}

fn lines(text: &str) -> Vec<Line> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| Line { text: line.to_owned(), href: None }).collect()
}
