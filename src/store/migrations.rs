//! Brings a database to this release's form, one process at a time.

use std::path::PathBuf;

use diesel::RunQueryDsl as _;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use super::StoreError;
use super::connection::{Access, Conn, Target, lock_file, postgres, sqlite};

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number; only its sameness on all nodes matters.
const MIGRATION_LOCK: i64 = 0x52756e64;

pub(super) fn migrate(target: &Target) -> Result<(), StoreError> {
    match target {
        Target::Sqlite(path) => {
            let lock = lock_file(&PathBuf::from(format!("{}.migrate.lock", path.display())))?;
            lock.lock().map_err(|e| StoreError::Migration(e.to_string()))?;
            apply(&mut sqlite(path, Access::Write)?, target)
        }
        Target::Postgres(url) => {
            let mut conn = postgres(url)?;
            if let Conn::Postgres(c) = &mut conn {
                diesel::sql_query("SELECT pg_advisory_lock($1)")
                    .bind::<diesel::sql_types::BigInt, _>(MIGRATION_LOCK)
                    .execute(c)?;
            }
            // The lock goes with the connection, also when a migration fails.
            apply(&mut conn, target)
        }
    }
}

/// Applies what is missing. Whoever calls has seen to it that nobody else does.
pub(super) fn apply(conn: &mut Conn, target: &Target) -> Result<(), StoreError> {
    let done = match conn {
        Conn::Sqlite(c) => c.run_pending_migrations(SQLITE_MIGRATIONS).map(drop),
        Conn::Postgres(c) => c.run_pending_migrations(POSTGRES_MIGRATIONS).map(drop),
    };
    done.map_err(|error| StoreError::Migration(format!("{error} ({target})")))
}

/// The migrations a database has had, and those of this release.
pub(super) fn migrations(conn: &mut Conn, target: &Target) -> Result<(Vec<String>, Vec<String>), StoreError> {
    use diesel::migration::{Migration, MigrationSource as _};
    fn names<DB: diesel::backend::Backend>(all: Vec<Box<dyn Migration<DB>>>) -> Vec<String> {
        let mut names: Vec<String> = all.iter().map(|migration| migration.name().version().to_string()).collect();
        names.sort();
        names
    }
    let failed = |e: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(format!("{e} ({target})"));
    let (applied, ours) = match conn {
        Conn::Sqlite(c) => (
            c.applied_migrations().map_err(failed)?,
            names::<diesel::sqlite::Sqlite>(SQLITE_MIGRATIONS.migrations().map_err(failed)?),
        ),
        Conn::Postgres(c) => {
            (c.applied_migrations().map_err(failed)?, names::<diesel::pg::Pg>(POSTGRES_MIGRATIONS.migrations().map_err(failed)?))
        }
    };
    let mut applied: Vec<String> = applied.iter().map(ToString::to_string).collect();
    applied.sort();
    Ok((applied, ours))
}
