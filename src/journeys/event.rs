//! A reader takes an event into their calendar (R268, R269).

use jiff::civil::DateTime;

use super::JourneyError;
use crate::domain::language::Language;
use crate::domain::news::Event;
use crate::domain::proof::{hex, unhex};
use crate::domain::{calendar, content};
use crate::store::news::NewsItem;
use crate::store::{Conn, news, time};

/// The calendar file of an event by its public id in hex, in the wanted language if there is a text in it.
pub fn calendar(conn: &mut Conn, public_id: &str, wanted: Option<Language>) -> Result<Option<String>, JourneyError> {
    let Some(id) = unhex::<16>(public_id) else { return Ok(None) };
    let Some(item) = news::find_public(conn, &id)? else { return Ok(None) };
    // A draft has been announced to nobody.
    if item.state == "draft" && item.cancelled == 0 {
        return Ok(None);
    }
    let Some(event) = event_of(&item)? else { return Ok(None) };
    let texts = news::list_texts(conn, &[item.id])?;
    let in_language = |language: &Language| texts.iter().find(|text| text.language == language.tag());
    let Some(text) = wanted.as_ref().and_then(in_language).or_else(|| texts.first()) else { return Ok(None) };
    let body = content::text(&text.body);
    let url = text.link.as_deref().and_then(content::safe_url);
    let entry = calendar::Entry {
        // RFC 7986 §5.3: random, and nothing that changes when the site moves.
        uid: &hex(&item.public_id),
        revision: item.revision,
        changed_at: time(item.changed_at),
        cancelled: item.cancelled != 0,
        title: &text.headline,
        description: &[text.lead.as_deref().unwrap_or_default(), &body].join("\n\n"),
        url: url.as_deref(),
        event: &event,
    };
    let broken = || JourneyError::Broken(format!("news item {}: its time zone is not known any more", item.id));
    calendar::file(&entry).map(Some).ok_or_else(broken)
}

/// An item's event as the database holds it.
pub(super) fn event_of(item: &NewsItem) -> Result<Option<Event>, JourneyError> {
    let broken = |what: &str| JourneyError::Broken(format!("news item {}: its {what} cannot be read back", item.id));
    let Some(starts) = &item.starts else { return Ok(None) };
    Ok(Some(Event {
        starts: starts.parse::<DateTime>().map_err(|_| broken("start"))?,
        ends: item.ends.as_deref().map(str::parse::<DateTime>).transpose().map_err(|_| broken("end"))?,
        zone: item.zone.clone().unwrap_or_default(),
        place: item.place.clone(),
        online: item.online.clone(),
    }))
}
