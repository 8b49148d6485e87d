//! `rundbrief funding add|list|remove`.

use std::path::PathBuf;

use clap::Subcommand;

use super::{CliError, files};
use crate::app::App;
use crate::domain::funding::FundingFile;
use crate::journeys::funding::{self, FundingError};

#[derive(Subcommand)]
pub(super) enum Funding {
    /// Add or replace a block from a Markdown file with front matter: text and logo of who pays, or of a partner
    Add { newsletter: String, file: PathBuf },
    /// The blocks in the order readers see them, those that are over included
    List { newsletter: String },
    /// Take a block out, in all its languages
    Remove { newsletter: String, block: String },
}

impl Funding {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let now = app.clock.now();
        match self {
            Funding::Add { newsletter, file } => {
                let (parsed, media) = files::read(&file, FundingFile::parse, |parsed| (parsed.image.as_deref(), &[]))?;
                app.store.write_blocking(move |conn| funding::add(conn, now, &newsletter, &parsed, &media)).map_err(failed)?;
                say!("added");
            }
            Funding::List { newsletter } => {
                for block in app.store.read_blocking(move |conn| funding::list(conn, &newsletter)).map_err(failed)? {
                    let day = |day: Option<jiff::civil::Date>| day.map_or("-".to_owned(), |day| day.to_string());
                    let languages: Vec<&str> = block.languages.iter().map(|language| language.tag()).collect();
                    say!(
                        "{}\t{}\torder {}\tfrom {}\tuntil {}\t{}",
                        block.name,
                        block.kind,
                        block.order,
                        day(block.from),
                        day(block.until),
                        languages.join(",")
                    );
                }
            }
            Funding::Remove { newsletter, block } => {
                app.store.write_blocking(move |conn| funding::remove(conn, &newsletter, &block)).map_err(failed)?;
                say!("removed");
            }
        }
        Ok(())
    }
}

fn failed(error: FundingError) -> CliError {
    CliError::Failed(error.to_string())
}
