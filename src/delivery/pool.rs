//! Connections that are kept while there is no work for them, and closed when that lasts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Shared;
use super::meter::{self, Closed};
use crate::mail::relay::Connection;

/// How often somebody looks for connections that are idle.
const LOOK: Duration = Duration::from_millis(500);

/// A connection without work.
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

/// Connections that wait for work.
pub(crate) struct Pool {
    kept: Mutex<Vec<Kept>>,
    /// One that was without work for so long is closed, and not used any more (R66, R78).
    idle: Duration,
    /// The relay was seen to close between two mails. What is written ahead then could cost us its last answer.
    hangs_up: AtomicBool,
}

impl Pool {
    pub fn new(idle: Duration) -> Self {
        Self { kept: Mutex::default(), idle, hangs_up: AtomicBool::new(false) }
    }

    /// The one that was used last.
    pub(super) async fn take(&self) -> Option<Kept> {
        let mut kept = self.kept.lock().await;
        kept.pop_if(|kept| kept.since.elapsed() < self.idle)
    }

    /// Says goodbye to those that were without work for too long.
    async fn close_idle(&self) {
        let idle: Vec<Kept> = self.kept.lock().await.extract_if(.., |kept| kept.since.elapsed() >= self.idle).collect();
        meter::closed(Closed::Idle, idle.len());
        for kept in idle {
            kept.connection.quit().await;
        }
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

/// Also while there is nothing to do at all.
pub(super) async fn close_idle_until(shared: Arc<Shared>, over: CancellationToken) {
    loop {
        tokio::select! {
            () = over.cancelled() => return,
            () = tokio::time::sleep(LOOK) => shared.lanes.close_idle().await,
        }
    }
}
