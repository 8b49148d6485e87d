//! Somebody opens the confirmation link. Looking changes nothing (R178); the button confirms, twice is fine (R180).

use jiff::Timestamp;
use serde_json::json;

use super::subscribe::{record, text_for};
use super::{Context, JourneyError};
use crate::domain::language::Language;
use crate::domain::states::{ConsentAct, SubscriptionState};
use crate::domain::token::Purpose;
use crate::store::opt_ins::OptIn;
use crate::store::{Conn, micros, newsletters, opt_ins, subscribers, subscriptions, suppressions};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfirmView {
    Ready {
        language: Language,
        titles: Vec<String>,
    },
    /// Only after the POST that did it.
    Confirmed {
        language: Language,
        titles: Vec<String>,
    },
    AlreadyConfirmed {
        language: Language,
        titles: Vec<String>,
    },
    /// Offers to ask again, and says nothing about the address.
    Expired {
        language: Language,
        slug: String,
    },
    Unknown,
}

pub fn show(conn: &mut Conn, ctx: &Context, now: Timestamp, token: &str) -> Result<ConfirmView, JourneyError> {
    let Some(opt_in) = find(conn, ctx, token)? else { return Ok(ConfirmView::Unknown) };
    let language = opt_in.language()?;
    let titles = titles(conn, &opt_in, language)?;
    if opt_in.confirmed_at.is_some() {
        return Ok(ConfirmView::AlreadyConfirmed { language, titles });
    }
    if opt_in.expires_at <= micros(now) {
        return expired(conn, &opt_in, language);
    }
    Ok(ConfirmView::Ready { language, titles })
}

pub fn confirm(conn: &mut Conn, ctx: &Context, now: Timestamp, token: &str) -> Result<ConfirmView, JourneyError> {
    let Some(opt_in) = find(conn, ctx, token)? else { return Ok(ConfirmView::Unknown) };
    let language = opt_in.language()?;
    let titles = titles(conn, &opt_in, language)?;
    if opt_in.confirmed_at.is_none() && opt_in.expires_at <= micros(now) {
        return expired(conn, &opt_in, language);
    }
    if !opt_ins::confirm(conn, opt_in.id, micros(now))? {
        return Ok(ConfirmView::AlreadyConfirmed { language, titles });
    }
    let subscriber = subscribers::get(conn, opt_in.subscriber_id)?;
    // What the form said becomes the person's own only now, when its mailbox has agreed.
    if opt_in.name.is_some() {
        subscribers::set_name(conn, subscriber.id, opt_in.name.as_deref())?;
    }
    for (newsletter_id, slug) in opt_ins::newsletters_of(conn, opt_in.id)? {
        let subscription = subscriptions::find(conn, subscriber.id, newsletter_id)?
            .ok_or_else(|| JourneyError::Broken(format!("opt-in {} has no subscription to {slug}", opt_in.id)))?;
        if subscription.state()? == SubscriptionState::Active {
            subscriptions::set_language(conn, subscription.id, language)?;
        } else {
            let activation = newsletters::next_activation(conn, newsletter_id)?;
            subscriptions::activate(conn, subscription.id, language, activation, micros(now))?;
        }
        record(
            conn,
            ConsentAct::Confirmed,
            now,
            subscriber.id,
            newsletter_id,
            json!({
                "canonical": subscriber.canonical,
                "newsletter": slug,
                "language": language,
                "channel": "link in the confirmation mail, button on the page",
                "opt_in": super::wording::hex(&opt_in.public_id),
            }),
        )?;
    }
    // R109: a completed new opt-in lifts what kept the address from being mailed.
    suppressions::lift(conn, &ctx.keyring.address_keys(&subscriber.canonical))?;
    Ok(ConfirmView::Confirmed { language, titles })
}

fn find(conn: &mut Conn, ctx: &Context, token: &str) -> Result<Option<OptIn>, JourneyError> {
    match ctx.keyring.verify(Purpose::Confirm, token) {
        Some(public_id) => Ok(opt_ins::find_by_public_id(conn, &public_id)?),
        None => Ok(None),
    }
}

fn titles(conn: &mut Conn, opt_in: &OptIn, language: Language) -> Result<Vec<String>, JourneyError> {
    let mut titles = Vec::new();
    for (id, _) in opt_ins::newsletters_of(conn, opt_in.id)? {
        let newsletter = newsletters::get(conn, id)?;
        titles.push(text_for(conn, &newsletter, language)?.title);
    }
    Ok(titles)
}

fn expired(conn: &mut Conn, opt_in: &OptIn, language: Language) -> Result<ConfirmView, JourneyError> {
    let slug = opt_ins::newsletters_of(conn, opt_in.id)?.into_iter().next().map(|(_, slug)| slug).unwrap_or_default();
    Ok(ConfirmView::Expired { language, slug })
}
