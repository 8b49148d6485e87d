//! The seal under a proof of dispatch, and how a machine finds what is in such a document again.
//!
//! A proof is text with a line for each delivery, and ends with its seal: the SHA-256 of every octet before the seal's first
//! line, and an HMAC of that under the instance's key. Both forms, HTML and JSON, are sealed alike. The seal's own text is
//! made from these two values alone, so whatever else stands there, or after it, was not written by us.
//!
//! The forms are read again years later: they are added to, never changed.

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

/// Names the form of the documents, in each of them.
pub const FORMAT: &str = "rundbrief-proof-1";

/// What the keyring's HMAC is for.
pub const PURPOSE: &str = "proof";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Html,
    Json,
}

/// What a proof is about: one line of it, the same in both forms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    pub format: String,
    pub newsletter: String,
    pub number: i64,
    /// Of everybody the issue went to, or of one address only.
    pub of: Whole,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Whole {
    Issue,
    Address,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    pub sha256: [u8; 32],
    pub key_id: u8,
    pub hmac: [u8; 32],
}

/// SHA-256 of what is written or read bit by bit.
pub struct Hash(digest::Context);

impl Default for Hash {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }
}

impl Hash {
    pub fn update(&mut self, octets: &[u8]) {
        self.0.update(octets);
    }

    pub fn finish(self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.iter_mut().zip(self.0.finish().as_ref()).for_each(|(to, from)| *to = *from);
        hash
    }
}

impl Form {
    /// How the seal's first line begins. No other line does: values are escaped, and have no line ends.
    pub fn seal_begins(self) -> &'static str {
        match self {
            Form::Html => "<footer id=\"seal\">",
            Form::Json => "\"seal\":",
        }
    }

    /// Of which form a document is whose first line this is.
    pub fn of(first_line: &str) -> Option<Form> {
        if first_line.starts_with("<!doctype html>") {
            Some(Form::Html)
        } else if first_line.starts_with("{\"format\":") {
            Some(Form::Json)
        } else {
            None
        }
    }
}

impl Seal {
    /// The end of the document.
    pub fn text(&self, form: Form) -> String {
        let (sha256, hmac, key) = (hex(&self.sha256), hex(&self.hmac), self.key_id);
        let begins = form.seal_begins();
        match form {
            Form::Html => format!(
                "{begins}\n<dl>\n<dt>SHA-256</dt><dd><code>{sha256}</code></dd>\n<dt>HMAC-SHA-256, key {key}</dt><dd><code>{hmac}</code></dd>\n</dl>\n</footer>\n</body>\n</html>\n"
            ),
            Form::Json => format!("{begins}{{\"sha256\":\"{sha256}\",\"key\":{key},\"hmac\":\"{hmac}\"}}}}\n"),
        }
    }

    /// Reads the end of a document. None: it is not as we wrote it, to the octet.
    pub fn read(form: Form, text: &str) -> Option<Seal> {
        let mut hashes = text.split(|c: char| !c.is_ascii_hexdigit()).filter(|word| word.len() == 64);
        let (sha256, hmac) = (unhex(hashes.next()?)?, unhex(hashes.next()?)?);
        let before = match form {
            Form::Html => "key ",
            Form::Json => "\"key\":",
        };
        let (_, rest) = text.split_once(before)?;
        let key_id = rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        let seal = Seal { sha256, key_id, hmac };
        (seal.text(form) == text).then_some(seal)
    }
}

impl About {
    pub fn line(&self, form: Form) -> Result<String, serde_json::Error> {
        let text = serde_json::to_string(self)?;
        Ok(match form {
            // Slug, number and our own words: nothing that could end a comment.
            Form::Html => format!("<!--{text}-->"),
            Form::Json => format!("{},", text.trim_end_matches('}')),
        })
    }

    pub fn read(form: Form, line: &str) -> Option<About> {
        let about: About = match form {
            Form::Html => serde_json::from_str(line.strip_prefix("<!--")?.strip_suffix("-->")?).ok()?,
            Form::Json => serde_json::from_str(&format!("{}}}", line.strip_suffix(',')?)).ok()?,
        };
        (about.format == FORMAT).then_some(about)
    }
}

/// The id of the delivery a line is about, and the mark of what it says. None: it is about none.
pub fn marked(form: Form, line: &str) -> Option<(i64, &str)> {
    let (begins, between, ends) = match form {
        Form::Html => ("<tr id=\"d", "\" data-mark=\"", "\">"),
        Form::Json => ("{\"delivery\":", ",\"mark\":\"", "\","),
    };
    let (id, rest) = line.strip_prefix(begins)?.split_once(between)?;
    Some((id.parse().ok()?, rest.split_once(ends)?.0))
}

/// A short name for what the ledger says of a delivery: 128 bits of a SHA-256 over its values, each ended by NUL.
pub fn mark<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Hash::default();
    for value in std::iter::once(FORMAT).chain(values) {
        hash.update(value.as_bytes());
        hash.update(&[0]);
    }
    let mut mark = hex(&hash.finish());
    mark.truncate(32);
    mark
}

pub fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Exactly so many octets, written as [`hex`] does.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEAL: Seal = Seal { sha256: [0xab; 32], key_id: 7, hmac: [0x01; 32] };

    #[test]
    fn a_seal_is_read_back_and_nothing_else_is_one() {
        for form in [Form::Html, Form::Json] {
            let text = SEAL.text(form);
            assert!(text.starts_with(form.seal_begins()));
            assert_eq!(Seal::read(form, &text), Some(SEAL));
            for at in 0..text.len() {
                let mut changed = text.clone().into_bytes();
                changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
                let read = Seal::read(form, &String::from_utf8(changed).unwrap());
                assert_ne!(read, Some(SEAL), "octet {at} of {text}");
            }
            assert_eq!(Seal::read(form, &format!("{text}more\n")), None);
            assert_eq!(Seal::read(form, text.trim_end()), None);
        }
    }

    #[test]
    fn lines_are_found_again() {
        let about = About { format: FORMAT.into(), newsletter: "weekly".into(), number: 3, of: Whole::Issue };
        for form in [Form::Html, Form::Json] {
            assert_eq!(About::read(form, &about.line(form).unwrap()), Some(about.clone()));
        }
        assert_eq!(marked(Form::Html, "<tr id=\"d17\" data-mark=\"0f\"><th>"), Some((17, "0f")));
        assert_eq!(marked(Form::Json, "{\"delivery\":17,\"mark\":\"0f\",\"address\":\"a\"},"), Some((17, "0f")));
        assert_eq!(marked(Form::Json, "\"deliveries\":["), None);
    }

    #[test]
    fn values_that_are_shifted_make_another_mark() {
        assert_ne!(mark(["a", "bc"]), mark(["ab", "c"]));
        assert_eq!(mark(["a"]).len(), 32);
    }
}
