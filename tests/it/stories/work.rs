//! The proof of work of the form, solved by Python and by a browser; the trap for machines; and the form without a script.

use fantoccini::Locator;
use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::support::app::{Page, Setup, TestApp, each_database};
use crate::support::browser::Browser;
use crate::support::database::Kind;
use crate::support::overheard::{connections_can_be_heard, during};
use crate::support::wait::PATIENCE;
use crate::support::work::solve;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn set(settings: &[(&'static str, &str)]) -> Setup {
    Setup { settings: settings.iter().map(|(key, value)| (*key, (*value).to_owned())).collect(), ..Setup::default() }
}

/// Little work, and a budget without work that two requests use up.
fn strict() -> Setup {
    set(&[("LIMITS__WITHOUT_WORK_PER_HOUR", "2"), ("LIMITS__WORK_COST", "100"), ("LIMITS__WORK_TRIES", "10")])
}

async fn asks_with(app: &TestApp, address: &str, more: &[(&str, &str)]) -> Page {
    let mut form = vec![("email", address), ("newsletter", "weekly"), ("language", "de")];
    form.extend(more);
    app.post("/subscribe?lang=en", &form).await
}

fn rows(app: &TestApp, table: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) AS value FROM {table}"))
}

each_database!(a_challenge_that_python_solved_counts_once, |app| async move {
    let challenge = app.get("/challenge").await;
    assert_eq!((challenge.header("cache-control"), challenge.header("set-cookie")), ("no-store", ""));
    assert_ne!(challenge.body, app.get("/api/v1/challenge").await.body, "no two are the same");
    let (answer, counter) = solve(&challenge.body);
    assert!((200..400).contains(&counter), "{counter}");
    assert_eq!(asks_with(&app, "ada@example.org", &[("altcha", &answer)]).await.status, 200);
    assert_eq!(app.consents("requested")[0]["how"], "proof-of-work");
    assert_eq!(app.consents("requested")[0]["channel"], "web");

    let people = app.people();
    let again = asks_with(&app, "bob@example.org", &[("altcha", &answer), ("name", "Bob")]).await;
    assert_eq!(again.status, 422);
    assert!(again.body.contains("The security check of this form has expired or did not work."), "{}", again.body);
    assert_eq!((again.field("email"), again.field("name")), ("bob@example.org", "Bob"), "nothing has to be typed again");
    assert_eq!(app.people(), people);
    assert_eq!(rows(&app, "spent_challenges"), 1);
    // It is forgotten when it would no longer count anyway.
    app.passes(MINUTE * 21);
    drop(rundbrief::scheduler::beat(&app.store, &app.app.context, &app.clock).await.unwrap());
    assert_eq!(rows(&app, "spent_challenges"), 0);
    assert_eq!(asks_with(&app, "bob@example.org", &[("altcha", &answer)]).await.status, 422);
});

each_database!(one_answer_sent_many_times_at_once_opens_one_door, strict(), |app| async move {
    let (answer, _) = app.works().await;
    let posts = (0..12).map(|n| {
        let (app, answer) = (&app, &answer);
        async move { asks_with(app, &format!("a{n}@example.org"), &[("altcha", answer)]).await.status }
    });
    let answers = join_all(posts).await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 422).count(), 11, "{answers:?}");
    assert_eq!(rows(&app, "deliveries"), 1);
});

each_database!(an_answer_that_is_late_or_made_up_is_none, strict(), |app| async move {
    let (answer, _) = app.works().await;
    app.passes(MINUTE * 21);
    for wrong in [answer.as_str(), "nonsense", "e30=", &"A".repeat(6_000)] {
        let told = asks_with(&app, "ada@example.org", &[("altcha", wrong)]).await;
        assert_eq!(told.status, 422, "{wrong}");
        assert_eq!(told.field("email"), "ada@example.org");
    }
    assert_eq!(app.people(), Vec::<String>::new());
    assert_eq!(rows(&app, "limits"), 0, "a wrong answer uses up nobody's budget");
    let (answer, _) = app.works().await;
    app.passes(MINUTE * 19);
    assert_eq!(asks_with(&app, "ada@example.org", &[("altcha", &answer)]).await.status, 200);
});

each_database!(without_work_only_so_many_an_hour_and_with_work_more, strict(), |app| async move {
    for address in ["a@example.org", "b@example.org"] {
        assert_eq!(asks_with(&app, address, &[]).await.status, 200);
    }
    let third = asks_with(&app, "c@example.org", &[("altcha", "")]).await;
    assert_eq!((third.status, third.header("retry-after"), third.field("email")), (429, "3600", "c@example.org"));
    let (answer, _) = app.works().await;
    assert_eq!(asks_with(&app, "c@example.org", &[("altcha", &answer)]).await.status, 200);
    let how: Vec<String> = app.consents("requested").iter().map(|body| body["how"].to_string()).collect();
    assert_eq!(how, ["\"without-work\"", "\"without-work\"", "\"proof-of-work\""]);
    app.passes(MINUTE * 60);
    assert_eq!(asks_with(&app, "d@example.org", &[]).await.status, 200);
});

fn flooded() -> Setup {
    let mut setup = strict();
    setup.settings.push(("LIMITS__PER_HOUR", "1".to_owned()));
    setup
}

each_database!(when_too_many_ask_work_is_eight_times_as_hard, flooded(), |app| async move {
    assert!((10..20).contains(&app.works().await.1));
    assert_eq!(asks_with(&app, "a@example.org", &[]).await.status, 200);
    assert_eq!(asks_with(&app, "b@example.org", &[]).await.status, 429);
    let (answer, counter) = app.works().await;
    assert!((80..160).contains(&counter), "{counter}");
    assert_eq!(asks_with(&app, "c@example.org", &[("altcha", &answer)]).await.status, 200, "whoever works may still ask");
    app.passes(MINUTE * 60);
    assert!((10..20).contains(&app.works().await.1));
});

each_database!(a_machine_hears_what_all_hear_and_nothing_happens, |app| async move {
    let normal = app.asks("ada@example.org", "de").await;
    let people = app.people();
    let counts = rows(&app, "limits");
    let form = app.get("/n/weekly").await;
    let shown = form.field("shown").to_owned();
    let ask = async |more: &[(&str, &str)]| {
        let mut form = vec![("email", "bob@example.org"), ("newsletter", "weekly"), ("language", "de")];
        form.extend(more);
        app.post("/subscribe", &form).await
    };
    assert_eq!(ask(&[("note", "Buy now")]).await.seen(), normal.seen());
    assert_eq!(ask(&[("shown", &shown)]).await.seen(), normal.seen(), "in no time");
    app.passes(SignedDuration::from_millis(1_999));
    assert_eq!(ask(&[("shown", &shown)]).await.seen(), normal.seen(), "too fast");
    assert_eq!((app.people(), rows(&app, "limits")), (people, counts));

    app.passes(SignedDuration::from_millis(1));
    assert_eq!(ask(&[("shown", &shown), ("note", "")]).await.seen(), normal.seen());
    assert_eq!(app.deliveries("queued"), 2, "two seconds are a person's time");
    // Whoever left the form open for a month loses nothing, and what is no stamp of ours says nothing.
    app.passes(SignedDuration::from_hours(24 * 30));
    ask(&[("shown", &shown)]).await;
    assert_eq!(app.deliveries("queued"), 3);
    assert_eq!(asks_with(&app, "cleo@example.org", &[("shown", "made-up")]).await.status, 200);
    assert_eq!(app.deliveries("queued"), 4);
});

each_database!(whoever_mends_a_mistake_in_a_second_is_no_machine, |app| async move {
    let shown = app.get("/n/weekly").await.field("shown").to_owned();
    app.passes(MINUTE);
    let again = asks_with(&app, "ada.example.org", &[("shown", &shown)]).await;
    assert_eq!((again.status, again.field("shown")), (422, shown.as_str()));
    assert_eq!(asks_with(&app, "ada@example.org", &[("shown", &shown)]).await.status, 200);
    assert_eq!(app.deliveries("queued"), 1);
});

fn spacious() -> Setup {
    connections_can_be_heard();
    set(&[("LIMITS__WITHOUT_WORK_PER_HOUR", "100000"), ("LIMITS__PER_HOUR", "100000"), ("LIMITS__PER_DOMAIN_AND_HOUR", "100000")])
}

/// What the database is asked and told for one form, apart from a stranger's own row and what takes things back.
async fn work_for(app: &TestApp, address: &str) -> Vec<String> {
    let (answer, said) = during(&app.database, app.asks(address, "de")).await;
    assert_eq!(answer.status, 200);
    let apart = ["INSERT INTO subscribers ", "SAVEPOINT", "ROLLBACK TO", "RELEASE", "DELETE FROM"];
    said.into_iter()
        .map(|one| one.replace(['"', '`'], ""))
        .filter(|one| !apart.iter().any(|word| one.starts_with(word)))
        .collect()
}

// So how long an answer takes tells nobody either (R174); `benches/run --visitors` has the times.
each_database!(the_same_work_is_done_for_who_is_known_and_who_is_not, spacious(), |app| async move {
    app.subscriber("known@example.org").await;
    app.asks("first@example.org", "de").await;
    for unknown in ["one@example.org", "two@example.org"] {
        let (known, unknown) = (work_for(&app, "known@example.org").await, work_for(&app, unknown).await);
        assert!(
            unknown.iter().filter(|one| one.starts_with("INSERT INTO")).count() >= 4,
            "this hears what is written: {unknown:#?}"
        );
        assert_eq!(known, unknown);
    }
});

/// Fills in the form as a visitor does, and sends it. Returns how long the work took, as the script says.
async fn fills_in(browser: &Browser, link: &str, address: &str) -> f64 {
    let client = browser.client();
    client.goto(link).await.unwrap();
    client.find(Locator::Css("#email")).await.unwrap().send_keys(address).await.unwrap();
    let answered = client.wait().at_most(PATIENCE).for_element(Locator::Css("input[name=altcha]")).await;
    answered.unwrap_or_else(|error| panic!("the browser finds no answer: {error}"));
    let time = "return JSON.parse(atob(document.querySelector('input[name=altcha]').value)).solution.time";
    let time = client.execute(time, vec![]).await.unwrap().as_f64().unwrap();
    client.find(Locator::Css("form#subscribe button")).await.unwrap().click().await.unwrap();
    arrives(browser).await;
    time
}

/// Waits for the page that says that a mail was sent.
async fn arrives(browser: &Browser) {
    let asked = browser.client().wait().at_most(PATIENCE).for_element(Locator::Css("ol.steps")).await;
    if asked.is_err() {
        panic!("the form was not sent:\n{}\n{:?}", browser.text("body").await, browser.console().await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_browser_works_while_the_form_is_filled_in() {
    // Its clock and ours are months apart, which must not matter. The server's stands still, so no form is too fast to be read.
    let app = TestApp::with(Kind::Sqlite, set(&[("LIMITS__LEAST_SECONDS", "0")])).await;
    let browser = Browser::start().await;
    let link = app.url("/n/weekly?lang=en");
    let time = fills_in(&browser, &link, "ada@example.org").await;
    assert_eq!(app.consents("requested")[0]["how"], "proof-of-work");
    // A slow phone's page is a quarter to a sixth as fast; the work itself is done by the browser's own cryptography.
    println!("the work took {time} ms in Chromium");
    browser.devtools("Emulation.setCPUThrottlingRate", serde_json::json!({ "rate": 6 })).await;
    let time = fills_in(&browser, &link, "dora@example.org").await;
    println!("and {time} ms with its page six times as slow");
    browser.devtools("Emulation.setCPUThrottlingRate", serde_json::json!({ "rate": 1 })).await;
    assert_eq!(browser.console().await, Vec::<String>::new());

    // Sent at once, by keyboard: it waits, says so, and is sent by itself.
    let client = browser.client();
    client.goto(&link).await.unwrap();
    let said = "window.said = []; new MutationObserver(() => window.said.push(document.querySelector('[role=status]').textContent))\
        .observe(document.querySelector('[role=status]'), {childList: true, characterData: true, subtree: true})";
    client.execute(said, vec![]).await.unwrap();
    let email = client.find(Locator::Css("#email")).await.unwrap();
    email.send_keys("bob@example.org\u{e007}").await.unwrap();
    let said = browser.text("[role=status]").await;
    arrives(&browser).await;
    assert!(said.contains("One moment please") || said.is_empty(), "{said}");
    assert_eq!(app.consents("requested")[2]["how"], "proof-of-work");

    // Back: the form is there again, and its next answer is a new one.
    client.back().await.unwrap();
    client.wait().for_element(Locator::Css("#email")).await.unwrap();
    let email = client.find(Locator::Css("#email")).await.unwrap();
    email.clear().await.unwrap();
    email.send_keys("cleo@example.org\u{e007}").await.unwrap();
    arrives(&browser).await;
    assert_eq!(app.consents("requested")[3]["how"], "proof-of-work");
    let stored = "return [document.cookie, localStorage.length, sessionStorage.length].join()";
    assert_eq!(client.execute(stored, vec![]).await.unwrap(), ",0,0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_browser_sends_the_form_without_javascript_too() {
    let app = TestApp::with(Kind::Sqlite, set(&[("LIMITS__LEAST_SECONDS", "0")])).await;
    let browser = Browser::start().await;
    browser.devtools("Emulation.setScriptExecutionDisabled", serde_json::json!({ "value": true })).await;
    let client = browser.client();
    client.goto(&app.url("/n/weekly?lang=en")).await.unwrap();
    client.find(Locator::Css("#email")).await.unwrap().send_keys("ada@example.org").await.unwrap();
    client.find(Locator::Css("form#subscribe button")).await.unwrap().click().await.unwrap();
    arrives(&browser).await;
    assert_eq!(app.consents("requested")[0]["how"], "without-work");
}
