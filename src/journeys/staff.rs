//! Staff sign in: a one-time link sets the password, the password opens a session, a session can be revoked.
//!
//! Argon2 takes tens of milliseconds, so it runs between two transactions and never inside one.

use jiff::{SignedDuration, Timestamp};

use super::{Context, JourneyError};
use crate::domain::address::Address;
use crate::domain::states::Role;
use crate::domain::token;
use crate::store::sign_ins::{self, Failures};
use crate::store::staff::Staff;
use crate::store::{Conn, micros, staff, time};

/// A one-time link's life (R183).
const INVITATION: SignedDuration = SignedDuration::from_hours(72);
/// Failures older than this are forgotten.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);
/// Wrong passwords before an account has to wait, and then ever longer (R191).
const FREE_FAILURES: i64 = 5;

#[derive(Clone, Debug)]
pub struct StaffMember {
    pub id: i64,
    pub address: String,
    pub role: Role,
    pub session_id: i64,
    pub seen_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct SessionView {
    pub id: i64,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
}

/// What is needed to check a password. The same shape for unknown addresses, so that checking takes the same time.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    pub staff_id: Option<i64>,
    pub phc: Option<String>,
    /// More than 0: too many failures, try later.
    pub wait_seconds: i64,
}

/// What adding somebody came to.
#[derive(Debug)]
pub enum Invited {
    /// The token of a new one-time link.
    Link(String),
    /// They have a password already: only the role was changed, and nobody else can take their place by a link.
    SignsIn,
    Not(Kept),
}

/// Why a member stays as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Unknown,
    Closed,
    /// Nobody else who signs in could do what an admin does.
    LastAdmin,
}

/// Adds a member, or one who was closed again. Of one who signs in only the role changes.
pub fn add(conn: &mut Conn, now: Timestamp, address: &Address, role: Role) -> Result<Invited, JourneyError> {
    staff::lock(conn)?;
    match staff::find(conn, address.canonical())? {
        Some(member) if member.signs_in() => match set_role(conn, address, role)? {
            Ok(()) => Ok(Invited::SignsIn),
            Err(why) => Ok(Invited::Not(why)),
        },
        _ => Ok(Invited::Link(invite(conn, now, address, role)?)),
    }
}

/// The token of a new one-time link for somebody new, or who never used theirs. Older links end.
pub fn invite(conn: &mut Conn, now: Timestamp, address: &Address, role: Role) -> Result<String, JourneyError> {
    let id = staff::put(conn, address.as_typed(), address.canonical(), role, micros(now))?;
    staff::end_invitations(conn, id, micros(now))?;
    link(conn, now, id)
}

fn link(conn: &mut Conn, now: Timestamp, staff_id: i64) -> Result<String, JourneyError> {
    let (token, hash) = token::random_secret()?;
    staff::insert_invitation(conn, staff_id, &hash, micros(now), micros(now + INVITATION))?;
    Ok(token)
}

/// Changes what a member may do, from the next click on.
pub fn set_role(conn: &mut Conn, address: &Address, role: Role) -> Result<Result<(), Kept>, JourneyError> {
    staff::lock(conn)?;
    let member = match open(conn, address)? {
        Ok(member) => member,
        Err(why) => return Ok(Err(why)),
    };
    if role != Role::Admin && is_last_admin(conn, &member)? {
        return Ok(Err(Kept::LastAdmin));
    }
    staff::set_role(conn, member.id, role)?;
    Ok(Ok(()))
}

/// Ends a member's password, sessions and links, and returns the token of a new one-time link.
pub fn reset(conn: &mut Conn, now: Timestamp, address: &Address) -> Result<Result<String, Kept>, JourneyError> {
    let member = match open(conn, address)? {
        Ok(member) => member,
        Err(why) => return Ok(Err(why)),
    };
    lock_out(conn, now, member.id)?;
    Ok(Ok(link(conn, now, member.id)?))
}

/// A member signs in no more.
pub fn close(conn: &mut Conn, now: Timestamp, address: &Address) -> Result<Result<(), Kept>, JourneyError> {
    staff::lock(conn)?;
    let member = match open(conn, address)? {
        Ok(member) => member,
        Err(why) => return Ok(Err(why)),
    };
    if is_last_admin(conn, &member)? {
        return Ok(Err(Kept::LastAdmin));
    }
    lock_out(conn, now, member.id)?;
    staff::disable(conn, member.id, micros(now))?;
    Ok(Ok(()))
}

fn open(conn: &mut Conn, address: &Address) -> Result<Result<Staff, Kept>, JourneyError> {
    Ok(match staff::find(conn, address.canonical())? {
        None => Err(Kept::Unknown),
        Some(member) if member.disabled_at.is_some() => Err(Kept::Closed),
        Some(member) => Ok(member),
    })
}

fn is_last_admin(conn: &mut Conn, member: &Staff) -> Result<bool, JourneyError> {
    let admin = |one: &Staff| one.role == Role::Admin.as_str() && one.signs_in();
    Ok(admin(member) && !staff::list(conn)?.iter().any(|other| other.id != member.id && admin(other)))
}

fn lock_out(conn: &mut Conn, now: Timestamp, staff_id: i64) -> Result<(), JourneyError> {
    staff::forget_password(conn, staff_id)?;
    staff::end_invitations(conn, staff_id, micros(now))?;
    Ok(staff::revoke_sessions(conn, staff_id, None, micros(now))?)
}

/// Whose link this is, if it can still be used.
pub fn invitation(conn: &mut Conn, now: Timestamp, token: &str) -> Result<Option<String>, JourneyError> {
    match staff::find_invitation(conn, &token::secret_hash(token), micros(now))? {
        Some((_, staff_id)) => Ok(Some(staff::get(conn, staff_id)?.address)),
        None => Ok(None),
    }
}

/// Uses a one-time link: sets the password (already hashed), ends older sessions and opens one. None: the link is used or too old.
pub fn accept(conn: &mut Conn, ctx: &Context, now: Timestamp, token: &str, phc: &str) -> Result<Option<String>, JourneyError> {
    let Some((invitation_id, staff_id)) = staff::find_invitation(conn, &token::secret_hash(token), micros(now))? else {
        return Ok(None);
    };
    if !staff::use_invitation(conn, invitation_id, micros(now))? {
        return Ok(None);
    }
    staff::set_password(conn, staff_id, phc)?;
    staff::end_invitations(conn, staff_id, micros(now))?;
    staff::revoke_sessions(conn, staff_id, None, micros(now))?;
    Ok(Some(open_session(conn, ctx, now, staff_id)?))
}

pub fn credentials(conn: &mut Conn, ctx: &Context, now: Timestamp, address: &str) -> Result<Credentials, JourneyError> {
    let (_, address_key) = key_of(ctx, address);
    let waits = sign_ins::find(conn, &address_key)?;
    let member = match Address::parse(address) {
        Ok(address) => staff::find(conn, address.canonical())?.filter(|member| member.disabled_at.is_none()),
        Err(_) => None,
    };
    let wait_micros = (waits.blocked_until - micros(now)).max(0);
    Ok(Credentials {
        staff_id: member.as_ref().map(|member| member.id),
        phc: member.and_then(|member| member.password_hash),
        wait_seconds: (wait_micros + 999_999) / 1_000_000,
    })
}

/// After the password was checked: a session's token, or None and the failure is counted, whoever the address belongs to.
pub fn sign_in(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    address: &str,
    staff_id: Option<i64>,
    password_fits: bool,
) -> Result<Option<String>, JourneyError> {
    let (_, address_key) = key_of(ctx, address);
    let before = sign_ins::lock(conn, &address_key, micros(now))?;
    // Many guesses at once were all let in before the first of them had failed: of those, no more count than one by one.
    if before.blocked_until > micros(now) {
        return Ok(None);
    }
    // Somebody may have been closed or reset while their password was checked.
    let may = match staff_id.filter(|_| password_fits) {
        Some(staff_id) => Some(staff::get(conn, staff_id)?).filter(Staff::signs_in).map(|member| member.id),
        None => None,
    };
    if let Some(staff_id) = may {
        sign_ins::forget(conn, Some(&address_key), micros(now - FORGOTTEN))?;
        return Ok(Some(open_session(conn, ctx, now, staff_id)?));
    }
    let failures = before.failures + 1;
    // 10 s, 20 s, 40 s … at most 15 minutes; never a lock-out.
    let over = u32::try_from((failures - FREE_FAILURES).clamp(0, 10)).unwrap_or(0);
    let wait = SignedDuration::from_secs((5 * 2_i64.pow(over)).min(900));
    let blocked_until = if over > 0 { micros(now + wait) } else { 0 };
    sign_ins::set(conn, &address_key, Failures { failures, blocked_until })?;
    sign_ins::forget(conn, None, micros(now - FORGOTTEN))?;
    Ok(None)
}

/// What stands for an address typed at sign-in, be it one or not.
fn key_of(ctx: &Context, typed: &str) -> (u8, [u8; 32]) {
    match Address::parse(typed) {
        Ok(address) => ctx.keyring.address_key(address.canonical()),
        Err(_) => ctx.keyring.address_key(typed.trim()),
    }
}

fn open_session(conn: &mut Conn, ctx: &Context, now: Timestamp, staff_id: i64) -> Result<String, JourneyError> {
    let (token, hash) = token::random_secret()?;
    staff::insert_session(conn, staff_id, &hash, micros(now), micros(now + ctx.config.session_life))?;
    Ok(token)
}

/// The member a session cookie belongs to. Only looks; [`touch`] keeps the session awake.
pub fn session(conn: &mut Conn, ctx: &Context, now: Timestamp, token: &str) -> Result<Option<StaffMember>, JourneyError> {
    let hash = token::secret_hash(token);
    let Some(session) = staff::find_session(conn, &hash, micros(now), micros(now - ctx.config.session_idle))? else {
        return Ok(None);
    };
    let member = staff::get(conn, session.staff_id)?;
    if member.disabled_at.is_some() {
        return Ok(None);
    }
    Ok(Some(StaffMember {
        id: member.id,
        role: member.role()?,
        address: member.address,
        session_id: session.id,
        seen_at: time(session.seen_at),
    }))
}

/// Whether a session should be touched: once a minute is enough to know who is awake, and spares a write per page.
pub fn wants_touch(member: &StaffMember, now: Timestamp) -> bool {
    now.duration_since(member.seen_at) > SignedDuration::from_mins(1)
}

pub fn touch(conn: &mut Conn, now: Timestamp, member: &StaffMember) -> Result<(), JourneyError> {
    Ok(staff::touch_session(conn, member.session_id, micros(now))?)
}

pub fn sign_out(conn: &mut Conn, now: Timestamp, member: &StaffMember) -> Result<(), JourneyError> {
    Ok(staff::revoke_sessions(conn, member.id, Some(member.session_id), micros(now))?)
}

pub fn sessions(conn: &mut Conn, ctx: &Context, now: Timestamp, staff_id: i64) -> Result<Vec<SessionView>, JourneyError> {
    let rows = staff::list_sessions(conn, staff_id, micros(now), micros(now - ctx.config.session_idle))?;
    Ok(rows
        .into_iter()
        .map(|row| SessionView { id: row.id, created_at: time(row.created_at), seen_at: time(row.seen_at) })
        .collect())
}

/// Ends one of a member's own sessions.
pub fn revoke(conn: &mut Conn, now: Timestamp, staff_id: i64, session_id: i64) -> Result<(), JourneyError> {
    Ok(staff::revoke_sessions(conn, staff_id, Some(session_id), micros(now))?)
}
