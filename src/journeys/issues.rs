//! Staff steer an issue: pause, resume, cancel, release, resolve doubt. Each takes effect with its commit:
//! rows that are claimed go back, and the intent of anything not yet begun fails.

use jiff::Timestamp;

use super::publish::PublishAnswer;
use super::{Context, JourneyError, again, schedule};
use crate::domain::states::IssueState;
use crate::store::issues::Issue;
use crate::store::{Conn, deliveries, issues, micros, newsletters};

#[derive(Debug, PartialEq, Eq)]
pub enum Steered {
    Done,
    /// A held issue goes on, and so many mails that had failed meanwhile go again.
    Released(usize),
    /// It is in a state from which this cannot be done.
    NotIn(IssueState),
    NoSuchIssue,
    /// A held issue was released and published.
    Published(PublishAnswer),
}

/// What staff decide about rows in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Send once more, the same bytes under the same Message-ID; somebody may get it twice.
    Resend,
    /// Take them for sent; somebody may have got nothing.
    Accept,
}

/// An issue by newsletter and number. Unnumbered ones (not published yet) go by 0: the oldest that is held, else the
/// oldest that is planned.
pub fn find(conn: &mut Conn, slug: &str, number: i64) -> Result<Option<Issue>, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(None) };
    if number != 0 {
        return Ok(issues::find(conn, newsletter.id, number)?);
    }
    let mut waiting = issues::list_in(conn, IssueState::Held)?;
    waiting.extend(issues::list_in(conn, IssueState::Scheduled)?);
    Ok(waiting.into_iter().find(|issue| issue.newsletter_id == newsletter.id && issue.number.is_none()))
}

pub fn pause(conn: &mut Conn, slug: &str, number: i64) -> Result<Steered, JourneyError> {
    steer(conn, slug, number, &[IssueState::Sending], IssueState::Paused)
}

pub fn resume(conn: &mut Conn, slug: &str, number: i64) -> Result<Steered, JourneyError> {
    steer(conn, slug, number, &[IssueState::Paused], IssueState::Sending)
}

/// What has been sent stays sent; everything that waits is skipped.
pub fn cancel(conn: &mut Conn, slug: &str, number: i64) -> Result<Steered, JourneyError> {
    use IssueState::{Held, Paused, Preparing, Scheduled, Sending};
    match find(conn, slug, number)? {
        // Of a plan nothing is left, and its time is free for another. One that is held keeps its time: it may be the cadence's.
        Some(issue) if issue.state()? == Scheduled => {
            newsletters::lock(conn, issue.newsletter_id)?;
            match issues::delete_unpublished(conn, issue.id)? {
                true => Ok(Steered::Done),
                false => Ok(Steered::NoSuchIssue),
            }
        }
        _ => steer(conn, slug, number, &[Scheduled, Preparing, Sending, Paused, Held], IssueState::Cancelled),
    }
}

fn steer(conn: &mut Conn, slug: &str, number: i64, from: &[IssueState], to: IssueState) -> Result<Steered, JourneyError> {
    let Some(issue) = find(conn, slug, number)? else { return Ok(Steered::NoSuchIssue) };
    if !issues::set_state(conn, issue.id, from, to)? {
        return Ok(Steered::NotIn(issues::get(conn, issue.id)?.state()?));
    }
    deliveries::unclaim_issue(conn, issue.id)?;
    Ok(Steered::Done)
}

/// `despite`: who answers for the errors that the check finds in an issue that was held before it was published.
pub fn release(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    slug: &str,
    number: i64,
    despite: Option<&str>,
) -> Result<Steered, JourneyError> {
    let Some(issue) = find(conn, slug, number)? else { return Ok(Steered::NoSuchIssue) };
    let state = issue.state()?;
    if state != IssueState::Held {
        return Ok(Steered::NotIn(state));
    }
    if issue.number.is_some() {
        if !issues::release(conn, issue.id, micros(now))? {
            return Ok(Steered::NotIn(issues::get(conn, issue.id)?.state()?));
        }
        return Ok(match again::requeue(conn, ctx, now, issue.id)? {
            0 => Steered::Done,
            mails => Steered::Released(mails),
        });
    }
    Ok(match schedule::release(conn, ctx, now, &issue, despite)? {
        Some(answer) => Steered::Published(answer),
        None => Steered::NotIn(issues::get(conn, issue.id)?.state()?),
    })
}

/// Returns how many rows were in doubt. None: no such issue.
pub fn resolve(conn: &mut Conn, now: Timestamp, slug: &str, number: i64, doubt: Doubt) -> Result<Option<usize>, JourneyError> {
    let Some(issue) = find(conn, slug, number)? else { return Ok(None) };
    Ok(Some(match doubt {
        Doubt::Resend => deliveries::resend_unknown(conn, issue.id, micros(now))?,
        Doubt::Accept => deliveries::accept_unknown(conn, issue.id, micros(now))?,
    }))
}
