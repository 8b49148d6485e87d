//! Leaving: the page with buttons behind the visible link, and the one-click POST that mail programs send (RFC 8058).

use std::sync::Arc;

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::{StreamExt, stream};
use serde::Serialize;

use super::confirm::unknown_link;
use crate::domain::language::Language;
use crate::domain::states::Channel;
use crate::journeys::leave::{self, LeaveView, Scope};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};

#[derive(Serialize)]
struct Leave {
    lead: String,
    done: bool,
    others: i64,
    /// Where to subscribe again.
    form: Option<String>,
}

/// What a POST asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    OneClick,
    Button(Scope),
    Unclear,
}

/// GET /unsubscribe/TOKEN: changes nothing (R29).
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let context = Arc::clone(&state.context);
    let view = state.store.read(move |conn| leave::show(conn, &context, &token)).await?;
    answer(&pages, &visit, view, StatusCode::OK)
}

/// POST /unsubscribe/TOKEN.
// RFC 8058 §3.1: no cookies, no login, no redirect, and no context but the link itself; so nothing here asks for any.
pub async fn submit(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    token: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Failure> {
    let fields = read(&request, body).await;
    let (scope, channel) = match asked(&fields) {
        Asked::OneClick => (Scope::ThisNewsletter, Channel::OneClick),
        Asked::Button(scope) => (scope, Channel::Page),
        Asked::Unclear => {
            let context = Arc::clone(&state.context);
            let view = state.store.read(move |conn| leave::show(conn, &context, &token)).await?;
            return answer(&pages, &visit, view, StatusCode::UNPROCESSABLE_ENTITY).map(for_any_origin);
        }
    };
    let context = Arc::clone(&state.context);
    let now = state.clock.now();
    let view = state.store.write(move |conn| leave::leave(conn, &context, now, &token, scope, channel)).await?;
    match (channel, view) {
        (Channel::OneClick, LeaveView::Subscribed { language, .. } | LeaveView::Left { language, .. }) => {
            one_click(language).map(for_any_origin)
        }
        (Channel::OneClick, LeaveView::Gone) => one_click(visit.language()).map(for_any_origin),
        (_, view) => answer(&pages, &visit, view, StatusCode::OK).map(for_any_origin),
    }
}

/// Nobody reads this but a mail program.
fn one_click(language: Language) -> Result<HttpResponse, Failure> {
    let mut text = Pages::say(language.spoken(), "web-left-plain")?;
    text.push('\n');
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).content_type("text/plain; charset=utf-8").body(text))
}

/// Some webmail sends the one-click POST from the reader's browser (R30). No credentials are involved.
fn for_any_origin(mut answer: HttpResponse) -> HttpResponse {
    answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, header::HeaderValue::from_static("*"));
    answer
}

fn answer(pages: &Pages, visit: &Visit, view: LeaveView, status: StatusCode) -> Result<HttpResponse, Failure> {
    let (language, title, content) = match view {
        LeaveView::Subscribed { language, title, others, .. } => {
            let language = visit.language_of_reader(language);
            let lead = Pages::say_with(language, "web-leave-lead", "title", title)?;
            (language, "web-leave-title", Leave { lead, done: false, others, form: None })
        }
        LeaveView::Left { language, slug, title, others } => {
            let language = visit.language_of_reader(language);
            let lead = if others == 0 {
                Pages::say_with(language, "web-left-lead", "title", title)? + " " + &Pages::say(language, "web-left-all-lead")?
            } else {
                Pages::say_with(language, "web-left-lead", "title", title)?
            };
            (language, "web-left-title", Leave { lead, done: true, others, form: Some(format!("/n/{slug}{}", visit.query())) })
        }
        LeaveView::Gone => {
            let language = visit.language();
            let lead = Pages::say(language, "web-gone-lead")?;
            (language, "web-left-title", Leave { lead, done: true, others: 0, form: None })
        }
        LeaveView::Unknown => return unknown_link(pages, visit),
    };
    let page = Page::new("leave", language, Pages::say(language, title)?).status(status).with_switches().private();
    pages.answer(visit, page, &content)
}

fn asked(fields: &Fields) -> Asked {
    // RFC 8058 §3.2 fixes the spelling; senders of the POST do not all keep to it.
    let one_click =
        ["List-Unsubscribe", "list-unsubscribe"].iter().any(|name| fields.first(name).trim().eq_ignore_ascii_case("one-click"));
    match (one_click, fields.first("scope")) {
        (true, _) => Asked::OneClick,
        (false, "this") => Asked::Button(Scope::ThisNewsletter),
        (false, "all") => Asked::Button(Scope::AllNewsletters),
        _ => Asked::Unclear,
    }
}

/// Both encodings of RFC 8058 §3.1. A body that cannot be read asks for nothing.
async fn read(request: &HttpRequest, body: web::Bytes) -> Fields {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
        return Fields::decoded(&body);
    }
    let mut pairs = Vec::new();
    let mut parts = Multipart::new(request.headers(), stream::once(async move { Ok(body) }));
    while let Some(Ok(mut part)) = parts.next().await {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let mut value = Vec::new();
        while let Some(Ok(chunk)) = part.next().await {
            value.extend_from_slice(&chunk);
        }
        pairs.push((name, String::from_utf8_lossy(&value).into_owned()));
    }
    Fields::from(pairs)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    async fn asked_by(content_type: &str, body: &'static str) -> Asked {
        let request = TestRequest::post().insert_header((header::CONTENT_TYPE, content_type)).to_http_request();
        asked(&read(&request, web::Bytes::from_static(body.as_bytes())).await)
    }

    #[actix_web::test]
    async fn both_encodings_of_one_click_are_understood() {
        assert_eq!(asked_by("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click").await, Asked::OneClick);
        let body = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
        assert_eq!(asked_by("multipart/form-data; boundary=x", body).await, Asked::OneClick);
        assert_eq!(asked_by("", "List-Unsubscribe=One-Click").await, Asked::OneClick, "the type may be missing");
    }

    #[actix_web::test]
    async fn the_buttons_of_the_page_say_how_much() {
        let form = "application/x-www-form-urlencoded";
        assert_eq!(asked_by(form, "scope=this").await, Asked::Button(Scope::ThisNewsletter));
        assert_eq!(asked_by(form, "scope=all").await, Asked::Button(Scope::AllNewsletters));
        assert_eq!(asked_by(form, "").await, Asked::Unclear);
        assert_eq!(asked_by(form, "scope=everything").await, Asked::Unclear);
        assert_eq!(asked_by("multipart/form-data; boundary=x", "nonsense").await, Asked::Unclear);
    }
}
