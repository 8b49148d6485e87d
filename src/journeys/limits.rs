//! Who may ask for a newsletter now (R173–R177): counts by network, recipient's domain and in all, the proof of work, the trap for
//! machines. Nothing here depends on whether an address is known (R174).

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use super::{Context, JourneyError};
use crate::domain::altcha::{self, Challenge, Difficulty, ProofError};
use crate::domain::limits::{HARDER, Scope, Shows};
use crate::domain::network::Network;
use crate::domain::stamp;
use crate::store::limits::{self, Window};
use crate::store::{Conn, micros};

/// How many ended windows a transaction deletes.
const MOST: i64 = 2_000;

/// How a request came.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub address: IpAddr,
    /// The answer to a challenge, if there is one.
    pub proof: Option<String>,
    /// When its form was shown; see [`stamp`].
    pub stamp: Option<String>,
    /// What stands in the field that people do not see.
    pub trap: Option<String>,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    Granted(Shows),
    /// A machine filled in the form: it hears what all hear, and nothing happens (R177).
    Machine,
    /// Too many; from then on again.
    Wait(Timestamp),
    BadProof(ProofError),
}

/// The value of the form's hidden field that tells when it was shown.
pub fn form_stamp(ctx: &Context, now: Timestamp) -> String {
    stamp::stamp(&ctx.keyring, now)
}

/// A fresh challenge, harder while too many ask.
pub fn challenge(conn: &mut Conn, ctx: &Context, now: Timestamp) -> Result<Challenge, JourneyError> {
    let Difficulty { cost, tries } = ctx.config.work;
    let count = limits::find(conn, &window(ctx, now, Scope::TotalHour, &[]))?;
    let harder = if ctx.config.limits.is_exceeded(Scope::TotalHour, count) { HARDER } else { 1 };
    Ok(altcha::challenge(&ctx.keyring, now, Difficulty { cost, tries: tries.saturating_mul(harder) })?)
}

/// Counts a well-formed request for an address at `domain`, and says whether it may go on.
pub(super) fn admit(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    arrival: &Arrival,
    domain: &str,
) -> Result<Admission, JourneyError> {
    let admission = judged(conn, ctx, now, arrival, domain)?;
    let word = match admission {
        Admission::Granted(shows) => shows.as_str(),
        Admission::Machine => "machine",
        Admission::Wait(_) => "has-to-wait",
        Admission::BadProof(_) => "bad-proof",
    };
    metrics::counter!("rundbrief_sign_ups_total", "admission" => word).increment(1);
    Ok(admission)
}

fn judged(conn: &mut Conn, ctx: &Context, now: Timestamp, arrival: &Arrival, domain: &str) -> Result<Admission, JourneyError> {
    if is_machine(ctx, now, arrival) {
        return Ok(Admission::Machine);
    }
    let solved = match arrival.proof.as_deref().map(|proof| altcha::verify(&ctx.keyring, now, proof)).transpose() {
        Ok(solved) => solved,
        Err(error) => return Ok(Admission::BadProof(error)),
    };
    let shows = if solved.is_some() { Shows::Work } else { Shows::Nothing };
    // First and alone: what one network asks for beyond its own limit uses up nobody else's.
    let network = Network::of(arrival.address);
    if !network.is_here() {
        let name = network.octets();
        let windows = [Scope::NetworkHour, Scope::NetworkDay].map(|scope| (scope, window(ctx, now, scope, &name)));
        if let Some(stops) = counted(conn, ctx, &windows, shows)?.0 {
            return Ok(Admission::Wait(stops.ends(now)));
        }
    }
    // So is what comes without work, or with an answer that has been given before: it closes no domain for others.
    match solved {
        Some(solved) if !limits::spend(conn, &solved.nonce, micros(solved.expires_at))? => {
            return Ok(Admission::BadProof(ProofError::Spent));
        }
        Some(_) => {}
        None => {
            let windows = [(Scope::PlainHour, window(ctx, now, Scope::PlainHour, &[]))];
            if let Some(stops) = counted(conn, ctx, &windows, shows)?.0 {
                return Ok(Admission::Wait(stops.ends(now)));
            }
        }
    }
    let windows = [
        (Scope::DomainHour, window(ctx, now, Scope::DomainHour, domain.as_bytes())),
        (Scope::TotalHour, window(ctx, now, Scope::TotalHour, &[])),
    ];
    let (stops, counts) = counted(conn, ctx, &windows, shows)?;
    let total = counts.iter().find(|(scope, _)| *scope == Scope::TotalHour).map_or(0, |(_, count)| *count);
    if ctx.config.limits.is_exceeded(Scope::TotalHour, total) {
        alarm(conn, ctx, now, total)?;
    }
    if let Some(stops) = stops {
        return Ok(Admission::Wait(stops.ends(now)));
    }
    Ok(Admission::Granted(shows))
}

fn is_machine(ctx: &Context, now: Timestamp, arrival: &Arrival) -> bool {
    let shown = arrival.stamp.as_deref().and_then(|text| stamp::age(&ctx.keyring, text, now));
    // Below zero the clocks of two nodes disagree, which is not the reader's fault.
    let is_fast = shown.is_some_and(|age| age >= SignedDuration::ZERO && age < ctx.config.least_form_time);
    is_fast || arrival.trap.is_some()
}

type Counts = Vec<(Scope, i64)>;

/// The limit that stops the request, and all counts with it.
fn counted(
    conn: &mut Conn,
    ctx: &Context,
    windows: &[(Scope, Window)],
    shows: Shows,
) -> Result<(Option<Scope>, Counts), JourneyError> {
    let asked: Vec<Window> = windows.iter().map(|(_, window)| window.clone()).collect();
    let counts: Counts = windows.iter().map(|(scope, _)| *scope).zip(limits::count(conn, &asked)?).collect();
    Ok((ctx.config.limits.stops(&counts, shows), counts))
}

/// Told once an hour, whichever node is the first to see it.
fn alarm(conn: &mut Conn, ctx: &Context, now: Timestamp, count: i64) -> Result<(), JourneyError> {
    metrics::counter!("rundbrief_sign_ups_over_limit_total").increment(1);
    if limits::is_first(conn, &window(ctx, now, Scope::AlarmHour, &[]))? {
        let limit = ctx.config.limits.per_hour;
        tracing::warn!(
            count,
            limit,
            "more sign-ups this hour than limits.per_hour: forms now take {HARDER} times the work, and who shows none waits"
        );
    }
    Ok(())
}

fn window(ctx: &Context, now: Timestamp, scope: Scope, name: &[u8]) -> Window {
    Window { scope, key: ctx.keyring.derive(scope.as_str(), name), began_at: micros(scope.began(now)) }
}

/// Whether there is anything to [`forget`].
pub fn is_stale(conn: &mut Conn, now: Timestamp) -> Result<bool, JourneyError> {
    Ok(limits::is_stale(conn, micros(now))?)
}

/// Deletes windows that have ended and challenges that have expired. True if there is more of it.
pub fn forget(conn: &mut Conn, now: Timestamp) -> Result<bool, JourneyError> {
    Ok(limits::forget(conn, micros(now), MOST)?)
}
