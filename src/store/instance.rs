//! The installation itself: one row.

use diesel::prelude::*;

use super::schema::instance;
use super::{Conn, StoreError, connection::each, id16, word};
use crate::domain::copying::Copying;
use crate::domain::states::Fence;

/// Which installation this database is, and whether it sends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance {
    pub public_id: [u8; 16],
    /// From 1; one more each time a person has confirmed a restored database.
    pub epoch: i64,
    pub fence: Option<Fence>,
    /// µs.
    pub fenced_at: Option<i64>,
}

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

/// The row that [`put`] has made.
pub fn get(conn: &mut Conn) -> Result<Instance, StoreError> {
    type Row = (Vec<u8>, i64, Option<String>, Option<i64>);
    let columns = (instance::public_id, instance::epoch, instance::fence, instance::fenced_at);
    let (public_id, epoch, fence, fenced_at): Row = instance::table.find(1).select(columns).first(conn)?;
    let fence = fence.map(|found| word("instance", &found, Fence::parse)).transpose()?;
    Ok(Instance { public_id: id16("instance", &public_id)?, epoch, fence, fenced_at })
}

/// Why nothing may be sent by itself. None: it may. A database without a row has nothing to send.
pub fn fence(conn: &mut Conn) -> Result<Option<Fence>, StoreError> {
    let found: Option<Option<String>> = instance::table.find(1).select(instance::fence).first(conn).optional()?;
    found.flatten().map(|found| word("instance", &found, Fence::parse)).transpose()
}

/// Raises the fence. One that was raised because of a restore stays what it is.
pub fn raise(conn: &mut Conn, fence: Fence, now: i64) -> Result<(), StoreError> {
    let other = instance::table.filter(instance::fence.is_null().or(instance::fence.eq(Fence::Unremembered.as_str())));
    diesel::update(other).set((instance::fence.eq(fence.as_str()), instance::fenced_at.eq(now))).execute(conn)?;
    Ok(())
}

/// A node remembers the database after all.
pub fn recognise(conn: &mut Conn) -> Result<(), StoreError> {
    let unremembered = instance::table.filter(instance::fence.eq(Fence::Unremembered.as_str()));
    diesel::update(unremembered).set((instance::fence.eq(None::<String>), instance::fenced_at.eq(None::<i64>))).execute(conn)?;
    Ok(())
}

/// A person takes the fence away. Returns the new epoch.
pub fn confirm(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(diesel::update(instance::table.find(1))
        .set((instance::epoch.eq(instance::epoch + 1), instance::fence.eq(None::<String>), instance::fenced_at.eq(None::<i64>)))
        .returning(instance::epoch)
        .get_result(conn)?)
}

/// Its part in a copy. None: it has none, and is worked with.
pub fn copying(conn: &mut Conn) -> Result<Option<Copying>, StoreError> {
    let found: Option<Option<String>> = instance::table.find(1).select(instance::copying).first(conn).optional()?;
    found.flatten().map(|found| word("instance", &found, |text| serde_json::from_str(text).ok())).transpose()
}

pub fn set_copying(conn: &mut Conn, copying: Option<&Copying>) -> Result<(), StoreError> {
    let text = copying.map(serde_json::to_string).transpose();
    let text = text.map_err(|e| StoreError::Foreign { table: "instance", value: e.to_string() })?;
    diesel::update(instance::table.find(1)).set(instance::copying.eq(text)).execute(conn)?;
    Ok(())
}
