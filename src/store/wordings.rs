//! Consent texts and privacy notices, by content hash: what was shown can always be shown again.

use diesel::prelude::*;

use super::schema::wordings;
use super::{Conn, StoreError, connection::each};
use crate::domain::language::Language;

/// `consent` or `privacy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordingKind {
    Consent,
    Privacy,
}

impl WordingKind {
    pub fn as_str(self) -> &'static str {
        match self {
            WordingKind::Consent => "consent",
            WordingKind::Privacy => "privacy",
        }
    }
}

/// A stored wording's id and version (counted per kind and language).
#[derive(Clone, Copy, Debug)]
pub struct Stored {
    pub id: i64,
    pub version: i64,
}

/// Stores a text the first time it is agreed to, and finds it ever after.
pub fn find_or_insert(
    conn: &mut Conn,
    kind: WordingKind,
    language: Language,
    hash: &[u8; 32],
    text: &str,
    now: i64,
) -> Result<Stored, StoreError> {
    if let Some(stored) = find(conn, hash)? {
        return Ok(stored);
    }
    let known: i64 = wordings::table
        .filter(wordings::kind.eq(kind.as_str()))
        .filter(wordings::language.eq(language.tag()))
        .count()
        .get_result(conn)?;
    let row = (
        wordings::hash.eq(hash.to_vec()),
        wordings::kind.eq(kind.as_str()),
        wordings::language.eq(language.tag()),
        wordings::version.eq(known + 1),
        wordings::text.eq(text),
        wordings::first_shown_at.eq(now),
    );
    each!(conn, |c| diesel::insert_into(wordings::table).values(row).on_conflict_do_nothing().execute(c))?;
    find(conn, hash)?.ok_or(StoreError::Query(diesel::result::Error::NotFound))
}

#[derive(Clone, Debug, Queryable, Selectable)]
pub struct Wording {
    pub kind: String,
    pub language: String,
    pub version: i64,
    pub text: String,
    pub first_shown_at: i64,
}

pub fn get(conn: &mut Conn, hash: &[u8]) -> Result<Option<Wording>, StoreError> {
    Ok(wordings::table.filter(wordings::hash.eq(hash)).select(Wording::as_select()).first(conn).optional()?)
}

/// All texts that were ever shown: a few for each language and newsletter.
pub fn list(conn: &mut Conn) -> Result<Vec<Wording>, StoreError> {
    Ok(wordings::table.select(Wording::as_select()).load(conn)?)
}

fn find(conn: &mut Conn, hash: &[u8; 32]) -> Result<Option<Stored>, StoreError> {
    let row: Option<(i64, i64)> = wordings::table
        .filter(wordings::hash.eq(hash.to_vec()))
        .select((wordings::id, wordings::version))
        .first(conn)
        .optional()?;
    Ok(row.map(|(id, version)| Stored { id, version }))
}
