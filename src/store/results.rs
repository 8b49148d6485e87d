//! What became of an issue's first mails, counted from the ledger: for the run guard, when a bad result comes in.
//!
//! Mails go out in the order of their ids, so the first results lie around any one of them: a short walk along the primary
//! key finds them, and no counter has to be kept for each mail (plan: tests/it/plans.rs).

use diesel::prelude::*;

use super::schema::deliveries as d;
use super::{Conn, StoreError, word};
use crate::domain::delivery::{Reply, Stage};
use crate::domain::guard::Ended;
use crate::domain::states::DeliveryState;

/// Rows on either side that are looked at: what several nodes have claimed at a time.
const AROUND: i64 = 1_500;

/// The issue a delivery belongs to.
pub fn issue_of(conn: &mut Conn, id: i64) -> Result<Option<i64>, StoreError> {
    Ok(d::table.find(id).select(d::issue_id).first(conn)?)
}

type Row = (Option<i64>, Option<i64>, String, Option<String>, Option<i64>, Option<String>);

/// The results of an issue around one of its deliveries that ended by an answer of the relay since then (µs), the oldest first.
pub fn list_around(conn: &mut Conn, issue_id: i64, id: i64, since: i64) -> Result<Vec<Ended>, StoreError> {
    let rows: Vec<Row> = d::table
        .filter(d::id.between(id.saturating_sub(AROUND), id.saturating_add(AROUND)))
        .filter(d::ended_at.is_not_null())
        .filter(d::state.ne(DeliveryState::Unknown.as_str()))
        .order((d::ended_at, d::id))
        .select((d::issue_id, d::ended_at, d::state, d::stage, d::code, d::reply))
        .load(conn)?;
    // The issue is compared here: in the statement it would lead the planner to the index over all rows of the issue.
    let mut ended = Vec::with_capacity(rows.len());
    for (_, _, state, stage, code, text) in rows.into_iter().filter(|row| row.0 == Some(issue_id) && row.1 >= Some(since)) {
        let state = word("deliveries", &state, DeliveryState::parse)?;
        let stage = stage.as_deref().and_then(Stage::parse);
        if let (Some(stage), Some(code)) = (stage, code.and_then(|code| u16::try_from(code).ok())) {
            ended.push(Ended { state, reply: Reply { stage, code, text: text.unwrap_or_default() } });
        }
    }
    Ok(ended)
}
