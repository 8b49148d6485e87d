//! What columns of a file of readers mean: those of our own export, of other newsletter systems, and of lists in German.
//!
//! A column that nobody knows may say that somebody has left. So in a file of unknown origin each column must be known or be
//! named by whoever imports; the formats of systems that we know have columns in great number that say nothing of the kind.

mod dates;
mod headings;
mod kept_out;
mod languages;
mod map;
mod row;
mod values;

use super::address::Address;
use super::states::words;
use headings::{meaning, normal, smells_of_consent};
pub use kept_out::KeptOut;
use map::Told;
pub use map::{Words, WordsError};
pub use row::{Entry, Problem, Reading, Rules};
pub use values::Standing;

words! {
    /// What a column holds, in the words of `--map`.
    Field {
        Email = "email",
        Name = "name",
        FirstName = "first_name",
        LastName = "last_name",
        Language = "language",
        /// Whether somebody gets the newsletter, in one word.
        Status = "status",
        /// When somebody agreed: kept as evidence.
        Date = "date",
        /// Whether or when somebody confirmed: kept as evidence; empty means that they did not.
        Confirmed = "confirmed",
        /// Where somebody agreed: kept as evidence.
        Source = "source",
        /// Whether or when somebody left.
        Ended = "ended",
        /// Why somebody left: whatever it says, they did.
        Reason = "reason",
        /// When or how often mail came back; not empty means that the address was cleaned.
        Bounced = "bounced",
        Ignore = "ignore",
    }
}

words! {
    /// Whose file it is.
    Format { Own = "rundbrief", Listmonk = "listmonk", Mailchimp = "mailchimp", CleverReach = "cleverreach", Plain = "plain" }
}

words! {
    /// Why a row is not imported, by its own word.
    LeftOut {
        Unsubscribed = "unsubscribed",
        Blocklisted = "blocklisted",
        Cleaned = "cleaned",
        Deactivated = "deactivated",
        Unconfirmed = "unconfirmed",
    }
}

/// The columns of our own export, in their order.
pub const OWN: [&str; 8] = ["address", "name", "language", "state", "requested_at", "confirmed_at", "ended_at", "ended_channel"];

/// What a file's first row says.
#[derive(Clone, Debug)]
pub struct Columns {
    pub format: Format,
    /// In the order of the file: heading and meaning.
    columns: Vec<(String, Field)>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnsError {
    #[error("no column holds the e-mail address; the file has {found}. Say which one does: --map email=COLUMN")]
    NoEmail { found: String },
    #[error("the columns {columns} could all be \"{field}\"; say which one is: --map {field}=COLUMN")]
    Ambiguous { field: Field, columns: String },
    #[error(
        "it is not known what {columns} means; say it with --map FIELD=COLUMN (FIELD is one of {fields}), or --map ignore=COLUMN{consent}"
    )]
    Unknown { columns: String, fields: String, consent: String },
    #[error(
        "the file has no row that names its columns: this one is a reader already, and would be lost as such. Say what the columns hold by \
         their places: --no-heading --map {suggestion}"
    )]
    NoHeading { suggestion: String },
    /// The state of a person in listmonk is not that of their subscription to a list, which its export does not have.
    #[error(
        "listmonk's \"status\" says nothing about who left a list or never confirmed it. Export the list's confirmed subscriptions only, \
         then say so with --map status=status"
    )]
    ListmonkStatus,
    #[error("--map {field}={column}: the file has no column \"{column}\", but {found}")]
    NoSuchColumn { field: Field, column: String, found: String },
    #[error("--map {given}: write FIELD=COLUMN, where FIELD is one of {fields}{hint}")]
    Map { given: String, fields: String, hint: String },
    #[error(
        "several columns are called \"{0}\" ({2}); say by its place which one is meant, as in --map {1}=#2, or give each a name of its own"
    )]
    Twice(String, Field, String),
}

impl Columns {
    /// Reads the first row. `map` is what whoever imports says of it, each `FIELD=COLUMN`; it counts more than what is known.
    pub fn parse<S: AsRef<str>>(headings: &[S], map: &[String]) -> Result<Columns, ColumnsError> {
        let headings: Vec<&str> = headings.iter().map(|heading| heading.as_ref().trim_matches(row::is_blank)).collect();
        if let Some(place) = headings.iter().position(|heading| is_address(heading)) {
            let others =
                if headings.len() > 1 { ", and what the other columns hold: name=#2 for example, or ignore=*" } else { "" };
            return Err(ColumnsError::NoHeading { suggestion: format!("email=#{}{others}", place + 1) });
        }
        let told = Told::read(&headings, map)?;
        let format = headings::format(&headings);
        let mut columns = Vec::new();
        let mut unknown: Vec<&str> = Vec::new();
        for (place, heading) in headings.iter().enumerate() {
            let said = told.columns.get(place).copied().flatten();
            let field = match (said, meaning(format, heading)) {
                (Some(field), _) => field,
                // The one that was named is meant.
                (None, Some(field)) if told.columns.contains(&Some(field)) && !field.may_repeat() => Field::Ignore,
                (None, Some(field)) => field,
                (None, None) if heading.is_empty() || told.ignores(heading) => Field::Ignore,
                (None, None) if format != Format::Plain && !smells_of_consent(heading) => Field::Ignore,
                (None, None) => {
                    if !unknown.iter().any(|other| normal(other) == normal(heading)) {
                        unknown.push(heading);
                    }
                    Field::Ignore
                }
            };
            // One without a name that nobody spoke of must be empty: then it has no name here either.
            let silent = heading.is_empty() && said.is_none() && !told.ignore_others;
            let name = if heading.is_empty() && !silent { format!("#{}", place + 1) } else { (*heading).to_owned() };
            columns.push((name, field));
        }
        last_names(&mut columns);
        let columns = Columns { format, columns };
        columns.are_clear(&headings)?;
        if format == Format::Listmonk && !told.columns.contains(&Some(Field::Status)) {
            return Err(ColumnsError::ListmonkStatus);
        }
        if !unknown.is_empty() {
            let consent: Vec<&str> = unknown.iter().copied().filter(|heading| smells_of_consent(heading)).collect();
            let consent = match consent.as_slice() {
                [] => ", or --map ignore=* for all of them".to_owned(),
                some => format!(
                    ". By {} a row may say that somebody has left or never agreed: look at it before you ignore it",
                    list(some)
                ),
            };
            return Err(ColumnsError::Unknown { columns: list(&unknown), fields: fields(), consent });
        }
        Ok(columns)
    }

    /// Columns without headings, which are told by their places.
    pub fn numbered(width: usize, map: &[String]) -> Result<Columns, ColumnsError> {
        let places: Vec<String> = (1..=width).map(|place| format!("#{place}")).collect();
        Columns::parse(&places, map)
    }

    /// Each field that only one column can hold is held by one, and the address by one.
    fn are_clear(&self, headings: &[&str]) -> Result<(), ColumnsError> {
        for field in Field::ALL.iter().copied().filter(|field| !field.may_repeat()) {
            let same: Vec<(usize, &str)> = self
                .columns
                .iter()
                .enumerate()
                .filter(|(_, (_, it))| *it == field)
                .map(|(n, (heading, _))| (n, heading.as_str()))
                .collect();
            if let [(_, first), _, ..] = same.as_slice() {
                let places: Vec<usize> = same.iter().map(|(place, _)| *place).collect();
                let names: Vec<&str> = same.iter().map(|(_, heading)| *heading).collect();
                return Err(match names.iter().all(|name| normal(name) == normal(first)) {
                    true => ColumnsError::Twice((*first).to_owned(), field, map::numbers(&places)),
                    false => ColumnsError::Ambiguous { field, columns: list(&names) },
                });
            }
        }
        match self.columns.iter().any(|(_, field)| *field == Field::Email) {
            true => Ok(()),
            false => Err(ColumnsError::NoEmail { found: list(headings) }),
        }
    }

    /// Headings of columns that say nothing here.
    pub fn unused(&self) -> Vec<&str> {
        let ignored = self.columns.iter().filter(|(heading, field)| *field == Field::Ignore && !heading.is_empty());
        ignored.map(|(heading, _)| heading.as_str()).collect()
    }

    pub fn width(&self) -> usize {
        self.columns.len()
    }
}

/// Which of a file's first rows names the columns: the first one by which an address is known, else the widest one above the
/// first reader. What is above it is a title.
pub fn heading_row<S: AsRef<str>>(rows: &[&[S]], map: &[String]) -> usize {
    let filled = |row: &[S]| row.iter().filter(|cell| !cell.as_ref().trim_matches(row::is_blank).is_empty()).count();
    let end = rows.iter().position(|row| row.iter().any(|cell| is_address(cell.as_ref()))).unwrap_or(rows.len());
    let above = rows.get(..end).unwrap_or_default();
    let known = above.iter().position(|row| {
        let headings: Vec<&str> = row.iter().map(AsRef::as_ref).collect();
        let named = || Told::read(&headings, map).is_ok_and(|told| told.columns.contains(&Some(Field::Email)) && filled(row) > 1);
        headings.iter().any(|heading| names_the_address(heading)) || (!map.is_empty() && named())
    });
    let widest = || {
        let most = above.iter().map(|row| filled(row)).max().unwrap_or(0);
        above.iter().position(|row| filled(row) == most)
    };
    known.or_else(widest).unwrap_or(0)
}

/// Whether a heading is known to be that of the address.
pub fn names_the_address(heading: &str) -> bool {
    meaning(Format::Plain, heading) == Some(Field::Email) || normal(heading) == "address"
}

/// Whether a cell holds an address and nothing else.
pub fn is_address(cell: &str) -> bool {
    address(cell).is_some()
}

fn address(cell: &str) -> Option<Address> {
    Some(cell).filter(|cell| cell.contains('@')).and_then(|cell| Address::parse(cell.trim_matches(row::is_blank)).ok())
}

/// Whose rows a cell has swallowed: of the lines behind its first one, each cell that is an address. A quotation mark that nobody
/// closed does that.
pub fn swallowed<S: AsRef<str>>(cells: &[S], separator: char) -> Vec<Address> {
    let broken = cells.iter().map(AsRef::as_ref).filter(|cell| cell.contains(['\n', '\r']));
    let lines = broken.flat_map(|cell| cell.split(['\n', '\r']).skip(1));
    lines.flat_map(|line| line.split(separator)).filter_map(|part| address(part.trim_matches('"'))).collect()
}

impl Field {
    /// Whether several columns may hold it.
    fn may_repeat(self) -> bool {
        !matches!(self, Field::Email | Field::Name | Field::FirstName | Field::LastName | Field::Language)
    }
}

/// "Vorname, Name": then the name is the last name. "Name, Last name": then it is the first name.
fn last_names(columns: &mut [(String, Field)]) {
    let has = |field: Field| columns.iter().any(|(_, it)| *it == field);
    let part = match (has(Field::FirstName), has(Field::LastName)) {
        (true, false) => Field::LastName,
        (false, true) => Field::FirstName,
        _ => return,
    };
    columns.iter_mut().filter(|(_, field)| *field == Field::Name).for_each(|(_, field)| *field = part);
}

fn fields() -> String {
    Field::ALL.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(", ")
}

fn list<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|name| format!("\"{}\"", name.as_ref())).collect::<Vec<_>>().join(", ")
}
