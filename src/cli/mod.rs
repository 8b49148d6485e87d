//! The command line: one file per command. Exit 0 done, 1 failed, 2 wrong usage or configuration;
//! an error is one clear sentence on stderr that says what to do.

#![expect(clippy::print_stderr, reason = "this is where the program speaks to the terminal")]

/// A line on stdout. Who closes the pipe (`| head`) has read enough, and that is no reason to panic as `println!` does.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($words)*);
    }};
}

mod backup;
mod bench;
mod check_config;
mod consent;
mod copy_database;
mod deliver;
mod demo;
mod dkim;
mod feed;
mod files;
mod funding;
mod instance;
mod issue;
mod issue_again;
mod issue_check;
mod issue_status;
mod news;
mod newsletter;
mod person;
mod plan;
mod preview;
mod proof;
mod retention;
mod secret;
mod serve;
mod staff;
mod subscribers;
mod suppressions;
mod watch;
mod when;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::{App, AppError};
use crate::clock::Clock;
use crate::domain::language::Language;
use crate::journeys::{self, JourneyError};
use crate::settings::{self, Settings, SettingsError};
use crate::store::{StoreError, newsletters};
use crate::telemetry;

/// A self-hosted newsletter system: double opt-in, accessible editions, one durable row per recipient and mail.
#[derive(Parser)]
#[command(name = "rundbrief", version, about, max_term_width = 100)]
struct Cli {
    /// Settings file (TOML). Without it RUNDBRIEF_CONFIG names one, else /etc/rundbrief/config.toml counts if it is there
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything at once on SQLite with captured mail and sample content; prints the URLs and the staff sign-in
    Demo(demo::Demo),
    /// Migrate the database, then run web, delivery and scheduler until asked to stop
    Serve(serve::Serve),
    /// Print the effective settings, secrets masked, and try database, relay, templates and keys
    CheckConfig,
    /// Bring the database to this release's form
    Migrate,
    /// Move to another database: SQLite to PostgreSQL, or back
    CopyDatabase(copy_database::CopyDatabase),
    /// Newsletters: add, text, set, remove, close, reopen, list, words
    #[command(subcommand)]
    Newsletter(newsletter::Newsletter),
    /// News items: add, list, ready, draft, remove, move, cancel, place
    #[command(subcommand)]
    News(news::News),
    /// Feeds of your website whose entries become drafts: add, list, read, remove
    #[command(subcommand)]
    Feed(feed::Feed),
    /// Who pays and who takes part: add, list, remove
    #[command(subcommand)]
    Funding(funding::Funding),
    /// Issues: words, preview, test, publish, move, unplan, status, unknown, pause, resume, cancel, release, resolve
    #[command(subcommand)]
    Issue(issue::Issue),
    /// Copy the database, while it is in use, and the files that belong to it into a new folder
    Backup(backup::Backup),
    /// Put a backup back; mails nobody by itself afterwards
    Restore(backup::Restore),
    /// A restored backup: status, confirm-restore
    #[command(subcommand)]
    Instance(instance::Instance),
    /// Work off what is due now, then end; prints counts
    Deliver(deliver::Deliver),
    /// Prove what was sent of an issue, to whom, when, and what the relay said; or verify such a document
    Proof(proof::Proof),
    /// Consent: show what proves one person's, verify the log of everybody's
    #[command(subcommand)]
    Consent(consent::Consent),
    /// One person: why (no mail came), export, erase
    #[command(subcommand)]
    Person(person::Person),
    /// How long data is kept: status, run
    #[command(subcommand)]
    Retention(retention::Retention),
    /// The keys of links: rotate
    #[command(subcommand)]
    Secret(secret::Secret),
    /// Keys that mails are signed with: new
    #[command(subcommand)]
    Dkim(dkim::Dkim),
    /// Measure on this machine: send, prepare, subscribe
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Readers of a newsletter: add, end, import, export
    #[command(subcommand)]
    Subscribers(subscribers::Subscribers),
    /// Addresses that must not be mailed: list, lift
    #[command(subcommand)]
    Suppressions(suppressions::Suppressions),
    /// People who sign in: add, role, reset, close, list
    #[command(subcommand)]
    Staff(staff::Staff),
}

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
enum CliError {
    /// Exit code 2.
    #[error("{0}")]
    Usage(String),
    /// Exit code 1.
    #[error("{0}")]
    Failed(String),
}

impl From<SettingsError> for CliError {
    fn from(error: SettingsError) -> Self {
        CliError::Usage(error.to_string())
    }
}

impl From<AppError> for CliError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Settings(_)
            | AppError::Relay(_)
            | AppError::Keys { .. }
            | AppError::NoDatabase { .. }
            | AppError::Dkim(_)
            | AppError::Template(_)
            | AppError::Store(StoreError::Url(_)) => CliError::Usage(error.to_string()),
            _ => CliError::Failed(error.to_string()),
        }
    }
}

impl From<JourneyError> for CliError {
    fn from(error: JourneyError) -> Self {
        CliError::Failed(error.to_string())
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        CliError::Failed(error.to_string())
    }
}

/// Reads the command line, runs the command and says how it ended.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rundbrief: {error}");
            match error {
                CliError::Usage(_) => ExitCode::from(2),
                CliError::Failed(_) => ExitCode::FAILURE,
            }
        }
    }
}

fn run(cli: Cli) -> Result<(), CliError> {
    // These bring their own settings.
    if let Command::Demo(demo) = cli.command {
        return demo.run();
    }
    if let Command::Dkim(dkim) = cli.command {
        return dkim.run(cli.config.as_deref());
    }
    if let Command::Bench(bench) = cli.command {
        return bench.run(cli.config.as_deref());
    }
    // Anybody may check a document, without an instance.
    let command = match cli.command {
        Command::Proof(proof::Proof { verify: Some(proof::Act::Verify { file }), .. }) => {
            return proof::verify::run(&file, cli.config.as_deref());
        }
        command => command,
    };
    let settings = Settings::load(cli.config.as_deref())?;
    // Commands speak for themselves on stdout; only the long-running one tells its story.
    let quiet = if matches!(command, Command::Serve(_)) { None } else { Some("warn".to_owned()) };
    start_log(settings::log_filter().or(quiet), &settings)?;
    match command {
        Command::Demo(_) | Command::Dkim(_) | Command::Bench(_) => Ok(()),
        Command::Serve(serve) => serve.run(settings),
        Command::CheckConfig => check_config::run(settings),
        Command::Migrate => {
            let app = open_or_make(settings)?;
            say!("{} is up to date", app.store.describe());
            Ok(())
        }
        Command::CopyDatabase(command) => command.run(&settings),
        Command::Newsletter(command) => command.run(&open(settings)?),
        Command::News(command) => command.run(&open(settings)?),
        Command::Feed(command) => command.run(&open(settings)?),
        Command::Funding(command) => command.run(&open(settings)?),
        Command::Issue(command) => command.run(&open(settings)?),
        Command::Backup(command) => command.run(&settings),
        Command::Restore(command) => command.run(&settings),
        Command::Instance(command) => command.run(&open(settings)?),
        Command::Deliver(command) => command.run(&open(settings)?),
        Command::Proof(command) => command.run(&open(settings)?),
        Command::Secret(command) => command.run(&settings),
        Command::Retention(command) => command.run(&open(settings)?),
        Command::Person(command) => command.run(&open(settings)?),
        Command::Consent(command) => command.run(&open(settings)?),
        Command::Subscribers(command) => command.run(&open(settings)?),
        Command::Suppressions(command) => command.run(&open(settings)?),
        Command::Staff(command) => command.run(&open(settings)?),
    }
}

fn start_log(filter: Option<String>, settings: &Settings) -> Result<(), CliError> {
    let started = telemetry::init(filter.as_deref(), settings.log.format, settings::log_colour());
    started.map_err(|error| CliError::Usage(error.to_string()))
}

fn open(settings: Settings) -> Result<App, CliError> {
    Ok(App::open_existing(settings, Clock::system())?)
}

/// For the commands that begin with a new database.
fn open_or_make(settings: Settings) -> Result<App, CliError> {
    Ok(App::open(settings, Clock::system())?)
}

/// A language that pages for people at the terminal can be in.
fn spoken(tag: &str) -> Result<Language, CliError> {
    Language::ours(tag).ok_or_else(|| CliError::Usage(format!("--language: \"{tag}\" is none of ours: use de, en or de-simple")))
}

/// "2027-03-01 09:00:00 CET": a time as a person at the terminal reads it.
fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

/// On whose clocks a newsletter lives; where there is none of that name, on those of this installation.
fn zone_of(app: &App, newsletter: &str) -> Result<TimeZone, CliError> {
    Ok(app.store.read_blocking(|conn| match newsletters::find(conn, newsletter)? {
        Some(newsletter) => journeys::zone(&newsletter),
        None => Ok::<_, JourneyError>(app.context.config.zone.clone()),
    })?)
}

/// Runs async work to its end.
fn block_on<F: Future>(work: F) -> Result<F::Output, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::Failed(format!("the runtime did not start: {error}")))?;
    Ok(runtime.block_on(work))
}
