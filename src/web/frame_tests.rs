//! What holds on every answer, also on those no handler made.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpResponse, web};
use futures_util::{StreamExt, stream};

use super::config::Config;
use super::failure::Failure;
use super::fields::Fields;
use super::pages::Pages;
use super::patience::Patience;
use super::{assets, origin, routes, samples};
use crate::clock::Clock;

async fn leaking() -> Result<HttpResponse, Failure> {
    Err(Failure::Inside(anyhow::anyhow!("password of the database: hunter2")))
}

async fn echo(fields: web::Form<Vec<(String, String)>>) -> HttpResponse {
    HttpResponse::Ok().body(Fields::from(fields.into_inner()).first("a").len().to_string())
}

fn some_routes(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/leak").to(leaking))
        .service(web::resource("/form").route(web::post().to(echo)))
        .service(web::resource("/static/{name}").route(web::get().to(assets::show)))
        .service(
            web::scope("/staff")
                .wrap(actix_web::middleware::from_fn(origin::only_from_here))
                .service(web::resource("/x").to(HttpResponse::Ok)),
        );
}

/// Asks an application with a few routes in the real frame.
async fn ask(config: Config, request: TestRequest) -> (StatusCode, HeaderMap, String) {
    let pages = Arc::new(Pages::new(&config, false).unwrap());
    let app =
        init_service(App::new().configure(move |app| routes::framed(app, pages, Clock::system(), 65_536, some_routes))).await;
    let response = call_service(&app, request.to_request()).await;
    let (status, headers) = (response.status(), response.headers().clone());
    (status, headers, String::from_utf8(read_body(response).await.to_vec()).unwrap())
}

fn is_secured(headers: &HeaderMap) {
    for name in [
        "content-security-policy",
        "x-content-type-options",
        "referrer-policy",
        "cross-origin-opener-policy",
        "permissions-policy",
    ] {
        assert!(headers.contains_key(name), "{name} is missing");
    }
}

#[actix_web::test]
async fn errors_are_pages_with_all_headers() {
    for (path, method, status) in [
        ("/nothing", Method::GET, 404),
        ("/staff/y", Method::GET, 404),
        ("/form", Method::GET, 405),
        ("/leak", Method::GET, 500),
        ("/form", Method::POST, 415),
    ] {
        let request = TestRequest::with_uri(path).method(method).insert_header((header::ACCEPT_LANGUAGE, "en"));
        let (got, headers, body) = ask(samples::config(), request).await;
        is_secured(&headers);
        assert_eq!(got.as_u16(), status, "{path}");
        assert!(body.contains("<html lang=\"en\">") && body.contains("href=\"/\""), "{path}: {body}");
        assert!(!body.contains("hunter2"), "the cause stays inside");
    }
}

#[actix_web::test]
async fn a_body_beyond_the_limit_is_refused_kindly() {
    let request = TestRequest::post()
        .uri("/form")
        .insert_header(header::ContentType::form_url_encoded())
        .set_payload(format!("a={}", "x".repeat(70_000)));
    let (status, headers, body) = ask(samples::config(), request).await;
    is_secured(&headers);
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(body.contains("<h1>"));
}

#[actix_web::test]
async fn https_is_pinned_only_where_there_is_https() {
    let (_, headers, _) = ask(samples::config(), TestRequest::with_uri("/nothing")).await;
    assert!(headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    let loopback = Config { public_url: "http://127.0.0.1:8080".to_owned(), ..samples::config() };
    let (_, headers, _) = ask(loopback, TestRequest::with_uri("/nothing")).await;
    assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
}

#[actix_web::test]
async fn assets_are_not_sent_twice() {
    let (status, headers, css) = ask(samples::config(), TestRequest::with_uri("/static/rundbrief.css")).await;
    assert_eq!(
        (status, headers.get(header::CONTENT_TYPE).unwrap().as_bytes()),
        (StatusCode::OK, &b"text/css; charset=utf-8"[..])
    );
    is_secured(&headers);
    assert!(css.contains("--accent"));
    let tag = headers.get(header::ETAG).unwrap().clone();
    let (status, _, body) =
        ask(samples::config(), TestRequest::with_uri("/static/rundbrief.css").insert_header((header::IF_NONE_MATCH, tag))).await;
    assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let (status, _, css) = ask(samples::config(), TestRequest::with_uri("/static/look.css")).await;
    assert!(status.is_success() && css.contains("--accent: rgb(39 80 107)"));
    let (status, ..) = ask(samples::config(), TestRequest::with_uri("/static/..%2Fmod.rs")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn staff_pages_act_only_on_our_own_forms() {
    let post = || TestRequest::post().uri("/staff/x");
    let (status, headers, _) = ask(samples::config(), post()).await;
    is_secured(&headers);
    assert_eq!(status, StatusCode::FORBIDDEN, "neither header");
    let (status, ..) = ask(samples::config(), post().insert_header(("sec-fetch-site", "cross-site"))).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, ..) = ask(samples::config(), post().insert_header(("sec-fetch-site", "same-origin"))).await;
    assert_eq!(status, StatusCode::OK);
    let (status, ..) = ask(samples::config(), post().insert_header((header::ORIGIN, "https://news.example.org"))).await;
    assert_eq!(status, StatusCode::OK);
    let (status, ..) = ask(samples::config(), TestRequest::with_uri("/staff/x")).await;
    assert_eq!(status, StatusCode::OK, "looking is free");
}

/// A body that never comes to its end costs its sender the connection and us half a minute (here a moment).
#[actix_web::test]
async fn a_body_that_does_not_end_is_given_up() {
    let pages = Arc::new(Pages::new(&samples::config(), false).unwrap());
    let patience = web::Data::new(Patience(Duration::from_millis(50)));
    let app = init_service(
        App::new().app_data(patience).configure(move |app| routes::framed(app, pages, Clock::system(), 65_536, some_routes)),
    )
    .await;
    let first = stream::iter([Ok::<_, PayloadError>(web::Bytes::from_static(b"a=1"))]);
    let body: Payload = Payload::Stream { payload: Box::pin(first.chain(stream::pending())) };
    let form = (header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let (request, _) = TestRequest::post().uri("/form").insert_header(form).to_request().replace_payload(body);
    let answer = call_service(&app, request).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    is_secured(answer.headers());
}
