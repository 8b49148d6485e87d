//! Staff look at the next issue as its readers' programs will show it, before anybody gets it.

use reqwest::header::LOCATION;
use rundbrief::domain::language::Language;
use rundbrief::domain::states::Role;

use super::staff::{get, member, post};
use crate::support::app::{TestApp, each_database};

const HERE: &str = "/staff/newsletters/weekly/preview";

async fn frame(app: &TestApp, cookie: &str, query: &str) -> (String, String) {
    let page = get(app, &format!("{HERE}/frame?{query}"), cookie).await;
    assert_eq!(page.status, 200, "{query}");
    (page.headers["content-security-policy"].to_str().unwrap().to_owned(), page.body)
}

each_database!(staff_see_each_edition_as_programs_will_show_it, |app| async move {
    let viewer = member(&app, "vera@example.org", Role::Viewer).await;
    assert!(get(&app, &format!("{HERE}?lang=en"), &viewer).await.body.contains("No news item is ready"));
    app.news_in("Treffen", &["de", "en"]).await;
    let page = get(&app, &format!("{HERE}?lang=en&edition=en"), &viewer).await.body.replace("&#x3D;", "=").replace("&amp;", "&");
    for link in ["edition=de&view=wide&lang=en", "edition=en&view=no-images&lang=en", "edition=en&view=source&lang=en"] {
        assert!(page.contains(&format!("href=\"{HERE}?{link}\"")), "{link}: {page}");
    }
    assert!(page.contains(&format!(
        "sandbox=\"allow-popups allow-popups-to-escape-sandbox\" src=\"{HERE}/frame?edition=en&view=wide&lang=en\""
    )));
    assert!(!page.contains("name=\"reader\""), "who may not publish looks at nobody's mail");

    let (policy, wide) = frame(&app, &viewer, "edition=de&view=wide").await;
    assert!(wide.contains("<style") && wide.contains("Treffen") && wide.contains("lang=\"de\""));
    assert!(policy.contains("sandbox") && policy.contains("default-src 'none'") && policy.contains("img-src 'self'"), "{policy}");
    assert_eq!(frame(&app, &viewer, "edition=de&view=narrow").await.1, wide);
    let (policy, without) = frame(&app, &viewer, "edition=de&view=no-images").await;
    assert!(policy.contains("img-src 'none'") && without == wide, "the program loads none");
    let bare = frame(&app, &viewer, "edition=de&view=no-style").await.1;
    assert!(!bare.contains("<style") && !bare.contains(" lang=") && !bare.contains(" role=") && bare.contains("Treffen"));
    assert!(!frame(&app, &viewer, "edition=de&view=dark").await.1.contains("prefers-color-scheme: dark"));
    let text = get(&app, &format!("{HERE}?edition=de&view=text"), &viewer).await.body;
    assert!(text.contains("<pre") && text.contains("Guten Tag") && !text.contains("<iframe"), "{text}");
    let source = get(&app, &format!("{HERE}?edition=de&view=source"), &viewer).await.body;
    assert!(source.contains("&lt;html") && !source.contains("<iframe"));
    // What nobody has heard of is the first of what there is.
    assert_eq!(frame(&app, &viewer, "edition=tlh&view=odd&as=nobody").await.1, wide);
    assert_eq!(get(&app, "/staff/newsletters/daily/preview", &viewer).await.status, 404);
    assert_eq!(get(&app, HERE, "").await.status, 303, "without a session");
    assert_eq!(get(&app, &format!("{HERE}/frame"), "").await.status, 303);
});

each_database!(an_editor_sees_what_one_reader_would_get, |mut app| async move {
    app.active("ada@example.org", Language::DeSimple).await;
    app.database.execute("UPDATE subscribers SET name = 'Ada Lovelace'");
    app.asks("bob@example.org", "de").await;
    app.news_in("Treffen", &["en", "de"]).await;
    let editor = member(&app, "eva@example.org", Role::Editor).await;
    let found = post(&app, HERE, &editor, &[("reader", " Ada@example.org ")]).await;
    let location = found.headers[LOCATION].to_str().unwrap();
    assert!(found.status == 303 && location.starts_with(&format!("{HERE}?as=")) && !location.contains("ada"), "{location}");
    let page = get(&app, location, &editor).await.body;
    assert!(page.contains("Ada Lovelace, ada@example.org"), "{page}");
    let id = location.split_once("as=").unwrap().1;
    let (_, seen) = frame(&app, &editor, &format!("as={id}")).await;
    assert!(seen.contains("Ada Lovelace") && seen.contains("lang=\"de\""), "for Leichte Sprache German stands in: {seen}");
    assert!(!frame(&app, &editor, "edition=de").await.1.contains("Ada Lovelace"));
    // Who has not confirmed, who is unknown, and what is no address.
    for nobody in ["bob@example.org", "cleo@example.org", "x", ""] {
        let answer = post(&app, &format!("{HERE}?lang=en"), &editor, &[("reader", nobody)]).await;
        assert!(answer.body.contains("Nobody reads this newsletter at that address"), "{nobody}: {}", answer.body);
        assert!(answer.body.contains(&format!("value=\"{nobody}\"")), "what was typed stays: {}", answer.body);
    }
    for role in [Role::Viewer, Role::Author, Role::Privacy] {
        let cookie = member(&app, &format!("{role}@example.org"), role).await;
        assert_eq!(post(&app, HERE, &cookie, &[("reader", "ada@example.org")]).await.status, 403);
        assert!(!frame(&app, &cookie, &format!("edition=de&as={id}")).await.1.contains("Ada"), "{role}");
    }
    app.ends_unfinished();
});

each_database!(an_editor_sends_a_test_to_their_own_address, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.news_in("Treffen", &["de", "en"]).await;
    let editor = member(&app, "eva@example.org", Role::Editor).await;
    let sent = post(&app, HERE, &editor, &[("test", "yes"), ("edition", "en")]).await;
    assert_eq!(sent.headers[LOCATION].to_str().unwrap(), format!("{HERE}?note=test"));
    app.drain().await;
    let mails = app.mails_to("eva@example.org");
    assert_eq!(mails.len(), 1);
    assert!(mails[0].header("Subject").starts_with("Test: "), "{}", mails[0].header("Subject"));
    assert!(app.mails_to("ada@example.org").is_empty());
    assert_eq!(app.database.number("SELECT count(*) AS value FROM issues"), 0);
});
