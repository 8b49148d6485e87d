//! Chance that can be repeated, and both sides of a run: the relay's list of those who got a mail, and the ledger.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::app::TestApp;

/// Numbers that look random and are the same for the same seed (xorshift).
pub struct Chance(u64);

impl Chance {
    /// The seed is `FAULT_SEED`, or the day this was written.
    pub fn new() -> (Chance, u64) {
        let seed = number("FAULT_SEED", 20_261_124);
        (Chance(seed), seed)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// A number from the environment: how long a run is to be.
pub fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |value| value.parse().expect(variable))
}

impl TestApp {
    /// Compares what the relay took (after the first `before` mails) with the rows of an issue of `weekly`. Nobody may have got
    /// two, nobody may be missing, and what was taken is `sent` or a row in doubt. Returns how many rows are in each state.
    pub fn both_sides_agree(&self, issue: i64, readers: usize, before: usize) -> BTreeMap<String, usize> {
        let received = self.relay.recipients_after(before);
        let unanswered = self.relay.unanswered().into_iter().map(|mail| mail.to);
        let mut copies: HashMap<String, usize> = HashMap::new();
        for address in received.iter().cloned().chain(unanswered) {
            *copies.entry(address).or_default() += 1;
        }
        let twice: Vec<_> = copies.iter().filter(|(_, copies)| **copies > 1).collect();
        assert!(twice.is_empty(), "issue {issue}: somebody got two: {twice:?}");
        let mut states: HashMap<String, String> = HashMap::new();
        let sql = format!("SELECT state || ' ' || address AS value FROM deliveries WHERE issue_id = {issue}");
        for row in self.database.texts(&sql) {
            let (state, address) = row.split_once(' ').unwrap();
            assert_eq!(states.insert(address.to_owned(), state.to_owned()), None, "{address} has two rows");
        }
        assert_eq!(states.len(), readers, "issue {issue}: everybody has a row");
        let half: Vec<_> = states.iter().filter(|(_, state)| ["claimed", "transmitting"].contains(&state.as_str())).collect();
        assert!(half.is_empty(), "issue {issue}: half-done: {half:?}");
        let received: HashSet<String> = received.into_iter().collect();
        let wrong: Vec<_> = states.iter().filter(|(address, state)| *state == "sent" && !received.contains(*address)).collect();
        assert!(wrong.is_empty(), "issue {issue}: the ledger calls sent what the relay never took: {wrong:?}");
        let known = |address: &String| matches!(states.get(address).map(String::as_str), Some("sent" | "unknown"));
        let hidden: Vec<_> = copies.keys().filter(|address| !known(address)).collect();
        assert!(hidden.is_empty(), "issue {issue}: the relay took these, and the ledger does not say so: {hidden:?}");
        let mut counts = BTreeMap::new();
        for state in states.into_values() {
            *counts.entry(state).or_default() += 1;
        }
        counts
    }
}
