//! Staff let mails of an issue go after all: what failed for no fault of an address goes again, and refusals of recipients that
//! the relay was wrong about are taken back, with the suppressions and endings that followed from them.

use jiff::Timestamp;

use super::suppressions::{self, By};
use super::{Context, JourneyError, issues};
use crate::domain::address::Address;
use crate::domain::after::{CONTENT, GAVE_UP, POLICY};
use crate::domain::delivery::{Reply, Stage};
use crate::domain::states::IssueState;
use crate::domain::verdict;
use crate::store::resends::{self, Failed, TAKEN_BACK};
use crate::store::{self, Conn, micros, subscribers};

/// What was the message's or the relay's fault: it goes again when a held issue is released.
const NOT_THE_READERS: [&str; 3] = [POLICY, CONTENT, TAKEN_BACK];
/// Further mails that ended without a fault of their address, as staff may decide at any time.
const ALL_FAILED: [&str; 5] = [POLICY, CONTENT, TAKEN_BACK, GAVE_UP, EXPIRED];
/// See `store::deliveries::expire`.
const EXPIRED: &str = "expired";

/// What became of mails that had failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    Queued {
        mails: usize,
        /// Of these, refused as too large. The issue does not become smaller.
        too_large: usize,
        state: IssueState,
    },
    Cancelled,
    NoSuchIssue,
}

/// Queues what failed of an issue for no fault of the address, for those who are still subscribed.
pub fn resend_failed(conn: &mut Conn, ctx: &Context, now: Timestamp, slug: &str, number: i64) -> Result<Again, JourneyError> {
    let Some(issue) = issues::find(conn, slug, number)? else { return Ok(Again::NoSuchIssue) };
    let failed = reachable(conn, ctx, now, issue.id, &ALL_FAILED)?;
    if issue.state()? == IssueState::Cancelled {
        return Ok(Again::Cancelled);
    }
    let too_large = failed.iter().filter(|row| reply(row).is_some_and(|reply| verdict::is_too_large(&reply))).count();
    // An issue that has ended stays so where nothing goes again.
    if !failed.is_empty() && !store::issues::reopen(conn, issue.id, micros(now))? {
        return Ok(Again::Cancelled);
    }
    let mails = resends::queue_failed(conn, &failed)?;
    Ok(Again::Queued { mails, too_large, state: store::issues::get(conn, issue.id)?.state()? })
}

/// The same for a held issue that is released: only those whose mails were refused for what the next would have met as well.
pub(super) fn requeue(conn: &mut Conn, ctx: &Context, now: Timestamp, issue_id: i64) -> Result<usize, JourneyError> {
    let failed = reachable(conn, ctx, now, issue_id, &NOT_THE_READERS)?;
    Ok(resends::queue_failed(conn, &failed)?)
}

fn reachable(conn: &mut Conn, ctx: &Context, now: Timestamp, issue: i64, reasons: &[&str]) -> Result<Vec<Failed>, JourneyError> {
    let failed = resends::list_failed(conn, issue, reasons)?;
    let keys: Vec<Vec<[u8; 32]>> = failed.iter().map(|row| ctx.keyring.address_keys(&row.canonical)).collect();
    let suppressed = store::suppressions::list_suppressed(conn, &keys.concat(), micros(now))?;
    let free = |keys: &[[u8; 32]]| !keys.iter().any(|key| suppressed.contains(key.as_slice()));
    Ok(failed.into_iter().zip(keys).filter(|(_, keys)| free(keys)).map(|(row, _)| row).collect())
}

fn reply(row: &Failed) -> Option<Reply> {
    let stage = row.stage.as_deref().and_then(Stage::parse)?;
    let code = row.code.and_then(|code| u16::try_from(code).ok())?;
    Some(Reply { stage, code, text: row.reply.clone().unwrap_or_default() })
}

/// What was taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// Whose refusals count as failures of ours from now on.
    pub mails: usize,
    pub suppressions: usize,
    /// Ended by them, and active again.
    pub subscriptions: usize,
}

/// Takes back the refusals of recipients that this issue met: its rows count as failed, and exactly what followed from them is
/// undone. Whoever has left since, was erased, or has another address by now stays as they are. None: no such issue.
pub fn undo_bounces(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    slug: &str,
    number: i64,
    by: &str,
) -> Result<Option<TakenBack>, JourneyError> {
    let Some(issue) = issues::find(conn, slug, number)? else { return Ok(None) };
    let why = format!("the refusals that issue {number} of {slug} met were taken back");
    let by = By { name: by, why: &why };
    let mut taken = TakenBack::default();
    for bounced in resends::list_bounced(conn, issue.id)? {
        let Some(subscriber) = subscribers::find_by_id(conn, bounced.subscriber_id)? else { continue };
        subscribers::lock(conn, subscriber.id)?;
        let same = Address::parse(&bounced.address).is_ok_and(|address| address.canonical() == subscriber.canonical);
        if !same || !resends::take_back(conn, bounced.id)? {
            continue;
        }
        taken.mails += 1;
        let keys = ctx.keyring.address_keys(&subscriber.canonical);
        if let Some(lifted) = store::suppressions::lift_bounce(conn, &keys, Some(bounced.ended_at))? {
            taken.suppressions += 1;
            taken.subscriptions += suppressions::undo(conn, now, Some(&subscriber), &keys, &lifted, &by)?;
        }
    }
    Ok(Some(taken))
}
