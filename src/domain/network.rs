//! Where a request comes from, as far as it matters: for limits the network and not the computer, for the proof of consent
//! as much as the settings want and no more (R147, R173).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};

/// How much of a visitor's network address is kept with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NetworkNote {
    None,
    /// Without the last octet of IPv4, the last 80 bits of IPv6.
    Truncated,
    Full,
}

impl NetworkNote {
    /// What is written down of an address.
    pub fn of(self, address: IpAddr) -> Option<String> {
        match (self, address.to_canonical()) {
            (NetworkNote::None, _) => None,
            (NetworkNote::Full, address) => Some(address.to_string()),
            (NetworkNote::Truncated, IpAddr::V4(address)) => {
                let [a, b, c, _] = address.octets();
                Some(format!("{}/24", Ipv4Addr::new(a, b, c, 0)))
            }
            (NetworkNote::Truncated, IpAddr::V6(address)) => Some(format!("{}/48", prefix(address, 3))),
        }
    }
}

/// Whom a limit counts as one: an IPv4 address, or a /64 of IPv6, of which whoever has one has all addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network(IpAddr);

impl Network {
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.into()),
            IpAddr::V6(address) => Self(prefix(address, 4).into()),
        }
    }

    /// Whether it is this computer: its own programs, or a proxy that nobody has declared.
    pub fn is_here(self) -> bool {
        self.0.is_loopback()
    }

    /// Its name in a keyed hash.
    pub fn octets(self) -> Vec<u8> {
        match self.0 {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        }
    }
}

/// A network in CIDR form, or a single address. One of IPv4 that is written as IPv6 (`::ffff:10.0.0.0/104`) is that of IPv4, as
/// addresses are compared in their shortest form. None: it is neither.
pub fn network(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok()?;
    let IpNet::V6(long) = network else { return Some(network.trunc()) };
    let mapped = long.network().to_ipv4_mapped().zip(long.prefix_len().checked_sub(96));
    match mapped {
        Some((address, length)) => Ipv4Net::new(address, length).ok().map(IpNet::V4),
        None => Some(network.trunc()),
    }
}

/// The first so many groups of 16 bits.
fn prefix(address: Ipv6Addr, groups: usize) -> Ipv6Addr {
    let mut segments = address.segments();
    // ::1 stays what it is: a prefix of zeros would be everybody's.
    if !address.is_loopback() {
        segments.iter_mut().skip(groups).for_each(|segment| *segment = 0);
    }
    segments.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_is_an_address_of_ipv4_and_a_64_of_ipv6() {
        let network = |text| Network::of(ip(text));
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"), "the same computer in another spelling");
        assert!(network("127.0.0.1").is_here() && network("::1").is_here() && network("::ffff:127.0.0.9").is_here());
        assert!(!network("192.0.2.1").is_here() && !network("::2").is_here());
    }

    #[test]
    fn a_network_is_read_in_any_form() {
        for (text, read) in [
            ("10.1.2.3", "10.1.2.3/32"),
            ("10.1.0.0/16", "10.1.0.0/16"),
            ("10.1.2.3/16", "10.1.0.0/16"),
            ("2001:db8::1", "2001:db8::1/128"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("::1", "::1/128"),
            ("::ffff:10.1.2.3", "10.1.2.3/32"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
        ] {
            assert_eq!(network(text).map(|network| network.to_string()).as_deref(), Some(read), "{text}");
        }
        for text in
            ["", "proxy.example.org", "10.1", "10.1.0.0/33", "10.1.0.0/", "10.1.0.0-10.1.0.9", "[::1]", "10.1.0.1:80", "*"]
        {
            assert_eq!(network(text), None, "{text}");
        }
    }

    #[test]
    fn as_much_is_noted_as_was_asked_for() {
        assert_eq!(NetworkNote::None.of(ip("192.0.2.77")), None);
        assert_eq!(NetworkNote::Truncated.of(ip("192.0.2.77")).unwrap(), "192.0.2.0/24");
        assert_eq!(NetworkNote::Truncated.of(ip("::ffff:192.0.2.77")).unwrap(), "192.0.2.0/24");
        assert_eq!(NetworkNote::Truncated.of(ip("2001:db8:1:2:3:4:5:6")).unwrap(), "2001:db8:1::/48");
        assert_eq!(NetworkNote::Full.of(ip("2001:db8:1:2:3:4:5:6")).unwrap(), "2001:db8:1:2:3:4:5:6");
        assert_eq!(NetworkNote::Full.of(ip("192.0.2.77")).unwrap(), "192.0.2.77");
    }
}
