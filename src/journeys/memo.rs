//! Remembers what was made of the same things before: texts and mails that many requests share. What is remembered depends on
//! nothing but its key, so nothing in it can be out of date.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Few newsletters, few languages. Whoever asks for every combination of them does not fill the memory.
const MOST: usize = 200;

pub struct Memo<K, V>(Mutex<HashMap<K, Arc<V>>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash, V> Memo<K, V> {
    /// What was made of this before, or is now.
    pub fn of<E>(&self, key: &K, make: impl FnOnce(&K) -> Result<V, E>) -> Result<Arc<V>, E> {
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Ok(Arc::clone(known));
        }
        // Not under the lock: two may make the same, and nobody waits for what somebody else makes.
        let made = Arc::new(make(key)?);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key.clone(), Arc::clone(&made));
        Ok(made)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_made_once_and_errors_are_not_remembered() {
        let memo = Memo::<u32, u32>::default();
        assert_eq!(memo.of(&1, |_| Err::<u32, _>("no")), Err("no"));
        assert_eq!(*memo.of(&1, |_| Ok::<_, ()>(10)).unwrap(), 10);
        assert_eq!(*memo.of(&1, |_| Ok::<_, ()>(11)).unwrap(), 10);
        for other in 2..1_000 {
            memo.of(&other, |_| Ok::<_, ()>(other)).unwrap();
        }
        assert!(memo.0.lock().unwrap().len() <= MOST);
    }
}
