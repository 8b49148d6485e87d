//! `rundbrief bench subscribe`: fills in the form of a running instance on this machine, each time for another address, over
//! connections that stay open. It only counts; what is durable then is for the database to say.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::super::{CliError, block_on};

#[derive(clap::Args)]
pub(in crate::cli) struct Subscribe {
    /// The instance, on this machine: 127.0.0.1:8080. Its limits have to be raised by settings
    #[arg(long)]
    to: SocketAddr,
    /// The newsletter's slug
    #[arg(long)]
    newsletter: String,
    #[arg(long, default_value = "de")]
    language: String,
    #[arg(long, default_value_t = 100)]
    connections: u64,
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    #[arg(long)]
    json: bool,
}

/// What was measured.
#[derive(serde::Serialize)]
struct Figures {
    answered: usize,
    seconds: f64,
    per_second: f64,
    /// Of the time from sending to the answer's end, in ms.
    median_ms: f64,
    p99_ms: f64,
    longest_ms: f64,
}

impl Subscribe {
    pub fn run(self) -> Result<(), CliError> {
        if !self.to.ip().is_loopback() {
            return Err(super::not_here("--to"));
        }
        let json = self.json;
        let figures = block_on(self.measure())??;
        if json {
            say!("{}", serde_json::to_string(&figures).map_err(|error| CliError::Failed(error.to_string()))?);
        } else {
            say!(
                "{} sign-ups answered in {:.2} s: {:.0} a second; {:.1} ms in the middle, {:.1} ms for 99 of 100, {:.1} ms at most",
                figures.answered,
                figures.seconds,
                figures.per_second,
                figures.median_ms,
                figures.p99_ms,
                figures.longest_ms
            );
        }
        Ok(())
    }

    async fn measure(self) -> Result<Figures, CliError> {
        let began = Instant::now();
        let deadline = began + Duration::from_secs(self.seconds);
        let (next, asked) = (Arc::new(AtomicU64::new(0)), Arc::new(self));
        let visitors: Vec<_> =
            (0..asked.connections).map(|_| tokio::spawn(visit(Arc::clone(&asked), Arc::clone(&next), deadline))).collect();
        let mut took: Vec<Duration> = Vec::new();
        for visitor in visitors {
            took.extend(visitor.await.map_err(|error| CliError::Failed(error.to_string()))??);
        }
        let seconds = began.elapsed().as_secs_f64();
        took.sort_unstable();
        let at = |share: usize| {
            took.get(took.len().saturating_mul(share) / 1_000).or(took.last()).map_or(0.0, |took| took.as_secs_f64() * 1_000.0)
        };
        let answered = u32::try_from(took.len()).map_or(f64::from(u32::MAX), f64::from);
        Ok(Figures {
            answered: took.len(),
            seconds,
            per_second: answered / seconds,
            median_ms: at(500),
            p99_ms: at(990),
            longest_ms: at(1_000),
        })
    }
}

/// One connection's requests, one after the other, until the time is over; how long each took.
async fn visit(asked: Arc<Subscribe>, next: Arc<AtomicU64>, deadline: Instant) -> Result<Vec<Duration>, CliError> {
    let failed = |error: std::io::Error| CliError::Failed(format!("{}: {error}", asked.to));
    let mut stream = TcpStream::connect(asked.to).await.map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    let mut took = Vec::new();
    let mut answer = Vec::with_capacity(16 * 1_024);
    while Instant::now() < deadline {
        let number = next.fetch_add(1, Ordering::Relaxed);
        // Many domains, as there are; each address asks once.
        let body = format!(
            "email=visitor{number}%40d{}.example.org&newsletter={}&language={}",
            number % 997,
            asked.newsletter,
            asked.language
        );
        let request = format!(
            "POST /subscribe HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            asked.to,
            body.len()
        );
        let sent = Instant::now();
        stream.write_all(request.as_bytes()).await.map_err(failed)?;
        read(&mut stream, &mut answer).await.map_err(failed)?;
        took.push(sent.elapsed());
        if !answer.starts_with(b"HTTP/1.1 200 ") {
            let line = String::from_utf8_lossy(answer.split(|byte| *byte == b'\r').next().unwrap_or_default()).into_owned();
            return Err(CliError::Failed(format!("{}: {line}. Are all limits of the settings raised?", asked.to)));
        }
    }
    Ok(took)
}

/// Reads one answer to the end of its body, whose length it names.
async fn read(stream: &mut TcpStream, answer: &mut Vec<u8>) -> std::io::Result<()> {
    answer.clear();
    let mut whole = None;
    while whole.is_none_or(|whole| answer.len() < whole) {
        if stream.read_buf(answer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if whole.is_none() {
            whole =
                memchr::memmem::find(answer, b"\r\n\r\n").map(|head| head.saturating_add(4).saturating_add(length(answer, head)));
        }
    }
    Ok(())
}

/// What Content-Length says; without one there is no body.
fn length(answer: &[u8], head: usize) -> usize {
    let head = String::from_utf8_lossy(answer.get(..head).unwrap_or_default()).to_ascii_lowercase();
    head.lines().find_map(|line| line.strip_prefix("content-length:")).and_then(|value| value.trim().parse().ok()).unwrap_or(0)
}
