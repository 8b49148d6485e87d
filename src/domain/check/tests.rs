//! Each rule with a sample that it finds and, always the same, one that nothing is found in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use super::*;
use crate::domain::content;

const LEAVE: &str = "https://news.example.de/unsubscribe/abc";

fn html(tag: &str, inner: &str) -> String {
    format!(
        "<!doctype html><html lang=\"{tag}\"><head><title>Zwei</title><style>.card {{ background: #fff }} \
         @media (prefers-color-scheme: dark) {{ .card {{ background-color: #1e2125 !important; color: #e9e7e2 !important }} \
         .card a {{ color: #9ecbff !important }} }}</style></head><body style=\"background-color:#ffffff\">\
         <div role=\"article\" lang=\"{tag}\"><table role=\"presentation\" border=\"0\" cellpadding=\"0\" cellspacing=\"0\"><tr>\
         <td class=\"card\" style=\"background-color:#ffffff;color:#1d2024;font-size:16px\">\
         <p><a style=\"color:#0b4f8a\" href=\"{LEAVE}\">Newsletter abbestellen</a></p>\
         <h1>Der Rundbrief</h1><h2>Zweites Treffen</h2>{inner}<!--written--></td></tr></table></div></body></html>"
    )
}

const BODY: &str =
    "<p>Wir treffen uns.</p><p><a style=\"color:#0b4f8a\" href=\"https://imw.de/treffen\">Weiterlesen: Zweites Treffen</a></p>";

fn edition(tag: &str) -> EditionToCheck {
    EditionToCheck {
        language: tag.to_owned(),
        subject: "Zweites Treffen der Zentren".to_owned(),
        html: html(tag, BODY),
        html_encoded: 20_000,
        text: format!(
            "Newsletter abbestellen:\n{LEAVE}\n\nZweites Treffen\n\nWir treffen uns.\n\nWeiterlesen:\nhttps://imw.de/treffen\n\n%written%\n"
        ),
        items: vec![ItemToCheck {
            headline: "Zweites Treffen".to_owned(),
            kicker: Some("News | Leipzig".to_owned()),
            lead: Some("Wir treffen uns.".to_owned()),
            body: "Das **Treffen** ist am 2. März 2021.\n\nAlle können kommen.".to_owned(),
            image: Some(Alt::Text("3 Menschen an einem Tisch".to_owned())),
            link: Some("https://imw.de/treffen".to_owned()),
            checked_by: (tag == "de-simple").then(|| "Prüfgruppe Leipzig, 2021-02-20".to_owned()),
            ..ItemToCheck::default()
        }],
        unsubscribe_link: LEAVE.to_owned(),
        intro: "Guten Tag!".to_owned(),
        closing: String::new(),
    }
}

fn good() -> IssueToCheck {
    IssueToCheck {
        today: "2021-03-02".parse().unwrap(),
        languages: vec!["de".to_owned(), "de-simple".to_owned()],
        editions: vec![edition("de"), edition("de-simple")],
        missing: vec![],
        left_out: vec![],
        funding: vec![FundingToCheck { name: "esf".to_owned(), from: None, until: Some("2021-12-31".parse().unwrap()) }],
    }
}

/// Puts what authors wrote into both parts.
fn write(edition: &mut EditionToCheck) {
    let sources: Vec<String> = [&edition.intro]
        .into_iter()
        .chain(edition.items.iter().map(|item| &item.body))
        .chain([&edition.closing])
        .cloned()
        .collect();
    let html: String = sources.iter().map(|source| content::html(source).replace("<a ", "<a style=\"color:#0b4f8a\" ")).collect();
    let text: Vec<String> = sources.iter().map(|source| content::wrap(&content::text(source), content::COLUMNS)).collect();
    edition.html = edition.html.replace("<!--written-->", &html);
    edition.text = edition.text.replace("%written%", &text.join("\n\n"));
}

/// The good issue, changed.
fn with(change: impl FnOnce(&mut IssueToCheck)) -> IssueToCheck {
    let mut issue = good();
    change(&mut issue);
    issue.editions.iter_mut().for_each(write);
    issue
}

fn item(change: impl FnOnce(&mut ItemToCheck)) -> IssueToCheck {
    with(|issue| change(&mut issue.editions[0].items[0]))
}

fn part(change: impl FnOnce(&mut EditionToCheck)) -> IssueToCheck {
    with(|issue| change(&mut issue.editions[0]))
}

fn subject(words: &str) -> IssueToCheck {
    part(|edition| edition.subject = words.to_owned())
}

fn body(markdown: &str) -> IssueToCheck {
    item(|item| item.body = markdown.to_owned())
}

fn page(extra: &str) -> IssueToCheck {
    part(|edition| edition.html = html("de", &format!("{BODY}{extra}")))
}

fn easy(sentence: &str) -> IssueToCheck {
    with(|issue| issue.editions[1].items[0].body = sentence.to_owned())
}

fn rules(issue: &IssueToCheck) -> BTreeSet<&'static str> {
    check(issue).iter().map(|finding| finding.rule.id()).collect()
}

fn bad(rule: Rule) -> IssueToCheck {
    use Rule::*;
    let day = |text: &str| Some(text.parse().unwrap());
    match rule {
        EditionMissing => with(|issue| issue.languages.push("en".to_owned())),
        LanguageMissing => with(|issue| issue.missing.push(("Drittes Treffen".to_owned(), "de".to_owned()))),
        FundingExpired => with(|issue| issue.funding[0].until = day("2021-03-01")),
        FundingNotBegun => with(|issue| issue.funding[0].from = day("2021-03-03")),
        FundingNone => with(|issue| issue.funding[0].until = day("2021-03-01")),
        EventPast => with(|issue| issue.left_out.push("Gestern".to_owned())),
        EventPlace => item(|item| {
            item.event = Some(Event {
                starts: "2021-06-22T09:30".parse().unwrap(),
                ends: None,
                zone: "Europe/Berlin".to_owned(),
                place: None,
                online: None,
            });
        }),
        DownloadUnchecked => item(|item| {
            let address = "https://imw.de/programm.pdf".to_owned();
            item.downloads.push(DownloadToCheck { address, is_ours: false, is_checked: false });
        }),
        SubjectEmpty => subject(" "),
        SubjectReply => subject("AW: Zweites Treffen"),
        SubjectLong => subject(&"Zweites Treffen der Zentren ".repeat(3)),
        SubjectCapitals => subject("ZWEITES TREFFEN"),
        SubjectExclamation => subject("Treffen! Kommen Sie!"),
        Emoji => subject("🎉 Zweites Treffen"),
        Placeholder => body("Lorem ipsum dolor"),
        WordLost => part(|edition| edition.text = edition.text.replace("%written%", "Guten Tag!")),
        NumberJump => body("1. Anmelden\n2. Kommen\n4. Bleiben"),
        SignVisible => body("Das ist **wichtig ."),
        PictureLeft => body("Ein Bild: ![Der Saal](saal.jpg)"),
        IntroMissing => part(|edition| edition.intro = String::new()),
        ExampleLink => body("Siehe [das Programm](https://www.example.org/programm)."),
        AltMissing => item(|item| item.image = Some(Alt::Missing)),
        AltFileName => item(|item| item.image = Some(Alt::Text("IMG_1234.JPG".to_owned()))),
        AltPhrase => item(|item| item.image = Some(Alt::Text("Foto von drei Menschen".to_owned()))),
        AltLong => item(|item| item.image = Some(Alt::Text("Drei Menschen ".repeat(20)))),
        ImageSize => page("<img src=\"https://news.example.de/images/a\" alt=\"\">"),
        ImageForm => page("<img src=\"data:image/png;base64,AA\" alt=\"\" width=\"1\" height=\"1\">"),
        LinkWords => body("Das Programm steht [hier](https://imw.de/programm)."),
        LinkBare => page(&format!("<p><a href=\"https://imw.de/{0}\">https://imw.de/{0}</a></p>", "a".repeat(60))),
        LinkAmbiguous => page("<p><a href=\"https://imw.de/anderes\">Weiterlesen: Zweites Treffen</a></p>"),
        LinkScheme => body("Ein [böses Ding](javascript:alert)."),
        LinkHttp => body("Das [Programm](http://imw.de/programm)."),
        HeadingOrder => page("<h4>Zu tief</h4>"),
        ContrastLight => page("<p style=\"color:#999999\">Blass</p>"),
        ContrastDark => part(|edition| edition.html = edition.html.replace("color: #e9e7e2", "color: #333333")),
        HtmlLanguage => part(|edition| edition.html = edition.html.replace("role=\"article\" lang=\"de\"", "role=\"article\"")),
        LayoutTable => page("<table><tr><td>Spalte</td></tr></table>"),
        HtmlForbidden => page("<form><p>Ja</p></form>"),
        TextSmall => page("<p style=\"font-size:11px\">Klein</p>"),
        HtmlSize => part(|edition| edition.html_encoded = 100_000),
        LinkNotInText => part(|edition| edition.text = edition.text.replace("https://imw.de/treffen", "")),
        LinkNotInHtml => part(|edition| edition.text.push_str("\nhttps://imw.de/nur-hier\n")),
        HeadlineNotInHtml => part(|edition| edition.html = edition.html.replace("Zweites Treffen", "Treffen")),
        HeadlineNotInText => part(|edition| edition.text = edition.text.replace("Zweites Treffen", "Treffen")),
        UnsubscribeMissing => part(|edition| edition.text = edition.text.replace(LEAVE, "")),
        UnsubscribeLate => part(|edition| {
            edition.html = edition.html.replace(
                "<p><a style=\"color:#0b4f8a\" href=\"https://news",
                &format!(
                    "<p>{}</p>\
                <p><a style=\"color:#0b4f8a\" href=\"https://news",
                    "Vor allem anderen. ".repeat(200)
                ),
            );
        }),
        TextLine => part(|edition| edition.text.push_str(&format!("\n{}\n", "Wort ".repeat(20)))),
        TextRuler => part(|edition| edition.text.push_str("\n----------\n")),
        SimpleUnchecked => with(|issue| issue.editions[1].items[0].checked_by = None),
        SimpleSentence => easy("Wir treffen uns am Montag mit allen anderen Gruppen aus der Stadt."),
        SimpleCompound => easy("Das ist ein Vernetzungstreffen."),
        SimplePassive => easy("Das Haus wird gebaut."),
        SimpleGenitive => easy("Das ist das Dach des Hauses."),
        SimpleNegation => easy("Das Treffen ist nicht teuer."),
        SimpleNegations => easy("Niemand muss nicht zahlen."),
        SimpleForeign => easy("Wir machen ein Webinar."),
        SimpleSubjunctive => easy("Das wäre gut."),
        SimpleAbbreviation => easy("Wir haben z. B. Kaffee."),
        SimpleNumber => easy("Wir haben drei Gruppen."),
        SimpleRoman => easy("Das ist Teil IV."),
        SimpleItalics => easy("Das ist *sehr* gut."),
        SimpleCapitals => easy("Das ist WICHTIG."),
        LinkDead | LinkUnreachable => good(),
    }
}

#[test]
fn nothing_is_found_in_a_good_issue() {
    assert_eq!(check(&with(|_| {})), vec![]);
}

#[test]
fn each_rule_finds_its_bad_sample() {
    for rule in Rule::ALL.iter().filter(|rule| !matches!(rule, Rule::LinkDead | Rule::LinkUnreachable)) {
        let found = rules(&bad(*rule));
        assert!(found.contains(rule.id()), "{} is not among {found:?}", rule.id());
    }
}

#[test]
fn what_a_probe_found_is_told_of_the_links_it_probed() {
    let issue = good();
    assert_eq!(targets(&issue), ["https://imw.de/treffen"], "nobody's own link is probed");
    let told = |result: Result<u16, String>| {
        unreachable(&issue, &[("https://imw.de/treffen".to_owned(), result)])
            .first()
            .map(|finding| (finding.rule, finding.severity))
    };
    assert_eq!(told(Ok(200)), None);
    assert_eq!(told(Ok(404)), Some((Rule::LinkDead, Severity::Error)));
    assert_eq!(told(Ok(403)), Some((Rule::LinkUnreachable, Severity::Warning)));
    assert_eq!(told(Err("it took too long".to_owned())), Some((Rule::LinkUnreachable, Severity::Warning)));
}

#[test]
fn findings_come_in_the_order_of_reading_and_say_where() {
    let issue = part(|edition| {
        edition.subject = "AW: Treffen".to_owned();
        edition.items[0].image = Some(Alt::Missing);
        edition.items[0].body = "Das Programm steht [hier](https://imw.de/programm).".to_owned();
    });
    let found: Vec<_> = check(&issue)
        .into_iter()
        .map(|finding| {
            (finding.rule.id(), finding.place.edition, finding.place.item, finding.place.part.name(), finding.place.quote)
        })
        .collect();
    let de = || Some("de".to_owned());
    assert_eq!(
        found,
        [
            ("subject-reply", de(), None, "subject", Some("AW: Treffen".to_owned())),
            ("alt-missing", de(), Some(1), "image", Some("Zweites Treffen".to_owned())),
            ("link-words", de(), Some(1), "body", Some("hier".to_owned())),
        ]
    );
}

#[test]
fn what_reads_like_a_fault_and_is_none_is_left_alone() {
    for fine in [
        "Das **Treffen** ist am 2. März um 9.30.",
        "Siehe Seite 3: Das ist www.imw.de/programm.",
        "Die Würde ist wichtig.",
        "Ein Webinar ist ein Treffen im Internet. Das Webinar ist am Montag.",
        "Alle machen mit.\nAlle sind da.",
        "Die DRK hilft.",
        "Das ist unser Unterricht.",
        "Das ist ein Vernetzungs-Treffen.",
        "Das wird gut.",
    ] {
        assert_eq!(rules(&easy(fine)), BTreeSet::new(), "{fine}");
    }
    for fine in ["KI 2021", "Ja! Es geht los", "Was bringt die KI?", "Arbeitspolitische Jahrestagung am 22. Juni 2021"] {
        assert_eq!(rules(&subject(fine)), BTreeSet::new(), "{fine}");
    }
}

#[test]
fn no_input_is_too_long_or_too_deep() {
    let deep = "<div>".repeat(100_000) + &"<table>".repeat(10_000) + &"<a href=x>".repeat(10_000);
    let long = "Wort ".repeat(200_000);
    let issue = part(|edition| {
        edition.html = html("de", &deep);
        edition.items[0].body = long + &"[".repeat(5_000) + &"> ".repeat(5_000);
    });
    assert!(!check(&issue).is_empty());
}
