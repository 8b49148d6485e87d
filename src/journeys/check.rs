//! The check before sending: what readers of the next issue would stumble over. Errors keep an issue from being published
//! unless a person answers for it by name, which is recorded with what was found.

use jiff::Timestamp;

use super::compose::{Audience, Composed, LeftOut, audiences, compose};
use super::preview::{self, NOBODY};
use super::{Context, JourneyError};
use crate::domain::check::{Alt, DownloadToCheck, EditionToCheck, Finding, IssueToCheck, ItemToCheck, Severity};
use crate::domain::language::Language;
use crate::domain::token::Purpose;
use crate::mail::edition::Edition;
use crate::mail::templates::{IssueMail, ItemView};
use crate::store::{Conn, checks, micros, newsletters, time};

/// Somebody published an issue although the check had found errors in it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Override {
    pub by: String,
    pub at: Timestamp,
    /// The errors, as they were then.
    pub errors: serde_json::Value,
}

/// The next issue in short: what is in it, who would get it, and what the check says of it.
pub struct Outline {
    /// Ids of the items in it, in reading order.
    pub items: Vec<i64>,
    pub audiences: Vec<Audience>,
    pub left_out: Vec<LeftOut>,
    /// None without items: then there is nothing to find.
    pub issue: Option<IssueToCheck>,
    pub found: Vec<Finding>,
}

impl Outline {
    /// The addresses of other people's websites that readers may follow. Our own come to be when the issue is published.
    pub fn links(&self, ctx: &Context) -> Vec<String> {
        let own = format!("{}/", ctx.config.public_url);
        let all = self.issue.as_ref().map(crate::domain::check::targets).unwrap_or_default();
        all.into_iter().filter(|link| !link.starts_with(&own)).collect()
    }
}

/// None: no such newsletter.
pub fn check(conn: &mut Conn, ctx: &Context, now: Timestamp, slug: &str) -> Result<Option<Outline>, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(None) };
    let (number, _) = newsletters::upcoming(conn, newsletter.id)?;
    let composed = compose(conn, ctx, now, &newsletter, number)?;
    let languages: Vec<Language> = composed.mails.iter().map(|mail| mail.language).collect();
    let audiences = audiences(conn, newsletter.id, &composed.fallbacks, &languages)?;
    let issue = if composed.items.is_empty() {
        None
    } else {
        let editions = render(ctx, &composed.mails)?;
        Some(to_check(ctx, newsletter.languages()?, &composed, &editions)?)
    };
    let found = issue.as_ref().map(crate::domain::check::check).unwrap_or_default();
    Ok(Some(Outline { items: composed.items, audiences, left_out: composed.left_out, issue, found }))
}

pub(super) fn render(ctx: &Context, mails: &[IssueMail]) -> Result<Vec<Edition>, JourneyError> {
    Ok(mails.iter().map(|mail| ctx.templates.issue(mail)).collect::<Result<_, _>>()?)
}

/// What keeps an issue from being published.
pub(super) fn errors(
    ctx: &Context,
    promised: Vec<Language>,
    composed: &Composed,
    editions: &[Edition],
) -> Result<Vec<Finding>, JourneyError> {
    let mut found = crate::domain::check::check(&to_check(ctx, promised, composed, editions)?);
    found.retain(|finding| finding.severity == Severity::Error);
    Ok(found)
}

pub(super) fn record(conn: &mut Conn, now: Timestamp, issue_id: i64, by: &str, errors: &[Finding]) -> Result<(), JourneyError> {
    Ok(checks::insert_override(conn, issue_id, by, micros(now), &serde_json::to_string(errors)?)?)
}

pub fn find_override(conn: &mut Conn, issue_id: i64) -> Result<Option<Override>, JourneyError> {
    let Some((by, at, findings)) = checks::find_override(conn, issue_id)? else { return Ok(None) };
    Ok(Some(Override { by, at: time(at), errors: serde_json::from_str(&findings)? }))
}

fn to_check(
    ctx: &Context,
    promised: Vec<Language>,
    composed: &Composed,
    editions: &[Edition],
) -> Result<IssueToCheck, JourneyError> {
    let unsubscribe_link = ctx.token_url(Purpose::Unsubscribe, ctx.keyring.current_id(), &NOBODY)?;
    let editions = composed.mails.iter().zip(editions).map(|(mail, edition)| {
        let seen = preview::seen(ctx, edition, None)?;
        Ok::<_, JourneyError>(EditionToCheck {
            language: mail.language.tag().to_owned(),
            subject: edition.subject.clone(),
            html: seen.html,
            html_encoded: edition.html_size(),
            text: seen.text,
            items: mail.items.iter().map(item).collect(),
            unsubscribe_link: unsubscribe_link.clone(),
            intro: mail.intro.clone(),
            closing: mail.closing.clone(),
        })
    });
    Ok(IssueToCheck {
        today: composed.today,
        languages: promised.into_iter().map(|language| language.tag().to_owned()).collect(),
        editions: editions.collect::<Result<_, _>>()?,
        missing: composed.missing.iter().map(|(headline, language)| (headline.clone(), language.tag().to_owned())).collect(),
        left_out: composed.left_out.iter().map(|left| left.headline.clone()).collect(),
        funding: composed.funding.clone(),
    })
}

fn item(view: &ItemView) -> ItemToCheck {
    ItemToCheck {
        headline: view.headline.clone(),
        kicker: view.kicker.clone(),
        lead: view.lead.clone(),
        body: view.body_markdown.clone(),
        image: view.image.as_ref().map(|image| match image.alt.as_deref() {
            None => Alt::Missing,
            Some("") => Alt::Decorative,
            Some(alt) => Alt::Text(alt.to_owned()),
        }),
        link: view.link.clone(),
        downloads: view
            .downloads
            .iter()
            .map(|download| DownloadToCheck {
                address: download.address.clone(),
                is_ours: download.bytes.is_some(),
                is_checked: download.is_checked,
            })
            .collect(),
        event: view.event.clone(),
        checked_by: view.checked_by.clone(),
    }
}
