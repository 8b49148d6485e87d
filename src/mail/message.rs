//! From an edition and one recipient to the octets that go over the wire. Nothing here decides anything: the same input
//! always gives the same bytes (R15), and what cannot be written safely is refused (R13).

mod headers;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::edition::{Edition, List, Piece, Slot, sha256};
use super::quoted::{self, QuotedError};
use crate::domain::address::Address;
use crate::domain::header::{self, HeaderError};

/// Whom a message is for, and what is different in theirs.
pub struct Recipient<'a> {
    pub to: &'a Address,
    pub name: Option<&'a str>,
    /// Without angle brackets. Stays the same on every retry (R6).
    pub message_id: &'a str,
    /// When the delivery was made; stays the same on every retry (R7).
    pub date: Timestamp,
    /// Required if the edition has a list (R25), not used otherwise (R34).
    pub unsubscribe: Option<Unsubscribe<'a>>,
    /// Plain text; they are escaped here, for each part in its way.
    pub values: &'a [(Slot, String)],
}

/// The ways to leave that a mail's header names.
#[derive(Clone, Copy)]
pub struct Unsubscribe<'a> {
    /// For one click (RFC 8058).
    pub url: &'a str,
    /// An address of this reader's own to which a mail can be sent instead (R112). None as long as nobody reads what arrives
    /// there: an address that is announced must work.
    pub mail: Option<&'a str>,
}

/// Why a message cannot be made. Nothing of it has been sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    #[error(transparent)]
    Header(#[from] HeaderError),
    #[error(transparent)]
    Quoted(#[from] QuotedError),
    #[error("{field} must be an https address without spaces and angle brackets")]
    Url { field: &'static str },
    #[error("the value of the slot \"{}\" is missing", .0.name())]
    MissingValue(Slot),
    #[error("a mail to subscribers needs an unsubscribe link")]
    NoUnsubscribe,
    #[error("{field} is not a usable identifier: letters, digits and -._@ only, at most {most} characters")]
    Identifier { field: &'static str, most: usize },
    #[error("the date {0} cannot be written in a mail header")]
    Date(Timestamp),
}

/// The Message-ID of a delivery, without angle brackets: the same on every retry (R6).
pub fn id(from_address: &str, public_id: &[u8; 16]) -> String {
    let domain = from_address.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    format!("{:032x}@{domain}", u128::from_be_bytes(*public_id))
}

/// Writes the whole message into `out`, which is cleared first: CRLF line ends, 7-bit (but for an address that needs
/// SMTPUTF8), not dot-stuffed.
pub fn compose(edition: &Edition, recipient: &Recipient<'_>, out: &mut Vec<u8>) -> Result<(), ComposeError> {
    out.clear();
    out.reserve(size(&edition.text).saturating_add(size(&edition.html)).saturating_add(4096));
    let boundary = boundary(recipient.message_id);

    write_headers(edition, recipient, &boundary, out)?;
    out.extend_from_slice(b"\r\n");
    for (kind, pieces) in [("plain", &edition.text), ("html", &edition.html)] {
        for word in [
            "--",
            &boundary,
            "\r\nContent-Type: text/",
            kind,
            "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
        ] {
            out.extend_from_slice(word.as_bytes());
        }
        splice(pieces, recipient.values, kind == "html", out)?;
    }
    for word in ["--", &boundary, "--\r\n"] {
        out.extend_from_slice(word.as_bytes());
    }
    Ok(())
}

fn size(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| if let Piece::Bytes(bytes) = piece { bytes.len() } else { 128 }).sum()
}

/// R14: `=_` cannot occur in quoted-printable text, and 128 bits of the Message-ID's hash make it this message's own.
fn boundary(message_id: &str) -> String {
    use std::fmt::Write as _;
    let mut boundary = String::with_capacity(34);
    boundary.push_str("=_");
    for byte in sha256(message_id.as_bytes()).iter().take(16) {
        // Writing to a String cannot fail.
        let _ = write!(boundary, "{byte:02x}");
    }
    boundary
}

fn splice(pieces: &[Piece], values: &[(Slot, String)], is_html: bool, out: &mut Vec<u8>) -> Result<(), ComposeError> {
    for piece in pieces {
        match piece {
            Piece::Bytes(bytes) => out.extend_from_slice(bytes.as_bytes()),
            Piece::Slot(slot) => {
                let (_, value) = values.iter().find(|(name, _)| name == slot).ok_or(ComposeError::MissingValue(*slot))?;
                if is_html {
                    quoted::push_value(&quoted::escape_html(value), out)?;
                } else {
                    quoted::push_value(value, out)?;
                }
            }
        }
    }
    Ok(())
}

fn write_headers(edition: &Edition, recipient: &Recipient<'_>, boundary: &str, out: &mut Vec<u8>) -> Result<(), ComposeError> {
    let mut head = String::with_capacity(2048);
    headers::mailbox("From", "from", &edition.from_name, &edition.from_address, &mut head)?;
    headers::mailbox("To", "recipient", recipient.name.unwrap_or_default(), &recipient.to.wire(), &mut head)?;
    if let Some(reply_to) = &edition.reply_to {
        headers::mailbox("Reply-To", "reply-to", "", reply_to, &mut head)?;
    }
    headers::unstructured("Subject", "subject", &edition.subject, &mut head)?;
    headers::line("Date", &date(recipient.date)?, &mut head);
    headers::identifier("message id", recipient.message_id, 500)?;
    headers::line("Message-ID", &format!("<{}>", recipient.message_id), &mut head);
    headers::line("Content-Language", edition.language.tag(), &mut head);
    if edition.auto_submitted {
        headers::line("Auto-Submitted", "auto-generated", &mut head);
    }
    if let Some(list) = &edition.list {
        list_headers(list, recipient.unsubscribe.ok_or(ComposeError::NoUnsubscribe)?, &mut head)?;
    }
    // Not "All": that would hush bounces too, and those we want.
    headers::line("X-Auto-Response-Suppress", "OOF, AutoReply", &mut head);
    headers::line("MIME-Version", "1.0", &mut head);
    headers::line("Content-Type", &format!("multipart/alternative; boundary=\"{boundary}\""), &mut head);
    out.extend_from_slice(head.as_bytes());
    Ok(())
}

/// RFC 2369, RFC 2919, RFC 5064 and RFC 8058, in an order people read.
fn list_headers(list: &List, unsubscribe: Unsubscribe<'_>, head: &mut String) -> Result<(), ComposeError> {
    headers::identifier("list id", &list.id, 200)?;
    headers::mailbox("List-Id", "list phrase", &list.phrase, &list.id, head)?;
    // RFC 8058 §3.1: exactly one HTTPS URI, and first, as some read no further.
    headers::url("List-Unsubscribe", "unsubscribe link", unsubscribe.url, head)?;
    if let Some(address) = unsubscribe.mail {
        headers::check_address("unsubscribe address", address)?;
        headers::append(&format!("<mailto:{address}>"), head);
    }
    headers::line("List-Unsubscribe-Post", "List-Unsubscribe=One-Click", head);
    headers::url("List-Help", "help link", &list.help, head)?;
    let owner = Address::parse_own(list.owner.strip_prefix("mailto:").unwrap_or(&list.owner));
    let owner = owner.map_err(|_| ComposeError::Identifier { field: "list owner", most: 320 })?;
    headers::line("List-Owner", &format!("<{}>", owner.mailto()), head);
    if let Some(archive) = &list.archive {
        headers::url("List-Archive", "archive link", archive, head)?;
    }
    if let Some(archived_at) = &list.archived_at {
        headers::url("Archived-At", "web version", archived_at, head)?;
    }
    headers::line("List-Post", "NO", head);
    headers::line("Precedence", "bulk", head);
    header::check("feedback id", &list.feedback_id)?;
    headers::unstructured("Feedback-ID", "feedback id", &list.feedback_id, head)
}

/// RFC 5322 §3.3, in UTC.
fn date(at: Timestamp) -> Result<String, ComposeError> {
    let mut text = String::with_capacity(32);
    jiff::fmt::rfc2822::DateTimePrinter::new()
        .print_zoned(&at.to_zoned(TimeZone::UTC), &mut text)
        .map_err(|_| ComposeError::Date(at))?;
    Ok(text)
}

#[cfg(test)]
mod tests;
