//! A lane is one task with one kept relay connection. It takes a mail, writes its intent down, hands the mail over, and
//! writes the result down: together with the next intent if the relay simply took the mail and another is at hand, at once
//! otherwise. The next message is begun only when both are durable.

use std::sync::Arc;

use jiff::SignedDuration;

use super::book::{Entry, Written};
use super::job::{Envelope, Job};
use super::meter::{self, Closed};
use super::pool::Kept;
use super::stock::{self, Stock, Turn};
use super::{Drained, Shared};
use crate::domain::after;
use crate::domain::delivery::{Outcome, Stage, without_addresses};
use crate::domain::throttle::{self, Destination};
use crate::journeys::JourneyError;
use crate::journeys::settle::{Attempt, Settled};
use crate::mail::relay::{Connection, NextEnvelope};
use crate::store::{StoreError, deliveries, ledger, micros, relays};

/// Mails on a connection, where neither the settings nor the relay ask for fewer (R66).
const MAILS_PER_CONNECTION: usize = 100;

pub(super) struct Lane {
    shared: Arc<Shared>,
    stock: Arc<Stock>,
    connection: Option<Connection>,
    /// Sent over it.
    mails: usize,
    /// A mail the relay took, which is not written down yet. It goes with the next intent.
    taken: Option<Attempt>,
    /// The next mail; its envelope may have gone out already, its intent has not.
    next: Option<Mail>,
    /// A buffer to make mails in.
    spare: Vec<u8>,
    done: Drained,
}

/// A mail that is made and can go.
struct Mail {
    job: Job,
    envelope: Envelope,
    message: Vec<u8>,
    _turn: Turn,
}

/// A mail that cannot be made.
struct Unmade {
    error: JourneyError,
    job: Job,
    _turn: Turn,
}

/// What the relay and the ledger made of one mail.
enum Handed {
    /// The ledger said no: not sent.
    Refused,
    Outcome(Outcome),
}

impl Lane {
    pub fn new(shared: &Arc<Shared>, stock: &Arc<Stock>) -> Self {
        Self {
            shared: Arc::clone(shared),
            stock: Arc::clone(stock),
            connection: None,
            mails: 0,
            taken: None,
            next: None,
            spare: Vec::new(),
            done: Drained::default(),
        }
    }

    pub async fn run(mut self, first: Option<(Job, Turn)>) -> (Drained, Option<JourneyError>) {
        let failure = self.work(first).await.err();
        if let Some(next) = self.next.take() {
            self.stock.put_back(next.job);
            // The relay may know of it.
            self.close(Closed::Withdrawn);
        }
        // After an error nobody knows what the relay is waiting for.
        if failure.is_none()
            && self.connection.as_ref().is_some_and(Connection::is_usable)
            && let Some(connection) = self.connection.take()
        {
            self.shared.lanes.put(connection, self.mails).await;
        } else {
            self.close(Closed::Broken);
        }
        (self.done, failure)
    }

    /// Mail after mail, until nothing is due or the relay is in trouble.
    async fn work(&mut self, mut first: Option<(Job, Turn)>) -> Result<(), JourneyError> {
        loop {
            if self.next.is_some() && !self.stock.may_begin(&self.shared) {
                self.write_down().await?;
                return Ok(());
            }
            let mail = match self.next.take() {
                Some(mail) => mail,
                None => {
                    let drawn = match first.take().or_else(|| self.stock.at_hand(&self.shared)) {
                        Some(drawn) => Some(drawn),
                        None => {
                            self.write_down().await?;
                            if let Some(connection) = self.connection.take().filter(Connection::is_usable) {
                                self.shared.lanes.put(connection, self.mails).await;
                            }
                            self.stock.next(&self.shared).await?
                        }
                    };
                    let Some((job, turn)) = drawn else { return Ok(()) };
                    match self.make(job, turn).await? {
                        Some(mail) => mail,
                        None => continue,
                    }
                }
            };
            let goes_on = self.deliver(&mail).await;
            self.spare = mail.message;
            if !goes_on? {
                return Ok(());
            }
        }
    }

    /// None: no mail can be made of it, and its row says so.
    async fn make(&mut self, job: Job, turn: Turn) -> Result<Option<Mail>, JourneyError> {
        let id = job.row.id;
        let Unmade { error, job, .. } = match made(&self.shared, job, turn, std::mem::take(&mut self.spare)) {
            Ok(mail) => return Ok(Some(mail)),
            Err(unmade) => *unmade,
        };
        self.write_down().await?;
        let answer = match error {
            // A key that this node lacks: the row goes back, for a node that has it.
            JourneyError::Key(_) => Err(error),
            JourneyError::Dkim(error) => {
                tracing::error!(delivery = id, %error, "a mail cannot be signed");
                self.done.deferred += 1;
                stock::put_off(&self.shared, &job, &error).await?;
                Ok(None)
            }
            error => {
                // Our own fault, and the same next time: it must not hold up the others.
                tracing::error!(delivery = id, %error, "a mail cannot be made");
                self.done.skipped += 1;
                stock::skip_unreadable(&self.shared, id).await?;
                Ok(None)
            }
        };
        self.shared.health.unproven(&self.shared).await?;
        answer
    }

    /// Sends one mail. False: the relay is in trouble and the lane ends.
    async fn deliver(&mut self, mail: &Mail) -> Result<bool, JourneyError> {
        let shared = Arc::clone(&self.shared);
        if shared.pace.is_limited() {
            self.write_down().await?;
            shared.pace.wait(&shared.stop).await;
        }
        let outcome = match self.hand_over(mail).await? {
            Handed::Refused => {
                self.done.refused += 1;
                let (id, token) = (mail.job.row.id, mail.job.token);
                shared.store.write(move |conn| ledger::give_back(conn, id, &token)).await?;
                shared.health.unproven(&shared).await?;
                // If the relay waits for the message by now, closing is the only way not to send it.
                self.close(Closed::Withdrawn);
                return Ok(true);
            }
            Handed::Outcome(outcome) => outcome,
        };
        shared.meter.attempt(&outcome);
        let reply = outcome.reply().clone();
        let trouble = matches!(outcome, Outcome::RelayTrouble(_));
        let accepted = matches!(outcome, Outcome::Accepted(_));
        self.taken = Some(attempt(&mail.job, outcome));
        let rests = !accepted && self.write_down().await?.is_some_and(|settled| settled.relay_rests);
        let throttled = if accepted { None } else { throttle::concerned(&reply, &mail.job.row.address) };
        if let Some(Destination::Domain(domain)) = &throttled {
            let next = self.next.take_if(|next| next.job.to.domain() == domain);
            if next.is_some() && reply.stage == Stage::FinalDot {
                // Its envelope is out: only closing takes it back.
                self.connection = None;
            }
            let until = micros(shared.clock.now() + throttle::REST);
            self.stock.put_off_domain(&shared, domain, until, next.map(|next| next.job.row.id)).await?;
        }
        if trouble || rests {
            let trouble = format!("{} (at {}, {})", without_addresses(&reply.text), reply.stage.as_str(), shared.relay.place());
            // First, or a mail that was under way all the while would pass for the relay's recovery.
            self.stock.close(&trouble);
            rest(&shared, &trouble, throttled.map_or(SignedDuration::ZERO, |_| throttle::REST)).await?;
            self.done.trouble = Some(trouble);
            return Ok(false);
        }
        if !self.stock.is_closed() {
            shared.health.recovered(&shared).await?;
        }
        self.mails += 1;
        let used_up = self.mails >= self.most_mails();
        if used_up || self.connection.as_ref().is_some_and(|connection| !connection.is_usable()) {
            self.write_down().await?;
            if let Some(connection) = self.connection.take() {
                meter::closed(if used_up { Closed::UsedUp } else { Closed::Broken }, 1);
                connection.quit().await;
            }
        }
        Ok(true)
    }

    /// Envelope and intent at once, then the message. Nothing that contains the final dot is written before the intent is
    /// durable, and with it the result of the mail before. Meanwhile the next mail is made, and its envelope goes with this
    /// message where that may be.
    async fn hand_over(&mut self, mail: &Mail) -> Result<Handed, JourneyError> {
        let shared = Arc::clone(&self.shared);
        let (job, envelope) = (&mail.job, &mail.envelope);
        let mut retried = false;
        loop {
            if self.connection.is_none() {
                // Opening one may take long.
                self.write_down().await?;
                if let Err(outcome) = self.connect().await {
                    return Ok(Handed::Outcome(outcome));
                }
            }
            if shared.stop.is_cancelled() {
                // Its turn, or the connection, came after the stop (R78).
                self.write_down().await?;
                return Ok(Handed::Refused);
            }
            let goes_ahead = self.next.is_none()
                && !shared.pace.is_limited()
                && !shared.lanes.hangs_up()
                && self.mails + 2 <= self.most_mails();
            let (stock, spare) = (Arc::clone(&self.stock), std::mem::take(&mut self.spare));
            let Some(connection) = &mut self.connection else { continue };
            let result = self.taken.take();
            let was_taken = result.is_some();
            let intent = shared.book.write(Entry { result, intent: Some((job.row.id, job.token)) });
            let next = async {
                let drawn = if goes_ahead { stock.ahead(&shared) } else { None };
                drawn.map(|(job, turn)| made(&shared, job, turn, spare))
            };
            let (written, ready, next) =
                tokio::join!(intent, connection.envelope(&envelope.from, &job.to, mail.message.len()), next);
            let was_idle_closed = connection.was_idle_closed();
            match next {
                Some(Ok(next)) => self.next = Some(next),
                // What is wrong with it is told when it is drawn again.
                Some(Err(unmade)) => self.stock.put_back(unmade.job),
                None => {}
            }
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
                    self.close(Closed::ByRelay);
                    // Those that were kept as long are closed as well.
                    shared.lanes.forget().await;
                }
                Err(outcome) => return Ok(Handed::Outcome(outcome)),
                Ok(()) => {
                    let ahead = self.next.as_ref().map(|next| NextEnvelope {
                        from: &next.envelope.from,
                        to: &next.job.to,
                        size: next.message.len(),
                    });
                    let Some(connection) = &mut self.connection else { continue };
                    let outcome = connection.message(&mail.message, &envelope.file_name, ahead.as_ref()).await;
                    return Ok(Handed::Outcome(outcome));
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
                self.shared.meter.settled(state);
            }
            None if accepted => tracing::warn!("the relay took a mail whose row is somebody else's by now"),
            None => {}
        }
    }

    /// On this connection: as the settings say, or as suits the relay at its other end.
    fn most_mails(&self) -> usize {
        let by_relay = || self.connection.as_ref().and_then(Connection::passes_on).unwrap_or(MAILS_PER_CONNECTION);
        self.shared.config.mails_per_connection.unwrap_or_else(by_relay)
    }

    fn close(&mut self, reason: Closed) {
        meter::closed(reason, self.connection.take().map_or(0, |_| 1));
    }

    /// A connection from the round before, or a new one.
    async fn connect(&mut self) -> Result<(), Outcome> {
        let kept = match self.shared.lanes.take().await {
            Some(kept) => kept,
            None => {
                let connection = self.shared.relay.connect().await?;
                meter::opened();
                Kept::new(connection)
            }
        };
        self.mails = kept.mails;
        self.connection = Some(kept.connection);
        Ok(())
    }
}

/// Makes the mail in `message`, or says why that cannot be.
fn made(shared: &Shared, job: Job, turn: Turn, mut message: Vec<u8>) -> Result<Mail, Box<Unmade>> {
    match job.compose(&shared.context, shared.config.bounce_address.as_deref(), &mut message) {
        Ok(envelope) => Ok(Mail { job, envelope, message, _turn: turn }),
        Err(error) => Err(Box::new(Unmade { error, job, _turn: turn })),
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
        recovers: job.recovers,
        outcome,
    }
}

/// The relay rests, for every node, ever longer with every failure in a row (R65), and as long as it asked for.
async fn rest(shared: &Shared, trouble: &str, asked: SignedDuration) -> Result<(), JourneyError> {
    let now = shared.clock.now();
    let told = trouble.to_owned();
    let pause = shared
        .store
        .write(move |conn| {
            let health = relays::find(conn, deliveries::RELAY)?;
            let rests = |until: i64| until > micros(now) && until <= micros(now + after::NO_PAUSE);
            let already = health.as_ref().is_some_and(|health| health.blocked_until.is_some_and(rests));
            let failures = health.map_or(0, |health| health.failures) + i64::from(!already);
            let pause = after::relay_pause(u32::try_from(failures).unwrap_or(u32::MAX)).max(asked);
            if !already {
                relays::set_trouble(conn, deliveries::RELAY, failures, micros(now + pause), &told, micros(now))?;
            }
            Ok::<_, StoreError>(pause)
        })
        .await?;
    shared.health.troubled();
    meter::rested();
    tracing::warn!(trouble, seconds = pause.as_secs(), "the relay is in trouble; sending rests, no reader is charged for it");
    Ok(())
}
