//! The archive as an Atom feed (RFC 4287), for those who would rather not give an address to anybody (R141).

use std::fmt::Write as _;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use jiff::Timestamp;

use super::archive::path;
use crate::domain::language::Language;
use crate::journeys::archive::{self, ArchiveView};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::language::Visit;

/// Feed readers fetch often and keep what they know.
const ENTRIES: usize = 50;

/// GET /archive/SLUG/feed.atom. `?lang=` narrows it to one language; a feed reader's own languages mean nothing.
pub async fn show(state: web::Data<State>, visit: Visit, slug: web::Path<String>) -> Result<HttpResponse, Failure> {
    let slug = slug.into_inner();
    let language = visit.language();
    let view = state.store.read(move |conn| archive::list(conn, &slug, language)).await?.ok_or(Failure::NotFound)?;
    let feed = feed(&view, visit.asked, &state.context.config.public_url, &state.context.config.organisation);
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=600"))
        .content_type("application/atom+xml; charset=utf-8")
        .body(feed))
}

fn feed(view: &ArchiveView, only: Option<Language>, public_url: &str, organisation: &str) -> String {
    let entries = || view.issues.iter().filter(|entry| only.is_none_or(|language| entry.language == language)).take(ENTRIES);
    // §4.2.15: a feed without entries still needs a date, and a constant one is no lie about news.
    let updated = entries().map(|entry| entry.published_at).max().unwrap_or(Timestamp::UNIX_EPOCH);
    let itself = match only {
        Some(language) => format!("{public_url}/archive/{}/feed.atom?lang={language}", view.slug),
        None => format!("{public_url}/archive/{}/feed.atom", view.slug),
    };
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"");
    let language = only.map(|language| format!(" xml:lang=\"{language}\"")).unwrap_or_default();
    // Writing to a String cannot fail.
    let _ = write!(
        xml,
        "{language}>\n<title>{}</title>\n<id>{id}</id>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"{id}\"/>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n<updated>{updated}</updated>\n<author><name>{}</name></author>\n",
        escaped(&view.title),
        escaped(&format!("{public_url}/archive/{}", view.slug)),
        escaped(organisation),
        id = escaped(&itself),
    );
    for entry in entries() {
        let address = escaped(&format!("{public_url}{}", path(&view.slug, entry)));
        let _ = write!(
            xml,
            "<entry xml:lang=\"{language}\">\n<title>{}</title>\n<id>{address}</id>\n\
             <link rel=\"alternate\" type=\"text/html\" hreflang=\"{language}\" href=\"{address}\"/>\n<updated>{}</updated>\n</entry>\n",
            escaped(&entry.subject),
            entry.published_at,
            language = entry.language,
        );
    }
    xml.push_str("</feed>\n");
    xml
}

/// For text and attributes of XML 1.0, whose documents may not contain most control characters (§2.2).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            control if control.is_control() || matches!(control, '\u{fffe}' | '\u{ffff}') => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journeys::archive::ArchiveEntry;

    #[test]
    fn a_feed_has_what_rfc_4287_asks_for() {
        let entry = |number, language, day: &str| ArchiveEntry {
            number,
            language,
            subject: format!("Fish & <chips> {number}"),
            published_at: day.parse().unwrap_or(Timestamp::UNIX_EPOCH),
        };
        let view = ArchiveView {
            slug: "weekly".to_owned(),
            title: "Weekly".to_owned(),
            issues: vec![entry(2, Language::En, "2026-11-09T09:00:00Z"), entry(1, Language::De, "2026-11-02T09:00:00Z")],
        };
        let all = feed(&view, None, "https://news.example.org", "Institute");
        assert!(
            all.contains("<updated>2026-11-09T09:00:00Z</updated>")
                && all.contains("<id>https://news.example.org/archive/weekly/1/de</id>")
        );
        assert!(all.contains("Fish &amp; &lt;chips&gt; 2") && all.contains("<author><name>Institute</name></author>"));
        let german = feed(&view, Some(Language::De), "https://news.example.org", "Institute");
        assert!(!german.contains("/weekly/2/") && german.contains("xml:lang=\"de\""));
        let empty = feed(&ArchiveView { issues: Vec::new(), ..view }, None, "https://news.example.org", "Institute");
        assert!(empty.contains("<updated>1970-01-01T00:00:00Z</updated>"));
    }
}
