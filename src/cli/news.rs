//! `rundbrief news add|cancel|place`.

use std::path::PathBuf;

use clap::Subcommand;

use super::{CliError, files};
use crate::app::App;
use crate::domain::news::NewsFile;
use crate::journeys::news::{self, NewsAddError};

#[derive(Subcommand)]
pub(super) enum News {
    /// Add a news item from a Markdown file with front matter; it is ready at once; prints its id
    Add { newsletter: String, file: PathBuf },
    /// The event does not take place: it stays out of the next issue, and its calendar file says so
    Cancel { newsletter: String, id: i64 },
    /// Where an item stands in the next issue: small numbers come first, items without one after them
    Place { newsletter: String, id: i64, place: i64 },
}

impl News {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let now = app.clock.now();
        match self {
            News::Add { newsletter, file } => {
                let (parsed, media) = files::read(&file, NewsFile::parse, |parsed| (parsed.image.as_deref(), &parsed.downloads))?;
                let id = app
                    .store
                    .write_blocking(move |conn| news::add(conn, now, &newsletter, &parsed, &media))
                    .map_err(|error| CliError::Failed(format!("{}: {error}", file.display())))?;
                say!("{id}");
            }
            News::Cancel { newsletter, id } => {
                app.store.write_blocking(move |conn| news::cancel(conn, now, &newsletter, id)).map_err(failed)?;
                say!("cancelled; its calendar file says so from now on");
            }
            News::Place { newsletter, id, place } => {
                app.store.write_blocking(move |conn| news::place(conn, &newsletter, id, place)).map_err(failed)?;
                say!("done");
            }
        }
        Ok(())
    }
}

fn failed(error: NewsAddError) -> CliError {
    CliError::Failed(error.to_string())
}
