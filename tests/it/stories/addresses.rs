//! What may be typed into the form as address and name, and how it travels (R13, R17–R21).

use crate::support::app::{Setup, TestApp, each_database};
use crate::support::mails::link_in_text;
use crate::support::relay::Options;

fn with_smtputf8() -> Setup {
    Setup { relay: Options { smtputf8: true, ..Options::default() }, settings: promised(), ..Setup::default() }
}

/// The settings say that the relay takes SMTPUTF8, whatever it does.
fn promised() -> Vec<(&'static str, String)> {
    vec![("RELAY__SMTPUTF8", "true".to_owned())]
}

fn promised_in_vain() -> Setup {
    Setup { settings: promised(), ..Setup::default() }
}

/// The commands of an envelope: (MAIL, RCPT) of the last mail.
fn envelope(app: &TestApp) -> (String, String) {
    let commands = app.relay.commands();
    let last = |verb: &str| commands.iter().rfind(|line| line.starts_with(verb)).cloned().unwrap_or_default();
    (last("MAIL"), last("RCPT"))
}

each_database!(an_address_that_cannot_be_mailed_is_explained_and_not_stored, |app| async move {
    let local = "l".repeat(65);
    let domain = "d".repeat(64);
    let long = format!("{}@{}.org", "l".repeat(64), vec!["d".repeat(60); 4].join("."));
    for address in [
        "",
        "   ",
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "ada@@example.org",
        "ada@example.org@example.org",
        "ada@example..org",
        ".ada@example.org",
        "ada.@example.org",
        "a..da@example.org",
        "ada lovelace@example.org",
        "ada@exam ple.org",
        "\"ada\"@example.org",
        "Ada <ada@example.org>",
        "<ada@example.org>",
        "ada@example.org, bob@example.org",
        "ada@example.org;bob@example.org",
        "ada@example.org bob@example.org",
        "ada(comment)@example.org",
        "ada@[127.0.0.1]",
        "ada@127.0.0.1",
        "@relay.example:ada@example.org",
        "ada@-example.org",
        "ada@exa_mple.org",
        "ada@example.org\r\nBcc: bob@example.org",
        "ada@example.org\nRCPT TO:<bob@example.org>",
        "ada\r@example.org",
        "ada\0@example.org",
        "ada@example.org\0",
        "ada\u{85}@example.org",
        "ada\u{200b}@example.org",
        "ada\u{2028}@example.org",
        &format!("{local}@example.org"),
        &format!("ada@{domain}.org"),
        &long,
        &"x".repeat(5_000),
    ] {
        let answer = app.asks(address, "en").await;
        assert_eq!(answer.status, 422, "{address:?}");
        assert!(answer.body.contains("aria-invalid=\"true\"") && answer.body.contains("id=\"email-error\""), "{address:?}");
    }
    let hostile = app.asks("\"><script>alert(1)</script>", "en").await;
    assert_eq!(hostile.status, 422);
    assert!(!hostile.body.contains("<script>"), "{}", hostile.body);
    assert_eq!(app.people(), Vec::<String>::new());
});

each_database!(unusual_addresses_get_their_mail, |app| async move {
    let long = format!("{}@{}.org", "l".repeat(64), "d".repeat(63));
    for address in
        ["ada+news@example.org", "o'brien@example.org", "a/b=c&d@example.org", "x@a.b.c.d.example.org", "123@example.org", &long]
    {
        assert_eq!(app.asks(address, "de").await.status, 200, "{address}");
        assert_eq!(app.drain().await.sent, 1, "{address}");
        let mail = app.mails_to(address).pop().unwrap_or_else(|| panic!("no mail for {address}"));
        assert_eq!(app.post(&link_in_text(&mail, "confirm"), &[]).await.status, 200);
    }
});

each_database!(a_name_cannot_smuggle_headers, |app| async move {
    let long = "N".repeat(5_000);
    for name in [
        "Ada\r\nBcc: bob@example.org",
        "Ada\nX: y",
        "Ada\rLovelace",
        "Ada\0",
        "Ada\u{1b}[31m",
        "Ada\u{2028}B",
        "\u{85}A",
        "Ada\r\n",
        &long,
    ] {
        let form = [("email", "ada@example.org"), ("newsletter", "weekly"), ("language", "en"), ("name", name)];
        let answer = app.post("/subscribe", &form).await;
        assert_eq!(answer.status, 422, "{name:?}");
        assert!(answer.body.contains("id=\"name-error\""), "{name:?}");
    }
    assert_eq!(app.people(), Vec::<String>::new());
});

each_database!(a_name_with_umlauts_quotes_and_brackets_stays_one_name, |app| async move {
    let name = "Jürgen \"der Weiße\" Müller, <b>Leipzig</b> {{slot}} 👩‍🚒 & Söhne";
    let form = [("email", "ada@example.org"), ("newsletter", "weekly"), ("language", "de"), ("name", name)];
    assert_eq!(app.post("/subscribe", &form).await.status, 200);
    app.drain().await;
    let link = link_in_text(&app.mails_to("ada@example.org")[0], "confirm");
    app.post(&link, &[]).await;
    app.publishes("Treffen").await;
    app.drain().await;
    let mail = app.mails_to("ada@example.org").pop().unwrap();
    assert!(mail.text.contains(name), "{}", mail.text);
    assert!(!mail.html.contains("<b>Leipzig</b>") && mail.html.contains("&lt;b&gt;Leipzig&lt;/b&gt;"), "{}", mail.html);
    let read = crate::support::python::read_mail(&mail.raw);
    assert_eq!(read.defects, Vec::<String>::new());
    assert!(read.header("To").contains("ada@example.org"), "{}", read.header("To"));
    assert!(mail.raw.is_ascii());
});

each_database!(an_international_domain_travels_as_a_label, |app| async move {
    assert_eq!(app.asks("Ada@MÜNCHEN.example", "de").await.status, 200);
    assert_eq!(app.drain().await.sent, 1);
    let (mail, rcpt) = envelope(&app);
    assert!(!mail.contains("SMTPUTF8"), "{mail}");
    assert!(rcpt.starts_with("RCPT TO:<Ada@xn--mnchen-3ya.example>"), "{rcpt}");
    let mail = app.mails_to("Ada@xn--mnchen-3ya.example").pop().unwrap();
    assert_eq!(mail.header("To"), "Ada@xn--mnchen-3ya.example");
    assert!(mail.raw.is_ascii());
    // The same mailbox in its other spelling.
    app.asks("ada@xn--mnchen-3ya.example", "de").await;
    assert_eq!(app.drain().await.sent, 0);
});

each_database!(a_local_part_with_umlauts_needs_a_relay_that_takes_it, with_smtputf8(), |app| async move {
    assert_eq!(app.asks("jörg@münchen.example", "de").await.status, 200);
    assert_eq!(app.drain().await.sent, 1);
    let mail = app.mails_to("jörg@xn--mnchen-3ya.example").pop().unwrap();
    assert_eq!(mail.header("To"), "jörg@xn--mnchen-3ya.example");
    assert_eq!(app.post(&link_in_text(&mail, "confirm"), &[]).await.status, 200);
    let (mail, rcpt) = envelope(&app);
    assert!(mail.contains(" SMTPUTF8"), "{mail}");
    assert!(rcpt.starts_with("RCPT TO:<jörg@xn--mnchen-3ya.example>"), "{rcpt}");
    app.asks("ada@example.org", "de").await;
    app.drain().await;
    let (mail, _) = envelope(&app);
    assert!(!mail.contains("SMTPUTF8"), "only where it is needed: {mail}");
});

each_database!(without_such_a_relay_the_form_refuses_it_and_says_why, |app| async move {
    let page =
        app.post("/subscribe?lang=en", &[("email", "jörg@example.org"), ("newsletter", "weekly"), ("language", "en")]).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("cannot send to addresses with such characters"), "{}", page.body);
    assert_eq!(app.people(), Vec::<String>::new());
});

each_database!(where_the_relay_does_not_keep_what_the_settings_say_nobody_is_blamed, promised_in_vain(), |app| async move {
    assert_eq!(app.asks("jörg@example.org", "de").await.status, 200);
    let drained = app.drain().await;
    assert_eq!(drained.sent, 0);
    assert_eq!(app.relay.received(), []);
    assert!(!app.relay.commands().iter().any(|line| line.contains("jörg") || line.contains("SMTPUTF8")));
    assert!(!app.is_suppressed("jörg@example.org").await, "the relay's lack is not the reader's fault");
    let replies = app.database.texts("SELECT reply AS value FROM deliveries");
    assert!(replies[0].contains("SMTPUTF8"), "{replies:?}");
    app.subscriber("ada@example.org").await;
});

fn international_of_our_own() -> Setup {
    let settings = vec![
        ("IMPRINT__EMAIL", "Kontakt@münchen.example".to_owned()),
        ("ACCESSIBILITY__CONTACT", "jörg@münchen.example".to_owned()),
        ("BOUNCE__ADDRESS", "rueck@münchen.example".to_owned()),
        ("RELAY__EHLO_NAME", "rundbrief.münchen.example".to_owned()),
    ];
    Setup { relay: Options { smtputf8: true, dsn: true, ..Options::default() }, settings, ..Setup::default() }
}

each_database!(nothing_beyond_ascii_leaves_where_smtputf8_is_not_allowed, international_of_our_own(), |app| async move {
    app.database.execute("UPDATE newsletters SET from_name = 'Nächte in Köln', from_address = 'news@xn--mnchen-3ya.example'");
    let form = [("email", "Ada@KÖLN.example"), ("newsletter", "weekly"), ("language", "de"), ("name", "Ada Löwe")];
    assert_eq!(app.post("/subscribe", &form).await.status, 200);
    app.drain().await;
    let link = link_in_text(&app.mails_to("Ada@xn--kln-sna.example")[0], "confirm");
    assert_eq!(app.post(&link, &[]).await.status, 200);
    // Somebody from the time when the setting was another.
    app.active("jörg@example.org", rundbrief::domain::language::Language::De).await;
    app.publishes("Treffen äöü").await;
    app.drain().await;
    let mails = app.relay.received();
    assert_eq!(mails.len(), 2, "nothing for jörg, though the relay offers SMTPUTF8");
    for mail in &mails {
        assert!(mail.data.is_ascii(), "{}", String::from_utf8_lossy(&mail.data));
        assert!(mail.from.starts_with("rueck+") && mail.from.ends_with("@xn--mnchen-3ya.example"), "{}", mail.from);
    }
    for line in app.relay.commands() {
        assert!(line.is_ascii() && !line.contains("SMTPUTF8"), "{line}");
    }
    assert_eq!(app.relay.commands()[0], "EHLO rundbrief.xn--mnchen-3ya.example");
    let issue = crate::support::mails::Mail::parse(&mails[1].data);
    let head = String::from_utf8(mails[1].data.clone()).unwrap();
    assert!(head.contains("List-Owner: <mailto:Kontakt@xn--mnchen-3ya.example>\r\n"), "{head}");
    assert!(issue.header("From").ends_with("<news@xn--mnchen-3ya.example>"), "{}", issue.header("From"));
    // People see what was written, programs get what they need.
    let imprint = app.get("/imprint").await.body;
    assert!(
        imprint.contains("Kontakt@münchen.example") && imprint.contains("\"mailto:Kontakt@xn--mnchen-3ya.example\""),
        "{imprint}"
    );
    let statement = app.get("/accessibility").await.body;
    assert!(statement.contains("\"mailto:j%C3%B6rg@xn--mnchen-3ya.example\""), "{statement}");
});

each_database!(
    an_address_that_stands_in_every_mail_is_ascii_before_the_at_whatever_the_relay_takes,
    with_smtputf8(),
    |app| async move {
        use rundbrief::domain::address::AddressError;
        use rundbrief::domain::language::Language;
        use rundbrief::journeys::newsletters::{self, NewsletterError, NewsletterRequest};
        let now = app.now();
        for (from, expected) in [("nächte@example.org", None), ("news@KÖLN.example", Some("news@xn--kln-sna.example"))] {
            let request = NewsletterRequest {
                slug: "second".to_owned(),
                name: "Second".to_owned(),
                from_name: "Children's Centre".to_owned(),
                from_address: from.to_owned(),
                languages: vec![Language::De],
                cadence: None,
                zone: "Europe/Berlin".to_owned(),
            };
            let added = app.store.write(move |conn| newsletters::add(conn, now, &request)).await;
            match expected {
                None => assert!(matches!(added, Err(NewsletterError::Address(AddressError::OwnInternational))), "{added:?}"),
                Some(wire) => {
                    added.unwrap();
                    assert_eq!(app.database.texts("SELECT from_address AS value FROM newsletters WHERE slug = 'second'"), [wire]);
                }
            }
        }
    }
);

each_database!(a_test_to_an_address_that_the_relay_cannot_carry_is_refused_at_once, |app| async move {
    use rundbrief::domain::address::Address;
    use rundbrief::journeys::preview::{self, TestAnswer};
    app.news_in("Treffen", &["de"]).await;
    let (context, now) = (app.app.context.clone(), app.now());
    let to = Address::parse("jörg@example.org").unwrap();
    let answer = app.store.write(move |conn| preview::send_test(conn, &context, now, "weekly", &to, None)).await.unwrap();
    assert_eq!(answer, TestAnswer::NotCarried);
    assert_eq!(app.deliveries("queued"), 0);
});
