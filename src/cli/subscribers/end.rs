//! `rundbrief subscribers end`: somebody who said elsewhere that they do not want a newsletter any more (Art. 7(3) GDPR).

use super::super::{CliError, consent::address};
use super::add::{failed, said};
use crate::app::App;
use crate::journeys::enrol::{self, Ended, Which};

#[derive(clap::Args)]
pub(in crate::cli) struct End {
    newsletter: String,
    address: String,
    /// How they told you, e.g. "by telephone"; becomes part of the record
    #[arg(long)]
    reason: String,
    /// And every other newsletter that they get
    #[arg(long)]
    all: bool,
}

impl End {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let reason = said("--reason", &self.reason, "say how this person told you, for example \"by telephone\"")?;
        let address = address(&self.address)?;
        let shown = address.as_typed().to_owned();
        let (now, slug, all) = (app.clock.now(), self.newsletter, self.all);
        let named = slug.clone();
        let ended = app
            .store
            .write_blocking(move |conn| {
                let mut ended = enrol::end(conn, now, Which::One(&named), &address, &reason)?.unwrap_or_default();
                if all {
                    let others = enrol::end(conn, now, Which::All, &address, &reason)?.unwrap_or_default();
                    let known = ended.clone();
                    let is_other = |one: &Ended| !known.iter().any(|other| other.slug() == one.slug());
                    ended.extend(others.into_iter().filter(is_other));
                }
                Ok(ended)
            })
            .map_err(failed)?;
        if ended.is_empty() {
            let which = if all { "any newsletter".to_owned() } else { slug };
            return Err(CliError::Failed(format!(
                "nobody subscribes to {which} with {shown}, or ever did; \"rundbrief person export\" shows what is stored about an address"
            )));
        }
        for one in ended {
            match one {
                Ended::Now(slug) => {
                    say!(
                        "{shown} gets {slug} no longer: the withdrawal is recorded, and mails that waited for them are left out"
                    );
                }
                Ended::Before(slug, at, channel) => {
                    let at =
                        at.map_or(String::new(), |at| format!(" on {}", at.to_zoned(app.context.config.zone.clone()).date()));
                    let channel = channel.map_or(String::new(), |channel| format!(" ({channel})"));
                    say!("{shown} had left {slug} already{at}{channel}; nothing was changed");
                }
            }
        }
        Ok(())
    }
}
