//! A destination that asks for less mail rests, for every node, and recovers mail by mail (R64). Rules: `domain::throttle`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::JourneyError;
use super::settle::Attempt;
use crate::domain::delivery::{Outcome, without_addresses};
use crate::domain::throttle::{self, DOMAINS, Destination, FORGOTTEN, REST};
use crate::store::{Conn, micros, throttles};

/// In the transaction that has just recorded these results. Costs nothing where nobody asks and nobody recovers.
pub(super) fn look(conn: &mut Conn, now: Timestamp, attempts: &[&Attempt]) -> Result<(), JourneyError> {
    // Ordered, the relay first: whoever locks several of them does it in this order.
    let mut asked: BTreeMap<Destination, &str> = BTreeMap::new();
    let mut took: BTreeMap<Destination, i64> = BTreeMap::new();
    for attempt in attempts {
        let reply = attempt.outcome.reply();
        if let Outcome::Accepted(_) = attempt.outcome {
            if attempt.recovers {
                for destination in [Destination::Relay, Destination::Domain(throttle::domain_of(&attempt.address))] {
                    *took.entry(destination).or_default() += 1;
                }
            }
        } else if let Some(destination) = throttle::concerned(reply, &attempt.address) {
            asked.insert(destination, &reply.text);
        }
    }
    for (destination, mails) in took {
        throttles::recover(conn, &destination, mails, micros(now))?;
    }
    if asked.is_empty() {
        return Ok(());
    }
    let mut resting: BTreeSet<String> = throttles::list_resting(conn, micros(now))?.into_iter().collect();
    let domains = asked.keys().filter(|destination| **destination != Destination::Relay);
    resting.extend(domains.map(|domain| domain.as_str().to_owned()));
    if let (true, Some(reply)) = (resting.len() >= DOMAINS, asked.values().next().copied()) {
        asked.entry(Destination::Relay).or_insert(reply);
    }
    throttles::forget(conn, micros(now - FORGOTTEN))?;
    for (destination, reply) in asked {
        let said = without_addresses(reply);
        throttles::rest(conn, &destination, micros(now + REST), &said)?;
        let (place, minutes) = (destination.as_str(), REST.as_mins());
        tracing::warn!(
            place,
            said,
            minutes,
            "asked to send more slowly: mail for this domain (*: all mail) rests, then begins again with one at a time"
        );
    }
    Ok(())
}
