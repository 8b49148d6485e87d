//! SQLite's one writer: a thread that runs waiting calls, each in its own savepoint, under one shared commit. Each is answered
//! when that is durable: where further calls wait, a second thread syncs the write-ahead log and answers, while they are run.
//!
//! SQLite itself is told not to sync at each commit (`synchronous = NORMAL`), because it would hold its lock and our thread
//! meanwhile. What others may see before it is durable does no harm: whoever acts on it beyond the database, as a lane does
//! with its final dot, waits for an answer of its own first, and what is durable is always a beginning of the log.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, mpsc};

use diesel::connection::{Connection, SimpleConnection, TransactionManager, TransactionManagerStatus};
use tokio::sync::oneshot;

use super::StoreError;
use super::connection::{Access, Conn, begin_immediate, sqlite, transaction};

/// More calls than this do not make a commit cheaper, only its answer later.
const CALLS_PER_COMMIT: usize = 256;

type Manager = <Conn as Connection>::TransactionManager;

/// Told whether the commit that covers it went through; then it answers its caller.
type Answer = Box<dyn FnOnce(Result<(), String>) + Send>;
/// Is handed the connection, or why there is none.
type Call = Box<dyn FnOnce(Result<&mut Conn, StoreError>) -> Answer + Send>;

pub(super) struct Writer {
    calls: mpsc::Sender<Call>,
}

impl Writer {
    pub fn start(path: &Path) -> Result<Self, StoreError> {
        let mut conn = sqlite(path, Access::Write)?;
        // The first transaction makes the log. The file is there, and the same, as long as anybody is connected.
        conn.batch_execute("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000; BEGIN IMMEDIATE; COMMIT")?;
        let log = format!("{}-wal", path.display());
        let log = Arc::new(File::open(&log).map_err(|e| StoreError::Pool(format!("cannot open {log}: {e}")))?);
        let same_log = Arc::clone(&log);
        let started = |e| StoreError::Pool(format!("the writer thread did not start: {e}"));
        let (calls, waiting) = mpsc::channel();
        // One round is being synced, one waits for it; then the writer waits, and calls gather.
        let (done, committed) = mpsc::sync_channel(1);
        let thread = |name: &str| std::thread::Builder::new().name(name.into());
        thread("sqlite-sync").spawn(move || sync(&same_log, &committed)).map_err(started)?;
        thread("sqlite-writer").spawn(move || run(conn, &log, &waiting, &done)).map_err(started)?;
        Ok(Self { calls })
    }

    /// Queues `f`. The receiver gets its result after the commit that makes it durable.
    pub fn call<R, E, F>(&self, f: F) -> oneshot::Receiver<Result<R, E>>
    where
        F: FnOnce(&mut Conn) -> Result<R, E> + Send + 'static,
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        // The caller may have stopped waiting; its work is done all the same.
        self.call_then(f, move |result| drop(tell.send(result)));
        told
    }

    /// Queues `f` and hands its result to `then` on a thread of the store, after the commit that makes it durable.
    pub fn call_then<R, E, F, T>(&self, f: F, then: T)
    where
        F: FnOnce(&mut Conn) -> Result<R, E> + Send + 'static,
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
        T: FnOnce(Result<R, E>) + Send + 'static,
    {
        let call: Call = Box::new(move |conn| {
            let result = conn.map_err(E::from).and_then(|conn| contained(conn, f));
            Box::new(move |commit| {
                then(match (result, commit) {
                    (Ok(_), Err(reason)) => Err(E::from(StoreError::Commit(reason))),
                    (result, _) => result,
                });
            })
        });
        // A closed channel drops the call, which its caller sees as a stopped writer.
        let _ = self.calls.send(call);
    }
}

/// A call that panics takes its savepoint back and nobody else down.
fn contained<R, E: From<StoreError>>(conn: &mut Conn, f: impl FnOnce(&mut Conn) -> Result<R, E>) -> Result<R, E> {
    match catch_unwind(AssertUnwindSafe(|| transaction(conn, f))) {
        Ok(result) => result,
        Err(_) => {
            Manager::rollback_transaction(conn).map_err(StoreError::from)?;
            Err(StoreError::Panicked.into())
        }
    }
}

/// Whether the transaction all calls of a round share is still open. SQLite gives it up by itself when, say, the disk is
/// full; what came before is lost then, and what came after would commit on its own.
fn is_shared_open(conn: &mut Conn) -> bool {
    match Manager::transaction_manager_status_mut(conn) {
        TransactionManagerStatus::Valid(status) => status.transaction_depth().is_some_and(|depth| depth.get() == 1),
        TransactionManagerStatus::InError => false,
    }
}

/// Makes durable what was committed, as much at a time as there is, and answers. Ends with the writer.
///
/// If the disk fails the whole process ends: nobody knows what the disk holds, and a second sync would only seem to mend it
/// (PostgreSQL panics there for the same reason). That is as good as a kill, which loses nobody, and whoever watches over the
/// process hears of it.
fn sync(log: &File, committed: &mpsc::Receiver<Vec<Answer>>) {
    while let Ok(mut answers) = committed.recv() {
        while let Ok(further) = committed.try_recv() {
            answers.extend(further);
        }
        make_durable(log, answers);
    }
}

fn make_durable(log: &File, answers: Vec<Answer>) {
    if let Err(error) = log.sync_data() {
        tracing::error!(%error, "the disk does not keep what is written, so nothing more is sent; check the disk, then start again");
        std::process::exit(1);
    }
    for answer in answers {
        answer(Ok(()));
    }
}

fn run(mut conn: Conn, log: &File, waiting: &mpsc::Receiver<Call>, done: &mpsc::SyncSender<Vec<Answer>>) {
    let mut next = None;
    while let Some(first) = next.take().or_else(|| waiting.recv().ok()) {
        let mut answers = Vec::new();
        let commit = match begin_immediate(&mut conn) {
            Ok(()) => {
                answers.push(first(Ok(&mut conn)));
                while answers.len() < CALLS_PER_COMMIT && is_shared_open(&mut conn) {
                    let Ok(call) = waiting.try_recv() else { break };
                    answers.push(call(Ok(&mut conn)));
                }
                if is_shared_open(&mut conn) {
                    Manager::commit_transaction(&mut conn).map_err(|e| e.to_string())
                } else {
                    Err("SQLite gave the transaction up; is the disk full?".to_owned())
                }
            }
            Err(error) => {
                tracing::error!(%error, "the database did not take a write");
                first(Err(error))(Ok(()));
                continue;
            }
        };
        if let Err(error) = commit {
            tracing::error!(%error, calls = answers.len(), "a commit failed; its calls were told so");
            // Leaves no half-open transaction behind for the next round.
            let _ = Manager::rollback_transaction(&mut conn);
            for answer in answers {
                answer(Err(error.clone()));
            }
            continue;
        }
        next = waiting.try_recv().ok();
        if next.is_none() {
            // Nobody waits for this thread, and waking the other one takes its time.
            make_durable(log, answers);
        } else if done.send(answers).is_err() {
            return; // The other thread is gone, which has ended the process or panicked.
        }
    }
}
