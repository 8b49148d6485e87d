//! What whoever imports says of a file: `--map FIELD=COLUMN` and `--status WORD=active|pending|ended`.

use super::headings::{normal, smells_of_consent};
use super::values::{Standing, plain};
use super::{ColumnsError, Field, LeftOut, fields, list};
use crate::domain::nearest::nearest;

/// What was said of each column, in the order of the file.
pub struct Told {
    pub columns: Vec<Option<Field>>,
    /// `ignore=*`.
    pub ignore_others: bool,
}

impl Told {
    /// Each of `map` is `FIELD=COLUMN`, or several of these with commas between them. A column is named by its heading, which may
    /// itself have commas and quotation marks, or by its place: `#2`.
    pub fn read(headings: &[&str], map: &[String]) -> Result<Told, ColumnsError> {
        let mut told = Told { columns: vec![None; headings.len()], ignore_others: false };
        for given in map {
            let mut rest = given.as_str();
            loop {
                let (word, column) = rest.split_once('=').unwrap_or((rest, ""));
                let field = Field::parse(word.trim()).filter(|_| !column.trim().is_empty());
                let field = field.ok_or_else(|| not_understood(rest, word.trim()))?;
                let (named, behind) = column_of(headings, field, column)?;
                match named {
                    Named::Others => told.ignore_others = true,
                    Named::Places(places) => places.iter().for_each(|place| {
                        if let Some(said) = told.columns.get_mut(*place) {
                            *said = Some(field);
                        }
                    }),
                }
                if behind.trim().is_empty() {
                    break;
                }
                rest = behind;
            }
        }
        Ok(told)
    }

    /// Whether `ignore=*` covers a column of this name.
    pub fn ignores(&self, heading: &str) -> bool {
        self.ignore_others && !smells_of_consent(heading)
    }
}

enum Named {
    Places(Vec<usize>),
    Others,
}

/// The column that a text begins with, and what is behind it and a comma.
fn column_of<'a>(headings: &[&str], field: Field, text: &'a str) -> Result<(Named, &'a str), ColumnsError> {
    let behind = |end: usize| text.get(end + 1..).unwrap_or_default();
    let mut ends: Vec<usize> = text.match_indices(',').map(|(at, _)| at).collect();
    ends.push(text.len());
    // The longest name that is a heading: it may hold a comma, and then what looks like a further field.
    for end in ends.iter().rev() {
        let name = text.get(..*end).unwrap_or_default();
        let places = places(headings, name);
        if !places.is_empty() {
            return one(headings, field, places).map(|places| (Named::Places(places), behind(*end)));
        }
    }
    if let Some((name, end)) = quoted(text) {
        let places = places(headings, &name);
        return match places.is_empty() {
            true => Err(no_such(headings, field, &name)),
            false => one(headings, field, places).map(|places| (Named::Places(places), behind(end))),
        };
    }
    let end = ends.first().copied().unwrap_or(text.len());
    let name = text.get(..end).unwrap_or_default().trim();
    if name == "*" && field == Field::Ignore {
        return Ok((Named::Others, behind(end)));
    }
    let place = name.strip_prefix('#').unwrap_or(name).parse::<usize>().ok().and_then(|place| place.checked_sub(1));
    match place.filter(|place| *place < headings.len()) {
        Some(place) => Ok((Named::Places(vec![place]), behind(end))),
        None => Err(no_such(headings, field, name)),
    }
}

fn places(headings: &[&str], name: &str) -> Vec<usize> {
    let name = normal(name);
    let same = |heading: &&str| !name.is_empty() && normal(heading) == name;
    headings.iter().enumerate().filter(|(_, heading)| same(heading)).map(|(place, _)| place).collect()
}

/// Refuses a name of several columns for what only one can be.
fn one(headings: &[&str], field: Field, places: Vec<usize>) -> Result<Vec<usize>, ColumnsError> {
    match places.as_slice() {
        [first, _, ..] if !field.may_repeat() => {
            Err(ColumnsError::Twice(headings.get(*first).copied().unwrap_or_default().to_owned(), field, numbers(&places)))
        }
        _ => Ok(places),
    }
}

/// "Columns 1 and 3", as people count them.
pub fn numbers(places: &[usize]) -> String {
    places.iter().map(|place| format!("#{}", place + 1)).collect::<Vec<_>>().join(", ")
}

/// A name in quotation marks, two of which stand for one, and where it ends.
fn quoted(text: &str) -> Option<(String, usize)> {
    let inner = text.trim_start().strip_prefix('"')?;
    let begin = text.len() - inner.len();
    let mut name = String::new();
    let mut letters = inner.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != '"' {
            name.push(letter);
        } else if letters.next_if(|(_, next)| *next == '"').is_some() {
            name.push('"');
        } else {
            return Some((name, begin + at + 1));
        }
    }
    None
}

fn no_such(headings: &[&str], field: Field, name: &str) -> ColumnsError {
    ColumnsError::NoSuchColumn { field, column: name.to_owned(), found: list(headings) }
}

fn not_understood(given: &str, word: &str) -> ColumnsError {
    let known = Field::ALL.iter().map(|field| field.as_str());
    let hint = nearest(word, known).filter(|near| *near != word).map(|near| format!("; did you mean {near}?"));
    ColumnsError::Map { given: given.to_owned(), fields: fields(), hint: hint.unwrap_or_default() }
}

/// Words of a file for where somebody stands, as whoever imports translates them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<(String, Standing)>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    #[error("--status {0}: write WORD=active, WORD=pending or WORD=ended, where WORD is how the file says it")]
    Form(String),
    #[error("--status: \"{0}\" is given two meanings")]
    Twice(String),
}

impl Words {
    /// Each is `WORD=active|pending|ended`, or several of these with commas between them.
    pub fn parse(given: &[String]) -> Result<Words, WordsError> {
        let mut words = Words::default();
        for whole in given {
            let mut rest = whole.as_str();
            loop {
                let (word, standing, behind) = entry(rest).ok_or_else(|| WordsError::Form(rest.to_owned()))?;
                match words.get(word) {
                    Some(other) if other != standing => return Err(WordsError::Twice(word.to_owned())),
                    _ => words.0.push((plain(word), standing)),
                }
                if behind.is_empty() {
                    break;
                }
                rest = behind;
            }
        }
        Ok(words)
    }

    pub fn get(&self, cell: &str) -> Option<Standing> {
        if self.0.is_empty() {
            return None;
        }
        let word = plain(cell);
        self.0.iter().find(|(known, _)| *known == word).map(|(_, standing)| *standing)
    }
}

/// The first `WORD=MEANING`, and what is behind it and a comma.
fn entry(text: &str) -> Option<(&str, Standing, &str)> {
    let meanings = [
        ("active", Standing::Gets),
        ("pending", Standing::Not(LeftOut::Unconfirmed)),
        ("ended", Standing::Not(LeftOut::Unsubscribed)),
    ];
    text.match_indices('=').find_map(|(at, _)| {
        let behind = text.get(at + 1..)?;
        let (meaning, rest) = behind.split_once(',').unwrap_or((behind, ""));
        let (_, standing) = meanings.iter().find(|(word, _)| meaning.trim().eq_ignore_ascii_case(word))?;
        Some((text.get(..at)?, *standing, rest))
    })
}
