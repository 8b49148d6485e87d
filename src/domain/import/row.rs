//! One row of a file of readers: a person to import, somebody who is not to be, or a mistake.

use super::{Columns, Field, Format, LeftOut};
use crate::domain::address::{Address, AddressError};
use crate::domain::header::HeaderText;
use crate::domain::language::Language;
use crate::domain::sheet;

/// What holds for all rows of an import.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Of the newsletter.
    pub languages: Vec<Language>,
    /// Where a row says none.
    pub language: Language,
    /// Whether the relay takes non-ASCII local parts (R21).
    pub smtputf8: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    Person(Entry),
    LeftOut(LeftOut),
}

/// Somebody to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub address: Address,
    pub name: Option<String>,
    pub language: Language,
    /// When and where they agreed, as the file says it: heading and value.
    pub evidence: Vec<(String, String)>,
}

/// Why a row cannot be read. Quotes nothing of it, so that no address gets into a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("column \"{column}\": {why}")]
    Cell { column: String, why: String },
    #[error("it has {has} columns, and the first row names {wanted}")]
    Width { has: usize, wanted: usize },
}

impl Columns {
    /// Reads one row. Whoever has left, by the row's own word, is left out whatever else it says.
    pub fn read<S: AsRef<str>>(&self, cells: &[S], rules: &Rules) -> Result<Reading, Problem> {
        if cells.len() != self.columns.len() {
            return Err(Problem::Width { has: cells.len(), wanted: self.columns.len() });
        }
        let mut found = Found::default();
        for ((column, field), cell) in self.columns.iter().zip(cells) {
            let cell = cell.as_ref();
            let cell = if self.format == Format::Own { sheet::unguard(cell) } else { cell }.trim_matches(' ');
            found.take(self.format, column, *field, cell)?;
        }
        if let Some(reason) = found.left_out {
            return Ok(Reading::LeftOut(reason));
        }
        let (column, address) = found.email;
        let refused = |column: &str, why: String| Problem::Cell { column: column.to_owned(), why };
        let address = match Address::parse(address) {
            Ok(address) if address.needs_smtputf8() && !rules.smtputf8 => {
                return Err(refused(column, AddressError::LocalPartInternational.to_string()));
            }
            Ok(address) => address,
            Err(error) => return Err(refused(column, error.to_string())),
        };
        // A whole name needs no parts.
        let parts = if found.name.1.is_empty() { [found.first, found.last] } else { [found.name, ("", "")] };
        let name = parts
            .into_iter()
            .filter(|(_, part)| !part.is_empty())
            .map(|(column, part)| HeaderText::parse("it", part).map_err(|error| refused(column, error.to_string())))
            .collect::<Result<Vec<_>, _>>()?
            .iter()
            .map(HeaderText::as_str)
            .collect::<Vec<_>>()
            .join(" ");
        let name = HeaderText::parse("it", &name).map_err(|error| refused(found.last.0, error.to_string()))?;
        let language = match found.language {
            (_, "") => rules.language,
            (column, word) => language(word, &rules.languages).ok_or_else(|| {
                let tags: Vec<&str> = rules.languages.iter().map(|language| language.tag()).collect();
                refused(column, format!("the newsletter does not come in this language, but in {}", tags.join(", ")))
            })?,
        };
        Ok(Reading::Person(Entry {
            address,
            name: Some(name.as_str().to_owned()).filter(|name| !name.is_empty()),
            language,
            evidence: found.evidence.into_iter().map(|(column, value)| (column.to_owned(), value.to_owned())).collect(),
        }))
    }
}

/// The cells of a row by their meaning: heading and value.
#[derive(Default)]
struct Found<'a> {
    email: (&'a str, &'a str),
    name: (&'a str, &'a str),
    first: (&'a str, &'a str),
    last: (&'a str, &'a str),
    language: (&'a str, &'a str),
    evidence: Vec<(&'a str, &'a str)>,
    left_out: Option<LeftOut>,
}

impl<'a> Found<'a> {
    fn take(&mut self, format: Format, column: &'a str, field: Field, cell: &'a str) -> Result<(), Problem> {
        match field {
            Field::Email => self.email = (column, cell),
            Field::Name => self.name = (column, cell),
            Field::FirstName => self.first = (column, cell),
            Field::LastName => self.last = (column, cell),
            Field::Language => self.language = (column, cell),
            Field::Status => match status(cell) {
                Some(Standing::Gets) => {}
                Some(Standing::Not(reason)) => self.leave_out(reason),
                None => {
                    let why = "it is not known what this word says of a reader; write active, pending or ended";
                    return Err(Problem::Cell { column: column.to_owned(), why: why.to_owned() });
                }
            },
            Field::Confirmed if says_no(cell) => self.leave_out(LeftOut::Unconfirmed),
            Field::Ended if !says_no(cell) => {
                self.leave_out(if format == Format::CleverReach { LeftOut::Deactivated } else { LeftOut::Unsubscribed });
            }
            Field::Bounced if !says_no(cell) => self.leave_out(LeftOut::Cleaned),
            Field::Date | Field::Source | Field::Confirmed if !says_no(cell) => self.evidence.push((column, cell)),
            Field::Date | Field::Source | Field::Confirmed => {}
            Field::Ended | Field::Bounced | Field::Ignore => {}
        }
        Ok(())
    }

    /// Who has left is counted as that, also if they were never confirmed.
    fn leave_out(&mut self, reason: LeftOut) {
        if !matches!(self.left_out, Some(before) if before != LeftOut::Unconfirmed) {
            self.left_out = Some(reason);
        }
    }
}

enum Standing {
    Gets,
    Not(LeftOut),
}

/// What a word says of a reader. None: nobody knows.
fn status(word: &str) -> Option<Standing> {
    Some(match word.to_lowercase().as_str() {
        "active" | "aktiv" | "enabled" | "subscribed" | "confirmed" | "angemeldet" | "bestätigt" | "1" | "true" | "ja"
        | "yes" => Standing::Gets,
        "unsubscribed" | "ended" | "abgemeldet" | "beendet" => Standing::Not(LeftOut::Unsubscribed),
        "blocklisted" | "blacklisted" | "blocked" | "gesperrt" => Standing::Not(LeftOut::Blocklisted),
        "cleaned" | "bounced" | "bereinigt" | "unzustellbar" => Standing::Not(LeftOut::Cleaned),
        "disabled" | "deactivated" | "inactive" | "inaktiv" | "deaktiviert" | "0" | "false" | "nein" | "no" => {
            Standing::Not(LeftOut::Deactivated)
        }
        "pending" | "unconfirmed" | "nonsubscribed" | "unbestätigt" | "ausstehend" => Standing::Not(LeftOut::Unconfirmed),
        _ => return None,
    })
}

/// Empty, or what stands for it where a column has to hold something: no time at all.
fn says_no(cell: &str) -> bool {
    matches!(cell.to_lowercase().as_str(), "" | "0" | "-" | "no" | "nein" | "false" | "null" | "n/a")
        || cell.starts_with("0000-00-00")
}

/// The language a cell names among those there are: by its tag, by a tag of a region, or in words.
fn language(word: &str, there: &[Language]) -> Option<Language> {
    let word = word.to_lowercase().replace('_', "-");
    if let Some(language) = word.parse().ok().filter(|language| there.contains(language)) {
        return Some(language);
    }
    let named = match word.split_once('-').map_or(word.as_str(), |(language, _)| language) {
        "de" | "ger" | "deu" | "german" | "deutsch" => Some(Language::De),
        "en" | "eng" | "english" | "englisch" => Some(Language::En),
        "leichte sprache" | "deutsch (leichte sprache)" => Some(Language::DeSimple),
        language => language.parse().ok(),
    };
    named.filter(|language| there.contains(language))
}
