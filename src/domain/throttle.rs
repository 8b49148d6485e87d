//! "Not so fast": which answers ask for less mail, whom they concern, and how sending recovers (R64; Appendix A1 of our
//! requirements, "throttle").
//!
//! A destination that asks rests for [`REST`]. Then one mail at a time may be under way to it; for each round that it takes,
//! one more. Asked again it rests again. Once [`FREE`] may be under way it is a destination like any other.

use jiff::SignedDuration;

use super::address::Address;
use super::delivery::{Reply, Stage};

/// Who is to get less.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destination {
    /// Everything that goes through our relay.
    Relay,
    /// A recipient's domain, as lower-case A-labels.
    Domain(String),
}

pub const REST: SignedDuration = SignedDuration::from_mins(10);
/// More connections at a time than large providers want to see from one sender.
pub const FREE: i64 = 20;
/// If so many domains rest at the same time it is not them: the relay itself has a limit, and says so at RCPT.
pub const DOMAINS: usize = 5;
/// What was throttled so long ago begins anew.
pub const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);
/// A mail that has to wait for the others to its destination is looked at again after that long at the latest.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(1);

impl Destination {
    /// As it stands in the database.
    pub fn as_str(&self) -> &str {
        match self {
            Destination::Relay => "*",
            Destination::Domain(domain) => domain,
        }
    }

    pub fn parse(text: &str) -> Destination {
        if text == "*" { Destination::Relay } else { Destination::Domain(text.to_owned()) }
    }
}

/// Whether an answer asks to send more slowly.
///
/// The enhanced code is heard first: what is said of one mailbox (x.1.z, x.2.z) or of one mail's recipients (x.5.3) is no
/// matter of speed, whatever the words. A greylisting server wants this very mail later, and not fewer.
pub fn is_throttle(reply: &Reply) -> bool {
    if !(400..500).contains(&reply.code) {
        return false;
    }
    let text = reply.text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    // Limits of one connection or one mail: the next one may go at once.
    let of_one = ["too many recipients", "this connection", "per connection", "this session", "per session"];
    if says(&["greylist", "graylist", "grey-list", "gray-list"]) || says(&of_one) {
        return false;
    }
    let slower = says(&["[tss04]", "too many", "too fast", "rate limit", "rate-limit", "ratelimit", "throttl"]);
    // 454 4.7.0 to STARTTLS and AUTH means "no TLS" and "no sign-in just now" (RFC 3207 §4, RFC 4954 §6).
    let tried_mail = reply.stage >= Stage::Mail;
    match reply.enhanced() {
        Some((_, 1 | 2, _) | (_, 5, 3)) => false,
        Some((_, 7, 28)) => true,
        Some((_, 7, 0 | 1)) => slower || !matches!(reply.stage, Stage::StartTls | Stage::Auth),
        Some((_, 0, 0)) | None => slower || (tried_mail && says(&["try again"])),
        Some(_) => slower,
    }
}

/// Whom such an answer to a mail for `address` concerns; None: it asks for nothing of the kind.
pub fn concerned(reply: &Reply, address: &str) -> Option<Destination> {
    is_throttle(reply).then(|| {
        // Before the recipient is named it cannot be about them.
        if reply.stage >= Stage::Rcpt { Destination::Domain(domain_of(address)) } else { Destination::Relay }
    })
}

/// The domain of an address out of the ledger, as lower-case A-labels.
pub fn domain_of(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((_, domain)) if domain.is_ascii() => domain.trim_end().to_ascii_lowercase(),
        _ => Address::parse(address).map(|address| address.domain().to_owned()).unwrap_or_default(),
    }
}

/// How a destination recovers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// Mails that may be under way.
    pub at_once: i64,
    /// Those it took since that grew.
    pub accepted: i64,
}

impl Recovery {
    pub const BEGIN: Recovery = Recovery { at_once: 1, accepted: 0 };

    /// After it has taken `mails` more. None: it has recovered.
    pub fn after(self, mails: i64) -> Option<Recovery> {
        let (mut at_once, mut accepted) = (self.at_once.max(1), self.accepted.saturating_add(mails));
        while accepted >= at_once {
            accepted -= at_once;
            at_once += 1;
            if at_once > FREE {
                return None;
            }
        }
        Some(Recovery { at_once, accepted })
    }

    /// µs until the `n`-th mail (from 0) of those that found no room is looked at again: about a second for each.
    pub fn wait(self, n: i64) -> i64 {
        let second = 1_000_000;
        let longest = i64::try_from(LONGEST_WAIT.as_micros()).unwrap_or(i64::MAX);
        (n / self.at_once.max(1)).saturating_add(1).saturating_mul(second).min(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(stage: Stage, code: u16, text: &str) -> Reply {
        Reply { stage, code, text: text.to_owned() }
    }

    #[test]
    fn words_and_codes_that_ask_for_less() {
        use Stage::{Auth, Banner, Data, Ehlo, FinalDot, Mail, Rcpt, StartTls};
        for (stage, code, text, asks) in [
            (Rcpt, 450, "4.7.0 slow down", true),
            (Rcpt, 451, "4.7.1 sending limit exceeded", true),
            (Rcpt, 450, "4.7.28 unusual rate of mail", true),
            (Mail, 421, "4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred", true),
            (Mail, 451, "too many messages from you, slow down", true),
            (Data, 451, "please try again later", true),
            (Rcpt, 421, "try again later", true),
            (FinalDot, 421, "4.7.28 rate limited", true),
            (FinalDot, 452, "4.3.1 throttled", true),
            (Banner, 421, "4.7.0 too many connections from your address", true),
            (Banner, 421, "4.7.0 try again later", true),
            (Auth, 421, "4.7.0 too many logins", true),
            // Of one mailbox, one mail or none at all.
            (Rcpt, 452, "4.2.2 mailbox full, try again later", false),
            (Rcpt, 450, "4.2.1 this mailbox receives mail too fast, rate limited", false),
            (Rcpt, 450, "4.1.8 sender not found, try again", false),
            (Rcpt, 452, "4.5.3 too many recipients", false),
            (Rcpt, 452, "too many recipients, try again", false),
            (Rcpt, 451, "4.7.1 greylisted, try again in 5 minutes", false),
            (Rcpt, 450, "4.7.0 Greylisting in action", false),
            (Mail, 421, "4.7.0 too many messages in this session", false),
            (Data, 451, "4.3.0 out of memory, try again later", false),
            (Ehlo, 421, "4.3.2 busy", false),
            (Banner, 421, "busy, try again later", false),
            (StartTls, 454, "4.7.0 TLS not available", false),
            (Auth, 454, "4.7.0 temporary failure, try again", false),
            // Never a final refusal, and never what was no answer.
            (Rcpt, 550, "5.7.1 rate limited", false),
            (FinalDot, 250, "2.0.0 queued, too many thanks", false),
            (FinalDot, 0, "no answer within 600 s, try again", false),
        ] {
            assert_eq!(is_throttle(&reply(stage, code, text)), asks, "{stage:?} {code} {text}");
        }
    }

    #[test]
    fn the_stage_says_whether_it_is_the_domain_or_the_relay() {
        let asked = |stage| concerned(&reply(stage, 450, "4.7.28 rate limited"), "Ada@M\u{fc}nchen.example");
        assert_eq!(asked(Stage::Rcpt), Some(Destination::Domain("xn--mnchen-3ya.example".to_owned())));
        assert_eq!(asked(Stage::FinalDot), asked(Stage::Rcpt));
        assert_eq!((asked(Stage::Mail), asked(Stage::Banner)), (Some(Destination::Relay), Some(Destination::Relay)));
        assert_eq!(concerned(&reply(Stage::Rcpt, 450, "4.2.0 no"), "ada@example.org"), None);
        assert_eq!(domain_of("Ada@Example.ORG"), "example.org");
        for destination in [Destination::Relay, Destination::Domain("example.org".to_owned())] {
            assert_eq!(Destination::parse(destination.as_str()), destination);
        }
    }

    #[test]
    fn after_each_round_one_more_and_then_it_is_free() {
        let grown = |mails| (0..mails).try_fold(Recovery::BEGIN, |recovery, _| recovery.after(1)).map(|r| r.at_once);
        assert_eq!([0, 1, 2, 3, 5, 6, 9, 10].map(grown), [1, 2, 2, 3, 3, 4, 4, 5].map(Some));
        let needed: i64 = (1..=FREE).sum();
        assert_eq!((grown(needed - 1), grown(needed)), (Some(FREE), None));
        assert_eq!(Recovery::BEGIN.after(9).map(|r| r.at_once), grown(9), "together or one by one");
        assert_eq!(Recovery::BEGIN.after(needed), None);
    }

    #[test]
    fn who_finds_no_room_waits_a_second_for_each_before_and_a_minute_at_most() {
        let two = Recovery { at_once: 2, accepted: 0 };
        assert_eq!([0, 1, 2, 5, 1_000].map(|n| two.wait(n) / 1_000_000), [1, 1, 2, 3, 60]);
    }
}
