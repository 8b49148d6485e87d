//! The program as it runs: it waits for its relay, stops when asked, and never delivers twice from one file.

use std::net::{Ipv4Addr, TcpListener};

use crate::support::database::Kind;
use crate::support::instance::{Instance, each_instance};
use crate::support::mails::{Mail, link_in_text, path_of};
use crate::support::process::{free_port, read};
use crate::support::relay::FakeRelay;
use crate::support::wait::until;

each_instance!(serve_waits_for_its_relay_publishes_what_is_due_and_stops_in_order, |instance, _| async move {
    let mut instance = instance;
    let port = free_port();
    instance.set("RELAY__URL", &format!("smtp://127.0.0.1:{port}"));
    instance.newsletter();
    instance.subscriber("ada@example.org");
    instance.news("Treffen");
    instance.done(&["issue", "publish", "weekly"]);

    let (mut serve, log) = instance.start(&["serve"], "serve.log");
    assert!(serve.listens(instance.port, &log), "{}", read(&log));
    serve.says(&log, "relay");
    let healthy = reqwest::get(format!("http://127.0.0.1:{}/healthz", instance.port)).await.unwrap();
    assert_eq!(healthy.status(), 200, "a relay that is away does not keep readers out");
    let relay = FakeRelay::on_port(port).await;
    assert!(Mail::parse(&relay.wait_for(1).await[0].data).text.contains("Treffen"));

    // The heartbeat finds what another process planned.
    instance.news("Fest");
    instance.planned_issue_is_due();
    assert!(Mail::parse(&relay.wait_for(2).await[1].data).text.contains("Fest"));

    serve.signal("TERM");
    assert_eq!(serve.ends(), Some(0), "{}", read(&log));
    assert!(read(&log).contains("stopped in order"), "{}", read(&log));
    assert_eq!(relay.received().len(), 2);
    assert_eq!(instance.database.number("SELECT count(*) AS value FROM nodes WHERE ended_at IS NULL"), 0);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_one_process_delivers_from_an_sqlite_file() {
    let relay = FakeRelay::start().await;
    let mut instance = Instance::on(Kind::Sqlite, &relay.url());
    let (mut first, log) = instance.start(&["serve", "--only", "delivery"], "first.log");
    first.says(&log, "rundbrief serves");
    // Registered: the lock is taken before that.
    while instance.database.number("SELECT count(*) AS value FROM sqlite_master WHERE name = 'nodes'") == 0
        || instance.database.number("SELECT count(*) AS value FROM nodes") == 0
    {
        first.says(&log, "rundbrief serves");
    }
    instance.set("HTTP__LISTEN", &format!("127.0.0.1:{}", free_port()));
    for command in [&["serve"][..], &["serve", "--only", "delivery"], &["deliver", "--until-idle"]] {
        let sentence = instance.run(command);
        assert_eq!(sentence.code, Some(1), "{command:?}: {sentence:?}");
        assert!(sentence.err.contains("another rundbrief delivers from this SQLite file"), "{sentence:?}");
        assert!(sentence.err.contains("Stop it first"), "{sentence:?}");
    }
    // Everything else goes on beside it.
    instance.newsletter();
    first.signal("TERM");
    assert_eq!(first.ends(), Some(0));
    instance.done(&["deliver", "--until-idle"]);
}

#[test]
fn a_taken_port_is_named_with_the_way_out() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut instance = Instance::on(Kind::Sqlite, "file:///nowhere");
    let sentence = instance.refused(1, &["demo", "--listen", &address, "--data", "demo"]);
    assert!(sentence.contains(&address) && sentence.contains("--listen"), "{sentence}");
    assert!(!instance.folder.path().join("demo").exists(), "nothing was begun");
    instance.set("HTTP__LISTEN", &address);
    let sentence = instance.refused(1, &["serve"]);
    assert!(sentence.contains(&address) && sentence.contains("http.listen"), "{sentence}");
}

/// The only captured mail so far.
async fn captured(instance: &Instance) -> Mail {
    let mut captured = None;
    let is_there = async || {
        let found = std::fs::read_dir(instance.folder.path().join("demo/mails")).into_iter().flatten();
        captured =
            found.map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some_and(|extension| extension == "eml"));
        captured.is_some()
    };
    until(is_there, || "no mail was captured".to_owned()).await;
    Mail::parse(&std::fs::read(captured.unwrap()).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_goes_on_with_its_data() {
    let instance = Instance::on(Kind::Sqlite, "file:///nowhere");
    let listen = format!("127.0.0.1:{}", instance.port);
    let start = |log: &str| instance.start(&["demo", "--listen", &listen, "--data", "demo"], log);
    let url = |path: &str| format!("http://{listen}{path}");
    let client = reqwest::Client::new();

    let (mut demo, log) = start("first.log");
    assert!(demo.listens(instance.port, &log), "{}", read(&log));
    demo.says(&log, "/staff/invitation/");
    let told = read(&log);
    let form = told.split_whitespace().find(|word| word.contains("/n/")).unwrap_or_else(|| panic!("{told}")).to_owned();
    let slug = form.rsplit('/').next().unwrap();
    let asked = client.post(url("/subscribe")).form(&[("email", "ada@example.org"), ("newsletter", slug), ("language", "de")]);
    assert_eq!(asked.send().await.unwrap().status(), 200);
    let link = link_in_text(&captured(&instance).await, "confirm");
    demo.signal("TERM");
    assert_eq!(demo.ends(), Some(0), "{}", read(&log));

    let (mut demo, log) = start("second.log");
    assert!(demo.listens(instance.port, &log), "{}", read(&log));
    demo.says(&log, &form);
    let mails = client.get(url("/demo/mails")).send().await.unwrap().text().await.unwrap();
    assert!(mails.contains("ada@example.org"), "the captured mail is still there: {mails}");
    let confirmed = client.post(url(path_of(&link))).send().await.unwrap();
    assert_eq!(confirmed.status(), 200, "its link still works: the keys are the same");
    let desk = client.get(url(&format!("/n/{slug}"))).send().await.unwrap();
    assert_eq!(desk.status(), 200);
    demo.signal("TERM");
    assert_eq!(demo.ends(), Some(0), "{}", read(&log));
}
