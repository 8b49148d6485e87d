//! The stock of claimed rows all lanes draw from. It is filled beside their work, before it is empty. Mails that belong to
//! no issue (confirmations) are looked for first and again every second, so a long issue does not make them wait.

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::claim::{self, Claim};
use super::job::Job;
use super::{Drained, Shared};
use crate::domain::address::Address;
use crate::domain::states::DeliveryKind;
use crate::journeys::JourneyError;
use crate::mail::dkim::DkimError;
use crate::mail::edition::Edition;
use crate::store::ledger::{ClaimToken, Claimed};
use crate::store::{Conn, deliveries, editions, ledger, micros, waiting, word};

/// How long a confirmation may stand behind newsletters that are claimed already.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Editions kept at hand. Confirmations have one for each language and wording, an issue one for each language.
const EDITIONS: usize = 64;

/// How long a mail waits whose DKIM key is not on this node.
const KEY_IS_MISSING: SignedDuration = SignedDuration::from_mins(10);

#[derive(Default)]
pub(super) struct Stock {
    inner: Mutex<Inner>,
    /// Told whenever a lane has finished a mail, or more mails are there.
    changed: Notify,
}

#[derive(Default)]
struct Inner {
    urgent: VecDeque<Job>,
    jobs: VecDeque<Job>,
    /// Mails that lanes are at work on.
    under_way: usize,
    /// Somebody is looking for more.
    looking: bool,
    looked_at: Option<Instant>,
    /// Nothing was due at the last look; the next is [`LOOK_AGAIN`] later.
    dry: bool,
    /// The one mail at hand tries a relay that was in trouble; nothing else is begun before it has ended.
    probing: bool,
    skipped: u64,
    trouble: Option<String>,
    failure: Option<JourneyError>,
    editions: HashMap<i64, Arc<Edition>>,
}

/// A lane at work on a mail. Ends when it is dropped, also by a lane that breaks down.
pub(super) struct Turn(Arc<Stock>);

impl Drop for Turn {
    fn drop(&mut self) {
        {
            let mut inner = self.0.lock();
            inner.under_way -= 1;
            inner.probing = false;
        }
        self.0.changed.notify_waiters();
    }
}

/// What a look brought.
#[derive(Default)]
struct Found {
    jobs: Vec<Job>,
    skipped: usize,
    /// Why the relay rests.
    blocked: Option<String>,
    dry: bool,
    probe: bool,
    /// Domains that rest, and until when (µs).
    resting: Vec<(String, i64)>,
}

impl Stock {
    /// The next mail to send; None when the round is over: nothing is due and no lane is at work, or the relay rests.
    ///
    /// While another lane waits for the relay, this one goes on looking: one slow answer to a final dot (ten minutes are
    /// allowed) must not keep a confirmation waiting.
    pub async fn next(self: &Arc<Self>, shared: &Arc<Shared>) -> Result<Option<(Job, Turn)>, JourneyError> {
        loop {
            let mut changed = pin!(self.changed.notified());
            // Before looking, so that nothing that changes meanwhile is missed.
            changed.as_mut().enable();
            if let Some(drawn) = self.at_hand(shared) {
                return Ok(Some(drawn));
            }
            if self.is_over(shared)? {
                return Ok(None);
            }
            tokio::select! {
                () = shared.stop.cancelled(), if !shared.stop.is_cancelled() => {}
                () = changed => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }

    /// The next mail, if one is here already.
    pub fn at_hand(self: &Arc<Self>, shared: &Arc<Shared>) -> Option<(Job, Turn)> {
        let mut inner = self.lock();
        if shared.stop.is_cancelled() || inner.trouble.is_some() || inner.failure.is_some() {
            return None;
        }
        self.look_in_time(&mut inner, shared);
        let job = inner.urgent.pop_front().or_else(|| inner.jobs.pop_front())?;
        inner.under_way += 1;
        Some((job, Turn(Arc::clone(self))))
    }

    /// The next mail for a lane that is still at one: only if there are enough for every lane. Otherwise an answer that takes
    /// long would keep a mail waiting that another lane could send.
    pub fn ahead(self: &Arc<Self>, shared: &Arc<Shared>) -> Option<(Job, Turn)> {
        let enough = {
            let inner = self.lock();
            inner.urgent.is_empty() && inner.jobs.len() >= shared.config.connections
        };
        enough.then(|| self.at_hand(shared)).flatten()
    }

    /// Whether a mail that was drawn and not begun may still begin.
    pub fn may_begin(&self, shared: &Shared) -> bool {
        let inner = self.lock();
        !shared.stop.is_cancelled() && inner.trouble.is_none() && inner.failure.is_none()
    }

    /// A mail that was drawn and not begun.
    pub fn put_back(&self, job: Job) {
        let mut inner = self.lock();
        if job.row.issue_id.is_none() { inner.urgent.push_front(job) } else { inner.jobs.push_front(job) }
    }

    fn is_over(&self, shared: &Shared) -> Result<bool, JourneyError> {
        let mut inner = self.lock();
        if inner.looking {
            // What it has claimed must not be left behind.
            return Ok(false);
        }
        if let Some(failure) = inner.failure.take() {
            // The others see the trouble and end as well.
            inner.trouble.get_or_insert_with(|| failure.to_string());
            return Err(failure);
        }
        // A look may have ended since the caller found nothing at hand.
        let empty = inner.urgent.is_empty() && inner.jobs.is_empty();
        Ok((empty && inner.under_way == 0) || inner.trouble.is_some() || shared.stop.is_cancelled())
    }

    /// Starts a look for more if it is time: the stock runs low, or a second has passed.
    fn look_in_time(self: &Arc<Self>, inner: &mut Inner, shared: &Arc<Shared>) {
        let low = i64::try_from(inner.jobs.len()).unwrap_or(i64::MAX) <= shared.config.batch / 2;
        let again = inner.looked_at.is_none_or(|at| at.elapsed() >= LOOK_AGAIN);
        if inner.looking || inner.probing || !(again || (low && !inner.dry)) {
            return;
        }
        inner.looking = true;
        inner.looked_at = Some(Instant::now());
        let (stock, shared) = (Arc::clone(self), Arc::clone(shared));
        tokio::spawn(async move {
            let mut found = stock.look(&shared, !low).await;
            let resting = found.as_mut().map(|found| std::mem::take(&mut found.resting)).unwrap_or_default();
            for (domain, until) in resting {
                // Another node was told, after this one had claimed.
                if let Err(error) = stock.put_off_domain(&shared, &domain, until, None).await {
                    found = Err(error);
                }
            }
            stock.put(found);
        });
    }

    fn put(&self, found: Result<Found, JourneyError>) {
        let mut inner = self.lock();
        inner.looking = false;
        match found {
            Ok(found) => {
                inner.skipped += u64::try_from(found.skipped).unwrap_or(0);
                inner.dry = found.dry;
                inner.probing = found.probe && !found.jobs.is_empty();
                if found.blocked.is_some() {
                    inner.trouble = found.blocked;
                }
                for job in found.jobs {
                    if job.row.issue_id.is_none() { inner.urgent.push_back(job) } else { inner.jobs.push_back(job) }
                }
            }
            Err(failure) => inner.failure = Some(failure),
        }
        drop(inner);
        self.changed.notify_waiters();
    }

    async fn look(&self, shared: &Shared, only_urgent: bool) -> Result<Found, JourneyError> {
        let Claim { token, ids, blocked, troubled, probe, more, mut watched, .. } = claim::claim(shared, only_urgent).await?;
        if troubled {
            shared.health.troubled();
        }
        let mut found = Found { blocked, dry: ids.is_empty() && !only_urgent && !more, probe, ..Found::default() };
        found.resting = std::mem::take(&mut watched.resting);
        if ids.is_empty() {
            return Ok(found);
        }
        let (context, now) = (Arc::clone(&shared.context), micros(shared.clock.now()));
        let (rows, unwanted) = shared
            .store
            .read(move |conn| {
                let rows = ledger::list_claimed(conn, &ids, &token)?;
                claim::sort_out(conn, &context.keyring, rows, now)
            })
            .await?;
        for (reason, ids) in unwanted {
            found.skipped += shared.store.write(move |conn| deliveries::skip_ids_for(conn, ids, reason, now)).await?;
        }
        for row in rows {
            let id = row.id;
            match self.read(shared, row, token).await {
                Ok(job) => found.jobs.push(Job { recovers: watched.recovers(job.to.domain()), ..job }),
                // The database's or the keys' trouble, not the row's: it goes back.
                Err(error @ (JourneyError::Store(_) | JourneyError::Key(_))) => {
                    if probe {
                        shared.health.unproven(shared).await?;
                    }
                    return Err(error);
                }
                Err(error) => {
                    // Ours, and the same next time: it must not hold up the others.
                    tracing::error!(delivery = id, %error, "a delivery cannot be read");
                    found.skipped += 1;
                    skip_unreadable(shared, id).await?;
                }
            }
        }
        if probe && found.jobs.is_empty() {
            shared.health.unproven(shared).await?;
        }
        Ok(found)
    }

    async fn read(&self, shared: &Shared, row: Claimed, token: ClaimToken) -> Result<Job, JourneyError> {
        let kind = word("deliveries", &row.kind, DeliveryKind::parse)?;
        let to = Address::parse(&row.address).map_err(|error| JourneyError::Broken(format!("delivery {}: {error}", row.id)))?;
        let id = row.edition_id;
        let at_hand = self.lock().editions.get(&id).cloned();
        let edition = match at_hand {
            Some(edition) => edition,
            None => {
                let content = shared.store.read(move |conn| editions::content(conn, id)).await?;
                let edition = Arc::new(Edition::from_bytes(&content)?);
                let mut inner = self.lock();
                if inner.editions.len() >= EDITIONS {
                    inner.editions.clear();
                }
                inner.editions.insert(id, Arc::clone(&edition));
                edition
            }
        };
        Ok(Job { row, token, kind, to, edition, recovers: false })
    }

    /// A domain rests until then (µs): what is claimed for it and not begun goes back, the one that a lane has in hand as well.
    pub async fn put_off_domain(
        &self,
        shared: &Shared,
        domain: &str,
        until: i64,
        in_hand: Option<i64>,
    ) -> Result<(), JourneyError> {
        let ids: Vec<i64> = {
            let mut inner = self.lock();
            let inner = &mut *inner;
            let mut ids: Vec<i64> = in_hand.into_iter().collect();
            for jobs in [&mut inner.urgent, &mut inner.jobs] {
                let (resting, others): (VecDeque<Job>, VecDeque<Job>) =
                    std::mem::take(jobs).into_iter().partition(|job| job.to.domain() == domain);
                *jobs = others;
                ids.extend(resting.iter().map(|job| job.row.id));
            }
            ids
        };
        if !ids.is_empty() {
            let node = shared.node.id();
            shared.store.write(move |conn| waiting::give_back_until(conn, &ids, node, until)).await?;
        }
        Ok(())
    }

    /// The relay is in trouble: nobody draws from this stock any more.
    pub fn close(&self, trouble: &str) {
        self.lock().trouble = Some(trouble.to_owned());
        self.changed.notify_waiters();
    }

    pub fn is_closed(&self) -> bool {
        self.lock().trouble.is_some()
    }

    /// Gives back what was claimed and not begun, and tells what happened meanwhile. Only after every lane has ended.
    pub async fn end(&self, shared: &Shared) -> Result<Drained, JourneyError> {
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            // A look that is under way may still claim.
            if !self.lock().looking {
                break;
            }
            changed.await;
        }
        let (left, drained) = {
            let mut inner = self.lock();
            let left = !inner.urgent.is_empty() || !inner.jobs.is_empty();
            (left, Drained { skipped: inner.skipped, trouble: inner.trouble.take(), ..Drained::default() })
        };
        if left {
            let node = shared.node.id();
            shared.store.write(move |conn| ledger::give_back_all(conn, node)).await?;
        }
        Ok(drained)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Never held across an await.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a row no mail can be made of.
pub(super) async fn skip_unreadable(shared: &Shared, id: i64) -> Result<(), JourneyError> {
    let now = micros(shared.clock.now());
    shared.store.write(move |conn| deliveries::skip_ids(conn, vec![id], "the mail could not be made; see the log", now)).await?;
    Ok(())
}

/// Gives a row back that this node lacks the DKIM key for: a node that has it may take it, or this one once it has. Where there was
/// no key for its sender at all, it was never sent, and the next claim notes the keys of its day.
pub(super) async fn put_off(shared: &Shared, job: &Job, error: &DkimError) -> Result<(), JourneyError> {
    let (id, token, due_at) = (job.row.id, job.token, micros(shared.clock.now() + KEY_IS_MISSING));
    let never_signed = matches!(error, DkimError::NoKey { .. });
    let put_off = move |conn: &mut Conn| {
        if never_signed {
            ledger::forget_keys(conn, id, &token)?;
        }
        ledger::put_off(conn, id, &token, due_at)
    };
    shared.store.write(put_off).await?;
    Ok(())
}
