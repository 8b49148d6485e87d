//! Style sheets, icon, logo and the form's script, served under `/static`. Nothing comes from anybody else (R157).

use actix_web::http::header::{self, ETag, EntityTag, IfNoneMatch};
use actix_web::{HttpResponse, web};
use rust_embed::RustEmbed;

use super::failure::Failure;
use super::pages::Pages;
use crate::domain::proof::hex;

#[derive(RustEmbed)]
#[folder = "src/web/static"]
struct Static;

/// Short, because the names carry no version; the entity tag makes asking again cheap.
const FRESH: &str = "public, max-age=600";

pub async fn show(
    name: web::Path<String>,
    pages: web::Data<Pages>,
    known: web::Header<IfNoneMatch>,
) -> Result<HttpResponse, Failure> {
    if name.as_str() == "look.css" {
        let css = pages.look();
        return Ok(answer(css.tag.clone(), "text/css; charset=utf-8", known.0, || css.text.clone().into_bytes()));
    }
    if name.as_str() == "logo.png" {
        let (png, tag) = pages.logo().ok_or(Failure::NotFound)?;
        return Ok(answer(tag.to_owned(), "image/png", known.0, || png.to_vec()));
    }
    let file = Static::get(&name).ok_or(Failure::NotFound)?;
    let tag = hex(&file.metadata.sha256_hash());
    Ok(answer(tag, content_type(&name), known.0, || file.data.into_owned()))
}

/// GET /favicon.ico, which browsers ask for by themselves where a page names no icon, as for a picture or a feed.
pub async fn show_icon(pages: web::Data<Pages>, known: web::Header<IfNoneMatch>) -> Result<HttpResponse, Failure> {
    show("favicon.ico".to_owned().into(), pages, known).await
}

fn answer(tag: String, content_type: &'static str, known: IfNoneMatch, body: impl FnOnce() -> Vec<u8>) -> HttpResponse {
    let tag = EntityTag::new_strong(tag);
    let is_known = match &known {
        IfNoneMatch::Any => true,
        // RFC 9110 §13.1.2: weak comparison; compressing proxies weaken our tags.
        IfNoneMatch::Items(tags) => tags.iter().any(|one| one.weak_eq(&tag)),
    };
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header(ETag(tag)).insert_header((header::CACHE_CONTROL, FRESH));
    if is_known {
        return answer.finish();
    }
    answer.insert_header((header::CONTENT_TYPE, content_type)).body(body())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        Some((_, "ico")) => "image/x-icon",
        _ => "application/octet-stream",
    }
}
