//! No request takes for ever: whoever sends a body octet by octet would keep a connection busy (R204). The head has a time limit
//! of its own, in the server.

use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};

/// How long a request may take, its body included. What it had written down by then stays so.
#[derive(Clone, Copy)]
pub struct Patience(pub Duration);

impl Default for Patience {
    fn default() -> Self {
        Self(Duration::from_secs(60))
    }
}

/// Middleware.
pub async fn limit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let Patience(most) = request.app_data::<web::Data<Patience>>().map(|patience| ***patience).unwrap_or_default();
    let http = request.request().clone();
    match tokio::time::timeout(most, next.call(request)).await {
        Ok(answer) => answer.map(ServiceResponse::map_into_left_body),
        Err(_) => {
            // RFC 9110 §15.5.9: the connection goes, too, as the rest of the body may still come.
            let answer = HttpResponse::RequestTimeout().force_close().finish();
            Ok(ServiceResponse::new(http, answer).map_into_right_body())
        }
    }
}
