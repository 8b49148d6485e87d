//! What mails are made from: the model the journeys fill in, and the flat contexts templates read.

use jiff::civil::Date;
use serde::Serialize;

use super::look::{Palette, Sizes, styled};
use super::{TemplateError, words};
use crate::domain::content;
use crate::domain::language::Language;
use crate::domain::news::Event;
use crate::i18n;
use crate::mail::edition::List;

/// Whom a mail is from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sender {
    pub from_name: String,
    pub from_address: String,
    pub reply_to: Option<String>,
}

/// An issue in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueMail {
    pub language: Language,
    pub sender: Sender,
    pub newsletter_title: String,
    pub slug: String,
    pub number: i64,
    pub date: Date,
    /// In the order readers see them; at least one.
    pub items: Vec<ItemView>,
    /// Markdown; may be empty.
    pub footer: String,
    /// Markdown; may be empty.
    pub funding: String,
    pub organisation: String,
    /// One line per line; may be empty.
    pub postal_address: String,
    pub links: Links,
    pub list: List,
}

/// Absolute URLs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Links {
    pub web_version: String,
    pub imprint: String,
    pub privacy: String,
    pub archive: String,
    pub form: String,
}

/// A news item in the issue's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemView {
    pub kicker: Option<String>,
    pub lead: Option<String>,
    pub funding: Option<String>,
    /// Leichte Sprache: who checked the text.
    pub checked_by: Option<String>,
    pub headline: String,
    pub body_markdown: String,
    pub image: Option<ImageView>,
    pub link: Option<String>,
    pub date: Option<Date>,
    pub event: Option<Event>,
    /// Absolute URLs. A name without an address is shown as a name.
    pub downloads: Vec<String>,
}

/// An image we serve ourselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageView {
    pub url: String,
    /// Empty for a decorative image.
    pub alt: String,
    /// Pixels of the file.
    pub width: u32,
    pub height: u32,
    pub caption: Option<String>,
    pub credit: Option<String>,
}

/// The mail that asks whether an opt-in was meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConfirmationMail {
    pub language: Language,
    pub sender: Sender,
    pub newsletter_titles: Vec<String>,
    pub organisation: String,
    pub postal_address: String,
    pub links: Links,
}

/// What a notice is about, and so which of its links it offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeAbout {
    /// Somebody wants their mails at this address: asks whether that was meant.
    Address,
    /// Somebody asked for the link to their own page.
    Link,
}

/// A mail about somebody's own data.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NoticeMail {
    pub language: Language,
    pub about: NoticeAbout,
    pub sender: Sender,
    pub organisation: String,
    pub postal_address: String,
    pub links: Links,
}

/// Columns of text an image may fill, in CSS pixels.
const IMAGE_COLUMNS: u32 = 520;

/// R256: characters a preheader has at most.
const PREHEADER: usize = 110;

/// What both mails' templates know.
#[derive(Serialize)]
pub(super) struct Common<'a> {
    language: Language,
    /// The web version: no slots, no personal links.
    web: bool,
    subject: String,
    look: &'a Palette,
    size: Sizes,
    organisation: &'a str,
    postal_lines: Vec<&'a str>,
    links: &'a Links,
}

#[derive(Serialize)]
pub(super) struct IssueContext<'a> {
    #[serde(flatten)]
    common: Common<'a>,
    title: &'a str,
    number: i64,
    date: String,
    headline: String,
    preheader: String,
    count: usize,
    items: Vec<ItemContext>,
    footer: Prose,
    funding: Prose,
}

/// Markdown in both forms; both are empty or neither is.
#[derive(Serialize)]
struct Prose {
    html: String,
    text: String,
}

#[derive(Serialize)]
struct ItemContext {
    /// 1, 2, …, or 0 if there is only one item.
    position: usize,
    kicker: Option<String>,
    date: Option<String>,
    headline: String,
    image: Option<ImageContext>,
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
    caption: Option<String>,
    credit: Option<String>,
}

#[derive(Serialize)]
struct EventContext {
    when: String,
    place: Option<String>,
    online: Option<String>,
}

#[derive(Serialize)]
struct Download {
    name: String,
    url: Option<String>,
}

#[derive(Serialize)]
pub(super) struct ConfirmationContext<'a> {
    #[serde(flatten)]
    common: Common<'a>,
    titles: &'a [String],
    titles_joined: String,
    count: usize,
}

#[derive(Serialize)]
pub(super) struct NoticeContext<'a> {
    #[serde(flatten)]
    common: Common<'a>,
    title: String,
    intro: String,
    please: String,
    button: String,
    not_you: String,
    /// The name of the slot behind the button.
    slot: &'static str,
    /// It says when it was asked for and until when it can be answered.
    expires: bool,
}

impl<'a> NoticeContext<'a> {
    pub(super) fn new(mail: &'a NoticeMail, look: &'a Palette) -> Result<Self, TemplateError> {
        let (about, slot, expires) = match mail.about {
            NoticeAbout::Address => ("address", "confirm_link", true),
            NoticeAbout::Link => ("link", "preferences_link", false),
        };
        let args = [("organisation", mail.organisation.as_str().into())];
        let say = |id: &str| i18n::text(mail.language, &format!("mail-{about}-{id}"), &args);
        Ok(Self {
            common: Common::new(mail.language, look, &mail.organisation, &mail.postal_address, &mail.links),
            title: say("title")?,
            intro: say("intro")?,
            please: say("please")?,
            button: say("button")?,
            not_you: say("not-you")?,
            slot,
            expires,
        })
    }

    pub(super) fn with_subject(mut self, subject: &str) -> Self {
        subject.clone_into(&mut self.common.subject);
        self
    }
}

impl<'a> Common<'a> {
    fn new(language: Language, look: &'a Palette, organisation: &'a str, postal_address: &'a str, links: &'a Links) -> Self {
        let postal_lines =
            postal_address.lines().map(str::trim).filter(|line| !line.is_empty() && *line != organisation).collect();
        Self { language, web: false, subject: String::new(), look, size: look.sizes(language), organisation, postal_lines, links }
    }
}

impl<'a> IssueContext<'a> {
    pub(super) fn new(mail: &'a IssueMail, look: &'a Palette) -> Result<Self, TemplateError> {
        let first = mail.items.first().ok_or(TemplateError::NoItems)?;
        let common = Common::new(mail.language, look, &mail.organisation, &mail.postal_address, &mail.links);
        let headlines: Vec<&str> = mail.items.iter().map(|item| item.headline.trim()).collect();
        let single = mail.items.len() == 1;
        let items = mail
            .items
            .iter()
            .zip(1..)
            .map(|(item, at)| ItemContext::new(item, if single { 0 } else { at }, mail.language, look, &common.size));
        let subject_room = words::SUBJECT
            .saturating_sub(mail.newsletter_title.chars().count())
            .saturating_sub(mail.number.to_string().len())
            .max(24);
        Ok(Self {
            title: &mail.newsletter_title,
            number: mail.number,
            date: words::date(mail.language, mail.date)?,
            headline: words::cut(first.headline.trim(), subject_room),
            preheader: words::listed(&headlines, PREHEADER.saturating_sub(30)),
            count: mail.items.len(),
            items: items.collect::<Result<_, _>>()?,
            footer: prose(&mail.footer, look, &common.size),
            funding: prose(&mail.funding, look, &common.size),
            common,
        })
    }

    pub(super) fn with_subject(mut self, subject: &str) -> Self {
        subject.clone_into(&mut self.common.subject);
        self
    }

    pub(super) fn for_the_web(mut self) -> Self {
        self.common.web = true;
        self
    }
}

impl ItemContext {
    fn new(item: &ItemView, position: usize, language: Language, look: &Palette, sizes: &Sizes) -> Result<Self, TemplateError> {
        Ok(Self {
            position,
            kicker: filled(item.kicker.as_ref()),
            date: item.date.map(|date| words::date(language, date)).transpose()?,
            headline: item.headline.trim().to_owned(),
            image: item.image.as_ref().map(ImageContext::new),
            lead: filled(item.lead.as_ref()),
            body: prose(&item.body_markdown, look, sizes),
            event: item.event.as_ref().map(|event| EventContext::new(event, language)).transpose()?,
            link: item.link.as_deref().and_then(content::safe_url),
            downloads: item.downloads.iter().map(|target| Download::new(target)).collect(),
            funding: filled(item.funding.as_ref()),
            checked_by: filled(item.checked_by.as_ref()).map(|who| words::checked_by(language, &who)).transpose()?,
        })
    }
}

impl ImageContext {
    /// At most as wide as the column, at least one pixel high.
    fn new(image: &ImageView) -> Self {
        let width = image.width.clamp(1, IMAGE_COLUMNS);
        let height = u64::from(image.height)
            .saturating_mul(u64::from(width))
            .checked_div(u64::from(image.width.max(1)))
            .unwrap_or(1)
            .max(1);
        Self {
            url: image.url.clone(),
            alt: image.alt.clone(),
            width,
            height: u32::try_from(height).unwrap_or(image.height),
            caption: filled(image.caption.as_ref()),
            credit: filled(image.credit.as_ref()),
        }
    }
}

impl EventContext {
    fn new(event: &Event, language: Language) -> Result<Self, TemplateError> {
        Ok(Self {
            when: words::event(language, event)?,
            place: filled(event.place.as_ref()),
            online: event.online.as_deref().and_then(content::safe_url),
        })
    }
}

impl Download {
    fn new(target: &str) -> Self {
        let path = target.split(['?', '#']).next().unwrap_or(target);
        let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or(target);
        // Our own server is reached over http only on this very machine.
        let url = content::safe_url(target).map(|safe| if target.starts_with("http://") { target.to_owned() } else { safe });
        Self { name: name.to_owned(), url }
    }
}

impl<'a> ConfirmationContext<'a> {
    pub(super) fn new(mail: &'a ConfirmationMail, look: &'a Palette) -> Self {
        Self {
            common: Common::new(mail.language, look, &mail.organisation, &mail.postal_address, &mail.links),
            titles: &mail.newsletter_titles,
            titles_joined: mail.newsletter_titles.join(", "),
            count: mail.newsletter_titles.len(),
        }
    }

    pub(super) fn with_subject(mut self, subject: &str) -> Self {
        subject.clone_into(&mut self.common.subject);
        self
    }
}

fn prose(markdown: &str, look: &Palette, sizes: &Sizes) -> Prose {
    Prose { html: styled(content::html(markdown).trim(), look, sizes), text: content::text(markdown) }
}

/// A text with nothing in it is no text.
fn filled(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
