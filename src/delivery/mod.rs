//! The sending engine: lanes that own relay connections, the ledger they report to, and the duties around them.
//!
//! *Each mail is handed over at most once, unless staff choose to resend it (a doubtful confirmation mail once more);
//! and every doubt is a row.* The order that keeps it: claim under a fresh token, intent durable before the final dot,
//! result durable before the lane's next intent (design: "The ledger, step by step").

mod admission;
mod book;
mod claim;
mod duties;
mod gate;
mod job;
mod lane;
pub mod memory;
mod meter;
mod node;
mod pace;
mod pool;
mod round;
mod senders;
mod stock;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::domain::pace::Limits;
use crate::domain::states::DeliveryState;
use crate::journeys::{Context, JourneyError};
use crate::mail::relay::Relay;
use crate::store::{DeliveryLock, Store, micros};
pub use node::Node;

/// How often an engine that has no other work looks whether its turn has come.
const TURN: Duration = Duration::from_millis(100);

#[derive(Clone, Debug)]
pub struct Config {
    /// Lanes, each with one kept connection.
    pub connections: usize,
    /// After so many a connection is opened anew (R66). None: after as many as this relay passes on at once.
    pub mails_per_connection: Option<usize>,
    /// Rows per claim.
    pub batch: i64,
    /// Mails a second over all lanes of this node; None: as fast as the relay takes them.
    pub per_second: Option<u32>,
    /// Over all lanes of all nodes.
    pub limits: Limits,
    /// The same for mail to single domains (lower-case A-labels).
    pub domains: BTreeMap<String, Limits>,
    /// After that a connection without work is closed (R66, R78).
    pub idle: Duration,
    /// How long after publishing an issue's mails are given up.
    pub expiry: Duration,
    /// How long another node's beat may stand still before it is taken for dead.
    pub takeover: Duration,
    /// Where bounces go; None: bounce@ the sender's domain.
    pub bounce_address: Option<String>,
    /// This node's name in the nodes table and the log.
    pub node_name: String,
    /// Where this node remembers the database outside of it.
    pub epoch_file: PathBuf,
}

/// How a run of the engine ended, by what became of the rows it touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    pub sent: u64,
    pub bounced: u64,
    pub failed: u64,
    pub unknown: u64,
    /// Back in the queue for later.
    pub deferred: u64,
    pub skipped: u64,
    /// Claims whose intent was refused: somebody unsubscribed, paused, cancelled or took over meanwhile.
    pub refused: u64,
    /// Why the relay rests, if it does.
    pub trouble: Option<String>,
}

impl Drained {
    fn count(&mut self, state: DeliveryState) {
        match state {
            DeliveryState::Sent => self.sent += 1,
            DeliveryState::Bounced => self.bounced += 1,
            DeliveryState::Failed => self.failed += 1,
            DeliveryState::Unknown => self.unknown += 1,
            DeliveryState::Queued => self.deferred += 1,
            DeliveryState::Skipped => self.skipped += 1,
            DeliveryState::Claimed | DeliveryState::Transmitting => {}
        }
    }

    fn add(&mut self, other: Drained) {
        self.sent += other.sent;
        self.bounced += other.bounced;
        self.failed += other.failed;
        self.unknown += other.unknown;
        self.deferred += other.deferred;
        self.skipped += other.skipped;
        self.refused += other.refused;
        self.trouble = other.trouble.or(self.trouble.take());
    }

    /// Whether anything was done at all.
    pub fn is_idle(&self) -> bool {
        *self == Drained::default()
    }
}

/// A delivering process.
pub struct Engine {
    shared: Arc<Shared>,
    /// Held while the engine lives (SQLite).
    _lock: DeliveryLock,
}

/// What lanes, duties and beats share.
pub(crate) struct Shared {
    pub store: Store,
    pub context: Arc<Context>,
    pub clock: Clock,
    pub relay: Relay,
    pub config: Arc<Config>,
    pub node: Node,
    pub stop: CancellationToken,
    pub lanes: pool::Pool,
    pub book: book::Book,
    pub meter: Arc<meter::Meter>,
    pub pace: pace::Pace,
    pub health: pace::Health,
    pub senders: Arc<senders::Senders>,
    /// The last round ended by an error: rows may be claimed that nobody works on.
    pub unclean: AtomicBool,
}

impl Engine {
    /// Registers this node and, where it is the only one (SQLite), recovers at once what a dead one left behind.
    pub async fn start(
        store: Store,
        context: Arc<Context>,
        clock: Clock,
        relay: Relay,
        config: Config,
    ) -> Result<Self, JourneyError> {
        let lock = store.lock_delivery()?;
        let node = Node::register(&store, &clock, &config).await?;
        if store.is_sqlite() {
            node::take_over_all_others(&store, &clock, node.id()).await?;
        }
        let stop = CancellationToken::new();
        let meter = Arc::new(meter::Meter::new());
        let shared = Shared {
            book: book::Book::open(&store, &context, &clock, &stop, &meter),
            meter,
            pace: pace::Pace::new(config.per_second),
            health: pace::Health::new(),
            senders: Arc::default(),
            unclean: AtomicBool::new(false),
            lanes: pool::Pool::new(config.idle),
            stop,
            store,
            context,
            clock,
            relay,
            config: Arc::new(config),
            node,
        };
        // A node that nobody can vouch for need not wait for the first beat to say so.
        node::beat(&shared, &mut node::Watch::default()).await?;
        Ok(Self { shared: Arc::new(shared), _lock: lock })
    }

    /// Works until [`Engine::stop`]: beats, duties and lanes, each in its own task.
    pub async fn run(&self) {
        let over = CancellationToken::new();
        let beats = tokio::spawn(node::beat_until(Arc::clone(&self.shared), over.clone()));
        let idle = tokio::spawn(pool::close_idle_until(Arc::clone(&self.shared), over.clone()));
        let words = tokio::spawn(node::tell_until(Arc::clone(&self.shared), over.clone()));
        let duties = tokio::spawn(duties::run_until_stopped(Arc::clone(&self.shared)));
        round::run_until_stopped(Arc::clone(&self.shared)).await;
        over.cancel();
        for task in [beats, words, idle, duties] {
            if let Err(error) = task.await {
                tracing::error!(%error, "a part of the delivery engine broke down");
            }
        }
        if let Err(error) = node::sign_off(&self.shared).await {
            tracing::warn!(%error, "this node could not sign off; another takes over what it held");
        }
    }

    /// Why nothing is sent, in words: the database was restored, or this node does not know it. None: it is sent.
    pub fn held(&self) -> Option<String> {
        self.shared.node.held()
    }

    /// Finishes what is in flight and starts nothing (R78).
    pub fn stop(&self) {
        self.shared.stop.cancel();
    }

    /// Works off what is due now and returns; what is due later is left.
    pub async fn drain(&self) -> Result<Drained, JourneyError> {
        let over = CancellationToken::new();
        // Also where this future is dropped.
        let _guard = over.clone().drop_guard();
        let beats = tokio::spawn(node::beat_until(Arc::clone(&self.shared), over.clone()));
        let idle = tokio::spawn(pool::close_idle_until(Arc::clone(&self.shared), over.clone()));
        let drained = self.work_off().await;
        over.cancel();
        for task in [beats, idle] {
            if let Err(error) = task.await {
                tracing::error!(%error, "a part of the delivery engine broke down");
            }
        }
        drained
    }

    async fn work_off(&self) -> Result<Drained, JourneyError> {
        let mut all = Drained::default();
        if self.shared.node.held().is_some() {
            // A person may have confirmed since the last look.
            node::beat(&self.shared, &mut node::Watch::default()).await?;
            self.shared.node.settled(&self.shared.stop).await;
        }
        loop {
            duties::prepare(&self.shared).await?;
            let round = round::round(&self.shared).await?;
            duties::finish(&self.shared).await?;
            if round.is_idle()
                && self.shared.pace.waits(micros(self.shared.clock.now()))
                && self.shared.clock.is_system()
                && !self.shared.stop.is_cancelled()
            {
                // What is due is not worked off: its turn comes soon.
                tokio::time::sleep(TURN).await;
                continue;
            }
            let done = round.is_idle() || round.trouble.is_some() || self.shared.stop.is_cancelled();
            all.add(round);
            if done {
                return Ok(all);
            }
        }
    }

    /// How many results were written down since the start: for whoever watches.
    pub fn results(&self) -> u64 {
        self.shared.meter.ended()
    }

    pub fn stop_token(&self) -> CancellationToken {
        self.shared.stop.clone()
    }

    /// Ends this node's row, so that nobody waits for its beats.
    pub async fn sign_off(&self) -> Result<(), JourneyError> {
        self.shared.lanes.close().await;
        node::sign_off(&self.shared).await
    }
}
