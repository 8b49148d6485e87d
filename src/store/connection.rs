//! The one place that knows there are two databases: what a connection is, how it is opened, pooled and migrated.

use std::fmt;
use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use diesel::connection::{AnsiTransactionManager, Connection, SimpleConnection, TransactionManager, TransactionManagerStatus};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::{self, ManageConnection, R2D2Connection};
use diesel::sqlite::SqliteConnection;

use super::{StoreError, one_line, wire};

/// Shared by all who work with a PostgreSQL database, and held by one alone while it is copied. Any number.
const IN_USE_LOCK: i64 = 0x52756e75;

/// A connection to whichever database is configured.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// Runs one typed query on whichever connection is inside: for what `MultiConnection` cannot say (upsert, batch insert).
macro_rules! each {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::store::Conn::Postgres($c) => $body,
            $crate::store::Conn::Sqlite($c) => $body,
        }
    };
}
pub(super) use each;

/// Where `database.url` points to. Displays without a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Target {
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() {
                return Err(StoreError::Url("sqlite:// needs a path, like sqlite:///var/lib/rundbrief/rundbrief.sqlite".into()));
            }
            return Ok(Target::Sqlite(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Target::Postgres(url.to_owned()));
        }
        Err(StoreError::Url("the scheme is missing or unknown: write sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME".into()))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Target::Postgres(url) => {
                let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                write!(f, "postgres://{}", place.split('?').next().unwrap_or(place))
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

pub(super) fn sqlite(path: &Path, access: Access) -> Result<Conn, StoreError> {
    let failed = |reason: String| StoreError::Open { target: Target::Sqlite(path.to_owned()).to_string(), reason };
    make_folder(path)?;
    let path = path.to_str().ok_or_else(|| failed("the path is not UTF-8".into()))?;
    let mut conn = SqliteConnection::establish(path).map_err(|e| failed(e.to_string()))?;
    // FULL makes every commit survive a power cut.
    // The page cache is small on purpose: claims walk an index in order and the system caches files well. What does not fit, as
    // a count over a million rows, goes to a temporary file: kept in memory, it was the most that sending to them took.
    conn.batch_execute(
        "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -4000;",
    )
    .map_err(|e| failed(e.to_string()))?;
    // What is erased is overwritten, not only given up: nobody finds an address in a page that is free (Art. 17 GDPR).
    if access == Access::Write {
        conn.batch_execute("PRAGMA secure_delete = ON").map_err(|e| failed(e.to_string()))?;
    }
    if access == Access::Read {
        conn.batch_execute("PRAGMA query_only = ON").map_err(|e| failed(e.to_string()))?;
    }
    Ok(Conn::Sqlite(conn))
}

/// The folder that a SQLite file is to be in.
pub(super) fn make_folder(path: &Path) -> Result<(), StoreError> {
    let failed = |reason: String| StoreError::Open { target: Target::Sqlite(path.to_owned()).to_string(), reason };
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => std::fs::create_dir_all(parent).map_err(|error| failed(error.to_string())),
        None => Ok(()),
    }
}

pub(super) fn postgres(url: &str) -> Result<Conn, StoreError> {
    let mut conn = postgres_apart(url)?;
    // For as long as the connection lives.
    if try_lock(&mut conn, "pg_try_advisory_lock_shared")? {
        return Ok(conn);
    }
    Err(StoreError::Locked(format!("{} is being copied, and takes no work meanwhile", Target::Postgres(url.to_owned()))))
}

/// The database for one process alone: nobody works with it, and nobody begins to. None: somebody does.
pub(super) fn postgres_alone(url: &str) -> Result<Option<Conn>, StoreError> {
    let mut conn = postgres_apart(url)?;
    Ok(try_lock(&mut conn, "pg_try_advisory_lock")?.then_some(conn))
}

fn try_lock(conn: &mut Conn, function: &str) -> Result<bool, StoreError> {
    let lock = diesel::dsl::sql::<diesel::sql_types::Bool>(&format!("{function}({IN_USE_LOCK})"));
    match conn {
        Conn::Postgres(c) => Ok(diesel::select(lock).get_result(c)?),
        Conn::Sqlite(_) => Ok(true),
    }
}

/// A connection of somebody who does not work with the database.
fn postgres_apart(url: &str) -> Result<Conn, StoreError> {
    let failed = |reason: String| StoreError::Open {
        target: Target::Postgres(url.to_owned()).to_string(),
        reason: wire::advised(&one_line(&reason)),
    };
    let mut conn = PgConnection::establish(&patient(url)).map_err(|e| failed(e.to_string()))?;
    // An intent that a power cut can take back would allow a silent double.
    if let Some(name) = switched_off(&mut conn, ["synchronous_commit", "fsync"])? {
        return Err(failed(format!("{name} is off, so a power cut could make a mail go out twice; set it to on")));
    }
    Ok(Conn::Postgres(conn))
}

/// A server that has vanished without a word is given up after half a minute and not after the system's two hours. What the
/// URL says itself counts.
fn patient(url: &str) -> String {
    const LIMITS: [(&str, u32); 5] = [
        ("connect_timeout", 10),
        ("tcp_user_timeout", 30_000),
        ("keepalives_idle", 10),
        ("keepalives_interval", 10),
        ("keepalives_count", 2),
    ];
    let mut url = url.to_owned();
    for (name, value) in LIMITS {
        if !url.contains(&format!("{name}=")) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&format!("{name}={value}"));
        }
    }
    url
}

/// The first of two of the server's settings that is off.
fn switched_off(conn: &mut PgConnection, names: [&'static str; 2]) -> Result<Option<&'static str>, StoreError> {
    let [one, other] = names.map(|name| format!("current_setting('{name}')"));
    let values: String =
        diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(&format!("{one} || ' ' || {other}"))).get_result(conn)?;
    Ok(names.into_iter().zip(values.split(' ')).find(|(_, value)| *value == "off").map(|(name, _)| name))
}

/// What a power cut may damage although nothing is forgotten: told once, at start, because some file systems tear no pages.
pub(super) fn warn_of_torn_pages(conn: &mut Conn) -> Result<(), StoreError> {
    if let Conn::Postgres(c) = conn
        && switched_off(c, ["full_page_writes", "fsync"])?.is_some()
    {
        tracing::warn!("full_page_writes is off: where the disk can tear a page, a power cut damages the database");
    }
    Ok(())
}

pub(super) type Pool = r2d2::Pool<Manager>;
pub(super) type Pooled = r2d2::PooledConnection<Manager>;

/// Opens connections for the pool. Diesel's own would try SQLite with a PostgreSQL URL.
pub(super) struct Manager(Target);

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = StoreError;

    fn connect(&self) -> Result<Conn, StoreError> {
        match &self.0 {
            Target::Sqlite(path) => sqlite(path, Access::Read),
            Target::Postgres(url) => postgres(url),
        }
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), StoreError> {
        conn.ping().map_err(StoreError::from)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

pub(super) fn pool(target: &Target) -> Result<Pool, StoreError> {
    let postgres = matches!(target, Target::Postgres(_));
    // A PostgreSQL server that restarted leaves dead connections behind; a file does not.
    let builder = builder().max_size(if postgres { 12 } else { 4 }).test_on_check_out(postgres);
    built(builder, target)
}

/// For the one who comes thousands of times a second, one call after the other, and asks again when the connection turns out
/// to be dead. Nobody else's long call stands before it.
pub(super) fn express_pool(target: &Target) -> Result<Pool, StoreError> {
    built(builder().max_size(1).test_on_check_out(false).connection_customizer(Box::new(SameStatements)), target)
}

fn builder() -> r2d2::Builder<Manager> {
    r2d2::Pool::builder().min_idle(Some(1)).connection_timeout(std::time::Duration::from_secs(5)).error_handler(Box::new(PoolLog))
}

fn built(builder: r2d2::Builder<Manager>, target: &Target) -> Result<Pool, StoreError> {
    let failed = |e: r2d2::PoolError| StoreError::Open { target: target.to_string(), reason: e.to_string() };
    builder.build(Manager(target.clone())).map_err(failed)
}

/// The same few statements over and over, each of which finds its rows by their keys: PostgreSQL need not think about each
/// anew.
#[derive(Debug)]
struct SameStatements;

impl r2d2::CustomizeConnection<Conn, StoreError> for SameStatements {
    fn on_acquire(&self, conn: &mut Conn) -> Result<(), StoreError> {
        Ok(conn.batch_execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")?)
    }
}

#[derive(Debug)]
struct PoolLog;

impl r2d2::HandleError<StoreError> for PoolLog {
    fn handle_error(&self, error: StoreError) {
        tracing::warn!(%error, "a database connection could not be opened");
    }
}

/// One transaction around `f`; the outermost call begins it, a nested one makes a savepoint.
pub fn transaction<R, E: From<StoreError>>(conn: &mut Conn, f: impl FnOnce(&mut Conn) -> Result<R, E>) -> Result<R, E> {
    type Manager = <Conn as Connection>::TransactionManager;
    let store = |e| E::from(StoreError::Query(e));
    Manager::begin_transaction(conn).map_err(store)?;
    match f(conn) {
        Ok(value) => {
            Manager::commit_transaction(conn).map_err(store)?;
            Ok(value)
        }
        Err(error) => {
            // The first error is the one worth telling.
            if let Err(rollback) = Manager::rollback_transaction(conn) {
                tracing::warn!(error = %rollback, "a transaction could not be rolled back; its connection is given up");
            }
            Err(error)
        }
    }
}

/// Until the end of the present transaction PostgreSQL goes by indexes: for statements whose rows are always few. A planner that
/// has not looked at a column yet takes it for full, and would read the whole table for what few rows have.
pub(super) fn by_index(conn: &mut Conn) -> Result<(), StoreError> {
    if let Conn::Postgres(c) = conn {
        c.batch_execute("SET LOCAL enable_seqscan = off")?;
    }
    Ok(())
}

/// Does `f` inside the present transaction, and takes all of it back.
pub fn rehearse<E: From<StoreError>>(conn: &mut Conn, f: impl FnOnce(&mut Conn) -> Result<(), E>) -> Result<(), E> {
    type Manager = <Conn as Connection>::TransactionManager;
    let store = |e| E::from(StoreError::Query(e));
    Manager::begin_transaction(conn).map_err(store)?;
    let done = f(conn);
    Manager::rollback_transaction(conn).map_err(store)?;
    done
}

/// Has the pool close a connection instead of handing it out again.
pub(super) fn give_up(conn: &mut Conn) {
    *<Conn as Connection>::TransactionManager::transaction_manager_status_mut(conn) = TransactionManagerStatus::InError;
}

/// Queries that all see the same instant. Writes nothing.
pub(super) fn snapshot<R, E: From<StoreError>>(conn: &mut Conn, f: impl FnOnce(&mut Conn) -> Result<R, E>) -> Result<R, E> {
    let store = |e| E::from(StoreError::Query(e));
    match conn {
        Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN"),
        Conn::Postgres(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
    }
    .map_err(store)?;
    let result = f(conn);
    match conn {
        Conn::Sqlite(c) => AnsiTransactionManager::rollback_transaction(c),
        Conn::Postgres(c) => AnsiTransactionManager::rollback_transaction(c),
    }
    .map_err(store)?;
    result
}

/// `BEGIN IMMEDIATE` on SQLite: the writer takes its lock at once instead of failing half-way.
pub(super) fn begin_immediate(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE").map_err(StoreError::from),
        Conn::Postgres(c) => AnsiTransactionManager::begin_transaction(c).map_err(StoreError::from),
    }
}

/// Copies SQLite's log into the database and empties it, so that it holds no older versions of pages. False: somebody reads
/// from it just now.
pub(super) fn empty_log(path: &Path) -> Result<bool, StoreError> {
    #[derive(diesel::QueryableByName)]
    struct Busy {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        busy: i32,
    }
    let Conn::Sqlite(mut conn) = sqlite(path, Access::Write)? else { return Ok(true) };
    let Busy { busy } = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(&mut conn)?;
    Ok(busy == 0)
}

/// A file beside a SQLite database, the same however the path is spelt.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let in_folder = || Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?));
    let mut name = path.canonicalize().ok().or_else(in_folder).unwrap_or_else(|| path.to_owned()).into_os_string();
    name.push(ending);
    PathBuf::from(name)
}

pub(super) fn lock_file(path: &Path) -> Result<File, StoreError> {
    let failed = |error: std::io::Error| {
        let advice = "Run the command as the service's user (sudo -u rundbrief …)";
        StoreError::Locked(format!("cannot open {}: {error}. {advice}", path.display()))
    };
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(failed)?;
    hand_over(path).map_err(failed)?;
    Ok(file)
}

/// What root makes in the folder of the service's user is that user's, who could not work with it otherwise.
pub(super) fn hand_over(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (made, owner) = (std::fs::metadata(path)?, std::fs::metadata(folder)?);
    if made.uid() != 0 || owner.uid() == 0 {
        return Ok(());
    }
    std::os::unix::fs::chown(path, Some(owner.uid()), Some(owner.gid()))
}
