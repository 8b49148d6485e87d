//! Whom Rundbrief may ask over HTTP (R199): the public internet on the web's ports, and what the settings add to it. An address
//! that somebody typed or that a feed names must not make this server ask its own neighbours.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

const fn v6(first: u16, second: u16, bits: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0), bits)
}

/// IPv4 that is not the public internet (IANA's special-purpose registry, RFC 6890).
const SPECIAL_V4: [Ipv4Net; 15] = [
    v4(0, 0, 0, 0, 8),       // this network
    v4(10, 0, 0, 0, 8),      // private
    v4(100, 64, 0, 0, 10),   // shared by customers of a provider
    v4(127, 0, 0, 0, 8),     // this computer
    v4(169, 254, 0, 0, 16),  // link-local, and the clouds' metadata
    v4(172, 16, 0, 0, 12),   // private
    v4(192, 0, 0, 0, 24),    // protocols
    v4(192, 0, 2, 0, 24),    // documentation
    v4(192, 88, 99, 0, 24),  // 6to4 relays
    v4(192, 168, 0, 0, 16),  // private
    v4(198, 18, 0, 0, 15),   // benchmarks
    v4(198, 51, 100, 0, 24), // documentation
    v4(203, 0, 113, 0, 24),  // documentation
    v4(224, 0, 0, 0, 4),     // multicast
    v4(240, 0, 0, 0, 4),     // reserved, and broadcast
];

/// The only part of IPv6 that is given out to the internet. Outside are loopback, addresses that contain one of IPv4 (mapped,
/// compatible, NAT64), unique local, link-local and multicast ones.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 3);

/// And what is not the public internet in it.
const SPECIAL_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 23),      // protocols, Teredo among them
    v6(0x2001, 0x0db8, 32), // documentation
    v6(0x2002, 0, 16),      // 6to4
    v6(0x3fff, 0, 20),      // documentation
];

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|net| net.contains(&address)),
        IpAddr::V6(address) => GLOBAL_V6.contains(&address) && !SPECIAL_V6.iter().any(|net| net.contains(&address)),
    }
}

/// What the settings say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    pub ports: Vec<u16>,
    /// Networks of the operator's own that may be asked as well.
    pub networks: Vec<IpNet>,
}

impl Reach {
    pub fn allows(&self, address: IpAddr) -> bool {
        is_public(address) || self.networks.iter().any(|net| net.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(networks: &[&str]) -> Reach {
        Reach { ports: vec![80, 443], networks: networks.iter().map(|net| net.parse().unwrap()).collect() }
    }

    fn refused(address: &str) -> bool {
        !reach(&[]).allows(address.parse().unwrap())
    }

    #[test]
    fn only_the_public_internet_is_asked() {
        for inside in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:93.184.215.14",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:1ff::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "4000::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(refused(inside), "{inside}");
        }
        for outside in
            ["93.184.215.14", "100.63.255.255", "100.128.0.1", "172.32.0.1", "223.255.255.255", "2a00:1450::1", "2001:200::1"]
        {
            assert!(!refused(outside), "{outside}");
        }
    }

    #[test]
    fn the_operators_own_networks_are_asked_when_the_settings_say_so() {
        let own = reach(&["10.1.0.0/16", "fd00:1::/32"]);
        for (address, allowed) in
            [("10.1.2.3", true), ("10.2.0.1", false), ("fd00:1::5", true), ("fd00:2::5", false), ("::ffff:10.1.2.3", false)]
        {
            assert_eq!(own.allows(address.parse().unwrap()), allowed, "{address}");
        }
    }
}
