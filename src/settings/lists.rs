//! Lists in the settings: in the file as lists, in the environment as words with commas or spaces between them.

use ipnet::IpNet;
use serde::{Deserialize, Deserializer};

use crate::domain::network::network;

pub(super) fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Words(String),
        List(Vec<Word>),
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Word {
        Text(String),
        Number(u64),
    }
    let words: Vec<String> = match Written::deserialize(deserializer)? {
        Written::Words(text) => text.split([',', ' ']).map(str::to_owned).collect(),
        Written::List(words) => words
            .into_iter()
            .map(|word| match word {
                Word::Text(text) => text,
                Word::Number(number) => number.to_string(),
            })
            .collect(),
    };
    Ok(words.iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect())
}

/// Entries of a list, and how one is called.
pub(super) trait Listed: Sized {
    const KIND: &str;

    fn read(word: &str) -> Option<Self>;
}

impl Listed for IpNet {
    const KIND: &str = "an IP address, or a network like 10.1.0.0/16";

    fn read(word: &str) -> Option<Self> {
        network(word)
    }
}

impl Listed for u16 {
    const KIND: &str = "a port";

    fn read(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

pub(super) fn list<'de, D: Deserializer<'de>, T: Listed>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let read = |word: &String| T::read(word).ok_or_else(|| serde::de::Error::custom(format!("\"{word}\" is not {}", T::KIND)));
    words(deserializer)?.iter().map(read).collect()
}
