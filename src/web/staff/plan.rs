//! What will be published by itself, on the desk and on the page that publishes: issues planned for a time, with buttons to move
//! them and to take them back, and the cadence's next time.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{go_to, publish, session};
use crate::domain::language::Language;
use crate::domain::moment::{self, MomentError};
use crate::i18n::{self, MissingText};
use crate::journeys::plans::{self, MoveAnswer, Outlook, PlanAnswer};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::language::Visit;
use crate::web::pages::Pages;
use crate::web::words;

/// The plans of a newsletter.
#[derive(Serialize)]
pub struct Plans {
    rows: Vec<Row>,
    /// The cadence's next time.
    cadence: Option<String>,
    zone: String,
    /// What was typed for a new plan, and what is wrong with it.
    typed: String,
    error: Option<String>,
}

#[derive(Serialize)]
struct Row {
    slug: String,
    id: i64,
    time: String,
    distance: String,
    /// As a field for date and time wants it.
    typed: String,
    error: Option<String>,
}

/// A time that somebody typed, for one plan or (None) a new one, and what is wrong with it.
pub struct Wrong {
    pub id: Option<i64>,
    pub typed: String,
    pub text: String,
}

impl Plans {
    pub fn of(
        language: Language,
        now: Timestamp,
        slug: &str,
        outlook: &Outlook,
        wrong: Option<&Wrong>,
    ) -> Result<Self, MissingText> {
        let zone = &outlook.zone;
        let mut rows = Vec::new();
        for plan in &outlook.plans {
            let wrong = wrong.filter(|wrong| wrong.id == Some(plan.id));
            let now_planned = || plan.at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string();
            rows.push(Row {
                slug: slug.to_owned(),
                id: plan.id,
                time: on_clocks(language, plan.at, zone)?,
                distance: distance(language, now, plan.at)?,
                typed: wrong.map_or_else(now_planned, |wrong| wrong.typed.clone()),
                error: wrong.map(|wrong| wrong.text.clone()),
            });
        }
        let new = wrong.filter(|wrong| wrong.id.is_none());
        let cadence = match outlook.cadence {
            Some(at) => {
                let values = [("time", on_clocks(language, at, zone)?.into()), ("distance", distance(language, now, at)?.into())];
                Some(i18n::text(language, "web-plans-cadence", &values)?)
            }
            None => None,
        };
        Ok(Self {
            rows,
            cadence,
            zone: named(zone).to_owned(),
            typed: new.map(|wrong| wrong.typed.clone()).unwrap_or_default(),
            error: new.map(|wrong| wrong.text.clone()),
        })
    }
}

/// POST /staff/newsletters/SLUG/plans
pub async fn add(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    request: HttpRequest,
    slug: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Failure> {
    let member = session::publisher(&state, &request).await?;
    let (language, slug, typed) = (visit.language(), slug.into_inner(), Fields::decoded(&body).first("at").to_owned());
    let text = match read(&state, &slug, &typed).await? {
        Err(error) => about(language, &error)?,
        Ok(at) => {
            let (now, wanted) = (state.clock.now(), slug.clone());
            let answer = state.store.write(move |conn| plans::plan(conn, now, &wanted, at)).await?;
            tracing::info!(newsletter = slug, staff = member.id, result = ?answer, "issue planned by staff");
            match answer {
                PlanAnswer::Planned { cadence: None, .. } => return Ok(go_to(&visit, "/staff", "planned")),
                PlanAnswer::Planned { .. } => return Ok(go_to(&visit, "/staff", "planned-too")),
                PlanAnswer::Known(_) => Pages::say(language, "web-plans-error-taken")?,
                PlanAnswer::Held => Pages::say(language, "web-plans-error-held")?,
                PlanAnswer::Closed => Pages::say(language, "web-closed-publish")?,
                PlanAnswer::NoSuchNewsletter => return Err(Failure::NotFound),
            }
        }
    };
    publish::again(&state, &pages, &visit, &member, slug, Wrong { id: None, typed, text }).await
}

/// POST /staff/newsletters/SLUG/plans/ID/ACT
pub async fn steer(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    request: HttpRequest,
    place: web::Path<(String, i64, String)>,
    body: web::Bytes,
) -> Result<HttpResponse, Failure> {
    let member = session::publisher(&state, &request).await?;
    let (slug, id, act) = place.into_inner();
    let (language, typed) = (visit.language(), Fields::decoded(&body).first("at").to_owned());
    let wanted = slug.clone();
    let answer = match act.as_str() {
        "move" => match read(&state, &slug, &typed).await? {
            Ok(at) => state.store.write(move |conn| plans::shift(conn, &wanted, Some(id), at)).await?,
            Err(error) => {
                let text = about(language, &error)?;
                return publish::again(&state, &pages, &visit, &member, slug, Wrong { id: Some(id), typed, text }).await;
            }
        },
        "unplan" => state.store.write(move |conn| plans::unplan(conn, &wanted, Some(id))).await?,
        _ => return Err(Failure::NotFound),
    };
    tracing::info!(newsletter = slug, plan = id, act, staff = member.id, result = ?answer, "plan changed by staff");
    let text = match answer {
        MoveAnswer::Moved { cadence: None, .. } => return Ok(go_to(&visit, "/staff", "moved")),
        MoveAnswer::Moved { .. } => return Ok(go_to(&visit, "/staff", "moved-too")),
        MoveAnswer::Unplanned(_) => return Ok(go_to(&visit, "/staff", "unplanned")),
        MoveAnswer::NoSuchPlan(_) | MoveAnswer::Several(_) => return Ok(go_to(&visit, "/staff", "plan-gone")),
        MoveAnswer::Taken(_) => Pages::say(language, "web-plans-error-taken")?,
        MoveAnswer::Held => Pages::say(language, "web-plans-error-held")?,
        MoveAnswer::NoSuchNewsletter => return Err(Failure::NotFound),
    };
    publish::again(&state, &pages, &visit, &member, slug, Wrong { id: Some(id), typed, text }).await
}

/// What was typed, on the newsletter's clocks.
async fn read(state: &State, slug: &str, typed: &str) -> Result<Result<Timestamp, MomentError>, Failure> {
    let wanted = slug.to_owned();
    let outlook = state.store.read(move |conn| plans::outlook(conn, &wanted)).await?.ok_or(Failure::NotFound)?;
    Ok(moment::parse(typed, &outlook.zone, state.clock.now()))
}

fn about(language: Language, error: &MomentError) -> Result<String, MissingText> {
    match error {
        MomentError::Form { .. } => Pages::say(language, "web-plans-error-form"),
        MomentError::Past { .. } => Pages::say(language, "web-plans-error-past"),
        MomentError::Gap { zone, instead, .. } => {
            let values = [("zone", zone.clone().into()), ("instead", instead.replace('T', " ").into())];
            i18n::text(language, "web-plans-error-gap", &values)
        }
    }
}

/// "1 March 2027, 09:00 (Europe/Berlin)".
fn on_clocks(language: Language, at: Timestamp, zone: &TimeZone) -> Result<String, MissingText> {
    let local = at.to_zoned(zone.clone());
    Ok(format!("{}, {} ({})", words::date(language, local.date())?, local.strftime("%H:%M"), named(zone)))
}

fn named(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

fn distance(language: Language, now: Timestamp, at: Timestamp) -> Result<String, MissingText> {
    let minutes = at.duration_since(now).as_secs().saturating_add(59) / 60;
    let say = |id: &str, count: i64| i18n::text(language, id, &[("count", count.into())]);
    match minutes {
        ..=0 => Pages::say(language, "web-plans-now"),
        1..=119 => say("web-plans-minutes", minutes),
        120..=2_879 => say("web-plans-hours", minutes / 60),
        _ => say("web-plans-days", minutes / 1_440),
    }
}
