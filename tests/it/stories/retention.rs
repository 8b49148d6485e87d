//! Nothing is kept longer than was promised. Time passes by hand.

use std::sync::Arc;

use jiff::SignedDuration;
use rundbrief::journeys::retention::{self, Report};
use rundbrief::scheduler::{self, beat};

use super::consent::verified;
use crate::support::app::{Setup, TestApp, each_database};
use crate::support::mails::link_in_text;

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn count(app: &TestApp, table: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) AS value FROM {table}"))
}

async fn heartbeat(app: &TestApp) {
    beat(&app.store, &app.app.context, &app.clock).await.unwrap();
}

async fn last_report(app: &TestApp) -> Report {
    app.store.read(retention::last_run).await.unwrap().unwrap().report.unwrap()
}

each_database!(requests_that_nobody_confirms_disappear_after_seven_days, |app| async move {
    app.subscriber("ada@example.org").await;
    app.newsletter("monthly").await;
    app.asks("zebulon@example.org", "de").await;
    // Somebody who reads one newsletter and never confirmed another.
    app.post("/subscribe", &[("email", "ada@example.org"), ("newsletter", "monthly"), ("language", "de")]).await;
    app.drain().await;
    let link = link_in_text(&app.mails_to("zebulon@example.org")[0], "confirm");
    app.passes(DAY * 6);
    heartbeat(&app).await;
    assert_eq!((count(&app, "subscribers"), count(&app, "opt_ins")), (2, 3));
    app.passes(DAY * 2);
    heartbeat(&app).await;
    assert_eq!((count(&app, "subscribers"), count(&app, "opt_ins"), count(&app, "subscriptions")), (1, 1, 1));
    assert_eq!(app.subscription("ada@example.org", "weekly"), "active de");
    assert_eq!(last_report(&app).await.unconfirmed, 2);
    let left = app.database.texts("SELECT address AS value FROM deliveries");
    assert_eq!(left, ["ada@example.org"], "the confirmed one's mail");
    assert_eq!(app.get(&link).await.status, 404);
    assert!(!app.people().concat().contains("zebulon"));
    let verdict = verified(&app).await;
    assert_eq!((verdict.findings.len(), verdict.erased), (0, 2));
    app.subscriber("zebulon@example.org").await;
});

each_database!(it_runs_once_a_night_and_says_when, |app| async move {
    heartbeat(&app).await;
    let first = app.store.read(retention::last_run).await.unwrap().unwrap();
    assert_eq!(first.at, app.now());
    for _ in 0..5 {
        app.passes(SignedDuration::from_hours(3));
        heartbeat(&app).await;
        let run = app.store.read(retention::last_run).await.unwrap().unwrap();
        assert_eq!(run.at, first.at, "four o'clock has not come: {}", app.now());
    }
    app.passes(SignedDuration::from_hours(3));
    heartbeat(&app).await;
    let run = app.store.read(retention::last_run).await.unwrap().unwrap();
    assert_eq!(run.at, app.now());
    // A run that died in the middle is taken up after two hours.
    app.database.execute("UPDATE duties SET report = ''");
    app.passes(SignedDuration::from_hours(1));
    heartbeat(&app).await;
    assert!(app.store.read(retention::last_run).await.unwrap().unwrap().report.is_none());
    app.passes(SignedDuration::from_hours(2));
    heartbeat(&app).await;
    assert_eq!(last_report(&app).await, Report::default());
});

each_database!(mails_keep_what_proves_them_and_the_proof_goes_at_the_end_of_its_last_year, |app| async move {
    for (address, name) in [("ada@example.org", "Ada"), ("zebulon@example.org", "Zebulon")] {
        app.post("/subscribe", &[("email", address), ("newsletter", "weekly"), ("language", "de"), ("name", name)]).await;
        app.drain().await;
        let mail = app.mails_to(address).pop().unwrap();
        app.post(&link_in_text(&mail, "confirm"), &[]).await;
    }
    app.active("bounce-550@example.org", rundbrief::domain::language::Language::De).await;
    app.publishes("Treffen").await;
    app.drain().await;
    let one_click = app.mails_to("zebulon@example.org").pop().unwrap().one_click_link();
    app.post(&one_click, &[("List-Unsubscribe", "One-Click")]).await;
    heartbeat(&app).await;

    app.passes(DAY * 91);
    heartbeat(&app).await;
    let report = last_report(&app).await;
    assert_eq!((report.mails_trimmed, report.mails_deleted, report.subscriptions), (3, 2, 0));
    let rows =
        app.database.texts("SELECT address || ' ' || state || ' ' || coalesce(name, '-') AS value FROM deliveries ORDER BY id");
    assert_eq!(rows, ["ada@example.org sent -", "zebulon@example.org sent -", " bounced -"]);
    let counts = app.status(1).await;
    assert_eq!((counts.recipients, counts.sent, counts.bounced), (3, 2, 1), "the numbers stay");

    // They left in March 2026: the proof is kept until the last day of 2029.
    app.passes("2029-12-31T12:00:00Z".parse::<jiff::Timestamp>().unwrap().duration_since(app.now()));
    heartbeat(&app).await;
    assert_eq!(app.subscription("zebulon@example.org", "weekly"), "ended de");
    app.passes(DAY);
    heartbeat(&app).await;
    assert_eq!(last_report(&app).await.subscriptions, 2);
    assert!(!app.people().concat().contains("zebulon") && !app.people().concat().contains("bounce-550"));
    assert_eq!(app.subscription("ada@example.org", "weekly"), "active de");
    assert_eq!(app.status(1).await.recipients, 3);
    assert_eq!(verified(&app).await.findings, []);
    assert_eq!(app.post(&one_click, &[("List-Unsubscribe", "One-Click")]).await.status, 200);
    assert!(app.is_suppressed("bounce-550@example.org").await, "that nobody lives there is worth knowing");
});

each_database!(who_changed_their_address_is_forgotten_like_everybody_else, |app| async move {
    app.subscriber("zebulon@example.org").await;
    app.publishes("Treffen").await;
    app.drain().await;
    let issue = app.mails_to("zebulon@example.org").pop().unwrap();
    let page = link_in_text(&issue, "preferences");
    app.post(&format!("{page}/address"), &[("email", "zebulon@home.example")]).await;
    app.drain().await;
    let link = link_in_text(&app.mails_to("zebulon@home.example")[0], "confirm");
    app.post(&link, &[]).await;
    app.post(&issue.one_click_link(), &[("List-Unsubscribe", "One-Click")]).await;
    app.passes(DAY * 365 * 5);
    heartbeat(&app).await;
    assert_eq!((count(&app, "subscribers"), count(&app, "opt_ins")), (0, 0));
    assert!(!app.people().concat().contains("zebulon"));
    assert_eq!(verified(&app).await.findings, []);
});

each_database!(a_single_mail_in_doubt_goes_like_the_others, |app| async move {
    app.asks("in-doubt@example.org", "de").await;
    app.database.execute("UPDATE deliveries SET state = 'unknown', node_id = 0");
    app.subscriber("ada@example.org").await;
    app.database.execute("UPDATE opt_ins SET confirmed_at = requested_at");
    app.passes(DAY * 89);
    heartbeat(&app).await;
    assert_eq!(count(&app, "deliveries"), 2);
    app.passes(DAY * 2);
    heartbeat(&app).await;
    assert_eq!(count(&app, "deliveries"), 0);
});

each_database!(
    the_settings_say_how_long,
    Setup {
        settings: vec![("RETENTION__CONFIRMATION_DAYS", "8".into()), ("RETENTION__NETWORK_DAYS", "9".into())],
        ..Setup::default()
    },
    |app| async move {
        app.subscriber("ada@example.org").await;
        app.database.execute("UPDATE opt_ins SET network = '192.0.2.0'");
        app.asks("bob@example.org", "de").await;
        app.drain().await;
        heartbeat(&app).await;
        app.passes(DAY * 8 + SignedDuration::from_secs(1));
        let report = scheduler::retain(&app.store, &app.app.context, &app.clock).await.unwrap();
        assert_eq!((report.unconfirmed, report.network_addresses), (1, 0));
        app.passes(DAY);
        let report = scheduler::retain(&app.store, &Arc::clone(&app.app.context), &app.clock).await.unwrap();
        assert_eq!((report.unconfirmed, report.network_addresses), (0, 1));
        assert_eq!(count(&app, "opt_ins WHERE network IS NOT NULL"), 0);
    }
);
