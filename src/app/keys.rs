//! The file with the keys that links are signed with: made at the first start, checked at every other, added to by a command.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::AppError;
use crate::clock::Clock;
use crate::domain::token::{self, KeyError, Keyring};
use crate::journeys::JourneyError;
use crate::store::{Store, instance, micros};

/// The keys, if they are those that this database's links were signed with. A key file that went missing is an error and
/// never silently made anew: every link that was ever mailed would be dead.
pub(super) fn known(path: &Path, store: &Store, clock: &Clock) -> Result<Keyring, AppError> {
    let failed = |problem: String| AppError::Keys { path: path.display().to_string(), problem };
    let known: BTreeMap<u8, String> = match store.read_blocking(instance::key_fingerprints)? {
        Some(text) => {
            serde_json::from_str(&text).map_err(|error| failed(format!("the database's note of the keys is broken: {error}")))?
        }
        None => BTreeMap::new(),
    };
    if !known.is_empty() && !path.exists() {
        return Err(failed("the file is missing. Links in mails were signed with its keys: put the copy you kept back".into()));
    }
    let keyring = keyring(path)?;
    let have = keyring.fingerprints();
    for (id, fingerprint) in &known {
        if have.get(id) != Some(fingerprint) {
            let how = if have.contains_key(id) { "is another one than" } else { "is missing, unlike" };
            return Err(failed(format!(
                "key {id} {how} the one links in mails were signed with. Put the right file back, and never delete a line of it"
            )));
        }
    }
    if known != have {
        let id = token::random_id().map_err(JourneyError::from)?;
        let now = micros(clock.now());
        let all = serde_json::to_string(&have).map_err(JourneyError::from)?;
        store.write_blocking(move |conn| instance::put(conn, id, &all, now))?;
    }
    Ok(keyring)
}

/// Reads the keys; makes the file with a first key where there is none.
fn keyring(path: &Path) -> Result<Keyring, AppError> {
    let failed = |problem: String| AppError::Keys { path: path.display().to_string(), problem };
    let io = |error: std::io::Error| failed(error.to_string());
    let key = |error: KeyError| failed(error.to_string());
    if !path.exists() {
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent).map_err(io)?;
        }
        let line = Keyring::generate_line(1).map_err(key)?;
        let text = format!(
            "# The keys that links in mails are signed with. Keep a copy away from the database: without them no link\n\
             # in a mail that was sent works any more.\n{line}\n"
        );
        // Written whole, then linked: of two processes that start at once one wins, and nobody reads half a file.
        let draft = draft(path, &text).map_err(io)?;
        match std::fs::hard_link(&draft, path) {
            Ok(()) => tracing::info!(path = %path.display(), "made the first signing key"),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(io(error)),
        }
        std::fs::remove_file(&draft).map_err(io)?;
    }
    let mode = std::fs::metadata(path).map_err(io)?.permissions().mode();
    if mode & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "others can read the signing keys; chmod 600 the file");
    }
    Keyring::parse(&std::fs::read_to_string(path).map_err(io)?).map_err(key)
}

/// Adds a key, which is current from the next start on; the older ones stay for the links that they signed (R182). Returns its id.
pub fn rotate(path: &Path) -> Result<u8, AppError> {
    let failed = |problem: String| AppError::Keys { path: path.display().to_string(), problem };
    let io = |error: std::io::Error| failed(error.to_string());
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => failed("there is no key file yet; the first start makes one".into()),
        _ => io(error),
    })?;
    let known = Keyring::parse(&text).map_err(|error| failed(error.to_string()))?.fingerprints();
    let newest = known.keys().max().copied().unwrap_or(0);
    let id = newest.checked_add(1).ok_or_else(|| failed("has a key with the number 255, and there is none above it".into()))?;
    let line = Keyring::generate_line(id).map_err(|error| failed(error.to_string()))?;
    // Exchanged whole: a crash leaves the old file or the new one.
    let draft = draft(path, &format!("{}\n{line}\n", text.trim_end())).map_err(io)?;
    std::fs::rename(&draft, path).map_err(io)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
    }
    Ok(id)
}

/// A file beside the key file, for nobody else to read, written down to the disk.
fn draft(path: &Path, text: &str) -> std::io::Result<PathBuf> {
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let mut file = std::fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all())?;
    Ok(draft)
}
