//! Rows of a text: CSV and what programs make of it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::ops::ControlFlow;
use std::path::Path;
use std::rc::Rc;

use super::super::super::CliError;
use super::{Flow, Row};
use crate::domain::import;
use crate::domain::sheet::{self, Encoding};

/// Octets of a row at most. What is longer has a quotation mark that nobody closed.
const LONGEST_ROW: usize = 1_000_000;

pub(super) struct Text {
    pub encoding: Encoding,
    pub separator: u8,
    /// Whether spaces before quotation marks are to be taken away.
    spaced: bool,
    /// Whether the first line says what separates cells.
    told: bool,
    /// Octets of byte order marks, which some programs write twice.
    marks: u64,
}

impl Text {
    pub fn new(encoding: Encoding, whole: &[u8]) -> Text {
        let mut beginning = whole;
        while let Some(rest) = beginning.strip_prefix(sheet::BOM) {
            beginning = rest;
        }
        let marks = u64::try_from(whole.len() - beginning.len()).unwrap_or(0);
        let known = |cell: &[u8]| {
            let cell = encoding.decode(cell);
            let cell = cell.trim().trim_matches('"');
            import::names_the_address(cell) || import::is_address(cell)
        };
        let separator = sheet::separator(beginning, known);
        let spaced = sheet::is_spaced(beginning, separator);
        Text { encoding, separator, spaced, told: sheet::told_separator(beginning).is_some(), marks }
    }

    pub fn each(&self, mut file: File, path: &Path, take: &mut dyn FnMut(Row<'_>) -> Flow) -> Result<(), CliError> {
        let unread = |error: io::Error| CliError::Failed(format!("{} cannot be read: {error}", path.display()));
        file.seek(io::SeekFrom::Start(self.marks)).map_err(unread)?;
        let lines = Rc::new(RefCell::new(Lines::default()));
        let input = Watched {
            inner: BufReader::new(file),
            lines: Rc::clone(&lines),
            spaced: self.spaced.then(|| Spaced::new(self.separator)),
        };
        let mut reader = csv::ReaderBuilder::new().delimiter(self.separator).has_headers(false).flexible(true).from_reader(input);
        let mut record = csv::ByteRecord::new();
        let mut number = 0;
        loop {
            lines.borrow_mut().since = 0;
            number += 1;
            match reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => return Err(CliError::Failed(format!("{}, row {number}: {error}", path.display()))),
            }
            let (line, empty) = lines.borrow_mut().reach(record.position().map_or(0, csv::Position::byte));
            number += empty;
            let cells: Vec<_> = record.iter().map(|cell| self.encoding.decode(cell)).collect();
            let is_told = self.told && number == 1;
            if is_told || cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let row = Row { number, cells, raw: Some(&record), line, octets: reader.position().byte() };
            if take(row)? == ControlFlow::Break(()) {
                return Ok(());
            }
        }
    }
}

/// Where lines end in what was handed to the CSV reader but is not yet a row, so that rows can be told by their lines.
#[derive(Default)]
struct Lines {
    /// Octets handed out since the last row began.
    since: usize,
    handed: u64,
    /// Behind the break of each line, and whether the line is empty.
    ends: VecDeque<(u64, bool)>,
    /// Where the line that is being handed out begins.
    begins: u64,
    after_cr: bool,
    /// Lines that are done.
    done: u64,
}

impl Lines {
    fn hand_out(&mut self, octets: &[u8]) {
        self.since += octets.len();
        for (at, octet) in (self.handed + 1..).zip(octets) {
            match octet {
                b'\n' if self.after_cr => {
                    // The second half of a break.
                    if let Some((end, _)) = self.ends.back_mut().filter(|(end, _)| *end + 1 == at) {
                        *end = at;
                    }
                    self.begins = at;
                }
                b'\n' | b'\r' => {
                    self.ends.push_back((at, self.begins + 1 == at));
                    self.begins = at;
                }
                _ => {}
            }
            self.after_cr = *octet == b'\r';
        }
        self.handed += u64::try_from(octets.len()).unwrap_or(0);
    }

    /// The line in which the row begins that was read from this octet on, and how many empty ones the reader passed over before.
    fn reach(&mut self, octet: u64) -> (u64, i64) {
        let mut empty = 0;
        while let Some((end, is_empty)) = self.ends.front() {
            // The reader may have left the second half of a break.
            let is_before = *end <= octet + 1;
            if !is_before && !is_empty {
                break;
            }
            // Empty lines within a row before this one were no rows.
            empty += i64::from(*is_empty && *end > octet);
            self.done += 1;
            self.ends.pop_front();
        }
        (self.done + 1, empty)
    }
}

/// What the CSV reader reads: it notes where lines end, and refuses to read on where a row does not, for that would be kept in
/// memory.
struct Watched {
    inner: BufReader<File>,
    lines: Rc<RefCell<Lines>>,
    spaced: Option<Spaced>,
}

impl Read for Watched {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut lines = self.lines.borrow_mut();
        if lines.since > LONGEST_ROW {
            let why = format!(
                "it does not end within a million octets; is there a quotation mark in line {} or behind it that nobody closed?",
                lines.done + 1
            );
            return Err(io::Error::other(why));
        }
        let length = loop {
            let length = match &mut self.spaced {
                None => self.inner.read(into)?,
                Some(spaced) => match spaced.read(&mut self.inner, into)? {
                    // Nothing but spaces.
                    0 if !self.inner.fill_buf()?.is_empty() => continue,
                    length => length,
                },
            };
            break length;
        };
        lines.hand_out(into.get(..length).unwrap_or_default());
        Ok(length)
    }
}

/// More spaces are not what a program writes behind a separator.
const MOST_HELD: usize = 64;

/// Takes spaces away that stand between a separator and a quotation mark.
struct Spaced {
    separator: u8,
    place: Place,
    /// Spaces that may have to go.
    held: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the beginning of a cell.
    Begin,
    Bare,
    Quoted,
    /// Behind a quotation mark that may be the last one.
    Behind,
}

impl Spaced {
    fn new(separator: u8) -> Spaced {
        Spaced { separator, place: Place::Begin, held: 0 }
    }

    fn read(&mut self, from: &mut impl BufRead, into: &mut [u8]) -> io::Result<usize> {
        let mut length = 0;
        let (mut room, mut used) = (into.iter_mut(), 0);
        let octets = from.fill_buf()?;
        for &octet in octets {
            // Held spaces and this one must fit.
            if room.len() <= self.held {
                break;
            }
            used += 1;
            if self.place == Place::Begin && octet == b' ' && self.held < MOST_HELD {
                self.held += 1;
                continue;
            }
            let kept = if self.place == Place::Begin && octet == b'"' { 0 } else { self.held };
            self.held = 0;
            for out in std::iter::repeat_n(b' ', kept).chain([octet]) {
                if let Some(place) = room.next() {
                    *place = out;
                    length += 1;
                }
            }
            self.place = match (self.place, octet) {
                (Place::Quoted, b'"') => Place::Behind,
                (Place::Quoted, _) => Place::Quoted,
                (Place::Begin | Place::Behind, b'"') => Place::Quoted,
                (_, octet) if octet == self.separator || octet == b'\n' || octet == b'\r' => Place::Begin,
                (_, _) => Place::Bare,
            };
        }
        from.consume(used);
        Ok(length)
    }
}
