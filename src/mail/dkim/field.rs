//! The DKIM-Signature field (RFC 6376 §3.5), folded at 76 columns.

use jiff::Timestamp;

use super::key::{Algorithm, KeyName};

const COLUMNS: usize = 76;

/// Appends the field up to and with `b=`, without a line end.
pub(super) fn write(
    name: &KeyName,
    algorithm: Algorithm,
    at: Timestamp,
    signed: &[&'static str],
    body_hash: &str,
    out: &mut String,
) {
    out.push_str("DKIM-Signature: v=1;");
    let mut column = "DKIM-Signature: v=1;".len();
    let mut tag = |name: &str, value: &str| {
        let width = name.len().saturating_add(value.len()).saturating_add(3);
        if column.saturating_add(width) > COLUMNS {
            out.push_str("\r\n");
            column = 0;
        }
        for word in [" ", name, "=", value, ";"] {
            out.push_str(word);
        }
        column = column.saturating_add(width);
    };
    tag("a", algorithm.tag());
    tag("c", "relaxed/relaxed");
    tag("d", &name.domain);
    tag("s", &name.selector);
    tag("q", "dns/txt");
    tag("t", &at.as_second().to_string());
    // The names may be folded between each other, not inside (§3.5, h=).
    out.push_str("\r\n h=");
    column = " h=".len();
    for (n, name) in signed.iter().enumerate() {
        // With the colon before it, and room for the semicolon after it.
        if column.saturating_add(name.len()).saturating_add(2) > COLUMNS {
            out.push_str("\r\n ");
            column = 1;
        }
        if n > 0 {
            out.push(':');
            column = column.saturating_add(1);
        }
        out.push_str(name);
        column = column.saturating_add(name.len());
    }
    out.push_str(";\r\n bh=");
    out.push_str(body_hash);
    out.push_str(";\r\n b=");
}

/// Appends the signature, folded, and the line end. Nothing of it is hashed.
pub(super) fn finish(signature: &str, out: &mut String) {
    let mut rest = signature;
    let mut room = COLUMNS.saturating_sub(" b=".len());
    while let Some((line, after)) = rest.split_at_checked(room).filter(|(_, after)| !after.is_empty()) {
        out.push_str(line);
        out.push_str("\r\n ");
        rest = after;
        room = COLUMNS.saturating_sub(1);
    }
    out.push_str(rest);
    out.push_str("\r\n");
}
