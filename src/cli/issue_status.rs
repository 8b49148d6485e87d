//! `rundbrief issue status`: where an issue stands, in words or as JSON.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{CliError, instance, local, plan};
use crate::app::App;
use crate::domain::language::Language;
use crate::domain::states::IssueState;
use crate::journeys::check::Override;
use crate::journeys::status::{self, Counts, Course, IssueStatus};
use crate::store::newsletters;
use crate::web::words;

/// The promised fields come first, and stay; further ones are added behind them.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    counts: &'a Counts,
    held_reason: Option<&'a str>,
    published_despite: Option<&'a Override>,
    #[serde(flatten)]
    course: &'a Course,
    /// What the newsletter publishes by itself.
    plans: Vec<Planned>,
    cadence_next: Option<Timestamp>,
    zone: Option<String>,
}

#[derive(Serialize)]
struct Planned {
    plan: i64,
    at: Timestamp,
}

pub(super) fn show(app: &App, now: Timestamp, newsletter: &str, number: Option<i64>, json: bool) -> Result<(), CliError> {
    let found = app.store.read_blocking(|conn| match number {
        Some(number) => status::find(conn, now, newsletter, number),
        None => status::newest(conn, now, newsletter),
    })?;
    let Some(found) = found else {
        return Err(CliError::Failed(format!(
            "{newsletter} has no such issue; publish one with \"rundbrief issue publish {newsletter}\""
        )));
    };
    let outlook = plan::outlook(app, newsletter)?;
    let IssueStatus { counts, course, held_reason, despite, .. } = &found;
    if json {
        let told = Told {
            counts,
            held_reason: held_reason.as_deref(),
            published_despite: despite.as_ref(),
            course,
            plans: outlook.plans.iter().map(|plan| Planned { plan: plan.id, at: plan.at }).collect(),
            cadence_next: outlook.cadence,
            zone: outlook.zone.iana_name().map(str::to_owned),
        };
        say!("{}", serde_json::to_string(&told).map_err(|error| CliError::Failed(error.to_string()))?);
        return Ok(());
    }
    if found.state == IssueState::Scheduled {
        say!("the next issue of {newsletter}: {}", counts.state);
        instance::warn(app)?;
        plan::tell(now, &outlook);
        return Ok(());
    }
    say!("issue {} of {newsletter}: {}", counts.number, counts.state);
    instance::warn(app)?;
    if let Some(reason) = held_reason {
        say!("  held: {reason}");
    }
    if counts.queued > 0
        && let Some(newsletter) = app.store.read_blocking(|conn| newsletters::find(conn, newsletter))?
        && let Err(error) = app.context.signer.check_sender(&newsletter.slug, &newsletter.from_address)
    {
        say!("  waits: {error}");
    }
    if let Some(Override { by, at, .. }) = despite {
        say!("  published by {by} at {} although the check had found errors; --json names them", local(*at, &outlook.zone));
    }
    for (word, count) in [("recipients", counts.recipients)].into_iter().chain(counts.by_state()) {
        say!("  {word:<13}{count:>9}");
    }
    tell_course(now, counts, course, &outlook.zone)?;
    plan::tell(now, &outlook);
    if counts.unknown > 0 {
        let number = counts.number;
        say!("  In doubt: \"rundbrief issue unknown {newsletter} {number}\" lists them; decide with");
        say!("  \"rundbrief issue resolve {newsletter} {number} --unknown resend|accept\"");
    }
    tell_refused(newsletter, counts);
    Ok(())
}

/// Who got nothing, and what can be done about it.
fn tell_refused(newsletter: &str, counts: &Counts) {
    let number = counts.number;
    if counts.failed > 0 && counts.state != IssueState::Held.as_str() && counts.state != IssueState::Cancelled.as_str() {
        say!("  Failed for no fault of the readers; once the cause is mended, send them once more with");
        say!("  \"rundbrief issue resolve {newsletter} {number} --failed resend\"");
    }
    if counts.bounced > 0 {
        say!("  Refused recipients are suppressed if their mailbox does not exist. If the relay was wrong, take that back with");
        say!("  \"rundbrief issue resolve {newsletter} {number} --bounced undo\"");
    }
}

fn tell_course(now: Timestamp, counts: &Counts, course: &Course, zone: &TimeZone) -> Result<(), CliError> {
    if counts.per_second > 0.0 {
        let left = match counts.seconds_left {
            Some(seconds) => format!("; {} left", words::duration(Language::En, seconds)?),
            None => String::new(),
        };
        say!("  {}{left}", words::rate(Language::En, counts.per_second)?);
    }
    if let Some(due) = course.next_due_at {
        say!(
            "  {} put off by the relay; the next is due at {} (in {})",
            course.deferred,
            local(due, zone),
            minutes(due.duration_since(now))
        );
    }
    if let Some(until) = course.relay_rests_until {
        let trouble = course.relay_trouble.as_deref().unwrap_or("it is in trouble");
        say!("  The relay rests until {} (for {}): {trouble}", local(until, zone), minutes(until.duration_since(now)));
    }
    if !course.refusals.is_empty() {
        say!("  Last refusals:");
    }
    for refusal in &course.refusals {
        let code = if refusal.code > 0 { format!("{} ", refusal.code) } else { String::new() };
        say!("  {:>9} x at {}: {code}{}", refusal.count, refusal.stage, refusal.text);
    }
    Ok(())
}

fn minutes(time: SignedDuration) -> String {
    match time.as_secs() {
        seconds @ ..=119 => format!("{seconds} s"),
        seconds => format!("{} min", seconds / 60),
    }
}
