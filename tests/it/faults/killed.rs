//! `kill -9` at any instant of a run, again and again: afterwards both sides are counted, the relay's list of those who got a
//! mail and the ledger.
//!
//! `FAULT_ROUNDS=500 tests/run killed` kills five hundred times instead of twenty-five; `FAULT_SEED` chooses other instants.

use std::time::Duration;

use rundbrief::journeys::issues::{self, Doubt};

use crate::support::app::{Setup, TestApp, each_database};
use crate::support::chance::{Chance, number};
use crate::support::database::Kind;
use crate::support::process::Process;
use crate::support::relay::Options;

const READERS: usize = 5_000;
const CONNECTIONS: usize = 4;

async fn slow(kind: Kind) -> TestApp {
    // Slow enough that kills hit lanes at different steps of a conversation.
    let relay = Options { delay: Duration::from_millis(1), forgets: true, ..Options::default() };
    TestApp::with(kind, Setup { relay, ..Setup::default() }).await
}

fn worker(app: &TestApp, name: &str) -> Process {
    // Small batches: on PostgreSQL what a dead node held is taken over only after a while.
    app.worker(name, &[("RELAY__CONNECTIONS", "4"), ("DELIVERY__BATCH", "16")])
}

/// Issues to everybody, one after the other, until there were enough kills. Of several nodes one is killed at a time.
async fn lose_nobody_and_double_nobody(app: &TestApp, nodes: usize) {
    let (rounds, (mut chance, seed)) = (number("FAULT_ROUNDS", 25), Chance::new());
    app.crowd(READERS).await;
    let (mut killed, mut issue, mut doubts) = (0, 0, 0);
    while killed < rounds {
        issue += 1;
        let before = app.relay.count();
        app.publishes(&format!("Treffen {issue}")).await;
        let kills = kill_in_the_middle(app, nodes, issue, rounds - killed, &mut chance).await;
        killed += kills;
        doubts += both_sides_agree(app, issue, before, kills, seed).await;
    }
    eprintln!(
        "seed {seed}: {killed} kills in {issue} runs of {READERS} readers with {nodes} nodes: nobody lost, nobody doubled, {doubts} in doubt"
    );
}

/// Returns how often it killed.
async fn kill_in_the_middle(app: &TestApp, nodes: usize, issue: i64, most: u64, chance: &mut Chance) -> u64 {
    let mut workers: Vec<Process> = (0..nodes).map(|n| worker(app, &format!("run-{issue}-node-{n}"))).collect();
    let open = "SELECT count(*) AS value FROM deliveries WHERE state IN ('queued', 'claimed', 'transmitting')";
    let all = format!("SELECT count(*) AS value FROM issues WHERE number = {issue} AND state = 'sending'");
    let mut kills = 0;
    'run: while kills < most {
        let reached = app.relay.count() + usize::try_from(chance.below(300)).unwrap();
        while app.relay.count() < reached {
            if app.database.number(&all) == 1 && app.database.number(open) == 0 {
                break 'run;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // Any instant, not only the one after a mail.
        tokio::time::sleep(Duration::from_micros(chance.below(3_000))).await;
        let victim = usize::try_from(kills).unwrap() % nodes;
        workers[victim].signal("KILL");
        workers[victim].stop();
        kills += 1;
        workers[victim] = worker(app, &format!("run-{issue}-kill-{kills}"));
        // The fan-out, too, may have been interrupted; the rows are still one for each.
        let rows = format!("SELECT count(*) AS value FROM deliveries WHERE issue_id = {issue}");
        assert!(app.database.number(&rows) <= READERS as i64);
    }
    app.until("deliveries WHERE state NOT IN ('sent', 'unknown')", |open| open == 0).await;
    app.until(&format!("deliveries WHERE issue_id = {issue}"), |rows| rows == READERS as i64).await;
    for worker in &mut workers {
        worker.stop();
    }
    kills
}

/// Returns how many rows were in doubt.
async fn both_sides_agree(app: &TestApp, issue: i64, before: usize, kills: u64, seed: u64) -> usize {
    let counts = app.both_sides_agree(issue, READERS, before);
    let count = |state: &str| counts.get(state).copied().unwrap_or_default();
    let unknown = count("unknown");
    assert_eq!(count("sent") + unknown, READERS, "seed {seed}, run {issue}: every row has ended or is in doubt: {counts:?}");
    assert!(unknown as u64 <= kills * CONNECTIONS as u64, "seed {seed}: {unknown} doubts after {kills} kills");

    let now = app.now();
    let accept = move |conn: &mut rundbrief::store::Conn| issues::resolve(conn, now, "weekly", issue, Doubt::Accept);
    assert_eq!(app.store.write(accept).await.unwrap(), Some(unknown));
    unknown
}

each_database!(kills_at_any_instant_lose_nobody_and_double_nobody, |app| async move {
    lose_nobody_and_double_nobody(&slow(app.database.kind).await, 1).await;
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_killed_in_turn_lose_nobody_and_double_nobody_on_postgres() {
    lose_nobody_and_double_nobody(&slow(Kind::Postgres).await, 2).await;
}
