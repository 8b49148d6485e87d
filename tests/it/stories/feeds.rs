//! The institute's website has a feed: its entries become drafts, each once; what staff changed stays theirs. And whatever
//! address somebody writes down, this server asks no neighbour of its own (R199).

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use rundbrief::domain::feed::Validators;
use rundbrief::domain::language::Language;
use rundbrief::domain::reach::Reach;
use rundbrief::feeds as reader;
use rundbrief::fetch::{FetchError, Fetched, Fetcher};
use rundbrief::journeys::feeds::{self, Taken};
use rundbrief::journeys::news::{self, Unused};
use rundbrief::journeys::publish::PublishAnswer;

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

fn loopback(site: &Site) -> Fetcher {
    let reach = Reach { ports: vec![site.port()], networks: vec!["127.0.0.0/8".parse().unwrap()] };
    Fetcher::new(reach, "Rundbrief").unwrap()
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
    Ok(Taken { new, changed, kept })
}

each_database!(entries_of_a_feed_become_drafts_each_once, |app| async move {
    app.active("ada@example.org", Language::De).await;
    let feed = Reader::of(&app).await;
    feed.says(&[("2", "Zweite", "Die zweite Nachricht."), ("1", "Erste", "Die erste Nachricht.")]);
    assert_eq!(feed.read(&app).await, taken(2, 0, 0));
    assert_eq!(headlines(&app).await, ["Erste", "Zweite"], "the oldest first");
    assert_eq!(feed.read(&app).await, taken(0, 0, 0));
    assert!(matches!(app.publish().await, PublishAnswer::NothingReady), "drafts are published by nobody");

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
    // And on it follows.
    feed.says(&[("3", "Drei, ganz neu", "Anders.")]);
    assert_eq!(feed.read(&app).await, taken(0, 1, 0));
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

async fn get(fetcher: &Fetcher, url: &str) -> Result<Vec<u8>, FetchError> {
    match fetcher.get(url, &Validators::default()).await? {
        Fetched::New { bytes, .. } => Ok(bytes),
        Fetched::Unchanged => panic!("nothing was known before"),
    }
}

#[tokio::test]
async fn nobody_makes_this_server_ask_its_neighbours() {
    let fetcher = Fetcher::new(Reach { ports: vec![80, 443], networks: Vec::new() }, "Rundbrief").unwrap();
    // One address for every spelling a browser would understand (WHATWG URL §3.5).
    for inside in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://localhost/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://172.16.0.1/",
        "http://192.168.0.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "https://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[2001::1]/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://[ff02::1]/",
    ] {
        assert!(matches!(get(&fetcher, inside).await, Err(FetchError::Inside(_))), "{inside}");
        assert!(matches!(fetcher.probe(inside).await, Err(FetchError::Inside(_))), "{inside}");
    }
    for (url, why) in [
        ("ftp://93.184.215.14/", FetchError::Scheme),
        ("file:///etc/passwd", FetchError::Scheme),
        ("gopher://93.184.215.14/", FetchError::Scheme),
        ("http://93.184.215.14:22/", FetchError::Port(22)),
        ("http://ada:secret@93.184.215.14/", FetchError::Credentials),
        ("zentrum.example", FetchError::NoAddress("zentrum.example".to_owned())),
    ] {
        assert_eq!(get(&fetcher, url).await, Err(why), "{url}");
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_asked_nothing_and_looked_up_once() {
    let site = Site::start();
    site.put("/", &["200 OK"], "inside");
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    // The name server of somebody who wants in: at first an address that may be asked, then another. (Nothing outside this
    // computer is asked here: 127.0.0.2 stands for the internet.)
    let lookup = move |name: String| {
        let mut asked = noted.lock().unwrap();
        asked.push(name.clone());
        let address = match (name.as_str(), asked.len()) {
            ("inside.example", _) => "127.0.0.1",
            ("both.example", _) => return Ok(vec!["::1".parse().unwrap(), "10.0.0.7".parse().unwrap()]),
            (_, 1) => "127.0.0.2",
            _ => "127.0.0.1",
        };
        Ok(vec![address.parse::<IpAddr>().unwrap()])
    };
    let reach = Reach { ports: vec![site.port()], networks: vec!["127.0.0.2/32".parse().unwrap()] };
    let fetcher = Fetcher::with_lookup(reach, "Rundbrief", Arc::new(lookup)).unwrap();
    let url = |name: &str| format!("http://{name}:{}/", site.port());
    for name in ["inside.example", "both.example"] {
        assert_eq!(get(&fetcher, &url(name)).await, Err(FetchError::Inside(name.to_owned())));
    }
    asked.lock().unwrap().clear();
    // The address that was vetted is the one that is asked: nobody listens there, and here nobody was asked.
    let failed = get(&fetcher, &url("rebinding.example")).await;
    assert!(matches!(failed, Err(FetchError::Connection(_))), "{failed:?}");
    assert_eq!(asked.lock().unwrap().len(), 1);
    assert!(site.asked().is_empty());
}

#[tokio::test]
async fn redirects_are_vetted_each_and_are_three_at_most() {
    let site = Site::start();
    let fetcher = loopback(&site);
    site.put("/4", &["302 Found", "Location: /3"], "");
    site.put("/3", &["302 Found", "Location: /2"], "");
    site.put("/2", &["301 Moved Permanently", "Location: /1"], "");
    site.put("/1", &["307 Temporary Redirect", "Location: /0"], "");
    site.put("/0", &["200 OK"], "here");
    assert_eq!(get(&fetcher, &site.url("/3")).await, Ok(b"here".to_vec()));
    assert_eq!(get(&fetcher, &site.url("/4")).await, Err(FetchError::Redirects));
    for (to, why) in [
        ("http://192.168.1.1:PORT/", FetchError::Inside("192.168.1.1".to_owned())),
        ("http://[::1]:PORT/", FetchError::Inside("[::1]".to_owned())),
        ("http://127.0.0.1:22/", FetchError::Port(22)),
        ("file:///etc/passwd", FetchError::Status(302)), // nobody follows it at all
        ("http://ada:secret@127.0.0.1:PORT/0", FetchError::Credentials),
    ] {
        let location = format!("Location: {}", to.replace("PORT", &site.port().to_string()));
        site.put("/out", &["302 Found", &location], "");
        assert_eq!(get(&fetcher, &site.url("/out")).await, Err(why), "{to}");
    }
}

#[tokio::test]
async fn an_answer_that_never_ends_is_cut_off() {
    let site = Site::start();
    let fetcher = loopback(&site);
    site.put("/large", &["200 OK"], vec![b' '; 5_000_001]);
    assert_eq!(get(&fetcher, &site.url("/large")).await, Err(FetchError::TooLarge));
    site.put("/fits", &["200 OK"], vec![b' '; 5_000_000]);
    assert_eq!(get(&fetcher, &site.url("/fits")).await.unwrap().len(), 5_000_000);
    // Asked for no compression, it compresses nevertheless: nothing is unpacked.
    site.put("/packed", &["200 OK", "Content-Encoding: gzip"], vec![0x1f, 0x8b, 8, 0]);
    assert_eq!(get(&fetcher, &site.url("/packed")).await, Ok(vec![0x1f, 0x8b, 8, 0]));
}

/// Time passes by itself as soon as nobody has anything to do.
#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_left_alone() {
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = mute.local_addr().unwrap().port();
    let reach = Reach { ports: vec![port], networks: vec!["127.0.0.0/8".parse().unwrap()] };
    let fetcher = Fetcher::new(reach, "Rundbrief").unwrap();
    assert_eq!(get(&fetcher, &format!("http://127.0.0.1:{port}/")).await, Err(FetchError::Timeout));
}
