//! Staff look at the next issue before it is sent: as files, and as a mail to themselves.

use jiff::Timestamp;

use super::compose::{Audience, Composed, LeftOut, audiences, compose};
use super::outbox::{self, FrozenMail};
use super::{Context, JourneyError};
use crate::domain::address::Address;
use crate::domain::language::{Fallbacks, Language};
use crate::domain::states::{DeliveryKind, SubscriptionState};
use crate::domain::token::Purpose;
use crate::mail::dkim::DkimError;
use crate::mail::edition::{Edition, Slot};
use crate::mail::preview::Preview;
use crate::mail::templates;
use crate::store::{Conn, micros, newsletters, subscribers, subscriptions, suppressions};

/// The next issue, as it would be sent now.
pub struct Look {
    pub number: i64,
    pub editions: Vec<(Edition, Preview)>,
    pub audiences: Vec<Audience>,
    /// As (headline, language).
    pub missing: Vec<(String, Language)>,
    pub left_out: Vec<LeftOut>,
    pub fallbacks: Fallbacks,
}

#[derive(Debug, PartialEq, Eq)]
pub enum TestAnswer {
    /// One mail per language is under way.
    Queued(Vec<Language>),
    NothingReady,
    NoSuchNewsletter,
    /// The address refused our mails or did not want them.
    Suppressed,
    /// Our relay cannot carry mail to such an address.
    NotCarried,
    /// There is no DKIM key for the newsletter's sender.
    Unsigned(DkimError),
}

/// One of a newsletter's readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Of the subscriber, for addresses of pages: it says nothing to others.
    pub public_id: Vec<u8>,
    pub address: String,
    pub name: Option<String>,
    pub language: Language,
}

/// By which a reader is known.
#[derive(Clone, Debug)]
pub enum Whom {
    Address(Address),
    PublicId([u8; 16]),
}

/// None: no such newsletter, or nobody reads it there.
pub fn find_reader(conn: &mut Conn, slug: &str, whom: &Whom) -> Result<Option<Reader>, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(None) };
    let person = match whom {
        Whom::Address(address) => subscribers::find(conn, address.canonical())?,
        Whom::PublicId(id) => subscribers::find_by_public_id(conn, id)?,
    };
    let Some(person) = person else { return Ok(None) };
    let Some(subscription) = subscriptions::find(conn, person.id, newsletter.id)? else { return Ok(None) };
    if subscription.state()? != SubscriptionState::Active {
        return Ok(None);
    }
    let language = subscription.language.parse()?;
    Ok(Some(Reader { public_id: person.public_id, address: person.address, name: person.name, language }))
}

/// With the salutation of somebody of this name, or of somebody who gave none. None: no such newsletter. A look without
/// editions: nothing is ready.
pub fn look(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    slug: &str,
    name: Option<&str>,
) -> Result<Option<Look>, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(None) };
    let (number, _) = newsletters::upcoming(conn, newsletter.id)?;
    let Composed { mails, missing, left_out, fallbacks, .. } = compose(conn, ctx, now, &newsletter, number)?;
    let languages: Vec<Language> = mails.iter().map(|mail| mail.language).collect();
    let mut editions = Vec::new();
    for mail in &mails {
        let edition = ctx.templates.issue(mail)?;
        let preview = seen(ctx, &edition, name)?;
        editions.push((edition, preview));
    }
    let audiences = audiences(conn, newsletter.id, &fallbacks, &languages)?;
    Ok(Some(Look { number, editions, audiences, missing, left_out, fallbacks }))
}

/// Links to it are of the right form and belong to nobody: following them changes nothing.
pub const NOBODY: [u8; 16] = [0; 16];

/// An edition as somebody of this name would see it.
pub(super) fn seen(ctx: &Context, edition: &Edition, name: Option<&str>) -> Result<Preview, JourneyError> {
    let mut values = nobodys_links(ctx)?;
    values.push((Slot::Salutation, templates::salutation(edition.language, name)?));
    Preview::of(edition, &values).map_err(|error| JourneyError::Broken(error.to_string()))
}

fn nobodys_links(ctx: &Context) -> Result<Vec<(Slot, String)>, JourneyError> {
    let link = |purpose| ctx.token_url(purpose, ctx.keyring.current_id(), &NOBODY);
    Ok(vec![(Slot::UnsubscribeLink, link(Purpose::Unsubscribe)?), (Slot::PreferencesLink, link(Purpose::Preferences)?)])
}

/// Sends the next issue in all its languages, or in one, to one address. It stays what it is: not published.
pub fn send_test(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    slug: &str,
    to: &Address,
    only: Option<Language>,
) -> Result<TestAnswer, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(TestAnswer::NoSuchNewsletter) };
    let keys = ctx.keyring.address_keys(to.canonical());
    if !suppressions::list_suppressed(conn, &keys, micros(now))?.is_empty() {
        return Ok(TestAnswer::Suppressed);
    }
    if ctx.carries(to).is_err() {
        return Ok(TestAnswer::NotCarried);
    }
    if let Err(error) = ctx.signer.check_sender(&newsletter.slug, &newsletter.from_address) {
        return Ok(TestAnswer::Unsigned(error));
    }
    let (number, _) = newsletters::upcoming(conn, newsletter.id)?;
    let mut sent = Vec::new();
    for mut mail in compose(conn, ctx, now, &newsletter, number)?.mails {
        if only.is_some_and(|only| only != mail.language) {
            continue;
        }
        let subject = ctx.templates.issue(&mail)?.subject;
        // Nobody shall take it for the issue itself.
        mail.subject = Some(format!("Test: {subject}"));
        let frozen = FrozenMail::of(ctx.templates.issue(&mail)?)?;
        let about = outbox::Mail {
            kind: DeliveryKind::Test,
            subscriber_id: None,
            opt_in_id: None,
            newsletter_id: newsletter.id,
            address: to.as_typed(),
        };
        outbox::queue(conn, now, &frozen, &about)?;
        sent.push(mail.language);
    }
    Ok(if sent.is_empty() { TestAnswer::NothingReady } else { TestAnswer::Queued(sent) })
}
