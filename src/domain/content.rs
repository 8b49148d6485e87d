//! News text: Markdown in, safe HTML and plain text out. Both come from the same events, so they cannot drift apart
//! (R263), and nothing an author writes is ever a template (R197) or markup of their own (R196).

mod links;
mod plain;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeStream};

pub use links::{path_segment, safe_url, shown_url};
pub use plain::{COLUMNS, text, wrap};

/// Sanitised HTML of `markdown`: `p br h3 h4 strong em ul ol li blockquote a table` and no attribute but `href`, `start`
/// and `scope`. Raw HTML is dropped; a link without a scheme becomes an https link; an image becomes a link to it, so
/// that nothing is loaded from elsewhere.
pub fn html(markdown: &str) -> String {
    let source = clean(markdown);
    let mut raw = String::with_capacity(source.len().saturating_mul(2));
    pulldown_cmark::html::push_html(&mut raw, events(&source).into_iter());
    SANITISER.clean(&raw).to_string()
}

/// The same Markdown with every line end of its source kept as one: in Leichte Sprache each sentence has a line of its own
/// (R243), and its authors write it so.
pub fn with_lines(markdown: &str) -> String {
    let source = clean(markdown);
    let (mut kept, mut from) = (String::with_capacity(source.len()), 0);
    for (event, range) in Parser::new_ext(&source, Options::ENABLE_TABLES).into_offset_iter() {
        if event == Event::SoftBreak {
            kept.push_str(source.get(from..range.start).unwrap_or_default());
            kept.push('\\');
            from = range.start;
        }
    }
    kept.push_str(source.get(from..).unwrap_or_default());
    kept
}

/// The safety net: whatever the steps before let through, only this list leaves (R196).
static SANITISER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(HashSet::from([
            "p",
            "br",
            "h3",
            "h4",
            "strong",
            "em",
            "ul",
            "ol",
            "li",
            "blockquote",
            "a",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        ]))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"])), ("ol", HashSet::from(["start"]))]))
        // R228: a data table's header cells say what they head.
        .set_tag_attribute_value("th", "scope", "col")
        .url_schemes(HashSet::from(["https", "mailto", "tel"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(None);
    builder
});

/// Line ends as `\n`; every other control character goes (R9: U+2028 and U+0085 are line ends to some programs).
fn clean(markdown: &str) -> String {
    let unified = markdown.replace("\r\n", "\n");
    unified
        .chars()
        .filter_map(|c| match c {
            '\n' | '\t' => Some(c),
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect()
}

/// The first character of `text` that nobody sees and that can turn or split what is seen (R196): directions, zero-width
/// spaces and joiners, tags. A joiner between pictures makes one of them and may stay, and so may a soft hyphen.
pub fn unseen(text: &str) -> Option<char> {
    let mut before = None;
    for c in text.chars() {
        // In scripts from Arabic to Sinhala joiners are part of how words are spelt.
        let needs_joiners = before.is_some_and(|c| ('\u{600}'..='\u{dff}').contains(&c));
        let joins_letters =
            matches!(c, '\u{200c}' | '\u{200d}') && !needs_joiners && before.is_none_or(|c: char| c.is_alphanumeric());
        if joins_letters
            || matches!(c,
                '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        {
            return Some(c);
        }
        before = Some(c);
    }
    None
}

/// The Markdown events, tidied: no raw HTML, no images, safe absolute links, bare addresses linked, headings from h3.
fn events(source: &str) -> Vec<Event<'_>> {
    let parsed = TextMergeStream::new(shallow(Parser::new_ext(source, Options::ENABLE_TABLES)).filter_map(without_markup));
    linked(headings(parsed.collect()))
}

/// Quotations, lists and emphasis within each other.
const DEEPEST: usize = 24;

/// Leaves out what lies deeper than anybody means; the words stay. A page of ">" would cost minutes otherwise.
fn shallow<'a>(events: impl Iterator<Item = Event<'a>>) -> impl Iterator<Item = Event<'a>> {
    let mut depth = 0_usize;
    events.filter_map(move |event| match event {
        Event::Start(_) => {
            depth = depth.saturating_add(1);
            (depth <= DEEPEST).then_some(event)
        }
        Event::End(_) => {
            depth = depth.saturating_sub(1);
            // Words of two paragraphs stay two words.
            Some(if depth < DEEPEST { event } else { Event::SoftBreak })
        }
        _ => Some(event),
    })
}

/// Drops raw HTML and what the allow-list has no element for; keeps the words.
fn without_markup(event: Event<'_>) -> Option<Event<'_>> {
    match event {
        Event::InlineHtml(tag) if tag.to_ascii_lowercase().starts_with("<br") => Some(Event::HardBreak),
        Event::Html(_) | Event::InlineHtml(_) | Event::Rule => None,
        Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => None,
        Event::Code(words) => Some(Event::Text(words)),
        Event::Start(Tag::CodeBlock(_)) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::CodeBlock) => Some(Event::End(TagEnd::Paragraph)),
        other => Some(other),
    }
}

/// The highest level an author uses becomes h3 (the item's headline is h2), every deeper one h4, and none is skipped
/// (R229).
fn headings(mut events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let top = events
        .iter()
        .filter_map(|event| if let Event::Start(Tag::Heading { level, .. }) = event { Some(*level) } else { None })
        .min();
    let mut seen_h3 = false;
    let mut current = HeadingLevel::H3;
    for event in &mut events {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                current = if Some(*level) == top || !seen_h3 { HeadingLevel::H3 } else { HeadingLevel::H4 };
                seen_h3 = true;
                *level = current;
            }
            Event::End(TagEnd::Heading(level)) => *level = current,
            _ => {}
        }
    }
    events
}

/// Makes every link safe and absolute, links bare addresses, and turns images into links.
fn linked(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let mut out = Vec::with_capacity(events.len());
    // One entry per open link or image: whether its start tag was let through, and where its words begin.
    let mut open: Vec<Option<(usize, String)>> = Vec::new();
    for event in events {
        match event {
            Event::Start(Tag::Link { dest_url, link_type, .. }) => {
                let target = if link_type == pulldown_cmark::LinkType::Email {
                    format!("mailto:{dest_url}")
                } else {
                    dest_url.to_string()
                };
                open_link(&target, &mut open, &mut out);
            }
            Event::Start(Tag::Image { dest_url, .. }) => open_link(&dest_url, &mut open, &mut out),
            Event::End(TagEnd::Link | TagEnd::Image) => {
                if let Some(Some((begin, target))) = open.pop() {
                    if out.len() == begin {
                        out.push(Event::Text(shown_url(&target).into()));
                    }
                    out.push(Event::End(TagEnd::Link));
                }
            }
            Event::Text(words) if open.iter().all(Option::is_none) => links::link_bare(&words, &mut out),
            Event::Text(words) => match open.last() {
                // `<https://…>` shows its address the way a bare one does.
                Some(Some((_, target))) if safe_url(&words).as_ref() == Some(target) => {
                    out.push(Event::Text(shown_url(target).into()))
                }
                _ => out.push(Event::Text(words)),
            },
            other => out.push(other),
        }
    }
    out
}

fn open_link<'a>(target: &str, open: &mut Vec<Option<(usize, String)>>, out: &mut Vec<Event<'a>>) {
    // HTML has no links within links; an image in a link only gives its words.
    let nested = open.iter().any(Option::is_some);
    match safe_url(target) {
        Some(url) if !nested => {
            out.push(links::start(&url));
            open.push(Some((out.len(), url)));
        }
        _ => open.push(None),
    }
}

#[cfg(test)]
mod tests;
