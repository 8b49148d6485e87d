//! What the real program writes into its log while people subscribe, read and leave: never who, never with which link (R184).

use std::cell::RefCell;
use std::process::Command;

use serde_json::Value;

use crate::support::app::settings;
use crate::support::database::{Database, Kind};
use crate::support::instance::{Instance, Ran};
use crate::support::mails::{Mail, link_in_text, path_of};
use crate::support::process::{self, serve};
use crate::support::relay::FakeRelay;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rundbrief");

/// A database that refuses a row and repeats what is in it.
fn quarrel(database: &Database) {
    match database.kind {
        Kind::Sqlite => database.execute(
            "CREATE TRIGGER quarrel BEFORE INSERT ON subscribers WHEN new.address LIKE 'quarrel%' BEGIN \
             SELECT raise(ABORT, 'Key (address)=(' || new.address || ') already exists'); END",
        ),
        Kind::Postgres => {
            database.execute(
                "CREATE FUNCTION quarrel() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF new.address LIKE 'quarrel%' THEN \
                 RAISE EXCEPTION 'Key (address)=(%) already exists', new.address USING DETAIL = new.address; \
                 END IF; RETURN new; END $$",
            );
            database.execute("CREATE TRIGGER quarrel BEFORE INSERT ON subscribers FOR EACH ROW EXECUTE FUNCTION quarrel()")
        }
    };
}

/// The whole way of readers and staff through `rundbrief serve` and the commands, with everything logged that can be.
async fn story(kind: Kind) {
    let database = Database::migrated(kind);
    let relay = FakeRelay::start().await;
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let keys = folder.path().join("secret.keys");
    let rundbrief = |port: u16, arguments: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).current_dir(folder.path());
        command.envs(settings(&database.url, &relay.url(), &keys, port));
        command.env("RUNDBRIEF_LOG", "trace").env("RUNDBRIEF__LOG__FORMAT", "json");
        command
    };
    // A command's log is what it writes to stderr.
    let commands = RefCell::new(String::new());
    let done = |port: u16, arguments: &[&str]| {
        let ran = Ran::of(&mut rundbrief(port, arguments));
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
        commands.borrow_mut().push_str(&ran.err);
        ran.out
    };
    let news = folder.path().join("news.md");
    std::fs::write(&news, "---\nlanguage: de\nheadline: Treffen\n---\nText.\n").unwrap();
    let add = ["newsletter", "add", "weekly", "--name", "Weekly", "--from", "News <news@example.org>", "--languages", "de"];
    done(1, &add);
    done(1, &["news", "add", "weekly", news.to_str().unwrap()]);
    let readers = folder.path().join("readers.csv");
    std::fs::write(&readers, "email,name,confirmed\nbounce-550@hopper.example,Grace Hopper,2020-01-02\nnobody.lamarr@,,\n")
        .unwrap();
    done(1, &["subscribers", "import", "weekly", readers.to_str().unwrap(), "--evidence", "Files of 2020"]);
    quarrel(&database);
    let (mut server, port) = serve(&log, false, |port| rundbrief(port, &["serve"]));
    let door = |link: &str| format!("http://127.0.0.1:{port}{}", path_of(link));
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
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
    let quarrel = vec![("email", "quarrel.noether@example.org"), ("newsletter", "weekly"), ("language", "de")];
    assert_eq!(post(door("/subscribe"), quarrel).await, 500);
    done(port, &["issue", "publish", "weekly"]);
    let mail = Mail::parse(&relay.wait_for(2).await[1].data);
    let (unsubscribe, preferences) = (mail.one_click_link(), link_in_text(&mail, "preferences"));
    let said = done(port, &["staff", "add", "editor.curie@example.org", "--role", "editor"]);
    let invitation = said.split_whitespace().find(|word| word.contains("/staff/invitation/")).unwrap().to_owned();
    let token = |link: &str| link.rsplit('/').next().unwrap().to_owned();
    let tokens = [token(&confirm), token(&unsubscribe), token(&preferences), token(&invitation)];
    for link in [
        unsubscribe.clone(),
        preferences.clone(),
        format!("{preferences}?lang=de&token={}", tokens[0]),
        format!("/Unsubscribe/{}", tokens[1]),
        format!("/%75nsubscribe/{}", tokens[1]),
        format!("/unsubscribe//{}", tokens[1]),
        format!("/{}", tokens[2]),
        format!("/n/weekly/{}?email=Ada.Lovelace@example.org", tokens[2]),
        "/n/Ada.Lovelace@example.org".to_owned(),
        "/archive/ada.lovelace%40example.org/1".to_owned(),
        format!("/x{}y/z", tokens[3]),
    ] {
        client.get(door(&link)).send().await.unwrap();
    }
    assert_eq!(post(door(&preferences), vec![("name", "Augusta Ada"), ("language.weekly", "de")]).await, 200);
    assert_eq!(post(door(&unsubscribe), vec![("List-Unsubscribe", "One-Click")]).await, 200);
    let sign_in = |path: String, form: Vec<(&'static str, &'static str)>| {
        let request = client.post(path).header("Sec-Fetch-Site", "same-origin").form(&form);
        async move { request.send().await.unwrap() }
    };
    let passwords = vec![("password", "Radium ergibt 84 Polonien")];
    let accepted = sign_in(door(&invitation), passwords).await;
    assert_eq!(accepted.status(), 303);
    let session = accepted.headers()["set-cookie"].to_str().unwrap().split(['=', ';']).nth(1).unwrap().to_owned();
    let wrong = vec![("email", "editor.curie@example.org"), ("password", "uranium-uranium")];
    assert_eq!(sign_in(door("/staff/sign-in"), wrong).await.status(), 422);
    done(port, &["person", "export", "Ada.Lovelace@example.org"]);
    done(port, &["consent", "show", "Ada.Lovelace@example.org"]);
    done(port, &["person", "erase", "Ada.Lovelace@example.org"]);
    done(port, &["issue", "status", "weekly", "1"]);
    server.stop();

    let written = process::read(&log) + &commands.borrow();
    let lines: Vec<Value> = written.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let shown = |path: &str, method: &str, status: u16| {
        lines.iter().filter(|line| line["path"] == path && line["method"] == method && line["status"] == status).count()
    };
    assert_eq!(shown("/subscribe", "POST", 200), 1, "{written}");
    assert_eq!((shown("/confirm/…", "GET", 200), shown("/confirm/…", "POST", 200)), (1, 1), "{written}");
    assert_eq!((shown("/unsubscribe/…", "POST", 200), shown("/preferences/…", "GET", 200)), (1, 2), "{written}");
    let told = |message: &str, error: &str| {
        lines.iter().any(|line| line["message"] == message && line["error"].as_str().is_some_and(|text| text.contains(error)))
    };
    assert!(told("a request failed", "Key (address)=(…) already exists"), "{written}");
    let others = lines.iter().filter(|line| !line["target"].as_str().unwrap().starts_with("rundbrief"));
    assert_eq!(others.filter(|line| line["level"] != "WARN" && line["level"] != "ERROR").count(), 0, "{written}");
    let names = ["lovelace", "babbage", "augusta", "charles", "hopper", "grace", "lamarr", "noether", "curie"];
    let secrets = [session.as_str(), "radium", "polonien", "uranium", "s3cret", "bounce+"];
    for secret in tokens.iter().map(String::as_str).chain(names).chain(secrets) {
        assert!(!written.to_lowercase().contains(&secret.to_lowercase()), "{secret} is in the log:\n{written}");
    }
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let mut instance = Instance::on(Kind::Sqlite, "file:///nowhere");
    instance.done(&["migrate"]);
    // Whoever can read the keys is warned of in the log.
    let keys = instance.folder.path().join("secret.keys");
    std::fs::set_permissions(&keys, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let warned = |ran: Ran| {
        assert!(
            ran.out.contains("others can read the signing keys") || ran.err.contains("others can read the signing keys"),
            "{ran:?}"
        );
        (ran.out + &ran.err).contains('\u{1b}')
    };
    assert!(!warned(instance.run(&["newsletter", "list"])), "not into a pipe");
    // `script` gives a program a terminal.
    let on_terminal = |variable: Option<(&str, &str)>| {
        let mut command = Command::new("script");
        let line = format!("{PROGRAM} newsletter list");
        command.args(["-qec", line.as_str(), "/dev/null"]).current_dir(instance.folder.path());
        command.envs(settings(&instance.database.url, "file:///nowhere", &keys, 1));
        command.env_remove("NO_COLOR").env_remove("RUNDBRIEF_LOG").env("TERM", "xterm").envs(variable);
        Ran::of(&mut command)
    };
    assert!(warned(on_terminal(None)));
    for variable in [("NO_COLOR", "1"), ("TERM", "dumb"), ("RUNDBRIEF__LOG__FORMAT", "json")] {
        assert!(!warned(on_terminal(Some(variable))), "{variable:?}");
    }
    instance.set("LOG__FORMAT", "json");
    assert!(!warned(instance.run(&["newsletter", "list"])));
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
