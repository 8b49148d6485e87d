//! Nobody is lost silently: columns by names of all kinds and by place, names, languages, swallowed rows.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use super::import::{Columns, ColumnsError, Reading, Rules, Words, swallowed};
use super::language::Language;

fn rules() -> Rules {
    Rules {
        languages: vec![Language::De, Language::En, "pt-BR".parse().unwrap()],
        language: Language::De,
        others: None,
        words: Words::default(),
        today: jiff::civil::date(2026, 12, 1),
        smtputf8: false,
    }
}

fn parse(headings: &[&str], map: &[&str]) -> Result<Columns, ColumnsError> {
    Columns::parse(headings, &map.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
}

fn person(columns: &Columns, cells: &[&str], rules: &Rules) -> (Option<String>, Language) {
    match columns.read(cells, rules) {
        Ok(Reading::Person(entry)) => (entry.name, entry.language),
        other => panic!("{cells:?}: {other:?}"),
    }
}

#[test]
fn a_column_is_named_whatever_its_heading_holds() {
    let long = "Ja, ich möchte den Newsletter, jederzeit widerrufbar";
    let headings = ["Zeitstempel", "Kontakt", long, "say \"yes\", now", "Ja"];
    for map in [
        vec!["email=Kontakt,confirmed=Ja, ich möchte den Newsletter, jederzeit widerrufbar,ignore=say \"yes\", now,ignore=Ja"],
        vec![
            "email=Kontakt",
            "confirmed=ja, ich möchte den newsletter, jederzeit widerrufbar",
            "ignore=*",
            "ignore=say \"yes\", now",
        ],
        vec![
            "email=\"Kontakt\",confirmed=\"Ja, ich möchte den Newsletter, jederzeit widerrufbar\",ignore=\"say \"\"yes\"\", now\",ignore=Ja",
        ],
        vec!["email=#2,confirmed=#3,ignore=#4,ignore=#5"],
        vec!["email=2,confirmed=3", "ignore=4,ignore=5"],
    ] {
        let columns = parse(&headings, &map).unwrap_or_else(|error| panic!("{map:?}: {error}"));
        let row = ["28.05.2026 19:01:33", "in1@example.org", "Ja", "", ""];
        assert!(matches!(columns.read(&row, &rules()), Ok(Reading::Person(_))), "{map:?}");
        assert!(matches!(columns.read(&["", "in1@example.org", "Nein", "", ""], &rules()), Ok(Reading::LeftOut(_))), "{map:?}");
    }
    for (map, words) in [
        ("email=Post", "the file has no column \"Post\", but \"Zeitstempel\""),
        ("email=#6", "no column \"#6\""),
        ("email=#0", "no column \"#0\""),
        ("email=*", "no column \"*\""),
        ("email=\"Post, alt\"", "no column \"Post, alt\""),
        ("email=Kontakt,Ja", "--map Ja: write FIELD=COLUMN"),
        ("=Kontakt", "--map =Kontakt: write FIELD=COLUMN"),
    ] {
        let words_of = parse(&headings, &[map]).unwrap_err().to_string();
        assert!(words_of.contains(words), "{map}: {words_of}");
    }
    // A heading that is a number is that heading first.
    assert_eq!(parse(&["2", "email"], &["name=2"]).unwrap().unused(), [""; 0]);
}

#[test]
fn columns_of_one_name_are_told_by_place() {
    let columns = parse(&["Email", "Email", "Name"], &["email=#2,ignore=#1"]).unwrap();
    assert_eq!(columns.unused(), ["Email"]);
    assert_eq!(parse(&["Email", "Email", "Name"], &["email=#2"]).unwrap().unused(), ["Email"], "the one that was named is meant");
    for map in [&[][..], &["email=Email"]] {
        let words = parse(&["Email", "Name", "E-mail", "email"], map).unwrap_err().to_string();
        assert!(words.contains("--map email="), "{words}");
    }
    // Doubled ones that nobody uses, and those that may be several, hinder nobody.
    assert!(parse(&["Email Address", "UNSUB_REASON", "UNSUB_TIME", "UNSUB_REASON", "LEID"], &[]).is_ok());
    assert!(parse(&["email", "Notiz", "Notiz"], &["ignore=Notiz"]).is_ok());
    assert!(parse(&["email", "Status", "Status"], &[]).is_ok());
    assert!(parse(&["email", "Tags", "TAGS", "leid"], &[]).is_ok());
}

#[test]
fn a_column_without_a_heading_has_to_be_empty() {
    let columns = parse(&["email", "name", ""], &[]).unwrap();
    assert!(columns.read(&["ada@example.org", "Ada", " "], &rules()).is_ok());
    let problem = columns.read(&["ada@example.org", "Ada", "abgemeldet"], &rules()).unwrap_err().to_string();
    assert!(problem.contains("column \"#3\": it has no heading"), "{problem}");
    for map in ["ignore=#3", "ignore=*"] {
        assert!(parse(&["email", "name", ""], &[map]).unwrap().read(&["ada@example.org", "Ada", "x"], &rules()).is_ok(), "{map}");
    }
    let ended = parse(&["email", "name", ""], &["status=#3"]).unwrap();
    assert!(matches!(ended.read(&["ada@example.org", "Ada", "abgemeldet"], &rules()), Ok(Reading::LeftOut(_))));
    // More cells than headings: empty ones are no matter.
    assert!(columns.read(&["ada@example.org", "Ada", "", "", ""], &rules()).is_ok());
    let wide = columns.read(&["ada@example.org", "Ada", "", "", "ended"], &rules()).unwrap_err().to_string();
    assert!(wide.contains("it has 5 columns"), "{wide}");
}

#[test]
fn headings_are_known_as_people_write_them() {
    for heading in [
        "E-Mail",
        " email ",
        "E-MAIL:",
        "E-Mail*",
        "Email\nAddress",
        "\u{feff}email",
        "E-Mail\u{a0}Adresse",
        "Courriel",
        "Correo electrónico",
        "EMAIL_ADDRESS",
    ] {
        assert!(parse(&[heading], &[]).is_ok(), "{heading:?}");
    }
}

#[test]
fn first_and_last_names_become_one() {
    for (headings, row, name) in [
        ("Email,Name,Last name", "Ada,Lovelace", "Ada Lovelace"),
        ("Email,Name,Last name", "Ada Lovelace,Lovelace", "Ada Lovelace"),
        ("Email,Name,Last name", "Ada,", "Ada"),
        ("Email,Name,Last name", ",Lovelace", "Lovelace"),
        ("Email,Vorname,Name", "Ada,Lovelace", "Ada Lovelace"),
        ("Email,Vorname,Name", "Ada,Ada Lovelace", "Ada Lovelace"),
        ("Email,First Name,Last Name", "Ada,Lovelace", "Ada Lovelace"),
        ("Email,First Name,Last Name", "Ann,Annable", "Ann Annable"),
        ("Email,Last Name,First Name", "Lovelace,Ada", "Ada Lovelace"),
        ("Email,prénom,nom de famille", "Ada,de Lovelace", "Ada de Lovelace"),
        ("Email,FNAME,LNAME,LEID", "Ada,Lovelace,1", "Ada Lovelace"),
        ("Email,Name,First Name,Last Name", "Dr. Ada Lovelace,Ada,Lovelace", "Dr. Ada Lovelace"),
        ("Email,Name,First Name,Last Name", "NULL,Ada,N/A", "Ada"),
    ] {
        let columns = parse(&headings.split(',').collect::<Vec<_>>(), &[]).unwrap();
        let cells: Vec<&str> = ["ada@example.org"].into_iter().chain(row.split(',')).collect();
        assert_eq!(person(&columns, &cells, &rules()).0.as_deref(), Some(name), "{headings}: {row}");
    }
}

#[test]
fn what_programs_write_for_nothing_is_no_name() {
    let columns = parse(&["email", "name"], &[]).unwrap();
    for cell in [
        "NULL",
        "null",
        "N/A",
        "n/a",
        "-",
        "–",
        "—",
        "\\N",
        "None",
        "NaN",
        "nan",
        "#N/A",
        "#NV",
        "(null)",
        "k.A.",
        "undefined",
        "",
        "  ",
        "\u{a0}",
        "?",
        ".",
    ] {
        assert_eq!(person(&columns, &["ada@example.org", cell], &rules()).0, None, "{cell:?}");
    }
    for name in ["Null", "Nan", "Na", "No", "Nein", "X", "Ja", "Nil Armfeldt", "O'Hara", "True"] {
        assert_eq!(person(&columns, &["ada@example.org", name], &rules()).0.as_deref(), Some(name));
    }
}

#[test]
fn languages_are_read_by_tag_code_and_name() {
    let columns = parse(&["email", "Sprache"], &[]).unwrap();
    let language = |cell: &str, rules: &Rules| person(&columns, &["ada@example.org", cell], rules).1;
    for (tag, cells) in [
        (
            "de",
            &[
                "de",
                "DE",
                "de-DE",
                "de_AT",
                "ger",
                "deu",
                "German",
                "Deutsch",
                "deutsch",
                "Deutsch (Deutschland)",
                "German (Austria)",
                "Deutsch - Schweiz",
                "de_DE.UTF-8",
                "allemand",
                "",
                "NULL",
                "-",
                "de-simple",
                "Leichte Sprache",
            ][..],
        ),
        (
            "en",
            &[
                "en",
                "en_GB",
                "en-US",
                "EN-us",
                "eng",
                "English",
                "Englisch",
                "English (United States)",
                "English - United Kingdom",
                "anglais",
                "en,de;q=0.5",
            ],
        ),
        ("pt-BR", &["pt-BR", "pt_BR", "pt", "por", "Portuguese", "Português (Brasil)", "portugiesisch"]),
    ] {
        for cell in cells {
            assert_eq!(language(cell, &rules()).tag(), tag, "{cell}");
        }
    }
    for cell in ["French", "fr", "fre", "fr-FR", "français", "Klingonisch", "xx", "12"] {
        let problem = columns.read(&["ada@example.org", cell], &rules()).unwrap_err().to_string();
        assert!(problem.contains("does not come in this language, but in de, en, pt-BR"), "{cell}: {problem}");
        let others = Rules { others: Some(Language::En), ..rules() };
        assert_eq!(language(cell, &others), Language::En, "{cell}");
    }
    let french = Rules { languages: vec![Language::De, "fr".parse().unwrap(), Language::DeSimple], ..rules() };
    for cell in ["French", "fr_CA", "fra", "Französisch", "Français (France)"] {
        assert_eq!(language(cell, &french).tag(), "fr", "{cell}");
    }
    assert_eq!(language("Leichte Sprache", &french), Language::DeSimple);
}

#[test]
fn rows_that_a_quotation_mark_swallowed_are_found() {
    let found = |cell: &str| swallowed(&["in1@example.org", cell], ',').len();
    assert_eq!(found("Ada\nin2@example.org,Bob"), 1);
    assert_eq!(found("Ada\r\nin2@example.org,Bob\r\nin3@example.org,Cy\r\n"), 2);
    assert_eq!(found("Ada\nin2@example.org\",\"Bob"), 1);
    for cell in ["Ada", "Weg 1\n12345 Ort", "write to a@example.org\nor call", "in2@example.org"] {
        assert_eq!(found(cell), 0, "{cell}");
    }
}
