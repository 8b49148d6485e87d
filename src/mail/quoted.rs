//! Quoted-printable (RFC 2045 §6.7) in pieces: a body is encoded once and cut at its slots, a slot's value is encoded
//! when a message is made. Every piece begins at column 0, so splicing never makes a line too long.

use super::edition::{Piece, Slot};

/// Frames a slot's name in rendered text. Content cannot contain control characters, so nobody can write a slot.
const MARK_BEGIN: char = '\u{1}';
const MARK_END: char = '\u{2}';

/// RFC 2045 §6.7 (5): 76 columns, the last kept free for the `=` of a soft break.
const COLUMNS: usize = 75;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuotedError {
    #[error("the rendered mail contains the control character U+{0:04X}; it was built from text that nobody checked")]
    ControlCharacter(u32),
    #[error("the rendered mail names a slot \"{0}\" that does not exist")]
    UnknownSlot(String),
}

/// What a template writes where `slot` belongs.
pub fn marker(slot: Slot) -> String {
    format!("{MARK_BEGIN}{}{MARK_END}", slot.name())
}

/// For text and for attribute values in double quotes, which are the only ones our templates have.
pub fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len().saturating_add(16));
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Encodes `rendered` and cuts it at its slot markers. The result always ends with a hard line end.
pub fn encode(rendered: &str) -> Result<Vec<Piece>, QuotedError> {
    let mut pieces = Vec::new();
    let mut encoder = Encoder::new(String::with_capacity(rendered.len().saturating_mul(2)));
    let mut rest = rendered;
    while let Some((before, marked)) = rest.split_once(MARK_BEGIN) {
        encoder.push(before)?;
        let (name, after) = marked.split_once(MARK_END).ok_or(QuotedError::ControlCharacter(u32::from(MARK_BEGIN)))?;
        let slot = Slot::parse(name).ok_or_else(|| QuotedError::UnknownSlot(name.to_owned()))?;
        encoder.soft_break();
        let bytes = std::mem::take(&mut encoder.out);
        if !bytes.is_empty() {
            pieces.push(Piece::Bytes(bytes));
        }
        pieces.push(Piece::Slot(slot));
        rest = after;
    }
    encoder.push(rest)?;
    let after_slot = encoder.out.is_empty() && !pieces.is_empty();
    if encoder.column > 0 || after_slot {
        encoder.out.push_str("\r\n");
    }
    if !encoder.out.is_empty() {
        pieces.push(Piece::Bytes(encoder.out));
    }
    Ok(pieces)
}

/// Appends a slot's value, already escaped for its part, on lines of its own; ends with a soft break.
pub fn push_value(value: &str, out: &mut Vec<u8>) -> Result<(), QuotedError> {
    if let Some(wrong) = value.chars().find(|c| c.is_control()) {
        return Err(QuotedError::ControlCharacter(u32::from(wrong)));
    }
    let mut encoder = Encoder::new(String::with_capacity(value.len().saturating_add(16)));
    encoder.push(value)?;
    encoder.soft_break();
    out.extend_from_slice(encoder.out.as_bytes());
    Ok(())
}

struct Encoder {
    out: String,
    column: usize,
}

impl Encoder {
    fn new(out: String) -> Self {
        Self { out, column: 0 }
    }

    fn soft_break(&mut self) {
        if self.column > 0 {
            self.out.push_str("=\r\n");
            self.column = 0;
        }
    }

    fn push(&mut self, text: &str) -> Result<(), QuotedError> {
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            match c {
                '\n' => {
                    self.out.push_str("\r\n");
                    self.column = 0;
                }
                // A CR before LF is part of the line end; alone it is refused (R9).
                '\r' if rest.as_str().starts_with('\n') => {}
                // Rule 3: no space at the end of a line.
                ' ' if rest.as_str().is_empty() || rest.as_str().starts_with(['\n', '\r']) => self.bytes(c),
                // R266: a lone dot and "From " at a line's start are touched by transports and mailboxes.
                '.' if self.at_line_start(1) => self.bytes(c),
                'F' if self.at_line_start(1) && rest.as_str().starts_with("rom ") => self.bytes(c),
                ' '..='<' | '>'..='~' => {
                    self.room_for(1);
                    self.out.push(c);
                    self.column = self.column.saturating_add(1);
                }
                '=' | '\t' => self.bytes(c),
                c if c.is_control() => return Err(QuotedError::ControlCharacter(u32::from(c))),
                c => self.bytes(c),
            }
        }
        Ok(())
    }

    /// Whether the next `width` columns begin a line of the encoded text.
    fn at_line_start(&self, width: usize) -> bool {
        self.column == 0 || self.column.saturating_add(width) > COLUMNS
    }

    fn room_for(&mut self, width: usize) {
        if self.column.saturating_add(width) > COLUMNS {
            self.soft_break();
        }
    }

    /// All bytes of a character as `=XX`, never split between two lines.
    fn bytes(&mut self, c: char) {
        const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
        let mut buffer = [0; 4];
        let bytes = c.encode_utf8(&mut buffer).as_bytes();
        let width = bytes.len().saturating_mul(3);
        self.room_for(width);
        for byte in bytes {
            self.out.push('=');
            for digit in [byte >> 4, byte & 0xf] {
                self.out.push(HEX.get(usize::from(digit)).copied().unwrap_or('0'));
            }
        }
        self.column = self.column.saturating_add(width);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spliced(pieces: &[Piece], value: &str) -> String {
        let mut out = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Bytes(bytes) => out.extend_from_slice(bytes.as_bytes()),
                Piece::Slot(_) => push_value(value, &mut out).unwrap(),
            }
        }
        String::from_utf8(out).unwrap()
    }

    fn decoded(encoded: &str) -> String {
        let bytes = quoted_printable::decode(encoded, quoted_printable::ParseMode::Strict).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn fits(encoded: &str) {
        assert!(encoded.is_ascii());
        assert!(encoded.ends_with("\r\n") && !encoded.ends_with("=\r\n"), "{encoded:?}");
        for line in encoded.split("\r\n") {
            assert!(line.len() <= 76 && !line.contains(['\r', '\n', '\t']) && !line.ends_with(' '), "{line:?}");
            assert!(!line.starts_with('.') && !line.starts_with("From "), "{line:?}");
        }
    }

    #[test]
    fn a_slot_stands_on_lines_of_its_own() {
        let pieces = encode(&format!("Hallo {},\nschön", marker(Slot::Salutation))).unwrap();
        assert_eq!(
            pieces,
            [
                Piece::Bytes("Hallo=20=\r\n".to_owned()),
                Piece::Slot(Slot::Salutation),
                Piece::Bytes(",\r\nsch=C3=B6n\r\n".to_owned())
            ]
        );
        assert_eq!(spliced(&pieces, "Ada Ö"), "Hallo=20=\r\nAda =C3=96=\r\n,\r\nsch=C3=B6n\r\n");
        assert_eq!(decoded(&spliced(&pieces, "")), "Hallo ,\r\nschön\r\n");
    }

    #[test]
    fn a_slot_may_begin_and_end_the_text() {
        let pieces = encode(&marker(Slot::ConfirmLink)).unwrap();
        assert_eq!(pieces, [Piece::Slot(Slot::ConfirmLink), Piece::Bytes("\r\n".to_owned())]);
        assert_eq!(decoded(&spliced(&pieces, "x")), "x\r\n");
    }

    #[test]
    fn control_characters_and_unknown_slots_are_refused() {
        assert_eq!(encode("a\u{0}b"), Err(QuotedError::ControlCharacter(0)));
        assert_eq!(encode("a\rb"), Err(QuotedError::ControlCharacter(13)));
        assert_eq!(encode("\u{1}evil\u{2}"), Err(QuotedError::UnknownSlot("evil".to_owned())));
        assert!(push_value("a\r\nb", &mut Vec::new()).is_err());
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_read_again(before in "(\\PC|[ .=F\n]|From ){0,300}", value in "\\PC{0,200}", after in "(\\PC|[ .=\n]){0,300}") {
            let rendered = format!("{before}{}{after}\n", marker(Slot::Salutation));
            let encoded = spliced(&encode(&rendered).unwrap(), &value);
            fits(&encoded);
            prop_assert_eq!(decoded(&encoded), format!("{before}{value}{after}\n").replace('\n', "\r\n"));
        }
    }
}
