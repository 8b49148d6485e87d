//! The start page: every newsletter of this installation.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::language_of_words;
use crate::domain::language::Language;
use crate::journeys::subscribe;
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};

#[derive(Serialize)]
struct Home {
    newsletters: Vec<Newsletter>,
}

#[derive(Serialize)]
struct Newsletter {
    slug: String,
    title: String,
    description: String,
    language: Language,
}

/// GET /
pub async fn show(state: web::Data<State>, pages: web::Data<Pages>, visit: Visit) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let newsletters = state.store.read(move |conn| subscribe::newsletters(conn, language)).await?;
    let newsletters = newsletters
        .into_iter()
        .filter(|view| !view.is_private && !view.is_closed)
        .map(|view| Newsletter {
            language: language_of_words(&view.languages, language),
            slug: view.slug,
            title: view.title,
            description: view.description,
        })
        .collect();
    let title = Pages::say(language, "web-home-title")?;
    pages.answer(&visit, Page::new("home", language, title).with_switches(), &Home { newsletters })
}
