//! The epoch file: what this node remembers of its database, where no backup of the database puts it back.
//! Several processes may share one; each writes what it has just seen committed, so whoever was last is right for all.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::domain::memory::Memory;
use crate::journeys::JourneyError;

fn broken(path: &Path, what: &str, error: impl std::fmt::Display) -> JourneyError {
    JourneyError::Broken(format!(
        "the epoch file {} {what}: {error}. It must be readable and writable, or database.epoch_file must name another place",
        path.display()
    ))
}

/// None: there is no such file, or nothing that can be understood is in it.
pub fn read(path: &Path) -> Result<Option<Memory>, JourneyError> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(broken(path, "cannot be read", error)),
    };
    let understood = serde_json::from_slice(&text);
    if let Err(error) = &understood {
        tracing::warn!(path = %path.display(), %error, "the epoch file is not one; it counts as missing");
    }
    Ok(understood.ok())
}

/// Replaces it as a whole, so that nobody ever reads half of one.
pub fn write(path: &Path, memory: &Memory) -> Result<(), JourneyError> {
    let mut text = serde_json::to_vec(memory)?;
    text.push(b'\n');
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.draft", std::process::id()));
    let draft = PathBuf::from(draft);
    let written = || {
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent)?;
        }
        let mut file = std::fs::File::create(&draft)?;
        file.write_all(&text)?;
        file.sync_all()?;
        std::fs::rename(&draft, path)
    };
    written().map_err(|error| broken(path, "cannot be written", error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::memory::{Beaten, Look, SeenFile};

    #[test]
    fn what_was_written_is_remembered_and_nonsense_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("below").join("keys.epoch");
        assert_eq!(read(&path).expect("no file is fine"), None);
        let look = Look { inode: 3, modified: 1_793_000_000_123_456_789, bytes: 4096 };
        let file = Some(SeenFile { path: "/srv/a.db".into(), look, count: 9 });
        let memory = Memory { instance: "a1".into(), epoch: 2, node: Some(Beaten { id: "b2".into(), beat: 7 }), file };
        write(&path, &memory).expect("written");
        write(&path, &memory).expect("written over");
        assert_eq!(read(&path).expect("read"), Some(memory));
        assert_eq!(std::fs::read_dir(folder.path().join("below")).expect("listed").count(), 1, "no draft is left");
        // The release before knew no files.
        std::fs::write(&path, r#"{"instance":"a1","epoch":2,"node":{"id":"b2","beat":7}}"#).expect("written");
        assert!(read(&path).expect("read").is_some_and(|memory| memory.file.is_none() && memory.epoch == 2));
        std::fs::write(&path, "").expect("a power cut");
        assert_eq!(read(&path).expect("read"), None);
        let told = write(
            &folder.path().join("below/keys.epoch/x"),
            &Memory { instance: String::new(), epoch: 1, node: None, file: None },
        );
        assert!(told.expect_err("a file is no folder").to_string().contains("database.epoch_file"));
    }
}
