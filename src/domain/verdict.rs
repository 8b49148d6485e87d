//! What a 5yz means: Appendix A1 of our requirements as data. The enhanced status code (RFC 3463) is heard first; where there is
//! none, or one that says nothing, the words decide, and in doubt nobody is suppressed (R92, R101).

mod words;

use self::words::WORDS;
use super::delivery::{Reply, Stage};

/// What a 5yz means, wherever it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
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

use Verdict::{Content, NoSuchMailbox, NotNow, OurSender, Policy, Soft};

/// An enhanced code by its subject and details (none: whatever the detail), and what it means.
struct ByCode(u16, &'static [u16], Verdict);

/// The first that fits counts. A code that is not here may be good again: [`Soft`].
const CODES: [ByCode; 12] = [
    // RFC 5321 §4.5.3.1.10: "too many recipients" is temporary even as a 552 (R62).
    ByCode(5, &[3], NotNow),
    ByCode(1, &[1, 3, 4, 6, 10], NoSuchMailbox),
    ByCode(2, &[1], NoSuchMailbox),
    ByCode(7, &[13, 17, 18], NoSuchMailbox),
    ByCode(1, &[7, 8], OurSender),
    ByCode(7, &[27], OurSender),
    ByCode(2, &[3], Content),
    ByCode(3, &[4], Content),
    // Gmail says 5.4.5 of our own account's daily limit.
    ByCode(4, &[5], Policy),
    ByCode(7, &[], Policy),
    ByCode(5, &[], Content),
    ByCode(6, &[], Content),
];

/// Appendix A1: RFC 3463 by what relays really mean.
pub fn verdict(reply: &Reply) -> Verdict {
    let said = Said::of(&reply.text);
    match coded(reply) {
        _ if reply.code == 552 && said.any(&["too many recipients"]) => NotNow,
        // Gmail says 5.2.1 of closed accounts, and of those that get mail too fast.
        Some((2, 1)) if said.any(&["rate", "limit", "too many", "too fast"]) => Soft,
        // RFC 3463 §3.1: 0 is "other or undefined". These subjects say no more than the words do.
        Some((0 | 5, 0)) | None => in_words(reply, &said).unwrap_or_else(|| bare(reply)),
        Some((1..=4, 0)) => in_words(reply, &said).unwrap_or(Soft),
        Some((subject, detail)) => {
            let fits = |row: &&ByCode| row.0 == subject && (row.1.is_empty() || row.1.contains(&detail));
            CODES.iter().find(fits).map_or(Soft, |row| row.2)
        }
    }
}

/// Whether it was said that this mail is larger than what is taken: of the message, whoever is to get it.
pub fn is_too_large(reply: &Reply) -> bool {
    if !(500..600).contains(&reply.code) {
        return false;
    }
    match coded(reply) {
        Some((2, 3) | (3, 4)) => true,
        Some((0 | 5, 0)) | None => match in_words(reply, &Said::of(&reply.text)) {
            Some(meant) => meant == Content,
            // "Exceeded storage allocation", and not a word: once the mailbox was accepted it is the message's.
            None => reply.code == 552 && reply.stage >= Stage::Data,
        },
        Some(_) => false,
    }
}

/// Whether our sender address was refused, at whatever step: many relays say so first when the recipient is named.
pub fn is_of_our_sender(reply: &Reply) -> bool {
    (500..600).contains(&reply.code)
        && match reply.stage {
            Stage::Mail => true,
            Stage::Rcpt => verdict(reply) == OurSender,
            _ => false,
        }
}

/// Subject and detail of the enhanced code: at the text's start, or (qmail, IronPort) with a # or in parentheses.
fn coded(reply: &Reply) -> Option<(u16, u16)> {
    let at_start = reply.enhanced().map(|(_, subject, detail)| (subject, detail));
    at_start.or_else(|| reply.text.split_whitespace().find_map(marked))
}

fn marked(word: &str) -> Option<(u16, u16)> {
    let bare = word.trim_matches(|c: char| !c.is_ascii_digit());
    if !(word.contains('#') || (word.contains('(') && word.contains(')'))) {
        return None;
    }
    let mut parts = bare.split('.');
    let (class, subject, detail) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (class == "5" && parts.next().is_none()).then_some((subject, detail))
}

/// A reply's words, ready to be compared.
struct Said(String);

impl Said {
    fn of(text: &str) -> Said {
        Said(
            text.split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
                .to_lowercase(),
        )
    }

    fn any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.0.contains(word))
    }
}

fn in_words(reply: &Reply, said: &Said) -> Option<Verdict> {
    let meant = WORDS.iter().find(|(_, words)| words.split(", ").any(|word| said.0.contains(word))).map(|(meant, _)| *meant)?;
    // RFC 5321 §4.2.3: only these are said of a mailbox. Others speak of what we wrote, whatever the words.
    match (meant, reply.code) {
        (NoSuchMailbox, 550 | 551 | 553 | 554 | 571) => Some(NoSuchMailbox),
        (NoSuchMailbox, _) => None,
        _ => Some(meant),
    }
}

/// Neither a code that says something nor words that do.
fn bare(reply: &Reply) -> Verdict {
    match reply.code {
        // RFC 7504: 521 and 556 are of hosts and domains that take no mail at all, today.
        521 | 550 | 551 | 552 | 553 | 556 => Soft,
        // RFC 5321 §4.2.1: the second digit 0 is about syntax, so about what we wrote; 555 is about parameters.
        500..=509 | 555 => Content,
        _ => Policy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_as_they_are_compared() {
        for word in WORDS.iter().flat_map(|(_, words)| words.split(", ")) {
            assert_eq!(Said::of(word).0, word);
        }
    }
}
