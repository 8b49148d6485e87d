//! News items and their texts, one per language.

use diesel::prelude::*;

use super::schema::{news_item_texts, news_items};
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
}

/// What all languages of an item share. None leaves what an earlier file of the same item said.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = news_items)]
pub struct Shared {
    pub image_id: Option<i64>,
    pub date: Option<String>,
    pub starts: Option<String>,
    pub ends: Option<String>,
    pub zone: Option<String>,
    pub place: Option<String>,
    pub online: Option<String>,
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
    pub alt: Option<String>,
    pub caption: Option<String>,
    pub credit: Option<String>,
    pub funding: Option<String>,
    /// JSON array of strings.
    pub downloads: String,
    pub checked_by: Option<String>,
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

/// Makes an item that is ready for the next issue.
pub fn insert_ready(conn: &mut Conn, newsletter_id: i64, key: Option<&str>, now: i64) -> Result<i64, StoreError> {
    Ok(diesel::insert_into(news_items::table)
        .values((
            news_items::newsletter_id.eq(newsletter_id),
            news_items::item_key.eq(key),
            news_items::state.eq("ready"),
            news_items::created_at.eq(now),
        ))
        .returning(news_items::id)
        .get_result(conn)?)
}

pub fn update_shared(conn: &mut Conn, id: i64, shared: &Shared) -> Result<(), StoreError> {
    let nothing = shared.image_id.is_none() && shared.date.is_none() && shared.starts.is_none();
    if !nothing {
        diesel::update(news_items::table.find(id)).set(shared).execute(conn)?;
    }
    Ok(())
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

/// Items that wait for the next issue, oldest first.
pub fn list_ready(conn: &mut Conn, newsletter_id: i64) -> Result<Vec<NewsItem>, StoreError> {
    Ok(news_items::table
        .filter(news_items::newsletter_id.eq(newsletter_id))
        .filter(news_items::state.eq("ready"))
        .order(news_items::id)
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
