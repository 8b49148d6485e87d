//! The reader's own page: name, language of each newsletter, leaving, and another address, on plain forms.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::confirm::unknown_link;
use super::form::about_address;
use super::{Field, LanguageChoice, Wrong, language_choices};
use crate::domain::address::AddressError;
use crate::domain::header::HeaderError;
use crate::domain::language::Language;
use crate::domain::states::SubscriptionState;
use crate::journeys::address::{self, ChangeAnswer};
use crate::journeys::preferences::{self, Choice, PreferencesAnswer, PreferencesRequest, SubscriptionView};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};

#[derive(Serialize)]
struct Preferences {
    /// Of the page's own link, for the forms on it.
    token: String,
    /// What was just done, in words.
    done: Option<String>,
    errors: Vec<Wrong>,
    address: String,
    name: Field,
    /// The new address.
    email: Field,
    subscriptions: Vec<Subscription>,
}

/// What was sent, and what came of it.
enum Outcome {
    Shown,
    /// The id of the text that says so.
    Done(&'static str),
    /// The name and the choices as they were sent.
    BadName(HeaderError, String, Vec<(String, Choice)>),
    BadAddress(AddressError, String),
}

#[derive(Serialize)]
struct Subscription {
    slug: String,
    title: String,
    language: Language,
    open: bool,
    /// Whether the box for leaving is ticked.
    leave: bool,
    pending: bool,
    is_closed: bool,
    languages: Vec<LanguageChoice>,
}

/// GET /preferences/TOKEN
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    again(&state, &pages, &visit, token.into_inner(), Outcome::Shown).await
}

/// POST /preferences/TOKEN
pub async fn submit(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    token: web::Path<String>,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Failure> {
    let (token, pairs) = (token.into_inner(), fields.into_inner());
    let choices = choices(&pairs);
    let fields = Fields::from(pairs);
    let request = PreferencesRequest { name: fields.given("name"), choices: choices.clone() };
    let (context, now, of) = (Arc::clone(&state.context), state.clock.now(), token.clone());
    let answered = state.store.write(move |conn| preferences::save(conn, &context, now, &of, &request)).await?;
    let outcome = match answered {
        PreferencesAnswer::Saved => Outcome::Done("web-preferences-saved"),
        PreferencesAnswer::BadName(error) => Outcome::BadName(error, fields.first("name").to_owned(), choices),
        PreferencesAnswer::Unknown => return unknown_link(&pages, &visit),
    };
    again(&state, &pages, &visit, token, outcome).await
}

/// POST /preferences/TOKEN/address
pub async fn change_address(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    token: web::Path<String>,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Failure> {
    let token = token.into_inner();
    let wanted = Fields::from(fields.into_inner()).first("email").to_owned();
    let (context, now, of, typed) = (Arc::clone(&state.context), state.clock.now(), token.clone(), wanted.clone());
    let language = visit.language();
    let answered = state.store.write(move |conn| address::change(conn, &context, now, &of, &typed, language)).await?;
    let outcome = match answered {
        ChangeAnswer::Asked => Outcome::Done("web-preferences-address-asked"),
        ChangeAnswer::BadAddress(error) => Outcome::BadAddress(error, wanted),
        ChangeAnswer::Unknown => return unknown_link(&pages, &visit),
    };
    again(&state, &pages, &visit, token, outcome).await
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

/// The page as things stand now.
async fn again(state: &State, pages: &Pages, visit: &Visit, token: String, outcome: Outcome) -> Result<HttpResponse, Failure> {
    let (context, of) = (Arc::clone(&state.context), token.clone());
    let Some(view) = state.store.read(move |conn| preferences::show(conn, &context, &of)).await? else {
        return unknown_link(pages, visit);
    };
    let language = visit.language_of_reader(view.language);
    let mut content = Preferences {
        token,
        done: None,
        errors: Vec::new(),
        address: view.address,
        name: Field { value: view.name.unwrap_or_default(), error: None },
        email: Field::default(),
        subscriptions: view.subscriptions.into_iter().map(Subscription::from).collect(),
    };
    match outcome {
        Outcome::Shown => {}
        Outcome::Done(id) => content.done = Some(Pages::say(language, id)?),
        Outcome::BadName(error, typed, choices) => {
            content.name = content.wrong("name", typed, Pages::say(language, error.key())?);
            content.subscriptions.iter_mut().for_each(|one| one.choose(&choices));
        }
        Outcome::BadAddress(error, typed) => content.email = content.wrong("email", typed, about_address(language, &error)?),
    }
    let status = if content.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page::new("preferences", language, Pages::say(language, "web-preferences-title")?);
    // The switches lead to the page itself, also from what a form was sent to.
    let visit = Visit { path: format!("/preferences/{}", content.token), ..visit.clone() };
    pages.answer(&visit, page.status(status).with_switches().private(), &content)
}

impl Preferences {
    fn wrong(&mut self, field: &'static str, typed: String, text: String) -> Field {
        self.errors.push(Wrong { field: Some(field), text: text.clone() });
        Field { value: typed, error: Some(text) }
    }
}

impl Subscription {
    /// As it was chosen, where that could not be saved.
    fn choose(&mut self, choices: &[(String, Choice)]) {
        match choices.iter().find(|(slug, _)| *slug == self.slug) {
            Some((_, Choice::Leave)) => self.leave = true,
            Some((_, Choice::Keep(language))) => self.languages.iter_mut().for_each(|one| one.chosen = one.tag == *language),
            None => {}
        }
    }
}

impl From<SubscriptionView> for Subscription {
    fn from(one: SubscriptionView) -> Self {
        Self {
            open: one.state == SubscriptionState::Active,
            leave: false,
            pending: one.state == SubscriptionState::Pending,
            is_closed: one.is_closed,
            languages: language_choices(&one.languages, one.language),
            slug: one.slug,
            title: one.title,
            language: one.language,
        }
    }
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
            pair("language.c", "x"),
        ]);
        assert_eq!(chosen, [("b".to_owned(), Choice::Leave), ("a".to_owned(), Choice::Keep(Language::De))]);
    }
}
