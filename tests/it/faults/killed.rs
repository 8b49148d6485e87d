//! `kill -9` in the middle of a run, again and again: afterwards both sides are counted.

use std::collections::HashMap;

use rundbrief::journeys::issues::Doubt;

use crate::support::app::{Setup, TestApp, each_database};
use crate::support::relay::Options;

const READERS: usize = 500;
const KILLS: usize = 10;
const CONNECTIONS: usize = 4;

each_database!(ten_kills_in_one_run_lose_nobody_and_double_nobody, |app| async move {
    // Slow enough that every kill hits lanes at different steps of a conversation.
    let relay = Options { delay: std::time::Duration::from_millis(3), ..Options::default() };
    let app = TestApp::with(app.database.kind, Setup { relay, ..Setup::default() }).await;
    app.crowd(READERS).await;
    app.publishes("Treffen").await;
    // Small batches: on PostgreSQL what a dead node held is taken over only after a while.
    let further = [("RELAY__CONNECTIONS", "4"), ("DELIVERY__BATCH", "16")];
    let mut lowest = 0;
    for kill in 1..=KILLS {
        let mut worker = app.worker(&format!("killed-{kill}"), &further);
        lowest = app.relay.wait_for(lowest + 10 + kill * 3).await.len();
        worker.signal("KILL");
        worker.stop();
        lowest = lowest.max(app.relay.received().len());
        // The fan-out, too, was interrupted once; the rows are still one for each.
        assert!(app.database.number("SELECT count(*) AS value FROM deliveries") <= READERS as i64);
    }
    let mut last = app.worker("last", &further);
    app.until("deliveries WHERE state NOT IN ('sent', 'unknown')", |open| open == 0).await;
    last.stop();

    let mut copies: HashMap<String, usize> = HashMap::new();
    for mail in app.relay.received() {
        *copies.entry(mail.to).or_default() += 1;
    }
    assert!(copies.values().all(|copies| *copies == 1), "somebody got two: {copies:?}");
    let addresses = |state: &str| app.database.texts(&format!("SELECT address AS value FROM deliveries WHERE state = '{state}'"));
    let (sent, unknown) = (addresses("sent"), addresses("unknown"));
    assert_eq!(sent.len() + unknown.len(), READERS);
    assert!(sent.iter().all(|address| copies.contains_key(address)), "what the ledger calls sent was accepted");
    let in_doubt_only = copies.keys().filter(|address| !sent.contains(address)).all(|address| unknown.contains(address));
    assert!(in_doubt_only, "what was accepted and not recorded is a row in doubt");
    assert!(unknown.len() <= KILLS * CONNECTIONS, "{} doubts", unknown.len());
    eprintln!("{} accepted, {} sent, {} in doubt after {KILLS} kills", copies.len(), sent.len(), unknown.len());

    assert_eq!(app.status(1).await.state, if unknown.is_empty() { "sent" } else { "sending" });
    assert_eq!(app.resolves(Doubt::Accept).await, unknown.len());
    app.drain().await;
    assert_eq!(app.status(1).await.state, "sent");
});
