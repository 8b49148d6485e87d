//! Addresses that must not be mailed, as staff see them, and how one is lifted. A refusal by a mailbox can be a mistake of the
//! relay; what a person has said is for them alone to take back, by signing up again (Art. 21(3) GDPR; R109).

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::consent::{record, record_of};
use super::{Context, JourneyError};
use crate::domain::address::Address;
use crate::domain::proof::hex;
use crate::domain::states::{ConsentAct, SuppressionReason};
use crate::store::subscribers::Subscriber;
use crate::store::suppressions::{self, Suppression};
use crate::store::{Conn, newsletters, subscribers, subscriptions, time};

/// People whose addresses are compared at a time.
const PAGE: i64 = 5_000;

#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    pub since: Timestamp,
    pub reason: String,
    pub source: String,
    pub until: Option<Timestamp>,
    /// None: only the keyed hash is kept, and nobody here has this address.
    pub address: Option<String>,
    pub hash: String,
}

/// All of them, the oldest first. The table knows only keyed hashes; those of our subscribers are told by computing theirs.
pub fn list(conn: &mut Conn, ctx: &Context) -> Result<Vec<Listed>, JourneyError> {
    let noted = suppressions::list(conn)?;
    let places: HashMap<Vec<u8>, usize> = noted.iter().enumerate().map(|(place, row)| (row.address_key.clone(), place)).collect();
    let mut addresses: HashMap<usize, String> = HashMap::new();
    let mut after = (!noted.is_empty()).then_some(0);
    while let Some(id) = after {
        let people = subscribers::page(conn, id, PAGE)?;
        after = people.last().map(|person| person.id);
        for person in people {
            let keys = ctx.keyring.address_keys(&person.canonical);
            for place in keys.iter().filter_map(|key| places.get(key.as_slice())) {
                addresses.insert(*place, person.address.clone());
            }
        }
    }
    let listed = noted.into_iter().enumerate().map(|(place, row)| Listed {
        since: time(row.at),
        reason: row.reason,
        source: row.source,
        until: row.expires_at.map(time),
        address: addresses.remove(&place),
        hash: hex(&row.address_key),
    });
    Ok(listed.collect())
}

/// Who lifts a suppression, and why.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    pub name: &'a str,
    pub why: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lifted {
    Done {
        since: Timestamp,
        /// Ended by the same refusal, and active again.
        subscriptions: usize,
    },
    /// The person said no: not for staff to take back.
    Refused {
        reason: String,
        since: Timestamp,
    },
    NotSuppressed,
}

/// Lifts what a mailbox's refusal has caused, and records who did it and why.
pub fn lift(conn: &mut Conn, ctx: &Context, now: Timestamp, address: &Address, by: &By<'_>) -> Result<Lifted, JourneyError> {
    let subscriber = subscribers::find(conn, address.canonical())?;
    if let Some(subscriber) = &subscriber {
        subscribers::lock(conn, subscriber.id)?;
    }
    let keys = ctx.keyring.address_keys(address.canonical());
    let Some(found) = suppressions::find(conn, &keys)? else { return Ok(Lifted::NotSuppressed) };
    if found.reason != SuppressionReason::HardBounce.as_str() {
        return Ok(Lifted::Refused { reason: found.reason, since: time(found.at) });
    }
    let Some(lifted) = suppressions::lift_bounce(conn, &keys, None)? else { return Ok(Lifted::NotSuppressed) };
    let subscriptions = undo(conn, now, subscriber.as_ref(), &keys, &lifted, by)?;
    Ok(Lifted::Done { since: time(lifted.at), subscriptions })
}

/// Records a lifted suppression, and makes the subscriptions active again that ended by the same refusal. Returns how many.
pub(super) fn undo(
    conn: &mut Conn,
    now: Timestamp,
    subscriber: Option<&Subscriber>,
    keys: &[[u8; 32]],
    lifted: &Suppression,
    by: &By<'_>,
) -> Result<usize, JourneyError> {
    let ended_at = time(lifted.at).to_string();
    let hashes: Vec<String> = keys.iter().map(|key| hex(key)).collect();
    let lifting = json!({
        "canonical": subscriber.map(|subscriber| &subscriber.canonical),
        // Of somebody who is no subscriber, nothing but the hash is known here.
        "hash": if subscriber.is_none() { Some(hashes) } else { None },
        "reason": lifted.reason,
        "source": lifted.source,
        "suppressed_at": ended_at,
        "by": by.name,
        "why": by.why,
    });
    record_of(conn, ConsentAct::Lifted, now, subscriber.map(|subscriber| subscriber.id), lifting)?;
    let Some(subscriber) = subscriber else { return Ok(0) };
    let mut again = 0;
    for (subscription, slug) in subscriptions::list_of(conn, subscriber.id)? {
        if !subscription.was_ended_by_bounce_at(lifted.at) {
            continue;
        }
        let activation = newsletters::next_activation(conn, subscription.newsletter_id)?;
        subscriptions::restore(conn, subscription.id, activation)?;
        again += 1;
        let details = json!({
            "canonical": subscriber.canonical,
            "newsletter": slug,
            "language": subscription.language,
            "ended_at": ended_at,
            "by": by.name,
            "why": by.why,
        });
        record(conn, ConsentAct::Restored, now, subscriber.id, subscription.newsletter_id, details)?;
    }
    Ok(again)
}
