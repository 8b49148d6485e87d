//! The languages an edition, a page and a mail can have.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A BCP 47 tag we have texts for. `de-simple` is German in Leichte Sprache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Language {
    #[serde(rename = "de")]
    De,
    #[serde(rename = "en")]
    En,
    #[serde(rename = "de-simple")]
    DeSimple,
}

impl Language {
    pub const ALL: [Language; 3] = [Language::De, Language::En, Language::DeSimple];

    pub fn tag(self) -> &'static str {
        match self {
            Language::De => "de",
            Language::En => "en",
            Language::DeSimple => "de-simple",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("\"{0}\" is not a language we have: use de, en or de-simple")]
pub struct UnknownLanguage(pub String);

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        Language::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(tag.trim()))
            .ok_or_else(|| UnknownLanguage(tag.to_owned()))
    }
}
