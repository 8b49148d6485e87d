//! What the next issue says around its items, in one language: a subject of its own, an intro, and words at the end.

use serde::Deserialize;

use super::front_matter::{self as front, FileError, Text, line, value};
use super::header;
use super::language::Language;

/// A file of words. What it does not say, the newsletter says as always.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueWords {
    pub language: Language,
    pub subject: Option<String>,
    /// Markdown, before the first item.
    pub intro: String,
    /// Markdown, after the last item.
    pub closing: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    language: Option<Text>,
    subject: Option<Text>,
    closing: Option<String>,
}

const NEEDED: &[&str] = &["language"];

impl IssueWords {
    /// Reads a whole file: its text is the intro.
    pub fn parse(text: &str) -> Result<IssueWords, FileError> {
        let (file, intro): (FrontMatter, String) = front::read(text, NEEDED)?;
        let subject_line = file.subject.as_ref().map_or(1, |subject| subject.referenced.line());
        let subject = line("subject", file.subject)?;
        if let Some(subject) = &subject {
            header::check("subject", subject).map_err(|error| value("subject", subject_line, error))?;
        }
        Ok(IssueWords {
            language: front::language(file.language, NEEDED)?,
            subject,
            intro,
            closing: file.closing.unwrap_or_default().trim().to_owned(),
        })
    }
}
