//! `rundbrief secret rotate`: a new key for links from now on; the older ones stay, because links in mails live for ever.

use clap::Subcommand;

use super::CliError;
use crate::app;
use crate::settings::Settings;

#[derive(Subcommand)]
pub(super) enum Secret {
    /// Add a new key to the key file; links that were sent before keep working
    Rotate,
}

impl Secret {
    pub fn run(self, settings: &Settings) -> Result<(), CliError> {
        let Secret::Rotate = self;
        let path = &settings.secret.key_file;
        let id = app::keys::rotate(path)?;
        say!("{} has a new key, number {id}. Links are signed with it once rundbrief has been restarted.", path.display());
        say!(
            "Several nodes: copy the file to all of them, then restart them. Keep a copy away from the database, and never delete a line."
        );
        Ok(())
    }
}
