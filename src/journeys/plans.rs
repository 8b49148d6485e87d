//! What comes by itself: issues that staff planned for a time, and the cadence's next time. A plan takes whatever is ready when
//! its time comes. It is told apart by a number of its own, as it has none of an issue yet, and can be moved and taken back.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{JourneyError, zone};
use crate::domain::cadence::Cadence;
use crate::domain::states::IssueState;
use crate::store::newsletters::Newsletter;
use crate::store::{Conn, issues, micros, newsletters, time};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub id: i64,
    pub at: Timestamp,
}

/// What a newsletter publishes by itself.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The newsletter's.
    pub zone: TimeZone,
    /// The next one first.
    pub plans: Vec<Plan>,
    pub cadence: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanAnswer {
    Planned {
        plan: Plan,
        /// The cadence has a time on the same day.
        cadence: Option<Timestamp>,
    },
    /// One is planned for that very time already.
    Known(Plan),
    /// An issue that was due then is held, and waits for a person.
    Held,
    Closed,
    NoSuchNewsletter,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoveAnswer {
    Moved {
        plan: Plan,
        from: Timestamp,
        cadence: Option<Timestamp>,
    },
    Unplanned(Plan),
    /// Another one is planned for that very time.
    Taken(Plan),
    Held,
    /// It is none of these, or was published or taken back meanwhile.
    NoSuchPlan(Vec<Plan>),
    /// Which one is not said.
    Several(Vec<Plan>),
    NoSuchNewsletter,
}

/// What comes by itself. None: no such newsletter.
pub fn outlook(conn: &mut Conn, slug: &str) -> Result<Option<Outlook>, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(None) };
    let plans = list(conn, &newsletter)?;
    Ok(Some(Outlook { zone: zone(&newsletter)?, plans, cadence: newsletter.next_due_at.map(time) }))
}

/// Plans an issue by hand for a later time.
pub fn plan(conn: &mut Conn, now: Timestamp, slug: &str, at: Timestamp) -> Result<PlanAnswer, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(PlanAnswer::NoSuchNewsletter) };
    newsletters::lock(conn, newsletter.id)?;
    if newsletters::get(conn, newsletter.id)?.is_closed() {
        return Ok(PlanAnswer::Closed);
    }
    match place(conn, &newsletter, at)? {
        Place::Free => {}
        Place::Planned(plan) => return Ok(PlanAnswer::Known(plan)),
        Place::Held => return Ok(PlanAnswer::Held),
    }
    match issues::schedule(conn, newsletter.id, micros(at), micros(now))? {
        Some(id) => Ok(PlanAnswer::Planned { plan: Plan { id, at }, cadence: cadence_on(&newsletter, at)? }),
        None => Err(JourneyError::Broken(format!("{slug} has another issue at {at}"))),
    }
}

/// Moves a plan to another time. Without `id` the only one there is.
pub fn shift(conn: &mut Conn, slug: &str, id: Option<i64>, at: Timestamp) -> Result<MoveAnswer, JourneyError> {
    let (newsletter, plan) = match the_plan(conn, slug, id)? {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let cadence = cadence_on(&newsletter, at)?;
    if plan.at != at {
        match place(conn, &newsletter, at)? {
            Place::Free => {}
            Place::Planned(other) => return Ok(MoveAnswer::Taken(other)),
            Place::Held => return Ok(MoveAnswer::Held),
        }
        if !issues::move_due(conn, plan.id, micros(at))? {
            return Ok(MoveAnswer::NoSuchPlan(list(conn, &newsletter)?));
        }
    }
    Ok(MoveAnswer::Moved { plan: Plan { id: plan.id, at }, from: plan.at, cadence })
}

/// Takes a plan back; its items stay ready. Without `id` the only one there is.
pub fn unplan(conn: &mut Conn, slug: &str, id: Option<i64>) -> Result<MoveAnswer, JourneyError> {
    match the_plan(conn, slug, id)? {
        Ok((_, plan)) => Ok(match issues::delete_unpublished(conn, plan.id)? {
            true => MoveAnswer::Unplanned(plan),
            false => MoveAnswer::NoSuchPlan(Vec::new()),
        }),
        Err(answer) => Ok(answer),
    }
}

/// The newsletter, locked so that nobody publishes meanwhile, and its plan.
fn the_plan(conn: &mut Conn, slug: &str, id: Option<i64>) -> Result<Result<(Newsletter, Plan), MoveAnswer>, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(Err(MoveAnswer::NoSuchNewsletter)) };
    newsletters::lock(conn, newsletter.id)?;
    let plans = list(conn, &newsletter)?;
    let found = match id {
        Some(id) => plans.iter().find(|plan| plan.id == id),
        None if plans.len() > 1 => return Ok(Err(MoveAnswer::Several(plans))),
        None => plans.first(),
    };
    Ok(match found {
        Some(plan) => Ok((newsletter, *plan)),
        None => Err(MoveAnswer::NoSuchPlan(plans)),
    })
}

fn list(conn: &mut Conn, newsletter: &Newsletter) -> Result<Vec<Plan>, JourneyError> {
    let mut plans = Vec::new();
    for issue in issues::list_unnumbered(conn, newsletter.id)? {
        if let Some(due) = issue.due_at.filter(|_| issue.state.as_str() == IssueState::Scheduled.as_str()) {
            plans.push(Plan { id: issue.id, at: time(due) });
        }
    }
    Ok(plans)
}

enum Place {
    Free,
    Planned(Plan),
    Held,
}

/// A newsletter has one issue at a time. What is over, or went out before, makes room.
fn place(conn: &mut Conn, newsletter: &Newsletter, at: Timestamp) -> Result<Place, JourneyError> {
    let Some(issue) = issues::find_due(conn, newsletter.id, micros(at))? else { return Ok(Place::Free) };
    match issue.state()? {
        IssueState::Scheduled => return Ok(Place::Planned(Plan { id: issue.id, at })),
        IssueState::Held if issue.number.is_none() => return Ok(Place::Held),
        _ if issue.number.is_some() => issues::forget_due(conn, issue.id)?,
        _ => {
            issues::delete_unpublished(conn, issue.id)?;
        }
    }
    Ok(Place::Free)
}

/// The cadence's first time on the day of `at`, on the newsletter's calendar.
fn cadence_on(newsletter: &Newsletter, at: Timestamp) -> Result<Option<Timestamp>, JourneyError> {
    let Some(cron) = &newsletter.cadence else { return Ok(None) };
    let zone = zone(newsletter)?;
    let cadence = Cadence::parse(cron, &newsletter.zone).map_err(|error| broken(newsletter, &error))?;
    let local = at.to_zoned(zone.clone());
    let midnight = local.start_of_day().map_err(|error| broken(newsletter, &error))?;
    let next = cadence.next_after(midnight.timestamp() - SignedDuration::from_micros(1));
    Ok(next.filter(|next| next.to_zoned(zone).date() == local.date()))
}

fn broken(newsletter: &Newsletter, error: &dyn std::fmt::Display) -> JourneyError {
    JourneyError::Broken(format!("newsletter \"{}\": {error}", newsletter.slug))
}
