//! For machines that watch: alive, ready, and the numbers.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::clock::Clock;
use crate::journeys::{JourneyError, retention};
use crate::store::{Conn, Store, StoreError, deliveries, micros, newsletters, progress, relays};
use crate::web::failure::{AsIs, Failure};
use crate::web::{State, client};

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
pub async fn metrics(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Failure> {
    // Counts that go up by one would tell a visitor whom a mail went to; monitoring asks the process itself.
    if client::came_through_a_proxy(&request) {
        return Err(Failure::NotFound);
    }
    let handle = state.metrics.as_ref().ok_or(Failure::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(handle.render()))
}

/// What is not counted as it happens but looked up: how long the queue is, and whether the relay rests. Called now and then and
/// not by whoever asks for `/metrics`, so that asking costs the database nothing.
pub async fn refresh(store: &Store, clock: &Clock) -> Result<(), JourneyError> {
    let now = micros(clock.now());
    let look = |conn: &mut Conn| {
        Ok::<_, JourneyError>((progress::queue(conn)?, relays::find(conn, deliveries::RELAY)?, retention::last_run(conn)?))
    };
    let (queue, relay, retained) = store.read(look).await?;
    for (state, count) in queue {
        // Exact: what is counted has a limit far below 2^32.
        let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        metrics::gauge!("rundbrief_queue_deliveries", "state" => state.as_str()).set(count);
    }
    let rests = relay.and_then(|health| health.blocked_until).is_some_and(|until| until > now);
    metrics::gauge!("rundbrief_relay_resting").set(if rests { 1.0 } else { 0.0 });
    if let Some(run) = retained.filter(|run| run.report.is_some()) {
        metrics::gauge!("rundbrief_retention_last_run_timestamp_seconds").set(run.at.as_duration().as_secs_f64());
    }
    Ok(())
}

/// What these are, for the lines that begin with `# HELP`.
pub fn describe() {
    metrics::describe_gauge!(
        "rundbrief_queue_deliveries",
        "Mails that wait (counted up to 100000) or are in flight or in doubt, by state"
    );
    metrics::describe_counter!("rundbrief_sign_ups_total", "Well-formed sign-ups by what became of them");
    metrics::describe_counter!("rundbrief_sign_ups_over_limit_total", "Sign-ups beyond limits.per_hour");
    metrics::describe_gauge!(
        "rundbrief_retention_last_run_timestamp_seconds",
        "When data that was kept long enough was last taken away"
    );
    metrics::describe_gauge!("rundbrief_relay_resting", "1 while sending rests because the relay is in trouble");
}
