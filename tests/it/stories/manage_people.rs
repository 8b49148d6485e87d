//! One reader at the counter, one on the telephone; and the people who sign in, over the years. By the commands, as an operator
//! types them.

use rundbrief::domain::language::Language;
use rundbrief::domain::states::{Role, SuppressionReason};
use rundbrief::store::suppressions;

use super::import::active;
use super::staff::{PASSWORD, get, invited, member, post};
use crate::support::app::{TestApp, each_database};
use crate::support::instance::{Ran, each_instance};

const EVIDENCE: [&str; 2] = ["--evidence", "On paper at the counter, 2 March 2026, folder 12"];

fn run(app: &TestApp, arguments: &[&str]) -> Ran {
    Ran::of(&mut app.command(arguments, &[]))
}

fn done(app: &TestApp, arguments: &[&str]) -> String {
    let ran = run(app, arguments);
    assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
    ran.out
}

fn refused(app: &TestApp, code: i32, arguments: &[&str], words: &str) {
    let ran = run(app, arguments);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(code), 1), "{arguments:?}: {ran:?}");
    assert!(ran.err.contains(words), "{words}: {ran:?}");
}

/// Adds somebody to `weekly` with evidence.
fn add<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    [&["subscribers", "add", "weekly"], rest, &EVIDENCE[..]].concat()
}

/// The details of the consent records of an act, newest last.
fn records(app: &TestApp, act: &str) -> Vec<serde_json::Value> {
    let bodies = app.database.texts(&format!(
        "SELECT d.body AS value FROM consent_details d JOIN consent_records r ON r.id = d.consent_record_id WHERE r.act = '{act}' ORDER BY r.id"
    ));
    bodies.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
}

each_database!(somebody_who_agreed_on_paper_is_added_with_the_evidence, |app| async move {
    let said = done(&app, &add(&["Ada@Example.org", "--name", "Ada Beispiel", "--language", "en"]));
    assert!(said.contains("subscribes to weekly in en") && said.contains("Nobody was mailed"), "{said}");
    assert!(done(&app, &add(&["bob@example.org"])).contains("in de from now on"), "the newsletter's first language");
    assert_eq!(active(&app), ["Ada@Example.org Ada Beispiel en", "bob@example.org  de"]);
    assert!(app.drain().await.is_idle() && app.relay.received().is_empty(), "nobody is mailed");
    let record = &records(&app, "imported")[0];
    for (field, value) in [
        ("canonical", "ada@example.org"),
        ("newsletter", "weekly"),
        ("language", "en"),
        ("channel", "staff"),
        ("evidence", EVIDENCE[1]),
    ] {
        assert_eq!(record[field], value, "{field}: {record}");
    }
    app.publishes("Treffen").await;
    assert_eq!(app.drain().await.sent, 2);
    let shown = done(&app, &["consent", "show", "ada@example.org"]);
    assert!(shown.contains("folder 12"), "{shown}");
    done(&app, &["consent", "verify"]);

    // The same rules as for an import.
    assert!(done(&app, &add(&["ada@example.org"])).contains("already, in en; nothing was changed"));
    done(&app, &["subscribers", "end", "weekly", "bob@example.org", "--reason", "by telephone"]);
    refused(&app, 1, &add(&["bob@example.org"]), "left weekly on");
    let (key_id, key) = app.app.context.keyring.address_key("gone@example.org");
    let now = app.now().as_microsecond();
    app.store
        .write(move |conn| suppressions::insert(conn, key_id, &key, SuppressionReason::HardBounce, "relay", now))
        .await
        .unwrap();
    refused(&app, 1, &add(&["gone@example.org"]), "nothing may be sent to gone@example.org (hard-bounce");
    assert_eq!(app.database.number("SELECT count(*) AS value FROM subscribers"), 2, "who stays out leaves no trace");
    // Who asked and never confirmed has now agreed.
    app.asks("cleo@example.org", "de").await;
    done(&app, &add(&["cleo@example.org", "--language", "de-simple"]));
    assert!(active(&app).contains(&"cleo@example.org  de-simple".to_owned()));
    app.drain().await;

    for (arguments, words) in [
        (add(&["ada.example.org"]), "ADDRESS"),
        (add(&["new@example.org", "--language", "fr"]), "does not come in fr"),
        (add(&["new@example.org", "--language", "d!"]), "is not a language"),
        (add(&["new@example.org", "--name", "A\nB"]), "line break"),
        (add(&["ü@example.org"]), "before the @"),
        (vec!["subscribers", "add", "weekly", "new@example.org", "--evidence", "  "], "--evidence is empty"),
    ] {
        refused(&app, 2, &arguments, words);
    }
    refused(&app, 1, &["subscribers", "add", "daily", "new@example.org", "--evidence", "x"], "\"daily\"");
    assert_eq!(run(&app, &["subscribers", "add", "weekly", "new@example.org"]).code, Some(2), "nobody without evidence");
});

each_database!(somebody_who_calls_gets_nothing_more, |app| async move {
    app.newsletter("daily").await;
    app.active("ada@example.org", Language::De).await;
    app.active("bob@example.org", Language::De).await;
    done(&app, &["subscribers", "add", "daily", "ada@example.org", "--evidence", "On paper"]);
    app.publishes("Treffen").await;
    let id = app.database.number("SELECT id AS value FROM issues");
    let now = app.now();
    while app.store.write(move |conn| rundbrief::journeys::publish::fan_out(conn, now, id)).await.unwrap()
        != rundbrief::journeys::publish::FanOut::Complete
    {}
    let end = ["subscribers", "end", "weekly", "ADA@example.org", "--reason", "by telephone, to Eva"];
    assert!(done(&app, &end).contains("gets weekly no longer"));
    assert_eq!(app.drain().await.sent, 1, "the mail that waited for her is left out");
    assert_eq!((app.deliveries("skipped"), app.mails_to("ada@example.org").len()), (1, 0));
    let withdrawal = &records(&app, "withdrawn")[0];
    for (field, value) in [("channel", "staff"), ("reason", "by telephone, to Eva"), ("newsletter", "weekly")] {
        assert_eq!(withdrawal[field], value, "{withdrawal}");
    }
    assert_eq!(app.database.texts("SELECT ended_channel AS value FROM subscriptions WHERE state = 'ended'"), ["staff"]);
    assert!(done(&app, &["consent", "show", "ada@example.org"]).contains("by telephone, to Eva"));
    assert!(done(&app, &end).contains("had left weekly already"));
    assert_eq!(records(&app, "withdrawn").len(), 1, "twice is once");
    // And all the rest.
    let all = done(&app, &[&end[..], &["--all"]].concat());
    assert!(all.contains("had left weekly already") && all.contains("gets daily no longer"), "{all}");
    assert_eq!(active(&app), ["bob@example.org  de"]);

    for (address, words) in [("nobody@example.org", "nobody subscribes to weekly"), ("ada@example.org", "")] {
        let ran = run(&app, &["subscribers", "end", "weekly", address, "--reason", "x"]);
        assert_eq!(ran.code, Some(i32::from(!words.is_empty())), "{ran:?}");
        assert!(ran.err.contains(words), "{ran:?}");
    }
    refused(&app, 1, &["subscribers", "end", "monthly", "ada@example.org", "--reason", "x"], "\"monthly\"");
    refused(&app, 1, &["subscribers", "end", "daily", "bob@example.org", "--reason", "x"], "nobody subscribes to daily");
    refused(&app, 2, &["subscribers", "end", "weekly", "ada", "--reason", "x"], "ADDRESS");
    refused(&app, 2, &["subscribers", "end", "weekly", "ada@example.org", "--reason", ""], "--reason is empty");
});

/// Whether a cookie still opens the door.
async fn is_in(app: &TestApp, cookie: &str) -> bool {
    get(app, "/staff/sessions", cookie).await.status == 200
}

async fn signs_in(app: &TestApp, address: &str) -> bool {
    post(app, "/staff/sign-in", "", &[("email", address), ("password", PASSWORD)]).await.status == 303
}

each_database!(a_role_changes_at_once_and_gives_nobody_a_link, |app| async move {
    let admin = member(&app, "eva@example.org", Role::Admin).await;
    let editor = member(&app, "udo@example.org", Role::Editor).await;
    app.news_in("Treffen", &["de"]).await;
    let publish = "/staff/newsletters/weekly/publish";
    assert_eq!(get(&app, publish, &editor).await.status, 200);
    assert_eq!(done(&app, &["staff", "role", "udo@example.org", "viewer"]), "udo@example.org is viewer now\n");
    assert_eq!(get(&app, publish, &editor).await.status, 403, "it counts from the next click on");
    assert!(is_in(&app, &editor).await && signs_in(&app, "udo@example.org").await);
    // "add" of somebody who signs in gives no link to their account.
    let again = done(&app, &["staff", "add", "UDO@example.org", "--role", "author"]);
    assert!(!again.contains("/invitation/") && again.contains("is author now"), "{again}");
    assert!(is_in(&app, &editor).await);
    // The last admin stays one.
    for arguments in [
        &["staff", "role", "eva@example.org", "editor"][..],
        &["staff", "add", "eva@example.org", "--role", "editor"],
        &["staff", "close", "eva@example.org"],
    ] {
        refused(&app, 1, arguments, "last admin");
    }
    // Somebody who was invited and never came is no admin to count on.
    invited(&app, "neu@example.org", Role::Admin).await;
    refused(&app, 1, &["staff", "close", "eva@example.org"], "last admin");
    done(&app, &["staff", "role", "udo@example.org", "admin"]);
    done(&app, &["staff", "role", "eva@example.org", "editor"]);
    assert!(is_in(&app, &admin).await);
    refused(&app, 2, &["staff", "role", "eva@example.org", "king"], "author, editor, admin, privacy or viewer");
    refused(&app, 1, &["staff", "role", "nobody@example.org", "editor"], "is not among the staff");
});

each_database!(somebody_who_leaves_the_staff_is_out_at_once, |app| async move {
    member(&app, "eva@example.org", Role::Admin).await;
    let editor = member(&app, "udo@example.org", Role::Editor).await;
    let link = invited(&app, "neu@example.org", Role::Viewer).await;
    done(&app, &["staff", "close", "udo@example.org"]);
    done(&app, &["staff", "close", "neu@example.org"]);
    assert!(!is_in(&app, &editor).await && !signs_in(&app, "udo@example.org").await);
    assert_eq!(app.get(&link).await.status, 410, "their link is dead");
    assert_eq!(
        done(&app, &["staff", "list"]),
        "eva@example.org\tadmin\tactive\nneu@example.org\tviewer\tclosed\nudo@example.org\teditor\tclosed\n"
    );
    for act in [&["role", "udo@example.org", "viewer"][..], &["reset", "udo@example.org"], &["close", "udo@example.org"]] {
        refused(&app, 1, &[&["staff"], act].concat(), "is closed");
    }
    // Back again: by a new link, with a new password, and not by an old session.
    let back = done(&app, &["staff", "add", "udo@example.org", "--role", "author"]);
    assert!(back.contains("/staff/invitation/"), "{back}");
    assert!(!is_in(&app, &editor).await && !signs_in(&app, "udo@example.org").await);
    assert!(done(&app, &["staff", "list"]).contains("udo@example.org\tauthor\tinvited"));
});

each_database!(a_reset_ends_everything_but_the_new_link, |app| async move {
    let admin = member(&app, "eva@example.org", Role::Admin).await;
    let printed = done(&app, &["staff", "reset", "eva@example.org"]);
    let first = printed.trim().to_owned();
    assert!(!is_in(&app, &admin).await && !signs_in(&app, "eva@example.org").await, "neither session nor password");
    let printed = done(&app, &["staff", "reset", "eva@example.org"]);
    let second = printed.trim().to_owned();
    assert_ne!(first, second);
    assert_eq!(app.get(&first).await.status, 410, "an older link ends with it");
    assert_eq!(post(&app, &second, "", &[("password", PASSWORD)]).await.status, 303);
    assert!(signs_in(&app, "eva@example.org").await);
    refused(&app, 1, &["staff", "reset", "nobody@example.org"], "is not among the staff");
});

each_instance!(an_invitation_that_is_repeated_takes_the_place_of_the_first, |instance, _| async move {
    let first = instance.done(&["staff", "add", "eva@example.org", "--role", "editor"]);
    let second = instance.done(&["staff", "add", "eva@example.org", "--role", "viewer"]);
    assert!(first != second && second.contains("/staff/invitation/"), "{second}");
    let open = "SELECT count(*) AS value FROM staff_invitations WHERE used_at IS NULL";
    assert_eq!(
        (instance.database.number(open), instance.done(&["staff", "list"])),
        (1, "eva@example.org\tviewer\tinvited\n".into())
    );
});

each_instance!(plans_are_told_moved_and_taken_back_at_the_terminal, |instance, _| async move {
    instance.newsletter();
    let refused = |code, arguments: &[&str], words: &str| {
        let sentence = instance.refused(code, arguments);
        assert!(sentence.contains(words), "{words}: {sentence}");
    };
    refused(1, &["issue", "unplan", "weekly"], "no issue of weekly is planned");
    let planned = instance.done(&["issue", "publish", "weekly", "--at", "2999-03-01T09:00"]);
    assert!(planned.contains("Fri 2999-03-01 09:00 +01:00 (Europe/Berlin), in ") && planned.contains("plan 1"), "{planned}");
    assert!(instance.done(&["issue", "publish", "weekly", "--at", "2999-03-01T08:00:00Z"]).contains("already: plan 1"));
    let status = instance.done(&["issue", "status", "weekly"]);
    assert!(status.starts_with("the next issue of weekly: scheduled\n  planned (plan 1): Fri 2999-03-01 09:00"), "{status}");
    let moved = instance.done(&["issue", "move", "weekly", "--at", "2999-07-01T09:30"]);
    assert!(moved.contains("from Fri 2999-03-01 09:00 +01:00") && moved.contains("Mon 2999-07-01 09:30 +02:00"), "{moved}");
    instance.done(&["issue", "publish", "weekly", "--at", "2999-08-01T09:00"]);
    refused(2, &["issue", "unplan", "weekly"], "several plans, so say which: plan 1 (");
    refused(1, &["issue", "unplan", "weekly", "7"], "has no such plan, but plan 1");
    refused(1, &["issue", "move", "weekly", "1", "--at", "2999-08-01T09:00"], "another issue of weekly is planned");
    refused(2, &["issue", "move", "weekly", "1", "--at", "2001-08-01T09:00"], "past");
    refused(2, &["issue", "move", "weekly", "1", "--at", "soon"], "2027-03-01T09:00");
    // The last Sunday of March, when clocks go forward.
    refused(2, &["issue", "publish", "weekly", "--at", "2999-03-31T02:30"], "2999-03-31T03:00 is the next time that does");
    refused(1, &["issue", "move", "daily", "--at", "2999-08-01T09:00"], "\"daily\"");
    let back = instance.done(&["issue", "unplan", "weekly", "1"]);
    assert!(back.contains("plan 1 of weekly is taken back"), "{back}");
    instance.news("Treffen");
    instance.done(&["issue", "publish", "weekly"]);
    // An issue that is published is the newest; what is planned stands below it.
    let status = instance.done(&["issue", "status", "weekly"]);
    assert!(status.starts_with("issue 1 of weekly: ") && status.contains("planned (plan 2): Thu 2999-08-01"), "{status}");
    let json = instance.status(1);
    assert_eq!(json["plans"][0]["at"], "2999-08-01T07:00:00Z");
    instance.done(&["newsletter", "set", "weekly", "--cadence", "0 9 * * *"]);
    let same = instance.done(&["issue", "publish", "weekly", "--at", "2999-09-02T12:00"]);
    assert!(same.contains("The cadence publishes on the same day, at Mon 2999-09-02 09:00"), "{same}");
    assert!(instance.done(&["issue", "status", "weekly"]).contains("next by cadence: "));
});
