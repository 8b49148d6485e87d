//! Everybody can use every public page, in every state and language: what axe-core, html-validate, a narrow window, wide
//! spacing and the Tab key find out about it (WCAG 2.2 AA). A new page is one line in [`rows`].
//!
//! `RUNDBRIEF_SCREENSHOTS=DIR tests/run accessible` also writes pictures of all pages into DIR.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use jiff::SignedDuration;
use rundbrief::domain::language::Language;
use rundbrief::journeys::close;
use rundbrief::journeys::publish::PublishAnswer;

use crate::support::app::{Page, Setup, TestApp};
use crate::support::checks::{Checks, Kind};
use crate::support::database;
use crate::support::mails::{link_in_text, path_of};
use crate::support::samples;

/// How a page is reached.
enum Ask {
    Get(String),
    /// With fields.
    Post(String, Vec<(&'static str, String)>),
}

struct Row {
    name: &'static str,
    ask: Ask,
    status: u16,
    kind: Kind,
    /// What it does cannot be done twice.
    once: bool,
    /// The id of what has the focus when the page comes (R218).
    focus: &'static str,
}

fn get(name: &'static str, path: &str) -> Row {
    Row { name, ask: Ask::Get(path.to_owned()), status: 200, kind: Kind::Page, once: false, focus: "" }
}

fn post(name: &'static str, path: &str, fields: &[(&'static str, &str)]) -> Row {
    let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Row { ask: Ask::Post(path.to_owned(), fields), ..get(name, "") }
}

impl Row {
    fn status(self, status: u16) -> Row {
        Row { status, ..self }
    }

    /// The form comes back with what is wrong with it, and the list of that has the focus.
    fn wrong(self) -> Row {
        Row { status: 422, focus: "errors", ..self }
    }

    fn once(self) -> Row {
        Row { once: true, ..self }
    }

    fn mail(self) -> Row {
        Row { kind: Kind::Mail, ..self }
    }
}

/// The links of somebody's mails.
struct Links {
    confirm: String,
    confirm_expired: String,
    confirm_done: String,
    leave: String,
    preferences: String,
    /// Of a mail to a new address.
    address: String,
}

/// Every page, in an order in which each finds what it needs: who leaves does so in the end.
fn rows(tag: &str, links: &Links) -> Vec<Row> {
    let form = |email, wording| [("newsletter", "weekly"), ("language", tag), ("email", email), ("wording", wording)];
    let (fresh, long_name) = (format!("fresh-{tag}@example.org"), "x".repeat(1_000));
    let (unknown_wording, preferences, leave) = ("0".repeat(64), links.preferences.as_str(), links.leave.as_str());
    vec![
        get("home", "/"),
        get("form", "/n/weekly"),
        get("form-embedded", "/n/weekly/embed"),
        get("form-closed", "/n/over"),
        post("form-closed-posted", "/subscribe", &[("newsletter", "over"), ("language", tag), ("email", &fresh)]).status(410),
        post("form-wrong-address", "/subscribe", &form("ada.example.org", "")[..3]).wrong(),
        post("form-wrong-name", "/subscribe", &[form(&fresh, "")[..3].to_vec(), vec![("name", long_name.as_str())]].concat())
            .wrong(),
        post("form-wrong-language", "/subscribe", &[("newsletter", "weekly"), ("language", "xx"), ("email", &fresh)]).wrong(),
        post("form-wording-changed", "/subscribe", &form(&fresh, &unknown_wording)).wrong(),
        post("asked", "/subscribe", &form(&fresh, "")[..3]),
        get("confirm", &links.confirm),
        post("confirmed", &links.confirm, &[]),
        get("confirmed-before", &links.confirm_done),
        get("confirm-expired", &links.confirm_expired).status(410),
        get("confirm-unknown", "/confirm/unknown").status(404),
        get("preferences", preferences),
        post("preferences-saved", preferences, &[("name", "Ada Beispiel"), ("language.weekly", tag)]),
        post("preferences-wrong", preferences, &[("name", long_name.as_str())]).wrong(),
        post("preferences-wrong-address", &format!("{preferences}/address"), &[("email", "ada.example.org")]).wrong(),
        get("address", &links.address),
        post("address-changed", &links.address, &[]).once(),
        // A second request takes the place of the first, so it comes after it.
        post("preferences-address-asked", &format!("{preferences}/address"), &[("email", &fresh)]),
        get("data", &format!("{preferences}/data")),
        get("link", "/preferences"),
        post("link-wrong", "/preferences", &[("email", "ada.example.org")]).wrong(),
        post("link-asked", "/preferences", &[("email", &fresh)]),
        get("preferences-unknown", "/preferences/unknown").status(404),
        get("leave", leave),
        post("left", leave, &[("scope", "this")]),
        get("preferences-after-leaving", preferences),
        get("erase", &format!("{preferences}/erase")),
        post("erased", &format!("{preferences}/erase"), &[]).once(),
        get("preferences-erased", preferences).status(404),
        get("leave-unknown", "/unsubscribe/unknown").status(404),
        get("archive", "/archive/weekly"),
        get("archive-empty", "/archive/quiet"),
        get("archive-closed", "/archive/over"),
        get("archives", "/archive"),
        get("search", if tag == "en" { "/archive?q=learning" } else { "/archive?q=lernen" }),
        get("search-nothing", "/archive/weekly?q=xyz"),
        get("edition", &format!("/archive/weekly/1/{tag}")).mail(),
        get("imprint", "/imprint"),
        get("privacy", "/privacy"),
        get("accessibility", "/accessibility"),
        get("staff-sign-in", "/staff"),
        get("error-404", "/nothing/here").status(404),
        get("error-405", "/subscribe").status(405),
        post("error-400", "/subscribe", &[("email", "ada@example.org")]).status(400),
    ]
}

fn setup(logo: &std::path::Path) -> Setup {
    let settings = [
        ("IMPRINT__PHONE", "+49 341 000000"),
        ("IMPRINT__REPRESENTATIVE", "Dr. Erika Beispiel"),
        ("PRIVACY__OFFICER", "Max Muster, Beispielweg 1, 04109 Leipzig"),
        ("PRIVACY__AUTHORITY", "Die Sächsische Datenschutzbeauftragte"),
        ("PRIVACY__HOSTER", "Muster-Rechenzentrum"),
        ("PRIVACY__RELAY_PROVIDER", "Muster-Postdienst"),
        ("ACCESSIBILITY__EXCEPTIONS", "Ältere Bilder haben keine Beschreibung.\n\nWir ergänzen sie bis zum Sommer."),
        ("ACCESSIBILITY__ENFORCEMENT", "Schlichtungsstelle nach dem Behindertengleichstellungsgesetz"),
        ("ACCESSIBILITY__ENFORCEMENT_URL", "https://www.example.org/schlichtung"),
        ("ACCESSIBILITY__REVIEWED", "2026-02-27"),
        ("LOOK__LOGO_FILE", logo.to_str().unwrap()),
    ];
    Setup { settings: settings.map(|(key, value)| (key, value.to_owned())).into(), ..Setup::default() }
}

fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let pixels = image::RgbaImage::from_fn(width, height, |x, y| {
        image::Rgba([30, 90, 120, if (x / 8 + y / 8) % 3 == 0 { 0 } else { 255 }])
    });
    DynamicImage::ImageRgba8(pixels).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// An issue with everything in it.
async fn issue(app: &TestApp) {
    samples::issue(app).await;
    assert!(matches!(app.publish().await, PublishAnswer::Published { .. }));
    app.drain().await;
}

/// The link of a fresh request's mail.
async fn asked(app: &TestApp, address: &str, tag: &str) -> String {
    app.asks(address, tag).await;
    app.drain().await;
    path_of(&link_in_text(app.mails_to(address).last().unwrap(), "confirm")).to_owned()
}

async fn answer(app: &TestApp, ask: &Ask, query: &str) -> Page {
    match ask {
        Ask::Get(path) => app.get(&format!("{path}{query}")).await,
        Ask::Post(path, fields) => {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            app.post(&format!("{path}{query}"), &fields).await
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_can_use_every_page_in_every_language() {
    let folder = tempfile::tempdir().unwrap();
    let logo = folder.path().join("logo.png");
    std::fs::write(&logo, picture(420, 120)).unwrap();
    let app = TestApp::with(database::Kind::Sqlite, setup(&logo)).await;
    app.newsletter("quiet").await;
    app.newsletter("over").await;
    let now = app.now();
    app.store.write(move |conn| close::close(conn, now, "over")).await.unwrap();
    let mut expired = Vec::new();
    for tag in Language::OURS.each_ref().map(Language::tag) {
        expired.push(asked(&app, &format!("late-{tag}@example.org"), tag).await);
    }
    app.passes(SignedDuration::from_hours(8 * 24));
    for tag in Language::OURS.each_ref().map(Language::tag) {
        app.subscriber_in(&format!("reader-{tag}@example.org"), tag).await;
    }
    issue(&app).await;

    let mut checks = Checks::start(app.door("").trim_end_matches('/')).await;
    for (tag, confirm_expired) in Language::OURS.each_ref().map(Language::tag).into_iter().zip(expired) {
        let mails = app.mails_to(&format!("reader-{tag}@example.org"));
        let link = |mail: usize, page: &str| path_of(&link_in_text(&mails[mail], page)).to_owned();
        let (preferences, other) = (link(1, "preferences"), format!("other-{tag}@example.org"));
        assert_eq!(app.post(&format!("{preferences}/address?lang={tag}"), &[("email", &other)]).await.status, 200);
        app.drain().await;
        let links = Links {
            address: path_of(&link_in_text(&app.mails_to(&other)[0], "confirm")).to_owned(),
            confirm: asked(&app, &format!("new-{tag}@example.org"), tag).await,
            confirm_expired,
            confirm_done: link(0, "confirm"),
            leave: link(1, "unsubscribe"),
            preferences,
        };
        for row in rows(tag, &links) {
            let (Ask::Get(path) | Ask::Post(path, _)) = &row.ask;
            let query = format!("{}lang={tag}", if path.contains('?') { '&' } else { '?' });
            match &row.ask {
                Ask::Get(path) => checks.get(&format!("{path}{query}")).await,
                Ask::Post(path, fields) => checks.post(&format!("{path}{query}"), fields).await,
            }
            let name = format!("{}.{tag}", row.name);
            checks.focuses(&name, row.focus).await;
            let html = if row.once {
                checks.html().await
            } else {
                // What the browser has asked for once may be asked for again: the same page comes.
                let page = answer(&app, &row.ask, &query).await;
                assert_eq!((page.status, page.header("content-language")), (row.status, tag), "{name}: {}", page.body);
                page.body
            };
            checks.look(&name, tag, row.kind, &html).await;
        }
    }
    checks.end();
}
