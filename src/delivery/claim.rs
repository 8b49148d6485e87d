//! Claiming: whether anything may go now, what goes first, and the last look at each row.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::time::Instant;

use super::pace::Turns;
use super::{Config, Shared, duties, node};
use crate::clock::Clock;
use crate::domain::address::Address;
use crate::domain::after;
use crate::domain::states::{IssueState, SubscriptionState};
use crate::domain::token::{self, Keyring};
use crate::journeys::JourneyError;
use crate::store::ledger::{ClaimToken, Claimant, Claimed};
use crate::store::{Conn, StoreError, deliveries, issues, ledger, micros, nodes, relays, suppressions, time};

/// What a claim brought.
pub(super) struct Claim {
    pub token: ClaimToken,
    pub ids: Vec<i64>,
    /// Why the relay rests.
    pub blocked: Option<String>,
    /// Trouble is noted, old or new, by this node or another.
    pub troubled: bool,
    /// The relay's pause is over, and this one mail is to find out how it is (R65).
    pub probe: bool,
    /// The next turn under the limits is later.
    pub paced: bool,
}

/// Takes what is due, as far as the relay and the limits allow.
pub(super) async fn claim(shared: &Shared, only_urgent: bool) -> Result<Claim, JourneyError> {
    loop {
        let now = micros(shared.clock.now());
        let link_key = shared.context.keyring.current_id();
        let (node_id, token, context) = (shared.node.id(), token::random_id()?, Arc::clone(&shared.context));
        let (config, clock) = (Arc::clone(&shared.config), shared.clock.clone());
        let claim = move |conn: &mut Conn| {
            let by = Claimant { node_id, token, link_key, dkim: context.signer.note(), now };
            claim_batch(conn, by, &config, &clock, only_urgent)
        };
        let asked = Instant::now();
        match shared.store.write(claim).await? {
            Some(claim) => {
                shared.meter.claimed(asked.elapsed(), claim.ids.len(), claim.paced);
                shared.pace.set_waits(claim.paced);
                return Ok(claim);
            }
            None => node::renew(shared, node_id).await?,
        }
    }
}

/// None: this node was taken for dead. What it claimed under its old id nobody would ever take over.
fn claim_batch(
    conn: &mut Conn,
    by: Claimant<'_>,
    config: &Config,
    clock: &Clock,
    only_urgent: bool,
) -> Result<Option<Claim>, StoreError> {
    if !nodes::may_claim(conn, by.node_id)? {
        return Ok(None);
    }
    let mut claim = Claim { token: by.token, ids: Vec::new(), blocked: None, troubled: false, probe: false, paced: false };
    let mut most = config.batch;
    let turns = Turns::find(conn, config.limits, clock, by.now)?;
    if let Some(turns) = &turns {
        claim.paced = turns.most == 0;
        most = most.min(turns.most);
    }
    if claim.paced {
        return Ok(Some(claim));
    }
    if let Some(health) = relays::find(conn, deliveries::RELAY)? {
        claim.troubled = true;
        let failures = u32::try_from(health.failures).unwrap_or(u32::MAX);
        if !relays::take_probe(conn, deliveries::RELAY, micros(time(by.now) + after::relay_pause(failures)), by.now)? {
            claim.blocked = Some(health.trouble.unwrap_or_default());
            return Ok(Some(claim));
        }
        (claim.probe, most) = (true, 1);
    }
    claim.ids = ledger::claim(conn, None, by, most)?;
    if claim.ids.is_empty() && !only_urgent {
        for issue in issues::list_in(conn, IssueState::Sending)? {
            // R63. What staff have resent since is still to go.
            let expired = duties::is_expired(config.expiry, issue.published_at, by.now);
            if expired && deliveries::expire(conn, issue.id, config.batch, by.now)? > 0 {
                continue;
            }
            claim.ids = ledger::claim(conn, Some(issue.id), by, most)?;
            if !claim.ids.is_empty() {
                break;
            }
        }
    }
    if let Some(turns) = turns {
        turns.take(conn, claim.ids.len())?;
    }
    if claim.probe && claim.ids.is_empty() {
        relays::give_probe_back(conn, deliveries::RELAY)?;
    }
    Ok(Some(claim))
}

/// Rows to send, and those that must not be, by reason.
pub(super) type Sorted = (Vec<Claimed>, HashMap<&'static str, Vec<i64>>);

/// The last look before mails are made (R31, R108).
pub(super) fn sort_out(conn: &mut Conn, keyring: &Keyring, rows: Vec<Claimed>, now: i64) -> Result<Sorted, StoreError> {
    // A confirmation may go to a suppressed address: completing it is what lifts the suppression (R109).
    let keys_of = |row: &Claimed| match Address::parse(&row.address) {
        Ok(address) if row.issue_id.is_some() => keyring.address_keys(address.canonical()),
        _ => Vec::new(),
    };
    let keys: Vec<Vec<[u8; 32]>> = rows.iter().map(keys_of).collect();
    let suppressed = suppressions::list_suppressed(conn, &keys.concat(), now)?;
    let mut unwanted: HashMap<&'static str, Vec<i64>> = HashMap::new();
    let mut wanted = Vec::with_capacity(rows.len());
    for (row, keys) in rows.into_iter().zip(keys) {
        let reason = if row.opt_in.as_ref().is_some_and(|(_, _, expires_at)| *expires_at <= now) {
            Some("expired")
        } else if row.subscription_state.as_deref().is_some_and(|state| state != SubscriptionState::Active.as_str()) {
            Some("unsubscribed")
        } else if keys.iter().any(|key| suppressed.contains(key.as_slice())) {
            Some("suppressed")
        } else {
            None
        };
        match reason {
            Some(reason) => unwanted.entry(reason).or_default().push(row.id),
            None => wanted.push(row),
        }
    }
    Ok((wanted, unwanted))
}
