//! Many mails at once into Postfix's smtp-sink: what it counted and what the ledger says are the same.

use std::collections::BTreeMap;

use rundbrief::domain::address::Address;
use rundbrief::domain::language::Language;
use rundbrief::domain::token::random_id;
use rundbrief::store;

use crate::support::app::{Setup, TestApp};
use crate::support::database::Kind;
use crate::support::sink::Sink;

const READERS: usize = 2_000;

mod two_thousand_readers_by_eight_connections_into_smtp_sink {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        story(Kind::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        story(Kind::Postgres).await;
    }
}

async fn story(kind: Kind) {
    let sink = Sink::start();
    let settings = vec![("RELAY__URL", sink.url()), ("RELAY__CONNECTIONS", "8".to_owned())];
    let app = TestApp::with(kind, Setup { settings, ..Setup::default() }).await;
    subscribe(&app).await;
    app.publishes("Treffen").await;
    let drained = app.drain().await;
    assert_eq!(drained.sent, READERS as u64, "{drained:?}");

    // The sink: one mail for each, and no two with one Message-ID.
    let mails = sink.mails();
    let mut recipients: BTreeMap<String, usize> = BTreeMap::new();
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    for mail in &mails {
        let mail = String::from_utf8(mail.clone()).unwrap();
        // Behind the address come the parameters of RFC 3461.
        let address = line(&mail, "X-Rcpt-Args: ").split_whitespace().next().unwrap().trim_matches(['<', '>']);
        *recipients.entry(address.to_owned()).or_default() += 1;
        *ids.entry(line(&mail, "Message-ID: ").to_owned()).or_default() += 1;
    }
    assert_eq!((mails.len(), recipients.len(), ids.len()), (READERS, READERS, READERS));

    // The ledger: the same mails, each with the sink's reply.
    let status = app.status(1).await;
    assert_eq!((status.state.as_str(), status.recipients, status.sent), ("sent", READERS as i64, READERS as i64));
    assert_eq!(status.queued + status.claimed + status.transmitting + status.bounced + status.failed + status.unknown, 0);
    let ledger = app.database.texts("SELECT address AS value FROM deliveries WHERE state = 'sent' ORDER BY address");
    assert!(ledger.iter().eq(recipients.keys()), "not the same recipients");
}

/// As many readers as there are, in one transaction: the way through the form is told elsewhere.
async fn subscribe(app: &TestApp) {
    let now = app.now().as_microsecond();
    app.store
        .write(move |conn| {
            let newsletter = store::newsletters::find(conn, "weekly")?.unwrap();
            for number in 0..READERS {
                let address = Address::parse(&format!("reader-{number:04}@leser.example")).unwrap();
                let id = random_id().unwrap();
                let reader = store::subscribers::find_or_insert(conn, id, address.as_typed(), address.canonical(), now)?;
                let language = Language::OURS[number % Language::OURS.len()];
                store::subscriptions::insert_pending(conn, random_id().unwrap(), reader.id, newsletter.id, language, now)?;
                let subscription = store::subscriptions::find(conn, reader.id, newsletter.id)?.unwrap();
                let activation = store::newsletters::next_activation(conn, newsletter.id)?;
                store::subscriptions::activate(conn, subscription.id, language, activation, now)?;
            }
            Ok::<_, store::StoreError>(())
        })
        .await
        .unwrap();
}

/// The rest of the only line that begins so.
fn line<'a>(mail: &'a str, start: &str) -> &'a str {
    let mut found = mail.lines().filter_map(|line| line.strip_prefix(start));
    let first = found.next().unwrap_or_else(|| panic!("no {start:?} in\n{mail}"));
    assert!(found.next().is_none(), "{start:?} twice in\n{mail}");
    first
}
