//! What people and the clock can do: one function, one transaction. Synchronous on purpose, so that no network call
//! can happen inside a transaction. A business "no" is a value, not an error.

pub mod address;
pub mod again;
pub mod archive;
pub mod check;
pub mod close;
pub mod compose;
pub mod confirm;
pub mod consent;
pub mod enrol;
pub mod event;
pub mod export;
pub mod feeds;
pub mod funding;
mod guard;
pub mod import;
pub mod issue_words;
pub mod issues;
pub mod leave;
pub mod limits;
pub mod media;
mod memo;
pub mod news;
pub mod newsletters;
mod outbox;
pub mod person;
pub mod plans;
pub mod preferences;
pub mod preview;
pub mod proof;
pub mod publish;
pub mod reshape;
pub mod restore;
pub mod retention;
pub mod schedule;
pub mod seal;
pub mod settle;
pub mod staff;
pub mod status;
pub mod subscribe;
pub mod suppressions;
mod throttle;
pub mod verify;
pub mod why;
pub mod wording;

use self::memo::Memo;
use self::outbox::FrozenMail;
use self::wording::Wording;

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::domain::address::{Address, AddressError};
use crate::domain::altcha::Difficulty;
use crate::domain::language::{Language, UnknownLanguage};
use crate::domain::limits::Limits;
use crate::domain::network::NetworkNote;
use crate::domain::token::{KeyError, Keyring, NearIds, Purpose};
use crate::i18n::MissingText;
use crate::mail::dkim::{DkimError, Signer};
use crate::mail::templates::{ConfirmationMail, Links, NoticeMail, TemplateError, Templates};
use crate::store::StoreError;
use crate::store::newsletters::{Newsletter, NewsletterText};

/// What the journeys need beside a connection: made once at start, shared by all.
pub struct Context {
    pub keyring: Keyring,
    /// DKIM; without keys mails go unsigned.
    pub signer: Signer,
    pub templates: Templates,
    pub config: Config,
    pub memo: Memos,
}

/// What sign-ups share: made once, however many come.
#[derive(Default)]
pub struct Memos {
    privacy: Memo<Language, Wording>,
    consent: Memo<(Language, Vec<NewsletterText>), Wording>,
    confirmations: Memo<ConfirmationMail, FrozenMail>,
    notices: Memo<NoticeMail, FrozenMail>,
    /// Of what a sign-up makes.
    ids: NearIds,
}

/// The instance, as far as journeys speak of it.
#[derive(Clone, Debug)]
pub struct Config {
    /// Without a trailing slash.
    pub public_url: String,
    pub organisation: String,
    /// One line per line of the address.
    pub postal_address: String,
    pub email: String,
    pub privacy_contact: String,
    pub privacy_officer: String,
    pub privacy_authority: String,
    pub hoster: String,
    pub relay_provider: String,
    /// Which data leave the EU and the EEA, whither and on which ground. Empty: none.
    pub third_country: String,
    /// Keys of settings that must be filled before anything is published (R139).
    pub missing_for_publishing: Vec<&'static str>,
    /// In which times are told to people where no newsletter says otherwise.
    pub zone: TimeZone,
    pub confirmation_days: i64,
    pub proof_years: i64,
    pub delivery_days: i64,
    /// Of a request's network address, where one is noted.
    pub network_days: i64,
    /// Whether the relay takes non-ASCII local parts (R21).
    pub smtputf8: bool,
    /// Over all newsletters (R173).
    pub confirmations_per_address_and_week: i64,
    pub limits: Limits,
    /// What a proof of work takes.
    pub work: Difficulty,
    /// A form that comes back faster was not filled in by a person (R177).
    pub least_form_time: SignedDuration,
    /// What an opt-in notes of where it was asked from (R147).
    pub network_note: NetworkNote,
    /// A planned time older than this waits for a person (R85).
    pub missed: SignedDuration,
    /// How long after one reading of a feed the next one comes.
    pub feeds_every: SignedDuration,
    pub session_idle: SignedDuration,
    pub session_life: SignedDuration,
}

/// A journey that could not be made. For people: the log shows it whole, a page only says that something failed.
#[derive(Debug, thiserror::Error)]
pub enum JourneyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Dkim(#[from] DkimError),
    #[error(transparent)]
    Text(#[from] MissingText),
    #[error(transparent)]
    Language(#[from] UnknownLanguage),
    #[error("an edition could not be written down: {0}")]
    Edition(#[from] serde_json::Error),
    #[error("{0}")]
    Broken(String),
}

impl Context {
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.config.public_url)
    }

    /// Whether our relay can carry mail to an address (R21).
    pub fn carries(&self, address: &Address) -> Result<(), AddressError> {
        match address.needs_smtputf8() && !self.config.smtputf8 {
            true => Err(AddressError::LocalPartInternational),
            false => Ok(()),
        }
    }

    /// A link with a token for one purpose, e.g. `https://…/unsubscribe/TOKEN`.
    pub fn token_url(&self, purpose: Purpose, key_id: u8, public_id: &[u8; 16]) -> Result<String, KeyError> {
        let room = match purpose {
            Purpose::Confirm => "confirm",
            Purpose::Unsubscribe => "unsubscribe",
            Purpose::Preferences => "preferences",
            Purpose::Bounce => "bounce",
        };
        Ok(format!("{}/{room}/{}", self.config.public_url, self.keyring.sign(purpose, key_id, public_id)?))
    }

    /// The public links every mail carries. `web_version` is empty where there is none.
    pub fn links(&self, slug: &str, language: Language, web_version: String) -> Links {
        let page = language.spoken();
        // The archive lists issues in one language, which may be none that its page speaks.
        let issues = if page == language { String::new() } else { format!("&language={language}") };
        Links {
            web_version,
            imprint: self.url(&format!("/imprint?lang={page}")),
            privacy: self.url(&format!("/privacy?lang={page}")),
            archive: Some(self.url(&format!("/archive/{slug}?lang={page}{issues}"))),
            form: self.url(&format!("/n/{slug}?lang={page}")),
        }
    }
}

/// On whose clocks a newsletter lives.
pub fn zone(newsletter: &Newsletter) -> Result<TimeZone, JourneyError> {
    TimeZone::get(&newsletter.zone).map_err(|error| JourneyError::Broken(format!("the newsletter {}: {error}", newsletter.slug)))
}
