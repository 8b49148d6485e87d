//! The public archive: published issues, the search over their items, their web versions and pictures. The same for
//! everybody, without tokens (R262). Of a private newsletter there is only the web version, for who has its address.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::JourneyError;
use super::subscribe::{self, text_for};
use crate::domain::content;
use crate::domain::language::Language;
use crate::domain::search::{Piece, Query};
use crate::mail::templates::IssueMail;
use crate::store::archive::{Listed, PublishedItem, Scope};
use crate::store::newsletters::Newsletter;
use crate::store::{Conn, archive, editions, micros, newsletters, time};

/// Issues on a page of the archive, and results on a page of the search.
pub const PAGE: i64 = 20;
/// Feed readers fetch often and keep what they know.
const FEED: i64 = 50;

/// A newsletter's issues in one language.
pub struct ArchiveView {
    pub slug: String,
    pub title: String,
    pub language: Language,
    pub languages: Vec<Language>,
    /// Nobody can subscribe any more.
    pub is_closed: bool,
    /// Newest first.
    pub issues: Vec<ArchiveEntry>,
    /// There are more, below this number.
    pub older: Option<i64>,
    /// On whose clocks they were published.
    pub zone: TimeZone,
}

pub struct ArchiveEntry {
    pub number: i64,
    pub language: Language,
    pub subject: String,
    pub published_at: Timestamp,
    /// Only in a feed.
    pub items: Vec<Summary>,
}

/// What a feed says of an item.
pub struct Summary {
    pub position: i64,
    pub headline: String,
    /// Its lead, or else how it begins. May be empty.
    pub words: String,
}

pub struct FeedView {
    pub slug: String,
    pub title: String,
    pub entries: Vec<ArchiveEntry>,
}

/// Notes what of an issue can be searched for. Part of publishing.
pub(super) fn record(
    conn: &mut Conn,
    now: Timestamp,
    newsletter_id: i64,
    issue_id: i64,
    mails: &[IssueMail],
) -> Result<(), JourneyError> {
    let mut rows = Vec::new();
    for mail in mails {
        rows.extend(mail.items.iter().zip(1..).map(|(item, position)| PublishedItem {
            issue_id,
            newsletter_id,
            language: mail.language.tag().to_owned(),
            position,
            headline: item.headline.trim().to_owned(),
            lead: item.lead.as_deref().unwrap_or_default().trim().to_owned(),
            text: content::text(&item.body_markdown),
            published_at: micros(now),
        }));
    }
    Ok(archive::insert(conn, &rows)?)
}

/// A page of a newsletter's issues. `asked`: the language of the issues, if somebody chose one; else the page's, if there
/// is one. None: there is no such newsletter, or it is private.
pub fn list(
    conn: &mut Conn,
    slug: &str,
    page: Language,
    asked: Option<Language>,
    before: Option<i64>,
) -> Result<Option<ArchiveView>, JourneyError> {
    let Some(newsletter) = public(conn, slug)? else { return Ok(None) };
    let languages = newsletter.languages()?;
    let language = chosen(asked, page, &languages);
    let rows = archive::list(conn, newsletter.id, &[language], before, PAGE + 1)?;
    let more = rows.len() > page_size();
    let mut issues = Vec::new();
    for row in rows.into_iter().take(page_size()) {
        issues.extend(entry(row, Vec::new())?);
    }
    let older = issues.last().filter(|_| more).map(|last| last.number);
    let title = text_for(conn, &newsletter, page)?.title;
    let (zone, is_closed) = (super::zone(&newsletter)?, newsletter.is_closed());
    Ok(Some(ArchiveView { zone, slug: newsletter.slug, title, language, languages, is_closed, issues, older }))
}

/// The newest issues with what is in them, in one language or (None) in all.
pub fn feed(conn: &mut Conn, slug: &str, only: Option<Language>) -> Result<Option<FeedView>, JourneyError> {
    let Some(newsletter) = public(conn, slug)? else { return Ok(None) };
    let languages = match only {
        Some(language) => vec![language],
        None => Language::and_ours(newsletter.languages()?),
    };
    let rows = archive::list(conn, newsletter.id, &languages, None, FEED)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.issue_id).collect();
    let mut items: HashMap<(i64, String), Vec<Summary>> = HashMap::new();
    for item in archive::list_items(conn, &ids)? {
        items.entry((item.issue_id, item.language.clone())).or_default().push(summary(item));
    }
    let mut entries = Vec::new();
    for row in rows {
        let items = items.remove(&(row.issue_id, row.language.clone())).unwrap_or_default();
        entries.extend(entry(row, items)?);
    }
    let own = newsletter.languages()?.first().copied().unwrap_or(Language::De);
    let title = text_for(conn, &newsletter, only.unwrap_or(own))?.title;
    Ok(Some(FeedView { slug: newsletter.slug, title, entries }))
}

/// What somebody looks for, and where.
pub struct Search {
    /// None: in all public newsletters.
    pub slug: Option<String>,
    /// The page's.
    pub page: Language,
    /// The items', if somebody chose one.
    pub asked: Option<Language>,
    /// None: there was no word in what they typed.
    pub query: Option<Query>,
    /// From 0.
    pub nth: i64,
}

pub struct Results {
    /// Of the newsletter, where one was named.
    pub title: Option<String>,
    pub language: Language,
    /// Those in which one can search here.
    pub languages: Vec<Language>,
    pub found: Vec<Found>,
    /// There is another page.
    pub more: bool,
}

/// An item, and where it can be read.
pub struct Found {
    pub slug: String,
    pub newsletter: String,
    pub number: i64,
    pub position: i64,
    pub published_at: Timestamp,
    pub zone: TimeZone,
    pub headline: Vec<Piece>,
    pub snippet: Vec<Piece>,
}

/// None: there is no such newsletter, or it is private.
pub fn search(conn: &mut Conn, search: &Search) -> Result<Option<Results>, JourneyError> {
    let page = search.page;
    let mut titles: HashMap<String, (String, TimeZone)> = HashMap::new();
    let (newsletter_id, title, languages) = match &search.slug {
        Some(slug) => {
            let Some(newsletter) = public(conn, slug)? else { return Ok(None) };
            let title = text_for(conn, &newsletter, page)?.title;
            titles.insert(newsletter.slug.clone(), (title.clone(), super::zone(&newsletter)?));
            (Some(newsletter.id), Some(title), newsletter.languages()?)
        }
        None => {
            let mut languages = Vec::new();
            for view in subscribe::newsletters(conn, page)?.into_iter().filter(|view| !view.is_private) {
                languages.extend(view.languages);
                titles.insert(view.slug, (view.title, view.zone));
            }
            (None, None, Language::and_ours(languages))
        }
    };
    let language = chosen(search.asked, page, &languages);
    let Some(query) = &search.query else {
        return Ok(Some(Results { title, language, languages, found: Vec::new(), more: false }));
    };
    let scope = Scope { language, newsletter_id, skip: search.nth.saturating_mul(PAGE), most: PAGE + 1 };
    let hits = archive::search(conn, query, scope)?;
    let more = hits.len() > page_size();
    // Of newsletters that are in no list nothing is found.
    let found = hits.into_iter().take(page_size()).filter_map(|hit| titles.get(&hit.slug).cloned().zip(Some(hit)));
    let found = found.map(|((newsletter, zone), hit)| Found {
        newsletter,
        zone,
        slug: hit.slug,
        number: hit.number,
        position: hit.position,
        published_at: time(hit.published_at),
        headline: query.marked(&hit.headline),
        snippet: query.snippet(&format!("{}\n{}", hit.lead, hit.text)),
    });
    Ok(Some(Results { title, language, languages, found: found.collect(), more }))
}

/// A whole HTML document, and whether it is only for those who have its address.
pub struct WebVersion {
    pub html: String,
    pub is_private: bool,
}

/// The web version of one edition.
pub fn edition(conn: &mut Conn, slug: &str, number: i64, language: Language) -> Result<Option<WebVersion>, JourneyError> {
    let found = editions::find_web(conn, slug, number, language)?;
    Ok(found.map(|(html, private)| WebVersion { html, is_private: private != 0 }))
}

fn public(conn: &mut Conn, slug: &str) -> Result<Option<Newsletter>, JourneyError> {
    Ok(newsletters::find(conn, slug)?.filter(|newsletter| !newsletter.is_private()))
}

/// The language somebody chose, else the page's, else the first there is.
fn chosen(asked: Option<Language>, page: Language, there: &[Language]) -> Language {
    let first = there.first().copied().unwrap_or(page);
    [asked.unwrap_or(page), page].into_iter().find(|wanted| there.contains(wanted)).unwrap_or(first)
}

fn page_size() -> usize {
    usize::try_from(PAGE).unwrap_or(usize::MAX)
}

fn entry(row: Listed, items: Vec<Summary>) -> Result<Option<ArchiveEntry>, JourneyError> {
    let (Some(number), Some(published_at)) = (row.number, row.published_at) else { return Ok(None) };
    let language = row.language.parse()?;
    Ok(Some(ArchiveEntry { number, language, subject: row.subject, published_at: time(published_at), items }))
}

fn summary(item: PublishedItem) -> Summary {
    let begins = item.text.split("\n\n").next().unwrap_or_default().to_owned();
    Summary { position: item.position, headline: item.headline, words: if item.lead.is_empty() { begins } else { item.lead } }
}
