//! `rundbrief newsletter set`: changes whatever is given, all of it or nothing.

use super::super::{CliError, when};
use super::{failed, languages, sender_of, signed, visibility};
use crate::app::App;
use crate::domain::cadence::Cadence;
use crate::journeys::reshape::{self, Change, Changed};
use crate::store::newsletters::Newsletter;

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("change").required(true).multiple(true)))]
pub(in crate::cli) struct Set {
    slug: String,
    #[arg(long, group = "change")]
    name: Option<String>,
    /// Sender of issues from now on, e.g. "Our Centre <news@example.org>"; an address alone keeps the name before it
    #[arg(long, group = "change")]
    from: Option<String>,
    /// All of them, the default first; readers of one that is left out get another edition from now on
    #[arg(long, group = "change", value_delimiter = ',')]
    languages: Option<Vec<String>>,
    /// When issues are due: five-field cron, e.g. "0 9 * * MON"; none: people publish
    #[arg(long, group = "change")]
    cadence: Option<String>,
    /// People publish; the same as --cadence none
    #[arg(long, group = "change", conflicts_with = "cadence")]
    no_cadence: bool,
    /// The zone the cadence and planned times are meant in
    #[arg(long, group = "change")]
    zone: Option<String>,
    /// In no public list, archive, search or feed
    #[arg(long, group = "change", conflicts_with = "public")]
    private: bool,
    /// On the start page, in the archive, the search and the feed
    #[arg(long, group = "change")]
    public: bool,
    /// Whose edition stands in for a missing one: en=de,fr=en; none: as if nothing were declared
    #[arg(long, group = "change", value_delimiter = ',', value_name = "LANGUAGE=LANGUAGE", num_args = 0..)]
    fallback: Option<Vec<String>>,
}

impl Set {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let sender = self.from.as_deref().map(sender_of).transpose()?;
        let (from_name, from_address) = sender.map_or((None, None), |(name, address)| (name, Some(address)));
        if let Some(address) = &from_address {
            signed(app, &self.slug, address)?;
        }
        let cadence = match self.cadence {
            Some(cron) if cron.trim().eq_ignore_ascii_case("none") => Some(None),
            Some(cron) => Some(Some(cron)),
            None => self.no_cadence.then_some(None),
        };
        let change = Change {
            name: self.name,
            from_name,
            from_address,
            languages: self.languages.as_deref().map(languages).transpose()?,
            cadence,
            zone: self.zone,
            visibility: (self.private || self.public).then(|| visibility(self.private)),
            fallback: self.fallback.map(|entries| entries.into_iter().filter(|entry| entry != "none").collect()),
        };
        let (now, slug, wanted) = (app.clock.now(), self.slug, change.clone());
        let changed = app.store.write_blocking(move |conn| reshape::change(conn, now, &slug, &wanted)).map_err(failed)?;
        tell(app, &change, &changed)
    }
}

fn tell(app: &App, change: &Change, changed: &Changed) -> Result<(), CliError> {
    let newsletter = &changed.newsletter;
    if change.name.is_some() {
        say!("its name is \"{}\" now; what readers see is its title, see \"rundbrief newsletter text\"", newsletter.name);
    }
    if change.from_address.is_some() {
        say!("issues published from now on come from {} <{}>", newsletter.from_name, newsletter.from_address);
    }
    if change.languages.is_some() {
        let languages: Vec<String> = newsletter.languages()?.into_iter().map(String::from).collect();
        say!("it comes in {}", languages.join(", "));
    }
    for (language, readers, edition) in &changed.readers {
        let edition = edition.map_or("no edition".to_owned(), |edition| format!("the edition in {edition}"));
        let readers = if *readers == 1 { "1 reader of".to_owned() } else { format!("{readers} readers of") };
        say!("{readers} {language} get {edition} from now on; they stay subscribed, and get their own again if it comes back");
    }
    for entry in &changed.undeclared {
        say!("no longer declared, as its language is gone: {entry}");
    }
    if change.visibility.is_some() {
        match newsletter.is_private() {
            true => say!("private now: it is in no public list, archive, search or feed"),
            false => say!("public now"),
        }
    }
    if change.fallback.is_some() {
        match newsletter.fallbacks()?.to_string().as_str() {
            "" => say!("nothing is declared: German stands in for Leichte Sprache, else the first edition there is"),
            declared => say!("declared: {declared}"),
        }
    }
    if change.cadence.is_some() || change.zone.is_some() {
        due(app, newsletter)?;
    }
    Ok(())
}

/// The next times, on the newsletter's clocks.
pub(super) fn due(app: &App, newsletter: &Newsletter) -> Result<(), CliError> {
    let Some(cron) = &newsletter.cadence else {
        say!("it has no cadence: people publish its issues; times are in {}", newsletter.zone);
        return Ok(());
    };
    let cadence = Cadence::parse(cron, &newsletter.zone).map_err(|error| CliError::Failed(error.to_string()))?;
    if let Some(surprise) = cadence.surprise() {
        eprintln!("warning: {surprise}");
    }
    say!("its issues are due next at");
    for at in cadence.next_few(app.clock.now(), 3) {
        say!("  {}", when::on_clocks(&at));
    }
    Ok(())
}
