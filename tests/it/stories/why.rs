//! "Why did she not get it?" is answered at the terminal in one sentence, also where there is nothing to prove.

use jiff::SignedDuration;
use rundbrief::domain::language::Language;

use crate::support::app::{TestApp, each_database};
use crate::support::instance::Ran;

fn runs(app: &TestApp, arguments: &[&str]) -> Ran {
    Ran::of(&mut app.command(arguments, &[]))
}

/// What `person why` says of the newest issue, or of this one.
fn why(app: &TestApp, address: &str, number: &str) -> String {
    let ran = runs(
        app,
        &[&["person", "why", address], [number].as_slice()]
            .concat()
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>(),
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.out.trim_end().to_owned()
}

each_database!(why_somebody_got_an_issue_or_did_not_is_told_in_a_sentence, |app| async move {
    app.subscriber("ada@example.org").await;
    app.subscriber("bob@example.org").await;
    app.active("bounce-550@example.org", Language::De).await;
    app.asks("pia@example.org", "de").await;
    app.publishes("Treffen").await;
    app.drain().await;
    let leaves = app.mails_to("bob@example.org").pop().unwrap().one_click_link();
    app.passes(SignedDuration::from_hours(1));
    assert_eq!(app.post(&leaves, &[("List-Unsubscribe", "One-Click")]).await.status, 200);
    app.passes(SignedDuration::from_mins(3));
    app.publishes("Fest").await;
    app.drain().await;
    app.passes(SignedDuration::from_hours(50));
    app.subscriber("zoe@example.org").await;

    assert!(why(&app, "Ada@example.org", "").starts_with("weekly 2: handed over to the mail server on 2026-03-02 at 1"));
    assert!(why(&app, "bob@example.org", "1").starts_with("weekly 1: handed over to the mail server on "));
    assert_eq!(
        why(&app, "bob@example.org", "2"),
        "weekly 2: unsubscribed with the mail program's button on 2026-03-02 at 11:00:00 CET, 3 minutes before issue 2 was published."
    );
    let bounced = why(&app, "bounce-550@example.org", "1");
    assert!(bounced.starts_with("weekly 1: the mail server refused the address on "), "{bounced}");
    assert!(bounced.contains("550 5.1.1") && bounced.contains("blocked since 2026-03-02"), "{bounced}");
    let afterwards = why(&app, "bounce-550@example.org", "2");
    assert!(afterwards.contains("refused the address for good") && afterwards.contains("before issue 2"), "{afterwards}");
    assert!(why(&app, "zoe@example.org", "").contains("subscribed only afterwards: confirmed on 2026-03-04"));
    assert!(why(&app, "pia@example.org", "").ends_with("but never confirmed."));
    assert!(why(&app, "nobody@example.org", "").starts_with("weekly 2: never subscribed to weekly: nothing is known"));
    assert_eq!(runs(&app, &["person", "erase", "zoe@example.org"]).code, Some(0));
    assert!(why(&app, "zoe@example.org", "").contains("everything about this address was erased"));

    let unproven = runs(&app, &["proof", "weekly", "2", "--address", "bob@example.org"]);
    assert_eq!(unproven.code, Some(1));
    assert!(unproven.err.contains("has no delivery to bob@example.org: unsubscribed with"), "{unproven:?}");
    for (arguments, told) in [
        (&["person", "why", "ada@example.org", "9"][..], "no issue 9 was published"),
        (&["person", "why", "ada@example.org", "--newsletter", "nothing"], "there is no newsletter \"nothing\""),
        (&["person", "why", "no address"], "ADDRESS"),
    ] {
        let refused = runs(&app, arguments);
        assert!(refused.code != Some(0) && refused.err.contains(told), "{refused:?}");
    }
});
