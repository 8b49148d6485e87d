//! `rundbrief issue words|preview|check|test|publish|move|unplan|status|unknown|pause|resume|cancel|release|resolve`.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::Timestamp;

use super::{CliError, files, instance, issue_again, issue_check, issue_status, plan, preview};
use crate::app::App;
use crate::domain::issue_words::IssueWords;
use crate::journeys::compose::{LeftOut, Why};
use crate::journeys::issue_words;
use crate::journeys::issues::{self, Steered};
use crate::journeys::newsletters::NewsletterError;
use crate::journeys::proof;
use crate::journeys::publish::{self, PublishAnswer};

#[derive(Subcommand)]
pub(super) enum Issue {
    /// What the next issue says around its items, from a Markdown file: subject, intro, closing
    Words { newsletter: String, file: PathBuf },
    /// The next issue before it is sent: who would get what, and with --out each edition as files
    Preview {
        newsletter: String,
        /// With the salutation of this reader
        #[arg(long = "as", value_name = "ADDRESS")]
        reader: Option<String>,
        /// Where to write HTML (as sent, without images, without style, dark) and text
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// What readers of the next issue would stumble over, and how to mend it; fails if there are errors
    Check {
        newsletter: String,
        /// Ask other websites whether the links to them work
        #[arg(long)]
        links: bool,
        #[arg(long)]
        json: bool,
    },
    /// Send the next issue to one address, and publish nothing; its links belong to nobody
    Test {
        newsletter: String,
        #[arg(long)]
        to: String,
        /// One edition only
        #[arg(long)]
        language: Option<String>,
    },
    /// Freeze the ready items into the next issue and send it to everybody who is active now
    Publish {
        newsletter: String,
        /// Later: 2027-03-01T09:00 in the newsletter's zone, or with an offset
        #[arg(long)]
        at: Option<String>,
        /// Who answers for the errors that the check before sending finds; it is recorded
        #[arg(long, value_name = "NAME", conflicts_with = "at")]
        despite: Option<String>,
    },
    /// Move a planned issue to another time
    Move {
        newsletter: String,
        /// Its number as a plan, if there are several; "issue status" shows it
        plan: Option<i64>,
        /// As with "publish --at"
        #[arg(long)]
        at: String,
    },
    /// Take a planned issue back; its items stay ready
    Unplan {
        newsletter: String,
        /// Its number as a plan, if there are several
        plan: Option<i64>,
    },
    /// Where an issue stands, by default the newest, and what is planned
    Status {
        newsletter: String,
        number: Option<i64>,
        #[arg(long)]
        json: bool,
    },
    /// The mails in doubt: to whom, when, and what was last heard of the relay
    Unknown {
        newsletter: String,
        number: i64,
        #[arg(long)]
        json: bool,
    },
    /// Stop sending within a second; what waits, waits
    Pause { newsletter: String, number: i64 },
    /// Go on with a paused issue
    Resume { newsletter: String, number: i64 },
    /// End an issue; what has not been sent is skipped
    Cancel { newsletter: String, number: i64 },
    /// Let a held issue go; 0 is the oldest that was held before it got a number
    Release {
        newsletter: String,
        number: i64,
        /// Who answers for the errors that the check before sending finds; it is recorded
        #[arg(long, value_name = "NAME")]
        despite: Option<String>,
    },
    /// Decide about mails in doubt, send failed ones once more, or take refusals back that were the relay's mistake
    Resolve(issue_again::Resolve),
}

impl Issue {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let context = std::sync::Arc::clone(&app.context);
        let now = app.clock.now();
        match self {
            Issue::Words { newsletter, file } => {
                let (words, _) = files::read(&file, IssueWords::parse, |_| (None, &[]))?;
                let failed = |error: NewsletterError| CliError::Failed(error.to_string());
                app.store.write_blocking(move |conn| issue_words::put(conn, &newsletter, &words)).map_err(failed)?;
                say!("written");
                Ok(())
            }
            Issue::Preview { newsletter, reader, out } => preview::show(app, &newsletter, reader.as_deref(), out),
            Issue::Check { newsletter, links, json } => issue_check::run(app, &newsletter, links, json),
            Issue::Test { newsletter, to, language } => preview::test(app, &newsletter, &to, language.as_deref()),
            Issue::Publish { newsletter, at: None, despite } => {
                let despite = named(despite)?;
                let slug = newsletter.clone();
                let answer =
                    app.store.write_blocking(move |conn| publish::publish(conn, &context, now, &slug, despite.as_deref()))?;
                published(&newsletter, answer)?;
                instance::warn(app)
            }
            Issue::Publish { newsletter, at: Some(at), .. } => plan::add(app, now, &newsletter, &at),
            Issue::Move { newsletter, plan: id, at } => plan::shift(app, now, &newsletter, id, &at),
            Issue::Unplan { newsletter, plan: id } => plan::remove(app, now, &newsletter, id),
            Issue::Status { newsletter, number, json } => issue_status::show(app, now, &newsletter, number, json),
            Issue::Unknown { newsletter, number, json } => unknown(app, &newsletter, number, json),
            Issue::Pause { newsletter, number } => {
                steered(app.store.write_blocking(move |conn| issues::pause(conn, &newsletter, number))?)
            }
            Issue::Resume { newsletter, number } => {
                steered(app.store.write_blocking(move |conn| issues::resume(conn, &newsletter, number))?)
            }
            Issue::Cancel { newsletter, number } => {
                steered(app.store.write_blocking(move |conn| issues::cancel(conn, &newsletter, number))?)
            }
            Issue::Release { newsletter, number, despite } => {
                let despite = named(despite)?;
                let slug = newsletter.clone();
                match app
                    .store
                    .write_blocking(move |conn| issues::release(conn, &context, now, &slug, number, despite.as_deref()))?
                {
                    Steered::Published(answer) => published(&newsletter, answer),
                    answer => steered(answer),
                }
            }
            Issue::Resolve(resolve) => resolve.run(app),
        }
    }
}

fn published(newsletter: &str, answer: PublishAnswer) -> Result<(), CliError> {
    match answer {
        PublishAnswer::Published { number, languages, recipients, missing, left_out } => {
            told_apart(&left_out);
            for (headline, language) in missing {
                eprintln!("warning: \"{headline}\" has no text in {language}; that edition goes without it");
            }
            let languages: Vec<&str> = languages.iter().map(|language| language.tag()).collect();
            say!("issue {number} of {newsletter} is published in {} to {recipients} recipients", languages.join(", "));
            if recipients == 0 {
                say!("nobody subscribes yet, so nothing will be sent");
            }
            Ok(())
        }
        PublishAnswer::NothingReady(left_out) => {
            told_apart(&left_out);
            say!("nothing to publish: no news item of {newsletter} is ready");
            Ok(())
        }
        PublishAnswer::NoSuchNewsletter => Err(no_newsletter(newsletter)),
        PublishAnswer::Closed => Err(closed(newsletter)),
        PublishAnswer::Refused(errors) => {
            issue_check::show(&errors)?;
            issue_check::refuse(newsletter, errors.len())
        }
        PublishAnswer::Unsigned(error) => Err(CliError::Usage(error.to_string())),
        PublishAnswer::SettingsMissing(keys) => Err(CliError::Usage(format!(
            "readers have a right to know who writes to them: fill {} in the settings first",
            keys.join(", ")
        ))),
    }
}

/// What is ready and yet no news.
fn told_apart(left_out: &[LeftOut]) {
    for LeftOut { headline, why, .. } in left_out {
        let why = match why {
            Why::Past => "is past",
            Why::Cancelled => "is cancelled",
        };
        eprintln!("warning: \"{headline}\" {why}, so it is not in the issue");
    }
}

/// A name that says who it was.
fn named(despite: Option<String>) -> Result<Option<String>, CliError> {
    match despite {
        Some(name) if name.trim().is_empty() => Err(CliError::Usage("--despite needs the name of a person".to_owned())),
        name => Ok(name),
    }
}

pub(super) fn closed(newsletter: &str) -> CliError {
    CliError::Failed(NewsletterError::Closed(newsletter.to_owned()).to_string())
}

pub(super) fn no_newsletter(newsletter: &str) -> CliError {
    CliError::Failed(format!("there is no newsletter \"{newsletter}\"; \"rundbrief newsletter list\" shows them"))
}

fn unknown(app: &App, newsletter: &str, number: i64, json: bool) -> Result<(), CliError> {
    let found = app.store.read_blocking(|conn| proof::list_unknown(conn, newsletter, number, i64::MAX))?;
    let Some(doubts) = found else { return Err(CliError::Failed("there is no such issue".into())) };
    if json {
        say!("{}", serde_json::to_string(&doubts).map_err(|error| CliError::Failed(error.to_string()))?);
        return Ok(());
    }
    if doubts.is_empty() {
        say!("no mail of issue {number} of {newsletter} is in doubt");
        return Ok(());
    }
    let place = app.relay()?.place();
    let zone = super::zone_of(app, newsletter)?;
    for doubt in &doubts {
        let at = |at: Option<Timestamp>| at.map_or("at a time nobody saw".to_owned(), |at| super::local(at, &zone));
        say!("{}\tin doubt since {}\tfirst tried {}", doubt.address, at(doubt.in_doubt_since), at(doubt.first_tried_at));
        let again = if doubt.resends > 0 { format!(", sent again {} times", doubt.resends) } else { String::new() };
        let heard = doubt.last_heard.as_deref().unwrap_or("nothing");
        say!("  relay {} ({place}){again}: {}", doubt.relay, doubt.reason.as_deref().unwrap_or("in doubt"));
        say!("  last heard: {heard}");
    }
    say!("The relay may have taken these mails: look for the addresses in its log. Then decide with");
    say!("  rundbrief issue resolve {newsletter} {number} --unknown resend   somebody may get the mail twice");
    say!("  rundbrief issue resolve {newsletter} {number} --unknown accept   somebody may get nothing");
    Ok(())
}

fn steered(answer: Steered) -> Result<(), CliError> {
    match answer {
        Steered::Done => say!("done"),
        Steered::Released(1) => say!("done; 1 mail that had failed is sent once more, after the others"),
        Steered::Released(count) => say!("done; {count} mails that had failed are sent once more, after the others"),
        Steered::NotIn(state) => return Err(CliError::Failed(format!("the issue is {state}, so this cannot be done"))),
        Steered::NoSuchIssue => return Err(CliError::Failed("there is no such issue".into())),
        Steered::Published(_) => {}
    }
    Ok(())
}
