//! E-mail addresses: what we accept, how we compare, what goes over the wire (R17–R21).
//!
//! Policy: broad but not archaic. A dot-atom local part of RFC 5322 §3.2.3 (non-ASCII letters by RFC 6531 §3.3)
//! at a DNS name with at least one dot. Quoted local parts, comments, domain literals and source routes are refused
//! with a sentence that says so. Two addresses are the same if their canonical forms are: domain as lower-case
//! A-labels, local part composed (NFC) with ASCII letters in lower case. Dots and "+tags" make a difference.

use std::fmt;
use std::hash::{Hash, Hasher};

use icu_normalizer::ComposingNormalizerBorrowed;
use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

/// RFC 5321 §4.5.3.1.1, octets.
const MAX_LOCAL: usize = 64;
/// RFC 5321 §4.5.3.1.3: a path is at most 256 octets, and two of them are the angle brackets.
const MAX_ADDRESS: usize = 254;
/// RFC 1035 §2.3.4, octets.
const MAX_LABEL: usize = 63;
/// RFC 5321 §4.5.3.1.2, octets.
const MAX_DOMAIN: usize = 255;

/// An address that mail can be sent to. Equal and hashed by its canonical form.
#[derive(Clone)]
pub struct Address {
    typed: String,
    canonical: String,
    /// Octets of the local part at the start of `typed`, without the `@`.
    local: usize,
    /// Lower-case A-labels.
    domain: String,
}

/// Why something is not an address we take. Each case is one sentence for the person who typed it; none repeats the input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("the e-mail address is missing")]
    Empty,
    #[error("an e-mail address contains an @, like name@example.org")]
    NoAt,
    #[error("please give exactly one e-mail address with exactly one @")]
    SeveralAddresses,
    #[error("please give the address alone, without a name or <angle brackets>")]
    DisplayName,
    #[error("the e-mail address contains a control character or a line break")]
    ControlCharacter,
    #[error("there is a space inside the e-mail address")]
    InnerSpace,
    #[error("addresses with quotation marks are not supported")]
    Quoted,
    #[error("comments in (parentheses) are not part of an e-mail address")]
    Comment,
    #[error("addresses with an IP number instead of a domain name are not supported")]
    DomainLiteral,
    #[error("the part before the @ is missing")]
    LocalPartEmpty,
    #[error("the part before the @ must not begin or end with a dot or contain two dots in a row")]
    LocalPartDots,
    #[error("the character \"{0}\" is not possible before the @")]
    LocalPartCharacter(char),
    /// Not a fault of the address: our relay cannot carry it (R21). Journeys say so, [`Address::parse`] never does.
    #[error("our mail server cannot send to an address with such characters before the @")]
    LocalPartInternational,
    /// Not a fault of the address either: it would stand in every mail, and most mail servers could not take those.
    #[error("this address stands in every mail, so the part before the @ must be in ASCII letters; umlauts are fine behind it")]
    OwnInternational,
    #[error("the part before the @ is longer than 64 bytes")]
    LocalPartTooLong,
    #[error("the part after the @ is missing")]
    DomainEmpty,
    #[error("the part after the @ needs a dot, like example.org")]
    DomainWithoutDot,
    #[error("the part after the @ must not begin or end with a dot or contain two dots in a row")]
    DomainDots,
    #[error("the part after the @ is not a domain name")]
    DomainInvalid,
    #[error("the e-mail address is longer than 254 bytes, or a part of its domain longer than 63")]
    TooLong,
}

impl AddressError {
    /// The ids of all texts that [`AddressError::key`] may name, for a check that every language has them.
    pub const KEYS: [&'static str; 20] = [
        "address-error-empty",
        "address-error-no-at",
        "address-error-several",
        "address-error-display-name",
        "address-error-control",
        "address-error-space",
        "address-error-quoted",
        "address-error-comment",
        "address-error-domain-literal",
        "address-error-local-empty",
        "address-error-local-dots",
        "address-error-local-character",
        "address-error-local-international",
        "address-error-own-international",
        "address-error-local-too-long",
        "address-error-domain-empty",
        "address-error-domain-no-dot",
        "address-error-domain-dots",
        "address-error-domain-invalid",
        "address-error-too-long",
    ];

    /// The id of the text that tells a reader about it. `address-error-local-character` takes `character`.
    pub fn key(&self) -> &'static str {
        match self {
            AddressError::Empty => "address-error-empty",
            AddressError::NoAt => "address-error-no-at",
            AddressError::SeveralAddresses => "address-error-several",
            AddressError::DisplayName => "address-error-display-name",
            AddressError::ControlCharacter => "address-error-control",
            AddressError::InnerSpace => "address-error-space",
            AddressError::Quoted => "address-error-quoted",
            AddressError::Comment => "address-error-comment",
            AddressError::DomainLiteral => "address-error-domain-literal",
            AddressError::LocalPartEmpty => "address-error-local-empty",
            AddressError::LocalPartDots => "address-error-local-dots",
            AddressError::LocalPartCharacter(_) => "address-error-local-character",
            AddressError::LocalPartInternational => "address-error-local-international",
            AddressError::OwnInternational => "address-error-own-international",
            AddressError::LocalPartTooLong => "address-error-local-too-long",
            AddressError::DomainEmpty => "address-error-domain-empty",
            AddressError::DomainWithoutDot => "address-error-domain-no-dot",
            AddressError::DomainDots => "address-error-domain-dots",
            AddressError::DomainInvalid => "address-error-domain-invalid",
            AddressError::TooLong => "address-error-too-long",
        }
    }
}

impl Address {
    /// Reads one address as a person typed it. White space around it is dropped; a line break anywhere is refused (R13).
    pub fn parse(input: &str) -> Result<Address, AddressError> {
        // Line breaks are refused before trimming: somebody who sends one is not a person at a form.
        if input.chars().any(|c| c.is_control() && c != '\t') {
            return Err(AddressError::ControlCharacter);
        }
        let typed = input.trim();
        if typed.is_empty() {
            return Err(AddressError::Empty);
        }
        refuse_other_forms(typed)?;
        let Some((local, domain)) = typed.split_once('@') else {
            return Err(AddressError::NoAt);
        };
        if domain.contains('@') {
            return Err(AddressError::SeveralAddresses);
        }
        let compared = compared(local);
        check_local_part(local, &compared)?;
        let domain = a_labels(domain)?;
        if local.len().max(compared.len()) + 1 + domain.len() > MAX_ADDRESS {
            return Err(AddressError::TooLong);
        }
        Ok(Address { canonical: format!("{compared}@{domain}"), local: local.len(), domain, typed: typed.to_owned() })
    }

    /// An address of ours, as it stands in headers and envelopes of mails to everybody: senders, bounces, the list's owner. Such a
    /// mail must not need SMTPUTF8, whatever our own relay takes, because the readers' servers have to take it as well.
    pub fn parse_own(input: &str) -> Result<Address, AddressError> {
        let address = Address::parse(input)?;
        if address.needs_smtputf8() { Err(AddressError::OwnInternational) } else { Ok(address) }
    }

    /// As typed, without the white space around it.
    pub fn as_typed(&self) -> &str {
        &self.typed
    }

    /// For comparing and for unique keys (R19). Never for sending: local parts may be case-sensitive (RFC 5321 §2.4).
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// For envelope and headers: the local part as typed at the domain's A-labels (R20).
    pub fn wire(&self) -> String {
        format!("{}@{}", self.local_part(), self.domain)
    }

    /// Whether the relay must offer SMTPUTF8 to take it (RFC 6531 §3.2). An internationalised domain alone needs no such thing.
    pub fn needs_smtputf8(&self) -> bool {
        !self.local_part().is_ascii()
    }

    /// As a link (RFC 6068 §2): in ASCII, with what could end the address percent-encoded.
    pub fn mailto(&self) -> String {
        use fmt::Write as _;
        let mut link = String::from("mailto:");
        for byte in self.local_part().bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~!$'*+".contains(&byte) {
                link.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(link, "%{byte:02X}");
            }
        }
        link.push('@');
        link.push_str(&self.domain);
        link
    }

    /// The domain as lower-case A-labels.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    fn local_part(&self) -> &str {
        self.typed.get(..self.local).unwrap_or_default()
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for Address {}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical.hash(state);
    }
}

/// Masked, so that no address ends up in a log by accident.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address(…@{})", self.domain)
    }
}

/// Forms that are mail addresses by the letter of RFC 5322 or parts of a header, but not what a form asks for (R18).
fn refuse_other_forms(typed: &str) -> Result<(), AddressError> {
    if typed.starts_with('"') && !typed.contains('<') {
        return Err(AddressError::Quoted);
    }
    if typed.contains(['<', '>']) {
        return Err(AddressError::DisplayName);
    }
    if typed.contains([',', ';']) || (typed.starts_with('@') && typed.contains(':')) {
        return Err(AddressError::SeveralAddresses);
    }
    if typed.contains(['(', ')']) {
        return Err(AddressError::Comment);
    }
    if typed.chars().any(char::is_whitespace) {
        return Err(if typed.matches('@').count() > 1 { AddressError::SeveralAddresses } else { AddressError::InnerSpace });
    }
    if typed.contains('"') {
        return Err(AddressError::Quoted);
    }
    if typed.contains("@[") {
        return Err(AddressError::DomainLiteral);
    }
    Ok(())
}

/// Both are measured, as a mail is sent with the one and compared by the other.
fn check_local_part(local: &str, compared: &str) -> Result<(), AddressError> {
    if local.is_empty() {
        return Err(AddressError::LocalPartEmpty);
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err(AddressError::LocalPartDots);
    }
    // Composing may make an ASCII character of another: the Greek question mark (U+037E) becomes a semicolon.
    if let Some(wrong) = local.chars().chain(compared.chars()).find(|&c| c != '.' && !is_atext(c)) {
        return Err(AddressError::LocalPartCharacter(wrong));
    }
    if local.len() > MAX_LOCAL || compared.len() > MAX_LOCAL {
        return Err(AddressError::LocalPartTooLong);
    }
    Ok(())
}

/// RFC 5322 §3.2.3 `atext`, with RFC 6531 §3.3 extending it to everything beyond ASCII; less what nobody can see.
fn is_atext(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
    } else {
        !matches!(c,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffd}')
    }
}

/// A link to write to this address. None: it is none.
pub fn mailto(text: &str) -> Option<String> {
    Address::parse(text).ok().map(|address| address.mailto())
}

/// A domain by itself, as it may stand behind an @: A-labels in lower case.
pub fn domain_name(text: &str) -> Result<String, AddressError> {
    a_labels(text.trim())
}

/// The domain's A-labels in lower case (UTS #46, non-transitional; STD 3 letters only).
fn a_labels(domain: &str) -> Result<String, AddressError> {
    if domain.is_empty() {
        return Err(AddressError::DomainEmpty);
    }
    let ascii = Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Ignore)
        .map_err(|_| AddressError::DomainInvalid)?;
    // The dots are looked at afterwards: UTS #46 knows three more characters that stand for one.
    if ascii.split('.').any(str::is_empty) {
        return Err(AddressError::DomainDots);
    }
    if ascii.len() > MAX_DOMAIN || ascii.split('.').any(|label| label.len() > MAX_LABEL) {
        return Err(AddressError::TooLong);
    }
    match ascii.rsplit_once('.') {
        None => Err(AddressError::DomainWithoutDot),
        // No top-level domain is a number (RFC 3696 §2): this is an IPv4 address without its brackets.
        Some((_, top)) if top.bytes().all(|b| b.is_ascii_digit()) => Err(AddressError::DomainLiteral),
        Some(_) => Ok(ascii.into_owned()),
    }
}

/// The local part as it is compared. Normalisation form C, so that an "ü" typed as two characters is the same "ü"; and once
/// more after the change of case, as a small letter may have a composed form where the capital has none: "J̌" has not, "ǰ" has.
fn compared(local: &str) -> String {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    nfc.normalize(&nfc.normalize(local).to_ascii_lowercase()).into_owned()
}
