//! The numbers behind `/metrics`: where they are kept, and what has to be done about them now and then.

use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use super::AppError;
use crate::clock::Clock;
use crate::store::Store;
use crate::web::public::health;

/// How old the length of the queue may be. Prometheus asks every 15 seconds at most, as a rule.
const EVERY: Duration = Duration::from_secs(10);

/// From a commit on a fast disk to one that waits for a busy database.
const SECONDS: [f64; 12] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Once per process, before anything counts.
pub(super) fn install() -> Result<PrometheusHandle, AppError> {
    let failed = |error: BuildError| AppError::Web(error.to_string());
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS);
    let handle = builder.map_err(failed)?.install_recorder().map_err(failed)?;
    health::describe();
    Ok(handle)
}

/// Looks up what is not counted as it happens, and folds what was measured into its buckets: else it would pile up until
/// somebody asks.
pub(super) async fn keep(handle: PrometheusHandle, store: Store, clock: Clock) {
    loop {
        if let Err(error) = health::refresh(&store, &clock).await {
            tracing::warn!(%error, "the length of the queue could not be looked up");
        }
        handle.run_upkeep();
        tokio::time::sleep(EVERY).await;
    }
}
