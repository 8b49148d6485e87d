//! Times as people at the terminal read them: on the clocks of the newsletter's zone, with the offset and how far off they are.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::CliError;
use crate::domain::moment;

/// "Mon 2027-03-01 09:00 +01:00 (Europe/Berlin)".
pub(super) fn on_clocks(at: &Zoned) -> String {
    let seconds = if at.second() == 0 { "" } else { ":%S" };
    let clocks = at.strftime(&format!("%a %Y-%m-%d %H:%M{seconds} %:z")).to_string();
    match at.time_zone().iana_name() {
        Some(name) => format!("{clocks} ({name})"),
        None => clocks,
    }
}

/// The same, and how far off it is.
pub(super) fn from_now(now: Timestamp, at: Timestamp, zone: &TimeZone) -> String {
    format!("{}, {}", on_clocks(&at.to_zoned(zone.clone())), distance(now, at))
}

fn distance(now: Timestamp, at: Timestamp) -> String {
    let minutes = at.duration_since(now).as_secs().saturating_add(59) / 60;
    let say = |count: i64, unit: &str| if count == 1 { format!("in 1 {unit}") } else { format!("in {count} {unit}s") };
    match minutes {
        ..=0 => "due now".to_owned(),
        1..=119 => say(minutes, "minute"),
        120..=2_879 => say(minutes / 60, "hour"),
        _ => say(minutes / 1_440, "day"),
    }
}

/// What was typed behind `--at`.
pub(super) fn typed(at: &str, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, CliError> {
    moment::parse(at, zone, now).map_err(|error| CliError::Usage(format!("--at: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_with_its_offset_and_how_far_off_it_is() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let now: Timestamp = "2027-03-01T08:00:00Z".parse().unwrap();
        for (at, told) in [
            ("2027-03-01T08:00:00Z", "Mon 2027-03-01 09:00 +01:00 (Europe/Berlin), due now"),
            ("2027-03-01T08:00:30Z", "Mon 2027-03-01 09:00:30 +01:00 (Europe/Berlin), in 1 minute"),
            ("2027-03-01T09:59:00Z", "Mon 2027-03-01 10:59 +01:00 (Europe/Berlin), in 119 minutes"),
            ("2027-03-01T10:00:00Z", "Mon 2027-03-01 11:00 +01:00 (Europe/Berlin), in 2 hours"),
            ("2027-03-03T08:00:00Z", "Wed 2027-03-03 09:00 +01:00 (Europe/Berlin), in 2 days"),
            ("2027-03-29T07:00:00Z", "Mon 2027-03-29 09:00 +02:00 (Europe/Berlin), in 27 days"),
        ] {
            assert_eq!(from_now(now, at.parse().unwrap(), &zone), told);
        }
    }
}
