//! From what is written to what it means: each setting is checked once, here.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::domains::domain_limit;
use super::sections::{RawDatabase, RawRelay, SecretUrl};
use super::{
    Accessibility, Bounce, DEFAULT_PUBLIC_URL, Database, Delivery, Dkim, Embed, Imprint, Origin, Raw, RelaySettings, Settings,
    SettingsError,
};
use crate::domain::address::{Address, domain_name};
use crate::domain::header;

/// RFC 5321 §4.5.3.1.1: of the 64 octets of a local part, `+` and the tag need 41 (R93).
const MAX_BOUNCE_LOCAL_PART: usize = 23;

pub(super) fn understood(raw: Raw) -> Result<Settings, SettingsError> {
    let public_url = origin(raw.public_url.as_deref().unwrap_or(DEFAULT_PUBLIC_URL))?;
    let settings = Settings {
        database: database(raw.database)?,
        relay: relay(raw.relay, host(&public_url))?,
        public_url,
        http: raw.http,
        bounce: bounce(raw.bounce)?,
        dkim: raw.dkim,
        templates: raw.templates,
        secret: raw.secret,
        imprint: raw.imprint,
        privacy: raw.privacy,
        accessibility: raw.accessibility,
        embed: Embed { origins: raw.embed.origins.iter().map(|origin| in_ascii(origin)).collect() },
        look: raw.look,
        retention: raw.retention,
        limits: raw.limits,
        delivery: raw.delivery,
        session: raw.session,
        schedule: raw.schedule,
        fetch: raw.fetch,
        log: raw.log,
        origin: Origin::default(),
    };
    numbers(&settings)?;
    texts(&settings.imprint)?;
    accessibility(&settings.accessibility)?;
    dkim(&settings.dkim)?;
    if let Some(all) = settings.http.trusted_proxies.iter().find(|network| network.prefix_len() == 0) {
        return Err(wrong(
            "http.trusted_proxies",
            format!(
                "has {all}, which is every address there is: then anybody could write any X-Forwarded-For. Name the proxy's own address or network"
            ),
        ));
    }
    for text in &settings.embed.origins {
        // They become part of a header.
        if !is_web_origin(text) {
            return Err(wrong("embed.origins", format!("\"{text}\" must be like https://www.example.org")));
        }
    }
    let colour = settings.look.colour.strip_prefix('#').unwrap_or_default();
    if colour.len() != 6 || !colour.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(wrong("look.colour", "must be a colour like #1f4e79"));
    }
    Ok(settings)
}

/// The host in an origin, without port and without the brackets of an IPv6 address.
pub(super) fn host(origin: &str) -> &str {
    let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
    match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}

fn wrong(key: &str, problem: impl Into<String>) -> SettingsError {
    SettingsError::Value { key: key.to_owned(), problem: problem.into() }
}

/// Scheme, host and port, and nothing else: our pages begin at the root.
fn origin(text: &str) -> Result<String, SettingsError> {
    let wrong = |problem: &str| wrong("public_url", format!("{problem}; it must be like https://news.example.org"));
    let text = text.trim().trim_end_matches('/');
    let (scheme, authority) = text.split_once("://").ok_or_else(|| wrong("has no scheme"))?;
    if authority.contains(['/', '?', '#', '@']) {
        return Err(wrong("has a path, a query or a user name"));
    }
    let text = &in_ascii(text);
    let authority = text.split_once("://").map_or(authority, |(_, authority)| authority);
    let name = host(text);
    let after_name = authority.trim_start_matches('[').strip_prefix(name).unwrap_or(authority).trim_start_matches(']');
    let has_port = after_name.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    let is_ip = name.parse::<IpAddr>().is_ok();
    let is_name = !name.is_empty() && name.split('.').all(is_label);
    if !(is_ip || is_name) || !(after_name.is_empty() || has_port) {
        return Err(wrong("has no host name in ASCII letters, or a wrong port"));
    }
    let is_loopback = name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match scheme.to_ascii_lowercase().as_str() {
        "https" => {}
        "http" if is_loopback => {}
        "http" => return Err(wrong("is http, which is accepted for this computer alone (127.0.0.1, localhost)")),
        _ => return Err(wrong("is neither https nor http")),
    }
    Ok(text.to_ascii_lowercase())
}

/// An origin whose host is in letters of other alphabets, with A-labels instead. What cannot be one stays, to be refused.
fn in_ascii(origin: &str) -> String {
    let name = host(origin);
    match domain_name(name) {
        Ok(ascii) if !name.is_ascii() => origin.replacen(name, &ascii, 1),
        _ => origin.to_owned(),
    }
}

/// Scheme, host and perhaps a port, as browsers compare them.
fn is_web_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return false };
    let (name, port) = authority.split_once(':').unwrap_or((authority, "443"));
    matches!(scheme, "https" | "http") && !name.is_empty() && name.split('.').all(is_label) && port.parse::<u16>().is_ok()
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn database(raw: RawDatabase) -> Result<Database, SettingsError> {
    const ADVICE: &str = "give sqlite://PATH or postgres://user:password@host/name";
    let Some(url) = secret("database.url", raw.url, raw.url_file)? else {
        return Ok(Database { epoch_file: raw.epoch_file, ..Database::default() });
    };
    match url.split_once("://") {
        Some(("sqlite", "")) => Err(wrong("database.url", format!("names no file; {ADVICE}"))),
        Some(("postgres" | "postgresql", "")) => Err(wrong("database.url", format!("names no server; {ADVICE}"))),
        Some(("sqlite" | "postgres" | "postgresql", _)) => Ok(Database { url: SecretUrl::new(url), epoch_file: raw.epoch_file }),
        // The value may be a password with a typing mistake before it, so it is not repeated.
        _ => Err(wrong("database.url", format!("does not begin with a kind of database that we know; {ADVICE}"))),
    }
}

fn relay(raw: RawRelay, public_host: &str) -> Result<RelaySettings, SettingsError> {
    let url = secret("relay.url", raw.url, raw.url_file)?;
    if url.as_ref().is_some_and(|url| !url.contains("://")) {
        return Err(wrong(
            "relay.url",
            "has no scheme; give smtps://user:password@host, smtp://host:587?tls=required or file://DIR",
        ));
    }
    let ehlo_name = match raw.ehlo_name {
        Some(name) if name.split('.').all(is_label) => name,
        Some(name) if !name.is_ascii() => domain_name(&name).map_err(|error| wrong("relay.ehlo_name", error.to_string()))?,
        Some(_) => return Err(wrong("relay.ehlo_name", "must be a host name like mail.example.org")),
        // RFC 5321 §4.1.3: an address stands in brackets, and an IPv6 one says so.
        None => match public_host.parse::<IpAddr>() {
            Ok(IpAddr::V4(ip)) => format!("[{ip}]"),
            Ok(IpAddr::V6(ip)) => format!("[IPv6:{ip}]"),
            Err(_) => public_host.to_owned(),
        },
    };
    if let Some(entry) = raw.domains.iter().find(|entry| domain_limit(entry).is_none()) {
        return Err(wrong(
            "relay.domains",
            format!(
                "has the entry \"{entry}\"; write DOMAIN=NUMBER/s or DOMAIN=NUMBER/h, like gmx.de=5/s (mails a second) or gmx.de=2000/h (an hour)"
            ),
        ));
    }
    Ok(RelaySettings {
        url: url.map(SecretUrl::new),
        token_file: raw.token_file,
        ca_file: raw.ca_file,
        ehlo_name,
        connections: raw.connections,
        mails_per_connection: raw.mails_per_connection,
        per_second: raw.per_second,
        per_hour: raw.per_hour,
        ramp_up_per_hour: raw.ramp_up_per_hour,
        domains: raw.domains,
        smtputf8: raw.smtputf8,
    })
}

/// A secret from the settings or from the file that they name, never from both.
fn secret(key: &str, value: Option<String>, file: Option<PathBuf>) -> Result<Option<String>, SettingsError> {
    match (value, file) {
        (Some(_), Some(_)) => Err(wrong(key, format!("is there twice: as {key} and as {key}_file; remove one of them"))),
        (Some(value), None) => Ok(Some(value.trim().to_owned())),
        (None, Some(path)) => from_file(key, &path).map(Some),
        (None, None) => Ok(None),
    }
}

fn from_file(key: &str, path: &Path) -> Result<String, SettingsError> {
    let key = format!("{key}_file");
    let text = std::fs::read_to_string(path)
        .map_err(|error| wrong(&key, format!("names {}, which cannot be read: {error}", path.display())))?;
    match text.trim() {
        "" => Err(wrong(&key, format!("names {}, which is empty", path.display()))),
        text if text.chars().any(char::is_control) => {
            Err(wrong(&key, format!("names {}, which has more than one line", path.display())))
        }
        text => Ok(text.to_owned()),
    }
}

/// As it stands in the envelope, with its domain in A-labels.
fn bounce(bounce: Bounce) -> Result<Bounce, SettingsError> {
    let Some(address) = &bounce.address else { return Ok(bounce) };
    let parsed = Address::parse_own(address)
        .map_err(|error| wrong("bounce.address", format!("is not an address to send bounces to: {error}")))?;
    let wire = parsed.wire();
    let local = wire.split('@').next().unwrap_or_default();
    if local.len() > MAX_BOUNCE_LOCAL_PART {
        return Err(wrong("bounce.address", "must have at most 23 ASCII characters before the @, as a tag is added to them"));
    }
    Ok(Bounce { address: Some(wire) })
}

/// A selector and its key file come together, and nothing is signed without a domain. The keys themselves are looked at
/// by those who sign.
fn dkim(dkim: &Dkim) -> Result<(), SettingsError> {
    let pairs = [
        ("dkim.selector", dkim.selector.is_some(), "dkim.key_file", dkim.key_file.is_some()),
        ("dkim.ed25519_selector", dkim.ed25519_selector.is_some(), "dkim.ed25519_key_file", dkim.ed25519_key_file.is_some()),
    ];
    for (selector, has_selector, file, has_file) in pairs {
        if has_selector != has_file {
            let (there, missing) = if has_selector { (selector, file) } else { (file, selector) };
            return Err(wrong(there, format!("needs {missing} beside it; \"rundbrief dkim new\" makes a key and prints both")));
        }
    }
    let lists = [("dkim.keys", &dkim.keys), ("dkim.old_keys", &dkim.old_keys)];
    for (setting, entry) in lists.into_iter().flat_map(|(setting, entries)| entries.iter().map(move |entry| (setting, entry))) {
        let name = entry.split_once('=').map(|(name, _)| name);
        let names_domain = name.is_some_and(|name| name.contains('@'));
        if name.is_none() || (setting == "dkim.keys" && !names_domain) {
            return Err(wrong(setting, "must be entries like news2026@example.org=/etc/rundbrief/dkim/news2026.example.org.pem"));
        }
        if !names_domain && dkim.domain.is_none() {
            return Err(wrong(setting, "has an entry without a domain; write SELECTOR@DOMAIN=FILE"));
        }
    }
    let of_domain = dkim.key_file.is_some() || dkim.ed25519_key_file.is_some();
    let has_key = of_domain || !dkim.old_keys.is_empty();
    match &dkim.domain {
        None if of_domain => Err(wrong("dkim.domain", "is missing; it is the domain that newsletters send from")),
        Some(_) if !has_key => {
            Err(wrong("dkim.domain", "has no key; \"rundbrief dkim new\" makes one and prints the settings that go with it"))
        }
        _ => Ok(()),
    }
}

/// What reaches headers and first lines is one line; the postal address may have several.
fn texts(imprint: &Imprint) -> Result<(), SettingsError> {
    let lines =
        [("imprint.organisation", &imprint.organisation), ("imprint.email", &imprint.email), ("imprint.phone", &imprint.phone)];
    for (key, text) in lines {
        header::single_line(key, text).map_err(|_| wrong(key, "must be one line"))?;
    }
    if !imprint.email.is_empty() {
        Address::parse_own(&imprint.email).map_err(|error| wrong("imprint.email", format!("is not an address: {error}")))?;
    }
    Ok(())
}

/// What the statement links to must be something to click on, and its day a day.
fn accessibility(given: &Accessibility) -> Result<(), SettingsError> {
    if !given.contact.is_empty() {
        Address::parse(&given.contact).map_err(|error| wrong("accessibility.contact", format!("is not an address: {error}")))?;
    }
    if !given.enforcement_url.is_empty() && !given.enforcement_url.starts_with("https://") {
        return Err(wrong("accessibility.enforcement_url", "must be a link like https://www.example.org/mediation"));
    }
    if !given.reviewed.is_empty() && given.reviewed.parse::<Date>().is_err() {
        return Err(wrong("accessibility.reviewed", "must be a date like 2026-11-25"));
    }
    Ok(())
}

fn numbers(settings: &Settings) -> Result<(), SettingsError> {
    let Settings { relay, retention, limits, delivery, session, schedule, fetch, .. } = settings;
    let Delivery {
        connect_seconds,
        greeting_seconds,
        command_seconds,
        data_seconds,
        write_seconds,
        final_dot_seconds,
        idle_seconds,
        takeover_seconds,
        batch,
        expire_hours,
    } = delivery;
    let ranges = [
        ("relay.connections", relay.connections, 1, 200),
        ("relay.mails_per_connection", relay.mails_per_connection.unwrap_or(1), 1, 100_000),
        ("relay.per_second", relay.per_second.unwrap_or(1), 1, 100_000),
        ("relay.per_hour", relay.per_hour.unwrap_or(1), 1, 100_000_000),
        ("relay.ramp_up_per_hour", relay.ramp_up_per_hour.unwrap_or(1), 1, 100_000_000),
        ("retention.confirmation_days", retention.confirmation_days, 7, 14),
        ("retention.delivery_days", retention.delivery_days, 7, 3_650),
        ("retention.proof_years", retention.proof_years, 1, 30),
        ("limits.confirmations_per_address_and_week", limits.confirmations_per_address_and_week, 1, 100),
        ("retention.network_days", retention.network_days, 1, 365),
        ("limits.per_network_and_hour", limits.per_network_and_hour, 1, 1_000_000_000),
        ("limits.per_network_and_day", limits.per_network_and_day, 1, 1_000_000_000),
        ("limits.per_domain_and_hour", limits.per_domain_and_hour, 1, 1_000_000_000),
        ("limits.per_hour", limits.per_hour, 1, 1_000_000_000),
        ("limits.without_work_per_hour", limits.without_work_per_hour, 1, 1_000_000_000),
        ("limits.work_cost", limits.work_cost, 100, 1_000_000),
        ("limits.work_tries", limits.work_tries, 10, 100_000),
        ("limits.least_seconds", limits.least_seconds, 0, 60),
        ("limits.body_bytes", limits.body_bytes, 1_024, 16_777_216),
        ("delivery.connect_seconds", *connect_seconds, 1, 3_600),
        ("delivery.greeting_seconds", *greeting_seconds, 1, 3_600),
        ("delivery.command_seconds", *command_seconds, 1, 3_600),
        ("delivery.data_seconds", *data_seconds, 1, 3_600),
        ("delivery.write_seconds", *write_seconds, 1, 3_600),
        ("delivery.final_dot_seconds", *final_dot_seconds, 1, 3_600),
        ("delivery.idle_seconds", *idle_seconds, 1, 3_600),
        ("delivery.takeover_seconds", *takeover_seconds, 5, 3_600),
        ("delivery.batch", *batch, 1, 10_000),
        ("delivery.expire_hours", *expire_hours, 1, 87_600),
        ("session.idle_minutes", session.idle_minutes, 1, 1_440),
        ("session.hours", session.hours, 1, 168),
        ("schedule.missed_hours", schedule.missed_hours, 1, 8_760),
        ("fetch.feeds_minutes", fetch.feeds_minutes, 5, 10_080),
    ];
    match ranges.into_iter().find(|(_, value, least, most)| value < least || value > most) {
        Some((key, value, least, most)) => Err(wrong(key, format!("is {value}; it must be from {least} to {most}"))),
        None => Ok(()),
    }
}
