//! An event as a calendar file (RFC 5545): what a reader's calendar takes in when they follow the link (R268, R269).

use std::fmt::Write as _;

use jiff::tz::{TimeZone, TimeZoneTransition};
use jiff::{SignedDuration, Timestamp};

use super::news::Event;

/// What the file says of an event.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The same for ever, so that a calendar knows a changed event again (RFC 5545 §3.8.4.7).
    pub uid: &'a str,
    /// Grows with every change (§3.8.7.4).
    pub revision: i64,
    pub changed_at: Timestamp,
    pub cancelled: bool,
    pub title: &'a str,
    /// Plain text.
    pub description: &'a str,
    /// Where more stands.
    pub url: Option<&'a str>,
    pub event: &'a Event,
}

/// The whole file, in lines of at most 75 octets that end in CRLF (§3.1). `None` in a time zone nobody knows.
pub fn file(entry: &Entry<'_>) -> Option<String> {
    let Event { starts, ends, zone: name, place, online } = entry.event;
    let zone = TimeZone::get(name).ok()?;
    let from = starts.to_zoned(zone.clone()).ok()?.timestamp();
    let until = match ends {
        Some(ends) => ends.to_zoned(zone.clone()).ok()?.timestamp(),
        None => from,
    };
    let mut lines = Lines::default();
    lines.add("BEGIN", "VCALENDAR");
    lines.add("VERSION", "2.0");
    lines.add("PRODID", "-//Rundbrief//Rundbrief//DE");
    lines.add("CALSCALE", "GREGORIAN");
    // Not REQUEST: nobody is invited, and nothing is answered to the organiser.
    lines.add("METHOD", "PUBLISH");
    let in_zone = name != "UTC";
    if in_zone {
        time_zone(&mut lines, name, &zone, from, until);
    }
    lines.add("BEGIN", "VEVENT");
    lines.add("UID", entry.uid);
    lines.add("DTSTAMP", &utc(entry.changed_at));
    lines.add("LAST-MODIFIED", &utc(entry.changed_at));
    lines.add("SEQUENCE", &entry.revision.to_string());
    lines.add("STATUS", if entry.cancelled { "CANCELLED" } else { "CONFIRMED" });
    let mut time = |key: &str, local: jiff::civil::DateTime| {
        let value = local.strftime("%Y%m%dT%H%M%S").to_string();
        if in_zone { lines.add(&format!("{key};TZID={name}"), &value) } else { lines.add(key, &format!("{value}Z")) }
    };
    time("DTSTART", *starts);
    if let Some(ends) = ends.filter(|ends| ends > starts) {
        time("DTEND", ends);
    }
    lines.text("SUMMARY", entry.title);
    if let Some(place) = place.as_deref().or(online.as_deref()) {
        lines.text("LOCATION", place);
    }
    let mut description = entry.description.trim().to_owned();
    if let Some(online) = online.as_deref().filter(|online| !description.contains(online)) {
        let _ = write!(description, "\n\n{online}");
    }
    if !description.trim().is_empty() {
        lines.text("DESCRIPTION", description.trim());
    }
    if let Some(url) = entry.url {
        lines.add("URL", url);
    }
    lines.add("TRANSP", "OPAQUE");
    lines.add("END", "VEVENT");
    lines.add("END", "VCALENDAR");
    Some(lines.out)
}

/// The zone's rules as far as the event needs them (§3.6.5): the change before it, and those until its end.
fn time_zone(lines: &mut Lines, name: &str, zone: &TimeZone, from: Timestamp, until: Timestamp) {
    lines.add("BEGIN", "VTIMEZONE");
    lines.add("TZID", name);
    let before = zone.preceding(from.saturating_add(SignedDuration::from_secs(1)).unwrap_or(from)).next();
    let during = zone.following(from).take_while(|change| change.timestamp() <= until);
    let mut any = false;
    for change in before.into_iter().chain(during) {
        observance(lines, zone, &change);
        any = true;
    }
    if !any {
        // A zone that never changed its clocks: one rule, valid since always.
        let offset = offset(zone.to_offset(from).seconds());
        lines.add("BEGIN", "STANDARD");
        lines.add("DTSTART", "19700101T000000");
        lines.add("TZOFFSETFROM", &offset);
        lines.add("TZOFFSETTO", &offset);
        lines.add("END", "STANDARD");
    }
    lines.add("END", "VTIMEZONE");
}

fn observance(lines: &mut Lines, zone: &TimeZone, change: &TimeZoneTransition<'_>) {
    let kind = if change.dst().is_dst() { "DAYLIGHT" } else { "STANDARD" };
    let earlier = change.timestamp().checked_sub(SignedDuration::from_secs(1)).unwrap_or(change.timestamp());
    let old = zone.to_offset(earlier);
    lines.add("BEGIN", kind);
    // The clock as it stood at that moment before it was changed (§3.6.5).
    lines.add("DTSTART", &old.to_datetime(change.timestamp()).strftime("%Y%m%dT%H%M%S").to_string());
    lines.add("TZOFFSETFROM", &offset(old.seconds()));
    lines.add("TZOFFSETTO", &offset(change.offset().seconds()));
    lines.text("TZNAME", change.abbreviation());
    lines.add("END", kind);
}

/// "+0100", with seconds where a zone had them (§3.3.14).
fn offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let all = seconds.unsigned_abs();
    let (hours, minutes, rest) = (all / 3600, all / 60 % 60, all % 60);
    let rest = if rest == 0 { String::new() } else { format!("{rest:02}") };
    format!("{sign}{hours:02}{minutes:02}{rest}")
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[derive(Default)]
struct Lines {
    out: String,
}

impl Lines {
    /// A value of type TEXT (§3.3.11).
    fn text(&mut self, key: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        for c in value.chars() {
            match c {
                '\\' | ';' | ',' => escaped.extend(['\\', c]),
                '\n' => escaped.push_str("\\n"),
                c if c.is_control() => {}
                c => escaped.push(c),
            }
        }
        self.add(key, &escaped);
    }

    /// Folds at 75 octets, never within a character (§3.1).
    fn add(&mut self, key: &str, value: &str) {
        let mut octets: usize = 0;
        for c in key.chars().chain([':']).chain(value.chars()) {
            if octets.saturating_add(c.len_utf8()) > 75 {
                self.out.push_str("\r\n ");
                octets = 1;
            }
            self.out.push(c);
            octets = octets.saturating_add(c.len_utf8());
        }
        self.out.push_str("\r\n");
    }
}
