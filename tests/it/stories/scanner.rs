//! Link scanners open every link of a mail in a real browser, with its scripts and its timers, before a person sees it. They
//! change nothing; the person's one click does (R145, R178).
//!
//! The timers of a page run half a minute: the browser's clock is put forward.
//! `RUNDBRIEF_SCANNER_SECONDS=30 tests/run scanner` lets each page have so many real seconds as well.

use std::time::Duration;

use fantoccini::Locator;
use serde_json::json;

use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::database::Kind;
use crate::support::mails::{Mail, link_in_text};
use crate::support::wait::until;

/// What scanners give a page, in its own time.
const PAGE_TIME: u64 = 30_000;

struct Scanner {
    browser: Browser,
    real: Duration,
}

impl Scanner {
    async fn start() -> Scanner {
        let seconds = std::env::var("RUNDBRIEF_SCANNER_SECONDS").map_or(0, |seconds| seconds.parse().unwrap());
        let browser = Browser::start().await;
        let timer = format!("window.half_a_minute = false; setTimeout(() => window.half_a_minute = true, {PAGE_TIME})");
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": timer })).await;
        Scanner { browser, real: Duration::from_secs(seconds) }
    }

    /// Opens a link and stays until the page has nothing more to do.
    async fn opens(&self, link: &str) {
        let client = self.browser.client();
        client.goto(link).await.unwrap_or_else(|error| panic!("{link}: {error}"));
        // Whenever the page only waits, its clock goes on to the next timer.
        self.browser.devtools("Emulation.setVirtualTimePolicy", json!({ "policy": "advance" })).await;
        let over = async || client.execute("return window.half_a_minute", vec![]).await.unwrap() == json!(true);
        until(over, || format!("the browser's clock cannot be put forward on {link}")).await;
        tokio::time::sleep(self.real).await;
    }

    /// Every link of a mail, those of its headers included.
    async fn scans(&self, app: &TestApp, mail: &Mail) {
        let mut links = [mail.links_in_text(), mail.links_in_html()].concat();
        if mail.has_header("List-Unsubscribe") {
            links.push(mail.one_click_link());
        }
        links.retain(|link| link.starts_with(&app.url("/")));
        links.sort();
        links.dedup();
        assert!(links.len() >= 3, "{links:?}");
        let before = app.people();
        for link in links {
            self.opens(&app.door(&link)).await;
            assert_eq!(app.people(), before, "opening {link} changed something");
        }
    }
}

/// A person opens one page and clicks once.
async fn one_click(link: &str, buttons: usize) {
    let browser = Browser::start().await;
    let client = browser.client();
    client.goto(link).await.unwrap();
    let heading = browser.text("h1").await;
    let found = client.find_all(Locator::Css("main form button")).await.unwrap();
    assert_eq!(found.len(), buttons, "{}", browser.text("main").await);
    found[0].click().await.unwrap();
    let shown = "return document.querySelector('h1')?.innerText";
    // Between two pages there is nothing, and nobody to ask.
    let other = async || client.execute(shown, vec![]).await.is_ok_and(|now| now.as_str().is_some_and(|now| now != heading));
    until(other, || "the click does nothing".to_owned()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scanners_browser_opens_every_link_and_only_a_persons_click_counts() {
    let app = TestApp::on(Kind::Sqlite).await;
    let scanner = Scanner::start().await;
    app.asks("ada@example.org", "de").await;
    app.drain().await;
    let mail = app.mails_to("ada@example.org").remove(0);
    scanner.scans(&app, &mail).await;
    assert_eq!(app.subscription("ada@example.org", "weekly"), "pending de");
    one_click(&app.door(&link_in_text(&mail, "confirm")), 1).await;
    assert_eq!(app.subscription("ada@example.org", "weekly"), "active de");

    app.publishes("Treffen").await;
    app.drain().await;
    let mail = app.mails_to("ada@example.org").pop().unwrap();
    scanner.scans(&app, &mail).await;
    assert_eq!(app.subscription("ada@example.org", "weekly"), "active de");
    // This newsletter, or all: either is one click.
    one_click(&app.door(&link_in_text(&mail, "unsubscribe")), 2).await;
    assert_eq!(app.subscription("ada@example.org", "weekly"), "ended de");
}
