//! The append-only log of consent. Each record commits to its erasable details by a salted hash;
//! records are chained shortly after their commit, so that writers need not queue for the chain's end.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text};

use super::prepared::{Bind, Binds, Prepared, Statement, last_id};
use super::schema::{consent_details, consent_records, instance};
use super::{Conn, StoreError};
use crate::domain::states::ConsentAct;

/// One act and whom it concerns. `body` is JSON.
pub struct NewRecord<'a> {
    pub act: ConsentAct,
    pub at: i64,
    /// None: it concerns nobody who is still known.
    pub subscriber_id: Option<i64>,
    pub newsletter_id: Option<i64>,
    pub salt: [u8; 16],
    pub commitment: [u8; 32],
    pub body: &'a str,
}

struct InsertRecord;

impl Statement for InsertRecord {
    const TEXT: &'static str = "INSERT INTO consent_records (act, at, commitment) VALUES (?, ?, ?)";
}

struct InsertDetails;

impl Statement for InsertDetails {
    const TEXT: &'static str =
        "INSERT INTO consent_details (consent_record_id, subscriber_id, newsletter_id, salt, body) VALUES (?, ?, ?, ?, ?)";
}

/// Appends them in their order.
pub fn append(conn: &mut Conn, records: &[NewRecord<'_>]) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(c) => {
            for record in records {
                let values = vec![Bind::Text(record.act.as_str()), Bind::Int(record.at), Bind::Bytes(&record.commitment)];
                Prepared::<InsertRecord, _>::with(values).execute(c)?;
                let values = vec![
                    Bind::Int(last_id(c)?),
                    Bind::MaybeInt(record.subscriber_id),
                    Bind::MaybeInt(record.newsletter_id),
                    Bind::Bytes(&record.salt),
                    Bind::Text(record.body),
                ];
                Prepared::<InsertDetails, _>::with(values).execute(c)?;
            }
        }
        Conn::Postgres(c) => {
            // A commitment is salted, so no two records have the same.
            diesel::sql_query(
                "WITH new AS (SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bytea[], $7::text[]) WITH ORDINALITY \
                 AS n (act, at, commitment, subscriber_id, newsletter_id, salt, body, place)), \
                 record AS (INSERT INTO consent_records (act, at, commitment) SELECT act, at, commitment FROM new ORDER BY place \
                 RETURNING id, commitment) \
                 INSERT INTO consent_details (consent_record_id, subscriber_id, newsletter_id, salt, body) \
                 SELECT record.id, new.subscriber_id, new.newsletter_id, new.salt, new.body FROM new JOIN record USING (commitment)",
            )
            .bind::<Array<Text>, _>(records.iter().map(|record| record.act.as_str()).collect::<Vec<_>>())
            .bind::<Array<BigInt>, _>(records.iter().map(|record| record.at).collect::<Vec<_>>())
            .bind::<Array<Binary>, _>(records.iter().map(|record| record.commitment.as_slice()).collect::<Vec<_>>())
            .bind::<Array<Nullable<BigInt>>, _>(records.iter().map(|record| record.subscriber_id).collect::<Vec<_>>())
            .bind::<Array<Nullable<BigInt>>, _>(records.iter().map(|record| record.newsletter_id).collect::<Vec<_>>())
            .bind::<Array<Binary>, _>(records.iter().map(|record| record.salt.as_slice()).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(records.iter().map(|record| record.body).collect::<Vec<_>>())
            .execute(c)?;
        }
    }
    Ok(())
}

/// A record with its details.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = consent_records)]
pub struct Record {
    pub id: i64,
    pub act: String,
    pub at: i64,
    pub commitment: Vec<u8>,
    /// Its place in the chain, once it has one.
    pub sealed: Option<i64>,
    pub hash: Option<Vec<u8>>,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = consent_details)]
pub struct Details {
    pub consent_record_id: i64,
    pub subscriber_id: Option<i64>,
    pub newsletter_id: Option<i64>,
    pub salt: Vec<u8>,
    pub body: String,
}

/// The records of one person, oldest first.
pub fn list_of(conn: &mut Conn, subscriber_id: i64) -> Result<Vec<(Record, Details)>, StoreError> {
    Ok(consent_details::table
        .inner_join(consent_records::table)
        .filter(consent_details::subscriber_id.eq(subscriber_id))
        .order(consent_records::id)
        .select((Record::as_select(), Details::as_select()))
        .load(conn)?)
}

/// Up to `most` sealed records after a place in the chain, in its order, with their details where they are still there.
pub fn page_of_chain(conn: &mut Conn, after: i64, most: i64) -> Result<Vec<(Record, Option<Details>)>, StoreError> {
    Ok(consent_records::table
        .left_join(consent_details::table)
        .filter(consent_records::sealed.gt(after))
        .order(consent_records::sealed)
        .limit(most)
        .select((Record::as_select(), Option::<Details>::as_select()))
        .load(conn)?)
}

/// What was written down in records of these acts that wait for their place in the chain.
pub fn list_unsealed_details(conn: &mut Conn, acts: &[ConsentAct]) -> Result<Vec<(Record, Details)>, StoreError> {
    let acts: Vec<&str> = acts.iter().map(|act| act.as_str()).collect();
    Ok(consent_records::table
        .inner_join(consent_details::table)
        .filter(consent_records::sealed.is_null())
        .filter(consent_records::act.eq_any(acts))
        .select((Record::as_select(), Details::as_select()))
        .load(conn)?)
}

/// How many records wait for their place in the chain.
pub fn count_unsealed(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(consent_records::table.filter(consent_records::sealed.is_null()).count().get_result(conn)?)
}

/// Erases the details of one person's records, or of one of their newsletters. Returns the records' ids.
pub fn erase_details(conn: &mut Conn, subscriber_id: i64, newsletter_id: Option<i64>) -> Result<Vec<i64>, StoreError> {
    use consent_details as d;
    let theirs = d::table.filter(d::subscriber_id.eq(subscriber_id));
    let mut ids: Vec<i64> = match newsletter_id {
        Some(newsletter) => theirs.filter(d::newsletter_id.eq(newsletter)).select(d::consent_record_id).load(conn)?,
        None => theirs.select(d::consent_record_id).load(conn)?,
    };
    ids.sort_unstable();
    diesel::delete(d::table.filter(d::consent_record_id.eq_any(&ids))).execute(conn)?;
    Ok(ids)
}

/// Gives one person's records to another. Returns the newsletters they are about.
pub fn move_details(conn: &mut Conn, from: i64, to: i64) -> Result<Vec<i64>, StoreError> {
    let theirs = consent_details::table.filter(consent_details::subscriber_id.eq(from));
    let about: Vec<Option<i64>> = theirs.select(consent_details::newsletter_id).distinct().load(conn)?;
    diesel::update(theirs).set(consent_details::subscriber_id.eq(to)).execute(conn)?;
    Ok(about.into_iter().flatten().collect())
}

/// What the chain covers of one record.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = consent_records)]
pub struct Link {
    pub id: i64,
    pub act: String,
    pub at: i64,
    pub commitment: Vec<u8>,
}

/// Locks the chain until the transaction ends and returns its end: (place, hash), (0, empty) for a new chain.
pub fn lock_chain(conn: &mut Conn) -> Result<(i64, Vec<u8>), StoreError> {
    // The instance's row stands for the chain's end: two nodes sealing at once come one after the other.
    diesel::update(instance::table.find(1)).set(instance::epoch.eq(instance::epoch)).execute(conn)?;
    let end: Option<(Option<i64>, Option<Vec<u8>>)> = consent_records::table
        .filter(consent_records::sealed.is_not_null())
        .order(consent_records::sealed.desc())
        .select((consent_records::sealed, consent_records::hash))
        .first(conn)
        .optional()?;
    Ok(end.map_or((0, Vec::new()), |(place, hash)| (place.unwrap_or(0), hash.unwrap_or_default())))
}

pub fn list_unsealed(conn: &mut Conn, most: i64) -> Result<Vec<Link>, StoreError> {
    Ok(consent_records::table
        .filter(consent_records::sealed.is_null())
        .order(consent_records::id)
        .limit(most)
        .select(Link::as_select())
        .load(conn)?)
}

/// A record's place in the chain, and the chain's hash there.
pub struct Seal {
    pub id: i64,
    pub place: i64,
    pub hash: [u8; 32],
}

struct SealOne;

impl Statement for SealOne {
    const TEXT: &'static str = "UPDATE consent_records SET sealed = ?, hash = ? WHERE id = ?";
}

struct SealAll;

impl Statement for SealAll {
    const TEXT: &'static str = "UPDATE consent_records r SET sealed = n.place, hash = n.hash \
    FROM unnest(?::bigint[], ?::bigint[], ?::bytea[]) AS n (id, place, hash) WHERE r.id = n.id";
}

pub fn seal(conn: &mut Conn, seals: &[Seal]) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(c) => {
            for seal in seals {
                let values = vec![Bind::Int(seal.place), Bind::Bytes(&seal.hash), Bind::Int(seal.id)];
                Prepared::<SealOne, _>::with(values).execute(c)?;
            }
        }
        Conn::Postgres(c) => {
            let values = vec![
                Binds::Ints(seals.iter().map(|seal| seal.id).collect()),
                Binds::Ints(seals.iter().map(|seal| seal.place).collect()),
                Binds::Bytes(seals.iter().map(|seal| seal.hash.as_slice()).collect()),
            ];
            Prepared::<SealAll, _>::with(values).execute(c)?;
        }
    }
    Ok(())
}
