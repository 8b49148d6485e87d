//! What follows an outcome: the one place where the fate of a mail is decided.
//!
//! The stage of the conversation says whom a refusal concerns (R60), the enhanced status code what it means (R101), and
//! the first digit of the basic code alone whether there may be another try (R58, R92). Only an address that does not
//! exist or was closed is suppressed at once; policy and content are our own affair and never the reader's.

use jiff::{SignedDuration, Timestamp};

use super::delivery::{Outcome, Reply, Stage};
use super::states::DeliveryKind;
use super::throttle;

/// What becomes of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Sent,
    /// The recipient's address is at fault; `suppress` if it must not be mailed again.
    Bounced {
        suppress: bool,
    },
    /// The mail was refused, or was deferred for too long. Suppresses nobody.
    Failed {
        reason: &'static str,
    },
    Retry {
        at: Timestamp,
    },
    /// The relay or our configuration is at fault: nothing is charged to the delivery, the relay rests for [`relay_pause`].
    BackToQueue,
    /// The relay may have it; a person decides.
    Unknown,
}

/// Reasons of [`Next::Failed`], as they stand in the ledger.
pub const CONTENT: &str = "content";
pub const POLICY: &str = "policy";
pub const GAVE_UP: &str = "gave up";

/// How long after which try the next one follows; the last value repeats.
struct Ladder {
    minutes: &'static [i64],
    give_up_hours: i64,
}

/// R63; RFC 5321 §4.5.4.1 asks for at least 30 minutes, and the relay's own queue does the long haul.
const NEWSLETTER: Ladder = Ladder { minutes: &[30, 30, 120, 180], give_up_hours: 48 };
/// R63: somebody is waiting for it.
const AWAITED: Ladder = Ladder { minutes: &[1, 5, 15, 30, 60], give_up_hours: 24 };

/// A part of the delay by which it may be longer or shorter, so that what failed together does not come back together.
const JITTER: f64 = 0.2;

const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(5);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// A pause that ends later than this was noted by a clock that is not ours, or before ours was put back: it is over. Twice the
/// longest, so that nodes whose clocks differ by minutes still keep each other's pauses.
pub const NO_PAUSE: SignedDuration = SignedDuration::from_mins(20);

/// Decides what follows an attempt.
///
/// `attempts` counts those before this one that the relay deferred, `created_at` is when the delivery was queued first,
/// `jitter` is a random number from 0 to 1.
pub fn after(kind: DeliveryKind, outcome: &Outcome, attempts: u32, created_at: Timestamp, now: Timestamp, jitter: f64) -> Next {
    let retry = || retry(kind, attempts, created_at, now, jitter);
    // For what was said while this mail was under way: if it is this mail that makes the relay say so, it must end some day.
    let back_to_queue = || if now < deadline(kind, created_at) { Next::BackToQueue } else { Next::Failed { reason: GAVE_UP } };
    match outcome {
        Outcome::Accepted(_) => Next::Sent,
        Outcome::Unknown(_) => Next::Unknown,
        Outcome::RelayTrouble(reply) if reply.stage >= Stage::Rcpt => back_to_queue(),
        Outcome::RelayTrouble(_) => Next::BackToQueue,
        // RFC 5321 §3.8: 421 closes the connection at whatever point; it says nothing about this mail (R61).
        // Where it asks to send more slowly, the destination rests instead (R64).
        Outcome::Deferred(reply) if reply.code == 421 && !throttle::is_throttle(reply) => back_to_queue(),
        Outcome::Deferred(_) => retry(),
        Outcome::Rejected(reply) => match (reply.stage, verdict(reply)) {
            (Stage::Data | Stage::FinalDot, Verdict::Content) => Next::Failed { reason: CONTENT },
            (Stage::Data | Stage::FinalDot, _) => Next::Failed { reason: POLICY },
            (Stage::Rcpt, Verdict::NoSuchMailbox) => Next::Bounced { suppress: true },
            (Stage::Rcpt, Verdict::Soft) => Next::Bounced { suppress: false },
            (Stage::Rcpt, Verdict::Policy) => Next::Failed { reason: POLICY },
            (Stage::Rcpt, Verdict::Content) => Next::Failed { reason: CONTENT },
            (Stage::Rcpt, Verdict::NotNow) => retry(),
            (Stage::Rcpt, Verdict::OurSender) => back_to_queue(),
            // Before the recipient is named nothing can concern the recipient.
            _ => Next::BackToQueue,
        },
    }
}

/// When a mail that went [`Next::BackToQueue`] may go again; None: with the relay's next try.
///
/// Once the recipient was named it may be this very mail at which the relay breaks off. The others go first then, or a
/// single address could stop an issue.
pub fn not_before(kind: DeliveryKind, stage: Stage, now: Timestamp) -> Option<Timestamp> {
    let wait = SignedDuration::from_mins(ladder(kind).minutes.first().copied().unwrap_or(1));
    (stage >= Stage::Rcpt).then(|| now.checked_add(wait).unwrap_or(now))
}

/// How long a relay rests after its `failures`-th failure in a row (R65).
pub fn relay_pause(failures: u32) -> SignedDuration {
    let doublings = failures.saturating_sub(1).min(16);
    FIRST_PAUSE.checked_mul(1 << doublings).map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE))
}

/// What a 5yz means, wherever it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    NoSuchMailbox,
    /// Full, unroutable, or nobody knows: the address may be good again.
    Soft,
    Policy,
    Content,
    /// Our sender address is refused.
    OurSender,
    /// A temporary refusal under a permanent code.
    NotNow,
}

/// Appendix A1 of our requirements: RFC 3463 by what relays really mean.
fn verdict(reply: &Reply) -> Verdict {
    let text = reply.text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match reply.enhanced() {
        // RFC 5321 §4.5.3.1.10: "too many recipients" is temporary even as a 552 (R62).
        Some((_, 5, 3)) => Verdict::NotNow,
        _ if reply.code == 552 && says(&["too many recipients"]) => Verdict::NotNow,
        Some((_, 1, 1 | 3 | 4 | 6 | 10)) | Some((_, 7, 13 | 17 | 18)) => Verdict::NoSuchMailbox,
        Some((_, 1, 7 | 8)) | Some((_, 7, 27)) => Verdict::OurSender,
        // Gmail says 5.2.1 of closed accounts, and of those that get mail too fast.
        Some((_, 2, 1)) if says(&["rate", "limit", "too many", "too fast"]) => Verdict::Soft,
        Some((_, 2, 1)) => Verdict::NoSuchMailbox,
        Some((_, 2, 3)) | Some((_, 3, 4)) => Verdict::Content,
        Some((_, 0, 0)) | Some((_, 5, 0)) => bare(reply.code, &says),
        Some((_, 5 | 6, _)) => Verdict::Content,
        Some((_, 7, _)) => Verdict::Policy,
        Some(_) => Verdict::Soft,
        None => bare(reply.code, &says),
    }
}

/// A code without an enhanced one, or with one that says nothing: the words decide, and in doubt nobody is suppressed.
fn bare(code: u16, says: &dyn Fn(&[&str]) -> bool) -> Verdict {
    const POLICY_WORDS: [&str; 13] = [
        "spam",
        "blocked",
        "blacklist",
        "blocklist",
        "block list",
        "denied",
        "policy",
        "reputation",
        "spf",
        "dkim",
        "dmarc",
        "relaying",
        "authentication",
    ];
    const NOBODY_WORDS: [&str; 12] = [
        "user unknown",
        "unknown user",
        "no such user",
        "no such recipient",
        "recipient unknown",
        "unknown recipient",
        "does not exist",
        "doesn't exist",
        "user not found",
        "mailbox not found",
        "no mailbox",
        "invalid mailbox",
    ];
    match code {
        550 | 551 | 553 | 554 if says(&POLICY_WORDS) => Verdict::Policy,
        550 | 551 | 553 if says(&NOBODY_WORDS) => Verdict::NoSuchMailbox,
        // RFC 7504: 521 and 556 are of hosts and domains that take no mail at all, today.
        521 | 550 | 551 | 553 | 556 => Verdict::Soft,
        // "Exceeded storage allocation": of a mailbox, or by a message that says it is too large.
        552 if says(&["size", "large", "big"]) => Verdict::Content,
        552 => Verdict::Soft,
        // RFC 5321 §4.2.1: the second digit 0 is about syntax, so about what we wrote; 555 is about parameters.
        500..=509 | 555 => Verdict::Content,
        _ => Verdict::Policy,
    }
}

fn ladder(kind: DeliveryKind) -> Ladder {
    match kind {
        DeliveryKind::Issue => NEWSLETTER,
        DeliveryKind::Confirmation | DeliveryKind::Test | DeliveryKind::Notice => AWAITED,
    }
}

fn deadline(kind: DeliveryKind, created_at: Timestamp) -> Timestamp {
    created_at.checked_add(SignedDuration::from_hours(ladder(kind).give_up_hours)).unwrap_or(Timestamp::MAX)
}

fn retry(kind: DeliveryKind, attempts: u32, created_at: Timestamp, now: Timestamp, jitter: f64) -> Next {
    let ladder = ladder(kind);
    let rung = usize::try_from(attempts).unwrap_or(usize::MAX);
    let minutes = ladder.minutes.get(rung).or(ladder.minutes.last()).copied().unwrap_or(60);
    let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 0.5 };
    let delay = SignedDuration::from_mins(minutes);
    let delay = SignedDuration::try_from_secs_f64(delay.as_secs_f64() * (1.0 + JITTER * (2.0 * jitter - 1.0))).unwrap_or(delay);
    match now.checked_add(delay) {
        // Whole seconds are enough, and the same in every database.
        Ok(at) if at <= deadline(kind, created_at) => Next::Retry { at: Timestamp::from_second(at.as_second()).unwrap_or(at) },
        _ => Next::Failed { reason: GAVE_UP },
    }
}
