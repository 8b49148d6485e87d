//! What the fake relay reads out of a client's lines and addresses.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// Up to the line with the lone dot, without the dots that were stuffed in.
pub(super) async fn message(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        if line == b".\r\n" {
            return Ok(data);
        }
        data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

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
