//! A restored backup does not mail again by itself: the fence goes up when a node finds its database older than what it
//! remembers, and comes down when a person has looked.
//!
//! What stood in the backup and would go out by itself waits for a person one by one: issues that were going on, planned ones,
//! and of a cadence the next issue that is made of items which were ready then. What is new flows.

use jiff::Timestamp;

use super::{JourneyError, schedule};
use crate::domain::memory::{Beaten, Found, Memory, Verdict, judge};
use crate::domain::proof::hex;
use crate::domain::states::{Fence, IssueState};
use crate::store::instance::{self, Instance};
use crate::store::issues::Issue;
use crate::store::{Conn, deliveries, issues, ledger, micros, news, newsletters, nodes, time};

/// What staff read of an issue that waits.
const HELD: &str = "a backup was restored, or a copy of the database put to work. What was sent since the backup is not known here: \
    release the issue only if it did not go out";

/// The states in which an issue comes to its readers without anybody doing anything.
const GOING: [IssueState; 3] = [IssueState::Scheduled, IssueState::Preparing, IssueState::Sending];

/// What the database says to somebody who remembers this much of it.
pub fn meet(conn: &mut Conn, memory: Option<&Memory>) -> Result<(Instance, Verdict), JourneyError> {
    let instance = instance::get(conn)?;
    let beat = match memory.and_then(|memory| memory.node.as_ref()).and_then(|node| bytes(&node.id)) {
        Some(id) => nodes::last_beat(conn, &id)?,
        None => None,
    };
    let found = Found {
        instance: hex(&instance.public_id),
        epoch: instance.epoch,
        beat,
        is_new: memory.is_none() && !nodes::any_remembers(conn)?,
    };
    Ok((instance, judge(memory, &found)))
}

/// What is to be remembered. `node`: its public id and beat.
pub fn note(public_id: &[u8; 16], epoch: i64, node: Option<(&[u8; 16], i64)>) -> Memory {
    Memory { instance: hex(public_id), epoch, node: node.map(|(id, beat)| Beaten { id: hex(id), beat }), file: None }
}

/// An id out of its hex digits.
fn bytes(hex: &str) -> Option<[u8; 16]> {
    Some(u128::from_str_radix(hex, 16).ok()?.to_be_bytes())
}

/// Raises the fence, and takes back what nodes have claimed, so that their intents fail.
pub fn raise(conn: &mut Conn, now: Timestamp, fence: Fence) -> Result<(), JourneyError> {
    instance::raise(conn, fence, micros(now))?;
    for node in nodes::list_living(conn)? {
        ledger::give_back_all(conn, node.id)?;
    }
    Ok(())
}

/// What goes on, or begins, once the fence is down.
#[derive(Clone, Debug, Default)]
pub struct Stake {
    pub issues: Vec<Going>,
    /// Mails that belong to no issue: confirmations.
    pub confirmations: i64,
    /// Newsletters with items that are ready: (slug, items, when the cadence publishes them).
    pub ready: Vec<(String, usize, Option<Timestamp>)>,
    /// The newest result in the database.
    pub newest: Option<Timestamp>,
}

/// An issue that is not over, counted.
#[derive(Clone, Debug)]
pub struct Going {
    pub newsletter: String,
    /// 0 until it is published.
    pub number: i64,
    pub state: String,
    pub due_at: Option<Timestamp>,
    pub queued: i64,
    pub unknown: i64,
    pub ended: i64,
}

pub fn stake(conn: &mut Conn) -> Result<Stake, JourneyError> {
    let mut stake = Stake { newest: deliveries::newest_end(conn)?.map(time), ..Stake::default() };
    for newsletter in newsletters::list(conn)? {
        let ready = news::list_ready(conn, newsletter.id)?.len();
        if ready > 0 {
            stake.ready.push((newsletter.slug.clone(), ready, newsletter.next_due_at.map(time)));
        }
    }
    for state in GOING.into_iter().chain([IssueState::Paused, IssueState::Held]) {
        for issue in issues::list_in(conn, state)? {
            stake.issues.push(going(conn, issue)?);
        }
    }
    stake.confirmations = deliveries::count_waiting_confirmations(conn)?;
    Ok(stake)
}

fn going(conn: &mut Conn, issue: Issue) -> Result<Going, JourneyError> {
    let newsletter = newsletters::get(conn, issue.newsletter_id)?.slug;
    let (number, state, due_at) = (issue.number.unwrap_or(0), issue.state, issue.due_at.map(time));
    let mut going = Going { newsletter, number, state, due_at, queued: 0, unknown: 0, ended: 0 };
    for (state, count) in deliveries::count_by_state(conn, issue.id)? {
        match state.as_str() {
            "queued" | "claimed" => going.queued += count,
            // Nobody transmits while the fence is up: in a restored database these are doubts.
            "transmitting" | "unknown" => going.unknown += count,
            _ => going.ended += count,
        }
    }
    Ok(going)
}

/// A person has looked: a new epoch begins. Every node is given up, so that none goes on with what it held, and comes back
/// under a new id. Returns the new epoch.
pub fn confirm(conn: &mut Conn, now: Timestamp) -> Result<Instance, JourneyError> {
    for id in nodes::bury_all(conn, micros(now))? {
        ledger::take_over(conn, id)?;
    }
    for newsletter in newsletters::list(conn)? {
        let Some(due) = newsletter.next_due_at else { continue };
        if news::list_ready(conn, newsletter.id)?.is_empty() {
            continue;
        }
        // These items may have been published after the backup. One that is due moves the cadence on; for a later time the
        // place is taken, so the heartbeat plans nothing there.
        if due <= micros(now) {
            schedule::plan_due(conn, now, newsletter.id)?;
        } else {
            issues::schedule(conn, newsletter.id, due, micros(now))?;
        }
    }
    for state in GOING {
        for issue in issues::list_in(conn, state)? {
            issues::hold(conn, issue.id, state, HELD)?;
            deliveries::unclaim_issue(conn, issue.id)?;
        }
    }
    instance::confirm(conn)?;
    Ok(instance::get(conn)?)
}
