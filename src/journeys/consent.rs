//! The log of consent: writing it, and telling one person's story from it (R146, R148).

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{Context, JourneyError};
use crate::domain::address::Address;
use crate::domain::consent as chain;
use crate::domain::proof::{hex, unhex};
use crate::domain::states::ConsentAct;
use crate::domain::token;
use crate::store::consent::{Details, Record};
use crate::store::{Conn, consent, micros, newsletters, subscribers, subscriptions, suppressions, time, wordings};

/// Appends to the log: the record commits to its details by a salted hash, so the details can be erased later.
pub(super) fn record(
    conn: &mut Conn,
    act: ConsentAct,
    now: Timestamp,
    subscriber_id: i64,
    newsletter_id: i64,
    body: Value,
) -> Result<(), JourneyError> {
    append(conn, act, now, Some(subscriber_id), Some(newsletter_id), &owned(body, subscriber_id))
}

/// The same of what concerns no newsletter, and perhaps nobody whom we know.
pub(super) fn record_of(
    conn: &mut Conn,
    act: ConsentAct,
    now: Timestamp,
    subscriber_id: Option<i64>,
    body: Value,
) -> Result<(), JourneyError> {
    let body = match subscriber_id {
        Some(id) => owned(body, id),
        None => body,
    };
    append(conn, act, now, subscriber_id, None, &body)
}

/// Details that say whose they are: a row beside the chain could be hung on somebody else.
pub(super) fn owned(mut body: Value, subscriber_id: i64) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.insert("subscriber".to_owned(), subscriber_id.into());
    }
    body
}

/// Appends that the details of other records are gone, and why. Whoever finds details missing looks for this.
pub(super) fn tombstone(conn: &mut Conn, act: ConsentAct, now: Timestamp, records: &[i64], by: &str) -> Result<(), JourneyError> {
    append(conn, act, now, None, None, &serde_json::json!({ "records": records, "by": by }))
}

fn append(
    conn: &mut Conn,
    act: ConsentAct,
    now: Timestamp,
    subscriber_id: Option<i64>,
    newsletter_id: Option<i64>,
    body: &Value,
) -> Result<(), JourneyError> {
    let salt = token::random_id()?;
    let body = body.to_string();
    let commitment = chain::commitment(&salt, &body);
    let record = consent::NewRecord { act, at: micros(now), subscriber_id, newsletter_id, salt, commitment, body: &body };
    Ok(consent::append(conn, &[record])?)
}

/// Everything that proves, or ends, one person's consent.
#[derive(Clone, Debug, Serialize)]
pub struct Story {
    pub made_at: Timestamp,
    /// As typed at the last opt-in.
    pub address: String,
    pub canonical: String,
    pub subscriptions: Vec<Standing>,
    pub records: Vec<Told>,
    /// The texts that were shown, by the hash that the records name.
    pub wordings: Vec<ShownWording>,
    /// Why nothing may be sent to the address, if that is so.
    pub suppressed: Option<Suppressed>,
}

/// How a subscription stands.
#[derive(Clone, Debug, Serialize)]
pub struct Standing {
    pub newsletter: String,
    pub name: String,
    pub state: String,
    pub language: String,
    pub requested_at: Timestamp,
    pub confirmed_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub ended_channel: Option<String>,
}

/// One act as it was written down.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    pub record: i64,
    pub act: String,
    pub at: Timestamp,
    pub details: Value,
    /// Whether the details are those the record was made of.
    pub unchanged: bool,
    /// Its place in the chain and the chain's hash there; None: it gets them with the next heartbeat.
    pub sealed: Option<Sealed>,
    pub commitment: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Sealed {
    pub place: i64,
    pub hash: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct ShownWording {
    pub hash: String,
    pub kind: String,
    pub language: String,
    pub version: i64,
    pub text: String,
    pub first_shown_at: Timestamp,
    /// Whether the text has this hash.
    pub unchanged: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct Suppressed {
    pub reason: String,
    pub source: String,
    pub since: Timestamp,
    pub until: Option<Timestamp>,
}

/// What is known of an address.
#[derive(Debug)]
pub enum Known {
    Story(Box<Story>),
    /// Nothing but, perhaps, the keyed hash of an objection.
    Nothing(Option<Suppressed>),
}

pub fn story(conn: &mut Conn, ctx: &Context, now: Timestamp, address: &Address) -> Result<Known, JourneyError> {
    let suppressed = suppressed(conn, ctx, address.canonical())?;
    let Some(subscriber) = subscribers::find(conn, address.canonical())? else { return Ok(Known::Nothing(suppressed)) };
    let mut records = Vec::new();
    let mut hashes = Vec::new();
    for (record, details) in consent::list_of(conn, subscriber.id)? {
        let told = Told::new(&record, &details)?;
        for kind in ["consent", "privacy"] {
            if let Some(hash) = told.details.pointer(&format!("/{kind}/hash")).and_then(Value::as_str)
                && !hashes.iter().any(|known| known == hash)
            {
                hashes.push(hash.to_owned());
            }
        }
        records.push(told);
    }
    let mut shown = Vec::new();
    for hash in hashes {
        if let Some(wording) = wordings::get(conn, &unhex::<32>(&hash).unwrap_or_default())? {
            let whole = super::wording::hash(&wording.kind, &wording.language, &wording.text);
            shown.push(ShownWording {
                unchanged: hex(&whole) == hash,
                hash,
                kind: wording.kind,
                language: wording.language,
                version: wording.version,
                text: wording.text,
                first_shown_at: time(wording.first_shown_at),
            });
        }
    }
    let mut standings = Vec::new();
    for (subscription, slug) in subscriptions::list_of(conn, subscriber.id)? {
        standings.push(Standing {
            name: newsletters::get(conn, subscription.newsletter_id)?.name,
            newsletter: slug,
            state: subscription.state,
            language: subscription.language,
            requested_at: time(subscription.requested_at),
            confirmed_at: subscription.confirmed_at.map(time),
            ended_at: subscription.ended_at.map(time),
            ended_channel: subscription.ended_channel,
        });
    }
    Ok(Known::Story(Box::new(Story {
        made_at: now,
        address: subscriber.address,
        canonical: subscriber.canonical,
        subscriptions: standings,
        records,
        wordings: shown,
        suppressed,
    })))
}

pub(super) fn suppressed(conn: &mut Conn, ctx: &Context, canonical: &str) -> Result<Option<Suppressed>, JourneyError> {
    let found = suppressions::find(conn, &ctx.keyring.address_keys(canonical))?;
    Ok(found.map(|row| Suppressed {
        reason: row.reason,
        source: row.source,
        since: time(row.at),
        until: row.expires_at.map(time),
    }))
}

impl Told {
    fn new(record: &Record, details: &Details) -> Result<Self, JourneyError> {
        let place = record.sealed.zip(record.hash.as_ref());
        Ok(Self {
            record: record.id,
            act: record.act.clone(),
            at: time(record.at),
            details: serde_json::from_str(&details.body)?,
            unchanged: fits(record, details),
            sealed: place.map(|(place, hash)| Sealed { place, hash: hex(hash) }),
            commitment: hex(&record.commitment),
        })
    }
}

pub(super) fn fits(record: &Record, details: &Details) -> bool {
    chain::commitment(&details.salt, &details.body).as_slice() == record.commitment
}
