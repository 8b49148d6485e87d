//! What a mail costs, step by step: `cargo bench`. The whole path beside smtp-source is measured by `benches/run`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rundbrief::app::App;
use rundbrief::clock::Clock;
use rundbrief::domain::address::Address;
use rundbrief::domain::language::Language;
use rundbrief::domain::news::NewsFile;
use rundbrief::domain::states::DeliveryState;
use rundbrief::journeys::media::Media;
use rundbrief::journeys::newsletters::{self, NewsletterRequest};
use rundbrief::journeys::{check, news, preview};
use rundbrief::mail::dkim::{Algorithm, Key, KeyName, PrivateKey, Signer};
use rundbrief::mail::edition::{Edition, List, Piece, Slot};
use rundbrief::mail::message::{self, Recipient, Unsubscribe};
use rundbrief::settings::Settings;
use rundbrief::store::deliveries::{self, Chunk};
use rundbrief::store::ledger::{self, Claimant, Record};
use rundbrief::store::{Conn, Store, StoreError, samples};

/// An edition of about 8 kB in both parts, cut at its slots.
fn edition() -> Edition {
    let text = "Text zum Lesen und zum Messen, in Zeilen zu etwa siebzig Zeichen.\r\n".repeat(28);
    let part = |text: &str| {
        vec![
            Piece::Bytes(text.to_owned()),
            Piece::Slot(Slot::Salutation),
            Piece::Bytes(text.to_owned()),
            Piece::Slot(Slot::UnsubscribeLink),
            Piece::Bytes("\r\n".to_owned()),
        ]
    };
    Edition {
        language: Language::De,
        subject: "Ausgabe 7: Treffen".to_owned(),
        text: part(&text),
        html: part(&text),
        list: Some(List {
            id: "weekly.example.org".to_owned(),
            phrase: "Newsletter".to_owned(),
            help: "https://newsletter.example.org/n/weekly".to_owned(),
            owner: "kontakt@example.org".to_owned(),
            archived_at: None,
            archive: None,
            feedback_id: "7:weekly:newsletter:rundbrief".to_owned(),
        }),
        auto_submitted: false,
        from_name: "Zentrum".to_owned(),
        from_address: "news@example.org".to_owned(),
        reply_to: None,
    }
}

fn compose(edition: &Edition, out: &mut Vec<u8>) {
    let link = "https://newsletter.example.org/unsubscribe/AQHJ5Cev5HD2LvYMK6KTHmSwggmsmqj5EAqW7A2LBLgI5A";
    let recipient = Recipient {
        to: &Address::parse("ada@example.org").unwrap(),
        name: Some("Ada Beispiel"),
        message_id: "0123456789abcdef0123456789abcdef@example.org",
        date: "2026-03-02T09:00:00Z".parse().unwrap(),
        unsubscribe: Some(Unsubscribe { url: link, mail: None }),
        values: &[(Slot::Salutation, "Guten Tag Ada Beispiel".to_owned()), (Slot::UnsubscribeLink, link.to_owned())],
    };
    message::compose(edition, &recipient, out).unwrap();
}

fn splice(c: &mut Criterion) {
    let (edition, mut out) = (edition(), Vec::new());
    c.bench_function("splice a mail of 8 kB", |b| b.iter(|| compose(&edition, &mut out)));
}

fn sign(c: &mut Criterion) {
    let (edition, at) = (edition(), "2026-03-02T09:00:00Z".parse().unwrap());
    for (what, algorithm) in [("RSA-2048", Algorithm::Rsa), ("Ed25519", Algorithm::Ed25519)] {
        let name = KeyName::parse("bench", "example.org").unwrap();
        let key = Key { name, private: PrivateKey::generate(algorithm).unwrap() };
        let signer = Signer::new(vec![key], Vec::new()).unwrap();
        let mut mail = Vec::new();
        compose(&edition, &mut mail);
        c.bench_function(&format!("sign a mail of 8 kB with {what}"), |b| {
            b.iter_batched_ref(
                || mail.clone(),
                |mail| signer.sign(mail, signer.note(), "news@example.org", at).unwrap(),
                BatchSize::SmallInput,
            );
        });
    }
}

/// An issue of twenty items in three languages: the demo's four, five times over, without pictures.
fn newsroom(folder: &tempfile::TempDir) -> App {
    let path = |name: &str| folder.path().join(name).display().to_string();
    let variables = [
        ("RUNDBRIEF__DATABASE__URL".to_owned(), format!("sqlite://{}", path("news.sqlite3"))),
        ("RUNDBRIEF__SECRET__KEY_FILE".to_owned(), path("secret.keys")),
    ];
    let app = App::open(Settings::from_parts(None, variables).unwrap(), Clock::system()).unwrap();
    let now = app.clock.now();
    let request = NewsletterRequest {
        slug: "weekly".to_owned(),
        name: "Newsletter".to_owned(),
        from_name: "Zentrum".to_owned(),
        from_address: "news@example.org".to_owned(),
        languages: Language::OURS.to_vec(),
        cadence: None,
        zone: "Europe/Berlin".to_owned(),
    };
    app.store.write_blocking(move |conn| newsletters::add(conn, now, &request)).unwrap();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/demo/news");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for file in files.filter(|file| file.extension().is_some_and(|kind| kind == "md")) {
        let file = NewsFile::parse(&std::fs::read_to_string(file).unwrap()).unwrap();
        for round in 0..5 {
            let item = file.item.as_ref().map(|key| format!("{key}-{round}"));
            let file = NewsFile { item, ..file.clone() };
            app.store.write_blocking(move |conn| news::add(conn, now, "weekly", &file, &Media::default())).unwrap();
        }
    }
    app
}

fn issue_steps(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let app = newsroom(&folder);
    let now = app.clock.now();
    let look = || {
        let look = app.store.read_blocking(|conn| preview::look(conn, &app.context, now, "weekly", None)).unwrap().unwrap();
        assert_eq!(look.editions.len(), 3);
    };
    let check = || {
        let outline = app.store.read_blocking(|conn| check::check(conn, &app.context, now, "weekly")).unwrap().unwrap();
        assert_eq!(outline.items.len(), 20);
    };
    c.bench_function("compile an issue of 20 items in three languages", |b| b.iter(look));
    c.bench_function("compile and check it", |b| b.iter(check));
}

/// A SQLite file with an issue to this many readers.
fn ledger_of(folder: &tempfile::TempDir, readers: i64) -> Store {
    let store = Store::open(&format!("sqlite://{}", folder.path().join("bench.sqlite3").display())).unwrap();
    store.migrate().unwrap();
    store
        .write_blocking(move |conn| {
            use rundbrief::store::{editions, issues, newsletters};
            let newsletter = newsletters::NewNewsletter {
                slug: "weekly".to_owned(),
                name: "Weekly".to_owned(),
                from_name: "Zentrum".to_owned(),
                from_address: "news@example.org".to_owned(),
                languages: "[\"de\"]".to_owned(),
                cadence: None,
                zone: "Europe/Berlin".to_owned(),
                next_due_at: None,
                reply_to: None,
                created_at: 0,
            };
            let newsletter_id = newsletters::insert(conn, &newsletter)?;
            samples::fill(conn, newsletter_id, 1, readers, 0)?;
            let publication = issues::Publication { newsletter_id, number: 1, activation_limit: readers, now: 0 };
            let issue_id = issues::insert_published(conn, publication)?;
            let frozen =
                editions::Frozen { language: Language::De, subject: "", hash: &[0; 32], content: b"{}", web: "", now: 0 };
            let edition = editions::insert_for_issue(conn, issue_id, &frozen)?;
            let editions = vec![(Language::De, edition)];
            let chunk = Chunk { issue_id, newsletter_id, editions, otherwise: edition, after: 0, to: readers };
            deliveries::fan_out(conn, chunk, 0)
        })
        .unwrap();
    store
}

const TOKEN: [u8; 16] = [7; 16];
const BATCH: i64 = 500;

fn claim(conn: &mut Conn) -> Result<Vec<i64>, StoreError> {
    ledger::claim(conn, Some(1), Claimant { node_id: 1, token: TOKEN, link_key: 1, dkim: "", now: 1 }, BATCH)
}

fn sent(id: i64) -> Record {
    Record {
        id,
        token: TOKEN,
        state: DeliveryState::Sent,
        reason: None,
        due_at: None,
        attempts: 1,
        resends: 0,
        stage: Some("final dot"),
        code: Some(250),
        reply: Some("2.0.0 Ok: queued as 4GZ1pX2sZ1z9vR".to_owned()),
        now: 1,
    }
}

fn ledger_steps(c: &mut Criterion) {
    let claimed = |store: &Store| {
        let ids = store.write_blocking(claim).unwrap();
        assert!(!ids.is_empty(), "the queue is used up: give it more readers");
        ids
    };
    let (folder, another) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = ledger_of(&folder, 1_000_000);
    c.bench_function("claim 500 rows, one commit", |b| b.iter(|| claimed(&store)));
    let store = ledger_of(&another, 1_000_000);
    c.bench_function("intend and record 500 rows, one commit", |b| {
        b.iter_batched(
            || claimed(&store),
            |ids| {
                let record = move |conn: &mut Conn| {
                    let intents: Vec<_> = ids.iter().map(|id| (*id, TOKEN)).collect();
                    ledger::write(conn, &[], &intents)?;
                    ledger::write(conn, &ids.iter().map(|id| sent(*id)).collect::<Vec<_>>(), &[])
                };
                store.write_blocking(record).unwrap()
            },
            BatchSize::PerIteration,
        );
    });
}

/// Few and short: every claim uses up rows.
fn short() -> Criterion {
    Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1))
}

criterion_group!(mails, splice, sign, issue_steps);
criterion_group!(name = ledger_rows; config = short(); targets = ledger_steps);
criterion_main!(mails, ledger_rows);
