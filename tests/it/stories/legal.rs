//! What an operator says about themselves: privacy notice, accessibility statement, logo, and what may not be left empty.

use std::io::Cursor;

use rundbrief::domain::language::Language;
use rundbrief::domain::states::Role;

use super::staff;
use crate::support::app::{Page, Setup, TestApp, each_database};
use crate::support::database::Kind;
use crate::support::instance::Instance;

fn setup(settings: &[(&'static str, &str)]) -> Setup {
    Setup { settings: settings.iter().map(|(key, value)| (*key, (*value).to_owned())).collect(), ..Setup::default() }
}

async fn app(settings: &[(&'static str, &str)]) -> TestApp {
    TestApp::with(Kind::Sqlite, setup(settings)).await
}

/// The notice in German, English and Leichte Sprache.
async fn notices(app: &TestApp, page: &str) -> Vec<String> {
    let mut notices = Vec::new();
    for language in Language::OURS {
        let page = app.get(&format!("/{page}?lang={language}")).await;
        assert_eq!((page.status, page.header("content-language")), (200, language.tag()));
        notices.push(page.body);
    }
    notices
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_privacy_notice_says_what_the_settings_say() {
    let plain = notices(&app(&[]).await, "privacy").await;
    // Art. 13 (1) and (2) GDPR, one by one.
    for said in [
        "Zentrum für Übergänge, Beispielweg 1, 04109 Leipzig",
        "datenschutz@example.org",
        "Art. 6 Abs. 1 Buchst. a DSGVO",
        "Art. 6 Abs. 1 Buchst. f DSGVO",
        "betreiben wir selbst",
        "außerhalb der Europäischen Union und des Europäischen Wirtschaftsraums ist nicht vorgesehen",
        "innerhalb von 7 Tagen",
        "90 Tage",
        "3 Jahre",
        "Art. 15 DSGVO",
        "(Art. 16)",
        "(Art. 17)",
        "(Art. 18)",
        "(Art. 20)",
        "(Art. 21)",
        "jederzeit widerrufen",
        "Aufsichtsbehörde beschweren",
        "Nötig ist nur die E-Mail-Adresse",
        "automatisierte Entscheidung",
        "speichern wir nicht",
        "<h2>Ihre Rechte</h2>",
    ] {
        assert!(plain[0].contains(said), "\"{said}\" is missing in {}", plain[0]);
    }
    // Each setting is heard in each language.
    for (key, value, said) in [
        ("IMPRINT__ORGANISATION", "Haus der Bildung", ["Haus der Bildung"; 3]),
        ("IMPRINT__ADDRESS", "Seestraße 9", ["Seestraße 9"; 3]),
        ("PRIVACY__CONTACT", "daten@example.org", ["daten@example.org"; 3]),
        ("PRIVACY__OFFICER", "Max Muster", ["Max Muster"; 3]),
        ("PRIVACY__AUTHORITY", "Landesbeauftragte", ["Landesbeauftragte"; 3]),
        ("PRIVACY__HOSTER", "Rechenzentrum A", ["Rechenzentrum A"; 3]),
        ("PRIVACY__RELAY_PROVIDER", "Postdienst B", ["Postdienst B"; 3]),
        ("PRIVACY__THIRD_COUNTRY", "USA, Angemessenheitsbeschluss.", ["USA, Angemessenheitsbeschluss."; 3]),
        ("RETENTION__CONFIRMATION_DAYS", "11", ["11 Tagen", "11 days", "11 Tage"]),
        ("RETENTION__DELIVERY_DAYS", "123", ["123 Tage", "123 days", "123 Tage"]),
        ("RETENTION__PROOF_YEARS", "5", ["5 Jahre", "5 years", "5 Jahre"]),
        (
            "PRIVACY__NETWORK",
            "truncated",
            ["gekürzte Netzwerkadresse", "shortened network address", "einen Teil von Ihrer IP-Adresse"],
        ),
        ("PRIVACY__NETWORK", "full", ["wir 30 Tage lang die Netzwerkadresse", "for 30 days", "nach 30 Tagen"]),
    ] {
        let changed = notices(&app(&[(key, value)]).await, "privacy").await;
        for ((before, after), words) in plain.iter().zip(&changed).zip(said) {
            assert!(!before.contains(words) && after.contains(words), "{key} = {value}: \"{words}\" in {after}");
        }
    }
    let kept = notices(&app(&[("PRIVACY__NETWORK", "full"), ("RETENTION__NETWORK_DAYS", "14")]).await, "privacy").await;
    assert!(kept[0].contains("wir 14 Tage lang") && !kept[0].contains("von der eine Anmeldung kommt, speichern wir nicht"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_accessibility_statement_says_what_the_settings_say() {
    let plain = notices(&app(&[]).await, "accessibility").await;
    for (notice, words) in plain.iter().zip(["EN 301 549 vereinbar", "conform to the German", "E-Mails sind barriere·frei"]) {
        // Who has entered no contact is reached by the imprint's.
        assert!(notice.contains(words) && notice.contains("mailto:kontakt@example.org"), "{notice}");
    }
    let settings = [
        ("ACCESSIBILITY__EXCEPTIONS", "Alte Bilder & <Karten>.\n\nBis zum Sommer."),
        ("ACCESSIBILITY__CONTACT", "barrieren@example.org"),
        ("ACCESSIBILITY__ENFORCEMENT", "Schlichtungsstelle"),
        ("ACCESSIBILITY__ENFORCEMENT_URL", "https://www.example.org/schlichtung"),
        ("ACCESSIBILITY__REVIEWED", "2026-02-27"),
    ];
    let full = notices(&app(&settings).await, "accessibility").await;
    let said = [
        ("teilweise vereinbar", "27.\u{a0}Februar 2026"),
        ("in part", "27\u{a0}February 2026"),
        ("zum Teil barriere·frei", "27.\u{a0}Februar 2026"),
    ];
    for (notice, (words, date)) in full.iter().zip(said) {
        for part in [
            words,
            date,
            "Alte Bilder &amp; &lt;Karten&gt;.</p>",
            "Bis zum Sommer.</p>",
            "mailto:barrieren@example.org",
            "Schlichtungsstelle",
            "href=\"https://www.example.org/schlichtung\"",
        ] {
            assert!(notice.contains(part), "\"{part}\" is missing in {notice}");
        }
    }
}

each_database!(every_page_leads_to_the_same_pages_about_us_in_the_same_order, |app| async move {
    for path in
        ["/", "/n/weekly", "/archive/weekly", "/imprint", "/privacy", "/accessibility", "/staff", "/nothing", "/confirm/x"]
    {
        let page = app.get(&format!("{path}?lang=en")).await;
        let footer = page.body.split_once("<footer").unwrap().1;
        let links: Vec<&str> = footer.split("href=\"").skip(1).map(|rest| rest.split(['?', '"']).next().unwrap()).collect();
        assert_eq!(links, ["/", "/imprint", "/privacy", "/accessibility"], "{path}");
    }
});

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::DynamicImage::new_rgba8(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn size(page: &Page, bytes: &[u8]) -> (u32, u32) {
    assert_eq!((page.status, page.header("content-type")), (200, "image/png"));
    let picture = image::load_from_memory(bytes).unwrap();
    (picture.width(), picture.height())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logo_stands_at_the_top_of_every_page() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("logo.png");
    std::fs::write(&file, png(600, 300)).unwrap();
    let app = app(&[("LOOK__LOGO_FILE", file.to_str().unwrap())]).await;
    for path in ["/", "/n/weekly", "/nothing"] {
        let page = app.get(path).await;
        let shown = "src=\"/static/logo.png\" alt=\"Zentrum für Übergänge\" width=\"96\" height=\"48\"";
        assert!(page.body.contains(shown), "{}", page.body);
    }
    let response = app.client.get(app.door("/static/logo.png")).send().await.unwrap();
    let (tag, bytes) = (response.headers()["etag"].clone(), response.bytes().await.unwrap());
    assert_eq!(size(&app.get("/static/logo.png").await, &bytes), (192, 96), "two pixels for one");
    let again = app.send(app.client.get(app.door("/static/logo.png")).header("If-None-Match", tag)).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_logo_there_is_the_name() {
    let app = app(&[]).await;
    assert_eq!(app.get("/static/logo.png").await.status, 404);
    assert!(app.get("/").await.body.contains(">Zentrum für Übergänge</a>"));
}

#[test]
fn what_is_no_logo_and_no_statement_is_refused_by_name() {
    let mut instance = Instance::on(Kind::Sqlite, "file:///tmp");
    let big = [png(10, 10), vec![0; 1_000_000]].concat();
    let wide = png(5_000, 10);
    for (content, why) in [
        (&b"GIF89a"[..], "neither a PNG nor a JPEG"),
        (b"\x89PNG\r\n\x1a\n", "neither a PNG nor a JPEG"),
        (&big, "1 MB is the most"),
        (&wide, "4000 on each side"),
    ] {
        let file = instance.file("logo.png", content);
        instance.set("LOOK__LOGO_FILE", &file);
        let refused = instance.run(&["serve"]);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(
            refused.err.contains("look.logo_file") && refused.err.contains(&file) && refused.err.contains(why),
            "{refused:?}"
        );
    }
    instance.set("LOOK__LOGO_FILE", "/nowhere/logo.png");
    assert!(instance.run(&["check-config"]).out.contains("FAIL  logo: the setting look.logo_file names /nowhere/logo.png"));
    for (key, value) in [
        ("accessibility.contact", "nobody"),
        ("accessibility.enforcement_url", "javascript:alert(1)"),
        ("accessibility.reviewed", "last week"),
    ] {
        let mut instance = Instance::on(Kind::Sqlite, "file:///tmp");
        instance.set(&key.to_uppercase().replace('.', "__"), value);
        assert!(instance.refused(2, &["check-config"]).contains(key), "{key}");
    }
}

const NEEDED: [&str; 4] = ["imprint.organisation", "imprint.address", "imprint.email", "privacy.contact"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_for_publishing_names_each_setting_that_is_missing() {
    // The settings of a test are never empty, and a space is no e-mail address: the command's story tells of that.
    let needed = NEEDED.map(|key| if key == "imprint.email" { "privacy.contact" } else { key });
    let empty = needed.map(|key| (key.to_uppercase().replace('.', "__").leak() as &'static str, " "));
    let app = app(&empty).await;
    app.news_in("Treffen", &["de"]).await;
    let cookie = staff::member(&app, "chef@example.org", Role::Editor).await;
    let page = staff::post(&app, "/staff/newsletters/weekly/publish", &cookie, &[]).await;
    assert_eq!(page.status, 409, "{page:?}");
    for key in needed {
        assert!(page.body.contains(key), "{key} is not named: {}", page.body);
    }
    assert_eq!(app.database.number("SELECT count(*) AS value FROM issues"), 0);
}

#[test]
fn the_command_for_publishing_names_each_setting_that_is_missing() {
    let mut instance = Instance::on(Kind::Sqlite, "file:///tmp");
    instance.done(&["migrate"]);
    instance.newsletter();
    instance.news("Treffen");
    for key in NEEDED {
        instance.set(&key.to_uppercase().replace('.', "__"), "");
    }
    let sentence = instance.refused(2, &["issue", "publish", "weekly"]);
    for key in NEEDED {
        assert!(sentence.contains(key), "{key} is not named: {sentence}");
    }
}
