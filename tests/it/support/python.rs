//! The second, independent reader of mails: Python's `email` package, by way of tests/email_check.py.

use serde::Deserialize;

use crate::support::process;

/// A mail as Python reads it.
#[derive(Debug, Deserialize)]
pub struct PythonMail {
    /// Decoded and unfolded, in order, repetitions kept.
    pub headers: Vec<(String, String)>,
    pub text: Option<String>,
    pub html: Option<String>,
    /// What the HTML part says: no tags, entities resolved, alternative texts of pictures included.
    pub html_words: String,
    pub attachments: Vec<Option<String>>,
    /// What Python finds wrong with the structure, an encoding or a header.
    pub defects: Vec<String>,
}

impl PythonMail {
    /// The only header of that name; fails when there is none or more than one.
    pub fn header(&self, name: &str) -> &str {
        let found: Vec<&str> =
            self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).collect();
        assert_eq!(found.len(), 1, "{name} stands {} times in {:#?}", found.len(), self.headers);
        found[0]
    }
}

/// Reads a raw mail. Fails when Python cannot.
pub fn read_mail(raw: &[u8]) -> PythonMail {
    process::ask("python3", "email_check.py", &[], raw)
}

#[test]
fn python_reads_a_mail_and_names_its_defects() {
    let good = b"From: =?utf-8?q?J=C3=B6rg?= <a@example.org>\r\nSubject: Hello\r\n\r\nBody\r\n";
    let mail = read_mail(good);
    assert_eq!((mail.header("From"), mail.text.as_deref()), ("Jörg <a@example.org>", Some("Body\n")));
    assert_eq!((mail.html, mail.attachments.len()), (None, 0));
    assert_eq!(mail.defects, Vec::<String>::new());
    let bad = b"Content-Type: multipart/alternative; boundary=x\r\n\r\nno parts";
    assert!(read_mail(bad).defects[0].contains("StartBoundaryNotFound"));
}
