//! `rundbrief news add|list|ready|draft|remove|move|cancel|place`.

use std::path::PathBuf;

use clap::Subcommand;

use super::{CliError, files, issue};
use crate::app::App;
use crate::domain::language::Language;
use crate::domain::news::{Event, Move, NewsFile};
use crate::journeys::news::{self, NewsAddError, Unused};
use crate::store::Conn;

#[derive(Subcommand)]
pub(super) enum News {
    /// Add a news item from a Markdown file with front matter; it is ready at once; prints its id
    Add { newsletter: String, file: PathBuf },
    /// Items that are in no issue: number, state, the key that files of other languages name, languages, headline
    List { newsletter: String },
    /// A draft comes into the next issue
    Ready { newsletter: String, id: i64 },
    /// An item waits for a later issue
    Draft { newsletter: String, id: i64 },
    /// An item goes, in all its languages; what came from a feed does not come again
    Remove { newsletter: String, id: i64 },
    /// The event does not take place: it stays out of the next issue, and its calendar file says so
    Cancel { newsletter: String, id: i64 },
    /// The event is at another time or place; its calendar file says so, also to those who know it already
    Move {
        newsletter: String,
        id: i64,
        /// Like 2027-06-22T09:30, on the clocks of the event's zone
        #[arg(long)]
        starts: Option<String>,
        /// Without it the event takes as long as before
        #[arg(long)]
        ends: Option<String>,
        #[arg(long)]
        place: Option<String>,
        #[arg(long)]
        online: Option<String>,
    },
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
            News::List { newsletter } => {
                let items = app.store.read_blocking(|conn| news::unused(conn, &newsletter, Language::En))?;
                for item in items.ok_or_else(|| issue::no_newsletter(&newsletter))? {
                    let languages: Vec<&str> = item.languages.iter().map(|language| language.tag()).collect();
                    let key = item.key.as_deref().unwrap_or("-");
                    say!("{}\t{}\t{key}\t{}\t{}", item.id, item.state.as_str(), languages.join(","), item.headline);
                }
            }
            News::Ready { newsletter, id } => {
                let set = move |conn: &mut Conn| news::set_state(conn, &newsletter, id, Unused::Ready);
                app.store.write_blocking(set).map_err(failed)?;
                say!("it comes into the next issue");
            }
            News::Draft { newsletter, id } => {
                let set = move |conn: &mut Conn| news::set_state(conn, &newsletter, id, Unused::Draft);
                app.store.write_blocking(set).map_err(failed)?;
                say!("it stays a draft until \"news ready\"");
            }
            News::Remove { newsletter, id } => {
                app.store.write_blocking(move |conn| news::remove(conn, &newsletter, id)).map_err(failed)?;
                say!("removed");
            }
            News::Cancel { newsletter, id } => {
                app.store.write_blocking(move |conn| news::cancel(conn, now, &newsletter, id)).map_err(failed)?;
                say!("cancelled; its calendar file says so from now on");
            }
            News::Move { newsletter, id, starts, ends, place, online } => {
                let change = Move { starts, ends, place, online };
                let moved = app.store.write_blocking(move |conn| news::reschedule(conn, now, &newsletter, id, &change));
                let Event { starts, ends, place, .. } = moved.map_err(failed)?;
                let until = ends.map(|ends| format!(" to {ends}")).unwrap_or_default();
                let place = place.map(|place| format!(", {place}")).unwrap_or_default();
                say!("it is from {starts}{until}{place}; its calendar file says so from now on");
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
