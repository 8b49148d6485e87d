//! HTML that stands in the middle of Markdown: what is markup of a kind we know keeps its meaning, everything else stays the
//! words it was typed as. Nothing that a reader should read gets lost between the two.

use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

/// The elements of HTML. A name that is none of them, as in `<Name>`, was never meant as markup.
const ELEMENTS: [&str; 120] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "basefont",
    "bdi",
    "bdo",
    "big",
    "blink",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "map",
    "mark",
    "marquee",
    "menu",
    "meta",
    "meter",
    "nav",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "param",
    "path",
    "picture",
    "pre",
    "progress",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "script",
    "section",
    "select",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "video",
];

/// Elements that begin a line of their own.
const BLOCKS: [&str; 35] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "legend",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "tr",
    "ul",
];

/// Attributes that have no value.
const BARE: [&str; 13] = [
    "allowfullscreen",
    "async",
    "autoplay",
    "compact",
    "controls",
    "defer",
    "download",
    "hidden",
    "loop",
    "muted",
    "nowrap",
    "open",
    "reversed",
];

/// What `<…>` says.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Open {
        name: String,
        attributes: Vec<(String, String)>,
    },
    Close(String),
    /// A comment or a declaration: nothing a reader should see.
    Unseen,
    Words,
}

/// Whether `<…>` is HTML of a kind we know, and not words.
pub fn is_markup(raw: &str) -> bool {
    !matches!(piece(raw), Piece::Words)
}

/// Takes `<…>` apart, as it stands in the source.
fn piece(raw: &str) -> Piece {
    let Some(inside) = raw.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) else { return Piece::Words };
    if inside.starts_with(['!', '?']) {
        return Piece::Unseen;
    }
    let (inside, closes) = inside.strip_prefix('/').map_or((inside, false), |rest| (rest, true));
    let inside = inside.strip_suffix('/').unwrap_or(inside);
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len());
    let (name, rest) = inside.split_at_checked(end).unwrap_or((inside, ""));
    let name = name.to_ascii_lowercase();
    if !ELEMENTS.contains(&name.as_str()) || rest.starts_with(|c: char| !c.is_whitespace()) {
        return Piece::Words;
    }
    if closes {
        return if rest.trim().is_empty() { Piece::Close(name) } else { Piece::Words };
    }
    match attributes(rest) {
        Some(attributes) => Piece::Open { name, attributes },
        None => Piece::Words,
    }
}

/// None: these are words, as in `a<b und b>c`.
fn attributes(text: &str) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end)?;
        let name = name.to_ascii_lowercase();
        let Some(value) = after.trim_start().strip_prefix('=').map(str::trim_start) else {
            if !BARE.contains(&name.as_str()) {
                return None;
            }
            rest = after.trim_start();
            continue;
        };
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value.get(1..)?.split_once(quote)?,
            _ => value.split_at_checked(value.find(char::is_whitespace).unwrap_or(value.len()))?,
        };
        found.push((name, unescaped(value)));
        rest = after.trim_start();
    }
    Some(found)
}

/// The five entities of XML, which is what editors write into attributes.
fn unescaped(value: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(value.to_owned(), |value, (from, to)| value.replace(from, to))
}

/// HTML in which everything that is no markup of a kind we know is written so that it stays words.
pub(super) fn with_words(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, from)) = rest.split_once('<') {
        out.push_str(before);
        let raw_end = from.find(['<', '>']).filter(|at| from.get(*at..).is_some_and(|tail| tail.starts_with('>')));
        let comment = from.starts_with(['!', '?']);
        let is_markup = comment
            || raw_end.is_some_and(|end| {
                from.get(..=end).is_some_and(|tag| !matches!(piece(&format!("<{tag}")), Piece::Words))
            })
            // An attribute may hold ">".
            || raw_end.is_some() && from.split_once('>').is_some_and(|(tag, _)| tag.contains('='));
        out.push_str(if is_markup { "<" } else { "&lt;" });
        rest = from;
    }
    out.push_str(rest);
    out
}

/// An element whose end has not come yet.
struct Open {
    name: String,
    /// Where its start stands among the events.
    at: usize,
    /// How it was typed.
    raw: String,
    end: Event<'static>,
    /// How many elements of Markdown are open around it.
    depth: usize,
}

/// Replaces inline HTML by events of what it means.
pub(super) fn inline(events: Vec<Event<'static>>) -> Vec<Event<'static>> {
    let mut out: Vec<Event<'static>> = Vec::with_capacity(events.len());
    let mut open: Vec<Open> = Vec::new();
    let mut depth = 0_usize;
    for event in events {
        match event {
            Event::InlineHtml(raw) => take(&raw, depth, &mut open, &mut out),
            Event::Start(tag) => {
                depth = depth.saturating_add(1);
                out.push(Event::Start(tag));
            }
            Event::End(tag) => {
                while let Some(unclosed) = open.pop_if(|one| one.depth >= depth) {
                    give_up(&unclosed, &mut out);
                }
                depth = depth.saturating_sub(1);
                out.push(Event::End(tag));
            }
            other => out.push(other),
        }
    }
    while let Some(unclosed) = open.pop() {
        give_up(&unclosed, &mut out);
    }
    out
}

fn take(raw: &str, depth: usize, open: &mut Vec<Open>, out: &mut Vec<Event<'static>>) {
    match piece(raw) {
        Piece::Words => out.push(Event::Text(raw.to_owned().into())),
        Piece::Unseen => {}
        Piece::Open { name, attributes } => {
            let attribute = |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
            if name == "br" || BLOCKS.contains(&name.as_str()) {
                out.push(Event::HardBreak);
            } else if name == "img" {
                let dest = CowStr::from(attribute("src").unwrap_or_default().to_owned());
                let none = || CowStr::from("");
                out.push(Event::Start(Tag::Image { link_type: LinkType::Inline, dest_url: dest, title: none(), id: none() }));
                out.push(Event::Text(attribute("alt").unwrap_or_default().to_owned().into()));
                out.push(Event::End(TagEnd::Image));
            } else if matches!(name.as_str(), "td" | "th") {
                out.push(Event::Text(" ".into()));
            } else if let Some((start, end)) = meaning(&name, attribute("href"), attribute("title")) {
                open.push(Open { name, at: out.len(), raw: raw.to_owned(), end, depth });
                out.push(start);
            }
        }
        Piece::Close(name) => {
            if BLOCKS.contains(&name.as_str()) {
                out.push(Event::HardBreak);
                return;
            }
            if !open.iter().any(|one| one.name == name && one.depth == depth) {
                return;
            }
            while let Some(one) = open.pop() {
                if one.name == name {
                    out.push(one.end);
                    return;
                }
                give_up(&one, out);
            }
        }
    }
}

/// An element that nobody closes was no markup: `a<b` and, later, `b>c`.
fn give_up(unclosed: &Open, out: &mut [Event<'static>]) {
    if let Some(start) = out.get_mut(unclosed.at) {
        *start = Event::Text(unclosed.raw.clone().into());
    }
}

/// How an element begins and ends among the events; None: only its words count.
fn meaning(name: &str, href: Option<&str>, title: Option<&str>) -> Option<(Event<'static>, Event<'static>)> {
    let pair = |start: Tag<'static>| {
        let end = start.to_end();
        Some((Event::Start(start), Event::End(end)))
    };
    let none = || CowStr::from("");
    match name {
        "b" | "strong" => pair(Tag::Strong),
        "i" | "em" | "cite" | "dfn" => pair(Tag::Emphasis),
        "s" | "strike" | "del" => pair(Tag::Strikethrough),
        "sup" => pair(Tag::Superscript),
        "sub" => pair(Tag::Subscript),
        "a" => href.and_then(|href| {
            pair(Tag::Link { link_type: LinkType::Inline, dest_url: href.to_owned().into(), title: none(), id: none() })
        }),
        "ins" => Some((Event::InlineHtml("<ins>".into()), Event::InlineHtml("</ins>".into()))),
        "q" => Some((Event::Text("\"".into()), Event::Text("\"".into()))),
        "abbr" | "acronym" => title.map(|title| {
            let title = title.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
            (Event::InlineHtml(format!("<abbr title=\"{title}\">").into()), Event::InlineHtml("</abbr>".into()))
        }),
        _ => None,
    }
}

/// The long form of an abbreviation, from the event that begins it.
pub(super) fn long_form(start: &str) -> Option<String> {
    let title = start.strip_prefix("<abbr title=\"")?.strip_suffix("\">")?;
    Some(unescaped(title))
}
