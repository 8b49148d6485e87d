//! Persons, each known by one address.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::schema::{opt_ins, subscribers, subscriptions};
use super::{Conn, StoreError};

#[derive(Clone, Debug, Queryable, Selectable)]
pub struct Subscriber {
    pub id: i64,
    pub public_id: Vec<u8>,
    pub address: String,
    pub canonical: String,
    pub name: Option<String>,
    pub created_at: i64,
}

/// Finds or makes the person behind a canonical address and locks the row until the transaction ends:
/// the same form posted twice at once is handled one after the other.
pub fn find_or_insert(
    conn: &mut Conn,
    public_id: [u8; 16],
    address: &str,
    canonical: &str,
    now: i64,
) -> Result<Subscriber, StoreError> {
    use subscribers as s;
    let row = (s::public_id.eq(public_id.to_vec()), s::address.eq(address), s::canonical.eq(canonical), s::created_at.eq(now));
    match conn {
        // One writer: nobody comes between the look and the row. Both statements are parsed once, which an upsert is not.
        Conn::Sqlite(c) => {
            let known = s::table.filter(s::canonical.eq(canonical)).select(Subscriber::as_select()).first(c).optional()?;
            match known {
                Some(known) => Ok(known),
                None => Ok(diesel::insert_into(s::table).values(row).returning(Subscriber::as_returning()).get_result(c)?),
            }
        }
        Conn::Postgres(c) => Ok(diesel::insert_into(s::table)
            .values(row)
            .on_conflict(s::canonical)
            .do_update()
            // Changes nothing, but locks and returns the row.
            .set(s::canonical.eq(canonical))
            .returning(Subscriber::as_returning())
            .get_result(c)?),
    }
}

/// Holds a person's row until the transaction ends.
pub fn lock(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    // Changes nothing, and locks on both databases.
    diesel::update(subscribers::table.find(id)).set(subscribers::created_at.eq(subscribers::created_at)).execute(conn)?;
    Ok(())
}

pub fn get(conn: &mut Conn, id: i64) -> Result<Subscriber, StoreError> {
    Ok(subscribers::table.find(id).select(Subscriber::as_select()).first(conn)?)
}

pub fn find_by_id(conn: &mut Conn, id: i64) -> Result<Option<Subscriber>, StoreError> {
    Ok(subscribers::table.find(id).select(Subscriber::as_select()).first(conn).optional()?)
}

pub fn find(conn: &mut Conn, canonical: &str) -> Result<Option<Subscriber>, StoreError> {
    Ok(subscribers::table.filter(subscribers::canonical.eq(canonical)).select(Subscriber::as_select()).first(conn).optional()?)
}

pub fn find_by_public_id(conn: &mut Conn, public_id: &[u8; 16]) -> Result<Option<Subscriber>, StoreError> {
    Ok(subscribers::table
        .filter(subscribers::public_id.eq(public_id.to_vec()))
        .select(Subscriber::as_select())
        .first(conn)
        .optional()?)
}

/// Up to `most` people behind the id `after`, in their order.
pub fn page(conn: &mut Conn, after: i64, most: i64) -> Result<Vec<Subscriber>, StoreError> {
    Ok(subscribers::table
        .filter(subscribers::id.gt(after))
        .order(subscribers::id)
        .limit(most)
        .select(Subscriber::as_select())
        .load(conn)?)
}

/// A person's address changes; they stay the same person under the same links.
pub fn set_address(conn: &mut Conn, id: i64, address: &str, canonical: &str) -> Result<(), StoreError> {
    diesel::update(subscribers::table.find(id))
        .set((subscribers::address.eq(address), subscribers::canonical.eq(canonical)))
        .execute(conn)?;
    Ok(())
}

/// Removes somebody and their subscriptions. What else names them must be gone.
pub fn delete(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    diesel::delete(subscriptions::table.filter(subscriptions::subscriber_id.eq(id))).execute(conn)?;
    diesel::delete(subscribers::table.find(id)).execute(conn)?;
    Ok(())
}

/// Removes somebody who has, and asks for, nothing.
pub fn delete_bare(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    let has = subscriptions::table.filter(subscriptions::subscriber_id.eq(id));
    let asks = opt_ins::table.filter(opt_ins::subscriber_id.eq(id));
    let bare = subscribers::table.find(id).filter(not(exists(has))).filter(not(exists(asks)));
    diesel::delete(bare).execute(conn)?;
    Ok(())
}

pub fn set_name(conn: &mut Conn, id: i64, name: Option<&str>) -> Result<(), StoreError> {
    diesel::update(subscribers::table.find(id)).set(subscribers::name.eq(name)).execute(conn)?;
    Ok(())
}
