//! A slash too many in an address is nobody's fault who copied it: looking is sent on to the right address, acting works as it is,
//! because a POST of RFC 8058 follows no redirect. Only addresses that exist are put right, so nothing else is sent anywhere.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::uri::PathAndQuery;
use actix_web::http::{Method, Uri, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

/// Middleware.
pub async fn put_right<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let tidy_path = tidy(request.match_info().as_str()).filter(|path| request.resource_map().has_resource(path));
    let right = tidy_path.and_then(|_| tidied(request.uri()));
    let Some(right) = right else { return Ok(next.call(request).await?.map_into_left_body()) };
    if [Method::GET, Method::HEAD].contains(request.method()) {
        // Browsers keep a 308, and an address with a token must not be kept.
        let target = right.path_and_query().map_or("/", PathAndQuery::as_str).to_owned();
        let answer = HttpResponse::PermanentRedirect()
            .insert_header((header::LOCATION, target))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish();
        return Ok(request.into_response(answer).map_into_right_body());
    }
    request.match_info_mut().get_mut().update(&right);
    request.head_mut().uri = right;
    Ok(next.call(request).await?.map_into_left_body())
}

/// The address with its path put right.
fn tidied(uri: &Uri) -> Option<Uri> {
    // Browsers take a backslash for a slash.
    let path = tidy(uri.path()).filter(|path| !path.contains('\\'))?;
    let whole = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(whole.parse().ok()?);
    Uri::from_parts(parts).ok()
}

/// The path with one slash between its parts and none at its end. None: it has no slash too many.
fn tidy(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let tidied = format!("/{}", parts.join("/"));
    (tidied != path).then_some(tidied)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_too_many_go() {
        for (path, right) in [
            ("/n/weekly/", Some("/n/weekly")),
            ("//n//weekly", Some("/n/weekly")),
            ("/n/weekly///", Some("/n/weekly")),
            ("//", Some("/")),
            ("//evil.example/", Some("/evil.example")),
            ("/n/weekly", None),
            ("/", None),
        ] {
            assert_eq!(tidy(path).as_deref(), right, "{path}");
        }
    }

    #[test]
    fn an_address_stays_on_this_site_and_keeps_its_query() {
        let right = |uri: &str| tidied(&uri.parse().unwrap()).map(|uri| uri.path_and_query().unwrap().to_string());
        assert_eq!(right("/archive/?lang=de&q=//x").as_deref(), Some("/archive?lang=de&q=//x"));
        assert_eq!(right("//evil.example//").as_deref(), Some("/evil.example"));
        assert_eq!(right("/\\evil.example/"), None);
        assert_eq!(right("/n/weekly%2F/").as_deref(), Some("/n/weekly%2F"));
    }
}
