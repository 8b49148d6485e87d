//! Messages read back by an independent parser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use mail_parser::{HeaderValue, MessageParser, MimeHeaders};
use proptest::prelude::*;

use super::*;
use crate::domain::language::Language;

fn issue(subject: &str, body: &str) -> Edition {
    let slot = quoted::marker(Slot::UnsubscribeLink);
    Edition {
        language: Language::De,
        subject: subject.to_owned(),
        text: quoted::encode(&format!("{}\n\n{body}\n\nAbmelden:\n{slot}\n", quoted::marker(Slot::Salutation))).unwrap(),
        html: quoted::encode(&format!("<p>{}</p><p>x</p><a href=\"{slot}\">ab</a>\n", quoted::marker(Slot::Salutation))).unwrap(),
        list: Some(List {
            id: "zukunft.news.example.org".to_owned(),
            phrase: "Zukunft für alle".to_owned(),
            help: "https://news.example.org/n/zukunft".to_owned(),
            owner: "redaktion@example.org".to_owned(),
            archived_at: Some("https://news.example.org/archive/zukunft/7/de".to_owned()),
            archive: Some("https://news.example.org/archive/zukunft".to_owned()),
            feedback_id: "7:zukunft:issue:example".to_owned(),
        }),
        auto_submitted: false,
        from_name: "Zentrum für Arbeit".to_owned(),
        from_address: "news@example.org".to_owned(),
        reply_to: Some("redaktion@example.org".to_owned()),
    }
}

fn values(salutation: &str) -> Vec<(Slot, String)> {
    vec![
        (Slot::Salutation, salutation.to_owned()),
        (Slot::UnsubscribeLink, "https://news.example.org/unsubscribe/AbC?a=1&b=2".to_owned()),
    ]
}

fn made(edition: &Edition, name: Option<&str>, values: &[(Slot, String)]) -> Result<Vec<u8>, ComposeError> {
    made_with(edition, name, values, None)
}

/// `mail`: where a mail ends the subscription as well.
fn made_with(
    edition: &Edition,
    name: Option<&str>,
    values: &[(Slot, String)],
    mail: Option<&str>,
) -> Result<Vec<u8>, ComposeError> {
    let to = Address::parse("ada@example.org").unwrap();
    let recipient = Recipient {
        to: &to,
        name,
        message_id: "0a1b2c.issue@news.example.org",
        date: "2026-11-22T08:05:09Z".parse().unwrap(),
        unsubscribe: Some(Unsubscribe { url: "https://news.example.org/unsubscribe/AbC", mail }),
        values,
    };
    let mut out = b"left over".to_vec();
    compose(edition, &recipient, &mut out)?;
    Ok(out)
}

fn wire_is_sound(message: &[u8]) {
    let text = std::str::from_utf8(message).unwrap();
    assert!(text.is_ascii());
    assert!(text.ends_with("--\r\n"));
    for line in text.strip_suffix("\r\n").unwrap().split("\r\n") {
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
        // One word that is longer cannot be folded.
        assert!(line.len() <= 78 || !line.trim().trim_start_matches("To: ").contains(' '), "{line:?}");
    }
    let head = text.split("\r\n\r\n").next().unwrap();
    assert!(head.split("\r\n").all(|line| !line.trim().is_empty() && !line.ends_with(' ')), "{head}");
}

#[test]
fn an_issue_says_who_what_and_how_to_leave() {
    let message = made(
        &issue("Zweites Treffen der Zentren in Köln", "Grüße aus »Leipzig«"),
        Some("Ada Lovelace"),
        &values("Guten Tag, Ada <3"),
    )
    .unwrap();
    wire_is_sound(&message);
    let text = String::from_utf8(message.clone()).unwrap();
    for line in [
        "From: =?utf-8?Q?Zentrum_f=C3=BCr_Arbeit?= <news@example.org>\r\n",
        "To: Ada Lovelace <ada@example.org>\r\n",
        "Reply-To: redaktion@example.org\r\n",
        "Date: Sun, 22 Nov 2026 08:05:09 +0000\r\n",
        "Message-ID: <0a1b2c.issue@news.example.org>\r\n",
        "Content-Language: de\r\n",
        "List-Id: =?utf-8?Q?Zukunft_f=C3=BCr_alle?= <zukunft.news.example.org>\r\n",
        "List-Unsubscribe: <https://news.example.org/unsubscribe/AbC>\r\n",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
        "List-Help: <https://news.example.org/n/zukunft>\r\n",
        "List-Owner: <mailto:redaktion@example.org>\r\n",
        "List-Archive: <https://news.example.org/archive/zukunft>\r\n",
        "Archived-At: <https://news.example.org/archive/zukunft/7/de>\r\n",
        "List-Post: NO\r\n",
        "Precedence: bulk\r\n",
        "X-Auto-Response-Suppress: OOF, AutoReply\r\n",
        "Feedback-ID: 7:zukunft:issue:example\r\n",
        "MIME-Version: 1.0\r\n",
    ] {
        assert_eq!(text.matches(line).count(), 1, "{line} in {text}");
    }
    assert!(!text.contains("Auto-Submitted") && !text.contains("Sender:"));

    let parsed = MessageParser::default().parse(&message).unwrap();
    assert_eq!(parsed.subject(), Some("Zweites Treffen der Zentren in Köln"));
    assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some("Zentrum für Arbeit"));
    assert_eq!(parsed.parts.len(), 3);
    let kinds: Vec<_> = parsed.parts.iter().map(|part| part.content_type().unwrap().subtype().unwrap()).collect();
    assert_eq!(kinds, ["alternative", "plain", "html"]);
    let plain = parsed.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(plain, "Guten Tag, Ada <3\n\nGrüße aus »Leipzig«\n\nAbmelden:\nhttps://news.example.org/unsubscribe/AbC?a=1&b=2");
    let html = parsed.body_html(0).unwrap();
    assert!(html.contains("<p>Guten Tag, Ada &lt;3</p>") && html.contains("AbC?a=1&amp;b=2\">"), "{html}");
}

#[test]
fn a_confirmation_is_generated_and_belongs_to_no_list() {
    let edition = Edition { list: None, auto_submitted: true, reply_to: None, ..issue("Bitte bestätigen", "x") };
    let text = String::from_utf8(made(&edition, None, &values("x")).unwrap()).unwrap();
    assert!(text.contains("\r\nAuto-Submitted: auto-generated\r\n") && text.contains("\r\nTo: ada@example.org\r\n"));
    assert!(!text.contains("List-") && !text.contains("Precedence"));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let edition = issue("Betreff", "Text");
    let first = made(&edition, None, &values("Hallo")).unwrap();
    assert_eq!(first, made(&Edition::from_bytes(&edition.to_bytes().unwrap()).unwrap(), None, &values("Hallo")).unwrap());
    // R14: a body that quotes an earlier message's boundary does no harm.
    let boundary = boundary("0a1b2c.issue@news.example.org");
    let message = made(&issue("Betreff", &format!("--{boundary}\n--{boundary}--")), None, &values("x")).unwrap();
    assert_eq!(MessageParser::default().parse(&message).unwrap().parts.len(), 3);
}

#[test]
fn nothing_smuggles_a_header_or_a_command_in() {
    for control in ["\r\n", "\n", "\r", "\0", "\u{85}", "\u{1b}", "\u{2028}"] {
        let evil = format!("x{control}Bcc: all@example.org");
        let fine = || issue("s", "b");
        assert!(made(&fine(), Some(&evil), &values("x")).is_err());
        assert!(made(&Edition { subject: evil.clone(), ..fine() }, None, &values("x")).is_err());
        assert!(made(&Edition { from_name: evil.clone(), ..fine() }, None, &values("x")).is_err());
        assert!(made(&Edition { from_address: evil.clone(), ..fine() }, None, &values("x")).is_err());
        assert!(made(&Edition { reply_to: Some(evil.clone()), ..fine() }, None, &values("x")).is_err());
        for spoil in
            [|list: &mut List, evil: &str| list.id = evil.to_owned(), |list: &mut List, evil: &str| list.phrase = evil.to_owned()]
        {
            let mut edition = fine();
            spoil(edition.list.as_mut().unwrap(), &evil);
            assert!(made(&edition, None, &values("x")).is_err());
        }
        for spoil in [
            |list: &mut List, evil: &str| list.help = format!("https://example.org/{evil}"),
            |list: &mut List, evil: &str| list.owner = evil.to_owned(),
            |list: &mut List, evil: &str| list.archive = Some(format!("https://{evil}")),
            |list: &mut List, evil: &str| list.feedback_id = evil.to_owned(),
        ] {
            let mut edition = fine();
            spoil(edition.list.as_mut().unwrap(), &evil);
            assert!(made(&edition, None, &values("x")).is_err());
        }
        if control != "\u{2028}" {
            assert!(made(&fine(), None, &values(&evil)).is_err());
        }
    }
    let mut edition = issue("s", "b");
    edition.list.as_mut().unwrap().help = "http://example.org/".to_owned();
    assert_eq!(made(&edition, None, &values("x")), Err(ComposeError::Url { field: "help link" }));
    assert_eq!(made(&issue("s", "b"), None, &[]), Err(ComposeError::MissingValue(Slot::Salutation)));
}

#[test]
fn long_and_strange_subjects_are_folded_between_characters() {
    for subject in [
        "kurz".to_owned(),
        "ä".repeat(250),
        "x".repeat(900),
        "Wort ".repeat(150).trim().to_owned(),
        "👩‍👩‍👧‍👦".repeat(20),
        "日本語のニュースレター".repeat(8),
        "=?utf-8?Q?fake?=".to_owned(),
        "a  b   c".to_owned(),
        "Über \"Anführung\" (Klammer), Komma; <spitz>".to_owned(),
    ] {
        let message = made(&issue(&subject, "b"), Some(&subject), &values("x")).unwrap();
        wire_is_sound(&message);
        let parsed = MessageParser::default().parse(&message).unwrap();
        assert_eq!(parsed.subject().unwrap(), subject);
        assert_eq!(parsed.to().unwrap().first().unwrap().name().unwrap(), subject);
        assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("ada@example.org"));
        for word in String::from_utf8(message).unwrap().split_whitespace().filter(|word| word.starts_with("=?utf-8")) {
            assert!(word.len() <= 75, "{word}");
        }
    }
}

/// What is written for a name, in each header that has one; unfolded.
#[test]
fn a_name_in_ascii_is_atoms_or_quoted_and_never_encoded() {
    let long = "Ein langer Name ".repeat(20).trim().to_owned();
    let quoted = format!("\"{}\"", "Children's ".repeat(20).trim());
    let (word, escaped) = ("x".repeat(480), "\"\\".repeat(40));
    let rows = [
        ("Ada Lovelace", "Ada Lovelace"),
        ("Kunst & Kultur + 50 % = {a|b} ~ #1 _x_ /y? ^z` $ * !", "Kunst & Kultur + 50 % = {a|b} ~ #1 _x_ /y? ^z` $ * !"),
        ("Children's Centre News", "\"Children's Centre News\""),
        ("O'Hara", "\"O'Hara\""),
        ("'", "\"'\""),
        ("News e.V.", "\"News e.V.\""),
        ("Müller's", "=?utf-8?B?TcO8bGxlcidz?="),
        ("a, b; c: d (e) <f> [g] @h", "\"a, b; c: d (e) <f> [g] @h\""),
        ("The \"Old\" \\ Mill", "\"The \\\"Old\\\" \\\\ Mill\""),
        ("two  spaces", "\"two  spaces\""),
        ("=?utf-8?Q?fake?=", "\"=\\?utf-8?Q?fake?=\""),
        (long.as_str(), long.as_str()),
        (&quoted[1..quoted.len() - 1], &quoted),
        (&word, &word),
        (&escaped, &format!("\"{}\"", "\\\"\\\\".repeat(40))),
    ];
    for (name, written) in rows {
        let mut edition = issue("Betreff", "Text");
        edition.from_name = name.to_owned();
        edition.list.as_mut().unwrap().phrase = name.to_owned();
        let message = made(&edition, Some(name), &values("x")).unwrap();
        wire_is_sound(&message);
        let head = format!("\n{}", String::from_utf8(message.clone()).unwrap().replace("\r\n ", " "));
        for (field, address) in [("From", "news@example.org"), ("To", "ada@example.org"), ("List-Id", "zukunft.news.example.org")]
        {
            let line = format!("\n{field}: {written} <{address}>\r\n");
            assert!(head.contains(&line), "{name:?} in {field}: {head}");
        }
        let parsed = MessageParser::default().parse(&message).unwrap();
        assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some(name));
    }
    let none = String::from_utf8(made(&issue("s", "b"), Some(""), &values("x")).unwrap()).unwrap();
    assert!(none.contains("\nTo: ada@example.org\r\n") && none.contains("\nReply-To: redaktion@example.org\r\n"));
    // No line can hold this one as it is.
    let endless = made(&issue("s", "b"), Some(&"x".repeat(900)), &values("x")).unwrap();
    assert!(endless.split(|b| *b == b'\n').all(|line| line.len() < 80), "it is encoded");
}

#[test]
fn a_second_way_to_leave_stands_behind_the_first() {
    let mail = Some("leave+abc@example.org");
    let text = String::from_utf8(made_with(&issue("s", "b"), None, &values("x"), mail).unwrap()).unwrap();
    let both = "List-Unsubscribe: <https://news.example.org/unsubscribe/AbC>,\r\n <mailto:leave+abc@example.org>\r\nList-Unsubscribe-Post: ";
    assert!(text.contains(both), "{text}");
    for evil in ["a b@example.org", "a@example.org>,<mailto:b@example.org", "a@example.org\r\nBcc: b@example.org", ""] {
        assert!(made_with(&issue("s", "b"), None, &values("x"), Some(evil)).is_err(), "{evil:?}");
    }
}

proptest! {
    #[test]
    fn any_subject_name_and_body_arrive(subject in "[^\\pC\\p{Zl}\\p{Zp}\\s][^\\pC\\p{Zl}\\p{Zp}\u{a0}]{0,80}", name in "[\\PC&&[^\\p{Zl}\\p{Zp}\\s]]{1,40}", body in "(\\PC|\n|\\.){0,400}") {
        let edition = issue(subject.trim(), &body);
        let message = made(&edition, Some(&name), &values(&name)).unwrap();
        wire_is_sound(&message);
        let parsed = MessageParser::default().parse(&message).unwrap();
        prop_assert_eq!(parsed.subject().unwrap_or_default(), subject.trim());
        let HeaderValue::Address(to) = parsed.header("To").unwrap() else { panic!("no address") };
        prop_assert_eq!(to.first().unwrap().name().unwrap_or_default(), &name);
        let expected = format!("{name}\n\n{body}\n\nAbmelden:\nhttps://news.example.org/unsubscribe/AbC?a=1&b=2");
        prop_assert_eq!(parsed.body_text(0).unwrap().replace("\r\n", "\n"), expected);
    }
}
