//! Rows of a workbook (XLSX): those of its first sheet, cell by cell, so that memory holds its texts and one row.
//!
//! A workbook is a ZIP file, and a small one can hold endless octets. It is inflated once to nowhere before anything of it is kept.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx};

use super::super::super::CliError;
use super::{Flow, Row};

/// Octets of a workbook at most, inflated: a million rows with ten columns.
const LARGEST: u64 = 1 << 30;
/// Of the texts of all cells, which are in memory together.
const LARGEST_TEXTS: u64 = 64 << 20;
/// Of one cell or anything else in one piece.
const LONGEST_PIECE: usize = 1_000_000;
const MOST_COLUMNS: usize = 1_000;

pub(super) struct Workbook {
    sheet: String,
    others: Vec<String>,
}

pub(super) fn is_one(beginning: &[u8]) -> bool {
    beginning.starts_with(b"PK\x03\x04") || beginning.starts_with(b"PK\x05\x06")
}

impl Workbook {
    pub fn open(file: File) -> Result<Workbook, String> {
        is_bounded(&file)?;
        let book = read(file)?;
        let mut sheets = book.sheets_metadata().iter();
        let is_shown = |sheet: &&calamine::Sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible;
        let sheet = sheets.find(is_shown).map(|sheet| sheet.name.clone()).ok_or("the workbook has no sheet that is shown")?;
        let others = book.sheet_names().into_iter().filter(|name| *name != sheet).collect();
        Ok(Workbook { sheet, others })
    }

    pub fn is(&self) -> String {
        let others: Vec<String> = self.others.iter().map(|name| format!("\"{name}\"")).collect();
        match others.as_slice() {
            [] => format!("XLSX, sheet \"{}\"", self.sheet),
            some => format!("XLSX, sheet \"{}\" (not read: {})", self.sheet, some.join(", ")),
        }
    }

    pub fn each(&self, file: File, path: &Path, width: usize, take: &mut dyn FnMut(Row<'_>) -> Flow) -> Result<(), CliError> {
        let damaged =
            |error: &dyn std::fmt::Display| CliError::Failed(format!("{}: the workbook is damaged: {error}", path.display()));
        let octets = file.metadata().map_or(0, |about| about.len());
        let mut book = read(file).map_err(|error| damaged(&error))?;
        let mut reader = book.worksheet_cells_reader(&self.sheet).map_err(|error| damaged(&error))?;
        let (mut number, mut cells) = (0, Vec::new());
        loop {
            let cell = reader.next_cell().map_err(|error| damaged(&error))?;
            let place = cell.as_ref().map(calamine::Cell::get_position);
            let row = place.map_or(i64::MAX, |(row, _)| i64::from(row) + 1);
            if row != number && !cells.is_empty() {
                let mut full = std::mem::take(&mut cells);
                full.resize(full.len().max(width), Cow::Borrowed(""));
                let is_empty = full.iter().all(|cell: &Cow<'_, str>| cell.trim().is_empty());
                let row = Row { number, cells: full, raw: None, line: 0, octets };
                if !is_empty && take(row)? == ControlFlow::Break(()) {
                    return Ok(());
                }
            }
            let (Some(cell), Some((_, column))) = (cell, place) else { return Ok(()) };
            number = row;
            let column = usize::try_from(column).unwrap_or(usize::MAX);
            let value = text(cell.get_value());
            if value.is_empty() {
                continue;
            }
            if column >= MOST_COLUMNS {
                let why = format!(
                    "{}, row {number}: a cell is further right than column {MOST_COLUMNS}; delete what is not needed",
                    path.display()
                );
                return Err(CliError::Failed(why));
            }
            cells.resize(cells.len().max(column + 1), Cow::Borrowed(""));
            if let Some(place) = cells.get_mut(column) {
                *place = Cow::Owned(value);
            }
        }
    }
}

fn read(file: File) -> Result<Xlsx<BufReader<File>>, String> {
    Xlsx::new(BufReader::new(file)).map_err(|error| error.to_string())
}

/// A cell as it would stand in a text.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        // 491701234567 and not 4.9e11, nor 5.0.
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(at) if at.is_duration() => at.as_f64().to_string(),
        DataRef::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            match (hour, minute, second) {
                (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
            }
        }
        DataRef::Error(error) => error.to_string(),
    }
}

/// Refuses what is no workbook of this kind, and what would not fit.
fn is_bounded(file: &File) -> Result<(), String> {
    let file = file.try_clone().map_err(|error| error.to_string())?;
    let mut archive =
        zip::ZipArchive::new(BufReader::new(file)).map_err(|error| format!("the file is a damaged ZIP archive: {error}"))?;
    let names: Vec<String> = archive.file_names().filter_map(Result::ok).map(Cow::into_owned).collect();
    let has = |name: &str| names.iter().any(|it| it.trim_start_matches('/').eq_ignore_ascii_case(name));
    let save = "open it in a spreadsheet and save it as XLSX or \"CSV UTF-8\"";
    if has("xl/workbook.bin") {
        return Err(format!("the file is a binary Excel workbook (XLSB); {save}"));
    } else if has("content.xml") || has("mimetype") {
        return Err(format!("the file is an OpenDocument file (ODS) or another office's; {save}"));
    } else if !has("[Content_Types].xml") || names.iter().any(|name| name.starts_with("word/")) {
        return Err(format!(
            "the file is a ZIP archive and no Excel workbook (XLSX); unpack it, or if it is another spreadsheet, {save}"
        ));
    }
    let mut room = LARGEST;
    let mut piece = vec![0; 65_536];
    for n in 0..archive.len() {
        let damaged = |error: &dyn std::fmt::Display| format!("the workbook is damaged: {error}");
        let mut entry = archive.by_index(n).map_err(|error| damaged(&error))?;
        let holds_texts = entry.name().map(|name| name.to_lowercase().contains("sharedstrings")).unwrap_or(true);
        let (mut watch, mut octets) = (Pieces::default(), 0);
        loop {
            let length = entry.read(&mut piece).map_err(|error| damaged(&error))?;
            if length == 0 {
                break;
            }
            octets += u64::try_from(length).unwrap_or(u64::MAX);
            watch.look(piece.get(..length).unwrap_or_default())?;
            if octets > room || (holds_texts && octets > LARGEST_TEXTS) {
                return Err("the workbook is too large to be read safely; save its sheet as \"CSV UTF-8\"".to_owned());
            }
        }
        room -= octets;
    }
    Ok(())
}

/// Looks through XML for what a reader would keep in one piece, or would make room for because it is told to.
#[derive(Default)]
struct Pieces {
    /// Since the last angle bracket.
    length: usize,
    /// Of `uniqueCount="…"`.
    matched: usize,
    figures: usize,
}

const COUNT: &[u8] = b"uniqueCount";

impl Pieces {
    fn look(&mut self, octets: &[u8]) -> Result<(), String> {
        for &octet in octets {
            self.length = if octet == b'<' { 0 } else { self.length + 1 };
            if self.matched == COUNT.len() {
                match octet {
                    b'0'..=b'9' => self.figures += 1,
                    b'=' | b'"' | b'\'' | b' ' if self.figures == 0 => {}
                    _ => (self.matched, self.figures) = (0, 0),
                }
            } else if COUNT.get(self.matched) == Some(&octet) {
                self.matched += 1;
            } else {
                self.matched = usize::from(octet == b'u');
            }
            // Eight figures: more texts than there is room for their octets.
            if self.length > LONGEST_PIECE || self.figures > 7 {
                return Err("the workbook holds what no list of readers holds (a cell of more than a million letters, or texts \
                     beyond number); save its sheet as \"CSV UTF-8\""
                    .to_owned());
            }
        }
        Ok(())
    }
}
