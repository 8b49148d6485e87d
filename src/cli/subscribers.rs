//! `rundbrief subscribers`: readers come from a file, or go into one.

mod export;
mod import;
mod source;

use clap::Subcommand;

use super::CliError;
use crate::app::App;

#[derive(Subcommand)]
pub(super) enum Subscribers {
    /// Take in the readers of a CSV file who agreed elsewhere; nobody is mailed
    Import(import::Import),
    /// Write all subscriptions of a newsletter as CSV
    Export(export::Export),
}

impl Subscribers {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        match self {
            Subscribers::Import(import) => import.run(app),
            Subscribers::Export(export) => export.run(app),
        }
    }
}
