//! An import that is killed goes on where it was; one that is complete is not done again.
//!
//! `IMPORT_ROWS=1000000 tests/run a_great_file` imports so many rows instead of 20,000, and says how long it took.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use rundbrief::scheduler;

use super::import::{EVIDENCE, done, imports, the_chain_holds};
use crate::support::app::{TestApp, each_database};
use crate::support::chance::{Chance, number};
use crate::support::instance::Ran;
use crate::support::process::Process;

/// A made-up list; every tenth row is of no use.
fn list(rows: usize) -> String {
    let mut list = String::from("email,name,status,date\n");
    for n in 1..=rows {
        let status = if n % 10 == 0 { "unsubscribed" } else { "active" };
        // Scattered, as real addresses are.
        let scattered = n.wrapping_mul(2_654_435_761) % 4_294_967_296;
        writeln!(list, "r{scattered:08x}-{n}@example.org,Ada Beispiel {n},{status},2020-01-02 03:04:05").unwrap();
    }
    list
}

each_database!(an_import_killed_at_any_instant_loses_nobody_and_takes_nobody_twice, |app| async move {
    let rows = 30_000;
    let (mut chance, seed) = Chance::new();
    let path = app.folder.path().join("list.csv");
    std::fs::write(&path, list(rows)).unwrap();
    let path = path.display().to_string();
    let arguments = ["subscribers", "import", "weekly", &path, "--evidence", EVIDENCE];
    let (mut kills, mut reached) = (0, 0);
    // Whoever looks late finds the import over: then there were fewer kills, but never none.
    loop {
        let log = app.folder.path().join(format!("run-{kills}"));
        let mut process = Process::start(&mut app.command(&arguments, &[]), &log);
        if kills == 3 || (kills > 0 && reached == rows as i64) {
            assert_eq!(process.ends(), Some(0), "{}", app.log(&format!("run-{kills}")));
            let said = app.log(&format!("run-{kills}")).replace('\u{202f}', " ");
            assert!(said.contains("it goes on behind them") || said.contains("was imported already"), "{said}");
            break;
        }
        let furthest = "SELECT coalesce(max(rows_done), 0) AS value FROM imports";
        while app.database.number(furthest) <= reached && !process.has_ended() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_micros(chance.below(100_000))).await;
        process.signal("KILL");
        process.stop();
        kills += 1;
        let before = reached;
        reached = app.database.number(furthest);
        assert!(reached >= before);
        let added = app.database.number("SELECT coalesce(max(added), 0) AS value FROM imports");
        assert_eq!(added, reached / 10 * 9, "seed {seed}");
        for table in ["subscribers", "subscriptions", "consent_records", "consent_details"] {
            assert_eq!(count(&app, table), added, "seed {seed}: {table} after {kills} kills");
        }
    }
    everybody_is_there_once(&app, rows).await;

    let again = Ran::of(&mut app.command(&arguments, &[]));
    let said = done(&again);
    assert!(said.contains("was imported already on 20") && said.contains("27 000 people"), "{said}");
    everybody_is_there_once(&app, rows).await;
});

each_database!(two_runs_of_one_import_at_once_take_nobody_twice, |app| async move {
    // Together well within the half minute that SQLite lets one wait for the other, also on a slow machine.
    let rows = 10_000;
    let path = app.folder.path().join("list.csv");
    std::fs::write(&path, list(rows)).unwrap();
    let path = path.display().to_string();
    let arguments = ["subscribers", "import", "weekly", &path, "--evidence", EVIDENCE];
    let mut both = [1, 2].map(|n| Process::start(&mut app.command(&arguments, &[]), &app.folder.path().join(format!("run-{n}"))));
    let codes = both.each_mut().map(Process::ends);
    let said = [1, 2].map(|n| app.log(&format!("run-{n}")));
    assert!(codes.contains(&Some(0)), "one of them goes through: {said:?}");
    for (code, said) in codes.iter().zip(&said) {
        assert!(*code == Some(0) || said.contains("somebody else runs this import"), "{code:?}: {said}");
    }
    everybody_is_there_once(&app, rows).await;
});

each_database!(an_import_goes_on_only_with_the_same_word, |app| async move {
    let file = list(20);
    assert!(done(&imports(&app, "list.csv", file.as_bytes(), &[])).contains("20 rows, 18 added"));
    // As if it had been killed after ten rows of these.
    app.database.execute("UPDATE imports SET ended_at = NULL, rows_done = 10, added = 9");
    let path = app.folder.path().join("list.csv").display().to_string();
    let other = Ran::of(&mut app.command(&["subscribers", "import", "weekly", &path, "--evidence", "Another"], &[]));
    assert!(other.code == Some(2) && other.err.contains("begun with another --evidence"), "{other:?}");
    let said = done(&imports(&app, "list.csv", file.as_bytes(), &[]));
    for words in ["did 10 rows", "20 rows, 0 added to weekly (and 9 by the earlier run)", "9 came twice", "2 left out"] {
        assert!(said.contains(words), "{words}: {said}");
    }
});

each_database!(a_great_file_is_taken_in_whole, |app| async move {
    let rows = usize::try_from(number("IMPORT_ROWS", 20_000)).unwrap();
    let said = done(&imports(&app, "list.csv", list(rows).as_bytes(), &[]));
    assert!(said.contains("left out, as the file says: unsubscribed"), "{said}");
    everybody_is_there_once(&app, rows).await;
});

fn count(app: &TestApp, table: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) AS value FROM {table}"))
}

async fn everybody_is_there_once(app: &TestApp, rows: usize) {
    let people = rows as i64 / 10 * 9;
    for table in ["subscribers", "consent_records", "consent_details"] {
        assert_eq!(count(app, table), people, "{table}");
    }
    let active = "SELECT count(DISTINCT activation) AS value FROM subscriptions WHERE state = 'active'";
    assert_eq!(app.database.number(active), people);
    assert_eq!(app.database.number("SELECT activations AS value FROM newsletters"), people);
    let context = Arc::clone(&app.app.context);
    while count(app, "consent_records WHERE sealed IS NULL") > 0 {
        scheduler::beat(&app.store, &context, &app.clock).await.unwrap();
    }
    if rows <= 100_000 {
        the_chain_holds(app, rows / 10 * 9);
    }
}
