//! Claiming: whether anything may go now, what goes first, and the last look at each row.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::time::Instant;

use super::gate::{Gate, Watched};
use super::pace::{self, Turns};
use super::{Config, Shared, duties, node};
use crate::clock::Clock;
use crate::domain::address::Address;
use crate::domain::after;
use crate::domain::states::{DeliveryKind, IssueState, SubscriptionState};
use crate::domain::token::{self, Keyring};
use crate::journeys::JourneyError;
use crate::store::ledger::{ClaimToken, Claimant, Claimed};
use crate::store::nodes::MayClaim;
use crate::store::{Conn, StoreError, deliveries, issues, micros, nodes, relays, suppressions, time};

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
    /// What was looked at had to wait, and there may be more behind it.
    pub more: bool,
    /// The last turn of a domain that a mail waits for (µs).
    last_turn: i64,
    /// Destinations that rest or recover.
    pub watched: Watched,
}

impl Claim {
    fn of(token: ClaimToken) -> Self {
        Self {
            token,
            ids: Vec::new(),
            blocked: None,
            troubled: false,
            probe: false,
            paced: false,
            more: false,
            last_turn: 0,
            watched: Watched::default(),
        }
    }
}

/// Takes what is due, as far as the relay and the limits allow.
pub(super) async fn claim(shared: &Shared, only_urgent: bool) -> Result<Claim, JourneyError> {
    loop {
        let now = micros(shared.clock.now());
        let link_key = shared.context.keyring.current_id();
        let (own, token, context) = (shared.node.known().own, token::random_id()?, Arc::clone(&shared.context));
        let (config, clock, senders) = (Arc::clone(&shared.config), shared.clock.clone(), Arc::clone(&shared.senders));
        let claim = move |conn: &mut Conn| {
            let may = nodes::may_claim(conn, own)?;
            if may != MayClaim::Yes {
                return Ok(Err(may));
            }
            let by = Claimant { node_id: own.id, token, link_key, dkim: context.signer.note(), now };
            let of_issue = |conn: &mut Conn, id| senders.note(conn, &context.signer, id);
            claim_batch(conn, by, &config, &clock, only_urgent, of_issue).map(Ok)
        };
        let asked = Instant::now();
        match shared.store.write(claim).await? {
            Ok(claim) => {
                shared.meter.claimed(asked.elapsed(), claim.ids.len(), claim.paced);
                shared.pace.set_waits(claim.paced, claim.last_turn);
                return Ok(claim);
            }
            // What it claimed under its old id nobody would ever take over.
            Err(MayClaim::Buried) => node::renew(shared, own.id).await?,
            Err(MayClaim::Behind) => {
                // The next beat would find out as well; this is before the first mail.
                node::beat(shared, &mut node::Watch::default()).await?;
                return Ok(Claim { blocked: Some(fenced(shared)), ..Claim::of(token) });
            }
            Err(MayClaim::Fenced | MayClaim::Yes) => return Ok(Claim { blocked: Some(fenced(shared)), ..Claim::of(token) }),
        }
    }
}

fn fenced(shared: &Shared) -> String {
    shared.node.held().unwrap_or_else(|| "this node has not been let in yet".to_owned())
}

fn claim_batch(
    conn: &mut Conn,
    by: Claimant<'_>,
    config: &Config,
    clock: &Clock,
    only_urgent: bool,
    dkim_of: impl Fn(&mut Conn, i64) -> Result<Option<String>, StoreError>,
) -> Result<Claim, StoreError> {
    let mut gate = Gate::find(conn, config, clock, by.now)?;
    let mut claim = Claim { blocked: gate.rests().map(str::to_owned), watched: gate.watched(), ..Claim::of(by.token) };
    let mut most = gate.room(conn)?.map_or(config.batch, |room| room.min(config.batch));
    if claim.blocked.is_some() || most < 1 {
        return Ok(claim);
    }
    let mut turns = None;
    if config.limits.any() {
        let now = pace::shared_clock(conn, clock, by.now)?;
        turns = Turns::find(conn, deliveries::RELAY.to_owned(), config.limits, now)?;
    }
    if let Some(turns) = &turns {
        claim.paced = turns.most == 0;
        most = most.min(turns.most);
    }
    if claim.paced {
        return Ok(claim);
    }
    if let Some(health) = relays::find(conn, deliveries::RELAY)? {
        claim.troubled = true;
        let failures = u32::try_from(health.failures).unwrap_or(u32::MAX);
        let (until, latest) = (time(by.now) + after::relay_pause(failures), time(by.now) + after::NO_PAUSE);
        if !relays::take_probe(conn, deliveries::RELAY, micros(until), by.now, micros(latest))? {
            claim.blocked = Some(health.trouble.unwrap_or_default());
            return Ok(claim);
        }
        (claim.probe, most) = (true, 1);
    }
    claim.ids = gate.claim(conn, None, by, most)?;
    if claim.ids.is_empty() && !only_urgent {
        for issue in issues::list_in(conn, IssueState::Sending)? {
            // R63. What staff have resent since is still to go.
            let expired = duties::is_expired(config.expiry, issue.begun_at(), by.now);
            if expired && deliveries::expire(conn, issue.id, config.batch, by.now)? > 0 {
                continue;
            }
            let Some(dkim) = dkim_of(conn, issue.id)? else { continue };
            claim.ids = gate.claim(conn, Some(issue.id), Claimant { dkim: &dkim, ..by }, most)?;
            if !claim.ids.is_empty() {
                break;
            }
        }
    }
    if let Some(turns) = turns {
        turns.take(conn, i64::try_from(claim.ids.len()).unwrap_or(i64::MAX))?;
    }
    claim.more = gate.has_more();
    claim.last_turn = gate.close(conn)?;
    if claim.probe && claim.ids.is_empty() {
        relays::give_probe_back(conn, deliveries::RELAY)?;
    }
    Ok(claim)
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
        // Somebody was erased between the claim and this look, or while this was being queued.
        let reason = if row.address.is_empty() || (row.subscriber_public_id.is_none() && row.kind != DeliveryKind::Test.as_str())
        {
            Some(deliveries::ERASED)
        } else if row.opt_in.as_ref().is_some_and(|(_, _, expires_at)| *expires_at <= now) {
            Some("expired")
        } else if row.subscription_id.is_some() && row.subscription_state.as_deref() != Some(SubscriptionState::Active.as_str()) {
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
