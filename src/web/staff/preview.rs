//! The next issue before it is sent, as its readers' programs will show it: wide and narrow, without pictures, without a style
//! sheet, dark, as text and as source; and as one of its readers.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::{Said, bar, go_to, said, session};
use crate::domain::address::Address;
use crate::domain::language::Language;
use crate::domain::proof::{hex, unhex};
use crate::journeys::preview::{self, Look, Reader, TestAnswer, Whom};
use crate::journeys::staff::StaffMember;
use crate::journeys::{JourneyError, subscribe};
use crate::mail::edition::Edition;
use crate::mail::preview::Preview;
use crate::web::State;
use crate::web::demo::framed;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::headers::mail_policy;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};

/// How a program shows a mail. The words travel in addresses; `web-preview-WORD` names them.
const VIEWS: [&str; 7] = ["wide", "narrow", "no-images", "no-style", "dark", "text", "source"];

#[derive(Serialize)]
struct Shown {
    newsletter: String,
    slug: String,
    said: Option<Said>,
    /// In the field for a reader's address.
    typed: String,
    /// Nothing is ready.
    is_empty: bool,
    subject: String,
    editions: Vec<Choice>,
    views: Vec<Choice>,
    frame: Option<Frame>,
    /// Text or source.
    source: Option<String>,
    /// What is shown.
    edition: Language,
    /// Who it is shown as, and the name of the edition they get.
    reader: Option<String>,
    gets: String,
    /// As nobody in particular again.
    anyone: String,
    /// Where a test would go.
    me: String,
    here: String,
}

#[derive(Serialize)]
struct Choice {
    href: String,
    text: String,
    is_chosen: bool,
    lang: Option<Language>,
}

#[derive(Serialize)]
struct Frame {
    src: String,
    is_narrow: bool,
}

/// What an address of these pages asks for.
struct Asked {
    edition: Option<Language>,
    view: &'static str,
    reader: Option<[u8; 16]>,
}

impl Asked {
    /// Only who may publish sees readers.
    fn of(query: &str, member: &StaffMember) -> Self {
        let fields = Fields::decoded(query.as_bytes());
        let view = fields.first("view");
        Self {
            edition: fields.first("edition").parse().ok(),
            view: VIEWS.into_iter().find(|known| *known == view).unwrap_or(VIEWS[0]),
            reader: unhex::<16>(fields.first("as")).filter(|_| member.role.may_publish()),
        }
    }
}

fn path(slug: &str) -> String {
    format!("/staff/newsletters/{slug}/preview")
}

fn address(base: &str, visit: &Visit, edition: Language, view: &str, reader: Option<&Reader>) -> String {
    let reader = reader.map(|reader| format!("&as={}", hex(&reader.public_id))).unwrap_or_default();
    let language = visit.asked.map(|language| format!("&lang={language}")).unwrap_or_default();
    format!("{base}?edition={edition}&view={view}{reader}{language}")
}

/// The look as the reader who is asked for would have it. None: no such newsletter.
async fn look(state: &State, slug: &str, asked: &Asked) -> Result<Option<(Look, Option<Reader>)>, Failure> {
    let (context, now) = (Arc::clone(&state.context), state.clock.now());
    let (slug, whom) = (slug.to_owned(), asked.reader.map(Whom::PublicId));
    let found = state.store.read(move |conn| {
        let reader = whom.map(|whom| preview::find_reader(conn, &slug, &whom)).transpose()?.flatten();
        let name = reader.as_ref().and_then(|reader| reader.name.as_deref());
        Ok::<_, JourneyError>(preview::look(conn, &context, now, &slug, name)?.map(|look| (look, reader)))
    });
    Ok(found.await?)
}

/// The edition a reader would get.
fn gets(look: &Look, reader: &Reader) -> Option<Language> {
    let have: Vec<Language> = look.editions.iter().map(|(edition, _)| edition.language).collect();
    look.fallbacks.edition_for(reader.language, &have)
}

/// The edition that is asked for, else the one the reader would get, else the first.
fn chosen<'a>(look: &'a Look, asked: &Asked, reader: Option<&Reader>) -> Option<&'a (Edition, Preview)> {
    let of = |wanted: Language| look.editions.iter().find(|(edition, _)| edition.language == wanted);
    asked.edition.and_then(of).or_else(|| of(gets(look, reader?)?)).or_else(|| look.editions.first())
}

/// GET /staff/newsletters/SLUG/preview
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let member = session::required(&state, &request).await?;
    let said = said(visit.language(), request.query_string(), Vec::new())?;
    page(&state, &pages, &visit, &member, slug.into_inner(), Before { said, typed: String::new() }).await
}

/// What came of the step before.
struct Before {
    said: Option<Said>,
    /// A reader's address that was looked for and is nobody's.
    typed: String,
}

async fn page(
    state: &State,
    pages: &Pages,
    visit: &Visit,
    member: &StaffMember,
    slug: String,
    before: Before,
) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let asked = Asked::of(&visit.rest, member);
    let (look, reader) = look(state, &slug, &asked).await?.ok_or(Failure::NotFound)?;
    let newsletter = {
        let slug = slug.clone();
        let views = state.store.read(move |conn| subscribe::newsletters(conn, language)).await?;
        views.into_iter().find(|view| view.slug == slug).ok_or(Failure::NotFound)?.title
    };
    let reader = reader.as_ref();
    let base = path(&slug);
    let mut content = Shown {
        newsletter,
        said: before.said,
        typed: before.typed,
        is_empty: true,
        subject: String::new(),
        editions: Vec::new(),
        views: Vec::new(),
        frame: None,
        source: None,
        edition: language,
        reader: reader.map(|reader| match &reader.name {
            Some(name) => format!("{name}, {}", reader.address),
            None => reader.address.clone(),
        }),
        gets: match reader.and_then(|reader| gets(&look, reader)) {
            Some(gets) => Pages::say(gets, "web-language")?,
            None => String::new(),
        },
        anyone: format!("{base}{}", visit.query()),
        me: member.address.clone(),
        here: base.clone(),
        slug,
    };
    if let Some((edition, seen)) = chosen(&look, &asked, reader) {
        content.is_empty = false;
        content.subject.clone_from(&edition.subject);
        content.edition = edition.language;
        content.here = address(&base, visit, edition.language, asked.view, reader);
        for (other, _) in &look.editions {
            content.editions.push(Choice {
                href: address(&base, visit, other.language, asked.view, reader),
                text: Pages::say(other.language, "web-language")?,
                is_chosen: other.language == edition.language,
                lang: Some(other.language),
            });
        }
        for view in VIEWS {
            content.views.push(Choice {
                href: address(&base, visit, edition.language, view, reader),
                text: Pages::say(language, &format!("web-preview-{view}"))?,
                is_chosen: view == asked.view,
                lang: None,
            });
        }
        match asked.view {
            "text" => content.source = Some(seen.text.clone()),
            "source" => content.source = Some(seen.html.clone()),
            view => {
                let src = address(&format!("{base}/frame"), visit, edition.language, view, reader);
                content.frame = Some(Frame { src, is_narrow: view == "narrow" });
            }
        }
    }
    let page = Page::new("preview", language, Pages::say(language, "web-preview-title")?).with_switches().staff(bar(member));
    pages.answer(visit, page, &content)
}

/// GET /staff/newsletters/SLUG/preview/frame: what the frame shows.
pub async fn frame(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let member = session::required(&state, &request).await?;
    let asked = Asked::of(request.query_string(), &member);
    let (look, reader) = look(&state, &slug, &asked).await?.ok_or(Failure::NotFound)?;
    let (_, seen) = chosen(&look, &asked, reader.as_ref()).ok_or(Failure::NotFound)?;
    let html = match asked.view {
        "no-style" => seen.without_style(),
        "dark" => seen.dark(),
        _ => seen.html.clone(),
    };
    Ok(framed(&html, mail_policy(pages.origin(), asked.view != "no-images")))
}

/// POST /staff/newsletters/SLUG/preview: as the reader of an address, which stays out of the page's own; or as a mail to whoever
/// asks for it.
pub async fn act(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    request: HttpRequest,
    slug: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Failure> {
    let member = session::publisher(&state, &request).await?;
    let (fields, slug) = (Fields::decoded(&body), slug.into_inner());
    let edition: Option<Language> = fields.first("edition").parse().ok();
    let here = path(&slug);
    // Back to what was shown, with a word about it.
    let query = visit.rest.split('&').filter(|pair| !pair.starts_with("note=")).collect::<Vec<_>>().join("&");
    let back = if query.is_empty() { here.clone() } else { format!("{here}?{query}") };
    if fields.has("test") {
        let to = Address::parse(&member.address).map_err(|error| JourneyError::Broken(format!("a staff address: {error}")))?;
        let (context, now) = (Arc::clone(&state.context), state.clock.now());
        let answer = state.store.write(move |conn| preview::send_test(conn, &context, now, &slug, &to, edition)).await?;
        return match answer {
            TestAnswer::Queued(_) => Ok(go_to(&visit, &back, "test")),
            TestAnswer::NothingReady => Ok(go_to(&visit, &here, "nothing")),
            TestAnswer::Suppressed => Ok(go_to(&visit, &back, "suppressed")),
            TestAnswer::NotCarried => Ok(go_to(&visit, &back, "not-carried")),
            TestAnswer::Unsigned(_) => Ok(go_to(&visit, &back, "unsigned")),
            TestAnswer::NoSuchNewsletter => Err(Failure::NotFound),
        };
    }
    let typed = fields.first("reader").trim().to_owned();
    let found = match Address::parse(&typed) {
        Ok(reader) => {
            let of = slug.clone();
            state.store.read(move |conn| preview::find_reader(conn, &of, &Whom::Address(reader))).await?
        }
        Err(_) => None,
    };
    match found {
        // Without an edition: the one this reader would get.
        Some(reader) => Ok(go_to(&visit, &format!("{here}?as={}", hex(&reader.public_id)), "")),
        // An address has no place in an address, so this page is the answer itself.
        None => {
            let said = Some(Said::problem(Pages::say(visit.language(), "web-preview-nobody")?));
            page(&state, &pages, &visit, &member, slug, Before { said, typed }).await
        }
    }
}
