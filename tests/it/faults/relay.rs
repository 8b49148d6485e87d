//! A relay that shows a fault now and then during a whole run. At its end both sides are counted, the relay's list of those who
//! got a mail and the ledger; and what the relay saw of us is held against the breaker's schedule, with the clock moved by hand.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use jiff::SignedDuration;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rundbrief::journeys::issues::{self, Steered};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use crate::support::app::{Setup, TestApp, each_database};
use crate::support::database::Kind;
use crate::support::process::Process;
use crate::support::relay::{At, FakeRelay, How, Options, Tls, Trip};

const READERS: usize = 120;
const LANES: usize = 4;
/// Mails per connection: so often the relay is greeted.
const MAILS: usize = 10;

/// Patience is short for the answers that the relay leaves out, and only for these: elsewhere a busy machine's own pause would
/// count as a fault that the relay never showed.
fn patient_as_needed(relay: Options) -> Setup {
    let mut settings = vec![("RELAY__CONNECTIONS", LANES.to_string()), ("RELAY__MAILS_PER_CONNECTION", MAILS.to_string())];
    for hangs in relay.trips.iter().filter(|trip| matches!(trip.how, How::Hang)) {
        let key = match hangs.at {
            At::Banner => "DELIVERY__GREETING_SECONDS",
            At::Data => "DELIVERY__DATA_SECONDS",
            At::Dot => "DELIVERY__FINAL_DOT_SECONDS",
            _ => "DELIVERY__COMMAND_SECONDS",
        };
        settings.push((key, "5".to_owned()));
    }
    Setup { relay, settings, ..Setup::default() }
}

/// What the relay saw of us.
fn seen(relay: &FakeRelay) -> (usize, usize) {
    (relay.connections(), relay.commands().len())
}

/// The same, once the relay has read what was on its way when we hung up.
async fn settled(relay: &FakeRelay) -> (usize, usize) {
    relay.has_read_all().await;
    seen(relay)
}

/// Works off a run to its end. The clock is moved on to the end of each rest, and to when what was put off is due. While the
/// relay rests it must see nothing of us, however often we look. Returns why it rested, each time.
async fn works_off(app: &TestApp, relay: &FakeRelay) -> Vec<String> {
    let mut rests = Vec::new();
    for _ in 0..300 {
        let before = seen(relay);
        let drained = app.drain().await;
        let health = app.database.texts("SELECT failures || ' ' || ((blocked_until - at) / 1000000) AS value FROM relays");
        if let Some(trouble) = drained.trouble {
            assert_ne!(seen(relay), before, "it rests and nobody tried it: {health:?}, {trouble}, after {rests:#?}");
            rests.push(trouble);
            let (failures, pause) = health[0].split_once(' ').unwrap();
            let (failures, pause): (u32, i64) = (failures.parse().unwrap(), pause.parse().unwrap());
            assert_eq!(pause, (5 << (failures - 1).min(10)).min(600), "the pause after {failures} failures in a row");
            if failures > 1 {
                assert!(relay.connections() <= before.0 + 1, "a relay that was in trouble and is again was tried once");
            }
            let saw = settled(relay).await;
            app.passes(SignedDuration::from_secs(pause - 1));
            for _ in 0..3 {
                assert!(app.drain().await.trouble.is_some());
            }
            assert_eq!(seen(relay), saw, "it rests and is not asked");
            app.passes(SignedDuration::from_secs(1));
            continue;
        }
        let due = app
            .database
            .texts("SELECT CAST(min(due_at) AS TEXT) AS value FROM deliveries WHERE state = 'queued' HAVING count(*) > 0");
        let Some(due) = due.first() else { return rests };
        app.passes(SignedDuration::from_micros((due.parse::<i64>().unwrap() - app.now().as_microsecond()).max(0)));
    }
    panic!("after 300 rounds there are still {} in the queue", app.deliveries("queued"));
}

/// A whole run past these faults. Returns how many rows are in doubt.
async fn run_past(kind: Kind, relay: Options) -> usize {
    let told = format!("{:?}, pipelining {}", relay.trips, relay.pipelining);
    let app = TestApp::with(kind, patient_as_needed(relay)).await;
    app.crowd(READERS).await;
    app.publishes("Treffen").await;
    let why = works_off(&app, &app.relay).await;
    let rests = why.len();
    let tripped = app.relay.tripped();
    let counts = app.both_sides_agree(1, READERS, 0);
    let count = |state: &str| counts.get(state).copied().unwrap_or_default();
    let (sent, unknown, refused) = (count("sent"), count("unknown"), count("bounced") + count("failed"));
    assert_eq!(sent + unknown + refused, READERS, "{told}: nobody is lost: {counts:?}");
    assert!(tripped >= 3, "{told}: {tripped} faults are too few to tell");
    assert!(rests <= tripped, "{told}: {rests} rests after {tripped} faults: {why:#?}");
    assert!(unknown <= tripped, "{told}: {unknown} doubts after {tripped} faults");
    // Each fault costs a connection, each rest lets all lanes begin anew, and each lane changes after so many mails.
    let most = (rests + 1) * LANES + tripped + READERS / MAILS;
    assert!(app.relay.connections() <= most, "{told}: {} connections, not {most}", app.relay.connections());
    let tries = app.relay.commands().iter().filter(|line| line.starts_with("MAIL")).count();
    // What was written ahead on a connection that then broke is tried again.
    assert!(tries <= READERS + 2 * tripped + rests * LANES, "{told}: {tries} tries for {READERS} mails after {tripped} faults");
    unknown
}

fn trip(at: At, every: usize, how: How) -> Options {
    Options { trips: vec![Trip { at, every, how }], ..Options::default() }
}

each_database!(a_relay_that_hangs_now_and_then_at_any_stage_costs_no_more_than_its_doubts, |app| async move {
    let kind = app.database.kind;
    // All at once, because each waits for answers that do not come.
    let stages = [(At::Banner, 4), (At::Ehlo, 4), (At::Mail, 40), (At::Rcpt, 40), (At::Data, 40), (At::Dot, 40)];
    let doubts = join_all(stages.map(|(at, every)| run_past(kind, trip(at, every, How::Hang)))).await;
    assert_eq!(doubts, [0, 0, 0, 0, 0, 3], "each is in doubt whose dot was not answered, and no other");
});

each_database!(a_relay_that_hangs_up_now_and_then_at_any_stage_costs_no_more_than_its_doubts, |app| async move {
    let kind = app.database.kind;
    for (at, every) in [(At::Banner, 4), (At::Ehlo, 4), (At::Mail, 17), (At::Rcpt, 17), (At::Data, 17)] {
        for pipelining in [true, false] {
            let relay = Options { pipelining, ..trip(at, every, How::Close) };
            assert_eq!(run_past(kind, relay).await, 0, "{at:?}: no dot was on its way");
        }
    }
    assert_eq!(run_past(kind, trip(At::Dot, 17, How::Close)).await, 7, "each is in doubt that was not answered");
});

each_database!(a_relay_that_shuts_down_now_and_then_at_any_stage_costs_time_only, |app| async move {
    let kind = app.database.kind;
    let goodbye = How::Say("421 4.3.2 shutting down");
    let stages = [(At::Banner, 4), (At::Ehlo, 4), (At::Mail, 17), (At::Rcpt, 17), (At::Data, 17), (At::Dot, 17)];
    for (at, every) in stages {
        assert_eq!(run_past(kind, trip(at, every, goodbye)).await, 0, "{at:?}");
    }
});

each_database!(a_relay_that_defers_or_refuses_a_tenth_is_believed_for_these_alone, |app| async move {
    let kind = app.database.kind;
    for at in [At::Rcpt, At::Dot] {
        run_past(kind, trip(at, 10, How::Say("451 4.2.0 later"))).await;
    }
    run_past(kind, trip(At::Rcpt, 10, How::Say("550 5.1.1 nobody here"))).await;
});

each_database!(silly_answers_cost_no_more_than_their_doubts, |app| async move {
    let kind = app.database.kind;
    let silly = [
        (At::Mail, "250-2.1.0 well\r\n250-\r\n250 2.1.0 ok"),
        (At::Mail, "250-2.1.0 yes\r\n550 5.1.0 no"),
        (At::Rcpt, "250-2.1.5 yes\r\n451 4.2.0 later"),
        (At::Rcpt, "354 2.1.5 go on"),
        (At::Data, "354-end\r\n354-with\r\n354 a dot"),
        (At::Data, "250 2.0.0 ok"),
        (At::Data, "hello"),
        // One answer too many: whatever comes behind it is out of step.
        (At::Mail, "250 2.1.0 ok\r\n250 2.1.0 ok"),
        (At::Dot, "250 2.0.0 queued\r\n250 2.0.0 queued"),
        (At::Dot, "250-2.0.0 queued\r\n550 5.0.0 no"),
        (At::Dot, "250-2.0.0 queued\r\n999"),
    ];
    for (at, lines) in silly {
        let doubts = run_past(kind, trip(at, 30, How::Say(lines))).await;
        let expected = if at == At::Dot && lines.starts_with("250-") { 4 } else { 0 };
        assert_eq!(doubts, expected, "{at:?} {lines:?}");
    }
});

each_database!(all_faults_together_lose_nobody_and_double_nobody, |app| async move {
    let kind = app.database.kind;
    for pipelining in [true, false] {
        let trips = vec![
            Trip { at: At::Banner, every: 11, how: How::Say("421 4.3.2 busy") },
            Trip { at: At::Ehlo, every: 13, how: How::Close },
            Trip { at: At::Mail, every: 31, how: How::Say("451 4.3.0 later") },
            Trip { at: At::Rcpt, every: 29, how: How::Say("451 4.2.0 later") },
            Trip { at: At::Rcpt, every: 23, how: How::Say("550 5.1.1 nobody here") },
            Trip { at: At::Data, every: 37, how: How::Close },
            Trip { at: At::Dot, every: 41, how: How::Hang },
            Trip { at: At::Dot, every: 43, how: How::Close },
            Trip { at: At::Dot, every: 19, how: How::Say("421 4.3.2 shutting down") },
        ];
        let relay = Options { trips, pipelining, close_after: Some(7), ..Options::default() };
        assert!(run_past(kind, relay).await <= 5);
    }
});

each_database!(a_password_that_is_refused_in_the_middle_of_a_run_holds_it_and_costs_nobody_anything, |app| async move {
    // Three connections are let in, then for a long time hardly any other.
    let trips = (4..=12).map(|every| Trip { at: At::Auth, every, how: How::Say("535 5.7.8 wrong user or password") }).collect();
    let relay = FakeRelay::with(Options { auth: Some("PLAIN"), trips, ..Options::default() }).await;
    let mut setup = patient_as_needed(Options::default());
    setup
        .settings
        .extend([("RELAY__URL", relay.url().replace("smtp://", "smtp://news:s3cret@")), ("RELAY__CONNECTIONS", "1".to_owned())]);
    let app = TestApp::with(app.database.kind, setup).await;
    app.crowd(READERS).await;
    app.publishes("Treffen").await;
    let drained = app.drain().await;
    assert_eq!(drained.sent, 3 * MAILS as u64);
    assert!(drained.trouble.unwrap().contains("wrong user or password"));
    assert_eq!(app.status(1).await.state, "held");
    let charged = "SELECT count(*) AS value FROM deliveries WHERE state <> 'sent' AND (state <> 'queued' OR attempts <> 0)";
    assert_eq!(app.database.number(charged), 0);
    let saw = seen(&relay);
    for _ in 0..5 {
        app.passes(SignedDuration::from_mins(10));
        app.drain().await;
    }
    assert_eq!(seen(&relay), saw, "a held issue is not tried again");
    // Still refused after staff have released it: it is tried ever more rarely, once each time, and then goes on.
    let (context, now) = (Arc::clone(&app.app.context), app.now());
    let released = app.store.write(move |conn| issues::release(conn, &context, now, "weekly", 1, None)).await.unwrap();
    assert_eq!(released, Steered::Done);
    let before = relay.connections();
    let rests = works_off(&app, &relay).await.len();
    assert_eq!(relay.count(), READERS);
    assert_eq!(rests, relay.tripped() - 1, "as often as it was still refused");
    assert_eq!(relay.connections() - before, rests + (READERS - 3 * MAILS) / MAILS, "each refusal cost one connection");
    assert_eq!(app.status(1).await.sent, READERS as i64);
});

/// A certificate that can go bad.
#[derive(Debug)]
struct Certificates {
    good: Arc<CertifiedKey>,
    expired: Arc<CertifiedKey>,
    is_bad: Arc<AtomicBool>,
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(if self.is_bad.load(Ordering::SeqCst) { &self.expired } else { &self.good }))
    }
}

/// A server for `localhost` whose certificate is expired while the switch is on, from an authority in `ca.pem`.
fn perishable(folder: &Path, is_bad: &Arc<AtomicBool>) -> TlsAcceptor {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(folder.join("ca.pem"), authority.pem()).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let certified = |ends: i32| {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(ends, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let key = provider.key_provider.load_private_key(PrivateKeyDer::Pkcs8(key.serialize_der().into())).unwrap();
        Arc::new(CertifiedKey::new(vec![certificate.der().clone()], key))
    };
    let certificates = Certificates { good: certified(2090), expired: certified(2020), is_bad: Arc::clone(is_bad) };
    let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certificates));
    // A session that is resumed shows no certificate.
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    TlsAcceptor::from(Arc::new(config))
}

// By the real program, which trusts the authority as the system's (SSL_CERT_FILE).
each_database!(a_certificate_that_expires_in_the_middle_of_a_run_stops_it_until_there_is_a_good_one, |app| async move {
    let is_bad = Arc::new(AtomicBool::new(false));
    let tls = Tls::Implicit(perishable(app.folder.path(), &is_bad));
    let relay = FakeRelay::with(Options { tls, delay: Duration::from_millis(10), ..Options::default() }).await;
    app.crowd(READERS).await;
    app.publishes("Treffen").await;
    let url = format!("smtps://localhost:{}", relay.port());
    let further = [("RELAY__URL", url.as_str()), ("RELAY__CONNECTIONS", "1"), ("RELAY__MAILS_PER_CONNECTION", "5")];
    let authority = app.folder.path().join("ca.pem");
    let mut command = app.command(&["serve", "--only", "delivery"], &further);
    let mut worker = Process::start(command.env("SSL_CERT_FILE", authority), &app.folder.path().join("worker"));
    relay.wait_for(20).await;
    is_bad.store(true, Ordering::SeqCst);
    app.until("relays WHERE failures >= 2", |noted| noted == 1).await;
    let (count, connections) = (relay.count(), relay.connections());
    assert!(count < READERS, "it had not ended by then");
    let trouble = app.database.texts("SELECT trouble AS value FROM relays").remove(0);
    assert!(trouble.contains("certificate expired"), "{trouble}");
    assert_eq!(connections, count / 5 + 2, "two failures are two tries");
    let untouched = "SELECT count(*) AS value FROM deliveries WHERE state <> 'sent' AND attempts <> 0";
    assert_eq!(app.database.number(untouched), 0, "nobody is charged");
    is_bad.store(false, Ordering::SeqCst);
    app.until("issues WHERE state = 'sent'", |sent| sent == 1).await;
    worker.stop();
    let to: std::collections::HashSet<String> = relay.recipients_after(0).into_iter().collect();
    assert_eq!((relay.count(), to.len()), (READERS, READERS), "everybody once");
    assert!(app.log("worker").contains("the relay is in trouble; sending rests"), "{}", app.log("worker"));
});
