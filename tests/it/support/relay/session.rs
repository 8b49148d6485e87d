//! One connection to the fake relay: reads commands and plays the fault that the recipient asks for.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;

use super::words::{between, code_after, local_part, message};
use super::{At, Book, How, Received, SILENCE, Shared, Tls};

/// Ends with an error where the client is gone or a fault is played.
pub(super) async fn serve(tcp: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    match shared.options.tls.clone() {
        Tls::None => Session::new(tcp, shared).greet().await.map(|_| ()),
        Tls::Implicit(acceptor) => Session::new(acceptor.accept(tcp).await?, shared).greet().await.map(|_| ()),
        Tls::Upgrade(acceptor) => match Session::new(tcp, Arc::clone(&shared)).greet().await? {
            // What a client has sent ahead is thrown away with the buffer.
            Some(tcp) => Session::new(acceptor.accept(tcp).await?, shared).converse(true).await.map(|_| ()),
            None => Ok(()),
        },
    }
}

struct Session<S> {
    stream: BufStream<S>,
    shared: Arc<Shared>,
    from: Option<String>,
    to: Option<String>,
    /// The last recipient that was named, accepted or not.
    named: String,
    mails: usize,
    under_way: Option<Counted>,
}

/// A mail under way, until it is dropped.
struct Counted(Arc<Shared>);

impl Counted {
    fn begin(shared: &Arc<Shared>) -> Counted {
        shared.book.lock().expect("the book").under_way += 1;
        Counted(Arc::clone(shared))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.book.lock().expect("the book").under_way -= 1;
    }
}

enum Next {
    Go,
    Close,
}

fn closed() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    fn new(stream: S, shared: Arc<Shared>) -> Self {
        Session { stream: BufStream::new(stream), shared, from: None, to: None, named: String::new(), mails: 0, under_way: None }
    }

    async fn greet(mut self) -> io::Result<Option<S>> {
        if self.trips(At::Banner).await?.is_some() || self.scripted("BANNER").await?.is_some() {
            return Err(closed());
        }
        let banner = self.shared.options.banner;
        self.answer(banner).await?;
        if !banner.starts_with('2') {
            return Err(closed());
        }
        self.converse(false).await
    }

    /// `Some` is the stream after "220" to STARTTLS.
    async fn converse(mut self, encrypted: bool) -> io::Result<Option<S>> {
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Ok(None);
            }
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            self.book().commands.push(line.clone());
            self.shared.changed.notify_waiters();
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let to = between(&line);
            if verb == "RCPT" {
                self.named = to;
            }
            if let Some(next) = self.scripted(&verb).await? {
                match next {
                    Next::Go => continue,
                    Next::Close => return Ok(None),
                }
            }
            let next = match verb.as_str() {
                "EHLO" => self.ehlo(encrypted).await?,
                "STARTTLS" if !encrypted => {
                    let reply = format!("220 2.0.0 go ahead\r\n{}", self.shared.options.injected);
                    self.answer(&reply).await?;
                    return Ok(Some(self.stream.into_inner()));
                }
                "AUTH" => self.auth(&line).await?,
                "MAIL" => self.mail(&line).await?,
                "RCPT" => self.rcpt(&line).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    (self.from, self.to) = (None, None);
                    self.under_way = None;
                    self.say("250 2.0.0 ok").await?
                }
                "NOOP" => self.say("250 2.0.0 ok").await?,
                "QUIT" => {
                    self.answer("221 2.0.0 bye\r\n").await?;
                    return Ok(None);
                }
                _ => self.say("500 5.5.2 what?").await?,
            };
            if let Next::Close = next {
                return Ok(None);
            }
        }
    }

    /// Plays what the script has for this step.
    async fn scripted(&mut self, step: &str) -> io::Result<Option<Next>> {
        let script = *self.shared.script.lock().expect("the script");
        match script(step, &self.named) {
            None => Ok(None),
            Some(SILENCE) => std::future::pending().await,
            Some(reply) => {
                let closes = reply.starts_with("421") || step == "BANNER";
                let next = self.say(reply).await?;
                Ok(Some(if closes { Next::Close } else { next }))
            }
        }
    }

    async fn ehlo(&mut self, encrypted: bool) -> io::Result<Next> {
        if let Some(next) = self.trips(At::Ehlo).await? {
            return Ok(next);
        }
        let options = self.shared.options.clone();
        if let Some(scripted) = options.ehlo {
            return self.say(scripted).await;
        }
        let mut lines = vec!["relay.test".to_owned()];
        lines.extend(options.pipelining.then(|| "Pipelining".to_owned()));
        lines.extend(options.size.map(|n| if n == 0 { "SIZE".to_owned() } else { format!("SIZE {n}") }));
        lines.extend(options.smtputf8.then(|| "SMTPUTF8".to_owned()));
        lines.extend(options.dsn.then(|| "DSN".to_owned()));
        lines.extend((matches!(options.tls, Tls::Upgrade(_)) && !encrypted).then(|| "STARTTLS".to_owned()));
        lines.extend(options.auth.map(|m| format!("AUTH {m}")));
        let last = lines.pop().unwrap_or_default();
        let text: String = lines.iter().map(|l| format!("250-{l}\r\n")).collect();
        self.answer(&format!("{text}250 {last}\r\n")).await?;
        Ok(Next::Go)
    }

    async fn auth(&mut self, line: &str) -> io::Result<Next> {
        use base64::prelude::{BASE64_STANDARD, Engine as _};
        if let Some(next) = self.trips(At::Auth).await? {
            return Ok(next);
        }
        let mut words = line.split(' ').skip(1);
        let good = match (words.next(), words.next()) {
            (Some("PLAIN"), Some(response)) => response == BASE64_STANDARD.encode("\0news\0s3cret"),
            (Some(mechanism @ ("XOAUTH2" | "OAUTHBEARER")), Some(response)) => {
                let token = self.shared.token.lock().expect("the token").clone();
                let response = BASE64_STANDARD.decode(response).unwrap_or_default();
                let response = String::from_utf8_lossy(&response).into_owned();
                let good = if mechanism == "XOAUTH2" {
                    response == format!("user=news\x01auth=Bearer {token}\x01\x01")
                } else {
                    response.starts_with("n,a=news,\x01host=127.0.0.1\x01port=")
                        && response.ends_with(&format!("\x01auth=Bearer {token}\x01\x01"))
                };
                if !good {
                    self.answer(&format!("334 {}\r\n", BASE64_STANDARD.encode("{\"status\":\"400\"}"))).await?;
                    self.line().await?;
                }
                good
            }
            (Some("LOGIN"), None) => {
                self.answer(&format!("334 {}\r\n", BASE64_STANDARD.encode("Username:"))).await?;
                let user = self.line().await?;
                self.answer(&format!("334 {}\r\n", BASE64_STANDARD.encode("Password:"))).await?;
                let password = self.line().await?;
                (user, password) == (BASE64_STANDARD.encode("news"), BASE64_STANDARD.encode("s3cret"))
            }
            _ => return self.say("504 5.5.4 unknown mechanism").await,
        };
        self.say(if good { "235 2.7.0 welcome" } else { "535 5.7.8 wrong user or password" }).await
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        Ok(line.trim_end().to_owned())
    }

    async fn mail(&mut self, line: &str) -> io::Result<Next> {
        if let Some(next) = self.trips(At::Mail).await? {
            return Ok(next);
        }
        if let Some(scripted) = self.shared.options.mail {
            return self.say(scripted).await;
        }
        self.from = Some(between(line));
        self.named.clear();
        self.under_way.get_or_insert_with(|| Counted::begin(&self.shared));
        self.say("250 2.1.0 ok").await
    }

    async fn rcpt(&mut self, line: &str) -> io::Result<Next> {
        if self.from.is_none() {
            return self.say("503 5.5.1 MAIL first").await;
        }
        if let Some(next) = self.trips(At::Rcpt).await? {
            return Ok(next);
        }
        let to = between(line);
        let fault = local_part(&to);
        match fault.as_str() {
            "close" => return Ok(Next::Close),
            "421-rcpt" => return self.goodbye("421 4.3.2 shutting down").await,
            "policy-571" => return self.say("571 5.7.1 refused by policy").await,
            "bounce-550" => return self.say("550-5.1.1 nobody here\r\n550 5.1.1 by that name").await,
            "defer-once" if self.book().deferred_once.insert(to.clone()) => return self.say("451 4.7.1 greylisted").await,
            _ => {}
        }
        if let Some(code) = code_after(&fault, &["defer-", "bounce-"]) {
            let class = code / 100;
            return self.say(&format!("{code} {class}.2.0 not this one")).await;
        }
        self.to = Some(to);
        self.say("250 2.1.5 ok").await
    }

    async fn data(&mut self) -> io::Result<Next> {
        let (Some(from), Some(to)) = (self.from.clone(), self.to.clone()) else {
            if !self.shared.options.eager_354 {
                return self.say("503 5.5.1 no valid recipients").await;
            }
            self.answer("354 go ahead\r\n").await?;
            let nothing = message(&mut self.stream).await?;
            return self
                .say(if nothing.is_empty() { "554 5.5.1 no valid recipients" } else { "250 2.0.0 this must not happen" })
                .await;
        };
        (self.from, self.to) = (None, None);
        if let Some(next) = self.trips(At::Data).await? {
            return Ok(next);
        }
        let fault = local_part(&to);
        match fault.as_str() {
            "close-data" => return Ok(Next::Close),
            "421-data" => return self.goodbye("421 4.3.2 shutting down").await,
            _ => {}
        }
        if let Some(code) = code_after(&fault, &["defer-data-", "reject-data-"]) {
            let class = code / 100;
            return self.say(&format!("{code} {class}.6.0 not this message")).await;
        }
        self.answer("354 end with a dot\r\n").await?;
        if fault == "close-before-dot" {
            let mut some = [0; 1024];
            let _ = self.stream.read(&mut some).await?;
            return Ok(Next::Close);
        }
        let data = message(&mut self.stream).await?;
        if let Some(next) = self.scripted("DOT").await? {
            return Ok(next);
        }
        let mail = Received { from, to, data };
        if let Some(how) = self.shared.turn(At::Dot) {
            match how {
                How::Say(lines) if lines.starts_with("250 ") => self.book().received.push(mail),
                How::Say(lines) if !lines.starts_with("250-") => {}
                _ => self.book().unanswered.push(mail),
            }
            self.shared.changed.notify_waiters();
            return self.plays(how).await;
        }
        match fault.as_str() {
            "drop-after-data" | "hang" | "garbled-dot" => {
                self.book().unanswered.push(mail);
                self.shared.changed.notify_waiters();
                match fault.as_str() {
                    "hang" => return std::future::pending().await,
                    "garbled-dot" => self.answer("queued, I think\r\n").await?,
                    _ => {}
                }
                return Ok(Next::Close);
            }
            "421-dot" => return self.goodbye("421 4.3.2 shutting down").await,
            _ => {}
        }
        if let Some(code) = code_after(&fault, &["defer-dot-", "reject-dot-"]) {
            let class = code / 100;
            return self.say(&format!("{code} {class}.6.0 not this message")).await;
        }
        self.accept(mail, &fault).await
    }

    async fn accept(&mut self, mut mail: Received, fault: &str) -> io::Result<Next> {
        if self.shared.options.forgets {
            mail.data = Vec::new();
        }
        self.mails += 1;
        let last = self.shared.options.close_after.is_some_and(|n| self.mails >= n);
        // Written down before it is answered, so that whoever has the answer finds the mail.
        let number = {
            let mut book = self.book();
            book.received.push(mail);
            let under_way = book.under_way;
            book.at_once.push(under_way);
            book.received.len()
        };
        self.shared.changed.notify_waiters();
        let permit = self.shared.answers.acquire().await.map_err(io::Error::other)?;
        permit.forget();
        self.under_way = None;
        match fault {
            "latin1" => self.answer_bytes(b"250 2.0.0 angenommen f\xfcr sp\xe4ter\r\n").await?,
            "bare" => self.answer("250\r\n").await?,
            "chatty" => {
                let lines: String = (1..40).map(|n| format!("250-2.0.0 line {n}\r\n")).collect();
                self.answer(&format!("{lines}250 2.0.0 {}\r\n", "x".repeat(3000))).await?;
            }
            "odd-289" => self.answer("289 2.0.0 taken\r\n").await?,
            _ => {
                // In one write with the answer, so that nobody can slip in between.
                let goodbye = if last && self.shared.options.goodbye { "421 4.4.5 enough for one connection\r\n" } else { "" };
                let took = self.shared.options.took.map_or_else(|| format!("250 2.0.0 queued as {number}\r\n"), str::to_owned);
                self.answer(&format!("{took}{goodbye}")).await?;
            }
        }
        Ok(if last { Next::Close } else { Next::Go })
    }

    async fn plays(&mut self, how: How) -> io::Result<Next> {
        match how {
            How::Hang => self.hangs().await,
            How::Close => Ok(Next::Close),
            How::Say(lines) if lines.starts_with("421") => self.goodbye(lines).await,
            How::Say(lines) => self.say(lines).await,
        }
    }

    /// Says nothing more, until the other side has had enough.
    async fn hangs(&mut self) -> io::Result<Next> {
        let mut unheard = [0; 512];
        while self.stream.read(&mut unheard).await? > 0 {}
        Ok(Next::Close)
    }

    /// Plays a fault if it is its turn.
    async fn trips(&mut self, at: At) -> io::Result<Option<Next>> {
        match self.shared.turn(at) {
            Some(how) => Ok(Some(self.plays(how).await?)),
            None => Ok(None),
        }
    }

    async fn goodbye(&mut self, reply: &str) -> io::Result<Next> {
        self.say(reply).await?;
        Ok(Next::Close)
    }

    /// An empty reply closes the connection.
    async fn say(&mut self, reply: &str) -> io::Result<Next> {
        if reply.is_empty() {
            return Ok(Next::Close);
        }
        self.answer(&format!("{reply}\r\n")).await?;
        Ok(Next::Go)
    }

    async fn answer(&mut self, reply: &str) -> io::Result<()> {
        self.answer_bytes(reply.as_bytes()).await
    }

    async fn answer_bytes(&mut self, reply: &[u8]) -> io::Result<()> {
        if !self.shared.options.delay.is_zero() {
            tokio::time::sleep(self.shared.options.delay).await;
        }
        self.stream.write_all(reply).await?;
        self.stream.flush().await
    }

    fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.shared.book.lock().expect("the book")
    }
}
