//! `rundbrief deliver --until-idle`.

use super::{CliError, block_on, watch};
use crate::app::App;
use crate::delivery::Drained;
use crate::store::{deliveries, micros};

#[derive(clap::Args)]
pub(super) struct Deliver {
    /// Work off what is due now and end; deferred mails are counted and left
    #[arg(long, required = true)]
    until_idle: bool,
}

impl Deliver {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        debug_assert!(self.until_idle);
        let drained = block_on(async {
            let engine = app.engine().await?;
            let stop = engine.stop_token();
            let interrupted = tokio::spawn(async move {
                // Ctrl-C finishes what is in flight and ends with the counts so far.
                if tokio::signal::ctrl_c().await.is_ok() {
                    stop.cancel();
                }
            });
            let drained = tokio::select! {
                drained = engine.drain() => drained,
                () = watch::watch(app, &engine) => Ok(Drained::default()),
            };
            interrupted.abort();
            let held = engine.held();
            engine.sign_off().await?;
            match held {
                Some(why) => Err(CliError::Failed(why)),
                None => Ok::<_, CliError>(drained?),
            }
        })??;
        let now = micros(app.clock.now());
        let (waiting, _) = app.store.read_blocking(|conn| deliveries::deferred(conn, now))?;
        say!(
            "sent {}, bounced {}, failed {}, unknown {}, skipped {}, deferred {} ({waiting} wait for later)",
            drained.sent,
            drained.bounced,
            drained.failed,
            drained.unknown,
            drained.skipped,
            drained.deferred
        );
        match drained.trouble {
            Some(trouble) => Err(CliError::Failed(format!(
                "the relay is in trouble: {trouble}. Check relay.url; nothing is lost, call this again later"
            ))),
            None => Ok(()),
        }
    }
}
