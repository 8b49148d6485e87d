//! The only place that reads the time. Everything else is handed `now`.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// Tells the time in UTC. A test's clock stands still until it is moved.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    /// Microseconds since 1970.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until [`Clock::advance`] moves it.
    pub fn manual(start: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start.as_microsecond()))))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            // Rows keep microseconds; more precision here would make a value differ from its own copy in the database.
            Source::System => truncated(Timestamp::now()),
            Source::Manual(at) => from_micros(at.load(Ordering::SeqCst)),
        }
    }

    /// Whether this is the system's clock, and not one that a test moves.
    pub fn is_system(&self) -> bool {
        matches!(self.0, Source::System)
    }

    /// Moves a manual clock. Does nothing to the system's.
    pub fn advance(&self, by: jiff::SignedDuration) {
        if let Source::Manual(at) = &self.0 {
            let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
            at.fetch_add(micros, Ordering::SeqCst);
        }
    }
}

fn truncated(at: Timestamp) -> Timestamp {
    from_micros(at.as_microsecond())
}

fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}
