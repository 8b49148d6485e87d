//! From one database into another, in the middle of an issue: nobody is lost, nobody gets two, and all that was promised holds on
//! the other side.

use std::collections::HashSet;
use std::time::Duration;

use crate::support::chance::{Chance, number};
use crate::support::database::{Database, Kind};
use crate::support::instance::{Instance, each_instance};
use crate::support::mails::{Mail, path_of};
use crate::support::process::read;
use crate::support::relay::FakeRelay;

const READERS: usize = 20_000;

fn other(kind: Kind) -> Kind {
    if kind == Kind::Sqlite { Kind::Postgres } else { Kind::Sqlite }
}

/// A newsletter with so many readers, each with a record of consent, and rows with octets of any kind.
fn filled(instance: &Instance, readers: usize) {
    instance.newsletter();
    let rows: String = (0..readers).map(|n| format!("reader-{n}@example.org,Träumerin {n}\n")).collect();
    let file = instance.file("readers.csv", format!("email,name\n{rows}").as_bytes());
    instance.done(&["subscribers", "import", "weekly", &file, "--evidence", "Double opt-in in the old system"]);
    instance.news("Treffen");
    let octets = if instance.database.kind == Kind::Sqlite { "X'00ff5c0a'" } else { "'\\x00ff5c0a'::bytea" };
    instance.database.execute(&format!(
        "INSERT INTO images (public_id, content_type, width, height, bytes, created_at) VALUES ({octets}, 'image/png', 1, 1, {octets}, 0)"
    ));
}

/// Delivers until so many mails are out, and is killed in the middle of it.
async fn begin_to_deliver(instance: &Instance, relay: &FakeRelay, database: &Database, until: usize) {
    let (mut deliver, log) = instance.start(&["deliver", "--until-idle"], "deliver.log");
    while relay.count() < until {
        assert!(!deliver.has_ended(), "{}", read(&log));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    deliver.signal("KILL");
    deliver.stop();
    if database.kind == Kind::Postgres {
        // The server notices in its own time.
        let held = "SELECT count(*) AS value FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
             WHERE d.datname = current_database() AND l.locktype = 'advisory'";
        while database.number(held) > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn found_by_its_word(database: &Database) -> i64 {
    database.number(match database.kind {
        Kind::Sqlite => "SELECT count(*) AS value FROM published_words WHERE published_words MATCH 'treffen'",
        Kind::Postgres => "SELECT count(*) AS value FROM published_items WHERE words @@ to_tsquery('simple', 'treffen')",
    })
}

each_instance!(a_copy_in_the_middle_of_an_issue_and_back_again_loses_nobody_and_doubles_nobody, |instance, relay| async move {
    let mut instance = instance;
    let first = instance.database.kind;
    let (away, back) = (Database::empty(other(first)), Database::empty(first));
    filled(&instance, READERS);
    instance.done(&["issue", "publish", "weekly"]);
    begin_to_deliver(&instance, &relay, &instance.database, READERS / 4).await;

    let told = instance.done(&["copy-database", "--to", &away.url]);
    assert!(told.contains("Counts and hashes of all tables agree") && told.contains("sends nothing any more"), "{told}");
    let so_far = relay.count();
    for command in [&["deliver", "--until-idle"][..], &["issue", "status", "weekly"], &["serve"]] {
        let sentence = instance.refused(1, command);
        assert!(sentence.contains("has moved to") && sentence.contains("database.url"), "{sentence}");
    }
    assert_eq!(relay.count(), so_far, "the old one sends nothing");
    assert_eq!(found_by_its_word(&away), 1);

    // It is known there without a person's word, and goes on.
    instance.set("DATABASE__URL", &away.url);
    begin_to_deliver(&instance, &relay, &away, READERS / 2).await;
    instance.done(&["copy-database", "--to", &back.url]);
    assert_eq!(found_by_its_word(&back), 1);
    instance.set("DATABASE__URL", &back.url);
    instance.done(&["deliver", "--until-idle"]);

    let got = relay.recipients_after(0);
    let readers: HashSet<String> = got.iter().cloned().collect();
    assert_eq!(readers.len(), got.len(), "nobody got two");
    let rows =
        |state: &str| back.texts(&format!("SELECT address AS value FROM deliveries WHERE kind = 'issue' AND state = '{state}'"));
    let (sent, doubts) = (rows("sent"), rows("unknown"));
    assert_eq!(sent.len() + doubts.len(), READERS, "nobody is lost");
    assert!(sent.iter().all(|address| readers.contains(address)), "what is called sent was sent");
    assert!(doubts.len() < 100, "only what was on the wire when it was killed is in doubt: {}", doubts.len());

    // A link of the first mail, which two databases ago was sent.
    let link = Mail::parse(&relay.received()[0].data).one_click_link();
    let (mut serve, log) = instance.start(&["serve", "--only", "web"], "serve.log");
    assert!(serve.listens(instance.port, &log), "{}", read(&log));
    let url = format!("http://127.0.0.1:{}{}", instance.port, path_of(&link));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let left = client.post(url).form(&[("List-Unsubscribe", "One-Click")]).send().await.unwrap();
    assert_eq!(left.status(), 200);
    serve.stop();
    assert_eq!(back.number("SELECT count(*) AS value FROM subscriptions WHERE state = 'ended'"), 1);
    instance.done(&["consent", "verify"]);

    // Numbers go on where they were.
    let last = back.number("SELECT max(id) AS value FROM subscribers");
    let file = instance.file("one-more.csv", b"email\nnew@example.org\n");
    instance.done(&["subscribers", "import", "weekly", &file, "--evidence", "On paper"]);
    assert_eq!(back.number("SELECT id AS value FROM subscribers WHERE canonical = 'new@example.org'"), last + 1);
});

each_instance!(a_copy_killed_at_any_instant_goes_on_when_it_is_repeated, |instance, _relay| async move {
    let target = Database::empty(other(instance.database.kind));
    filled(&instance, READERS);
    let (rounds, (mut chance, seed)) = (number("FAULT_ROUNDS", 8), Chance::new());
    let mut killed = 0;
    while killed < rounds {
        let (mut copy, log) = instance.start(&["copy-database", "--to", &target.url], "copy.log");
        tokio::time::sleep(Duration::from_millis(chance.below(4_000))).await;
        if copy.has_ended() {
            // The one before may have been killed when all was done and nothing said yet.
            let said = read(&log);
            assert!(["agree", "works with it", "has moved to"].iter().any(|words| said.contains(words)), "seed {seed}: {said}");
            break;
        }
        copy.signal("KILL");
        copy.stop();
        killed += 1;
    }
    // A server may need a moment to see that the last one is gone.
    let ended = loop {
        let ran = instance.run(&["copy-database", "--to", &target.url]);
        if !ran.err.contains("works with it") {
            break ran;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(ended.code == Some(0) || ended.err.contains("has moved to"), "seed {seed}: {ended:?}");
    for table in ["subscribers", "subscriptions", "consent_records", "consent_details", "news_items", "images"] {
        let count = format!("SELECT count(*) AS value FROM {table}");
        assert_eq!(target.number(&count), instance.database.number(&count), "seed {seed}: {table}");
    }
    let mut instance = instance;
    instance.set("DATABASE__URL", &target.url);
    instance.done(&["consent", "verify"]);
});

each_instance!(what_is_given_up_is_open_again_and_does_not_send_by_itself, |instance, relay| async move {
    let target = Database::empty(other(instance.database.kind));
    filled(&instance, 3);
    instance.done(&["issue", "publish", "weekly"]);
    let sentence = instance.refused(1, &["copy-database", "--take-back"]);
    assert!(sentence.contains("is open"), "{sentence}");
    instance.done(&["copy-database", "--to", &target.url]);
    let sentence = instance.refused(1, &["copy-database", "--to", &target.url]);
    assert!(sentence.contains("has moved to"), "{sentence}");

    let told = instance.done(&["copy-database", "--take-back"]);
    assert!(told.contains("instance status"), "{told}");
    instance.refused(1, &["deliver", "--until-idle"]);
    assert_eq!(relay.count(), 0, "the new database may have sent it");
    let sentence = instance.refused(1, &["copy-database", "--to", &target.url]);
    assert!(sentence.contains("is not empty"), "{sentence}");
    instance.done(&["instance", "confirm-restore"]);
    instance.done(&["issue", "release", "weekly", "1"]);
    instance.done(&["deliver", "--until-idle"]);
    assert_eq!(relay.count(), 3);
});

each_instance!(a_copy_is_refused_where_it_could_do_harm, |instance, _relay| async move {
    let target = Database::empty(other(instance.database.kind));
    let url = instance.database.url.clone();
    let copy = |to: &str| instance.refused(1, &["copy-database", "--to", to]);
    assert!(copy(&target.url).contains("no database of Rundbrief yet"), "nothing was made yet");
    filled(&instance, 3);
    assert!(copy(&url).contains("itself"));
    for only in ["web", "scheduler", "delivery"] {
        let (mut serve, log) = instance.start(&["serve", "--only", only], "serve.log");
        serve.says(&log, "rundbrief serves");
        let sentence = copy(&target.url);
        assert!(sentence.contains("a Rundbrief works with it"), "{only}: {sentence}");
        serve.stop();
    }
    let full = Database::migrated(target.kind);
    full.execute("INSERT INTO duties (name, ran_at, report) VALUES ('retention', 0, '{}')");
    assert!(copy(&full.url).contains("is not empty"));
    let foreign = Database::empty(target.kind);
    foreign.execute("CREATE TABLE invoices (id INTEGER PRIMARY KEY)");
    assert!(copy(&foreign.url).contains("has not the form of this release"));
    let newest = "SELECT max(version) AS value FROM __diesel_schema_migrations";
    let newest = instance.database.texts(newest).pop().unwrap();
    instance.database.execute(&format!("DELETE FROM __diesel_schema_migrations WHERE version = '{newest}'"));
    assert!(copy(&target.url).contains("has not the form of this release"));
    instance.database.execute(&format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{newest}')"));
    let told = instance.done(&["copy-database", "--to", &target.url]);
    assert!(told.contains("agree"), "what was refused has done no harm: {told}");
});
