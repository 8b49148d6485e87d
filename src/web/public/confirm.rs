//! The page behind the link of a confirmation mail: GET shows a button, POST confirms. Link scanners open links and run
//! scripts, so nothing else may count as a person's consent (R145, R178).

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::domain::language::Language;
use crate::journeys::confirm::{self, ConfirmView};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::guesses::WrongLink;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};

#[derive(Default, Serialize)]
struct Confirm {
    lead: String,
    titles: Vec<String>,
    /// The words of the button that does it, and what to say to whoever did not ask for it.
    submit: Option<String>,
    note: Option<String>,
    form: Option<String>,
    /// The newest issues, for whoever has just come.
    latest: Vec<Issue>,
}

#[derive(Serialize)]
struct Issue {
    href: String,
    subject: String,
    lang: Language,
}

/// GET /confirm/TOKEN
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let context = Arc::clone(&state.context);
    let now = state.clock.now();
    let of = token.clone();
    let view = state.store.read(move |conn| confirm::show(conn, &context, now, &of)).await?;
    answer(&state, &pages, &visit, token.into_inner(), view).await
}

/// POST /confirm/TOKEN. The token is the permission: whoever has it may act, from wherever the browser says it comes.
pub async fn submit(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let context = Arc::clone(&state.context);
    let now = state.clock.now();
    let of = token.clone();
    let view = state.store.write(move |conn| confirm::confirm(conn, &context, now, &of)).await?;
    answer(&state, &pages, &visit, token.into_inner(), view).await
}

async fn answer(state: &State, pages: &Pages, visit: &Visit, token: String, view: ConfirmView) -> Result<HttpResponse, Failure> {
    let language = match &view {
        ConfirmView::Ready { language, .. }
        | ConfirmView::Confirmed { language, .. }
        | ConfirmView::AlreadyConfirmed { language, .. }
        | ConfirmView::Address { language, .. }
        | ConfirmView::AddressTaken { language }
        | ConfirmView::Closed { language, .. }
        | ConfirmView::Expired { language, .. } => visit.language_of_reader(*language),
        ConfirmView::Unknown => visit.language(),
    };
    let say = |id: &str| Pages::say(language, id);
    let comes = matches!(view, ConfirmView::Confirmed { .. } | ConfirmView::AlreadyConfirmed { .. });
    let (status, title, mut content) = match view {
        ConfirmView::Ready { titles, .. } => {
            let lead = say(if titles.len() > 1 { "web-confirm-lead-many" } else { "web-confirm-lead" })?;
            (
                StatusCode::OK,
                "web-confirm-title",
                Confirm {
                    lead,
                    titles,
                    submit: Some(say("web-confirm-submit")?),
                    note: Some(say("web-confirm-not-you")?),
                    form: None,
                    latest: Vec::new(),
                },
            )
        }
        ConfirmView::Confirmed { titles, .. } => (
            StatusCode::OK,
            "web-confirmed-title",
            Confirm { lead: say("web-confirmed-lead")?, titles, note: Some(say("web-confirmed-leave")?), ..Confirm::default() },
        ),
        ConfirmView::AlreadyConfirmed { titles, .. } => {
            let lead = say("web-confirmed-before-lead")?;
            (
                StatusCode::OK,
                "web-confirmed-before-title",
                Confirm { lead, titles, note: Some(say("web-confirmed-leave")?), ..Confirm::default() },
            )
        }
        ConfirmView::Expired { slug, .. } => {
            let path = if slug.is_empty() { "/preferences".to_owned() } else { format!("/n/{slug}") };
            let form = Some(path + &visit.query());
            (StatusCode::GONE, "web-expired-title", Confirm { lead: say("web-expired-lead")?, form, ..Confirm::default() })
        }
        ConfirmView::Address { address, done: false, .. } => {
            let lead = Pages::say_with(language, "web-address-lead", "address", address)?;
            let (submit, note) = (Some(say("web-address-submit")?), Some(say("web-address-not-you")?));
            (StatusCode::OK, "web-address-title", Confirm { lead, submit, note, ..Confirm::default() })
        }
        ConfirmView::Address { address, done: true, .. } => {
            let lead = Pages::say_with(language, "web-address-done-lead", "address", address)?;
            (StatusCode::OK, "web-address-done-title", Confirm { lead, ..Confirm::default() })
        }
        ConfirmView::Closed { title, .. } => {
            let lead = Pages::say_with(language, "web-closed-confirm", "title", title)?;
            (StatusCode::GONE, "web-expired-title", Confirm { lead, ..Confirm::default() })
        }
        ConfirmView::AddressTaken { .. } => {
            let lead = say("web-address-taken-lead")?;
            (StatusCode::CONFLICT, "web-address-taken-title", Confirm { lead, ..Confirm::default() })
        }
        ConfirmView::Unknown => return unknown_link(pages, visit),
    };
    if comes {
        let context = Arc::clone(&state.context);
        let latest = state.store.read(move |conn| confirm::latest(conn, &context, &token, language)).await?;
        content.latest = latest
            .into_iter()
            .map(|issue| Issue {
                href: format!("/archive/{}/{}/{}", issue.slug, issue.number, issue.language),
                subject: issue.subject,
                lang: issue.language,
            })
            .collect();
    }
    let page = Page::new("confirm", language, say(title)?).status(status).with_switches().private();
    pages.answer(visit, page, &content)
}

/// For links that no key of ours has signed: cut off, mistyped or guessed. [`crate::web::guesses::limit`] counts these answers.
pub fn unknown_link(pages: &Pages, visit: &Visit) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let lead = Pages::say(language, "web-unknown-link-lead")?;
    let page = Page::new("message", language, Pages::say(language, "web-unknown-link-title")?);
    let mut answer = pages.answer(visit, page.status(StatusCode::NOT_FOUND).private(), &serde_json::json!({ "lead": lead }))?;
    answer.extensions_mut().insert(WrongLink);
    Ok(answer)
}
