//! The rules of the house (ARCHITECTURE.md) as a test: who may use whom, and what is named in which room only.
//! It reads the source as text; every failure names file, line and rule.

use std::fmt;
use std::path::Path as FilePath;

use crate::support::rust_text::{self, Path, Token};

/// The rooms, and which other rooms each may use. What is not listed here may not be used, and arrows never run back.
const ROOMS: [(&str, &[&str]); 18] = [
    ("clock", &[]),
    ("domain", &[]),
    ("i18n", &["domain"]),
    ("telemetry", &[]),
    ("store", &["domain"]),
    ("mail", &["domain", "i18n"]),
    ("journeys", &["domain", "i18n", "store", "mail"]),
    ("delivery", &["clock", "domain", "i18n", "telemetry", "store", "mail", "journeys"]),
    ("feedback", &["clock", "domain", "i18n", "telemetry", "store", "mail", "journeys"]),
    ("fetch", &["domain"]),
    ("feeds", &["clock", "domain", "fetch", "store", "journeys"]),
    ("scheduler", &["clock", "domain", "fetch", "i18n", "telemetry", "store", "mail", "journeys", "feeds"]),
    ("web", &["clock", "domain", "i18n", "telemetry", "store", "mail", "journeys"]),
    ("settings", &["domain", "telemetry"]),
    (
        "app",
        &[
            "clock",
            "domain",
            "i18n",
            "telemetry",
            "store",
            "mail",
            "journeys",
            "delivery",
            "feedback",
            "feeds",
            "fetch",
            "scheduler",
            "web",
            "settings",
        ],
    ),
    (
        "cli",
        &[
            "clock",
            "domain",
            "i18n",
            "telemetry",
            "store",
            "mail",
            "journeys",
            "delivery",
            "feedback",
            "feeds",
            "fetch",
            "scheduler",
            "web",
            "app",
            "settings",
        ],
    ),
    ("main", &["cli"]),
    ("lib", &[]),
];

/// Crates that are named in certain rooms only.
const CRATES: [(&str, &[&str]); 13] = [
    ("diesel", &["store"]),
    ("diesel_migrations", &["store"]),
    ("libsqlite3_sys", &["store"]),
    ("pq_sys", &["store"]),
    ("lettre", &["mail"]),
    ("actix_web", &["web", "app"]),
    ("actix_multipart", &["web", "app"]),
    ("actix_http", &["web", "app"]),
    ("actix_rt", &["web", "app"]),
    ("tokio_cron_scheduler", &["scheduler"]),
    ("config", &["settings"]),
    ("reqwest", &["fetch"]),
    ("feed_rs", &["domain"]),
];

/// The store's door: it hands a closure to the database's thread and awaits its answer. What runs inside is synchronous by type.
const AWAITING: [&str; 1] = ["src/store/mod.rs"];

const LONGEST_FILE: usize = 400;

#[derive(Debug, PartialEq)]
struct Offence {
    file: String,
    line: usize,
    rule: String,
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.rule)
    }
}

/// Every breach of the rules in these sources, given as (path from the repository's root, text).
fn offences(sources: &[(String, String)]) -> Vec<Offence> {
    let order = sources.iter().find(|(file, _)| file == "src/lib.rs").map(|(_, text)| modules(text)).unwrap_or_default();
    let mut found = Vec::new();
    for (file, text) in sources {
        let mut report = |line: usize, rule: String| found.push(Offence { file: file.clone(), line, rule });
        check_shape(text, &mut report);
        let Some(room) = room_of(file) else { continue }; // tests and benches may use everything
        let tokens = rust_text::tokens(text);
        let paths = rust_text::paths(&tokens);
        check_arrows(file, room, &order, &paths, &mut report);
        check_crates(room, &paths, &mut report);
        let tests_from = first_test_line(file, text);
        check_habits(room, &tokens, &paths, &mut |line, rule| {
            if line < tests_from {
                report(line, rule);
            }
        });
        if matches!(room, "store" | "journeys") && !AWAITING.contains(&file.as_str()) {
            for token in tokens.iter().filter(|token| token.line < tests_from && matches!(token.text.as_str(), "async" | "await"))
            {
                report(token.line, format!("{room} is synchronous: nothing is awaited inside a transaction"));
            }
        }
    }
    found
}

fn check_shape(text: &str, report: &mut impl FnMut(usize, String)) {
    if !text.starts_with("//! ") {
        report(1, "the first line is `//!` and says what the file is for".to_owned());
    }
    // A schema is a list: it is looked things up in, not read.
    if !text.contains("\ndiesel::table! {") && text.lines().count() > LONGEST_FILE {
        report(LONGEST_FILE + 1, format!("no file is longer than {LONGEST_FILE} lines"));
    }
}

fn check_arrows(file: &str, room: &str, order: &[String], paths: &[Path], report: &mut impl FnMut(usize, String)) {
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return report(1, format!("`{room}` is no room of the house: give it its place in tests/it/layering.rs"));
    };
    for (line, used) in paths.iter().filter_map(|path| Some((path.line, used_room(file, path)?))) {
        if used == room {
            continue;
        }
        if !allowed.contains(&used) {
            report(line, format!("{room} may not use {used}, only {}", list(allowed)));
        } else if let (Some(mine), Some(other)) = (position(order, room), position(order, used))
            && other > mine
        {
            report(line, format!("{room} uses {used}, which src/lib.rs lists below it"));
        }
    }
}

fn check_crates(room: &str, paths: &[Path], report: &mut impl FnMut(usize, String)) {
    for path in paths {
        let named = CRATES.iter().find(|(name, _)| path.names.len() > 1 && path.names[0] == *name);
        if let Some((name, rooms)) = named.filter(|(_, rooms)| !rooms.contains(&room)) {
            report(path.line, format!("{name} is named only in {}", list(rooms)));
        }
    }
}

/// Time, environment and printing have one place each.
fn check_habits(room: &str, tokens: &[Token], paths: &[Path], report: &mut impl FnMut(usize, String)) {
    let tokio_instant = paths.iter().any(|path| path.has(&["tokio", "time", "Instant"]));
    for path in paths {
        let reads_time = ["Timestamp", "Zoned", "SystemTime", "Utc", "Local"].iter().any(|kind| path.has(&[kind, "now"]))
            || path.has(&["Instant", "now"]) && !tokio_instant; // a timeout is not the time of day
        if reads_time && room != "clock" {
            report(path.line, "only clock.rs reads the time: take `now` as an argument".to_owned());
        }
        let reads_environment =
            ["var", "vars", "var_os", "vars_os", "set_var", "remove_var"].iter().any(|name| path.has(&["env", name]));
        if reads_environment && room != "settings" {
            report(path.line, "only settings.rs reads the environment".to_owned());
        }
    }
    for pair in tokens.windows(2) {
        let prints = matches!(pair[0].text.as_str(), "print" | "println" | "eprint" | "eprintln" | "dbg") && pair[1].text == "!";
        if prints && room != "cli" {
            report(pair[0].line, "only cli prints: use tracing, or return the text".to_owned());
        }
    }
}

/// The room a file of `src` belongs to: `src/mail/relay/reply.rs` and `src/mail.rs` are `mail`.
fn room_of(file: &str) -> Option<&str> {
    let inside = file.strip_prefix("src/")?;
    Some(inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs"))
}

/// The room a path leads to: by `crate::room`, `rundbrief::room`, or `super::…` up to the crate's root.
fn used_room<'a>(file: &str, path: &'a Path) -> Option<&'a str> {
    let names: Vec<&str> = path.names.iter().map(String::as_str).collect();
    let name = match *names.first()? {
        "crate" | "rundbrief" => *names.get(1)?,
        "super" => {
            let ups = names.iter().take_while(|name| **name == "super").count();
            *names.get(ups).filter(|_| ups >= depth(file))?
        }
        _ => return None,
    };
    ROOMS.iter().any(|(room, _)| *room == name).then_some(name)
}

/// How many `super` lead from a file to the crate's root.
fn depth(file: &str) -> usize {
    let inside = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    inside.split('/').count()
}

/// Unit tests stand at the end of a file, or in a file of their own; they may read the clock and print.
fn first_test_line(file: &str, text: &str) -> usize {
    if file.ends_with("tests.rs") || file.contains("/tests/") {
        return 0;
    }
    let lines: Vec<&str> = text.lines().collect();
    let begins = |at: usize| {
        lines[at] == "#[cfg(test)]" && lines[at..].iter().take(8).any(|line| line.starts_with("mod ") && line.ends_with('{'))
    };
    (0..lines.len()).find(|at| begins(*at)).map_or(usize::MAX, |at| at + 1)
}

/// The modules a `lib.rs` declares, in its order.
fn modules(text: &str) -> Vec<String> {
    let tokens = rust_text::tokens(text);
    tokens.windows(2).filter(|pair| pair[0].text == "mod").map(|pair| pair[1].text.clone()).collect()
}

fn position(order: &[String], room: &str) -> Option<usize> {
    order.iter().position(|name| name == room)
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

/// All Rust files below `folder`, as (path, text).
fn sources_in(folder: &str) -> Vec<(String, String)> {
    let root = FilePath::new(env!("CARGO_MANIFEST_DIR"));
    let (mut open, mut found) = (vec![root.join(folder)], Vec::new());
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_house_keeps_its_rules() {
    let sources: Vec<_> = ["src", "tests", "benches"].into_iter().flat_map(sources_in).collect();
    assert!(sources.len() > 10, "found no sources: is CARGO_MANIFEST_DIR right?");
    let found: Vec<String> = offences(&sources).iter().map(Offence::to_string).collect();
    assert!(found.is_empty(), "{} breaches of the house rules:\n{}", found.len(), found.join("\n"));
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |database: &str| {
        let folder = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            for half in ["up.sql", "down.sql"] {
                assert!(path.join(half).is_file(), "{} has no {half}", path.display());
            }
            found.push(path.file_name().unwrap().to_owned());
        }
        found.sort();
        found
    };
    assert_eq!(names("sqlite"), names("postgres"), "migrations/sqlite and migrations/postgres differ");
}

/// A made-up house, so that the test above cannot go blind unnoticed.
#[test]
fn a_breach_is_caught_with_file_line_and_rule() {
    let offence = |file: &str, body: &str| {
        let sources = [(file.to_owned(), format!("//! A made-up file.\n{body}\n"))];
        offences(&sources).iter().map(Offence::to_string).collect::<Vec<_>>().join("\n")
    };
    let caught = [
        ("src/domain/slug.rs", "use crate::store::subscribers;", "src/domain/slug.rs:2: domain may not use store"),
        (
            "src/store/deliveries.rs",
            "use crate::{\n    domain::slug,\n    journeys,\n};",
            "src/store/deliveries.rs:4: store may not use journeys",
        ),
        ("src/mail/message.rs", "fn f() { super::super::delivery::start() }", "src/mail/message.rs:2: mail may not use delivery"),
        ("src/web/mod.rs", "fn f(x: crate::delivery::Engine) {}", "src/web/mod.rs:2: web may not use delivery"),
        ("src/main.rs", "fn main() { rundbrief::app::main() }", "src/main.rs:2: main may not use app"),
        ("src/attic.rs", "", "src/attic.rs:1: `attic` is no room"),
        ("src/journeys/leave.rs", "use diesel::prelude::*;", "diesel is named only in store"),
        ("src/delivery/lane.rs", "fn f() -> lettre::Address { todo() }", "lettre is named only in mail"),
        ("src/cli/serve.rs", "#[actix_web::main]\nfn f() {}", "actix_web is named only in web, app"),
        ("src/app.rs", "use tokio_cron_scheduler::Job;", "tokio_cron_scheduler is named only in scheduler"),
        ("src/journeys/leave.rs", "pub async fn leave() {}", "src/journeys/leave.rs:2: journeys is synchronous"),
        ("src/store/nodes.rs", "fn f() { g().await }", "store is synchronous"),
        (
            "src/journeys/leave.rs",
            "\nfn f() { let now = jiff::Timestamp::now(); }",
            "src/journeys/leave.rs:3: only clock.rs reads the time",
        ),
        ("src/delivery/mod.rs", "use std::time::Instant;\nfn f() { Instant::now(); }", "only clock.rs reads the time"),
        (
            "src/web/mod.rs",
            "use std::env;\nfn f() { env::var(\"X\"); }",
            "src/web/mod.rs:3: only settings.rs reads the environment",
        ),
        ("src/delivery/mod.rs", "fn f() { println!(); }", "only cli prints"),
    ];
    for (file, body, expected) in caught {
        let found = offence(file, body);
        assert!(found.contains(expected) && found.lines().count() == 1, "{file}: {body}\nexpected: {expected}\nfound: {found}");
    }
    let fine = [
        (
            "src/store/deliveries.rs",
            "use crate::domain::states;\nuse diesel::prelude::*;\n// async is not used here, and crate::web neither",
        ),
        ("src/delivery/mod.rs", "use tokio::time::Instant;\nfn f() { Instant::now(); \"println!\"; }"),
        ("src/mail/relay/reply.rs", "use super::super::message;\n#[cfg(test)]\nmod tests {\n    fn f() { println!() }\n}"),
        ("src/cli/demo.rs", "use crate::settings;\nfn f() { println!() }"),
    ];
    for (file, body) in fine {
        assert_eq!(offence(file, body), "", "{file}: {body}");
    }
    let long = "//! Long.\n".to_owned() + &"\n".repeat(LONGEST_FILE);
    let shapes = offences(&[("src/domain/a.rs".to_owned(), long), ("src/domain/b.rs".to_owned(), "use std::fmt;\n".to_owned())]);
    assert_eq!(shapes.len(), 2, "{shapes:?}");
    let upside_down = [
        ("src/lib.rs".to_owned(), "//! A house.\npub mod store;\npub mod domain;\n".to_owned()),
        ("src/store/mod.rs".to_owned(), "//! Store.\nuse crate::domain;\n".to_owned()),
    ];
    assert_eq!(offences(&upside_down)[0].to_string(), "src/store/mod.rs:2: store uses domain, which src/lib.rs lists below it");
}
