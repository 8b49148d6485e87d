//! One whole story through a real Postfix: three readers, three languages, from the form to the last click. Every mail is
//! taken out of the Maildir and read by two programs that are not ours.

use rundbrief::domain::language::Language;
use rundbrief::domain::news::NewsFile;
use rundbrief::journeys::{media, news};

use crate::support::app::{Page, Setup, TestApp};
use crate::support::database::Kind;
use crate::support::mails::{Mail, link_in_html, link_in_text};
use crate::support::postfix::Postfix;
use crate::support::python::{PythonMail, read_mail};

/// The demo's items, and the order they are in.
const ITEMS: [&str; 4] = ["1-lernlabor", "2-netzwerktreffen", "3-fachtag", "4-kompetenzlandkarte"];

struct Reader {
    address: &'static str,
    name: &'static str,
    language: Language,
    greeting: &'static str,
    confirmation: &'static str,
    subject: &'static str,
    /// What only this language's edition says, in both parts.
    says: &'static [&'static str],
}

const READERS: [Reader; 3] = [
    Reader {
        address: "ada@leser.example",
        name: "Ada Löwe",
        language: Language::De,
        greeting: "Guten Tag Ada Löwe,",
        confirmation: "Bitte bestätigen Sie Ihre Anmeldung: Newsletter weekly (de)",
        subject: "Newsletter weekly (de) 1: Das Lernlabor öffnet seine Türen",
        says: &["Donnerstag, 16. September 2027, 9:30 bis 16:00 Uhr, mitteleuropäische Sommerzeit", "16. November 2026"],
    },
    Reader {
        address: "bob@leser.example",
        name: "",
        language: Language::En,
        greeting: "Hello,",
        confirmation: "Please confirm your subscription: Newsletter weekly (en)",
        subject: "Newsletter weekly (en) 1: The learning lab opens its doors",
        says: &["Thursday, 16 September 2027, 9:30 to 16:00, Central European Summer Time", "16 November 2026"],
    },
    Reader {
        address: "cleo@leser.example",
        name: "Cleo",
        language: Language::DeSimple,
        greeting: "Guten Tag Cleo!",
        confirmation: "Wollen Sie diesen Newsletter bekommen? Newsletter weekly (de-simple)",
        subject: "Newsletter weekly (de-simple) 1: Das Lern·labor ist offen",
        says: &["Dieser Text ist geprüft von: Prüf·gruppe Elbaue, 12. November 2026"],
    },
];

mod three_readers_live_through_postfix {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        story(Kind::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        story(Kind::Postgres).await;
    }
}

async fn story(kind: Kind) {
    let postfix = Postfix::start();
    let app = TestApp::with(kind, Setup { settings: vec![("RELAY__URL", postfix.url())], ..Setup::default() }).await;

    for reader in &READERS {
        let form =
            [("email", reader.address), ("newsletter", "weekly"), ("language", reader.language.tag()), ("name", reader.name)];
        assert_eq!(app.post("/subscribe", &form).await.status, 200);
    }
    assert_eq!(app.drain().await.sent, 3);
    for reader in &READERS {
        let (mail, python) = read(&postfix.wait_for(reader.address, 1)[0]);
        assert_eq!((mail.subject.as_str(), python.header("Subject")), (reader.confirmation, reader.confirmation));
        let link = link_in_text(&mail, "confirm");
        assert_eq!(link_in_html(&mail, "confirm"), link);
        let page = app.get(&link).await;
        assert!(page.status == 200 && page.body.contains("<form"), "{page:?}");
        assert_eq!(app.post(&link, &[]).await.status, 200);
    }

    for item in ITEMS {
        for reader in &READERS {
            add(&app, item, reader.language).await;
        }
    }
    app.publish().await;
    assert_eq!(app.drain().await.sent, 3);
    let mut unsubscribe = Vec::new();
    for reader in &READERS {
        let (mail, python) = read(&postfix.wait_for(reader.address, 2)[1]);
        is_as_published(reader, &mail, &python);
        is_complete(reader.language, &mail, &python);
        shows_its_pictures(&app, &mail).await;
        unsubscribe.push(mail.one_click_link());
    }

    let gone = app.post(&unsubscribe[0], &[("List-Unsubscribe", "One-Click")]).await;
    assert_eq!(gone.status, 200, "{gone:?}");
    assert!(!gone.headers.contains_key("location"));
    app.publishes("Danach").await;
    assert_eq!(app.drain().await.sent, 2);
    for reader in &READERS[1..] {
        let (mail, _) = read(&postfix.wait_for(reader.address, 3)[2]);
        assert!(mail.subject.contains(" 2: Danach"), "{}", mail.subject);
    }
    assert_eq!(postfix.mails_to(READERS[0].address).len(), 2, "whoever left gets no mail");
}

/// A mail out of the Maildir as two programs read it, neither of which may find a fault.
fn read(raw: &[u8]) -> (Mail, PythonMail) {
    let (mail, python) = (Mail::parse(raw), read_mail(raw));
    assert_eq!(python.defects, Vec::<String>::new(), "{}", String::from_utf8_lossy(raw));
    assert!(python.attachments.is_empty());
    assert_eq!(python.text.as_deref().unwrap().trim_end(), mail.text.trim_end(), "two readers, one text");
    assert_eq!(python.html.as_deref().unwrap().trim_end(), mail.html.trim_end());
    for line in mail.text.lines() {
        assert!(line.chars().count() <= 78 || line.starts_with("http"), "too wide for a terminal: {line}");
    }
    (mail, python)
}

fn is_as_published(reader: &Reader, mail: &Mail, python: &PythonMail) {
    assert_eq!(python.header("Subject"), reader.subject);
    assert_eq!(python.header("From"), "Zentrum für Übergänge <news@example.org>");
    let to = python.header("To");
    assert!(to.contains(reader.address) && to.contains(reader.name), "{to}");
    assert_eq!(mail.header("Content-Language"), reader.language.tag());
    assert!(mail.header("Return-Path").starts_with("<bounce+"), "{}", mail.header("Return-Path"));
    assert!(mail.header("List-Id").contains("<weekly."), "{}", mail.header("List-Id"));
    for said in [reader.greeting].iter().chain(reader.says) {
        let said = words(said);
        assert!(words(&mail.text).contains(&said), "the text does not say {said:?}:\n{}", mail.text);
        assert!(words(&python.html_words).contains(&said), "the HTML does not say {said:?}:\n{}", python.html_words);
    }
    let link = mail.one_click_link();
    assert_eq!((link_in_text(mail, "unsubscribe"), link_in_html(mail, "unsubscribe")), (link.clone(), link));
    let web_version = format!("/archive/weekly/1/{}", reader.language);
    assert!(mail.links_in_text().iter().any(|link| link.ends_with(&web_version)), "{}", mail.text);
}

/// Every paragraph, every line of a list and every field of the files is in both parts, and every link can be followed.
fn is_complete(language: Language, mail: &Mail, python: &PythonMail) {
    let (text, html) = (words(&mail.text), words(&python.html_words));
    let mut from = (0, 0);
    for item in ITEMS {
        let source = std::fs::read_to_string(path(item, language)).unwrap();
        let file = NewsFile::parse(&source).unwrap();
        let headline = words(&file.headline);
        // In the order of the files: the headline in the preheader does not count.
        from = (after(&text, from.0, &headline), after(&html, from.1, &headline));
        let fields = [file.kicker, file.lead, file.alt, file.caption, file.credit, file.funding];
        let (_, body) = source.trim_start_matches("---").split_once("\n---\n").unwrap();
        let mut said: Vec<String> = fields.into_iter().flatten().map(|field| words(&field)).collect();
        said.extend(paragraphs(body));
        assert!(said.len() > 4, "{item} has more to say than {said:?}");
        for words in said {
            assert!(text.contains(&words), "the text of {item} lacks {words:?}:\n{}", mail.text);
            assert!(html.contains(&words), "the HTML of {item} lacks {words:?}:\n{}", python.html_words);
        }
        for link in links(&source) {
            assert!(mail.links_in_text().contains(&link), "the text of {item} lacks {link}:\n{}", mail.text);
            assert!(mail.links_in_html().contains(&link), "the HTML of {item} lacks {link}:\n{}", mail.html);
        }
    }
}

fn after(whole: &str, from: usize, part: &str) -> usize {
    let found = whole[from..].find(part).unwrap_or_else(|| panic!("{part:?} does not come where it should in {whole}"));
    from + found + part.len()
}

async fn shows_its_pictures(app: &TestApp, mail: &Mail) {
    let sources: Vec<&str> =
        mail.html.split("<img ").skip(1).filter_map(|tag| tag.split("src=\"").nth(1)?.split('"').next()).collect();
    assert_eq!(sources.len(), 1, "the demo has one picture");
    for source in sources {
        assert!(source.starts_with(&app.url("/")), "no picture comes from elsewhere: {source}");
        let Page { status, headers, .. } = app.get(source).await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "image/png"));
    }
}

/// Adds one of the demo's files, with its picture.
async fn add(app: &TestApp, item: &str, language: Language) {
    let file = NewsFile::parse(&std::fs::read_to_string(path(item, language)).unwrap()).unwrap();
    let beside = |name: &str| Ok(std::fs::read(format!("{FOLDER}/{name}")).unwrap());
    let media = media::gather(file.image.as_deref(), &file.downloads, beside).unwrap();
    let now = app.now();
    app.store.write(move |conn| news::add(conn, now, "weekly", &file, &media)).await.unwrap();
}

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/demo/news");

fn path(item: &str, language: Language) -> String {
    format!("{FOLDER}/{item}.{language}.md")
}

/// The words of a text, one space between them. Addresses of the Web, which each part writes in its own way, are left out.
fn words(text: &str) -> String {
    let kept = |word: &&str| !word.contains("www.") && !word.contains("://") && *word != ">";
    text.split_whitespace().filter(kept).collect::<Vec<_>>().join(" ")
}

/// What the Markdown of a body says, a paragraph, a heading or a line of a list each.
fn paragraphs(markdown: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for line in markdown.lines() {
        let bare = line.trim_start_matches(['#', '>', '-', '.', ' ']).trim_start_matches(|c: char| c.is_ascii_digit());
        let starts =
            line.starts_with(['#', '>', '-']) || (line.starts_with(|c: char| c.is_ascii_digit()) && bare.starts_with(". "));
        if line.is_empty() || starts {
            found.push(String::new());
        }
        let said = if starts { bare.trim_start_matches(". ") } else { line };
        let last = found.last_mut().unwrap();
        last.push_str(&said.trim_end_matches('\\').replace('*', ""));
        last.push(' ');
    }
    // `[words](address)` says its words.
    let spoken = found.iter().map(|text| match (text.find('['), text.find("]("), text.find(')')) {
        (Some(from), Some(middle), Some(end)) if from < middle && middle < end => {
            format!("{}{}{}", &text[..from], &text[from + 1..middle], &text[end + 1..])
        }
        _ => text.clone(),
    });
    spoken.map(|text| words(&text)).filter(|text| !text.is_empty()).collect()
}

/// The Web addresses in a file, as a reader's program needs them.
fn links(source: &str) -> Vec<String> {
    let found = source.split_whitespace().map(|word| word.trim_end_matches(['.', ',', ';', ':', '\\']));
    let found = found.filter(|word| word.starts_with("www.") || word.starts_with("https://"));
    found.map(|word| if word.starts_with("www.") { format!("https://{word}") } else { word.to_owned() }).collect()
}
