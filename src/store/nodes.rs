//! Delivering processes and their beats.

use diesel::prelude::*;

use super::schema::nodes;
use super::{Conn, StoreError};

pub fn insert(conn: &mut Conn, name: &str, now: i64) -> Result<i64, StoreError> {
    Ok(diesel::insert_into(nodes::table)
        .values((nodes::name.eq(name), nodes::beat.eq(0), nodes::started_at.eq(now)))
        .returning(nodes::id)
        .get_result(conn)?)
}

/// One more sign of life. False: somebody took this node for dead; it must stop and start anew under another id.
pub fn beat(conn: &mut Conn, id: i64) -> Result<bool, StoreError> {
    let alive = nodes::table.filter(nodes::id.eq(id)).filter(nodes::ended_at.is_null());
    Ok(diesel::update(alive).set(nodes::beat.eq(nodes::beat + 1)).execute(conn)? == 1)
}

/// Whether a node may claim. It is not buried before the transaction that asks has ended, so what it claims is found
/// by whoever takes over from it.
pub fn may_claim(conn: &mut Conn, id: i64) -> Result<bool, StoreError> {
    let living = nodes::table.filter(nodes::id.eq(id)).filter(nodes::ended_at.is_null()).select(nodes::id);
    let found: Option<i64> = match conn {
        Conn::Sqlite(c) => living.first(c).optional()?,
        Conn::Postgres(c) => living.for_share().first(c).optional()?,
    };
    Ok(found.is_some())
}

/// Everybody not known to have ended: (id, beat).
pub fn list_living(conn: &mut Conn) -> Result<Vec<(i64, i64)>, StoreError> {
    Ok(nodes::table.filter(nodes::ended_at.is_null()).order(nodes::id).select((nodes::id, nodes::beat)).load(conn)?)
}

/// Declares a node dead if its beat is still the one that was seen standing. False: it moved, or another observer was first.
pub fn bury(conn: &mut Conn, id: i64, seen_beat: i64, now: i64) -> Result<bool, StoreError> {
    let still = nodes::table.filter(nodes::id.eq(id)).filter(nodes::beat.eq(seen_beat)).filter(nodes::ended_at.is_null());
    Ok(diesel::update(still).set(nodes::ended_at.eq(now)).execute(conn)? == 1)
}
