//! Waiting for what must happen, however long it takes. No test judges by time: a slow machine is slow, and nothing is wrong.

use std::time::{Duration, Instant};

/// After this long a test hangs, and says so instead of waiting for ever. Nothing takes nearly as long, also on a machine that
/// is busy with something else.
pub const PATIENCE: Duration = Duration::from_secs(900);

/// How often is looked again.
const STEP: Duration = Duration::from_millis(20);

/// Looks again and again until it is so. `hung` says what there is instead, for whoever reads why the test failed.
pub async fn until(mut is_so: impl AsyncFnMut() -> bool, hung: impl FnOnce() -> String) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "still waiting after {PATIENCE:?}: {}", hung());
        tokio::time::sleep(STEP).await;
    }
}

/// The same where nothing else goes on meanwhile.
pub fn until_blocking(mut is_so: impl FnMut() -> bool, hung: impl FnOnce() -> String) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "still waiting after {PATIENCE:?}: {}", hung());
        std::thread::sleep(STEP);
    }
}
