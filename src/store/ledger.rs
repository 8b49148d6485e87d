//! The ledger's steps: claim, intent, result, take-over. Each is a compare-and-set on (row, claim token, state),
//! so that whoever lost a row cannot write to it any more.
//!
//! Query plans (checked by tests/it/plans.rs): the claim walks `deliveries_queued` in its order and stops at the limit;
//! everything else goes by primary key or by a partial index over the few rows in flight.
//!
//! A row keeps the token of its last claim until the next one: a COMMIT whose answer was lost is read back by it.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::connection::by_index;
use super::deliveries::in_flight;
use super::prepared::{Bind, Binds, Prepared, Statement};
use super::schema::{deliveries, opt_ins, subscribers, subscriptions};
use super::{Conn, StoreError};
use crate::domain::states::DeliveryState;

diesel::define_sql_function! {
    /// SQL's COALESCE for two times or ids.
    fn coalesce(x: Nullable<BigInt>, y: BigInt) -> BigInt;
}

diesel::define_sql_function! {
    /// SQL's COALESCE for two texts.
    #[sql_name = "coalesce"]
    fn coalesce_text(x: Nullable<Text>, y: Text) -> Text;
}

/// Back into the queue, and nobody's.
macro_rules! unclaim {
    ($conn:expr, $rows:expr) => {
        diesel::update($rows)
            .set((
                deliveries::state.eq(DeliveryState::Queued.as_str()),
                deliveries::claim_token.eq(None::<Vec<u8>>),
                deliveries::node_id.eq(None::<i64>),
            ))
            .execute($conn)?
    };
}

pub(super) use unclaim;

/// Proof of a claim: fresh for every batch, so a node that was taken over cannot write with an old one.
pub type ClaimToken = [u8; 16];

/// A claimed row with all a mail needs.
#[derive(Clone, Debug, Queryable)]
pub struct Claimed {
    pub id: i64,
    pub public_id: Vec<u8>,
    pub kind: String,
    pub edition_id: i64,
    pub issue_id: Option<i64>,
    pub subscription_id: Option<i64>,
    pub address: String,
    pub name: Option<String>,
    pub attempts: i64,
    pub created_at: i64,
    pub link_key: Option<i64>,
    pub dated_at: Option<i64>,
    /// The domain and the selectors of its DKIM signatures; empty: it is not signed.
    pub dkim: Option<String>,
    pub subscription_public_id: Option<Vec<u8>>,
    pub subscription_state: Option<String>,
    pub subscriber_public_id: Option<Vec<u8>>,
    /// Confirmations: the opt-in's public id, when it was asked for and when it ends.
    pub opt_in: Option<(Vec<u8>, i64, i64)>,
}

/// Who claims, under which token, when, and with which keys links and mails are to be signed.
#[derive(Clone, Copy, Debug)]
pub struct Claimant<'a> {
    pub node_id: i64,
    pub token: ClaimToken,
    pub link_key: u8,
    pub dkim: &'a str,
    /// µs.
    pub now: i64,
}

/// Takes up to `most` due rows of one issue, or (None) of the mails that belong to no issue. Returns their ids.
///
/// Two statements: on a table that was not analysed yet PostgreSQL plans the one-statement form badly.
pub fn claim(conn: &mut Conn, issue_id: Option<i64>, by: Claimant<'_>, most: i64) -> Result<Vec<i64>, StoreError> {
    let ids = due_ids(conn, issue_id, by.now, most)?;
    take(conn, &ids, by)?;
    Ok(ids)
}

/// Claims these rows, which this transaction has found due: the select saw committed rows only and, on PostgreSQL, locked
/// them; on SQLite there is one writer.
pub(super) fn take(conn: &mut Conn, ids: &[i64], by: Claimant<'_>) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(ids)))
        .set((
            deliveries::state.eq(DeliveryState::Claimed.as_str()),
            deliveries::claim_token.eq(by.token.to_vec()),
            deliveries::node_id.eq(by.node_id),
            // Fixed at the first claim and kept on every retry (R7, R83).
            deliveries::link_key.eq(coalesce(deliveries::link_key, i64::from(by.link_key)).nullable()),
            deliveries::dated_at.eq(coalesce(deliveries::dated_at, by.now).nullable()),
            deliveries::dkim.eq(coalesce_text(deliveries::dkim, by.dkim).nullable()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The claimed rows with all their mails need, in the order they are to go out. Apart from the claim, because it
/// can be read beside other writes.
pub fn list_claimed(conn: &mut Conn, ids: &[i64], token: &ClaimToken) -> Result<Vec<Claimed>, StoreError> {
    Ok(deliveries::table
        .left_join(subscriptions::table)
        .left_join(subscribers::table)
        .left_join(opt_ins::table)
        .filter(deliveries::id.eq_any(ids))
        .filter(deliveries::claim_token.eq(token.to_vec()))
        .order((deliveries::due_at, deliveries::id))
        .select((
            deliveries::id,
            deliveries::public_id,
            deliveries::kind,
            deliveries::edition_id,
            deliveries::issue_id,
            deliveries::subscription_id,
            deliveries::address,
            deliveries::name,
            deliveries::attempts,
            deliveries::created_at,
            deliveries::link_key,
            deliveries::dated_at,
            deliveries::dkim,
            subscriptions::public_id.nullable(),
            subscriptions::state.nullable(),
            subscribers::public_id.nullable(),
            (opt_ins::public_id, opt_ins::requested_at, opt_ins::expires_at).nullable(),
        ))
        .load(conn)?)
}

/// The due rows of one issue, or (None) of the mails that belong to no issue, in the order of the claim. On PostgreSQL they
/// are this transaction's until its end, and those of others are passed over.
macro_rules! due {
    ($conn:expr, $issue_id:expr, $now:expr, $most:expr, $columns:expr) => {{
        use crate::store::schema::deliveries as d;
        macro_rules! of {
            ($which:expr) => {
                d::table
                    .filter($which)
                    .filter($crate::store::deliveries::queued())
                    .filter(d::due_at.le($now))
                    .order((d::issue_id, d::due_at, d::id))
                    .limit($most)
                    .select($columns)
            };
        }
        match ($conn, $issue_id) {
            (Conn::Sqlite(c), Some(id)) => of!(d::issue_id.eq(id)).load(c)?,
            (Conn::Sqlite(c), None) => of!(d::issue_id.is_null()).load(c)?,
            (Conn::Postgres(c), Some(id)) => of!(d::issue_id.eq(id)).for_update().skip_locked().load(c)?,
            (Conn::Postgres(c), None) => of!(d::issue_id.is_null()).for_update().skip_locked().load(c)?,
        }
    }};
}
pub(super) use due;

fn due_ids(conn: &mut Conn, issue_id: Option<i64>, now: i64, most: i64) -> Result<Vec<i64>, StoreError> {
    Ok(due!(conn, issue_id, now, most, deliveries::id))
}

/// No `IN (…)` over words, neither here nor in the table's checks and indexes: for more than two of them SQLite builds a table
/// anew at each call; without them a mail costs a sixth less.
struct IntendOne;

impl Statement for IntendOne {
    const TEXT: &'static str = "UPDATE deliveries SET state = 'transmitting' \
    WHERE id = ? AND claim_token = ? AND (state = 'claimed' OR state = 'transmitting') \
    AND (issue_id IS NULL OR EXISTS (SELECT 1 FROM issues i WHERE i.id = deliveries.issue_id AND i.state = 'sending')) \
    AND (subscription_id IS NULL OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.id = deliveries.subscription_id AND s.state = 'active'))";
}

/// Results and intents in one statement: PostgreSQL makes it durable without a BEGIN and a COMMIT around it, which would be two
/// more round trips. No row is among both: it is claimed again only after its result is durable.
struct WriteAll;

impl Statement for WriteAll {
    const TEXT: &'static str = "WITH told AS (UPDATE deliveries d SET state = r.state, reason = r.reason, \
    due_at = coalesce(r.due_at, d.due_at), attempts = d.attempts + r.attempts, resends = d.resends + r.resends, node_id = CASE r.state WHEN 'unknown' THEN d.node_id END, \
    stage = r.stage, code = r.code, reply = CASE WHEN d.address = '' THEN NULL ELSE r.reply END, ended_at = r.ended_at \
    FROM unnest(?::bigint[], ?::bytea[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[], ?::bigint[], \
    ?::text[], ?::bigint[]) AS r (id, token, state, reason, due_at, attempts, resends, stage, code, reply, ended_at) \
    WHERE d.id = r.id AND d.claim_token = r.token AND d.state IN ('claimed', 'transmitting', 'unknown') RETURNING d.id), \
    gone AS (UPDATE deliveries d SET state = 'transmitting' FROM unnest(?::bigint[], ?::bytea[]) AS r (id, token) \
    WHERE d.id = r.id AND d.claim_token = r.token AND d.state IN ('claimed', 'transmitting') \
    AND (d.issue_id IS NULL OR EXISTS (SELECT 1 FROM issues i WHERE i.id = d.issue_id AND i.state = 'sending')) \
    AND (d.subscription_id IS NULL OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.id = d.subscription_id AND s.state = 'active')) \
    RETURNING d.id) \
    SELECT id FROM told UNION ALL SELECT id FROM gone";
}

/// What an attempt made of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: i64,
    pub token: ClaimToken,
    pub state: DeliveryState,
    pub reason: Option<&'static str>,
    /// When it may be tried again (µs); only for `queued`.
    pub due_at: Option<i64>,
    /// 1 where the attempt counts, 0 where the relay was at fault.
    pub attempts: i64,
    /// 1 where a doubtful confirmation is sent once more.
    pub resends: i64,
    pub stage: Option<&'static str>,
    pub code: Option<i64>,
    pub reply: Option<String>,
    /// µs.
    pub now: i64,
}

impl Record {
    fn ended_at(&self) -> Option<i64> {
        (self.state != DeliveryState::Queued).then_some(self.now)
    }
}

struct RecordOne;

impl Statement for RecordOne {
    const TEXT: &'static str = "UPDATE deliveries SET state = ?, reason = ?, due_at = coalesce(?, due_at), attempts = attempts + ?, \
    resends = resends + ?, node_id = CASE ? WHEN 'unknown' THEN node_id END, stage = ?, code = ?, reply = CASE WHEN address = '' THEN NULL ELSE ? END, ended_at = ? \
    WHERE id = ? AND claim_token = ? AND (state = 'claimed' OR state = 'transmitting' OR state = 'unknown')";
}

/// Writes down results of the mails before and intents of the next. Returns the ids of the rows that stand as told.
///
/// **Intents** must be durable before the final dots may be written. A row that is not returned is not its lane's any more
/// (somebody unsubscribed, staff paused or cancelled, another node took over) and must not be sent. Leaving skips the rows it sees;
/// one that was fanned out in the same instant is caught by the look at the subscription.
///
/// **Results** only the token that claimed a row may write; it may also settle a row that a take-over put in doubt. Rows that
/// are not returned belong to somebody else by now.
///
/// Asked twice it says the same twice, because a COMMIT whose answer was lost is read back this way.
pub fn write(conn: &mut Conn, results: &[Record], intents: &[(i64, ClaimToken)]) -> Result<HashSet<i64>, StoreError> {
    if results.is_empty() && intents.is_empty() {
        return Ok(HashSet::new());
    }
    let mut done = match conn {
        Conn::Sqlite(c) => write_each(c, results, intents)?,
        Conn::Postgres(c) => write_all(c, results, intents)?,
    };
    let missed: Vec<i64> = results.iter().map(|result| result.id).filter(|id| !done.contains(id)).collect();
    if !missed.is_empty() {
        // Told before, by a COMMIT whose answer was lost?
        let rows: Vec<(i64, String, Option<Vec<u8>>)> = deliveries::table
            .filter(deliveries::id.eq_any(missed))
            .select((deliveries::id, deliveries::state, deliveries::claim_token))
            .load(conn)?;
        let is_told = |(id, state, token): &(i64, String, Option<Vec<u8>>)| {
            results.iter().any(|told| told.id == *id && told.state.as_str() == state && token.as_deref() == Some(&told.token))
        };
        done.extend(rows.iter().filter(|row| is_told(row)).map(|(id, ..)| *id));
    }
    Ok(done)
}

fn write_each(
    conn: &mut SqliteConnection,
    results: &[Record],
    intents: &[(i64, ClaimToken)],
) -> Result<HashSet<i64>, StoreError> {
    let mut done = HashSet::new();
    for result in results {
        let values = vec![
            Bind::Text(result.state.as_str()),
            Bind::MaybeText(result.reason),
            Bind::MaybeInt(result.due_at),
            Bind::Int(result.attempts),
            Bind::Int(result.resends),
            Bind::Text(result.state.as_str()),
            Bind::MaybeText(result.stage),
            Bind::MaybeInt(result.code),
            Bind::MaybeText(result.reply.as_deref()),
            Bind::MaybeInt(result.ended_at()),
            Bind::Int(result.id),
            Bind::Bytes(&result.token),
        ];
        if Prepared::<RecordOne, _>::with(values).execute(conn)? == 1 {
            done.insert(result.id);
        }
    }
    for (id, token) in intents {
        if Prepared::<IntendOne, _>::with(vec![Bind::Int(*id), Bind::Bytes(token)]).execute(conn)? == 1 {
            done.insert(*id);
        }
    }
    Ok(done)
}

fn write_all(conn: &mut PgConnection, results: &[Record], intents: &[(i64, ClaimToken)]) -> Result<HashSet<i64>, StoreError> {
    let values = vec![
        Binds::Ints(results.iter().map(|r| r.id).collect()),
        Binds::Bytes(results.iter().map(|r| r.token.as_slice()).collect()),
        Binds::Texts(results.iter().map(|r| r.state.as_str()).collect()),
        Binds::MaybeTexts(results.iter().map(|r| r.reason).collect()),
        Binds::MaybeInts(results.iter().map(|r| r.due_at).collect()),
        Binds::Ints(results.iter().map(|r| r.attempts).collect()),
        Binds::Ints(results.iter().map(|r| r.resends).collect()),
        Binds::MaybeTexts(results.iter().map(|r| r.stage).collect()),
        Binds::MaybeInts(results.iter().map(|r| r.code).collect()),
        Binds::MaybeTexts(results.iter().map(|r| r.reply.as_deref()).collect()),
        Binds::MaybeInts(results.iter().map(Record::ended_at).collect()),
        Binds::Ints(intents.iter().map(|(id, _)| *id).collect()),
        Binds::Bytes(intents.iter().map(|(_, token)| token.as_slice()).collect()),
    ];
    Ok(Prepared::<WriteAll, _>::with(values).load::<i64>(conn)?.into_iter().collect())
}

/// How often a row was resent after doubt.
pub fn resends(conn: &mut Conn, id: i64) -> Result<i64, StoreError> {
    Ok(deliveries::table.find(id).select(deliveries::resends).first(conn)?)
}

/// Gives one row back that its lane knows not to have sent, if it is still ours. It may be `transmitting`: the intent was
/// written down and then, asked again, refused.
pub fn give_back(conn: &mut Conn, id: i64, token: &ClaimToken) -> Result<bool, StoreError> {
    let mine = deliveries::table
        .filter(deliveries::id.eq(id))
        .filter(deliveries::claim_token.eq(token.to_vec()))
        .filter(deliveries::state.eq_any([DeliveryState::Claimed.as_str(), DeliveryState::Transmitting.as_str()]));
    Ok(unclaim!(conn, mine) == 1)
}

/// The same for a row that this node cannot send now: it waits until `due_at` (µs), and others go on before it.
pub fn put_off(conn: &mut Conn, id: i64, token: &ClaimToken, due_at: i64) -> Result<bool, StoreError> {
    let mine = deliveries::table.filter(deliveries::id.eq(id)).filter(deliveries::claim_token.eq(token.to_vec()));
    diesel::update(mine).set(deliveries::due_at.eq(due_at)).execute(conn)?;
    give_back(conn, id, token)
}

/// A claimed row that was not signed yet takes the keys of its next claim.
pub fn forget_keys(conn: &mut Conn, id: i64, token: &ClaimToken) -> Result<usize, StoreError> {
    let mine = deliveries::table.filter(deliveries::id.eq(id)).filter(deliveries::claim_token.eq(token.to_vec()));
    Ok(diesel::update(mine).set(deliveries::dkim.eq(None::<String>)).execute(conn)?)
}

/// Gives back whatever a node has claimed and not begun; also what it does not know of, because a COMMIT's answer was lost.
pub fn give_back_all(conn: &mut Conn, node_id: i64) -> Result<usize, StoreError> {
    by_index(conn)?;
    let claimed = deliveries::table
        .filter(in_flight())
        .filter(deliveries::node_id.eq(node_id))
        .filter(deliveries::state.eq(DeliveryState::Claimed.as_str()));
    Ok(unclaim!(conn, claimed))
}

/// What a take-over found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenOver {
    pub requeued: usize,
    pub unknown: usize,
}

/// A node is dead: what it had claimed goes back, what it was transmitting is in doubt.
/// A confirmation in doubt is sent once more, the same bytes under the same Message-ID.
///
/// Claims go first: the node may be alive after all, and an intent that it writes down between two of these statements must
/// be seen by a later one as doubt, never be put back.
pub fn take_over(conn: &mut Conn, node_id: i64) -> Result<TakenOver, StoreError> {
    use deliveries as d;
    by_index(conn)?;
    let held = || d::table.filter(in_flight()).filter(d::node_id.eq(node_id));
    let requeued = unclaim!(conn, held().filter(d::state.eq(DeliveryState::Claimed.as_str())));
    let transmitting = || held().filter(d::state.eq(DeliveryState::Transmitting.as_str()));
    let again = diesel::update(transmitting().filter(d::kind.eq("confirmation")).filter(d::resends.eq(0)))
        .set((
            d::state.eq(DeliveryState::Queued.as_str()),
            d::resends.eq(1),
            d::claim_token.eq(None::<Vec<u8>>),
            d::node_id.eq(None::<i64>),
        ))
        .execute(conn)?;
    let unknown = diesel::update(transmitting())
        .set((
            d::state.eq(DeliveryState::Unknown.as_str()),
            d::reason.eq("the node that sent it died before it recorded the relay's answer"),
        ))
        .execute(conn)?;
    Ok(TakenOver { requeued: requeued + again, unknown })
}
