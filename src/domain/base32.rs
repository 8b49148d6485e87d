//! Base32 in lower case without padding (RFC 4648 §6), for the one place where the case of letters may get lost: a local part.

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Eight characters for every five bytes; a rest is filled with zero bits.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut pending, mut bits) = (0_u32, 0_u32);
    for &byte in bytes {
        pending = (pending << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(pending >> bits));
        }
        // At most four bits wait, so nothing is ever shifted out.
        pending &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(letter(pending << (5 - bits)));
    }
    text
}

/// The bytes, from letters in either case. `None` for any other character or for a spelling that [`encode`] would not write.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut pending, mut bits) = (0_u32, 0_u32);
    for letter in text.bytes() {
        pending = (pending << 5) | value(letter)?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(pending >> bits).ok()?);
            pending &= (1 << bits) - 1;
        }
    }
    (bits < 5 && pending == 0).then_some(bytes)
}

fn letter(five_bits: u32) -> char {
    let place = usize::try_from(five_bits & 31).unwrap_or_default();
    char::from(ALPHABET.get(place).copied().unwrap_or(b'a'))
}

fn value(letter: u8) -> Option<u32> {
    let letter = letter.to_ascii_lowercase();
    match letter {
        b'a'..=b'z' => Some(u32::from(letter - b'a')),
        b'2'..=b'7' => Some(u32::from(letter - b'2') + 26),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_rfc_4648_section_10() {
        for (plain, coded) in [
            ("", ""),
            ("f", "my"),
            ("fo", "mzxq"),
            ("foo", "mzxw6"),
            ("foob", "mzxw6yq"),
            ("fooba", "mzxw6ytb"),
            ("foobar", "mzxw6ytboi"),
        ] {
            assert_eq!(encode(plain.as_bytes()), coded);
            assert_eq!(decode(coded).as_deref(), Some(plain.as_bytes()));
            assert_eq!(decode(&coded.to_uppercase()).as_deref(), Some(plain.as_bytes()));
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for wrong in ["m", "mz", "mzx", "my======", "m1", "m ", "ümy", "mzxw6z"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }

        #[test]
        fn a_text_has_no_second_spelling(text in "[a-z2-7]{0,20}") {
            if let Some(bytes) = decode(&text) { prop_assert_eq!(encode(&bytes), text); }
        }
    }
}
