//! The institute's website has a feed: its entries become drafts, each once; what staff changed stays theirs.

use jiff::SignedDuration;
use rundbrief::domain::language::Language;
use rundbrief::feeds as reader;
use rundbrief::fetch::Fetcher;
use rundbrief::journeys::feeds::{self, Taken};
use rundbrief::journeys::news::{self, Unused};
use rundbrief::journeys::publish::PublishAnswer;

use super::fetch::loopback;
use crate::support::app::{TestApp, each_database};
use crate::support::instance::{Ran, each_instance};
use crate::support::site::Site;

fn rss(items: &[(&str, &str, &str)]) -> String {
    let items: String = items
        .iter()
        .map(|(id, title, text)| {
            format!("<item><guid>{id}</guid><title>{title}</title><link>https://zentrum.example/{id}</link><description>{text}</description></item>")
        })
        .collect();
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Zentrum</title>{items}</channel></rss>")
}

/// A newsletter that reads this website's feed.
struct Reader {
    site: Site,
    fetcher: Fetcher,
}

impl Reader {
    async fn of(app: &TestApp) -> Reader {
        let site = Site::start();
        let (url, now) = (site.url("/feed"), app.now());
        app.store.write(move |conn| feeds::add(conn, now, "weekly", &url, None)).await.unwrap();
        Reader { fetcher: loopback(&site), site }
    }

    fn says(&self, items: &[(&str, &str, &str)]) {
        self.site.put("/feed", &["200 OK"], rss(items));
    }

    async fn read(&self, app: &TestApp) -> Result<Taken, String> {
        let feed = app.store.read(|conn| feeds::list(conn, "weekly")).await.unwrap().remove(0);
        reader::read(&app.store, &app.app.context, &app.clock, &self.fetcher, feed).await.unwrap()
    }
}

async fn drafts(app: &TestApp) -> Vec<(i64, String)> {
    let items = app.store.read(|conn| news::unused(conn, "weekly", Language::De)).await.unwrap().unwrap();
    items.into_iter().filter(|item| item.state == Unused::Draft).map(|item| (item.id, item.headline)).collect()
}

async fn headlines(app: &TestApp) -> Vec<String> {
    drafts(app).await.into_iter().map(|(_, headline)| headline).collect()
}

async fn is_ready(app: &TestApp, id: i64) {
    app.store.write(move |conn| news::set_state(conn, "weekly", id, Unused::Ready)).await.unwrap();
}

fn taken(new: usize, changed: usize, kept: usize) -> Result<Taken, String> {
    Ok(Taken { new, changed, kept, waiting: 0 })
}

each_database!(entries_of_a_feed_become_drafts_each_once, |app| async move {
    app.active("ada@example.org", Language::De).await;
    let feed = Reader::of(&app).await;
    feed.says(&[("2", "Zweite", "Die zweite Nachricht."), ("1", "Erste", "Die erste Nachricht.")]);
    assert_eq!(feed.read(&app).await, taken(2, 0, 0));
    assert_eq!(headlines(&app).await, ["Erste", "Zweite"], "the oldest first");
    assert_eq!(feed.read(&app).await, taken(0, 0, 0));
    assert!(matches!(app.publish().await, PublishAnswer::NothingReady(_)), "drafts are published by nobody");

    let first = drafts(&app).await[0].0;
    is_ready(&app, first).await;
    assert!(matches!(app.publish().await, PublishAnswer::Published { .. }));
    feed.says(&[("3", "Dritte", "Neu."), ("2", "Zweite", "Die zweite Nachricht."), ("1", "Erste", "Die erste Nachricht.")]);
    assert_eq!(feed.read(&app).await, taken(1, 0, 0));
    assert_eq!(headlines(&app).await, ["Zweite", "Dritte"]);

    // What staff throw away stays away, also when the feed is taken out and comes back.
    let second = drafts(&app).await[0].0;
    app.store.write(move |conn| news::remove(conn, "weekly", second)).await.unwrap();
    let (url, again, now) = (feed.site.url("/feed"), feed.site.url("/feed"), app.now());
    app.store.write(move |conn| feeds::remove(conn, "weekly", &url)).await.unwrap();
    app.store.write(move |conn| feeds::add(conn, now, "weekly", &again, None)).await.unwrap();
    assert_eq!(feed.read(&app).await, taken(0, 0, 0));
    assert_eq!(headlines(&app).await, ["Dritte"]);
    app.drain().await;
});

each_database!(a_draft_follows_its_entry_until_staff_take_it_over, |app| async move {
    app.active("ada@example.org", Language::De).await;
    let feed = Reader::of(&app).await;
    feed.says(&[("3", "Drei", "Text."), ("2", "Zwei", "Text."), ("1", "Eins", "Text.")]);
    feed.read(&app).await.unwrap();
    let items = drafts(&app).await;
    is_ready(&app, items[0].0).await;
    // The second is written anew by staff, and goes back to the drafts.
    let key = app.database.texts("SELECT item_key AS value FROM news_items ORDER BY id")[1].clone();
    let own = format!("---\nitem: {key}\nlanguage: de\nheadline: Zwei, besser gesagt\n---\nUnser Text.\n");
    let second = app.add_news(&own).await;
    assert_eq!(second, items[1].0, "one item still");
    app.store.write(move |conn| news::set_state(conn, "weekly", second, Unused::Draft)).await.unwrap();

    feed.says(&[("3", "Drei, neu", "Anders."), ("2", "Zwei, neu", "Anders."), ("1", "Eins, neu", "Anders.")]);
    assert_eq!(feed.read(&app).await, taken(0, 1, 2), "one draft follows; what is ready and what staff changed stays");
    assert_eq!(headlines(&app).await, ["Zwei, besser gesagt", "Drei, neu"]);
    assert!(matches!(app.publish().await, PublishAnswer::Published { .. }));
    app.drain().await;
    assert_eq!(app.mails_to("ada@example.org")[0].header("Subject"), "Newsletter weekly (de) 1: Eins");
    // And on it follows, with what only staff can have said of it.
    app.database.execute("UPDATE news_item_texts SET kicker = 'News | Leipzig' WHERE headline = 'Drei, neu'");
    feed.says(&[("3", "Drei, ganz neu", "Anders.")]);
    assert_eq!(feed.read(&app).await, taken(0, 1, 0));
    assert_eq!(
        app.database.texts("SELECT kicker AS value FROM news_item_texts WHERE headline = 'Drei, ganz neu'"),
        ["News | Leipzig"]
    );
});

each_database!(a_feed_that_invents_entries_does_not_fill_the_desk, |app| async move {
    let feed = Reader::of(&app).await;
    let say = |from: usize| {
        let ids: Vec<String> = (from..from + 100).map(|id| id.to_string()).collect();
        let items: Vec<(&str, &str, &str)> = ids.iter().map(|id| (id.as_str(), "Neu", "Text.")).collect();
        feed.says(&items);
    };
    for from in [0, 1_000] {
        say(from);
        assert_eq!(feed.read(&app).await, taken(100, 0, 0));
    }
    say(2_000);
    assert_eq!(feed.read(&app).await, Ok(Taken { waiting: 100, ..Taken::default() }));
    assert_eq!(drafts(&app).await.len(), 200);
    for (id, _) in drafts(&app).await.into_iter().take(30) {
        app.store.write(move |conn| news::remove(conn, "weekly", id)).await.unwrap();
    }
    assert_eq!(feed.read(&app).await, Ok(Taken { new: 30, waiting: 70, ..Taken::default() }));
});

each_database!(feeds_are_read_by_the_clock_and_rest_while_they_fail, |app| async move {
    let feed = Reader::of(&app).await;
    let beat = async || reader::read_due(&app.store, &app.app.context, &app.clock, &feed.fetcher).await.unwrap();
    feed.site.put(
        "/feed",
        &["200 OK", "ETag: \"one\"", "Last-Modified: Mon, 02 Mar 2026 08:00:00 GMT"],
        rss(&[("1", "Eins", "Text.")]),
    );
    // Two nodes at once: one of them reads.
    tokio::join!(beat(), beat());
    assert_eq!(feed.site.asked().len(), 1);
    assert_eq!(headlines(&app).await, ["Eins"]);
    beat().await;
    app.passes(SignedDuration::from_mins(59));
    beat().await;
    assert_eq!(feed.site.asked().len(), 0, "an hour lies between two readings");
    app.passes(SignedDuration::from_mins(1));
    feed.site.put("/feed", &["304 Not Modified"], "");
    beat().await;
    let request = feed.site.asked().remove(0).to_lowercase();
    assert!(
        request.contains("if-none-match: \"one\"\r\n")
            && request.contains("if-modified-since: mon, 02 mar 2026 08:00:00 gmt\r\n")
    );
    assert!(!request.contains("cookie") && !request.contains("accept-encoding"), "{request}");

    // It fails: after one hour, two, four it is tried again, and somebody can see why.
    feed.site.put("/feed", &["500 Internal Server Error"], "");
    for hours in [1, 1, 2, 4] {
        app.passes(SignedDuration::from_mins(60 * hours - 1));
        beat().await;
        assert_eq!(feed.site.asked().len(), 0, "{hours}");
        app.passes(SignedDuration::from_mins(1));
        beat().await;
        assert_eq!(feed.site.asked().len(), 1, "{hours}");
    }
    let seen = app.store.read(|conn| feeds::list(conn, "weekly")).await.unwrap().remove(0);
    assert_eq!((seen.failures, seen.problem.as_deref()), (4, Some("the server answers with status 500")));
    feed.says(&[("2", "Zwei", "Text."), ("1", "Eins", "Text.")]);
    assert_eq!(feed.read(&app).await, taken(1, 0, 0));
    let seen = app.store.read(|conn| feeds::list(conn, "weekly")).await.unwrap().remove(0);
    assert_eq!((seen.failures, seen.problem), (0, None));
    feed.site.asked();
    app.passes(SignedDuration::from_mins(60));
    beat().await;
    assert_eq!(feed.site.asked().len(), 1, "an hour later again");
});

each_instance!(an_administrator_gives_a_newsletter_a_feed, |mut instance, _| async move {
    let site = Site::start();
    instance.newsletter();
    let url = site.url("/feed");
    let add = ["feed", "add", "weekly", &url];
    let port = format!("port {} is not asked", site.port());
    assert!(instance.refused(1, &add).contains(&port));
    instance.set("FETCH__PORTS", &site.port().to_string());
    let refused = instance.refused(1, &add);
    assert!(
        refused.contains("127.0.0.1 is in a network that is not the public internet; fetch.networks can allow it"),
        "{refused}"
    );
    instance.set("FETCH__NETWORKS", "127.0.0.0/8");
    assert!(instance.refused(1, &add).contains("the feed is not added: the server answers with status 404"));
    site.put("/feed", &["200 OK"], "<html><body>Unsere Seite</body></html>");
    assert!(instance.refused(1, &add).contains("Is it the address of the feed and not of the page?"));
    assert_eq!(instance.done(&["feed", "list", "weekly"]), "");
    site.put("/feed", &["200 OK"], rss(&[("2", "Zwei", "Text."), ("1", "Eins", "Text.")]));
    assert_eq!(instance.done(&["feed", "add", "weekly", &url, "--language", "de"]), "2 new drafts\n");
    assert!(instance.refused(1, &add).contains("has the feed http://127.0.0.1:"));
    assert_eq!(instance.done(&["feed", "read", "weekly"]), format!("{url}: 0 new drafts\n"));
    assert!(instance.done(&["feed", "list", "weekly"]).contains(&format!("\t{url}\n")));

    let listed = instance.done(&["news", "list", "weekly"]);
    let lines: Vec<Vec<&str>> = listed.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!((lines.len(), lines[0][1], lines[0][3], lines[0][4]), (2, "draft", "de", "Eins"), "{listed}");
    let (id, key) = (lines[0][0], lines[0][2]);
    assert!(key.starts_with("feed-"), "{listed}");
    // The other language by its key; then the item is ready.
    let english = instance.file("one.md", format!("---\nitem: {key}\nlanguage: en\nheadline: One\n---\nText.\n").as_bytes());
    assert_eq!(instance.done(&["news", "add", "weekly", &english]).trim(), id);
    assert!(instance.done(&["news", "list", "weekly"]).contains(&format!("{id}\tready\t{key}\tde,en\tOne")));
    instance.done(&["news", "draft", "weekly", id]);
    instance.done(&["news", "ready", "weekly", id]);
    instance.done(&["news", "remove", "weekly", lines[1][0]]);
    assert!(instance.refused(1, &["news", "ready", "weekly", lines[1][0]]).contains("no item"));
    instance.done(&["feed", "remove", "weekly", &url]);
    assert!(instance.refused(1, &["feed", "remove", "weekly", &url]).contains("has no feed"));
    assert_eq!(instance.done(&["news", "list", "weekly"]).lines().count(), 1);
});

each_instance!(links_that_lead_nowhere_are_found_when_asked_for, |mut instance, _| async move {
    let site = Site::encrypted(instance.folder.path());
    instance.set("FETCH__PORTS", &site.port().to_string());
    instance.set("FETCH__NETWORKS", "127.0.0.0/8");
    instance.newsletter();
    site.put("/there", &["200 OK"], "Hallo");
    site.put("/moved", &["301 Moved Permanently", "Location: /there"], "");
    site.put("/tired", &["503 Service Unavailable"], "");
    let links = ["there", "moved", "tired", "gone"].map(|name| format!("[Zu {name}]({})\n", site.url(&format!("/{name}"))));
    let text = format!(
        "---\nlanguage: de\nheadline: Vier Wege\n---\n{}[Zum Nachbarn](https://10.0.0.1:{}/)\n",
        links.concat(),
        site.port()
    );
    let file = instance.file("item.md", text.as_bytes());
    instance.done(&["news", "add", "weekly", &file]);
    let quiet = instance.done(&["issue", "check", "weekly"]);
    assert!(!quiet.contains("(link-dead)") && site.asked().is_empty(), "nobody was asked without being told to");
    let mut check = instance.command(&["issue", "check", "weekly", "--links"]);
    let ran = Ran::of(check.env("SSL_CERT_FILE", instance.folder.path().join("ca.pem")));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("1 link in the next issue of weekly lead"), "{ran:?}");
    let found = |rule: &str| ran.out.lines().filter(|line| line.ends_with(&format!("({rule})"))).count();
    assert_eq!((found("link-dead"), found("link-unreachable")), (1, 2), "{}", ran.out);
    assert!(ran.out.contains("/gone") && !ran.out.contains("/there\"") && ran.out.contains("10.0.0.1"));
    let asked = site.asked();
    assert!(
        asked.iter().filter(|request| request.starts_with("HEAD /there")).count() >= 1
            && !asked.iter().any(|request| request.starts_with("GET /there"))
    );
    assert!(asked.iter().any(|request| request.starts_with("GET /gone")), "not every server knows HEAD");
});
