//! The ledger's steps: claim, intent, result, take-over. Each is a compare-and-set on (row, claim token, state),
//! so that whoever lost a row cannot write to it any more.
//!
//! Query plans (checked by tests/it/plans.rs): the claim walks `deliveries_queued` in its order and stops at the limit;
//! everything else goes by primary key or by a partial index over the few rows in flight.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable};

use super::schema::{deliveries, issues, opt_ins, subscribers, subscriptions};
use super::{Conn, StoreError};
use crate::domain::states::DeliveryState;

diesel::define_sql_function! {
    /// SQL's COALESCE for two times or ids.
    fn coalesce(x: Nullable<BigInt>, y: BigInt) -> BigInt;
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
    pub subscription_public_id: Option<Vec<u8>>,
    pub subscription_state: Option<String>,
    pub subscriber_public_id: Option<Vec<u8>>,
    /// Confirmations: the opt-in's public id, when it was asked for and when it ends.
    pub opt_in: Option<(Vec<u8>, i64, i64)>,
}

/// Who claims, under which token, when, and with which key links are to be signed.
#[derive(Clone, Copy, Debug)]
pub struct Claimant {
    pub node_id: i64,
    pub token: ClaimToken,
    pub link_key: u8,
    /// µs.
    pub now: i64,
}

/// Takes up to `most` due rows of one issue, or (None) of the mails that belong to no issue.
///
/// Two statements: on a table that was not analysed yet PostgreSQL plans the one-statement form badly.
pub fn claim(conn: &mut Conn, issue_id: Option<i64>, by: Claimant, most: i64) -> Result<Vec<Claimed>, StoreError> {
    let ids = due_ids(conn, issue_id, by.now, most)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // The select above saw committed rows only and, on PostgreSQL, locked them; on SQLite there is one writer.
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(&ids)))
        .set((
            deliveries::state.eq(DeliveryState::Claimed.as_str()),
            deliveries::claim_token.eq(by.token.to_vec()),
            deliveries::node_id.eq(by.node_id),
            // Fixed at the first claim and kept on every retry (R7, R83).
            deliveries::link_key.eq(coalesce(deliveries::link_key, i64::from(by.link_key)).nullable()),
            deliveries::dated_at.eq(coalesce(deliveries::dated_at, by.now).nullable()),
        ))
        .execute(conn)?;
    Ok(deliveries::table
        .left_join(subscriptions::table)
        .left_join(subscribers::table)
        .left_join(opt_ins::table)
        .filter(deliveries::id.eq_any(&ids))
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
            subscriptions::public_id.nullable(),
            subscriptions::state.nullable(),
            subscribers::public_id.nullable(),
            (opt_ins::public_id, opt_ins::requested_at, opt_ins::expires_at).nullable(),
        ))
        .load(conn)?)
}

fn due_ids(conn: &mut Conn, issue_id: Option<i64>, now: i64, most: i64) -> Result<Vec<i64>, StoreError> {
    macro_rules! due {
        ($which:expr) => {
            deliveries::table
                .filter($which)
                .filter(diesel::dsl::sql::<Bool>("deliveries.state = 'queued'"))
                .filter(deliveries::due_at.le(now))
                .order((deliveries::issue_id, deliveries::due_at, deliveries::id))
                .limit(most)
                .select(deliveries::id)
        };
    }
    Ok(match (conn, issue_id) {
        (Conn::Sqlite(c), Some(id)) => due!(deliveries::issue_id.eq(id)).load(c)?,
        (Conn::Sqlite(c), None) => due!(deliveries::issue_id.is_null()).load(c)?,
        (Conn::Postgres(c), Some(id)) => due!(deliveries::issue_id.eq(id)).for_update().skip_locked().load(c)?,
        (Conn::Postgres(c), None) => due!(deliveries::issue_id.is_null()).for_update().skip_locked().load(c)?,
    })
}

/// The intent: durable before the final dot may be written. False: the row is not this lane's any more
/// (somebody unsubscribed, staff paused or cancelled, another node took over) and must not be sent.
///
/// Asked twice under the same token it agrees twice, because a COMMIT whose answer was lost is read back this way.
pub fn intend(conn: &mut Conn, id: i64, token: &ClaimToken) -> Result<bool, StoreError> {
    let may_go = diesel::dsl::exists(
        issues::table.filter(issues::id.nullable().eq(deliveries::issue_id)).filter(issues::state.eq("sending")),
    );
    // Leaving skips the rows it sees; one that was fanned out in the same instant is caught here.
    let subscribed = diesel::dsl::exists(
        subscriptions::table
            .filter(subscriptions::id.nullable().eq(deliveries::subscription_id))
            .filter(subscriptions::state.eq("active")),
    );
    let row = deliveries::table
        .filter(deliveries::id.eq(id))
        .filter(deliveries::claim_token.eq(token.to_vec()))
        .filter(deliveries::state.eq_any([DeliveryState::Claimed.as_str(), DeliveryState::Transmitting.as_str()]))
        .filter(deliveries::issue_id.is_null().or(may_go))
        .filter(deliveries::subscription_id.is_null().or(subscribed));
    Ok(diesel::update(row).set(deliveries::state.eq(DeliveryState::Transmitting.as_str())).execute(conn)? == 1)
}

/// What an attempt made of a row.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    pub state: DeliveryState,
    pub reason: Option<&'a str>,
    /// When it may be tried again (µs); only for `queued`.
    pub due_at: Option<i64>,
    /// 1 where the attempt counts, 0 where the relay was at fault.
    pub attempts: i64,
    /// 1 where a doubtful confirmation is sent once more.
    pub resends: i64,
    pub stage: Option<&'a str>,
    pub code: Option<i64>,
    pub reply: Option<&'a str>,
    /// µs.
    pub now: i64,
}

/// Records a result. Only the token that claimed the row may; it may also settle a row that a take-over put in doubt.
/// False: the row belongs to somebody else by now.
pub fn record(conn: &mut Conn, id: i64, token: &ClaimToken, result: &Record<'_>) -> Result<bool, StoreError> {
    use deliveries as d;
    let row = d::table.filter(d::id.eq(id)).filter(d::claim_token.eq(token.to_vec())).filter(d::state.eq_any([
        DeliveryState::Claimed.as_str(),
        DeliveryState::Transmitting.as_str(),
        DeliveryState::Unknown.as_str(),
    ]));
    // A row in doubt keeps its token: its own lane may still learn the answer.
    let keeps_token = result.state == DeliveryState::Unknown;
    let ended = !matches!(result.state, DeliveryState::Queued | DeliveryState::Unknown);
    let done = diesel::update(row)
        .set((
            d::state.eq(result.state.as_str()),
            d::reason.eq(result.reason),
            d::due_at.eq(coalesce(result.due_at.into_sql::<Nullable<BigInt>>(), d::due_at)),
            d::attempts.eq(d::attempts + result.attempts),
            d::resends.eq(d::resends + result.resends),
            d::claim_token.eq(keeps_token.then(|| token.to_vec())),
            d::node_id.eq(None::<i64>),
            d::stage.eq(result.stage),
            d::code.eq(result.code),
            d::reply.eq(result.reply),
            d::ended_at.eq(ended.then_some(result.now)),
        ))
        .execute(conn)?;
    Ok(done == 1)
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

/// Gives back whatever a node has claimed and not begun; also what it does not know of, because a COMMIT's answer was lost.
pub fn give_back_all(conn: &mut Conn, node_id: i64) -> Result<usize, StoreError> {
    let claimed = deliveries::table
        .filter(deliveries::node_id.eq(node_id))
        // Repeats the index's own condition word by word, or it is not used.
        .filter(diesel::dsl::sql::<Bool>("deliveries.state IN ('claimed', 'transmitting')"))
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
    let held = || {
        d::table
            .filter(d::node_id.eq(node_id))
            // Repeats the index's own condition word by word, or it is not used.
            .filter(diesel::dsl::sql::<Bool>("deliveries.state IN ('claimed', 'transmitting')"))
    };
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
            d::node_id.eq(None::<i64>),
        ))
        .execute(conn)?;
    Ok(TakenOver { requeued: requeued + again, unknown })
}
