//! An issue whose first mails go wrong is held for a person; one that could not go out in time ends; a relay in trouble is
//! tried by one mail at a time.

use jiff::SignedDuration;
use rundbrief::domain::language::Language;
use rundbrief::journeys::issues::{self, Steered};

use crate::support::app::{Setup, TestApp, each_database};
use crate::support::process::free_port;
use crate::support::relay::{FakeRelay, Options, Script};

/// One connection, so that mails end in their order.
fn one_lane() -> Setup {
    Setup { settings: vec![("RELAY__CONNECTIONS", "1".to_owned())], ..Setup::default() }
}

/// `prefix+1@example.org` and so on.
async fn readers(app: &TestApp, prefix: &str, count: usize) {
    for n in 1..=count {
        app.active(&format!("{prefix}+{n}@example.org"), Language::De).await;
    }
}

fn held_reason(app: &TestApp) -> String {
    app.database.texts("SELECT coalesce(held_reason, '') AS value FROM issues").remove(0)
}

async fn release(app: &TestApp) {
    let (context, now) = (std::sync::Arc::clone(&app.app.context), app.now());
    let released = app.store.write(move |conn| issues::release(conn, &context, now, "weekly", 1, None)).await.unwrap();
    assert_eq!(released, Steered::Done);
}

each_database!(an_issue_to_an_old_list_is_held_once_and_goes_on_when_staff_say_so, one_lane(), |app| async move {
    readers(&app, "bounce-550", 30).await;
    app.crowd(40).await;
    app.publishes("Treffen").await;
    let drained = app.drain().await;
    assert_eq!((drained.bounced, drained.sent), (21, 0), "held at the first above a tenth of 200: {drained:?}");
    assert_eq!(app.status(1).await.state, "held");
    assert!(held_reason(&app).contains("21 of the first 21 mails were refused for good"), "{}", held_reason(&app));
    assert_eq!((app.deliveries("queued"), app.deliveries("claimed")), (49, 0), "its claims went back");
    // Somebody who subscribes now does not wait for staff.
    app.asks("ada@example.org", "de").await;
    assert_eq!(app.drain().await.sent, 1);
    app.passes(SignedDuration::from_secs(1));
    release(&app).await;
    assert_eq!(held_reason(&app), "");
    let drained = app.drain().await;
    assert_eq!((drained.bounced, drained.sent), (9, 40), "after that it is not held again");
    assert_eq!(app.status(1).await.state, "sent");
});

each_database!(the_first_bounces_of_a_small_issue_hold_nothing, |app| async move {
    readers(&app, "bounce-550", 3).await;
    app.crowd(2).await;
    app.publishes("Treffen").await;
    let drained = app.drain().await;
    assert_eq!((drained.bounced, drained.sent), (3, 2));
    assert_eq!(app.status(1).await.state, "sent");
});

each_database!(an_issue_refused_by_policy_is_held_after_five, one_lane(), |app| async move {
    readers(&app, "policy-571", 8).await;
    app.crowd(10).await;
    app.publishes("Treffen").await;
    assert_eq!(app.drain().await.failed, 5);
    assert!(held_reason(&app).contains("refused by policy"), "{}", held_reason(&app));
});

each_database!(a_message_refused_three_times_in_a_row_is_not_tried_on_everybody, one_lane(), |app| async move {
    readers(&app, "reject-dot-554", 10).await;
    app.publishes("Treffen").await;
    assert_eq!(app.drain().await.failed, 3);
    assert!(held_reason(&app).contains("3 times in a row"), "{}", held_reason(&app));
    assert_eq!(app.status(1).await.state, "held");
});

each_database!(a_wrong_password_holds_the_issue_and_is_tried_ever_more_rarely, |app| async move {
    let relay = FakeRelay::with(Options { auth: Some("PLAIN"), ..Options::default() }).await;
    let url = relay.url().replace("smtp://", "smtp://news:wrong@");
    let settings = vec![("RELAY__URL", url), ("RELAY__CONNECTIONS", "1".to_owned())];
    let app = TestApp::with(app.database.kind, Setup { settings, ..Setup::default() }).await;
    app.crowd(5).await;
    app.publishes("Treffen").await;
    assert!(app.drain().await.trouble.is_some());
    assert!(held_reason(&app).contains("user or password"), "{}", held_reason(&app));
    assert_eq!(app.deliveries("queued"), 5, "nobody is charged");
    release(&app).await;
    for _ in 0..20 {
        app.drain().await;
    }
    assert_eq!(relay.connections(), 1, "it rests while the clock stands still");
});

/// What relays say to AUTH, or to MAIL, when they want somebody else: not now and never for this password.
const NOT_YOU: [(&str, Script, &str); 5] = [
    ("AUTH", |step, _| (step == "AUTH").then_some("535 5.7.8 wrong"), "user or password"),
    ("AUTH", |step, _| (step == "AUTH").then_some("534 5.7.9 too weak"), "user or password"),
    ("AUTH", |step, _| (step == "AUTH").then_some("530 5.7.0 first something else"), "user or password"),
    ("AUTH", |step, _| (step == "AUTH").then_some("550 5.7.30 Basic authentication is not supported"), "auth=xoauth2"),
    ("MAIL", |step, _| (step == "MAIL").then_some("530 5.7.57 Client not authenticated"), "sign in"),
];

each_database!(whoever_may_not_sign_in_is_told_so_and_does_not_try_in_a_loop, |app| async move {
    for (verb, script, words) in NOT_YOU {
        let relay = FakeRelay::with(Options { auth: Some("PLAIN"), ..Options::default() }).await;
        relay.plays(script);
        let url = relay.url().replace("smtp://", "smtp://news:s3cret@");
        let settings = vec![("RELAY__URL", url), ("RELAY__CONNECTIONS", "1".to_owned())];
        let app = TestApp::with(app.database.kind, Setup { settings, ..Setup::default() }).await;
        app.crowd(5).await;
        app.publishes("Treffen").await;
        app.asks("ada@example.org", "de").await;
        let tries = || relay.commands().iter().filter(|line| line.starts_with(verb)).count();
        // The confirmation meets it first, an issue's mail is the next probe.
        for rest in [5, 10, 20, 40, 80, 160, 320, 600, 600] {
            let before = tries();
            for _ in 0..5 {
                assert!(app.drain().await.trouble.is_some());
            }
            assert_eq!(tries(), before + 1, "once in {rest} seconds");
            app.passes(SignedDuration::from_secs(rest));
        }
        app.database.execute("UPDATE deliveries SET state = 'skipped', ended_at = due_at WHERE issue_id IS NULL");
        assert!(app.drain().await.trouble.is_some());
        assert!(held_reason(&app).contains(words), "{}", held_reason(&app));
        assert_eq!((app.deliveries("queued"), app.status(1).await.state.as_str()), (5, "held"), "nobody is charged");
    }
});

each_database!(an_access_token_that_somebody_renews_in_its_file_is_used, |app| async move {
    let relay = FakeRelay::with(Options { auth: Some("XOAUTH2"), ..Options::default() }).await;
    let file = app.folder.path().join("token");
    let url = relay.url().replace("smtp://", "smtp://news@") + "?auth=xoauth2";
    let settings = vec![
        ("RELAY__URL", url),
        ("RELAY__TOKEN_FILE", file.display().to_string()),
        ("RELAY__MAILS_PER_CONNECTION", "1".to_owned()),
    ];
    let app = TestApp::with(app.database.kind, Setup { settings, ..Setup::default() }).await;
    app.crowd(1).await;
    for token in ["eyJ0.first", "eyJ0.second"] {
        relay.takes_token(token);
        std::fs::write(&file, token).unwrap();
        app.publishes(token).await;
        assert_eq!(app.drain().await.sent, 1);
    }
    // It is gone: nobody's fault, and said in words.
    std::fs::remove_file(&file).unwrap();
    app.publishes("Fachtag").await;
    let trouble = app.drain().await.trouble.unwrap();
    assert!(trouble.contains("relay.token_file") && trouble.contains("cannot be read"), "{trouble}");
    assert_eq!(app.status(3).await.state, "sending", "it goes on by itself when the file is back");
});

each_database!(a_sender_that_is_refused_three_times_holds_the_issue, |app| async move {
    let relay = Options { mail: Some("550 5.1.8 not from you"), ..Options::default() };
    let app = TestApp::with(app.database.kind, Setup { relay, ..one_lane() }).await;
    app.crowd(5).await;
    app.publishes("Treffen").await;
    for state in ["sending", "sending", "held"] {
        assert!(app.drain().await.trouble.is_some());
        assert_eq!(app.status(1).await.state, state);
        app.passes(SignedDuration::from_mins(1));
    }
    assert!(held_reason(&app).contains("sender address"), "{}", held_reason(&app));
});

each_database!(news_that_could_not_go_out_for_two_days_expire, |app| async move {
    let port = free_port();
    let settings = vec![("RELAY__URL", format!("smtp://127.0.0.1:{port}"))];
    let app = TestApp::with(app.database.kind, Setup { settings, ..Setup::default() }).await;
    app.crowd(3).await;
    app.publishes("Treffen").await;
    assert!(app.drain().await.trouble.is_some());
    app.passes(SignedDuration::from_hours(48));
    assert!(app.drain().await.trouble.is_some(), "until then it is tried");
    assert_eq!(app.deliveries("queued"), 3);
    app.passes(SignedDuration::from_hours(1));
    let back = FakeRelay::at(port, Options::default()).await;
    app.drain().await;
    assert_eq!(app.row("reader-1@example.org", &["state", "reason", "attempts"]), "failed|expired|0");
    assert_eq!((app.deliveries("failed"), back.connections()), (3, 0));
    assert_eq!(app.status(1).await.state, "sent", "every row has ended");
});

each_database!(a_relay_in_trouble_is_tried_by_one_mail_and_the_others_follow, |app| async move {
    let relay = Options { mail: Some("451 4.3.0 later"), ..Options::default() };
    let settings = vec![("RELAY__CONNECTIONS", "8".to_owned())];
    let app = TestApp::with(app.database.kind, Setup { relay, settings, ..Setup::default() }).await;
    app.crowd(50).await;
    app.publishes("Treffen").await;
    app.drain().await;
    let tries = || app.relay.commands().iter().filter(|line| line.starts_with("MAIL")).count();
    assert!(tries() <= 8, "the first time every lane may meet it");
    for rest in [5, 10, 20, 40] {
        let before = tries();
        app.passes(SignedDuration::from_secs(rest));
        for _ in 0..3 {
            assert!(app.drain().await.trouble.is_some());
        }
        assert_eq!(tries(), before + 1, "one try after {rest} seconds");
    }
});
