//! The files that a backup holds besides the database: keys, DKIM keys, settings. What is there is not overwritten.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Manifest, Role, absolute, copy, failed};
use crate::app::{AppError, dkim};
use crate::domain::token::Keyring;
use crate::settings::Settings;
use crate::store::copies;

/// What is to be done with one of the files.
pub(super) enum Step {
    /// Nothing is there.
    Put {
        from: PathBuf,
        to: PathBuf,
    },
    /// Another one is there, and moves aside.
    Exchange {
        from: PathBuf,
        to: PathBuf,
    },
    Tell(String),
}

/// What a restore will do, found out before anything is changed.
///
/// # Errors
/// With the keys that are there the restored database would be of no use.
pub(super) fn plan(settings: &Settings, folder: &Path, manifest: &Manifest, with_keys: bool) -> Result<Vec<Step>, AppError> {
    let mut steps = Vec::new();
    for entry in &manifest.files {
        let from = folder.join(&entry.name);
        let to = match entry.role {
            Role::Database => continue,
            Role::Keys => settings.secret.key_file.clone(),
            Role::Dkim => {
                let named = dkim::files(settings).into_iter().find(|file| is_meant(file, &entry.from));
                let Some(file) = named else {
                    steps.push(Step::Tell(format!("The settings name no DKIM key {}; it stays in the backup.", entry.from)));
                    continue;
                };
                file
            }
            Role::Settings => {
                let same = settings.origin.file.as_ref().is_some_and(|file| is_same(&from, file));
                if !same {
                    steps.push(Step::Tell(format!("The settings in force are others than the backup's {}.", from.display())));
                }
                continue;
            }
        };
        if !to.exists() {
            steps.push(Step::Put { from, to });
        } else if is_same(&from, &to) {
            steps.push(Step::Tell(format!("{} is the backup's already.", to.display())));
        } else if entry.role == Role::Keys && has_all_keys(&from, &to)? {
            steps.push(Step::Tell(format!("{} has all the backup's keys and more, and stays.", to.display())));
        } else if with_keys {
            steps.push(Step::Exchange { from, to });
        } else if entry.role == Role::Keys {
            return Err(failed(
                &to,
                "this key file has not the backup's keys, so links in mails that were sent would be dead. Nothing was changed. With \
                 --with-keys the backup's file takes its place, and this one is kept beside it",
            ));
        } else {
            steps.push(Step::Tell(format!("{} is another key than the backup's, and stays.", to.display())));
        }
    }
    Ok(steps)
}

/// The same place, or the same name where the settings have moved.
fn is_meant(file: &Path, from: &str) -> bool {
    absolute(file) == from || file.file_name() == Path::new(from).file_name()
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

fn has_all_keys(backup: &Path, present: &Path) -> Result<bool, AppError> {
    let keys = |path: &Path| {
        let text = fs::read_to_string(path).map_err(|error| failed(path, error))?;
        Ok::<_, AppError>(Keyring::parse(&text).map_err(|error| failed(path, error))?.fingerprints())
    };
    let (backup, present) = (keys(backup)?, keys(present)?);
    Ok(backup.iter().all(|(id, key)| present.get(id) == Some(key)))
}

/// Does what was planned; says what was done. `mark`: how the names of files end that move aside.
pub(super) fn carry_out(steps: Vec<Step>, mark: &str) -> Result<Vec<String>, AppError> {
    let mut done = Vec::new();
    for step in steps {
        match step {
            Step::Tell(line) => done.push(line),
            Step::Put { from, to } => {
                put(&from, &to)?;
                done.push(format!("{} was missing, and is the backup's.", to.display()));
            }
            Step::Exchange { from, to } => {
                let mut aside = to.clone().into_os_string();
                aside.push(format!(".{mark}"));
                fs::rename(&to, &aside).map_err(|error| failed(&to, error))?;
                put(&from, &to)?;
                done.push(format!("{} is the backup's; the one before is now {}.", to.display(), Path::new(&aside).display()));
            }
        }
    }
    Ok(done)
}

fn put(from: &Path, to: &Path) -> Result<(), AppError> {
    if let Some(folder) = to.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| failed(to, error))?;
    }
    copy(from, to)?;
    Ok(copies::hand_over(to)?)
}
