//! Whether this node may send: it must know the database it meets, and go on knowing it.
//!
//! A node that remembers a newer state raises the fence for all. One that remembers nothing is let in when a node that was
//! let in shows a sign of life; when none is left that could, the fence goes up. Only the let-in write the epoch file: what
//! it remembers is not forgotten over a restored database, and holds again when the right one comes back.

use std::path::Path;

use jiff::Timestamp;

use super::memory as epoch_file;
use super::node::Known;
use crate::clock::Clock;
use crate::domain::memory::{self, Memory, SeenFile, Verdict};
use crate::domain::states::Fence;
use crate::domain::token;
use crate::journeys::{JourneyError, restore};
use crate::store::instance::Instance;
use crate::store::nodes::Living;
use crate::store::{Conn, Store, instance, micros, nodes, replaced};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    In,
    /// It remembers nothing of this database.
    Waiting,
    /// It remembers a newer one, or another. Only a person, or the right database at the next start, lets it in.
    Out,
}

/// Registers this node as one that may send, or not yet.
pub(super) async fn enter(store: &Store, clock: &Clock, name: &str, file: &Path) -> Result<Known, JourneyError> {
    let mut remembered = blocking(file, |file| epoch_file::read(&file)).await?;
    if remembered.is_none() {
        let (instance, verdict) = store.read(|conn| restore::meet(conn, None)).await?;
        if verdict == Verdict::New {
            // Before the node is registered: a crash in between must not leave a database that was at work and no file.
            let memory = restore::note(&instance.public_id, instance.epoch, None);
            let written = memory.clone();
            blocking(file, move |file| epoch_file::write(&file, &written)).await?;
            remembered = Some(memory);
        }
    }
    let (name, public_id, now, alone) = (name.to_owned(), token::random_id()?, clock.now(), store.is_sqlite());
    let opened = store.clone();
    let known = store
        .write(move |conn| {
            let (instance, verdict) = restore::meet(conn, remembered.as_ref())?;
            let admission = match verdict {
                Verdict::Known | Verdict::New => Admission::In,
                Verdict::Stranger => Admission::Waiting,
                Verdict::Restored | Verdict::Foreign => Admission::Out,
            };
            match verdict {
                Verdict::Known => instance::recognise(conn)?,
                Verdict::Restored => restore::raise(conn, now, Fence::Restored)?,
                // Where there are others it may be this node that is in the wrong place.
                Verdict::Foreign if alone => restore::raise(conn, now, Fence::Unremembered)?,
                _ => {}
            }
            let epoch = (admission == Admission::In).then_some(instance.epoch);
            let own = nodes::insert(conn, &name, public_id, epoch, micros(now))?;
            let fence = instance::fence(conn)?;
            let seen = see(conn, &opened)?;
            Ok::<_, JourneyError>(Known { own, instance: instance.public_id, epoch: instance.epoch, admission, fence, seen })
        })
        .await?;
    remember(file, known, store.look().map(|(path, _)| path)).await?;
    Ok(known)
}

/// Writes the epoch file, if this node was let in. `database`: SQLite's file.
pub(super) async fn remember(file: &Path, known: Known, database: Option<String>) -> Result<(), JourneyError> {
    if known.admission != Admission::In {
        return Ok(());
    }
    let seen = database.zip(known.seen).map(|(path, (look, count))| SeenFile { path, look, count });
    let memory = restore::note(&known.instance, known.epoch, Some((&known.own.public_id, known.own.beat)));
    let memory = Memory { file: seen, ..memory };
    blocking(file, move |file| epoch_file::write(&file, &memory)).await
}

async fn blocking<R: Send + 'static>(
    file: &Path,
    work: impl FnOnce(std::path::PathBuf) -> Result<R, JourneyError> + Send + 'static,
) -> Result<R, JourneyError> {
    let file = file.to_owned();
    let done = tokio::task::spawn_blocking(move || work(file)).await;
    done.unwrap_or_else(|error| Err(JourneyError::Broken(format!("the epoch file could not be reached: {error}"))))
}

/// What a look around brought.
pub(super) struct Look {
    /// None: this node was taken for dead, or its row is not the one it knows; it goes on under a new id.
    pub beat: Option<i64>,
    pub known: Known,
    pub living: Vec<Living>,
}

/// One sign of life, and whether the database is still the one that is known. `seen`: the others' beats when last looked at.
pub(super) fn look_around(
    conn: &mut Conn,
    store: &Store,
    known: Known,
    seen: &[(i64, i64)],
    now: Timestamp,
) -> Result<Look, JourneyError> {
    let found = instance::get(conn)?;
    if known.admission == Admission::In && is_behind(conn, known, found)? {
        // Its row stays as the backup has it: nobody else can tell by it.
        restore::raise(conn, now, Fence::Restored)?;
        let known = Known { admission: Admission::Out, fence: instance::fence(conn)?, epoch: found.epoch, ..known };
        return Ok(Look { beat: None, known, living: Vec::new() });
    }
    let beat = nodes::beat(conn, known.own)?;
    let known = Known { seen: see(conn, store)?, ..known };
    let living = nodes::list_living(conn)?;
    let mut now_known = known;
    match known.admission {
        Admission::In => {
            if found.fence == Some(Fence::Unremembered) {
                instance::recognise(conn)?;
            }
            now_known.epoch = found.epoch;
        }
        Admission::Waiting | Admission::Out if found.epoch > known.epoch => {
            // A person has confirmed it under our eyes.
            now_known = Known { admission: Admission::In, instance: found.public_id, epoch: found.epoch, ..known };
        }
        Admission::Waiting if found.fence.is_none() => {
            let admitted = |node: &&Living| node.id != known.own.id && node.epoch == Some(found.epoch);
            let mut others = living.iter().filter(admitted).peekable();
            if others.peek().is_none() {
                restore::raise(conn, now, Fence::Unremembered)?;
            } else if others.any(|node| seen.iter().any(|(id, beat)| *id == node.id && *beat != node.beat)) {
                now_known.admission = Admission::In;
            }
        }
        Admission::Waiting | Admission::Out => {}
    }
    if now_known.admission == Admission::In && (known.admission, known.epoch) != (Admission::In, now_known.epoch) {
        nodes::let_in(conn, known.own, now_known.epoch)?;
    }
    now_known.fence = instance::fence(conn)?;
    now_known.own.beat = beat.unwrap_or(known.own.beat);
    Ok(Look { beat, known: now_known, living })
}

/// SQLite's file, and the count that is written into it now. Looked at by the thread that writes: between this and the commit
/// it copies nothing back from the log.
fn see(conn: &mut Conn, store: &Store) -> Result<Option<(memory::Look, i32)>, JourneyError> {
    let look = store.look().map(|(_, look)| look);
    Ok(look.zip(replaced::count(conn)?))
}

/// Whether the database is older than what this node has seen committed itself.
fn is_behind(conn: &mut Conn, known: Known, found: Instance) -> Result<bool, JourneyError> {
    let beat = nodes::last_beat(conn, &known.own.public_id)?;
    let row = beat.is_some_and(|beat| beat >= known.own.beat);
    Ok(!row || found.public_id != known.instance || found.epoch < known.epoch)
}
