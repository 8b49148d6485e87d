//! A newsletter comes to its end: one that never published anything is removed; one that did is closed, because its readers
//! keep their links, its archive stays, and what they agreed to has to be provable (Art. 7(1) GDPR).

use std::fmt;

use jiff::Timestamp;

use super::newsletters::{NewsletterError, named};
use crate::domain::states::{IssueState, SubscriptionState};
use crate::store::newsletters::{Newsletter, Shape};
use crate::store::{Conn, feeds, issues, micros, news, newsletters, subscriptions};

/// What closing ended, and what goes on.
#[derive(Clone, Debug)]
pub struct Closed {
    /// It was closed before; nothing was changed.
    pub before: bool,
    pub cadence: Option<String>,
    /// Issues that were planned or held, and not published yet.
    pub plans: usize,
    /// Numbers of issues whose mails are still going out.
    pub sending: Vec<i64>,
    pub subscribers: i64,
}

/// No sign-ups, no cadence, no plans, no publishing. Issues that are published are sent to their end.
pub fn close(conn: &mut Conn, now: Timestamp, slug: &str) -> Result<Closed, NewsletterError> {
    use IssueState::{Held, Paused, Preparing, Scheduled, Sending};
    let id = named(conn, slug)?.id;
    newsletters::lock(conn, id)?;
    let newsletter = newsletters::get(conn, id)?;
    let mut closed = Closed {
        before: newsletter.is_closed(),
        cadence: newsletter.cadence.clone(),
        plans: 0,
        sending: Vec::new(),
        subscribers: subscriptions::count_active(conn, id)?.into_iter().map(|(_, count)| count).sum(),
    };
    for state in [Scheduled, Held, Preparing, Sending, Paused] {
        for issue in issues::list_in(conn, state)?.into_iter().filter(|issue| issue.newsletter_id == id) {
            match issue.number {
                Some(number) => closed.sending.push(number),
                None => {
                    issues::delete_unpublished(conn, issue.id)?;
                    closed.plans = closed.plans.saturating_add(1);
                }
            }
        }
    }
    if !closed.before {
        let shape = Shape { cadence: None, next_due_at: None, closed_at: Some(micros(now)), ..Shape::from(&newsletter) };
        newsletters::reshape(conn, id, &shape)?;
    }
    Ok(closed)
}

/// Sign-ups and publishing are possible again. False: it was not closed. A cadence has to be set anew.
pub fn reopen(conn: &mut Conn, slug: &str) -> Result<bool, NewsletterError> {
    let id = named(conn, slug)?.id;
    newsletters::lock(conn, id)?;
    let newsletter = newsletters::get(conn, id)?;
    newsletters::reshape(conn, id, &Shape { closed_at: None, ..Shape::from(&newsletter) })?;
    Ok(newsletter.is_closed())
}

/// What goes with a newsletter that is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removal {
    pub items: usize,
    pub feeds: usize,
    pub plans: usize,
}

/// What [`remove`] would take away.
pub fn weigh(conn: &mut Conn, slug: &str) -> Result<Removal, NewsletterError> {
    let newsletter = named(conn, slug)?;
    removal(conn, &newsletter)
}

/// Removes a newsletter that published nothing and that nobody subscribed to.
pub fn remove(conn: &mut Conn, slug: &str) -> Result<Removal, NewsletterError> {
    let newsletter = named(conn, slug)?;
    newsletters::lock(conn, newsletter.id)?;
    let removal = removal(conn, &newsletter)?;
    newsletters::delete(conn, newsletter.id)?;
    Ok(removal)
}

fn removal(conn: &mut Conn, newsletter: &Newsletter) -> Result<Removal, NewsletterError> {
    let refused = |why: String| NewsletterError::Keeps { slug: newsletter.slug.clone(), why };
    let (next, _) = newsletters::upcoming(conn, newsletter.id)?;
    if next > 1 {
        let issues = if next == 2 { "1 issue".to_owned() } else { format!("{} issues", next - 1) };
        return Err(refused(format!("published {issues}, which people got and which can be read in the archive")));
    }
    let confirmed = subscriptions::count_other_than(conn, newsletter.id, SubscriptionState::Pending)?;
    if confirmed > 0 || newsletters::has_consent(conn, newsletter.id)? {
        let people = match confirmed {
            1 => "1 person who subscribes or subscribed".to_owned(),
            0 => "people who asked for it".to_owned(),
            count => format!("{count} people who subscribe or subscribed"),
        };
        return Err(refused(format!(
            "has {people}, and the proof of their consent must be kept; \"rundbrief person erase\" is for somebody who only tried it"
        )));
    }
    Ok(Removal {
        items: news::list_unused(conn, newsletter.id)?.len(),
        feeds: feeds::list(conn, newsletter.id)?.len(),
        plans: issues::list_unnumbered(conn, newsletter.id)?.len(),
    })
}

/// The newsletter, if it is open.
pub(super) fn open(conn: &mut Conn, slug: &str) -> Result<Newsletter, NewsletterError> {
    let newsletter = named(conn, slug)?;
    if newsletter.is_closed() { Err(NewsletterError::Closed(newsletter.slug)) } else { Ok(newsletter) }
}

impl fmt::Display for Removal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = |count: usize| if count == 1 { "" } else { "s" };
        let Removal { items, feeds, plans } = *self;
        write!(f, "its texts, {items} news item{}, {feeds} feed{} and {plans} planned issue{}", s(items), s(feeds), s(plans))
    }
}
