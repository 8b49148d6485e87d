//! All words that readers and staff see, in every language we have, as Fluent texts. Strict on purpose: there is no
//! fallback language, so a text that is missing fails a test and never shows up half translated. In languages that are none of
//! ours there are mails only; pages speak the one of ours that is nearest ([`Language::spoken`]).

pub mod check;
pub mod extra;

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, static_loader};
use handlebars::{Context, Handlebars, Helper, HelperDef, RenderContext, RenderError, RenderErrorReason, ScopedJson};

use crate::domain::language::Language;

static_loader! {
    static TEXTS = {
        locales: "./src/i18n/texts",
        // The loader demands one; `text` asks for a single language and never uses it.
        fallback_language: "en",
        // Isolating marks (U+2068, U+2069) show up as boxes in mail programs.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// What a text's placeable can be filled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    /// Plural rules apply to it (`{ $count -> [one] … *[other] … }`).
    Number(i64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Number(number)
    }
}

/// A text could not be made: no such id in this language, or an argument is missing.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("text \"{id}\" in {language}: {why}")]
pub struct MissingText {
    pub language: Language,
    pub id: String,
    pub why: String,
}

/// The text `id` in `language`, its placeables filled from `args`. Plain text: escaping is up to the caller.
pub fn text(language: Language, id: &str, args: &[(&str, Value)]) -> Result<String, MissingText> {
    let args: HashMap<Cow<'static, str>, FluentValue<'static>> =
        args.iter().map(|(name, value)| (Cow::Owned((*name).to_owned()), fluent(value))).collect();
    lookup(language, id, &args)
}

fn fluent(value: &Value) -> FluentValue<'static> {
    match value {
        Value::Text(text) => FluentValue::from(text.clone()),
        Value::Number(number) => FluentValue::from(*number),
    }
}

fn lookup(language: Language, id: &str, args: &HashMap<Cow<'static, str>, FluentValue<'static>>) -> Result<String, MissingText> {
    let missing = |why: String| MissingText { language, id: id.to_owned(), why };
    if let Language::Other(_) = language {
        if !extra::brings(id) {
            return lookup(language.spoken(), id, args);
        }
        let args = args.iter().map(|(name, value)| (name.as_ref(), value.clone())).collect();
        return extra::lookup(language, id, &args).map_err(missing);
    }
    let tag: LanguageIdentifier = language.tag().parse().map_err(|error| missing(format!("{error}")))?;
    TEXTS.lookup_single_language(&tag, id, Some(args)).map_err(|error| missing(error.to_string()))
}

/// The Handlebars helper `{{t "message-id" name=value …}}`, the same in mails and pages.
///
/// The language is the root context's field `language`; `in="de"` overrides it for one text (a language's own name).
/// The result passes through the registry's own escaping, arguments included: HTML-escaped in an HTML registry, as it
/// is in a plain one. It can be a subexpression: `{{> field label=(t "form-email")}}`. A missing text is a render error.
#[derive(Clone, Copy, Debug, Default)]
pub struct Translator;

impl HelperDef for Translator {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let id = helper
            .param(0)
            .and_then(|id| id.value().as_str())
            .ok_or_else(|| other("t needs a message id in quotes".to_owned()))?;
        let tag = match helper.hash_get("in") {
            Some(tag) => tag.value().as_str(),
            None => context.data().get("language").and_then(|tag| tag.as_str()),
        };
        let tag = tag.ok_or_else(|| other(format!("t \"{id}\": the context has no field `language`")))?;
        let language: Language = tag.parse().map_err(|error| other(format!("t \"{id}\": {error}")))?;

        let mut args = HashMap::new();
        for (name, value) in helper.hash().iter().filter(|(name, _)| **name != "in") {
            if value.is_value_missing() {
                return Err(other(format!("t \"{id}\": the value of `{name}` does not exist")));
            }
            let value = match value.value() {
                serde_json::Value::String(text) => FluentValue::from(text.clone()),
                serde_json::Value::Number(number) => match number.as_i64() {
                    Some(number) => FluentValue::from(number),
                    None => FluentValue::from(number.to_string()),
                },
                _ => return Err(other(format!("t \"{id}\": `{name}` is neither a text nor a number"))),
            };
            args.insert(Cow::Owned((*name).to_owned()), value);
        }
        let text = lookup(language, id, &args).map_err(|error| other(error.to_string()))?;
        Ok(ScopedJson::Derived(serde_json::Value::String(text)))
    }
}

fn other(why: String) -> RenderError {
    RenderErrorReason::Other(why).into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Per message: `file: id` and the variables it names.
    fn messages(language: Language) -> Vec<(String, BTreeSet<String>)> {
        let mut found: Vec<(String, BTreeSet<String>)> = Vec::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/i18n/texts").join(language.tag());
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap().to_owned();
            for line in std::fs::read_to_string(&path).unwrap().lines().filter(|line| !line.starts_with('#')) {
                if let Some((id, _)) = line.split_once('=')
                    && line.starts_with(|first: char| first.is_ascii_alphabetic() || first == '-')
                {
                    found.push((format!("{file}: {}", id.trim()), BTreeSet::new()));
                }
                for (at, _) in line.match_indices('$') {
                    let name: String =
                        line[at + 1..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect();
                    found.last_mut().expect("a variable belongs to a message").1.insert(name);
                }
            }
        }
        found.sort();
        found
    }

    #[test]
    fn every_language_says_the_same_things() {
        let ids = |language| messages(language).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        let german = ids(Language::De);
        assert_eq!(german.iter().collect::<BTreeSet<_>>().len(), german.len(), "an id occurs twice");
        assert_eq!(german, ids(Language::En));
        assert_eq!(german, ids(Language::DeSimple));
    }

    #[test]
    fn no_language_asks_for_a_value_the_others_do_not_know() {
        let german = messages(Language::De);
        assert_eq!(german, messages(Language::En));
        for ((id, known), (_, found)) in german.iter().zip(messages(Language::DeSimple)) {
            // Leichte Sprache often leaves a value out; it must not need another one.
            assert!(found.is_subset(known), "{id} in de-simple: {found:?}, in German: {known:?}");
        }
    }

    #[test]
    fn a_missing_text_is_an_error_and_not_another_language() {
        let error = text(Language::De, "no-such-text", &[]).unwrap_err();
        assert!(error.to_string().contains("no-such-text"));
    }

    #[test]
    fn a_missing_argument_is_an_error() {
        assert!(text(Language::De, "mail-date", &[]).is_err());
    }

    #[test]
    fn dates_are_words_in_each_language() {
        let date: &[(&str, Value)] = &[("day", 2.into()), ("month", 3.into()), ("year", 2021.into())];
        assert_eq!(text(Language::De, "mail-date", date).unwrap(), "2.\u{a0}März 2021");
        assert_eq!(text(Language::En, "mail-date", date).unwrap(), "2\u{a0}March 2021");
        assert_eq!(text(Language::DeSimple, "mail-date", date).unwrap(), "2.\u{a0}März 2021");
    }

    #[test]
    fn the_helper_escapes_as_its_registry_does() {
        let mut html = Handlebars::new();
        html.set_strict_mode(true);
        html.register_helper("t", Box::new(Translator));
        let source = "{{t \"mail-read-on\" title=title}}";
        let data = serde_json::json!({"language": "en", "title": "<b>"});
        assert_eq!(html.render_template(source, &data).unwrap(), "Read on: &lt;b&gt;");
        html.register_escape_fn(handlebars::no_escape);
        assert_eq!(html.render_template(source, &data).unwrap(), "Read on: <b>");
        assert!(html.render_template("{{t \"nothing\"}}", &data).is_err());
        assert!(html.render_template("{{t \"mail-read-on\"}}", &data).is_err());
        let nested = "{{#each list}}{{t \"mail-read-on\" title=this}} {{/each}}";
        let data = serde_json::json!({"language": "de", "list": ["a", "b"]});
        assert_eq!(html.render_template(nested, &data).unwrap(), "Weiterlesen: a Weiterlesen: b ");
    }
}
