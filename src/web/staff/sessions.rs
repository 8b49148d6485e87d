//! A member's own sessions: where they are signed in, and ending what they do not know (R189).

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::{Said, bar, go_to, said, session};
use crate::i18n::MissingText;
use crate::journeys::staff;
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};
use crate::web::words;

#[derive(Serialize)]
struct Sessions {
    said: Option<Said>,
    sessions: Vec<Session>,
}

#[derive(Serialize)]
struct Session {
    id: i64,
    started: String,
    seen: String,
    current: bool,
}

/// GET /staff/sessions
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let member = session::required(&state, &request).await?;
    let language = visit.language();
    let context = Arc::clone(&state.context);
    let now = state.clock.now();
    let staff_id = member.id;
    let views = state.store.read(move |conn| staff::sessions(conn, &context, now, staff_id)).await?;
    let zone = &state.context.config.zone;
    let sessions = views
        .into_iter()
        .map(|view| {
            Ok(Session {
                id: view.id,
                started: words::moment(language, view.created_at, zone)?,
                seen: words::moment(language, view.seen_at, zone)?,
                current: view.id == member.session_id,
            })
        })
        .collect::<Result<_, MissingText>>()?;
    let said = said(language, request.query_string(), Vec::new())?;
    let mut bar = bar(&member);
    bar.on_sessions = true;
    let page = Page::new("sessions", language, Pages::say(language, "web-sessions-title")?).with_switches().staff(bar);
    pages.answer(&visit, page, &Sessions { said, sessions })
}

/// POST /staff/sessions/ID/revoke. Only a member's own: the id of somebody else's ends nothing.
pub async fn revoke(
    state: web::Data<State>,
    visit: Visit,
    request: HttpRequest,
    id: web::Path<i64>,
) -> Result<HttpResponse, Failure> {
    let member = session::required(&state, &request).await?;
    let now = state.clock.now();
    state.store.write(move |conn| staff::revoke(conn, now, member.id, *id)).await?;
    Ok(go_to(&visit, "/staff/sessions", "revoked"))
}
