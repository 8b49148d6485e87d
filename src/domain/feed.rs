//! A feed of somebody's website: RSS, Atom (RFC 4287) or JSON Feed, read into what a news item can hold.

use std::collections::HashSet;

use feed_rs::model::{self, Link};
use feed_rs::parser::Builder;
use jiff::Timestamp;
use quick_xml::events::Event;

use super::consent::sha256;
use super::content;
use super::content::from_html::{self, line, markdown};

/// More entries than this are not looked at: a feed has its newest first.
const MOST_ENTRIES: usize = 100;
/// Bytes of HTML that one reading looks at, in all entries together.
const MOST_BYTES: usize = 1_000_000;
/// Characters of a headline and of a lead.
const LONGEST_LINE: usize = 300;
const LONGEST_LEAD: usize = 1_000;
/// Characters of what is wrong with a feed.
const LONGEST_COMPLAINT: usize = 200;

/// Why a feed was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    #[error("the feed has a document type (<!DOCTYPE …>), which no feed needs; that is refused for safety")]
    DocumentType,
    #[error("this is no feed: neither RSS nor Atom nor JSON Feed. Is it the address of the feed and not of the page?")]
    NoFeed,
    #[error("the feed is damaged: {0}")]
    Damaged(String),
}

/// What lets a server answer "as before" (RFC 9110 §13): sent back as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// SHA-256 of what the feed calls it, the same at every reading.
    pub key: [u8; 32],
    pub headline: String,
    pub lead: Option<String>,
    /// Markdown.
    pub body: String,
    /// http or https.
    pub link: Option<String>,
    pub published: Option<Timestamp>,
}

/// Tells a text that a feed has written from one that somebody has changed since.
pub fn fingerprint(headline: &str, lead: Option<&str>, body: &str, link: Option<&str>) -> [u8; 32] {
    // No text of ours contains a NUL.
    sha256(&[[headline, lead.unwrap_or_default(), body, link.unwrap_or_default()].join("\0").as_bytes()])
}

/// Reads the entries of a feed, the newest first where the feed has them so. Entries without a title and those nobody could
/// tell apart from others are left out. `base`: where relative links lead from.
///
/// R200: a document with a DTD is refused; nothing external is loaded and no entity but XML's own five means anything.
pub fn read(bytes: &[u8], base: &str) -> Result<Vec<Entry>, FeedError> {
    // Feeds are in UTF-8 or one of its like; in wider letters a document type would hide.
    if bytes.iter().take(1_000).any(|octet| *octet == 0) {
        return Err(FeedError::Damaged("it is not in UTF-8".to_owned()));
    }
    no_document_type(bytes)?;
    // Without an id an entry is known by its link, or its title.
    let id = |links: &[Link], title: &Option<model::Text>, _: Option<&str>| {
        let link = links.first().map(|link| link.href.clone());
        link.or_else(|| title.as_ref().map(|title| title.content.clone())).unwrap_or_default()
    };
    let parser = Builder::new().base_uri(Some(base)).sanitize_content(false).id_generator(id).build();
    let feed = parser.parse(bytes).map_err(|error| match error {
        feed_rs::parser::ParseFeedError::ParseError(feed_rs::parser::ParseErrorKind::NoFeedRoot) => FeedError::NoFeed,
        other => {
            // It quotes the feed.
            let told = other.to_string();
            FeedError::Damaged(told.chars().filter(|c| !c.is_control()).take(LONGEST_COMPLAINT).collect())
        }
    })?;
    let (mut known, mut left) = (HashSet::new(), MOST_BYTES);
    let affordable = |entry: &model::Entry| {
        let summary = entry.summary.as_ref().map_or(0, |summary| summary.content.len());
        let content = entry.content.as_ref().and_then(|content| content.body.as_ref()).map_or(0, String::len);
        let fits = left > 0;
        left = left.saturating_sub(summary.saturating_add(content).min(from_html::LONGEST));
        fits
    };
    Ok(feed
        .entries
        .into_iter()
        .take(MOST_ENTRIES)
        .take_while(affordable)
        .filter_map(|one| entry(one, base))
        .filter(|entry| known.insert(entry.key))
        .collect())
}

/// Looks at what stands before the first element.
fn no_document_type(bytes: &[u8]) -> Result<(), FeedError> {
    let mut reader = quick_xml::Reader::from_reader(bytes);
    loop {
        match reader.read_event() {
            Ok(Event::DocType(_)) => return Err(FeedError::DocumentType),
            Ok(Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::Text(_)) => {}
            // The parser says what is wrong with the rest.
            _ => return Ok(()),
        }
    }
}

fn entry(entry: model::Entry, base: &str) -> Option<Entry> {
    let headline = line(&entry.title?.content, LONGEST_LINE);
    let id = entry.id.trim();
    if headline.is_empty() || id.is_empty() {
        return None;
    }
    let summary = entry.summary.map(|summary| summary.content).unwrap_or_default();
    let content = entry.content.and_then(|content| content.body).unwrap_or_default();
    // A feed that has both says the short of it first.
    let (lead, html) = if content.trim().is_empty() { (String::new(), summary) } else { (line(&summary, LONGEST_LEAD), content) };
    let link = entry.links.iter().filter(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"));
    let link = link.map(|link| link.href.trim()).find(|href| is_web(href)).map(str::to_owned);
    let body = markdown(&html, ammonia::Url::parse(link.as_deref().unwrap_or(base)).ok().as_ref());
    // Many feeds give the beginning of the text for its summary.
    let repeats = content::text(&body).split_whitespace().collect::<Vec<_>>().join(" ").starts_with(lead.trim_end_matches('…'));
    Some(Entry {
        key: sha256(&[id.as_bytes()]),
        headline,
        lead: Some(lead).filter(|lead| !lead.is_empty() && !repeats),
        body,
        link,
        published: entry.published.or(entry.updated).and_then(|at| Timestamp::from_second(at.timestamp()).ok()),
    })
}

fn is_web(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    ["https://", "http://"].iter().any(|scheme| lower.starts_with(scheme))
        && !address.contains(|c: char| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests;
