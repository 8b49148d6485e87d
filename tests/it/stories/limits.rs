//! Somebody asks too often: what is counted, who waits, and that it helps nobody to lie about where they come from.

use futures_util::future::join_all;
use jiff::SignedDuration;
use rundbrief::scheduler;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::person::ada;
use crate::support::app::{Page, Setup, TestApp, each_database};
use crate::support::chance::number;
use crate::support::database::Kind;
use crate::support::wait::until;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

fn set(settings: &[(&'static str, &str)]) -> Setup {
    Setup { settings: settings.iter().map(|(key, value)| (*key, (*value).to_owned())).collect(), ..Setup::default() }
}

/// Behind a proxy on this computer, which names the visitor.
fn proxied(settings: &[(&'static str, &str)]) -> Setup {
    let mut setup = set(settings);
    setup.settings.push(("HTTP__TRUSTED_PROXIES", "127.0.0.1".to_owned()));
    setup
}

async fn asks_from(app: &TestApp, forwarded: &str, address: &str) -> Page {
    let form = [("email", address), ("newsletter", "weekly"), ("language", "de")];
    app.send(app.client.post(app.door("/subscribe?lang=en")).header("X-Forwarded-For", forwarded).form(&form)).await
}

fn waits(answer: &Page, seconds: i64) {
    assert_eq!(answer.status, 429, "{}", answer.body);
    assert_eq!(answer.header("retry-after"), seconds.to_string());
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.body.contains("Too many sign-ups are coming in at the moment."), "{}", answer.body);
}

each_database!(one_network_may_ask_five_times_an_hour_and_twenty_times_a_day, proxied(&[]), |app| async move {
    for n in 0..5 {
        assert_eq!(asks_from(&app, "192.0.2.1", &format!("a{n}@example.org")).await.status, 200);
    }
    let people = app.people();
    let sixth = asks_from(&app, "192.0.2.1", "sixth@example.org").await;
    waits(&sixth, 3_600);
    assert!(sixth.body.contains("in 60 minutes"), "{}", sixth.body);
    assert_eq!(sixth.field("email"), "sixth@example.org", "nothing has to be typed again");
    assert_eq!(app.people(), people, "nothing is stored of who has to wait");
    assert_eq!(asks_from(&app, "192.0.2.2", "other@example.org").await.status, 200, "nobody else waits");

    // Whoever has one address of a /64 has all of them.
    for n in 0..5 {
        assert_eq!(asks_from(&app, &format!("2001:db8:1:2::{n}"), &format!("b{n}@example.org")).await.status, 200);
    }
    waits(&asks_from(&app, "2001:db8:1:2:ffff::1", "six@example.org").await, 3_600);
    assert_eq!(asks_from(&app, "2001:db8:1:3::1", "neighbour@example.org").await.status, 200);

    // The refused one counted, too: fourteen are left of the day.
    for (hour, left) in [(1, 5), (2, 5), (3, 4)] {
        app.passes(HOUR);
        for n in 0..left {
            assert_eq!(asks_from(&app, "192.0.2.1", &format!("h{hour}n{n}@example.org")).await.status, 200, "{hour} {n}");
        }
    }
    // It is noon, and the day ends at midnight UTC.
    let last = asks_from(&app, "192.0.2.1", "last@example.org").await;
    waits(&last, 12 * 3_600);
    assert!(last.body.contains("in 12 hours"), "{}", last.body);
    app.passes(HOUR * 12);
    assert_eq!(asks_from(&app, "192.0.2.1", "last@example.org").await.status, 200);
});

each_database!(a_forged_header_helps_nobody, proxied(&[]), |app| async move {
    let mut answers = Vec::new();
    for n in 0..8 {
        // What stands left of the proxy's own entry is only what the visitor says.
        answers.push(asks_from(&app, &format!("203.0.113.{n}, 192.0.2.1"), &format!("a{n}@example.org")).await.status);
    }
    assert_eq!(answers, [200, 200, 200, 200, 200, 429, 429, 429]);
});

each_database!(without_a_declared_proxy_the_header_is_nobodys, |app| async move {
    for n in 0..8 {
        let answer = asks_from(&app, "192.0.2.1", &format!("a{n}@example.org")).await;
        assert_eq!(answer.status, 200, "requests from this computer are not counted by network");
    }
    let networks = "SELECT count(*) AS value FROM limits WHERE scope LIKE 'network%'";
    assert_eq!(app.database.number(networks), 0);
});

// `POSTS=10000 tests/run a_flood_of_posts` sends as many as R173 speaks of.
each_database!(a_flood_of_posts_for_one_victim_makes_one_mail, proxied(&[]), |app| async move {
    for score in 0..number("POSTS", 1_000) / 20 {
        let posts = (0..20).map(|n| {
            let (app, network) = (&app, format!("198.51.{}.{}", score / 10, score % 10 * 20 + n));
            async move { asks_from(app, &network, "victim@example.org").await.status }
        });
        let answers = join_all(posts).await;
        assert!(answers.iter().all(|status| [200, 429].contains(status)), "{answers:?}");
        if score > 4 {
            assert!(answers.iter().all(|status| *status == 429), "{score}: {answers:?}");
        }
    }
    app.drain().await;
    assert_eq!(app.mails_to("victim@example.org").len(), 1);
    assert_eq!(app.deliveries("sent"), 1);
});

each_database!(a_full_domain_waits_whoever_is_asked_for, proxied(&[("LIMITS__PER_DOMAIN_AND_HOUR", "3")]), |app| async move {
    for address in ["ada@example.org", "bob@Example.ORG", "cleo@example.org"] {
        assert_eq!(asks_from(&app, "192.0.2.1", address).await.status, 200);
    }
    let seen = async |address: &str| {
        let answer = asks_from(&app, "192.0.2.9", address).await;
        waits(&answer, 3_600);
        answer.seen().replace(address, "").replace(answer.field("shown"), "")
    };
    assert_eq!(seen("ada@example.org").await, seen("eva@example.org").await, "known and unknown alike");
    assert_eq!(asks_from(&app, "192.0.2.9", "ada@example.net").await.status, 200, "another domain does not wait");
    app.passes(HOUR);
    assert_eq!(asks_from(&app, "192.0.2.9", "unknown@example.org").await.status, 200);
});

each_database!(what_one_network_asks_too_often_uses_up_nobody_elses, proxied(&[("LIMITS__PER_HOUR", "10")]), |app| async move {
    for n in 0..30 {
        asks_from(&app, "192.0.2.1", &format!("a{n}@example.org")).await;
    }
    for n in 0..5 {
        assert_eq!(asks_from(&app, "192.0.2.2", &format!("b{n}@example.org")).await.status, 200);
    }
    assert_eq!(asks_from(&app, "192.0.2.3", "c@example.org").await.status, 429, "these were ten");
});

each_database!(a_mistake_in_the_form_counts_for_nothing, proxied(&[]), |app| async move {
    for _ in 0..10 {
        assert_eq!(asks_from(&app, "192.0.2.1", "nobody").await.status, 422);
    }
    assert_eq!(asks_from(&app, "192.0.2.1", "ada@example.org").await.status, 200);
});

each_database!(counts_are_right_when_many_ask_at_once, set(&[("LIMITS__WITHOUT_WORK_PER_HOUR", "17")]), |app| async move {
    let posts = (0..60).map(|n| {
        let app = &app;
        async move { app.asks(&format!("a{n}@example.org"), "de").await.status }
    });
    let answers = join_all(posts).await;
    let passed = answers.iter().filter(|status| **status == 200).count();
    match app.database.kind {
        Kind::Sqlite => assert_eq!(passed, 17),
        // Requests at the same instant do not see each other in the spread count: a few more may pass, none too many waits.
        Kind::Postgres => assert!((17..=17 + 12).contains(&passed), "{passed}"),
    }
    let kept = "SELECT CAST(sum(count) AS BIGINT) AS value FROM limits WHERE scope = 'plain-hour'";
    assert_eq!(app.database.number(kept), 60, "nobody is forgotten");
    assert_eq!(app.asks("late@example.org", "de").await.status, 429);
});

each_database!(the_alarm_is_noted_once_an_hour, set(&[("LIMITS__PER_HOUR", "3")]), |app| async move {
    let alarms = || app.database.number("SELECT count(*) AS value FROM limits WHERE scope = 'alarm-hour'");
    for n in 0..3 {
        assert_eq!(app.asks(&format!("a{n}@example.org"), "de").await.status, 200);
    }
    assert_eq!(alarms(), 0);
    for n in 0..4 {
        let answer = app.asks(&format!("b{n}@example.org"), "de").await;
        assert_eq!((answer.status, answer.header("retry-after")), (429, "3600"));
    }
    assert_eq!(alarms(), 1);
});

each_database!(what_is_over_is_forgotten, proxied(&[]), |app| async move {
    asks_from(&app, "192.0.2.1", "ada@example.org").await;
    let rows = || app.database.number("SELECT count(*) AS value FROM limits");
    let beat = async || drop(scheduler::beat(&app.store, &app.app.context, &app.clock).await.unwrap());
    let all = rows();
    beat().await;
    assert_eq!(rows(), all, "what still counts stays");
    app.passes(HOUR * 2);
    beat().await;
    assert_eq!(app.database.texts("SELECT scope AS value FROM limits"), ["network-day"]);
    app.passes(HOUR * 25);
    beat().await;
    assert_eq!(rows(), 0);
});

/// Everything the database holds, as text: bytes as digits.
fn everything(app: &TestApp) -> String {
    match app.database.kind {
        Kind::Sqlite => {
            let folder = app.database.file().parent().unwrap().to_owned();
            let files = std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
            files.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
        }
        Kind::Postgres => {
            let tables = "SELECT table_name AS value FROM information_schema.tables WHERE table_schema = 'public'";
            let rows = |table: String| app.database.texts(&format!("SELECT CAST(t.* AS TEXT) AS value FROM \"{table}\" t"));
            app.database.texts(tables).into_iter().flat_map(rows).collect::<Vec<_>>().join("\n")
        }
    }
}

fn networks(app: &TestApp) -> Vec<String> {
    app.database.texts("SELECT coalesce(network, '-') AS value FROM opt_ins ORDER BY id")
}

each_database!(by_default_no_address_of_a_visitor_is_stored_anywhere, proxied(&[]), |app| async move {
    asks_from(&app, "198.51.100.77", "ada@example.org").await;
    asks_from(&app, "2001:db8:77:88::99", "bob@example.org").await;
    app.drain().await;
    let all = everything(&app);
    assert!(all.contains("ada@example.org"), "this looks at the whole database");
    for trace in ["198.51.100", "2001:db8:77", "c633644d", "20010db800770088"] {
        assert!(!all.contains(trace), "{trace} is in the database");
    }
    assert_eq!(networks(&app), ["-", "-"]);
    let notice = app.get("/privacy?lang=en").await.body;
    assert!(notice.contains("a keyed check value from which nobody can read the address"), "{notice}");
    assert!(!notice.contains("network address it came from"), "{notice}");
});

each_database!(who_wants_less_than_all_of_it_gets_less, proxied(&[("PRIVACY__NETWORK", "truncated")]), |app| async move {
    asks_from(&app, "198.51.100.77", "ada@example.org").await;
    asks_from(&app, "2001:db8:77:88::99", "bob@example.org").await;
    assert_eq!(networks(&app), ["198.51.100.0/24", "2001:db8:77::/48"]);
    let consents = app.consents("requested");
    assert!(consents.iter().all(|body| !body.to_string().contains("198.51")), "it can be deleted before the proof");
});

each_database!(who_wants_all_of_it_gets_all, proxied(&[("PRIVACY__NETWORK", "full")]), |app| async move {
    asks_from(&app, "198.51.100.77", "ada@example.org").await;
    assert_eq!(networks(&app), ["198.51.100.77"]);
    let notice = app.get("/privacy?lang=en").await.body;
    assert!(notice.contains("we store the network address it came from, for 30 days"), "{notice}");
});

each_database!(whoever_tries_links_is_asked_to_wait_and_a_right_link_always_works, proxied(&[]), |app| async move {
    assert_eq!(app.asks("ada@example.org", "de").await.status, 200);
    app.drain().await;
    let link = crate::support::mails::link_in_text(&app.mails_to("ada@example.org")[0], "confirm");
    let from = |request: reqwest::RequestBuilder| request.header("X-Forwarded-For", "192.0.2.1");
    let mut answers = Vec::new();
    for n in 0..130 {
        let wrong = app.door(&format!("/{}/AQGrq6urq6urq6urq6urq6urMETreeqtdmia4Ye9mY{n:04}", ["confirm", "preferences"][n % 2]));
        let request = if n % 4 < 2 { app.client.get(wrong) } else { app.client.post(wrong).form(&[("name", "x")]) };
        answers.push(app.send(from(request)).await);
    }
    assert!(answers[..120].iter().all(|answer| answer.status == 404));
    for answer in &answers[120..] {
        assert_eq!((answer.status, answer.header("retry-after")), (429, "60"));
        assert!(answer.body.contains("<h1>"), "{}", answer.body);
    }
    // One click is no guess (R30), and nobody else waits.
    let one_click = app.client.post(app.door("/unsubscribe/nonsense")).form(&[("List-Unsubscribe", "One-Click")]);
    assert_eq!(app.send(from(one_click)).await.status, 404);
    assert_eq!(app.get("/confirm/nonsense").await.status, 404);
    assert_eq!(app.send(from(app.client.post(app.door(&link)))).await.status, 200, "the reader behind the same network");
    app.passes(SignedDuration::from_mins(1));
    assert_eq!(app.send(from(app.client.get(app.door("/confirm/nonsense")))).await.status, 404);
});

/// Many who send a request letter by letter hold up nobody, and are sent away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_sends_letter_by_letter_is_sent_away() {
    let app = TestApp::on(Kind::Sqlite).await;
    let mut slow = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(app.app.settings.http.listen).await.unwrap();
        stream.write_all(b"POST /subscribe HTTP/1.1\r\nHost: example.org\r\n").await.unwrap();
        slow.push(stream);
    }
    // Other visitors meanwhile are answered, and whoever hears nothing yet sends another letter.
    let mut heard = vec![String::new(); slow.len()];
    let all_heard = async || {
        assert_eq!(app.get("/healthz").await.status, 200);
        for (stream, heard) in slow.iter_mut().zip(&mut heard).filter(|(_, heard)| heard.is_empty()) {
            let _ = stream.write_all(b"X").await;
            let mut words = [0; 512];
            match stream.try_read(&mut words) {
                Ok(length) => *heard = format!("heard {}", String::from_utf8_lossy(&words[..length])),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => *heard = error.to_string(),
            }
        }
        heard.iter().all(|heard| !heard.is_empty())
    };
    until(all_heard, || "not all of them are sent away".to_owned()).await;
    assert!(heard.iter().all(|heard| heard.starts_with("heard HTTP/1.1 408")), "for being slow, and not at once: {heard:?}");
}

each_database!(nobody_is_bombed_by_changes_of_address, |app| async move {
    let page = ada(&app).await;
    for _ in 0..20 {
        assert_eq!(app.post(&format!("{page}/address"), &[("email", "victim@example.org")]).await.status, 200);
    }
    app.drain().await;
    assert_eq!(app.mails_to("victim@example.org").len(), 1);
    for victim in 1..20 {
        app.post(&format!("{page}/address"), &[("email", &format!("victim{victim}@example.org"))]).await;
    }
    app.drain().await;
    let asked = || app.database.number("SELECT count(*) AS value FROM opt_ins WHERE new_address IS NOT NULL");
    assert_eq!(asked(), 2, "with the sign-up three in a week");
    // The second request has taken the first one's place; it still counts, for a week and not only until the night.
    for _ in 0..5 {
        app.passes(DAY + SignedDuration::from_secs(1));
        scheduler::retain(&app.store, &app.app.context, &app.clock).await.unwrap();
        app.post(&format!("{page}/address"), &[("email", "victim@example.org")]).await;
    }
    assert_eq!(asked(), 2);
    app.passes(DAY * 3);
    scheduler::retain(&app.store, &app.app.context, &app.clock).await.unwrap();
    assert_eq!(asked(), 0);
});
