//! `http.listen` and `--listen`: an address of this computer and a port. What else people write there is told with what they
//! may have meant.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Deserializer};

pub(super) fn written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Port(u64),
    }
    let text = match Written::deserialize(deserializer)? {
        Written::Text(text) => text,
        Written::Port(port) => port.to_string(),
    };
    address(&text).map_err(serde::de::Error::custom)
}

/// # Errors
/// A sentence that says what to write instead.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let near = |port: &str| format!("127.0.0.1:{port} for this computer alone (a reverse proxy beside it)");
    let far = |port: &str| format!("[::]:{port} for every network, 0.0.0.0:{port} for IPv4 alone");
    let advice = match (text.parse::<IpAddr>(), text.rsplit_once(':')) {
        _ if text.contains("://") || text.contains('/') => format!("it is no URL and no path: write {}", near("8080")),
        (Ok(IpAddr::V4(_)), _) => format!("the port is missing: write {text}:8080"),
        (Ok(IpAddr::V6(_)), _) => format!("an IPv6 address stands in brackets before its port: write [{text}]:8080"),
        _ if is_port(text) => format!("the address is missing: write {}, or {}", near(text), far(text)),
        (Err(_), Some(("" | "*", port))) if is_port(port) => {
            format!("the address is missing: write {}, or {}", near(port), far(port))
        }
        (Err(_), Some(("localhost", port))) if is_port(port) => {
            format!("a name may mean several addresses: write 127.0.0.1:{port}, or [::1]:{port} for IPv6")
        }
        (Err(_), Some((host, port))) if is_port(port) && !host.contains(':') => {
            format!("it takes an IP address of this computer, not a name: write {}, or {}", near(port), far(port))
        }
        (Err(_), Some((_, port))) if !port.contains(']') => {
            format!("\"{port}\" is no port, which is a number from 0 to 65535: write {}", near("8080"))
        }
        _ => format!("write {}, or {}", near("8080"), far("8080")),
    };
    Err(format!("\"{text}\" is no address to listen on; {advice}"))
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_is_told_with_what_was_meant() {
        for right in ["127.0.0.1:8080", " 0.0.0.0:80 ", "[::]:8080", "[::1]:0"] {
            assert!(address(right).is_ok(), "{right}");
        }
        for (wrong, meant) in [
            (":8080", "write 127.0.0.1:8080 for this computer alone (a reverse proxy beside it), or [::]:8080 for every network"),
            ("*:8080", "the address is missing: write 127.0.0.1:8080"),
            ("8080", "the address is missing: write 127.0.0.1:8080"),
            ("localhost:8080", "write 127.0.0.1:8080, or [::1]:8080"),
            ("localhost", "write 127.0.0.1:8080"),
            ("news.example.org:80", "not a name: write 127.0.0.1:80"),
            ("127.0.0.1", "the port is missing: write 127.0.0.1:8080"),
            ("::1", "write [::1]:8080"),
            ("::", "write [::]:8080"),
            ("[::]", "write 127.0.0.1:8080"),
            ("127.0.0.1:", "is no port"),
            ("127.0.0.1:http", "\"http\" is no port"),
            ("127.0.0.1:99999", "\"99999\" is no port"),
            ("127.0.0.1:-1", "is no port"),
            ("http://127.0.0.1:8080", "it is no URL"),
            ("unix:/run/rundbrief.sock", "no path"),
            ("", "write 127.0.0.1:8080"),
        ] {
            let told = address(wrong).unwrap_err();
            assert!(told.contains(meant), "{wrong}: {told}");
        }
    }
}
