//! The page of captured mails, only in the demo: nothing leaves the machine, so this is where its mail can be read.
//! A mail's HTML is shown in a sandboxed frame with a policy of its own, the way a careful mail program would.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use anyhow::Context;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mail_parser::{Address, Message, MessageParser, MimeHeaders, PartType};
use serde::Serialize;

use super::State;
use super::failure::Failure;
use super::headers::mail_policy;
use super::language::Visit;
use super::pages::{Page, Pages};
use super::words;

/// More would be slow to parse for a page that is opened again and again.
const SHOWN: usize = 200;

#[derive(Serialize)]
struct Listed {
    id: String,
    subject: String,
    to: String,
    date: String,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    subject: String,
    from: String,
    to: String,
    date: String,
    has_html: bool,
    text: Vec<Run>,
    headers: String,
}

/// A stretch of plain text, or a link in it.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Run {
    text: String,
    href: Option<String>,
}

/// GET /demo/mails
pub async fn list(state: web::Data<State>, pages: web::Data<Pages>, visit: Visit) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let directory = directory(&state)?;
    let files = on_disk(move || {
        Ok(newest(&directory)?
            .into_iter()
            .take(SHOWN)
            .filter_map(|(path, _)| Some((id(&path)?, read(&path)?)))
            .collect::<Vec<_>>())
    })
    .await?;
    let zone = &state.context.config.zone;
    let mails: Vec<Listed> = files
        .into_iter()
        .filter_map(|(id, bytes)| {
            let mail = MessageParser::default().parse(&bytes)?;
            Some(Listed { id, subject: subject(&mail), to: addresses(mail.to()), date: date(language, &mail, zone) })
        })
        .collect();
    let title = Pages::say(language, "web-demo-title")?;
    pages.answer(
        &visit,
        Page::new("demo_mails", language, title).with_switches().private(),
        &serde_json::json!({ "mails": mails }),
    )
}

/// GET /demo/mails/ID
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    id: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let language = visit.language();
    let bytes = find(&state, &id).await?;
    let mail = MessageParser::default().parse(&bytes).ok_or(Failure::NotFound)?;
    let shown = Shown {
        id: id.into_inner(),
        subject: subject(&mail),
        from: addresses(mail.from()),
        to: addresses(mail.to()),
        date: date(language, &mail, &state.context.config.zone),
        has_html: html(&mail).is_some(),
        text: mail
            .text_bodies()
            .find_map(|part| if let PartType::Text(text) = &part.body { Some(runs(text)) } else { None })
            .unwrap_or_default(),
        headers: head(&bytes),
    };
    pages.answer(&visit, Page::new("demo_mail", language, shown.subject.clone()).with_switches().private(), &shown)
}

/// GET /demo/mails/ID/html: what the frame shows.
pub async fn show_html(state: web::Data<State>, pages: web::Data<Pages>, id: web::Path<String>) -> Result<HttpResponse, Failure> {
    let bytes = find(&state, &id).await?;
    let mail = MessageParser::default().parse(&bytes).ok_or(Failure::NotFound)?;
    let html = html(&mail).ok_or(Failure::NotFound)?;
    Ok(framed(html, mail_policy(pages.origin(), true)))
}

/// A mail's HTML as a frame of ours shows it.
pub fn framed(html: &str, policy: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .content_type("text/html; charset=utf-8")
        .body(with_links_in_new_tabs(html))
}

fn directory(state: &State) -> Result<PathBuf, Failure> {
    state.demo.clone().ok_or(Failure::NotFound)
}

async fn find(state: &State, wanted: &str) -> Result<Vec<u8>, Failure> {
    let directory = directory(state)?;
    let wanted = wanted.to_owned();
    // Looked up in the listing and never joined to a path, so no name leads out of the directory.
    let found = on_disk(move || {
        Ok(newest(&directory)?.into_iter().find(|(path, _)| id(path).as_ref() == Some(&wanted)).and_then(|(path, _)| read(&path)))
    })
    .await?;
    found.ok_or(Failure::NotFound)
}

async fn on_disk<R: Send + 'static>(work: impl FnOnce() -> anyhow::Result<R> + Send + 'static) -> Result<R, Failure> {
    Ok(web::block(work).await.context("reading captured mails")??)
}

/// All captured mails, the newest first.
fn newest(directory: &Path) -> anyhow::Result<Vec<(PathBuf, SystemTime)>> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        // It is made when the first mail is captured.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("reading {}", directory.display())),
    };
    let mut files: Vec<_> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .filter_map(|path| path.metadata().and_then(|metadata| metadata.modified()).ok().map(|at| (path, at)))
        .collect();
    files.sort_by(|(one, at), (other, then)| (then, other).cmp(&(at, one)));
    Ok(files)
}

fn id(path: &Path) -> Option<String> {
    Some(path.file_stem()?.to_str()?.to_owned())
}

/// A file that vanished between listing and reading is no failure.
fn read(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}

fn subject(mail: &Message<'_>) -> String {
    mail.subject().filter(|subject| !subject.is_empty()).unwrap_or("–").to_owned()
}

fn addresses(field: Option<&Address<'_>>) -> String {
    let Some(field) = field else { return "–".to_owned() };
    let one = |address: &mail_parser::Addr<'_>| match (address.name(), address.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (_, Some(address)) => address.to_owned(),
        (name, None) => name.unwrap_or("–").to_owned(),
    };
    field.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn date(language: crate::domain::language::Language, mail: &Message<'_>, zone: &TimeZone) -> String {
    mail.date()
        .and_then(|date| Timestamp::from_second(date.to_timestamp()).ok())
        .and_then(|at| words::moment(language, at, zone).ok())
        .unwrap_or_default()
}

/// The HTML part, if there is one: the parser would make one of plain text.
fn html<'a>(mail: &'a Message<'_>) -> Option<&'a str> {
    mail.parts.iter().find_map(|part| match &part.body {
        PartType::Html(html) if !part.content_disposition().is_some_and(|disposition| disposition.is_attachment()) => {
            Some(html.as_ref())
        }
        _ => None,
    })
}

/// A frame may not navigate itself anywhere; links open beside the page.
fn with_links_in_new_tabs(html: &str) -> String {
    const BASE: &str = "<base target=\"_blank\">";
    match html.to_ascii_lowercase().find("<head>").and_then(|at| html.split_at_checked(at + "<head>".len())) {
        Some((before, after)) => format!("{before}{BASE}{after}"),
        None => format!("{BASE}{html}"),
    }
}

fn head(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let end = text.find("\r\n\r\n").or_else(|| text.find("\n\n")).unwrap_or(text.len());
    text.get(..end).unwrap_or_default().replace('\r', "")
}

/// Cuts plain text into links and what is between them.
fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut plain = String::new();
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        if word.starts_with("https://") || word.starts_with("http://") {
            if !plain.is_empty() {
                runs.push(Run { text: std::mem::take(&mut plain), href: None });
            }
            runs.push(Run { text: word.to_owned(), href: Some(word.to_owned()) });
            plain.push_str(piece.strip_prefix(word).unwrap_or_default());
        } else {
            plain.push_str(piece);
        }
    }
    if !plain.is_empty() {
        runs.push(Run { text: plain, href: None });
    }
    runs
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn links_in_text_can_be_followed() {
        let runs = runs("Bitte bestätigen:\nhttps://a.example/confirm/x\nDanke");
        assert_eq!(runs[1].href.as_deref(), Some("https://a.example/confirm/x"));
        assert_eq!(
            runs.iter().map(|run| run.text.as_str()).collect::<String>(),
            "Bitte bestätigen:\nhttps://a.example/confirm/x\nDanke"
        );
    }

    #[test]
    fn links_of_a_mail_open_beside_the_page() {
        assert_eq!(with_links_in_new_tabs("<html><HEAD><title>"), "<html><HEAD><base target=\"_blank\"><title>");
        assert!(with_links_in_new_tabs("<p>").starts_with("<base"));
    }

    #[test]
    fn only_captured_mails_are_listed() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("7.eml"), "Subject: x\r\n\r\nBody").unwrap();
        std::fs::write(directory.path().join("8.tmp"), "half").unwrap();
        let files = newest(directory.path()).unwrap();
        assert_eq!(files.iter().filter_map(|(path, _)| id(path)).collect::<Vec<_>>(), ["7"]);
        assert!(newest(&directory.path().join("missing")).unwrap().is_empty());
    }
}
