//! The demo as somebody meets it: the real program, a real browser, and what a person sees at each of the six steps.
//!
//! `RUNDBRIEF_SCREENSHOTS=DIR tests/run stories::browser` also writes pictures of each step into DIR/steps (phone and
//! desktop, light and dark), and DIR/mail.png, form.png and staff.png, which the README shows.

use std::path::PathBuf;
use std::process::Command;

use fantoccini::Locator;
use fantoccini::elements::Element;

use crate::support::browser::Browser;
use crate::support::process::{self, Process};
use crate::support::wait::{PATIENCE, until, until_blocking};

const HEADLINES: [&str; 4] = [
    "The learning lab opens its doors",
    "Fourth network meeting on learning at work",
    "Symposium “Good Work with AI”",
    "Skills map: four questions instead of 40 pages",
];

/// `rundbrief demo` on a free port, with data of its own.
struct Demo {
    url: String,
    /// The link it printed for staff.
    invitation: String,
    _process: Process,
    _folder: tempfile::TempDir,
}

impl Demo {
    fn start() -> Demo {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let (process, port) = process::serve(&log, false, |port| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_rundbrief"));
            command.args(["demo", "--listen", &format!("127.0.0.1:{port}"), "--data"]).arg(folder.path().join("data"));
            command
        });
        // It prints its addresses once it has furnished its database; its port is taken before that.
        let printed = || process::read(&log).contains("Ctrl-C ends it");
        until_blocking(printed, || format!("the demo prints no addresses:\n{}", process::read(&log)));
        let printed = process::read(&log);
        let url = format!("http://127.0.0.1:{port}");
        assert!(
            printed.contains(&format!("{url}/n/zentrum-aktuell")) && printed.contains(&format!("{url}/demo/mails")),
            "{printed}"
        );
        let invitation = printed.split_whitespace().find(|word| word.contains("/staff/invitation/")).unwrap().to_owned();
        Demo { url, invitation, _process: process, _folder: folder }
    }
}

/// Somebody in front of the browser.
struct Person {
    browser: Browser,
    url: String,
}

impl Person {
    async fn at(demo: &Demo) -> Person {
        Person { browser: Browser::start().await, url: demo.url.clone() }
    }

    async fn goes_to(&self, path: &str) {
        let link = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url) };
        self.browser.client().goto(&link).await.unwrap();
    }

    /// Waits for the page with this heading.
    async fn sees_page(&self, heading: &str) {
        let path = format!("//h1[normalize-space()=\"{heading}\"]");
        let found = self.browser.client().wait().at_most(PATIENCE).for_element(Locator::XPath(&path)).await;
        if found.is_err() {
            panic!("there is no page \"{heading}\" but this:\n{}", self.browser.text("body").await);
        }
    }

    async fn sees(&self, words: &str) {
        let seen = self.browser.text("body").await;
        assert!(seen.contains(words), "\"{words}\" is not to be seen here:\n{seen}");
    }

    /// The link or button with these words.
    async fn thing(&self, words: &str) -> Element {
        let path = format!(
            "//main//a[normalize-space()=\"{words}\"] | //main//button[normalize-space()=\"{words}\"] | //body[not(//main)]//a[normalize-space()=\"{words}\"]"
        );
        let found = self.browser.client().find(Locator::XPath(&path)).await;
        match found {
            Ok(found) => found,
            Err(_) => panic!("there is nothing \"{words}\" to press here:\n{}", self.browser.text("body").await),
        }
    }

    async fn presses(&self, words: &str) {
        self.thing(words).await.click().await.unwrap();
    }

    async fn fills_in(&self, field: &str, value: &str) {
        let found = self.browser.client().find(Locator::Css(&format!("[name={field}]"))).await.unwrap();
        found.send_keys(value).await.unwrap();
    }

    /// Looks at the captured mails until one with this subject is there, and opens it.
    async fn opens_mail(&self, subject: &str) {
        self.goes_to("/demo/mails").await;
        let came = async || {
            let came = self.browser.client().find(Locator::LinkText(subject)).await.is_ok();
            if !came {
                self.presses("Refresh").await;
            }
            came
        };
        until(came, || format!("no mail \"{subject}\" came")).await;
        self.looks_at("2-captured-mails").await;
        self.presses(subject).await;
        self.sees_page(subject).await;
    }

    /// Into the frame that shows the mail's HTML, as a mail program would.
    async fn looks_into_the_mail(&self) {
        let frame = self.browser.client().find(Locator::Css("iframe.mail")).await.unwrap();
        frame.enter_frame().await.unwrap();
        self.browser.client().wait().at_most(PATIENCE).for_element(Locator::Css("h1")).await.unwrap();
    }

    /// Follows a link in the mail, which opens beside it, and stays there.
    async fn follows(&self, words: &str) {
        let client = self.browser.client();
        let before = client.windows().await.unwrap();
        self.presses(words).await;
        let opened = client.windows().await.unwrap().into_iter().find(|window| !before.contains(window));
        client.switch_to_window(opened.unwrap_or_else(|| panic!("\"{words}\" opened nothing"))).await.unwrap();
    }

    /// What holds on each page: nothing of it was refused, and a narrow window shows all of it. Then its pictures, if wanted.
    async fn looks_at(&self, step: &str) {
        let complaints = self.browser.console().await;
        assert!(complaints.is_empty(), "the browser complains about {step}: {complaints:#?}");
        // WCAG 2.2, 1.4.10: no scrolling in two dimensions at 320 CSS pixels.
        self.browser.looks(320, "light").await;
        let width = self.number("document.documentElement.scrollWidth").await;
        assert!(width <= 320.0, "{step} is {width} px wide in a window of 320");
        if let Some(folder) = screenshots() {
            std::fs::create_dir_all(folder.join("steps")).unwrap();
            for (scheme, width) in [("light", 390), ("light", 1280), ("dark", 390), ("dark", 1280)] {
                self.browser.looks(width, scheme).await;
                self.takes(&format!("steps/{step}-{scheme}-{width}"), width, "document.documentElement.scrollHeight").await;
            }
        }
        self.browser.looks(1280, "light").await;
    }

    /// Writes a picture down to what `height`, JavaScript, says in px, if pictures are wanted.
    async fn takes(&self, name: &str, width: u32, height: &str) {
        if let Some(folder) = screenshots() {
            self.browser.looks(width, if name.contains("dark") { "dark" } else { "light" }).await;
            let height = self.number(height).await;
            std::fs::write(folder.join(format!("{name}.png")), self.browser.picture(width, height).await).unwrap();
        }
    }

    async fn number(&self, script: &str) -> f64 {
        self.browser.client().execute(&format!("return {script}"), vec![]).await.unwrap().as_f64().unwrap()
    }
}

fn screenshots() -> Option<PathBuf> {
    let folder = std::env::var_os("RUNDBRIEF_SCREENSHOTS").map(PathBuf::from)?;
    std::fs::create_dir_all(&folder).unwrap();
    Some(folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_walked_through_in_six_steps() {
    let demo = Demo::start();
    let person = Person::at(&demo).await;

    // 1. Subscribe.
    person.goes_to("/n/zentrum-aktuell").await;
    person.sees_page("Subscribe to Centre News").await;
    person.sees("I can withdraw this consent at any time").await;
    person.looks_at("1-form").await;
    person.fills_in("email", "ada@example.org").await;
    person.fills_in("name", "Ada Löwe").await;
    person.takes("form", 800, "document.querySelector('form').getBoundingClientRect().bottom + scrollY + 40").await;
    person.presses("Sign up").await;
    person.sees_page("Please check your mail").await;
    person.looks_at("1-asked").await;

    // 2. Open the captured mail.
    person.presses("Captured mails").await;
    person.opens_mail("Please confirm your subscription: Centre News").await;
    person.sees("ada@example.org").await;
    person.looks_at("2-confirmation-mail").await;
    person.looks_into_the_mail().await;
    person.sees("Was it not you? Then you need not do anything.").await;

    // 3. Confirm.
    person.follows("Confirm subscription").await;
    person.sees_page("Confirm your subscription").await;
    person.looks_at("3-confirm").await;
    person.presses("Yes, confirm my subscription").await;
    person.sees_page("Your subscription is confirmed").await;
    person.sees("Centre News").await;
    person.looks_at("3-confirmed").await;

    // 4. Sign in by the printed link, and publish with two clicks.
    person.goes_to(&demo.invitation).await;
    person.sees_page("Choose a password").await;
    person.looks_at("4-invitation").await;
    person.fills_in("password", "Elbe Dachboden Sonntag Zwieback").await;
    person.presses("Save password").await;
    person.sees_page("Desk").await;
    person.sees("One person gets this newsletter").await;
    for headline in HEADLINES {
        person.sees(headline).await;
    }
    person.looks_at("4-desk").await;
    person.takes("staff", 900, "document.querySelector('section.panel').getBoundingClientRect().bottom + scrollY + 40").await;
    person.presses("Publish issue").await;
    person.sees_page("Publish issue").await;
    person.looks_at("4-publish").await;
    person.presses("Publish now").await;
    person.sees_page("Centre News: issue 1").await;
    let sent = async || {
        let sent = person.browser.text(".headline .state").await == "sent";
        if !sent {
            person.presses("Refresh").await;
        }
        sent
    };
    until(sent, || "the issue is not sent".to_owned()).await;
    person.sees("1 of 1 mail is done").await;
    person.looks_at("4-issue").await;

    // 5. Read both parts of the issue.
    person.opens_mail(&format!("Centre News 1: {}", HEADLINES[0])).await;
    person.looks_at("5-issue-mail").await;
    let text = person.browser.text("pre.mail").await;
    person.looks_into_the_mail().await;
    for said in ["Hello Ada Löwe,", "Alte Druckerei, Saal 2, Magdeburg"].iter().chain(&HEADLINES) {
        assert!(text.contains(said), "\"{said}\" is not in the text part:\n{text}");
        person.sees(said).await;
    }
    let shown = "[...document.images].filter(image => image.complete && image.naturalWidth > 0).length";
    assert_eq!(person.number(shown).await, 3.0, "the picture and two logos are shown");
    assert_eq!(person.browser.console().await, Vec::<String>::new());
    let mail = person.browser.client().find(Locator::LinkText("View in browser")).await.unwrap().attr("href").await.unwrap();
    assert_eq!(mail.unwrap(), format!("{}/archive/zentrum-aktuell/1/en", person.url));
    shows_the_mail_alone(&person).await;

    // 6. Unsubscribe.
    person.opens_mail(&format!("Centre News 1: {}", HEADLINES[0])).await;
    person.looks_into_the_mail().await;
    person.follows("Unsubscribe from this newsletter").await;
    person.sees_page("Unsubscribe").await;
    person.looks_at("6-leave").await;
    person.presses("Unsubscribe from this newsletter").await;
    person.sees_page("You are unsubscribed").await;
    person.sees("You will no longer get “Centre News”.").await;
    person.looks_at("6-left").await;
    person.goes_to("/staff").await;
    person.sees("Nobody gets this newsletter").await;
    another_reader_in_another_language(&person).await;
}

/// Whoever comes later is offered the latest issue in their language, and gets the next one; whoever has left does not.
async fn another_reader_in_another_language(person: &Person) {
    person.goes_to("/n/zentrum-aktuell").await;
    person.fills_in("email", "bertha@example.org").await;
    person.number("(document.querySelector('[name=language]').value = 'de', 1)").await;
    person.presses("Sign up").await;
    person.sees_page("Please check your mail").await;
    person.opens_mail("Bitte bestätigen Sie Ihre Anmeldung: Zentrum aktuell").await;
    person.looks_into_the_mail().await;
    person.follows("Anmeldung bestätigen").await;
    person.sees_page("Abonnement bestätigen").await;
    person.presses("Ja, Abonnement bestätigen").await;
    person.sees_page("Ihr Abonnement ist bestätigt").await;
    person.looks_at("7-confirmed-with-latest").await;
    person.presses("Zentrum aktuell 1: Das Lernlabor öffnet seine Türen").await;
    let edition = format!("{}/archive/zentrum-aktuell/1/de", person.url).parse().unwrap();
    person.browser.client().wait().at_most(PATIENCE).for_url(&edition).await.unwrap();
    person.sees("Das Lernlabor öffnet seine Türen").await;

    person.goes_to("/staff").await;
    person.sees("Drafts").await;
    person.presses("Next issue").await;
    person.sees("The item is now in the next issue.").await;
    person.looks_at("7-desk").await;
    person.presses("Publish issue").await;
    person.presses("Publish now").await;
    person.sees_page("Centre News: issue 2").await;
    person.sees("Issue 2 is published and on its way.").await;
    let begun = std::time::Instant::now();
    while person.browser.text(".headline .state").await != "sent" {
        assert!(begun.elapsed() < PATIENCE, "the issue is not sent");
        person.presses("Refresh").await;
    }
    person.sees("1 of 1 mail is done").await;
    person.goes_to("/demo/mails").await;
    person.sees("bertha@example.org").await;
    person.sees("Zentrum aktuell 2: Sechs Tandems lernen").await;
    let all = person.browser.text("body").await;
    assert!(!all.contains("Centre News 2:"), "whoever has left gets no second issue:\n{all}");
}

/// The mail's HTML without the page around it, at all widths.
async fn shows_the_mail_alone(person: &Person) {
    let client = person.browser.client();
    client.enter_parent_frame().await.unwrap();
    let frame = client.find(Locator::Css("iframe.mail")).await.unwrap().attr("src").await.unwrap().unwrap();
    person.goes_to(&frame).await;
    person.looks_at("5-issue").await;
    // Down to the second item.
    person.takes("mail", 720, "document.querySelectorAll('.rule')[2].getBoundingClientRect().top + scrollY").await;
    person.browser.looks(1280, "light").await;
}
