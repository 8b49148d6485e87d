//! Feeds of other websites, and which of their entries have become news items.

use diesel::prelude::*;

use super::schema::{feed_entries, feeds, news_items, newsletters};
use super::{Conn, StoreError};

#[derive(Clone, Debug, Queryable, Selectable)]
pub struct Feed {
    pub id: i64,
    pub newsletter_id: i64,
    pub url: String,
    pub language: String,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// When it is read next (µs).
    pub due_at: i64,
    /// When it was last read without a problem.
    pub read_at: Option<i64>,
    /// Since then.
    pub failures: i64,
    pub problem: Option<String>,
}

/// None: the newsletter has this feed already.
pub fn insert(conn: &mut Conn, newsletter_id: i64, url: &str, language: &str, now: i64) -> Result<Option<i64>, StoreError> {
    let known = feeds::table.filter(feeds::newsletter_id.eq(newsletter_id)).filter(feeds::url.eq(url));
    if diesel::select(diesel::dsl::exists(known)).get_result(conn)? {
        return Ok(None);
    }
    let values = (
        feeds::newsletter_id.eq(newsletter_id),
        feeds::url.eq(url),
        feeds::language.eq(language),
        feeds::due_at.eq(now),
        feeds::created_at.eq(now),
    );
    Ok(Some(diesel::insert_into(feeds::table).values(values).returning(feeds::id).get_result(conn)?))
}

/// A newsletter's feeds, the oldest first.
pub fn list(conn: &mut Conn, newsletter_id: i64) -> Result<Vec<Feed>, StoreError> {
    let all = feeds::table.filter(feeds::newsletter_id.eq(newsletter_id)).order(feeds::id);
    Ok(all.select(Feed::as_select()).load(conn)?)
}

/// Those whose time has come, the longest waiting first.
pub fn list_due(conn: &mut Conn, now: i64) -> Result<Vec<Feed>, StoreError> {
    // Nobody would read what a closed newsletter gets.
    let open = newsletters::table.filter(newsletters::closed_at.is_null()).select(newsletters::id);
    let due = feeds::table.filter(feeds::due_at.le(now)).filter(feeds::newsletter_id.eq_any(open));
    Ok(due.order((feeds::due_at, feeds::id)).select(Feed::as_select()).load(conn)?)
}

/// False: somebody else has moved it on, or it is gone.
pub fn move_due(conn: &mut Conn, id: i64, from: i64, to: i64) -> Result<bool, StoreError> {
    let feed = feeds::table.find(id).filter(feeds::due_at.eq(from));
    Ok(diesel::update(feed).set(feeds::due_at.eq(to)).execute(conn)? == 1)
}

/// It was read without a problem. `validators`: etag and last_modified; None leaves them.
pub fn set_read(
    conn: &mut Conn,
    id: i64,
    now: i64,
    due_at: i64,
    validators: Option<(Option<&str>, Option<&str>)>,
) -> Result<(), StoreError> {
    let feed = feeds::table.find(id);
    diesel::update(feed)
        .set((feeds::read_at.eq(now), feeds::due_at.eq(due_at), feeds::failures.eq(0), feeds::problem.eq(None::<&str>)))
        .execute(conn)?;
    if let Some((etag, last_modified)) = validators {
        diesel::update(feed).set((feeds::etag.eq(etag), feeds::last_modified.eq(last_modified))).execute(conn)?;
    }
    Ok(())
}

pub fn set_problem(conn: &mut Conn, id: i64, due_at: i64, problem: &str) -> Result<(), StoreError> {
    let change = (feeds::failures.eq(feeds::failures + 1), feeds::problem.eq(problem), feeds::due_at.eq(due_at));
    diesel::update(feeds::table.find(id)).set(change).execute(conn)?;
    Ok(())
}

/// False: there is no such feed.
pub fn delete(conn: &mut Conn, newsletter_id: i64, url: &str) -> Result<bool, StoreError> {
    let feed = feeds::table.filter(feeds::newsletter_id.eq(newsletter_id)).filter(feeds::url.eq(url));
    Ok(diesel::delete(feed).execute(conn)? == 1)
}

/// What an entry of a feed has become.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = feed_entries)]
pub struct Known {
    /// None: the item was removed.
    pub news_item_id: Option<i64>,
    /// Fingerprint of its text as the feed wrote it.
    pub written: Vec<u8>,
}

pub fn find_entry(conn: &mut Conn, newsletter_id: i64, key: &[u8; 32]) -> Result<Option<Known>, StoreError> {
    let entry = feed_entries::table.find((newsletter_id, key.as_slice()));
    Ok(entry.select(Known::as_select()).first(conn).optional()?)
}

pub fn insert_entry(
    conn: &mut Conn,
    newsletter_id: i64,
    key: &[u8; 32],
    news_item_id: i64,
    written: &[u8; 32],
    source: &str,
) -> Result<(), StoreError> {
    let values = (
        feed_entries::source.eq(source),
        feed_entries::newsletter_id.eq(newsletter_id),
        feed_entries::entry_key.eq(key.as_slice()),
        feed_entries::news_item_id.eq(news_item_id),
        feed_entries::written.eq(written.as_slice()),
    );
    diesel::insert_into(feed_entries::table).values(values).execute(conn)?;
    Ok(())
}

/// Drafts of a newsletter that came from this feed.
pub fn count_drafts(conn: &mut Conn, newsletter_id: i64, source: &str) -> Result<i64, StoreError> {
    let entries = feed_entries::table.inner_join(news_items::table.on(feed_entries::news_item_id.eq(news_items::id.nullable())));
    let drafts = entries.filter(feed_entries::newsletter_id.eq(newsletter_id)).filter(feed_entries::source.eq(source));
    Ok(drafts.filter(news_items::state.eq("draft")).count().get_result(conn)?)
}

/// The address of the feed that an item comes from.
pub fn find_source(conn: &mut Conn, news_item_id: i64) -> Result<Option<String>, StoreError> {
    let entry = feed_entries::table.filter(feed_entries::news_item_id.eq(news_item_id));
    Ok(entry.select(feed_entries::source).first(conn).optional()?)
}

pub fn set_written(conn: &mut Conn, newsletter_id: i64, key: &[u8; 32], written: &[u8; 32]) -> Result<(), StoreError> {
    let entry = feed_entries::table.find((newsletter_id, key.as_slice()));
    diesel::update(entry).set(feed_entries::written.eq(written.as_slice())).execute(conn)?;
    Ok(())
}
