//! News items and funding blocks: the model the journeys fill in, and what templates read of it.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::Serialize;

use super::look::{Palette, Sizes, styled};
use super::{TemplateError, words};
use crate::domain::content;
use crate::domain::language::Language;
use crate::domain::news::Event;

/// A news item in the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemView {
    pub kicker: Option<String>,
    pub lead: Option<String>,
    pub funding: Option<String>,
    /// Leichte Sprache: who checked the text, and when.
    pub checked_by: Option<String>,
    pub headline: String,
    pub body_markdown: String,
    pub image: Option<ImageView>,
    pub caption: Option<String>,
    pub credit: Option<String>,
    pub link: Option<String>,
    pub date: Option<Date>,
    pub event: Option<Event>,
    /// Where the event's calendar file is.
    pub calendar: Option<String>,
    pub downloads: Vec<DownloadMail>,
}

/// An image we serve ourselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageView {
    pub url: String,
    /// Empty for a decorative image; none if nobody described it.
    pub alt: Option<String>,
    /// Pixels of the file.
    pub width: u32,
    pub height: u32,
}

/// A document to fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownloadMail {
    pub address: String,
    /// Of a document we keep; of others nobody knows.
    pub bytes: Option<u64>,
    /// Somebody tried it (R240).
    pub is_checked: bool,
}

/// Who pays for a newsletter, or takes part in making it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockMail {
    pub is_partner: bool,
    /// Of its text, which may be another than the issue's.
    pub language: Language,
    /// Markdown.
    pub text: String,
    pub logo: Option<ImageView>,
    pub link: Option<String>,
}

/// Columns of text an image may fill, in CSS pixels.
const IMAGE_COLUMNS: u32 = 520;
/// The narrow column beside a text in Leichte Sprache.
const BESIDE_COLUMNS: u32 = 220;
/// Room for a logo, in CSS pixels.
const LOGO: (u32, u32) = (220, 72);

/// What every text of a mail is made with.
#[derive(Clone, Copy)]
pub(super) struct Make<'a> {
    pub language: Language,
    pub look: &'a Palette,
    pub sizes: &'a Sizes,
}

/// Markdown in both forms; both are empty or neither is.
#[derive(Serialize)]
pub(super) struct Prose {
    html: String,
    text: String,
}

#[derive(Serialize)]
pub(super) struct ItemContext {
    /// 1, 2, …, or 0 if there is only one item.
    position: usize,
    kicker: Option<String>,
    date: Option<String>,
    headline: String,
    image: Option<ImageContext>,
    caption: Option<String>,
    credit: Option<String>,
    lead: Option<String>,
    body: Prose,
    event: Option<EventContext>,
    link: Option<String>,
    downloads: Vec<Download>,
    funding: Option<String>,
    checked_by: Option<String>,
}

#[derive(Serialize)]
struct ImageContext {
    url: String,
    alt: String,
    width: u32,
    height: u32,
}

#[derive(Serialize)]
struct EventContext {
    when: String,
    place: Option<String>,
    online: Option<String>,
    calendar: Option<String>,
}

#[derive(Serialize)]
struct Download {
    /// "programm.pdf (PDF, 1,2 MB)".
    name: String,
    url: Option<String>,
}

#[derive(Serialize)]
pub(super) struct BlockContext {
    language: Language,
    text: Prose,
    logo: Option<ImageContext>,
    link: Option<String>,
}

impl ItemContext {
    pub(super) fn new(item: &ItemView, position: usize, make: Make<'_>) -> Result<Self, TemplateError> {
        let Make { language, .. } = make;
        let columns = if language == Language::DeSimple { BESIDE_COLUMNS } else { IMAGE_COLUMNS };
        Ok(Self {
            position,
            kicker: filled(item.kicker.as_ref()),
            date: item.date.map(|date| words::date(language, date)).transpose()?,
            headline: item.headline.trim().to_owned(),
            image: item.image.as_ref().map(|image| ImageContext::new(image, (columns, u32::MAX))),
            caption: filled(item.caption.as_ref()),
            credit: filled(item.credit.as_ref()),
            lead: filled(item.lead.as_ref()),
            body: prose(&item.body_markdown, make),
            event: item.event.as_ref().map(|event| EventContext::new(event, item.calendar.clone(), language)).transpose()?,
            link: item.link.as_deref().and_then(content::safe_url),
            downloads: item.downloads.iter().map(|download| Download::new(download, language)).collect(),
            funding: filled(item.funding.as_ref()),
            checked_by: filled(item.checked_by.as_ref()).map(|who| words::checked_by(language, &who)).transpose()?,
        })
    }
}

impl ImageContext {
    /// At most as wide and as high as there is room, at least one pixel high.
    fn new(image: &ImageView, (most_wide, most_high): (u32, u32)) -> Self {
        let (wide, high) = (u64::from(image.width.max(1)), u64::from(image.height.max(1)));
        let scaled = |from: u64, part: u64, whole: u64| from.saturating_mul(part).checked_div(whole).unwrap_or(1).max(1);
        let mut width = wide.min(u64::from(most_wide));
        let mut height = scaled(high, width, wide);
        if height > u64::from(most_high) {
            height = u64::from(most_high);
            width = scaled(wide, height, high);
        }
        Self {
            url: image.url.clone(),
            alt: image.alt.clone().unwrap_or_default(),
            width: u32::try_from(width).unwrap_or(image.width),
            height: u32::try_from(height).unwrap_or(image.height),
        }
    }
}

impl EventContext {
    fn new(event: &Event, calendar: Option<String>, language: Language) -> Result<Self, TemplateError> {
        Ok(Self {
            when: words::event(language, event)?,
            place: filled(event.place.as_ref()),
            online: event.online.as_deref().and_then(content::safe_url),
            calendar,
        })
    }
}

impl Download {
    fn new(download: &DownloadMail, language: Language) -> Self {
        let target = &download.address;
        let path = target.split(['?', '#']).next().unwrap_or(target);
        let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or(target);
        let name = match download.bytes {
            Some(bytes) => format!("{name} (PDF, {})", words::size(language, bytes)),
            None => name.to_owned(),
        };
        // Our own server is reached over http only on this very machine.
        let url = if download.bytes.is_some() { Some(target.clone()) } else { content::safe_url(target) };
        Self { name, url }
    }
}

impl BlockContext {
    pub(super) fn new(block: &BlockMail, make: Make<'_>) -> Self {
        Self {
            language: block.language,
            text: prose(&block.text, make),
            logo: block.logo.as_ref().map(|logo| ImageContext::new(logo, LOGO)),
            link: block.link.as_deref().and_then(content::safe_url),
        }
    }
}

pub(super) fn prose(markdown: &str, make: Make<'_>) -> Prose {
    let markdown = match make.language {
        Language::DeSimple => Cow::Owned(content::with_lines(markdown)),
        _ => Cow::Borrowed(markdown),
    };
    Prose { html: styled(content::html(&markdown).trim(), make.look, make.sizes), text: content::text(&markdown) }
}

/// A text with nothing in it is no text.
fn filled(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
