//! `rundbrief feed add|list|read|remove`.

use std::sync::Arc;

use clap::Subcommand;

use super::{CliError, block_on};
use crate::app::App;
use crate::domain::language::{Language, UnknownLanguage};
use crate::feeds as reader;
use crate::journeys::feeds::{self, FeedsError, Taken};
use crate::store::feeds as table;
use crate::store::{Conn, time};

#[derive(Subcommand)]
pub(super) enum Feed {
    /// Read this RSS, Atom or JSON feed now and from now on; its entries become drafts, each once
    Add {
        newsletter: String,
        url: String,
        /// Of its entries, by default the newsletter's first
        #[arg(long)]
        language: Option<String>,
    },
    /// The feeds of a newsletter: language, when read last, address, and what is wrong
    List { newsletter: String },
    /// Read a newsletter's feeds now
    Read { newsletter: String },
    /// Read it no more; its drafts stay
    Remove { newsletter: String, url: String },
}

impl Feed {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let now = app.clock.now();
        match self {
            Feed::Add { newsletter, url, language } => {
                let language: Option<Language> = language
                    .map(|tag| tag.parse())
                    .transpose()
                    .map_err(|error: UnknownLanguage| CliError::Failed(format!("--language: {error}")))?;
                let (slug, address) = (newsletter.clone(), url.clone());
                let add = move |conn: &mut Conn| feeds::add(conn, now, &slug, &address, language);
                app.store.write_blocking(add).map_err(failed)?;
                let feed = of(app, &newsletter)?.into_iter().find(|feed| feed.url == url);
                let taken = feed.ok_or_else(|| "it was removed again".to_owned());
                match taken.and_then(|feed| read(app, feed).map_err(|error| error.to_string()).flatten()) {
                    Ok(taken) => say!("{}", told(taken)),
                    Err(problem) => {
                        // Most likely a typing mistake: nobody wants that asked every hour.
                        app.store.write_blocking(move |conn| feeds::remove(conn, &newsletter, &url)).map_err(failed)?;
                        return Err(CliError::Failed(format!("the feed is not added: {problem}")));
                    }
                }
            }
            Feed::List { newsletter } => {
                for feed in of(app, &newsletter)? {
                    let read = feed.read_at.map_or("never".to_owned(), |at| super::local(time(at), &app.context.config.zone));
                    let problem = feed.problem.map(|problem| format!("\t{problem}")).unwrap_or_default();
                    say!("{}\tread {read}\t{}{problem}", feed.language, feed.url);
                }
            }
            Feed::Read { newsletter } => {
                let mut troubled = 0_usize;
                for feed in of(app, &newsletter)? {
                    let url = feed.url.clone();
                    match read(app, feed)? {
                        Ok(taken) => say!("{url}: {}", told(taken)),
                        Err(problem) => {
                            troubled = troubled.saturating_add(1);
                            say!("{url}: {problem}");
                        }
                    }
                }
                if troubled > 0 {
                    return Err(CliError::Failed("not all feeds could be read; what is wrong stands above".to_owned()));
                }
            }
            Feed::Remove { newsletter, url } => {
                app.store.write_blocking(move |conn| feeds::remove(conn, &newsletter, &url)).map_err(failed)?;
                say!("removed; its drafts stay");
            }
        }
        Ok(())
    }
}

fn of(app: &App, slug: &str) -> Result<Vec<table::Feed>, CliError> {
    app.store.read_blocking(|conn| feeds::list(conn, slug)).map_err(failed)
}

fn read(app: &App, feed: table::Feed) -> Result<Result<Taken, String>, CliError> {
    let (fetcher, context) = (app.fetcher(), Arc::clone(&app.context));
    Ok(block_on(async move { reader::read(&app.store, &context, &app.clock, &fetcher, feed).await })??)
}

fn told(Taken { new, changed, kept, waiting }: Taken) -> String {
    let drafts = if new == 1 { "1 new draft".to_owned() } else { format!("{new} new drafts") };
    let mut parts = vec![drafts];
    if changed > 0 {
        parts.push(format!("{changed} changed"));
    }
    if kept > 0 {
        parts.push(format!("{kept} left as staff have them, although the website says something else now"));
    }
    if waiting > 0 {
        parts.push(format!("{waiting} wait until there are fewer drafts: take some with \"news ready\" or remove them"));
    }
    parts.join(", ")
}

fn failed(error: FeedsError) -> CliError {
    CliError::Failed(error.to_string())
}
