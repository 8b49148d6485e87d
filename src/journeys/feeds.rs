//! Entries of other websites' feeds become drafts: each once, and a draft that nobody has changed follows its entry.

use jiff::{SignedDuration, Timestamp};

use super::newsletters::{NewsletterError, find_in};
use super::{Context, JourneyError};
use crate::domain::consent::sha256;
use crate::domain::feed::{Entry, Validators, fingerprint};
use crate::domain::language::Language;
use crate::domain::proof::hex;
use crate::domain::token::random_id;
use crate::store::feeds::{Feed, Known};
use crate::store::news::{NewsItemText, Shared, Words};
use crate::store::{Conn, StoreError, feeds, micros, news, newsletters};

/// From one feed. One that invents entries does not fill the desk.
const MOST_DRAFTS: i64 = 200;

/// However often a feed fails, it is asked again after this time.
const LONGEST_REST: SignedDuration = SignedDuration::from_hours(24);

#[derive(Debug, thiserror::Error)]
pub enum FeedsError {
    #[error(transparent)]
    Newsletter(#[from] NewsletterError),
    #[error("newsletter \"{slug}\" has the feed {url} already")]
    Known { slug: String, url: String },
    #[error("newsletter \"{slug}\" has no feed {url}; \"rundbrief feed list {slug}\" shows those it has")]
    NoFeed { slug: String, url: String },
    #[error(transparent)]
    Journey(#[from] JourneyError),
}

impl From<StoreError> for FeedsError {
    fn from(error: StoreError) -> Self {
        FeedsError::Journey(error.into())
    }
}

/// A newsletter reads this feed from now on. `language`: that of its entries; without one, the newsletter's first. Returns the
/// feed's id.
pub fn add(conn: &mut Conn, now: Timestamp, slug: &str, url: &str, language: Option<Language>) -> Result<i64, FeedsError> {
    let newsletter = match language {
        Some(language) => find_in(conn, slug, language)?,
        None => newsletters::find(conn, slug)?.ok_or_else(|| NewsletterError::Unknown(slug.to_owned()))?,
    };
    let language = match language {
        Some(language) => language,
        None => newsletter.languages()?.first().copied().ok_or(NewsletterError::NoLanguage)?,
    };
    let known = || FeedsError::Known { slug: slug.to_owned(), url: url.to_owned() };
    feeds::insert(conn, newsletter.id, url, language.tag(), micros(now))?.ok_or_else(known)
}

/// It is not read any more; its drafts stay.
pub fn remove(conn: &mut Conn, slug: &str, url: &str) -> Result<(), FeedsError> {
    let newsletter = newsletters::find(conn, slug)?.ok_or_else(|| NewsletterError::Unknown(slug.to_owned()))?;
    match feeds::delete(conn, newsletter.id, url)? {
        true => Ok(()),
        false => Err(FeedsError::NoFeed { slug: slug.to_owned(), url: url.to_owned() }),
    }
}

pub fn list(conn: &mut Conn, slug: &str) -> Result<Vec<Feed>, FeedsError> {
    let newsletter = newsletters::find(conn, slug)?.ok_or_else(|| NewsletterError::Unknown(slug.to_owned()))?;
    Ok(feeds::list(conn, newsletter.id)?)
}

/// Feeds whose time has come.
pub fn due(conn: &mut Conn, now: Timestamp) -> Result<Vec<Feed>, JourneyError> {
    Ok(feeds::list_due(conn, micros(now))?)
}

/// Whoever gets true reads the feed; it is due again after the settings' time.
pub fn take_on(conn: &mut Conn, ctx: &Context, now: Timestamp, feed: &Feed) -> Result<bool, JourneyError> {
    Ok(feeds::move_due(conn, feed.id, feed.due_at, micros(now + ctx.config.feeds_every))?)
}

/// What a reading brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Entries that are drafts now.
    pub new: usize,
    /// Drafts that follow their entry.
    pub changed: usize,
    /// Entries that say something else now, while their item was changed by staff or is no draft any more: it stays as it is.
    pub kept: usize,
    /// Entries that do not become drafts before there are fewer of them.
    pub waiting: usize,
}

/// Takes in what a feed says, the oldest entry first. The server's answer was "as before": None.
pub fn take_in(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    feed: &Feed,
    answer: Option<(&[Entry], &Validators)>,
) -> Result<Taken, JourneyError> {
    // Two readings at once: the second finds what the first made.
    newsletters::lock(conn, feed.newsletter_id)?;
    let mut taken = Taken::default();
    let mut drafts = feeds::count_drafts(conn, feed.newsletter_id, &feed.url)?;
    for entry in answer.iter().flat_map(|(entries, _)| entries.iter().rev()) {
        let key = sha256(&[feed.url.as_bytes(), b"\0", &entry.key]);
        let written = fingerprint(&entry.headline, entry.lead.as_deref(), &entry.body, entry.link.as_deref());
        match feeds::find_entry(conn, feed.newsletter_id, &key)? {
            None if drafts >= MOST_DRAFTS => taken.waiting = taken.waiting.saturating_add(1),
            None => {
                drafts = drafts.saturating_add(1);
                let public_id = random_id()?;
                let name = format!("feed-{}", hex(&key).get(..12).unwrap_or_default());
                let id = news::insert(conn, feed.newsletter_id, Some(&name), &public_id, "draft", micros(now))?;
                let date = entry.published.map(|at| at.to_zoned(ctx.config.zone.clone()).date().to_string());
                news::update_shared(conn, id, &Shared { date, ..Shared::default() })?;
                news::put_text(conn, &text(id, feed, entry))?;
                feeds::insert_entry(conn, feed.newsletter_id, &key, id, &written, &feed.url)?;
                taken.new = taken.new.saturating_add(1);
            }
            Some(known) if known.written == written => {}
            Some(known) => match unchanged(conn, feed, &known)? {
                Some(id) => {
                    news::touch(conn, id, micros(now))?;
                    let Entry { headline, lead, body, link, .. } = entry;
                    let words = Words { headline, lead: lead.as_deref(), body, link: link.as_deref() };
                    news::update_words(conn, id, &feed.language, &words)?;
                    feeds::set_written(conn, feed.newsletter_id, &key, &written)?;
                    taken.changed = taken.changed.saturating_add(1);
                }
                None => taken.kept = taken.kept.saturating_add(1),
            },
        }
    }
    let validators = answer.map(|(_, known)| match taken.waiting {
        0 => (known.etag.as_deref(), known.last_modified.as_deref()),
        // What waits has to be seen again.
        _ => (None, None),
    });
    feeds::set_read(conn, feed.id, micros(now), micros(now + ctx.config.feeds_every), validators)?;
    Ok(taken)
}

/// The item, if it is a draft that says what the feed wrote.
fn unchanged(conn: &mut Conn, feed: &Feed, known: &Known) -> Result<Option<i64>, JourneyError> {
    let Some(id) = known.news_item_id else { return Ok(None) };
    if !news::lock_draft(conn, id)? {
        return Ok(None);
    }
    let texts = news::list_texts(conn, &[id])?;
    let own = texts.iter().find(|text| text.language == feed.language);
    let ours = own.is_some_and(|text| {
        fingerprint(&text.headline, text.lead.as_deref(), &text.body, text.link.as_deref()).as_slice() == known.written
    });
    Ok(ours.then_some(id))
}

fn text(id: i64, feed: &Feed, entry: &Entry) -> NewsItemText {
    NewsItemText {
        news_item_id: id,
        language: feed.language.clone(),
        kicker: None,
        headline: entry.headline.clone(),
        lead: entry.lead.clone(),
        body: entry.body.clone(),
        link: entry.link.clone(),
        alt: None,
        caption: None,
        credit: None,
        funding: None,
        downloads: "[]".to_owned(),
        checked_by: None,
        downloads_checked: 0,
    }
}

/// It could not be read; the more often, the longer until the next try.
pub fn failed(conn: &mut Conn, ctx: &Context, now: Timestamp, feed: &Feed, problem: &str) -> Result<(), JourneyError> {
    let doublings = u32::try_from(feed.failures).unwrap_or(u32::MAX).min(10);
    let rest = ctx.config.feeds_every.saturating_mul(1_i32.checked_shl(doublings).unwrap_or(i32::MAX)).min(LONGEST_REST);
    Ok(feeds::set_problem(conn, feed.id, micros(now + rest), problem)?)
}
