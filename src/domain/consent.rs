//! What makes the log of consent tamper-evident (R149): a record commits to its details by a salted hash, and a chain of
//! hashes covers the commitments. So a person's details can be erased and the chain still holds.
//!
//! Both hashes are recomputed years later: their input is never changed, a later form would need a new column.

use aws_lc_rs::digest;

/// The commitment of one record: SHA-256 of its salt and its details. The salt keeps erased details from being guessed.
pub fn commitment(salt: &[u8], body: &str) -> [u8; 32] {
    sha256(&[salt, body.as_bytes()])
}

/// The chain's hash at one record: SHA-256 of the hash before it (empty for the first), its id, its act ended by NUL, its
/// time (µs) and its commitment; numbers are 8 octets, the highest first.
pub fn link(before: &[u8], id: i64, act: &str, at: i64, commitment: &[u8]) -> [u8; 32] {
    sha256(&[before, &id.to_be_bytes(), act.as_bytes(), b"\0", &at.to_be_bytes(), commitment])
}

/// SHA-256 of these parts one after the other.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    parts.iter().for_each(|part| context.update(part));
    let mut hash = [0; 32];
    hash.iter_mut().zip(context.finish().as_ref()).for_each(|(to, from)| *to = *from);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::proof::hex;

    /// Computed by another program, Python's hashlib, from the description above.
    #[test]
    fn the_hashes_are_those_that_were_described() {
        let commitment = commitment(&[7; 16], "{\"a\":1}");
        assert_eq!(hex(&commitment), "bcbc1e4ac732bfdafbf7209140181c48f2c2ca4340a81a9dae012256e1d97408");
        let first = link(&[], 1, "requested", 1_700_000_000_000_000, &commitment);
        assert_eq!(hex(&first), "aff45262d4708b1f981e4adf1633dd210fe35e1acfe1220ff5299869b4479938");
        assert_eq!(
            hex(&link(&first, 2, "confirmed", 1_700_000_000_000_001, &commitment)),
            "4e5c25c788d8a680d7989e6e179280f4209523dc08bb713a9ed244bd458e24b5"
        );
    }
}
