//! Past issues, as a list and as the web version of each edition. Public and without tokens.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::tz::TimeZone;
use serde::Serialize;

use super::language_of_words;
use super::search::{self, Asked, SearchForm, href};
use crate::domain::language::Language;
use crate::journeys::archive::{self, ArchiveEntry};
use crate::journeys::subscribe;
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::headers::edition_policy;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};
use crate::web::words;

#[derive(Serialize)]
struct Archives {
    search: SearchForm,
    newsletters: Vec<Newsletter>,
}

#[derive(Serialize)]
struct Newsletter {
    slug: String,
    title: String,
    description: String,
    language: Language,
}

#[derive(Serialize)]
struct Archive {
    slug: String,
    feed: String,
    search: SearchForm,
    /// Empty where there is only one.
    languages: Vec<Choice>,
    items_language: Language,
    issues: Vec<Issue>,
    older: Option<String>,
    newest: Option<String>,
    is_closed: bool,
}

/// The issues in a language.
#[derive(Serialize)]
struct Choice {
    tag: Language,
    href: String,
    current: bool,
}

#[derive(Serialize)]
struct Issue {
    number: i64,
    date: String,
    iso_date: String,
    href: String,
    subject: String,
}

/// GET /archive: every public newsletter, and the search over all of them.
pub async fn index(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let asked = Asked::of(&request);
    if asked.is_search() {
        return search::results(&state, &pages, &visit, None, asked).await;
    }
    let language = visit.language();
    let views = state.store.read(move |conn| subscribe::newsletters(conn, language)).await?;
    let newsletters = views.into_iter().filter(|view| !view.is_private).map(|view| Newsletter {
        language: language_of_words(&view.languages, language),
        slug: view.slug,
        title: view.title,
        description: view.description,
    });
    let content = Archives { search: SearchForm::new(&visit, "/archive", &asked), newsletters: newsletters.collect() };
    pages.answer(&visit, Page::new("archives", language, Pages::say(language, "web-archives-title")?).with_switches(), &content)
}

/// GET /archive/SLUG: its issues in one language, newest first, or what was searched for in them.
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    slug: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (language, slug, asked) = (visit.language(), slug.into_inner(), Asked::of(&request));
    if asked.is_search() {
        return search::results(&state, &pages, &visit, Some(slug), asked).await;
    }
    let (chosen, before) = (asked.language, asked.before);
    let view = state.store.read(move |conn| archive::list(conn, &slug, language, chosen, before)).await?;
    let view = view.ok_or(Failure::NotFound)?;
    let this = format!("/archive/{}", view.slug);
    let link = |tag: Language, before: &str| href(&visit, &this, &[("language", tag.tag()), ("before", before)]);
    let choices = view.languages.iter().map(|tag| Choice { tag: *tag, href: link(*tag, ""), current: *tag == view.language });
    let feed = format!("{this}/feed.atom?lang={}", view.language);
    let content = Archive {
        feed: feed.clone(),
        search: SearchForm::new(&visit, &this, &asked),
        languages: if view.languages.len() > 1 { choices.collect() } else { Vec::new() },
        items_language: view.language,
        is_closed: view.is_closed,
        issues: view.issues.iter().map(|entry| issue(language, &view.slug, &view.zone, entry)).collect::<Result<_, _>>()?,
        older: view.older.map(|number| link(view.language, &number.to_string())),
        newest: before.map(|_| link(view.language, "")),
        slug: view.slug,
    };
    let title = Pages::say_with(language, "web-archive-title", "title", view.title)?;
    pages.answer(&visit, Page::new("archive", language, title).with_switches().feed(feed), &content)
}

fn issue(language: Language, slug: &str, zone: &TimeZone, entry: &ArchiveEntry) -> Result<Issue, Failure> {
    let date = entry.published_at.to_zoned(zone.clone()).date();
    Ok(Issue {
        number: entry.number,
        date: words::date(language, date)?,
        iso_date: date.to_string(),
        href: path(slug, entry),
        subject: entry.subject.clone(),
    })
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
    let found = state.store.read(move |conn| archive::edition(conn, &slug, number, language)).await?;
    let found = found.filter(|found| !found.html.is_empty()).ok_or(Failure::NotFound)?;
    let mut answer = HttpResponse::Ok();
    if found.is_private {
        answer.insert_header(("X-Robots-Tag", "noindex"));
    }
    Ok(answer
        .insert_header((header::CONTENT_SECURITY_POLICY, edition_policy(pages.origin())))
        .insert_header((header::CACHE_CONTROL, if found.is_private { "private, max-age=300" } else { "public, max-age=300" }))
        .insert_header((header::CONTENT_LANGUAGE, language.tag()))
        .content_type("text/html; charset=utf-8")
        .body(found.html))
}
