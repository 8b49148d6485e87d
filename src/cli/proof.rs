//! `rundbrief proof`: what was sent of an issue, to whom, when, and what the relay said, as a page or as JSON.
//!
//! The document is written as it is read from the ledger, of one instant, and sealed at its end (`domain::proof`). Without its
//! seal it is not complete, and `proof verify` says so.

mod page;
pub(super) mod verify;

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;

pub(super) use self::page::STYLE;
use self::page::{Maker, PageMaker};
use super::{CliError, files, person};
use crate::app::App;
use crate::domain::address::Address;
use crate::domain::language::Language;
use crate::domain::proof::{self, Form, Hash, Seal};
use crate::journeys::proof::{self as journey, Begun, ProvenDelivery};
use crate::journeys::why;
use crate::store::Conn;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Proof {
    #[command(subcommand)]
    pub verify: Option<Act>,
    #[arg(required = true)]
    newsletter: Option<String>,
    #[arg(required = true)]
    number: Option<i64>,
    /// Only what was sent to this address
    #[arg(long)]
    address: Option<String>,
    /// JSON instead of a page
    #[arg(long)]
    json: bool,
    /// Into this new file instead of stdout; only its owner can read it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The document's words: de, en or de-simple
    #[arg(long, default_value = "en")]
    language: String,
}

#[derive(Subcommand)]
pub(super) enum Act {
    /// Say whether a proof is as it was made, and, on its instance, whether it was made here and what changed since
    Verify { file: PathBuf },
}

/// Counts the octets' hash while they are written.
struct Sealed<W> {
    out: W,
    hash: Hash,
    form: Form,
}

impl<W: Write> Sealed<W> {
    fn write(&mut self, text: &str) -> Result<(), CliError> {
        self.hash.update(text.as_bytes());
        self.out.write_all(text.as_bytes()).map_err(unwritten)
    }

    fn seal(mut self, app: &App) -> Result<(), CliError> {
        let sha256 = self.hash.finish();
        let keyring = &app.context.keyring;
        let seal = Seal { sha256, key_id: keyring.current_id(), hmac: keyring.derive(proof::PURPOSE, &sha256) };
        self.out.write_all(seal.text(self.form).as_bytes()).and_then(|()| self.out.flush()).map_err(unwritten)
    }
}

impl Proof {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let usage = |error: String| CliError::Usage(error);
        let language = super::spoken(&self.language)?;
        let address = match &self.address {
            Some(text) => Some(Address::parse(text).map_err(|error| usage(format!("--address: {error}")))?),
            None => None,
        };
        let (Some(slug), Some(number)) = (self.newsletter.as_deref(), self.number) else {
            return Err(usage("name a newsletter and the number of an issue".into()));
        };
        app.store.snapshot_blocking(|conn| {
            let proof = match journey::begin(conn, app.clock.now(), slug, number, address.as_ref())? {
                Begun::Proof(proof) => proof,
                Begun::NoSuchIssue => return Err(CliError::Failed(format!("{slug} has no published issue {number}"))),
                Begun::NotTo => return Err(no_delivery(app, conn, slug, number, address.as_ref())?),
            };
            match &self.out {
                None => self.write(app, conn, &proof, language, std::io::stdout().lock()),
                Some(path) => {
                    self.write(app, conn, &proof, language, files::create(path)?)?;
                    say!("{} holds the proof; \"rundbrief proof verify\" checks it", path.display());
                    Ok(())
                }
            }
        })
    }

    fn write(
        &self,
        app: &App,
        conn: &mut Conn,
        proof: &journey::Proof,
        language: Language,
        out: impl Write,
    ) -> Result<(), CliError> {
        let page = PageMaker::new(language, proof)?;
        let config = &app.context.config;
        let maker = Maker { organisation: &config.organisation, url: &config.public_url };
        let form = if self.json { Form::Json } else { Form::Html };
        let mut out = Sealed { out: BufWriter::new(out), hash: Hash::default(), form };
        if self.json {
            write_json(conn, proof, &page, &maker, &mut out)?;
        } else {
            out.write(&page.head(proof, &maker)?)?;
            proof.rows(conn, |row| out.write(&page.row(row)?))?;
            out.write(&page.foot()?)?;
        }
        out.seal(app)
    }
}

/// There is nothing to prove; then it is told why.
fn no_delivery(app: &App, conn: &mut Conn, slug: &str, number: i64, address: Option<&Address>) -> Result<CliError, CliError> {
    let Some(address) = address else { return Ok(CliError::Failed(format!("issue {number} of {slug} has no delivery"))) };
    let answer = why::why(conn, &app.context, app.clock.now(), address, Some(slug), Some(number))?;
    let whys: Vec<String> = person::told(answer, Some(slug), Some(number))?.into_iter().map(|told| told.why).collect();
    Ok(CliError::Failed(format!("issue {number} of {slug} has no delivery to {}: {}", address.as_typed(), whys.join(" "))))
}

/// A delivery and what became of it in words.
#[derive(Serialize)]
struct InWords<'a> {
    #[serde(flatten)]
    row: &'a ProvenDelivery,
    in_words: String,
}

fn write_json<W: Write>(
    conn: &mut Conn,
    proof: &journey::Proof,
    page: &PageMaker,
    maker: &Maker<'_>,
    out: &mut Sealed<W>,
) -> Result<(), CliError> {
    let json = |error: serde_json::Error| CliError::Failed(error.to_string());
    out.write(&format!("{}\n", proof.about.line(Form::Json).map_err(json)?))?;
    let made_by = serde_json::to_string(&(maker.organisation, maker.url)).map_err(json)?;
    let head = serde_json::to_string(proof).map_err(json)?;
    out.write(&format!("\"made_by\":{made_by},\n{},\n", head.trim_start_matches('{').trim_end_matches('}')))?;
    out.write("\"deliveries\":[\n")?;
    let mut before: Option<String> = None;
    proof.rows(conn, |row| {
        let text = serde_json::to_string(&InWords { row, in_words: page.in_words(row)? }).map_err(json)?;
        match before.replace(text) {
            Some(before) => out.write(&format!("{before},\n")),
            None => Ok(()),
        }
    })?;
    out.write(&before.map(|last| format!("{last}\n")).unwrap_or_default())?;
    out.write("],\n")
}

fn unwritten(error: std::io::Error) -> CliError {
    CliError::Failed(format!("the proof is not complete, it could not be written: {error}"))
}
