//! A wire between a node and its database that can be cut, or go dead without a word, and be mended.

use std::net::SocketAddr;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wire {
    Whole,
    /// Connections are closed, new ones too.
    Cut,
    /// Connections stay, and nothing passes.
    Dead,
}

pub struct WireCut {
    /// The database's URL by way of this wire.
    pub url: String,
    wire: watch::Sender<Wire>,
}

impl WireCut {
    /// In front of the server in `url`: `postgres://user:password@127.0.0.1:PORT/name`.
    pub async fn before(url: &str) -> WireCut {
        let (head, name) = url.rsplit_once('/').unwrap();
        let (head, port) = head.rsplit_once(':').unwrap();
        let server = SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{head}:{}/{name}", listener.local_addr().unwrap().port());
        let (wire, state) = watch::channel(Wire::Whole);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, state.clone()));
            }
        });
        WireCut { url, wire }
    }

    pub fn cut(&self) {
        self.wire.send_replace(Wire::Cut);
    }

    pub fn goes_dead(&self) {
        self.wire.send_replace(Wire::Dead);
    }

    pub fn is_mended(&self) {
        self.wire.send_replace(Wire::Whole);
    }
}

/// Passes bytes on, both ways, while the wire is whole. Dropping both ends closes them.
async fn carry(mut client: TcpStream, server: SocketAddr, mut state: watch::Receiver<Wire>) {
    if *state.borrow_and_update() == Wire::Cut {
        return;
    }
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let mut buffer = vec![0; 65_536];
    loop {
        let wire = *state.borrow_and_update();
        if wire == Wire::Cut {
            return;
        }
        let passed = tokio::select! {
            changed = state.changed() => changed.is_ok(),
            ready = client.readable(), if wire == Wire::Whole => ready.is_ok() && pass(&client, &mut server, &mut buffer).await,
            ready = server.readable(), if wire == Wire::Whole => ready.is_ok() && pass(&server, &mut client, &mut buffer).await,
        };
        if !passed {
            return;
        }
    }
}

/// False: one side has ended.
async fn pass(from: &TcpStream, to: &mut TcpStream, buffer: &mut [u8]) -> bool {
    match from.try_read(buffer) {
        Ok(0) => false,
        Ok(read) => to.write_all(&buffer[..read]).await.is_ok(),
        Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
    }
}
