//! Private keys: made, read from PEM, named, and the DNS record that goes with each (RFC 6376 §3.6.1, RFC 8463 §4).

use std::fmt;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::DkimError;
use crate::domain::address::domain_name;

/// Octets of a string in a TXT record, at most (RFC 1035 §3.3).
const STRING: usize = 255;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Rsa,
    Ed25519,
}

impl Algorithm {
    /// `a=`
    pub fn tag(self) -> &'static str {
        match self {
            Algorithm::Rsa => "rsa-sha256",
            Algorithm::Ed25519 => "ed25519-sha256",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Algorithm::Rsa => "RSA",
            Algorithm::Ed25519 => "Ed25519",
        })
    }
}

/// Where receivers look for the public key. Shown as that: `news2026._domainkey.example.org`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName {
    pub selector: String,
    pub domain: String,
}

impl KeyName {
    /// # Errors
    /// [`DkimError::Name`] for anything but DNS names. The result is in lower case, and in A-labels as senders' domains are.
    pub fn parse(selector: &str, domain: &str) -> Result<Self, DkimError> {
        let domain = domain_name(domain).map_err(|_| DkimError::Name(domain.escape_debug().to_string()))?;
        let domain = domain.as_str();
        for (text, least) in [(selector, 1), (domain, 2)] {
            let labels: Vec<&str> = text.split('.').collect();
            if labels.len() < least || text.len() > 200 || !labels.iter().all(|label| is_label(label)) {
                return Err(DkimError::Name(text.escape_debug().to_string()));
            }
        }
        Ok(Self { selector: selector.to_ascii_lowercase(), domain: domain.to_ascii_lowercase() })
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}._domainkey.{}", self.selector, self.domain)
    }
}

/// A private key, parsed once. Shows only what kind it is.
pub enum PrivateKey {
    Rsa(Box<rsa::KeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, …)", self.algorithm())
    }
}

impl PrivateKey {
    /// A fresh key: RSA with 2048 bits, which every receiver takes and which fits the mail's pace, or Ed25519.
    ///
    /// # Errors
    /// [`DkimError::Refused`] if the library cannot make one.
    pub fn generate(algorithm: Algorithm) -> Result<Self, DkimError> {
        Ok(match algorithm {
            Algorithm::Rsa => Self::Rsa(Box::new(rsa::KeyPair::generate(rsa::KeySize::Rsa2048).map_err(|_| DkimError::Refused)?)),
            Algorithm::Ed25519 => Self::Ed25519(Box::new(Ed25519KeyPair::generate().map_err(|_| DkimError::Refused)?)),
        })
    }

    /// Reads PKCS#8 (and for RSA also PKCS#1) in PEM form.
    ///
    /// # Errors
    /// [`DkimError::NoPem`], [`DkimError::Encrypted`], [`DkimError::Unusable`] (also for RSA below 2048 bits, R114).
    pub fn from_pem(text: &str) -> Result<Self, DkimError> {
        let begin = |label: &str| text.split_once(&format!("-----BEGIN {label}-----")).map(|(_, rest)| rest);
        if begin("ENCRYPTED PRIVATE KEY").is_some() || text.contains("Proc-Type: 4,ENCRYPTED") {
            return Err(DkimError::Encrypted);
        }
        let (rest, is_pkcs8) = match begin("PRIVATE KEY") {
            Some(rest) => (rest, true),
            None => (begin("RSA PRIVATE KEY").ok_or(DkimError::NoPem)?, false),
        };
        let (encoded, _) = rest.split_once("-----END").ok_or(DkimError::NoPem)?;
        let encoded: String = encoded.split_ascii_whitespace().collect();
        let der = STANDARD.decode(encoded).map_err(|_| DkimError::NoPem)?;
        let unusable = |error: aws_lc_rs::error::KeyRejected| DkimError::Unusable(error.to_string());
        if is_pkcs8 && let Ok(pair) = Ed25519KeyPair::from_pkcs8(&der) {
            return Ok(Self::Ed25519(Box::new(pair)));
        }
        let pair = if is_pkcs8 { rsa::KeyPair::from_pkcs8(&der) } else { rsa::KeyPair::from_der(&der) }.map_err(unusable)?;
        match pair.public_modulus_len() {
            0..256 => Err(DkimError::Unusable("RSA with fewer than 2048 bits".to_owned())),
            _ => Ok(Self::Rsa(Box::new(pair))),
        }
    }

    /// PKCS#8 in PEM form.
    ///
    /// # Errors
    /// [`DkimError::Refused`] if the library cannot write it down.
    pub fn to_pem(&self) -> Result<String, DkimError> {
        let der = match self {
            Self::Rsa(pair) => pair.as_der().map_err(|_| DkimError::Refused)?.as_ref().to_vec(),
            Self::Ed25519(pair) => pair.to_pkcs8v1().map_err(|_| DkimError::Refused)?.as_ref().to_vec(),
        };
        let mut pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
        // RFC 7468 §2: 64 characters a line.
        let encoded = STANDARD.encode(der);
        let mut rest = encoded.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at_checked(64).unwrap_or((rest, ""));
            pem.push_str(line);
            pem.push('\n');
            rest = after;
        }
        pem.push_str("-----END PRIVATE KEY-----\n");
        Ok(pem)
    }

    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::Rsa,
            Self::Ed25519(_) => Algorithm::Ed25519,
        }
    }
}

/// A private key under its name.
#[derive(Debug)]
pub struct Key {
    pub name: KeyName,
    pub private: PrivateKey,
}

impl Key {
    pub fn algorithm(&self) -> Algorithm {
        self.private.algorithm()
    }

    /// For people: "news2026 (RSA, 2048 bits)".
    pub fn describe(&self) -> String {
        match &self.private {
            PrivateKey::Rsa(pair) => {
                format!("{} (RSA, {} bits)", self.name.selector, pair.public_modulus_len().saturating_mul(8))
            }
            PrivateKey::Ed25519(_) => format!("{} (Ed25519)", self.name.selector),
        }
    }

    /// What has to stand in DNS so that others can verify.
    ///
    /// # Errors
    /// [`DkimError::Refused`] if the library cannot write the public key down.
    pub fn record(&self) -> Result<Record, DkimError> {
        let value = match &self.private {
            PrivateKey::Rsa(pair) => {
                let public = pair.public_key().as_der().map_err(|_| DkimError::Refused)?;
                format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public.as_ref()))
            }
            // RFC 8463 §4.2: the 32 octets themselves, 44 characters.
            PrivateKey::Ed25519(pair) => format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(pair.public_key().as_ref())),
        };
        Ok(Record { name: self.name.to_string(), value })
    }
}

/// A TXT record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub name: String,
    pub value: String,
}

impl Record {
    /// The value in strings of at most 255 octets, as zone files want it; receivers put them together without a space (§3.6.2.2).
    pub fn strings(&self) -> Vec<&str> {
        let mut strings = Vec::new();
        let mut rest = self.value.as_str();
        while !rest.is_empty() {
            let (string, after) = rest.split_at_checked(STRING).unwrap_or((rest, ""));
            strings.push(string);
            rest = after;
        }
        strings
    }
}
