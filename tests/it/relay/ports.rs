//! A wrong port, another service, a doubtful certificate: what somebody is told who tries `relay.url` out.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{self, ServerConfig, pki_types::PrivateKeyDer};

use super::encrypted::{acceptor, trusting};
use super::*;
use crate::support::process::free_port;
use crate::support::relay::Tls;

/// Little patience where somebody is silent.
fn hasty(url: &str) -> Relay {
    let greeting = Duration::from_millis(200);
    relay(url).with_timeouts(Timeouts { greeting, ..patience() })
}

async fn told(relay: &Relay) -> String {
    match relay.try_out().await {
        Err(Outcome::RelayTrouble(reply)) => reply.text,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("{relay} was taken"),
    }
}

/// A service that says `first` to whoever calls, and once more to whatever it hears.
async fn service(first: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut caller, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut heard = [0; 512];
                let _ = caller.write_all(first.as_bytes()).await;
                while caller.read(&mut heard).await.is_ok_and(|n| n > 0) {
                    let _ = caller.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").await;
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn a_wrong_port_is_told_with_what_to_write_instead() {
    let home = tempfile::tempdir().expect("a directory");
    let with_tls =
        FakeRelay::with(Options { tls: Tls::Implicit(acceptor(home.path(), "localhost")), ..Options::default() }).await;
    let plain = FakeRelay::start().await;
    let upgrade = FakeRelay::with(Options { tls: Tls::Upgrade(acceptor(home.path(), "localhost")), ..Options::default() }).await;
    let (web, shy, silent) =
        (service("").await, service("HTTP/1.0 408 Timeout\r\n").await, TcpListener::bind("127.0.0.1:0").await.unwrap());
    let silent_port = silent.local_addr().unwrap().port();
    let (tls, plain_port) = (with_tls.port(), plain.port());
    for (url, words) in [
        (format!("smtp://localhost:{tls}"), vec![format!("expects TLS from the start: write smtps://localhost:{tls}")]),
        (format!("smtp://u:p@localhost:{tls}?tls=required"), vec![format!("write smtps://localhost:{tls}")]),
        (
            format!("smtps://localhost:{plain_port}"),
            vec![format!(
                "does not begin with TLS: if it offers STARTTLS, as 587 does, write smtp://localhost:{plain_port}?tls=required"
            )],
        ),
        (format!("smtps://localhost:{}", upgrade.port()), vec!["?tls=required".to_owned()]),
        (
            format!("smtp://localhost:{plain_port}?tls=required"),
            vec!["does not offer STARTTLS".to_owned(), "smtps://".to_owned()],
        ),
        (format!("smtp://localhost:{web}"), vec!["gave no answer".to_owned(), "465".to_owned()]),
        (format!("smtps://localhost:{web}"), vec!["does not begin with TLS".to_owned()]),
        (format!("smtp://localhost:{shy}"), vec!["cannot be understood".to_owned(), "is a mail server on that port?".to_owned()]),
        (format!("smtps://localhost:{shy}"), vec!["does not begin with TLS".to_owned()]),
        (format!("smtp://localhost:{silent_port}"), vec!["gave no answer within 0.2 s".to_owned()]),
        (format!("smtp://localhost:{}", free_port()), vec!["nothing listens on that port".to_owned()]),
        (format!("smtps://localhost:{}", free_port()), vec!["nothing listens on that port".to_owned()]),
    ] {
        // Where nobody answers a handshake, the limit of the connection counts.
        let relay = hasty(&url).with_timeouts(Timeouts {
            greeting: Duration::from_millis(200),
            connect: if url.contains(&silent_port.to_string()) { Duration::from_millis(200) } else { patience().connect },
            ..patience()
        });
        let said = told(&relay).await;
        for words in words {
            assert!(said.contains(&words), "{url}: {words:?} is missing in: {said}");
        }
        assert!(!said.contains("u:p") && !said.contains("InvalidContentType"), "{url}: {said}");
    }
    assert!(told(&hasty("smtps://nowhere.invalid")).await.contains("cannot be reached"));
}

#[tokio::test]
async fn whoever_does_not_get_in_is_told_why() {
    let auth = FakeRelay::with(Options { auth: Some("PLAIN"), ..Options::default() }).await;
    let said = told(&relay(&format!("smtp://news:wrong@127.0.0.1:{}", auth.port()))).await;
    assert!(said.contains("5.7.8 wrong user or password"), "{said}");
    let home = tempfile::tempdir().expect("a directory");
    let later = FakeRelay::with(Options { tls: Tls::Upgrade(acceptor(home.path(), "localhost")), ..Options::default() }).await;
    let said = told(&relay(&format!("smtp://news:s3cret@127.0.0.1:{}", later.port()))).await;
    assert!(said.contains("offers nothing for signing in") && said.contains("add ?tls=required"), "{said}");
}

/// A server with a certificate of its own making.
fn server(certificate: rustls::pki_types::CertificateDer<'static>, key: &KeyPair) -> TlsAcceptor {
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .expect("a server");
    TlsAcceptor::from(Arc::new(config))
}

#[tokio::test]
async fn a_doubtful_certificate_is_told_in_words_and_ones_own_can_be_trusted() {
    let home = tempfile::tempdir().expect("a directory");
    let (file, key) = (home.path().join("ca.pem"), KeyPair::generate().expect("a key"));
    let mut authority = CertificateParams::new([]).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("an authority");
    let for_host = |host: &str| CertificateParams::new([host.to_owned()]).expect("parameters");
    let dated = |from: i32, until: i32| {
        let mut params = for_host("localhost");
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
        params
    };
    let mut like_an_authority = for_host("localhost");
    like_an_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let mut elsewhere = for_host("mail.example.org");
    elsewhere.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let by_authority = |params: CertificateParams| params.signed_by(&key, &authority).expect("a certificate");
    let by_itself = |params: CertificateParams| params.self_signed(&key).expect("a certificate");

    const UNKNOWN: &str = "relay.ca_file";
    let good = "";
    for (name, certificate, of_authority, without, with) in [
        ("of our authority", by_authority(for_host("localhost")), true, UNKNOWN, good),
        ("signed by itself", by_itself(for_host("localhost")), false, UNKNOWN, good),
        ("signed by itself, as openssl req -x509 makes them", by_itself(like_an_authority), false, UNKNOWN, good),
        (
            "signed by itself, for another name",
            by_itself(elsewhere),
            false,
            UNKNOWN,
            "not for localhost but for mail.example.org",
        ),
        (
            "for another name",
            by_authority(for_host("mail.example.org")),
            true,
            UNKNOWN,
            "not for localhost but for mail.example.org",
        ),
        ("expired", by_authority(dated(2020, 2021)), true, "expired on 2021-01-01", "expired on 2021-01-01"),
        ("not valid yet", by_authority(dated(2090, 2095)), true, "not valid before 2090-01-01", "not valid before 2090-01-01"),
    ] {
        std::fs::write(&file, if of_authority { authority.pem() } else { certificate.pem() }).expect("written");
        for starttls in [false, true] {
            let tls = server(certificate.der().clone(), &key);
            let tls = if starttls { Tls::Upgrade(tls) } else { Tls::Implicit(tls) };
            let fake = FakeRelay::with(Options { tls, ..Options::default() }).await;
            let (scheme, query) = if starttls { ("smtp", "?tls=required") } else { ("smtps", "") };
            let url = format!("{scheme}://localhost:{}{query}", fake.port());
            let said = told(&relay(&url)).await;
            assert!(said.contains(without), "{name}: {said}");
            let trusting = trusting(home.path(), &url);
            match with {
                "" => drop(trusting.try_out().await.unwrap_or_else(|outcome| panic!("{name}: {outcome:?}"))),
                words => {
                    let said = told(&trusting).await;
                    assert!(said.contains(words), "{name}: {said}");
                }
            }
        }
    }
}
