//! The form of a newsletter and the answer to it. The answer is the same whoever is asked for (R174).

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::Serialize;

use super::{Field, LanguageChoice, Wrong, language_choices, language_of_words, paragraphs};
use crate::domain::address::AddressError;
use crate::domain::altcha;
use crate::domain::language::Language;
use crate::i18n::{self, MissingText};
use crate::journeys::limits::{self, Arrival};
use crate::journeys::subscribe::{self, FormView, SubscribeAnswer, SubscribeRequest};
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};
use crate::web::{State, client, headers, words};

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
    /// Whether it stands in a frame on somebody else's page.
    embedded: bool,
    /// When it was shown, signed.
    stamp: String,
    /// Seconds that filling it in takes at least: its script waits that long.
    least: i64,
    /// Seconds for which a challenge may be answered.
    lifetime: i64,
}

/// The value of the hidden field `form` of a form in a frame.
const EMBED: &str = "embed";

/// GET /n/SLUG
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    slug: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let view = view(&state, &visit, slug.into_inner()).await?;
    if view.is_closed {
        return closed(&pages, &visit, &view, StatusCode::OK);
    }
    let is_private = view.is_private;
    let form = Form::blank(&state, view);
    let page = Page::new("form", form.consent_language, form.title()?).with_switches();
    pages.answer(&visit, if is_private { page.unlisted() } else { page }, &form)
}

/// GET /n/SLUG/embed: the same form, to stand in a frame on the pages of `embed.origins` (R212).
pub async fn show_embedded(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    slug: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let view = view(&state, &visit, slug.into_inner()).await?;
    let mut answer = if view.is_closed {
        closed(&pages, &visit, &view, StatusCode::OK)?
    } else {
        let mut form = Form::blank(&state, view);
        form.embedded = true;
        pages.answer(&visit, Page::new("embed", form.consent_language, form.title()?), &form)?
    };
    let policy = headers::framed_policy(&state.config.embed_origins);
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, header::HeaderValue::from_str(&policy).map_err(inside)?);
    Ok(answer)
}

fn inside(error: header::InvalidHeaderValue) -> Failure {
    Failure::Inside(error.into())
}

/// POST /subscribe, also from forms on other sites.
pub async fn submit(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    http: HttpRequest,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Failure> {
    let fields = Fields::from(fields.into_inner());
    let slugs = fields.all("newsletter");
    let Some(first) = slugs.first().cloned() else { return Err(Failure::BadRequest) };
    let context = Arc::clone(&state.context);
    let now = state.clock.now();
    // Where the form stands is known for ours only: what a browser says about the page before is anybody's.
    let form = if fields.first("form") == EMBED { format!("/n/{first}/embed") } else { format!("/n/{first}") };
    let request = SubscribeRequest {
        address: fields.first("email").to_owned(),
        form_url: context.url(&form),
        newsletter_slugs: slugs,
        language: fields.first("language").to_owned(),
        name: fields.given("name"),
        channel: "web",
        arrival: Arrival {
            address: client::address(&http, &state.config.trusted_proxies),
            proof: fields.given("altcha"),
            stamp: fields.given("shown"),
            trap: fields.given("note"),
        },
        wording: fields.given("wording"),
    };
    let answer = state.store.write(move |conn| subscribe::subscribe(conn, &context, now, &request)).await?;
    match answer {
        SubscribeAnswer::Asked => asked(&pages, &visit, &fields),
        SubscribeAnswer::NoSuchNewsletter => Err(Failure::NotFound),
        wrong => {
            let view = view(&state, &visit, first).await?;
            if view.is_closed {
                return closed(&pages, &visit, &view, StatusCode::GONE);
            }
            let form = Form::blank(&state, view);
            again(&pages, &visit, form, &fields, &wrong, now)
        }
    }
}

async fn view(state: &State, visit: &Visit, slug: String) -> Result<FormView, Failure> {
    let context = Arc::clone(&state.context);
    let wanted = visit.asked.or(visit.accepted);
    state.store.read(move |conn| subscribe::form(conn, &context, &slug, wanted)).await?.ok_or(Failure::NotFound)
}

/// In place of the form: that nobody can subscribe any more, and what can still be read.
fn closed(pages: &Pages, visit: &Visit, view: &FormView, status: StatusCode) -> Result<HttpResponse, Failure> {
    let language = view.language;
    let title = Pages::say_with(language, "web-closed-title", "title", view.title.as_str())?;
    let archive = (!view.is_private).then(|| format!("/archive/{}{}", view.slug, visit.query()));
    let page = Page::new("closed", language, title).status(status);
    let page = if status == StatusCode::OK { page.with_switches() } else { page.private() };
    let page = if view.is_private { page.unlisted() } else { page };
    pages.answer(visit, page, &serde_json::json!({ "archive": archive }))
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
    mut form: Form,
    fields: &Fields,
    wrong: &SubscribeAnswer,
    now: Timestamp,
) -> Result<HttpResponse, Failure> {
    let language = form.consent_language;
    form.email.value = fields.first("email").to_owned();
    form.name.value = fields.first("name").to_owned();
    // Whoever mends a letter in a second had the form for longer than that.
    form.stamp = fields.given("shown").unwrap_or(form.stamp);
    if let Ok(chosen) = fields.first("language").parse() {
        form.languages.iter_mut().for_each(|choice| choice.chosen = choice.tag == chosen);
    }
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let mut retry_after = None;
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
        SubscribeAnswer::BadProof(_) => (None, Pages::say(language, "web-form-error-proof")?),
        SubscribeAnswer::Wait(until) => {
            let seconds = words::seconds_until(*until, now);
            status = StatusCode::TOO_MANY_REQUESTS;
            retry_after = Some(seconds);
            (None, words::wait(language, seconds)?)
        }
        // Of several newsletters one is closed, and not the first, whose form this is.
        SubscribeAnswer::Closed => (None, Pages::say(language, "web-closed-api")?),
        SubscribeAnswer::Asked | SubscribeAnswer::NoSuchNewsletter => return Err(Failure::BadRequest),
    };
    form.errors.push(Wrong { field, text });
    let title = form.title()?;
    let mut answer = pages.answer(visit, Page::new("form", language, title).status(status).private(), &form)?;
    if let Some(seconds) = retry_after {
        answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    }
    Ok(answer)
}

/// What is wrong with an address, in words.
pub fn about_address(language: Language, error: &AddressError) -> Result<String, MissingText> {
    match error {
        AddressError::LocalPartCharacter(character) => Pages::say_with(language, error.key(), "character", character.to_string()),
        _ => i18n::text(language, error.key(), &[]),
    }
}

impl Form {
    fn blank(state: &State, view: FormView) -> Self {
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
            embedded: false,
            stamp: limits::form_stamp(&state.context, state.clock.now()),
            least: state.context.config.least_form_time.as_secs(),
            lifetime: altcha::LIFETIME.as_secs(),
        }
    }

    fn title(&self) -> Result<String, MissingText> {
        Pages::say_with(self.consent_language, "web-form-title", "title", self.newsletter.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_in_an_address_has_words_in_every_language() {
        for language in Language::OURS {
            for key in AddressError::KEYS {
                let said = i18n::text(language, key, &[("character", "x".into())]);
                assert!(said.is_ok(), "{said:?}");
            }
        }
    }
}
