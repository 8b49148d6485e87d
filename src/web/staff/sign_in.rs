//! Signing in and out.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context;
use serde::Serialize;
use tokio::sync::Semaphore;

use super::{Said, go_to, said, session};
use crate::domain::language::Language;
use crate::domain::staff as passwords;
use crate::journeys::staff;
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};
use crate::web::public::Wrong;

/// Each Argon2 run takes 19 MiB and a core for a while (R186): a crowd at the door must not bring the house down.
static HASHING: Semaphore = Semaphore::const_new(2);

#[derive(Serialize)]
struct SignIn {
    said: Option<Said>,
    errors: Vec<Wrong>,
    email: String,
}

/// The form, for whoever is not signed in.
pub fn form(pages: &Pages, visit: &Visit, language: Language, query: &str) -> Result<HttpResponse, Failure> {
    let said = said(language, query, Vec::new())?;
    let page = Page::new("sign_in", language, Pages::say(language, "web-sign-in-title")?).with_switches().private();
    pages.answer(visit, page, &SignIn { said, errors: Vec::new(), email: String::new() })
}

/// POST /staff/sign-in. Wrong addresses and wrong passwords get the same answer in the same time (R191).
pub async fn submit(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Failure> {
    let fields = Fields::from(fields.into_inner());
    let email = fields.first("email").trim().to_owned();
    let (asked, context) = (email.clone(), Arc::clone(&state.context));
    let now = state.clock.now();
    let credentials = state.store.read(move |conn| staff::credentials(conn, &context, now, &asked)).await?;
    if credentials.wait_seconds > 0 {
        let text = Pages::say_with(visit.language(), "web-sign-in-wait", "seconds", credentials.wait_seconds)?;
        let mut answer = again(&pages, &visit, email, text, StatusCode::TOO_MANY_REQUESTS)?;
        answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(credentials.wait_seconds));
        return Ok(answer);
    }
    let password = fields.first("password").to_owned();
    let phc = credentials.phc;
    let fits = hashing(move || passwords::verify(&password, phc.as_deref())).await?;
    let context = Arc::clone(&state.context);
    let (staff_id, asked) = (credentials.staff_id, email.clone());
    let token = state.store.write(move |conn| staff::sign_in(conn, &context, now, &asked, staff_id, fits)).await?;
    match token {
        Some(token) => Ok(signed_in(&pages, &visit, token)),
        None => {
            let text = Pages::say(visit.language(), "web-sign-in-refused")?;
            again(&pages, &visit, email, text, StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

/// POST /staff/sign-out
pub async fn leave(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    if let Some(member) = session::member(&state, &request).await? {
        let now = state.clock.now();
        state.store.write(move |conn| staff::sign_out(conn, now, &member)).await?;
    }
    with_cookie(go_to(&visit, "/staff", "signed-out"), &session::no_cookie(pages.is_https()))
}

/// To the desk, with a fresh session.
pub fn signed_in(pages: &Pages, visit: &Visit, token: String) -> HttpResponse {
    let answer = go_to(visit, "/staff", "");
    match with_cookie(answer, &session::cookie(pages.is_https(), token)) {
        Ok(answer) => answer,
        Err(error) => HttpResponse::from_error(error),
    }
}

/// Runs a slow hash on another thread, a few at a time.
pub async fn hashing<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> Result<R, Failure> {
    let _turn = HASHING.acquire().await.context("waiting for a turn to hash")?;
    Ok(web::block(work).await.context("hashing a password")?)
}

fn with_cookie(mut answer: HttpResponse, cookie: &actix_web::cookie::Cookie<'_>) -> Result<HttpResponse, Failure> {
    answer.add_cookie(cookie).context("setting the session cookie")?;
    Ok(answer)
}

fn again(pages: &Pages, visit: &Visit, email: String, text: String, status: StatusCode) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let page = Page::new("sign_in", language, Pages::say(language, "web-sign-in-title")?).status(status).private();
    pages.answer(visit, page, &SignIn { said: None, errors: vec![Wrong { field: Some("email"), text }], email })
}
