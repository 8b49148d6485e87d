//! What was published can be read, searched and followed by everybody, without an address and without a trace; what is
//! private is in none of it.

use rundbrief::domain::language::Language;
use rundbrief::journeys::newsletters::{self, Visibility};
use rundbrief::journeys::publish::PublishAnswer;

use crate::support::app::{Page, TestApp, each_database};
use crate::support::instance::each_instance;
use crate::support::process;

/// What a feed reader's library understands. Debian's own Python has it.
fn read_feed(page: &Page) -> serde_json::Value {
    assert_eq!((page.status, page.header("content-type")), (200, "application/atom+xml; charset=utf-8"));
    process::ask("/usr/bin/python3", "feed_check.py", &[], page.body.as_bytes())
}

/// Links to what was found, in order.
async fn found(app: &TestApp, place: &str, query: &str) -> Vec<String> {
    let page = app.get(&format!("{place}?q={query}&lang=de")).await;
    assert_eq!((page.status, page.header("x-robots-tag")), (200, "noindex"), "{}", page.body);
    let links = page.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|link| link.contains("#item-")).map(str::to_owned).collect()
}

async fn two_issues(app: &TestApp) {
    app.add_news("---\nitem: treffen\nlanguage: de\nheadline: Zweites Treffen der Zentren\nlead: Alle Zentren waren da.\n---\nEs ging um **Übergänge** in den Beruf.\n").await;
    app.add_news("---\nitem: treffen\nlanguage: de-simple\nheadline: Treffen von den Zukunfts·zentren\n---\nAlle waren da.\n")
        .await;
    app.add_news("---\nitem: treffen\nlanguage: en\nheadline: Second meeting of the centres\n---\nIt was about transitions.\n")
        .await;
    app.add_news("---\nitem: fest\nlanguage: de\nheadline: Das Sommerfest\norder: 1\n---\nAlle feiern, zu 100 %.\n").await;
    assert!(matches!(app.publish().await, PublishAnswer::Published { number: 1, .. }));
    app.add_news("---\nlanguage: de\nheadline: Noch ein Bericht\n---\nDas Lernlabor und die Zentren. Straße & \\<Fest>.\n").await;
    assert!(matches!(app.publish().await, PublishAnswer::Published { number: 2, .. }));
}

each_database!(everything_published_is_found_by_its_words, |app| async move {
    two_issues(&app).await;
    app.add_news("---\nlanguage: de\nheadline: Geheimer Entwurf\n---\nZentren, die noch niemand kennt.\n").await;
    let (first, second) = ("/archive/weekly/1/de#item-2", "/archive/weekly/2/de#item-1");
    for place in ["/archive", "/archive/weekly"] {
        // A headline weighs more than a text; what is not published is not found.
        assert_eq!(found(&app, place, "zentren").await, [first, second]);
        assert_eq!(found(&app, place, "Treff").await, [first], "the beginning of the last word is enough");
        assert_eq!(found(&app, place, "zentren+lernlabor").await, [second], "all words have to be there");
        assert_eq!(found(&app, place, "%C3%9CBERG%C3%84NGE").await, [first], "capital letters");
        assert_eq!(found(&app, place, "ubergange").await, [first], "without accents");
        assert_eq!(found(&app, place, "strasse").await, [second]);
        assert_eq!(found(&app, place, "Sommerfest").await, ["/archive/weekly/1/de#item-1"], "numbered as in the mail");
        for nothing in ["Entwurf", "%22", "NEAR(", "a*+OR+b", "%27%3B+DROP+TABLE+issues", "%25", "%00", "transitions"] {
            assert_eq!(found(&app, place, nothing).await, [""; 0], "{nothing}");
        }
        let simple = app.get(&format!("{place}?q=Zukunftszentren&language=de-simple")).await.body;
        assert!(simple.contains("/archive/weekly/1/de-simple#item-1"), "a dot within a word divides none: {simple}");
        assert!(app.get(&format!("{place}?q=meeting&language=en")).await.body.contains("/archive/weekly/1/en#item-1"));
    }
    let web = app.get("/archive/weekly/1/de").await.body;
    assert!(web.contains("id=\"item-1\"") && web.contains("id=\"item-2\""), "links to an item lead there");
    assert!(app.get("/archive/weekly/2/de").await.body.contains("id=\"item-1\""));
    // Somebody else's words are words.
    let page = app.get("/archive?q=%3Cscript%3E+fest&lang=en").await.body;
    assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"), "{page}");
    let page = app.get("/archive/weekly?q=fest&lang=de").await.body;
    assert!(page.contains("&lt;<mark>Fest</mark>&gt;"), "{page}");
});

each_database!(the_archive_turns_its_pages_and_keeps_to_one_language, |app| async move {
    for number in 1..=21 {
        let languages: &[&str] = if number == 1 { &["de", "en"] } else { &["de"] };
        app.news_in(&format!("Nummer {number}"), languages).await;
        app.publish().await;
    }
    let page = app.get("/archive/weekly?lang=de").await.body;
    assert!(page.contains("/archive/weekly/21/de") && page.contains("/archive/weekly/2/de") && !page.contains("/weekly/1/de"));
    assert!(page.contains("before&#x3D;2"), "{page}");
    let last = app.get("/archive/weekly?language=de&before=2").await.body;
    assert!(last.contains("/archive/weekly/1/de") && !last.contains("/archive/weekly/2/de"), "{last}");
    let english = app.get("/archive/weekly?language=en").await.body;
    assert!(english.contains("/archive/weekly/1/en") && !english.contains("/de\""), "{english}");
    assert!(app.get("/archive?lang=de").await.body.contains("href=\"/archive/weekly?lang"));
});

each_database!(both_databases_find_the_same_words, |app| async move {
    let file = "---\nlanguage: de\nheadline: Die IT spart CO₂ auf 20 m²\n---\nЙога im Büro: Reisen, E-Mail und Übermut. ﬁnal\n";
    app.add_news(file).await;
    app.publish_despite("Ada").await;
    for word in ["die", "IT", "und", "CO₂", "CO2", "m2", "Йога", "йога", "Reisen", "Reis", "mail", "e-mail", "buro", "final"]
    {
        assert_eq!(found(&app, "/archive", word).await.len(), 1, "{word}");
    }
    for nothing in ["Reisende", "Yoga", "bueros"] {
        assert_eq!(found(&app, "/archive", nothing).await.len(), 0, "{nothing}");
    }
});

each_database!(feed_readers_follow_without_an_address, |app| async move {
    let empty = read_feed(&app.get("/archive/weekly/feed.atom").await);
    assert_eq!((&empty["version"], empty["entries"].as_array().unwrap().len()), (&"atom10".into(), 0));
    two_issues(&app).await;
    let page = app.get("/archive/weekly/feed.atom?lang=de").await;
    let feed = read_feed(&page);
    assert_eq!(
        (feed["id"].as_str().unwrap(), &feed["updated"]),
        (app.url("/archive/weekly/feed.atom?lang=de").as_str(), &"2026-03-02T09:00:00Z".into())
    );
    let entries = feed["entries"].as_array().unwrap();
    let ids: Vec<_> = entries.iter().map(|entry| entry["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [app.url("/archive/weekly/2/de"), app.url("/archive/weekly/1/de")], "the newest first");
    assert_eq!((&entries[1]["link"], &entries[1]["language"]), (&entries[1]["id"], &"de".into()));
    let content = entries[1]["content"].as_str().unwrap();
    let link = format!("<a href=\"{}#item-2\">Zweites Treffen der Zentren</a>", app.url("/archive/weekly/1/de"));
    assert!(content.contains(&link) && content.contains("Alle Zentren waren da."), "{content}");
    assert!(entries[0]["content"].as_str().unwrap().contains("Straße &amp; &lt;Fest&gt;"), "{}", entries[0]);
    assert_eq!(read_feed(&app.get("/archive/weekly/feed.atom").await)["entries"].as_array().unwrap().len(), 4);

    // Who has it already gets nothing again, until there is something new.
    let tag = page.header("etag").to_owned();
    let again = |name: &'static str, value: String| {
        app.send(app.client.get(app.door("/archive/weekly/feed.atom?lang=de")).header(name, value))
    };
    let known = again("if-none-match", tag.clone()).await;
    assert_eq!((known.status, known.body.as_str(), known.header("etag")), (304, "", tag.as_str()));
    app.news_in("Neues", &["de"]).await;
    app.publish().await;
    assert_eq!(again("if-none-match", tag).await.status, 200);
});

each_database!(a_private_newsletter_is_in_no_list_no_search_and_no_feed, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.news_in("Offenes", &["de"]).await;
    app.publish().await;
    app.store.write(|conn| newsletters::set_visibility(conn, "weekly", Visibility::Private)).await.unwrap();
    app.news_in("Internes", &["de"]).await;
    app.publish().await;
    for path in ["/archive/weekly", "/archive/weekly?q=Text", "/archive/weekly/feed.atom"] {
        assert_eq!(app.get(path).await.status, 404, "{path}");
    }
    for path in ["/", "/archive", "/archive?q=Text"] {
        let page = app.get(path).await;
        assert!(page.status == 200 && !page.body.contains("weekly"), "{path}: {}", page.body);
    }
    assert_eq!(found(&app, "/archive", "internes").await, [""; 0]);
    // Its readers have the address of their issue, and its form works for those who were told of it.
    let issue = app.get("/archive/weekly/2/de").await;
    assert_eq!((issue.status, issue.header("x-robots-tag")), (200, "noindex"));
    assert!(issue.header("cache-control").contains("private"));
    assert!(app.get("/n/weekly").await.header("x-robots-tag").contains("noindex"));
    assert!(!issue.body.contains("/archive/weekly?"), "a way to an archive that is not there");
    assert_eq!(app.get("/n/weekly").await.status, 200);
    app.drain().await;
    let mails = app.mails_to("ada@example.org");
    let has_archive =
        |at: usize| (mails[at].text.contains("/archive/weekly?lang"), mails[at].html.contains("/archive/weekly?lang"));
    let (mut public, mut private) = (0, 1);
    if !mails[0].text.contains("Offenes") {
        std::mem::swap(&mut public, &mut private);
    }
    assert_eq!((has_archive(public), has_archive(private)), ((true, true), (false, false)));
    app.store.write(|conn| newsletters::set_visibility(conn, "weekly", Visibility::Public)).await.unwrap();
    assert_eq!(found(&app, "/archive", "internes").await.len(), 1, "public again, with all that came meanwhile");
});

each_instance!(an_administrator_makes_a_newsletter_private_and_public, |instance, _relay| async move {
    instance.newsletter();
    assert!(!instance.done(&["newsletter", "list"]).contains("private"));
    assert!(instance.done(&["newsletter", "set", "weekly", "--private"]).contains("private now"));
    assert!(instance.done(&["newsletter", "list"]).contains("\tprivate"));
    assert!(instance.done(&["newsletter", "set", "weekly", "--public"]).contains("public now"));
    assert!(!instance.done(&["newsletter", "list"]).contains("private"));
    assert!(instance.refused(1, &["newsletter", "set", "daily", "--public"]).contains("daily"));
    let from = "Zentrum <news@example.org>";
    let add = ["newsletter", "add", "inside", "--name", "Intern", "--from", from, "--languages", "de", "--private"];
    instance.done(&add);
    assert!(instance.done(&["newsletter", "list"]).contains("\tprivate"));
});
