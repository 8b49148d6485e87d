//! What the engine counts about itself, for `/metrics` and for whoever watches it work. What is counted for every mail has its
//! handle fetched once; labels are words of ours, never an address, and few.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::domain::delivery::{Outcome, Stage};
use crate::domain::states::DeliveryState;

/// Why a connection to the relay ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// It has carried as many mails as one may.
    UsedUp,
    /// It was idle for longer than is trusted.
    Idle,
    /// The relay had closed it between two mails.
    ByRelay,
    /// The conversation broke off or got out of step.
    Broken,
    /// The ledger took the mail back after its envelope was out.
    Withdrawn,
    /// There is nothing left to do.
    End,
}

impl Closed {
    fn word(self) -> &'static str {
        match self {
            Closed::UsedUp => "used_up",
            Closed::Idle => "idle",
            Closed::ByRelay => "by_relay",
            Closed::Broken => "broken",
            Closed::Withdrawn => "withdrawn",
            Closed::End => "end",
        }
    }
}

pub(crate) struct Meter {
    /// Results that are written down.
    ended: AtomicU64,
    states: Vec<(DeliveryState, Counter)>,
    /// By outcome and stage; a pair that never comes never shows.
    attempts: Vec<(&'static str, Stage, OnceLock<Counter>)>,
    /// By first digit, 0 for no answer.
    replies: Vec<(u16, Counter)>,
    commit: Histogram,
    entries: Counter,
    commit_failures: Counter,
    claim: Histogram,
    claimed: Counter,
    throttled: Counter,
}

impl Meter {
    pub fn new() -> Self {
        describe();
        let state = |state: &DeliveryState| (*state, counter!("rundbrief_deliveries_total", "state" => state.as_str()));
        let reply = |(digit, class): (u16, &'static str)| (digit, counter!("rundbrief_smtp_replies_total", "class" => class));
        let outcomes = ["accepted", "deferred", "rejected", "relay_trouble", "unknown"];
        Self {
            ended: AtomicU64::new(0),
            states: DeliveryState::ALL.iter().map(state).collect(),
            attempts: outcomes.iter().flat_map(|word| Stage::ALL.map(|stage| (*word, stage, OnceLock::new()))).collect(),
            replies: [(0, "none"), (2, "2xx"), (4, "4xx"), (5, "5xx")].map(reply).into(),
            commit: histogram!("rundbrief_ledger_commit_seconds"),
            entries: counter!("rundbrief_ledger_entries_total"),
            commit_failures: counter!("rundbrief_ledger_commit_failures_total"),
            claim: histogram!("rundbrief_claim_seconds"),
            claimed: counter!("rundbrief_claimed_deliveries_total"),
            throttled: counter!("rundbrief_throttled_claims_total"),
        }
    }

    /// How many results were written down since the start, those included that put a mail off.
    pub fn ended(&self) -> u64 {
        self.ended.load(Ordering::Relaxed)
    }

    /// An attempt came to an outcome.
    pub fn attempt(&self, outcome: &Outcome) {
        let (word, reply) = match outcome {
            Outcome::Accepted(reply) => ("accepted", reply),
            Outcome::Deferred(reply) => ("deferred", reply),
            Outcome::Rejected(reply) => ("rejected", reply),
            Outcome::RelayTrouble(reply) => ("relay_trouble", reply),
            Outcome::Unknown(reply) => ("unknown", reply),
        };
        let same = |(known, stage, _): &&(&str, Stage, OnceLock<Counter>)| *known == word && *stage == reply.stage;
        if let Some((_, stage, slot)) = self.attempts.iter().find(same) {
            let make = || counter!("rundbrief_attempts_total", "outcome" => word, "stage" => stage.label());
            slot.get_or_init(make).increment(1);
        }
        if let Some((_, replies)) = self.replies.iter().find(|(digit, _)| *digit == reply.code / 100) {
            replies.increment(1);
        }
    }

    /// A result is durable.
    pub fn settled(&self, state: DeliveryState) {
        self.ended.fetch_add(1, Ordering::Relaxed);
        if let Some((_, deliveries)) = self.states.iter().find(|(known, _)| *known == state) {
            deliveries.increment(1);
        }
    }

    /// A transaction of the book is durable. `took` counts from when it was asked for.
    pub fn committed(&self, took: Duration, entries: usize) {
        self.commit.record(took);
        self.entries.increment(u64::try_from(entries).unwrap_or(0));
    }

    pub fn commit_failed(&self) {
        self.commit_failures.increment(1);
    }

    pub fn claimed(&self, took: Duration, rows: usize, throttled: bool) {
        self.claim.record(took);
        self.claimed.increment(u64::try_from(rows).unwrap_or(0));
        self.throttled.increment(u64::from(throttled));
    }
}

/// So rare that its handle need not be kept.
pub(super) fn opened() {
    counter!("rundbrief_connections_opened_total").increment(1);
}

pub(super) fn closed(reason: Closed, connections: usize) {
    if connections > 0 {
        let count = u64::try_from(connections).unwrap_or(0);
        counter!("rundbrief_connections_closed_total", "reason" => reason.word()).increment(count);
    }
}

pub(super) fn rested() {
    counter!("rundbrief_relay_rests_total").increment(1);
}

/// Whether this node holds everything back because the database was restored, or is not known to it.
pub(super) fn held() -> Gauge {
    gauge!("rundbrief_sending_held")
}

fn describe() {
    describe_counter!("rundbrief_deliveries_total", "Results written to the ledger, by the state they led to");
    describe_counter!("rundbrief_attempts_total", "SMTP conversations about a mail, by outcome and stage");
    describe_counter!("rundbrief_smtp_replies_total", "Last replies of the relay to a mail, by class");
    describe_counter!("rundbrief_connections_opened_total", "Connections opened to the relay");
    describe_counter!("rundbrief_connections_closed_total", "Connections to the relay that ended, by reason");
    describe_counter!("rundbrief_relay_rests_total", "Times that sending came to rest because the relay was in trouble");
    describe_gauge!("rundbrief_sending_held", "1 while nothing is sent because the database is a restored one or not known");
    describe_counter!("rundbrief_throttled_claims_total", "Looks for mails that found the next turn under the limits later");
    describe_histogram!("rundbrief_claim_seconds", Unit::Seconds, "Claiming a batch of mails");
    describe_counter!("rundbrief_claimed_deliveries_total", "Mails claimed by this node");
    describe_histogram!("rundbrief_ledger_commit_seconds", Unit::Seconds, "From asking for a transaction to its being durable");
    describe_counter!("rundbrief_ledger_entries_total", "Intents and results in these transactions");
    describe_counter!("rundbrief_ledger_commit_failures_total", "Transactions of the ledger that failed at first");
}
