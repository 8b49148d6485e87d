//! One row of a file of readers: a person to import, somebody who is not to be, or a mistake.

use jiff::civil::Date;

use super::values::{self, Answer, Standing, answer, status};
use super::{Columns, Field, Format, LeftOut, Words, languages};
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
    /// Where a row names one that the newsletter does not come in, or none that is known; without it such a row is a mistake.
    pub others: Option<Language>,
    /// What words of the file mean.
    pub words: Words,
    /// No later day has come.
    pub today: Date,
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
    /// The word is for counting; it is told apart from a message that may get into a log.
    #[error(
        "column \"{column}\": it is not known what this says of a reader; say it with --status WORD=active, =pending or =ended"
    )]
    Word { column: String, word: String },
    #[error(
        "the lines {from} to {to} of the file were read as this one row, for a quotation mark in line {from} is not closed where it should \
         be; mend it there, or those rows are missing"
    )]
    Swallowed { from: u64, to: u64 },
    #[error("it has {has} columns, and the first row names {wanted}")]
    Width { has: usize, wanted: usize },
}

impl Columns {
    /// Reads one row. Whoever has left, by the row's own word, is left out whatever else it says.
    pub fn read<S: AsRef<str>>(&self, cells: &[S], rules: &Rules) -> Result<Reading, Problem> {
        let found = self.find(cells, rules)?;
        if let Some(reason) = found.left_out {
            return Ok(Reading::LeftOut(reason));
        }
        if let Some(problem) = found.unclear {
            return Err(problem);
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
        let parts = if found.name.1.is_empty() { apart(found.first, found.last) } else { [found.name, ("", "")] };
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
            (column, word) => languages::among(word, &rules.languages).or(rules.others).ok_or_else(|| {
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

    /// Whom a row keeps out: it says that they have left or never agreed, or what it says of that is not known.
    pub fn keeps_out<S: AsRef<str>>(&self, cells: &[S], rules: &Rules) -> Option<Address> {
        match self.find(cells, rules) {
            Ok(found) if found.left_out.is_none() && found.unclear.is_none() => None,
            Ok(found) => Address::parse(found.email.1).ok(),
            // What is missing may be what says it.
            Err(_) => cells.iter().find_map(|cell| Address::parse(cell.as_ref().trim_matches(is_blank)).ok()),
        }
    }

    fn find<'a, S: AsRef<str>>(&'a self, cells: &'a [S], rules: &Rules) -> Result<Found<'a>, Problem> {
        // Empty cells at the end are what spreadsheets leave of columns that were deleted.
        let mut further = cells.iter().skip(self.columns.len());
        let has =
            self.columns.len() + further.rposition(|cell| !cell.as_ref().trim_matches(is_blank).is_empty()).map_or(0, |n| n + 1);
        if has != self.columns.len() || cells.len() < self.columns.len() {
            return Err(Problem::Width { has: has.min(cells.len()), wanted: self.columns.len() });
        }
        let mut found = Found::default();
        for (place, ((column, field), cell)) in self.columns.iter().zip(cells).enumerate() {
            let cell = cell.as_ref();
            let cell = if self.format == Format::Own { sheet::unguard(cell) } else { cell }.trim_matches(is_blank);
            if column.is_empty() && !cell.is_empty() {
                let why = format!(
                    "it has no heading, and something in it; say what it is, as in --map ended=#{0} or ignore=#{0}",
                    place + 1
                );
                found.is_unclear(Problem::Cell { column: format!("#{}", place + 1), why });
            }
            found.take(self.format, rules, column, *field, cell);
        }
        Ok(found)
    }
}

/// What stands around a cell and says nothing.
pub(super) fn is_blank(letter: char) -> bool {
    // Also marks that nobody sees: a byte order mark, breaks and joints without width, directions.
    letter.is_whitespace() || matches!(letter, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{202a}'..='\u{202e}')
}

/// First and last name, unless one of them is the whole.
fn apart<'a>(first: (&'a str, &'a str), last: (&'a str, &'a str)) -> [(&'a str, &'a str); 2] {
    let nothing = ("", "");
    let holds = |whole: &str, part: Option<&str>| {
        part.is_some_and(|rest| rest.ends_with(' ') || rest.starts_with(' ')) && whole.contains(' ')
    };
    if first.1.is_empty() || last.1.is_empty() {
        [first, last]
    } else if holds(first.1, first.1.strip_suffix(last.1)) {
        [first, nothing]
    } else if holds(last.1, last.1.strip_prefix(first.1)) {
        [nothing, last]
    } else {
        [first, last]
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
    /// The first of what is not known.
    unclear: Option<Problem>,
}

impl<'a> Found<'a> {
    fn take(&mut self, format: Format, rules: &Rules, column: &'a str, field: Field, cell: &'a str) {
        let name = (column, if values::is_empty(cell) { "" } else { cell });
        match field {
            Field::Email => self.email = (column, cell),
            Field::Name => self.name = name,
            Field::FirstName => self.first = name,
            Field::LastName => self.last = name,
            Field::Language => self.language = name,
            Field::Source => {
                if answer(cell, rules.today) != Some(Answer::Nothing) {
                    self.evidence.push((column, cell));
                }
            }
            Field::Ignore => {}
            Field::Status | Field::Date | Field::Confirmed | Field::Ended | Field::Reason | Field::Bounced => {
                match stands(format, rules, field, cell) {
                    Some(Standing::Not(reason)) => self.leave_out(reason),
                    Some(Standing::Gets) => {
                        let says =
                            matches!(field, Field::Date | Field::Confirmed) && answer(cell, rules.today) != Some(Answer::Nothing);
                        self.evidence.extend(says.then_some((column, cell)));
                    }
                    None => self.is_unclear(Problem::Word { column: column.to_owned(), word: cell.to_owned() }),
                }
            }
        }
    }

    /// Who has left is counted as that, also if they were never confirmed.
    fn leave_out(&mut self, reason: LeftOut) {
        if !matches!(self.left_out, Some(before) if before != LeftOut::Unconfirmed) {
            self.left_out = Some(reason);
        }
    }

    fn is_unclear(&mut self, problem: Problem) {
        self.unclear.get_or_insert(problem);
    }
}

/// What a cell of a column about consent says of a reader. None: nobody knows.
fn stands(format: Format, rules: &Rules, field: Field, cell: &str) -> Option<Standing> {
    let told = rules.words.get(cell);
    let says = || answer(cell, rules.today);
    let gone = Standing::Not(if format == Format::CleverReach { LeftOut::Deactivated } else { LeftOut::Unsubscribed });
    match field {
        // Whoever imports may mean something else by a word here, and empty cells are words too.
        Field::Status => told.or_else(|| status(cell)).or_else(|| match says() {
            Some(Answer::Yes) => Some(Standing::Gets),
            Some(Answer::No) => Some(Standing::Not(LeftOut::Deactivated)),
            Some(Answer::Nothing | Answer::When) | None => None,
        }),
        Field::Confirmed => match says() {
            Some(Answer::Yes | Answer::When) => Some(Standing::Gets),
            Some(Answer::No | Answer::Nothing) => Some(Standing::Not(LeftOut::Unconfirmed)),
            None => status(cell).or(told),
        },
        // When somebody agreed is kept as it is written; that they did not is heard.
        Field::Date => match says() {
            Some(Answer::No) => Some(Standing::Not(LeftOut::Unconfirmed)),
            Some(Answer::Yes | Answer::When | Answer::Nothing) => Some(Standing::Gets),
            None => status(cell).or(told).or(Some(Standing::Gets)),
        },
        Field::Ended => match says() {
            Some(Answer::Yes | Answer::When) => Some(gone),
            Some(Answer::No | Answer::Nothing) => Some(Standing::Gets),
            // "Confirmed" may be that they left.
            None => status(cell).filter(|standing| *standing != Standing::Gets).or(told),
        },
        Field::Reason => Some(if says() == Some(Answer::Nothing) { Standing::Gets } else { gone }),
        Field::Bounced => match says() {
            Some(Answer::Yes | Answer::When) => Some(Standing::Not(LeftOut::Cleaned)),
            Some(Answer::No | Answer::Nothing) => Some(Standing::Gets),
            None if matches!(values::plain(cell).as_str(), "hard" | "soft") || cell.parse::<u32>().is_ok() => {
                Some(Standing::Not(LeftOut::Cleaned))
            }
            None => status(cell).filter(|standing| *standing != Standing::Gets).or(told),
        },
        Field::Email | Field::Name | Field::FirstName | Field::LastName | Field::Language | Field::Source | Field::Ignore => {
            Some(Standing::Gets)
        }
    }
}
