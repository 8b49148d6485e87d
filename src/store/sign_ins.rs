//! Wrong passwords, by keyed hash of the address that was typed: known and unknown addresses wait alike (R191).

use diesel::prelude::*;

use super::schema::sign_in_failures as f;
use super::{Conn, StoreError, connection::each};

/// Failures so far and until when (µs) the next try has to wait.
#[derive(Clone, Copy, Debug, Default, Queryable)]
pub struct Failures {
    pub failures: i64,
    pub blocked_until: i64,
}

pub fn find(conn: &mut Conn, address_key: &[u8; 32]) -> Result<Failures, StoreError> {
    let row = f::table.find(address_key.to_vec()).select((f::failures, f::blocked_until)).first(conn);
    Ok(row.optional()?.unwrap_or_default())
}

/// The same, with the row made where there is none and locked until the transaction ends: tries made at once are counted
/// one after the other.
pub fn lock(conn: &mut Conn, address_key: &[u8; 32], now: i64) -> Result<Failures, StoreError> {
    let row = (f::address_key.eq(address_key.to_vec()), f::failures.eq(0), f::blocked_until.eq(0), f::at.eq(now));
    Ok(each!(conn, |c| diesel::insert_into(f::table)
        .values(row)
        .on_conflict(f::address_key)
        .do_update()
        .set(f::at.eq(now))
        .returning((f::failures, f::blocked_until))
        .get_result(c))?)
}

pub fn set(conn: &mut Conn, address_key: &[u8; 32], failures: Failures) -> Result<(), StoreError> {
    diesel::update(f::table.find(address_key.to_vec()))
        .set((f::failures.eq(failures.failures), f::blocked_until.eq(failures.blocked_until)))
        .execute(conn)?;
    Ok(())
}

/// Forgets an address after a success, and everybody's failures from before `old` (µs).
pub fn forget(conn: &mut Conn, address_key: Option<&[u8; 32]>, old: i64) -> Result<(), StoreError> {
    if let Some(key) = address_key {
        diesel::delete(f::table.find(key.to_vec())).execute(conn)?;
    }
    diesel::delete(f::table.filter(f::at.lt(old))).execute(conn)?;
    Ok(())
}
