//! What has to be done around sending: fan-outs go on, cancelled rows end, issues whose last row is terminal are sent.

use std::sync::Arc;
use std::time::Duration;

use super::Shared;
use crate::domain::states::IssueState;
use crate::journeys::publish::FanOut;
use crate::journeys::{JourneyError, publish};
use crate::store::{StoreError, deliveries, issues, micros};

/// How long a published issue may wait for its fan-out, and a finished one to be called sent.
const PAUSE: Duration = Duration::from_millis(500);
/// Rows of a cancelled issue ended per transaction.
const CHUNK: i64 = 2_000;

/// Completes every fan-out that is under way and ends what was cancelled.
pub(super) async fn prepare(shared: &Shared) -> Result<(), JourneyError> {
    if shared.node.held().is_some() {
        // A restored database is left as it is until a person has looked.
        return Ok(());
    }
    let preparing = shared.store.read(|conn| issues::list_in(conn, IssueState::Preparing)).await?;
    for issue in preparing {
        loop {
            if shared.stop.is_cancelled() {
                return Ok(());
            }
            let (id, now) = (issue.id, shared.clock.now());
            if shared.store.write(move |conn| publish::fan_out(conn, now, id)).await? == FanOut::Complete {
                break;
            }
        }
    }
    let cancelled = shared.store.read(issues::list_cancelled_with_queue).await?;
    for id in cancelled {
        let now = micros(shared.clock.now());
        while shared.store.write(move |conn| deliveries::skip_cancelled(conn, id, CHUNK, now)).await? > 0 {}
    }
    expire(shared).await
}

/// R63: news that could not be handed over in time is no news any more.
async fn expire(shared: &Shared) -> Result<(), JourneyError> {
    let now = micros(shared.clock.now());
    for issue in shared.store.read(|conn| issues::list_in(conn, IssueState::Sending)).await? {
        if !is_expired(shared.config.expiry, issue.begun_at(), now) {
            continue;
        }
        let id = issue.id;
        while shared.store.write(move |conn| deliveries::expire(conn, id, CHUNK, now)).await? > 0 {}
    }
    Ok(())
}

/// Whether an issue that was begun then may not be tried any more. Times in µs.
pub(super) fn is_expired(after: Duration, begun_at: Option<i64>, now: i64) -> bool {
    let after = i64::try_from(after.as_micros()).unwrap_or(i64::MAX);
    begun_at.is_some_and(|at| at.saturating_add(after) < now)
}

pub(super) async fn finish(shared: &Shared) -> Result<(), JourneyError> {
    let now = shared.clock.now();
    let sending = shared.store.read(|conn| Ok::<_, StoreError>(!issues::list_in(conn, IssueState::Sending)?.is_empty())).await?;
    if sending {
        for issue in shared.store.write(move |conn| publish::finish(conn, now)).await? {
            tracing::info!(issue, "every delivery of the issue has ended: it is sent");
        }
    }
    Ok(())
}

pub(super) async fn run_until_stopped(shared: Arc<Shared>) {
    loop {
        let done = async {
            prepare(&shared).await?;
            finish(&shared).await
        };
        if let Err(error) = done.await {
            tracing::warn!(%error, "a duty has to wait");
        }
        tokio::select! {
            () = shared.stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}
