//! Exim passes on the first ten mails of a connection at once and leaves the others for its next queue run, half an hour later as a
//! rule (`smtp_accept_queue_per_connection`, `queue_run_max`): so its connections must be short. It is known by its banner, by
//! what only it offers, or by how it answers a mail: `smtp_banner` can be changed, the last of these cannot.

use super::stream::Heard;

/// Exim's default. Whoever set it higher there says so in `relay.mails_per_connection`.
pub(super) const PASSES_ON: usize = 10;

/// `220 mx.example.org ESMTP Exim 4.96 Tue, 01 Dec 2026 …`
pub(super) fn has_greeted(banner: &Heard) -> bool {
    banner.text().split(' ').any(|word| word.eq_ignore_ascii_case("Exim"))
}

/// Of all servers only Exim has these (draft-hall-prdr; "early pipelining").
pub(super) fn has_offered(ehlo: &Heard) -> bool {
    let only_its = ["PRDR", "PIPECONNECT", "PIPE_CONNECT", "X_PIPE_CONNECT"];
    ehlo.lines.iter().skip(1).any(|line| only_its.iter().any(|word| line.trim().eq_ignore_ascii_case(word)))
}

/// `250 OK id=1xYNZR-0007M7-0e`; since Exim 4.97 the three parts have 6, 11 and 4 characters.
pub(super) fn has_answered(reply: &str) -> bool {
    let Some(id) = reply.strip_prefix("OK id=").and_then(|rest| rest.split(' ').next()) else { return false };
    let parts: Vec<&str> = id.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    matches!(lengths.as_slice(), [6, 6, 2] | [6, 11, 4]) && parts.concat().bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(lines: &[&str]) -> Heard {
        Heard { code: 250, lines: lines.iter().map(|line| (*line).to_owned()).collect() }
    }

    #[test]
    fn an_exim_is_known_by_any_of_three_marks_and_others_are_not_taken_for_one() {
        for (banner, expected) in [
            ("mx.example.org ESMTP Exim 4.96 Tue, 01 Dec 2026 13:06:29 +0000", true),
            ("mx.example.org ESMTP EXIM", true),
            ("mx.example.org ESMTP Postfix (Debian/GNU)", false),
            ("mx.example.org ESMTP Sendmail 8.17.1.9/8.17.1.9/Debian-2+deb12u2; Tue, 1 Dec 2026 13:09:02 GMT", false),
            ("mx.example.org ESMTP OpenSMTPD", false),
            ("exim.example.org ESMTP", false),
            ("mx.example.org ESMTP Eximious 1", false),
            ("", false),
        ] {
            assert_eq!(has_greeted(&heard(&[banner])), expected, "{banner}");
        }
        for (offer, expected) in [
            (&["mx Hello [127.0.0.1]", "SIZE 52428800", "8BITMIME", "PIPELINING", "PIPECONNECT", "CHUNKING", "HELP"][..], true),
            (&["mx Hello x [192.0.2.1]", "SIZE 52428800", "PRDR", "HELP"], true),
            (&["mx Hello x [192.0.2.1]", "SIZE 52428800", "X_PIPE_CONNECT", "HELP"], true),
            (
                &["mx Hello [127.0.0.1], pleased to meet you", "8BITMIME", "ENHANCEDSTATUSCODES", "SIZE 36700160", "DSN", "HELP"],
                false,
            ),
            (&["PRDR"], false),
            (&["mx", "PIPELINING", "SIZE 10240000", "VRFY", "ETRN", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "CHUNKING"], false),
        ] {
            assert_eq!(has_offered(&heard(offer)), expected, "{offer:?}");
        }
        for (reply, expected) in [
            ("OK id=1xYNZR-0007M7-0e", true),
            ("OK id=1xYNZR-00000007M7a-0e1B", true),
            ("OK id=1xYNZR-0007M7-0e (delivered)", true),
            ("2.0.0 Ok: queued as 4DfK2V1ZbCz9s", false),
            ("2.0.0 6B1D92sd030051 Message accepted for delivery", false),
            ("2.0.0 237b661a Message accepted for delivery", false),
            ("OK id=12345", false),
            ("OK id=1xYNZR-0007M7", false),
            ("OK id=1xYNZR-0007M7-0e-11", false),
            ("ok", false),
        ] {
            assert_eq!(has_answered(reply), expected, "{reply}");
        }
    }
}
