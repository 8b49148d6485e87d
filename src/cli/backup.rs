//! `rundbrief backup` and `rundbrief restore`: a folder with everything that is needed on the day when the disk is gone.

use std::path::PathBuf;

use super::CliError;
use crate::app::backup::{self, Role};
use crate::clock::Clock;
use crate::domain::memory::ADVICE;
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Backup {
    /// Where the backup's folder is made, which is named by the time
    #[arg(default_value = ".", value_name = "DIRECTORY")]
    place: PathBuf,
}

impl Backup {
    pub fn run(self, settings: &Settings) -> Result<(), CliError> {
        let (folder, manifest) = backup::make(settings, Clock::system().now(), &self.place)?;
        say!("{}", folder.display());
        for file in &manifest.files {
            say!("  {}: {} ({} octets)", file.name, file.from, file.bytes);
        }
        if !manifest.files.iter().any(|file| file.role == Role::Settings) {
            say!("  No settings file counts, so there is none in it.");
        }
        if !settings.origin.variables.is_empty() {
            say!("  Settings in the environment are not in it: {}.", settings.origin.variables.join(", "));
        }
        say!("The copy was read as a whole and is sound. It holds addresses and keys: keep it where nobody else can read it.");
        Ok(())
    }
}

#[derive(clap::Args)]
pub(super) struct Restore {
    /// The folder that "rundbrief backup" made; or a database's file alone
    #[arg(value_name = "BACKUP")]
    folder: PathBuf,
    /// Let the backup's keys take the place of others that are there, which are kept beside them
    #[arg(long)]
    with_keys: bool,
}

impl Restore {
    pub fn run(self, settings: &Settings) -> Result<(), CliError> {
        for line in backup::put_back(settings, Clock::system().now(), &self.folder, self.with_keys)? {
            say!("{line}");
        }
        say!("{ADVICE}.");
        Ok(())
    }
}
