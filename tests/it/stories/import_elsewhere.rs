//! Lists as other systems and offices write them: nobody who left gets in, and nobody is lost without a word.

use super::import::{done, imports};
use crate::support::app::{TestApp, each_database};
use crate::support::instance::Ran;

/// Who came in with addresses of a domain, and under which names.
fn came_in(app: &TestApp, domain: &str) -> Vec<String> {
    app.database.texts(&format!(
        "SELECT replace(s.address, '@{domain}', '') || coalesce(' ' || s.name, '') || ' ' || u.language AS value FROM subscriptions u \
         JOIN subscribers s ON s.id = u.subscriber_id WHERE u.state = 'active' AND s.canonical LIKE '%@{domain}' ORDER BY s.address"
    ))
}

/// What it says and how it ends, with ordinary spaces in numbers.
fn said(ran: &Ran) -> (Option<i32>, String) {
    (ran.code, format!("{}{}", ran.out, ran.err).replace('\u{202f}', " "))
}

/// A file whose addresses get a domain of their own, how it is imported, how that ends, what it says, and who came in.
struct Case {
    name: &'static str,
    file: &'static [u8],
    options: &'static [&'static str],
    code: i32,
    says: &'static [&'static str],
    came_in: &'static [&'static str],
}

fn try_all(app: &TestApp, cases: &[Case]) {
    for (n, case) in cases.iter().enumerate() {
        let domain = format!("d{n}.example.org");
        let mut file = Vec::new();
        let mut rest = case.file;
        while let Some(at) = rest.windows(12).position(|it| it == b"@example.org") {
            file.extend_from_slice(&rest[..at + 1]);
            file.extend_from_slice(domain.as_bytes());
            rest = &rest[at + 12..];
        }
        file.extend_from_slice(rest);
        let (code, words) = said(&imports(app, &format!("{n}.csv"), &file, case.options));
        assert_eq!(code, Some(case.code), "{}: {words}", case.name);
        for wanted in case.says {
            assert!(words.contains(wanted), "{}: {wanted}: {words}", case.name);
        }
        assert_eq!(came_in(app, &domain), case.came_in, "{}: {words}", case.name);
    }
}

const HERE: &str = "stay out: another row of the file says that they have left or never agreed";

each_database!(nobody_who_left_gets_in, |app| async move {
    let cases = [
        Case {
            name: "gone, then active",
            file: b"email,status\nout1@example.org,unsubscribed\nout1@example.org,active\n",
            options: &[],
            code: 0,
            says: &["2 rows, 0 added", HERE, "1 left out, as the file says: unsubscribed"],
            came_in: &[],
        },
        Case {
            name: "active, then gone, in another spelling",
            file: b"email,status\nOut1@Example.org,active\nin1@example.org,active\n out1@EXAMPLE.ORG ,cleaned\n",
            options: &[],
            code: 0,
            says: &["3 rows, 1 added", HERE],
            came_in: &["in1 de"],
        },
        Case {
            name: "active, and a word that nobody knows",
            file: b"email,status\nout1@example.org,active\nout1@example.org,former\nin1@example.org,active\n",
            options: &[],
            code: 0,
            says: &["3 rows, 1 added", HERE, "1 \"former\" in column \"status\""],
            came_in: &["in1 de"],
        },
        Case {
            name: "a pair with a tag is two people",
            file: b"email,status\nin1@example.org,active\nin1+news@example.org,unsubscribed\n",
            options: &[],
            code: 0,
            says: &["2 rows, 1 added"],
            came_in: &["in1 de"],
        },
        Case {
            name: "a spreadsheet's no in a column of who confirmed",
            file: b"E-Mail;Confirmed\r\nin1@example.org;WAHR\r\nout1@example.org;FALSCH\r\n",
            options: &[],
            code: 0,
            says: &["2 rows, 1 added", "1 left out, as the file says: unconfirmed"],
            came_in: &["in1 de"],
        },
        Case {
            name: "words for no where it is asked who left",
            file: "email,name,unsubscribed\nin1@example.org,Ada,FALSCH\nin2@example.org,Bob,N\nin3@example.org,Cy,–\n".as_bytes(),
            options: &[],
            code: 0,
            says: &["3 rows, 3 added"],
            came_in: &["in1 Ada de", "in2 Bob de", "in3 Cy de"],
        },
        Case {
            name: "a column of a known system that nobody knows",
            file: b"Email Address,CONFIRM_TIME,LEID,Opt-out\nin1@example.org,2018-02-12 10:54:27,1,\nout1@example.org,2018-02-12 10:54:27,2,yes\n",
            options: &[],
            code: 1,
            says: &["it is not known what \"Opt-out\" means", "By \"Opt-out\" a row may say that somebody has left"],
            came_in: &[],
        },
        Case {
            name: "the same, told",
            file: b"Email Address,CONFIRM_TIME,LEID,Opt-out\nin1@example.org,2018-02-12 10:54:27,1,\nout1@example.org,2018-02-12 10:54:27,2,yes\n",
            options: &["--map", "ended=Opt-out"],
            code: 0,
            says: &["mailchimp", "1 left out, as the file says: unsubscribed"],
            came_in: &["in1 de"],
        },
        Case {
            name: "two columns of status",
            file: b"\"Email\",\"List status\",\"Global status\"\n\"in1@example.org\",\"subscribed\",\"subscribed\"\n\"out1@example.org\",\"subscribed\",\"unsubscribed\"\n",
            options: &[],
            code: 0,
            says: &["2 rows, 1 added", "1 left out, as the file says: unsubscribed"],
            came_in: &["in1 de"],
        },
        Case {
            name: "an answer in a form",
            file: "Zeitstempel,E-Mail-Adresse,\"Ja, ich möchte den Newsletter, jederzeit widerrufbar\"\n28.05.2026 19:01:33,in1@example.org,Ja\n28.05.2026 19:02:33,out1@example.org,Nein\n".as_bytes(),
            options: &["--map", "confirmed=Ja, ich möchte den Newsletter, jederzeit widerrufbar"],
            code: 0,
            says: &["1 left out, as the file says: unconfirmed"],
            came_in: &["in1 de"],
        },
        Case {
            name: "an answer in a form, not told",
            file: "Zeitstempel,E-Mail-Adresse,\"Ja, ich möchte den Newsletter, jederzeit widerrufbar\"\n28.05.2026 19:01:33,in1@example.org,Ja\n28.05.2026 19:02:33,out1@example.org,Nein\n".as_bytes(),
            options: &["--map", "ignore=*"],
            code: 1,
            says: &["it is not known what \"Ja, ich möchte den Newsletter, jederzeit widerrufbar\" means"],
            came_in: &[],
        },
        Case {
            name: "a column of a system twice",
            file: b"Email Address,UNSUB_REASON,UNSUB_TIME,UNSUB_REASON,LEID\nin1@example.org,,,,1\nout1@example.org,,,other,1\n",
            options: &[],
            code: 0,
            says: &["2 rows, 1 added", "1 left out, as the file says: unsubscribed"],
            came_in: &["in1 de"],
        },
    ];
    try_all(&app, &cases);
});

each_database!(who_left_stays_out_across_batches_and_interruptions, |app| async move {
    let mut file = String::from("email,status\nout1@example.org,active\n");
    (0..11_000).for_each(|n| file.push_str(&format!("in{n}@example.org,active\n")));
    file.push_str("OUT1@example.org,unsubscribed\n");
    let words = done(&imports(&app, "list.csv", file.as_bytes(), &[]));
    assert!(words.contains("11 002 rows, 11 000 added") && words.contains(HERE), "{words}");
    // As if it had been killed in the middle, with the row that lets in yet to come and the one that keeps out done.
    let turned = file.replace("out1@example.org,active\n", "out2@example.org,unsubscribed\n") + "out2@example.org,active\n";
    done(&imports(&app, "turned.csv", turned.as_bytes(), &[]));
    app.database.execute("UPDATE imports SET ended_at = NULL, rows_done = 5000");
    let words = done(&imports(&app, "turned.csv", turned.as_bytes(), &[]));
    assert!(words.contains("did 5 000 rows") && words.contains(HERE), "{words}");
    assert_eq!(app.database.number("SELECT count(*) AS value FROM subscribers WHERE canonical LIKE 'out%'"), 0);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM subscriptions WHERE state = 'active'"), 11_000);
});

each_database!(nobody_is_lost_without_a_word, |app| async move {
    let cases = [
        Case {
            name: "no headings",
            file: b"in1@example.org\nin2@example.org\n",
            options: &[],
            code: 1,
            says: &["row 1: the file has no row that names its columns", "--no-heading --map email=#1"],
            came_in: &[],
        },
        Case {
            name: "no headings, told",
            file: b"in1@example.org\nin2@example.org\n",
            options: &["--no-heading", "--map", "email=#1"],
            code: 0,
            says: &["2 rows, 2 added"],
            came_in: &["in1 de", "in2 de"],
        },
        Case {
            name: "no headings, more columns",
            file: b"Ada;in1@example.org;x;\nBob;in2@example.org;;\n",
            options: &["--no-heading", "--map", "email=#2,name=#1", "--map", "ignore=*"],
            code: 0,
            says: &["2 rows, 2 added"],
            came_in: &["in1 Ada de", "in2 Bob de"],
        },
        Case {
            name: "Excel's first line",
            file: b"sep=;\r\nE-Mail;Vorname\r\nin1@example.org;Ada\r\n",
            options: &[],
            code: 0,
            says: &["1 rows, 1 added"],
            came_in: &["in1 Ada de"],
        },
        Case {
            name: "Excel's first line, with a comma among semicolons",
            file: "\u{feff}sep=,\r\nE-Mail,Vor;Nach;Name\r\nin1@example.org,Ada\r\n".as_bytes(),
            options: &["--map", "name=Vor;Nach;Name"],
            code: 0,
            says: &["1 rows, 1 added"],
            came_in: &["in1 Ada de"],
        },
        Case {
            name: "a name and a last name",
            file: b"Email,Name,Last name\nin1@example.org,Ada,Lovelace\n",
            options: &[],
            code: 0,
            says: &["1 rows, 1 added"],
            came_in: &["in1 Ada Lovelace de"],
        },
        Case {
            name: "words of status that nobody knows",
            file: b"email_address,type\nin1@example.org,regular\nin2@example.org,premium\nout1@example.org,removed\n",
            options: &["--map", "status=type"],
            code: 0,
            says: &["1 \"premium\" in column \"type\"", "1 \"regular\" in column \"type\"", "--status \"premium=active\"", "2 rows with mistakes"],
            came_in: &[],
        },
        Case {
            name: "words of status, told",
            file: b"email_address,type\nin1@example.org,regular\nin2@example.org,premium\nout1@example.org,removed\nout2@example.org,trial\n",
            options: &["--map", "status=type", "--status", "regular=active,premium=active", "--status", "trial=pending"],
            code: 0,
            says: &["4 rows, 2 added", "as the file says: unsubscribed", "as the file says: unconfirmed"],
            came_in: &["in1 de", "in2 de"],
        },
        Case {
            name: "a column that nobody knows",
            file: b"email_address,type\nin1@example.org,regular\n",
            options: &[],
            code: 1,
            says: &["it is not known what \"type\" means", "--map ignore=*"],
            came_in: &[],
        },
        Case {
            name: "languages in words",
            file: b"E-Mail-Adresse;Vorname;Sprache\nin1@example.org;Ada;Deutsch (Deutschland)\nin2@example.org;Bob;French\nin3@example.org;Cy;en_GB\n",
            options: &["--others", "en"],
            code: 0,
            says: &["3 rows, 3 added"],
            came_in: &["in1 Ada de", "in2 Bob en", "in3 Cy en"],
        },
        Case {
            name: "languages in words, and none for others",
            file: b"E-Mail-Adresse;Vorname;Sprache\nin1@example.org;Ada;Deutsch (Deutschland)\nin2@example.org;Bob;French\n",
            options: &[],
            code: 0,
            says: &["2 rows, 1 added", "row 3: column \"Sprache\": the newsletter does not come in this language"],
            came_in: &["in1 Ada de"],
        },
        Case {
            name: "what is no name",
            file: b"email,name\nin1@example.org,NULL\nin2@example.org,N/A\nin3@example.org,-\n",
            options: &[],
            code: 0,
            says: &["3 rows, 3 added"],
            came_in: &["in1 de", "in2 de", "in3 de"],
        },
        Case {
            name: "spaces behind commas",
            file: b"\"Email\", \"First Name\"\n\"in1@example.org\", \"Ada\"\n\"in2@example.org\",   \"Bob, \"\"B\"\" and C\"\n",
            options: &[],
            code: 0,
            says: &["2 rows, 2 added"],
            came_in: &["in1 Ada de", "in2 Bob, \"B\" and C de"],
        },
        Case {
            name: "a title, empty rows, more cells than columns",
            file: b"Members, as of May, 2026;;\r\n\r\n;;\r\nE-Mail;Vorname;\r\nin1@example.org;Ada;\r\n\r\n;;\r\nin2@example.org;Bob;;;\r\nwrong;C;\r\n",
            options: &[],
            code: 0,
            says: &["The columns are named in row 4", "3 rows, 2 added", "row 9: column \"E-Mail\""],
            came_in: &["in1 Ada de", "in2 Bob de"],
        },
        Case {
            name: "two byte order marks, and breaks of an old Mac",
            file: "\u{feff}\u{feff}\"E-Mail\"\t\"Vorname\"\r\"in1@example.org\"\t\"Jörg\"\r\r\"in2@example.org\"\t\"\"\r".as_bytes(),
            options: &[],
            code: 0,
            says: &["2 rows, 2 added"],
            came_in: &["in1 Jörg de", "in2 de"],
        },
        Case {
            name: "a quotation mark that nobody closed",
            file: b"email,name\nin1@example.org,\"Ada\nin2@example.org,Bob\nin3@example.org,\"Cy\"\n\nin4@example.org,Dora\nin5@example.org,\"E\r\n",
            options: &[],
            code: 0,
            says: &["row 2: the lines 2 to 4 of the file were read as this one row", "1 rows with mistakes"],
            came_in: &["in4 Dora de", "in5 E de"],
        },
        Case {
            name: "a quotation mark that nobody closed, to the end",
            file: b"email,name\r\n\r\nin1@example.org,Ada\r\nin2@example.org,\"Bob\r\nin3@example.org,Cy\r\nin4@example.org,Dora\r\n",
            options: &[],
            code: 0,
            says: &["row 4: the lines 4 to 6 of the file"],
            came_in: &["in1 Ada de"],
        },
        Case {
            name: "every row is a mistake",
            file: b"email,name\nwrong,Ada\nwrong too,Bob\n",
            options: &[],
            code: 1,
            says: &["2 rows with mistakes", "no row of", "could be read"],
            came_in: &[],
        },
    ];
    try_all(&app, &cases);
});

each_database!(what_no_octet_tells_is_shown_in_a_dry_run, |app| async move {
    let mac = b"E-Mail;Vorname;Nachname\rin1@example.org;\x80nne;Gr\x9an\r";
    let words = done(&imports(&app, "mac.csv", mac, &["--dry-run"]));
    for wanted in [
        "Names, read as Windows-1252: €nne · Gršn\n",
        "or were they macintosh: Änne · Grön\n",
        "ibm850: Çnne · GrÜn\n",
        "--encoding NAME",
    ] {
        assert!(words.contains(wanted), "{wanted}: {words}");
    }
    let words = done(&imports(&app, "mac.csv", mac, &["--encoding", "macintosh"]));
    assert!(words.contains("plain, macintosh") && !words.contains("or were they"), "{words}");
    let dos = b"E-Mail;Vorname;Nachname\r\nin2@example.org;J\x81rgen;M\x94\xe1mer\r\n";
    done(&imports(&app, "dos.csv", dos, &["--encoding", "ibm850"]));
    done(&imports(&app, "dos2.csv", b"E-Mail;Name\r\nin3@example.org;Z\x84h\r\n", &["--encoding", "CP437"]));
    let (east, _, _) = encoding_rs::WINDOWS_1250.encode("E-Mail;Name\nin4@example.org;Łukasz Żak\n");
    done(&imports(&app, "east.csv", &east, &["--encoding", "windows-1250"]));
    assert_eq!(came_in(&app, "example.org"), ["in1 Änne Grön de", "in2 Jürgen Mößmer de", "in3 Zäh de", "in4 Łukasz Żak de"]);
    // UTF-8 is known without being shown, and is no guess.
    assert!(!done(&imports(&app, "utf8.csv", "email,name\nin5@example.org,Jörg\n".as_bytes(), &["--dry-run"])).contains("Names"));
    let wrong = imports(&app, "dos.csv", dos, &["--encoding", "utf-8"]);
    assert!(wrong.code == Some(2) && wrong.err.contains("not UTF-8 throughout"), "{wrong:?}");
    let unknown = imports(&app, "dos.csv", dos, &["--encoding", "ebcdic"]);
    assert!(unknown.code == Some(2) && unknown.err.contains("\"ebcdic\" is not known"), "{unknown:?}");
});

each_database!(an_import_with_mistakes_is_mended_and_run_again, |app| async move {
    let file = b"email,status\nin1@example.org,active\nin2@example.org,regular\nout1@example.org,unsubscribed\n";
    assert!(done(&imports(&app, "list.csv", file, &[])).contains("3 rows, 1 added"));
    let words = done(&imports(&app, "list.csv", file, &["--status", "regular=active"]));
    assert!(words.contains("3 rows, 1 added") && words.contains("1 get it already"), "{words}");
    let again = done(&imports(&app, "list.csv", file, &["--status", "regular=active"]));
    assert!(again.contains("was imported already"), "{again}");
    // With its mistakes it is not one that was imported: what made them may have changed.
    let words = done(&imports(&app, "list.csv", file, &[]));
    assert!(words.contains("3 rows, 0 added") && words.contains("1 rows with mistakes"), "{words}");
    assert_eq!(came_in(&app, "example.org"), ["in1 de", "in2 de"]);
    let wrong = imports(&app, "list.csv", file, &["--others", "fr"]);
    assert!(wrong.code == Some(2) && wrong.err.contains("--others: weekly comes in de, en, de-simple"), "{wrong:?}");
    let wrong = imports(&app, "list.csv", file, &["--status", "regular"]);
    assert!(wrong.code == Some(2) && wrong.err.contains("write WORD=active"), "{wrong:?}");
});

each_database!(what_is_no_table_is_told_by_what_it_is, |app| async move {
    for (name, content, words) in [
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0".as_slice(), "an old Excel workbook (XLS), or one that is locked"),
        ("page.xls", b"\r\n<html><table><tr><td>email</td></tr></table>", "a web page or XML"),
        ("list.json", b"[{\"email\": \"in1@example.org\"}]", "the file is JSON"),
        ("cards.vcf", b"BEGIN:VCARD\r\nEMAIL:in1@example.org\r\n", "address cards (VCF)"),
        ("broken.xlsx", b"PK\x03\x04 and nothing", "damaged ZIP archive"),
    ] {
        let ran = imports(&app, name, content, &[]);
        assert!(ran.code == Some(1) && ran.err.contains(words), "{name}: {ran:?}");
    }
});
