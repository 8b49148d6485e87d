//! A backup that somebody copied over a database whose log was still there: SQLite would play that log into it, and what comes
//! out is the state of before, or a mixture. So it is noticed before SQLite opens the file, and the log is laid aside.
//!
//! Each beat of a delivering node writes a count into the file's header (`PRAGMA user_version`) and remembers outside of the
//! database how the file looked before. A file that looks otherwise was either written to since, by a checkpoint, which took
//! that count along; or it is another file. Copies have an older count. Only a checkpoint that was kept from coming so far needs a
//! closer look.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use diesel::prelude::*;

use super::connection::{Conn, beside, lock_file};
use super::{StoreError, copies};
use crate::domain::memory::{Look, SeenFile};

/// <https://www.sqlite.org/fileformat2.html> §1.3: the header at the begin of page 1.
const MAGIC: &[u8] = b"SQLite format 3\0";
const PAGE_SIZE_AT: usize = 16;
const COUNT_AT: usize = 60;
/// §4.1: of the log and of each of its frames.
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    user_version: i32,
}

/// Counts a beat in SQLite's header; returns the count. None: PostgreSQL has no file of its own here.
pub fn count(conn: &mut Conn) -> Result<Option<i32>, StoreError> {
    let Conn::Sqlite(c) = conn else { return Ok(None) };
    let Count { user_version } = diesel::sql_query("PRAGMA user_version").get_result(c)?;
    let next = user_version.saturating_add(1);
    diesel::sql_query(format!("PRAGMA user_version = {next}")).execute(c)?;
    Ok(Some(next))
}

/// How the file looks from outside. None: it is not there.
pub(super) fn look(path: &Path) -> Option<Look> {
    let found = std::fs::metadata(path).ok()?;
    let modified = found.mtime().saturating_mul(1_000_000_000).saturating_add(found.mtime_nsec());
    Some(Look { inode: found.ino(), modified, bytes: found.len() })
}

/// SQLite's file while nobody has it open: whoever has looked at it before, and needs the log.
pub struct Alone {
    path: PathBuf,
    _lock: File,
}

impl Alone {
    /// None: there is no such file, or somebody has it open.
    pub(super) fn with(path: &Path) -> Result<Option<Alone>, StoreError> {
        if !path.is_file() {
            return Ok(None);
        }
        let lock = lock_file(&beside(path, ".use.lock"))?;
        Ok(lock.try_lock().is_ok().then(|| Alone { path: path.to_owned(), _lock: lock }))
    }

    /// Lays the log of a replaced file aside, if that is what this is; returns where it is now. The file is looked through then.
    ///
    /// # Errors
    /// [`StoreError::File`] where the file alone is damaged.
    pub fn set_log_aside(&self, seen: &SeenFile) -> Result<Option<PathBuf>, StoreError> {
        let path = &self.path;
        if seen.path != spelt(path) || look(path) == Some(seen.look) || !self.has_log() {
            return Ok(None);
        }
        let log = named(path, "-wal");
        let Some(first_page) = first_page(path).map_err(|error| self.failed(error))? else { return Ok(None) };
        if count_in(&first_page) >= seen.count || may_come_from(path, &log, &first_page).map_err(|error| self.failed(error))? {
            return Ok(None);
        }
        let aside = (1..).map(|n: u32| named(path, &format!("-wal.set-aside-{n}"))).find(|aside| !aside.exists());
        let Some(aside) = aside else { return Ok(None) };
        std::fs::rename(&log, &aside).map_err(|error| self.failed(error))?;
        // Only an index of the log, and made anew.
        match std::fs::remove_file(named(path, "-shm")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(self.failed(error)),
            _ => {}
        }
        copies::check(path)?;
        Ok(Some(aside))
    }

    /// What is to be remembered of the file as it is. None: a log belongs to it, or it is no SQLite file.
    pub fn seen(&self) -> Result<Option<SeenFile>, StoreError> {
        if self.has_log() {
            return Ok(None);
        }
        let first_page = first_page(&self.path).map_err(|error| self.failed(error))?;
        let seen = |(page, look): (Vec<u8>, Look)| SeenFile { path: spelt(&self.path), look, count: count_in(&page) };
        Ok(first_page.zip(look(&self.path)).map(seen))
    }

    fn has_log(&self) -> bool {
        std::fs::metadata(named(&self.path, "-wal")).is_ok_and(|found| found.len() > 32)
    }

    fn failed(&self, error: std::io::Error) -> StoreError {
        StoreError::File { path: self.path.display().to_string(), reason: error.to_string() }
    }
}

/// The path as the memory has it, whatever directory a command was started in.
pub(super) fn spelt(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).display().to_string()
}

pub(super) fn named(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// None: it is no SQLite file.
fn first_page(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    let mut page = Vec::new();
    File::open(path)?.take(65_536).read_to_end(&mut page)?;
    let size = match number(&page, PAGE_SIZE_AT).map(u16::from_be_bytes) {
        Some(1) => 65_536,
        Some(size) => usize::from(size),
        None => return Ok(None),
    };
    if !page.starts_with(MAGIC) || page.len() < size || size < 512 {
        return Ok(None);
    }
    page.truncate(size);
    Ok(Some(page))
}

fn count_in(first_page: &[u8]) -> i32 {
    number(first_page, COUNT_AT).map_or(0, i32::from_be_bytes)
}

/// Whether this file may have been written to out of this log: by a checkpoint that a reader, or the end of its process, kept
/// from coming as far as the remembered beat. Then a page of the log is in the file, and it is the file that this round of the
/// log began with.
fn may_come_from(file: &Path, log: &Path, first_page: &[u8]) -> std::io::Result<bool> {
    let (mut file, mut log) = (File::open(file)?, BufReader::new(File::open(log)?));
    let mut header = [0; LOG_HEADER];
    log.read_exact(&mut header)?;
    let round: Option<[u8; 8]> = number(&header, 16);
    let (mut frame, mut logged, mut filed) = ([0; FRAME_HEADER], vec![0; first_page.len()], vec![0; first_page.len()]);
    let (mut has_a_page, mut begins_here) = (false, None);
    // Frames of earlier rounds, behind the present ones, have other numbers.
    while log.read_exact(&mut frame).is_ok() && number(&frame, 8) == round && log.read_exact(&mut logged).is_ok() {
        let page = number(&frame, 0).map_or(0, u32::from_be_bytes);
        if page == 1 {
            if logged == first_page {
                return Ok(true);
            }
            // Only beats count, and each by one.
            begins_here.get_or_insert(matches!(count_in(&logged).checked_sub(count_in(first_page)), Some(0 | 1)));
        } else if !has_a_page {
            let at = u64::from(page.saturating_sub(1)) * u64::try_from(first_page.len()).unwrap_or(u64::MAX);
            file.seek(SeekFrom::Start(at))?;
            has_a_page = file.read_exact(&mut filed).is_ok() && filed == logged;
        }
    }
    Ok(has_a_page && begins_here.unwrap_or(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::connection::{Access, sqlite};
    use diesel::connection::SimpleConnection as _;

    struct Place {
        _folder: tempfile::TempDir,
        path: PathBuf,
    }

    impl Place {
        fn new() -> Place {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.db");
            Place { _folder: folder, path }
        }

        fn open(&self) -> Conn {
            sqlite(&self.path, Access::Write).unwrap()
        }

        /// What is on the disk while others have it open: as after `kill -9`.
        fn killed(&self) -> Place {
            let place = Place::new();
            for ending in ["", "-wal"] {
                std::fs::copy(named(&self.path, ending), named(&place.path, ending)).unwrap();
            }
            place
        }

        /// Whether the log is laid aside where a node remembers this count.
        fn is_replaced(&self, count: i32) -> bool {
            let look = Look { inode: 0, modified: 0, bytes: 0 };
            let seen = SeenFile { path: spelt(&self.path), look, count };
            let aside = Alone::with(&self.path).unwrap().unwrap().set_log_aside(&seen).unwrap();
            assert_eq!(named(&self.path, "-wal").exists(), aside.is_none());
            assert!(aside.as_ref().is_none_or(|aside| aside.exists()));
            aside.is_some()
        }
    }

    /// A file and its log: three beats, none of which has been copied back.
    fn beaten(place: &Place) -> Conn {
        let mut conn = place.open();
        conn.batch_execute("CREATE TABLE t (x INTEGER)").unwrap();
        for expected in 1..=3 {
            assert_eq!(count(&mut conn).unwrap(), Some(expected));
        }
        conn
    }

    #[test]
    fn a_file_that_is_older_than_its_log_was_put_there() {
        let place = Place::new();
        let mut conn = beaten(&place);
        assert!(place.killed().is_replaced(3), "nothing of the three beats is in the file, as in an old backup");
        conn.batch_execute("PRAGMA wal_checkpoint(FULL)").unwrap();
        assert!(!place.killed().is_replaced(3), "all of them are");
        // A new round of the log.
        conn.batch_execute("INSERT INTO t VALUES (1)").unwrap();
        assert!(!place.killed().is_replaced(3));
        assert_eq!(count(&mut conn).unwrap(), Some(4));
        assert!(place.killed().is_replaced(4));
    }

    #[test]
    fn a_copy_beside_the_log_it_was_taken_from_was_put_there() {
        let place = Place::new();
        let mut conn = beaten(&place);
        let copy = named(&place.path, ".copy");
        conn.batch_execute(&format!("VACUUM INTO '{}'", copy.display())).unwrap();
        count(&mut conn).unwrap();
        let killed = place.killed();
        std::fs::copy(&copy, &killed.path).unwrap();
        assert!(killed.is_replaced(4));
    }

    #[test]
    fn a_checkpoint_that_a_reader_held_up_is_none_that_replaced_the_file() {
        let place = Place::new();
        let mut conn = beaten(&place);
        let mut reader = place.open();
        reader.batch_execute("BEGIN; SELECT count(*) FROM t").unwrap();
        count(&mut conn).unwrap();
        conn.batch_execute("PRAGMA wal_checkpoint(PASSIVE)").unwrap();
        let killed = place.killed();
        assert_eq!(count_in(&first_page(&killed.path).unwrap().unwrap()), 0, "SQLite copies no page that has changed since");
        assert_eq!(std::fs::metadata(&killed.path).unwrap().len(), 8_192, "but the others");
        assert!(!killed.is_replaced(4));
    }

    #[test]
    fn whoever_is_at_work_with_it_keeps_the_log() {
        let place = Place::new();
        let _conn = beaten(&place);
        let killed = place.killed();
        let held = copies::hold(&killed.path).unwrap();
        assert!(Alone::with(&killed.path).unwrap().is_none());
        drop(held);
        assert!(killed.is_replaced(3));
        assert!(Alone::with(&killed.path.with_file_name("other.db")).unwrap().is_none());
    }

    #[test]
    fn another_database_and_one_that_looks_as_before_are_left_alone() {
        let place = Place::new();
        let _conn = beaten(&place);
        let killed = place.killed();
        let look = look(&killed.path).unwrap();
        let aside = |path: &str, look| {
            let seen = SeenFile { path: path.to_owned(), look, count: 3 };
            Alone::with(&killed.path).unwrap().unwrap().set_log_aside(&seen).unwrap()
        };
        assert_eq!(aside(&spelt(&killed.path), look), None);
        assert_eq!(aside("/elsewhere/a.db", Look { inode: 0, ..look }), None);
        std::fs::write(named(&killed.path, "-wal"), "").unwrap();
        assert!(!killed.is_replaced(3), "there is nothing in the log");
    }

    #[test]
    fn what_is_there_without_a_log_is_remembered_as_it_is() {
        let place = Place::new();
        let conn = beaten(&place);
        assert_eq!(Alone::with(&place.path).unwrap().unwrap().seen().unwrap(), None, "a log belongs to it");
        drop(conn);
        let seen = Alone::with(&place.path).unwrap().unwrap().seen().unwrap().unwrap();
        assert_eq!((seen.count, Some(seen.look)), (3, look(&place.path)));
        std::fs::write(&place.path, "no database").unwrap();
        assert_eq!(Alone::with(&place.path).unwrap().unwrap().seen().unwrap(), None);
    }
}
