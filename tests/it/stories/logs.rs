//! What the real program writes into its log while people subscribe, read and leave: never who, never with which link (R184).

use std::process::Command;

use serde_json::Value;

use crate::support::app::settings;
use crate::support::database::{Database, Kind};
use crate::support::mails::{Mail, link_in_text, path_of};
use crate::support::process::{self, serve};
use crate::support::relay::FakeRelay;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rundbrief");

/// The whole way of one reader through `rundbrief serve`, with everything logged that can be.
async fn story(kind: Kind) {
    let database = Database::empty(kind);
    let relay = FakeRelay::start().await;
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let keys = folder.path().join("secret.keys");
    let rundbrief = |port: u16, arguments: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).current_dir(folder.path());
        command.envs(settings(&database.url, &relay.url(), &keys, port));
        command
            .env("RUNDBRIEF_LOG", "info,rundbrief=trace,actix_web=debug,actix_http=info")
            .env("RUNDBRIEF__LOG__FORMAT", "json");
        command
    };
    let news = folder.path().join("news.md");
    std::fs::write(&news, "---\nlanguage: de\nheadline: Treffen\n---\nText.\n").unwrap();
    let add = ["newsletter", "add", "weekly", "--name", "Weekly", "--from", "News <news@example.org>", "--languages", "de"];
    process::output(&mut rundbrief(1, &add));
    process::output(&mut rundbrief(1, &["news", "add", "weekly", news.to_str().unwrap()]));
    let (mut server, port) = serve(&log, false, |port| rundbrief(port, &["serve"]));
    let door = |link: &str| format!("http://127.0.0.1:{port}{}", path_of(link));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let post = |link: String, form: Vec<(&'static str, &'static str)>| {
        let request = client.post(link).form(&form);
        async move { request.send().await.unwrap().status().as_u16() }
    };

    let form =
        vec![("email", "Ada.Lovelace@example.org"), ("newsletter", "weekly"), ("language", "de"), ("name", "Augusta King")];
    assert_eq!(post(door("/subscribe"), form).await, 200);
    assert_eq!(post(door("/subscribe"), vec![("email", "Bcc: charles.babbage@"), ("newsletter", "weekly")]).await, 422);
    let confirm = link_in_text(&Mail::parse(&relay.wait_for(1).await[0].data), "confirm");
    assert_eq!(client.get(door(&confirm)).send().await.unwrap().status(), 200);
    assert_eq!(post(door(&confirm), vec![]).await, 200);
    process::output(&mut rundbrief(port, &["issue", "publish", "weekly"]));
    let mail = Mail::parse(&relay.wait_for(2).await[1].data);
    let (unsubscribe, preferences) = (mail.one_click_link(), link_in_text(&mail, "preferences"));
    let token = |link: &str| link.rsplit('/').next().unwrap().to_owned();
    let tokens = [token(&confirm), token(&unsubscribe), token(&preferences)];
    for link in [
        unsubscribe.clone(),
        preferences.clone(),
        format!("{preferences}?lang=de&token={}", tokens[0]),
        format!("/Unsubscribe/{}", tokens[1]),
        format!("/%75nsubscribe/{}", tokens[1]),
        format!("/unsubscribe//{}", tokens[1]),
        format!("/{}", tokens[2]),
        format!("/n/weekly/{}?email=Ada.Lovelace@example.org", tokens[2]),
    ] {
        client.get(door(&link)).send().await.unwrap();
    }
    assert_eq!(post(door(&preferences), vec![("name", "Augusta Ada"), ("language.weekly", "de")]).await, 200);
    assert_eq!(post(door(&unsubscribe), vec![("List-Unsubscribe", "One-Click")]).await, 200);
    server.stop();

    let written = process::read(&log);
    let lines: Vec<Value> = written.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let shown = |path: &str, method: &str, status: u16| {
        lines.iter().filter(|line| line["path"] == path && line["method"] == method && line["status"] == status).count()
    };
    assert_eq!(shown("/subscribe", "POST", 200), 1, "{written}");
    assert_eq!((shown("/confirm/…", "GET", 200), shown("/confirm/…", "POST", 200)), (1, 1), "{written}");
    assert_eq!((shown("/unsubscribe/…", "POST", 200), shown("/preferences/…", "GET", 200)), (1, 2), "{written}");
    for secret in tokens.iter().map(String::as_str).chain(["lovelace", "babbage", "augusta", "charles"]) {
        assert!(!written.to_lowercase().contains(&secret.to_lowercase()), "{secret} is in the log:\n{written}");
    }
}

mod the_log_names_no_reader_and_no_link {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        story(Kind::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        story(Kind::Postgres).await;
    }
}
