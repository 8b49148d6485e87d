//! A visitor subscribes: the opt-in, its consent record and the confirmation mail in one transaction.
//! Nothing is mailed here; the confirmation is a row in the ledger like any other mail.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::consent::record;
use super::limits::{self, Admission, Arrival};
use super::outbox::FrozenMail;
use super::wording::{self, Wording};
use super::{Context, JourneyError, outbox};
use crate::domain::address::{Address, AddressError};
use crate::domain::altcha::ProofError;
use crate::domain::header::{HeaderError, HeaderText};
use crate::domain::language::Language;
use crate::domain::limits::Shows;
use crate::domain::proof::hex;
use crate::domain::states::{ConsentAct, DeliveryKind};
use crate::mail::templates::{ConfirmationMail, Sender};
use crate::store::newsletters::{Newsletter, NewsletterText};
use crate::store::wordings::WordingKind;
use crate::store::{self, Conn, micros, newsletters, opt_ins, subscribers, subscriptions, wordings};

/// No form offers more; each costs look-ups inside the transaction.
const MOST_NEWSLETTERS: usize = 20;
const DAY: SignedDuration = SignedDuration::from_hours(24);
pub(super) const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What a form shows.
pub struct FormView {
    pub slug: String,
    pub title: String,
    pub description: String,
    pub languages: Vec<Language>,
    pub language: Language,
    pub consent: Arc<Wording>,
    pub is_private: bool,
    /// Nobody can subscribe any more.
    pub is_closed: bool,
}

pub struct NewsletterView {
    pub slug: String,
    pub title: String,
    pub description: String,
    pub languages: Vec<Language>,
    pub is_private: bool,
    pub zone: jiff::tz::TimeZone,
    pub is_closed: bool,
}

#[derive(Clone, Debug)]
pub struct SubscribeRequest {
    pub address: String,
    pub newsletter_slugs: Vec<String>,
    pub language: String,
    pub name: Option<String>,
    pub form_url: String,
    /// `web` or `api`, for the proof of consent.
    pub channel: &'static str,
    pub arrival: Arrival,
    /// Hash of the consent text the form showed, in hex, if it says so.
    pub wording: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum SubscribeAnswer {
    /// The same for known, unknown, pending and suppressed addresses (R174).
    Asked,
    BadAddress(AddressError),
    BadName(HeaderError),
    BadLanguage,
    NoSuchNewsletter,
    /// One of them takes nobody in any more.
    Closed,
    /// The form showed an older text than the one in force; it has to be read again.
    WordingChanged,
    /// Too many ask; whoever asks from then on may be lucky. Depends on nothing that is known about the address.
    Wait(Timestamp),
    /// The proof of work is none, or an old one.
    BadProof(ProofError),
}

/// The form of a newsletter, in the wanted language if it has one for it.
pub fn form(conn: &mut Conn, ctx: &Context, slug: &str, wanted: Option<Language>) -> Result<Option<FormView>, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(None) };
    let languages = newsletter.languages()?;
    let page_language = wanted.or_else(|| languages.first().copied()).unwrap_or(Language::En).spoken();
    let text = text_for(conn, &newsletter, page_language)?;
    Ok(Some(FormView {
        slug: newsletter.slug.clone(),
        title: text.title.clone(),
        description: text.description.clone(),
        consent: wording::consent(ctx, page_language, std::slice::from_ref(&text))?,
        languages,
        language: page_language,
        is_private: newsletter.is_private(),
        is_closed: newsletter.is_closed(),
    }))
}

/// Every newsletter of this instance, in one language.
pub fn newsletters(conn: &mut Conn, language: Language) -> Result<Vec<NewsletterView>, JourneyError> {
    let mut views = Vec::new();
    for newsletter in newsletters::list(conn)? {
        let text = text_for(conn, &newsletter, language)?;
        views.push(NewsletterView {
            languages: newsletter.languages()?,
            is_private: newsletter.is_private(),
            zone: super::zone(&newsletter)?,
            is_closed: newsletter.is_closed(),
            slug: newsletter.slug,
            title: text.title,
            description: text.description,
        });
    }
    Ok(views)
}

/// What a newsletter says about itself in a language, or in its own first one, or at least its name.
pub fn text_for(conn: &mut Conn, newsletter: &Newsletter, language: Language) -> Result<NewsletterText, JourneyError> {
    let first = newsletter.languages()?.first().copied().unwrap_or(language);
    for candidate in [language, first] {
        if let Some(text) = newsletters::text(conn, newsletter.id, candidate)? {
            return Ok(text);
        }
    }
    Ok(NewsletterText {
        newsletter_id: newsletter.id,
        language: language.tag().to_owned(),
        title: newsletter.name.clone(),
        description: String::new(),
        footer: String::new(),
        funding: String::new(),
    })
}

pub fn subscribe(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    request: &SubscribeRequest,
) -> Result<SubscribeAnswer, JourneyError> {
    let address = match usable(ctx, &request.address) {
        Ok(address) => address,
        Err(error) => return Ok(SubscribeAnswer::BadAddress(error)),
    };
    let name = match request.name.as_deref().filter(|name| !name.trim().is_empty()) {
        None => None,
        Some(name) => match HeaderText::parse("name", name) {
            Ok(name) => Some(name.as_str().to_owned()),
            Err(error) => return Ok(SubscribeAnswer::BadName(error)),
        },
    };
    let Ok(language) = request.language.parse::<Language>() else { return Ok(SubscribeAnswer::BadLanguage) };
    let mut asked = Vec::new();
    let mut slugs = request.newsletter_slugs.clone();
    slugs.sort();
    slugs.dedup();
    if slugs.len() > MOST_NEWSLETTERS {
        return Ok(SubscribeAnswer::NoSuchNewsletter);
    }
    for slug in &slugs {
        match newsletters::find(conn, slug)? {
            Some(newsletter) if newsletter.is_closed() => return Ok(SubscribeAnswer::Closed),
            Some(newsletter) if newsletter.languages()?.contains(&language) => asked.push(newsletter),
            Some(_) => return Ok(SubscribeAnswer::BadLanguage),
            None => return Ok(SubscribeAnswer::NoSuchNewsletter),
        }
    }
    if asked.is_empty() {
        return Ok(SubscribeAnswer::NoSuchNewsletter);
    }
    let mut texts = Vec::new();
    for newsletter in &asked {
        texts.push(text_for(conn, newsletter, language)?);
    }
    let Some(page_language) = language_shown(conn, ctx, &asked, language, request.wording.as_deref())? else {
        return Ok(SubscribeAnswer::WordingChanged);
    };
    let consent_text = if page_language == language {
        wording::consent(ctx, language, &texts)?
    } else {
        consent_in(conn, ctx, &asked, page_language)?
    };
    let shows = match limits::admit(conn, ctx, now, &request.arrival, address.domain())? {
        Admission::Granted(shows) => shows,
        Admission::Machine => return Ok(SubscribeAnswer::Asked),
        Admission::Wait(until) => return Ok(SubscribeAnswer::Wait(until)),
        Admission::BadProof(error) => return Ok(SubscribeAnswer::BadProof(error)),
    };

    let at = micros(now);
    let subscriber = subscribers::find_or_insert(conn, ctx.memo.ids.next()?, address.as_typed(), address.canonical(), at)?;
    // From here on the person's row is locked: two posts at once cannot both find that nothing was asked today.
    let all: Vec<Wanted> = asked.iter().zip(texts).collect();
    let mut wanted = Vec::new();
    for (newsletter, text) in &all {
        if !opt_ins::asked_since(conn, subscriber.id, newsletter.id, micros(now - DAY))? {
            wanted.push((*newsletter, text.clone()));
        }
    }
    let week = micros(now - WEEK);
    let this_week =
        opt_ins::count_since(conn, subscriber.id, week)? + opt_ins::count_changes_to(conn, address.canonical(), week)?;
    let form = Form { request, address: &address, name, language, page_language, consent: &consent_text, shows };
    if wanted.is_empty() || this_week >= ctx.config.confirmations_per_address_and_week {
        // Done and taken back: whoever measures how long the answer takes must not learn more than who reads it (R174).
        store::rehearse(conn, |conn| write_down(conn, ctx, now, &form, subscriber.id, &all))?;
        // Others may have asked for an address whose owner nobody knows; then it stays unknown.
        subscribers::delete_bare(conn, subscriber.id)?;
    } else {
        write_down(conn, ctx, now, &form, subscriber.id, &wanted)?;
    }
    Ok(SubscribeAnswer::Asked)
}

type Wanted<'a> = (&'a Newsletter, NewsletterText);

/// What was asked, and how.
struct Form<'a> {
    request: &'a SubscribeRequest,
    address: &'a Address,
    name: Option<String>,
    language: Language,
    page_language: Language,
    consent: &'a Wording,
    shows: Shows,
}

/// The opt-in, its consent records and its confirmation mail.
fn write_down(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    form: &Form<'_>,
    subscriber_id: i64,
    wanted: &[Wanted<'_>],
) -> Result<(), JourneyError> {
    let Form { request, address, language, page_language, consent, .. } = *form;
    let Some((first, _)) = wanted.first() else { return Ok(()) };
    let at = micros(now);
    let privacy_text = wording::privacy(ctx, page_language)?;
    let consent_stored = wordings::find_or_insert(conn, WordingKind::Consent, page_language, &consent.hash, &consent.text, at)?;
    let privacy_stored =
        wordings::find_or_insert(conn, WordingKind::Privacy, page_language, &privacy_text.hash, &privacy_text.text, at)?;
    let opt_in = opt_ins::NewOptIn {
        public_id: ctx.memo.ids.next()?.to_vec(),
        subscriber_id,
        language: language.tag().to_owned(),
        name: form.name.clone(),
        consent_wording_id: consent_stored.id,
        privacy_wording_id: privacy_stored.id,
        form_url: request.form_url.clone(),
        network: ctx.config.network_note.of(request.arrival.address),
        requested_at: at,
        expires_at: micros(now + SignedDuration::from_hours(24 * ctx.config.confirmation_days)),
        new_address: None,
        new_canonical: None,
    };
    let ids: Vec<i64> = wanted.iter().map(|(newsletter, _)| newsletter.id).collect();
    let opt_in_id = opt_ins::insert(conn, &opt_in, &ids)?;
    for (newsletter, _) in wanted {
        subscriptions::insert_pending(conn, ctx.memo.ids.next()?, subscriber_id, newsletter.id, language, at)?;
        record(
            conn,
            ConsentAct::Requested,
            now,
            subscriber_id,
            newsletter.id,
            json!({
                "address": address.as_typed(),
                "canonical": address.canonical(),
                "newsletter": newsletter.slug,
                "language": language,
                "page_language": page_language,
                "form_url": request.form_url,
                "channel": request.channel,
                "how": form.shows.as_str(),
                "opt_in": hex(&opt_in.public_id),
                "consent": {
                    "hash": consent.hash_hex(),
                    "version": consent_stored.version,
                    // A form of another's site, or a program, need not say what it showed.
                    "known_by": if request.wording.is_some() { "named in the request" } else { "in force when asked, none was named" },
                    "text": consent.text,
                },
                "privacy": { "hash": privacy_text.hash_hex(), "version": privacy_stored.version },
            }),
        )?;
    }

    let mail = ConfirmationMail {
        language,
        sender: sender(first),
        newsletter_titles: wanted.iter().map(|(_, text)| text.title.clone()).collect(),
        organisation: ctx.config.organisation.clone(),
        postal_address: ctx.config.postal_address.clone(),
        links: ctx.links(&first.slug, language, String::new()),
    };
    let of = outbox::Mail {
        kind: DeliveryKind::Confirmation,
        subscriber_id: Some(subscriber_id),
        opt_in_id: Some(opt_in_id),
        newsletter_id: first.id,
        // As typed now: a stranger's spelling of a known address changes nothing that is stored.
        address: address.as_typed(),
    };
    let frozen = ctx.memo.confirmations.of(&mail, |mail| FrozenMail::of(ctx.templates.confirmation(mail)?))?;
    outbox::queue(conn, now, &frozen, &of)?;
    Ok(())
}

/// An address that our relay can carry (R21): said at once, and not first when the mail cannot go.
pub(super) fn usable(ctx: &Context, typed: &str) -> Result<Address, AddressError> {
    let address = Address::parse(typed)?;
    ctx.carries(&address)?;
    Ok(address)
}

/// The language of the consent text the form showed: the page may be in one language and the chosen edition in another.
/// None: no text in force has this hash. A form that does not say is taken to have shown the edition's language.
fn language_shown(
    conn: &mut Conn,
    ctx: &Context,
    asked: &[Newsletter],
    edition: Language,
    hash: Option<&str>,
) -> Result<Option<Language>, JourneyError> {
    let edition = edition.spoken();
    let Some(hash) = hash else { return Ok(Some(edition)) };
    for language in std::iter::once(edition).chain(Language::OURS) {
        if consent_in(conn, ctx, asked, language)?.hash_hex() == hash {
            return Ok(Some(language));
        }
    }
    Ok(None)
}

fn consent_in(conn: &mut Conn, ctx: &Context, asked: &[Newsletter], language: Language) -> Result<Arc<Wording>, JourneyError> {
    let mut texts = Vec::new();
    for newsletter in asked {
        texts.push(text_for(conn, newsletter, language)?);
    }
    wording::consent(ctx, language, &texts)
}

pub(super) fn sender(newsletter: &Newsletter) -> Sender {
    Sender {
        from_name: newsletter.from_name.clone(),
        from_address: newsletter.from_address.clone(),
        reply_to: newsletter.reply_to.clone(),
    }
}
