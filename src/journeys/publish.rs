//! Publishing: freezes the ready items into a numbered issue with one edition per language and fixes who gets it,
//! in one transaction; then the fan-out writes one ledger row per recipient, in chunks that can be resumed.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::subscribe::{sender, text_for};
use super::{Context, JourneyError};
use crate::domain::language::Language;
use crate::domain::news::Event;
use crate::domain::states::IssueState;
use crate::mail::edition::{Edition, List};
use crate::mail::templates::{ImageView, IssueMail, ItemView};
use crate::store::editions::Frozen;
use crate::store::issues::{Issue, Publication};
use crate::store::news::{NewsItem, NewsItemText};
use crate::store::newsletters::Newsletter;
use crate::store::{Conn, deliveries, editions, images, issues, micros, news, newsletters, subscriptions};

/// Recipients per fan-out transaction: short enough that a web page waiting for SQLite's writer does not notice.
const CHUNK: i64 = 5_000;

#[derive(Debug, PartialEq, Eq)]
pub enum PublishAnswer {
    /// `missing`: texts that are not there in one of the newsletter's languages, as (headline, language).
    Published {
        number: i64,
        languages: Vec<Language>,
        recipients: i64,
        missing: Vec<(String, Language)>,
    },
    /// Publishing twice at once ends here for the second.
    NothingReady,
    NoSuchNewsletter,
    /// Keys of empty settings that readers have a right to see filled.
    SettingsMissing(Vec<&'static str>),
}

/// Publishes now what is ready.
pub fn publish(conn: &mut Conn, ctx: &Context, now: Timestamp, slug: &str) -> Result<PublishAnswer, JourneyError> {
    match newsletters::find(conn, slug)? {
        Some(newsletter) => publish_into(conn, ctx, now, &newsletter, None),
        None => Ok(PublishAnswer::NoSuchNewsletter),
    }
}

/// Publishes into a scheduled issue, or (None) into a new one.
pub(super) fn publish_into(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    newsletter: &Newsletter,
    scheduled: Option<&Issue>,
) -> Result<PublishAnswer, JourneyError> {
    if !ctx.config.missing_for_publishing.is_empty() {
        return Ok(PublishAnswer::SettingsMissing(ctx.config.missing_for_publishing.clone()));
    }
    ctx.signer.check_sender(&newsletter.slug, &newsletter.from_address)?;
    // Whoever holds this lock sees either all items ready or, afterwards, none: exactly one issue comes of them.
    newsletters::lock(conn, newsletter.id)?;
    let items = news::list_ready(conn, newsletter.id)?;
    if items.is_empty() {
        return Ok(PublishAnswer::NothingReady);
    }
    let ids: Vec<i64> = items.iter().map(|item| item.id).collect();
    let texts = news::list_texts(conn, &ids)?;
    let (number, activation_limit) = newsletters::next_number(conn, newsletter.id)?;
    let publication = Publication { newsletter_id: newsletter.id, number, activation_limit, now: micros(now) };
    let issue_id = match scheduled {
        Some(issue) => {
            issues::publish_scheduled(conn, issue.id, publication)?;
            issue.id
        }
        None => issues::insert_published(conn, publication)?,
    };

    let mut languages = Vec::new();
    let mut missing = Vec::new();
    for language in newsletter.languages()? {
        let mut views = Vec::new();
        for item in &items {
            match texts.iter().find(|text| text.news_item_id == item.id && text.language == language.tag()) {
                Some(text) => views.push(item_view(conn, ctx, item, text)?),
                None => missing.push((headline(&texts, item.id), language)),
            }
        }
        if views.is_empty() {
            continue;
        }
        freeze(conn, ctx, now, newsletter, issue_id, number, language, views)?;
        languages.push(language);
    }
    news::use_up(conn, &ids, issue_id)?;
    let recipients = subscriptions::count_active(conn, newsletter.id)?.into_iter().map(|(_, count)| count).sum();
    Ok(PublishAnswer::Published { number, languages, recipients, missing })
}

#[expect(clippy::too_many_arguments, reason = "all of it is what an edition is made of, and it is called once")]
fn freeze(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    newsletter: &Newsletter,
    issue_id: i64,
    number: i64,
    language: Language,
    items: Vec<ItemView>,
) -> Result<(), JourneyError> {
    let text = text_for(conn, newsletter, language)?;
    let slug = &newsletter.slug;
    let web_version = ctx.url(&format!("/archive/{slug}/{number}/{language}"));
    let domain = newsletter.from_address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let zone = TimeZone::get(&newsletter.zone).unwrap_or(TimeZone::UTC);
    let links = ctx.links(slug, language, web_version.clone());
    let mail = IssueMail {
        language,
        sender: sender(newsletter),
        newsletter_title: text.title.clone(),
        slug: slug.clone(),
        number,
        date: now.to_zoned(zone).date(),
        items,
        footer: text.footer,
        funding: text.funding,
        organisation: ctx.config.organisation.clone(),
        postal_address: ctx.config.postal_address.clone(),
        list: List {
            // R24: the slug never changes, so neither does the List-Id.
            id: format!("{slug}.{domain}"),
            phrase: text.title,
            help: links.form.clone(),
            owner: ctx.config.email.clone(),
            archived_at: Some(web_version),
            archive: Some(links.archive.clone()),
            // R37: four fields, nothing of the recipient in them, the last one constant for this instance.
            feedback_id: format!("{number}:{slug}:newsletter:rundbrief"),
        },
        links,
    };
    let edition = ctx.templates.issue(&mail)?;
    let content = edition.to_bytes()?;
    let web = ctx.templates.web_version(&mail)?;
    let (subject, hash) = (&edition.subject, &Edition::hash(&content));
    editions::insert_for_issue(
        conn,
        issue_id,
        &Frozen { language, subject, hash, content: &content, web: &web, now: micros(now) },
    )?;
    Ok(())
}

fn headline(texts: &[NewsItemText], item_id: i64) -> String {
    texts.iter().find(|text| text.news_item_id == item_id).map(|text| text.headline.clone()).unwrap_or_default()
}

fn item_view(conn: &mut Conn, ctx: &Context, item: &NewsItem, text: &NewsItemText) -> Result<ItemView, JourneyError> {
    let broken = |what: &str| JourneyError::Broken(format!("news item {}: its {what} cannot be read back", item.id));
    let image = match item.image_id {
        Some(id) => {
            let image = images::get(conn, id)?;
            Some(ImageView {
                url: ctx.url(&format!("/images/{}", crate::domain::proof::hex(&image.public_id))),
                alt: text.alt.clone().unwrap_or_default(),
                width: u32::try_from(image.width).map_err(|_| broken("image"))?,
                height: u32::try_from(image.height).map_err(|_| broken("image"))?,
                caption: text.caption.clone(),
                credit: text.credit.clone(),
            })
        }
        None => None,
    };
    let event = match &item.starts {
        Some(starts) => Some(Event {
            starts: starts.parse::<DateTime>().map_err(|_| broken("start"))?,
            ends: item.ends.as_deref().map(str::parse::<DateTime>).transpose().map_err(|_| broken("end"))?,
            zone: item.zone.clone().unwrap_or_default(),
            place: item.place.clone(),
            online: item.online.clone(),
        }),
        None => None,
    };
    Ok(ItemView {
        kicker: text.kicker.clone(),
        headline: text.headline.clone(),
        lead: text.lead.clone(),
        body_markdown: text.body.clone(),
        image,
        link: text.link.clone(),
        date: item.date.as_deref().map(str::parse::<Date>).transpose().map_err(|_| broken("date"))?,
        event,
        downloads: serde_json::from_str(&text.downloads)?,
        funding: text.funding.clone(),
        checked_by: text.checked_by.clone(),
    })
}

/// How far a fan-out is after one more chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FanOut {
    /// More chunks are needed (or another node wrote this one).
    Going { rows: usize },
    /// Nothing is left to write: the issue is `sending` now, or it was cancelled meanwhile.
    Complete,
}

/// Writes the next chunk of an issue's deliveries. Any number of nodes may call it at once.
pub fn fan_out(conn: &mut Conn, now: Timestamp, issue_id: i64) -> Result<FanOut, JourneyError> {
    let issue = issues::get(conn, issue_id)?;
    if issue.state()? != IssueState::Preparing {
        return Ok(FanOut::Complete);
    }
    let limit = issue.activation_limit.unwrap_or(0);
    let from = issue.fanned_out_to;
    if from >= limit {
        issues::set_state(conn, issue_id, &[IssueState::Preparing], IssueState::Sending)?;
        if limit > CHUNK {
            deliveries::analyse(conn)?;
        }
        return Ok(FanOut::Complete);
    }
    let to = (from + CHUNK).min(limit);
    if !issues::advance_fan_out(conn, issue_id, from, to)? {
        return Ok(FanOut::Going { rows: 0 });
    }
    let mut frozen = Vec::new();
    for (edition_id, tag) in editions::list_of_issue(conn, issue_id)? {
        frozen.push((edition_id, tag.parse::<Language>()?));
    }
    let editions = Language::ALL.into_iter().filter_map(|language| Some((language, edition_for(language, &frozen)?))).collect();
    let chunk = deliveries::Chunk { issue_id, newsletter_id: issue.newsletter_id, editions, after: from, to };
    let rows = deliveries::fan_out(conn, chunk, micros(now))?;
    Ok(FanOut::Going { rows })
}

/// The edition in the reader's language; a missing one is stood in for: Leichte Sprache by German, all by the first.
fn edition_for(language: Language, frozen: &[(i64, Language)]) -> Option<i64> {
    let exact = |wanted: Language| frozen.iter().find(|(_, have)| *have == wanted).map(|(id, _)| *id);
    exact(language)
        .or_else(|| (language == Language::DeSimple).then(|| exact(Language::De)).flatten())
        .or_else(|| frozen.first().map(|(id, _)| *id))
}

/// Issues whose last row has become terminal are sent. A query, never a counter. Returns (slug-less) issue ids.
pub fn finish(conn: &mut Conn, now: Timestamp) -> Result<Vec<i64>, JourneyError> {
    let mut finished = Vec::new();
    for issue in issues::list_in(conn, IssueState::Sending)? {
        if !deliveries::is_open(conn, issue.id)? && issues::set_sent(conn, issue.id, micros(now))? {
            finished.push(issue.id);
        }
    }
    Ok(finished)
}
