//! Passwords of staff: which ones we take (R187), how we keep and check them (R186, R191).
//!
//! No rules about capitals and digits: length counts, and that a guesser does not begin with it. Instead of looking a
//! password up in a list of common ones we take away all that is in everybody's mind — common words in our own list
//! with their usual disguises ("p@55w0rd"), runs of the keyboard and the alphabet, years, the names around here — and
//! look at what is left. That refuses each of our 500 words with every ending and in every combination.

use std::collections::HashSet;
use std::sync::LazyLock;

use argon2::{Argon2, Params, PasswordHasher, PasswordVerifier};
use icu_normalizer::ComposingNormalizerBorrowed;
use secrecy::{ExposeSecret, SecretString};

/// Characters. OWASP ASVS 5.0 6.2.1 asks for 8 and recommends 15.
const MIN_CHARACTERS: usize = 12;
/// Characters. Long enough for any sentence, short enough not to be a load.
const MAX_CHARACTERS: usize = 256;
/// Characters beyond all common parts that a guesser has to find.
const MIN_OWN_CHARACTERS: usize = 6;

/// OWASP Password Storage cheat sheet: Argon2id with 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_OCTETS: usize = 16;

/// The hash of nothing that anybody has. Checked where there is no staff member, so that both cases take the same time (R191).
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$xIGrTphNKDR7xR1yktqVWQ$hZkOQY+CzT5z9VJ631ePDn02Qe366jFs7t91c2c47OY";

static COMMON: LazyLock<HashSet<Vec<char>>> = LazyLock::new(|| {
    include_str!("common_words.txt").split_whitespace().filter(|word| word.chars().count() > 2).map(disguised).collect()
});

const KEYBOARD: [&str; 9] = [
    "1234567890",
    "qwertzuiopü",
    "asdfghjklöä",
    "yxcvbnm",
    "qwertyuiop",
    "zxcvbnm",
    "1qay2wsx3edc4rfv5tgb",
    "1qaz2wsx3edc4rfv5tgb",
    "1q2w3e4r5t6z7u8i9o0p",
];

/// A password that we take. Never shown.
#[derive(Clone, Debug)]
pub struct Password(SecretString);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("the password is too short: use at least 12 characters; a few unusual words in a row are good")]
    TooShort,
    #[error("the password is too long: use at most 256 characters")]
    TooLong,
    #[error(
        "this password would be guessed early, as it is made of common words, names or keys in a row; add something of your own"
    )]
    TooEasy,
    #[error("the password could not be hashed; is there enough memory?")]
    Hashing,
}

impl PasswordError {
    /// The id of the text that tells a person about it.
    pub fn key(&self) -> &'static str {
        match self {
            PasswordError::TooShort => "password-error-too-short",
            PasswordError::TooLong => "password-error-too-long",
            PasswordError::TooEasy => "password-error-too-easy",
            PasswordError::Hashing => "password-error-hashing",
        }
    }
}

impl Password {
    /// Takes a password as it was typed, spaces and all. `context_words` are names around here that a guesser would try:
    /// of the organisation, the newsletters, the person.
    pub fn parse(text: &str, context_words: &[&str]) -> Result<Password, PasswordError> {
        let text = composed(text);
        let characters = text.chars().count();
        if characters < MIN_CHARACTERS {
            return Err(PasswordError::TooShort);
        }
        if characters > MAX_CHARACTERS {
            return Err(PasswordError::TooLong);
        }
        if own_characters(&text, context_words) < MIN_OWN_CHARACTERS {
            return Err(PasswordError::TooEasy);
        }
        Ok(Password(SecretString::from(text)))
    }
}

/// The hash to keep, as a PHC string. Takes some tens of milliseconds and 19 MiB.
///
/// # Errors
/// [`PasswordError::Hashing`] if the system has no memory or no random bytes to give.
pub fn hash(password: &Password) -> Result<String, PasswordError> {
    let mut salt = [0; SALT_OCTETS];
    aws_lc_rs::rand::fill(&mut salt).map_err(|_| PasswordError::Hashing)?;
    let hash = argon2()?.hash_password_with_salt(password.0.expose_secret().as_bytes(), &salt);
    hash.map(|phc| phc.to_string()).map_err(|_| PasswordError::Hashing)
}

/// Whether a candidate is the password of a hash. Without a hash it is nobody's password, and that takes the same time.
pub fn verify(candidate: &str, phc: Option<&str>) -> bool {
    let candidate = composed(candidate);
    // What can be no password is not hashed at length, but hashed all the same.
    let short_enough = candidate.chars().count() <= MAX_CHARACTERS;
    let tried = if short_enough { candidate.as_bytes() } else { b"" };
    let Ok(argon2) = argon2() else { return false };
    let matches = argon2.verify_password(tried, phc.unwrap_or(NOBODYS)).is_ok();
    matches && short_enough && phc.is_some()
}

/// Whether a hash was made with other parameters than today's, so that it should be renewed when its owner signs in.
pub fn is_outdated(phc: &str) -> bool {
    !phc.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    Params::new(MEMORY_KIB, PASSES, LANES, None).map(Argon2::from).map_err(|_| PasswordError::Hashing)
}

/// The same letters typed on another system must be the same password.
fn composed(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

/// How many characters belong to nothing that is in everybody's mind.
fn own_characters(text: &str, context_words: &[&str]) -> usize {
    let plain: Vec<char> = text.to_lowercase().chars().collect();
    let period = period(&plain);
    let plain = plain.get(..period).unwrap_or(&plain);
    let context: HashSet<Vec<char>> = context_words
        .iter()
        .flat_map(|words| words.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() > 2)
        .map(|word| disguised(&word.to_lowercase()))
        .collect();
    let longest = COMMON.iter().chain(&context).map(Vec::len).max().unwrap_or(0);

    let (mut rest, mut own) = (plain, HashSet::new());
    let mut count = 0_usize;
    while let Some((first, others)) = rest.split_first() {
        let undisguised: Vec<char> = rest.iter().take(longest).map(|c| undisguised(*c)).collect();
        let word = (3..=undisguised.len())
            .rev()
            .find(|length| undisguised.get(..*length).is_some_and(|word| COMMON.contains(word) || context.contains(word)));
        let known = word.unwrap_or(0).max(run(rest)).max(year(rest));
        if known > 0 {
            rest = rest.get(known..).unwrap_or_default();
        } else {
            // A letter for the second time is little news to a guesser, and the space between words is none.
            let is_news = if first.is_alphanumeric() { own.insert(*first) } else { !first.is_whitespace() };
            count += usize::from(is_news);
            rest = others;
        }
    }
    count
}

/// The length of the part that the whole text repeats; its own length if it repeats nothing.
fn period(text: &[char]) -> usize {
    (1..=text.len() / 2)
        .find(|length| text.iter().zip(text.iter().skip(*length)).all(|(one, next)| one == next))
        .unwrap_or(text.len())
}

/// The length of a run at the start: one character again and again, the alphabet, the keyboard; in either direction.
fn run(text: &[char]) -> usize {
    let steps = |step: i64| {
        1 + text
            .iter()
            .zip(text.iter().skip(1))
            .take_while(|(a, b)| i64::from(u32::from(**b)) - i64::from(u32::from(**a)) == step)
            .count()
    };
    let on_keyboard = |row: &str| {
        let forwards: Vec<char> = row.chars().collect();
        let backwards: Vec<char> = row.chars().rev().collect();
        let along = |row: &[char]| {
            let start = row.iter().position(|key| Some(key) == text.first());
            start.map_or(0, |start| row.iter().skip(start).zip(text).take_while(|(key, typed)| key == typed).count())
        };
        along(&forwards).max(along(&backwards))
    };
    let longest =
        [steps(0), steps(1), steps(-1)].into_iter().chain(KEYBOARD.iter().map(|row| on_keyboard(row))).max().unwrap_or(0);
    if longest >= 3 { longest } else { 0 }
}

/// 4 if the text begins with a year of somebody's life.
fn year(text: &[char]) -> usize {
    let start: String = text.iter().take(4).collect();
    let is_one =
        start.len() == 4 && start.bytes().all(|b| b.is_ascii_digit()) && (start.starts_with("19") || start.starts_with("20"));
    if is_one { 4 } else { 0 }
}

fn disguised(word: &str) -> Vec<char> {
    word.chars().map(undisguised).collect()
}

/// The letter that a digit or sign usually stands for.
fn undisguised(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        other => other,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]
mod tests {
    use super::*;

    const AROUND_HERE: [&str; 3] = ["Institut für Beispielkunde", "weekly-news", "ada.lovelace@example.org"];

    fn parse(text: &str) -> Result<Password, PasswordError> {
        Password::parse(text, &AROUND_HERE)
    }

    #[test]
    fn anything_long_and_unusual_is_taken() {
        for good in [
            "correct horse battery staple",
            "Krawatte Dosenmilch Flugzeug",
            "zRk4-Qm9v-T2xw",
            "9f2b7c4e1a6d",
            "Der Nachbar gießt 14 Kakteen.",
            "пароль с котом и луной",
            "           x7#Kq  Zw4",
            &"lang und länger ".repeat(16),
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(parse("zRk4-Qm9v-T").unwrap_err(), PasswordError::TooShort);
        assert_eq!(parse("").unwrap_err(), PasswordError::TooShort);
        assert!(parse("öRk4-Qm9v-Tü").is_ok());
        assert_eq!(parse(&format!("{}x", "lang und länger ".repeat(16))).unwrap_err(), PasswordError::TooLong);
    }

    #[test]
    fn what_a_guesser_begins_with_is_refused() {
        for bad in [
            "passwordpassword",
            "Password1234!",
            "P@ssw0rd2026!",
            "Passwort-2024",
            "qwertzuiop123",
            "qwertyuiop[]12",
            "1234567890123",
            "0987654321098",
            "aaaaaaaaaaaaaa",
            "abcdefghijklm",
            "abababababababab",
            "Sommer2026Sommer",
            "geheim geheim geheim",
            "IchLiebeDich!!",
            "BayernMuenchen1900",
            "xk7qxk7qxk7q",
            "Institut-2026!",
            "BeispielkundeBeispielkunde",
            "weekly-news-2026",
            "AdaLovelace1815",
            "lovelace lovelace",
            "asdfghjklö12",
            "1q2w3e4r5t6z",
            "hallo hallo welt",
            "Admin!Admin!1",
            "letmein letmein",
            "            ",
            "newsletter2026",
        ] {
            assert_eq!(parse(bad).unwrap_err(), PasswordError::TooEasy, "{bad}");
        }
    }

    #[test]
    fn the_rule_stands_for_more_than_3000_common_passwords() {
        let words: Vec<&str> =
            include_str!("common_words.txt").split_whitespace().filter(|word| word.chars().count() > 2).collect();
        let mut refused = 0;
        for word in &words {
            for ending in ["123456789", "2026!2025!", "!!!!!!!!!!", "passwort", "1234abcd", "qwertzuiop", "987654321"] {
                if matches!(parse(&format!("{word}{ending}")), Err(PasswordError::TooEasy | PasswordError::TooShort)) {
                    refused += 1;
                }
            }
        }
        assert_eq!(refused, words.len() * 7);
        assert!(refused > 3000, "{refused}");
    }

    #[test]
    fn only_the_password_itself_verifies() {
        let password = parse("zRk4-Qm9v-T2xw ü").unwrap();
        let phc = hash(&password).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_ne!(hash(&password).unwrap(), phc);
        assert!(!is_outdated(&phc));
        assert!(is_outdated("$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHRzYWx0$aGFzaA"));
        assert!(verify("zRk4-Qm9v-T2xw ü", Some(&phc)));
        assert!(verify("zRk4-Qm9v-T2xw u\u{308}", Some(&phc)));
        for wrong in ["zRk4-Qm9v-T2xw", "zrk4-qm9v-t2xw ü", "", &"x".repeat(100_000)] {
            assert!(!verify(wrong, Some(&phc)));
            assert!(!verify(wrong, None));
        }
        assert!(!verify("x", Some("no hash")));
        assert!(!format!("{password:?}").contains("zRk4"));
    }

    #[test]
    fn nobodys_hash_is_a_real_one_with_todays_parameters() {
        assert!(!is_outdated(NOBODYS));
        assert!(argon2::PasswordHash::new(NOBODYS).is_ok());
    }
}
