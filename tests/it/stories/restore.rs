//! A restored backup, or a copy of the database on another machine, mails nobody by itself until somebody has looked (R86).

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use rundbrief::domain::language::Language;
use rundbrief::domain::states::Role;
use rundbrief::journeys::issues::{self, Steered};
use rundbrief::journeys::publish::PublishAnswer;
use rundbrief::journeys::restore;
use rundbrief::scheduler;

use super::staff;
use crate::support::app::{Setup, TestApp, each_database};
use crate::support::database::{Database, Kind};
use crate::support::instance::{Instance, each_instance};
use crate::support::process::read;
use crate::support::relay::Options;
use crate::support::wait::until;

fn fence(app: &TestApp) -> String {
    app.database.texts("SELECT coalesce(fence, 'none') AS value FROM instance").pop().unwrap()
}

/// Goes on until the nodes have beaten some times more: one that would send something had every chance to.
async fn time_enough(database: &Database) {
    let beats = || database.number("SELECT CAST(sum(beat) AS BIGINT) AS value FROM nodes");
    let before = beats();
    until(async || beats() >= before + 4, || "no node beats".to_owned()).await;
}

each_instance!(a_restored_backup_mails_nobody_until_somebody_has_confirmed_it, |instance, relay| async move {
    instance.newsletter();
    for reader in ["ada@example.org", "bob@example.org", "eve@example.org"] {
        instance.subscriber(reader);
    }
    instance.news("Treffen");
    instance.done(&["issue", "publish", "weekly"]);
    let backup = instance.database.backup("early");
    instance.done(&["deliver", "--until-idle"]);
    assert_eq!(relay.received().len(), 3);

    instance.database.restore(&backup);
    for _ in 0..2 {
        let sentence = instance.refused(1, &["deliver", "--until-idle"]);
        assert!(sentence.contains("older than what a node remembers") && sentence.contains("confirm-restore"), "{sentence}");
        assert_eq!(relay.received().len(), 3, "nobody gets a second one");
    }
    assert_eq!(instance.status(1)["state"], "preparing", "nothing was touched");
    let told = instance.done(&["issue", "status", "weekly"]);
    assert!(told.contains("HELD") && told.contains("instance status"), "{told}");
    let told = instance.done(&["instance", "status"]);
    assert!(told.contains("HELD") && told.contains("issue 1 of weekly"), "{told}");

    let told = instance.done(&["instance", "confirm-restore"]);
    assert!(told.contains("epoch 2 begins") && told.contains("issue 1 of weekly"), "{told}");
    instance.done(&["deliver", "--until-idle"]);
    assert_eq!(relay.received().len(), 3, "what was going on waits for a person");
    assert_eq!(instance.status(1)["state"], "held");
    let told = instance.done(&["issue", "status", "weekly"]);
    assert!(told.contains("a backup was restored") && !told.contains("HELD"), "{told}");
    instance.news("Fest");
    instance.done(&["issue", "publish", "weekly"]);
    instance.done(&["deliver", "--until-idle"]);
    assert_eq!(relay.received().len(), 6, "what is new flows");
    instance.done(&["issue", "release", "weekly", "1"]);
    instance.done(&["deliver", "--until-idle"]);
    assert_eq!(relay.received().len(), 9, "somebody said so");
    let told = instance.done(&["instance", "confirm-restore"]);
    assert!(told.contains("open"), "there is nothing left to confirm: {told}");
});

each_instance!(
    a_backup_from_the_middle_of_a_run_is_noticed_and_the_right_database_put_back_is_known,
    |instance, relay| async move {
        instance.newsletter();
        instance.subscriber("ada@example.org");
        let mut last = None;
        for n in 1..=3 {
            instance.news(&format!("Treffen {n}"));
            instance.done(&["issue", "publish", "weekly"]);
            if n == 2 {
                last = Some(instance.database.backup("middle"));
            }
            instance.done(&["deliver", "--until-idle"]);
        }
        assert_eq!(relay.received().len(), 3);
        let right = instance.database.backup("newest");
        instance.database.restore(&last.unwrap());
        instance.refused(1, &["deliver", "--until-idle"]);
        instance.database.restore(&right);
        instance.done(&["deliver", "--until-idle"]);
        assert!(instance.done(&["instance", "status"]).contains("open"));
        assert_eq!(relay.received().len(), 3);
    }
);

each_instance!(a_copy_on_another_machine_shows_its_pages_and_sends_after_a_confirmation, |instance, relay| async move {
    let mut instance = instance;
    instance.newsletter();
    instance.done(&["deliver", "--until-idle"]);
    let file = instance.folder.path().join("secret.keys.epoch");
    let kept = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();

    instance.set("DELIVERY__TAKEOVER_SECONDS", "5");
    let (mut serve, log) = instance.start(&["serve"], "copy.log");
    assert!(serve.listens(instance.port, &log), "{}", read(&log));
    serve.says(&log, "no node remembers this database");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = |path: &str| format!("http://127.0.0.1:{}{path}", instance.port);
    let asked = [("email", "ada@example.org"), ("newsletter", "weekly"), ("language", "de")];
    assert_eq!(client.post(url("/subscribe")).form(&asked).send().await.unwrap().status(), 200, "readers are not kept out");
    let metrics = client.get(url("/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("rundbrief_sending_held 1"), "{metrics}");
    time_enough(&instance.database).await;
    assert_eq!(relay.received().len(), 0);
    let told = instance.done(&["instance", "confirm-restore"]);
    assert!(told.contains("1 confirmation mails"), "{told}");
    // The running server takes it up.
    relay.wait_for(1).await;
    serve.signal("TERM");
    assert_eq!(serve.ends(), Some(0), "{}", read(&log));

    // The file of before the confirmation knows nothing of what came since.
    std::fs::write(&file, kept).unwrap();
    let sentence = instance.refused(1, &["deliver", "--until-idle"]);
    assert!(sentence.contains("no node remembers"), "{sentence}");
});

each_instance!(a_file_that_was_lost_and_found_lets_its_node_in_again, |instance, relay| async move {
    instance.newsletter();
    instance.subscriber("ada@example.org");
    instance.done(&["deliver", "--until-idle"]);
    let file = instance.folder.path().join("secret.keys.epoch");
    let kept = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    instance.news("Treffen");
    instance.done(&["issue", "publish", "weekly"]);
    instance.refused(1, &["deliver", "--until-idle"]);
    std::fs::write(&file, kept).unwrap();
    instance.done(&["deliver", "--until-idle"]);
    assert_eq!(relay.received().len(), 1);
});

#[test]
fn a_first_start_that_breaks_off_leaves_nothing_to_confirm() {
    let folder = tempfile::tempdir().unwrap();
    let instance = Instance::on(Kind::Sqlite, &format!("file://{}", folder.path().display()));
    instance.newsletter();
    instance.database.execute("CREATE TRIGGER breaks BEFORE INSERT ON nodes BEGIN SELECT RAISE(ABORT, 'broken off'); END");
    instance.refused(1, &["deliver", "--until-idle"]);
    instance.database.execute("DROP TRIGGER breaks");
    // As if it had broken off just after the node was registered.
    instance
        .database
        .execute("INSERT INTO nodes (name, beat, started_at, public_id, epoch) VALUES ('first', 1, 0, randomblob(16), 1)");
    instance.done(&["deliver", "--until-idle"]);
}

#[test]
fn a_place_where_nothing_can_be_remembered_is_an_error_that_names_the_setting() {
    let mut instance = Instance::on(Kind::Sqlite, "file:///nowhere");
    instance.set("DATABASE__EPOCH_FILE", "/proc/nowhere/keys.epoch");
    let sentence = instance.refused(1, &["deliver", "--until-idle"]);
    assert!(sentence.contains("/proc/nowhere/keys.epoch") && sentence.contains("database.epoch_file"), "{sentence}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_installations_database_is_not_mailed_from_on_sqlite() {
    let relay = crate::support::relay::FakeRelay::start().await;
    let (one, mut other) = (Instance::on(Kind::Sqlite, &relay.url()), Instance::on(Kind::Sqlite, &relay.url()));
    for instance in [&one, &other] {
        instance.newsletter();
        instance.done(&["deliver", "--until-idle"]);
    }
    other.set("DATABASE__EPOCH_FILE", &one.folder.path().join("secret.keys.epoch").display().to_string());
    other.refused(1, &["deliver", "--until-idle"]);
    one.done(&["deliver", "--until-idle"]);
}

/// Everybody is served, and then the database of before that is put back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_under_which_the_database_is_restored_sends_nothing_any_more_on_postgres() {
    let app = TestApp::on(Kind::Postgres).await;
    app.crowd(30).await;
    let mut node = app.worker("node", &[]);
    app.until("nodes WHERE beat > 0", |living| living == 1).await;
    let beat = app.database.number("SELECT beat AS value FROM nodes");
    app.publishes("Treffen").await;
    let backup = app.database.backup("early");
    app.relay.wait_for(30).await;
    app.until(&format!("nodes WHERE beat > {beat} + 1"), |living| living == 1).await;
    app.database.restore(&backup);
    app.until("instance WHERE fence = 'restored'", |fenced| fenced == 1).await;
    time_enough(&app.database).await;
    assert!(app.log("node").contains("older than what a node remembers"), "{}", app.log("node"));
    assert_eq!(app.relay.count(), 30, "nobody gets a second one");
    // A node that comes now, wherever it remembers things, finds the fence.
    let elsewhere = app.folder.path().join("elsewhere.epoch").display().to_string();
    let mut other = app.worker("other", &[("DATABASE__EPOCH_FILE", &elsewhere)]);
    app.until("nodes WHERE beat > 0 AND ended_at IS NULL", |living| living >= 1).await;
    time_enough(&app.database).await;
    assert_eq!(app.relay.count(), 30);
    // A person looks. Both go on, and what was going on waits.
    let now = app.now();
    let instance = app.store.write(move |conn| restore::confirm(conn, now)).await.unwrap();
    assert_eq!((instance.epoch, fence(&app).as_str()), (2, "none"));
    app.until("nodes WHERE ended_at IS NULL AND epoch = 2", |admitted| admitted >= 1).await;
    assert_eq!(app.status(1).await.state, "held");
    app.publishes("Neues").await;
    app.relay.wait_for(60).await;
    assert_eq!(app.status(1).await.state, "held");
    other.stop();
    node.stop();
    assert_eq!(app.relay.count(), 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_node_is_let_in_by_one_that_knows_the_database_on_postgres() {
    let app = TestApp::on(Kind::Postgres).await;
    app.crowd(20).await;
    let file = |name: &str| app.folder.path().join(format!("{name}.epoch")).display().to_string();
    let on = |name: &str| app.worker(name, &[("DATABASE__EPOCH_FILE", &file(name))]);
    let mut first = on("first");
    app.until("nodes WHERE epoch = 1 AND beat > 0", |admitted| admitted == 1).await;
    let mut second = on("second");
    app.until("nodes WHERE epoch = 1 AND ended_at IS NULL", |admitted| admitted == 2).await;
    assert_eq!(fence(&app), "none");
    // The first dies; the second, which remembers now, goes on alone and lets a third one in.
    first.signal("KILL");
    app.publishes("Treffen").await;
    app.until("deliveries WHERE state = 'sent'", |sent| sent == 20).await;
    let mut third = on("third");
    app.until("nodes", |nodes| nodes == 3).await;
    app.until("nodes WHERE id = (SELECT max(id) FROM nodes) AND epoch = 1", |admitted| admitted == 1).await;
    second.stop();
    third.signal("KILL");
    third.stop();
    // All are gone, one of them without a word. One that remembers nothing cannot know whether this is the newest state.
    let mut stranger = on("stranger");
    app.until("instance WHERE fence = 'unremembered'", |fenced| fenced == 1).await;
    app.publishes("Fest").await;
    time_enough(&app.database).await;
    assert_eq!(app.relay.count(), 20);
    // One that does comes back: no person is needed.
    let mut third = on("third");
    app.until("deliveries WHERE state = 'sent'", |sent| sent == 40).await;
    assert_eq!(fence(&app), "none");
    app.until("nodes WHERE epoch = 1 AND ended_at IS NULL", |admitted| admitted == 2).await;
    for node in [&mut stranger, &mut third, &mut first] {
        node.stop();
    }
    assert_eq!(app.relay.count(), 40);
}

/// The database as a backup of one beat before has it.
fn restored(app: &TestApp) {
    app.database.execute("UPDATE nodes SET beat = beat - 1");
}

each_database!(behind_the_fence_nothing_is_published_by_itself_and_afterwards_a_person_lets_it_go, |app| async move {
    app.active("ada@example.org", Language::De).await;
    // Yesterday's database: the items are ready, Monday's issue has not come yet. In the world it came at nine.
    app.database.execute(&format!(
        "UPDATE newsletters SET cadence = '0 9 * * MON', next_due_at = {}",
        (app.now() - SignedDuration::from_hours(1)).as_microsecond()
    ));
    app.news_in("Treffen", &["de"]).await;
    app.drain().await;
    restored(&app);
    assert!(app.drain().await.trouble.unwrap().contains("older than what a node remembers"));
    let beat = || scheduler::beat(&app.store, &app.app.context, &app.clock);
    assert_eq!(beat().await.unwrap(), []);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM issues"), 0);
    let cookie = staff::member(&app, "editor@example.org", Role::Editor).await;
    let desk = staff::get(&app, "/staff?lang=en", &cookie).await;
    assert!(desk.body.contains("a restored backup or a copy"), "{}", desk.body);
    assert_eq!(app.asks("bob@example.org", "de").await.status, 200);
    app.drain().await;
    assert_eq!(app.relay.count(), 0, "not even a confirmation");

    let now = app.now();
    app.store.write(move |conn| restore::confirm(conn, now)).await.unwrap();
    assert_eq!(beat().await.unwrap(), [], "Monday's issue waits for a person");
    app.drain().await;
    app.drain().await;
    assert_eq!(app.mails_to("bob@example.org").len(), 1, "confirmations flow");
    assert_eq!(app.mails_to("ada@example.org").len(), 0);
    let held = "SELECT count(*) AS value FROM issues WHERE state = 'held' AND held_reason LIKE '%backup%'";
    assert_eq!(app.database.number(held), 1);
    let desk = staff::get(&app, "/staff?lang=en", &cookie).await;
    assert!(!desk.body.contains("a restored backup or a copy"));
    let context = Arc::clone(&app.app.context);
    let released = app.store.write(move |conn| issues::release(conn, &context, now, "weekly", 0, None)).await.unwrap();
    assert!(matches!(released, Steered::Published(PublishAnswer::Published { number: 1, .. })), "{released:?}");
    app.drain().await;
    assert_eq!(app.mails_to("ada@example.org").len(), 1);
});

each_database!(the_next_issue_of_a_cadence_waits_if_its_items_were_ready_in_the_backup, |app| async move {
    app.active("ada@example.org", Language::De).await;
    let due = app.now() + SignedDuration::from_hours(2);
    app.database.execute(&format!("UPDATE newsletters SET cadence = '0 12 * * *', next_due_at = {}", due.as_microsecond()));
    app.news_in("Treffen", &["de"]).await;
    app.drain().await;
    restored(&app);
    app.drain().await;
    let now = app.now();
    app.store.write(move |conn| restore::confirm(conn, now)).await.unwrap();
    app.passes(SignedDuration::from_hours(3));
    let beat = || scheduler::beat(&app.store, &app.app.context, &app.clock);
    assert_eq!(beat().await.unwrap(), []);
    app.drain().await;
    app.drain().await;
    assert_eq!(app.relay.count(), 0);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM issues WHERE state = 'held'"), 1);
    // Somebody sees that it went out already. The next time is an ordinary one.
    app.store.write(|conn| issues::cancel(conn, "weekly", 0)).await.unwrap();
    app.passes(SignedDuration::from_hours(24));
    assert_eq!(beat().await.unwrap().len(), 1);
});

each_database!(what_was_on_its_way_in_the_backup_is_in_doubt_after_the_confirmation, |app| async move {
    let app = {
        let relay = Options { holds_after: Some(1), ..Options::default() };
        TestApp::with(app.database.kind, Setup { relay, ..Setup::default() }).await
    };
    app.crowd(3).await;
    app.publishes("Treffen").await;
    app.fans_out(1).await;
    app.engine().await;
    // In the backup the node was at work on two of them.
    app.database.execute(
        "UPDATE deliveries SET state = 'transmitting', claim_token = NULL, node_id = (SELECT max(id) FROM nodes) WHERE id = 1",
    );
    app.database.execute(
        "UPDATE deliveries SET state = 'claimed', claim_token = NULL, node_id = (SELECT max(id) FROM nodes) WHERE id = 2",
    );
    restored(&app);
    assert!(app.drain().await.trouble.is_some());
    assert_eq!((app.deliveries("claimed"), app.deliveries("queued")), (0, 2), "nobody holds anything behind the fence");
    let now = app.now();
    app.store.write(move |conn| restore::confirm(conn, now)).await.unwrap();
    assert_eq!((app.deliveries("transmitting"), app.deliveries("unknown"), app.deliveries("queued")), (0, 1, 2));
    app.drain().await;
    assert_eq!((app.relay.count(), app.status(1).await.state.as_str()), (0, "held"));
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_is_no_restore() {
    let app = TestApp::on(Kind::Sqlite).await;
    app.crowd(40).await;
    app.publishes("Treffen").await;
    let file: PathBuf = app.folder.path().join("secret.keys.epoch");
    for n in 0..6 {
        let mut worker = app.worker(&format!("killed-{n}"), &[("DELIVERY__TAKEOVER_SECONDS", "5")]);
        app.until("nodes", |nodes| nodes > n).await;
        worker.signal("KILL");
        worker.stop();
    }
    let mut worker = app.worker("last", &[]);
    app.until("deliveries WHERE state IN ('queued', 'claimed', 'transmitting')", |open| open == 0).await;
    worker.stop();
    assert_eq!(fence(&app), "none");
    assert!(file.exists());
}
