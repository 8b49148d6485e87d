//! What everybody may see: newsletters, their forms and archives, the pages behind the links of a mail. No cookies here.

pub mod archive;
pub mod confirm;
pub mod feed;
pub mod form;
pub mod health;
pub mod home;
pub mod leave;
pub mod legal;
pub mod media;
pub mod person;
pub mod preferences;
pub mod search;

use serde::Serialize;

use crate::domain::language::Language;

/// A text field with what was typed and what is wrong with it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Field {
    pub value: String,
    pub error: Option<String>,
}

/// A line of the summary above a form. `field` is the id of the input to jump to.
#[derive(Clone, Debug, Serialize)]
pub struct Wrong {
    pub field: Option<&'static str>,
    pub text: String,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct LanguageChoice {
    pub tag: Language,
    pub chosen: bool,
}

pub fn language_choices(languages: &[Language], chosen: Language) -> Vec<LanguageChoice> {
    languages.iter().map(|tag| LanguageChoice { tag: *tag, chosen: *tag == chosen }).collect()
}

/// The language a newsletter's own words are in on a page of this language: it may have none in the page's.
pub fn language_of_words(languages: &[Language], page: Language) -> Language {
    if languages.contains(&page) { page } else { languages.first().copied().unwrap_or(page) }
}

/// Plain text as paragraphs.
pub fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()).map(str::to_owned).collect()
}
