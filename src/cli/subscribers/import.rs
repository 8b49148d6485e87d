//! `rundbrief subscribers import`: one thread reads the file and prepares its people, another hands them to the database.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, IsTerminal as _, Write};
use std::path::PathBuf;
use std::sync::mpsc;

use indicatif::{ProgressBar, ProgressStyle};

use super::super::issue::no_newsletter;
use super::super::{CliError, files};
use super::source::Source;
use crate::app::App;
use crate::domain::header::HeaderText;
use crate::domain::import::{Columns, ColumnsError, LeftOut, Reading, Rules};
use crate::domain::language::Language;
use crate::journeys::import::{self as journey, Asked, Batch, Begun, Counts, Seen};
use crate::web::words;

/// Mistakes that are told one by one; the others are counted, and written to `--errors`.
const TOLD: i64 = 20;

#[derive(clap::Args)]
pub(in crate::cli) struct Import {
    newsletter: String,
    /// CSV in UTF-8 or Windows-1252, separated by commas, semicolons or tabs; its first row names the columns
    file: PathBuf,
    /// How and when these people agreed, and where that is written down; becomes part of each one's consent record
    #[arg(long, value_name = "TEXT")]
    evidence: String,
    /// Say what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// What columns hold, if it is not known by their names: email=Mail,name=Who,ignore=Phone
    #[arg(long, value_name = "FIELD=COLUMN", value_delimiter = ',')]
    map: Vec<String>,
    /// Language of readers whose row says none: de, en or de-simple; else the newsletter's first
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    /// Write the mistakes of all rows into this new file
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
}

/// What the file itself says, counted.
#[derive(Default)]
struct Tally {
    rows: i64,
    left_out: BTreeMap<LeftOut, i64>,
    mistakes: i64,
}

/// Some people on their way to the database, and how far in the file they end.
struct Load {
    batch: Batch,
    octets: u64,
}

/// What is the same for every row.
struct Work<'a> {
    app: &'a App,
    source: &'a Source,
    columns: &'a Columns,
    rules: &'a Rules,
    import: &'a journey::Import,
    bar: &'a ProgressBar,
}

impl Import {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let evidence = HeaderText::parse("--evidence", &self.evidence).map_err(|error| CliError::Usage(error.to_string()))?;
        if evidence.as_str().is_empty() {
            let why = "--evidence is empty; say how and when these people agreed, and where that is written down";
            return Err(CliError::Usage(why.to_owned()));
        }
        let language = self.language.as_deref().map(str::parse::<Language>).transpose();
        let language = language.map_err(|error| CliError::Usage(format!("--language: {error}")))?;
        let source = Source::open(&self.file)?;
        let columns = self.columns(&source)?;
        let asked =
            Asked { slug: self.newsletter.clone(), file_hash: source.hash, evidence: evidence.as_str().to_owned(), language };
        let Some((import, rules)) = self.begin(app, &asked)? else { return Ok(()) };
        let errors = self.errors.as_deref().map(files::create).transpose()?;
        say!(
            "{}: {}, {}{}",
            self.file.display(),
            columns.format,
            source.encoding.name(),
            match columns.unused().as_slice() {
                [] => String::new(),
                unused => format!("; columns not used: {}", unused.join(", ")),
            }
        );
        if import.rows_done > 0 {
            say!("An earlier run of this import did {} rows; it goes on behind them.", number(import.rows_done));
        }
        let bar = if std::io::stderr().is_terminal() { bar(source.octets) } else { ProgressBar::hidden() };
        let work = Work { app, source: &source, columns: &columns, rules: &rules, import: &import, bar: &bar };
        let (tally, counts) = work.run(errors, self.dry_run)?;
        bar.finish_and_clear();
        if !self.dry_run {
            let (now, done) = (app.clock.now(), import.clone());
            app.store.write_blocking(move |conn| journey::end(conn, now, &done))?;
        }
        self.report(&import, &tally, counts);
        Ok(())
    }

    fn columns(&self, source: &Source) -> Result<Columns, CliError> {
        let mut rows = source.rows()?;
        let (_, headings) = rows.next()?.ok_or_else(|| CliError::Failed(format!("{} has no rows", self.file.display())))?;
        Columns::parse(&headings, &self.map).map_err(|error| match error {
            ColumnsError::Map { .. } | ColumnsError::NoSuchColumn { .. } => CliError::Usage(error.to_string()),
            _ => CliError::Failed(format!("{}, row 1: {error}", self.file.display())),
        })
    }

    /// None: there is nothing to do, and that was said.
    fn begin(&self, app: &App, asked: &Asked) -> Result<Option<(journey::Import, Rules)>, CliError> {
        let now = app.clock.now();
        let begun = if self.dry_run {
            app.store.read_blocking(|conn| journey::try_out(conn, &app.context, now, asked))?
        } else {
            let (context, asked) = (app.context.clone(), asked.clone());
            app.store.write_blocking(move |conn| journey::begin(conn, &context, now, &asked))?
        };
        match begun {
            Begun::Import(import, rules) => Ok(Some((import, rules))),
            Begun::Done { at, added } => {
                let at = jiff::fmt::strtime::format("%Y-%m-%d %H:%M UTC", at).unwrap_or_default();
                say!(
                    "{} was imported already on {at}, and {} people were added by it; nothing was changed",
                    self.file.display(),
                    number(added)
                );
                Ok(None)
            }
            Begun::OtherEvidence(evidence) => Err(CliError::Usage(format!(
                "this import was begun with another --evidence and is not complete; go on with the same: \"{evidence}\""
            ))),
            Begun::NoSuchNewsletter => Err(no_newsletter(&self.newsletter)),
            Begun::NoSuchLanguage(languages) => {
                let tags: Vec<&str> = languages.iter().map(|language| language.tag()).collect();
                Err(CliError::Usage(format!("--language: {} comes in {}", self.newsletter, tags.join(", "))))
            }
        }
    }

    fn report(&self, import: &journey::Import, tally: &Tally, counts: Counts) {
        let done = if self.dry_run { "would be added" } else { "added" };
        let earlier = match import.added {
            0 => String::new(),
            added => format!(" (and {} by the earlier run)", number(added)),
        };
        say!("{} rows, {} {done} to {}{earlier}", number(tally.rows), number(counts.added), self.newsletter);
        for (count, words) in [
            (counts.active, "get it already"),
            (counts.twice, "came twice in the file"),
            (counts.ended, "stay out: they have left this newsletter here"),
            (counts.suppressed, "stay out: their addresses are suppressed"),
        ] {
            if count > 0 {
                say!("{:>9} {words}", number(count));
            }
        }
        for (reason, count) in &tally.left_out {
            say!("{:>9} left out, as the file says: {reason}", number(*count));
        }
        if tally.mistakes > 0 {
            say!("{:>9} rows with mistakes were left out", number(tally.mistakes));
        }
        say!("{}", if self.dry_run { "This was a dry run: nothing was changed." } else { "Nobody was mailed." });
    }
}

impl Work<'_> {
    fn run(&self, errors: Option<File>, dry_run: bool) -> Result<(Tally, Counts), CliError> {
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
        let unwritten = |error: std::io::Error| CliError::Failed(format!("--errors: the file cannot be written: {error}"));
        let mut rows = self.source.rows()?;
        rows.next()?;
        let mut tally = Tally::default();
        let mut batch = Batch::after(self.import.rows_done)?;
        while let Some((number, cells)) = rows.next()? {
            tally.rows += 1;
            match self.columns.read(&cells, self.rules) {
                // Rows that an earlier run has done are read once more, so that mistakes and counts are those of the whole file.
                Ok(Reading::Person(entry)) if tally.rows > self.import.rows_done => {
                    batch.add(&self.app.context, self.import, number, entry)?;
                }
                Ok(Reading::Person(_)) => {}
                Ok(Reading::LeftOut(reason)) => *tally.left_out.entry(reason).or_default() += 1,
                Err(problem) => {
                    tally.mistakes += 1;
                    if tally.mistakes <= TOLD {
                        self.bar.suspend(|| eprintln!("row {number}: {problem}"));
                    }
                    if let Some(errors) = &mut errors {
                        writeln!(errors, "row {number}: {problem}").map_err(unwritten)?;
                    }
                }
            }
            if batch.reach(tally.rows) {
                let full = std::mem::replace(&mut batch, Batch::after(tally.rows)?);
                if loads.send(Load { batch: full, octets: rows.octets() }).is_err() {
                    // Who does not take it any more says why.
                    return Ok(tally);
                }
            }
        }
        if !batch.is_empty() {
            let _ = loads.send(Load { batch, octets: rows.octets() });
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

fn bar(octets: u64) -> ProgressBar {
    let bar = ProgressBar::new(octets);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent} %, {eta} left") {
        bar.set_style(style);
    }
    bar
}

fn number(count: i64) -> String {
    words::number(count)
}
