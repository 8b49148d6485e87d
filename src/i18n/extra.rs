//! Mails in languages that Rundbrief has no words for itself: an operator brings them, as one Fluent file per language with the
//! messages of our own mails. All of them: a mail that is half English helps nobody.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use fluent_templates::LanguageIdentifier;
use fluent_templates::fluent_bundle::concurrent::FluentBundle;
use fluent_templates::fluent_bundle::{FluentArgs, FluentResource};

use crate::domain::language::Language;

type Bundle = FluentBundle<FluentResource>;

/// By language. Words are read at start and stay while the process runs.
static WORDS: LazyLock<RwLock<HashMap<Language, Arc<Bundle>>>> = LazyLock::new(RwLock::default);

/// The message that is a language's own name.
const NAME: &str = "web-language";

/// What such a file begins with, for who translates it.
const HEAD: &str = "\
# The words of mails in one language. Save a translation as words/TAG.ftl in templates.directory (words/fr.ftl for French).
# What stands in { } stays as it is. https://projectfluent.org/fluent/guide explains the form.

# The language's own name, in the language.
web-language = English
";

/// The English words, to be translated.
pub fn sample() -> String {
    format!("{HEAD}\n{}", include_str!("texts/en/mail.ftl"))
}

fn parsed(source: String) -> Result<FluentResource, String> {
    FluentResource::try_new(source).map_err(|(_, errors)| {
        let first = errors.first().map(ToString::to_string).unwrap_or_default();
        format!("it cannot be read: {first}; it looks like \"rundbrief newsletter words\" prints it")
    })
}

/// Messages of the sample, in its order: each begins a line.
fn ids(sample: &str) -> Vec<&str> {
    let begins = |line: &&str| line.starts_with(|first: char| first.is_ascii_lowercase());
    sample.lines().filter(begins).filter_map(|line| Some(line.split_once('=')?.0.trim())).collect()
}

/// What each message names by `$`, in all its branches, and the functions it calls (it has none): an argument that is missing
/// would show only when a mail is made for somebody it matters for.
fn variables(source: &str) -> HashMap<&str, HashSet<&str>> {
    let mut found: HashMap<&str, HashSet<&str>> = HashMap::new();
    let mut id = "";
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(|first: char| first.is_ascii_lowercase()) {
            id = line.split('=').next().unwrap_or_default().trim();
        }
        let names = found.entry(id).or_default();
        let of_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        for after in line.split('$').skip(1) {
            names.insert(after.get(..after.find(|c| !of_name(c)).unwrap_or(after.len())).unwrap_or_default());
        }
        for function in ["NUMBER(", "DATETIME("] {
            names.extend(line.contains(function).then_some(function));
        }
    }
    found
}

/// Takes in the words of a language.
///
/// # Errors
/// A sentence that says what is wrong or missing.
pub fn add(language: Language, source: String) -> Result<(), String> {
    if Language::OURS.contains(&language) {
        return Err("Rundbrief brings the words of this language; change them by a template".to_owned());
    }
    let identifier: LanguageIdentifier = language.tag().parse().map_err(|error| format!("{error}"))?;
    let mut bundle = Bundle::new_concurrent(vec![identifier]);
    // As in our own texts: the marks show as boxes in mail programs.
    bundle.set_use_isolating(false);
    let sample = sample();
    let known = variables(&sample);
    for (id, names) in variables(&source) {
        if let Some(odd) = names.into_iter().find(|name| !known.get(id).is_some_and(|names| names.contains(name))) {
            return Err(format!("{id} names ${odd}, which that message does not know"));
        }
    }
    bundle
        .add_resource(parsed(source)?)
        .map_err(|errors| format!("it cannot be used: {}", errors.first().map(ToString::to_string).unwrap_or_default()))?;
    let missing: Vec<&str> = ids(&sample).into_iter().filter(|id| !bundle.has_message(id)).collect();
    if !missing.is_empty() {
        let named = missing.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        return Err(format!(
            "{} messages are missing, among them {named}; \"rundbrief newsletter words\" prints all",
            missing.len()
        ));
    }
    WORDS.write().unwrap_or_else(PoisonError::into_inner).insert(language, Arc::new(bundle));
    Ok(())
}

/// Whether mails can be in this language.
pub fn has_words(language: Language) -> bool {
    Language::OURS.contains(&language) || find(language).is_some()
}

/// The languages that were added.
pub fn languages() -> Vec<Language> {
    let mut all: Vec<Language> = WORDS.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
    all.sort();
    all
}

fn find(language: Language) -> Option<Arc<Bundle>> {
    WORDS.read().unwrap_or_else(PoisonError::into_inner).get(&language).cloned()
}

/// Whether a text is one of those: words of mails, and the language's name. Pages are in our own languages.
pub(super) fn brings(id: &str) -> bool {
    id == NAME || id.starts_with("mail-")
}

/// One text, or why there is none.
pub(super) fn lookup(language: Language, id: &str, args: &FluentArgs<'_>) -> Result<String, String> {
    let Some(bundle) = find(language) else {
        // Words that were brought while this process ran are read at its next start; until then a language is called by its tag.
        return if id == NAME { Ok(language.to_string()) } else { Err(format!("there are no words for {language}")) };
    };
    let pattern = bundle.get_message(id).and_then(|message| message.value()).ok_or("there is no such message")?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
    match errors.first() {
        None => Ok(text),
        Some(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::i18n::text;

    #[test]
    fn words_are_complete_or_refused() {
        let language: Language = "eo".parse().unwrap();
        assert!(!has_words(language));
        assert!(add(Language::De, sample()).unwrap_err().contains("brings the words"));
        assert!(add(language, "mail-date = {".to_owned()).unwrap_err().contains("cannot be read"));
        let told = add(language, "web-language = Esperanto\n".to_owned()).unwrap_err();
        assert!(told.contains("messages are missing, among them mail-date"), "{told}");
        assert_eq!(text(language, "web-language", &[]).unwrap(), "eo");
        assert!(text(language, "mail-imprint", &[]).unwrap_err().to_string().contains("no words for eo"));
        let words = sample().replace("web-language = English", "web-language = Esperanto").replace("Imprint", "Kolofono");
        add(language, words).unwrap();
        assert!(has_words(language) && languages().contains(&language));
        assert_eq!(text(language, "web-language", &[]).unwrap(), "Esperanto");
        assert_eq!(text(language, "mail-imprint", &[]).unwrap(), "Kolofono");
        assert_eq!(text(language, "mail-issue-number", &[("number", 7.into())]).unwrap(), "Issue 7");
        assert!(text(language, "mail-issue-number", &[]).is_err(), "an argument is missing");
        assert_eq!(
            text(language, "web-left-plain", &[]),
            text(Language::En, "web-left-plain", &[]),
            "pages are in our own languages"
        );
        for (wrong, why) in
            [("{ $nomo }", "mail-salutation-name names $nomo"), ("{ NUMBER($name) }", "mail-salutation-name names $NUMBER(")]
        {
            let words = sample().replace("Hello { $name },", &format!("Saluton {wrong},"));
            let told = add(language, words).unwrap_err();
            assert!(told.contains(why), "{told}");
        }
    }
}
