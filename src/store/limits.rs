//! Counts within windows of time, shared by all nodes, and the challenges that were answered. Keys are keyed hashes: the tables
//! name nobody.
//!
//! On PostgreSQL a count is spread over some rows, so that requests at the same time do not queue for one of them; it is the sum.
//! SQLite has one writer, so one row does.

use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::prelude::*;

use super::prepared::{Bind, Binds, Prepared, Statement};
use super::schema::{limits as l, spent_challenges as s};
use super::{Conn, StoreError, connection::each};
use crate::domain::limits::Scope;

/// A count's name without its shard.
const BASE: usize = 31;
/// Rows of one count on PostgreSQL; a connection pool has fewer connections than that.
const SHARDS: usize = 16;

/// What is counted: one window of one subject.
#[derive(Clone, Debug)]
pub struct Window {
    pub scope: Scope,
    /// Of what is counted.
    pub key: [u8; 32],
    /// µs.
    pub began_at: i64,
}

impl Window {
    /// Its rows begin so, and the shard follows.
    fn base(&self) -> Vec<u8> {
        self.key.iter().take(BASE).copied().collect()
    }

    fn shard(&self, shard: usize) -> Vec<u8> {
        let mut key = self.base();
        key.push(u8::try_from(shard).unwrap_or_default());
        key
    }
}

struct CountInSqlite;

impl Statement for CountInSqlite {
    const TEXT: &'static str = "INSERT INTO limits (scope, key, began_at, count) VALUES (?, ?, ?, 1) \
        ON CONFLICT (scope, key, began_at) DO UPDATE SET count = limits.count + 1 RETURNING count";
}

struct CountInPostgres;

impl Statement for CountInPostgres {
    // What the INSERT writes the SELECT does not see, so it adds both. Rows are locked in the order they are asked for.
    const TEXT: &'static str = "WITH asked AS (SELECT * FROM unnest(?::text[], ?::bytea[], ?::bytea[], ?::bigint[]) \
            WITH ORDINALITY AS a (scope, base, mine, began_at, n)), \
        mine AS (INSERT INTO limits (scope, key, began_at, count) SELECT scope, mine, began_at, 1 FROM asked ORDER BY n \
            ON CONFLICT (scope, key, began_at) DO UPDATE SET count = limits.count + 1 RETURNING scope, key, count) \
        SELECT ((SELECT count FROM mine WHERE mine.scope = asked.scope AND mine.key = asked.mine) + coalesce((SELECT sum(o.count) \
            FROM limits o WHERE o.scope = asked.scope AND o.key >= asked.base AND o.key <= asked.base || '\\xff'::bytea \
            AND o.began_at = asked.began_at AND o.key <> asked.mine), 0))::bigint FROM asked ORDER BY n";
}

/// Counts one more in each window and returns the counts with it, in the same order. Callers name windows in one order, or two
/// of them could wait for each other.
pub fn count(conn: &mut Conn, windows: &[Window]) -> Result<Vec<i64>, StoreError> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    match conn {
        Conn::Sqlite(c) => {
            let mut counts = Vec::with_capacity(windows.len());
            for window in windows {
                let key = window.shard(0);
                let values = vec![Bind::Text(window.scope.as_str()), Bind::Bytes(&key), Bind::Int(window.began_at)];
                counts.push(Prepared::<CountInSqlite, _>::with(values).get_result::<i64>(c)?);
            }
            Ok(counts)
        }
        Conn::Postgres(c) => {
            let shard = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS;
            let bases: Vec<Vec<u8>> = windows.iter().map(Window::base).collect();
            // A network comes from one place at a time: nothing to spread.
            let of = |scope: Scope| if matches!(scope, Scope::NetworkHour | Scope::NetworkDay) { 0 } else { shard };
            let mine: Vec<Vec<u8>> = windows.iter().map(|window| window.shard(of(window.scope))).collect();
            let values = vec![
                Binds::Texts(windows.iter().map(|window| window.scope.as_str()).collect()),
                Binds::Bytes(bases.iter().map(Vec::as_slice).collect()),
                Binds::Bytes(mine.iter().map(Vec::as_slice).collect()),
                Binds::Ints(windows.iter().map(|window| window.began_at).collect()),
            ];
            Ok(Prepared::<CountInPostgres, _>::with(values).get_results(c)?)
        }
    }
}

/// A count as it is, for whoever only looks.
pub fn find(conn: &mut Conn, window: &Window) -> Result<i64, StoreError> {
    let rows = l::table
        .filter(l::scope.eq(window.scope.as_str()))
        .filter(l::key.ge(window.base()))
        .filter(l::key.le(window.shard(usize::from(u8::MAX))))
        .filter(l::began_at.eq(window.began_at));
    Ok(rows.select(l::count).load::<i64>(conn)?.into_iter().sum())
}

/// Whether nobody has noted this before.
pub fn is_first(conn: &mut Conn, window: &Window) -> Result<bool, StoreError> {
    let row = (l::scope.eq(window.scope.as_str()), l::key.eq(window.shard(0)), l::began_at.eq(window.began_at), l::count.eq(1));
    Ok(each!(conn, |c| diesel::insert_into(l::table).values(row).on_conflict_do_nothing().execute(c))? == 1)
}

/// Notes that a challenge was answered. False: it was already.
pub fn spend(conn: &mut Conn, nonce: &[u8; 16], expires_at: i64) -> Result<bool, StoreError> {
    let row = (s::nonce.eq(nonce.to_vec()), s::expires_at.eq(expires_at));
    Ok(each!(conn, |c| diesel::insert_into(s::table).values(row).on_conflict_do_nothing().execute(c))? == 1)
}

/// Whether [`forget`] would find anything.
pub fn is_stale(conn: &mut Conn, now: i64) -> Result<bool, StoreError> {
    let windows = l::table.filter(l::began_at.lt(oldest(Scope::NetworkDay, now))).select(l::count).limit(1);
    let hours = stale_hours(now).select(l::count).limit(1);
    let spent = s::table.filter(s::expires_at.le(now)).select(s::expires_at).limit(1);
    Ok(!windows.load::<i64>(conn)?.is_empty() || !hours.load::<i64>(conn)?.is_empty() || !spent.load::<i64>(conn)?.is_empty())
}

/// Deletes what is over: windows that have ended, challenges that have expired. At most so many of each; true if there is more.
pub fn forget(conn: &mut Conn, now: i64, most: i64) -> Result<bool, StoreError> {
    let days = l::table.filter(l::began_at.lt(oldest(Scope::NetworkDay, now))).limit(most);
    let mut gone: Vec<(String, Vec<u8>, i64)> = days.select((l::scope, l::key, l::began_at)).load(conn)?;
    gone.extend(stale_hours(now).limit(most).select((l::scope, l::key, l::began_at)).load::<(String, Vec<u8>, i64)>(conn)?);
    let windows = gone.len();
    for (scope, key, began_at) in gone {
        diesel::delete(l::table.find((scope, key, began_at))).execute(conn)?;
    }
    let expired: Vec<Vec<u8>> = s::table.filter(s::expires_at.le(now)).limit(most).select(s::nonce).load(conn)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let more = windows >= most || expired.len() >= most;
    diesel::delete(s::table.filter(s::nonce.eq_any(expired))).execute(conn)?;
    Ok(more)
}

/// Windows of an hour that have ended. Those of a day are the only others.
#[diesel::dsl::auto_type]
fn stale_hours(now: i64) -> _ {
    let before: i64 = oldest(Scope::TotalHour, now);
    l::table.filter(l::began_at.lt(before)).filter(l::scope.ne("network-day"))
}

/// Windows that began before this (µs) have ended.
fn oldest(scope: Scope, now: i64) -> i64 {
    now.saturating_sub(i64::try_from(scope.length().as_micros()).unwrap_or(i64::MAX))
}
