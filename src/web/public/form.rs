//! The form of a newsletter and the answer to it. The answer is the same whoever is asked for (R174).

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::{Field, LanguageChoice, Wrong, language_choices, language_of_words, paragraphs};
use crate::domain::address::AddressError;
use crate::domain::language::Language;
use crate::i18n::{self, MissingText};
use crate::journeys::subscribe::{self, FormView, SubscribeAnswer, SubscribeRequest};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};

#[derive(Serialize)]
struct Form {
    slug: String,
    newsletter: String,
    description: String,
    /// Of title and description.
    content_language: Language,
    consent: Vec<String>,
    consent_language: Language,
    /// Hash of the consent text, so that we know which one was read.
    wording: String,
    /// Empty if there is nothing to choose.
    languages: Vec<LanguageChoice>,
    language_error: Option<String>,
    email: Field,
    name: Field,
    errors: Vec<Wrong>,
}

/// GET /n/SLUG
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    slug: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let view = view(&state, &visit, slug.into_inner()).await?;
    let language = view.language;
    let form = Form::blank(view);
    let title = Pages::say_with(language, "web-form-title", "title", form.newsletter.as_str())?;
    pages.answer(&visit, Page::new("form", language, title).with_switches(), &form)
}

/// POST /subscribe, also from forms on other sites.
pub async fn submit(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Failure> {
    let fields = Fields::from(fields.into_inner());
    let slugs = fields.all("newsletter");
    let Some(first) = slugs.first().cloned() else { return Err(Failure::BadRequest) };
    let context = Arc::clone(&state.context);
    let now = state.clock.now();
    let request = SubscribeRequest {
        address: fields.first("email").to_owned(),
        form_url: context.url(&format!("/n/{first}")),
        newsletter_slugs: slugs,
        language: fields.first("language").to_owned(),
        name: fields.given("name"),
        wording: fields.given("wording"),
    };
    let answer = state.store.write(move |conn| subscribe::subscribe(conn, &context, now, &request)).await?;
    match answer {
        SubscribeAnswer::Asked => asked(&pages, &visit, &fields),
        SubscribeAnswer::NoSuchNewsletter => Err(Failure::NotFound),
        wrong => {
            let view = view(&state, &visit, first).await?;
            again(&pages, &visit, view, &fields, &wrong)
        }
    }
}

async fn view(state: &State, visit: &Visit, slug: String) -> Result<FormView, Failure> {
    let context = Arc::clone(&state.context);
    let wanted = visit.asked.or(visit.accepted);
    state.store.read(move |conn| subscribe::form(conn, &context, &slug, wanted)).await?.ok_or(Failure::NotFound)
}

fn asked(pages: &Pages, visit: &Visit, fields: &Fields) -> Result<HttpResponse, Failure> {
    let edition = fields.first("language").parse().unwrap_or(Language::De);
    let language = visit.language_or(edition);
    let title = Pages::say(language, "web-asked-title")?;
    pages.answer(visit, Page::new("asked", language, title).private(), &serde_json::json!({}))
}

/// The form once more, with everything that was typed and words about what is wrong (R218).
fn again(
    pages: &Pages,
    visit: &Visit,
    view: FormView,
    fields: &Fields,
    wrong: &SubscribeAnswer,
) -> Result<HttpResponse, Failure> {
    let language = view.language;
    let languages = view.languages.clone();
    let mut form = Form::blank(view);
    form.email.value = fields.first("email").to_owned();
    form.name.value = fields.first("name").to_owned();
    if let Ok(chosen) = fields.first("language").parse()
        && !form.languages.is_empty()
    {
        form.languages = language_choices(&languages, chosen);
    }
    let (field, text) = match wrong {
        SubscribeAnswer::BadAddress(error) => {
            let text = about_address(language, error)?;
            form.email.error = Some(text.clone());
            (Some("email"), text)
        }
        SubscribeAnswer::BadName(error) => {
            let text = Pages::say(language, error.key())?;
            form.name.error = Some(text.clone());
            (Some("name"), text)
        }
        SubscribeAnswer::BadLanguage => {
            let text = Pages::say(language, "web-form-error-language")?;
            form.language_error = Some(text.clone());
            ((!form.languages.is_empty()).then_some("language"), text)
        }
        SubscribeAnswer::WordingChanged => (Some("consent"), Pages::say(language, "web-form-error-wording")?),
        SubscribeAnswer::Asked | SubscribeAnswer::NoSuchNewsletter => return Err(Failure::BadRequest),
    };
    form.errors.push(Wrong { field, text });
    let title = Pages::say_with(language, "web-form-title", "title", form.newsletter.as_str())?;
    pages.answer(visit, Page::new("form", language, title).status(StatusCode::UNPROCESSABLE_ENTITY).private(), &form)
}

pub(super) fn about_address(language: Language, error: &AddressError) -> Result<String, MissingText> {
    match error {
        AddressError::LocalPartCharacter(character) => Pages::say_with(language, error.key(), "character", character.to_string()),
        _ => i18n::text(language, error.key(), &[]),
    }
}

impl Form {
    fn blank(view: FormView) -> Self {
        let content_language = language_of_words(&view.languages, view.language);
        let languages = if view.languages.len() > 1 { language_choices(&view.languages, content_language) } else { Vec::new() };
        Self {
            slug: view.slug,
            newsletter: view.title,
            description: view.description,
            content_language,
            consent: paragraphs(&view.consent.text),
            consent_language: view.language,
            wording: view.consent.hash_hex(),
            languages,
            language_error: None,
            email: Field::default(),
            name: Field::default(),
            errors: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_in_an_address_has_words_in_every_language() {
        for language in Language::ALL {
            for key in AddressError::KEYS {
                let said = i18n::text(language, key, &[("character", "x".into())]);
                assert!(said.is_ok(), "{said:?}");
            }
        }
    }
}
