//! A reader leaves: by the button of the page, by one click of the mail program (RFC 8058), whenever it may be.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt;
use jiff::SignedDuration;
use rundbrief::domain::token::Purpose;
use rundbrief::journeys::publish::{self, FanOut};

use crate::support::app::{Page, TestApp, each_database};
use crate::support::chance::number;
use crate::support::database::Kind;
use crate::support::mails::{Mail, link_in_html, link_in_text, path_of};

const ONE_CLICK: [(&str, &str); 1] = [("List-Unsubscribe", "One-Click")];

/// An issue as it was delivered to a new subscriber of `weekly`.
async fn issue_for(app: &TestApp, address: &str) -> Mail {
    app.subscriber(address).await;
    app.publishes("Treffen").await;
    app.drain().await;
    app.mails_to(address).pop().unwrap()
}

/// Makes somebody a reader of `monthly`, too.
async fn reads_monthly(app: &TestApp, address: &str) {
    app.newsletter("monthly").await;
    app.post("/subscribe", &[("email", address), ("newsletter", "monthly"), ("language", "de")]).await;
    app.drain().await;
    let link = link_in_text(&app.mails_to(address).pop().unwrap(), "confirm");
    app.post(&link, &[]).await;
    assert_eq!(app.subscription(address, "monthly"), "active de");
}

/// Writes an issue's rows without sending any.
async fn fan_out(app: &TestApp, issue_id: i64) {
    loop {
        let now = app.now();
        if app.store.write(move |conn| publish::fan_out(conn, now, issue_id)).await.unwrap() == FanOut::Complete {
            return;
        }
    }
}

fn assert_is_rfc_8058(answer: &Page) {
    assert_eq!(answer.status, 200);
    for header in ["location", "set-cookie", "refresh", "www-authenticate"] {
        assert_eq!(answer.header(header), "", "{header}");
    }
}

each_database!(the_link_stands_in_both_parts_and_in_the_header, |app| async move {
    let mail = issue_for(&app, "ada@example.org").await;
    let link = mail.one_click_link();
    assert_eq!(link_in_text(&mail, "unsubscribe"), link);
    assert_eq!(link_in_html(&mail, "unsubscribe"), link);
    assert!(link.starts_with(&app.url("/unsubscribe/")), "{link}");
    let page = app.get(&link).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("value=\"this\"") && page.body.contains("value=\"all\""), "{}", page.body);
    assert!(!page.body.contains("ada@example.org"), "whoever gets the link forwarded reads no address");
});

each_database!(looking_at_the_link_a_hundred_times_ends_nothing, |app| async move {
    let link = issue_for(&app, "ada@example.org").await.one_click_link();
    let before = app.people();
    for _ in 0..100 {
        assert_eq!(app.get(&link).await.status, 200);
        assert_eq!(app.head(&link).await.status, 200);
    }
    // Some scanners put the header's words into the query.
    assert_eq!(app.get(&format!("{link}?List-Unsubscribe=One-Click&scope=all")).await.status, 200);
    assert_eq!(app.people(), before);
});

each_database!(one_click_needs_nothing_but_the_url, |app| async move {
    let link = issue_for(&app, "ada@example.org").await.one_click_link();
    let body = "List-Unsubscribe=One-Click";
    let request = app.client.post(app.door(&link)).header("Content-Type", "application/x-www-form-urlencoded").body(body);
    let answer = app.send(request).await;
    assert_is_rfc_8058(&answer);
    assert_eq!(app.subscription("ada@example.org", "weekly"), "ended de");
    let record = app.consents("withdrawn").pop().unwrap();
    assert_eq!((&record["channel"], &record["newsletter"]), (&"one-click".into(), &"weekly".into()));

    // The provider repeats it when it likes.
    app.passes(SignedDuration::from_hours(30));
    let before = app.people();
    let again = app.post(&link, &ONE_CLICK).await;
    assert_is_rfc_8058(&again);
    assert_eq!(again.body, answer.body);
    assert_eq!(app.people(), before);
    app.publishes("Noch ein Treffen").await;
    assert!(app.drain().await.is_idle());
});

each_database!(one_click_may_come_as_multipart_and_from_anywhere, |app| async move {
    let link = issue_for(&app, "ada@example.org").await.one_click_link();
    let form = reqwest::multipart::Form::new().text("List-Unsubscribe", "One-Click");
    let request = app.client.post(app.door(&link)).multipart(form);
    let request = request.header("Origin", "https://mail.example").header("Sec-Fetch-Site", "cross-site").header("Cookie", "a=b");
    let answer = app.send(request).await;
    assert_is_rfc_8058(&answer);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    assert_eq!(app.subscription("ada@example.org", "weekly"), "ended de");
    assert_eq!(app.consents("withdrawn").pop().unwrap()["channel"], "one-click");
});

each_database!(one_click_leaves_the_newsletter_of_the_mail_alone, |app| async move {
    let link = issue_for(&app, "ada@example.org").await.one_click_link();
    reads_monthly(&app, "ada@example.org").await;
    app.post(&link, &ONE_CLICK).await;
    assert_eq!(app.subscription("ada@example.org", "weekly"), "ended de");
    assert_eq!(app.subscription("ada@example.org", "monthly"), "active de");
});

each_database!(the_page_leaves_this_newsletter_or_all_of_them, |app| async move {
    let link = issue_for(&app, "ada@example.org").await.one_click_link();
    reads_monthly(&app, "ada@example.org").await;
    app.subscriber("bob@example.org").await;
    let left = app.post(&link, &[("scope", "this")]).await;
    assert_eq!((left.status, left.header("location"), left.header("set-cookie")), (200, "", ""));
    assert!(left.body.contains("value=\"all\""), "the other newsletter is still there to leave: {}", left.body);
    assert!(left.body.contains("href=\"/n/weekly\""), "and there is a way back");
    assert_eq!(app.subscription("ada@example.org", "monthly"), "active de");
    assert_eq!(app.consents("withdrawn").len(), 1);
    let left = app.post(&link, &[("scope", "all")]).await;
    assert_eq!(left.status, 200);
    assert!(!left.body.contains("<form"), "nothing is left to leave: {}", left.body);
    assert_eq!(app.subscription("ada@example.org", "monthly"), "ended de");
    let records = app.consents("withdrawn");
    assert_eq!(records.len(), 2);
    assert!(records.iter().all(|record| record["channel"] == "page"));
    assert_eq!(app.subscription("bob@example.org", "weekly"), "active de", "nobody else is touched");
});

each_database!(a_post_that_says_nothing_asks_what_is_meant, |app| async move {
    let link = issue_for(&app, "ada@example.org").await.one_click_link();
    let before = app.people();
    for form in [vec![], vec![("scope", "everything")], vec![("List-Unsubscribe", "Maybe")], vec![("x", "y")]] {
        let answer = app.post(&link, &form).await;
        assert_eq!(answer.status, 422, "{form:?}");
        assert!(answer.body.contains("value=\"this\""), "the buttons are there: {}", answer.body);
    }
    let garbled = app.client.post(app.door(&link)).header("Content-Type", "multipart/form-data; boundary=x").body("no parts");
    assert_eq!(app.send(garbled).await.status, 422);
    assert_eq!(app.people(), before);
});

each_database!(leaving_after_the_fan_out_stops_the_mail, |app| async move {
    let link = issue_for(&app, "ada@example.org").await.one_click_link();
    app.subscriber("bob@example.org").await;
    app.publishes("Noch ein Treffen").await;
    fan_out(&app, 2).await;
    assert_eq!(app.deliveries("queued"), 2);
    app.post(&link, &ONE_CLICK).await;
    let ada = "SELECT state AS value FROM deliveries WHERE issue_id = 2 AND address = 'ada@example.org'";
    assert_eq!(app.database.texts(ada), ["skipped"], "at once, not when its turn comes");
    let had = app.mails_to("ada@example.org").len();
    assert_eq!(app.drain().await.sent, 1);
    assert_eq!(app.mails_to("ada@example.org").len(), had);
    assert_eq!(app.mails_to("bob@example.org").len(), 2);
    let status = app.status(2).await;
    assert_eq!((status.state.as_str(), status.sent, status.skipped), ("sent", 1, 1));
});

each_database!(leaving_between_publishing_and_fan_out_stops_the_mail, |app| async move {
    app.subscriber("ada@example.org").await;
    app.subscriber("bob@example.org").await;
    app.publishes("Treffen").await;
    let sql = "SELECT count(*) AS value FROM deliveries WHERE kind = 'issue'";
    assert_eq!(app.database.number(sql), 0);
    // Her link, as an earlier issue would have carried it.
    let id = app.store.read(|conn| {
        let ada = rundbrief::store::subscribers::find(conn, "ada@example.org")?.unwrap();
        rundbrief::store::subscriptions::find(conn, ada.id, 1)
    });
    let id: [u8; 16] = id.await.unwrap().unwrap().public_id.try_into().unwrap();
    let token = app.app.context.keyring.sign(rundbrief::domain::token::Purpose::Unsubscribe, 1, &id).unwrap();
    assert_eq!(app.post(&format!("/unsubscribe/{token}"), &ONE_CLICK).await.status, 200);
    fan_out(&app, 1).await;
    app.drain().await;
    assert_eq!(app.mails_to("ada@example.org").len(), 1, "only her confirmation");
    assert_eq!(app.mails_to("bob@example.org").len(), 2);
    assert_eq!(app.status(1).await.state, "sent");
});

each_database!(a_link_works_after_three_years_and_after_coming_back, |app| async move {
    let link = issue_for(&app, "ada@example.org").await.one_click_link();
    app.passes(SignedDuration::from_hours(24 * 365 * 3));
    assert_eq!(app.get(&link).await.status, 200);
    assert_is_rfc_8058(&app.post(&link, &ONE_CLICK).await);
    assert_eq!(app.subscription("ada@example.org", "weekly"), "ended de");
    app.passes(SignedDuration::from_hours(48));
    app.subscriber("ada@example.org").await;
    assert_eq!(app.subscription("ada@example.org", "weekly"), "active de");
    app.post(&link, &ONE_CLICK).await;
    assert_eq!(app.subscription("ada@example.org", "weekly"), "ended de");
    assert_eq!(app.consents("withdrawn").len(), 2);
});

each_database!(a_link_with_one_flipped_bit_has_no_effect, |app| async move {
    let link = issue_for(&app, "ada@example.org").await.one_click_link();
    let before = app.people();
    let bytes = URL_SAFE_NO_PAD.decode(path_of(&link).strip_prefix("/unsubscribe/").unwrap()).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let answer = app.post(&format!("/unsubscribe/{}", URL_SAFE_NO_PAD.encode(flipped)), &ONE_CLICK).await;
        assert_eq!(answer.status, 404, "bit {bit}");
    }
    // The last character has bits that carry nothing; only one of its spellings is ours.
    let (head, last) = link.split_at(link.len() - 1);
    for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars() {
        if !last.starts_with(other) {
            assert_eq!(app.post(&format!("{head}{other}"), &ONE_CLICK).await.status, 404, "{other}");
        }
    }
    assert_eq!(app.people(), before);
});

// How fast that goes `benches/run --visitors` measures. `ONE_CLICKS=10000 tests/run leave` lets as many leave as R30 speaks of.
each_database!(whole_crowds_leave_by_one_click_from_one_address_while_an_issue_is_sent, |app| async move {
    let leaving = usize::try_from(number("ONE_CLICKS", 1_500)).unwrap();
    app.crowd(leaving + 500).await;
    app.publishes("Treffen").await;
    let issue_id = app.database.number("SELECT max(id) AS value FROM issues");
    fan_out(&app, issue_id).await;
    let hex = if app.database.kind == Kind::Sqlite { "hex(public_id)" } else { "encode(public_id, 'hex')" };
    let ids = app.database.texts(&format!("SELECT {hex} AS value FROM subscriptions ORDER BY id LIMIT {leaving}"));
    let keyring = &app.app.context.keyring;
    let links: Vec<String> = ids
        .iter()
        .map(|id| u128::from_str_radix(id, 16).unwrap().to_be_bytes())
        .map(|id| app.door(&format!("/unsubscribe/{}", keyring.sign(Purpose::Unsubscribe, keyring.current_id(), &id).unwrap())))
        .collect();
    let engine = app.engine().await;
    let sending = tokio::spawn(async move { engine.drain().await.unwrap() });
    // From one address, as a provider's machines do it.
    let posts = futures_util::stream::iter(links).map(|link| {
        let request = app.client.post(link).form(&ONE_CLICK);
        async move { request.send().await.unwrap().status().as_u16() }
    });
    let answers: Vec<u16> = posts.buffer_unordered(10).collect().await;
    assert!(answers.len() == leaving && answers.iter().all(|status| *status == 200));
    sending.await.unwrap();
    app.drain().await;
    let ended = "SELECT count(*) AS value FROM subscriptions WHERE state = 'ended' AND ended_channel = 'one-click'";
    assert_eq!(app.database.number(ended), leaving as i64);
    assert_eq!(app.consents("withdrawn").len(), leaving);
    let counts = app.status(1).await;
    assert_eq!(
        (counts.recipients, counts.sent + counts.skipped, counts.unknown),
        (leaving as i64 + 500, leaving as i64 + 500, 0)
    );
    assert_eq!(app.relay.received().len() as i64, counts.sent, "who had left before their turn got nothing");
    assert!(counts.sent >= 500);
});
