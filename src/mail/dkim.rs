//! DKIM: every mail is signed here, with RSA, with Ed25519 or with both (RFC 6376, RFC 8463, R114–R118).
//!
//! relaxed/relaxed, no `l=`, no `x=`. What is signed and how depends on the message, the keys' names and the given time alone,
//! so the same row makes the same signature again (R83): RSA with PKCS#1 v1.5 and Ed25519 use no randomness.

mod canonical;
mod field;
mod key;

use aws_lc_rs::digest::{Context, Digest, SHA256};
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

pub use key::{Algorithm, Key, KeyName, PrivateKey, Record};

/// Why something is not signed, or a key not taken. No message contains a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DkimError {
    #[error(
        "the DKIM key {0} is not on this node. A mail that may have been sent before must be signed with the same key \
         again: put it into dkim.old_keys and start anew; until then the mail waits"
    )]
    Missing(KeyName),
    #[error("the note of DKIM keys \"{0}\" cannot be understood")]
    Note(String),
    #[error("two DKIM keys are named {0}; every key needs a selector of its own")]
    Twice(KeyName),
    #[error("\"{0}\" is no domain or selector for DKIM: letters, digits, hyphens and dots, like example.org or news2026")]
    Name(String),
    #[error("the file contains no private key in PEM form (-----BEGIN PRIVATE KEY-----); \"rundbrief dkim new\" makes one")]
    NoPem,
    #[error("the private key is encrypted; DKIM keys are kept in the clear, in a file that only rundbrief can read")]
    Encrypted,
    #[error("the private key is neither RSA with 2048 to 8192 bits nor Ed25519 ({0})")]
    Unusable(String),
    #[error("the private key is {found}, and {wanted} is expected here")]
    OtherAlgorithm { found: Algorithm, wanted: Algorithm },
    #[error(
        "the newsletter {newsletter} sends from {from}, and {keys}: mailbox providers want a signature of the sender's own domain. \
         Make a key with \"rundbrief dkim new\" and add what it prints, or sign at the relay and remove [dkim]"
    )]
    NotAligned { newsletter: String, from: String, keys: String },
    #[error("mail from {from} cannot be signed: {keys}. It waits until there is a key for that domain, see dkim.keys")]
    NoKey { from: String, keys: String },
    #[error("{0} has two {1} keys that sign now; move the older one to dkim.old_keys")]
    TwoOfAKind(String, Algorithm),
    #[error("there is no header to sign")]
    NoHeader,
    #[error("the cryptographic library refused to sign")]
    Refused,
}

/// Between the domains of a note.
const NEXT: &str = "; ";

/// The keys of an instance: those that sign new mails, and older ones for mails that are sent again. `Default` signs nothing.
#[derive(Debug, Default)]
pub struct Signer {
    keys: Vec<Key>,
    /// How many of these sign new mails; they come first.
    current: usize,
    /// See [`Signer::note`].
    note: String,
}

impl Signer {
    /// `current` keys sign new mails, at most one of each kind for a domain; `old` ones sign only what was signed with them before.
    ///
    /// # Errors
    /// [`DkimError::Twice`] if two keys have the same name, [`DkimError::TwoOfAKind`].
    pub fn new(current: Vec<Key>, old: Vec<Key>) -> Result<Self, DkimError> {
        let mut domains: Vec<(&str, Vec<&Key>)> = Vec::new();
        for key in &current {
            match domains.iter_mut().find(|(domain, _)| *domain == key.name.domain) {
                Some((domain, others)) if others.iter().any(|other| other.algorithm() == key.algorithm()) => {
                    return Err(match others.iter().any(|other| other.name == key.name) {
                        true => DkimError::Twice(key.name.clone()),
                        false => DkimError::TwoOfAKind((*domain).to_owned(), key.algorithm()),
                    });
                }
                Some((_, others)) => others.push(key),
                None => domains.push((&key.name.domain, vec![key])),
            }
        }
        let note = domains
            .iter()
            .map(|(domain, keys)| keys.iter().fold((*domain).to_owned(), |note, key| format!("{note} {}", key.name.selector)));
        let (note, count) = (note.collect::<Vec<_>>().join(NEXT), current.len());
        let mut keys: Vec<Key> = Vec::with_capacity(count.saturating_add(old.len()));
        for key in current.into_iter().chain(old) {
            if keys.iter().any(|other| other.name == key.name) {
                return Err(DkimError::Twice(key.name));
            }
            keys.push(key);
        }
        Ok(Self { keys, current: count, note })
    }

    /// What new mails are signed with, as the ledger keeps it: a domain and its selectors, with spaces between them; further
    /// domains after a semicolon. Whose mail it is chooses the domain. Empty: mails are not signed.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The part of [`Signer::note`] for mails of one sender. None: they cannot be signed.
    pub fn note_for(&self, from_address: &str) -> Option<&str> {
        if self.note.is_empty() { Some("") } else { part_for(&self.note, from_address) }
    }

    /// The domains of new signatures with their keys.
    pub fn domains(&self) -> Vec<(&str, Vec<&Key>)> {
        let parts = self.note.split(NEXT).filter_map(|part| part.split(' ').next()).filter(|domain| !domain.is_empty());
        let of = |domain: &str| self.keys.iter().take(self.current).filter(|key| key.name.domain == domain).collect();
        parts.map(|domain| (domain, of(domain))).collect()
    }

    /// Keys that sign only what was signed with them before.
    pub fn old_keys(&self) -> &[Key] {
        self.keys.get(self.current..).unwrap_or_default()
    }

    /// All keys, those of new mails first.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Whether new mails of this sender may go: they are not signed, or by a domain that vouches for it (R120).
    ///
    /// # Errors
    /// [`DkimError::NotAligned`], which names the newsletter.
    pub fn check_sender(&self, newsletter: &str, from_address: &str) -> Result<(), DkimError> {
        match self.note_for(from_address) {
            Some(_) => Ok(()),
            None => Err(DkimError::NotAligned {
                newsletter: newsletter.to_owned(),
                from: from_address.to_owned(),
                keys: which_keys(&self.note),
            }),
        }
    }

    /// Puts a DKIM-Signature before `message` for each key that `note` names for the sender's domain. An empty note leaves it as
    /// it is. `message` is whole and final, with CRLF line ends; `at` becomes `t=`, in full seconds.
    ///
    /// # Errors
    /// [`DkimError::NoKey`] if the note has none for this sender, [`DkimError::Missing`] if a key is not here. The message is
    /// unchanged then.
    pub fn sign(&self, message: &mut Vec<u8>, note: &str, from_address: &str, at: Timestamp) -> Result<(), DkimError> {
        if note.is_empty() {
            return Ok(());
        }
        let no_key = || DkimError::NoKey { from: from_address.to_owned(), keys: which_keys(note) };
        let mut words = part_for(note, from_address).ok_or_else(no_key)?.split(' ');
        let domain = words.next().unwrap_or_default();
        let mut fields = String::with_capacity(2048);
        let signed = Signed::read(message)?;
        for selector in words {
            let key = self.key(domain, selector)?;
            signed.write_field(key, at, &mut fields)?;
        }
        if fields.is_empty() {
            return Err(DkimError::Note(note.to_owned()));
        }
        message.splice(0..0, fields.into_bytes());
        Ok(())
    }

    fn key(&self, domain: &str, selector: &str) -> Result<&Key, DkimError> {
        let named = |key: &&Key| key.name.selector == selector && key.name.domain == domain;
        match self.keys.iter().find(named) {
            Some(key) => Ok(key),
            None => Err(DkimError::Missing(KeyName::parse(selector, domain)?)),
        }
    }
}

/// The part of a note whose domain vouches for a sender: the sender's own, else the nearest above or below it.
fn part_for<'a>(note: &'a str, from_address: &str) -> Option<&'a str> {
    let from = from_address.rsplit_once('@').map_or(from_address, |(_, domain)| domain);
    let domain_of = |part: &str| part.split(' ').next().unwrap_or_default().to_owned();
    let distance = |part: &&str| domain_of(part).len().abs_diff(from.len());
    note.split(NEXT).filter(|part| is_aligned(&domain_of(part), from)).min_by_key(distance)
}

/// For people: the domains of a note.
fn which_keys(note: &str) -> String {
    let domains: Vec<&str> = note.split(NEXT).filter_map(|part| part.split(' ').next()).collect();
    match domains.as_slice() {
        [domain] => format!("dkim.domain is {domain}"),
        domains => format!("there are DKIM keys for {}", domains.join(", ")),
    }
}

/// R120, RFC 9989's relaxed alignment without a list of public suffixes: the same domain, or one below the other.
fn is_aligned(domain: &str, from: &str) -> bool {
    let (domain, from) = (domain.to_ascii_lowercase(), from.to_ascii_lowercase());
    let below = |child: &str, parent: &str| child.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'));
    domain == from || below(&domain, &from) || below(&from, &domain)
}

/// What all signatures of a message have in common.
struct Signed {
    /// `h=`, as names with colons between them.
    names: Vec<&'static str>,
    /// SHA-256 over the canonical header fields, ready for the signature's own field.
    headers: Context,
    /// `bh=`
    body_hash: String,
}

impl Signed {
    fn read(message: &[u8]) -> Result<Self, DkimError> {
        let end = message.windows(4).position(|four| four == b"\r\n\r\n").ok_or(DkimError::NoHeader)?;
        let (head, body) = message.split_at_checked(end.saturating_add(2)).ok_or(DkimError::NoHeader)?;
        let body = body.strip_prefix(b"\r\n").unwrap_or(body);
        let mut canonical = Vec::with_capacity(head.len());
        let names = canonical::headers(head, &mut canonical);
        let mut headers = Context::new(&SHA256);
        headers.update(&canonical);
        let mut hash = Context::new(&SHA256);
        canonical::body(body, |run| hash.update(run));
        Ok(Self { names, headers, body_hash: STANDARD.encode(hash.finish()) })
    }

    fn write_field(&self, key: &Key, at: Timestamp, out: &mut String) -> Result<(), DkimError> {
        let begin = out.len();
        field::write(&key.name, key.algorithm(), at, &self.names, &self.body_hash, out);
        // RFC 6376 §3.7: hashed last, with an empty b=, and without the line end of the field.
        let mut canonical = Vec::with_capacity(1024);
        canonical::field(out.get(begin..).unwrap_or_default().as_bytes(), &mut canonical);
        let mut headers = self.headers.clone();
        headers.update(&canonical);
        let signature = sign(&key.private, &headers.finish())?;
        field::finish(&signature, out);
        Ok(())
    }
}

/// The signature in base64.
fn sign(key: &PrivateKey, digest: &Digest) -> Result<String, DkimError> {
    match key {
        PrivateKey::Rsa(pair) => sign_rsa(pair, digest),
        PrivateKey::Ed25519(pair) => sign_ed25519(pair, digest),
    }
}

fn sign_rsa(pair: &rsa::KeyPair, digest: &Digest) -> Result<String, DkimError> {
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign_digest(&RSA_PKCS1_SHA256, digest, &mut signature).map_err(|_| DkimError::Refused)?;
    Ok(STANDARD.encode(signature))
}

/// RFC 8463 §3: PureEdDSA over the SHA-256.
fn sign_ed25519(pair: &Ed25519KeyPair, digest: &Digest) -> Result<String, DkimError> {
    Ok(STANDARD.encode(pair.try_sign(digest.as_ref()).map_err(|_| DkimError::Refused)?))
}

#[cfg(test)]
mod tests;
