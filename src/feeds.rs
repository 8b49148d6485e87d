//! Reading other websites' feeds: asks the server, reads what it says, hands it to [`crate::journeys::feeds`]. Any number of nodes
//! may do so: who moves a feed's due time on reads it.

use std::sync::Arc;

use crate::clock::Clock;
use crate::domain::feed::{self, Validators};
use crate::fetch::{Fetched, Fetcher};
use crate::journeys::feeds::{self, Taken};
use crate::journeys::{Context, JourneyError};
use crate::store::Store;
use crate::store::feeds::Feed;

/// Reads the feeds that are due, one after the other. One that fails holds up no other: what went wrong stands with it.
pub async fn read_due(store: &Store, context: &Arc<Context>, clock: &Clock, fetcher: &Fetcher) -> Result<(), JourneyError> {
    let now = clock.now();
    for feed in store.read(move |conn| feeds::due(conn, now)).await? {
        let (ctx, mine) = (Arc::clone(context), feed.clone());
        if !store.write(move |conn| feeds::take_on(conn, &ctx, now, &mine)).await? {
            continue;
        }
        let url = feed.url.clone();
        match read(store, context, clock, fetcher, feed).await {
            Err(error) => tracing::error!(url, %error, "a feed was read and cannot be taken in"),
            Ok(Ok(taken)) if taken == Taken::default() => tracing::debug!(url, "a feed says nothing new"),
            Ok(Ok(taken)) => tracing::info!(
                url,
                new = taken.new,
                changed = taken.changed,
                kept = taken.kept,
                waiting = taken.waiting,
                "a feed was read"
            ),
            Ok(Err(problem)) => tracing::warn!(url, problem, "a feed cannot be read; it is tried again later"),
        }
    }
    Ok(())
}

/// Reads one feed now. The inner error is a sentence for people; it is noted with the feed.
pub async fn read(
    store: &Store,
    context: &Arc<Context>,
    clock: &Clock,
    fetcher: &Fetcher,
    feed: Feed,
) -> Result<Result<Taken, String>, JourneyError> {
    let known = Validators { etag: feed.etag.clone(), last_modified: feed.last_modified.clone() };
    let answer = match fetcher.get(&feed.url, &known).await {
        Ok(Fetched::Unchanged) => Ok(None),
        Ok(Fetched::New { bytes, url, validators }) => {
            let entries = tokio::task::spawn_blocking(move || feed::read(&bytes, &url)).await;
            let entries = entries.map_err(|error| JourneyError::Broken(format!("{}: {error}", feed.url)))?;
            entries.map(|entries| Some((entries, validators))).map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    let (ctx, now) = (Arc::clone(context), clock.now());
    match answer {
        Ok(answer) => {
            let take_in = move |conn: &mut _| {
                let answer = answer.as_ref().map(|(entries, validators)| (entries.as_slice(), validators));
                feeds::take_in(conn, &ctx, now, &feed, answer)
            };
            Ok(Ok(store.write(take_in).await?))
        }
        Err(problem) => {
            let noted = problem.clone();
            store.write(move |conn| feeds::failed(conn, &ctx, now, &feed, &noted)).await?;
            Ok(Err(problem))
        }
    }
}
