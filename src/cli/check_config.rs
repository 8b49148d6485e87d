//! `rundbrief check-config`: shows the effective settings and tries what they point to. Migrates nothing and sends nothing; a SQLite
//! file or a directory of mails that is not there yet is made, as the way to see that it can be.

use super::{CliError, block_on};
use crate::app;
use crate::settings::{DatabaseKind, Settings};
use crate::store::Store;

pub(super) fn run(settings: Settings) -> Result<(), CliError> {
    say!("{}", settings.masked());
    let mut failures = 0;
    let mut tell = |what: &str, result: Result<String, String>| match result {
        Ok(said) => say!("ok    {what}: {said}"),
        Err(said) => {
            failures += 1;
            say!("FAIL  {what}: {said}");
        }
    };
    let database = match settings.database.kind() {
        // Opening it would make it.
        DatabaseKind::Sqlite(path) if !path.exists() => Ok(format!("{} is made at the first start", settings.database.url)),
        _ => Store::open(settings.database.url.expose()).map(|store| store.describe()).map_err(|error| error.to_string()),
    };
    tell("database", database);
    tell("templates", app::templates(&settings).map(|_| "compiled".to_owned()).map_err(|error| error.to_string()));
    let relay = match app::relay(&settings) {
        Ok(relay) => block_on(async {
            match relay.connect().await {
                Ok(connection) => {
                    connection.quit().await;
                    Ok(format!("{} answers", relay.place()))
                }
                Err(outcome) => {
                    Err(format!("{} ({} at {})", outcome.reply().text, relay.place(), outcome.reply().stage.as_str()))
                }
            }
        })?,
        Err(error) => Err(error.to_string()),
    };
    tell("relay", relay);
    let missing = settings.missing_for_publishing();
    if missing.is_empty() {
        say!("ok    imprint and privacy: filled");
    } else {
        say!("note  nothing can be published while these are empty: {}", missing.join(", "));
    }
    if failures == 0 { Ok(()) } else { Err(CliError::Failed(format!("{failures} of the settings above do not work"))) }
}
