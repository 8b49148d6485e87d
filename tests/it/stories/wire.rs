//! TLS to PostgreSQL: the build that links the system's libpq speaks it and looks at certificates; the plain one says what it lacks.
//!
//! `RUNDBRIEF_SYSTEM_LIBPQ=1 tests/run stories::wire` tries the other build.

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::support::cluster::Cluster;
use crate::support::database::Kind;
use crate::support::instance::{Instance, Ran};

const SPEAKS_TLS: bool = !cfg!(feature = "bundled-libpq");

/// An authority's certificate; and one of a server on 127.0.0.1 by it, with its key.
fn certificates() -> (String, String, String) {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    (authority.pem(), server.pem(), key.serialize_pem())
}

#[test]
fn a_server_that_wants_tls_gets_it_from_the_build_that_can() {
    let folder = tempfile::tempdir().unwrap();
    let mut cluster = Cluster::start(folder.path(), None);
    let (authority, certificate, key) = certificates();
    cluster.speaks_tls_only(&certificate, &key);
    let mut instance = Instance::unmade(Kind::Sqlite, "file:///nowhere");
    let trusted = instance.file("authority.pem", authority.as_bytes());
    let other = instance.file("other.pem", certificates().0.as_bytes());
    let url = |options: &str| format!("{}?{options}", cluster.url);

    for (options, words) in [
        (format!("sslmode=verify-full&sslrootcert={trusted}"), None),
        (format!("sslmode=verify-ca&sslrootcert={trusted}"), None),
        ("sslmode=require".to_owned(), None),
        ("sslmode=disable".to_owned(), Some("no encryption")),
        (format!("sslmode=verify-full&sslrootcert={other}"), Some("certificate verify failed")),
        (format!("sslmode=verify-full&sslrootcert={}", Path::new("/nowhere.pem").display()), Some("/nowhere.pem")),
    ] {
        instance.set("DATABASE__URL", &url(&options));
        if !SPEAKS_TLS {
            let sentence = instance.refused(1, &["migrate"]);
            assert!(sentence.contains("cannot speak TLS") && sentence.contains("--no-default-features"), "{options}: {sentence}");
        } else if let Some(words) = words {
            let sentence = instance.refused(1, &["migrate"]);
            assert!(sentence.contains(words) && !sentence.contains("cannot speak TLS"), "{options}: {sentence}");
        } else {
            instance.done(&["migrate"]);
            let shown = instance.done(&["check-config"]);
            assert!(!shown.contains("not encrypted"), "{options}: {shown}");
        }
    }
    // What the environment says of libpq counts, and is told the same way.
    instance.set("DATABASE__URL", &cluster.url);
    let ran = Ran::of(instance.command(&["migrate"]).env("PGSSLMODE", "require"));
    assert_eq!((ran.code == Some(0), ran.err.contains("cannot speak TLS")), (SPEAKS_TLS, !SPEAKS_TLS), "{ran:?}");
    // Without a word libpq takes TLS where both can: only the plain build stands before the door.
    let ran = instance.run(&["migrate"]);
    assert_eq!((ran.code == Some(0), ran.err.contains("cannot speak TLS")), (SPEAKS_TLS, !SPEAKS_TLS), "{ran:?}");
}
