//! The web room: public pages, staff pages, assets. Handlers read a request, call one journey inside one transaction and
//! turn its answer into a page; GET shows, POST acts. No page needs JavaScript, one can use it, a cookie is set only by signing in.

pub mod access;
pub mod api;
pub mod assets;
pub mod client;
pub mod config;
pub mod demo;
pub mod failure;
pub mod fields;
pub mod guesses;
pub mod headers;
pub mod language;
pub mod look;
pub mod origin;
pub mod pages;
pub mod patience;
pub mod public;
pub mod routes;
pub mod slashes;
pub mod staff;
pub mod words;

#[cfg(test)]
mod frame_tests;
#[cfg(test)]
mod pages_tests;
#[cfg(test)]
mod samples;

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::{App, HttpServer};
use metrics_exporter_prometheus::PrometheusHandle;

pub use self::config::{Accessibility, Config, Imprint, Logo};
pub use guesses::Guesses;
pub use pages::{Pages, PagesError};
pub use routes::configure;

use crate::clock::Clock;
use crate::journeys::Context;
use crate::store::Store;

/// What the handlers need; cheap to clone, one for each worker.
#[derive(Clone)]
pub struct State {
    pub store: Store,
    pub context: Arc<Context>,
    pub clock: Clock,
    pub config: Arc<Config>,
    pub pages: Arc<Pages>,
    /// Without one there is no `/metrics`.
    pub metrics: Option<PrometheusHandle>,
    /// The directory of captured mails; only the demo has one.
    pub demo: Option<PathBuf>,
    /// Wrong links that were tried.
    pub guesses: Arc<Guesses>,
}

/// More connections than this wait in the system's queue.
const MOST_CONNECTIONS: usize = 2_048;

/// A server on a listener that is already bound, so that a taken port is the caller's clear error. Stop it through its
/// handle: signals are the composition root's business.
pub fn server(state: State, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        let state = state.clone();
        App::new().configure(move |routes| configure(routes, state))
    })
    .workers(workers)
    .max_connections(MOST_CONNECTIONS)
    // Whoever takes longer to send a request's head is no reader (R204).
    .client_request_timeout(Duration::from_secs(10))
    .client_disconnect_timeout(Duration::from_secs(5))
    .keep_alive(Duration::from_secs(30))
    .shutdown_timeout(10)
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}
