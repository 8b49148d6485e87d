//! The reader's own page: name, language of each newsletter, and leaving, on one plain form.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::confirm::wrong_link;
use super::{Field, LanguageChoice, Wrong, language_choices};
use crate::domain::language::Language;
use crate::domain::states::SubscriptionState;
use crate::journeys::preferences::{self, Choice, PreferencesAnswer, PreferencesRequest, PreferencesView};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};

#[derive(Serialize)]
struct Preferences {
    saved: bool,
    errors: Vec<Wrong>,
    name: Field,
    subscriptions: Vec<Subscription>,
}

#[derive(Serialize)]
struct Subscription {
    slug: String,
    title: String,
    language: Language,
    open: bool,
    pending: bool,
    languages: Vec<LanguageChoice>,
}

/// GET /preferences/TOKEN
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    http: HttpRequest,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let context = Arc::clone(&state.context);
    match state.store.read(move |conn| preferences::show(conn, &context, &token)).await? {
        Some(view) => answer(&pages, &visit, view, None),
        None => wrong_link(&state, &pages, &visit, &http),
    }
}

/// POST /preferences/TOKEN
pub async fn submit(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    http: HttpRequest,
    token: web::Path<String>,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Failure> {
    let pairs = fields.into_inner();
    let choices = choices(&pairs);
    let fields = Fields::from(pairs);
    let request = PreferencesRequest { name: fields.given("name"), choices };
    let context = Arc::clone(&state.context);
    let now = state.clock.now();
    let answered = state.store.write(move |conn| preferences::save(conn, &context, now, &token, &request)).await?;
    match answered {
        PreferencesAnswer::Saved(view) => answer(&pages, &visit, view, Some(Ok(()))),
        PreferencesAnswer::BadName(error, view) => {
            answer(&pages, &visit, view, Some(Err((error.key(), fields.first("name").to_owned()))))
        }
        PreferencesAnswer::Unknown => wrong_link(&state, &pages, &visit, &http),
    }
}

/// Fields are named `language.SLUG` and `leave.SLUG`; leaving wins over a language.
fn choices(pairs: &[(String, String)]) -> Vec<(String, Choice)> {
    let mut choices: Vec<(String, Choice)> = Vec::new();
    for (field, _) in pairs {
        if let Some(slug) = field.strip_prefix("leave.") {
            choices.push((slug.to_owned(), Choice::Leave));
        }
    }
    for (field, value) in pairs {
        if let (Some(slug), Ok(language)) = (field.strip_prefix("language."), value.parse())
            && !choices.iter().any(|(chosen, _)| chosen == slug)
        {
            choices.push((slug.to_owned(), Choice::Keep(language)));
        }
    }
    choices
}

/// `outcome`: nothing was sent, it was saved, or the name (with the id of the text about it and what was typed) is wrong.
fn answer(
    pages: &Pages,
    visit: &Visit,
    view: PreferencesView,
    outcome: Option<Result<(), (&'static str, String)>>,
) -> Result<HttpResponse, Failure> {
    let language = visit.language_of_reader(view.language);
    let mut name = Field { value: view.name.unwrap_or_default(), error: None };
    let mut errors = Vec::new();
    let saved = matches!(outcome, Some(Ok(())));
    if let Some(Err((key, typed))) = outcome {
        let text = Pages::say(language, key)?;
        name = Field { value: typed, error: Some(text.clone()) };
        errors.push(Wrong { field: Some("name"), text });
    }
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let subscriptions = view
        .subscriptions
        .into_iter()
        .map(|one| Subscription {
            open: one.state == SubscriptionState::Active,
            pending: one.state == SubscriptionState::Pending,
            languages: language_choices(&one.languages, one.language),
            slug: one.slug,
            title: one.title,
            language: one.language,
        })
        .collect();
    let content = Preferences { saved, errors, name, subscriptions };
    let page = Page::new("preferences", language, Pages::say(language, "web-preferences-title")?);
    pages.answer(visit, page.status(status).with_switches().private(), &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaving_wins_over_a_language() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let chosen = choices(&[
            pair("name", "Ada"),
            pair("language.a", "de"),
            pair("language.b", "en"),
            pair("leave.b", "yes"),
            pair("language.c", "xx"),
        ]);
        assert_eq!(chosen, [("b".to_owned(), Choice::Leave), ("a".to_owned(), Choice::Keep(Language::De))]);
    }
}
