//! Pictures of news items.

use diesel::prelude::*;

use super::schema::images;
use super::{Conn, StoreError, connection::each};

#[derive(Debug, Insertable)]
#[diesel(table_name = images)]
pub struct NewImage<'a> {
    pub public_id: Vec<u8>,
    pub content_type: &'a str,
    pub width: i64,
    pub height: i64,
    pub bytes: &'a [u8],
    pub created_at: i64,
}

/// A picture without its bytes.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = images)]
pub struct Image {
    pub id: i64,
    pub public_id: Vec<u8>,
    pub width: i64,
    pub height: i64,
}

pub fn find_or_insert(conn: &mut Conn, row: &NewImage<'_>) -> Result<i64, StoreError> {
    each!(conn, |c| diesel::insert_into(images::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(images::table.filter(images::public_id.eq(&row.public_id)).select(images::id).first(conn)?)
}

pub fn get(conn: &mut Conn, id: i64) -> Result<Image, StoreError> {
    Ok(images::table.find(id).select(Image::as_select()).first(conn)?)
}

/// (content type, bytes).
pub fn find_bytes(conn: &mut Conn, public_id: &[u8]) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    Ok(images::table
        .filter(images::public_id.eq(public_id))
        .select((images::content_type, images::bytes))
        .first(conn)
        .optional()?)
}
