//! Why there is no connection, in words for the person who wrote `relay.url`: what is there instead, and what to write.

use std::io;

use jiff::Timestamp;
use tokio_rustls::rustls::pki_types::UnixTime;
use tokio_rustls::rustls::{CertificateError, Error};

use super::smtp::Lost;
use super::url::{Security, Server};

/// No greeting came, over TLS or in the clear.
pub(super) fn no_greeting(lost: &Lost, server: &Server) -> String {
    let said = lost.text(&server.place());
    match (lost, server.security) {
        (Lost::TimedOut(_), Security::Implicit) => {
            format!("{said}: TLS is there, but no mail server; is it another service's port?")
        }
        (Lost::TimedOut(_) | Lost::Closed, Security::StartTls | Security::Loopback) => {
            format!(
                "{said}: a port that expects TLS from the start, as 465 does, is silent like this; then write smtps:// in relay.url"
            )
        }
        (Lost::Closed, Security::Implicit) => said,
        (Lost::Unreadable(_), _) => format!("{said}: is a mail server on that port? Common ones are 587, 465 and 25"),
    }
}

/// What a look at a silent port has found.
pub(super) fn expects_tls(server: &Server) -> String {
    let place = server.place();
    format!(
        "{place} expects TLS from the start: write smtps://{place} in relay.url, with USER:PASSWORD@ before it where you had that"
    )
}

/// The name leads nowhere, or nobody answers there.
pub(super) fn not_reached(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => format!("nothing listens on that port ({error})"),
        _ => error.to_string(),
    }
}

/// A handshake that failed.
pub(super) fn handshake(error: &io::Error, server: &Server) -> String {
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        return format!("the connection ended in the middle of the handshake ({error}). {}", no_tls(server));
    };
    match tls {
        Error::InvalidMessage(_) => no_tls(server),
        Error::InvalidCertificate(why) => certificate(why, &server.host),
        Error::AlertReceived(alert) => format!("the relay ended the handshake ({alert:?}); it may know no TLS 1.2 or newer"),
        Error::PeerIncompatible(_) => format!("the relay knows no TLS that we take, which is 1.2 at least ({tls})"),
        _ => tls.to_string(),
    }
}

/// Whether the other end speaks TLS, and something else was wrong.
pub(super) fn is_by_tls(error: &io::Error) -> bool {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    tls.is_some_and(|tls| !matches!(tls, Error::InvalidMessage(_)))
}

fn no_tls(server: &Server) -> String {
    let place = server.place();
    match server.security {
        Security::Implicit => format!(
            "this port does not begin with TLS: if it offers STARTTLS, as 587 does, write smtp://{place}?tls=required in relay.url; \
             smtps:// is for ports like 465"
        ),
        Security::StartTls | Security::Loopback => "what came after STARTTLS is no TLS".to_owned(),
    }
}

fn certificate(why: &CertificateError, host: &str) -> String {
    const TRUST: &str = "Get that authority's certificate (or the relay's own, if it signed itself) as a PEM file and name the file in \
        relay.ca_file, or add it to this machine's own with update-ca-certificates";
    match why {
        CertificateError::UnknownIssuer => {
            format!("its certificate was signed by itself, or by an authority that this machine does not know. {TRUST}")
        }
        CertificateError::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            format!("its certificate was signed by itself. {TRUST}")
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names: Vec<&str> = presented.iter().map(|name| name.split('"').nth(1).unwrap_or(name)).collect();
            format!(
                "its certificate is not for {host} but for {}. Write in relay.url the name that stands in the certificate",
                if names.is_empty() { "no name at all".to_owned() } else { names.join(", ") }
            )
        }
        CertificateError::NotValidForName => {
            format!("its certificate is not for {host}. Write in relay.url the name that stands in the certificate")
        }
        CertificateError::ExpiredContext { not_after, .. } => {
            format!(
                "its certificate expired on {}. Whoever runs the relay must renew it; or this machine's clock is wrong",
                day(*not_after)
            )
        }
        CertificateError::Expired => "its certificate has expired. Whoever runs the relay must renew it".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("its certificate is not valid before {}. This machine's clock may be wrong", day(*not_before))
        }
        CertificateError::NotValidYet => "its certificate is not valid yet. This machine's clock may be wrong".to_owned(),
        other => format!("its certificate cannot be trusted: {other}"),
    }
}

fn day(at: UnixTime) -> String {
    let second = i64::try_from(at.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(second).map_or_else(|_| "a day far away".to_owned(), |at| at.to_string())
}
