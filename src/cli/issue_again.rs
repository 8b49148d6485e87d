//! `rundbrief issue resolve`: what becomes of mails in doubt, of those that failed, and of recipients whom the relay was wrong to
//! refuse.

use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::CliError;
use crate::app::App;
use crate::domain::states::IssueState;
use crate::journeys::again::{self, Again};
use crate::journeys::issues::{self, Doubt};

#[derive(Args)]
pub(super) struct Resolve {
    newsletter: String,
    number: i64,
    #[command(flatten)]
    which: Which,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// The mails in doubt
    #[arg(long, value_enum)]
    unknown: Option<Decision>,
    /// The mails that failed for no fault of their address, also those that expired
    #[arg(long, value_enum)]
    failed: Option<OfFailed>,
    /// The recipients that were refused
    #[arg(long, value_enum)]
    bounced: Option<OfBounced>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Decision {
    /// Send them once more, byte for byte the same
    Resend,
    /// Take them for sent
    Accept,
}

#[derive(Clone, Copy, ValueEnum)]
enum OfFailed {
    /// Send them once more, to those who are still subscribed
    Resend,
}

#[derive(Clone, Copy, ValueEnum)]
enum OfBounced {
    /// The relay was wrong: lift the suppressions and restore the subscriptions that this issue's refusals ended, and count its
    /// mails as failed, so that they can be sent once more
    Undo,
}

impl Resolve {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let Resolve { newsletter, number, which } = self;
        match which {
            Which { failed: Some(OfFailed::Resend), .. } => resend(app, newsletter, number),
            Which { bounced: Some(OfBounced::Undo), .. } => undo(app, newsletter, number),
            Which { unknown: Some(Decision::Resend), .. } => decide(app, newsletter, number, Doubt::Resend),
            Which { unknown: Some(Decision::Accept), .. } => decide(app, newsletter, number, Doubt::Accept),
            Which { unknown: None, failed: None, bounced: None } => {
                Err(CliError::Usage("say what to resolve: --unknown, --failed or --bounced".to_owned()))
            }
        }
    }
}

fn decide(app: &App, newsletter: String, number: i64, doubt: Doubt) -> Result<(), CliError> {
    let now = app.clock.now();
    match app.store.write_blocking(move |conn| issues::resolve(conn, now, &newsletter, number, doubt))? {
        Some(rows) => say!("{}", decided(rows, doubt)),
        None => return Err(no_issue()),
    }
    Ok(())
}

fn decided(rows: usize, doubt: Doubt) -> String {
    let mails = mails(rows);
    match doubt {
        _ if rows == 0 => "0 mails were in doubt, so nothing was changed".to_owned(),
        Doubt::Resend => format!(
            "{mails} in doubt will be sent once more, byte for byte the same under the same Message-ID; who has it already may get it twice"
        ),
        Doubt::Accept => format!("{mails} in doubt count as sent from now on; who has not got it will not get it"),
    }
}

fn resend(app: &App, newsletter: String, number: i64) -> Result<(), CliError> {
    let (context, now, slug) = (Arc::clone(&app.context), app.clock.now(), newsletter.clone());
    match app.store.write_blocking(move |conn| again::resend_failed(conn, &context, now, &slug, number))? {
        Again::Queued { mails: 0, .. } => {
            say!(
                "0 mails had failed that could be sent once more: to those who are still subscribed, and for no fault of their address"
            );
        }
        Again::Queued { mails: count, too_large, state } => {
            let mails = mails(count);
            match state {
                IssueState::Held => say!("{mails} will be sent once more as soon as you release the issue"),
                IssueState::Paused => say!("{mails} will be sent once more as soon as you resume the issue"),
                _ => say!("{mails} will be sent once more, under the same Message-ID; nobody has got one of them yet"),
            }
            if too_large > 0 {
                say!(
                    "{too_large} of them were refused as too large, and a published issue stays as it is: unless the relay takes more by now,"
                );
                say!(
                    "they will be refused again. Then publish the news anew with smaller pictures or texts; that goes to all who are"
                );
                say!("subscribed, also to those who have this issue");
            }
        }
        Again::Cancelled => {
            return Err(CliError::Failed(
                "the issue was cancelled, and nothing of it is sent any more; publish its news anew in another issue".to_owned(),
            ));
        }
        Again::NoSuchIssue => return Err(no_issue()),
    }
    Ok(())
}

fn undo(app: &App, newsletter: String, number: i64) -> Result<(), CliError> {
    let (context, now, slug) = (Arc::clone(&app.context), app.clock.now(), newsletter.clone());
    let undone = app
        .store
        .write_blocking(move |conn| again::undo_bounces(conn, &context, now, &slug, number, "staff, at the terminal"))?
        .ok_or_else(no_issue)?;
    if undone.mails == 0 {
        say!("0 recipients of this issue count as refused, so nothing was changed");
        return Ok(());
    }
    say!("{} suppressions lifted, {} subscriptions restored, with consent records", undone.suppressions, undone.subscriptions);
    say!("{} that had been refused can be sent once more: release the issue if it is held, or else", mails(undone.mails));
    say!("  rundbrief issue resolve {newsletter} {number} --failed resend");
    Ok(())
}

fn mails(count: usize) -> String {
    if count == 1 { "1 mail".to_owned() } else { format!("{count} mails") }
}

fn no_issue() -> CliError {
    CliError::Failed("there is no such issue".into())
}
