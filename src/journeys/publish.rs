//! Publishing: freezes the ready items into a numbered issue with one edition per language and fixes who gets it,
//! in one transaction; then the fan-out writes one ledger row per recipient, in chunks that can be resumed.

use jiff::Timestamp;

use super::compose::{LeftOut, compose};
use super::{Context, JourneyError, archive, check};
use crate::domain::check::Finding;
use crate::domain::language::Language;
use crate::domain::states::IssueState;
use crate::mail::dkim::DkimError;
use crate::mail::edition::Edition;
use crate::mail::templates::IssueMail;
use crate::store::editions::Frozen;
use crate::store::issues::{Issue, Publication};
use crate::store::newsletters::Newsletter;
use crate::store::{Conn, deliveries, editions, issue_words, issues, micros, news, newsletters, subscriptions};

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
        /// Events that are past or cancelled: announced to nobody, drafts from now on.
        left_out: Vec<LeftOut>,
    },
    /// Publishing twice at once ends here for the second.
    NothingReady(Vec<LeftOut>),
    NoSuchNewsletter,
    /// The newsletter is closed.
    Closed,
    /// Keys of empty settings that readers have a right to see filled.
    SettingsMissing(Vec<&'static str>),
    /// There is no DKIM key for the sender.
    Unsigned(DkimError),
    /// The check before sending found errors, and nobody answered for them.
    Refused(Vec<Finding>),
}

/// Publishes now what is ready. `despite`: who answers for the errors that the check finds.
pub fn publish(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    slug: &str,
    despite: Option<&str>,
) -> Result<PublishAnswer, JourneyError> {
    match newsletters::find(conn, slug)? {
        Some(newsletter) => publish_into(conn, ctx, now, &newsletter, None, despite),
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
    despite: Option<&str>,
) -> Result<PublishAnswer, JourneyError> {
    if !ctx.config.missing_for_publishing.is_empty() {
        return Ok(PublishAnswer::SettingsMissing(ctx.config.missing_for_publishing.clone()));
    }
    if let Err(error) = ctx.signer.check_sender(&newsletter.slug, &newsletter.from_address) {
        return Ok(PublishAnswer::Unsigned(error));
    }
    // Whoever holds this lock sees either all items ready or, afterwards, none: exactly one issue comes of them.
    newsletters::lock(conn, newsletter.id)?;
    if newsletters::get(conn, newsletter.id)?.is_closed() {
        return Ok(PublishAnswer::Closed);
    }
    let (number, activation_limit) = newsletters::upcoming(conn, newsletter.id)?;
    let composed = compose(conn, ctx, now, newsletter, number)?;
    if composed.items.is_empty() {
        return Ok(PublishAnswer::NothingReady(composed.left_out));
    }
    let editions = check::render(ctx, &composed.mails)?;
    let errors = check::errors(ctx, newsletter.languages()?, &composed, &editions)?;
    if !errors.is_empty() && despite.is_none() {
        return Ok(PublishAnswer::Refused(errors));
    }
    newsletters::use_number(conn, newsletter.id, number)?;
    let publication = Publication { newsletter_id: newsletter.id, number, activation_limit, now: micros(now) };
    let issue_id = match scheduled {
        Some(issue) => {
            issues::publish_scheduled(conn, issue.id, publication)?;
            issue.id
        }
        None => issues::insert_published(conn, publication)?,
    };
    for (mail, edition) in composed.mails.iter().zip(&editions) {
        freeze(conn, ctx, now, issue_id, mail, edition)?;
    }
    if let Some(by) = despite.filter(|_| !errors.is_empty()) {
        check::record(conn, now, issue_id, by, &errors)?;
    }
    archive::record(conn, now, newsletter.id, issue_id, &composed.mails)?;
    news::use_up(conn, &composed.items, issue_id)?;
    news::set_aside(conn, &composed.left_out.iter().map(|left| left.item).collect::<Vec<_>>())?;
    issue_words::use_up(conn, newsletter.id)?;
    let recipients = subscriptions::count_active(conn, newsletter.id)?.into_iter().map(|(_, count)| count).sum();
    Ok(PublishAnswer::Published {
        number,
        languages: composed.mails.iter().map(|mail| mail.language).collect(),
        recipients,
        missing: composed.missing,
        left_out: composed.left_out,
    })
}

fn freeze(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    issue_id: i64,
    mail: &IssueMail,
    edition: &Edition,
) -> Result<(), JourneyError> {
    let content = edition.to_bytes()?;
    let web = ctx.templates.web_version(mail)?;
    let (subject, hash) = (&edition.subject, &Edition::hash(&content));
    editions::insert_for_issue(
        conn,
        issue_id,
        &Frozen { language: mail.language, subject, hash, content: &content, web: &web, now: micros(now) },
    )?;
    Ok(())
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
    let languages: Vec<Language> = frozen.iter().map(|(_, language)| *language).collect();
    let edition_of = |wanted: Language| frozen.iter().find(|(_, language)| *language == wanted).map(|(id, _)| *id);
    let newsletter = newsletters::get(conn, issue.newsletter_id)?;
    let fallbacks = newsletter.fallbacks()?;
    let for_reader = |language: Language| Some((language, edition_of(fallbacks.edition_for(language, &languages)?)?));
    let editions = Language::and_ours(newsletter.languages()?).into_iter().filter_map(for_reader).collect();
    let rows = match frozen.first() {
        Some((otherwise, _)) => {
            let (newsletter_id, otherwise) = (issue.newsletter_id, *otherwise);
            let chunk = deliveries::Chunk { issue_id, newsletter_id, editions, otherwise, after: from, to };
            deliveries::fan_out(conn, chunk, micros(now))?
        }
        None => 0,
    };
    Ok(FanOut::Going { rows })
}

/// Issues whose last row has become terminal are sent. A query, never a counter. Returns (slug-less) issue ids.
pub fn finish(conn: &mut Conn, now: Timestamp) -> Result<Vec<i64>, JourneyError> {
    let mut finished = Vec::new();
    for issue in issues::list_in(conn, IssueState::Sending)? {
        if deliveries::is_open(conn, issue.id)? || !issues::set_sent(conn, issue.id, micros(now))? {
            continue;
        }
        // Staff may have queued failed mails again between the look and the lock.
        if deliveries::is_open(conn, issue.id)? {
            issues::set_state(conn, issue.id, &[IssueState::Sent], IssueState::Sending)?;
            continue;
        }
        finished.push(issue.id);
    }
    Ok(finished)
}
