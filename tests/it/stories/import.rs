//! Readers come from elsewhere: files of other systems, who stays out, mistakes, and what is kept of it.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use rundbrief::domain::language::Language;
use rundbrief::domain::states::SuppressionReason;
use rundbrief::scheduler;
use rundbrief::store::{StoreError, suppressions};

use crate::support::app::{TestApp, each_database};
use crate::support::instance::Ran;
use crate::support::mails::link_in_text;

pub const EVIDENCE: &str = "Double opt-in until 2026 in the old system, archived under Az. 12/2026";

/// Writes a file beside the keys and imports it into `weekly` by the real program.
pub fn imports(app: &TestApp, name: &str, content: &[u8], further: &[&str]) -> Ran {
    let path = app.folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    let path = path.display().to_string();
    let arguments = [&["subscribers", "import", "weekly", path.as_str(), "--evidence", EVIDENCE], further].concat();
    Ran::of(&mut app.command(&arguments, &[]))
}

/// What it says when it works, with ordinary spaces in numbers.
pub fn done(ran: &Ran) -> String {
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.out.replace('\u{202f}', " ")
}

/// Who gets `weekly`: address, name and language, in the order of addresses.
pub fn active(app: &TestApp) -> Vec<String> {
    app.database.texts(
        "SELECT s.address || ' ' || coalesce(s.name, '') || ' ' || u.language AS value FROM subscriptions u \
         JOIN subscribers s ON s.id = u.subscriber_id WHERE u.state = 'active' AND u.activation IS NOT NULL \
         AND u.confirmed_at IS NOT NULL ORDER BY s.address",
    )
}

fn count(app: &TestApp, table: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) AS value FROM {table}"))
}

each_database!(the_files_of_three_systems_are_understood, |app| async move {
    let listmonk = "uuid,email,name,attributes,status,created_at,updated_at\n\
        8a7c,ada@example.org,Ada Beispiel,\"{\"\"city\"\": \"\"Leipzig\"\"}\",enabled,2020-01-02 03:04:05,2020-01-02 03:04:05\n\
        8a7d,bob@example.org,,{},blocklisted,2020-01-02 03:04:05,2020-01-02 03:04:05\n\
        8a7e,cleo@example.org,,{},disabled,2020-01-02 03:04:05,2020-01-02 03:04:05\n";
    let said = done(&imports(&app, "subscribers.csv", listmonk.as_bytes(), &["--map", "status=status"]));
    assert!(said.contains("subscribers.csv: listmonk, UTF-8; columns not used: uuid, attributes, updated_at\n"), "{said}");
    for words in
        ["3 rows, 1 added to weekly\n", "1 left out, as the file says: blocklisted", "1 left out, as the file says: deactivated"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }

    let head = "\"Email Address\",\"First Name\",\"Last Name\",\"MEMBER_RATING\",\"OPTIN_TIME\",\"OPTIN_IP\",\"CONFIRM_TIME\",\"CONFIRM_IP\",\"LEID\",\"EUID\",\"TAGS\"";
    let mailchimp = format!(
        "{head}\n\"dora@example.org\",Dora,Muster,2,\"2019-05-06 07:08:09\",192.0.2.1,\"2019-05-06 07:10:00\",192.0.2.1,1,x,\n"
    );
    assert!(done(&imports(&app, "subscribed.csv", mailchimp.as_bytes(), &[])).contains("1 rows, 1 added"));
    let gone =
        format!("{head},\"UNSUB_TIME\",\"UNSUB_REASON\"\nemil@example.org,,,2,2019-05-06,,2019-05-06,,1,x,,2020-01-01,N/A\n");
    assert!(
        done(&imports(&app, "unsubscribed.csv", gone.as_bytes(), &[])).contains("1 left out, as the file says: unsubscribed")
    );
    let cleaned = format!("{head},\"CLEAN_TIME\"\nfrida@example.org,,,2,2019-05-06,,2019-05-06,,1,x,,2020-01-01\n");
    assert!(done(&imports(&app, "cleaned.csv", cleaned.as_bytes(), &[])).contains("1 left out, as the file says: cleaned"));

    let cleverreach = "email;registered;activated;deactivated;source;bounced;Vorname;Nachname\r\n\
        gerd@example.org;1577836800;1577836900;0;Formular;0;Gerd;Übel\r\n\
        hans@example.org;1577836800;0;0;Formular;0;;\r\n\
        ina@example.org;1577836800;1577836900;1600000000;Formular;0;;\r\n";
    let said = done(&imports(&app, "cleverreach.csv", format!("\u{feff}{cleverreach}").as_bytes(), &[]));
    for words in ["3 rows, 1 added", "1 left out, as the file says: unconfirmed", "1 left out, as the file says: deactivated"] {
        assert!(said.contains(words), "{words}: {said}");
    }

    let german = "Anrede\tVorname\tName\tE-Mail\tSprache\nHerr\tJürgen\tMüller\tjuergen@example.org\tEnglisch\n";
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(german);
    assert!(done(&imports(&app, "liste.txt", &windows, &[])).contains("plain, Windows-1252; columns not used: Anrede"));
    assert_eq!(
        active(&app),
        [
            "ada@example.org Ada Beispiel de",
            "dora@example.org Dora Muster de",
            "gerd@example.org Gerd Übel de",
            "juergen@example.org Jürgen Müller en"
        ]
    );
    assert_eq!(count(&app, "deliveries"), 0, "nobody is mailed");
});

each_database!(who_left_or_is_suppressed_stays_out_and_who_waits_comes_in, |app| async move {
    app.active("ada@example.org", Language::En).await;
    assert_eq!(app.asks("bob@example.org", "en").await.status, 200);
    app.subscriber("carl@example.org").await;
    app.publishes("Treffen").await;
    app.drain().await;
    let link = link_in_text(app.mails_to("carl@example.org").last().unwrap(), "unsubscribe");
    assert_eq!(app.post(&link, &[("List-Unsubscribe", "One-Click")]).await.status, 200);
    let (key_id, key) = app.app.context.keyring.address_key("dora@example.org");
    let objects = move |conn: &mut rundbrief::store::Conn| {
        suppressions::insert(conn, key_id, &key, SuppressionReason::Objection, "staff", 0)?;
        Ok::<_, StoreError>(())
    };
    app.store.write(objects).await.unwrap();

    let file = "email,name\nADA@example.org,Another\nbob@example.org,Bob\nCarl@example.org,\nDora@EXAMPLE.org,\nemil@example.org,Emil\nEmil@example.org,\n";
    let said = done(&imports(&app, "list.csv", file.as_bytes(), &[]));
    for words in [
        "6 rows, 2 added to weekly",
        "1 get it already",
        "1 came twice in the file",
        "1 stay out: they have left this newsletter here",
        "1 stay out: their addresses are suppressed",
        "Nobody was mailed.",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let expected = ["ada@example.org  en", "bob@example.org Bob de", "emil@example.org Emil de"];
    assert_eq!(active(&app), expected);
    let ended = "SELECT u.state AS value FROM subscriptions u JOIN subscribers s ON s.id = u.subscriber_id WHERE s.canonical = 'carl@example.org'";
    assert_eq!(app.database.texts(ended), ["ended"]);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM subscribers WHERE canonical = 'dora@example.org'"), 0);
    // Each has an activation of their own, and the next issue goes to all of them.
    let numbers = "SELECT count(DISTINCT activation) AS value FROM subscriptions WHERE state = 'active'";
    assert_eq!(app.database.number(numbers), 3);
    app.publishes("Lesung").await;
    app.drain().await;
    assert_eq!(app.mails_to("emil@example.org").len(), 1);
    assert_eq!(app.mails_to("dora@example.org").len(), 0);
});

each_database!(mistakes_are_told_by_row_and_a_dry_run_changes_nothing, |app| async move {
    let mut file = String::from(
        "E-Mail;Vorname;Sprache\nada@example.org;Ada;\nkeine-adresse;Bob;\nbob@example.org;B;fr\ncleo@example.org;Cleo\nada@example.org;;\n",
    );
    for n in 0..30 {
        file.push_str(&format!("wrong {n} secret@example.org;;\n"));
    }
    let errors = app.folder.path().join("errors.txt").display().to_string();
    let ran = imports(&app, "liste.csv", file.as_bytes(), &["--dry-run", "--errors", &errors]);
    let said = done(&ran);
    for words in
        ["35 rows, 1 would be added to weekly", "1 came twice in the file", "33 rows with mistakes", "nothing was changed"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    let told: Vec<&str> = ran.err.lines().collect();
    assert_eq!(told.len(), 21, "{told:?}");
    assert_eq!(told[0], "row 3: column \"E-Mail\": an e-mail address contains an @, like name@example.org");
    assert_eq!(told[1], "row 4: column \"Sprache\": the newsletter does not come in this language, but in de, en, de-simple");
    assert_eq!(told[2], "row 5: it has 2 columns, and the first row names 3");
    assert_eq!(told[20], "13 more rows with mistakes; --errors FILE writes all of them down");
    assert!(!ran.err.contains("secret"), "mistakes quote nobody: {}", ran.err);
    assert_eq!(std::fs::read_to_string(&errors).unwrap().lines().count(), 33);
    for table in ["subscribers", "subscriptions", "consent_records", "imports"] {
        assert_eq!(count(&app, table), 0, "{table}");
    }
    assert!(done(&imports(&app, "liste.csv", file.as_bytes(), &[])).contains("35 rows, 1 added to weekly"));
});

each_database!(what_is_not_clear_is_refused_with_what_to_do, |app| async move {
    let refused = |ran: Ran, code: i32| {
        assert_eq!(ran.code, Some(code), "{ran:?}");
        ran.err
    };
    let file = app.folder.path().join("list.csv").display().to_string();
    std::fs::write(&file, "email\nada@example.org\n").unwrap();
    let without = Ran::of(&mut app.command(&["subscribers", "import", "weekly", &file, "--dry-run"], &[]));
    assert!(refused(without, 2).contains("--evidence"));
    let empty = Ran::of(&mut app.command(&["subscribers", "import", "weekly", &file, "--evidence", " "], &[]));
    assert!(refused(empty, 2).contains("--evidence is empty"));
    let nowhere = Ran::of(&mut app.command(&["subscribers", "import", "daily", &file, "--evidence", "x"], &[]));
    assert!(refused(nowhere, 1).contains("there is no newsletter \"daily\""));

    let unknown = "Kontakt,Gekündigt\nada@example.org,ja\nbob@example.org,\n".as_bytes();
    assert!(refused(imports(&app, "a.csv", unknown, &[]), 1).contains("a.csv, row 1: no column holds the e-mail address"));
    let half = refused(imports(&app, "a.csv", unknown, &["--map", "email=Kontakt"]), 1);
    assert!(half.contains("it is not known what \"Gekündigt\" means"), "{half}");
    let mapped = imports(&app, "a.csv", unknown, &["--map", "email=Kontakt,ended=Gekündigt"]);
    assert!(done(&mapped).contains("2 rows, 1 added"), "{mapped:?}");

    assert!(refused(imports(&app, "b.csv", b"email\nx\n", &["--map", "email=Post"]), 2).contains("no column \"Post\""));
    assert!(refused(imports(&app, "b.csv", b"email\nx\n", &["--language", "fr"]), 2).contains("--language"));
    assert!(refused(imports(&app, "b.csv", b"", &[]), 1).contains("the file is empty"));
    assert!(refused(imports(&app, "b.csv", b"\xff\xfee\0", &[]), 1).contains("UTF-16"));
    let open = [b"email,name\nada@example.org,\"".as_slice(), "x\n".repeat(1_500_000).as_bytes()].concat();
    assert!(refused(imports(&app, "b.csv", &open, &[]), 1).contains("row 2: it does not end within a million octets"));
    assert_eq!(active(&app), ["bob@example.org  de"]);
});

each_database!(each_has_a_consent_record_and_the_chain_holds, |app| async move {
    let file = "E-Mail,Datum,Quelle,IP\nada@example.org,1.2.2020,Messe Leipzig,192.0.2.7\nbob@example.org,,,\n";
    done(&imports(&app, "messe.csv", file.as_bytes(), &["--language", "en"]));
    let bodies = "SELECT d.body AS value FROM consent_details d JOIN consent_records r ON r.id = d.consent_record_id \
         WHERE r.act = 'imported' ORDER BY r.id";
    let bodies: Vec<serde_json::Value> =
        app.database.texts(bodies).iter().map(|body| serde_json::from_str(body).unwrap()).collect();
    assert_eq!(bodies.len(), 2);
    let hash: String = digest(&SHA256, file.as_bytes()).as_ref().iter().map(|octet| format!("{octet:02x}")).collect();
    assert_eq!(
        bodies[0],
        serde_json::json!({
            "address": "ada@example.org", "canonical": "ada@example.org", "newsletter": "weekly", "language": "en",
            "channel": "import", "evidence": EVIDENCE, "file": hash,
            "row": { "number": 2, "says": { "Datum": "1.2.2020", "Quelle": "Messe Leipzig" } }, "subscriber": 1,
        })
    );
    assert!(!bodies[0].to_string().contains("192.0.2"), "no network address is taken over");
    assert_eq!(bodies[1]["row"], serde_json::json!({ "number": 3, "says": {} }));

    let context = Arc::clone(&app.app.context);
    scheduler::beat(&app.store, &context, &app.clock).await.unwrap();
    the_chain_holds(&app, 2);
});

/// Computes the chain anew, from salts and bodies on.
pub fn the_chain_holds(app: &TestApp, records: usize) {
    let hex = |column: &str| match app.database.kind {
        crate::support::database::Kind::Sqlite => format!("hex({column})"),
        crate::support::database::Kind::Postgres => format!("upper(encode({column}, 'hex'))"),
    };
    let sql = format!(
        "SELECT r.id || '|' || r.act || '|' || r.at || '|' || {} || '|' || {} || '|' || {} || '|' || d.body AS value \
         FROM consent_records r JOIN consent_details d ON d.consent_record_id = r.id WHERE r.sealed IS NOT NULL ORDER BY r.sealed",
        hex("r.commitment"),
        hex("r.hash"),
        hex("d.salt")
    );
    let bytes =
        |hex: &str| -> Vec<u8> { (0..hex.len() / 2).map(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).unwrap()).collect() };
    let rows = app.database.texts(&sql);
    assert_eq!(rows.len(), records, "each record is sealed");
    let mut previous = Vec::new();
    for row in rows {
        let [id, act, at, commitment, hash, salt, body] = row.splitn(7, '|').collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(digest(&SHA256, &[bytes(salt).as_slice(), body.as_bytes()].concat()).as_ref(), bytes(commitment), "{row}");
        let (id, at): (i64, i64) = (id.parse().unwrap(), at.parse().unwrap());
        let link = [&previous[..], &id.to_be_bytes(), act.as_bytes(), b"\0", &at.to_be_bytes(), &bytes(commitment)].concat();
        previous = digest(&SHA256, &link).as_ref().to_vec();
        assert_eq!(previous, bytes(hash), "{row}");
    }
}
