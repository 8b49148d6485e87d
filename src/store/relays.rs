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
    pub probe_until: Option<i64>,
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
    let pause = (r::failures.eq(failures), r::blocked_until.eq(blocked_until), r::trouble.eq(trouble), r::at.eq(now));
    let row = (r::name.eq(name), pause);
    each!(conn, |c| diesel::insert_into(r::table)
        .values(row)
        .on_conflict(r::name)
        .do_update()
        .set((pause, r::probe_until.eq(None::<i64>)))
        .execute(c))?;
    Ok(())
}

/// Takes the one probe of a relay whose pause is over; until `probe_until` (µs) nobody else tries it. False: another node
/// has it, or the relay rests again. What lasts beyond `latest` (µs) is over (see `after::NO_PAUSE`).
pub fn take_probe(conn: &mut Conn, name: &str, probe_until: i64, now: i64, latest: i64) -> Result<bool, StoreError> {
    use relays as r;
    let free = r::table
        .filter(r::name.eq(name))
        .filter(r::blocked_until.is_null().or(r::blocked_until.le(now)).or(r::blocked_until.gt(latest)))
        .filter(r::probe_until.is_null().or(r::probe_until.le(now)).or(r::probe_until.gt(latest)));
    Ok(diesel::update(free).set(r::probe_until.eq(probe_until)).execute(conn)? == 1)
}

/// The probe came to nothing, because there was no mail for it: whoever has one may try.
pub fn give_probe_back(conn: &mut Conn, name: &str) -> Result<(), StoreError> {
    diesel::update(relays::table.find(name)).set(relays::probe_until.eq(None::<i64>)).execute(conn)?;
    Ok(())
}

/// The relay works (again). A pause that is not over stays: it began after the mail that tells so. `latest` as in
/// [`take_probe`].
pub fn clear_trouble(conn: &mut Conn, name: &str, now: i64, latest: i64) -> Result<(), StoreError> {
    use relays as r;
    let over = r::blocked_until.is_null().or(r::blocked_until.le(now)).or(r::blocked_until.gt(latest));
    diesel::delete(r::table.filter(r::name.eq(name)).filter(over)).execute(conn)?;
    Ok(())
}
