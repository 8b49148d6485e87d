//! A node's life: it registers, beats, watches the beats of others and takes over from the dead.
//!
//! Death is judged by beats, not by clocks: an observer must have seen a beat stand still for the whole take-over time
//! on its own monotonic clock. Wrong or jumping clocks do no harm.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::admission::{self, Admission, Look};
use super::{Config, Shared, meter};
use crate::clock::Clock;
use crate::domain::memory::{self, ADVICE};
use crate::domain::states::Fence;
use crate::domain::token;
use crate::journeys::JourneyError;
use crate::store::ledger::TakenOver;
use crate::store::nodes::{Living, Own};
use crate::store::{Conn, Store, StoreError, ledger, micros, nodes};

/// This process in the nodes table, and the database as it knows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub own: Own,
    pub instance: [u8; 16],
    pub epoch: i64,
    pub admission: Admission,
    pub fence: Option<Fence>,
    /// SQLite's file before the last beat, and the count that this beat wrote into it.
    pub seen: Option<(memory::Look, i32)>,
}

/// This process in the nodes table. Its id changes when it finds itself taken for dead.
pub struct Node {
    known: Mutex<Known>,
    epoch_file: PathBuf,
    /// SQLite's file.
    database: Option<String>,
    /// Beat and claim may find out at once that it is dead; one new row is enough. And one writes the epoch file at a time.
    renewing: tokio::sync::Mutex<()>,
    looked: Notify,
}

impl Node {
    pub(super) async fn register(store: &Store, clock: &Clock, config: &Config) -> Result<Self, JourneyError> {
        let known = admission::enter(store, clock, &config.node_name, &config.epoch_file).await?;
        Ok(Self {
            known: Mutex::new(known),
            epoch_file: config.epoch_file.clone(),
            database: store.look().map(|(path, _)| path),
            renewing: tokio::sync::Mutex::new(()),
            looked: Notify::new(),
        })
    }

    pub fn id(&self) -> i64 {
        self.lock().own.id
    }

    pub(super) fn known(&self) -> Known {
        *self.lock()
    }

    /// Why this node sends nothing, in words. None: it sends.
    pub(super) fn held(&self) -> Option<String> {
        let known = self.known();
        match (known.fence, known.admission) {
            (Some(fence), _) => Some(format!("{}. {ADVICE}", fence.reason())),
            (None, Admission::In) => None,
            (None, Admission::Waiting) => {
                Some("this node is new, and waits for a sign of life of one that knows the database".into())
            }
            (None, Admission::Out) => Some(format!(
                "this node remembers another database, or a newer state of this one, in {}. {ADVICE}",
                self.epoch_file.display()
            )),
        }
    }

    /// Returns once it is clear whether this node sends.
    pub(super) async fn settled(&self, stop: &CancellationToken) {
        loop {
            let looked = self.looked.notified();
            let known = self.known();
            if known.admission != Admission::Waiting || known.fence.is_some() {
                return;
            }
            tokio::select! {
                () = looked => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Takes over what a look around brought, and remembers it.
    async fn learn(&self, look: Known) {
        let _one = self.renewing.lock().await;
        {
            let mut known = self.lock();
            if known.own.id != look.own.id {
                return;
            }
            let beat = known.own.beat.max(look.own.beat);
            *known = Known { own: Own { beat, ..look.own }, ..look };
        }
        self.remember().await;
        self.looked.notify_waiters();
    }

    /// A file that cannot be written is no reason not to send: what it remembers is older then, which does no harm.
    async fn remember(&self) {
        if let Err(error) = admission::remember(&self.epoch_file, self.known(), self.database.clone()).await {
            tracing::warn!(%error, "a restore of the database may go unnoticed");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        // Never held across an await.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says whenever it changes whether this node sends, and why not.
pub(super) async fn tell_until(shared: Arc<Shared>, over: CancellationToken) {
    let mut told = None;
    let sending_held = meter::held();
    loop {
        let looked = shared.node.looked.notified();
        let held = shared.node.held();
        sending_held.set(if held.is_some() { 1.0 } else { 0.0 });
        match &held {
            Some(why) if held != told => tracing::error!("nothing is sent: {why}"),
            None if told.is_some() => tracing::warn!("sending goes on"),
            _ => {}
        }
        told = held;
        tokio::select! {
            () = over.cancelled() => return,
            () = looked => {}
        }
    }
}

/// SQLite: this process holds the file's lock, so every other node in the table is dead.
pub(super) async fn take_over_all_others(store: &Store, clock: &Clock, own: i64) -> Result<(), JourneyError> {
    let now = micros(clock.now());
    let taken = store
        .write(move |conn| {
            let mut taken = Vec::new();
            for node in nodes::list_living(conn)?.into_iter().filter(|node| node.id != own) {
                taken.push((node.id, bury(conn, node.id, node.beat, now)?));
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
    fn dead(&mut self, living: &[Living], own: i64, now: Instant, limit: std::time::Duration) -> Vec<(i64, i64)> {
        self.seen.retain(|id, _| living.iter().any(|other| other.id == *id));
        let mut dead = Vec::new();
        for &Living { id, beat, .. } in living.iter().filter(|other| other.id != own) {
            let (last, since) = self.seen.entry(id).or_insert((beat, now));
            if *last != beat {
                (*last, *since) = (beat, now);
            } else if now.duration_since(*since) >= limit {
                dead.push((id, beat));
            }
        }
        dead
    }

    fn beats(&self) -> Vec<(i64, i64)> {
        self.seen.iter().map(|(id, (beat, _))| (*id, *beat)).collect()
    }
}

/// One sign of life and one look around.
pub(super) async fn beat(shared: &Shared, watch: &mut Watch) -> Result<(), JourneyError> {
    let (known, seen, now, store) = (shared.node.known(), watch.beats(), shared.clock.now(), shared.store.clone());
    let Look { beat, known, living } =
        shared.store.write(move |conn| admission::look_around(conn, &store, known, &seen, now)).await?;
    shared.node.learn(known).await;
    if beat.is_none() {
        return renew(shared, known.own.id).await;
    }
    for (id, beat) in watch.dead(&living, known.own.id, Instant::now(), shared.config.takeover) {
        let now = micros(shared.clock.now());
        tell(id, shared.store.write(move |conn| bury(conn, id, beat, now)).await?);
    }
    Ok(())
}

/// Another node took this one for dead (it was stopped, or cut off), or its row is gone with a restore. Its claims are void; it
/// goes on as a new node.
pub(super) async fn renew(shared: &Shared, was: i64) -> Result<(), JourneyError> {
    let _one = shared.node.renewing.lock().await;
    let known = shared.node.known();
    if known.own.id != was {
        return Ok(());
    }
    let (name, public_id, at) = (shared.config.node_name.clone(), token::random_id()?, micros(shared.clock.now()));
    let epoch = (known.admission == Admission::In).then_some(known.epoch);
    let own = shared.store.write(move |conn| nodes::insert(conn, &name, public_id, epoch, at)).await?;
    shared.node.lock().own = own;
    shared.node.remember().await;
    tracing::warn!(was, now = own.id, "this node was given up and goes on under a new id");
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

/// The node ends in order: what it still holds goes back. Its last beat is remembered, so that a backup from before is seen.
pub(super) async fn sign_off(shared: &Shared) -> Result<(), JourneyError> {
    let (known, now, store) = (shared.node.known(), shared.clock.now(), shared.store.clone());
    let look = shared
        .store
        .write(move |conn| {
            let look = admission::look_around(conn, &store, known, &[], now)?;
            if let Some(beat) = look.beat {
                bury(conn, known.own.id, beat, micros(now))?;
            }
            Ok::<_, JourneyError>(look)
        })
        .await?;
    shared.node.learn(look.known).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn living(id: i64, beat: i64) -> Living {
        Living { id, beat, epoch: Some(1) }
    }

    const LIMIT: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn a_node_is_dead_only_after_its_beat_stood_still_under_our_own_eyes() {
        let mut watch = Watch::default();
        let start = Instant::now();
        assert_eq!(watch.dead(&[living(1, 5), living(2, 9)], 1, start, LIMIT), []);
        assert_eq!(watch.dead(&[living(1, 5), living(2, 9)], 1, start + LIMIT - Duration::from_secs(1), LIMIT), []);
        assert_eq!(watch.dead(&[living(1, 5), living(2, 9)], 1, start + LIMIT, LIMIT), [(2, 9)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_beat_that_moves_starts_the_watch_anew() {
        let mut watch = Watch::default();
        let start = Instant::now();
        watch.dead(&[living(2, 9)], 1, start, LIMIT);
        assert_eq!(watch.dead(&[living(2, 10)], 1, start + LIMIT, LIMIT), []);
        assert_eq!(watch.dead(&[living(2, 10)], 1, start + LIMIT + LIMIT, LIMIT), [(2, 10)]);
    }
}
