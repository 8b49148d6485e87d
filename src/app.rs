//! The composition root: builds the rooms out of the settings, starts and stops web, delivery and scheduler in order.

pub mod backup;
pub mod dkim;
pub mod keys;
pub mod logo;
mod metrics;

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::task::{JoinError, JoinSet};

use crate::clock::Clock;
use crate::delivery::{self, Engine};
use crate::domain::address::Address;
use crate::domain::altcha::Difficulty;
use crate::domain::language::{Language, UnknownLanguage};
use crate::domain::limits::Limits as SignUpLimits;
use crate::domain::pace::Limits;
use crate::domain::reach::Reach;
use crate::fetch::Fetcher;
use crate::i18n::extra;
use crate::journeys::{self, Context, JourneyError, Memos};
use crate::mail::relay::{Relay, RelayError, Timeouts};
use crate::mail::templates::{Look, TemplateError, Templates};
use crate::scheduler::Scheduler;
use crate::settings::{self, Settings, SettingsError};
use crate::store::{Store, StoreError, instance, newsletters};
use crate::web;

#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Journey(#[from] JourneyError),
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Relay(#[from] RelayError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(
        "{instead}; database.url comes from {origin}. If that is the wrong place, name the settings with --config FILE or \
         RUNDBRIEF_CONFIG; if it is the right one, \"rundbrief migrate\" makes the database"
    )]
    NoDatabase { instead: String, origin: String },
    #[error("secret.key_file {path}: {problem}")]
    Keys { path: String, problem: String },
    #[error("{0}")]
    Dkim(String),
    #[error("cannot listen on {address}: {problem}")]
    Listen { address: String, problem: String },
    #[error("the web server could not start: {0}")]
    Web(String),
    #[error("the heartbeat could not start: {0}")]
    Scheduler(String),
    #[error("{0}")]
    Copying(String),
    #[error("{0}")]
    System(String),
}

/// An opened instance: settings, database and what the journeys need. Nothing runs yet.
#[derive(Clone)]
pub struct App {
    pub settings: Arc<Settings>,
    pub store: Store,
    pub context: Arc<Context>,
    pub clock: Clock,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    pub web: bool,
    pub delivery: bool,
    pub scheduler: bool,
}

impl Roles {
    pub const ALL: Roles = Roles { web: true, delivery: true, scheduler: true };
}

impl App {
    /// Opens the database (makes and migrates it), reads the keys, compiles the templates.
    pub fn open(settings: Settings, clock: Clock) -> Result<Self, AppError> {
        // What is no database of ours does not become one.
        backup::missing(&settings)?;
        App::opened(settings, clock)
    }

    /// Like [`App::open`], but a database that is not there yet is refused: nobody works with a new one by mistake.
    pub fn open_existing(settings: Settings, clock: Clock) -> Result<Self, AppError> {
        match backup::missing(&settings)? {
            None => App::opened(settings, clock),
            Some(instead) => Err(AppError::NoDatabase { instead, origin: settings.origin.to_string() }),
        }
    }

    fn opened(settings: Settings, clock: Clock) -> Result<Self, AppError> {
        let templates = templates(&settings)?;
        let signer = dkim::signer(&settings)?;
        let store = Store::open(settings.database.url.expose())?;
        store.migrate()?;
        if let Some(copying) = store.read_blocking(instance::copying)? {
            return Err(AppError::Copying(copying.reason(&store.describe())));
        }
        for newsletter in store.read_blocking(newsletters::list)? {
            if let Some(language) = newsletter.languages()?.into_iter().find(|language| !extra::has_words(*language)) {
                let problem =
                    format!("has no words/{language}.ftl, and the newsletter \"{}\" comes in {language}", newsletter.slug);
                return Err(SettingsError::Value { key: "templates.directory".to_owned(), problem }.into());
            }
        }
        let keyring = keys::known(&settings.secret.key_file, &store, &clock)?;
        let context = Context { keyring, signer, templates, config: journeys_config(&settings), memo: Memos::default() };
        Ok(Self { settings: Arc::new(settings), store, context: Arc::new(context), clock })
    }

    /// Who asks other people's servers.
    pub fn fetcher(&self) -> Fetcher {
        let fetch = &self.settings.fetch;
        let reach = Reach { ports: fetch.ports.clone(), networks: fetch.networks.clone() };
        let agent = concat!("Rundbrief/", env!("CARGO_PKG_VERSION"));
        Fetcher::new(reach, &format!("{agent} (+{})", self.settings.public_url))
    }

    /// The relay as the settings name it.
    pub fn relay(&self) -> Result<Relay, AppError> {
        relay(&self.settings)
    }

    /// A newsletter that cannot be signed for is named in the log: its mails wait, better none than unsigned ones (R120).
    pub async fn engine(&self) -> Result<Engine, AppError> {
        for newsletter in self.store.read(newsletters::list).await? {
            let fits = self.context.signer.check_sender(&newsletter.slug, &newsletter.from_address);
            if let Err(error) = fits {
                tracing::error!(%error, "mails of a newsletter are held");
            }
        }
        let delivery = &self.settings.delivery;
        let relay = &self.settings.relay;
        let config = delivery::Config {
            connections: usize::try_from(relay.connections).unwrap_or(1),
            mails_per_connection: relay.mails_per_connection.map(|most| usize::try_from(most).unwrap_or(usize::MAX)),
            batch: i64::from(delivery.batch),
            per_second: relay.per_second,
            limits: Limits { per_second: relay.per_second, per_hour: relay.per_hour, ramp_up_per_hour: relay.ramp_up_per_hour },
            domains: relay.domain_limits(),
            idle: Duration::from_secs(u64::from(delivery.idle_seconds)),
            expiry: Duration::from_secs(3_600 * u64::from(delivery.expire_hours)),
            takeover: Duration::from_secs(u64::from(delivery.takeover_seconds)),
            bounce_address: self.settings.bounce.address.clone(),
            epoch_file: self.settings.epoch_file(),
            node_name: format!("{}-{}", self.settings.public_host(), std::process::id()),
        };
        Ok(Engine::start(self.store.clone(), Arc::clone(&self.context), self.clock.clone(), self.relay()?, config).await?)
    }

    /// The state the pages work on. `demo`: the directory of captured mails, shown only there.
    pub fn web_state(&self, metrics: Option<PrometheusHandle>, demo: Option<&Path>) -> Result<web::State, AppError> {
        let config = web_config(&self.settings)?;
        let pages = web::Pages::new(&config, demo.is_some()).map_err(|error| AppError::Web(error.to_string()))?;
        Ok(web::State {
            store: self.store.clone(),
            context: Arc::clone(&self.context),
            clock: self.clock.clone(),
            config: Arc::new(config),
            pages: Arc::new(pages),
            metrics,
            demo: demo.map(Path::to_owned),
            guesses: Arc::default(),
        })
    }

    /// Runs the given roles until the process is asked to stop (SIGTERM, SIGINT) or one of them breaks down, which is an error.
    pub async fn serve(&self, roles: Roles, listener: Option<TcpListener>, demo: Option<&Path>) -> Result<(), AppError> {
        let mut looks = None;
        // What can fail is built before anything runs.
        let server = match listener.filter(|_| roles.web) {
            Some(listener) => {
                let metrics = metrics::install()?;
                looks = Some(tokio::spawn(metrics::keep(metrics.clone(), self.store.clone(), self.clock.clone())));
                let workers = std::thread::available_parallelism().map_or(2, usize::from);
                let server = web::server(self.web_state(Some(metrics), demo)?, listener, workers);
                Some(server.map_err(|error| AppError::Web(error.to_string()))?)
            }
            None => None,
        };
        let engine = if roles.delivery { Some(Arc::new(self.engine().await?)) } else { None };
        let scheduler = if roles.scheduler {
            let delivery = engine.clone();
            let open = Arc::new(move || delivery.as_ref().is_none_or(|engine| engine.held().is_none()));
            let started =
                Scheduler::start(self.store.clone(), Arc::clone(&self.context), self.clock.clone(), open, self.fetcher()).await;
            Some(started.map_err(|error| AppError::Scheduler(error.to_string()))?)
        } else {
            None
        };
        let handle = server.as_ref().map(Server::handle);
        let mut parts = JoinSet::new();
        if let Some(server) = server {
            parts.spawn(async move { server.await.map_err(|error| AppError::Web(error.to_string())) });
        }
        if let Some(engine) = engine.clone() {
            parts.spawn(async move {
                engine.run().await;
                Ok(())
            });
        }
        let mut stopped = tokio::select! {
            asked = asked_to_stop() => asked,
            Some(ended) = parts.join_next() => joined(ended).and(Err(AppError::System("a part of rundbrief ended by itself".into()))),
        };
        if let Some(looks) = looks {
            looks.abort();
        }
        if let Some(scheduler) = scheduler {
            scheduler.stop().await;
        }
        if let Some(handle) = handle {
            // Requests that have begun are answered.
            handle.stop(true).await;
        }
        // Last, because a request that was still being answered may have queued a mail: it stays in the ledger.
        if let Some(engine) = engine {
            engine.stop();
        }
        while let Some(ended) = parts.join_next().await {
            stopped = stopped.and(joined(ended));
        }
        tracing::info!("stopped in order");
        stopped
    }
}

/// How a part of the process ended; a panic in it is an error like any other.
fn joined(ended: Result<Result<(), AppError>, JoinError>) -> Result<(), AppError> {
    ended.unwrap_or_else(|error| Err(AppError::System(format!("a part of rundbrief broke down: {error}"))))
}

async fn asked_to_stop() -> Result<(), AppError> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |error: std::io::Error| AppError::System(format!("signals cannot be received: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("asked to stop: mails in flight are finished, none is begun");
    Ok(())
}

/// Takes the port now, so that a taken one is told before anything is printed. `option` names where it can be changed.
pub fn listen(address: std::net::SocketAddr, option: &str) -> Result<TcpListener, AppError> {
    let listener = TcpListener::bind(address).map_err(|error| AppError::Listen {
        address: address.to_string(),
        problem: if error.kind() == std::io::ErrorKind::AddrInUse {
            format!("the port is taken. Choose another with {option}")
        } else {
            format!("{error}. Check {option}")
        },
    })?;
    Ok(listener)
}

pub fn relay(settings: &Settings) -> Result<Relay, AppError> {
    let delivery = &settings.delivery;
    let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
    let timeouts = Timeouts {
        connect: seconds(delivery.connect_seconds),
        greeting: seconds(delivery.greeting_seconds),
        command: seconds(delivery.command_seconds),
        data: seconds(delivery.data_seconds),
        block: seconds(delivery.write_seconds),
        final_dot: seconds(delivery.final_dot_seconds),
        ..Timeouts::default()
    };
    let relay = Relay::new(settings.relay_url()?, &settings.relay.ehlo_name)?;
    let mut relay = relay.with_token_file(settings.relay.token_file.as_deref())?.with_timeouts(timeouts);
    if let Some(file) = &settings.relay.ca_file {
        relay = relay.with_ca_file(file)?;
    }
    Ok(if settings.relay.smtputf8 { relay } else { relay.without_smtputf8() })
}

pub fn templates(settings: &Settings) -> Result<Templates, AppError> {
    let look = Look { colour: settings.look.colour.clone(), ..Look::default() };
    if let Some(directory) = &settings.templates.directory {
        words(&directory.join("words"))?;
    }
    Ok(Templates::load(settings.templates.directory.as_deref(), &look)?)
}

/// Words of mails in further languages: `words/fr.ftl` and the like, if there are any.
fn words(folder: &Path) -> Result<(), AppError> {
    let wrong = |file: &Path, why: String| {
        SettingsError::Value { key: "templates.directory".to_owned(), problem: format!("has {}: {why}", file.display()) }.into()
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(wrong(folder, error.to_string())),
    };
    for entry in entries {
        let file = entry.map_err(|error| wrong(folder, error.to_string()))?.path();
        if file.extension().is_none_or(|kind| kind != "ftl") {
            continue;
        }
        let tag = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let language: Language = tag.parse().map_err(|error: UnknownLanguage| wrong(&file, error.to_string()))?;
        let source = std::fs::read_to_string(&file).map_err(|error| wrong(&file, error.to_string()))?;
        extra::add(language, source).map_err(|why| wrong(&file, why))?;
    }
    Ok(())
}

fn journeys_config(settings: &Settings) -> journeys::Config {
    let hours = |hours: u32| SignedDuration::from_hours(i64::from(hours));
    journeys::Config {
        public_url: settings.public_url.clone(),
        organisation: settings.imprint.organisation.clone(),
        postal_address: settings.imprint.address.clone(),
        // Settings that were loaded have an address there, or nothing.
        email: Address::parse_own(&settings.imprint.email).map(|address| address.wire()).unwrap_or_default(),
        privacy_contact: settings.privacy.contact.clone(),
        privacy_officer: settings.privacy.officer.clone(),
        privacy_authority: settings.privacy.authority.clone(),
        hoster: settings.privacy.hoster.clone(),
        relay_provider: settings.privacy.relay_provider.clone(),
        third_country: settings.privacy.third_country.clone(),
        missing_for_publishing: settings.missing_for_publishing(),
        zone: TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC),
        confirmation_days: i64::from(settings.retention.confirmation_days),
        proof_years: i64::from(settings.retention.proof_years),
        delivery_days: i64::from(settings.retention.delivery_days),
        network_days: i64::from(settings.retention.network_days),
        smtputf8: settings.relay.smtputf8,
        confirmations_per_address_and_week: i64::from(settings.limits.confirmations_per_address_and_week),
        limits: limits(&settings.limits),
        work: Difficulty { cost: settings.limits.work_cost, tries: settings.limits.work_tries },
        least_form_time: SignedDuration::from_secs(i64::from(settings.limits.least_seconds)),
        network_note: settings.privacy.network,
        missed: hours(settings.schedule.missed_hours),
        feeds_every: SignedDuration::from_mins(i64::from(settings.fetch.feeds_minutes)),
        session_idle: SignedDuration::from_mins(i64::from(settings.session.idle_minutes)),
        session_life: hours(settings.session.hours),
    }
}

fn limits(settings: &settings::Limits) -> SignUpLimits {
    SignUpLimits {
        per_network_and_hour: settings.per_network_and_hour.into(),
        per_network_and_day: settings.per_network_and_day.into(),
        per_domain_and_hour: settings.per_domain_and_hour.into(),
        per_hour: settings.per_hour.into(),
        without_work_per_hour: settings.without_work_per_hour.into(),
    }
}

fn web_config(settings: &Settings) -> Result<web::Config, SettingsError> {
    let imprint = &settings.imprint;
    let filled = |text: &String| (!text.is_empty()).then(|| text.clone());
    let accessibility = &settings.accessibility;
    Ok(web::Config {
        public_url: settings.public_url.clone(),
        colour: settings.look.colour.clone(),
        body_bytes: usize::try_from(settings.limits.body_bytes).unwrap_or(usize::MAX),
        trusted_proxies: settings.http.trusted_proxies.clone(),
        embed_origins: settings.embed.origins.clone(),
        imprint: web::Imprint {
            organisation: imprint.organisation.clone(),
            address: imprint.address.clone(),
            email: imprint.email.clone(),
            phone: filled(&imprint.phone),
            represented_by: filled(&imprint.representative),
            register: filled(&imprint.register),
            vat_id: filled(&imprint.vat_id),
            authority: filled(&imprint.supervisory_authority),
            responsible: filled(&imprint.responsible),
        },
        accessibility: web::Accessibility {
            exceptions: accessibility.exceptions.clone(),
            contact: filled(&accessibility.contact).unwrap_or_else(|| imprint.email.clone()),
            enforcement: filled(&accessibility.enforcement),
            enforcement_url: filled(&accessibility.enforcement_url),
            reviewed: accessibility.reviewed.parse().ok(),
        },
        logo: logo::read(settings)?,
    })
}
