//! How fast this node may send, and whether the relay was in trouble when last heard of.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Shared;
use crate::clock::Clock;
use crate::domain::after;
use crate::domain::pace::{self, Limits};
use crate::journeys::JourneyError;
use crate::store::{Conn, StoreError, deliveries, micros, paces, relays};

/// How long a mail may wait for its turn without being looked at again (µs).
const LONGEST_WAIT: i64 = 5 * 60 * 1_000_000;

/// Spaces mails evenly over all lanes of this node.
pub(crate) struct Pace {
    gap: Option<Duration>,
    next: Mutex<Option<Instant>>,
    /// The last claim found that the next turn, shared by all nodes, is later.
    waits: AtomicBool,
    /// The last turn at a domain's limit that a mail waits for (µs).
    last_turn: AtomicI64,
}

impl Pace {
    pub fn new(per_second: Option<u32>) -> Self {
        let gap = per_second.filter(|rate| *rate > 0).map(|rate| Duration::from_secs(1) / rate);
        Self { gap, next: Mutex::new(None), waits: AtomicBool::new(false), last_turn: AtomicI64::new(0) }
    }

    pub fn is_limited(&self) -> bool {
        self.gap.is_some()
    }

    pub fn set_waits(&self, waits: bool, last_turn: i64) {
        self.waits.store(waits, Ordering::SeqCst);
        self.last_turn.fetch_max(last_turn, Ordering::SeqCst);
    }

    /// Whether something that is due waits for its turn alone.
    pub fn waits(&self, now: i64) -> bool {
        self.waits.load(Ordering::SeqCst) || self.last_turn.load(Ordering::SeqCst) >= now
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

/// The turns that one claim may take, under limits that all nodes share: the relay's, or a domain's.
pub(super) struct Turns {
    pub most: i64,
    key: String,
    pace: paces::Pace,
    now: i64,
    gap: i64,
}

/// Where several nodes share turns their clocks may differ; the server's is one for all. A test's clock is its own. `at` is µs
/// on this node's clock.
pub(super) fn shared_clock(conn: &mut Conn, clock: &Clock, at: i64) -> Result<i64, StoreError> {
    let server = if clock.is_system() { paces::server_clock(conn)? } else { None };
    Ok(server.unwrap_or(at))
}

impl Turns {
    /// None: there is no limit now. `now` is µs on the shared clock.
    pub fn find(conn: &mut Conn, key: String, limits: Limits, now: i64) -> Result<Option<Self>, StoreError> {
        let pace = paces::lock(conn, &key, now)?;
        let Some(gap) = limits.gap(pace::days(pace.since, now)) else { return Ok(None) };
        Ok(Some(Self { most: pace::turns(pace.next_at, now, gap), key, pace, now, gap }))
    }

    pub fn take(&self, conn: &mut Conn, taken: i64) -> Result<(), StoreError> {
        if taken > 0 {
            paces::set_next(conn, &self.key, self.after(taken))?;
        }
        Ok(())
    }

    /// µs from now to the turn of the `n`-th mail (from 0) behind those that were `taken` now. Cut where somebody may have
    /// raised the limit by then: the mail is looked at again.
    pub fn wait(&self, taken: i64, n: i64) -> i64 {
        self.after(taken).saturating_sub(self.now).saturating_add(self.gap.saturating_mul(n)).clamp(1, LONGEST_WAIT)
    }

    fn after(&self, taken: i64) -> i64 {
        if taken > 0 { pace::next_turn(self.pace.next_at, self.now, self.gap, taken) } else { self.pace.next_at }
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
            let now = shared.clock.now();
            let (now, latest) = (micros(now), micros(now + after::NO_PAUSE));
            shared.store.write(move |conn| relays::clear_trouble(conn, deliveries::RELAY, now, latest)).await?;
        }
        Ok(())
    }
}
