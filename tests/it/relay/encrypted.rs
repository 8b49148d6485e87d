//! TLS from the first byte and after STARTTLS, against certificates of our own authority.

use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{self, ServerConfig, pki_types::PrivateKeyDer};

use super::*;
use crate::support::relay::Tls;

/// An authority in `ca.pem`, and a server that has its certificate for `host`.
pub(super) fn acceptor(directory: &Path, host: &str) -> TlsAcceptor {
    let mut authority = CertificateParams::new([]).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("an authority");
    std::fs::write(directory.join("ca.pem"), authority.pem()).expect("written");
    let key = KeyPair::generate().expect("a key");
    let certificate =
        CertificateParams::new([host.to_owned()]).and_then(|p| p.signed_by(&key, &authority)).expect("a certificate");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .expect("a server");
    TlsAcceptor::from(Arc::new(config))
}

pub(super) fn trusting(directory: &Path, url: &str) -> Relay {
    relay(url).with_ca_file(&directory.join("ca.pem")).expect("the authority")
}

async fn refused(relay: &Relay) -> String {
    match relay.connect().await {
        Err(Outcome::RelayTrouble(reply)) if reply.stage == Stage::StartTls => reply.text,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("connected"),
    }
}

#[tokio::test]
async fn both_ways_of_tls_deliver() {
    let home = tempfile::tempdir().expect("a directory");
    let tls = acceptor(home.path(), "localhost");
    for (tls, scheme, query) in [(Tls::Implicit(tls.clone()), "smtps", ""), (Tls::Upgrade(tls), "smtp", "?tls=required")] {
        let fake = FakeRelay::with(Options { tls, auth: Some("PLAIN"), ..Options::default() }).await;
        let url = format!("{scheme}://news:s3cret@localhost:{}{query}", fake.port());
        let mut connection = trusting(home.path(), &url).connect().await.expect("a connection");
        let huge = b"0123456789\r\n".repeat(20_000);
        for message in [MESSAGE, huge.as_slice()] {
            assert_eq!(kind(&send(&mut connection, "ada@example.org", message).await), "accepted");
        }
        assert!(fake.received()[1].data == huge);
        connection.quit().await;
    }
}

#[tokio::test]
async fn a_doubtful_certificate_means_no_mail() {
    let home = tempfile::tempdir().expect("a directory");
    let options = Options { tls: Tls::Implicit(acceptor(home.path(), "other.example.org")), ..Options::default() };
    let fake = FakeRelay::with(options).await;
    let url = format!("smtps://localhost:{}", fake.port());
    assert!(refused(&relay(&url)).await.contains("an authority that this machine does not know"));
    let text = refused(&trusting(home.path(), &url)).await;
    assert!(text.contains("not for localhost but for other.example.org"), "{text}");
    assert_eq!(fake.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn starttls_is_never_left_out_and_never_tricked() {
    let home = tempfile::tempdir().expect("a directory");
    let tls = acceptor(home.path(), "localhost");
    let without = FakeRelay::start().await;
    let text = refused(&trusting(home.path(), &format!("smtp://u:p@localhost:{}?tls=required", without.port()))).await;
    assert!(text.contains("does not offer STARTTLS"), "{text}");
    assert_eq!(without.commands(), ["EHLO news.example.org"]);

    let options = Options { tls: Tls::Upgrade(tls), injected: "250 2.0.0 trust me\r\n", ..Options::default() };
    let attacked = FakeRelay::with(options).await;
    let text = refused(&trusting(home.path(), &format!("smtp://u:p@localhost:{}?tls=required", attacked.port()))).await;
    assert!(text.contains("tampering"), "{text}");
    assert_eq!(attacked.commands(), ["EHLO news.example.org", "STARTTLS"]);
}

#[test]
fn a_certificate_file_without_certificates_is_an_error() {
    let home = tempfile::tempdir().expect("a directory");
    std::fs::write(home.path().join("ca.pem"), "hello").expect("written");
    let why = relay("smtps://localhost").with_ca_file(&home.path().join("ca.pem")).expect_err("no certificate");
    assert!(why.to_string().contains("no certificate"), "{why}");
    assert!(relay("smtps://localhost").with_ca_file(&home.path().join("none.pem")).is_err());
}
