//! The day when the disk is gone: a backup is taken while mails go out, and put back; nobody is mailed by itself, and
//! whatever way somebody chooses to put it back, it is not undone.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::database::{Database, Kind};
use crate::support::instance::{Instance, each_instance};
use crate::support::process::{PATIENCE, read};
use crate::support::relay::FakeRelay;

/// The folder that `rundbrief backup` printed.
fn backup(instance: &Instance) -> PathBuf {
    let printed = instance.done(&["backup", "backups"]);
    let folder = instance.folder.path().join(printed.lines().next().unwrap());
    assert!(folder.join("manifest.json").exists(), "{printed}");
    folder
}

/// Puts it back; on PostgreSQL into a new database, which lives as long as what is returned.
fn restore(instance: &mut Instance, backup: &Path) -> (String, Option<Database>) {
    let new = (instance.database.kind == Kind::Postgres).then(|| Database::empty(Kind::Postgres));
    if let Some(new) = &new {
        instance.set("DATABASE__URL", &new.url);
    }
    (instance.done(&["restore", backup.to_str().unwrap()]), new)
}

/// The files in a folder whose names begin so.
fn named(folder: &Path, begin: &str) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(begin)).collect()
}

each_instance!(a_backup_taken_while_mails_go_out_is_put_back_and_everybody_has_it_once, |instance, relay| async move {
    let mut instance = instance;
    instance.newsletter();
    let readers = 40;
    for n in 0..readers {
        instance.subscriber(&format!("reader{n}@example.org"));
    }
    instance.news("Treffen");
    // A mail every ten seconds.
    instance.set("RELAY__PER_HOUR", "360");
    let (mut serve, log) = instance.start(&["serve"], "serve.log");
    assert!(serve.listens(instance.port, &log), "{}", read(&log));
    instance.done(&["issue", "publish", "weekly"]);
    relay.wait_for(2).await;
    let during = backup(&instance);
    let sentence = instance.refused(1, &["restore", during.to_str().unwrap()]);
    let words = if instance.database.kind == Kind::Sqlite { "is at work with" } else { "into an empty database only" };
    assert!(sentence.contains(words), "{sentence}");
    // Staff stop it, and nothing goes out after the second backup.
    instance.done(&["issue", "pause", "weekly", "1"]);
    serve.signal("TERM");
    assert_eq!(serve.ends(), Some(0), "{}", read(&log));
    let reached = relay.count();
    assert!((2..readers).contains(&reached), "{reached}");
    let last = backup(&instance);

    // The first one knows less than happened: nobody is mailed out of it.
    let (told, first) = restore(&mut instance, &during);
    assert!(told.contains("all hashes are right") && told.contains("confirm-restore"), "{told}");
    for _ in 0..2 {
        // The node that was at work when the backup was taken is dead in it, which is said.
        let ran = instance.run(&["deliver", "--until-idle"]);
        assert!(ran.code == Some(1) && ran.err.contains("confirm-restore"), "{ran:?}");
    }
    assert!(instance.done(&["instance", "status"]).contains("HELD"));
    assert_eq!(relay.count(), reached, "nobody is mailed by itself");

    let (_, second) = restore(&mut instance, &last);
    instance.refused(1, &["deliver", "--until-idle"]);
    instance.done(&["instance", "confirm-restore"]);
    instance.done(&["deliver", "--until-idle"]);
    assert_eq!((relay.count(), &instance.status(1)["state"]), (reached, &"paused".into()));
    instance.done(&["issue", "resume", "weekly", "1"]);
    instance.set("RELAY__PER_HOUR", "");
    instance.done(&["deliver", "--until-idle"]);
    let mut to: Vec<String> = relay.received().into_iter().map(|mail| mail.to).collect();
    to.sort_unstable();
    to.dedup();
    assert_eq!((to.len(), relay.count(), &instance.status(1)["state"]), (readers, readers, &"sent".into()));
    instance.done(&["consent", "verify"]);
    drop((first, second));
});

/// How somebody takes a backup.
#[derive(Clone, Copy, Debug)]
enum Taken {
    /// `cp` of the file while nothing runs.
    Stopped,
    /// SQLite's own way, as of `sqlite3 … ".backup"`.
    Vacuum,
    /// Ours, and the file out of it.
    Backup,
}

async fn put_over(taken: Taken, by_move: bool) {
    let what = format!("{taken:?}, {}", if by_move { "mv" } else { "cp" });
    let relay = FakeRelay::start().await;
    let instance = Instance::on(Kind::Sqlite, &relay.url());
    let (file, epoch_file) = (instance.database.file(), instance.folder.path().join("secret.keys.epoch"));
    let copy = instance.folder.path().join("copy.db");
    let log_file = PathBuf::from(format!("{}-wal", file.display()));
    instance.newsletter();
    for reader in ["ada@example.org", "bob@example.org", "eve@example.org"] {
        instance.subscriber(reader);
    }
    instance.news("Treffen");
    instance.done(&["deliver", "--until-idle"]);
    instance.done(&["issue", "publish", "weekly"]);
    assert!(!log_file.exists(), "{what}: nobody has it open");
    match taken {
        Taken::Stopped => drop(std::fs::copy(&file, &copy).unwrap()),
        Taken::Vacuum => drop(instance.database.execute(&format!("VACUUM INTO '{}'", copy.display()))),
        Taken::Backup => std::fs::rename(backup(&instance).join("database.sqlite3"), &copy).unwrap(),
    }
    let known = std::fs::read_to_string(&epoch_file).unwrap();
    let (mut serve, log) = instance.start(&["serve", "--only", "delivery"], "serve.log");
    relay.wait_for(3).await;
    let begun = Instant::now();
    while beats(&epoch_file) <= beats_in(&known) + 1 {
        assert!(begun.elapsed() < PATIENCE, "{what}: {}", read(&log));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    serve.signal("KILL");
    serve.stop();
    assert!(std::fs::metadata(&log_file).unwrap().len() > 32, "{what}: the log lies there");
    if by_move {
        std::fs::rename(&copy, &file).unwrap();
    } else {
        std::fs::copy(&copy, &file).unwrap();
    }

    let ran = instance.run(&["instance", "status"]);
    assert!(ran.out.contains("HELD") && ran.err.contains("was replaced while the log"), "{what}: {ran:?}");
    let sentence = instance.refused(1, &["deliver", "--until-idle"]);
    assert!(sentence.contains("older than what a node remembers"), "{what}: {sentence}");
    assert_eq!(relay.count(), 3, "{what}: nobody gets a second one");
    assert_eq!((&instance.status(1)["state"], &instance.status(1)["sent"]), (&"preparing".into(), &0.into()), "{what}");
    assert_eq!(named(file.parent().unwrap(), "rundbrief.db-wal.set-aside-1").len(), 1, "{what}: nothing is deleted");
    instance.done(&["instance", "confirm-restore"]);
    instance.done(&["deliver", "--until-idle"]);
    assert_eq!((relay.count(), &instance.status(1)["state"]), (3, &"held".into()), "{what}");
}

/// Beats that the epoch file knows of its SQLite file.
fn beats(epoch_file: &Path) -> i64 {
    beats_in(&std::fs::read_to_string(epoch_file).unwrap())
}

fn beats_in(memory: &str) -> i64 {
    serde_json::from_str::<serde_json::Value>(memory).unwrap()["file"]["count"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_put_over_a_killed_database_is_not_undone_by_its_log_on_sqlite() {
    for (taken, by_move) in [(Taken::Stopped, false), (Taken::Vacuum, false), (Taken::Backup, false), (Taken::Stopped, true)] {
        put_over(taken, by_move).await;
    }
}

each_instance!(a_backup_is_for_its_owner_alone_and_a_changed_one_is_refused, |instance, _| async move {
    instance.newsletter();
    let folder = backup(&instance);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert!(named(&folder, "keys.epoch").is_empty() && named(&folder, "secret.keys").is_empty() && folder.join("keys").exists());
    let words = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
    let password = instance.database.url.split(['@', ':']).nth(2).unwrap_or("-----------");
    assert!(instance.database.kind == Kind::Sqlite || !words.contains(password), "{words}");

    let refused = |arguments: &[&str], words: &str| {
        let sentence = instance.refused(1, arguments);
        assert!(sentence.contains(words), "{words} is missing in: {sentence}");
    };
    let file = instance.file("a-file", b"");
    refused(&["backup", &file], "a-file");
    refused(&["restore", "nowhere"], "no backup");
    refused(&["restore", &file], "no database of the kind");
    refused(&["restore", folder.parent().unwrap().to_str().unwrap()], folder.to_str().unwrap());
    let database = named(&folder, "database.").pop().unwrap();
    let mut octets = std::fs::read(&database).unwrap();
    let middle = octets.len() / 2;
    octets[middle] ^= 1;
    std::fs::write(&database, &octets).unwrap();
    refused(&["restore", folder.to_str().unwrap()], "is not as it was when the backup was made");
    assert!(instance.done(&["newsletter", "list"]).contains("weekly"), "nothing was touched");
});

each_instance!(keys_are_put_where_they_are_missing_and_never_overwritten_unasked, |instance, _| async move {
    let mut instance = instance;
    instance.newsletter();
    let (folder, keys) = (backup(&instance), instance.folder.path().join("secret.keys"));
    let known = std::fs::read_to_string(&keys).unwrap();
    // Missing: as on another machine.
    std::fs::remove_file(&keys).unwrap();
    let (told, mut new) = restore(&mut instance, &folder);
    assert!(told.contains("was missing"), "{told}");
    assert_eq!(std::fs::read_to_string(&keys).unwrap(), known);
    // Rotated since: all that the backup needs is there.
    instance.done(&["secret", "rotate"]);
    let rotated = std::fs::read_to_string(&keys).unwrap();
    (_, new) = (new, restore(&mut instance, &folder).1);
    assert_eq!(std::fs::read_to_string(&keys).unwrap(), rotated);
    instance.done(&["newsletter", "list"]);
    // Others: links would be dead.
    let other = Instance::on(Kind::Sqlite, "file:///nowhere");
    other.newsletter();
    std::fs::copy(other.folder.path().join("secret.keys"), &keys).unwrap();
    let sentence = instance.refused(1, &["restore", folder.to_str().unwrap()]);
    assert!(sentence.contains("--with-keys") && sentence.contains("Nothing was changed"), "{sentence}");
    let empty = (instance.database.kind == Kind::Postgres).then(|| Database::empty(Kind::Postgres));
    if let Some(empty) = &empty {
        instance.set("DATABASE__URL", &empty.url);
    }
    instance.done(&["restore", folder.to_str().unwrap(), "--with-keys"]);
    assert_eq!(std::fs::read_to_string(&keys).unwrap(), known);
    assert_eq!(named(instance.folder.path(), "secret.keys.before-restore-").len(), 1);
    instance.done(&["newsletter", "list"]);
    drop((new, empty));
});

each_instance!(on_another_machine_a_backup_brings_its_keys_and_shows_its_pages, |instance, relay| async move {
    instance.newsletter();
    instance.subscriber("ada@example.org");
    instance.news("Treffen");
    instance.done(&["issue", "publish", "weekly"]);
    let folder = backup(&instance);
    let there = Instance::unmade(instance.database.kind, &relay.url());
    there.done(&["restore", folder.to_str().unwrap()]);
    assert!(there.done(&["newsletter", "list"]).contains("weekly"));
    there.refused(1, &["deliver", "--until-idle"]);
    there.done(&["instance", "confirm-restore"]);
    there.done(&["issue", "release", "weekly", "1"]);
    there.done(&["deliver", "--until-idle"]);
    assert_eq!(relay.count(), 1);
});

each_instance!(a_backup_of_the_release_before_is_brought_to_this_ones_form, |instance, _| async move {
    let mut instance = instance;
    instance.newsletter();
    instance.database.revert_last();
    let folder = backup(&instance);
    let (_, new) = restore(&mut instance, &folder);
    assert!(instance.done(&["newsletter", "list"]).contains("weekly"));
    assert!(instance.done(&["instance", "status"]).contains("HELD"));
    drop(new);
});

#[test]
fn a_restore_that_was_broken_off_is_said_and_done_again() {
    let instance = Instance::on(Kind::Sqlite, "file:///nowhere");
    instance.newsletter();
    let (folder, file) = (backup(&instance), instance.database.file());
    std::fs::rename(&file, file.with_extension("db.before")).unwrap();
    std::fs::write(file.with_extension("db.restoring"), "half of it").unwrap();
    for command in [&["newsletter", "list"][..], &["migrate"], &["serve"], &["deliver", "--until-idle"]] {
        let sentence = instance.refused(1, command);
        assert!(sentence.contains("was broken off") && sentence.contains("rundbrief restore"), "{sentence}");
    }
    assert!(!file.exists());
    instance.done(&["restore", folder.to_str().unwrap()]);
    assert!(instance.done(&["newsletter", "list"]).contains("weekly"));
}

/// As the release before had it in its README.
#[test]
fn a_file_that_sqlite_itself_copied_is_put_back_too() {
    let instance = Instance::on(Kind::Sqlite, "file:///nowhere");
    instance.newsletter();
    let (file, copy) = (instance.database.file(), instance.folder.path().join("copy.db"));
    instance.database.execute(&format!("VACUUM INTO '{}'", copy.display()));
    instance.news("Treffen");
    let told = instance.done(&["restore", copy.to_str().unwrap()]);
    assert!(told.contains("no manifest") && told.contains("confirm-restore"), "{told}");
    assert_eq!(instance.database.number("SELECT count(*) AS value FROM news_items"), 0);
    assert!(instance.done(&["instance", "status"]).contains("HELD"));
    assert_eq!(named(file.parent().unwrap(), "rundbrief.db.before-restore-").len(), 1);
    let other = instance.file("other.db", b"");
    assert!(instance.refused(1, &["restore", &other]).contains("no database of the kind"));
}

#[test]
fn a_backup_goes_back_into_the_kind_of_database_it_is_from() {
    let mut instance = Instance::on(Kind::Sqlite, "file:///nowhere");
    instance.newsletter();
    let folder = backup(&instance);
    let other = Database::empty(Kind::Postgres);
    instance.set("DATABASE__URL", &other.url);
    assert!(instance.refused(1, &["restore", folder.to_str().unwrap()]).contains("the kind it is from"));
}
