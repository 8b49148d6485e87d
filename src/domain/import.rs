//! What columns of a file of readers mean: those of our own export, of other newsletter systems, and of lists in German.
//!
//! A column that nobody knows may say that somebody has left. So in a file of unknown origin each column must be known or be
//! named by whoever imports; the formats of systems that we know have columns in great number that say nothing of the kind.

mod row;

use super::nearest::nearest;
use super::states::words;
pub use row::{Entry, Problem, Reading, Rules};

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
        /// When somebody confirmed: kept as evidence; empty means that nobody did.
        Confirmed = "confirmed",
        /// Where somebody agreed: kept as evidence.
        Source = "source",
        /// When somebody left; not empty means that they did.
        Ended = "ended",
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
        "it is not known what {columns} means; say it with --map FIELD=COLUMN (FIELD is one of {fields}), or --map ignore=COLUMN"
    )]
    Unknown { columns: String, fields: String },
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
    #[error("two columns are called \"{0}\"; give each a name of its own")]
    Twice(String),
}

impl Columns {
    /// Reads the first row. `map` is what whoever imports says of it, each `FIELD=COLUMN`; it counts more than what is known.
    pub fn parse<S: AsRef<str>>(headings: &[S], map: &[String]) -> Result<Columns, ColumnsError> {
        let headings: Vec<&str> = headings.iter().map(|heading| heading.as_ref().trim()).collect();
        for (n, heading) in headings.iter().enumerate() {
            if !heading.is_empty() && headings.iter().skip(n + 1).any(|other| normal(other) == normal(heading)) {
                return Err(ColumnsError::Twice((*heading).to_owned()));
            }
        }
        let told = told(&headings, map)?;
        let format = format(&headings);
        let mut columns = Vec::new();
        let mut unknown = Vec::new();
        for heading in &headings {
            let known = meaning(format, heading);
            let field = match told.iter().find(|(column, _)| column == heading) {
                Some((_, field)) => *field,
                None => match known {
                    // The one that was named is meant.
                    Some(field) if told.iter().any(|(_, other)| *other == field) && !field.may_repeat() => Field::Ignore,
                    Some(field) => field,
                    None if format == Format::Plain && !heading.is_empty() => {
                        unknown.push(*heading);
                        Field::Ignore
                    }
                    None => Field::Ignore,
                },
            };
            columns.push(((*heading).to_owned(), field));
        }
        last_names(&mut columns);
        for field in Field::ALL.iter().copied().filter(|field| !field.may_repeat()) {
            let same: Vec<&str> = columns.iter().filter(|(_, it)| *it == field).map(|(heading, _)| heading.as_str()).collect();
            if same.len() > 1 {
                return Err(ColumnsError::Ambiguous { field, columns: list(&same) });
            }
        }
        if !columns.iter().any(|(_, field)| *field == Field::Email) {
            return Err(ColumnsError::NoEmail { found: list(&headings) });
        }
        if format == Format::Listmonk && !told.iter().any(|(_, field)| *field == Field::Status) {
            return Err(ColumnsError::ListmonkStatus);
        }
        if !unknown.is_empty() {
            return Err(ColumnsError::Unknown { columns: list(&unknown), fields: fields() });
        }
        Ok(Columns { format, columns })
    }

    /// Headings of columns that say nothing here.
    pub fn unused(&self) -> Vec<&str> {
        self.columns.iter().filter(|(_, field)| *field == Field::Ignore).map(|(heading, _)| heading.as_str()).collect()
    }
}

impl Field {
    /// Whether several columns may hold it.
    fn may_repeat(self) -> bool {
        matches!(self, Field::Date | Field::Confirmed | Field::Source | Field::Ended | Field::Bounced | Field::Ignore)
    }
}

/// `FIELD=COLUMN`, each.
fn told<'a>(headings: &[&'a str], map: &[String]) -> Result<Vec<(&'a str, Field)>, ColumnsError> {
    let mut told = Vec::new();
    for given in map {
        let (word, column) = given.split_once('=').unwrap_or((given, ""));
        let (word, column) = (word.trim(), column.trim());
        let Some(field) = Field::parse(word).filter(|_| !column.is_empty()) else {
            let known = Field::ALL.iter().map(|field| field.as_str());
            let hint = nearest(word, known).filter(|near| *near != word).map(|near| format!("; did you mean {near}?"));
            return Err(ColumnsError::Map { given: given.clone(), fields: fields(), hint: hint.unwrap_or_default() });
        };
        let Some(heading) = headings.iter().find(|heading| normal(heading) == normal(column)) else {
            return Err(ColumnsError::NoSuchColumn { field, column: column.to_owned(), found: list(headings) });
        };
        told.push((*heading, field));
    }
    Ok(told)
}

/// "Vorname, Name": then the name is the last name.
fn last_names(columns: &mut [(String, Field)]) {
    let has = |field: Field| columns.iter().any(|(_, it)| *it == field);
    if has(Field::FirstName) && !has(Field::LastName) {
        columns.iter_mut().filter(|(_, field)| *field == Field::Name).for_each(|(_, field)| *field = Field::LastName);
    }
}

fn format(headings: &[&str]) -> Format {
    let headings: Vec<String> = headings.iter().map(|heading| normal(heading)).collect();
    let has = |name: &str| headings.iter().any(|heading| heading == name);
    if OWN.iter().all(|name| has(name)) {
        Format::Own
    } else if ["uuid", "email", "attributes", "status"].iter().all(|name| has(name)) {
        Format::Listmonk
    } else if ["leid", "euid", "member_rating"].iter().any(|name| has(name)) {
        Format::Mailchimp
    } else if ["email", "registered", "activated"].iter().all(|name| has(name)) {
        Format::CleverReach
    } else {
        Format::Plain
    }
}

fn meaning(format: Format, heading: &str) -> Option<Field> {
    let heading = normal(heading);
    let own: &[(&str, Field)] = match format {
        Format::Own => &[
            ("address", Field::Email),
            ("state", Field::Status),
            ("requested_at", Field::Date),
            // The state tells whether; this tells when.
            ("confirmed_at", Field::Date),
            ("ended_at", Field::Ignore),
            ("ended_channel", Field::Ignore),
        ],
        Format::Listmonk => &[("created_at", Field::Date), ("updated_at", Field::Ignore)],
        Format::Mailchimp => &[
            ("optin_time", Field::Date),
            ("optin_ip", Field::Ignore),
            ("confirm_time", Field::Confirmed),
            ("confirm_ip", Field::Ignore),
            ("unsub_time", Field::Ended),
            ("clean_time", Field::Bounced),
            // Theirs, not the person's, or more than is needed.
            ("language", Field::Language),
            ("timezone", Field::Ignore),
        ],
        Format::CleverReach => &[
            ("registered", Field::Date),
            ("activated", Field::Confirmed),
            ("deactivated", Field::Ended),
            ("bounced", Field::Bounced),
            ("active", Field::Status),
            ("last_ip", Field::Ignore),
        ],
        Format::Plain => &[],
    };
    let everywhere: &[(&[&str], Field)] = &[
        (
            &["email", "e-mail", "e_mail", "mail", "email address", "e-mail address", "emailaddress", "email_address"],
            Field::Email,
        ),
        (&["e-mail-adresse", "e-mailadresse", "emailadresse", "email-adresse", "mailadresse"], Field::Email),
        (&["name", "full name", "fullname", "full_name", "vollständiger name"], Field::Name),
        (&["first name", "firstname", "first_name", "vorname"], Field::FirstName),
        (&["last name", "lastname", "last_name", "surname", "nachname", "familienname", "zuname"], Field::LastName),
        (&["language", "lang", "sprache"], Field::Language),
        (&["status", "state", "zustand"], Field::Status),
        (&["date", "datum", "anmeldedatum", "angemeldet", "angemeldet am", "subscribed_at", "opt-in-datum"], Field::Date),
        (&["confirmed", "confirmed_at", "confirm_time", "bestätigt", "bestätigt am"], Field::Confirmed),
        (&["source", "quelle", "herkunft"], Field::Source),
        // A record cannot forget a part of itself, as retention.network_days wants it; and it proves nothing (R147).
        (&["ip", "ip address", "ip_address", "ip-adresse"], Field::Ignore),
        (&["unsubscribed", "unsubscribed_at", "abgemeldet", "abgemeldet am", "abmeldedatum", "deaktiviert"], Field::Ended),
        (&["id", "uuid", "nr", "nr.", "anrede", "titel"], Field::Ignore),
    ];
    own.iter()
        .find(|(name, _)| *name == heading)
        .map(|(_, field)| *field)
        .or_else(|| everywhere.iter().find(|(names, _)| names.contains(&heading.as_str())).map(|(_, field)| *field))
}

fn normal(heading: &str) -> String {
    heading.trim().to_lowercase()
}

fn fields() -> String {
    Field::ALL.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(", ")
}

fn list<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|name| format!("\"{}\"", name.as_ref())).collect::<Vec<_>>().join(", ")
}
