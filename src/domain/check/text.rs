//! Rules about the text part, and about both parts saying the same (R32, R237, R263–R267).

use std::collections::HashSet;

use super::EditionToCheck;
use super::finding::{Finding, Part, Place, Rule, Severity};
use super::links::is_web;
use super::page::{Page, push_words};
use super::prose::numbered;
use crate::domain::content::COLUMNS;

/// R267: the longest ruler somebody wants to hear.
const RULER: usize = 5;
/// R32: bytes of visible text before the first way out.
const NEAR: usize = 2048;

pub(super) fn check(edition: &EditionToCheck, page: &Page, found: &mut Vec<Finding>) {
    lines(edition, found);
    same_links(edition, page, found);
    same_headlines(edition, page, found);
    unsubscribe(edition, page, found);
}

fn lines(edition: &EditionToCheck, found: &mut Vec<Finding>) {
    for (number, line) in (1..).zip(edition.text.lines()) {
        let place = || Place::edition(&edition.language, Part::Text).quoting(line).at(number);
        let words = line.trim_start_matches(['>', '-', ' ']).trim_end();
        // A line of one word cannot be broken: most are addresses.
        let width = textwrap::core::display_width(line);
        if width > COLUMNS && words.contains(' ') {
            found.push(Finding::new(Rule::TextLine, Severity::Warning, place()).number("count", width).number("limit", COLUMNS));
        }
        if !line.contains("://") && has_ruler(line) {
            found.push(Finding::new(Rule::TextRuler, Severity::Hint, place()).number("limit", RULER));
        }
    }
}

fn has_ruler(line: &str) -> bool {
    let (mut last, mut run) = (' ', 0usize);
    line.chars().any(|c| {
        run = if c == last { run.saturating_add(1) } else { 1 };
        last = c;
        run > RULER && "-=_*~#+".contains(c)
    })
}

/// R263: every address of one part is in the other.
fn same_links(edition: &EditionToCheck, page: &Page, found: &mut Vec<Finding>) {
    // Telephone numbers and mail addresses are for people: they need not look the same.
    let mut in_text: HashSet<&str> = HashSet::new();
    let mut listed: Vec<(&str, &str)> = Vec::new();
    for word in edition.text.split(|c: char| c.is_whitespace() || "<>\"«»".contains(c)).filter(|word| is_web(word)) {
        let bare = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
        in_text.extend([word, bare]);
        listed.push((word, bare));
    }
    let mut in_html: HashSet<&str> = HashSet::new();
    for (at, link) in page.links.iter().enumerate().filter(|(_, link)| is_web(&link.href)) {
        if in_html.insert(&link.href) && !in_text.contains(link.href.as_str()) {
            let place = Place::edition(&edition.language, Part::Html).quoting(&link.href).at(at);
            found.push(Finding::new(Rule::LinkNotInText, Severity::Error, place));
        }
    }
    let mut said = HashSet::new();
    for (at, (word, bare)) in listed.into_iter().enumerate() {
        if !in_html.contains(word) && !in_html.contains(bare) && said.insert(bare) {
            let place = Place::edition(&edition.language, Part::Text).quoting(bare).at(at);
            found.push(Finding::new(Rule::LinkNotInHtml, Severity::Error, place));
        }
    }
}

fn same_headlines(edition: &EditionToCheck, page: &Page, found: &mut Vec<Finding>) {
    let mut text = String::with_capacity(edition.text.len());
    push_words(&edition.text, &mut text);
    for (number, item) in numbered(edition) {
        let mut headline = String::new();
        push_words(item.headline.trim(), &mut headline);
        for (rule, part) in [(Rule::HeadlineNotInHtml, &page.words), (Rule::HeadlineNotInText, &text)] {
            if !part.contains(&headline) {
                let place = Place::edition(&edition.language, Part::Headline).quoting(&headline);
                found.push(Finding::new(rule, Severity::Error, Place { item: Some(number), ..place }));
            }
        }
    }
}

/// R32, and R252: what stands at the end only may be clipped.
fn unsubscribe(edition: &EditionToCheck, page: &Page, found: &mut Vec<Finding>) {
    let place = |part| Place::edition(&edition.language, part);
    let link = edition.unsubscribe_link.as_str();
    match page.links.iter().find(|one| one.href == link) {
        None => found.push(Finding::new(Rule::UnsubscribeMissing, Severity::Error, place(Part::Html))),
        Some(one) if one.before > NEAR => {
            found.push(Finding::new(Rule::UnsubscribeLate, Severity::Warning, place(Part::Html)).number("count", one.before));
        }
        Some(_) => {}
    }
    if link.is_empty() || !edition.text.contains(link) {
        found.push(Finding::new(Rule::UnsubscribeMissing, Severity::Error, place(Part::Text)));
    }
}
