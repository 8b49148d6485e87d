//! `rundbrief newsletter add|text|set|list|words`.

use clap::Subcommand;

use super::CliError;
use crate::app::App;
use crate::domain::language::{Language, UnknownLanguage};
use crate::i18n::extra;
use crate::journeys::newsletters::{self, NewsletterError, NewsletterRequest, TextRequest, Visibility};
use crate::store::{self, Conn};

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
    /// Change one thing: who sees it, or which edition stands in for a missing one
    #[command(group(clap::ArgGroup::new("change").required(true)))]
    Set {
        slug: String,
        /// In no public list, archive, search or feed
        #[arg(long, group = "change")]
        private: bool,
        /// On the start page, in the archive, the search and the feed
        #[arg(long, group = "change")]
        public: bool,
        /// Whose edition stands in for a missing one: en=de,fr=en; none: as if nothing were declared
        #[arg(long, group = "change", value_delimiter = ',', value_name = "LANGUAGE=LANGUAGE", num_args = 0..)]
        fallback: Option<Vec<String>>,
    },
    /// What it says about itself in one of its languages
    Text {
        slug: String,
        language: String,
        #[arg(long)]
        title: String,
        /// Content and frequency, shown on the form and part of the consent
        #[arg(long)]
        description: String,
        #[arg(long, default_value = "")]
        footer: String,
        /// Funding note at the end of every mail
        #[arg(long, default_value = "")]
        funding: String,
    },
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
                let languages = languages.iter().map(|tag| tag.parse()).collect::<Result<Vec<Language>, _>>().map_err(unknown)?;
                let request = NewsletterRequest { slug: slug.clone(), name, from_name, from_address, languages, cadence, zone };
                let fits = app.context.signer.check_sender(&slug, &request.from_address);
                fits.map_err(|error| CliError::Usage(error.to_string()))?;
                let further = request.languages.iter().any(|language| !Language::OURS.contains(language));
                let now = app.clock.now();
                app.store
                    .write_blocking(move |conn| {
                        newsletters::add(conn, now, &request)?;
                        newsletters::set_fallbacks(conn, &request.slug, &fallback)?;
                        newsletters::set_visibility(conn, &request.slug, visibility(private))
                    })
                    .map_err(failed)?;
                if further {
                    say!("Restart \"rundbrief serve\" on every machine: words of further languages are read when it starts");
                }
                say!("added. Its form: {}/n/{slug}", app.settings.public_url);
                say!("Say what it is about with: rundbrief newsletter text {slug} LANGUAGE --title … --description …");
            }
            Newsletter::Words => say!("{}", extra::sample()),
            Newsletter::Set { slug, fallback: Some(entries), .. } => {
                let set = move |conn: &mut Conn| newsletters::set_fallbacks(conn, &slug, &entries);
                match app.store.write_blocking(set).map_err(failed)?.to_string().as_str() {
                    "" => say!("nothing is declared: German stands in for Leichte Sprache, else the first edition there is"),
                    declared => say!("declared: {declared}"),
                }
            }
            Newsletter::Set { slug, private, .. } => {
                let said = if private { "private now: it is in no public list, archive, search or feed" } else { "public now" };
                app.store
                    .write_blocking(move |conn| newsletters::set_visibility(conn, &slug, visibility(private)))
                    .map_err(failed)?;
                say!("{said}");
            }
            Newsletter::Text { slug, language, title, description, footer, funding } => {
                let language: Language = language.parse().map_err(unknown)?;
                let text = TextRequest { title, description, footer, funding };
                app.store
                    .write_blocking(move |conn| {
                        let newsletter = store::newsletters::find(conn, &slug)?.ok_or(NewsletterError::Unknown(slug))?;
                        // Pages are in our own languages, whichever the newsletter comes in.
                        if !Language::and_ours(newsletter.languages()?).contains(&language) {
                            return Err(NewsletterError::Language { slug: newsletter.slug, language });
                        }
                        newsletters::put_text(conn, newsletter.id, language, &text)
                    })
                    .map_err(failed)?;
                say!("written");
            }
            Newsletter::List => {
                for newsletter in app.store.read_blocking(store::newsletters::list)? {
                    let languages: Vec<String> = newsletter.languages()?.into_iter().map(String::from).collect();
                    let next = newsletter.next_due_at.map_or("-".to_owned(), |at| store::time(at).to_string());
                    say!(
                        "{}\t{}\t{}\t{} <{}>\tcadence {}\tnext {next}{}",
                        newsletter.slug,
                        newsletter.name,
                        languages.join(","),
                        newsletter.from_name,
                        newsletter.from_address,
                        newsletter.cadence.as_deref().unwrap_or("-"),
                        if newsletter.is_private() { "\tprivate" } else { "" },
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

/// `Name <a@b>` or `a@b`.
pub(super) fn sender(from: &str, name: &str) -> Result<(String, String), CliError> {
    match from.split_once('<') {
        Some((phrase, rest)) => match rest.trim().strip_suffix('>') {
            Some(address) => Ok((phrase.trim().trim_matches('"').to_owned(), address.to_owned())),
            None => Err(CliError::Usage(format!("--from \"{from}\" lacks its \">\": write \"Name <news@example.org>\""))),
        },
        None => Ok((name.to_owned(), from.to_owned())),
    }
}

fn unknown(error: UnknownLanguage) -> CliError {
    CliError::Usage(error.to_string())
}

fn failed(error: NewsletterError) -> CliError {
    match error {
        NewsletterError::Journey(_) | NewsletterError::Exists(_) | NewsletterError::Unknown(_) => {
            CliError::Failed(error.to_string())
        }
        _ => CliError::Usage(error.to_string()),
    }
}
