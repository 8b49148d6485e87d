//! What authors write, taken apart: passages with their place, blocks of Markdown, links, sentences and words.

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

use super::finding::{Part, Place};
use super::{Alt, EditionToCheck, ItemToCheck};

/// A text an author wrote, and where it stands.
pub(super) struct Passage {
    pub place: Place,
    pub blocks: Vec<Block>,
    pub links: Vec<WrittenLink>,
}

/// A paragraph, a heading, a list item or a table cell; a hard line break is `\n`.
#[derive(Default)]
pub(super) struct Block {
    pub words: String,
    pub italics: Vec<String>,
}

pub(super) struct WrittenLink {
    pub words: String,
    pub target: String,
}

/// Everything an edition's authors wrote, in reading order.
pub(super) fn passages(edition: &EditionToCheck) -> Vec<Passage> {
    let place = |part| Place::edition(&edition.language, part);
    let mut all = vec![plain(place(Part::Subject), &edition.subject), markdown(place(Part::Intro), &edition.intro)];
    for (number, item) in numbered(edition) {
        let place = |part| Place { item: Some(number), ..place(part) };
        all.extend(item.kicker.as_deref().map(|kicker| plain(place(Part::Kicker), kicker)));
        all.push(plain(place(Part::Headline), &item.headline));
        if let Some(Alt::Text(alt)) = &item.image {
            all.push(plain(place(Part::Image), alt));
        }
        all.extend(item.lead.as_deref().map(|lead| plain(place(Part::Lead), lead)));
        all.push(markdown(place(Part::Body), &item.body));
    }
    all.push(markdown(place(Part::Closing), &edition.closing));
    all
}

/// The items with their numbers, which count from 1.
pub(super) fn numbered(edition: &EditionToCheck) -> impl Iterator<Item = (usize, &ItemToCheck)> {
    (1..).zip(&edition.items)
}

fn plain(place: Place, words: &str) -> Passage {
    Passage { place, blocks: vec![Block { words: words.to_owned(), italics: vec![] }], links: vec![] }
}

fn markdown(place: Place, source: &str) -> Passage {
    let mut passage = Passage { place, blocks: vec![], links: vec![] };
    let mut block = Block::default();
    let mut italics_from = None;
    let mut link: Option<(String, usize)> = None;
    for event in Parser::new_ext(source, Options::ENABLE_TABLES) {
        match event {
            Event::Text(words) | Event::Code(words) => block.words.push_str(&words),
            Event::SoftBreak => block.words.push(' '),
            Event::HardBreak => block.words.push('\n'),
            Event::Start(Tag::Emphasis) => italics_from = Some(block.words.len()),
            Event::End(TagEnd::Emphasis) => {
                let from = italics_from.take();
                block.italics.extend(from.and_then(|from| block.words.get(from..)).map(str::to_owned));
            }
            Event::Start(Tag::Link { dest_url, link_type, .. }) => {
                let scheme = if link_type == LinkType::Email { "mailto:" } else { "" };
                link = Some((format!("{scheme}{dest_url}"), block.words.len()));
            }
            Event::End(TagEnd::Link) => {
                if let Some((target, from)) = link.take() {
                    let words = block.words.get(from..).unwrap_or_default().to_owned();
                    passage.links.push(WrittenLink { words, target });
                }
            }
            Event::Start(Tag::Strong | Tag::Image { .. }) | Event::End(TagEnd::Strong | TagEnd::Image) => {}
            Event::Start(_) | Event::End(_) if !block.words.is_empty() => passage.blocks.push(std::mem::take(&mut block)),
            _ => {}
        }
    }
    if !block.words.is_empty() {
        passage.blocks.push(block);
    }
    passage
}

/// The sentences of a block. A line break alone ends none: Leichte Sprache breaks lines where the sense does.
pub(super) fn sentences(block: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut chars = block.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let ends = matches!(c, '.' | '!' | '?' | ':' | '…')
            && chars.peek().is_none_or(|(_, next)| !next.is_alphanumeric() && *next != '/');
        let said = block.get(from..at).unwrap_or_default();
        if ends && !(c == '.' && is_short(said)) {
            let end = at.saturating_add(c.len_utf8());
            found.extend(block.get(from..end));
            from = end;
        }
    }
    found.extend(block.get(from..));
    found.retain(|sentence| sentence.contains(char::is_alphanumeric));
    found
}

/// Whether a full stop after `said` belongs to its last word: "2. September", "z. B.", "Dr. Löwe".
fn is_short(said: &str) -> bool {
    let last = said.rsplit([' ', '\n', '\u{a0}', '(', '.']).next().unwrap_or_default();
    let digits = !last.is_empty() && last.len() <= 2 && last.bytes().all(|b| b.is_ascii_digit());
    let letter = last.chars().count() == 1 && last.chars().all(char::is_alphabetic);
    digits
        || letter
        || ["bzw", "ca", "Dr", "Prof", "Nr", "St", "Str", "Tel", "ggf", "evtl", "inkl", "vgl", "Mio", "Mrd"].contains(&last)
}

/// The words of a sentence without the punctuation around them; addresses are no words.
pub(super) fn words(sentence: &str) -> impl Iterator<Item = &str> {
    sentence
        .split_whitespace()
        .filter(|word| !word.contains("://") && !word.contains('@') && !word.starts_with("www."))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}
