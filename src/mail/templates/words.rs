//! Dates, times, salutations and shortened headlines, in the words of each language.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::domain::language::Language;
use crate::domain::news::Event;
use crate::i18n::{self, MissingText, Value};

/// Visible characters a subject should have at most (R5).
pub(super) const SUBJECT: usize = 60;

/// "2. März 2021".
pub fn date(language: Language, date: Date) -> Result<String, MissingText> {
    let args = [
        ("day", Value::from(i64::from(date.day()))),
        ("month", i64::from(date.month()).into()),
        ("year", i64::from(date.year()).into()),
    ];
    i18n::text(language, "mail-date", &args)
}

/// "22. November 2026, 16:35 Uhr (mitteleuropäische Zeit)": a moment on the clocks of `zone`, for the slots
/// `requested_at` and `expires_at`.
pub fn moment(language: Language, at: Timestamp, zone: &TimeZone) -> Result<String, MissingText> {
    let local = at.to_zoned(zone.clone()).datetime();
    let args = [
        ("date", date(language, local.date())?.into()),
        ("time", clock(local).into()),
        ("zone", zone_words(language, zone, at)?.into()),
    ];
    i18n::text(language, "mail-moment", &args)
}

/// The slot `salutation`.
pub fn salutation(language: Language, name: Option<&str>) -> Result<String, MissingText> {
    match name.map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => i18n::text(language, "mail-salutation-name", &[("name", name.into())]),
        None => i18n::text(language, "mail-salutation", &[]),
    }
}

/// "Dienstag, 22. Juni 2021, 9:30 bis 15:00 Uhr, mitteleuropäische Sommerzeit" (R268: date, time and zone in words).
pub(super) fn event(language: Language, event: &Event) -> Result<String, MissingText> {
    let day = |at: DateTime| -> Result<String, MissingText> {
        let weekday =
            i18n::text(language, "mail-weekday", &[("weekday", i64::from(at.weekday().to_monday_one_offset()).into())])?;
        Ok(format!("{weekday}, {}", date(language, at.date())?))
    };
    let time = |at: DateTime| i18n::text(language, "mail-time", &[("time", clock(at).into())]);
    let when = match event.ends {
        Some(ends) if ends.date() == event.starts.date() => {
            let args = [("from", clock(event.starts).into()), ("to", clock(ends).into())];
            format!("{}, {}", day(event.starts)?, i18n::text(language, "mail-time-span", &args)?)
        }
        Some(ends) => format!("{}, {} – {}, {}", day(event.starts)?, time(event.starts)?, day(ends)?, time(ends)?),
        None => format!("{}, {}", day(event.starts)?, time(event.starts)?),
    };
    let zone = match TimeZone::get(&event.zone) {
        Ok(zone) => match event.starts.to_zoned(zone.clone()) {
            Ok(starts) => zone_words(language, &zone, starts.timestamp())?,
            Err(_) => event.zone.clone(),
        },
        Err(_) => event.zone.clone(),
    };
    Ok(format!("{when}, {zone}"))
}

fn zone_words(language: Language, zone: &TimeZone, at: Timestamp) -> Result<String, MissingText> {
    let info = zone.to_offset_info(at);
    let name = zone.iana_name().unwrap_or(info.abbreviation());
    // A civil abbreviation is ambiguous the world over; ours are spelled out only for the zones they are named after.
    let abbreviation = if name.starts_with("Europe/") || name == "UTC" { info.abbreviation() } else { "other" };
    i18n::text(language, "mail-zone", &[("abbreviation", abbreviation.into()), ("zone", name.into())])
}

fn clock(at: DateTime) -> String {
    format!("{}:{:02}", at.hour(), at.minute())
}

/// At most `most` characters of `text`, cut after a word a reader can stop at, with "…" if anything was cut. Quotation
/// marks and brackets that the cut left open are closed.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let fitting: String = text.chars().take(most.saturating_sub(2)).collect();
    let goes_on = text.chars().nth(fitting.chars().count()).is_some_and(|next| !next.is_whitespace());
    let whole = match fitting.rfind(char::is_whitespace).filter(|_| goes_on) {
        Some(at) => fitting.get(..at).unwrap_or(&fitting),
        None => &fitting,
    };
    let end = match stop(whole) {
        "" => &fitting,
        found => found,
    };
    format!("{end} …{}", closing(end))
}

/// `words` without what leads on at their end: punctuation, and short words in small letters ("der", "zum", "of", "with").
/// Nouns and names have capitals in German, and in English a headline loses little by a short word.
fn stop(words: &str) -> &str {
    let mut end = words;
    loop {
        end = end.trim_end_matches(|c: char| c.is_whitespace() || ",;:–-·(„»“\"&".contains(c));
        match end.rsplit_once(char::is_whitespace) {
            Some((before, last)) if is_small(last.trim_start_matches(['(', '„', '»', '“'])) => end = before,
            _ => return end,
        }
    }
}

fn is_small(word: &str) -> bool {
    word.chars().count() <= 4 && word.chars().all(char::is_lowercase)
}

/// The marks that close what `text` opens and does not close, the innermost first.
fn closing(text: &str) -> String {
    let mut open = Vec::new();
    for c in text.chars() {
        if open.last() == Some(&c) {
            open.pop();
            continue;
        }
        match c {
            '»' => open.push('«'),
            '„' => open.push('“'),
            '“' => open.push('”'),
            '(' => open.push(')'),
            _ => {}
        }
    }
    open.iter().rev().collect()
}

/// As many headlines as fit into `most` characters; the first one always, if need be cut. "…" stands for the rest.
pub(super) fn listed(headlines: &[&str], most: usize) -> String {
    let mut list = String::new();
    for headline in headlines {
        if list.is_empty() {
            list = cut(headline, most);
        } else if list.chars().count().saturating_add(headline.chars().count()) < most {
            list.push_str(" · ");
            list.push_str(headline);
        } else {
            list.push_str(" · …");
            break;
        }
    }
    list
}

/// "120 kB", "1,2 MB".
pub(super) fn size(language: Language, bytes: u64) -> String {
    let tenths = bytes.saturating_add(50_000) / 100_000;
    if tenths < 10 {
        return format!("{} kB", bytes.saturating_add(500).checked_div(1_000).unwrap_or(0).max(1));
    }
    let point = if language == Language::En { '.' } else { ',' };
    format!("{}{point}{} MB", tenths / 10, tenths % 10)
}

/// "Prüfgruppe Leipzig, 20. Februar 2021" of "Prüfgruppe Leipzig, 2021-02-20": a reader is not shown how a file writes dates.
pub(super) fn checked_by(language: Language, text: &str) -> Result<String, MissingText> {
    let dated = text.rsplit_once(',').and_then(|(who, day)| Some((who, day.trim().parse::<Date>().ok()?)));
    match dated {
        Some((who, day)) => Ok(format!("{who}, {}", date(language, day)?)),
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_told_in_words() {
        let mut meeting = Event {
            starts: "2021-06-22T09:30".parse().unwrap(),
            ends: Some("2021-06-22T15:00".parse().unwrap()),
            zone: "Europe/Berlin".to_owned(),
            place: None,
            online: None,
        };
        assert_eq!(
            event(Language::De, &meeting).unwrap(),
            "Dienstag, 22.\u{a0}Juni 2021, 9:30 bis 15:00 Uhr, mitteleuropäische Sommerzeit"
        );
        assert_eq!(
            event(Language::En, &meeting).unwrap(),
            "Tuesday, 22\u{a0}June 2021, 9:30 to 15:00, Central European Summer Time"
        );
        meeting.ends = Some("2021-06-23T12:00".parse().unwrap());
        meeting.zone = "America/New_York".to_owned();
        assert!(
            event(Language::En, &meeting).unwrap().ends_with("Wednesday, 23\u{a0}June 2021, 12:00, time zone America/New_York")
        );
    }

    #[test]
    fn a_moment_is_told_on_the_readers_clocks() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = "2026-11-22T15:05:00Z".parse().unwrap();
        assert_eq!(moment(Language::De, at, &zone).unwrap(), "22.\u{a0}November 2026, 16:05 Uhr (mitteleuropäische Zeit)");
        assert_eq!(moment(Language::DeSimple, at, &zone).unwrap(), "22.\u{a0}November 2026, 16:05 Uhr");
        assert!(moment(Language::En, at, &TimeZone::UTC).unwrap().ends_with("15:05 (UTC)"));
    }

    #[test]
    fn a_cut_headline_leaves_no_quotation_open() {
        assert_eq!(cut("Treffen »Lernen im Betrieb« in Halle", 20), "Treffen »Lernen …«");
        assert_eq!(cut("Treffen „Lernen im Betrieb“ in Halle an der Saale", 40), "Treffen „Lernen im Betrieb“ in Halle …");
        assert_eq!(cut("The “Good Work” symposium (with guests)", 38), "The “Good Work” symposium …");
        assert_eq!(cut("The “Good Work and More” symposium", 18), "The “Good Work …”");
        assert_eq!(cut("Treffen »Lernen im Betrieb« in Halle", 11), "Treffen …");
    }

    #[test]
    fn who_checked_a_text_is_told_with_a_date_in_words() {
        let told = |text| checked_by(Language::DeSimple, text).unwrap();
        assert_eq!(told("Prüfgruppe Leipzig, 2021-02-20"), "Prüfgruppe Leipzig, 20.\u{a0}Februar 2021");
        assert_eq!(told("Ada, Bob und Cleo"), "Ada, Bob und Cleo");
    }

    #[test]
    fn headlines_are_cut_at_words() {
        assert_eq!(cut("Kurz", 10), "Kurz");
        assert_eq!(cut("Zweites Vernetzungstreffen der Zukunftszentren", 30), "Zweites Vernetzungstreffen …");
        assert_eq!(cut("Zweites Vernetzungstreffen der Zukunftszentren", 34), "Zweites Vernetzungstreffen …");
        assert_eq!(cut("Treffen zum Lernen bei der Arbeit", 30), "Treffen zum Lernen …");
        assert_eq!(cut("Fourth meeting on learning at work with guests", 36), "Fourth meeting on learning …");
        assert_eq!(cut("Donaudampfschifffahrt", 10), "Donaudam …");
        assert_eq!(listed(&["Eins", "Zwei", "Drei"], 12), "Eins · Zwei · …");
        assert_eq!(salutation(Language::De, Some("  Ada ")).unwrap(), "Guten Tag Ada,");
        assert_eq!(salutation(Language::En, Some(" ")).unwrap(), "Hello,");
    }
}
