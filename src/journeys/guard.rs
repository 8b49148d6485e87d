//! The run guard looks when a bad result comes in: it holds an issue whose mails are refused in a way that the next readers
//! would meet as well (R90). Rules: `domain::guard`. Once staff have released it, only what is refused to everybody holds it again.

use super::JourneyError;
use crate::domain::delivery::Reply;
use crate::domain::guard::{self, Ended};
use crate::domain::states::{DeliveryState, IssueState};
use crate::domain::verdict;
use crate::store::{Conn, deliveries, issues, relays, results};

/// So many refusals of our sender in a row, with the relay's pauses between them (Appendix A2).
const SENDER_REFUSED: i64 = 3;

/// In the transaction that has just recorded the result.
pub(super) fn look(conn: &mut Conn, id: i64, state: DeliveryState, reply: &Reply) -> Result<(), JourneyError> {
    let at_once = guard::at_once(reply);
    let sender = verdict::is_of_our_sender(reply);
    let ended = matches!(state, DeliveryState::Bounced | DeliveryState::Failed) && (500..600).contains(&reply.code);
    if at_once.is_none() && !sender && !ended {
        return Ok(());
    }
    let Some(issue) = results::issue_of(conn, id)? else { return Ok(()) };
    let (stands, renewed_at) = issues::guard(conn, issue)?;
    let since = renewed_at.unwrap_or(i64::MIN);
    let reason = if stands == issues::OVERRULED {
        // Without anybody else to spare there is no use in holding it.
        match ended && deliveries::is_open(conn, issue)? {
            true => guard::still(&newest(conn, issue, id, since)?),
            false => None,
        }
    } else if at_once.is_some() {
        at_once
    } else if sender {
        // This failure is counted after its result.
        let before = relays::find(conn, deliveries::RELAY)?.map_or(0, |health| health.failures);
        let refused = || format!("the relay refuses our sender address again and again ({})", guard::said(reply));
        (before + 1 >= SENDER_REFUSED).then(refused)
    } else if stands == issues::WATCHING || guard::is_of_the_message(&Ended { state, reply: reply.clone() }) {
        first_or_in_a_row(conn, issue, id, stands)?
    } else {
        None
    };
    if let Some(reason) = reason
        && issues::hold(conn, issue, IssueState::Sending, &reason)?
    {
        deliveries::unclaim_issue(conn, issue)?;
        tracing::warn!(issue, "the issue is held: `issue status` says why, and staff release it");
    }
    Ok(())
}

/// Whether too many of the first were refused, or three in a row by the same answer.
fn first_or_in_a_row(conn: &mut Conn, issue: i64, id: i64, stands: i64) -> Result<Option<String>, JourneyError> {
    let newest = newest(conn, issue, id, i64::MIN)?;
    if stands == issues::WATCHING {
        let oldest: Vec<Ended> = newest.iter().rev().cloned().collect();
        if let Some(reason) = guard::too_many(&oldest) {
            return Ok(Some(reason));
        }
        if oldest.len() >= guard::FIRST {
            issues::set_passed(conn, issue)?;
        }
    }
    Ok(guard::in_a_row(&newest))
}

fn newest(conn: &mut Conn, issue: i64, id: i64, since: i64) -> Result<Vec<Ended>, JourneyError> {
    let mut around = results::list_around(conn, issue, id, since)?;
    around.reverse();
    Ok(around)
}
