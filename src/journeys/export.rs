//! All subscriptions of a newsletter, page by page: no row twice, and no page waits for another's reader.

use super::JourneyError;
use crate::domain::import::OWN;
use crate::domain::sheet;
use crate::store::{Conn, newsletters, subscriptions, time};

/// Rows per look at the database.
const PAGE: i64 = 2_000;

/// Where an export is.
#[derive(Clone, Copy, Debug)]
pub struct Export {
    newsletter_id: i64,
    after: i64,
}

/// The cells of a row, under [`OWN`], guarded against spreadsheets (R201).
pub type Row = [String; OWN.len()];

/// None: there is no such newsletter.
pub fn begin(conn: &mut Conn, slug: &str) -> Result<Option<Export>, JourneyError> {
    Ok(newsletters::find(conn, slug)?.map(|newsletter| Export { newsletter_id: newsletter.id, after: 0 }))
}

impl Export {
    /// The next rows; none: that was all. Times are ISO 8601 in UTC.
    pub fn next(&mut self, conn: &mut Conn) -> Result<Vec<Row>, JourneyError> {
        let rows = subscriptions::page(conn, self.newsletter_id, self.after, PAGE)?;
        self.after = rows.last().map_or(self.after, |row| row.id);
        let at = |micros: Option<i64>| micros.map(|at| time(at).to_string()).unwrap_or_default();
        Ok(rows
            .into_iter()
            .map(|row| {
                [
                    sheet::guard(&row.address).into_owned(),
                    sheet::guard(row.name.as_deref().unwrap_or_default()).into_owned(),
                    row.language,
                    row.state,
                    at(Some(row.requested_at)),
                    at(row.confirmed_at),
                    at(row.ended_at),
                    row.ended_channel.unwrap_or_default(),
                ]
            })
            .collect())
    }
}
