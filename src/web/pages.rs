//! Turns a page's content into HTML: templates embedded in the binary, compiled at start, escaping everything, strict
//! about names (R197). Every page has the same frame: title, language, navigation, a way to the imprint.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use handlebars::{Handlebars, RenderError, TemplateError};
use rust_embed::RustEmbed;
use serde::Serialize;

use super::config::{Config, Logo};
use super::failure::Failure;
use super::language::Visit;
use super::{look, origin};
use crate::domain::consent::sha256;
use crate::domain::language::Language;
use crate::domain::proof::hex;
use crate::domain::token;
use crate::i18n::{self, MissingText, Translator, Value};

#[derive(RustEmbed)]
#[folder = "src/web/templates"]
struct Sources;

/// The templates and what all pages share.
pub struct Pages {
    registry: Handlebars<'static>,
    organisation: String,
    origin: String,
    https: bool,
    demo: bool,
    look: Look,
    logo: Option<(Logo, String)>,
}

/// A generated style sheet and its entity tag.
pub struct Look {
    pub text: String,
    pub tag: String,
}

#[derive(Debug, thiserror::Error)]
pub enum PagesError {
    #[error("page template {name}: {cause}")]
    Template { name: String, cause: Box<TemplateError> },
    #[error("page template {0} is not UTF-8")]
    Encoding(String),
}

/// A page about to be rendered: which template, in which language, with which headers.
pub struct Page {
    template: &'static str,
    language: Language,
    title: String,
    status: StatusCode,
    switches: bool,
    private: bool,
    unlisted: bool,
    feed: Option<String>,
    staff: Option<StaffBar>,
}

/// Who is signed in, for the bar at the top of staff pages.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StaffBar {
    pub address: String,
    pub may_write: bool,
    pub may_publish: bool,
    pub on_desk: bool,
    pub on_sessions: bool,
}

impl Page {
    pub fn new(template: &'static str, language: Language, title: String) -> Self {
        Self {
            template,
            language,
            title,
            status: StatusCode::OK,
            switches: false,
            private: false,
            unlisted: false,
            feed: None,
            staff: None,
        }
    }

    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Offers this address in the other languages. Only for pages that GET can show.
    pub fn with_switches(mut self) -> Self {
        self.switches = true;
        self
    }

    /// For one person's eyes: not stored, not indexed (R184).
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// For everybody, but not for search engines.
    pub fn unlisted(mut self) -> Self {
        self.unlisted = true;
        self
    }

    pub fn feed(mut self, feed: String) -> Self {
        self.feed = Some(feed);
        self
    }

    pub fn staff(mut self, staff: StaffBar) -> Self {
        self.staff = Some(staff);
        self.private()
    }
}

#[derive(Serialize)]
struct Frame<'a, C> {
    language: Language,
    title: &'a str,
    organisation: &'a str,
    logo: Option<LogoSize>,
    query: String,
    switches: Vec<Switch>,
    demo: bool,
    feed: Option<&'a str>,
    staff: Option<&'a StaffBar>,
    #[serde(flatten)]
    content: &'a C,
}

#[derive(Serialize)]
struct LogoSize {
    width: u32,
    height: u32,
}

#[derive(Serialize)]
struct Switch {
    tag: Language,
    href: String,
    current: bool,
}

impl Pages {
    /// Compiles all templates. `demo` adds the banner that leads to the captured mails.
    pub fn new(config: &Config, demo: bool) -> Result<Self, PagesError> {
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        registry.register_helper("t", Box::new(Translator));
        for file in Sources::iter() {
            let Some(name) = file.strip_suffix(".hbs") else { continue };
            let Some(source) = Sources::get(&file) else { continue };
            let text = std::str::from_utf8(&source.data).map_err(|_| PagesError::Encoding(file.to_string()))?;
            registry
                .register_template_string(name, text)
                .map_err(|cause| PagesError::Template { name: file.to_string(), cause: Box::new(cause) })?;
        }
        let css = look::css(&config.colour);
        let tag = hex(&token::secret_hash(&css));
        Ok(Self {
            registry,
            organisation: config.imprint.organisation.clone(),
            origin: origin::of_url(&config.public_url),
            https: config.is_https(),
            demo,
            look: Look { text: css, tag },
            logo: config.logo.clone().map(|logo| {
                let tag = hex(&sha256(&[&logo.png]));
                (logo, tag)
            }),
        })
    }

    /// Scheme, host and port of the public address.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn is_https(&self) -> bool {
        self.https
    }

    pub fn look(&self) -> &Look {
        &self.look
    }

    /// The logo as a PNG, and its entity tag.
    pub fn logo(&self) -> Option<(&[u8], &str)> {
        self.logo.as_ref().map(|(logo, tag)| (logo.png.as_slice(), tag.as_str()))
    }

    /// A text without placeables.
    pub fn say(language: Language, id: &str) -> Result<String, MissingText> {
        i18n::text(language, id, &[])
    }

    /// A text about one thing.
    pub fn say_with(language: Language, id: &str, name: &str, value: impl Into<Value>) -> Result<String, MissingText> {
        i18n::text(language, id, &[(name, value.into())])
    }

    pub fn answer<C: Serialize>(&self, visit: &Visit, page: Page, content: &C) -> Result<HttpResponse, Failure> {
        let html = self.html(visit, &page, content).map_err(Box::new)?;
        let mut answer = HttpResponse::build(page.status);
        answer.insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"));
        answer.insert_header((header::CONTENT_LANGUAGE, page.language.tag()));
        answer.insert_header((header::VARY, "Accept-Language"));
        if page.private {
            answer.insert_header((header::CACHE_CONTROL, "no-store"));
        } else {
            answer.insert_header((header::CACHE_CONTROL, "no-cache"));
        }
        if page.private || page.unlisted {
            answer.insert_header(("X-Robots-Tag", "noindex"));
        }
        Ok(answer.body(html))
    }

    fn html<C: Serialize>(&self, visit: &Visit, page: &Page, content: &C) -> Result<String, RenderError> {
        let switches = if page.switches {
            Language::OURS
                .into_iter()
                .map(|tag| Switch { tag, href: visit.href_in(tag), current: tag == page.language })
                .collect()
        } else {
            Vec::new()
        };
        let frame = Frame {
            language: page.language,
            title: &page.title,
            organisation: &self.organisation,
            logo: self.logo.as_ref().map(|(logo, _)| LogoSize { width: logo.width, height: logo.height }),
            query: visit.query(),
            switches,
            demo: self.demo,
            feed: page.feed.as_deref(),
            staff: page.staff.as_ref(),
            content,
        };
        self.registry.render(page.template, &frame)
    }
}
