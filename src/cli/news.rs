//! `rundbrief news add`.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::CliError;
use crate::app::App;
use crate::domain::news::NewsFile;
use crate::journeys::news::{self, NewsAddError, Picture, Upload};

#[derive(Subcommand)]
pub(super) enum News {
    /// Add a news item from a Markdown file with front matter; it is ready at once; prints its id
    Add { newsletter: String, file: PathBuf },
}

impl News {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let News::Add { newsletter, file } = self;
        let failed = |problem: String| CliError::Failed(format!("{}: {problem}", file.display()));
        let text = std::fs::read_to_string(&file).map_err(|error| failed(error.to_string()))?;
        let parsed = NewsFile::parse(&text).map_err(|error| failed(error.to_string()))?;
        let picture = read_picture(&file, &parsed).map_err(|error| failed(error.to_string()))?;
        let now = app.clock.now();
        let id = app
            .store
            .write_blocking(move |conn| news::add(conn, now, &newsletter, &parsed, picture.as_ref()))
            .map_err(|error| failed(error.to_string()))?;
        say!("{id}");
        Ok(())
    }
}

/// The item's picture, which lies beside the file.
fn read_picture(file: &Path, parsed: &NewsFile) -> Result<Option<Picture>, NewsAddError> {
    let Some(name) = &parsed.image else { return Ok(None) };
    let path = file.parent().unwrap_or(Path::new(".")).join(name);
    let bytes =
        std::fs::read(&path).map_err(|error| NewsAddError::Image { file: path.display().to_string(), why: error.to_string() })?;
    news::picture(&Upload { file_name: name.clone(), bytes }).map(Some)
}
