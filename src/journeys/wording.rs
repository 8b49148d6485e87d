//! What a person agrees to: the consent text and the privacy notice, made from the live settings and kept word for word.

use std::sync::Arc;

use super::{Context, JourneyError};
use crate::domain::consent::sha256;
use crate::domain::language::Language;
use crate::domain::network::NetworkNote;
use crate::domain::proof::hex;
use crate::i18n;
use crate::store::newsletters::NewsletterText;

/// A text as shown, and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    pub text: String,
    pub hash: [u8; 32],
}

impl Wording {
    fn new(kind: &str, language: Language, text: String) -> Self {
        let hash = hash(kind, language.tag(), &text);
        Self { text, hash }
    }

    /// What the form carries so that we know which text it showed.
    pub fn hash_hex(&self) -> String {
        hex(&self.hash)
    }
}

/// The consent to one or more newsletters (R139, R146): who asks, what for, how often, how to withdraw.
///
/// Both texts are shown on pages, so they are in one of our own languages.
pub fn consent(ctx: &Context, language: Language, texts: &[NewsletterText]) -> Result<Arc<Wording>, JourneyError> {
    let language = language.spoken();
    ctx.memo.consent.of(&(language, texts.to_vec()), |_| made_consent(ctx, language, texts))
}

fn made_consent(ctx: &Context, language: Language, texts: &[NewsletterText]) -> Result<Wording, JourneyError> {
    let mut text = String::new();
    for newsletter in texts {
        let paragraph = i18n::text(
            language,
            "consent-wording",
            &[
                ("organisation", ctx.config.organisation.clone().into()),
                ("title", newsletter.title.clone().into()),
                ("description", newsletter.description.clone().into()),
            ],
        )?;
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&paragraph);
    }
    Ok(Wording::new("consent", language, text))
}

/// The notice of Art. 13 GDPR (R140), a heading a section. Changes with the settings it speaks of.
pub fn privacy(ctx: &Context, language: Language) -> Result<Arc<Wording>, JourneyError> {
    let language = language.spoken();
    ctx.memo.privacy.of(&language, |_| made_privacy(ctx, language))
}

fn made_privacy(ctx: &Context, language: Language) -> Result<Wording, JourneyError> {
    let config = &ctx.config;
    let args = [
        ("organisation", config.organisation.clone().into()),
        ("address", config.postal_address.clone().into()),
        ("contact", config.privacy_contact.clone().into()),
        ("officer", config.privacy_officer.clone().into()),
        ("authority", config.privacy_authority.clone().into()),
        ("hoster", config.hoster.clone().into()),
        ("relay", config.relay_provider.clone().into()),
        ("confirmation_days", config.confirmation_days.into()),
        ("delivery_days", config.delivery_days.into()),
        ("proof_years", config.proof_years.into()),
        ("network_days", config.network_days.into()),
        ("third_country", config.third_country.clone().into()),
    ];
    let network = match config.network_note {
        NetworkNote::None => "privacy-network-none",
        NetworkNote::Truncated => "privacy-network-truncated",
        NetworkNote::Full => "privacy-network-full",
    };
    let (hosted, relayed) = (!config.hoster.is_empty(), !config.relay_provider.is_empty());
    let abroad = !config.third_country.is_empty();
    let mut paragraphs = Vec::new();
    for (id, needed) in [
        ("privacy-controller", true),
        ("privacy-officer", !config.privacy_officer.is_empty()),
        ("privacy-purpose", true),
        ("privacy-data", true),
        ("privacy-duty", true),
        (network, true),
        ("privacy-limits", true),
        ("privacy-recipients", true),
        ("privacy-hoster", hosted),
        ("privacy-relay", relayed),
        ("privacy-no-recipients", !hosted && !relayed),
        ("privacy-at-home", !abroad),
        ("privacy-abroad", abroad),
        ("privacy-storage", true),
        ("privacy-rights", true),
        ("privacy-withdrawal", true),
        ("privacy-complaint", true),
        ("privacy-authority", !config.privacy_authority.is_empty()),
        ("privacy-tracking", true),
    ] {
        if needed {
            paragraphs.push(i18n::text(language, id, &args)?);
        }
    }
    Ok(Wording::new("privacy", language, paragraphs.join("\n\n")))
}

/// The name of a text: what it is, its language and its words. Lengths are not needed: no part can contain the separator.
pub(super) fn hash(kind: &str, language: &str, text: &str) -> [u8; 32] {
    sha256(&[kind.as_bytes(), b"\0", language.as_bytes(), b"\0", text.as_bytes(), b"\0"])
}
