//! Keys for DKIM at an operator's terminal: made, put into the settings, found to be wrong, and never shown.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use rundbrief::mail::dkim::Record;

use crate::support::database::Kind;
use crate::support::dkim::holds;
use crate::support::instance::{Instance, each_instance};
use crate::support::process;

/// The value of a TXT record as it is printed for a panel, and as the strings of a zone file together.
fn printed_record(printed: &str) -> (Record, String) {
    let line = |label: &str| printed.lines().find_map(|line| line.trim().strip_prefix(label)).unwrap().trim().to_owned();
    let zone = printed.split("IN TXT (").nth(1).unwrap().split(')').next().unwrap();
    let strings: Vec<&str> = zone.split('"').skip(1).step_by(2).collect();
    assert!(strings.iter().all(|string| string.len() <= 255), "{strings:?}");
    (Record { name: line("name:"), value: line("value:") }, strings.concat())
}

/// Puts the printed `[dkim]` lines into the environment.
fn use_printed_settings(instance: &mut Instance, printed: &str) {
    let lines = printed.split("[dkim]\n").nth(1).unwrap().lines().take_while(|line| !line.is_empty());
    for (key, value) in lines.map(|line| line.split_once(" = ").unwrap()) {
        instance.set(&format!("DKIM__{}", key.to_uppercase()), value.trim_matches('"'));
    }
}

fn mode(file: &Path) -> u32 {
    std::fs::metadata(file).unwrap().permissions().mode() & 0o777
}

each_instance!(what_dkim_new_prints_makes_mails_that_hold, |instance, relay| async move {
    let mut instance = instance;
    let mut records = Vec::new();
    for arguments in [&["dkim", "new", "Example.org", "news2026"][..], &["dkim", "new", "example.org", "news2026e", "--ed25519"]]
    {
        let printed = instance.done(arguments);
        let (record, zone) = printed_record(&printed);
        assert_eq!(record.name, format!("{}._domainkey.example.org", arguments[3]));
        assert_eq!(record.value, zone);
        for words in ["24 hours before", "old_keys", "7 days", "empty p="] {
            assert!(printed.contains(words), "{words} is missing in {printed}");
        }
        assert!(!printed.contains("PRIVATE KEY"), "{printed}");
        use_printed_settings(&mut instance, &printed);
        records.push(record);
    }
    let shown = instance.done(&["check-config"]);
    let signs = "ok    dkim: mails are signed for example.org with news2026 (RSA, 2048 bits), news2026e (Ed25519)";
    assert!(shown.contains(signs), "{shown}");

    instance.newsletter();
    instance.subscriber("ada@example.org");
    instance.news("Treffen");
    instance.done(&["issue", "publish", "weekly"]);
    assert!(instance.done(&["deliver", "--until-idle"]).starts_with("sent 1"));
    let mail = relay.received().remove(0);
    assert!(holds(&mail.data, &records));
    assert_eq!(String::from_utf8_lossy(&mail.data).matches("DKIM-Signature:").count(), 2);
});

#[test]
fn a_key_is_for_its_owner_alone_and_is_never_overwritten() {
    let instance = Instance::unmade(Kind::Sqlite, "file:///nowhere");
    instance.done(&["dkim", "new", "example.org", "news2026", "--ed25519", "--directory", "keys/here"]);
    assert!(!instance.database.file().exists(), "keys need no database");
    let file = instance.folder.path().join("keys/here/news2026.example.org.pem");
    let key = std::fs::read(&file).unwrap();
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    let told = instance.refused(1, &["dkim", "new", "example.org", "news2026", "--directory", "keys/here"]);
    assert!(told.contains("news2026.example.org.pem") && told.contains("new selector"), "{told}");
    assert_eq!(std::fs::read(&file).unwrap(), key);
    for wrong in [["org", "news2026"], ["example.org", "a/b"], ["example.org", ""]] {
        instance.refused(2, &["dkim", "new", wrong[0], wrong[1]]);
    }
    assert!(!instance.folder.path().join("var").exists(), "nothing was made in vain");
}

#[test]
fn keys_that_are_not_as_they_should_be_are_told_by_their_setting() {
    let mut instance = Instance::on(Kind::Sqlite, "file:///nowhere");
    let printed = instance.done(&["dkim", "new", "example.org", "news2026", "--ed25519"]);
    let file = instance.folder.path().join("var/dkim/news2026.example.org.pem");
    let pem = std::fs::read_to_string(&file).unwrap();

    instance.set("DKIM__DOMAIN", "example.org");
    assert!(instance.refused(2, &["migrate"]).contains("dkim.domain has no key"));
    instance.set("DKIM__SELECTOR", "news2026");
    assert!(instance.refused(2, &["migrate"]).contains("dkim.selector needs dkim.key_file"));
    instance.set("DKIM__KEY_FILE", "absent.pem");
    assert!(instance.refused(2, &["migrate"]).contains("dkim.key_file absent.pem"));
    instance.set("DKIM__KEY_FILE", &file.display().to_string());
    let told = instance.refused(2, &["migrate"]);
    assert!(told.contains("is Ed25519, and RSA is expected here"), "{told}");
    let small = instance.file("small.pem", process::output(Command::new("openssl").args(["genrsa", "1024"])).as_bytes());
    std::fs::set_permissions(&small, std::fs::Permissions::from_mode(0o600)).unwrap();
    instance.set("DKIM__KEY_FILE", &small);
    let told = instance.refused(2, &["migrate"]);
    assert!(told.contains("small.pem") && told.contains("2048"), "{told}");
    let ran = instance.run(&["check-config"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("FAIL  dkim: dkim.key_file"), "{ran:?}");

    instance.set("DKIM__SELECTOR", "");
    instance.set("DKIM__KEY_FILE", "");
    use_printed_settings(&mut instance, &printed);
    instance.set("DKIM__OLD_KEYS", &format!("news2026={}", file.display()));
    assert!(instance.refused(2, &["migrate"]).contains("two DKIM keys are named news2026._domainkey.example.org"));
    instance.set("DKIM__OLD_KEYS", &format!("news2025@example.com={}", file.display()));
    instance.done(&["migrate"]);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let ran = instance.run(&["check-config"]);
    assert!(ran.out.contains("note  dkim: others can read") && ran.out.contains("chmod 600"), "{ran:?}");
    assert!(ran.out.contains("kept for mails that are sent again: news2025"), "{ran:?}");

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let from = ["newsletter", "add", "weekly", "--name", "Weekly", "--languages", "de", "--from"];
    let told = instance.refused(2, &[&from[..], &["news@example.com"]].concat());
    assert!(told.contains("news@example.com") && told.contains("dkim.domain is example.org"), "{told}");
    instance.done(&[&from[..], &["news@mail.example.org"]].concat());

    // Whatever is said, and however loudly, the key is not in it.
    let secret = pem.lines().nth(1).unwrap();
    for arguments in [&["check-config"][..], &["migrate"], &["deliver", "--until-idle"]] {
        let output = instance.command(arguments).env("RUNDBRIEF_LOG", "trace").output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(said.len() > 20 && !said.contains(secret), "{arguments:?}");
    }
}

#[test]
fn a_bench_signs_with_keys_of_its_own_and_leaves_none_behind() {
    let instance = Instance::on(Kind::Sqlite, "file:///nowhere");
    for (dkim, signatures) in [("rsa", 1), ("ed25519", 1), ("both", 2)] {
        let (mails, data) = (instance.folder.path().join(dkim), instance.folder.path().join("bench"));
        let (relay, folder) = (format!("file://{}", mails.display()), data.display().to_string());
        let send = ["bench", "send", "--recipients", "3", "--connections", "1", "--relay", &relay, "--data", &folder];
        instance.done(&[&send[..], &["--dkim", dkim]].concat());
        let files: Vec<_> = std::fs::read_dir(&mails).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 3, "{files:?}");
        for file in files {
            let mail = String::from_utf8(std::fs::read(file).unwrap()).unwrap();
            assert_eq!(mail.matches("DKIM-Signature:").count(), signatures, "{dkim}: {mail}");
        }
        assert!(!data.exists(), "keys included");
    }
}
