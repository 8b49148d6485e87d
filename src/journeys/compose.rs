//! The next issue as it would be published now: which items in which order, one mail per language, who would get which,
//! and what is missing. Publishing, the check before sending and the preview all look at this one thing.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::event::event_of;
use super::funding::day;
use super::news::Download;
use super::subscribe::{sender, text_for};
use super::{Context, JourneyError};
use crate::domain::check::FundingToCheck;
use crate::domain::funding::{BlockKind, is_shown};
use crate::domain::language::{Fallbacks, Language};
use crate::domain::news::section;
use crate::domain::proof::hex;
use crate::mail::edition::List;
use crate::mail::templates::{BlockMail, DownloadMail, ImageView, IssueMail, ItemView, OtherEdition};
use crate::store::funding::{Block, BlockText};
use crate::store::issue_words::Words;
use crate::store::news::{NewsItem, NewsItemText};
use crate::store::newsletters::Newsletter;
use crate::store::{Conn, funding, images, issue_words, news, subscriptions};

/// An issue that is not frozen yet.
pub struct Composed {
    /// One per language that has a text, in the order the newsletter's languages have.
    pub mails: Vec<IssueMail>,
    /// What is in it, by id.
    pub items: Vec<i64>,
    /// Texts that are not there in one of the newsletter's languages, as (headline, language).
    pub missing: Vec<(String, Language)>,
    pub left_out: Vec<LeftOut>,
    pub fallbacks: Fallbacks,
    /// All funding blocks of the newsletter, those that are not shown today included.
    pub funding: Vec<FundingToCheck>,
    /// Where the newsletter is at home.
    pub today: Date,
}

/// An item that is ready and yet no news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub item: i64,
    pub headline: String,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The event is over.
    Past,
    /// It does not take place.
    Cancelled,
}

/// Readers of one language, and the edition they get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    pub language: Language,
    pub readers: i64,
    /// None: there is no edition at all.
    pub gets: Option<Language>,
}

/// The next issue of a newsletter under this number. Without items there are no mails.
pub fn compose(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    newsletter: &Newsletter,
    number: i64,
) -> Result<Composed, JourneyError> {
    let ready = news::list_ready(conn, newsletter.id)?;
    let ids: Vec<i64> = ready.iter().map(|item| item.id).collect();
    let texts = news::list_texts(conn, &ids)?;
    let (items, left_out) = picked(ready, &texts, now)?;
    let languages = newsletter.languages()?;
    let items = grouped(items, &texts, languages.first().copied());
    let text_of = |item: &NewsItem, language: Language| {
        texts.iter().find(|text| text.news_item_id == item.id && text.language == language.tag())
    };

    let mut missing = Vec::new();
    for language in &languages {
        let without = items.iter().filter(|item| text_of(item, *language).is_none());
        missing.extend(without.map(|item| (headline(&texts, item.id), *language)));
    }
    let covered: Vec<Language> =
        languages.into_iter().filter(|language| items.iter().any(|item| text_of(item, *language).is_some())).collect();
    let frame = Frame::find(conn, now, newsletter, number)?;
    let mut mails = Vec::new();
    for language in &covered {
        let mut views = Vec::new();
        for item in &items {
            if let Some(text) = text_of(item, *language) {
                views.push(item_view(conn, ctx, item, text, *language)?);
            }
        }
        mails.push(frame.mail(conn, ctx, *language, views)?);
    }
    let all: Vec<OtherEdition> = mails.iter().map(IssueMail::as_other).collect();
    for mail in &mut mails {
        mail.others = all.iter().filter(|other| other.language != mail.language).cloned().collect();
    }
    Ok(Composed {
        mails,
        items: items.iter().map(|item| item.id).collect(),
        missing,
        left_out,
        funding: frame.valid_days()?,
        fallbacks: frame.fallbacks,
        today: frame.today,
    })
}

/// Who would get which edition now.
pub fn audiences(
    conn: &mut Conn,
    newsletter_id: i64,
    fallbacks: &Fallbacks,
    editions: &[Language],
) -> Result<Vec<Audience>, JourneyError> {
    let mut audiences = Vec::new();
    for (tag, readers) in subscriptions::count_active(conn, newsletter_id)? {
        let language: Language = tag.parse()?;
        audiences.push(Audience { language, readers, gets: fallbacks.edition_for(language, editions) });
    }
    audiences.sort_by_key(|audience| audience.language);
    Ok(audiences)
}

/// What is past or cancelled is announced to nobody (R268).
fn picked(ready: Vec<NewsItem>, texts: &[NewsItemText], now: Timestamp) -> Result<(Vec<NewsItem>, Vec<LeftOut>), JourneyError> {
    let (mut items, mut left_out) = (Vec::new(), Vec::new());
    for item in ready {
        let over = event_of(&item)?.and_then(|event| event.over_at()).is_some_and(|over| over <= now);
        let why = match item.cancelled != 0 {
            true => Some(Why::Cancelled),
            false => over.then_some(Why::Past),
        };
        match why {
            Some(why) => left_out.push(LeftOut { item: item.id, headline: headline(texts, item.id), why }),
            None => items.push(item),
        }
    }
    Ok((items, left_out))
}

/// Items whose place staff chose come first and as chosen. The rest stand together by what their kicker says before its
/// "|", in the order in which the first of each came.
fn grouped(items: Vec<NewsItem>, texts: &[NewsItemText], language: Option<Language>) -> Vec<NewsItem> {
    let mut groups: HashMap<String, usize> = HashMap::new();
    let mut ranked: Vec<(usize, NewsItem)> = Vec::new();
    for item in items {
        let own = |text: &&NewsItemText| text.news_item_id == item.id;
        let wanted = texts.iter().filter(own).find(|text| language.is_some_and(|language| text.language == language.tag()));
        let kicker = wanted.or_else(|| texts.iter().find(own)).and_then(|text| text.kicker.as_deref()).unwrap_or_default();
        let rank = match item.place_in_issue {
            Some(_) => 0,
            None => {
                let next = groups.len().saturating_add(1);
                *groups.entry(section(kicker).to_owned()).or_insert(next)
            }
        };
        ranked.push((rank, item));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, item)| item).collect()
}

fn headline(texts: &[NewsItemText], item_id: i64) -> String {
    texts.iter().find(|text| text.news_item_id == item_id).map(|text| text.headline.clone()).unwrap_or_default()
}

/// What stands around the items, of all languages.
struct Frame<'a> {
    newsletter: &'a Newsletter,
    number: i64,
    /// Where the newsletter is at home.
    today: Date,
    words: Vec<Words>,
    blocks: Vec<Block>,
    block_texts: Vec<BlockText>,
    fallbacks: Fallbacks,
}

impl<'a> Frame<'a> {
    fn find(conn: &mut Conn, now: Timestamp, newsletter: &'a Newsletter, number: i64) -> Result<Self, JourneyError> {
        let zone = TimeZone::get(&newsletter.zone).unwrap_or(TimeZone::UTC);
        let blocks = funding::list(conn, newsletter.id)?;
        Ok(Self {
            newsletter,
            number,
            today: now.to_zoned(zone).date(),
            words: issue_words::list(conn, newsletter.id)?,
            block_texts: funding::list_texts(conn, &blocks.iter().map(|block| block.id).collect::<Vec<_>>())?,
            blocks,
            fallbacks: newsletter.fallbacks()?,
        })
    }

    fn mail(&self, conn: &mut Conn, ctx: &Context, language: Language, items: Vec<ItemView>) -> Result<IssueMail, JourneyError> {
        let Self { newsletter, number, today, .. } = *self;
        let text = text_for(conn, newsletter, language)?;
        let slug = &newsletter.slug;
        let web_version = ctx.url(&format!("/archive/{slug}/{number}/{language}"));
        let domain = newsletter.from_address.rsplit_once('@').map_or("", |(_, domain)| domain);
        let mut links = ctx.links(slug, language, web_version.clone());
        links.archive.take_if(|_| newsletter.is_private());
        let words = self.words.iter().find(|words| words.language == language.tag());
        Ok(IssueMail {
            language,
            sender: sender(newsletter),
            newsletter_title: text.title.clone(),
            slug: slug.clone(),
            number,
            date: today,
            subject: words.and_then(|words| words.subject.clone()),
            intro: words.map(|words| words.intro.clone()).unwrap_or_default(),
            closing: words.map(|words| words.closing.clone()).unwrap_or_default(),
            items,
            footer: text.footer,
            funding: text.funding,
            blocks: self.blocks(conn, ctx, language)?,
            others: Vec::new(),
            organisation: ctx.config.organisation.clone(),
            postal_address: ctx.config.postal_address.clone(),
            list: List {
                // R24: the slug never changes, so neither does the List-Id.
                id: format!("{slug}.{domain}"),
                phrase: text.title,
                help: links.form.clone(),
                owner: ctx.config.email.clone(),
                archived_at: Some(web_version),
                archive: links.archive.clone(),
                // R37: four fields, nothing of the recipient in them, the last one constant for this instance.
                feedback_id: format!("{number}:{slug}:newsletter:rundbrief"),
            },
            links,
        })
    }

    fn valid_days(&self) -> Result<Vec<FundingToCheck>, JourneyError> {
        let block = |row: &Block| {
            let (from, until) =
                (day(row.valid_from.as_deref(), &row.block_key)?, day(row.valid_until.as_deref(), &row.block_key)?);
            Ok(FundingToCheck { name: row.block_key.clone(), from, until })
        };
        // A partner gives no money.
        self.blocks.iter().filter(|row| row.kind == BlockKind::Funding.word()).map(block).collect()
    }

    /// The funding blocks of the day. A block without a text in this language is shown in the one it has: leaving it out
    /// could cost the funding.
    fn blocks(&self, conn: &mut Conn, ctx: &Context, language: Language) -> Result<Vec<BlockMail>, JourneyError> {
        let mut blocks = Vec::new();
        for row in &self.blocks {
            let (from, until) =
                (day(row.valid_from.as_deref(), &row.block_key)?, day(row.valid_until.as_deref(), &row.block_key)?);
            if !is_shown(from, until, self.today) {
                continue;
            }
            let own: Vec<_> = self.block_texts.iter().filter(|text| text.block_id == row.id).collect();
            let have: Vec<Language> = own.iter().map(|text| text.language.parse()).collect::<Result<_, _>>()?;
            let Some(shown) = self.fallbacks.edition_for(language, &have) else { continue };
            let Some(text) = own.into_iter().find(|text| text.language == shown.tag()) else { continue };
            blocks.push(BlockMail {
                is_partner: row.kind == BlockKind::Partner.word(),
                language: shown,
                text: text.text.clone(),
                logo: row.image_id.map(|id| image(conn, ctx, id, text.alt.clone())).transpose()?,
                link: text.link.clone(),
            });
        }
        Ok(blocks)
    }
}

fn item_view(
    conn: &mut Conn,
    ctx: &Context,
    item: &NewsItem,
    text: &NewsItemText,
    language: Language,
) -> Result<ItemView, JourneyError> {
    let event = event_of(item)?;
    let broken = |what: &str| JourneyError::Broken(format!("news item {}: its {what} cannot be read back", item.id));
    let is_checked = text.downloads_checked != 0;
    let downloads: Vec<Download> = serde_json::from_str(&text.downloads)?;
    Ok(ItemView {
        kicker: text.kicker.clone(),
        headline: text.headline.clone(),
        lead: text.lead.clone(),
        body_markdown: text.body.clone(),
        image: item.image_id.map(|id| image(conn, ctx, id, text.alt.clone())).transpose()?,
        caption: text.caption.clone(),
        credit: text.credit.clone(),
        link: text.link.clone(),
        date: item.date.as_deref().map(str::parse::<Date>).transpose().map_err(|_| broken("date"))?,
        calendar: event.as_ref().map(|_| ctx.url(&format!("/event/{}.ics?lang={language}", hex(&item.public_id)))),
        event,
        downloads: downloads
            .into_iter()
            .map(|download| match download {
                Download::Address(address) => DownloadMail { address, bytes: None, is_checked },
                Download::Kept { path, bytes } => DownloadMail { address: ctx.url(&path), bytes: Some(bytes), is_checked },
            })
            .collect(),
        funding: text.funding.clone(),
        checked_by: text.checked_by.clone(),
    })
}

fn image(conn: &mut Conn, ctx: &Context, id: i64, alt: Option<String>) -> Result<ImageView, JourneyError> {
    let broken = |_| JourneyError::Broken(format!("image {id}: its size cannot be read back"));
    let image = images::get(conn, id)?;
    Ok(ImageView {
        url: ctx.url(&format!("/images/{}", hex(&image.public_id))),
        alt,
        width: u32::try_from(image.width).map_err(broken)?,
        height: u32::try_from(image.height).map_err(broken)?,
    })
}
