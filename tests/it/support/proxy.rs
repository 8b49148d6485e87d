//! A wire between a process and PostgreSQL that can be cut. It reads along (the protocol's version 3) and knows which answers
//! say that something was committed: such a request is let through, and its answer can be lost.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Is told the statements of a transaction that has just been committed; true: its answer is lost and the connection with it.
type Judge = Box<dyn FnMut(&[String]) -> bool + Send>;

pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

struct Shared {
    upstream: u16,
    judge: Mutex<Judge>,
    /// Until then every answer arrives: a process that cannot even start is another story.
    is_armed: AtomicBool,
    lost: AtomicUsize,
    /// Counts how often everything was cut.
    all: watch::Sender<usize>,
}

/// What the client has asked for on one connection.
#[derive(Default)]
struct Asked {
    /// Texts of prepared statements by their names.
    prepared: HashMap<String, String>,
    /// Since the connection was last outside of a transaction.
    statements: Vec<String>,
}

impl Proxy {
    /// In front of the server that listens on the port `upstream` of this machine.
    pub async fn before(upstream: u16, judge: impl FnMut(&[String]) -> bool + Send + 'static) -> Proxy {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let judge: Judge = Box::new(judge);
        let (is_armed, lost, all) = (AtomicBool::new(false), AtomicUsize::new(0), watch::Sender::new(0));
        let shared = Arc::new(Shared { upstream, judge: Mutex::new(judge), is_armed, lost, all });
        let listening = tokio::spawn(listen(listener, Arc::clone(&shared)));
        Proxy { port, shared, listening }
    }

    /// The database at `url`, by way of this proxy.
    pub fn url(&self, url: &str) -> String {
        url.replace(&format!(":{}/", port_of(url)), &format!(":{}/", self.port))
    }

    /// From now on answers may be lost, or none is.
    pub fn arms(&self, is_armed: bool) {
        self.shared.is_armed.store(is_armed, Ordering::SeqCst);
    }

    /// How many answers were lost.
    pub fn lost(&self) -> usize {
        self.shared.lost.load(Ordering::SeqCst)
    }

    /// Cuts every connection, whatever is on its way.
    pub fn cut_all(&self) {
        self.shared.all.send_modify(|times| *times += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// The port in `postgres://user:password@127.0.0.1:PORT/name`.
pub fn port_of(url: &str) -> u16 {
    url.rsplit_once(':').and_then(|(_, rest)| rest.split('/').next()?.parse().ok()).unwrap_or_else(|| panic!("no port in {url}"))
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped with this task, and all open connections with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((client, _)) = listener.accept() => { connections.spawn(carry(client, Arc::clone(&shared))); }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Both directions of one connection, until one of them ends; then both are closed.
async fn carry(client: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", shared.upstream)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let asked = Arc::new(Mutex::new(Asked::default()));
    let mut all = shared.all.subscribe();
    tokio::select! {
        ended = requests(from_client, to_server, &asked) => ended,
        ended = answers(from_server, to_client, &asked, &shared) => ended,
        _ = all.changed() => Ok(()),
    }
}

async fn requests(mut client: OwnedReadHalf, mut server: OwnedWriteHalf, asked: &Mutex<Asked>) -> io::Result<()> {
    // The first message alone has no type.
    let first = body(&mut client).await?;
    server.write_all(&first).await?;
    loop {
        let kind = client.read_u8().await?;
        let message = body(&mut client).await?;
        {
            let mut asked = asked.lock().expect("what was asked");
            let mut words = message[4..].split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned());
            let mut word = || words.next().unwrap_or_default();
            match kind {
                b'Q' => asked.statements.push(word()),
                b'P' => {
                    let name = word();
                    asked.prepared.insert(name, word());
                }
                b'B' => {
                    let name = (word(), word()).1;
                    let text = asked.prepared.get(&name).cloned().unwrap_or_default();
                    asked.statements.push(text);
                }
                _ => {}
            }
        }
        server.write_u8(kind).await?;
        server.write_all(&message).await?;
    }
}

async fn answers(mut server: OwnedReadHalf, mut client: OwnedWriteHalf, asked: &Mutex<Asked>, shared: &Shared) -> io::Result<()> {
    // What may be the answer to a COMMIT waits until the server says what state the connection is in.
    let (mut held, mut done) = (Vec::new(), false);
    loop {
        let kind = server.read_u8().await?;
        let message = body(&mut server).await?;
        held.push(kind);
        held.extend_from_slice(&message);
        if kind == b'C' {
            let tag = String::from_utf8_lossy(&message[4..]).into_owned();
            // A statement may write inside of a WITH, and then says SELECT.
            let writes = |text: &String| text.starts_with("WITH ") && text.contains("(UPDATE ");
            done |= ["COMMIT", "INSERT", "UPDATE", "DELETE"].iter().any(|word| tag.starts_with(word))
                || asked.lock().expect("what was asked").statements.iter().any(writes);
        }
        let outside = kind == b'Z' && message.get(4) == Some(&b'I');
        if outside {
            let statements = std::mem::take(&mut asked.lock().expect("what was asked").statements);
            if done && shared.is_armed.load(Ordering::SeqCst) && (shared.judge.lock().expect("the judge"))(&statements) {
                shared.lost.fetch_add(1, Ordering::SeqCst);
                return Ok(());
            }
        }
        if kind == b'Z' || !done {
            client.write_all(&held).await?;
            (held, done) = (Vec::new(), false);
        }
    }
}

/// A message without its type: four octets of length, which count themselves, and the rest.
async fn body(stream: &mut OwnedReadHalf) -> io::Result<Vec<u8>> {
    let length = stream.read_u32().await?;
    let mut message = length.to_be_bytes().to_vec();
    message.resize(usize::try_from(length).expect("a length"), 0);
    stream.read_exact(&mut message[4..]).await?;
    Ok(message)
}
