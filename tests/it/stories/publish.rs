//! Publishing: exactly one issue comes of it, frozen, for whoever was active at that moment.

use std::sync::Arc;

use rundbrief::domain::language::Language;
use rundbrief::journeys::JourneyError;
use rundbrief::journeys::publish::{self, FanOut, PublishAnswer};
use rundbrief::store::Store;

use crate::support::app::{Setup, TestApp, each_database};
use crate::support::database::Kind;
use crate::support::python;

/// Another node's view of the same database.
async fn another_node(app: &TestApp) -> Store {
    let url = app.database.url.clone();
    tokio::task::spawn_blocking(move || Store::open(&url).unwrap()).await.unwrap()
}

/// What was frozen for an issue of `weekly`, in hexadecimal digits.
fn frozen(app: &TestApp, column: &str) -> Vec<String> {
    let hex = if app.store.is_sqlite() { format!("hex({column})") } else { format!("encode({column}, 'hex')") };
    app.database.texts(&format!("SELECT {hex} AS value FROM editions WHERE issue_id IS NOT NULL ORDER BY id"))
}

async fn fan_out(store: &Store, app: &TestApp, issue: i64) -> FanOut {
    let now = app.now();
    store.write(move |conn| publish::fan_out(conn, now, issue)).await.unwrap()
}

each_database!(called_twenty_times_at_once_on_two_nodes_it_makes_one_issue, |app| async move {
    for name in ["ada", "bob", "cleo"] {
        app.active(&format!("{name}@example.org"), Language::De).await;
    }
    app.news_in("Treffen", &["de", "en", "de-simple"]).await;
    let nodes = [app.store.clone(), another_node(&app).await];
    let calls: Vec<_> = (0..20)
        .map(|call| {
            let (store, context, now) = (nodes[call % 2].clone(), Arc::clone(&app.app.context), app.now());
            tokio::spawn(
                async move { store.write(move |conn| publish::publish(conn, &context, now, "weekly", None)).await.unwrap() },
            )
        })
        .collect();
    let mut published = Vec::new();
    for call in calls {
        match call.await.unwrap() {
            PublishAnswer::Published { number, recipients, .. } => published.push((number, recipients)),
            answer => assert_eq!(answer, PublishAnswer::NothingReady(Vec::new())),
        }
    }
    assert_eq!(published, [(1, 3)]);
    assert_eq!(app.drain().await.sent, 3);
    let one = |sql: &str| app.database.number(sql);
    assert_eq!(one("SELECT count(*) AS value FROM issues"), 1);
    assert_eq!(one("SELECT last_number AS value FROM newsletters"), 1);
    assert_eq!(one("SELECT count(*) AS value FROM editions WHERE issue_id IS NOT NULL"), 3);
    assert_eq!(one("SELECT count(*) AS value FROM news_items WHERE state = 'used' AND issue_id IS NOT NULL"), 1);
    assert_eq!(one("SELECT count(DISTINCT subscriber_id) AS value FROM deliveries"), 3);
    assert_eq!(one("SELECT count(*) AS value FROM deliveries"), 3);
});

each_database!(a_later_edit_does_not_reach_a_published_edition, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.publishes("Treffen").await;
    let (hashes, contents, web) = (frozen(&app, "hash"), frozen(&app, "content"), app.get("/archive/weekly/1/de").await.body);
    app.database.execute("UPDATE news_item_texts SET headline = 'Anders', body = 'Ganz anders'");
    app.database.execute("UPDATE newsletter_texts SET title = 'Anders', footer = 'Anders'");
    assert_eq!(app.drain().await.sent, 1);
    assert_eq!((frozen(&app, "hash"), frozen(&app, "content")), (hashes, contents));
    assert_eq!(app.get("/archive/weekly/1/de").await.body, web);
    let mail = &app.mails_to("ada@example.org")[0];
    assert!(mail.subject.contains("Treffen (de)") && mail.text.contains("Treffen (de)"), "{}", mail.text);
    for part in [&mail.subject, &mail.text, &mail.html] {
        assert!(!part.to_lowercase().contains("anders"), "{part}");
    }
});

each_database!(an_item_that_was_used_takes_no_further_text, |app| async move {
    app.publishes("Treffen").await;
    let file = rundbrief::domain::news::NewsFile::parse("---\nitem: treffen\nlanguage: de\nheadline: Neu\n---\nNeu").unwrap();
    let now = app.now();
    let refused =
        app.store.write(move |conn| rundbrief::journeys::news::add(conn, now, "weekly", &file, &Default::default())).await;
    assert!(refused.unwrap_err().to_string().contains("\"treffen\" has been used"));
    assert_eq!(app.publish().await, PublishAnswer::NothingReady(Vec::new()));
});

each_database!(who_comes_or_goes_between_publishing_and_fan_out_gets_nothing, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.active("bob@example.org", Language::De).await;
    app.publishes("Erstes").await;
    app.drain().await;
    let leave = app.mails_to("ada@example.org")[0].one_click_link();

    app.publishes("Zweites").await;
    app.active("late@example.org", Language::De).await;
    let left = app.post(&leave, &[("List-Unsubscribe", "One-Click")]).await;
    assert_eq!(left.status, 200);
    assert_eq!(app.drain().await.sent, 1, "only bob was there before and is still there");
    assert_eq!(app.mails_to("ada@example.org").len(), 1);
    assert_eq!(app.mails_to("bob@example.org").len(), 2);
    assert!(app.mails_to("late@example.org").is_empty());
    assert_eq!(app.status(2).await.state, "sent");

    app.publishes("Drittes").await;
    app.drain().await;
    assert!(app.mails_to("late@example.org")[0].text.contains("Drittes"));
    assert_eq!(app.mails_to("ada@example.org").len(), 1);
});

/// 12,000 people, a third for each language, without twelve thousand forms.
fn many_subscribers(app: &TestApp) {
    let (random, series) = match app.database.kind {
        Kind::Sqlite => (
            "randomblob(16)",
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) SELECT i FROM n) n",
        ),
        Kind::Postgres => ("uuid_send(gen_random_uuid())", "(SELECT generate_series(1, 12000) AS i) n"),
    };
    app.database.execute(&format!(
        "INSERT INTO subscribers (public_id, address, canonical, created_at) \
         SELECT {random}, 'r' || i || '@example.org', 'r' || i || '@example.org', 0 FROM {series} ORDER BY i"
    ));
    app.database.execute(&format!(
        "INSERT INTO subscriptions (public_id, subscriber_id, newsletter_id, state, language, activation, requested_at) \
         SELECT {random}, s.id, n.id, 'active', CASE s.id % 3 WHEN 0 THEN 'de' WHEN 1 THEN 'en' ELSE 'de-simple' END, s.id, 0 \
         FROM subscribers s CROSS JOIN newsletters n"
    ));
    app.database.execute("UPDATE newsletters SET activations = (SELECT max(activation) FROM subscriptions)");
}

each_database!(a_fan_out_that_was_interrupted_goes_on_and_two_nodes_write_each_row_once, |app| async move {
    many_subscribers(&app);
    app.publishes("Treffen").await;
    let rows = || app.database.number("SELECT count(*) AS value FROM deliveries");
    let issue = app.database.number("SELECT id AS value FROM issues");
    assert_eq!(fan_out(&app.store, &app, issue).await, FanOut::Going { rows: 5_000 });

    // A power cut in the middle of the next chunk.
    let now = app.now();
    let cut = app.store.write(move |conn| {
        publish::fan_out(conn, now, issue)?;
        Err::<(), _>(JourneyError::Broken("power cut".to_owned()))
    });
    assert!(cut.await.is_err());
    assert_eq!(rows(), 5_000);
    assert_eq!(app.status(1).await.state, "preparing");

    let nodes = [app.store.clone(), another_node(&app).await];
    let both = nodes.map(|store| {
        let now = app.now();
        tokio::spawn(async move {
            let mut written = 0;
            while let FanOut::Going { rows } = store.write(move |conn| publish::fan_out(conn, now, issue)).await.unwrap() {
                written += rows;
            }
            written
        })
    });
    let mut written = 0;
    for node in both {
        written += node.await.unwrap();
    }
    assert_eq!((written, rows()), (7_000, 12_000));
    assert_eq!(app.database.number("SELECT count(DISTINCT subscriber_id) AS value FROM deliveries"), 12_000);
    let strays = "SELECT count(*) AS value FROM deliveries d JOIN editions e ON e.id = d.edition_id \
                  JOIN subscriptions s ON s.id = d.subscription_id WHERE e.language <> s.language";
    assert_eq!(app.database.number(strays), 0, "everybody gets their own language");
    let counts = app.status(1).await;
    assert_eq!((counts.state.as_str(), counts.recipients, counts.queued), ("sending", 12_000, 12_000));
    // Once more is once too often, and harmless.
    assert_eq!(fan_out(&app.store, &app, issue).await, FanOut::Complete);
    assert_eq!(rows(), 12_000);
});

each_database!(a_missing_language_is_warned_of_and_its_readers_get_another, |app| async move {
    app.active("leicht@example.org", Language::DeSimple).await;
    app.active("ann@example.org", Language::En).await;
    app.news_in("Treffen", &["de", "en"]).await;
    let PublishAnswer::Published { languages, missing, recipients, .. } = app.publish().await else { panic!("not published") };
    assert_eq!((languages, recipients), (vec![Language::De, Language::En], 2));
    assert_eq!(missing, [("Treffen (de)".to_owned(), Language::DeSimple)]);
    app.news_in("Fest", &["de"]).await;
    let PublishAnswer::Published { missing, .. } = app.publish().await else { panic!("not published") };
    assert_eq!(missing.iter().map(|(_, language)| *language).collect::<Vec<_>>(), [Language::En, Language::DeSimple]);
    app.drain().await;
    let leicht = app.mails_to("leicht@example.org");
    assert_eq!(leicht[0].header("Content-Language"), "de");
    assert!(leicht[0].text.contains("Treffen (de)"));
    let ann = app.mails_to("ann@example.org");
    assert_eq!(ann.iter().map(|mail| mail.header("Content-Language")).collect::<Vec<_>>(), ["en", "de"]);
});

each_database!(publishing_to_nobody_works_and_is_sent, |app| async move {
    let PublishAnswer::Published { number, recipients, .. } = app.publishes("Treffen").await else { panic!("not published") };
    assert_eq!((number, recipients), (1, 0));
    assert!(app.drain().await.is_idle());
    let counts = app.status(1).await;
    assert_eq!((counts.state.as_str(), counts.recipients, counts.seconds_left), ("sent", 0, None));
    assert_eq!(app.get("/archive/weekly/1/de").await.status, 200, "the archive has it all the same");
});

each_database!(numbers_have_no_gaps_and_no_news_means_no_issue, |app| async move {
    let number = |answer: PublishAnswer| match answer {
        PublishAnswer::Published { number, .. } => Some(number),
        _ => None,
    };
    assert_eq!(app.publish().await, PublishAnswer::NothingReady(Vec::new()));
    assert_eq!(number(app.publishes("Erstes").await), Some(1));
    assert_eq!(app.publish().await, PublishAnswer::NothingReady(Vec::new()));
    assert_eq!(number(app.publishes("Zweites").await), Some(2));

    // A publication that does not reach its commit leaves neither a number nor a used item behind.
    app.news_in("Drittes", &["de", "en", "de-simple"]).await;
    let (context, now) = (Arc::clone(&app.app.context), app.now());
    let cut = app.store.write(move |conn| {
        publish::publish(conn, &context, now, "weekly", None)?;
        Err::<(), _>(JourneyError::Broken("power cut".to_owned()))
    });
    assert!(cut.await.is_err());
    assert_eq!(number(app.publish().await), Some(3));
    assert_eq!(app.database.number("SELECT count(*) AS value FROM issues WHERE number IN (1, 2, 3)"), 3);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM issues"), 3);

    let context = Arc::clone(&app.app.context);
    let unknown = app.store.write(move |conn| publish::publish(conn, &context, now, "daily", None)).await;
    assert_eq!(unknown.unwrap(), PublishAnswer::NoSuchNewsletter);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_imprint_or_privacy_contact_nothing_is_published() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let settings = vec![("IMPRINT__ORGANISATION", " ".to_owned()), ("PRIVACY__CONTACT", " ".to_owned())];
        let app = TestApp::with(kind, Setup { settings, ..Setup::default() }).await;
        app.active("ada@example.org", Language::De).await;
        let refused = app.publishes("Treffen").await;
        assert_eq!(refused, PublishAnswer::SettingsMissing(vec!["imprint.organisation", "privacy.contact"]));
        assert_eq!(app.database.number("SELECT count(*) AS value FROM issues"), 0);
        assert_eq!(app.database.number("SELECT count(*) AS value FROM news_items WHERE state = 'ready'"), 1);
    }
}

each_database!(hostile_news_come_out_harmless_and_complete, |app| async move {
    let word = "x".repeat(5_000);
    app.active("ada@example.org", Language::De).await;
    app.add_news(&format!(
        "---\nlanguage: de\nheadline: \"{{{{7777*7777}}}} {{{{{{unsubscribe_link}}}}}} <b>Treffen</b>\"\nlead: \"{{{{> layout}}}} 5 < 6 & 7\"\nlink: https://example.org/{word}\n---\n\
         Anfang {{{{7777*7777}}}} {{{{#each items}}}}\r\nzweite Zeile\rdritte Zeile\n\n.\n\n..\n\nQUIT\n\n.x\n\n{word}\n\n\
         <script>alert(1)</script>\n\ndavor <img src=x onerror=alert(1)> danach <a href=\"javascript:alert(1)\">Verweis</a>\n\n\
         [Falle](javascript:alert(1))\n\nFrom hier bis ans Ende\n\n--=_\n\nEnde"
    ))
    .await;
    let PublishAnswer::Refused(errors) = app.publish().await else { panic!("a javascript: link went through the check") };
    assert_eq!(errors.iter().map(|error| error.rule.id()).collect::<Vec<_>>(), ["link-scheme", "word-lost", "word-lost"]);
    // Even if somebody answers for it, nothing harmful is sent.
    app.publish_despite("Ada Lovelace").await;
    assert_eq!(app.drain().await.sent, 1);
    let mail = &app.mails_to("ada@example.org")[0];
    assert!(mail.raw.is_ascii(), "7-bit");
    let raw = String::from_utf8(mail.raw.clone()).unwrap();
    for line in raw.split("\r\n") {
        assert!(line.len() <= 998 && !line.contains(['\r', '\n', '\0']), "{line:?}");
    }
    let python = python::read_mail(&mail.raw);
    assert_eq!(python.defects, Vec::<String>::new());
    assert_eq!(python.text.as_deref().unwrap().trim_end(), mail.text.trim_end());

    for part in [mail.text.as_str(), mail.html.as_str(), python.html.as_deref().unwrap(), mail.subject.as_str()] {
        assert!(part.contains("{{7777*7777}}") && !part.contains("60481729"), "a template was filled in: {part}");
    }
    assert!(mail.text.lines().any(|line| line == ".") && mail.text.lines().any(|line| line == ".."), "{}", mail.text);
    for part in [&mail.text, &mail.html] {
        assert!(part.contains(&word), "the long word is whole");
        for words in
            ["{{#each items}}", "zweite Zeile", "dritte Zeile", "QUIT", ".x", "davor", "danach", "From hier", "--=_", "Ende"]
        {
            assert!(part.contains(words), "{words} is missing in {part}");
        }
    }
    let web = app.get("/archive/weekly/1/de").await;
    assert!(web.body.contains("{{7777*7777}}") && web.body.contains(&word));
    for page in [&mail.html, &web.body] {
        let page = page.to_lowercase();
        for harm in ["<script", "onerror", "javascript:", "<b>treffen", "{{{unsubscribe_link}}}</a>"] {
            assert!(!page.contains(harm), "{harm} in {page}");
        }
    }
});
