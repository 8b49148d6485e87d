//! What may become a header of a mail: one line of text without control characters.
//!
//! Refused, not cleaned (R13; OWASP ASVS 5.0 1.3.11): a value with a line break in it is an attack or a mistake, and both
//! deserve an answer. The mail composer checks again with [`check`].

use std::fmt;

/// RFC 5322 §2.1.1: octets a line may have at most, without CRLF.
const MAX_OCTETS: usize = 998;

/// Text that can safely stand in a header.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HeaderText(String);

/// Why a text cannot stand in a header. `field` is our own name for it, never what somebody typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    #[error("{field} contains a line break or another control character (U+{code:04X}); it must be one line of text")]
    ControlCharacter { field: &'static str, code: u32 },
    #[error("{field} is too long: {octets} bytes as a mail header, and {MAX_OCTETS} are allowed")]
    TooLong { field: &'static str, octets: usize },
}

impl HeaderError {
    /// The id of the text that tells a reader about it.
    pub fn key(&self) -> &'static str {
        match self {
            HeaderError::ControlCharacter { .. } => "header-error-control",
            HeaderError::TooLong { .. } => "header-error-too-long",
        }
    }
}

impl HeaderText {
    /// Takes one line of text; spaces around it are dropped. The empty text is fine: whether it may be missing is the caller's affair.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, HeaderError> {
        check(field, text)?;
        Ok(Self(text.trim().to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for HeaderText {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HeaderText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether `text` may stand in a header as it is.
pub fn check(field: &'static str, text: &str) -> Result<(), HeaderError> {
    single_line(field, text)?;
    let octets = encoded_octets(text.trim());
    if octets > MAX_OCTETS {
        return Err(HeaderError::TooLong { field, octets });
    }
    Ok(())
}

/// Whether `text` is one line without control characters, however long.
pub fn single_line(field: &'static str, text: &str) -> Result<(), HeaderError> {
    match text.chars().find(|&c| breaks_a_line(c)) {
        Some(wrong) => Err(HeaderError::ControlCharacter { field, code: u32::from(wrong) }),
        None => Ok(()),
    }
}

/// C0, DEL and C1, and the two characters Unicode itself calls line and paragraph separator.
fn breaks_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Octets of `text` in a header. Beyond ASCII it travels in encoded words (RFC 2047 §2: at most 75 characters each, so 45
/// bytes of text in Base64), each of which needs 12 characters of its own and a fold.
fn encoded_octets(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let words = text.len().div_ceil(45);
    text.len().div_ceil(3) * 4 + words * (12 + 3)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_and_subjects_pass_and_lose_the_spaces_around_them() {
        for text in ["Rundbrief", "  Müller, Jürgen  ", "Ada \"the Countess\" <x>", "日本語", "a\u{a0}b", ""] {
            assert_eq!(HeaderText::parse("subject", text).unwrap().as_str(), text.trim());
        }
    }

    #[test]
    fn every_control_character_is_refused_wherever_it_stands() {
        for code in (0u32..0x20).chain(0x7f..0xa0).chain([0x2028, 0x2029]) {
            let c = char::from_u32(code).unwrap();
            for text in [format!("{c}Subject"), format!("Sub{c}ject"), format!("Subject{c}")] {
                assert_eq!(HeaderText::parse("subject", &text), Err(HeaderError::ControlCharacter { field: "subject", code }));
                assert!(check("subject", &text).is_err());
            }
        }
        let error = HeaderText::parse("name", "x\r\nBcc: all@example.org").unwrap_err();
        assert_eq!(
            error.to_string(),
            "name contains a line break or another control character (U+000D); it must be one line of text"
        );
    }

    #[test]
    fn a_line_has_at_most_998_octets_as_it_travels() {
        assert!(HeaderText::parse("subject", &"x".repeat(998)).is_ok());
        assert_eq!(HeaderText::parse("subject", &"x".repeat(999)), Err(HeaderError::TooLong { field: "subject", octets: 999 }));
        assert!(HeaderText::parse("subject", &"ü".repeat(290)).is_ok());
        assert!(HeaderText::parse("subject", &"ü".repeat(400)).is_err());
    }
}
