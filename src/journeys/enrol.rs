//! Staff write down what one person said elsewhere: on paper or at the counter that they want a newsletter, or by telephone that
//! they do not want it any more (Art. 7(3) GDPR: as easily as they agreed). Nobody is mailed about either.

use jiff::Timestamp;
use serde_json::json;

use super::consent::{self, Suppressed, record};
use super::newsletters::{NewsletterError, find_in};
use super::{Context, JourneyError, close, leave};
use crate::domain::address::Address;
use crate::domain::language::Language;
use crate::domain::states::{Channel, ConsentAct, SubscriptionState};
use crate::store::subscriptions::Subscription;
use crate::store::{Conn, micros, newsletters, subscribers, subscriptions, suppressions, time};

/// Somebody who agreed elsewhere.
#[derive(Clone, Debug)]
pub struct Agreed {
    pub address: Address,
    /// Where a person has a name already, that one stays.
    pub name: Option<String>,
    /// None: the newsletter's first.
    pub language: Option<Language>,
    /// How and when they agreed, and where that is written down.
    pub evidence: String,
}

#[derive(Debug)]
pub enum Added {
    Active(Language),
    Already(Language),
    /// They left this newsletter; only they themselves can come back (R49).
    Left {
        at: Option<Timestamp>,
    },
    /// Nothing may be sent to the address.
    Suppressed(Option<Suppressed>),
}

/// As one row of an import: the same rules about who stays out, and the same consent record.
pub fn add(conn: &mut Conn, ctx: &Context, now: Timestamp, slug: &str, agreed: &Agreed) -> Result<Added, NewsletterError> {
    let newsletter = close::open(conn, slug)?;
    let first = newsletter.languages()?.first().copied();
    let language = agreed.language.or(first).ok_or(NewsletterError::NoLanguage)?;
    find_in(conn, slug, language)?;
    let address = &agreed.address;
    let keys = ctx.keyring.address_keys(address.canonical());
    let at = micros(now);
    let fresh = ctx.memo.ids.next().map_err(JourneyError::from)?;
    let subscriber = subscribers::find_or_insert(conn, fresh, address.as_typed(), address.canonical(), at)?;
    let known = subscriptions::find(conn, subscriber.id, newsletter.id)?;
    let state = known.as_ref().map(Subscription::state).transpose()?;
    let stays_out = match (&known, state) {
        (Some(known), Some(SubscriptionState::Ended)) => Some(Added::Left { at: known.ended_at.map(time) }),
        _ if !suppressions::list_suppressed(conn, &keys, at)?.is_empty() => {
            Some(Added::Suppressed(consent::suppressed(conn, ctx, address.canonical())?))
        }
        (Some(known), Some(SubscriptionState::Active)) => Some(Added::Already(known.language()?)),
        _ => None,
    };
    if let Some(why) = stays_out {
        // Whoever stays out leaves no trace.
        subscribers::delete_bare(conn, subscriber.id)?;
        return Ok(why);
    }
    if subscriber.name.is_none() && agreed.name.is_some() {
        subscribers::set_name(conn, subscriber.id, agreed.name.as_deref())?;
    }
    let fresh = ctx.memo.ids.next().map_err(JourneyError::from)?;
    subscriptions::insert_pending(conn, fresh, subscriber.id, newsletter.id, language, at)?;
    let subscription = subscriptions::find(conn, subscriber.id, newsletter.id)?
        .ok_or_else(|| JourneyError::Broken(format!("a subscription to {slug} was not written")))?;
    let activation = newsletters::next_activation(conn, newsletter.id)?;
    subscriptions::activate(conn, subscription.id, language, activation, at)?;
    let details = json!({
        "address": address.as_typed(),
        "canonical": address.canonical(),
        "newsletter": newsletter.slug,
        "language": language,
        "channel": Channel::Staff.as_str(),
        "evidence": agreed.evidence,
    });
    record(conn, ConsentAct::Imported, now, subscriber.id, newsletter.id, details)?;
    Ok(Added::Active(language))
}

/// How much ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which<'a> {
    One(&'a str),
    All,
}

/// A subscription that was looked at, by its newsletter's slug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    Now(String),
    /// It had ended before: when, and by which channel.
    Before(String, Option<Timestamp>, Option<String>),
}

impl Ended {
    pub fn slug(&self) -> &str {
        match self {
            Ended::Now(slug) | Ended::Before(slug, ..) => slug,
        }
    }
}

/// Ends what somebody has, with the reason on record. None: nobody with this address subscribes, or ever did.
pub fn end(
    conn: &mut Conn,
    now: Timestamp,
    which: Which<'_>,
    address: &Address,
    reason: &str,
) -> Result<Option<Vec<Ended>>, NewsletterError> {
    if let Which::One(slug) = which {
        super::newsletters::named(conn, slug)?;
    }
    let Some(subscriber) = subscribers::find(conn, address.canonical())? else { return Ok(None) };
    subscribers::lock(conn, subscriber.id)?;
    let mut ended = Vec::new();
    for (subscription, slug) in subscriptions::list_of(conn, subscriber.id)? {
        if !matches!(which, Which::All) && which != Which::One(&slug) {
            continue;
        }
        if subscription.state()? == SubscriptionState::Ended {
            ended.push(Ended::Before(slug, subscription.ended_at.map(time), subscription.ended_channel));
        } else {
            leave::end_because(conn, now, &subscription, Channel::Staff, Some(reason))?;
            ended.push(Ended::Now(slug));
        }
    }
    Ok((!ended.is_empty()).then_some(ended))
}
