//! Staff write news items: one file per language, tied together by a key.

use aws_lc_rs::digest;
use image::{DynamicImage, ImageFormat};
use jiff::Timestamp;

use super::JourneyError;
use crate::domain::language::Language;
use crate::domain::news::NewsFile;
use crate::domain::picture;
use crate::store::images::NewImage;
use crate::store::news::{NewsItemText, Shared};
use crate::store::{Conn, images, micros, news, newsletters};

/// R202. Larger pictures are refused before they are decoded.
const IMAGE_BYTES: usize = 5_000_000;
/// A mail is 600 px wide; twice that looks sharp everywhere.
const WIDTH: u32 = 1_200;

/// A picture as read from disk, not yet trusted.
pub struct Upload {
    pub file_name: String,
    pub bytes: Vec<u8>,
}

/// A picture decoded and encoded again: nothing of the upload but its pixels is left (R202).
pub struct Picture {
    content_type: &'static str,
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum NewsAddError {
    #[error("there is no newsletter \"{0}\"; \"rundbrief newsletter list\" shows them")]
    NoNewsletter(String),
    #[error(
        "the newsletter \"{slug}\" does not come in {language}; add a text in one of its languages, or the language to the newsletter"
    )]
    Language { slug: String, language: Language },
    #[error("the item \"{0}\" has been used in an issue already; give this one another key")]
    Used(String),
    #[error("image {file}: {why}")]
    Image { file: String, why: String },
    #[error(transparent)]
    Journey(#[from] JourneyError),
}

impl From<crate::store::StoreError> for NewsAddError {
    fn from(error: crate::store::StoreError) -> Self {
        NewsAddError::Journey(error.into())
    }
}

/// Decodes, shrinks and re-encodes a PNG or JPEG. CPU heavy: call it outside a transaction.
pub fn picture(upload: &Upload) -> Result<Picture, NewsAddError> {
    let refused = |why: String| NewsAddError::Image { file: upload.file_name.clone(), why };
    let (mut decoded, format) = picture::decode(&upload.bytes, IMAGE_BYTES).map_err(refused)?;
    if decoded.width() > WIDTH {
        decoded = decoded.resize(WIDTH, decoded.height(), image::imageops::FilterType::Lanczos3);
    }
    let (target, content_type) = match format {
        ImageFormat::Jpeg => (ImageFormat::Jpeg, "image/jpeg"),
        _ => (ImageFormat::Png, "image/png"),
    };
    if target == ImageFormat::Jpeg {
        decoded = DynamicImage::ImageRgb8(decoded.into_rgb8());
    }
    let bytes = picture::encode(&decoded, target).map_err(refused)?;
    Ok(Picture { content_type, width: decoded.width(), height: decoded.height(), bytes })
}

/// Adds one file. A second language of an item is added to it; the same language again replaces the text.
/// The item is ready at once. Returns its id.
pub fn add(conn: &mut Conn, now: Timestamp, slug: &str, file: &NewsFile, picture: Option<&Picture>) -> Result<i64, NewsAddError> {
    let newsletter = newsletters::find(conn, slug)?.ok_or_else(|| NewsAddError::NoNewsletter(slug.to_owned()))?;
    if !newsletter.languages()?.contains(&file.language) {
        return Err(NewsAddError::Language { slug: slug.to_owned(), language: file.language });
    }
    // Two files of one item at once: the second finds what the first made.
    newsletters::lock(conn, newsletter.id)?;
    let known = match &file.item {
        Some(key) => news::find_by_key(conn, newsletter.id, key)?,
        None => None,
    };
    let id = match known {
        Some((_, state)) if state == "used" => return Err(NewsAddError::Used(file.item.clone().unwrap_or_default())),
        Some((id, _)) => id,
        None => news::insert_ready(conn, newsletter.id, file.item.as_deref(), micros(now))?,
    };
    let image_id = match picture {
        Some(picture) => Some(images::find_or_insert(
            conn,
            &NewImage {
                public_id: digest::digest(&digest::SHA256, &picture.bytes).as_ref().to_vec(),
                content_type: picture.content_type,
                width: i64::from(picture.width),
                height: i64::from(picture.height),
                bytes: &picture.bytes,
                created_at: micros(now),
            },
        )?),
        None => None,
    };
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
            alt: if file.decorative { None } else { file.alt.clone() },
            caption: file.caption.clone(),
            credit: file.credit.clone(),
            funding: file.funding.clone(),
            downloads: serde_json::to_string(&file.downloads).map_err(JourneyError::from)?,
            checked_by: file.checked_by.clone(),
        },
    )?;
    Ok(id)
}

/// An item that waits for the next issue.
pub struct ReadyItem {
    pub id: i64,
    /// In the language asked for; where there is no text in it, in the first one written.
    pub headline: String,
    pub languages: Vec<Language>,
}

pub fn ready(conn: &mut Conn, slug: &str, language: Language) -> Result<Vec<ReadyItem>, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(Vec::new()) };
    let items = news::list_ready(conn, newsletter.id)?;
    let ids: Vec<i64> = items.iter().map(|item| item.id).collect();
    let texts = news::list_texts(conn, &ids)?;
    let mut ready = Vec::new();
    for item in items {
        let own = || texts.iter().filter(|text| text.news_item_id == item.id);
        ready.push(ReadyItem {
            id: item.id,
            headline: own()
                .find(|text| text.language == language.tag())
                .or_else(|| own().next())
                .map(|text| text.headline.clone())
                .unwrap_or_default(),
            languages: own().map(|text| text.language.parse()).collect::<Result<_, _>>()?,
        });
    }
    Ok(ready)
}
