//! The way out: a long-lived connection to the relay that takes one mail at a time and answers with an [`Outcome`].
//!
//! The stage of the SMTP conversation decides whom a refusal concerns (R60): everything up to MAIL is the relay's or our
//! configuration's fault, RCPT concerns the recipient, DATA and the final dot concern the message. From the write that
//! contains the final dot until its answer nobody can know whether the mail was taken: that is [`Outcome::Unknown`] (RFC 1047).
//!
//! Nothing in here logs: bodies, tokens, credentials and addresses stay between us and the relay (R91).

mod envelope;
mod exim;
mod folder;
mod greeting;
mod sign_in;
mod smtp;
mod stream;
mod stuffing;
mod tls;
mod url;
mod words;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret as _;
use tokio_rustls::rustls::ClientConfig;

use crate::domain::address::Address;
use crate::domain::delivery::{Outcome, Reply, Stage};

pub use url::{Login, Mechanisms, RelayUrl, Security, Server};

/// Where mail is handed over: the parsed `relay.url`, our name in EHLO, time limits and trusted certificates.
#[derive(Clone)]
pub struct Relay {
    url: RelayUrl,
    ehlo_name: ClientId,
    timeouts: Timeouts,
    /// Only where the URL asks for TLS.
    tls: Option<Arc<ClientConfig>>,
    /// Whether SMTPUTF8 may be used where it is offered (`relay.smtputf8`).
    smtputf8: bool,
}

/// How long each step may take. A step that takes longer counts as a lost connection.
/// The defaults are the minima of RFC 5321 §4.5.3.2.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Name look-up, the TCP connection (for each address) and the TLS handshake, each.
    pub connect: Duration,
    /// The relay's first line.
    pub greeting: Duration,
    /// EHLO, STARTTLS, AUTH, MAIL, RCPT, RSET.
    pub command: Duration,
    /// DATA until 354.
    pub data: Duration,
    /// Each write of up to 64 kB of the message.
    pub block: Duration,
    /// From the end of the write with the final dot until its answer. Shorter means more doubt.
    pub final_dot: Duration,
    /// QUIT, which is a courtesy.
    pub quit: Duration,
}

/// How long [`Relay::try_out`] waits for each answer at most.
const PATIENCE: Duration = Duration::from_secs(10);

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            greeting: Duration::from_secs(5 * 60),
            command: Duration::from_secs(5 * 60),
            data: Duration::from_secs(2 * 60),
            block: Duration::from_secs(3 * 60),
            final_dot: Duration::from_secs(10 * 60),
            quit: Duration::from_secs(5),
        }
    }
}

/// What is wrong with `relay.url`, `relay.ehlo_name` or the extra certificates. No text repeats a password.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    #[error(
        "relay.url needs a scheme: write smtps://USER:PASSWORD@HOST, smtp://HOST:587?tls=required, smtp://127.0.0.1:25 or file://DIRECTORY"
    )]
    NoScheme,
    #[error("relay.url has the scheme \"{0}\", which we do not speak: use smtps, smtp or file")]
    Scheme(String),
    #[error("relay.url names no host")]
    NoHost,
    #[error(
        "relay.url has an unusable host name \"{0}\": use letters, digits, dots and hyphens (xn-- form for others) or an IP address, IPv6 in [brackets]"
    )]
    Host(String),
    /// Does not repeat it: in `smtps://user:password` without a host, the password stands where a port is expected.
    #[error("relay.url has an unusable port: use a number from 1 to 65535 after HOST:")]
    Port,
    #[error(
        "relay.url has more than a host and a port (a path or a #): if user or password contain / ? # % or @, write them percent-encoded, e.g. %2F for /"
    )]
    Path,
    #[error(
        "relay.url has the parameter \"{0}\", which we do not know: tls=required and auth=plain, auth=login, auth=xoauth2 or auth=oauthbearer exist"
    )]
    Parameter(String),
    #[error(
        "relay.url says tls={0}: only tls=required exists, because a connection that may fall back to plain text protects nothing"
    )]
    Tls(String),
    #[error("relay.url says auth={0}: plain, login, xoauth2 and oauthbearer exist")]
    Mechanism(String),
    #[error(
        "relay.url would send mail unencrypted to {0}: add ?tls=required, or use smtps:// (plain text is for this machine's own relay only, e.g. smtp://127.0.0.1:25)"
    )]
    PlainText(String),
    #[error("relay.url has a user without a password or a password without a user: write USER:PASSWORD@ or neither")]
    Login,
    #[error(
        "relay.url says auth=xoauth2 or auth=oauthbearer and has no access token: name the file that holds it in relay.token_file"
    )]
    NoToken,
    #[error("relay.url has an access token, and relay.token_file names one as well: write USER@ without it in relay.url")]
    TokenTwice,
    #[error("relay.token_file is for OAuth: write USER@ without a password in relay.url, and ?auth=xoauth2 or ?auth=oauthbearer")]
    UnusedToken,
    #[error("relay.url has a broken percent-encoding in user or password: write % as %25, and use UTF-8")]
    Encoding,
    #[error("relay.url names no directory: write file://DIRECTORY")]
    NoDirectory,
    #[error(
        "relay.ehlo_name \"{0}\" is not this server's full host name: write e.g. mail.example.org, or an address like [192.0.2.1] (RFC 5321 §4.1.1.1)"
    )]
    EhloName(String),
    #[error("the certificate file {path} cannot be used: {why}")]
    Certificates { path: PathBuf, why: String },
    #[error("TLS cannot be prepared: {0}")]
    NoTls(String),
}

impl Relay {
    /// Reads `relay.url` (design.md §4) and `relay.ehlo_name`. Opens nothing yet.
    ///
    /// # Errors
    /// [`RelayError`] says which part of which setting is wrong and what to write instead.
    pub fn new(url: &str, ehlo_name: &str) -> Result<Relay, RelayError> {
        let url = RelayUrl::parse(url)?;
        let ehlo_name = url::ehlo_name(ehlo_name, &url)?;
        let tls = if url.wants_tls() { Some(tls::config(None)?) } else { None };
        Ok(Relay { url, ehlo_name, timeouts: Timeouts::default(), tls, smtputf8: true })
    }

    /// Other time limits than RFC 5321's.
    #[must_use]
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Relay {
        self.timeouts = timeouts;
        self
    }

    /// Does without SMTPUTF8 also where it is offered: what lies behind the relay may not take it.
    #[must_use]
    pub fn without_smtputf8(mut self) -> Relay {
        self.smtputf8 = false;
        self
    }

    /// Trusts the certificates of a PEM file too, besides the system's and Mozilla's: for a relay with a private authority.
    ///
    /// # Errors
    /// [`RelayError::Certificates`] when the file cannot be read or holds no usable certificate.
    pub fn with_ca_file(mut self, path: &Path) -> Result<Relay, RelayError> {
        self.tls = Some(tls::config(Some(path))?);
        Ok(self)
    }

    /// OAuth's access token comes out of this file (`relay.token_file`), which is read anew for each connection; None: it stands
    /// in the URL. The file itself is looked at later, because whoever renews the token may start after us.
    ///
    /// # Errors
    /// [`RelayError`] when URL and file do not go together.
    pub fn with_token_file(mut self, path: Option<&Path>) -> Result<Relay, RelayError> {
        let login = match &mut self.url {
            RelayUrl::Smtp(server) => server.login.as_mut().filter(|login| login.mechanisms.is_oauth()),
            RelayUrl::Folder(_) => None,
        };
        let has_token = |login: &Login| !login.password.expose_secret().is_empty();
        match (login, path) {
            (Some(login), Some(_)) if has_token(login) => return Err(RelayError::TokenTwice),
            (Some(login), Some(path)) => login.token_file = Some(path.to_owned()),
            (Some(login), None) if !has_token(login) => return Err(RelayError::NoToken),
            (None, Some(_)) => return Err(RelayError::UnusedToken),
            (_, None) => {}
        }
        Ok(self)
    }

    /// Opens a connection, up to the point where mail can be handed over.
    ///
    /// # Errors
    /// Always [`Outcome::RelayTrouble`]; the stage and the text say what failed.
    pub async fn connect(&self) -> Result<Connection, Outcome> {
        match &self.url {
            RelayUrl::Smtp(server) => {
                let mut smtp = greeting::connect(server, &self.ehlo_name, self.timeouts, self.tls.as_ref()).await?;
                if !self.smtputf8 {
                    smtp.do_without_smtputf8();
                }
                Ok(Connection(Way::Smtp(Box::new(smtp))))
            }
            RelayUrl::Folder(directory) => Ok(Connection(Way::Folder(folder::Folder::open(directory).await?))),
        }
    }

    /// The same for somebody who waits for it: with little patience, and with a closer look where a port is silent.
    ///
    /// # Errors
    /// As [`Relay::connect`].
    pub async fn try_out(&self) -> Result<Connection, Outcome> {
        let Timeouts { connect, greeting, command, .. } = self.timeouts;
        let [connect, greeting, command] = [connect, greeting, command].map(|limit| limit.min(PATIENCE));
        let hasty = self.clone().with_timeouts(Timeouts { connect, greeting, command, ..self.timeouts });
        let failure = match hasty.connect().await {
            Ok(connection) => return Ok(connection),
            Err(failure) => failure,
        };
        if let RelayUrl::Smtp(server) = &self.url
            && server.security != Security::Implicit
            && (failure.reply().stage, failure.reply().code) == (Stage::Banner, 0)
            && let Ok(config) = tls::config(None)
            && greeting::speaks_tls(server, connect, &config).await
        {
            return Err(trouble(Stage::Banner, 0, &words::expects_tls(server)));
        }
        Err(failure)
    }

    /// Host and port, or the directory: what may be shown to people and written to logs.
    pub fn place(&self) -> String {
        self.url.place()
    }
}

impl fmt::Display for Relay {
    /// The URL with the password masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(f)
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relay({}, as {})", self.url, self.ehlo_name)
    }
}

/// One mail to one recipient, ready for [`Connection::send`].
#[derive(Clone, Copy)]
pub struct Mail<'a> {
    /// Our bounce address; never empty (R76).
    pub envelope_from: &'a str,
    pub to: &'a Address,
    /// The whole message with CRLF line ends, not dot-stuffed.
    pub message: &'a [u8],
    /// Without ".eml"; letters, digits, hyphen, underscore and dot.
    pub name_for_file: &'a str,
}

/// The envelope of the mail after the one that is being handed over.
#[derive(Clone, Copy)]
pub struct NextEnvelope<'a> {
    pub from: &'a str,
    pub to: &'a Address,
    /// Octets, before dot-stuffing.
    pub size: usize,
}

/// What the relay's last EHLO offered. Nothing is used that is not in it (R73).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    pub pipelining: bool,
    /// Octets; `Some(0)` is "offered, no fixed limit" (RFC 1870).
    pub size: Option<u64>,
    pub smtputf8: bool,
    pub dsn: bool,
    pub(crate) starttls: bool,
    /// Upper case.
    pub(crate) auth: Vec<String>,
}

/// One connection, used by one lane, for one mail at a time. Dropping it is always safe.
pub struct Connection(Way);

enum Way {
    Smtp(Box<smtp::Smtp>),
    Folder(folder::Folder),
}

impl Connection {
    /// MAIL, RCPT and DATA, in one write where the relay offers PIPELINING, up to its "354 go ahead".
    /// `size` is the length of the message in octets, before dot-stuffing.
    ///
    /// To give up after `Ok`, drop the connection: SMTP has no other way to take DATA back.
    ///
    /// # Errors
    /// Deferred, Rejected or RelayTrouble, by stage. After RSET the connection serves on where [`Connection::is_usable`] says so.
    pub async fn envelope(&mut self, from: &str, to: &Address, size: usize) -> Result<(), Outcome> {
        match &mut self.0 {
            Way::Smtp(smtp) => smtp.envelope(from, to, size).await,
            Way::Folder(_) => Ok(()),
        }
    }

    /// Dot-stuffs and writes the message and the final dot, and waits for the answer.
    /// The caller's intent must be durable before this is called: a part of the write may contain the final dot at once.
    ///
    /// `ahead`: the envelope of the mail that is to follow on this connection. Where the relay offers PIPELINING it goes out
    /// in the same write, and the next [`Connection::envelope`], which must be for that very mail, only reads the answers.
    pub async fn message(&mut self, message: &[u8], file_name: &str, ahead: Option<&NextEnvelope<'_>>) -> Outcome {
        match &mut self.0 {
            Way::Smtp(smtp) => smtp.message(message, ahead).await,
            Way::Folder(folder) => folder.message(message, file_name).await,
        }
    }

    /// [`Connection::envelope`] and [`Connection::message`] in one go, for callers without a ledger.
    pub async fn send(&mut self, mail: &Mail<'_>) -> Outcome {
        match self.envelope(mail.envelope_from, mail.to, mail.message.len()).await {
            Ok(()) => self.message(mail.message, mail.name_for_file, None).await,
            Err(outcome) => outcome,
        }
    }

    /// False once the connection was lost, timed out, said 421, or a call on it was cancelled half-way.
    pub fn is_usable(&self) -> bool {
        match &self.0 {
            Way::Smtp(smtp) => smtp.is_usable(),
            Way::Folder(_) => true,
        }
    }

    /// True where the last [`Connection::envelope`] failed only because the relay had closed the connection between two mails,
    /// as some do after a number of them (R67): connect anew at once and go on with the same mail; it is no trouble.
    /// Never true on a connection that has not settled a mail before, so this cannot turn into a busy loop.
    pub fn was_idle_closed(&self) -> bool {
        match &self.0 {
            Way::Smtp(smtp) => smtp.was_idle_closed(),
            Way::Folder(_) => false,
        }
    }

    /// How many mails of one connection the relay passes on at once; the others wait for its queue run. None: no such limit is
    /// known. An Exim whose greeting does not say so is known after the first mail that it took.
    pub fn passes_on(&self) -> Option<usize> {
        match &self.0 {
            Way::Smtp(smtp) => smtp.passes_on(),
            Way::Folder(_) => None,
        }
    }

    pub fn capabilities(&self) -> &Capabilities {
        match &self.0 {
            Way::Smtp(smtp) => smtp.capabilities(),
            Way::Folder(folder) => folder.capabilities(),
        }
    }

    /// Says goodbye, best effort and with a short limit (R78).
    pub async fn quit(self) {
        match self.0 {
            Way::Smtp(smtp) => smtp.quit().await,
            Way::Folder(_) => {}
        }
    }
}

/// A reply of our own words; the ledger keeps at most 500 characters.
fn reply(stage: Stage, code: u16, text: &str) -> Reply {
    Reply { stage, code, text: text.chars().take(500).collect() }
}

fn trouble(stage: Stage, code: u16, text: &str) -> Outcome {
    Outcome::RelayTrouble(reply(stage, code, text))
}
