//! What mails are made from: the model the journeys fill in, and the flat contexts templates read.

use jiff::civil::Date;
use serde::Serialize;

use super::item::{BlockContext, BlockMail, ItemContext, ItemView, Make, Prose, prose};
use super::look::{Palette, Sizes};
use super::{TemplateError, words};
use crate::domain::language::Language;
use crate::domain::news;
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
    /// Instead of the one the template makes.
    pub subject: Option<String>,
    /// Markdown, like all up to `funding`; may be empty.
    pub intro: String,
    /// After the last item.
    pub closing: String,
    pub footer: String,
    pub funding: String,
    /// In the order readers see them; at least one.
    pub items: Vec<ItemView>,
    /// Who pays and who takes part, in the order they asked for.
    pub blocks: Vec<BlockMail>,
    /// The same issue in its other languages (R241).
    pub others: Vec<OtherEdition>,
    pub organisation: String,
    /// One line per line; may be empty.
    pub postal_address: String,
    pub links: Links,
    pub list: List,
}

impl IssueMail {
    /// Whether people it is written for have read every text: only then it may be called Leichte Sprache (R242).
    pub fn is_checked(&self) -> bool {
        self.items.iter().all(|item| item.checked_by.is_some())
    }

    /// As its other languages link to it.
    pub fn as_other(&self) -> OtherEdition {
        OtherEdition { language: self.language, url: self.links.web_version.clone(), is_checked: self.is_checked() }
    }
}

/// A web version in another language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherEdition {
    pub language: Language,
    pub url: String,
    /// Like [`IssueMail::is_checked`].
    pub is_checked: bool,
}

/// Absolute URLs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Links {
    pub web_version: String,
    pub imprint: String,
    pub privacy: String,
    /// None: the newsletter has no public archive.
    pub archive: Option<String>,
    pub form: String,
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

/// R256: characters a preheader has at most.
const PREHEADER: usize = 110;

/// What both mails' templates know.
#[derive(Serialize)]
pub(super) struct Common<'a> {
    language: Language,
    /// `ltr` or `rtl`, and where its lines begin.
    direction: &'static str,
    align: &'static str,
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
    /// Leichte or Einfache Sprache, said in words (R242); none in other languages.
    simple_words: Option<String>,
    others: Vec<OtherContext<'a>>,
    contents: Vec<Section>,
    intro: Prose,
    items: Vec<ItemContext>,
    closing: Prose,
    footer: Prose,
    funding: Prose,
    blocks: Vec<BlockContext>,
    partners: Vec<BlockContext>,
}

#[derive(Serialize)]
struct OtherContext<'a> {
    language: Language,
    words: String,
    url: &'a str,
}

/// Items that stand together in the table of contents.
#[derive(Serialize)]
struct Section {
    name: String,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    position: usize,
    headline: String,
}

/// A table of contents is worth its place from this many items on.
const CONTENTS_FROM: usize = 3;

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
        let direction = language.direction();
        Self {
            language,
            direction,
            align: if direction == "rtl" { "right" } else { "left" },
            web: false,
            subject: String::new(),
            look,
            size: look.sizes(language),
            organisation,
            postal_lines,
            links,
        }
    }
}

impl<'a> IssueContext<'a> {
    pub(super) fn new(mail: &'a IssueMail, look: &'a Palette) -> Result<Self, TemplateError> {
        let first = mail.items.first().ok_or(TemplateError::NoItems)?;
        let language = mail.language;
        let common = Common::new(language, look, &mail.organisation, &mail.postal_address, &mail.links);
        let headlines: Vec<&str> = mail.items.iter().map(|item| item.headline.trim()).collect();
        let make = Make { language, look, sizes: &common.size };
        let single = mail.items.len() == 1;
        let items = mail.items.iter().zip(1..).map(|(item, at)| ItemContext::new(item, if single { 0 } else { at }, make));
        let items = items.collect::<Result<_, _>>()?;
        let subject_room = words::SUBJECT
            .saturating_sub(mail.newsletter_title.chars().count())
            .saturating_sub(mail.number.to_string().len())
            .max(24);
        let (partners, blocks) = mail.blocks.iter().partition::<Vec<_>, _>(|block| block.is_partner);
        let block = |block: &&'a BlockMail| BlockContext::new(block, make);
        Ok(Self {
            title: &mail.newsletter_title,
            number: mail.number,
            date: words::date(language, mail.date)?,
            headline: words::cut(first.headline.trim(), subject_room),
            preheader: words::listed(&headlines, PREHEADER.saturating_sub(30)),
            count: mail.items.len(),
            simple_words: (language == Language::DeSimple).then(|| simple_words(language, mail.is_checked())).transpose()?,
            others: mail.others.iter().map(OtherContext::new).collect::<Result<_, _>>()?,
            contents: contents(&mail.items),
            intro: prose(&mail.intro, make),
            items,
            closing: prose(&mail.closing, make),
            footer: prose(&mail.footer, make),
            funding: prose(&mail.funding, make),
            blocks: blocks.iter().map(block).collect(),
            partners: partners.iter().map(block).collect(),
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

impl<'a> OtherContext<'a> {
    /// In the words of the language it leads to: those who need it understand them.
    fn new(other: &'a OtherEdition) -> Result<Self, TemplateError> {
        let id = if other.is_checked { "mail-this-edition-checked" } else { "mail-this-edition" };
        let words = i18n::text(other.language, id, &[])?;
        Ok(Self { language: other.language, words, url: &other.url })
    }
}

fn simple_words(language: Language, is_checked: bool) -> Result<String, TemplateError> {
    Ok(i18n::text(language, if is_checked { "mail-easy-to-read" } else { "mail-plain-language" }, &[])?)
}

/// Items of one section follow each other, so a new name begins a new entry.
fn contents(items: &[ItemView]) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    if items.len() < CONTENTS_FROM {
        return sections;
    }
    for (item, position) in items.iter().zip(1..) {
        let name = news::section(item.kicker.as_deref().unwrap_or_default()).to_owned();
        let entry = Entry { position, headline: item.headline.trim().to_owned() };
        match sections.last_mut().filter(|section| section.name == name) {
            Some(section) => section.entries.push(entry),
            None => sections.push(Section { name, entries: vec![entry] }),
        }
    }
    sections
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
