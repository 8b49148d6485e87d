//! `rundbrief instance status|confirm-restore`: what a restored backup would send, and the person's word that it may.

use clap::Subcommand;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{CliError, local};
use crate::app::App;
use crate::delivery::memory;
use crate::domain::memory::{ADVICE, Verdict};
use crate::domain::states::Fence;
use crate::journeys::restore::{self, Stake};
use crate::store;

#[derive(Subcommand)]
pub(super) enum Instance {
    /// Whether anything is sent by itself, and what would be
    Status,
    /// Go on with a restored backup, or a copy: shows what is at stake, holds every issue that was going on, and lets new mails go
    ConfirmRestore,
}

impl Instance {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let file = app.settings.epoch_file();
        let remembered = memory::read(&file)?;
        let (instance, verdict) = app.store.read_blocking(|conn| restore::meet(conn, remembered.as_ref()))?;
        let reason = match (instance.fence, verdict) {
            (Some(fence), _) => Some(fence.reason()),
            (None, Verdict::Restored) => Some(Fence::Restored.reason()),
            (None, Verdict::Stranger) if app.store.is_sqlite() => Some(Fence::Unremembered.reason()),
            (None, Verdict::Foreign) => Some("the file is of another installation's database"),
            (None, _) => None,
        };
        say!("{}, epoch {}; this machine's memory of it is {}", app.store.describe(), instance.epoch, file.display());
        let Some(reason) = reason else {
            say!("open: mails are sent and cadences publish by themselves{}", beside(verdict));
            return Ok(());
        };
        match self {
            Instance::Status => {
                say!("HELD: {reason}.");
                tell(&app.store.read_blocking(restore::stake)?, &app.context.config.zone);
                say!("{ADVICE}");
            }
            Instance::ConfirmRestore => {
                say!("It was held: {reason}.");
                tell(&app.store.read_blocking(restore::stake)?, &app.context.config.zone);
                let now = app.clock.now();
                let confirmed = app.store.write_blocking(move |conn| restore::confirm(conn, now))?;
                memory::write(&file, &restore::note(&confirmed.public_id, confirmed.epoch, None))?;
                say!(
                    "Confirmed: epoch {} begins. New mails and confirmations go out. Every issue that was going on or planned is held: \
                     let it go with \"rundbrief issue release NEWSLETTER NUMBER\", or end it with \"rundbrief issue cancel\"",
                    confirmed.epoch
                );
            }
        }
        Ok(())
    }
}

/// A note for PostgreSQL, where another machine may know what this one does not.
fn beside(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Stranger => "; this machine does not know the database yet, its nodes wait for one that does",
        _ => "",
    }
}

fn tell(stake: &Stake, zone: &TimeZone) {
    match stake.newest {
        Some(at) => {
            let at = local(at, zone);
            say!("The newest result it knows of is from {at}. Whatever was sent, and whoever left, after that is unknown to it.")
        }
        None => say!("It knows of no mail that was sent."),
    }
    for issue in &stake.issues {
        let due = issue.due_at.filter(|_| issue.number == 0).map(|at| format!(" for {}", local(at, zone))).unwrap_or_default();
        say!(
            "  issue {} of {}: {}{due}, {} still queued, {} in doubt, {} ended",
            issue.number,
            issue.newsletter,
            issue.state,
            issue.queued,
            issue.unknown,
            issue.ended
        );
    }
    say!("  {} confirmation mails are queued; they go out after the confirmation", stake.confirmations);
    for (newsletter, items, next) in &stake.ready {
        let next = next.map(|at: Timestamp| format!(", which its cadence plans for {}", local(at, zone))).unwrap_or_default();
        say!(
            "  {items} ready items of {newsletter} would be the next issue{next}. They may have been published since the backup"
        );
    }
}

/// A line for commands about issues, where the fence is up.
pub(super) fn warn(app: &App) -> Result<(), CliError> {
    if let Some(fence) = app.store.read_blocking(store::instance::fence)? {
        say!("HELD: {}. {ADVICE}", fence.reason());
    }
    Ok(())
}
