//! What every node must know of a relay's health.

use diesel::prelude::*;

use super::schema::relays;
use super::{Conn, StoreError, connection::each};

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = relays)]
pub struct RelayHealth {
    pub name: String,
    pub failures: i64,
    pub blocked_until: Option<i64>,
    pub trouble: Option<String>,
}

pub fn find(conn: &mut Conn, name: &str) -> Result<Option<RelayHealth>, StoreError> {
    Ok(relays::table.find(name).select(RelayHealth::as_select()).first(conn).optional()?)
}

/// Notes trouble and pauses the relay for every node until `blocked_until` (µs).
pub fn set_trouble(
    conn: &mut Conn,
    name: &str,
    failures: i64,
    blocked_until: i64,
    trouble: &str,
    now: i64,
) -> Result<(), StoreError> {
    use relays as r;
    let row =
        (r::name.eq(name), r::failures.eq(failures), r::blocked_until.eq(blocked_until), r::trouble.eq(trouble), r::at.eq(now));
    each!(conn, |c| diesel::insert_into(r::table)
        .values(row)
        .on_conflict(r::name)
        .do_update()
        .set((r::failures.eq(failures), r::blocked_until.eq(blocked_until), r::trouble.eq(trouble), r::at.eq(now)))
        .execute(c))?;
    Ok(())
}

/// The relay works (again).
pub fn clear_trouble(conn: &mut Conn, name: &str) -> Result<(), StoreError> {
    diesel::delete(relays::table.find(name)).execute(conn)?;
    Ok(())
}
