//! Rounds: all lanes work until nothing is due, then the engine looks again now and then.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::JoinSet;

use super::lane::Lane;
use super::stock::Stock;
use super::{Drained, Shared};
use crate::journeys::JourneyError;
use crate::store::ledger;

/// How often an idle engine looks for work.
const PAUSE: Duration = Duration::from_millis(500);

/// Rounds until stopped, with a short pause when there is nothing to do.
pub(super) async fn run_until_stopped(shared: Arc<Shared>) {
    while !shared.stop.is_cancelled() {
        let idle = match round(&shared).await {
            Ok(done) => done.is_idle() || done.trouble.is_some(),
            Err(error) => {
                tracing::error!(%error, "a delivery round ended early; what it had claimed goes back");
                true
            }
        };
        if idle {
            tokio::select! {
                () = shared.stop.cancelled() => break,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }
    shared.lanes.close().await;
}

/// All lanes until nothing is due. After an error the next round begins by taking over from itself: no lane lives any more,
/// so what is still claimed goes back, and what a lane that broke down was transmitting is in doubt.
pub(super) async fn round(shared: &Arc<Shared>) -> Result<Drained, JourneyError> {
    if shared.unclean.swap(false, Ordering::SeqCst) {
        let node = shared.node.id();
        // If this fails too, the flag is set again below and the next round begins here.
        let back = shared.store.write(move |conn| ledger::take_over(conn, node)).await;
        shared.unclean.store(back.is_err(), Ordering::SeqCst);
        back?;
    }
    let done = lanes_until_dry(shared).await;
    shared.unclean.store(done.is_err(), Ordering::SeqCst);
    done
}

async fn lanes_until_dry(shared: &Arc<Shared>) -> Result<Drained, JourneyError> {
    let stock = Arc::new(Stock::default());
    let Some(first) = stock.next(shared).await? else { return stock.end(shared).await };
    let mut lanes = JoinSet::new();
    let mut first = Some(first);
    for _ in 0..shared.config.connections.max(1) {
        lanes.spawn(Lane::new(shared, &stock).run(first.take()));
    }
    let mut all = Drained::default();
    let mut failure = None;
    while let Some(lane) = lanes.join_next().await {
        match lane {
            Ok((done, error)) => {
                all.add(done);
                failure = failure.or(error);
            }
            Err(error) => failure = failure.or(Some(JourneyError::Broken(format!("a lane broke down: {error}")))),
        }
    }
    all.add(stock.end(shared).await?);
    match failure {
        Some(error) => Err(error),
        None => Ok(all),
    }
}
