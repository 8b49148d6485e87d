//! Every address of the web room, and the frame around all of them: log, security headers, error pages, limits.

use std::sync::Arc;

use actix_web::guard;
use actix_web::http::header;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpResponse, Resource, Responder};

use super::failure::Failure;
use super::pages::Pages;
use super::{State, access, api, assets, demo, failure, guesses, headers, origin, patience, public, slashes, staff};
use crate::clock::Clock;

/// Adds everything to an actix application.
pub fn configure(app: &mut ServiceConfig, state: State) {
    let demo = state.demo.is_some();
    let pages = Arc::clone(&state.pages);
    let clock = state.clock.clone();
    let body_bytes = state.config.body_bytes;
    app.app_data(web::Data::new(state));
    framed(app, pages, clock, body_bytes, move |routes| {
        public_routes(routes);
        api_routes(routes);
        if demo {
            demo_routes(routes);
        }
        staff_routes(routes);
    });
}

/// Puts routes into the frame that no answer escapes, whatever it is (R194). `body_bytes`: larger requests are refused.
pub fn framed(
    app: &mut ServiceConfig,
    pages: Arc<Pages>,
    clock: Clock,
    body_bytes: usize,
    routes: impl FnOnce(&mut ServiceConfig),
) {
    app.app_data(web::Data::from(pages))
        .app_data(web::Data::new(clock))
        .app_data(web::FormConfig::default().limit(body_bytes))
        .app_data(web::PayloadConfig::new(body_bytes))
        .service(
            web::scope("")
                .wrap(from_fn(patience::limit))
                .wrap(from_fn(guesses::limit))
                .wrap(from_fn(slashes::put_right))
                .wrap(from_fn(failure::explain))
                .wrap(from_fn(headers::secure))
                .wrap(from_fn(access::log))
                .configure(routes)
                .default_service(web::to(|| async { Err::<HttpResponse, _>(Failure::NotFound) })),
        );
}

fn public_routes(routes: &mut ServiceConfig) {
    routes
        .service(view("/", public::home::show))
        .service(view("/n/{slug}", public::form::show))
        .service(view("/n/{slug}/embed", public::form::show_embedded))
        .service(act("/subscribe", public::form::submit))
        .service(view("/challenge", api::challenge::show))
        .service(form("/confirm/{token}", public::confirm::show, public::confirm::submit))
        .service(form("/unsubscribe/{token}", public::leave::show, public::leave::submit))
        .service(form("/preferences", public::person::show_ask, public::person::submit_ask))
        .service(act("/preferences/{token}/address", public::preferences::change_address))
        .service(view("/preferences/{token}/data", public::person::show_data))
        .service(view("/preferences/{token}/data.json", public::person::download_data))
        .service(form("/preferences/{token}/erase", public::person::show_erase, public::person::erase))
        .service(form("/preferences/{token}", public::preferences::show, public::preferences::submit))
        .service(view("/archive", public::archive::index))
        .service(view("/archive/{slug}/feed.atom", public::feed::show))
        .service(view("/archive/{slug}", public::archive::show))
        .service(view("/archive/{slug}/{number}/{language}", public::archive::show_edition))
        .service(view("/images/{name}", public::media::show_image))
        .service(view("/files/{hash}/{name}", public::media::show_file))
        .service(view("/event/{name}", public::media::show_event))
        .service(view("/imprint", public::legal::show_imprint))
        .service(view("/privacy", public::legal::show_privacy))
        .service(view("/accessibility", public::legal::show_accessibility))
        .service(view("/favicon.ico", assets::show_icon))
        .service(view("/healthz", public::health::alive))
        .service(view("/readyz", public::health::ready))
        .service(view("/metrics", public::health::metrics))
        // Only files are compressed: a page that shows what somebody sent beside a secret must not be (BREACH).
        .service(web::scope("/static").wrap(Compress::default()).service(view("/{name}", assets::show)));
}

fn api_routes(routes: &mut ServiceConfig) {
    routes.service(
        web::scope("/api/v1")
            .service(act("/subscriptions", api::subscriptions::submit))
            .service(view("/challenge", api::challenge::show)),
    );
}

fn demo_routes(routes: &mut ServiceConfig) {
    routes
        .service(view("/demo/mails", demo::list))
        .service(view("/demo/mails/{id}", demo::show))
        .service(view("/demo/mails/{id}/html", demo::show_html));
}

fn staff_routes(routes: &mut ServiceConfig) {
    routes.service(
        web::scope("/staff")
            .wrap(from_fn(origin::only_from_here))
            .service(view("", staff::desk::show))
            .service(form("/sign-in", staff::desk::show, staff::sign_in::submit))
            .service(act("/sign-out", staff::sign_in::leave))
            .service(form("/invitation/{token}", staff::invitation::show, staff::invitation::submit))
            .service(view("/sessions", staff::sessions::show))
            .service(act("/sessions/{id}/revoke", staff::sessions::revoke))
            .service(form("/newsletters/{slug}/publish", staff::publish::show, staff::publish::submit))
            .service(view("/newsletters/{slug}/items/{id}", staff::item::show))
            .service(act("/newsletters/{slug}/items/{id}/{act}", staff::item::sort))
            .service(form("/newsletters/{slug}/preview", staff::preview::show, staff::preview::act))
            .service(view("/newsletters/{slug}/preview/frame", staff::preview::frame))
            .service(act("/newsletters/{slug}/plans", staff::plan::add))
            .service(act("/newsletters/{slug}/plans/{id}/{act}", staff::plan::steer))
            .service(view("/newsletters/{slug}/embed", staff::embed::show))
            .service(view("/newsletters/{slug}/issues/{number}", staff::issue::show))
            .service(form("/newsletters/{slug}/issues/{number}/{act}", staff::question::show, staff::issue::steer)),
    );
}

/// A page to look at.
fn view<F, Args>(path: &str, show: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    // actix answers HEAD only where it is told to.
    let shown = web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(show);
    web::resource(path).route(shown).default_service(refused("GET, HEAD"))
}

/// Something to do.
fn act<F, Args>(path: &str, submit: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path).route(web::post().to(submit)).default_service(refused("POST"))
}

/// A page with a form that is sent to itself.
fn form<F, FArgs, G, GArgs>(path: &str, show: F, submit: G) -> Resource
where
    F: Handler<FArgs>,
    FArgs: FromRequest + 'static,
    F::Output: Responder + 'static,
    G: Handler<GArgs>,
    GArgs: FromRequest + 'static,
    G::Output: Responder + 'static,
{
    let shown = web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(show);
    web::resource(path).route(shown).route(web::post().to(submit)).default_service(refused("GET, HEAD, POST"))
}

/// RFC 9110 §15.5.6: the refusal says what is possible.
fn refused(allowed: &'static str) -> actix_web::Route {
    web::to(move || async move { HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, allowed)).finish() })
}
