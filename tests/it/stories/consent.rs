//! The proof of a consent: complete, readable, and whoever changes it is found out.

use std::sync::Arc;

use rundbrief::domain::address::Address;
use rundbrief::domain::language::Language;
use rundbrief::journeys::consent::{self, Known, Sealed, Story};
use rundbrief::journeys::newsletters::{self, NewsletterError, TextRequest};
use rundbrief::journeys::verify::{self, Finding, Verdict};
use rundbrief::journeys::{JourneyError, seal};

use crate::support::app::{TestApp, each_database};
use crate::support::mails::link_in_text;

async fn told_of(app: &TestApp, address: &str) -> Story {
    let (address, context, now) = (Address::parse(address).unwrap(), Arc::clone(&app.app.context), app.now());
    let known = app.store.read(move |conn| consent::story(conn, &context, now, &address)).await.unwrap();
    match known {
        Known::Story(story) => *story,
        Known::Nothing(_) => panic!("nothing is known"),
    }
}

/// Chains what waits and checks the whole log.
pub async fn verified(app: &TestApp) -> Verdict {
    while app.store.write(seal::seal).await.unwrap() == seal::Sealed::Some {}
    app.store.read(|conn| verify::verify(conn, None)).await.unwrap()
}

each_database!(the_whole_procedure_can_be_shown_years_later, |app| async move {
    let form = [("email", " Ada@Example.org"), ("newsletter", "weekly"), ("language", "de"), ("name", "Ada")];
    let at = app.now();
    app.post("/subscribe", &form).await;
    app.drain().await;
    let mail = app.mails_to("Ada@example.org").pop().unwrap();
    app.passes(jiff::SignedDuration::from_mins(5));
    app.post(&link_in_text(&mail, "confirm"), &[]).await;
    let page = {
        app.publishes("Treffen").await;
        app.drain().await;
        link_in_text(&app.mails_to("Ada@example.org").pop().unwrap(), "preferences")
    };
    app.post(&page, &[("name", "Ada"), ("language.weekly", "en")]).await;
    app.publishes("Noch eins").await;
    app.drain().await;
    let one_click = app.mails_to("Ada@example.org").pop().unwrap().one_click_link();
    app.post(&one_click, &[("List-Unsubscribe", "One-Click")]).await;

    // The form says something else by now; what was agreed to is still shown as it was.
    let text = TextRequest {
        title: "Neuer Titel".into(),
        description: "Täglich.".into(),
        footer: String::new(),
        funding: String::new(),
    };
    let change = move |conn: &mut _| {
        let newsletter = rundbrief::store::newsletters::find(conn, "weekly")?.unwrap();
        newsletters::put_text(conn, newsletter.id, Language::De, &text)
    };
    app.store.write::<_, NewsletterError, _>(change).await.unwrap();
    app.passes(jiff::SignedDuration::from_hours(24 * 800));
    assert_eq!(verified(&app).await.findings, []);

    let story = told_of(&app, "ada@example.org").await;
    assert_eq!((story.address.as_str(), story.canonical.as_str()), ("Ada@Example.org", "ada@example.org"));
    let acts: Vec<&str> = story.records.iter().map(|told| told.act.as_str()).collect();
    assert_eq!(acts, ["requested", "confirmed", "language-changed", "withdrawn"]);
    assert!(story.records.iter().all(|told| told.unchanged && told.sealed.is_some()));
    let [requested, confirmed, changed, withdrawn] = story.records.as_slice() else { panic!() };
    assert_eq!(requested.at, at);
    assert_eq!(requested.details["address"], "Ada@Example.org");
    assert_eq!(requested.details["form_url"], app.url("/n/weekly"));
    assert_eq!(confirmed.at, at + jiff::SignedDuration::from_mins(5));
    let proof = &confirmed.details["mail"];
    assert_eq!(proof["message_id"], mail.header("Message-ID"));
    assert_eq!(proof["state"], "sent");
    assert_eq!(proof["handed_over_at"], at.to_string());
    assert!(proof["reply"].as_str().unwrap().contains("queued"), "{proof}");
    assert_eq!((&changed.details["from"], &changed.details["to"]), (&"de".into(), &"en".into()));
    assert_eq!(withdrawn.details["channel"], "one-click");
    let kinds: Vec<&str> = story.wordings.iter().map(|shown| shown.kind.as_str()).collect();
    assert_eq!(kinds, ["consent", "privacy"]);
    assert!(story.wordings.iter().all(|shown| shown.unchanged && shown.version == 1));
    assert!(story.wordings[0].text.contains("Erscheint wöchentlich."), "{}", story.wordings[0].text);
    assert_eq!(story.wordings[0].hash, requested.details["consent"]["hash"].as_str().unwrap());
    assert_eq!(
        (story.subscriptions[0].state.as_str(), story.subscriptions[0].ended_channel.as_deref()),
        ("ended", Some("one-click"))
    );
});

each_database!(whoever_changes_the_log_is_found_out, |app| async move {
    for name in ["ada", "bob", "eve"] {
        app.subscriber(&format!("{name}@example.org")).await;
    }
    let whole = verified(&app).await;
    assert_eq!((whole.records, whole.erased, whole.waiting, whole.findings.len()), (6, 0, 0, 0));
    let ids: Vec<i64> = app
        .database
        .texts("SELECT cast(id AS TEXT) AS value FROM consent_records ORDER BY sealed")
        .iter()
        .map(|id| id.parse().unwrap())
        .collect();

    // Another date, another wording, a withdrawn proof, a record less: each shows, and nothing else does.
    app.database.execute(&format!("UPDATE consent_records SET at = at + 1 WHERE id = {}", ids[1]));
    assert_eq!(verified(&app).await.findings, [Finding::ChangedRecord(ids[1])]);
    app.database.execute(&format!("UPDATE consent_records SET at = at - 1 WHERE id = {}", ids[1]));
    assert_eq!(verified(&app).await.findings, []);
    app.database.execute(&format!(
        "UPDATE consent_details SET body = replace(body, 'weekly', 'monthly') WHERE consent_record_id = {}",
        ids[2]
    ));
    assert_eq!(verified(&app).await.findings, [Finding::ChangedDetails(ids[2])]);
    app.database.execute(&format!("DELETE FROM consent_details WHERE consent_record_id = {}", ids[2]));
    assert_eq!(verified(&app).await.findings, [Finding::MissingDetails(ids[2])]);
    app.database.execute(&format!("DELETE FROM consent_details WHERE consent_record_id = {}", ids[4]));
    app.database.execute(&format!("DELETE FROM consent_records WHERE id = {}", ids[4]));
    assert_eq!(verified(&app).await.findings, [Finding::MissingPlace(5), Finding::MissingDetails(ids[2])]);
    // Whoever moves the last one down hides the gap, and not that the chain is another.
    app.database.execute(&format!("UPDATE consent_records SET sealed = 5 WHERE id = {}", ids[5]));
    assert_eq!(verified(&app).await.findings, [Finding::ChangedRecord(ids[5]), Finding::MissingDetails(ids[2])]);
});

each_database!(a_withdrawal_cannot_be_hidden_and_a_chain_written_anew_shows, |app| async move {
    for name in ["ada", "bob"] {
        app.subscriber(&format!("{name}@example.org")).await;
    }
    app.publishes("Treffen").await;
    app.drain().await;
    let one_click = app.mails_to("ada@example.org").pop().unwrap().one_click_link();
    app.post(&one_click, &[("List-Unsubscribe", "One-Click")]).await;
    let whole = verified(&app).await;
    assert_eq!(whole.findings, []);
    let gone = app.database.number("SELECT id AS value FROM consent_records WHERE act = 'withdrawn'");
    let of =
        |name: &str| app.database.number(&format!("SELECT id AS value FROM subscribers WHERE address = '{name}@example.org'"));
    let (ada, bob) = (of("ada"), of("bob"));
    let hang = |on: String| {
        app.database.execute(&format!("UPDATE consent_details SET subscriber_id = {on} WHERE consent_record_id = {gone}"));
    };
    for elsewhere in ["NULL".to_owned(), bob.to_string()] {
        hang(elsewhere);
        assert_eq!(verified(&app).await.findings, [Finding::MovedDetails(gone)]);
    }
    hang(ada.to_string());

    // The last place without its hash, and a record before the first place.
    let end = whole.end.unwrap();
    app.database.execute(&format!("UPDATE consent_records SET hash = NULL WHERE id = {gone}"));
    assert_eq!(verified(&app).await.findings, [Finding::ChangedRecord(gone)]);
    app.database.execute(&format!("UPDATE consent_records SET sealed = -1 WHERE id = {gone}"));
    assert_eq!(verified(&app).await.findings, [Finding::ChangedRecord(gone)]);

    // Whoever unchains it, changes it and waits for the heartbeat has a whole chain again, and not the one that was noted.
    app.database.execute(&format!("UPDATE consent_records SET sealed = NULL, hash = NULL, at = at + 1 WHERE id = {gone}"));
    assert_eq!(verified(&app).await.findings, []);
    let check = |noted: Sealed| app.store.read(move |conn| verify::verify(conn, Some(&noted)));
    assert_eq!(check(end.clone()).await.unwrap().findings, [Finding::Rewritten(5)]);
    let later = Sealed { place: 17, ..end };
    assert_eq!(check(later).await.unwrap().findings, [Finding::Rewritten(17)], "as after a backup was put back");
    let now = verified(&app).await.end.unwrap();
    assert_eq!(check(now).await.unwrap().findings, []);

    // What they agreed to cannot be changed either.
    app.database.execute("UPDATE wordings SET text = text || ' Und an alle anderen.' WHERE kind = 'consent'");
    assert_eq!(verified(&app).await.findings.len(), 2, "both asked for it under that text");
});

each_database!(no_network_address_is_stored_unless_the_settings_want_it, |app| async move {
    app.subscriber("ada@example.org").await;
    assert_eq!(app.database.number("SELECT count(*) AS value FROM opt_ins WHERE network IS NOT NULL"), 0);
    for told in ["requested", "confirmed"] {
        for details in app.consents(told) {
            assert!(!details.to_string().contains("127.0.0.1:") || details["form_url"].is_string(), "{details}");
            let without_form = details.as_object().unwrap().iter().filter(|(name, _)| *name != "form_url");
            assert!(!without_form.map(|(_, value)| value.to_string()).collect::<String>().contains("127.0.0.1"), "{details}");
        }
    }
});

each_database!(nothing_is_told_of_an_address_that_is_not_known, |app| async move {
    let (address, context, now) = (Address::parse("nobody@example.org").unwrap(), Arc::clone(&app.app.context), app.now());
    let known: Result<Known, JourneyError> = app.store.read(move |conn| consent::story(conn, &context, now, &address)).await;
    assert!(matches!(known.unwrap(), Known::Nothing(None)));
});
