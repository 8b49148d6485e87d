//! The book: intents and results of all lanes share transactions. Whatever lanes have reported by the time a transaction
//! begins goes into it, so a slow commit gathers more and durability costs little.
//!
//! A lane waits for its entry. Until the result of one mail is durable, the lane does not begin the message of the next.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::journeys::settle::{self, Attempt, Settled};
use crate::journeys::{Context, JourneyError};
use crate::store::ledger::ClaimToken;
use crate::store::{Conn, Store, StoreError, ledger};

/// Transactions under way at once: while one is being made durable, the next is gathered.
const WRITERS: usize = 2;
/// Between two tries to write something down.
const RETRY: Duration = Duration::from_secs(1);

/// What a lane wants written down, in one transaction: the result of the mail before, the intent of the next.
#[derive(Clone, Default)]
pub(crate) struct Entry {
    pub result: Option<Attempt>,
    pub intent: Option<(i64, ClaimToken)>,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    /// None: there was no result, or its row is somebody else's by now.
    pub settled: Option<Settled>,
    /// Whether the mail with the intent may go.
    pub may_go: bool,
}

type Answer = Result<Written, JourneyError>;

struct Waiting {
    entry: Entry,
    tell: oneshot::Sender<Answer>,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Vec<Waiting>>,
    bell: Notify,
}

impl Queue {
    fn take(&self) -> Vec<Waiting> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The lanes' door to the ledger.
pub(crate) struct Book {
    queue: Arc<Queue>,
    closed: CancellationToken,
}

impl Book {
    /// `stop`: from then on a write that fails is not repeated any more.
    pub fn open(store: &Store, context: &Arc<Context>, clock: &Clock, stop: &CancellationToken) -> Self {
        let book = Self { queue: Arc::default(), closed: CancellationToken::new() };
        for _ in 0..WRITERS {
            let writer = Writer {
                store: store.clone(),
                context: Arc::clone(context),
                clock: clock.clone(),
                queue: Arc::clone(&book.queue),
                stop: stop.clone(),
            };
            let closed = book.closed.clone();
            tokio::spawn(async move {
                loop {
                    tokio::select! {
                        () = writer.queue.bell.notified() => writer.write().await,
                        () = closed.cancelled() => return,
                    }
                }
            });
        }
        book
    }

    /// Returns when the entry is durable.
    pub async fn write(&self, entry: Entry) -> Answer {
        let (tell, told) = oneshot::channel();
        self.queue.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(Waiting { entry, tell });
        self.queue.bell.notify_one();
        told.await.unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        self.closed.cancel();
    }
}

struct Writer {
    store: Store,
    context: Arc<Context>,
    clock: Clock,
    queue: Arc<Queue>,
    stop: CancellationToken,
}

impl Writer {
    /// One transaction with all that waits when it begins. Repeated until the database takes it: everything in it is a
    /// compare-and-set that says the same when it is asked again, so a COMMIT whose answer was lost does no harm.
    async fn write(&self) {
        let taken: Arc<Mutex<Vec<Waiting>>> = Arc::default();
        loop {
            let (queue, batch, context, now) =
                (Arc::clone(&self.queue), Arc::clone(&taken), Arc::clone(&self.context), self.clock.now());
            let written = self.store.write(move |conn| {
                let mut batch = batch.lock().unwrap_or_else(PoisonError::into_inner);
                if batch.is_empty() {
                    *batch = queue.take();
                }
                let entries: Vec<&Entry> = batch.iter().map(|waiting| &waiting.entry).collect();
                write_down(conn, &context, now, &entries)
            });
            let answers = match written.await {
                Ok(answers) => answers.into_iter().map(Ok).collect(),
                Err(error) if is_of_the_rows(&error) => self.one_by_one(&taken).await,
                Err(error) if self.stop.is_cancelled() => {
                    tracing::error!(%error, "the ledger cannot be written, and this node is stopping: what is in flight is in doubt");
                    return; // Whoever waits is told by its closed channel.
                }
                Err(error) => {
                    tracing::error!(%error, "the ledger cannot be written; sending waits for the database");
                    tokio::time::sleep(RETRY).await;
                    continue;
                }
            };
            let batch = std::mem::take(&mut *taken.lock().unwrap_or_else(PoisonError::into_inner));
            for (waiting, answer) in batch.into_iter().zip(answers) {
                // A lane that broke down has stopped listening; its row is written all the same.
                let _ = waiting.tell.send(answer);
            }
            return;
        }
    }

    /// One of these rows is refused for its own sake: the others must not suffer for it.
    async fn one_by_one(&self, taken: &Mutex<Vec<Waiting>>) -> Vec<Answer> {
        let entries: Vec<Entry> =
            taken.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|waiting| waiting.entry.clone()).collect();
        let mut answers = Vec::with_capacity(entries.len());
        for entry in entries {
            let (context, now) = (Arc::clone(&self.context), self.clock.now());
            let written = self.store.write(move |conn| write_down(conn, &context, now, &[&entry])).await;
            answers.push(written.map(|answers| answers.into_iter().next().unwrap_or_default()));
        }
        answers
    }
}

/// Whether the database works and refuses what it was given.
fn is_of_the_rows(error: &JourneyError) -> bool {
    match error {
        JourneyError::Store(error) => error.is_refusal(),
        _ => true,
    }
}

fn write_down(
    conn: &mut Conn,
    context: &Context,
    now: jiff::Timestamp,
    entries: &[&Entry],
) -> Result<Vec<Written>, JourneyError> {
    let attempts: Vec<Attempt> = entries.iter().filter_map(|entry| entry.result.clone()).collect();
    let intents: Vec<(i64, ClaimToken)> = entries.iter().filter_map(|entry| entry.intent).collect();
    let mut settled = settle::settle(conn, context, now, &attempts)?.into_iter();
    let may_go: HashSet<i64> = ledger::intend(conn, &intents)?;
    let written = entries.iter().map(|entry| Written {
        settled: entry.result.as_ref().and_then(|_| settled.next().flatten()),
        may_go: entry.intent.is_some_and(|(id, _)| may_go.contains(&id)),
    });
    Ok(written.collect())
}
