//! For machines that watch: alive, ready, and the numbers.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::store::{Conn, StoreError, newsletters};
use crate::web::State;
use crate::web::failure::{AsIs, Failure};

const PLAIN: &str = "text/plain; charset=utf-8";

/// GET /healthz: the process answers. Asks nobody else, so that a slow database does not get it restarted.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).content_type(PLAIN).body("ok\n")
}

/// GET /readyz: the database answers, too.
pub async fn ready(state: web::Data<State>) -> HttpResponse {
    let asked = state.store.read(|conn: &mut Conn| newsletters::list(conn).map(|_| ())).await;
    let mut answer = match &asked {
        Ok(()) => HttpResponse::Ok(),
        Err(_) => HttpResponse::ServiceUnavailable(),
    };
    answer.insert_header((header::CACHE_CONTROL, "no-store")).content_type(PLAIN);
    let mut answer = match asked {
        Ok(()) => answer.body("ready\n"),
        Err(error) => {
            let error: StoreError = error;
            tracing::error!(%error, "not ready");
            answer.body("the database does not answer\n")
        }
    };
    answer.extensions_mut().insert(AsIs);
    answer
}

/// GET /metrics, in Prometheus' text format. Only counts, nothing about anybody.
pub async fn metrics(state: web::Data<State>) -> Result<HttpResponse, Failure> {
    let handle = state.metrics.as_ref().ok_or(Failure::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(handle.render()))
}
