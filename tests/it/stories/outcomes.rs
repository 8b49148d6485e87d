//! Each fault a relay can show for one recipient, for an issue and for a confirmation: what becomes of the row, whom it is
//! charged to and when it goes again.

use jiff::SignedDuration;
use rundbrief::domain::language::Language;
use rundbrief::journeys::issues::Doubt;

use crate::support::app::{Setup, TestApp, each_database};
use crate::support::mails::Mail;

/// A fault of the fake relay and the row it leaves behind: `state|reason|attempts|stage|code`.
struct Fault {
    address: &'static str,
    row: &'static str,
    /// Goes again after the first step of the ladder.
    waits: bool,
    /// The relay rests.
    rests: bool,
}

const fn fault(address: &'static str, row: &'static str) -> Fault {
    Fault { address, row, waits: false, rests: false }
}

const fn waits(address: &'static str, row: &'static str) -> Fault {
    Fault { address, row, waits: true, rests: false }
}

const fn rests(address: &'static str, row: &'static str) -> Fault {
    Fault { address, row, waits: true, rests: true }
}

/// What is the same for every kind of mail.
const FAULTS: [Fault; 22] = [
    waits("defer-451", "queued||1|RCPT|451"),
    waits("defer-450", "queued||1|RCPT|450"),
    waits("defer-452", "queued||1|RCPT|452"),
    waits("defer-once", "queued||1|RCPT|451"),
    waits("bounce-552", "queued||1|RCPT|552"),
    fault("bounce-550", "bounced|the recipient's address was refused|1|RCPT|550"),
    fault("bounce-553", "bounced|the recipient's address was refused|1|RCPT|553"),
    fault("policy-571", "failed|policy|1|RCPT|571"),
    rests("421-rcpt", "queued||0|RCPT|421"),
    rests("421-data", "queued||0|DATA|421"),
    rests("421-dot", "queued||0|final dot|421"),
    rests("close", "queued||0|RCPT|0"),
    rests("close-data", "queued||0|DATA|0"),
    waits("defer-data-451", "queued||1|DATA|451"),
    fault("reject-data-554", "failed|content|1|DATA|554"),
    waits("defer-dot-451", "queued||1|final dot|451"),
    fault("reject-dot-554", "failed|content|1|final dot|554"),
    fault("latin1", "sent||1|final dot|250"),
    fault("bare", "sent||1|final dot|250"),
    fault("chatty", "sent||1|final dot|250"),
    fault("odd-289", "sent||1|final dot|289"),
    fault("nothing-wrong", "sent||1|final dot|250"),
];

/// The relay may have it.
const DOUBTS: [&str; 4] = ["drop-after-data", "hang", "garbled-dot", "close-before-dot"];

/// Works off what is due, which is one mail to `fault`, and compares what is left of it.
async fn plays_out(app: &TestApp, fault: &Fault, first_wait: i64) {
    let address = format!("{}@example.org", fault.address);
    let drained = app.drain().await;
    assert_eq!(app.row(&address, &["state", "reason", "attempts", "stage", "code"]), fault.row, "{address}");
    assert_eq!(drained.trouble.is_some(), fault.rests, "{address}: {drained:?}");
    assert_eq!(app.database.number("SELECT count(*) AS value FROM relays") == 1, fault.rests, "{address}");
    if fault.waits {
        let due: i64 = app.row(&address, &["due_at"]).parse().unwrap();
        let minutes = (due - app.now().as_microsecond()) as f64 / 60e6;
        let (least, most) = (first_wait as f64 * 0.8, first_wait as f64 * 1.2);
        assert!((least - 0.1..=most).contains(&minutes), "{address} waits {minutes} minutes, not {least} to {most}");
    } else {
        assert_ne!(app.row(&address, &["ended_at"]), "", "{address}");
    }
    assert_eq!(app.is_suppressed(&address).await, fault.address == "bounce-550", "{address}");
    // What waits would come again in the middle of the next fault.
    app.database.execute("DELETE FROM relays");
    app.database.execute("UPDATE deliveries SET state = 'skipped', ended_at = due_at WHERE state = 'queued'");
    app.database.execute("UPDATE subscriptions SET state = 'ended'");
}

each_database!(each_fault_of_an_issue_has_its_consequence, |app| async move {
    for (n, fault) in FAULTS.iter().enumerate() {
        app.active(&format!("{}@example.org", fault.address), Language::De).await;
        app.publishes(&format!("Treffen {n}")).await;
        plays_out(&app, fault, 30).await;
    }
});

each_database!(each_fault_of_a_confirmation_has_its_consequence, |app| async move {
    for fault in &FAULTS {
        assert_eq!(app.asks(&format!("{}@example.org", fault.address), "de").await.status, 200);
        plays_out(&app, fault, 1).await;
    }
});

/// Nobody needs to wait ten minutes for the answer that never comes.
fn impatient() -> Setup {
    Setup { settings: vec![("DELIVERY__FINAL_DOT_SECONDS", "8".to_owned())], ..Setup::default() }
}

each_database!(an_issue_in_doubt_waits_for_staff_and_is_not_sent_before, impatient(), |app| async move {
    for doubt in DOUBTS {
        app.active(&format!("{doubt}@example.org"), Language::De).await;
    }
    app.active("ada@example.org", Language::De).await;
    app.publishes("Treffen").await;
    let drained = app.drain().await;
    assert_eq!((drained.sent, drained.unknown, drained.trouble), (1, 4, None));
    app.passes(SignedDuration::from_hours(24 * 30));
    assert!(app.drain().await.is_idle(), "nothing is resent by itself");
    let counts = app.status(1).await;
    assert_eq!((counts.state.as_str(), counts.unknown, counts.sent), ("sending", 4, 1));
    for doubt in DOUBTS {
        assert_eq!(app.row(&format!("{doubt}@example.org"), &["state", "attempts", "stage"]), "unknown|1|final dot");
    }
    let before = app.relay.unanswered();
    assert_eq!(app.resolves(Doubt::Resend).await, 4);
    assert_eq!(app.drain().await.unknown, 4);
    let mut all = app.relay.unanswered();
    assert_eq!(all.len(), 2 * before.len());
    all.sort_by(|a, b| a.to.cmp(&b.to));
    assert!(all.chunks(2).all(|pair| pair[0] == pair[1]), "the second copies are the same to the byte");
    assert_eq!(app.resolves(Doubt::Accept).await, 4);
    app.drain().await;
    let counts = app.status(1).await;
    assert_eq!((counts.state.as_str(), counts.unknown, counts.sent), ("sent", 0, 5));
    assert_eq!(app.resolves(Doubt::Resend).await, 0, "what staff have accepted is not resent");
    assert_eq!(app.mails_to("ada@example.org").len(), 1);
});

each_database!(a_confirmation_in_doubt_is_sent_once_more_and_then_left_in_doubt, impatient(), |app| async move {
    for doubt in DOUBTS {
        let address = format!("{doubt}@example.org");
        app.asks(&address, "de").await;
        let before = app.relay.unanswered().len();
        app.drain().await;
        let copies = app.relay.unanswered().split_off(before);
        assert_eq!(app.row(&address, &["state", "attempts", "resends"]), "unknown|2|1", "{address}");
        if doubt == "close-before-dot" {
            continue; // that relay took nothing it could show us
        }
        assert_eq!(copies.len(), 2, "{address}");
        assert_eq!(copies[0], copies[1], "the same bytes under the same Message-ID");
        assert!(Mail::parse(&copies[0].data).has_header("Message-ID"));
    }
    app.passes(SignedDuration::from_hours(24));
    assert!(app.drain().await.is_idle());
});

/// Drains at each due time, and a second before to see that nothing happens; the waits in minutes.
async fn climbs_the_ladder(app: &TestApp, address: &str) -> Vec<f64> {
    let mut waits = Vec::new();
    loop {
        let drained = app.drain().await;
        let row = || app.row(address, &["state", "attempts", "stage", "code", "due_at", "node_id"]);
        assert!(!drained.is_idle(), "after {waits:?} at {}: {}", app.now(), row());
        if app.row(address, &["state"]) != "queued" {
            return waits;
        }
        let wait = app.row(address, &["due_at"]).parse::<i64>().unwrap() - app.now().as_microsecond();
        waits.push(wait as f64 / 60e6);
        app.passes(SignedDuration::from_micros(wait - 1_000_000));
        assert!(app.drain().await.is_idle(), "not before its time");
        app.passes(SignedDuration::from_secs(1));
    }
}

fn assert_steps(waits: &[f64], steps: &[f64], hours: f64) {
    let expected = |n: usize| steps.get(n).or(steps.last()).unwrap();
    for (n, wait) in waits.iter().enumerate() {
        assert!((expected(n) * 0.79..=expected(n) * 1.21).contains(wait), "wait {n} of {waits:?}");
    }
    let total: f64 = waits.iter().sum();
    assert!(total <= hours * 60.0 && total >= (hours * 60.0) - steps.last().unwrap() * 1.21, "{total} minutes in all");
}

each_database!(an_issue_is_tried_for_two_days_and_then_given_up_without_blame, |app| async move {
    app.active("defer-451@example.org", Language::De).await;
    app.publishes("Treffen").await;
    let waits = climbs_the_ladder(&app, "defer-451@example.org").await;
    assert_steps(&waits, &[30.0, 30.0, 120.0, 180.0], 48.0);
    assert_eq!(app.row("defer-451@example.org", &["state", "reason"]), "failed|gave up");
    assert!(!app.is_suppressed("defer-451@example.org").await);
    assert_eq!(app.status(1).await.state, "sent", "every row is terminal");
});

each_database!(a_confirmation_is_tried_for_a_day, |app| async move {
    app.asks("defer-451@example.org", "de").await;
    let waits = climbs_the_ladder(&app, "defer-451@example.org").await;
    assert_steps(&waits, &[1.0, 5.0, 15.0, 30.0, 60.0], 24.0);
    assert_eq!(app.row("defer-451@example.org", &["state", "reason"]), "failed|gave up");
});
