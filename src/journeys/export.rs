//! All subscriptions of a newsletter, page by page: no row twice, and no page waits for another's reader.

use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::JourneyError;
use crate::domain::import::OWN;
use crate::domain::sheet;
use crate::store::{Conn, newsletters, subscriptions, time};

/// Rows per look at the database.
const PAGE: i64 = 2_000;

/// Whose eyes an export is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Times are ISO 8601 in UTC.
    Programs,
    /// Times are as spreadsheets take them for times, in the newsletter's zone.
    Spreadsheets,
}

/// Where an export is.
#[derive(Clone, Debug)]
pub struct Export {
    newsletter_id: i64,
    after: i64,
    /// In which times are written; None: in UTC, for programs.
    pub zone: Option<TimeZone>,
}

/// The cells of a row, under [`OWN`], guarded against spreadsheets (R201).
pub type Row = [String; OWN.len()];

/// None: there is no such newsletter.
pub fn begin(conn: &mut Conn, slug: &str, reader: Reader) -> Result<Option<Export>, JourneyError> {
    Ok(newsletters::find(conn, slug)?.map(|newsletter| {
        let zone = TimeZone::get(&newsletter.zone).unwrap_or(TimeZone::UTC);
        Export { newsletter_id: newsletter.id, after: 0, zone: Some(zone).filter(|_| reader == Reader::Spreadsheets) }
    }))
}

impl Export {
    /// The next rows; none: that was all.
    pub fn next(&mut self, conn: &mut Conn) -> Result<Vec<Row>, JourneyError> {
        let rows = subscriptions::page(conn, self.newsletter_id, self.after, PAGE)?;
        self.after = rows.last().map_or(self.after, |row| row.id);
        let zone = self.zone.clone();
        let written = |micros: i64| match &zone {
            None => Ok(time(micros).to_string()),
            // What every Excel takes for a date and a time, the German one too.
            Some(zone) => strtime::format("%Y-%m-%d %H:%M:%S", &time(micros).to_zoned(zone.clone())),
        };
        let at = |micros: Option<i64>| {
            micros
                .map(written)
                .transpose()
                .map(Option::unwrap_or_default)
                .map_err(|error| JourneyError::Broken(error.to_string()))
        };
        rows.into_iter()
            .map(|row| {
                Ok([
                    sheet::guard(&row.address).into_owned(),
                    sheet::guard(row.name.as_deref().unwrap_or_default()).into_owned(),
                    row.language,
                    row.state,
                    at(Some(row.requested_at))?,
                    at(row.confirmed_at)?,
                    at(row.ended_at)?,
                    row.ended_channel.unwrap_or_default(),
                ])
            })
            .collect()
    }
}
