//! When a form was shown, signed by us and carried by the form itself (R177): what comes back within a second or two was
//! filled in by a machine. A stamp never grows too old, so nobody's input is lost (R224).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};

use super::token::Keyring;

const PURPOSE: &str = "form-stamp";

/// The value of the form's hidden field.
pub fn stamp(keyring: &Keyring, now: Timestamp) -> String {
    let (key_id, shown) = (keyring.current_id(), now.as_millisecond().to_be_bytes());
    let mut bytes = vec![key_id];
    bytes.extend(shown);
    bytes.extend(keyring.derive(PURPOSE, &shown));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// How long ago the form was shown. None: no stamp of ours, which says nothing. Negative where nodes' clocks disagree.
pub fn age(keyring: &Keyring, text: &str, now: Timestamp) -> Option<SignedDuration> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (&key_id, rest) = bytes.split_first()?;
    let (shown, mac) = rest.split_first_chunk::<8>()?;
    if !keyring.derived(key_id, PURPOSE, shown, mac.try_into().ok()?)? {
        return None;
    }
    Some(now.duration_since(Timestamp::from_millisecond(i64::from_be_bytes(*shown)).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(ids: &[u8]) -> Keyring {
        let key = |id: u8| std::array::from_fn(|n| id.wrapping_add(u8::try_from(n).unwrap()));
        Keyring::new(ids.iter().map(|id| (*id, key(*id))).collect()).unwrap()
    }

    #[test]
    fn a_stamp_tells_its_age_also_under_an_older_key() {
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let shown = stamp(&keyring(&[1]), now);
        for seconds in [0, 2, 86_400 * 30, -3] {
            let age = age(&keyring(&[1, 2]), &shown, now + SignedDuration::from_secs(seconds));
            assert_eq!(age, Some(SignedDuration::from_secs(seconds)));
        }
    }

    #[test]
    fn what_we_did_not_stamp_says_nothing() {
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let shown = stamp(&keyring(&[1]), now);
        assert_eq!(age(&keyring(&[2]), &shown, now), None);
        let mut bytes = URL_SAFE_NO_PAD.decode(&shown).unwrap();
        for at in 0..bytes.len() {
            bytes[at] ^= 1;
            assert_eq!(age(&keyring(&[1]), &URL_SAFE_NO_PAD.encode(&bytes), now), None, "octet {at}");
            bytes[at] ^= 1;
        }
        for text in ["", "A", "not base64!", &shown[..10], &format!("{shown}AA")] {
            assert_eq!(age(&keyring(&[1]), text, now), None, "{text}");
        }
    }
}
