//! A reader wants their mails elsewhere: the new address gets an opt-in of its own, and until somebody there has agreed the
//! old one stays in use (Art. 16 GDPR, R162). And whoever has lost the link to their page gets it mailed (R211).

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::consent::record;
use super::limits::{self, Admission, Arrival};
use super::outbox::FrozenMail;
use super::subscribe::{self, WEEK};
use super::{Context, JourneyError, outbox, person, wording};
use crate::domain::address::{Address, AddressError};
use crate::domain::language::Language;
use crate::domain::states::{ConsentAct, DeliveryKind, SubscriptionState, SuppressionReason};
use crate::domain::token;
use crate::mail::templates::{NoticeAbout, NoticeMail};
use crate::store::newsletters::Newsletter;
use crate::store::opt_ins::OptIn;
use crate::store::subscribers::Subscriber;
use crate::store::wordings::{self, WordingKind};
use crate::store::{self, Conn, deliveries, micros, newsletters, opt_ins, subscribers, subscriptions, suppressions};

const DAY: SignedDuration = SignedDuration::from_hours(24);

#[derive(Debug, PartialEq, Eq)]
pub enum ChangeAnswer {
    /// The same whether a mail goes out, and whoever has the address.
    Asked,
    BadAddress(AddressError),
    /// Nobody has this link.
    Unknown,
}

/// Asks the new address.
pub fn change(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    token: &str,
    wanted: &str,
    page: Language,
) -> Result<ChangeAnswer, JourneyError> {
    let Some(person) = person::by_link(conn, ctx, token)? else { return Ok(ChangeAnswer::Unknown) };
    let wanted = match subscribe::usable(ctx, wanted) {
        Ok(address) => address,
        Err(error) => return Ok(ChangeAnswer::BadAddress(error)),
    };
    let Some((newsletter, language)) = first_active(conn, &person)? else { return Ok(ChangeAnswer::Asked) };
    subscribers::lock(conn, person.id)?;
    if wanted.canonical() == person.canonical || is_asked_enough(conn, ctx, now, &person, &wanted)? {
        return Ok(ChangeAnswer::Asked);
    }
    let at = micros(now);
    // Nothing new is agreed to, so there is no consent text but the notice in force.
    let privacy = wording::privacy(ctx, page)?;
    let privacy = wordings::find_or_insert(conn, WordingKind::Privacy, page, &privacy.hash, &privacy.text, at)?;
    let opt_in = opt_ins::NewOptIn {
        public_id: token::random_id()?.to_vec(),
        subscriber_id: person.id,
        language: language.tag().to_owned(),
        name: None,
        consent_wording_id: privacy.id,
        privacy_wording_id: privacy.id,
        form_url: ctx.url("/preferences"),
        requested_at: at,
        expires_at: micros(now + SignedDuration::from_hours(24 * ctx.config.confirmation_days)),
        new_address: Some(wanted.as_typed().to_owned()),
        new_canonical: Some(wanted.canonical().to_owned()),
        network: None,
    };
    let opt_in_id = opt_ins::insert(conn, &opt_in, &[])?;
    // Whoever mistyped the first time does not leave a stranger with a link that works.
    opt_ins::expire_changes(conn, person.id, opt_in_id, at)?;
    let frozen = notice(ctx, &newsletter, language, NoticeAbout::Address)?;
    let mail = outbox::Mail {
        kind: DeliveryKind::Confirmation,
        subscriber_id: Some(person.id),
        opt_in_id: Some(opt_in_id),
        newsletter_id: newsletter.id,
        address: wanted.as_typed(),
    };
    outbox::queue(conn, now, &frozen, &mail)?;
    Ok(ChangeAnswer::Asked)
}

/// R173, for an address that is not known to want this: as for a sign-up, and no more of one person than of a stranger.
fn is_asked_enough(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    person: &Subscriber,
    wanted: &Address,
) -> Result<bool, JourneyError> {
    let most = ctx.config.confirmations_per_address_and_week;
    let (day, week) = (micros(now - DAY), micros(now - WEEK));
    let mut theirs = opt_ins::count_changes_to(conn, wanted.canonical(), week)?;
    if let Some(other) = subscribers::find(conn, wanted.canonical())? {
        theirs += opt_ins::count_since(conn, other.id, week)?;
    }
    Ok(opt_ins::count_changes_to(conn, wanted.canonical(), day)? > 0
        || theirs >= most
        || opt_ins::count_since(conn, person.id, week)? >= most)
}

/// The new address has agreed. False: it belongs to somebody who gets newsletters there already, and stays theirs.
pub(super) fn confirm(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    opt_in: &OptIn,
    address: &str,
    canonical: &str,
) -> Result<bool, JourneyError> {
    let person = subscribers::get(conn, opt_in.subscriber_id)?;
    let mut joined = None;
    if let Some(other) = subscribers::find(conn, canonical)?.filter(|other| other.id != person.id) {
        subscribers::lock(conn, other.id)?;
        if first_active(conn, &other)?.is_some() {
            return Ok(false);
        }
        // Somebody who has left, or never confirmed, and whose mailbox this is: what proves that stays with the person, and so
        // does what they have left, or an import would bring it back (R166).
        joined = Some((other.id, store::consent::move_details(conn, other.id, person.id)?));
        subscriptions::move_ended(conn, other.id, person.id)?;
        person::forget(conn, now, &other, ConsentAct::Erased, person::ADDRESS_CHANGED)?;
    }
    subscribers::set_address(conn, person.id, address, canonical)?;
    // The mailbox has agreed, whatever was noted of it before (R109). To the old one nothing goes any more, also not by an import.
    suppressions::lift(conn, &ctx.keyring.address_keys(canonical))?;
    if person.canonical != canonical {
        let (key_id, key) = ctx.keyring.address_key(&person.canonical);
        suppressions::insert(conn, key_id, &key, SuppressionReason::Unsubscribed, person::ADDRESS_CHANGED, micros(now))?;
    }
    opt_ins::expire_changes(conn, person.id, opt_in.id, micros(now))?;
    deliveries::readdress(conn, person.id, address)?;
    let mut about = BTreeSet::new();
    for (subscription, _) in subscriptions::list_of(conn, person.id)? {
        if subscription.state()? == SubscriptionState::Active {
            about.insert(subscription.newsletter_id);
        }
    }
    // Beside each record that now lies with somebody else than it names stands one that says why, for as long.
    let (joined, moved) = joined.unzip();
    about.extend(moved.into_iter().flatten());
    for newsletter_id in about {
        let details = json!({
            "newsletter": newsletters::get(conn, newsletter_id)?.slug,
            "from": person.address,
            "to": address,
            "joined": joined,
            "channel": "link in the mail to the new address, button on the page",
        });
        record(conn, ConsentAct::AddressChanged, now, person.id, newsletter_id, details)?;
    }
    Ok(true)
}

#[derive(Debug, PartialEq, Eq)]
pub enum LinkAnswer {
    /// The same whether a mail goes out, and whoever has the address.
    Asked,
    BadAddress(AddressError),
    /// Too many ask; from then on again.
    Wait(Timestamp),
}

/// Mails somebody the link to their page. It counts as a sign-up does (R173); what is answered says nothing about the address.
pub fn send_link(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    arrival: &Arrival,
    typed: &str,
) -> Result<LinkAnswer, JourneyError> {
    let address = match subscribe::usable(ctx, typed) {
        Ok(address) => address,
        Err(error) => return Ok(LinkAnswer::BadAddress(error)),
    };
    match limits::admit(conn, ctx, now, arrival, address.domain())? {
        Admission::Granted(_) => {}
        Admission::Wait(until) => return Ok(LinkAnswer::Wait(until)),
        // The form has no proof and no trap: whoever sends some filled in another.
        Admission::Machine | Admission::BadProof(_) => return Ok(LinkAnswer::Asked),
    }
    let known = match subscribers::find(conn, address.canonical())? {
        Some(person) => {
            first_active(conn, &person)?.map(|(newsletter, language)| (person.id, person.address, newsletter, language))
        }
        None => None,
    };
    let somebody = match known {
        Some(known) => Some(known),
        None => newsletters::list(conn)?.into_iter().next().map(|newsletter| (0, String::new(), newsletter, Language::De)),
    };
    let Some((id, goes_to, newsletter, language)) = somebody else { return Ok(LinkAnswer::Asked) };
    let frozen = notice(ctx, &newsletter, language, NoticeAbout::Link)?;
    let mail = outbox::Mail {
        kind: DeliveryKind::Notice,
        subscriber_id: Some(id),
        opt_in_id: None,
        newsletter_id: newsletter.id,
        // Where their newsletters go: a stranger's spelling of it changes nothing.
        address: &goes_to,
    };
    // One a day and three a week: the person's row is locked, so two at once come one after the other.
    subscribers::lock(conn, id)?;
    let (day, week) = (micros(now - DAY), micros(now - WEEK));
    let today = deliveries::count_notices_since(conn, id, day)?;
    let enough = today > 0 || deliveries::count_notices_since(conn, id, week)? >= ctx.config.confirmations_per_address_and_week;
    if id == 0 || enough {
        // Done and taken back: whoever measures how long the answer takes must not learn who reads what (R174).
        store::rehearse(conn, |conn| outbox::queue(conn, now, &frozen, &mail))?;
    } else {
        outbox::queue(conn, now, &frozen, &mail)?;
    }
    Ok(LinkAnswer::Asked)
}

/// The newsletter in whose name, and the language in which, somebody is written to.
fn first_active(conn: &mut Conn, person: &Subscriber) -> Result<Option<(Newsletter, Language)>, JourneyError> {
    for (subscription, _) in subscriptions::list_of(conn, person.id)? {
        if subscription.state()? == SubscriptionState::Active {
            return Ok(Some((newsletters::get(conn, subscription.newsletter_id)?, subscription.language()?)));
        }
    }
    Ok(None)
}

/// The mail, made once for all who get it.
fn notice(
    ctx: &Context,
    newsletter: &Newsletter,
    language: Language,
    about: NoticeAbout,
) -> Result<Arc<FrozenMail>, JourneyError> {
    let mail = NoticeMail {
        language,
        about,
        sender: subscribe::sender(newsletter),
        organisation: ctx.config.organisation.clone(),
        postal_address: ctx.config.postal_address.clone(),
        links: ctx.links(&newsletter.slug, language, String::new()),
    };
    ctx.memo.notices.of(&mail, |mail| FrozenMail::of(ctx.templates.notice(mail)?))
}
