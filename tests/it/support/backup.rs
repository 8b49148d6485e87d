//! Backups of a test's database, and putting them back.

use std::path::PathBuf;

use diesel::connection::SimpleConnection;

use super::database::{Database, Kind, Raw};

/// A database as it was.
pub struct Backup(PathBuf);

impl Database {
    /// Takes a backup while the database is in use.
    pub fn backup(&self, name: &str) -> Backup {
        match self.connect() {
            Raw::Sqlite(_) => {
                let file = self.file().with_file_name(format!("rundbrief.db.{name}"));
                self.execute(&format!("VACUUM INTO '{}'", file.display()));
                Backup(file)
            }
            Raw::Postgres(mut connection) => {
                // In a schema of its own: to a node that is like a dump, and the test need not find pg_dump.
                let copies: Vec<String> =
                    self.tables().iter().map(|table| format!("CREATE TABLE {name}.{table} AS TABLE public.{table};")).collect();
                connection
                    .batch_execute(&format!(
                        "BEGIN ISOLATION LEVEL REPEATABLE READ; CREATE SCHEMA {name}; {} COMMIT",
                        copies.concat()
                    ))
                    .unwrap();
                Backup(name.into())
            }
        }
    }

    /// Puts a backup back. On SQLite nobody may have the database open; on PostgreSQL nodes may run.
    pub fn restore(&self, backup: &Backup) {
        match self.connect() {
            Raw::Sqlite(connection) => {
                drop(connection);
                for beside in ["-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{beside}", self.file().display()));
                }
                std::fs::copy(&backup.0, self.file()).unwrap();
            }
            Raw::Postgres(mut connection) => {
                let (name, tables) = (backup.0.display(), self.tables());
                let rows = tables.iter().map(|table| {
                    let columns = self.columns(table);
                    format!("INSERT INTO public.{table} ({columns}) SELECT {columns} FROM {name}.{table};")
                });
                // What a dump does to the counters behind the ids.
                let counters = self.texts(
                    "SELECT format('SELECT setval(%L, (SELECT coalesce(max(id), 0) + 1 FROM public.%I), false);', \
                     pg_get_serial_sequence('public.' || table_name, 'id'), table_name) AS value FROM information_schema.columns \
                     WHERE table_schema = 'public' AND column_name = 'id' AND is_identity = 'YES'",
                );
                let statement = format!(
                    "BEGIN; SET LOCAL session_replication_role = replica; TRUNCATE {} CASCADE; {} {} COMMIT",
                    tables.join(", "),
                    rows.collect::<String>(),
                    counters.concat()
                );
                connection.batch_execute(&statement).unwrap();
            }
        }
    }

    /// Those that are not computed from others.
    fn columns(&self, table: &str) -> String {
        let columns = self.texts(&format!(
            "SELECT quote_ident(column_name) AS value FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = '{table}' AND is_generated = 'NEVER'"
        ));
        columns.join(", ")
    }

    fn tables(&self) -> Vec<String> {
        assert_eq!(self.kind, Kind::Postgres);
        self.texts("SELECT tablename::text AS value FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    }
}
