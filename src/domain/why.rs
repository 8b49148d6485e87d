//! Why somebody got an issue or did not, in one sentence: a pure function over what the ledger and the log of consent know.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::language::Language;
use super::states::{Channel, DeliveryState, IssueState, SubscriptionState, SuppressionReason};

/// What is known, about one address and one newsletter.
#[derive(Clone, Debug)]
pub struct Facts {
    pub now: Timestamp,
    /// The newsletter's.
    pub zone: TimeZone,
    pub newsletter: String,
    /// Whether sending rests because the database is a restored one.
    pub is_fenced: bool,
    pub suppressed: Option<Suppressed>,
    pub subscription: Option<Subscription>,
    /// Whether there is a subscriber under this address at all.
    pub is_known: bool,
    /// None: nothing was published yet, or nobody asks about an issue.
    pub issue: Option<Issue>,
}

#[derive(Clone, Debug)]
pub struct Suppressed {
    pub reason: SuppressionReason,
    /// The address was given up for another.
    pub is_given_up: bool,
    pub since: Timestamp,
    pub until: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct Subscription {
    pub state: SubscriptionState,
    pub language: Language,
    pub requested_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub ended_by: Option<Channel>,
    /// When they came (true) and went (false), in order, as the log of consent has it.
    pub turns: Vec<(Timestamp, bool)>,
}

#[derive(Clone, Debug)]
pub struct Issue {
    pub number: i64,
    pub state: IssueState,
    pub published_at: Timestamp,
    pub held_reason: Option<String>,
    pub editions: Vec<Language>,
    /// Whether one of them is for readers of the subscription's language.
    pub has_edition: bool,
    pub mail: Option<Mail>,
}

/// The row of the ledger.
#[derive(Clone, Debug)]
pub struct Mail {
    pub state: DeliveryState,
    pub reason: Option<String>,
    pub address: String,
    /// Whether that was another address than the one that is asked about.
    pub is_other_address: bool,
    pub due_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// The relay's last answer, as "550 5.1.1 unknown".
    pub reply: Option<String>,
}

/// One sentence, or two where one is what to do.
pub fn why(facts: &Facts) -> String {
    let mut told = match (&facts.subscription, &facts.issue) {
        (None, _) => stranger(facts),
        (Some(subscription), None) => standing(facts, subscription),
        (Some(subscription), Some(issue)) => match &issue.mail {
            Some(mail) => of_mail(facts, subscription, issue, mail),
            None => without_mail(facts, subscription, issue),
        },
    };
    if !told.ends_with(['.', '?']) {
        told.push('.');
    }
    told
}

fn stranger(facts: &Facts) -> String {
    let Facts { newsletter, suppressed, .. } = facts;
    match suppressed {
        Some(found) if found.is_given_up => format!(
            "this address was exchanged for another on {}; ask again with the one they have now",
            clock(facts, found.since)
        ),
        _ if facts.is_known => format!("never subscribed to {newsletter}; the address is known from another newsletter"),
        Some(found) if found.reason == SuppressionReason::Objection => format!(
            "everything about this address was erased on {}, so nothing is known but that it wants no mail",
            clock(facts, found.since)
        ),
        Some(found) => format!("never subscribed to {newsletter}, and {}", blocked(facts, found)),
        None => format!("never subscribed to {newsletter}: nothing is known of this address. Is it spelt as it was then?"),
    }
}

/// How things stand where no issue is asked about.
fn standing(facts: &Facts, subscription: &Subscription) -> String {
    match subscription.state {
        SubscriptionState::Pending => pending(facts, subscription),
        SubscriptionState::Ended => left(facts, subscription, subscription.ended_at, None),
        SubscriptionState::Active => match live(facts) {
            Some(found) => format!("subscribed, but {}", blocked(facts, found)),
            None => format!("subscribed, in {}; no issue has been published since", name(subscription.language)),
        },
    }
}

fn of_mail(facts: &Facts, subscription: &Subscription, issue: &Issue, mail: &Mail) -> String {
    let at = mail.ended_at.map(|at| format!(" on {}", clock(facts, at))).unwrap_or_default();
    let said = mail.reply.as_ref().map_or("without an answer".to_owned(), |reply| format!("with the answer \"{reply}\""));
    let told = match mail.state {
        DeliveryState::Sent if mail.reason.as_deref() == Some("accepted-by-staff") => {
            format!("nobody knows whether it arrived: the mail server's answer was lost, and staff took it as delivered{at}")
        }
        DeliveryState::Sent => format!(
            "handed over to the mail server{at} {said}: look for it in that server's log, and in the reader's spam folder"
        ),
        DeliveryState::Unknown => format!(
            "nobody knows whether the mail server took it: the connection broke{at} before its answer came. Look in its log, then decide with \"rundbrief issue resolve\""
        ),
        DeliveryState::Bounced => {
            let since = live(facts).map(|found| format!("; {}", blocked(facts, found))).unwrap_or_default();
            format!("the mail server refused the address{at} {said}{since}")
        }
        DeliveryState::Failed if mail.reason.as_deref() == Some("expired") => {
            format!("it could not be handed over in time and was given up{at}; the mail server was last heard {said}")
        }
        DeliveryState::Failed => format!("the mail server refused the mail{at} {said}; the address is not to blame"),
        DeliveryState::Skipped => match mail.reason.as_deref() {
            Some("unsubscribed") => left(facts, subscription, subscription.ended_at.or(mail.ended_at), Some(issue)),
            Some("cancelled") => format!("sending was cancelled before its turn came{at}"),
            Some("suppressed") => match &facts.suppressed {
                Some(found) => blocked(facts, found),
                None => format!("mail to the address was blocked at that time{at}; it is not any more"),
            },
            Some("erased") => format!("the person was erased{at} before it was sent"),
            reason => format!("left out{at} ({})", reason.unwrap_or("no reason was noted")),
        },
        DeliveryState::Claimed | DeliveryState::Transmitting => "it is being sent at this moment".to_owned(),
        DeliveryState::Queued => waiting(facts, issue, mail, &said),
    };
    if mail.is_other_address && matches!(mail.state, DeliveryState::Sent | DeliveryState::Bounced | DeliveryState::Failed) {
        return format!("{told} (it went to {}, the address they had then)", mail.address);
    }
    told
}

fn waiting(facts: &Facts, issue: &Issue, mail: &Mail, said: &str) -> String {
    if issue.state == IssueState::Cancelled {
        return "sending was cancelled before its turn came".to_owned();
    }
    if facts.is_fenced {
        return "it waits: nothing is sent because the database was restored from a backup; see \"rundbrief instance status\""
            .to_owned();
    }
    match issue.state {
        IssueState::Held => {
            format!("it waits: the issue is held ({})", issue.held_reason.as_deref().unwrap_or("no reason was noted"))
        }
        IssueState::Paused => "it waits: staff have paused the issue".to_owned(),
        _ if mail.due_at > facts.now && mail.reply.is_some() => {
            format!("it waits: the mail server put it off {said}; the next try is on {}", clock(facts, mail.due_at))
        }
        _ if mail.due_at > facts.now => format!("it waits for its turn on {}", clock(facts, mail.due_at)),
        _ => "it waits for its turn; the issue is still being sent".to_owned(),
    }
}

/// Published, and no row for them.
fn without_mail(facts: &Facts, subscription: &Subscription, issue: &Issue) -> String {
    let before = subscription.turns.iter().rev().find(|(at, _)| *at <= issue.published_at);
    let later = subscription.turns.iter().find(|(at, comes)| *comes && *at > issue.published_at);
    match (before, later) {
        (Some((gone, false)), _) => left(facts, subscription, Some(*gone), Some(issue)),
        (Some((_, true)), _) if issue.state == IssueState::Preparing => {
            "it waits: the issue's mails are still being prepared".to_owned()
        }
        (Some((_, true)), _) if !issue.has_edition => {
            let editions: Vec<String> = issue.editions.iter().map(|language| name(*language)).collect();
            format!(
                "there was no edition in {}, only in {}; \"newsletter set --fallback\" can say which stands in",
                name(subscription.language),
                editions.join(", ")
            )
        }
        (None, Some((came, _))) => format!(
            "subscribed only afterwards: confirmed on {}, {} after the issue was published",
            clock(facts, *came),
            span(came.duration_since(issue.published_at))
        ),
        (None, None) if subscription.state == SubscriptionState::Pending => pending(facts, subscription),
        (None, None) if subscription.ended_at.is_some_and(|gone| gone <= issue.published_at) => {
            left(facts, subscription, subscription.ended_at, Some(issue))
        }
        _ => format!(
            "the ledger has no mail of this issue for the address, published on {}; what is kept of old issues may be over",
            clock(facts, issue.published_at)
        ),
    }
}

fn pending(facts: &Facts, subscription: &Subscription) -> String {
    format!("asked for it on {}, but never confirmed", clock(facts, subscription.requested_at))
}

fn left(facts: &Facts, subscription: &Subscription, gone: Option<Timestamp>, issue: Option<&Issue>) -> String {
    let Some(gone) = gone else { return "no longer subscribed".to_owned() };
    // What ended an earlier subscription is not what ended this one.
    let by = subscription.ended_by.filter(|_| subscription.ended_at == Some(gone));
    let how = match by {
        Some(Channel::Bounce) => "the subscription was ended, because the mail server refused the address for good,",
        Some(Channel::Staff) => "staff ended the subscription",
        Some(Channel::OneClick) => "unsubscribed with the mail program's button",
        Some(Channel::Page) => "unsubscribed on the page behind the link",
        None => "unsubscribed",
    };
    let when = match issue {
        None => String::new(),
        Some(issue) if gone <= issue.published_at => {
            format!(", {} before issue {} was published", span(issue.published_at.duration_since(gone)), issue.number)
        }
        Some(issue) => {
            format!(
                ", {} after issue {} was published and before its mail was sent",
                span(gone.duration_since(issue.published_at)),
                issue.number
            )
        }
    };
    format!("{how} on {}{when}", clock(facts, gone))
}

/// What keeps mails from the address now.
fn live(facts: &Facts) -> Option<&Suppressed> {
    facts.suppressed.as_ref().filter(|found| found.until.is_none_or(|until| until > facts.now))
}

fn blocked(facts: &Facts, found: &Suppressed) -> String {
    let because = match found.reason {
        SuppressionReason::HardBounce => "a mail server refused it for good",
        SuppressionReason::Complaint => "its owner reported a mail as spam",
        SuppressionReason::Objection => "its owner wants no mail from here",
        SuppressionReason::Unsubscribed => "its owner had left before",
    };
    let until = found.until.map(|until| format!(" until {}", clock(facts, until))).unwrap_or_default();
    format!("mail to this address is blocked since {}{until}, because {because}", clock(facts, found.since))
}

fn clock(facts: &Facts, at: Timestamp) -> String {
    at.to_zoned(facts.zone.clone()).strftime("%Y-%m-%d at %H:%M:%S %Z").to_string()
}

fn name(language: Language) -> String {
    match language {
        Language::De => "German".to_owned(),
        Language::En => "English".to_owned(),
        Language::DeSimple => "Leichte Sprache".to_owned(),
        other => other.to_string(),
    }
}

fn span(between: SignedDuration) -> String {
    let seconds = between.as_secs();
    let (count, unit) = match seconds {
        ..60 => (seconds, "second"),
        60..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

#[cfg(test)]
#[path = "why_tests.rs"]
mod tests;
