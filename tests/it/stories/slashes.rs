//! A slash too many: looking is led to the right page, acting works, and nobody is led to another site.

use crate::support::app::each_database;
use crate::support::mails::path_of;

each_database!(a_slash_too_many_is_put_right, |app| async move {
    app.subscriber("ada@example.org").await;
    app.publishes("Treffen").await;
    app.drain().await;
    let link = path_of(&app.mails_to("ada@example.org").pop().unwrap().one_click_link()).to_owned();
    for (path, right) in [
        ("/n/weekly/", "/n/weekly"),
        ("//n//weekly//", "/n/weekly"),
        ("/archive/weekly/1/de/?lang=en", "/archive/weekly/1/de?lang=en"),
        ("/archive/weekly/feed.atom/", "/archive/weekly/feed.atom"),
        ("/staff/", "/staff"),
        ("/static/rundbrief.css/", "/static/rundbrief.css"),
        (&format!("{link}/"), &link),
        (&format!("/{link}"), &link),
    ] {
        let led = app.get(path).await;
        assert_eq!((led.status, led.header("location")), (308, right), "{path}");
        assert_eq!(led.header("cache-control"), "no-store", "{path}");
        assert_eq!(app.get(right).await.status, 200, "{right}");
        assert_eq!(app.head(path).await.status, 308, "{path}");
    }
    for path in ["//evil.example/", "//evil.example", "/evil.example//", "/nothing//here/", "/n/weekly%2F", "/demo/mails/"] {
        let lost = app.get(path).await;
        assert_eq!((lost.status, lost.header("location")), (404, ""), "{path}");
    }
    assert_eq!(app.post("/imprint/", &[]).await.status, 405);
    let form = [("email", "bob@example.org"), ("newsletter", "weekly"), ("language", "de"), ("consent", "yes")];
    assert_eq!(app.post("/subscribe/", &form).await.status, app.post("/subscribe", &form).await.status);
    // RFC 8058 §3.1: no redirect.
    let left =
        app.post(&format!("/{}//", link.replace("unsubscribe/", "unsubscribe//")), &[("List-Unsubscribe", "One-Click")]).await;
    assert_eq!((left.status, left.header("location")), (200, ""));
    assert_eq!(app.database.number("SELECT count(*) AS value FROM subscriptions WHERE state = 'ended'"), 1);
    let icon = app.get("/favicon.ico").await;
    assert_eq!((icon.status, icon.header("content-type")), (200, "image/x-icon"));
});
