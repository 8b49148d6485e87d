//! Somebody's own data behind the link out of their mail: to read, to take along, to erase (R161, R163); and the form that mails
//! that link to whoever has lost it (R211). What these pages answer tells nobody else whether an address is known.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::tz::TimeZone;
use serde::Serialize;

use super::confirm::unknown_link;
use super::form::about_address;
use super::{Field, Wrong};
use crate::domain::language::Language;
use crate::i18n;
use crate::journeys::address::{self, LinkAnswer};
use crate::journeys::limits::Arrival;
use crate::journeys::person::{self, PersonData};
use crate::journeys::preferences;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};
use crate::web::{State, client, words};

#[derive(Default, Serialize)]
struct Ask {
    errors: Vec<Wrong>,
    email: Field,
}

#[derive(Serialize)]
struct Data {
    token: String,
    address: String,
    facts: Vec<Fact>,
    acts: Vec<Line>,
    mails: Vec<Line>,
}

#[derive(Serialize)]
struct Fact {
    name: String,
    value: String,
}

/// Something that happened.
#[derive(Serialize)]
struct Line {
    at: String,
    what: String,
    about: String,
}

/// GET /preferences
pub async fn show_ask(pages: web::Data<Pages>, visit: Visit) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let page = Page::new("ask_link", language, Pages::say(language, "web-link-title")?);
    pages.answer(&visit, page.with_switches(), &Ask::default())
}

/// POST /preferences
pub async fn submit_ask(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    http: HttpRequest,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let typed = Fields::from(fields.into_inner()).first("email").to_owned();
    let (context, now, wanted) = (Arc::clone(&state.context), state.clock.now(), typed.clone());
    let arrival =
        Arrival { address: client::address(&http, &state.config.trusted_proxies), proof: None, stamp: None, trap: None };
    let answered = state.store.write(move |conn| address::send_link(conn, &context, now, &arrival, &wanted)).await?;
    let (status, ask) = match answered {
        LinkAnswer::Wait(until) => {
            let seconds = words::seconds_until(until, now);
            let errors = vec![Wrong { field: None, text: words::wait(language, seconds)? }];
            let ask = Ask { errors, email: Field { value: typed, error: None } };
            let page = Page::new("ask_link", language, Pages::say(language, "web-link-title")?);
            let mut answer = pages.answer(&visit, page.status(StatusCode::TOO_MANY_REQUESTS).with_switches().private(), &ask)?;
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            return Ok(answer);
        }
        LinkAnswer::Asked => {
            let title = Pages::say(language, "web-link-asked-title")?;
            let lead = Pages::say(language, "web-link-asked-lead")?;
            return pages.answer(&visit, Page::new("message", language, title).private(), &serde_json::json!({ "lead": lead }));
        }
        LinkAnswer::BadAddress(error) => {
            let text = about_address(language, &error)?;
            let errors = vec![Wrong { field: Some("email"), text: text.clone() }];
            (StatusCode::UNPROCESSABLE_ENTITY, Ask { errors, email: Field { value: typed, error: Some(text) } })
        }
    };
    let page = Page::new("ask_link", language, Pages::say(language, "web-link-title")?);
    pages.answer(&visit, page.status(status).with_switches().private(), &ask)
}

/// GET /preferences/TOKEN/data
pub async fn show_data(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let token = token.into_inner();
    let Some((language, data)) = data_of(&state, &visit, &token).await? else { return unknown_link(&pages, &visit) };
    let content = Data::of(language, &state.context.config.zone, token, &data)?;
    let page = Page::new("data", language, Pages::say(language, "web-data-title")?);
    pages.answer(&visit, page.with_switches().private(), &content)
}

/// GET /preferences/TOKEN/data.json
pub async fn download_data(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let Some((_, data)) = data_of(&state, &visit, &token).await? else { return unknown_link(&pages, &visit) };
    let text = serde_json::to_string_pretty(&data).map_err(crate::journeys::JourneyError::from)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .insert_header((header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"rundbrief-data.json\"")))
        .content_type("application/json; charset=utf-8")
        .body(text))
}

async fn data_of(state: &State, visit: &Visit, token: &str) -> Result<Option<(Language, PersonData)>, Failure> {
    let (context, now, of) = (Arc::clone(&state.context), state.clock.now(), token.to_owned());
    let found = state
        .store
        .read(move |conn| {
            let view = preferences::show(conn, &context, &of)?;
            Ok::<_, crate::journeys::JourneyError>(view.zip(person::export_by_link(conn, &context, now, &of)?))
        })
        .await?;
    Ok(found.map(|(view, data)| (visit.language_of_reader(view.language), data)))
}

impl Data {
    fn of(language: Language, zone: &TimeZone, token: String, data: &PersonData) -> Result<Self, Failure> {
        let say = |id: &str| Pages::say(language, id);
        let mut facts = vec![Fact { name: say("web-data-since")?, value: words::moment(language, data.known_since, zone)? }];
        if let Some(name) = &data.name {
            facts.push(Fact { name: say("web-form-name")?, value: name.clone() });
        }
        for one in &data.story.subscriptions {
            let state = say(&format!("evidence-state-{}", one.state))?;
            facts.push(Fact { name: one.name.clone(), value: format!("{state}, {}", language_name(language, &one.language)?) });
        }
        if let Some(found) = &data.story.suppressed {
            facts.push(Fact { name: say("web-data-suppressed")?, value: found.reason.clone() });
        }
        let mut acts = Vec::new();
        for told in &data.story.records {
            let slug = told.details.get("newsletter").and_then(serde_json::Value::as_str).unwrap_or_default();
            let named = data.story.subscriptions.iter().find(|one| one.newsletter == slug);
            acts.push(Line {
                at: words::moment(language, told.at, zone)?,
                what: say(&format!("evidence-act-{}", told.act))?,
                about: named.map_or(slug, |one| one.name.as_str()).to_owned(),
            });
        }
        let mut mails = Vec::new();
        for mail in &data.mails {
            mails.push(Line {
                at: words::moment(language, mail.ended_at.unwrap_or(mail.made_at), zone)?,
                what: mail.subject.clone(),
                about: say(&format!("proof-state-{}", mail.state))?,
            });
        }
        Ok(Self { token, address: data.story.address.clone(), facts, acts, mails })
    }
}

fn language_name(page: Language, tag: &str) -> Result<String, Failure> {
    let language = tag.parse().unwrap_or(page);
    Ok(i18n::text(language, "web-language", &[])?)
}

/// GET /preferences/TOKEN/erase
pub async fn show_erase(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let (context, token) = (Arc::clone(&state.context), token.into_inner());
    let of = token.clone();
    let Some(view) = state.store.read(move |conn| preferences::show(conn, &context, &of)).await? else {
        return unknown_link(&pages, &visit);
    };
    let language = visit.language_of_reader(view.language);
    let page = Page::new("erase", language, Pages::say(language, "web-erase-title")?);
    pages.answer(&visit, page.with_switches().private(), &serde_json::json!({ "token": token, "address": view.address }))
}

/// POST /preferences/TOKEN/erase
pub async fn erase(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let (context, now, of) = (Arc::clone(&state.context), state.clock.now(), token.into_inner());
    if !state.store.write(move |conn| person::erase_by_link(conn, &context, now, &of)).await? {
        return unknown_link(&pages, &visit);
    }
    let store = state.store.clone();
    // Nobody has to wait for that; if somebody reads just now, the nightly retention does it.
    tokio::task::spawn_blocking(move || {
        if let Err(error) = store.empty_log_blocking() {
            tracing::warn!(%error, "the database's log could not be emptied after an erasure; the nightly retention tries again");
        }
    });
    let language = visit.language();
    let title = Pages::say(language, "web-erased-title")?;
    let lead = Pages::say(language, "web-erased-lead")?;
    pages.answer(&visit, Page::new("message", language, title).private(), &serde_json::json!({ "lead": lead }))
}
