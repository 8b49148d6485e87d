//! Nobody who left gets in: what counts as yes, as no and as neither, in files of all kinds of programs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use super::import::{Columns, ColumnsError, LeftOut, Reading, Rules, Words, heading_row};
use super::language::Language;

fn rules() -> Rules {
    Rules {
        languages: vec![Language::De, Language::En],
        language: Language::De,
        others: None,
        words: Words::default(),
        today: jiff::civil::date(2026, 12, 1),
        smtputf8: false,
    }
}

/// What a file makes of somebody whose cell this is: in, a reason, or a mistake.
fn made(heading: &str, cell: &str, rules: &Rules) -> String {
    let columns = Columns::parse(&["email", heading], &[]).unwrap();
    match columns.read(&["ada@example.org", cell], rules) {
        Ok(Reading::Person(_)) => "in".to_owned(),
        Ok(Reading::LeftOut(reason)) => reason.to_string(),
        Err(problem) => {
            let own = format!("{heading} active pending ended");
            assert!(
                !problem.to_string().contains(cell) || cell.len() < 3 || own.contains(cell),
                "mistakes quote nobody: {problem}"
            );
            "mistake".to_owned()
        }
    }
}

/// Yes in the languages of lists and spreadsheets, and boxes.
const YES: &str = "WAHR | wahr | TRUE | True | true | VRAI | VERDADERO | VERO | VERDADEIRO | WAAR | SAND | TOSI | PRAWDA | PRAVDA | \
    IGAZ | ADEVĂRAT | DOĞRU | ИСТИНА | ja | Ja | JA | Ja. | j | J | yes | Yes! | Y | y | t | T | 1 | 1.0 | oui | Oui | \
    sí | si | Sì | sim | tak | ano | áno | igen | da | evet | да | так | ναι | kyllä | x | X | [x] | ✓ | ✔ | ☑ | ✅ | on | \
    checked | \"ja\"";

/// No, and nothing.
const NO: &str = "FALSCH | falsch | FALSE | False | false | FAUX | FALSO | ONWAAR | FALSK | EPÄTOSI | FAŁSZ | NEPRAVDA | HAMIS | FALS | \
    YANLIŞ | ЛОЖЬ | nein | Nein | NEIN. | no | No | N | n | f | F | 0 | 0.0 | 0,0 | non | Non | não | nee | nej | nei | \
    ei | nie | ne | nem | hayır | нет | ні | όχι | off | never | ✗ | ✘ | ☐ | ❌ | [ ] | [] |  | - | – | — | − | -- | \
    NULL | null | (null) | \\N | N/A | n/a | None | none | NaN | nan | nil | #N/A | #NV | k.A. | undefined | leer | \
    0000-00-00 | 0000-00-00 00:00:00 | 1970-01-01 | 1970-01-01 00:00:00 | 1970-01-01T00:00:00Z | \
    1970-01-01 01:00:00+01:00 | 01.01.1970 | 1/1/1970 | 01.01.70 | Thu, 01 Jan 1970 00:00:00 GMT | 1. Januar 1970 | \
    1969-12-31 19:00:00 | 31.12.1969 | 12/31/1969 | 30.12.1899 | 1899-12-30 | 12/30/1899 | 31.12.1899 | 1900-01-00 | \
    1/0/1900 | 00.01.1900 | 01.01.1900 | 1904-01-01 | 0001-01-01 | 01.01.0001 | 1601-01-01 | 1753-01-01 | 00.00.0000 | \
    00/00/0000 | 1980-01-01";

/// When it was.
const DATES: &str = "2018-02-12 10:54:27 | 2018-02-12 | 2018-02-12T10:54:27Z | 2018-02-12T10:54:27.123456+02:00 | \
    2018-02-12 10:54:27 UTC | 2018/02/12 | 2018-02-12 10:54:27 +0000 | 12.02.2018 | 12.2.18 | 1.2.2020 | \
    12.02.2018 10:54 | 12.02.2018, 10:54 Uhr | 2/12/2018 10:54 AM | 12/02/2018 | 2/12/2018 10:54:27 PM | Feb 12, 2018 | \
    Feb 12, 2018 10:54 am | 12 February 2018 | 12. Februar 2018 | 12 févr. 2018 | 12 de febrero de 2018 | \
    February 12th, 2018 | Mon, 12 Feb 2018 10:54:27 +0000 | \
    Mon Feb 12 2018 10:54:27 GMT+0100 (Central European Standard Time) | Montag, 12. Februar 2018 | 12-Feb-2018 | \
    1518432867 | 1518432867000 | 952732800 | 20180212 | 20180212105427 | 29.02.2024 | 2026-12-01 | 2026-12-02 01:00 | \
    3. März 2020 | 31.12.1999";

/// What nobody knows to be a yes, a no or a day that has come.
const NEITHER: &str = "vielleicht | maybe | jein | ? | ja, aber | 2 | 3 | -1 | 42 | 50 % | ada | sicher | s | ?! | 2018 | 2018-13-40 | \
    31.02.2020 | 30.02.2020 10:00 | 2099-01-01 | 9999-12-31 | 01.01.2099 | 2026-12-24 | 4102444800 | 1952-05-05 | \
    30.12.99 | 12345 | 10:54 | 2018-02-12 nie | nicht vor 2018-02-12 | Ja, ich möchte den Newsletter | \
    2018-02-12 - 2019-02-12 | #REF! | #WERT! | 999999999999";

/// Headings that may say who has left.
const SMELLING: &str = "Opt-out | opt_out | OptOut | Opted Out? | Opt-In | UNSUB | unsubscribed_list | Subscribed? | Kein Newsletter | \
    Keine Mails | no_mail | Do Not Mail | DNC | Consent | consent_given | Einwilligung | Einwilligung erteilt | \
    Zustimmung | Einverstanden | DSGVO | DSGVO-Status | GDPR | RGPD | Permission | Email Permission Status | \
    Marketing permissions | Widerruf | Widerrufen am | Widerspruch | Gesperrt | Sperrvermerk | Blocked | is_blocked | \
    Blacklist | suppressed | Complaint | Beschwerde | Spam | Abuse reports | bounce type | Unzustellbar | Inaktiv | \
    is_active | Aktiv | disabled | deleted | gelöscht | geloescht | entfernt | Kündigung | Gekuendigt am | Ausgetragen | \
    Austritt | cancelled | expired | Contact status | Zustand 2 | State | left | Bestätigungslink | Verified by | DOI | \
    Double Opt | Newsletter | Werbung | möchte keine Post | receives mail | accepts_marketing | agreed | désabonnement | \
    désinscription | baja | uitgeschreven | toestemming | zgoda | wypisany";

fn of(words: &str) -> impl Iterator<Item = &str> {
    words.split('|').map(str::trim)
}

#[test]
fn whether_somebody_confirmed_is_known_or_a_mistake() {
    let rules = rules();
    let told = |cells: &str, wanted: &str| {
        for heading in ["Confirmed", "bestätigt", "confirm_time"] {
            for cell in of(cells) {
                assert_eq!(made(heading, cell, &rules), wanted, "{heading}={cell}");
            }
        }
    };
    told(YES, "in");
    told(DATES, "in");
    told(NO, "unconfirmed");
    told(NEITHER, "mistake");
    for (word, wanted) in [
        ("pending", "unconfirmed"),
        ("unbestätigt", "unconfirmed"),
        ("nicht bestätigt", "unconfirmed"),
        ("not_confirmed", "unconfirmed"),
        ("unverified", "unconfirmed"),
        ("confirmed", "in"),
        ("bestätigt", "in"),
        ("unsubscribed", "unsubscribed"),
        ("bounced", "cleaned"),
    ] {
        assert_eq!(made("confirmed", word, &rules), wanted, "{word}");
    }
}

#[test]
fn whether_somebody_left_is_known_or_a_mistake() {
    let rules = rules();
    let told = |heading: &str, cells: &str, wanted: &str| {
        for cell in of(cells) {
            assert_eq!(made(heading, cell, &rules), wanted, "{heading}={cell}");
        }
    };
    for heading in ["unsubscribed", "Abgemeldet am"] {
        told(heading, YES, "unsubscribed");
        told(heading, DATES, "unsubscribed");
        told(heading, NO, "in");
        told(heading, NEITHER, "mistake");
    }
    told("unsubscribed", "abgemeldet | opted out | gekündigt", "unsubscribed");
    told("unsubscribed", "confirmed | subscribed", "mistake");
    told("bounced", "3 | hard | soft | x | 2020-01-01 | Bounced", "cleaned");
    told("bounced", "0 |  | nein | 0000-00-00 00:00:00", "in");
    told("bounced", "maybe | 550 no such user", "mistake");
    told("unsubscribe reason", "no longer interested | zu oft | nein | 0 | 2020", "unsubscribed");
    told("unsubscribe reason", " | N/A | - | NULL", "in");
}

#[test]
fn where_somebody_stands_is_a_word_that_is_known() {
    let rules = rules();
    for (wanted, words) in [
        ("in", "active | Aktiv | SUBSCRIBED | opted-in | Opted_In | bestätigt | 1 | true | WAHR | ja | x | abonné"),
        (
            "unsubscribed",
            "unsubscribed | Opted Out | opt-out | removed | deleted | abgemeldet | Gekündigt | widerrufen | Not subscribed | \
            désabonné",
        ),
        ("blocklisted", "blocklisted | blacklisted | Spam complaint | complained | gesperrt | suppressed | junk"),
        ("cleaned", "cleaned | bounced | Hard Bounced | hard_bounce | unzustellbar | invalid | unreachable"),
        ("deactivated", "inactive | disabled | 0 | FALSCH | nein | non | no | inaktiv"),
        ("unconfirmed", "pending | unconfirmed | unactivated | offen | not confirmed | nicht-bestätigt | invited"),
        ("mistake", " | - | NULL | regular | premium | VIP | 2 | 2020-01-01 | A | engaged | customer"),
    ] {
        for word in of(words) {
            assert_eq!(made("status", word, &rules), wanted, "{word}");
        }
    }
}

#[test]
fn words_that_are_not_known_can_be_translated() {
    let parse = |given: &[&str]| Words::parse(&given.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
    let words = parse(&["regular=active,premium=Active", "Ja, a=b=active", "wartet=pending", "fort=ended", "=ended"]).unwrap();
    let rules = Rules { words, ..rules() };
    for (word, wanted) in [
        ("Regular", "in"),
        ("premium", "in"),
        ("Ja, a=b", "in"),
        ("wartet", "unconfirmed"),
        ("FORT", "unsubscribed"),
        ("", "unsubscribed"),
        ("removed", "unsubscribed"),
        ("anders", "mistake"),
    ] {
        assert_eq!(made("status", word, &rules), wanted, "{word}");
    }
    assert_eq!(made("confirmed", "regular", &rules), "in");
    assert_eq!(made("confirmed", "", &rules), "unconfirmed", "what is known stays what it is");
    assert_eq!(made("unsubscribed", "wartet", &rules), "unconfirmed");
    let known = Rules { words: parse(&["inactive=active,nein=active"]).unwrap(), ..rules };
    assert_eq!(made("status", "inactive", &known), "in", "whoever imports knows their file");
    assert_eq!(made("confirmed", "nein", &known), "unconfirmed");
    for wrong in ["regular", "regular=aktiv", "regular=active,premium", "regular="] {
        assert!(parse(&[wrong]).unwrap_err().to_string().contains("write WORD=active, WORD=pending or WORD=ended"), "{wrong}");
    }
    assert!(parse(&["a=active", "A=ended"]).unwrap_err().to_string().contains("two meanings"));
}

#[test]
fn the_worst_of_several_columns_counts() {
    for (headings, row, wanted) in [
        ("Email,List status,Global status", "subscribed,subscribed", None),
        ("Email,List status,Global status", "subscribed,unsubscribed", Some(LeftOut::Unsubscribed)),
        ("Email,List status,Global status", "unsubscribed,subscribed", Some(LeftOut::Unsubscribed)),
        ("Email,List status,Global status", "unconfirmed,subscribed", Some(LeftOut::Unconfirmed)),
        ("Email,List status,Global status", "unconfirmed,bounced", Some(LeftOut::Cleaned)),
        ("Email,Status,Unsubscribed", "active,ja", Some(LeftOut::Unsubscribed)),
        ("Email,Confirmed,Abgemeldet", "ja,2020-01-01", Some(LeftOut::Unsubscribed)),
        ("Email,Angemeldet,Status", "nein,active", Some(LeftOut::Unconfirmed)),
        ("Email,Angemeldet,Bestätigt", "abgemeldet,ja", Some(LeftOut::Unsubscribed)),
        ("Email,Status,Status", "active,unsubscribed", Some(LeftOut::Unsubscribed)),
        // What is not known beside it changes nothing for who has left.
        ("Email,Status,Global status", "regular,unsubscribed", Some(LeftOut::Unsubscribed)),
    ] {
        let columns = Columns::parse(&headings.split(',').collect::<Vec<_>>(), &[]).unwrap();
        let cells: Vec<&str> = ["ada@example.org"].into_iter().chain(row.split(',')).collect();
        let read = columns.read(&cells, &rules()).unwrap();
        let reason = if let Reading::LeftOut(reason) = read { Some(reason) } else { None };
        assert_eq!(reason, wanted, "{headings}: {row}");
        assert_eq!(columns.keeps_out(&cells, &rules()).is_some(), wanted.is_some(), "{headings}: {row}");
    }
    let columns = Columns::parse(&["email", "List status", "Global status"], &[]).unwrap();
    assert!(columns.read(&["ada@example.org", "subscribed", "regular"], &rules()).is_err());
    assert!(columns.keeps_out(&["Ada@Example.ORG", "subscribed", "regular"], &rules()).is_some(), "nobody knows");
    assert!(columns.keeps_out(&["ada@example.org", "subscribed"], &rules()).is_some(), "what is missing may say it");
}

#[test]
fn a_column_that_smells_of_consent_is_never_passed_over() {
    let mailchimp = ["Email Address", "CONFIRM_TIME", "LEID"];
    let cleverreach = ["email", "registered", "activated"];
    let refused = |known: &[&str], heading: &str, map: &[&str]| {
        let map: Vec<String> = map.iter().map(|it| (*it).to_owned()).collect();
        matches!(Columns::parse(&[known, &[heading]].concat(), &map), Err(ColumnsError::Unknown { .. }))
    };
    for heading in of(SMELLING) {
        for known in [&mailchimp, &cleverreach] {
            // Some are known there: then they are no longer passed over.
            let passed =
                Columns::parse(&[&known[..], &[heading]].concat(), &[]).is_ok_and(|columns| columns.unused().contains(&heading));
            assert!(!passed, "{known:?} and {heading}");
        }
        assert!(
            Columns::parse(&["email", heading], &["ignore=*".to_owned()])
                .map_or(true, |columns| !columns.unused().contains(&heading)),
            "ignore=* and {heading}"
        );
    }
    for heading in ["Opt-out", "DSGVO", "Kein Newsletter"] {
        assert!(refused(&mailchimp, heading, &[]), "{heading}");
        assert!(!refused(&mailchimp, heading, &[&format!("ended={heading}")]), "{heading}");
        assert!(!refused(&mailchimp, heading, &[&format!("ignore={heading}")]), "{heading}");
        assert!(refused(&mailchimp, heading, &["ignore=*"]), "{heading}");
    }
    for heading in [
        "Telefon",
        "Birthday",
        "Company",
        "REGION",
        "NOTES",
        "TAGS",
        "LAST_CHANGED",
        "Straße",
        "Address",
        "Zip",
        "Mitgliedsnummer",
    ] {
        assert!(!refused(&mailchimp, heading, &[]), "{heading}");
        assert!(refused(&["email"], heading, &[]), "{heading}");
        assert!(!refused(&["email"], heading, &["ignore=*"]), "{heading}");
    }
}

#[test]
fn columns_of_those_who_left_are_known_by_what_systems_call_them() {
    for (headings, row) in [
        ("Email Address,UNSUB_REASON,UNSUB_TIME,LEID", "too much,,1"),
        ("Email Address,UNSUB_REASON,UNSUB_TIME,UNSUB_REASON,LEID", ",,bored,1"),
        ("Email Address,UNSUB_CAMPAIGN_TITLE,LEID", "News of May,1"),
        ("email,subscriber_status", "unsubscribed"),
        ("Email,Date subscribed,Email marketing status", "2020-01-01,Opted-out"),
        ("email_address,unsubscribed_at", "2020-01-01T00:00:00Z"),
        ("Courriel,Prénom,Statut", "Ada,désabonné"),
        ("Correo electrónico,Estado", "baja"),
        ("E-Mail-Adresse,Abmeldegrund", "zu viele"),
        ("Email,Unsubscribed from all email", "TRUE"),
        ("email,subscribed", "FALSE"),
    ] {
        let columns = Columns::parse(&headings.split(',').collect::<Vec<_>>(), &[]).unwrap();
        let cells: Vec<&str> = ["ada@example.org"].into_iter().chain(row.split(',')).collect();
        assert!(matches!(columns.read(&cells, &rules()), Ok(Reading::LeftOut(_))), "{headings}: {row}");
    }
}

#[test]
fn a_first_row_that_is_a_reader_is_never_taken_for_headings() {
    let parse = |row: &str, map: &[&str]| {
        Columns::parse(&row.split(',').collect::<Vec<_>>(), &map.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
    };
    for (row, map) in [
        ("in1@example.org", &[][..]),
        ("Ada,in1@example.org", &[]),
        ("in1@example.org,mail", &[]),
        ("in1@example.org,Ada", &["email=in1@example.org"]),
        ("in1@example.org,Ada", &["email=#1"]),
    ] {
        let error = parse(row, map).unwrap_err();
        let words = error.to_string();
        assert!(
            matches!(error, ColumnsError::NoHeading { .. }) && words.contains("--no-heading --map email=#"),
            "{row}: {words}"
        );
    }
    let columns = Columns::numbered(3, &["email=#2,name=#1,ignore=*".to_owned()]).unwrap();
    assert_eq!(columns.unused(), ["#3"]);
    assert!(matches!(Columns::numbered(2, &["email=#2".to_owned()]), Err(ColumnsError::Unknown { .. })));
    assert!(matches!(Columns::numbered(1, &[]), Err(ColumnsError::NoEmail { .. })));
}

#[test]
fn the_row_of_headings_is_found_below_a_title() {
    let at = |rows: &[&str], map: &[&str]| {
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.split(';').collect()).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        heading_row(&rows, &map.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(at(&["E-Mail;Name", "a@example.org;A"], &[]), 0);
    assert_eq!(at(&["Mitglieder;", "E-Mail;Name", "a@example.org;A"], &[]), 1);
    assert_eq!(at(&["Mitglieder", "Stand: 1.12.2026", "Name;E-Mail", "A;a@example.org"], &[]), 2);
    assert_eq!(at(&["Mitglieder;;", "Wer;Kontakt;Seit", "A;a@example.org;1"], &["email=Kontakt"]), 1);
    assert_eq!(at(&["Mitglieder;;", "Wer;Kontakt;Seit", "A;a@example.org;1"], &["email=#2"]), 1);
    assert_eq!(
        at(&["Mitglieder;;", "Wer;Kontakt;Seit", "A;a@example.org;1"], &[]),
        1,
        "so that the message names the right columns"
    );
    assert_eq!(at(&["a@example.org;A", "b@example.org;B"], &[]), 0);
    assert_eq!(at(&["a@example.org;A", "E-Mail;Name"], &[]), 0, "the reader above it is not lost silently");
}
