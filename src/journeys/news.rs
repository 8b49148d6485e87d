//! Staff write news items: one file per language, tied together by a key.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::JourneyError;
use super::event::event_of;
use super::media::{self, Media};
use super::newsletters::{NewsletterError, find_in};
use crate::domain::language::Language;
use crate::domain::news::{Checked, Event, Move, MoveError, NewsFile};
use crate::domain::token::random_id;
use crate::store::news::{NewsItemText, Shared};
use crate::store::{Conn, feeds, micros, news, newsletters};

#[derive(Debug, thiserror::Error)]
pub enum NewsAddError {
    #[error(transparent)]
    Newsletter(#[from] NewsletterError),
    #[error("the item \"{0}\" has been used in an issue already; give this one another key")]
    Used(String),
    #[error("download {0}: the file was not brought along")]
    NoDocument(String),
    #[error("newsletter \"{slug}\" has no item {id} that could still be changed")]
    NoItem { slug: String, id: i64 },
    #[error("item {0} is no event; add its file again with \"starts\"")]
    NoEvent(i64),
    #[error(transparent)]
    Move(#[from] MoveError),
    #[error(transparent)]
    Journey(#[from] JourneyError),
}

impl From<crate::store::StoreError> for NewsAddError {
    fn from(error: crate::store::StoreError) -> Self {
        NewsAddError::Journey(error.into())
    }
}

/// A download as the database holds it. Rows of an earlier release hold an address or a name alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Download {
    Address(String),
    /// A path below the public address.
    Kept {
        path: String,
        bytes: u64,
    },
}

/// Adds one file. A second language of an item is added to it; the same language again replaces the text.
/// The item is ready at once. Returns its id.
pub fn add(conn: &mut Conn, now: Timestamp, slug: &str, file: &NewsFile, media: &Media) -> Result<i64, NewsAddError> {
    let newsletter = find_in(conn, slug, file.language)?;
    // Two files of one item at once: the second finds what the first made.
    newsletters::lock(conn, newsletter.id)?;
    let known = match &file.item {
        Some(key) => news::find_by_key(conn, newsletter.id, key)?,
        None => None,
    };
    let id = match known {
        Some((_, state)) if state == "used" => return Err(NewsAddError::Used(file.item.clone().unwrap_or_default())),
        Some((id, _)) => {
            news::touch(conn, id, micros(now))?;
            news::set_state(conn, newsletter.id, id, "ready")?;
            id
        }
        None => {
            let public_id = random_id().map_err(JourneyError::from)?;
            news::insert(conn, newsletter.id, file.item.as_deref(), &public_id, "ready", micros(now))?
        }
    };
    let image_id = media.keep_picture(conn, now)?;
    let mut downloads = Vec::new();
    for name in &file.downloads {
        downloads.push(if media::is_address(name) {
            Download::Address(name.clone())
        } else {
            let kept = media.keep_document(conn, now, name)?;
            let (path, bytes) = kept.ok_or_else(|| NewsAddError::NoDocument(name.clone()))?;
            Download::Kept { path, bytes }
        });
    }
    let event = file.event.as_ref();
    news::update_shared(
        conn,
        id,
        &Shared {
            image_id,
            date: file.date.map(|date| date.to_string()),
            starts: event.map(|event| event.starts.to_string()),
            ends: event.and_then(|event| event.ends.map(|ends| ends.to_string())),
            zone: event.map(|event| event.zone.clone()),
            place: event.and_then(|event| event.place.clone()),
            online: event.and_then(|event| event.online.clone()),
            place_in_issue: file.order,
        },
    )?;
    news::put_text(
        conn,
        &NewsItemText {
            news_item_id: id,
            language: file.language.tag().to_owned(),
            kicker: file.kicker.clone(),
            headline: file.headline.clone(),
            lead: file.lead.clone(),
            body: file.body.clone(),
            link: file.link.clone(),
            alt: file.alt.clone(),
            caption: file.caption.clone(),
            credit: file.credit.clone(),
            funding: file.funding.clone(),
            downloads: serde_json::to_string(&downloads).map_err(JourneyError::from)?,
            checked_by: file.checked_by.as_ref().map(|Checked { by, on }| format!("{by}, {on}")),
            downloads_checked: i64::from(file.downloads_checked),
        },
    )?;
    Ok(id)
}

/// The event does not take place: its item stays out of issues to come, and its calendar file says so (R269).
pub fn cancel(conn: &mut Conn, now: Timestamp, slug: &str, id: i64) -> Result<(), NewsAddError> {
    change(conn, slug, id, |conn, newsletter| news::set_cancelled(conn, newsletter, id, micros(now)))
}

/// The event is at another time or place: its calendar file says so from now on, also to those who were told of it in an
/// issue (R269).
pub fn reschedule(conn: &mut Conn, now: Timestamp, slug: &str, id: i64, change: &Move) -> Result<Event, NewsAddError> {
    let no_item = || NewsAddError::NoItem { slug: slug.to_owned(), id };
    let newsletter = newsletters::find(conn, slug)?.ok_or_else(|| NewsletterError::Unknown(slug.to_owned()))?;
    newsletters::lock(conn, newsletter.id)?;
    let item = news::find(conn, newsletter.id, id)?.ok_or_else(no_item)?;
    let event = event_of(&item)?.ok_or(NewsAddError::NoEvent(id))?.moved(change)?;
    news::touch(conn, id, micros(now))?;
    news::update_shared(
        conn,
        id,
        &Shared {
            starts: Some(event.starts.to_string()),
            ends: event.ends.map(|ends| ends.to_string()),
            place: event.place.clone(),
            online: event.online.clone(),
            ..Shared::default()
        },
    )?;
    Ok(event)
}

/// A draft comes into the next issue, or an item waits for a later one.
pub fn set_state(conn: &mut Conn, slug: &str, id: i64, state: Unused) -> Result<(), NewsAddError> {
    change(conn, slug, id, |conn, newsletter| news::set_state(conn, newsletter, id, state.as_str()))
}

/// The item goes, in all its languages. What has come from a feed does not come again.
pub fn remove(conn: &mut Conn, slug: &str, id: i64) -> Result<(), NewsAddError> {
    change(conn, slug, id, |conn, newsletter| news::delete(conn, newsletter, id))
}

/// Where an item stands in the next issue: small numbers come first.
pub fn place(conn: &mut Conn, slug: &str, id: i64, place: i64) -> Result<(), NewsAddError> {
    change(conn, slug, id, |conn, newsletter| news::set_place(conn, newsletter, id, place))
}

fn change(
    conn: &mut Conn,
    slug: &str,
    id: i64,
    act: impl FnOnce(&mut Conn, i64) -> Result<bool, crate::store::StoreError>,
) -> Result<(), NewsAddError> {
    let newsletter = newsletters::find(conn, slug)?.ok_or_else(|| NewsletterError::Unknown(slug.to_owned()))?;
    // In the same order as a reading of feeds.
    newsletters::lock(conn, newsletter.id)?;
    if act(conn, newsletter.id)? { Ok(()) } else { Err(NewsAddError::NoItem { slug: slug.to_owned(), id }) }
}

/// Where an item is that is in no issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unused {
    /// With who writes it.
    Draft,
    /// It comes into the next issue.
    Ready,
}

impl Unused {
    pub fn as_str(self) -> &'static str {
        match self {
            Unused::Draft => "draft",
            Unused::Ready => "ready",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Unused::Draft, Unused::Ready].into_iter().find(|state| state.as_str() == word)
    }
}

/// An item that is in no issue.
pub struct UnusedItem {
    pub id: i64,
    pub state: Unused,
    /// What files of other languages call it.
    pub key: Option<String>,
    pub headline: String,
    pub languages: Vec<Language>,
}

/// One of them to be read.
pub struct WholeItem {
    pub state: Unused,
    /// The address of the feed it comes from.
    pub source: Option<String>,
    pub texts: Vec<ItemText>,
}

pub struct ItemText {
    pub language: Language,
    pub kicker: Option<String>,
    pub headline: String,
    pub lead: Option<String>,
    /// Markdown.
    pub body: String,
    pub link: Option<String>,
}

/// None: this newsletter has no such item, or it is in an issue.
pub fn find_unused(conn: &mut Conn, slug: &str, id: i64) -> Result<Option<WholeItem>, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(None) };
    let Some(item) = news::find(conn, newsletter.id, id)? else { return Ok(None) };
    let Some(state) = Unused::parse(&item.state) else { return Ok(None) };
    let mut texts = Vec::new();
    for text in news::list_texts(conn, &[id])? {
        texts.push(ItemText {
            language: text.language.parse()?,
            kicker: text.kicker,
            headline: text.headline,
            lead: text.lead,
            body: text.body,
            link: text.link,
        });
    }
    Ok(Some(WholeItem { state, source: feeds::find_source(conn, id)?, texts }))
}

/// Items that are in no issue: drafts, the oldest first, and those that are ready in the order of the next issue. `language`:
/// that of their headlines. None: no such newsletter.
pub fn unused(conn: &mut Conn, slug: &str, language: Language) -> Result<Option<Vec<UnusedItem>>, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(None) };
    let found = news::list_unused(conn, newsletter.id)?;
    let ids: Vec<i64> = found.iter().map(|(item, _)| item.id).collect();
    let texts = news::list_texts(conn, &ids)?;
    let mut items = Vec::new();
    for (item, key) in found {
        let Some(state) = Unused::parse(&item.state) else { continue };
        let own = || texts.iter().filter(|text| text.news_item_id == item.id);
        // Where there is no text in it, in the first one written.
        let headline = own().find(|text| text.language == language.tag()).or_else(|| own().next());
        items.push(UnusedItem {
            id: item.id,
            state,
            key,
            headline: headline.map(|text| text.headline.clone()).unwrap_or_default(),
            languages: own().map(|text| text.language.parse()).collect::<Result<_, _>>()?,
        });
    }
    Ok(Some(items))
}
