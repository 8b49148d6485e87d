//! A lane is one task with one kept relay connection. It takes a mail, writes its intent down, hands the mail over,
//! writes the result down, and only then takes the next.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::job::{Envelope, Job};
use super::stock::{self, Stock, Turn};
use super::{Drained, Shared};
use crate::domain::after;
use crate::domain::delivery::Outcome;
use crate::journeys::JourneyError;
use crate::journeys::settle::{self, Attempt, Settled};
use crate::mail::relay::Connection;
use crate::store::{StoreError, deliveries, ledger, micros, relays};
use crate::telemetry::without_addresses;

/// How often an idle engine looks for work.
const PAUSE: Duration = Duration::from_millis(500);
/// A connection that was idle for longer is not trusted any more (R66).
const IDLE: Duration = Duration::from_secs(60);
/// Between two tries to write a result down.
const RETRY: Duration = Duration::from_secs(1);

/// A connection between rounds.
struct Kept {
    connection: Connection,
    mails: usize,
    since: Instant,
}

/// Connections that wait for the next round.
#[derive(Default)]
pub(crate) struct Pool {
    kept: Mutex<Vec<Kept>>,
}

impl Pool {
    async fn take(&self) -> Option<Kept> {
        let mut kept = self.kept.lock().await;
        kept.retain(|kept| kept.since.elapsed() < IDLE);
        kept.pop()
    }

    async fn put(&self, connection: Connection, mails: usize) {
        self.kept.lock().await.push(Kept { connection, mails, since: Instant::now() });
    }

    async fn forget(&self) {
        self.kept.lock().await.clear();
    }

    pub async fn close(&self) {
        for kept in self.kept.lock().await.drain(..) {
            kept.connection.quit().await;
        }
    }
}

/// Rounds until stopped, with a short pause when there is nothing to do.
pub(super) async fn run_until_stopped(shared: Arc<Shared>) {
    while !shared.stop.is_cancelled() {
        let idle = match round(&shared).await {
            Ok(done) => done.is_idle() || done.trouble.is_some(),
            Err(error) => {
                tracing::error!(%error, "a delivery round ended early; what it had claimed goes back");
                true
            }
        };
        if idle {
            tokio::select! {
                () = shared.stop.cancelled() => break,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }
    shared.lanes.close().await;
}

/// All lanes until nothing is due. After an error the next round begins by taking over from itself: no lane lives any more,
/// so what is still claimed goes back, and what a lane that broke down was transmitting is in doubt.
pub(super) async fn round(shared: &Arc<Shared>) -> Result<Drained, JourneyError> {
    if shared.unclean.swap(false, Ordering::SeqCst) {
        let node = shared.node.id();
        // If this fails too, the flag is set again below and the next round begins here.
        let back = shared.store.write(move |conn| ledger::take_over(conn, node)).await;
        shared.unclean.store(back.is_err(), Ordering::SeqCst);
        back?;
    }
    let done = lanes_until_dry(shared).await;
    shared.unclean.store(done.is_err(), Ordering::SeqCst);
    done
}

async fn lanes_until_dry(shared: &Arc<Shared>) -> Result<Drained, JourneyError> {
    let stock = Arc::new(Stock::default());
    let Some(first) = stock.next(shared).await? else { return stock.end(shared).await };
    let mut lanes = JoinSet::new();
    let mut first = Some(first);
    for _ in 0..shared.config.connections.max(1) {
        lanes.spawn(Lane { shared: Arc::clone(shared), stock: Arc::clone(&stock), connection: None, mails: 0 }.run(first.take()));
    }
    let mut all = Drained::default();
    let mut failure = None;
    while let Some(lane) = lanes.join_next().await {
        match lane {
            Ok((done, error)) => {
                all.add(done);
                failure = failure.or(error);
            }
            Err(error) => failure = failure.or(Some(JourneyError::Broken(format!("a lane broke down: {error}")))),
        }
    }
    all.add(stock.end(shared).await?);
    match failure {
        Some(error) => Err(error),
        None => Ok(all),
    }
}

struct Lane {
    shared: Arc<Shared>,
    stock: Arc<Stock>,
    connection: Option<Connection>,
    /// Sent over it.
    mails: usize,
}

/// What the relay and the ledger made of one mail.
enum Handed {
    /// The ledger said no: not sent.
    Refused,
    Outcome(Outcome),
}

impl Lane {
    async fn run(mut self, mut first: Option<(Job, Turn)>) -> (Drained, Option<JourneyError>) {
        let mut done = Drained::default();
        let mut buffer = Vec::new();
        let failure = loop {
            let (job, turn) = match first.take() {
                Some(drawn) => drawn,
                None => match self.stock.next(&self.shared).await {
                    Ok(Some(drawn)) => drawn,
                    Ok(None) => break None,
                    Err(error) => break Some(error),
                },
            };
            let delivered = self.deliver(&job, &mut buffer, &mut done).await;
            drop(turn);
            match delivered {
                Ok(true) => {}
                Ok(false) => break None,
                Err(error) => break Some(error),
            }
        };
        // After an error nobody knows what the relay is waiting for.
        if failure.is_none()
            && let Some(connection) = self.connection.take().filter(Connection::is_usable)
        {
            self.shared.lanes.put(connection, self.mails).await;
        }
        (done, failure)
    }

    /// Sends one mail. False: the relay is in trouble and the lane ends.
    async fn deliver(&mut self, job: &Job, buffer: &mut Vec<u8>, done: &mut Drained) -> Result<bool, JourneyError> {
        let shared = Arc::clone(&self.shared);
        let envelope = match job.compose(&shared.context, shared.config.bounce_address.as_deref(), buffer) {
            Ok(envelope) => envelope,
            // A key that this node lacks: the row goes back, for a node that has it.
            Err(error @ JourneyError::Key(_)) => return Err(error),
            Err(error) => {
                // Our own fault, and the same next time: it must not hold up the others.
                tracing::error!(delivery = job.row.id, %error, "a mail cannot be made");
                done.skipped += 1;
                stock::skip_unreadable(&shared, job.row.id).await?;
                return Ok(true);
            }
        };
        shared.pace.wait().await;
        let mut retried = false;
        let handed = loop {
            let connection = match self.connected().await {
                Ok(connection) => connection,
                Err(outcome) => break Handed::Outcome(outcome),
            };
            match hand_over(&shared, connection, job, &envelope, buffer).await? {
                // R67: a relay may close between two mails without a word; that is no trouble.
                Handed::Outcome(Outcome::RelayTrouble(_)) if connection.was_idle_closed() && !retried => {
                    retried = true;
                    self.connection = None;
                    // Those that were kept as long are closed as well.
                    shared.lanes.forget().await;
                }
                handed => break handed,
            }
        };
        let outcome = match handed {
            Handed::Refused => {
                done.refused += 1;
                let (id, token) = (job.row.id, job.token);
                shared.store.write(move |conn| ledger::give_back(conn, id, &token)).await?;
                // If the relay waits for the message by now, closing is the only way not to send it.
                self.connection = None;
                return Ok(true);
            }
            Handed::Outcome(outcome) => outcome,
        };
        let settled = record(&shared, job, &outcome).await?;
        if settled.is_none() && matches!(outcome, Outcome::Accepted(_)) {
            tracing::warn!(delivery = job.row.id, "the relay took a mail whose row is somebody else's by now");
        }
        if let Some(Settled { state, .. }) = settled {
            done.count(state);
            metrics::counter!("rundbrief_deliveries_total", "state" => state.as_str()).increment(1);
        }
        if matches!(outcome, Outcome::RelayTrouble(_)) || settled.is_some_and(|settled| settled.relay_rests) {
            let reply = outcome.reply();
            let trouble = format!("{} (at {}, {})", without_addresses(&reply.text), reply.stage.as_str(), shared.relay.place());
            rest(&shared, &trouble).await?;
            self.stock.close(&trouble).await;
            done.trouble = Some(trouble);
            return Ok(false);
        }
        shared.health.recovered(&shared).await?;
        self.mails += 1;
        let used_up = self.mails >= shared.config.mails_per_connection;
        if let Some(connection) = self.connection.take_if(|connection| used_up || !connection.is_usable()) {
            connection.quit().await;
        }
        Ok(true)
    }

    async fn connected(&mut self) -> Result<&mut Connection, Outcome> {
        if self.connection.is_none()
            && let Some(kept) = self.shared.lanes.take().await
        {
            self.mails = kept.mails;
            self.connection = Some(kept.connection);
        }
        match self.connection {
            Some(ref mut connection) => Ok(connection),
            None => {
                self.mails = 0;
                Ok(self.connection.insert(self.shared.relay.connect().await?))
            }
        }
    }
}

/// Envelope and intent at once, then the message. Nothing that contains the final dot is written before the intent is durable.
async fn hand_over(
    shared: &Shared,
    connection: &mut Connection,
    job: &Job,
    envelope: &Envelope,
    message: &[u8],
) -> Result<Handed, JourneyError> {
    let (id, token) = (job.row.id, job.token);
    let intent = shared.store.write(move |conn| ledger::intend(conn, id, &token));
    let (ready, intended) = tokio::join!(connection.envelope(&envelope.from, &job.to, message.len()), intent);
    let intended = match intended {
        Ok(intended) => intended,
        Err(error) => {
            tracing::warn!(delivery = id, %error, "an intent could not be written down; asking again");
            written(shared, move |conn| ledger::intend(conn, id, &token)).await?
        }
    };
    if !intended {
        return Ok(Handed::Refused);
    }
    if let Err(outcome) = ready {
        return Ok(Handed::Outcome(outcome));
    }
    Ok(Handed::Outcome(connection.message(message, &envelope.file_name).await))
}

/// Writes the result down. Until it is written this lane sends nothing more.
async fn record(shared: &Shared, job: &Job, outcome: &Outcome) -> Result<Option<Settled>, JourneyError> {
    let attempt = Attempt {
        id: job.row.id,
        token: job.token,
        kind: job.kind,
        address: job.row.address.clone(),
        attempts: job.row.attempts,
        created_at: job.row.created_at,
        outcome: outcome.clone(),
    };
    let (context, now) = (Arc::clone(&shared.context), shared.clock.now());
    written(shared, move |conn| settle::settle(conn, &context, now, &attempt)).await
}

/// Repeats a write until the database takes it. Every write repeated here is a compare-and-set, so a COMMIT whose answer
/// was lost does no harm when it is asked again.
async fn written<R, E, F>(shared: &Shared, write: F) -> Result<R, JourneyError>
where
    F: Fn(&mut crate::store::Conn) -> Result<R, E> + Clone + Send + 'static,
    R: Send + 'static,
    E: From<StoreError> + Into<JourneyError> + Send + 'static,
{
    loop {
        match shared.store.write(write.clone()).await {
            Ok(value) => return Ok(value),
            Err(error) => {
                let error: JourneyError = error.into();
                if shared.stop.is_cancelled() {
                    return Err(error);
                }
                tracing::error!(%error, "the ledger cannot be written; this lane waits for the database");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

/// The relay rests, for every node, ever longer with every failure in a row (R65).
async fn rest(shared: &Shared, trouble: &str) -> Result<(), JourneyError> {
    let now = shared.clock.now();
    let told = trouble.to_owned();
    let pause = shared
        .store
        .write(move |conn| {
            let health = relays::find(conn, deliveries::RELAY)?;
            let already = health.as_ref().is_some_and(|health| health.blocked_until.is_some_and(|until| until > micros(now)));
            let failures = health.map_or(0, |health| health.failures) + i64::from(!already);
            let pause = after::relay_pause(u32::try_from(failures).unwrap_or(u32::MAX));
            if !already {
                relays::set_trouble(conn, deliveries::RELAY, failures, micros(now + pause), &told, micros(now))?;
            }
            Ok::<_, StoreError>(pause)
        })
        .await?;
    shared.health.troubled();
    tracing::warn!(trouble, seconds = pause.as_secs(), "the relay is in trouble; sending rests, no reader is charged for it");
    Ok(())
}
