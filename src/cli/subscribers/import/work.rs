//! One thread reads the file and prepares its people, another hands them to the database.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::sync::mpsc;

use indicatif::ProgressBar;

use super::super::source::{Row, Source};
use super::{CliError, number};
use crate::app::App;
use crate::domain::import::{Columns, KeptOut, LeftOut, Problem, Reading, Rules};
use crate::journeys::import::{self as journey, Batch, Counts, Seen};

/// Mistakes that are told one by one; the others are counted, and written to `--errors`.
const TOLD: i64 = 20;
/// Different words that are counted, and their letters: a column of texts is none of words.
const MOST_WORDS: usize = 1_000;
const LONGEST_WORD: usize = 60;

/// What the file itself says, counted.
#[derive(Default)]
pub(super) struct Tally {
    pub rows: i64,
    pub left_out: BTreeMap<LeftOut, i64>,
    /// Whom another row keeps out.
    pub kept_out: i64,
    pub mistakes: i64,
    /// Column and word.
    pub words: BTreeMap<(String, String), i64>,
}

/// Some people on their way to the database, and how far in the file they end.
struct Load {
    batch: Batch,
    octets: u64,
}

/// What is the same for every row.
pub(super) struct Work<'a> {
    pub app: &'a App,
    pub source: &'a Source,
    pub columns: &'a Columns,
    /// The row that names them.
    pub heading: i64,
    pub rules: &'a Rules,
    pub kept_out: &'a KeptOut,
    pub import: &'a journey::Import,
    pub bar: &'a ProgressBar,
}

/// Reads the whole file for whom one of its rows keeps out, wherever in it they are let in.
pub(super) fn kept_out(source: &Source, columns: &Columns, rules: &Rules, heading: i64) -> Result<KeptOut, CliError> {
    let mut kept_out = KeptOut::default();
    source.each(columns.width(), &mut |row| {
        if row.number > heading {
            source.swallowed(&row).iter().for_each(|address| kept_out.add(address));
            columns.keeps_out(&row.cells, rules).iter().for_each(|address| kept_out.add(address));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(kept_out)
}

impl Work<'_> {
    pub fn run(&self, errors: Option<File>, dry_run: bool) -> Result<(Tally, Counts), CliError> {
        std::thread::scope(|scope| {
            // One batch waits while one is written: memory holds no more than these and the one that is being read.
            let (loads, loaded) = mpsc::sync_channel(1);
            let reading = scope.spawn(move || self.read(&loads, errors));
            let written = self.write(loaded, dry_run);
            let read = reading.join().map_err(|_| CliError::Failed("reading the file broke down; this is a fault".into()))?;
            // What the database says comes first: the reader only saw that nobody took its people.
            let counts = written?;
            Ok((read?, counts))
        })
    }

    fn read(&self, loads: &mpsc::SyncSender<Load>, errors: Option<File>) -> Result<Tally, CliError> {
        let mut errors = errors.map(BufWriter::new);
        let mut tally = Tally::default();
        let mut batch = Batch::after(self.import.rows_done)?;
        let mut octets = 0;
        self.source.each(self.columns.width(), &mut |row| {
            if row.number <= self.heading {
                return Ok(ControlFlow::Continue(()));
            }
            tally.rows += 1;
            octets = row.octets;
            match self.reading(&row) {
                Ok(Reading::Person(entry)) if self.kept_out.contains(&entry.address) => tally.kept_out += 1,
                // Rows that an earlier run has done are read once more, so that mistakes and counts are those of the whole file.
                Ok(Reading::Person(entry)) if tally.rows > self.import.rows_done => {
                    batch.add(&self.app.context, self.import, row.number, entry)?;
                }
                Ok(Reading::Person(_)) => {}
                Ok(Reading::LeftOut(reason)) => *tally.left_out.entry(reason).or_default() += 1,
                Err(problem) => self.note(&mut tally, &mut errors, row.number, problem)?,
            }
            if batch.reach(tally.rows) {
                let full = std::mem::replace(&mut batch, Batch::after(tally.rows)?);
                if loads.send(Load { batch: full, octets }).is_err() {
                    // Who does not take it any more says why.
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if !batch.is_empty() {
            let _ = loads.send(Load { batch, octets });
        }
        if tally.mistakes > TOLD {
            let more = number(tally.mistakes - TOLD);
            self.bar.suspend(|| eprintln!("{more} more rows with mistakes; --errors FILE writes all of them down"));
        }
        if let Some(mut errors) = errors {
            errors.flush().map_err(unwritten)?;
        }
        Ok(tally)
    }

    fn reading(&self, row: &Row<'_>) -> Result<Reading, Problem> {
        match self.source.swallowed(row).is_empty() {
            true => self.columns.read(&row.cells, self.rules),
            false => {
                let (from, to) = row.lines();
                Err(Problem::Swallowed { from, to })
            }
        }
    }

    fn note(&self, tally: &mut Tally, errors: &mut Option<BufWriter<File>>, row: i64, problem: Problem) -> Result<(), CliError> {
        tally.mistakes += 1;
        if tally.mistakes <= TOLD {
            self.bar.suspend(|| eprintln!("row {row}: {problem}"));
        }
        if let Some(errors) = errors {
            writeln!(errors, "row {row}: {problem}").map_err(unwritten)?;
        }
        if let Problem::Word { column, word } = problem {
            // What could be an address or a text is nobody's word.
            let is_word = word.chars().count() <= LONGEST_WORD && !word.contains('@');
            if is_word && (tally.words.len() < MOST_WORDS || tally.words.contains_key(&(column.clone(), word.clone()))) {
                *tally.words.entry((column, word)).or_default() += 1;
            }
        }
        Ok(())
    }

    fn write(&self, loaded: mpsc::Receiver<Load>, dry_run: bool) -> Result<Counts, CliError> {
        let (mut counts, mut seen) = (Counts::default(), Seen::default());
        for Load { batch, octets } in loaded {
            let now = self.app.clock.now();
            let more = if dry_run {
                self.app.store.read_blocking(|conn| journey::weigh(conn, now, self.import, batch, &mut seen))?
            } else {
                let import = self.import.clone();
                let taken = self.app.store.write_blocking(move |conn| journey::take(conn, now, &import, batch))?;
                taken.ok_or_else(|| {
                    CliError::Failed(
                        "somebody else runs this import at the same time and goes on with it; this run has ended".into(),
                    )
                })?
            };
            counts.add(more);
            self.bar.set_position(octets);
        }
        Ok(counts)
    }
}

fn unwritten(error: io::Error) -> CliError {
    CliError::Failed(format!("--errors: the file cannot be written: {error}"))
}
