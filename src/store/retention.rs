//! What the retention duty looks for and takes away, in chunks that hold up nobody.

use diesel::prelude::*;

use super::schema::{
    consent_details, consent_records, deliveries, issues, opt_in_newsletters, opt_ins, sign_in_failures, staff_invitations,
    staff_sessions, subscriptions,
};
use super::{Conn, StoreError, deliveries as ledger};
use crate::domain::states::{ConsentAct, DeliveryState, IssueState, SubscriptionState};

/// A request that nobody confirmed in time.
#[derive(Clone, Debug, Queryable)]
pub struct Unconfirmed {
    pub id: i64,
    pub subscriber_id: i64,
    pub requested_at: i64,
}

/// Up to `most` of those that ended before `now` and were made before `asked` (µs).
pub fn list_unconfirmed(conn: &mut Conn, now: i64, asked: i64, most: i64) -> Result<Vec<Unconfirmed>, StoreError> {
    Ok(opt_ins::table
        .filter(opt_ins::confirmed_at.is_null())
        .filter(opt_ins::expires_at.le(now))
        .filter(opt_ins::requested_at.le(asked))
        .order(opt_ins::expires_at)
        .limit(most)
        .select((opt_ins::id, opt_ins::subscriber_id, opt_ins::requested_at))
        .load(conn)?)
}

/// The records that say it was asked for, by the time and the newsletters they share with it.
pub fn erase_request_details(conn: &mut Conn, request: &Unconfirmed) -> Result<Vec<i64>, StoreError> {
    let asked = opt_in_newsletters::table.filter(opt_in_newsletters::opt_in_id.eq(request.id));
    let asked: Vec<Option<i64>> = asked.select(opt_in_newsletters::newsletter_id.nullable()).load(conn)?;
    let ids: Vec<i64> = consent_details::table
        .inner_join(consent_records::table)
        .filter(consent_details::subscriber_id.eq(request.subscriber_id))
        .filter(consent_details::newsletter_id.eq_any(asked))
        .filter(consent_records::at.eq(request.requested_at))
        .filter(consent_records::act.eq(ConsentAct::Requested.as_str()))
        .select(consent_details::consent_record_id)
        .load(conn)?;
    diesel::delete(consent_details::table.filter(consent_details::consent_record_id.eq_any(&ids))).execute(conn)?;
    Ok(ids)
}

/// Removes what somebody never confirmed and no other request is open for.
pub fn delete_pending(conn: &mut Conn, subscriber_id: i64) -> Result<(), StoreError> {
    let asked = opt_in_newsletters::table
        .inner_join(opt_ins::table)
        .filter(opt_ins::subscriber_id.eq(subscriber_id))
        .select(opt_in_newsletters::newsletter_id);
    let asked: Vec<i64> = asked.load(conn)?;
    diesel::delete(
        subscriptions::table
            .filter(subscriptions::subscriber_id.eq(subscriber_id))
            .filter(subscriptions::state.eq(SubscriptionState::Pending.as_str()))
            .filter(subscriptions::newsletter_id.ne_all(asked)),
    )
    .execute(conn)?;
    Ok(())
}

/// Whether somebody has any newsletter, or a request is still open.
pub fn has_anything(conn: &mut Conn, subscriber_id: i64) -> Result<bool, StoreError> {
    let subscribed = subscriptions::table.filter(subscriptions::subscriber_id.eq(subscriber_id));
    let asks = opt_ins::table.filter(opt_ins::subscriber_id.eq(subscriber_id)).filter(opt_ins::confirmed_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(subscribed).or(diesel::dsl::exists(asks))).get_result(conn)?)
}

/// Removes the mails of an opt-in, or takes out whom they were for where they have not ended.
pub fn delete_mails_of(conn: &mut Conn, subscriber_id: i64, opt_in_id: i64, now: i64) -> Result<(), StoreError> {
    let theirs = deliveries::table
        .filter(deliveries::issue_id.is_null())
        .filter(deliveries::subscriber_id.eq(subscriber_id))
        .filter(deliveries::opt_in_id.eq(opt_in_id));
    let ids: Vec<i64> = theirs.select(deliveries::id).load(conn)?;
    ledger::skip_ids(conn, ids.clone(), "expired", now)?;
    diesel::delete(deliveries::table.filter(deliveries::id.eq_any(&ids)).filter(deliveries::ended_at.is_not_null()))
        .execute(conn)?;
    ledger::forget_ids(conn, &ids)
}

/// Network addresses that were noted before `before` (µs). Returns how many are gone.
pub fn forget_networks(conn: &mut Conn, before: i64) -> Result<usize, StoreError> {
    let old = opt_ins::table.filter(opt_ins::network.is_not_null()).filter(opt_ins::requested_at.lt(before));
    Ok(diesel::update(old).set(opt_ins::network.eq(None::<String>)).execute(conn)?)
}

/// Up to `most` mails that belong to no issue and ended, or were left in doubt, before `before` (µs). What they prove is in the
/// log of consent.
pub fn delete_single_mails(conn: &mut Conn, before: i64, most: i64) -> Result<usize, StoreError> {
    let single = || deliveries::table.filter(deliveries::issue_id.is_null()).select(deliveries::id);
    let mut ids: Vec<i64> = single().filter(deliveries::ended_at.lt(before)).limit(most).load(conn)?;
    // Nobody decides about these: they were sent again by themselves, or will be asked for again.
    let doubtful = single().filter(ledger::in_flight()).filter(deliveries::state.eq(DeliveryState::Unknown.as_str()));
    let room = most.saturating_sub(i64::try_from(ids.len()).unwrap_or(most));
    ids.extend(doubtful.filter(deliveries::created_at.lt(before)).limit(room).load::<i64>(conn)?);
    Ok(diesel::delete(deliveries::table.filter(deliveries::id.eq_any(ids))).execute(conn)?)
}

/// Issues that ended before `before` (µs) and still have all their mails' details.
pub fn list_untrimmed(conn: &mut Conn, before: i64) -> Result<Vec<i64>, StoreError> {
    let ended = [IssueState::Sent.as_str(), IssueState::Cancelled.as_str()];
    Ok(issues::table
        .filter(issues::trimmed_at.is_null())
        .filter(issues::state.eq_any(ended))
        .filter(issues::published_at.lt(before))
        .filter(issues::sent_at.is_null().or(issues::sent_at.lt(before)))
        .order(issues::id)
        .select(issues::id)
        .load(conn)?)
}

/// Cuts up to `most` mails of an issue, whose subscribers come after `after`, down to what proves that they were sent; of
/// those that were not, only the number stays. Returns how many there were and the last subscriber; None: there are no more.
pub fn trim(conn: &mut Conn, issue_id: i64, after: i64, most: i64) -> Result<Option<(usize, i64)>, StoreError> {
    let rows: Vec<(i64, Option<i64>, String)> = deliveries::table
        .filter(deliveries::issue_id.eq(issue_id))
        .filter(deliveries::subscriber_id.gt(after))
        .order((deliveries::issue_id, deliveries::subscriber_id))
        .limit(most)
        .select((deliveries::id, deliveries::subscriber_id, deliveries::state))
        .load(conn)?;
    let Some(last) = rows.last().and_then(|(_, subscriber, _)| *subscriber) else { return Ok(None) };
    let of = |sent: bool| {
        rows.iter()
            .filter(|(_, _, state)| (state == DeliveryState::Sent.as_str()) == sent)
            .map(|(id, _, _)| *id)
            .collect::<Vec<i64>>()
    };
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(of(true))))
        .set((deliveries::name.eq(None::<String>), deliveries::dkim.eq(None::<String>)))
        .execute(conn)?;
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(of(false))))
        .set((
            deliveries::address.eq(""),
            deliveries::name.eq(None::<String>),
            deliveries::dkim.eq(None::<String>),
            deliveries::reply.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(Some((rows.len(), last)))
}

pub fn set_trimmed(conn: &mut Conn, issue_id: i64, now: i64) -> Result<(), StoreError> {
    diesel::update(issues::table.find(issue_id)).set(issues::trimmed_at.eq(now)).execute(conn)?;
    Ok(())
}

/// A subscription whose proof has been kept long enough.
#[derive(Clone, Debug, Queryable)]
pub struct Outlived {
    pub id: i64,
    pub subscriber_id: i64,
    pub newsletter_id: i64,
}

/// Whether it is still ended since before `before` (µs), and nobody asks for it anew.
pub fn is_outlived(conn: &mut Conn, one: &Outlived, before: i64) -> Result<bool, StoreError> {
    let ended = subscriptions::table
        .filter(subscriptions::id.eq(one.id))
        .filter(subscriptions::state.eq(SubscriptionState::Ended.as_str()))
        .filter(subscriptions::ended_at.lt(before));
    let asked = opt_in_newsletters::table
        .inner_join(opt_ins::table)
        .filter(opt_ins::subscriber_id.eq(one.subscriber_id))
        .filter(opt_in_newsletters::newsletter_id.eq(one.newsletter_id))
        .filter(opt_ins::confirmed_at.is_null());
    let (ended, asked) = (diesel::dsl::exists(ended), diesel::dsl::exists(asked));
    Ok(diesel::select(ended.and(diesel::dsl::not(asked))).get_result(conn)?)
}

/// Whether nobody has confirmed it meanwhile.
pub fn is_unconfirmed(conn: &mut Conn, request: &Unconfirmed) -> Result<bool, StoreError> {
    let open = opt_ins::table.filter(opt_ins::id.eq(request.id)).filter(opt_ins::confirmed_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(conn)?)
}

/// Up to `most` that ended before `before` (µs), after this id.
pub fn list_outlived(conn: &mut Conn, before: i64, after: i64, most: i64) -> Result<Vec<Outlived>, StoreError> {
    Ok(subscriptions::table
        .filter(subscriptions::id.gt(after))
        .filter(subscriptions::state.eq(SubscriptionState::Ended.as_str()))
        .filter(subscriptions::ended_at.lt(before))
        .order(subscriptions::id)
        .limit(most)
        .select((subscriptions::id, subscriptions::subscriber_id, subscriptions::newsletter_id))
        .load(conn)?)
}

/// Removes a subscription, what was asked for it, and whom its mails were for.
pub fn delete_subscription(conn: &mut Conn, one: &Outlived) -> Result<(), StoreError> {
    // A change of address asks for no newsletter; it goes when nobody confirms it, or with the person.
    let theirs = opt_ins::table
        .filter(opt_ins::subscriber_id.eq(one.subscriber_id))
        .filter(opt_ins::new_canonical.is_null())
        .select(opt_ins::id);
    let asked: Vec<i64> = theirs.load(conn)?;
    diesel::delete(
        opt_in_newsletters::table
            .filter(opt_in_newsletters::opt_in_id.eq_any(&asked))
            .filter(opt_in_newsletters::newsletter_id.eq(one.newsletter_id)),
    )
    .execute(conn)?;
    let used =
        opt_in_newsletters::table.filter(opt_in_newsletters::opt_in_id.eq_any(&asked)).select(opt_in_newsletters::opt_in_id);
    let used: Vec<i64> = used.load(conn)?;
    let unused: Vec<i64> = asked.into_iter().filter(|id| !used.contains(id)).collect();
    diesel::delete(opt_ins::table.filter(opt_ins::id.eq_any(unused))).execute(conn)?;
    let of_newsletter: Vec<i64> =
        issues::table.filter(issues::newsletter_id.eq(one.newsletter_id)).select(issues::id).load(conn)?;
    let mails: Vec<i64> = deliveries::table
        .filter(deliveries::issue_id.eq_any(of_newsletter))
        .filter(deliveries::subscriber_id.eq(one.subscriber_id))
        .select(deliveries::id)
        .load(conn)?;
    ledger::forget_ids(conn, &mails)?;
    diesel::delete(subscriptions::table.find(one.id)).execute(conn)?;
    Ok(())
}

/// What signing in left behind. Times in µs.
pub fn sweep(conn: &mut Conn, days_ago: impl Fn(i64) -> i64) -> Result<usize, StoreError> {
    let mut gone = diesel::delete(sign_in_failures::table.filter(sign_in_failures::at.lt(days_ago(7)))).execute(conn)?;
    gone += diesel::delete(staff_sessions::table.filter(staff_sessions::expires_at.lt(days_ago(30)))).execute(conn)?;
    gone += diesel::delete(staff_invitations::table.filter(staff_invitations::expires_at.lt(days_ago(30)))).execute(conn)?;
    Ok(gone)
}
