//! Documents of news items.

use diesel::prelude::*;

use super::schema::files;
use super::{Conn, StoreError, connection::each};

/// Keeps the same bytes once. `public_id`: their SHA-256.
pub fn put(conn: &mut Conn, public_id: &[u8; 32], content_type: &str, bytes: &[u8], now: i64) -> Result<(), StoreError> {
    let row = (
        files::public_id.eq(public_id.as_slice()),
        files::content_type.eq(content_type),
        files::bytes.eq(bytes),
        files::created_at.eq(now),
    );
    each!(conn, |c| diesel::insert_into(files::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// (content type, bytes).
pub fn find_bytes(conn: &mut Conn, public_id: &[u8; 32]) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    Ok(files::table
        .filter(files::public_id.eq(public_id.as_slice()))
        .select((files::content_type, files::bytes))
        .first(conn)
        .optional()?)
}
