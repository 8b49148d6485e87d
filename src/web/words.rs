//! Dates and numbers as people write them, in each language.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::domain::language::Language;
use crate::i18n::{self, MissingText};
use crate::mail::templates;

/// "22 November 2026".
pub fn date(language: Language, date: Date) -> Result<String, MissingText> {
    i18n::text(
        language,
        "mail-date",
        &[
            ("day", i64::from(date.day()).into()),
            ("month", i64::from(date.month()).into()),
            ("year", i64::from(date.year()).into()),
        ],
    )
}

/// "22 November 2026, 15:05 (Central European Time)": on the clocks of the newsletter, or of this installation.
pub fn moment(language: Language, at: Timestamp, zone: &TimeZone) -> Result<String, MissingText> {
    templates::moment(language, at, zone)
}

/// "22 November 2026, 15:05:09 CET": for what is looked up in another machine's log.
pub fn moment_to_the_second(language: Language, at: Timestamp, zone: &TimeZone) -> Result<String, MissingText> {
    zoned(language, &at.to_zoned(zone.clone()))
}

/// "2 March 2026, 10:00:03 CET": for documents.
pub fn zoned(language: Language, at: &Zoned) -> Result<String, MissingText> {
    Ok(format!("{}, {}", date(language, at.date())?, at.strftime("%H:%M:%S %Z")))
}

/// "2 March 2026, 10:00:03 CET (2 March 2026, 09:00:03 UTC)".
pub fn both(language: Language, at: Timestamp, zone: &TimeZone) -> Result<String, MissingText> {
    let utc = zoned(language, &at.to_zoned(TimeZone::UTC))?;
    Ok(format!("{} ({utc})", zoned(language, &at.to_zoned(zone.clone()))?))
}

/// "about 5 minutes".
pub fn duration(language: Language, seconds: i64) -> Result<String, MissingText> {
    let say = |id: &str, count: i64| i18n::text(language, id, &[("count", count.into())]);
    match seconds {
        ..=59 => i18n::text(language, "web-course-soon", &[]),
        60..=7_169 => say("web-course-minutes", seconds.saturating_add(30) / 60),
        _ => say("web-course-hours", seconds.saturating_add(1_800) / 3_600),
    }
}

/// For whoever has to come back later: whole seconds, and at least one.
pub fn seconds_until(until: Timestamp, now: Timestamp) -> i64 {
    i64::try_from(until.duration_since(now).as_millis().saturating_add(999) / 1_000).unwrap_or(i64::MAX).max(1)
}

/// That too many ask, and when to try again.
pub fn wait(language: Language, seconds: i64) -> Result<String, MissingText> {
    // Rounded up: who comes as told is not sent away again.
    match seconds {
        ..=7_200 => i18n::text(language, "web-form-error-wait", &[("minutes", (seconds.saturating_add(59) / 60).max(1).into())]),
        _ => i18n::text(language, "web-form-error-wait-hours", &[("hours", (seconds.saturating_add(3_599) / 3_600).into())]),
    }
}

/// "about 250 mails a second", or a minute where they are few.
pub fn rate(language: Language, per_second: f64) -> Result<String, MissingText> {
    if per_second < 1.0 {
        let count = format!("{:.0}", (per_second * 60.0).max(1.0)).parse::<i64>().unwrap_or(1);
        return i18n::text(language, "web-course-minute", &[("count", count.into())]);
    }
    let rate = if per_second < 10.0 {
        let point = if language == Language::En { "." } else { "," };
        format!("{per_second:.1}").replace('.', point)
    } else {
        number(format!("{per_second:.0}").parse().unwrap_or(i64::MAX))
    };
    i18n::text(language, "web-course-second", &[("rate", rate.into())])
}

/// Digits in groups of three with a narrow no-break space, which reads well in German and English (ISO 80000-1).
pub fn number(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    if number < 0 { format!("−{grouped}") } else { grouped }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_rates_are_rounded_as_people_do() {
        let said = |seconds| duration(Language::En, seconds).unwrap();
        assert_eq!([said(0), said(59)], ["less than a minute"; 2]);
        assert_eq!([said(60), said(89)], ["about one minute"; 2]);
        assert_eq!([said(90), said(7_169)], ["about 2 minutes", "about 119 minutes"]);
        assert_eq!([said(7_170), said(9_000)], ["about 2 hours", "about 3 hours"]);
        let said = |per_second| rate(Language::En, per_second).unwrap();
        assert_eq!(said(1_234.4), "about 1\u{202f}234 mails a second");
        assert_eq!(said(2.55), "about 2.5 mails a second");
        assert_eq!([said(0.5), said(0.001)], ["about 30 mails a minute", "about one mail a minute"]);
    }

    #[test]
    fn who_has_to_wait_is_told_how_long_and_never_too_short() {
        let said = |seconds| wait(Language::En, seconds).unwrap();
        assert!(said(1).contains("in one minute") && said(60).contains("in one minute"));
        assert!(said(61).contains("in 2 minutes") && said(7_200).contains("in 120 minutes"));
        assert!(said(7_201).contains("in 3 hours") && said(86_400).contains("in 24 hours"));
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(seconds_until(at("2026-03-02T10:00:00Z"), at("2026-03-02T09:59:59.5Z")), 1);
        assert_eq!(seconds_until(at("2026-03-02T09:00:00Z"), at("2026-03-02T10:00:00Z")), 1);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1000), "1\u{202f}000");
        assert_eq!(number(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
