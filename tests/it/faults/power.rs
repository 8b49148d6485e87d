//! The power is cut: what was not synced is gone, or torn, or there all the same. Whoever's final dot was on its way by then must be
//! `transmitting`, `sent` or `unknown` in what is left; or a restart would send the mail again, and nobody would know.
//!
//! SQLite's files are made again out of what strace saw of a run, for many instants. PostgreSQL does the same for a living; there it
//! is enough that it was not told to leave it. `FAULT_ROUNDS=2000 tests/run power` looks at more instants.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::support::app::{Setup, TestApp};
use crate::support::chance::{Chance, number};
use crate::support::cluster::Cluster;
use crate::support::database::{Database, Kind};
use crate::support::disk::{Disk, Event, events, failing, traced};
use crate::support::instance::Instance;
use crate::support::process::{Process, output};
use crate::support::relay::{FakeRelay, Options};

const READERS: usize = 200;
const LANES: usize = 4;

async fn published() -> TestApp {
    let relay = Options { delay: Duration::from_millis(1), ..Options::default() };
    let app = TestApp::with(Kind::Sqlite, Setup { relay, ..Setup::default() }).await;
    app.crowd(READERS).await;
    app.publishes("Treffen").await;
    app
}

/// A copy of the app's database that only a traced process will write to. With a long log the run's own writes soon make it be
/// copied back into the file and begun anew.
fn copy(app: &TestApp, path: &Path, with_long_log: bool) {
    if !with_long_log {
        app.database.execute(&format!("VACUUM INTO '{}'", path.display()));
        return;
    }
    let draft = path.with_file_name("draft.db");
    app.database.execute(&format!("VACUUM INTO '{}'", draft.display()));
    let mut connection = SqliteConnection::establish(draft.to_str().unwrap()).unwrap();
    connection.batch_execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE filler (x BLOB)").unwrap();
    connection.batch_execute("INSERT INTO filler VALUES (zeroblob(400000))").unwrap();
    while std::fs::metadata(log_of(&draft)).unwrap().len() < 3_900 * 4_096 {
        connection.batch_execute("UPDATE filler SET x = randomblob(400000)").unwrap();
    }
    // Before the last connection closes and tidies up.
    std::fs::copy(&draft, path).unwrap();
    std::fs::copy(log_of(&draft), log_of(path)).unwrap();
}

fn log_of(path: &Path) -> PathBuf {
    path.with_file_name(format!("{}-wal", path.file_name().unwrap().to_str().unwrap()))
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    value: String,
}

/// Opens what is left of a database, and says who is in which state.
fn states(path: &Path) -> HashMap<String, String> {
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let mut ask = |sql: &str| -> Vec<String> {
        let rows: Vec<Row> = diesel::sql_query(sql).load(&mut connection).unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.into_iter().map(|row| row.value).collect()
    };
    assert_eq!(ask("SELECT integrity_check AS value FROM pragma_integrity_check"), ["ok"]);
    let rows = ask("SELECT address || ' ' || state AS value FROM deliveries");
    rows.iter().map(|row| row.split_once(' ').unwrap()).map(|(address, state)| (address.to_owned(), state.to_owned())).collect()
}

/// The beats of the remembered node: in what is left of the database, and as remembered. None is 0.
fn beats(path: &Path, memory: &[u8]) -> (i64, i64) {
    if memory.is_empty() {
        return (0, 0);
    }
    let memory: serde_json::Value = serde_json::from_slice(memory).unwrap();
    let Some(remembered) = memory["node"]["beat"].as_i64() else { return (0, 0) };
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let sql = format!("SELECT CAST(beat AS TEXT) AS value FROM nodes WHERE lower(hex(public_id)) = {}", memory["node"]["id"]);
    let rows: Vec<Row> = diesel::sql_query(sql.replace('"', "'")).load(&mut connection).unwrap();
    (rows.first().map_or(-1, |row| row.value.parse().unwrap()), remembered)
}

/// Who was mailed and stands in these rows as if not.
fn forgotten<'a>(mailed: &'a HashSet<String>, states: &HashMap<String, String>) -> Vec<&'a String> {
    let known = |state: &String| ["transmitting", "sent", "unknown"].contains(&state.as_str());
    mailed.iter().filter(|address| !states.get(*address).is_some_and(known)).collect()
}

/// A traced run from its first claim to its end. Returns what happened.
async fn traced_run(app: &TestApp, database: &Path) -> Vec<Event> {
    let report = app.folder.path().join("report");
    let url = format!("sqlite://{}", database.display());
    let further = [("DATABASE__URL", url.as_str()), ("RELAY__CONNECTIONS", "4"), ("DELIVERY__BATCH", "64")];
    let command = app.command(&["serve", "--only", "delivery"], &further);
    let mut worker = Process::start(&mut traced(&command, &report), &app.folder.path().join("worker"));
    app.relay.wait_for(app.relay.count() + READERS).await;
    worker.signal("TERM");
    assert_eq!(worker.ends(), Some(0), "{}", app.log("worker"));
    events(&report)
}

/// What is left on the disk, as files that a process can open. Of what was not synced nothing has survived, or whatever chance
/// has chosen.
fn leaves(disk: &Disk, database: &Path, left: &Path, chance: Option<&mut Chance>) {
    let (file, log) = (database.display().to_string(), log_of(database).display().to_string());
    let (content, log_content) = match chance {
        Some(chance) => (disk.lucky(&file, chance), disk.lucky(&log, chance)),
        None => (disk.synced(&file), disk.synced(&log)),
    };
    std::fs::write(left, content).unwrap();
    std::fs::write(log_of(left), log_content).unwrap();
}

async fn the_power_is_cut(with_long_log: bool) {
    let app = published().await;
    let database = app.folder.path().join("traced.db");
    copy(&app, &database, with_long_log);
    let mut disk = Disk::default();
    for file in [database.clone(), log_of(&database)] {
        disk.had(&file.display().to_string(), std::fs::read(&file).unwrap_or_default());
    }
    let events = traced_run(&app, &database).await;

    let instants = number("FAULT_ROUNDS", 60);
    let mails = events.iter().filter(|event| matches!(event, Event::Mail { .. })).count();
    let is_of_the_file = |event: &Event| matches!(event, Event::Write { file, .. } if Path::new(file) == database);
    let copied_back = events.iter().filter(|event| is_of_the_file(event)).count() as u64;
    assert_eq!(mails, READERS, "strace saw every mail");
    let folder = app.folder.path().display().to_string();
    let is_named = |event: &Event| matches!(event, Event::Synced { file, .. } if *file == folder);
    let before = events.iter().take_while(|event| !matches!(event, Event::Mail { .. }));
    assert!(with_long_log || before.into_iter().any(is_named), "the log is new, and its name in the folder was not made durable");
    let (mut chance, seed) = Chance::new();
    let (mut mailed, mut looked, mut while_copied, mut doubts) = (HashSet::new(), 0, 0, 0);
    let left = app.folder.path().join("left.db");
    // What the node remembers of its database, in a file of its own; at the worst it is there as soon as it is begun.
    let mut memory = Vec::new();
    for event in &events {
        disk.sees(event);
        if let Event::Draft { data } = event {
            memory.clone_from(data);
        }
        let look = match event {
            Event::Mail { to } => {
                assert!(mailed.insert(to.clone()), "{to} got two");
                chance.below(mails as u64) < instants || mailed.len() == READERS / 2
            }
            Event::Synced { .. } => chance.below(mails as u64) < instants / 4,
            event if is_of_the_file(event) && mailed.len() < READERS => {
                let look = chance.below(copied_back) < instants / 2;
                while_copied += u64::from(look);
                look
            }
            _ => false,
        };
        if !look {
            continue;
        }
        for lucky in [false, true] {
            leaves(&disk, &database, &left, lucky.then_some(&mut chance));
            let states = states(&left);
            let forgotten = forgotten(&mailed, &states);
            assert!(forgotten.is_empty(), "seed {seed}, after {} mails: {forgotten:?} would be sent again", mailed.len());
            let open = states.values().filter(|state| *state == "transmitting").count();
            assert!(open <= LANES, "seed {seed}: {open} would be in doubt, with {LANES} connections");
            doubts = doubts.max(open);
            looked += 1;
            let (known, remembered) = beats(&left, &memory);
            assert!(known >= remembered, "seed {seed}: it would be taken for a restored backup, {known} beats of {remembered}");
        }
        if mailed.len() == READERS / 2 {
            goes_on_after(&app, &disk, &database, &memory, &mailed).await;
        }
    }
    eprintln!("seed {seed}: {looked} power cuts in {READERS} mails: nobody forgotten, at most {doubts} in doubt at once");
    assert!(doubts > 0 && looked > instants.min(mails as u64) / 2, "{looked} instants and {doubts} doubts are too few");
    assert!(!with_long_log || while_copied > 0, "the log was not copied back while mails went out");
}

/// The program starts again on what is left: the others get their mail, and nobody a second one.
async fn goes_on_after(app: &TestApp, disk: &Disk, database: &Path, memory: &[u8], mailed: &HashSet<String>) {
    let (left, epoch_file) = (app.folder.path().join("again.db"), app.folder.path().join("again.epoch"));
    std::fs::write(&epoch_file, memory).unwrap();
    leaves(disk, database, &left, None);
    let relay = FakeRelay::start().await;
    let (database_url, relay_url) = (format!("sqlite://{}", left.display()), relay.url());
    let further = [
        ("DATABASE__URL", database_url.as_str()),
        ("DATABASE__EPOCH_FILE", epoch_file.to_str().unwrap()),
        ("RELAY__URL", relay_url.as_str()),
    ];
    let mut deliver = app.command(&["deliver", "--until-idle"], &further);
    tokio::task::spawn_blocking(move || output(&mut deliver)).await.unwrap();
    let mut got: Vec<String> = relay.recipients_after(0);
    got.sort();
    let twice: Vec<_> = got.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
    let again: Vec<_> = got.iter().filter(|address| mailed.contains(*address)).collect();
    assert!(twice.is_empty() && again.is_empty(), "these got a second one: {twice:?} {again:?}");
    let states = states(&left);
    let count = |state: &str| states.values().filter(|found| *found == state).count();
    assert_eq!(count("sent") + count("unknown"), READERS, "nobody is lost");
    assert!(count("unknown") <= LANES, "{} in doubt", count("unknown"));
    assert!(got.len() >= READERS - mailed.len() - LANES, "the others got theirs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_at_any_instant_forgets_no_mail_on_sqlite() {
    the_power_is_cut(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_while_the_log_is_copied_back_forgets_no_mail_on_sqlite() {
    the_power_is_cut(true).await;
}

/// Whoever cannot make anything durable any more sends nothing more and says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fails_stops_the_sending_with_a_word_on_sqlite() {
    let app = published().await;
    let command = app.command(&["serve", "--only", "delivery"], &[("RELAY__CONNECTIONS", "4")]);
    let log = app.folder.path().join("worker");
    let mut worker = Process::start(&mut failing(&command, &app.folder.path().join("report"), 60), &log);
    worker.says(&log, "the ledger cannot be written; sending waits for the database");
    let count = app.relay.count();
    assert!(count > 0 && count < READERS, "{count} mails before the disk failed");
    // Each lane may have one under way, and it tries again and again meanwhile.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert!(app.relay.count() <= count + LANES, "something is sent although nothing can be kept:\n{}", app.log("worker"));
    worker.signal("KILL");
    worker.stop();
    let mut worker = app.worker("again", &[]);
    app.until("deliveries WHERE state IN ('sent', 'unknown')", |ended| ended == READERS as i64).await;
    worker.stop();
    let counts = app.both_sides_agree(1, READERS, 0);
    assert!(counts.get("unknown").is_none_or(|doubts| *doubts <= LANES), "{counts:?}");
}

/// PostgreSQL keeps what it has promised, if it is allowed to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_may_forget_is_refused_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let mut cluster = Cluster::start(folder.path(), None);
    let database = Database::of_cluster(&cluster.url);
    let mut instance = Instance::on(Kind::Sqlite, "file:///nowhere");
    instance.set("DATABASE__URL", &database.url);
    instance.done(&["newsletter", "list"]);
    for setting in ["synchronous_commit", "fsync"] {
        database.execute(&format!("ALTER SYSTEM SET {setting} = off"));
        cluster.stop("INT");
        cluster.start_again();
        for command in [&["serve"][..], &["deliver", "--until-idle"], &["migrate"]] {
            let sentence = instance.refused(1, command);
            assert!(sentence.contains(&format!("{setting} is off")) && sentence.contains("set it to on"), "{sentence}");
        }
        database.execute(&format!("ALTER SYSTEM RESET {setting}"));
    }
    // Some file systems tear no pages, so that is told and not refused.
    database.execute("ALTER SYSTEM SET full_page_writes = off");
    cluster.stop("INT");
    cluster.start_again();
    let told = instance.run(&["newsletter", "list"]);
    assert_eq!(told.code, Some(0));
    assert_eq!(told.err.matches("full_page_writes is off").count(), 1, "{told:?}");
    drop(database);
    cluster.stop("INT");
}
