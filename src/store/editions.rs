//! Frozen mail content, by hash.

use diesel::prelude::*;

use super::schema::{editions, issues, newsletters};
use super::{Conn, StoreError, connection::each};
use crate::domain::language::Language;
use crate::domain::slug::Slug;

/// What both ways of freezing write.
macro_rules! columns {
    ($frozen:expr) => {
        (
            editions::language.eq($frozen.language.tag()),
            editions::subject.eq($frozen.subject),
            editions::hash.eq($frozen.hash.to_vec()),
            editions::content.eq($frozen.content),
            editions::web.eq($frozen.web),
            editions::created_at.eq($frozen.now),
        )
    };
}

/// Content that is not going to change any more.
pub struct Frozen<'a> {
    pub language: Language,
    pub subject: &'a str,
    /// SHA-256 of `content`.
    pub hash: &'a [u8; 32],
    pub content: &'a [u8],
    /// The web version; empty where there is none.
    pub web: &'a str,
    /// µs.
    pub now: i64,
}

/// Freezes one language of an issue.
pub fn insert_for_issue(conn: &mut Conn, issue_id: i64, frozen: &Frozen<'_>) -> Result<i64, StoreError> {
    use editions as e;
    Ok(diesel::insert_into(e::table).values((e::issue_id.eq(issue_id), columns!(frozen))).returning(e::id).get_result(conn)?)
}

/// Content that belongs to no issue: the same bytes are stored once.
pub fn find_or_insert(conn: &mut Conn, frozen: &Frozen<'_>) -> Result<i64, StoreError> {
    if let Some(id) = find_without_issue(conn, frozen.hash)? {
        return Ok(id);
    }
    let row = columns!(frozen);
    each!(conn, |c| diesel::insert_into(editions::table).values(row).on_conflict_do_nothing().execute(c))?;
    find_without_issue(conn, frozen.hash)?.ok_or(StoreError::Query(diesel::result::Error::NotFound))
}

fn find_without_issue(conn: &mut Conn, hash: &[u8; 32]) -> Result<Option<i64>, StoreError> {
    Ok(editions::table
        .filter(editions::issue_id.is_null())
        .filter(editions::hash.eq(hash.to_vec()))
        .select(editions::id)
        .first(conn)
        .optional()?)
}

pub fn content(conn: &mut Conn, id: i64) -> Result<Vec<u8>, StoreError> {
    Ok(editions::table.find(id).select(editions::content).first(conn)?)
}

/// What was frozen last.
pub fn newest_content(conn: &mut Conn) -> Result<Vec<u8>, StoreError> {
    Ok(editions::table.order(editions::id.desc()).select(editions::content).first(conn)?)
}

/// The web version of one edition, and whether its newsletter is private (0 or 1).
pub fn find_web(conn: &mut Conn, slug: &str, number: i64, language: Language) -> Result<Option<(String, i64)>, StoreError> {
    if Slug::parse(slug).is_err() {
        return Ok(None);
    }
    Ok(editions::table
        .inner_join(issues::table.inner_join(newsletters::table))
        .filter(newsletters::slug.eq(slug))
        .filter(issues::number.eq(number))
        .filter(editions::language.eq(language.tag()))
        .select((editions::web, newsletters::private))
        .first(conn)
        .optional()?)
}

/// (edition id, language) of an issue.
pub fn list_of_issue(conn: &mut Conn, issue_id: i64) -> Result<Vec<(i64, String)>, StoreError> {
    Ok(editions::table
        .filter(editions::issue_id.eq(issue_id))
        .order(editions::id)
        .select((editions::id, editions::language))
        .load(conn)?)
}
