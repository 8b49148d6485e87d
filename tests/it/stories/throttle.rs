//! "Not so fast": whoever asks for less mail gets a rest and then one mail at a time, and nobody else waits (R64).

use jiff::SignedDuration;
use rundbrief::domain::language::Language;

use crate::support::app::{Setup, TestApp, each_database};
use crate::support::database::Kind;
use crate::support::relay::{Options, Script};

fn lanes(connections: usize) -> Setup {
    Setup { settings: vec![("RELAY__CONNECTIONS", connections.to_string())], ..Setup::default() }
}

/// `reader1@slow.example` and so on.
async fn slow_readers(app: &TestApp, count: usize) {
    for n in 1..=count {
        app.active(&format!("reader{n}@slow.example"), Language::De).await;
    }
}

/// How often mail for a domain was tried.
fn tries(app: &TestApp, domain: &str) -> usize {
    let domain = format!("@{domain}>");
    app.relay.commands().iter().filter(|line| line.starts_with("RCPT") && line.contains(&domain)).count()
}

fn mails(app: &TestApp) -> usize {
    app.relay.commands().iter().filter(|line| line.starts_with("MAIL")).count()
}

fn throttles(app: &TestApp) -> Vec<String> {
    app.database.texts("SELECT destination AS value FROM throttles ORDER BY destination")
}

const AS_USUAL: Script = |_, _| None;

/// At each step at which a destination may ask, in the words of those who do.
const ASKING: [Script; 4] = [
    |step, to| (step == "RCPT" && to.ends_with("@slow.example")).then_some("450 4.7.28 rate limited"),
    |step, to| (step == "RCPT" && to.ends_with("@slow.example")).then_some("421 4.7.0 [TSS04] temporarily deferred"),
    |step, to| (step == "DATA" && to.ends_with("@slow.example")).then_some("451 please try again later"),
    |step, to| (step == "DOT" && to.ends_with("@slow.example")).then_some("451 4.7.1 too many mails from you"),
];

each_database!(a_domain_that_asks_for_less_rests_ten_minutes_and_goes_on_one_by_one, |app| async move {
    for (n, asking) in ASKING.into_iter().enumerate() {
        let app = TestApp::with(app.database.kind, lanes(1)).await;
        slow_readers(&app, 16).await;
        app.crowd(20).await;
        app.publishes("Treffen").await;
        app.relay.plays(asking);
        let drained = app.drain().await;
        assert_eq!((drained.sent, drained.deferred, &drained.trouble), (20, 1, &None), "{n}: the others go on: {drained:?}");
        assert_eq!(throttles(&app), ["slow.example"], "{n}");
        // Where the final dot is answered so, the next mail was named already.
        let tried = tries(&app, "slow.example");
        assert!(tried == 1 || (n == 3 && tried == 2), "{n}: {tried}");
        let charged = "SELECT count(*) AS value FROM deliveries WHERE state = 'queued' AND attempts > 0";
        assert_eq!(app.database.number(charged), 1, "{n}: only what was tried");
        // What is asked for in the middle of a rest waits as well, and a confirmation is no exception.
        app.asks("ada@slow.example", "de").await;
        app.passes(SignedDuration::from_secs(599));
        app.drain().await;
        assert_eq!(tries(&app, "slow.example"), tried, "{n}: it rests");
        app.passes(SignedDuration::from_secs(1));
        // Still asking: one try, another rest.
        assert_eq!(app.drain().await.deferred, 1, "{n}");
        assert_eq!((tries(&app, "slow.example"), app.row("ada@slow.example", &["attempts"])), (tried + 1, "1".to_owned()), "{n}");
        app.passes(SignedDuration::from_secs(599));
        app.drain().await;
        assert_eq!(tries(&app, "slow.example"), tried + 1, "{n}");
        app.relay.plays(AS_USUAL);
        app.passes(SignedDuration::from_secs(1));
        // Ten minutes later everybody is due: one, then two, and so on.
        let mut rounds = Vec::new();
        while app.deliveries("queued") > 0 {
            rounds.push(app.drain().await.sent);
            app.passes(SignedDuration::from_mins(1));
        }
        if rounds[0] == 3 {
            // The confirmation went first, and was done before anybody looked at the issue: then two went, in the same drain.
            rounds.splice(..1, [1, 2]);
        }
        assert_eq!(rounds.get(..5), Some([1, 2, 3, 4, 5].as_slice()), "{n}: {rounds:?}");
        assert_eq!((rounds.iter().sum::<u64>(), app.deliveries("sent")), (17, 37), "{n}: everybody in the end: {rounds:?}");
    }
});

each_database!(many_lanes_keep_to_what_a_recovering_domain_takes, |app| async move {
    let relay = Options { delay: std::time::Duration::from_millis(2), ..Options::default() };
    let app = TestApp::with(app.database.kind, Setup { relay, ..lanes(8) }).await;
    slow_readers(&app, 300).await;
    app.publishes("Treffen").await;
    app.relay.plays(ASKING[0]);
    let drained = app.drain().await;
    assert!(drained.deferred <= 8, "what lanes had in hand, and no more: {drained:?}");
    app.relay.plays(AS_USUAL);
    app.passes(SignedDuration::from_mins(10));
    while app.deliveries("queued") > 0 {
        app.drain().await;
        app.passes(SignedDuration::from_mins(1));
    }
    // One after the first, two more after the next two …
    let (mut at_once, mut left) = (1, 1);
    for (n, under_way) in app.relay.at_once().into_iter().enumerate() {
        assert!(under_way <= at_once, "{under_way} at once at the {n}th mail, {at_once} were allowed");
        left -= 1;
        if left == 0 {
            at_once += 1;
            left = at_once;
        }
    }
    assert_eq!((app.relay.count(), throttles(&app)), (300, vec![]), "after 210 mails it is a domain like any other");
});

each_database!(a_relay_that_asks_for_less_rests_as_a_whole_and_recovers_one_by_one, |app| async move {
    for asking in ["451 4.7.1 sending limit exceeded", "421 4.7.28 too many mails"] {
        let delay = std::time::Duration::from_millis(2);
        let app = TestApp::with(app.database.kind, Setup { relay: Options { delay, ..Options::default() }, ..lanes(8) }).await;
        app.crowd(60).await;
        app.publishes("Treffen").await;
        app.relay.plays(if asking.starts_with("421") {
            |step, _| (step == "MAIL").then_some("421 4.7.28 too many mails")
        } else {
            |step, _| (step == "MAIL").then_some("451 4.7.1 sending limit exceeded")
        });
        assert!(app.drain().await.trouble.unwrap().contains(&asking[4..]));
        let tried = mails(&app);
        assert!(tried <= 8, "each lane once: {tried}");
        app.passes(SignedDuration::from_secs(599));
        assert!(app.drain().await.trouble.unwrap().contains(&asking[4..]), "it says what it waits for");
        assert_eq!(mails(&app), tried);
        app.passes(SignedDuration::from_secs(1));
        app.drain().await;
        assert_eq!(mails(&app), tried + 1, "one try for all nodes");
        app.relay.plays(AS_USUAL);
        app.passes(SignedDuration::from_mins(10));
        while app.deliveries("queued") > 0 {
            app.drain().await;
        }
        let at_once = app.relay.at_once();
        assert_eq!(at_once.first(), Some(&1));
        assert!(at_once.iter().take(3).all(|n| *n <= 2) && at_once.iter().take(45).all(|n| *n <= 9), "{at_once:?}");
        let charged = "SELECT count(*) AS value FROM deliveries WHERE attempts <> 1 OR state <> 'sent'";
        assert_eq!((app.relay.count(), app.database.number(charged)), (60, 0), "nobody was charged, everybody has one");
    }
});

each_database!(five_domains_that_ask_at_once_are_the_relays_own_limit, lanes(1), |app| async move {
    for n in 1..=9 {
        app.active(&format!("ada@domain{n}.example"), Language::De).await;
    }
    app.publishes("Treffen").await;
    app.relay.plays(|step, _| (step == "RCPT").then_some("450 4.7.1 sending limit exceeded"));
    let drained = app.drain().await;
    assert!(drained.deferred >= 5 && throttles(&app).contains(&"*".to_owned()), "{drained:?} {:?}", throttles(&app));
    let tried = mails(&app);
    app.passes(SignedDuration::from_secs(599));
    assert!(app.drain().await.trouble.unwrap().contains("sending limit exceeded"));
    assert_eq!(mails(&app), tried, "nobody is tried any more");
    app.relay.plays(AS_USUAL);
    for _ in 0..60 {
        app.passes(SignedDuration::from_mins(1));
        app.drain().await;
    }
    assert_eq!(app.deliveries("sent"), 9);
});

each_database!(a_greylisted_reader_and_a_full_mailbox_slow_nobody_down, |app| async move {
    app.active("defer-once+1@slow.example", Language::De).await;
    app.active("defer-452@slow.example", Language::De).await;
    slow_readers(&app, 5).await;
    app.publishes("Treffen").await;
    let drained = app.drain().await;
    assert_eq!((drained.sent, drained.deferred, throttles(&app)), (5, 2, vec![]));
});

fn holding() -> Setup {
    let relay = Options { holds_after: Some(1), delay: std::time::Duration::from_millis(5), ..Options::default() };
    Setup { relay, ..lanes(1) }
}

each_database!(what_another_node_was_told_is_kept_to_also_with_mails_that_are_claimed, holding(), |app| async move {
    slow_readers(&app, 300).await;
    app.publishes("Treffen").await;
    let engine = app.engine().await;
    let delivering = tokio::spawn(async move { engine.drain().await });
    app.relay.wait_for(2).await;
    assert!(app.deliveries("claimed") > 250, "the relay thinks about the second, and the others are claimed");
    // Meanwhile another node is told.
    let until = app.now().as_microsecond() + 600_000_000;
    app.database.execute(&format!("INSERT INTO throttles VALUES ('slow.example', {until}, 1, 0, 'rate limited')"));
    app.until("throttles", |throttles| throttles == 1).await;
    // Until this node has looked, a second later at most.
    let drained = tokio::select! {
        drained = delivering => drained.unwrap().unwrap(),
        () = app.relay.answers_slowly() => unreachable!("it answers for ever"),
    };
    assert!(drained.sent < 100, "{drained:?}");
    let put_off = format!("SELECT count(*) AS value FROM deliveries WHERE state = 'queued' AND due_at = {until}");
    assert_eq!(app.database.number(&put_off), 300 - i64::try_from(drained.sent).unwrap());
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_is_told_the_other_keeps_to_on_postgres() {
    let app = TestApp::on(Kind::Postgres).await;
    slow_readers(&app, 200).await;
    app.crowd(400).await;
    app.relay.plays(ASKING[0]);
    let mut workers = [app.worker("one", &[]), app.worker("two", &[])];
    app.until("nodes WHERE beat > 0", |living| living == 2).await;
    app.publishes("Treffen").await;
    app.until("deliveries WHERE state = 'sent'", |sent| sent == 400).await;
    // Each of four lanes may have had one in hand when it was told; all others are put off for ten minutes.
    assert!(tries(&app, "slow.example") <= 4, "{}", tries(&app, "slow.example"));
    let rest = "SELECT count(*) AS value FROM deliveries d, throttles t WHERE d.state = 'queued' AND d.due_at >= t.rests_until - 60000000";
    app.until("deliveries WHERE state = 'claimed'", |claimed| claimed == 0).await;
    assert_eq!(app.database.number(rest), 200);
    for worker in &mut workers {
        worker.stop();
    }
}
