//! Makes a message safe to send: dot-stuffing and the final dot (RFC 5321 §4.5.2), and a last check of its line ends.

use std::io::BufRead as _;

/// A bare CR or LF. Some servers take it for a line end, and what follows for commands ("SMTP smuggling"; RFC 5321 §2.3.8).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BareLineEnd;

/// Writes `message` into `out` as DATA wants it, final dot included. A missing last CRLF is added, none is doubled.
pub(super) fn stuff(message: &[u8], out: &mut Vec<u8>) -> Result<(), BareLineEnd> {
    out.clear();
    out.reserve(message.len() + message.len() / 64 + 16);
    let (mut rest, mut lines) = (message, 0_usize);
    while let Some(first) = rest.first() {
        if *first == b'.' {
            out.push(b'.');
        }
        // A slice's own read_until searches with memchr and never fails.
        if rest.read_until(b'\n', out).is_err() {
            return Err(BareLineEnd);
        }
        if out.ends_with(b"\n") {
            lines += 1;
            if !out.ends_with(b"\r\n") {
                return Err(BareLineEnd);
            }
        }
    }
    if !out.is_empty() && !out.ends_with(b"\n") {
        out.extend_from_slice(b"\r\n");
        lines += 1;
    }
    // Every LF has its CR; one CR more than there are lines stands alone somewhere.
    if out.iter().filter(|byte| **byte == b'\r').count() != lines {
        return Err(BareLineEnd);
    }
    out.extend_from_slice(b".\r\n");
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stuffed(message: &str) -> Result<String, BareLineEnd> {
        let mut out = b"left over from the mail before".to_vec();
        stuff(message.as_bytes(), &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn dots_at_line_starts_are_doubled_and_only_those() {
        for (message, wire) in [
            ("", ".\r\n"),
            ("a", "a\r\n.\r\n"),
            ("a\r\n", "a\r\n.\r\n"),
            (".", "..\r\n.\r\n"),
            (".\r\n..\r\n.x\r\na.\r\n", "..\r\n...\r\n..x\r\na.\r\n.\r\n"),
            ("a\r\n\r\n", "a\r\n\r\n.\r\n"),
        ] {
            assert_eq!(stuffed(message).as_deref(), Ok(wire), "{message:?}");
        }
    }

    #[test]
    fn bare_line_ends_are_refused_because_they_could_smuggle_a_second_mail() {
        for message in ["a\n.\r\nMAIL", "a\r.\r\n", "a\r", "\n", "\r", "a\r\r\n", "a\r\n.\n"] {
            assert_eq!(stuffed(message), Err(BareLineEnd), "{message:?}");
        }
    }

    proptest! {
        #[test]
        fn the_receiver_gets_the_message_back(lines in proptest::collection::vec("[.a ]{0,8}", 1..20)) {
            let message = lines.join("\r\n") + "\r\n";
            let wire = stuffed(&message).unwrap();
            let body = wire.strip_suffix(".\r\n").unwrap();
            prop_assert!(!wire.strip_suffix("\r\n").unwrap().contains("\r\n.\r\n"));
            let back: String = body.split_inclusive("\r\n").map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
            prop_assert_eq!(back, message);
        }
    }
}
