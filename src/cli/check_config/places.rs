//! What the settings want written, and whether whoever runs this can write there. Nothing is left behind.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::settings::{self, DatabaseKind, Settings};

/// Root may write everywhere; what it makes there the service cannot write any more.
const ROOT: u32 = 0;

/// What is written at a place.
enum Kind {
    /// A file that is written in place, with others beside it.
    File,
    /// A file that is exchanged by another: its directory counts.
    Exchanged,
    /// A file that is made where it is missing and only read after that.
    MadeOnce,
    Directory,
}

/// Each place with its setting: what was found, or what is wrong and what to do.
pub(super) fn look(settings: &Settings) -> Vec<(&'static str, Result<String, String>)> {
    let epoch = settings.epoch_file();
    let mut places =
        vec![("key file", Kind::MadeOnce, settings.secret.key_file.as_path()), ("epoch file", Kind::Exchanged, &epoch)];
    let captured = settings.relay.url.as_ref().and_then(|url| url.expose().strip_prefix("file://")).map(PathBuf::from);
    if let Some(directory) = &captured {
        places.push(("captured mails", Kind::Directory, directory));
    }
    let mut temporary = None;
    if let DatabaseKind::Sqlite(path) = settings.database.kind() {
        places.insert(0, ("database file", Kind::File, path));
        temporary = Some(temporary_directory());
    }
    let mut found: Vec<_> = places.into_iter().map(|(what, kind, path)| (what, look_at(&kind, path))).collect();
    found.extend(temporary.map(|found| ("temporary files", found)));
    found
}

fn look_at(kind: &Kind, path: &Path) -> Result<String, String> {
    let shown = path.display();
    let failed = |place: &Path, error: &io::Error| Err(blame(place, error));
    let directory = match kind {
        Kind::Directory => path,
        _ => path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")),
    };
    let is_there = !matches!(kind, Kind::Directory) && path.exists();
    if is_there && matches!(kind, Kind::MadeOnce) {
        return match fs::read(path) {
            Ok(_) => Ok(format!("{shown} can be read")),
            Err(error) => failed(path, &error),
        };
    }
    let me = match try_to_write(directory) {
        Ok(me) => me,
        Err((place, error)) => return failed(&place, &error),
    };
    // SQLite's log and its index lie beside the file, and belong to whoever made them.
    let beside = ["", "-wal", "-shm"].map(|ending| PathBuf::from(format!("{shown}{ending}")));
    let files = if is_there { &beside[..] } else { &[] };
    for file in files.iter().filter(|file| file.exists()) {
        let opened = match kind {
            Kind::File => OpenOptions::new().append(true).open(file).map(drop),
            _ => fs::read(file).map(drop),
        };
        if let Err(error) = opened {
            return failed(file, &error);
        }
    }
    let owner = fs::metadata(if is_there { path } else { nearest(directory) }).map_or(me, |place| place.uid());
    if me == ROOT && owner != ROOT {
        return Err(format!(
            "{shown} belongs to {} and this command runs as root: what root makes there, {0} cannot write; run it with \"sudo -u {0}\"",
            user(owner)
        ));
    }
    Ok(if is_there { format!("{shown} can be written") } else { format!("{shown} can be made") })
}

/// Makes a file in the directory and takes it away again; where the directory itself is yet to be made, in the one that is there.
/// Returns whose files these are.
fn try_to_write(directory: &Path) -> Result<u32, (PathBuf, io::Error)> {
    let directory = nearest(directory);
    let probe = directory.join(format!(".rundbrief-check-{}", std::process::id()));
    let made = || {
        let file = OpenOptions::new().write(true).create_new(true).open(&probe)?;
        let me = file.metadata()?.uid();
        fs::remove_file(&probe)?;
        Ok(me)
    };
    made().map_err(|error| (directory.to_owned(), error))
}

/// The directory itself, or the nearest above it that is there.
fn nearest(directory: &Path) -> &Path {
    let above = directory.ancestors().find(|place| !place.as_os_str().is_empty() && place.exists());
    above.unwrap_or(Path::new("."))
}

fn blame(place: &Path, error: &io::Error) -> String {
    let shown = place.display();
    let whose = fs::metadata(place).map(|place| user(place.uid()));
    match (error.kind(), whose) {
        (io::ErrorKind::PermissionDenied, Ok(owner)) => format!(
            "{shown} cannot be read and written by this user, it belongs to {owner}: run the command as the user of the service (\"sudo -u {owner}\"), or give the place to it"
        ),
        _ => format!("{shown} cannot be written: {error}"),
    }
}

/// Where SQLite counts and sorts what is large: the first of its directories that can be written.
fn temporary_directory() -> Result<String, String> {
    let directories = settings::temporary_directories();
    match directories.iter().find(|directory| directory.is_dir() && try_to_write(directory).is_ok()) {
        Some(directory) => Ok(format!("SQLite has {}", directory.display())),
        None => {
            let tried: Vec<String> = directories.iter().map(|directory| directory.display().to_string()).collect();
            Err(format!("SQLite can write in none of {}; let SQLITE_TMPDIR name a directory", tried.join(", ")))
        }
    }
}

/// A user's name, or the number where it has none here.
fn user(id: u32) -> String {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == id.to_string()).then(|| name.to_owned())
    });
    named.unwrap_or_else(|| format!("#{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let (file, inside) = (folder.path().join("file"), folder.path().join("file/below/keys"));
        std::fs::write(&file, "x").unwrap();
        for kind in [Kind::File, Kind::Exchanged, Kind::MadeOnce, Kind::Directory] {
            assert!(look_at(&kind, &folder.path().join("new/below/it")).unwrap().contains("can be made"));
            let told = look_at(&kind, &inside).unwrap_err();
            assert!(told.contains(&file.display().to_string()) && told.contains("cannot be written"), "{told}");
        }
        assert!(look_at(&Kind::File, &file).unwrap().ends_with("file can be written"));
        assert!(look_at(&Kind::MadeOnce, &file).unwrap().ends_with("file can be read"));
        assert!(look_at(&Kind::MadeOnce, folder.path()).is_err(), "a directory is no key file");
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["file"], "nothing is made or left behind");
        assert_eq!((user(0), user(4_000_000_000)), ("root".to_owned(), "#4000000000".to_owned()));
    }
}
