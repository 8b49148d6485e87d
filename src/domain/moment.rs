//! A time as somebody types it: on the clocks of a zone, or with an offset of its own.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    #[error("\"{typed}\" is not a time: write 2027-03-01T09:00 (in {zone}) or 2027-03-01T09:00:00+01:00")]
    Form { typed: String, zone: String },
    #[error("\"{typed}\" does not exist in {zone}, where clocks jump over it: {instead} is the next time that does")]
    Gap { typed: String, zone: String, instead: String },
    #[error("\"{typed}\" is past")]
    Past { typed: String },
}

/// The moment somebody means who types `2027-03-01T09:00` on the clocks of `zone`, or a time with its offset. It has to come
/// yet. Of a time that comes twice the first is meant, as a cadence means it.
pub fn parse(typed: &str, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, MomentError> {
    let typed = typed.trim();
    let shown = || typed.escape_debug().to_string();
    let named = || zone.iana_name().unwrap_or("the newsletter's zone").to_owned();
    let at = match typed.parse::<Timestamp>() {
        Ok(at) => at,
        Err(_) => {
            // A day alone would be its midnight, which nobody means.
            let civil = typed.parse::<DateTime>().ok().filter(|_| typed.contains(':'));
            let civil = civil.ok_or_else(|| MomentError::Form { typed: shown(), zone: named() })?;
            let ambiguous = zone.to_ambiguous_timestamp(civil);
            if let AmbiguousOffset::Gap { after, .. } = ambiguous.offset() {
                let jump = after.to_timestamp(civil).ok().and_then(|before| zone.following(before).next());
                let instead = jump.map(|jump| jump.timestamp().to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string());
                return Err(MomentError::Gap { typed: shown(), zone: named(), instead: instead.unwrap_or_default() });
            }
            ambiguous.earlier().map_err(|_| MomentError::Form { typed: shown(), zone: named() })?
        }
    };
    if at <= now {
        return Err(MomentError::Past { typed: shown() });
    }
    Ok(at)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_on_the_clocks_of_the_zone_or_with_its_offset() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let now: Timestamp = "2027-02-01T00:00:00Z".parse().unwrap();
        for (typed, meant) in [
            ("2027-03-01T09:00", "2027-03-01T08:00:00Z"),
            (" 2027-03-01 09:00 ", "2027-03-01T08:00:00Z"),
            ("2027-03-01T09:00:30", "2027-03-01T08:00:30Z"),
            ("2027-07-01T09:00", "2027-07-01T07:00:00Z"),
            ("2027-03-01T09:00Z", "2027-03-01T09:00:00Z"),
            ("2027-03-01T09:00:00+05:30", "2027-03-01T03:30:00Z"),
            // Comes twice, on 31 October: the first.
            ("2027-10-31T02:30", "2027-10-31T00:30:00Z"),
            ("2027-10-31T02:30+01:00", "2027-10-31T01:30:00Z"),
            ("2027-02-01T01:00:01", "2027-02-01T00:00:01Z"),
        ] {
            assert_eq!(parse(typed, &zone, now).unwrap().to_string(), meant, "{typed}");
        }
        for (typed, told) in [
            ("", "is not a time"),
            ("tomorrow", "(in Europe/Berlin)"),
            ("2027-03-01", "is not a time"),
            ("09:00", "is not a time"),
            ("2027-02-30T09:00", "is not a time"),
            ("2027-03-01T25:00", "is not a time"),
            ("01.03.2027 09:00", "is not a time"),
            ("2027-03-28T02:30", "2027-03-28T03:00 is the next time that does"),
            ("2027-03-28T02:00", "does not exist in Europe/Berlin"),
            ("2027-02-01T01:00", "is past"),
            ("2001-01-01T09:00", "is past"),
        ] {
            let error = parse(typed, &zone, now).unwrap_err().to_string();
            assert!(error.contains(told), "{typed}: {error}");
        }
    }

    #[test]
    fn a_gap_of_half_an_hour_and_one_at_midnight_have_an_end_too() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for (zone, typed, instead) in [
            ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:30"),
            ("Africa/Cairo", "2026-04-24T00:30", "2026-04-24T01:00"),
        ] {
            let error = parse(typed, &TimeZone::get(zone).unwrap(), now).unwrap_err();
            assert!(error.to_string().contains(instead), "{error}");
        }
    }
}
