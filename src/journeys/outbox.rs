//! Queues the mails that belong to no issue: a row in the ledger with its frozen content. Nothing is mailed here.

use jiff::Timestamp;

use super::JourneyError;
use crate::domain::language::Language;
use crate::domain::states::{DeliveryKind, DeliveryState};
use crate::domain::token;
use crate::mail::edition::Edition;
use crate::store::editions::{self, Frozen};
use crate::store::{Conn, deliveries, micros};

/// Whom a mail is for, and what it is about.
pub(super) struct Mail<'a> {
    pub kind: DeliveryKind,
    /// None: a test, which is for no reader.
    pub subscriber_id: Option<i64>,
    pub opt_in_id: Option<i64>,
    pub newsletter_id: i64,
    pub address: &'a str,
}

/// What a mail says, in the bytes that the ledger keeps.
pub struct FrozenMail {
    language: Language,
    subject: String,
    content: Vec<u8>,
    hash: [u8; 32],
}

impl FrozenMail {
    pub fn of(edition: Edition) -> Result<Self, JourneyError> {
        let content = edition.to_bytes()?;
        Ok(Self { language: edition.language, hash: Edition::hash(&content), subject: edition.subject, content })
    }
}

pub(super) fn queue(conn: &mut Conn, now: Timestamp, frozen: &FrozenMail, mail: &Mail<'_>) -> Result<(), JourneyError> {
    let (FrozenMail { language, subject, content, hash }, at) = (frozen, micros(now));
    let edition_id = editions::find_or_insert(conn, &Frozen { language: *language, subject, hash, content, web: "", now: at })?;
    deliveries::insert(
        conn,
        &deliveries::NewDelivery {
            public_id: token::random_id()?.to_vec(),
            kind: mail.kind.as_str(),
            edition_id,
            subscriber_id: mail.subscriber_id,
            opt_in_id: mail.opt_in_id,
            newsletter_id: Some(mail.newsletter_id),
            address: mail.address.to_owned(),
            name: None,
            relay: deliveries::RELAY,
            state: DeliveryState::Queued.as_str(),
            due_at: deliveries::AT_ONCE,
            created_at: at,
        },
    )?;
    Ok(())
}
