//! Newsletters of several domains on one instance: each is signed by its own, and one that no key fits waits alone.

use std::path::Path;

use rundbrief::app::App;
use rundbrief::app::dkim::make_key;
use rundbrief::domain::language::Language;
use rundbrief::journeys::publish::{self, PublishAnswer};
use rundbrief::mail::dkim::{Algorithm, DkimError, KeyName};

use super::dkim::{delivers, restarted};
use crate::support::app::{TestApp, each_database};
use crate::support::database::Kind;
use crate::support::dkim::{key_settings, records, verdicts};
use crate::support::instance::Instance;
use crate::support::mails::link_in_text;
use crate::support::relay::FakeRelay;

/// Keys for `example.com`, as `dkim.keys` names them.
fn further(folder: &Path) -> (&'static str, String) {
    let keys = [("com2026", Algorithm::Rsa), ("com2026e", Algorithm::Ed25519)].map(|(selector, algorithm)| {
        let (_, file) = make_key(folder, KeyName::parse(selector, "example.com").unwrap(), algorithm).unwrap();
        format!("{selector}@example.com={}", file.display())
    });
    ("DKIM__KEYS", keys.join(","))
}

/// A second newsletter, from another domain than `weekly`.
async fn monthly(app: &TestApp) {
    app.newsletter("monthly").await;
    app.database.execute("UPDATE newsletters SET from_address = 'news@example.com' WHERE slug = 'monthly'");
}

async fn asks(app: &TestApp, address: &str, newsletter: &str) {
    let form = [("email", address), ("newsletter", newsletter), ("language", "de")];
    assert_eq!(app.post("/subscribe", &form).await.status, 200);
}

async fn publishes(app: &TestApp, by: &App, newsletter: &'static str) -> PublishAnswer {
    let had = app.database.number("SELECT count(*) AS value FROM news_items");
    app.news_in(&format!("Treffen {had}"), &["de", "en", "de-simple"]).await;
    let ids = "SELECT id FROM newsletters WHERE slug = ";
    app.database.execute(&format!("UPDATE news_items SET newsletter_id = ({ids}'{newsletter}') WHERE issue_id IS NULL"));
    let (context, now) = (by.context.clone(), app.now());
    app.store.write(move |conn| publish::publish(conn, &context, now, newsletter, None)).await.unwrap()
}

fn signatures(app: &TestApp, by: &App, address: &str, nth: usize) -> Vec<(String, bool)> {
    verdicts(&app.mails_to(address)[nth].raw, &records(&by.context.signer))
}

each_database!(each_sender_is_signed_by_its_own_domain, |app| async move {
    monthly(&app).await;
    let keys = [key_settings(&app.folder.path().join("org"), &[("news2026", Algorithm::Rsa)]), vec![further(app.folder.path())]];
    let signing = restarted(&app, keys.concat()).await;
    let readers = [
        ("ada@example.net", "weekly", "example.org", &["news2026"][..]),
        ("bob@example.net", "monthly", "example.com", &["com2026", "com2026e"]),
    ];
    for (address, newsletter, ..) in readers {
        asks(&app, address, newsletter).await;
    }
    assert_eq!(delivers(&signing).await.sent, 2);
    for (address, newsletter, domain, selectors) in readers {
        assert_eq!(app.post(&link_in_text(&app.mails_to(address)[0], "confirm"), &[]).await.status, 200);
        assert!(matches!(publishes(&app, &signing, newsletter).await, PublishAnswer::Published { recipients: 1, .. }));
        assert_eq!(delivers(&signing).await.sent, 1);
        let wanted: Vec<_> = selectors.iter().map(|selector| ((*selector).to_owned(), true)).collect();
        for nth in [0, 1] {
            assert_eq!(signatures(&app, &signing, address, nth), wanted, "{address}");
            let text = String::from_utf8(app.mails_to(address)[nth].raw.clone()).unwrap();
            assert_eq!(text.matches(&format!("d={domain};")).count(), selectors.len(), "{text}");
        }
        let noted =
            app.database.texts(&format!("SELECT dkim AS value FROM deliveries WHERE kind = 'issue' AND address = '{address}'"));
        assert_eq!(noted, [format!("{domain} {}", selectors.join(" "))], "the ledger notes what signed it and nothing else");
    }
});

each_database!(what_no_key_fits_waits_and_all_others_go_on, |app| async move {
    monthly(&app).await;
    app.active("ada@example.net", Language::De).await;
    app.active("bob@example.net", Language::De).await;
    app.database.execute(
        "UPDATE subscriptions SET newsletter_id = (SELECT id FROM newsletters WHERE slug = 'monthly'), activation = 1 \
         WHERE subscriber_id = (SELECT id FROM subscribers WHERE address = 'bob@example.net')",
    );
    app.database.execute("UPDATE newsletters SET activations = 1 WHERE slug = 'monthly'");
    for newsletter in ["weekly", "monthly"] {
        assert!(matches!(publishes(&app, &app.app, newsletter).await, PublishAnswer::Published { recipients: 1, .. }));
    }
    asks(&app, "cleo@example.net", "monthly").await;

    // Now the operator has mails signed, and forgets one of the domains.
    let own = key_settings(&app.folder.path().join("org"), &[("news2026", Algorithm::Rsa)]);
    let forgetful = restarted(&app, own.clone()).await;
    let drained = delivers(&forgetful).await;
    assert_eq!((drained.sent, drained.deferred, drained.skipped), (1, 1, 0), "Ada's issue went, Cleo's confirmation waits");
    assert_eq!(signatures(&app, &forgetful, "ada@example.net", 0), [("news2026".to_owned(), true)]);
    assert_eq!(app.row("bob@example.net", &["state", "attempts", "dkim"]), "queued|0|");
    assert_eq!(app.row("cleo@example.net", &["state", "attempts", "dkim"]), "queued|0|");
    let answer = publishes(&app, &forgetful, "monthly").await;
    let PublishAnswer::Unsigned(error @ DkimError::NotAligned { .. }) = answer else { panic!("{answer:?}") };
    let told = error.to_string();
    for words in ["monthly", "news@example.com", "dkim.domain is example.org", "rundbrief dkim new"] {
        assert!(told.contains(words), "{words} is missing in: {told}");
    }
    assert!(matches!(publishes(&app, &forgetful, "weekly").await, PublishAnswer::Published { .. }), "the other goes on");
    assert_eq!(delivers(&forgetful).await.sent, 1);

    let careful = restarted(&app, [own, vec![further(app.folder.path())]].concat()).await;
    assert_eq!(delivers(&careful).await.sent, 1, "Bob's issue goes at once");
    app.passes(jiff::SignedDuration::from_mins(10));
    assert_eq!(delivers(&careful).await.sent, 1, "and Cleo's confirmation when it is looked at again");
    for address in ["bob@example.net", "cleo@example.net"] {
        let wanted = [("com2026".to_owned(), true), ("com2026e".to_owned(), true)];
        assert_eq!(signatures(&app, &careful, address, 0), wanted, "{address}");
    }
});

/// At an operator's terminal: pages stay up, the words are there, and what `dkim new` prints mends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsletter_without_a_key_does_not_keep_the_service_from_starting() {
    let relay = FakeRelay::start().await;
    let mut instance = Instance::on(Kind::Sqlite, &relay.url());
    instance.newsletter();
    instance.subscriber("ada@example.org");
    instance.news("Treffen");
    instance.done(&["issue", "publish", "weekly"]);
    let printed = instance.done(&["dkim", "new", "example.net", "first"]);
    for (key, name) in [("DKIM__DOMAIN", "domain"), ("DKIM__SELECTOR", "selector"), ("DKIM__KEY_FILE", "key_file")] {
        let line = printed.lines().find(|line| line.starts_with(&format!("{name} = "))).unwrap();
        instance.set(key, line.split('"').nth(1).unwrap());
    }
    let (mut serve, log) = instance.start(&["serve"], "serve.log");
    assert!(serve.listens(instance.port, &log), "{}", std::fs::read_to_string(&log).unwrap());
    serve.says(&log, "no DKIM key fits the sender");
    let page = reqwest::get(format!("http://127.0.0.1:{}/n/weekly", instance.port)).await.unwrap();
    assert_eq!(page.status(), 200);
    serve.stop();
    assert!(relay.received().iter().all(|mail| mail.to != "ada@example.org"), "nothing went unsigned");
    let status = instance.done(&["issue", "status", "weekly"]);
    assert!(status.contains("waits: the newsletter weekly sends from") && status.contains("example.net"), "{status}");
    instance.news("Noch eins");
    assert!(instance.refused(2, &["issue", "publish", "weekly"]).contains("dkim.domain is example.net"));

    let printed = instance.done(&["dkim", "new", "example.org", "second"]);
    let line = printed.lines().find(|line| line.starts_with("keys = [")).unwrap_or_else(|| panic!("{printed}"));
    instance.set("DKIM__KEYS", line.split('"').nth(1).unwrap());
    let shown = instance.done(&["check-config"]);
    for words in ["signed for example.net with first (RSA", "signed for example.org with second (RSA"] {
        assert!(shown.contains(words), "{words} is missing in {shown}");
    }
    assert!(instance.done(&["deliver", "--until-idle"]).starts_with("sent 1"));
    let mail = String::from_utf8(relay.received().pop().unwrap().data).unwrap();
    assert!(mail.contains("d=example.org; s=second;") || mail.contains("s=second"), "{mail}");

    // A change of keys: what signed so far is kept for mails that are sent again.
    let printed = instance.done(&["dkim", "new", "example.net", "third"]);
    assert!(printed.contains("selector = \"third\"") && printed.contains("old_keys = [\"first@example.net="), "{printed}");
}
