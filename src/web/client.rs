//! Who a request comes from (R195). The connection's other end, unless it is a proxy that the settings declare: then whom that
//! proxy names. Anybody can write an `X-Forwarded-For`.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Once;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use ipnet::IpNet;

/// Whom a proxy of ours names in words that are no address.
const NOBODY: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Whether a proxy, declared or not, has handed this request on, or somebody says so.
pub fn came_through_a_proxy(request: &HttpRequest) -> bool {
    [FORWARDED, header::FORWARDED].iter().any(|name| request.headers().contains_key(name))
}

/// The visitor's address.
pub fn address(request: &HttpRequest, trusted: &[IpNet]) -> IpAddr {
    // Without a connection there is no visitor either: an application under test.
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.ip()).to_canonical();
    if !is_trusted(peer, trusted) {
        warn_of_undeclared(peer, request.headers());
        return peer;
    }
    named(peer, request.headers(), trusted)
}

/// From right to left: each proxy has appended whom it saw. The first that is no proxy of ours is the visitor, and what stands
/// left of it is only what the visitor says.
fn named(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    // Whatever octets a visitor puts before it, the proxy's own entry is there to be read.
    let lines: Vec<_> = headers.get_all(FORWARDED).map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    let mut last = peer;
    for entry in lines.join(",").rsplit(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        // Named, and not readable: whoever it is, it is not the proxy itself. All of them are one.
        let Some(address) = parse(entry) else { return NOBODY };
        last = address;
        if !is_trusted(address, trusted) {
            break;
        }
    }
    last
}

/// An address, perhaps with a port: `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443`.
fn parse(entry: &str) -> Option<IpAddr> {
    let plain = match entry.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        None if entry.matches(':').count() == 1 => entry.split(':').next()?,
        None => entry,
    };
    plain.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// A proxy that nobody has declared makes all visitors one, or nobody. Strangers who write the header are no news.
fn warn_of_undeclared(peer: IpAddr, headers: &HeaderMap) {
    static ONCE: Once = Once::new();
    let is_near = match peer {
        IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
        IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
    };
    if is_near && headers.contains_key(FORWARDED) {
        ONCE.call_once(|| {
            tracing::warn!(
                proxy = %peer,
                "a proxy hands requests on, and http.trusted_proxies does not name it: limits for each visitor cannot work"
            );
        });
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::domain::network::network;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> IpAddr {
        let mut request = TestRequest::get().peer_addr((ip(peer), 4_711).into());
        for line in forwarded {
            request = request.append_header((FORWARDED, *line));
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|text| network(text).unwrap()).collect();
        address(&request.to_http_request(), &trusted)
    }

    #[test]
    fn a_stranger_may_write_what_they_like() {
        assert_eq!(seen("192.0.2.1", &["10.0.0.1"], &[]), ip("192.0.2.1"));
        assert_eq!(seen("192.0.2.1", &["10.0.0.1"], &["127.0.0.1"]), ip("192.0.2.1"));
        assert_eq!(seen("127.0.0.1", &["10.0.0.1"], &[]), ip("127.0.0.1"));
    }

    #[test]
    fn a_declared_proxy_names_the_visitor() {
        let proxies = ["127.0.0.1", "10.0.0.7"];
        for (forwarded, visitor) in [
            (vec!["192.0.2.1"], "192.0.2.1"),
            (vec!["203.0.113.9, 192.0.2.1"], "192.0.2.1"),
            (vec!["203.0.113.9", "192.0.2.1"], "192.0.2.1"),
            (vec!["203.0.113.9, 192.0.2.1, 10.0.0.7"], "192.0.2.1"),
            (vec!["192.0.2.1:5123"], "192.0.2.1"),
            (vec!["2001:db8::1"], "2001:db8::1"),
            (vec!["[2001:db8::1]:443"], "2001:db8::1"),
            (vec!["::ffff:192.0.2.1"], "192.0.2.1"),
            (vec!["192.0.2.1, ::ffff:10.0.0.7"], "192.0.2.1"),
            (vec!["192.0.2.1, unknown"], "0.0.0.0"),
            (vec!["é, 192.0.2.1"], "192.0.2.1"),
            (vec!["192.0.2.1, unknown, 10.0.0.7"], "0.0.0.0"),
            (vec!["10.0.0.7"], "10.0.0.7"),
            (vec![""], "127.0.0.1"),
            (vec![], "127.0.0.1"),
        ] {
            assert_eq!(seen("127.0.0.1", &forwarded, &proxies), ip(visitor), "{forwarded:?}");
        }
        assert_eq!(seen("::ffff:10.0.0.7", &["192.0.2.1"], &proxies), ip("192.0.2.1"));
    }
    #[test]
    fn a_declared_network_is_all_its_addresses() {
        for (peer, networks, visitor) in [
            ("172.18.0.5", vec!["172.16.0.0/12"], "192.0.2.1"),
            ("172.32.0.5", vec!["172.16.0.0/12"], "172.32.0.5"),
            ("::ffff:172.18.0.5", vec!["172.16.0.0/12"], "192.0.2.1"),
            ("172.18.0.5", vec!["::ffff:172.16.0.0/108"], "192.0.2.1"),
            ("fd00::7", vec!["fd00::/8"], "192.0.2.1"),
            ("fe00::7", vec!["fd00::/8"], "fe00::7"),
            ("10.0.0.7", vec!["127.0.0.1", "10.0.0.7"], "192.0.2.1"),
        ] {
            assert_eq!(seen(peer, &["203.0.113.9, 192.0.2.1"], &networks), ip(visitor), "{peer} {networks:?}");
        }
        assert_eq!(seen("172.18.0.5", &["203.0.113.9, 192.0.2.1, 172.18.0.9"], &["172.16.0.0/12"]), ip("192.0.2.1"));
    }
}
