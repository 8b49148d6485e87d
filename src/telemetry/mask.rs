//! The last look at a line of the log before it is written: no mail address and nothing as long as a token stays in it,
//! whoever put it there.

use std::borrow::Cow;

use super::TOKEN_LENGTH;

/// What stands in place of what is not shown.
const HIDDEN: &str = "…";

/// The text without addresses and tokens. What is masked already, like `smtp://…@mail.example.org`, keeps its host.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    let without = hide(text, addresses(text));
    match without {
        Cow::Borrowed(text) => hide(text, tokens(text)),
        Cow::Owned(text) => Cow::Owned(hide(&text, tokens(&text)).into_owned()),
    }
}

/// Puts [`HIDDEN`] in place of stretches (from, to), which come in order.
fn hide(text: &str, stretches: Vec<(usize, usize)>) -> Cow<'_, str> {
    if stretches.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut done = 0;
    for (from, to) in stretches {
        // In JSON the "n" of "\n" may look like the first letter; half an escape must not stay.
        let backslashes = text.get(..from).unwrap_or_default().bytes().rev().take_while(|byte| *byte == b'\\').count();
        let from = from - backslashes % 2;
        shown.push_str(text.get(done..from.max(done)).unwrap_or_default());
        shown.push_str(HIDDEN);
        done = to.max(done);
    }
    shown.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(shown)
}

/// Around each `@`, also where it is written `%40`, as in a URL.
fn addresses(text: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let plain = text.match_indices('@');
    let encoded = text.match_indices("%40");
    let mut signs: Vec<(usize, usize)> = plain.chain(encoded).map(|(at, sign)| (at, at + sign.len())).collect();
    signs.sort_unstable();
    for (at, after) in signs {
        let (before, behind) = text.split_at_checked(at).unwrap_or((text, ""));
        let behind = behind.get(after - at..).unwrap_or_default();
        let local = local_part(before);
        let domain = domain_length(behind);
        if local.is_empty() || local == HIDDEN || domain == 0 {
            continue;
        }
        let from = at - local.len();
        match found.last_mut() {
            // "a@b@example.org": one stretch.
            Some(last) if from <= last.1 => last.1 = after + domain,
            _ => found.push((from, after + domain)),
        }
    }
    found
}

/// The end of a text that may be what stands before the `@`, quoted or not.
fn local_part(before: &str) -> &str {
    if let Some(quoted) = before.strip_suffix('"') {
        let start = quoted.rfind('"').unwrap_or(0);
        return before.get(start..).unwrap_or(before);
    }
    let start = before.rfind(|c| !is_of_local_part(c)).map_or(0, |at| at + before.get(at..).map_or(0, first_length));
    before.get(start..).unwrap_or_default()
}

/// Octets of the domain, or of the network address in brackets, that a text begins with.
fn domain_length(behind: &str) -> usize {
    match behind.strip_prefix('[').and_then(|literal| literal.find(']')) {
        Some(end) => end + "[]".len(),
        None => behind.find(|c| !is_of_domain(c)).unwrap_or(behind.len()),
    }
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// RFC 5322 §3.2.3 `atext` and the dot, without the slash, which ends a part of a URL; and whatever is not ASCII (RFC 6531).
fn is_of_local_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || ".!#$%&'*+-=?^_`{|}~…".contains(c) || !(c.is_ascii() || c.is_whitespace())
}

fn is_of_domain(c: char) -> bool {
    c.is_ascii_alphanumeric() || ".-_".contains(c) || !(c.is_ascii() || c.is_whitespace() || "…“”„«»".contains(c))
}

/// Letters and digits of base64url, and of base64 but for the slash, which stands in paths: as many together as only a token has.
fn tokens(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if !(c.is_ascii_alphanumeric() || "-_+".contains(c)) {
            if at - from >= TOKEN_LENGTH {
                found.push((from, at));
            }
            from = at + c.len_utf8();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_and_no_token_passes() {
        let token = "AQGrq6urq6urq6urq6urq6urMETreeqtdmia4Ye9mY6U5w";
        for (line, shown) in [
            ("ada@example.org", "…"),
            ("to ada.lovelace+news@mail.example.org.", "to …"),
            ("Key (address)=(ada@example.org) already exists", "Key (address)=(…) already exists"),
            ("<ada@example.org>, <charles@example.org>", "<…>, <…>"),
            ("{\"email\":\"ada@example.org\",\"ms\":3}", "{\"email\":\"…\",\"ms\":3}"),
            ("RCPT TO:<jörg@bücher.example> 250 ok", "RCPT TO:<…> 250 ok"),
            ("\"ada lovelace\"@example.org is odd", "… is odd"),
            ("{\"m\":\"\\\"ada lovelace\\\"@example.org\"}", "{\"m\":\"…\"}"),
            ("{\"m\":\"two lines:\\nada@example.org\\n\"}", "{\"m\":\"two lines:…\\n\"}"),
            ("{\"m\":\"C:\\\\ada@example.org\"}", "{\"m\":\"C:\\\\…\"}"),
            ("{\"m\":\"\\nTOKEN\"}", "{\"m\":\"…\"}"),
            ("/n/weekly/ada%40example.org", "/n/weekly/…"),
            ("mailto:o'hara@example.org?subject=x", "mailto:…?subject=x"),
            ("ada@[192.0.2.1]", "…"),
            ("a@b@example.org", "…"),
            ("ada@localhost", "…"),
            ("bounce+TOKEN=x@example.org", "…"),
            ("http://localhost/confirm/TOKEN?x", "http://localhost/confirm/…?x"),
            ("token=TOKEN;", "token=…;"),
            ("TOKEN", "…"),
            ("smtp://…@mail.example.org:587", "smtp://…@mail.example.org:587"),
            ("smtp://news:secret@mail.example.org:587", "smtp://news:…:587"),
            ("nobody @ home, 3@, @x", "nobody @ home, 3@, @x"),
            ("", ""),
        ] {
            assert_eq!(masked(&line.replace("TOKEN", token)), shown.replace("TOKEN", token), "{line}");
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for line in [
            "2026-12-01T09:00:00.123456Z  INFO rundbrief::web::access: request method=\"POST\" path=\"/unsubscribe/…\" status=200",
            "rundbrief::delivery::lane: the relay is in trouble; sending rests, no reader is charged for it",
            "/archive/kinder-und-jugendhilfe-in-mitteldeutschl/12/de-simple",
            "url=https://www.example.org/news.rss database=sqlite:///var/lib/rundbrief/rundbrief.db",
        ] {
            assert_eq!(masked(line), line);
        }
    }
}
