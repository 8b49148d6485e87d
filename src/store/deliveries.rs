//! The deliveries table outside of sending: who gets one, who no longer does, how many are where.
//!
//! What is queued and what is in flight is told by who has a row and whether it has ended, which are the conditions of partial
//! indexes; the table itself checks that they agree with its state.

use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use super::connection::each;
use super::schema::{deliveries, issues};
use super::{Conn, StoreError};
use crate::domain::language::Language;
use crate::domain::states::{DeliveryKind, DeliveryState};

/// The only relay there is until settings can name several.
pub const RELAY: &str = "default";

/// The due time (µs) of what may go as soon as it is queued: also on a node whose clock is behind that of whoever queued it,
/// or after a clock was put back.
pub const AT_ONCE: i64 = 0;

#[derive(Debug, Insertable)]
#[diesel(table_name = deliveries, treat_none_as_default_value = false)]
pub struct NewDelivery {
    pub public_id: Vec<u8>,
    pub kind: &'static str,
    pub edition_id: i64,
    pub subscriber_id: Option<i64>,
    pub opt_in_id: Option<i64>,
    pub newsletter_id: Option<i64>,
    pub address: String,
    pub name: Option<String>,
    pub relay: &'static str,
    pub state: &'static str,
    pub due_at: i64,
    pub created_at: i64,
}

/// Queues a mail that belongs to no issue.
pub fn insert(conn: &mut Conn, row: &NewDelivery) -> Result<i64, StoreError> {
    Ok(diesel::insert_into(deliveries::table).values(row).returning(deliveries::id).get_result(conn)?)
}

/// One chunk of an issue's fan-out: who is active with `after < activation <= to` gets a row.
#[derive(Clone, Debug)]
pub struct Chunk {
    pub issue_id: i64,
    pub newsletter_id: i64,
    /// Which edition readers of each language get.
    pub editions: Vec<(Language, i64)>,
    /// Which one readers of any other language get: of one that the newsletter came in once.
    pub otherwise: i64,
    pub after: i64,
    pub to: i64,
}

/// Writes a chunk's rows; rows that exist already stay. Returns how many were written.
pub fn fan_out(conn: &mut Conn, chunk: Chunk, now: i64) -> Result<usize, StoreError> {
    // One statement for all languages: a reader who changes theirs between two would be seen by neither.
    let cases: String = chunk.editions.iter().map(|(language, id)| format!(" WHEN '{}' THEN {id}", language.tag())).collect();
    if cases.is_empty() {
        return Ok(0);
    }
    let otherwise = chunk.otherwise;
    // The random ids come from the database, so that a million rows need no round trip.
    let random = match conn {
        Conn::Sqlite(_) => "randomblob(16)",
        Conn::Postgres(_) => "uuid_send(gen_random_uuid())",
    };
    let statement = format!(
        "INSERT INTO deliveries (public_id, kind, issue_id, edition_id, subscriber_id, subscription_id, newsletter_id, \
         address, name, relay, state, due_at, created_at) SELECT {random}, 'issue', $1, CASE s.language{cases} ELSE {otherwise} END, \
         s.subscriber_id, s.id, s.newsletter_id, p.address, p.name, $2, 'queued', {AT_ONCE}, $3 \
         FROM subscriptions s JOIN subscribers p ON p.id = s.subscriber_id \
         WHERE s.newsletter_id = $4 AND s.state = 'active' AND s.activation > $5 AND s.activation <= $6 \
         ORDER BY s.activation ON CONFLICT DO NOTHING"
    );
    Ok(each!(conn, |c| diesel::sql_query(statement)
        .bind::<BigInt, _>(chunk.issue_id)
        .bind::<Text, _>(RELAY)
        .bind::<BigInt, _>(now)
        .bind::<BigInt, _>(chunk.newsletter_id)
        .bind::<BigInt, _>(chunk.after)
        .bind::<BigInt, _>(chunk.to)
        .execute(c))?)
}

/// Tells PostgreSQL's planner about a fan-out; without it the next claims scan the whole table.
pub fn analyse(conn: &mut Conn) -> Result<(), StoreError> {
    if let Conn::Postgres(c) = conn {
        diesel::sql_query("ANALYZE deliveries").execute(c)?;
    }
    Ok(())
}

/// Rows that wait: nobody's, and not ended. Repeats the index's own condition word by word, or SQLite does not use it.
pub(super) fn queued() -> SqlLiteral<Bool> {
    diesel::dsl::sql("(deliveries.node_id IS NULL AND deliveries.ended_at IS NULL)")
}

/// The few rows that are in flight or in doubt, in the words of their index.
pub(super) fn in_flight() -> SqlLiteral<Bool> {
    diesel::dsl::sql("deliveries.node_id IS NOT NULL")
}

/// Ends rows that still wait.
macro_rules! skip {
    ($conn:expr, $which:expr, $reason:expr, $now:expr) => {{
        let waiting = deliveries::table.filter($which).filter(deliveries::state.eq_any(["queued", "claimed"]));
        Ok(diesel::update(waiting)
            .set((
                deliveries::state.eq("skipped"),
                deliveries::reason.eq($reason),
                deliveries::claim_token.eq(None::<Vec<u8>>),
                deliveries::node_id.eq(None::<i64>),
                deliveries::ended_at.eq($now),
            ))
            .execute($conn)?)
    }};
}

/// Somebody left these open issues: what waits for them is not sent any more. What is in transmission cannot be called back.
pub fn skip_for_subscriber(conn: &mut Conn, subscriber_id: i64, issues: Vec<i64>, now: i64) -> Result<usize, StoreError> {
    let theirs = deliveries::subscriber_id.eq(subscriber_id).and(deliveries::issue_id.eq_any(issues));
    skip!(conn, theirs, "unsubscribed", now)
}

/// Takes back what nodes have claimed of an issue that was paused, held or cancelled; their intents then fail.
pub fn unclaim_issue(conn: &mut Conn, issue_id: i64) -> Result<usize, StoreError> {
    let claimed =
        deliveries::table.filter(deliveries::issue_id.eq(issue_id)).filter(in_flight()).filter(deliveries::state.eq("claimed"));
    Ok(super::ledger::unclaim!(conn, claimed))
}

/// Ends up to `most` queued rows of a cancelled issue. Returns how many there were.
pub fn skip_cancelled(conn: &mut Conn, issue_id: i64, most: i64, now: i64) -> Result<usize, StoreError> {
    let ids: Vec<i64> = deliveries::table
        .filter(deliveries::issue_id.eq(issue_id))
        .filter(queued())
        .order((deliveries::due_at, deliveries::id))
        .limit(most)
        .select(deliveries::id)
        .load(conn)?;
    if ids.is_empty() {
        return Ok(0);
    }
    skip!(conn, deliveries::id.eq_any(ids), "cancelled", now)
}

/// Ends up to `most` queued rows of an issue whose time is over, whenever they are due, except those that staff decided to
/// resend. Returns how many there were.
pub fn expire(conn: &mut Conn, issue_id: i64, most: i64, now: i64) -> Result<usize, StoreError> {
    let ids: Vec<i64> = deliveries::table
        .filter(deliveries::issue_id.eq(issue_id))
        .filter(queued())
        .filter(deliveries::resends.eq(0))
        .order((deliveries::due_at, deliveries::id))
        .limit(most)
        .select(deliveries::id)
        .load(conn)?;
    // Another node may have taken some meanwhile: those are theirs.
    let queued = deliveries::table.filter(deliveries::id.eq_any(ids)).filter(deliveries::state.eq("queued"));
    Ok(diesel::update(queued)
        .set((deliveries::state.eq("failed"), deliveries::reason.eq("expired"), deliveries::ended_at.eq(now)))
        .execute(conn)?)
}

/// Ends these rows if they still wait.
pub fn skip_ids(conn: &mut Conn, ids: Vec<i64>, reason: &'static str, now: i64) -> Result<usize, StoreError> {
    skip!(conn, deliveries::id.eq_any(ids), reason, now)
}

/// All rows of one person, whatever they are. Two walks of the unique index, which has an issue's rows by person.
pub fn list_of_person(conn: &mut Conn, subscriber_id: i64) -> Result<Vec<i64>, StoreError> {
    let issues: Vec<i64> = issues::table.select(issues::id).load(conn)?;
    let theirs = deliveries::table.filter(deliveries::subscriber_id.eq(subscriber_id)).select(deliveries::id);
    let mut ids: Vec<i64> = theirs.filter(deliveries::issue_id.is_null()).load(conn)?;
    ids.extend(theirs.filter(deliveries::issue_id.eq_any(issues)).load::<i64>(conn)?);
    ids.sort_unstable();
    Ok(ids)
}

/// How often a person was written to about their own data since `since` (µs).
pub fn count_notices_since(conn: &mut Conn, subscriber_id: i64, since: i64) -> Result<i64, StoreError> {
    let notices = deliveries::table
        .filter(deliveries::issue_id.is_null())
        .filter(deliveries::subscriber_id.eq(subscriber_id))
        .filter(deliveries::kind.eq(DeliveryKind::Notice.as_str()))
        .filter(deliveries::created_at.gt(since));
    Ok(notices.count().get_result(conn)?)
}

/// What still waits for a person goes to their new address.
pub fn readdress(conn: &mut Conn, subscriber_id: i64, address: &str) -> Result<(), StoreError> {
    let ids = list_of_person(conn, subscriber_id)?;
    let waiting = deliveries::table
        .filter(deliveries::id.eq_any(ids))
        .filter(deliveries::state.eq("queued"))
        .filter(deliveries::issue_id.is_not_null());
    diesel::update(waiting).set(deliveries::address.eq(address)).execute(conn)?;
    Ok(())
}

/// Takes out of these rows whom they were for: they stay as numbers of their issues.
pub fn forget_ids(conn: &mut Conn, ids: &[i64]) -> Result<(), StoreError> {
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(ids)))
        .set((
            deliveries::address.eq(""),
            deliveries::name.eq(None::<String>),
            deliveries::subscriber_id.eq(None::<i64>),
            deliveries::subscription_id.eq(None::<i64>),
            deliveries::opt_in_id.eq(None::<i64>),
            deliveries::reply.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}

/// The reason of rows whose person was erased.
pub const ERASED: &str = "erased";

/// Ends these rows if they still wait; where their person was erased, nothing of them stays.
pub fn skip_ids_for(conn: &mut Conn, ids: Vec<i64>, reason: &'static str, now: i64) -> Result<usize, StoreError> {
    if reason == ERASED {
        forget_ids(conn, &ids)?;
    }
    skip_ids(conn, ids, reason, now)
}

type UnknownOf = diesel::dsl::Filter<
    diesel::dsl::Filter<diesel::dsl::Filter<deliveries::table, diesel::dsl::Eq<deliveries::issue_id, i64>>, SqlLiteral<Bool>>,
    diesel::dsl::Eq<deliveries::state, &'static str>,
>;

fn unknown_of(issue_id: i64) -> UnknownOf {
    deliveries::table.filter(deliveries::issue_id.eq(issue_id)).filter(in_flight()).filter(deliveries::state.eq("unknown"))
}

/// Staff decided about rows in doubt: `resend` queues them once more, byte for byte the same mail.
pub fn resend_unknown(conn: &mut Conn, issue_id: i64, now: i64) -> Result<usize, StoreError> {
    Ok(diesel::update(unknown_of(issue_id))
        .set((
            deliveries::state.eq("queued"),
            deliveries::claim_token.eq(None::<Vec<u8>>),
            deliveries::node_id.eq(None::<i64>),
            deliveries::due_at.eq(now),
            deliveries::resends.eq(deliveries::resends + 1),
            deliveries::ended_at.eq(None::<i64>),
        ))
        .execute(conn)?)
}

/// Staff decided that rows in doubt count as sent.
pub fn accept_unknown(conn: &mut Conn, issue_id: i64, now: i64) -> Result<usize, StoreError> {
    Ok(diesel::update(unknown_of(issue_id))
        .set((
            deliveries::state.eq("sent"),
            deliveries::reason.eq("accepted-by-staff"),
            deliveries::claim_token.eq(None::<Vec<u8>>),
            deliveries::node_id.eq(None::<i64>),
            deliveries::ended_at.eq(now),
        ))
        .execute(conn)?)
}

/// How many rows of an issue are in each state: (state, count). Counted, never kept.
pub fn count_by_state(conn: &mut Conn, issue_id: i64) -> Result<Vec<(String, i64)>, StoreError> {
    Ok(deliveries::table
        .filter(deliveries::issue_id.eq(issue_id))
        .group_by(deliveries::state)
        .select((deliveries::state, diesel::dsl::count_star()))
        .load(conn)?)
}

/// Whether an issue has a row that waits.
pub fn is_queued(conn: &mut Conn, issue_id: i64) -> Result<bool, StoreError> {
    let first = deliveries::table
        .filter(deliveries::issue_id.eq(issue_id))
        .filter(queued())
        .order((deliveries::issue_id, deliveries::due_at, deliveries::id))
        .select(deliveries::id);
    Ok(first.first::<i64>(conn).optional()?.is_some())
}

/// Whether an issue has a row that is not terminal. One statement: between two a row could move from what the second looks
/// at to what the first has looked at.
pub fn is_open(conn: &mut Conn, issue_id: i64) -> Result<bool, StoreError> {
    // In the index's order: for a bare EXISTS PostgreSQL hopes to meet a queued row soon and reads the table from its start.
    let queued = deliveries::table
        .filter(deliveries::issue_id.eq(issue_id))
        .filter(queued())
        .order((deliveries::issue_id, deliveries::due_at, deliveries::id))
        .select(deliveries::id)
        .single_value();
    let open = deliveries::table.filter(deliveries::issue_id.eq(issue_id)).filter(in_flight());
    Ok(diesel::select(queued.is_not_null().or(diesel::dsl::exists(open))).get_result(conn)?)
}

/// Rows that wait without being due yet, and the earliest of their due times (µs).
pub fn deferred(conn: &mut Conn, now: i64) -> Result<(i64, Option<i64>), StoreError> {
    Ok(deliveries::table
        .filter(queued())
        .filter(deliveries::due_at.gt(now))
        .select((diesel::dsl::count_star(), diesel::dsl::min(deliveries::due_at)))
        .first(conn)?)
}

/// The newest end of any delivery (µs). Reads the whole table: for the rare question how old a database is.
pub fn newest_end(conn: &mut Conn) -> Result<Option<i64>, StoreError> {
    Ok(deliveries::table.select(diesel::dsl::max(deliveries::ended_at)).first(conn)?)
}

/// Queued mails that belong to no issue.
pub fn count_waiting_confirmations(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(deliveries::table.filter(deliveries::issue_id.is_null()).filter(queued()).count().get_result(conn)?)
}
