//! A newsletter after its first day: what it says, how it is sent, when it is due; and its end.

use std::sync::Arc;

use rundbrief::domain::language::Language;
use rundbrief::domain::states::Role;
use rundbrief::journeys::newsletters::NewsletterError;
use rundbrief::journeys::plans::{self, PlanAnswer};
use rundbrief::journeys::publish::PublishAnswer;
use rundbrief::journeys::reshape::{self, Change};
use rundbrief::journeys::{close, schedule};
use rundbrief::scheduler;

use super::staff::{get, member, post};
use crate::support::app::{TestApp, each_database};
use crate::support::instance::{Instance, Ran, each_instance};
use crate::support::mails::{link_in_text, path_of};

/// The rows of a text in `newsletter_texts`.
fn texts(instance: &Instance) -> Vec<String> {
    instance.database.texts(
        "SELECT title || '|' || description || '|' || footer || '|' || funding AS value FROM newsletter_texts ORDER BY language",
    )
}

fn shape(instance: &Instance) -> Vec<String> {
    instance.database.texts(
        "SELECT name || '|' || from_name || '|' || from_address || '|' || languages || '|' || coalesce(cadence, '-') || '|' || zone || '|' \
         || CAST(private AS TEXT) || '|' || fallbacks AS value FROM newsletters",
    )
}

each_instance!(newsletter_text_changes_only_what_is_given, |instance, _| async move {
    instance.newsletter();
    let text = |rest: &[&str]| instance.done(&[&["newsletter", "text", "weekly", "de"], rest].concat());
    text(&["--footer", "Fragen?", "--funding", "Gefördert von Beispielen"]);
    assert_eq!(texts(&instance), ["Wochenblatt|Erscheint wöchentlich.|Fragen?|Gefördert von Beispielen"]);
    text(&["--title", "Wochenschau"]);
    assert_eq!(texts(&instance), ["Wochenschau|Erscheint wöchentlich.|Fragen?|Gefördert von Beispielen"]);
    text(&["--description", "Monatlich.", "--footer", ""]);
    assert_eq!(texts(&instance), ["Wochenschau|Monatlich.||Gefördert von Beispielen"], "what is given empty becomes empty");
    text(&["--funding="]);
    let now = ["Wochenschau|Monatlich.||"];
    assert_eq!(texts(&instance), now);

    let refused = |code, rest: &[&str], words: &str| {
        let sentence = instance.refused(code, &[&["newsletter", "text", "weekly"], rest].concat());
        assert!(sentence.contains(words), "{words}: {sentence}");
    };
    refused(2, &["en", "--title", "Weekly"], "--description is needed");
    refused(2, &["en", "--funding", "x"], "--title is needed");
    refused(2, &["de", "--title", " "], "--title must not be empty");
    refused(2, &["de", "--title", "a\nb"], "line break");
    refused(2, &["fr", "--title", "x"], "does not come in fr");
    let nothing = instance.run(&["newsletter", "text", "weekly", "de"]);
    assert!(nothing.code == Some(2) && nothing.err.contains("--funding"), "{nothing:?}");
    assert_eq!(texts(&instance), now);
});

each_instance!(newsletter_set_changes_all_of_it_or_nothing, |instance, _| async move {
    instance.newsletter();
    let set = |rest: &[&str]| -> Ran { instance.run(&[&["newsletter", "set", "weekly"], rest].concat()) };
    let done = |rest: &[&str], words: &[&str]| {
        let ran = set(rest);
        assert_eq!(ran.code, Some(0), "{rest:?}: {ran:?}");
        for word in words {
            assert!(format!("{}{}", ran.out, ran.err).contains(word), "{word}: {ran:?}");
        }
        ran
    };
    let all =
        ["--name", "Neu", "--from", "Haus <haus@example.org>", "--languages", "en,de,de-simple", "--zone", "America/New_York"];
    let more = ["--cadence", "30 8 1 * *", "--private", "--fallback", "en=de"];
    let said =
        done(&[&all[..], &more[..]].concat(), &["Neu", "Haus <haus@example.org>", "en, de, de-simple", "private now", "en=de"]);
    let times: Vec<&str> = said.out.lines().filter(|line| line.ends_with("(America/New_York)")).collect();
    assert!(times.len() == 3 && times.iter().all(|time| time.contains("-01 08:30 -0")), "{said:?}");
    assert_eq!(said.err, "");
    let everything = ["Neu|Haus|haus@example.org|[\"en\",\"de\",\"de-simple\"]|30 8 1 * *|America/New_York|1|{\"en\":\"de\"}"];
    assert_eq!(shape(&instance), everything);

    // One wrong value, and nothing is changed.
    for (rest, words) in [
        (&["--name", "X", "--cadence", "0 9 30 2 *"][..], "never comes"),
        (&["--name", "X", "--cadence", "0 0 9 * * MON"], "five fields"),
        (&["--name", "X", "--cadence", "@weekly"], "five fields"),
        (&["--name", "X", "--cadence", ""], "five fields"),
        (&["--name", "X", "--zone", "Europe/Leipzig"], "is no time zone"),
        (&["--name", "X", "--from", "news"], "@"),
        (&["--name", "X", "--from", "News <news@example.org"], "lacks its \">\""),
        (&["--name", "X", "--languages", "de,fr"], "no words for mails in fr"),
        (&["--name", "X", "--languages", "de,de"], "named twice"),
        (&["--name", "X", "--languages", "de,x!"], "is not a language"),
        (&["--name", "X", "--fallback", "de=fr"], "does not come in fr"),
        (&["--name", " "], "--name must not be empty"),
        (&["--name", "X\nBcc: y@example.org"], "line break"),
    ] {
        let ran = set(rest);
        assert!(ran.code == Some(2) && ran.err.contains(words) && ran.err.lines().count() == 1, "{rest:?}: {ran:?}");
    }
    assert_eq!(shape(&instance), everything);
    for both in [&["--private", "--public"][..], &["--cadence", "0 9 * * MON", "--no-cadence"], &[]] {
        assert_eq!(set(both).code, Some(2), "{both:?}");
    }
    assert!(instance.refused(1, &["newsletter", "set", "daily", "--public"]).contains("\"daily\""));

    done(&["--from", "other@example.org"], &["Haus <other@example.org>"]);
    done(&["--zone", "Europe/Berlin"], &["08:30 +0", "(Europe/Berlin)"]);
    // Both day fields: either will do, and hardly anybody expects that.
    let warned = done(&["--cadence", "0 9 1-7 * MON"], &["is due on every day that is one or the other", "MON#1"]);
    assert!(warned.err.starts_with("warning: "), "{warned:?}");
    // A language goes, and what was declared for it.
    done(&["--languages", "de,de-simple"], &["no longer declared, as its language is gone: en=de", "it comes in de, de-simple"]);
    done(&["--no-cadence"], &["it has no cadence"]);
    assert_eq!(shape(&instance), ["Neu|Haus|other@example.org|[\"de\",\"de-simple\"]|-|Europe/Berlin|1|{}"]);
    done(&["--cadence", "0 9 * * MON"], &["Mon 20", "09:00 +0"]);
    done(&["--cadence", "none", "--public"], &["it has no cadence", "public now"]);
    assert_eq!(instance.database.number("SELECT count(*) AS value FROM newsletters WHERE next_due_at IS NULL"), 1);
    let add = ["newsletter", "add", "monthly", "--name", "M", "--from", "m@example.org", "--languages", "de"];
    let added = instance.run(&[&add[..], &["--cadence", "0 9 1-7 * MON"]].concat());
    assert!(added.out.contains("due next at") && added.err.contains("one or the other"), "{added:?}");
});

async fn change(app: &TestApp, change: Change) -> Result<reshape::Changed, NewsletterError> {
    let now = app.now();
    app.store.write(move |conn| reshape::change(conn, now, "weekly", &change)).await
}

each_database!(readers_of_a_language_that_is_gone_get_what_stands_in, |app| async move {
    for (name, language) in [("ada", Language::De), ("bob", Language::En)] {
        app.active(&format!("{name}@example.org"), language).await;
    }
    app.active("cleo@example.org", "fr".parse().unwrap()).await;
    let languages = Some(vec![Language::De, Language::DeSimple]);
    let changed = change(&app, Change { languages, ..Change::default() }).await.unwrap();
    assert_eq!(changed.readers, [(Language::En, 1, Some(Language::De))], "French it never came in");
    app.news_in("Treffen", &["de", "de-simple"]).await;
    assert!(matches!(app.publish().await, PublishAnswer::Published { recipients: 3, .. }));
    assert_eq!(app.drain().await.sent, 3, "nobody is lost");
    for name in ["ada", "bob", "cleo"] {
        assert!(app.mails_to(&format!("{name}@example.org"))[0].text.contains("Treffen (de)"), "{name}");
    }
    // Whoever looks at their page does not change their language by saving something else.
    let link = path_of(&link_in_text(&app.mails_to("bob@example.org")[0], "preferences")).to_owned();
    assert!(app.get(&link).await.body.replace("&#x3D;", "=").contains("value=\"en\" lang=\"en\" selected"));
    app.database.execute(
        "INSERT INTO feeds (newsletter_id, url, language, due_at, failures, created_at) VALUES (1, 'https://example.org/f', 'de-simple', 0, 0, 0)",
    );
    let refused = change(&app, Change { languages: Some(vec![Language::De]), ..Change::default() }).await.unwrap_err();
    assert!(refused.to_string().contains("https://example.org/f come in de-simple"), "{refused}");
    // It comes back, and so does their edition.
    change(&app, Change { languages: Some(Language::OURS.to_vec()), ..Change::default() }).await.unwrap();
    app.publishes("Fest").await;
    app.drain().await;
    assert!(app.mails_to("bob@example.org")[1].text.contains("Fest (en)"));
});

each_database!(a_closed_newsletter_takes_nobody_in_and_every_link_works, |app| async move {
    app.newsletter("daily").await;
    app.subscriber("ada@example.org").await;
    app.subscriber("bob@example.org").await;
    app.publishes("Treffen").await;
    app.drain().await;
    // Asked for, and not confirmed yet.
    app.asks("late@example.org", "de").await;
    app.drain().await;
    let late = link_in_text(&app.mails_to("late@example.org")[0], "confirm");
    let editor = member(&app, "eva@example.org", Role::Editor).await;
    app.news_in("Fest", &["de"]).await;
    let (now, at) = (app.now(), "2026-03-05T09:00:00Z".parse().unwrap());
    app.store.write(move |conn| plans::plan(conn, now, "weekly", at)).await.unwrap();
    change(&app, Change { cadence: Some(Some("0 9 * * MON".into())), ..Change::default() }).await.unwrap();

    let closed = app.store.write(move |conn| close::close(conn, now, "weekly")).await.unwrap();
    assert_eq!((closed.before, closed.plans, closed.subscribers), (false, 1, 2));
    assert_eq!(closed.cadence.as_deref(), Some("0 9 * * MON"));
    assert!(app.store.write(move |conn| close::close(conn, now, "weekly")).await.unwrap().before, "twice is once");

    // The form says so in each language, and nothing that is sent to it subscribes anybody.
    for (tag, words) in [("de", "ist eingestellt"), ("en", "is closed"), ("de-simple", "gibt es nicht mehr")] {
        for path in ["/n/weekly", "/n/weekly/embed"] {
            let page = app.get(&format!("{path}?lang={tag}")).await;
            assert_eq!(page.status, 200);
            assert!(page.body.contains(words) && !page.body.contains("action=\"/subscribe"), "{path} {tag}: {}", page.body);
        }
        let form = [("email", "x@example.org"), ("newsletter", "weekly"), ("language", "de")];
        let posted = app.post(&format!("/subscribe?lang={tag}"), &form).await;
        assert!(posted.status == 410 && posted.body.contains(words), "{tag}: {} {}", posted.status, posted.body);
    }
    let both = [("email", "x@example.org"), ("newsletter", "daily"), ("newsletter", "weekly"), ("language", "de")];
    assert_eq!(app.post("/subscribe?lang=en", &both).await.status, 422, "one of two is closed");
    let json = r#"{"email": "x@example.org", "newsletter": "weekly", "language": "de"}"#;
    let request = app.client.post(app.door("/api/v1/subscriptions")).header("content-type", "application/json").body(json);
    let answer = app.send(request).await;
    assert!(answer.status == 422 && answer.body.contains("newsletter"), "{}", answer.body);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM subscribers WHERE canonical = 'x@example.org'"), 0);
    for page in [app.get(&late).await, app.post(&late, &[]).await] {
        assert_eq!(page.status, 410, "{}", page.body);
        assert!(page.body.contains("inzwischen eingestellt worden"), "{}", page.body);
    }
    assert_eq!(app.database.number("SELECT count(*) AS value FROM subscriptions WHERE state = 'active'"), 2);

    // What can be read stays; what can be subscribed to does not show it.
    let home = app.get("/?lang=en").await.body.replace("&#x3D;", "=");
    assert!(home.contains("/n/daily?") && !home.contains("/n/weekly?"), "{home}");
    assert!(app.get("/archive").await.body.contains("/archive/weekly"));
    let archive = app.get("/archive/weekly?lang=en").await.body;
    assert!(
        archive.contains("/archive/weekly/1/") && archive.contains("is closed") && !archive.contains("/n/weekly"),
        "{archive}"
    );
    assert_eq!(app.get("/archive/weekly/1/de").await.status, 200);
    assert_eq!(app.get("/archive/weekly/feed.atom").await.status, 200);

    // Nothing is published, by nobody.
    assert_eq!(app.publish().await, PublishAnswer::Closed);
    assert_eq!(app.store.write(move |conn| plans::plan(conn, now, "weekly", at)).await.unwrap(), PlanAnswer::Closed);
    let refused = change(&app, Change { cadence: Some(Some("0 9 * * MON".into())), ..Change::default() }).await.unwrap_err();
    assert!(refused.to_string().contains("newsletter reopen weekly"), "{refused}");
    let desk = get(&app, "/staff?lang=en", &editor).await.body;
    assert!(desk.contains("Closed") && !desk.contains("/staff/newsletters/weekly/publish"), "{desk}");
    let page = post(&app, "/staff/newsletters/weekly/publish?lang=en", &editor, &[]).await;
    assert!(page.status == 409 && page.body.contains("nothing can be published"), "{}", page.body);
    app.passes(jiff::SignedDuration::from_hours(24 * 14));
    assert_eq!(scheduler::beat(&app.store, &app.app.context, &app.clock).await.unwrap(), []);
    let refused = crate::stories::import::imports(&app, "a.csv", b"email\nnew@example.org\n", &[]);
    assert!(refused.code == Some(1) && refused.err.contains("is closed"), "{refused:?}");

    // Links in mails.
    let mail = &app.mails_to("ada@example.org")[1];
    let (preferences, leave) = (link_in_text(mail, "preferences"), link_in_text(mail, "unsubscribe"));
    let saved = app.post(&preferences, &[("name", "Ada"), ("language.weekly", "en")]).await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    assert_eq!(app.post(&leave, &[("List-Unsubscribe", "One-Click")]).await.status, 200);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM subscriptions WHERE state = 'active'"), 1);
    let gone = app.get(&preferences).await.body;
    assert!(!gone.contains("/n/weekly"), "nobody is sent to a form that takes nobody: {gone}");

    // Open again: everything but the cadence.
    assert!(app.store.write(|conn| close::reopen(conn, "weekly")).await.unwrap());
    assert!(!app.store.write(|conn| close::reopen(conn, "weekly")).await.unwrap());
    assert!(matches!(app.publish().await, PublishAnswer::Published { number: 2, recipients: 1, .. }));
    app.drain().await;
    let now = app.now();
    assert_eq!(app.store.read(move |conn| schedule::due_newsletters(conn, now)).await.unwrap(), [0_i64; 0]);
    app.subscriber("new@example.org").await;
});

each_database!(closing_in_the_middle_of_an_issue_lets_it_go_out, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.publishes("Treffen").await;
    let now = app.now();
    let closed = app.store.write(move |conn| close::close(conn, now, "weekly")).await.unwrap();
    assert_eq!(closed.sending, [1]);
    assert_eq!(app.drain().await.sent, 1);
    assert_eq!(app.status(1).await.state, "sent");
});

each_database!(a_held_issue_goes_with_the_newsletter_that_is_closed, |app| async move {
    app.news_in("Treffen", &["de"]).await;
    let (now, at) = (app.now(), "2026-03-03T09:00:00Z".parse().unwrap());
    app.store.write(move |conn| plans::plan(conn, now, "weekly", at)).await.unwrap();
    app.passes(jiff::SignedDuration::from_hours(72));
    scheduler::beat(&app.store, &Arc::clone(&app.app.context), &app.clock).await.unwrap();
    assert_eq!(app.database.texts("SELECT state AS value FROM issues"), ["held"]);
    let now = app.now();
    assert_eq!(app.store.write(move |conn| close::close(conn, now, "weekly")).await.unwrap().plans, 1);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM issues"), 0);
});

each_instance!(what_never_published_is_removed_and_what_did_is_closed, |instance, _| async move {
    let add = |slug: &str| {
        instance.done(&["newsletter", "add", slug, "--name", "W", "--from", "news@example.org", "--languages", "de,en"]);
        instance.done(&["newsletter", "text", slug, "de", "--title", "W", "--description", "D"]);
    };
    let count = |table: &str| instance.database.number(&format!("SELECT count(*) AS value FROM {table}"));
    add("wekly");
    let item = instance.file("item.md", b"---\nlanguage: de\nheadline: Treffen\n---\nText.\n");
    instance.done(&["news", "add", "wekly", &item]);
    let block = instance.file("block.md", b"---\nblock: a\nlanguage: de\n---\nGeld.\n");
    instance.done(&["funding", "add", "wekly", &block]);
    let words = instance.file("words.md", b"---\nlanguage: de\nsubject: Hallo\n---\nText.\n");
    instance.done(&["issue", "words", "wekly", &words]);
    instance.done(&["issue", "publish", "wekly", "--at", "2999-03-01T09:00"]);
    let told = instance.refused(1, &["newsletter", "remove", "wekly"]);
    assert!(told.contains("--yes") && told.contains("1 news item,") && told.contains("1 planned"), "{told}");
    assert_eq!(count("newsletters"), 1, "only told");
    assert!(instance.done(&["newsletter", "remove", "wekly", "--yes"]).starts_with("removed"));
    for table in ["newsletters", "newsletter_texts", "news_items", "news_item_texts", "funding_blocks", "issue_words", "issues"] {
        assert_eq!(count(table), 0, "{table}");
    }
    assert!(instance.refused(1, &["newsletter", "remove", "wekly", "--yes"]).contains("\"wekly\""));

    // The slug is free again. Somebody subscribes, so it stays.
    add("weekly");
    let evidence = ["--evidence", "On paper at the counter, 2 March 2026"];
    instance.done(&[&["subscribers", "add", "weekly", "ada@example.org"], &evidence[..]].concat());
    let kept = instance.refused(1, &["newsletter", "remove", "weekly", "--yes"]);
    assert!(kept.contains("1 person") && kept.contains("newsletter close weekly"), "{kept}");
    instance.done(&["subscribers", "end", "weekly", "ada@example.org", "--reason", "by telephone"]);
    assert!(instance.refused(1, &["newsletter", "remove", "weekly", "--yes"]).contains("proof of their consent"));
    // Somebody who only tried it is erased; then it may go.
    instance.done(&["person", "erase", "ada@example.org"]);
    instance.done(&["newsletter", "remove", "weekly", "--yes"]);

    add("daily");
    instance.news_to("daily", "Treffen");
    instance.done(&["issue", "publish", "daily"]);
    assert!(instance.refused(1, &["newsletter", "remove", "daily", "--yes"]).contains("published 1 issue"));
    let closed = instance.done(&["newsletter", "close", "daily"]);
    assert!(closed.contains("daily is closed") && closed.contains("Issue 1 is still going out"), "{closed}");
    assert!(instance.done(&["newsletter", "close", "daily"]).contains("closed already"));
    assert!(instance.done(&["newsletter", "list"]).contains("\tclosed"));
    for act in [&["issue", "publish", "daily"][..], &["issue", "publish", "daily", "--at", "2999-03-01T09:00"]] {
        assert!(instance.refused(1, act).contains("newsletter reopen daily"), "{act:?}");
    }
    let add_to = [&["subscribers", "add", "daily", "bob@example.org"], &evidence[..]].concat();
    assert!(instance.refused(1, &add_to).contains("is closed"));
    assert!(instance.done(&["newsletter", "reopen", "daily"]).contains("open again"));
    instance.done(&add_to);
});
