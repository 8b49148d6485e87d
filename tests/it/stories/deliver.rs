//! The ledger at work: what the relay says, and what becomes of each mail.

use jiff::SignedDuration;
use rundbrief::domain::language::Language;

use crate::support::app::each_database;

each_database!(an_issue_reaches_everybody_once_in_their_language, |app| async move {
    app.subscriber_in("ada@example.org", "de").await;
    app.subscriber_in("bob@example.org", "en").await;
    app.subscriber_in("cleo@example.org", "de-simple").await;
    app.publishes("Treffen").await;
    assert_eq!(app.drain().await.sent, 3);
    assert!(app.drain().await.is_idle());
    for (address, language) in [("ada@example.org", "de"), ("bob@example.org", "en"), ("cleo@example.org", "de-simple")] {
        let mails = app.mails_to(address);
        assert_eq!(mails.len(), 2, "a confirmation and an issue for {address}");
        let issue = &mails[1];
        assert_eq!(issue.header("Content-Language"), language);
        assert!(issue.text.contains(&format!("Treffen ({language})")), "{}", issue.text);
        assert!(issue.html.contains(&format!("Treffen ({language})")));
    }
    assert_eq!(app.status(1).await.state, "sent");
});

each_database!(a_hard_bounce_ends_the_subscription, |app| async move {
    app.active("bounce-550@example.org", Language::De).await;
    app.publishes("Treffen").await;
    assert_eq!(app.drain().await.bounced, 1);
    assert!(app.is_suppressed("bounce-550@example.org").await);
    app.publishes("Nächstes Treffen").await;
    assert!(app.drain().await.is_idle(), "nobody is left");
});

each_database!(a_deferred_mail_waits_its_turn_and_goes, |app| async move {
    app.active("defer-once@example.org", Language::De).await;
    app.publishes("Treffen").await;
    assert_eq!(app.drain().await.deferred, 1);
    assert!(app.drain().await.is_idle(), "not before its time");
    app.passes(SignedDuration::from_mins(40));
    assert_eq!(app.drain().await.sent, 1);
    assert_eq!(app.status(1).await.state, "sent");
});
