//! `rundbrief demo`: the whole main job on one machine, with nothing else installed. Mail is captured, not sent.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use rust_embed::RustEmbed;
use serde::Deserialize;

use super::{CliError, block_on, newsletter, start_log};
use crate::app::{self, App, Roles};
use crate::clock::Clock;
use crate::domain::address::Address;
use crate::domain::funding::FundingFile;
use crate::domain::issue_words::IssueWords;
use crate::domain::language::Language;
use crate::domain::news::NewsFile;
use crate::domain::states::Role;
use crate::journeys::news::Unused;
use crate::journeys::newsletters::{self, NewsletterRequest, TextRequest};
use crate::journeys::staff;
use crate::journeys::{funding, issue_words, media, news};
use crate::settings::{self, Settings};
use crate::store;

/// The sample newsletter.
#[derive(RustEmbed)]
#[folder = "src/cli/demo/"]
#[include = "news/*.md"]
#[include = "later/*.md"]
#[include = "news/*.png"]
#[include = "funding/*.md"]
#[include = "funding/*.png"]
#[include = "words/*.md"]
#[include = "newsletter.yaml"]
struct Samples;

const STAFF: &str = "redaktion@example.org";

#[derive(clap::Args)]
pub(super) struct Demo {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:8080", value_parser = settings::listen::address)]
    listen: SocketAddr,
    /// Where its database, keys and captured mails live
    #[arg(long, value_name = "DIR", default_value = "var/demo")]
    data: PathBuf,
}

#[derive(Deserialize)]
struct SampleNewsletter {
    slug: String,
    name: String,
    from: String,
    languages: Vec<Language>,
    zone: String,
    texts: BTreeMap<String, SampleText>,
}

#[derive(Deserialize)]
struct SampleText {
    title: String,
    description: String,
    footer: String,
}

impl Demo {
    pub fn run(self) -> Result<(), CliError> {
        let listener = app::listen(self.listen, "--listen")?;
        let address = listener.local_addr().map_err(|error| CliError::Failed(error.to_string()))?;
        std::fs::create_dir_all(&self.data)
            .map_err(|error| CliError::Failed(format!("--data {}: {error}", self.data.display())))?;
        let mails = self.data.join("mails");
        let settings = self.settings(address, &mails)?;
        start_log(settings::log_filter().or(Some("warn".into())), &settings)?;
        let app = App::open(settings, Clock::system())?;
        let slug = furnish(&app)?;
        let now = app.clock.now();
        let member = Address::parse(STAFF).map_err(|error| CliError::Failed(error.to_string()))?;
        let token = app.store.write_blocking(move |conn| staff::invite(conn, now, &member, Role::Admin))?;
        let url = &app.settings.public_url;
        say!("Rundbrief demo. Nothing leaves this machine: mails are captured in {}.\n", mails.display());
        say!("  1. Subscribe           {url}/n/{slug}");
        say!("  2. Open the mail       {url}/demo/mails      (confirm there, and read every later mail)");
        say!("  3. Sign in and publish {url}/staff/invitation/{token}");
        say!("                         sets a password for {STAFF}; later: {url}/staff");
        say!("  4. Read the issue      {url}/demo/mails");
        say!("  5. Unsubscribe         by the link in the mail\n");
        say!("Ctrl-C ends it; the next start goes on with {}.", self.data.display());
        Ok(block_on(app.serve(Roles::ALL, Some(listener), Some(&mails)))??)
    }

    fn settings(&self, address: SocketAddr, mails: &Path) -> Result<Settings, CliError> {
        let key = |name: &str, value: String| (format!("RUNDBRIEF__{name}"), value);
        let path = |file: &str| self.data.join(file).display().to_string();
        Ok(Settings::from_parts(
            None,
            [
                key("PUBLIC_URL", format!("http://{address}")),
                key("DATABASE__URL", format!("sqlite://{}", path("demo.sqlite3"))),
                key("SECRET__KEY_FILE", path("secret.keys")),
                key("RELAY__URL", format!("file://{}", mails.display())),
                key("IMPRINT__ORGANISATION", "Zentrum Neue Arbeit Mittelelbe".into()),
                key("IMPRINT__ADDRESS", "Musterweg 1, 39104 Magdeburg".into()),
                key("IMPRINT__EMAIL", "kontakt@example.org".into()),
                key("IMPRINT__REPRESENTATIVE", "Dr. Erika Beispiel".into()),
                key("PRIVACY__CONTACT", "datenschutz@example.org".into()),
                key("PRIVACY__HOSTER", "Muster-Rechenzentrum".into()),
                key("PRIVACY__RELAY_PROVIDER", "Muster-Postdienst".into()),
            ],
        )?)
    }
}

/// Puts the sample newsletter into a new database; leaves one that is there as it is. Returns its slug.
fn furnish(app: &App) -> Result<String, CliError> {
    let broken = |what: &str, error: String| CliError::Failed(format!("the demo's {what}: {error}"));
    let text = sample("newsletter.yaml")?;
    let sample_newsletter: SampleNewsletter =
        serde_saphyr::from_str(&text).map_err(|error| broken("newsletter.yaml", error.to_string()))?;
    let slug = sample_newsletter.slug.clone();
    let (known, now) = (slug.clone(), app.clock.now());
    if app.store.read_blocking(|conn| store::newsletters::find(conn, &known))?.is_some() {
        return Ok(slug);
    }
    let mut items = Vec::new();
    // What is for the next issue, and drafts for the one after it. By language first, so that items are numbered in the order of
    // the default language's files.
    for (folder, state) in [("news", Unused::Ready), ("later", Unused::Draft)] {
        for language in &sample_newsletter.languages {
            for name in samples_of(folder, &format!(".{language}.md")) {
                let file = NewsFile::parse(&sample(&name)?).map_err(|error| broken(&name, error.to_string()))?;
                let media = media::gather(file.image.as_deref(), &file.downloads, beside(folder))
                    .map_err(|error| broken(&name, error.to_string()))?;
                items.push((name, file, media, state));
            }
        }
    }
    let mut blocks = Vec::new();
    for name in samples_of("funding", ".md") {
        let file = FundingFile::parse(&sample(&name)?).map_err(|error| broken(&name, error.to_string()))?;
        let media =
            media::gather(file.image.as_deref(), &[], beside("funding")).map_err(|error| broken(&name, error.to_string()))?;
        blocks.push((name, file, media));
    }
    let mut words = Vec::new();
    for name in samples_of("words", ".md") {
        words.push((name.clone(), IssueWords::parse(&sample(&name)?).map_err(|error| broken(&name, error.to_string()))?));
    }
    let (from_name, from_address) = newsletter::sender(&sample_newsletter.from, &sample_newsletter.name)?;
    let request = NewsletterRequest {
        slug: slug.clone(),
        name: sample_newsletter.name,
        from_name,
        from_address,
        languages: sample_newsletter.languages,
        cadence: None,
        zone: sample_newsletter.zone,
    };
    let (texts, into) = (sample_newsletter.texts, slug.clone());
    app.store.write_blocking(move |conn| {
        let id = newsletters::add(conn, now, &request).map_err(|error| broken("newsletter", error.to_string()))?;
        for (tag, text) in texts {
            let language: Language = tag.parse().map_err(|error| broken("texts", format!("{error}")))?;
            let SampleText { title, description, footer } = text;
            let text = TextRequest { title, description, footer, ..TextRequest::default() };
            newsletters::put_text(conn, id, language, &text).map_err(|error| broken("texts", error.to_string()))?;
        }
        for (name, file, media) in &blocks {
            funding::add(conn, now, &into, file, media).map_err(|error| broken(name, error.to_string()))?;
        }
        for (name, words) in &words {
            issue_words::put(conn, &into, words).map_err(|error| broken(name, error.to_string()))?;
        }
        for (name, file, media, state) in &items {
            let id = news::add(conn, now, &into, file, media).map_err(|error| broken(name, error.to_string()))?;
            news::set_state(conn, &into, id, *state).map_err(|error| broken(name, error.to_string()))?;
        }
        Ok::<_, CliError>(())
    })?;
    Ok(slug)
}

/// The sample files of a folder, in the order of their names.
fn samples_of(folder: &str, ending: &str) -> Vec<String> {
    let mut names: Vec<String> =
        Samples::iter().map(String::from).filter(|name| name.starts_with(folder) && name.ends_with(ending)).collect();
    names.sort();
    names
}

/// What lies beside the sample files of a folder.
fn beside(folder: &str) -> impl Fn(&str) -> Result<Vec<u8>, String> {
    move |name| {
        let found = Samples::get(&format!("{folder}/{name}"));
        found.map(|found| found.data.into_owned()).ok_or_else(|| "it is not there".to_owned())
    }
}

fn sample(name: &str) -> Result<String, CliError> {
    let bytes = Samples::get(name).map(|found| found.data.into_owned()).unwrap_or_default();
    String::from_utf8(bytes).map_err(|error| CliError::Failed(format!("the demo's {name}: {error}")))
}
