//! `rundbrief proof verify`: is the document as it was made, was it made here, and does the ledger still say the same?
//!
//! The first question needs nothing but the file. The others are asked where this machine has an instance: its settings can be
//! read and its key file is there. Nothing is made anew for a question.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use super::super::{CliError, open};
use crate::app::App;
use crate::domain::proof::{self, About, Form, Hash, Seal, Whole};
use crate::journeys::proof::{self as journey, Since};
use crate::settings::Settings;

/// Rows compared at a time.
const BATCH: usize = 500;
/// Octets. A seal has far fewer, and a file without end is no proof.
const LONGEST_SEAL: u64 = 10_000;
/// Rows named in full.
const NAMED: usize = 50;

pub fn run(file: &Path, config: Option<&Path>) -> Result<(), CliError> {
    let document = read(file)?;
    say!("ok    {} is as it was made: its SHA-256 is {}", file.display(), proof::hex(&document.seal.sha256));
    let settings = match Settings::load(config) {
        Ok(settings) if settings.secret.key_file.exists() => settings,
        Ok(settings) => {
            let key_file = settings.secret.key_file.display();
            say!("note  who made it was not checked: there is no instance here (secret.key_file {key_file} is not there)");
            return Ok(());
        }
        Err(error) => {
            say!("note  who made it was not checked: {error}");
            return Ok(());
        }
    };
    let app = open(settings)?;
    let Seal { sha256, key_id, hmac } = &document.seal;
    match app.context.keyring.derived(*key_id, proof::PURPOSE, sha256, hmac) {
        Some(true) => say!("ok    this instance made it (key {key_id})"),
        Some(false) => return Err(not_ours(file, "its HMAC does not fit our key")),
        None => return Err(not_ours(file, &format!("our key file has no key {key_id}"))),
    }
    compare(&app, file, &document)
}

fn not_ours(file: &Path, why: &str) -> CliError {
    CliError::Failed(format!("{} was not made by this instance: {why}. Only its hash is right", file.display()))
}

struct Document {
    form: Form,
    about: About,
    seal: Seal,
}

/// Reads the whole document and checks its seal.
fn read(file: &Path) -> Result<Document, CliError> {
    let told = |problem: &str| CliError::Failed(format!("{}: {problem}", file.display()));
    let unread = |error: std::io::Error| told(&error.to_string());
    let mut lines = BufReader::new(File::open(file).map_err(unread)?);
    let (mut hash, mut line, mut form, mut about) = (Hash::default(), Vec::new(), None, None);
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line).map_err(unread)? == 0 {
            return Err(told("this is no complete proof: it has no seal at its end"));
        }
        let text = std::str::from_utf8(&line).unwrap_or_default().trim_end_matches('\n');
        let form = match form {
            Some(form) => form,
            None => {
                let known = Form::of(text).ok_or_else(|| told("this is no proof of dispatch"))?;
                *form.insert(known)
            }
        };
        if about.is_none() {
            about = About::read(form, text);
        }
        if text.starts_with(form.seal_begins()) {
            break;
        }
        hash.update(&line);
    }
    let (Some(form), sha256) = (form, hash.finish()) else { return Err(told("this is no proof of dispatch")) };
    lines.take(LONGEST_SEAL).read_to_end(&mut line).map_err(unread)?;
    let text = String::from_utf8(line).unwrap_or_default();
    let seal = Seal::read(form, &text)
        .ok_or_else(|| told("what stands from the seal on is not as it was made: the document was changed, or cut off"))?;
    if seal.sha256 != sha256 {
        return Err(told(&format!(
            "the document was changed after it was made: its SHA-256 is {}, and its seal says {}",
            proof::hex(&sha256),
            proof::hex(&seal.sha256)
        )));
    }
    let about = about.ok_or_else(|| told("a newer release made it; verify it with that"))?;
    Ok(Document { form, about, seal })
}

/// What the ledger says by now.
fn compare(app: &App, file: &Path, document: &Document) -> Result<(), CliError> {
    let About { newsletter, number, of, .. } = &document.about;
    let now = app.clock.now();
    let ours = app.store.read_blocking(|conn| journey::open(conn, now, newsletter, *number))?;
    let Some(ours) = ours else {
        say!("note  the ledger was not asked: it has no issue {number} of {newsletter} any more");
        return Ok(());
    };
    let unread = |error: std::io::Error| CliError::Failed(format!("{}: {error}", file.display()));
    let lines = BufReader::new(File::open(file).map_err(unread)?).lines();
    let (mut rows, mut found) = (Vec::with_capacity(BATCH), Found::default());
    for line in lines {
        let line = line.map_err(unread)?;
        if let Some((id, mark)) = proof::marked(document.form, &line) {
            rows.push((id, mark.to_owned()));
        }
        if rows.len() == BATCH {
            found.add(&rows, &app.store.read_blocking(|conn| ours.compare(conn, &rows))?);
            rows.clear();
        }
    }
    found.add(&rows, &app.store.read_blocking(|conn| ours.compare(conn, &rows))?);
    let added = match of {
        Whole::Issue => app.store.read_blocking(|conn| ours.count(conn))? - found.same - found.changed,
        Whole::Address => 0,
    };
    let mails = if found.all() == 1 { "the one mail".to_owned() } else { format!("all {} mails", found.all()) };
    if found.same == found.all() && added == 0 {
        say!("ok    the ledger still says the same of {mails}");
    } else {
        say!(
            "note  since then the ledger has changed: of {} mails {} are the same, {} changed, {} erased; {added} are new",
            found.all(),
            found.same,
            found.changed,
            found.erased
        );
    }
    Ok(())
}

#[derive(Default)]
struct Found {
    same: i64,
    changed: i64,
    erased: i64,
    named: usize,
}

impl Found {
    fn all(&self) -> i64 {
        self.same + self.changed + self.erased
    }

    fn add(&mut self, rows: &[(i64, String)], since: &[Since]) {
        for ((id, _), since) in rows.iter().zip(since) {
            match since {
                Since::Same => self.same += 1,
                Since::Changed(now) => {
                    self.changed += 1;
                    self.name(&format!("delivery {id} changed since; the ledger now says: {now}"));
                }
                Since::Erased => {
                    self.erased += 1;
                    self.name(&format!("delivery {id} was erased since"));
                }
            }
        }
    }

    fn name(&mut self, words: &str) {
        self.named += 1;
        match self.named.cmp(&(NAMED + 1)) {
            std::cmp::Ordering::Less => say!("note  {words}"),
            std::cmp::Ordering::Equal => say!("note  and more that are not named here"),
            std::cmp::Ordering::Greater => {}
        }
    }
}
