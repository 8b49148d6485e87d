//! A visitor subscribes: what is answered, mailed, limited and written down.

use futures_util::future::join_all;
use jiff::SignedDuration;
use rundbrief::domain::language::Language;
use rundbrief::journeys::newsletters::{self, NewsletterError, TextRequest};

use crate::support::app::{Setup, TestApp, each_database};
use crate::support::database::Kind;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn mails(app: &TestApp, address: &str) -> usize {
    app.mails_to(address).len()
}

fn rows(app: &TestApp, table: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) AS value FROM {table}"))
}

each_database!(nobody_can_tell_from_the_answer_who_is_known, |app| async move {
    app.subscriber("active@example.org").await;
    app.subscriber("left@example.org").await;
    app.publishes("Treffen").await;
    app.active("bounce-550@example.org", Language::De).await;
    app.publishes("Noch ein Treffen").await;
    app.drain().await;
    let one_click = app.mails_to("left@example.org").pop().unwrap().one_click_link();
    assert_eq!(app.post(&one_click, &[("List-Unsubscribe", "One-Click")]).await.status, 200);
    app.asks("pending@example.org", "de").await;
    app.passes(DAY + HOUR);
    assert!(app.is_suppressed("bounce-550@example.org").await);
    assert_eq!(app.subscription("active@example.org", "weekly"), "active de");
    assert_eq!(app.subscription("left@example.org", "weekly"), "ended de");
    assert_eq!(app.subscription("pending@example.org", "weekly"), "pending de");

    let unknown = app.asks("unknown@example.org", "de").await;
    assert_eq!(unknown.status, 200);
    assert!(!unknown.body.contains("unknown@example.org"), "{}", unknown.body);
    for address in ["active", "left", "pending", "bounce-550", "unknown"] {
        // The second time nothing is mailed, and that must not show either.
        for time in ["first", "second"] {
            let answer = app.asks(&format!("{address}@example.org"), "de").await;
            assert_eq!(answer.seen(), unknown.seen(), "{address}, {time} time");
        }
    }
});

each_database!(nothing_is_mailed_inside_a_request, |app| async move {
    assert_eq!(app.asks("ada@example.org", "de").await.status, 200);
    assert_eq!(app.relay.connections(), 0);
    assert_eq!(app.deliveries("queued"), 1);
    assert_eq!(app.drain().await.sent, 1);
    assert_eq!(mails(&app, "ada@example.org"), 1);
});

each_database!(one_address_gets_one_confirmation_per_newsletter_and_day, |app| async move {
    app.newsletter("monthly").await;
    for address in ["ada@example.org", "Ada@EXAMPLE.org", " ada@example.org "] {
        assert_eq!(app.asks(address, "de").await.status, 200);
    }
    app.drain().await;
    assert_eq!(mails(&app, "ada@example.org"), 1);
    let form = [("email", "ada@example.org"), ("newsletter", "monthly"), ("language", "de")];
    app.post("/subscribe", &form).await;
    app.post("/subscribe", &form).await;
    app.drain().await;
    assert_eq!(mails(&app, "ada@example.org"), 2, "another newsletter has a day of its own");
    app.passes(DAY - HOUR);
    app.asks("ada@example.org", "de").await;
    app.drain().await;
    assert_eq!(mails(&app, "ada@example.org"), 2);
    app.passes(HOUR);
    app.asks("ada@example.org", "de").await;
    app.drain().await;
    assert_eq!(mails(&app, "ada@example.org"), 3);
});

each_database!(a_form_posted_twenty_times_at_once_makes_one_mail, |app| async move {
    let answers = join_all((0..20).map(|_| app.asks("ada@example.org", "de"))).await;
    for answer in &answers {
        assert_eq!(answer.seen(), answers[0].seen());
    }
    assert_eq!(answers[0].status, 200);
    for table in ["subscribers", "subscriptions", "opt_ins", "consent_records", "deliveries"] {
        assert_eq!(rows(&app, table), 1, "{table}");
    }
    app.drain().await;
    assert_eq!(mails(&app, "ada@example.org"), 1);
});

each_database!(twenty_people_at_once_get_a_mail_each, |app| async move {
    let addresses: Vec<String> = (0..20).map(|n| format!("reader-{n}@example.org")).collect();
    let answers = join_all(addresses.iter().map(|address| app.asks(address, "de"))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(app.drain().await.sent, 20);
    assert_eq!(rows(&app, "wordings"), 2, "the same words are stored once");
});

each_database!(one_address_gets_three_confirmations_a_week_over_all_newsletters, |app| async move {
    app.newsletter("monthly").await;
    for n in 0..10 {
        let slug = if n % 2 == 0 { "weekly" } else { "monthly" };
        app.post("/subscribe", &[("email", "ada@example.org"), ("newsletter", slug), ("language", "de")]).await;
        app.drain().await;
        app.passes(SignedDuration::from_hours(13));
    }
    assert_eq!(mails(&app, "ada@example.org"), 3);
    // Five days and ten hours have passed; the first of the three is forgotten after seven.
    app.passes(DAY * 2);
    app.asks("ada@example.org", "de").await;
    app.drain().await;
    assert_eq!(mails(&app, "ada@example.org"), 4);
});

each_database!(two_newsletters_ticked_make_one_mail_and_one_click, |app| async move {
    app.newsletter("monthly").await;
    let form = [("email", "ada@example.org"), ("newsletter", "weekly"), ("newsletter", "monthly"), ("language", "en")];
    assert_eq!(app.post("/subscribe", &form).await.status, 200);
    assert_eq!(app.drain().await.sent, 1);
    let mail = app.mails_to("ada@example.org").pop().unwrap();
    assert!(mail.text.contains("Newsletter weekly (en)") && mail.text.contains("Newsletter monthly (en)"), "{}", mail.text);
    let link = crate::support::mails::link_in_text(&mail, "confirm");
    let done = app.post(&link, &[]).await;
    assert!(done.body.contains("Newsletter weekly (en)") && done.body.contains("Newsletter monthly (en)"));
    assert_eq!(app.subscription("ada@example.org", "weekly"), "active en");
    assert_eq!(app.subscription("ada@example.org", "monthly"), "active en");
    assert_eq!((app.consents("requested").len(), app.consents("confirmed").len()), (2, 2));
});

each_database!(a_stranger_with_the_form_changes_nothing, |app| async move {
    let form = |name, language| [("email", "ada@example.org"), ("newsletter", "weekly"), ("language", language), ("name", name)];
    app.post("/subscribe", &form("Ada", "de")).await;
    app.drain().await;
    let link = crate::support::mails::link_in_text(&app.mails_to("ada@example.org")[0], "confirm");
    app.post(&link, &[]).await;
    app.passes(DAY + HOUR);

    let mut strange = form("Räuber", "en");
    strange[0].1 = "ADA@example.ORG";
    assert_eq!(app.post("/subscribe", &strange).await.status, 200);
    let known: Vec<String> = app.people().into_iter().take(2).collect();
    assert_eq!(known, ["subscriber ada@example.org ada@example.org Ada", "subscription 1 active de"]);
    app.publishes("Treffen").await;
    app.drain().await;
    let issue = app.mails_to("ada@example.org").pop().unwrap();
    assert!(issue.text.contains("Treffen (de)") && issue.text.contains("Ada"), "{}", issue.text);
    assert!(!issue.text.contains("Räuber"));

    // Whoever reads Ada's mail may agree to it.
    let asked = app.mails_to("ADA@example.org").pop().unwrap();
    let link = crate::support::mails::link_in_text(&asked, "confirm");
    assert_eq!(app.post(&link, &[]).await.status, 200);
    let known: Vec<String> = app.people().into_iter().take(2).collect();
    assert_eq!(known, ["subscriber ada@example.org ada@example.org Räuber", "subscription 1 active en"]);
});

each_database!(the_consent_record_has_every_word_that_was_shown, |app| async move {
    let page = app.get("/n/weekly?lang=en").await;
    let hash = page.field("wording").to_owned();
    let form = |hash: &str| {
        [
            ("email", "Ada.Lovelace@Example.ORG".to_owned()),
            ("newsletter", "weekly".to_owned()),
            ("language", "de-simple".to_owned()),
            ("name", "Ada".to_owned()),
            ("wording", hash.to_owned()),
        ]
    };
    let shared = |form: &[(&'static str, String)]| app.client.post(app.door("/subscribe?lang=en")).form(form);
    assert_eq!(app.send(shared(&form(&hash))).await.status, 200);

    let record = app.consents("requested").pop().unwrap();
    let text = record["consent"]["text"].as_str().unwrap().to_owned();
    assert!(page.body.replace("&quot;", "\"").contains(&text), "{text}\nis not what the form showed:\n{}", page.body);
    assert!(text.contains("Zentrum für Übergänge") && text.contains("Newsletter weekly (en)"), "{text}");
    assert_eq!(record["consent"]["hash"], hash.as_str());
    assert_eq!(record["consent"]["version"], 1);
    assert_eq!(
        (&record["address"], &record["canonical"]),
        (&"Ada.Lovelace@Example.ORG".into(), &"ada.lovelace@example.org".into())
    );
    assert_eq!((&record["language"], &record["page_language"]), (&"de-simple".into(), &"en".into()));
    assert_eq!(record["form_url"], app.url("/n/weekly").as_str());
    assert_eq!(record["privacy"]["version"], 1);
    let at = app.database.number("SELECT at AS value FROM consent_records");
    assert_eq!(at, app.now().as_microsecond());
    let hex = match app.database.kind {
        Kind::Sqlite => "lower(hex(hash))",
        Kind::Postgres => "encode(hash, 'hex')",
    };
    let kept = format!("SELECT text AS value FROM wordings WHERE kind = 'consent' AND {hex} = '{hash}'");
    assert_eq!(app.database.texts(&kept), [text.as_str()]);

    // The wording changes while somebody still has the old form open.
    app.passes(DAY + HOUR);
    let changed = TextRequest {
        title: "Newsletter weekly (en)".to_owned(),
        description: "Comes <b>twice</b> a week & more.".to_owned(),
        footer: String::new(),
        funding: String::new(),
    };
    let put = app.store.write(move |conn| {
        newsletters::put_text(conn, 1, Language::En, &changed)?;
        Ok::<_, NewsletterError>(())
    });
    put.await.unwrap();
    let before = app.people();
    let again = app.send(shared(&form(&hash))).await;
    assert_eq!(again.status, 422);
    assert!(again.body.contains("Comes &lt;b&gt;twice&lt;/b&gt; a week &amp; more."), "{}", again.body);
    assert_eq!(again.field("email"), "Ada.Lovelace@Example.ORG", "nothing has to be typed again");
    assert_eq!(app.people(), before);
    assert_eq!(app.send(shared(&form(again.field("wording")))).await.status, 200);
    let records = app.consents("requested");
    assert_eq!(records[0]["consent"]["text"], text.as_str(), "what was shown then stays");
    assert_eq!(records[1]["consent"]["version"], 2);
    assert!(records[1]["consent"]["text"].as_str().unwrap().contains("Comes <b>twice</b> a week & more."));
});

each_database!(the_confirmation_mail_advertises_nothing_and_its_links_work, |app| async move {
    for language in ["de", "en", "de-simple"] {
        let address = format!("{language}@example.org");
        app.asks(&address, language).await;
        app.drain().await;
        let mail = app.mails_to(&address).pop().unwrap();
        for header in ["List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Feedback-ID", "Precedence"] {
            assert!(!mail.has_header(header), "{header}");
        }
        assert_eq!(mail.header("To"), address);
        assert_eq!(mail.header("Content-Language"), language);
        for part in [&mail.text, &mail.html] {
            assert!(
                part.contains("Zentrum für Übergänge") && part.contains(&format!("Newsletter weekly ({language})")),
                "{part}"
            );
            assert!(part.contains("2026"), "when it was asked, and until when the link works: {part}");
        }
        assert!(!mail.html.contains("<img") && !mail.html.contains("url("), "{}", mail.html);
        let raw = String::from_utf8_lossy(&mail.raw).to_ascii_lowercase();
        assert!(raw.find("content-type: text/plain").unwrap() < raw.find("content-type: text/html").unwrap());
        for links in [mail.links_in_text(), mail.links_in_html()] {
            let mut pages: Vec<String> = Vec::new();
            for link in links {
                assert!(link.starts_with(&app.url("/")), "{link}");
                pages.push(link[app.url("/").len()..].split(['/', '?']).next().unwrap().to_owned());
                assert_eq!(app.get(&link).await.status, 200, "{link}");
            }
            pages.sort();
            pages.dedup();
            assert_eq!(pages, ["confirm", "imprint", "privacy"]);
        }
    }
});

each_database!(a_form_that_is_incomplete_or_made_up_records_nothing, |app| async move {
    let wrong = "0".repeat(64);
    let full = [("email", "ada@example.org"), ("newsletter", "weekly"), ("language", "de")];
    let with = |name: &'static str, value: &'static str| {
        let mut form = full.to_vec();
        form.retain(|(field, _)| *field != name);
        form.push((name, value));
        form
    };
    let mut wrong_wording = full.to_vec();
    wrong_wording.push(("wording", &wrong));
    for (form, status) in [
        (vec![], 400),
        (full[..1].to_vec(), 400),
        (full[..2].to_vec(), 422),
        (full[1..].to_vec(), 422),
        (with("newsletter", "unheard-of"), 404),
        (with("newsletter", "weekly\0"), 404),
        (with("newsletter", "' OR 1=1 --"), 404),
        (with("language", "fr"), 422),
        (with("language", "de\0"), 422),
        (wrong_wording, 422),
    ] {
        let answer = app.post("/subscribe", &form).await;
        assert_eq!(answer.status, status, "{form:?}");
        assert!(answer.header("content-type").starts_with("text/html"), "{form:?}");
    }
    for (kind, body) in [("application/json", r#"{"email":"ada@example.org"}"#), ("text/plain", "email=ada"), ("", "email")] {
        let answer = app.send(app.client.post(app.door("/subscribe")).header("Content-Type", kind).body(body)).await;
        assert!((400..500).contains(&answer.status), "{kind}: {}", answer.status);
    }
    assert_eq!(app.people(), Vec::<String>::new());
});

each_database!(a_body_that_is_far_too_large_is_refused, |app| async move {
    for link in ["/subscribe", "/unsubscribe/x", "/preferences/x"] {
        let long = "x".repeat(70_000);
        let answer = app.post(link, &[("email", long.as_str()), ("newsletter", "weekly")]).await;
        assert_eq!(answer.status, 413, "{link}");
        assert!(answer.header("content-type").starts_with("text/html"), "{link}");
    }
    assert_eq!(app.people(), Vec::<String>::new());
    assert_eq!(app.asks("ada@example.org", "de").await.status, 200);
});

fn small_bodies() -> Setup {
    Setup { settings: vec![("LIMITS__BODY_BYTES", "2048".to_owned())], ..Setup::default() }
}

each_database!(the_settings_say_what_is_too_large, small_bodies(), |app| async move {
    for (bytes, status) in [(1_900, 422), (2_100, 413)] {
        let long = "x".repeat(bytes);
        assert_eq!(app.post("/subscribe", &[("email", long.as_str()), ("newsletter", "weekly")]).await.status, status);
    }
});
