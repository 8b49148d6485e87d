//! Which keys sign an issue's mails. Those of its frozen editions' sender count, whoever the newsletter sends from by now. An issue
//! whose sender no key fits is held: it is not claimed, and all others go on.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::mail::dkim::Signer;
use crate::mail::edition::Edition;
use crate::store::{Conn, StoreError, editions};

/// By issue. Neither an edition nor the keys of this process ever change.
#[derive(Default)]
pub(crate) struct Senders(Mutex<HashMap<i64, Option<String>>>);

impl Senders {
    /// What the mails of an issue are signed with, as the ledger notes it. None: they cannot be, so they wait.
    pub fn note(&self, conn: &mut Conn, signer: &Signer, issue_id: i64) -> Result<Option<String>, StoreError> {
        if signer.note().is_empty() {
            return Ok(Some(String::new()));
        }
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&issue_id).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let Some((edition_id, _)) = editions::list_of_issue(conn, issue_id)?.into_iter().next() else {
            return Ok(Some(signer.note().to_owned()));
        };
        let Ok(edition) = Edition::from_bytes(&editions::content(conn, edition_id)?) else {
            // Whoever makes its mails says so of each.
            return Ok(Some(signer.note().to_owned()));
        };
        let note = signer.note_for(&edition.from_address).map(str::to_owned);
        if note.is_none() {
            let from = &edition.from_address;
            tracing::error!(issue = issue_id, from, "no DKIM key fits the sender: the issue waits; see dkim.keys");
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(issue_id, note.clone());
        Ok(note)
    }
}
