//! What goes wrong, and the page that says so. Handlers return a [`Failure`] with the cause inside; the cause goes to the
//! log, the visitor gets a page in their language with a way back and nothing about our insides (R205).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError, web};

use super::api;
use super::language::Visit;
use super::pages::{Page, Pages};

/// Why a request did not get what it asked for.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("there is no such page")]
    NotFound,
    #[error("the request came from another site, or this role may not do that")]
    Forbidden,
    #[error("the request is incomplete")]
    BadRequest,
    /// Nobody is signed in; the desk's page has the form.
    #[error("not signed in")]
    SignInFirst,
    /// Until it is tried again, in seconds.
    #[error("too many attempts")]
    TooMany(i64),
    #[error("the request was cut off or is too large: {0}")]
    Payload(#[from] actix_web::error::PayloadError),
    #[error(transparent)]
    Text(#[from] crate::i18n::MissingText),
    #[error("page template: {0}")]
    Template(#[from] Box<handlebars::RenderError>),
    #[error(transparent)]
    Journey(#[from] crate::journeys::JourneyError),
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    #[error(transparent)]
    Inside(#[from] anyhow::Error),
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Failure::NotFound => StatusCode::NOT_FOUND,
            Failure::Forbidden => StatusCode::FORBIDDEN,
            Failure::BadRequest => StatusCode::BAD_REQUEST,
            Failure::SignInFirst => StatusCode::SEE_OTHER,
            Failure::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Failure::Payload(cause) => cause.status_code(),
            Failure::Text(_) | Failure::Template(_) | Failure::Journey(_) | Failure::Store(_) | Failure::Inside(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// Bare: [`explain`] puts the page in.
    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        if matches!(self, Failure::SignInFirst) {
            answer.insert_header((header::LOCATION, "/staff"));
        }
        if let Failure::TooMany(seconds) = self {
            answer.insert_header((header::RETRY_AFTER, header::HeaderValue::from(*seconds)));
        }
        answer.finish()
    }
}

/// Put into an error's response, this keeps [`explain`] from replacing its body.
pub struct AsIs;

/// Middleware: gives every error that has no page of its own one. It sees what handlers return as well as what actix
/// itself refuses (unknown paths, wrong methods, bodies beyond the limit).
pub async fn explain(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    // A handler's error arrives as a response that remembers it; none of our middleware returns one as `Err`.
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    if let Some(error) = response.response().error()
        && status.is_server_error()
    {
        tracing::error!(%error, "a request failed");
    }
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| ["text/html", "application/json"].iter().any(|kind| value.as_bytes().starts_with(kind.as_bytes())));
    let as_is = response.response().extensions().get::<AsIs>().is_some();
    if !(status.is_client_error() || status.is_server_error()) || is_page || as_is {
        return Ok(response);
    }
    let (http, bare) = response.into_parts();
    let mut page = page(&http, status);
    // RFC 9110 §15.5.6, §15.5.2: what may be done instead is in the headers.
    for name in [header::ALLOW, header::RETRY_AFTER] {
        copy(&name, bare.headers().get(&name), &mut page);
    }
    Ok(ServiceResponse::new(http, page))
}

fn copy(name: &HeaderName, value: Option<&HeaderValue>, page: &mut HttpResponse) {
    if let Some(value) = value {
        page.headers_mut().insert(name.clone(), value.clone());
    }
}

fn page(http: &actix_web::HttpRequest, status: StatusCode) -> HttpResponse {
    let visit = Visit::of(http);
    let which = match status.as_u16() {
        code @ (403 | 404 | 405 | 413 | 429) => code,
        400..=499 => 400,
        _ => 500,
    };
    let rendered = http.app_data::<web::Data<Pages>>().map(|pages| {
        let language = visit.language();
        let lead = Pages::say(language, &format!("web-error-{which}-lead"))?;
        if api::is_path(http.path()) {
            return Ok(api::json(status, &api::Errors::one("", lead)));
        }
        let title = Pages::say(language, &format!("web-error-{which}-title"))?;
        // Without a language switch: the path of an error can be anything, also the start of another site's address.
        pages.answer(&visit, Page::new("message", language, title).status(status).private(), &serde_json::json!({ "lead": lead }))
    });
    match rendered {
        Some(Ok(page)) => page,
        // The last resort, when not even the error page can be made.
        Some(Err(error)) => {
            tracing::error!(%error, "the error page failed");
            HttpResponse::build(status).content_type("text/plain; charset=utf-8").body("Something went wrong.\n")
        }
        None => HttpResponse::build(status).finish(),
    }
}
