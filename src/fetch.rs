//! What is asked of other people's web servers: feeds, and whether links work. The only room that speaks HTTP outwards, and
//! whatever it is asked to fetch, it stays within [`Reach`] (R199).
//!
//! Names are looked up by a guard that hands only addresses it has vetted to the connection: there is no second lookup
//! that could answer something else. Redirects are vetted like the first address. No cookies, no passwords, no proxy of the
//! environment, and no compression, so that an answer is never larger than what came over the wire.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, ETAG, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode, Url};

use crate::domain::feed::Validators;
use crate::domain::reach::Reach;

/// R199: for the whole answer, redirects included.
const TIMEOUT: Duration = Duration::from_secs(10);
/// R199.
const MOST_BYTES: usize = 5_000_000;
const REDIRECTS: usize = 3;
/// Longer validators are not kept.
const LONGEST_VALIDATOR: usize = 500;

/// Why a server was not asked, or did not give what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("\"{0}\" is not a web address; write it like https://example.org/feed.xml")]
    NoAddress(String),
    #[error("addresses of the web begin with https:// or http://")]
    Scheme,
    #[error("the address contains a name or a password; Rundbrief hands none on")]
    Credentials,
    #[error("port {0} is not asked; fetch.ports names those that may be")]
    Port(u16),
    #[error("{0} is in a network that is not the public internet; fetch.networks can allow it")]
    Inside(String),
    #[error("{0} has no address: the name is wrong, or name resolution does not work here")]
    Unknown(String),
    #[error("the server sends the request on more than {REDIRECTS} times")]
    Redirects,
    #[error("the server did not answer within {} seconds", TIMEOUT.as_secs())]
    Timeout,
    #[error("the answer is larger than {} MB", MOST_BYTES / 1_000_000)]
    TooLarge,
    #[error("the server answers with status {0}")]
    Status(u16),
    #[error("no connection: {0}")]
    Connection(String),
    #[error("https does not work on this computer: {0}")]
    Tls(String),
}

/// What a server answers.
#[derive(Debug)]
pub enum Fetched {
    /// The same as at the last time.
    Unchanged,
    New {
        bytes: Vec<u8>,
        /// Where it was in the end: relative links in it lead from there.
        url: String,
        validators: Validators,
    },
}

/// The addresses of a name. Tests bring their own.
pub type Lookup = Arc<dyn Fn(String) -> std::io::Result<Vec<IpAddr>> + Send + Sync>;

/// Asks other servers.
#[derive(Clone)]
pub struct Fetcher {
    /// Why there is none is said to who asks, and not to who starts a server without any feed.
    client: Result<Client, String>,
    reach: Arc<Reach>,
}

impl Fetcher {
    /// `agent`: how it introduces itself.
    pub fn new(reach: Reach, agent: &str) -> Self {
        Self::with_lookup(reach, agent, Arc::new(system_lookup))
    }

    /// The same with names looked up by `lookup`.
    pub fn with_lookup(reach: Reach, agent: &str, lookup: Lookup) -> Self {
        let reach = Arc::new(reach);
        let on_the_way = Arc::clone(&reach);
        let client = Client::builder()
            .user_agent(agent)
            .no_proxy()
            .referer(false)
            .http1_only()
            .timeout(TIMEOUT)
            // A kept connection would be to an address vetted some time ago.
            .pool_max_idle_per_host(0)
            .dns_resolver(Arc::new(Guard { reach: Arc::clone(&reach), lookup }))
            .redirect(Policy::custom(move |attempt| {
                if attempt.previous().len() > REDIRECTS {
                    return attempt.error(FetchError::Redirects);
                }
                match vet(&on_the_way, attempt.url()) {
                    Ok(()) => attempt.follow(),
                    Err(error) => attempt.error(error),
                }
            }))
            .build()
            .map_err(|error| innermost(&error));
        Self { client, reach }
    }

    /// Fetches an address, unless it is what `known` describes.
    pub async fn get(&self, url: &str, known: &Validators) -> Result<Fetched, FetchError> {
        let url = self.vetted(url)?;
        let mut request =
            self.client()?.get(url).header(ACCEPT, "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5");
        for (name, value) in [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)] {
            if let Some(value) = value.as_ref().and_then(|value| HeaderValue::from_str(value).ok()) {
                request = request.header(name, value);
            }
        }
        let mut response = request.send().await.map_err(|error| explained(&error))?;
        match response.status() {
            StatusCode::NOT_MODIFIED => return Ok(Fetched::Unchanged),
            status if !status.is_success() => return Err(FetchError::Status(status.as_u16())),
            _ => {}
        }
        let validator = |name| {
            let text = response.headers().get(name)?.to_str().ok()?;
            (text.len() <= LONGEST_VALIDATOR).then(|| text.to_owned())
        };
        let validators = Validators { etag: validator(ETAG), last_modified: validator(LAST_MODIFIED) };
        let url = response.url().to_string();
        Ok(Fetched::New { bytes: body(&mut response).await?, url, validators })
    }

    /// The status with which a server answers for a link. Not every server knows HEAD, so those that refuse it are asked with
    /// GET, and the answer's body is not read.
    pub async fn probe(&self, url: &str) -> Result<u16, FetchError> {
        let url = self.vetted(url)?;
        let client = self.client()?;
        let ask = |method| async {
            let answer = client.request(method, url.clone()).send().await.map_err(|error| explained(&error))?;
            Ok(answer.status())
        };
        let status = ask(Method::HEAD).await?;
        let status = if status.is_client_error() || status.is_server_error() { ask(Method::GET).await? } else { status };
        Ok(status.as_u16())
    }

    fn client(&self) -> Result<&Client, FetchError> {
        self.client.as_ref().map_err(|why| FetchError::Tls(why.clone()))
    }

    fn vetted(&self, text: &str) -> Result<Url, FetchError> {
        let url = Url::parse(text.trim()).map_err(|_| FetchError::NoAddress(text.to_owned()))?;
        vet(&self.reach, &url)?;
        Ok(url)
    }
}

/// All that can be said of an address before its name is looked up.
fn vet(reach: &Reach, url: &Url) -> Result<(), FetchError> {
    if !matches!(url.scheme(), "https" | "http") {
        return Err(FetchError::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(FetchError::Credentials);
    }
    match url.port_or_known_default() {
        Some(port) if reach.ports.contains(&port) => {}
        port => return Err(FetchError::Port(port.unwrap_or_default())),
    }
    // An address in numbers is never looked up. `Url` has made 0x7f.1 and 2130706433 one of them already.
    let host = url.host_str().ok_or_else(|| FetchError::NoAddress(url.to_string()))?;
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) if !reach.allows(address) => Err(FetchError::Inside(host.to_owned())),
        _ => Ok(()),
    }
}

async fn body(response: &mut Response) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| explained(&error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MOST_BYTES {
            return Err(FetchError::TooLarge);
        }
    }
    Ok(bytes)
}

/// Looks names up, and hands on only addresses that may be asked.
struct Guard {
    reach: Arc<Reach>,
    lookup: Lookup,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, lookup, name) = (Arc::clone(&self.reach), Arc::clone(&self.lookup), name.as_str().to_owned());
        Box::pin(async move {
            let asked = name.clone();
            let found = tokio::task::spawn_blocking(move || lookup(asked)).await?;
            let found = found.ok().filter(|found| !found.is_empty()).ok_or_else(|| FetchError::Unknown(name.clone()))?;
            // Port 0 becomes the one of the URL.
            let vetted: Vec<_> = found.into_iter().filter(|one| reach.allows(*one)).map(|one| SocketAddr::new(one, 0)).collect();
            if vetted.is_empty() {
                return Err(FetchError::Inside(name).into());
            }
            let addresses: Addrs = Box::new(vetted.into_iter());
            Ok(addresses)
        })
    }
}

fn system_lookup(name: String) -> std::io::Result<Vec<IpAddr>> {
    use std::net::ToSocketAddrs as _;
    Ok((name.as_str(), 0).to_socket_addrs()?.map(|address| address.ip()).collect())
}

/// Our own reason, where there is one in the chain of causes.
fn explained(error: &reqwest::Error) -> FetchError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(ours) = inner.downcast_ref::<FetchError>() {
            return ours.clone();
        }
        cause = inner.source();
    }
    if error.is_timeout() { FetchError::Timeout } else { FetchError::Connection(innermost(error)) }
}

/// What went wrong in the end; the layers above only say where.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
