//! The one list of all tables, each after those it names, and what has to be done with each of them by its type: diesel writes a
//! COPY and keeps a prepared statement for types only. A test compares the list with the migrations.

use std::marker::PhantomData;

use diesel::Table as _;
use diesel::pg::{CopyFormat, Pg};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::sqlite::Sqlite;

use crate::store::schema;

pub(super) struct Table {
    pub name: &'static str,
    columns: fn() -> String,
    key: fn() -> String,
    /// Writes rows in PostgreSQL's binary format.
    pub copy_in: fn(&mut PgConnection, &[u8]) -> QueryResult<usize>,
    /// Writes one row by this INSERT.
    pub insert: fn(&mut SqliteConnection, &str, &[Value<'_>]) -> QueryResult<usize>,
}

impl Table {
    /// In the order of `schema.rs`.
    pub fn columns(&self) -> Vec<String> {
        names(&(self.columns)())
    }

    pub fn key(&self) -> Vec<String> {
        names(&(self.key)())
    }
}

/// `"table"."a", "table"."b"` → a, b
fn names(written: &str) -> Vec<String> {
    written.split('"').skip(3).step_by(4).map(str::to_owned).collect()
}

/// A value on its way into SQLite.
pub(super) enum Value<'a> {
    Int(Option<i64>),
    Text(Option<&'a str>),
    Bytes(Option<&'a [u8]>),
}

/// An INSERT that is prepared once for its table.
struct Inserting<'a, T> {
    statement: &'a str,
    values: &'a [Value<'a>],
    table: PhantomData<T>,
}

struct IntoTable<T>(PhantomData<T>);

impl<T: 'static> QueryId for Inserting<'_, T> {
    type QueryId = IntoTable<T>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<T, Conn> RunQueryDsl<Conn> for Inserting<'_, T> {}

impl<T> QueryFragment<Sqlite> for Inserting<'_, T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(self.statement);
        out.push_sql(" VALUES (");
        for (n, value) in self.values.iter().enumerate() {
            if n > 0 {
                out.push_sql(", ");
            }
            match value {
                Value::Int(value) => out.push_bind_param::<Nullable<BigInt>, _>(value)?,
                Value::Text(value) => out.push_bind_param::<Nullable<Text>, _>(value)?,
                Value::Bytes(value) => out.push_bind_param::<Nullable<Binary>, _>(value)?,
            }
        }
        out.push_sql(")");
        Ok(())
    }
}

fn insert<T: 'static>(conn: &mut SqliteConnection, statement: &str, values: &[Value<'_>]) -> QueryResult<usize> {
    Inserting::<T> { statement, values, table: PhantomData }.execute(conn)
}

macro_rules! tables {
    ($($name:ident)*) => {
        pub(super) const TABLES: &[Table] = &[$(Table {
            name: stringify!($name),
            columns: || diesel::debug_query::<Pg, _>(&schema::$name::all_columns).to_string(),
            key: || diesel::debug_query::<Pg, _>(&schema::$name::table.primary_key()).to_string(),
            copy_in: |conn, rows| {
                let write = |out: &mut dyn std::io::Write| out.write_all(rows).map_err(|e| Error::SerializationError(Box::new(e)));
                let copy = diesel::copy_from(schema::$name::table).from_raw_data(schema::$name::table, write);
                copy.with_format(CopyFormat::Binary).execute(conn)
            },
            insert: insert::<schema::$name::table>,
        }),*];
    };
}

tables! {
    instance newsletters newsletter_texts wordings subscribers subscriptions opt_ins opt_in_newsletters consent_records
    consent_details suppressions images files issues news_items news_item_texts funding_blocks funding_texts issue_words
    check_overrides editions nodes relays paces throttles deliveries staff sign_in_failures staff_invitations staff_sessions
    limits spent_challenges duties imports published_items feeds feed_entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_off_what_diesel_writes() {
        let of = |name: &str| TABLES.iter().find(|table| table.name == name).map(|table| (table.columns(), table.key()));
        let (columns, key) = of("opt_in_newsletters").expect("it is there");
        assert_eq!(columns, ["opt_in_id", "newsletter_id"]);
        assert_eq!(key, columns);
        let (columns, key) = of("subscribers").expect("it is there");
        assert_eq!(columns, ["id", "public_id", "address", "canonical", "name", "created_at"]);
        assert_eq!(key, ["id"]);
    }
}
