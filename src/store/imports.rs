//! Imports: how far one came, who of a batch is known already, and a batch of people at once.
//!
//! A batch's rows and how far the import came are one transaction, so one that was killed goes on where it was.
//!
//! A million people are imported by a few statements: on PostgreSQL one for each batch and table, on SQLite, where a call costs
//! next to nothing, one for each row that is prepared once.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text};

use super::connection::each;
use super::prepared::{Bind, Prepared, Statement, last_id};
use super::schema::{imports, subscribers, subscriptions};
use super::{Conn, StoreError, word};
use crate::domain::language::Language;
use crate::domain::states::SubscriptionState;

#[derive(Clone, Debug, Queryable, Selectable)]
pub struct Import {
    pub id: i64,
    pub newsletter_id: i64,
    pub file_hash: Vec<u8>,
    pub evidence: String,
    /// Data rows of the file that were looked at.
    pub rows_done: i64,
    pub added: i64,
    pub begun_at: i64,
    pub ended_at: Option<i64>,
}

pub fn find(conn: &mut Conn, newsletter_id: i64, file_hash: &[u8; 32]) -> Result<Option<Import>, StoreError> {
    Ok(imports::table
        .filter(imports::newsletter_id.eq(newsletter_id))
        .filter(imports::file_hash.eq(file_hash.to_vec()))
        .select(Import::as_select())
        .first(conn)
        .optional()?)
}

pub fn insert(conn: &mut Conn, newsletter_id: i64, file_hash: &[u8; 32], evidence: &str, now: i64) -> Result<Import, StoreError> {
    use imports as i;
    let row = (
        i::newsletter_id.eq(newsletter_id),
        i::file_hash.eq(file_hash.to_vec()),
        i::evidence.eq(evidence),
        i::rows_done.eq(0),
        i::added.eq(0),
        i::begun_at.eq(now),
    );
    Ok(each!(conn, |c| diesel::insert_into(i::table).values(row).returning(Import::as_returning()).get_result(c))?)
}

/// Moves on from `seen` rows to `done`, if nobody else did, and locks the import until the transaction ends.
pub fn advance(conn: &mut Conn, id: i64, seen: i64, done: i64) -> Result<bool, StoreError> {
    let mine = imports::table.find(id).filter(imports::rows_done.eq(seen)).filter(imports::ended_at.is_null());
    Ok(diesel::update(mine).set(imports::rows_done.eq(done)).execute(conn)? == 1)
}

pub fn count_added(conn: &mut Conn, id: i64, more: i64) -> Result<(), StoreError> {
    diesel::update(imports::table.find(id)).set(imports::added.eq(imports::added + more)).execute(conn)?;
    Ok(())
}

pub fn end(conn: &mut Conn, id: i64, now: i64) -> Result<(), StoreError> {
    diesel::update(imports::table.find(id)).set(imports::ended_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Forgets how far an import came; its people and their records stay.
pub fn forget(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    diesel::delete(imports::table.find(id)).execute(conn)?;
    Ok(())
}

/// Tells PostgreSQL's planner about so many new people.
pub fn analyse(conn: &mut Conn) -> Result<(), StoreError> {
    if let Conn::Postgres(c) = conn {
        for table in ["subscribers", "subscriptions", "consent_records", "consent_details"] {
            diesel::sql_query(format!("ANALYZE {table}")).execute(c)?;
        }
    }
    Ok(())
}

/// Somebody who is known.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub subscriber_id: i64,
    /// Of their subscription to the newsletter, if there is one.
    pub state: Option<SubscriptionState>,
    /// When they last became active (µs).
    pub confirmed_at: Option<i64>,
}

/// Those of these people who are known, by canonical address. Plans: tests/it/plans.rs.
pub fn list_known(conn: &mut Conn, newsletter_id: i64, canonicals: &[&str]) -> Result<HashMap<String, Known>, StoreError> {
    use subscriptions as s;
    let rows: Vec<(String, i64, Option<String>, Option<i64>)> = subscribers::table
        .left_join(s::table.on(s::subscriber_id.eq(subscribers::id).and(s::newsletter_id.eq(newsletter_id))))
        .filter(subscribers::canonical.eq_any(canonicals))
        .select((subscribers::canonical, subscribers::id, s::state.nullable(), s::confirmed_at.nullable()))
        .load(conn)?;
    rows.into_iter()
        .map(|(canonical, subscriber_id, state, confirmed_at)| {
            let state = state.map(|state| word("subscriptions", &state, SubscriptionState::parse)).transpose()?;
            Ok((canonical, Known { subscriber_id, state, confirmed_at }))
        })
        .collect()
}

/// Somebody to be known from now on.
pub struct NewPerson<'a> {
    pub public_id: &'a [u8; 16],
    pub address: &'a str,
    pub canonical: &'a str,
    pub name: Option<&'a str>,
    /// Whom [`list_known`] found in the same transaction.
    pub known: Option<Known>,
}

struct InsertPerson;

impl Statement for InsertPerson {
    const TEXT: &'static str = "INSERT INTO subscribers (public_id, address, canonical, name, created_at) VALUES (?, ?, ?, ?, ?)";
}

struct NamePerson;

impl Statement for NamePerson {
    const TEXT: &'static str = "UPDATE subscribers SET name = ? WHERE id = ? AND name IS NULL";
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    canonical: String,
}

/// Finds or makes these people and locks their rows; who has no name gets the one given. Returns their ids in the same order.
///
/// No address twice, and in the order of the addresses: two imports at once lock the same people one after the other.
pub fn find_or_insert_people(conn: &mut Conn, people: &[NewPerson<'_>], now: i64) -> Result<Vec<i64>, StoreError> {
    match conn {
        Conn::Sqlite(c) => {
            let mut ids = Vec::with_capacity(people.len());
            for person in people {
                if let Some(Known { subscriber_id: id, .. }) = person.known {
                    Prepared::<NamePerson, _>::with(vec![Bind::MaybeText(person.name), Bind::Int(id)]).execute(c)?;
                    ids.push(id);
                    continue;
                }
                let values = vec![
                    Bind::Bytes(person.public_id),
                    Bind::Text(person.address),
                    Bind::Text(person.canonical),
                    Bind::MaybeText(person.name),
                    Bind::Int(now),
                ];
                Prepared::<InsertPerson, _>::with(values).execute(c)?;
                ids.push(last_id(c)?);
            }
            Ok(ids)
        }
        Conn::Postgres(c) => {
            let rows: Vec<Named> = diesel::sql_query(
                "INSERT INTO subscribers (public_id, address, canonical, name, created_at) \
                 SELECT n.public_id, n.address, n.canonical, n.name, $5 FROM unnest($1::bytea[], $2::text[], $3::text[], $4::text[]) AS n (public_id, address, canonical, name) \
                 ON CONFLICT (canonical) DO UPDATE SET name = coalesce(subscribers.name, excluded.name) RETURNING id, canonical",
            )
            .bind::<Array<Binary>, _>(people.iter().map(|person| person.public_id.as_slice()).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(people.iter().map(|person| person.address).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(people.iter().map(|person| person.canonical).collect::<Vec<_>>())
            .bind::<Array<Nullable<Text>>, _>(people.iter().map(|person| person.name).collect::<Vec<_>>())
            .bind::<BigInt, _>(now)
            .load(c)?;
            let ids: HashMap<String, i64> = rows.into_iter().map(|row| (row.canonical, row.id)).collect();
            let id = |person: &NewPerson<'_>| ids.get(person.canonical).copied().ok_or(diesel::result::Error::NotFound);
            Ok(people.iter().map(id).collect::<Result<_, _>>()?)
        }
    }
}

/// A subscription that is to be active.
pub struct NewSubscription<'a> {
    pub public_id: &'a [u8; 16],
    pub subscriber_id: i64,
    pub language: Language,
    pub activation: i64,
    /// Whether [`list_known`] found no subscription in the same transaction.
    pub is_new: bool,
}

struct InsertActive;

impl Statement for InsertActive {
    const TEXT: &'static str = "INSERT INTO subscriptions \
    (public_id, subscriber_id, newsletter_id, state, language, activation, requested_at, confirmed_at) VALUES (?, ?, ?, 'active', ?, ?, ?, ?)";
}

struct ActivatePending;

impl Statement for ActivatePending {
    const TEXT: &'static str = "UPDATE subscriptions SET state = 'active', language = ?, activation = ?, confirmed_at = ? \
    WHERE subscriber_id = ? AND newsletter_id = ? AND state = 'pending'";
}

#[derive(QueryableByName)]
struct Activated {
    #[diesel(sql_type = BigInt)]
    subscriber_id: i64,
}

/// Makes these active: new ones and pending ones. Those that are active or ended stay as they are. Returns the subscribers of
/// those that became active.
pub fn activate(conn: &mut Conn, newsletter_id: i64, rows: &[NewSubscription<'_>], now: i64) -> Result<HashSet<i64>, StoreError> {
    match conn {
        Conn::Sqlite(c) => {
            let mut done = HashSet::with_capacity(rows.len());
            for row in rows {
                let (language, activation) = (Bind::Text(row.language.tag()), Bind::Int(row.activation));
                let (subscriber, newsletter) = (Bind::Int(row.subscriber_id), Bind::Int(newsletter_id));
                let count = if row.is_new {
                    let public_id = Bind::Bytes(row.public_id);
                    let values = vec![public_id, subscriber, newsletter, language, activation, Bind::Int(now), Bind::Int(now)];
                    Prepared::<InsertActive, _>::with(values).execute(c)?
                } else {
                    let values = vec![language, activation, Bind::Int(now), subscriber, newsletter];
                    Prepared::<ActivatePending, _>::with(values).execute(c)?
                };
                if count == 1 {
                    done.insert(row.subscriber_id);
                }
            }
            Ok(done)
        }
        Conn::Postgres(c) => {
            let done: Vec<Activated> = diesel::sql_query(
                "INSERT INTO subscriptions (public_id, subscriber_id, newsletter_id, state, language, activation, requested_at, confirmed_at) \
                 SELECT n.public_id, n.subscriber_id, $5, 'active', n.language, n.activation, $6, $6 \
                 FROM unnest($1::bytea[], $2::bigint[], $3::text[], $4::bigint[]) AS n (public_id, subscriber_id, language, activation) \
                 ON CONFLICT (subscriber_id, newsletter_id) DO UPDATE SET state = 'active', language = excluded.language, \
                 activation = excluded.activation, confirmed_at = excluded.confirmed_at WHERE subscriptions.state = 'pending' \
                 RETURNING subscriber_id",
            )
            .bind::<Array<Binary>, _>(rows.iter().map(|row| row.public_id.as_slice()).collect::<Vec<_>>())
            .bind::<Array<BigInt>, _>(rows.iter().map(|row| row.subscriber_id).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(rows.iter().map(|row| row.language.tag()).collect::<Vec<_>>())
            .bind::<Array<BigInt>, _>(rows.iter().map(|row| row.activation).collect::<Vec<_>>())
            .bind::<BigInt, _>(newsletter_id)
            .bind::<BigInt, _>(now)
            .load(c)?;
            Ok(done.into_iter().map(|row| row.subscriber_id).collect())
        }
    }
}
