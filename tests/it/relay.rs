//! The relay connection against a relay that misbehaves on request: every row of "meaning by SMTP stage" (App. A2).

mod elsewhere;
mod encrypted;
mod greeting;
mod matrix;
mod ports;

use std::time::Duration;

use rundbrief::domain::address::Address;
use rundbrief::domain::delivery::{Outcome, Stage};
use rundbrief::mail::relay::{Connection, Mail, Relay, Timeouts};

use crate::support::relay::{FakeRelay, Options};
use crate::support::wait::PATIENCE;

const MESSAGE: &[u8] = b"Subject: Hallo\r\n\r\n.\r\n..\r\n.x\r\nund Schluss.\r\n";
const FROM: &str = "bounce+abc@news.example.org";

fn options(pipelining: bool) -> Options {
    Options { pipelining, ..Options::default() }
}

/// Short where a test waits for the limit, long everywhere else.
fn patience() -> Timeouts {
    let long = PATIENCE;
    Timeouts { connect: long, greeting: long, command: long, data: long, block: long, final_dot: long, quit: long }
}

fn relay(url: &str) -> Relay {
    Relay::new(url, "news.example.org").expect("a good URL").with_timeouts(patience())
}

async fn connected(fake: &FakeRelay) -> Connection {
    relay(&fake.url()).connect().await.expect("a connection")
}

async fn send(connection: &mut Connection, to: &str, message: &[u8]) -> Outcome {
    let to = Address::parse(to).expect("a good address");
    connection.send(&Mail { envelope_from: FROM, to: &to, message, name_for_file: "7" }).await
}

fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted(_) => "accepted",
        Outcome::Deferred(_) => "deferred",
        Outcome::Rejected(_) => "rejected",
        Outcome::RelayTrouble(_) => "trouble",
        Outcome::Unknown(_) => "unknown",
    }
}

#[tokio::test]
async fn mails_arrive_as_they_were_written_one_after_the_other() {
    for pipelining in [true, false] {
        let fake = FakeRelay::with(options(pipelining)).await;
        let mut connection = connected(&fake).await;
        assert_eq!(connection.capabilities().pipelining, pipelining);
        let long = [b"Subject: lang\r\n\r\n".as_slice(), "x".repeat(5000).as_bytes(), b"\r\n.\r\n", "y".repeat(5000).as_bytes()]
            .concat();
        let huge = ["Subject: riesig\r\n\r\n".to_owned(), ".Zeile\r\n".repeat(60_000)].concat().into_bytes();
        for (n, message) in [MESSAGE, long.as_slice(), huge.as_slice(), b""].into_iter().enumerate() {
            let outcome = send(&mut connection, "ada@example.org", message).await;
            assert_eq!(
                (kind(&outcome), outcome.reply().stage, outcome.reply().code),
                ("accepted", Stage::FinalDot, 250),
                "{outcome:?}"
            );
            assert_eq!(outcome.reply().text, format!("2.0.0 queued as {}", n + 1));
        }
        connection.quit().await;
        let received = fake.wait_for(4).await;
        assert_eq!(received[0].data, MESSAGE);
        assert_eq!(received[1].data, [long, b"\r\n".to_vec()].concat(), "a missing last CRLF is added");
        assert!(received[2].data == huge, "half a megabyte of lines that begin with a dot");
        assert!(received[3].data.is_empty());
        assert!(received.iter().all(|r| r.from == FROM && r.to == "ada@example.org"));
        assert_eq!(fake.connections(), 1);
        let commands = fake.commands();
        assert_eq!(commands.iter().filter(|c| *c == "RSET").count(), 0, "no answer, no RSET: {commands:?}");
        assert!(commands.contains(&format!("MAIL FROM:<{FROM}> SIZE={}", MESSAGE.len())));
        assert_eq!(commands.last().map(String::as_str), Some("QUIT"));
    }
}

#[tokio::test]
async fn a_message_of_any_length_keeps_its_end() {
    let fake = FakeRelay::start().await;
    let mut connection = connected(&fake).await;
    // Around the size of one write, where the end of the message could be torn apart.
    for (n, length) in (65_524..65_544).enumerate() {
        let message = ["x".repeat(900).as_str(), "\r\n"].concat().repeat(80);
        let message = [message.get(..length - 2).expect("long enough").trim_end(), "\r\n"].concat();
        let outcome = send(&mut connection, "ada@example.org", message.as_bytes()).await;
        assert_eq!(kind(&outcome), "accepted", "{length}: {outcome:?}");
        assert!(fake.received()[n].data == message.as_bytes(), "{length}");
    }
}

#[tokio::test]
async fn the_stage_decides_whom_a_refusal_concerns_and_the_connection_serves_on() {
    for pipelining in [true, false] {
        let fake = FakeRelay::with(options(pipelining)).await;
        let mut connection = connected(&fake).await;
        for (to, expected, stage, code, text) in [
            ("defer-451@example.org", "deferred", Stage::Rcpt, 451, "4.2.0 not this one"),
            ("bounce-550@example.org", "rejected", Stage::Rcpt, 550, "5.1.1 nobody here by that name"),
            ("policy-571@example.org", "rejected", Stage::Rcpt, 571, "5.7.1 refused by policy"),
            ("bounce-552@example.org", "deferred", Stage::Rcpt, 552, "5.2.0 not this one"),
            ("bounce-530@example.org", "trouble", Stage::Rcpt, 530, "5.2.0 not this one"),
            ("defer-data-451@example.org", "deferred", Stage::Data, 451, "4.6.0 not this message"),
            ("reject-data-554@example.org", "rejected", Stage::Data, 554, "5.6.0 not this message"),
            ("defer-dot-451@example.org", "deferred", Stage::FinalDot, 451, "4.6.0 not this message"),
            ("reject-dot-554@example.org", "rejected", Stage::FinalDot, 554, "5.6.0 not this message"),
        ] {
            let outcome = send(&mut connection, to, MESSAGE).await;
            let reply = outcome.reply();
            assert_eq!((kind(&outcome), reply.stage, reply.code, reply.text.as_str()), (expected, stage, code, text), "{to}");
            assert!(connection.is_usable(), "{to}");
            assert_eq!(kind(&send(&mut connection, "ada@example.org", MESSAGE).await), "accepted", "the mail after {to}");
        }
        assert_eq!(fake.connections(), 1);
        assert_eq!(fake.wait_for(9).await.len(), 9);
        assert_eq!(fake.unanswered().len(), 0);
    }
}

#[tokio::test]
async fn a_recipient_deferred_once_is_accepted_the_next_time() {
    let fake = FakeRelay::start().await;
    let mut connection = connected(&fake).await;
    assert_eq!(kind(&send(&mut connection, "defer-once@example.org", MESSAGE).await), "deferred");
    assert_eq!(kind(&send(&mut connection, "defer-once@example.org", MESSAGE).await), "accepted");
}

#[tokio::test]
async fn a_connection_lost_before_the_final_dot_is_never_charged_to_the_reader() {
    for pipelining in [true, false] {
        let fake = FakeRelay::with(options(pipelining)).await;
        for (to, stage, code) in [
            ("421-rcpt@example.org", Stage::Rcpt, 421),
            ("close@example.org", Stage::Rcpt, 0),
            ("421-data@example.org", Stage::Data, 421),
            ("close-data@example.org", Stage::Data, 0),
        ] {
            let mut connection = connected(&fake).await;
            let outcome = send(&mut connection, to, MESSAGE).await;
            assert_eq!(
                (kind(&outcome), outcome.reply().stage, outcome.reply().code),
                ("trouble", stage, code),
                "{to}: {outcome:?}"
            );
            assert!(!connection.is_usable() && !connection.was_idle_closed(), "{to}");
            let again = send(&mut connection, "ada@example.org", MESSAGE).await;
            assert_eq!(kind(&again), "trouble", "a broken connection is not used again");
        }
        assert_eq!(fake.received(), []);
    }
}

#[tokio::test]
async fn a_connection_reset_before_the_write_with_the_final_dot_is_trouble_and_not_doubt() {
    let fake = FakeRelay::start().await;
    let mut connection = connected(&fake).await;
    // More than all socket buffers together, so that the last write cannot have begun.
    let message = b"one line of a mail that is far too large\r\n".repeat(800_000);
    let outcome = send(&mut connection, "close-before-dot@example.org", &message).await;
    assert_eq!((kind(&outcome), outcome.reply().stage), ("trouble", Stage::Data), "{outcome:?}");
    assert!(!connection.is_usable());

    let mut connection = connected(&fake).await;
    let outcome = send(&mut connection, "close-before-dot@example.org", MESSAGE).await;
    assert_eq!(kind(&outcome), "unknown", "a short mail goes out together with its dot: {outcome:?}");
}

#[tokio::test]
async fn no_answer_to_the_final_dot_is_doubt() {
    for pipelining in [true, false] {
        let fake = FakeRelay::with(options(pipelining)).await;
        for (n, to) in ["drop-after-data@example.org", "garbled-dot@example.org", "hang@example.org"].into_iter().enumerate() {
            let limits = Timeouts {
                final_dot: if to.starts_with("hang") { Duration::from_millis(200) } else { patience().final_dot },
                ..patience()
            };
            let mut connection = relay(&fake.url()).with_timeouts(limits).connect().await.expect("a connection");
            let outcome = send(&mut connection, to, MESSAGE).await;
            assert_eq!(
                (kind(&outcome), outcome.reply().stage, outcome.reply().code),
                ("unknown", Stage::FinalDot, 0),
                "{to}: {outcome:?}"
            );
            assert!(!connection.is_usable() && !connection.was_idle_closed(), "{to}");
            assert_eq!(
                fake.wait_for_unanswered(n + 1).await.last().map(|m| m.to.as_str()),
                Some(to),
                "the relay has it all the same"
            );
        }
    }
}

#[tokio::test]
async fn a_421_to_the_final_dot_defers_and_ends_the_connection() {
    let fake = FakeRelay::start().await;
    let mut connection = connected(&fake).await;
    let outcome = send(&mut connection, "421-dot@example.org", MESSAGE).await;
    assert_eq!((kind(&outcome), outcome.reply().code), ("deferred", 421));
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn odd_but_positive_answers_are_no_doubt() {
    let fake = FakeRelay::start().await;
    let mut connection = connected(&fake).await;
    let outcome = send(&mut connection, "latin1@example.org", MESSAGE).await;
    assert_eq!((kind(&outcome), outcome.reply().text.as_str()), ("accepted", "2.0.0 angenommen f?r sp?ter"));
    let outcome = send(&mut connection, "bare@example.org", MESSAGE).await;
    assert_eq!((kind(&outcome), outcome.reply().text.as_str()), ("accepted", ""));
    let outcome = send(&mut connection, "chatty@example.org", MESSAGE).await;
    assert!(kind(&outcome) == "accepted" && outcome.reply().text.starts_with("2.0.0 line 1 line 2 line 3 "), "{outcome:?}");
    assert_eq!(outcome.reply().text.len(), 500);
    let outcome = send(&mut connection, "odd-289@example.org", MESSAGE).await;
    assert_eq!((kind(&outcome), outcome.reply().code), ("accepted", 289));
    assert!(connection.is_usable());
}

#[tokio::test]
async fn a_relay_that_hangs_up_between_mails_is_no_trouble() {
    for (pipelining, goodbye) in [(true, false), (false, false), (true, true), (false, true)] {
        let fake = FakeRelay::with(Options { close_after: Some(2), goodbye, ..options(pipelining) }).await;
        let relay = relay(&fake.url());
        let mut connection = relay.connect().await.expect("a connection");
        for n in 1..=6 {
            let to = format!("reader{n}@example.org");
            let mut outcome = send(&mut connection, &to, MESSAGE).await;
            if n == 3 || n == 5 {
                assert_eq!((kind(&outcome), outcome.reply().stage), ("trouble", Stage::Mail), "{outcome:?}");
                assert!(connection.was_idle_closed() && !connection.is_usable());
                connection = relay.connect().await.expect("a new connection");
                outcome = send(&mut connection, &to, MESSAGE).await;
            }
            assert_eq!(kind(&outcome), "accepted", "{outcome:?}");
        }
        assert_eq!(fake.wait_for(6).await.len(), 6);
        assert_eq!(fake.connections(), 3);
    }
}

#[tokio::test]
async fn a_relay_that_hangs_up_on_the_first_mail_is_trouble() {
    for pipelining in [true, false] {
        let fake = FakeRelay::with(Options { mail: Some(""), ..options(pipelining) }).await;
        let mut connection = connected(&fake).await;
        let outcome = send(&mut connection, "ada@example.org", MESSAGE).await;
        assert_eq!((kind(&outcome), outcome.reply().stage), ("trouble", Stage::Mail));
        assert!(!connection.was_idle_closed(), "or a lane would connect again and again without a pause");
    }
}

#[tokio::test]
async fn every_refusal_of_the_sender_is_the_relays_business() {
    for pipelining in [true, false] {
        for (reply, code, usable) in
            [("451 4.7.1 later", 451, true), ("550 5.7.1 not you", 550, true), ("421 4.3.2 closing", 421, false)]
        {
            let fake = FakeRelay::with(Options { mail: Some(reply), ..options(pipelining) }).await;
            let mut connection = connected(&fake).await;
            let outcome = send(&mut connection, "ada@example.org", MESSAGE).await;
            assert_eq!((kind(&outcome), outcome.reply().stage, outcome.reply().code), ("trouble", Stage::Mail, code));
            assert_eq!(connection.is_usable(), usable, "{reply}");
        }
    }
}

#[tokio::test]
async fn a_354_without_a_recipient_is_ended_by_a_lone_dot() {
    let fake = FakeRelay::with(Options { eager_354: true, ..Options::default() }).await;
    let mut connection = connected(&fake).await;
    assert_eq!(kind(&send(&mut connection, "bounce-550@example.org", MESSAGE).await), "rejected");
    assert!(connection.is_usable());
    assert_eq!(kind(&send(&mut connection, "ada@example.org", MESSAGE).await), "accepted");
    assert_eq!(fake.received().len(), 1);
}

#[tokio::test]
async fn a_call_that_was_cancelled_leaves_nothing_usable_behind() {
    let fake = FakeRelay::start().await;
    let mut connection = connected(&fake).await;
    tokio::select! {
        outcome = send(&mut connection, "hang@example.org", MESSAGE) => panic!("nobody answers, and yet: {outcome:?}"),
        _ = fake.wait_for_unanswered(1) => {}
    }
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn a_message_that_could_smuggle_a_second_one_is_not_sent() {
    let fake = FakeRelay::start().await;
    let mut connection = connected(&fake).await;
    let outcome = send(&mut connection, "ada@example.org", b"Subject: x\r\n\r\na\n.\r\nMAIL FROM:<x@example.org>\r\n").await;
    assert_eq!((kind(&outcome), outcome.reply().stage), ("rejected", Stage::Data));
    assert!(!connection.is_usable());
    assert_eq!(fake.received(), []);
}
