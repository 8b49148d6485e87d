//! Whether a cell holds a date as programs and people write them, and whether it is one that has come.

use jiff::civil::Date;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// A day that stands for none: the first one that some program counts from.
    Never,
    Past,
}

/// Where programs begin to count: SQL, .NET, Windows, SQL Server, spreadsheets, Unix (here and west of Greenwich), DOS.
const NEVER: &[(i64, i64, i64)] = &[
    (0, 0, 0),
    (0, 1, 1),
    (1, 1, 1),
    (1601, 1, 1),
    (1753, 1, 1),
    (1899, 12, 30),
    (1899, 12, 31),
    (1900, 1, 0),
    (1900, 1, 1),
    (1904, 1, 1),
    (1969, 12, 31),
    (1970, 1, 1),
    (1980, 1, 1),
];

/// Nobody agreed to a newsletter before.
const FIRST_YEAR: i64 = 1990;

/// By their first letters: English, German, French, Spanish, Italian, Dutch.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "ene", "gen"],
    &["feb", "fév", "fev"],
    &["mar", "mär", "mae", "mrz", "maa"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mag", "mei"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "ago", "aoû", "aou"],
    &["sep", "set"],
    &["oct", "okt", "ott"],
    &["nov"],
    &["dec", "déc", "dez", "dic"],
];

/// Words beside a date that do not change its day by more than one.
const BESIDE: &[&str] = &[
    "am",
    "pm",
    "a.m.",
    "p.m.",
    "utc",
    "gmt",
    "z",
    "uhr",
    "um",
    "at",
    "of",
    "de",
    "cet",
    "cest",
    "mez",
    "mesz",
    "est",
    "edt",
    "cst",
    "cdt",
    "pst",
    "pdt",
    "bst",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mo",
    "di",
    "mi",
    "do",
    "fr",
    "sa",
    "so",
    "mo.",
    "di.",
    "mi.",
    "do.",
    "fr.",
    "sa.",
    "so.",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonnabend",
    "sonntag",
];

/// None: it is no date, or one that has not come or cannot be.
pub fn when(cell: &str, today: Date) -> Option<When> {
    let cell = cell.trim().to_lowercase();
    if cell.bytes().all(|octet| octet.is_ascii_digit()) {
        return number(&cell, today);
    }
    // As browsers write it: "… GMT+0100 (Central European Standard Time)".
    let cell = cell.split_once(" (").filter(|(_, rest)| rest.ends_with(')')).map_or(cell.as_str(), |(date, _)| date);
    let mut days = Vec::new();
    for token in cell.split([' ', ',', '\u{a0}', '\u{202f}']).filter(|token| !token.is_empty()) {
        let day = match token.split_once('t') {
            // ISO 8601: 2026-05-28T19:01:33Z.
            Some((day, time)) if day.ends_with(|c: char| c.is_ascii_digit()) && is_time(time) => day,
            _ => token,
        };
        if !is_time(day) && !BESIDE.contains(&day) && !is_zone(day) {
            days.extend(day.split(['-', '/', '.']).filter(|part| !part.is_empty()));
        }
    }
    match days.as_slice() {
        [one, two, three] => parts([one, two, three], today),
        _ => None,
    }
}

/// Seconds or less since 1970, or a date without anything between its parts.
fn number(digits: &str, today: Date) -> Option<When> {
    let part = |from: usize, to: usize| digits.get(from..to);
    match digits.len() {
        8 | 14 => parts([part(0, 4)?, part(4, 6)?, part(6, 8)?], today),
        length @ (9 | 10 | 13 | 16) => {
            let seconds: i64 = part(0, length.min(10))?.parse().ok()?;
            let date = jiff::Timestamp::from_second(seconds).ok()?.to_zoned(jiff::tz::TimeZone::UTC).date();
            has_come(date, today).then_some(When::Past)
        }
        _ => None,
    }
}

/// Day, month and year in one of the orders that people use.
fn parts(parts: [&str; 3], today: Date) -> Option<When> {
    let [one, two, three] = parts;
    let mut orders: Vec<(&str, i64, &str)> = Vec::new();
    let figure = |part: &str| part.parse::<i64>().ok();
    if let Some(month) = month(two) {
        // 28 May 2026, and 2026-May-28.
        orders.push(if one.len() == 4 { (one, month, three) } else { (three, month, one) });
    } else if let Some(month) = month(one) {
        // May 28, 2026.
        orders.push((three, month, two));
    } else if one.len() == 4 {
        orders.push((one, figure(two)?, three));
    } else {
        // 28.05.2026 and 05/28/2026.
        orders.push((three, figure(two)?, one));
        orders.push((three, figure(one)?, two));
    }
    let (mut never, mut past) = (false, false);
    for (year, month, day) in orders {
        let short = year.len() <= 2;
        let day = figure(ordinal(day))?;
        let year = figure(year)?;
        let (centuries, full): (&[i64], i64) = match short {
            true if year < 70 => (&[0, 1800, 1900, 2000], 2000 + year),
            true => (&[0, 1800, 1900, 2000], 1900 + year),
            false => (&[0], year),
        };
        never |= centuries.iter().any(|century| NEVER.contains(&(century + year, month, day)));
        past |= civil(full, month, day).is_some_and(|date| has_come(date, today));
    }
    match (never, past) {
        (true, false) => Some(When::Never),
        (false, true) => Some(When::Past),
        // "30.12.99" may be what a spreadsheet makes of nothing.
        _ => None,
    }
}

fn ordinal(day: &str) -> &str {
    ["th", "st", "nd", "rd"].iter().find_map(|ending| day.strip_suffix(ending)).unwrap_or(day)
}

fn month(word: &str) -> Option<i64> {
    let is_word = word.chars().count() >= 3 && word.chars().count() <= 10 && word.chars().all(char::is_alphabetic);
    let found = MONTHS.iter().position(|names| names.iter().any(|name| word.starts_with(name)));
    found.filter(|_| is_word).and_then(|month| i64::try_from(month + 1).ok())
}

fn civil(year: i64, month: i64, day: i64) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A day more for those east of us.
fn has_come(date: Date, today: Date) -> bool {
    i64::from(date.year()) >= FIRST_YEAR && today.tomorrow().is_ok_and(|tomorrow| date <= tomorrow)
}

/// 19:01:33.5+02:00, 7:01pm.
fn is_time(token: &str) -> bool {
    let token =
        token.strip_suffix("am").or_else(|| token.strip_suffix("pm")).or_else(|| token.strip_suffix('z')).unwrap_or(token);
    token.contains(':')
        && token.starts_with(|c: char| c.is_ascii_digit())
        && token.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | '+' | '-'))
}

/// +02:00, gmt+0200.
fn is_zone(token: &str) -> bool {
    let token = token.strip_prefix("gmt").or_else(|| token.strip_prefix("utc")).unwrap_or(token);
    token
        .strip_prefix(['+', '-'])
        .is_some_and(|offset| (2..=5).contains(&offset.len()) && offset.chars().all(|c| c.is_ascii_digit() || c == ':'))
}
