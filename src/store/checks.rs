//! Who let an issue go against the check before sending, and what it had found.

use diesel::prelude::*;

use super::schema::check_overrides;
use super::{Conn, StoreError};

/// `findings`: JSON, as they were when somebody decided.
pub fn insert_override(conn: &mut Conn, issue_id: i64, by: &str, now: i64, findings: &str) -> Result<(), StoreError> {
    use check_overrides as o;
    diesel::insert_into(o::table)
        .values((o::issue_id.eq(issue_id), o::by_whom.eq(by), o::at.eq(now), o::findings.eq(findings)))
        .execute(conn)?;
    Ok(())
}

/// (by whom, when, findings).
pub fn find_override(conn: &mut Conn, issue_id: i64) -> Result<Option<(String, i64, String)>, StoreError> {
    use check_overrides as o;
    Ok(o::table.find(issue_id).select((o::by_whom, o::at, o::findings)).first(conn).optional()?)
}
