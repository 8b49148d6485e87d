//! A relay inside the test process. The recipient's local part (before any "+") chooses what goes wrong:
//!
//! | local part | what happens |
//! |---|---|
//! | `defer-451`, `bounce-550`, … (`defer-` or `bounce-` and a code) | RCPT is answered with that code (`550` is `5.1.1`) |
//! | `policy-571` | RCPT is answered `571 5.7.1` |
//! | `defer-once` | RCPT is answered `451` the first time, then accepted |
//! | `421-rcpt`, `421-data`, `421-dot` | `421` there, then the connection is closed |
//! | `close` | the connection is closed instead of an answer to RCPT |
//! | `close-data` | … to DATA |
//! | `defer-data-451`, `reject-data-554`, … | DATA is answered with that code |
//! | `close-before-dot` | the connection is reset while the message comes in |
//! | `defer-dot-451`, `reject-dot-554`, … | the final dot is answered with that code |
//! | `drop-after-data` | everything up to the final dot is taken, then the connection is closed without an answer |
//! | `hang` | the final dot is never answered |
//! | `garbled-dot` | the final dot is answered with something that is not SMTP |
//! | `latin1`, `bare`, `chatty`, `odd-289` | accepted, with Latin-1 bytes, without text, in 40 lines, with an unheard-of code |
//!
//! Everything else is accepted. [`Options`] choose what concerns the relay as a whole, and [`FakeRelay::plays`] a script that
//! may change while a story goes on.

mod session;
mod trips;
mod words;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::wait::PATIENCE;
pub use trips::{At, How, Trip};

#[derive(Clone)]
pub struct Options {
    pub pipelining: bool,
    /// `Some(0)` offers SIZE without a limit.
    pub size: Option<u64>,
    pub smtputf8: bool,
    pub dsn: bool,
    /// Mechanisms offered, e.g. "PLAIN LOGIN"; user "news", password "s3cret", token "s3cret" or what [`FakeRelay::takes_token`] says.
    pub auth: Option<&'static str>,
    /// The first line, e.g. "554 5.7.1 go away\r\n".
    pub banner: &'static str,
    /// The answer to a mail that was taken, instead of our own.
    pub took: Option<&'static str>,
    /// Instead of accepting EHLO or MAIL; an empty text closes the connection.
    pub ehlo: Option<&'static str>,
    pub mail: Option<&'static str>,
    /// Closes the connection without a word after so many mails.
    pub close_after: Option<usize>,
    /// … or says "421" first.
    pub goodbye: bool,
    /// Answers so many mails; the others are taken and answered after [`FakeRelay::goes_on`].
    pub holds_after: Option<usize>,
    /// Waits before each answer.
    pub delay: Duration,
    pub tls: Tls,
    /// Sent in clear text behind the answer to STARTTLS, as an attacker would.
    pub injected: &'static str,
    /// PIPELINING: answers DATA with 354 even where no recipient was accepted.
    pub eager_354: bool,
    /// Keeps who got a mail, not the mail: for great numbers.
    pub forgets: bool,
    /// What goes wrong now and then, whoever the mail is for.
    pub trips: Vec<Trip>,
}

#[derive(Clone)]
pub enum Tls {
    None,
    /// By STARTTLS.
    Upgrade(TlsAcceptor),
    Implicit(TlsAcceptor),
}

impl Default for Options {
    fn default() -> Self {
        Options {
            pipelining: true,
            size: Some(0),
            smtputf8: false,
            dsn: false,
            auth: None,
            banner: "220 relay.test ESMTP\r\n",
            took: None,
            ehlo: None,
            mail: None,
            close_after: None,
            goodbye: false,
            holds_after: None,
            delay: Duration::ZERO,
            tls: Tls::None,
            injected: "",
            eager_354: false,
            forgets: false,
            trips: Vec::new(),
        }
    }
}

/// Instead of the usual answer to a step ("BANNER", "EHLO", …, "DATA", "DOT") for a recipient ("" before RCPT). None: as usual.
pub type Script = fn(step: &str, recipient: &str) -> Option<&'static str>;

/// In a [`Script`]: the connection is closed; there is no answer, ever.
pub const CLOSE: &str = "";
pub const SILENCE: &str = "…";

/// A mail that the relay has got. `data` is as it was before dot-stuffing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    pub from: String,
    pub to: String,
    pub data: Vec<u8>,
}

#[derive(Default)]
struct Book {
    received: Vec<Received>,
    unanswered: Vec<Received>,
    commands: Vec<String>,
    deferred_once: HashSet<String>,
    /// Mails between MAIL and the answer to their final dot, and for each accepted mail how many there were.
    under_way: usize,
    at_once: Vec<usize>,
}

struct Shared {
    options: Options,
    book: Mutex<Book>,
    changed: Notify,
    /// A permit for each mail that may be answered.
    answers: Semaphore,
    connections: AtomicUsize,
    script: Mutex<Script>,
    token: Mutex<String>,
    trips: trips::Trips,
}

impl Shared {
    /// The fault that has its turn here, if one has.
    fn turn(&self, at: At) -> Option<How> {
        self.trips.turn(&self.options.trips, at)
    }
}

pub struct FakeRelay {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

impl FakeRelay {
    pub async fn start() -> FakeRelay {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> FakeRelay {
        Self::at(0, options).await
    }

    /// A relay that comes (back) on a port that others know already.
    pub async fn on_port(port: u16) -> FakeRelay {
        Self::at(port, Options::default()).await
    }

    /// On a given port: a relay that was away and comes back. 0 is any free one.
    pub async fn at(port: u16, options: Options) -> FakeRelay {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let shared = Arc::new(Shared {
            answers: Semaphore::new(options.holds_after.unwrap_or(Semaphore::MAX_PERMITS)),
            options,
            book: Mutex::default(),
            changed: Notify::new(),
            connections: AtomicUsize::new(0),
            script: Mutex::new(|_, _| None),
            token: Mutex::new("s3cret".to_owned()),
            trips: trips::Trips::default(),
        });
        let listening = tokio::spawn(listen(listener, Arc::clone(&shared)));
        FakeRelay { address, shared, listening }
    }

    /// Answers one of the mails that it holds back ([`Options::holds_after`]) now and then, for as long as somebody waits for
    /// this: so slowly that a mail more or less says nothing about the machine.
    pub async fn answers_slowly(&self) {
        loop {
            self.shared.answers.add_permits(1);
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    /// Answers what it held back ([`Options::holds_after`]), and whatever comes.
    pub fn goes_on(&self) {
        self.shared.answers.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    /// From now on.
    pub fn plays(&self, script: Script) {
        *self.shared.script.lock().expect("the script") = script;
    }

    /// From now on this access token is the valid one.
    pub fn takes_token(&self, token: &str) {
        token.clone_into(&mut self.shared.token.lock().expect("the token"));
    }

    /// For each accepted mail, in order, how many mails were under way when it was answered.
    pub fn at_once(&self) -> Vec<usize> {
        self.book().at_once.clone()
    }

    /// Waits until a line was sent to us, so many times.
    pub async fn wait_for_command(&self, line: &str, times: usize) {
        self.wait(|book| book.commands.iter().filter(|command| *command == line).count() >= times).await;
    }

    /// Goes away, and all connections with it: its port is free when this returns.
    pub async fn stop(mut self) {
        self.listening.abort();
        let _ = (&mut self.listening).await;
    }

    /// For `relay.url`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What was answered with 250.
    pub fn received(&self) -> Vec<Received> {
        self.book().received.clone()
    }

    pub fn count(&self) -> usize {
        self.book().received.len()
    }

    /// Who got a mail, after the first so many.
    pub fn recipients_after(&self, first: usize) -> Vec<String> {
        self.book().received.iter().skip(first).map(|mail| mail.to.clone()).collect()
    }

    /// What came in whole and was never answered.
    pub fn unanswered(&self) -> Vec<Received> {
        self.book().unanswered.clone()
    }

    /// Every line that was sent to us outside of DATA, in order.
    pub fn commands(&self) -> Vec<String> {
        self.book().commands.clone()
    }

    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// How many faults of [`Options::trips`] it has shown.
    pub fn tripped(&self) -> usize {
        self.shared.trips.played()
    }

    /// Waits until it has read whatever was sent to it so far, also over connections that the other side has closed since.
    pub async fn has_read_all(&self) {
        let local = format!("0100007F:{:04X}", self.address.port());
        let has_read = async || {
            let saw = (self.connections(), self.book().commands.len());
            // Its sockets, as the system lists them: state (8: closed by the other side alone) and octets not read yet. Of the
            // one that listens these are connections not accepted yet.
            let sockets = std::fs::read_to_string("/proc/net/tcp").unwrap();
            let idle = sockets
                .lines()
                .map(|line| line.split_whitespace().collect::<Vec<_>>())
                .all(|fields| fields.get(1) != Some(&local.as_str()) || (fields[3] != "08" && fields[4].ends_with(":00000000")));
            // What was read is noted a moment later.
            tokio::time::sleep(Duration::from_millis(20)).await;
            idle && saw == (self.connections(), self.book().commands.len())
        };
        super::wait::until(has_read, || "the fake relay does not come to rest".to_owned()).await;
    }

    /// Waits until at least `n` mails were accepted.
    pub async fn wait_for(&self, n: usize) -> Vec<Received> {
        self.wait(|book| book.received.len() >= n).await;
        self.received()
    }

    /// Waits for a mail to an address; how many were accepted before it.
    pub async fn wait_for_mail_to(&self, address: &str) -> usize {
        let place = |book: &Book| book.received.iter().position(|mail| mail.to == address);
        self.wait(|book| place(book).is_some()).await;
        place(&self.book()).unwrap_or_default()
    }

    /// Waits until at least `n` mails came in whole without being answered.
    pub async fn wait_for_unanswered(&self, n: usize) -> Vec<Received> {
        self.wait(|book| book.unanswered.len() >= n).await;
        self.unanswered()
    }

    async fn wait(&self, enough: impl Fn(&Book) -> bool) {
        let patience = async {
            loop {
                let changed = self.shared.changed.notified();
                tokio::pin!(changed);
                // Registered before looking, so that nothing between the two is missed.
                changed.as_mut().enable();
                if enough(&self.book()) {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(PATIENCE, patience).await.expect("the fake relay got less than expected, for a long time");
    }

    fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.shared.book.lock().expect("the book")
    }
}

impl Drop for FakeRelay {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped with this task, and all open connections with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((tcp, _)) = listener.accept() => {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let _ = tcp.set_nodelay(true);
                connections.spawn(session::serve(tcp, Arc::clone(&shared)));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}
