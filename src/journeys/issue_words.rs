//! Staff write what the next issue says around its items.

use super::newsletters::{self, NewsletterError};
use crate::domain::issue_words::IssueWords;
use crate::store::issue_words::Words;
use crate::store::{Conn, issue_words};

/// Writes them over those of the same language.
pub fn put(conn: &mut Conn, slug: &str, words: &IssueWords) -> Result<(), NewsletterError> {
    let newsletter = newsletters::find_in(conn, slug, words.language)?;
    let row = Words {
        newsletter_id: newsletter.id,
        language: words.language.tag().to_owned(),
        subject: words.subject.clone(),
        intro: words.intro.clone(),
        closing: words.closing.clone(),
    };
    Ok(issue_words::put(conn, &row)?)
}
