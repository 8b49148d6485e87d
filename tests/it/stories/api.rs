//! Programs ask by JSON: the same journey, the same limits, the same silence about who is known.

use rundbrief::domain::language::Language;
use serde_json::{Value, json};

use crate::support::app::{Page, Setup, TestApp, each_database};

async fn asks(app: &TestApp, body: &Value) -> Page {
    let request = app.client.post(app.door("/api/v1/subscriptions")).header("Accept-Language", "en").json(body);
    app.send(request).await
}

fn one(address: &str) -> Value {
    json!({"email": address, "newsletter": "weekly", "language": "de"})
}

fn wrong(answer: &Page) -> (u16, String) {
    let told: Value = serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body));
    assert_ne!(told["errors"][0]["message"].as_str().unwrap(), "");
    (answer.status, told["errors"][0]["field"].as_str().unwrap().to_owned())
}

each_database!(a_program_subscribes_somebody_and_learns_nothing, |app| async move {
    app.subscriber("active@example.org").await;
    app.asks("pending@example.org", "de").await;
    app.active("bounce-550@example.org", Language::De).await;
    app.publishes("Treffen").await;
    app.drain().await;
    assert!(app.is_suppressed("bounce-550@example.org").await);
    let new = asks(&app, &one("new@example.org")).await;
    assert_eq!((new.status, new.body.as_str()), (202, "{\"status\":\"asked\"}"));
    assert_eq!((new.header("content-type"), new.header("cache-control")), ("application/json", "no-store"));
    for address in ["active", "pending", "bounce-550", "new", "other"] {
        assert_eq!(asks(&app, &one(&format!("{address}@example.org"))).await.seen(), new.seen(), "{address}");
    }
    app.drain().await;
    assert_eq!(app.mails_to("new@example.org").len(), 1);
    let consents = app.consents("requested");
    let record = consents.iter().find(|body| body["address"] == "new@example.org").unwrap();
    assert_eq!((&record["channel"], &record["how"]), (&json!("api"), &json!("without-work")));
    assert_eq!(record["form_url"], app.url("/api/v1/subscriptions").as_str());
    assert_eq!(record["consent"]["known_by"], "in force when asked, none was named");
});

each_database!(several_newsletters_a_name_and_work_go_in_one_request, |app| async move {
    app.newsletter("monthly").await;
    let (answer, _) = app.works().await;
    let mut body = json!({"email": "ada@example.org", "newsletters": ["weekly", "monthly"], "language": "en", "name": "Ada"});
    body["altcha"] = answer.into();
    assert_eq!(asks(&app, &body).await.status, 202);
    assert_eq!(app.drain().await.sent, 1);
    let consents = app.consents("requested");
    assert_eq!(consents.len(), 2);
    assert!(consents.iter().all(|body| body["how"] == "proof-of-work"));
    assert_eq!(wrong(&asks(&app, &body).await), (422, "altcha".to_owned()), "an answer counts once");
});

each_database!(a_program_may_name_the_text_that_it_showed, |app| async move {
    let mut body = one("ada@example.org");
    body["wording"] = "0".repeat(64).into();
    assert_eq!(wrong(&asks(&app, &body).await), (422, String::new()), "nobody was ever shown such a text");
    let form = app.get("/n/weekly?lang=de").await.body;
    let shown = form.split("name=\"wording\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    body["wording"] = shown.into();
    assert_eq!(asks(&app, &body).await.status, 202);
    let consent = &app.consents("requested")[0]["consent"];
    assert_eq!((&consent["hash"], &consent["known_by"]), (&json!(shown), &json!("named in the request")));
});

each_database!(what_is_wrong_is_told_field_by_field, |app| async move {
    let with = |field: &str, value: Value| {
        let mut body = one("ada@example.org");
        body[field] = value;
        body
    };
    for (body, status, field) in [
        (with("email", json!("nobody")), 422, "email"),
        (with("newsletter", json!("unheard-of")), 422, "newsletter"),
        (with("newsletter", Value::Null), 422, "newsletter"),
        (with("language", json!("fr")), 422, "language"),
        (with("name", json!("A\r\nBcc: x@example.org")), 422, "name"),
        (with("altcha", json!("nonsense")), 422, "altcha"),
        (with("email", json!(7)), 400, ""),
        (with("adress", json!("ada@example.org")), 400, ""),
        (json!([]), 400, ""),
        (json!({}), 422, "email"),
    ] {
        assert_eq!(wrong(&asks(&app, &body).await), (status, field.to_owned()), "{body}");
    }
    let send = async |kind: &str, body: String| {
        app.send(app.client.post(app.door("/api/v1/subscriptions")).header("Content-Type", kind).body(body)).await
    };
    assert_eq!(wrong(&send("text/plain", one("a@example.org").to_string()).await).0, 415);
    assert_eq!(wrong(&send("application/x-www-form-urlencoded", "email=a".to_owned()).await).0, 415);
    assert_eq!(wrong(&send("application/json", "{".to_owned()).await).0, 400);
    assert_eq!(wrong(&send("application/json", "x".repeat(70_000)).await).0, 413);
    assert_eq!(send("application/json; charset=utf-8", one("a@example.org").to_string()).await.status, 202);
    for (path, status) in [("/api/v1/subscriptions", 405), ("/api/v1/nothing", 404), ("/api/", 404)] {
        let answer = app.get(path).await;
        assert_eq!(wrong(&answer).0, status, "{path}");
        assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("application/json", "no-store"));
    }
    assert_eq!(app.get("/api/v1/subscriptions").await.header("allow"), "POST");
});

fn one_an_hour() -> Setup {
    Setup { settings: vec![("LIMITS__WITHOUT_WORK_PER_HOUR", "1".to_owned())], ..Setup::default() }
}

each_database!(a_program_waits_like_everybody, one_an_hour(), |app| async move {
    assert_eq!(app.asks("ada@example.org", "de").await.status, 200, "the form's requests count for the same");
    let answer = asks(&app, &one("bob@example.org")).await;
    assert_eq!(wrong(&answer), (429, String::new()));
    assert_eq!(answer.header("retry-after"), "3600");
});
