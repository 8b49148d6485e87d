//! `rundbrief subscribers add`: one person who agreed on paper or at the counter.

use super::super::issue::closed;
use super::super::{CliError, consent::address};
use crate::app::App;
use crate::domain::header::HeaderText;
use crate::domain::language::Language;
use crate::journeys::enrol::{self, Added, Agreed};
use crate::journeys::newsletters::NewsletterError;

#[derive(clap::Args)]
pub(in crate::cli) struct Add {
    newsletter: String,
    address: String,
    /// How and when this person agreed, and where that is written down; becomes part of the consent record
    #[arg(long)]
    evidence: String,
    /// By default the newsletter's first
    #[arg(long)]
    language: Option<String>,
    #[arg(long)]
    name: Option<String>,
}

impl Add {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let evidence = said("--evidence", &self.evidence, "say how and when this person agreed, and where that is written down")?;
        let language: Option<Language> = match self.language.as_deref().map(str::parse).transpose() {
            Ok(language) => language,
            Err(error) => return Err(CliError::Usage(format!("--language: {error}"))),
        };
        let name = match self.name.as_deref().filter(|name| !name.trim().is_empty()) {
            Some(name) => Some(text("--name", name)?),
            None => None,
        };
        let address = address(&self.address)?;
        if address.needs_smtputf8() && !app.context.config.smtputf8 {
            return Err(CliError::Usage(format!("{}: the relay does not take such letters before the @", self.address)));
        }
        let shown = address.as_typed().to_owned();
        let agreed = Agreed { address, name, language, evidence };
        let (context, now, slug) = (std::sync::Arc::clone(&app.context), app.clock.now(), self.newsletter);
        let named = slug.clone();
        let added = app.store.write_blocking(move |conn| enrol::add(conn, &context, now, &named, &agreed)).map_err(failed)?;
        match added {
            Added::Active(language) => {
                say!("{shown} subscribes to {slug} in {language} from now on. Nobody was mailed");
                Ok(())
            }
            Added::Already(language) => {
                say!("{shown} subscribes to {slug} already, in {language}; nothing was changed");
                Ok(())
            }
            Added::Left { at } => {
                let at = at.map_or(String::new(), |at| format!(" on {}", at.to_zoned(app.context.config.zone.clone()).date()));
                Err(CliError::Failed(format!(
                    "{shown} left {slug}{at}, so nobody but they themselves can subscribe them again: {}/n/{slug}",
                    app.settings.public_url
                )))
            }
            Added::Suppressed(found) => {
                let why = found.map_or(String::new(), |found| format!(" ({}, {})", found.reason, found.source));
                Err(CliError::Failed(format!(
                    "nothing may be sent to {shown}{why}; a new sign-up by the person themselves lifts that: {}/n/{slug}",
                    app.settings.public_url
                )))
            }
        }
    }
}

/// A line that somebody has to write and that is kept.
pub(super) fn said(option: &'static str, line: &str, what: &str) -> Result<String, CliError> {
    let line = text(option, line)?;
    if line.is_empty() { Err(CliError::Usage(format!("{option} is empty; {what}"))) } else { Ok(line) }
}

fn text(option: &'static str, line: &str) -> Result<String, CliError> {
    let line = HeaderText::parse(option, line).map_err(|error| CliError::Usage(error.to_string()))?;
    Ok(line.as_str().to_owned())
}

pub(super) fn failed(error: NewsletterError) -> CliError {
    match error {
        NewsletterError::Closed(slug) => closed(&slug),
        NewsletterError::Journey(_) | NewsletterError::Unknown(_) => CliError::Failed(error.to_string()),
        _ => CliError::Usage(error.to_string()),
    }
}
