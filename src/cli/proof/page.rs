//! A proof as one HTML page: nothing of it comes from elsewhere, no script, for the screen and for paper.
//!
//! Head, rows and foot are written one after the other, so a million rows need no more memory than one. Each row is one line:
//! `proof verify` finds it by the line's beginning.

use std::collections::HashMap;

use handlebars::Handlebars;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::json;

use super::super::CliError;
use crate::domain::language::Language;
use crate::domain::proof::{About, Form};
use crate::i18n::{self, MissingText, Translator};
use crate::journeys::proof::{ACCEPTED_BY_STAFF, Proof, ProvenDelivery};
use crate::web::words;

pub const STYLE: &str = include_str!("page.css");
const TEMPLATES: [(&str, &str); 3] =
    [("head", include_str!("head.hbs")), ("row", include_str!("row.hbs")), ("foot", include_str!("foot.hbs"))];

/// What the ledger's reasons are called in texts.
const REASONS: [(&str, &str); 12] = [
    ("the recipient's address was refused", "address"),
    ("content", "content"),
    ("policy", "policy"),
    ("gave up", "gave-up"),
    ("expired", "expired"),
    ("unsubscribed", "unsubscribed"),
    ("cancelled", "cancelled"),
    ("suppressed", "suppressed"),
    ("the mail could not be made; see the log", "unmade"),
    ("the relay may have taken it: its answer to the final dot did not come", "silent"),
    ("the node that sent it died before it recorded the relay's answer", "died"),
    (ACCEPTED_BY_STAFF, "accepted"),
];

/// Who makes the document.
pub struct Maker<'a> {
    pub organisation: &'a str,
    pub url: &'a str,
}

pub struct PageMaker {
    registry: Handlebars<'static>,
    language: Language,
    zone: TimeZone,
    /// Texts without placeables, looked up once.
    said: HashMap<&'static str, String>,
}

#[derive(Serialize)]
struct Row<'a> {
    delivery: i64,
    mark: &'a str,
    address: String,
    name: Option<String>,
    edition: String,
    state: &'a str,
    words: String,
    utc: Option<String>,
    at: Option<String>,
    at_utc: Option<String>,
    reason: Option<String>,
    notes: Vec<String>,
    reply: Option<String>,
    heard: String,
    message_id: Option<&'a str>,
}

impl PageMaker {
    pub fn new(language: Language, proof: &Proof) -> Result<Self, CliError> {
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        registry.register_helper("t", Box::new(Translator));
        for (name, source) in TEMPLATES {
            registry.register_template_string(name, source).map_err(failed)?;
        }
        let zone = TimeZone::get(&proof.zone).map_err(failed)?;
        let mut said = HashMap::new();
        for id in [
            "proof-never",
            "proof-nothing-heard",
            "proof-reason-deferred",
            "proof-state-sent",
            "proof-state-accepted",
            "proof-state-queued",
            "proof-state-claimed",
            "proof-state-transmitting",
            "proof-state-bounced",
            "proof-state-failed",
            "proof-state-unknown",
            "proof-state-skipped",
        ] {
            said.insert(id, i18n::text(language, id, &[]).map_err(failed)?);
        }
        Ok(Self { registry, language, zone, said })
    }

    /// Down to the table's first row.
    pub fn head(&self, proof: &Proof, maker: &Maker<'_>) -> Result<String, CliError> {
        let About { number, .. } = proof.about;
        let say = |id: &str| i18n::text(self.language, id, &[]);
        let issue = self.say("proof-issue", &[("name", proof.name.as_str().into()), ("number", number.into())])?;
        let to = proof.address.as_ref().map(|address| self.say("proof-of-one", &[("address", address.as_str().into())]));
        let made = self.say(
            "proof-made",
            &[
                ("time", words::both(self.language, proof.made_at, &self.zone)?.into()),
                ("organisation", maker.organisation.into()),
                ("url", maker.url.into()),
            ],
        )?;
        let mut facts = vec![json!({ "name": say("proof-stands")?, "value": say(&format!("web-state-{}", proof.state))? })];
        for (name, at) in [("proof-published", proof.published_at), ("proof-sent", proof.sent_at)] {
            if let Some(at) = at {
                facts.push(json!({ "name": say(name)?, "value": words::both(self.language, at, &self.zone)? }));
            }
        }
        let mut editions = Vec::new();
        for edition in &proof.editions {
            let mut shown = serde_json::to_value(edition).map_err(failed)?;
            if let Some(shown) = shown.as_object_mut() {
                shown.insert("name".to_owned(), language_name(&edition.language)?.into());
            }
            editions.push(shown);
        }
        let mut counts = Vec::new();
        for (state, count) in &proof.states {
            let name = say(&format!("proof-state-{state}"))?;
            counts.push(json!({ "state": state, "name": name, "count": words::number(*count) }));
        }
        let head = json!({
            "language": self.language,
            "style": STYLE,
            "issue": issue,
            "to": to.transpose()?,
            "made": made,
            "facts": facts,
            "zone": self.say("proof-zone", &[("zone", proof.zone.as_str().into())])?,
            "editions": editions,
            "counts": counts,
        });
        let about = proof.about.line(Form::Html).map_err(failed)?;
        Ok(format!("<!doctype html>\n{about}\n{}", self.registry.render("head", &head).map_err(failed)?))
    }

    /// One line.
    pub fn row(&self, row: &ProvenDelivery) -> Result<String, CliError> {
        let state = state_of(row);
        let at = row.handed_over_local.as_ref().or(row.ended_local.as_ref());
        let mut notes = Vec::new();
        if let (Some(begun), None) = (row.dated_at, at) {
            notes.push(self.say("proof-begun", &[("time", words::both(self.language, begun, &self.zone)?.into())])?);
        }
        // The answer that a mail ended with is an attempt as well.
        let ended = matches!(state, "sent" | "accepted" | "unknown" | "bounced" | "failed");
        let earlier = row.attempts - i64::from(ended && row.reason.as_deref() != Some("expired"));
        if earlier > 0 {
            notes.push(self.say("proof-put-off", &[("count", earlier.into())])?);
        }
        if row.resends > 0 {
            notes.push(self.say("proof-resent", &[("count", row.resends.into())])?);
        }
        let heard = match &row.reply {
            Some(reply) => {
                let id = if reply.code > 0 { "proof-answer-to" } else { "proof-no-answer" };
                self.say(id, &[("stage", reply.stage.replace(' ', "-").into())])?
            }
            None if row.dated_at.is_none() => self.said("proof-never"),
            None => self.said("proof-nothing-heard"),
        };
        let shown = Row {
            delivery: row.delivery,
            mark: &row.mark,
            address: line(&row.address),
            name: row.name.as_deref().map(line),
            edition: self.say("proof-edition-of", &[("language", language_name(&row.edition)?.into())])?,
            state,
            words: self.said(&format!("proof-state-{state}")),
            utc: at.map(|at| at.timestamp().to_string()),
            at: at.map(|at| words::zoned(self.language, at)).transpose()?,
            at_utc: at.map(|at| words::zoned(self.language, &at.timestamp().to_zoned(TimeZone::UTC))).transpose()?,
            reason: self.reason(row)?,
            notes,
            reply: row.reply.as_ref().map(|reply| match reply.code {
                0 => line(&reply.text),
                code => line(&format!("{code} {}", reply.text)),
            }),
            heard,
            message_id: row.message_id.as_deref(),
        };
        self.registry.render("row", &shown).map_err(failed)
    }

    /// What became of a delivery, in a line of words.
    pub fn in_words(&self, row: &ProvenDelivery) -> Result<String, CliError> {
        let words = self.said(&format!("proof-state-{}", state_of(row)));
        Ok(match self.reason(row)? {
            Some(reason) => format!("{words}: {reason}"),
            None => words,
        })
    }

    fn reason(&self, row: &ProvenDelivery) -> Result<Option<String>, CliError> {
        Ok(match row.reason.as_deref() {
            Some(reason) => Some(match REASONS.iter().find(|(known, _)| *known == reason) {
                Some((_, id)) => self.say(&format!("proof-reason-{id}"), &[])?,
                None => line(reason),
            }),
            None if row.state == "queued" && row.reply.is_some() => Some(self.said("proof-reason-deferred")),
            None => None,
        })
    }

    /// From the last row to the seal.
    pub fn foot(&self) -> Result<String, CliError> {
        let command = format!("sed '/^{}/,$d' FILE | sha256sum", Form::Html.seal_begins());
        self.registry.render("foot", &json!({ "language": self.language, "command": command })).map_err(failed)
    }

    fn say(&self, id: &str, args: &[(&str, i18n::Value)]) -> Result<String, MissingText> {
        i18n::text(self.language, id, args)
    }

    fn said(&self, id: &str) -> String {
        self.said.get(id).cloned().unwrap_or_default()
    }
}

fn state_of(row: &ProvenDelivery) -> &str {
    if row.reason.as_deref() == Some(ACCEPTED_BY_STAFF) { "accepted" } else { &row.state }
}

/// A language's own name.
fn language_name(tag: &str) -> Result<String, CliError> {
    let language: Language = tag.parse().map_err(failed)?;
    i18n::text(language, "web-language", &[]).map_err(failed)
}

/// Without line ends and other control characters: a row is one line.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn failed(error: impl std::fmt::Display) -> CliError {
    CliError::Failed(format!("the page cannot be made: {error}"))
}

impl From<MissingText> for CliError {
    fn from(error: MissingText) -> Self {
        failed(error)
    }
}
