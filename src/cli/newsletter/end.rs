//! `rundbrief newsletter remove|close|reopen`.

use super::super::CliError;
use super::failed;
use crate::app::App;
use crate::journeys::close;

pub(super) fn remove(app: &App, slug: String, yes: bool) -> Result<(), CliError> {
    if !yes {
        let removal = app.store.read_blocking(|conn| close::weigh(conn, &slug)).map_err(failed)?;
        return Err(CliError::Failed(format!(
            "nothing was removed: \"rundbrief newsletter remove {slug} --yes\" takes away the newsletter, {removal}"
        )));
    }
    let named = slug.clone();
    let removal = app.store.write_blocking(move |conn| close::remove(conn, &named)).map_err(failed)?;
    say!("removed: the newsletter {slug}, {removal}. It published nothing, and nobody subscribed to it");
    Ok(())
}

pub(super) fn close(app: &App, slug: String) -> Result<(), CliError> {
    let (now, named) = (app.clock.now(), slug.clone());
    let closed = app.store.write_blocking(move |conn| close::close(conn, now, &named)).map_err(failed)?;
    if closed.before {
        say!("{slug} was closed already; nothing was changed");
        return Ok(());
    }
    say!("{slug} is closed: its form says so, nobody can subscribe, and nothing is published");
    say!("Its archive stays, and links in mails go on working: everybody can leave, and see and erase their data");
    if let Some(cadence) = closed.cadence {
        say!("Its cadence is off; it was \"{cadence}\"");
    }
    match closed.plans {
        0 => {}
        1 => say!("1 issue that was planned or held is taken back; its items stay"),
        plans => say!("{plans} issues that were planned or held are taken back; their items stay"),
    }
    for number in closed.sending {
        say!("Issue {number} is still going out; \"rundbrief issue cancel {slug} {number}\" ends that");
    }
    match closed.subscribers {
        0 => {}
        1 => say!("1 person is still subscribed and gets nothing more"),
        people => say!("{people} people are still subscribed and get nothing more"),
    }
    say!("\"rundbrief newsletter reopen {slug}\" opens it again");
    Ok(())
}

pub(super) fn reopen(app: &App, slug: String) -> Result<(), CliError> {
    let named = slug.clone();
    match app.store.write_blocking(move |conn| close::reopen(conn, &named)).map_err(failed)? {
        true => say!("{slug} is open again; its cadence is off until \"rundbrief newsletter set {slug} --cadence …\" sets one"),
        false => say!("{slug} was not closed; nothing was changed"),
    }
    Ok(())
}
