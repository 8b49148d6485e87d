//! The wire: our own stream under lettre. It hands lettre one tidy reply at a time and remembers what was really said.
//!
//! lettre reads replies as UTF-8, wants text after the code, knows only part of the codes and reads lines without a limit;
//! a relay that is merely odd would look like a broken line and become a false doubt. Both sides share the wire, so that the
//! message goes out without being copied through lettre, and so that we know which writes were begun.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// RFC 5321 §4.5.3.1.5 says 512 octets a line; R58: be patient up to 4 kB, and up to 64 kB a reply.
const LINE_LIMIT: usize = 4096;
const REPLY_LIMIT: usize = 64 * 1024;
/// What lettre gets to see of a line; its own limit is 1,000.
const SHOWN: usize = 900;

/// One whole reply, made of printable ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heard {
    pub code: u16,
    pub lines: Vec<String>,
}

impl Heard {
    /// All lines joined by a space; the enhanced code that many relays repeat on every line is kept once (RFC 2034 §4).
    pub(super) fn text(&self) -> String {
        let first_word = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
        let enhanced = self.lines.first().map(|l| first_word(l)).filter(|w| w.matches('.').count() == 2).unwrap_or_default();
        let mut text = String::new();
        for (n, line) in self.lines.iter().enumerate() {
            let line = if n > 0 && !enhanced.is_empty() { line.strip_prefix(enhanced.as_str()).unwrap_or(line) } else { line };
            if n > 0 && !line.starts_with(' ') {
                text.push(' ');
            }
            text.push_str(line);
        }
        text.trim().to_owned()
    }
}

/// What came in while nobody had asked.
pub(super) enum Unasked {
    Closed,
    Spoke,
}

pub(super) enum Transport {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Cheap to clone: every clone is the same wire.
#[derive(Clone)]
pub(super) struct Wire(Arc<Mutex<Inner>>);

struct Inner {
    transport: Transport,
    /// Read from the relay, not yet made into lines.
    raw: Vec<u8>,
    /// Tidy bytes of at most one reply, not yet handed out.
    tidy: VecDeque<u8>,
    /// Lines of the reply that is coming in, and its octets.
    lines: Vec<String>,
    octets: usize,
    code: Option<u16>,
    heard: VecDeque<Heard>,
}

impl Wire {
    pub(super) fn new(transport: Transport) -> Wire {
        Wire(Arc::new(Mutex::new(Inner {
            transport,
            raw: Vec::new(),
            tidy: VecDeque::new(),
            lines: Vec::new(),
            octets: 0,
            code: None,
            heard: VecDeque::new(),
        })))
    }

    /// The next reply, read without lettre: for the greeting and STARTTLS.
    pub(super) async fn read_reply(&mut self) -> io::Result<Heard> {
        let mut sink = [0_u8; 512];
        loop {
            if self.lock().tidy.is_empty()
                && let Some(heard) = self.take_heard()
            {
                return Ok(heard);
            }
            if self.read(&mut sink).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// The oldest reply that was handed out and not taken yet.
    pub(super) fn take_heard(&self) -> Option<Heard> {
        self.lock().heard.pop_front()
    }

    /// Lets lettre read the banner that we have read already.
    pub(super) fn replay_banner(&self) {
        self.lock().tidy.extend(b"220 ready\r\n");
    }

    /// Bytes that follow the last reply. Never waits.
    pub(super) async fn unasked(&self) -> Option<Unasked> {
        std::future::poll_fn(|cx| {
            let mut inner = self.lock();
            if !inner.raw.is_empty() || !inner.tidy.is_empty() {
                return Poll::Ready(Some(Unasked::Spoke));
            }
            Poll::Ready(match inner.fill(cx) {
                Poll::Pending => None,
                Poll::Ready(Ok(0) | Err(_)) => Some(Unasked::Closed),
                Poll::Ready(Ok(_)) => Some(Unasked::Spoke),
            })
        })
        .await
    }

    /// The transport, where this is the only handle and nothing waits unread: what was sent in clear text must not be
    /// taken for an answer inside TLS (RFC 3207 §6, CVE-2011-0411).
    pub(super) fn into_transport(self) -> Option<Transport> {
        let inner = Arc::into_inner(self.0)?.into_inner().unwrap_or_else(PoisonError::into_inner);
        (inner.raw.is_empty() && inner.tidy.is_empty()).then_some(inner.transport)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Never held across an await, and one lane uses the wire, so nobody ever waits here.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Reads once from the relay; 0 is its end.
    fn fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut space = [0_u8; 2048];
        let mut buffer = ReadBuf::new(&mut space);
        ready!(match &mut self.transport {
            Transport::Plain(s) => Pin::new(s).poll_read(cx, &mut buffer),
            Transport::Tls(s) => Pin::new(s.as_mut()).poll_read(cx, &mut buffer),
        })?;
        self.raw.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    }

    /// Makes lines out of raw bytes, up to the end of one reply.
    fn tidy_up(&mut self) -> io::Result<()> {
        while let Some(end) = self.raw.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.raw.drain(..=end).collect();
            if self.take_line(&line)? {
                return Ok(());
            }
        }
        if self.raw.len() > LINE_LIMIT { Err(unreadable("a line of its answer is too long")) } else { Ok(()) }
    }

    /// True at the last line of a reply.
    fn take_line(&mut self, line: &[u8]) -> io::Result<bool> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        self.octets += line.len();
        if line.len() > LINE_LIMIT || self.octets > REPLY_LIMIT {
            return Err(unreadable("its answer is too long"));
        }
        let (digits, rest) = line.split_at_checked(3).ok_or_else(|| unreadable("its answer is no SMTP reply"))?;
        let code = code_of(digits).ok_or_else(|| unreadable("its answer is no SMTP reply"))?;
        // RFC 5321 §4.2: the text, and with it the separator, may be missing.
        let (last, text) = match rest.split_first() {
            None => (true, rest),
            Some((b' ', text)) => (true, text),
            Some((b'-', text)) => (false, text),
            Some(_) => return Err(unreadable("its answer is no SMTP reply")),
        };
        if self.code.is_some_and(|before| before != code) {
            return Err(unreadable("its answer contradicts itself"));
        }
        let text: String = text
            .iter()
            .map(|byte| match byte {
                b' '..=b'~' => char::from(*byte),
                b'\t' => ' ',
                _ => '?',
            })
            .collect();
        let [hundreds, tens, ones] = shown_code(code);
        self.tidy.extend([hundreds, tens, ones, if last { b' ' } else { b'-' }]);
        self.tidy.extend(text.bytes().take(SHOWN));
        self.tidy.extend(b"\r\n");
        self.lines.push(text);
        self.code = if last { None } else { Some(code) };
        if last {
            self.octets = 0;
            self.heard.push_back(Heard { code, lines: std::mem::take(&mut self.lines) });
        }
        Ok(last)
    }
}

fn unreadable(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// RFC 5321 §4.2: the first digit is 2 to 5 (a server never says 1yz).
fn code_of(digits: &[u8]) -> Option<u16> {
    let code: u16 = std::str::from_utf8(digits).ok().filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
    (200..600).contains(&code).then_some(code)
}

/// lettre takes a second digit above 5 for a broken reply; RFC 5321 §4.2.1: unknown codes act like x00.
fn shown_code(code: u16) -> [u8; 3] {
    let digit = |n: u16| u8::try_from(n % 10).map_or(b'0', |d| b'0' + d);
    let tens = if code / 10 % 10 > 5 { 0 } else { code / 10 };
    [digit(code / 100), digit(tens), digit(code)]
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut inner = self.lock();
        loop {
            if !inner.tidy.is_empty() {
                let (waiting, _) = inner.tidy.as_slices();
                let n = waiting.len().min(out.remaining());
                let (now, _) = waiting.split_at(n);
                out.put_slice(now);
                inner.tidy.drain(..n);
                return Poll::Ready(Ok(()));
            }
            inner.tidy_up()?;
            if inner.tidy.is_empty() && ready!(inner.fill(cx))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.lock().transport {
            Transport::Plain(s) => Pin::new(s).poll_write(cx, bytes),
            Transport::Tls(s) => Pin::new(s.as_mut()).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.lock().transport {
            Transport::Plain(s) => Pin::new(s).poll_flush(cx),
            Transport::Tls(s) => Pin::new(s.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.lock().transport {
            Transport::Plain(s) => Pin::new(s).poll_shutdown(cx),
            Transport::Tls(s) => Pin::new(s.as_mut()).poll_shutdown(cx),
        }
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.lock().transport {
            Transport::Plain(s) => s.peer_addr(),
            Transport::Tls(s) => s.get_ref().0.peer_addr(),
        }
    }
}

impl fmt::Debug for Wire {
    /// Nothing of what goes over it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}
