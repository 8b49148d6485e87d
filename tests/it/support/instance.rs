//! The real program at an operator's terminal: a database, settings in the environment, exit codes and output.

use std::path::PathBuf;
use std::process::Command;

use jiff::SignedDuration;
use rundbrief::clock::Clock;

use super::app::settings;
use super::database::{Database, Kind};
use super::process::{Process, free_port};

/// A story on both databases, at the terminal: makes the tests `NAME::sqlite` and `NAME::postgres`. The relay is a fake one.
///
/// ```text
/// each_instance!(migrating_twice_is_fine, |instance, relay| async move { … });
/// ```
macro_rules! each_instance {
    ($name:ident, |$instance:pat_param, $relay:pat_param| async move $story:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn story(kind: $crate::support::database::Kind) {
                let relay = $crate::support::relay::FakeRelay::start().await;
                let ($instance, $relay) = ($crate::support::instance::Instance::on(kind, &relay.url()), relay);
                $story
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                story($crate::support::database::Kind::Sqlite).await
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                story($crate::support::database::Kind::Postgres).await
            }
        }
    };
}
pub(crate) use each_instance;

pub struct Instance {
    pub database: Database,
    pub folder: tempfile::TempDir,
    pub port: u16,
    variables: Vec<(String, String)>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Runs a program to its end.
    pub fn of(command: &mut Command) -> Ran {
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Instance {
    /// On a database that is migrated and has nothing in it.
    pub fn on(kind: Kind, relay: &str) -> Instance {
        Instance::with(Database::migrated(kind), relay)
    }

    /// Before the first command: the database is not there, or has no tables.
    pub fn unmade(kind: Kind, relay: &str) -> Instance {
        Instance::with(Database::empty(kind), relay)
    }

    fn with(database: Database, relay: &str) -> Instance {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let variables = settings(&database.url, relay, &folder.path().join("secret.keys"), port);
        Instance { database, folder, port, variables }
    }

    /// Adds or replaces a setting, like `("RELAY__URL", "…")`.
    pub fn set(&mut self, key: &str, value: &str) {
        let key = format!("RUNDBRIEF__{key}");
        self.variables.retain(|(known, _)| *known != key);
        self.variables.push((key, value.to_owned()));
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rundbrief"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("RUNDBRIEF")) {
            command.env_remove(name);
        }
        command.args(arguments).envs(self.variables.iter().cloned()).current_dir(self.folder.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// Runs a command that has to work; returns what it prints.
    pub fn done(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
        ran.out
    }

    /// Runs a command that has to fail with this exit code and one sentence; returns the sentence.
    pub fn refused(&self, code: i32, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
        let sentence = ran.err.strip_prefix("rundbrief: ").unwrap_or_else(|| panic!("{arguments:?}: {ran:?}")).trim_end();
        assert!(!sentence.contains('\n'), "more than a sentence: {ran:?}");
        sentence.to_owned()
    }

    /// Like [`Instance::refused`], for a command that prints what it found before it fails; returns the sentence.
    pub fn refused_after_output(&self, code: i32, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!((ran.code, ran.out.is_empty()), (Some(code), false), "{arguments:?}: {ran:?}");
        ran.err
    }

    /// Starts a command that goes on; its output goes into the file.
    pub fn start(&self, arguments: &[&str], log: &str) -> (Process, PathBuf) {
        let log = self.folder.path().join(log);
        (Process::start(&mut self.command(arguments), &log), log)
    }

    /// Writes a file beside the keys; returns its path.
    pub fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// Adds the newsletter `weekly` in German and English, by the commands an operator uses.
    pub fn newsletter(&self) {
        let from = "Zentrum für Übergänge <news@example.org>";
        self.done(&["newsletter", "add", "weekly", "--name", "Wochenblatt", "--from", from, "--languages", "de,en"]);
        self.done(&["newsletter", "text", "weekly", "de", "--title", "Wochenblatt", "--description", "Erscheint wöchentlich."]);
    }

    /// Adds a German news item to `weekly`.
    pub fn news(&self, headline: &str) {
        self.news_to("weekly", headline);
    }

    pub fn news_to(&self, slug: &str, headline: &str) {
        let file = self.file("item.md", format!("---\nlanguage: de\nheadline: {headline}\n---\nText.\n").as_bytes());
        self.done(&["news", "add", slug, &file]);
    }

    /// Plans an issue of `weekly` for tomorrow, then moves it to now: how long the command takes to start decides nothing.
    pub fn planned_issue_is_due(&self) {
        let now = Clock::system().now();
        self.done(&["issue", "publish", "weekly", "--at", &(now + SignedDuration::from_hours(24)).to_string()]);
        let due = format!("UPDATE issues SET due_at = {} WHERE state = 'scheduled'", now.as_microsecond());
        assert_eq!(self.database.execute(&due), 1);
    }

    /// Makes somebody an active subscriber of `weekly`, behind the program's back.
    pub fn subscriber(&self, address: &str) {
        let random = if self.database.kind == Kind::Sqlite { "randomblob(16)" } else { "uuid_send(gen_random_uuid())" };
        self.database.execute("UPDATE newsletters SET activations = activations + 1");
        self.database.execute(&format!(
            "INSERT INTO subscribers (public_id, address, canonical, created_at) VALUES ({random}, '{address}', '{address}', 0)"
        ));
        self.database.execute(&format!(
            "INSERT INTO subscriptions (public_id, subscriber_id, newsletter_id, state, language, activation, requested_at) \
             SELECT {random}, s.id, n.id, 'active', 'de', n.activations, 0 FROM subscribers s CROSS JOIN newsletters n \
             WHERE s.address = '{address}'"
        ));
    }

    /// `issue status weekly NUMBER --json`
    pub fn status(&self, number: i64) -> serde_json::Map<String, serde_json::Value> {
        let printed = self.done(&["issue", "status", "weekly", &number.to_string(), "--json"]);
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
    }
}
