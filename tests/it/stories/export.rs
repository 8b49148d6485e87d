//! Readers go into a file that spreadsheets can open without harm, and come back from it.

use rundbrief::domain::language::Language;

use super::import::{active, done, imports};
use crate::support::app::{TestApp, each_database};
use crate::support::instance::Ran;

const HEAD: &str = "\u{feff}address,name,language,state,requested_at,confirmed_at,ended_at,ended_channel\r\n";

fn export(app: &TestApp, further: &[&str]) -> Ran {
    Ran::of(&mut app.command(&[&["subscribers", "export", "weekly"], further].concat(), &[]))
}

each_database!(an_export_opens_in_a_spreadsheet_without_harm, |app| async move {
    assert_eq!(done(&export(&app, &[])), HEAD);
    app.active("ada@example.org", Language::De).await;
    app.active("+bob@example.org", Language::En).await;
    assert_eq!(app.asks("cleo@example.org", "en").await.status, 200);
    app.database.execute("UPDATE subscribers SET name = '=HYPERLINK(\"http://example.com\")' WHERE address = 'ada@example.org'");
    let at = "2026-03-02T09:00:00Z";
    let expected = format!(
        "{HEAD}ada@example.org,\"'=HYPERLINK(\"\"http://example.com\"\")\",de,active,{at},{at},,\r\n\
         '+bob@example.org,,en,active,{at},{at},,\r\n\
         cleo@example.org,,en,pending,{at},,,\r\n"
    );
    assert_eq!(done(&export(&app, &[])), expected);

    let file = app.folder.path().join("readers.csv");
    let path = file.display().to_string();
    assert!(done(&export(&app, &["--output", &path])).contains("holds 3 subscriptions"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), expected);
    let again = export(&app, &["--output", &path]);
    assert!(again.code == Some(1) && again.err.contains("is there already"), "{again:?}");
    let nowhere = Ran::of(&mut app.command(&["subscribers", "export", "daily"], &[]));
    assert!(nowhere.code == Some(1) && nowhere.err.contains("there is no newsletter"), "{nowhere:?}");
});

each_database!(what_was_exported_comes_back_the_same, |app| async move {
    let other = TestApp::on(app.database.kind).await;
    for (address, name, language) in [
        ("ada@example.org", "=1+1", Language::De),
        ("+bob@example.org", "'=quoted", Language::En),
        ("'=cleo@example.org", "Cléo \"die Große\", M.A.; x", Language::DeSimple),
        ("Dora@Example.org", "", Language::De),
        ("emil@bücher.example", "", Language::De),
    ] {
        app.active(address, language).await;
        let (name, address) = (name.replace('\'', "''"), address.replace('\'', "''"));
        app.database.execute(&format!("UPDATE subscribers SET name = '{name}' WHERE address = '{address}' AND '{name}' <> ''"));
    }
    assert_eq!(app.asks("frida@example.org", "en").await.status, 200);
    app.active("gerd@example.org", Language::De).await;
    app.database.execute(
        "UPDATE subscriptions SET state = 'ended', ended_at = 1, ended_channel = 'page' \
         WHERE subscriber_id = (SELECT id FROM subscribers WHERE address = 'gerd@example.org')",
    );
    let file = done(&export(&app, &[]));
    assert_eq!(file.lines().count(), 8);

    let said = done(&imports(&other, "readers.csv", file.as_bytes(), &[]));
    for words in ["readers.csv: rundbrief, UTF-8", "7 rows, 5 added", "1 left out, as the file says: unconfirmed", "unsubscribed"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(active(&other), active(&app));
    assert_eq!(active(&other).len(), 5);
});

each_database!(an_export_for_excel_has_columns_and_dates_and_comes_back, |app| async move {
    let other = TestApp::on(app.database.kind).await;
    app.active("ada@example.org", Language::De).await;
    app.active("+bob@example.org", Language::En).await;
    app.database.execute("UPDATE subscribers SET name = 'Lovelace; \"Ada\", =1+1' WHERE address = 'ada@example.org'");
    app.database.execute("UPDATE subscribers SET name = '=1+1' WHERE address = '+bob@example.org'");
    app.active("gerd@example.org", Language::De).await;
    app.database.execute(
        "UPDATE subscriptions SET state = 'ended', ended_at = 1769904000123456, ended_channel = 'page' \
         WHERE subscriber_id = (SELECT id FROM subscribers WHERE address = 'gerd@example.org')",
    );
    app.database.execute("UPDATE newsletters SET zone = 'Europe/Berlin'");
    // 9:00 UTC in winter; 0:00 UTC on the first of February.
    let at = "2026-03-02 10:00:00";
    let head = HEAD.replace(',', ";");
    let expected = format!(
        "{head}ada@example.org;\"Lovelace; \"\"Ada\"\", =1+1\";de;active;{at};{at};;\r\n\
         '+bob@example.org;'=1+1;en;active;{at};{at};;\r\n\
         gerd@example.org;;de;ended;{at};{at};2026-02-01 01:00:00;page\r\n"
    );
    let file = done(&export(&app, &["--for", "excel"]));
    assert_eq!(file, expected);
    let path = app.folder.path().join("excel.csv").display().to_string();
    let said = done(&export(&app, &["--for", "excel", "--output", &path]));
    assert!(said.contains("3 subscriptions; times are those of Europe/Berlin"), "{said}");
    let wrong = export(&app, &["--for", "word"]);
    assert!(wrong.code == Some(2) && wrong.err.contains("possible values: excel"), "{wrong:?}");

    // As a German Excel saves it again: its own dates, Windows-1252, no mark.
    let saved =
        file.trim_start_matches('\u{feff}').replace(at, "02.03.2026 10:00").replace("2026-02-01 01:00:00", "01.02.2026 01:00");
    for (name, content) in [("back.csv", file.as_str()), ("saved.csv", saved.as_str())] {
        let said = done(&imports(&other, name, content.as_bytes(), &[]));
        assert!(said.contains("rundbrief, UTF-8") && said.contains("left out, as the file says: unsubscribed"), "{said}");
        assert_eq!(active(&other), active(&app), "{name}");
    }
});
