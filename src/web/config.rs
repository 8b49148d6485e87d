//! What the web room needs of the settings file.

use ipnet::IpNet;
use jiff::civil::Date;
use serde::Deserialize;

/// The settings of the pages.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    /// Where readers reach us, without a slash at the end. All links are built from it, never from a Host header (R184).
    pub public_url: String,
    /// `look.colour`, `#rrggbb`.
    pub colour: String,
    /// `limits.body_bytes`: no form of ours comes near it (R204).
    pub body_bytes: usize,
    /// `http.trusted_proxies`: whose `X-Forwarded-For` is believed (R195).
    pub trusted_proxies: Vec<IpNet>,
    /// `embed.origins`: whose pages may show a form in a frame.
    pub embed_origins: Vec<String>,
    pub imprint: Imprint,
    pub accessibility: Accessibility,
    /// Stands at the top of each page instead of the organisation's name.
    #[serde(skip)]
    pub logo: Option<Logo>,
}

impl Config {
    /// Whether readers come by https. Everything else is a loopback address, which the settings make sure of.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// Who is responsible for this installation (§ 5 DDG, § 18 MStV). Lines of an address are separated by line breaks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Imprint {
    pub organisation: String,
    pub address: String,
    pub email: String,
    pub phone: Option<String>,
    pub represented_by: Option<String>,
    pub register: Option<String>,
    pub vat_id: Option<String>,
    pub authority: Option<String>,
    /// Who answers for journalistic content, with address.
    pub responsible: Option<String>,
}

/// What the accessibility statement says beyond its fixed words (§ 12b BGG, R225).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Accessibility {
    /// What is not accessible, and why. Empty: everything is.
    pub exceptions: String,
    /// An e-mail address.
    pub contact: String,
    /// The body that mediates.
    pub enforcement: Option<String>,
    pub enforcement_url: Option<String>,
    pub reviewed: Option<Date>,
}

/// A logo, encoded by ourselves.
#[derive(Clone, Debug)]
pub struct Logo {
    pub png: Vec<u8>,
    /// In CSS pixels; the picture may have twice as many.
    pub width: u32,
    pub height: u32,
}
