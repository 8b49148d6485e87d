//! People who sign in, their one-time links and their sessions. Tokens are stored as hashes only.

use diesel::prelude::*;

use super::schema::{staff, staff_invitations, staff_sessions};
use super::{Conn, StoreError, connection::each, word};
use crate::domain::states::Role;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = staff)]
pub struct Staff {
    pub id: i64,
    pub address: String,
    pub role: String,
    pub password_hash: Option<String>,
    pub disabled_at: Option<i64>,
    pub created_at: i64,
}

impl Staff {
    pub fn role(&self) -> Result<Role, StoreError> {
        word("staff", &self.role, Role::parse)
    }
}

impl Staff {
    /// They have a password and may use it.
    pub fn signs_in(&self) -> bool {
        self.disabled_at.is_none() && self.password_hash.is_some()
    }
}

/// One change of the staff after the other: two admins who close each other must not both succeed.
pub fn lock(conn: &mut Conn) -> Result<(), StoreError> {
    // Changes nothing, and locks on both databases.
    diesel::update(staff::table).set(staff::created_at.eq(staff::created_at)).execute(conn)?;
    Ok(())
}

pub fn set_role(conn: &mut Conn, id: i64, role: Role) -> Result<(), StoreError> {
    diesel::update(staff::table.find(id)).set(staff::role.eq(role.as_str())).execute(conn)?;
    Ok(())
}

pub fn forget_password(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    diesel::update(staff::table.find(id)).set(staff::password_hash.eq(None::<String>)).execute(conn)?;
    Ok(())
}

pub fn disable(conn: &mut Conn, id: i64, now: i64) -> Result<(), StoreError> {
    diesel::update(staff::table.find(id)).set(staff::disabled_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Adds a member or changes the role of one that exists. Returns the id.
pub fn put(conn: &mut Conn, address: &str, canonical: &str, role: Role, now: i64) -> Result<i64, StoreError> {
    let row =
        (staff::address.eq(address), staff::canonical.eq(canonical), staff::role.eq(role.as_str()), staff::created_at.eq(now));
    Ok(each!(conn, |c| diesel::insert_into(staff::table)
        .values(row)
        .on_conflict(staff::canonical)
        .do_update()
        .set((staff::role.eq(role.as_str()), staff::disabled_at.eq(None::<i64>)))
        .returning(staff::id)
        .get_result(c))?)
}

pub fn list(conn: &mut Conn) -> Result<Vec<Staff>, StoreError> {
    Ok(staff::table.order(staff::address).select(Staff::as_select()).load(conn)?)
}

pub fn find(conn: &mut Conn, canonical: &str) -> Result<Option<Staff>, StoreError> {
    Ok(staff::table.filter(staff::canonical.eq(canonical)).select(Staff::as_select()).first(conn).optional()?)
}

pub fn get(conn: &mut Conn, id: i64) -> Result<Staff, StoreError> {
    Ok(staff::table.find(id).select(Staff::as_select()).first(conn)?)
}

pub fn set_password(conn: &mut Conn, id: i64, phc: &str) -> Result<(), StoreError> {
    diesel::update(staff::table.find(id)).set(staff::password_hash.eq(phc)).execute(conn)?;
    Ok(())
}

pub fn insert_invitation(
    conn: &mut Conn,
    staff_id: i64,
    token_hash: &[u8; 32],
    now: i64,
    expires_at: i64,
) -> Result<(), StoreError> {
    use staff_invitations as i;
    diesel::insert_into(i::table)
        .values((
            i::staff_id.eq(staff_id),
            i::token_hash.eq(token_hash.to_vec()),
            i::created_at.eq(now),
            i::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The member an unused, unexpired link belongs to: (invitation id, member id).
pub fn find_invitation(conn: &mut Conn, token_hash: &[u8; 32], now: i64) -> Result<Option<(i64, i64)>, StoreError> {
    use staff_invitations as i;
    Ok(i::table
        .filter(i::token_hash.eq(token_hash.to_vec()))
        .filter(i::used_at.is_null())
        .filter(i::expires_at.gt(now))
        .select((i::id, i::staff_id))
        .first(conn)
        .optional()?)
}

/// A new password makes every other open link of the member worthless.
pub fn end_invitations(conn: &mut Conn, staff_id: i64, now: i64) -> Result<(), StoreError> {
    use staff_invitations as i;
    let open = i::table.filter(i::staff_id.eq(staff_id)).filter(i::used_at.is_null());
    diesel::update(open).set(i::used_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Compare-and-set: true for the one call that uses the link.
pub fn use_invitation(conn: &mut Conn, id: i64, now: i64) -> Result<bool, StoreError> {
    use staff_invitations as i;
    let unused = i::table.filter(i::id.eq(id)).filter(i::used_at.is_null());
    Ok(diesel::update(unused).set(i::used_at.eq(now)).execute(conn)? == 1)
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = staff_sessions)]
pub struct Session {
    pub id: i64,
    pub staff_id: i64,
    pub created_at: i64,
    pub seen_at: i64,
    pub expires_at: i64,
}

pub fn insert_session(
    conn: &mut Conn,
    staff_id: i64,
    token_hash: &[u8; 32],
    now: i64,
    expires_at: i64,
) -> Result<(), StoreError> {
    use staff_sessions as s;
    diesel::insert_into(s::table)
        .values((
            s::staff_id.eq(staff_id),
            s::token_hash.eq(token_hash.to_vec()),
            s::created_at.eq(now),
            s::seen_at.eq(now),
            s::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// A session that was seen since `idle_since` and has neither expired nor been revoked.
pub fn find_session(conn: &mut Conn, token_hash: &[u8; 32], now: i64, idle_since: i64) -> Result<Option<Session>, StoreError> {
    use staff_sessions as s;
    Ok(s::table
        .filter(s::token_hash.eq(token_hash.to_vec()))
        .filter(s::revoked_at.is_null())
        .filter(s::expires_at.gt(now))
        .filter(s::seen_at.gt(idle_since))
        .select(Session::as_select())
        .first(conn)
        .optional()?)
}

pub fn touch_session(conn: &mut Conn, id: i64, now: i64) -> Result<(), StoreError> {
    diesel::update(staff_sessions::table.find(id)).set(staff_sessions::seen_at.eq(now)).execute(conn)?;
    Ok(())
}

/// A member's living sessions, newest first.
pub fn list_sessions(conn: &mut Conn, staff_id: i64, now: i64, idle_since: i64) -> Result<Vec<Session>, StoreError> {
    use staff_sessions as s;
    Ok(s::table
        .filter(s::staff_id.eq(staff_id))
        .filter(s::revoked_at.is_null())
        .filter(s::expires_at.gt(now))
        .filter(s::seen_at.gt(idle_since))
        .order(s::id.desc())
        .select(Session::as_select())
        .load(conn)?)
}

/// Revokes one session of a member, or (None) all of them.
pub fn revoke_sessions(conn: &mut Conn, staff_id: i64, session_id: Option<i64>, now: i64) -> Result<(), StoreError> {
    use staff_sessions as s;
    let living = s::table.filter(s::staff_id.eq(staff_id)).filter(s::revoked_at.is_null());
    match session_id {
        Some(id) => diesel::update(living.filter(s::id.eq(id))).set(s::revoked_at.eq(now)).execute(conn)?,
        None => diesel::update(living).set(s::revoked_at.eq(now)).execute(conn)?,
    };
    Ok(())
}
