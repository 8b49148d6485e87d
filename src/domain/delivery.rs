//! What an SMTP conversation yields, and what follows from it: one value and one pure function ([`after`]).

pub use super::after::{Next, after, not_before, relay_pause};

/// Where in the conversation something happened. It decides whom a refusal concerns (R60).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Connect,
    Banner,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// From the write that contains the final dot to its answer.
    FinalDot,
}

impl Stage {
    pub const ALL: [Stage; 9] = [
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

    /// The stage that a name in the ledger stands for, if any.
    pub fn parse(word: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.as_str() == word)
    }

    /// The stage's name as a label of metrics.
    pub fn label(self) -> &'static str {
        match self {
            Stage::Connect => "connect",
            Stage::Banner => "banner",
            Stage::Ehlo => "ehlo",
            Stage::StartTls => "starttls",
            Stage::Auth => "auth",
            Stage::Mail => "mail",
            Stage::Rcpt => "rcpt",
            Stage::Data => "data",
            Stage::FinalDot => "final_dot",
        }
    }

    /// The stage's name in the ledger and in messages to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Connect => "connect",
            Stage::Banner => "banner",
            Stage::Ehlo => "EHLO",
            Stage::StartTls => "STARTTLS",
            Stage::Auth => "AUTH",
            Stage::Mail => "MAIL",
            Stage::Rcpt => "RCPT",
            Stage::Data => "DATA",
            Stage::FinalDot => "final dot",
        }
    }
}

/// What the relay said, and when in the conversation. `code` is 0 where no reply came (drop, time-out).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub stage: Stage,
    pub code: u16,
    /// All lines of the reply joined by a space, or our own words for what happened; at most 500 characters.
    pub text: String,
}

impl Reply {
    /// The enhanced status code at the start of the text (RFC 3463), e.g. `(5, 1, 1)`.
    pub fn enhanced(&self) -> Option<(u8, u16, u16)> {
        let mut parts = self.text.split_whitespace().next()?.splitn(3, '.');
        let class: u8 = parts.next()?.parse().ok()?;
        let subject = parts.next()?.parse().ok()?;
        let detail = parts.next()?.parse().ok()?;
        matches!(class, 2 | 4 | 5).then_some((class, subject, detail))
    }
}

/// A text for logs and staff without the addresses in it: relays like to quote whom they refuse.
pub fn without_addresses(text: &str) -> String {
    let word = |word: &str| if word.contains('@') { "…@…".to_owned() } else { word.to_owned() };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// A text by which answers are the same that differ only in whom and which mail they name: large providers put an id into
/// each of theirs. The enhanced status code at its start stays.
pub fn alike(text: &str) -> String {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut seen, word| {
        seen.push(' ');
        seen.push_str(if word.contains(|c: char| c == '@' || c.is_ascii_digit()) { "…" } else { word });
        seen
    })
}

/// What one attempt yielded. A value, never an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 2yz to the final dot (R84).
    Accepted(Reply),
    /// This mail may go later.
    Deferred(Reply),
    /// This mail will not go: the recipient's address, or the message, was refused.
    Rejected(Reply),
    /// The relay or our configuration is at fault; nothing is charged to the reader.
    RelayTrouble(Reply),
    /// The final dot may have been received, its answer was not (RFC 1047).
    Unknown(Reply),
}

impl Outcome {
    pub fn reply(&self) -> &Reply {
        match self {
            Outcome::Accepted(r)
            | Outcome::Deferred(r)
            | Outcome::Rejected(r)
            | Outcome::RelayTrouble(r)
            | Outcome::Unknown(r) => r,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_reaches_the_log() {
        assert_eq!(without_addresses("421 4.7.0 <ada@example.org>: slow down"), "421 4.7.0 …@… slow down");
        assert_eq!(without_addresses("250 2.0.0 Ok: queued as 4F"), "250 2.0.0 Ok: queued as 4F");
    }

    #[test]
    fn answers_are_alike_whomever_they_name() {
        assert_eq!(
            alike("5.1.1 <ada@example.org> unknown, si12-20.1 - gsmtp"),
            alike("5.1.1 <b@example.org> unknown, qx9.4 - gsmtp")
        );
        assert_ne!(alike("5.1.1 no such user"), alike("5.1.2 no such user"));
        assert_eq!(alike(""), "");
    }
}
