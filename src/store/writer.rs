//! SQLite's one writer: a thread that runs waiting calls, each in its own savepoint, under one shared commit. Each is answered
//! when that is durable.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;

use diesel::connection::{Connection, TransactionManager, TransactionManagerStatus};
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
    /// Until it is dropped.
    calls: Option<mpsc::Sender<Call>>,
    thread: Option<JoinHandle<()>>,
}

/// Waits until what was asked for is done and the connection is closed: whoever closes it last copies the log back, so that
/// after an orderly end there is one file.
impl Drop for Writer {
    fn drop(&mut self) {
        self.calls = None;
        match self.thread.take() {
            Some(thread) if thread.thread().id() != std::thread::current().id() => drop(thread.join()),
            // A call of its own was the last that held the store.
            _ => {}
        }
    }
}

impl Writer {
    pub fn start(path: &Path) -> Result<Self, StoreError> {
        let conn = sqlite(path, Access::Write)?;
        let (calls, waiting) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || run(conn, &waiting))
            .map_err(|e| StoreError::Pool(format!("the writer thread did not start: {e}")))?;
        Ok(Self { calls: Some(calls), thread: Some(thread) })
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
        let refused = match &self.calls {
            Some(calls) => calls.send(call).err().map(|mpsc::SendError(call)| call),
            None => Some(call),
        };
        if let Some(call) = refused {
            call(Err(StoreError::Stopped))(Ok(()));
        }
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

fn run(mut conn: Conn, waiting: &mpsc::Receiver<Call>) {
    while let Ok(first) = waiting.recv() {
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
        if let Err(error) = &commit {
            tracing::error!(%error, calls = answers.len(), "a commit failed; its calls were told so");
            // Leaves no half-open transaction behind for the next round.
            let _ = Manager::rollback_transaction(&mut conn);
        }
        for answer in answers {
            answer(commit.clone());
        }
    }
}
