//! `relay.domains`: how many mails single recipient domains get in a time. Entries are words, so that the environment can
//! hold them as well.

use std::collections::BTreeMap;

use super::sections::RelaySettings;
use crate::domain::address::Address;
use crate::domain::pace::Limits;

impl RelaySettings {
    /// The limits of single recipient domains (lower-case A-labels). Settings that were loaded have no wrong entry.
    pub fn domain_limits(&self) -> BTreeMap<String, Limits> {
        let mut all: BTreeMap<String, Limits> = BTreeMap::new();
        for (domain, limits) in self.domains.iter().filter_map(|entry| domain_limit(entry)) {
            let known = all.entry(domain).or_default();
            *known = Limits {
                per_second: limits.per_second.or(known.per_second),
                per_hour: limits.per_hour.or(known.per_hour),
                ..*known
            };
        }
        all
    }
}

/// `DOMAIN=N/s` or `DOMAIN=N/h`.
pub(super) fn domain_limit(entry: &str) -> Option<(String, Limits)> {
    let (domain, rate) = entry.split_once('=')?;
    // Whatever is a domain behind an @ is one here.
    let domain = Address::parse(&format!("x@{}", domain.trim())).ok()?.domain().to_owned();
    let (number, time) = rate.trim().split_once('/')?;
    let number = number.trim().parse().ok().filter(|number| (1..=100_000_000).contains(number))?;
    let limits = match time.trim() {
        "s" => Limits { per_second: Some(number), ..Limits::default() },
        "h" => Limits { per_hour: Some(number), ..Limits::default() },
        _ => return None,
    };
    Some((domain, limits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_one_domain_add_up_and_others_are_named() {
        let entries = ["gmx.de=5/s", "GMX.de = 2000/h", "münchen.example=60/h"].map(str::to_owned).to_vec();
        let limits = RelaySettings { domains: entries, ..RelaySettings::default() }.domain_limits();
        let both = Limits { per_second: Some(5), per_hour: Some(2_000), ..Limits::default() };
        let one = Limits { per_hour: Some(60), ..Limits::default() };
        let expected = BTreeMap::from([("gmx.de".to_owned(), both), ("xn--mnchen-3ya.example".to_owned(), one)]);
        assert_eq!(limits, expected);
        for entry in ["gmx.de", "gmx.de=5", "gmx.de=0/s", "gmx.de=-1/h", "gmx.de=5/m", "=5/s", "gmx=5/s", "a@gmx.de=5/s"] {
            assert_eq!(domain_limit(entry), None, "{entry}");
        }
    }
}
