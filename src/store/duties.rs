//! What runs by the clock, on whichever node comes first, and when it last did.

use diesel::prelude::*;

use super::schema::duties;
use super::{Conn, StoreError, connection::each};

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = duties)]
pub struct Duty {
    pub ran_at: i64,
    /// JSON; empty while it runs, or after it died.
    pub report: String,
}

pub fn find(conn: &mut Conn, name: &str) -> Result<Option<Duty>, StoreError> {
    Ok(duties::table.find(name).select(Duty::as_select()).first(conn).optional()?)
}

/// Takes a duty on if nobody has since it was last looked at. True: it is this node's.
pub fn take(conn: &mut Conn, name: &str, seen: Option<i64>, now: i64) -> Result<bool, StoreError> {
    if let Some(seen) = seen {
        let unchanged = duties::table.find(name).filter(duties::ran_at.eq(seen));
        return Ok(diesel::update(unchanged).set((duties::ran_at.eq(now), duties::report.eq(""))).execute(conn)? == 1);
    }
    let row = (duties::name.eq(name), duties::ran_at.eq(now), duties::report.eq(""));
    Ok(each!(conn, |c| diesel::insert_into(duties::table).values(row).on_conflict_do_nothing().execute(c))? == 1)
}

pub fn report(conn: &mut Conn, name: &str, now: i64, report: &str) -> Result<(), StoreError> {
    diesel::update(duties::table.find(name)).set((duties::ran_at.eq(now), duties::report.eq(report))).execute(conn)?;
    Ok(())
}
