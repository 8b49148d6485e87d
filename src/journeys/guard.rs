//! The run guard looks when a bad result comes in: it holds an issue whose mails are refused in a way that the next readers
//! would meet as well (R90). Rules: `domain::guard`. Staff release it, and then it is not held again.

use super::JourneyError;
use crate::domain::delivery::{Reply, Stage};
use crate::domain::guard::{self, Ended};
use crate::domain::states::{DeliveryState, IssueState};
use crate::store::{Conn, deliveries, issues, relays, results};

/// So many refusals of our sender in a row, with the relay's pauses between them (Appendix A2).
const SENDER_REFUSED: i64 = 3;

/// In the transaction that has just recorded the result.
pub(super) fn look(conn: &mut Conn, id: i64, state: DeliveryState, reply: &Reply) -> Result<(), JourneyError> {
    let at_once = guard::at_once(reply);
    let sender = reply.stage == Stage::Mail && (500..600).contains(&reply.code);
    let ended = matches!(state, DeliveryState::Bounced | DeliveryState::Failed) && (500..600).contains(&reply.code);
    if at_once.is_none() && !sender && !ended {
        return Ok(());
    }
    let Some(issue) = results::issue_of(conn, id)? else { return Ok(()) };
    let stands = issues::guard(conn, issue)?;
    if stands == issues::OVERRULED {
        return Ok(());
    }
    let mut reason = at_once;
    if reason.is_none() && sender {
        // This failure is counted after its result.
        let before = relays::find(conn, deliveries::RELAY)?.map_or(0, |health| health.failures);
        let refused = || format!("the relay refuses our sender address again and again ({})", guard::said(reply));
        reason = (before + 1 >= SENDER_REFUSED).then(refused);
    }
    let this = Ended { state, reply: reply.clone() };
    if reason.is_none() && ended && (stands == issues::WATCHING || guard::is_of_the_message(&this)) {
        let mut around = results::list_around(conn, issue, id)?;
        if stands == issues::WATCHING {
            reason = guard::too_many(&around);
            if reason.is_none() && around.len() >= guard::FIRST {
                issues::set_passed(conn, issue)?;
            }
        }
        around.reverse();
        reason = reason.or_else(|| guard::in_a_row(&around));
    }
    if let Some(reason) = reason
        && issues::hold(conn, issue, IssueState::Sending, &reason)?
    {
        deliveries::unclaim_issue(conn, issue)?;
        tracing::warn!(issue, "the issue is held: `issue status` says why, and staff release it");
    }
    Ok(())
}
