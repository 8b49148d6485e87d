//! Nodes that lose sight of the database, or of the time, and staff and readers who act while several nodes send.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use rundbrief::app::App;
use rundbrief::clock::Clock;
use rundbrief::delivery::Engine;
use rundbrief::domain::language::Language;
use rundbrief::domain::token::Purpose;
use rundbrief::journeys::issues;
use rundbrief::settings::Settings;
use rundbrief::store::id16;

use crate::support::app::{Setup, TestApp, each_database, settings};
use crate::support::database::Kind;
use crate::support::instance::Instance;
use crate::support::process::{free_port, read};
use crate::support::relay::{FakeRelay, Options};
use crate::support::wait::until;
use crate::support::wire_cut::WireCut;

async fn slow(kind: Kind, milliseconds: u64) -> TestApp {
    let relay = Options { delay: Duration::from_millis(milliseconds), ..Options::default() };
    TestApp::with(kind, Setup { relay, ..Setup::default() }).await
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
async fn any_number_of_nodes_with_all_roles_send_a_planned_issue_once_on_postgres() {
    let relay = FakeRelay::start().await;
    let mut instance = Instance::on(Kind::Postgres, &relay.url());
    instance.newsletter();
    for n in 1..=60 {
        instance.subscriber(&format!("reader-{n}@example.org"));
    }
    instance.set("DELIVERY__BATCH", "5");
    let mut nodes = Vec::new();
    for n in 1..=4 {
        let port = free_port();
        instance.set("HTTP__LISTEN", &format!("127.0.0.1:{port}"));
        let (mut node, log) = instance.start(&["serve"], &format!("node-{n}.log"));
        assert!(node.listens(port, &log), "{}", read(&log));
        nodes.push((node, log, port));
    }
    for round in 1..=2 {
        instance.news(&format!("Treffen {round}"));
        instance.planned_issue_is_due();
        relay.wait_for(60 * round).await;
    }
    for (_, _, port) in &nodes {
        assert_eq!(reqwest::get(format!("http://127.0.0.1:{port}/n/weekly")).await.unwrap().status(), 200);
    }
    // Called sent by whoever looks next.
    let sent = async || instance.database.number("SELECT count(*) AS value FROM issues WHERE state = 'sent'") == 2;
    until(sent, || "not both issues are called sent".to_owned()).await;
    for (mut node, log, _) in nodes {
        node.signal("TERM");
        assert_eq!(node.ends(), Some(0), "{}", read(&log));
    }
    assert_eq!(relay.received().len(), 120);
    for number in 1..=2 {
        let status = instance.status(number);
        assert_eq!((&status["state"], &status["sent"]), (&"sent".into(), &60.into()), "{status:?}");
    }
    assert_eq!(instance.database.number("SELECT count(*) AS value FROM issues"), 2);
    assert_eq!(instance.database.number("SELECT count(*) AS value FROM nodes WHERE ended_at IS NULL"), 0);
}

/// `away` takes the wire from one node; it stays away past its take-over and comes back.
async fn a_node_loses_its_database(away: fn(&WireCut)) {
    const READERS: i64 = 60;
    let app = slow(Kind::Postgres, 60).await;
    app.crowd(60).await;
    app.publishes("Treffen").await;
    let wire = WireCut::before(&app.database.url).await;
    let mut far = app.worker("far", &[("DATABASE__URL", &wire.url)]);
    app.relay.wait_for(6).await;
    away(&wire);
    let mut near = app.worker("near", &[]);
    app.until("deliveries WHERE state IN ('queued', 'claimed', 'transmitting')", |open| open == 0).await;
    assert!(app.log("near").contains("took over from a dead node"), "{}", app.log("near"));
    let doubts = app.deliveries("unknown");
    assert!((1..=2).contains(&doubts), "at most one doubt for each of two connections, there are {doubts}");
    each_at_most_once(&app.relay);
    near.stop();
    wire.is_mended();
    // What it could not tell is told now: nothing of it is in doubt any more, and it goes on under a new id.
    app.until("deliveries WHERE state = 'sent'", |sent| sent == READERS).await;
    app.until("nodes WHERE ended_at IS NULL AND beat > 0", |living| living == 1).await;
    assert!(app.log("far").contains("goes on under a new id"), "{}", app.log("far"));
    assert_eq!(each_at_most_once(&app.relay), 60);
    app.publishes("Fest").await;
    app.until("issues WHERE state = 'sent'", |sent| sent == 2).await;
    assert_eq!(app.relay.count(), 120);
    far.stop();
    assert_eq!(app.database.texts("SELECT coalesce(fence, 'none') AS value FROM instance"), ["none"], "that was no restore");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_cut_off_past_its_take_over_and_back_doubles_nothing_on_postgres() {
    a_node_loses_its_database(WireCut::cut).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_wire_goes_dead_past_its_take_over_and_back_doubles_nothing_on_postgres() {
    a_node_loses_its_database(WireCut::goes_dead).await;
}

/// A further node in this process, on the same database, by a clock of its own.
async fn node(app: &TestApp, clock: Clock) -> Arc<Engine> {
    let mut written = settings(&app.database.url, &app.relay.url(), &app.folder.path().join("secret.keys"), 1);
    written.push(("RUNDBRIEF__DELIVERY__BATCH".to_owned(), "10".to_owned()));
    let open = move || App::open(Settings::from_parts(None, written).unwrap(), clock).unwrap();
    let opened = tokio::task::spawn_blocking(open).await.unwrap();
    Arc::new(opened.engine().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_whose_clocks_are_ten_minutes_apart_share_an_issue_on_postgres() {
    let app = slow(Kind::Postgres, 2).await;
    app.crowd(200).await;
    let (early, late) =
        (Clock::manual(app.now() - SignedDuration::from_mins(10)), Clock::manual(app.now() + SignedDuration::from_mins(10)));
    let nodes = [node(&app, early.clone()).await, node(&app, late.clone()).await];
    // Published, and prepared, by the clock that is ahead.
    app.clock.advance(SignedDuration::from_mins(10));
    app.publishes("Treffen").await;
    app.fans_out(1).await;
    let runs = nodes.clone().map(|node| tokio::spawn(async move { node.drain().await.unwrap() }));
    let mut sent = Vec::new();
    for run in runs {
        sent.push(run.await.unwrap().sent);
    }
    assert_eq!(sent.iter().sum::<u64>(), 200, "{sent:?}");
    assert!(sent.iter().all(|sent| *sent > 0), "both had their share: {sent:?}");
    assert_eq!(each_at_most_once(&app.relay), 200);
    // Whoever subscribes by the clock that is ahead does not wait for the other one.
    app.asks("ada@example.org", "de").await;
    assert_eq!(nodes[0].drain().await.unwrap().sent, 1);
    assert_eq!(
        app.database.number("SELECT count(*) AS value FROM nodes WHERE ended_at IS NOT NULL"),
        0,
        "no clock buries anybody"
    );
    let attempts = app.database.number("SELECT max(attempts) AS value FROM deliveries");
    assert_eq!((attempts, app.deliveries("sent"), app.status(1).await.state.as_str()), (1, 201, "sent"));
    for node in nodes {
        node.sign_off().await.unwrap();
    }
}

/// While `engines` send, the clock they go by jumps an hour on, then two back.
async fn the_clock_jumps(app: &TestApp, engines: Vec<Arc<Engine>>) {
    app.crowd(120).await;
    app.active("defer-451@example.org", Language::De).await;
    app.publishes("Treffen").await;
    let runs: Vec<_> = engines.iter().cloned().map(|engine| tokio::spawn(async move { engine.drain().await })).collect();
    app.relay.wait_for(20).await;
    app.passes(SignedDuration::from_hours(1));
    app.relay.wait_for(50).await;
    app.passes(SignedDuration::from_hours(-2));
    for run in runs {
        run.await.unwrap().unwrap();
    }
    for _ in 0..3 {
        for engine in &engines {
            engine.drain().await.unwrap();
        }
    }
    assert_eq!(each_at_most_once(&app.relay), 120, "nobody is lost, nobody doubled");
    let row = app.row("defer-451@example.org", &["state"]);
    assert_eq!(row, "queued", "nobody is given up early");
    let asked = app.relay.commands().iter().filter(|line| line.contains("defer-451")).count();
    assert!(asked <= 4, "asked {asked} times: once, and again for the hour that jumped");
    assert_eq!(app.database.number("SELECT count(*) AS value FROM deliveries WHERE state = 'sent' AND attempts <> 1"), 0);
    app.passes(SignedDuration::from_hours(4));
    for engine in &engines {
        engine.drain().await.unwrap();
    }
    assert!(app.row("defer-451@example.org", &["attempts"]).parse::<i64>().unwrap() >= 2, "it is tried again");
}

each_database!(a_clock_that_jumps_an_hour_while_mails_go_out_does_no_harm, |app| async move {
    let app = slow(app.database.kind, 5).await;
    let engine = app.engine().await;
    the_clock_jumps(&app, vec![engine]).await;
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_under_two_nodes_does_no_harm_on_postgres() {
    let app = slow(Kind::Postgres, 5).await;
    let engines = vec![node(&app, app.clock.clone()).await, node(&app, app.clock.clone()).await];
    the_clock_jumps(&app, engines).await;
}

each_database!(a_relay_that_was_in_trouble_is_not_left_alone_for_the_hour_a_clock_went_back, |app| async move {
    let port = free_port();
    let away = ("RELAY__URL", format!("smtp://127.0.0.1:{port}"));
    let app = TestApp::with(app.database.kind, Setup { settings: vec![away], ..Setup::default() }).await;
    app.crowd(3).await;
    app.publishes("Treffen").await;
    assert!(app.drain().await.trouble.is_some());
    app.passes(SignedDuration::from_hours(-1));
    // One try by the new clock, and its pause is kept.
    let failures = || app.database.number("SELECT failures AS value FROM relays");
    for _ in 0..5 {
        assert!(app.drain().await.trouble.is_some());
        assert_eq!(failures(), 2);
    }
    let relay = FakeRelay::on_port(port).await;
    app.passes(SignedDuration::from_secs(10));
    assert_eq!(app.drain().await.sent, 3);
    drop(relay);
});

/// Readers enough for some seconds of two nodes' work.
async fn two_nodes_at_work() -> (TestApp, [crate::support::process::Process; 2]) {
    let app = slow(Kind::Postgres, 10).await;
    app.crowd(1_500).await;
    // Patient with each other: a busy machine's pause is nobody's death.
    let nodes = ["one", "two"].map(|name| app.worker(name, &[("DELIVERY__BATCH", "100"), ("DELIVERY__TAKEOVER_SECONDS", "120")]));
    app.until("nodes WHERE beat > 0 AND epoch = 1", |living| living == 2).await;
    app.publishes("Treffen").await;
    app.relay.wait_for(40).await;
    (app, nodes)
}

/// Staff have spoken: what has not begun does not begin, and what is claimed goes back. How many mails there are then.
async fn nothing_more_begins(app: &TestApp) -> usize {
    // Two nodes of two connections each: so many may have begun before the word was written.
    let begun = app.relay.count() + 4;
    app.until("deliveries WHERE state IN ('transmitting', 'claimed')", |in_hand| in_hand == 0).await;
    let count = app.relay.count();
    assert!(count <= begun, "{count} mails, and {begun} had begun");
    // Both look for work all the time, and find none.
    let beats = "SELECT CAST(sum(beat) AS BIGINT) AS value FROM nodes";
    let before = app.database.number(beats);
    until(async || app.database.number(beats) >= before + 2, || "nobody beats".to_owned()).await;
    assert_eq!(app.relay.count(), count, "nothing goes out any more");
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pausing_and_cancelling_stop_two_nodes_but_for_what_is_under_way_on_postgres() {
    let (app, nodes) = two_nodes_at_work().await;
    app.steers(issues::pause).await;
    let paused = nothing_more_begins(&app).await;
    app.steers(issues::resume).await;
    app.relay.wait_for(paused + 40).await;
    app.steers(issues::cancel).await;
    let cancelled = nothing_more_begins(&app).await;
    app.until("deliveries WHERE state NOT IN ('sent', 'skipped')", |open| open == 0).await;
    assert!(cancelled < 1_500, "there was something left to stop");
    assert_eq!((each_at_most_once(&app.relay), app.deliveries("sent")), (cancelled, i64::try_from(cancelled).unwrap()));
    for mut node in nodes {
        node.stop();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_while_two_nodes_send_gets_nothing_that_has_not_begun_on_postgres() {
    let (app, nodes) = two_nodes_at_work().await;
    for n in (1_100..=1_500).step_by(20) {
        let address = format!("reader-{n}@example.org");
        let sql = format!(
            "SELECT encode(s.public_id, 'hex') AS value FROM subscriptions s JOIN subscribers p ON p.id = s.subscriber_id \
             WHERE p.address = '{address}'"
        );
        let hex = app.database.texts(&sql).pop().unwrap();
        let bytes: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
        let token = app.app.context.keyring.sign(Purpose::Unsubscribe, 1, &id16("subscriptions", &bytes).unwrap()).unwrap();
        let page = app.post(&format!("/unsubscribe/{token}"), &[("List-Unsubscribe", "One-Click")]).await;
        assert_eq!(page.status, 200);
    }
    app.until("issues WHERE state = 'sent'", |sent| sent == 1).await;
    let left = app.database.texts("SELECT address AS value FROM deliveries WHERE state = 'skipped' AND reason = 'unsubscribed'");
    assert!(!left.is_empty(), "somebody was in time");
    let received: Vec<String> = app.relay.received().into_iter().map(|mail| mail.to).collect();
    assert!(left.iter().all(|address| !received.contains(address)), "who had left got nothing");
    assert_eq!(each_at_most_once(&app.relay) + left.len(), 1_500);
    for mut node in nodes {
        node.stop();
    }
}

each_database!(a_node_asked_to_stop_finishes_what_is_in_flight_and_begins_nothing, |app| async move {
    let relay = Options { holds_after: Some(5), ..Options::default() };
    let app = TestApp::with(app.database.kind, Setup { relay, ..Setup::default() }).await;
    app.crowd(50).await;
    app.publishes("Treffen").await;
    let mut worker = app.worker("worker", &[]);
    // A lane that has not written its answer down yet would begin nothing more: five, and two that are held.
    app.until("deliveries WHERE state = 'sent'", |answered| answered == 5).await;
    app.until("deliveries WHERE state = 'transmitting'", |in_flight| in_flight == 2).await;
    worker.signal("TERM");
    worker.says(&app.folder.path().join("worker"), "asked to stop");
    app.relay.goes_on();
    assert_eq!(worker.ends(), Some(0), "{}", app.log("worker"));
    assert_eq!((app.relay.count(), app.deliveries("sent"), app.deliveries("unknown")), (7, 7, 0));
    assert_eq!((app.deliveries("queued"), app.deliveries("claimed")), (43, 0));
});
