//! What the next issue says around its items, and who let an issue go against the check before sending.

use diesel::prelude::*;

use super::schema::{check_overrides, issue_words};
use super::{Conn, StoreError, connection::each};

#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = issue_words, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Words {
    pub newsletter_id: i64,
    pub language: String,
    pub subject: Option<String>,
    /// Markdown, like `closing`.
    pub intro: String,
    pub closing: String,
}

/// Writes one language's words, over those that are there.
pub fn put(conn: &mut Conn, words: &Words) -> Result<(), StoreError> {
    use issue_words as w;
    each!(conn, |c| diesel::insert_into(w::table)
        .values(words)
        .on_conflict((w::newsletter_id, w::language))
        .do_update()
        .set(words)
        .execute(c))?;
    Ok(())
}

pub fn list(conn: &mut Conn, newsletter_id: i64) -> Result<Vec<Words>, StoreError> {
    Ok(issue_words::table.filter(issue_words::newsletter_id.eq(newsletter_id)).select(Words::as_select()).load(conn)?)
}

/// They have been said.
pub fn use_up(conn: &mut Conn, newsletter_id: i64) -> Result<(), StoreError> {
    diesel::delete(issue_words::table.filter(issue_words::newsletter_id.eq(newsletter_id))).execute(conn)?;
    Ok(())
}

/// `findings`: JSON, as they were when somebody decided.
pub fn insert_override(conn: &mut Conn, issue_id: i64, by: &str, now: i64, findings: &str) -> Result<(), StoreError> {
    use check_overrides as o;
    diesel::insert_into(o::table)
        .values((o::issue_id.eq(issue_id), o::by_whom.eq(by), o::at.eq(now), o::findings.eq(findings)))
        .execute(conn)?;
    Ok(())
}

/// (by whom, when, findings).
pub fn find_override(conn: &mut Conn, issue_id: i64) -> Result<Option<(String, i64, String)>, StoreError> {
    use check_overrides as o;
    Ok(o::table.find(issue_id).select((o::by_whom, o::at, o::findings)).first(conn).optional()?)
}
