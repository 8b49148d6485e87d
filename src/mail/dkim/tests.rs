//! Canonical forms and tags against the examples of the RFCs. That whole mails verify is tested from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use aws_lc_rs::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use proptest::prelude::*;

use super::*;

const AT: &str = "2026-03-02T09:00:00.987654Z";

fn key(selector: &str, algorithm: Algorithm) -> Key {
    Key { name: KeyName::parse(selector, "example.org").unwrap(), private: PrivateKey::generate(algorithm).unwrap() }
}

fn body_of(body: &[u8]) -> String {
    let mut out = Vec::new();
    canonical::body(body, |run| out.extend_from_slice(run));
    String::from_utf8(out).unwrap()
}

fn headers_of(head: &str) -> (String, String) {
    let mut out = Vec::new();
    let names = canonical::headers(head.as_bytes(), &mut out);
    (String::from_utf8(out).unwrap(), names.join(":"))
}

/// A signature's tags by name, unfolded.
fn tags(field: &str) -> Vec<(String, String)> {
    let value = field.strip_prefix("DKIM-Signature:").unwrap().replace("\r\n", "");
    value.split(';').map(|tag| tag.trim().split_once('=').unwrap()).map(|(n, v)| (n.to_owned(), v.replace(' ', ""))).collect()
}

#[test]
fn the_examples_of_rfc_6376_section_3_4_5() {
    for (raw, canonical) in [("A: X\r\n", "a:X"), ("B : Y\t\r\n\tZ  \r\n", "b:Y Z"), ("Empty:\r\n", "empty:")] {
        let mut out = Vec::new();
        canonical::field(raw.as_bytes(), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), canonical);
    }
    assert_eq!(body_of(b" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
}

#[test]
fn bodies_at_the_edges() {
    for (raw, canonical) in [
        ("", ""),
        ("\r\n\r\n", ""),
        (" \t\r\n  \r\n", ""),
        ("a", "a\r\n"),
        ("a \t", "a\r\n"),
        ("a\r\n \t\r\nb \r\n", "a\r\n\r\nb\r\n"),
        ("\t a\tb  c\r\n", " a b c\r\n"),
        ("\r\na\r\n", "\r\na\r\n"),
        ("a \rb\r\n", "a \rb\r\n"),
        ("a\n\n\r\n", "a\n\n\r\n"),
    ] {
        assert_eq!(body_of(raw.as_bytes()), canonical, "{raw:?}");
    }
}

proptest! {
    /// The same by the words of §3.4.4, line by line.
    #[test]
    fn bodies_are_as_the_rfc_says_it(body in "[ab \t]{0,4}((\r\n)|[ab \t\r\n]){0,30}") {
        let mut lines: Vec<String> = body.split("\r\n").map(|line| {
            let words = line.split([' ', '\t']).collect::<Vec<_>>().join(" ");
            let mut line = words.clone();
            while line.contains("  ") { line = line.replace("  ", " "); }
            line.trim_end_matches(' ').to_owned()
        }).collect();
        while lines.last().is_some_and(String::is_empty) { lines.pop(); }
        let wanted: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        prop_assert_eq!(body_of(body.as_bytes()), wanted);
    }
}

#[test]
fn what_is_signed_and_what_is_signed_once_more() {
    let (canonical, names) = headers_of(
        "Received: x\r\nDKIM-Signature: y\r\nSubject: Hello\r\n  World\r\nFROM:a@example.org\r\nX-Other: z\r\nComments: c\r\nPrecedence: bulk\r\n",
    );
    assert_eq!(canonical, "from:a@example.org\r\nsubject:Hello World\r\nprecedence:bulk\r\n");
    let wanted = "From:From:To:Cc:Subject:Subject:Date:Reply-To:Sender:Message-ID:MIME-Version:Content-Type:List-Unsubscribe:List-Unsubscribe-Post:Precedence";
    assert_eq!(names, wanted);
    let (canonical, names) = headers_of("To: a\r\nTo: b\r\n");
    assert_eq!(canonical, "to:b\r\nto:a\r\n", "the last comes first");
    assert!(names.contains(":To:To:To:Cc:"), "{names}");
}

/// RFC 8463 Appendix A: the message, the key and both results.
#[test]
fn the_example_of_rfc_8463_appendix_a() {
    const MESSAGE: &str = "From: Joe SixPack <joe@football.example.com>\r\nTo: Suzie Q <suzie@shopping.example.net>\r\n\
        Subject: Is dinner ready?\r\nDate: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
        Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\n\
        Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
    const FIELD: &str = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n \
        q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n \
        bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=";
    let signed = Signed::read(MESSAGE.as_bytes()).unwrap();
    assert_eq!(signed.body_hash, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
    let seed = STANDARD.decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=").unwrap();
    let key = Key {
        name: KeyName::parse("brisbane", "football.example.com").unwrap(),
        private: PrivateKey::Ed25519(Box::new(Ed25519KeyPair::from_seed_unchecked(&seed).unwrap())),
    };
    let mut canonical = Vec::new();
    canonical::field(FIELD.as_bytes(), &mut canonical);
    let mut headers = signed.headers.clone();
    headers.update(&canonical);
    let made = sign(&key.private, &headers.finish()).unwrap();
    assert_eq!(made, "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==");
    let record = key.record().unwrap();
    assert_eq!(record.name, "brisbane._domainkey.football.example.com");
    assert_eq!(record.value, "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

#[test]
fn both_signatures_stand_before_the_message_folded_and_say_the_same() {
    let signer = Signer::new(vec![key("news2026", Algorithm::Rsa), key("news2026e", Algorithm::Ed25519)], Vec::new()).unwrap();
    assert_eq!((signer.note(), signer.domains().len()), ("example.org news2026 news2026e", 1));
    let plain = b"From: a@example.org\r\nSubject: Hello\r\n\r\nBody\r\n".to_vec();
    let mut once = plain.clone();
    signer.sign(&mut once, signer.note(), "news@example.org", AT.parse().unwrap()).unwrap();
    let mut again = plain.clone();
    signer.sign(&mut again, signer.note(), "news@example.org", AT.parse().unwrap()).unwrap();
    assert_eq!(once, again, "the same bytes, however often");
    let text = String::from_utf8(once).unwrap();
    let fields = text.strip_suffix(std::str::from_utf8(&plain).unwrap()).unwrap();
    assert!(fields.ends_with("\r\n") && fields.split("\r\n").all(|line| line.len() <= 76), "{fields}");
    let (first, second) = fields.split_at(fields.rfind("DKIM-Signature:").unwrap());
    let (first, second) = (tags(first), tags(second));
    for (tags, algorithm, selector) in [(&first, "rsa-sha256", "news2026"), (&second, "ed25519-sha256", "news2026e")] {
        let names: Vec<&str> = tags.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["v", "a", "c", "d", "s", "q", "t", "h", "bh", "b"], "no l=, no x=");
        let values: Vec<&str> = tags.iter().take(7).map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["1", algorithm, "relaxed/relaxed", "example.org", selector, "dns/txt", "1772442000"]);
    }
    assert_eq!(first[7..9], second[7..9], "one body hash for both");
}

#[test]
fn the_library_itself_agrees_with_what_the_records_say() {
    for algorithm in [Algorithm::Rsa, Algorithm::Ed25519] {
        let key = key("s", algorithm);
        let digest = aws_lc_rs::digest::digest(&SHA256, b"anything");
        let signature = STANDARD.decode(sign(&key.private, &digest).unwrap()).unwrap();
        let record = key.record().unwrap();
        assert_eq!(record.strings().concat(), record.value);
        assert_eq!(record.strings().len(), if algorithm == Algorithm::Rsa { 2 } else { 1 });
        assert!(record.strings().iter().all(|string| string.len() <= 255));
        let public = STANDARD.decode(record.value.split_once("p=").unwrap().1).unwrap();
        match algorithm {
            Algorithm::Rsa => {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).verify(b"anything", &signature).unwrap()
            }
            Algorithm::Ed25519 => UnparsedPublicKey::new(&ED25519, public).verify(digest.as_ref(), &signature).unwrap(),
        }
        let read = PrivateKey::from_pem(&key.private.to_pem().unwrap()).unwrap();
        assert_eq!(sign(&read, &digest).unwrap(), sign(&key.private, &digest).unwrap());
        assert!(!format!("{key:?}{}", key.describe()).contains("PRIVATE") && format!("{key:?}").len() < 150, "{key:?}");
    }
}

#[test]
fn old_keys_sign_what_they_had_signed_and_a_missing_one_is_named() {
    let old = key("news2025", Algorithm::Ed25519);
    let signer = Signer::new(vec![key("news2026", Algorithm::Ed25519)], vec![old]).unwrap();
    let mut message = b"From: a@example.org\r\n\r\n".to_vec();
    signer.sign(&mut message, "example.org news2025", "news@example.org", AT.parse().unwrap()).unwrap();
    assert!(String::from_utf8(message).unwrap().contains(" s=news2025;"));
    let plain = b"From: a@example.org\r\n\r\n".to_vec();
    let mut message = plain.clone();
    for (note, from) in [("example.org news2026 news2024", "news@example.org"), ("example.com news2026", "news@example.com")] {
        let error = signer.sign(&mut message, note, from, AT.parse().unwrap()).unwrap_err();
        assert!(matches!(error, DkimError::Missing(_)), "{error}");
    }
    let error = signer.sign(&mut message, "example.com news2026", "news@example.org", AT.parse().unwrap()).unwrap_err();
    assert!(matches!(error, DkimError::NoKey { .. }), "{error}");
    signer.sign(&mut message, "", "news@example.org", AT.parse().unwrap()).unwrap();
    assert_eq!(message, plain, "what is not signed stays as it is");
    assert!(matches!(signer.sign(&mut message, "example.org", "news@example.org", AT.parse().unwrap()), Err(DkimError::Note(_))));
    let twice = Signer::new(vec![key("a", Algorithm::Ed25519)], vec![key("A", Algorithm::Ed25519)]);
    assert!(matches!(twice, Err(DkimError::Twice(_))));
}

#[test]
fn keys_that_are_none_are_refused() {
    assert_eq!(PrivateKey::from_pem("").unwrap_err(), DkimError::NoPem);
    assert_eq!(PrivateKey::from_pem("-----BEGIN ENCRYPTED PRIVATE KEY-----\n").unwrap_err(), DkimError::Encrypted);
    let nonsense = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    assert!(matches!(PrivateKey::from_pem(nonsense), Err(DkimError::Unusable(_))));
    for (selector, domain) in [("", "example.org"), ("a b", "example.org"), ("a", "org"), ("a", "ex ample.org"), ("a", "-.org")] {
        assert!(matches!(KeyName::parse(selector, domain), Err(DkimError::Name(_))), "{selector} {domain}");
    }
}

#[test]
fn a_domain_vouches_for_itself_its_parent_and_its_children() {
    let signer = Signer::new(vec![key("s", Algorithm::Ed25519)], Vec::new()).unwrap();
    for from in ["a@example.org", "a@NEWS.example.org"] {
        assert_eq!(signer.check_sender("weekly", from), Ok(()));
    }
    for from in ["a@example.com", "a@badexample.org"] {
        let told = signer.check_sender("weekly", from).unwrap_err().to_string();
        assert!(told.contains("weekly") && told.contains(from) && told.contains("example.org"), "{told}");
    }
    assert!(is_aligned("news.example.org", "example.org"));
    assert_eq!(Signer::default().check_sender("weekly", "a@example.com"), Ok(()));
}

#[test]
fn each_sender_has_the_domain_that_vouches_for_it() {
    let of = |selector: &str, domain: &str, algorithm| Key {
        name: KeyName::parse(selector, domain).unwrap(),
        private: PrivateKey::generate(algorithm).unwrap(),
    };
    let keys = || {
        vec![
            of("a", "example.org", Algorithm::Ed25519),
            of("b", "news.example.org", Algorithm::Ed25519),
            of("c", "MÜNCHEN.example", Algorithm::Ed25519),
        ]
    };
    let signer = Signer::new(keys(), Vec::new()).unwrap();
    assert_eq!(signer.note(), "example.org a; news.example.org b; xn--mnchen-3ya.example c");
    for (from, note) in [
        ("x@example.org", Some("example.org a")),
        ("x@EXAMPLE.ORG", Some("example.org a")),
        ("x@news.example.org", Some("news.example.org b")),
        ("x@a.news.example.org", Some("news.example.org b")),
        ("x@other.example.org", Some("example.org a")),
        ("x@xn--mnchen-3ya.example", Some("xn--mnchen-3ya.example c")),
        ("x@example.com", None),
        ("x@notexample.org", None),
    ] {
        assert_eq!(signer.note_for(from), note, "{from}");
        let mut message = format!("From: {from}\r\n\r\n").into_bytes();
        let signed = signer.sign(&mut message, signer.note(), from, AT.parse().unwrap());
        match note {
            Some(note) => {
                signed.unwrap();
                let (domain, selector) = note.split_once(' ').unwrap();
                let text = String::from_utf8(message).unwrap().replace("\r\n ", " ");
                assert!(
                    text.contains(&format!(" d={domain}; s={selector};")) && text.matches("DKIM-Signature").count() == 1,
                    "{text}"
                );
            }
            None => assert!(matches!(signed, Err(DkimError::NoKey { .. })), "{from}"),
        }
    }
    let two =
        Signer::new(vec![of("a", "example.org", Algorithm::Ed25519), of("b", "example.org", Algorithm::Ed25519)], Vec::new());
    assert!(matches!(two, Err(DkimError::TwoOfAKind(..))), "{two:?}");
    assert_eq!(Signer::default().note_for("x@example.com"), Some(""), "without keys nothing is signed");
}
