//! Proof of dispatch: what was sent to whom, when, under which Message-ID, and what the relay said. Everything in it comes
//! from the ledger and the frozen editions; nothing is kept for it beside them.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::Serialize;

use super::{JourneyError, issues};
use crate::domain::address::Address;
use crate::domain::proof::{self, About, FORMAT, Whole};
use crate::domain::states::DeliveryState;
use crate::mail::edition::Edition;
use crate::mail::message;
use crate::store::issues::Issue;
use crate::store::proofs::{self, After, Proven};
use crate::store::{Conn, deliveries, id16, newsletters, subscribers, time};

/// Rows read at a time.
const PAGE: i64 = 1_000;

/// Whatever staff decided about a mail in doubt is no answer of the relay.
pub const ACCEPTED_BY_STAFF: &str = "accepted-by-staff";

/// What a proof says before its rows.
#[derive(Clone, Debug, Serialize)]
pub struct Proof {
    #[serde(skip)]
    pub about: About,
    pub made_at: Timestamp,
    /// The newsletter's own name.
    pub name: String,
    pub zone: String,
    pub state: String,
    pub published_at: Option<Timestamp>,
    pub sent_at: Option<Timestamp>,
    pub address: Option<String>,
    pub editions: Vec<ProvenEdition>,
    /// In the whole issue: (state, count).
    pub states: Vec<(String, i64)>,
    #[serde(skip)]
    pub issue_id: i64,
    #[serde(skip)]
    subscriber_id: Option<i64>,
}

/// One language of the issue, frozen when it was published.
#[derive(Clone, Debug, Serialize)]
pub struct ProvenEdition {
    #[serde(skip)]
    id: i64,
    pub language: String,
    pub subject: String,
    pub from: String,
    /// Of the frozen content, computed now.
    pub sha256: String,
    /// Whether it is what was noted when the issue was published.
    pub unchanged: bool,
}

/// One recipient.
#[derive(Clone, Debug, Serialize)]
pub struct ProvenDelivery {
    pub delivery: i64,
    pub mark: String,
    pub address: String,
    pub name: Option<String>,
    /// The edition's language.
    pub edition: String,
    pub state: String,
    pub reason: Option<String>,
    /// When the relay took it over.
    pub handed_over_at: Option<Timestamp>,
    /// The same in the newsletter's zone.
    pub handed_over_local: Option<Zoned>,
    /// When it came to any other end, or into doubt.
    pub ended_at: Option<Timestamp>,
    pub ended_local: Option<Zoned>,
    /// The mail's Date header: when it was first begun.
    pub dated_at: Option<Timestamp>,
    /// None: no mail was ever begun.
    pub message_id: Option<String>,
    /// Refusals for the time being before the last answer, and how often it was sent again after doubt.
    pub attempts: i64,
    pub resends: i64,
    pub relay: String,
    /// The relay's last answer to this mail.
    pub reply: Option<Answer>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    pub stage: String,
    /// 0: none came.
    pub code: i64,
    pub text: String,
}

/// What there is to prove.
#[derive(Debug)]
pub enum Begun {
    Proof(Box<Proof>),
    NoSuchIssue,
    /// The issue has no delivery for this address.
    NotTo,
}

/// Begins a proof of a published issue, or of what was sent of it to one address.
pub fn begin(conn: &mut Conn, now: Timestamp, slug: &str, number: i64, to: Option<&Address>) -> Result<Begun, JourneyError> {
    let Some(mut proof) = open(conn, now, slug, number)? else { return Ok(Begun::NoSuchIssue) };
    match to {
        None => proof.states = states(conn, proof.issue_id)?,
        Some(address) => {
            let subscriber = subscribers::find(conn, address.canonical())?.map(|subscriber| subscriber.id);
            let row = match subscriber {
                Some(id) => proofs::find(conn, proof.issue_id, id)?,
                None => None,
            };
            if row.is_none() {
                return Ok(Begun::NotTo);
            }
            proof.about.of = Whole::Address;
            proof.address = Some(address.as_typed().to_owned());
            proof.subscriber_id = subscriber;
        }
    }
    Ok(Begun::Proof(Box::new(proof)))
}

/// A proof without its counts. None: nothing was published under this number.
pub fn open(conn: &mut Conn, now: Timestamp, slug: &str, number: i64) -> Result<Option<Proof>, JourneyError> {
    let published = newsletters::find(conn, slug)?.zip(issues::find(conn, slug, number)?.filter(|issue| issue.number.is_some()));
    let Some((newsletter, issue)) = published else { return Ok(None) };
    Ok(Some(Proof {
        about: About { format: FORMAT.to_owned(), newsletter: slug.to_owned(), number, of: Whole::Issue },
        made_at: now,
        name: newsletter.name,
        zone: newsletter.zone,
        state: issue.state.clone(),
        published_at: issue.published_at.map(time),
        sent_at: issue.sent_at.map(time),
        address: None,
        editions: editions(conn, &issue)?,
        states: Vec::new(),
        issue_id: issue.id,
        subscriber_id: None,
    }))
}

impl Proof {
    /// Hands each row to `take`, page by page: however many there are, they are not held at once. Returns how many there were.
    pub fn rows<E: From<JourneyError>>(
        &self,
        conn: &mut Conn,
        mut take: impl FnMut(&ProvenDelivery) -> Result<(), E>,
    ) -> Result<i64, E> {
        let zone = TimeZone::get(&self.zone).map_err(|error| JourneyError::Broken(error.to_string()))?;
        let mut count = 0;
        let mut each = |row: &Proven| {
            count += 1;
            take(&self.row(row, Some(&zone))?)
        };
        if let Some(id) = self.subscriber_id {
            if let Some(row) = proofs::find(conn, self.issue_id, id).map_err(JourneyError::from)? {
                each(&row)?;
            }
            return Ok(count);
        }
        let mut after = Some(After::START);
        while let Some(place) = after {
            let (rows, next) = proofs::page(conn, self.issue_id, place, PAGE).map_err(JourneyError::from)?;
            rows.iter().try_for_each(&mut each)?;
            after = next;
        }
        Ok(count)
    }

    /// Compares rows of a document, (id, mark), with what the ledger says of them now.
    pub fn compare(&self, conn: &mut Conn, rows: &[(i64, String)]) -> Result<Vec<Since>, JourneyError> {
        let ids: Vec<i64> = rows.iter().map(|(id, _)| *id).collect();
        let found: HashMap<i64, Proven> = proofs::list(conn, &ids)?.into_iter().map(|row| (row.id, row)).collect();
        let mut since = Vec::with_capacity(rows.len());
        for (id, mark) in rows {
            since.push(match found.get(id).filter(|row| !row.address.is_empty() && row.issue_id == Some(self.issue_id)) {
                None => Since::Erased,
                Some(row) => {
                    let now = self.row(row, None)?;
                    if now.mark == *mark { Since::Same } else { Since::Changed(in_short(&now)) }
                }
            });
        }
        Ok(since)
    }

    /// How many deliveries the ledger has of this issue now.
    pub fn count(&self, conn: &mut Conn) -> Result<i64, JourneyError> {
        Ok(states(conn, self.issue_id)?.iter().map(|(_, count)| count).sum())
    }

    fn row(&self, row: &Proven, zone: Option<&TimeZone>) -> Result<ProvenDelivery, JourneyError> {
        let of_row = self.editions.iter().find(|edition| edition.id == row.edition_id);
        let edition = of_row.ok_or_else(|| JourneyError::Broken(format!("delivery {} has no edition of its issue", row.id)))?;
        let message_id = message::id(&edition.from, &id16("deliveries", &row.public_id)?);
        let handed_over = row.state == DeliveryState::Sent.as_str() && row.reason.as_deref() != Some(ACCEPTED_BY_STAFF);
        let ended = row.ended_at.map(time);
        let local = |at: Option<Timestamp>| at.zip(zone).map(|(at, zone)| at.to_zoned(zone.clone()));
        let (handed_over_at, ended_at) = if handed_over { (ended, None) } else { (None, ended) };
        Ok(ProvenDelivery {
            delivery: row.id,
            mark: self.mark(row, edition, &message_id),
            address: row.address.clone(),
            name: row.name.clone(),
            edition: edition.language.clone(),
            state: row.state.clone(),
            reason: row.reason.clone(),
            handed_over_at,
            handed_over_local: local(handed_over_at),
            ended_at,
            ended_local: local(ended_at),
            dated_at: row.dated_at.map(time),
            message_id: row.dated_at.map(|_| format!("<{message_id}>")),
            attempts: row.attempts,
            resends: row.resends,
            relay: row.relay.clone(),
            reply: row.stage.as_ref().zip(row.code).map(|(stage, code)| Answer {
                stage: stage.clone(),
                code,
                text: row.reply.clone().unwrap_or_default(),
            }),
        })
    }

    /// Of the ledger's own values, so that it stays the same whatever words a later release has for them.
    fn mark(&self, row: &Proven, edition: &ProvenEdition, message_id: &str) -> String {
        let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
        let numbers = [Some(self.about.number), row.dated_at, row.ended_at, row.code, Some(row.attempts), Some(row.resends)];
        let numbers = numbers.map(number);
        let texts = [
            self.about.newsletter.as_str(),
            &edition.language,
            &edition.sha256,
            &row.address,
            row.name.as_deref().unwrap_or_default(),
            &row.state,
            row.reason.as_deref().unwrap_or_default(),
            message_id,
            row.stage.as_deref().unwrap_or_default(),
            row.reply.as_deref().unwrap_or_default(),
        ];
        proof::mark(texts.into_iter().chain(numbers.iter().map(String::as_str)))
    }
}

/// What became of a delivery since a proof of it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    Same,
    /// The ledger's state and last answer now.
    Changed(String),
    Erased,
}

fn in_short(row: &ProvenDelivery) -> String {
    let mut words = row.state.clone();
    if let Some(at) = row.handed_over_at.or(row.ended_at) {
        words += &format!(" at {at}");
    }
    if let Some(Answer { stage, code, text }) = &row.reply {
        words += &format!(", {stage}: {code} {text}");
    }
    words
}

/// An issue's mails in doubt. None: no such issue.
pub fn list_unknown(conn: &mut Conn, slug: &str, number: i64, most: i64) -> Result<Option<Vec<Doubtful>>, JourneyError> {
    let Some(issue) = issues::find(conn, slug, number)? else { return Ok(None) };
    let rows = proofs::list_unknown(conn, issue.id, most)?;
    Ok(Some(rows.into_iter().map(Doubtful::from).collect()))
}

/// A mail in doubt, for the people who decide.
#[derive(Clone, Debug, Serialize)]
pub struct Doubtful {
    pub address: String,
    pub first_tried_at: Option<Timestamp>,
    /// None: the node that sent it died, and nobody saw when.
    pub in_doubt_since: Option<Timestamp>,
    pub relay: String,
    pub reason: Option<String>,
    /// What was last heard of the relay about it, perhaps of an earlier try.
    pub last_heard: Option<String>,
    pub resends: i64,
}

impl From<Proven> for Doubtful {
    fn from(row: Proven) -> Self {
        let heard = row.stage.zip(row.reply).map(|(stage, text)| match row.code {
            Some(code) if code > 0 => format!("{stage}: {code} {text}"),
            _ => format!("{stage}: {text}"),
        });
        Self {
            address: row.address,
            first_tried_at: row.dated_at.map(time),
            in_doubt_since: row.ended_at.map(time),
            relay: row.relay,
            reason: row.reason,
            last_heard: heard,
            resends: row.resends,
        }
    }
}

fn states(conn: &mut Conn, issue_id: i64) -> Result<Vec<(String, i64)>, JourneyError> {
    let mut counted = deliveries::count_by_state(conn, issue_id)?;
    // What was handed over comes first, then the other ends, then what has none yet.
    let place = |word: &str| DeliveryState::ALL.iter().position(|state| state.as_str() == word);
    let has_ended = |word: &str| place(word) >= place(DeliveryState::Sent.as_str());
    counted.sort_by_key(|(state, _)| (!has_ended(state), place(state)));
    Ok(counted)
}

fn editions(conn: &mut Conn, issue: &Issue) -> Result<Vec<ProvenEdition>, JourneyError> {
    let mut editions = Vec::new();
    for frozen in proofs::editions(conn, issue.id)? {
        let hash = Edition::hash(&frozen.content);
        editions.push(ProvenEdition {
            id: frozen.id,
            language: frozen.language,
            subject: frozen.subject,
            from: Edition::from_bytes(&frozen.content)?.from_address,
            sha256: proof::hex(&hash),
            unchanged: frozen.hash == hash,
        });
    }
    Ok(editions)
}
