//! From an issue or a question to an edition: MJML and Handlebars, compiled at start, filled with a typed model once per
//! language. News text is data here, never source (R197); what differs per reader becomes a slot.

mod item;
mod look;
mod samples;
mod source;
mod view;
mod words;

use std::path::Path;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError, RenderErrorReason, ScopedJson,
};
use serde::Serialize;

use self::look::Palette;
use self::view::{ConfirmationContext, IssueContext, NoticeContext};
use super::edition::{Edition, Slot};
use super::quoted::{self, QuotedError};
use crate::domain::content;
use crate::domain::header::{HeaderError, HeaderText};
use crate::domain::language::Language;
use crate::i18n::extra;
use crate::i18n::{MissingText, Translator};

pub use self::item::{BlockMail, DownloadMail, ImageView, ItemView};
pub use self::look::Look;
pub use self::view::{ConfirmationMail, IssueMail, Links, NoticeAbout, NoticeMail, OtherEdition, Sender};
pub use self::words::{date, moment, salutation};

/// Why a template or a mail made from it is refused.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    #[error("template {name}: {why}")]
    Source { name: String, why: String },
    #[error("{key} is \"{value}\", but must be {expected}")]
    Look { key: &'static str, value: String, expected: &'static str },
    #[error("template {name} cannot be filled in: {source}")]
    Render { name: &'static str, source: Box<RenderError> },
    #[error(transparent)]
    Text(#[from] MissingText),
    #[error(transparent)]
    Header(#[from] HeaderError),
    #[error(transparent)]
    Quoted(#[from] QuotedError),
    #[error("an issue needs at least one news item")]
    NoItems,
    #[error("{place} contains the control character U+{code:04X}; take it out of the text")]
    ControlCharacter { place: String, code: u32 },
}

/// All mails' templates, compiled and ready.
pub struct Templates {
    html: Handlebars<'static>,
    plain: Handlebars<'static>,
    palette: Palette,
}

impl std::fmt::Debug for Templates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Templates").field("palette", &self.palette).finish_non_exhaustive()
    }
}

/// What has a subject and a text part.
const MAILS: [&str; 3] = ["issue", "confirmation", "notice"];

/// HTML parts, and the files they are made from. Leichte Sprache has its own layout of an issue (R246).
const LAYOUTS: [(&str, &str); 4] = [
    ("issue", "issue/html.mjml"),
    (SIMPLE, "issue/simple.mjml"),
    ("confirmation", "confirmation/html.mjml"),
    ("notice", "notice/html.mjml"),
];
const SIMPLE: &str = "issue/simple";

fn issue_layout(language: Language) -> &'static str {
    if language == Language::DeSimple { SIMPLE } else { "issue" }
}

impl Templates {
    /// Compiles every template, each file taken from `overrides` if it is there. Everything that can be wrong with one is
    /// found here and not when an issue is published.
    pub fn load(overrides: Option<&Path>, look: &Look) -> Result<Templates, TemplateError> {
        let mut html = registry();
        html.register_escape_fn(quoted::escape_html);
        html.register_helper("lines", Box::new(lines));
        let mut plain = registry();
        plain.register_escape_fn(handlebars::no_escape);
        for (layout, name) in LAYOUTS {
            let compiled = source::compile_mjml(name, &source::read(name, overrides)?)?;
            register(&mut html, layout, name, &compiled)?;
        }
        for mail in MAILS {
            for part in ["subject", "text"] {
                let name = format!("{mail}/{part}.txt");
                let text = source::read(&name, overrides)?;
                register(&mut plain, &format!("{mail}/{part}"), &name, &text)?;
            }
        }
        let templates = Templates { html, plain, palette: look.palette()? };
        for language in Language::OURS.into_iter().chain(extra::languages()) {
            templates.issue(&samples::issue(language))?;
            templates.web_version(&samples::issue(language))?;
            templates.confirmation(&samples::confirmation(language))?;
            for about in [NoticeAbout::Address, NoticeAbout::Link] {
                templates.notice(&samples::notice(language, about))?;
            }
        }
        Ok(templates)
    }

    /// The edition of an issue in `mail.language`.
    pub fn issue(&self, mail: &IssueMail) -> Result<Edition, TemplateError> {
        let context = IssueContext::new(mail, &self.palette)?;
        let subject = self.issue_subject(mail, &context)?;
        let context = checked(&context.with_subject(&subject), "issue")?;
        self.edition(
            Parts { html: issue_layout(mail.language), text: "issue/text" },
            &context,
            Envelope { language: mail.language, subject, sender: &mail.sender, list: Some(mail.list.clone()) },
        )
    }

    /// The same issue as a public page: a whole HTML document without anything personal.
    pub fn web_version(&self, mail: &IssueMail) -> Result<String, TemplateError> {
        let context = IssueContext::new(mail, &self.palette)?.for_the_web();
        let subject = self.issue_subject(mail, &context)?;
        let context = checked(&context.with_subject(&subject), "issue")?;
        Ok(as_page(&self.html(issue_layout(mail.language), &context)?))
    }

    /// The mail that asks for a confirmation. Neutral: nothing but the question (R142).
    pub fn confirmation(&self, mail: &ConfirmationMail) -> Result<Edition, TemplateError> {
        let context = ConfirmationContext::new(mail, &self.palette);
        let subject = self.subject("confirmation/subject", &context)?;
        let context = checked(&context.with_subject(&subject), "confirmation")?;
        self.edition(
            Parts { html: "confirmation", text: "confirmation/text" },
            &context,
            Envelope { language: mail.language, subject, sender: &mail.sender, list: None },
        )
    }

    /// A mail about somebody's own data, to whoever asked for it.
    pub fn notice(&self, mail: &NoticeMail) -> Result<Edition, TemplateError> {
        let context = NoticeContext::new(mail, &self.palette)?;
        let subject = self.subject("notice/subject", &context)?;
        let context = checked(&context.with_subject(&subject), "notice")?;
        self.edition(
            Parts { html: "notice", text: "notice/text" },
            &context,
            Envelope { language: mail.language, subject, sender: &mail.sender, list: None },
        )
    }

    fn issue_subject(&self, mail: &IssueMail, context: &IssueContext<'_>) -> Result<String, TemplateError> {
        match &mail.subject {
            Some(subject) => Ok(HeaderText::parse("subject", subject.trim())?.as_str().to_owned()),
            None => self.subject("issue/subject", context),
        }
    }

    fn subject(&self, name: &'static str, context: &impl Serialize) -> Result<String, TemplateError> {
        let rendered =
            self.plain.render(name, context).map_err(|source| TemplateError::Render { name, source: Box::new(source) })?;
        Ok(HeaderText::parse("subject", rendered.trim())?.as_str().to_owned())
    }

    fn html(&self, name: &'static str, context: &serde_json::Value) -> Result<String, TemplateError> {
        let rendered =
            self.html.render(name, context).map_err(|source| TemplateError::Render { name, source: Box::new(source) })?;
        Ok(tidied(&rendered))
    }

    fn edition(&self, parts: Parts, context: &serde_json::Value, envelope: Envelope<'_>) -> Result<Edition, TemplateError> {
        let name = parts.text;
        let text = self.plain.render(name, context).map_err(|source| TemplateError::Render { name, source: Box::new(source) })?;
        let html = quoted::encode(&self.html(parts.html, context)?)?;
        Ok(Edition {
            language: envelope.language,
            subject: envelope.subject,
            text: quoted::encode(&content::wrap(&airy(&text), content::COLUMNS))?,
            html,
            auto_submitted: envelope.list.is_none(),
            list: envelope.list,
            from_name: envelope.sender.from_name.clone(),
            from_address: envelope.sender.from_address.clone(),
            reply_to: envelope.sender.reply_to.clone(),
        })
    }
}

struct Parts {
    html: &'static str,
    text: &'static str,
}

struct Envelope<'a> {
    language: Language,
    subject: String,
    sender: &'a Sender,
    list: Option<super::edition::List>,
}

/// Strict: a name that is not in the context is an error, never an empty place.
fn registry() -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_helper("t", Box::new(Translator));
    registry.register_helper("slot", Box::new(SlotHelper));
    registry
}

fn register(registry: &mut Handlebars<'static>, key: &str, name: &str, text: &str) -> Result<(), TemplateError> {
    registry
        .register_template_string(key, text)
        .map_err(|error| TemplateError::Source { name: name.to_owned(), why: error.to_string() })
}

/// `{{slot "unsubscribe_link"}}`: the place of a slot.
struct SlotHelper;

impl HelperDef for SlotHelper {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let name = helper.param(0).and_then(|name| name.value().as_str()).unwrap_or_default();
        let slot = Slot::parse(name).ok_or_else(|| RenderErrorReason::Other(format!("there is no slot \"{name}\"")))?;
        Ok(ScopedJson::Derived(serde_json::Value::String(quoted::marker(slot))))
    }
}

/// `{{lines text}}`: escaped, with a `<br>` at every line end.
fn lines(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let text = helper
        .param(0)
        .and_then(|text| text.value().as_str())
        .ok_or_else(|| RenderErrorReason::Other("lines needs a text".to_owned()))?;
    out.write(&quoted::escape_html(text).replace('\n', "<br>"))?;
    Ok(())
}

/// The context as JSON, if no text in it could break a header, a line or a slot's frame (R13).
fn checked(context: &impl Serialize, name: &'static str) -> Result<serde_json::Value, TemplateError> {
    let json =
        serde_json::to_value(context).map_err(|error| TemplateError::Source { name: name.to_owned(), why: error.to_string() })?;
    no_controls(&json, name)?;
    Ok(json)
}

fn no_controls(json: &serde_json::Value, place: &str) -> Result<(), TemplateError> {
    match json {
        serde_json::Value::String(text) => match text.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t') {
            Some(wrong) => Err(TemplateError::ControlCharacter { place: place.to_owned(), code: u32::from(wrong) }),
            None => Ok(()),
        },
        serde_json::Value::Array(values) => values.iter().try_for_each(|value| no_controls(value, place)),
        serde_json::Value::Object(fields) => {
            fields.iter().try_for_each(|(name, value)| no_controls(value, &format!("{place}: {name}")))
        }
        _ => Ok(()),
    }
}

/// HTML without the lines that only template logic left behind, and without indentation nobody reads.
fn tidied(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for line in html.lines().map(str::trim).filter(|line| !line.is_empty()) {
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// MJML frames a mail as an article of a mail program; in a browser it is what the page is about (WCAG 2.2, 1.3.1).
fn as_page(html: &str) -> String {
    html.replacen(" aria-roledescription=\"email\"", "", 1).replacen("role=\"article\"", "role=\"main\"", 1)
}

/// Text with at most one blank line in a row and none at either end.
fn airy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && (out.is_empty() || out.ends_with("\n\n"))) {
            out.push_str(line);
            out.push('\n');
        }
    }
    format!("{}\n", out.trim_end())
}

#[cfg(test)]
mod tests;
