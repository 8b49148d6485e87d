//! Links that are signed, not stored (R181, R182), the tag in the envelope sender (R93), and keyed hashes of addresses (R108).
//!
//! A key has an id, and the id is in every token. The newest key signs, every key verifies: a reader may click an
//! unsubscribe link years later. A token names its purpose inside the signature, so a link for one thing is none for another.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{digest, hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::base32;

/// Of the format. Part of what is signed, so a later format cannot be confused with this one.
const VERSION: u8 = 1;
/// Octets of HMAC-SHA-256 in a link: 128 bits (R182).
const LINK_MAC: usize = 16;
/// Octets in an envelope tag: 64 bits (R93), as a local part has only 64 octets in all.
const TAG_MAC: usize = 8;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    Confirm,
    Unsubscribe,
    Preferences,
    Bounce,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Purpose::Confirm => "confirm",
            Purpose::Unsubscribe => "unsubscribe",
            Purpose::Preferences => "preferences",
            Purpose::Bounce => "bounce",
        }
    }
}

/// The instance's secret keys. The last one is current.
#[derive(Clone)]
pub struct Keyring {
    older: Vec<(u8, hmac::Key)>,
    current: (u8, hmac::Key),
}

/// Why there is no keyring, or no signature. No message contains a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("the key file contains no key; put the copy you kept back")]
    NoKey,
    #[error(
        "line {0} of the key file is not \"ID KEY\" with an ID from 0 to 255 and a KEY of 32 bytes in base64url without padding"
    )]
    Form(usize),
    #[error("the key file has two keys with the id {0}; every key needs its own")]
    Twice(u8),
    #[error("key {0} is not random: all of its bytes are the same; take 32 random bytes")]
    NotRandom(u8),
    #[error("the key with the id {0} is not in the key file; put it back, as links that were sent need it")]
    Missing(u8),
    #[error("the system gave no random bytes")]
    NoRandomness,
}

impl Keyring {
    /// Keys by id in order of age; the last is current.
    pub fn new(keys: Vec<(u8, [u8; 32])>) -> Result<Keyring, KeyError> {
        let mut ring: Vec<(u8, hmac::Key)> = Vec::with_capacity(keys.len());
        for (id, key) in &keys {
            if ring.iter().any(|(other, _)| other == id) {
                return Err(KeyError::Twice(*id));
            }
            if key.iter().min() == key.iter().max() {
                return Err(KeyError::NotRandom(*id));
            }
            ring.push((*id, hmac::Key::new(hmac::HMAC_SHA256, key)));
        }
        let current = ring.pop().ok_or(KeyError::NoKey)?;
        Ok(Keyring { older: ring, current })
    }

    /// Reads a key file: a line `ID KEY` for each key, the current one last. Empty lines and lines that begin with `#` are skipped.
    pub fn parse(file_text: &str) -> Result<Keyring, KeyError> {
        let mut keys = Vec::new();
        for (number, line) in (1..).zip(file_text.trim_start_matches('\u{feff}').lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            keys.push(parse_line(line).ok_or(KeyError::Form(number))?);
        }
        Keyring::new(keys)
    }

    /// A line for the key file with a fresh key.
    pub fn generate_line(id: u8) -> Result<String, KeyError> {
        let mut key = [0; 32];
        fill(&mut key)?;
        Ok(format!("{id} {}", URL_SAFE_NO_PAD.encode(key)))
    }

    pub fn current_id(&self) -> u8 {
        self.current.0
    }

    /// The token of a link: base64url without padding of version, key id, public id and signature; 46 characters.
    ///
    /// # Errors
    /// [`KeyError::Missing`] if there is no such key.
    pub fn sign(&self, purpose: Purpose, key_id: u8, public_id: &[u8; 16]) -> Result<String, KeyError> {
        let mac = self.mac(purpose, key_id, public_id).ok_or(KeyError::Missing(key_id))?;
        let mut token = vec![VERSION, key_id];
        token.extend_from_slice(public_id);
        token.extend(mac.as_ref().iter().take(LINK_MAC));
        Ok(URL_SAFE_NO_PAD.encode(token))
    }

    /// The public id in a token that we signed for this purpose under any key. Takes the same time for every wrong signature.
    pub fn verify(&self, purpose: Purpose, token: &str) -> Option<[u8; 16]> {
        // The decoder takes exactly one spelling: no padding, no stray bits at the end.
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (&[version, key_id], rest) = bytes.split_first_chunk()?;
        let (public_id, given) = rest.split_first_chunk::<16>()?;
        if version != VERSION || given.len() != LINK_MAC {
            return None;
        }
        let mac = self.mac(purpose, key_id, public_id)?;
        verify_slices_are_equal(mac.as_ref().get(..LINK_MAC)?, given).ok()?;
        Some(*public_id)
    }

    /// What stands after `bounce+` in an envelope sender: 40 lower-case letters and digits that survive a relay which
    /// changes case, and no address in them (R93).
    ///
    /// # Errors
    /// [`KeyError::Missing`] if there is no such key.
    pub fn envelope_tag(&self, key_id: u8, public_id: &[u8; 16]) -> Result<String, KeyError> {
        let mac = self.mac(Purpose::Bounce, key_id, public_id).ok_or(KeyError::Missing(key_id))?;
        let mut tag = vec![key_id];
        tag.extend_from_slice(public_id);
        tag.extend(mac.as_ref().iter().take(TAG_MAC));
        Ok(base32::encode(&tag))
    }

    /// A name for each key that gives nothing of it away: (id, 16 hex digits). Tells whether a key file is the one it was.
    pub fn fingerprints(&self) -> BTreeMap<u8, String> {
        let name = |key: &hmac::Key| {
            hmac::sign(key, b"rundbrief|fingerprint").as_ref().iter().take(8).map(|b| format!("{b:02x}")).collect()
        };
        self.older.iter().chain([&self.current]).map(|(id, key)| (*id, name(key))).collect()
    }

    /// The public id in an envelope tag that we made. Anything else is nobody's bounce.
    pub fn verify_envelope_tag(&self, tag: &str) -> Option<[u8; 16]> {
        let bytes = base32::decode(tag)?;
        let (&key_id, rest) = bytes.split_first()?;
        let (public_id, given) = rest.split_first_chunk::<16>()?;
        if given.len() != TAG_MAC {
            return None;
        }
        let mac = self.mac(Purpose::Bounce, key_id, public_id)?;
        verify_slices_are_equal(mac.as_ref().get(..TAG_MAC)?, given).ok()?;
        Some(*public_id)
    }

    /// The keyed hash under which an address is suppressed from now on, and the id of its key.
    pub fn address_key(&self, canonical: &str) -> (u8, [u8; 32]) {
        (self.current.0, address_hash(&self.current.1, canonical))
    }

    /// The keyed hashes of an address under every key, newest first: it may have been suppressed under an older one.
    pub fn address_keys(&self, canonical: &str) -> Vec<[u8; 32]> {
        let newest_first = std::iter::once(&self.current).chain(self.older.iter().rev());
        newest_first.map(|(_, key)| address_hash(key, canonical)).collect()
    }

    /// HMAC-SHA-256 under the current key for anything else; `purpose` keeps one use apart from another.
    pub fn derive(&self, purpose: &'static str, data: &[u8]) -> [u8; 32] {
        tagged(&self.current.1, &["derive", purpose], &[data])
    }

    /// What [`Keyring::derive`] makes, or once made, under the key with this id.
    pub fn derive_under(&self, key_id: u8, purpose: &'static str, data: &[u8]) -> Option<[u8; 32]> {
        Some(tagged(self.key(key_id)?, &["derive", purpose], &[data]))
    }

    /// Whether [`Keyring::derive`] made this under the key with this id, now or when that key was current. None: there is no
    /// such key.
    pub fn derived(&self, key_id: u8, purpose: &'static str, data: &[u8], given: &[u8; 32]) -> Option<bool> {
        let mac = self.derive_under(key_id, purpose, data)?;
        Some(verify_slices_are_equal(&mac, given).is_ok())
    }

    fn mac(&self, purpose: Purpose, key_id: u8, public_id: &[u8; 16]) -> Option<[u8; 32]> {
        Some(tagged(self.key(key_id)?, &[purpose.word()], &[&[VERSION, key_id], public_id]))
    }

    fn key(&self, key_id: u8) -> Option<&hmac::Key> {
        std::iter::once(&self.current).chain(&self.older).find(|(id, _)| *id == key_id).map(|(_, key)| key)
    }
}

/// Ids only.
impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<u8> = self.older.iter().chain([&self.current]).map(|(id, _)| *id).collect();
        write!(f, "Keyring(ids {ids:?}, keys …)")
    }
}

/// 128 random bits that name something in a link.
///
/// # Errors
/// [`KeyError::NoRandomness`] if the system has none to give.
pub fn random_id() -> Result<[u8; 16], KeyError> {
    let mut id = [0; 16];
    fill(&mut id)?;
    Ok(id)
}

/// Ids like [`random_id`]'s of which 96 bits are random and the first 32 are the same for all of one maker: an index takes in
/// thousands of them at one place instead of all over itself. What keeps strangers from guessing a link is its signature.
#[derive(Clone, Copy, Debug)]
pub struct SiblingIds([u8; 4]);

impl SiblingIds {
    /// # Errors
    /// [`KeyError::NoRandomness`] if the system has none to give.
    pub fn new() -> Result<SiblingIds, KeyError> {
        let mut first = [0; 4];
        fill(&mut first)?;
        Ok(SiblingIds(first))
    }

    /// # Errors
    /// [`KeyError::NoRandomness`] if the system has none to give.
    pub fn next(&self) -> Result<[u8; 16], KeyError> {
        let mut id = random_id()?;
        id.iter_mut().zip(self.0).for_each(|(to, from)| *to = from);
        Ok(id)
    }
}

/// The same for ids that are made one by one, without an end: after some thousands their beginning changes, so that it tells
/// little of when one was made, and the place in the index stays small.
#[derive(Debug, Default)]
pub struct NearIds(Mutex<Option<(SiblingIds, u16)>>);

impl NearIds {
    const ALIKE: u16 = 4_096;

    /// # Errors
    /// [`KeyError::NoRandomness`] if the system has none to give.
    pub fn next(&self) -> Result<[u8; 16], KeyError> {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (siblings, used) = match *current {
            Some((siblings, used)) if used < Self::ALIKE => (siblings, used),
            _ => (SiblingIds::new()?, 0),
        };
        *current = Some((siblings, used + 1));
        siblings.next()
    }
}

/// A secret to hand out once (session, invitation) as base64url of 256 random bits, and the hash that we keep of it (R181).
///
/// # Errors
/// [`KeyError::NoRandomness`] if the system has none to give.
pub fn random_secret() -> Result<(String, [u8; 32]), KeyError> {
    let mut bytes = [0; 32];
    fill(&mut bytes)?;
    let secret = URL_SAFE_NO_PAD.encode(bytes);
    let hash = secret_hash(&secret);
    Ok((secret, hash))
}

/// SHA-256 of a secret as it was handed out. A plain hash suffices for 256 random bits (OWASP ASVS 5.0 6.5.2).
pub fn secret_hash(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    let digest = digest::digest(&digest::SHA256, token.as_bytes());
    hash.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    hash
}

fn parse_line(line: &str) -> Option<(u8, [u8; 32])> {
    let (id, key) = line.split_once(char::is_whitespace)?;
    let key = URL_SAFE_NO_PAD.decode(key.trim()).ok()?;
    Some((id.parse().ok()?, key.try_into().ok()?))
}

fn fill(bytes: &mut [u8]) -> Result<(), KeyError> {
    rand::fill(bytes).map_err(|_| KeyError::NoRandomness)
}

fn address_hash(key: &hmac::Key, canonical: &str) -> [u8; 32] {
    tagged(key, &["address"], &[canonical.as_bytes()])
}

/// HMAC over "rundbrief", the words of the purpose, each ended by NUL, and then the data: no two uses can yield the same input.
fn tagged(key: &hmac::Key, words: &[&str], data: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for word in std::iter::once(&"rundbrief").chain(words) {
        context.update(word.as_bytes());
        context.update(&[0]);
    }
    data.iter().for_each(|part| context.update(part));
    let mut mac = [0; 32];
    mac.iter_mut().zip(context.sign().as_ref()).for_each(|(to, from)| *to = *from);
    mac
}
