//! HTML that others wrote, in feeds or in the middle of Markdown, made into Markdown and into lines of ours.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, Url, UrlRelative};
use htmd::element_handler::Handlers;
use htmd::options::{BrStyle, BulletListMarker, Options};
use htmd::{Element, HtmlToMarkdown};

use super::unseen;

/// Bytes of one entry that are looked at: an issue would hardly take a longer text, and a parser of HTML can be made to take time
/// that grows with their square.
pub(in crate::domain) const LONGEST: usize = 50_000;
/// HTML nested deeper than this is no text: the converter calls itself for each level until there is no stack left.
const DEEPEST: usize = 100;

/// Elements whose content is not meant for readers.
const HIDDEN: [&str; 8] = ["script", "style", "title", "template", "noscript", "iframe", "select", "textarea"];

/// What Markdown of ours can say.
const KEPT: [&str; 30] = [
    "p",
    "br",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "strong",
    "b",
    "em",
    "i",
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
    "sup",
    "sub",
    "del",
    "s",
    "strike",
    "ins",
    "q",
];

/// HTML as Markdown: scripts, styles and forms go with what is in them, of other elements the words stay; pictures are not
/// loaded from elsewhere. `base`: where relative links lead from. What is nested beyond reason becomes plain words.
pub(in crate::domain) fn markdown(html: &str, base: Option<&Url>) -> String {
    let html = cut(html);
    let clean = Builder::empty()
        .tags(HashSet::from(KEPT))
        .clean_content_tags(HashSet::from(HIDDEN))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"])), ("ol", HashSet::from(["start"]))]))
        .url_schemes(HashSet::from(["https", "http", "mailto", "tel"]))
        .url_relative(base.map_or(UrlRelative::Deny, |base| UrlRelative::RewriteWithBase(base.clone())))
        .link_rel(None)
        .clean(html)
        .to_string();
    if depth(&clean) > DEEPEST {
        return as_markdown(&seen(&bare(&clean)));
    }
    let options = Options {
        br_style: BrStyle::Backslash,
        bullet_list_marker: BulletListMarker::Dash,
        ul_bullet_spacing: 1,
        ol_number_spacing: 1,
        ..Options::default()
    };
    // It writes to memory, which cannot fail; if it ever does, the words are what matters.
    let converted = HtmlToMarkdown::builder().options(options).add_handler(INLINE.to_vec(), as_html).build().convert(&clean);
    seen(&converted.unwrap_or_else(|_| as_markdown(&bare(html))))
}

/// What Markdown has no sign for is written as HTML in it.
const INLINE: [&str; 7] = ["sup", "sub", "del", "s", "strike", "ins", "q"];

fn as_html(handlers: &dyn Handlers, element: Element) -> Option<htmd::element_handler::HandlerResult> {
    let words = handlers.walk_children(element.node).content;
    Some(if words.trim().is_empty() { words } else { format!("<{0}>{words}</{0}>", element.tag) }.into())
}

/// Words alone, and what divides them.
static WORDS: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder.tags(HashSet::from(["br", "p", "div", "li", "td", "th"])).clean_content_tags(HashSet::from(HIDDEN));
    builder
});

/// The words of some HTML on one line, and at most so many characters of them.
pub(in crate::domain) fn line(html: &str, most: usize) -> String {
    let words = seen(&bare(&WORDS.clean(cut(html)).to_string()));
    match words.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", words.get(..at).unwrap_or_default().trim_end()),
        None => words,
    }
}

fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text)
}

/// How deep elements lie in each other, in HTML that ammonia has written: each is closed, but for `br`, and `"` stands only
/// around the values of attributes.
fn depth(html: &str) -> usize {
    let (mut deepest, mut now, mut in_tag, mut quoted) = (0_usize, 0_usize, false, false);
    for (at, c) in html.char_indices() {
        match c {
            '"' if in_tag => quoted = !quoted,
            '>' if in_tag && !quoted => in_tag = false,
            '<' if !in_tag => {
                in_tag = true;
                let tag = html.get(at.saturating_add(1)..).unwrap_or_default();
                if tag.starts_with('/') {
                    now = now.saturating_sub(1);
                } else if !tag.starts_with("br>") {
                    now = now.saturating_add(1);
                    deepest = deepest.max(now);
                }
            }
            _ => {}
        }
    }
    deepest
}

/// The words between tags, on one line.
fn bare(html: &str) -> String {
    let mut pieces = html.split('<');
    let mut words = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        words.push(' ');
        words.push_str(piece.split_once('>').map_or("", |(_, after)| after));
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&nbsp;", " "), ("&amp;", "&")];
    let words = entities.iter().fold(words, |words, (from, to)| words.replace(from, to));
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words in which no sign means anything (CommonMark §2.4).
fn as_markdown(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    for c in words.chars() {
        if c.is_ascii_punctuation() {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

/// Without control characters and without those that nobody sees: a person would be refused them, a website is not asked.
fn seen(text: &str) -> String {
    let mut text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    while let Some(unseen) = unseen(&text) {
        text = text.replace(unseen, "");
    }
    text
}
