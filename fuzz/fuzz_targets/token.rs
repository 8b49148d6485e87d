//! Any octets as a link's token, an envelope tag, a form's stamp, a solved challenge: only what we signed counts, and not
//! with one bit changed.
#![no_main]

use std::num::NonZeroU32;
use std::sync::OnceLock;

use aws_lc_rs::pbkdf2;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use libfuzzer_sys::fuzz_target;
use rundbrief::domain::token::{Keyring, Purpose};
use rundbrief::domain::{altcha, stamp};
use serde_json::{Value, json};

const PURPOSES: [Purpose; 4] = [Purpose::Confirm, Purpose::Unsubscribe, Purpose::Preferences, Purpose::Bounce];
const KEYS: [u8; 2] = [1, 2];

fuzz_target!(|data: &[u8]| {
    let keyring = keyring();
    let text = String::from_utf8_lossy(data);
    // The octets as they came, and in the spelling that the readers decode: so all of what is behind it is reached.
    for text in [&*text, &URL_SAFE_NO_PAD.encode(data), &STANDARD.encode(data)] {
        is_nobodys(keyring, text);
    }
    // Both as base32, with a length that fits a tag.
    let letters: String =
        data.iter().take(40).map(|&octet| char::from(b"abcdefghijklmnopqrstuvwxyz234567"[usize::from(octet % 32)])).collect();
    is_nobodys(keyring, &letters);

    let Some((&public_id, rest)) = data.split_first_chunk::<16>() else { return };
    let at = rest.iter().fold(0_usize, |at, &octet| at.wrapping_mul(257).wrapping_add(usize::from(octet)));
    for key_id in KEYS {
        for purpose in PURPOSES {
            let token = keyring.sign(purpose, key_id, &public_id).unwrap();
            for other in PURPOSES {
                assert_eq!(keyring.verify(other, &token), Some(public_id).filter(|_| other == purpose));
            }
            assert_eq!(keyring.verify(purpose, &flipped(&token, at)), None, "{token} at {at}");
            let octets = flipped_octets(&URL_SAFE_NO_PAD.decode(&token).unwrap(), at);
            assert_eq!(keyring.verify(purpose, &URL_SAFE_NO_PAD.encode(octets)), None, "{token} at {at}");
        }
        let tag = keyring.envelope_tag(key_id, &public_id).unwrap();
        assert!(tag.len() == 40 && tag.bytes().all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit()), "{tag}");
        assert_eq!(keyring.verify_envelope_tag(&tag), Some(public_id));
        // A relay may change the case of letters.
        let changed = flipped(&tag, at);
        let same = changed.eq_ignore_ascii_case(&tag);
        assert_eq!(keyring.verify_envelope_tag(&changed), Some(public_id).filter(|_| same), "{tag} at {at}");
    }
    stamps(keyring, &public_id, at);
    challenges(keyring, at);
});

fn is_nobodys(keyring: &Keyring, text: &str) {
    for purpose in PURPOSES {
        assert_eq!(keyring.verify(purpose, text), None, "{purpose:?} {text:?}");
    }
    assert_eq!(keyring.verify_envelope_tag(text), None, "{text:?}");
    assert_eq!(stamp::age(keyring, text, now()), None, "{text:?}");
    assert!(altcha::verify(keyring, now(), text).is_err(), "{text:?}");
}

fn stamps(keyring: &Keyring, octets: &[u8; 16], at: usize) {
    let [millisecond, ..] = octets.as_chunks::<8>().0 else { return };
    let Ok(shown) = Timestamp::from_millisecond(i64::from_be_bytes(*millisecond) >> 16) else { return };
    let text = stamp::stamp(keyring, shown);
    assert_eq!(stamp::age(keyring, &text, now()), Some(now().duration_since(shown)), "{shown}");
    assert_eq!(stamp::age(keyring, &flipped(&text, at), now()), None, "{text} at {at}");
}

fn challenges(keyring: &Keyring, at: usize) {
    let answer = solved(keyring);
    let payload = STANDARD.encode(answer);
    assert!(altcha::verify(keyring, now(), &payload).is_ok());
    assert_eq!(altcha::verify(keyring, now() + altcha::LIFETIME, &payload), Err(altcha::ProofError::Expired));
    assert!(altcha::verify(keyring, now(), &flipped(&payload, at)).is_err(), "{payload} at {at}");
    let changed = flipped_octets(answer, at);
    assert!(altcha::verify(keyring, now(), &STANDARD.encode(&changed)).is_err(), "{}", String::from_utf8_lossy(&changed));
}

fn keyring() -> &'static Keyring {
    static KEYRING: OnceLock<Keyring> = OnceLock::new();
    KEYRING.get_or_init(|| {
        let key = |id: u8| (id, std::array::from_fn(|at| id.wrapping_mul(31) ^ at as u8));
        Keyring::new(KEYS.map(key).to_vec()).unwrap()
    })
}

fn now() -> Timestamp {
    Timestamp::constant(1_790_000_000, 0) + SignedDuration::from_millis(500)
}

/// One challenge and its answer as JSON; made once, as it takes work.
fn solved(keyring: &Keyring) -> &'static [u8] {
    static SOLVED: OnceLock<Vec<u8>> = OnceLock::new();
    SOLVED.get_or_init(|| {
        let challenge = altcha::challenge(keyring, now(), altcha::Difficulty { cost: 1, tries: 4 }).unwrap();
        let challenge: Value = serde_json::to_value(challenge).unwrap();
        let text = |name: &str| challenge["parameters"][name].as_str().unwrap().to_owned();
        let (nonce, salt) = (unhex(&text("nonce")), unhex(&text("salt")));
        let found = (0_u32..9).map(|counter| {
            let password = [nonce.as_slice(), &counter.to_be_bytes()].concat();
            let mut key = [0; 32];
            pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, NonZeroU32::MIN, &salt, &password, &mut key);
            key.iter().map(|octet| format!("{octet:02x}")).collect::<String>()
        });
        let derived = found.filter(|key| key.starts_with(&text("keyPrefix"))).collect::<Vec<_>>().remove(0);
        serde_json::to_vec(&json!({ "challenge": challenge, "solution": { "derivedKey": derived } })).unwrap()
    })
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// One of the lower seven bits of one character changed: still a text.
fn flipped(text: &str, at: usize) -> String {
    let mut octets = text.as_bytes().to_vec();
    let place = at / 7 % octets.len();
    octets[place] ^= 1 << (at % 7);
    String::from_utf8(octets).unwrap()
}

fn flipped_octets(octets: &[u8], at: usize) -> Vec<u8> {
    let mut octets = octets.to_vec();
    let place = at / 8 % octets.len();
    octets[place] ^= 1 << (at % 8);
    octets
}
