//! Somebody opens the confirmation link. Looking changes nothing (R178); the button confirms, twice is fine (R180).

use jiff::Timestamp;
use serde_json::json;

use super::archive::{self, ArchiveEntry};
use super::consent::record;
use super::subscribe::text_for;
use super::{Context, JourneyError};
use crate::domain::language::Language;
use crate::domain::proof::hex;
use crate::domain::states::{ConsentAct, SubscriptionState};
use crate::domain::token::Purpose;
use crate::mail::edition::Edition;
use crate::mail::message;
use crate::store::opt_ins::OptIn;
use crate::store::{Conn, id16, micros, newsletters, opt_ins, proofs, subscribers, subscriptions, suppressions, time};

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
    /// All that was asked for has been closed since; nothing was confirmed.
    Closed {
        language: Language,
        title: String,
    },
    /// Offers to ask again, and says nothing about the address.
    Expired {
        language: Language,
        slug: String,
    },
    /// The opt-in was for a change of address. `done`: after the POST, or before it already.
    Address {
        language: Language,
        address: String,
        done: bool,
    },
    /// The new address gets newsletters already, so it cannot take over another's.
    AddressTaken {
        language: Language,
    },
    Unknown,
}

/// An edition to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    pub slug: String,
    pub number: i64,
    pub language: Language,
    pub subject: String,
}

pub fn show(conn: &mut Conn, ctx: &Context, now: Timestamp, token: &str) -> Result<ConfirmView, JourneyError> {
    let Some(opt_in) = find(conn, ctx, token)? else { return Ok(ConfirmView::Unknown) };
    let language = opt_in.language()?;
    if let Some(address) = opt_in.new_address.clone().filter(|_| opt_in.confirmed_at.is_some() || opt_in.expires_at > micros(now))
    {
        return Ok(ConfirmView::Address { language, address, done: opt_in.confirmed_at.is_some() });
    }
    let titles = titles(conn, &opt_in, language)?;
    if opt_in.confirmed_at.is_some() {
        return Ok(ConfirmView::AlreadyConfirmed { language, titles });
    }
    if opt_in.expires_at <= micros(now) {
        return expired(conn, &opt_in, language);
    }
    let open = open(conn, &opt_in, language)?;
    if open.is_empty() {
        return Ok(closed(language, titles));
    }
    Ok(ConfirmView::Ready { language, titles: open.into_iter().map(|(_, _, title)| title).collect() })
}

pub fn confirm(conn: &mut Conn, ctx: &Context, now: Timestamp, token: &str) -> Result<ConfirmView, JourneyError> {
    let Some(opt_in) = find(conn, ctx, token)? else { return Ok(ConfirmView::Unknown) };
    let language = opt_in.language()?;
    if let Some((address, canonical)) = opt_in.new_address.clone().zip(opt_in.new_canonical.clone()) {
        return confirm_address(conn, ctx, now, &opt_in, language, address, &canonical);
    }
    let titles = titles(conn, &opt_in, language)?;
    if opt_in.confirmed_at.is_none() && opt_in.expires_at <= micros(now) {
        return expired(conn, &opt_in, language);
    }
    // Nobody forgets, moves or erases this person meanwhile.
    subscribers::lock(conn, opt_in.subscriber_id)?;
    let open = open(conn, &opt_in, language)?;
    if open.is_empty() && opt_in.confirmed_at.is_none() {
        return Ok(closed(language, titles));
    }
    if !opt_ins::confirm(conn, opt_in.id, micros(now))? {
        if find(conn, ctx, token)?.is_none() {
            return Ok(ConfirmView::Unknown);
        }
        return Ok(ConfirmView::AlreadyConfirmed { language, titles });
    }
    let subscriber = subscribers::get(conn, opt_in.subscriber_id)?;
    // What the form said becomes the person's own only now, when its mailbox has agreed.
    if opt_in.name.is_some() {
        subscribers::set_name(conn, subscriber.id, opt_in.name.as_deref())?;
    }
    let mail = mail_of(conn, &opt_in)?;
    let mut titles = Vec::new();
    for (newsletter_id, slug, title) in open {
        titles.push(title);
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
                "opt_in": hex(&opt_in.public_id),
                "mail": mail,
            }),
        )?;
    }
    // R109: a completed new opt-in lifts what kept the address from being mailed.
    suppressions::lift(conn, &ctx.keyring.address_keys(&subscriber.canonical))?;
    Ok(ConfirmView::Confirmed { language, titles })
}

/// The newest issue that is there to read of each newsletter of an opt-in, for whoever has just come.
pub fn latest(conn: &mut Conn, ctx: &Context, token: &str, page: Language) -> Result<Vec<Latest>, JourneyError> {
    let Some(opt_in) = find(conn, ctx, token)? else { return Ok(Vec::new()) };
    let language = opt_in.language()?;
    let mut latest = Vec::new();
    for (_, slug) in opt_ins::newsletters_of(conn, opt_in.id)? {
        let view = archive::list(conn, &slug, page, Some(language), None)?;
        let newest = view.and_then(|view| view.issues.into_iter().next());
        latest.extend(newest.map(|ArchiveEntry { number, language, subject, .. }| Latest { slug, number, language, subject }));
    }
    Ok(latest)
}

fn find(conn: &mut Conn, ctx: &Context, token: &str) -> Result<Option<OptIn>, JourneyError> {
    match ctx.keyring.verify(Purpose::Confirm, token) {
        Some(public_id) => Ok(opt_ins::find_by_public_id(conn, &public_id)?),
        None => Ok(None),
    }
}

fn confirm_address(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    opt_in: &OptIn,
    language: Language,
    address: String,
    canonical: &str,
) -> Result<ConfirmView, JourneyError> {
    // The button pressed twice at once: the second waits here and then finds it done.
    subscribers::lock(conn, opt_in.subscriber_id)?;
    let Some(opt_in) = opt_ins::find_by_public_id(conn, &id16("opt_ins", &opt_in.public_id)?)? else {
        return Ok(ConfirmView::Unknown);
    };
    if opt_in.confirmed_at.is_none() {
        if opt_in.expires_at <= micros(now) {
            return expired(conn, &opt_in, language);
        }
        if !super::address::confirm(conn, ctx, now, &opt_in, &address, canonical)? {
            return Ok(ConfirmView::AddressTaken { language });
        }
        opt_ins::confirm(conn, opt_in.id, micros(now))?;
    }
    Ok(ConfirmView::Address { language, address, done: true })
}

/// The mail whose link was followed (R146): the ledger keeps it for a shorter time than the proof of consent.
fn mail_of(conn: &mut Conn, opt_in: &OptIn) -> Result<serde_json::Value, JourneyError> {
    let Some(mail) = proofs::find_confirmation(conn, opt_in.subscriber_id, opt_in.id)? else { return Ok(json!(null)) };
    let from = Edition::from_bytes(&mail.content)?.from_address;
    Ok(json!({
        "message_id": format!("<{}>", message::id(&from, &id16("deliveries", &mail.public_id)?)),
        "subject": mail.subject,
        "sha256": hex(&mail.hash),
        "state": mail.state,
        "handed_over_at": mail.ended_at.map(|at| time(at).to_string()),
        "reply": mail.reply,
    }))
}

/// Those of the newsletters asked for that are not closed: id, slug and title.
fn open(conn: &mut Conn, opt_in: &OptIn, language: Language) -> Result<Vec<(i64, String, String)>, JourneyError> {
    let mut open = Vec::new();
    for (id, slug) in opt_ins::newsletters_of(conn, opt_in.id)? {
        let newsletter = newsletters::get(conn, id)?;
        if !newsletter.is_closed() {
            open.push((id, slug, text_for(conn, &newsletter, language)?.title));
        }
    }
    Ok(open)
}

fn closed(language: Language, titles: Vec<String>) -> ConfirmView {
    ConfirmView::Closed { language, title: titles.join(", ") }
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
