//! Which addresses a link may have, how they look when shown, and where bare ones begin and end.

use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

use crate::domain::address::mailto;

/// An absolute, ASCII-only address with an allowed scheme, or nothing.
///
/// `www.…` and `http://…` become https (R50); `mailto:` and `tel:` stay; everything else (`javascript:`, `data:`,
/// relative paths) is refused (R196). Hosts become A-labels, other characters are percent-encoded, so that the HTML and
/// the text part carry the same octets.
pub fn safe_url(target: &str) -> Option<String> {
    let target = target.trim();
    if target.chars().any(|c| c.is_control() || c == '\\') {
        return None;
    }
    if let Some(rest) = without_prefix(target, "mailto:").filter(|rest| rest.contains('@')) {
        let (address, query) = rest.split_once('?').map_or((rest, None), |(address, query)| (address, Some(query)));
        let written =
            percent_decoded(address).as_deref().and_then(mailto).unwrap_or_else(|| format!("mailto:{}", encoded(address)));
        return Some(match query {
            Some(query) => format!("{written}?{}", encoded(query)),
            None => written,
        });
    }
    if let Some(rest) = without_prefix(target, "tel:").filter(|rest| !rest.is_empty()) {
        return Some(format!("tel:{}", encoded(rest)));
    }
    let rest = without_prefix(target, "https://")
        .or_else(|| without_prefix(target, "http://"))
        .or_else(|| without_prefix(target, "www.").map(|_| target))?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end)?;
    // Names and passwords before the host only ever serve to deceive.
    if host.is_empty() || host.contains('@') {
        return None;
    }
    let (name, port) = host
        .rsplit_once(':')
        .filter(|(_, port)| port.chars().all(|c| c.is_ascii_digit()))
        .map_or((host, None), |(n, p)| (n, Some(p)));
    let name = idna::domain_to_ascii(name).ok().filter(|name| !name.is_empty())?;
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("https://{name}{port}{}", encoded(path)))
}

/// An address as a reader wants to see it: without scheme and closing slash.
pub fn shown_url(url: &str) -> String {
    let short = ["https://", "mailto:", "tel:"].iter().find_map(|prefix| url.strip_prefix(prefix)).unwrap_or(url);
    short.strip_suffix('/').unwrap_or(short).to_owned()
}

fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// None: there is a `%` in it that encodes nothing.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex: String = rest.by_ref().take(2).map(char::from).filter(char::is_ascii_hexdigit).collect();
            bytes.push(u8::from_str_radix(&hex, 16).ok().filter(|_| hex.len() == 2)?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// RFC 3986 §2.1: what is not a URL character is percent-encoded; `%` stays, it already encodes something.
fn encoded(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for byte in part.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c) {
            out.push(c);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// One step of a path, percent-encoded (RFC 3986 §3.3).
pub fn path_segment(name: &str) -> String {
    encoded(&name.replace(['/', '?', '#', '%', '[', ']', ':', '@', '\\'], "_"))
}

pub(super) fn start<'a>(url: &str) -> Event<'a> {
    Event::Start(Tag::Link {
        link_type: LinkType::Inline,
        dest_url: CowStr::from(url.to_owned()),
        title: CowStr::from(""),
        id: CowStr::from(""),
    })
}

/// Pushes `words`, with every bare address in it made a link.
pub(super) fn link_bare<'a>(words: &str, out: &mut Vec<Event<'a>>) {
    let mut rest = words;
    while let Some((before, address, after)) = next_bare(rest) {
        let Some(url) = safe_url(address) else {
            push_text(before, out);
            push_text(address, out);
            rest = after;
            continue;
        };
        push_text(before, out);
        out.push(start(&url));
        out.push(Event::Text(shown_url(&url).into()));
        out.push(Event::End(TagEnd::Link));
        rest = after;
    }
    push_text(rest, out);
}

fn push_text<'a>(words: &str, out: &mut Vec<Event<'a>>) {
    if !words.is_empty() {
        out.push(Event::Text(words.to_owned().into()));
    }
}

/// Splits at the first address that starts a word. Punctuation that ends the sentence is not part of it.
fn next_bare(text: &str) -> Option<(&str, &str, &str)> {
    let begin = ["https://", "http://", "www."]
        .iter()
        .flat_map(|prefix| text.match_indices(prefix).map(|(at, _)| at))
        .filter(|at| {
            text.get(..*at)
                .and_then(|before| before.chars().next_back())
                .is_none_or(|c| !c.is_alphanumeric() && c != '.' && c != '/' && c != '@')
        })
        .min()?;
    let (before, from) = text.split_at_checked(begin)?;
    let end = from.find(|c: char| c.is_whitespace() || "<>\"«»„“”‚‘’`|".contains(c)).unwrap_or(from.len());
    let mut address = from.get(..end)?;
    while let Some(last) = address.chars().next_back() {
        // A closing parenthesis belongs to the address only if the address opened it.
        let closes_nothing = last == ')' && address.matches(')').count() > address.matches('(').count();
        if ".,;:!?'…*_".contains(last) || closes_nothing {
            address = address.get(..address.len().checked_sub(last.len_utf8())?)?;
        } else {
            break;
        }
    }
    Some((before, address, from.get(address.len()..)?))
}
