//! A real browser: Chromium behind its chromedriver, as a reader uses it.

use std::path::PathBuf;
use std::process::Command;
use std::str::FromStr;

use base64::Engine as _;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};

use super::process::{Process, serve};

/// What Chromium is started with: no window, no sandbox (a container has none to give), and nothing that calls home.
const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,1000",
];

/// A running browser with a profile of its own. Ends when dropped.
pub struct Browser {
    client: Client,
    _driver: Process,
    folder: tempfile::TempDir,
}

impl Browser {
    /// Starts chromedriver on a free port and Chromium behind it.
    pub async fn start() -> Browser {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_path_buf();
        let (driver, port) = serve(&folder.path().join("chromedriver.log"), false, |port| {
            let mut command = Command::new("chromedriver");
            command.arg(format!("--port={port}")).env("HOME", &home);
            command
        });
        let mut arguments: Vec<String> = FLAGS.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={}", folder.path().join("profile").display()));
        let mut wanted = Capabilities::new();
        wanted.insert("goog:chromeOptions".to_owned(), serde_json::json!({ "args": arguments }));
        wanted.insert("goog:loggingPrefs".to_owned(), serde_json::json!({ "browser": "ALL" }));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap_or_else(|error| panic!("chromedriver cannot start Chromium: {error}"));
        Browser { client, _driver: driver, folder }
    }

    /// The WebDriver client: `goto`, `find`, `wait` …
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// A command of the DevTools protocol, for what WebDriver has none.
    pub async fn devtools(&self, command: &str, parameters: serde_json::Value) -> serde_json::Value {
        self.client.issue_cmd(DevTools(serde_json::json!({ "cmd": command, "params": parameters }))).await.unwrap()
    }

    /// Shows pages as on a screen of this width, light or dark.
    pub async fn looks(&self, width: u32, scheme: &str) {
        let screen = serde_json::json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await;
        let media = serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// The picture of the page from its top down to `height`, also of what the window has no room for, as a PNG.
    pub async fn picture(&self, width: u32, height: f64) -> Vec<u8> {
        let clip = serde_json::json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let wanted = serde_json::json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let answer = self.devtools("Page.captureScreenshot", wanted).await;
        base64::engine::general_purpose::STANDARD.decode(answer["data"].as_str().unwrap()).unwrap()
    }

    /// Whether the page fits a narrow phone (WCAG 2.2, 1.4.10) and complains of nothing. With `RUNDBRIEF_SCREENSHOTS=DIR` its
    /// pictures are written there, on a phone and a desk, light and dark.
    pub async fn fits(&self, name: &str) {
        assert_eq!(self.console().await, Vec::<String>::new(), "{name}");
        self.looks(320, "light").await;
        let width = self.client.execute("return document.documentElement.scrollWidth", vec![]).await.unwrap().as_f64().unwrap();
        assert!(width <= 320.0, "{name} is {width} px wide in a window of 320");
        self.pictures(name).await;
    }

    /// Writes pictures of the page into `$RUNDBRIEF_SCREENSHOTS`, if that is set: phone and desk, light and dark.
    pub async fn pictures(&self, name: &str) {
        let Some(folder) = std::env::var_os("RUNDBRIEF_SCREENSHOTS").map(PathBuf::from) else { return };
        std::fs::create_dir_all(&folder).unwrap();
        for (scheme, width) in [("light", 390), ("light", 1280), ("dark", 390), ("dark", 1280)] {
            self.looks(width, scheme).await;
            let height = self.client.execute("return document.documentElement.scrollHeight", vec![]).await.unwrap();
            let picture = self.picture(width, height.as_f64().unwrap()).await;
            std::fs::write(folder.join(format!("{name}-{scheme}-{width}.png")), picture).unwrap();
        }
    }

    /// Writes what the window shows as `NAME.png` into `$RUNDBRIEF_SCREENSHOTS`, or into a folder that goes with the browser.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let folder =
            std::env::var_os("RUNDBRIEF_SCREENSHOTS").map_or_else(|| self.folder.path().join("screenshots"), PathBuf::from);
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.png"));
        std::fs::write(&file, self.client.screenshot().await.unwrap()).unwrap();
        file
    }

    /// Makes the window as wide and high as a phone's, a tablet's …
    pub async fn resize(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.unwrap();
    }

    /// The text a reader sees at a CSS selector. Fails when nothing is there.
    pub async fn text(&self, selector: &str) -> String {
        let found = self.client.find(fantoccini::Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("nothing at {selector}: {error}")).text().await.unwrap()
    }

    /// What the page itself got wrong, such as a style its own policy refused: the lines of the browser's console.
    pub async fn console(&self) -> Vec<String> {
        let lines = self.client.issue_cmd(ConsoleLog).await.unwrap();
        lines.as_array().into_iter().flatten().map(|line| line["message"].to_string()).collect()
    }
}

/// chromedriver's own command for the console; WebDriver has none.
#[derive(Debug)]
struct ConsoleLog;

impl fantoccini::wd::WebDriverCompatibleCommand for ConsoleLog {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as FromStr>::Err> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(r#"{"type":"browser"}"#.to_owned()))
    }
}

/// chromedriver's way to the DevTools protocol.
#[derive(Debug)]
struct DevTools(serde_json::Value);

impl fantoccini::wd::WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as FromStr>::Err> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.0.to_string()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_shows_a_page_and_takes_its_picture() {
    let browser = Browser::start().await;
    browser
        .client()
        .goto("data:text/html;charset=utf-8,<title>Grüße</title><h1>Hallo</h1><script>console.error('oh')</script>")
        .await
        .unwrap();
    assert_eq!(browser.client().title().await.unwrap(), "Grüße");
    assert_eq!(browser.text("h1").await, "Hallo");
    assert!(browser.console().await[0].contains("oh"));
    let picture = std::fs::read(browser.screenshot("self-test").await).unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
}
