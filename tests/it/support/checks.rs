//! What each page is measured by: axe-core, html-validate, narrow windows, wide spacing, the keyboard (R216–R222). One
//! browser looks at all pages and notes what it finds, so that one run tells everything.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::browser::Browser;
use super::wait::until;

/// A page's own words, or an edition, which is a mail's document (tables, inline styles) in a browser.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Page,
    Mail,
}

/// Findings that are printed: one wrong line in the frame is found on every page.
const MOST: usize = 200;

pub struct Checks {
    pub browser: Browser,
    origin: String,
    findings: Vec<String>,
    /// `page` and `mail`: what html-validate reads in the end.
    folder: tempfile::TempDir,
    pub pages: usize,
}

/// Where `tests/run` has installed what tests/browser/package.json names.
fn packages() -> PathBuf {
    let folder = std::env::var_os("RUNDBRIEF_TEST_NPM");
    PathBuf::from(folder.expect("axe-core and html-validate are missing: tests/run installs them and sets RUNDBRIEF_TEST_NPM"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Checks {
    /// `origin`: scheme, host and port of the pages.
    pub async fn start(origin: &str) -> Checks {
        let browser = Browser::start().await;
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/checks.js");
        for script in [packages().join("axe-core/axe.min.js"), ours] {
            browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": read(&script) })).await;
        }
        browser.devtools("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })).await;
        let folder = tempfile::tempdir().unwrap();
        for kind in ["page", "mail"] {
            std::fs::create_dir(folder.path().join(kind)).unwrap();
        }
        Checks { browser, origin: origin.to_owned(), findings: Vec::new(), folder, pages: 0 }
    }

    pub async fn get(&self, path: &str) {
        self.browser.client().goto(&format!("{}{path}", self.origin)).await.unwrap();
    }

    /// Sends a form as a page of ours would, and waits for what comes.
    pub async fn post(&self, path: &str, fields: &[(&'static str, String)]) {
        self.get("/imprint").await;
        let script = "const form = document.createElement('form'); form.method = 'post'; form.action = arguments[0]; \
            for (const [name, value] of arguments[1]) { const field = document.createElement('textarea'); field.name = name; \
            field.value = value; form.append(field) } document.body.append(form); window.before = true; \
            HTMLFormElement.prototype.submit.call(form)";
        let client = self.browser.client();
        client.execute(script, vec![json!(path), json!(fields)]).await.unwrap();
        let there = "return document.readyState === 'complete' && !window.before";
        let answered = async || matches!(client.execute(there, vec![]).await, Ok(Value::Bool(true)));
        until(answered, || format!("{path} does not answer")).await;
    }

    /// The page that is open, as the browser understood it.
    pub async fn html(&self) -> String {
        format!("<!doctype html>\n{}", self.browser.client().source().await.unwrap())
    }

    /// Looks at the page that is open. `html`: as the server sent it.
    pub async fn look(&mut self, name: &str, language: &str, kind: Kind, html: &str) {
        self.pages += 1;
        let file = self.folder.path().join(if kind == Kind::Mail { "mail" } else { "page" }).join(format!("{name}.html"));
        std::fs::write(file, html).unwrap();
        let mut found = Vec::new();
        self.facts(language, &mut found).await;
        for scheme in ["light", "dark"] {
            self.browser.looks(1280, scheme).await;
            let told: Vec<String> = self.ask("barriers()").await;
            found.extend(told.into_iter().map(|one| format!("{scheme}: {one}")));
        }
        self.browser.looks(1280, "light").await;
        self.walk(&mut found).await;
        // A phone, and a window of 1280 × 1024 at 400 %.
        for (what, height, scale) in [("at 320 px", 900, 1), ("at 400 %", 256, 4)] {
            let screen = json!({ "width": 320, "height": height, "deviceScaleFactor": scale, "mobile": false });
            self.browser.devtools("Emulation.setDeviceMetricsOverride", screen).await;
            for (spaced, how) in [("false", ""), ("true", ", spaced")] {
                let told: Vec<String> = self.ask(&format!("misfits({spaced})")).await;
                found.extend(told.into_iter().map(|one| format!("{what}{how}: {one}")));
            }
        }
        let lines = self.browser.console().await;
        // That a page has another status than 200 is no complaint about it.
        found.extend(lines.into_iter().filter(|line| !line.contains("the server responded with a status of 4")));
        self.browser.pictures(name).await;
        self.findings.extend(found.into_iter().map(|one| format!("{name}: {one}")));
    }

    async fn facts(&self, language: &str, found: &mut Vec<String>) {
        let facts: Value = self.ask("facts()").await;
        if facts["language"] != language {
            found.push(format!("speaks {} instead of {language}", facts["language"]));
        }
        if facts["headings"] != 1 {
            found.push(format!("has {} h1", facts["headings"]));
        }
        if facts["kept"] != 0 || !facts["foreign"].as_array().unwrap().is_empty() {
            found.push(format!("keeps something, or asks elsewhere: {facts}"));
        }
        let cookies = self.browser.devtools("Network.getCookies", json!({})).await;
        if cookies["cookies"] != json!([]) {
            found.push(format!("sets cookies: {cookies}"));
        }
    }

    /// By Tab from the top to the end.
    async fn walk(&self, found: &mut Vec<String>) {
        let stops: usize = self.ask("begin()").await;
        for nth in 0..stops {
            for kind in ["rawKeyDown", "keyUp"] {
                let key = json!({ "type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9 });
                self.browser.devtools("Input.dispatchKeyEvent", key).await;
            }
            let told: Vec<String> = self.ask(&format!("arrived({nth})")).await;
            found.extend(told.into_iter().map(|one| format!("by keyboard: {one}")));
        }
        // Back to the top, without the ring around the last one.
        let _: usize = self.ask("begin()").await;
    }

    /// Waits until what has this id has the focus; a browser gives it with the first picture of a page.
    pub async fn focuses(&self, name: &str, id: &str) {
        let mut focused = Value::Null;
        let has_it = async || {
            let mut facts: Value = self.ask("facts()").await;
            focused = facts["focused"].take();
            focused == id
        };
        until(has_it, || format!("{name}: \"{id}\" does not get the focus")).await;
    }

    async fn ask<T: DeserializeOwned>(&self, question: &str) -> T {
        let answer = self.browser.client().execute(&format!("return rundbrief.{question}"), vec![]).await;
        serde_json::from_value(answer.unwrap_or_else(|error| panic!("{question}: {error}"))).unwrap()
    }

    /// Lets html-validate read what was looked at. Fails with everything that was found.
    pub fn end(mut self) {
        for kind in ["page", "mail"] {
            self.findings.extend(validate(&self.folder.path().join(kind), kind));
        }
        let count = self.findings.len();
        self.findings.truncate(MOST);
        assert!(count == 0, "{count} findings on {} pages:\n{}", self.pages, self.findings.join("\n"));
    }
}

/// What html-validate says of the files in a folder.
fn validate(folder: &Path, kind: &str) -> Vec<String> {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/browser/{kind}.cjs"));
    let mut command = Command::new("node");
    command.arg(packages().join("html-validate/bin/html-validate.mjs")).arg("--config").arg(&config);
    // Into a file: what it writes to a pipe it does not finish.
    let told = folder.with_extension("json");
    command.arg(format!("--formatter=json={}", told.display())).args(["--ext", "html"]).arg(folder);
    let output = command.output().unwrap_or_else(|error| panic!("cannot start node: {error}. tests/run installs it"));
    let told: Value = serde_json::from_str(&read(&told))
        .unwrap_or_else(|_| panic!("html-validate failed: {}", String::from_utf8_lossy(&output.stderr)));
    let files = told.as_array().unwrap().iter();
    files
        .flat_map(|file| {
            let name = Path::new(file["filePath"].as_str().unwrap()).file_stem().unwrap().to_string_lossy().into_owned();
            let line =
                move |one: &Value| format!("{name}, line {}: html-validate, {}: {}", one["line"], one["ruleId"], one["message"]);
            file["messages"].as_array().unwrap().iter().map(line).collect::<Vec<_>>()
        })
        .collect()
}
