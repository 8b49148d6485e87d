//! What happens before the first mail: banner, EHLO and its offers, signing in.

use super::*;

async fn trouble(fake: &FakeRelay, limits: Timeouts) -> (Stage, u16, String) {
    match Relay::new(&fake.url(), "news.example.org").expect("a good URL").with_timeouts(limits).connect().await {
        Err(Outcome::RelayTrouble(reply)) => (reply.stage, reply.code, reply.text),
        Err(other) => panic!("connect gives nothing but trouble: {other:?}"),
        Ok(_) => panic!("connected"),
    }
}

#[tokio::test]
async fn what_fails_before_mail_names_its_stage() {
    let relay_that = |change: fn(&mut Options)| {
        let mut options = Options::default();
        change(&mut options);
        FakeRelay::with(options)
    };
    let busy = relay_that(|o| o.banner = "421 4.3.2 busy\r\n").await;
    assert_eq!(trouble(&busy, patience()).await, (Stage::Banner, 421, "4.3.2 busy".to_owned()));
    let blocked = relay_that(|o| o.banner = "554-5.7.1 your address\r\n554 5.7.1 is blocked\r\n").await;
    assert_eq!(trouble(&blocked, patience()).await, (Stage::Banner, 554, "5.7.1 your address is blocked".to_owned()));
    let noise = relay_that(|o| o.banner = "SSH-2.0-OpenSSH_9\r\n").await;
    let (stage, code, text) = trouble(&noise, patience()).await;
    assert!(stage == Stage::Banner && code == 0 && text.contains("no SMTP reply"), "{text}");
    let contradiction = relay_that(|o| o.banner = "220-welcome\r\n554 go away\r\n").await;
    assert!(trouble(&contradiction, patience()).await.2.contains("contradicts itself"));
    let refusing = relay_that(|o| o.ehlo = Some("550 5.7.1 who are you?")).await;
    assert_eq!(trouble(&refusing, patience()).await, (Stage::Ehlo, 550, "5.7.1 who are you?".to_owned()));
    let closing = relay_that(|o| o.ehlo = Some("")).await;
    let (stage, code, text) = trouble(&closing, patience()).await;
    assert!(stage == Stage::Ehlo && code == 0 && text.contains("closed the connection"), "{text}");
    let slow = relay_that(|o| o.delay = Duration::from_secs(60)).await;
    let (stage, _, text) = trouble(&slow, Timeouts { greeting: Duration::from_millis(50), ..patience() }).await;
    assert!(stage == Stage::Banner && text.contains("0.05 s"), "{text}");

    let gone = FakeRelay::start().await;
    let relay = relay(&gone.url());
    drop(gone);
    // The port is free as soon as the listening task has ended.
    let reply = loop {
        match relay.connect().await {
            Err(outcome) if outcome.reply().stage == Stage::Connect => break outcome.reply().clone(),
            _ => tokio::task::yield_now().await,
        }
    };
    assert!(reply.text.contains("cannot be reached"), "{}", reply.text);
}

#[tokio::test]
async fn slow_answers_are_waited_for() {
    let fake = FakeRelay::with(Options { delay: Duration::from_millis(20), ..Options::default() }).await;
    let mut connection = connected(&fake).await;
    assert_eq!(kind(&send(&mut connection, "ada@example.org", MESSAGE).await), "accepted");
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let endless: &'static str = Box::leak("220-more\r\n".repeat(10_000).into_boxed_str());
    let fake = FakeRelay::with(Options { banner: endless, ..Options::default() }).await;
    let (stage, _, text) = trouble(&fake, patience()).await;
    assert!(stage == Stage::Banner && text.contains("too long"), "{text}");
    let one_line: &'static str = Box::leak("220 more".repeat(10_000).into_boxed_str());
    let fake = FakeRelay::with(Options { banner: one_line, ..Options::default() }).await;
    assert!(trouble(&fake, patience()).await.2.contains("too long"));
}

#[tokio::test]
async fn only_what_the_relay_offers_is_used() {
    let fake = FakeRelay::with(Options { size: None, ..Options::default() }).await;
    let mut connection = connected(&fake).await;
    let outcome = send(&mut connection, "jürgen@example.org", MESSAGE).await;
    assert_eq!((kind(&outcome), outcome.reply().stage), ("rejected", Stage::Rcpt));
    assert!(outcome.reply().text.contains("SMTPUTF8") && connection.is_usable());
    assert_eq!(kind(&send(&mut connection, "ada@münchen.example", MESSAGE).await), "accepted");
    assert!(fake.commands().contains(&format!("MAIL FROM:<{FROM}>")));

    let fake = FakeRelay::with(Options { smtputf8: true, dsn: true, size: Some(2000), ..Options::default() }).await;
    let mut connection = connected(&fake).await;
    assert_eq!(kind(&send(&mut connection, "jürgen@example.org", MESSAGE).await), "accepted");
    let outcome = send(&mut connection, "ada@example.org", &b"0123456\r\n".repeat(300)).await;
    assert_eq!((kind(&outcome), outcome.reply().stage, outcome.reply().enhanced()), ("rejected", Stage::Data, Some((5, 3, 4))));
    assert_eq!(kind(&send(&mut connection, "ada@example.org", MESSAGE).await), "accepted");
    let commands = fake.commands();
    let size = MESSAGE.len();
    assert!(commands.contains(&format!("MAIL FROM:<{FROM}> SIZE={size} SMTPUTF8 RET=HDRS")), "{commands:?}");
    assert!(commands.contains(&format!("MAIL FROM:<{FROM}> SIZE={size} RET=HDRS")));
    assert!(commands.contains(&"RCPT TO:<ada@example.org> NOTIFY=FAILURE ORCPT=rfc822;ada@example.org".to_owned()));
}

#[tokio::test]
async fn signing_in_uses_what_url_and_relay_agree_on() {
    for (mechanisms, query) in [
        ("PLAIN LOGIN", ""),
        ("login", ""),
        ("PLAIN LOGIN", "?auth=login"),
        ("XOAUTH2", "?auth=xoauth2"),
        ("OAUTHBEARER", "?auth=oauthbearer"),
    ] {
        let fake = FakeRelay::with(Options { auth: Some(mechanisms), ..Options::default() }).await;
        let url = |password: &str| format!("smtp://news:{password}@127.0.0.1:{}/{query}", fake.port());
        let mut connection = relay(&url("s3cret")).connect().await.expect("a connection");
        assert_eq!(kind(&send(&mut connection, "ada@example.org", MESSAGE).await), "accepted");
        let Err(Outcome::RelayTrouble(reply)) = relay(&url("wrong")).connect().await else {
            panic!("signed in with a wrong password")
        };
        assert_eq!((reply.stage, reply.code, reply.text.as_str()), (Stage::Auth, 535, "5.7.8 wrong user or password"));
        assert!(!format!("{:?} {}", relay(&url("s3cret")), relay(&url("s3cret"))).contains("s3cret"));
    }
    let fake = FakeRelay::with(Options { auth: Some("CRAM-MD5"), ..Options::default() }).await;
    let Err(Outcome::RelayTrouble(reply)) = relay(&format!("smtp://news:s3cret@127.0.0.1:{}", fake.port())).connect().await
    else {
        panic!("signed in")
    };
    assert_eq!(
        (reply.stage, reply.text.as_str()),
        (Stage::Auth, "the relay offers CRAM-MD5 for signing in, relay.url allows PLAIN and LOGIN")
    );
}

#[tokio::test]
async fn an_access_token_is_read_anew_for_each_connection() {
    let home = tempfile::tempdir().expect("a directory");
    let file = home.path().join("token");
    for mechanism in ["XOAUTH2", "OAUTHBEARER"] {
        let fake = FakeRelay::with(Options { auth: Some(mechanism), ..Options::default() }).await;
        let url = format!("smtp://news@127.0.0.1:{}?auth={}", fake.port(), mechanism.to_lowercase());
        let relay = relay(&url).with_token_file(Some(&file)).expect("a file");
        let told = async || match relay.connect().await {
            Err(Outcome::RelayTrouble(reply)) if reply.stage == Stage::Auth => (reply.code, reply.text),
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("signed in"),
        };
        let (code, text) = told().await;
        assert!(code == 0 && text.starts_with("relay.token_file /") && text.contains("cannot be read"), "{text}");
        for (written, why) in [("\n", "is empty"), ("first\nsecond\n", "more than an access token")] {
            std::fs::write(&file, written).expect("written");
            let (code, text) = told().await;
            assert!(code == 0 && text.contains(why) && !text.contains("first"), "{text}");
        }
        fake.takes_token("eyJ0.first");
        std::fs::write(&file, "eyJ0.first\n").expect("written");
        let mut first = relay.connect().await.expect("a connection");
        fake.takes_token("eyJ0.second");
        assert_eq!(told().await, (535, "5.7.8 wrong user or password".to_owned()), "the old one has expired");
        std::fs::write(&file, "eyJ0.second\n").expect("written");
        let mut second = relay.connect().await.expect("a connection");
        for connection in [&mut first, &mut second] {
            assert_eq!(kind(&send(connection, "ada@example.org", MESSAGE).await), "accepted");
        }
        std::fs::remove_file(&file).expect("removed");
    }
}
