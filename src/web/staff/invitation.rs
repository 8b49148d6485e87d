//! The one-time link that lets a new member choose a password.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::sign_in::{hashing, signed_in};
use crate::domain::staff::{self as passwords, Password};
use crate::journeys::staff;
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};
use crate::web::public::Wrong;

#[derive(Serialize)]
struct Invitation {
    address: String,
    errors: Vec<Wrong>,
    error: Option<String>,
}

/// GET /staff/invitation/TOKEN
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    match address(&state, token.into_inner()).await? {
        Some(address) => form(&pages, &visit, address, None),
        None => too_late(&pages, &visit),
    }
}

/// POST /staff/invitation/TOKEN
pub async fn submit(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    token: web::Path<String>,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Failure> {
    let fields = Fields::from(fields.into_inner());
    let token = token.into_inner();
    let Some(address) = address(&state, token.clone()).await? else { return too_late(&pages, &visit) };
    // R187: what somebody would guess first who knows the house.
    let names: Vec<String> = format!("{} {address}", state.config.imprint.organisation)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 3)
        .map(str::to_lowercase)
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let hashed = match Password::parse(fields.first("password"), &names) {
        Ok(password) => hashing(move || passwords::hash(&password)).await?,
        Err(error) => Err(error),
    };
    let phc = match hashed {
        Ok(phc) => phc,
        Err(error) => return form(&pages, &visit, address, Some(Pages::say(visit.language(), error.key())?)),
    };
    let context = Arc::clone(&state.context);
    let now = state.clock.now();
    match state.store.write(move |conn| staff::accept(conn, &context, now, &token, &phc)).await? {
        Some(session) => Ok(signed_in(&pages, &visit, session)),
        None => too_late(&pages, &visit),
    }
}

async fn address(state: &State, token: String) -> Result<Option<String>, Failure> {
    let now = state.clock.now();
    Ok(state.store.read(move |conn| staff::invitation(conn, now, &token)).await?)
}

fn form(pages: &Pages, visit: &Visit, address: String, error: Option<String>) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let errors = error.iter().map(|text| Wrong { field: Some("password"), text: text.clone() }).collect();
    let page =
        Page::new("invitation", language, Pages::say(language, "web-invitation-title")?).status(status).with_switches().private();
    pages.answer(visit, page, &Invitation { address, errors, error })
}

fn too_late(pages: &Pages, visit: &Visit) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let lead = Pages::say(language, "web-invitation-unknown-lead")?;
    let page = Page::new("message", language, Pages::say(language, "web-invitation-unknown-title")?).status(StatusCode::GONE);
    pages.answer(visit, page.private(), &serde_json::json!({ "lead": lead }))
}
