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

/// The person does not want our mail: outlives whatever else was noted, and has no end (R164).
pub fn object(conn: &mut Conn, key_id: u8, address_key: &[u8; 32], source: &str, now: i64) -> Result<(), StoreError> {
    use suppressions as s;
    insert(conn, key_id, address_key, SuppressionReason::Objection, source, now)?;
    diesel::update(s::table.filter(s::address_key.eq(address_key.to_vec())))
        .set((
            s::reason.eq(SuppressionReason::Objection.as_str()),
            s::source.eq(source),
            s::at.eq(now),
            s::expires_at.eq(None::<i64>),
        ))
        .execute(conn)?;
    Ok(())
}

#[derive(Clone, Debug, Queryable, Selectable)]
pub struct Suppression {
    pub reason: String,
    pub source: String,
    pub at: i64,
    pub expires_at: Option<i64>,
}

/// What is noted under one of these keys of an address, also if its time is over.
pub fn find(conn: &mut Conn, keys: &[[u8; 32]]) -> Result<Option<Suppression>, StoreError> {
    Ok(suppressions::table
        .filter(suppressions::address_key.eq_any(keys.iter().map(|key| key.to_vec())))
        .order(suppressions::at.desc())
        .select(Suppression::as_select())
        .first(conn)
        .optional()?)
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

/// A suppression with its keyed hash.
#[derive(Clone, Debug, Queryable)]
pub struct Noted {
    pub address_key: Vec<u8>,
    pub reason: String,
    pub source: String,
    pub at: i64,
    pub expires_at: Option<i64>,
}

/// All of them, the oldest first.
pub fn list(conn: &mut Conn) -> Result<Vec<Noted>, StoreError> {
    use suppressions as s;
    Ok(s::table.order((s::at, s::id)).select((s::address_key, s::reason, s::source, s::at, s::expires_at)).load(conn)?)
}

/// Lifts what a mailbox's refusal has caused; `at`: only if it was that one (µs). None: there is nothing of the kind.
pub fn lift_bounce(conn: &mut Conn, keys: &[[u8; 32]], at: Option<i64>) -> Result<Option<Suppression>, StoreError> {
    use suppressions as s;
    let reason = SuppressionReason::HardBounce.as_str();
    let found = find(conn, keys)?.filter(|found| found.reason == reason && at.is_none_or(|at| at == found.at));
    let Some(found) = found else { return Ok(None) };
    let keys: Vec<Vec<u8>> = keys.iter().map(|key| key.to_vec()).collect();
    let gone = s::table.filter(s::address_key.eq_any(keys)).filter(s::reason.eq(reason)).filter(s::at.eq(found.at));
    Ok((diesel::delete(gone).execute(conn)? > 0).then_some(found))
}

/// Lifts a suppression: the person has completed a new opt-in (R109).
pub fn lift(conn: &mut Conn, keys: &[[u8; 32]]) -> Result<(), StoreError> {
    for key in keys {
        diesel::delete(suppressions::table.filter(suppressions::address_key.eq(key.to_vec()))).execute(conn)?;
    }
    Ok(())
}
