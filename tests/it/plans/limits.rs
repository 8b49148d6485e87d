//! What a sign-up asks of the limits and of the spent challenges while both tables are large.

use rundbrief::domain::limits::Scope;
use rundbrief::store::limits::{self, Window};

use super::{Asked, explain, overhear, rolled_back, scans_whole};
use crate::support::database::{Database, Kind};

const ROWS: &str = "
    INSERT INTO limits (scope, key, began_at, count)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
        SELECT CASE i % 4 WHEN 0 THEN 'network-hour' WHEN 1 THEN 'network-day' WHEN 2 THEN 'domain-hour' ELSE 'total-hour' END,
            RANDOM, 1000000 + i, 1 FROM n;
    INSERT INTO spent_challenges (nonce, expires_at)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) SELECT RANDOM, 1000000 + i FROM n";

const fn window(scope: Scope) -> Window {
    Window { scope, key: [7; 32], began_at: 1_000_500 }
}

const QUESTIONS: [(&str, Asked); 5] = [
    ("count", |c| limits::count(c, &[window(Scope::DomainHour), window(Scope::TotalHour), window(Scope::PlainHour)]).map(drop)),
    ("look", |c| limits::find(c, &window(Scope::TotalHour)).map(drop)),
    ("spend", |c| limits::spend(c, &[9; 16], 5).map(drop)),
    ("is there anything to forget", |c| limits::is_stale(c, 5).map(drop)),
    ("forget", |c| limits::forget(c, 1_000_100, 50).map(drop)),
];

fn filled(kind: Kind) -> Database {
    let database = Database::migrated(kind);
    let random = if kind == Kind::Sqlite { "randomblob(32)" } else { "uuid_send(gen_random_uuid())" };
    for statement in ROWS.replace("RANDOM", random).split(';') {
        database.execute(statement);
    }
    database.execute("ANALYZE");
    database
}

#[test]
fn a_sign_up_reads_no_whole_table_of_counts() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = filled(kind);
        let (mut conn, overheard) = overhear(&database);
        for (what, ask) in QUESTIONS {
            overheard.lock().unwrap().clear();
            rolled_back(&mut conn, ask);
            for statement in overheard.lock().unwrap().clone() {
                if !["SELECT", "INSERT", "DELETE", "WITH"].iter().any(|verb| statement.starts_with(verb)) {
                    continue;
                }
                let plan = explain(&database, &statement);
                for table in ["limits", "spent_challenges"] {
                    assert!(!scans_whole(&plan, table), "{kind:?}: {what} reads all of {table}:\n{statement}\n{plan}");
                }
                if what == "count" && kind == Kind::Postgres {
                    assert!(plan.contains("limits_pkey"), "{statement}\n{plan}");
                }
            }
        }
    }
}

/// The sum over all rows of a count, whichever of them a request adds to.
#[test]
fn counts_are_sums_on_postgres_and_numbers_on_sqlite() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = Database::migrated(kind);
        let (mut conn, _) = overhear(&database);
        let other = Window { key: [8; 32], ..window(Scope::TotalHour) };
        let later = Window { began_at: 2_000_000, ..window(Scope::TotalHour) };
        for n in 1..=40 {
            let counts = limits::count(&mut conn, &[window(Scope::TotalHour), window(Scope::PlainHour)]).unwrap();
            assert_eq!(counts, [n, n], "{kind:?}");
        }
        assert_eq!(limits::find(&mut conn, &window(Scope::TotalHour)).unwrap(), 40);
        assert_eq!(limits::count(&mut conn, &[other.clone(), later]).unwrap(), [1, 1], "{kind:?}");
        assert_eq!(limits::find(&mut conn, &other).unwrap(), 1);
        let rows = database.number("SELECT count(*) AS value FROM limits WHERE scope = 'plain-hour'");
        assert_eq!(rows, if kind == Kind::Sqlite { 1 } else { 16 }, "no request waits for the row of another");
    }
}
