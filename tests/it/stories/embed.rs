//! The form on other people's pages: a piece of HTML that posts to us, or our form in a frame. No cookie, no script of ours there.

use rundbrief::domain::states::Role;

use super::staff::{get, member};
use crate::support::app::{Page, Setup, TestApp, each_database};

fn framed() -> Setup {
    let origins = "https://www.example.org, https://cms.example.net:8443".to_owned();
    Setup { settings: vec![("EMBED__ORIGINS", origins)], ..Setup::default() }
}

/// Posts as a browser does from another site's page.
async fn posts_from_elsewhere(app: &TestApp, path: &str, fields: &[(String, String)]) -> Page {
    let request = app.client.post(app.door(path)).form(fields);
    let request = request.header("Origin", "https://cms.example.net").header("Sec-Fetch-Site", "cross-site");
    app.send(request.header("Referer", "https://cms.example.net/")).await
}

/// Names and values of the fields of a piece of HTML, with what somebody typed.
fn filled_in(html: &str, address: &str) -> Vec<(String, String)> {
    let value = |input: &str, name: &str| {
        let rest = input.split(&format!(" {name}=\"")).nth(1)?;
        Some(rest.split('"').next().unwrap().to_owned())
    };
    let inputs = html.split("<input ").skip(1).map(|rest| format!(" {}", rest.split('>').next().unwrap()));
    let field = |input: String| {
        let name = value(&input, "name")?;
        let typed = if name == "email" { address.to_owned() } else { value(&input, "value").unwrap_or_default() };
        Some((name, typed))
    };
    inputs.filter_map(field).collect()
}

each_database!(the_frame_stands_only_where_the_settings_allow_it, framed(), |app| async move {
    let frame = app.get("/n/weekly/embed?lang=en").await;
    assert_eq!(frame.status, 200);
    let policy = frame.header("content-security-policy");
    assert!(policy.ends_with("frame-ancestors https://www.example.org https://cms.example.net:8443"), "{policy}");
    assert_eq!((frame.header("x-frame-options"), frame.header("set-cookie")), ("", ""));
    assert!(frame.body.contains("<base target=\"_blank\">") && frame.body.contains("target=\"_top\""), "{}", frame.body);
    assert!(!frame.body.contains("<header") && !frame.body.contains("<footer"), "{}", frame.body);
    for other in ["/n/weekly", "/", "/staff", "/n/unheard-of/embed"] {
        let page = app.get(other).await;
        assert!(page.header("content-security-policy").ends_with("frame-ancestors 'none'"), "{other}");
    }
    app.passes(jiff::SignedDuration::from_secs(5));
    let mut fields = filled_in(&frame.body, "ada@example.org");
    fields.push(("language".to_owned(), "en".to_owned()));
    let answer = posts_from_elsewhere(&app, "/subscribe?lang=en", &fields).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (200, ""));
    assert!(answer.body.contains("Please check your mail"), "{}", answer.body);
    let record = &app.consents("requested")[0];
    // From the settings, never from what the browser says about the page before.
    assert_eq!(record["form_url"], app.url("/n/weekly/embed").as_str());
    app.drain().await;
    assert_eq!(app.mails_to("ada@example.org").len(), 1);
});

each_database!(by_default_nobody_may_frame_the_form, |app| async move {
    let policy = app.get("/n/weekly/embed").await.header("content-security-policy").to_owned();
    assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
});

each_database!(staff_copy_a_form_that_works_elsewhere, framed(), |app| async move {
    let viewer = member(&app, "vera@example.org", Role::Viewer).await;
    let path = "/staff/newsletters/weekly/embed?lang=en";
    assert!(get(&app, "/staff?lang=en", &viewer).await.body.replace("&#x3D;", "=").contains(path), "the desk leads there");
    let page = get(&app, path, &viewer).await;
    assert_eq!(page.status, 200);
    assert_eq!(app.get(path).await.status, 303, "for staff only");
    let unescaped = |text: &str| {
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x3D;", "="), ("&#x27;", "'"), ("&amp;", "&")]
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let pieces: Vec<String> =
        page.body.split("<code>").skip(1).map(|rest| unescaped(rest.split("</code>").next().unwrap())).collect();
    let [form, frame] = pieces.as_slice() else { panic!("two pieces: {pieces:?}") };
    assert!(frame.starts_with(&format!("<iframe src=\"{}\"", app.url("/n/weekly/embed?lang=en"))), "{frame}");
    assert!(form.contains(&format!("action=\"{}\"", app.url("/subscribe?lang=en"))) && !form.contains("<script"), "{form}");
    assert!(form.contains("<label for=") && form.contains(&app.url("/privacy")), "{form}");

    let answer = posts_from_elsewhere(&app, "/subscribe?lang=en", &filled_in(form, "ada@example.org")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let record = &app.consents("requested")[0];
    assert_eq!((&record["how"], &record["page_language"]), (&"without-work".into(), &"en".into()));
    let wording = record["consent"]["hash"].as_str().unwrap();
    assert!(form.contains(wording), "what the form shows is what was agreed to: {form}");
    app.drain().await;
    assert_eq!(app.mails_to("ada@example.org").len(), 1);
});
