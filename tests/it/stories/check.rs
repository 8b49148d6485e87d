//! The check before sending: what would make readers stumble keeps an issue back, until it is mended or somebody answers
//! for it by name.

use std::sync::Arc;

use rundbrief::domain::check::{Finding, Severity};
use rundbrief::domain::language::Language;
use rundbrief::domain::states::Role;
use rundbrief::journeys::issues::{self, Steered};
use rundbrief::journeys::plans;
use rundbrief::journeys::publish::PublishAnswer;
use rundbrief::journeys::schedule::Tick;
use rundbrief::journeys::{check, status};
use rundbrief::scheduler;

use super::staff::{get, member, post};
use crate::support::app::{TestApp, each_database};
use crate::support::instance::each_instance;

/// An item that nobody should send: a link that no mail program opens, and a date that was never filled in.
const BAD: &str =
    "---\nitem: treffen\nlanguage: de\nheadline: Das Treffen\n---\n[Zur Anmeldung](javascript:alert(1)) am [Datum]\n";
const MENDED: &str =
    "---\nitem: treffen\nlanguage: de\nheadline: Das Treffen\n---\n[Zur Anmeldung](https://zentrum.example.org/anmeldung)\n";
const RULES: [&str; 2] = ["placeholder", "link-scheme"];

fn rules(errors: &[Finding]) -> Vec<&'static str> {
    let mut rules: Vec<_> =
        errors.iter().filter(|finding| finding.severity == Severity::Error).map(|finding| finding.rule.id()).collect();
    rules.sort_unstable_by_key(|rule| RULES.iter().position(|known| known == rule));
    rules
}

async fn found(app: &TestApp) -> Vec<Finding> {
    let (context, now) = (Arc::clone(&app.app.context), app.now());
    app.store.read(move |conn| check::check(conn, &context, now, "weekly")).await.unwrap().unwrap().found
}

async fn release(app: &TestApp, despite: Option<&'static str>) -> Steered {
    let (context, now) = (Arc::clone(&app.app.context), app.now());
    app.store.write(move |conn| issues::release(conn, &context, now, "weekly", 0, despite)).await.unwrap()
}

async fn despite(app: &TestApp) -> Option<check::Override> {
    let now = app.now();
    app.store.read(move |conn| status::find(conn, now, "weekly", 1)).await.unwrap().unwrap().despite
}

each_database!(errors_keep_an_issue_back_until_they_are_mended, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.add_news(BAD).await;
    assert_eq!(rules(&found(&app).await), RULES);
    let PublishAnswer::Refused(errors) = app.publish().await else { panic!("published with errors") };
    assert_eq!(rules(&errors), RULES);
    for (table, rows) in [("issues", 0), ("deliveries", 0), ("check_overrides", 0), ("news_items WHERE state = 'ready'", 1)] {
        assert_eq!(app.database.number(&format!("SELECT count(*) AS value FROM {table}")), rows, "{table}");
    }
    app.add_news(MENDED).await;
    assert_eq!(rules(&found(&app).await), [""; 0]);
    assert!(matches!(app.publish().await, PublishAnswer::Published { number: 1, .. }));
    assert_eq!(despite(&app).await, None);
});

each_database!(whoever_publishes_despite_errors_is_recorded_with_them, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.add_news(BAD).await;
    assert!(matches!(app.publish_despite("Ada Lovelace").await, PublishAnswer::Published { number: 1, .. }));
    let done = despite(&app).await.unwrap();
    assert_eq!((done.by.as_str(), done.at), ("Ada Lovelace", app.now()));
    let kept: Vec<_> = done.errors.as_array().unwrap().iter().map(|error| error["rule"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kept.len(), RULES.len());
    assert!(RULES.iter().all(|rule| kept.iter().any(|found| found == rule)), "{kept:?}");
    // A name given where there is nothing to answer for is not held against anybody.
    app.add_news("---\nlanguage: de\nheadline: Fest\n---\nAlle sind eingeladen.\n").await;
    assert!(matches!(app.publish_despite("Ada Lovelace").await, PublishAnswer::Published { number: 2, .. }));
    assert_eq!(app.database.number("SELECT count(*) AS value FROM check_overrides"), 1);
});

each_database!(a_planned_issue_with_errors_waits_for_a_person, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.add_news(BAD).await;
    let now = app.now();
    app.store.write(move |conn| plans::plan(conn, now, "weekly", now)).await.unwrap();
    let beat = scheduler::beat(&app.store, &app.app.context, &app.clock).await.unwrap();
    let [Tick::Held { reason, .. }] = beat.as_slice() else { panic!("{beat:?}") };
    assert!(RULES.iter().all(|rule| reason.contains(rule)) && reason.contains("rundbrief issue check weekly"), "{reason}");
    assert!(matches!(release(&app, None).await, Steered::Published(PublishAnswer::Refused(_))));
    assert_eq!(app.database.number("SELECT count(*) AS value FROM issues WHERE state = 'held'"), 1, "it goes on waiting");
    let released = release(&app, Some("Ada Lovelace")).await;
    assert!(matches!(released, Steered::Published(PublishAnswer::Published { number: 1, .. })), "{released:?}");
    assert_eq!(despite(&app).await.unwrap().by, "Ada Lovelace");
});

each_database!(staff_read_what_is_wrong_and_may_answer_for_it, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.add_news(BAD).await;
    let editor = member(&app, "eva@example.org", Role::Editor).await;
    let publish = "/staff/newsletters/weekly/publish?lang=en";
    app.add_news("---\nlanguage: de\nheadline: Zuerst\norder: 1\n---\nText.\n").await;
    let page = get(&app, publish, &editor).await.body;
    let place = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words} is missing in {page}"));
    assert!(place("Zuerst") < place("Das Treffen"), "items stand in the order of the mail, as the check counts them");
    for words in ["It has found errors", "[Datum]", "I answer for it: eva@example.org"] {
        assert!(page.contains(words), "{words} is missing in {page}");
    }
    // The browser asks for the tick; whoever comes without one is told, and nothing happens.
    let refused = post(&app, publish, &editor, &[]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("The issue was not published"), "{}", refused.body);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM issues"), 0);

    let now = app.now();
    app.store.write(move |conn| plans::plan(conn, now, "weekly", now)).await.unwrap();
    scheduler::beat(&app.store, &app.app.context, &app.clock).await.unwrap();
    let held = "/staff/newsletters/weekly/issues/0";
    let page = get(&app, &format!("{held}?lang=en"), &editor).await.body;
    assert!(page.contains("What does the check say?") && page.contains("Release despite errors"), "{page}");
    let refused = post(&app, &format!("{held}/release?lang=en"), &editor, &[]).await;
    assert!(refused.headers["location"].to_str().unwrap().contains("note=refused"), "{:?}", refused.headers);
    let released = post(&app, &format!("{held}/despite?lang=en"), &editor, &[]).await;
    assert!(released.headers["location"].to_str().unwrap().starts_with("/staff/newsletters/weekly/issues/1?note=published"));
    let page = get(&app, "/staff/newsletters/weekly/issues/1?lang=en", &editor).await.body;
    assert!(page.contains("eva@example.org published this issue on") && page.contains("had found errors"), "{page}");

    app.add_news(&BAD.replace("item: treffen\n", "")).await;
    let published = post(&app, publish, &editor, &[("despite", "yes")]).await;
    assert_eq!(published.status, 303, "{}", published.body);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM check_overrides"), 2);
});

each_instance!(the_check_speaks_to_people_and_to_scripts, |instance, _relay| async move {
    instance.newsletter();
    let nothing = instance.done(&["issue", "check", "weekly"]);
    assert_eq!(nothing, "the next issue of weekly: 0 errors, 0 warnings, 0 hints\n");
    assert!(instance.refused(1, &["issue", "check", "daily"]).contains("no newsletter \"daily\""));
    let add = |content: &str| instance.done(&["news", "add", "weekly", &instance.file("item.md", content.as_bytes())]);
    add(BAD);
    let ran = instance.run(&["issue", "check", "weekly"]);
    assert_eq!(ran.code, Some(1));
    for words in ["Error in de, ", ": \"[Datum]", "(placeholder)", "(link-scheme)", "2 errors, "] {
        assert!(ran.out.contains(words), "{words} is missing in {}", ran.out);
    }
    assert!(ran.err.contains("--despite") && ran.err.starts_with("rundbrief: 2 errors"), "{}", ran.err);
    let report: serde_json::Value = serde_json::from_str(&instance.run(&["issue", "check", "weekly", "--json"]).out).unwrap();
    assert_eq!((&report["newsletter"], &report["errors"]), (&"weekly".into(), &2.into()));
    for finding in report["findings"].as_array().unwrap() {
        for field in ["rule", "severity", "part", "message", "mend"] {
            assert!(finding[field].as_str().is_some_and(|words| !words.is_empty()), "{field} is missing in {finding}");
        }
    }
    assert!(instance.refused_after_output(1, &["issue", "publish", "weekly"]).contains("--despite"));
    assert!(instance.refused(2, &["issue", "publish", "weekly", "--despite", " "]).contains("name of a person"));
    instance.done(&["issue", "publish", "weekly", "--despite", "Ada Lovelace"]);
    assert!(instance.done(&["issue", "status", "weekly"]).contains("published by Ada Lovelace at "));
    assert_eq!(instance.status(1)["published_despite"]["by"], "Ada Lovelace");

    add(&MENDED.replace("item: treffen\n", ""));
    assert!(instance.done(&["issue", "check", "weekly", "--json"]).contains("\"errors\":0"));
    instance.done(&["issue", "publish", "weekly"]);
    assert!(instance.status(2)["published_despite"].is_null());
});
