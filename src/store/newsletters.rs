//! Newsletters and what they say about themselves in each language.

use diesel::prelude::*;

use super::schema::{newsletter_texts, newsletters};
use super::{Conn, StoreError, connection::each};
use crate::domain::language::{Fallbacks, Language};
use crate::domain::slug::Slug;

#[derive(Clone, Debug, Queryable, Selectable)]
pub struct Newsletter {
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub from_name: String,
    pub from_address: String,
    pub reply_to: Option<String>,
    /// JSON array of tags.
    pub languages: String,
    pub cadence: Option<String>,
    pub zone: String,
    pub next_due_at: Option<i64>,
    /// 0 or 1.
    pub private: i64,
    /// JSON object of tags.
    pub fallbacks: String,
    /// µs.
    pub closed_at: Option<i64>,
}

impl Newsletter {
    /// It is in no public list, archive, search or feed.
    pub fn is_private(&self) -> bool {
        self.private != 0
    }

    /// It takes no sign-ups and publishes nothing any more.
    pub fn is_closed(&self) -> bool {
        self.closed_at.is_some()
    }

    /// Which edition stands in for a missing one.
    pub fn fallbacks(&self) -> Result<Fallbacks, StoreError> {
        serde_json::from_str(&self.fallbacks)
            .map_err(|_| StoreError::Foreign { table: "newsletters", value: self.fallbacks.clone() })
    }

    /// The languages it comes in; the first is the default.
    pub fn languages(&self) -> Result<Vec<Language>, StoreError> {
        serde_json::from_str(&self.languages)
            .map_err(|_| StoreError::Foreign { table: "newsletters", value: self.languages.clone() })
    }
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = newsletters, treat_none_as_default_value = false)]
pub struct NewNewsletter {
    pub slug: String,
    pub name: String,
    pub from_name: String,
    pub from_address: String,
    pub reply_to: Option<String>,
    pub languages: String,
    pub cadence: Option<String>,
    pub zone: String,
    pub next_due_at: Option<i64>,
    pub created_at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Queryable, Selectable, Insertable)]
#[diesel(table_name = newsletter_texts)]
pub struct NewsletterText {
    pub newsletter_id: i64,
    pub language: String,
    pub title: String,
    pub description: String,
    pub footer: String,
    pub funding: String,
}

pub fn insert(conn: &mut Conn, row: &NewNewsletter) -> Result<i64, StoreError> {
    Ok(diesel::insert_into(newsletters::table).values(row).returning(newsletters::id).get_result(conn)?)
}

/// Writes one language's texts, over those that are there.
pub fn put_text(conn: &mut Conn, row: &NewsletterText) -> Result<(), StoreError> {
    use newsletter_texts as t;
    each!(conn, |c| diesel::insert_into(t::table)
        .values(row)
        .on_conflict((t::newsletter_id, t::language))
        .do_update()
        .set((
            t::title.eq(&row.title),
            t::description.eq(&row.description),
            t::footer.eq(&row.footer),
            t::funding.eq(&row.funding)
        ))
        .execute(c))?;
    Ok(())
}

pub fn list(conn: &mut Conn) -> Result<Vec<Newsletter>, StoreError> {
    Ok(newsletters::table.order(newsletters::id).select(Newsletter::as_select()).load(conn)?)
}

/// What cannot be a slug is not looked for: addresses of pages hold anything, and a zero byte is an error to PostgreSQL.
pub fn find(conn: &mut Conn, slug: &str) -> Result<Option<Newsletter>, StoreError> {
    if Slug::parse(slug).is_err() {
        return Ok(None);
    }
    Ok(newsletters::table.filter(newsletters::slug.eq(slug)).select(Newsletter::as_select()).first(conn).optional()?)
}

pub fn get(conn: &mut Conn, id: i64) -> Result<Newsletter, StoreError> {
    Ok(newsletters::table.find(id).select(Newsletter::as_select()).first(conn)?)
}

pub fn text(conn: &mut Conn, newsletter_id: i64, language: Language) -> Result<Option<NewsletterText>, StoreError> {
    Ok(newsletter_texts::table
        .find((newsletter_id, language.tag()))
        .select(NewsletterText::as_select())
        .first(conn)
        .optional()?)
}

/// Whether it is in the public lists.
pub fn set_private(conn: &mut Conn, id: i64, private: i64) -> Result<(), StoreError> {
    diesel::update(newsletters::table.find(id)).set(newsletters::private.eq(private)).execute(conn)?;
    Ok(())
}

pub fn set_fallbacks(conn: &mut Conn, id: i64, fallbacks: &str) -> Result<(), StoreError> {
    diesel::update(newsletters::table.find(id)).set(newsletters::fallbacks.eq(fallbacks)).execute(conn)?;
    Ok(())
}

/// What staff can change about a newsletter. Times in µs.
#[derive(Clone, Debug, AsChangeset)]
#[diesel(table_name = newsletters, treat_none_as_null = true)]
pub struct Shape {
    pub name: String,
    pub from_name: String,
    pub from_address: String,
    pub languages: String,
    pub cadence: Option<String>,
    pub zone: String,
    pub next_due_at: Option<i64>,
    pub private: i64,
    pub fallbacks: String,
    pub closed_at: Option<i64>,
}

impl From<&Newsletter> for Shape {
    fn from(now: &Newsletter) -> Self {
        Self {
            name: now.name.clone(),
            from_name: now.from_name.clone(),
            from_address: now.from_address.clone(),
            languages: now.languages.clone(),
            cadence: now.cadence.clone(),
            zone: now.zone.clone(),
            next_due_at: now.next_due_at,
            private: now.private,
            fallbacks: now.fallbacks.clone(),
            closed_at: now.closed_at,
        }
    }
}

pub fn reshape(conn: &mut Conn, id: i64, shape: &Shape) -> Result<(), StoreError> {
    diesel::update(newsletters::table.find(id)).set(shape).execute(conn)?;
    Ok(())
}

/// Whether anybody's request or consent for it is written down.
pub fn has_consent(conn: &mut Conn, id: i64) -> Result<bool, StoreError> {
    use super::schema::{consent_details, opt_in_newsletters, subscriptions};
    let details = consent_details::table.filter(consent_details::newsletter_id.eq(id));
    let requests = opt_in_newsletters::table.filter(opt_in_newsletters::newsletter_id.eq(id));
    let subscribed = subscriptions::table.filter(subscriptions::newsletter_id.eq(id));
    let any = diesel::dsl::exists(details).or(diesel::dsl::exists(requests)).or(diesel::dsl::exists(subscribed));
    Ok(diesel::select(any).get_result(conn)?)
}

/// Removes a newsletter that nobody ever subscribed to, with its texts, items, feeds and plans.
pub fn delete(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    use super::schema::{feed_entries, feeds, funding_blocks, funding_texts, imports, issue_words, issues};
    use super::schema::{news_item_texts, news_items};
    let items = news_items::table.filter(news_items::newsletter_id.eq(id)).select(news_items::id);
    let blocks = funding_blocks::table.filter(funding_blocks::newsletter_id.eq(id)).select(funding_blocks::id);
    diesel::delete(feed_entries::table.filter(feed_entries::newsletter_id.eq(id))).execute(conn)?;
    diesel::delete(feeds::table.filter(feeds::newsletter_id.eq(id))).execute(conn)?;
    diesel::delete(news_item_texts::table.filter(news_item_texts::news_item_id.eq_any(items))).execute(conn)?;
    diesel::delete(news_items::table.filter(news_items::newsletter_id.eq(id))).execute(conn)?;
    diesel::delete(funding_texts::table.filter(funding_texts::block_id.eq_any(blocks))).execute(conn)?;
    diesel::delete(funding_blocks::table.filter(funding_blocks::newsletter_id.eq(id))).execute(conn)?;
    diesel::delete(issue_words::table.filter(issue_words::newsletter_id.eq(id))).execute(conn)?;
    diesel::delete(issues::table.filter(issues::newsletter_id.eq(id))).execute(conn)?;
    diesel::delete(imports::table.filter(imports::newsletter_id.eq(id))).execute(conn)?;
    diesel::delete(newsletter_texts::table.filter(newsletter_texts::newsletter_id.eq(id))).execute(conn)?;
    diesel::delete(newsletters::table.find(id)).execute(conn)?;
    Ok(())
}

/// Those whose cadence is due at `now` (µs).
pub fn list_due(conn: &mut Conn, now: i64) -> Result<Vec<Newsletter>, StoreError> {
    Ok(newsletters::table.filter(newsletters::next_due_at.le(now)).select(Newsletter::as_select()).load(conn)?)
}

/// Moves the due time on, if it is still what the caller saw. False: another node was there first.
pub fn advance_due(conn: &mut Conn, id: i64, seen: i64, next: Option<i64>) -> Result<bool, StoreError> {
    let row = newsletters::table.filter(newsletters::id.eq(id)).filter(newsletters::next_due_at.eq(seen));
    Ok(diesel::update(row).set(newsletters::next_due_at.eq(next)).execute(conn)? == 1)
}

/// Counts one more activation and keeps the newsletter's row locked until the transaction ends,
/// so that publishing sees every activation either wholly before or wholly after itself.
pub fn next_activation(conn: &mut Conn, id: i64) -> Result<i64, StoreError> {
    next_activations(conn, id, 1)
}

/// The same for as many at once: returns the last of their numbers.
pub fn next_activations(conn: &mut Conn, id: i64, count: i64) -> Result<i64, StoreError> {
    Ok(diesel::update(newsletters::table.find(id))
        .set(newsletters::activations.eq(newsletters::activations + count))
        .returning(newsletters::activations)
        .get_result(conn)?)
}

/// (number the next issue will have, activations so far). Lock the newsletter before, and nobody else reads the same.
pub fn upcoming(conn: &mut Conn, id: i64) -> Result<(i64, i64), StoreError> {
    let (last, activations): (i64, i64) =
        newsletters::table.find(id).select((newsletters::last_number, newsletters::activations)).first(conn)?;
    Ok((last + 1, activations))
}

/// An issue has this number now.
pub fn use_number(conn: &mut Conn, id: i64, number: i64) -> Result<(), StoreError> {
    diesel::update(newsletters::table.find(id)).set(newsletters::last_number.eq(number)).execute(conn)?;
    Ok(())
}

/// Takes the newsletter's row lock and changes nothing.
pub fn lock(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    diesel::update(newsletters::table.find(id)).set(newsletters::last_number.eq(newsletters::last_number)).execute(conn)?;
    Ok(())
}
