//! Only so many mails in a time, in all or to one domain, for all nodes together; and confirmations go first.

use jiff::SignedDuration;
use rundbrief::domain::language::Language;

use crate::support::app::{Setup, TestApp, each_database};
use crate::support::database::Kind;
use crate::support::relay::Options;

fn limited(key: &'static str, rate: u32) -> Setup {
    Setup { settings: vec![(key, rate.to_string())], ..Setup::default() }
}

each_database!(a_second_has_so_many_turns_and_confirmations_take_the_first, limited("RELAY__PER_SECOND", 50), |app| async move {
    app.crowd(120).await;
    app.publishes("Treffen").await;
    assert_eq!(app.drain().await.sent, 50);
    assert!(app.drain().await.is_idle(), "the turns of this second are taken");
    app.asks("ada@example.org", "de").await;
    app.passes(SignedDuration::from_millis(999));
    assert!(app.drain().await.is_idle());
    app.passes(SignedDuration::from_millis(1));
    assert_eq!(app.drain().await.sent, 1, "the confirmation, and its turn alone");
    assert_eq!(app.mails_to("ada@example.org").len(), 1);
    app.passes(SignedDuration::from_millis(20));
    assert_eq!(app.drain().await.sent, 50);
    app.passes(SignedDuration::from_secs(1));
    assert_eq!(app.drain().await.sent, 20);
    let charged = app.database.number("SELECT count(*) AS value FROM deliveries WHERE attempts <> 1");
    assert_eq!(charged, 0, "waiting for a turn is no attempt");
});

each_database!(an_hour_has_so_many_turns_at_equal_distances, limited("RELAY__PER_HOUR", 360), |app| async move {
    app.crowd(10).await;
    app.publishes("Treffen").await;
    for n in 1..=10 {
        assert_eq!(app.drain().await.sent, 1, "{n}");
        app.passes(SignedDuration::from_millis(9_999));
        assert!(app.drain().await.is_idle(), "{n}");
        app.passes(SignedDuration::from_millis(1));
    }
});

each_database!(a_new_sender_begins_slowly, limited("RELAY__RAMP_UP_PER_HOUR", 3_600), |app| async move {
    app.crowd(10).await;
    app.publishes("Treffen").await;
    assert_eq!(app.drain().await.sent, 1, "one a second on the first day");
    app.passes(SignedDuration::from_hours(4 * 24 - 1));
    // Five a second on the fifth day; what was published is too old by then.
    app.passes(SignedDuration::from_hours(1));
    app.drain().await;
    app.publishes("Fachtag").await;
    assert_eq!(app.drain().await.sent, 5);
});

each_database!(
    a_confirmation_overtakes_fifty_thousand_mails_at_a_paced_relay,
    limited("RELAY__PER_SECOND", 50),
    |app| async move {
        app.throng(50_000).await;
        app.publishes("Treffen").await;
        assert_eq!(app.drain().await.sent, 50);
        app.asks("ada@example.org", "de").await;
        app.passes(SignedDuration::from_secs(1));
        app.drain().await;
        let before = app.relay.wait_for_mail_to("ada@example.org").await;
        assert!(before - 50 < 50, "with the next second's turns: {before}");
        assert!(app.deliveries("queued") > 49_000);
    }
);

fn slow() -> Setup {
    let relay = Options { holds_after: Some(30), forgets: true, ..Options::default() };
    Setup { relay, ..Setup::default() }
}

each_database!(a_confirmation_overtakes_fifty_thousand_mails_at_a_slow_relay, slow(), |app| async move {
    app.throng(50_000).await;
    app.publishes("Treffen").await;
    let engine = app.engine().await;
    let delivering = tokio::spawn(async move { engine.drain().await });
    app.relay.wait_for(30).await;
    assert!(app.deliveries("claimed") > 250, "hundreds are claimed already");
    app.asks("ada@example.org", "de").await;
    // The relay takes one now and then; between two mails a lane looks for what is more urgent, once in a second.
    let asked = app.relay.count();
    let overtaken = tokio::select! {
        before = app.relay.wait_for_mail_to("ada@example.org") => before - asked,
        () = app.relay.answers_slowly() => unreachable!("it answers for ever"),
    };
    assert!(overtaken < 200, "{overtaken} newsletters went before it, fewer than were claimed");
    assert!(app.deliveries("queued") > 40_000, "the issue is far from done");
    app.relay.goes_on();
    app.engine().await.stop();
    delivering.await.unwrap().unwrap();
});

/// `reader1@slow.example` and so on, in `weekly` before the crowd of example.org.
async fn two_domains(app: &TestApp, slow: usize, others: usize) {
    for n in 1..=slow {
        app.active(&format!("reader{n}@slow.example"), Language::De).await;
    }
    app.crowd(others).await;
}

fn domain(limits: &'static str) -> Setup {
    let settings = vec![("RELAY__DOMAINS", limits.to_owned()), ("DELIVERY__BATCH", "5".to_owned())];
    Setup { settings, ..Setup::default() }
}

each_database!(a_domain_has_turns_of_its_own_and_holds_up_nobody, domain("slow.example=5/s"), |app| async move {
    // More of them than several claims look at.
    two_domains(&app, 310, 30).await;
    app.publishes("Treffen").await;
    assert_eq!(app.drain().await.sent, 5 + 30, "the first second's turns, and everybody else");
    assert!(app.drain().await.is_idle(), "the turns of this second are taken");
    app.passes(SignedDuration::from_millis(999));
    assert!(app.drain().await.is_idle());
    app.asks("ada@slow.example", "de").await;
    assert!(app.drain().await.is_idle());
    app.passes(SignedDuration::from_secs(1));
    // Half a second of turns that nobody took is made up for.
    assert!((5..=7).contains(&app.drain().await.sent));
    assert_eq!(app.mails_to("ada@slow.example").len(), 1, "confirmations first");
    for _ in 0..24 {
        app.passes(SignedDuration::from_secs(1));
        assert!((4..=5).contains(&app.drain().await.sent));
    }
    app.passes(SignedDuration::from_mins(5));
    while !app.drain().await.is_idle() {
        app.passes(SignedDuration::from_secs(1));
    }
    let charged = app.database.number("SELECT count(*) AS value FROM deliveries WHERE attempts <> 1 OR state <> 'sent'");
    assert_eq!(charged, 0, "waiting for a turn is no attempt, and everybody has one in the end");
});

each_database!(
    an_hours_turns_of_a_domain_have_equal_distances,
    domain("slow.example=360/h,slow.example=9/s"),
    |app| async move {
        two_domains(&app, 6, 3).await;
        app.publishes("Treffen").await;
        assert_eq!(app.drain().await.sent, 1 + 3);
        for n in 2..=6 {
            app.passes(SignedDuration::from_millis(9_999));
            assert!(app.drain().await.is_idle(), "{n}");
            app.passes(SignedDuration::from_millis(1));
            assert_eq!(app.drain().await.sent, 1, "{n}");
        }
        assert_eq!(app.status(1).await.state, "sent");
    }
);

/// A busy machine's pause is nobody's death.
const PATIENT: (&str, &str) = ("DELIVERY__TAKEOVER_SECONDS", "120");

/// What turns are counted by (µs).
fn servers_clock(app: &TestApp) -> i64 {
    app.database.number("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) AS value")
}

/// A hundred turns at twenty a second were given out since then, as the table of turns has it: the first second's at once, half
/// a second's made up for, the others one by one. Slow nodes take later ones, never earlier ones.
fn turns_were_kept(app: &TestApp, begun: i64) {
    let next = app.database.number("SELECT max(next_at) AS value FROM paces");
    assert!(next - begun >= 3_000_000, "the turn after a hundred is {} µs after the first", next - begun);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_share_the_turns_of_one_relay_on_postgres() {
    let app = TestApp::on(Kind::Postgres).await;
    app.crowd(100).await;
    let further = [("RELAY__PER_SECOND", "20"), PATIENT];
    let mut workers = [app.worker("one", &further), app.worker("two", &further)];
    app.until("nodes WHERE beat > 0", |living| living == 2).await;
    let begun = servers_clock(&app);
    app.publishes("Treffen").await;
    app.until("issues WHERE state = 'sent'", |sent| sent == 1).await;
    turns_were_kept(&app, begun);
    assert_eq!(app.relay.received().len(), 100);
    for worker in &mut workers {
        worker.stop();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_share_the_turns_of_one_domain_on_postgres() {
    let app = TestApp::on(Kind::Postgres).await;
    two_domains(&app, 100, 200).await;
    let further = [("RELAY__DOMAINS", "slow.example=20/s"), PATIENT];
    let mut workers = [app.worker("one", &further), app.worker("two", &further)];
    app.until("nodes WHERE beat > 0", |living| living == 2).await;
    let begun = servers_clock(&app);
    app.publishes("Treffen").await;
    app.until("issues WHERE state = 'sent'", |sent| sent == 1).await;
    turns_were_kept(&app, begun);
    // That nobody else waits for these turns, the story of one node shows, whose clock is moved by hand.
    assert_eq!(app.relay.count(), 300);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM deliveries WHERE attempts <> 1"), 0);
    for worker in &mut workers {
        worker.stop();
    }
}
