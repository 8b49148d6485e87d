//! Files of readers as other systems write them: what their columns mean, and who is left out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use super::import::{Columns, ColumnsError, Field, Format, LeftOut, OWN, Problem, Reading, Rules, Words};
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

fn columns(headings: &str) -> Columns {
    Columns::parse(&headings.split(',').collect::<Vec<_>>(), &[]).unwrap()
}

fn read(columns: &Columns, row: &str) -> Result<Reading, Problem> {
    columns.read(&row.split(',').collect::<Vec<_>>(), &rules())
}

/// The address, the name, the language and the evidence of a row, or why it is left out.
fn shown(columns: &Columns, row: &str) -> String {
    match read(columns, row) {
        Ok(Reading::Person(entry)) => {
            let evidence: Vec<String> = entry.evidence.iter().map(|(column, value)| format!("{column}={value}")).collect();
            let name = entry.name.unwrap_or_default();
            format!("{}|{name}|{}|{}", entry.address.as_typed(), entry.language, evidence.join(" "))
        }
        Ok(Reading::LeftOut(reason)) => reason.to_string(),
        Err(problem) => problem.to_string(),
    }
}

#[test]
fn listmonk() {
    let headings = ["uuid", "email", "name", "attributes", "status", "created_at", "updated_at"];
    assert_eq!(Columns::parse(&headings, &[]).unwrap_err(), ColumnsError::ListmonkStatus, "it says nothing of the list");
    let columns = Columns::parse(&headings, &["status=status".to_owned()]).unwrap();
    assert_eq!(columns.format, Format::Listmonk);
    let at = "2020-01-02 03:04:05";
    assert_eq!(
        shown(&columns, &format!("x,ada@example.org,Ada,{{}},enabled,{at},{at}")),
        format!("ada@example.org|Ada|de|created_at={at}")
    );
    assert_eq!(shown(&columns, "x,ada@example.org,Ada,{},blocklisted,,"), "blocklisted");
    assert_eq!(shown(&columns, "x,ada@example.org,Ada,{},disabled,,"), "deactivated");
    assert_eq!(columns.unused(), ["uuid", "attributes", "updated_at"]);
}

#[test]
fn mailchimp_and_its_files_of_those_who_left() {
    let headings = "Email Address,First Name,Last Name,Address,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LEID,EUID,NOTES,TAGS";
    let subscribed = columns(headings);
    assert_eq!(subscribed.format, Format::Mailchimp);
    assert_eq!(
        shown(
            &subscribed,
            "ada@example.org,Ada,Beispiel,Weg 1,2,2020-01-01 10:00:00,192.0.2.1,2020-01-01 10:05:00,192.0.2.1,1,2,,"
        ),
        "ada@example.org|Ada Beispiel|de|OPTIN_TIME=2020-01-01 10:00:00 CONFIRM_TIME=2020-01-01 10:05:00"
    );
    assert_eq!(shown(&subscribed, "ada@example.org,Ada,,,2,2020-01-01 10:00:00,,,,1,2,,"), "unconfirmed");
    let gone = columns(&format!("{headings},UNSUB_TIME,UNSUB_REASON"));
    assert_eq!(shown(&gone, "ada@example.org,,,,2,2020,,2020,,1,2,,,2021-01-01,N/A"), "unsubscribed");
    let cleaned = columns(&format!("{headings},CLEAN_TIME,CLEAN_CAMPAIGN_TITLE"));
    assert_eq!(shown(&cleaned, "ada@example.org,,,,2,2020,,2020,,1,2,,,2021-01-01,x"), "cleaned");
}

#[test]
fn cleverreach() {
    let columns = columns("email,registered,activated,deactivated,source,bounced,Vorname,Nachname");
    assert_eq!(columns.format, Format::CleverReach);
    assert_eq!(
        shown(&columns, "ada@example.org,1577836800,1577836900,0,Formular,0,Ada,Beispiel"),
        "ada@example.org|Ada Beispiel|de|registered=1577836800 activated=1577836900 source=Formular"
    );
    assert_eq!(shown(&columns, "ada@example.org,1577836800,0,0,,0,,"), "unconfirmed");
    assert_eq!(shown(&columns, "ada@example.org,1577836800,1577836900,1609459200,,0,,"), "deactivated");
    assert_eq!(shown(&columns, "ada@example.org,1577836800,0,1609459200,,0,,"), "deactivated");
    assert_eq!(shown(&columns, "ada@example.org,2020-01-01,2020-01-01,0000-00-00 00:00:00,,3,,"), "cleaned");
}

#[test]
fn lists_in_german() {
    let list = columns("Anrede,Vorname,Name,E-Mail,Sprache,Angemeldet am,Abgemeldet");
    assert_eq!(list.format, Format::Plain);
    assert_eq!(
        shown(&list, "Frau,Ada,Beispiel,ada@example.org,Englisch,1.2.2020,nein"),
        "ada@example.org|Ada Beispiel|en|Angemeldet am=1.2.2020"
    );
    assert_eq!(shown(&list, "Frau,Ada,Beispiel,ada@example.org,de_AT,,"), "ada@example.org|Ada Beispiel|de|");
    assert_eq!(shown(&list, ",,,ada@example.org,,,1.3.2021"), "unsubscribed");
    let name = columns("E-Mail-Adresse,Name");
    assert_eq!(shown(&name, "ada@example.org,Ada Beispiel"), "ada@example.org|Ada Beispiel|de|");
}

#[test]
fn our_own_export_loses_its_guards() {
    let columns = columns(&OWN.join(","));
    assert_eq!(columns.format, Format::Own);
    assert_eq!(
        shown(&columns, "'+ada@example.org,'=1+1,en,active,2020-01-01T00:00:00Z,2020-01-02T00:00:00Z,,"),
        "+ada@example.org|=1+1|en|requested_at=2020-01-01T00:00:00Z confirmed_at=2020-01-02T00:00:00Z"
    );
    assert_eq!(shown(&columns, "ada@example.org,,en,pending,2020,,,"), "unconfirmed");
    assert_eq!(shown(&columns, "ada@example.org,,en,ended,2020,2020,2021,page"), "unsubscribed");
    // An apostrophe of somebody else's file is the person's own.
    assert_eq!(shown(&self::columns("email,name"), "'=a@example.org,'=x"), "'=a@example.org|'=x|de|");
}

#[test]
fn mistakes_name_the_column_and_quote_nobody() {
    let columns = columns("email,name,language,status");
    for (row, words) in [
        ("ada,x,,active", "column \"email\": an e-mail address contains an @"),
        (",x,,active", "column \"email\":"),
        ("jürgen@example.org,x,,active", "column \"email\": our mail server cannot send"),
        ("ada@example.org,a\u{7}b,,active", "column \"name\": it contains a line break or another control character (U+0007)"),
        ("ada@example.org,x,fr,active", "column \"language\": the newsletter does not come in this language, but in de, en"),
        ("ada@example.org,x,de,ada@example.org", "column \"status\": it is not known what this says"),
        ("ada@example.org,x,de,", "column \"status\": it is not known"),
        ("ada@example.org,x", "it has 2 columns, and the first row names 4"),
    ] {
        let shown = shown(&columns, row);
        assert!(shown.starts_with(words), "{row}: {shown}");
        assert!(!shown.contains("ada@"), "{shown}");
    }
}

#[test]
fn what_is_not_known_is_refused_by_name_and_can_be_named() {
    let parse = |headings: &str, map: &[&str]| {
        let map: Vec<String> = map.iter().map(|given| (*given).to_owned()).collect();
        Columns::parse(&headings.split(',').collect::<Vec<_>>(), &map)
    };
    let error = |headings: &str, map: &[&str]| parse(headings, map).unwrap_err().to_string();
    assert_eq!(
        error("Kontakt,Name", &[]),
        "no column holds the e-mail address; the file has \"Kontakt\", \"Name\". Say which one does: --map email=COLUMN"
    );
    assert!(error("email,Gekündigt,Telefon", &[]).starts_with("it is not known what \"Gekündigt\", \"Telefon\" means"));
    assert_eq!(
        parse("email,E-Mail", &[]).unwrap_err(),
        ColumnsError::Ambiguous { field: Field::Email, columns: "\"email\", \"E-Mail\"".into() }
    );
    assert_eq!(
        error("email,Email", &[]),
        "several columns are called \"email\" (#1, #2); say by its place which one is meant, as in --map email=#2, or give each a name of its own"
    );
    assert!(error("Mail", &["email=Post"]).contains("the file has no column \"Post\", but \"Mail\""));
    assert!(error("Mail", &["emial=Mail"]).ends_with("did you mean email?"));
    assert!(error("Mail", &["email"]).starts_with("--map email: write FIELD=COLUMN"));

    let mapped = parse("Kontakt,email,Gekündigt", &["email=kontakt", "ended=Gekündigt"]).unwrap();
    assert_eq!(mapped.unused(), ["email"]);
    assert_eq!(shown(&mapped, "ada@example.org,x,"), "ada@example.org||de|");
    assert_eq!(read(&mapped, "ada@example.org,x,ja"), Ok(Reading::LeftOut(LeftOut::Unsubscribed)));
}
