//! Faults that the fake relay shows now and then, whoever the mail is for.

use std::collections::HashMap;
use std::sync::Mutex;

/// A fault at every so many-th time the conversation comes to a point, over all connections.
#[derive(Clone, Copy, Debug)]
pub struct Trip {
    pub at: At,
    pub every: usize,
    pub how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum At {
    Banner,
    Ehlo,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The message is here, up to the final dot.
    Dot,
}

#[derive(Clone, Copy, Debug)]
pub enum How {
    Hang,
    Close,
    /// Lines to be said instead; behind a 421 the connection is closed. At the dot "250 " takes the mail, "250-" leaves it in doubt.
    Say(&'static str),
}

/// What was reached and shown so far, over all connections.
#[derive(Default)]
pub(super) struct Trips {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    reached: HashMap<At, usize>,
    played: usize,
}

impl Trips {
    /// The fault that has its turn at this point, if one has.
    pub fn turn(&self, trips: &[Trip], at: At) -> Option<How> {
        let mut inner = self.inner.lock().expect("the count");
        let count = inner.reached.entry(at).or_default();
        *count += 1;
        let trip = trips.iter().find(|trip| trip.at == at && count.is_multiple_of(trip.every))?;
        inner.played += 1;
        Some(trip.how)
    }

    pub fn played(&self) -> usize {
        self.inner.lock().expect("the count").played
    }
}
