//! The proof of work: vectors made by Python's hashlib and hmac, and everything that is no proof.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::{Value, json};

use super::*;

fn keyring(ids: &[u8]) -> Keyring {
    let key = |id: u8| std::array::from_fn(|n| (10 * id).wrapping_add(u8::try_from(n).unwrap()));
    Keyring::new(ids.iter().map(|id| (*id, key(*id))).collect()).unwrap()
}

fn now() -> Timestamp {
    "2026-03-02T09:20:00Z".parse().unwrap()
}

const COST: u32 = 1_000;
const COUNTER: u32 = 7;

fn nonce() -> [u8; 16] {
    std::array::from_fn(|n| u8::try_from(n).unwrap())
}

fn salt() -> [u8; 16] {
    std::array::from_fn(|n| u8::try_from(n + 16).unwrap())
}

/// A fixed challenge, as it goes over the wire.
fn fixed() -> Value {
    serde_json::to_value(challenge_with(&keyring(&[1]), now() + LIFETIME, COST, nonce(), salt(), COUNTER)).unwrap()
}

fn payload(challenge: &Value, derived_key: &str) -> String {
    let solution = json!({"counter": COUNTER, "derivedKey": derived_key, "time": 12.5});
    STANDARD.encode(json!({"challenge": challenge, "solution": solution}).to_string())
}

fn answer(challenge: &Value) -> String {
    payload(challenge, &hex(&derive(COST, &nonce(), &salt(), COUNTER)))
}

#[test]
fn python_makes_the_same_challenge() {
    assert_eq!(
        hex(&derive(COST, &nonce(), &salt(), COUNTER)),
        "d3efa83bba1824b915cd52d557d7bada223cdc1297473458cab9de331c35f748"
    );
    let challenge = fixed();
    assert_eq!(challenge["parameters"]["keySignature"], "921311dc33cd5d99fdbcc9ecc01a71c4e00cbcea27cd17711dba3daedfea7cfb");
    assert_eq!(challenge["signature"], "bfba075d8f5807d2b6430caa571bef8baccf510e8334562f01780a6044d2871f");
    assert_eq!(challenge["parameters"]["keyPrefix"].as_str().unwrap().len(), KEY_LENGTH);
    assert_eq!(challenge["parameters"]["expiresAt"], now().as_second() + 1_200);
}

#[test]
fn whoever_solves_a_challenge_is_believed() {
    let difficulty = Difficulty { cost: 10, tries: 50 };
    let mut numbers = Vec::new();
    for _ in 0..20 {
        let challenge = challenge(&keyring(&[1]), now(), difficulty).unwrap();
        let parameters = &challenge.parameters;
        let (nonce, salt) = (unhex(&parameters.nonce).unwrap(), unhex(&parameters.salt).unwrap());
        let counter =
            (0..).find(|counter| hex(&derive(10, &nonce, &salt, *counter)).starts_with(&parameters.key_prefix)).unwrap();
        assert!((50..100).contains(&counter), "{counter}");
        let key = hex(&derive(10, &nonce, &salt, counter));
        let solved = verify(&keyring(&[1]), now(), &payload(&serde_json::to_value(&challenge).unwrap(), &key)).unwrap();
        assert_eq!(solved, Solved { nonce, expires_at: now() + LIFETIME });
        numbers.push(counter);
    }
    numbers.dedup();
    assert!(numbers.len() > 1, "the number is not always the same: {numbers:?}");
}

#[test]
fn a_challenge_outlives_a_change_of_keys() {
    assert!(verify(&keyring(&[1, 2]), now(), &answer(&fixed())).is_ok());
    assert_eq!(verify(&keyring(&[2]), now(), &answer(&fixed())), Err(ProofError::Forged));
}

#[test]
fn it_expires() {
    let last = now() + LIFETIME - SignedDuration::from_millis(1);
    assert!(verify(&keyring(&[1]), last, &answer(&fixed())).is_ok());
    assert_eq!(verify(&keyring(&[1]), now() + LIFETIME, &answer(&fixed())), Err(ProofError::Expired));
}

#[test]
fn whatever_is_changed_in_it_makes_it_somebody_elses() {
    for (name, value, error) in [
        ("expiresAt", json!(now().as_second() + 999_999), ProofError::Forged),
        ("expiresAt", json!(now().as_second() - 1), ProofError::Expired),
        ("expiresAt", Value::Null, ProofError::WithoutExpiry),
        ("expiresAt", json!(i64::MAX), ProofError::Unreadable),
        ("expiresAt", json!("1772443200&"), ProofError::Unreadable),
        ("cost", json!(1), ProofError::Forged),
        ("cost", json!(-1), ProofError::Unreadable),
        ("cost", json!(1_000.5), ProofError::Unreadable),
        ("keyPrefix", json!("00"), ProofError::Forged),
        ("keySignature", json!("00".repeat(32)), ProofError::Forged),
        ("keySignature", Value::Null, ProofError::Forged),
        ("keyLength", json!(1), ProofError::Forged),
        ("nonce", json!("00".repeat(16)), ProofError::Forged),
        ("salt", json!("00".repeat(16)), ProofError::Forged),
        ("algorithm", json!("SHA-256"), ProofError::Forged),
        ("data", json!({"action": "contact", "key": 1}), ProofError::Forged),
        ("data", json!({"action": "subscribe", "key": 2}), ProofError::Forged),
        ("data", json!({"action": "subscribe", "key": 1, "more": 1}), ProofError::Unreadable),
        ("data", Value::Null, ProofError::Unreadable),
        ("memoryCost", json!(1), ProofError::Unreadable),
    ] {
        let mut challenge = fixed();
        challenge["parameters"][name] = value.clone();
        assert_eq!(verify(&keyring(&[1]), now(), &answer(&challenge)), Err(error), "{name} = {value}");
    }
}

#[test]
fn it_has_to_be_signed_by_us_for_this_form() {
    for (signature, error) in [
        (Value::Null, ProofError::Unsigned),
        (json!(""), ProofError::Unsigned),
        (json!("ab"), ProofError::Forged),
        (json!("00".repeat(32)), ProofError::Forged),
        (json!(fixed()["signature"].as_str().unwrap().to_uppercase()), ProofError::Forged),
    ] {
        let mut challenge = fixed();
        challenge["signature"] = signature.clone();
        assert_eq!(verify(&keyring(&[1]), now(), &answer(&challenge)), Err(error), "{signature}");
    }
    let mut missing = fixed();
    missing.as_object_mut().unwrap().remove("signature");
    assert_eq!(verify(&keyring(&[1]), now(), &answer(&missing)), Err(ProofError::Unsigned));
    // Rightly signed, for another form.
    let mut other: Challenge = serde_json::from_value(fixed()).unwrap();
    other.parameters.data.action = "contact".to_owned();
    let signing = secret(&keyring(&[1]).derive(SIGNING, &[]));
    other.signature = Some(hex(hmac::sign(&signing, other.parameters.canonical().as_bytes()).as_ref()));
    let other = serde_json::to_value(other).unwrap();
    assert_eq!(verify(&keyring(&[1]), now(), &answer(&other)), Err(ProofError::OtherAction));
}

#[test]
fn an_answer_is_right_or_wrong() {
    let right = hex(&derive(COST, &nonce(), &salt(), COUNTER));
    let other = hex(&derive(COST, &nonce(), &salt(), COUNTER + 1));
    // Everybody sees how the key begins.
    let guessed = format!("{}{}", &right[..KEY_LENGTH], "0".repeat(KEY_LENGTH));
    for wrong in [other, guessed, String::new(), right.to_uppercase(), format!("{right}00")] {
        assert_eq!(verify(&keyring(&[1]), now(), &payload(&fixed(), &wrong)), Err(ProofError::Wrong), "{wrong}");
    }
    for nonsense in ["", "x", "e30=", "bnVsbA==", &"A".repeat(5_000)] {
        assert_eq!(verify(&keyring(&[1]), now(), nonsense), Err(ProofError::Unreadable), "{nonsense}");
    }
}
