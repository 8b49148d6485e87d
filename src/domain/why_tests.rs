//! Every answer to "why did she not get it?", each from its facts.

use super::*;

fn at(text: &str) -> Timestamp {
    format!("2026-03-{text}Z").parse().unwrap()
}

fn facts() -> Facts {
    Facts {
        now: at("02T12:00:00"),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        newsletter: "weekly".to_owned(),
        is_fenced: false,
        suppressed: None,
        subscription: Some(Subscription {
            state: SubscriptionState::Active,
            language: Language::De,
            requested_at: at("01T08:00:00"),
            ended_at: None,
            ended_by: None,
            turns: vec![(at("01T09:00:00"), true)],
        }),
        is_known: true,
        issue: Some(Issue {
            number: 2,
            state: IssueState::Sent,
            published_at: at("02T09:00:00"),
            held_reason: None,
            editions: vec![Language::De, Language::En],
            has_edition: true,
            mail: Some(Mail {
                state: DeliveryState::Sent,
                reason: None,
                address: "ada@example.org".to_owned(),
                is_other_address: false,
                due_at: at("02T09:00:00"),
                ended_at: Some(at("02T09:01:05")),
                reply: Some("250 2.0.0 queued as 4F1".to_owned()),
            }),
        }),
    }
}

/// The sentence for the usual facts, changed.
fn told(change: impl FnOnce(&mut Facts)) -> String {
    let mut facts = facts();
    change(&mut facts);
    why(&facts)
}

/// … of the mail.
fn of_mail(state: DeliveryState, reason: Option<&str>, change: impl FnOnce(&mut Facts)) -> String {
    told(|facts| {
        let mail = facts.issue.as_mut().unwrap().mail.as_mut().unwrap();
        mail.state = state;
        mail.reason = reason.map(str::to_owned);
        change(facts);
    })
}

/// … of an issue without a mail for this subscription.
fn without(change: impl FnOnce(&mut Subscription, &mut Issue)) -> String {
    told(|facts| {
        let issue = facts.issue.as_mut().unwrap();
        issue.mail = None;
        change(facts.subscription.as_mut().unwrap(), issue);
    })
}

fn suppressed(reason: SuppressionReason) -> Option<Suppressed> {
    Some(Suppressed { reason, is_given_up: false, since: at("01T10:00:00"), until: None })
}

fn leaves(facts: &mut Facts, when: &str, by: Channel) {
    let subscription = facts.subscription.as_mut().unwrap();
    subscription.state = SubscriptionState::Ended;
    subscription.ended_at = Some(at(when));
    subscription.ended_by = Some(by);
    subscription.turns.push((at(when), false));
}

#[test]
fn what_was_sent_or_refused_is_told_with_the_answer() {
    use DeliveryState::{Bounced, Failed, Sent, Transmitting, Unknown};
    assert_eq!(
        of_mail(Sent, None, |_| {}),
        "handed over to the mail server on 2026-03-02 at 10:01:05 CET with the answer \"250 2.0.0 queued as 4F1\": look for it in that \
         server's log, and in the reader's spam folder."
    );
    assert!(of_mail(Sent, Some("accepted-by-staff"), |_| {}).starts_with("nobody knows whether it arrived"));
    assert!(of_mail(Unknown, None, |_| {}).starts_with("nobody knows whether the mail server took it: the connection broke"));
    let bounced = of_mail(Bounced, None, |facts| {
        facts.issue.as_mut().unwrap().mail.as_mut().unwrap().reply = Some("550 5.1.1 unknown".to_owned());
        facts.suppressed = suppressed(SuppressionReason::HardBounce);
    });
    assert_eq!(
        bounced,
        "the mail server refused the address on 2026-03-02 at 10:01:05 CET with the answer \"550 5.1.1 unknown\"; mail to this address \
         is blocked since 2026-03-01 at 11:00:00 CET, because a mail server refused it for good."
    );
    assert!(of_mail(Failed, Some("expired"), |_| {}).starts_with("it could not be handed over in time and was given up on"));
    assert!(of_mail(Failed, None, |_| {}).ends_with("; the address is not to blame."));
    assert_eq!(of_mail(Transmitting, None, |_| {}), "it is being sent at this moment.");
    let moved = of_mail(Sent, None, |facts| {
        let mail = facts.issue.as_mut().unwrap().mail.as_mut().unwrap();
        (mail.address, mail.is_other_address) = ("old@example.org".to_owned(), true);
    });
    assert!(moved.ends_with("(it went to old@example.org, the address they had then)."), "{moved}");
}

#[test]
fn what_waits_is_told_with_what_it_waits_for() {
    let waits = |change: fn(&mut Facts, &mut Issue)| {
        of_mail(DeliveryState::Queued, None, |facts| {
            let mut issue = facts.issue.take().unwrap();
            issue.state = IssueState::Sending;
            let mail = issue.mail.as_mut().unwrap();
            (mail.ended_at, mail.reply) = (None, None);
            change(facts, &mut issue);
            facts.issue = Some(issue);
        })
    };
    assert_eq!(waits(|_, _| {}), "it waits for its turn; the issue is still being sent.");
    assert_eq!(
        waits(|_, issue| {
            let mail = issue.mail.as_mut().unwrap();
            (mail.due_at, mail.reply) = (at("02T12:30:00"), Some("451 4.7.1 greylisted".to_owned()));
        }),
        "it waits: the mail server put it off with the answer \"451 4.7.1 greylisted\"; the next try is on 2026-03-02 at 13:30:00 CET."
    );
    assert_eq!(
        waits(|_, issue| issue.mail.as_mut().unwrap().due_at = at("02T12:30:00")),
        "it waits for its turn on 2026-03-02 at 13:30:00 CET."
    );
    assert_eq!(waits(|_, issue| issue.state = IssueState::Paused), "it waits: staff have paused the issue.");
    assert_eq!(
        waits(|_, issue| (issue.state, issue.held_reason) = (IssueState::Held, Some("too many refusals".to_owned()))),
        "it waits: the issue is held (too many refusals)."
    );
    assert!(waits(|facts, _| facts.is_fenced = true).starts_with("it waits: nothing is sent because the database was restored"));
    assert_eq!(waits(|_, issue| issue.state = IssueState::Cancelled), "sending was cancelled before its turn came.");
}

#[test]
fn what_was_left_out_is_told_with_the_reason() {
    let skipped = |reason: &str, change: fn(&mut Facts)| of_mail(DeliveryState::Skipped, Some(reason), change);
    assert_eq!(
        skipped("unsubscribed", |facts| leaves(facts, "02T09:00:30", Channel::OneClick)),
        "unsubscribed with the mail program's button on 2026-03-02 at 10:00:30 CET, 30 seconds after issue 2 was published and before \
         its mail was sent."
    );
    assert!(skipped("cancelled", |_| {}).starts_with("sending was cancelled before its turn came on"));
    assert!(skipped("suppressed", |facts| facts.suppressed = suppressed(SuppressionReason::Complaint)).ends_with("as spam."));
    assert!(skipped("suppressed", |_| {}).contains("blocked at that time"));
    assert!(skipped("erased", |_| {}).starts_with("the person was erased"));
    assert!(skipped("moonshine", |_| {}).ends_with("(moonshine)."));
}

#[test]
fn who_was_not_there_is_told_when_they_were() {
    let gone = told(|facts| {
        facts.issue.as_mut().unwrap().mail = None;
        leaves(facts, "02T08:57:00", Channel::Page);
    });
    assert_eq!(
        gone,
        "unsubscribed on the page behind the link on 2026-03-02 at 09:57:00 CET, 3 minutes before issue 2 was published."
    );
    // They came back after it.
    let back = without(|subscription, _| subscription.turns.extend([(at("02T08:00:00"), false), (at("02T10:00:00"), true)]));
    assert_eq!(back, "unsubscribed on 2026-03-02 at 09:00:00 CET, 60 minutes before issue 2 was published.");
    assert_eq!(
        without(|subscription, _| subscription.turns = vec![(at("04T09:00:00"), true)]),
        "subscribed only afterwards: confirmed on 2026-03-04 at 10:00:00 CET, 2 days after the issue was published."
    );
    assert_eq!(
        without(|subscription, _| (subscription.turns, subscription.state) = (vec![], SubscriptionState::Pending)),
        "asked for it on 2026-03-01 at 09:00:00 CET, but never confirmed."
    );
    assert_eq!(
        without(|subscription, issue| (subscription.language, issue.has_edition) = ("fr".parse().unwrap(), false)),
        "there was no edition in fr, only in German, English; \"newsletter set --fallback\" can say which stands in."
    );
    assert!(without(|_, issue| issue.state = IssueState::Preparing).starts_with("it waits: the issue's mails are still being"));
    assert!(without(|_, _| {}).starts_with("the ledger has no mail of this issue for the address"));
}

#[test]
fn without_an_issue_it_is_told_how_things_stand() {
    let now = |change: fn(&mut Facts)| {
        told(|facts| {
            facts.issue = None;
            change(facts);
        })
    };
    assert_eq!(now(|_| {}), "subscribed, in German; no issue has been published since.");
    assert!(
        now(|facts| facts.suppressed = suppressed(SuppressionReason::HardBounce))
            .starts_with("subscribed, but mail to this address")
    );
    let over = now(|facts| {
        facts.suppressed = suppressed(SuppressionReason::HardBounce);
        facts.suppressed.as_mut().unwrap().until = Some(at("02T11:00:00"));
    });
    assert_eq!(over, "subscribed, in German; no issue has been published since.");
    assert!(
        now(|facts| leaves(facts, "02T08:00:00", Channel::Bounce))
            .starts_with("the subscription was ended, because the mail server")
    );
    assert_eq!(
        now(|facts| leaves(facts, "02T08:00:00", Channel::Staff)),
        "staff ended the subscription on 2026-03-02 at 09:00:00 CET."
    );
    assert!(
        now(|facts| facts.subscription.as_mut().unwrap().state = SubscriptionState::Pending).ends_with("but never confirmed.")
    );
}

#[test]
fn who_is_a_stranger_here_is_told_what_is_known() {
    let stranger = |is_known: bool, suppressed: Option<Suppressed>| {
        told(|facts| (facts.subscription, facts.is_known, facts.suppressed) = (None, is_known, suppressed))
    };
    assert_eq!(
        stranger(false, None),
        "never subscribed to weekly: nothing is known of this address. Is it spelt as it was then?"
    );
    assert_eq!(stranger(true, None), "never subscribed to weekly; the address is known from another newsletter.");
    assert!(
        stranger(false, suppressed(SuppressionReason::Objection))
            .starts_with("everything about this address was erased on 2026-03-01 at 11:00:00 CET")
    );
    assert!(stranger(false, suppressed(SuppressionReason::HardBounce)).contains("never subscribed to weekly, and mail to this"));
    let mut given_up = suppressed(SuppressionReason::Unsubscribed);
    given_up.as_mut().unwrap().is_given_up = true;
    assert!(stranger(false, given_up).starts_with("this address was exchanged for another on 2026-03-01"));
}
