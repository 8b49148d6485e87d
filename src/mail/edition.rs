//! An issue in one language, or any other mail, frozen: final bytes with slots. It is what the ledger keeps and what a
//! byte-identical resend is made from.

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

use crate::domain::language::Language;

/// A mail rendered once; only the slots differ per reader.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    pub language: Language,
    pub subject: String,
    pub text: Vec<Piece>,
    pub html: Vec<Piece>,
    /// Present in mails to a newsletter's subscribers; a confirmation mail has none (R34).
    pub list: Option<List>,
    /// RFC 3834: nobody wrote this by hand; answering machines stay silent.
    pub auto_submitted: bool,
    pub from_name: String,
    pub from_address: String,
    pub reply_to: Option<String>,
}

/// What the List-* headers say, equal for all recipients.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// `label.domain` (RFC 2919); never changes in the life of a newsletter.
    pub id: String,
    /// The newsletter's title.
    pub phrase: String,
    /// URL of the page that explains subscribing and leaving.
    pub help: String,
    /// An address, with or without `mailto:`.
    pub owner: String,
    pub archived_at: Option<String>,
    pub archive: Option<String>,
    /// `issue:newsletter:stream:sender` (R37).
    pub feedback_id: String,
}

/// A run of final bytes, or the place of a slot between two runs.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Quoted-printable with CRLF. Ends on a line end, a soft one if a slot follows in mid-line.
    #[serde(rename = "b")]
    Bytes(String),
    #[serde(rename = "s")]
    Slot(Slot),
}

/// What differs per reader, and nothing else does.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    Salutation,
    UnsubscribeLink,
    PreferencesLink,
    ConfirmLink,
    RequestedAt,
    ExpiresAt,
}

impl Slot {
    pub const ALL: [Slot; 6] =
        [Slot::Salutation, Slot::UnsubscribeLink, Slot::PreferencesLink, Slot::ConfirmLink, Slot::RequestedAt, Slot::ExpiresAt];

    /// The slot's name in templates.
    pub fn name(self) -> &'static str {
        match self {
            Slot::Salutation => "salutation",
            Slot::UnsubscribeLink => "unsubscribe_link",
            Slot::PreferencesLink => "preferences_link",
            Slot::ConfirmLink => "confirm_link",
            Slot::RequestedAt => "requested_at",
            Slot::ExpiresAt => "expires_at",
        }
    }

    pub fn parse(name: &str) -> Option<Slot> {
        Slot::ALL.into_iter().find(|slot| slot.name() == name)
    }
}

impl Edition {
    /// The bytes the database keeps. Equal editions give equal bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Edition, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// Bytes of the HTML part as it travels, with links as long as they are.
    pub fn html_size(&self) -> usize {
        let pieces = self.html.iter().map(|piece| match piece {
            Piece::Bytes(bytes) => bytes.len(),
            // A link with its token, folded.
            Piece::Slot(_) => 120,
        });
        pieces.sum()
    }

    /// SHA-256 of the kept bytes: what the ledger names as "the text this reader got".
    pub fn hash(bytes: &[u8]) -> [u8; 32] {
        sha256(bytes)
    }
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    for (to, from) in hash.iter_mut().zip(digest::digest(&digest::SHA256, bytes).as_ref()) {
        *to = *from;
    }
    hash
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_edition_comes_back_as_it_was_kept() {
        let edition = Edition {
            language: Language::DeSimple,
            subject: "Übersicht".to_owned(),
            text: vec![Piece::Slot(Slot::Salutation), Piece::Bytes("a=\r\n".to_owned()), Piece::Slot(Slot::UnsubscribeLink)],
            html: vec![],
            list: None,
            auto_submitted: true,
            from_name: "A".to_owned(),
            from_address: "a@example.org".to_owned(),
            reply_to: None,
        };
        let bytes = edition.to_bytes().unwrap();
        assert!(
            String::from_utf8(bytes.clone()).unwrap().contains(r#"[{"s":"salutation"},{"b":"a=\r\n"},{"s":"unsubscribe_link"}]"#)
        );
        assert_eq!(Edition::from_bytes(&bytes).unwrap(), edition);
        assert_eq!(Edition::hash(&bytes), Edition::hash(&edition.to_bytes().unwrap()));
        assert!(Slot::ALL.into_iter().all(|slot| Slot::parse(slot.name()) == Some(slot)));
    }
}
