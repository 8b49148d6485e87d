//! `rundbrief check-config`: shows the effective settings and tries what they point to. Makes no database,
//! migrates nothing and sends nothing; a directory of mails that is not there yet is made, as the way to see that it can be.

mod places;

use super::{CliError, block_on};
use crate::app;
use crate::domain::delivery::Stage;
use crate::mail::dkim::{Algorithm, Key, Signer};
use crate::settings::{DatabaseKind, Settings};
use crate::store::{Store, StoreError};

pub(super) fn run(settings: Settings) -> Result<(), CliError> {
    say!("# From {}.\n{}", settings.origin, settings.masked());
    let mut failures = 0;
    let mut tell = |what: &str, result: Result<String, String>| match result {
        Ok(said) => say!("ok    {what}: {said}"),
        Err(said) => {
            failures += 1;
            say!("FAIL  {what}: {said}");
        }
    };
    let mut in_clear = None;
    tell("database", database(&settings, &mut in_clear).map_err(|error| error.to_string()));
    if let Some(warning) = in_clear {
        say!("note  {warning}");
    }
    if let DatabaseKind::Sqlite(path) = settings.database.kind()
        && path.is_relative()
    {
        say!("note  database.url is a relative path, so each directory that a command is started in has a database of its own");
    }
    for (what, found) in places::look(&settings) {
        tell(what, found);
    }
    tell("templates", app::templates(&settings).map(|_| "compiled".to_owned()).map_err(|error| error.to_string()));
    if let Some(file) = &settings.look.logo_file {
        let logo = app::logo::read(&settings).map(|_| file.display().to_string());
        tell("logo", logo.map_err(|error| error.to_string()));
    }
    match app::dkim::signer(&settings) {
        Ok(signer) => tell_keys(&settings, &signer, &mut tell),
        Err(error) => tell("dkim", Err(error.to_string())),
    }
    let relay = match app::relay(&settings) {
        Ok(relay) => block_on(async {
            match relay.try_out().await {
                Ok(connection) => {
                    let few = match (settings.relay.mails_per_connection, connection.passes_on()) {
                        (None, Some(most)) => format!("; it is an Exim, so each connection takes {most} mails"),
                        _ => String::new(),
                    };
                    connection.quit().await;
                    Ok(format!("{} answers{few}", relay.place()))
                }
                Err(outcome) => {
                    let reply = outcome.reply();
                    let hint = match (reply.stage, reply.code) {
                        (Stage::Auth, 530..=539) => {
                            "; check user and password in relay.url (percent-encoded), and whether they may send"
                        }
                        _ => "",
                    };
                    Err(format!("{}{hint} ({} at {})", reply.text, relay.place(), reply.stage.as_str()))
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
    if settings.accessibility.reviewed.is_empty() {
        say!("note  the accessibility statement names no date while accessibility.reviewed is empty");
    }
    if failures == 0 { Ok(()) } else { Err(CliError::Failed(format!("{failures} of the settings above do not work"))) }
}

/// Whether there is a database that can be worked with, or may become one. `in_clear`: whether others can read what it is told.
fn database(settings: &Settings, in_clear: &mut Option<String>) -> Result<String, StoreError> {
    let url = settings.database.url.expose();
    match Store::missing(url)? {
        // Opening it would make it.
        Some(instead) => Ok(format!("{instead}; \"rundbrief migrate\" and \"rundbrief serve\" make one")),
        None => {
            let store = Store::open(url)?;
            *in_clear = store.in_clear()?;
            Ok(store.describe())
        }
    }
}

/// What mails are signed with. Of a key only its name, its kind and its file are shown.
fn tell_keys(settings: &Settings, signer: &Signer, tell: &mut impl FnMut(&str, Result<String, String>)) {
    let names = |keys: Vec<&Key>| keys.into_iter().map(Key::describe).collect::<Vec<_>>().join(", ");
    let domains = signer.domains();
    if domains.is_empty() {
        say!("note  dkim: mails go out unsigned; the relay must sign them");
    }
    for (domain, keys) in domains {
        let only_young = keys.iter().all(|key| key.algorithm() == Algorithm::Ed25519);
        tell("dkim", Ok(format!("mails are signed for {domain} with {}", names(keys))));
        if only_young {
            say!("note  dkim: many receivers do not know Ed25519 yet; an RSA key for {domain} beside it is advised");
        }
    }
    if !signer.old_keys().is_empty() {
        tell("dkim", Ok(format!("kept for mails that are sent again: {}", names(signer.old_keys().iter().collect()))));
    }
    for file in app::dkim::files(settings).iter().filter(|file| app::dkim::may_others_read(file).unwrap_or(false)) {
        say!("note  dkim: others can read {}; chmod 600 it", file.display());
    }
}
