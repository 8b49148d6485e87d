//! What one person causes - a sign-up, a look at their data, leaving, being forgotten - while the tables of people are large.

use rundbrief::store::retention::{self, Outlived, Unconfirmed};
use rundbrief::store::{consent, deliveries, opt_ins, proofs, subscribers, subscriptions, suppressions};

use super::{Asked, LOG, explained, filled, overhear, retention as requests, rolled_back, scans_whole, statistics};

const DETAILS: &str = "INSERT INTO consent_details (consent_record_id, subscriber_id, newsletter_id, salt, body)
    SELECT id, id, 1, commitment, '{}' FROM consent_records";
const SUPPRESSED: &str = "INSERT INTO suppressions (address_key, key_id, reason, source, at)
    SELECT public_id, 1, 'unsubscribed', '', 0 FROM subscribers";

const OUTLIVED: Outlived = Outlived { id: 30_100, subscriber_id: 30_100, newsletter_id: 1 };
const REQUEST: Unconfirmed = Unconfirmed { id: 400, subscriber_id: 400, requested_at: 400 };

const QUESTIONS: [(&str, Asked); 26] = [
    ("who it is", |c| subscribers::find(c, "r7@example.org").map(drop)),
    ("who it is, by number", |c| subscribers::find_by_id(c, 7).map(drop)),
    ("their newsletters", |c| subscriptions::list_of(c, 7).map(drop)),
    ("one of their newsletters", |c| subscriptions::find(c, 7, 1).map(drop)),
    ("one ends", |c| subscriptions::move_ended(c, 7, 8)),
    ("their consent", |c| consent::list_of(c, 7).map(drop)),
    ("a page of the chain", |c| consent::page_of_chain(c, 12_000, 500).map(drop)),
    ("how much is not sealed", |c| consent::count_unsealed(c).map(drop)),
    ("erase their consent", |c| consent::erase_details(c, 7, None).map(drop)),
    ("erase their consent to one", |c| consent::erase_details(c, 7, Some(1)).map(drop)),
    ("two become one", |c| consent::move_details(c, 7, 8).map(drop)),
    ("what they asked for", |c| opt_ins::list_of(c, 7).map(drop)),
    ("have they asked just now", |c| opt_ins::asked_since(c, 7, 1, 5).map(drop)),
    ("how often have they asked", |c| opt_ins::count_since(c, 7, 5).map(drop)),
    ("changes to their address", |c| opt_ins::list_changes_to(c, "new@example.org").map(drop)),
    ("how many of them", |c| opt_ins::count_changes_to(c, "new@example.org", 5).map(drop)),
    ("changes that run out", |c| opt_ins::expire_changes(c, 7, 8, 5)),
    ("their mails", |c| deliveries::list_of_person(c, 30_100).map(drop)),
    ("notices to them", |c| deliveries::count_notices_since(c, 7, 5).map(drop)),
    ("their new address", |c| deliveries::readdress(c, 40_000, "new@example.org")),
    ("the mail of an opt-in", |c| proofs::find_confirmation(c, 7, 7).map(drop)),
    ("their mail of an issue", |c| proofs::find(c, 1, 30_100).map(drop)),
    ("are they suppressed", |c| suppressions::list_suppressed(c, &[[1; 32], [2; 32]], 5).map(drop)),
    ("is anything left of them", |c| retention::has_anything(c, 7).map(drop)),
    ("a request that ran out", |c| retention::erase_request_details(c, &REQUEST).map(drop)),
    ("a subscription that is over", |c| retention::is_outlived(c, &OUTLIVED, 5).map(drop)),
];

const TABLES: [&str; 7] =
    ["subscribers", "subscriptions", "opt_ins", "consent_records", "consent_details", "deliveries", "suppressions"];

#[test]
fn nobody_is_looked_for_in_a_whole_table() {
    let more: Vec<&str> = requests::REQUESTS.into_iter().chain([LOG, DETAILS, SUPPRESSED]).collect();
    let mut wrong = Vec::new();
    for (kind, statistics) in statistics::all() {
        let database = filled(kind, &more, statistics);
        let (mut conn, overheard) = overhear(&database);
        for (what, ask) in QUESTIONS {
            overheard.lock().unwrap().clear();
            rolled_back(&mut conn, ask);
            for (plan, statement) in explained(&database, &overheard) {
                // This index holds only what is not sealed.
                let plan = plan.replace("SCAN consent_records USING INDEX consent_records_unsealed", "few");
                let plan = plan.replace("SCAN consent_records USING COVERING INDEX consent_records_unsealed", "few");
                if let Some(table) = TABLES.iter().find(|table| scans_whole(&plan, table)) {
                    wrong.push(format!("{kind:?}, {statistics:?}: {what} reads all of {table}:\n{statement}\n{plan}\n"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
