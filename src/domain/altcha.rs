//! The proof of work of a form: ALTCHA v2 in its deterministic mode, PBKDF2 with SHA-256 (R175).
//!
//! We pick a number and derive a key from it; the visitor's browser tries numbers until it finds a key that begins the same.
//! The rest of the key is the proof, and an HMAC over it tells us that it is right without deriving it again.

use std::num::NonZeroU32;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{hmac, pbkdf2};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::proof::{hex, unhex};
use super::token::{KeyError, Keyring, random_id};

const ALGORITHM: &str = "PBKDF2/SHA-256";
/// What the challenge is for: an answer opens no other form.
const ACTION: &str = "subscribe";
const KEY_LENGTH: usize = 32;
/// A form is filled in within that time, or its script asks for a new challenge.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(20);
/// Of an answer in base64; ours have about 900.
const LONGEST: usize = 4_096;

const SIGNING: &str = "altcha-challenge";
const PROVING: &str = "altcha-key";

/// A challenge as JSON, to be solved by whoever wants to send the form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Challenge {
    parameters: Parameters,
    #[serde(default)]
    signature: Option<String>,
}

/// In the order of their names: what is signed is this as JSON with sorted keys and without white space. A name that we do not
/// know makes the whole unreadable, so there is one spelling only.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Parameters {
    algorithm: String,
    cost: u32,
    data: Data,
    /// Seconds since 1970. ALTCHA lets it be missing, we do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    key_length: usize,
    key_prefix: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_signature: Option<String>,
    nonce: String,
    salt: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    action: String,
    /// The id of the key it was signed with.
    key: u8,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    challenge: Challenge,
    solution: Solution,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Solution {
    derived_key: String,
}

/// How much work is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Difficulty {
    /// Iterations of one try.
    pub cost: u32,
    /// A solution takes between so many tries and twice as many.
    pub tries: u32,
}

/// A right answer. It counts once: whoever takes it notes the nonce until the challenge expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solved {
    pub nonce: [u8; 16],
    pub expires_at: Timestamp,
}

/// Why an answer is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error("this is no answer to a challenge")]
    Unreadable,
    #[error("the challenge has no expiry")]
    WithoutExpiry,
    #[error("the challenge has expired")]
    Expired,
    #[error("the challenge is not signed")]
    Unsigned,
    #[error("the challenge is not ours, or was changed")]
    Forged,
    #[error("the challenge is for something else")]
    OtherAction,
    #[error("the answer is wrong")]
    Wrong,
    #[error("the answer was used before")]
    Spent,
}

/// A fresh challenge. Costs us one try.
///
/// # Errors
/// [`KeyError::NoRandomness`] if the system has none to give.
pub fn challenge(keyring: &Keyring, now: Timestamp, difficulty: Difficulty) -> Result<Challenge, KeyError> {
    let (nonce, salt) = (random_id()?, random_id()?);
    let tries = difficulty.tries.max(1);
    // The bias of the remainder is below one in a million.
    let [a, b, c, d, ..] = random_id()?;
    let counter = tries.saturating_add(u32::from_be_bytes([a, b, c, d]) % tries);
    Ok(challenge_with(keyring, now + LIFETIME, difficulty.cost, nonce, salt, counter))
}

fn challenge_with(keyring: &Keyring, until: Timestamp, cost: u32, nonce: [u8; 16], salt: [u8; 16], counter: u32) -> Challenge {
    let key = derive(cost, &nonce, &salt, counter);
    let (begin, _) = key.split_at(KEY_LENGTH / 2);
    let parameters = Parameters {
        algorithm: ALGORITHM.to_owned(),
        cost,
        data: Data { action: ACTION.to_owned(), key: keyring.current_id() },
        expires_at: Some(until.as_second()),
        key_length: KEY_LENGTH,
        key_prefix: hex(begin),
        key_signature: Some(hex(hmac::sign(&secret(&keyring.derive(PROVING, &[])), &key).as_ref())),
        nonce: hex(&nonce),
        salt: hex(&salt),
    };
    let signature = hmac::sign(&secret(&keyring.derive(SIGNING, &[])), parameters.canonical().as_bytes());
    Challenge { signature: Some(hex(signature.as_ref())), parameters }
}

/// Looks at an answer as it came with the form: base64 of JSON. Whether it is the first is not asked here.
///
/// # Errors
/// In this order: unreadable, expired, not signed, signed by somebody else, for something else, wrong.
pub fn verify(keyring: &Keyring, now: Timestamp, payload: &str) -> Result<Solved, ProofError> {
    let Payload { challenge, solution } = parse(payload).ok_or(ProofError::Unreadable)?;
    let parameters = &challenge.parameters;
    let expires_at = parameters.expires_at.ok_or(ProofError::WithoutExpiry)?;
    let expires_at = Timestamp::from_second(expires_at).map_err(|_| ProofError::Unreadable)?;
    if expires_at <= now {
        return Err(ProofError::Expired);
    }
    let signature = challenge.signature.as_deref().filter(|text| !text.is_empty()).ok_or(ProofError::Unsigned)?;
    let signing = keyring.derive_under(parameters.data.key, SIGNING, &[]).ok_or(ProofError::Forged)?;
    if !is_hmac(&signing, parameters.canonical().as_bytes(), signature) {
        return Err(ProofError::Forged);
    }
    if parameters.data.action != ACTION || parameters.algorithm != ALGORITHM {
        return Err(ProofError::OtherAction);
    }
    let key = unhex::<KEY_LENGTH>(&solution.derived_key).ok_or(ProofError::Wrong)?;
    let proving = keyring.derive_under(parameters.data.key, PROVING, &[]).ok_or(ProofError::Forged)?;
    if !parameters.key_signature.as_deref().is_some_and(|signature| is_hmac(&proving, &key, signature)) {
        return Err(ProofError::Wrong);
    }
    Ok(Solved { nonce: unhex(&parameters.nonce).ok_or(ProofError::Unreadable)?, expires_at })
}

fn parse(payload: &str) -> Option<Payload> {
    let payload = payload.trim();
    if payload.len() > LONGEST {
        return None;
    }
    serde_json::from_slice(&STANDARD.decode(payload).ok()?).ok()
}

impl Parameters {
    fn canonical(&self) -> String {
        // Strings and numbers always have a JSON; an empty text is nobody's signature.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// ALTCHA v2: the password is the nonce and the number as 32 bits, the most significant first.
fn derive(cost: u32, nonce: &[u8; 16], salt: &[u8; 16], counter: u32) -> [u8; KEY_LENGTH] {
    let mut password = nonce.to_vec();
    password.extend(counter.to_be_bytes());
    let mut key = [0; KEY_LENGTH];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, NonZeroU32::new(cost).unwrap_or(NonZeroU32::MIN), salt, &password, &mut key);
    key
}

fn secret(key: &[u8; 32]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key)
}

fn is_hmac(key: &[u8; 32], data: &[u8], given: &str) -> bool {
    let given: Option<[u8; 32]> = unhex(given);
    given.is_some_and(|given| verify_slices_are_equal(hmac::sign(&secret(key), data).as_ref(), &given).is_ok())
}

#[cfg(test)]
#[path = "altcha_tests.rs"]
mod tests;
