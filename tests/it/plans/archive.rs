//! The search and the archive over 20,000 published items: both go by their indexes.

use rundbrief::domain::language::Language;
use rundbrief::domain::search::Query;
use rundbrief::store::archive::{self, Scope};

use super::{explain, overhear, scans_whole};
use crate::support::database::{Database, Kind};

const ROWS: &str = "
    INSERT INTO newsletters (slug, name, from_name, from_address, languages, zone, created_at) VALUES ('weekly', '', '', 'a@example.org', '[]', 'UTC', 0);
    INSERT INTO issues (newsletter_id, number, state, published_at, created_at)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT 1, i, 'sent', i, 0 FROM n;
    INSERT INTO editions (issue_id, language, subject, hash, content, web, created_at) SELECT id, 'de', '', RANDOM, RANDOM, '', 0 FROM issues;
    INSERT INTO published_items (issue_id, newsletter_id, language, position, headline, lead, text, published_at)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)
        SELECT issues.id, 1, 'de', i, 'Nachricht ' || i, '', 'Wort' || (issues.id * 10 + i) || ' und mehr', 0 FROM issues CROSS JOIN n";

#[test]
fn searching_reads_the_index_and_not_the_items() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = Database::migrated(kind);
        let random = if kind == Kind::Sqlite { "randomblob(16)" } else { "uuid_send(gen_random_uuid())" };
        for statement in ROWS.replace("RANDOM", random).split(';') {
            database.execute(statement);
        }
        if kind == Kind::Sqlite {
            database.execute(
                "INSERT INTO published_words (rowid, headline, lead, text) SELECT id, headline, lead, text FROM published_items",
            );
        } else {
            database.execute("UPDATE published_items SET words = to_tsvector('simple', headline || ' ' || text)");
        }
        database.execute("ANALYZE");
        let (mut conn, overheard) = overhear(&database);
        let query = Query::parse("wort10017").unwrap();
        let scope = Scope { language: Language::De, newsletter_id: None, skip: 0, most: 21 };
        assert_eq!(archive::search(&mut conn, &query, scope).unwrap().len(), 1);
        assert_eq!(archive::list(&mut conn, 1, &[Language::De], Some(1_000), 21).unwrap().len(), 21);
        assert_eq!(archive::list_items(&mut conn, &[7, 8]).unwrap().len(), 20);
        let mut plans = String::new();
        for statement in overheard.lock().unwrap().iter().filter(|statement| statement.starts_with("SELECT")) {
            let plan = explain(&database, statement);
            let reads_all = match kind {
                Kind::Sqlite => scans_whole(&plan, "published_items") || scans_whole(&plan, "i"),
                Kind::Postgres => plan.contains("Seq Scan on published_items"),
            };
            assert!(!reads_all, "{kind:?} reads all items:\n{statement}\n{plan}");
            plans += &plan;
        }
        let index = if kind == Kind::Sqlite { "SCAN published_words VIRTUAL TABLE INDEX" } else { "published_items_words" };
        assert!(plans.contains(index), "{kind:?} uses no {index}:\n{plans}");
    }
}
