//! The turns of mails at a limited relay, shared by all nodes: taken in the transaction that claims.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::schema::paces;
use super::{Conn, StoreError, connection::each};

#[derive(Clone, Copy, Debug, Queryable)]
pub struct Pace {
    /// The next mail's turn (µs).
    pub next_at: i64,
    /// The first mail's (µs): the day from which a ramp is counted.
    pub since: i64,
}

/// Locks the relay's turns until the end of the transaction.
pub fn lock(conn: &mut Conn, relay: &str, now: i64) -> Result<Pace, StoreError> {
    let row = (paces::relay.eq(relay), paces::next_at.eq(now), paces::since.eq(now));
    each!(conn, |c| diesel::insert_into(paces::table).values(row).on_conflict_do_nothing().execute(c))?;
    let turns = || paces::table.find(relay).select((paces::next_at, paces::since));
    Ok(match conn {
        Conn::Sqlite(c) => turns().first(c)?,
        Conn::Postgres(c) => turns().for_update().first(c)?,
    })
}

pub fn set_next(conn: &mut Conn, relay: &str, next_at: i64) -> Result<(), StoreError> {
    diesel::update(paces::table.find(relay)).set(paces::next_at.eq(next_at)).execute(conn)?;
    Ok(())
}

/// The database server's clock (µs), the same for every node however wrong its own is. SQLite has one node: None.
pub fn server_clock(conn: &mut Conn) -> Result<Option<i64>, StoreError> {
    let Conn::Postgres(c) = conn else { return Ok(None) };
    let now = diesel::dsl::sql::<BigInt>("(extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
    Ok(Some(diesel::select(now).get_result(c)?))
}
