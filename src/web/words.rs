//! Dates and numbers as people write them, in each language.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::language::Language;
use crate::i18n::{self, MissingText};

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

/// "22 November 2026, 14:05 UTC". Pages do not know where their reader is, so the zone is said.
pub fn moment(language: Language, at: Timestamp) -> Result<String, MissingText> {
    let local = at.to_zoned(TimeZone::UTC);
    Ok(format!("{}, {:02}:{:02} UTC", date(language, local.date())?, local.hour(), local.minute()))
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
    fn numbers_are_grouped() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1000), "1\u{202f}000");
        assert_eq!(number(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
