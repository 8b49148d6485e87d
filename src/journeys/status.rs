//! Where an issue stands: the ledger, counted.

use jiff::Timestamp;
use serde::Serialize;

use super::JourneyError;
use crate::domain::states::IssueState;
use crate::store::issues::Issue;
use crate::store::{Conn, deliveries, issues, newsletters, time};

/// Exactly the fields `issue status --json` prints.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Counts {
    pub newsletter: String,
    /// 0 until it is published.
    pub number: i64,
    pub state: String,
    pub recipients: i64,
    pub queued: i64,
    pub claimed: i64,
    pub transmitting: i64,
    pub sent: i64,
    pub bounced: i64,
    pub failed: i64,
    pub unknown: i64,
    pub skipped: i64,
    /// Mails that reached an end per second since publishing; 0 before the first.
    pub per_second: f64,
    /// At that rate. None: nothing is left, or nobody can tell.
    pub seconds_left: Option<i64>,
}

#[derive(Clone, Debug)]
pub struct IssueStatus {
    pub counts: Counts,
    pub state: IssueState,
    pub due_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
    pub held_reason: Option<String>,
}

/// The newest issues of a newsletter. None: no such newsletter.
pub fn list(conn: &mut Conn, now: Timestamp, slug: &str, most: i64) -> Result<Option<Vec<IssueStatus>>, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(None) };
    let mut statuses = Vec::new();
    for issue in issues::list(conn, newsletter.id, most)? {
        statuses.push(status(conn, now, slug, &issue)?);
    }
    Ok(Some(statuses))
}

pub fn find(conn: &mut Conn, now: Timestamp, slug: &str, number: i64) -> Result<Option<IssueStatus>, JourneyError> {
    match super::issues::find(conn, slug, number)? {
        Some(issue) => Ok(Some(status(conn, now, slug, &issue)?)),
        None => Ok(None),
    }
}

fn status(conn: &mut Conn, now: Timestamp, slug: &str, issue: &Issue) -> Result<IssueStatus, JourneyError> {
    let mut counts = Counts {
        newsletter: slug.to_owned(),
        number: issue.number.unwrap_or(0),
        state: issue.state.clone(),
        ..Counts::default()
    };
    for (state, count) in deliveries::count_by_state(conn, issue.id)? {
        counts.recipients += count;
        match state.as_str() {
            "queued" => counts.queued = count,
            "claimed" => counts.claimed = count,
            "transmitting" => counts.transmitting = count,
            "sent" => counts.sent = count,
            "bounced" => counts.bounced = count,
            "failed" => counts.failed = count,
            "unknown" => counts.unknown = count,
            _ => counts.skipped += count,
        }
    }
    let published_at = issue.published_at.map(time);
    let until = issue.sent_at.map_or(now, time);
    let seconds = published_at.map_or(0.0, |at| until.duration_since(at).as_secs_f64());
    let ended = counts.sent + counts.bounced + counts.failed + counts.unknown;
    if seconds > 0.0 {
        counts.per_second = float(ended) / seconds;
    }
    let left = counts.queued + counts.claimed + counts.transmitting;
    if left > 0 && counts.per_second > 0.0 {
        let estimate = jiff::SignedDuration::try_from_secs_f64((float(left) / counts.per_second).ceil());
        counts.seconds_left = estimate.ok().map(|left| left.as_secs());
    }
    Ok(IssueStatus {
        counts,
        state: issue.state()?,
        due_at: issue.due_at.map(time),
        published_at,
        held_reason: issue.held_reason.clone(),
    })
}

/// Exact for every count a newsletter can have (up to 2^32).
fn float(count: i64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
