//! The Markdown events that both parts are made from, tidied: numbers as they were typed, lines that are meant as lines, safe
//! absolute links, headings from h3.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, LinkType, Parser, Tag, TagEnd};

use super::{OPTIONS, links, markup, safe_url, shown_url, typed};

/// Quotations, lists and emphasis within each other.
const DEEPEST: usize = 24;

/// Lines of an address or of a programme are shorter than this; prose that was wrapped by hand is wider.
const SHORT: usize = 56;

/// The events of `source`, which has been through [`super::clean`].
pub(super) fn events(source: &str) -> Vec<Event<'static>> {
    let source = typed::letters(source);
    let parsed = shallow(Parser::new_ext(&source, OPTIONS).into_offset_iter().map(|(event, range)| (event.into_static(), range)));
    let lined = lines(numbers(parsed, &source));
    linked(headings(merged(markup::inline(lined))))
}

/// Leaves out what lies deeper than anybody means; the words stay. A page of ">" would cost minutes otherwise.
fn shallow(events: impl Iterator<Item = (Event<'static>, Range<usize>)>) -> Vec<(Event<'static>, Range<usize>)> {
    let mut depth = 0_usize;
    events
        .filter_map(|(event, range)| match event {
            Event::Start(_) => {
                depth = depth.saturating_add(1);
                (depth <= DEEPEST).then_some((event, range))
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                // Words of two paragraphs stay two words.
                Some((if depth < DEEPEST { event } else { Event::SoftBreak }, range))
            }
            _ => Some((event, range)),
        })
        .collect()
}

/// Numbered lists count from their first number. One whose numbers do not count up is no list but lines that begin with a
/// number, like days: these keep the numbers that were typed.
fn numbers(events: Vec<(Event<'static>, Range<usize>)>, source: &str) -> Vec<Event<'static>> {
    let kept = lists_that_count(&events, source);
    let mut out: Vec<Event<'static>> = Vec::with_capacity(events.len());
    // Of each open list: whether its items are written as lines.
    let mut lists: Vec<bool> = Vec::new();
    let mut marker: Option<(String, usize)> = None;
    // Whether a paragraph was begun here and not by the parser.
    let mut paragraph = false;
    for (at, (event, range)) in events.into_iter().enumerate() {
        if let Some((number, begin)) = marker.take() {
            let words = Event::Text(format!("{number} ").into());
            match event {
                Event::Start(Tag::Paragraph) => {
                    out.extend([event, words]);
                    continue;
                }
                _ if is_block(&event) => out.extend([Event::Start(Tag::Paragraph), words, Event::End(TagEnd::Paragraph)]),
                _ => {
                    if paragraph {
                        out.push(Event::HardBreak);
                    } else {
                        begin_line(&mut out, source.get(..begin).unwrap_or_default());
                    }
                    paragraph = true;
                    out.push(words);
                }
            }
        }
        match event {
            Event::Start(Tag::List(_)) => {
                let as_lines = !kept.contains(&at);
                close_paragraph(&mut paragraph, &mut out);
                lists.push(as_lines);
                if !as_lines {
                    out.push(event);
                }
            }
            Event::End(TagEnd::List(_)) => {
                close_paragraph(&mut paragraph, &mut out);
                if lists.pop() != Some(true) {
                    out.push(event);
                }
            }
            Event::Start(Tag::Item) if lists.last() == Some(&true) => {
                marker = source.get(range.clone()).and_then(typed_number).map(|number| (number.to_owned(), range.start));
            }
            Event::End(TagEnd::Item) if lists.last() == Some(&true) => {}
            event => {
                if is_block(&event) && matches!(event, Event::Start(_)) {
                    close_paragraph(&mut paragraph, &mut out);
                }
                out.push(event);
            }
        }
    }
    close_paragraph(&mut paragraph, &mut out);
    out
}

/// A line that follows a paragraph without a blank line between them belongs to it: "am↵1. Mai".
fn begin_line(out: &mut Vec<Event<'static>>, before: &str) {
    let gap = before.get(before.trim_end().len()..).unwrap_or_default();
    if out.last() == Some(&Event::End(TagEnd::Paragraph)) && gap.matches('\n').count() == 1 {
        out.pop();
        out.push(Event::SoftBreak);
    } else {
        out.push(Event::Start(Tag::Paragraph));
    }
}

fn close_paragraph(paragraph: &mut bool, out: &mut Vec<Event<'static>>) {
    if std::mem::take(paragraph) {
        out.push(Event::End(TagEnd::Paragraph));
    }
}

fn is_block(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => {
            !matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. })
        }
        Event::End(tag) => {
            !matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image)
        }
        _ => false,
    }
}

/// `12.` or `12)` at the beginning of an item.
fn typed_number(item: &str) -> Option<&str> {
    let item = item.trim_start();
    let digits = item.bytes().take_while(u8::is_ascii_digit).count();
    item.get(..digits.saturating_add(1)).filter(|marker| digits > 0 && marker.ends_with(['.', ')']))
}

/// Where the lists begin that stay lists: bullets, and numbers that count up by one and begin with no zero.
fn lists_that_count(events: &[(Event<'static>, Range<usize>)], source: &str) -> Vec<usize> {
    let mut kept = Vec::new();
    // Each open list: where it begins, whether it has numbers, and how many items it has if they count up.
    let mut open: Vec<(usize, Option<u64>, Option<u64>)> = Vec::new();
    for (at, (event, range)) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::List(start)) => open.push((at, *start, Some(0))),
            Event::Start(Tag::Item) => {
                if let Some((_, Some(start), count)) = open.last_mut() {
                    let typed = source
                        .get(range.clone())
                        .and_then(typed_number)
                        .and_then(|marker| marker.get(..marker.len().checked_sub(1)?));
                    *count = count.filter(|count| typed == Some(start.saturating_add(*count).to_string().as_str()));
                    *count = count.map(|count| count.saturating_add(1));
                }
            }
            Event::End(TagEnd::List(_)) => {
                if let Some((begin, start, count)) = open.pop()
                    && (start.is_none() || count.is_some_and(|count| count > 1))
                {
                    kept.push(begin);
                }
            }
            _ => {}
        }
    }
    kept
}

/// Whether lines of a paragraph are meant as lines. Prose that somebody wrapped by hand is not: it is wide, or goes on in small
/// letters.
fn lines(mut events: Vec<Event<'static>>) -> Vec<Event<'static>> {
    let mut begin = 0;
    for at in 0..events.len() {
        match events.get(at) {
            Some(Event::Start(tag)) if is_block(&Event::Start(tag.clone())) => begin = at,
            Some(Event::End(tag)) if is_block(&Event::End(*tag)) => {
                if let Some(block) = events.get_mut(begin..at) {
                    keep_lines(block);
                }
                begin = at;
            }
            _ => {}
        }
    }
    events
}

fn keep_lines(block: &mut [Event<'static>]) {
    let mut rows: Vec<String> = vec![String::new()];
    let mut ends = Vec::new();
    for (at, event) in block.iter().enumerate() {
        match event {
            Event::Text(words) | Event::Code(words) => {
                if let Some(row) = rows.last_mut() {
                    row.push_str(words);
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                ends.push(at);
                rows.push(String::new());
            }
            _ => {}
        }
    }
    let next_begins = |test: fn(char) -> bool, row: &String| row.trim_start().chars().next().is_some_and(test);
    let all_short = rows.iter().all(|row| row.chars().count() <= SHORT);
    let rule = |row: &String| !row.contains(char::is_alphanumeric);
    let all_begin =
        rows.iter().skip(1).all(|row| rule(row) || next_begins(|c| c.is_uppercase() || c.is_numeric() || "+(".contains(c), row));
    let none_goes_on = rows.iter().all(|row| rule(row) || !row.trim_end().ends_with(['-', '–']));
    // What ends as a sentence is one.
    let sentence = rows.last().is_some_and(|row| row.trim_end().ends_with(['.', '!', '?']) && !row.trim_end().ends_with("V."));
    let address = all_short && all_begin && none_goes_on && !sentence;
    for (end, row) in ends.into_iter().zip(rows.iter().skip(1)) {
        if (address || next_begins(|c| "•‣◦▪●○■□✓✔–—→➔☐☑☒".contains(c), row))
            && let Some(event) = block.get_mut(end)
        {
            *event = Event::HardBreak;
        }
    }
}

/// Words next to each other are one text, and lines break once.
fn merged(events: Vec<Event<'static>>) -> Vec<Event<'static>> {
    let mut out: Vec<Event<'static>> = Vec::with_capacity(events.len());
    let mut words = String::new();
    for event in events {
        if let Event::Text(more) = event {
            words.push_str(&more);
            continue;
        }
        if !words.is_empty() {
            out.push(Event::Text(std::mem::take(&mut words).into()));
        }
        match event {
            Event::HardBreak | Event::SoftBreak if matches!(out.last(), Some(Event::HardBreak)) => {}
            Event::HardBreak
                if out.last().is_some_and(|last| matches!(last, Event::Start(tag) if is_block(&Event::Start(tag.clone())))) => {}
            Event::End(tag) if is_block(&Event::End(tag)) => {
                while matches!(out.last(), Some(Event::HardBreak)) {
                    out.pop();
                }
                out.push(Event::End(tag));
            }
            // A block of HTML inside of something else: its words.
            Event::Html(raw) => {
                let words = super::from_html::line(&markup::with_words(&raw), usize::MAX);
                if !words.is_empty() {
                    out.extend([Event::Start(Tag::Paragraph), Event::Text(words.into()), Event::End(TagEnd::Paragraph)]);
                }
            }
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) | Event::Rule => {}
            other => out.push(other),
        }
    }
    if !words.is_empty() {
        out.push(Event::Text(words.into()));
    }
    out
}

/// The highest level an author uses becomes h3 (the item's headline is h2), every deeper one h4, and none is skipped
/// (R229).
fn headings(mut events: Vec<Event<'static>>) -> Vec<Event<'static>> {
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
fn linked(events: Vec<Event<'static>>) -> Vec<Event<'static>> {
    let mut out = Vec::with_capacity(events.len());
    // One entry per open link or image: whether its start tag was let through, and where its words begin.
    let mut open: Vec<Option<(usize, String)>> = Vec::new();
    let mut in_code = false;
    for event in events {
        match event {
            Event::Start(Tag::CodeBlock(_)) => {
                in_code = true;
                out.push(event);
            }
            Event::End(TagEnd::CodeBlock) => {
                in_code = false;
                out.push(event);
            }
            Event::Start(Tag::Link { dest_url, link_type, .. }) => {
                let target = if link_type == LinkType::Email { format!("mailto:{dest_url}") } else { dest_url.to_string() };
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
            Event::Text(words) if !in_code && open.iter().all(Option::is_none) => links::link_bare(&words, &mut out),
            Event::Text(words) => match open.last() {
                // `<https://…>` shows its address the way a bare one does.
                Some(Some((_, target))) if safe_url(&words).as_ref() == Some(target) => {
                    out.push(Event::Text(shown_url(&words).into()));
                }
                _ => out.push(Event::Text(words)),
            },
            other => out.push(other),
        }
    }
    out
}

fn open_link(target: &str, open: &mut Vec<Option<(usize, String)>>, out: &mut Vec<Event<'static>>) {
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
