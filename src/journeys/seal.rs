//! Seals the consent log: chains the records that came since the last time. Runs with every heartbeat, on every node.

use super::JourneyError;
use crate::domain::consent as chain;
use crate::store::{Conn, consent};

/// Records per transaction.
const MOST: i64 = 5_000;

/// What a call made of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    All,
    /// More may be waiting, as after an import.
    Some,
}

/// Seals what waits, as far as one transaction should hold it.
pub fn seal(conn: &mut Conn) -> Result<Sealed, JourneyError> {
    // Without this look every heartbeat would write for nothing.
    if consent::list_unsealed(conn, 1)?.is_empty() {
        return Ok(Sealed::All);
    }
    let (mut place, mut previous) = consent::lock_chain(conn)?;
    let links = consent::list_unsealed(conn, MOST)?;
    let mut seals = Vec::with_capacity(links.len());
    for link in &links {
        let hash = chain::link(&previous, link.id, &link.act, link.at, &link.commitment);
        place += 1;
        seals.push(consent::Seal { id: link.id, place, hash });
        previous = hash.to_vec();
    }
    consent::seal(conn, &seals)?;
    Ok(if i64::try_from(seals.len()).is_ok_and(|count| count == MOST) { Sealed::Some } else { Sealed::All })
}
