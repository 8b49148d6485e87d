//! Which addresses a link may have, how they look when shown, and where bare ones begin and end.

use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

use crate::domain::address::{Address, mailto};

/// An absolute, ASCII-only address with an allowed scheme, or nothing.
///
/// `www.…` becomes https (R50), and `http://…` stays what it says; `mailto:` and `tel:` stay; everything else (`javascript:`,
/// `data:`, relative paths) is refused (R196). Hosts become A-labels, other characters are percent-encoded, so that the HTML and
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
    let (scheme, rest) = [("https", "https://"), ("http", "http://")]
        .iter()
        .find_map(|(scheme, prefix)| Some((*scheme, without_prefix(target, prefix)?)))
        .or_else(|| without_prefix(target, "www.").map(|_| ("https", target)))?;
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
    Some(format!("{scheme}://{name}{port}{}", encoded(path)))
}

/// An address as a reader wants to see it: without scheme and closing slash, and of a mail's address nothing but that.
pub fn shown_url(url: &str) -> String {
    if let Some(address) = without_prefix(url, "mailto:") {
        return address.split('?').next().unwrap_or(address).to_owned();
    }
    let short = ["https://", "http://", "tel:"].iter().find_map(|prefix| without_prefix(url, prefix)).unwrap_or(url);
    short.strip_suffix('/').unwrap_or(short).to_owned()
}

/// Whether these words are this address as it is shown, so that it need not be said beside them.
pub(super) fn says(words: &str, url: &str) -> bool {
    words == shown_url(url)
        || ["https://", "http://", "mailto:", "tel:", ""].iter().any(|scheme| {
            ["", "/"].iter().any(|end| safe_url(&format!("{scheme}{words}{end}")).is_some_and(|address| address == url))
        })
}

/// Whether a browser opens it.
pub(super) fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
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

/// RFC 3986 §2.1: what is not a URL character is percent-encoded, brackets too, which only a host may have (§3.2.2); `%` stays,
/// it already encodes something.
fn encoded(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for byte in part.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c) {
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
        let Some(url) = target(address) else {
            push_text(before, out);
            push_text(address, out);
            rest = after;
            continue;
        };
        push_text(before, out);
        out.push(start(&url));
        out.push(Event::Text(shown_url(address).into()));
        out.push(Event::End(TagEnd::Link));
        rest = after;
    }
    push_text(rest, out);
}

/// Where an address leads that stands in the text as it is.
fn target(address: &str) -> Option<String> {
    if is_mail(address) { safe_url(&format!("mailto:{address}")) } else { safe_url(address) }
}

fn is_mail(address: &str) -> bool {
    !address.contains("://") && address.contains('@') && Address::parse(address).is_ok()
}

fn push_text<'a>(words: &str, out: &mut Vec<Event<'a>>) {
    if !words.is_empty() {
        out.push(Event::Text(words.to_owned().into()));
    }
}

/// Splits at the first address that starts a word, of a page or of a mailbox. Punctuation that ends the sentence is not part
/// of it.
pub(super) fn next_bare(text: &str) -> Option<(&str, &str, &str)> {
    let page = page_at(text);
    let mail = mail_at(text, page.as_ref().map_or(text.len(), |(begin, _)| *begin));
    let (begin, address) = mail.or(page)?;
    let (before, from) = text.split_at_checked(begin)?;
    Some((before, address, from.get(address.len()..)?))
}

fn page_at(text: &str) -> Option<(usize, &str)> {
    let begin = ["https://", "http://", "www."]
        .iter()
        .flat_map(|prefix| text.match_indices(prefix).map(|(at, _)| at))
        .filter(|at| {
            text.get(..*at)
                .and_then(|before| before.chars().next_back())
                .is_none_or(|c| !c.is_alphanumeric() && c != '.' && c != '/' && c != '@')
        })
        .min()?;
    let from = text.get(begin..)?;
    let end = from.find(|c: char| c.is_whitespace() || "<>\"«»‹›„“”‚‘’`|".contains(c)).unwrap_or(from.len());
    Some((begin, without_end(from.get(..end)?)))
}

/// The address of a mailbox that ends before `limit`.
fn mail_at(text: &str, limit: usize) -> Option<(usize, &str)> {
    for (at, _) in text.match_indices('@').take_while(|(at, _)| *at < limit) {
        let local = text.get(..at)?.rsplit(|c: char| !c.is_alphanumeric() && !"._%+-".contains(c)).next()?;
        let local = local.trim_start_matches('.');
        let domain = text.get(at.saturating_add(1)..)?.split(|c: char| !c.is_alphanumeric() && !".-".contains(c)).next()?;
        let domain = domain.trim_end_matches(['.', '-']);
        let (begin, end) = (at.checked_sub(local.len())?, at.saturating_add(1).saturating_add(domain.len()));
        let address = text.get(begin..end)?;
        // A path, a name on a social network, a part of something longer.
        let stands_alone = text.get(..begin)?.chars().next_back().is_none_or(|c| !"/@:".contains(c))
            && text.get(end..)?.chars().next().is_none_or(|c| !"@/".contains(c));
        if stands_alone && !local.is_empty() && domain.contains('.') && is_mail(address) {
            return Some((begin, address));
        }
    }
    None
}

/// Punctuation that ends a sentence, and brackets that were opened before the address.
fn without_end(mut address: &str) -> &str {
    while let Some(last) = address.chars().next_back() {
        let opens = match last {
            ')' => Some('('),
            ']' => Some('['),
            '}' => Some('{'),
            _ => None,
        };
        let closes_nothing = opens.is_some_and(|open| address.matches(last).count() > address.matches(open).count());
        if ".,;:!?'…*_~".contains(last) || closes_nothing {
            address = address.strip_suffix(last).unwrap_or_default();
        } else {
            break;
        }
    }
    address
}
