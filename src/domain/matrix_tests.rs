//! The whole matrix of Appendix A2 at one look: stage of the conversation × what the relay did → what follows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]

use jiff::{SignedDuration, Timestamp};

use super::after::{Next, POLICY, after};
use super::delivery::{Outcome, Reply, Stage};
use super::guard;
use super::states::DeliveryKind;

/// What follows, in a word.
fn follows(kind: DeliveryKind, outcome: &Outcome) -> &'static str {
    let now: Timestamp = "2026-11-22T09:00:00Z".parse().unwrap();
    match after(kind, outcome, 0, now - SignedDuration::from_mins(10), now, 0.5) {
        Next::Sent => "sent",
        Next::Bounced { suppress: true } => "gone",
        Next::Bounced { suppress: false } => "soft",
        Next::Failed { reason } if reason == POLICY => "policy",
        Next::Failed { .. } => "content",
        Next::Retry { at } if at == now + SignedDuration::from_mins(if kind == DeliveryKind::Issue { 30 } else { 1 }) => "retry",
        Next::Retry { at } => panic!("not the ladder's first step: {at}"),
        Next::BackToQueue => "relay rests",
        Next::Unknown => "unknown",
    }
}

/// How the relay room calls what was heard (mail/relay; tests/it/relay.rs proves it with a server).
type Made = fn(Reply) -> Outcome;
const ACCEPTED: Made = Outcome::Accepted;
const DEFERRED: Made = Outcome::Deferred;
const REJECTED: Made = Outcome::Rejected;
const TROUBLE: Made = Outcome::RelayTrouble;
const UNKNOWN: Made = Outcome::Unknown;

#[test]
fn every_stage_and_every_answer_has_its_consequence_for_news_and_confirmations() {
    use Stage::{Auth, Banner, Connect, Data, Ehlo, FinalDot, Mail, Rcpt, StartTls};
    // Drops and time-outs have code 0: there was no answer. The last column: an issue is held at once (Appendix A1).
    // 2yz before the final dot is not here: the conversation goes on.
    let matrix: &[(Stage, Made, u16, &str, &str, bool)] = &[
        (Connect, TROUBLE, 0, "cannot be reached", "relay rests", false),
        (Connect, TROUBLE, 0, "no answer within 30 s", "relay rests", false),
        (Banner, TROUBLE, 421, "4.3.2 busy", "relay rests", false),
        (Banner, TROUBLE, 450, "4.3.2 later", "relay rests", false),
        (Banner, TROUBLE, 554, "5.7.1 go away", "relay rests", false),
        (Banner, TROUBLE, 0, "closed", "relay rests", false),
        (Banner, TROUBLE, 0, "no answer within 300 s", "relay rests", false),
        (Banner, TROUBLE, 421, "4.7.0 too many connections", "relay rests", false),
        (Ehlo, TROUBLE, 421, "4.3.2 busy", "relay rests", false),
        (Ehlo, TROUBLE, 451, "4.3.0 later", "relay rests", false),
        (Ehlo, TROUBLE, 550, "5.7.1 who are you", "relay rests", false),
        (Ehlo, TROUBLE, 0, "closed", "relay rests", false),
        (Ehlo, TROUBLE, 0, "no answer within 300 s", "relay rests", false),
        (StartTls, TROUBLE, 454, "4.7.0 no TLS now", "relay rests", false),
        (StartTls, TROUBLE, 502, "5.5.1 what?", "relay rests", false),
        (StartTls, TROUBLE, 0, "handshake failed", "relay rests", false),
        (StartTls, TROUBLE, 421, "4.3.2 busy", "relay rests", false),
        (StartTls, TROUBLE, 0, "closed", "relay rests", false),
        (StartTls, TROUBLE, 0, "no answer within 300 s", "relay rests", false),
        (Auth, TROUBLE, 421, "4.7.0 busy", "relay rests", false),
        (Auth, TROUBLE, 454, "4.7.0 later", "relay rests", false),
        (Auth, TROUBLE, 535, "5.7.8 wrong password", "relay rests", true),
        (Auth, TROUBLE, 534, "5.7.9 too weak", "relay rests", true),
        (Auth, TROUBLE, 530, "5.7.0 needed", "relay rests", true),
        (Auth, TROUBLE, 550, "5.7.30 basic authentication is over", "relay rests", true),
        (Auth, TROUBLE, 0, "closed", "relay rests", false),
        (Auth, TROUBLE, 0, "no answer within 300 s", "relay rests", false),
        (Auth, TROUBLE, 0, "relay.token_file cannot be read", "relay rests", false),
        (Mail, TROUBLE, 421, "4.3.2 busy", "relay rests", false),
        (Mail, TROUBLE, 451, "4.3.0 later", "relay rests", false),
        (Mail, TROUBLE, 550, "5.1.8 not from you", "relay rests", false),
        (Mail, TROUBLE, 0, "closed", "relay rests", false),
        (Mail, TROUBLE, 451, "4.7.1 sending limit exceeded", "relay rests", false),
        (Mail, TROUBLE, 530, "5.7.0 sign in first", "relay rests", true),
        (Mail, TROUBLE, 550, "5.7.30 no passwords any more", "relay rests", true),
        (Mail, TROUBLE, 0, "no answer within 300 s", "relay rests", false),
        (Rcpt, TROUBLE, 421, "4.3.2 busy", "relay rests", false),
        (Rcpt, DEFERRED, 450, "4.2.1 greylisted", "retry", false),
        (Rcpt, DEFERRED, 451, "4.7.1 try again", "retry", false),
        (Rcpt, DEFERRED, 452, "4.5.3 too many recipients", "retry", false),
        (Rcpt, DEFERRED, 450, "4.7.28 rate limited", "retry", false),
        (Rcpt, REJECTED, 550, "5.1.1 nobody", "gone", false),
        (Rcpt, REJECTED, 550, "5.2.2 full", "soft", false),
        (Rcpt, REJECTED, 550, "5.7.1 no", "policy", false),
        (Rcpt, REJECTED, 552, "5.2.3 too long", "content", true),
        (Rcpt, REJECTED, 501, "5.5.4 what?", "content", false),
        (Rcpt, REJECTED, 550, "5.1.7 bad sender", "relay rests", false),
        (Rcpt, TROUBLE, 0, "closed", "relay rests", false),
        (Rcpt, DEFERRED, 421, "4.7.28 rate limited", "retry", false),
        (Rcpt, TROUBLE, 530, "5.7.0 sign in first", "relay rests", false),
        (Rcpt, TROUBLE, 0, "no answer within 300 s", "relay rests", false),
        (Data, TROUBLE, 421, "4.3.2 busy", "relay rests", false),
        (Data, DEFERRED, 451, "4.3.0 later", "retry", false),
        (Data, REJECTED, 554, "5.7.1 spam", "policy", false),
        (Data, REJECTED, 552, "5.3.4 too big", "content", true),
        (Data, TROUBLE, 0, "closed", "relay rests", false),
        (Data, DEFERRED, 421, "4.7.0 try again later", "retry", false),
        (Data, TROUBLE, 250, "2.0.0 what?", "relay rests", false),
        (Data, TROUBLE, 0, "no answer within 120 s", "relay rests", false),
        (FinalDot, ACCEPTED, 250, "2.0.0 queued", "sent", false),
        (FinalDot, DEFERRED, 421, "4.3.2 busy", "relay rests", false),
        (FinalDot, DEFERRED, 451, "4.3.0 later", "retry", false),
        (FinalDot, DEFERRED, 421, "4.7.28 rate limited", "retry", false),
        (FinalDot, UNKNOWN, 354, "go on", "unknown", false),
        (FinalDot, REJECTED, 554, "5.7.1 spam", "policy", false),
        (FinalDot, REJECTED, 550, "5.1.1 nobody", "policy", false),
        (FinalDot, REJECTED, 552, "5.3.4 too big", "content", true),
        (FinalDot, REJECTED, 554, "5.6.1 media", "content", false),
        (FinalDot, UNKNOWN, 0, "closed", "unknown", false),
        (FinalDot, UNKNOWN, 0, "no answer within 600 s", "unknown", false),
    ];
    for (stage, made, code, text, expected, held) in matrix {
        let reply = Reply { stage: *stage, code: *code, text: (*text).to_owned() };
        assert_eq!(guard::at_once(&reply).is_some(), *held, "{reply:?}");
        for kind in [DeliveryKind::Issue, DeliveryKind::Confirmation] {
            assert_eq!(follows(kind, &made(reply.clone())), *expected, "{kind}: {reply:?}");
        }
    }
    // No cell is empty: 4yz, 421, 5yz, a drop and a time-out at every stage that has answers.
    for stage in [Banner, Ehlo, StartTls, Auth, Mail, Rcpt, Data, FinalDot] {
        let has = |fits: &dyn Fn(u16, &str) -> bool| matrix.iter().any(|row| row.0 == stage && fits(row.2, row.3));
        let cells = [
            has(&|code, _| (400..500).contains(&code) && code != 421),
            has(&|code, _| code == 421),
            has(&|code, _| (500..600).contains(&code)),
            has(&|code, text| code == 0 && text.starts_with("closed")),
            has(&|code, text| code == 0 && text.starts_with("no answer")),
        ];
        assert_eq!(cells, [true; 5], "{stage:?}");
    }
}
