//! The short name of a newsletter in URLs, commands and the List-Id: `weekly`, `kinder-und-jugend`.

use std::fmt;
use std::str::FromStr;

const MAX_LENGTH: usize = 40;

/// `[a-z0-9]+(-[a-z0-9]+)*`, at most 40 characters: safe in a path, in a file name and as a DNS label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slug(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    #[error("the short name of a newsletter is missing: use lower-case letters, digits and single hyphens, like \"weekly-news\"")]
    Empty,
    #[error("\"{0}\" cannot be the short name of a newsletter: it has more than 40 characters")]
    TooLong(String),
    #[error(
        "\"{0}\" cannot be the short name of a newsletter: use lower-case letters a–z, digits and single hyphens between them, like \"weekly-news\""
    )]
    Form(String),
}

impl Slug {
    /// Takes a slug exactly as it is; nothing is trimmed or lower-cased.
    pub fn parse(text: &str) -> Result<Slug, SlugError> {
        if text.is_empty() {
            return Err(SlugError::Empty);
        }
        if text.chars().count() > MAX_LENGTH {
            return Err(SlugError::TooLong(text.chars().take(MAX_LENGTH).filter(|c| !c.is_control()).chain(['…']).collect()));
        }
        let fits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !text.split('-').all(fits) {
            return Err(SlugError::Form(text.escape_debug().to_string()));
        }
        Ok(Slug(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Slug::parse(text)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_words_of_letters_and_digits_joined_by_hyphens() {
        for good in ["a", "weekly", "kinder-und-jugend", "2026", "a-1-b", &"x".repeat(40)] {
            assert_eq!(Slug::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "-a", "a-", "a--b", "Weekly", "wöchentlich", "a b", "a/b", "..", "a_b", "a\n", " a", &"x".repeat(41)] {
            assert!(Slug::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_error_shows_what_was_typed_and_what_would_do() {
        let error = Slug::parse("My News\r").unwrap_err().to_string();
        assert!(error.starts_with("\"My News\\r\" cannot be") && error.contains("weekly-news"), "{error}");
    }
}
