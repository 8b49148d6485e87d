//! A fresh database for each test: an SQLite file, or a database in the cluster that `tests/run` started.
//! Both are copies of a template that is migrated once per run.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// A connection of the tests' own, to look at rows without going through the app.
#[derive(diesel::MultiConnection)]
pub enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// A database that lives as long as its test.
pub struct Database {
    pub kind: Kind,
    pub url: String,
    /// The SQLite file's folder.
    folder: Option<tempfile::TempDir>,
    /// The PostgreSQL database's name, where it is in the cluster of all tests.
    name: String,
}

impl Database {
    /// One without a single table.
    pub fn empty(kind: Kind) -> Database {
        match kind {
            Kind::Sqlite => Database::sqlite(&[]),
            Kind::Postgres => Database::postgres("template0"),
        }
    }

    /// One with all migrations applied and nothing in it.
    pub fn migrated(kind: Kind) -> Database {
        static SQLITE: OnceLock<Vec<u8>> = OnceLock::new();
        static POSTGRES: OnceLock<String> = OnceLock::new();
        match kind {
            Kind::Sqlite => Database::sqlite(SQLITE.get_or_init(|| {
                let template = Database::empty(kind);
                template.migrate();
                std::fs::read(template.file()).unwrap()
            })),
            Kind::Postgres => Database::postgres(POSTGRES.get_or_init(|| {
                let template = Database::empty(kind);
                template.migrate();
                let template = std::mem::ManuallyDrop::new(template); // goes with the cluster
                template.name.clone()
            })),
        }
    }

    /// A migrated SQLite file in a folder of the test's own.
    pub fn migrated_in(folder: &Path) -> Database {
        let folder = tempfile::TempDir::new_in(folder).unwrap();
        let url = format!("sqlite://{}", folder.path().join("rundbrief.db").display());
        let database = Database { kind: Kind::Sqlite, url, folder: Some(folder), name: String::new() };
        database.migrate();
        database
    }

    /// A migrated database in a cluster of the test's own, with which it goes.
    pub fn of_cluster(url: &str) -> Database {
        let mut connection = PgConnection::establish(url).unwrap();
        diesel::sql_query("CREATE DATABASE rundbrief TEMPLATE template0").execute(&mut connection).unwrap();
        let (server, _) = url.rsplit_once('/').unwrap();
        let url = format!("{server}/rundbrief");
        let database = Database { kind: Kind::Postgres, url, folder: None, name: String::new() };
        database.migrate();
        database
    }

    pub fn connect(&self) -> Raw {
        match self.kind {
            Kind::Sqlite => {
                let mut connection = SqliteConnection::establish(self.file().to_str().unwrap()).unwrap();
                diesel::sql_query("PRAGMA busy_timeout = 10000").execute(&mut connection).unwrap();
                Raw::Sqlite(connection)
            }
            Kind::Postgres => Raw::Postgres(PgConnection::establish(&self.url).unwrap()),
        }
    }

    /// The SQLite file. Fails for PostgreSQL.
    pub fn file(&self) -> PathBuf {
        self.folder.as_ref().expect("only SQLite has a file").path().join("rundbrief.db")
    }

    /// Applies the migrations on disk.
    pub fn migrate(&self) {
        let source = migrations(self.kind);
        let done = match self.connect() {
            Raw::Sqlite(mut connection) => connection.run_pending_migrations(source).map(drop),
            Raw::Postgres(mut connection) => connection.run_pending_migrations(source).map(drop),
        };
        done.unwrap_or_else(|error| panic!("migrations do not go up on {:?}: {error}", self.kind));
    }

    /// Takes the newest migration back: the form of an earlier release.
    pub fn revert_last(&self) {
        let source = migrations(self.kind);
        match self.connect() {
            Raw::Sqlite(mut connection) => connection.revert_last_migration(source).map(drop),
            Raw::Postgres(mut connection) => connection.revert_last_migration(source).map(drop),
        }
        .unwrap();
    }

    /// Takes all migrations back.
    pub fn revert(&self) {
        let source = migrations(self.kind);
        let done = match self.connect() {
            Raw::Sqlite(mut connection) => connection.revert_all_migrations(source).map(drop),
            Raw::Postgres(mut connection) => connection.revert_all_migrations(source).map(drop),
        };
        done.unwrap_or_else(|error| panic!("migrations do not go down on {:?}: {error}", self.kind));
    }

    /// Changes rows behind the app's back.
    pub fn execute(&self, sql: &str) -> usize {
        diesel::sql_query(sql).execute(&mut self.connect()).unwrap_or_else(|error| panic!("{sql}\n{error}"))
    }

    /// One number, such as `SELECT count(*) AS value FROM deliveries`. The column is called `value`.
    pub fn number(&self, sql: &str) -> i64 {
        let found: Vec<Number> =
            diesel::sql_query(sql).load(&mut self.connect()).unwrap_or_else(|error| panic!("{sql}\n{error}"));
        assert_eq!(found.len(), 1, "{sql} yields {} rows", found.len());
        found[0].value
    }

    /// A column of texts called `value`.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        let found: Vec<Word> = diesel::sql_query(sql).load(&mut self.connect()).unwrap_or_else(|error| panic!("{sql}\n{error}"));
        found.into_iter().map(|word| word.value).collect()
    }

    fn sqlite(content: &[u8]) -> Database {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rundbrief.db");
        if !content.is_empty() {
            std::fs::write(&file, content).unwrap();
        }
        Database { kind: Kind::Sqlite, url: format!("sqlite://{}", file.display()), folder: Some(folder), name: String::new() }
    }

    fn postgres(template: &str) -> Database {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let name = format!("rundbrief_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        in_cluster(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
        let url = cluster_url().rsplit_once('/').map(|(server, _)| format!("{server}/{name}")).unwrap();
        Database { kind: Kind::Postgres, url, folder: None, name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !self.name.is_empty() && !std::thread::panicking() {
            in_cluster(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    value: String,
}

/// The cluster's own database, from the environment.
pub fn cluster_url() -> String {
    std::env::var("RUNDBRIEF_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!("RUNDBRIEF_TEST_POSTGRES is not set, so there is no PostgreSQL to test on. Run tests/run, which starts one")
    })
}

fn in_cluster(sql: &str) {
    let mut connection =
        PgConnection::establish(&cluster_url()).unwrap_or_else(|error| panic!("RUNDBRIEF_TEST_POSTGRES: {error}"));
    diesel::sql_query(sql).execute(&mut connection).unwrap_or_else(|error| panic!("{sql}\n{error}"));
}

fn migrations(kind: Kind) -> FileBasedMigrations {
    let folder = match kind {
        Kind::Sqlite => "migrations/sqlite",
        Kind::Postgres => "migrations/postgres",
    };
    FileBasedMigrations::from_path(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap()
}
