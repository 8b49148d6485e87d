//! The answer to a COMMIT is lost: PostgreSQL has it, the process does not know. Then both sides are counted, the relay's list of
//! those who got a mail and the ledger. The process lives on and reads back, so not even a doubt is allowed.
//!
//! `FAULT_ROUNDS=500 tests/run commits` loses five hundred answers instead of a dozen; `FAULT_SEED` chooses others.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::app::{Setup, TestApp};
use crate::support::chance::{Chance, number};
use crate::support::database::Kind;
use crate::support::instance::Instance;
use crate::support::process::Process;
use crate::support::proxy::{Proxy, port_of};
use crate::support::relay::{FakeRelay, Options};

const READERS: usize = 1_000;

/// What a transaction was for, by its statements. A transaction may be several of them.
const KINDS: [(&str, &[&str]); 5] = [
    ("fan-out", &["INSERT INTO", "deliveries"]),
    ("claim", &["UPDATE", "deliveries", "link_key", "dated_at"]),
    // One statement without a transaction around it.
    ("results and intents", &["told AS (UPDATE deliveries", "gone AS (UPDATE deliveries"]),
    ("beat", &["UPDATE", "nodes", "beat"]),
    ("end", &["UPDATE", "issues"]),
];

fn kinds(statements: &[String]) -> impl Iterator<Item = &'static str> {
    KINDS
        .into_iter()
        .filter(|(_, words)| statements.iter().any(|text| words.iter().all(|word| text.contains(word))))
        .map(|(kind, _)| kind)
}

async fn slow() -> TestApp {
    let relay = Options { delay: Duration::from_millis(1), forgets: true, ..Options::default() };
    TestApp::with(Kind::Postgres, Setup { relay, ..Setup::default() }).await
}

/// A process that is at work, and whose answers may be lost from now on.
async fn worker(app: &TestApp, proxy: &Proxy) -> Process {
    let url = proxy.url(&app.database.url);
    let further = [("DATABASE__URL", url.as_str()), ("RELAY__CONNECTIONS", "4"), ("DELIVERY__BATCH", "64")];
    proxy.arms(false);
    let worker = app.worker("worker", &further);
    app.until("nodes WHERE beat > 0 AND ended_at IS NULL", |living| living == 1).await;
    proxy.arms(true);
    worker
}

async fn everybody_has_one(app: &TestApp, issue: i64, before: usize) {
    let ended = format!("deliveries WHERE issue_id = {issue} AND state IN ('sent', 'unknown')");
    app.until(&ended, |ended| ended == READERS as i64).await;
    let counts = app.both_sides_agree(issue, READERS, before);
    assert_eq!(counts, BTreeMap::from([("sent".to_owned(), READERS)]), "a process that lives reads back and needs no doubt");
    let twice = "SELECT count(*) AS value FROM deliveries WHERE attempts <> 1";
    assert_eq!(app.database.number(twice), 0, "what was told twice counts once");
    app.until("issues WHERE state = 'sent'", |sent| sent == issue).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_to_each_kind_of_commit_may_be_lost_on_postgres() {
    let app = slow().await;
    app.crowd(READERS).await;
    let seen: Arc<Mutex<BTreeMap<&str, (usize, usize)>>> = Arc::default();
    let judge = {
        let seen = Arc::clone(&seen);
        move |statements: &[String]| {
            let mut seen = seen.lock().unwrap();
            let mut lost = false;
            for kind in kinds(statements) {
                let (count, cuts) = seen.entry(kind).or_default();
                *count += 1;
                // The first of its kind, what is said when asked again, and one in the middle.
                if [1, 2, 9, 23].contains(count) {
                    *cuts += 1;
                    lost = true;
                }
            }
            lost
        }
    };
    let proxy = Proxy::before(port_of(&app.database.url), judge).await;
    let mut worker = worker(&app, &proxy).await;
    app.publishes("Treffen").await;
    everybody_has_one(&app, 1, 0).await;
    worker.stop();
    let seen = seen.lock().unwrap();
    assert!(KINDS.iter().all(|(kind, _)| seen.get(kind).is_some_and(|(_, cuts)| *cuts > 0)), "not each kind was met: {seen:?}");
    let log = app.log("worker");
    assert!(log.contains("the ledger cannot be written; sending waits for the database"), "{log}");
    assert!(log.contains("what it had claimed goes back"), "{log}");
    assert!(log.lines().count() < 40 * proxy.lost(), "it told {} lines about {} losses", log.lines().count(), proxy.lost());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_lost_at_random_lose_nobody_and_double_nobody_on_postgres() {
    let app = slow().await;
    app.crowd(READERS).await;
    let (rounds, (chance, seed)) = (usize::try_from(number("FAULT_ROUNDS", 12)).unwrap(), Chance::new());
    let chance = Arc::new(Mutex::new(chance));
    let judge = {
        let chance = Arc::clone(&chance);
        move |_: &[String]| chance.lock().unwrap().below(25) == 0
    };
    let proxy = Proxy::before(port_of(&app.database.url), judge).await;
    let (mut issue, mut cuts) = (0, 0);
    while proxy.lost() < rounds {
        issue += 1;
        let before = app.relay.count();
        let mut worker = worker(&app, &proxy).await;
        app.publishes(&format!("Treffen {issue}")).await;
        // And now and then every connection at once, whatever is on its way: a request that never came, an answer that is lost.
        while app.relay.count() < before + READERS {
            let reached = app.relay.count() + usize::try_from(100 + chance.lock().unwrap().below(400)).unwrap();
            if reached >= before + READERS {
                break;
            }
            app.relay.wait_for(reached).await;
            proxy.cut_all();
            cuts += 1;
        }
        everybody_has_one(&app, issue, before).await;
        worker.stop();
    }
    eprintln!("seed {seed}: {} answers lost and {cuts} times all connections in {issue} runs of {READERS} readers", proxy.lost());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issue_whose_publishing_was_not_answered_is_published_once_on_postgres() {
    let relay = FakeRelay::start().await;
    let mut instance = Instance::on(Kind::Postgres, &relay.url());
    instance.newsletter();
    instance.subscriber("ada@example.org");
    instance.news("Treffen");
    let direct = instance.database.url.clone();
    let judge = |statements: &[String]| statements.iter().any(|text| text.contains("INSERT INTO \"issues\""));
    let proxy = Proxy::before(port_of(&direct), judge).await;
    proxy.arms(true);
    instance.set("DATABASE__URL", &proxy.url(&direct));
    let sentence = instance.refused(1, &["issue", "publish", "weekly"]);
    assert_eq!(proxy.lost(), 1, "{sentence}");
    assert!(
        instance.done(&["issue", "publish", "weekly"]).contains("no news item of weekly is ready"),
        "it is published already"
    );
    instance.done(&["deliver", "--until-idle"]);
    assert_eq!((instance.status(1)["sent"].as_i64(), relay.received().len()), (Some(1), 1));
}
