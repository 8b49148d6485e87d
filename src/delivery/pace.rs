//! How fast this node may send, and whether the relay was in trouble when last heard of.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Shared;
use crate::journeys::JourneyError;
use crate::store::{deliveries, relays};

/// Spaces mails evenly over all lanes of this node.
pub(crate) struct Pace {
    gap: Option<Duration>,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    pub fn new(per_second: Option<u32>) -> Self {
        let gap = per_second.filter(|rate| *rate > 0).map(|rate| Duration::from_secs(1) / rate);
        Self { gap, next: Mutex::new(None) }
    }

    pub fn is_limited(&self) -> bool {
        self.gap.is_some()
    }

    /// Returns when the next mail may begin.
    pub async fn wait(&self) {
        let Some(gap) = self.gap else { return };
        let mut next = self.next.lock().await;
        let now = Instant::now();
        let turn = next.map_or(now, |turn| turn.max(now));
        *next = Some(turn + gap);
        drop(next);
        tokio::time::sleep_until(turn).await;
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

    /// The relay has answered like one that works.
    pub async fn recovered(&self, shared: &Shared) -> Result<(), JourneyError> {
        if self.troubled.swap(false, Ordering::SeqCst) {
            shared.store.write(|conn| relays::clear_trouble(conn, deliveries::RELAY)).await?;
        }
        Ok(())
    }
}
