//! Who is to blame for what: stage by stage, code by code; and when we try again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::after::{CONTENT, GAVE_UP, Next, POLICY, after, relay_pause};
use super::delivery::{Outcome, Reply, Stage};
use super::states::DeliveryKind;

const STAGES: [Stage; 9] = [
    Stage::Connect,
    Stage::Banner,
    Stage::Ehlo,
    Stage::StartTls,
    Stage::Auth,
    Stage::Mail,
    Stage::Rcpt,
    Stage::Data,
    Stage::FinalDot,
];
const GONE: Next = Next::Bounced { suppress: true };
const SOFT: Next = Next::Bounced { suppress: false };
const POLICY_FAILURE: Next = Next::Failed { reason: POLICY };
const CONTENT_FAILURE: Next = Next::Failed { reason: CONTENT };

fn start() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

fn reply(stage: Stage, text: &str) -> Reply {
    let (code, text) = text.split_once(' ').unwrap_or((text, ""));
    Reply { stage, code: code.parse().unwrap(), text: text.to_owned() }
}

/// What follows an outcome of an issue's first attempt, ten minutes after it was queued.
fn next(outcome: &Outcome) -> Next {
    after(DeliveryKind::Issue, outcome, 0, start() - SignedDuration::from_mins(10), start(), 0.5)
}

fn in_minutes(minutes: i64) -> Next {
    Next::Retry { at: start() + SignedDuration::from_mins(minutes) }
}

#[test]
fn a_refused_recipient_by_code_and_words() {
    for (said, expected) in [
        // The address is at fault for good.
        ("550 5.1.1 user unknown", GONE),
        ("550 5.1.1", GONE),
        ("553 5.1.3 bad address syntax", GONE),
        ("550 5.1.4 ambiguous", GONE),
        ("551 5.1.6 moved", GONE),
        ("556 5.1.10 null MX", GONE),
        ("550 5.7.13 account disabled", GONE),
        ("550 5.7.17 owner changed", GONE),
        ("550 5.7.18 owner changed", GONE),
        ("550 5.2.1 The email account that you tried to reach is inactive", GONE),
        ("554 5.1.1 no such user", GONE),
        ("550 No such user here", GONE),
        ("550 User unknown", GONE),
        ("553 sorry, that mailbox does not exist", GONE),
        ("550 <ada@example.org>: Recipient address rejected: User unknown in local recipient table", GONE),
        ("550 sorry, no mailbox here by that name. (#5.1.1)", GONE),
        ("550 #5.1.1 Address rejected", GONE),
        ("550 5.5.0 Requested action not taken: mailbox does not exist", GONE),
        ("554 delivery error: dd This user doesn't have a yahoo.com account", GONE),
        ("550 Mailbox disabled", GONE),
        ("550 The account is disabled", GONE),
        ("550 user_unknown", GONE),
        ("550 Unknown recipient", GONE),
        ("550 Empfänger unbekannt", GONE),
        ("550 Benutzer unbekannt", GONE),
        ("550 Das Postfach existiert nicht", GONE),
        ("550 5.1.0 no such user", GONE),
        // The code outweighs the words.
        ("550 5.1.1 Mailbox quota exceeded", GONE),
        ("550 5.1.1 blocked", GONE),
        // Perhaps another time.
        ("550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents delivery", SOFT),
        ("552 5.2.2 mailbox full", SOFT),
        ("550 5.1.2 bad domain", SOFT),
        ("550 5.4.4 unable to route", SOFT),
        ("550 5.4.6 loop", SOFT),
        ("550 5.4.7 expired", SOFT),
        ("550 5.3.0 system trouble", SOFT),
        ("550 5.0.0 refused", SOFT),
        ("550 5.5.0 refused", SOFT),
        ("550 4.2.2 mailbox full", SOFT),
        ("550 mailbox unavailable", SOFT),
        ("550", SOFT),
        ("551 user not local", SOFT),
        ("553 mailbox name not allowed", SOFT),
        ("552 storage exceeded", SOFT),
        // A full mailbox, in the words of many where the code says nothing.
        ("550 Mailbox quota exceeded", SOFT),
        ("550 5.0.0 Mailbox quota exceeded", SOFT),
        ("550 5.2.0 over quota", SOFT),
        ("552 Mailbox is full", SOFT),
        ("550 sorry, user is over-quota", SOFT),
        ("554 delivery error: dd Sorry, your message to ada@example.org cannot be delivered. This account is over quota", SOFT),
        ("550 Requested action aborted: exceeded storage allocation", SOFT),
        ("550 Insufficient storage", SOFT),
        ("550 Mailbox size limit exceeded", SOFT),
        ("550 552 5.2.2 mailbox full", SOFT),
        ("550 Das Postfach ist voll", SOFT),
        ("550 Postfach voll: kein Speicherplatz", SOFT),
        ("550 Speicherkontingent überschritten", SOFT),
        ("550 Boîte pleine", SOFT),
        ("550 Mailbox quota exceeded; the account is inactive", SOFT),
        ("552 5.2.2 The email account is out of storage space and inactive", SOFT),
        // Away for the time being, or a matter of names and ways.
        ("550 Mailbox temporarily disabled", SOFT),
        ("550 Host unknown", SOFT),
        ("550 Domain not found", SOFT),
        ("550 No MX record for this domain", SOFT),
        ("550 Unrouteable address", SOFT),
        ("550 DNS error: example.org does not exist", SOFT),
        ("550 5.4.1 Recipient address rejected: Access denied", SOFT),
        ("550 account suspended", SOFT),
        ("521 host takes no mail", SOFT),
        ("556 domain takes no mail", SOFT),
        // Policy is about us, whatever the code.
        ("550 5.7.1 blocked", POLICY_FAILURE),
        ("550 5.7.26 not authenticated", POLICY_FAILURE),
        ("550 5.7.515 access denied", POLICY_FAILURE),
        ("550 4.7.1 greylisted for ever", POLICY_FAILURE),
        ("554 transaction failed", POLICY_FAILURE),
        ("554 5.0.0 refused", POLICY_FAILURE),
        ("550 your address is on a blocklist; the user does not exist", POLICY_FAILURE),
        ("530 authentication required", POLICY_FAILURE),
        ("550 5.7.1 User unknown", POLICY_FAILURE),
        ("550 5.7.1 Mailbox quota exceeded", POLICY_FAILURE),
        ("554 5.7.1 <ada@example.org>: Relay access denied", POLICY_FAILURE),
        ("550 Relaying denied", POLICY_FAILURE),
        ("550 relay not permitted", POLICY_FAILURE),
        ("553 sorry, that domain isn't in my list of allowed rcpthosts; relaying prohibited", POLICY_FAILURE),
        ("550 Message rejected as spam", POLICY_FAILURE),
        ("550 Zugriff verweigert", POLICY_FAILURE),
        ("550 Gegen die Richtlinien", POLICY_FAILURE),
        ("550 too many connections", POLICY_FAILURE),
        ("550 You have exceeded your daily sending quota", POLICY_FAILURE),
        ("550 5.4.5 Daily user sending limit exceeded", POLICY_FAILURE),
        // R92: a permanent code is not tried again; and it is not the reader's fault.
        ("550 Greylisted, try again later", POLICY_FAILURE),
        // So is what we wrote.
        ("552 5.2.3 message too long for this mailbox", CONTENT_FAILURE),
        ("552 5.3.4 message too big", CONTENT_FAILURE),
        ("552 message size exceeds the limit", CONTENT_FAILURE),
        ("552 Message too large", CONTENT_FAILURE),
        ("554 Message too big", CONTENT_FAILURE),
        ("550 Nachricht zu groß", CONTENT_FAILURE),
        ("501 5.5.4 bad parameter", CONTENT_FAILURE),
        ("550 5.6.7 address needs SMTPUTF8", CONTENT_FAILURE),
        ("501 syntax", CONTENT_FAILURE),
        ("555 parameter unknown", CONTENT_FAILURE),
        // Too much at once.
        ("552 too many recipients", in_minutes(30)),
        ("550 5.5.3 too many recipients", in_minutes(30)),
        // Our sender address.
        ("550 5.1.8 bad sender", Next::BackToQueue),
        ("550 5.1.7 bad sender syntax", Next::BackToQueue),
        ("550 5.7.27 sender has null MX", Next::BackToQueue),
        ("550 Sender rejected", Next::BackToQueue),
        ("553 Sender address rejected: Domain not found", Next::BackToQueue),
        ("550 sender verify failed", Next::BackToQueue),
        ("550 5.1.0 sender rejected", Next::BackToQueue),
        ("550 Absenderadresse abgelehnt", Next::BackToQueue),
    ] {
        assert_eq!(next(&Outcome::Rejected(reply(Stage::Rcpt, said))), expected, "{said}");
    }
}

#[test]
fn a_refused_message_suppresses_nobody() {
    for stage in [Stage::Data, Stage::FinalDot] {
        for (said, expected) in [
            ("554 5.7.1 spam", POLICY_FAILURE),
            ("550 5.7.26 unauthenticated", POLICY_FAILURE),
            ("554 transaction failed", POLICY_FAILURE),
            ("550 rejected", POLICY_FAILURE),
            ("550 5.1.1 user unknown", POLICY_FAILURE),
            ("550 5.2.2 full", POLICY_FAILURE),
            ("550 5.1.8 bad sender", POLICY_FAILURE),
            ("552 5.3.4 too big", CONTENT_FAILURE),
            ("552 message too large", CONTENT_FAILURE),
            ("550 5.6.1 media not supported", CONTENT_FAILURE),
            ("554 5.5.2 syntax", CONTENT_FAILURE),
            ("500 line too long", CONTENT_FAILURE),
        ] {
            assert_eq!(next(&Outcome::Rejected(reply(stage, said))), expected, "{said} at {}", stage.as_str());
        }
    }
}

#[test]
fn before_the_recipient_is_named_no_refusal_concerns_the_recipient() {
    for stage in STAGES.into_iter().filter(|stage| *stage < Stage::Rcpt) {
        for said in ["550 5.1.1 user unknown", "554 5.7.1 no", "535 5.7.8 bad credentials", "421 later", "500"] {
            assert_eq!(next(&Outcome::Rejected(reply(stage, said))), Next::BackToQueue);
            assert_eq!(next(&Outcome::RelayTrouble(reply(stage, said))), Next::BackToQueue);
        }
    }
}

#[test]
fn the_other_outcomes_are_what_they_say_at_every_stage() {
    for stage in STAGES {
        assert_eq!(next(&Outcome::Accepted(reply(stage, "250 2.0.0 queued as 4711"))), Next::Sent);
        assert_eq!(next(&Outcome::Unknown(reply(stage, "0 connection lost"))), Next::Unknown);
        assert_eq!(next(&Outcome::RelayTrouble(reply(stage, "0 connection refused"))), Next::BackToQueue);
        assert_eq!(next(&Outcome::Deferred(reply(stage, "421 4.3.2 shutting down"))), Next::BackToQueue);
        // R92: the basic code says that there may be another try, whatever the enhanced one says.
        for said in ["450 4.2.1 greylisted", "451 later", "452 4.2.2 full", "450 5.1.1 user unknown", "450 5.7.1 no", "0 dropped"]
        {
            assert_eq!(next(&Outcome::Deferred(reply(stage, said))), in_minutes(30), "{said}");
        }
    }
}

/// The minutes after queueing at which a delivery is tried, if the relay defers it every time.
fn tries(kind: DeliveryKind, jitter: f64) -> Vec<i64> {
    let mut now = start();
    let mut seen = vec![0];
    for attempts in 0.. {
        match after(kind, &Outcome::Deferred(reply(Stage::Rcpt, "451 later")), attempts, start(), now, jitter) {
            Next::Retry { at } => now = at,
            Next::Failed { reason } => {
                assert_eq!(reason, GAVE_UP);
                return seen;
            }
            other => panic!("{other:?}"),
        }
        seen.push(now.duration_since(start()).as_mins());
    }
    seen
}

#[test]
fn a_deferred_issue_is_tried_for_two_days_and_what_somebody_waits_for_for_one() {
    let issue = tries(DeliveryKind::Issue, 0.5);
    assert_eq!(issue[..6], [0, 30, 60, 180, 360, 540]);
    assert_eq!(*issue.last().unwrap(), 48 * 60);
    for kind in [DeliveryKind::Confirmation, DeliveryKind::Test, DeliveryKind::Notice] {
        let awaited = tries(kind, 0.5);
        assert_eq!(awaited[..7], [0, 1, 6, 21, 51, 111, 171]);
        assert!(*awaited.last().unwrap() <= 24 * 60 && *awaited.last().unwrap() > 23 * 60);
    }
}

#[test]
fn chance_moves_a_try_by_a_fifth_at_most() {
    let at = |jitter| after(DeliveryKind::Issue, &Outcome::Deferred(reply(Stage::Rcpt, "451")), 0, start(), start(), jitter);
    assert_eq!(at(0.0), in_minutes(24));
    assert_eq!(at(1.0), in_minutes(36));
    assert_eq!(at(-7.0), in_minutes(24));
    assert_eq!(at(7.0), in_minutes(36));
    assert_eq!(at(f64::NAN), in_minutes(30));
}

#[test]
fn a_mail_that_the_relay_stumbles_over_every_time_ends_in_giving_up() {
    let later = start() + SignedDuration::from_hours(48);
    for outcome in
        [Outcome::Rejected(reply(Stage::Rcpt, "550 5.1.8 bad sender")), Outcome::Deferred(reply(Stage::Rcpt, "421 bye"))]
    {
        assert_eq!(after(DeliveryKind::Issue, &outcome, 0, start(), later, 0.5), Next::Failed { reason: GAVE_UP });
    }
    // A relay that is down is no fault of the mail's, however long.
    let down = Outcome::RelayTrouble(reply(Stage::Connect, "0 refused"));
    assert_eq!(after(DeliveryKind::Issue, &down, 0, start(), later, 0.5), Next::BackToQueue);
}

#[test]
fn a_relay_rests_longer_each_time_up_to_ten_minutes() {
    let seconds: Vec<i64> = (0..10).map(|failures| relay_pause(failures).as_secs()).collect();
    assert_eq!(seconds, [5, 5, 10, 20, 40, 80, 160, 320, 600, 600]);
    assert_eq!(relay_pause(u32::MAX).as_secs(), 600);
}

proptest! {
    #[test]
    fn every_outcome_has_an_answer_and_only_a_refused_recipient_is_suppressed(
        stage in 0usize..9, code in any::<u16>(), text in "([245]\\.[0-9]{1,3}\\.[0-9]{1,3} )?.{0,40}", which in 0u8..5, attempts in any::<u32>(), age in 0i64..5_000, jitter in any::<f64>(),
    ) {
        let reply = Reply { stage: STAGES[stage], code, text };
        let outcome = match which {
            0 => Outcome::Accepted(reply), 1 => Outcome::Deferred(reply), 2 => Outcome::Rejected(reply), 3 => Outcome::RelayTrouble(reply), _ => Outcome::Unknown(reply),
        };
        let next = after(DeliveryKind::Issue, &outcome, attempts, start() - SignedDuration::from_mins(age), start(), jitter);
        match next {
            Next::Bounced { .. } => prop_assert!(which == 2 && STAGES[stage] == Stage::Rcpt),
            Next::Retry { at } => prop_assert!(at > start() && at <= start() + SignedDuration::from_mins(216)),
            _ => {}
        }
    }
}
