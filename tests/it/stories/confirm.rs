//! The link in the confirmation mail: looking at it does nothing, the button does it once, and only our own links work.

use futures_util::future::join_all;
use jiff::SignedDuration;
use rundbrief::domain::address::Address;
use rundbrief::domain::states::SuppressionReason;
use rundbrief::domain::token::Purpose;
use rundbrief::store::{StoreError, suppressions};

use crate::support::app::{TestApp, each_database};
use crate::support::mails::{link_in_text, path_of};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// Asks by the form and takes the link out of the mail.
async fn link(app: &TestApp, address: &str) -> String {
    app.asks(address, "de").await;
    app.drain().await;
    link_in_text(&app.mails_to(address).pop().unwrap(), "confirm")
}

each_database!(looking_at_the_link_a_hundred_times_confirms_nothing, |app| async move {
    let link = link(&app, "ada@example.org").await;
    let before = app.people();
    for agent in ["Mozilla/5.0", "Microsoft Office Protocol Discovery", "BarracudaCentral", "python-requests/2.31"] {
        for _ in 0..25 {
            let seen = app.send(app.client.get(app.door(&link)).header("User-Agent", agent)).await;
            assert_eq!(seen.status, 200);
            // A button inside a form, and nothing that could press it by itself.
            assert!(seen.body.contains("<form method=\"post\">") && !seen.body.contains("<script"), "{}", seen.body);
            assert!(seen.body.contains("Newsletter weekly (de)"));
            let head = app.send(app.client.head(app.door(&link)).header("User-Agent", agent)).await;
            assert_eq!((head.status, head.body.as_str()), (200, ""));
        }
    }
    assert_eq!(app.people(), before);
    for method in [reqwest::Method::PUT, reqwest::Method::DELETE, reqwest::Method::OPTIONS, reqwest::Method::PATCH] {
        let refused = app.send(app.client.request(method, app.door(&link))).await;
        assert_eq!((refused.status, refused.header("allow")), (405, "GET, HEAD, POST"));
    }
    assert_eq!(app.people(), before);
    assert_eq!(app.post(&link, &[]).await.status, 200);
    assert_eq!(app.subscription("ada@example.org", "weekly"), "active de");
});

each_database!(confirming_twice_is_fine, |app| async move {
    let link = link(&app, "ada@example.org").await;
    let first = app.post(&link, &[]).await;
    app.passes(DAY);
    let people = app.people();
    let at = app.database.number("SELECT confirmed_at AS value FROM subscriptions");
    for again in [app.post(&link, &[]).await, app.get(&link).await] {
        assert_eq!(again.status, 200);
        assert!(again.body.contains("Newsletter weekly (de)") && !again.body.contains("<form"), "{}", again.body);
        assert_ne!(again.body, first.body);
    }
    // Long after the link would have expired it still says that all is well.
    app.passes(DAY * 30);
    assert_eq!(app.post(&link, &[]).await.status, 200);
    assert_eq!(app.people(), people);
    assert_eq!(app.database.number("SELECT confirmed_at AS value FROM subscriptions"), at);
});

each_database!(ten_clicks_at_once_confirm_once, |app| async move {
    let link = link(&app, "ada@example.org").await;
    let answers = join_all((0..10).map(|_| app.post(&link, &[]))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(app.consents("confirmed").len(), 1);
    assert_eq!(app.database.number("SELECT activations AS value FROM newsletters"), 1);
});

each_database!(the_record_says_when_and_how_it_was_confirmed, |app| async move {
    let link = link(&app, "Ada@example.org").await;
    app.passes(SignedDuration::from_mins(7));
    app.post(&link, &[]).await;
    let (asked, confirmed) = (app.consents("requested").pop().unwrap(), app.consents("confirmed").pop().unwrap());
    assert_eq!(confirmed["opt_in"], asked["opt_in"], "both belong to one opt-in");
    assert_eq!((&confirmed["canonical"], &confirmed["newsletter"]), (&"ada@example.org".into(), &"weekly".into()));
    let at = app.database.number("SELECT at AS value FROM consent_records WHERE act = 'confirmed'");
    assert_eq!(at, app.now().as_microsecond());
});

each_database!(an_expired_link_offers_to_ask_again, |app| async move {
    let old = link(&app, "ada@example.org").await;
    app.passes(DAY * 7 - SECOND);
    assert_eq!(app.get(&old).await.status, 200, "to its last second");
    app.passes(SECOND);
    let before = app.people();
    for expired in [app.get(&old).await, app.post(&old, &[]).await] {
        assert_eq!(expired.status, 410);
        assert!(expired.body.contains("href=\"/n/weekly\"") && !expired.body.contains("ada@"), "{}", expired.body);
        assert!(!expired.body.contains("<form"));
    }
    assert_eq!(app.people(), before);
    app.passes(DAY);
    let new = link(&app, "ada@example.org").await;
    assert_ne!(new, old);
    assert_eq!(app.post(&new, &[]).await.status, 200);
    assert_eq!(app.subscription("ada@example.org", "weekly"), "active de");
    assert_eq!(app.post(&old, &[]).await.status, 410, "the old one stays expired");
});

each_database!(a_confirmation_that_waited_for_the_relay_too_long_is_not_sent, |app| async move {
    app.asks("ada@example.org", "de").await;
    app.passes(DAY * 8);
    assert_eq!(app.drain().await.skipped, 1);
    assert_eq!(app.relay.received(), []);
});

each_database!(links_that_nobody_signed_for_this_do_nothing, |app| async move {
    app.subscriber("ada@example.org").await;
    app.publishes("Treffen").await;
    app.drain().await;
    let issue = app.mails_to("ada@example.org").pop().unwrap();
    let confirm = link(&app, "bob@example.org").await;
    let links = [confirm, link_in_text(&issue, "unsubscribe"), link_in_text(&issue, "preferences")];
    let pages = ["confirm", "unsubscribe", "preferences"];
    let token = |at: usize| links[at].rsplit('/').next().unwrap().to_owned();
    let before = app.people();

    let mut wrong: Vec<String> = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        let own = token(at);
        // Another page's token, and a bounce tag's, are none here.
        wrong.extend((0..3).filter(|other| *other != at).map(|other| format!("/{page}/{}", token(other))));
        let bounce = app.app.context.keyring.sign(Purpose::Bounce, 1, &[7; 16]).unwrap();
        wrong.push(format!("/{page}/{bounce}"));
        // Signed well, but over an id that does not exist.
        let purpose = [Purpose::Confirm, Purpose::Unsubscribe, Purpose::Preferences][at];
        // (Except for leaving: whoever was erased has left, see `stories::person`.)
        if purpose != Purpose::Unsubscribe {
            wrong.push(format!("/{page}/{}", app.app.context.keyring.sign(purpose, 1, &[7; 16]).unwrap()));
        }
        wrong.extend((1..own.len()).step_by(5).map(|length| format!("/{page}/{}", &own[..length])));
        wrong.extend([
            format!("/{page}/{own}A"),
            format!("/{page}/{own}="),
            format!("/{page}/%00{own}"),
            format!("/{page}/{own}%0A"),
        ]);
        wrong.extend([format!("/{page}/{}", "A".repeat(46)), format!("/{page}/{}", own.to_lowercase())]);
        wrong.extend([
            format!("/{page}/ü"),
            format!("/{page}/%FF"),
            format!("/{page}/..%2f..%2fetc"),
            format!("/{page}/{}", "x".repeat(4_000)),
        ]);
    }
    let expected = app.get(&wrong[0]).await;
    let form = [("List-Unsubscribe", "One-Click"), ("scope", "all"), ("name", "Mallory"), ("leave.weekly", "yes")];
    for link in &wrong {
        for answer in [app.get(link).await, app.post(link, &form).await] {
            assert_eq!(answer.status, 404, "{link}");
            assert_eq!((answer.header("cache-control"), answer.header("x-robots-tag")), ("no-store", "noindex"), "{link}");
            if !link.contains('%') {
                assert_eq!(answer.body, expected.body, "no detail: {link}");
            }
        }
    }
    assert_eq!(app.people(), before);
    // The true ones have worked all the time.
    for link in &links {
        assert_eq!(app.get(link).await.status, 200, "{}", path_of(link));
    }
});

each_database!(a_confirmed_opt_in_lifts_a_hard_bounce, |app| async move {
    app.subscriber("ada@example.org").await;
    let (key_id, key) = app.app.context.keyring.address_key(Address::parse("ADA@example.org").unwrap().canonical());
    let now = app.now().as_microsecond();
    let suppress = app.store.write(move |conn| {
        suppressions::insert(conn, key_id, &key, SuppressionReason::HardBounce, "relay", now)?;
        Ok::<_, StoreError>(())
    });
    suppress.await.unwrap();
    app.publishes("Treffen").await;
    let drained = app.drain().await;
    assert_eq!((drained.sent, drained.skipped), (0, 1), "a suppressed address gets no issue");

    app.passes(DAY + SECOND);
    let link = link(&app, "ada@example.org").await;
    app.get(&link).await;
    assert!(app.is_suppressed("ada@example.org").await, "asking and looking lift nothing");
    app.post(&link, &[]).await;
    assert!(!app.is_suppressed("ada@example.org").await);
    app.publishes("Noch ein Treffen").await;
    assert_eq!(app.drain().await.sent, 1);
});
