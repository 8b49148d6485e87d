//! Past issues, as a list and as the web version of each edition. Public and without tokens.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::domain::language::Language;
use crate::journeys::archive::{self, ArchiveEntry};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::headers::edition_policy;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};
use crate::web::words;

#[derive(Serialize)]
struct Archive {
    slug: String,
    feed: String,
    issues: Vec<Issue>,
}

#[derive(Serialize)]
struct Issue {
    number: i64,
    date: String,
    iso_date: String,
    editions: Vec<Edition>,
}

#[derive(Serialize)]
struct Edition {
    href: String,
    tag: Language,
    subject: String,
}

/// GET /archive/SLUG
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    slug: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let slug = slug.into_inner();
    let view = state.store.read(move |conn| archive::list(conn, &slug, language)).await?.ok_or(Failure::NotFound)?;
    // A feed in the page's language if there is one to come; else everything.
    let has_own = view.issues.iter().any(|entry| entry.language == language);
    let feed = format!("/archive/{}/feed.atom{}", view.slug, if has_own { format!("?lang={language}") } else { String::new() });
    let mut issues: Vec<Issue> = Vec::new();
    for entry in &view.issues {
        let edition = Edition { href: path(&view.slug, entry), tag: entry.language, subject: entry.subject.clone() };
        match issues.last_mut().filter(|issue| issue.number == entry.number) {
            Some(issue) => issue.editions.push(edition),
            None => {
                let date = entry.published_at.to_zoned(TimeZone::UTC).date();
                issues.push(Issue {
                    number: entry.number,
                    date: words::date(language, date)?,
                    iso_date: date.to_string(),
                    editions: vec![edition],
                });
            }
        }
    }
    let title = Pages::say_with(language, "web-archive-title", "title", view.title)?;
    let page = Page::new("archive", language, title).with_switches().feed(feed.clone());
    pages.answer(&visit, page, &Archive { slug: view.slug, feed, issues })
}

/// Where an edition can be read.
pub fn path(slug: &str, entry: &ArchiveEntry) -> String {
    format!("/archive/{slug}/{}/{}", entry.number, entry.language)
}

/// GET /archive/SLUG/NUMBER/LANG: the frozen document as it is.
pub async fn show_edition(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    place: web::Path<(String, i64, String)>,
) -> Result<HttpResponse, Failure> {
    let (slug, number, tag) = place.into_inner();
    let language: Language = tag.parse().map_err(|_| Failure::NotFound)?;
    let html = state.store.read(move |conn| archive::edition(conn, &slug, number, language)).await?;
    let html = html.filter(|html| !html.is_empty()).ok_or(Failure::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, edition_policy(pages.origin())))
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .insert_header((header::CONTENT_LANGUAGE, language.tag()))
        .content_type("text/html; charset=utf-8")
        .body(html))
}
