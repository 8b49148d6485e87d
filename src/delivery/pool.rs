//! Connections that are kept between rounds.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::meter::{self, Closed};
use crate::mail::relay::Connection;

/// A connection that was idle for longer is not trusted any more (R66).
const IDLE: Duration = Duration::from_secs(60);

/// A connection between rounds.
pub(super) struct Kept {
    pub connection: Connection,
    /// Sent over it.
    pub mails: usize,
    since: Instant,
}

impl Kept {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, mails: 0, since: Instant::now() }
    }
}

/// Connections that wait for the next round.
#[derive(Default)]
pub(crate) struct Pool {
    kept: Mutex<Vec<Kept>>,
    /// The relay was seen to close between two mails. What is written ahead then could cost us its last answer.
    hangs_up: AtomicBool,
}

impl Pool {
    pub(super) async fn take(&self) -> Option<Kept> {
        let mut kept = self.kept.lock().await;
        let before = kept.len();
        kept.retain(|kept| kept.since.elapsed() < IDLE);
        meter::closed(Closed::Idle, before - kept.len());
        kept.pop()
    }

    pub(super) async fn put(&self, connection: Connection, mails: usize) {
        self.kept.lock().await.push(Kept { connection, mails, since: Instant::now() });
    }

    pub(super) fn hangs_up(&self) -> bool {
        self.hangs_up.load(Ordering::Relaxed)
    }

    pub(super) async fn forget(&self) {
        self.hangs_up.store(true, Ordering::Relaxed);
        let mut kept = self.kept.lock().await;
        meter::closed(Closed::ByRelay, kept.len());
        kept.clear();
    }

    pub async fn close(&self) {
        for kept in self.kept.lock().await.drain(..) {
            meter::closed(Closed::End, 1);
            kept.connection.quit().await;
        }
    }
}
