//! What follows an outcome: the one place where the fate of a mail is decided.
//!
//! The stage of the conversation says whom a refusal concerns (R60), the enhanced status code what it means (R101), and
//! the first digit of the basic code alone whether there may be another try (R58, R92). Only an address that does not
//! exist or was closed is suppressed at once; policy and content are our own affair and never the reader's.

use jiff::{SignedDuration, Timestamp};

use super::delivery::{Outcome, Stage};
use super::states::DeliveryKind;
use super::throttle;
use super::verdict::{Verdict, verdict};

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
