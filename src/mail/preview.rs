//! An edition as a reader's mail program would show it, for who wants to see it before it is sent.

use std::borrow::Cow;

use super::edition::{Edition, Piece, Slot};
use super::quoted::{self, QuotedError};

/// Why an edition cannot be shown. It could not be read by its readers either.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    #[error(transparent)]
    Quoted(#[from] QuotedError),
    #[error("a part cannot be decoded: {0}")]
    Encoding(#[from] quoted_printable::QuotedPrintableError),
    #[error("a part is no UTF-8: {0}")]
    Text(#[from] std::string::FromUtf8Error),
}

/// Both parts, decoded, with the reader's values in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    pub html: String,
    pub text: String,
}

impl Preview {
    /// A slot without a value shows its name.
    pub fn of(edition: &Edition, values: &[(Slot, String)]) -> Result<Preview, PreviewError> {
        let value = |slot: Slot| match values.iter().find(|(name, _)| *name == slot) {
            Some((_, value)) => Cow::Borrowed(value.as_str()),
            None => Cow::Owned(format!("[{}]", slot.name())),
        };
        let html = decoded(&edition.html, |slot| quoted::escape_html(&value(slot)))?;
        Ok(Preview { html, text: decoded(&edition.text, |slot| value(slot).into_owned())? })
    }

    /// As programs show it that load no pictures (R254).
    pub fn without_images(&self) -> String {
        self.html.replace(" src=\"", " data-src=\"")
    }

    /// As GMX and WEB.DE show it: no style sheet, no languages, no roles (R227, R228, R247).
    pub fn without_style(&self) -> String {
        let mut out = String::with_capacity(self.html.len());
        let mut rest = self.html.as_str();
        while let Some((before, after)) = rest.split_once("<style") {
            out.push_str(before);
            rest = after.split_once("</style>").map_or("", |(_, after)| after);
        }
        out.push_str(rest);
        for name in [" lang=\"", " role=\""] {
            out = without_attribute(&out, name);
        }
        out
    }

    /// As programs show it that ask the mail for its own dark colours (R255).
    pub fn dark(&self) -> String {
        self.html.replace("(prefers-color-scheme: dark)", "all")
    }
}

fn without_attribute(html: &str, begin: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once(begin) {
        out.push_str(before);
        rest = after.split_once('"').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

fn decoded(pieces: &[Piece], value: impl Fn(Slot) -> String) -> Result<String, PreviewError> {
    let mut encoded = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Bytes(bytes) => encoded.extend_from_slice(bytes.as_bytes()),
            Piece::Slot(slot) => quoted::push_value(&value(*slot), &mut encoded)?,
        }
    }
    let bytes = quoted_printable::decode(encoded, quoted_printable::ParseMode::Strict)?;
    Ok(String::from_utf8(bytes)?.replace("\r\n", "\n"))
}
