//! The migrations and `src/store/schema.rs` say the same, on both databases.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::support::database::{Database, Kind};
use crate::support::rust_text;

/// Table → column → its type in `schema.rs` words, such as `Nullable<Text>`.
type Tables = BTreeMap<String, BTreeMap<String, String>>;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    nullable: i64,
}

/// Without the index of the search, which is a virtual table and its parts on SQLite, and a generated column on PostgreSQL.
const SQLITE_COLUMNS: &str = r#"
    SELECT m.name AS "table", c.name AS name, lower(c.type) AS kind, CASE WHEN c."notnull" = 1 OR c.pk > 0 THEN 0 ELSE 1 END AS nullable
    FROM sqlite_master m, pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\_\_%' ESCAPE '\'
      AND m.name NOT LIKE 'published\_words%' ESCAPE '\'"#;

const POSTGRES_COLUMNS: &str = r#"
    SELECT table_name::text AS "table", column_name::text AS name, data_type::text AS kind,
           (CASE is_nullable WHEN 'YES' THEN 1 ELSE 0 END)::bigint AS nullable
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\_\_%'
      AND data_type <> 'tsvector'"#;

/// What the database has.
fn tables_in(database: &Database) -> Tables {
    let sql = match database.kind {
        Kind::Sqlite => SQLITE_COLUMNS,
        Kind::Postgres => POSTGRES_COLUMNS,
    };
    let columns: Vec<Column> = diesel::sql_query(sql).load(&mut database.connect()).unwrap();
    let mut tables = Tables::new();
    for column in columns {
        let kind = match column.kind.as_str() {
            "integer" | "bigint" if database.kind == Kind::Sqlite || column.kind == "bigint" => "BigInt",
            "text" => "Text",
            "blob" | "bytea" => "Binary",
            other => panic!("{}.{} is {other}; schema.rs has no word for it", column.table, column.name),
        };
        let kind = if column.nullable == 1 { format!("Nullable<{kind}>") } else { kind.to_owned() };
        tables.entry(column.table).or_default().insert(column.name, kind);
    }
    tables
}

/// What `schema.rs` has: the `table!` blocks, read as text.
fn tables_of_schema() -> Tables {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/schema.rs")).unwrap();
    let words: Vec<String> = rust_text::tokens(&text).into_iter().map(|token| token.text).collect();
    let mut tables = Tables::new();
    let mut at = 0;
    while at < words.len() {
        if words[at..].starts_with(&["table".to_owned(), "!".to_owned(), "{".to_owned()]) {
            let name = words[at + 3].clone();
            // Past the key: `name (id) {`
            at += words[at + 3..].iter().position(|word| word == "{").unwrap() + 4;
            let columns = tables.entry(name).or_default();
            while words[at] != "}" {
                let end = at + words[at..].iter().position(|word| word == ",").unwrap();
                columns.insert(words[at].clone(), words[at + 3..end].concat()); // `name - > Kind ,`
                at = end + 1;
            }
        }
        at += 1;
    }
    tables
}

fn the_migrations_fit_the_schema(kind: Kind) {
    let database = Database::empty(kind);
    let expected = tables_of_schema();
    assert!(expected.len() > 15 && expected["deliveries"].len() > 15, "schema.rs was not understood: {expected:#?}");
    database.migrate();
    compare(kind, &expected, &tables_in(&database));
    database.revert();
    assert!(tables_in(&database).is_empty(), "left by the down migrations: {:?}", tables_in(&database).keys());
    database.migrate();
    compare(kind, &expected, &tables_in(&database));
}

fn compare(kind: Kind, expected: &Tables, found: &Tables) {
    let lines = |tables: &Tables| -> Vec<String> {
        let columns = |(table, columns): (&String, &BTreeMap<String, String>)| {
            columns.iter().map(|(name, kind)| format!("{table}.{name} -> {kind}")).collect::<Vec<_>>()
        };
        tables.iter().flat_map(columns).collect()
    };
    let (expected, found) = (lines(expected), lines(found));
    let missing: Vec<_> = expected.iter().filter(|line| !found.contains(line)).collect();
    let extra: Vec<_> = found.iter().filter(|line| !expected.contains(line)).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "{kind:?}: only in schema.rs {missing:#?}, only in the migrations {extra:#?}"
    );
}

#[test]
fn a_copy_takes_every_table() {
    let copied: Vec<&str> = rundbrief::store::copy::tables().collect();
    let mut sorted = copied.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), copied.len(), "none twice");
    assert_eq!(sorted, tables_of_schema().keys().collect::<Vec<_>>());
}

mod the_migrations_go_up_and_down_and_fit_the_schema {
    use super::*;

    #[test]
    fn sqlite() {
        the_migrations_fit_the_schema(Kind::Sqlite);
    }

    #[test]
    fn postgres() {
        the_migrations_fit_the_schema(Kind::Postgres);
    }
}

mod a_fresh_database_is_migrated_and_empty {
    use super::*;

    fn is_fresh(kind: Kind) {
        let (one, other) = (Database::migrated(kind), Database::migrated(kind));
        one.execute("INSERT INTO relays (name, failures, at) VALUES ('main', 0, 1)");
        assert_eq!(one.texts("SELECT name AS value FROM relays"), ["main"]);
        assert_eq!(other.number("SELECT count(*) AS value FROM relays"), 0);
    }

    #[test]
    fn sqlite() {
        is_fresh(Kind::Sqlite);
    }

    #[test]
    fn postgres() {
        is_fresh(Kind::Postgres);
    }
}
