//! One of the two databases of a copy, for this process alone, and what differs between the kinds besides their rows.

use std::path::PathBuf;

use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::CopyError;
use super::rows::Kind;
use super::tables::{TABLES, Table};
use crate::store::connection::{self, Access, each};
use crate::store::{Conn, StoreError, Target, migrations};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Nullable<BigInt>)]
    value: Option<i64>,
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

pub(super) struct Place {
    pub conn: Conn,
    pub target: Target,
    /// The system lets go of them with the process.
    #[expect(dead_code, reason = "held, not read")]
    locks: Vec<std::fs::File>,
}

/// How a database's form stands to this release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// There is not a table in it.
    Nothing,
    Ours,
    Other,
}

impl Place {
    /// Opens it for nobody else: while this lives, no other process works with it.
    pub fn alone(target: &Target) -> Result<Self, CopyError> {
        let taken = || {
            let why = "a Rundbrief works with it (serve, or a command). Stop all of them first, on every machine";
            CopyError::Refused(format!("{target}: {why}"))
        };
        match target {
            Target::Sqlite(path) => {
                connection::make_folder(path)?;
                let mut locks = Vec::new();
                for ending in [".use.lock", ".delivery.lock"] {
                    let lock = connection::lock_file(&connection::beside(path, ending))?;
                    lock.try_lock().map_err(|_| taken())?;
                    locks.push(lock);
                }
                let conn = connection::sqlite(path, Access::Write)?;
                Ok(Self { conn, target: target.clone(), locks })
            }
            Target::Postgres(url) => {
                let conn = connection::postgres_alone(url)?.ok_or_else(taken)?;
                Ok(Self { conn, target: target.clone(), locks: Vec::new() })
            }
        }
    }

    pub fn name(&self) -> String {
        self.target.to_string()
    }

    pub fn form(&mut self) -> Result<Form, CopyError> {
        let tables = match &self.conn {
            Conn::Sqlite(_) => "SELECT count(*) AS value FROM sqlite_master WHERE type = 'table'",
            Conn::Postgres(_) => "SELECT count(*) AS value FROM pg_tables WHERE schemaname = current_schema()",
        };
        if number(&mut self.conn, tables.to_owned())? == Some(0) {
            return Ok(Form::Nothing);
        }
        let (applied, ours) = migrations::migrations(&mut self.conn, &self.target)?;
        Ok(if applied == ours { Form::Ours } else { Form::Other })
    }

    pub fn migrate(&mut self) -> Result<(), CopyError> {
        Ok(migrations::apply(&mut self.conn, &self.target)?)
    }

    /// From now on all that is read is of this instant, and nobody writes, whatever program it is.
    pub fn freeze(&mut self) -> Result<(), CopyError> {
        match &mut self.conn {
            Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE").map_err(StoreError::from)?,
            Conn::Postgres(c) => {
                AnsiTransactionManager::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL REPEATABLE READ")
                    .map_err(StoreError::from)?;
                let tables: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
                // Whoever vacuums steps aside.
                let lock = format!("SET LOCAL lock_timeout = '30s'; LOCK TABLE {} IN SHARE MODE", tables.join(", "));
                c.batch_execute(&lock).map_err(StoreError::from)?;
            }
        }
        Ok(())
    }

    pub fn thaw(&mut self) -> Result<(), CopyError> {
        match &mut self.conn {
            Conn::Sqlite(c) => AnsiTransactionManager::rollback_transaction(c),
            Conn::Postgres(c) => AnsiTransactionManager::rollback_transaction(c),
        }
        .map_err(StoreError::from)?;
        Ok(())
    }

    /// More memory than a server needs, for the indexes that grow.
    pub fn prepare_to_fill(&mut self) -> Result<(), CopyError> {
        if let Conn::Sqlite(c) = &mut self.conn {
            c.batch_execute("PRAGMA cache_size = -200000").map_err(StoreError::from)?;
        }
        Ok(())
    }

    /// What a table's columns hold, in the order of `schema.rs`.
    pub fn kinds(&mut self, table: &Table) -> Result<Vec<Kind>, CopyError> {
        let name = table.name;
        let statement = match &self.conn {
            Conn::Sqlite(_) => format!("SELECT name, lower(type) AS kind FROM pragma_table_info('{name}')"),
            Conn::Postgres(_) => format!(
                "SELECT column_name::text AS name, data_type::text AS kind FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name = '{name}'"
            ),
        };
        let found: Vec<Column> = each!(&mut self.conn, |c| diesel::sql_query(statement).load(c)).map_err(StoreError::from)?;
        let kind = |column: &String| {
            let kind = found.iter().find(|found| found.name == *column).and_then(|found| Kind::parse(&found.kind));
            kind.ok_or_else(|| {
                CopyError::Refused(format!("{}: {name}.{column} is missing, or not what it should be", self.target))
            })
        };
        table.columns().iter().map(kind).collect()
    }

    /// A table's rows, those behind `after` of its only key, in the order of the key, which is the same on both databases.
    pub fn statement(&mut self, table: &Table, columns: &[String], after: Option<i64>) -> Result<String, CopyError> {
        let kinds = self.kinds(table)?;
        let of_table = table.columns();
        let key = table.key();
        let is_text = |column: &String| of_table.iter().zip(&kinds).any(|(name, kind)| name == column && *kind == Kind::Text);
        let collate = if matches!(self.conn, Conn::Postgres(_)) { " COLLATE \"C\"" } else { "" };
        let order: Vec<String> =
            key.iter().map(|column| format!("{column}{}", if is_text(column) { collate } else { "" })).collect();
        let behind = match (after, key.first()) {
            (Some(after), Some(key)) => format!(" WHERE {key} > {after}"),
            _ => String::new(),
        };
        Ok(format!("SELECT {} FROM {}{behind} ORDER BY {}", columns.join(", "), table.name, order.join(", ")))
    }

    pub fn count(&mut self, table: &Table) -> Result<u64, CopyError> {
        let count = number(&mut self.conn, format!("SELECT count(*) AS value FROM {}", table.name))?;
        Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
    }

    pub fn is_empty(&mut self, table: &Table) -> Result<bool, CopyError> {
        // A whole count of a table that should have nothing in it costs nothing, and of another one it costs a moment.
        Ok(self.count(table)? == 0)
    }

    /// The greatest of a table's only key.
    pub fn last(&mut self, table: &Table) -> Result<Option<i64>, CopyError> {
        let (kinds, key) = (self.kinds(table)?, table.key());
        let is_number = |key: &String| table.columns().iter().zip(&kinds).any(|(name, kind)| name == key && *kind == Kind::Int);
        match &key[..] {
            [key] if is_number(key) => number(&mut self.conn, format!("SELECT max({key}) AS value FROM {}", table.name)),
            _ => Ok(None),
        }
    }

    /// The greatest id that a table ever gave out, which may be gone: it is not given out again.
    pub fn counter(&mut self, table: &Table) -> Result<Option<i64>, CopyError> {
        let name = table.name;
        let statement = match &self.conn {
            Conn::Sqlite(_) => format!("SELECT max(seq) AS value FROM sqlite_sequence WHERE name = '{name}'"),
            Conn::Postgres(_) => {
                format!("SELECT pg_sequence_last_value(pg_get_serial_sequence('{name}', 'id')::regclass) AS value")
            }
        };
        number(&mut self.conn, statement)
    }

    pub fn set_counter(&mut self, table: &Table, last: i64) -> Result<(), CopyError> {
        let name = table.name;
        match &self.conn {
            Conn::Postgres(_) => {
                let sequence = format!("pg_get_serial_sequence('{name}', 'id')::regclass");
                number(&mut self.conn, format!("SELECT setval({sequence}, {last}) AS value")).map(drop)
            }
            Conn::Sqlite(_) => {
                let mine = format!("UPDATE sqlite_sequence SET seq = max(seq, {last}) WHERE name = '{name}'");
                if run(&mut self.conn, mine)? == 0 {
                    run(&mut self.conn, format!("INSERT INTO sqlite_sequence (name, seq) VALUES ('{name}', {last})"))?;
                }
                Ok(())
            }
        }
    }

    /// PostgreSQL's planner knows nothing of so many new rows.
    pub fn analyse(&mut self) -> Result<(), CopyError> {
        if matches!(self.conn, Conn::Postgres(_)) {
            let tables: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
            run(&mut self.conn, format!("ANALYZE {}", tables.join(", ")))?;
        }
        Ok(())
    }
}

pub(super) fn clear(conn: &mut Conn, table: &Table) -> Result<(), CopyError> {
    run(conn, format!("DELETE FROM {}", table.name)).map(drop)
}

/// Whether two URLs mean one file, as far as their spelling tells.
pub(super) fn is_same(one: &Target, other: &Target) -> bool {
    let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
    match (one, other) {
        (Target::Sqlite(one), Target::Sqlite(other)) => real(one) == real(other),
        _ => one.to_string() == other.to_string(),
    }
}

fn number(conn: &mut Conn, statement: String) -> Result<Option<i64>, CopyError> {
    let found: Option<Number> =
        each!(conn, |c| diesel::sql_query(statement).get_result(c).optional()).map_err(StoreError::from)?;
    Ok(found.and_then(|found| found.value))
}

fn run(conn: &mut Conn, statement: String) -> Result<usize, CopyError> {
    Ok(each!(conn, |c| diesel::sql_query(statement).execute(c)).map_err(StoreError::from)?)
}
