//! A news item as a file: front matter in YAML between two lines `---`, then the body in Markdown.
//!
//! What staff write goes into subjects, pages and mails, so all of the front matter is single lines without control
//! characters (R13), and a mistake is answered with the line and the key it is in.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::header;
use super::language::{Language, UnknownLanguage};
use super::nearest::nearest;

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
    /// What the image shows. There whenever there is an image that is not decorative.
    pub alt: Option<String>,
    pub decorative: bool,
    pub caption: Option<String>,
    pub credit: Option<String>,
    pub funding: Option<String>,
    pub checked_by: Option<String>,
    pub downloads: Vec<String>,
    pub event: Option<Event>,
    /// Markdown with line ends of one character.
    pub body: String,
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

/// What is wrong with a file. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NewsError {
    #[error(
        "line 1: a news item begins with a line \"---\", then \"language:\" and \"headline:\", then another \"---\", then the text"
    )]
    NoFrontMatter,
    #[error("the front matter that begins in line 1 has no end: put a line \"---\" between it and the text")]
    NoEnd,
    #[error("line {line}: the key \"{key}\" is unknown{}", did_you_mean(suggestion))]
    UnknownKey { line: u64, key: String, suggestion: Option<&'static str> },
    #[error("line {line}: the key \"{key}\" is there twice; keep one of them")]
    Twice { line: u64, key: String },
    #[error("the key \"{0}\" is missing; a news item needs \"language\" and \"headline\"")]
    Missing(&'static str),
    #[error("line {line}: \"{key}\": {problem}")]
    Value { line: u64, key: &'static str, problem: String },
    #[error(
        "line {line}: {problem}; each line is \"key: value\", and a value that contains \": \" or \" #\" or begins with a special character needs \"quotation marks\""
    )]
    Form { line: u64, problem: String },
    #[error("line {line}: the text contains a control character (U+{code:04X}); delete it")]
    ControlCharacter { line: u64, code: u32 },
}

type Text = Spanned<String>;

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
}

impl NewsFile {
    /// Reads a whole file. A byte order mark and line ends of either kind are fine.
    pub fn parse(text: &str) -> Result<NewsFile, NewsError> {
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
        let (front, body) = split(&text)?;
        check_body(&text)?;
        let front: FrontMatter = serde_saphyr::from_str(&front).map_err(explain)?;

        let language = front.language.ok_or(NewsError::Missing("language"))?;
        let headline = front.headline.ok_or(NewsError::Missing("headline"))?;
        let headline_line = headline.referenced.line();
        let headline = line("headline", Some(headline))?.ok_or(NewsError::Missing("headline"))?;
        header::check("headline", &headline).map_err(|error| value("headline", headline_line, error))?;

        let decorative = front.decorative.unwrap_or(false);
        let alt = line("alt", front.alt)?;
        let image_line = front.image.as_ref().map_or(1, |image| image.referenced.line());
        let image = line("image", front.image)?;
        match (&image, &alt, decorative) {
            (Some(_), None, false) => {
                let problem =
                    "the image has no description; add \"alt: what it shows\", or \"decorative: true\" if it shows nothing";
                return Err(value("image", image_line, problem));
            }
            (_, Some(_), true) => {
                return Err(value(
                    "decorative",
                    image_line,
                    "an image is either described by \"alt\" or decorative; remove one of the two",
                ));
            }
            _ => {}
        }
        let event = Times { starts: front.starts, ends: front.ends, zone: front.zone, place: front.place, online: front.online };

        Ok(NewsFile {
            language: parsed("language", language, |tag| tag.parse().map_err(|UnknownLanguage(_)| NO_LANGUAGE))?,
            headline,
            item: line("item", front.item)?,
            kicker: line("kicker", front.kicker)?,
            lead: line("lead", front.lead)?,
            date: front.date.map(|date| parsed("date", date, |day| day.parse().map_err(|_| NO_DATE))).transpose()?,
            link: front.link.map(|link| parsed("link", link, absolute_link)).transpose()?,
            image,
            alt,
            decorative,
            caption: line("caption", front.caption)?,
            credit: line("credit", front.credit)?,
            funding: line("funding", front.funding)?,
            checked_by: line("checked_by", front.checked_by)?,
            downloads: downloads(front.downloads)?,
            event: event.understood()?,
            body,
        })
    }
}

const NO_LANGUAGE: &str = "this is not a language we have; use de, en or de-simple";
const NO_DATE: &str = "this is not a day of the calendar; write it like 2021-03-02";
const NO_TIME: &str = "this is not a day and time; write it like 2021-06-22T09:30";
const NO_ZONE: &str = "this is not a time zone; use a name like Europe/Berlin";
const NO_LINK: &str = "this is not a web address; write it like https://example.org/more";

/// The keys of an event.
struct Times {
    starts: Option<Text>,
    ends: Option<Text>,
    zone: Option<Text>,
    place: Option<Text>,
    online: Option<Text>,
}

impl Times {
    fn understood(self) -> Result<Option<Event>, NewsError> {
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

/// The front matter, with an empty line for the first `---` so that lines are counted as in the file, and the body.
fn split(text: &str) -> Result<(String, String), NewsError> {
    let mut lines = text.split_inclusive('\n');
    if lines.next().is_none_or(|first| first.trim_end() != "---") {
        return Err(NewsError::NoFrontMatter);
    }
    let mut front = String::from("\n");
    let mut ended = false;
    for line in lines.by_ref() {
        if line.trim_end() == "---" {
            ended = true;
            break;
        }
        front.push_str(line);
    }
    if !ended {
        return Err(NewsError::NoEnd);
    }
    let body: String = lines.collect();
    Ok((front, body.trim_start_matches('\n').trim_end().to_owned()))
}

/// Tabs and line ends are the only control characters a text can be meant to have.
fn check_body(text: &str) -> Result<(), NewsError> {
    for (line, content) in (1..).zip(text.lines()) {
        if let Some(wrong) = content.chars().find(|c| c.is_control() && *c != '\t') {
            return Err(NewsError::ControlCharacter { line, code: u32::from(wrong) });
        }
    }
    Ok(())
}

/// A single line without the space around it; `None` if nothing is left.
fn line(key: &'static str, text: Option<Text>) -> Result<Option<String>, NewsError> {
    let Some(text) = text else { return Ok(None) };
    // A folded block (">") ends with a line break that nobody meant.
    let content = text.value.trim();
    header::single_line(key, content).map_err(|_| value(key, text.referenced.line(), "the value must be one line"))?;
    Ok(Some(content.to_owned()).filter(|content| !content.is_empty()))
}

fn parsed<T>(key: &'static str, text: Text, parse: impl Fn(&str) -> Result<T, &'static str>) -> Result<T, NewsError> {
    let at = text.referenced.line();
    let content = line(key, Some(text))?.unwrap_or_default();
    parse(&content).map_err(|problem| value(key, at, problem))
}

fn time(text: &str) -> Result<DateTime, &'static str> {
    // A day alone would be read as its midnight.
    if !text.contains(':') {
        return Err(NO_TIME);
    }
    text.parse().map_err(|_| NO_TIME)
}

/// A link that works in a mail: with its scheme, and with none that could run something.
fn absolute_link(text: &str) -> Result<String, &'static str> {
    let fits = |rest: &str| !rest.is_empty() && !rest.starts_with(['/', '.', ':', '?', '#', '@']);
    if text.chars().any(|c| c.is_whitespace() || "<>\"\\^`{|}".contains(c)) {
        return Err(NO_LINK);
    }
    let lower = text.to_ascii_lowercase();
    for scheme in ["https://", "http://", "mailto:"] {
        if let Some(rest) = lower.strip_prefix(scheme) {
            return fits(rest).then(|| text.to_owned()).ok_or(NO_LINK);
        }
    }
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    // "example.org:8443/x" has a port, "javascript:x" another scheme.
    let port_is_one = host.split_once(':').is_none_or(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    let name_is_one = host.contains('.') && !host.contains('@');
    (fits(text) && port_is_one && name_is_one).then(|| format!("https://{text}")).ok_or(NO_LINK)
}

fn downloads(texts: Option<Vec<Text>>) -> Result<Vec<String>, NewsError> {
    texts.unwrap_or_default().into_iter().filter_map(|text| line("downloads", Some(text)).transpose()).collect()
}

fn value(key: &'static str, line: u64, problem: impl ToString) -> NewsError {
    NewsError::Value { line, key, problem: problem.to_string() }
}

/// What the YAML reader complains about, in the words of somebody who writes news.
fn explain(error: serde_saphyr::Error) -> NewsError {
    use serde_saphyr::Error;
    let line = error.location().map_or(1, |at| at.line());
    match error.without_snippet() {
        Error::SerdeUnknownField { field, expected, .. } => NewsError::UnknownKey {
            line,
            key: field.escape_debug().to_string(),
            suggestion: nearest(field, expected.iter().copied()),
        },
        Error::DuplicateMappingKey { key, .. } => {
            NewsError::Twice { line, key: key.clone().unwrap_or_default().escape_debug().to_string() }
        }
        // An empty front matter.
        Error::Eof { .. } => NewsError::Missing("language"),
        other => {
            let told = other.to_string();
            let problem = told.split(" at line ").next().unwrap_or_default();
            NewsError::Form { line, problem: problem.to_owned() }
        }
    }
}

fn did_you_mean(suggestion: &Option<&'static str>) -> String {
    match suggestion {
        Some(key) => format!("; did you mean \"{key}\"?"),
        None => "; the guide for editors lists all keys".to_owned(),
    }
}
