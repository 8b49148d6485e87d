//! `rundbrief check-config`: shows the effective settings and tries what they point to. Makes no database,
//! migrates nothing and sends nothing; a directory of mails that is not there yet is made, as the way to see that it can be.

mod places;

use super::{CliError, block_on};
use crate::app;
use crate::mail::dkim::Signer;
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
    let dkim = &settings.dkim;
    let names = |old: bool| {
        let current = signer.note().split(' ').skip(1).count();
        let keys = signer.keys().iter().enumerate().filter(|(n, _)| (*n >= current) == old);
        keys.map(|(_, key)| key.describe()).collect::<Vec<_>>().join(", ")
    };
    match signer.domain() {
        Some(domain) => tell("dkim", Ok(format!("mails are signed for {domain} with {}", names(false)))),
        None => say!("note  dkim: mails go out unsigned; the relay must sign them"),
    }
    if !dkim.old_keys.is_empty() {
        tell("dkim", Ok(format!("kept for mails that are sent again: {}", names(true))));
    }
    if dkim.ed25519_key_file.is_some() && dkim.key_file.is_none() {
        say!("note  dkim: many receivers do not know Ed25519 yet; an RSA key beside it is advised");
    }
    for file in app::dkim::files(settings).iter().filter(|file| app::dkim::may_others_read(file).unwrap_or(false)) {
        say!("note  dkim: others can read {}; chmod 600 it", file.display());
    }
}
