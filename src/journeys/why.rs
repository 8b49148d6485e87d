//! Why somebody got an issue or did not: gathers what `domain::why` tells it from.

use jiff::Timestamp;

use super::consent::{self, Known, Story};
use super::{Context, JourneyError};
use crate::domain::address::Address;
use crate::domain::states::{Channel, ConsentAct, DeliveryState, SubscriptionState, SuppressionReason};
use crate::domain::why::{self, Facts};
use crate::store::newsletters::Newsletter;
use crate::store::proofs::{self, Proven};
use crate::store::{Conn, StoreError, instance, issues, newsletters, subscribers, time, word};

/// A sentence about one newsletter.
#[derive(Debug)]
pub struct Told {
    pub newsletter: String,
    /// None: nothing was published yet.
    pub number: Option<i64>,
    pub why: String,
}

#[derive(Debug)]
pub enum Answer {
    Told(Vec<Told>),
    NoSuchNewsletter,
    /// Nothing was published under this number.
    NoSuchIssue,
}

/// `slug`: only this newsletter; else all that the address has to do with, or all there are where it has to do with none.
/// `number`: this issue; else the newest.
pub fn why(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    address: &Address,
    slug: Option<&str>,
    number: Option<i64>,
) -> Result<Answer, JourneyError> {
    let known = consent::story(conn, ctx, now, address)?;
    let mut all = newsletters::list(conn)?;
    if let Some(slug) = slug {
        all.retain(|newsletter| newsletter.slug == slug);
        if all.is_empty() {
            return Ok(Answer::NoSuchNewsletter);
        }
    } else if let Known::Story(story) = &known {
        let theirs = |newsletter: &Newsletter| story.subscriptions.iter().any(|one| one.newsletter == newsletter.slug);
        if all.iter().any(theirs) {
            all.retain(theirs);
        }
    }
    let mut told = Vec::new();
    for newsletter in all {
        let issue = match number {
            Some(number) => issues::find(conn, newsletter.id, number)?.filter(|issue| issue.number.is_some()),
            None => issues::list(conn, newsletter.id, i64::MAX)?.into_iter().find(|issue| issue.number.is_some()),
        };
        if number.is_some() && issue.is_none() {
            continue;
        }
        let number = issue.as_ref().and_then(|issue| issue.number);
        let facts = facts(conn, now, address, &known, &newsletter, issue)?;
        told.push(Told { newsletter: newsletter.slug, number, why: why::why(&facts) });
    }
    Ok(if told.is_empty() && number.is_some() { Answer::NoSuchIssue } else { Answer::Told(told) })
}

fn facts(
    conn: &mut Conn,
    now: Timestamp,
    address: &Address,
    known: &Known,
    newsletter: &Newsletter,
    issue: Option<issues::Issue>,
) -> Result<Facts, JourneyError> {
    let (story, suppressed) = match known {
        Known::Story(story) => (Some(story), &story.suppressed),
        Known::Nothing(suppressed) => (None, suppressed),
    };
    let suppressed = match suppressed {
        Some(found) => Some(why::Suppressed {
            reason: word("suppressions", &found.reason, SuppressionReason::parse)?,
            is_given_up: found.source == super::person::ADDRESS_CHANGED,
            since: found.since,
            until: found.until,
        }),
        None => None,
    };
    let subscription = match story {
        Some(story) => subscription(story, &newsletter.slug)?,
        None => None,
    };
    let issue = match issue {
        Some(issue) => told_of(conn, address, newsletter, &issue, subscription.as_ref())?,
        None => None,
    };
    Ok(Facts {
        now,
        zone: super::zone(newsletter)?,
        newsletter: newsletter.slug.clone(),
        is_fenced: instance::fence(conn)?.is_some(),
        suppressed,
        subscription,
        is_known: story.is_some(),
        issue,
    })
}

fn subscription(story: &Story, slug: &str) -> Result<Option<why::Subscription>, JourneyError> {
    let Some(one) = story.subscriptions.iter().find(|one| one.newsletter == slug) else { return Ok(None) };
    let mut turns = Vec::new();
    for record in &story.records {
        let is_of_this = record.details.get("newsletter").and_then(serde_json::Value::as_str) == Some(slug);
        match ConsentAct::parse(&record.act).filter(|_| is_of_this) {
            Some(ConsentAct::Confirmed | ConsentAct::Imported | ConsentAct::Restored) => turns.push((record.at, true)),
            Some(ConsentAct::Withdrawn) => turns.push((record.at, false)),
            _ => {}
        }
    }
    turns.sort();
    let ended_by = match &one.ended_channel {
        Some(channel) => Some(word("subscriptions", channel, Channel::parse)?),
        None => None,
    };
    Ok(Some(why::Subscription {
        state: word("subscriptions", &one.state, SubscriptionState::parse)?,
        language: word("subscriptions", &one.language, |tag| tag.parse().ok())?,
        requested_at: one.requested_at,
        ended_at: one.ended_at,
        ended_by,
        turns,
    }))
}

fn told_of(
    conn: &mut Conn,
    address: &Address,
    newsletter: &Newsletter,
    issue: &issues::Issue,
    subscription: Option<&why::Subscription>,
) -> Result<Option<why::Issue>, JourneyError> {
    let Some((number, published_at)) = issue.number.zip(issue.published_at) else { return Ok(None) };
    let mut editions = Vec::new();
    for edition in proofs::editions(conn, issue.id)? {
        editions.push(word("editions", &edition.language, |tag| tag.parse().ok())?);
    }
    let fallbacks = newsletter.fallbacks()?;
    let has_edition = subscription.is_some_and(|one| fallbacks.edition_for(one.language, &editions).is_some());
    let row = match subscribers::find(conn, address.canonical())? {
        Some(person) => proofs::find(conn, issue.id, person.id)?,
        None => None,
    };
    let mail = row.map(|row| mail(address, row)).transpose()?;
    Ok(Some(why::Issue {
        number,
        state: issue.state()?,
        published_at: time(published_at),
        held_reason: issue.held_reason.clone(),
        editions,
        has_edition,
        mail,
    }))
}

fn mail(address: &Address, row: Proven) -> Result<why::Mail, StoreError> {
    let is_other = Address::parse(&row.address).is_ok_and(|then| then.canonical() != address.canonical());
    let reply = row.reply.map(|text| match row.code {
        Some(code) if code > 0 => format!("{code} {text}"),
        _ => text,
    });
    Ok(why::Mail {
        state: word("deliveries", &row.state, DeliveryState::parse)?,
        reason: row.reason,
        address: row.address,
        is_other_address: is_other,
        due_at: time(row.due_at),
        ended_at: row.ended_at.map(time),
        reply,
    })
}
