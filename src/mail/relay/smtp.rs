//! One mail at a time over an open connection: MAIL, RCPT, DATA, the message, and what each answer means (App. A2).

use std::error::Error as _;
use std::fmt::Display;
use std::io;
use std::time::Duration;

use lettre::transport::smtp::Error as LettreError;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Rset;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::envelope::Commands;
use super::exim;
use super::stream::{Heard, Unasked, Wire};
use super::stuffing;
use super::{Address, Capabilities, NextEnvelope, Outcome, Stage, Timeouts, reply, trouble};
use crate::domain::throttle;

/// Octets in one write of the message.
const BLOCK: usize = 64 * 1024;
/// CRLF, dot, CRLF: never torn apart, so that only the last write contains any of it.
const TERMINATOR: usize = 5;
/// A buffer that one long mail has made larger than this is given back.
const KEEP: usize = 1024 * 1024;

pub(super) struct Smtp {
    lettre: AsyncSmtpConnection,
    wire: Wire,
    place: String,
    capabilities: Capabilities,
    limits: Timeouts,
    state: State,
    /// Mails that ended in an answer about themselves: the sign that a new connection would get on.
    settled: u64,
    idle_closed: bool,
    buffer: Vec<u8>,
    /// It has shown to be an Exim.
    is_exim: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ready,
    /// After 354.
    AwaitsMessage,
    /// An envelope went out behind the message before it; its answers are still to be read.
    Ahead,
    /// Out of step with the relay. Each call starts by setting this, so a cancelled one leaves it behind.
    Broken,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Lost {
    Closed,
    TimedOut(Duration),
    Unreadable(String),
}

impl Lost {
    pub(super) fn timed_out(limit: Duration) -> Lost {
        Lost::TimedOut(limit)
    }

    pub(super) fn from_lettre(error: &LettreError) -> Lost {
        match error.source().and_then(|e| e.downcast_ref::<io::Error>()) {
            Some(error) => Lost::from_io(error),
            // Only an end of the stream inside lettre is left: the wire hands it nothing it cannot read.
            None => Lost::Closed,
        }
    }

    pub(super) fn text(&self, place: &str) -> String {
        match self {
            Lost::Closed => format!("{place} closed the connection without an answer"),
            Lost::TimedOut(limit) => format!("{place} gave no answer within {} s", limit.as_secs_f32()),
            Lost::Unreadable(why) => format!("{place} cannot be understood: {why}"),
        }
    }
}

impl Smtp {
    pub(super) fn new(
        lettre: AsyncSmtpConnection,
        wire: Wire,
        place: String,
        capabilities: Capabilities,
        limits: Timeouts,
    ) -> Smtp {
        let (state, buffer) = (State::Ready, Vec::new());
        Smtp { lettre, wire, place, capabilities, limits, state, settled: 0, idle_closed: false, buffer, is_exim: false }
    }

    pub(super) fn set_capabilities(&mut self, capabilities: Capabilities) {
        self.capabilities = capabilities;
    }

    pub(super) fn do_without_smtputf8(&mut self) {
        self.capabilities.smtputf8 = false;
    }

    pub(super) fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    pub(super) fn limits(&self) -> Timeouts {
        self.limits
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn set_exim(&mut self, is_exim: bool) {
        self.is_exim |= is_exim;
    }

    /// See [`super::Connection::passes_on`].
    pub(super) fn passes_on(&self) -> Option<usize> {
        self.is_exim.then_some(exim::PASSES_ON)
    }

    pub(super) fn is_usable(&self) -> bool {
        self.state != State::Broken
    }

    pub(super) fn was_idle_closed(&self) -> bool {
        self.idle_closed
    }

    /// See [`super::Connection::envelope`].
    pub(super) async fn envelope(&mut self, from: &str, to: &Address, size: usize) -> Result<(), Outcome> {
        self.idle_closed = false;
        let answers = match self.state {
            State::Ahead => {
                self.state = State::Broken;
                let answers = self.hear_all(Vec::with_capacity(3)).await;
                // A goodbye that crossed our envelope (R67).
                self.idle_closed = matches!(answers.as_slice(), [Ok(Heard { code: 421, .. }), ..]);
                answers
            }
            State::Ready => {
                let commands = Commands::new(&self.capabilities, from, to, size)?;
                self.state = State::Broken;
                if let Some(unasked) = self.wire.unasked().await {
                    return Err(self.said_goodbye(unasked).await);
                }
                if self.capabilities.pipelining { self.all_at_once(&commands).await } else { self.one_by_one(&commands).await }
            }
            State::AwaitsMessage | State::Broken => {
                self.state = State::Broken;
                return Err(trouble(Stage::Mail, 0, "the connection is no longer usable; open a new one"));
            }
        };
        if let [Err(Lost::Closed)] = answers.as_slice() {
            self.idle_closed = self.settled > 0;
        }
        let verdict = self.judge(&answers);
        if let Err(Outcome::Deferred(_) | Outcome::Rejected(_)) = verdict {
            self.settled += 1;
        }
        self.state = match verdict {
            Ok(()) => State::AwaitsMessage,
            Err(_) => self.back_in_step(&answers).await,
        };
        verdict
    }

    /// The relay spoke or hung up while the connection was idle (R67).
    async fn said_goodbye(&mut self, unasked: Unasked) -> Outcome {
        self.idle_closed = self.settled > 0;
        // Its last words are already here, or they do not matter.
        let last_words = match unasked {
            Unasked::Spoke => timeout(Duration::from_millis(100), self.wire.read_reply()).await.ok().and_then(Result::ok),
            Unasked::Closed => None,
        };
        match last_words {
            Some(heard) => trouble(Stage::Mail, heard.code, &heard.text()),
            None => trouble(Stage::Mail, 0, &format!("{} closed the idle connection", self.place)),
        }
    }

    /// RFC 2920 §3.1: one write; every answer is looked at.
    async fn all_at_once(&mut self, commands: &Commands) -> Vec<Result<Heard, Lost>> {
        let mut answers = Vec::with_capacity(3);
        answers.push(self.say(commands.group(), self.limits.command).await);
        self.hear_all(answers).await
    }

    /// The answers to MAIL, RCPT and DATA, as far as they are not there yet.
    async fn hear_all(&mut self, mut answers: Vec<Result<Heard, Lost>>) -> Vec<Result<Heard, Lost>> {
        for limit in [self.limits.command, self.limits.command, self.limits.data].into_iter().skip(answers.len()) {
            if !matches!(answers.last(), Some(Err(_))) {
                answers.push(self.hear(limit).await);
            }
        }
        answers
    }

    async fn one_by_one(&mut self, commands: &Commands) -> Vec<Result<Heard, Lost>> {
        let mut answers = Vec::with_capacity(3);
        let steps = [
            (commands.mail.as_str(), self.limits.command),
            (commands.rcpt.as_str(), self.limits.command),
            ("DATA\r\n", self.limits.data),
        ];
        for (command, limit) in steps {
            let answer = self.say(command, limit).await;
            let go_on = matches!(&answer, Ok(heard) if heard.code / 100 == 2);
            answers.push(answer);
            if !go_on {
                break;
            }
        }
        answers
    }

    /// The first answer that is not as it should be decides; those behind it only follow from it.
    fn judge(&self, answers: &[Result<Heard, Lost>]) -> Result<(), Outcome> {
        for (stage, answer) in [Stage::Mail, Stage::Rcpt, Stage::Data].into_iter().zip(answers) {
            match answer {
                Err(lost) => return Err(trouble(stage, 0, &lost.text(&self.place))),
                Ok(heard) => match (stage, heard.code) {
                    (Stage::Data, 354) => return Ok(()),
                    (Stage::Mail | Stage::Rcpt, 200..300) => {}
                    (stage, code) => return Err(refusal(stage, code, heard)),
                },
            }
        }
        Err(trouble(Stage::Data, 0, &Lost::Closed.text(&self.place)))
    }

    /// After a refusal: brings the connection back to where MAIL may be said again, where that is possible.
    async fn back_in_step(&mut self, answers: &[Result<Heard, Lost>]) -> State {
        let code = |n: usize| answers.get(n).and_then(|a| a.as_ref().ok()).map_or(0, |heard| heard.code);
        if answers.iter().any(Result::is_err) || (0..3).any(|n| code(n) == 421) {
            return State::Broken;
        }
        if code(2) / 100 == 2 || code(2) / 100 == 3 {
            // RFC 2920 §3.1: DATA was accepted although nobody is to get it; a lone dot ends it. Was the recipient accepted
            // but not the sender, then nobody knows who would get that empty mail: better hang up.
            if code(2) != 354 || code(1) / 100 == 2 || self.say(".\r\n", self.limits.command).await.is_err() {
                return State::Broken;
            }
        }
        match self.say(Rset, self.limits.command).await {
            Ok(heard) if heard.code / 100 == 2 => State::Ready,
            _ => State::Broken,
        }
    }

    /// See [`super::Connection::message`].
    pub(super) async fn message(&mut self, message: &[u8], ahead: Option<&NextEnvelope<'_>>) -> Outcome {
        if self.state != State::AwaitsMessage {
            self.state = State::Broken;
            return trouble(Stage::Data, 0, "the relay was not asked for this mail: envelope comes first");
        }
        self.state = State::Broken;
        let mut buffer = std::mem::take(&mut self.buffer);
        let outcome = match stuffing::stuff(message, &mut buffer) {
            Ok(()) => {
                let length = buffer.len();
                if let Some(commands) = ahead.and_then(|next| self.commands_ahead(next)) {
                    buffer.extend_from_slice(commands.group().as_bytes());
                }
                self.write_message(&buffer, length).await
            }
            Err(stuffing::BareLineEnd) => Outcome::Rejected(reply(
                Stage::Data,
                0,
                "the message has a bare CR or LF and was not sent (RFC 5321 §2.3.8); this is our fault",
            )),
        };
        if buffer.capacity() <= KEEP {
            self.buffer = buffer;
        }
        outcome
    }

    /// RFC 2920 §3.1: the message may be the first of a group, with MAIL, RCPT and DATA of the next mail behind it. None: the
    /// relay did not offer that, or this mail needs a closer look.
    fn commands_ahead(&self, next: &NextEnvelope<'_>) -> Option<Commands> {
        let commands = || Commands::new(&self.capabilities, next.from, next.to, next.size).ok();
        self.capabilities.pipelining.then(commands).flatten()
    }

    /// `length`: of the message with its final dot; what follows is the next envelope.
    async fn write_message(&mut self, wire_form: &[u8], length: usize) -> Outcome {
        let last = length.saturating_sub(TERMINATOR) / BLOCK * BLOCK;
        let (before, end) = wire_form.split_at_checked(last).unwrap_or((&[], wire_form));
        for block in before.chunks(BLOCK) {
            if let Err(lost) = self.write(block).await {
                return self.lost_before_the_dot(&lost).await;
            }
        }
        // From here on nobody knows, until the relay has answered (RFC 1047).
        let answer = match self.write(end).await {
            Ok(()) => self.hear(self.limits.final_dot).await,
            Err(lost) => Err(lost),
        };
        let heard = match answer {
            Ok(heard) => heard,
            Err(lost) => return Outcome::Unknown(reply(Stage::FinalDot, 0, &lost.text(&self.place))),
        };
        let said = reply(Stage::FinalDot, heard.code, &heard.text());
        match heard.code {
            300..400 => return Outcome::Unknown(said),
            421 => return Outcome::Deferred(said),
            _ => {}
        }
        // RFC 5321 §4.1.1.4: the answer ends the transaction whatever it is; no RSET is needed.
        self.settled += 1;
        self.state = if wire_form.len() > length { State::Ahead } else { State::Ready };
        match heard.code {
            200..300 => {
                self.set_exim(exim::has_answered(&said.text));
                Outcome::Accepted(said)
            }
            400..500 => Outcome::Deferred(said),
            _ => Outcome::Rejected(said),
        }
    }

    /// The dot was never written, so nothing was delivered. Relays that have had enough say so before they hang up.
    async fn lost_before_the_dot(&mut self, lost: &Lost) -> Outcome {
        match self.hear(Duration::from_secs(1)).await {
            Ok(heard) if heard.code >= 400 => refusal(Stage::Data, heard.code, &heard),
            _ => trouble(Stage::Data, 0, &lost.text(&self.place)),
        }
    }

    async fn write(&mut self, block: &[u8]) -> Result<(), Lost> {
        let limit = self.limits.block;
        let write = async {
            self.wire.write_all(block).await?;
            self.wire.flush().await
        };
        match timeout(limit, write).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Lost::from_io(&error)),
            Err(_) => Err(Lost::timed_out(limit)),
        }
    }

    /// A command, or a group of them, and the first answer.
    pub(super) async fn say(&mut self, command: impl Display, limit: Duration) -> Result<Heard, Lost> {
        let answer = timeout(limit, self.lettre.command(command)).await;
        self.heard(answer.map(Result::err), limit)
    }

    async fn hear(&mut self, limit: Duration) -> Result<Heard, Lost> {
        let answer = timeout(limit, self.lettre.read_response()).await;
        self.heard(answer.map(Result::err), limit)
    }

    /// A refusal is an error to lettre, to us it is an answer like any other; what was said is taken from the wire.
    fn heard(&self, answer: Result<Option<LettreError>, tokio::time::error::Elapsed>, limit: Duration) -> Result<Heard, Lost> {
        match (answer, self.wire.take_heard()) {
            (Ok(_), Some(heard)) => Ok(heard),
            (Ok(Some(error)), None) => Err(Lost::from_lettre(&error)),
            (Ok(None), None) => Err(Lost::Closed),
            (Err(_), _) => Err(Lost::timed_out(limit)),
        }
    }

    pub(super) async fn quit(mut self) {
        if self.state == State::Ready {
            let _goodbye = timeout(self.limits.quit, self.lettre.quit()).await;
        }
    }
}

/// Whom a refusal before the final dot concerns (R60, App. A2).
fn refusal(stage: Stage, code: u16, heard: &Heard) -> Outcome {
    let said = reply(stage, code, &heard.text());
    match (stage, code) {
        // "Not so fast" concerns the recipient's domain; only the connection is lost (R64).
        (Stage::Rcpt | Stage::Data, 421) if !throttle::is_throttle(&said) => Outcome::RelayTrouble(said),
        // Not understood, out of order, not signed in: that is between us and the relay, whoever the reader is.
        (Stage::Rcpt | Stage::Data, 500 | 502 | 503 | 530 | 534 | 535 | 538) => Outcome::RelayTrouble(said),
        // RFC 5321 §4.5.3.1.10: 552 to RCPT means "not now", unless it is about this message's size (R62).
        (Stage::Rcpt, 552) if !matches!(said.enhanced(), Some((_, 2 | 3, 3 | 4))) => Outcome::Deferred(said),
        (Stage::Rcpt | Stage::Data, 400..500) => Outcome::Deferred(said),
        (Stage::Rcpt | Stage::Data, 500..600) => Outcome::Rejected(said),
        _ => Outcome::RelayTrouble(said),
    }
}
