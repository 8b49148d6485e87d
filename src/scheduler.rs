//! The heartbeat: tokio-cron-scheduler ticks, what is due is data.
//!
//! Its jobs run in UTC and know nothing of newsletters: due times are computed in each newsletter's zone and stored, and
//! every node may tick, because due times move by compare-and-set.

use std::sync::Arc;

use jiff::Timestamp;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use crate::clock::Clock;
use crate::feeds;
use crate::fetch::Fetcher;
use crate::journeys::retention::{self, Report};
use crate::journeys::schedule::Tick;
use crate::journeys::seal::{self, Sealed};
use crate::journeys::{Context, JourneyError, limits, schedule};
use crate::store::Store;

/// Every ten seconds: what is due is published within that time.
const HEARTBEAT: &str = "*/10 * * * * *";

/// Every minute, beside the heartbeat: other people's servers may take their time.
const FEEDS: &str = "30 * * * * *";

/// Transactions that seal consent records, in one heartbeat: others have their turn between two of them. A million records, as
/// an import leaves behind, are sealed within two minutes.
const SEALS: usize = 20;

pub struct Scheduler(JobScheduler);

/// Whether this process may publish by itself: not while its delivery waits to know the database.
pub type Gate = Arc<dyn Fn() -> bool + Send + Sync>;

impl Scheduler {
    pub async fn start(
        store: Store,
        context: Arc<Context>,
        clock: Clock,
        open: Gate,
        fetcher: Fetcher,
    ) -> Result<Self, JobSchedulerError> {
        let scheduler = JobScheduler::new().await?;
        let (feeds_store, feeds_context, feeds_clock, feeds_open) =
            (store.clone(), Arc::clone(&context), clock.clone(), Arc::clone(&open));
        scheduler
            .add(Job::new_async(HEARTBEAT, move |_, _| {
                let (store, context, clock, open) = (store.clone(), Arc::clone(&context), clock.clone(), Arc::clone(&open));
                Box::pin(async move {
                    if !open() {
                        return;
                    }
                    if let Err(error) = beat(&store, &context, &clock).await {
                        tracing::warn!(%error, "a heartbeat could not do its work; the next one tries again");
                    }
                })
            })?)
            .await?;
        scheduler
            .add(Job::new_async(FEEDS, move |_, _| {
                let (store, context) = (feeds_store.clone(), Arc::clone(&feeds_context));
                let (clock, fetcher, open) = (feeds_clock.clone(), fetcher.clone(), Arc::clone(&feeds_open));
                Box::pin(async move {
                    if !open() {
                        return;
                    }
                    if let Err(error) = feeds::read_due(&store, &context, &clock, &fetcher).await {
                        tracing::warn!(%error, "feeds could not be read; the next minute tries again");
                    }
                })
            })?)
            .await?;
        scheduler.start().await?;
        Ok(Self(scheduler))
    }

    pub async fn stop(mut self) {
        if let Err(error) = self.0.shutdown().await {
            tracing::warn!(%error, "the heartbeat did not stop in order");
        }
    }
}

/// One heartbeat; tests call it by hand. Each newsletter and each issue has a transaction of its own, and one that fails
/// holds up no other: what went wrong is in the log, and the next heartbeat tries again.
pub async fn beat(store: &Store, context: &Arc<Context>, clock: &Clock) -> Result<Vec<Tick>, JourneyError> {
    let now = clock.now();
    for newsletter in store.read(move |conn| schedule::due_newsletters(conn, now)).await? {
        if let Err(error) = store.write(move |conn| schedule::plan_due(conn, now, newsletter)).await {
            tracing::error!(newsletter, %error, "an issue is due and cannot be planned");
        }
    }
    let mut ticks = Vec::new();
    for issue in store.read(move |conn| schedule::due_issues(conn, now)).await? {
        let context = Arc::clone(context);
        match store.write(move |conn| schedule::publish_due(conn, &context, now, issue)).await {
            Ok(tick) => ticks.extend(tick),
            Err(error) => tracing::error!(issue, %error, "an issue is due and cannot be published"),
        }
    }
    for tick in &ticks {
        match tick {
            Tick::Published { slug, number, recipients } => {
                tracing::info!(newsletter = slug, number, recipients, "an issue was due and is published");
            }
            Tick::Held { slug, reason } => tracing::warn!(newsletter = slug, reason, "an issue is held for staff"),
            Tick::NothingReady { slug } => tracing::info!(newsletter = slug, "an issue was due, but no news item is ready"),
        }
    }
    for _ in 0..SEALS {
        if store.write(seal::seal).await? == Sealed::All {
            break;
        }
    }
    sweep(store, now).await?;
    let ctx = Arc::clone(context);
    // Looked at first: else every heartbeat would write.
    if store.read(move |conn| retention::is_due(conn, &ctx, now)).await?
        && store.write(move |conn| retention::take(conn, now)).await?
    {
        let report = retain(store, context, clock).await?;
        tracing::info!(?report, "the night's retention is done");
    }
    Ok(ticks)
}

/// Takes away what has been kept long enough, chunk by chunk, and notes what it was. Whoever calls has taken the duty on.
pub async fn retain(store: &Store, context: &Arc<Context>, clock: &Clock) -> Result<Report, JourneyError> {
    let now = clock.now();
    let mut report = Report::default();
    loop {
        match store.write(move |conn| retention::forget_unconfirmed(conn, now)).await? {
            0 => break,
            some => report.unconfirmed += some,
        }
    }
    let ctx = Arc::clone(context);
    report.network_addresses = store.write(move |conn| retention::forget_networks(conn, &ctx, now)).await?;
    loop {
        let ctx = Arc::clone(context);
        match store.write(move |conn| retention::delete_single_mails(conn, &ctx, now)).await? {
            0 => break,
            some => report.mails_deleted += some,
        }
    }
    let ctx = Arc::clone(context);
    for issue in store.read(move |conn| retention::list_untrimmed(conn, &ctx, now)).await? {
        let mut after = i64::MIN;
        while let Some((some, last)) = store.write(move |conn| retention::trim(conn, now, issue, after)).await? {
            report.mails_trimmed += some;
            after = last;
        }
    }
    let mut after = 0;
    loop {
        let ctx = Arc::clone(context);
        let chunk = store.read(move |conn| retention::list_outlived(conn, &ctx, now, after)).await?;
        let Some(last) = chunk.last() else { break };
        after = last.id;
        report.subscriptions += chunk.len();
        let ctx = Arc::clone(context);
        store.write(move |conn| retention::forget_outlived(conn, &ctx, now, &chunk)).await?;
    }
    report.swept = store.write(move |conn| retention::sweep(conn, now)).await?;
    let log = store.clone();
    let emptied = tokio::task::spawn_blocking(move || log.empty_log_blocking()).await;
    if !emptied.map_err(|error| JourneyError::Broken(error.to_string()))?? {
        tracing::warn!("the database's log is read just now, so it was not emptied; the next retention does it");
    }
    store.write(move |conn| retention::report(conn, now, &report)).await?;
    Ok(report)
}

/// Ended windows of the limits and expired challenges go, a piece at a time, so that nobody waits long for the writer.
async fn sweep(store: &Store, now: Timestamp) -> Result<(), JourneyError> {
    if store.read(move |conn| limits::is_stale(conn, now)).await? {
        while store.write(move |conn| limits::forget(conn, now)).await? {}
    }
    Ok(())
}
