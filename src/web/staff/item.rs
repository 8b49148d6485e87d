//! A news item that is in no issue, as it will stand in one: read before it is taken.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::{bar, go_to, session};
use crate::domain::content;
use crate::domain::language::Language;
use crate::journeys::news::{self, ItemText, NewsAddError, Unused};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};

#[derive(Serialize)]
struct Shown {
    slug: String,
    id: i64,
    is_ready: bool,
    /// In the page's language, or the first there is.
    headline: String,
    /// The website it comes from.
    source: Option<String>,
    texts: Vec<Text>,
}

#[derive(Serialize)]
struct Text {
    tag: Language,
    direction: &'static str,
    kicker: Option<String>,
    headline: String,
    lead: Option<String>,
    /// Sanitised HTML.
    body: String,
    link: Option<String>,
}

impl From<ItemText> for Text {
    fn from(text: ItemText) -> Self {
        Self {
            tag: text.language,
            direction: text.language.direction(),
            kicker: text.kicker,
            headline: text.headline,
            lead: text.lead,
            body: content::html(&text.body),
            link: text.link.as_deref().and_then(content::safe_url),
        }
    }
}

/// GET /staff/newsletters/SLUG/items/ID
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    request: HttpRequest,
    place: web::Path<(String, i64)>,
) -> Result<HttpResponse, Failure> {
    let member = session::required(&state, &request).await?;
    let (language, (slug, id)) = (visit.language(), place.into_inner());
    let wanted = slug.clone();
    let found = state.store.read(move |conn| news::find_unused(conn, &wanted, id)).await?.ok_or(Failure::NotFound)?;
    let headline = found.texts.iter().find(|text| text.language == language).or(found.texts.first());
    let content = Shown {
        headline: headline.map(|text| text.headline.clone()).unwrap_or_default(),
        slug,
        id,
        is_ready: found.state == Unused::Ready,
        source: found.source,
        texts: found.texts.into_iter().map(Text::from).collect(),
    };
    let page = Page::new("item", language, Pages::say(language, "web-item-title")?).with_switches().staff(bar(&member));
    pages.answer(&visit, page, &content)
}

/// POST /staff/newsletters/SLUG/items/ID/ACT: a draft comes into the next issue, or an item waits for a later one.
pub async fn sort(
    state: web::Data<State>,
    visit: Visit,
    request: HttpRequest,
    place: web::Path<(String, i64, String)>,
) -> Result<HttpResponse, Failure> {
    let member = session::writer(&state, &request).await?;
    let (slug, id, act) = place.into_inner();
    let to = match act.as_str() {
        "ready" => Unused::Ready,
        "draft" => Unused::Draft,
        _ => return Err(Failure::NotFound),
    };
    let newsletter = slug.clone();
    match state.store.write(move |conn| news::set_state(conn, &newsletter, id, to)).await {
        Ok(()) => {}
        // Somebody was faster.
        Err(NewsAddError::NoItem { .. }) => return Ok(go_to(&visit, "/staff", "used")),
        Err(NewsAddError::Journey(error)) => return Err(error.into()),
        Err(_) => return Err(Failure::NotFound),
    }
    tracing::info!(newsletter = slug, id, act, staff = member.id, "news item sorted by staff");
    Ok(go_to(&visit, "/staff", if to == Unused::Ready { "taken" } else { "put-back" }))
}
