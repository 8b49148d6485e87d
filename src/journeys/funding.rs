//! Staff say who pays for a newsletter and who makes it.

use jiff::Timestamp;
use jiff::civil::Date;

use super::JourneyError;
use super::media::Media;
use super::newsletters::{NewsletterError, find_in};
use crate::domain::funding::FundingFile;
use crate::domain::language::Language;
use crate::store::funding::{BlockText, NewBlock};
use crate::store::{Conn, funding, newsletters};

#[derive(Debug, thiserror::Error)]
pub enum FundingError {
    #[error(transparent)]
    Newsletter(#[from] NewsletterError),
    #[error("the newsletter \"{slug}\" has no block \"{block}\"; \"rundbrief funding list {slug}\" shows those it has")]
    NoBlock { slug: String, block: String },
    #[error(transparent)]
    Journey(#[from] JourneyError),
}

impl From<crate::store::StoreError> for FundingError {
    fn from(error: crate::store::StoreError) -> Self {
        FundingError::Journey(error.into())
    }
}

/// Adds one file. A second language of a block is added to it; what all languages share is as the last file says.
pub fn add(conn: &mut Conn, now: Timestamp, slug: &str, file: &FundingFile, media: &Media) -> Result<(), FundingError> {
    let newsletter = find_in(conn, slug, file.language)?;
    let block = NewBlock {
        newsletter_id: newsletter.id,
        block_key: &file.block,
        kind: file.kind.word(),
        place: file.order,
        valid_from: file.from.map(|day| day.to_string()),
        valid_until: file.until.map(|day| day.to_string()),
        image_id: media.keep_picture(conn, now)?,
    };
    let block_id = funding::put(conn, &block)?;
    let text = BlockText {
        block_id,
        language: file.language.tag().to_owned(),
        text: file.body.clone(),
        alt: file.alt.clone(),
        link: file.link.clone(),
    };
    Ok(funding::put_text(conn, &text)?)
}

pub fn remove(conn: &mut Conn, slug: &str, block: &str) -> Result<(), FundingError> {
    let newsletter = newsletters::find(conn, slug)?.ok_or_else(|| NewsletterError::Unknown(slug.to_owned()))?;
    if funding::delete(conn, newsletter.id, block)? {
        return Ok(());
    }
    Err(FundingError::NoBlock { slug: slug.to_owned(), block: block.to_owned() })
}

/// A block as staff see it.
pub struct BlockView {
    pub name: String,
    pub kind: String,
    pub order: i64,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub languages: Vec<Language>,
}

/// In the order readers see them, those that are over included.
pub fn list(conn: &mut Conn, slug: &str) -> Result<Vec<BlockView>, FundingError> {
    let newsletter = newsletters::find(conn, slug)?.ok_or_else(|| NewsletterError::Unknown(slug.to_owned()))?;
    let blocks = funding::list(conn, newsletter.id)?;
    let ids: Vec<i64> = blocks.iter().map(|block| block.id).collect();
    let texts = funding::list_texts(conn, &ids)?;
    let mut views = Vec::new();
    for block in blocks {
        let own = texts.iter().filter(|text| text.block_id == block.id);
        let languages = own.map(|text| text.language.parse()).collect::<Result<_, _>>().map_err(JourneyError::from)?;
        views.push(BlockView {
            languages,
            from: day(block.valid_from.as_deref(), &block.block_key)?,
            until: day(block.valid_until.as_deref(), &block.block_key)?,
            name: block.block_key,
            kind: block.kind,
            order: block.place,
        });
    }
    Ok(views)
}

/// A day as the database holds it.
pub(super) fn day(text: Option<&str>, block: &str) -> Result<Option<Date>, JourneyError> {
    let broken = |_| JourneyError::Broken(format!("funding block \"{block}\": a day of it cannot be read back"));
    text.map(str::parse).transpose().map_err(broken)
}
