//! `rundbrief newsletter add|text|set|remove|close|reopen|list|words`.

mod end;
mod set;

use clap::Subcommand;

use super::CliError;
use crate::app::App;
use crate::domain::language::{Language, UnknownLanguage};
use crate::i18n::extra;
use crate::journeys::newsletters::{self, NewsletterError, NewsletterRequest, Visibility};
use crate::journeys::reshape::{self, TextChange};
use crate::store;

#[derive(Subcommand)]
pub(super) enum Newsletter {
    /// Add a newsletter
    Add {
        /// In its address and List-Id for ever: small letters, digits, hyphens
        slug: String,
        #[arg(long)]
        name: String,
        /// Sender, e.g. "Our Centre <news@example.org>"
        #[arg(long)]
        from: String,
        /// The first is the default: de, en, de-simple, or any other that there are words for
        #[arg(long, value_delimiter = ',', required = true)]
        languages: Vec<String>,
        /// When issues are due: five-field cron, e.g. "0 9 * * MON"
        #[arg(long)]
        cadence: Option<String>,
        /// The zone the cadence is meant in
        #[arg(long, default_value = "Europe/Berlin")]
        zone: String,
        /// In no public list, archive, search or feed; its form can be reached by who knows the address
        #[arg(long)]
        private: bool,
        /// Whose edition stands in for a missing one: en=de,fr=en
        #[arg(long, value_delimiter = ',', value_name = "LANGUAGE=LANGUAGE")]
        fallback: Vec<String>,
    },
    /// Change name, sender, languages, cadence, zone, who sees it, or which edition stands in; what is not given stays
    Set(set::Set),
    /// What it says about itself in one of its languages; what is not given stays, what is given empty becomes empty
    #[command(group(clap::ArgGroup::new("text").required(true).multiple(true)))]
    Text {
        slug: String,
        language: String,
        /// Needed the first time
        #[arg(long, group = "text")]
        title: Option<String>,
        /// Content and frequency, shown on the form and part of the consent; needed the first time
        #[arg(long, group = "text")]
        description: Option<String>,
        #[arg(long, group = "text")]
        footer: Option<String>,
        /// Funding note at the end of every mail
        #[arg(long, group = "text")]
        funding: Option<String>,
    },
    /// Remove one that published nothing and that nobody subscribed to
    Remove {
        slug: String,
        /// Do it, instead of only saying what would go
        #[arg(long)]
        yes: bool,
    },
    /// End one: no sign-ups, no issues; archive and links in mails go on working
    Close { slug: String },
    /// Open a closed one again
    Reopen { slug: String },
    /// List the newsletters
    List,
    /// Print the English words of mails, to be translated for another language
    Words,
}

impl Newsletter {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        match self {
            Newsletter::Add { slug, name, from, languages, cadence, zone, private, fallback } => {
                let (from_name, from_address) = sender(&from, &name)?;
                let languages = self::languages(&languages)?;
                let request = NewsletterRequest { slug: slug.clone(), name, from_name, from_address, languages, cadence, zone };
                signed(app, &slug, &request.from_address)?;
                let further = request.languages.iter().any(|language| !Language::OURS.contains(language));
                let now = app.clock.now();
                let added = app
                    .store
                    .write_blocking(move |conn| {
                        let id = newsletters::add(conn, now, &request)?;
                        newsletters::set_fallbacks(conn, &request.slug, &fallback)?;
                        newsletters::set_visibility(conn, &request.slug, visibility(private))?;
                        Ok::<_, NewsletterError>(store::newsletters::get(conn, id)?)
                    })
                    .map_err(failed)?;
                if further {
                    say!("Restart \"rundbrief serve\" on every machine: words of further languages are read when it starts");
                }
                say!("added. Its form: {}/n/{slug}", app.settings.public_url);
                if added.cadence.is_some() {
                    set::due(app, &added)?;
                }
                say!("Say what it is about with: rundbrief newsletter text {slug} LANGUAGE --title … --description …");
            }
            Newsletter::Words => say!("{}", extra::sample()),
            Newsletter::Set(set) => set.run(app)?,
            Newsletter::Text { slug, language, title, description, footer, funding } => {
                let language: Language = language.parse().map_err(unknown)?;
                let change = TextChange { title, description, footer, funding };
                app.store.write_blocking(move |conn| reshape::change_text(conn, &slug, language, change)).map_err(failed)?;
                say!("written");
            }
            Newsletter::Remove { slug, yes } => end::remove(app, slug, yes)?,
            Newsletter::Close { slug } => end::close(app, slug)?,
            Newsletter::Reopen { slug } => end::reopen(app, slug)?,
            Newsletter::List => {
                for newsletter in app.store.read_blocking(store::newsletters::list)? {
                    let languages: Vec<String> = newsletter.languages()?.into_iter().map(String::from).collect();
                    let next = newsletter.next_due_at.map_or("-".to_owned(), |at| store::time(at).to_string());
                    say!(
                        "{}\t{}\t{}\t{} <{}>\tcadence {}\tnext {next}{}{}",
                        newsletter.slug,
                        newsletter.name,
                        languages.join(","),
                        newsletter.from_name,
                        newsletter.from_address,
                        newsletter.cadence.as_deref().unwrap_or("-"),
                        if newsletter.is_private() { "\tprivate" } else { "" },
                        if newsletter.is_closed() { "\tclosed" } else { "" },
                    );
                }
            }
        }
        Ok(())
    }
}

fn visibility(private: bool) -> Visibility {
    if private { Visibility::Private } else { Visibility::Public }
}

/// `Name <a@b>` or `a@b`: then the name is the newsletter's.
pub(super) fn sender(from: &str, name: &str) -> Result<(String, String), CliError> {
    let (phrase, address) = sender_of(from)?;
    Ok((phrase.unwrap_or_else(|| name.to_owned()), address))
}

/// `Name <a@b>` or `a@b`: then there is no name.
fn sender_of(from: &str) -> Result<(Option<String>, String), CliError> {
    match from.split_once('<') {
        Some((phrase, rest)) => match rest.trim().strip_suffix('>') {
            Some(address) => Ok((Some(phrase.trim().trim_matches('"').to_owned()), address.to_owned())),
            None => Err(CliError::Usage(format!("--from \"{from}\" lacks its \">\": write \"Name <news@example.org>\""))),
        },
        None => Ok((None, from.to_owned())),
    }
}

/// Whether mails of this sender can be signed.
fn signed(app: &App, slug: &str, address: &str) -> Result<(), CliError> {
    app.context.signer.check_sender(slug, address).map_err(|error| CliError::Usage(error.to_string()))
}

fn languages(tags: &[String]) -> Result<Vec<Language>, CliError> {
    tags.iter().map(|tag| tag.parse()).collect::<Result<Vec<Language>, _>>().map_err(unknown)
}

fn unknown(error: UnknownLanguage) -> CliError {
    CliError::Usage(error.to_string())
}

fn failed(error: NewsletterError) -> CliError {
    match error {
        NewsletterError::Journey(_)
        | NewsletterError::Exists(_)
        | NewsletterError::Unknown(_)
        | NewsletterError::Closed(_)
        | NewsletterError::Keeps { .. }
        | NewsletterError::FeedIn { .. } => CliError::Failed(error.to_string()),
        _ => CliError::Usage(error.to_string()),
    }
}
