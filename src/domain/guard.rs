//! The run guard: when the first results of an issue say that something is wrong with it or with us, a person has to look
//! before everybody else gets the same (R90; Appendix A1 and A2 of our requirements: "stop run").
//!
//! The limits are shares of the first 200 results, as numbers: 21 hard refusals or 5 of policy hold an issue, however few
//! results there are yet. So neither the first bounces of a small issue nor chance among the first few hold anything.

use super::delivery::{Reply, Stage, without_addresses};
use super::states::DeliveryState;
use super::verdict::{self, Verdict};

/// So many results count; what comes later is every list's ordinary loss.
pub const FIRST: usize = 200;
/// More than 10 % of [`FIRST`].
const MOST_HARD: usize = 20;
/// More than 2 % of [`FIRST`].
const MOST_POLICY: usize = 4;
/// The same refusal of the message so often in a row is no accident.
const IDENTICAL: usize = 3;

/// How a delivery of the issue ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub state: DeliveryState,
    pub reply: Reply,
}

/// A single answer that holds the issue: the next reader would get the same. None: it may go on.
pub fn at_once(reply: &Reply) -> Option<String> {
    let refused = (500..600).contains(&reply.code);
    match reply.stage {
        // Exchange Online's end of passwords.
        Stage::Auth | Stage::Mail if refused && reply.enhanced() == Some((5, 7, 30)) => Some(format!(
            "the relay takes no passwords any more ({}): use auth=xoauth2 in relay.url and relay.token_file, then release the issue",
            said(reply)
        )),
        Stage::Auth if refused => Some(format!(
            "the relay refuses our user or password ({}): correct relay.url, or the access token in relay.token_file, then release the issue",
            said(reply)
        )),
        // RFC 4954 §6: said of MAIL by a relay that wants us to sign in first.
        Stage::Mail if matches!(reply.code, 530 | 534 | 535 | 538) => Some(format!(
            "the relay takes mail only from those who sign in ({}): put user and password into relay.url, then release the issue",
            said(reply)
        )),
        // At MAIL it is said of the size we announce there.
        Stage::Mail | Stage::Rcpt | Stage::Data | Stage::FinalDot if verdict::is_too_large(reply) => Some(format!(
            "the mail is too large ({}). A published issue stays as it is: let the relay take more, then release it; or cancel it and publish the news anew with smaller pictures or texts, which goes to everybody who subscribes then",
            said(reply)
        )),
        _ => None,
    }
}

/// The same refusal three times in a row, where it concerns the message. `newest` comes first.
pub fn in_a_row(newest: &[Ended]) -> Option<String> {
    let first = newest.first()?;
    let same = |ended: &&Ended| {
        is_of_the_message(ended)
            && (ended.reply.stage, ended.reply.code, ended.reply.enhanced())
                == (first.reply.stage, first.reply.code, first.reply.enhanced())
    };
    (newest.iter().take(IDENTICAL).filter(same).count() == IDENTICAL).then(|| {
        format!(
            "the relay refused the message {IDENTICAL} times in a row with the same answer (at {}: {})",
            first.reply.stage.as_str(),
            said(&first.reply)
        )
    })
}

/// Whether a refusal can be one of [`in_a_row`]: said of the message, or of how we speak (x.5.x, x.6.x).
pub fn is_of_the_message(ended: &Ended) -> bool {
    ended.state == DeliveryState::Failed
        && (500..600).contains(&ended.reply.code)
        && (ended.reply.stage >= Stage::Data || matches!(ended.reply.enhanced(), Some((_, 5 | 6, _))))
}

/// After staff have released an issue: the relay refuses everybody still, or again. `newest` comes first, all since then.
///
/// What the issue was held for is known to staff by then, so a few are no reason: three in a row with nobody accepted since, or
/// else so many in a row that it cannot be chance, also of recipients.
pub fn still(newest: &[Ended]) -> Option<String> {
    let first = newest.first()?;
    let told = |ended: &Ended| (ended.state, ended.reply.stage, ended.reply.code, ended.reply.enhanced());
    let row = newest.iter().take_while(|ended| told(ended) == told(first)).count();
    let nobody_accepted = newest.iter().all(|ended| ended.state != DeliveryState::Sent);
    let enough = match first.state {
        _ if !(500..600).contains(&first.reply.code) => return None,
        DeliveryState::Failed if nobody_accepted => IDENTICAL,
        DeliveryState::Failed | DeliveryState::Bounced => MOST_HARD + 1,
        _ => return None,
    };
    (row >= enough).then(|| {
        format!(
            "since the issue was let go on, the relay has refused {row} mails in a row with the same answer (at {}: {})",
            first.reply.stage.as_str(),
            said(&first.reply)
        )
    })
}

/// Too many bad ones among the first results; `oldest` comes first.
pub fn too_many(oldest: &[Ended]) -> Option<String> {
    let first = || oldest.iter().take(FIRST).filter(|ended| (500..600).contains(&ended.reply.code));
    let hard = first().filter(|ended| matches!(ended.state, DeliveryState::Bounced | DeliveryState::Failed)).count();
    let policy: Vec<&Ended> = first().filter(|e| e.state == DeliveryState::Failed && is_policy(&e.reply)).collect();
    let results = oldest.len().min(FIRST);
    if let (true, Some(last)) = (policy.len() > MOST_POLICY, policy.last()) {
        return Some(format!(
            "{} of the first {results} mails were refused by policy, most likely for our sending, not for the readers (the last: {})",
            policy.len(),
            said(&last.reply)
        ));
    }
    (hard > MOST_HARD).then(|| {
        format!(
            "{hard} of the first {results} mails were refused for good: is the list of readers an old or a wrong one? If the relay was wrong to refuse them, take that back with \"issue resolve NEWSLETTER NUMBER --bounced undo\" before you release the issue"
        )
    })
}

fn is_policy(reply: &Reply) -> bool {
    verdict::verdict(reply) == Verdict::Policy
}

/// Whoever reads why an issue is held need not learn whose address was refused, and an erasure need not look there.
pub fn said(reply: &Reply) -> String {
    format!("{} {}", reply.code, without_addresses(&reply.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(state: DeliveryState, stage: Stage, code: u16, text: &str) -> Ended {
        Ended { state, reply: Reply { stage, code, text: text.to_owned() } }
    }

    fn crowd(bad: &Ended, among: usize, count: usize) -> Vec<Ended> {
        let sent = ended(DeliveryState::Sent, Stage::FinalDot, 250, "2.0.0 queued");
        (0..among).map(|n| if n < count { bad.clone() } else { sent.clone() }).collect()
    }

    #[test]
    fn shares_of_the_first_two_hundred_hold_an_issue() {
        let gone = ended(DeliveryState::Bounced, Stage::Rcpt, 550, "5.1.1 nobody");
        let policy = ended(DeliveryState::Failed, Stage::Rcpt, 550, "5.7.1 no");
        let closed = ended(DeliveryState::Bounced, Stage::Rcpt, 550, "5.7.13 closed");
        let without_code = ended(DeliveryState::Failed, Stage::Rcpt, 550, "Relaying denied");
        let gave_up = ended(DeliveryState::Failed, Stage::Rcpt, 451, "4.7.1 later");
        for (bad, among, count, held) in [
            (&gone, 200, 20, false),
            (&gone, 200, 21, true),
            (&gone, 21, 21, true),
            (&gone, 5, 5, false),
            (&policy, 200, 4, false),
            (&policy, 200, 5, true),
            (&policy, 5, 5, true),
            (&without_code, 5, 5, true),
            (&closed, 200, 20, false),
            (&gave_up, 200, 200, false),
        ] {
            assert_eq!(too_many(&crowd(bad, among, count)).is_some(), held, "{count} of {among}: {bad:?}");
        }
        let named = ended(DeliveryState::Failed, Stage::Rcpt, 550, "5.7.1 <ada@example.org>: no");
        assert!(too_many(&crowd(&named, 5, 5)).is_some_and(|reason| !reason.contains("ada")), "an erasure does not look here");
        // What comes after the first two hundred is not counted.
        let mut late = crowd(&gone, 1_000, 300);
        late.reverse();
        assert_eq!(too_many(&late), None);
    }

    #[test]
    fn the_same_refusal_of_the_message_three_times_in_a_row_holds_it() {
        let failed = |stage, code, text| ended(DeliveryState::Failed, stage, code, text);
        let spam = failed(Stage::FinalDot, 554, "5.7.1 spam 17");
        let same = failed(Stage::FinalDot, 554, "5.7.1 spam 18");
        let other = failed(Stage::FinalDot, 554, "5.6.1 media");
        let ours = failed(Stage::Rcpt, 501, "5.5.4 what?");
        let theirs = failed(Stage::Rcpt, 550, "5.7.1 not to me");
        assert!(in_a_row(&[spam.clone(), same.clone(), spam.clone(), other.clone()]).is_some());
        assert!(in_a_row(&[ours.clone(), ours.clone(), ours]).is_some());
        assert_eq!(in_a_row(&[spam.clone(), other, spam.clone()]), None);
        assert_eq!(in_a_row(&[spam.clone(), same]), None);
        assert_eq!(in_a_row(&[theirs.clone(), theirs.clone(), theirs]), None);
        assert_eq!(in_a_row(&[]), None);
    }

    #[test]
    fn after_a_release_only_what_everybody_meets_holds_it_again() {
        let policy = ended(DeliveryState::Failed, Stage::Rcpt, 554, "5.7.1 relay access denied");
        let spam = ended(DeliveryState::Failed, Stage::FinalDot, 554, "5.7.1 spam");
        let gone = ended(DeliveryState::Bounced, Stage::Rcpt, 550, "5.1.1 nobody");
        let later = ended(DeliveryState::Failed, Stage::Rcpt, 451, "4.7.1 later");
        let sent = ended(DeliveryState::Sent, Stage::FinalDot, 250, "2.0.0 queued");
        for (bad, count, accepted, held) in [
            (&policy, 2, false, false),
            (&policy, 3, false, true),
            (&spam, 3, false, true),
            (&spam, 20, true, false),
            (&spam, 21, true, true),
            // Staff know that the list is old.
            (&gone, 20, false, false),
            (&gone, 21, false, true),
            (&later, 100, false, false),
        ] {
            let mut newest = vec![bad.clone(); count];
            newest.extend(accepted.then(|| sent.clone()));
            assert_eq!(still(&newest).is_some(), held, "{count} of {bad:?}, others accepted: {accepted}");
        }
        let mixed = [spam.clone(), policy, spam.clone(), spam];
        assert_eq!(still(&mixed), None);
    }

    #[test]
    fn one_answer_is_enough_where_it_concerns_everybody() {
        for (stage, code, text, held) in [
            (Stage::Auth, 535, "5.7.8 wrong password", true),
            (Stage::Auth, 454, "4.7.0 later", false),
            (Stage::FinalDot, 552, "5.3.4 too big", true),
            (Stage::Rcpt, 552, "5.2.3 too long", true),
            (Stage::Data, 552, "message too large", true),
            (Stage::Mail, 552, "5.3.4 Message size exceeds fixed limit", true),
            (Stage::Mail, 552, "message size exceeds fixed maximum message size", true),
            (Stage::FinalDot, 552, "exceeded storage allocation", false),
            (Stage::FinalDot, 552, "Mailbox quota exceeded", false),
            (Stage::FinalDot, 552, "refused", true),
            (Stage::FinalDot, 554, "Message too large", true),
            (Stage::FinalDot, 452, "4.3.4 too big just now", false),
            (Stage::Rcpt, 552, "5.2.2 full", false),
            (Stage::FinalDot, 554, "5.7.1 spam", false),
        ] {
            let reply = Reply { stage, code, text: text.to_owned() };
            assert_eq!(at_once(&reply).is_some(), held, "{reply:?}");
        }
    }
}
