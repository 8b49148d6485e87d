//! The public archive: published issues, their web versions and pictures. The same for everybody, without tokens (R262).

use jiff::Timestamp;

use super::JourneyError;
use super::subscribe::text_for;
use crate::domain::language::Language;
use crate::store::{Conn, editions, newsletters, time};

/// As many as a page shows.
const NEWEST: i64 = 300;

pub struct ArchiveView {
    pub slug: String,
    pub title: String,
    pub issues: Vec<ArchiveEntry>,
}

pub struct ArchiveEntry {
    pub number: i64,
    pub language: Language,
    pub subject: String,
    pub published_at: Timestamp,
}

pub fn list(conn: &mut Conn, slug: &str, language: Language) -> Result<Option<ArchiveView>, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(None) };
    let mut issues = Vec::new();
    for row in editions::list_published(conn, newsletter.id, NEWEST)? {
        let (Some(number), Some(published_at)) = (row.number, row.published_at) else { continue };
        issues.push(ArchiveEntry {
            number,
            language: row.language.parse()?,
            subject: row.subject,
            published_at: time(published_at),
        });
    }
    let title = text_for(conn, &newsletter, language)?.title;
    Ok(Some(ArchiveView { slug: newsletter.slug, title, issues }))
}

/// The web version of one edition: a whole HTML document.
pub fn edition(conn: &mut Conn, slug: &str, number: i64, language: Language) -> Result<Option<String>, JourneyError> {
    Ok(editions::find_web(conn, slug, number, language)?)
}
