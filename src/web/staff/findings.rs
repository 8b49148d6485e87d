//! What the check before sending found, as the publish page shows it.

use serde::Serialize;

use crate::domain::check::{Finding, Severity};
use crate::domain::language::Language;
use crate::i18n::MissingText;
use crate::i18n::check::{Told, tell};

/// Errors first, for they keep an issue from being published; the rest folds up.
#[derive(Serialize)]
pub struct Findings {
    errors: Vec<Line>,
    others: Vec<Line>,
    others_count: usize,
}

#[derive(Serialize)]
struct Line {
    severity: String,
    /// The edition it is in.
    edition: Option<Language>,
    place: String,
    quote: Option<String>,
    message: String,
    mend: String,
}

impl Findings {
    pub fn of(language: Language, found: &[Finding]) -> Result<Self, MissingText> {
        let mut findings = Self { errors: Vec::new(), others: Vec::new(), others_count: 0 };
        for finding in found {
            let Told { severity, place, message, mend } = tell(language, finding)?;
            let edition = finding.place.edition.as_ref().and_then(|tag| tag.parse().ok());
            let line = Line { severity, edition, place, quote: finding.place.quote.clone(), message, mend };
            match finding.severity {
                Severity::Error => findings.errors.push(line),
                Severity::Warning | Severity::Hint => findings.others.push(line),
            }
        }
        findings.others_count = findings.others.len();
        Ok(findings)
    }
}
