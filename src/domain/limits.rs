//! How often a newsletter may be asked for (R173): by network, by the recipient's domain, in all, and without a proof of work.
//!
//! Windows are fixed: the hour of the clock, the day of UTC. What is counted is every request that could have made a mail, and
//! never whether it did: a limit must not tell who is known (R174).

use jiff::{SignedDuration, Timestamp};

/// What is counted, and over which time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    NetworkHour,
    NetworkDay,
    DomainHour,
    TotalHour,
    /// All requests that show no proof of work.
    PlainHour,
    /// Not a count but a note: everybody was told that the total is exceeded.
    AlarmHour,
}

impl Scope {
    pub const ALL: [Scope; 6] =
        [Scope::NetworkHour, Scope::NetworkDay, Scope::DomainHour, Scope::TotalHour, Scope::PlainHour, Scope::AlarmHour];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::NetworkHour => "network-hour",
            Scope::NetworkDay => "network-day",
            Scope::DomainHour => "domain-hour",
            Scope::TotalHour => "total-hour",
            Scope::PlainHour => "plain-hour",
            Scope::AlarmHour => "alarm-hour",
        }
    }

    pub fn length(self) -> SignedDuration {
        match self {
            Scope::NetworkDay => SignedDuration::from_hours(24),
            _ => SignedDuration::from_hours(1),
        }
    }

    /// When the window that holds `now` began.
    pub fn began(self, now: Timestamp) -> Timestamp {
        let length = self.length().as_secs();
        let second = now.as_second();
        Timestamp::from_second(second - second.rem_euclid(length)).unwrap_or(now)
    }

    /// When it ends, and counting begins anew.
    pub fn ends(self, now: Timestamp) -> Timestamp {
        self.began(now) + self.length()
    }
}

/// The most requests a window may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub per_network_and_hour: i64,
    pub per_network_and_day: i64,
    pub per_domain_and_hour: i64,
    pub per_hour: i64,
    pub without_work_per_hour: i64,
}

impl Limits {
    pub fn of(&self, scope: Scope) -> i64 {
        match scope {
            Scope::NetworkHour => self.per_network_and_hour,
            Scope::NetworkDay => self.per_network_and_day,
            Scope::DomainHour => self.per_domain_and_hour,
            Scope::TotalHour => self.per_hour,
            Scope::PlainHour => self.without_work_per_hour,
            Scope::AlarmHour => i64::MAX,
        }
    }

    /// Whether a count that includes the present request is too high.
    pub fn is_exceeded(&self, scope: Scope, count: i64) -> bool {
        count > self.of(scope)
    }

    /// The limit that asks a request to wait, if one does: of several the one that lasts longest. The total alone stops nobody
    /// who shows work; whoever does is asked for more of it (see [`HARDER`]).
    pub fn stops(&self, counts: &[(Scope, i64)], shows: Shows) -> Option<Scope> {
        let exceeded = counts.iter().filter(|(scope, count)| self.is_exceeded(*scope, *count)).map(|(scope, _)| *scope);
        exceeded.filter(|scope| *scope != Scope::TotalHour || shows == Shows::Nothing).max_by_key(|scope| scope.length())
    }
}

/// What a request brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    Work,
    Nothing,
}

impl Shows {
    /// For the proof of consent and for the metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Shows::Work => "proof-of-work",
            Shows::Nothing => "without-work",
        }
    }
}

/// So many times as much work is asked for while the total is exceeded.
pub const HARDER: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        per_network_and_hour: 5,
        per_network_and_day: 20,
        per_domain_and_hour: 100,
        per_hour: 200,
        without_work_per_hour: 60,
    };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_is_the_hour_of_the_clock_or_the_day() {
        let now = at("2026-03-02T09:59:59.9Z");
        assert_eq!(Scope::NetworkHour.began(now), at("2026-03-02T09:00:00Z"));
        assert_eq!(Scope::TotalHour.ends(now), at("2026-03-02T10:00:00Z"));
        assert_eq!(Scope::NetworkDay.began(now), at("2026-03-02T00:00:00Z"));
        assert_eq!(Scope::NetworkDay.ends(now), at("2026-03-03T00:00:00Z"));
        assert_eq!(Scope::TotalHour.began(at("1969-12-31T23:30:00Z")), at("1969-12-31T23:00:00Z"));
    }

    #[test]
    fn the_last_one_that_fits_passes_and_the_next_waits() {
        for scope in Scope::ALL.into_iter().filter(|scope| *scope != Scope::AlarmHour) {
            let most = LIMITS.of(scope);
            assert_eq!(LIMITS.stops(&[(scope, most)], Shows::Nothing), None);
            assert_eq!(LIMITS.stops(&[(scope, most + 1)], Shows::Nothing), Some(scope));
        }
    }

    #[test]
    fn the_total_stops_only_who_shows_no_work_and_the_longest_wait_is_told() {
        assert_eq!(LIMITS.stops(&[(Scope::TotalHour, 5_000)], Shows::Work), None);
        assert_eq!(LIMITS.stops(&[(Scope::DomainHour, 101), (Scope::TotalHour, 5_000)], Shows::Work), Some(Scope::DomainHour));
        let both = [(Scope::NetworkHour, 21), (Scope::NetworkDay, 21)];
        assert_eq!(LIMITS.stops(&both, Shows::Work), Some(Scope::NetworkDay));
    }
}
