//! The same doors for programs, in JSON: no cookie, no session, the limits of the form.

pub mod challenge;
pub mod subscriptions;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;

/// What is wrong, field by field. `field` is empty where it is no field's fault.
#[derive(Serialize)]
pub struct Errors {
    errors: Vec<Wrong>,
}

#[derive(Serialize)]
struct Wrong {
    field: &'static str,
    message: String,
}

impl Errors {
    pub fn one(field: &'static str, message: String) -> Self {
        Self { errors: vec![Wrong { field, message }] }
    }
}

/// Whether an address is ours, so that what goes wrong there is told in JSON.
pub fn is_path(path: &str) -> bool {
    path.starts_with("/api/")
}

/// An answer in JSON that nobody keeps.
pub fn json(status: StatusCode, content: &impl Serialize) -> HttpResponse {
    begun(status).json(content)
}

/// The same for whoever has to come back later.
pub fn json_later(seconds: i64, content: &impl Serialize) -> HttpResponse {
    let mut answer = begun(StatusCode::TOO_MANY_REQUESTS);
    answer.insert_header((header::RETRY_AFTER, header::HeaderValue::from(seconds)));
    answer.json(content)
}

fn begun(status: StatusCode) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer
}
