//! Addresses that must not be mailed, by keyed hash: the table reveals nobody.

use std::collections::HashSet;

use diesel::prelude::*;

use super::schema::suppressions;
use super::{Conn, StoreError, connection::each};
use crate::domain::states::SuppressionReason;

pub fn insert(
    conn: &mut Conn,
    key_id: u8,
    address_key: &[u8; 32],
    reason: SuppressionReason,
    source: &str,
    now: i64,
) -> Result<(), StoreError> {
    use suppressions as s;
    let row = (
        s::address_key.eq(address_key.to_vec()),
        s::key_id.eq(i64::from(key_id)),
        s::reason.eq(reason.as_str()),
        s::source.eq(source),
        s::at.eq(now),
    );
    each!(conn, |c| diesel::insert_into(s::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// Which of these keys are suppressed at `now` (µs).
pub fn list_suppressed(conn: &mut Conn, keys: &[[u8; 32]], now: i64) -> Result<HashSet<Vec<u8>>, StoreError> {
    use suppressions as s;
    let mut found = HashSet::new();
    // SQLite takes 32,766 values in a statement; there are as many keys to an address as the keyring has.
    for keys in keys.chunks(10_000) {
        let live: Vec<Vec<u8>> = s::table
            .filter(s::address_key.eq_any(keys.iter().map(|key| key.to_vec())))
            .filter(s::expires_at.is_null().or(s::expires_at.gt(now)))
            .select(s::address_key)
            .load(conn)?;
        found.extend(live);
    }
    Ok(found)
}

/// Lifts a suppression: the person has completed a new opt-in (R109).
pub fn lift(conn: &mut Conn, keys: &[[u8; 32]]) -> Result<(), StoreError> {
    for key in keys {
        diesel::delete(suppressions::table.filter(suppressions::address_key.eq(key.to_vec()))).execute(conn)?;
    }
    Ok(())
}
