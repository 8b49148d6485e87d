//! The desk: what is ready and what is on its way, for every newsletter.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::Serialize;

use super::plan::Plans;
use super::{Said, bar, issue, said, session, sign_in};
use crate::domain::language::Language;
use crate::domain::states::IssueState;
use crate::journeys::news::{self, Unused, UnusedItem};
use crate::journeys::plans::{self, Outlook};
use crate::journeys::status::{self, IssueStatus};
use crate::journeys::{JourneyError, retention, subscribe};
use crate::store::{Conn, instance, newsletters, subscriptions};
use crate::web::failure::Failure;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};
use crate::web::{State, words};

/// Issues listed a newsletter.
const NEWEST: i64 = 8;

#[derive(Serialize)]
struct Desk {
    said: Option<Said>,
    /// Why nothing is sent.
    warning: Option<String>,
    /// When retention ran last.
    retention: String,
    newsletters: Vec<Newsletter>,
}

#[derive(Serialize)]
struct Newsletter {
    slug: String,
    title: String,
    is_private: bool,
    is_closed: bool,
    subscribers: i64,
    items: Vec<Item>,
    drafts: Vec<Item>,
    issues: Vec<Issue>,
    plans: Option<Plans>,
}

/// A news item that is in no issue.
#[derive(Serialize)]
pub struct Item {
    pub id: i64,
    pub headline: String,
    pub languages: Vec<Language>,
}

#[derive(Serialize)]
struct Issue {
    href: String,
    name: String,
    state: &'static str,
    state_text: String,
    progress: String,
}

struct Found {
    slug: String,
    title: String,
    is_private: bool,
    is_closed: bool,
    subscribers: i64,
    items: Vec<UnusedItem>,
    outlook: Option<Outlook>,
    issues: Vec<IssueStatus>,
}

/// GET /staff: the desk, or the way to it.
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let Some(member) = session::member(&state, &request).await? else {
        return sign_in::form(&pages, &visit, language, request.query_string());
    };
    let now = state.clock.now();
    let (found, fence, retained) = state
        .store
        .read(move |conn| {
            let mut all = Vec::new();
            for view in subscribe::newsletters(conn, language)? {
                all.push(Found {
                    subscribers: recipients(conn, &view.slug)?.iter().map(|(_, count)| count).sum(),
                    items: news::unused(conn, &view.slug, language)?.unwrap_or_default(),
                    issues: status::list(conn, now, &view.slug, NEWEST)?.unwrap_or_default(),
                    outlook: plans::outlook(conn, &view.slug)?,
                    slug: view.slug,
                    is_private: view.is_private,
                    is_closed: view.is_closed,
                    title: view.title,
                });
            }
            Ok::<_, JourneyError>((all, instance::fence(conn)?, retention::last_run(conn)?))
        })
        .await?;
    let newsletters = found.into_iter().map(|one| newsletter(language, now, &visit, one)).collect::<Result<_, _>>()?;
    let said = said(language, request.query_string(), Vec::new())?;
    let warning = fence.map(|_| Pages::say(language, "web-desk-fenced")).transpose()?;
    let retention = match retained.filter(|run| run.report.is_some()) {
        Some(run) => {
            Pages::say_with(language, "web-desk-retention", "time", words::moment(language, run.at, &state.context.config.zone)?)?
        }
        None => Pages::say(language, "web-desk-retention-never")?,
    };
    let mut bar = bar(&member);
    bar.on_desk = true;
    let page = Page::new("desk", language, Pages::say(language, "web-desk-title")?).with_switches().staff(bar);
    pages.answer(&visit, page, &Desk { said, warning, retention, newsletters })
}

/// Active subscriptions by language tag.
pub fn recipients(conn: &mut Conn, slug: &str) -> Result<Vec<(String, i64)>, JourneyError> {
    match newsletters::find(conn, slug)? {
        Some(newsletter) => Ok(subscriptions::count_active(conn, newsletter.id)?),
        None => Ok(Vec::new()),
    }
}

pub fn items(items: Vec<UnusedItem>) -> Vec<Item> {
    items.into_iter().map(|item| Item { id: item.id, headline: item.headline, languages: item.languages }).collect()
}

fn newsletter(language: Language, now: Timestamp, visit: &Visit, found: Found) -> Result<Newsletter, Failure> {
    let slug = found.slug;
    let mut issues = Vec::new();
    // What is planned stands on its own, above.
    for status in found.issues.iter().filter(|status| status.state != IssueState::Scheduled) {
        let number = status.counts.number;
        issues.push(Issue {
            href: format!("{}{}", issue::path(&slug, number), visit.query()),
            name: if number == 0 {
                issue::state_name(language, status.state)?
            } else {
                Pages::say_with(language, "web-archive-number", "number", number)?
            },
            state: status.state.as_str(),
            state_text: issue::state_name(language, status.state)?,
            progress: if status.counts.recipients == 0 { String::new() } else { issue::progress(language, &status.counts)? },
        });
    }
    let (ready, drafts): (Vec<_>, Vec<_>) = found.items.into_iter().partition(|item| item.state == Unused::Ready);
    Ok(Newsletter {
        title: found.title,
        is_private: found.is_private,
        is_closed: found.is_closed,
        subscribers: found.subscribers,
        items: items(ready),
        drafts: items(drafts),
        issues,
        plans: match &found.outlook {
            Some(outlook) => Some(Plans::of(language, now, &slug, outlook, None)?),
            None => None,
        },
        slug,
    })
}
