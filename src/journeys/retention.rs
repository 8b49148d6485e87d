//! Nothing is kept longer than the settings say (Art. 5(1)(e) GDPR; R144, R150, R169). A duty of every night, on whichever node
//! comes first; what it did last can be seen. Each step is a chunk in a transaction of its own.

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::{Context, JourneyError, consent, person, subscribe};
use crate::domain::states::ConsentAct;
use crate::store::retention::{self, Outlived};
use crate::store::{self, Conn, duties, micros, opt_ins, subscribers, time};

const NAME: &str = "retention";
/// When the night's run begins, in the instance's zone: after midnight, so that a year's end counts, also when clocks change.
const HOUR: i8 = 4;
/// A run that has said nothing for so long has died.
const PATIENCE: SignedDuration = SignedDuration::from_hours(2);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// People, or mails, in one transaction.
const PEOPLE: i64 = 100;
const MAILS: i64 = 2_000;

/// What a run took away, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Requests that nobody confirmed.
    pub unconfirmed: usize,
    pub network_addresses: usize,
    /// Mails of issues that were cut down to what proves them.
    pub mails_trimmed: usize,
    /// Confirmation mails and other single ones.
    pub mails_deleted: usize,
    /// Subscriptions whose proof has been kept long enough.
    pub subscriptions: usize,
    /// Old sessions, invitations and failed attempts to sign in.
    pub swept: usize,
}

/// When retention ran last.
#[derive(Clone, Debug, Serialize)]
pub struct LastRun {
    pub at: Timestamp,
    /// None: it is running, or it died.
    pub report: Option<Report>,
}

pub fn last_run(conn: &mut Conn) -> Result<Option<LastRun>, JourneyError> {
    Ok(duties::find(conn, NAME)?.map(|duty| LastRun { at: time(duty.ran_at), report: serde_json::from_str(&duty.report).ok() }))
}

/// Whether this night's run is still to be made.
pub fn is_due(conn: &mut Conn, ctx: &Context, now: Timestamp) -> Result<bool, JourneyError> {
    Ok(match last_run(conn)? {
        None => true,
        Some(LastRun { at, report: None }) => at + PATIENCE < now,
        Some(LastRun { at, report: Some(_) }) => at < last_night(&ctx.config.zone, now)?,
    })
}

/// Takes the run on. False: somebody else is at it.
pub fn take(conn: &mut Conn, now: Timestamp) -> Result<bool, JourneyError> {
    let last = last_run(conn)?;
    if last.as_ref().is_some_and(|run| run.report.is_none() && run.at + PATIENCE >= now) {
        return Ok(false);
    }
    Ok(duties::take(conn, NAME, last.map(|last| micros(last.at)), micros(now))?)
}

pub fn report(conn: &mut Conn, now: Timestamp, report: &Report) -> Result<(), JourneyError> {
    Ok(duties::report(conn, NAME, micros(now), &serde_json::to_string(report)?)?)
}

/// The newest beginning of a night's run that has passed.
fn last_night(zone: &TimeZone, now: Timestamp) -> Result<Timestamp, JourneyError> {
    let broken = |error: jiff::Error| JourneyError::Broken(error.to_string());
    let today = now.to_zoned(zone.clone()).date();
    let night =
        |day: jiff::civil::Date| Ok::<_, JourneyError>(day.at(HOUR, 0, 0, 0).to_zoned(zone.clone()).map_err(broken)?.timestamp());
    let tonight = night(today)?;
    if tonight <= now { Ok(tonight) } else { night(today.checked_sub(1.day()).map_err(broken)?) }
}

/// One chunk of requests that nobody confirmed in time (R144). Returns how many; 0: there are no more. One that was made good by
/// a later one stays as long as it counts against asking again (R173).
pub fn forget_unconfirmed(conn: &mut Conn, now: Timestamp) -> Result<usize, JourneyError> {
    let requests = retention::list_unconfirmed(conn, micros(now), micros(now - subscribe::WEEK), PEOPLE)?;
    let mut records = Vec::new();
    for request in &requests {
        subscribers::lock(conn, request.subscriber_id)?;
        // Somebody may have confirmed, or erased, it since it was looked up.
        if !retention::is_unconfirmed(conn, request)? {
            continue;
        }
        records.extend(retention::erase_request_details(conn, request)?);
        retention::delete_mails_of(conn, request.subscriber_id, request.id, micros(now))?;
        opt_ins::delete(conn, &[request.id])?;
        retention::delete_pending(conn, request.subscriber_id)?;
        forget_if_nothing_is_left(conn, now, request.subscriber_id)?;
    }
    bury(conn, now, &records)?;
    Ok(requests.len())
}

/// R147, where the settings keep them at all.
pub fn forget_networks(conn: &mut Conn, ctx: &Context, now: Timestamp) -> Result<usize, JourneyError> {
    Ok(retention::forget_networks(conn, micros(now - DAY * days(ctx.config.network_days)))?)
}

pub fn delete_single_mails(conn: &mut Conn, ctx: &Context, now: Timestamp) -> Result<usize, JourneyError> {
    Ok(retention::delete_single_mails(conn, mails_before(ctx, now), MAILS)?)
}

pub fn list_untrimmed(conn: &mut Conn, ctx: &Context, now: Timestamp) -> Result<Vec<i64>, JourneyError> {
    Ok(retention::list_untrimmed(conn, mails_before(ctx, now))?)
}

/// One chunk of an issue's mails after this subscriber. Returns how many and where to go on; the last call notes that it is done.
pub fn trim(conn: &mut Conn, now: Timestamp, issue_id: i64, after: i64) -> Result<Option<(usize, i64)>, JourneyError> {
    let trimmed = retention::trim(conn, issue_id, after, MAILS)?;
    if trimmed.is_none() {
        retention::set_trimmed(conn, issue_id, micros(now))?;
    }
    Ok(trimmed)
}

/// One chunk of subscriptions whose proof has been kept until the end of its last year (R150), after this id.
pub fn list_outlived(conn: &mut Conn, ctx: &Context, now: Timestamp, after: i64) -> Result<Vec<Outlived>, JourneyError> {
    Ok(retention::list_outlived(conn, proofs_before(ctx, now)?, after, PEOPLE)?)
}

/// The beginning of the first year whose proofs are kept (µs).
fn proofs_before(ctx: &Context, now: Timestamp) -> Result<i64, JourneyError> {
    let zone = &ctx.config.zone;
    let year = i64::from(now.to_zoned(zone.clone()).year()) - ctx.config.proof_years;
    let broken = |error: jiff::Error| JourneyError::Broken(error.to_string());
    let year = i16::try_from(year).map_err(|error| JourneyError::Broken(error.to_string()))?;
    let before = date(year, 1, 1).to_zoned(zone.clone()).map_err(broken)?.timestamp();
    Ok(micros(before))
}

pub fn forget_outlived(conn: &mut Conn, ctx: &Context, now: Timestamp, chunk: &[Outlived]) -> Result<(), JourneyError> {
    let before = proofs_before(ctx, now)?;
    for one in chunk {
        subscribers::lock(conn, one.subscriber_id)?;
        // Somebody may have come back, or been erased, since it was looked up.
        if !retention::is_outlived(conn, one, before)? {
            continue;
        }
        let records = store::consent::erase_details(conn, one.subscriber_id, Some(one.newsletter_id))?;
        bury(conn, now, &records)?;
        retention::delete_subscription(conn, one)?;
        forget_if_nothing_is_left(conn, now, one.subscriber_id)?;
    }
    Ok(())
}

pub fn sweep(conn: &mut Conn, now: Timestamp) -> Result<usize, JourneyError> {
    Ok(retention::sweep(conn, |ago| micros(now - DAY * days(ago)))?)
}

fn bury(conn: &mut Conn, now: Timestamp, records: &[i64]) -> Result<(), JourneyError> {
    if records.is_empty() { Ok(()) } else { consent::tombstone(conn, ConsentAct::Expired, now, records, NAME) }
}

fn forget_if_nothing_is_left(conn: &mut Conn, now: Timestamp, subscriber_id: i64) -> Result<(), JourneyError> {
    if !retention::has_anything(conn, subscriber_id)?
        && let Some(person) = subscribers::find_by_id(conn, subscriber_id)?
    {
        person::forget(conn, now, &person, ConsentAct::Expired, NAME)?;
    }
    Ok(())
}

fn mails_before(ctx: &Context, now: Timestamp) -> i64 {
    micros(now - DAY * days(ctx.config.delivery_days))
}

fn days(days: i64) -> i32 {
    i32::try_from(days).unwrap_or(i32::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_night_begins_at_four_where_the_institute_is() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let night = |now: &str| last_night(&zone, now.parse().unwrap()).unwrap().to_string();
        assert_eq!(night("2026-03-02T09:00:00Z"), "2026-03-02T03:00:00Z");
        assert_eq!(night("2026-03-02T02:59:59Z"), "2026-03-01T03:00:00Z");
        // The clocks go forward in the night to the 29th: four o'clock is two hours after UTC then.
        assert_eq!(night("2026-03-29T12:00:00Z"), "2026-03-29T02:00:00Z");
    }
}
