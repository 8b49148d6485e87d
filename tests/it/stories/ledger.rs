//! The ledger's steps one by one: claim, intent, result, take-over. Whoever lost a row cannot write to it any more,
//! and what is not intended is not sent.

use std::collections::HashSet;
use std::sync::Arc;

use diesel::prelude::*;
use jiff::SignedDuration;
use rundbrief::domain::delivery::{Outcome, Reply, Stage};
use rundbrief::domain::language::Language;
use rundbrief::domain::states::DeliveryState;
use rundbrief::domain::token::Purpose;
use rundbrief::journeys::issues::{self, Doubt};
use rundbrief::journeys::publish::{self, FanOut};
use rundbrief::store::ledger::{self, Claimant, TakenOver};
use rundbrief::store::nodes::MayClaim;
use rundbrief::store::{Conn, Store, StoreError, id16, nodes};

use crate::support::app::{TestApp, each_database};
use crate::support::database::{Database, Kind};

const FIRST: [u8; 16] = [1; 16];
const SECOND: [u8; 16] = [2; 16];

fn accepted() -> Outcome {
    Outcome::Accepted(Reply { stage: Stage::FinalDot, code: 250, text: "2.0.0 queued as 4711".to_owned() })
}

fn deferred() -> Outcome {
    Outcome::Deferred(Reply { stage: Stage::FinalDot, code: 451, text: "4.3.0 later".to_owned() })
}

/// Takes over from whoever holds rows.
async fn takes_over(app: &TestApp) -> TakenOver {
    let node = app.database.number("SELECT max(node_id) AS value FROM deliveries");
    app.store.write(move |conn| ledger::take_over(conn, node)).await.unwrap()
}

each_database!(who_leaves_between_claim_and_intent_gets_nothing, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.active("bob@example.org", Language::De).await;
    app.publishes("Treffen").await;
    app.fans_out(1).await;
    let rows = app.claims(Some(1), FIRST, 10).await;
    assert_eq!(rows.len(), 2);
    let key = u8::try_from(rows[0].link_key.unwrap()).unwrap();
    let public_id = id16("subscriptions", rows[0].subscription_public_id.as_ref().unwrap()).unwrap();
    let token = app.app.context.keyring.sign(Purpose::Unsubscribe, key, &public_id).unwrap();
    assert_eq!(app.post(&format!("/unsubscribe/{token}"), &[("List-Unsubscribe", "One-Click")]).await.status, 200);
    assert!(!app.intends(rows[0].id, FIRST).await, "somebody who has left is not written to");
    assert!(app.intends(rows[1].id, FIRST).await, "the other one is");
    assert_eq!(app.settles(&rows[1], FIRST, accepted()).await, Some(DeliveryState::Sent));
    assert!(app.drain().await.is_idle());
    assert_eq!(app.row("ada@example.org", &["state", "reason", "claim_token", "node_id"]), "skipped|unsubscribed||");
    assert_eq!(app.relay.received().len(), 0);
    assert_eq!(app.status(1).await.state, "sent");
});

each_database!(a_row_of_an_ended_subscription_is_refused_even_if_leaving_did_not_see_it, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.publishes("Treffen").await;
    app.fans_out(1).await;
    let rows = app.claims(Some(1), FIRST, 10).await;
    // As if the row had been fanned out while the leaving was being committed.
    app.database.execute("UPDATE subscriptions SET state = 'ended'");
    assert!(!app.intends(rows[0].id, FIRST).await);
    takes_over(&app).await;
    assert_eq!(app.drain().await.skipped, 1);
    assert_eq!(app.row("ada@example.org", &["state", "reason"]), "skipped|unsubscribed");
});

each_database!(pausing_between_claim_and_intent_holds_the_mail_back, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.publishes("Treffen").await;
    app.fans_out(1).await;
    let rows = app.claims(Some(1), FIRST, 10).await;
    app.steers(issues::pause).await;
    assert!(!app.intends(rows[0].id, FIRST).await);
    assert_eq!(app.row("ada@example.org", &["state", "claim_token"]), "queued|");
    assert!(app.drain().await.is_idle(), "a paused issue rests");
    app.steers(issues::resume).await;
    assert_eq!(app.drain().await.sent, 1);
});

each_database!(cancelling_between_claim_and_intent_ends_the_mail, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.publishes("Treffen").await;
    app.fans_out(1).await;
    let rows = app.claims(Some(1), FIRST, 10).await;
    app.steers(issues::cancel).await;
    assert!(!app.intends(rows[0].id, FIRST).await);
    assert!(app.drain().await.is_idle());
    assert_eq!(app.row("ada@example.org", &["state", "reason", "claim_token"]), "skipped|cancelled|");
    assert_eq!((app.status(1).await.state.as_str(), app.relay.received().len()), ("cancelled", 0));
});

each_database!(an_intent_that_is_refused_when_asked_again_leaves_nothing_in_transmission, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.publishes("Treffen").await;
    app.fans_out(1).await;
    let rows = app.claims(Some(1), FIRST, 10).await;
    assert!(app.intends(rows[0].id, FIRST).await);
    assert!(app.intends(rows[0].id, FIRST).await, "a COMMIT whose answer was lost is read back");
    app.steers(issues::pause).await;
    assert!(!app.intends(rows[0].id, FIRST).await);
    let id = rows[0].id;
    assert!(app.store.write(move |conn| ledger::give_back(conn, id, &FIRST)).await.unwrap());
    assert_eq!(app.row("ada@example.org", &["state", "claim_token"]), "queued|");
    app.steers(issues::resume).await;
    assert_eq!(app.drain().await.sent, 1);
});

each_database!(a_node_that_was_taken_over_can_neither_intend_nor_settle_what_it_had_claimed, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.publishes("Treffen").await;
    app.fans_out(1).await;
    let old = app.claims(Some(1), FIRST, 10).await;
    assert_eq!(takes_over(&app).await, TakenOver { requeued: 1, unknown: 0 });
    assert!(!app.intends(old[0].id, FIRST).await, "an old token opens nothing");
    let new = app.claims(Some(1), SECOND, 10).await;
    assert!(!app.intends(old[0].id, FIRST).await, "also when the row is claimed again");
    assert!(app.intends(new[0].id, SECOND).await);
    assert_eq!(app.settles(&old[0], FIRST, accepted()).await, None);
    assert_eq!(app.settles(&new[0], SECOND, accepted()).await, Some(DeliveryState::Sent));
    // A COMMIT's answer may be lost; asking again must do no harm.
    assert_eq!(app.settles(&new[0], SECOND, accepted()).await, Some(DeliveryState::Sent), "the same again is agreed to");
    assert_eq!(app.settles(&new[0], SECOND, deferred()).await, None, "another result is refused");
    assert_eq!(app.row("ada@example.org", &["state", "attempts"]), "sent|1");
});

each_database!(the_late_answer_of_a_woken_node_settles_its_own_doubt_and_nothing_else, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.active("bob@example.org", Language::De).await;
    app.publishes("Treffen").await;
    app.fans_out(1).await;
    let rows = app.claims(Some(1), FIRST, 10).await;
    assert!(app.intends(rows[0].id, FIRST).await && app.intends(rows[1].id, FIRST).await);
    assert_eq!(takes_over(&app).await, TakenOver { requeued: 0, unknown: 2 });
    assert!(!app.intends(rows[0].id, FIRST).await, "what is in doubt is not begun again");
    assert_eq!(app.settles(&rows[0], FIRST, accepted()).await, Some(DeliveryState::Sent));
    assert_eq!(app.settles(&rows[1], SECOND, accepted()).await, None, "a foreign token settles nothing");
    assert!(app.drain().await.is_idle());
    assert_eq!((app.status(1).await.state.as_str(), app.status(1).await.unknown), ("sending", 1));
    assert_eq!(app.resolves(Doubt::Accept).await, 1);
    assert_eq!(app.settles(&rows[1], FIRST, accepted()).await, None, "staff have decided");
    app.drain().await;
    assert_eq!(app.status(1).await.state, "sent");
});

each_database!(a_take_over_resends_a_confirmation_once_and_then_asks_staff, |app| async move {
    app.asks("ada@example.org", "de").await;
    let rows = app.claims(None, FIRST, 10).await;
    assert!(app.intends(rows[0].id, FIRST).await);
    assert_eq!(takes_over(&app).await, TakenOver { requeued: 1, unknown: 0 });
    assert_eq!(app.settles(&rows[0], FIRST, accepted()).await, None, "it is queued again, and nobody's");
    let rows = app.claims(None, SECOND, 10).await;
    assert!(app.intends(rows[0].id, SECOND).await);
    assert_eq!(takes_over(&app).await, TakenOver { requeued: 0, unknown: 1 });
    assert!(app.drain().await.is_idle());
});

each_database!(a_buried_node_may_not_claim, |app| async move {
    let (before, after) = app
        .store
        .write(|conn| {
            let node = nodes::insert(conn, "by hand", [7; 16], Some(1), 1)?;
            let before = nodes::may_claim(conn, node)?;
            assert!(nodes::bury(conn, node.id, 0, 2)?);
            Ok::<_, StoreError>((before, nodes::may_claim(conn, node)?))
        })
        .await
        .unwrap();
    assert_eq!((before, after), (MayClaim::Yes, MayClaim::Buried));
});

each_database!(an_engine_that_was_taken_for_dead_goes_on_under_a_new_id, |app| async move {
    app.active("ada@example.org", Language::De).await;
    let engine = app.engine().await;
    app.database.execute("UPDATE nodes SET ended_at = 1");
    app.publishes("Treffen").await;
    assert_eq!(engine.drain().await.unwrap().sent, 1);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM nodes WHERE ended_at IS NULL"), 1);
});

each_database!(an_issue_cancelled_while_it_is_being_prepared_ends, |app| async move {
    app.active("ada@example.org", Language::De).await;
    app.publishes("Treffen").await;
    app.steers(issues::cancel).await;
    let now = app.now();
    let done = app.store.write(move |conn| publish::fan_out(conn, now, 1)).await.unwrap();
    assert_eq!(done, FanOut::Complete);
    assert!(app.drain().await.is_idle());
    assert_eq!(app.status(1).await.recipients, 0);
});

/// Needs row locks, so PostgreSQL only: SQLite has one writer.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_nodes_claim_at_once_and_no_row_twice_on_postgres() {
    let mut app = TestApp::on(Kind::Postgres).await;
    app.ends_unfinished();
    app.crowd(1_000).await;
    app.publishes("Treffen").await;
    app.fans_out(1).await;
    let mut claims = tokio::task::JoinSet::new();
    let start = Arc::new(tokio::sync::Barrier::new(10));
    for node in 0..10_u8 {
        let (store, start, now) = (app.store.clone(), Arc::clone(&start), app.now().as_microsecond());
        claims.spawn(async move {
            start.wait().await;
            let mut mine = Vec::new();
            loop {
                let by = Claimant { node_id: i64::from(node), token: [node; 16], link_key: 1, dkim: "", now };
                let batch = store.write(move |conn| ledger::claim(conn, Some(1), by, 40)).await.unwrap();
                if batch.is_empty() {
                    return mine;
                }
                mine.extend(batch);
            }
        });
    }
    let claimed: Vec<i64> = claims.join_all().await.concat();
    assert_eq!((claimed.len(), claimed.iter().collect::<HashSet<_>>().len()), (1_000, 1_000));
}

/// The window between a take-over's statements: the node is alive after all and writes its intent down.
#[test]
fn a_take_over_never_puts_back_what_is_being_intended_on_postgres() {
    let database = Database::migrated(Kind::Postgres);
    database.execute("INSERT INTO editions (language, subject, hash, content, web, created_at) VALUES ('de', '', '', '', '', 0)");
    database.execute(
        "INSERT INTO deliveries (public_id, kind, edition_id, address, relay, state, due_at, claim_token, node_id, created_at) \
         SELECT '', 'test', 1, 'a@example.org', 'default', 'claimed', 0, '\\x01010101010101010101010101010101', 7, 0 \
         FROM generate_series(1, 2000)",
    );
    let intents = {
        let store = Store::open(&database.url).unwrap();
        std::thread::spawn(move || {
            let intend =
                |id| store.write_blocking(move |conn: &mut Conn| ledger::write(conn, &[], &[(id, FIRST)])).unwrap().contains(&id);
            (1..=2000).filter(|id| intend(*id)).collect::<Vec<i64>>()
        })
    };
    let mut conn = Conn::Postgres(PgConnection::establish(&database.url).unwrap());
    // Somewhere in the middle of them.
    while database.number("SELECT count(*) AS value FROM deliveries WHERE state = 'transmitting'") < 50 {}
    let taken = conn.transaction(|conn| ledger::take_over(conn, 7)).unwrap();
    let intended = intents.join().unwrap();
    let queued: HashSet<String> =
        database.texts("SELECT CAST(id AS TEXT) AS value FROM deliveries WHERE state = 'queued'").into_iter().collect();
    assert!(intended.iter().all(|id| !queued.contains(&id.to_string())), "an intended row was put back into the queue");
    assert_eq!(taken.requeued, queued.len());
    assert_eq!(database.number("SELECT count(*) AS value FROM deliveries WHERE state = 'claimed'"), 0);
}

each_database!(a_mail_is_the_same_to_the_byte_however_often_it_is_made, |app| async move {
    app.active("drop-after-data@example.org", Language::De).await;
    app.publishes("Treffen").await;
    app.fans_out(1).await;
    // Claimed first by a node that dies, then deferred by none, then sent into doubt hours later, twice.
    app.claims(Some(1), FIRST, 10).await;
    takes_over(&app).await;
    app.passes(SignedDuration::from_hours(3));
    assert_eq!(app.drain().await.unknown, 1);
    app.passes(SignedDuration::from_hours(20));
    assert_eq!(app.resolves(Doubt::Resend).await, 1);
    assert_eq!(app.drain().await.unknown, 1);
    let copies = app.relay.unanswered();
    assert_eq!((copies.len(), &copies[0]), (2, &copies[1]));
    let mail = crate::support::mails::Mail::parse(&copies[0].data);
    assert_eq!(mail.header("Date"), "Mon, 2 Mar 2026 09:00:00 +0000", "of the first claim");
    assert_eq!(app.resolves(Doubt::Accept).await, 1);
});

each_database!(every_mail_has_its_own_message_id_and_return_path, |app| async move {
    app.crowd(1_000).await;
    app.publishes("Treffen").await;
    assert_eq!(app.drain().await.sent, 1_000);
    let received = app.relay.received();
    let ids: HashSet<String> =
        received.iter().map(|mail| crate::support::mails::Mail::parse(&mail.data).header("Message-ID").to_owned()).collect();
    let senders: HashSet<&str> = received.iter().map(|mail| mail.from.as_str()).collect();
    assert_eq!((received.len(), ids.len(), senders.len()), (1_000, 1_000, 1_000));
    let keyring = &app.app.context.keyring;
    for mail in received.iter().take(50) {
        let (local, domain) = mail.from.split_once('@').unwrap();
        assert_eq!(domain, "example.org");
        assert!(local.len() <= 64, "{local}");
        let tag = local.strip_prefix("bounce+").unwrap();
        let id = keyring.verify_envelope_tag(&tag.to_uppercase()).expect("the tag is ours").map(|byte| format!("{byte:02x}"));
        let id = id.concat();
        assert!(ids.contains(&format!("<{id}@example.org>")), "the tag leads to the delivery");
        let forged = format!("{}{}", &tag[..tag.len() - 1], if tag.ends_with('a') { 'b' } else { 'a' });
        assert_eq!(keyring.verify_envelope_tag(&forged), None);
    }
});
