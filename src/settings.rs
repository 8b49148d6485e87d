//! The settings of an instance: a TOML file (`place.rs` says which), above it the environment (`RUNDBRIEF__SECTION__KEY`),
//! and for what is secret a file of its own (`*_file`). This is the only place that reads the environment.
//!
//! Two stages: what is written, literally, and what it means, checked. A key that we do not know is an error, as a
//! misspelt setting that silently does nothing is found at the worst time.

mod checks;
mod domains;
pub mod listen;
mod lists;
mod place;
mod sections;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use config::{Config, ConfigError, Environment, File, FileFormat};
use serde::{Deserialize, Serialize};

pub use place::Origin;
pub use sections::{
    Accessibility, Bounce, Database, DatabaseKind, Delivery, Dkim, Embed, Fetch, Http, Imprint, Limits, Log, LookSettings,
    NetworkNote, Privacy, RelaySettings, Retention, Schedule, Secret, SecretUrl, Session, TemplateSettings,
};

use crate::domain::nearest::nearest;
use crate::telemetry::Colour;
use sections::{RawDatabase, RawRelay};

const PREFIX: &str = "RUNDBRIEF__";
const DEFAULT_PUBLIC_URL: &str = "http://127.0.0.1:8080";

/// Every key there is, as `config/default.toml` lists them.
pub const KEYS: &[&str] = &[
    "public_url",
    "database.url",
    "database.url_file",
    "database.epoch_file",
    "http.listen",
    "http.trusted_proxies",
    "relay.url",
    "relay.url_file",
    "relay.token_file",
    "relay.ca_file",
    "relay.ehlo_name",
    "relay.connections",
    "relay.mails_per_connection",
    "relay.per_second",
    "relay.per_hour",
    "relay.ramp_up_per_hour",
    "relay.domains",
    "relay.smtputf8",
    "bounce.address",
    "dkim.domain",
    "dkim.selector",
    "dkim.key_file",
    "dkim.ed25519_selector",
    "dkim.ed25519_key_file",
    "dkim.keys",
    "dkim.old_keys",
    "templates.directory",
    "secret.key_file",
    "imprint.organisation",
    "imprint.address",
    "imprint.email",
    "imprint.phone",
    "imprint.representative",
    "imprint.register",
    "imprint.vat_id",
    "imprint.supervisory_authority",
    "imprint.responsible",
    "privacy.contact",
    "privacy.officer",
    "privacy.authority",
    "privacy.hoster",
    "privacy.relay_provider",
    "privacy.third_country",
    "privacy.network",
    "accessibility.exceptions",
    "accessibility.contact",
    "accessibility.enforcement",
    "accessibility.enforcement_url",
    "accessibility.reviewed",
    "embed.origins",
    "look.colour",
    "look.logo_file",
    "retention.confirmation_days",
    "retention.delivery_days",
    "retention.proof_years",
    "retention.network_days",
    "limits.confirmations_per_address_and_week",
    "limits.per_network_and_hour",
    "limits.per_network_and_day",
    "limits.per_domain_and_hour",
    "limits.per_hour",
    "limits.without_work_per_hour",
    "limits.work_cost",
    "limits.work_tries",
    "limits.least_seconds",
    "limits.body_bytes",
    "delivery.connect_seconds",
    "delivery.greeting_seconds",
    "delivery.command_seconds",
    "delivery.data_seconds",
    "delivery.write_seconds",
    "delivery.final_dot_seconds",
    "delivery.idle_seconds",
    "delivery.takeover_seconds",
    "delivery.batch",
    "delivery.expire_hours",
    "session.idle_minutes",
    "session.hours",
    "schedule.missed_hours",
    "fetch.feeds_minutes",
    "fetch.ports",
    "fetch.networks",
    "log.format",
];

/// The checked settings. Secrets in it show themselves masked.
#[derive(Clone, Debug, Serialize)]
pub struct Settings {
    /// The origin that readers see, without a slash at its end. Links are built from it, never from a request (R184).
    pub public_url: String,
    pub database: Database,
    pub http: Http,
    pub relay: RelaySettings,
    pub bounce: Bounce,
    pub dkim: Dkim,
    pub templates: TemplateSettings,
    pub secret: Secret,
    pub imprint: Imprint,
    pub privacy: Privacy,
    pub accessibility: Accessibility,
    pub embed: Embed,
    pub look: LookSettings,
    pub retention: Retention,
    pub limits: Limits,
    pub delivery: Delivery,
    pub session: Session,
    pub schedule: Schedule,
    pub fetch: Fetch,
    pub log: Log,
    #[serde(skip)]
    pub origin: Origin,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: DEFAULT_PUBLIC_URL.to_owned(),
            database: Database::default(),
            http: Http::default(),
            relay: RelaySettings::default(),
            bounce: Bounce::default(),
            dkim: Dkim::default(),
            templates: TemplateSettings::default(),
            secret: Secret::default(),
            imprint: Imprint::default(),
            privacy: Privacy::default(),
            accessibility: Accessibility::default(),
            embed: Embed::default(),
            look: LookSettings::default(),
            retention: Retention::default(),
            limits: Limits::default(),
            delivery: Delivery::default(),
            session: Session::default(),
            schedule: Schedule::default(),
            fetch: Fetch::default(),
            log: Log::default(),
            origin: Origin::default(),
        }
    }
}

/// What is wrong with the settings. No message contains a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("the settings file {path} cannot be read: {problem}; {advice}")]
    Unreadable { path: String, problem: String, advice: &'static str },
    #[error("the settings file {path} is not valid TOML: {problem}")]
    Form { path: String, problem: String },
    #[error("{place}: the setting \"{key}\" is unknown{}", did_you_mean(suggestion))]
    UnknownKey { place: String, key: String, suggestion: Option<&'static str> },
    #[error("the setting {key} {problem}")]
    Value { key: String, problem: String },
    #[error("the setting {key} is missing; {advice}")]
    Missing { key: &'static str, advice: &'static str },
}

/// The settings as they are written.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Raw {
    public_url: Option<String>,
    database: RawDatabase,
    http: Http,
    relay: RawRelay,
    bounce: Bounce,
    dkim: Dkim,
    templates: TemplateSettings,
    secret: Secret,
    imprint: Imprint,
    privacy: Privacy,
    accessibility: Accessibility,
    embed: Embed,
    look: LookSettings,
    retention: Retention,
    limits: Limits,
    delivery: Delivery,
    session: Session,
    schedule: Schedule,
    fetch: Fetch,
    log: Log,
}

impl Settings {
    /// Reads the file that counts, if there is one, and the environment above it. `path`: what `--config` names.
    ///
    /// # Errors
    /// The first thing that is wrong, as a sentence that names the key.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn load(path: Option<&Path>) -> Result<Settings, SettingsError> {
        let (origin, text) = place::read(path, std::env::var_os(place::VARIABLE), Path::new(place::USUAL))?;
        let variables =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let name = origin.file.as_ref().map(|file| file.display().to_string());
        let mut settings = Settings::from_parts(text.as_deref().zip(name.as_deref()), variables)?;
        settings.origin = Origin { variables: settings.origin.variables, ..origin };
        Ok(settings)
    }

    /// The same from a file's text and name and from given variables.
    pub fn from_parts(
        file: Option<(&str, &str)>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Settings, SettingsError> {
        // Composing files hands over empty variables for what nobody set.
        let ours =
            variables.into_iter().filter(|(name, value)| name.to_ascii_uppercase().starts_with(PREFIX) && !value.is_empty());
        let variables: HashMap<String, String> = ours.collect();
        for name in variables.keys() {
            let key = name.to_ascii_lowercase().split_off(PREFIX.len()).replace("__", ".");
            known("environment", name, &key)?;
        }

        let mut names: Vec<String> = variables.keys().cloned().collect();
        names.sort_unstable();
        let (text, path) = file.unwrap_or(("", "config/default.toml"));
        let config = Config::builder()
            .add_source(File::from_str(text, FileFormat::Toml))
            .add_source(Environment::with_prefix("RUNDBRIEF").prefix_separator("__").separator("__").source(Some(variables)))
            .build()
            .map_err(|error| explain(error, path))?;
        let mut unknown = None;
        let raw: Result<Raw, ConfigError> = serde_ignored::deserialize(config, |key| {
            unknown.get_or_insert_with(|| key.to_string());
        });
        if let Some(key) = unknown {
            known(path, &key, &key)?;
        }
        let settings = checks::understood(raw.map_err(|error| explain(error, path))?)?;
        Ok(Settings { origin: Origin { variables: names, ..Origin::default() }, ..settings })
    }

    /// The effective settings as TOML, secrets masked.
    pub fn masked(&self) -> String {
        let mut text = String::new();
        let mut sections = String::new();
        let tree = serde_json::to_value(self).unwrap_or_default();
        for (name, value) in tree.as_object().into_iter().flatten() {
            match value.as_object() {
                None => text.push_str(&line(name, value)),
                Some(section) => {
                    sections.push_str(&format!("\n[{name}]\n"));
                    sections.extend(section.iter().map(|(key, value)| line(key, value)));
                }
            }
        }
        text + &sections
    }

    /// What the law wants readers to know and nobody has entered yet. Empty: an issue may be published.
    pub fn missing_for_publishing(&self) -> Vec<&'static str> {
        let needed = [
            ("imprint.organisation", &self.imprint.organisation),
            ("imprint.address", &self.imprint.address),
            ("imprint.email", &self.imprint.email),
            ("privacy.contact", &self.privacy.contact),
        ];
        needed.into_iter().filter(|(_, value)| value.trim().is_empty()).map(|(key, _)| key).collect()
    }

    /// The relay's URL with its password, for those who send.
    pub fn relay_url(&self) -> Result<&str, SettingsError> {
        let missing = SettingsError::Missing {
            key: "relay.url",
            advice: "give the SMTP server that takes the mail, like smtps://user:password@mail.example.org, or file://DIR to write it into a directory",
        };
        self.relay.url.as_ref().map(SecretUrl::expose).ok_or(missing)
    }

    /// Where this node remembers its database outside of it: beside the key file, where nothing else is said.
    pub fn epoch_file(&self) -> PathBuf {
        self.database.epoch_file.clone().unwrap_or_else(|| {
            let mut path = self.secret.key_file.clone().into_os_string();
            path.push(".epoch");
            PathBuf::from(path)
        })
    }

    /// The host that readers see, without its port.
    pub fn public_host(&self) -> &str {
        checks::host(&self.public_url)
    }

    /// Whether readers come over TLS. Only a loopback address may do without.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// What to log, from `RUNDBRIEF_LOG`. Needed before there are settings.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn log_filter() -> Option<String> {
    std::env::var("RUNDBRIEF_LOG").ok()
}

/// Whether whoever starts us wants colours on a terminal (<https://no-color.org>).
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn log_colour() -> Colour {
    let is = |name: &str, matches: fn(&std::ffi::OsStr) -> bool| std::env::var_os(name).is_some_and(|value| matches(&value));
    let unwanted = is("NO_COLOR", |value| !value.is_empty()) || is("TERM", |value| value == "dumb");
    if unwanted { Colour::Never } else { Colour::OnTerminals }
}

/// Where SQLite puts temporary files, in its order of preference (<https://sqlite.org/tempfiles.html>).
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn temporary_directories() -> Vec<PathBuf> {
    let named = ["SQLITE_TMPDIR", "TMPDIR"].into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    named.chain(["/var/tmp", "/usr/tmp", "/tmp", "."].map(PathBuf::from)).collect()
}

fn known(place: &str, shown: &str, key: &str) -> Result<(), SettingsError> {
    if KEYS.contains(&key) {
        return Ok(());
    }
    let sections = KEYS.iter().filter_map(|key| key.split_once('.').map(|(section, _)| section));
    let suggestion = nearest(key, KEYS.iter().copied().chain(sections));
    Err(SettingsError::UnknownKey { place: place.to_owned(), key: shown.escape_debug().to_string(), suggestion })
}

fn line(key: &str, value: &serde_json::Value) -> String {
    // A JSON string or list is also one in TOML.
    if value.is_null() { format!("# {key} is not set\n") } else { format!("{key} = {value}\n") }
}

/// Retells an error without the value in it: it might be a password.
fn explain(error: ConfigError, path: &str) -> SettingsError {
    let value =
        |key: Option<String>, problem: String| SettingsError::Value { key: key.unwrap_or_else(|| format!("in {path}")), problem };
    match error {
        ConfigError::FileParse { cause, .. } => {
            // "TOML parse error at line 3, column 5", the line itself with a marker, and what was expected.
            let told = cause.to_string();
            let place = told.lines().next().unwrap_or_default().replace("TOML parse error ", "");
            let expected = told.lines().last().unwrap_or_default();
            SettingsError::Form { path: path.to_owned(), problem: format!("{expected} ({place})") }
        }
        ConfigError::Type { expected, key, .. } => value(key, format!("must be {expected}")),
        ConfigError::At { error, key, .. } => match explain(*error, path) {
            SettingsError::Value { problem, .. } => value(key, problem),
            other => other,
        },
        // Serde's "invalid type: string "…", expected …" repeats the value.
        ConfigError::Message(text) => match text.strip_prefix("invalid ").and_then(|text| text.rsplit_once("expected ")) {
            Some((_, expected)) if expected.starts_with("struct") => {
                value(None, "is a section; write its keys below it".to_owned())
            }
            Some((_, expected)) => value(None, format!("must be {expected}")),
            None => value(None, format!("is wrong: {text}")),
        },
        _ => value(None, "cannot be understood; compare it with config/default.toml".to_owned()),
    }
}

fn did_you_mean(suggestion: &Option<&'static str>) -> String {
    match suggestion {
        Some(key) => format!("; did you mean \"{key}\"?"),
        None => "; config/default.toml lists all there are".to_owned(),
    }
}

#[cfg(test)]
mod tests;
