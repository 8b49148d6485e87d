//! Pictures, documents and calendar files. Public and without tokens.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::journeys::{event, media};
use crate::web::State;
use crate::web::failure::Failure;

/// What is named by the hash of its bytes can be kept for ever (RFC 8246, R261).
const FOR_EVER: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");

/// GET /images/HEX
pub async fn show_image(state: web::Data<State>, name: web::Path<String>) -> Result<HttpResponse, Failure> {
    let name = name.into_inner();
    let tag = format!("\"{name}\"");
    let found = state.store.read(move |conn| media::find_picture(conn, &name)).await?;
    let (content_type, bytes) = found.ok_or(Failure::NotFound)?;
    Ok(HttpResponse::Ok().insert_header(FOR_EVER).insert_header((header::ETAG, tag)).content_type(content_type).body(bytes))
}

/// GET /files/HEX/NAME. The name is only for who keeps the file; it is saved, not shown within this site.
pub async fn show_file(state: web::Data<State>, place: web::Path<(String, String)>) -> Result<HttpResponse, Failure> {
    let (hash, _) = place.into_inner();
    let tag = format!("\"{hash}\"");
    let found = state.store.read(move |conn| media::find_document(conn, &hash)).await?;
    let (content_type, bytes) = found.ok_or(Failure::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header(FOR_EVER)
        .insert_header((header::ETAG, tag))
        .insert_header((header::CONTENT_DISPOSITION, "attachment"))
        .content_type(content_type)
        .body(bytes))
}

#[derive(Deserialize)]
pub struct Wanted {
    lang: Option<String>,
}

/// GET /event/ID.ics
pub async fn show_event(
    state: web::Data<State>,
    name: web::Path<String>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Failure> {
    let language = wanted.into_inner().lang.and_then(|tag| tag.parse().ok());
    let name = name.into_inner();
    let Some(id) = name.strip_suffix(".ics").map(str::to_owned) else { return Err(Failure::NotFound) };
    let file = state.store.read(move |conn| event::calendar(conn, &id, language)).await?.ok_or(Failure::NotFound)?;
    Ok(HttpResponse::Ok()
        // A change has to reach calendars that look again.
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"event.ics\""))
        .content_type("text/calendar; charset=utf-8; method=PUBLISH")
        .body(file))
}
