//! Settles a delivery: the outcome of an attempt becomes the row's new state, and what follows for the reader follows
//! in the same transaction.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{Context, JourneyError, guard, leave, throttle};
use crate::domain::address::Address;
use crate::domain::after::{self, Next};
use crate::domain::delivery::Outcome;
use crate::domain::states::{Channel, DeliveryKind, DeliveryState, SubscriptionState, SuppressionReason};
use crate::store::ledger::{ClaimToken, Record};
use crate::store::{Conn, issues, ledger, micros, results, subscribers, subscriptions, suppressions, time};

/// The attempt that is to be settled.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub id: i64,
    pub token: ClaimToken,
    pub kind: DeliveryKind,
    pub address: String,
    /// Attempts before this one.
    pub attempts: i64,
    /// µs.
    pub created_at: i64,
    /// Its destination asked for less mail a while ago: each mail it takes now lets more go.
    pub recovers: bool,
    pub outcome: Outcome,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    pub state: DeliveryState,
    /// The fault was not this mail's: the relay must rest, or the next try follows at once and ends the same way.
    pub relay_rests: bool,
}

/// What was written down.
#[derive(Clone, Debug, Default)]
pub struct WrittenDown {
    /// For each attempt. None: the row is somebody else's by now and was left alone.
    pub settled: Vec<Option<Settled>>,
    /// The rows that stand as told; of the intents, those whose mails may go.
    pub rows: HashSet<i64>,
}

/// Whether nothing follows from these outcomes but their own rows' state: then [`settle`] is one statement, and needs no
/// transaction around it.
pub fn is_plain(attempts: &[&Attempt]) -> bool {
    attempts.iter().all(|attempt| matches!(attempt.outcome, Outcome::Accepted(_)) && !attempt.recovers)
}

/// Records outcomes, each with what follows from it, and the intents of the mails that come next (see [`ledger::write`]).
/// Asked again about what is recorded already, it says the same again.
pub fn settle(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    attempts: &[&Attempt],
    intents: &[(i64, ClaimToken)],
) -> Result<WrittenDown, JourneyError> {
    let mut records = Vec::with_capacity(attempts.len());
    let mut follows = Vec::with_capacity(attempts.len());
    for attempt in attempts {
        let (record, next) = decide(conn, now, attempt)?;
        records.push(record);
        follows.push(next);
    }
    let rows = ledger::write(conn, &records, intents)?;
    let ours: Vec<&Attempt> = attempts.iter().filter(|attempt| rows.contains(&attempt.id)).copied().collect();
    throttle::look(conn, now, &ours)?;
    let mut settled = Vec::with_capacity(attempts.len());
    for ((attempt, record), next) in attempts.iter().zip(&records).zip(follows) {
        if !rows.contains(&attempt.id) {
            settled.push(None);
            continue;
        }
        if let Next::Bounced { suppress: true } = next {
            suppress(conn, ctx, now, &attempt.address)?;
        }
        if attempt.kind == DeliveryKind::Issue && record.state != DeliveryState::Sent {
            guard::look(conn, attempt.id, record.state, attempt.outcome.reply())?;
        }
        settled.push(Some(Settled { state: record.state, relay_rests: next == Next::BackToQueue }));
    }
    Ok(WrittenDown { settled, rows })
}

fn decide(conn: &mut Conn, now: Timestamp, attempt: &Attempt) -> Result<(Record, Next), JourneyError> {
    let attempts = u32::try_from(attempt.attempts).unwrap_or(u32::MAX);
    let begun_at = begun_at(conn, attempt)?;
    let next = after::after(attempt.kind, &attempt.outcome, attempts, time(begun_at), now, jitter(attempt));
    let reply = attempt.outcome.reply();
    let mut record = Record {
        id: attempt.id,
        token: attempt.token,
        state: DeliveryState::Sent,
        reason: None,
        due_at: None,
        attempts: 1,
        resends: 0,
        stage: Some(reply.stage.as_str()),
        code: Some(i64::from(reply.code)),
        reply: Some(reply.text.clone()),
        now: micros(now),
    };
    match next {
        Next::Sent => {}
        Next::Bounced { .. } => {
            record.state = DeliveryState::Bounced;
            record.reason = Some("the recipient's address was refused");
        }
        Next::Failed { reason } => {
            record.state = DeliveryState::Failed;
            record.reason = Some(reason);
        }
        Next::Retry { at } => {
            record.state = DeliveryState::Queued;
            record.due_at = Some(micros(at));
        }
        Next::BackToQueue => {
            record.state = DeliveryState::Queued;
            record.attempts = 0;
            record.due_at = after::not_before(attempt.kind, reply.stage, now).map(micros);
        }
        Next::Unknown => {
            // A doubtful confirmation is sent once more; whoever asked to subscribe waits for it (R82).
            if attempt.kind == DeliveryKind::Confirmation && ledger::resends(conn, attempt.id)? == 0 {
                record.state = DeliveryState::Queued;
                record.resends = 1;
            } else {
                record.state = DeliveryState::Unknown;
                record.reason = Some("the relay may have taken it: its answer to the final dot did not come");
            }
        }
    }
    Ok((record, next))
}

/// From when on it is tried (µs): since it was queued, or since staff let its issue go on, perhaps days later.
fn begun_at(conn: &mut Conn, attempt: &Attempt) -> Result<i64, JourneyError> {
    if attempt.kind != DeliveryKind::Issue || matches!(attempt.outcome, Outcome::Accepted(_)) {
        return Ok(attempt.created_at);
    }
    let Some(issue) = results::issue_of(conn, attempt.id)? else { return Ok(attempt.created_at) };
    Ok(issues::guard(conn, issue)?.1.map_or(attempt.created_at, |renewed_at| renewed_at.max(attempt.created_at)))
}

/// A mailbox that does not exist: nothing is sent to it again until a new opt-in proves the contrary.
fn suppress(conn: &mut Conn, ctx: &Context, now: Timestamp, address: &str) -> Result<(), JourneyError> {
    let Ok(address) = Address::parse(address) else { return Ok(()) };
    let (key_id, key) = ctx.keyring.address_key(address.canonical());
    suppressions::insert(conn, key_id, &key, SuppressionReason::HardBounce, "relay", micros(now))?;
    if let Some(subscriber) = subscribers::find(conn, address.canonical())? {
        for (subscription, _) in subscriptions::list_of(conn, subscriber.id)? {
            if subscription.state()? == SubscriptionState::Active {
                leave::end(conn, now, &subscription, Channel::Bounce)?;
            }
        }
    }
    Ok(())
}

/// 0..1, spread over rows and the same for a row's attempt whoever computes it.
fn jitter(attempt: &Attempt) -> f64 {
    let mixed = attempt.id.wrapping_mul(31).wrapping_add(attempt.attempts).rem_euclid(997);
    f64::from(i32::try_from(mixed).unwrap_or(0)) / 997.0
}
