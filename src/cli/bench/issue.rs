//! What a bench sends: a made-up newsletter with its readers, and an issue whose mails have the wished size.

use super::super::CliError;
use crate::app::App;
use crate::domain::address::Address;
use crate::domain::language::Language;
use crate::domain::news::NewsFile;
use crate::domain::token::{Purpose, random_id};
use crate::journeys::media::Media;
use crate::journeys::newsletters::{self, NewsletterError, NewsletterRequest, TextRequest};
use crate::journeys::publish::{self, FanOut, PublishAnswer};
use crate::journeys::{JourneyError, news};
use crate::mail::edition::{Edition, Slot};
use crate::mail::message::{self, Recipient, Unsubscribe};
use crate::mail::templates;
use crate::store::{self, Conn, StoreError, samples};

pub(super) const SLUG: &str = "bench";
/// Readers made per transaction.
const CHUNK: i64 = 50_000;

/// The newsletter and its readers.
pub(super) fn fill(app: &App, recipients: u32) -> Result<(), CliError> {
    let now = app.clock.now();
    let request = NewsletterRequest {
        slug: SLUG.to_owned(),
        name: "Messung".to_owned(),
        from_name: "Zentrum".to_owned(),
        from_address: "news@example.org".to_owned(),
        languages: vec![Language::De],
        cadence: None,
        zone: "Europe/Berlin".to_owned(),
    };
    let text = TextRequest { title: "Messung".into(), description: "Zum Messen".into(), ..TextRequest::default() };
    let id = app
        .store
        .write_blocking(move |conn| {
            let id = newsletters::add(conn, now, &request)?;
            newsletters::put_text(conn, id, Language::De, &text)?;
            Ok::<_, NewsletterError>(id)
        })
        .map_err(|error| CliError::Failed(error.to_string()))?;
    let last = i64::from(recipients);
    let mut from = 1;
    while from <= last {
        let to = (from + CHUNK - 1).min(last);
        app.store.write_blocking(move |conn| samples::fill(conn, id, from, to, store::micros(now)))?;
        from = to + 1;
    }
    Ok(())
}

/// Adds a news item that makes mails of the wished size, as nearly as the encoding allows. Returns the size of a mail.
pub(super) fn add_news(app: &App, bytes: usize) -> Result<usize, CliError> {
    let (least, more) = (trial(app, 0)?, trial(app, 4_096)?);
    let wanted = bytes
        .checked_sub(least)
        .ok_or_else(|| CliError::Usage(format!("--bytes {bytes}: the smallest mail has {least} octets")))?;
    // The filler stands in both parts.
    let filler = wanted.saturating_mul(4_096).checked_div(more.saturating_sub(least)).unwrap_or(0);
    let mail_bytes = trial(app, filler)?;
    let now = app.clock.now();
    app.store.write_blocking(move |conn| put_news(conn, now, filler))?;
    Ok(mail_bytes)
}

/// Publishes it, fan-out included.
pub(super) fn publish(app: &App) -> Result<(), CliError> {
    let (context, now) = (std::sync::Arc::clone(&app.context), app.clock.now());
    app.store.write_blocking(move |conn| publish::publish(conn, &context, now, SLUG, Some("rundbrief bench")))?;
    let issue = app.store.read_blocking(|conn| {
        let newsletter = store::newsletters::find(conn, SLUG)?;
        Ok::<_, StoreError>(match newsletter {
            Some(newsletter) => store::issues::find(conn, newsletter.id, 1)?.map(|issue| issue.id),
            None => None,
        })
    })?;
    let issue = issue.ok_or_else(|| CliError::Failed("the issue was not published".into()))?;
    while app.store.write_blocking(move |conn| publish::fan_out(conn, now, issue))? != FanOut::Complete {}
    Ok(())
}

fn put_news(conn: &mut Conn, now: jiff::Timestamp, filler: usize) -> Result<(), JourneyError> {
    let words = "Text zum Lesen und zum Messen. ".repeat(filler / 31);
    let file = format!("---\nlanguage: de\nheadline: Messung\n---\nMeldung. {words}{}\n", "x".repeat(filler % 31));
    let file = NewsFile::parse(&file).map_err(|error| JourneyError::Broken(error.to_string()))?;
    news::add(conn, now, SLUG, &file, &Media::default()).map_err(|error| JourneyError::Broken(error.to_string()))?;
    Ok(())
}

/// A publication that is taken back: it only shows how large a mail gets.
enum Trial {
    Edition(Vec<u8>),
    Failed(CliError),
}

impl<E: Into<CliError>> From<E> for Trial {
    fn from(error: E) -> Self {
        Trial::Failed(error.into())
    }
}

fn trial(app: &App, filler: usize) -> Result<usize, CliError> {
    let (context, now) = (std::sync::Arc::clone(&app.context), app.clock.now());
    let taken_back = app.store.write_blocking(move |conn| {
        put_news(conn, now, filler)?;
        match publish::publish(conn, &context, now, SLUG, Some("rundbrief bench"))? {
            PublishAnswer::Published { .. } => {}
            answer => return Err(Trial::Failed(CliError::Failed(format!("nothing was published: {answer:?}")))),
        }
        Err::<(), _>(Trial::Edition(store::editions::newest_content(conn)?))
    });
    match taken_back {
        Ok(()) => Err(CliError::Failed("a trial was not taken back".into())),
        Err(Trial::Failed(error)) => Err(error),
        Err(Trial::Edition(content)) => size(app, &content),
    }
}

/// Octets of the mail to a typical reader.
fn size(app: &App, content: &[u8]) -> Result<usize, CliError> {
    let failed = |error: String| CliError::Failed(format!("a sample mail cannot be made: {error}"));
    let edition = Edition::from_bytes(content).map_err(|error| failed(error.to_string()))?;
    let link = |purpose| {
        let id = random_id().map_err(|error| failed(error.to_string()))?;
        let key = app.context.keyring.current_id();
        app.context.token_url(purpose, key, &id).map_err(|error| failed(error.to_string()))
    };
    let (unsubscribe, preferences) = (link(Purpose::Unsubscribe)?, link(Purpose::Preferences)?);
    let name = "Ada Beispiel 500000";
    let values = [
        (Slot::Salutation, templates::salutation(Language::De, Some(name)).map_err(|error| failed(error.to_string()))?),
        (Slot::UnsubscribeLink, unsubscribe.clone()),
        (Slot::PreferencesLink, preferences),
    ];
    let recipient = Recipient {
        to: &Address::parse("reader-500000@example.org").map_err(|error| failed(error.to_string()))?,
        name: Some(name),
        message_id: "0123456789abcdef0123456789abcdef@example.org",
        date: app.clock.now(),
        unsubscribe: Some(Unsubscribe { url: &unsubscribe, mail: None }),
        values: &values,
    };
    let mut mail = Vec::new();
    message::compose(&edition, &recipient, &mut mail).map_err(|error| failed(error.to_string()))?;
    let signer = &app.context.signer;
    signer.sign(&mut mail, signer.note(), &edition.from_address, recipient.date).map_err(|error| failed(error.to_string()))?;
    Ok(mail.len())
}
