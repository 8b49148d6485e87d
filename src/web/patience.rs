//! No body takes for ever: whoever sends one octet by octet would keep a connection and a worker's memory busy (R204). The head has a
//! time limit of its own, in the server.

use std::io;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use futures_util::{StreamExt, stream};

/// How long a request's body may take.
#[derive(Clone, Copy)]
pub struct Patience(pub Duration);

impl Default for Patience {
    fn default() -> Self {
        Self(Duration::from_secs(30))
    }
}

/// Middleware.
pub async fn limit(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if *request.method() == Method::POST {
        let Patience(most) = request.app_data::<web::Data<Patience>>().map(|patience| ***patience).unwrap_or_default();
        let body = request.take_payload();
        request.set_payload(Payload::Stream { payload: Box::pin(within(most, body)) });
    }
    next.call(request).await
}

/// The same body, which breaks off when the time is over.
fn within(most: Duration, body: Payload) -> impl futures_util::Stream<Item = Result<web::Bytes, PayloadError>> {
    let over = Box::pin(tokio::time::sleep(most));
    stream::unfold((body, over), |(mut body, mut over)| async move {
        let piece = tokio::select! {
            biased;
            piece = body.next() => piece?,
            () = &mut over => Err(PayloadError::Io(io::Error::new(io::ErrorKind::TimedOut, "the body took too long"))),
        };
        Some((piece, (body, over)))
    })
}
