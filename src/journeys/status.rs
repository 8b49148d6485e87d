//! Where an issue stands: the ledger, counted, how fast it gets on, and what is in its way.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::JourneyError;
use super::check::{self, Override};
use crate::domain::delivery::{alike, without_addresses};
use crate::domain::states::IssueState;
use crate::store::issues::Issue;
use crate::store::{Conn, deliveries, issues, micros, newsletters, progress, relays, time};

/// Over how long the rate is measured. Since publishing would be wrong after a pause or a night of retries.
const LATELY: SignedDuration = SignedDuration::from_secs(60);
/// Different answers that are looked at, and shown.
const ANSWERS: i64 = 20_000;
const SHOWN: usize = 5;

/// The fields that `issue status --json` has always had.
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
    /// Mails that came to an end per second within the last minute.
    pub per_second: f64,
    /// Until what is due now is through, at that rate. None: nothing is due, or nobody can tell.
    pub seconds_left: Option<i64>,
}

impl Counts {
    /// The counts with their states, in the order of a delivery's life.
    pub fn by_state(&self) -> [(&'static str, i64); 8] {
        [
            ("queued", self.queued),
            ("claimed", self.claimed),
            ("transmitting", self.transmitting),
            ("sent", self.sent),
            ("bounced", self.bounced),
            ("failed", self.failed),
            ("unknown", self.unknown),
            ("skipped", self.skipped),
        ]
    }
}

/// What else there is to say, behind those fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Course {
    /// Of the queued ones: put off by the relay, not due yet.
    pub deferred: i64,
    /// When the first of these is due.
    pub next_due_at: Option<Timestamp>,
    /// The relay is in trouble and nothing is tried before.
    pub relay_rests_until: Option<Timestamp>,
    pub relay_trouble: Option<String>,
    /// The newest different ones, without addresses. Only where one issue was asked for.
    pub refusals: Vec<Refusal>,
}

/// Answers of the relay that are alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    pub stage: String,
    /// 0: no answer came.
    pub code: i64,
    /// The newest of them.
    pub text: String,
    pub count: i64,
}

#[derive(Clone, Debug)]
pub struct IssueStatus {
    pub counts: Counts,
    pub course: Course,
    pub state: IssueState,
    pub due_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
    pub held_reason: Option<String>,
    /// Only where one issue was asked for.
    pub despite: Option<Override>,
}

/// The newest issues of a newsletter. None: no such newsletter.
pub fn list(conn: &mut Conn, now: Timestamp, slug: &str, most: i64) -> Result<Option<Vec<IssueStatus>>, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(None) };
    let mut statuses = Vec::new();
    for issue in issues::list(conn, newsletter.id, most)? {
        statuses.push(status(conn, now, slug, &issue)?.0);
    }
    Ok(Some(statuses))
}

pub fn find(conn: &mut Conn, now: Timestamp, slug: &str, number: i64) -> Result<Option<IssueStatus>, JourneyError> {
    match super::issues::find(conn, slug, number)? {
        Some(issue) => Ok(Some(in_full(conn, now, slug, &issue)?)),
        None => Ok(None),
    }
}

/// The newest issue of a newsletter; one that is only planned if there is no other.
pub fn newest(conn: &mut Conn, now: Timestamp, slug: &str) -> Result<Option<IssueStatus>, JourneyError> {
    let Some(newsletter) = newsletters::find(conn, slug)? else { return Ok(None) };
    let issue = match issues::newest(conn, newsletter.id)? {
        Some(issue) => Some(issue),
        None => issues::list_unnumbered(conn, newsletter.id)?.into_iter().next(),
    };
    match issue {
        Some(issue) => Ok(Some(in_full(conn, now, slug, &issue)?)),
        None => Ok(None),
    }
}

fn in_full(conn: &mut Conn, now: Timestamp, slug: &str, issue: &Issue) -> Result<IssueStatus, JourneyError> {
    let (mut status, refused) = status(conn, now, slug, issue)?;
    if refused > 0 {
        status.course.refusals = refusals(conn, issue.id)?;
    }
    status.despite = check::find_override(conn, issue.id)?;
    Ok(status)
}

/// With the number of rows that the relay did not simply take.
fn status(conn: &mut Conn, now: Timestamp, slug: &str, issue: &Issue) -> Result<(IssueStatus, i64), JourneyError> {
    let mut counts = Counts {
        newsletter: slug.to_owned(),
        number: issue.number.unwrap_or(0),
        state: issue.state.clone(),
        ..Counts::default()
    };
    let mut course = Course::default();
    let (mut refused, mut lately, mut lately_from) = (0, 0, None::<i64>);
    for tally in progress::tally(conn, issue.id, micros(now - LATELY), micros(now))? {
        let count = tally.count;
        counts.recipients += count;
        refused += tally.refused;
        match tally.state.as_str() {
            "queued" => {
                counts.queued = count;
                course.deferred = tally.later;
                course.next_due_at = tally.next_due_at.map(time);
            }
            "claimed" => counts.claimed = count,
            "transmitting" => counts.transmitting = count,
            "sent" => counts.sent = count,
            "bounced" => counts.bounced = count,
            "failed" => counts.failed = count,
            "unknown" => counts.unknown = count,
            _ => counts.skipped += count,
        }
        if tally.state != "skipped" {
            lately += tally.lately;
            lately_from = lately_from.into_iter().chain(tally.lately_from).min();
        }
    }
    let state = issue.state()?;
    if let Some(from) = lately_from {
        // At least a second: the first mails of a minute say little alone.
        counts.per_second = float(lately) / now.duration_since(time(from)).as_secs_f64().max(1.0);
    }
    if state == IssueState::Sending {
        let trouble = relays::find(conn, deliveries::RELAY)?;
        course.relay_rests_until =
            trouble.as_ref().and_then(|health| health.blocked_until).map(time).filter(|until| *until > now);
        if course.relay_rests_until.is_some() {
            course.relay_trouble = trouble.and_then(|health| health.trouble);
        }
        let left = counts.queued - course.deferred + counts.claimed + counts.transmitting;
        if left > 0 && counts.per_second > 0.0 && course.relay_rests_until.is_none() {
            let estimate = SignedDuration::try_from_secs_f64((float(left) / counts.per_second).ceil());
            counts.seconds_left = estimate.ok().map(|left| left.as_secs());
        }
    }
    let status = IssueStatus {
        counts,
        course,
        state,
        due_at: issue.due_at.map(time),
        published_at: issue.published_at.map(time),
        held_reason: issue.held_reason.clone(),
        despite: None,
    };
    Ok((status, refused))
}

/// The newest answers that differ in more than whom they name.
fn refusals(conn: &mut Conn, issue_id: i64) -> Result<Vec<Refusal>, JourneyError> {
    let mut seen: Vec<(String, Refusal)> = Vec::new();
    for answer in progress::refusals(conn, issue_id, ANSWERS)? {
        let shape = alike(&answer.reply);
        let same = |(known, refusal): &&mut (String, Refusal)| {
            *known == shape && refusal.stage == answer.stage && refusal.code == answer.code
        };
        match seen.iter_mut().find(same) {
            Some((_, refusal)) => refusal.count += answer.count,
            None => {
                let text = without_addresses(&answer.reply);
                seen.push((shape, Refusal { stage: answer.stage, code: answer.code, text, count: answer.count }));
            }
        }
    }
    Ok(seen.into_iter().map(|(_, refusal)| refusal).take(SHOWN).collect())
}

/// Exact for every count a newsletter can have (up to 2^32).
fn float(count: i64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
