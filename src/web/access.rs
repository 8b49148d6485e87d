//! One log line and one measurement a request. Paths are logged without secrets and without query: a link from a mail is
//! a key (R184). Addresses of visitors are not logged at all.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;

use crate::clock::Clock;
use crate::telemetry::redacted_path;

/// Middleware.
pub async fn log(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let clock = request.app_data::<web::Data<Clock>>().cloned();
    let started = clock.as_ref().map(|clock| clock.now());
    let method = request.method().as_str().to_owned();
    let path = redacted_path(request.path());
    let response = next.call(request).await?;
    let took = started.zip(clock).map(|(started, clock)| clock.now().duration_since(started)).unwrap_or_default();
    let status = response.status().as_u16();
    // The pattern, not the path: labels must stay few.
    let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
    metrics::counter!("rundbrief_http_requests_total", "route" => route.clone(), "status" => status.to_string()).increment(1);
    // With the count above it gives the mean; a histogram nobody collects would grow for ever.
    metrics::counter!("rundbrief_http_microseconds_total", "route" => route)
        .increment(u64::try_from(took.as_micros()).unwrap_or(0));
    tracing::info!(method, path, status, ms = took.as_secs_f64() * 1000.0, "request");
    Ok(response)
}
