//! Wrong links are counted by network (R185): whoever tries many is asked to wait. A right link works at any time, also from
//! there, so nobody can lock a reader out. In this process only: a few more tries on several nodes find nothing either, as a
//! signature has 128 bits.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::domain::network::Network;

/// Wrong links of one network in a minute. A person who copies badly needs three, and a whole office may share a network.
const MOST: u32 = 120;
const WINDOW: SignedDuration = SignedDuration::from_mins(1);
/// Networks remembered at a time.
const NETWORKS: usize = 10_000;

#[derive(Default)]
pub struct Guesses(Mutex<HashMap<Network, Window>>);

struct Window {
    began: Timestamp,
    count: u32,
}

impl Guesses {
    /// Counts a wrong link. If there were too many: in how many seconds it may be tried again.
    pub fn count(&self, network: Network, now: Timestamp) -> Option<i64> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= NETWORKS {
            seen.retain(|_, window| now.duration_since(window.began) < WINDOW);
            // So many networks within a minute guess together: beginning anew costs nobody anything.
            if seen.len() >= NETWORKS {
                seen.clear();
            }
        }
        let window = seen.entry(network).or_insert(Window { began: now, count: 0 });
        if now.duration_since(window.began) >= WINDOW {
            *window = Window { began: now, count: 0 };
        }
        window.count = window.count.saturating_add(1);
        let left = (window.began + WINDOW).duration_since(now).as_secs();
        (window.count > MOST).then(|| left.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_a_minute_are_answered_and_the_next_one_waits() {
        let (guesses, network) = (Guesses::default(), |text: &str| Network::of(text.parse().unwrap()));
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        for n in 0..MOST {
            assert_eq!(guesses.count(network("192.0.2.1"), now + SignedDuration::from_millis((100 * n).into())), None);
        }
        assert_eq!(guesses.count(network("192.0.2.1"), now + SignedDuration::from_secs(30)), Some(30));
        assert_eq!(guesses.count(network("192.0.2.2"), now), None, "nobody else waits");
        assert_eq!(guesses.count(network("192.0.2.1"), now + WINDOW), None, "a minute later it may go on");
    }

    #[test]
    fn it_remembers_only_so_many() {
        let guesses = Guesses::default();
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        for n in 0..25_000_u32 {
            guesses.count(Network::of(std::net::Ipv4Addr::from(0x0a00_0000 + n).into()), now);
        }
        assert!(guesses.0.lock().unwrap().len() <= NETWORKS);
    }
}
