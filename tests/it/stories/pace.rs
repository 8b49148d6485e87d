//! Only so many mails in a time, for all nodes together, and confirmations go first.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::Instant;

use crate::support::app::{Setup, TestApp, each_database};
use crate::support::database::Kind;

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

each_database!(a_confirmation_overtakes_fifty_thousand_mails_of_an_issue, limited("RELAY__PER_SECOND", 50), |app| async move {
    app.crowd(60).await;
    app.publishes("Treffen").await;
    app.fans_out(1).await;
    // Behind them wait so many others.
    let random = if app.database.kind == Kind::Sqlite { "randomblob(16)" } else { "uuid_send(gen_random_uuid())" };
    app.database.execute(&format!(
        "INSERT INTO deliveries (public_id, kind, issue_id, edition_id, newsletter_id, address, relay, state, due_at, created_at)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
            SELECT {random}, d.kind, d.issue_id, d.edition_id, d.newsletter_id, 'x' || n.i || '@example.org', d.relay, d.state, d.due_at, d.created_at
            FROM n, deliveries d WHERE d.address = 'reader-1@example.org'"
    ));
    assert_eq!(app.drain().await.sent, 50);
    app.asks("ada@example.org", "de").await;
    app.passes(SignedDuration::from_secs(1));
    app.drain().await;
    assert_eq!(app.mails_to("ada@example.org").len(), 1, "with the next turn");
    assert!(app.deliveries("queued") > 49_000);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_share_the_turns_of_one_relay_on_postgres() {
    let app = TestApp::on(Kind::Postgres).await;
    app.crowd(100).await;
    let further = [("RELAY__PER_SECOND", "20")];
    let mut workers = [app.worker("one", &further), app.worker("two", &further)];
    app.until("nodes WHERE beat > 0", |living| living == 2).await;
    let begun = Instant::now();
    app.publishes("Treffen").await;
    app.until("issues WHERE state = 'sent'", |sent| sent == 1).await;
    // The first second's turns at once, half a second's made up for, the others one by one.
    let least = Duration::from_millis(3_000);
    assert!(begun.elapsed() >= least, "100 mails at 20 a second took {:?}", begun.elapsed());
    assert_eq!(app.relay.received().len(), 100);
    for worker in &mut workers {
        worker.stop();
    }
}
