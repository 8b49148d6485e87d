//! The languages an edition, a page and a mail can have.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unic_langid::{CharacterDirection, LanguageIdentifier};

/// A BCP 47 tag (RFC 5646). Pages, consent texts and what staff read are in one of [`Language::OURS`]; mails in any language that
/// there are words for (`crate::i18n`). `de-simple` is German in Leichte Sprache.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Language {
    De,
    En,
    DeSimple,
    Other(Tag),
}

/// A tag in its canonical letters, like `pt-BR`: language, script, region and variants.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag {
    octets: [u8; LONGEST],
    length: u8,
}

/// RFC 5646 §4.4.1: a buffer that fits every tag in use.
const LONGEST: usize = 35;

impl Tag {
    fn new(text: &str) -> Option<Self> {
        let mut octets = [0; LONGEST];
        octets.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { octets, length: u8::try_from(text.len()).ok()? })
    }

    fn as_str(&self) -> &str {
        // It was made from a text.
        self.octets.get(..usize::from(self.length)).and_then(|octets| std::str::from_utf8(octets).ok()).unwrap_or_default()
    }
}

impl Language {
    /// Those that Rundbrief speaks itself.
    pub const OURS: [Language; 3] = [Language::De, Language::En, Language::DeSimple];

    pub fn tag(&self) -> &str {
        match self {
            Language::De => "de",
            Language::En => "en",
            Language::DeSimple => "de-simple",
            Language::Other(tag) => tag.as_str(),
        }
    }

    /// These languages and ours, each once.
    pub fn and_ours(own: impl IntoIterator<Item = Language>) -> Vec<Language> {
        let mut all: Vec<Language> = Vec::new();
        for language in own.into_iter().chain(Language::OURS) {
            if !all.contains(&language) {
                all.push(language);
            }
        }
        all
    }

    /// The one of ours with this tag.
    pub fn ours(tag: &str) -> Option<Self> {
        let tag = tag.trim().replace('_', "-");
        Language::OURS.into_iter().find(|language| language.tag().eq_ignore_ascii_case(&tag))
    }

    /// In which of ours Rundbrief speaks to somebody who reads this one.
    pub fn spoken(self) -> Self {
        match self {
            Language::Other(tag) if tag.as_str().split('-').next() == Some("de") => Language::De,
            Language::Other(_) => Language::En,
            ours => ours,
        }
    }

    /// `rtl` or `ltr`, as HTML's `dir` names them.
    pub fn direction(&self) -> &'static str {
        let identifier: Option<LanguageIdentifier> = self.tag().parse().ok();
        match identifier.map(|identifier| identifier.character_direction()) {
            Some(CharacterDirection::RTL) => "rtl",
            _ => "ltr",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.tag().to_owned()
    }
}

impl TryFrom<String> for Language {
    type Error = UnknownLanguage;

    fn try_from(tag: String) -> Result<Self, Self::Error> {
        tag.parse()
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("\"{0}\" is not a language: use de, en, de-simple or another tag like fr or pt-BR (BCP 47)")]
pub struct UnknownLanguage(pub String);

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        if let Some(ours) = Language::ours(tag) {
            return Ok(ours);
        }
        let identifier: Option<LanguageIdentifier> = tag.trim().parse().ok();
        // "und": no language at all.
        let identifier = identifier.filter(|identifier| !identifier.language.is_empty());
        let canonical = identifier.and_then(|identifier| Tag::new(&identifier.to_string()));
        canonical.map(Language::Other).ok_or_else(|| UnknownLanguage(tag.to_owned()))
    }
}

/// Which edition stands in for one that an issue does not have, as a newsletter declares it: `en → de`. What is not declared:
/// German for Leichte Sprache, else the first edition in the newsletter's order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fallbacks(BTreeMap<Language, Language>);

/// What is wrong with a declaration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FallbackError {
    #[error(
        "--fallback: \"{0}\" is not like en=de: readers of the first language get the edition of the second if theirs is missing"
    )]
    Form(String),
    #[error("--fallback: {0}")]
    Language(#[from] UnknownLanguage),
    #[error("--fallback: the newsletter does not come in {0}")]
    Foreign(Language),
    #[error("--fallback: {0} cannot stand in for itself")]
    Itself(Language),
    #[error("--fallback: {0} is declared twice")]
    Twice(Language),
}

impl Fallbacks {
    /// Entries like `en=de`, among the languages of a newsletter.
    pub fn parse(entries: &[String], languages: &[Language]) -> Result<Self, FallbackError> {
        let mut all = BTreeMap::new();
        for entry in entries {
            let (missing, other) = entry.split_once('=').ok_or_else(|| FallbackError::Form(entry.clone()))?;
            let (missing, other): (Language, Language) = (missing.parse()?, other.parse()?);
            for language in [missing, other] {
                if !languages.contains(&language) {
                    return Err(FallbackError::Foreign(language));
                }
            }
            if missing == other {
                return Err(FallbackError::Itself(missing));
            }
            if all.insert(missing, other).is_some() {
                return Err(FallbackError::Twice(missing));
            }
        }
        Ok(Self(all))
    }

    /// The edition for a reader's language among those there are, in the newsletter's order.
    pub fn edition_for(&self, language: Language, editions: &[Language]) -> Option<Language> {
        let mut wanted = language;
        // A chain has no more links than there are declarations, also when it bites its tail.
        for _ in 0..=self.0.len() {
            if editions.contains(&wanted) {
                return Some(wanted);
            }
            match self.0.get(&wanted) {
                Some(next) => wanted = *next,
                None => break,
            }
        }
        let german = (language == Language::DeSimple && editions.contains(&Language::De)).then_some(Language::De);
        german.or_else(|| editions.first().copied())
    }
}

impl fmt::Display for Fallbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: Vec<String> = self.0.iter().map(|(missing, other)| format!("{missing}={other}")).collect();
        f.write_str(&entries.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(tag: &str) -> Language {
        tag.parse().unwrap()
    }

    #[test]
    fn any_tag_is_a_language_and_has_one_spelling() {
        for (written, tag, spoken, direction) in [
            ("DE", "de", "de", "ltr"),
            ("de-Simple", "de-simple", "de-simple", "ltr"),
            ("de_simple", "de-simple", "de-simple", "ltr"),
            ("fr", "fr", "en", "ltr"),
            ("pt_br", "pt-BR", "en", "ltr"),
            ("zh-hant-tw", "zh-Hant-TW", "en", "ltr"),
            ("ar", "ar", "en", "rtl"),
            ("de-AT", "de-AT", "de", "ltr"),
            ("sl-rozaj-biske", "sl-biske-rozaj", "en", "ltr"),
        ] {
            let language = language(written);
            assert_eq!((language.tag(), language.spoken().tag(), language.direction()), (tag, spoken, direction), "{written}");
            assert_eq!(serde_json::to_string(&language).unwrap(), format!("\"{tag}\""));
            assert_eq!(serde_json::from_str::<Language>(&format!("\"{written}\"")).unwrap(), language);
        }
        for wrong in ["", "d", "deutsch!", "<b>", "en us", "und", "x", "en-abcdef1-abcdef2-abcdef3-abcdef4-abcdef5"] {
            assert!(wrong.parse::<Language>().is_err(), "{wrong:?}");
        }
        assert_eq!(Language::ours("fr"), None);
    }

    #[test]
    fn an_edition_stands_in_as_declared() {
        let languages = ["en", "de", "de-simple", "fr"].map(language);
        let declared = ["fr=en".to_owned(), "en=de".to_owned()];
        let fallbacks = Fallbacks::parse(&declared, &languages).unwrap();
        let gets = |wanted, have: &[&str]| {
            let have: Vec<Language> = have.iter().map(|tag| language(tag)).collect();
            fallbacks.edition_for(language(wanted), &have).map(|found| found.tag().to_owned())
        };
        assert_eq!(gets("fr", &["en", "de", "fr"]).unwrap(), "fr");
        assert_eq!(gets("fr", &["de-simple", "de", "en"]).unwrap(), "en");
        assert_eq!(gets("fr", &["de-simple", "de"]).unwrap(), "de", "by way of English");
        assert_eq!(gets("de-simple", &["en", "de"]).unwrap(), "de");
        assert_eq!(gets("de-simple", &["en"]).unwrap(), "en");
        assert_eq!(gets("de", &["en", "fr"]).unwrap(), "en", "the first, where nothing is declared");
        assert_eq!(gets("de", &[]), None);
        let round = Fallbacks::parse(&["en=de".to_owned(), "de=en".to_owned()], &languages).unwrap();
        assert_eq!(round.edition_for(language("en"), &[language("fr")]), Some(language("fr")), "a circle ends");
        let kept: Fallbacks = serde_json::from_str(&serde_json::to_string(&fallbacks).unwrap()).unwrap();
        assert_eq!((&kept, kept.to_string().as_str()), (&fallbacks, "en=de,fr=en"));
        for (wrong, why) in [
            ("en", "not like en=de"),
            ("en=x!", "not a language"),
            ("en=it", "does not come in it"),
            ("de=de", "itself"),
            ("en=de,en=fr", "declared twice"),
        ] {
            let told =
                Fallbacks::parse(&wrong.split(',').map(str::to_owned).collect::<Vec<_>>(), &languages).unwrap_err().to_string();
            assert!(told.contains(why), "{told}");
        }
    }
}
