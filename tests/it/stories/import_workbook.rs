//! Lists as offices have them: workbooks, whose first sheet is read as if it were a text, and which cannot fill the memory.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

use super::import::{active, done, imports};
use crate::support::app::each_database;

/// A workbook with these sheets; the content of each is its `sheetData`. Style 1 is a date, style 2 a date with its time.
fn workbook(sheets: &[(&str, &str)], texts: &str) -> Vec<u8> {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    let rels = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"";
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let each = |line: &dyn Fn(usize, &str) -> String| -> String {
        sheets.iter().enumerate().map(|(n, (name, _))| line(n + 1, name)).collect()
    };
    let mut files = vec![
        (
            "[Content_Types].xml".to_owned(),
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned(),
        ),
        (
            "_rels/.rels".to_owned(),
            format!(
                "<Relationships {rels}><Relationship Id=\"r\" Type=\"{kind}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml".to_owned(),
            format!(
                "<workbook {main} xmlns:r=\"{kind}\"><sheets>{}</sheets></workbook>",
                each(&|n, name| format!(
                    "<sheet name=\"{name}\" sheetId=\"{n}\" r:id=\"r{n}\"{}/>",
                    if name.starts_with("hidden") { " state=\"hidden\"" } else { "" }
                ))
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!(
                "<Relationships {rels}>{}<Relationship Id=\"s\" Type=\"{kind}/styles\" Target=\"styles.xml\"/>\
                 <Relationship Id=\"t\" Type=\"{kind}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>",
                each(&|n, _| format!("<Relationship Id=\"r{n}\" Type=\"{kind}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"))
            ),
        ),
        (
            "xl/styles.xml".to_owned(),
            format!(
                "<styleSheet {main}><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"
            ),
        ),
        ("xl/sharedStrings.xml".to_owned(), format!("<sst {main}{texts}</sst>")),
    ];
    for (n, (_, data)) in sheets.iter().enumerate() {
        let sheet = format!("<worksheet {main}><dimension ref=\"A1:XFD1048576\"/><sheetData>{data}</sheetData></worksheet>");
        files.push((format!("xl/worksheets/sheet{}.xml", n + 1), sheet));
    }
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        write!(archive, "{head}{content}").unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A row of texts.
fn row(number: usize, cells: &[&str]) -> String {
    let cells: String = cells
        .iter()
        .zip('A'..)
        .filter(|(cell, _)| !cell.is_empty())
        .map(|(cell, column)| match cell.strip_prefix('=') {
            Some(raw) => format!("<c r=\"{column}{number}\" {raw}</c>"),
            None => format!("<c r=\"{column}{number}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{cell}</t></is></c>"),
        })
        .collect();
    format!("<row r=\"{number}\">{cells}</row>")
}

const NO_TEXTS: &str = " uniqueCount=\"0\">";

each_database!(a_workbook_is_read_like_a_text, |app| async move {
    let texts = " count=\"2\" uniqueCount=\"2\"><si><t>Jürgen</t></si><si><r><t>Mül</t></r><r><t>ler</t></r></si>";
    let members = [
        row(1, &["Mitglieder 2026"]),
        row(3, &["E-Mail", "Vorname", "Name", "Telefon", "Angemeldet am", "Bestätigt", "Abgemeldet"]),
        row(
            4,
            &[
                "in1@example.org",
                "=t=\"s\"><v>0</v>",
                "=t=\"s\"><v>1</v>",
                "=><v>491701234567</v>",
                "=s=\"1\"><v>43238</v>",
                "=t=\"b\"><v>1</v>",
            ],
        ),
        row(6, &["in2@example.org", "", "", "", "=s=\"2\"><v>43238.5</v>", "=s=\"2\"><v>43143.4545</v>", "=t=\"b\"><v>0</v>"]),
        row(7, &["out1@example.org", "", "", "", "", "=t=\"b\"><v>0</v>"]),
        row(8, &["out2@example.org", "", "", "", "", "=t=\"b\"><v>1</v>", "=s=\"1\"><v>44000</v>"]),
        row(9, &["out3@example.org", "", "", "", "", "=s=\"1\"><v>0</v>"]),
        row(10, &["wrong", "", "", "", "", "=t=\"b\"><v>1</v>"]),
        row(11, &["out4@example.org", "", "", "", "", "=t=\"e\"><v>#REF!</v>"]),
        row(12, &["out2@example.org", "", "", "", "", "=t=\"b\"><v>1</v>"]),
        row(13, &["", " "]),
    ];
    let file = workbook(
        &[("hidden", &row(1, &["email"])), ("Mitglieder", &members.concat()), ("Ausgetreten", &row(1, &["email"]))],
        texts,
    );
    let ran = imports(&app, "liste.xlsx", &file, &["--map", "ignore=Telefon"]);
    let said = done(&ran);
    for words in [
        "plain, XLSX, sheet \"Mitglieder\" (not read: \"hidden\", \"Ausgetreten\"); columns not used: Telefon",
        "The columns are named in row 3",
        "8 rows, 2 added",
        "2 left out, as the file says: unconfirmed",
        "1 left out, as the file says: unsubscribed",
        "1 stay out: another row of the file",
        "2 rows with mistakes",
        "1 \"#REF!\" in column \"Bestätigt\"",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(ran.err.contains("row 10: column \"E-Mail\"") && ran.err.contains("row 11: column \"Bestätigt\""), "{}", ran.err);
    assert_eq!(active(&app), ["in1@example.org Jürgen Müller de", "in2@example.org  de"]);
    let bodies = app.database.texts("SELECT body AS value FROM consent_details ORDER BY body");
    assert!(bodies[0].contains("\"Angemeldet am\":\"2018-05-18\"") && bodies[0].contains("\"number\":4"), "{bodies:?}");
    assert!(
        bodies[1].contains("\"Angemeldet am\":\"2018-05-18 12:00:00\"")
            && bodies[1].contains("\"Bestätigt\":\"2018-02-12 10:54:2"),
        "{bodies:?}"
    );
    assert!(!bodies[0].contains("491701234567"));

    // By place, and a number as what it is.
    let file = workbook(&[("S", &row(1, &["in3@example.org", "=><v>491701234567</v>"]))], NO_TEXTS);
    let refused = imports(&app, "phones.xlsx", &file, &[]);
    assert!(refused.code == Some(1) && refused.err.contains("--no-heading --map email=#1"), "{refused:?}");
    done(&imports(&app, "phones.xlsx", &file, &["--no-heading", "--map", "email=#1,name=#2"]));
    assert_eq!(active(&app).last().unwrap(), "in3@example.org 491701234567 de");
});

each_database!(a_workbook_cannot_fill_the_memory, |app| async move {
    let head = row(1, &["email", "name"]);
    let refused = |name: &str, sheet: &str, texts: &str, words: &str| {
        let file = workbook(&[("S", sheet)], texts);
        assert!(file.len() < 3_000_000, "{name}: {} octets", file.len());
        let ran = imports(&app, name, &file, &["--dry-run"]);
        assert!(ran.code == Some(1) && ran.err.contains(words), "{name}: {:?} {}", ran.code, ran.err);
    };
    let far = "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>in1@example.org</t></is></c><c r=\"XFD2\"><v>1</v></c></row>";
    refused("far.xlsx", &format!("{head}{far}"), NO_TEXTS, "further right than column 1000");
    refused(
        "long.xlsx",
        &format!("{head}{}", row(2, &["in1@example.org", &"a".repeat(2_000_000)])),
        NO_TEXTS,
        "a cell of more than a million letters",
    );
    refused("many.xlsx", &head, " uniqueCount = '99999999999999'>", "texts beyond number");
    refused(
        "texts.xlsx",
        &head,
        &format!(" uniqueCount=\"1\">{}", "<si><t/></si>".repeat(6_000_000)),
        "too large to be read safely",
    );
    // A cell in the last row of a sheet makes no room for those above it.
    let deep = format!("{head}{}", row(1_048_576, &["in1@example.org", "Ada"]));
    assert!(done(&imports(&app, "deep.xlsx", &workbook(&[("S", &deep)], NO_TEXTS), &[])).contains("1 rows, 1 added"));
    // Empty cells that were formatted are none.
    let wide = format!(
        "{head}<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>in2@example.org</t></is></c><c r=\"XFD2\" s=\"1\"></c></row>"
    );
    assert!(done(&imports(&app, "wide.xlsx", &workbook(&[("S", &wide)], NO_TEXTS), &[])).contains("1 rows, 1 added"));
    let open = workbook(&[("S", "<row r=\"1\"><c r=\"A1\"")], NO_TEXTS);
    let ran = imports(&app, "open.xlsx", &open, &[]);
    assert!(ran.code == Some(1) && ran.err.contains("the workbook is damaged"), "{ran:?}");
});
