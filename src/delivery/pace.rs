//! How fast this node may send, and whether the relay was in trouble when last heard of.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Shared;
use crate::clock::Clock;
use crate::domain::pace::{self, Limits};
use crate::journeys::JourneyError;
use crate::store::{Conn, StoreError, deliveries, paces, relays};

/// Spaces mails evenly over all lanes of this node.
pub(crate) struct Pace {
    gap: Option<Duration>,
    next: Mutex<Option<Instant>>,
    /// The last claim found that the next turn, shared by all nodes, is later.
    waits: AtomicBool,
}

impl Pace {
    pub fn new(per_second: Option<u32>) -> Self {
        let gap = per_second.filter(|rate| *rate > 0).map(|rate| Duration::from_secs(1) / rate);
        Self { gap, next: Mutex::new(None), waits: AtomicBool::new(false) }
    }

    pub fn is_limited(&self) -> bool {
        self.gap.is_some()
    }

    pub fn set_waits(&self, waits: bool) {
        self.waits.store(waits, Ordering::SeqCst);
    }

    pub fn waits(&self) -> bool {
        self.waits.load(Ordering::SeqCst)
    }

    /// Returns when the next mail may begin, or when nothing may begin any more.
    pub async fn wait(&self, stop: &CancellationToken) {
        let Some(gap) = self.gap else { return };
        let mut next = self.next.lock().await;
        let now = Instant::now();
        let turn = next.map_or(now, |turn| turn.max(now));
        *next = Some(turn + gap);
        drop(next);
        tokio::select! {
            () = tokio::time::sleep_until(turn) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// The turns that one claim may take, under limits that all nodes share.
pub(super) struct Turns {
    pub most: i64,
    pace: paces::Pace,
    now: i64,
    gap: i64,
}

impl Turns {
    /// None: there is no limit, and nothing was asked. `at` is µs on this node's clock.
    pub fn find(conn: &mut Conn, limits: Limits, clock: &Clock, at: i64) -> Result<Option<Self>, StoreError> {
        if !limits.any() {
            return Ok(None);
        }
        // Where several nodes share the turns their clocks may differ; the server's is one for all. A test's clock is its own.
        let server = if clock.is_system() { paces::server_clock(conn)? } else { None };
        let now = server.unwrap_or(at);
        let pace = paces::lock(conn, deliveries::RELAY, now)?;
        let Some(gap) = limits.gap(pace::days(pace.since, now)) else { return Ok(None) };
        Ok(Some(Self { most: pace::turns(pace.next_at, now, gap), pace, now, gap }))
    }

    pub fn take(&self, conn: &mut Conn, claimed: usize) -> Result<(), StoreError> {
        let taken = i64::try_from(claimed).unwrap_or(i64::MAX);
        if taken > 0 {
            let next_at = pace::next_turn(self.pace.next_at, self.now, self.gap, taken);
            paces::set_next(conn, deliveries::RELAY, next_at)?;
        }
        Ok(())
    }
}

/// Remembers trouble, so that a healthy relay costs no database call.
pub(crate) struct Health {
    troubled: AtomicBool,
}

impl Health {
    /// Begins in doubt: an earlier process may have noted trouble.
    pub fn new() -> Self {
        Self { troubled: AtomicBool::new(true) }
    }

    pub fn troubled(&self) {
        self.troubled.store(true, Ordering::SeqCst);
    }

    /// A mail that may have been the relay's probe was not sent, for reasons of its own.
    pub async fn unproven(&self, shared: &Shared) -> Result<(), JourneyError> {
        if self.troubled.load(Ordering::SeqCst) {
            shared.store.write(|conn| relays::give_probe_back(conn, deliveries::RELAY)).await?;
        }
        Ok(())
    }

    /// The relay has answered like one that works.
    pub async fn recovered(&self, shared: &Shared) -> Result<(), JourneyError> {
        if self.troubled.swap(false, Ordering::SeqCst) {
            shared.store.write(|conn| relays::clear_trouble(conn, deliveries::RELAY)).await?;
        }
        Ok(())
    }
}
