//! News text: Markdown in, safe HTML and plain text out. Both come from the same events, so they cannot drift apart
//! (R263), and nothing an author writes is ever a template (R197) or markup of their own (R196).

mod events;
pub(super) mod from_html;
mod links;
mod markup;
mod plain;
mod typed;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use pulldown_cmark::{Event, Options, Parser};

use events::events;

pub use links::{path_segment, safe_url, shown_url};
pub use markup::is_markup;
pub use plain::{COLUMNS, text, wrap};

/// What authors may write beyond CommonMark. A footnote or a task list stays as it was typed.
const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

/// Sanitised HTML of `markdown`, with the elements of a short list only. Of HTML in it the same elements keep their meaning,
/// and of everything else the words stay. A link without a scheme becomes an https link; an image becomes a link to it, so that
/// nothing is loaded from elsewhere.
pub fn html(markdown: &str) -> String {
    let source = clean(markdown);
    let mut raw = String::with_capacity(source.len().saturating_mul(2));
    pulldown_cmark::html::push_html(&mut raw, events(&source).into_iter());
    narrow(&SANITISER.clean(&raw).to_string())
}

/// The same Markdown with every line end of its source kept as one: in Leichte Sprache each sentence has a line of its own
/// (R243), and its authors write it so.
pub fn with_lines(markdown: &str) -> String {
    let source = clean(markdown);
    let (mut kept, mut from) = (String::with_capacity(source.len()), 0);
    for (event, range) in Parser::new_ext(&source, OPTIONS).into_offset_iter() {
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
            "sup",
            "sub",
            "del",
            "ins",
            "abbr",
            "pre",
            "code",
        ]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("ol", HashSet::from(["start"])),
            ("abbr", HashSet::from(["title"])),
            ("th", HashSet::from(["style"])),
            ("td", HashSet::from(["style"])),
        ]))
        // Columns of numbers stand to the right as their author said.
        .filter_style_properties(HashSet::from(["text-align"]))
        // R228: a data table's header cells say what they head.
        .set_tag_attribute_value("th", "scope", "col")
        .url_schemes(HashSet::from(["https", "http", "mailto", "tel"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(None);
    builder
});

/// A number in a cell stays on one line.
fn narrow(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, cell)) = rest.split_once("<td") {
        out.push_str(before);
        out.push_str("<td");
        let words = cell.split_once('>').map_or("", |(_, after)| after.split('<').next().unwrap_or_default());
        if words.contains(|c: char| c.is_ascii_digit()) && words.chars().all(|c| !c.is_alphabetic()) && words.contains(' ') {
            match cell.strip_prefix(" style=\"") {
                Some(after) => {
                    out.push_str(" style=\"white-space:nowrap;");
                    rest = after;
                    continue;
                }
                None => out.push_str(" style=\"white-space:nowrap\""),
            }
        }
        rest = cell;
    }
    out.push_str(rest);
    out
}

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

#[cfg(test)]
mod tests;
