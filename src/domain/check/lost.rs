//! Rules about what becomes of an author's words: none gets lost on the way into either part, and no sign of Markdown is left
//! standing in them. They look at the source with eyes of their own, not with the parser that made the mail, so that they find
//! what that parser gets wrong.

use std::collections::HashMap;

use super::EditionToCheck;
use super::finding::{Finding, Part, Place, Rule, Severity};
use super::page::Page;
use super::prose::numbered;
use crate::domain::content;

/// Words that are told of one part of the mail: more of them mean the same fault.
const MOST: usize = 3;

const MONTHS: [&str; 24] = [
    "januar",
    "jänner",
    "februar",
    "märz",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "dezember",
    "january",
    "february",
    "march",
    "may",
    "june",
    "july",
    "october",
    "december",
    "jan",
    "feb",
    "dez",
];

pub(super) fn check(edition: &EditionToCheck, page: &Page, found: &mut Vec<Finding>) {
    let sources = sources(edition);
    lost(&sources, &shown(page), Part::Html, edition, found);
    lost(&sources, &bag(&edition.text), Part::Text, edition, found);
    for (place, source) in &sources {
        jumps(place, source, found);
        pictures(place, source, found);
        signs(place, source, found);
    }
}

/// What authors write in Markdown, and where it stands.
fn sources(edition: &EditionToCheck) -> Vec<(Place, &str)> {
    let place = |part| Place::edition(&edition.language, part);
    let mut all = vec![(place(Part::Intro), edition.intro.as_str())];
    for (number, item) in numbered(edition) {
        all.push((Place { item: Some(number), ..place(Part::Body) }, item.body.as_str()));
    }
    all.push((place(Part::Closing), edition.closing.as_str()));
    all
}

type Bag = HashMap<String, usize>;

fn put(bag: &mut Bag, word: String) {
    let count = bag.entry(word).or_default();
    *count = count.saturating_add(1);
}

/// Letters and digits without anything between them. A raised or lowered digit is a word of its own.
fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut raised = false;
    for c in text.chars().chain([' ']) {
        let digit = script_digit(c);
        let is_letter = c.is_alphanumeric();
        if !word.is_empty() && (!is_letter || digit.is_some() != raised) {
            found.push(std::mem::take(&mut word));
        }
        if is_letter {
            raised = digit.is_some();
            word.push(digit.unwrap_or(c));
        }
    }
    found
}

/// The plain digit that stands raised or lowered here.
fn script_digit(c: char) -> Option<char> {
    let value = match c {
        '⁰' => 0,
        '¹' => 1,
        '²' => 2,
        '³' => 3,
        '⁴'..='⁹' => u32::from(c).checked_sub(u32::from('⁰'))?,
        '₀'..='₉' => u32::from(c).checked_sub(u32::from('₀'))?,
        _ => return None,
    };
    char::from_digit(value, 10)
}

fn bag(text: &str) -> Bag {
    let mut bag = Bag::new();
    for word in words(text) {
        put(&mut bag, word);
    }
    bag
}

/// The words of the HTML part, the numbers of its lists with them.
fn shown(page: &Page) -> Bag {
    let mut bag = bag(&page.words);
    // "Ein" and "fach" may be shown as one word, and be two here.
    for run in &page.runs {
        for word in words(&run.words) {
            put(&mut bag, word);
        }
    }
    let mut next: HashMap<usize, usize> = HashMap::new();
    for (at, element) in page.elements.iter().enumerate() {
        if element.name == "ol" {
            next.insert(at, element.attribute("start").and_then(|start| start.parse().ok()).unwrap_or(1));
        } else if let Some(number) = element.parent.filter(|_| element.name == "li").and_then(|list| next.get_mut(&list)) {
            put(&mut bag, number.to_string());
            *number = number.saturating_add(1);
        }
    }
    bag
}

/// A word as it was typed, and its pieces where signs of markup stand within it.
struct Typed {
    whole: String,
    pieces: Vec<String>,
}

fn lost(sources: &[(Place, &str)], bag: &Bag, part: Part, edition: &EditionToCheck, found: &mut Vec<Finding>) {
    let mut left = MOST;
    // Each word once: how often it is shown besides, in the frame of the mail, is not for us to know.
    let mut known = std::collections::HashSet::new();
    for (place, source) in sources {
        for Typed { whole, pieces } in typed(source) {
            let there = bag.contains_key(&whole) || pieces.iter().all(|piece| bag.contains_key(piece));
            if there || left == 0 || !known.insert(whole.clone()) {
                continue;
            }
            left = left.saturating_sub(1);
            let place = Place { at: edition.text.len(), ..place.clone() }.quoting(&whole);
            found.push(Finding::new(Rule::WordLost, Severity::Error, place).word("part", part.name()));
        }
    }
}

/// The words of some Markdown. Not those of addresses, of entities and of markup: these are not shown as they are typed.
fn typed(source: &str) -> Vec<Typed> {
    let mut found = Vec::new();
    for chunk in visible(source).split_whitespace() {
        let bare = chunk.trim_start_matches(|c: char| !c.is_alphanumeric());
        if bare.contains("://") || bare.starts_with("www.") || bare.contains('@') {
            continue;
        }
        // Signs around a part of a word: "**Ein**fach" is one word, "Teilnehmer*innen" are two.
        let mut pieces = Vec::new();
        for piece in chunk.split(GLUE) {
            pieces.push(words(piece));
        }
        let mut run: Option<Typed> = None;
        for (n, piece) in pieces.into_iter().enumerate() {
            let mut words = piece.into_iter();
            if n > 0
                && let Some(open) = &mut run
                && let Some(first) = words.next()
            {
                open.whole.push_str(&first);
                open.pieces.push(first);
            }
            for word in words {
                found.extend(run.take());
                run = Some(Typed { whole: word.clone(), pieces: vec![word] });
            }
        }
        found.extend(run);
    }
    found
}

/// Stands for markup within a word.
const GLUE: char = '\u{1}';

/// What of Markdown is meant to be read, with [`GLUE`] for markup that may stand within a word.
fn visible(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    for line in source.lines() {
        let trimmed = line.trim_start();
        // The language after a fence, and where a reference leads.
        let is_target = trimmed.starts_with('[')
            && trimmed.split_once("]:").is_some_and(|(_, target)| content::safe_url(target.trim()).is_some());
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") || is_target {
            continue;
        }
        visible_line(line, &mut out);
        out.push('\n');
    }
    out
}

fn visible_line(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let after = |length: usize| rest.get(length..).unwrap_or_default();
        if let Some(target) = rest.strip_prefix("](") {
            out.push(' ');
            rest = target_end(target);
        } else if let Some(end) = rest.strip_prefix("<!--").and_then(|comment| comment.find("-->")) {
            rest = after(end.saturating_add(7));
        } else if let Some(tag) = rest.find('>').and_then(|end| rest.get(..=end)).filter(|tag| content::is_markup(tag)) {
            out.push(if ["<sup", "<sub", "</sup", "</sub", "<br"].iter().any(|name| tag.starts_with(name)) { ' ' } else { GLUE });
            rest = after(tag.len());
        } else if let Some(entity) =
            rest.strip_prefix('&').and_then(|tail| tail.split_once(';')).map(|(name, _)| name).filter(|name| {
                name.len() < 10 && name.trim_start_matches('#').chars().all(|c| c.is_ascii_alphanumeric()) && !name.is_empty()
            })
        {
            out.push(' ');
            rest = after(entity.len().saturating_add(2));
        } else if ["**", "__", "~~"].iter().any(|sign| rest.starts_with(sign)) {
            out.push(GLUE);
            rest = after(2);
        } else if matches!(c, '*' | '_') && !within_word(out, rest) {
            out.push(GLUE);
            rest = after(1);
        } else {
            out.push(c);
            rest = after(c.len_utf8());
        }
    }
}

fn within_word(before: &str, sign_and_after: &str) -> bool {
    before.chars().next_back().is_some_and(char::is_alphanumeric)
        && sign_and_after.chars().nth(1).is_some_and(char::is_alphanumeric)
}

/// What follows the target of a link, which may have brackets in it.
fn target_end(target: &str) -> &str {
    let mut open = 1_usize;
    for (at, c) in target.char_indices() {
        match c {
            '(' => open = open.saturating_add(1),
            ')' => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 {
            return target.get(at.saturating_add(1)..).unwrap_or_default();
        }
    }
    ""
}

/// Numbers at the beginning of lines that do not count up, unless they are days.
fn jumps(place: &Place, source: &str, found: &mut Vec<Finding>) {
    let mut last: Option<u64> = None;
    for line in source.lines().filter(|line| !line.trim().is_empty()) {
        let Some((number, words)) = line.trim_start().split_once(['.', ')']).filter(|(_, words)| words.starts_with(' ')) else {
            // What goes on below a number is set in.
            if !line.starts_with(' ') {
                last = None;
            }
            continue;
        };
        let Some(number) = number.parse::<u64>().ok().filter(|_| number.len() < 10) else {
            last = None;
            continue;
        };
        let first = words.split_whitespace().next().unwrap_or_default().trim_matches(|c: char| !c.is_alphabetic()).to_lowercase();
        if last.is_some_and(|last| last.checked_add(1) != Some(number)) && !MONTHS.contains(&first.as_str()) {
            found.push(Finding::new(Rule::NumberJump, Severity::Warning, place.clone().quoting(line)));
            return;
        }
        last = Some(number);
    }
}

/// Pictures within a text stay outside: what is not here cannot be made small, described and kept.
fn pictures(place: &Place, source: &str, found: &mut Vec<Finding>) {
    for (at, _) in source.match_indices("![") {
        let rest = source.get(at..).unwrap_or_default();
        if let Some((words, _)) = rest.split_once(')').filter(|(words, _)| words.contains("](") && !words.contains('\n')) {
            found.push(Finding::new(Rule::PictureLeft, Severity::Warning, place.clone().quoting(&format!("{words})")).at(at)));
        }
    }
}

/// Stars and brackets that were meant as markup and are none.
fn signs(place: &Place, source: &str, found: &mut Vec<Finding>) {
    let page = Page::read(&content::html(source));
    let in_code =
        |words: &str| page.elements.iter().any(|element| element.name == "code") && source.contains(&format!("`{words}"));
    for run in page.runs.iter().filter(|run| ["**", "__", "](", "```"].iter().any(|sign| run.words.contains(sign))) {
        if !in_code(run.words.trim()) && !run.words.contains("://") {
            found.push(Finding::new(Rule::SignVisible, Severity::Warning, place.clone().quoting(&run.words)));
            return;
        }
    }
}
