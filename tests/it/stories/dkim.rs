//! Mails are signed, and others can tell: by the verdict of two programs that are not ours. Whatever else is kept about a mail,
//! its signature is the same when it is sent again.

use jiff::SignedDuration;
use rundbrief::app::App;
use rundbrief::delivery::Drained;
use rundbrief::domain::language::Language;
use rundbrief::journeys::issues::Doubt;
use rundbrief::mail::dkim::Algorithm;
use rundbrief::settings::Settings;

use crate::support::app::{Setup, TestApp, each_database, settings};
use crate::support::dkim::{holds, key_settings, records, verdicts};

const RSA: (&str, Algorithm) = ("news2026", Algorithm::Rsa);
const ED25519: (&str, Algorithm) = ("news2026e", Algorithm::Ed25519);

fn signed_with(keys: &[(&'static str, Algorithm)]) -> Setup {
    Setup { dkim: keys.to_vec(), ..Setup::default() }
}

/// A confirmation and an issue reach Ada; each holds with these selectors, and says so of itself.
async fn both_kinds_of_mail_hold(app: &TestApp, selectors: &[&str]) {
    app.subscriber("ada@example.org").await;
    app.publishes("Große Übergänge »heute«").await;
    assert_eq!(app.drain().await.sent, 1);
    let records = records(&app.app.context.signer);
    let mails = app.mails_to("ada@example.org");
    assert_eq!(mails.len(), 2, "a confirmation and an issue");
    for mail in mails {
        let wanted: Vec<(String, bool)> = selectors.iter().map(|selector| ((*selector).to_owned(), true)).collect();
        assert_eq!(verdicts(&mail.raw, &records), wanted);
        let head = String::from_utf8_lossy(&mail.raw).split("\r\n\r\n").next().unwrap().to_owned();
        assert_eq!(head.matches("DKIM-Signature:").count(), selectors.len());
        assert!(head.starts_with("DKIM-Signature:"), "signatures stand on top: {head}");
    }
    assert_eq!(app.row("ada@example.org", &["dkim"]), format!("example.org {}", selectors.join(" ")));
}

each_database!(mails_signed_with_rsa_hold, signed_with(&[RSA]), |app| async move {
    both_kinds_of_mail_hold(&app, &["news2026"]).await;
});

each_database!(mails_signed_with_ed25519_hold, signed_with(&[ED25519]), |app| async move {
    both_kinds_of_mail_hold(&app, &["news2026e"]).await;
});

each_database!(mails_signed_with_both_hold_twice, signed_with(&[RSA, ED25519]), |app| async move {
    both_kinds_of_mail_hold(&app, &["news2026", "news2026e"]).await;
});

each_database!(
    whoever_changes_a_signed_mail_breaks_it_and_whoever_only_carries_it_does_not,
    signed_with(&[RSA, ED25519]),
    |app| async move {
        app.active("ada@example.org", Language::De).await;
        app.publishes("Treffen am Montag").await;
        assert_eq!(app.drain().await.sent, 1);
        let mail = app.mails_to("ada@example.org").remove(0).raw;
        let records = records(&app.app.context.signer);
        let text = String::from_utf8(mail).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let judged = |changed: String| {
            assert_ne!(changed, text);
            holds(changed.as_bytes(), &records)
        };
        assert!(holds(text.as_bytes(), &records));

        for field in [
            "From: Eve <eve@example.com>",
            "To: eve@example.com",
            "Cc: eve@example.com",
            "Subject: Another",
            "Date: Mon, 2 Mar 2026 10:00:00 +0000",
            "Reply-To: eve@example.com",
            "Sender: eve@example.com",
            "Message-ID: <another@example.com>",
            "MIME-Version: 1.0",
            "Content-Type: text/plain",
            "List-Unsubscribe: <https://example.com/>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ] {
            assert!(!judged(format!("{field}\r\n{text}")), "{field} above");
            assert!(!judged(format!("{head}\r\n{field}\r\n\r\n{body}")), "{field} below");
        }
        assert!(!judged(text.replace("/unsubscribe/", "/unsubscribf/")), "another link in List-Unsubscribe");
        assert!(!judged(text.replace("\nList-Unsubscribe-Post: ", "\nX-List-Unsubscribe-Post: ")), "a field taken away");
        let last = body.rfind("--\r\n").unwrap() - 1;
        assert!(!judged(format!("{head}\r\n\r\n{}!{}", &body[..last], &body[last + 1..])), "one octet of the body");
        assert!(!judged(format!("{text}more\r\n")), "a line more");

        assert!(judged(format!("Received: from a by b; Mon, 2 Mar 2026 09:00:01 +0000\r\n{text}")), "a relay on its way");
        assert!(judged(text.replace("\nSubject: ", "\nSUBJECT:\r\n\t  ")), "folded anew, under a name in other letters");
        assert!(judged(text.replacen("Precedence: bulk", "Precedence:   bulk \t", 1)), "white space in a header");
        assert!(judged(format!("{text}\r\n \t\r\n\r\n")), "empty lines at the end");
        let stretched = body.replace(' ', " \t ").replace("\r\n", " \t\r\n");
        assert!(judged(format!("{head}\r\n\r\n{stretched}")), "white space in the body");
    }
);

/// Another process for the same instance: `keys` are added to its settings.
pub(super) async fn restarted(app: &TestApp, keys: Vec<(&'static str, String)>) -> App {
    let mut written = settings(&app.database.url, &app.relay.url(), &app.folder.path().join("secret.keys"), 1);
    written.retain(|(key, _)| key != "RUNDBRIEF__PUBLIC_URL");
    written.push(("RUNDBRIEF__PUBLIC_URL".to_owned(), app.app.settings.public_url.clone()));
    written.extend(keys.into_iter().map(|(key, value)| (format!("RUNDBRIEF__{key}"), value)));
    let clock = app.clock.clone();
    let open = move || App::open(Settings::from_parts(None, written).unwrap(), clock).unwrap();
    tokio::task::spawn_blocking(open).await.unwrap()
}

/// A process that delivers what is due, and ends.
pub(super) async fn delivers(app: &App) -> Drained {
    let engine = app.engine().await.unwrap();
    let drained = engine.drain().await.unwrap();
    engine.sign_off().await.unwrap();
    drained
}

each_database!(what_is_sent_again_is_signed_with_the_keys_of_the_first_time, signed_with(&[RSA, ED25519]), |app| async move {
    app.active("drop-after-data@example.org", Language::De).await;
    app.publishes("Treffen").await;
    assert_eq!(delivers(&app.app).await.unknown, 1);

    // The operator changes keys, and forgets the old ones at first.
    let new = key_settings(&app.folder.path().join("new"), &[("news2027", Algorithm::Rsa)]);
    let forgetful = restarted(&app, new.clone()).await;
    assert_eq!(app.resolves(Doubt::Resend).await, 1);
    let drained = delivers(&forgetful).await;
    assert_eq!((drained.deferred, drained.unknown), (1, 0), "the mail waits, and nobody else has to");
    assert_eq!(
        app.row("drop-after-data@example.org", &["state", "claim_token", "dkim"]),
        "queued||example.org news2026 news2026e"
    );
    app.active("bob@example.org", Language::De).await;
    app.publishes("Noch ein Treffen").await;
    let drained = delivers(&forgetful).await;
    assert_eq!((drained.sent, drained.unknown), (1, 1), "new mails go, with the new key");
    assert_eq!(app.row("bob@example.org", &["dkim"]), "example.org news2027");
    let bob = app.mails_to("bob@example.org").remove(0);
    assert_eq!(verdicts(&bob.raw, &records(&forgetful.context.signer)), [("news2027".to_owned(), true)]);

    let folder = app.folder.path().join("dkim");
    let old = ["news2026", "news2026e"].map(|s| format!("{s}={}/{s}.example.org.pem", folder.display())).join(",");
    let careful = restarted(&app, [new, vec![("DKIM__OLD_KEYS", old)]].concat()).await;
    assert_eq!(delivers(&careful).await.unknown, 0, "it looks again in a while");
    app.passes(SignedDuration::from_mins(10));
    assert_eq!(delivers(&careful).await.unknown, 1);
    let copies = app.relay.unanswered();
    let first: Vec<_> = copies.iter().filter(|mail| mail.data == copies[0].data).collect();
    assert_eq!((copies.len(), first.len()), (3, 2), "of the first issue two, the same to the byte");
    let wanted = [("news2026".to_owned(), true), ("news2026e".to_owned(), true)];
    assert_eq!(verdicts(&copies[0].data, &records(&careful.context.signer)), wanted);
});

each_database!(
    what_is_sent_again_is_the_same_to_the_octet_whatever_was_changed_since,
    signed_with(&[RSA, ED25519]),
    |app| async move {
        app.active("drop-after-data@example.org", Language::De).await;
        app.database.execute("UPDATE subscribers SET name = 'Ada Löwe'");
        app.publishes("Treffen").await;
        assert_eq!(delivers(&app.app).await.unknown, 1);

        // A year later: another key for links, other keys for DKIM, another name and language, another sender.
        app.passes(SignedDuration::from_hours(24 * 365));
        let file = app.folder.path().join("secret.keys");
        let line = rundbrief::domain::token::Keyring::generate_line(2).unwrap();
        std::fs::write(&file, format!("{}{line}\n", std::fs::read_to_string(&file).unwrap())).unwrap();
        let folder = app.folder.path().join("dkim");
        let old = ["news2026", "news2026e"].map(|s| format!("{s}={}/{s}.example.org.pem", folder.display())).join(",");
        let new = key_settings(&app.folder.path().join("new"), &[("news2027", Algorithm::Rsa)]);
        let later = restarted(&app, [new, vec![("DKIM__OLD_KEYS", old)]].concat()).await;
        assert_eq!((app.app.context.keyring.current_id(), later.context.keyring.current_id()), (1, 2));
        app.database.execute("UPDATE subscribers SET name = 'Somebody else'");
        app.database.execute("UPDATE subscriptions SET language = 'en'");
        app.database
            .execute("UPDATE newsletters SET from_name = 'New', from_address = 'new@example.org', reply_to = 'r@example.org'");
        assert_eq!(app.resolves(Doubt::Resend).await, 1);
        assert_eq!(delivers(&later).await.unknown, 1, "what staff have resent does not expire");
        let copies = app.relay.unanswered();
        assert_eq!((copies.len(), &copies[0]), (2, &copies[1]), "envelope, Date, Message-ID, boundary, links and signatures");
        let wanted = [("news2026".to_owned(), true), ("news2026e".to_owned(), true)];
        assert_eq!(verdicts(&copies[1].data, &records(&later.context.signer)), wanted);
        let mail = crate::support::mails::Mail::parse(&copies[1].data);
        let link = crate::support::mails::link_in_text(&mail, "unsubscribe");
        assert_eq!(app.get(&link).await.status, 200, "the link of the first time still works");
    }
);

each_database!(what_went_unsigned_stays_unsigned_when_it_is_sent_again, |app| async move {
    app.active("drop-after-data@example.org", Language::De).await;
    app.publishes("Treffen").await;
    assert_eq!(delivers(&app.app).await.unknown, 1);
    let signing = restarted(&app, key_settings(&app.folder.path().join("new"), &[RSA])).await;
    assert_eq!(app.resolves(Doubt::Resend).await, 1);
    assert_eq!(delivers(&signing).await.unknown, 1);
    let copies = app.relay.unanswered();
    assert_eq!((copies.len(), &copies[0]), (2, &copies[1]));
    assert!(!copies[0].data.starts_with(b"DKIM-Signature"));
});
