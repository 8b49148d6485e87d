//! From nothing to a connection that takes mail: dial, TLS, banner, EHLO, STARTTLS, AUTH. Whatever fails here concerns the
//! relay or our configuration (App. A2), so every error is [`Outcome::RelayTrouble`] with the stage and a sentence for people.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Ehlo;
use lettre::transport::smtp::extension::ClientId;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use super::smtp::{Lost, Smtp};
use super::stream::{Heard, Transport, Wire};
use super::url::{Security, Server};
use super::{Capabilities, Outcome, Stage, Timeouts, exim, sign_in, trouble, words};

pub(super) async fn connect(
    server: &Server,
    name: &ClientId,
    limits: Timeouts,
    tls: Option<&Arc<ClientConfig>>,
) -> Result<Smtp, Outcome> {
    let place = server.place();
    let tcp = dial(server, limits.connect)
        .await
        .map_err(|why| trouble(Stage::Connect, 0, &format!("{place} cannot be reached: {why}")))?;
    let transport = match server.security {
        Security::Implicit => handshake(tcp, server, limits.connect, tls).await?,
        Security::StartTls | Security::Loopback => Transport::Plain(tcp),
    };
    let mut wire = Wire::new(transport);
    let banner = greet(&mut wire, server, limits.greeting).await?;
    if server.security == Security::StartTls {
        wire = starttls(wire, server, name, limits, tls).await?;
    }
    // lettre wants to read a banner before it says EHLO; inside STARTTLS there is none.
    wire.replay_banner();
    let greeting = timeout(limits.command, AsyncSmtpConnection::connect_with_transport(Box::new(wire.clone()), name)).await;
    let answer = wire.take_heard();
    let lettre = match (greeting, &answer) {
        (Ok(Ok(lettre)), _) => lettre,
        (_, Some(heard)) => return Err(refused(Stage::Ehlo, heard)),
        (Ok(Err(error)), None) => return Err(lost(Stage::Ehlo, &Lost::from_lettre(&error), &place)),
        (Err(_), None) => return Err(lost(Stage::Ehlo, &Lost::timed_out(limits.command), &place)),
    };
    let capabilities = answer.as_ref().map(Capabilities::read).unwrap_or_default();
    let mut smtp = Smtp::new(lettre, wire, place, capabilities, limits);
    smtp.set_exim(exim::has_greeted(&banner) || answer.as_ref().is_some_and(exim::has_offered));
    if let Some(login) = &server.login {
        sign_in::sign_in(&mut smtp, server, login).await?;
        // A relay may offer more to those it knows; only the current list counts (R73).
        let heard = say(&mut smtp, Ehlo::new(name.clone()), Stage::Ehlo).await?;
        if heard.code / 100 != 2 {
            return Err(refused(Stage::Ehlo, &heard));
        }
        smtp.set_capabilities(Capabilities::read(&heard));
    }
    Ok(smtp)
}

async fn dial(server: &Server, limit: Duration) -> Result<TcpStream, String> {
    let late = || format!("no answer within {} s", limit.as_secs_f32());
    let looked_up = timeout(limit, tokio::net::lookup_host((server.host.as_str(), server.port))).await;
    let addresses: Vec<SocketAddr> =
        looked_up.map_err(|_| late())?.map_err(|error| format!("its name is not known ({error})"))?.collect();
    let mut why = "the name has no address".to_owned();
    for address in addresses {
        if server.security == Security::Loopback && !address.ip().is_loopback() {
            "the name does not lead to this machine, and unencrypted mail must not leave it".clone_into(&mut why);
            continue;
        }
        match timeout(limit, TcpStream::connect(address)).await {
            // With Nagle's algorithm each mail would wait 40 ms for an acknowledgement.
            Ok(Ok(tcp)) => return tcp.set_nodelay(true).map(|()| tcp).map_err(|e| e.to_string()),
            Ok(Err(error)) => why = words::not_reached(&error),
            Err(_) => why = late(),
        }
    }
    Err(why)
}

async fn handshake(
    tcp: TcpStream,
    server: &Server,
    limit: Duration,
    tls: Option<&Arc<ClientConfig>>,
) -> Result<Transport, Outcome> {
    let failed = |why: String| trouble(Stage::StartTls, 0, &format!("no TLS with {}: {why}", server.place()));
    let config = tls.ok_or_else(|| failed("it was not prepared".to_owned()))?;
    let name = ServerName::try_from(server.host.clone()).map_err(|e| failed(e.to_string()))?;
    match timeout(limit, TlsConnector::from(Arc::clone(config)).connect(name, tcp)).await {
        Ok(Ok(stream)) => Ok(Transport::Tls(Box::new(stream))),
        Ok(Err(error)) => Err(failed(words::handshake(&error, server))),
        Err(_) => Err(failed(format!("the handshake was not done within {} s", limit.as_secs_f32()))),
    }
}

/// Whether a port that said nothing expects TLS from the start. A certificate that nobody trusts is an answer as well.
pub(super) async fn speaks_tls(server: &Server, limit: Duration, config: &Arc<ClientConfig>) -> bool {
    let Ok(name) = ServerName::try_from(server.host.clone()) else { return false };
    let Ok(tcp) = dial(server, limit).await else { return false };
    match timeout(limit, TlsConnector::from(Arc::clone(config)).connect(name, tcp)).await {
        Ok(Ok(_)) => true,
        Ok(Err(error)) => words::is_by_tls(&error),
        Err(_) => false,
    }
}

async fn greet(wire: &mut Wire, server: &Server, limit: Duration) -> Result<Heard, Outcome> {
    let lost = match timeout(limit, wire.read_reply()).await {
        Ok(Ok(heard)) if heard.code / 100 == 2 => return Ok(heard),
        Ok(Ok(heard)) => return Err(refused(Stage::Banner, &heard)),
        Ok(Err(error)) => Lost::from_io(&error),
        Err(_) => Lost::timed_out(limit),
    };
    Err(trouble(Stage::Banner, 0, &words::no_greeting(&lost, server)))
}

/// RFC 3207, done before lettre gets the wire: lettre would keep what is buffered across the handshake.
async fn starttls(
    mut wire: Wire,
    server: &Server,
    name: &ClientId,
    limits: Timeouts,
    tls: Option<&Arc<ClientConfig>>,
) -> Result<Wire, Outcome> {
    let place = server.place();
    let ehlo = ask(&mut wire, &format!("EHLO {name}\r\n"), Stage::Ehlo, limits.command, &place).await?;
    if !Capabilities::read(&ehlo).starttls {
        return Err(trouble(
            Stage::StartTls,
            0,
            &format!(
                "{place} does not offer STARTTLS; we never go on without it. Ports that begin with TLS, like 465, want smtps:// in relay.url"
            ),
        ));
    }
    ask(&mut wire, "STARTTLS\r\n", Stage::StartTls, limits.command, &place).await?;
    let Some(Transport::Plain(tcp)) = wire.into_transport() else {
        let text = format!("{place} sent more than its answer to STARTTLS: somebody may be tampering with the connection");
        return Err(trouble(Stage::StartTls, 0, &text));
    };
    Ok(Wire::new(handshake(tcp, server, limits.connect, tls).await?))
}

/// One command and its answer without lettre; anything but 2yz is an error.
async fn ask(wire: &mut Wire, command: &str, stage: Stage, limit: Duration, place: &str) -> Result<Heard, Outcome> {
    let conversation = async {
        wire.write_all(command.as_bytes()).await?;
        wire.flush().await?;
        wire.read_reply().await
    };
    match timeout(limit, conversation).await {
        Ok(Ok(heard)) if heard.code / 100 == 2 => Ok(heard),
        Ok(Ok(heard)) => Err(refused(stage, &heard)),
        Ok(Err(error)) => Err(lost(stage, &Lost::from_io(&error), place)),
        Err(_) => Err(lost(stage, &Lost::timed_out(limit), place)),
    }
}

pub(super) async fn say(smtp: &mut Smtp, command: impl std::fmt::Display, stage: Stage) -> Result<Heard, Outcome> {
    smtp.say(command, smtp.limits().command).await.map_err(|why| lost(stage, &why, smtp.place()))
}

pub(super) fn refused(stage: Stage, heard: &Heard) -> Outcome {
    trouble(stage, heard.code, &heard.text())
}

fn lost(stage: Stage, lost: &Lost, place: &str) -> Outcome {
    trouble(stage, 0, &lost.text(place))
}

impl Lost {
    pub(super) fn from_io(error: &io::Error) -> Lost {
        match error.kind() {
            io::ErrorKind::InvalidData => Lost::Unreadable(error.to_string()),
            _ => Lost::Closed,
        }
    }
}

impl Capabilities {
    /// RFC 5321 §4.1.1.1: the first line is the greeting; keywords are case-insensitive.
    fn read(ehlo: &Heard) -> Capabilities {
        let mut found = Capabilities::default();
        for line in ehlo.lines.iter().skip(1).map(|line| line.to_ascii_uppercase()) {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("PIPELINING") => found.pipelining = true,
                // RFC 1870 §4: without a number, or with 0, there is no fixed limit.
                Some("SIZE") => found.size = Some(words.next().and_then(|n| n.parse().ok()).unwrap_or(0)),
                Some("SMTPUTF8") => found.smtputf8 = true,
                Some("DSN") => found.dsn = true,
                Some("STARTTLS") => found.starttls = true,
                Some("AUTH") => found.auth.extend(words.map(str::to_owned)),
                _ => {}
            }
        }
        found
    }
}
