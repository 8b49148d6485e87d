//! Any octets as a file of readers: whoever is imported has an address and a one-line name, and no complaint quotes a row.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rundbrief::domain::address::Address;
use rundbrief::domain::header::HeaderText;
use rundbrief::domain::import::{self, Columns, Problem, Reading, Rules, Words};
use rundbrief::domain::language::Language;
use rundbrief::domain::sheet::{self, EncodingWatch};

/// First rows, one of which the first octet chooses: chance alone would hardly ever write one.
const HEADINGS: [&str; 8] = [
    "",
    "address,name,language,state,requested_at,confirmed_at,ended_at,ended_channel\n",
    "uuid,email,name,attributes,status,created_at\n",
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,UNSUB_TIME,CLEAN_TIME,LANGUAGE\n",
    "email;registered;activated;deactivated;bounced;active;last_ip\n",
    "E-Mail;Vorname;Name;Sprache;Status;Abgemeldet;Quelle\n",
    "email\tname\tlanguage\n",
    "sep=;\nEmail; \"List status\"; \"Confirmed\"; \"Unsubscribed\"; \"Unsubscribe reason\"\n",
];

fuzz_target!(|data: &[u8]| {
    let Some((&choice, rest)) = data.split_first() else { return };
    let file = [HEADINGS[usize::from(choice) % HEADINGS.len()].as_bytes(), rest].concat();
    // Cut in two anywhere, a file is in the same encoding.
    let (mut whole, mut pieces) = (EncodingWatch::default(), EncodingWatch::default());
    whole.look(&file);
    let (left, right) = file.split_at(usize::from(choice) % (file.len() + 1));
    [left, right].into_iter().filter(|piece| !piece.is_empty()).for_each(|piece| pieces.look(piece));
    let encoding = whole.finish();
    // UTF-16 is told by the first two octets, which come in one piece from a file.
    assert!(left.len() < 2 || encoding == pieces.finish());
    let Ok(encoding) = encoding else { return };

    let mut reader = csv::ReaderBuilder::new()
        .delimiter(sheet::separator(&file, |cell| import::is_address(&encoding.decode(cell))))
        .has_headers(false)
        .flexible(true)
        .from_reader(file.as_slice());
    let mut record = csv::ByteRecord::new();
    let mut columns: Option<(Columns, Vec<String>)> = None;
    let smtputf8 = choice & 1 == 1;
    let rules = Rules {
        languages: vec![Language::De, Language::DeSimple],
        language: Language::De,
        others: (choice & 2 == 2).then_some(Language::De),
        words: Words::parse(&["regular=active".to_owned()]).unwrap(),
        today: jiff::civil::date(2026, 12, 1),
        smtputf8,
    };
    while reader.read_byte_record(&mut record).unwrap() {
        let cells: Vec<String> = record.iter().map(|cell| encoding.decode(cell).into_owned()).collect();
        for cell in &cells {
            let guarded = sheet::guard(cell);
            assert!(!guarded.starts_with(['=', '+', '-', '@', '\t', '\r']) && sheet::unguard(&guarded) == cell, "{cell:?}");
        }
        match &columns {
            None => {
                let cells: Vec<String> = cells.iter().map(|cell| cell.trim_start_matches('\u{feff}').to_owned()).collect();
                let Ok(read) = Columns::parse(&cells, &[]) else { return };
                assert!(read.unused().len() < cells.len());
                columns = Some((read, cells));
            }
            Some((columns, headings)) => {
                let read = columns.read(&cells, &rules);
                // Whom a row lets in it does not keep out.
                assert!(!matches!(read, Ok(Reading::Person(_))) || columns.keeps_out(&cells, &rules).is_none());
                check(read, &cells, headings, &rules);
            }
        }
    }
});

fn check(reading: Result<Reading, Problem>, cells: &[String], headings: &[String], rules: &Rules) {
    match reading {
        Ok(Reading::Person(entry)) => {
            // Further cells are empty.
            assert!(cells.len() >= headings.len());
            let again = Address::parse(entry.address.as_typed()).unwrap();
            assert_eq!(again, entry.address);
            assert!(rules.smtputf8 || !entry.address.needs_smtputf8());
            assert!(rules.languages.contains(&entry.language));
            if let Some(name) = entry.name {
                assert!(!name.trim().is_empty() && HeaderText::parse("name", &name).is_ok(), "{name:?}");
                assert!(!name.contains(char::is_control), "{name:?}");
            }
            for (heading, value) in entry.evidence {
                assert!(!value.is_empty() && headings.iter().any(|it| it.contains(&heading)), "{heading:?}: {value:?}");
            }
        }
        Ok(Reading::LeftOut(_)) => {}
        Err(problem) => {
            // What could name somebody must not get into a log. Headings are quoted, and one sentence has an example.
            let told = problem.to_string().replace("name@example.org", "");
            let names_somebody = |cell: &&String| cell.len() >= 8 && cell.contains('@') && !cell.contains(char::is_whitespace);
            let is_heading = headings.iter().any(|heading| heading.contains('@'));
            let found = cells.iter().filter(names_somebody).find(|cell| !is_heading && told.contains(cell.as_str()));
            assert_eq!(found, None, "{told:?}");
        }
    }
}
