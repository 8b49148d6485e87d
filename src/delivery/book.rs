//! The book: intents and results of all lanes share transactions, one at a time. Whatever lanes have reported by the time one
//! begins goes into it, so a slow commit gathers more and durability costs little.
//!
//! A lane waits for its entry. Until the result of one mail is durable, the lane does not begin the message of the next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::meter::Meter;
use crate::clock::Clock;
use crate::journeys::settle::{self, Attempt, Settled, WrittenDown};
use crate::journeys::{Context, JourneyError};
use crate::store::ledger::ClaimToken;
use crate::store::{self, Conn, Store, StoreError};

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

/// Entries of one transaction, kept until it is known to have gone through.
type Batch = Arc<Mutex<Vec<Waiting>>>;

#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    /// A transaction is under way, or asked for and will take what waits when it begins.
    under_way: bool,
}

/// The lanes' door to the ledger.
#[derive(Clone)]
pub(crate) struct Book {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    context: Arc<Context>,
    clock: Clock,
    /// From then on a write that fails is not repeated any more.
    stop: CancellationToken,
    /// The database's own threads are not part of it.
    runtime: Handle,
    queue: Mutex<Queue>,
    meter: Arc<Meter>,
}

impl Book {
    /// Within the runtime the lanes run in.
    pub fn open(store: &Store, context: &Arc<Context>, clock: &Clock, stop: &CancellationToken, meter: &Arc<Meter>) -> Self {
        let (store, context, clock, stop) = (store.clone(), Arc::clone(context), clock.clone(), stop.clone());
        let (runtime, queue, meter) = (Handle::current(), Mutex::default(), Arc::clone(meter));
        Self { inner: Arc::new(Inner { store, context, clock, stop, runtime, queue, meter }) }
    }

    /// Returns when the entry is durable.
    pub async fn write(&self, entry: Entry) -> Answer {
        let (tell, told) = oneshot::channel();
        self.queue().waiting.push(Waiting { entry, tell });
        self.ask();
        told.await.unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    /// Asks for a transaction, unless there is one.
    fn ask(&self) {
        let mut queue = self.queue();
        if queue.waiting.is_empty() || queue.under_way {
            return;
        }
        queue.under_way = true;
        drop(queue);
        let batch = Batch::default();
        let (book, taken) = (self.clone(), Arc::clone(&batch));
        let write = move |conn: &mut Conn| {
            book.take(&taken);
            book.write_down(conn, &taken)
        };
        let (book, asked) = (self.clone(), Instant::now());
        self.inner.store.write_then(write, move |written| match written {
            Ok(answers) => {
                book.inner.meter.committed(asked.elapsed(), answers.len());
                book.tell(&batch, answers.into_iter().map(Ok));
            }
            Err(error) => {
                book.inner.meter.commit_failed();
                if lock(&batch).is_empty() {
                    // It did not even begin.
                    book.take(&batch);
                }
                let runtime = book.inner.runtime.clone();
                drop(runtime.spawn(async move { book.try_again(batch, error).await }));
            }
        });
    }

    fn take(&self, batch: &Batch) {
        *lock(batch) = std::mem::take(&mut self.queue().waiting);
    }

    /// Repeated until the database takes it: everything in a batch is a compare-and-set that says the same when it is asked
    /// again, so a COMMIT whose answer was lost does no harm.
    async fn try_again(self, batch: Batch, mut error: JourneyError) {
        loop {
            if is_of_the_rows(&error) {
                let answers = self.one_by_one(&batch).await;
                return self.tell(&batch, answers);
            }
            if self.inner.stop.is_cancelled() {
                tracing::error!(%error, "the ledger cannot be written, and this node is stopping: what is in flight is in doubt");
                lock(&batch).clear(); // Whoever waits is told by a closed channel.
                return self.tell(&batch, []);
            }
            tracing::error!(%error, "the ledger cannot be written; sending waits for the database");
            tokio::time::sleep(RETRY).await;
            let (book, taken) = (self.clone(), Arc::clone(&batch));
            match self.inner.store.write(move |conn| book.write_down(conn, &taken)).await {
                Ok(answers) => return self.tell(&batch, answers.into_iter().map(Ok)),
                Err(again) => error = again,
            }
        }
    }

    /// One of these rows is refused for its own sake: the others must not suffer for it.
    async fn one_by_one(&self, batch: &Batch) -> Vec<Answer> {
        let entries: Vec<Entry> = lock(batch).iter().map(|waiting| waiting.entry.clone()).collect();
        let mut answers = Vec::with_capacity(entries.len());
        for entry in entries {
            let (context, now) = (Arc::clone(&self.inner.context), self.inner.clock.now());
            let written = self.inner.store.write(move |conn| write_down(conn, &context, now, &[&entry])).await;
            answers.push(written.map(|answers| answers.into_iter().next().unwrap_or_default()));
        }
        answers
    }

    fn write_down(&self, conn: &mut Conn, batch: &Batch) -> Result<Vec<Written>, JourneyError> {
        let batch = lock(batch);
        let entries: Vec<&Entry> = batch.iter().map(|waiting| &waiting.entry).collect();
        write_down(conn, &self.inner.context, self.inner.clock.now(), &entries)
    }

    /// Ends a transaction: its lanes hear, and what came in meanwhile has its turn.
    fn tell(&self, batch: &Batch, answers: impl IntoIterator<Item = Answer>) {
        for (waiting, answer) in std::mem::take(&mut *lock(batch)).into_iter().zip(answers) {
            // A lane that broke down has stopped listening; its row is written all the same.
            let _ = waiting.tell.send(answer);
        }
        self.queue().under_way = false;
        self.ask();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        lock(&self.inner.queue)
    }
}

/// Never held across an await.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
    let attempts: Vec<&Attempt> = entries.iter().filter_map(|entry| entry.result.as_ref()).collect();
    let intents: Vec<(i64, ClaimToken)> = entries.iter().filter_map(|entry| entry.intent).collect();
    let WrittenDown { settled, rows } = if settle::is_plain(&attempts) {
        settle::settle(conn, context, now, &attempts, &intents)?
    } else {
        store::transaction(conn, |conn| settle::settle(conn, context, now, &attempts, &intents))?
    };
    let mut settled = settled.into_iter();
    let written = entries.iter().map(|entry| Written {
        settled: entry.result.as_ref().and_then(|_| settled.next().flatten()),
        may_go: entry.intent.is_some_and(|(id, _)| rows.contains(&id)),
    });
    Ok(written.collect())
}
