//! Both mails in all languages, made from a real news item, and what must hold for each (R227–R267).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use super::samples::{confirmation as confirmation_mail, issue as issue_mail, links, notice as notice_mail};
use super::*;
use crate::domain::language::Language;
use crate::mail::preview::Preview;

fn templates() -> Templates {
    Templates::load(None, &Look::default()).unwrap()
}

/// Both parts decoded again, their slots shown as `[name]`.
fn readable(edition: &Edition) -> Preview {
    Preview::of(edition, &[]).unwrap()
}

fn all_editions() -> Vec<Edition> {
    let templates = templates();
    Language::OURS
        .into_iter()
        .flat_map(|language| {
            [templates.issue(&issue_mail(language)).unwrap(), templates.confirmation(&confirmation_mail(language)).unwrap()]
        })
        .collect()
}

fn targets(html: &str) -> BTreeSet<String> {
    html.split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"))
        .filter(|target| !target.starts_with("mailto:") && !target.starts_with('#'))
        .collect()
}

#[test]
fn every_link_of_the_html_part_is_in_the_text_part_alone_on_its_line_and_the_other_way_round() {
    for edition in all_editions() {
        let Preview { html, text } = readable(&edition);
        let lines: BTreeSet<String> = text
            .lines()
            .map(|line| line.trim().to_owned())
            .filter(|line| line.starts_with("http") || line.contains("_link]"))
            .collect();
        assert_eq!(targets(&html), lines, "{} {}\n{text}", edition.language, edition.subject);
    }
}

#[test]
fn the_text_part_is_narrow_and_can_be_read_aloud() {
    for edition in all_editions() {
        let text = readable(&edition).text;
        for line in text.lines() {
            assert!(line.chars().count() <= 72 || line.trim().starts_with("https://"), "{line}");
            assert!(!line.contains("------") && !line.contains("&amp;") && !line.contains("<p"), "{line}");
            // A slot is a paragraph of its own: its line holds nothing else.
            assert!(!line.contains("_link]") || (line.starts_with('[') && line.ends_with(']')), "{line}");
        }
        assert!(!text.contains("\n\n\n") && !text.starts_with('\n'), "{text}");
    }
}

#[test]
fn the_html_part_follows_the_rules_for_mail() {
    for edition in all_editions() {
        let html = readable(&edition).html;
        let tag = edition.language.tag();
        assert!(html.starts_with("<!doctype html>") && html.contains(&format!("<html lang=\"{tag}\" dir=\"ltr\"")), "{html}");
        assert!(html.contains(&format!("role=\"article\" lang=\"{tag}\"")));
        assert!(html.contains("<meta name=\"color-scheme\" content=\"light dark\""));
        assert!(html.contains("x-apple-disable-message-reformatting") && html.contains("format-detection"));
        let title = html.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
        assert_eq!(title, quoted::escape_html(&edition.subject));
        assert_eq!(html.matches("<h1").count(), 1);
        for forbidden in [
            "<script",
            "<form",
            "<iframe",
            "<link",
            "@import",
            "@font-face",
            "display:none",
            "mso-hide:all",
            "{{#",
            "{{/",
            "fonts.googleapis",
            "url(",
            "maximum-scale",
            "justify",
        ] {
            assert!(!html.contains(forbidden), "{forbidden} in {html}");
        }
        for table in html.split("<table").skip(1).map(|rest| rest.split('>').next().unwrap()) {
            assert!(
                table.contains("role=\"presentation\"") && table.contains("border=\"0\"") && table.contains("cellpadding=\"0\""),
                "{table}"
            );
        }
        for image in html.split("<img").skip(1).map(|rest| rest.split('>').next().unwrap()) {
            assert!(
                ["alt=", "width=", "height=", "display:block", "max-width:", "height:auto"]
                    .iter()
                    .all(|need| image.contains(need)),
                "{image}"
            );
        }
        for size in html.split("font-size:").skip(1).filter_map(|rest| rest.split("px").next().unwrap().parse::<u32>().ok()) {
            assert!(size == 0 || size >= if edition.language == Language::DeSimple { 18 } else { 15 }, "{size} px");
        }
        assert!(edition.html_size() < 90_000);
    }
}

#[test]
fn an_issue_tells_everything_twice_and_stays_what_was_written() {
    let edition = templates().issue(&issue_mail(Language::De)).unwrap();
    assert_eq!(edition.subject, "Zukunft der Arbeit 7: Zweites Vernetzungstreffen …");
    let Preview { html, text } = readable(&edition);
    for part in [&html, &text] {
        for words in [
            "[salutation]",
            "[unsubscribe_link]",
            "[preferences_link]",
            "News | Leipzig",
            "Zweites Vernetzungstreffen",
            "Künstliche Intelligenz",
            "Dienstag, 22.\u{a0}Juni 2021, 9:30 bis 16:00 Uhr",
            "Mediencampus Villa Ida, Leipzig",
            "Herunterladen: programm.pdf (PDF, 1,2 MB)",
            "Die Runde am 2. März",
            "Foto: Example",
            "Neumarkt 9",
            "Freistaat Sachsen",
            "{{7*7}}",
        ] {
            assert!(part.contains(words), "{words} in {part}");
        }
        // The organisation's own first line is not said twice.
        assert_eq!(part.matches("Neumarkt 9").count(), 1);
        assert!(!part.contains("[confirm_link]"));
    }
    assert!(html.contains("Weiterlesen: Zweites Vernetzungstreffen"));
    assert!(html.contains("Jahrestagung &lt;2021&gt; &amp; mehr") && text.contains("Jahrestagung <2021> & mehr"));
    assert!(html.contains("width=\"520\" height=\"292\""));
    assert!(html.find("[unsubscribe_link]").unwrap() < html.find("<h1").unwrap());
}

#[test]
fn the_web_version_holds_nothing_personal() {
    for language in Language::OURS {
        let html = templates().web_version(&issue_mail(language)).unwrap();
        assert!(!html.contains(|c: char| c.is_control() && c != '\n'));
        assert!(
            html.contains("Zweites Vernetzungstreffen")
                && html.contains("https://news.example.org/n/zukunft")
                && html.trim_end().ends_with("</html>")
        );
    }
}

#[test]
fn a_confirmation_asks_and_does_nothing_else() {
    for language in Language::OURS {
        let edition = templates().confirmation(&confirmation_mail(language)).unwrap();
        assert!(edition.list.is_none() && edition.auto_submitted);
        let html = readable(&edition).html;
        let allowed: BTreeSet<String> = [links().imprint, links().privacy, "[confirm_link]".to_owned()].into();
        assert_eq!(targets(&html), allowed);
        assert!(!html.contains("<img") && html.contains("[requested_at]") && html.contains("[expires_at]"));
    }
}

/// Every template with every sample, as a reader gets it. A change of any of them is seen in its review:
/// `INSTA_UPDATE=always cargo test --lib every_mail_is` writes them anew.
#[test]
fn every_mail_is_what_it_was_when_it_was_last_looked_at() {
    let templates = templates();
    for language in Language::OURS {
        let mails = [
            ("issue", templates.issue(&issue_mail(language)).unwrap()),
            ("confirmation", templates.confirmation(&confirmation_mail(language)).unwrap()),
            ("notice-address", templates.notice(&notice_mail(language, NoticeAbout::Address)).unwrap()),
            ("notice-link", templates.notice(&notice_mail(language, NoticeAbout::Link)).unwrap()),
        ];
        for (name, edition) in mails {
            let Preview { html, text } = readable(&edition);
            insta::assert_snapshot!(format!("{name}.{language}.txt"), format!("{}\n\n{text}", edition.subject));
            insta::assert_snapshot!(format!("{name}.{language}.html"), html);
        }
    }
}

#[test]
fn an_edition_is_made_the_same_way_every_time() {
    let first = templates().issue(&issue_mail(Language::De)).unwrap().to_bytes().unwrap();
    assert_eq!(first, templates().issue(&issue_mail(Language::De)).unwrap().to_bytes().unwrap());
}

#[test]
fn what_cannot_be_sent_safely_is_refused() {
    let templates = templates();
    let mut mail = issue_mail(Language::De);
    mail.items.clear();
    assert!(matches!(templates.issue(&mail), Err(TemplateError::NoItems)));
    for control in ["\u{1}unsubscribe_link\u{2}", "a\u{0}b", "a\rb", "a\u{85}b"] {
        let mut mail = issue_mail(Language::De);
        mail.items[0].lead = Some(control.to_owned());
        assert!(matches!(templates.issue(&mail), Err(TemplateError::ControlCharacter { .. })), "{control:?}");
    }
    let mut mail = issue_mail(Language::De);
    mail.newsletter_title = "Titel\nBcc: all@example.org".to_owned();
    assert!(matches!(templates.issue(&mail), Err(TemplateError::Header(_))));
}

#[test]
fn one_file_can_be_overridden() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("issue")).unwrap();
    std::fs::write(folder.path().join("issue/subject.txt"), "Neu: {{headline}}").unwrap();
    let templates = Templates::load(Some(folder.path()), &Look::default()).unwrap();
    assert!(templates.issue(&issue_mail(Language::De)).unwrap().subject.starts_with("Neu: Zweites"));
    std::fs::write(folder.path().join("issue/subject.txt"), "Neu: {{headlne}}").unwrap();
    // A mistake is found at start, not when an issue is published.
    let error = Templates::load(Some(folder.path()), &Look::default()).unwrap_err().to_string();
    assert!(error.contains("issue/subject") && error.contains("headlne"), "{error}");
}
