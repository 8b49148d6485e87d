//! `rundbrief consent show|verify`: one person's consent as a page that a lawyer can read, and whether the log is as it was written.

use clap::Subcommand;
use handlebars::Handlebars;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::proof::STYLE;
use super::{CliError, spoken};
use crate::app::App;
use crate::domain::address::Address;
use crate::domain::language::Language;
use crate::domain::proof::{hex, unhex};
use crate::i18n::{self, Translator};
use crate::journeys::consent::{self, Known, Sealed, Story};
use crate::journeys::seal;
use crate::journeys::verify::{self, Finding};
use crate::web::words;

#[derive(Subcommand)]
pub(super) enum Consent {
    /// Print what proves the consent of one address, as an HTML page: wording, times, mails, withdrawal
    Show {
        address: String,
        /// JSON instead of a page
        #[arg(long)]
        json: bool,
        /// The page's words: de, en or de-simple
        #[arg(long, default_value = "en")]
        language: String,
    },
    /// Recompute the chain of the whole log; exit code 1 if anything in it was changed
    Verify {
        #[arg(long)]
        json: bool,
        /// An end of the chain that was noted elsewhere at an earlier check: the chain must still pass through it
        #[arg(long, value_name = "PLACE:HASH")]
        noted: Option<String>,
    },
}

impl Consent {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        match self {
            Consent::Show { address, json, language } => show(app, &address, json, spoken(&language)?),
            Consent::Verify { json, noted } => verify(app, json, noted.as_deref().map(place).transpose()?),
        }
    }
}

/// An address on the command line.
pub(super) fn address(text: &str) -> Result<Address, CliError> {
    Address::parse(text).map_err(|error| CliError::Usage(format!("ADDRESS: {error}")))
}

fn show(app: &App, text: &str, as_json: bool, language: Language) -> Result<(), CliError> {
    let address = address(text)?;
    let now = app.clock.now();
    let known = app.store.snapshot_blocking(|conn| consent::story(conn, &app.context, now, &address))?;
    let story = match known {
        Known::Story(story) => story,
        Known::Nothing(suppressed) => {
            let objection = suppressed.map(|found| format!("; its keyed hash is noted since {} ({})", found.since, found.reason));
            return Err(CliError::Failed(format!("nothing is stored about this address{}", objection.unwrap_or_default())));
        }
    };
    if as_json {
        say!("{}", serde_json::to_string_pretty(&story).map_err(failed)?);
    } else {
        say!("{}", page(app, &story, language)?);
    }
    Ok(())
}

/// What an earlier check printed as the chain's end.
fn place(text: &str) -> Result<Sealed, CliError> {
    let found = text.split_once(':').and_then(|(place, hash)| {
        Some(Sealed { place: place.parse().ok()?, hash: hex(&unhex::<32>(&hash.to_ascii_lowercase())?) })
    });
    found.ok_or_else(|| CliError::Usage("--noted: give it as it was printed, PLACE:HASH, as in 4711:9f86…".into()))
}

fn verify(app: &App, as_json: bool, noted: Option<Sealed>) -> Result<(), CliError> {
    // What is not chained yet is chained first, so that the answer is about everything.
    while app.store.write_blocking(seal::seal)? == seal::Sealed::Some {}
    let verdict = app.store.snapshot_blocking(|conn| verify::verify(conn, noted.as_ref()))?;
    if as_json {
        say!("{}", serde_json::to_string_pretty(&verdict).map_err(failed)?);
    } else {
        say!("{} records are chained, {} of them without details because those were erased", verdict.records, verdict.erased);
        if let Some(end) = &verdict.end {
            say!("The chain ends at {}:{}", end.place, end.hash);
            say!(
                "Note that elsewhere and give it to a later check with --noted: it shows if the chain was shortened or written anew."
            );
        }
        for finding in &verdict.findings {
            say!("  {}", in_words(finding));
        }
    }
    match verdict.findings.len() {
        0 => Ok(()),
        count => Err(CliError::Failed(format!("the log of consent was changed: {count} findings"))),
    }
}

fn in_words(finding: &Finding) -> String {
    match finding {
        Finding::MissingPlace(place) => format!("place {place} of the chain has no record: one was removed"),
        Finding::ChangedRecord(id) => format!("record {id}, or its place, is not what the chain's hash was made of"),
        Finding::ChangedDetails(id) => format!("the details of record {id} are not what it was made of"),
        Finding::MissingDetails(id) => format!("the details of record {id} are gone, and no erasure is on record for it"),
        Finding::MovedDetails(id) => format!("the details of record {id} lie with somebody else than they name"),
        Finding::ChangedWording(id) => format!("a text that record {id} names is gone or was changed"),
        Finding::Rewritten(place) => {
            format!("the chain does not pass through the noted hash at place {place}: it was shortened, or written anew")
        }
    }
}

/// The details of a record as lines, in the order they are read. What a later release adds is shown by its own name.
const FIELDS: [&str; 28] = [
    "newsletter",
    "address",
    "canonical",
    "from",
    "to",
    "language",
    "page_language",
    "form_url",
    "channel",
    "how",
    "consent.version",
    "consent.hash",
    "consent.known_by",
    "privacy.version",
    "privacy.hash",
    "mail.message_id",
    "mail.subject",
    "mail.sha256",
    "mail.handed_over_at",
    "mail.reply",
    "evidence",
    "reason",
    "source",
    "date",
    "file",
    "row",
    "subscriber",
    "joined",
];

fn page(app: &App, story: &Story, language: Language) -> Result<String, CliError> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_helper("t", Box::new(Translator));
    registry.register_template_string("page", include_str!("consent/page.hbs")).map_err(failed)?;
    let zone = &app.context.config.zone;
    let both = |at| words::both(language, at, zone);
    let state = |word: &str| i18n::text(language, &format!("evidence-state-{word}"), &[]);
    let mut subscriptions = Vec::new();
    for one in &story.subscriptions {
        subscriptions.push(json!({
            "name": one.name,
            "state": state(&one.state)?,
            "language": one.language,
            "requested": both(one.requested_at)?,
            "confirmed": one.confirmed_at.map(both).transpose()?,
            "ended": one.ended_at.map(both).transpose()?,
            "channel": one.ended_channel,
        }));
    }
    let mut records = Vec::new();
    for told in &story.records {
        records.push(json!({
            "act": i18n::text(language, &format!("evidence-act-{}", told.act), &[])?,
            "number": told.record,
            "at": both(told.at)?,
            "facts": facts(&told.details, language, zone)?,
            "unchanged": told.unchanged,
            "place": told.sealed.as_ref().map(|sealed| sealed.place),
            "hash": told.sealed.as_ref().map(|sealed| &sealed.hash),
            "commitment": told.commitment,
        }));
    }
    let mut wordings = Vec::new();
    for shown in &story.wordings {
        wordings.push(json!({
            "kind": i18n::text(language, &format!("evidence-wording-{}", shown.kind), &[("version", shown.version.into())])?,
            "language": shown.language,
            "paragraphs": shown.text.split("\n\n").map(|text| text.trim_start_matches("## ")).collect::<Vec<_>>(),
            "hash": shown.hash,
            "since": both(shown.first_shown_at)?,
            "unchanged": shown.unchanged,
        }));
    }
    let config = &app.context.config;
    let made = i18n::text(
        language,
        "proof-made",
        &[
            ("time", both(story.made_at)?.into()),
            ("organisation", config.organisation.as_str().into()),
            ("url", config.public_url.as_str().into()),
        ],
    )?;
    let suppressed = match &story.suppressed {
        Some(found) => Some(i18n::text(
            language,
            "evidence-suppressed",
            &[("reason", found.reason.as_str().into()), ("since", both(found.since)?.into())],
        )?),
        None => None,
    };
    let content = json!({
        "language": language,
        "style": STYLE,
        "address": story.address,
        "made": made,
        "zone": i18n::text(language, "proof-zone", &[("zone", zone.iana_name().unwrap_or("UTC").into())])?,
        "suppressed": suppressed,
        "subscriptions": subscriptions,
        "records": records,
        "wordings": wordings,
    });
    registry.render("page", &content).map_err(failed)
}

fn facts(details: &Value, language: Language, zone: &TimeZone) -> Result<Vec<Value>, CliError> {
    let mut flat = Vec::new();
    flatten("", details, &mut flat);
    flat.sort_by_key(|(name, _)| FIELDS.iter().position(|field| field == name).unwrap_or(FIELDS.len()));
    let mut facts = Vec::new();
    for (name, value) in flat {
        let label = if FIELDS.contains(&name.as_str()) {
            i18n::text(language, &format!("evidence-field-{}", name.replace(['.', '_'], "-")), &[])?
        } else {
            name.clone()
        };
        let value = match value.parse() {
            Ok(at) if name.ends_with("_at") => words::both(language, at, zone)?,
            _ => value,
        };
        facts.push(json!({ "label": label, "value": value, "code": name.ends_with("hash") || name.ends_with("sha256") || name == "opt_in" }));
    }
    Ok(facts)
}

/// `{"mail": {"reply": "250 …"}}` becomes `mail.reply`. What is empty says nothing.
fn flatten(name: &str, value: &Value, flat: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let name = if name.is_empty() { field.clone() } else { format!("{name}.{field}") };
                flatten(&name, value, flat);
            }
        }
        Value::Null => {}
        Value::String(text) => flat.push((name.to_owned(), text.clone())),
        other => flat.push((name.to_owned(), other.to_string())),
    }
}

fn failed(error: impl std::fmt::Display) -> CliError {
    CliError::Failed(format!("the document cannot be made: {error}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::states::{ConsentAct, SubscriptionState};

    #[test]
    fn everything_on_the_page_has_words_in_every_language() {
        let fields = FIELDS.iter().map(|name| format!("field-{}", name.replace(['.', '_'], "-")));
        let acts = ConsentAct::ALL.iter().map(|act| format!("act-{act}"));
        let states = SubscriptionState::ALL.iter().map(|state| format!("state-{state}"));
        for id in fields.chain(acts).chain(states) {
            for language in Language::OURS {
                i18n::text(language, &format!("evidence-{id}"), &[]).unwrap();
            }
        }
    }
}
