//! Who pays for a newsletter and who makes it.

use diesel::prelude::*;

use super::schema::{funding_blocks, funding_texts};
use super::{Conn, StoreError, connection::each};

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = funding_blocks)]
pub struct Block {
    pub id: i64,
    pub block_key: String,
    /// `funding` or `partner`.
    pub kind: String,
    pub place: i64,
    /// ISO 8601 calendar dates, both inclusive.
    pub valid_from: Option<String>,
    pub valid_until: Option<String>,
    pub image_id: Option<i64>,
}

/// What all languages of a block share. Without a picture it keeps the one it has.
#[derive(Clone, Debug, Insertable, AsChangeset)]
#[diesel(table_name = funding_blocks)]
pub struct NewBlock<'a> {
    pub newsletter_id: i64,
    pub block_key: &'a str,
    pub kind: &'a str,
    pub place: i64,
    #[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
    pub valid_from: Option<String>,
    #[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
    pub valid_until: Option<String>,
    pub image_id: Option<i64>,
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = funding_texts, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct BlockText {
    pub block_id: i64,
    pub language: String,
    /// Markdown.
    pub text: String,
    /// Of the logo; empty: decorative.
    pub alt: Option<String>,
    pub link: Option<String>,
}

/// Writes a block over the one of the same key. Returns its id.
pub fn put(conn: &mut Conn, block: &NewBlock<'_>) -> Result<i64, StoreError> {
    use funding_blocks as b;
    Ok(each!(conn, |c| diesel::insert_into(b::table)
        .values(block)
        .on_conflict((b::newsletter_id, b::block_key))
        .do_update()
        .set(block)
        .returning(b::id)
        .get_result(c))?)
}

pub fn put_text(conn: &mut Conn, text: &BlockText) -> Result<(), StoreError> {
    use funding_texts as t;
    each!(conn, |c| diesel::insert_into(t::table)
        .values(text)
        .on_conflict((t::block_id, t::language))
        .do_update()
        .set(text)
        .execute(c))?;
    Ok(())
}

/// In the order readers see them.
pub fn list(conn: &mut Conn, newsletter_id: i64) -> Result<Vec<Block>, StoreError> {
    Ok(funding_blocks::table
        .filter(funding_blocks::newsletter_id.eq(newsletter_id))
        .order((funding_blocks::place, funding_blocks::id))
        .select(Block::as_select())
        .load(conn)?)
}

pub fn list_texts(conn: &mut Conn, blocks: &[i64]) -> Result<Vec<BlockText>, StoreError> {
    Ok(funding_texts::table.filter(funding_texts::block_id.eq_any(blocks)).select(BlockText::as_select()).load(conn)?)
}

/// False: there is none of this key.
pub fn delete(conn: &mut Conn, newsletter_id: i64, key: &str) -> Result<bool, StoreError> {
    let block =
        funding_blocks::table.filter(funding_blocks::newsletter_id.eq(newsletter_id)).filter(funding_blocks::block_key.eq(key));
    let ids: Vec<i64> = block.select(funding_blocks::id).load(conn)?;
    diesel::delete(funding_texts::table.filter(funding_texts::block_id.eq_any(&ids))).execute(conn)?;
    Ok(diesel::delete(funding_blocks::table.filter(funding_blocks::id.eq_any(&ids))).execute(conn)? > 0)
}
