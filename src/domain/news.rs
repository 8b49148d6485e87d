//! A news item as a file.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::front_matter::{self as front, FileError, Text, line, parsed, value};
use super::language::Language;
use super::{content, header};

/// Where an event takes place in time if its item does not say (R209).
const DEFAULT_ZONE: &str = "Europe/Berlin";

/// One text, in one language, of a news item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewsFile {
    /// Shared by the files that are texts of one item in several languages.
    pub item: Option<String>,
    pub language: Language,
    pub kicker: Option<String>,
    /// At most 998 octets as a header: an issue's subject may carry it.
    pub headline: String,
    pub lead: Option<String>,
    pub date: Option<Date>,
    /// An absolute http, https or mailto address.
    pub link: Option<String>,
    /// A file name relative to the item's file.
    pub image: Option<String>,
    /// What the item's image shows; empty if it is decorative.
    pub alt: Option<String>,
    pub caption: Option<String>,
    pub credit: Option<String>,
    pub funding: Option<String>,
    /// Leichte Sprache: who of the people it is written for read it, and when (R242).
    pub checked_by: Option<Checked>,
    /// Addresses, or names of files that lie beside this one.
    pub downloads: Vec<String>,
    /// Somebody tried the documents with a screen reader or a checker (R240).
    pub downloads_checked: bool,
    /// Where it stands in the issue: small numbers come first, items without one after them.
    pub order: Option<i64>,
    pub event: Option<Event>,
    /// Markdown with line ends of one character.
    pub body: String,
}

/// Who of the people a text is written for read it, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    pub by: String,
    pub on: Date,
}

/// When and where something takes place. Times are those on the clocks of `zone`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub starts: DateTime,
    pub ends: Option<DateTime>,
    /// An IANA name, like `Europe/Berlin`.
    pub zone: String,
    pub place: Option<String>,
    pub online: Option<String>,
}

impl Event {
    /// When it is over: at its end, or without one at the end of the day it starts on. `None` in a zone nobody knows.
    pub fn over_at(&self) -> Option<Timestamp> {
        let zone = TimeZone::get(&self.zone).ok()?;
        let end = match self.ends {
            Some(ends) => ends,
            None => self.starts.date().at(23, 59, 59, 0),
        };
        Some(end.to_zoned(zone).ok()?.timestamp())
    }
}

/// What is another now about an event that was announced. None stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Move {
    pub starts: Option<String>,
    pub ends: Option<String>,
    pub place: Option<String>,
    pub online: Option<String>,
}

/// Why an event cannot be moved.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MoveError {
    #[error("{key} \"{text}\": {NO_TIME}")]
    Time { key: &'static str, text: String },
    #[error("the event would end before it starts")]
    Backwards,
    #[error("{key}: write it on one line, without characters that nobody sees")]
    Words { key: &'static str },
    #[error("say what is new: --starts, --ends, --place or --online")]
    Nothing,
}

impl Event {
    /// The event with these changes. Without a new end it takes as long as before.
    pub fn moved(&self, change: &Move) -> Result<Event, MoveError> {
        if *change == Move::default() {
            return Err(MoveError::Nothing);
        }
        let parsed = |key, text: &Option<String>| {
            text.as_ref().map(|text| time(text).map_err(|_| MoveError::Time { key, text: text.clone() })).transpose()
        };
        for (key, text) in [("--place", &change.place), ("--online", &change.online)] {
            let plain = |text: &String| {
                !text.trim().is_empty() && header::single_line(key, text).is_ok() && content::unseen(text).is_none()
            };
            if text.as_ref().is_some_and(|text| !plain(text)) {
                return Err(MoveError::Words { key });
            }
        }
        let starts = parsed("--starts", &change.starts)?.unwrap_or(self.starts);
        let kept = self.ends.and_then(|ends| starts.checked_add(self.starts.duration_until(ends)).ok());
        let ends = parsed("--ends", &change.ends)?.or(kept);
        if ends.is_some_and(|ends| ends < starts) {
            return Err(MoveError::Backwards);
        }
        Ok(Event {
            starts,
            ends,
            zone: self.zone.clone(),
            place: change.place.clone().or_else(|| self.place.clone()),
            online: change.online.clone().or_else(|| self.online.clone()),
        })
    }
}

/// What a kicker says before its "|": "News" of "News | Leipzig". Items of one section stand together.
pub fn section(kicker: &str) -> &str {
    kicker.split('|').next().unwrap_or(kicker).trim()
}

/// The front matter as it is written; [`NewsFile`] is what it means.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    language: Option<Text>,
    headline: Option<Text>,
    item: Option<Text>,
    kicker: Option<Text>,
    lead: Option<Text>,
    date: Option<Text>,
    link: Option<Text>,
    image: Option<Text>,
    alt: Option<Text>,
    decorative: Option<bool>,
    caption: Option<Text>,
    credit: Option<Text>,
    funding: Option<Text>,
    checked_by: Option<Text>,
    downloads: Option<Vec<Text>>,
    starts: Option<Text>,
    ends: Option<Text>,
    zone: Option<Text>,
    place: Option<Text>,
    online: Option<Text>,
    order: Option<i64>,
    downloads_checked: Option<bool>,
}

const NEEDED: &[&str] = &["language", "headline"];

impl NewsFile {
    /// Reads a whole file.
    pub fn parse(text: &str) -> Result<NewsFile, FileError> {
        let (file, body): (FrontMatter, String) = front::read(text, NEEDED)?;
        let language = front::language(file.language, NEEDED)?;
        let headline_line = file.headline.as_ref().map_or(1, |headline| headline.referenced.line());
        let headline = front::needed("headline", file.headline, NEEDED)?;
        header::check("headline", &headline).map_err(|error| value("headline", headline_line, error))?;
        let (image, alt) = front::picture(file.image, file.alt, file.decorative)?;
        let event = Times { starts: file.starts, ends: file.ends, zone: file.zone, place: file.place, online: file.online };
        Ok(NewsFile {
            language,
            headline,
            item: line("item", file.item)?,
            kicker: line("kicker", file.kicker)?,
            lead: line("lead", file.lead)?,
            date: front::date("date", file.date)?,
            link: front::link("link", file.link)?,
            image,
            alt,
            caption: line("caption", file.caption)?,
            credit: line("credit", file.credit)?,
            funding: line("funding", file.funding)?,
            checked_by: file.checked_by.map(|text| parsed("checked_by", text, checked)).transpose()?,
            downloads: downloads(file.downloads)?,
            downloads_checked: file.downloads_checked.unwrap_or(false),
            order: file.order,
            event: event.understood()?,
            body,
        })
    }
}

const NO_CHECK: &str = "say who read it and when, like \"Prüfgruppe Leipzig, 2021-02-20\"";
const NO_TIME: &str = "this is not a day and time; write it like 2021-06-22T09:30";
const NO_ZONE: &str = "this is not a time zone; use a name like Europe/Berlin";

/// The keys of an event.
struct Times {
    starts: Option<Text>,
    ends: Option<Text>,
    zone: Option<Text>,
    place: Option<Text>,
    online: Option<Text>,
}

impl Times {
    fn understood(self) -> Result<Option<Event>, FileError> {
        let Some(starts) = self.starts else {
            let others = [("ends", &self.ends), ("zone", &self.zone), ("place", &self.place), ("online", &self.online)];
            return match others.into_iter().find_map(|(key, text)| Some((key, text.as_ref()?.referenced.line()))) {
                Some((key, line)) => Err(value(key, line, "an event needs \"starts\" too, like \"starts: 2021-06-22T09:30\"")),
                None => Ok(None),
            };
        };
        let starts = parsed("starts", starts, time)?;
        let ends_line = self.ends.as_ref().map_or(1, |ends| ends.referenced.line());
        let ends = self.ends.map(|ends| parsed("ends", ends, time)).transpose()?;
        if ends.is_some_and(|ends| ends < starts) {
            return Err(value("ends", ends_line, "the event ends before it starts"));
        }
        let zone =
            self.zone.map(|zone| parsed("zone", zone, |name| TimeZone::get(name).map(|_| name.to_owned()).map_err(|_| NO_ZONE)));
        Ok(Some(Event {
            starts,
            ends,
            zone: zone.transpose()?.unwrap_or_else(|| DEFAULT_ZONE.to_owned()),
            place: line("place", self.place)?,
            online: line("online", self.online)?,
        }))
    }
}

fn time(text: &str) -> Result<DateTime, &'static str> {
    // A day alone would be read as its midnight.
    if !text.contains(':') {
        return Err(NO_TIME);
    }
    text.parse().map_err(|_| NO_TIME)
}

fn checked(text: &str) -> Result<Checked, &'static str> {
    let (by, on) = text.rsplit_once(',').ok_or(NO_CHECK)?;
    let on = on.trim().parse().map_err(|_| NO_CHECK)?;
    let by = by.trim().to_owned();
    if by.is_empty() { Err(NO_CHECK) } else { Ok(Checked { by, on }) }
}

fn downloads(texts: Option<Vec<Text>>) -> Result<Vec<String>, FileError> {
    texts.unwrap_or_default().into_iter().filter_map(|text| line("downloads", Some(text)).transpose()).collect()
}
