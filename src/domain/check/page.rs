//! Reads a mail's HTML once, from front to back, into the lists the rules ask about. No tree is built, so neither depth
//! nor size of the input can exhaust anything.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::style::{DarkSheet, Look, Named, PLAIN, Paint};

/// Bytes that are read. What is longer was found too large by its size, ten times over.
const MOST: usize = 1_000_000;
/// How far up an end tag looks for its start.
const FAR: usize = 64;

const VOID: [&str; 13] = ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
const INLINE: [&str; 13] = ["a", "abbr", "b", "code", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u"];

/// A start tag. Names are in lower case.
pub(super) struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    pub parent: Option<usize>,
    /// Of a table: whether it has header cells, and so is no layout.
    pub has_headers: bool,
}

pub(super) struct Link {
    pub href: String,
    /// What it shows, an image's alternative text included.
    pub words: String,
    /// Bytes of visible text before it.
    pub before: usize,
}

pub(super) struct Heading {
    pub level: u32,
    pub words: String,
}

/// A piece of visible text between two tags.
pub(super) struct Run {
    pub words: String,
    pub light: Paint,
    pub dark: Paint,
    pub size: f64,
}

#[derive(Default)]
pub(super) struct Page {
    pub elements: Vec<Element>,
    pub links: Vec<Link>,
    pub headings: Vec<Heading>,
    pub runs: Vec<Run>,
    /// The whole visible text with single spaces.
    pub words: String,
    /// What stands in `<style>`.
    pub styles: String,
    pub has_dark: bool,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn attribute_names(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }
}

impl Page {
    pub(super) fn read(html: &str) -> Page {
        let start = html.get(..html.floor_char_boundary(MOST)).unwrap_or(html);
        let tokenizer = Tokenizer::new(Sink(RefCell::new(Reader::default())), TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(start));
        // The sink never asks for a stop, so one call reads everything.
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        let mut reader = tokenizer.sink.0.into_inner();
        reader.end_run();
        reader.page
    }
}

struct Sink(RefCell<Reader>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut reader = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => reader.run.push_str(&text),
            Token::TagToken(tag) => {
                reader.end_run();
                if tag.kind == TagKind::EndTag {
                    reader.close(&tag.name);
                    return TokenSinkResult::Continue;
                }
                reader.open(&tag);
                // What these hold is not markup; telling the tokenizer is a tree builder's work.
                return match &*tag.name {
                    "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
                    "style" | "iframe" | "noscript" => TokenSinkResult::RawData(RawKind::Rawtext),
                    "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                    _ => TokenSinkResult::Continue,
                };
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[derive(Default)]
struct Reader {
    page: Page,
    /// The open elements: their names, and in the same order what they hand down and their place in the list.
    names: Vec<Named>,
    open: Vec<(Look, usize)>,
    dark: DarkSheet,
    run: String,
    in_link: bool,
    heading: Option<usize>,
}

impl Reader {
    fn open(&mut self, tag: &Tag) {
        let attributes: Vec<(String, String)> =
            tag.attrs.iter().map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string())).collect();
        let (around, parent) = self.open.last().map_or((PLAIN, None), |(look, place)| (*look, Some(*place)));
        let element = Element { name: tag.name.to_string(), attributes, parent, has_headers: false };
        let attribute = |name: &str| element.attribute(name).map(str::to_owned);
        let classes = attribute("class").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        let named = Named { name: element.name.clone(), classes };
        let look = around.within(&named, attribute, &self.names, &self.dark);

        self.space(&element.name);
        match element.name.as_str() {
            "a" => {
                if let Some(href) = element.attribute("href") {
                    let before = self.page.words.len();
                    self.page.links.push(Link { href: href.trim().to_owned(), words: String::new(), before });
                    self.in_link = true;
                }
            }
            "img" => {
                if let (true, Some(link)) = (self.in_link, self.page.links.last_mut()) {
                    link.words.push_str(element.attribute("alt").unwrap_or_default());
                }
            }
            "th" => self.mark_table(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let level = element.name.trim_start_matches('h').parse().unwrap_or(1);
                self.heading = Some(self.page.headings.len());
                self.page.headings.push(Heading { level, words: String::new() });
            }
            _ => {}
        }
        if !VOID.contains(&element.name.as_str()) {
            self.names.push(named);
            self.open.push((look, self.page.elements.len()));
        }
        self.page.elements.push(element);
    }

    /// The innermost open table has header cells.
    fn mark_table(&mut self) {
        let table = self.open.iter().rev().take(FAR).map(|(_, place)| *place);
        for place in table {
            if let Some(element) = self.page.elements.get_mut(place).filter(|element| element.name == "table") {
                element.has_headers = true;
                return;
            }
        }
    }

    fn close(&mut self, name: &str) {
        self.space(name);
        match name {
            "a" => self.in_link = false,
            "style" => {
                self.dark = DarkSheet::parse(&self.page.styles);
                self.page.has_dark = !self.dark.is_empty();
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading = None,
            _ => {}
        }
        // An end tag without a start closes nothing.
        if let Some(above) = self.names.iter().rev().take(FAR).position(|open| open.name == name) {
            let left = self.names.len().saturating_sub(above.saturating_add(1));
            self.names.truncate(left);
            self.open.truncate(left);
        }
    }

    /// Blocks are words of their own.
    fn space(&mut self, name: &str) {
        if !INLINE.contains(&name) {
            push_words(" ", &mut self.page.words);
        }
    }

    fn end_run(&mut self) {
        let text = std::mem::take(&mut self.run);
        if text.is_empty() {
            return;
        }
        if self.names.last().is_some_and(|open| open.name == "style") {
            self.page.styles.push_str(&text);
        }
        if let (true, Some(link)) = (self.in_link, self.page.links.last_mut()) {
            link.words.push_str(&text);
        }
        if let Some(heading) = self.heading.and_then(|place| self.page.headings.get_mut(place)) {
            heading.words.push_str(&text);
        }
        let look = self.open.last().map_or(PLAIN, |(look, _)| *look);
        if look.hidden {
            return;
        }
        push_words(&text, &mut self.page.words);
        if !text.trim().is_empty() {
            self.page.runs.push(Run { words: text, light: look.light, dark: look.dark, size: look.size });
        }
    }
}

/// Appends with single spaces.
pub(super) fn push_words(text: &str, out: &mut String) {
    for c in text.chars() {
        if !c.is_whitespace() {
            out.push(c);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
}
