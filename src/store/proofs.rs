//! What the ledger holds as proof: for proofs of dispatch, for the list of mails in doubt.
//!
//! An issue may have a million rows, so they are read in pages. The key of a page is the subscriber's id: `UNIQUE (issue_id,
//! subscriber_id)` has the rows of an issue in that order (plan: tests/it/plans.rs). Those that name no subscriber come last.

use diesel::prelude::*;

use super::deliveries::in_flight;
use super::schema::{deliveries as d, editions, issues, newsletters};
use super::{Conn, StoreError};

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = d)]
pub struct Proven {
    pub id: i64,
    pub public_id: Vec<u8>,
    pub issue_id: Option<i64>,
    pub edition_id: i64,
    pub subscriber_id: Option<i64>,
    pub address: String,
    pub name: Option<String>,
    pub relay: String,
    pub state: String,
    pub reason: Option<String>,
    pub due_at: i64,
    pub attempts: i64,
    pub resends: i64,
    /// The first claim; the mail's Date header.
    pub dated_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub stage: Option<String>,
    pub code: Option<i64>,
    pub reply: Option<String>,
}

/// Where to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    Subscriber(i64),
    /// Among the rows that name no subscriber, this delivery.
    Nameless(i64),
}

impl After {
    pub const START: After = After::Subscriber(i64::MIN);
}

/// Up to `most` rows of an issue, and where to go on; None: there are no more.
pub fn page(conn: &mut Conn, issue_id: i64, after: After, most: i64) -> Result<(Vec<Proven>, Option<After>), StoreError> {
    let of_issue = d::table.filter(d::issue_id.eq(issue_id)).limit(most);
    let rows: Vec<Proven> = match after {
        After::Subscriber(id) => of_issue
            .filter(d::subscriber_id.gt(id))
            // With the issue it is the index's own order, also for a planner that would rather sort.
            .order((d::issue_id, d::subscriber_id))
            .select(Proven::as_select())
            .load(conn)?,
        After::Nameless(id) => of_issue
            .filter(d::subscriber_id.is_null())
            .filter(d::id.gt(id))
            .order(d::id)
            .select(Proven::as_select())
            .load(conn)?,
    };
    let next = match (after, rows.last()) {
        (After::Subscriber(_), Some(row)) => row.subscriber_id.map(After::Subscriber),
        (After::Subscriber(_), None) => Some(After::Nameless(0)),
        (After::Nameless(_), Some(row)) => Some(After::Nameless(row.id)),
        (After::Nameless(_), None) => None,
    };
    Ok((rows, next))
}

/// The one row of an issue for a subscriber.
pub fn find(conn: &mut Conn, issue_id: i64, subscriber_id: i64) -> Result<Option<Proven>, StoreError> {
    Ok(d::table
        .filter(d::issue_id.eq(issue_id))
        .filter(d::subscriber_id.eq(subscriber_id))
        .select(Proven::as_select())
        .first(conn)
        .optional()?)
}

/// Those of these rows that are there (still).
pub fn list(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Proven>, StoreError> {
    Ok(d::table.filter(d::id.eq_any(ids)).select(Proven::as_select()).load(conn)?)
}

/// Up to `most` rows of an issue that are in doubt, the oldest first.
pub fn list_unknown(conn: &mut Conn, issue_id: i64, most: i64) -> Result<Vec<Proven>, StoreError> {
    Ok(d::table
        .filter(d::issue_id.eq(issue_id))
        .filter(in_flight())
        .filter(d::state.eq("unknown"))
        .order(d::id)
        .limit(most)
        .select(Proven::as_select())
        .load(conn)?)
}

/// An edition as it was frozen.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = editions)]
pub struct FrozenEdition {
    pub id: i64,
    pub language: String,
    pub subject: String,
    /// SHA-256 of `content`, noted when it was frozen.
    pub hash: Vec<u8>,
    pub content: Vec<u8>,
}

pub fn editions(conn: &mut Conn, issue_id: i64) -> Result<Vec<FrozenEdition>, StoreError> {
    Ok(editions::table
        .filter(editions::issue_id.eq(issue_id))
        .order(editions::id)
        .select(FrozenEdition::as_select())
        .load(conn)?)
}

/// The mail of an opt-in.
#[derive(Clone, Debug, Queryable)]
pub struct Confirmation {
    pub public_id: Vec<u8>,
    pub state: String,
    pub ended_at: Option<i64>,
    pub reply: Option<String>,
    pub subject: String,
    pub hash: Vec<u8>,
    pub content: Vec<u8>,
}

pub fn find_confirmation(conn: &mut Conn, subscriber_id: i64, opt_in_id: i64) -> Result<Option<Confirmation>, StoreError> {
    Ok(d::table
        .inner_join(editions::table)
        // By the unique index: those of no issue and this person.
        .filter(d::issue_id.is_null())
        .filter(d::subscriber_id.eq(subscriber_id))
        .filter(d::opt_in_id.eq(opt_in_id))
        .order(d::id.desc())
        .select((d::public_id, d::state, d::ended_at, d::reply, editions::subject, editions::hash, editions::content))
        .first(conn)
        .optional()?)
}

/// A mail as its reader may see it.
#[derive(Clone, Debug, Queryable)]
pub struct MailRow {
    pub kind: String,
    pub newsletter: Option<String>,
    pub number: Option<i64>,
    pub subject: String,
    pub address: String,
    pub name: Option<String>,
    pub state: String,
    pub reason: Option<String>,
    pub created_at: i64,
    pub ended_at: Option<i64>,
    pub reply: Option<String>,
}

/// These rows with what they belong to, oldest first.
pub fn list_mails(conn: &mut Conn, ids: &[i64]) -> Result<Vec<MailRow>, StoreError> {
    Ok(d::table
        .inner_join(editions::table)
        .left_join(issues::table)
        .left_join(newsletters::table)
        .filter(d::id.eq_any(ids))
        .order(d::id)
        .select((
            d::kind,
            newsletters::slug.nullable(),
            issues::number.nullable(),
            editions::subject,
            d::address,
            d::name,
            d::state,
            d::reason,
            d::created_at,
            d::ended_at,
            d::reply,
        ))
        .load(conn)?)
}
