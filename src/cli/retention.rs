//! `rundbrief retention [run]`: how long things are kept, when that was last seen to, and seeing to it now.

use std::sync::Arc;

use clap::Subcommand;

use super::{CliError, block_on};
use crate::app::App;
use crate::journeys::retention::{self, Report};
use crate::scheduler;

#[derive(Subcommand)]
pub(super) enum Retention {
    /// How long things are kept, and when that was last seen to
    Status,
    /// Take away now what has been kept long enough
    Run,
}

impl Retention {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        match self {
            Retention::Status => {
                let keep = &app.settings.retention;
                say!(
                    "Kept: requests without a confirmation {} days, details of mails {} days, proof of consent until the end of the {}. year after \
                     the subscription's end, network addresses {} days",
                    keep.confirmation_days,
                    keep.delivery_days,
                    keep.proof_years,
                    keep.network_days
                );
                match app.store.read_blocking(retention::last_run)? {
                    None => say!("Never run yet. \"rundbrief serve\" runs it every night at four"),
                    Some(run) => match run.report {
                        Some(report) => say!("Last run {}: {}", super::local(run.at, &app.context.config.zone), told(&report)),
                        None => say!("Begun {}, and not ended yet", super::local(run.at, &app.context.config.zone)),
                    },
                }
            }
            Retention::Run => {
                let now = app.clock.now();
                if !app.store.write_blocking(move |conn| retention::take(conn, now))? {
                    return Err(CliError::Failed("it is running already, here or on another node".into()));
                }
                let (store, context, clock) = (app.store.clone(), Arc::clone(&app.context), app.clock.clone());
                let report = block_on(async move { scheduler::retain(&store, &context, &clock).await })??;
                say!("Done: {}", told(&report));
            }
        }
        Ok(())
    }
}

fn told(report: &Report) -> String {
    format!(
        "{} unconfirmed requests, {} subscriptions with their proof, {} network addresses, {} single mails and {} old \
         sessions are gone; {} mails of issues keep what proves them",
        report.unconfirmed,
        report.subscriptions,
        report.network_addresses,
        report.mails_deleted,
        report.swept,
        report.mails_trimmed
    )
}
