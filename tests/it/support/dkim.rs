//! Whether DKIM signatures hold, by two programs that are not ours: dkimpy (tests/dkim_check.py) and Perl's Mail::DKIM
//! (tests/dkim_check.pl). They get the DNS records from the test.

use std::collections::HashMap;
use std::path::Path;

use rundbrief::app::dkim::make_key;
use rundbrief::mail::dkim::{Algorithm, Key, KeyName, Record, Signer};
use serde::Deserialize;

use crate::support::process;

/// The domain of all newsletters in tests.
pub const DOMAIN: &str = "example.org";

/// What one program says about one signature.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Verdict {
    pub selector: String,
    pub algorithm: String,
    pub ok: bool,
    pub why: String,
}

/// Makes keys in `folder` and returns the settings that sign with them.
pub fn key_settings(folder: &Path, keys: &[(&str, Algorithm)]) -> Vec<(&'static str, String)> {
    let mut settings = vec![("DKIM__DOMAIN", DOMAIN.to_owned())];
    for (selector, algorithm) in keys {
        let (_, file) = make_key(folder, KeyName::parse(selector, DOMAIN).unwrap(), *algorithm).unwrap();
        let (selector_key, file_key) = match algorithm {
            Algorithm::Rsa => ("DKIM__SELECTOR", "DKIM__KEY_FILE"),
            Algorithm::Ed25519 => ("DKIM__ED25519_SELECTOR", "DKIM__ED25519_KEY_FILE"),
        };
        settings.extend([(selector_key, (*selector).to_owned()), (file_key, file.display().to_string())]);
    }
    settings
}

/// The records of all keys that an instance has.
pub fn records(signer: &Signer) -> Vec<Record> {
    signer.keys().iter().map(Key::record).collect::<Result<_, _>>().unwrap()
}

/// What both programs say about each signature, from above: (selector, whether it holds). Fails where they disagree.
pub fn verdicts(mail: &[u8], records: &[Record]) -> Vec<(String, bool)> {
    // Debian's own Python: the package is installed for it.
    let first = asked("/usr/bin/python3", "dkim_check.py", mail, records);
    let second = asked("perl", "dkim_check.pl", mail, records);
    let short = |verdicts: &[Verdict]| -> Vec<(String, String, bool)> {
        verdicts.iter().map(|v| (v.selector.clone(), v.algorithm.clone(), v.ok)).collect()
    };
    let shown = String::from_utf8_lossy(mail);
    assert_eq!(short(&first), short(&second), "dkimpy: {first:#?}\nMail::DKIM: {second:#?}\n{shown}");
    first.into_iter().map(|verdict| (verdict.selector, verdict.ok)).collect()
}

/// Whether there are signatures and all of them hold, or all are broken; fails where they differ.
pub fn holds(mail: &[u8], records: &[Record]) -> bool {
    let verdicts = verdicts(mail, records);
    let (_, first) = verdicts.first().expect("a signature");
    assert!(verdicts.iter().all(|(_, ok)| ok == first), "{verdicts:?}");
    *first
}

fn asked(program: &str, script: &str, mail: &[u8], records: &[Record]) -> Vec<Verdict> {
    let by_name: HashMap<&str, &str> = records.iter().map(|record| (record.name.as_str(), record.value.as_str())).collect();
    process::ask(program, script, &[&serde_json::to_string(&by_name).unwrap()], mail)
}
