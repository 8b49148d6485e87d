//! Backups: a folder with the database, the files that belong to it and a manifest with their hashes; and putting one back.
//!
//! Whatever is restored mails nobody by itself: the fence is put up in the file before it takes its place.

mod files;
mod pg;

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::AppError;
use crate::delivery::memory;
use crate::domain::memory::Memory;
use crate::domain::proof::{Hash, hex};
use crate::domain::states::Fence;
use crate::journeys::{JourneyError, restore};
use crate::settings::{DatabaseKind, Settings};
use crate::store::Store;
use crate::store::copies::{self, Exchange};

const MANIFEST: &str = "manifest.json";
const FORMAT: u32 = 1;
/// What the database is called in a backup.
const SQLITE: &str = "database.sqlite3";
const POSTGRES: &str = "database.dump";

/// What stands in `manifest.json`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The release that made it.
    pub rundbrief: String,
    pub taken_at: Timestamp,
    pub files: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Entry {
    /// In the backup's folder.
    pub name: String,
    pub role: Role,
    /// Where it was.
    pub from: String,
    pub bytes: u64,
    pub sha256: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Database,
    Keys,
    Dkim,
    Settings,
}

/// What was done, a line each.
pub type Done = Vec<String>;

fn failed(path: &Path, problem: impl std::fmt::Display) -> AppError {
    AppError::System(format!("{}: {problem}", path.display()))
}

/// Makes a backup in a new folder in `place`, while the instance runs. Returns the folder and what is in it.
///
/// # Errors
/// Nothing is overwritten, and nothing half-made is left behind under the backup's name.
pub fn make(settings: &Settings, now: Timestamp, place: &Path) -> Result<(PathBuf, Manifest), AppError> {
    if let Some(instead) = missing(settings)? {
        return Err(AppError::NoDatabase { instead, origin: settings.origin.to_string() });
    }
    let name = now.strftime("rundbrief-backup-%Y-%m-%dT%H%M%SZ").to_string();
    let numbered = (2..).map(|n: u32| format!("{name}-{n}"));
    // Of the same second there may be one already.
    let name = std::iter::once(name.clone()).chain(numbered).find(|name| !place.join(name).exists()).unwrap_or(name);
    let (folder, draft) = (place.join(&name), place.join(format!("{name}.unfinished")));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(place).map_err(|error| failed(place, error))?;
    fs::DirBuilder::new().mode(0o700).create(&draft).map_err(|error| failed(&draft, error))?;
    let made = fill(settings, now, &draft).and_then(|manifest| {
        fs::rename(&draft, &folder).map_err(|error| failed(&folder, error))?;
        sync(place)?;
        Ok(manifest)
    });
    if made.is_err() {
        let _ = fs::remove_dir_all(&draft);
    }
    Ok((folder, made?))
}

fn fill(settings: &Settings, now: Timestamp, draft: &Path) -> Result<Manifest, AppError> {
    let mut files = Vec::new();
    let (name, from) = match settings.database.kind() {
        DatabaseKind::Sqlite(path) => {
            copies::copy(path, &draft.join(SQLITE))?;
            (SQLITE, absolute(path))
        }
        DatabaseKind::Postgres(url) => {
            pg::dump(url, &draft.join(POSTGRES))?;
            (POSTGRES, settings.database.url.to_string())
        }
    };
    let (bytes, sha256) = hash(&draft.join(name))?;
    files.push(Entry { name: name.to_owned(), role: Role::Database, from, bytes, sha256 });
    // After the database: of a key that is added meanwhile the copy has one too many, and never one too few.
    for (role, path) in beside(settings) {
        let name = match role {
            Role::Keys => "keys".to_owned(),
            Role::Settings => "config.toml".to_owned(),
            Role::Database | Role::Dkim => free_name(&files, &path),
        };
        let (bytes, sha256) = copy(&path, &draft.join(&name))?;
        files.push(Entry { name, role, from: absolute(&path), bytes, sha256 });
    }
    let manifest = Manifest { format: FORMAT, rundbrief: env!("CARGO_PKG_VERSION").to_owned(), taken_at: now, files };
    let text = serde_json::to_vec_pretty(&manifest).map_err(JourneyError::from)?;
    write_new(&draft.join(MANIFEST), &text)?;
    sync(draft)?;
    Ok(manifest)
}

/// The files that belong to a database: without them links are dead, or mails cannot be signed as they were.
fn beside(settings: &Settings) -> Vec<(Role, PathBuf)> {
    let mut files = vec![(Role::Keys, settings.secret.key_file.clone())];
    files.extend(super::dkim::files(settings).into_iter().map(|file| (Role::Dkim, file)));
    files.extend(settings.origin.file.iter().filter(|file| file.is_file()).map(|file| (Role::Settings, file.clone())));
    files
}

/// `dkim-NAME`; two files of one name in different folders get numbers.
fn free_name(files: &[Entry], path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let taken = |name: &String| files.iter().any(|file| file.name == *name);
    let numbered = (2..).map(|n: u32| format!("dkim-{n}-{name}"));
    std::iter::once(format!("dkim-{name}")).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

/// Puts a backup back: the folder of one, or a database's file alone. `with_keys`: its keys take the place of others that are there.
///
/// # Errors
/// The present database is untouched then.
pub fn put_back(settings: &Settings, now: Timestamp, backup: &Path, with_keys: bool) -> Result<Done, AppError> {
    let mark = now.strftime("before-restore-%Y-%m-%dT%H%M%SZ").to_string();
    let (from, told, plan) = if backup.is_file() {
        (
            backup.to_owned(),
            format!("{} has no manifest: the database is put back, and nothing else.", backup.display()),
            Vec::new(),
        )
    } else {
        let manifest = read(backup)?;
        let database = manifest.files.iter().find(|file| file.role == Role::Database);
        let database = database.ok_or_else(|| failed(backup, "there is no database in this backup"))?;
        let told =
            format!("The backup of {} by Rundbrief {} is whole: all hashes are right.", manifest.taken_at, manifest.rundbrief);
        (backup.join(&database.name), told, files::plan(settings, backup, &manifest, with_keys)?)
    };
    let mut done = vec![told];
    match (settings.database.kind(), begins_with(&from)?.as_slice()) {
        (DatabaseKind::Sqlite(path), [b'S', b'Q', b'L', b'i', b't', ..]) => {
            let exchange = Exchange::begin(path)?;
            if let Err(error) = take_in(&exchange, &from, now) {
                let _ = fs::remove_file(exchange.draft());
                return Err(error);
            }
            let moved = exchange.finish(&mark)?;
            done.extend(moved.iter().map(|path| format!("What was there before is now {}.", path.display())));
        }
        (DatabaseKind::Postgres(url), [b'P', b'G', b'D', b'M', b'P', ..]) => {
            if Store::missing(url)?.is_none() {
                return Err(failed(backup, pg::not_empty(url)));
            }
            pg::restore(url, &from)?;
            let store = Store::open(url)?;
            store.migrate()?;
            store.write_blocking(move |conn| restore::raise(conn, now, Fence::Restored))?;
        }
        _ => {
            let problem = "this is no database of the kind that database.url names; a backup goes back into the kind it is from";
            return Err(failed(&from, problem));
        }
    }
    done.push(format!("{} is in its place.", settings.database.url));
    done.extend(files::carry_out(plan, &mark)?);
    Ok(done)
}

/// The first octets, by which kinds of databases are told apart.
fn begins_with(path: &Path) -> Result<Vec<u8>, AppError> {
    let mut begin = Vec::new();
    File::open(path).and_then(|file| file.take(16).read_to_end(&mut begin)).map_err(|error| failed(path, error))?;
    Ok(begin)
}

/// Copies the backup's file beside the database, and makes it ready there.
fn take_in(exchange: &Exchange, from: &Path, now: Timestamp) -> Result<(), AppError> {
    // One that an interrupted restore left.
    match fs::remove_file(exchange.draft()) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(exchange.draft(), error)),
        _ => {}
    }
    copy(from, exchange.draft())?;
    exchange.prepare(|conn| restore::raise(conn, now, Fence::Restored))?;
    Ok(())
}

/// The manifest of a backup, all of whose files have been read and are as they were.
fn read(folder: &Path) -> Result<Manifest, AppError> {
    let path = folder.join(MANIFEST);
    let text = fs::read(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => failed(folder, no_backup(folder)),
        _ => failed(&path, error),
    })?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| failed(&path, format!("it is no manifest of a backup: {error}")))?;
    if manifest.format != FORMAT {
        return Err(failed(&path, format!("this backup is of a newer release, {}; restore it with that", manifest.rundbrief)));
    }
    for entry in &manifest.files {
        if entry.name.contains('/') || entry.name.starts_with('.') {
            return Err(failed(&path, format!("\"{}\" is no name of a file in a backup", entry.name.escape_debug())));
        }
        let file = folder.join(&entry.name);
        if hash(&file)? != (entry.bytes, entry.sha256.clone()) {
            return Err(failed(&file, "it is not as it was when the backup was made; take another backup"));
        }
    }
    Ok(manifest)
}

/// What is there instead of a backup. In a folder that holds some, the newest is named.
fn no_backup(folder: &Path) -> String {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    match entries.filter(|path| path.join(MANIFEST).is_file()).max() {
        Some(newest) => format!("it is no backup itself. The newest one in it is {}", newest.display()),
        None => format!(
            "it is no backup of \"rundbrief backup\", which is a folder with a {MANIFEST}. A database's file of another origin: see README §10"
        ),
    }
}

/// (octets, SHA-256 in hex)
fn hash(path: &Path) -> Result<(u64, String), AppError> {
    let mut file = File::open(path).map_err(|error| failed(path, error))?;
    through(&mut file, |_| Ok(())).map_err(|error| failed(path, error))
}

/// Copies a file into a new one for its owner alone, down to the disk; what [`hash`] says of it.
fn copy(from: &Path, to: &Path) -> Result<(u64, String), AppError> {
    let mut source = File::open(from).map_err(|error| failed(from, error))?;
    let mut target = create(to)?;
    let copied = through(&mut source, |piece| target.write_all(piece)).map_err(|error| failed(to, error))?;
    target.sync_all().map_err(|error| failed(to, error))?;
    Ok(copied)
}

fn through(file: &mut File, mut each: impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<(u64, String)> {
    let (mut hash, mut bytes, mut buffer) = (Hash::default(), 0, vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut buffer)?;
        let piece = buffer.get(..read).unwrap_or_default();
        if piece.is_empty() {
            return Ok((bytes, hex(&hash.finish())));
        }
        hash.update(piece);
        each(piece)?;
        bytes += u64::try_from(read).unwrap_or(0);
    }
}

fn create(path: &Path) -> Result<File, AppError> {
    File::options().write(true).create_new(true).mode(0o600).open(path).map_err(|error| failed(path, error))
}

fn write_new(path: &Path, text: &[u8]) -> Result<(), AppError> {
    let mut file = create(path)?;
    file.write_all(text).and_then(|()| file.sync_all()).map_err(|error| failed(path, error))
}

fn sync(folder: &Path) -> Result<(), AppError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(folder, error))
}

fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// What is there instead of a database, in words; before anything opens it.
pub(super) fn missing(settings: &Settings) -> Result<Option<String>, AppError> {
    settle(settings)?;
    Ok(Store::missing(settings.database.url.expose())?)
}

/// Before anything opens the database: a backup that was copied over it is not to be mixed with the log of the former one.
/// Where there is no log, the file as it is now is what later logs belong to.
fn settle(settings: &Settings) -> Result<(), AppError> {
    let Some(alone) = Store::alone(settings.database.url.expose())? else { return Ok(()) };
    let path = settings.epoch_file();
    let Some(memory) = memory::read(&path)? else { return Ok(()) };
    let Some(seen) = &memory.file else { return Ok(()) };
    if let Some(aside) = alone.set_log_aside(seen)? {
        tracing::error!(
            "{} was replaced while the log of the former database lay beside it. The log would have undone that, so it was moved to {}; \
             what stands only in there is not in the database",
            seen.path,
            aside.display()
        );
    }
    match alone.seen()? {
        Some(now) if now.path == seen.path && now != *seen => {
            if let Err(error) = memory::write(&path, &Memory { file: Some(now), ..memory }) {
                tracing::warn!(%error, "a database that is put in the place of this one may go unnoticed");
            }
        }
        _ => {}
    }
    Ok(())
}
