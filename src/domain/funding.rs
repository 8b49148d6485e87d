//! Who pays for a newsletter, and who makes it together: a file per block and language. Funders say in which order, with
//! which words and until when they are named, so a block carries all of it.

use jiff::civil::Date;
use serde::Deserialize;

use super::front_matter::{self as front, FileError, Text, parsed, value};
use super::language::Language;

/// One block in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundingFile {
    /// Ties the files of one block together.
    pub block: String,
    pub language: Language,
    pub kind: BlockKind,
    /// The logo: a file name relative to this file.
    pub image: Option<String>,
    /// Whose logo it is; empty if the text says so.
    pub alt: Option<String>,
    pub link: Option<String>,
    /// The first and the last day on which an issue carries it; none: always.
    pub from: Option<Date>,
    pub until: Option<Date>,
    /// Small numbers come first.
    pub order: i64,
    /// Markdown; may be empty where there is a logo.
    pub body: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// Text and logo, one below the other.
    Funding,
    /// Logos, one beside the other.
    Partner,
}

impl BlockKind {
    pub fn word(self) -> &'static str {
        match self {
            BlockKind::Funding => "funding",
            BlockKind::Partner => "partner",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [BlockKind::Funding, BlockKind::Partner].into_iter().find(|kind| kind.word() == word)
    }
}

/// Whether a block with these limits is shown on `day`.
pub fn is_shown(from: Option<Date>, until: Option<Date>, day: Date) -> bool {
    from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    block: Option<Text>,
    language: Option<Text>,
    kind: Option<Text>,
    image: Option<Text>,
    alt: Option<Text>,
    decorative: Option<bool>,
    link: Option<Text>,
    from: Option<Text>,
    until: Option<Text>,
    order: Option<i64>,
}

const NEEDED: &[&str] = &["block", "language"];

impl FundingFile {
    /// Reads a whole file.
    pub fn parse(text: &str) -> Result<FundingFile, FileError> {
        let (file, body): (FrontMatter, String) = front::read(text, NEEDED)?;
        let kind = file.kind.map(|kind| parsed("kind", kind, |word| BlockKind::parse(word).ok_or("use funding or partner")));
        let until_line = file.until.as_ref().map_or(1, |until| until.referenced.line());
        let (from, until) = (front::date("from", file.from)?, front::date("until", file.until)?);
        if let (Some(from), Some(until)) = (from, until)
            && until < from
        {
            return Err(value("until", until_line, "the last day is before the first"));
        }
        let (image, alt) = front::picture(file.image, file.alt, file.decorative)?;
        let kind = kind.transpose()?.unwrap_or(BlockKind::Funding);
        match kind {
            BlockKind::Partner if alt.as_deref().is_none_or(str::is_empty) => {
                return Err(value("kind", 1, "a partner is a logo: it needs \"image\", and its name in \"alt\""));
            }
            BlockKind::Funding if alt.is_none() && body.is_empty() => {
                return Err(value("block", 1, "the block is empty: it needs a text or a logo (\"image\" and \"alt\")"));
            }
            _ => {}
        }
        Ok(FundingFile {
            block: front::needed("block", file.block, NEEDED)?,
            language: front::language(file.language, NEEDED)?,
            kind,
            image,
            alt,
            link: front::link("link", file.link)?,
            from,
            until,
            order: file.order.unwrap_or(0),
            body,
        })
    }
}
