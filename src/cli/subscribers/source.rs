//! The file of an import: looked at once as a whole, then read row by row, so that memory holds a row and no more.

use std::borrow::Cow;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use aws_lc_rs::digest;

use super::super::CliError;
use crate::domain::sheet::{self, Encoding, EncodingWatch};

/// Octets of a row at most. What is longer has a quotation mark that nobody closed.
const LONGEST_ROW: usize = 1_000_000;

/// What the whole of a file says.
pub(super) struct Source {
    path: PathBuf,
    file: File,
    pub encoding: Encoding,
    pub separator: u8,
    /// SHA-256.
    pub hash: [u8; 32],
    pub octets: u64,
}

impl Source {
    pub fn open(path: &Path) -> Result<Source, CliError> {
        let unread = |error: io::Error| CliError::Failed(format!("{} cannot be read: {error}", path.display()));
        let mut file = File::open(path).map_err(unread)?;
        if !file.metadata().map_err(unread)?.is_file() {
            return Err(CliError::Failed(format!("{} is no file; an import reads its file twice", path.display())));
        }
        let (mut watch, mut hash) = (EncodingWatch::default(), digest::Context::new(&digest::SHA256));
        let mut beginning = Vec::new();
        let mut piece = vec![0; 65_536];
        let mut octets = 0;
        loop {
            let length = file.read(&mut piece).map_err(unread)?;
            let Some(read @ [_, ..]) = piece.get(..length) else { break };
            if beginning.is_empty() {
                beginning = read.to_vec();
            }
            watch.look(read);
            hash.update(read);
            octets += u64::try_from(length).unwrap_or(0);
        }
        let encoding = watch.finish().map_err(|error| CliError::Failed(format!("{}: {error}", path.display())))?;
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(hash.finish().as_ref());
        Ok(Source { path: path.to_owned(), file, encoding, separator: sheet::separator(&beginning), hash: sha256, octets })
    }

    pub fn rows(&self) -> Result<Rows, CliError> {
        let unread = |error: io::Error| CliError::Failed(format!("{} cannot be read: {error}", self.path.display()));
        let mut file = self.file.try_clone().map_err(unread)?;
        file.rewind().map_err(unread)?;
        let since = Rc::new(Cell::new(0));
        let reader = csv::ReaderBuilder::new()
            .delimiter(self.separator)
            .has_headers(false)
            .flexible(true)
            .from_reader(Bounded { inner: BufReader::new(file), since: Rc::clone(&since) });
        Ok(Rows { reader, since, record: csv::ByteRecord::new(), encoding: self.encoding, number: 0, path: self.path.clone() })
    }
}

/// A row's number and its cells.
type Row<'a> = (i64, Vec<Cow<'a, str>>);

/// The rows of a file, the first of which names the columns.
pub(super) struct Rows {
    reader: csv::Reader<Bounded<BufReader<File>>>,
    since: Rc<Cell<usize>>,
    record: csv::ByteRecord,
    encoding: Encoding,
    number: i64,
    path: PathBuf,
}

impl Rows {
    /// The next row's number, counted from 1, and its cells; None: there are no more.
    pub fn next(&mut self) -> Result<Option<Row<'_>>, CliError> {
        self.since.set(0);
        self.number += 1;
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => {
                let cells = self.record.iter().map(|cell| self.encoding.decode(cell)).collect();
                Ok(Some((self.number, cells)))
            }
            Ok(false) => Ok(None),
            Err(error) => Err(CliError::Failed(format!("{}, row {}: {error}", self.path.display(), self.number))),
        }
    }

    /// Octets read so far.
    pub fn octets(&self) -> u64 {
        self.reader.position().byte()
    }
}

/// Refuses to read on where a row does not end: it would be kept in memory.
struct Bounded<R> {
    inner: R,
    /// Octets handed out since the last row began.
    since: Rc<Cell<usize>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.since.get() > LONGEST_ROW {
            return Err(io::Error::other(
                "it does not end within a million octets; is there a quotation mark that nobody closed?",
            ));
        }
        let length = self.inner.read(into)?;
        self.since.set(self.since.get() + length);
        Ok(length)
    }
}
