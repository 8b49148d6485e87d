//! Staff set up a newsletter and what it says about itself.

use jiff::Timestamp;

use super::JourneyError;
use crate::domain::address::{Address, AddressError};
use crate::domain::cadence::{Cadence, CadenceError};
use crate::domain::header::{self, HeaderError};
use crate::domain::language::{FallbackError, Fallbacks, Language};
use crate::domain::slug::{Slug, SlugError};
use crate::i18n::extra::has_words;
use crate::store::newsletters::{NewNewsletter, Newsletter, NewsletterText};
use crate::store::{Conn, micros, newsletters};

#[derive(Clone, Debug)]
pub struct NewsletterRequest {
    pub slug: String,
    pub name: String,
    pub from_name: String,
    pub from_address: String,
    pub languages: Vec<Language>,
    /// Five-field cron.
    pub cadence: Option<String>,
    pub zone: String,
}

/// Who may know of a newsletter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// It is on the start page and in the archive.
    Public,
    /// It is in no public list, archive, search or feed. Whoever has the address of its form or of an issue can read them.
    Private,
}

/// What a newsletter says in one language.
#[derive(Clone, Debug, Default)]
pub struct TextRequest {
    pub title: String,
    pub description: String,
    pub footer: String,
    pub funding: String,
}

#[derive(Debug, thiserror::Error)]
pub enum NewsletterError {
    #[error(transparent)]
    Slug(#[from] SlugError),
    #[error("--from: {0}")]
    Address(#[from] AddressError),
    #[error(transparent)]
    Header(#[from] HeaderError),
    #[error(transparent)]
    Cadence(#[from] CadenceError),
    #[error(transparent)]
    Fallback(#[from] FallbackError),
    #[error(
        "there are no words for mails in {0}: translate what \"rundbrief newsletter words\" prints and save it as words/{0}.ftl in templates.directory"
    )]
    NoWords(Language),
    #[error("a newsletter needs at least one language: --languages de,en,de-simple")]
    NoLanguage,
    #[error("there is no newsletter \"{0}\"; \"rundbrief newsletter list\" shows them")]
    Unknown(String),
    #[error(
        "the newsletter \"{slug}\" does not come in {language}; add a text in one of its languages, or the language to the newsletter"
    )]
    Language { slug: String, language: Language },
    #[error("there is a newsletter \"{0}\" already")]
    Exists(String),
    #[error("{0} must not be empty")]
    Empty(&'static str),
    #[error("--languages: {0} is named twice")]
    LanguageTwice(Language),
    #[error("\"{slug}\" says nothing in {language} yet, so {what} is needed")]
    NoText { slug: String, language: Language, what: &'static str },
    #[error("entries of the feed {url} come in {language}: remove the feed first, with \"rundbrief feed remove\"")]
    FeedIn { language: Language, url: String },
    #[error("the newsletter \"{0}\" is closed; \"rundbrief newsletter reopen {0}\" opens it again")]
    Closed(String),
    #[error("\"{slug}\" {why}; \"rundbrief newsletter close {slug}\" ends it, and keeps archive, links and proofs")]
    Keeps { slug: String, why: String },
    #[error(transparent)]
    Journey(#[from] JourneyError),
}

impl From<crate::store::StoreError> for NewsletterError {
    fn from(error: crate::store::StoreError) -> Self {
        NewsletterError::Journey(error.into())
    }
}

pub fn add(conn: &mut Conn, now: Timestamp, request: &NewsletterRequest) -> Result<i64, NewsletterError> {
    let slug = Slug::parse(&request.slug)?;
    let name = checked_name(&request.name)?;
    header::check("from", &request.from_name)?;
    let from = Address::parse_own(&request.from_address)?;
    let languages = checked_languages(&request.languages)?;
    // The zone is checked also where there is no cadence yet, so that a typing mistake shows now.
    let cadence = Cadence::parse(request.cadence.as_deref().unwrap_or("0 9 * * MON"), &request.zone)?;
    if newsletters::find(conn, slug.as_str())?.is_some() {
        return Err(NewsletterError::Exists(slug.as_str().to_owned()));
    }
    let next_due = request.cadence.as_ref().and_then(|_| cadence.next_after(now));
    let id = newsletters::insert(
        conn,
        &NewNewsletter {
            slug: slug.as_str().to_owned(),
            name,
            from_name: request.from_name.clone(),
            from_address: from.wire(),
            reply_to: None,
            languages: serde_json::to_string(&languages).map_err(JourneyError::from)?,
            cadence: request.cadence.clone(),
            zone: request.zone.clone(),
            next_due_at: next_due.map(micros),
            created_at: micros(now),
        },
    )?;
    Ok(id)
}

pub(super) fn checked_name(name: &str) -> Result<String, NewsletterError> {
    header::check("name", name)?;
    if name.trim().is_empty() { Err(NewsletterError::Empty("--name")) } else { Ok(name.to_owned()) }
}

/// Languages that a newsletter can come in: at least one, each once, and each with words for mails.
pub(super) fn checked_languages(wanted: &[Language]) -> Result<Vec<Language>, NewsletterError> {
    if wanted.is_empty() {
        return Err(NewsletterError::NoLanguage);
    }
    for (n, language) in wanted.iter().enumerate() {
        if wanted.iter().take(n).any(|before| before == language) {
            return Err(NewsletterError::LanguageTwice(*language));
        }
        if !has_words(*language) {
            return Err(NewsletterError::NoWords(*language));
        }
    }
    Ok(wanted.to_vec())
}

pub(super) fn named(conn: &mut Conn, slug: &str) -> Result<Newsletter, NewsletterError> {
    newsletters::find(conn, slug)?.ok_or_else(|| NewsletterError::Unknown(slug.to_owned()))
}

/// The newsletter of this name, if it comes in the language.
pub(super) fn find_in(conn: &mut Conn, slug: &str, language: Language) -> Result<Newsletter, NewsletterError> {
    let newsletter = named(conn, slug)?;
    match newsletter.languages()?.contains(&language) {
        true => Ok(newsletter),
        false => Err(NewsletterError::Language { slug: slug.to_owned(), language }),
    }
}

/// Which edition stands in for a missing one: entries like `en=de`. None takes all declarations back.
pub fn set_fallbacks(conn: &mut Conn, slug: &str, entries: &[String]) -> Result<Fallbacks, NewsletterError> {
    let newsletter = named(conn, slug)?;
    let fallbacks = Fallbacks::parse(entries, &newsletter.languages()?)?;
    newsletters::set_fallbacks(conn, newsletter.id, &serde_json::to_string(&fallbacks).map_err(JourneyError::from)?)?;
    Ok(fallbacks)
}

/// Shows a newsletter in the public lists or takes it out of them. Mails that were published before keep their links.
pub fn set_visibility(conn: &mut Conn, slug: &str, visibility: Visibility) -> Result<(), NewsletterError> {
    let newsletter = named(conn, slug)?;
    Ok(newsletters::set_private(conn, newsletter.id, i64::from(visibility == Visibility::Private))?)
}

pub fn put_text(conn: &mut Conn, newsletter_id: i64, language: Language, text: &TextRequest) -> Result<(), NewsletterError> {
    header::check("title", &text.title)?;
    newsletters::put_text(
        conn,
        &NewsletterText {
            newsletter_id,
            language: language.tag().to_owned(),
            title: text.title.clone(),
            description: text.description.clone(),
            footer: text.footer.clone(),
            funding: text.funding.clone(),
        },
    )?;
    Ok(())
}
