//! Seals the consent log: chains the records that came since the last time. Runs with every heartbeat, on every node.

use aws_lc_rs::digest;

use super::JourneyError;
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
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(&previous);
        context.update(&link.id.to_be_bytes());
        context.update(link.act.as_bytes());
        context.update(b"\0");
        context.update(&link.at.to_be_bytes());
        context.update(&link.commitment);
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        place += 1;
        consent::seal(conn, link.id, place, &hash)?;
        previous = hash.to_vec();
    }
    Ok(links.len())
}
