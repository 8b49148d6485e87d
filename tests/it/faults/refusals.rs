//! A relay or a message that is refused is nobody's loss: held, mended, let go on, and everybody has it once. And a relay that
//! refuses recipients who are there is taken back with what followed from it.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::SignedDuration;
use rundbrief::journeys::again::{self, Again};
use rundbrief::journeys::issues::{self, Steered};

use crate::support::app::{Setup, TestApp, each_database};
use crate::support::instance::Ran;
use crate::support::mails::link_in_text;
use crate::support::process::free_port;
use crate::support::relay::{FakeRelay, Options, Script};

const READERS: usize = 40;

/// One connection, so that mails end in their order.
fn one_lane() -> Setup {
    Setup { settings: vec![("RELAY__CONNECTIONS", "1".to_owned())], ..Setup::default() }
}

/// What may be wrong with the relay or the message, as it is said of everybody.
const CAUSES: [(&str, Script); 13] = [
    ("spam at the dot", |step, _| (step == "DOT").then_some("554 5.7.1 rejected as spam")),
    ("bare 554 at the dot", |step, _| (step == "DOT").then_some("554 transaction failed")),
    ("too large at the dot", |step, _| (step == "DOT").then_some("552 5.3.4 message too big")),
    ("bare 552 at DATA", |step, _| (step == "DATA").then_some("552 message too large")),
    ("too large at MAIL", |step, _| (step == "MAIL").then_some("552 5.3.4 Message size exceeds fixed limit")),
    ("too long for everybody", |step, _| (step == "RCPT").then_some("552 5.2.3 message length exceeds the limit")),
    ("relaying", |step, _| (step == "RCPT").then_some("554 5.7.1 Relay access denied")),
    ("relaying, without a code", |step, _| (step == "RCPT").then_some("550 Relaying denied")),
    ("not authenticated", |step, _| (step == "DOT").then_some("550 5.7.26 this mail is unauthenticated")),
    ("full mailboxes at the dot", |step, _| (step == "DOT").then_some("552 5.2.2 mailbox full")),
    ("our sender at MAIL", |step, _| (step == "MAIL").then_some("550 5.1.8 not from you")),
    ("our sender at RCPT", |step, _| (step == "RCPT").then_some("550 5.1.8 Sender address rejected: Domain not found")),
    ("media", |step, _| (step == "DOT").then_some("554 5.6.1 media not supported")),
];

async fn release(app: &TestApp) -> Steered {
    let (context, now) = (Arc::clone(&app.app.context), app.now());
    app.store.write(move |conn| issues::release(conn, &context, now, "weekly", 1, None)).await.unwrap()
}

async fn resend(app: &TestApp) -> Again {
    let (context, now) = (Arc::clone(&app.app.context), app.now());
    app.store.write(move |conn| again::resend_failed(conn, &context, now, "weekly", 1)).await.unwrap()
}

/// Works until the issue is in this state; what rests or waits is waited for.
async fn until(app: &TestApp, state: &str) {
    for _ in 0..60 {
        app.drain().await;
        if app.status(1).await.state == state {
            return;
        }
        app.passes(SignedDuration::from_mins(40));
    }
    panic!("it is {:?}", app.status(1).await);
}

fn everybody_has_it_once(relay: &FakeRelay, readers: usize, cause: &str) {
    let received = relay.received();
    let to: HashSet<&str> = received.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!((received.len(), to.len()), (readers, readers), "{cause}: everybody once");
}

each_database!(held_mended_and_released_everybody_has_it_once, |app| async move {
    for (n, (cause, script)) in CAUSES.iter().enumerate() {
        let lanes = if n % 2 == 0 { "1" } else { "4" };
        let setup = Setup { settings: vec![("RELAY__CONNECTIONS", lanes.to_owned())], ..Setup::default() };
        let app = TestApp::with(app.database.kind, setup).await;
        app.crowd(READERS).await;
        app.relay.plays(*script);
        app.publishes("Treffen").await;
        until(&app, "held").await;
        let (failed, bounced) = (app.deliveries("failed"), app.deliveries("bounced"));
        assert!(failed < 15 && bounced == 0, "{cause}: {failed} failed");
        app.relay.plays(|_, _| None);
        let expected = usize::try_from(failed).unwrap();
        assert_eq!(release(&app).await, if expected == 0 { Steered::Done } else { Steered::Released(expected) }, "{cause}");
        until(&app, "sent").await;
        everybody_has_it_once(&app.relay, READERS, cause);
        assert_eq!((app.status(1).await.sent, app.deliveries("failed")), (READERS as i64, 0), "{cause}");
    }
});

each_database!(a_mail_larger_than_the_relay_announces_goes_when_it_takes_more, |app| async move {
    let port = free_port();
    let settings = vec![("RELAY__URL", format!("smtp://127.0.0.1:{port}"))];
    let app = TestApp::with(app.database.kind, Setup { settings, ..Setup::default() }).await;
    app.crowd(READERS).await;
    app.publishes("Treffen").await;
    let small = FakeRelay::at(port, Options { size: Some(1_000), ..Options::default() }).await;
    until(&app, "held").await;
    let reason = app.database.texts("SELECT held_reason AS value FROM issues").remove(0);
    assert!(reason.contains("takes at most 1000") && reason.contains("cancel it and publish the news anew"), "{reason}");
    small.stop().await;
    let large = FakeRelay::at(port, Options::default()).await;
    assert!(matches!(release(&app).await, Steered::Released(_)));
    until(&app, "sent").await;
    everybody_has_it_once(&large, READERS, "size");
});

each_database!(a_relay_that_is_no_better_after_the_release_burns_nobody, one_lane(), |app| async move {
    app.crowd(READERS).await;
    for (script, held_after) in [
        (CAUSES[0].1, 3),
        (CAUSES[2].1, 3),
        (CAUSES[6].1, 3),
        // Half a day later still.
        (CAUSES[0].1, 3),
    ] {
        app.relay.plays(script);
        if app.database.number("SELECT count(*) AS value FROM issues") == 0 {
            app.publishes("Treffen").await;
            until(&app, "held").await;
        }
        app.passes(SignedDuration::from_hours(30));
        assert!(matches!(release(&app).await, Steered::Released(_)));
        until(&app, "held").await;
        assert_eq!(app.deliveries("failed"), held_after, "it is held again after three");
        let reason = app.database.texts("SELECT held_reason AS value FROM issues").remove(0);
        assert!(reason.contains("since the issue was let go on"), "{reason}");
    }
    // Five days after publishing it is still news, because staff say so.
    app.relay.plays(|_, _| None);
    release(&app).await;
    until(&app, "sent").await;
    everybody_has_it_once(&app.relay, READERS, "no better");
});

/// One provider's, whoever else is served.
fn one_provider(step: &str, recipient: &str) -> Option<&'static str> {
    (step == "DOT" && ["reader-4@", "reader-5@", "reader-6@"].iter().any(|who| recipient.starts_with(who)))
        .then_some("554 5.7.1 not from you")
}

each_database!(
    one_provider_that_refuses_us_keeps_nobody_else_and_is_tried_again_when_staff_say_so,
    one_lane(),
    |app| async move {
        app.crowd(READERS).await;
        app.relay.plays(one_provider);
        app.publishes("Treffen").await;
        until(&app, "held").await;
        assert_eq!(release(&app).await, Steered::Released(3));
        until(&app, "sent").await;
        assert_eq!((app.status(1).await.sent, app.status(1).await.failed), (37, 3), "the others first, and then it ends");
        let ids = || {
            app.database
                .texts("SELECT CAST(id AS TEXT) || ' ' || attempts AS value FROM deliveries WHERE state = 'failed' ORDER BY id")
        };
        let before = ids();
        // Somebody leaves meanwhile, and somebody's mailbox is gone.
        app.database.execute("UPDATE subscriptions SET state = 'ended' WHERE subscriber_id = (SELECT id FROM subscribers WHERE address = 'reader-4@example.org')");
        app.relay.plays(|_, _| None);
        assert!(matches!(resend(&app).await, Again::Queued { mails: 2, too_large: 0, .. }));
        assert_eq!(app.status(1).await.state, "sending");
        until(&app, "sent").await;
        assert_eq!((app.status(1).await.sent, app.status(1).await.failed), (39, 1));
        everybody_has_it_once(&app.relay, 39, "one provider");
        assert_eq!(ids().len(), 1);
        assert!(before.contains(&ids()[0]), "whoever left stays as they were");
        assert!(matches!(resend(&app).await, Again::Queued { mails: 0, .. }), "nobody gets it twice");
        assert_eq!(app.status(1).await.state, "sent");
    }
);

each_database!(what_has_expired_or_was_given_up_goes_when_staff_say_so, |app| async move {
    let port = free_port();
    let settings = vec![("RELAY__URL", format!("smtp://127.0.0.1:{port}"))];
    let app = TestApp::with(app.database.kind, Setup { settings, ..Setup::default() }).await;
    app.crowd(4).await;
    app.publishes("Treffen").await;
    app.drain().await;
    app.passes(SignedDuration::from_hours(100));
    until(&app, "sent").await;
    assert_eq!(app.status(1).await.failed, 4, "expired");
    let back = FakeRelay::at(port, Options::default()).await;
    // Not this minute: what is let go again is tried for as long as before.
    back.plays(|step, _| (step == "RCPT").then_some("451 4.2.0 later"));
    assert!(matches!(resend(&app).await, Again::Queued { mails: 4, .. }));
    app.drain().await;
    assert_eq!((app.deliveries("queued"), app.deliveries("failed")), (4, 0), "deferred, and neither expired nor given up");
    back.plays(|_, _| None);
    until(&app, "sent").await;
    everybody_has_it_once(&back, 4, "expired");
});

each_database!(what_was_cancelled_does_not_go_again, one_lane(), |app| async move {
    app.crowd(READERS).await;
    app.relay.plays(CAUSES[0].1);
    app.publishes("Treffen").await;
    until(&app, "held").await;
    app.steers(issues::cancel).await;
    app.relay.plays(|_, _| None);
    assert_eq!(resend(&app).await, Again::Cancelled);
    app.drain().await;
    assert_eq!((app.status(1).await.state.as_str(), app.status(1).await.failed, app.relay.count()), ("cancelled", 3, 0));
});

fn nobody_is_here(step: &str, _: &str) -> Option<&'static str> {
    (step == "RCPT").then_some("550 5.1.1 user unknown")
}

each_database!(a_relay_that_knows_nobody_is_taken_back_with_all_that_followed, one_lane(), |app| async move {
    // She reads the newsletter already, so she has a link.
    app.subscriber("ada@example.org").await;
    app.publishes("Fachtag").await;
    app.drain().await;
    let link = link_in_text(app.mails_to("ada@example.org").last().unwrap(), "unsubscribe");
    app.crowd(30).await;
    app.passes(SignedDuration::from_hours(1));
    app.relay.plays(nobody_is_here);
    app.publishes("Treffen").await;
    app.drain().await;
    let issue = |column: &str| app.database.texts(&format!("SELECT {column} AS value FROM issues WHERE number = 2")).remove(0);
    assert_eq!(issue("state"), "held");
    assert!(issue("held_reason").contains("--bounced undo"));
    let suppressed = || app.database.number("SELECT count(*) AS value FROM suppressions");
    let active = || app.database.number("SELECT count(*) AS value FROM subscriptions WHERE state = 'active'");
    assert_eq!((suppressed(), active()), (21, 10));
    // Meanwhile she leaves, somebody is erased, and somebody else has left long before.
    let page = app.get(&link).await;
    assert!(page.status == 200 && page.body.contains("<form"), "there is a button for her: {}", page.body);
    assert_eq!(app.post(&link, &[("List-Unsubscribe", "One-Click")]).await.status, 200);
    assert_eq!(app.database.texts("SELECT ended_channel AS value FROM subscriptions s JOIN subscribers p ON p.id = s.subscriber_id WHERE p.address = 'ada@example.org'"), ["one-click"]);
    let ran = Ran::of(&mut app.command(&["person", "erase", "reader-3@example.org"], &[]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran = Ran::of(&mut app.command(&["issue", "resolve", "weekly", "2", "--bounced", "undo"], &[]));
    assert!(ran.code == Some(0) && ran.out.contains("20 suppressions lifted, 19 subscriptions restored"), "{ran:?}");
    assert_eq!(active(), 10 + 19);
    assert_eq!(suppressed(), 1, "who was erased stays an objection");
    assert!(!app.is_suppressed("reader-5@example.org").await && app.is_suppressed("reader-3@example.org").await);
    let records = "SELECT count(*) AS value FROM consent_records WHERE act = ";
    assert_eq!(app.database.number(&format!("{records}'restored'")), 19);
    assert_eq!(app.database.number(&format!("{records}'lifted'")), 20);
    assert_eq!(Ran::of(&mut app.command(&["consent", "verify"], &[])).code, Some(0), "the log of consent is whole");
    let ran = Ran::of(&mut app.command(&["issue", "resolve", "weekly", "2", "--bounced", "undo"], &[]));
    assert!(ran.code == Some(0) && ran.out.contains("nothing was changed"), "once is enough: {ran:?}");
    app.relay.plays(|_, _| None);
    let (context, now) = (Arc::clone(&app.app.context), app.now());
    let released = app.store.write(move |conn| issues::release(conn, &context, now, "weekly", 2, None)).await.unwrap();
    assert_eq!(released, Steered::Released(19));
    app.drain().await;
    assert_eq!(issue("state"), "sent");
    let to: Vec<String> = app.relay.recipients_after(2);
    let whole: HashSet<&String> = to.iter().collect();
    assert_eq!((to.len(), whole.len()), (29, 29), "everybody once");
    assert!(!to.iter().any(|to| to.starts_with("ada@") || to.starts_with("reader-3@")));
    let agreed =
        app.database.texts("SELECT DISTINCT CAST(confirmed_at AS TEXT) AS value FROM subscriptions WHERE state = 'active'");
    assert_eq!(agreed.len(), 1, "restoring is no new consent: {agreed:?}");
});

each_database!(only_what_a_refusal_caused_is_lifted_and_it_is_recorded, one_lane(), |app| async move {
    app.crowd(3).await;
    app.relay.plays(|step, to| (step == "RCPT" && !to.starts_with("reader-1@")).then_some("550 5.1.1 user unknown"));
    app.publishes("Treffen").await;
    app.drain().await;
    let ran = |arguments: &[&str]| Ran::of(&mut app.command(arguments, &[]));
    let listed = ran(&["suppressions", "list"]);
    assert!(
        listed.out.contains("reader-2@example.org") && listed.out.contains("hard-bounce") && listed.out.contains("2 addresses"),
        "{listed:?}"
    );
    let lift =
        |address: &'static str| ran(&["suppressions", "lift", address, "--by", "Ada Lovelace", "--reason", "she telephoned"]);
    let lifted = lift("Reader-2@example.org");
    assert!(lifted.code == Some(0) && lifted.out.contains("1 subscription that had ended by that goes on"), "{lifted:?}");
    assert!(!app.is_suppressed("reader-2@example.org").await);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM subscriptions WHERE state = 'active'"), 2);
    let shown = ran(&["consent", "show", "reader-2@example.org", "--json"]);
    assert!(shown.out.contains("she telephoned") && shown.out.contains("Ada Lovelace"), "{shown:?}");
    assert_eq!(lift("reader-2@example.org").code, Some(1), "there is nothing left to lift");
    // Who said no, alone can take it back.
    assert_eq!(ran(&["person", "erase", "reader-3@example.org"]).code, Some(0));
    let refused = lift("reader-3@example.org");
    assert!(refused.code == Some(1) && refused.err.contains("only they can take it back"), "{refused:?}");
    assert!(app.is_suppressed("reader-3@example.org").await);
    let listed = ran(&["suppressions", "list", "--json"]);
    assert!(listed.out.contains("\"reason\":\"objection\"") && listed.out.contains("\"address\":null"), "{listed:?}");
    assert_eq!(ran(&["suppressions", "lift", "reader-1@example.org", "--by", " ", "--reason", "x"]).code, Some(2));
});
