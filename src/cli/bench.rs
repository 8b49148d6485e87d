//! `rundbrief bench send|prepare|subscribe`: how fast mail goes out, through the same publishing, ledger, lanes and commits as a real issue.
//! Made-up readers, a database that was empty before, a relay on this machine.

use std::path::{Path, PathBuf};
use tokio::time::Instant;

use super::{CliError, block_on, start_log};
use crate::app::{self, App};
use crate::clock::Clock;
use crate::journeys::status;
use crate::mail::dkim::{Algorithm, KeyName};
use crate::settings::{self, Settings};
use crate::store::samples;

mod issue;
mod subscribe;

/// A plain layout, so that mails may be small.
const TEMPLATE: &str = include_str!("bench/issue.mjml");

#[derive(clap::Subcommand)]
pub(super) enum Bench {
    /// Publish an issue to made-up readers and send it to a relay on this machine
    Send(Send),
    /// Make a newsletter "bench", its readers and a news item in the configured, empty database; "issue publish bench" and
    /// "serve" do the rest, as they would for a real one
    Prepare(Prepare),
    /// Sign up made-up people at a running instance on this machine
    Subscribe(subscribe::Subscribe),
}

#[derive(clap::Args)]
pub(super) struct Prepare {
    #[arg(long, default_value_t = 10_000)]
    recipients: u32,
    /// Octets of each mail
    #[arg(long, default_value_t = 8_192)]
    bytes: usize,
}

#[derive(clap::Args)]
pub(super) struct Send {
    #[arg(long, default_value_t = 10_000)]
    recipients: u32,
    /// Relay connections
    #[arg(long, default_value_t = 8)]
    connections: u32,
    /// On this machine only, e.g. smtp://127.0.0.1:2525
    #[arg(long)]
    relay: String,
    /// An empty database; without it a SQLite file that is removed afterwards
    #[arg(long)]
    database: Option<String>,
    /// Octets of each mail
    #[arg(long, default_value_t = 8_192)]
    bytes: usize,
    /// Where keys, templates and the SQLite file are kept meanwhile; must not exist yet
    #[arg(long, value_name = "DIR", default_value = "var/bench")]
    data: PathBuf,
    /// Sign each mail, with keys made for it: rsa, ed25519 or both
    #[arg(long, value_enum)]
    dkim: Option<Dkim>,
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Dkim {
    Rsa,
    Ed25519,
    Both,
}

/// What was measured. Seconds are of wall time unless they say otherwise.
#[derive(serde::Serialize)]
struct Figures {
    recipients: u32,
    accepted: i64,
    /// From the first connect to the last result.
    seconds: f64,
    /// Making the readers.
    prepare_seconds: f64,
    /// Freezing the issue and writing one row for each reader.
    publish_seconds: f64,
    per_second: f64,
    /// Of this process, while sending.
    cpu_seconds: f64,
    peak_rss_bytes: u64,
    mail_bytes: usize,
}

impl Bench {
    pub fn run(self, config: Option<&Path>) -> Result<(), CliError> {
        let send = match self {
            Bench::Send(send) => send,
            Bench::Prepare(prepare) => return prepare.run(Settings::load(config)?),
            Bench::Subscribe(subscribe) => return subscribe.run(),
        };
        if !is_here(&send.relay) {
            return Err(not_here("--relay"));
        }
        if send.data.exists() {
            return Err(CliError::Usage(format!(
                "--data {} exists already; name another place or remove it",
                send.data.display()
            )));
        }
        let failed = |error: std::io::Error| CliError::Failed(format!("--data {}: {error}", send.data.display()));
        std::fs::create_dir_all(send.data.join("templates/issue")).map_err(failed)?;
        let measured =
            std::fs::write(send.data.join("templates/issue/html.mjml"), TEMPLATE).map_err(failed).and_then(|()| send.measure());
        std::fs::remove_dir_all(&send.data).map_err(failed)?;
        send.tell(&measured?)
    }
}

/// Whether a relay is on this machine.
fn is_here(relay: &str) -> bool {
    ["smtp://127.", "smtp://localhost", "smtp://[::1]", "file://"].iter().any(|here| relay.starts_with(here))
}

fn not_here(what: &str) -> CliError {
    CliError::Usage(format!("{what} must be on this machine: a bench sends a great many mails to people who do not exist"))
}

impl Prepare {
    fn run(self, settings: Settings) -> Result<(), CliError> {
        if !settings.relay.url.as_ref().is_some_and(|url| is_here(url.expose())) {
            return Err(not_here("relay.url"));
        }
        start_log(settings::log_filter().or(Some("warn".into())), &settings)?;
        let app = open_empty(settings)?;
        issue::fill(&app, self.recipients)?;
        let mail_bytes = issue::add_news(&app, self.bytes)?;
        say!("{} readers; mails will have {mail_bytes} octets", self.recipients);
        Ok(())
    }
}

/// Nobody's readers may get a bench's mail.
fn open_empty(settings: Settings) -> Result<App, CliError> {
    let app = App::open(settings, Clock::system())?;
    if !app.store.read_blocking(samples::is_empty)? {
        return Err(CliError::Usage("the database has subscribers in it; a bench needs an empty one".into()));
    }
    Ok(app)
}

impl Send {
    fn settings(&self) -> Result<Settings, CliError> {
        let key = |name: &str, value: String| (format!("RUNDBRIEF__{name}"), value);
        let path = |file: &str| self.data.join(file).display().to_string();
        let database = self.database.clone().unwrap_or_else(|| format!("sqlite://{}", path("bench.sqlite3")));
        let mut variables = vec![
            key("PUBLIC_URL", "https://newsletter.example.org".into()),
            key("DATABASE__URL", database),
            key("SECRET__KEY_FILE", path("secret.keys")),
            key("TEMPLATES__DIRECTORY", path("templates")),
            key("RELAY__URL", self.relay.clone()),
            key("RELAY__CONNECTIONS", self.connections.to_string()),
            // smtp-source keeps its connections as well.
            key("RELAY__MAILS_PER_CONNECTION", "100000".into()),
            key("IMPRINT__ORGANISATION", "Beispiel".into()),
            key("IMPRINT__ADDRESS", "Beispielweg 1, 04109 Leipzig".into()),
            key("IMPRINT__EMAIL", "kontakt@example.org".into()),
            key("PRIVACY__CONTACT", "datenschutz@example.org".into()),
        ];
        variables.extend(self.keys()?.into_iter().map(|(name, value)| key(name, value)));
        Ok(Settings::from_parts(None, variables)?)
    }

    /// Makes the keys that mails are to be signed with, and the settings for them.
    fn keys(&self) -> Result<Vec<(&'static str, String)>, CliError> {
        const DOMAIN: &str = "example.org";
        let mut settings = Vec::new();
        for (unwanted, algorithm, selector, selector_key, file_key) in [
            (Dkim::Ed25519, Algorithm::Rsa, "bench", "DKIM__SELECTOR", "DKIM__KEY_FILE"),
            (Dkim::Rsa, Algorithm::Ed25519, "bench-ed25519", "DKIM__ED25519_SELECTOR", "DKIM__ED25519_KEY_FILE"),
        ] {
            if self.dkim.is_some_and(|wanted| wanted != unwanted) {
                let name = KeyName::parse(selector, DOMAIN).map_err(|error| CliError::Failed(error.to_string()))?;
                let (_, file) = app::dkim::make_key(&self.data.join("dkim"), name, algorithm)?;
                settings.extend([(selector_key, selector.to_owned()), (file_key, file.display().to_string())]);
            }
        }
        if !settings.is_empty() {
            settings.push(("DKIM__DOMAIN", DOMAIN.to_owned()));
        }
        Ok(settings)
    }

    fn measure(&self) -> Result<Figures, CliError> {
        let settings = self.settings()?;
        start_log(settings::log_filter().or(Some("warn".into())), &settings)?;
        let app = open_empty(settings)?;
        let began = Instant::now();
        issue::fill(&app, self.recipients)?;
        let prepare_seconds = began.elapsed().as_secs_f64();

        let mail_bytes = issue::add_news(&app, self.bytes)?;
        let began = Instant::now();
        issue::publish(&app)?;
        let publish_seconds = began.elapsed().as_secs_f64();

        let (seconds, cpu_seconds) = block_on(async {
            let engine = app.engine().await?;
            let (began, cpu) = (Instant::now(), cpu_seconds()?);
            let drained = engine.drain().await?;
            let figures = (began.elapsed().as_secs_f64(), cpu_seconds()? - cpu);
            engine.sign_off().await?;
            match drained.trouble {
                Some(trouble) => Err(CliError::Failed(format!("the relay is in trouble: {trouble}"))),
                None => Ok(figures),
            }
        })??;
        let now = app.clock.now();
        let counts = app.store.read_blocking(|conn| status::find(conn, now, issue::SLUG, 1))?;
        let accepted = counts.map_or(0, |status| status.counts.sent);
        Ok(Figures {
            recipients: self.recipients,
            accepted,
            seconds,
            prepare_seconds,
            publish_seconds,
            per_second: f64::from(u32::try_from(accepted).unwrap_or(u32::MAX)) / seconds,
            cpu_seconds,
            peak_rss_bytes: peak_rss_bytes()?,
            mail_bytes,
        })
    }

    fn tell(&self, figures: &Figures) -> Result<(), CliError> {
        if self.json {
            say!("{}", serde_json::to_string(figures).map_err(|error| CliError::Failed(error.to_string()))?);
        } else {
            say!(
                "{} of {} mails of {} octets accepted in {:.2} s: {:.0} a second; {:.2} CPU seconds, {} MB at most\n\
                 (readers made in {:.2} s, published to them in {:.2} s)",
                figures.accepted,
                figures.recipients,
                figures.mail_bytes,
                figures.seconds,
                figures.per_second,
                figures.cpu_seconds,
                figures.peak_rss_bytes / 1_000_000,
                figures.prepare_seconds,
                figures.publish_seconds
            );
        }
        if figures.accepted == i64::from(figures.recipients) {
            Ok(())
        } else {
            Err(CliError::Failed("not every mail was accepted".into()))
        }
    }
}

/// User and system time of this process so far.
fn cpu_seconds() -> Result<f64, CliError> {
    let stat = proc("stat")?;
    // Fields 14 and 15 in hundredths of a second; the second field may contain spaces, so it is counted from its end (proc(5)).
    let fields = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks: u32 = fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u32>().ok()).sum();
    Ok(f64::from(ticks) / 100.0)
}

fn peak_rss_bytes() -> Result<u64, CliError> {
    let status = proc("status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1_024)
}

fn proc(file: &str) -> Result<String, CliError> {
    let path = Path::new("/proc/self").join(file);
    std::fs::read_to_string(&path).map_err(|error| CliError::Failed(format!("{}: {error}", path.display())))
}
