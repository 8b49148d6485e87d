//! What a request says beside its body: its cookies, its languages, whom a proxy names. Nothing said by a stranger counts.
#![no_main]

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::Uri;
use actix_web::http::header::{ACCEPT_LANGUAGE, COOKIE, HeaderName, HeaderValue};
use actix_web::test::TestRequest;
use libfuzzer_sys::fuzz_target;
use rundbrief::domain::language::Language;
use rundbrief::web::client;
use rundbrief::web::language::Visit;
use rundbrief::web::staff::session;

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");
/// As long as a session's secret is, in its letters.
const SECRET: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE";

fuzz_target!(|data: &[u8]| {
    // The header whole, and its lines as two headers of one name: proxies write either.
    let lines: Vec<HeaderValue> =
        data.splitn(2, |octet| *octet == b'\n').filter_map(|line| HeaderValue::from_bytes(line).ok()).collect();
    cookies(&lines);
    clients(&lines);
    if let Some(line) = lines.first() {
        languages(line);
    }
    if let Some(uri) = std::str::from_utf8(data).ok().and_then(|text| format!("/archive/a?{text}").parse::<Uri>().ok()) {
        queries(&uri);
    }
});

fn request(name: HeaderName, lines: &[HeaderValue]) -> TestRequest {
    lines.iter().fold(TestRequest::get(), |request, line| request.append_header((name.clone(), line.clone())))
}

fn session_of(request: &HttpRequest, https: bool) -> Option<String> {
    request.cookie(session::no_cookie(https).name()).map(|cookie| cookie.value().to_owned())
}

/// Ours comes first in its header, so nothing behind it can put another session in its place.
fn cookies(lines: &[HeaderValue]) {
    for https in [true, false] {
        let strange = request(COOKIE, lines).to_http_request();
        if let Some(value) = session_of(&strange, https) {
            // As a response it is one cookie still, whatever it is.
            let set = session::cookie(https, value).encoded().to_string();
            assert!(!set.contains(['\r', '\n', '\0']) && HeaderValue::from_str(&set).is_ok(), "{set:?}");
        }
        let name = session::no_cookie(https).name().to_owned();
        let mut first = format!("{name}={SECRET}; ").into_bytes();
        first.extend(lines.first().map(HeaderValue::as_bytes).unwrap_or_default());
        let Ok(first) = HeaderValue::from_bytes(&first) else { continue };
        let read = session_of(&request(COOKIE, &[first]).to_http_request(), https);
        assert!(read.is_none() || read.as_deref() == Some(SECRET), "{read:?}");
    }
}

fn clients(lines: &[HeaderValue]) {
    let ip = |text: &str| -> IpAddr { text.parse().unwrap() };
    let (proxies, stranger) = ([ip("127.0.0.1"), ip("10.0.0.7"), ip("fd00::7")], ip("203.0.113.9"));
    let from = |peer: IpAddr, lines: &[HeaderValue], trusted: &[IpAddr]| {
        client::address(&request(FORWARDED, lines).peer_addr((peer, 4_711).into()).to_http_request(), trusted)
    };
    // Nobody but a declared proxy is believed.
    assert_eq!(from(stranger, lines, &proxies), stranger);
    assert_eq!(from(ip("::ffff:203.0.113.9"), lines, &proxies), stranger);
    assert_eq!(from(proxies[0], lines, &[]), proxies[0]);
    for (n, proxy) in proxies.into_iter().enumerate() {
        let seen = from(proxy, lines, &proxies);
        assert_eq!(seen, seen.to_canonical());
        // What a proxy has appended counts more than all before it: in a line of its own, and at the end of the last line.
        let appended = HeaderValue::from_static("203.0.113.9");
        let mut own = lines.to_vec();
        own.push(appended);
        assert_eq!(from(proxy, &own, &proxies), stranger, "{own:?}");
        let behind = [lines.first().map(HeaderValue::as_bytes).unwrap_or_default(), b", 203.0.113.9"].concat();
        // Only text can be put together with a second proxy below.
        let Some(behind) = HeaderValue::from_bytes(&behind).ok().filter(|line| line.to_str().is_ok()) else { continue };
        assert_eq!(from(proxy, &[behind.clone()], &proxies), stranger, "{behind:?}");
        // Through a second proxy of ours.
        let chain = format!("{}, {}", behind.to_str().unwrap(), proxies[(n + 1) % proxies.len()]);
        assert_eq!(from(proxy, &[HeaderValue::from_str(&chain).unwrap()], &proxies), stranger, "{chain:?}");
    }
}

fn languages(line: &HeaderValue) {
    let accepted = |line: &HeaderValue| Visit::of(&request(ACCEPT_LANGUAGE, &[line.clone()]).to_http_request()).accepted;
    if let Some(language) = accepted(line) {
        assert!(line.to_str().unwrap().to_ascii_lowercase().contains(&language.tag()[..2]), "{line:?}");
    }
    let Ok(text) = line.to_str() else { return };
    for language in Language::ALL {
        // Nothing weighs more than 1, and the first of the heaviest wins.
        let first = HeaderValue::from_str(&format!("{language},{text}")).unwrap();
        assert_eq!(accepted(&first), Some(language), "{first:?}");
    }
}

fn queries(uri: &Uri) {
    let visit = |uri: &str| Visit::of(&TestRequest::with_uri(uri).to_http_request());
    let before = visit(&uri.to_string());
    for language in Language::ALL {
        let href = before.href_in(language);
        let after = visit(&href);
        assert_eq!(after.asked, Some(language), "{href:?}");
        assert_eq!((after.path, after.rest), (before.path.clone(), before.rest.clone()), "{href:?}");
    }
}
