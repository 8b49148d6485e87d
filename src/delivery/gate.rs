//! The gate: destinations that do not take everything at once. A domain that asked for less mail rests and recovers (R64), a
//! domain with a limit of its own has turns. What finds no room is put off, so that it stands in nobody's way.
//!
//! Where nobody asked and no domain has a limit, the gate stands open and costs one look at an empty table per claim.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::pace::Turns;
use super::{Config, pace};
use crate::clock::Clock;
use crate::domain::throttle::{Destination, FORGOTTEN, Recovery, domain_of};
use crate::store::ledger::{self, Claimant};
use crate::store::throttles::{self, Throttle};
use crate::store::{Conn, StoreError, deliveries, micros, time, waiting};

/// Looks at the queue in one claim: behind the mails of a domain without room there may be others.
const LOOKS: usize = 20;

pub(super) struct Gate<'a> {
    config: &'a Config,
    clock: &'a Clock,
    now: i64,
    relay: Option<Throttle>,
    domains: BTreeMap<String, Throttle>,
    /// The domain of each mail under way, once somebody asked.
    under_way: Option<Vec<String>>,
    /// The turns of all domains that have a limit, once somebody asked.
    turns: Option<HashMap<String, Turns>>,
    doors: HashMap<String, Door>,
    /// There may be more that is due behind all that was put off.
    more: bool,
}

/// One domain's.
struct Door {
    /// µs.
    rests_until: Option<i64>,
    recovery: Option<Recovery>,
    turns: Option<Turns>,
    /// How many more may go.
    room: i64,
    taken: i64,
    /// How many found no room.
    waiting: i64,
}

impl Door {
    /// When the next mail that finds no room is looked at again (µs on this node's clock).
    fn put_off(&mut self, now: i64) -> i64 {
        let n = self.waiting;
        self.waiting += 1;
        let turn = self.turns.as_ref().map(|turns| now + turns.wait(self.taken, n));
        let room = self.recovery.map(|recovery| now + recovery.wait(n));
        self.rests_until.or(turn.max(room)).unwrap_or(now)
    }
}

/// Which of the mails that go now are watched, and which must not go any more.
#[derive(Clone, Debug, Default)]
pub(super) struct Watched {
    relay: bool,
    domains: HashSet<String>,
    /// Domains that rest, and until when (µs).
    pub resting: Vec<(String, i64)>,
}

impl Watched {
    /// Whether a mail's destination is recovering.
    pub fn recovers(&self, domain: &str) -> bool {
        self.relay || self.domains.contains(domain)
    }
}

impl<'a> Gate<'a> {
    pub fn find(conn: &mut Conn, config: &'a Config, clock: &'a Clock, now: i64) -> Result<Self, StoreError> {
        let (mut relay, mut domains) = (None, BTreeMap::new());
        for throttle in throttles::lock_all(conn, micros(time(now) - FORGOTTEN))? {
            match &throttle.destination {
                Destination::Relay => relay = Some(throttle),
                Destination::Domain(domain) => drop(domains.insert(domain.clone(), throttle)),
            }
        }
        Ok(Self { config, clock, now, relay, domains, under_way: None, turns: None, doors: HashMap::new(), more: false })
    }

    /// What the relay said, if everything rests.
    pub fn rests(&self) -> Option<&str> {
        self.relay.as_ref().filter(|throttle| throttle.rests_until > self.now).map(|throttle| throttle.reply.as_str())
    }

    /// How many mails may be begun, if the relay is recovering.
    pub fn room(&mut self, conn: &mut Conn) -> Result<Option<i64>, StoreError> {
        let Some(recovery) = self.relay.as_ref().map(|throttle| throttle.recovery) else { return Ok(None) };
        let under_way = i64::try_from(self.under_way(conn)?.len()).unwrap_or(i64::MAX);
        Ok(Some(recovery.at_once.saturating_sub(under_way).max(0)))
    }

    pub fn watched(&self) -> Watched {
        let (resting, begun): (Vec<_>, Vec<_>) = self.domains.iter().partition(|(_, throttle)| throttle.rests_until > self.now);
        Watched {
            relay: self.relay.is_some(),
            domains: begun.into_iter().map(|(domain, _)| domain.clone()).collect(),
            resting: resting.into_iter().map(|(domain, throttle)| (domain.clone(), throttle.rests_until)).collect(),
        }
    }

    /// Claims up to `most` mails of an issue, or (None) of those that belong to none, as far as their domains have room.
    pub fn claim(&mut self, conn: &mut Conn, issue: Option<i64>, by: Claimant<'_>, most: i64) -> Result<Vec<i64>, StoreError> {
        if self.domains.is_empty() && self.config.domains.is_empty() {
            return ledger::claim(conn, issue, by, most);
        }
        let most = usize::try_from(most).unwrap_or(0);
        let mut claimed = Vec::new();
        for _ in 0..LOOKS {
            let due = waiting::list_due(conn, issue, by.now, self.config.batch)?;
            let (mut go, mut later) = (Vec::new(), Vec::new());
            for (id, address) in due {
                let has_room = claimed.len() + go.len() < most;
                match self.door(conn, &address)? {
                    Some(door) if door.room < 1 => later.push((id, door.put_off(by.now))),
                    Some(door) if has_room => {
                        door.room -= 1;
                        door.taken += 1;
                        go.push(id);
                    }
                    None if has_room => go.push(id),
                    _ => {}
                }
            }
            waiting::claim(conn, &go, by)?;
            waiting::delay(conn, &later)?;
            claimed.extend(go);
            if claimed.len() >= most || later.is_empty() {
                return Ok(claimed);
            }
        }
        self.more = true;
        Ok(claimed)
    }

    /// Whether the last look did not reach the end of what is due.
    pub fn has_more(&self) -> bool {
        self.more
    }

    /// Writes down which turns were taken. Returns the last one that a mail waits for (µs), or 0.
    pub fn close(self, conn: &mut Conn) -> Result<i64, StoreError> {
        let mut last_turn = 0;
        for door in self.doors.values() {
            if let Some(turns) = &door.turns {
                turns.take(conn, door.taken)?;
                if door.waiting > 0 && door.rests_until.is_none() {
                    last_turn = last_turn.max(self.now + turns.wait(door.taken, door.waiting));
                }
            }
        }
        Ok(last_turn)
    }

    /// None: this address's domain takes everything.
    fn door(&mut self, conn: &mut Conn, address: &str) -> Result<Option<&mut Door>, StoreError> {
        let domain = domain_of(address);
        let throttle = self.domains.get(&domain).map(|throttle| (throttle.rests_until, throttle.recovery));
        if throttle.is_none() && !self.config.domains.contains_key(&domain) {
            return Ok(None);
        }
        if !self.doors.contains_key(&domain) {
            let turns = self.turns_of(conn, &domain)?;
            let room = turns.as_ref().map_or(i64::MAX, |turns| turns.most);
            let mut door = Door { rests_until: None, recovery: None, turns, room, taken: 0, waiting: 0 };
            match throttle {
                Some((until, _)) if until > self.now => (door.rests_until, door.room) = (Some(until), 0),
                Some((_, recovery)) => {
                    let under_way = self.under_way(conn)?.iter().filter(|other| **other == domain).count();
                    let free = recovery.at_once.saturating_sub(i64::try_from(under_way).unwrap_or(i64::MAX));
                    (door.recovery, door.room) = (Some(recovery), room.min(free));
                }
                None => {}
            }
            self.doors.insert(domain.clone(), door);
        }
        Ok(self.doors.get_mut(&domain))
    }

    fn turns_of(&mut self, conn: &mut Conn, domain: &str) -> Result<Option<Turns>, StoreError> {
        if self.turns.is_none() {
            let now = pace::shared_clock(conn, self.clock, self.now)?;
            let mut all = HashMap::new();
            // All of them and in order, so that no two nodes wait for each other's.
            for (domain, limits) in &self.config.domains {
                if let Some(turns) = Turns::find(conn, format!("{}/{domain}", deliveries::RELAY), *limits, now)? {
                    all.insert(domain.clone(), turns);
                }
            }
            self.turns = Some(all);
        }
        Ok(self.turns.as_mut().and_then(|turns| turns.remove(domain)))
    }

    fn under_way(&mut self, conn: &mut Conn) -> Result<&[String], StoreError> {
        if self.under_way.is_none() {
            let addresses = waiting::list_under_way(conn)?;
            self.under_way = Some(addresses.iter().map(|address| domain_of(address)).collect());
        }
        Ok(self.under_way.as_deref().unwrap_or_default())
    }
}
