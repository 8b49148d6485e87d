//! What the fake relay reads out of a client's lines and addresses.

pub(super) fn between(line: &str) -> String {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| path.to_owned()).unwrap_or_default()
}

pub(super) fn local_part(address: &str) -> String {
    let local = address.split('@').next().unwrap_or_default();
    local.split('+').next().unwrap_or_default().to_ascii_lowercase()
}

pub(super) fn code_after(fault: &str, prefixes: &[&str]) -> Option<u16> {
    prefixes.iter().find_map(|prefix| fault.strip_prefix(prefix)?.parse().ok())
}
