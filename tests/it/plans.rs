//! Query plans over a ledger with 50,000 rows: nothing that is asked while mail goes out reads the whole of it.
//!
//! The statements are those the store really sends: they are overheard on its connection, then explained.

mod archive;
mod limits;
mod retention;

use std::sync::{Arc, Mutex};

use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use rundbrief::domain::language::Language;
use rundbrief::domain::states::DeliveryState;
use rundbrief::store::deliveries::{self as d, Chunk};
use rundbrief::store::imports::{self, NewPerson, NewSubscription};
use rundbrief::store::ledger::{self, Claimant, Record};
use rundbrief::store::proofs::{self, After};
use rundbrief::store::{
    self, Conn, StoreError, consent, issues, opt_ins, progress, results, subscribers, subscriptions, waiting,
};

use crate::support::database::{Database, Kind};

/// Issue 1 is in the middle of its sending, issue 2 was cancelled, and there are mails of no issue.
const ROWS: &str = "
    INSERT INTO newsletters (slug, name, from_name, from_address, languages, zone, created_at) VALUES ('weekly', '', '', 'a@example.org', '[]', 'UTC', 0);
    INSERT INTO issues (newsletter_id, number, state, activation_limit, created_at) VALUES (1, 1, 'sending', 48000, 0), (1, 2, 'cancelled', 0, 0);
    INSERT INTO issues (newsletter_id, number, state, created_at)
        WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 200) SELECT 1, i, 'sent', 0 FROM n;
    INSERT INTO editions (issue_id, language, subject, hash, content, web, created_at) VALUES (1, 'de', '', RANDOM, RANDOM, '', 0);
    INSERT INTO nodes (name, beat, started_at) VALUES ('a', 1, 0);
    INSERT INTO subscribers (public_id, address, canonical, created_at)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
        SELECT RANDOM, 'r' || i || '@example.org', 'r' || i || '@example.org', 0 FROM n;
    INSERT INTO subscriptions (public_id, subscriber_id, newsletter_id, state, language, activation, requested_at)
        SELECT RANDOM, id, 1, 'active', 'de', id, 0 FROM subscribers;
    INSERT INTO deliveries (public_id, kind, issue_id, edition_id, subscriber_id, subscription_id, newsletter_id, address, relay, state, due_at, claim_token, node_id, created_at, ended_at)
        SELECT RANDOM, CASE WHEN id <= 2000 THEN 'confirmation' ELSE 'issue' END, CASE WHEN id > 2000 THEN 1 END, 1, id,
            CASE WHEN id > 2000 THEN id END, 1, address, 'default',
            CASE WHEN id <= 1990 THEN 'sent' WHEN id <= 30000 THEN CASE WHEN id % 50 = 0 THEN 'bounced' ELSE 'sent' END WHEN id <= 30004 THEN 'transmitting'
                WHEN id <= 30500 THEN 'claimed' WHEN id <= 30510 THEN 'unknown' ELSE 'queued' END,
            0, CASE WHEN id > 30000 AND id <= 30510 THEN RANDOM END, CASE WHEN id > 30000 AND id <= 30510 THEN 1 END, 0,
            CASE WHEN id <= 30000 THEN 0 END
        FROM subscribers";

fn filled(kind: Kind) -> Database {
    let database = Database::migrated(kind);
    let random = if kind == Kind::Sqlite { "randomblob(16)" } else { "uuid_send(gen_random_uuid())" };
    for statement in ROWS.replace("RANDOM", random).split(';') {
        database.execute(statement);
    }
    if kind == Kind::Postgres {
        database.execute("ANALYZE");
    }
    database
}

type Overheard = Arc<Mutex<Vec<String>>>;

fn listen(connection: &mut impl diesel::Connection, overheard: &Overheard) {
    let overheard = Arc::clone(overheard);
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let shown = query.to_string();
            overheard.lock().unwrap().push(shown.split(" -- binds:").next().unwrap().to_owned());
        }
    });
}

/// The app's kind of connection, and what is said over it.
fn overhear(database: &Database) -> (Conn, Overheard) {
    let overheard = Overheard::default();
    let conn = match database.kind {
        Kind::Sqlite => {
            let mut connection = SqliteConnection::establish(database.file().to_str().unwrap()).unwrap();
            listen(&mut connection, &overheard);
            Conn::Sqlite(connection)
        }
        Kind::Postgres => {
            let mut connection = PgConnection::establish(&database.url).unwrap();
            listen(&mut connection, &overheard);
            Conn::Postgres(connection)
        }
    };
    (conn, overheard)
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

#[derive(QueryableByName)]
struct Scans {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// The plan of one statement, without its values: the one PostgreSQL keeps for a prepared statement.
fn explain(database: &Database, statement: &str) -> String {
    match database.kind {
        Kind::Sqlite => {
            let mut connection = SqliteConnection::establish(database.file().to_str().unwrap()).unwrap();
            let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load(&mut connection).unwrap();
            steps.into_iter().map(|step| step.detail).collect::<Vec<_>>().join("\n")
        }
        Kind::Postgres => {
            let mut connection = PgConnection::establish(&database.url).unwrap();
            let values = (1..).take_while(|n| statement.contains(&format!("${n}"))).count();
            diesel::sql_query("SET plan_cache_mode = force_generic_plan").execute(&mut connection).unwrap();
            diesel::sql_query(format!("PREPARE asked AS {statement}")).execute(&mut connection).unwrap();
            let given = if values == 0 { String::new() } else { format!("({})", vec!["NULL"; values].join(", ")) };
            let lines: Vec<Plan> = diesel::sql_query(format!("EXPLAIN EXECUTE asked{given}")).load(&mut connection).unwrap();
            lines.into_iter().map(|plan| plan.line).collect::<Vec<_>>().join("\n")
        }
    }
}

fn scans_whole(plan: &str, table: &str) -> bool {
    plan.lines().map(str::trim).any(|line| {
        // This one holds only the few rows in flight and in doubt.
        if line == "SCAN deliveries USING INDEX deliveries_open" {
            return false;
        }
        // "SCAN deliveries USING INDEX" walks an index from end to end; "USING COVERING INDEX" of a partial one is no better.
        line == format!("SCAN {table}")
            || line.starts_with(&format!("SCAN {table} "))
            || line.contains(&format!("Seq Scan on {table}"))
    })
}

type Asked = fn(&mut Conn) -> Result<(), StoreError>;

/// Asks and takes it back, so that the next question meets the same rows.
fn rolled_back(conn: &mut Conn, ask: Asked) {
    let asked = |conn: &mut Conn| ask(conn);
    store::transaction(conn, |conn| store::rehearse::<StoreError>(conn, asked)).unwrap();
}

const BY: Claimant = Claimant { node_id: 1, token: [9; 16], link_key: 1, dkim: "", now: 5 };
const SENT: Record = Record {
    id: 30_100,
    token: [9; 16],
    state: DeliveryState::Sent,
    reason: None,
    due_at: None,
    attempts: 1,
    resends: 0,
    stage: None,
    code: None,
    reply: None,
    now: 5,
};

fn chunk() -> Chunk {
    Chunk {
        issue_id: 1,
        newsletter_id: 1,
        editions: vec![(Language::De, 1), (Language::En, 1)],
        otherwise: 1,
        after: 10_000,
        to: 15_000,
    }
}

/// What is asked, and the indexes of which at least one must stand in its plans (`pk`: the primary key).
const QUESTIONS: [(&str, Asked, &[&str]); 30] = [
    ("claim of an issue", |c| ledger::claim(c, Some(1), BY, 500).map(drop), &["deliveries_queued"]),
    ("claim of other mails", |c| ledger::claim(c, None, BY, 500).map(drop), &["deliveries_queued"]),
    ("what is due of an issue", |c| waiting::list_due(c, Some(1), 5, 500).map(drop), &["deliveries_queued"]),
    ("what is due of other mails", |c| waiting::list_due(c, None, 5, 500).map(drop), &["deliveries_queued"]),
    ("put some off", |c| waiting::delay(c, &[(30_600, 9), (30_601, 10)]), &["pk"]),
    ("give some back", |c| waiting::give_back_until(c, &[30_102, 30_103], 1, 9).map(drop), &["pk", "deliveries_open"]),
    ("what is under way", |c| waiting::list_under_way(c).map(drop), &["deliveries_open"]),
    ("what was claimed", |c| ledger::list_claimed(c, &[30_100, 30_101], &[9; 16]).map(drop), &["pk"]),
    ("write down", |c| ledger::write(c, &[SENT], &[(30_100, [9; 16])]).map(drop), &["pk"]),
    ("give back one", |c| ledger::give_back(c, 30_100, &[9; 16]).map(drop), &["pk"]),
    ("put one off", |c| ledger::put_off(c, 30_101, &[9; 16], 9).map(drop), &["pk"]),
    ("give back all", |c| ledger::give_back_all(c, 1).map(drop), &["deliveries_open"]),
    ("take over", |c| ledger::take_over(c, 1).map(drop), &["deliveries_open"]),
    ("is open", |c| d::is_open(c, 1).map(drop), &["deliveries_queued"]),
    ("somebody leaves", |c| d::skip_for_subscriber(c, 40_000, vec![1, 2], 5).map(drop), &["subscriber_id"]),
    ("skip cancelled", |c| d::skip_cancelled(c, 1, 2_000, 5).map(drop), &["deliveries_queued"]),
    ("unclaim an issue", |c| d::unclaim_issue(c, 1).map(drop), &["deliveries_open"]),
    ("cancelled with a queue", |c| issues::list_cancelled_with_queue(c).map(drop), &["deliveries_queued"]),
    ("first results", |c| results::list_around(c, 1, 25_000, i64::MIN).map(drop), &["pk"]),
    ("expire", |c| d::expire(c, 1, 2_000, 5).map(drop), &["deliveries_queued"]),
    ("resend doubts", |c| d::resend_unknown(c, 2, 5).map(drop), &["deliveries_open"]),
    ("accept doubts", |c| d::accept_unknown(c, 2, 5).map(drop), &["deliveries_open"]),
    ("first page of a proof", |c| proofs::page(c, 1, After::START, 1_000).map(drop), &["subscriber_id"]),
    ("next page of a proof", |c| proofs::page(c, 1, After::Subscriber(25_000), 1_000).map(drop), &["subscriber_id"]),
    ("those without a name", |c| proofs::page(c, 1, After::Nameless(0), 1_000).map(drop), &["subscriber_id"]),
    ("rows of a proof again", |c| proofs::list(c, &[30_100, 30_101]).map(drop), &["pk"]),
    ("mails in doubt", |c| proofs::list_unknown(c, 1, 100).map(drop), &["deliveries_open"]),
    ("fan out", |c| d::fan_out(c, chunk(), 5).map(drop), &["subscriptions_recipients"]),
    ("a subscription by its link", |c| subscriptions::find_by_public_id(c, &[1; 16]).map(drop), &["public_id"]),
    ("a subscriber by their link", |c| subscribers::find_by_public_id(c, &[1; 16]).map(drop), &["public_id"]),
];

fn every_plan_uses_its_index(database: &Database) {
    let (mut conn, overheard) = overhear(database);
    let primary_key = if database.kind == Kind::Sqlite { "INTEGER PRIMARY KEY" } else { "deliveries_pkey" };
    let mut wrong = Vec::new();
    for (what, ask, indexes) in QUESTIONS {
        overheard.lock().unwrap().clear();
        let _: Result<(), diesel::result::Error> = conn.transaction(|conn| {
            ask(conn).unwrap_or_else(|error| panic!("{what}: {error}"));
            Err(diesel::result::Error::RollbackTransaction)
        });
        let statements = overheard.lock().unwrap().clone();
        let mut plans = String::new();
        for statement in
            statements.iter().filter(|statement| ["SELECT", "UPDATE", "INSERT"].iter().any(|verb| statement.starts_with(verb)))
        {
            let plan = explain(database, statement);
            for table in ["deliveries", "subscriptions"] {
                if scans_whole(&plan, table) {
                    wrong.push(format!("{what} reads all of {table}:\n{statement}\n{plan}\n"));
                }
            }
            plans += &plan;
            plans += "\n";
        }
        let found = indexes.iter().any(|index| plans.contains(if *index == "pk" { primary_key } else { index }));
        // What SQLite makes of UNIQUE has no name of its own.
        let automatic = database.kind == Kind::Sqlite
            && (*indexes == ["public_id"] && plans.contains("(public_id=?)")
                || *indexes == ["subscriber_id"] && plans.contains("(issue_id=? AND subscriber_id=?)"));
        if !found && !automatic {
            wrong.push(format!("{what} uses none of {indexes:?}:\n{}\n{plans}\n", statements.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sqlite_reads_no_whole_table_whether_analysed_or_not() {
    let database = filled(Kind::Sqlite);
    every_plan_uses_its_index(&database);
    database.execute("ANALYZE");
    every_plan_uses_its_index(&database);
}

#[test]
fn postgres_reads_no_whole_table() {
    every_plan_uses_its_index(&filled(Kind::Postgres));
}

/// The same with real values, by PostgreSQL's own count of scans.
#[test]
fn postgres_counts_no_scan_of_the_whole_ledger() {
    let database = filled(Kind::Postgres);
    let mut conn = PgConnection::establish(&database.url).unwrap();
    let mut scans = || -> i64 {
        // Counters are handed in by each backend; a fresh snapshot shows them.
        diesel::sql_query("SELECT pg_stat_clear_snapshot()").execute(&mut conn).unwrap();
        let sql = "SELECT seq_scan AS value FROM pg_stat_user_tables WHERE relname = 'deliveries'";
        diesel::sql_query(sql).get_result::<Scans>(&mut conn).unwrap().value
    };
    for (what, ask, _) in QUESTIONS {
        let before = scans();
        let (mut asking, _) = overhear(&database);
        ask(&mut asking).unwrap();
        // The counters are complete when the backend has ended.
        diesel::sql_query("SELECT pg_stat_force_next_flush()").execute(&mut asking).unwrap();
        diesel::sql_query("SELECT 1").execute(&mut asking).unwrap();
        assert_eq!(scans(), before, "{what} reads the whole table");
    }
}

#[test]
fn counting_an_issue_reads_only_its_rows() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = filled(kind);
        let (mut conn, overheard) = overhear(&database);
        assert_eq!(d::count_by_state(&mut conn, 2).unwrap(), []);
        assert_eq!(progress::tally(&mut conn, 2, 0, 5).unwrap(), []);
        assert_eq!(progress::refusals(&mut conn, 2, 500).unwrap(), []);
        // An issue that is nearly the whole table is another matter: PostgreSQL is right to read it from end to end.
        for statement in overheard.lock().unwrap().clone() {
            let statement = statement.replace("issue_id = $1", "issue_id = 2").replace("issue_id\" = $1", "issue_id\" = 2");
            let statement = statement.replace("issue_id = $3", "issue_id = 2").replace("LIMIT $2", "LIMIT 500");
            let plan = explain(&database, &statement);
            assert!(!scans_whole(&plan, "deliveries"), "{kind:?}:\n{statement}\n{plan}");
        }
    }
}

/// It counts along the queue, to a limit, and never along the ledger.
#[test]
fn the_length_of_the_queue_is_read_off_its_index() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = filled(kind);
        let (mut conn, overheard) = overhear(&database);
        let counts: Vec<i64> = progress::queue(&mut conn).unwrap().into_iter().map(|(_, count)| count).collect();
        assert_eq!(counts, [19_490, 496, 4, 10]);
        let overheard = overheard.lock().unwrap();
        let asked = overheard.iter().filter(|statement| statement.starts_with("SELECT"));
        for (statement, index) in asked.zip(["deliveries_queued", "deliveries_open"]) {
            let plan = explain(&database, statement);
            assert!(plan.contains(index) && !plan.contains("Seq Scan on deliveries"), "{kind:?}:\n{statement}\n{plan}");
        }
    }
}

#[test]
fn opt_ins_are_found_by_their_link() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = filled(kind);
        let (mut conn, overheard) = overhear(&database);
        let _ = opt_ins::find_by_public_id(&mut conn, &[1; 16]);
        let statement = overheard.lock().unwrap()[0].clone();
        // An empty table is read whole by PostgreSQL; that it has the index is what counts.
        if kind == Kind::Sqlite {
            assert!(explain(&database, &statement).contains("(public_id=?)"), "{statement}");
        }
    }
}

/// Half of the consent log is sealed.
const LOG: &str = "INSERT INTO consent_records (act, at, commitment, sealed, hash)
    SELECT 'imported', 0, public_id, CASE WHEN id <= 25000 THEN id END, CASE WHEN id <= 25000 THEN public_id END FROM subscribers";

fn person() -> NewPerson<'static> {
    NewPerson { public_id: &[1; 16], address: "new@example.org", canonical: "new@example.org", name: None, known: None }
}

fn activation() -> NewSubscription<'static> {
    NewSubscription { public_id: &[2; 16], subscriber_id: 7, language: Language::De, activation: 50_001, is_new: false }
}

fn seal() -> consent::Seal {
    consent::Seal { id: 25_001, place: 25_001, hash: [3; 32] }
}

/// What an import asks for each batch, an export for each page, and the seal for each transaction.
#[test]
fn importing_exporting_and_sealing_read_no_whole_table() {
    let questions: [(&str, Asked, &str); 8] = [
        ("who is known", |c| imports::list_known(c, 1, &["r7@example.org", "new"]).map(drop), "canonical"),
        ("people of a batch", |c| imports::find_or_insert_people(c, &[person()], 5).map(drop), ""),
        ("their subscriptions", |c| imports::activate(c, 1, &[activation()], 5).map(drop), ""),
        ("the first page of an export", |c| subscriptions::page(c, 1, 0, 2_000).map(drop), "subscriptions"),
        ("a page of an export", |c| subscriptions::page(c, 1, 25_000, 2_000).map(drop), "subscriptions"),
        ("the end of the chain", |c| consent::lock_chain(c).map(drop), "sealed"),
        ("what is not sealed", |c| consent::list_unsealed(c, 1_000).map(drop), "consent_records_unsealed"),
        ("sealing", |c| consent::seal(c, &[seal()]), "consent_records"),
    ];
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = filled(kind);
        database.execute(LOG);
        database.execute("ANALYZE");
        let (mut conn, overheard) = overhear(&database);
        for (what, ask, index) in questions {
            overheard.lock().unwrap().clear();
            ask(&mut conn).unwrap_or_else(|error| panic!("{what}: {error}"));
            let mut plans = String::new();
            for statement in overheard.lock().unwrap().iter() {
                let plan = explain(&database, statement);
                for table in ["subscribers", "subscriptions", "consent_records"] {
                    // This one holds only what is not sealed.
                    let few = plan.replace("SCAN consent_records USING INDEX consent_records_unsealed", "");
                    // The end of the chain is the first entry of its index.
                    let few = few.replace("SCAN consent_records USING INDEX sqlite_autoindex_consent_records_1", "sealed");
                    assert!(!scans_whole(&few, table), "{kind:?}: {what} reads all of {table}:\n{statement}\n{plan}");
                    plans += &few;
                }
            }
            assert!(index == "consent_records_unsealed" || plans.contains(index), "{kind:?}: {what}:\n{plans}");
        }
    }
}
