//! Files of rows as other programs write and read them: which encoding, which separator, and no formulas (R201).

use std::borrow::Cow;

/// How the octets of a file stand for letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// With or without a byte order mark.
    Utf8,
    /// What spreadsheets in Western Europe write where nobody asks for UTF-8.
    Windows1252,
}

impl Encoding {
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Windows1252 => "Windows-1252",
        }
    }

    /// The letters of one cell. Separators and quotation marks are the same octets in both encodings, so a file is cut into
    /// cells first.
    pub fn decode(self, cell: &[u8]) -> Cow<'_, str> {
        match self {
            Encoding::Utf8 => String::from_utf8_lossy(cell),
            // https://encoding.spec.whatwg.org/#windows-1252: every octet stands for something.
            Encoding::Windows1252 => encoding_rs::WINDOWS_1252.decode_without_bom_handling(cell).0,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    #[error("the file is UTF-16, which spreadsheets call \"Unicode text\"; save it as \"CSV UTF-8\"")]
    Utf16,
    #[error(
        "the file holds octets of value 0, so it is no text; save it as CSV (a spreadsheet's own file format cannot be read)"
    )]
    NoText,
    #[error("the file is empty; its first row must name the columns")]
    Empty,
}

/// The byte order mark of UTF-8.
pub const BOM: &[u8] = b"\xef\xbb\xbf";

/// Finds a file's encoding, piece by piece: UTF-8 if all of it is, else Windows-1252.
#[derive(Debug, Default)]
pub struct EncodingWatch {
    seen: usize,
    utf16: bool,
    nul: bool,
    not_utf8: bool,
    /// The beginning of a character that a piece ended in the middle of.
    begun: Vec<u8>,
}

impl EncodingWatch {
    pub fn look(&mut self, piece: &[u8]) {
        if self.seen == 0 {
            self.utf16 = piece.starts_with(b"\xff\xfe") || piece.starts_with(b"\xfe\xff");
        }
        self.seen = self.seen.saturating_add(piece.len());
        self.nul |= memchr::memchr(0, piece).is_some();
        if self.not_utf8 {
            return;
        }
        let joined;
        let bytes = if self.begun.is_empty() {
            piece
        } else {
            joined = [self.begun.as_slice(), piece].concat();
            &joined
        };
        match std::str::from_utf8(bytes) {
            Ok(_) => self.begun = Vec::new(),
            Err(error) if error.error_len().is_none() => {
                self.begun = bytes.get(error.valid_up_to()..).unwrap_or_default().to_vec();
            }
            Err(_) => self.not_utf8 = true,
        }
    }

    pub fn finish(self) -> Result<Encoding, SheetError> {
        match self {
            Self { seen: 0, .. } => Err(SheetError::Empty),
            Self { utf16: true, .. } => Err(SheetError::Utf16),
            Self { nul: true, .. } => Err(SheetError::NoText),
            Self { not_utf8: false, begun, .. } if begun.is_empty() => Ok(Encoding::Utf8),
            _ => Ok(Encoding::Windows1252),
        }
    }
}

/// What parts the cells of a file whose beginning this is: whichever of comma, semicolon and tab its first line has most of,
/// outside of quotation marks.
pub fn separator(beginning: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for &octet in beginning {
        match octet {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if !quoted => counts.iter_mut().filter(|(it, _)| *it == octet).for_each(|(_, count)| *count += 1),
            _ => {}
        }
    }
    // The first of those with most: max_by_key would take the last, and a lone column has none.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(it, _)| *it)
}

/// A value that no spreadsheet takes for a formula: one that could be gets an apostrophe before it, and so does one that
/// has apostrophes before such a beginning, so that [`unguard`] gives back what there was (R201; OWASP ASVS 5.0 1.2.10).
pub fn guard(value: &str) -> Cow<'_, str> {
    if looks_like_a_formula(value) { Cow::Owned(format!("'{value}")) } else { Cow::Borrowed(value) }
}

/// Takes back what [`guard`] did.
pub fn unguard(value: &str) -> &str {
    match value.strip_prefix('\'') {
        Some(rest) if looks_like_a_formula(rest) => rest,
        _ => value,
    }
}

fn looks_like_a_formula(value: &str) -> bool {
    value.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\0'])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoding(pieces: &[&[u8]]) -> Result<Encoding, SheetError> {
        let mut watch = EncodingWatch::default();
        pieces.iter().for_each(|piece| watch.look(piece));
        watch.finish()
    }

    #[test]
    fn utf_8_is_told_from_windows_1252_wherever_the_pieces_are_cut() {
        assert_eq!(encoding(&["Jürgen €".as_bytes()]), Ok(Encoding::Utf8));
        let bytes = "Jürgen €, 𝄞".as_bytes();
        for cut in 0..=bytes.len() {
            assert_eq!(encoding(&[&bytes[..cut], &bytes[cut..]]), Ok(Encoding::Utf8), "cut at {cut}");
        }
        let each: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(encoding(&each), Ok(Encoding::Utf8));
        assert_eq!(encoding(&[b"J\xfcrgen \x80"]), Ok(Encoding::Windows1252));
        assert_eq!(encoding(&[b"J\xc3"]), Ok(Encoding::Windows1252), "a character that does not end is none");
        assert_eq!(Encoding::Windows1252.decode(b"J\xfcrgen \x80\x84x\x93"), "Jürgen €„x“");
    }

    #[test]
    fn what_is_no_text_is_told_with_what_to_do() {
        assert_eq!(encoding(&[]), Err(SheetError::Empty));
        assert_eq!(encoding(&[b"\xff\xfee\0m\0"]), Err(SheetError::Utf16));
        assert_eq!(encoding(&[b"PK\x03\x04\0\0"]), Err(SheetError::NoText));
    }

    #[test]
    fn the_separator_is_what_the_first_line_has_most_of() {
        assert_eq!(separator(b"email,name\na;b;c;d"), b',');
        assert_eq!(separator(b"E-Mail;Name\r\na,b,c"), b';');
        assert_eq!(separator(b"E-Mail\tName"), b'\t');
        assert_eq!(separator(b"\"a,b,c,d\";\"x\"\n"), b';');
        assert_eq!(separator(b"email"), b',');
    }

    #[test]
    fn whatever_could_be_a_formula_gets_an_apostrophe() {
        for value in ["=HYPERLINK(\"x\")", "+49", "-1", "@SUM", "\tx", "\rx", "\0x", "'=x"] {
            assert_eq!(guard(value), format!("'{value}"));
        }
        for value in ["", "Ada", "O'Hara", "'Ada'", " =x", "a=b"] {
            assert_eq!(guard(value), value);
            assert_eq!(unguard(value), value);
        }
    }

    proptest! {
        #[test]
        fn what_was_guarded_comes_back(value in "['=+@a-]{0,6}") {
            let guarded = guard(&value);
            prop_assert_eq!(unguard(&guarded), &value);
        }
    }
}
