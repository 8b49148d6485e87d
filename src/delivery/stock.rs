//! The stock of claimed rows all lanes draw from. Mails that belong to no issue (confirmations) are looked for first and
//! again every second, so a long issue does not make them wait.

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;

use super::job::Job;
use super::{Drained, Shared, node};
use crate::domain::address::Address;
use crate::domain::states::{DeliveryKind, IssueState, SubscriptionState};
use crate::domain::token::{self, Keyring};
use crate::journeys::JourneyError;
use crate::mail::edition::Edition;
use crate::store::ledger::{ClaimToken, Claimant, Claimed};
use crate::store::{Conn, StoreError, deliveries, editions, issues, ledger, micros, nodes, relays, suppressions, word};

/// How long a confirmation may stand behind newsletters that are claimed already.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Stock {
    inner: Mutex<Inner>,
    /// Mails that lanes are at work on.
    under_way: AtomicUsize,
    /// Told whenever a lane has finished a mail.
    finished: Notify,
}

/// A lane at work on a mail. Ends when it is dropped, also by a lane that breaks down.
pub(super) struct Turn(Arc<Stock>);

impl Turn {
    fn new(stock: &Arc<Stock>) -> Self {
        stock.under_way.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(stock))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
        self.0.finished.notify_waiters();
    }
}

#[derive(Default)]
struct Inner {
    urgent: VecDeque<Job>,
    jobs: VecDeque<Job>,
    looked_at: Option<Instant>,
    /// Nothing was due at the last look; the next is [`LOOK_AGAIN`] later.
    dry: bool,
    skipped: u64,
    trouble: Option<String>,
}

/// What a claim brought.
struct Batch {
    token: ClaimToken,
    rows: Vec<Claimed>,
    skipped: usize,
    /// Why the relay rests.
    blocked: Option<String>,
    /// Trouble is noted, old or new, by this node or another.
    troubled: bool,
}

impl Stock {
    /// The next mail to send; None when the round is over: nothing is due and no lane is at work, or the relay rests.
    ///
    /// While another lane waits for the relay, this one goes on looking: one slow answer to a final dot (ten minutes are
    /// allowed) must not keep a confirmation waiting.
    pub async fn next(self: &Arc<Self>, shared: &Shared) -> Result<Option<(Job, Turn)>, JourneyError> {
        loop {
            let mut finished = pin!(self.finished.notified());
            // Before looking, so that a mail that is finished meanwhile is not missed.
            finished.as_mut().enable();
            if let Some(drawn) = self.look(shared).await? {
                return Ok(Some(drawn));
            }
            if self.is_over(shared).await {
                return Ok(None);
            }
            tokio::select! {
                () = shared.stop.cancelled() => {}
                () = finished => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }

    async fn is_over(&self, shared: &Shared) -> bool {
        let inner = self.inner.lock().await;
        self.under_way.load(Ordering::SeqCst) == 0 || inner.trouble.is_some() || shared.stop.is_cancelled()
    }

    async fn look(self: &Arc<Self>, shared: &Shared) -> Result<Option<(Job, Turn)>, JourneyError> {
        let mut inner = self.inner.lock().await;
        if shared.stop.is_cancelled() || inner.trouble.is_some() {
            return Ok(None);
        }
        let look = inner.looked_at.is_none_or(|at| at.elapsed() >= LOOK_AGAIN);
        if look || (!inner.dry && inner.urgent.is_empty() && inner.jobs.is_empty()) {
            inner.looked_at = Some(Instant::now());
            let only_urgent = !inner.jobs.is_empty();
            let batch = claim(shared, only_urgent).await?;
            inner.skipped += u64::try_from(batch.skipped).unwrap_or(0);
            inner.dry = batch.rows.is_empty() && batch.skipped == 0 && !only_urgent;
            inner.trouble = batch.blocked;
            let mut cache = HashMap::new();
            for row in batch.rows {
                let id = row.id;
                match read(shared, row, batch.token, &mut cache).await {
                    Ok(job) if job.row.issue_id.is_none() => inner.urgent.push_back(job),
                    Ok(job) => inner.jobs.push_back(job),
                    // The database's or the keys' trouble, not the row's: it goes back.
                    Err(error @ (JourneyError::Store(_) | JourneyError::Key(_))) => return Err(error),
                    Err(error) => {
                        // Ours, and the same next time: it must not hold up the others.
                        tracing::error!(delivery = id, %error, "a delivery cannot be read");
                        inner.skipped += 1;
                        skip_unreadable(shared, id).await?;
                    }
                }
            }
        }
        if inner.trouble.is_some() {
            return Ok(None);
        }
        let job = inner.urgent.pop_front().or_else(|| inner.jobs.pop_front());
        // Still under the lock: nobody may find the stock empty and no lane at work while this one begins.
        Ok(job.map(|job| (job, Turn::new(self))))
    }

    /// The relay is in trouble: nobody draws from this stock any more.
    pub async fn close(&self, trouble: &str) {
        self.inner.lock().await.trouble = Some(trouble.to_owned());
        self.finished.notify_waiters();
    }

    /// Gives back what was claimed and not begun, and tells what happened meanwhile. Only after every lane has ended.
    pub async fn end(&self, shared: &Shared) -> Result<Drained, JourneyError> {
        let mut inner = self.inner.lock().await;
        if !inner.urgent.is_empty() || !inner.jobs.is_empty() {
            let node = shared.node.id();
            shared.store.write(move |conn| ledger::give_back_all(conn, node)).await?;
        }
        Ok(Drained { skipped: inner.skipped, trouble: inner.trouble.take(), ..Drained::default() })
    }
}

/// Ends a row no mail can be made of.
pub(super) async fn skip_unreadable(shared: &Shared, id: i64) -> Result<(), JourneyError> {
    let now = micros(shared.clock.now());
    shared.store.write(move |conn| deliveries::skip_ids(conn, vec![id], "the mail could not be made; see the log", now)).await?;
    Ok(())
}

async fn claim(shared: &Shared, only_urgent: bool) -> Result<Batch, JourneyError> {
    loop {
        let token = token::random_id()?;
        let now = micros(shared.clock.now());
        let context = Arc::clone(&shared.context);
        let by = Claimant { node_id: shared.node.id(), token, link_key: context.keyring.current_id(), now };
        let most = shared.config.batch;
        match shared.store.write(move |conn| claim_batch(conn, &context.keyring, by, most, only_urgent)).await? {
            Some(batch) => {
                if batch.troubled {
                    shared.health.troubled();
                }
                return Ok(batch);
            }
            None => node::renew(shared, by.node_id).await?,
        }
    }
}

/// None: this node was taken for dead. What it claimed under its old id nobody would ever take over.
fn claim_batch(
    conn: &mut Conn,
    keyring: &Keyring,
    by: Claimant,
    most: i64,
    only_urgent: bool,
) -> Result<Option<Batch>, StoreError> {
    if !nodes::may_claim(conn, by.node_id)? {
        return Ok(None);
    }
    let mut batch = Batch { token: by.token, rows: Vec::new(), skipped: 0, blocked: None, troubled: false };
    if let Some(health) = relays::find(conn, deliveries::RELAY)? {
        batch.troubled = true;
        if health.blocked_until.is_some_and(|until| until > by.now) {
            batch.blocked = Some(health.trouble.unwrap_or_default());
            return Ok(Some(batch));
        }
    }
    let mut rows = ledger::claim(conn, None, by, most)?;
    if rows.is_empty() && !only_urgent {
        for issue in issues::list_in(conn, IssueState::Sending)? {
            rows = ledger::claim(conn, Some(issue.id), by, most)?;
            if !rows.is_empty() {
                break;
            }
        }
    }
    let mut unwanted: HashMap<&'static str, Vec<i64>> = HashMap::new();
    for row in rows {
        match reason_to_skip(conn, keyring, &row, by.now)? {
            Some(reason) => unwanted.entry(reason).or_default().push(row.id),
            None => batch.rows.push(row),
        }
    }
    for (reason, ids) in unwanted {
        batch.skipped += deliveries::skip_ids(conn, ids, reason, by.now)?;
    }
    Ok(Some(batch))
}

/// The last look before a mail is made (R31, R108).
fn reason_to_skip(conn: &mut Conn, keyring: &Keyring, row: &Claimed, now: i64) -> Result<Option<&'static str>, StoreError> {
    if row.opt_in.as_ref().is_some_and(|(_, _, expires_at)| *expires_at <= now) {
        return Ok(Some("expired"));
    }
    if row.subscription_state.as_deref().is_some_and(|state| state != SubscriptionState::Active.as_str()) {
        return Ok(Some("unsubscribed"));
    }
    // A confirmation may go to a suppressed address: completing it is what lifts the suppression (R109).
    if row.issue_id.is_some()
        && let Ok(address) = Address::parse(&row.address)
        && suppressions::is_suppressed(conn, &keyring.address_keys(address.canonical()), now)?
    {
        return Ok(Some("suppressed"));
    }
    Ok(None)
}

async fn read(
    shared: &Shared,
    row: Claimed,
    token: ClaimToken,
    cache: &mut HashMap<i64, Arc<Edition>>,
) -> Result<Job, JourneyError> {
    let kind = word("deliveries", &row.kind, DeliveryKind::parse)?;
    let to = Address::parse(&row.address).map_err(|error| JourneyError::Broken(format!("delivery {}: {error}", row.id)))?;
    let edition = match cache.get(&row.edition_id) {
        Some(edition) => Arc::clone(edition),
        None => {
            let id = row.edition_id;
            let content = shared.store.read(move |conn| editions::content(conn, id)).await?;
            let edition = Arc::new(Edition::from_bytes(&content)?);
            cache.insert(id, Arc::clone(&edition));
            edition
        }
    };
    Ok(Job { row, token, kind, to, edition })
}
