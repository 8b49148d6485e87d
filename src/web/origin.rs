//! Where a POST came from. Staff pages act only on requests of our own pages (R190): the browser says so itself in
//! `Sec-Fetch-Site`; one that is too old for that must name our origin. Without either the request is refused.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::ORIGIN;
use actix_web::http::{Method, header::HeaderName};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError, web};

use super::failure::Failure;
use super::pages::Pages;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Middleware for everything under `/staff`. GET and HEAD pass, because they change nothing.
pub async fn only_from_here(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let here = request.app_data::<web::Data<Pages>>().map(|pages| pages.origin());
    if safe || here.is_some_and(|here| is_from_here(header(SEC_FETCH_SITE), header(ORIGIN), here)) {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    }
    Ok(request.into_response(Failure::Forbidden.error_response()).map_into_right_body())
}

/// Whether a browser sent this from one of our own pages. `here` is scheme, host and port as browsers write them.
fn is_from_here(fetch_site: Option<&str>, origin: Option<&str>, here: &str) -> bool {
    match fetch_site {
        // "none" is the person themselves: typed, or from a bookmark (W3C Fetch Metadata §2.3).
        Some(site) => matches!(site, "same-origin" | "none"),
        // Page and request may disagree about who we are; the settings know. "null" is nobody.
        None => origin.is_some_and(|origin| origin.eq_ignore_ascii_case(here)),
    }
}

/// Scheme, host and port of an URL, the default port left out (RFC 6454 §6.2).
pub fn of_url(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let default = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    format!("{scheme}://{}", host.strip_suffix(default).unwrap_or(host)).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "https://news.example.org";

    #[test]
    fn our_own_pages_may_post() {
        assert!(is_from_here(Some("same-origin"), Some(HERE), HERE));
        assert!(is_from_here(Some("same-origin"), Some("null"), HERE), "no-referrer makes Origin null");
        assert!(is_from_here(Some("none"), None, HERE));
        assert!(is_from_here(None, Some(HERE), HERE), "an old browser names its origin");
    }

    #[test]
    fn nobody_else_may() {
        assert!(!is_from_here(Some("cross-site"), Some(HERE), HERE));
        assert!(!is_from_here(Some("same-site"), None, HERE), "a neighbour under the same domain");
        assert!(!is_from_here(Some(""), Some(HERE), HERE));
        assert!(!is_from_here(None, Some("https://evil.example"), HERE));
        assert!(!is_from_here(None, Some("http://news.example.org"), HERE));
        assert!(!is_from_here(None, Some("null"), HERE));
        assert!(!is_from_here(None, None, HERE), "without either header: no");
    }

    #[test]
    fn an_origin_has_no_default_port_and_no_path() {
        assert_eq!(of_url("https://News.example.org/rundbrief"), "https://news.example.org");
        assert_eq!(of_url("https://news.example.org:443"), "https://news.example.org");
        assert_eq!(of_url("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
    }
}
