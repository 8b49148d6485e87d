//! What cannot be undone is asked once more, on a page of its own that names the issue and the numbers. Its button sends the
//! same POST as ever, so nothing here acts.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::issue::{may_cancel, numbers, path, title};
use super::{bar, go_to, session};
use crate::i18n;
use crate::journeys::JourneyError;
use crate::journeys::{status, subscribe};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};

/// Acts on an issue that are asked about first.
pub const ASKED: [&str; 3] = ["cancel", "resend", "accept"];

#[derive(Serialize)]
struct Question {
    issue: String,
    lead: String,
    submit: String,
    back: String,
}

/// GET /staff/newsletters/SLUG/issues/NUMBER/ACT
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    request: HttpRequest,
    place: web::Path<(String, i64, String)>,
) -> Result<HttpResponse, Failure> {
    let member = session::publisher(&state, &request).await?;
    let (slug, number, act) = place.into_inner();
    if !ASKED.contains(&act.as_str()) {
        return Ok(HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, "POST")).finish());
    }
    let (language, now, wanted) = (visit.language(), state.clock.now(), slug.clone());
    let (newsletter, status) = state
        .store
        .read(move |conn| {
            let newsletter = subscribe::newsletters(conn, language)?.into_iter().find(|view| view.slug == wanted);
            Ok::<_, JourneyError>(newsletter.zip(status::find(conn, now, &wanted, number)?))
        })
        .await?
        .ok_or(Failure::NotFound)?;
    let here = path(&slug, number);
    let is_possible = if act == "cancel" { may_cancel(status.state) } else { status.counts.unknown > 0 };
    if !is_possible {
        return Ok(go_to(&visit, &here, "not-now"));
    }
    // Of an issue that is not published yet there are no mails to count.
    let which = if act == "cancel" && number == 0 { "unplan" } else { act.as_str() };
    let say = |id: String| i18n::text(language, &id, &numbers(&status.counts));
    let content = Question {
        issue: title(language, newsletter.title, number)?,
        lead: say(format!("web-ask-{which}-lead"))?,
        submit: say(format!("web-ask-{which}-submit"))?,
        back: format!("{here}{}", visit.query()),
    };
    let page = Page::new("question", language, say(format!("web-ask-{which}"))?).with_switches().staff(bar(&member));
    pages.answer(&visit, page, &content)
}
