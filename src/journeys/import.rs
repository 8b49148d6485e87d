//! Readers are brought along from elsewhere: a file's rows, in batches, each batch one transaction that also notes how far the
//! import came. Nothing is mailed.
//!
//! Nobody becomes active here without a word on how they agreed (R134, R168), nobody against what they said here: who has
//! left this newsletter or is suppressed stays out (R49, R166).

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::consent::owned;
use super::{Context, JourneyError};
use crate::domain::consent as chain;
use crate::domain::import::{Entry, Rules, Words};
use crate::domain::language::Language;
use crate::domain::proof::hex;
use crate::domain::states::{ConsentAct, SubscriptionState};
use crate::domain::token::{self, SiblingIds};
use crate::store::consent::{self, NewRecord};
use crate::store::imports::{self, Known, NewPerson, NewSubscription};
use crate::store::newsletters::Newsletter;
use crate::store::{Conn, micros, newsletters, suppressions, time};

/// Rows of a file per transaction: enough to make commits cheap, few enough that others do not wait for long.
const BATCH: i64 = 5_000;
/// A dry run remembers so many addresses to find those that come twice; a real one asks the database.
const MOST_REMEMBERED: usize = 1_750_000;

/// An import that is under way, or, without an id, only tried.
#[derive(Clone, Debug)]
pub struct Import {
    id: Option<i64>,
    newsletter_id: i64,
    slug: String,
    evidence: String,
    file_hash: String,
    begun_at: i64,
    /// Data rows that an earlier run has done.
    pub rows_done: i64,
    /// People that an earlier run has added.
    pub added: i64,
}

#[derive(Clone, Debug)]
pub enum Begun {
    Import(Import, Box<Rules>),
    /// The same file was imported to its end at that time.
    Done {
        at: Timestamp,
        added: i64,
    },
    /// It was begun with another word on how these people agreed: this one.
    OtherEvidence(String),
    NoSuchNewsletter,
    /// It takes nobody in any more.
    Closed,
    /// The newsletter does not come in the language that an option asks for, but in these.
    NoSuchLanguage(&'static str, Vec<Language>),
}

/// What is to be imported where.
#[derive(Clone, Debug)]
pub struct Asked {
    pub slug: String,
    /// SHA-256.
    pub file_hash: [u8; 32],
    /// How the file is to be read, if that was said. Read in another way, a file is another import.
    pub told: String,
    pub evidence: String,
    /// Of rows that say none; else the newsletter's first.
    pub language: Option<Language>,
    /// Of rows that say one the newsletter does not come in.
    pub others: Option<Language>,
    pub words: Words,
}

impl Asked {
    /// By which an import is found again.
    fn key(&self) -> [u8; 32] {
        if self.told.is_empty() {
            return self.file_hash;
        }
        let mut key = [0; 32];
        key.copy_from_slice(digest(&SHA256, &[self.file_hash.as_slice(), self.told.as_bytes()].concat()).as_ref());
        key
    }
}

/// Notes that an import begins, or finds how far it came.
pub fn begin(conn: &mut Conn, ctx: &Context, now: Timestamp, asked: &Asked) -> Result<Begun, JourneyError> {
    let (newsletter, rules) = match rules(conn, ctx, now, asked)? {
        Ok(found) => found,
        Err(no) => return Ok(no),
    };
    // Two that begin at once come one after the other.
    newsletters::lock(conn, newsletter.id)?;
    let row = match imports::find(conn, newsletter.id, &asked.key())? {
        Some(row) => row,
        None => imports::insert(conn, newsletter.id, &asked.key(), &asked.evidence, micros(now))?,
    };
    Ok(begun(&newsletter, rules, asked, row))
}

/// The same for a dry run: nothing is noted, and it begins at the first row.
pub fn try_out(conn: &mut Conn, ctx: &Context, now: Timestamp, asked: &Asked) -> Result<Begun, JourneyError> {
    let (newsletter, rules) = match rules(conn, ctx, now, asked)? {
        Ok(found) => found,
        Err(no) => return Ok(no),
    };
    match imports::find(conn, newsletter.id, &asked.key())? {
        Some(row) if row.ended_at.is_some() => Ok(begun(&newsletter, rules, asked, row)),
        _ => Ok(Begun::Import(import(&newsletter, asked, micros(now)), Box::new(rules))),
    }
}

fn rules(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    asked: &Asked,
) -> Result<Result<(Newsletter, Rules), Begun>, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, &asked.slug)? else { return Ok(Err(Begun::NoSuchNewsletter)) };
    if newsletter.is_closed() {
        return Ok(Err(Begun::Closed));
    }
    let languages = newsletter.languages()?;
    for (option, language) in [("--language", asked.language), ("--others", asked.others)] {
        if language.is_some_and(|language| !languages.contains(&language)) {
            return Ok(Err(Begun::NoSuchLanguage(option, languages)));
        }
    }
    let rules = Rules {
        language: asked.language.or_else(|| languages.first().copied()).unwrap_or(Language::En),
        others: asked.others,
        languages,
        words: asked.words.clone(),
        today: now.to_zoned(TimeZone::UTC).date(),
        smtputf8: ctx.config.smtputf8,
    };
    Ok(Ok((newsletter, rules)))
}

fn import(newsletter: &Newsletter, asked: &Asked, now: i64) -> Import {
    Import {
        id: None,
        newsletter_id: newsletter.id,
        slug: newsletter.slug.clone(),
        evidence: asked.evidence.clone(),
        file_hash: hex(&asked.file_hash),
        begun_at: now,
        rows_done: 0,
        added: 0,
    }
}

fn begun(newsletter: &Newsletter, rules: Rules, asked: &Asked, row: imports::Import) -> Begun {
    match row.ended_at {
        Some(at) => Begun::Done { at: time(at), added: row.added },
        None if row.evidence != asked.evidence => Begun::OtherEvidence(row.evidence),
        None => {
            let new = import(newsletter, asked, row.begun_at);
            Begun::Import(Import { id: Some(row.id), rows_done: row.rows_done, added: row.added, ..new }, Box::new(rules))
        }
    }
}

/// Somebody of the file with all that the database is to hold of them: what takes the time is done outside of transactions.
struct Person {
    entry: Entry,
    /// The keyed hashes of the address (R108).
    keys: Vec<[u8; 32]>,
    subscriber: [u8; 16],
    subscription: [u8; 16],
    salt: [u8; 16],
    /// Of the consent record.
    details: Value,
}

/// What became of people of the file, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub added: i64,
    /// Got the newsletter already.
    pub active: i64,
    /// Came before in the same file.
    pub twice: i64,
    /// Have left this newsletter.
    pub ended: i64,
    pub suppressed: i64,
}

impl Counts {
    pub fn add(&mut self, more: Counts) {
        self.added += more.added;
        self.active += more.active;
        self.twice += more.twice;
        self.ended += more.ended;
        self.suppressed += more.suppressed;
    }
}

/// The people of some rows of the file that follow each other.
pub struct Batch {
    /// Data rows before it, and with it.
    from: i64,
    to: i64,
    ids: SiblingIds,
    people: Vec<Person>,
}

impl Batch {
    /// One that begins behind so many data rows.
    pub fn after(rows: i64) -> Result<Batch, JourneyError> {
        Ok(Batch { from: rows, to: rows, ids: SiblingIds::new()?, people: Vec::new() })
    }

    /// Notes that so many data rows of the file were looked at. True: it is full.
    pub fn reach(&mut self, rows: i64) -> bool {
        self.to = self.to.max(rows);
        self.to - self.from >= BATCH
    }

    pub fn is_empty(&self) -> bool {
        self.to == self.from
    }

    /// Prepares somebody. `row`: its number in the file, of which the first names the columns.
    pub fn add(&mut self, ctx: &Context, import: &Import, row: i64, entry: Entry) -> Result<(), JourneyError> {
        let evidence: Map<_, _> = entry.evidence.iter().map(|(column, value)| (column.clone(), json!(value))).collect();
        let details = json!({
            "address": entry.address.as_typed(),
            "canonical": entry.address.canonical(),
            "newsletter": import.slug,
            "language": entry.language,
            "channel": "import",
            "evidence": import.evidence,
            "row": { "number": row, "says": evidence },
            "file": import.file_hash,
        });
        self.people.push(Person {
            keys: ctx.keyring.address_keys(entry.address.canonical()),
            subscriber: self.ids.next()?,
            subscription: self.ids.next()?,
            salt: token::random_id()?,
            details,
            entry,
        });
        Ok(())
    }
}

/// Takes a batch in. None: the import is not where this batch begins, because somebody else runs it as well.
pub fn take(conn: &mut Conn, now: Timestamp, import: &Import, batch: Batch) -> Result<Option<Counts>, JourneyError> {
    let id = import.id.ok_or_else(|| JourneyError::Broken("a dry run takes nobody in".into()))?;
    if !imports::advance(conn, id, batch.from, batch.to)? {
        return Ok(None);
    }
    let (mut people, mut counts) = sort_out(conn, now, import, batch.people)?;
    if people.is_empty() {
        return Ok(Some(counts));
    }
    people.sort_by(|(one, _), (other, _)| one.entry.address.canonical().cmp(other.entry.address.canonical()));
    let at = micros(now);
    let rows: Vec<NewPerson<'_>> = people.iter().map(|(person, known)| person.row(*known)).collect();
    let ids = imports::find_or_insert_people(conn, &rows, at)?;
    let count = i64::try_from(people.len()).unwrap_or(i64::MAX);
    let last = newsletters::next_activations(conn, import.newsletter_id, count)?;
    let rows: Vec<NewSubscription<'_>> = (last - count + 1..)
        .zip(people.iter().zip(&ids))
        .map(|(activation, ((person, known), &subscriber_id))| NewSubscription {
            public_id: &person.subscription,
            subscriber_id,
            language: person.entry.language,
            activation,
            is_new: known.is_none_or(|known| known.state.is_none()),
        })
        .collect();
    // On PostgreSQL somebody may have subscribed or left since the look at who is known.
    let activated = imports::activate(conn, import.newsletter_id, &rows, at)?;
    let bodies: Vec<(i64, [u8; 16], String)> = people
        .into_iter()
        .zip(ids)
        .filter(|(_, id)| activated.contains(id))
        .map(|((person, _), id)| (id, person.salt, owned(person.details, id).to_string()))
        .collect();
    let records: Vec<NewRecord<'_>> = bodies
        .iter()
        .map(|(subscriber_id, salt, body)| NewRecord {
            act: ConsentAct::Imported,
            at,
            subscriber_id: Some(*subscriber_id),
            newsletter_id: Some(import.newsletter_id),
            salt: *salt,
            commitment: chain::commitment(salt, body),
            body,
        })
        .collect();
    consent::append(conn, &records)?;
    counts.added = i64::try_from(records.len()).unwrap_or(i64::MAX);
    counts.active += count - counts.added;
    imports::count_added(conn, id, counts.added)?;
    Ok(Some(counts))
}

/// Counts what [`take`] would do; changes nothing.
pub fn weigh(conn: &mut Conn, now: Timestamp, import: &Import, batch: Batch, seen: &mut Seen) -> Result<Counts, JourneyError> {
    let (people, mut counts) = sort_out(conn, now, import, batch.people)?;
    for (person, _) in people {
        if seen.is_new(person.entry.address.canonical()) {
            counts.added += 1;
        } else {
            counts.twice += 1;
        }
    }
    Ok(counts)
}

/// Addresses of a dry run, by a hash of 64 bits.
#[derive(Default)]
pub struct Seen {
    hasher: RandomState,
    hashes: HashSet<u64>,
}

impl Seen {
    fn is_new(&mut self, canonical: &str) -> bool {
        let hash = self.hasher.hash_one(canonical);
        if self.hashes.len() < MOST_REMEMBERED { self.hashes.insert(hash) } else { !self.hashes.contains(&hash) }
    }
}

/// Notes that all rows are done. With mistakes among them it is no import that was done: whoever mends them, or what made them
/// mistakes, runs it once more, and all who are in stay as they are.
pub fn end(conn: &mut Conn, now: Timestamp, import: &Import, mistakes: i64) -> Result<(), JourneyError> {
    if let Some(id) = import.id {
        match mistakes {
            0 => imports::end(conn, id, micros(now))?,
            _ => imports::forget(conn, id)?,
        }
        imports::analyse(conn)?;
    }
    Ok(())
}

/// People of the file, each with what is known of them.
type Kept = Vec<(Person, Option<Known>)>;

/// Keeps who may become active, each once, with what is known of them.
fn sort_out(conn: &mut Conn, now: Timestamp, import: &Import, people: Vec<Person>) -> Result<(Kept, Counts), JourneyError> {
    let mut counts = Counts::default();
    let canonicals: Vec<&str> = people.iter().map(|person| person.entry.address.canonical()).collect();
    let known = imports::list_known(conn, import.newsletter_id, &canonicals)?;
    let keys: Vec<[u8; 32]> = people.iter().flat_map(|person| person.keys.iter().copied()).collect();
    let suppressed = suppressions::list_suppressed(conn, &keys, micros(now))?;
    let mut here = HashSet::with_capacity(people.len());
    let mut kept = Vec::with_capacity(people.len());
    for person in people {
        let known = known.get(person.entry.address.canonical()).copied();
        let state = known.and_then(|known| known.state);
        if !here.insert(person.entry.address.canonical().to_owned()) {
            counts.twice += 1;
        } else if state == Some(SubscriptionState::Ended) {
            counts.ended += 1;
        } else if person.keys.iter().any(|key| suppressed.contains(key.as_slice())) {
            counts.suppressed += 1;
        } else if state == Some(SubscriptionState::Active) {
            // Active since the import began: by this import.
            if known.and_then(|known| known.confirmed_at).is_some_and(|at| at >= import.begun_at) {
                counts.twice += 1;
            } else {
                counts.active += 1;
            }
        } else {
            kept.push((person, known));
        }
    }
    Ok((kept, counts))
}

impl Person {
    fn row(&self, known: Option<Known>) -> NewPerson<'_> {
        NewPerson {
            public_id: &self.subscriber,
            address: self.entry.address.as_typed(),
            canonical: self.entry.address.canonical(),
            name: self.entry.name.as_deref(),
            known,
        }
    }
}
