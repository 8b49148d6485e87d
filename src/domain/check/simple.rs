//! Hints for Leichte Sprache (R242, R243; rules of Netzwerk Leichte Sprache; DIN SPEC 33429). They advise: no program can
//! say whether a text is easy, only readers of the target group can.

mod lists;

use std::collections::{HashMap, HashSet};

use super::EditionToCheck;
use super::finding::{Finding, Part, Place, Rule, Severity};
use super::prose::{Passage, numbered, sentences, words};

/// Words a sentence should have at most, and words that make it plainly too long.
const WORDS: usize = 8;
const TOO_MANY: usize = 12;
/// Letters from which a compound wants a hyphen or a Mediopunkt.
const LETTERS: usize = 13;
/// Letters from which any word does.
const ENDLESS: usize = 18;

pub(super) fn check(edition: &EditionToCheck, passages: &[Passage], found: &mut Vec<Finding>) {
    checked_by(edition, found);
    let explained = explained(passages);
    let mut said = HashSet::new();
    for passage in passages.iter().filter(|passage| passage.place.part != Part::Kicker) {
        let mut at = 0usize;
        let mut say = |at: usize, rule: Rule, severity: Severity, words: &str, count: usize| {
            // A word is explained once, so it is complained of once.
            if said.insert((rule, passage.place.item, words.to_lowercase())) {
                let place = passage.place.clone().quoting(words).at(at);
                found.push(Finding::new(rule, severity, place).number("count", count).number("limit", WORDS));
            }
        };
        for block in &passage.blocks {
            for italics in &block.italics {
                say(at, Rule::SimpleItalics, Severity::Hint, italics, 0);
            }
            for short in lists::ABBREVIATIONS.iter().filter(|short| has_abbreviation(&block.words, short)) {
                say(at, Rule::SimpleAbbreviation, Severity::Hint, short, 0);
            }
            for sentence in sentences(&block.words) {
                let words: Vec<&str> = words(sentence).collect();
                for (rule, severity, quote) in of_sentence(sentence, &words) {
                    say(at, rule, severity, &quote, words.len());
                }
                for word in &words {
                    for rule in of_word(word, &explained) {
                        say(at, rule, Severity::Hint, word, letters(word));
                    }
                }
                at = at.saturating_add(1);
            }
        }
    }
}

/// R242: without it the mail says "Einfache Sprache".
fn checked_by(edition: &EditionToCheck, found: &mut Vec<Finding>) {
    for (number, item) in numbered(edition) {
        if item.checked_by.as_deref().is_none_or(|name| name.trim().is_empty()) {
            let place = Place::edition(&edition.language, Part::CheckedBy).quoting(&item.headline);
            found.push(Finding::new(Rule::SimpleUnchecked, Severity::Hint, Place { item: Some(number), ..place }));
        }
    }
}

fn of_sentence(sentence: &str, words: &[&str]) -> Vec<(Rule, Severity, String)> {
    let mut found = Vec::new();
    if words.len() > WORDS {
        let severity = if words.len() > TOO_MANY { Severity::Warning } else { Severity::Hint };
        found.push((Rule::SimpleSentence, severity, sentence.to_owned()));
    }
    let mut hint = |rule, words: Option<String>| found.extend(words.map(|words| (rule, Severity::Hint, words)));
    hint(Rule::SimplePassive, passive(words));
    hint(Rule::SimpleGenitive, genitive(words));
    hint(Rule::SimpleSubjunctive, subjunctive(words));
    let negations: Vec<&str> = words.iter().filter(|word| is_negation(word)).copied().collect();
    let with_prefix = words.iter().filter(|word| has_negative_prefix(word)).count();
    if !negations.is_empty() && negations.len().saturating_add(with_prefix) > 1 {
        found.push((Rule::SimpleNegations, Severity::Warning, sentence.to_owned()));
    } else if !negations.is_empty() {
        found.push((Rule::SimpleNegation, Severity::Hint, sentence.to_owned()));
    }
    found
}

fn of_word(word: &str, explained: &HashSet<String>) -> Vec<Rule> {
    let mut found = Vec::new();
    if is_compound(word) {
        found.push(Rule::SimpleCompound);
    }
    let lower = word.to_lowercase();
    if lists::FOREIGN.contains(&lower.as_str()) && !explained.contains(&lower) {
        found.push(Rule::SimpleForeign);
    }
    if lists::NUMBERS.contains(&lower.as_str()) {
        found.push(Rule::SimpleNumber);
    }
    if is_roman(word) {
        found.push(Rule::SimpleRoman);
    } else if word.chars().count() >= 5 && word.chars().all(char::is_uppercase) {
        // Shorter ones are abbreviations.
        found.push(Rule::SimpleCapitals);
    }
    found
}

/// Words that are followed by "ist", "heißt" or the like: "Ein Webinar ist ein Treffen im Internet."
fn explained(passages: &[Passage]) -> HashSet<String> {
    let mut explained = HashSet::new();
    for sentence in passages.iter().flat_map(|passage| &passage.blocks).flat_map(|block| sentences(&block.words)) {
        let words: Vec<&str> = words(sentence).collect();
        for pair in words.windows(2) {
            if let [word, "ist" | "sind" | "heißt" | "bedeutet" | "meint"] = pair {
                explained.insert(word.to_lowercase());
            }
        }
    }
    explained
}

fn letters(word: &str) -> usize {
    word.chars().filter(|c| c.is_alphabetic()).count()
}

/// A long word is a compound if a word that often ends one does, or if a joint like "ungs" stands within it.
fn is_compound(word: &str) -> bool {
    word.split(['-', '–', '·', '‧', '•', '\u{ad}', '/']).any(|part| {
        let count = letters(part);
        if count < LETTERS {
            return false;
        }
        let lower = part.to_lowercase();
        let joined = lists::JOINTS.iter().any(|joint| {
            lower.split_once(joint).is_some_and(|(before, after)| before.chars().count() > 2 && after.chars().count() > 3)
        });
        count >= ENDLESS || joined || lists::HEADS.iter().any(|head| lower.ends_with(head))
    })
}

/// A form of "werden" with a participle: "wird gebaut", "wurde angemeldet".
fn passive(words: &[&str]) -> Option<String> {
    let auxiliary = words.iter().find(|word| lists::WERDEN.contains(&word.to_lowercase().as_str()))?;
    let participle = words.iter().find(|word| is_participle(word))?;
    Some(format!("{auxiliary} … {participle}"))
}

fn is_participle(word: &str) -> bool {
    let ends = word.ends_with('t') || word.ends_with("en");
    if !ends || word.starts_with(char::is_uppercase) || lists::NO_PARTICIPLES.contains(&word) {
        return false;
    }
    let stem =
        lists::PREFIXES.iter().filter_map(|prefix| word.strip_prefix(prefix)).find(|rest| rest.starts_with("ge")).unwrap_or(word);
    stem.starts_with("ge") && stem.chars().count() >= 6 && !lists::NO_PARTICIPLES.contains(&stem)
}

/// "des Hauses", "eines neuen Hauses".
fn genitive(words: &[&str]) -> Option<String> {
    words.iter().enumerate().filter(|(_, word)| matches!(word.to_lowercase().as_str(), "des" | "eines")).find_map(
        |(at, article)| {
            let noun = words.iter().skip(at.saturating_add(1)).take(2).find(|word| word.starts_with(char::is_uppercase))?;
            noun.ends_with('s').then(|| format!("{article} … {noun}"))
        },
    )
}

fn subjunctive(words: &[&str]) -> Option<String> {
    words
        .iter()
        .enumerate()
        // "die Würde" is a noun; only a sentence's first word may be a verb in capitals.
        .map(|(at, word)| if at == 0 { word.to_lowercase() } else { (*word).to_owned() })
        .find(|word| lists::SUBJUNCTIVES.contains(&word.as_str()))
}

fn is_negation(word: &str) -> bool {
    let lower = word.to_lowercase();
    matches!(lower.as_str(), "nicht" | "nichts" | "nie" | "niemals" | "niemand" | "ohne" | "weder")
        || lower.strip_prefix("kein").is_some_and(|end| matches!(end, "" | "e" | "en" | "em" | "er" | "es"))
}

/// "unmöglich", and not "unter" or "unser".
fn has_negative_prefix(word: &str) -> bool {
    let harmless = ["unter", "unten", "unser", "ungefähr", "unbedingt", "univers"];
    word.starts_with("un") && word.chars().count() >= 6 && !harmless.iter().any(|start| word.starts_with(start))
}

/// Of I, V and X only: other letters make words and abbreviations.
fn is_roman(word: &str) -> bool {
    let values: HashMap<char, u8> = HashMap::from([('I', 1), ('V', 5), ('X', 10)]);
    let digits: Option<Vec<u8>> = word.chars().map(|c| values.get(&c).copied()).collect();
    // "IIII" and "VX" are no numbers.
    word.len() > 1 && !word.contains("IIII") && !word.contains("VX") && digits.is_some()
}

/// With spaces of any kind between its letters, and not within a word.
fn has_abbreviation(text: &str, short: &str) -> bool {
    let text = text.replace(['\u{a0}', '\u{202f}', '\n'], " ");
    let close = short.replace(' ', "");
    [short, close.as_str()].iter().any(|form| {
        text.match_indices(form).any(|(at, _)| !text.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric)))
    })
}
