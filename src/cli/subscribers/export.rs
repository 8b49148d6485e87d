//! `rundbrief subscribers export`: CSV as spreadsheets read it (RFC 4180; UTF-8 with the mark by which they know it).

use std::io::{self, Write};
use std::path::PathBuf;

use super::super::issue::no_newsletter;
use super::super::{CliError, files};
use crate::app::App;
use crate::domain::import::OWN;
use crate::domain::sheet;
use crate::journeys::export::{self, Reader};

#[derive(clap::Args)]
pub(in crate::cli) struct Export {
    newsletter: String,
    /// Into this new file instead of stdout; only its owner can read it
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// For a program that is to show it in columns and with dates: excel, as it is set up in German and most of Europe, which
    /// separates by semicolons; times are in the newsletter's zone. It can be imported like any export
    #[arg(long = "for", value_name = "PROGRAM")]
    program: Option<Program>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Program {
    Excel,
}

impl Export {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let reader = if self.program.is_some() { Reader::Spreadsheets } else { Reader::Programs };
        let begun = app.store.read_blocking(|conn| export::begin(conn, &self.newsletter, reader))?;
        let export = begun.ok_or_else(|| no_newsletter(&self.newsletter))?;
        let zone = export
            .zone
            .as_ref()
            .and_then(|zone| zone.iana_name())
            .map(|zone| format!("; times are those of {zone}"))
            .unwrap_or_default();
        match &self.output {
            None => write(app, export, io::stdout().lock()).map(drop),
            Some(path) => {
                let count = write(app, export, files::create(path)?)?;
                say!("{} holds {count} subscriptions{zone}", path.display());
                Ok(())
            }
        }
    }
}

fn write(app: &App, mut export: export::Export, mut out: impl Write) -> Result<u64, CliError> {
    out.write_all(sheet::BOM).map_err(unwritten)?;
    // RFC 4180 §2: lines end with CRLF.
    let delimiter = if export.zone.is_some() { b';' } else { b',' };
    let mut csv = csv::WriterBuilder::new().delimiter(delimiter).terminator(csv::Terminator::CRLF).from_writer(out);
    csv.write_record(OWN).map_err(|error| unwritten(error.into()))?;
    let mut count = 0;
    loop {
        let rows = app.store.read_blocking(|conn| export.next(conn))?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            csv.write_record(&row).map_err(|error| unwritten(error.into()))?;
            count += 1;
        }
    }
    csv.flush().map_err(unwritten)?;
    Ok(count)
}

fn unwritten(error: io::Error) -> CliError {
    CliError::Failed(format!("the export is not complete, it could not be written: {error}"))
}
