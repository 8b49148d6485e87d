//! Header lines: folded at 78 columns (R8), encoded words of at most 75 (RFC 2047, R11), nothing but printable ASCII.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::ComposeError;
use crate::domain::header;

/// RFC 5322 §2.1.1 recommends 78; RFC 2047 §2 wants 76 for lines with encoded words, so that is what all get.
const COLUMNS: usize = 76;

/// RFC 2047 §2: an encoded word has at most 75 characters.
const WORD: usize = 75;

/// A word of a name that is longer fits into no line, escaped as it may have to be (RFC 5322 §2.1.1: 998 octets).
const LONGEST: usize = 480;

/// `name: value` with a value that is known to be short printable ASCII, folded once if need be.
pub(super) fn line(name: &str, value: &str, head: &mut String) {
    head.push_str(name);
    head.push(':');
    fold(name.len().saturating_add(1), value, head);
    head.push_str("\r\n");
}

/// Free text: a subject.
pub(super) fn unstructured(name: &str, field: &'static str, text: &str, head: &mut String) -> Result<(), ComposeError> {
    header::check(field, text)?;
    head.push_str(name);
    head.push(':');
    words(text.trim(), name.len().saturating_add(1), head);
    head.push_str("\r\n");
    Ok(())
}

/// `name: phrase <address>`, or the bare address if there is no phrase. List-Id has the same form.
pub(super) fn mailbox(
    name: &str,
    field: &'static str,
    phrase: &str,
    address: &str,
    head: &mut String,
) -> Result<(), ComposeError> {
    header::check(field, phrase)?;
    check_address(field, address)?;
    // Only the recipient's own address may need SMTPUTF8: what is ours stands in mails to everybody.
    if name != "To" && !address.is_ascii() {
        return Err(ComposeError::Identifier { field, most: 320 });
    }
    head.push_str(name);
    head.push(':');
    let mut column = name.len().saturating_add(1);
    let phrase = phrase.trim();
    // RFC 2919 §3 wants angle brackets even without a phrase.
    if phrase.is_empty() && name != "List-Id" {
        fold(column, address, head);
    } else {
        if !phrase.is_empty() {
            column = phrase_words(phrase, column, head);
        }
        fold(column, &format!("<{address}>"), head);
    }
    head.push_str("\r\n");
    Ok(())
}

/// `name: <url>`. Web addresses are https; http is for a server on this very machine (demo and tests).
pub(super) fn url(name: &str, field: &'static str, url: &str, head: &mut String) -> Result<(), ComposeError> {
    let rest = url.strip_prefix("https://").or_else(|| {
        let rest = url.strip_prefix("http://")?;
        let host = rest.split(['/', '?']).next()?;
        let host =
            host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(host, _)| host);
        (host == "localhost" || host.starts_with("127.") || host == "[::1]").then_some(rest)
    });
    let fine = rest.is_some_and(|rest| !rest.is_empty())
        && url.len() <= 900
        && url.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"\\,".contains(&b));
    if !fine {
        return Err(ComposeError::Url { field });
    }
    line(name, &format!("<{url}>"), head);
    Ok(())
}

/// Another element of the field that was written last, on a line of its own.
pub(super) fn append(value: &str, head: &mut String) {
    head.truncate(head.trim_end_matches("\r\n").len());
    head.push_str(",\r\n ");
    head.push_str(value);
    head.push_str("\r\n");
}

/// A Message-ID or list id: dot-atom text, with an `@` for the former.
pub(super) fn identifier(field: &'static str, id: &str, most: usize) -> Result<(), ComposeError> {
    let fine = !id.is_empty() && id.len() <= most && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._@+=".contains(&b));
    if fine { Ok(()) } else { Err(ComposeError::Identifier { field, most }) }
}

/// The second look at an address: nothing in it may end the field or start another recipient.
pub(super) fn check_address(field: &'static str, address: &str) -> Result<(), ComposeError> {
    header::check(field, address)?;
    let fine =
        !address.is_empty() && address.len() <= 320 && !address.contains([' ', '<', '>', ',', ';', ':', '"', '(', ')', '\\']);
    if fine { Ok(()) } else { Err(ComposeError::Identifier { field, most: 320 }) }
}

/// A display name (RFC 5322 §3.2.5). In ASCII it is never made into encoded words: some relays write those anew, and people who
/// look at a header want to read it. What is more than plain atoms is quoted, as relays would do it otherwise, and with that break
/// every signature over the field: Sendmail quotes a name with an apostrophe in it, although that is an atom.
fn phrase_words(phrase: &str, column: usize, head: &mut String) -> usize {
    let longest = phrase.split(' ').map(str::len).max().unwrap_or_default();
    if !phrase.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) || longest > LONGEST {
        return encoded_words(phrase, column, head);
    }
    let is_atoms = phrase.bytes().all(|b| b.is_ascii_alphanumeric() || b" !#$%&*+-/=?^_`{|}~".contains(&b));
    let written = match is_atoms && !phrase.contains("  ") && !phrase.contains("=?") {
        true => phrase.to_owned(),
        // Programs that look for encoded words everywhere find none in "=\?".
        false => format!("\"{}\"", phrase.replace('\\', "\\\\").replace('"', "\\\"").replace("=?", "=\\?")),
    };
    at_single_spaces(&written).iter().fold(column, |column, part| fold(column, part, head))
}

/// Parts between which a line may end. Two spaces stay together, or a line could have nothing but spaces in it.
fn at_single_spaces(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match parts.last_mut().filter(|last| word.is_empty() || last.ends_with(' ')) {
            Some(last) => {
                last.push(' ');
                last.push_str(word);
            }
            None => parts.push(word.to_owned()),
        }
    }
    parts
}

/// Writes ` word`, on a new line if this one has no room. Returns the column after it.
fn fold(column: usize, word: &str, head: &mut String) -> usize {
    let width = word.len().saturating_add(1);
    if column.saturating_add(width) > COLUMNS {
        head.push_str("\r\n");
        head.push(' ');
        head.push_str(word);
        width
    } else {
        head.push(' ');
        head.push_str(word);
        column.saturating_add(width)
    }
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) && !text.contains("=?") && !text.contains("  ")
}

/// Text as it is, folded at its spaces, if that is possible; as encoded words otherwise: no quotes keep its spaces together here.
fn words(text: &str, mut column: usize, head: &mut String) {
    if is_plain(text) && text.split(' ').all(|word| word.len() < 60) {
        for word in text.split(' ') {
            column = fold(column, word, head);
        }
    } else {
        encoded_words(text, column, head);
    }
}

/// RFC 2047: whichever of Q and B is shorter, each word full but never cut inside a character.
fn encoded_words(text: &str, mut column: usize, head: &mut String) -> usize {
    let q_length: usize = text.bytes().map(|b| if stands_for_itself(b) || b == b' ' { 1 } else { 3 }).sum();
    let as_q = q_length <= text.len().saturating_mul(4).div_ceil(3);
    let mut chunk = String::with_capacity(WORD);
    let mut width: usize = 0;
    for c in text.chars() {
        let mut buffer = [0; 4];
        let bytes = c.encode_utf8(&mut buffer).as_bytes();
        let more: usize =
            if as_q { bytes.iter().map(|b| if stands_for_itself(*b) || *b == b' ' { 1 } else { 3 }).sum() } else { bytes.len() };
        // The first word shares its line with the field's name if it has at least a little room there.
        let room =
            if COLUMNS.saturating_sub(column) > 30 { WORD.min(COLUMNS.saturating_sub(column).saturating_sub(1)) } else { WORD };
        let room = room.saturating_sub("=?utf-8?Q??=".len());
        let room = if as_q { room } else { room.saturating_div(4).saturating_mul(3) };
        if width.saturating_add(more) > room {
            column = fold(column, &encoded_word(&chunk, as_q), head);
            chunk.clear();
            width = 0;
        }
        chunk.push(c);
        width = width.saturating_add(more);
    }
    fold(column, &encoded_word(&chunk, as_q), head)
}

fn encoded_word(chunk: &str, as_q: bool) -> String {
    if !as_q {
        return format!("=?utf-8?B?{}?=", STANDARD.encode(chunk));
    }
    let mut word = String::with_capacity(WORD);
    word.push_str("=?utf-8?Q?");
    for byte in chunk.bytes() {
        match byte {
            b' ' => word.push('_'),
            b if stands_for_itself(b) => word.push(char::from(b)),
            // Writing to a String cannot fail.
            b => drop(write!(word, "={b:02X}")),
        }
    }
    word.push_str("?=");
    word
}

/// RFC 2047 §5 (3): what a Q word may contain as it is within a phrase, and so everywhere.
fn stands_for_itself(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!*+-/".contains(&byte)
}
