//! News items as staff write them, and what they are told when something is wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]

use jiff::civil::{date, datetime};
use proptest::prelude::*;

use super::front_matter::FileError;
use super::language::Language;
use super::news::{Checked, Event, NewsFile};

const EVERYTHING: &str = "---
language: de                 # BCP 47
item: zweites-treffen
kicker: News | Leipzig
headline: Zweites Treffen der Zentren
lead: One or two sentences.
date: 2021-03-02
link: https://example.org/more
image: treffen.jpg           # relative to the file
alt: Drei Menschen an einem Tisch
caption: Die Runde am 2. März
credit: \"Foto: Example\"
funding: Gefördert durch …
downloads: [programm.pdf, 'plan b.pdf']
downloads_checked: true      # by a checker or with a screen reader
order: 2
starts: 2021-06-22T09:30
ends: 2021-06-22T17:00
zone: Europe/Vienna
place: Leipzig, Haus 2
online: https://example.org/stream
checked_by: Prüfgruppe Leipzig, 2021-02-20
---
Body in *Markdown*.

---
A rule above.
";

fn item(front: &str) -> Result<NewsFile, FileError> {
    NewsFile::parse(&format!("---\nlanguage: de\nheadline: H\n{front}\n---\nText\n"))
}

fn told(front: &str) -> String {
    item(front).unwrap_err().to_string()
}

#[test]
fn every_key_arrives_where_it_belongs() {
    let text = |text: &str| Some(text.to_owned());
    let expected = NewsFile {
        item: text("zweites-treffen"),
        language: Language::De,
        kicker: text("News | Leipzig"),
        headline: "Zweites Treffen der Zentren".to_owned(),
        lead: text("One or two sentences."),
        date: Some(date(2021, 3, 2)),
        link: text("https://example.org/more"),
        image: text("treffen.jpg"),
        alt: text("Drei Menschen an einem Tisch"),
        caption: text("Die Runde am 2. März"),
        credit: text("Foto: Example"),
        funding: text("Gefördert durch …"),
        checked_by: Some(Checked { by: "Prüfgruppe Leipzig".to_owned(), on: date(2021, 2, 20) }),
        downloads: vec!["programm.pdf".to_owned(), "plan b.pdf".to_owned()],
        downloads_checked: true,
        order: Some(2),
        event: Some(Event {
            starts: datetime(2021, 6, 22, 9, 30, 0, 0),
            ends: Some(datetime(2021, 6, 22, 17, 0, 0, 0)),
            zone: "Europe/Vienna".to_owned(),
            place: text("Leipzig, Haus 2"),
            online: text("https://example.org/stream"),
        }),
        body: "Body in *Markdown*.\n\n---\nA rule above.".to_owned(),
    };
    assert_eq!(NewsFile::parse(EVERYTHING).unwrap(), expected);
    // Files from Windows and from editors that write a byte order mark.
    assert_eq!(NewsFile::parse(&format!("\u{feff}{}", EVERYTHING.replace('\n', "\r\n"))).unwrap(), expected);
}

#[test]
fn a_headline_and_a_language_are_enough() {
    let file = NewsFile::parse("---\nheadline: 2026\nlanguage: DE-simple\nkicker:\n---").unwrap();
    assert_eq!((file.headline.as_str(), file.language, file.kicker, file.body.as_str()), ("2026", Language::DeSimple, None, ""));
    assert_eq!(NewsFile::parse("---\nlanguage: de\n---\nx"), Err(FileError::Missing("headline", &["language", "headline"])));
    assert_eq!(NewsFile::parse("---\nheadline: x\n---\nx"), Err(FileError::Missing("language", &["language", "headline"])));
    assert_eq!(
        NewsFile::parse("---\nlanguage: de\nheadline: ''\n---\nx"),
        Err(FileError::Missing("headline", &["language", "headline"]))
    );
    assert_eq!(NewsFile::parse("---\n---\nx"), Err(FileError::Missing("language", &["language", "headline"])));
}

#[test]
fn a_file_without_front_matter_or_without_its_end_is_told_how_it_should_look() {
    for text in ["", "Hello", "headline: x", "\n---\nheadline: x\n---\n"] {
        assert_eq!(NewsFile::parse(text), Err(FileError::NoFrontMatter(&["language", "headline"])), "{text:?}");
    }
    for text in ["---", "---\nheadline: x\nlanguage: de\n\nText", "---\nheadline: x\n----\n"] {
        assert_eq!(NewsFile::parse(text), Err(FileError::NoEnd), "{text:?}");
    }
}

#[test]
fn a_mistake_is_answered_with_its_line_and_key() {
    assert_eq!(told("kiker: x"), "line 4: the key \"kiker\" is unknown; did you mean \"kicker\"?");
    assert_eq!(
        told("\n# a comment\nimage_size: 3"),
        "line 6: the key \"image_size\" is unknown; the guide for editors lists all keys"
    );
    assert_eq!(told("lead: x\nlead: y"), "line 5: the key \"lead\" is there twice; keep one of them");
    assert_eq!(told("date: 2021-02-30"), "line 4: \"date\": this is not a day of the calendar; write it like 2021-03-02");
    assert_eq!(
        told("lead: x\nstarts: 2021-06-22"),
        "line 5: \"starts\": this is not a day and time; write it like 2021-06-22T09:30"
    );
    assert_eq!(
        told("starts: 2021-06-22T09:30\nzone: Leipzig"),
        "line 5: \"zone\": this is not a time zone; use a name like Europe/Berlin"
    );
    assert_eq!(told("starts: 2021-06-22T09:30\nends: 2021-06-22T09:29"), "line 5: \"ends\": the event ends before it starts");
    assert_eq!(told("place: Leipzig"), "line 4: \"place\": an event needs \"starts\" too, like \"starts: 2021-06-22T09:30\"");
    assert!(
        told("lead: Treffen: die Zentren").starts_with("line 4: mapping values are not allowed in this context; each line is")
    );
    assert!(told("decorative: maybe").starts_with("line 4: "));
    assert!(told("downloads: x.pdf").starts_with("line 4: "));
    assert!(told("lead: [a, b]").starts_with("line 4: "));
    assert!(told("- x").starts_with("line 4: "));
    let odd = NewsFile::parse("---\nlanguage: f\nheadline: x\n---\n").unwrap_err().to_string();
    assert_eq!(odd, "line 2: \"language\": this is not a language; use de, en, de-simple or another tag like fr (BCP 47)");
}

#[test]
fn nothing_in_the_front_matter_can_start_a_header_of_its_own() {
    for key in ["kicker", "lead", "caption", "credit", "funding", "checked_by", "item"] {
        let error = told(&format!("{key}: \"x\\r\\nBcc: all@example.org\""));
        assert_eq!(error, format!("line 4: \"{key}\": the value must be one line"));
        assert!(item(&format!("{key}: |\n  two\n  lines")).is_err());
        assert!(item(&format!("{key}: \"x\\0\"")).is_err());
    }
    let headline = |value: &str| NewsFile::parse(&format!("---\nlanguage: de\nheadline: {value}\n---\n"));
    assert!(headline("\"x\\nSubject: y\"").is_err());
    assert!(headline("\"x\\u2028y\"").is_err());
    assert!(headline(&"x".repeat(999)).unwrap_err().to_string().contains("line 3: \"headline\": headline is too long"));
    // A folded block is one line.
    assert_eq!(headline(">\n  two\n  lines").unwrap().headline, "two lines");
    assert_eq!(
        NewsFile::parse("---\nlanguage: de\nheadline: x\n---\na\nb\u{8}\n"),
        Err(FileError::ControlCharacter { line: 6, code: 8 })
    );
}

#[test]
fn an_image_is_described_or_decorative() {
    assert!(
        told("lead: x\nimage: a.png").starts_with("line 5: \"image\": the image has no description; add \"alt: what it shows\"")
    );
    assert!(item("image: a.png\nalt: ''").is_err());
    assert!(item("image: a.png\nalt: x\ndecorative: true").is_err());
    assert_eq!(item("image: a.png\ndecorative: true").unwrap().alt.as_deref(), Some(""));
    assert_eq!(item("image: a.png\nalt: x").unwrap().alt.as_deref(), Some("x"));
}

#[test]
fn a_link_gets_its_scheme_and_can_run_nothing() {
    for (typed, link) in [
        ("https://example.org/more", "https://example.org/more"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("www.example.org/a?b=c#d", "https://www.example.org/a?b=c#d"),
        ("example.org:8443/x", "https://example.org:8443/x"),
        ("example.org/x:y@z", "https://example.org/x:y@z"),
        ("mailto:ada@example.org", "mailto:ada@example.org"),
        ("https://münchen.example/ä", "https://münchen.example/ä"),
    ] {
        assert_eq!(item(&format!("link: '{typed}'")).unwrap().link.as_deref(), Some(link));
    }
    for typed in [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "//example.org",
        "/more",
        "more",
        "https://",
        "a b.org",
        "ada@example.org",
        "file:///etc",
        "x.org\"onclick",
        "",
    ] {
        assert!(item(&format!("link: '{typed}'")).is_err(), "{typed}");
    }
}

#[test]
fn an_event_without_a_zone_is_in_berlin() {
    let event = item("starts: 2021-06-22 09:30").unwrap().event.unwrap();
    assert_eq!((event.zone.as_str(), event.ends, event.place), ("Europe/Berlin", None, None));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>(), front in "[a-z:\\-#&*!|>'\"%@` \\n\\[\\]{},~0-9]{0,80}") {
        let _ = NewsFile::parse(&text);
        let _ = item(&front);
    }
}

#[test]
fn nothing_in_a_file_is_hidden_from_who_reads_it() {
    for hidden in ['\u{202e}', '\u{200b}', '\u{2066}', '\u{feff}', '\u{200d}', '\u{e0041}'] {
        let told = item(&format!("lead: Seite{hidden}n")).unwrap_err();
        assert_eq!(told, FileError::Unseen { line: 4, code: u32::from(hidden) });
    }
    // A family of pictures is held together by joiners, and a soft hyphen shows where a long word may be parted.
    assert!(item("lead: 👩\u{200d}👧 Arbeits\u{ad}welt").is_ok());
}

#[test]
fn a_text_longer_than_any_mail_is_refused() {
    let told = NewsFile::parse(&format!("---\nlanguage: de\nheadline: H\n---\n{}", "x".repeat(10_000_000))).unwrap_err();
    assert!(told.to_string().contains("bytes, and 200000 are the most"), "{told}");
}

#[test]
fn a_check_names_somebody_and_a_day() {
    assert!(item("checked_by: Prüfgruppe").is_err() && item("checked_by: ', 2021-02-20'").is_err());
    assert!(told("checked_by: Prüfgruppe, gestern").contains("like \"Prüfgruppe Leipzig, 2021-02-20\""));
}
