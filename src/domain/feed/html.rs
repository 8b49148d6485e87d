//! HTML of other people's feeds, made into Markdown and into lines of ours.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, Url, UrlRelative};
use htmd::HtmlToMarkdown;
use htmd::options::{BrStyle, BulletListMarker, Options};

use crate::domain::content;

/// Bytes that are looked at; an issue would not take a longer text.
pub(super) const LONGEST: usize = 200_000;
/// HTML nested deeper than this is no text. Reading it would cost more than it is worth: parsers take time that grows with
/// the square of the depth.
const DEEPEST: usize = 100;

/// Elements whose content is not meant for readers.
const HIDDEN: [&str; 8] = ["script", "style", "title", "template", "noscript", "iframe", "select", "textarea"];

/// Elements that end by themselves, so that however many there are, they do not lie in each other.
const SHALLOW: [&str; 13] = ["area", "br", "col", "dd", "dt", "hr", "img", "input", "li", "p", "td", "th", "tr"];

/// What Markdown of ours can say.
const KEPT: [&str; 23] = [
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
];

/// HTML as Markdown: scripts, styles and forms go with what is in them, of other elements the words stay; pictures are not
/// loaded from elsewhere. `base`: where relative links lead from. What is nested beyond reason becomes plain words.
pub(super) fn markdown(html: &str, base: Option<&Url>) -> String {
    let html = cut(html);
    if !is_text(html) {
        return seen(&bare(html));
    }
    let clean = Builder::empty()
        .tags(HashSet::from(KEPT))
        .clean_content_tags(HashSet::from(HIDDEN))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"])), ("ol", HashSet::from(["start"]))]))
        .url_schemes(HashSet::from(["https", "http", "mailto", "tel"]))
        .url_relative(base.map_or(UrlRelative::Deny, |base| UrlRelative::RewriteWithBase(base.clone())))
        .link_rel(None)
        .clean(html)
        .to_string();
    let options = Options {
        br_style: BrStyle::Backslash,
        bullet_list_marker: BulletListMarker::Dash,
        ul_bullet_spacing: 1,
        ol_number_spacing: 1,
        ..Options::default()
    };
    // It writes to memory, which cannot fail; if it ever does, the words are what matters.
    let converted = HtmlToMarkdown::builder().options(options).build().convert(&clean);
    seen(&converted.unwrap_or_else(|_| bare(html)))
}

/// Words alone, and what divides them.
static WORDS: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder.tags(HashSet::from(["br", "p", "div", "li", "td", "th"])).clean_content_tags(HashSet::from(HIDDEN));
    builder
});

/// The words of some HTML on one line, and at most so many characters of them.
pub(super) fn line(html: &str, most: usize) -> String {
    let html = cut(html);
    let words = if is_text(html) { bare(&WORDS.clean(html).to_string()) } else { bare(html) };
    let words = seen(&words);
    match words.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", words.get(..at).unwrap_or_default().trim_end()),
        None => words,
    }
}

fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text)
}

/// Whether no more elements are open at any place than a text needs.
fn is_text(html: &str) -> bool {
    let mut open = 0_usize;
    for tag in html.split('<').skip(1) {
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        if tag.starts_with('/') {
            open = open.saturating_sub(1);
        } else if !name.is_empty() && !SHALLOW.contains(&name.as_str()) {
            open = open.saturating_add(1);
        }
        if open > DEEPEST {
            return false;
        }
    }
    true
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

/// Without control characters and without those that nobody sees: a person would be refused them, a website is not asked.
fn seen(text: &str) -> String {
    let mut text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    while let Some(unseen) = content::unseen(&text) {
        text = text.replace(unseen, "");
    }
    text
}
