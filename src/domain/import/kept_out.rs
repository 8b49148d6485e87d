//! Whom some row of a file keeps out: then no other row of the same file lets them in.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use crate::domain::address::Address;

/// Addresses by a hash of 64 bits, so that a file of millions who left fits into memory. Two addresses with one hash are as good
/// as never met, and would keep somebody out, not let somebody in.
#[derive(Clone, Debug, Default)]
pub struct KeptOut {
    hasher: RandomState,
    hashes: HashSet<u64>,
}

impl KeptOut {
    pub fn add(&mut self, address: &Address) {
        self.hashes.insert(self.hasher.hash_one(address.canonical()));
    }

    pub fn contains(&self, address: &Address) -> bool {
        self.hashes.contains(&self.hasher.hash_one(address.canonical()))
    }
}
