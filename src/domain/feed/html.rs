//! HTML of other people's feeds, made into Markdown and into lines of ours.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, Url, UrlRelative};
use htmd::HtmlToMarkdown;
use htmd::options::{BrStyle, BulletListMarker, Options};

use crate::domain::content;

/// Bytes that are looked at; an issue would not take a longer text.
pub(super) const LONGEST: usize = 100_000;
/// HTML nested deeper than this is no text. Parsers take time that grows with the square of the depth, or call themselves for
/// each level until there is no stack left.
const DEEPEST: usize = 100;

/// Elements whose content is not meant for readers.
const HIDDEN: [&str; 8] = ["script", "style", "title", "template", "noscript", "iframe", "select", "textarea"];

const MOST_ATTRIBUTES: usize = 100;

/// Elements without an end.
const EMPTY: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Elements that end where another of their kind begins, or with what they stand in.
const ENDED_BY_OTHERS: [&str; 10] = ["dd", "dt", "li", "option", "p", "tbody", "td", "th", "thead", "tr"];

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
        return as_markdown(&seen(&bare(html)));
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
    seen(&converted.unwrap_or_else(|_| as_markdown(&bare(html))))
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

/// Whether no more elements are open at any place than a text needs, and no tag has more attributes. Never an estimate that is too
/// low: what ends in the wrong order stays open here.
fn is_text(html: &str) -> bool {
    let mut open: Vec<String> = Vec::new();
    for piece in html.split('<').skip(1) {
        let tag = piece.split('>').next().unwrap_or_default();
        if tag.split_whitespace().count() > MOST_ATTRIBUTES {
            return false;
        }
        let (ends, rest) = tag.strip_prefix('/').map_or((false, tag), |rest| (true, rest));
        let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        if name.is_empty() || EMPTY.contains(&name.as_str()) {
            continue;
        }
        if ends {
            // "</ul>" ends a "<li>" in it as well.
            let kept = open.iter().rposition(|one| !ENDED_BY_OTHERS.contains(&one.as_str())).map_or(0, |at| at.saturating_add(1));
            match open.last() {
                Some(last) if *last == name => drop(open.pop()),
                _ if kept > 0 && open.get(kept.saturating_sub(1)) == Some(&name) => open.truncate(kept.saturating_sub(1)),
                _ => {}
            }
            continue;
        }
        if ENDED_BY_OTHERS.contains(&name.as_str()) {
            // So does a paragraph in the one before.
            let before = open.iter().rposition(|one| one != "p" || name == "p");
            if let Some(at) = before.filter(|at| open.get(*at) == Some(&name)) {
                open.truncate(at.saturating_add(1));
                continue;
            }
        }
        open.push(name);
        if open.len() > DEEPEST {
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
    while let Some(unseen) = content::unseen(&text) {
        text = text.replace(unseen, "");
    }
    text
}
