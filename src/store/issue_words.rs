//! What the next issue says around its items.

use diesel::prelude::*;

use super::schema::issue_words;
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
