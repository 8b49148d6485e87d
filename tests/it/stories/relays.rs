//! Relays have their ways: an Exim passes on ten mails of a connection at once and leaves the others lying, a Sendmail writes names
//! anew. Whatever they do, signatures hold behind them, and nothing stays lying.

use std::time::Instant;

use rundbrief::delivery::Drained;
use rundbrief::domain::language::Language;
use rundbrief::mail::dkim::Algorithm;

use crate::support::app::{Setup, TestApp};
use crate::support::database::Kind;
use crate::support::dkim::{records, verdicts};
use crate::support::mail_server::{MailServer, unpacked};
use crate::support::postfix::Postfix;
use crate::support::relay::Options;

/// Sends 25 mails over one lane. Returns how many connections that took.
async fn connections(relay: Options, most: Option<&str>) -> usize {
    let mut settings = vec![("RELAY__CONNECTIONS", "1".to_owned())];
    settings.extend(most.map(|most| ("RELAY__MAILS_PER_CONNECTION", most.to_owned())));
    let app = TestApp::with(Kind::Sqlite, Setup { relay, settings, ..Setup::default() }).await;
    for n in 0..25 {
        app.active(&format!("reader{n}@example.net"), Language::De).await;
    }
    app.publishes("Treffen").await;
    let Drained { sent, .. } = app.drain().await;
    assert_eq!(sent, 25);
    app.relay.connections()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exim_gets_ten_mails_a_connection_and_the_settings_have_the_last_word() {
    let plain = Options::default;
    let greets = || Options { banner: "220 mx.example.org ESMTP Exim 4.96 Tue, 01 Dec 2026 13:06:29 +0000\r\n", ..plain() };
    let hides = || Options { took: Some("250 OK id=1xYNZR-0007M7-0e\r\n"), ..plain() };
    for (name, relay, most, expected) in [
        ("another relay", plain(), None, 1),
        ("an Exim", greets(), None, 3),
        ("an Exim under another banner", hides(), None, 3),
        ("an Exim, set higher", greets(), Some("100"), 1),
        ("an Exim, set lower", greets(), Some("5"), 5),
        ("another relay, set lower", plain(), Some("20"), 2),
    ] {
        for pipelining in [true, false] {
            let relay = Options { pipelining, ..relay.clone() };
            assert_eq!(connections(relay, most).await, expected, "{name}, pipelining: {pipelining}");
        }
    }
}

/// Names that relays are known to write anew, and their neighbours.
const NAMES: [&str; 25] = [
    "O'Hara",
    "Ada Lovelace",
    "'",
    "D'Arcy O'Neill-Smith",
    "Kunst & Kultur",
    "50 % mehr!",
    "a|b {c} ~d #e ^f `g` _h_ $i *j +k /l =m ?n",
    "News e.V.",
    "Müller, Jürgen",
    "Müller's Mühle",
    "The \"Old\" Mill",
    "back\\slash",
    "a, b; c: d (e) <f> [g] @h",
    "two  spaces",
    "=?utf-8?Q?fake?=",
    "=?utf-8?B?w7w=?=",
    "Ein Name mit sehr vielen Worten darin, der länger als eine Zeile ist und darum gefaltet wird",
    "A name with a great many words in it that is longer than one line and so has to be folded twice over",
    "Children's name with a great many words in it that is longer than one line and so is folded in its quotes",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "日本語のニュースレター",
    "50:50 (half/half)",
    "user@example.com",
    "Dr. A. B. C., M.D.",
    "\"",
];

/// An issue to 25 readers with difficult names, over one lane. Returns the instance, once everything was handed over.
async fn sends_to_difficult_names(url: String) -> TestApp {
    let dkim = vec![("news2026", Algorithm::Rsa), ("news2026e", Algorithm::Ed25519)];
    let settings = vec![("RELAY__URL", url), ("RELAY__CONNECTIONS", "1".to_owned())];
    let app = TestApp::with(Kind::Sqlite, Setup { settings, dkim, ..Setup::default() }).await;
    app.database.execute("UPDATE newsletters SET from_name = 'Children''s Centre News'");
    for (n, name) in NAMES.iter().enumerate() {
        let address = format!("reader{n}@leser.example");
        app.active(&address, Language::De).await;
        let name = name.replace('\'', "''");
        app.database.execute(&format!("UPDATE subscribers SET name = '{name}' WHERE address = '{address}'"));
    }
    app.publishes("Große Übergänge »heute«").await;
    assert_eq!(app.drain().await.sent, 25);
    app
}

/// Both signatures of a mail, by two programs.
fn hold(app: &TestApp, mail: &[u8], behind: &str) {
    let wanted = ["news2026", "news2026e"].map(|selector| (selector.to_owned(), true));
    assert_eq!(verdicts(mail, &records(&app.app.context.signer)), wanted, "{behind}: {}", String::from_utf8_lossy(mail));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signatures_hold_behind_postfix_whatever_names_people_have() {
    let postfix = Postfix::start();
    let app = sends_to_difficult_names(postfix.url()).await;
    for n in 0..NAMES.len() {
        let mail = postfix.wait_for(&format!("reader{n}@leser.example"), 1).remove(0);
        let whole = String::from_utf8(mail).unwrap().replace('\n', "\r\n");
        hold(&app, whole.as_bytes(), "Postfix");
    }
}

/// Exim, OpenSMTPD and Sendmail, where tests/run was asked for them: `MAIL_SERVERS=1 tests/run three_more_mail_servers`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signatures_hold_behind_three_more_mail_servers_and_nothing_stays_in_their_queues() {
    let Some(unpacked) = unpacked() else { return };
    for name in ["exim", "opensmtpd", "sendmail"] {
        let behind = crate::support::relay::FakeRelay::start().await;
        let server = MailServer::start(name, &unpacked, behind.port());
        let begun = Instant::now();
        let app = sends_to_difficult_names(format!("smtp://127.0.0.1:{}", server.port)).await;
        let handed_over = begun.elapsed();
        let received = behind.wait_for(NAMES.len()).await;
        println!("{name}: {} mails handed over in {handed_over:?}, all behind it after {:?}", received.len(), begun.elapsed());
        for mail in &received {
            hold(&app, &mail.data, name);
        }
        let mut people: Vec<&str> = received.iter().map(|mail| mail.to.as_str()).collect();
        people.sort_unstable();
        people.dedup();
        assert_eq!((received.len(), people.len()), (NAMES.len(), NAMES.len()), "{name}: {}", server.log());
        assert!(!server.log().contains("no immediate delivery"), "{name}: {}", server.log());
    }
}
