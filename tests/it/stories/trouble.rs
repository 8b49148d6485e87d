//! The relay's own faults: it is away, it refuses, it hangs up. Nobody is charged, nobody is lost, nobody gets two.

use std::collections::HashSet;

use jiff::SignedDuration;
use rundbrief::domain::language::Language;
use rundbrief::store::{StoreError, relays};

use crate::support::app::{Setup, TestApp, each_database};
use crate::support::process::free_port;
use crate::support::relay::{FakeRelay, Options};

fn everybody_has_one(relay: &FakeRelay, readers: usize) {
    let received = relay.received();
    let to: HashSet<&str> = received.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!((received.len(), to.len()), (readers, readers), "everybody once");
}

/// How long the relay rests from now, in seconds.
fn pause(app: &TestApp) -> i64 {
    (app.database.number("SELECT blocked_until AS value FROM relays") - app.now().as_microsecond()) / 1_000_000
}

each_database!(a_relay_that_is_away_is_asked_ever_more_rarely_and_nobody_is_charged, |app| async move {
    let port = free_port();
    let away = ("RELAY__URL", format!("smtp://127.0.0.1:{port}"));
    let app = TestApp::with(app.database.kind, Setup { settings: vec![away], ..Setup::default() }).await;
    app.crowd(3).await;
    app.publishes("Treffen").await;
    for expected in [5, 10, 20, 40, 80, 160, 320, 600, 600] {
        let drained = app.drain().await;
        assert!(drained.trouble.unwrap().contains("cannot be reached"));
        assert_eq!(pause(&app), expected);
        let failures = app.database.number("SELECT failures AS value FROM relays");
        app.passes(SignedDuration::from_secs(expected - 1));
        assert!(app.drain().await.trouble.is_some());
        assert_eq!(app.database.number("SELECT failures AS value FROM relays"), failures, "it rests and is not asked");
        app.passes(SignedDuration::from_secs(1));
    }
    let charged = "SELECT count(*) AS value FROM deliveries WHERE state <> 'queued' OR attempts <> 0";
    assert_eq!(app.database.number(charged), 0);
    // It comes back ill, and then well.
    let ill = FakeRelay::at(port, Options { banner: "554 5.3.2 not today\r\n", ..Options::default() }).await;
    assert!(app.drain().await.trouble.unwrap().contains("not today"));
    assert_eq!(ill.connections(), 1, "one mail tries it for all");
    ill.stop().await;
    app.passes(SignedDuration::from_mins(10));
    let well = FakeRelay::at(port, Options::default()).await;
    assert_eq!(app.drain().await.sent, 3);
    everybody_has_one(&well, 3);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM relays"), 0, "all is forgotten");
    assert_eq!(app.status(1).await.state, "sent");
});

each_database!(the_mail_that_tries_a_relay_again_may_be_one_that_nobody_wants_any_more, |app| async move {
    let port = free_port();
    let away = ("RELAY__URL", format!("smtp://127.0.0.1:{port}"));
    let app = TestApp::with(app.database.kind, Setup { settings: vec![away], ..Setup::default() }).await;
    app.crowd(3).await;
    app.asks("late@example.org", "de").await;
    assert!(app.drain().await.trouble.unwrap().contains("cannot be reached"));
    // Her link has run out meanwhile. Confirmations go first, so hers is the one that tries the relay.
    app.passes(SignedDuration::from_hours(8 * 24));
    app.publishes("Treffen").await;
    let well = FakeRelay::at(port, Options::default()).await;
    let drained = app.drain().await;
    assert_eq!((drained.skipped, drained.sent, drained.trouble), (1, 3, None));
    everybody_has_one(&well, 3);
});

each_database!(a_success_that_was_under_way_when_a_rest_began_does_not_end_it, |app| async move {
    let now = app.now().as_microsecond();
    let (second, latest) = (1_000_000, now + 3_600_000_000);
    let rests = app.store.write(move |conn| {
        relays::set_trouble(conn, "default", 1, now + 5 * second, "421 4.3.2 shutting down", now)?;
        relays::clear_trouble(conn, "default", now + 5 * second - 1, latest)?;
        let rests = relays::find(conn, "default")?.is_some();
        relays::clear_trouble(conn, "default", now + 5 * second, latest)?;
        Ok::<_, StoreError>((rests, relays::find(conn, "default")?.is_some()))
    });
    assert_eq!(rests.await.unwrap(), (true, false), "before the pause is over, and after");
});

each_database!(a_relay_that_refuses_everybody_is_charged_to_nobody, |app| async move {
    let whole = [
        Options { banner: "554 5.3.2 go away\r\n", ..Options::default() },
        Options { banner: "421 4.3.2 busy\r\n", ..Options::default() },
        Options { ehlo: Some("550 5.7.1 who are you"), ..Options::default() },
        Options { ehlo: Some(""), ..Options::default() },
        Options { mail: Some("451 4.3.0 later"), ..Options::default() },
        Options { mail: Some("550 5.7.1 not from you"), ..Options::default() },
        Options { mail: Some("421 4.3.2 shutting down"), ..Options::default() },
        Options { mail: Some(""), ..Options::default() },
    ];
    for (n, relay) in whole.into_iter().enumerate() {
        let app = TestApp::with(app.database.kind, Setup { relay, ..Setup::default() }).await;
        app.crowd(3).await;
        app.publishes("Treffen").await;
        let drained = app.drain().await;
        assert!(drained.trouble.is_some(), "{n}: {drained:?}");
        assert_eq!((drained.bounced, drained.failed, drained.unknown), (0, 0, 0), "{n}");
        assert_eq!(pause(&app), 5, "{n}");
        let untouched =
            "SELECT count(*) AS value FROM deliveries WHERE state = 'queued' AND attempts = 0 AND due_at <= created_at";
        assert_eq!(app.database.number(untouched), 3, "{n}");
    }
});

each_database!(one_address_at_which_the_relay_breaks_off_stops_nobody_else, |app| async move {
    let one_lane = || vec![("RELAY__CONNECTIONS", "1".to_owned())];
    for poison in ["close@example.org", "421-rcpt@example.org", "421-dot@example.org", "close-data@example.org"] {
        let app = TestApp::with(app.database.kind, Setup { settings: one_lane(), ..Setup::default() }).await;
        app.active(poison, Language::De).await;
        app.crowd(20).await;
        app.publishes("Treffen").await;
        assert!(app.drain().await.trouble.is_some());
        app.passes(SignedDuration::from_secs(5));
        let drained = app.drain().await;
        assert_eq!((drained.sent, drained.trouble), (20, None), "{poison}");
        // It is not tried for ever.
        for _ in 0..100 {
            app.passes(SignedDuration::from_mins(30));
            app.drain().await;
        }
        assert_eq!(app.row(poison, &["state", "reason", "attempts"]), "failed|expired|0", "{poison}");
        assert!(!app.is_suppressed(poison).await);
        assert_eq!(app.status(1).await.state, "sent");
    }
});

each_database!(a_relay_that_hangs_up_after_every_third_mail_loses_nothing_and_doubles_nothing, |app| async move {
    for (pipelining, goodbye) in [(true, false), (true, true), (false, false), (false, true)] {
        let relay = Options { close_after: Some(3), goodbye, pipelining, ..Options::default() };
        let app = TestApp::with(app.database.kind, Setup { relay, ..Setup::default() }).await;
        app.crowd(50).await;
        app.publishes("Treffen").await;
        let drained = app.drain().await;
        assert_eq!(
            (drained.sent, drained.deferred, drained.trouble),
            (50, 0, None),
            "pipelining {pipelining}, goodbye {goodbye}"
        );
        everybody_has_one(&app.relay, 50);
        assert_eq!(app.status(1).await.state, "sent");
    }
});

each_database!(a_relay_without_pipelining_gets_the_same_mails, |app| async move {
    let relay = Options { pipelining: false, size: None, ..Options::default() };
    let app = TestApp::with(app.database.kind, Setup { relay, ..Setup::default() }).await;
    app.crowd(20).await;
    app.active("bounce-550@example.org", Language::De).await;
    app.active("defer-451@example.org", Language::De).await;
    app.publishes("Treffen").await;
    let drained = app.drain().await;
    assert_eq!((drained.sent, drained.bounced, drained.deferred, drained.trouble), (20, 1, 1, None));
    everybody_has_one(&app.relay, 20);
});

/// A final dot may be answered after ten minutes, and somebody who asks to subscribe meanwhile waits for a mail.
fn patient() -> Setup {
    let settings = vec![("DELIVERY__FINAL_DOT_SECONDS", "8".to_owned()), ("RELAY__CONNECTIONS", "2".to_owned())];
    Setup { settings, ..Setup::default() }
}

each_database!(a_confirmation_does_not_wait_for_a_mail_the_relay_thinks_about, patient(), |app| async move {
    app.active("hang@example.org", Language::De).await;
    app.publishes("Treffen").await;
    let engine = app.engine().await;
    let delivering = tokio::spawn(async move { engine.drain().await });
    app.relay.wait_for_unanswered(1).await;
    app.asks("ada@example.org", "de").await;
    app.relay.wait_for(1).await;
    let slow = "SELECT count(*) AS value FROM deliveries WHERE state = 'transmitting' AND kind = 'issue'";
    assert_eq!(app.database.number(slow), 1, "the other lane still waits");
    let drained = delivering.await.unwrap().unwrap();
    assert_eq!((drained.sent, drained.unknown), (1, 1));
});

fn quickly_idle() -> Setup {
    let settings = vec![
        ("DELIVERY__IDLE_SECONDS", "1".to_owned()),
        ("DELIVERY__FINAL_DOT_SECONDS", "8".to_owned()),
        ("RELAY__CONNECTIONS", "2".to_owned()),
    ];
    Setup { settings, ..Setup::default() }
}

each_database!(a_connection_without_work_is_closed_politely_while_the_engine_waits, quickly_idle(), |app| async move {
    let engine = app.engine().await;
    let delivering = tokio::spawn(async move { engine.run().await });
    app.asks("ada@example.org", "de").await;
    app.relay.wait_for(1).await;
    // Nothing else is to be done.
    app.relay.wait_for_command("QUIT", 1).await;
    // The next mail has a new connection, and it is closed as well.
    app.asks("bob@example.org", "de").await;
    app.relay.wait_for(2).await;
    app.relay.wait_for_command("QUIT", 2).await;
    app.engine().await.stop();
    delivering.await.unwrap();
    assert_eq!((app.relay.connections(), app.deliveries("sent")), (2, 2));
});

each_database!(a_connection_without_work_is_closed_while_another_is_busy, quickly_idle(), |app| async move {
    app.active("hang@example.org", Language::De).await;
    app.active("ada@example.org", Language::De).await;
    app.publishes("Treffen").await;
    let engine = app.engine().await;
    let delivering = tokio::spawn(async move { engine.drain().await });
    app.relay.wait_for_command("QUIT", 1).await;
    assert_eq!((app.deliveries("transmitting"), app.deliveries("sent")), (1, 1), "one mail is still thought about");
    assert_eq!(delivering.await.unwrap().unwrap().unknown, 1);
});
