//! Links: what verifies, what does not, and what a change of keys leaves working.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]

use proptest::prelude::*;

use super::token::{KeyError, Keyring, NearIds, Purpose, random_id, random_secret, secret_hash};

const PURPOSES: [Purpose; 4] = [Purpose::Confirm, Purpose::Unsubscribe, Purpose::Preferences, Purpose::Bounce];

fn key(seed: u8) -> [u8; 32] {
    std::array::from_fn(|at| seed.wrapping_add(at as u8))
}

fn ring() -> Keyring {
    Keyring::new(vec![(1, key(10)), (2, key(20))]).unwrap()
}

#[test]
fn a_link_says_what_it_is_for_and_is_good_for_nothing_else() {
    let id = [7; 16];
    for purpose in PURPOSES {
        let token = ring().sign(purpose, 2, &id).unwrap();
        assert_eq!(token.len(), 46);
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        for other in PURPOSES {
            assert_eq!(ring().verify(other, &token), (other == purpose).then_some(id));
        }
    }
}

#[test]
fn the_signature_is_the_same_in_every_release() {
    // Links in mails outlive releases: if this fails, every link that was ever sent is dead.
    let token = ring().sign(Purpose::Unsubscribe, 1, &[0xab; 16]).unwrap();
    assert_eq!(token, "AQGrq6urq6urq6urq6urq6urMETreeqtdmia4Ye9mY6U5w");
    assert_eq!(ring().envelope_tag(1, &[0xab; 16]).unwrap(), "agv2xk5lvov2xk5lvov2xk5lvovs75t74hdowgv4");
}

#[test]
fn after_a_change_of_keys_old_links_still_work_and_new_ones_are_signed_with_the_new_key() {
    let before = Keyring::new(vec![(1, key(10))]).unwrap();
    let old = before.sign(Purpose::Unsubscribe, before.current_id(), &[1; 16]).unwrap();
    assert_eq!(ring().current_id(), 2);
    assert_eq!(ring().verify(Purpose::Unsubscribe, &old), Some([1; 16]));
    assert_eq!(before.sign(Purpose::Confirm, 2, &[1; 16]), Err(KeyError::Missing(2)));
    let new = ring().sign(Purpose::Unsubscribe, 2, &[1; 16]).unwrap();
    assert_eq!(before.verify(Purpose::Unsubscribe, &new), None);
    // The same id under another key is somebody else's token.
    let foreign = Keyring::new(vec![(1, key(99))]).unwrap();
    assert_eq!(foreign.verify(Purpose::Unsubscribe, &old), None);
}

#[test]
fn one_changed_character_makes_a_link_nobodys() {
    let token = ring().sign(Purpose::Confirm, 2, &[9; 16]).unwrap();
    for at in 0..token.len() {
        let mut bent = token.clone().into_bytes();
        bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
        let bent = String::from_utf8(bent).unwrap();
        assert_eq!(ring().verify(Purpose::Confirm, &bent), None, "{bent}");
    }
    for wrong in
        ["", "A", &token[1..], &token[..45], &format!("{token}A"), &format!("{token}=="), &format!("{token} "), "%20", "ä"]
    {
        assert_eq!(ring().verify(Purpose::Confirm, wrong), None, "{wrong}");
    }
}

#[test]
fn an_envelope_tag_survives_upper_case_and_nothing_else() {
    let tag = ring().envelope_tag(2, &[5; 16]).unwrap();
    assert!(format!("bounce+{tag}").len() <= 64);
    assert!(tag.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    assert_eq!(ring().verify_envelope_tag(&tag), Some([5; 16]));
    assert_eq!(ring().verify_envelope_tag(&tag.to_uppercase()), Some([5; 16]));
    for at in 0..tag.len() {
        let mut bent = tag.clone().into_bytes();
        bent[at] = if bent[at] == b'a' { b'b' } else { b'a' };
        assert_eq!(ring().verify_envelope_tag(std::str::from_utf8(&bent).unwrap()), None);
    }
    assert_eq!(ring().verify_envelope_tag(&tag[..32]), None);
    assert_eq!(ring().verify_envelope_tag(""), None);
}

#[test]
fn an_address_is_found_under_every_key_it_may_have_been_suppressed_under() {
    let before = Keyring::new(vec![(1, key(10))]).unwrap();
    let (id, kept) = before.address_key("ada@example.org");
    assert_eq!(id, 1);
    assert!(ring().address_keys("ada@example.org").contains(&kept));
    assert!(!ring().address_keys("bob@example.org").contains(&kept));
    assert_eq!(ring().address_keys("ada@example.org")[0], ring().address_key("ada@example.org").1);
    assert_ne!(ring().derive("address", b"ada@example.org"), ring().address_key("ada@example.org").1);
    assert_ne!(ring().derive("a", b"b"), ring().derive("b", b"a"));
}

#[test]
fn a_key_file_is_read_line_by_line() {
    let text = format!(
        "\u{feff}# the keys\r\n\r\n{}\r\n{}\r\n",
        Keyring::generate_line(3).unwrap(),
        Keyring::generate_line(255).unwrap()
    );
    let keyring = Keyring::parse(&text).unwrap();
    assert_eq!(keyring.current_id(), 255);
    assert_eq!(format!("{keyring:?}"), "Keyring(ids [3, 255], keys …)");
    let token = keyring.sign(Purpose::Confirm, 3, &[1; 16]).unwrap();
    assert!(keyring.verify(Purpose::Confirm, &token).is_some());

    let line = Keyring::generate_line(3).unwrap();
    for (text, error) in [
        (String::new(), KeyError::NoKey),
        ("# nothing\n".to_owned(), KeyError::NoKey),
        (format!("{line}\n{line}"), KeyError::Twice(3)),
        (format!("{line}\n\n256 abc"), KeyError::Form(3)),
        (line[2..].to_owned(), KeyError::Form(1)),
        (format!("{line}="), KeyError::Form(1)),
        (line[..30].to_owned(), KeyError::Form(1)),
        (format!("1 {}", "A".repeat(43)), KeyError::NotRandom(1)),
    ] {
        let got = Keyring::parse(&text).unwrap_err();
        assert_eq!(got, error);
        assert!(!got.to_string().contains(line.split(' ').nth(1).unwrap()), "the message shows the key");
    }
}

#[test]
fn what_is_handed_out_is_random_and_only_its_hash_is_kept() {
    let (secret, hash) = random_secret().unwrap();
    assert_eq!((secret.len(), secret_hash(&secret)), (43, hash));
    assert_ne!(random_secret().unwrap().0, secret);
    assert_ne!(random_id().unwrap(), random_id().unwrap());
    // FIPS 180-2, appendix B.1.
    assert_eq!(secret_hash("abc")[..4], [0xba, 0x78, 0x16, 0xbf]);
}

proptest! {
    #[test]
    fn no_input_makes_verification_panic(token in any::<String>(), short in "[A-Za-z0-9_-]{0,60}") {
        for text in [&token, &short] {
            prop_assert_eq!(ring().verify(Purpose::Unsubscribe, text), None);
            prop_assert_eq!(ring().verify_envelope_tag(text), None);
            let _ = Keyring::parse(text);
        }
    }

    #[test]
    fn every_id_comes_back(id in any::<[u8; 16]>(), key_id in 1u8..=2) {
        for purpose in PURPOSES {
            prop_assert_eq!(ring().verify(purpose, &ring().sign(purpose, key_id, &id).unwrap()), Some(id));
        }
        prop_assert_eq!(ring().verify_envelope_tag(&ring().envelope_tag(key_id, &id).unwrap()), Some(id));
    }
}

#[test]
fn ids_that_are_near_each_other_are_all_different_and_do_not_stay_near() {
    let ids = NearIds::default();
    let made: Vec<[u8; 16]> = (0..10_000).map(|_| ids.next().unwrap()).collect();
    assert_eq!(made.iter().collect::<std::collections::HashSet<_>>().len(), made.len());
    let mut beginnings: Vec<&[u8]> = made.iter().map(|id| &id[..4]).collect();
    beginnings.dedup();
    assert_eq!(beginnings.len(), 3, "4,096 alike, and then others");
}
