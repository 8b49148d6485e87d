//! Staff write what the next issue says around its items.

use super::JourneyError;
use crate::domain::issue_words::IssueWords;
use crate::domain::language::Language;
use crate::store::issue_words::Words;
use crate::store::{Conn, issue_words, newsletters};

#[derive(Debug, thiserror::Error)]
pub enum WordsError {
    #[error("there is no newsletter \"{0}\"; \"rundbrief newsletter list\" shows them")]
    NoNewsletter(String),
    #[error("the newsletter \"{slug}\" does not come in {language}")]
    Language { slug: String, language: Language },
    #[error(transparent)]
    Journey(#[from] JourneyError),
}

impl From<crate::store::StoreError> for WordsError {
    fn from(error: crate::store::StoreError) -> Self {
        WordsError::Journey(error.into())
    }
}

/// Writes them over those of the same language.
pub fn put(conn: &mut Conn, slug: &str, words: &IssueWords) -> Result<(), WordsError> {
    let newsletter = newsletters::find(conn, slug)?.ok_or_else(|| WordsError::NoNewsletter(slug.to_owned()))?;
    if !newsletter.languages()?.contains(&words.language) {
        return Err(WordsError::Language { slug: slug.to_owned(), language: words.language });
    }
    let row = Words {
        newsletter_id: newsletter.id,
        language: words.language.tag().to_owned(),
        subject: words.subject.clone(),
        intro: words.intro.clone(),
        closing: words.closing.clone(),
    };
    Ok(issue_words::put(conn, &row)?)
}
