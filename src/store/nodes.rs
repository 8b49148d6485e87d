//! Delivering processes and their beats. Rows stay when their nodes have ended: whoever remembers one that is gone takes the
//! database for restored.

use diesel::prelude::*;

use super::schema::{instance, nodes};
use super::{Conn, StoreError};

/// A node's row as the node itself knows it. In a database that was restored the row is another one, or its beat is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Own {
    pub id: i64,
    pub public_id: [u8; 16],
    pub beat: i64,
}

/// A node that is not known to have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Living {
    pub id: i64,
    pub beat: i64,
    /// The epoch in which it may send; None: it has not been let in.
    pub epoch: Option<i64>,
}

/// `epoch`: the one in which it may send; None: not yet.
pub fn insert(conn: &mut Conn, name: &str, public_id: [u8; 16], epoch: Option<i64>, now: i64) -> Result<Own, StoreError> {
    let row = (
        nodes::name.eq(name),
        nodes::beat.eq(0),
        nodes::started_at.eq(now),
        nodes::public_id.eq(public_id.to_vec()),
        nodes::epoch.eq(epoch),
    );
    let id = diesel::insert_into(nodes::table).values(row).returning(nodes::id).get_result(conn)?;
    Ok(Own { id, public_id, beat: 0 })
}

/// One more sign of life; returns the beat. None: somebody took this node for dead, so it must go on under another id, or
/// the row is not there.
pub fn beat(conn: &mut Conn, own: Own) -> Result<Option<i64>, StoreError> {
    let alive = nodes::table
        .filter(nodes::id.eq(own.id))
        .filter(nodes::public_id.eq(own.public_id.to_vec()))
        .filter(nodes::ended_at.is_null());
    Ok(diesel::update(alive).set(nodes::beat.eq(nodes::beat + 1)).returning(nodes::beat).get_result(conn).optional()?)
}

/// Lets a node in, in this epoch.
pub fn let_in(conn: &mut Conn, own: Own, epoch: i64) -> Result<(), StoreError> {
    diesel::update(nodes::table.find(own.id)).set(nodes::epoch.eq(epoch)).execute(conn)?;
    Ok(())
}

/// The beat of a node, also of one that has ended. None: the database does not know it.
pub fn last_beat(conn: &mut Conn, public_id: &[u8; 16]) -> Result<Option<i64>, StoreError> {
    Ok(nodes::table.filter(nodes::public_id.eq(public_id.to_vec())).select(nodes::beat).first(conn).optional()?)
}

/// Whether a node that remembers ever registered.
pub fn any_remembers(conn: &mut Conn) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(nodes::table.filter(nodes::public_id.is_not_null()))).get_result(conn)?)
}

/// Whether a node may claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayClaim {
    Yes,
    /// It was taken for dead.
    Buried,
    /// The database is behind what the node knows of it: it was restored.
    Behind,
    /// The fence is up, or the node was not let in.
    Fenced,
}

/// A node is not buried before the transaction that asks has ended, so what it claims is found by whoever takes over from it.
pub fn may_claim(conn: &mut Conn, own: Own) -> Result<MayClaim, StoreError> {
    type Row = (i64, Option<i64>, Option<i64>);
    let row = nodes::table.filter(nodes::id.eq(own.id)).filter(nodes::public_id.eq(own.public_id.to_vec())).select((
        nodes::beat,
        nodes::ended_at,
        nodes::epoch,
    ));
    let found: Option<Row> = match conn {
        Conn::Sqlite(c) => row.first(c).optional()?,
        Conn::Postgres(c) => row.for_share().first(c).optional()?,
    };
    let Some((_, ended_at, epoch)) = found.filter(|(beat, ..)| *beat >= own.beat) else { return Ok(MayClaim::Behind) };
    if ended_at.is_some() {
        return Ok(MayClaim::Buried);
    }
    let open = instance::table.filter(instance::fence.is_null()).select(instance::epoch);
    let now: Option<i64> = open.first(conn).optional()?;
    Ok(if now.is_some() && now == epoch { MayClaim::Yes } else { MayClaim::Fenced })
}

/// Everybody not known to have ended.
pub fn list_living(conn: &mut Conn) -> Result<Vec<Living>, StoreError> {
    Ok(nodes::table
        .filter(nodes::ended_at.is_null())
        .order(nodes::id)
        .select((nodes::id, nodes::beat, nodes::epoch))
        .load(conn)?)
}

/// Declares a node dead if its beat is still the one that was seen standing. False: it moved, or another observer was first.
pub fn bury(conn: &mut Conn, id: i64, seen_beat: i64, now: i64) -> Result<bool, StoreError> {
    let still = nodes::table.filter(nodes::id.eq(id)).filter(nodes::beat.eq(seen_beat)).filter(nodes::ended_at.is_null());
    Ok(diesel::update(still).set(nodes::ended_at.eq(now)).execute(conn)? == 1)
}

/// Declares all dead, whatever their beats: those that live go on under new ids. Returns who they were.
pub fn bury_all(conn: &mut Conn, now: i64) -> Result<Vec<i64>, StoreError> {
    let living = nodes::table.filter(nodes::ended_at.is_null());
    Ok(diesel::update(living).set(nodes::ended_at.eq(now)).returning(nodes::id).get_results(conn)?)
}
