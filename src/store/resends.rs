//! Mails of an issue that did not go, and may go after all: what failed is queued once more, and refusals of recipients that
//! the relay was wrong about are taken back. Each call walks an issue's rows once; staff ask for it, no mail waits for it.

use diesel::prelude::*;

use super::schema::{deliveries as d, subscribers, subscriptions};
use super::{Conn, StoreError};
use crate::domain::states::{DeliveryState, SubscriptionState};

/// Behind everything that waits since the fan-out, and due on every node's clock.
const BEHIND_THE_OTHERS: i64 = 1;

/// SQLite takes 32,766 values in a statement.
const AT_ONCE: usize = 10_000;

/// The reason of a row whose refusal was taken back. Its mail may be sent again.
pub const TAKEN_BACK: &str = "bounce taken back";

/// A mail that failed, of somebody who is still subscribed.
#[derive(Clone, Debug, Queryable)]
pub struct Failed {
    pub id: i64,
    /// As used.
    pub address: String,
    /// What the person's address is now.
    pub now: String,
    pub canonical: String,
    pub stage: Option<String>,
    pub code: Option<i64>,
    pub reply: Option<String>,
}

/// What failed of an issue for one of these reasons, in the order of the rows. Of those whom it may still reach.
pub fn list_failed(conn: &mut Conn, issue_id: i64, reasons: &[&str]) -> Result<Vec<Failed>, StoreError> {
    Ok(d::table
        .inner_join(subscriptions::table)
        .inner_join(subscribers::table)
        .filter(d::issue_id.eq(issue_id))
        .filter(d::state.eq(DeliveryState::Failed.as_str()))
        .filter(d::reason.eq_any(reasons))
        .filter(d::address.ne(""))
        .filter(subscriptions::state.eq(SubscriptionState::Active.as_str()))
        .order(d::id)
        .select((d::id, d::address, subscribers::address, subscribers::canonical, d::stage, d::code, d::reply))
        .load(conn)?)
}

/// Queues them once more, behind the others. No copy of such a mail exists anywhere, so it is dated and signed anew under the
/// same Message-ID, in case it was the signature; one that was in doubt before stays the same to the octet.
pub fn queue_failed(conn: &mut Conn, failed: &[Failed]) -> Result<usize, StoreError> {
    for moved in failed.iter().filter(|row| row.address != row.now) {
        diesel::update(d::table.find(moved.id)).set(d::address.eq(&moved.now)).execute(conn)?;
    }
    let mut queued = 0;
    for chunk in failed.chunks(AT_ONCE) {
        let ids: Vec<i64> = chunk.iter().map(|row| row.id).collect();
        let failed = || d::table.filter(d::id.eq_any(&ids)).filter(d::state.eq(DeliveryState::Failed.as_str()));
        diesel::update(failed().filter(d::resends.eq(0)))
            .set((d::dated_at.eq(None::<i64>), d::dkim.eq(None::<String>)))
            .execute(conn)?;
        queued += diesel::update(failed())
            .set((
                d::state.eq(DeliveryState::Queued.as_str()),
                d::reason.eq(None::<String>),
                d::claim_token.eq(None::<Vec<u8>>),
                d::due_at.eq(BEHIND_THE_OTHERS),
                d::ended_at.eq(None::<i64>),
            ))
            .execute(conn)?;
    }
    Ok(queued)
}

/// A mail whose recipient was refused.
#[derive(Clone, Debug, Queryable)]
pub struct Bounced {
    pub id: i64,
    /// As used.
    pub address: String,
    pub subscriber_id: i64,
    /// When it was refused (µs): what was noted of the address by it has the same time.
    pub ended_at: i64,
}

/// The refused recipients of an issue who are still known.
pub fn list_bounced(conn: &mut Conn, issue_id: i64) -> Result<Vec<Bounced>, StoreError> {
    let rows: Vec<(i64, String, Option<i64>, Option<i64>)> = d::table
        .filter(d::issue_id.eq(issue_id))
        .filter(d::state.eq(DeliveryState::Bounced.as_str()))
        .filter(d::address.ne(""))
        .order(d::id)
        .select((d::id, d::address, d::subscriber_id, d::ended_at))
        .load(conn)?;
    let known = |(id, address, subscriber, ended): (i64, String, Option<i64>, Option<i64>)| {
        let (subscriber_id, ended_at) = subscriber.zip(ended)?;
        Some(Bounced { id, address, subscriber_id, ended_at })
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Such a mail counts as failed from now on. False: it is not refused any more.
pub fn take_back(conn: &mut Conn, id: i64) -> Result<bool, StoreError> {
    let bounced = d::table.filter(d::id.eq(id)).filter(d::state.eq(DeliveryState::Bounced.as_str()));
    Ok(diesel::update(bounced).set((d::state.eq(DeliveryState::Failed.as_str()), d::reason.eq(TAKEN_BACK))).execute(conn)? == 1)
}
