//! How an issue gets on, counted from its rows in one walk: nothing is kept for it, and sending is not slowed by it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::connection::{by_index, each, transaction};
use super::deliveries::{in_flight, queued};
use super::schema::deliveries as d;
use super::{Conn, StoreError};
use crate::domain::states::DeliveryState;

/// The rows of an issue that are in one state.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Tally {
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// Those that ended lately, and when the first of them did (µs).
    #[diesel(sql_type = BigInt)]
    pub lately: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub lately_from: Option<i64>,
    /// Those whose time has not come yet, and when the first of them comes (µs).
    #[diesel(sql_type = BigInt)]
    pub later: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub next_due_at: Option<i64>,
    /// Those of which the relay has said something other than yes.
    #[diesel(sql_type = BigInt)]
    pub refused: i64,
}

/// Counts an issue's rows by state. `since` (µs): what ended after it ended lately.
pub fn tally(conn: &mut Conn, issue_id: i64, since: i64, now: i64) -> Result<Vec<Tally>, StoreError> {
    const TEXT: &str = "SELECT state, count(*) AS count, \
        count(CASE WHEN ended_at > $1 THEN 1 END) AS lately, min(CASE WHEN ended_at > $1 THEN ended_at END) AS lately_from, \
        count(CASE WHEN due_at > $2 THEN 1 END) AS later, min(CASE WHEN due_at > $2 THEN due_at END) AS next_due_at, \
        count(CASE WHEN state NOT IN ('sent', 'unknown') AND code NOT BETWEEN 200 AND 299 THEN 1 END) AS refused \
        FROM deliveries WHERE issue_id = $3 GROUP BY state";
    Ok(each!(conn, |c| diesel::sql_query(TEXT)
        .bind::<BigInt, _>(since)
        .bind::<BigInt, _>(now)
        .bind::<BigInt, _>(issue_id)
        .load(c))?)
}

/// The same answer of the relay to some mails of an issue.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Refusals {
    #[diesel(sql_type = Text)]
    pub stage: String,
    #[diesel(sql_type = BigInt)]
    pub code: i64,
    #[diesel(sql_type = Text)]
    pub reply: String,
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

/// Up to `most` different answers other than yes, the newest first. Doubts have a list of their own.
pub fn refusals(conn: &mut Conn, issue_id: i64, most: i64) -> Result<Vec<Refusals>, StoreError> {
    const TEXT: &str = "SELECT stage, code, coalesce(reply, '') AS reply, count(*) AS count FROM deliveries \
        WHERE issue_id = $1 AND state NOT IN ('sent', 'unknown') AND stage IS NOT NULL AND code NOT BETWEEN 200 AND 299 \
        GROUP BY stage, code, coalesce(reply, '') ORDER BY max(coalesce(ended_at, dated_at, created_at)) DESC, stage, code LIMIT $2";
    Ok(each!(conn, |c| diesel::sql_query(TEXT).bind::<BigInt, _>(issue_id).bind::<BigInt, _>(most).load(c))?)
}

/// How many mails of all kinds are due or on their way now. For a command that waits for them; the queue's index answers it.
pub fn due(conn: &mut Conn, now: i64) -> Result<i64, StoreError> {
    let due: i64 = d::table.filter(queued()).filter(d::due_at.le(now)).count().get_result(conn)?;
    let on_their_way = d::table.filter(in_flight()).filter(d::state.ne("unknown")).count();
    let on_their_way: i64 = transaction(conn, |conn| {
        by_index(conn)?;
        on_their_way.get_result(conn).map_err(StoreError::from)
    })?;
    Ok(due + on_their_way)
}

/// More rows than this are not counted for a look at the queue's length.
pub const QUEUE_MOST: i64 = 100_000;

/// How many rows of all kinds wait, up to [`QUEUE_MOST`], and how many are in each state of being sent. It walks over nothing
/// that has ended: both are answered by partial indexes.
pub fn queue(conn: &mut Conn) -> Result<Vec<(DeliveryState, i64)>, StoreError> {
    #[derive(QueryableByName)]
    struct Waiting {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    // In the index's order, or PostgreSQL may hope to meet enough of them from the table's start.
    // SQLite is told by name: another index, over all rows, begins with the same column.
    let by_name = if matches!(conn, Conn::Sqlite(_)) { "INDEXED BY deliveries_queued" } else { "" };
    let text = format!(
        "SELECT count(*) AS count FROM (SELECT 1 FROM deliveries {by_name} WHERE node_id IS NULL AND ended_at IS NULL \
         ORDER BY issue_id, due_at, id LIMIT $1) AS waiting"
    );
    let waiting: Waiting = each!(conn, |c| diesel::sql_query(text).bind::<BigInt, _>(QUEUE_MOST).get_result(c))?;
    let open: Vec<(String, i64)> = transaction(conn, |conn| {
        by_index(conn)?;
        let open = d::table.filter(in_flight()).group_by(d::state).select((d::state, diesel::dsl::count_star()));
        open.load(conn).map_err(StoreError::from)
    })?;
    let count = |state: DeliveryState| open.iter().find(|(word, _)| word == state.as_str()).map_or(0, |(_, count)| *count);
    let in_flight = [DeliveryState::Claimed, DeliveryState::Transmitting, DeliveryState::Unknown];
    Ok(std::iter::once((DeliveryState::Queued, waiting.count)).chain(in_flight.map(|state| (state, count(state)))).collect())
}
