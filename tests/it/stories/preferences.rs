//! The reader's own page: what it shows and what it changes.

use jiff::SignedDuration;

use crate::support::app::{TestApp, each_database};
use crate::support::mails::{Mail, link_in_html, link_in_text};

async fn issue(app: &TestApp, address: &str, headline: &str) -> Mail {
    app.publishes(headline).await;
    app.drain().await;
    app.mails_to(address).pop().unwrap()
}

/// Ada reads `weekly` in German, with her name; the link is from her mail.
async fn ada(app: &TestApp) -> String {
    let form = [("email", "ada@example.org"), ("newsletter", "weekly"), ("language", "de"), ("name", "Ada Lovelace")];
    app.post("/subscribe", &form).await;
    app.drain().await;
    let link = link_in_text(&app.mails_to("ada@example.org")[0], "confirm");
    app.post(&link, &[]).await;
    let mail = issue(app, "ada@example.org", "Treffen").await;
    let link = link_in_text(&mail, "preferences");
    assert_eq!(link_in_html(&mail, "preferences"), link);
    link
}

each_database!(the_page_shows_name_and_language_and_looking_changes_nothing, |app| async move {
    let link = ada(&app).await;
    let before = app.people();
    for _ in 0..10 {
        let page = app.get(&link).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.field("name"), "Ada Lovelace");
        assert!(page.body.contains("<option value=\"de\" lang=\"de\" selected>"), "{}", page.body);
        assert!(page.body.contains("name=\"leave.weekly\""), "{}", page.body);
        assert_eq!(app.head(&link).await.status, 200);
    }
    app.get(&format!("{link}?name=Mallory&leave.weekly=yes")).await;
    assert_eq!(app.people(), before);
});

each_database!(a_new_language_and_name_are_in_the_next_issue, |app| async move {
    let link = ada(&app).await;
    let saved = app.post(&link, &[("name", "Augusta Ada King"), ("language.weekly", "de-simple")]).await;
    assert_eq!((saved.status, saved.field("name"), saved.header("location")), (200, "Augusta Ada King", ""));
    assert_eq!(app.subscription("ada@example.org", "weekly"), "active de-simple");
    let record = app.consents("language-changed").pop().unwrap();
    assert_eq!((&record["from"], &record["to"], &record["channel"]), (&"de".into(), &"de-simple".into(), &"page".into()));
    let mail = issue(&app, "ada@example.org", "Fest").await;
    assert!(mail.text.contains("Fest (de-simple)") && mail.text.contains("Augusta Ada King"), "{}", mail.text);

    // The same once more is no change.
    app.post(&link, &[("name", "Augusta Ada King"), ("language.weekly", "de-simple")]).await;
    assert_eq!(app.consents("language-changed").len(), 1);
    let nameless = app.post(&link, &[("name", "  "), ("language.weekly", "de-simple")]).await;
    assert_eq!((nameless.status, nameless.field("name")), (200, ""));
    let mail = issue(&app, "ada@example.org", "Rückblick").await;
    assert!(!mail.text.contains("Ada") && !mail.html.contains("Ada"), "{}", mail.text);
});

each_database!(a_name_that_is_none_changes_nothing_at_all, |app| async move {
    let link = ada(&app).await;
    let before = app.people();
    let long = "N".repeat(5_000);
    for name in ["Ada\r\nBcc: bob@example.org", "Ada\0", &long] {
        let answer = app.post(&link, &[("name", name), ("language.weekly", "en"), ("leave.weekly", "yes")]).await;
        assert_eq!(answer.status, 422, "{name:?}");
        assert!(answer.body.contains("id=\"name-error\""), "{}", answer.body);
    }
    assert_eq!(app.people(), before);
});

each_database!(one_newsletter_is_left_and_the_other_stays, |app| async move {
    let link = ada(&app).await;
    app.newsletter("monthly").await;
    app.post("/subscribe", &[("email", "ada@example.org"), ("newsletter", "monthly"), ("language", "en")]).await;
    app.drain().await;
    assert!(app.get(&link).await.body.contains("Newsletter monthly (en)"), "one that waits for its confirmation is shown");
    let confirm = link_in_text(&app.mails_to("ada@example.org").pop().unwrap(), "confirm");
    app.post(&confirm, &[]).await;

    let form = [("name", "Ada Lovelace"), ("language.weekly", "en"), ("leave.weekly", "yes"), ("language.monthly", "en")];
    assert_eq!(app.post(&link, &form).await.status, 200);
    assert_eq!(app.subscription("ada@example.org", "weekly"), "ended de");
    assert_eq!(app.subscription("ada@example.org", "monthly"), "active en");
    let records = app.consents("withdrawn");
    assert_eq!((records.len(), &records[0]["newsletter"], &records[0]["channel"]), (1, &"weekly".into(), &"page".into()));

    // Coming back takes a new opt-in; this page only says where.
    let before = app.people();
    let page = app.post(&link, &[("name", "Ada Lovelace"), ("language.weekly", "de")]).await;
    assert!(page.body.contains("href=\"/n/weekly\""), "{}", page.body);
    assert_eq!(app.people(), before);
    app.publishes("Fest").await;
    assert!(app.drain().await.is_idle());
    app.passes(SignedDuration::from_hours(25));
    app.subscriber("ada@example.org").await;
    assert_eq!(app.subscription("ada@example.org", "weekly"), "active de");
});

each_database!(choices_that_do_not_exist_are_passed_over, |app| async move {
    let link = ada(&app).await;
    app.newsletter("monthly").await;
    app.subscriber("bob@example.org").await;
    let before = app.people();
    let form = [
        ("name", "Ada Lovelace"),
        ("language.weekly", "fr"),
        ("language.monthly", "de"),
        ("leave.monthly", "yes"),
        ("leave.unheard-of", "yes"),
        ("leave.weekly\0", "yes"),
        ("leave.", "yes"),
    ];
    assert_eq!(app.post(&link, &form).await.status, 200);
    assert_eq!(app.people(), before);
});

each_database!(leaving_here_stops_a_mail_that_is_queued, |app| async move {
    let link = ada(&app).await;
    app.publishes("Fest").await;
    app.post(&link, &[("name", "Ada Lovelace"), ("leave.weekly", "yes")]).await;
    let had = app.mails_to("ada@example.org").len();
    assert_eq!(app.drain().await.sent, 0);
    assert_eq!(app.mails_to("ada@example.org").len(), had);
    assert_eq!(app.status(2).await.state, "sent");
});
