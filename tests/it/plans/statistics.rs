//! What the planner knows of a table when it plans. A list of a million people is imported, or an issue is fanned out to them, in
//! less time than passes until anybody looks at the tables: plans must be right before that too.

use diesel::RunQueryDsl as _;

use crate::support::database::{Database, Kind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistics {
    /// Nobody has looked yet.
    Missing,
    /// As the tables were when they held a few rows.
    Stale,
    Fresh,
}

/// Those that grow with readers, mails and visitors, each before whatever names it.
const LARGE: [&str; 9] = [
    "subscribers",
    "subscriptions",
    "opt_ins",
    "consent_records",
    "consent_details",
    "deliveries",
    "limits",
    "spent_challenges",
    "suppressions",
];

/// Both databases in every state of their statistics.
pub fn all() -> impl Iterator<Item = (Kind, Statistics)> {
    [Kind::Sqlite, Kind::Postgres].into_iter().flat_map(|kind| Statistics::ALL.map(|statistics| (kind, statistics)))
}

impl Statistics {
    pub const ALL: [Statistics; 3] = [Statistics::Missing, Statistics::Stale, Statistics::Fresh];

    /// A database filled by these statements, of which the planner knows so much.
    pub fn of<'a>(self, kind: Kind, statements: impl Iterator<Item = &'a str>) -> Database {
        let database = Database::migrated(kind);
        if kind == Kind::Postgres {
            // Or it would look in its own time.
            let tables =
                "SELECT relname::text AS value FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
            for table in database.texts(tables) {
                database.execute(&format!("ALTER TABLE {table} SET (autovacuum_enabled = off)"));
            }
        }
        for statement in statements {
            database.execute(statement);
        }
        match self {
            Statistics::Missing => {}
            Statistics::Stale => grow(&database),
            Statistics::Fresh => drop(database.execute("ANALYZE")),
        }
        if kind == Kind::Postgres {
            let known = database.number("SELECT count(*) AS value FROM pg_stats WHERE schemaname = 'public'");
            assert_eq!(known == 0, self == Statistics::Missing, "{self:?}: {known} columns are known");
        }
        database
    }
}

/// Takes all but twenty rows of each table away, has them looked at, and puts the others back.
fn grow(database: &Database) {
    let mut conn = database.connect();
    let mut say = |statement: String| {
        diesel::sql_query(&statement).execute(&mut conn).unwrap_or_else(|error| panic!("{statement}: {error}"));
    };
    let postgres = database.kind == Kind::Postgres;
    say(if postgres { "SET session_replication_role = replica" } else { "PRAGMA foreign_keys = OFF" }.to_owned());
    for table in LARGE {
        say(format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"));
        say(format!("DELETE FROM {table}"));
        say(format!("INSERT INTO {table} SELECT * FROM kept_{table} LIMIT 20"));
        if postgres {
            say(format!("VACUUM FULL {table}"));
        }
    }
    say("ANALYZE".to_owned());
    for table in LARGE {
        say(format!("DELETE FROM {table}"));
        say(format!("INSERT INTO {table} SELECT * FROM kept_{table}"));
        say(format!("DROP TABLE kept_{table}"));
    }
}
