//! A lane is one task with one kept relay connection. It takes a mail, writes its intent down, hands the mail over, and
//! writes the result down: together with the next intent if the relay simply took the mail and another is at hand, at once
//! otherwise. The next message is begun only when both are durable.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::book::{Entry, Written};
use super::job::{Envelope, Job};
use super::stock::{self, Stock, Turn};
use super::{Drained, Shared};
use crate::domain::after;
use crate::domain::delivery::Outcome;
use crate::journeys::JourneyError;
use crate::journeys::settle::{Attempt, Settled};
use crate::mail::relay::Connection;
use crate::store::{StoreError, deliveries, ledger, micros, relays};
use crate::telemetry::without_addresses;

/// How often an idle engine looks for work.
const PAUSE: Duration = Duration::from_millis(500);
/// A connection that was idle for longer is not trusted any more (R66).
const IDLE: Duration = Duration::from_secs(60);

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
        lanes.spawn(Lane::new(shared, &stock).run(first.take()));
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
    /// A mail the relay took, which is not written down yet. It goes with the next intent.
    taken: Option<Attempt>,
    done: Drained,
}

/// What the relay and the ledger made of one mail.
enum Handed {
    /// The ledger said no: not sent.
    Refused,
    Outcome(Outcome),
}

impl Lane {
    fn new(shared: &Arc<Shared>, stock: &Arc<Stock>) -> Self {
        Self {
            shared: Arc::clone(shared),
            stock: Arc::clone(stock),
            connection: None,
            mails: 0,
            taken: None,
            done: Drained::default(),
        }
    }

    async fn run(mut self, mut first: Option<(Job, Turn)>) -> (Drained, Option<JourneyError>) {
        let mut buffer = Vec::new();
        let failure = loop {
            let drawn = match first.take().or_else(|| self.stock.at_hand(&self.shared)) {
                Some(drawn) => Ok(Some(drawn)),
                None => match self.write_down().await {
                    Ok(_) => self.stock.next(&self.shared).await,
                    Err(error) => Err(error),
                },
            };
            let (job, turn) = match drawn {
                Ok(Some(drawn)) => drawn,
                Ok(None) => break None,
                Err(error) => break Some(error),
            };
            let delivered = self.deliver(&job, &mut buffer).await;
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
        (self.done, failure)
    }

    /// Sends one mail. False: the relay is in trouble and the lane ends.
    async fn deliver(&mut self, job: &Job, buffer: &mut Vec<u8>) -> Result<bool, JourneyError> {
        let shared = Arc::clone(&self.shared);
        let envelope = match job.compose(&shared.context, shared.config.bounce_address.as_deref(), buffer) {
            Ok(envelope) => envelope,
            // A key that this node lacks: the row goes back, for a node that has it.
            Err(error @ JourneyError::Key(_)) => {
                self.write_down().await?;
                return Err(error);
            }
            Err(error) => {
                // Our own fault, and the same next time: it must not hold up the others.
                tracing::error!(delivery = job.row.id, %error, "a mail cannot be made");
                self.done.skipped += 1;
                self.write_down().await?;
                stock::skip_unreadable(&shared, job.row.id).await?;
                return Ok(true);
            }
        };
        if shared.pace.is_limited() {
            self.write_down().await?;
            shared.pace.wait(&shared.stop).await;
        }
        let outcome = match self.hand_over(job, &envelope, buffer).await? {
            Handed::Refused => {
                self.done.refused += 1;
                let (id, token) = (job.row.id, job.token);
                shared.store.write(move |conn| ledger::give_back(conn, id, &token)).await?;
                shared.health.unproven(&shared).await?;
                // If the relay waits for the message by now, closing is the only way not to send it.
                self.connection = None;
                return Ok(true);
            }
            Handed::Outcome(outcome) => outcome,
        };
        let reply = outcome.reply().clone();
        let trouble = matches!(outcome, Outcome::RelayTrouble(_));
        let accepted = matches!(outcome, Outcome::Accepted(_));
        self.taken = Some(attempt(job, outcome));
        let rests = !accepted && self.write_down().await?.is_some_and(|settled| settled.relay_rests);
        if trouble || rests {
            let trouble = format!("{} (at {}, {})", without_addresses(&reply.text), reply.stage.as_str(), shared.relay.place());
            rest(&shared, &trouble).await?;
            self.stock.close(&trouble);
            self.done.trouble = Some(trouble);
            return Ok(false);
        }
        shared.health.recovered(&shared).await?;
        self.mails += 1;
        let used_up = self.mails >= shared.config.mails_per_connection;
        if used_up || self.connection.as_ref().is_some_and(|connection| !connection.is_usable()) {
            self.write_down().await?;
            if let Some(connection) = self.connection.take() {
                connection.quit().await;
            }
        }
        Ok(true)
    }

    /// Envelope and intent at once, then the message. Nothing that contains the final dot is written before the intent is
    /// durable, and with it the result of the mail before.
    async fn hand_over(&mut self, job: &Job, envelope: &Envelope, message: &[u8]) -> Result<Handed, JourneyError> {
        let shared = Arc::clone(&self.shared);
        let mut retried = false;
        loop {
            if self.connection.is_none() {
                // Opening one may take long.
                self.write_down().await?;
            }
            if let Err(outcome) = self.connected().await {
                return Ok(Handed::Outcome(outcome));
            }
            if shared.stop.is_cancelled() {
                // Its turn, or the connection, came after the stop (R78).
                self.write_down().await?;
                return Ok(Handed::Refused);
            }
            let result = self.taken.take();
            let was_taken = result.is_some();
            let connection = match self.connected().await {
                Ok(connection) => connection,
                Err(outcome) => return Ok(Handed::Outcome(outcome)),
            };
            let intent = shared.book.write(Entry { result, intent: Some((job.row.id, job.token)) });
            let (ready, written) = tokio::join!(connection.envelope(&envelope.from, &job.to, message.len()), intent);
            let was_idle_closed = connection.was_idle_closed();
            let written = written?;
            if was_taken {
                self.count(written.settled, true);
            }
            if !written.may_go {
                return Ok(Handed::Refused);
            }
            match ready {
                // R67: a relay may close between two mails without a word; that is no trouble.
                Err(Outcome::RelayTrouble(_)) if was_idle_closed && !retried => {
                    retried = true;
                    self.connection = None;
                    // Those that were kept as long are closed as well.
                    shared.lanes.forget().await;
                }
                Err(outcome) => return Ok(Handed::Outcome(outcome)),
                Ok(()) => {
                    let connection = self.connected().await;
                    return Ok(Handed::Outcome(match connection {
                        Ok(connection) => connection.message(message, &envelope.file_name).await,
                        Err(outcome) => outcome,
                    }));
                }
            }
        }
    }

    /// Writes down what is not yet. Until that is done this lane sends nothing more.
    async fn write_down(&mut self) -> Result<Option<Settled>, JourneyError> {
        let Some(attempt) = self.taken.take() else { return Ok(None) };
        let accepted = matches!(attempt.outcome, Outcome::Accepted(_));
        let Written { settled, .. } = self.shared.book.write(Entry { result: Some(attempt), intent: None }).await?;
        self.count(settled, accepted);
        Ok(settled)
    }

    fn count(&mut self, settled: Option<Settled>, accepted: bool) {
        match settled {
            Some(Settled { state, .. }) => {
                self.done.count(state);
                metrics::counter!("rundbrief_deliveries_total", "state" => state.as_str()).increment(1);
            }
            None if accepted => tracing::warn!("the relay took a mail whose row is somebody else's by now"),
            None => {}
        }
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

fn attempt(job: &Job, outcome: Outcome) -> Attempt {
    Attempt {
        id: job.row.id,
        token: job.token,
        kind: job.kind,
        address: job.row.address.clone(),
        attempts: job.row.attempts,
        created_at: job.row.created_at,
        outcome,
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
