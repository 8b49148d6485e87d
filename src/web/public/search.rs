//! The search over everything that was published: its form, which stands in the archive, and the page of what was found.
//! What people look for stays with them: it is in no log, and search engines are asked to leave these pages out.

use std::fmt::Write as _;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::domain::language::Language;
use crate::domain::search::{Piece, Query};
use crate::i18n::extra::has_words;
use crate::i18n::{self, MissingText};
use crate::journeys::archive::{self, Found, Results, Search};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};
use crate::web::words;

/// Characters of what was typed that are shown again; more are not read either.
const SHOWN: usize = 200;
/// Of these in a page's title.
const TITLE: usize = 60;
/// Whoever has seen so many pages of results needs better words.
const LAST_PAGE: i64 = 50;

/// What the query of an address in the archive says. What makes no sense in it is as good as not there.
pub struct Asked {
    /// As typed, but not endlessly.
    pub words: String,
    /// Of the issues.
    pub language: Option<Language>,
    /// Issues from below this number.
    pub before: Option<i64>,
    /// Of the results, from 1.
    page: i64,
}

impl Asked {
    pub fn of(request: &HttpRequest) -> Self {
        let fields = Fields::decoded(request.query_string().as_bytes());
        Self {
            words: fields.first("q").trim().chars().take(SHOWN).collect(),
            language: fields.first("language").parse().ok().filter(|language| has_words(*language)),
            before: fields.first("before").parse().ok(),
            page: fields.first("page").parse().unwrap_or(1).clamp(1, LAST_PAGE),
        }
    }

    pub fn is_search(&self) -> bool {
        !self.words.is_empty()
    }
}

/// The form, as templates know it.
#[derive(Serialize)]
pub struct SearchForm {
    action: String,
    words: String,
    /// The page's, where somebody chose it.
    lang: Option<Language>,
    language: Option<Language>,
}

impl SearchForm {
    pub fn new(visit: &Visit, action: &str, asked: &Asked) -> Self {
        Self { action: action.to_owned(), words: asked.words.clone(), lang: visit.asked, language: asked.language }
    }
}

#[derive(Serialize)]
struct ResultsPage {
    search: SearchForm,
    /// In which newsletters.
    place: String,
    archive: String,
    range: Option<String>,
    items_language: Language,
    found: Vec<Item>,
    others: Vec<Other>,
    everywhere: Option<String>,
    previous: Option<String>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Item {
    href: String,
    headline: Vec<Part>,
    snippet: Vec<Part>,
    newsletter: String,
    number: i64,
    date: String,
    iso_date: String,
}

#[derive(Serialize)]
struct Part {
    text: String,
    marked: bool,
}

/// The same search in another language.
#[derive(Serialize)]
struct Other {
    tag: Language,
    href: String,
}

/// The page of results. `slug`: within one newsletter; None: everywhere.
pub async fn results(
    state: &web::Data<State>,
    pages: &web::Data<Pages>,
    visit: &Visit,
    slug: Option<String>,
    asked: Asked,
) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let query = Query::parse(&asked.words);
    let search = Search { slug: slug.clone(), page: language, asked: asked.language, query, nth: asked.page - 1 };
    let results = state.store.read(move |conn| archive::search(conn, &search)).await?.ok_or(Failure::NotFound)?;
    let path = slug.map_or("/archive".to_owned(), |slug| format!("/archive/{slug}"));
    let place = match &results.title {
        Some(title) => Pages::say_with(language, "web-search-in", "title", title.clone())?,
        None => Pages::say(language, "web-search-in-all")?,
    };
    let shown: String = asked.words.chars().take(TITLE).collect();
    let title = Pages::say_with(language, "web-search-title", "words", shown)?;
    let page = Page::new("search", language, title).with_switches().unlisted();
    let content = content(visit, &path, &asked, place, results)?;
    pages.answer(visit, page, &content)
}

fn content(visit: &Visit, path: &str, asked: &Asked, place: String, results: Results) -> Result<ResultsPage, Failure> {
    let language = visit.language();
    let link = |path: &str, tag: Language, page: i64| {
        let page = if page > 1 { page.to_string() } else { String::new() };
        href(visit, path, &[("q", &asked.words), ("language", tag.tag()), ("page", &page)])
    };
    let here = results.language;
    let others = results.languages.iter().filter(|tag| **tag != here);
    let others = others.map(|tag| Other { tag: *tag, href: link(path, *tag, 1) }).collect();
    let next = (results.more && asked.page < LAST_PAGE).then(|| link(path, here, asked.page + 1));
    Ok(ResultsPage {
        search: SearchForm { language: Some(here), ..SearchForm::new(visit, path, asked) },
        place,
        archive: href(visit, path, &[("language", asked.language.as_ref().map_or("", Language::tag))]),
        range: if results.found.is_empty() { None } else { Some(range(language, asked.page, results.found.len())?) },
        items_language: here,
        found: results.found.into_iter().map(|found| item(language, here, found)).collect::<Result<_, _>>()?,
        others,
        everywhere: results.title.is_some().then(|| link("/archive", here, 1)),
        previous: (asked.page > 1).then(|| link(path, here, asked.page - 1)),
        next,
    })
}

fn range(language: Language, page: i64, count: usize) -> Result<String, MissingText> {
    let from = (page - 1).saturating_mul(archive::PAGE).saturating_add(1);
    let to = from.saturating_add(i64::try_from(count).unwrap_or(i64::MAX)).saturating_sub(1);
    i18n::text(language, "web-search-range", &[("from", from.into()), ("to", to.into())])
}

fn item(language: Language, here: Language, found: Found) -> Result<Item, Failure> {
    let parts = |pieces: Vec<Piece>| pieces.into_iter().map(|piece| Part { text: piece.text, marked: piece.marked }).collect();
    let date = found.published_at.to_zoned(found.zone).date();
    Ok(Item {
        href: format!("/archive/{}/{}/{here}#item-{}", found.slug, found.number, found.position),
        headline: parts(found.headline),
        snippet: parts(found.snippet),
        newsletter: found.newsletter,
        number: found.number,
        date: words::date(language, date)?,
        iso_date: date.to_string(),
    })
}

/// An address of ours with a query. Empty values are left out; the page's language stays as it was chosen.
pub fn href(visit: &Visit, path: &str, fields: &[(&str, &str)]) -> String {
    let mut query = String::new();
    let chosen = visit.asked.as_ref().map_or("", Language::tag);
    for (name, value) in fields.iter().chain([&("lang", chosen)]).filter(|(_, value)| !value.is_empty()) {
        let joint = if query.is_empty() { '?' } else { '&' };
        // Writing to a String cannot fail.
        let _ = write!(query, "{joint}{name}={}", encoded(value));
    }
    format!("{path}{query}")
}

/// RFC 3986 §2.1: everything but the unreserved characters as its octets.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_survives_in_a_link() {
        let visit = Visit { asked: Some(Language::En), accepted: None, path: "/archive".to_owned(), rest: String::new() };
        assert_eq!(href(&visit, "/archive", &[("q", "Bü \"&=#"), ("page", "")]), "/archive?q=B%C3%BC%20%22%26%3D%23&lang=en");
        assert_eq!(href(&Visit { asked: None, ..visit }, "/archive", &[]), "/archive");
    }
}
