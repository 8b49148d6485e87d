//! Staff at work: who may publish and steer, in how few clicks, and that no other site can do it for them.

use std::sync::Arc;

use jiff::SignedDuration;
use reqwest::header::{COOKIE, LOCATION, ORIGIN};
use rundbrief::domain::language::Language;
use rundbrief::domain::states::Role;
use rundbrief::journeys::plans;
use rundbrief::journeys::publish::{self, FanOut};
use rundbrief::scheduler;

use super::staff::{PASSWORD, get, invited, member, post};
use crate::support::app::{Page, TestApp, each_database};

const LANGUAGES: [&str; 3] = ["de", "en", "de-simple"];

fn location(page: &Page) -> &str {
    assert_eq!(page.status, 303, "{}", page.body);
    page.headers[LOCATION].to_str().unwrap()
}

fn issues(app: &TestApp) -> i64 {
    app.database.number("SELECT count(*) AS value FROM issues")
}

/// Makes an issue `sending` without sending anything.
async fn fans_out(app: &TestApp) {
    let (id, now) = (app.database.number("SELECT max(id) AS value FROM issues"), app.now());
    while app.store.write(move |conn| publish::fan_out(conn, now, id)).await.unwrap() != FanOut::Complete {}
}

/// Presses a button of issue 1.
async fn press(app: &TestApp, cookie: &str, button: &str) -> Page {
    let here = "/staff/newsletters/weekly/issues/1";
    let shown = get(app, here, cookie).await.body;
    assert!(shown.contains(&format!("action=\"{here}/{button}\"")), "there is no button {button}: {shown}");
    post(app, &format!("{here}/{button}"), cookie, &[]).await
}

each_database!(an_editor_publishes_with_two_clicks_and_sees_the_counts, |app| async move {
    for (name, language) in [("ada", Language::De), ("bob", Language::En), ("cleo", Language::DeSimple)] {
        app.active(&format!("{name}@example.org"), language).await;
    }
    let editor = member(&app, "eva@example.org", Role::Editor).await;
    assert!(!get(&app, "/staff?lang=en", &editor).await.body.contains("Publish issue"), "nothing is ready yet");
    app.news_in("Treffen", &["de", "en"]).await;

    let desk = get(&app, "/staff?lang=en", &editor).await.body.replace("&#x3D;", "=");
    assert!(desk.contains("Treffen") && desk.contains("3 people get this newsletter"), "{desk}");
    assert!(desk.contains("href=\"/staff/newsletters/weekly/publish?lang=en\""), "{desk}");
    // The first click.
    let page = get(&app, "/staff/newsletters/weekly/publish?lang=en", &editor).await.body;
    for words in [">3</dd>", "Treffen", "Not every news item exists in every language", "Publish now"] {
        assert!(page.contains(words), "{words} is missing in {page}");
    }
    assert_eq!(issues(&app), 0, "looking publishes nothing");
    // The second one, and a nervous third.
    let first = post(&app, "/staff/newsletters/weekly/publish?lang=en", &editor, &[]).await;
    assert_eq!(location(&first), "/staff/newsletters/weekly/issues/1?note=published&lang=en");
    let third = post(&app, "/staff/newsletters/weekly/publish?lang=en", &editor, &[]).await;
    assert_eq!(location(&third), "/staff?note=nothing&lang=en");
    assert_eq!(issues(&app), 1);

    assert_eq!(app.drain().await.sent, 3);
    let shown = get(&app, location(&first), &editor).await.body;
    for words in ["Issue 1 is published", "3 of 3 mails are done", "<dt>sent</dt><dd>3</dd>", "<dt>queued</dt><dd>0</dd>"] {
        assert!(shown.contains(words), "{words} is missing in {shown}");
    }
    assert!(get(&app, "/staff?lang=en", &editor).await.body.contains("/staff/newsletters/weekly/issues/1"));
});

each_database!(only_editors_and_admins_publish_and_steer, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.publishes("Treffen").await;
    fans_out(&app).await;
    app.news_in("Fest", &LANGUAGES).await;
    for role in [Role::Viewer, Role::Author, Role::Privacy] {
        let cookie = member(&app, &format!("{role}@example.org"), role).await;
        let desk = get(&app, "/staff", &cookie).await;
        assert_eq!(desk.status, 200);
        assert!(desk.body.contains("Fest") && !desk.body.contains("/publish"), "{}", desk.body);
        assert_eq!(get(&app, "/staff/newsletters/weekly/publish", &cookie).await.status, 403);
        assert_eq!(post(&app, "/staff/newsletters/weekly/publish", &cookie, &[]).await.status, 403);
        let issue = get(&app, "/staff/newsletters/weekly/issues/1", &cookie).await;
        assert_eq!(issue.status, 200);
        assert!(!issue.body.contains("/issues/1/pause"), "{}", issue.body);
        for act in ["pause", "resume", "cancel", "release", "resend", "accept"] {
            assert_eq!(post(&app, &format!("/staff/newsletters/weekly/issues/1/{act}"), &cookie, &[]).await.status, 403);
        }
    }
    assert_eq!((issues(&app), app.status(1).await.state.as_str()), (1, "sending"));
    let admin = member(&app, "admin@example.org", Role::Admin).await;
    assert_eq!(post(&app, "/staff/newsletters/weekly/publish", &admin, &[]).await.status, 303);
    assert_eq!(issues(&app), 2);
});

each_database!(authors_and_editors_say_what_comes_into_the_next_issue, |app| async move {
    app.news_in("Treffen", &["de"]).await;
    let id = app.database.number("SELECT id AS value FROM news_items");
    let here = |act: &str| format!("/staff/newsletters/weekly/items/{id}/{act}");
    let ready = |app: &TestApp| app.database.number("SELECT count(*) AS value FROM news_items WHERE state = 'ready'");
    for (role, may) in
        [(Role::Author, true), (Role::Editor, true), (Role::Admin, true), (Role::Privacy, false), (Role::Viewer, false)]
    {
        let cookie = member(&app, &format!("{}@example.org", role.as_str()), role).await;
        let desk = get(&app, "/staff?lang=en", &cookie).await.body.replace("&#x3D;", "=");
        assert_eq!(desk.contains(&format!("action=\"{}?lang=en\"", here("draft"))), may, "{role:?}: {desk}");
        let later = post(&app, &here("draft"), &cookie, &[]).await;
        assert_eq!((later.status, ready(&app)), if may { (303, 0) } else { (403, 1) }, "{role:?}");
        if may {
            let desk = get(&app, "/staff?lang=en", &cookie).await.body;
            assert!(desk.contains("Drafts") && desk.contains(&here("ready")) && desk.contains("No news item is ready"), "{desk}");
            assert_eq!(location(&post(&app, &here("ready"), &cookie, &[]).await), "/staff?note=taken");
        }
        assert_eq!(ready(&app), 1);
    }
    let editor = member(&app, "eva@example.org", Role::Editor).await;
    // It can be read before it is taken.
    let page = get(&app, &format!("/staff/newsletters/weekly/items/{id}?lang=en"), &editor).await;
    assert!(
        page.status == 200 && page.body.contains("Treffen (de)") && page.body.contains("Text der Nachricht"),
        "{}",
        page.body
    );
    assert_eq!(get(&app, &format!("/staff/newsletters/daily/items/{id}"), &editor).await.status, 404);
    assert_eq!(get(&app, &format!("/staff/newsletters/weekly/items/{id}"), "").await.status, 303);
    for nothing in [here("used"), "/staff/newsletters/daily/items/1/draft".to_owned()] {
        assert_eq!(post(&app, &nothing, &editor, &[]).await.status, 404, "{nothing}");
    }
    app.publish().await;
    assert_eq!(location(&post(&app, &here("draft"), &editor, &[]).await), "/staff?note=used", "it is in an issue by now");
});

each_database!(without_a_session_every_staff_page_leads_to_the_door, |app| async move {
    app.publishes("Treffen").await;
    for path in ["/staff/sessions", "/staff/newsletters/weekly/publish", "/staff/newsletters/weekly/issues/1"] {
        for cookie in ["", "rundbrief=", "rundbrief=forged", "__Host-rundbrief=forged"] {
            assert_eq!(location(&get(&app, path, cookie).await), "/staff");
        }
    }
    for path in ["/staff/newsletters/weekly/publish", "/staff/newsletters/weekly/issues/1/cancel", "/staff/sessions/1/revoke"] {
        assert_eq!(location(&post(&app, path, "", &[]).await), "/staff");
    }
    assert_eq!(app.status(1).await.state, "preparing");
});

each_database!(a_post_from_another_site_is_refused_and_does_nothing, |app| async move {
    app.publishes("Treffen").await;
    fans_out(&app).await;
    app.news_in("Fest", &LANGUAGES).await;
    let cookie = member(&app, "eva@example.org", Role::Editor).await;
    let link = invited(&app, "udo@example.org", Role::Admin).await;
    let own = app.app.settings.public_url.clone();
    let foreign: [&[(&str, &str)]; 6] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", &own)],
        &[],
    ];
    let issue = "/staff/newsletters/weekly/issues/1";
    for headers in foreign {
        for path in [
            "/staff/newsletters/weekly/publish",
            &format!("{issue}/pause"),
            &format!("{issue}/cancel"),
            "/staff/newsletters/weekly/items/2/draft",
            "/staff/sessions/1/revoke",
            "/staff/sign-out",
            "/staff/sign-in",
            &link,
        ] {
            let mut request = app.client.post(app.door(path)).header(COOKIE, &cookie);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let form = [("email", "eva@example.org"), ("password", PASSWORD)];
            let refused = app.send(request.form(&form)).await;
            assert_eq!(refused.status, 403, "{path} with {headers:?}");
            assert!(!refused.headers.contains_key("set-cookie"));
        }
    }
    assert_eq!((issues(&app), app.status(1).await.state.as_str()), (1, "sending"));
    assert_eq!(get(&app, "/staff/sessions", &cookie).await.status, 200);
    assert_eq!(app.get(&link).await.status, 200, "the link is still unused");
    // The same with the header that a browser adds on our own pages.
    let request = app.client.post(app.door("/staff/newsletters/weekly/publish")).header(COOKIE, &cookie);
    assert_eq!(app.send(request.header("sec-fetch-site", "same-origin").header(ORIGIN, "null")).await.status, 303);
    assert_eq!(issues(&app), 2);
});

each_database!(nothing_is_steered_by_get, |app| async move {
    app.publishes("Treffen").await;
    let cookie = member(&app, "eva@example.org", Role::Editor).await;
    for path in [
        "/staff/sign-out",
        "/staff/newsletters/weekly/issues/1/pause",
        "/staff/newsletters/weekly/items/1/draft",
        "/staff/sessions/1/revoke",
    ] {
        assert_eq!(get(&app, path, &cookie).await.status, 405, "{path}");
    }
    // What asks first only asks.
    assert_eq!(get(&app, "/staff/newsletters/weekly/issues/1/cancel", &cookie).await.status, 200);
    assert_eq!(app.status(1).await.state, "preparing");
    assert_eq!(get(&app, "/staff/sessions", &cookie).await.status, 200);
});

each_database!(an_issue_is_paused_resumed_and_cancelled_on_its_page, |app| async move {
    app.active("ada@example.org", Language::De).await;
    let editor = member(&app, "eva@example.org", Role::Editor).await;
    app.publishes("Treffen").await;
    fans_out(&app).await;
    assert!(location(&press(&app, &editor, "pause").await).contains("note=paused"));
    assert_eq!(app.status(1).await.state, "paused");
    assert!(app.drain().await.is_idle(), "what is paused is not sent");
    let twice = post(&app, "/staff/newsletters/weekly/issues/1/pause", &editor, &[]).await;
    assert!(location(&twice).contains("note=not-now"));
    press(&app, &editor, "resume").await;
    assert_eq!(app.drain().await.sent, 1);
    assert_eq!(app.status(1).await.state, "sent");
    let late = post(&app, "/staff/newsletters/weekly/issues/1/cancel", &editor, &[]).await;
    assert!(location(&late).contains("note=not-now"), "what is sent is sent");

    app.publishes("Fest").await;
    fans_out(&app).await;
    // A question comes first, with the issue and the numbers in it; its button is the same POST as ever.
    let page = get(&app, "/staff/newsletters/weekly/issues/2?lang=en", &editor).await.body;
    assert!(page.contains("href=\"/staff/newsletters/weekly/issues/2/cancel?lang&#x3D;en\""), "{page}");
    assert!(!page.contains("action=\"/staff/newsletters/weekly/issues/2/cancel"), "{page}");
    let asked = get(&app, "/staff/newsletters/weekly/issues/2/cancel?lang=en", &editor).await.body;
    assert!(asked.contains("<h1>Stop sending issue 2?</h1>") && asked.contains("0 of 1 mails have gone out"), "{asked}");
    assert!(asked.contains("<form method=\"post\""), "{asked}");
    assert_eq!(
        location(&get(&app, "/staff/newsletters/weekly/issues/1/cancel", &editor).await),
        "/staff/newsletters/weekly/issues/1?note=not-now"
    );
    let cancelled = post(&app, "/staff/newsletters/weekly/issues/2/cancel", &editor, &[]).await;
    let said = get(&app, &location(&cancelled).replace("?", "?lang=en&"), &editor).await.body;
    assert!(said.contains("<p class=\"done\" role=\"status\">Sending stopped. 0 had gone out, 1 were left out.</p>"), "{said}");
    assert_eq!(app.drain().await.sent, 0);
    let counts = app.status(2).await;
    assert_eq!((counts.state.as_str(), counts.skipped), ("cancelled", 1));
    assert_eq!(app.mails_to("ada@example.org").len(), 1);
    assert_eq!(post(&app, "/staff/newsletters/weekly/issues/9/cancel", &editor, &[]).await.status, 404);
    assert_eq!(post(&app, "/staff/newsletters/weekly/issues/1/explode", &editor, &[]).await.status, 404);
});

each_database!(a_held_issue_is_released_on_its_page, |app| async move {
    app.active("ada@example.org", Language::De).await;
    let editor = member(&app, "eva@example.org", Role::Editor).await;
    app.news_in("Treffen", &LANGUAGES).await;
    let (now, at) = (app.now(), app.now() + SignedDuration::from_mins(1));
    app.store.write(move |conn| plans::plan(conn, now, "weekly", at)).await.unwrap();
    let desk = get(&app, "/staff?lang=en", &editor).await.body;
    let id = app.database.number("SELECT id AS value FROM issues");
    for act in ["move", "unplan"] {
        assert!(desk.contains(&format!("/staff/newsletters/weekly/plans/{id}/{act}")), "{act}: {desk}");
    }
    let planned = get(&app, "/staff/newsletters/weekly/issues/0?lang=en", &editor).await;
    assert!(planned.status == 200 && planned.body.contains("scheduled"), "{}", planned.body);

    app.database.execute(&format!("UPDATE issues SET due_at = {}", (now - SignedDuration::from_hours(7)).as_microsecond()));
    scheduler::beat(&app.store, &Arc::clone(&app.app.context), &app.clock).await.unwrap();
    let held = get(&app, "/staff/newsletters/weekly/issues/0?lang=en", &editor).await.body;
    assert!(held.contains("This issue waits for a decision") && held.contains("nobody was there"), "{held}");
    let released = post(&app, "/staff/newsletters/weekly/issues/0/release", &editor, &[]).await;
    assert!(location(&released).starts_with("/staff/newsletters/weekly/issues/1?note=published"));
    assert_eq!(app.drain().await.sent, 1);
});

each_database!(an_issue_is_planned_moved_and_unplanned_on_the_pages, |app| async move {
    let editor = member(&app, "eva@example.org", Role::Editor).await;
    let plans = "/staff/newsletters/weekly/plans";
    let publish = get(&app, "/staff/newsletters/weekly/publish?lang=en", &editor).await.body;
    assert!(publish.contains("Date and time in Europe/Berlin"), "{publish}");
    // What cannot be is said, and what was typed stays.
    for (typed, told) in [
        ("tomorrow", "enter a date and a time"),
        ("2026-03-02T09:59", "This time is past"),
        ("2026-03-29T02:30", "The next time that exists is 2026-03-29 03:00"),
    ] {
        let wrong = post(&app, &format!("{plans}?lang=en"), &editor, &[("at", typed)]).await;
        assert_eq!(wrong.status, 409, "{typed}");
        assert!(wrong.body.contains(told) && wrong.body.contains(&format!("value=\"{typed}\"")), "{typed}: {}", wrong.body);
    }
    assert_eq!(issues(&app), 0);

    let done = post(&app, &format!("{plans}?lang=en"), &editor, &[("at", "2026-03-05T09:00")]).await;
    assert_eq!(location(&done), "/staff?note=planned&lang=en");
    let again = post(&app, &format!("{plans}?lang=en"), &editor, &[("at", "2026-03-05T09:00")]).await;
    assert!(again.status == 409 && again.body.contains("Another issue is already planned for this time"), "{}", again.body);
    let id = app.database.number("SELECT id AS value FROM issues");
    let shown = "5 March 2026, 09:00 (Europe/Berlin)";
    for page in ["/staff?lang=en", "/staff/newsletters/weekly/publish?lang=en", "/staff/newsletters/weekly/issues/0?lang=en"] {
        let body = get(&app, page, &editor).await.body.replace('\u{a0}', " ");
        assert!(body.contains(shown) && body.contains("in 2 days"), "{page}: {body}");
        assert!(body.contains(&format!("{plans}/{id}/unplan")), "{page}: {body}");
    }

    let moved = post(&app, &format!("{plans}/{id}/move?lang=en"), &editor, &[("at", "2026-03-04T17:30")]).await;
    assert_eq!(location(&moved), "/staff?note=moved&lang=en");
    let desk = get(&app, location(&moved), &editor).await.body.replace('\u{a0}', " ");
    assert!(desk.contains("The issue was moved") && desk.contains("4 March 2026, 17:30 (Europe/Berlin)"), "{desk}");
    let wrong = post(&app, &format!("{plans}/{id}/move?lang=en"), &editor, &[("at", "2001-01-01T00:00")]).await;
    assert!(wrong.status == 409 && wrong.body.contains("value=\"2001-01-01T00:00\""), "{}", wrong.body);

    let viewer = member(&app, "vera@example.org", Role::Viewer).await;
    let seen = get(&app, "/staff?lang=en", &viewer).await.body.replace('\u{a0}', " ");
    assert!(seen.contains("4 March 2026, 17:30") && !seen.contains("/unplan"), "{seen}");
    assert_eq!(post(&app, &format!("{plans}/{id}/unplan"), &viewer, &[]).await.status, 403);
    assert_eq!(issues(&app), 1);

    assert_eq!(
        location(&post(&app, &format!("{plans}/{id}/unplan?lang=en"), &editor, &[]).await),
        "/staff?note=unplanned&lang=en"
    );
    assert_eq!(issues(&app), 0);
    let twice = post(&app, &format!("{plans}/{id}/unplan?lang=en"), &editor, &[]).await;
    let gone = get(&app, location(&twice), &editor).await.body;
    assert!(gone.contains("This plan is gone") && !gone.contains("class=\"done\""), "no success: {gone}");
    assert_eq!(post(&app, &format!("{plans}/{id}/explode"), &editor, &[]).await.status, 404);
});
