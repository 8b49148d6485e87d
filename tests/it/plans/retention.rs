//! What the nightly duty looks for in large tables: it reads what is due, and the rest of the table not at all.

use rundbrief::store::retention;

use super::{Asked, explain, filled, overhear, rolled_back, scans_whole};
use crate::support::database::Kind;

const REQUESTS: [&str; 2] = [
    "INSERT INTO wordings (kind, language, version, hash, text, first_shown_at) SELECT 'consent', 'de', 1, public_id, '', 0 FROM subscribers WHERE id = 1",
    "INSERT INTO opt_ins (public_id, subscriber_id, language, consent_wording_id, privacy_wording_id, form_url, requested_at, expires_at, confirmed_at, network)
        SELECT public_id, id, 'de', 1, 1, '', id, id, CASE WHEN id % 100 > 0 THEN id END, CASE WHEN id % 100 = 1 THEN '192.0.2.0/24' END FROM subscribers",
];

/// Each with the index it goes by.
const QUESTIONS: [(&str, Asked, &str); 4] = [
    ("requests that ran out", |c| retention::list_unconfirmed(c, 1_000, 1_000, 100).map(drop), "opt_ins_unconfirmed"),
    ("networks", |c| retention::forget_networks(c, 1_000).map(drop), "opt_ins_network"),
    ("mails of no issue", |c| retention::delete_single_mails(c, 1_000, 100).map(drop), "deliveries_single_ended"),
    ("a page of an old issue", |c| retention::trim(c, 1, 5_000, 200).map(drop), ""),
];

#[test]
fn what_has_been_kept_long_enough_is_found_by_an_index() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = filled(kind);
        for statement in REQUESTS {
            database.execute(statement);
        }
        database.execute("ANALYZE");
        let (mut conn, overheard) = overhear(&database);
        for (what, ask, index) in QUESTIONS {
            overheard.lock().unwrap().clear();
            rolled_back(&mut conn, ask);
            let mut plans = String::new();
            for statement in overheard.lock().unwrap().clone() {
                if !["SELECT", "UPDATE", "DELETE"].iter().any(|verb| statement.starts_with(verb)) {
                    continue;
                }
                let plan = explain(&database, &statement);
                for table in ["opt_ins", "deliveries"] {
                    assert!(!scans_whole(&plan, table), "{kind:?}: {what} reads all of {table}:\n{statement}\n{plan}");
                }
                plans += &plan;
            }
            assert!(!plans.is_empty() && plans.contains(index), "{kind:?}: {what}:\n{plans}");
        }
    }
}
