//! Somebody else's website: answers on a free loopback port as a story tells it to, and remembers what it was asked.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A website. It ends with the process.
#[derive(Clone)]
pub struct Site {
    address: SocketAddr,
    scheme: &'static str,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    /// By path: what comes after "HTTP/1.1 " up to the body, and the body.
    pages: HashMap<String, (String, Vec<u8>)>,
    requests: Vec<String>,
}

impl Site {
    pub fn start() -> Self {
        Self::with(None)
    }

    /// Over https, with a certificate of the authority that it writes down as `ca.pem` in this folder.
    pub fn encrypted(folder: &Path) -> Self {
        let mut authority = CertificateParams::new([]).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(folder.join("ca.pem"), authority.pem()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        Self::with(Some(Arc::new(config)))
    }

    fn with(tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let site = Self {
            address: listener.local_addr().unwrap(),
            scheme: if tls.is_some() { "https" } else { "http" },
            shared: Arc::default(),
        };
        let shared = Arc::clone(&site.shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, shared, tls) = (stream.unwrap(), Arc::clone(&shared), tls.clone());
                std::thread::spawn(move || match tls {
                    // Whoever asked may go at any time.
                    None => drop(answer(stream, &shared)),
                    Some(tls) => drop(answer(StreamOwned::new(ServerConnection::new(tls).unwrap(), stream), &shared)),
                });
            }
        });
        site
    }

    /// `head`: status and header lines, like `200 OK` and `ETag: "1"`.
    pub fn put(&self, path: &str, head: &[&str], body: impl Into<Vec<u8>>) {
        let head = head.iter().map(|line| format!("{line}\r\n")).collect();
        self.shared.lock().unwrap().pages.insert(path.to_owned(), (head, body.into()));
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What it was asked since this was called last: request lines and headers.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.lock().unwrap().requests)
    }
}

/// Reads one request and answers it.
fn answer(mut stream: impl Read + Write, shared: &Mutex<Shared>) -> std::io::Result<()> {
    let (mut request, mut octet) = (Vec::new(), [0]);
    while !request.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut octet)?;
        request.push(octet[0]);
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (head, body) = {
        let mut shared = shared.lock().unwrap();
        shared.requests.push(request.clone());
        shared.pages.get(path).cloned().unwrap_or_else(|| ("404 Not Found\r\n".to_owned(), Vec::new()))
    };
    stream.write_all(format!("HTTP/1.1 {head}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()).as_bytes())?;
    if !request.starts_with("HEAD ") {
        stream.write_all(&body)?;
    }
    stream.flush()
}
