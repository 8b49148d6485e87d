//! `rundbrief copy-database --to URL`: the way out of SQLite into PostgreSQL, and back.

use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use super::CliError;
use crate::clock::Clock;
use crate::settings::Settings;
use crate::store::copy::{self, CopyError, Step};

/// Copies all that the database of the settings holds into a new, empty one: sqlite://PATH into postgres://…, or back.
///
/// Stop every serve and every command first, on all machines: the copy refuses while one works with the database, and none starts
/// meanwhile. It shows its progress, compares counts and hashes of all tables in the end, and goes on where it was when it is
/// repeated after an interruption. Afterwards the old database is marked as moved and sends nothing any more; set database.url to
/// the new one and start serve. Links, consent, the fence and a half-sent issue go on there.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true)))]
pub(super) struct CopyDatabase {
    /// The new database: sqlite://PATH or postgres://USER@HOST/NAME; a password may stand in ~/.pgpass or PGPASSWORD
    #[arg(long, value_name = "URL", group = "what")]
    to: Option<String>,
    /// Open the database of the settings again: give up a copy that was begun, or a move (then "instance confirm-restore" as well)
    #[arg(long, group = "what")]
    take_back: bool,
}

impl From<CopyError> for CliError {
    fn from(error: CopyError) -> Self {
        CliError::Failed(error.to_string())
    }
}

impl CopyDatabase {
    pub fn run(self, settings: &Settings) -> Result<(), CliError> {
        let from = settings.database.url.expose();
        let Some(to) = self.to else {
            if copy::take_back(from)? {
                say!(
                    "Open again. What was sent from the new database is unknown here: \"rundbrief instance status\" shows what is at stake"
                );
            } else {
                say!(
                    "Open again. The copy that was begun is worth nothing any more: empty the new database before you copy again"
                );
            }
            return Ok(());
        };
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} rows, {msg}, {eta} left") {
            bar.set_style(style);
        }
        let clock = Clock::system();
        let begun = clock.now();
        let done = copy::copy(from, &to, begun, &mut |step| match step {
            Step::Begun { rows } => bar.set_length(rows),
            Step::Table(name) => bar.set_message(name),
            Step::Rows(rows) => bar.inc(rows),
            Step::Comparing(name) => bar.set_message(format!("comparing {name}")),
        });
        bar.finish_and_clear();
        let done = done?;
        say!(
            "Copied {} rows in {} tables from {} to {} in {} seconds. Counts and hashes of all tables agree.",
            HumanCount(done.rows),
            done.tables,
            done.from,
            done.to,
            clock.now().duration_since(begun).as_secs()
        );
        say!("{} sends nothing any more. Set database.url to the new database and start serve.", done.from);
        say!("Keep the old one until you have seen that all is well, then delete it: it holds your readers' data.");
        Ok(())
    }
}
