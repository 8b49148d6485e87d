//! The file of an import: looked at once as a whole, then read row by row, so that memory holds a row and no more.

mod text;
mod workbook;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;

use super::super::CliError;
use crate::domain::import;
use crate::domain::sheet::{self, Encoding, EncodingWatch};
use text::Text;
use workbook::Workbook;

/// What the whole of a file says.
pub(super) struct Source {
    path: PathBuf,
    file: File,
    kind: Kind,
    /// SHA-256.
    pub hash: [u8; 32],
    pub octets: u64,
}

enum Kind {
    Text(Text),
    Workbook(Workbook),
}

/// One row that is not empty.
pub(super) struct Row<'a> {
    /// As a spreadsheet counts: from 1, and the empty ones too.
    pub number: i64,
    pub cells: Vec<Cow<'a, str>>,
    /// As the file has them, of a text.
    raw: Option<&'a csv::ByteRecord>,
    /// The line of a text that it begins in.
    line: u64,
    /// Octets of the file up to here.
    pub octets: u64,
}

/// What looks at rows: it can end the reading.
pub(super) type Flow = Result<ControlFlow<()>, CliError>;

impl Source {
    /// `encoding`: what the file is in, if whoever imports says it.
    pub fn open(path: &Path, encoding: Option<Encoding>) -> Result<Source, CliError> {
        let unread = |error: io::Error| CliError::Failed(format!("{} cannot be read: {error}", path.display()));
        let refused = |why: String| CliError::Failed(format!("{}: {why}", path.display()));
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
        let kind = if workbook::is_one(&beginning) {
            Kind::Workbook(Workbook::open(file.try_clone().map_err(unread)?).map_err(refused)?)
        } else {
            sheet::is_a_table(&beginning).map_err(|error| refused(error.to_string()))?;
            let found = watch.finish().map_err(|error| refused(error.to_string()))?;
            if encoding == Some(Encoding::Utf8) && found != Encoding::Utf8 {
                return Err(CliError::Usage("--encoding: the file is not UTF-8 throughout".to_owned()));
            }
            Kind::Text(Text::new(encoding.unwrap_or(found), &beginning))
        };
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(hash.finish().as_ref());
        Ok(Source { path: path.to_owned(), file, kind, hash: sha256, octets })
    }

    /// Hands the rows over, one after the other; a workbook's, which has no empty cells at the end, filled up to a width.
    pub fn each(&self, width: usize, take: &mut dyn FnMut(Row<'_>) -> Flow) -> Result<(), CliError> {
        let unread = |error: io::Error| CliError::Failed(format!("{} cannot be read: {error}", self.path.display()));
        let mut file = self.file.try_clone().map_err(unread)?;
        file.rewind().map_err(unread)?;
        match &self.kind {
            Kind::Text(text) => text.each(file, &self.path, take),
            Kind::Workbook(workbook) => workbook.each(file, &self.path, width, take),
        }
    }

    /// The first rows.
    pub fn beginning(&self) -> Result<Vec<(i64, Vec<String>)>, CliError> {
        let mut rows = Vec::new();
        self.each(0, &mut |row| {
            rows.push((row.number, row.cells.into_iter().map(Cow::into_owned).collect()));
            Ok(if rows.len() < sheet::LOOKED_AT { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        Ok(rows)
    }

    /// What it is, for whoever imports.
    pub fn is(&self) -> String {
        match &self.kind {
            Kind::Text(text) => text.encoding.name().to_owned(),
            Kind::Workbook(workbook) => workbook.is(),
        }
    }

    /// Readers whose rows became part of this one.
    pub fn swallowed(&self, row: &Row<'_>) -> Vec<crate::domain::address::Address> {
        match &self.kind {
            Kind::Text(text) => import::swallowed(&row.cells, char::from(text.separator)),
            Kind::Workbook(_) => Vec::new(),
        }
    }

    /// Cells that only whoever knows their words can tell the encoding by: as they are read here, and as they could be.
    pub fn samples(&self) -> Result<Vec<(String, Vec<String>)>, CliError> {
        match &self.kind {
            Kind::Text(text) if text.encoding != Encoding::Utf8 => {
                let mut found: Vec<Vec<u8>> = Vec::new();
                self.each(0, &mut |row| {
                    let cells = row.raw.into_iter().flat_map(csv::ByteRecord::iter);
                    let telling = cells.filter(|cell| !cell.is_ascii() && cell.len() <= 40 && !cell.contains(&b'@'));
                    telling.take(2).for_each(|cell| found.push(cell.to_vec()));
                    Ok(if found.len() < 4 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
                })?;
                let others = sheet::LOOK_ALIKES.into_iter().chain([sheet::WINDOWS_1252]).filter(|other| *other != text.encoding);
                let all = [text.encoding].into_iter().chain(others);
                let decoded = |it: Encoding| found.iter().map(|cell| it.decode(cell).into_owned()).collect::<Vec<_>>();
                Ok(if found.is_empty() { Vec::new() } else { all.map(|it| (it.name().to_owned(), decoded(it))).collect() })
            }
            _ => Ok(Vec::new()),
        }
    }
}

impl Row<'_> {
    /// The lines of the file that it is made of.
    pub fn lines(&self) -> (u64, u64) {
        let breaks = |cell: &str| cell.replace("\r\n", "\n").matches(['\n', '\r']).count();
        // The last break ends the row, also where a quotation mark was open until then.
        let last = self.cells.len().saturating_sub(1);
        let cells =
            self.cells.iter().enumerate().map(|(n, cell)| if n == last { cell.trim_end_matches(['\n', '\r']) } else { cell });
        let more: usize = cells.map(breaks).sum();
        (self.line, self.line + u64::try_from(more).unwrap_or(0))
    }
}
