//! `rundbrief suppressions list|lift`: addresses that must not be mailed, and how one that only a mailbox refused gets mail again.

use std::sync::Arc;

use clap::Subcommand;

use super::CliError;
use super::consent::address;
use crate::app::App;
use crate::journeys::suppressions::{self, By, Lifted};

#[derive(Subcommand)]
pub(super) enum Suppressions {
    /// Since when which address gets nothing, why, and who noted it; of others than subscribers only the keyed hash is kept
    List {
        #[arg(long)]
        json: bool,
    },
    /// Lift one that a mailbox's refusal has caused; what it had ended goes on. What a person said, only they can take back
    Lift {
        address: String,
        /// Who lifts it; it is recorded
        #[arg(long, value_name = "NAME")]
        by: String,
        /// Why; it is recorded
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

impl Suppressions {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        match self {
            Suppressions::List { json } => list(app, json),
            Suppressions::Lift { address: text, by, reason } => lift(app, &text, by, reason),
        }
    }
}

fn list(app: &App, json: bool) -> Result<(), CliError> {
    let listed = app.store.snapshot_blocking(|conn| suppressions::list(conn, &app.context))?;
    if json {
        say!("{}", serde_json::to_string(&listed).map_err(|error| CliError::Failed(error.to_string()))?);
        return Ok(());
    }
    for row in &listed {
        let start: String = row.hash.chars().take(12).collect();
        let whose = row.address.clone().unwrap_or_else(|| format!("(no subscriber; hash {start}…)"));
        let until = row.until.map(|until| format!(", until {until}")).unwrap_or_default();
        say!("{}\t{}\tby {}{until}\t{whose}", row.since, row.reason, row.source);
    }
    say!("{} addresses get no mail", listed.len());
    Ok(())
}

fn lift(app: &App, text: &str, by: String, reason: String) -> Result<(), CliError> {
    let address = address(text)?;
    for (value, option) in [(&by, "--by needs the name of a person"), (&reason, "--reason needs a reason in words")] {
        if value.trim().is_empty() {
            return Err(CliError::Usage(option.to_owned()));
        }
    }
    let (context, now) = (Arc::clone(&app.context), app.clock.now());
    let lifted = app
        .store
        .write_blocking(move |conn| suppressions::lift(conn, &context, now, &address, &By { name: &by, why: &reason }))?;
    match lifted {
        Lifted::Done { since, subscriptions } => {
            say!("Lifted and recorded: the address was suppressed since {since} because its mailbox refused a mail");
            match subscriptions {
                0 => say!("No subscription had ended by that, so none goes on"),
                1 => say!("1 subscription that had ended by that goes on"),
                count => say!("{count} subscriptions that had ended by that go on"),
            }
            Ok(())
        }
        Lifted::Refused { reason, since } => Err(CliError::Failed(format!(
            "not lifted: this is the person's own word ({reason}, since {since}), and only they can take it back (Art. 7(3), 21(3) GDPR); \
             let them sign up again by the form, which lifts it"
        ))),
        Lifted::NotSuppressed => Err(CliError::Failed("this address is not suppressed".to_owned())),
    }
}
