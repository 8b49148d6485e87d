//! When issues are due: a cron expression on the clocks of a time zone.
//!
//! The expression is worked out on wall-clock time and only then placed on the time line (R209), so each of its times
//! comes exactly once, whatever the clocks do: a time that a change of clocks skips comes at the end of the gap, and of
//! a time that comes twice the first one counts.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, Zoned};

/// No run of skipped or doubled times is longer: the longest gap yet was a day (Samoa, 2011), and a day has 1,440 minutes.
const MAX_STEPS: usize = 2_000;

/// A cron expression of five fields and an IANA time zone. If day of month and day of week are both given, either will do.
#[derive(Clone, Debug)]
pub struct Cadence {
    expression: String,
    cron: Cron,
    zone: TimeZone,
    zone_name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CadenceError {
    #[error("\"{0}\" is no cadence: give five fields (minute, hour, day of month, month, day of week), like \"0 9 * * MON\"")]
    Fields(String),
    #[error("\"{expression}\" is no cadence: {problem}; an example is \"0 9 * * MON\", Mondays at nine")]
    Expression { expression: String, problem: String },
    #[error("\"{0}\" is no time zone; give a name like Europe/Berlin")]
    Zone(String),
    #[error("\"{0}\" never comes: no such day is in the calendar")]
    Never(String),
}

impl Cadence {
    /// Understands a cron expression of five fields and the name of a time zone.
    pub fn parse(cron: &str, zone: &str) -> Result<Cadence, CadenceError> {
        let fields: Vec<&str> = cron.split_whitespace().collect();
        let expression = fields.join(" ");
        let shown = || expression.escape_debug().to_string();
        // croner also takes "@weekly" and the like; two ways to say one thing are one too many.
        if fields.len() != 5 || expression.contains('@') || !expression.is_ascii() {
            return Err(CadenceError::Fields(shown()));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let parsed = parser
            .parse(&expression)
            .map_err(|error| CadenceError::Expression { expression: shown(), problem: error.to_string() })?;
        let zone_name = zone.trim();
        let time_zone = TimeZone::get(zone_name).map_err(|_| CadenceError::Zone(zone_name.escape_debug().to_string()))?;
        let cadence = Cadence { cron: parsed, zone: time_zone, zone_name: zone_name.to_owned(), expression };
        match cadence.next_after(Timestamp::UNIX_EPOCH) {
            Some(_) => Ok(cadence),
            None => Err(CadenceError::Never(cadence.expression)),
        }
    }

    /// The first time that is later than `after`.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        // Wall-clock time to the minute, and `after`'s own minute included: its own moment is dropped below, and of a
        // time in a gap the moment may come later than its name suggests.
        let from = self.zone.to_datetime(after);
        let mut wall = DateTime::new(from.year(), from.month(), from.day(), from.hour(), from.minute(), 0, 0).ok()?;
        let mut inclusive = true;
        for _ in 0..MAX_STEPS {
            wall = self.cron.find_next_occurrence(&wall, inclusive).ok()?;
            inclusive = false;
            let moment = self.moment(wall)?;
            if moment > after {
                return Some(moment);
            }
        }
        None
    }

    /// The next `count` times after `after`.
    pub fn next_few(&self, after: Timestamp, count: usize) -> Vec<Zoned> {
        let times = std::iter::successors(self.next_after(after), |last| self.next_after(*last));
        times.take(count).map(|at| at.to_zoned(self.zone.clone())).collect()
    }

    /// What a day of the month beside a day of the week means, where both are given: hardly anybody expects it.
    pub fn surprise(&self) -> Option<String> {
        let (days, weekdays) = (self.expression.split(' ').nth(2)?, self.expression.split(' ').nth(4)?);
        let pattern = &self.cron.pattern;
        if pattern.is_dom_wildcard() || pattern.is_dow_wildcard() || pattern.matches_dom_and_dow() {
            return None;
        }
        Some(format!(
            "\"{}\" names days of the month ({days}) and days of the week ({weekdays}), and is due on every day that is one or the \
             other, not only on those that are both. For both write \"+\" before the day of the week, +{weekdays}; for the first Monday \
             of a month write MON#1",
            self.expression
        ))
    }

    /// The expression, its fields separated by single spaces.
    pub fn cron(&self) -> &str {
        &self.expression
    }

    /// The time zone's name as it was given.
    pub fn zone(&self) -> &str {
        &self.zone_name
    }

    /// When the clocks show `wall`: the first time they do, or, if they never do, the moment they jump over it.
    fn moment(&self, wall: DateTime) -> Option<Timestamp> {
        let ambiguous = self.zone.to_ambiguous_timestamp(wall);
        match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok(),
            AmbiguousOffset::Gap { after, .. } => {
                // Read with the later offset a time in the gap lies before the jump, and no other jump is between them.
                let before_jump = after.to_timestamp(wall).ok()?;
                self.zone.following(before_jump).next().map(|jump| jump.timestamp())
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The next few times after `start`, as the clocks of the zone show them.
    fn times(cron: &str, zone: &str, start: &str, count: usize) -> Vec<String> {
        let cadence = Cadence::parse(cron, zone).unwrap();
        let mut now = at(start);
        let mut seen = Vec::new();
        for _ in 0..count {
            now = cadence.next_after(now).unwrap();
            seen.push(now.to_zoned(cadence.zone.clone()).strftime("%m-%d %H:%M %:z").to_string());
        }
        seen
    }

    #[test]
    fn mondays_at_nine_are_at_nine_in_summer_and_in_winter() {
        let seen = times("0 9 * * MON", "Europe/Berlin", "2026-03-20T00:00:00Z", 3);
        assert_eq!(seen, ["03-23 09:00 +01:00", "03-30 09:00 +02:00", "04-06 09:00 +02:00"]);
        assert_eq!(
            times("0 9 * * 1", "Europe/Berlin", "2026-10-19T06:59:59.999999Z", 2),
            ["10-19 09:00 +02:00", "10-26 09:00 +01:00"]
        );
        // The moment itself is not after itself.
        assert_eq!(times("0 9 * * 1", "Europe/Berlin", "2026-10-19T07:00:00Z", 1), ["10-26 09:00 +01:00"]);
    }

    #[test]
    fn half_past_two_comes_at_the_end_of_the_gap_in_spring() {
        let seen = times("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z", 4);
        assert_eq!(seen, ["03-28 02:30 +01:00", "03-29 03:00 +02:00", "03-30 02:30 +02:00", "03-31 02:30 +02:00"]);
        // From just before the gap, and from its end, which is the due time itself.
        assert_eq!(times("30 2 * * *", "Europe/Berlin", "2026-03-29T00:59:59Z", 1), ["03-29 03:00 +02:00"]);
        assert_eq!(times("30 2 * * *", "Europe/Berlin", "2026-03-29T01:00:00Z", 1), ["03-30 02:30 +02:00"]);
        assert_eq!(
            times("30 2 * * SUN", "Europe/Berlin", "2026-03-25T00:00:00Z", 2),
            ["03-29 03:00 +02:00", "04-05 02:30 +02:00"]
        );
    }

    #[test]
    fn half_past_two_comes_once_in_autumn_the_first_time() {
        let seen = times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 3);
        assert_eq!(seen, ["10-25 02:30 +02:00", "10-26 02:30 +01:00", "10-27 02:30 +01:00"]);
        // Between the two, and in the second one.
        assert_eq!(times("30 2 * * *", "Europe/Berlin", "2026-10-25T00:45:00Z", 1), ["10-26 02:30 +01:00"]);
        assert_eq!(times("30 2 * * *", "Europe/Berlin", "2026-10-25T01:15:00Z", 1), ["10-26 02:30 +01:00"]);
    }

    #[test]
    fn times_that_fall_together_come_once() {
        // Both of the skipped times are at the end of the gap, where three o'clock is as well.
        let seen = times("*/30 2,3 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", 3);
        assert_eq!(seen, ["03-29 03:00 +02:00", "03-29 03:30 +02:00", "03-30 02:00 +02:00"]);
        let seen = times("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", 3);
        assert_eq!(seen, ["10-25 02:00 +02:00", "10-25 03:00 +01:00", "10-25 04:00 +01:00"]);
    }

    #[test]
    fn other_parts_of_the_world_have_other_gaps() {
        // Half an hour, at two.
        assert_eq!(times("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", 1), ["10-04 02:30 +11:00"]);
        // At midnight.
        assert_eq!(times("30 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z", 1), ["04-24 01:00 +03:00"]);
        // A whole day that never was.
        assert_eq!(times("0 9 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", 1), ["12-31 00:00 +14:00"]);
        assert_eq!(times("* * * * *", "Pacific/Apia", "2011-12-30T09:59:00Z", 2), ["12-31 00:00 +14:00", "12-31 00:01 +14:00"]);
        assert_eq!(times("0 12 29 2 *", "UTC", "2026-01-01T00:00:00Z", 1), ["02-29 12:00 +00:00"]);
    }

    #[test]
    fn what_is_no_cadence_is_told_how_one_looks() {
        let told = |cron, zone| Cadence::parse(cron, zone).unwrap_err().to_string();
        for wrong in ["", "9", "0 9 * *", "0 0 9 * * MON", "@weekly", "0 9 * * MÖN"] {
            assert!(told(wrong, "Europe/Berlin").contains("five fields"), "{wrong}");
        }
        for wrong in [
            "60 9 * * *",
            "0 24 * * *",
            "0 9 0 * *",
            "0 9 * 13 *",
            "0 9 * * 8",
            "a b c d e",
            "0 9 * * FOO",
            "-1 9 * * *",
            "*/0 * * * *",
        ] {
            assert!(told(wrong, "Europe/Berlin").contains("is no cadence"), "{wrong}");
        }
        assert_eq!(told("0 9 * * 1", "Leipzig"), "\"Leipzig\" is no time zone; give a name like Europe/Berlin");
        assert_eq!(told("0 9 31 2 *", "UTC"), "\"0 9 31 2 *\" never comes: no such day is in the calendar");
        let cadence = Cadence::parse("  0  9 * * MON ", " Europe/Berlin ").unwrap();
        assert_eq!((cadence.cron(), cadence.zone()), ("0 9 * * MON", "Europe/Berlin"));
    }

    #[test]
    fn a_day_of_the_month_beside_a_day_of_the_week_is_told() {
        let told = |cron: &str| Cadence::parse(cron, "Europe/Berlin").unwrap().surprise();
        for both in
            ["0 9 1-7 * MON", "0 9 1 * 1-5", "0 9 */2 * MON", "0 9 1 * */2", "0 9 L * FRI", "0 9 1-31 * MON", "0 9 1 1 MON#1"]
        {
            let told = told(both).unwrap_or_else(|| panic!("{both}"));
            assert!(told.contains(both) && told.contains("one or the other"), "{told}");
        }
        let one = [
            "0 9 * * MON",
            "0 9 1 * *",
            "0 9 ? * MON",
            "0 9 1 * ?",
            "0 9 * * MON#1",
            "0 9 L * *",
            "0 9 1-7 * +MON",
            "*/5 * * * *",
        ];
        for one in one {
            assert_eq!(told(one), None, "{one}");
        }
        // And so it is.
        let seen = times("0 9 1-7 * MON", "Europe/Berlin", "2026-06-03T12:00:00Z", 6);
        let days: Vec<&str> = seen.iter().filter_map(|time| time.split(' ').next()).collect();
        assert_eq!(days, ["06-04", "06-05", "06-06", "06-07", "06-08", "06-15"]);
        let seen = times("0 9 1-7 * +MON", "Europe/Berlin", "2026-06-03T12:00:00Z", 2);
        assert_eq!(seen, ["07-06 09:00 +02:00", "08-03 09:00 +02:00"], "the first Mondays");
        assert_eq!(times("0 9 * * MON#1", "Europe/Berlin", "2026-06-03T12:00:00Z", 2), seen);
    }

    #[test]
    fn neighbours_of_what_people_write_are_taken_or_refused() {
        for (cron, first) in [
            ("0 9 1,15 * *", "06-15"),
            ("0 9 1-31/14 * *", "06-15"),
            ("0 9 L * *", "06-30"),
            ("0 9 29 2 *", "02-29"),
            ("0 9 31 * *", "07-31"),
            ("0 9 * JAN,MAR *", "01-01"),
            ("0 9 * * mon", "06-08"),
            ("0 9 * * 7", "06-07"),
            ("0 9 ? * FRI#L", "06-26"),
        ] {
            let seen = times(cron, "Europe/Berlin", "2026-06-03T12:00:00Z", 1);
            assert!(seen.first().is_some_and(|time| time.starts_with(first)), "{cron}: {seen:?}");
        }
        for never in ["0 9 30 2 *", "0 9 30,31 2 *", "0 9 31 2,4,6,9,11 *", "0 9 30 FEB ?", "0 9 30 2 +MON"] {
            let told = Cadence::parse(never, "Europe/Berlin").unwrap_err().to_string();
            assert!(told.contains("never comes"), "{never}: {told}");
        }
        let cadence = Cadence::parse("0 9 29 2 *", "Europe/Berlin").unwrap();
        let years: Vec<i16> = cadence.next_few(at("2026-06-03T12:00:00Z"), 3).iter().map(Zoned::year).collect();
        assert_eq!(years, [2028, 2032, 2036]);
    }

    proptest! {
        #[test]
        fn no_expression_makes_the_reader_panic(cron in "[0-9*/,LW#?A-Z -]{0,24}", fields in "([0-9]{1,3}|\\*|[0-9]-[0-9]|\\*/[0-9]) ([0-9]{1,2}|\\*) ([0-9L]{1,2}|\\*|[0-9]W) ([0-9]{1,2}|\\*|JAN) ([0-9]|\\*|[0-9]#[0-9]|MON-FRI)") {
            let _ = Cadence::parse(&cron, "Europe/Berlin");
            let _ = Cadence::parse(&fields, "Europe/Berlin");
        }

        #[test]
        fn times_only_ever_move_forward(start in 1_700_000_000i64..1_900_000_000, minute in 0u8..60, hour in 0u8..24) {
            let cadence = Cadence::parse(&format!("{minute} {hour} * * *"), "Europe/Berlin").unwrap();
            let start = Timestamp::from_second(start).unwrap();
            let first = cadence.next_after(start).unwrap();
            let second = cadence.next_after(first).unwrap();
            prop_assert!(start < first && first < second);
            prop_assert!(first.duration_since(start) <= SignedDuration::from_hours(26));
            prop_assert!(second.duration_since(first) >= SignedDuration::from_hours(22));
        }
    }
}
