//! The database goes away in the middle of a run, is locked, or its disk is full. The process lives on and waits for it, and the
//! log says why; then both sides are counted, the relay's list of those who got a mail and the ledger.

use std::collections::BTreeMap;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use rundbrief::store;

use crate::support::app::{Setup, TestApp};
use crate::support::chance::Chance;
use crate::support::cluster::{Cluster, SmallDisk};
use crate::support::database::{Database, Kind, Raw};
use crate::support::process::Process;
use crate::support::relay::Options;
use crate::support::wait::until;

const LANES: usize = 4;

async fn slow(database: Database, readers: usize) -> TestApp {
    let relay = Options { delay: Duration::from_millis(2), forgets: true, ..Options::default() };
    let app = TestApp::with(database.kind, Setup { relay, database: Some(database), ..Setup::default() }).await;
    app.crowd(readers).await;
    app
}

fn worker(app: &TestApp) -> Process {
    app.worker("worker", &[("RELAY__CONNECTIONS", "4"), ("DELIVERY__BATCH", "64")])
}

/// Waits until the run is over and counts. A process that lives reads back what it was not told, so nothing is in doubt.
async fn everybody_has_one(app: &TestApp, issue: i64, readers: usize, before: usize) {
    let ended = format!("deliveries WHERE issue_id = {issue} AND state IN ('sent', 'unknown')");
    app.until(&ended, |ended| ended == readers as i64).await;
    let counts = app.both_sides_agree(issue, readers, before);
    assert_eq!(counts, BTreeMap::from([("sent".to_owned(), readers)]), "{}", app.log("worker"));
    app.until("issues WHERE state = 'sent'", |sent| sent == issue).await;
}

/// A database that is away for a while is no reason to fill the log.
fn the_log_is_short(log: &str, faults: usize) {
    assert!(log.lines().count() < 200 * faults, "{} lines about {faults} faults:\n{log}", log.lines().count());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_and_crashes_in_the_middle_of_a_run_costs_nobody_anything_on_postgres() {
    const READERS: usize = 1_000;
    let folder = tempfile::tempdir().unwrap();
    let mut cluster = Cluster::start(folder.path(), None);
    let app = slow(Database::of_cluster(&cluster.url), READERS).await;
    app.publishes("Treffen").await;
    let mut worker = worker(&app);
    let (mut chance, seed) = Chance::new();
    let mut stops = 0;
    for signal in ["INT", "QUIT", "INT", "QUIT"] {
        app.relay.wait_for(app.relay.count() + 60 + usize::try_from(chance.below(100)).unwrap()).await;
        cluster.stop(signal);
        stops += 1;
        // What each lane has under way may end; nothing new is begun without the ledger, however long it is away.
        let most = app.relay.count() + LANES;
        tokio::time::sleep(Duration::from_millis(chance.below(1_500))).await;
        assert!(app.relay.count() <= most, "seed {seed}: something is sent while the ledger is away");
        cluster.start_again();
    }
    everybody_has_one(&app, 1, READERS, 0).await;
    worker.stop();
    let log = app.log("worker");
    assert!(log.contains("the ledger cannot be written; sending waits for the database"), "{log}");
    the_log_is_short(&log, stops);
    drop(app);
    cluster.stop("INT");
}

/// With one kind of data on a disk that is filled up in the middle of a run, until PostgreSQL has said `words`, and then freed.
async fn fills_up(disk: &SmallDisk, cluster: &mut Cluster, words: &str) {
    const READERS: usize = 1_500;
    let app = slow(Database::of_cluster(&cluster.url), READERS).await;
    app.publishes("Treffen").await;
    let mut worker = worker(&app);
    app.relay.wait_for(100).await;
    disk.fill(0);
    until(async || cluster.log().contains(words), || format!("a full disk did no harm:\n{}", cluster.log())).await;
    assert!(app.relay.count() < READERS, "the run was over before the disk did any harm");
    disk.free();
    // After a panic it starts anew, and gives up if there is still no room; we cannot know how far it is.
    let is_back = async || {
        if cluster.has_ended() {
            cluster.start_again();
        }
        app.store.read(store::newsletters::list).await.is_ok()
    };
    until(is_back, || "it does not come back".to_owned()).await;
    everybody_has_one(&app, 1, READERS, 0).await;
    worker.stop();
    the_log_is_short(&app.log("worker"), 1);
    drop(app);
    cluster.stop("INT");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_under_the_servers_tables_costs_nobody_anything_on_postgres() {
    let disk = SmallDisk::of(160);
    let mut cluster = Cluster::start(&disk.folder, None);
    fills_up(&disk, &mut cluster, "No space left on device").await;
}

/// Where the write-ahead log finds no room, PostgreSQL panics: that is a crash.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_under_the_servers_log_costs_nobody_anything_on_postgres() {
    let (disk, folder) = (SmallDisk::of(64), tempfile::tempdir().unwrap());
    let mut cluster = Cluster::start(folder.path(), Some(&disk.folder));
    fills_up(&disk, &mut cluster, "PANIC").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_others_hold_locked_for_ten_seconds_costs_nobody_anything_on_sqlite() {
    const READERS: usize = 1_000;
    let app = slow(Database::migrated(Kind::Sqlite), READERS).await;
    app.publishes("Treffen").await;
    let mut worker = worker(&app);
    for how in ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"] {
        app.relay.wait_for(app.relay.count() + 100).await;
        let Raw::Sqlite(mut connection) = app.database.connect() else { unreachable!() };
        connection.batch_execute(how).unwrap();
        let count = app.relay.count();
        tokio::time::sleep(Duration::from_secs(5)).await;
        let meanwhile = app.relay.count() - count;
        assert!(meanwhile <= 2 * LANES, "{meanwhile} were sent although no intent could be written");
        connection.batch_execute("ROLLBACK").unwrap();
    }
    everybody_has_one(&app, 1, READERS, 0).await;
    worker.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_in_the_middle_of_a_run_costs_nobody_anything_on_sqlite() {
    const READERS: usize = 2_000;
    let disk = SmallDisk::of(48);
    let app = slow(Database::migrated_in(&disk.folder), READERS).await;
    app.publishes("Treffen").await;
    let mut worker = worker(&app);
    let mut times = 0;
    // Full to the last octet, and with room for a part of a transaction only.
    for left in [0, 4_096, 10_000, 100_000] {
        app.relay.wait_for(app.relay.count() + 100).await;
        let before = full(&app.log("worker"));
        disk.fill(left);
        let noticed = async || full(&app.log("worker")) > before;
        until(noticed, || format!("the log does not say that the disk is full:\n{}", app.log("worker"))).await;
        // What each lane has under way may end. Where a claim found no room, a single intent still may: a page of the log each.
        let most = app.relay.count() + LANES + left / 4_096;
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert!(app.relay.count() <= most, "mails are sent although no intent can be written:\n{}", app.log("worker"));
        disk.free();
        times += 1;
    }
    everybody_has_one(&app, 1, READERS, 0).await;
    worker.stop();
    let log = app.log("worker");
    assert!(log.contains("the ledger cannot be written; sending waits for the database"), "{log}");
    the_log_is_short(&log, times);
    drop(app);
}

/// How often the log says in words that the disk is full.
fn full(log: &str) -> usize {
    log.matches("disk is full").count()
}

/// A log that finds no room is no reason to stop sending mail.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_under_the_log_stops_nothing_on_sqlite() {
    let app = slow(Database::migrated(Kind::Sqlite), 50).await;
    app.publishes("Treffen").await;
    std::os::unix::fs::symlink("/dev/full", app.folder.path().join("worker")).unwrap();
    let mut worker = worker(&app);
    everybody_has_one(&app, 1, 50, 0).await;
    worker.stop();
}
