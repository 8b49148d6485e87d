//! Editions in any language: with words that an operator brings, right to left where that is so, and with a declared edition
//! for readers whose own is missing.

use std::path::Path;

use rundbrief::domain::language::Language;
use rundbrief::domain::news::NewsFile;
use rundbrief::i18n::extra;
use rundbrief::journeys::newsletters::{self, NewsletterRequest};
use rundbrief::journeys::publish::PublishAnswer;
use rundbrief::journeys::{check, news};

use crate::support::app::{Setup, each_database};
use crate::support::instance::each_instance;
use crate::support::mails::link_in_text;

/// The English words with a few of them in another language.
fn words(name: &str, changes: &[(&str, &str)]) -> String {
    let mut words = extra::sample().replace("web-language = English", &format!("web-language = {name}"));
    for (english, other) in changes {
        assert!(words.contains(english), "{english}");
        words = words.replace(english, other);
    }
    words
}

const ARABIC: [(&str, &str); 3] = [
    ("Please confirm your subscription", "يرجى تأكيد الاشتراك"),
    ("Unsubscribe from this newsletter", "إلغاء الاشتراك"),
    ("Read this issue in English", "اقرأ هذا العدد بالعربية"),
];

fn write(folder: &Path, tag: &str, words: &str) {
    std::fs::create_dir_all(folder.join("words")).unwrap();
    std::fs::write(folder.join(format!("words/{tag}.ftl")), words).unwrap();
}

fn with_arabic() -> Setup {
    // Read while the instance starts, and never again.
    let folder = std::env::temp_dir().join(format!("rundbrief-words-{}-{}", std::process::id(), rand()));
    write(&folder, "ar", &words("العربية", &ARABIC));
    Setup { settings: vec![("TEMPLATES__DIRECTORY", folder.display().to_string())], ..Setup::default() }
}

fn rand() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(())
}

each_database!(an_edition_in_arabic_is_written_from_the_right_and_found_again, with_arabic(), |app| async move {
    std::fs::remove_dir_all(app.app.settings.templates.directory.as_ref().unwrap()).unwrap();
    let arabic: Language = "ar".parse().unwrap();
    let (now, request) = (
        app.now(),
        NewsletterRequest {
            slug: "nashra".to_owned(),
            name: "نشرة".to_owned(),
            from_name: "Zentrum".to_owned(),
            from_address: "news@example.org".to_owned(),
            languages: vec![Language::De, arabic],
            cadence: None,
            zone: "Europe/Berlin".to_owned(),
        },
    );
    app.store.write(move |conn| newsletters::add(conn, now, &request)).await.unwrap();
    let form = app.get("/n/nashra?lang=de").await.body;
    assert!(form.contains("<option value=\"ar\" lang=\"ar\">العربية</option>"), "{form}");

    let asked = app.post("/subscribe", &[("newsletter", "nashra"), ("email", "nour@example.org"), ("language", "ar")]).await;
    assert_eq!((asked.status, asked.header("content-language")), (200, "en"), "pages speak our own languages: {}", asked.body);
    let shown = "SELECT count(*) AS value FROM wordings WHERE language NOT IN ('de', 'en', 'de-simple')";
    assert_eq!(app.database.number(shown), 0, "what was agreed to is kept as it was shown");
    app.drain().await;
    let confirmation = app.mails_to("nour@example.org").remove(0);
    assert!(confirmation.subject.starts_with("يرجى تأكيد الاشتراك"), "{}", confirmation.subject);
    let confirm = link_in_text(&confirmation, "confirm");
    assert_eq!(app.post(&confirm, &[]).await.status, 200);

    for (tag, headline) in [("de", "Das Lernlabor"), ("ar", "مختبر التعلم يفتح أبوابه")] {
        let file = format!("---\nitem: labor\nlanguage: {tag}\nheadline: {headline}\n---\nText 42.\n");
        let file = NewsFile::parse(&file).unwrap();
        app.store.write(move |conn| news::add(conn, now, "nashra", &file, &Default::default())).await.unwrap();
    }
    let (context, now) = (app.app.context.clone(), app.now());
    let outline = app.store.read(move |conn| check::check(conn, &context, now, "nashra")).await.unwrap().unwrap();
    let rules: Vec<_> = outline.found.iter().map(|finding| finding.rule.id()).collect();
    assert_eq!(rules, [""; 0], "nothing to complain of");
    let context = app.app.context.clone();
    let published =
        app.store.write(move |conn| rundbrief::journeys::publish::publish(conn, &context, now, "nashra", None)).await.unwrap();
    assert!(matches!(published, PublishAnswer::Published { recipients: 1, .. }), "{published:?}");
    app.drain().await;
    let mail = app.mails_to("nour@example.org").remove(1);
    assert!(mail.subject.contains("مختبر التعلم يفتح أبوابه"), "{}", mail.subject);
    assert!(mail.html.contains("<html lang=\"ar\" dir=\"rtl\"") && mail.html.contains("text-align:right"), "{}", mail.html);
    assert!(mail.text.contains("إلغاء الاشتراك") && mail.html.contains("إلغاء الاشتراك"));

    let german = app.get("/archive/nashra/1/de").await.body;
    assert!(german.contains("اقرأ هذا العدد بالعربية"), "the other edition, in its own words");
    assert!(app.get("/archive/nashra/1/ar").await.body.contains("dir=\"rtl\""));
    let found = app.get("/archive/nashra?q=التعلم&language=ar&lang=de").await.body;
    assert!(found.contains("/archive/nashra/1/ar"), "{found}");
    let feed = app.get("/archive/nashra/feed.atom").await.body;
    assert!(feed.contains("xml:lang=\"ar\"") && feed.contains("xml:lang=\"de\""), "{feed}");
    // Nobody makes a page of a language that nobody knows.
    assert_eq!(app.get("/archive/nashra?q=x&language=tlh").await.status, 200);
    assert_eq!(app.get("/archive/nashra/1/tlh").await.status, 404);
    assert!(mail.text.contains("/archive/nashra?lang=en&language=ar") && mail.text.contains("/imprint?lang=en"), "{}", mail.text);
    let narrowed = app.get("/archive/nashra/feed.atom?lang=ar").await.body;
    assert!(narrowed.contains("xml:lang=\"ar\"") && !narrowed.contains("xml:lang=\"de\""), "{narrowed}");
    let preferences = app.get(&link_in_text(&mail, "preferences")).await;
    assert!(
        preferences.status == 200 && preferences.body.contains("<option value=\"ar\" lang=\"ar\" selected>"),
        "{}",
        preferences.body
    );
    assert_eq!(app.get(&format!("{}/data", link_in_text(&mail, "preferences"))).await.status, 200);
    assert_eq!(app.get(&link_in_text(&mail, "unsubscribe")).await.status, 200);
    let left = app.post(&mail.one_click_link(), &[("List-Unsubscribe", "One-Click")]).await;
    assert_eq!((left.status, left.header("content-type")), (200, "text/plain; charset=utf-8"), "{}", left.body);
});

each_database!(a_declared_edition_stands_in_for_a_missing_one, |app| async move {
    for (name, language) in [("ada", Language::De), ("bob", Language::En), ("cleo", Language::DeSimple)] {
        app.active(&format!("{name}@example.org"), language).await;
    }
    let subjects = async |app: &crate::support::app::TestApp| {
        app.drain().await;
        ["ada", "bob", "cleo"].map(|name| app.mails_to(&format!("{name}@example.org")).pop().unwrap().subject)
    };
    // The newsletter's languages are German, English, Leichte Sprache; only two have a text.
    app.news_in("Eins", &["en", "de-simple"]).await;
    app.publish().await;
    let first = subjects(&app).await;
    assert!(first[0].contains("Eins (en)"), "nothing is declared, so the first edition there is: {first:?}");
    app.store
        .write(|conn| newsletters::set_fallbacks(conn, "weekly", &["de=de-simple".to_owned(), "en=de".to_owned()]))
        .await
        .unwrap();
    app.news_in("Zwei", &["de-simple"]).await;
    app.publish().await;
    let second = subjects(&app).await;
    assert!(second.iter().all(|subject| subject.contains("Zwei (de-simple)")), "{second:?}");
    app.news_in("Drei", &["en", "de-simple"]).await;
    app.publish().await;
    let third = subjects(&app).await;
    assert!(third[0].contains("Drei (de-simple)") && third[1].contains("Drei (en)"), "{third:?}");
});

each_instance!(an_operator_brings_the_words_of_another_language, |mut instance, _| async move {
    let add = |languages: &'static str| {
        ["newsletter", "add", "lettre", "--name", "Lettre", "--from", "news@example.org", "--languages", languages]
    };
    let refused = instance.refused(2, &add("de,fr"));
    assert!(refused.contains("there are no words for mails in fr") && refused.contains("words/fr.ftl"), "{refused}");
    assert!(instance.refused(2, &add("de,x")).contains("\"x\" is not a language"));
    let folder = instance.folder.path().join("templates");
    instance.set("TEMPLATES__DIRECTORY", &folder.display().to_string());
    let sample = instance.done(&["newsletter", "words"]);
    write(&folder, "fr", &sample.replace("mail-imprint = Imprint\n", ""));
    let refused = instance.refused(2, &add("de,fr"));
    assert!(refused.contains("words/fr.ftl: 1 messages are missing, among them mail-imprint"), "{refused}");
    write(&folder, "fr", &sample.replace("{ $number }", "{ $nombre }"));
    assert!(instance.refused(2, &add("de,fr")).contains("nombre"), "an argument that there is not");
    write(
        &folder,
        "fr",
        &sample.replace("web-language = English", "web-language = Français").replace("= Imprint", "= Mentions légales"),
    );
    instance.done(&add("de,fr"));
    let item = instance.file("a.md", "---\nlanguage: fr\nheadline: Le laboratoire\n---\nTexte.\n".as_bytes());
    instance.done(&["news", "add", "lettre", &item]);
    instance.done(&["issue", "preview", "lettre", "--out", "look"]);
    let seen = std::fs::read_to_string(instance.folder.path().join("look/fr.txt")).unwrap();
    assert!(seen.contains("Mentions légales") && seen.contains("Le laboratoire"), "{seen}");

    assert_eq!(instance.done(&["newsletter", "set", "lettre", "--fallback", "fr=de"]), "declared: fr=de\n");
    assert!(instance.refused(2, &["newsletter", "set", "lettre", "--fallback", "fr=en"]).contains("does not come in en"));
    assert!(instance.done(&["newsletter", "set", "lettre", "--fallback"]).contains("nothing is declared"));
    // The words are gone, and the newsletter needs them.
    std::fs::remove_dir_all(&folder).unwrap();
    let refused = instance.refused(2, &["newsletter", "list"]);
    assert!(refused.contains("has no words/fr.ftl, and the newsletter \"lettre\" comes in fr"), "{refused}");
});
