//! Asking for a newsletter by JSON: the form's journey, its limits, its answer that never tells who is known (R174).

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::{Errors, json, json_later};
use crate::domain::language::Language;
use crate::journeys::limits::Arrival;
use crate::journeys::subscribe::{self, SubscribeAnswer, SubscribeRequest};
use crate::web::failure::Failure;
use crate::web::language::Visit;
use crate::web::pages::Pages;
use crate::web::public::form::about_address;
use crate::web::{State, client, words};

/// The request's body. What is missing is empty: the journey has words for that.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Subscription {
    email: String,
    newsletter: Option<String>,
    newsletters: Vec<String>,
    language: String,
    name: Option<String>,
    /// SHA-256 of the consent text that was shown, as the form's hidden field has it. Without it the record says that none was named.
    wording: Option<String>,
    /// The answer to a challenge, as ALTCHA writes it.
    altcha: Option<String>,
}

/// POST /api/v1/subscriptions
pub async fn submit(state: web::Data<State>, visit: Visit, http: HttpRequest, body: web::Bytes) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    if !is_json(&http) {
        let told = Pages::say(language, "web-api-error-type")?;
        return Ok(json(StatusCode::UNSUPPORTED_MEDIA_TYPE, &Errors::one("", told)));
    }
    let Some(asked) = read(&body) else {
        let told = Pages::say(language, "web-api-error-json")?;
        return Ok(json(StatusCode::BAD_REQUEST, &Errors::one("", told)));
    };
    let context = Arc::clone(&state.context);
    let now = state.clock.now();
    let request = SubscribeRequest {
        address: asked.email,
        newsletter_slugs: asked.newsletter.into_iter().chain(asked.newsletters).collect(),
        language: asked.language,
        name: asked.name,
        form_url: context.url("/api/v1/subscriptions"),
        channel: "api",
        arrival: Arrival {
            address: client::address(&http, &state.config.trusted_proxies),
            proof: asked.altcha.filter(|proof| !proof.is_empty()),
            stamp: None,
            trap: None,
        },
        wording: asked.wording.filter(|hash| !hash.is_empty()),
    };
    let answer = state.store.write(move |conn| subscribe::subscribe(conn, &context, now, &request)).await?;
    told(language, &answer, now)
}

fn told(language: Language, answer: &SubscribeAnswer, now: jiff::Timestamp) -> Result<HttpResponse, Failure> {
    let (field, message) = match answer {
        SubscribeAnswer::Asked => return Ok(json(StatusCode::ACCEPTED, &json!({ "status": "asked" }))),
        SubscribeAnswer::Wait(until) => {
            let seconds = words::seconds_until(*until, now);
            return Ok(json_later(seconds, &Errors::one("", words::wait(language, seconds)?)));
        }
        SubscribeAnswer::BadAddress(error) => ("email", about_address(language, error)?),
        SubscribeAnswer::BadName(error) => ("name", Pages::say(language, error.key())?),
        SubscribeAnswer::BadLanguage => ("language", Pages::say(language, "web-form-error-language")?),
        SubscribeAnswer::NoSuchNewsletter => ("newsletter", Pages::say(language, "web-api-error-newsletter")?),
        SubscribeAnswer::Closed => ("newsletter", Pages::say(language, "web-closed-api")?),
        SubscribeAnswer::BadProof(_) => ("altcha", Pages::say(language, "web-api-error-proof")?),
        SubscribeAnswer::WordingChanged => ("", Pages::say(language, "web-form-error-wording")?),
    };
    Ok(json(StatusCode::UNPROCESSABLE_ENTITY, &Errors::one(field, message)))
}

/// An object, and not the list that serde would take for one as well.
fn read(body: &[u8]) -> Option<Subscription> {
    let is_object = body.trim_ascii_start().starts_with(b"{");
    is_object.then(|| serde_json::from_slice(body).ok()).flatten()
}

/// RFC 8259 §1.2; parameters such as a charset are allowed and mean nothing.
fn is_json(http: &HttpRequest) -> bool {
    let kind = http.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}
