//! A delivered mail as a second, independent program reads it: Python's `email` package.

use crate::support::app::each_database;
use crate::support::python::read_mail;

/// R2: always there, and once.
const ONCE: [&str; 8] = ["Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type", "Content-Language"];
/// R2: at most once.
const AT_MOST_ONCE: [&str; 9] = [
    "Reply-To",
    "Sender",
    "Cc",
    "Content-Transfer-Encoding",
    "Auto-Submitted",
    "Precedence",
    "Feedback-ID",
    "Archived-At",
    "Return-Path",
];
const LIST: [&str; 7] =
    ["List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Help", "List-Owner", "List-Archive", "List-Post"];

each_database!(python_reads_issues_and_confirmations_without_a_defect, |app| async move {
    for (address, language) in [("ada@example.org", "de"), ("bob@example.org", "en"), ("cleo@example.org", "de-simple")] {
        app.subscriber_in(address, language).await;
    }
    app.publishes("Große Übergänge »heute«").await;
    assert_eq!(app.drain().await.sent, 3);
    let received = app.relay.received();
    assert_eq!(received.len(), 6, "a confirmation and an issue each");
    for mail in &received {
        let read = read_mail(&mail.data);
        let shown = String::from_utf8_lossy(&mail.data);
        assert_eq!(read.defects, Vec::<String>::new(), "{shown}");
        assert_eq!(read.attachments, Vec::<Option<String>>::new(), "two bodies and no attachment");
        let count = |name: &str| read.headers.iter().filter(|(found, _)| found.eq_ignore_ascii_case(name)).count();
        for name in ONCE {
            assert_eq!(count(name), 1, "{name} in\n{shown}");
        }
        for name in AT_MOST_ONCE {
            assert!(count(name) <= 1, "{name} in\n{shown}");
        }
        let is_issue = read.header("Subject").contains("Große Übergänge »heute«");
        for name in LIST {
            assert_eq!(count(name), usize::from(is_issue), "{name} in\n{shown}");
        }
        let lists = read.headers.iter().filter(|(name, _)| name.to_ascii_lowercase().starts_with("list-")).count();
        assert_eq!(lists, if is_issue { LIST.len() } else { 0 }, "{shown}");
        assert_eq!(read.header("From"), "Zentrum für Übergänge <news@example.org>");
        assert_eq!(read.header("To"), mail.to);
        assert_eq!(read.header("MIME-Version"), "1.0");
        let (text, html) = (read.text.unwrap(), read.html.unwrap());
        for part in [&text, &html] {
            assert!(!part.contains('\u{fffd}') && !part.contains("=C3"), "an encoding is broken:\n{part}");
            assert_eq!(part.contains("mit Umlauten: äöü »ß«."), is_issue, "{part}");
        }
        assert!(html.contains("<html") && html.contains("</html>"));
        // RFC 5321 §4.5.3.1.6 and RFC 5322 §2.1.1, R8.
        assert!(mail.data.iter().all(u8::is_ascii), "7-bit only");
        assert!(mail.data.ends_with(b"\r\n"));
        for line in mail.data.strip_suffix(b"\r\n").unwrap().split(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(line);
            let line = line.strip_suffix('\r').unwrap_or(&line);
            assert!(!line.contains('\r'), "a bare CR in {line:?}");
            // Nothing but a link in a header may be longer than a line should be: it cannot be folded.
            let is_link = line.starts_with(" <http") && line.ends_with('>');
            assert!(line.len() <= if is_link { 998 } else { 78 }, "too long: {line}");
        }
    }
    assert_eq!(received.iter().filter(|mail| String::from_utf8_lossy(&mail.data).contains("List-Id:")).count(), 3);
});
