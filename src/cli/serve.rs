//! `rundbrief serve`: web, delivery and scheduler in one process, or some of them.

use super::{CliError, block_on, open_or_make};
use crate::app::{self, Roles};
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Serve {
    /// Run only these parts, separated by commas: web, delivery, scheduler
    #[arg(long, value_delimiter = ',', value_parser = ["web", "delivery", "scheduler"])]
    only: Vec<String>,
}

impl Serve {
    pub fn run(self, settings: Settings) -> Result<(), CliError> {
        let wants = |role: &str| self.only.is_empty() || self.only.iter().any(|only| only == role);
        let roles = Roles { web: wants("web"), delivery: wants("delivery"), scheduler: wants("scheduler") };
        let listener = if roles.web { Some(app::listen(settings.http.listen, "http.listen")?) } else { None };
        if roles.delivery {
            // A wrong relay setting is told before anything starts; a relay that is away is not an error.
            app::relay(&settings)?;
        }
        let app = open_or_make(settings)?;
        tracing::info!(
            database = app.store.describe(),
            settings = %app.settings.origin,
            web = roles.web,
            delivery = roles.delivery,
            scheduler = roles.scheduler,
            "rundbrief serves"
        );
        if let Some(warning) = app.store.in_clear()? {
            tracing::warn!("{warning}");
        }
        if let Some(listener) = &listener
            && let Ok(address) = listener.local_addr()
        {
            say!("listening on http://{address}, known to readers as {}", app.settings.public_url);
        }
        Ok(block_on(app.serve(roles, listener, None))??)
    }
}
