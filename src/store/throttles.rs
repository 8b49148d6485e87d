//! Destinations that asked for less mail, for all nodes. The table is nearly always empty, and then one look at it is all
//! that a claim pays.

use diesel::prelude::*;

use super::schema::throttles as t;
use super::{Conn, StoreError, connection::each};
use crate::domain::throttle::{Destination, Recovery};

/// A destination that rests or recovers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throttle {
    pub destination: Destination,
    /// µs.
    pub rests_until: i64,
    pub recovery: Recovery,
    pub reply: String,
}

type Row = (String, i64, i64, i64, String);

fn throttle((destination, rests_until, at_once, accepted, reply): Row) -> Throttle {
    let recovery = Recovery { at_once, accepted };
    Throttle { destination: Destination::parse(&destination), rests_until, recovery, reply }
}

/// All of them that are no older than `since` (µs), locked until the end of the transaction; the relay's comes first.
pub fn lock_all(conn: &mut Conn, since: i64) -> Result<Vec<Throttle>, StoreError> {
    let rows = || t::table.filter(t::rests_until.ge(since)).order(t::destination);
    let rows: Vec<Row> = match conn {
        Conn::Sqlite(c) => rows().load(c)?,
        Conn::Postgres(c) => rows().for_update().load(c)?,
    };
    Ok(rows.into_iter().map(throttle).collect())
}

/// The domains among them that rest now.
pub fn list_resting(conn: &mut Conn, now: i64) -> Result<Vec<String>, StoreError> {
    let domains = t::table.filter(t::rests_until.gt(now)).filter(t::destination.ne(Destination::Relay.as_str()));
    Ok(domains.select(t::destination).load(conn)?)
}

/// A destination rests, and then begins with little. Again, if it had begun.
pub fn rest(conn: &mut Conn, destination: &Destination, until: i64, reply: &str) -> Result<(), StoreError> {
    let begin = (
        t::rests_until.eq(until),
        t::at_once.eq(Recovery::BEGIN.at_once),
        t::accepted.eq(Recovery::BEGIN.accepted),
        t::reply.eq(reply),
    );
    let row = (t::destination.eq(destination.as_str()), begin);
    each!(conn, |c| diesel::insert_into(t::table).values(row).on_conflict(t::destination).do_update().set(begin).execute(c))?;
    Ok(())
}

/// A destination that has begun again took `mails`. While it rests nothing changes.
pub fn recover(conn: &mut Conn, destination: &Destination, mails: i64, now: i64) -> Result<(), StoreError> {
    let begun = || t::table.filter(t::destination.eq(destination.as_str())).filter(t::rests_until.le(now));
    let columns = (t::at_once, t::accepted);
    let found: Option<(i64, i64)> = match conn {
        Conn::Sqlite(c) => begun().select(columns).first(c).optional()?,
        Conn::Postgres(c) => begun().select(columns).for_update().first(c).optional()?,
    };
    let Some((at_once, accepted)) = found else { return Ok(()) };
    match (Recovery { at_once, accepted }).after(mails) {
        Some(next) => diesel::update(begun()).set((t::at_once.eq(next.at_once), t::accepted.eq(next.accepted))).execute(conn)?,
        None => diesel::delete(begun()).execute(conn)?,
    };
    Ok(())
}

/// Forgets those that rested until before `since` (µs).
pub fn forget(conn: &mut Conn, since: i64) -> Result<(), StoreError> {
    diesel::delete(t::table.filter(t::rests_until.lt(since))).execute(conn)?;
    Ok(())
}
