//! Opt-ins: a request and what the form said, kept to themselves until they are confirmed.

use diesel::prelude::*;

use super::schema::{newsletters, opt_in_newsletters, opt_ins};
use super::{Conn, StoreError, word};
use crate::domain::language::Language;

#[derive(Clone, Debug, Queryable, Selectable)]
pub struct OptIn {
    pub id: i64,
    pub public_id: Vec<u8>,
    pub subscriber_id: i64,
    pub language: String,
    pub name: Option<String>,
    pub requested_at: i64,
    pub expires_at: i64,
    pub confirmed_at: Option<i64>,
    pub form_url: String,
    pub new_address: Option<String>,
    pub new_canonical: Option<String>,
    /// Where it was asked from; nothing unless the settings want it.
    pub network: Option<String>,
}

impl OptIn {
    pub fn language(&self) -> Result<Language, StoreError> {
        word("opt_ins", &self.language, |tag| tag.parse().ok())
    }
}

#[derive(Debug, Insertable)]
#[diesel(table_name = opt_ins, treat_none_as_default_value = false)]
pub struct NewOptIn {
    pub public_id: Vec<u8>,
    pub subscriber_id: i64,
    pub language: String,
    pub name: Option<String>,
    pub consent_wording_id: i64,
    pub privacy_wording_id: i64,
    pub form_url: String,
    pub requested_at: i64,
    pub expires_at: i64,
    /// Asks for another address instead of a newsletter: as typed, and for comparing.
    pub new_address: Option<String>,
    pub new_canonical: Option<String>,
    /// Where it was asked from; nothing unless the settings want it.
    pub network: Option<String>,
}

pub fn insert(conn: &mut Conn, row: &NewOptIn, newsletter_ids: &[i64]) -> Result<i64, StoreError> {
    let id: i64 = diesel::insert_into(opt_ins::table).values(row).returning(opt_ins::id).get_result(conn)?;
    for newsletter_id in newsletter_ids {
        diesel::insert_into(opt_in_newsletters::table)
            .values((opt_in_newsletters::opt_in_id.eq(id), opt_in_newsletters::newsletter_id.eq(newsletter_id)))
            .execute(conn)?;
    }
    Ok(id)
}

pub fn find_by_public_id(conn: &mut Conn, public_id: &[u8; 16]) -> Result<Option<OptIn>, StoreError> {
    Ok(opt_ins::table.filter(opt_ins::public_id.eq(public_id.to_vec())).select(OptIn::as_select()).first(conn).optional()?)
}

/// The newsletters it asks for: (id, slug).
pub fn newsletters_of(conn: &mut Conn, id: i64) -> Result<Vec<(i64, String)>, StoreError> {
    Ok(opt_in_newsletters::table
        .inner_join(newsletters::table)
        .filter(opt_in_newsletters::opt_in_id.eq(id))
        .order(newsletters::id)
        .select((newsletters::id, newsletters::slug))
        .load(conn)?)
}

/// All of one person, oldest first.
pub fn list_of(conn: &mut Conn, subscriber_id: i64) -> Result<Vec<OptIn>, StoreError> {
    Ok(opt_ins::table
        .filter(opt_ins::subscriber_id.eq(subscriber_id))
        .order((opt_ins::subscriber_id, opt_ins::requested_at))
        .select(OptIn::as_select())
        .load(conn)?)
}

/// Removes opt-ins and what they asked for.
pub fn delete(conn: &mut Conn, ids: &[i64]) -> Result<(), StoreError> {
    diesel::delete(opt_in_newsletters::table.filter(opt_in_newsletters::opt_in_id.eq_any(ids))).execute(conn)?;
    diesel::delete(opt_ins::table.filter(opt_ins::id.eq_any(ids))).execute(conn)?;
    Ok(())
}

/// Ends a person's other open requests for another address.
pub fn expire_changes(conn: &mut Conn, subscriber_id: i64, but: i64, now: i64) -> Result<(), StoreError> {
    let others = opt_ins::table
        .filter(opt_ins::subscriber_id.eq(subscriber_id))
        .filter(opt_ins::id.ne(but))
        .filter(opt_ins::new_canonical.is_not_null())
        .filter(opt_ins::confirmed_at.is_null())
        .filter(opt_ins::expires_at.gt(now));
    diesel::update(others).set(opt_ins::expires_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Requests of anybody to change to this address.
pub fn list_changes_to(conn: &mut Conn, canonical: &str) -> Result<Vec<OptIn>, StoreError> {
    Ok(opt_ins::table.filter(opt_ins::new_canonical.eq(canonical)).select(OptIn::as_select()).load(conn)?)
}

/// How many mails an address that nobody confirmed yet was sent since `since` (µs), because somebody wants to change to it.
pub fn count_changes_to(conn: &mut Conn, canonical: &str, since: i64) -> Result<i64, StoreError> {
    Ok(opt_ins::table
        .filter(opt_ins::new_canonical.eq(canonical))
        .filter(opt_ins::requested_at.gt(since))
        .count()
        .get_result(conn)?)
}

/// Whether this person asked for this newsletter since `since` (µs).
pub fn asked_since(conn: &mut Conn, subscriber_id: i64, newsletter_id: i64, since: i64) -> Result<bool, StoreError> {
    let asked = opt_ins::table
        .inner_join(opt_in_newsletters::table)
        .filter(opt_ins::subscriber_id.eq(subscriber_id))
        .filter(opt_ins::requested_at.gt(since))
        .filter(opt_in_newsletters::newsletter_id.eq(newsletter_id));
    Ok(diesel::select(diesel::dsl::exists(asked)).get_result(conn)?)
}

/// How many opt-ins this person was sent since `since` (µs), over all newsletters.
pub fn count_since(conn: &mut Conn, subscriber_id: i64, since: i64) -> Result<i64, StoreError> {
    Ok(opt_ins::table
        .filter(opt_ins::subscriber_id.eq(subscriber_id))
        .filter(opt_ins::requested_at.gt(since))
        .count()
        .get_result(conn)?)
}

/// Compare-and-set: true for the one call that confirms it.
pub fn confirm(conn: &mut Conn, id: i64, now: i64) -> Result<bool, StoreError> {
    let open = opt_ins::table.filter(opt_ins::id.eq(id)).filter(opt_ins::confirmed_at.is_null());
    Ok(diesel::update(open).set(opt_ins::confirmed_at.eq(now)).execute(conn)? == 1)
}
