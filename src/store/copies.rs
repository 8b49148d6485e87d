//! SQLite's file as a whole: copied while it is in use, looked through, and exchanged when nobody has it open.

use std::fs::{File, TryLockError};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::connection::{Access, Conn, Target, beside, lock_file, make_folder, sqlite, transaction};
use super::migrations::migrate;
use super::replaced::named;
use super::{StoreError, connection, one_line, standing};

#[derive(diesel::QueryableByName)]
struct Told {
    #[diesel(sql_type = diesel::sql_types::Text)]
    integrity_check: String,
}

fn failed(path: &Path, reason: impl ToString) -> StoreError {
    StoreError::File { path: path.display().to_string(), reason: one_line(&reason.to_string()) }
}

/// Copies the database as it is at one instant, while others write to it, into a new file for its owner alone.
///
/// # Errors
/// Also where the copy is damaged.
pub fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let _open = hold(from)?;
    let shown = to.to_str().ok_or_else(|| failed(to, "the path is not UTF-8"))?;
    // SQLite takes an empty file for none.
    File::options().write(true).create_new(true).mode(0o600).open(to).map_err(|error| failed(to, error))?;
    let mut conn = sqlite(from, Access::Write)?;
    diesel::sql_query("VACUUM INTO ?").bind::<diesel::sql_types::Text, _>(shown).execute(&mut conn)?;
    drop(conn);
    // A copy has seen no beat (`replaced.rs`).
    plainly(to, "PRAGMA user_version = 0")?;
    check(to)?;
    // SQLite does not see to it that this copy survives a power cut.
    File::open(to).and_then(|file| file.sync_all()).map_err(|error| failed(to, error))
}

/// What root makes in the folder of the service's user is that user's.
pub fn hand_over(path: &Path) -> Result<(), StoreError> {
    connection::hand_over(path).map_err(|error| failed(path, error))
}

/// Reads the whole file.
///
/// # Errors
/// [`StoreError::File`] says what SQLite found.
pub fn check(path: &Path) -> Result<(), StoreError> {
    let text = path.to_str().ok_or_else(|| failed(path, "the path is not UTF-8"))?;
    let mut conn = SqliteConnection::establish(text).map_err(|error| failed(path, error))?;
    let told: Vec<Told> = diesel::sql_query("PRAGMA integrity_check(3)").load(&mut conn).map_err(|error| failed(path, error))?;
    let told: Vec<String> = told.into_iter().map(|row| row.integrity_check).collect();
    if told == ["ok"] { Ok(()) } else { Err(failed(path, format!("it is damaged: {}", told.join("; ")))) }
}

fn plainly(path: &Path, statement: &str) -> Result<(), StoreError> {
    let text = path.to_str().ok_or_else(|| failed(path, "the path is not UTF-8"))?;
    let mut conn = SqliteConnection::establish(text).map_err(|error| failed(path, error))?;
    conn.batch_execute(statement).map_err(|error| failed(path, error))
}

/// Looks at a lock before it is taken for held by a copy or a restore, a tenth of a second apart: who only looks at the file
/// is done sooner.
const LOOKS: usize = 100;

/// Held by everybody who has the database open, until dropped.
///
/// # Errors
/// [`StoreError::Locked`] while it is copied to another database or exchanged for a backup.
pub(super) fn hold(path: &Path) -> Result<File, StoreError> {
    let lock = lock_file(&beside(path, ".use.lock"))?;
    for _ in 0..LOOKS {
        match lock.try_lock_shared() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) => std::thread::sleep(std::time::Duration::from_millis(100)),
            Err(TryLockError::Error(error)) => return Err(failed(path, error)),
        }
    }
    Err(StoreError::Locked(format!("{} is being copied or restored, and takes no work meanwhile", path.display())))
}

/// A file that is to take the database's place, while nobody has that open.
pub struct Exchange {
    path: PathBuf,
    draft: PathBuf,
    _alone: File,
}

impl Exchange {
    /// # Errors
    /// [`StoreError::Locked`] while anybody has the database open.
    pub fn begin(path: &Path) -> Result<Self, StoreError> {
        make_folder(path)?;
        let alone = lock_file(&beside(path, ".use.lock"))?;
        if alone.try_lock().is_err() {
            return Err(StoreError::Locked(format!(
                "rundbrief is at work with {}. Stop it first (systemctl stop rundbrief), and let other commands end",
                path.display()
            )));
        }
        Ok(Self { path: path.to_owned(), draft: draft(path), _alone: alone })
    }

    /// Where the new file has to be written.
    pub fn draft(&self) -> &Path {
        &self.draft
    }

    /// Looks the new file through, brings it to this release's form, and does `f` in it.
    pub fn prepare<R, E: From<StoreError>>(&self, f: impl FnOnce(&mut Conn) -> Result<R, E>) -> Result<R, E> {
        check(&self.draft)?;
        if let Some(instead) = standing::missing(&Target::Sqlite(self.draft.clone()))? {
            return Err(StoreError::File { path: self.path.display().to_string(), reason: instead }.into());
        }
        migrate(&Target::Sqlite(self.draft.clone()))?;
        let _ = std::fs::remove_file(named(&self.draft, ".migrate.lock"));
        let mut conn = sqlite(&self.draft, Access::Write)?;
        let done = transaction(&mut conn, f)?;
        // One file, without a log beside it.
        conn.batch_execute("PRAGMA journal_mode = DELETE").map_err(StoreError::from)?;
        Ok(done)
    }

    /// Moves what is there aside, with its log, under names that end with `mark`, and the new file into its place. While that is
    /// going on the new file has the name that `unfinished` looks for.
    pub fn finish(self, mark: &str) -> Result<Vec<PathBuf>, StoreError> {
        let failed = |error: std::io::Error| failed(&self.path, error);
        let folder = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let owner = std::fs::metadata(&self.path).or_else(|_| std::fs::metadata(folder)).map_err(failed)?;
        let draft = File::open(&self.draft).map_err(failed)?;
        if draft.metadata().map_err(failed)?.uid() != owner.uid() {
            // As root: the service's user has to be able to write to it.
            std::os::unix::fs::chown(&self.draft, Some(owner.uid()), Some(owner.gid())).map_err(failed)?;
        }
        draft.sync_all().map_err(failed)?;
        // A second restore within the second overwrites nothing either.
        let names = std::iter::once(format!(".{mark}")).chain((2..).map(|n: u32| format!(".{mark}-{n}")));
        let free = names.map(|ending| named(&self.path, &ending)).find(|aside| !aside.exists());
        let aside = free.unwrap_or_else(|| named(&self.path, &format!(".{mark}")));
        let mut moved = Vec::new();
        for ending in ["", "-wal", "-shm"] {
            let to = named(&aside, ending);
            match std::fs::rename(named(&self.path, ending), &to) {
                Ok(()) => moved.push(to),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed(error)),
            }
        }
        std::fs::rename(&self.draft, &self.path).map_err(failed)?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        Ok(moved)
    }
}

fn draft(path: &Path) -> PathBuf {
    named(path, ".restoring")
}

/// Whether a restore was begun and not finished.
pub(super) fn unfinished(path: &Path) -> bool {
    draft(path).exists()
}
