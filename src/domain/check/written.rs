//! Rules about what authors wrote, in whatever language: subject, alternative texts, leftovers.

use super::finding::{Finding, Part, Place, Rule, Severity};
use super::issue::ends_with;
use super::prose::{Passage, numbered};
use super::{Alt, EditionToCheck};

/// R5: what fits a phone's list of mails.
const SUBJECT: usize = 60;
/// A screen reader cannot pause within an alternative text.
const ALT: usize = 150;

pub(super) fn check(edition: &EditionToCheck, passages: &[Passage], found: &mut Vec<Finding>) {
    subject(edition, found);
    alternative_texts(edition, found);
    for passage in passages {
        emoji(passage, found);
        placeholders(passage, found);
    }
}

/// R5.
fn subject(edition: &EditionToCheck, found: &mut Vec<Finding>) {
    let subject = edition.subject.trim();
    let mut say = |rule, severity, number| {
        let place = Place::edition(&edition.language, Part::Subject).quoting(subject);
        found.push(Finding::new(rule, severity, place).number("count", number).number("limit", SUBJECT));
    };
    if subject.is_empty() {
        say(Rule::SubjectEmpty, Severity::Error, 0);
    }
    let start = subject.to_lowercase();
    if ["re:", "fwd:", "fw:", "aw:", "wg:"].iter().any(|prefix| start.starts_with(prefix)) {
        say(Rule::SubjectReply, Severity::Error, 0);
    }
    let length = subject.chars().count();
    if length > SUBJECT {
        say(Rule::SubjectLong, Severity::Warning, length);
    }
    let marks = subject.matches('!').count();
    if marks > 1 {
        say(Rule::SubjectExclamation, Severity::Warning, marks);
    }
    // Eight letters: a subject may be an abbreviation and a number.
    if subject.chars().filter(|c| c.is_uppercase()).count() >= 8 && !subject.chars().any(char::is_lowercase) {
        say(Rule::SubjectCapitals, Severity::Warning, 0);
    }
}

/// R231, WCAG 1.1.1.
fn alternative_texts(edition: &EditionToCheck, found: &mut Vec<Finding>) {
    for (number, item) in numbered(edition) {
        let Some(image) = &item.image else { continue };
        let mut say = |rule, severity, count, words: &str| {
            let place = Place { item: Some(number), ..Place::edition(&edition.language, Part::Image).quoting(words) };
            found.push(Finding::new(rule, severity, place).number("count", count).number("limit", ALT));
        };
        let alt = match image {
            Alt::Decorative => continue,
            Alt::Missing => "",
            Alt::Text(alt) => alt.trim(),
        };
        let length = alt.chars().count();
        if alt.is_empty() {
            say(Rule::AltMissing, Severity::Error, 0, &item.headline);
        } else if is_file_name(alt) {
            say(Rule::AltFileName, Severity::Warning, 0, alt);
        } else if begins_as_picture(alt) {
            say(Rule::AltPhrase, Severity::Warning, 0, alt);
        } else if length > ALT {
            say(Rule::AltLong, Severity::Hint, length, alt);
        }
    }
}

pub(super) fn is_file_name(alt: &str) -> bool {
    let ending =
        [".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".tif", ".heic", ".bmp"].iter().any(|end| ends_with(alt, end));
    let one_word = !alt.contains(char::is_whitespace);
    ending || one_word && alt.contains('_') && alt.contains(|c: char| c.is_ascii_digit())
}

fn begins_as_picture(alt: &str) -> bool {
    let start: String = alt.chars().take(20).flat_map(char::to_lowercase).collect();
    ["bild von ", "foto von ", "abbildung von ", "grafik von ", "image of ", "picture of ", "photo of "]
        .iter()
        .any(|phrase| start.starts_with(phrase))
}

/// R239: in lists of mails and headings an emoji is read aloud, and says little.
fn emoji(passage: &Passage, found: &mut Vec<Finding>) {
    if !matches!(passage.place.part, Part::Subject | Part::Headline) {
        return;
    }
    for block in passage.blocks.iter().filter(|block| block.words.contains(is_emoji)) {
        found.push(Finding::new(Rule::Emoji, Severity::Warning, passage.place.clone().quoting(&block.words)));
    }
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}' | '\u{fe0f}')
}

/// Leftovers of a draft.
fn placeholders(passage: &Passage, found: &mut Vec<Finding>) {
    for (at, block) in passage.blocks.iter().enumerate() {
        if let Some((words, severity)) = placeholder(&block.words) {
            found.push(Finding::new(Rule::Placeholder, severity, passage.place.clone().quoting(&words).at(at)));
        }
    }
}

fn placeholder(text: &str) -> Option<(String, Severity)> {
    let lower = text.to_lowercase();
    let sure = [
        "lorem ipsum",
        "hier einfügen",
        "[titel]",
        "[title]",
        "[text]",
        "[platzhalter]",
        "[placeholder]",
        "[datum]",
        "[date]",
        "[ort]",
        "[link]",
        "[name]",
    ];
    if let Some((words, at)) = sure.iter().find_map(|words| Some((*words, lower.find(words)?))) {
        // In small letters a text may be longer than it is, so the place may be another one.
        let written = text.get(at..at.saturating_add(words.len())).filter(|written| written.to_lowercase() == words);
        return Some((written.unwrap_or(words).to_owned(), Severity::Error));
    }
    if let Some((_, rest)) = text.split_once("{{")
        && let Some((inside, _)) = rest.split_once("}}")
    {
        return Some((format!("{{{{{inside}}}}}"), Severity::Warning));
    }
    let word = text.split(|c: char| !c.is_alphanumeric()).find(|word| ["TODO", "TBD", "XXX", "FIXME"].contains(word))?;
    Some((word.to_owned(), Severity::Warning))
}
