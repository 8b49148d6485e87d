//! Issues: numbered, frozen sendings of a newsletter. Every change of state is a compare-and-set.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::schema::issues;
use super::{Conn, StoreError, connection::each, word};
use crate::domain::states::IssueState;

#[derive(Clone, Debug, Queryable, Selectable)]
pub struct Issue {
    pub id: i64,
    pub newsletter_id: i64,
    pub number: Option<i64>,
    pub state: String,
    pub due_at: Option<i64>,
    pub held_reason: Option<String>,
    pub activation_limit: Option<i64>,
    pub fanned_out_to: i64,
    pub published_at: Option<i64>,
    pub sent_at: Option<i64>,
    pub renewed_at: Option<i64>,
}

impl Issue {
    pub fn state(&self) -> Result<IssueState, StoreError> {
        word("issues", &self.state, IssueState::parse)
    }

    /// When it was published, or staff last let it go on: from then on its mails are tried for so long (µs).
    pub fn begun_at(&self) -> Option<i64> {
        self.renewed_at.max(self.published_at)
    }
}

/// A freshly published issue.
#[derive(Clone, Copy, Debug)]
pub struct Publication {
    pub newsletter_id: i64,
    pub number: i64,
    pub activation_limit: i64,
    /// µs.
    pub now: i64,
}

pub fn insert_published(conn: &mut Conn, publication: Publication) -> Result<i64, StoreError> {
    Ok(diesel::insert_into(issues::table)
        .values((
            issues::newsletter_id.eq(publication.newsletter_id),
            issues::number.eq(publication.number),
            issues::state.eq(IssueState::Preparing.as_str()),
            issues::activation_limit.eq(publication.activation_limit),
            issues::published_at.eq(publication.now),
            issues::created_at.eq(publication.now),
        ))
        .returning(issues::id)
        .get_result(conn)?)
}

/// Turns a scheduled or released issue into a published one.
pub fn publish_scheduled(conn: &mut Conn, id: i64, publication: Publication) -> Result<(), StoreError> {
    diesel::update(issues::table.find(id))
        .set((
            issues::number.eq(publication.number),
            issues::state.eq(IssueState::Preparing.as_str()),
            issues::activation_limit.eq(publication.activation_limit),
            issues::published_at.eq(publication.now),
            issues::held_reason.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Plans an issue for `due_at` (µs). None: one is planned for that very time already.
pub fn schedule(conn: &mut Conn, newsletter_id: i64, due_at: i64, now: i64) -> Result<Option<i64>, StoreError> {
    let row = (
        issues::newsletter_id.eq(newsletter_id),
        issues::state.eq(IssueState::Scheduled.as_str()),
        issues::due_at.eq(due_at),
        issues::created_at.eq(now),
    );
    Ok(each!(conn, |c| diesel::insert_into(issues::table)
        .values(row)
        .on_conflict_do_nothing()
        .returning(issues::id)
        .get_result(c)
        .optional())?)
}

/// Takes an issue back that was planned or held and never published. False: it was published, or is gone.
pub fn delete_unpublished(conn: &mut Conn, id: i64) -> Result<bool, StoreError> {
    let row = issues::table.filter(issues::id.eq(id)).filter(issues::number.is_null());
    Ok(diesel::delete(row).execute(conn)? == 1)
}

/// Moves a plan. False: it is none any more.
pub fn move_due(conn: &mut Conn, id: i64, due_at: i64) -> Result<bool, StoreError> {
    let row = issues::table.filter(issues::id.eq(id)).filter(issues::state.eq(IssueState::Scheduled.as_str()));
    Ok(diesel::update(row).set(issues::due_at.eq(due_at)).execute(conn)? == 1)
}

/// The one whose time it is or was.
pub fn find_due(conn: &mut Conn, newsletter_id: i64, due_at: i64) -> Result<Option<Issue>, StoreError> {
    Ok(issues::table
        .filter(issues::newsletter_id.eq(newsletter_id))
        .filter(issues::due_at.eq(due_at))
        .select(Issue::as_select())
        .first(conn)
        .optional()?)
}

/// What was published before its time came leaves that time to another.
pub fn forget_due(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    diesel::update(issues::table.find(id)).set(issues::due_at.eq(None::<i64>)).execute(conn)?;
    Ok(())
}

/// Those that are not published yet: planned, or held.
pub fn list_unnumbered(conn: &mut Conn, newsletter_id: i64) -> Result<Vec<Issue>, StoreError> {
    Ok(issues::table
        .filter(diesel::dsl::sql::<Bool>("issues.state IN ('scheduled', 'preparing', 'sending', 'paused', 'held')"))
        .filter(issues::newsletter_id.eq(newsletter_id))
        .filter(issues::number.is_null())
        .order((issues::due_at, issues::id))
        .select(Issue::as_select())
        .load(conn)?)
}

pub fn get(conn: &mut Conn, id: i64) -> Result<Issue, StoreError> {
    Ok(issues::table.find(id).select(Issue::as_select()).first(conn)?)
}

pub fn find(conn: &mut Conn, newsletter_id: i64, number: i64) -> Result<Option<Issue>, StoreError> {
    Ok(issues::table
        .filter(issues::newsletter_id.eq(newsletter_id))
        .filter(issues::number.eq(number))
        .select(Issue::as_select())
        .first(conn)
        .optional()?)
}

/// The newest of a newsletter, without plans that came to nothing.
pub fn list(conn: &mut Conn, newsletter_id: i64, most: i64) -> Result<Vec<Issue>, StoreError> {
    Ok(issues::table
        .filter(issues::newsletter_id.eq(newsletter_id))
        .filter(issues::number.is_not_null().or(issues::state.ne(IssueState::Cancelled.as_str())))
        .order(issues::id.desc())
        .limit(most)
        .select(Issue::as_select())
        .load(conn)?)
}

/// The newest of a newsletter that is published, or held before it was.
pub fn newest(conn: &mut Conn, newsletter_id: i64) -> Result<Option<Issue>, StoreError> {
    Ok(issues::table
        .filter(issues::newsletter_id.eq(newsletter_id))
        .filter(issues::number.is_not_null().or(issues::state.eq(IssueState::Held.as_str())))
        .order(issues::id.desc())
        .select(Issue::as_select())
        .first(conn)
        .optional()?)
}

/// All in one of the states that are not over: `preparing`, `sending`, `cancelled` with rows left and so on.
pub fn list_in(conn: &mut Conn, state: IssueState) -> Result<Vec<Issue>, StoreError> {
    Ok(issues::table
        .filter(diesel::dsl::sql::<Bool>("issues.state IN ('scheduled', 'preparing', 'sending', 'paused', 'held')"))
        .filter(issues::state.eq(state.as_str()))
        .order(issues::id)
        .select(Issue::as_select())
        .load(conn)?)
}

/// Issues of a newsletter that still have, or get, mails to send.
pub fn list_open_of(conn: &mut Conn, newsletter_id: i64) -> Result<Vec<i64>, StoreError> {
    Ok(issues::table
        .filter(diesel::dsl::sql::<Bool>("issues.state IN ('scheduled', 'preparing', 'sending', 'paused', 'held')"))
        .filter(issues::newsletter_id.eq(newsletter_id))
        .select(issues::id)
        .load(conn)?)
}

/// Compare-and-set. False: it was in none of the states `from`.
pub fn set_state(conn: &mut Conn, id: i64, from: &[IssueState], to: IssueState) -> Result<bool, StoreError> {
    let words: Vec<&str> = from.iter().map(|state| state.as_str()).collect();
    let row = issues::table.filter(issues::id.eq(id)).filter(issues::state.eq_any(words));
    Ok(diesel::update(row).set(issues::state.eq(to.as_str())).execute(conn)? == 1)
}

/// Holds an issue for a person, with the reason they will read.
pub fn hold(conn: &mut Conn, id: i64, from: IssueState, reason: &str) -> Result<bool, StoreError> {
    let row = issues::table.filter(issues::id.eq(id)).filter(issues::state.eq(from.as_str()));
    Ok(diesel::update(row)
        .set((issues::state.eq(IssueState::Held.as_str()), issues::held_reason.eq(reason), issues::held_from.eq(from.as_str())))
        .execute(conn)?
        == 1)
}

/// What the run guard is at.
pub const WATCHING: i64 = 0;
/// Its first results were well enough.
pub const PASSED: i64 = 1;
/// Staff have let it go on: the guard looks only for what is refused to everybody since.
pub const OVERRULED: i64 = 2;

/// What the guard is at, and when staff last let the issue go on (µs).
pub fn guard(conn: &mut Conn, id: i64) -> Result<(i64, Option<i64>), StoreError> {
    Ok(issues::table.find(id).select((issues::guard, issues::renewed_at)).first(conn)?)
}

/// The guard has seen enough of an issue's first results.
pub fn set_passed(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    let row = issues::table.filter(issues::id.eq(id)).filter(issues::guard.eq(WATCHING));
    diesel::update(row).set(issues::guard.eq(PASSED)).execute(conn)?;
    Ok(())
}

/// A held issue goes on from where it was held. False: it is not held any more.
pub fn release(conn: &mut Conn, id: i64, now: i64) -> Result<bool, StoreError> {
    let row = issues::table.filter(issues::id.eq(id)).filter(issues::state.eq(IssueState::Held.as_str()));
    let from: Option<Option<String>> = row.select(issues::held_from).first(conn).optional()?;
    let Some(from) = from else { return Ok(false) };
    let state = from.unwrap_or_else(|| IssueState::Sending.as_str().to_owned());
    Ok(diesel::update(row)
        .set((
            issues::state.eq(state),
            issues::held_from.eq(None::<String>),
            issues::held_reason.eq(None::<String>),
            issues::guard.eq(OVERRULED),
            issues::renewed_at.eq(now),
        ))
        .execute(conn)?
        == 1)
}

/// Staff let failed mails go again: an issue that was sent is sent on. Holds the row until the transaction ends, so that nobody
/// calls the issue sent meanwhile. False: it was cancelled.
pub fn reopen(conn: &mut Conn, id: i64, now: i64) -> Result<bool, StoreError> {
    let row = issues::table.filter(issues::id.eq(id));
    let stands = row.filter(issues::state.ne(IssueState::Cancelled.as_str()));
    let done = diesel::update(stands).set((issues::guard.eq(OVERRULED), issues::renewed_at.eq(now))).execute(conn)? == 1;
    diesel::update(row.filter(issues::state.eq(IssueState::Sent.as_str())))
        .set((issues::state.eq(IssueState::Sending.as_str()), issues::sent_at.eq(None::<i64>)))
        .execute(conn)?;
    Ok(done)
}

/// The fan-out has reached this activation. False: another node was faster; nothing of this chunk may be kept.
pub fn advance_fan_out(conn: &mut Conn, id: i64, from: i64, to: i64) -> Result<bool, StoreError> {
    let row = issues::table
        .filter(issues::id.eq(id))
        .filter(issues::state.eq(IssueState::Preparing.as_str()))
        .filter(issues::fanned_out_to.eq(from));
    Ok(diesel::update(row).set(issues::fanned_out_to.eq(to)).execute(conn)? == 1)
}

pub fn set_sent(conn: &mut Conn, id: i64, now: i64) -> Result<bool, StoreError> {
    let row = issues::table.filter(issues::id.eq(id)).filter(issues::state.eq(IssueState::Sending.as_str()));
    Ok(diesel::update(row).set((issues::state.eq(IssueState::Sent.as_str()), issues::sent_at.eq(now))).execute(conn)? == 1)
}

/// Cancelled issues that still have queued rows to end.
///
/// The few issues first, then one look into the queue's index for each. Asked in one statement, PostgreSQL reads the whole ledger
/// at every duty for as long as nobody has told it how large that has become.
pub fn list_cancelled_with_queue(conn: &mut Conn) -> Result<Vec<i64>, StoreError> {
    let cancelled = diesel::dsl::sql::<Bool>("issues.state = 'cancelled'");
    let ids: Vec<i64> = issues::table.filter(cancelled).order(issues::id).select(issues::id).load(conn)?;
    let mut queued = Vec::new();
    for id in ids {
        if super::deliveries::is_queued(conn, id)? {
            queued.push(id);
        }
    }
    Ok(queued)
}
