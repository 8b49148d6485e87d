//! `rundbrief subscribers import`: what is asked, what the file is, and what became of it.

mod work;

use std::io::IsTerminal as _;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};

use super::super::issue::{closed, no_newsletter};
use super::super::{CliError, files};
use super::source::Source;
use crate::app::App;
use crate::domain::header::HeaderText;
use crate::domain::import::{self as reading, Columns, ColumnsError, Rules, Words};
use crate::domain::language::Language;
use crate::domain::sheet::Encoding;
use crate::journeys::import::{self as journey, Asked, Begun, Counts};
use crate::web::words;
use work::{Tally, Work};

/// Unknown words that are told.
const WORDS_TOLD: usize = 20;

#[derive(clap::Args)]
pub(in crate::cli) struct Import {
    newsletter: String,
    /// CSV in UTF-8 or Windows-1252, separated by commas, semicolons, tabs or bars, or a workbook (XLSX), of which the first sheet is
    /// read; a row names the columns
    file: PathBuf,
    /// How and when these people agreed, and where that is written down; becomes part of each one's consent record
    #[arg(long, value_name = "TEXT")]
    evidence: String,
    /// Say what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// What columns hold, if it is not known by their names: email=Mail,name=Who,ignore=Phone. FIELD is email, name, first_name,
    /// last_name, language, status, date, confirmed, source, ended, reason, bounced or ignore. COLUMN may hold commas, or be a place:
    /// email=#2. ignore=* is all others whose names say nothing of consent
    #[arg(long, value_name = "FIELD=COLUMN")]
    map: Vec<String>,
    /// The first row is a reader already; --map tells the columns by their places: email=#1,name=#2
    #[arg(long)]
    no_heading: bool,
    /// What words of the file say of a reader, if it is not known: premium=active,gone=ended
    #[arg(long, value_name = "WORD=active|pending|ended")]
    status: Vec<String>,
    /// Language of readers whose row says none: de, en or de-simple; else the newsletter's first
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    /// Language of readers whose row names one that the newsletter does not come in, or that nobody knows
    #[arg(long, value_name = "LANGUAGE")]
    others: Option<String>,
    /// How the file stands for letters, if it is neither UTF-8 nor Windows-1252: macintosh, ibm850, ibm437, windows-1250, …
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Write the mistakes of all rows into this new file
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
}

/// What a file's columns are, and the row that names them; 0: none does.
struct Headed {
    columns: Columns,
    row: i64,
    /// Rows above it.
    title: usize,
}

impl Import {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let evidence = HeaderText::parse("--evidence", &self.evidence).map_err(|error| CliError::Usage(error.to_string()))?;
        if evidence.as_str().is_empty() {
            let why = "--evidence is empty; say how and when these people agreed, and where that is written down";
            return Err(CliError::Usage(why.to_owned()));
        }
        let words = Words::parse(&self.status).map_err(|error| CliError::Usage(error.to_string()))?;
        let encoding = self.encoding.as_deref().map(|name| Encoding::parse(name).ok_or_else(|| no_encoding(name))).transpose()?;
        let source = Source::open(&self.file, encoding)?;
        let headed = self.columns(&source)?;
        let asked = Asked {
            slug: self.newsletter.clone(),
            file_hash: source.hash,
            told: self.told(),
            evidence: evidence.as_str().to_owned(),
            language: language("--language", self.language.as_deref())?,
            others: language("--others", self.others.as_deref())?,
            words,
        };
        let Some((import, rules)) = self.begin(app, &asked)? else { return Ok(()) };
        let errors = self.errors.as_deref().map(files::create).transpose()?;
        self.describe(&source, &headed)?;
        if import.rows_done > 0 {
            say!("An earlier run of this import did {} rows; it goes on behind them.", number(import.rows_done));
        }
        let bar = if std::io::stderr().is_terminal() { bar(source.octets) } else { ProgressBar::hidden() };
        let Headed { columns, row: heading, .. } = headed;
        let kept_out = work::kept_out(&source, &columns, &rules, heading)?;
        let work = Work {
            app,
            source: &source,
            columns: &columns,
            heading,
            rules: &rules,
            kept_out: &kept_out,
            import: &import,
            bar: &bar,
        };
        let (tally, counts) = work.run(errors, self.dry_run)?;
        bar.finish_and_clear();
        if !self.dry_run {
            let (now, done, mistakes) = (app.clock.now(), import.clone(), tally.mistakes);
            app.store.write_blocking(move |conn| journey::end(conn, now, &done, mistakes))?;
        }
        self.report(&import, &tally, counts);
        match tally.mistakes {
            mistakes if mistakes > 0 && mistakes == tally.rows => {
                Err(CliError::Failed(format!("no row of {} could be read; nobody was taken in", self.file.display())))
            }
            _ => Ok(()),
        }
    }

    fn columns(&self, source: &Source) -> Result<Headed, CliError> {
        let rows = source.beginning()?;
        let at = |index: usize| rows.get(index).map(|(number, cells)| (*number, cells.as_slice()));
        let none = || CliError::Failed(format!("{} has no rows", self.file.display()));
        let (row, title, read) = if self.no_heading {
            let (_, cells) = at(0).ok_or_else(none)?;
            (0, 0, Columns::numbered(cells.len(), &self.map))
        } else {
            let cells: Vec<&[String]> = rows.iter().map(|(_, cells)| cells.as_slice()).collect();
            let index = reading::heading_row(&cells, &self.map);
            let (number, headings) = at(index).ok_or_else(none)?;
            (number, index, Columns::parse(headings, &self.map))
        };
        let columns = read.map_err(|error| match error {
            ColumnsError::Map { .. } | ColumnsError::NoSuchColumn { .. } => CliError::Usage(error.to_string()),
            _ => CliError::Failed(format!("{}, row {}: {error}", self.file.display(), row.max(1))),
        })?;
        Ok(Headed { columns, row, title })
    }

    /// What was said of the file, in one text.
    fn told(&self) -> String {
        let mut told: Vec<String> = Vec::new();
        told.extend(self.map.iter().map(|it| format!("map {it}")));
        told.extend(self.status.iter().map(|it| format!("status {it}")));
        told.extend(self.no_heading.then(|| "no heading".to_owned()));
        let named = [("language", &self.language), ("others", &self.others), ("encoding", &self.encoding)];
        told.extend(named.into_iter().filter_map(|(option, it)| it.as_ref().map(|it| format!("{option} {it}"))));
        told.join("\n")
    }

    fn describe(&self, source: &Source, headed: &Headed) -> Result<(), CliError> {
        let unused = match headed.columns.unused().as_slice() {
            [] => String::new(),
            unused => format!("; columns not used: {}", unused.join(", ")),
        };
        say!("{}: {}, {}{unused}", self.file.display(), headed.columns.format, source.is());
        if headed.title > 0 {
            say!("The columns are named in row {}; what is above it is not read.", headed.row);
        }
        if self.dry_run {
            let samples = source.samples()?;
            for (n, (encoding, cells)) in samples.iter().enumerate() {
                say!("{} {encoding}: {}", if n == 0 { "Names, read as" } else { "    or were they" }, cells.join(" · "));
            }
            if !samples.is_empty() {
                say!("The file does not say which is right; if it is another than the first one, say so with --encoding NAME.");
            }
        }
        Ok(())
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
            Begun::Closed => Err(closed(&self.newsletter)),
            Begun::Import(import, rules) => Ok(Some((import, *rules))),
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
            Begun::NoSuchLanguage(option, languages) => {
                let tags: Vec<&str> = languages.iter().map(|language| language.tag()).collect();
                Err(CliError::Usage(format!("{option}: {} comes in {}", self.newsletter, tags.join(", "))))
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
            (tally.kept_out, "stay out: another row of the file says that they have left or never agreed, or nothing clear"),
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
        self.tell_words(tally);
        say!("{}", if self.dry_run { "This was a dry run: nothing was changed." } else { "Nobody was mailed." });
    }

    /// Words that nobody knows, and how to say what they mean.
    fn tell_words(&self, tally: &Tally) {
        let mut words: Vec<_> = tally.words.iter().collect();
        words.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for ((column, word), count) in words.iter().take(WORDS_TOLD) {
            say!("{:>9} \"{word}\" in column \"{column}\"", number(**count));
        }
        if words.len() > WORDS_TOLD {
            say!("          and {} more", number(i64::try_from(words.len() - WORDS_TOLD).unwrap_or(i64::MAX)));
        }
        if let Some(((_, word), _)) = words.first() {
            say!(
                "It is not known whether these words mean that somebody gets the newsletter. Say it: --status \"{word}=active\", =pending or =ended"
            );
        }
    }
}

fn language(option: &str, tag: Option<&str>) -> Result<Option<Language>, CliError> {
    tag.map(str::parse).transpose().map_err(|error| CliError::Usage(format!("{option}: {error}")))
}

fn no_encoding(name: &str) -> CliError {
    CliError::Usage(format!(
        "--encoding: \"{name}\" is not known; use utf-8, windows-1252, macintosh, ibm850, ibm437 or another name like windows-1250 or iso-8859-2"
    ))
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
