//! One person's data: shown whole (Art. 15, 20 GDPR; R161) and erased (Art. 17, 21; R163, R164).

use jiff::Timestamp;
use serde::Serialize;

use super::consent::{self, Known, Story, Suppressed};
use super::{Context, JourneyError};
use crate::domain::address::Address;
use crate::domain::states::{Channel, ConsentAct};
use crate::domain::token::Purpose;
use crate::store::subscribers::Subscriber;
use crate::store::{Conn, deliveries, micros, opt_ins, proofs, retention, staff, subscribers, suppressions, time};

/// All that is stored about somebody.
#[derive(Debug, Serialize)]
pub struct PersonData {
    pub name: Option<String>,
    pub known_since: Timestamp,
    #[serde(flatten)]
    pub story: Story,
    pub requests: Vec<Request>,
    pub mails: Vec<MailOf>,
    /// Somebody who signs in with this address.
    pub staff: Option<StaffAccount>,
    /// When other subscribers asked to change to this address; it has not agreed.
    pub wanted_by_others: Vec<Timestamp>,
}

/// What a form said.
#[derive(Debug, Serialize)]
pub struct Request {
    pub requested_at: Timestamp,
    pub expires_at: Timestamp,
    pub confirmed_at: Option<Timestamp>,
    pub newsletters: Vec<String>,
    pub language: String,
    pub name: Option<String>,
    pub form_url: String,
    pub new_address: Option<String>,
    pub network: Option<String>,
}

/// One row of the ledger.
#[derive(Debug, Serialize)]
pub struct MailOf {
    pub kind: String,
    pub newsletter: Option<String>,
    pub issue: Option<i64>,
    pub subject: String,
    pub address: String,
    pub name: Option<String>,
    pub state: String,
    pub reason: Option<String>,
    pub made_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub reply: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct StaffAccount {
    pub role: String,
    pub since: Timestamp,
}

/// What is stored about an address that is no subscriber's.
#[derive(Debug, Serialize)]
pub struct Traces {
    pub made_at: Timestamp,
    /// As asked for: what is suppressed is a keyed hash.
    pub address: String,
    pub suppressed: Option<Suppressed>,
    pub staff: Option<StaffAccount>,
    /// When subscribers asked to change to it; it has not agreed.
    pub wanted_by_others: Vec<Timestamp>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Exported {
    Person(Box<PersonData>),
    Traces(Traces),
    #[serde(skip)]
    Nothing,
}

pub fn export(conn: &mut Conn, ctx: &Context, now: Timestamp, address: &Address) -> Result<Exported, JourneyError> {
    let Some(person) = subscribers::find(conn, address.canonical())? else { return traces(conn, ctx, now, address) };
    let Known::Story(story) = consent::story(conn, ctx, now, address)? else { return traces(conn, ctx, now, address) };
    let mut requests = Vec::new();
    for opt_in in opt_ins::list_of(conn, person.id)? {
        requests.push(Request {
            newsletters: opt_ins::newsletters_of(conn, opt_in.id)?.into_iter().map(|(_, slug)| slug).collect(),
            requested_at: time(opt_in.requested_at),
            expires_at: time(opt_in.expires_at),
            confirmed_at: opt_in.confirmed_at.map(time),
            language: opt_in.language,
            name: opt_in.name,
            form_url: opt_in.form_url,
            new_address: opt_in.new_address,
            network: opt_in.network,
        });
    }
    let ids = deliveries::list_of_person(conn, person.id)?;
    let mails = proofs::list_mails(conn, &ids)?.into_iter().map(MailOf::from).collect();
    Ok(Exported::Person(Box::new(PersonData {
        name: person.name,
        known_since: time(person.created_at),
        story: *story,
        requests,
        mails,
        staff: account(conn, address)?,
        wanted_by_others: wanted_by_others(conn, address, Some(person.id))?,
    })))
}

fn traces(conn: &mut Conn, ctx: &Context, now: Timestamp, address: &Address) -> Result<Exported, JourneyError> {
    let suppressed = consent::suppressed(conn, ctx, address.canonical())?;
    let staff = account(conn, address)?;
    let wanted_by_others = wanted_by_others(conn, address, None)?;
    if suppressed.is_none() && staff.is_none() && wanted_by_others.is_empty() {
        return Ok(Exported::Nothing);
    }
    Ok(Exported::Traces(Traces { made_at: now, address: address.as_typed().to_owned(), suppressed, staff, wanted_by_others }))
}

fn wanted_by_others(conn: &mut Conn, address: &Address, themselves: Option<i64>) -> Result<Vec<Timestamp>, JourneyError> {
    let wanted = opt_ins::list_changes_to(conn, address.canonical())?;
    let others = wanted.iter().filter(|request| Some(request.subscriber_id) != themselves);
    Ok(others.map(|request| time(request.requested_at)).collect())
}

fn account(conn: &mut Conn, address: &Address) -> Result<Option<StaffAccount>, JourneyError> {
    let account = staff::find(conn, address.canonical())?;
    Ok(account.map(|account| StaffAccount { role: account.role, since: time(account.created_at) }))
}

/// The same for whoever has the link out of a mail. None: nobody has this link.
pub fn export_by_link(conn: &mut Conn, ctx: &Context, now: Timestamp, token: &str) -> Result<Option<PersonData>, JourneyError> {
    let Some(person) = by_link(conn, ctx, token)? else { return Ok(None) };
    match export(conn, ctx, now, &address_of(&person)?)? {
        Exported::Person(data) => Ok(Some(*data)),
        Exported::Traces(_) | Exported::Nothing => Ok(None),
    }
}

pub(super) fn by_link(conn: &mut Conn, ctx: &Context, token: &str) -> Result<Option<Subscriber>, JourneyError> {
    match ctx.keyring.verify(Purpose::Preferences, token) {
        Some(public_id) => Ok(subscribers::find_by_public_id(conn, &public_id)?),
        None => Ok(None),
    }
}

fn address_of(person: &Subscriber) -> Result<Address, JourneyError> {
    Address::parse(&person.address).map_err(|_| JourneyError::Broken(format!("subscriber {} has no usable address", person.id)))
}

/// What is noted of an address that somebody has left for another one.
pub(super) const ADDRESS_CHANGED: &str = "address changed";

/// What an erasure took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Erased {
    pub was_known: bool,
    pub consent_records: usize,
    pub deliveries: usize,
    /// Somebody has left this address for another one, under which the proofs of that time still name it.
    pub was_left: bool,
    /// Somebody signs in with it; that account is not touched.
    pub signs_in: bool,
}

/// Erases everything about an address, and keeps its keyed hash so that no import brings it back. What is just being
/// transmitted cannot be called back.
pub fn erase(conn: &mut Conn, ctx: &Context, now: Timestamp, address: &Address, by: Channel) -> Result<Erased, JourneyError> {
    let noted = consent::suppressed(conn, ctx, address.canonical())?;
    let mut erased = Erased::default();
    if let Some(person) = subscribers::find(conn, address.canonical())? {
        erased = forget(conn, now, &person, ConsentAct::Erased, by.as_str())?;
    }
    // Somebody else may have wanted to change to it.
    for request in opt_ins::list_changes_to(conn, address.canonical())? {
        retention::delete_mails_of(conn, request.subscriber_id, request.id, micros(now))?;
        opt_ins::delete(conn, &[request.id])?;
        erased.was_known = true;
    }
    erased.was_left = !erased.was_known && noted.is_some_and(|noted| noted.source == ADDRESS_CHANGED);
    erased.signs_in = account(conn, address)?.is_some();
    let (key_id, key) = ctx.keyring.address_key(address.canonical());
    suppressions::object(conn, key_id, &key, "erasure", micros(now))?;
    Ok(erased)
}

/// False: nobody has this link.
pub fn erase_by_link(conn: &mut Conn, ctx: &Context, now: Timestamp, token: &str) -> Result<bool, JourneyError> {
    let Some(person) = by_link(conn, ctx, token)? else { return Ok(false) };
    erase(conn, ctx, now, &address_of(&person)?, Channel::Page)?;
    Ok(true)
}

/// Takes somebody out of every table; `act` says why, on a tombstone.
pub(super) fn forget(
    conn: &mut Conn,
    now: Timestamp,
    person: &Subscriber,
    act: ConsentAct,
    by: &str,
) -> Result<Erased, JourneyError> {
    // Who signs up, confirms or changes something meanwhile waits here, and then finds nobody.
    subscribers::lock(conn, person.id)?;
    let mails = deliveries::list_of_person(conn, person.id)?;
    deliveries::skip_ids(conn, mails.clone(), deliveries::ERASED, micros(now))?;
    deliveries::forget_ids(conn, &mails)?;
    let records = crate::store::consent::erase_details(conn, person.id, None)?;
    if !records.is_empty() {
        consent::tombstone(conn, act, now, &records, by)?;
    }
    let asked: Vec<i64> = opt_ins::list_of(conn, person.id)?.into_iter().map(|opt_in| opt_in.id).collect();
    opt_ins::delete(conn, &asked)?;
    subscribers::delete(conn, person.id)?;
    Ok(Erased { was_known: true, consent_records: records.len(), deliveries: mails.len(), ..Erased::default() })
}

impl From<proofs::MailRow> for MailOf {
    fn from(row: proofs::MailRow) -> Self {
        Self {
            kind: row.kind,
            newsletter: row.newsletter,
            issue: row.number,
            subject: row.subject,
            address: row.address,
            name: row.name,
            state: row.state,
            reason: row.reason,
            made_at: time(row.created_at),
            ended_at: row.ended_at.map(time),
            reply: row.reply,
        }
    }
}
