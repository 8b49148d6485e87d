//! What is due at destinations that do not take everything: seen with its addresses, then claimed or put off.
//!
//! Only where somebody asked for less mail or a domain has a limit; the claim of every day is `ledger::claim`. A row that is
//! put off was never claimed, so its Date header and its keys are still open. Plans: tests/it/plans.rs.

use diesel::prelude::*;

use super::connection::{by_index, transaction};
use super::deliveries::in_flight;
use super::ledger::{self, Claimant};
use super::prepared::{Bind, Binds, Prepared, Statement};
use super::schema::deliveries;
use super::{Conn, StoreError};

/// Up to `most` due rows of one issue, or (None) of the mails that belong to no issue: id and address, in the order of the
/// claim. They are this transaction's until its end.
pub fn list_due(conn: &mut Conn, issue_id: Option<i64>, now: i64, most: i64) -> Result<Vec<(i64, String)>, StoreError> {
    Ok(ledger::due!(conn, issue_id, now, most, (deliveries::id, deliveries::address)))
}

/// Claims some of [`list_due`].
pub fn claim(conn: &mut Conn, ids: &[i64], by: Claimant<'_>) -> Result<(), StoreError> {
    ledger::take(conn, ids, by)
}

struct DelayOne;

impl Statement for DelayOne {
    const TEXT: &'static str = "UPDATE deliveries SET due_at = ? WHERE id = ? AND state = 'queued'";
}

struct DelayAll;

impl Statement for DelayAll {
    const TEXT: &'static str = "UPDATE deliveries d SET due_at = r.due_at FROM unnest(?::bigint[], ?::bigint[]) AS r (id, due_at) \
    WHERE d.id = r.id AND d.state = 'queued' RETURNING d.id";
}

/// Puts off some of [`list_due`]: (id, µs).
pub fn delay(conn: &mut Conn, rows: &[(i64, i64)]) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(c) => {
            for (id, due_at) in rows {
                Prepared::<DelayOne, _>::with(vec![Bind::Int(*due_at), Bind::Int(*id)]).execute(c)?;
            }
        }
        Conn::Postgres(_) if rows.is_empty() => {}
        Conn::Postgres(c) => {
            let (ids, times) = rows.iter().copied().unzip();
            Prepared::<DelayAll, _>::with(vec![Binds::Ints(ids), Binds::Ints(times)]).load::<i64>(c)?;
        }
    }
    Ok(())
}

/// Gives back rows that a node has claimed and not begun; they wait until `due_at` (µs). PostgreSQL may walk the index of what
/// is in flight for it: it is asked rarely.
pub fn give_back_until(conn: &mut Conn, ids: &[i64], node_id: i64, due_at: i64) -> Result<usize, StoreError> {
    let mine = deliveries::table
        .filter(deliveries::id.eq_any(ids))
        .filter(deliveries::node_id.eq(node_id))
        .filter(deliveries::state.eq("claimed"));
    Ok(diesel::update(mine)
        .set((
            deliveries::state.eq("queued"),
            deliveries::claim_token.eq(None::<Vec<u8>>),
            deliveries::node_id.eq(None::<i64>),
            deliveries::due_at.eq(due_at),
        ))
        .execute(conn)?)
}

/// Addresses of all mails that are claimed or being sent, on whatever node.
pub fn list_under_way(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let under_way = deliveries::table.filter(in_flight()).filter(deliveries::state.eq_any(["claimed", "transmitting"]));
    transaction(conn, |conn| {
        by_index(conn)?;
        under_way.select(deliveries::address).load(conn).map_err(StoreError::from)
    })
}
