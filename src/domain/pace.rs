//! How many mails may begin now, if the relay, or our good name with it, allows only so many in a time (R46, R47).
//!
//! Mails have turns at equal distances. A claim takes the turns of about one second, so that one look at the database serves
//! many mails; turns that nobody took are lost.

use jiff::SignedDuration;

/// What is configured, for all nodes together. Each None: no such limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    pub per_second: Option<u32>,
    pub per_hour: Option<u32>,
    /// On the first day; each day half as many again, up to `per_hour`.
    pub ramp_up_per_hour: Option<u32>,
}

/// After so many days of growing by half nothing is left to limit.
const LAST_DAY: i64 = 40;
const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;

impl Limits {
    pub fn any(self) -> bool {
        self != Limits::default()
    }

    /// µs between two mails on the `day`-th day (from 0) of sending. None: no limit.
    pub fn gap(self, day: i64) -> Option<i64> {
        let every = |time: i64, rate: i64| time / rate.max(1);
        let ramp = self.ramp_up_per_hour.filter(|_| day < LAST_DAY).map(|start| ramped(i64::from(start), day));
        [
            self.per_second.map(|rate| every(SECOND, i64::from(rate))),
            self.per_hour.map(|rate| every(HOUR, i64::from(rate))),
            ramp.map(|rate| every(HOUR, rate)),
        ]
        .into_iter()
        .flatten()
        .max()
    }
}

/// Never doubled from one day to the next (R47).
fn ramped(start: i64, day: i64) -> i64 {
    (0..day).fold(start.max(2), |rate, _| rate.saturating_add(rate / 2))
}

/// Full days since `since`; times in µs. A clock that went back is still on the first day.
pub fn days(since: i64, now: i64) -> i64 {
    let day = i64::try_from(SignedDuration::from_hours(24).as_micros()).unwrap_or(i64::MAX);
    now.saturating_sub(since).max(0) / day
}

/// How many mails may be claimed now, if the next turn is at `next_at` (µs).
pub fn turns(next_at: i64, now: i64, gap: i64) -> i64 {
    if next_at > now {
        return 0;
    }
    (SECOND / gap.max(1)).max(1)
}

/// The next turn after `taken` were taken now. Of the turns nobody took, only half a second's worth is made up for: as
/// long as a node that has nothing to do sleeps.
pub fn next_turn(next_at: i64, now: i64, gap: i64, taken: i64) -> i64 {
    next_at.max(now.saturating_sub(SECOND / 2)).saturating_add(gap.saturating_mul(taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many mails begin in `seconds`, if somebody looks every `look` µs.
    fn sent(limits: Limits, look: i64, seconds: i64) -> i64 {
        let gap = limits.gap(0).unwrap_or(1);
        let (mut next_at, mut now, mut count) = (0, 0, 0);
        while now < seconds * SECOND {
            let turns = turns(next_at, now, gap);
            if turns > 0 {
                next_at = next_turn(next_at, now, gap, turns);
                count += turns;
            }
            now += look;
        }
        count
    }

    #[test]
    fn as_many_as_configured_however_often_somebody_looks() {
        for (limits, expected) in [
            (Limits { per_second: Some(20), ..Limits::default() }, 1_200),
            (Limits { per_hour: Some(3_600), ..Limits::default() }, 60),
            (Limits { per_hour: Some(60), ..Limits::default() }, 1),
            (Limits { per_second: Some(20), per_hour: Some(600), ramp_up_per_hour: Some(3_600) }, 10),
        ] {
            for look in [100_000, 300_000, 500_000] {
                let sent = sent(limits, look, 60);
                assert!(sent <= expected + expected / 50 + 1 && sent >= expected * 9 / 10, "{limits:?} every {look}: {sent}");
            }
        }
    }

    #[test]
    fn a_ramp_grows_each_day_and_never_doubles() {
        let limits = Limits { per_hour: Some(10_000), ramp_up_per_hour: Some(100), ..Limits::default() };
        let rates: Vec<i64> = (0..60).map(|day| limits.gap(day).map_or(0, |gap| HOUR / gap)).collect();
        assert_eq!(rates.iter().take(4).copied().collect::<Vec<_>>(), [100, 150, 225, 337]);
        assert_eq!(rates.last(), Some(&10_000));
        assert!(rates.iter().zip(rates.iter().skip(1)).all(|(one, next)| next >= one && *next < 2 * one));
    }

    #[test]
    fn without_limits_there_is_nothing_to_ask() {
        assert!(!Limits::default().any());
        assert_eq!(Limits::default().gap(0), None);
        assert_eq!((days(0, -5), days(0, 86_400 * SECOND * 3)), (0, 3));
    }
}
