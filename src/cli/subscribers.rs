//! `rundbrief subscribers`: readers come from a file, or go into one.

mod add;
mod end;
mod export;
mod import;
mod source;

use clap::Subcommand;

use super::CliError;
use crate::app::App;

#[derive(Subcommand)]
pub(super) enum Subscribers {
    /// Take in one person who agreed elsewhere; nobody is mailed
    Add(add::Add),
    /// End the subscription of somebody who said so elsewhere; nobody is mailed
    End(end::End),
    /// Take in the readers of a CSV file who agreed elsewhere; nobody is mailed
    Import(import::Import),
    /// Write all subscriptions of a newsletter as CSV
    Export(export::Export),
}

impl Subscribers {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        match self {
            Subscribers::Add(add) => add.run(app),
            Subscribers::End(end) => end.run(app),
            Subscribers::Import(import) => import.run(app),
            Subscribers::Export(export) => export.run(app),
        }
    }
}
