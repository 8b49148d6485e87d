//! "relaxed" canonicalisation (RFC 6376 §3.4.2, §3.4.4) and the choice of header fields that are signed.

/// A header field that is signed where it is there, and whether its name stands in `h=` once more than the field does, so
/// that nobody can add another (RFC 6376 §5.4.2, §8.15).
struct Field {
    name: &'static str,
    /// R118.
    oversigned: bool,
}

const fn signed(name: &'static str) -> Field {
    Field { name, oversigned: false }
}

const fn oversigned(name: &'static str) -> Field {
    Field { name, oversigned: true }
}

/// R117 and R118, in the order of `h=`.
const FIELDS: [Field; 20] = [
    oversigned("From"),
    oversigned("To"),
    oversigned("Cc"),
    oversigned("Subject"),
    oversigned("Date"),
    oversigned("Reply-To"),
    oversigned("Sender"),
    oversigned("Message-ID"),
    oversigned("MIME-Version"),
    oversigned("Content-Type"),
    signed("Content-Transfer-Encoding"),
    signed("List-Id"),
    oversigned("List-Unsubscribe"),
    oversigned("List-Unsubscribe-Post"),
    signed("List-Help"),
    signed("List-Owner"),
    signed("List-Archive"),
    signed("Feedback-ID"),
    signed("Auto-Submitted"),
    signed("Precedence"),
];

/// Appends the canonical form of the fields that are signed, and returns the names for `h=`. `head` ends with the last
/// field's CRLF.
pub(super) fn headers(head: &[u8], out: &mut Vec<u8>) -> Vec<&'static str> {
    let mut present: Vec<(&'static str, &[u8])> = Vec::with_capacity(FIELDS.len());
    let mut rest = head;
    while !rest.is_empty() {
        let (field, after) = rest.split_at_checked(field_length(rest)).unwrap_or((rest, &[]));
        rest = after;
        let name = field.split(|octet| *octet == b':').next().unwrap_or_default().trim_ascii_end();
        if let Some(known) = FIELDS.iter().find(|known| known.name.as_bytes().eq_ignore_ascii_case(name)) {
            present.push((known.name, field));
        }
    }
    let mut names = Vec::with_capacity(FIELDS.len().saturating_mul(2));
    for Field { name, oversigned } in &FIELDS {
        // RFC 6376 §5.4.2: where a field is there twice, the last comes first.
        for (_, raw) in present.iter().rev().filter(|(present, _)| present == name) {
            field(raw, out);
            out.extend_from_slice(b"\r\n");
            names.push(*name);
        }
        if *oversigned {
            names.push(*name);
        }
    }
    names
}

/// Octets of the first field with its continuation lines and line end.
fn field_length(head: &[u8]) -> usize {
    let ends = head.windows(2).enumerate().filter(|(_, two)| *two == b"\r\n").map(|(at, _)| at.saturating_add(2));
    let mut ends = ends.filter(|end| !matches!(head.get(*end), Some(b' ' | b'\t')));
    ends.next().unwrap_or(head.len())
}

/// Appends a field in canonical form, without a line end: name in lower case, unfolded, white space as one space and none
/// around the colon and at the end (§3.4.2).
pub(super) fn field(raw: &[u8], out: &mut Vec<u8>) {
    let colon = raw.iter().position(|octet| *octet == b':').unwrap_or(raw.len());
    let (name, value) = raw.split_at_checked(colon).unwrap_or((raw, &[]));
    out.extend(name.trim_ascii_end().iter().map(u8::to_ascii_lowercase));
    out.push(b':');
    let value = value.strip_prefix(b":").unwrap_or(value);
    let mut words = value.split(|octet| matches!(octet, b' ' | b'\t' | b'\r' | b'\n')).filter(|word| !word.is_empty());
    out.extend_from_slice(words.next().unwrap_or_default());
    for word in words {
        out.push(b' ');
        out.extend_from_slice(word);
    }
}

/// Hands the canonical body to `feed`, in slices (§3.4.4): white space inside a line as one space, none at its end, no empty
/// lines at the end of the body. Runs that need no change are handed over as they are: of our own mails all but the end.
pub(super) fn body(body: &[u8], mut feed: impl FnMut(&[u8])) {
    let mut body = body;
    // A line of nothing but white space is empty too.
    while let Some(shorter) = body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b" ")).or_else(|| body.strip_suffix(b"\t"))
    {
        body = shorter;
    }
    if body.is_empty() {
        return;
    }
    // What was fed already ends at `from`; `blank` is where a run of white space began.
    let (mut from, mut blank) = (0, None);
    for (at, octet) in body.iter().enumerate() {
        if matches!(octet, b' ' | b'\t') {
            blank.get_or_insert(at);
        } else if let Some(began) = blank.take() {
            let ends_line = *octet == b'\r' && body.get(at.saturating_add(1)) == Some(&b'\n');
            if ends_line || body.get(began..at) != Some(b" ") {
                feed(body.get(from..began).unwrap_or_default());
                if !ends_line {
                    feed(b" ");
                }
                from = at;
            }
        }
    }
    feed(body.get(from..).unwrap_or_default());
    feed(b"\r\n");
}
