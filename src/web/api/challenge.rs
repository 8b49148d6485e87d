//! The challenge of the proof of work (R175), for the form's script and for programs.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::json;
use crate::journeys::limits;
use crate::web::State;
use crate::web::failure::Failure;

/// GET /challenge, GET /api/v1/challenge. Making one costs a few hundred microseconds, which the web's own threads do not spend.
pub async fn show(state: web::Data<State>) -> Result<HttpResponse, Failure> {
    let context = Arc::clone(&state.context);
    let now = state.clock.now();
    let challenge = state.store.read(move |conn| limits::challenge(conn, &context, now)).await?;
    Ok(json(StatusCode::OK, &challenge))
}
