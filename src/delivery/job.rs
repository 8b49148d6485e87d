//! One mail to be sent: a claimed row, read and ready.

use std::sync::Arc;

use crate::domain::address::Address;
use crate::domain::language::Language;
use crate::domain::states::DeliveryKind;
use crate::domain::token::Purpose;
use crate::journeys::preview::NOBODY;
use crate::journeys::{Context, JourneyError};
use crate::mail::edition::{Edition, Slot};
use crate::mail::message::{self, Recipient, Unsubscribe};
use crate::mail::templates;
use crate::store::ledger::{ClaimToken, Claimed};
use crate::store::{id16, time};

/// A claimed row with its edition.
pub(super) struct Job {
    pub row: Claimed,
    pub token: ClaimToken,
    pub kind: DeliveryKind,
    pub to: Address,
    pub edition: Arc<Edition>,
    /// Its destination asked for less mail a while ago.
    pub recovers: bool,
}

/// What goes over the wire, apart from the message itself.
pub(super) struct Envelope {
    pub from: String,
    /// Names the file where the relay is a directory.
    pub file_name: String,
}

impl Job {
    /// Writes the message into `out`. The same row and key give the same bytes, however often (R15, R83).
    pub fn compose(&self, ctx: &Context, bounce_address: Option<&str>, out: &mut Vec<u8>) -> Result<Envelope, JourneyError> {
        let public_id = id16("deliveries", &self.row.public_id)?;
        let key_id = self.row.link_key.and_then(|id| u8::try_from(id).ok()).unwrap_or(ctx.keyring.current_id());
        let domain = self.edition.from_address.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        let message_id = message::id(&self.edition.from_address, &public_id);
        let unsubscribe = match &self.row.subscription_public_id {
            None if self.kind == DeliveryKind::Test => Some(ctx.token_url(Purpose::Unsubscribe, key_id, &NOBODY)?),
            Some(id) => Some(ctx.token_url(Purpose::Unsubscribe, key_id, &id16("subscriptions", id)?)?),
            None => None,
        };
        let values = self.values(ctx, key_id, unsubscribe.as_deref())?;
        let date = time(self.row.dated_at.unwrap_or(self.row.created_at));
        let recipient = Recipient {
            to: &self.to,
            name: self.row.name.as_deref(),
            message_id: &message_id,
            date,
            unsubscribe: unsubscribe.as_deref().map(|url| Unsubscribe { url, mail: None }),
            values: &values,
        };
        message::compose(&self.edition, &recipient, out)
            .map_err(|error| JourneyError::Broken(format!("delivery {}: {error}", self.row.id)))?;
        ctx.signer.sign(out, self.row.dkim.as_deref().unwrap_or_default(), &self.edition.from_address, date)?;
        let tag = ctx.keyring.envelope_tag(key_id, &public_id)?;
        Ok(Envelope { from: bounce(bounce_address, domain, &tag), file_name: hex(&public_id) })
    }

    /// What differs from reader to reader.
    fn values(&self, ctx: &Context, key_id: u8, unsubscribe: Option<&str>) -> Result<Vec<(Slot, String)>, JourneyError> {
        let language: Language = self.edition.language;
        let mut values = vec![(Slot::Salutation, templates::salutation(language, self.row.name.as_deref())?)];
        if let Some(url) = unsubscribe {
            values.push((Slot::UnsubscribeLink, url.to_owned()));
        }
        if self.kind == DeliveryKind::Test {
            values.push((Slot::PreferencesLink, ctx.token_url(Purpose::Preferences, key_id, &NOBODY)?));
        }
        if let Some(id) = &self.row.subscriber_public_id {
            let url = ctx.token_url(Purpose::Preferences, key_id, &id16("subscribers", id)?)?;
            values.push((Slot::PreferencesLink, url));
        }
        if let Some((public_id, requested_at, expires_at)) = &self.row.opt_in {
            let zone = &ctx.config.zone;
            let url = ctx.token_url(Purpose::Confirm, key_id, &id16("opt_ins", public_id)?)?;
            values.push((Slot::ConfirmLink, url));
            values.push((Slot::RequestedAt, templates::moment(language, time(*requested_at), zone)?));
            values.push((Slot::ExpiresAt, templates::date(language, time(*expires_at).to_zoned(zone.clone()).date())?));
        }
        Ok(values)
    }
}

/// R76, R93: a return path of its own for every delivery. `bounce@example.org` and a tag make `bounce+TAG@example.org`.
fn bounce(address: Option<&str>, sender_domain: &str, tag: &str) -> String {
    match address.and_then(|address| address.rsplit_once('@')) {
        Some((local, domain)) => format!("{local}+{tag}@{domain}"),
        None => format!("bounce+{tag}@{sender_domain}"),
    }
}

fn hex(id: &[u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(*id))
}
