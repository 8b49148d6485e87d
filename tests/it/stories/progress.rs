//! How an issue gets on, as people see it: in `issue status`, on the staff page, and in the list of mails in doubt.

use std::time::Duration;

use fantoccini::Locator;
use jiff::SignedDuration;
use rundbrief::domain::delivery::{Outcome, Reply, Stage};
use rundbrief::domain::language::Language;
use rundbrief::domain::states::Role;
use rundbrief::journeys::issues;
use rundbrief::journeys::status::{self, IssueStatus};

use super::staff::{PASSWORD, get, invited, member, post};
use crate::support::app::{TestApp, each_database};
use crate::support::browser::Browser;
use crate::support::database::Kind;
use crate::support::instance::{Instance, each_instance};
use crate::support::relay::{FakeRelay, Options};
use crate::support::wait::until;

const TOKEN: [u8; 16] = [7; 16];

async fn status_of(app: &TestApp) -> IssueStatus {
    let now = app.now();
    app.store.read(move |conn| status::find(conn, now, "weekly", 1)).await.unwrap().unwrap()
}

/// So many mails are taken by the relay, one after the other.
async fn goes_out(app: &TestApp, mails: i64, each: SignedDuration) {
    for row in app.claims(Some(1), TOKEN, mails).await {
        assert!(app.intends(row.id, TOKEN).await);
        app.passes(each);
        let reply = Reply { stage: Stage::FinalDot, code: 250, text: "2.0.0 ok".to_owned() };
        assert!(app.settles(&row, TOKEN, Outcome::Accepted(reply)).await.is_some());
    }
}

each_database!(the_rate_is_that_of_the_last_minute_and_a_pause_does_not_spoil_it, |app| async move {
    app.crowd(100).await;
    app.publishes("Treffen").await;
    app.fans_out(1).await;
    let at_first = status_of(&app).await.counts;
    assert_eq!((at_first.per_second, at_first.seconds_left), (0.0, None), "nobody can tell yet");
    goes_out(&app, 10, SignedDuration::from_secs(1)).await;
    let counts = status_of(&app).await.counts;
    assert!((1.0..=1.2).contains(&counts.per_second), "{counts:?}");
    assert!((75..=90).contains(&counts.seconds_left.unwrap()), "{counts:?}");

    app.steers(issues::pause).await;
    let paused = status_of(&app).await.counts;
    assert_eq!(paused.seconds_left, None, "a paused issue does not come to an end by itself");
    app.passes(SignedDuration::from_hours(10));
    assert_eq!(status_of(&app).await.counts.per_second, 0.0);
    app.steers(issues::resume).await;
    goes_out(&app, 20, SignedDuration::from_millis(250)).await;
    let counts = status_of(&app).await.counts;
    assert!((4.0..=4.5).contains(&counts.per_second), "since it was resumed, not since it was published: {counts:?}");
    assert!((15..=18).contains(&counts.seconds_left.unwrap()), "{counts:?}");
    app.passes(SignedDuration::from_secs(61));
    let counts = status_of(&app).await.counts;
    assert_eq!((counts.per_second, counts.seconds_left), (0.0, None), "a minute without a mail");
});

each_database!(refusals_are_told_once_each_with_their_number_and_without_addresses, |app| async move {
    for n in 1..=4 {
        app.active(&format!("bounce-550+{n}@example.org"), Language::De).await;
    }
    for address in ["policy-571@example.org", "defer-451@example.org", "defer-452@example.org", "ada@example.org"] {
        app.active(address, Language::De).await;
    }
    app.publishes("Treffen").await;
    app.drain().await;
    let reply = "'5.1.1 <' || address || '>: no such user, si' || id || '.1 - gsmtp'";
    app.database.execute(&format!("UPDATE deliveries SET reply = {reply} WHERE state = 'bounced'"));
    let course = status_of(&app).await.course;
    let seen: Vec<_> = course.refusals.iter().map(|r| (r.stage.as_str(), r.code, r.count)).collect();
    assert_eq!(seen.len(), 4, "{seen:?}");
    for refusal in [("RCPT", 550, 4), ("RCPT", 571, 1), ("RCPT", 451, 1), ("RCPT", 452, 1)] {
        assert!(seen.contains(&refusal), "{refusal:?} is not in {seen:?}");
    }
    assert!(course.refusals.iter().all(|refusal| !refusal.text.contains("example.org")), "{course:?}");
    assert!(course.refusals.iter().any(|refusal| refusal.text.starts_with("5.1.1 …@… no such user, si")), "{course:?}");
    let due = app.database.number("SELECT min(due_at) AS value FROM deliveries WHERE state = 'queued'");
    assert_eq!((course.deferred, course.next_due_at.unwrap().as_microsecond()), (2, due));

    let cookie = member(&app, "eva@example.org", Role::Editor).await;
    let page = get(&app, "/staff/newsletters/weekly/issues/1?lang=en", &cookie).await.body;
    for words in [
        "The mail server’s last refusals",
        "550 5.1.1 …@… no such user",
        "answer to the recipient’s address (RCPT)",
        "has put 2 mails off",
    ] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
});

each_database!(while_the_relay_rests_it_is_said_until_when_and_why, |app| async move {
    app.active("421-rcpt@example.org", Language::De).await;
    app.active("ada@example.org", Language::De).await;
    app.publishes("Treffen").await;
    assert!(app.drain().await.trouble.is_some());
    let status = status_of(&app).await;
    let until = status.course.relay_rests_until.unwrap();
    assert!(until > app.now() && until <= app.now() + SignedDuration::from_secs(10), "{until}");
    assert!(status.course.relay_trouble.unwrap().contains("at RCPT"));
    assert_eq!(status.counts.seconds_left, None);
    let cookie = member(&app, "eva@example.org", Role::Editor).await;
    let page = get(&app, "/staff/newsletters/weekly/issues/1?lang=en", &cookie).await.body;
    assert!(
        page.contains("Sending rests until ") && page.contains(", 10:00:05 CET, because the mail server is in trouble: 4.3.2"),
        "{page}"
    );
    app.passes(SignedDuration::from_secs(6));
    app.drain().await;
    let course = status_of(&app).await.course;
    assert_eq!((course.relay_rests_until, course.relay_trouble), (None, None));
});

each_database!(mails_in_doubt_are_listed_for_those_who_decide, |app| async move {
    app.active("drop-after-data@example.org", Language::De).await;
    app.publishes("Treffen").await;
    app.passes(SignedDuration::from_secs(3));
    app.drain().await;
    let place = "/staff/newsletters/weekly/issues/1?lang=en";
    for (address, role, sees) in [
        ("eva@example.org", Role::Editor, true),
        ("uwe@example.org", Role::Admin, true),
        ("pia@example.org", Role::Privacy, true),
        ("ann@example.org", Role::Author, false),
        ("vic@example.org", Role::Viewer, false),
    ] {
        let cookie = member(&app, address, role).await;
        let page = get(&app, place, &cookie).await.body;
        assert!(page.contains("Mails in doubt") && page.contains("some readers may get one twice"), "{role:?}: {page}");
        assert_eq!(page.contains("drop-after-data@example.org"), sees, "{role:?}: {page}");
        assert_eq!(page.contains("in doubt since ") && page.contains("10:00:03 CET</span>"), sees, "{role:?}: {page}");
        assert_eq!(page.contains("final dot: "), sees, "{role:?}: {page}");
    }
    let cookie = member(&app, "eva@example.org", Role::Editor).await;
    post(&app, "/staff/newsletters/weekly/issues/1/accept", &cookie, &[]).await;
    assert!(!get(&app, place, &cookie).await.body.contains("Mails in doubt"));
});

each_instance!(the_command_line_tells_the_same, |instance, _relay| async move {
    instance.newsletter();
    instance.news("Treffen");
    for address in ["ada@example.org", "drop-after-data@example.org", "defer-451@example.org", "bounce-550@example.org"] {
        instance.subscriber(address);
    }
    instance.done(&["issue", "publish", "weekly"]);
    instance.done(&["deliver", "--until-idle"]);
    let told = instance.done(&["issue", "status", "weekly"]);
    for words in [
        "issue 1 of weekly: sending",
        " mails a ",
        "1 put off by the relay; the next is due at 20",
        "Last refusals:",
        "1 x at RCPT: 550 5.1.1",
        "1 x at RCPT: 451 ",
        "issue unknown weekly 1",
        "--unknown resend|accept",
    ] {
        assert!(told.contains(words), "{words} is missing in {told}");
    }
    assert!(!told.contains('@'), "{told}");
    let status = instance.status(1);
    assert_eq!((&status["deferred"], &status["unknown"]), (&1.into(), &1.into()));
    assert_eq!(status["refusals"].as_array().unwrap().len(), 2);

    let listed = instance.done(&["issue", "unknown", "weekly", "1"]);
    for words in [
        "drop-after-data@example.org\tin doubt since 20",
        "first tried 20",
        "relay default (127.0.0.1:",
        "last heard: final dot: ",
    ] {
        assert!(listed.contains(words), "{words} is missing in {listed}");
    }
    let json: serde_json::Value = serde_json::from_str(&instance.done(&["issue", "unknown", "weekly", "1", "--json"])).unwrap();
    assert_eq!((json.as_array().unwrap().len(), &json[0]["address"]), (1, &"drop-after-data@example.org".into()));
    assert!(instance.refused(1, &["issue", "unknown", "weekly", "9"]).contains("no such issue"));

    let told = instance.done(&["issue", "resolve", "weekly", "1", "--unknown", "resend"]);
    assert!(told.starts_with("1 mail in doubt will be sent once more, byte for byte the same"), "{told}");
    assert!(instance.done(&["issue", "unknown", "weekly", "1"]).contains("no mail of issue 1 of weekly is in doubt"));
    instance.done(&["deliver", "--until-idle"]);
    assert!(instance.done(&["issue", "unknown", "weekly", "1"]).contains("sent again 1 times"));
    let told = instance.done(&["issue", "resolve", "weekly", "1", "--unknown", "accept"]);
    assert!(told.starts_with("1 mail in doubt count as sent"), "{told}");
    assert!(instance.done(&["issue", "resolve", "weekly", "1", "--unknown", "accept"]).starts_with("0 mails were in doubt"));
});

/// A relay that takes its time, and readers enough for some seconds.
async fn slow() -> (Instance, FakeRelay) {
    let relay = FakeRelay::with(Options { delay: Duration::from_millis(120), ..Options::default() }).await;
    let mut instance = Instance::on(Kind::Sqlite, &relay.url());
    instance.set("RELAY__CONNECTIONS", "1");
    instance.newsletter();
    instance.news("Treffen");
    for n in 0..25 {
        instance.subscriber(&format!("reader-{n}@example.org"));
    }
    instance.done(&["issue", "publish", "weekly"]);
    (instance, relay)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_deliver_sees_lines_in_a_log_and_a_bar_on_a_terminal() {
    let (instance, _relay) = slow().await;
    let ran = instance.run(&["deliver", "--until-idle"]);
    assert!(ran.out.starts_with("sent 25,"), "{ran:?}");
    let lines: Vec<&str> = ran.err.lines().collect();
    assert!(lines[0].contains(" of 2") && lines[0].contains(" mails, about ") && lines[0].ends_with(" left"), "{ran:?}");
    assert!(!ran.err.contains(['\u{1b}', '\r']), "nothing that only a terminal understands: {ran:?}");

    let (instance, _relay) = slow().await;
    let program = format!("{} deliver --until-idle", env!("CARGO_BIN_EXE_rundbrief"));
    let mut terminal = instance.command(&[]);
    let variables: Vec<_> = terminal.get_envs().map(|(k, v)| (k.to_owned(), v.map(std::ffi::OsStr::to_owned))).collect();
    terminal = std::process::Command::new("script");
    terminal.args(["-qefc", &program, "/dev/null"]).stdin(std::process::Stdio::null()).current_dir(instance.folder.path());
    for (key, value) in variables {
        match value {
            Some(value) => terminal.env(key, value),
            None => terminal.env_remove(key),
        };
    }
    let output = terminal.env("TERM", "xterm").output().unwrap();
    let seen = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && seen.contains("sent 25,"), "{seen}");
    assert!(seen.contains('█') && seen.contains(" mails, about ") && seen.contains("\u{1b}["), "{seen}");
}

each_instance!(metrics_count_what_happens_and_name_nobody, |instance, relay| async move {
    let mut instance = instance;
    instance.set("RELAY__MAILS_PER_CONNECTION", "2");
    instance.newsletter();
    for address in
        ["ada@example.org", "bob@example.org", "bounce-550@example.org", "defer-451@example.org", "drop-after-data@example.org"]
    {
        instance.subscriber(address);
    }
    instance.news("Treffen");
    instance.done(&["issue", "publish", "weekly"]);
    let (mut serve, log) = instance.start(&["serve"], "serve.log");
    assert!(serve.listens(instance.port, &log), "{}", crate::support::process::read(&log));
    relay.wait_for(2).await;
    let wanted = [
        "rundbrief_deliveries_total{state=\"sent\"} 2",
        "rundbrief_deliveries_total{state=\"bounced\"} 1",
        "rundbrief_deliveries_total{state=\"queued\"} 1",
        "rundbrief_deliveries_total{state=\"unknown\"} 1",
        "rundbrief_attempts_total{outcome=\"accepted\",stage=\"final_dot\"} 2",
        "rundbrief_attempts_total{outcome=\"rejected\",stage=\"rcpt\"} 1",
        "rundbrief_attempts_total{outcome=\"deferred\",stage=\"rcpt\"} 1",
        "rundbrief_attempts_total{outcome=\"unknown\",stage=\"final_dot\"} 1",
        "rundbrief_smtp_replies_total{class=\"2xx\"} 2",
        "rundbrief_smtp_replies_total{class=\"none\"} 1",
        "rundbrief_queue_deliveries{state=\"queued\"} 1",
        "rundbrief_queue_deliveries{state=\"unknown\"} 1",
        "rundbrief_relay_resting 0",
        "rundbrief_claimed_deliveries_total 5",
        "rundbrief_claim_seconds_bucket{le=\"+Inf\"} ",
        "rundbrief_ledger_commit_seconds_sum ",
        "rundbrief_ledger_entries_total ",
        "rundbrief_connections_opened_total ",
        "rundbrief_connections_closed_total{reason=\"broken\"} ",
    ];
    let text = async || {
        let page = reqwest::get(format!("http://127.0.0.1:{}/metrics", instance.port)).await.unwrap();
        page.text().await.unwrap()
    };
    let mut seen = String::new();
    let all_there = async || {
        seen = text().await;
        wanted.iter().all(|line| seen.contains(line))
    };
    until(all_there, || "not all figures came".to_owned()).await;
    assert!(!seen.contains('@') && !seen.contains("example"), "{seen}");
    // Whoever comes through the proxy could watch whom a mail goes to.
    for header in ["X-Forwarded-For", "Forwarded"] {
        let url = format!("http://127.0.0.1:{}/metrics", instance.port);
        let asked = reqwest::Client::new().get(url).header(header, "192.0.2.7").send().await.unwrap();
        assert_eq!(asked.status(), 404, "{header}");
    }
    for line in seen.lines().filter(|line| line.starts_with("rundbrief_") && !line.starts_with("rundbrief_http")) {
        let name = line.split(['{', ' ']).next().unwrap();
        let name = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        assert!(seen.contains(&format!("# HELP {name} ")), "{name} does not say what it is");
        // Units and totals as Prometheus asks for; a gauge counts things or says yes.
        assert!(["_total", "_seconds", "_deliveries", "_resting", "_held"].iter().any(|end| name.ends_with(end)), "{name}");
    }
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_browser_the_page_of_an_issue_fits_a_phone() {
    let app = TestApp::on(Kind::Sqlite).await;
    for address in ["drop-after-data@example.org", "garbled-dot@example.org", "policy-571@example.org", "defer-451@example.org"] {
        app.active(address, Language::De).await;
    }
    app.active("eine-besonders-lange-adresse.mit-vielen-teilen@abteilung.zentrum-fuer-uebergaenge.example.org", Language::De)
        .await;
    app.crowd(60).await;
    app.publishes("Treffen").await;
    app.drain().await;
    app.database.execute("UPDATE deliveries SET state = 'queued', ended_at = NULL WHERE id > 45");
    app.database.execute("UPDATE deliveries SET state = 'unknown', node_id = 1, stage = NULL, reply = NULL, ended_at = NULL, resends = 1 WHERE address LIKE 'eine%'");
    let now = app.now().as_microsecond();
    app.database.execute(&format!(
        "INSERT INTO relays (name, failures, blocked_until, trouble, at) VALUES ('default', 1, {}, '421 4.3.2 shutting down (at MAIL, mail.example.org:587)', {now})",
        now + 5_000_000
    ));
    let link = invited(&app, "eva@example.org", Role::Editor).await;
    let browser = Browser::start().await;
    browser.client().goto(&app.url(&link)).await.unwrap();
    browser.client().find(Locator::Css("[name=password]")).await.unwrap().send_keys(PASSWORD).await.unwrap();
    browser.client().find(Locator::Css("main form button")).await.unwrap().click().await.unwrap();
    for language in ["de", "en", "de-simple"] {
        browser.client().goto(&app.url(&format!("/staff/newsletters/weekly/issues/1?lang={language}"))).await.unwrap();
        assert!(browser.text("main").await.contains("drop-after-data@example.org"));
        browser.fits(&format!("issue-{language}")).await;
    }
}
