//! A reader leaves: at once, without a question, also in the middle of a run (R28–R33).

use jiff::Timestamp;
use serde_json::json;

use super::consent::record;
use super::subscribe::text_for;
use super::{Context, JourneyError};
use crate::domain::language::Language;
use crate::domain::states::{Channel, ConsentAct, SubscriptionState};
use crate::domain::token::Purpose;
use crate::store::subscriptions::Subscription;
use crate::store::{Conn, deliveries, issues, micros, newsletters, subscriptions};

/// How much somebody leaves (R33).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    ThisNewsletter,
    AllNewsletters,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaveView {
    /// `others`: how many other newsletters this person still gets.
    Subscribed {
        language: Language,
        slug: String,
        title: String,
        others: i64,
    },
    Left {
        language: Language,
        slug: String,
        title: String,
        others: i64,
    },
    /// The link is ours, and what it was for has been erased or has expired: nothing is sent under it.
    Gone,
    Unknown,
}

pub fn show(conn: &mut Conn, ctx: &Context, token: &str) -> Result<LeaveView, JourneyError> {
    match find(conn, ctx, token)? {
        Ok(subscription) => view(conn, &subscription),
        Err(without) => Ok(without),
    }
}

/// Idempotent: somebody who has left already is told the same.
pub fn leave(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    token: &str,
    scope: Scope,
    channel: Channel,
) -> Result<LeaveView, JourneyError> {
    let subscription = match find(conn, ctx, token)? {
        Ok(subscription) => subscription,
        Err(without) => return Ok(without),
    };
    let leaving = match scope {
        Scope::ThisNewsletter => vec![subscription.clone()],
        Scope::AllNewsletters => subscriptions::list_of(conn, subscription.subscriber_id)?.into_iter().map(|(s, _)| s).collect(),
    };
    for subscription in &leaving {
        end(conn, now, subscription, channel)?;
    }
    let left = subscriptions::find_by_public_id(conn, &crate::store::id16("subscriptions", &subscription.public_id)?)?;
    view(conn, &left.unwrap_or(subscription))
}

/// Ends one subscription, what waits for it in the ledger, and writes the withdrawal down.
pub(super) fn end(conn: &mut Conn, now: Timestamp, subscription: &Subscription, channel: Channel) -> Result<(), JourneyError> {
    end_because(conn, now, subscription, channel, None)
}

/// The same, with what staff were told.
pub(super) fn end_because(
    conn: &mut Conn,
    now: Timestamp,
    subscription: &Subscription,
    channel: Channel,
    reason: Option<&str>,
) -> Result<(), JourneyError> {
    if !subscriptions::end(conn, subscription.id, channel, micros(now))? {
        return Ok(());
    }
    let open = issues::list_open_of(conn, subscription.newsletter_id)?;
    deliveries::skip_for_subscriber(conn, subscription.subscriber_id, open, micros(now))?;
    let newsletter = newsletters::get(conn, subscription.newsletter_id)?;
    let mut details = json!({ "newsletter": newsletter.slug, "language": subscription.language, "channel": channel.as_str() });
    if let (Some(reason), Some(fields)) = (reason, details.as_object_mut()) {
        fields.insert("reason".to_owned(), reason.into());
    }
    record(conn, ConsentAct::Withdrawn, now, subscription.subscriber_id, subscription.newsletter_id, details)
}

/// The subscription that a link is for; without one, what there is to say of the link.
fn find(conn: &mut Conn, ctx: &Context, token: &str) -> Result<Result<Subscription, LeaveView>, JourneyError> {
    let Some(public_id) = ctx.keyring.verify(Purpose::Unsubscribe, token) else { return Ok(Err(LeaveView::Unknown)) };
    Ok(subscriptions::find_by_public_id(conn, &public_id)?.ok_or(LeaveView::Gone))
}

fn view(conn: &mut Conn, subscription: &Subscription) -> Result<LeaveView, JourneyError> {
    let language = subscription.language()?;
    let newsletter = newsletters::get(conn, subscription.newsletter_id)?;
    let title = text_for(conn, &newsletter, language)?.title;
    let mut others = 0;
    for (other, _) in subscriptions::list_of(conn, subscription.subscriber_id)? {
        others += i64::from(other.id != subscription.id && other.state()? == SubscriptionState::Active);
    }
    let slug = newsletter.slug;
    Ok(match subscription.state()? {
        // Whose mailbox refused a mail has not left, and must be able to.
        SubscriptionState::Ended if !subscription.was_ended_by_bounce() => LeaveView::Left { language, slug, title, others },
        SubscriptionState::Ended | SubscriptionState::Pending | SubscriptionState::Active => {
            LeaveView::Subscribed { language, slug, title, others }
        }
    })
}
