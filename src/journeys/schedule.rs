//! What is due: cadences make scheduled issues, scheduled issues are published when their time comes.
//! Any number of nodes may tick as often as they like: due times move by compare-and-set and are unique per newsletter.

use jiff::Timestamp;

use super::publish::{PublishAnswer, publish_into};
use super::{Context, JourneyError};
use crate::domain::cadence::Cadence;
use crate::domain::check::Finding;
use crate::domain::states::IssueState;
use crate::store::issues::Issue;
use crate::store::{Conn, instance, issues, micros, newsletters, time};

/// What a tick did, for the log.
#[derive(Debug, PartialEq, Eq)]
pub enum Tick {
    Published {
        slug: String,
        number: i64,
        recipients: i64,
    },
    Held {
        slug: String,
        reason: String,
    },
    /// The time came and there was nothing to say.
    NothingReady {
        slug: String,
    },
}

/// Newsletters whose cadence is due, by id. None behind the fence of a restored database.
pub fn due_newsletters(conn: &mut Conn, now: Timestamp) -> Result<Vec<i64>, JourneyError> {
    if instance::fence(conn)?.is_some() {
        return Ok(Vec::new());
    }
    Ok(newsletters::list_due(conn, micros(now))?.into_iter().map(|newsletter| newsletter.id).collect())
}

/// A cadence's time has come: an issue is planned for it, and the next time is computed and stored.
pub fn plan_due(conn: &mut Conn, now: Timestamp, newsletter_id: i64) -> Result<(), JourneyError> {
    let newsletter = newsletters::get(conn, newsletter_id)?;
    let (Some(due), Some(cron)) = (newsletter.next_due_at, &newsletter.cadence) else { return Ok(()) };
    if due > micros(now) {
        return Ok(());
    }
    let cadence = Cadence::parse(cron, &newsletter.zone)
        .map_err(|error| JourneyError::Broken(format!("newsletter \"{}\": {error}", newsletter.slug)))?;
    // Times missed in between are not made up for: one issue, held if it is too late, says it all.
    let next = cadence.next_after(now);
    if newsletters::advance_due(conn, newsletter.id, due, next.map(micros))? {
        issues::schedule(conn, newsletter.id, due, micros(now))?;
    }
    Ok(())
}

/// Scheduled issues whose time has come, by id.
pub fn due_issues(conn: &mut Conn, now: Timestamp) -> Result<Vec<i64>, JourneyError> {
    let scheduled = issues::list_in(conn, IssueState::Scheduled)?.into_iter();
    Ok(scheduled.filter(|issue| issue.due_at.is_some_and(|due| due <= micros(now))).map(|issue| issue.id).collect())
}

/// Publishes a scheduled issue that is due, or holds it for staff. None: somebody else was faster.
pub fn publish_due(conn: &mut Conn, ctx: &Context, now: Timestamp, issue_id: i64) -> Result<Option<Tick>, JourneyError> {
    let issue = issues::get(conn, issue_id)?;
    let newsletter = newsletters::get(conn, issue.newsletter_id)?;
    // Another node may be here at the same moment: whoever has the lock second finds the issue published.
    newsletters::lock(conn, newsletter.id)?;
    let issue = issues::get(conn, issue.id)?;
    // R86: in a restored database nothing is published by itself.
    if issue.state()? != IssueState::Scheduled || instance::fence(conn)?.is_some() {
        return Ok(None);
    }
    let due = time(issue.due_at.unwrap_or_default());
    // Somebody has moved it since it was looked up.
    if due > now {
        return Ok(None);
    }
    let slug = newsletter.slug.clone();
    let late = now.duration_since(due);
    if late > ctx.config.missed {
        // R85: an old plan may come from a restored backup or a machine that slept; a person decides.
        let reason = format!("it was due {due} and nobody was there to send it for {} hours", late.as_hours());
        issues::hold(conn, issue.id, IssueState::Scheduled, &reason)?;
        return Ok(Some(Tick::Held { slug, reason }));
    }
    Ok(Some(match publish_into(conn, ctx, now, &newsletter, Some(&issue), None)? {
        PublishAnswer::Published { number, recipients, .. } => Tick::Published { slug, number, recipients },
        PublishAnswer::SettingsMissing(keys) => {
            let reason = format!("settings are empty: {}", keys.join(", "));
            issues::hold(conn, issue.id, IssueState::Scheduled, &reason)?;
            Tick::Held { slug, reason }
        }
        PublishAnswer::Unsigned(error) => {
            let reason = error.to_string();
            issues::hold(conn, issue.id, IssueState::Scheduled, &reason)?;
            Tick::Held { slug, reason }
        }
        PublishAnswer::Refused(errors) => {
            let reason = refused(&slug, &errors);
            issues::hold(conn, issue.id, IssueState::Scheduled, &reason)?;
            Tick::Held { slug, reason }
        }
        PublishAnswer::NothingReady(_) | PublishAnswer::NoSuchNewsletter | PublishAnswer::Closed => {
            // The cadence has moved on, so this time cannot come again.
            issues::delete_unpublished(conn, issue.id)?;
            Tick::NothingReady { slug }
        }
    }))
}

/// Why the check before sending holds an issue.
fn refused(slug: &str, errors: &[Finding]) -> String {
    let mut rules: Vec<&str> = errors.iter().map(|error| error.rule.id()).collect();
    rules.dedup();
    format!(
        "the check before sending found errors ({}); \"rundbrief issue check {slug}\" says how to mend them",
        rules.join(", ")
    )
}

/// Staff release an issue that was held before it was published. None: it is not held any more.
pub(super) fn release(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    issue: &Issue,
    despite: Option<&str>,
) -> Result<Option<PublishAnswer>, JourneyError> {
    let newsletter = newsletters::get(conn, issue.newsletter_id)?;
    newsletters::lock(conn, newsletter.id)?;
    if issues::get(conn, issue.id)?.state()? != IssueState::Held {
        return Ok(None);
    }
    Ok(Some(publish_into(conn, ctx, now, &newsletter, Some(issue), despite)?))
}
