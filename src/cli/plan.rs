//! `rundbrief issue publish --at`, `issue move` and `issue unplan`: what will be published by itself.

use jiff::Timestamp;

use super::issue::{closed, no_newsletter};
use super::{CliError, when};
use crate::app::App;
use crate::journeys::plans::{self, MoveAnswer, Outlook, Plan, PlanAnswer};

pub(super) fn add(app: &App, now: Timestamp, slug: &str, at: &str) -> Result<(), CliError> {
    let zone = outlook(app, slug)?.zone;
    let at = when::typed(at, &zone, now)?;
    let named = slug.to_owned();
    match app.store.write_blocking(move |conn| plans::plan(conn, now, &named, at))? {
        PlanAnswer::Planned { plan, cadence } => {
            say!(
                "the next issue of {slug} will be published at {}, if rundbrief serve runs then",
                when::from_now(now, at, &zone)
            );
            say!(
                "It is plan {0}: \"rundbrief issue move {slug} {0} --at …\" moves it, \"rundbrief issue unplan {slug} {0}\" takes it back",
                plan.id
            );
            with_cadence(cadence, &zone);
        }
        PlanAnswer::Known(plan) => {
            say!("an issue of {slug} is planned for {} already: plan {}", when::from_now(now, at, &zone), plan.id);
        }
        PlanAnswer::Held => return Err(held(slug)),
        PlanAnswer::Closed => return Err(closed(slug)),
        PlanAnswer::NoSuchNewsletter => return Err(no_newsletter(slug)),
    }
    Ok(())
}

pub(super) fn shift(app: &App, now: Timestamp, slug: &str, id: Option<i64>, at: &str) -> Result<(), CliError> {
    let zone = outlook(app, slug)?.zone;
    let at = when::typed(at, &zone, now)?;
    let named = slug.to_owned();
    match app.store.write_blocking(move |conn| plans::shift(conn, &named, id, at))? {
        MoveAnswer::Moved { plan, from, cadence } => {
            let before = when::on_clocks(&from.to_zoned(zone.clone()));
            say!("plan {} of {slug} is moved from {before} to {}", plan.id, when::from_now(now, at, &zone));
            with_cadence(cadence, &zone);
            Ok(())
        }
        answer => refused(app, now, slug, answer),
    }
}

pub(super) fn remove(app: &App, now: Timestamp, slug: &str, id: Option<i64>) -> Result<(), CliError> {
    let named = slug.to_owned();
    match app.store.write_blocking(move |conn| plans::unplan(conn, &named, id))? {
        MoveAnswer::Unplanned(plan) => {
            let was = when::on_clocks(&plan.at.to_zoned(outlook(app, slug)?.zone));
            say!("plan {} of {slug} is taken back: nothing is published at {was}. Its items stay ready", plan.id);
            Ok(())
        }
        answer => refused(app, now, slug, answer),
    }
}

/// What a newsletter publishes by itself, a line each.
pub(super) fn tell(now: Timestamp, outlook: &Outlook) {
    for plan in &outlook.plans {
        say!("  planned (plan {}): {}", plan.id, when::from_now(now, plan.at, &outlook.zone));
    }
    if let Some(next) = outlook.cadence {
        say!("  next by cadence: {}", when::from_now(now, next, &outlook.zone));
    }
}

pub(super) fn outlook(app: &App, slug: &str) -> Result<Outlook, CliError> {
    app.store.read_blocking(|conn| plans::outlook(conn, slug))?.ok_or_else(|| no_newsletter(slug))
}

fn with_cadence(cadence: Option<Timestamp>, zone: &jiff::tz::TimeZone) {
    if let Some(at) = cadence {
        let at = when::on_clocks(&at.to_zoned(zone.clone()));
        say!(
            "The cadence publishes on the same day, at {at}: whichever comes first takes what is ready, the other what is ready by then"
        );
    }
}

fn held(slug: &str) -> CliError {
    CliError::Failed(format!(
        "an issue of {slug} that was due at that time is held: \"rundbrief issue release {slug} 0\" lets it go, \"rundbrief issue cancel \
         {slug} 0\" ends it"
    ))
}

fn refused(app: &App, now: Timestamp, slug: &str, answer: MoveAnswer) -> Result<(), CliError> {
    let zone = outlook(app, slug)?.zone;
    let list = |plans: &[Plan]| {
        let plans = plans.iter().map(|plan| format!("plan {} ({})", plan.id, when::from_now(now, plan.at, &zone)));
        plans.collect::<Vec<_>>().join(", ")
    };
    Err(match answer {
        MoveAnswer::NoSuchPlan(plans) if plans.is_empty() => {
            CliError::Failed(format!("no issue of {slug} is planned; \"rundbrief issue publish {slug} --at …\" plans one"))
        }
        MoveAnswer::NoSuchPlan(plans) => CliError::Failed(format!("{slug} has no such plan, but {}", list(&plans))),
        MoveAnswer::Several(plans) => CliError::Usage(format!("{slug} has several plans, so say which: {}", list(&plans))),
        MoveAnswer::Taken(plan) => {
            CliError::Failed(format!("another issue of {slug} is planned for that time: {}", list(&[plan])))
        }
        MoveAnswer::Held => held(slug),
        MoveAnswer::NoSuchNewsletter => no_newsletter(slug),
        MoveAnswer::Moved { .. } | MoveAnswer::Unplanned(_) => return Ok(()),
    })
}
