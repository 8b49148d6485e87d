//! Several delivering processes on one PostgreSQL: they share an issue, take over from each other, and wake up again.

use std::collections::HashMap;
use std::time::Duration;

use crate::support::app::{Setup, TestApp};
use crate::support::database::Kind;
use crate::support::relay::{FakeRelay, Options};

/// The relay answers each command after this time.
async fn slow(milliseconds: u64) -> TestApp {
    let relay = Options { delay: Duration::from_millis(milliseconds), ..Options::default() };
    TestApp::with(Kind::Postgres, Setup { relay, ..Setup::default() }).await
}

/// Fails when somebody got two; how many got one.
fn each_at_most_once(relay: &FakeRelay) -> usize {
    let mut mails = HashMap::new();
    for mail in relay.received() {
        *mails.entry(mail.to).or_insert(0) += 1;
    }
    assert!(mails.values().all(|copies| *copies == 1), "somebody got two: {mails:?}");
    mails.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_share_an_issue_and_nobody_gets_two_on_postgres() {
    let app = slow(5).await;
    app.crowd(300).await;
    let mut further = vec![("RELAY__CONNECTIONS", "1"), ("RELAY__MAILS_PER_CONNECTION", "1000"), ("DELIVERY__BATCH", "10")];
    // A busy machine's pause is nobody's death.
    further.push(("DELIVERY__TAKEOVER_SECONDS", "120"));
    let workers = [app.worker("one", &further), app.worker("two", &further)];
    app.until("nodes WHERE beat > 0", |living| living == 2).await;
    app.publishes("Treffen").await;
    app.until("issues WHERE state = 'sent'", |sent| sent == 1).await;
    assert_eq!(each_at_most_once(&app.relay), 300);
    assert_eq!(app.relay.connections(), 2, "both had their share");
    let counts = app.status(1).await;
    assert_eq!((counts.recipients, counts.sent), (300, 300));
    for mut worker in workers {
        worker.stop();
    }
    for name in ["one", "two"] {
        assert!(app.log(name).contains("stopped in order"), "{}", app.log(name));
    }
    assert_eq!(app.database.number("SELECT count(*) AS value FROM nodes WHERE ended_at IS NULL"), 0, "both signed off");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_stopped_past_its_take_over_and_woken_doubles_nothing_on_postgres() {
    const READERS: i64 = 40;
    let app = slow(60).await;
    app.crowd(40).await;
    app.publishes("Treffen").await;
    // Patient, so that what it hears after its sleep is an answer and not its own time-out.
    let patient =
        [("DELIVERY__COMMAND_SECONDS", "120"), ("DELIVERY__DATA_SECONDS", "120"), ("DELIVERY__FINAL_DOT_SECONDS", "120")];
    let mut sleeper = app.worker("sleeper", &patient);
    app.relay.wait_for(4).await;
    sleeper.signal("STOP");
    let held = app.until("deliveries WHERE state = 'claimed'", |claimed| claimed > 0).await;
    let mut other = app.worker("other", &[]);
    let open = "deliveries WHERE state IN ('queued', 'claimed', 'transmitting')";
    app.until(open, |open| open == 0).await;
    assert!(held > 20, "the sleeper held {held}");
    assert!(app.log("other").contains("took over from a dead node"), "{}", app.log("other"));
    let doubts = app.deliveries("unknown");
    assert!((1..=2).contains(&doubts), "at most one doubt for each of two connections, there are {doubts}");
    assert_eq!(app.deliveries("sent") + doubts, READERS);
    other.stop();
    sleeper.signal("CONT");
    // It finishes what it was at, and learns from the ledger that the rest is not its own any more.
    app.until("deliveries WHERE state = 'sent'", |sent| sent == READERS).await;
    app.until("issues WHERE state = 'sent'", |sent| sent == 1).await;
    assert_eq!(each_at_most_once(&app.relay), 40);
    // It goes on under a new id.
    app.until("nodes WHERE ended_at IS NULL AND beat > 0 AND id > (SELECT min(id) FROM nodes)", |living| living == 1).await;
    assert_eq!(app.database.number("SELECT count(*) AS value FROM nodes WHERE ended_at IS NULL"), 1);
    assert!(app.log("sleeper").contains("goes on under a new id"), "{}", app.log("sleeper"));
    app.publishes("Nächstes Treffen").await;
    app.until("issues WHERE state = 'sent'", |sent| sent == 2).await;
    assert_eq!(app.status(2).await.sent, READERS);
    assert_eq!(app.relay.received().len(), 80);
    sleeper.stop();
}
