//! One of each mail with everything in it. Every template is tried with them at start, so that an operator's mistake shows
//! there and not when an issue is due; the tests and `check-config` use them too.

use jiff::civil;

use super::item::{BlockMail, DownloadMail, ImageView, ItemView};
use super::view::{ConfirmationMail, IssueMail, Links, NoticeAbout, NoticeMail, OtherEdition, Sender};
use crate::domain::language::Language;
use crate::domain::news::Event;
use crate::mail::edition::List;

const BODY: &str = "Am 2. März 2021 fanden sich die Akteurinnen und Akteure des ESF-geförderten Programms »Zukunftszentren« gemeinsam mit Vertreterinnen und Vertretern des Bundesministeriums für Arbeit und Soziales (BMAS) und der beteiligen Landesministerien zu einem virtuellen Austausch zusammen.

## Aus den Workshops

Dabei gestaltete jedes Zukunftszentrum einen Themenworkshop:

- Lehr- und Lernkonzepte
- Künstliche Intelligenz in Arbeit und Gesellschaft

Mehr Informationen über das Zentrum digitale Arbeit erhalten Sie hier:
www.zentrum-digitale-arbeit.de

{{7*7}} {{slot \"confirm_link\"}}";

pub(super) fn links() -> Links {
    Links {
        web_version: "https://news.example.org/archive/zukunft/7/this".to_owned(),
        imprint: "https://news.example.org/imprint".to_owned(),
        privacy: "https://news.example.org/privacy".to_owned(),
        archive: Some("https://news.example.org/archive/zukunft".to_owned()),
        form: "https://news.example.org/n/zukunft".to_owned(),
    }
}

fn sender() -> Sender {
    Sender { from_name: "Zentrum für Arbeit".to_owned(), from_address: "news@example.org".to_owned(), reply_to: None }
}

fn item(headline: &str) -> ItemView {
    ItemView {
        kicker: Some("News | Leipzig".to_owned()),
        lead: Some(
            "Beim zweiten internen Austauschtreffen im Programm »Zukunftszentren« standen gemeinsame Herausforderungen im Fokus."
                .to_owned(),
        ),
        funding: None,
        checked_by: None,
        headline: headline.to_owned(),
        body_markdown: BODY.to_owned(),
        image: None,
        caption: None,
        credit: None,
        link: Some("www.zentrum-digitale-arbeit.de/aktuelles?a=1&b=2".to_owned()),
        date: Some(civil::date(2021, 3, 2)),
        event: None,
        calendar: None,
        downloads: vec![],
    }
}

fn logo(name: &str) -> ImageView {
    ImageView { url: "https://news.example.org/images/cd34.png".to_owned(), alt: Some(name.to_owned()), width: 640, height: 160 }
}

pub(super) fn issue(language: Language) -> IssueMail {
    let event = ItemView {
        kicker: Some("Veranstaltung".to_owned()),
        link: None,
        event: Some(Event {
            starts: civil::date(2021, 6, 22).at(9, 30, 0, 0),
            ends: Some(civil::date(2021, 6, 22).at(16, 0, 0, 0)),
            zone: "Europe/Berlin".to_owned(),
            place: Some("Mediencampus Villa Ida, Leipzig".to_owned()),
            online: Some("https://example.org/livestream".to_owned()),
        }),
        image: Some(ImageView {
            url: "https://news.example.org/images/ab12.jpg".to_owned(),
            alt: Some("Drei Menschen an einem Tisch".to_owned()),
            width: 1600,
            height: 900,
        }),
        caption: Some("Die Runde am 2. März".to_owned()),
        credit: Some("Foto: Example".to_owned()),
        calendar: Some("https://news.example.org/event/ab12.ics?lang=de".to_owned()),
        downloads: vec![
            DownloadMail {
                address: "https://news.example.org/files/ab12/programm.pdf".to_owned(),
                bytes: Some(1_234_567),
                is_checked: true,
            },
            DownloadMail { address: "anfahrt.pdf".to_owned(), bytes: None, is_checked: false },
        ],
        funding: Some("Gefördert durch den Europäischen Sozialfonds.".to_owned()),
        checked_by: (language == Language::DeSimple).then(|| "Prüfgruppe Leipzig, 2021-02-20".to_owned()),
        body_markdown: "Am 22. Juni ist die zweite Jahrestagung.".to_owned(),
        ..item("Zweite Arbeitspolitische Jahrestagung <2021> & mehr")
    };
    IssueMail {
        language,
        sender: sender(),
        newsletter_title: "Zukunft der Arbeit".to_owned(),
        slug: "zukunft".to_owned(),
        number: 7,
        date: civil::date(2021, 3, 12),
        subject: None,
        intro: "Die Zentren haben sich *zum zweiten Mal* getroffen.".to_owned(),
        closing: "Bis zum nächsten Mal!".to_owned(),
        items: vec![
            item("Zweites Vernetzungstreffen der Zukunftszentren in virtuellem Format"),
            event,
            ItemView { body_markdown: "Der Wissenspool ist *offen*.".to_owned(), ..item("Wissenspool für alle Zentren") },
        ],
        blocks: vec![
            BlockMail {
                is_partner: false,
                language: Language::De,
                text: "Gefördert durch das Bundesministerium für Arbeit und Soziales.".to_owned(),
                logo: Some(logo("Bundesministerium für Arbeit und Soziales")),
                link: None,
            },
            BlockMail {
                is_partner: true,
                language,
                text: String::new(),
                logo: Some(logo("Universität Leipzig")),
                link: Some("https://www.example.org/universitaet".to_owned()),
            },
        ],
        others: Language::OURS
            .into_iter()
            .filter(|other| *other != language)
            .map(|other| OtherEdition {
                language: other,
                url: format!("https://news.example.org/archive/zukunft/7/{other}"),
                is_checked: false,
            })
            .collect(),
        footer: "Fragen? Schreiben Sie an <redaktion@example.org>.".to_owned(),
        funding: "Kofinanziert durch den Freistaat Sachsen.".to_owned(),
        organisation: "Zentrum digitale Arbeit".to_owned(),
        postal_address: "Zentrum digitale Arbeit\nNeumarkt 9\n04109 Leipzig".to_owned(),
        links: links(),
        list: List {
            id: "zukunft.news.example.org".to_owned(),
            phrase: "Zukunft der Arbeit".to_owned(),
            help: links().form,
            owner: "redaktion@example.org".to_owned(),
            archived_at: Some(links().web_version),
            archive: links().archive,
            feedback_id: "7:zukunft:issue:example".to_owned(),
        },
    }
}

pub(super) fn confirmation(language: Language) -> ConfirmationMail {
    ConfirmationMail {
        language,
        sender: sender(),
        newsletter_titles: vec!["Zukunft der Arbeit".to_owned(), "Leichte Post".to_owned()],
        organisation: "Zentrum digitale Arbeit".to_owned(),
        postal_address: "Neumarkt 9\n04109 Leipzig".to_owned(),
        links: links(),
    }
}

pub(super) fn notice(language: Language, about: NoticeAbout) -> NoticeMail {
    let ConfirmationMail { sender, organisation, postal_address, links, .. } = confirmation(language);
    NoticeMail { language, about, sender, organisation, postal_address, links }
}
