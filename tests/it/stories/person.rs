//! One person's data: another address, all of it at a glance, erased without a trace.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use jiff::SignedDuration;
use rundbrief::domain::address::Address;
use rundbrief::domain::states::Channel;
use rundbrief::journeys::person::{self, Exported};
use rundbrief::journeys::{publish, verify};

use super::consent::verified;
use crate::support::app::{Setup, TestApp, each_database};
use crate::support::database::{Database, Kind};
use crate::support::instance::each_instance;
use crate::support::mails::{Mail, link_in_text};
use crate::support::process;
use crate::support::wait::until_blocking;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Publishes an issue and returns the mail that this reader gets.
async fn issue(app: &TestApp, address: &str, headline: &str) -> Mail {
    app.publishes(headline).await;
    app.drain().await;
    app.mails_to(address).pop().unwrap_or_else(|| panic!("no issue for {address}"))
}

/// Ada, and the link to her page.
pub async fn ada(app: &TestApp) -> String {
    app.subscriber("ada@example.org").await;
    link_in_text(&issue(app, "ada@example.org", "Treffen").await, "preferences")
}

/// Whether these words are anywhere in the database, whatever their case: in SQLite's files byte for byte, in PostgreSQL's dump.
fn is_stored(database: &Database, words: &str) -> bool {
    let mut all = Vec::new();
    match database.kind {
        Kind::Sqlite => {
            for beside in ["", "-wal", "-shm"] {
                all.extend(std::fs::read(format!("{}{beside}", database.file().display())).unwrap_or_default());
            }
        }
        Kind::Postgres => all.extend(process::output(Command::new("pg_dump").args(["--dbname", &database.url])).into_bytes()),
    }
    let (all, words) = (all.to_ascii_lowercase(), words.to_ascii_lowercase().into_bytes());
    memchr::memmem::find(&all, &words).is_some()
}

each_database!(an_erased_person_is_nowhere_and_the_log_still_holds, |app| async move {
    let form = [("email", "Zebulon.Quast@Example.org"), ("newsletter", "weekly"), ("language", "de"), ("name", "Zebulon Quast")];
    app.post("/subscribe", &form).await;
    app.drain().await;
    let confirmation = app.mails_to("Zebulon.Quast@example.org").pop().unwrap();
    app.post(&link_in_text(&confirmation, "confirm"), &[]).await;
    app.subscriber("bob@example.org").await;
    let mail = issue(&app, "Zebulon.Quast@example.org", "Treffen").await;
    let page = link_in_text(&mail, "preferences");
    app.post(&page, &[("name", "Zebulon Q. Quast"), ("language.weekly", "en")]).await;
    app.post(&format!("{page}/address"), &[("email", "zebulon.quast@elsewhere.example")]).await;
    verified(&app).await;
    // One more waits for them.
    app.publishes("Was sie nicht mehr bekommen").await;
    let (published, now) = (app.database.number("SELECT max(id) AS value FROM issues"), app.now());
    app.store.write(move |conn| publish::fan_out(conn, now, published)).await.unwrap();
    for words in ["zebulon", "quast"] {
        assert!(is_stored(&app.database, words), "{words}: or the search finds nothing");
    }

    assert_eq!(app.get(&format!("{page}/erase")).await.status, 200);
    assert!(is_stored(&app.database, "zebulon"), "looking erases nothing");
    let done = app.post(&format!("{page}/erase"), &[]).await;
    assert_eq!(done.status, 200);
    assert!(!done.body.contains("Zebulon"));
    let verdict = app.store.read(|conn| verify::verify(conn, None)).await.unwrap();
    assert_eq!(
        (verdict.findings.as_slice(), verdict.erased),
        (&[][..], 3),
        "also before the tombstone has its place in the chain"
    );
    assert!(app.store.empty_log_blocking().unwrap());
    for words in ["zebulon", "quast"] {
        assert!(!is_stored(&app.database, words), "{words} is still there");
    }

    // The issue goes out to the others, and its counts are right.
    app.drain().await;
    let gone = app.mails_to("Zebulon.Quast@example.org").len();
    assert_eq!(gone, 2, "a confirmation and one issue, and nothing since");
    assert_eq!(app.mails_to("bob@example.org").len(), 3);
    let counts = app.status(2).await;
    assert_eq!((counts.recipients, counts.sent, counts.skipped), (2, 1, 1));
    let verdict = verified(&app).await;
    assert_eq!((verdict.findings.as_slice(), verdict.erased), (&[][..], 3));

    // Old links say no more than that nothing is sent; one-click is still a success.
    let link = mail.one_click_link();
    assert_eq!(app.post(&link, &[("List-Unsubscribe", "One-Click")]).await.status, 200);
    assert_eq!(app.get(&link).await.status, 200);
    for old in [page.clone(), format!("{page}/data"), format!("{page}/data.json"), format!("{page}/erase")] {
        assert_eq!(app.get(&old).await.status, 404, "{old}");
    }

    // An objection is noted without the address, and lifted by the person alone.
    assert!(app.is_suppressed("zebulon.quast@example.org").await);
    assert_eq!(app.database.texts("SELECT reason AS value FROM suppressions"), ["objection"]);
    app.subscriber("zebulon.quast@example.org").await;
    assert!(!app.is_suppressed("zebulon.quast@example.org").await);
    let again = issue(&app, "zebulon.quast@example.org", "Wieder da").await;
    assert!(again.subject.contains("Wieder da"));
});

each_database!(erasing_a_stranger_notes_the_objection_and_erasing_twice_is_fine, |app| async move {
    app.subscriber("ada@example.org").await;
    for (address, was_known) in [("nobody@example.org", false), ("ada@example.org", true), ("ada@example.org", false)] {
        let (parsed, context, now) = (Address::parse(address).unwrap(), Arc::clone(&app.app.context), app.now());
        let erase = move |conn: &mut _| person::erase(conn, &context, now, &parsed, Channel::Staff);
        assert_eq!(app.store.write(erase).await.unwrap().was_known, was_known, "{address}");
        assert!(app.is_suppressed(address).await);
    }
    assert_eq!(verified(&app).await.findings, []);
});

each_database!(what_proofs_still_say_of_an_address_that_was_left_is_told_and_goes_with_the_person, |app| async move {
    let page = ada(&app).await;
    app.post(&format!("{page}/address"), &[("email", "ada@home.example")]).await;
    app.drain().await;
    app.post(&link_in_text(&app.mails_to("ada@home.example").pop().unwrap(), "confirm"), &[]).await;
    let erase = |address: &str| {
        let (address, context, now) = (Address::parse(address).unwrap(), Arc::clone(&app.app.context), app.now());
        app.store.write(move |conn| person::erase(conn, &context, now, &address, Channel::Staff))
    };
    let old = erase("ada@example.org").await.unwrap();
    assert!(old.was_left && !old.was_known, "{old:?}");
    assert!(is_stored(&app.database, "ada@example.org"));
    assert!(erase("ada@home.example").await.unwrap().was_known);
    assert!(app.store.empty_log_blocking().unwrap());
    assert!(!is_stored(&app.database, "ada@example.org"));
    assert_eq!(verified(&app).await.findings, []);
});

each_database!(everything_about_a_person_is_in_their_file, |app| async move {
    let page = ada(&app).await;
    app.post(&format!("{page}/address"), &[("email", "ada@elsewhere.example")]).await;
    let shown = app.get(&format!("{page}/data")).await;
    assert_eq!(shown.status, 200);
    assert!(shown.body.contains("ada@example.org") && shown.body.contains("Treffen"), "{}", shown.body);
    let file = app.get(&format!("{page}/data.json")).await;
    assert_eq!((file.status, file.header("cache-control")), (200, "no-store"));
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"rundbrief-data.json\"");
    let data: serde_json::Value = serde_json::from_str(&file.body).unwrap();
    assert_eq!(data["address"], "ada@example.org");
    assert_eq!(data["subscriptions"][0]["state"], "active");
    assert_eq!(data["requests"][1]["new_address"], "ada@elsewhere.example");
    assert_eq!(data["records"].as_array().unwrap().len(), 2);
    assert_eq!(data["mails"].as_array().unwrap().len(), 3);
    assert!(data["wordings"][0]["text"].as_str().unwrap().contains("widerrufen"));

    let elsewhere = Address::parse("ada@elsewhere.example").unwrap();
    let (context, now) = (Arc::clone(&app.app.context), app.now());
    let exported = app.store.read(move |conn| person::export(conn, &context, now, &elsewhere)).await.unwrap();
    assert!(matches!(exported, Exported::Traces(traces) if traces.wanted_by_others == [now]));

    // Wherever the database has the address, the file has that row.
    let columns = match app.database.kind {
        Kind::Sqlite => {
            "SELECT m.name || '.' || c.name AS value FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.type = 'TEXT'"
        }
        Kind::Postgres => {
            "SELECT table_name || '.' || column_name AS value FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'text'"
        }
    };
    let mut found = Vec::new();
    for column in app.database.texts(columns) {
        let (table, name) = column.split_once('.').unwrap();
        let sql = format!("SELECT count(*) AS value FROM {table} WHERE {name} LIKE '%ada@e%'");
        if app.database.number(&sql) > 0 {
            found.push(table.to_owned());
        }
    }
    found.sort();
    found.dedup();
    assert_eq!(found, ["consent_details", "deliveries", "opt_ins", "subscribers"], "a new table needs its place in the file");
});

each_database!(a_new_address_takes_over_when_its_mailbox_agrees, |app| async move {
    let page = ada(&app).await;
    let before = app.people();
    let wrong = app.post(&format!("{page}/address"), &[("email", "ada at home")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("id=\"email-error\"") && wrong.body.contains("value=\"ada at home\""), "{}", wrong.body);
    assert_eq!(app.people(), before);

    assert_eq!(app.post(&format!("{page}/address"), &[("email", "Ada@Home.example")]).await.status, 200);
    app.drain().await;
    let asked = app.mails_to("Ada@home.example").pop().unwrap();
    assert!(!asked.text.contains("ada@example.org") && !asked.html.contains("ada@example.org"), "a stranger is told no address");
    let link = link_in_text(&asked, "confirm");
    for _ in 0..10 {
        assert_eq!(app.get(&link).await.status, 200);
    }
    assert_eq!(issue(&app, "ada@example.org", "Zweite").await.header("To"), "ada@example.org", "the old one until then");

    assert_eq!(app.post(&link, &[]).await.status, 200);
    assert_eq!(app.post(&link, &[]).await.status, 200, "twice is fine");
    let third = issue(&app, "Ada@home.example", "Dritte").await;
    assert!(third.subject.contains("Dritte"));
    assert!(app.mails_to("ada@example.org").iter().all(|mail| !mail.subject.contains("Dritte")));
    assert_eq!(app.subscription("ada@home.example", "weekly"), "active de");
    assert_eq!(app.consents("address-changed").len(), 1);
    // The links of earlier mails still lead to the same person.
    assert_eq!(app.get(&page).await.status, 200);
    assert_eq!(verified(&app).await.findings, []);
});

each_database!(an_address_that_gets_newsletters_already_is_not_taken_over, |app| async move {
    let page = ada(&app).await;
    app.subscriber("bob@example.org").await;
    let unknown = app.post(&format!("{page}/address"), &[("email", "nobody@example.org")]).await;
    let answer = app.post(&format!("{page}/address"), &[("email", "bob@example.org")]).await;
    assert_eq!(answer.seen(), unknown.seen(), "nobody can tell who is known");
    app.drain().await;
    let link = link_in_text(&app.mails_to("bob@example.org").pop().unwrap(), "confirm");
    assert_eq!(app.post(&link, &[]).await.status, 409);
    assert_eq!(app.subscription("ada@example.org", "weekly"), "active de");
    assert_eq!(app.subscription("bob@example.org", "weekly"), "active de");
});

each_database!(an_address_that_has_left_may_be_moved_to, |app| async move {
    let page = ada(&app).await;
    app.subscriber("old@example.org").await;
    let one_click = issue(&app, "old@example.org", "Zwei").await.one_click_link();
    app.post(&one_click, &[("List-Unsubscribe", "One-Click")]).await;
    app.post(&format!("{page}/address"), &[("email", "old@example.org")]).await;
    app.drain().await;
    let link = link_in_text(&app.mails_to("old@example.org").pop().unwrap(), "confirm");
    assert_eq!(app.post(&link, &[]).await.status, 200);
    assert_eq!(app.subscription("old@example.org", "weekly"), "active de");
    assert_eq!(app.database.number("SELECT count(*) AS value FROM subscribers"), 1);
    assert_eq!(app.consents("withdrawn").len(), 1, "what proves the earlier withdrawal is kept");
    assert_eq!(verified(&app).await.findings, []);
});

each_database!(what_an_address_has_left_stays_left_when_somebody_moves_there, |app| async move {
    app.newsletter("monthly").await;
    let page = ada(&app).await;
    let form = [("email", "old@example.org"), ("newsletter", "monthly"), ("language", "de")];
    app.post("/subscribe", &form).await;
    app.drain().await;
    app.post(&link_in_text(&app.mails_to("old@example.org").pop().unwrap(), "confirm"), &[]).await;
    app.database.execute(
        "UPDATE subscriptions SET state = 'ended', ended_at = 1, ended_channel = 'page' WHERE newsletter_id = (SELECT id FROM newsletters WHERE slug = 'monthly')",
    );
    let (parsed, context, now) = (Address::parse("bounced@example.org").unwrap(), Arc::clone(&app.app.context), app.now());
    app.store.write(move |conn| person::erase(conn, &context, now, &parsed, Channel::Staff)).await.unwrap();
    app.post(&format!("{page}/address"), &[("email", "old@example.org")]).await;
    app.drain().await;
    app.post(&link_in_text(&app.mails_to("old@example.org").pop().unwrap(), "confirm"), &[]).await;
    assert_eq!(app.subscription("old@example.org", "weekly"), "active de");
    assert_eq!(app.subscription("old@example.org", "monthly"), "ended de", "no import brings it back");
    assert!(app.is_suppressed("ada@example.org").await, "nor the address that was given up");

    // An address of which something was noted is free when its mailbox has agreed.
    app.passes(DAY * 8);
    app.post(&format!("{page}/address"), &[("email", "bounced@example.org")]).await;
    app.drain().await;
    app.post(&link_in_text(&app.mails_to("bounced@example.org").pop().unwrap(), "confirm"), &[]).await;
    assert!(!app.is_suppressed("bounced@example.org").await);
    assert!(issue(&app, "bounced@example.org", "Weiter").await.subject.contains("Weiter"));
});

each_database!(a_mistyped_address_cannot_take_over_any_more_once_another_is_asked, |app| async move {
    let page = ada(&app).await;
    app.post(&format!("{page}/address"), &[("email", "stranger@example.org")]).await;
    app.drain().await;
    let strangers = link_in_text(&app.mails_to("stranger@example.org").pop().unwrap(), "confirm");
    app.post(&format!("{page}/address"), &[("email", "ada@home.example")]).await;
    app.drain().await;
    assert_eq!(app.post(&strangers, &[]).await.status, 410);
    let own = link_in_text(&app.mails_to("ada@home.example").pop().unwrap(), "confirm");
    assert_eq!(app.post(&own, &[]).await.status, 200);
    assert_eq!(app.subscription("ada@home.example", "weekly"), "active de");
});

each_database!(the_link_is_mailed_to_whoever_has_lost_it_once_a_day, |app| async move {
    app.subscriber("ada@example.org").await;
    app.asks("pending@example.org", "de").await;
    app.drain().await;
    let known = app.post("/preferences", &[("email", "ADA@example.org")]).await;
    assert_eq!(known.status, 200);
    for address in ["nobody@example.org", "pending@example.org", "ada@example.org"] {
        assert_eq!(app.post("/preferences", &[("email", address)]).await.seen(), known.seen(), "{address}");
    }
    assert_eq!(app.post("/preferences", &[("email", "ada")]).await.status, 422);
    app.drain().await;
    assert_eq!(app.mails_to("pending@example.org").len(), 1, "the confirmation alone");
    let mails = app.mails_to("ada@example.org");
    assert_eq!(mails.len(), 2);
    assert!(!mails[1].has_header("List-Unsubscribe"));
    assert_eq!(mails[1].header("Auto-Submitted"), "auto-generated");
    assert_eq!(app.get(&link_in_text(&mails[1], "preferences")).await.status, 200);
    app.passes(DAY + SignedDuration::from_secs(1));
    app.post("/preferences", &[("email", "ada@example.org")]).await;
    app.drain().await;
    assert_eq!(app.mails_to("ada@example.org").len(), 3);
});

each_database!(
    asking_for_links_counts_as_signing_up_does,
    Setup { settings: vec![("HTTP__TRUSTED_PROXIES", "127.0.0.1".to_owned())], ..Setup::default() },
    |app| async move {
        app.subscriber("ada@example.org").await;
        let ask = |address: String| {
            let request = app.client.post(app.door("/preferences")).header("X-Forwarded-For", "192.0.2.7");
            app.send(request.form(&[("email", address)]))
        };
        for n in 0..5 {
            assert_eq!(ask(format!("reader-{n}@example.org")).await.status, 200);
        }
        let answer = ask("ada@example.org".to_owned()).await;
        assert_eq!(answer.status, 429);
        assert!(!answer.header("retry-after").is_empty());
        app.drain().await;
        assert_eq!(app.mails_to("ada@example.org").len(), 1);
    }
);

each_instance!(staff_show_verify_export_and_erase_at_the_terminal, |instance, relay| async move {
    instance.newsletter();
    let log = instance.folder.path().join("log");
    let (mut server, port) = process::serve(&log, false, |port| {
        let mut command = instance.command(&["serve"]);
        command.env("RUNDBRIEF__PUBLIC_URL", format!("http://127.0.0.1:{port}"));
        command.env("RUNDBRIEF__HTTP__LISTEN", format!("127.0.0.1:{port}"));
        command.env("RUNDBRIEF_LOG", "debug");
        command
    });
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = |path: &str| format!("http://127.0.0.1:{port}{path}");
    let form = [("email", "zebulon@example.org"), ("newsletter", "weekly"), ("language", "de"), ("name", "Zebulon Quast")];
    assert_eq!(client.post(url("/subscribe")).form(&form).send().await.unwrap().status(), 200);
    let link = link_in_text(&Mail::parse(&relay.wait_for(1).await[0].data), "confirm");
    assert_eq!(client.post(url(crate::support::mails::path_of(&link))).send().await.unwrap().status(), 200);

    let page = instance.done(&["consent", "show", "zebulon@example.org", "--language", "de"]);
    assert!(page.starts_with("<!doctype html>") && page.contains("<html lang=\"de\">"), "{page}");
    for words in ["Nachweis der Einwilligung", "zebulon@example.org", "Ich möchte den Newsletter", "Message-ID", "queued"] {
        assert!(page.contains(words), "{words} is not in:\n{page}");
    }
    if let Some(folder) = std::env::var_os("RUNDBRIEF_SCREENSHOTS") {
        std::fs::write(Path::new(&folder).join("consent.html"), &page).unwrap();
    }
    let json: serde_json::Value =
        serde_json::from_str(&instance.done(&["consent", "show", "zebulon@example.org", "--json"])).unwrap();
    assert_eq!(json["records"][1]["act"], "confirmed");
    let exported: serde_json::Value = serde_json::from_str(&instance.done(&["person", "export", "Zebulon@example.org"])).unwrap();
    assert_eq!(exported["name"], "Zebulon Quast");
    let verified = instance.done(&["consent", "verify"]);
    assert!(verified.contains("2 records are chained, 0 of them"));
    let end = verified.lines().find_map(|line| line.strip_prefix("The chain ends at ")).unwrap();
    instance.done(&["consent", "verify", "--noted", end]);
    let rewritten = instance.refused_after_output(1, &["consent", "verify", "--noted", &format!("2:{}", "0".repeat(64))]);
    assert!(rewritten.contains("1 findings"), "{rewritten}");
    assert!(instance.refused(2, &["consent", "verify", "--noted", "2"]).contains("PLACE:HASH"));
    instance.done(&["person", "erase", "zebulon@example.org"]);
    // The server runs it when it starts, and two at once are refused.
    let has_run = || instance.done(&["retention", "status"]).contains("Last run");
    until_blocking(has_run, || format!("the server does not run it:\n{}", process::read(&log)));
    server.stop();
    instance.done(&["retention", "run"]);
    assert!(!is_stored(&instance.database, "zebulon") && !is_stored(&instance.database, "quast"));
    let written = process::read(&log).to_lowercase();
    assert!(!written.contains("zebulon") && !written.contains("quast"), "{written}");
    assert!(instance.refused(1, &["consent", "show", "zebulon@example.org"]).contains("its keyed hash is noted since"));
    let left: serde_json::Value = serde_json::from_str(&instance.done(&["person", "export", "zebulon@example.org"])).unwrap();
    assert_eq!((&left["suppressed"]["source"], &left["staff"]), (&"erasure".into(), &serde_json::Value::Null));
    instance.done(&["staff", "add", "editor@example.org", "--role", "editor"]);
    let staff: serde_json::Value = serde_json::from_str(&instance.done(&["person", "export", "editor@example.org"])).unwrap();
    assert_eq!(staff["staff"]["role"], "editor");
    assert!(instance.refused(1, &["person", "export", "nobody@example.org"]).contains("nothing is stored"));
    assert!(instance.refused(2, &["person", "erase", "no address"]).contains("ADDRESS"));
    assert!(instance.done(&["retention", "status"]).contains("Last run"));
    instance.database.execute("UPDATE consent_records SET act = 'confirmed' WHERE act = 'requested' AND sealed IS NOT NULL");
    assert!(instance.refused_after_output(1, &["consent", "verify"]).contains("was changed"));
});
