//! Seals the consent log: chains the records that came since the last time. Runs with every heartbeat, on every node.

use super::JourneyError;
use crate::domain::consent as chain;
use crate::store::{Conn, consent};

/// Records per transaction.
const MOST: i64 = 1_000;

/// Returns how many records were sealed.
pub fn seal(conn: &mut Conn) -> Result<usize, JourneyError> {
    // Without this look every heartbeat would write for nothing.
    if consent::list_unsealed(conn, 1)?.is_empty() {
        return Ok(0);
    }
    let (mut place, mut previous) = consent::lock_chain(conn)?;
    let links = consent::list_unsealed(conn, MOST)?;
    for link in &links {
        let hash = chain::link(&previous, link.id, &link.act, link.at, &link.commitment);
        place += 1;
        consent::seal(conn, link.id, place, &hash)?;
        previous = hash.to_vec();
    }
    Ok(links.len())
}
