//! The installation itself: one row.

use diesel::prelude::*;

use super::schema::instance;
use super::{Conn, StoreError, connection::each};

/// The fingerprints of the keys this database's links were signed with (JSON). None: the database is new.
pub fn key_fingerprints(conn: &mut Conn) -> Result<Option<String>, StoreError> {
    Ok(instance::table.find(1).select(instance::key_fingerprints).first(conn).optional()?)
}

/// Makes the only row when the database is new, and notes the keys in use.
pub fn put(conn: &mut Conn, public_id: [u8; 16], key_fingerprints: &str, now: i64) -> Result<(), StoreError> {
    let row = (
        instance::id.eq(1),
        instance::public_id.eq(public_id.to_vec()),
        instance::epoch.eq(1),
        instance::key_fingerprints.eq(key_fingerprints),
        instance::created_at.eq(now),
    );
    each!(conn, |c| diesel::insert_into(instance::table)
        .values(row)
        .on_conflict(instance::id)
        .do_update()
        .set(instance::key_fingerprints.eq(key_fingerprints))
        .execute(c))?;
    Ok(())
}
