//! Files that staff write: front matter in YAML between two lines `---`, then a text in Markdown.
//!
//! What stands there goes into subjects, pages and mails, so its values are single lines (R13; but for a closing, which is
//! Markdown), nothing in the file is a control character, nothing in the file is hidden from who reads it, and a mistake is answered with the line and the key it is in.

use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde_saphyr::Spanned;

use super::language::{Language, UnknownLanguage};
use super::nearest::nearest;
use super::{content, header};

/// Bytes a file has at most. A mail of 100 kB is cut off by mail programs, so no text for one is longer than this.
const LONGEST: usize = 200_000;

/// What is wrong with a file. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("the file has {0} bytes, and {LONGEST} are the most; split it, or link to the long text")]
    TooLong(usize),
    #[error("line 1: the file begins with a line \"---\", then {keys}, then another \"---\", then the text", keys = listed(.0, ":"))]
    NoFrontMatter(&'static [&'static str]),
    #[error("the front matter that begins in line 1 has no end: put a line \"---\" between it and the text")]
    NoEnd,
    #[error("line {line}: the key \"{key}\" is unknown{}", did_you_mean(suggestion))]
    UnknownKey { line: u64, key: String, suggestion: Option<&'static str> },
    #[error("line {line}: the key \"{key}\" is there twice; keep one of them")]
    Twice { line: u64, key: String },
    #[error("the key \"{0}\" is missing; this file needs {needs}", needs = listed(.1, ""))]
    Missing(&'static str, &'static [&'static str]),
    #[error("line {line}: \"{key}\": {problem}")]
    Value { line: u64, key: &'static str, problem: String },
    #[error(
        "line {line}: {problem}; each line is \"key: value\", and a value that contains \": \" or \" #\" or begins with a special character needs \"quotation marks\""
    )]
    Form { line: u64, problem: String },
    #[error("line {line}: the text contains a control character (U+{code:04X}); delete it")]
    ControlCharacter { line: u64, code: u32 },
    #[error("line {line}: the text contains a character that nobody sees (U+{code:04X}) and that can mislead; delete it")]
    Unseen { line: u64, code: u32 },
}

/// A value, and where it stands.
pub(super) type Text = Spanned<String>;

const NO_LANGUAGE: &str = "this is not a language; use de, en, de-simple or another tag like fr (BCP 47)";
const NO_DATE: &str = "this is not a day of the calendar; write it like 2021-03-02";
const NO_LINK: &str = "this is not a web address; write it like https://example.org/more";

/// Front matter and body of a whole file. A byte order mark and line ends of either kind are fine. `keys`: those it needs.
pub(super) fn read<T: DeserializeOwned>(text: &str, keys: &'static [&'static str]) -> Result<(T, String), FileError> {
    if text.len() > LONGEST {
        return Err(FileError::TooLong(text.len()));
    }
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let (front, body) = split(&text, keys)?;
    check(&text)?;
    Ok((serde_saphyr::from_str(&front).map_err(|error| explain(error, keys))?, body))
}

/// The front matter, with an empty line for the first `---` so that lines are counted as in the file, and the body.
fn split(text: &str, keys: &'static [&'static str]) -> Result<(String, String), FileError> {
    let mut lines = text.split_inclusive('\n');
    if lines.next().is_none_or(|first| first.trim_end() != "---") {
        return Err(FileError::NoFrontMatter(keys));
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
        return Err(FileError::NoEnd);
    }
    let body: String = lines.collect();
    Ok((front, body.trim_start_matches('\n').trim_end().to_owned()))
}

/// Tabs and line ends are the only control characters a text can be meant to have, and nothing in it is hidden.
fn check(text: &str) -> Result<(), FileError> {
    for (line, words) in (1..).zip(text.lines()) {
        if let Some(wrong) = words.chars().find(|c| c.is_control() && *c != '\t') {
            return Err(FileError::ControlCharacter { line, code: u32::from(wrong) });
        }
        if let Some(unseen) = content::unseen(words) {
            return Err(FileError::Unseen { line, code: u32::from(unseen) });
        }
    }
    Ok(())
}

/// A single line without the space around it; `None` if nothing is left.
pub(super) fn line(key: &'static str, text: Option<Text>) -> Result<Option<String>, FileError> {
    let Some(text) = text else { return Ok(None) };
    // A folded block (">") ends with a line break that nobody meant.
    let content = text.value.trim();
    header::single_line(key, content).map_err(|_| value(key, text.referenced.line(), "the value must be one line"))?;
    Ok(Some(content.to_owned()).filter(|content| !content.is_empty()))
}

pub(super) fn parsed<T>(key: &'static str, text: Text, parse: impl Fn(&str) -> Result<T, &'static str>) -> Result<T, FileError> {
    let at = text.referenced.line();
    let content = line(key, Some(text))?.unwrap_or_default();
    parse(&content).map_err(|problem| value(key, at, problem))
}

pub(super) fn value(key: &'static str, line: u64, problem: impl ToString) -> FileError {
    FileError::Value { line, key, problem: problem.to_string() }
}

/// What the YAML reader complains about, in the words of somebody who writes news.
fn explain(error: serde_saphyr::Error, keys: &'static [&'static str]) -> FileError {
    use serde_saphyr::Error;
    let line = error.location().map_or(1, |at| at.line());
    match error.without_snippet() {
        Error::SerdeUnknownField { field, expected, .. } => FileError::UnknownKey {
            line,
            key: field.escape_debug().to_string(),
            suggestion: nearest(field, expected.iter().copied()),
        },
        Error::DuplicateMappingKey { key, .. } => {
            FileError::Twice { line, key: key.clone().unwrap_or_default().escape_debug().to_string() }
        }
        // An empty front matter.
        Error::Eof { .. } => FileError::Missing(keys.first().copied().unwrap_or_default(), keys),
        other => {
            let told = other.to_string();
            let problem = told.split(" at line ").next().unwrap_or_default();
            FileError::Form { line, problem: problem.to_owned() }
        }
    }
}

fn did_you_mean(suggestion: &Option<&'static str>) -> String {
    match suggestion {
        Some(key) => format!("; did you mean \"{key}\"?"),
        None => "; the guide for editors lists all keys".to_owned(),
    }
}

fn listed(keys: &[&str], after: &str) -> String {
    keys.iter().map(|key| format!("\"{key}{after}\"")).collect::<Vec<_>>().join(" and ")
}

/// `text`, which the file needs.
pub(super) fn needed(key: &'static str, text: Option<Text>, keys: &'static [&'static str]) -> Result<String, FileError> {
    line(key, text)?.ok_or(FileError::Missing(key, keys))
}

pub(super) fn language(text: Option<Text>, keys: &'static [&'static str]) -> Result<Language, FileError> {
    let text = text.ok_or(FileError::Missing("language", keys))?;
    parsed("language", text, |tag| tag.parse().map_err(|UnknownLanguage(_)| NO_LANGUAGE))
}

pub(super) fn date(key: &'static str, text: Option<Text>) -> Result<Option<Date>, FileError> {
    text.map(|date| parsed(key, date, |day| day.parse().map_err(|_| NO_DATE))).transpose()
}

pub(super) fn link(key: &'static str, text: Option<Text>) -> Result<Option<String>, FileError> {
    text.map(|link| parsed(key, link, absolute_link)).transpose()
}

/// A picture's file name relative to the file, and what it shows: empty if it is decorative. A file that is one of several
/// languages may describe a picture that another one brings.
pub(super) type Picture = (Option<String>, Option<String>);

/// A picture is described, or said to be decorative (R231).
pub(super) fn picture(image: Option<Text>, alt: Option<Text>, decorative: Option<bool>) -> Result<Picture, FileError> {
    let at = image.as_ref().or(alt.as_ref()).map_or(1, |text| text.referenced.line());
    match (line("image", image)?, line("alt", alt)?, decorative.unwrap_or(false)) {
        (Some(_), None, false) => Err(value(
            "image",
            at,
            "the image has no description; add \"alt: what it shows\", or \"decorative: true\" if it shows nothing",
        )),
        (_, Some(_), true) => {
            Err(value("decorative", at, "an image is either described by \"alt\" or decorative; remove one of the two"))
        }
        (image, _, true) => Ok((image, Some(String::new()))),
        (image, alt, false) => Ok((image, alt)),
    }
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
