//! News items and their texts, one per language.

use diesel::prelude::*;

use super::schema::{feed_entries, news_item_texts, news_items};
use super::{Conn, StoreError, connection::each};

#[derive(Clone, Debug, Queryable, Selectable)]
pub struct NewsItem {
    pub id: i64,
    pub newsletter_id: i64,
    pub image_id: Option<i64>,
    pub date: Option<String>,
    pub starts: Option<String>,
    pub ends: Option<String>,
    pub zone: Option<String>,
    pub place: Option<String>,
    pub online: Option<String>,
    pub public_id: Vec<u8>,
    pub revision: i64,
    pub changed_at: i64,
    /// 1: the event does not take place.
    pub cancelled: i64,
    pub place_in_issue: Option<i64>,
    pub state: String,
}

/// What all languages of an item share. None leaves what an earlier file of the same item said.
#[derive(Clone, Debug, Default, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = news_items)]
pub struct Shared {
    pub image_id: Option<i64>,
    pub date: Option<String>,
    pub starts: Option<String>,
    pub ends: Option<String>,
    pub zone: Option<String>,
    pub place: Option<String>,
    pub online: Option<String>,
    pub place_in_issue: Option<i64>,
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = news_item_texts, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct NewsItemText {
    pub news_item_id: i64,
    pub language: String,
    pub kicker: Option<String>,
    pub headline: String,
    pub lead: Option<String>,
    pub body: String,
    pub link: Option<String>,
    /// Of the item's picture; empty if that is decorative, NULL if nobody described it.
    pub alt: Option<String>,
    pub caption: Option<String>,
    pub credit: Option<String>,
    pub funding: Option<String>,
    /// JSON array: an address, or of a file kept here `{address, bytes}`.
    pub downloads: String,
    /// "WHO, YYYY-MM-DD".
    pub checked_by: Option<String>,
    /// 1: somebody tried the documents.
    pub downloads_checked: i64,
}

/// The item a key stands for: (id, state).
pub fn find_by_key(conn: &mut Conn, newsletter_id: i64, key: &str) -> Result<Option<(i64, String)>, StoreError> {
    Ok(news_items::table
        .filter(news_items::newsletter_id.eq(newsletter_id))
        .filter(news_items::item_key.eq(key))
        .select((news_items::id, news_items::state))
        .first(conn)
        .optional()?)
}

/// Makes an item in the state `draft` or `ready`.
pub fn insert(
    conn: &mut Conn,
    newsletter_id: i64,
    key: Option<&str>,
    public_id: &[u8; 16],
    state: &str,
    now: i64,
) -> Result<i64, StoreError> {
    Ok(diesel::insert_into(news_items::table)
        .values((
            news_items::newsletter_id.eq(newsletter_id),
            news_items::item_key.eq(key),
            news_items::state.eq(state),
            news_items::created_at.eq(now),
            news_items::public_id.eq(public_id.as_slice()),
            news_items::changed_at.eq(now),
        ))
        .returning(news_items::id)
        .get_result(conn)?)
}

/// Something of the item is another than before: its calendar file has a new revision.
pub fn touch(conn: &mut Conn, id: i64, now: i64) -> Result<(), StoreError> {
    diesel::update(news_items::table.find(id))
        .set((news_items::revision.eq(news_items::revision + 1), news_items::changed_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// Nobody else changes the item before the transaction ends. False: it is no draft (any more).
pub fn lock_draft(conn: &mut Conn, id: i64) -> Result<bool, StoreError> {
    let draft = news_items::table.find(id).filter(news_items::state.eq("draft"));
    Ok(diesel::update(draft).set(news_items::revision.eq(news_items::revision)).execute(conn)? == 1)
}

/// What a feed knows of a text.
#[derive(Clone, Debug, AsChangeset)]
#[diesel(table_name = news_item_texts, treat_none_as_null = true)]
pub struct Words<'a> {
    pub headline: &'a str,
    pub lead: Option<&'a str>,
    pub body: &'a str,
    pub link: Option<&'a str>,
}

/// Writes over that, and over nothing else.
pub fn update_words(conn: &mut Conn, id: i64, language: &str, words: &Words<'_>) -> Result<(), StoreError> {
    use news_item_texts as t;
    diesel::update(t::table.filter(t::news_item_id.eq(id)).filter(t::language.eq(language))).set(words).execute(conn)?;
    Ok(())
}

pub fn update_shared(conn: &mut Conn, id: i64, shared: &Shared) -> Result<(), StoreError> {
    if *shared != Shared::default() {
        diesel::update(news_items::table.find(id)).set(shared).execute(conn)?;
    }
    Ok(())
}

/// False: there is no such item in this newsletter, or (for a place in the issue) it was used already.
pub fn set_cancelled(conn: &mut Conn, newsletter_id: i64, id: i64, now: i64) -> Result<bool, StoreError> {
    let item = news_items::table.find(id).filter(news_items::newsletter_id.eq(newsletter_id));
    Ok(diesel::update(item)
        .set((news_items::cancelled.eq(1), news_items::revision.eq(news_items::revision + 1), news_items::changed_at.eq(now)))
        .execute(conn)?
        == 1)
}

/// An item of this newsletter that is in no issue.
#[diesel::dsl::auto_type]
fn unused(newsletter_id: i64, id: i64) -> _ {
    news_items::table.find(id).filter(news_items::newsletter_id.eq(newsletter_id)).filter(news_items::state.ne("used"))
}

pub fn set_place(conn: &mut Conn, newsletter_id: i64, id: i64, place: i64) -> Result<bool, StoreError> {
    Ok(diesel::update(unused(newsletter_id, id)).set(news_items::place_in_issue.eq(place)).execute(conn)? == 1)
}

/// An item of this newsletter, whatever its state.
pub fn find(conn: &mut Conn, newsletter_id: i64, id: i64) -> Result<Option<NewsItem>, StoreError> {
    let item = news_items::table.find(id).filter(news_items::newsletter_id.eq(newsletter_id));
    Ok(item.select(NewsItem::as_select()).first(conn).optional()?)
}

/// An item by its name for the outside, whatever its state.
pub fn find_public(conn: &mut Conn, public_id: &[u8; 16]) -> Result<Option<NewsItem>, StoreError> {
    Ok(news_items::table
        .filter(news_items::public_id.eq(public_id.as_slice()))
        .select(NewsItem::as_select())
        .first(conn)
        .optional()?)
}

/// Writes one language's text, over the one that is there.
pub fn put_text(conn: &mut Conn, text: &NewsItemText) -> Result<(), StoreError> {
    use news_item_texts as t;
    each!(conn, |c| diesel::insert_into(t::table)
        .values(text)
        .on_conflict((t::news_item_id, t::language))
        .do_update()
        .set(text)
        .execute(c))?;
    Ok(())
}

/// Items that are in no issue: drafts and those that wait for the next one.
pub fn list_unused(conn: &mut Conn, newsletter_id: i64) -> Result<Vec<(NewsItem, Option<String>)>, StoreError> {
    Ok(news_items::table
        .filter(news_items::newsletter_id.eq(newsletter_id))
        .filter(news_items::state.eq_any(["draft", "ready"]))
        .order((news_items::state, news_items::place_in_issue.is_null(), news_items::place_in_issue, news_items::id))
        .select((NewsItem::as_select(), news_items::item_key))
        .load(conn)?)
}

/// Items that wait for the next issue, in its order: those with a place by it, then the oldest first.
pub fn list_ready(conn: &mut Conn, newsletter_id: i64) -> Result<Vec<NewsItem>, StoreError> {
    Ok(news_items::table
        .filter(news_items::newsletter_id.eq(newsletter_id))
        .filter(news_items::state.eq("ready"))
        .order((news_items::place_in_issue.is_null(), news_items::place_in_issue, news_items::id))
        .select(NewsItem::as_select())
        .load(conn)?)
}

pub fn list_texts(conn: &mut Conn, item_ids: &[i64]) -> Result<Vec<NewsItemText>, StoreError> {
    Ok(news_item_texts::table
        .filter(news_item_texts::news_item_id.eq_any(item_ids))
        .order((news_item_texts::news_item_id, news_item_texts::id))
        .select(NewsItemText::as_select())
        .load(conn)?)
}

/// They belong to an issue now.
pub fn use_up(conn: &mut Conn, item_ids: &[i64], issue_id: i64) -> Result<(), StoreError> {
    diesel::update(news_items::table.filter(news_items::id.eq_any(item_ids)))
        .set((news_items::state.eq("used"), news_items::issue_id.eq(issue_id)))
        .execute(conn)?;
    Ok(())
}

/// `draft` or `ready`. False: there is no such item in this newsletter, or it was used already.
pub fn set_state(conn: &mut Conn, newsletter_id: i64, id: i64, state: &str) -> Result<bool, StoreError> {
    Ok(diesel::update(unused(newsletter_id, id)).set(news_items::state.eq(state)).execute(conn)? == 1)
}

/// Takes an item away with its texts. False: there is no such item in this newsletter, or it was used already.
pub fn delete(conn: &mut Conn, newsletter_id: i64, id: i64) -> Result<bool, StoreError> {
    if !diesel::select(diesel::dsl::exists(unused(newsletter_id, id))).get_result(conn)? {
        return Ok(false);
    }
    diesel::update(feed_entries::table.filter(feed_entries::news_item_id.eq(id)))
        .set(feed_entries::news_item_id.eq(None::<i64>))
        .execute(conn)?;
    diesel::delete(news_item_texts::table.filter(news_item_texts::news_item_id.eq(id))).execute(conn)?;
    Ok(diesel::delete(unused(newsletter_id, id)).execute(conn)? == 1)
}

/// They go back to who writes them, with nothing changed.
pub fn set_aside(conn: &mut Conn, item_ids: &[i64]) -> Result<(), StoreError> {
    diesel::update(news_items::table.filter(news_items::id.eq_any(item_ids))).set(news_items::state.eq("draft")).execute(conn)?;
    Ok(())
}
