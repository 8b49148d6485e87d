//! What an author typed, made ready for the parser of Markdown: signs that are letters (inside words, inside addresses, at the
//! beginning of a line that is no list) are marked as such, and blocks of HTML become Markdown.

use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Parser, Tag};

use super::links::{next_bare, safe_url};
use super::{OPTIONS, from_html, markup};

/// A piece of the source, and what stands there instead.
struct Edit {
    at: Range<usize>,
    with: String,
}

/// What the parser makes of the source as it is.
#[derive(Default)]
struct Seen {
    /// Code, addresses in `<…>`, and HTML: signs in them are letters already.
    literal: Vec<Range<usize>>,
    /// Blocks of HTML that lie in nothing else.
    html: Vec<Range<usize>>,
    /// Words outside of links; in links, words that are no address.
    words: Vec<Range<usize>>,
}

impl Seen {
    fn is_literal(&self, at: usize) -> bool {
        within(&self.literal, at)
    }
}

/// `ranges` in their order.
fn within(ranges: &[Range<usize>], at: usize) -> bool {
    let before = ranges.partition_point(|range| range.start <= at);
    before.checked_sub(1).and_then(|last| ranges.get(last)).is_some_and(|range| range.contains(&at))
}

/// The same text in which the parser finds only what its author meant.
pub(super) fn letters(source: &str) -> String {
    let seen = look(source);
    let mut edits: Vec<Edit> = Vec::new();
    for range in &seen.html {
        let html = source.get(range.clone()).unwrap_or_default();
        let markdown = from_html::markdown(&markup::with_words(html), None);
        edits.push(Edit { at: range.clone(), with: format!("\n{markdown}\n\n") });
    }
    let mut letters: HashSet<usize> = HashSet::new();
    stars(source, &mut letters);
    addresses(source, &mut letters);
    lines(source, &mut letters);
    definitions(source, &mut letters);
    letters.retain(|at| !seen.is_literal(*at) && !source.get(..*at).is_some_and(|before| before.ends_with('\\')));
    labels(source, &seen, &letters, &mut edits);
    edits.extend(letters.into_iter().map(|at| Edit { at: at..at, with: "\\".to_owned() }));
    edits.sort_by_key(|edit| (edit.at.start, edit.at.end));
    let (mut out, mut from) = (String::with_capacity(source.len()), 0);
    for Edit { at, with } in edits {
        if at.start < from {
            continue;
        }
        out.push_str(source.get(from..at.start).unwrap_or_default());
        out.push_str(&with);
        from = at.end;
    }
    out.push_str(source.get(from..).unwrap_or_default());
    out
}

fn look(source: &str) -> Seen {
    let mut seen = Seen::default();
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(source, OPTIONS).into_offset_iter() {
        match &event {
            Event::Code(_) | Event::InlineHtml(_) | Event::Html(_) => seen.literal.push(range.clone()),
            Event::Start(Tag::CodeBlock(_)) => seen.literal.push(range.clone()),
            Event::Start(Tag::Link { link_type: LinkType::Autolink | LinkType::Email, .. }) => seen.literal.push(range.clone()),
            Event::Start(Tag::HtmlBlock) if depth == 0 => seen.html.push(range.clone()),
            Event::Text(_) => seen.words.push(range.clone()),
            _ => {}
        }
        match event {
            Event::Start(_) => depth = depth.saturating_add(1),
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    seen.literal.sort_by_key(|range| range.start);
    seen.words.sort_by_key(|range| range.start);
    seen
}

fn before(source: &str, at: usize) -> Option<char> {
    source.get(..at).and_then(|before| before.chars().next_back())
}

fn after(source: &str, at: usize) -> Option<char> {
    source.get(at..).and_then(|after| after.chars().next())
}

/// `Teilnehmer*innen`, `5*3*2`, `2**10`, `ca. ~5`: within words a star is a letter, between digits any number of them, and one
/// tilde alone strikes nothing out.
fn stars(source: &str, letters: &mut HashSet<usize>) {
    let mut from = 0;
    while let Some(found) = source.get(from..).and_then(|rest| rest.find(['*', '~'])) {
        let at = from.saturating_add(found);
        let sign = after(source, at).unwrap_or('*');
        let run = source.get(at..).unwrap_or_default().chars().take_while(|c| *c == sign).count();
        let end = at.saturating_add(run);
        let (left, right) = (before(source, at), after(source, end));
        let inside = |test: fn(char) -> bool| left.is_some_and(test) && right.is_some_and(test);
        let is_letter = match (sign, run) {
            ('~', 1) => true,
            ('*', 1) => inside(char::is_alphanumeric),
            _ => inside(|c| c.is_ascii_digit()),
        };
        if is_letter {
            letters.extend(at..end);
        }
        from = end;
    }
}

/// In an address every sign belongs to the address.
fn addresses(source: &str, letters: &mut HashSet<usize>) {
    let mut from = 0;
    while let Some((before, address, _)) = source.get(from..).and_then(next_bare) {
        let begin = from.saturating_add(before.len());
        // In the target of a link they are letters already, and a backslash before them changes nothing.
        let signs = address.char_indices().filter(|(_, c)| "*_~&`".contains(*c));
        letters.extend(signs.map(|(at, _)| begin.saturating_add(at)));
        from = begin.saturating_add(address.len());
    }
}

/// One or two dashes below a line, as before a signature, make no heading of it.
fn lines(source: &str, letters: &mut HashSet<usize>) {
    let (mut at, mut below_words) = (0_usize, false);
    for line in source.split_inclusive('\n') {
        let words = line.trim();
        if below_words && matches!(words, "-" | "--" | "=" | "==") {
            letters.insert(at.saturating_add(line.find(['-', '=']).unwrap_or_default()));
        }
        below_words = !words.is_empty();
        at = at.saturating_add(line.len());
    }
}

/// `[Hinweis]: siehe oben` and `[^1]: Quelle` are words, unless they give an address to a link that is there.
fn definitions(source: &str, letters: &mut HashSet<usize>) {
    let parser = Parser::new_ext(source, OPTIONS);
    let known: Vec<(String, Range<usize>, bool)> = parser
        .reference_definitions()
        .iter()
        .map(|(label, definition)| (label.to_lowercase(), definition.span.clone(), safe_url(&definition.dest).is_some()))
        .collect();
    let mut used = HashSet::new();
    for event in parser {
        if let Event::Start(Tag::Link { id, .. } | Tag::Image { id, .. }) = event {
            used.insert(id.to_lowercase());
        }
    }
    for (label, span, is_address) in known {
        if !is_address || !used.contains(&label) {
            letters.insert(span.start);
        }
    }
    letters.extend(source.match_indices("[^").map(|(at, _)| at));
}

/// `**Ort:**Leipzig`: a letter after the closing stars makes no difference to what was meant.
fn labels(source: &str, seen: &Seen, letters: &HashSet<usize>, edits: &mut Vec<Edit>) {
    let is_words = |at: usize| within(&seen.words, at);
    for (sign, open, close) in [("**", "<strong>", "</strong>"), ("*", "<em>", "</em>")] {
        let mut from: Option<usize> = None;
        let mut line_end = 0;
        for (at, _) in source.match_indices(sign) {
            let end = at.saturating_add(sign.len());
            let (left, right) = (before(source, at), after(source, end));
            if left == Some('*') || right == Some('*') || letters.contains(&at) || !is_words(at) {
                continue;
            }
            if source.get(line_end..at).is_some_and(|between| between.contains("\n\n")) {
                from = None;
            }
            line_end = at;
            let closes =
                left.is_some_and(|c| !c.is_whitespace() && !c.is_alphanumeric()) && right.is_some_and(char::is_alphanumeric);
            match from {
                Some(begin) if closes => {
                    edits.push(Edit { at: begin..begin.saturating_add(sign.len()), with: open.to_owned() });
                    edits.push(Edit { at: at..end, with: close.to_owned() });
                    from = None;
                }
                _ if right.is_some_and(|c| !c.is_whitespace()) && left.is_none_or(|c| !c.is_alphanumeric()) => from = Some(at),
                _ => {}
            }
        }
    }
}
