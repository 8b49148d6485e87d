//! Every page a mail leads to, and what all pages have in common.

use rundbrief::domain::news::NewsFile;
use rundbrief::journeys::{media, news};

use crate::support::app::{Page, Setup, TestApp, each_database};
use crate::support::mails::{Mail, link_in_text};

/// A PNG of one pixel.
pub(super) const PICTURE: [u8; 70] = [
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 31, 21, 196, 137, 0, 0,
    0, 13, 73, 68, 65, 84, 120, 218, 99, 248, 207, 192, 240, 31, 0, 5, 0, 1, 255, 86, 199, 47, 13, 0, 0, 0, 0, 73, 69, 78, 68,
    174, 66, 96, 130,
];

fn https() -> Setup {
    Setup { settings: vec![("PUBLIC_URL", "https://news.example.org".to_owned())], ..Setup::default() }
}

/// An issue with a picture, delivered to a new subscriber.
async fn issue(app: &TestApp) -> Mail {
    app.subscriber("ada@example.org").await;
    let now = app.now();
    for language in ["de", "en"] {
        let file = format!(
            "---\nitem: treffen\nlanguage: {language}\nheadline: Treffen & <Fest> ({language})\nimage: bild.png\nalt: Ein Punkt\n---\n\
             Mehr unter www.example.org/mehr und [hier](https://example.org/hier).\n"
        );
        let file = NewsFile::parse(&file).unwrap();
        let media = media::gather(Some("bild.png"), &[], |_| Ok(PICTURE.to_vec())).unwrap();
        app.store.write(move |conn| news::add(conn, now, "weekly", &file, &media)).await.unwrap();
    }
    app.publish().await;
    app.drain().await;
    app.mails_to("ada@example.org").pop().unwrap()
}

/// All targets of an attribute, unescaped.
fn targets(html: &str, attribute: &str) -> Vec<String> {
    let before = format!("{attribute}=\"");
    let found = html.split(&before).skip(1).filter_map(|rest| rest.split('"').next());
    found.map(|target| target.replace("&amp;", "&").replace("&#x3D;", "=")).collect()
}

/// R194, on whatever answer.
fn assert_is_safe(page: &Page, what: &str) {
    let policy = page.header("content-security-policy");
    for rule in ["default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
        // A web version allows less, apart from the styles that mails have inline.
        let stricter = rule.replace("'self'", "'none'");
        assert!(policy.contains(rule) || policy.contains(&stricter), "{what}: {policy}");
    }
    assert!(!policy.replace("script-src 'self'", "").contains("script-src"), "{what}: {policy}");
    assert!(!policy.contains("unsafe-eval") && !policy.contains('*'), "{what}: {policy}");
    assert_eq!(page.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(page.header("referrer-policy"), "no-referrer", "{what}");
    assert_eq!(page.header("cross-origin-opener-policy"), "same-origin", "{what}");
    assert_ne!(page.header("permissions-policy"), "", "{what}");
    assert_eq!(page.header("server"), "", "{what}");
    // The only script is the form's.
    let body = page.body.replace("<script src=\"/static/form.js\" defer></script>", "");
    assert!(!body.contains("<script") && !page.body.contains(" onclick="), "{what}");
}

each_database!(every_link_in_a_delivered_mail_works, |app| async move {
    let mail = issue(&app).await;
    for links in [mail.links_in_text(), mail.links_in_html()] {
        let mut seen: Vec<String> = Vec::new();
        for link in links.iter().filter(|link| link.starts_with(&app.url("/"))) {
            let page = app.get(link).await;
            assert_eq!(page.status, 200, "{link}");
            assert_is_safe(&page, link);
            seen.push(link[app.url("/").len()..].split(['/', '?']).next().unwrap().to_owned());
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen, ["archive", "imprint", "preferences", "privacy", "unsubscribe"]);
        let foreign: Vec<&String> = links.iter().filter(|link| !link.starts_with(&app.url("/"))).collect();
        assert!(
            foreign.iter().all(|link| link.starts_with("https://example.org/") || link.starts_with("https://www.example.org/"))
        );
        assert!(foreign.len() >= 2, "{foreign:?}");
    }
    let pictures = targets(&mail.html, "src");
    assert_eq!(pictures.len(), 1, "{pictures:?}");
    let picture = app.get(&pictures[0]).await;
    assert_eq!((picture.status, picture.header("content-type")), (200, "image/png"));
    assert!(picture.header("cache-control").contains("immutable"));
    for (header, link) in
        [("List-Help", "/n/weekly"), ("List-Archive", "/archive/weekly"), ("Archived-At", "/archive/weekly/1/de")]
    {
        let value = mail.header(header).trim_matches(['<', '>']).to_owned();
        assert!(value.contains(link), "{header}: {value}");
        assert_eq!(app.get(&value).await.status, 200, "{header}: {value}");
    }
});

each_database!(every_link_on_every_public_page_works, |app| async move {
    let mail = issue(&app).await;
    let mut open: Vec<String> = vec![
        "/".to_owned(),
        link_in_text(&mail, "unsubscribe"),
        link_in_text(&mail, "preferences"),
        link_in_text(&app.mails_to("ada@example.org")[0], "confirm"),
    ];
    let mut seen: Vec<String> = Vec::new();
    while let Some(link) = open.pop() {
        let ours = link.strip_prefix(&app.url("")).unwrap_or(&link).split('#').next().unwrap().to_owned();
        if !ours.starts_with('/') || seen.contains(&ours) {
            continue;
        }
        let page = app.get(&ours).await;
        assert_eq!(page.status, 200, "{ours}");
        assert_eq!(page.header("set-cookie"), "", "{ours}");
        assert_is_safe(&page, &ours);
        if page.header("content-type").starts_with("text/html") {
            open.extend(targets(&page.body, "href"));
            open.extend(targets(&page.body, "src"));
        }
        seen.push(ours);
    }
    for page in
        ["/n/weekly", "/archive/weekly/1/en", "/archive/weekly/feed.atom?lang=en", "/imprint?lang=de-simple", "/static/look.css"]
    {
        assert!(seen.iter().any(|link| link == page), "{page} is not reached: {seen:?}");
    }
});

each_database!(no_answer_goes_without_its_security_headers, https(), |app| async move {
    issue(&app).await;
    let long = "x".repeat(70_000);
    let answers = [
        ("not found", 404, app.get("/nothing/here").await),
        ("no newsletter", 404, app.get("/n/unheard-of").await),
        ("no issue", 404, app.get("/archive/weekly/99/de").await),
        ("a number that is none", 404, app.get("/archive/weekly/99999999999999999999/de").await),
        ("no picture", 404, app.get("/images/00").await),
        ("nothing static", 404, app.get("/static/..%2frundbrief.css").await),
        ("a zero byte", 404, app.get("/n/weekly%00").await),
        ("a zero byte", 404, app.get("/archive/a%00b").await),
        ("a zero byte", 404, app.get("/archive/a%00b/1/de").await),
        ("a zero byte", 404, app.get("/archive/a%00b/feed.atom").await),
        ("another host's path", 404, app.get("//evil.example/").await),
        ("method", 405, app.post("/imprint", &[]).await),
        ("method", 405, app.get("/subscribe").await),
        ("static", 200, app.get("/static/rundbrief.css").await),
        ("static method", 405, app.post("/static/rundbrief.css", &[]).await),
        ("head", 200, app.head("/n/weekly").await),
        ("feed", 200, app.get("/archive/weekly/feed.atom").await),
        ("web version", 200, app.get("/archive/weekly/1/de").await),
        ("wrong form", 422, app.asks("nobody", "de").await),
        ("too large", 413, app.post("/subscribe", &[("email", &long)]).await),
        ("no token", 404, app.get("/confirm/nonsense").await),
        ("one click without token", 404, app.post("/unsubscribe/x", &[("List-Unsubscribe", "One-Click")]).await),
        ("alive", 200, app.get("/healthz").await),
        ("ready", 200, app.get("/readyz").await),
        ("no metrics here", 404, app.get("/metrics").await),
        ("staff", 200, app.get("/staff").await),
        ("staff from nowhere", 403, app.post("/staff/sign-in", &[("email", "a@example.org")]).await),
        ("no demo", 404, app.get("/demo/mails").await),
    ];
    for (what, status, answer) in &answers {
        assert_eq!(answer.status, *status, "{what}");
        assert_is_safe(answer, what);
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000", "{what}");
        assert_eq!(answer.header("set-cookie"), "", "{what}");
        if *status >= 400 {
            assert_eq!(answer.header("cache-control"), "no-store", "{what}");
            assert!(answer.body.contains("<h1>") && !answer.body.contains("evil.example"), "{what}: {}", answer.body);
        }
    }
});

/// Every address in the route table, with something in place of its variables.
fn routes() -> Vec<String> {
    let mut prefix = String::new();
    let mut found = Vec::new();
    let quoted = |rest: &str| rest.split('"').next().unwrap().to_owned();
    for line in include_str!("../../../src/web/routes.rs").lines() {
        if line.starts_with("fn ") {
            prefix.clear();
        }
        if let Some((_, rest)) = line.split_once("web::scope(\"") {
            prefix = quoted(rest);
        }
        for verb in ["service(view(\"", "service(act(\"", "service(form(\""] {
            found.extend(line.split_once(verb).map(|(_, rest)| format!("{prefix}{}", quoted(rest))));
        }
    }
    let filled = |route: &String| {
        let parts = route.split('/').map(|part| if part.starts_with('{') { "weekly" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    found.iter().map(filled).collect()
}

each_database!(every_route_has_its_headers_and_sets_no_cookie, https(), |app| async move {
    let routes = routes();
    for known in ["/", "/subscribe", "/challenge", "/api/v1/subscriptions", "/staff/sign-in", "/static/weekly", "/demo/mails"] {
        assert!(routes.iter().any(|route| route == known), "{known} is not among {routes:?}");
    }
    assert!(routes.len() >= 30, "{routes:?}");
    for route in routes {
        let json = app.client.post(app.door(&route)).header("Content-Type", "application/json").body("{}");
        for (verb, page) in [
            ("GET", app.get(&route).await),
            ("HEAD", app.head(&route).await),
            ("POST", app.post(&route, &[("email", "nobody")]).await),
            ("JSON", app.send(json).await),
        ] {
            let what = format!("{verb} {route}");
            // An embedded form has its own list of who may frame it, which is empty here.
            assert_is_safe(&page, &what);
            assert_eq!(page.header("strict-transport-security"), "max-age=31536000", "{what}");
            assert_eq!(page.header("set-cookie"), "", "{what}");
            assert!(page.status < 500, "{what}: {}", page.status);
        }
    }
});

each_database!(pages_behind_tokens_are_for_one_pair_of_eyes, |app| async move {
    let mail = issue(&app).await;
    for link in [
        link_in_text(&app.mails_to("ada@example.org")[0], "confirm"),
        link_in_text(&mail, "unsubscribe"),
        link_in_text(&mail, "preferences"),
    ] {
        let form = [("scope", "this"), ("name", "Ada")];
        for page in
            [app.get(&link).await, app.head(&link).await, app.post(&link, &form).await, app.get(&format!("{link}x")).await]
        {
            assert_eq!((page.header("cache-control"), page.header("x-robots-tag")), ("no-store", "noindex"), "{link}");
            assert_eq!((page.header("referrer-policy"), page.header("set-cookie")), ("no-referrer", ""), "{link}");
            assert!(!page.body.contains("//"), "nothing comes from elsewhere: {}", page.body);
        }
    }
});

each_database!(links_are_built_from_the_public_url_whatever_the_request_says, |app| async move {
    let forged = |request: reqwest::RequestBuilder| {
        request
            .header("Host", "evil.example")
            .header("X-Forwarded-Host", "evil.example")
            .header("X-Forwarded-Proto", "https")
            .header("Forwarded", "host=evil.example;proto=https")
            .header("X-Original-URL", "https://evil.example/")
    };
    let form = [("email", "ada@example.org"), ("newsletter", "weekly"), ("language", "de")];
    let mut bodies = vec![app.send(forged(app.client.post(app.door("/subscribe")).form(&form))).await.body];
    app.drain().await;
    let mail = app.mails_to("ada@example.org").pop().unwrap();
    let link = link_in_text(&mail, "confirm");
    assert!(link.starts_with(&app.url("/confirm/")), "{link}");
    bodies.push(app.send(forged(app.client.post(app.door(&link)))).await.body);
    app.publishes("Treffen").await;
    app.drain().await;
    for path in ["/", "/n/weekly", "/archive/weekly", "/archive/weekly/feed.atom", "/archive/weekly/1/de", "/nothing", "/staff"] {
        let page = app.send(forged(app.client.get(app.door(path)))).await;
        bodies.push(page.seen());
    }
    bodies.extend(app.relay.received().iter().map(|mail| String::from_utf8_lossy(&mail.data).into_owned()));
    for body in bodies {
        assert!(!body.contains("evil.example"), "{body}");
    }
    assert_eq!(app.consents("requested")[0]["form_url"], app.url("/n/weekly").as_str());
});

each_database!(machines_are_told_that_all_is_well, |app| async move {
    for (path, body) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let page = app.get(path).await;
        assert_eq!((page.status, page.body.as_str(), page.header("cache-control")), (200, body, "no-store"));
        assert_eq!(app.head(path).await.status, 200);
    }
});

each_database!(a_page_speaks_the_language_that_was_asked_for, |app| async move {
    issue(&app).await;
    for (query, accepted, language) in [
        ("?lang=en", "de", "en"),
        ("?lang=de-simple", "en", "de-simple"),
        ("", "en-GB,en;q=0.9,de;q=0.3", "en"),
        ("", "de-AT", "de"),
        ("", "fr", "de"),
        ("", "", "de"),
        ("?lang=fr", "en", "en"),
        ("?lang=%00", "en", "en"),
    ] {
        for path in ["/", "/n/weekly", "/archive/weekly", "/imprint", "/privacy", "/accessibility", "/nothing"] {
            let request = app.client.get(app.door(&format!("{path}{query}"))).header("Accept-Language", accepted);
            let page = app.send(request).await;
            assert!(page.body.contains(&format!("<html lang=\"{language}\">")), "{path}{query} for {accepted}: {}", page.body);
            assert_eq!((page.header("content-language"), page.header("vary")), (language, "Accept-Language"), "{path}{query}");
        }
    }
    // Behind a personal link the reader's own choice counts, not the browser's.
    let link = link_in_text(&app.mails_to("ada@example.org").pop().unwrap(), "preferences");
    let page = app.send(app.client.get(app.door(&link)).header("Accept-Language", "en")).await;
    assert_eq!(page.header("content-language"), "de");
    assert_eq!(app.get(&format!("{link}?lang=en")).await.header("content-language"), "en");
    assert_eq!(app.get("/archive/weekly/1/en").await.header("content-language"), "en");
});
