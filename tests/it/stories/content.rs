//! From news items to editions: order, words around them, funding, documents, events, and what is left out.

use jiff::SignedDuration;
use rundbrief::domain::address::Address;
use rundbrief::domain::funding::FundingFile;
use rundbrief::domain::issue_words::IssueWords;
use rundbrief::domain::language::Language;
use rundbrief::domain::news::Move;
use rundbrief::domain::news::NewsFile;
use rundbrief::journeys::compose::Why;
use rundbrief::journeys::media::{self, Media};
use rundbrief::journeys::preview::{self, TestAnswer};
use rundbrief::journeys::publish::PublishAnswer;
use rundbrief::journeys::{funding, issue_words, news};

use crate::support::app::{TestApp, each_database};
use crate::support::mails::Mail;
use crate::support::process;

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn mail_to(app: &TestApp, address: &str) -> Mail {
    app.publish().await;
    app.drain().await;
    app.mails_to(address).pop().unwrap()
}

async fn block(app: &TestApp, file: &str) {
    let file = FundingFile::parse(file).unwrap();
    let logo = media::gather(file.image.as_deref(), &[], |_| Ok(super::pages::PICTURE.to_vec())).unwrap();
    let now = app.now();
    app.store.write(move |conn| funding::add(conn, now, "weekly", &file, &logo)).await.unwrap();
}

async fn words(app: &TestApp, file: &str) {
    let words = IssueWords::parse(file).unwrap();
    app.store.write(move |conn| issue_words::put(conn, "weekly", &words)).await.unwrap();
}

fn order_of(text: &str, words: &[&str]) {
    let places: Vec<usize> = words.iter().map(|word| text.find(word).unwrap_or_else(|| panic!("no {word} in {text}"))).collect();
    assert!(places.is_sorted(), "{words:?} stand at {places:?} in {text}");
}

/// What two calendar programs read. Debian's own Python has them.
fn read_calendar(file: &str) -> serde_json::Value {
    process::ask("/usr/bin/python3", "calendar_check.py", &[], file.as_bytes())
}

each_database!(an_event_goes_into_a_readers_calendar_by_a_link_and_its_cancellation_follows, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.active("bob@example.org", Language::En).await;
    let text = |language: &str, headline: &str| {
        format!(
            "---\nitem: tagung\nlanguage: {language}\nheadline: \"{headline}\"\nstarts: 2026-06-22T09:30\nends: 2026-06-22T16:00\n\
             zone: Europe/Berlin\nplace: \"Haus 2; Saal A, Leipzig\"\nonline: https://example.org/stream\n---\n\
             Ein Satz mit Komma, Semikolon; und \\\\ Strich.\n\nNoch einer, der so lang ist, dass er mit seinen Umlauten äöü über das Ende einer Zeile geht.\n"
        )
    };
    let id = app.add_news(&text("de", "Zweite Arbeitspolitische Jahrestagung, Teil 2")).await;
    app.add_news(&text("en", "Second annual meeting")).await;
    let mail = mail_to(&app, "ada@example.org").await;
    assert!(!String::from_utf8_lossy(&mail.raw).contains("text/calendar"), "R268: a link, no attachment");
    let link = mail.text.lines().find(|line| line.contains("/event/")).expect("a link to the calendar file").to_owned();
    assert!(mail.html.contains(&link) && link.ends_with(".ics?lang=de"), "{link}");

    let page = app.get(&link).await;
    assert_eq!(page.status, 200);
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/calendar; charset=utf-8"));
    let read = read_calendar(&page.body);
    let first = read["sequence"].as_i64().unwrap();
    assert_eq!(read["summary"], "Zweite Arbeitspolitische Jahrestagung, Teil 2");
    assert_eq!((&read["start"], &read["end"]), (&"2026-06-22T07:30:00+00:00".into(), &"2026-06-22T14:00:00+00:00".into()));
    assert_eq!(read["location"], "Haus 2; Saal A, Leipzig");
    assert_eq!((&read["method"], &read["status"], &read["asks_nobody"]), (&"PUBLISH".into(), &"CONFIRMED".into(), &true.into()));
    assert_eq!(read["zones"], serde_json::json!(["Europe/Berlin"]));
    let description = read["description"].as_str().unwrap();
    assert!(
        description.contains("Semikolon; und \\ Strich.") && description.contains("https://example.org/stream"),
        "{description}"
    );

    // In the language of the link; the same event all the same.
    let english = app.get(app.mails_to("bob@example.org")[0].text.lines().find(|line| line.contains("/event/")).unwrap()).await;
    let english = read_calendar(&english.body);
    assert_eq!((&english["summary"], &english["uid"]), (&"Second annual meeting".into(), &read["uid"]));

    // A day later, and as long as before; then not at all.
    app.passes(DAY);
    let now = app.now();
    let change = Move { starts: Some("2026-06-23T10:00".to_owned()), place: Some("Haus 3".to_owned()), ..Move::default() };
    app.store.write(move |conn| news::reschedule(conn, now, "weekly", id, &change)).await.unwrap();
    let moved = read_calendar(&app.get(&link).await.body);
    assert_eq!((&moved["start"], &moved["end"]), (&"2026-06-23T08:00:00+00:00".into(), &"2026-06-23T14:30:00+00:00".into()));
    assert_eq!((&moved["location"], &moved["uid"], &moved["status"]), (&"Haus 3".into(), &read["uid"], &"CONFIRMED".into()));
    let second = moved["sequence"].as_i64().unwrap();
    assert!(second > first);
    for (wrong, why) in [
        (Move::default(), "say what is new"),
        (Move { starts: Some("morgen".to_owned()), ..Move::default() }, "--starts \"morgen\": this is not a day and time"),
        (Move { place: Some("Saal\u{202e}2".to_owned()), ..Move::default() }, "--place: write it on one line"),
        (Move { online: Some("a\nb".to_owned()), ..Move::default() }, "--online: write it on one line"),
        (Move { place: Some(" ".to_owned()), ..Move::default() }, "--place"),
        (Move { ends: Some("2026-06-01T10:00".to_owned()), ..Move::default() }, "end before it starts"),
    ] {
        let refused = app.store.write(move |conn| news::reschedule(conn, now, "weekly", id, &wrong)).await.unwrap_err();
        assert!(refused.to_string().contains(why), "{refused}");
    }
    app.passes(DAY);
    let now = app.now();
    app.store.write(move |conn| news::cancel(conn, now, "weekly", id)).await.unwrap();
    let cancelled = read_calendar(&app.get(&link).await.body);
    assert_eq!((&cancelled["status"], &cancelled["uid"]), (&"CANCELLED".into(), &read["uid"]));
    assert!(cancelled["sequence"].as_i64().unwrap() > second);

    for nothing in ["/event/00112233445566778899aabbccddeeff.ics", "/event/x.ics", "/event/00.txt"] {
        assert_eq!(app.get(nothing).await.status, 404, "{nothing}");
    }
});

each_database!(what_is_past_or_cancelled_is_announced_to_nobody, |app| async move {
    app.active("ada@example.org", Language::De).await;
    let event = |name: &str, starts: &str| {
        format!("---\nitem: {name}\nlanguage: de\nheadline: {name}\nstarts: {starts}\nplace: Leipzig\n---\nText\n")
    };
    app.add_news(&event("gestern", "2026-03-01T18:00")).await;
    // Without an end it lasts until the day is over where it takes place: 23 hours from now.
    app.add_news(&event("heute", "2026-03-02T08:00")).await;
    let off = app.add_news(&event("abgesagt", "2026-04-01T18:00")).await;
    let now = app.now();
    app.store.write(move |conn| news::cancel(conn, now, "weekly", off)).await.unwrap();
    let PublishAnswer::Published { left_out, .. } = app.publish().await else { panic!("not published") };
    let told: Vec<(&str, Why)> = left_out.iter().map(|left| (left.headline.as_str(), left.why)).collect();
    assert_eq!(told, [("gestern", Why::Past), ("abgesagt", Why::Cancelled)]);
    app.drain().await;
    let mail = app.mails_to("ada@example.org").pop().unwrap();
    assert!(mail.text.contains("heute") && !mail.text.contains("gestern") && !mail.text.contains("abgesagt"), "{}", mail.text);
    // They are drafts again, and the next issue does not find them.
    assert_eq!(app.database.number("SELECT count(*) AS value FROM news_items WHERE state = 'draft'"), 2);
    assert!(matches!(app.publish().await, PublishAnswer::NothingReady(_)));
});

each_database!(funders_stand_in_their_order_and_only_within_their_days, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.active("eve@example.org", Language::En).await;
    block(&app, "---\nblock: partner\nlanguage: de\nkind: partner\nimage: l.png\nalt: Universität Leipzig\nlink: https://www.example.org/uni\n---\n").await;
    block(&app, "---\nblock: land\nlanguage: de\norder: 2\nuntil: 2026-03-02\n---\nKofinanziert durch das Land.\n").await;
    block(&app, "---\nblock: bund\nlanguage: de\norder: 1\nimage: l.png\nalt: Bundesministerium\nfrom: 2026-03-02\n---\nGefördert durch den Bund.\n").await;
    block(&app, "---\nblock: spaeter\nlanguage: de\nfrom: 2026-03-03\n---\nFörderung ab morgen.\n").await;
    app.news_in("Eins", &["de", "en"]).await;
    let mail = mail_to(&app, "ada@example.org").await;
    for part in [&mail.text, &mail.html] {
        order_of(
            part,
            &["Bundesministerium", "Gefördert durch den Bund.", "Kofinanziert durch das Land.", "Universität Leipzig"],
        );
        assert!(part.contains("https://www.example.org/uni") && !part.contains("ab morgen"), "{part}");
    }
    // No English text was given: it is named in German rather than not at all, and says that it is German.
    let english = app.mails_to("eve@example.org").pop().unwrap();
    assert!(english.text.contains("Gefördert durch den Bund.") && english.html.contains("<div lang=\"de\""), "{}", english.html);

    app.passes(DAY);
    app.news_in("Zwei", &["de"]).await;
    let mail = mail_to(&app, "ada@example.org").await;
    assert!(mail.text.contains("Förderung ab morgen.") && !mail.text.contains("Kofinanziert"), "{}", mail.text);
    app.store.write(|conn| funding::remove(conn, "weekly", "bund")).await.unwrap();
    let unknown = app.store.write(|conn| funding::remove(conn, "weekly", "bund")).await.unwrap_err();
    assert!(unknown.to_string().contains("has no block \"bund\""), "{unknown}");
});

each_database!(an_issue_has_words_of_its_own_once, |app| async move {
    app.active("ada@example.org", Language::De).await;
    words(&app, "---\nlanguage: de\nsubject: Alles neu im März\nclosing: |\n  Bis *bald*!\n\n  Ihr Team\n---\nLiebe Leute, es ist **viel** passiert. {{7*7}}\n").await;
    app.news_in("Eins", &["de"]).await;
    let mail = mail_to(&app, "ada@example.org").await;
    assert_eq!(mail.subject, "Alles neu im März");
    order_of(
        &mail.text,
        &["Liebe Leute, es ist viel passiert. {{7*7}}", "Text der Nachricht", "Bis bald!", "Ihr Team", "Fußzeile"],
    );
    order_of(&mail.html, &["<strong>viel</strong>", "Text der Nachricht", "<em>bald</em>", "Fußzeile"]);
    app.news_in("Zwei", &["de"]).await;
    let next = mail_to(&app, "ada@example.org").await;
    assert!(
        next.subject.contains("Zwei") && !next.text.contains("Liebe Leute") && !next.text.contains("Ihr Team"),
        "{}",
        next.text
    );
});

each_database!(items_stand_by_section_unless_staff_chose_a_place_and_the_contents_say_so, |app| async move {
    app.active("ada@example.org", Language::De).await;
    let item =
        |name: &str, kicker: &str| format!("---\nlanguage: de\nkicker: {kicker}\nheadline: {name}\n---\nText von {name}\n");
    app.add_news(&item("Erstens", "News | Leipzig")).await;
    app.add_news(&item("Zweitens", "Termin")).await;
    app.add_news(&item("Drittens", "News | Halle")).await;
    let last = app.add_news(&item("Viertens", "Termin | online")).await;
    app.store.write(move |conn| news::place(conn, "weekly", last, 1)).await.unwrap();
    let mail = mail_to(&app, "ada@example.org").await;
    order_of(&mail.text, &["Text von Viertens", "Text von Erstens", "Text von Drittens", "Text von Zweitens"]);
    order_of(&mail.text, &["1. Viertens", "2. Erstens", "3. Drittens", "4. Zweitens", "Text von Viertens"]);
    for position in 1..=4 {
        assert!(
            mail.html.contains(&format!("href=\"#item-{position}\"")) && mail.html.contains(&format!("id=\"item-{position}\""))
        );
    }
    let used = app.store.write(move |conn| news::place(conn, "weekly", last, 1)).await.unwrap_err();
    assert!(used.to_string().contains("no item"), "{used}");
});

each_database!(only_what_its_readers_have_checked_is_called_leichte_sprache, |app| async move {
    app.active("ada@example.org", Language::DeSimple).await;
    app.news_in("Eins", &["de", "de-simple"]).await;
    let mail = mail_to(&app, "ada@example.org").await;
    assert!(mail.text.contains("Leichte Sprache") && !mail.text.contains("Einfache Sprache"), "{}", mail.text);
    app.news_in("Zwei", &["de", "de-simple"]).await;
    app.add_news("---\nitem: drei\nlanguage: de-simple\nheadline: Drei\n---\nText\n").await;
    let mail = mail_to(&app, "ada@example.org").await;
    assert!(mail.text.contains("Einfache Sprache") && mail.html.contains("Einfache Sprache"), "{}", mail.text);
    assert!(mail.text.contains("Diese Ausgabe auf Deutsch lesen"), "the other edition is linked (R241)");
});

each_database!(documents_are_kept_and_given_out_to_be_saved, |app| async move {
    app.active("ada@example.org", Language::De).await;
    let file = NewsFile::parse(
        "---\nlanguage: de\nheadline: Programm\ndownloads: [programm 1.pdf, 'https://example.org/a.pdf']\n---\nText\n",
    )
    .unwrap();
    let beside = |name: &str| (name == "programm 1.pdf").then(|| b"%PDF-1.7 ...".to_vec()).ok_or_else(|| "not there".to_owned());
    let media = media::gather(None, &file.downloads, beside).unwrap();
    let now = app.now();
    let without = file.clone();
    let refused = app.store.write(move |conn| news::add(conn, now, "weekly", &without, &Media::default())).await.unwrap_err();
    assert!(refused.to_string().contains("programm 1.pdf"), "{refused}");
    app.store.write(move |conn| news::add(conn, now, "weekly", &file, &media)).await.unwrap();
    let mail = mail_to(&app, "ada@example.org").await;
    let link = mail.text.lines().find(|line| line.contains("/files/")).unwrap().to_owned();
    assert!(
        mail.text.contains("(PDF, 1 kB)") && mail.html.contains(&link) && link.ends_with("/programm%201.pdf"),
        "{}",
        mail.text
    );
    let page = app.get(&link).await;
    assert_eq!((page.status, page.body.as_str()), (200, "%PDF-1.7 ..."));
    assert_eq!(page.headers["content-disposition"], "attachment");
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    assert!(page.headers["cache-control"].to_str().unwrap().contains("immutable"));
    for (name, bytes, why) in [
        ("bild.pdf", b"GIF89a".to_vec(), "it is no PDF"),
        ("gross.pdf", [b"%PDF-".to_vec(), vec![0; 10_000_001]].concat(), "10 MB is the most"),
    ] {
        let refused = media::gather(None, &[name.to_owned()], |_| Ok(bytes.clone())).err().unwrap();
        assert!(refused.to_string().contains(why), "{refused}");
    }
    let lies = media::gather(Some("bild.png"), &[], |_| Ok(b"<svg onload=alert(1)>".to_vec())).err().unwrap();
    assert_eq!(lies.to_string(), "image bild.png: it is neither a PNG nor a JPEG");
});

each_database!(two_hundred_items_are_refused_with_a_reason_and_nothing_is_lost, |app| async move {
    for at in 0..200 {
        app.add_news(&format!("---\nlanguage: de\nheadline: Nummer {at}\n---\n{}\n", "Ein Satz. ".repeat(60))).await;
    }
    let PublishAnswer::Refused(errors) = app.publish().await else { panic!("an issue that mail programs cut") };
    assert_eq!(errors.iter().map(|error| error.rule.id()).collect::<Vec<_>>(), ["html-size"]);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM news_items WHERE state = 'ready'"), 200);
    assert_eq!(app.database.number("SELECT last_number AS value FROM newsletters"), 0);
});

each_database!(staff_see_the_next_issue_before_it_is_sent_and_send_it_to_themselves, |app| async move {
    app.active("ada@example.org", Language::DeSimple).await;
    app.active("bob@example.org", Language::En).await;
    app.news_in("Eins", &["de", "en"]).await;
    let (context, now) = (std::sync::Arc::clone(&app.app.context), app.now());
    let seen = app.store.read(move |conn| preview::look(conn, &context, now, "weekly", None)).await.unwrap().unwrap();
    let gets: Vec<_> = seen.audiences.iter().map(|audience| (audience.language, audience.readers, audience.gets)).collect();
    assert_eq!(gets, [(Language::En, 1, Some(Language::En)), (Language::DeSimple, 1, Some(Language::De))]);
    assert_eq!(seen.missing, [("Eins (de)".to_owned(), Language::DeSimple)]);
    let (edition, german) = &seen.editions[0];
    assert_eq!(edition.language, Language::De);
    order_of(&german.text, &["Guten Tag,", "Text der Nachricht, mit Umlauten: äöü »ß«."]);
    assert!(!german.without_style().contains("<style") && !german.without_style().contains(" role="));

    let test = |to: &str| {
        let (context, now, to) = (std::sync::Arc::clone(&app.app.context), app.now(), Address::parse(to).unwrap());
        let store = app.store.clone();
        async move { store.write(move |conn| preview::send_test(conn, &context, now, "weekly", &to, None)).await.unwrap() }
    };
    assert_eq!(test("editor@example.org").await, TestAnswer::Queued(vec![Language::De, Language::En]));
    app.drain().await;
    let mails = app.mails_to("editor@example.org");
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().all(|mail| mail.subject.starts_with("Test: ")), "{}", mails[0].subject);
    // Nothing is published, and the links in it belong to nobody.
    assert_eq!(app.database.number("SELECT count(*) AS value FROM issues"), 0);
    assert!(app.mails_to("bob@example.org").is_empty());
    let leave = mails[0].text.lines().find(|line| line.contains("/unsubscribe/")).unwrap().to_owned();
    assert_ne!(app.post(&leave, &[]).await.status, 500);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM subscriptions WHERE state = 'active'"), 2);

    // What is published afterwards is the same but for the subject.
    app.publish().await;
    app.drain().await;
    let sent = app.mails_to("bob@example.org").pop().unwrap();
    let tried = format!("Test: {}", sent.subject);
    assert!(mails.iter().any(|mail| mail.subject == tried), "{tried}");
});
