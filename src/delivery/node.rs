//! A node's life: it registers, beats, watches the beats of others and takes over from the dead.
//!
//! Death is judged by beats, not by clocks: an observer must have seen a beat stand still for the whole take-over time
//! on its own monotonic clock. Wrong or jumping clocks do no harm.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Shared;
use crate::clock::Clock;
use crate::journeys::JourneyError;
use crate::store::ledger::TakenOver;
use crate::store::{Conn, Store, StoreError, ledger, micros, nodes};

/// This process in the nodes table. Its id changes when it finds itself taken for dead.
pub struct Node {
    id: AtomicI64,
    /// Beat and claim may find out at once that it is dead; one new row is enough.
    renewing: Mutex<()>,
}

impl Node {
    pub(super) async fn register(store: &Store, clock: &Clock, name: &str) -> Result<Self, JourneyError> {
        let (name, now) = (name.to_owned(), micros(clock.now()));
        let id = store.write(move |conn| nodes::insert(conn, &name, now)).await?;
        Ok(Self { id: AtomicI64::new(id), renewing: Mutex::new(()) })
    }

    pub fn id(&self) -> i64 {
        self.id.load(Ordering::SeqCst)
    }
}

/// SQLite: this process holds the file's lock, so every other node in the table is dead.
pub(super) async fn take_over_all_others(store: &Store, clock: &Clock, own: i64) -> Result<(), JourneyError> {
    let now = micros(clock.now());
    let taken = store
        .write(move |conn| {
            let mut taken = Vec::new();
            for (id, beat) in nodes::list_living(conn)? {
                if id != own {
                    taken.push((id, bury(conn, id, beat, now)?));
                }
            }
            Ok::<_, StoreError>(taken)
        })
        .await?;
    for (id, taken) in taken {
        tell(id, taken);
    }
    Ok(())
}

/// One transaction: the node is dead and its rows are somebody's again.
fn bury(conn: &mut Conn, id: i64, seen_beat: i64, now: i64) -> Result<Option<TakenOver>, StoreError> {
    if nodes::bury(conn, id, seen_beat, now)? { Ok(Some(ledger::take_over(conn, id)?)) } else { Ok(None) }
}

fn tell(node: i64, taken: Option<TakenOver>) {
    if let Some(TakenOver { requeued, unknown }) = taken {
        tracing::warn!(node, requeued, unknown, "took over from a dead node; rows in doubt wait for staff");
    }
}

/// When each other node's beat was last seen to move.
#[derive(Default)]
pub(super) struct Watch {
    seen: HashMap<i64, (i64, Instant)>,
}

impl Watch {
    /// Nodes whose beat has stood still for `limit`: (id, beat).
    fn dead(&mut self, living: &[(i64, i64)], own: i64, now: Instant, limit: std::time::Duration) -> Vec<(i64, i64)> {
        self.seen.retain(|id, _| living.iter().any(|(other, _)| other == id));
        let mut dead = Vec::new();
        for &(id, beat) in living.iter().filter(|(id, _)| *id != own) {
            let (last, since) = self.seen.entry(id).or_insert((beat, now));
            if *last != beat {
                (*last, *since) = (beat, now);
            } else if now.duration_since(*since) >= limit {
                dead.push((id, beat));
            }
        }
        dead
    }
}

/// One sign of life and one look around.
async fn beat(shared: &Shared, watch: &mut Watch) -> Result<(), JourneyError> {
    let own = shared.node.id();
    let (alive, living) =
        shared.store.write(move |conn| Ok::<_, StoreError>((nodes::beat(conn, own)?, nodes::list_living(conn)?))).await?;
    if !alive {
        return renew(shared, own).await;
    }
    for (id, beat) in watch.dead(&living, own, Instant::now(), shared.config.takeover) {
        let now = micros(shared.clock.now());
        tell(id, shared.store.write(move |conn| bury(conn, id, beat, now)).await?);
    }
    Ok(())
}

/// Another node took this one for dead (it was stopped, or cut off). Its claims are void; it goes on as a new node.
pub(super) async fn renew(shared: &Shared, was: i64) -> Result<(), JourneyError> {
    let _one = shared.node.renewing.lock().await;
    if shared.node.id() != was {
        return Ok(());
    }
    let (name, at) = (shared.config.node_name.clone(), micros(shared.clock.now()));
    let id = shared.store.write(move |conn| nodes::insert(conn, &name, at)).await?;
    shared.node.id.store(id, Ordering::SeqCst);
    tracing::warn!(was, now = id, "this node was taken for dead and goes on under a new id");
    Ok(())
}

/// Beats while the lanes work, also while they finish their last mails: an answer to a final dot may take long.
pub(super) async fn beat_until(shared: Arc<Shared>, over: CancellationToken) {
    let mut watch = Watch::default();
    // Six chances to be seen alive before anybody may think otherwise.
    let mut pulse = tokio::time::interval(shared.config.takeover / 6);
    pulse.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = over.cancelled() => return,
            _ = pulse.tick() => {}
        }
        if let Err(error) = beat(&shared, &mut watch).await {
            tracing::warn!(%error, "no beat: the database did not answer");
        }
    }
}

/// The node ends in order: what it still holds goes back.
pub(super) async fn sign_off(shared: &Shared) -> Result<(), JourneyError> {
    let (id, now) = (shared.node.id(), micros(shared.clock.now()));
    shared
        .store
        .write(move |conn| {
            for (other, beat) in nodes::list_living(conn)? {
                if other == id {
                    bury(conn, id, beat, now)?;
                }
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const LIMIT: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn a_node_is_dead_only_after_its_beat_stood_still_under_our_own_eyes() {
        let mut watch = Watch::default();
        let start = Instant::now();
        assert_eq!(watch.dead(&[(1, 5), (2, 9)], 1, start, LIMIT), []);
        assert_eq!(watch.dead(&[(1, 5), (2, 9)], 1, start + LIMIT - Duration::from_secs(1), LIMIT), []);
        assert_eq!(watch.dead(&[(1, 5), (2, 9)], 1, start + LIMIT, LIMIT), [(2, 9)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_beat_that_moves_starts_the_watch_anew() {
        let mut watch = Watch::default();
        let start = Instant::now();
        watch.dead(&[(2, 9)], 1, start, LIMIT);
        assert_eq!(watch.dead(&[(2, 10)], 1, start + LIMIT, LIMIT), []);
        assert_eq!(watch.dead(&[(2, 10)], 1, start + LIMIT + LIMIT, LIMIT), [(2, 10)]);
    }
}
