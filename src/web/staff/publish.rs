//! Publishing in two clicks: the page says who will get what in which languages, its button does it.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::desk::{self, Item};
use super::findings::Findings;
use super::plan::{self, Plans};
use super::{bar, go_to, issue, session};
use crate::domain::language::Language;
use crate::i18n;
use crate::journeys::compose::Audience;
use crate::journeys::publish::{self, PublishAnswer};
use crate::journeys::staff::StaffMember;
use crate::journeys::subscribe;
use crate::journeys::{JourneyError, check, news, plans};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};
use crate::web::public::Wrong;
use crate::web::words;

#[derive(Serialize)]
struct Publish {
    newsletter: String,
    slug: String,
    errors: Vec<Wrong>,
    recipients_text: String,
    nobody: bool,
    languages: Vec<Language>,
    /// Names of the languages in which some item has no text; empty if all is there.
    missing: String,
    /// Headlines of events that are past or cancelled.
    left_out: String,
    /// A sentence for the readers of each language.
    audiences: Vec<String>,
    items: Vec<Item>,
    found: Findings,
    /// Who would answer for errors.
    name: String,
    is_closed: bool,
    plans: Plans,
}

/// GET /staff/newsletters/SLUG/publish
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let member = session::publisher(&state, &request).await?;
    page(&state, &pages, &visit, &member, slug.into_inner(), None, None).await
}

/// The page with what is wrong with a time that was typed on it.
pub async fn again(
    state: &State,
    pages: &Pages,
    visit: &Visit,
    member: &StaffMember,
    slug: String,
    wrong: plan::Wrong,
) -> Result<HttpResponse, Failure> {
    // The switches and forms lead to the page itself.
    let visit = Visit { path: format!("/staff/newsletters/{slug}/publish"), ..visit.clone() };
    page(state, pages, &visit, member, slug, Some(wrong.text.clone()), Some(wrong)).await
}

/// POST /staff/newsletters/SLUG/publish. A second click finds nothing ready and says so.
pub async fn submit(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    request: HttpRequest,
    slug: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Failure> {
    let member = session::publisher(&state, &request).await?;
    let slug = slug.into_inner();
    let despite = (Fields::decoded(&body).first("despite") == "yes").then(|| member.address.clone());
    let context = Arc::clone(&state.context);
    let now = state.clock.now();
    let newsletter = slug.clone();
    let answer = state.store.write(move |conn| publish::publish(conn, &context, now, &newsletter, despite.as_deref())).await?;
    let language = visit.language();
    match answer {
        PublishAnswer::Published { number, .. } => {
            tracing::info!(newsletter = slug, number, staff = member.id, "issue published by staff");
            Ok(go_to(&visit, &issue::path(&slug, number), "published"))
        }
        PublishAnswer::NoSuchNewsletter => Err(Failure::NotFound),
        PublishAnswer::Closed => {
            let text = Pages::say(language, "web-closed-publish")?;
            page(&state, &pages, &visit, &member, slug, Some(text), None).await
        }
        PublishAnswer::NothingReady(_) => Ok(go_to(&visit, "/staff", "nothing")),
        PublishAnswer::Refused(_) => {
            let text = Pages::say(language, "web-publish-refused")?;
            page(&state, &pages, &visit, &member, slug, Some(text), None).await
        }
        PublishAnswer::Unsigned(error) => {
            tracing::warn!(%error, "an issue was not published");
            let text = Pages::say(language, "web-publish-unsigned")?;
            page(&state, &pages, &visit, &member, slug, Some(text), None).await
        }
        PublishAnswer::SettingsMissing(_) => {
            let text = missing_settings(&state, language)?;
            page(&state, &pages, &visit, &member, slug, text, None).await
        }
    }
}

/// Which settings have to be filled before anything is published, if there are any (R139).
pub fn missing_settings(state: &State, language: Language) -> Result<Option<String>, Failure> {
    let names = &state.context.config.missing_for_publishing;
    if names.is_empty() {
        return Ok(None);
    }
    Ok(Some(Pages::say_with(language, "web-publish-settings", "names", names.join(", "))?))
}

async fn page(
    state: &State,
    pages: &Pages,
    visit: &Visit,
    member: &StaffMember,
    slug: String,
    error: Option<String>,
    wrong: Option<plan::Wrong>,
) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let (context, now) = (Arc::clone(&state.context), state.clock.now());
    let (newsletter, ready, recipients, outline, outlook) = state
        .store
        .read(move |conn| {
            let newsletter = subscribe::newsletters(conn, language)?.into_iter().find(|view| view.slug == slug);
            let Some((newsletter, outline)) = newsletter.zip(check::check(conn, &context, now, &slug)?) else { return Ok(None) };
            let recipients: i64 = desk::recipients(conn, &slug)?.iter().map(|(_, count)| count).sum();
            let mut ready = news::unused(conn, &slug, language)?.unwrap_or_default();
            ready.retain(|item| outline.items.contains(&item.id));
            ready.sort_by_key(|item| outline.items.iter().position(|id| *id == item.id));
            let Some(outlook) = plans::outlook(conn, &slug)? else { return Ok(None) };
            Ok::<_, JourneyError>(Some((newsletter, ready, recipients, outline, outlook)))
        })
        .await?
        .ok_or(Failure::NotFound)?;
    let missing = newsletter
        .languages
        .iter()
        .filter(|tag| ready.iter().any(|item| !item.languages.contains(tag)))
        .map(|tag| Pages::say(*tag, "web-language"))
        .collect::<Result<Vec<_>, _>>()?;
    // An edition exists for every language that some item has a text in.
    let languages =
        newsletter.languages.iter().copied().filter(|tag| ready.iter().any(|item| item.languages.contains(tag))).collect();
    let status = if error.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let content = Publish {
        newsletter: newsletter.title,
        is_closed: newsletter.is_closed,
        plans: Plans::of(language, now, &newsletter.slug, &outlook, wrong.as_ref())?,
        slug: newsletter.slug,
        errors: error.into_iter().map(|text| Wrong { field: None, text }).collect(),
        recipients_text: words::number(recipients),
        nobody: recipients == 0,
        languages,
        missing: missing.join(", "),
        left_out: outline.left_out.into_iter().map(|left| left.headline).collect::<Vec<_>>().join(", "),
        audiences: outline.audiences.iter().map(|audience| sentence(audience, language)).collect::<Result<_, _>>()?,
        items: desk::items(ready),
        found: Findings::of(language, &outline.found)?,
        name: member.address.clone(),
    };
    let page = Page::new("publish", language, Pages::say(language, "web-publish-title")?).status(status);
    let page = if status == StatusCode::OK { page.with_switches() } else { page };
    pages.answer(visit, page.staff(bar(member)), &content)
}

fn sentence(audience: &Audience, language: Language) -> Result<String, Failure> {
    let mut values = vec![
        ("language", Pages::say(audience.language, "web-language")?.into()),
        ("readers", words::number(audience.readers).into()),
    ];
    let Some(gets) = audience.gets else { return Ok(i18n::text(language, "web-publish-gets-nothing", &values)?) };
    values.push(("edition", Pages::say(gets, "web-language")?.into()));
    Ok(i18n::text(language, "web-publish-gets", &values)?)
}
