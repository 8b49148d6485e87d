//! The sections of the settings file with their defaults. `config/default.toml` says what each key is for.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::{Deserialize, Serialize, Serializer};

use super::listen;
use super::lists::{list, words};
pub use crate::domain::network::NetworkNote;
use crate::telemetry::Format;

/// A URL that may contain a password. Shown, logged and serialised without it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(String);

impl SecretUrl {
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The URL with its password, for the one who connects.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("…", &self.0));
        // The last "@": a password may contain one. What stands before it is a name and a password.
        let (secret, rest) = rest.rsplit_once('@').map_or(("", rest), |(_, host)| ("…@", host));
        let rest =
            rest.split(['&', '?']).map(|part| if part.to_ascii_lowercase().starts_with("pass") { "password=…" } else { part });
        write!(f, "{scheme}://{secret}{}", rest.collect::<Vec<_>>().join("?"))
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for SecretUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Where the data is.
#[derive(Clone, Debug, Serialize)]
pub struct Database {
    pub url: SecretUrl,
    /// See [`super::Settings::epoch_file`].
    pub epoch_file: Option<PathBuf>,
}

/// A database by its kind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind<'a> {
    Sqlite(&'a Path),
    /// The whole URL, with its password.
    Postgres(&'a str),
}

impl Database {
    /// Which of the two it is. Settings that were loaded have one of the two schemes.
    pub fn kind(&self) -> DatabaseKind<'_> {
        match self.url.expose().strip_prefix("sqlite://") {
            Some(path) => DatabaseKind::Sqlite(Path::new(path)),
            None => DatabaseKind::Postgres(self.url.expose()),
        }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self { url: SecretUrl::new("sqlite://var/rundbrief.sqlite3"), epoch_file: None }
    }
}

/// `relay.*` and `database.*` come with a `_file` variant, so they are read into these first.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RawDatabase {
    pub url: Option<String>,
    pub url_file: Option<PathBuf>,
    pub epoch_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(default)]
pub(super) struct RawRelay {
    pub url: Option<String>,
    pub url_file: Option<PathBuf>,
    pub token_file: Option<PathBuf>,
    pub ca_file: Option<PathBuf>,
    pub ehlo_name: Option<String>,
    pub connections: u32,
    pub mails_per_connection: Option<u32>,
    pub per_second: Option<u32>,
    pub per_hour: Option<u32>,
    pub ramp_up_per_hour: Option<u32>,
    #[serde(deserialize_with = "words")]
    pub domains: Vec<String>,
    pub smtputf8: bool,
}

impl Default for RawRelay {
    fn default() -> Self {
        Self {
            url: None,
            url_file: None,
            token_file: None,
            ca_file: None,
            ehlo_name: None,
            connections: 2,
            mails_per_connection: None,
            per_second: None,
            per_hour: None,
            ramp_up_per_hour: None,
            domains: Vec::new(),
            smtputf8: false,
        }
    }
}

/// The SMTP server that takes our mail.
#[derive(Clone, Debug, Serialize)]
pub struct RelaySettings {
    /// `None` until somebody sets it; see [`super::Settings::relay_url`].
    pub url: Option<SecretUrl>,
    /// Holds the access token for OAuth; read anew for every connection.
    pub token_file: Option<PathBuf>,
    /// Certificates in PEM form that are trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// What we call ourselves. The host of `public_url` if nothing else is set.
    pub ehlo_name: String,
    /// Connections at a time.
    pub connections: u32,
    /// `None`: as many as the relay passes on at once, as far as that is known.
    pub mails_per_connection: Option<u32>,
    /// Mails a second over all connections; `None` is as fast as it goes.
    pub per_second: Option<u32>,
    pub per_hour: Option<u32>,
    pub ramp_up_per_hour: Option<u32>,
    /// `gmx.de=5/s` or `gmx.de=2000/h`; see `domains.rs`.
    pub domains: Vec<String>,
    /// Whether the relay takes addresses with non-ASCII local parts (SMTPUTF8); without it they are refused at sign-up (R21).
    pub smtputf8: bool,
}

impl Default for RelaySettings {
    fn default() -> Self {
        let RawRelay { connections, mails_per_connection, smtputf8, .. } = RawRelay::default();
        Self {
            url: None,
            token_file: None,
            ca_file: None,
            ehlo_name: "localhost".to_owned(),
            connections,
            mails_per_connection,
            per_second: None,
            per_hour: None,
            ramp_up_per_hour: None,
            domains: Vec::new(),
            smtputf8,
        }
    }
}

/// A section: a struct that reads itself, knows its defaults and can be shown.
macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty = $default:expr),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name { $($(#[$field_doc])* pub $field: $kind),+ }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default),+ }
            }
        }
    };
}

section! {
    Http {
        #[serde(deserialize_with = "listen::written")]
        listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080)),
        /// Whose `X-Forwarded-For` is believed.
        #[serde(deserialize_with = "list")]
        trusted_proxies: Vec<IpNet> = Vec::new(),
    }
}

section! {
    Bounce {
        /// `bounce@example.org` makes envelope senders `bounce+TAG@example.org`. `None`: at the domain of the newsletter's sender.
        address: Option<String> = None,
    }
}

section! {
    /// R114–R121. Nothing is signed without it.
    Dkim {
        /// `d=`
        domain: Option<String> = None,
        /// Of the RSA key.
        selector: Option<String> = None,
        key_file: Option<PathBuf> = None,
        ed25519_selector: Option<String> = None,
        ed25519_key_file: Option<PathBuf> = None,
        /// `SELECTOR@DOMAIN=FILE`: what mails from further domains are signed with.
        #[serde(deserialize_with = "words")]
        keys: Vec<String> = Vec::new(),
        /// `SELECTOR=FILE` or `SELECTOR@DOMAIN=FILE`: what earlier mails were signed with.
        #[serde(deserialize_with = "words")]
        old_keys: Vec<String> = Vec::new(),
    }
}

section! {
    TemplateSettings {
        /// Templates that replace ours, by file name.
        directory: Option<PathBuf> = None,
    }
}

section! {
    Secret {
        /// The keys of all links; see `domain::token::Keyring::parse`.
        key_file: PathBuf = PathBuf::from("var/secret.keys"),
    }
}

section! {
    /// § 5 DDG, § 18 MStV (R158). Empty where nothing was entered.
    Imprint {
        organisation: String = String::new(),
        /// The postal address; it may have several lines.
        address: String = String::new(),
        email: String = String::new(),
        phone: String = String::new(),
        representative: String = String::new(),
        register: String = String::new(),
        vat_id: String = String::new(),
        supervisory_authority: String = String::new(),
        responsible: String = String::new(),
    }
}

section! {
    /// Art. 13 GDPR. Empty where nothing was entered.
    Privacy {
        contact: String = String::new(),
        officer: String = String::new(),
        authority: String = String::new(),
        hoster: String = String::new(),
        relay_provider: String = String::new(),
        third_country: String = String::new(),
        /// Whether proofs of consent note where a request came from (R147).
        network: NetworkNote = NetworkNote::None,
    }
}

section! {
    LookSettings {
        /// `#rrggbb`
        colour: String = "#1f4e79".to_owned(),
        /// PNG or JPEG.
        logo_file: Option<PathBuf> = None,
    }
}

section! {
    /// § 12b BGG, Directive (EU) 2016/2102 (R225). Empty where nothing was entered.
    Accessibility {
        exceptions: String = String::new(),
        contact: String = String::new(),
        enforcement: String = String::new(),
        enforcement_url: String = String::new(),
        reviewed: String = String::new(),
    }
}

section! {
    Embed {
        /// Origins whose pages may show the form in a frame (R212).
        #[serde(deserialize_with = "words")]
        origins: Vec<String> = Vec::new(),
    }
}

section! {
    Retention {
        confirmation_days: u32 = 7,
        delivery_days: u32 = 90,
        /// Full years, counted from the end of the year (§§ 195, 199 BGB).
        proof_years: u32 = 3,
        /// Of the address a request came from, where `privacy.network` keeps it.
        network_days: u32 = 30,
    }
}

section! {
    /// R173, R175–R177.
    Limits {
        confirmations_per_address_and_week: u32 = 3,
        /// Requests of one network: an IPv4 address, or a /64 of IPv6.
        per_network_and_hour: u32 = 5,
        per_network_and_day: u32 = 20,
        /// Requests for addresses of one recipient domain.
        per_domain_and_hour: u32 = 100,
        /// All requests; what is beyond needs more work.
        per_hour: u32 = 200,
        /// All requests without a proof of work.
        without_work_per_hour: u32 = 60,
        /// PBKDF2 iterations of one try.
        work_cost: u32 = 2_000,
        /// A solution takes between so many tries and twice as many.
        work_tries: u32 = 200,
        /// Faster forms are filled in by machines.
        least_seconds: u32 = 2,
        /// Of a request from the public.
        body_bytes: u32 = 65_536,
    }
}

section! {
    /// RFC 5321 §4.5.3.2 for the time-outs.
    Delivery {
        connect_seconds: u32 = 30,
        greeting_seconds: u32 = 300,
        command_seconds: u32 = 300,
        data_seconds: u32 = 120,
        write_seconds: u32 = 180,
        final_dot_seconds: u32 = 600,
        /// A connection without work is closed after that (R66, R78).
        idle_seconds: u32 = 60,
        /// How long a node must stand still before another takes over its claims.
        takeover_seconds: u32 = 30,
        /// Rows that a node claims at a time.
        batch: u32 = 500,
        expire_hours: u32 = 48,
    }
}

section! {
    Session { idle_minutes: u32 = 30, hours: u32 = 12 }
}

section! {
    Schedule {
        /// An issue that was due longer ago than this waits for a person (R85).
        missed_hours: u32 = 6,
    }
}

section! {
    /// What is asked of other people's web servers (R199).
    Fetch {
        /// From one reading of a feed to the next.
        feeds_minutes: u32 = 60,
        #[serde(deserialize_with = "list")]
        ports: Vec<u16> = vec![80, 443],
        /// Networks of one's own that may be asked besides the public internet.
        #[serde(deserialize_with = "list")]
        networks: Vec<IpNet> = Vec::new(),
    }
}

section! {
    Log { format: Format = Format::Text }
}
