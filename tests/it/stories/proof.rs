//! Proof of dispatch at an operator's terminal: what was sent to whom, when, and what the relay said; sealed, so that whoever
//! changes it is found out; compared with the ledger as it is now.

use std::collections::BTreeMap;
use std::process::Command;

use jiff::{Timestamp, Zoned};
use rundbrief::journeys::JourneyError;
use rundbrief::journeys::proof::{self, Begun};
use serde_json::Value;

use crate::support::app::each_database;
use crate::support::browser::Browser;
use crate::support::database::Kind;
use crate::support::instance::{Instance, each_instance};
use crate::support::mails::Mail;
use crate::support::process;
use crate::support::relay::FakeRelay;

/// Readers whose mails end in every way there is: address, state, what the page says of it, the relay's answer.
const READERS: [(&str, &str, &str, &str); 6] = [
    ("ada@example.org", "sent", "handed over", "250 2.0.0"),
    ("bounce-550@example.org", "bounced", "the recipient’s address was refused", "550 5.1.1"),
    ("policy-571@example.org", "failed", "by its own rules; the recipient is not to blame", "571 5.7.1"),
    ("defer-451@example.org", "queued", "the mail server put it off; it is tried again", "451 "),
    ("drop-after-data@example.org", "unknown", "its answer to the end of the mail did not come", ""),
    ("defer-452@example.org", "skipped", "the recipient had unsubscribed before", "452 "),
];

/// Issue 1 of `weekly` has gone out as far as it could.
fn delivered(instance: &Instance) {
    instance.newsletter();
    instance.news("Treffen & Fest");
    for (address, ..) in READERS {
        instance.subscriber(address);
    }
    instance.database.execute("UPDATE subscribers SET name = 'Ada <b>Löwe</b>' WHERE address = 'ada@example.org'");
    instance.done(&["issue", "publish", "weekly"]);
    instance.done(&["deliver", "--until-idle"]);
    let left =
        "UPDATE deliveries SET state = 'skipped', reason = 'unsubscribed', ended_at = due_at WHERE address LIKE 'defer-452%'";
    instance.database.execute(left);
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The rows of a document by address.
fn rows(document: &Value) -> BTreeMap<String, Value> {
    let rows = document["deliveries"].as_array().unwrap();
    rows.iter().map(|row| (row["address"].as_str().unwrap().to_owned(), row.clone())).collect()
}

each_instance!(a_proof_says_what_was_sent_to_whom_when_and_what_the_relay_answered, |instance, relay| async move {
    delivered(&instance);
    let printed = instance.done(&["proof", "weekly", "1", "--json"]);
    let document = json(&printed);
    assert_eq!(
        (&document["format"], &document["newsletter"], &document["number"], &document["of"]),
        (&"rundbrief-proof-1".into(), &"weekly".into(), &1.into(), &"issue".into())
    );
    let edition = &document["editions"][0];
    assert_eq!((&edition["language"], &edition["unchanged"]), (&"de".into(), &true.into()));
    let mail = Mail::parse(&relay.received()[0].data);
    assert_eq!(edition["subject"].as_str().unwrap(), mail.subject);
    let hash = if instance.database.kind == Kind::Sqlite { "lower(hex(hash))" } else { "encode(hash, 'hex')" };
    assert_eq!([edition["sha256"].as_str().unwrap()], *instance.database.texts(&format!("SELECT {hash} AS value FROM editions")));

    let rows = rows(&document);
    assert_eq!(rows.len(), READERS.len());
    let page = instance.done(&["proof", "weekly", "1"]);
    for (address, state, words, answer) in READERS {
        let row = &rows[address];
        assert_eq!(row["state"], state, "{row}");
        assert!(row["in_words"].as_str().unwrap().contains(words), "{row}");
        let said = format!("{} {}", row["reply"]["code"], row["reply"]["text"].as_str().unwrap());
        assert!(said.starts_with(answer), "{said}");
        assert_eq!(row["handed_over_at"].is_null(), state != "sent", "{row}");
        let line = page.lines().find(|line| line.contains(&format!("<th scope=\"row\">{address}"))).unwrap();
        for shown in [words, answer] {
            assert!(line.contains(shown), "\"{shown}\" is not in {line}");
        }
        let id = row["message_id"].as_str().unwrap();
        assert!(line.contains(&id.replace('<', "&lt;").replace('>', "&gt;")), "{id} is not in {line}");
    }
    let ada = &rows["ada@example.org"];
    assert_eq!(ada["message_id"].as_str().unwrap(), mail.header("Message-ID"));
    assert_eq!(ada["reply"]["stage"], "final dot");
    let at: Timestamp = ada["handed_over_at"].as_str().unwrap().parse().unwrap();
    let local: Zoned = ada["handed_over_local"].as_str().unwrap().parse().unwrap();
    assert_eq!((local.timestamp(), local.time_zone().iana_name()), (at, Some("Europe/Berlin")));
    assert!(page.contains("Ada &lt;b&gt;Löwe&lt;/b&gt;") && !page.contains("<b>Löwe"), "a name is no markup");
    assert!(page.contains(&format!("datetime=\"{at}\"")), "{at}");

    // Of a doubt that staff accepted nobody claims that the relay took it.
    instance.done(&["issue", "resolve", "weekly", "1", "--unknown", "accept"]);
    let printed = instance.done(&["proof", "weekly", "1", "--json", "--address", "Drop-After-Data@example.org"]);
    let document = json(&printed);
    assert_eq!((&document["of"], document["deliveries"].as_array().unwrap().len()), (&"address".into(), 1));
    let row = &document["deliveries"][0];
    assert!(row["handed_over_at"].is_null() && !row["ended_at"].is_null(), "{row}");
    assert!(row["in_words"].as_str().unwrap().starts_with("taken as sent by staff: the mail server’s answer had not come"));
});

each_instance!(the_page_is_whole_in_itself_and_in_three_languages, |instance, _relay| async move {
    delivered(&instance);
    for (language, title) in
        [("en", "Proof of dispatch"), ("de", "Versandnachweis"), ("de-simple", "Nachweis: Das haben wir verschickt")]
    {
        let page = instance.done(&["proof", "weekly", "1", "--language", language]);
        assert!(page.starts_with("<!doctype html>\n"), "{page}");
        assert!(page.contains(&format!("<html lang=\"{language}\">")));
        assert!(page.contains(&format!("<h1>{title}</h1>")) && page.contains(&format!("<title>{title}: Wochenblatt, ")));
        for no in ["<script", "<link", "<img", "src=", "@import", "url(", "onload", "href=\"http"] {
            assert!(!page.contains(no), "{no} is in the page");
        }
        let tables: Vec<&str> = page.split("<table").skip(1).collect();
        assert_eq!(tables.len(), 3);
        for table in tables {
            assert!(table.contains("<thead><tr><th scope=\"col\">") && table.contains("<th scope=\"row\">"), "{table}");
        }
    }
});

/// Everybody can do this with what every Linux has; the page prints the command for its own form.
fn sha256_by_hand(instance: &Instance, seal: &str, file: &str) -> String {
    let command = format!("sed '/^{seal}/,$d' {file} | sha256sum");
    let printed = process::output(Command::new("sh").args(["-c", &command]).current_dir(instance.folder.path()));
    printed.split(' ').next().unwrap().to_owned()
}

each_instance!(whoever_changes_an_octet_of_a_proof_is_found_out, |instance, _relay| async move {
    delivered(&instance);
    for (form, seal) in [("json", "\"seal\":"), ("html", "<footer id=\"seal\">")] {
        let name = format!("proof.{form}");
        let out = ["proof", "weekly", "1", "--out", &name];
        instance.done(&if form == "json" { [&out[..], &["--json"]].concat() } else { out.to_vec() });
        let file = instance.folder.path().join(&name);
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "it is full of addresses");
        let told = instance.done(&["proof", "verify", &name]);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines.len(), 3, "{told}");
        assert!(lines.iter().all(|line| line.starts_with("ok    ")), "{told}");
        assert!(lines[1].contains("this instance made it") && lines[2].contains("the same of all 6 mails"), "{told}");
        let hash = sha256_by_hand(&instance, seal, &name);
        assert!(lines[0].ends_with(&hash), "{told} {hash}");

        let whole = std::fs::read(&file).unwrap();
        let text = String::from_utf8(whole.clone()).unwrap();
        if form == "html" {
            assert!(text.contains("sed &#x27;/^&lt;footer id&#x3D;&quot;seal&quot;&gt;/,$d&#x27; FILE | sha256sum"), "{text}");
        }
        let changed = |octets: &[u8]| {
            instance.file("changed", octets);
            instance.refused(1, &["proof", "verify", "changed"])
        };
        for part in ["ada@", "250", "Treffen", "deliver", "rundbrief-proof", "</tr>", "seal", "hmac", "HMAC"] {
            for at in text.match_indices(part).map(|(at, _)| at + 1) {
                let mut octets = whole.clone();
                octets[at] ^= 1;
                changed(&octets);
            }
        }
        for at in [whole.len() - 1, whole.len() - 5, whole.len() - 80] {
            let mut octets = whole.clone();
            octets[at] ^= 1;
            changed(&octets);
            changed(&whole[..at]);
        }
        changed(&[&whole[..], b"more"].concat());
        let without: Vec<&str> = text.lines().filter(|line| !line.contains("bounce-550@")).collect();
        assert!(changed(format!("{}\n", without.join("\n")).as_bytes()).contains("was changed after it was made"));
        assert!(changed(text.replace('\n', "\r\n").as_bytes()).contains("changed"));
        let cut = text.split(seal).next().unwrap();
        assert!(changed(cut.as_bytes()).contains("no complete proof"));
        assert!(changed(b"").contains("no complete proof") && changed(b"Hello\n").contains("no proof of dispatch"));
    }
});

each_instance!(a_forged_proof_has_a_right_hash_and_a_wrong_maker, |instance, _relay| async move {
    delivered(&instance);
    for (form, seal) in [("json", "\"seal\":"), ("html", "<footer id=\"seal\">")] {
        let printed = instance.done(if form == "json" { &["proof", "weekly", "1", "--json"] } else { &["proof", "weekly", "1"] });
        instance.file("made", printed.as_bytes());
        let honest = sha256_by_hand(&instance, seal, "made");
        instance.file("forged", printed.replace("bounce-550@", "somebody@").as_bytes());
        let forged = std::fs::read_to_string(instance.folder.path().join("forged")).unwrap();
        let hash = sha256_by_hand(&instance, seal, "forged");
        instance.file("forged", forged.replace(&honest, &hash).as_bytes());
        let told = instance.refused(1, &["proof", "verify", "forged"]);
        assert!(told.contains("was not made by this instance") && told.contains("HMAC"), "{told}");

        // Somebody else, who has no key, learns that the hash is right, and that this is not all there is to know.
        let elsewhere = Instance::unmade(Kind::Sqlite, "file:///nowhere");
        let (forged, made) = (instance.folder.path().join("forged"), instance.folder.path().join("made"));
        for file in [forged, made] {
            let told = elsewhere.done(&["proof", "verify", file.to_str().unwrap()]);
            assert!(told.starts_with("ok    ") && told.contains("note  who made it was not checked"), "{told}");
        }
        assert!(!elsewhere.database.file().exists(), "nothing was made for a question");
    }
    // A key that was replaced since still knows its own work.
    let keys = instance.folder.path().join("secret.keys");
    let more = rundbrief::domain::token::Keyring::generate_line(2).unwrap();
    std::fs::write(&keys, format!("{}{more}\n", std::fs::read_to_string(&keys).unwrap())).unwrap();
    assert!(instance.done(&["proof", "verify", "made"]).contains("this instance made it (key 1)"));
    instance.file("newer", instance.done(&["proof", "weekly", "1"]).as_bytes());
    assert!(instance.done(&["proof", "verify", "newer"]).contains("this instance made it (key 2)"));
});

each_instance!(what_was_changed_or_erased_since_is_named_as_such, |instance, _relay| async move {
    delivered(&instance);
    let id = |address: &str| {
        instance.database.number(&format!("SELECT id AS value FROM deliveries WHERE address = '{address}'")).to_string()
    };
    let (ada, deferred, bounced) = (id("ada@example.org"), id("defer-451@example.org"), id("bounce-550@example.org"));
    instance.done(&["proof", "weekly", "1", "--out", "proof.html", "--language", "de"]);
    instance.done(&["proof", "weekly", "1", "--out", "proof.json", "--json"]);
    instance.database.execute("UPDATE deliveries SET state = 'sent', node_id = NULL, code = 250, reply = '2.0.0 queued at last', ended_at = 9 WHERE address = 'defer-451@example.org'");
    instance.database.execute("DELETE FROM deliveries WHERE address = 'ada@example.org'");
    instance.database.execute("UPDATE deliveries SET address = '' WHERE address = 'bounce-550@example.org'");
    for file in ["proof.html", "proof.json"] {
        let told = instance.done(&["proof", "verify", file]);
        for words in [
            "is as it was made",
            &format!("delivery {ada} was erased since"),
            &format!("delivery {bounced} was erased since"),
            &format!(
                "delivery {deferred} changed since; the ledger now says: sent at 1970-01-01T00:00:00.000009Z, RCPT: 250 2.0.0 queued at last"
            ),
            "of 6 mails 3 are the same, 1 changed, 2 erased",
        ] {
            assert!(told.contains(words), "{words} is missing in {told}");
        }
    }
    // The content of an edition as well.
    instance.done(&["proof", "weekly", "1", "--out", "later.html"]);
    let content = std::fs::read_to_string(instance.folder.path().join("later.html")).unwrap();
    assert!(content.contains("unchanged since it was published") && !content.contains("NOT what was noted"));
    instance.database.execute("UPDATE editions SET hash = substr(hash, 2)");
    assert!(instance.done(&["proof", "weekly", "1"]).contains("NOT what was noted when it was published"));
});

each_instance!(what_cannot_be_proven_is_told_in_a_sentence, |instance, _relay| async move {
    delivered(&instance);
    for (code, arguments, words) in [
        (1, &["proof", "weekly", "7"][..], "no published issue 7"),
        (1, &["proof", "daily", "1"], "daily"),
        (1, &["proof", "weekly", "1", "--address", "nobody@example.org"], "no delivery to nobody@example.org"),
        (2, &["proof", "weekly", "1", "--address", "nobody"], "@"),
        (2, &["proof", "weekly", "1", "--language", "fr"], "de-simple"),
        (1, &["proof", "verify", "absent.html"], "absent.html"),
        (1, &["proof", "weekly", "1", "--out", "secret.keys"], "is there already"),
    ] {
        let told = instance.refused(code, arguments);
        assert!(told.contains(words), "{words} is missing in: {told}");
    }
    for arguments in [&["proof"][..], &["proof", "weekly"], &["proof", "weekly", "first"], &["proof", "verify"]] {
        assert_eq!(instance.run(arguments).code, Some(2), "{arguments:?}");
    }
});

each_database!(every_row_of_a_great_issue_comes_once_also_those_that_name_nobody, |app| async move {
    app.crowd(2_345).await;
    app.publishes("Treffen").await;
    app.fans_out(1).await;
    app.database.execute("UPDATE deliveries SET subscriber_id = NULL WHERE id % 2 = 0");
    let now = app.now();
    let (count, ids) = app
        .store
        .read(move |conn| {
            let Begun::Proof(proof) = proof::begin(conn, now, "weekly", 1, None)? else { panic!("it is published") };
            let mut ids = Vec::new();
            let count = proof.rows(conn, |row| {
                ids.push(row.delivery);
                Ok::<_, JourneyError>(())
            })?;
            Ok::<_, JourneyError>((count, ids))
        })
        .await
        .unwrap();
    let mut each = ids.clone();
    each.sort_unstable();
    each.dedup();
    assert_eq!((count, ids.len(), each.len()), (2_345, 2_345, 2_345));
});

#[tokio::test(flavor = "multi_thread")]
async fn in_a_browser_the_page_fits_a_phone_and_complains_of_nothing() {
    let relay = FakeRelay::start().await;
    let instance = Instance::on(Kind::Sqlite, &relay.url());
    delivered(&instance);
    let browser = Browser::start().await;
    for (name, arguments) in [
        ("proof", &["proof", "weekly", "1", "--language", "de"][..]),
        ("proof-of-one", &["proof", "weekly", "1", "--address", "ada@example.org"]),
    ] {
        let file = instance.file(&format!("{name}.html"), instance.done(arguments).as_bytes());
        browser.client().goto(&format!("file://{file}")).await.unwrap();
        browser.fits(name).await;
    }
}
