//! Settings as the program meets them: what is wrong is one sentence and exit code 2 before anything happens.

use crate::support::database::Kind;
use crate::support::instance::{Instance, Ran, each_instance};
use crate::support::process::free_port;

#[test]
fn a_wrong_setting_is_named_before_anything_happens() {
    let told = |key: &str, value: &str| {
        let mut instance = Instance::unmade(Kind::Sqlite, "file:///nowhere");
        instance.set(key, value);
        let sentence = instance.refused(2, &["migrate"]);
        assert!(!instance.database.file().exists(), "{key}");
        assert!(!instance.folder.path().join("secret.keys").exists(), "{key}");
        sentence
    };
    let unknown = told("RELAY__URLL", "smtp://127.0.0.1");
    assert!(unknown.contains("RUNDBRIEF__RELAY__URLL") && unknown.contains("\"relay.url\""), "{unknown}");
    let scheme = told("DATABASE__URL", "/var/lib/geheim.db");
    assert!(scheme.contains("database.url") && scheme.contains("sqlite://") && scheme.contains("postgres://"), "{scheme}");
    assert!(!scheme.contains("geheim"));
    assert!(told("PUBLIC_URL", "http://news.example.org").contains("public_url"), "http is for loopback only");
    assert!(told("RELAY__CONNECTIONS", "many").contains("relay.connections"));
    assert!(told("HTTP__LISTEN", "8080").contains("http.listen"));
}

#[test]
fn a_wrong_key_in_the_file_is_named_with_its_neighbour() {
    let instance = Instance::on(Kind::Sqlite, "file:///nowhere");
    let file = instance.file("rundbrief.toml", b"[imprint]\norganization = \"Zentrum\"\n");
    let sentence = instance.refused(2, &["--config", &file, "migrate"]);
    for words in ["rundbrief.toml", "imprint.organization", "\"imprint.organisation\""] {
        assert!(sentence.contains(words), "{words} is missing in: {sentence}");
    }
    let file = instance.file("rundbrief.toml", b"[imprint\n");
    assert!(instance.refused(2, &["--config", &file, "migrate"]).contains("not valid TOML"));
    assert!(instance.refused(2, &["--config", "absent.toml", "migrate"]).contains("absent.toml"));
}

#[test]
fn a_database_that_is_away_is_told_without_its_password() {
    let mut instance = Instance::on(Kind::Sqlite, "file:///nowhere");
    let port = free_port();
    instance.set("DATABASE__URL", &format!("postgres://rundbrief:geheim@127.0.0.1:{port}/news"));
    for command in [&["migrate"][..], &["newsletter", "list"], &["serve"], &["deliver", "--until-idle"]] {
        let sentence = instance.refused(1, command);
        assert!(sentence.contains(&format!("127.0.0.1:{port}/news")) && sentence.contains("database.url"), "{sentence}");
        assert!(!sentence.contains("geheim"), "{sentence}");
    }
    instance.set("DATABASE__URL", "sqlite:///proc/nowhere/rundbrief.db");
    assert!(instance.refused(1, &["migrate"]).contains("/proc/nowhere"));
}

#[test]
fn a_relay_that_cannot_be_meant_is_refused() {
    let mut instance = Instance::on(Kind::Sqlite, "file:///nowhere");
    for url in ["smtp://news:geheim@mail.example.org", "http://mail.example.org", "smtps://", "mail.example.org"] {
        instance.set("RELAY__URL", url);
        for command in [&["deliver", "--until-idle"][..], &["serve"]] {
            let sentence = instance.refused(2, command);
            assert!(sentence.contains("relay") && !sentence.contains("geheim"), "{url}: {sentence}");
        }
    }
}

each_instance!(check_config_shows_everything_but_secrets_and_changes_nothing, |instance, relay| async move {
    let mut instance = Instance::unmade(instance.database.kind, &relay.url());
    let shown = instance.done(&["check-config"]);
    for words in ["public_url", "[relay]", "Zentrum für Übergänge", "ok    database", "ok    templates", "ok    relay"] {
        assert!(shown.contains(words), "{words} is missing in {shown}");
    }
    assert_eq!(relay.connections(), 1);
    let secret = instance.database.url.split(['@', ':']).nth(2).unwrap_or_default().to_owned();
    if instance.database.kind == Kind::Sqlite {
        assert!(!instance.database.file().exists(), "it only looks");
    } else {
        assert!(secret.len() > 20 && !shown.contains(&secret), "{shown}");
    }

    instance.set("RELAY__URL", &format!("smtps://news:geheim@127.0.0.1:{}", free_port()));
    let ran = instance.run(&["check-config"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("FAIL  relay") && ran.err.contains("1 of the settings"), "{ran:?}");
    assert!(!ran.out.contains("geheim") && !ran.err.contains("geheim"), "{ran:?}");
    instance.set("PRIVACY__CONTACT", " ");
    assert!(instance.run(&["check-config"]).out.contains("privacy.contact"));
});

#[test]
fn check_config_tries_where_things_are_written() {
    let mut instance = Instance::on(Kind::Sqlite, "file:///nowhere");
    let mails = instance.folder.path().join("mails");
    instance.set("RELAY__URL", &format!("file://{}", mails.display()));
    instance.done(&["migrate"]);
    let shown = instance.done(&["check-config"]);
    for words in ["database file: ", "key file: ", "epoch file: ", "captured mails: ", "temporary files: SQLite has "] {
        assert!(shown.contains(&format!("ok    {words}")), "{words} is missing in {shown}");
    }
    // A file where a directory should be: nobody can write there, root neither.
    let file = instance.file("file", b"");
    for (key, place) in [
        ("SECRET__KEY_FILE", format!("{file}/keys")),
        ("DATABASE__EPOCH_FILE", format!("{file}/epoch")),
        ("RELAY__URL", format!("file://{file}/mails")),
        ("DATABASE__URL", format!("sqlite://{file}/rundbrief.db")),
    ] {
        let mut broken = Instance::on(Kind::Sqlite, &format!("file://{}", mails.display()));
        broken.set(key, &place);
        let ran = broken.run(&["check-config"]);
        assert_eq!(ran.code, Some(1), "{key}: {ran:?}");
        assert!(ran.out.contains(&format!("{file} cannot be written: ")), "{key}: {ran:?}");
    }
}

/// Every command that works with what is there, with what it needs.
const COMMANDS: [&[&str]; 14] = [
    &["newsletter", "list"],
    &["newsletter", "add", "weekly", "--name", "W", "--from", "a@example.org", "--languages", "de"],
    &["news", "list", "weekly"],
    &["feed", "list", "weekly"],
    &["funding", "list", "weekly"],
    &["issue", "status", "weekly"],
    &["instance", "status"],
    &["deliver", "--until-idle"],
    &["proof", "weekly", "1"],
    &["retention", "status"],
    &["person", "export", "ada@example.org"],
    &["consent", "verify"],
    &["subscribers", "export", "weekly"],
    &["staff", "list"],
];

each_instance!(no_command_makes_a_database_where_there_is_none, |instance, relay| async move {
    let instance = Instance::unmade(instance.database.kind, &relay.url());
    for command in COMMANDS {
        let sentence = instance.refused(2, command);
        for words in
            ["rundbrief migrate", "--config", "RUNDBRIEF_CONFIG", "the settings file /dev/null (named by RUNDBRIEF_CONFIG)"]
        {
            assert!(sentence.contains(words), "{words} is missing in: {sentence}");
        }
    }
    let made = std::fs::read_dir(instance.folder.path()).unwrap().count();
    assert_eq!(made, 0, "nothing was made");
    if instance.database.kind == Kind::Sqlite {
        assert!(!instance.database.file().exists());
        std::fs::write(instance.database.file(), "").unwrap();
        assert!(instance.refused(2, COMMANDS[0]).contains("is empty"));
    }
    instance.done(&["migrate"]);
    instance.newsletter();
});

#[test]
fn what_is_no_database_of_ours_is_neither_used_nor_made_one() {
    let mut instance = Instance::unmade(Kind::Sqlite, "file:///nowhere");
    let text = instance.file("text.db", "name,address\n".repeat(100).as_bytes());
    let folder = instance.folder.path().display().to_string();
    for (place, words) in [(&text, "no SQLite database"), (&folder, "is a directory")] {
        instance.set("DATABASE__URL", &format!("sqlite://{place}"));
        for command in [&["newsletter", "list"][..], &["migrate"], &["serve"], &["deliver", "--until-idle"]] {
            assert!(instance.refused(1, command).contains(words), "{command:?}");
        }
        assert_eq!(instance.run(&["check-config"]).code, Some(1));
    }
    assert_eq!(std::fs::read(&text).unwrap(), "name,address\n".repeat(100).as_bytes(), "nothing was written into it");
}

#[test]
fn the_variable_names_the_settings_and_check_config_says_which_file_counts() {
    let instance = Instance::unmade(Kind::Sqlite, "file:///nowhere");
    let (one, other) = (
        instance.file("one.toml", b"[look]\ncolour = \"#111111\"\n"),
        instance.file("other.toml", b"[look]\ncolour = \"#222222\"\n"),
    );
    let shown = |arguments: &[&str]| {
        let ran = Ran::of(instance.command(arguments).env("RUNDBRIEF_CONFIG", "one.toml"));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.out
    };
    let printed = shown(&["check-config"]);
    assert!(
        printed
            .starts_with(&format!("# From the settings file {one} (named by RUNDBRIEF_CONFIG) and the environment (RUNDBRIEF__")),
        "{printed}"
    );
    assert!(printed.contains("#111111"));
    let printed = shown(&["--config", "other.toml", "check-config"]);
    assert!(
        printed.starts_with(&format!("# From the settings file {other} (named by --config)")) && printed.contains("#222222"),
        "{printed}"
    );
    let ran = Ran::of(instance.command(&["migrate"]).env("RUNDBRIEF_CONFIG", "absent.toml"));
    assert_eq!((ran.code, ran.err.contains("absent.toml") && ran.err.contains("RUNDBRIEF_CONFIG")), (Some(2), true), "{ran:?}");
}
