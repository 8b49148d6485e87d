//! What `relay.url` and `relay.ehlo_name` may say, and what people are told otherwise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use secrecy::ExposeSecret as _;

use crate::mail::relay::Relay;

use super::*;

fn smtp(url: &str) -> Server {
    match RelayUrl::parse(url).unwrap_or_else(|e| panic!("{url}: {e}")) {
        RelayUrl::Smtp(server) => server,
        RelayUrl::Folder(_) => panic!("{url} is no folder"),
    }
}

fn complaint(url: &str) -> String {
    RelayUrl::parse(url).map(|u| panic!("{url} was taken as {u}")).unwrap_err().to_string()
}

#[test]
fn the_five_forms_are_understood() {
    let s = smtp("smtps://news:s%40crt%2F1@mail.example.org");
    assert_eq!((s.host.as_str(), s.port, s.security), ("mail.example.org", 465, Security::Implicit));
    let login = s.login.expect("a login");
    assert_eq!((login.user.as_str(), login.password.expose_secret()), ("news", "s@crt/1"));

    let s = smtp("smtp://MAIL.example.org?tls=required");
    assert_eq!((s.host.as_str(), s.port, s.security, s.login.is_none()), ("mail.example.org", 587, Security::StartTls, true));
    let s = smtp("smtp://u:p@mail.example.org:2587/?tls=required&auth=xoauth2");
    assert_eq!((s.port, s.login.map(|l| l.mechanisms)), (2587, Some(Mechanisms::Xoauth2)));

    for (url, host, port) in
        [("smtp://127.0.0.1", "127.0.0.1", 25), ("smtp://localhost:1025", "localhost", 1025), ("smtp://[::1]:2525", "::1", 2525)]
    {
        let s = smtp(url);
        assert_eq!((s.host.as_str(), s.port, s.security), (host, port, Security::Loopback), "{url}");
    }
    let RelayUrl::Folder(directory) = RelayUrl::parse("file:///var/mail/out").unwrap() else { panic!("a folder") };
    assert_eq!(directory, PathBuf::from("/var/mail/out"));
    let RelayUrl::Folder(directory) = RelayUrl::parse("file://var/mail").unwrap() else { panic!("a folder") };
    assert_eq!(directory, PathBuf::from("var/mail"));
}

#[test]
fn plain_text_is_for_this_machine_only() {
    for url in [
        "smtp://mail.example.org",
        "smtp://u:hush@192.0.2.1:25",
        "smtp://[2001:db8::1]",
        "smtp://127.0.0.1.example.org",
        "smtp://localhost.example.org",
    ] {
        let text = complaint(url);
        assert!(text.contains("unencrypted") && text.contains("tls=required") && !text.contains("hush"), "{url}: {text}");
    }
    assert!(complaint("smtp://mail.example.org?tls=opportunistic").contains("only tls=required"));
    assert!(complaint("smtps://mail.example.org?tls=none").contains("only tls=required"));
}

#[test]
fn every_other_form_is_a_clear_sentence() {
    for (url, word) in [
        ("mail.example.org", "scheme"),
        ("http://mail.example.org", "\"http\""),
        ("smtps://", "no host"),
        ("smtps://u:p@", "no host"),
        ("smtps://ex ample.org", "host name"),
        ("smtps://münchen.de", "xn--"),
        ("smtps://[::1", "host name"),
        ("smtps://[example.org]", "host name"),
        ("smtps://h.example.org:0", "port"),
        ("smtps://h.example.org:70000", "port"),
        ("smtps://h.example.org:", "port"),
        ("smtps://h.example.org/inbox", "path"),
        ("smtps://u@h.example.org", "without a password"),
        ("smtps://:p@h.example.org", "without a user"),
        ("smtps://u:%zz@h.example.org", "percent-encoding"),
        ("smtps://u:%00@h.example.org", "percent-encoding"),
        ("smtps://u:%f@h.example.org", "percent-encoding"),
        ("smtps://h.example.org?pool=4", "\"pool\""),
        ("smtps://u:p@h.example.org?auth=cram", "auth=cram"),
        ("file://", "directory"),
    ] {
        assert!(complaint(url).contains(word), "{url}: {}", complaint(url));
    }
}

#[test]
fn a_password_is_never_shown_not_even_a_misplaced_one() {
    let url = RelayUrl::parse("smtps://news:hush@mail.example.org").unwrap();
    assert_eq!(url.to_string(), "smtps://news:***@mail.example.org:465");
    assert_eq!(format!("{url:?}"), url.to_string());
    assert_eq!(url.place(), "mail.example.org:465");
    for url in [
        "smtps://u:hu/sh@h.example.org",
        "smtps://u:hu?sh@h.example.org",
        "smtps://u:hu#sh@h.example.org",
        "smtps://u:hush%@h.example.org",
    ] {
        let text = complaint(url);
        assert!(!text.contains("sh@") && !text.contains("hu"), "{url}: {text}");
    }
    assert_eq!(smtp("smtps://u:hu@sh@h.example.org").host, "h.example.org");
}

#[test]
fn the_ehlo_name_is_a_full_host_name_or_an_address() {
    let far = RelayUrl::parse("smtps://mail.example.org").unwrap();
    let near = RelayUrl::parse("smtp://127.0.0.1:25").unwrap();
    for good in ["news.example.org", "[192.0.2.1]", "[IPv6:2001:db8::1]"] {
        assert_eq!(ehlo_name(good, &far).unwrap().to_string(), good);
    }
    for bad in [
        "",
        "localhost",
        "3f2a9c0d1b7e",
        "192.0.2.1",
        "[example.org]",
        "a b.example.org",
        "x.example.org\r\nMAIL",
        "-a.example.org",
    ] {
        assert!(ehlo_name(bad, &far).is_err(), "{bad:?}");
    }
    assert!(ehlo_name("localhost", &near).is_ok());
    assert!(ehlo_name("x\r\nMAIL", &near).is_err());
}

#[test]
fn an_access_token_stands_in_the_url_or_in_a_file_and_is_for_oauth_only() {
    let file = Some(Path::new("/run/token"));
    let told = |url: &str, file| match Relay::new(url, "news.example.org").and_then(|relay| relay.with_token_file(file)) {
        Ok(_) => "taken".to_owned(),
        Err(error) => error.to_string(),
    };
    for (url, file, word) in [
        ("smtps://u@h.example.org?auth=xoauth2", file, "taken"),
        ("smtps://u@h.example.org?auth=oauthbearer", file, "taken"),
        ("smtps://u:token@h.example.org?auth=xoauth2", None, "taken"),
        ("smtps://u:p@h.example.org", None, "taken"),
        ("smtps://u:token@h.example.org?auth=xoauth2", file, "relay.token_file names one as well"),
        ("smtps://u@h.example.org?auth=xoauth2", None, "name the file that holds it in relay.token_file"),
        ("smtps://u:p@h.example.org", file, "is for OAuth"),
        ("smtp://127.0.0.1:25", file, "is for OAuth"),
        ("file:///var/mail", file, "is for OAuth"),
        ("smtps://u@h.example.org", None, "without a password"),
        ("smtps://u:@h.example.org?auth=xoauth2", file, "without a password"),
        ("smtp://u@h.example.org?auth=xoauth2", file, "unencrypted"),
    ] {
        assert!(told(url, file).contains(word), "{url}: {}", told(url, file));
    }
    let url = smtp("smtp://u@127.0.0.1:2525?auth=oauthbearer");
    assert_eq!((url.security, url.login.map(|login| login.mechanisms)), (Security::Loopback, Some(Mechanisms::OauthBearer)));
}
