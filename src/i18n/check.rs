//! What the check before sending found, in words.

use crate::domain::check::{Arg, Finding};
use crate::domain::language::Language;

use super::{MissingText, Value, text};

/// A finding for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub severity: String,
    /// "news item 2, picture"; the edition is not named.
    pub place: String,
    pub message: String,
    pub mend: String,
}

pub fn tell(language: Language, finding: &Finding) -> Result<Told, MissingText> {
    let args: Vec<(&str, Value)> = finding
        .args
        .iter()
        .map(|(name, value)| match value {
            Arg::Number(number) => (*name, Value::Number(*number)),
            Arg::Text(text) => (*name, Value::Text(text.clone())),
        })
        .collect();
    let part = text(language, &format!("check-part-{}", finding.place.part.name()), &[])?;
    let rule = finding.rule.id();
    Ok(Told {
        severity: text(language, &format!("check-severity-{}", finding.severity.name()), &[])?,
        place: match finding.place.item.map(i64::try_from) {
            Some(Ok(number)) => text(language, "check-item", &[("number", number.into()), ("part", part.into())])?,
            _ => part,
        },
        message: text(language, &format!("check-{rule}"), &args)?,
        mend: text(language, &format!("check-{rule}-mend"), &args)?,
    })
}
