//! Reads `relay.url` and `relay.ehlo_name`: five forms are understood, every other one is a sentence that says what to write.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use lettre::transport::smtp::extension::ClientId;
use secrecy::SecretString;

use super::RelayError;

/// A parsed `relay.url`. `Display` and `Debug` mask the password.
#[derive(Clone)]
pub enum RelayUrl {
    Smtp(Server),
    /// One .eml file a mail.
    Folder(PathBuf),
}

#[derive(Clone)]
pub struct Server {
    /// A name, or an IP address without brackets.
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub login: Option<Login>,
}

/// There is no "TLS if possible": whoever can cut the line could also cut out the word STARTTLS (R70).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314 §3.3).
    Implicit,
    /// STARTTLS or nothing (RFC 3207).
    StartTls,
    /// Plain text that never leaves this machine.
    Loopback,
}

#[derive(Clone)]
pub struct Login {
    pub user: String,
    /// With [`Mechanisms::is_oauth`] the access token; empty where `token_file` has it.
    pub password: SecretString,
    /// See [`super::Relay::with_token_file`].
    pub token_file: Option<PathBuf>,
    pub mechanisms: Mechanisms,
}

/// Which SASL mechanisms may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanisms {
    /// PLAIN, else LOGIN.
    Password,
    Plain,
    Login,
    Xoauth2,
    OauthBearer,
}

impl Mechanisms {
    /// Whether it takes an access token and no password.
    pub fn is_oauth(self) -> bool {
        matches!(self, Mechanisms::Xoauth2 | Mechanisms::OauthBearer)
    }
}

impl RelayUrl {
    /// # Errors
    /// [`RelayError`]; no text repeats user or password.
    pub fn parse(input: &str) -> Result<RelayUrl, RelayError> {
        let (scheme, rest) = input.trim().split_once("://").ok_or(RelayError::NoScheme)?;
        match scheme.to_ascii_lowercase().as_str() {
            "smtps" => Ok(RelayUrl::Smtp(server(rest, true)?)),
            "smtp" => Ok(RelayUrl::Smtp(server(rest, false)?)),
            "file" if rest.is_empty() => Err(RelayError::NoDirectory),
            "file" => Ok(RelayUrl::Folder(PathBuf::from(rest))),
            _ => Err(RelayError::Scheme(scheme.to_owned())),
        }
    }

    pub fn wants_tls(&self) -> bool {
        matches!(self, RelayUrl::Smtp(server) if server.security != Security::Loopback)
    }

    /// Host and port, or the directory; never a login.
    pub fn place(&self) -> String {
        match self {
            RelayUrl::Smtp(server) => server.place(),
            RelayUrl::Folder(directory) => directory.display().to_string(),
        }
    }
}

impl Server {
    pub fn place(&self) -> String {
        if self.host.contains(':') { format!("[{}]:{}", self.host, self.port) } else { format!("{}:{}", self.host, self.port) }
    }
}

impl fmt::Display for RelayUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RelayUrl::Smtp(server) = self else {
            return write!(f, "file://{}", self.place());
        };
        f.write_str(if server.security == Security::Implicit { "smtps://" } else { "smtp://" })?;
        if let Some(login) = &server.login {
            write!(f, "{}:***@", login.user)?;
        }
        f.write_str(&server.place())?;
        f.write_str(if server.security == Security::StartTls { "?tls=required" } else { "" })
    }
}

impl fmt::Debug for RelayUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Our name in EHLO: a full host name or an address literal, never `localhost` or a container's id (R72).
/// A relay on this machine, or a directory, does not care, so there any host name will do.
pub(super) fn ehlo_name(name: &str, url: &RelayUrl) -> Result<ClientId, RelayError> {
    let wrong = || RelayError::EhloName(name.to_owned());
    if let Some(literal) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        // RFC 5321 §4.1.3
        return match literal.strip_prefix("IPv6:") {
            Some(v6) => v6.parse::<Ipv6Addr>().map(ClientId::Ipv6).map_err(|_| wrong()),
            None => literal.parse::<Ipv4Addr>().map(ClientId::Ipv4).map_err(|_| wrong()),
        };
    }
    let full = name.contains('.') && name.parse::<IpAddr>().is_err() && !name.ends_with(".localhost");
    if !is_host_name(name) || (url.wants_tls() && !full) {
        return Err(wrong());
    }
    Ok(ClientId::Domain(name.to_owned()))
}

fn server(rest: &str, implicit: bool) -> Result<Server, RelayError> {
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = before.strip_suffix('/').unwrap_or(before);
    if authority.contains(['/', '#']) || query.contains(['#', '@']) {
        return Err(RelayError::Path);
    }
    // A forgotten percent-encoding of '@' in the password is harmless: the host cannot contain one.
    let (login, host_and_port) = match authority.rsplit_once('@') {
        Some((login, host)) => (Some(login), host),
        None => (None, authority),
    };
    let (host, port) = host_and_port_of(host_and_port)?;
    let (mut starttls, mut mechanisms) = (false, Mechanisms::Password);
    for parameter in query.split('&').filter(|p| !p.is_empty()) {
        match parameter.split_once('=') {
            Some(("tls", "required")) => starttls = !implicit,
            Some(("tls", other)) => return Err(RelayError::Tls(other.to_owned())),
            Some(("auth", "plain")) => mechanisms = Mechanisms::Plain,
            Some(("auth", "login")) => mechanisms = Mechanisms::Login,
            Some(("auth", "xoauth2")) => mechanisms = Mechanisms::Xoauth2,
            Some(("auth", "oauthbearer")) => mechanisms = Mechanisms::OauthBearer,
            Some(("auth", other)) => return Err(RelayError::Mechanism(other.to_owned())),
            _ => {
                return Err(RelayError::Parameter(parameter.split('=').next().unwrap_or_default().to_owned()));
            }
        }
    }
    let security = match (implicit, starttls) {
        (true, _) => Security::Implicit,
        (false, true) => Security::StartTls,
        (false, false) if is_loopback(&host) => Security::Loopback,
        (false, false) => return Err(RelayError::PlainText(host)),
    };
    let port = port.unwrap_or(match security {
        Security::Implicit => 465,
        Security::StartTls => 587,
        Security::Loopback => 25,
    });
    let login = login.map(|text| login_of(text, mechanisms)).transpose()?;
    Ok(Server { host, port, security, login })
}

fn host_and_port_of(text: &str) -> Result<(String, Option<u16>), RelayError> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, after) = rest.split_once(']').ok_or_else(|| RelayError::Host(text.to_owned()))?;
        if host.parse::<Ipv6Addr>().is_err() {
            return Err(RelayError::Host(text.to_owned()));
        }
        let port = match after.strip_prefix(':') {
            Some(port) => Some(port),
            None if after.is_empty() => None,
            None => return Err(RelayError::Host(text.to_owned())),
        };
        (host, port)
    } else {
        match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    if host.is_empty() {
        return Err(RelayError::NoHost);
    }
    if host.parse::<IpAddr>().is_err() && !is_host_name(host) {
        return Err(RelayError::Host(host.to_owned()));
    }
    let port = match port {
        None => None,
        Some(digits) => match digits.parse::<u16>() {
            Ok(number) if number > 0 => Some(number),
            _ => return Err(RelayError::Port),
        },
    };
    Ok((host.to_ascii_lowercase(), port))
}

fn login_of(text: &str, mechanisms: Mechanisms) -> Result<Login, RelayError> {
    let (user, password) = match text.split_once(':') {
        Some((user, password)) if !password.is_empty() => (user, percent_decoded(password)?),
        // Its token is in a file.
        None if mechanisms.is_oauth() => (text, String::new()),
        _ => return Err(RelayError::Login),
    };
    let user = percent_decoded(user)?;
    if user.is_empty() {
        return Err(RelayError::Login);
    }
    Ok(Login { user, password: SecretString::from(password), token_file: None, mechanisms })
}

/// RFC 3986 §2.1. A NUL would end the field inside AUTH PLAIN, so it is refused too.
fn percent_decoded(text: &str) -> Result<String, RelayError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let hex: String = rest.by_ref().take(2).map(char::from).collect();
        if hex.len() != 2 || hex.starts_with('+') {
            return Err(RelayError::Encoding);
        }
        bytes.push(u8::from_str_radix(&hex, 16).map_err(|_| RelayError::Encoding)?);
    }
    if bytes.contains(&0) {
        return Err(RelayError::Encoding);
    }
    String::from_utf8(bytes).map_err(|_| RelayError::Encoding)
}

fn is_host_name(name: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    name.len() <= 253 && name.split('.').all(label)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
#[path = "url_tests.rs"]
mod tests;
