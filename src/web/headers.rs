//! The security headers of every answer: pages, errors, assets (R194). One middleware, so no route can forget them.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;

use super::pages::Pages;

/// No inline anything, and the only script is the form's, out of `/static`.
const POLICY: &str = "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

/// For a form that stands in a frame on the pages of these origins, and of nobody else (R212).
pub fn framed_policy(origins: &[String]) -> String {
    let ancestors = if origins.is_empty() { "'none'".to_owned() } else { origins.join(" ") };
    POLICY.replace("frame-ancestors 'none'", &format!("frame-ancestors {ancestors}"))
}

/// For an edition's web version, whose layout is the mail's: inline styles, pictures from our public address, and nothing
/// that acts.
pub fn edition_policy(origin: &str) -> String {
    format!(
        "default-src 'none'; img-src 'self' {origin}; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
}

/// For a mail in a frame of ours: inline styles, pictures unless they are off, links that open beside the page. The sandbox makes
/// the frame's own origin opaque, so ours is named for the pictures.
pub fn mail_policy(origin: &str, pictures: bool) -> String {
    let pictures = if pictures { format!("'self' {origin} data:") } else { "'none'".to_owned() };
    format!(
        "default-src 'none'; img-src {pictures}; style-src 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
    )
}

const FIXED: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];

/// Middleware. What a handler set itself (an edition's own policy) stays.
pub async fn secure(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    // Over plain http the header would be ignored (RFC 6797 §7.2), and on loopback it would lock out other programs.
    let https = request.app_data::<web::Data<Pages>>().is_none_or(|pages| pages.is_https());
    let mut response = next.call(request).await?;
    apply(response.headers_mut(), https);
    Ok(response)
}

fn apply(headers: &mut HeaderMap, https: bool) {
    for (name, value) in FIXED {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}
