//! The only room that knows SQL: plain functions over a connection, one file per table or two.
//!
//! `Store` gives connections out. A write is one transaction; under SQLite's single writer it is a savepoint,
//! and calls that are waiting share one commit.

mod connection;
pub mod copies;
mod migrations;
mod prepared;
pub mod replaced;
pub mod samples;
pub mod schema;
mod standing;
mod wire;
mod writer;

pub mod archive;
pub mod checks;
pub mod consent;
pub mod copy;
pub mod deliveries;
pub mod duties;
pub mod editions;
pub mod feeds;
pub mod files;
pub mod funding;
pub mod images;
pub mod imports;
pub mod instance;
pub mod issue_words;
pub mod issues;
pub mod ledger;
pub mod limits;
pub mod news;
pub mod newsletters;
pub mod nodes;
pub mod opt_ins;
pub mod paces;
pub mod progress;
pub mod proofs;
pub mod relays;
pub mod resends;
pub mod results;
pub mod retention;
pub mod sign_ins;
pub mod staff;
pub mod subscribers;
pub mod subscriptions;
pub mod suppressions;
pub mod throttles;
pub mod waiting;
pub mod wordings;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use connection::Pool;
pub use connection::{Conn, Target, rehearse, transaction};

use crate::domain::memory::Look;
use replaced::Alone;

/// Whatever the database could not do, in words for the person who reads the log.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("database.url: {0}")]
    Url(String),
    #[error("cannot open the database {target}: {reason}. Check database.url and that the server runs")]
    Open { target: String, reason: String },
    #[error("the database file {path} cannot be used: {reason}")]
    File { path: String, reason: String },
    #[error("the database refused: {}", one_line(&.0.to_string()))]
    Query(#[from] diesel::result::Error),
    #[error("no database connection: {0}")]
    Pool(String),
    #[error("the commit failed: {0}")]
    Commit(String),
    #[error("migrations failed: {0}")]
    Migration(String),
    #[error("{table} holds \"{value}\", which this release does not know; was it written by a newer one?")]
    Foreign { table: &'static str, value: String },
    #[error("a database call broke down; the log has the panic")]
    Panicked,
    #[error("the database writer has stopped; restart rundbrief")]
    Stopped,
    #[error("{0}")]
    Locked(String),
}

impl StoreError {
    /// Whether the database works and refuses what it was given, so that giving it again is no use.
    pub fn is_refusal(&self) -> bool {
        use diesel::result::DatabaseErrorKind as Kind;
        use diesel::result::Error;
        match self {
            StoreError::Query(Error::DatabaseError(kind, _)) => matches!(
                kind,
                Kind::UniqueViolation
                    | Kind::ForeignKeyViolation
                    | Kind::NotNullViolation
                    | Kind::CheckViolation
                    | Kind::RestrictViolation
                    | Kind::ExclusionViolation
            ),
            StoreError::Query(error) => !matches!(
                error,
                Error::BrokenTransactionManager
                    | Error::RollbackErrorOnCommit { .. }
                    | Error::RollbackTransaction
                    | Error::AlreadyInTransaction
                    | Error::NotInTransaction
            ),
            StoreError::Foreign { .. } | StoreError::Panicked => true,
            _ => false,
        }
    }
}

/// The database: one writer and some readers on SQLite, a pool on PostgreSQL.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    /// SQLite only.
    writer: Option<writer::Writer>,
    pool: Pool,
    /// PostgreSQL only.
    express: Option<Pool>,
    /// Held while SQLite's log is emptied.
    emptying: Mutex<()>,
    /// SQLite only: nobody exchanges the file while it is held.
    _in_use: Option<std::fs::File>,
}

impl Store {
    /// Opens `sqlite://PATH` or `postgres://…`. Connects at once, so that a database that is away is said so at start.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let target = Target::parse(url)?;
        let in_use = match &target {
            Target::Sqlite(path) => {
                connection::make_folder(path)?;
                Some(copies::hold(path)?)
            }
            Target::Postgres(_) => None,
        };
        let writer = match &target {
            Target::Sqlite(path) => Some(writer::Writer::start(path)?),
            Target::Postgres(url) => {
                // The pool would try for seconds and log each try; this says at once what is wrong.
                connection::warn_of_torn_pages(&mut connection::postgres(url)?)?;
                None
            }
        };
        let pool = connection::pool(&target)?;
        let express = match writer {
            Some(_) => None,
            None => Some(connection::express_pool(&target)?),
        };
        Ok(Self { inner: Arc::new(Inner { target, writer, pool, express, emptying: Mutex::new(()), _in_use: in_use }) })
    }

    /// Looks before anything is opened or made: None if there is a database of Rundbrief, else in words what is there instead.
    pub fn missing(url: &str) -> Result<Option<String>, StoreError> {
        standing::missing(&Target::parse(url)?)
    }

    /// SQLite's file, where nobody has it open. None also for PostgreSQL.
    pub fn alone(url: &str) -> Result<Option<Alone>, StoreError> {
        match Target::parse(url)? {
            Target::Sqlite(path) => Alone::with(&path),
            Target::Postgres(_) => Ok(None),
        }
    }

    /// How SQLite's file looks now, and its path. None: PostgreSQL, or it is not there.
    pub fn look(&self) -> Option<(String, Look)> {
        match &self.inner.target {
            Target::Sqlite(path) => Some((replaced::spelt(path), replaced::look(path)?)),
            Target::Postgres(_) => None,
        }
    }

    /// In words: what is sent to PostgreSQL can be read on the way. None: it is encrypted, or stays on this machine.
    pub fn in_clear(&self) -> Result<Option<String>, StoreError> {
        wire::in_clear(&mut *self.checkout()?, &self.inner.target)
    }

    /// Where the database is, without its password.
    pub fn describe(&self) -> String {
        self.inner.target.to_string()
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self.inner.target, Target::Sqlite(_))
    }

    /// Applies what is missing, under a lock, so that any number of nodes may start at once.
    pub fn migrate(&self) -> Result<(), StoreError> {
        migrations::migrate(&self.inner.target)
    }

    /// Runs `f` in one transaction. It is carried out even if the caller stops waiting.
    pub async fn write<R, E, F>(&self, f: F) -> Result<R, E>
    where
        F: FnOnce(&mut Conn) -> Result<R, E> + Send + 'static,
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        if let Some(writer) = &self.inner.writer {
            return writer.call(f).await.unwrap_or_else(|_| Err(StoreError::Stopped.into()));
        }
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.write_blocking(f)).await.unwrap_or_else(|_| Err(StoreError::Panicked.into()))
    }

    /// Like [`Store::write`], without waiting and for callers who ask again after an error: `then` is called on a thread of the
    /// store, as soon as what `f` wrote is durable. It must be quick. If the process stops first it is dropped uncalled.
    ///
    /// On PostgreSQL `f` begins its own [`transaction`] if it has more than one statement: a single one needs none.
    pub fn write_then<R, E, F, T>(&self, f: F, then: T)
    where
        F: FnOnce(&mut Conn) -> Result<R, E> + Send + 'static,
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
        T: FnOnce(Result<R, E>) + Send + 'static,
    {
        match &self.inner.writer {
            Some(writer) => writer.call_then(f, then),
            None => {
                let store = self.clone();
                tokio::task::spawn_blocking(move || {
                    let pool = store.inner.express.as_ref().unwrap_or(&store.inner.pool);
                    let write = AssertUnwindSafe(|| {
                        let mut conn = store.checkout_of(pool)?;
                        // Whatever it was: a new connection costs little, and a dead one would be handed out again.
                        f(&mut conn).inspect_err(|_| connection::give_up(&mut conn))
                    });
                    then(catch_unwind(write).unwrap_or_else(|_| Err(StoreError::Panicked.into())));
                });
            }
        }
    }

    /// Like [`Store::write`], for callers outside the async world.
    pub fn write_blocking<R, E, F>(&self, f: F) -> Result<R, E>
    where
        F: FnOnce(&mut Conn) -> Result<R, E> + Send + 'static,
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &self.inner.writer {
            Some(writer) => writer.call(f).blocking_recv().unwrap_or_else(|_| Err(StoreError::Stopped.into())),
            None => connection::transaction(&mut *self.checkout()?, f),
        }
    }

    /// Runs a query without a transaction. SQLite's readers cannot write.
    pub async fn read<R, E, F>(&self, f: F) -> Result<R, E>
    where
        F: FnOnce(&mut Conn) -> Result<R, E> + Send + 'static,
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.read_blocking(f)).await.unwrap_or_else(|_| Err(StoreError::Panicked.into()))
    }

    pub fn read_blocking<R, E: From<StoreError>>(&self, f: impl FnOnce(&mut Conn) -> Result<R, E>) -> Result<R, E> {
        f(&mut *self.checkout()?)
    }

    /// Like [`Store::read_blocking`], and every query in it sees the database of one instant. Not for long where much is
    /// written: the database keeps what it shows.
    pub fn snapshot_blocking<R, E: From<StoreError>>(&self, f: impl FnOnce(&mut Conn) -> Result<R, E>) -> Result<R, E> {
        connection::snapshot(&mut *self.checkout()?, f)
    }

    /// After an erasure: SQLite's log is emptied too. False: somebody reads from it just now; the nightly retention tries again.
    /// PostgreSQL cleans up by itself.
    pub fn empty_log_blocking(&self) -> Result<bool, StoreError> {
        match &self.inner.target {
            Target::Sqlite(path) => {
                // SQLite turns the second of two at once away without waiting.
                let _alone = self.inner.emptying.lock().unwrap_or_else(PoisonError::into_inner);
                connection::empty_log(path)
            }
            Target::Postgres(_) => Ok(true),
        }
    }

    fn checkout(&self) -> Result<connection::Pooled, StoreError> {
        self.checkout_of(&self.inner.pool)
    }

    fn checkout_of(&self, pool: &Pool) -> Result<connection::Pooled, StoreError> {
        pool.get().map_err(|e| StoreError::Pool(format!("{e} ({})", self.inner.target)))
    }

    /// Holds the right to deliver from a SQLite file; a second process is refused. PostgreSQL needs no such lock,
    /// its nodes judge each other by beats.
    pub fn lock_delivery(&self) -> Result<DeliveryLock, StoreError> {
        let Target::Sqlite(path) = &self.inner.target else {
            return Ok(DeliveryLock(None));
        };
        let path = connection::beside(path, ".delivery.lock");
        let file = connection::lock_file(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(DeliveryLock(Some(file))),
            Err(_) => Err(StoreError::Locked(format!(
                "another rundbrief delivers from this SQLite file ({} is locked). Stop it first, or use PostgreSQL for several nodes",
                path.display()
            ))),
        }
    }
}

/// While it lives, nobody else delivers from the same SQLite file. The system lets go of it with the process.
pub struct DeliveryLock(#[expect(dead_code, reason = "held, not read")] Option<std::fs::File>);

/// What libpq says has several lines, and an error is a sentence.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Times are stored as microseconds since 1970, UTC.
pub fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// The way back from [`micros`]. What no clock can have written becomes 1970.
pub fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A 16-byte public id out of its column.
pub fn id16(table: &'static str, bytes: &[u8]) -> Result<[u8; 16], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Foreign { table, value: format!("an id of {} bytes", bytes.len()) })
}

/// Turns a word out of a column into its state.
pub fn word<T>(table: &'static str, value: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
    parse(value).ok_or_else(|| StoreError::Foreign { table, value: value.to_owned() })
}
