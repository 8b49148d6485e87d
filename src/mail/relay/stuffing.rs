//! Makes a message safe to send: dot-stuffing and the final dot (RFC 5321 §4.5.2), and a last check of its line ends.

/// A bare CR or LF. Some servers take it for a line end, and what follows for commands ("SMTP smuggling"; RFC 5321 §2.3.8).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BareLineEnd;

/// Writes `message` into `out` as DATA wants it, final dot included. A missing last CRLF is added, none is doubled.
pub(super) fn stuff(message: &[u8], out: &mut Vec<u8>) -> Result<(), BareLineEnd> {
    out.clear();
    out.reserve(message.len() + message.len() / 64 + 16);
    if message.first() == Some(&b'.') {
        out.push(b'.');
    }
    let (mut rest, mut done, mut lines) = (message, 0, 0_usize);
    for end in memchr::memchr_iter(b'\n', message) {
        lines += 1;
        if end.checked_sub(1).and_then(|before| message.get(before)) != Some(&b'\r') {
            return Err(BareLineEnd);
        }
        if message.get(end + 1) == Some(&b'.') {
            let (line, after) = rest.split_at_checked(end + 1 - done).ok_or(BareLineEnd)?;
            out.extend_from_slice(line);
            out.push(b'.');
            (rest, done) = (after, end + 1);
        }
    }
    // Every LF has its CR; one CR more than there are lines stands alone somewhere.
    if memchr::memchr_iter(b'\r', message).count() != lines {
        return Err(BareLineEnd);
    }
    out.extend_from_slice(rest);
    if !message.is_empty() && !message.ends_with(b"\n") {
        out.extend_from_slice(b"\r\n");
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
