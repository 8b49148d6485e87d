//! Whether the log of consent is as it was written (R149): the chain, the details beside it, whose they are, and the texts they
//! name.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::Value;

use super::JourneyError;
use super::consent::{Sealed, fits};
use crate::domain::consent as chain;
use crate::domain::proof::hex;
use crate::domain::states::ConsentAct;
use crate::store::consent::{Details, Record};
use crate::store::{Conn, consent, wordings};

/// Records that a check looks at in one go.
const PAGE: i64 = 5_000;

/// What a check of the whole log found.
#[derive(Debug, Default, Serialize)]
pub struct Verdict {
    pub records: i64,
    /// Records without details, all of them named by a tombstone.
    pub erased: i64,
    /// Written since the last heartbeat, not chained yet.
    pub waiting: i64,
    /// The chain's end; whoever has noted an earlier one can compare.
    pub end: Option<Sealed>,
    pub findings: Vec<Finding>,
}

/// A place where the log is not as it was written.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "finding", content = "at")]
pub enum Finding {
    /// A place of the chain has no record.
    MissingPlace(i64),
    /// The record, or its place, is not what the chain's hash was made of.
    ChangedRecord(i64),
    /// The details are not what the record was made of.
    ChangedDetails(i64),
    /// The details are gone, and no tombstone says so.
    MissingDetails(i64),
    /// The details lie with somebody else, or with nobody.
    MovedDetails(i64),
    /// A text that the record names is gone or is another.
    ChangedWording(i64),
    /// The chain has another hash at this place, or ends before it: it was written anew from there or before.
    Rewritten(i64),
}

/// The acts that take other records' details away.
const TOMBSTONES: [ConsentAct; 2] = [ConsentAct::Erased, ConsentAct::Expired];

/// More findings than this say nothing new.
const MOST_FINDINGS: usize = 100;

/// Recomputes the chain from its first record to its end, and compares it with a place of it that was `noted` elsewhere.
/// Reads in pages: a million records need no more memory than one page.
pub fn verify(conn: &mut Conn, noted: Option<&Sealed>) -> Result<Verdict, JourneyError> {
    let mut verdict = Verdict { waiting: consent::count_unsealed(conn)?, ..Verdict::default() };
    let texts = texts(conn)?;
    let mut people = People::default();
    let mut bare: Vec<i64> = Vec::new();
    let mut buried: HashSet<i64> = HashSet::new();
    let (mut place, mut before) = (0, Vec::new());
    let (mut read_to, mut noted_hash) = (i64::MIN, None);
    loop {
        let page = consent::page_of_chain(conn, read_to, PAGE)?;
        if page.is_empty() {
            break;
        }
        for (record, details) in page {
            let Some(at) = record.sealed else { continue };
            read_to = at;
            let hash = record.hash.clone().unwrap_or_default();
            if at < 1 {
                // The chain begins at 1: what stands before it is not of it.
                verdict.finds(Finding::ChangedRecord(record.id));
                continue;
            }
            if at != place + 1 {
                verdict.finds(Finding::MissingPlace(place + 1));
            } else if chain::link(&before, record.id, &record.act, record.at, &record.commitment).as_slice() != hash {
                verdict.finds(Finding::ChangedRecord(record.id));
            }
            match details {
                None => bare.push(record.id),
                Some(details) if !fits(&record, &details) => verdict.finds(Finding::ChangedDetails(record.id)),
                Some(details) => {
                    let body: HashMap<String, Value> = serde_json::from_str(&details.body)?;
                    people.note(&record, &details, &body);
                    if !texts_of(&body).all(|hash| texts.contains(hash)) {
                        verdict.finds(Finding::ChangedWording(record.id));
                    }
                    buried.extend(buried_by(&record, &body));
                }
            }
            if noted.is_some_and(|noted| noted.place == at) {
                noted_hash = Some(hex(&hash));
            }
            verdict.records += 1;
            (place, before) = (at, hash);
        }
    }
    // Who was erased since the last heartbeat is gone from the chain's records already.
    for (record, details) in consent::list_unsealed_details(conn, &TOMBSTONES)? {
        buried.extend(buried_by(&record, &serde_json::from_str(&details.body)?));
    }
    for id in bare {
        if buried.contains(&id) { verdict.erased += 1 } else { verdict.finds(Finding::MissingDetails(id)) }
    }
    people.moved().for_each(|id| verdict.finds(Finding::MovedDetails(id)));
    if let Some(noted) = noted.filter(|noted| noted_hash.as_deref() != Some(noted.hash.as_str())) {
        verdict.finds(Finding::Rewritten(noted.place));
    }
    verdict.end = (place > 0).then(|| Sealed { place, hash: hex(&before) });
    Ok(verdict)
}

/// Whose details lie where.
#[derive(Default)]
struct People {
    /// Records whose details lie with another than they name: (record, who has them, whom they name).
    elsewhere: Vec<(i64, Option<i64>, i64)>,
    /// Who became whom, when somebody's new address was another's old one: (the person, the other).
    joined: HashSet<(i64, i64)>,
}

impl People {
    fn note(&mut self, record: &Record, details: &Details, body: &HashMap<String, Value>) {
        let number = |field: &str| body.get(field).and_then(Value::as_i64);
        let has = details.subscriber_id;
        if let Some(named) = number("subscriber").filter(|named| has != Some(*named)) {
            self.elsewhere.push((record.id, has, named));
        }
        if let (Some(person), Some(other)) = (has, number("joined")) {
            self.joined.insert((person, other));
        }
    }

    fn moved(self) -> impl Iterator<Item = i64> {
        let Self { elsewhere, joined } = self;
        let rightly = move |has: Option<i64>, named| has.is_some_and(|has| joined.contains(&(has, named)));
        elsewhere.into_iter().filter(move |(_, has, named)| !rightly(*has, *named)).map(|(record, ..)| record)
    }
}

/// The texts there are, by the hash in hex that records name; a changed one is not under its own hash any more.
fn texts(conn: &mut Conn) -> Result<HashSet<String>, JourneyError> {
    let whole = |text: &wordings::Wording| super::wording::hash(&text.kind, &text.language, &text.text);
    Ok(wordings::list(conn)?.iter().map(|text| hex(&whole(text))).collect())
}

/// The hashes of the texts that a record names.
fn texts_of(body: &HashMap<String, Value>) -> impl Iterator<Item = &str> {
    ["consent", "privacy"].into_iter().filter_map(|kind| body.get(kind)?.get("hash")?.as_str())
}

/// The records that a tombstone names.
fn buried_by(record: &Record, body: &HashMap<String, Value>) -> Vec<i64> {
    if !TOMBSTONES.iter().any(|act| act.as_str() == record.act) {
        return Vec::new();
    }
    body.get("records").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_i64).collect()
}

impl Verdict {
    fn finds(&mut self, finding: Finding) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        }
    }
}
