//! The archive as an Atom feed (RFC 4287), for those who would rather not give an address to anybody (R141).

use std::fmt::Write as _;

use actix_web::http::header::{self, ETag, EntityTag, Header as _, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;

use super::archive::path;
use super::search::Asked;
use crate::domain::consent::sha256;
use crate::domain::language::Language;
use crate::domain::proof::hex;
use crate::i18n::extra::has_words;
use crate::journeys::archive::{self, ArchiveEntry, FeedView};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::fields::Fields;

/// GET /archive/SLUG/feed.atom. `?lang=` or `?language=` narrows it to one language; a feed reader's own languages mean
/// nothing.
pub async fn show(state: web::Data<State>, slug: web::Path<String>, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let slug = slug.into_inner();
    let lang = Fields::decoded(request.query_string().as_bytes()).first("lang").parse().ok();
    let only = Asked::of(&request).language.or(lang.filter(|language| has_words(*language)));
    let view = state.store.read(move |conn| archive::feed(conn, &slug, only)).await?.ok_or(Failure::NotFound)?;
    let body = feed(&view, only, &state.context.config.public_url, &state.context.config.organisation);
    let tag = EntityTag::new_strong(hex(&sha256(&[body.as_bytes()])));
    // No date: when the newest issue is cancelled, a feed of today is older than one of yesterday.
    let is_known = is_known(&request, &tag);
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header(ETag(tag)).insert_header((header::CACHE_CONTROL, "public, max-age=600"));
    if is_known {
        return Ok(answer.finish());
    }
    Ok(answer.content_type("application/atom+xml; charset=utf-8").body(body))
}

/// RFC 9110 §13.1.2.
fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|one| one.weak_eq(tag)),
        Err(_) => false,
    }
}

fn newest(view: &FeedView) -> Option<Timestamp> {
    view.entries.iter().map(|entry| entry.published_at).max()
}

fn feed(view: &FeedView, only: Option<Language>, public_url: &str, organisation: &str) -> String {
    // §4.2.15: a feed without entries still needs a date, and a constant one is no lie about news.
    let updated = newest(view).unwrap_or(Timestamp::UNIX_EPOCH);
    let itself = match only {
        Some(language) => format!("{public_url}/archive/{}/feed.atom?lang={language}", view.slug),
        None => format!("{public_url}/archive/{}/feed.atom", view.slug),
    };
    let page = match only {
        Some(language) => format!("{public_url}/archive/{}?language={language}", view.slug),
        None => format!("{public_url}/archive/{}", view.slug),
    };
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"");
    let language = only.map(|language| format!(" xml:lang=\"{language}\"")).unwrap_or_default();
    // Writing to a String cannot fail.
    let _ = write!(
        xml,
        "{language}>\n<title>{}</title>\n<id>{id}</id>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"{id}\"/>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n<updated>{updated}</updated>\n<author><name>{}</name></author>\n",
        escaped(&view.title),
        escaped(&page),
        escaped(organisation),
        id = escaped(&itself),
    );
    for entry in &view.entries {
        let address = format!("{public_url}{}", path(&view.slug, entry));
        let _ = write!(
            xml,
            "<entry xml:lang=\"{language}\">\n<title>{}</title>\n<id>{link}</id>\n\
             <link rel=\"alternate\" type=\"text/html\" hreflang=\"{language}\" href=\"{link}\"/>\n<updated>{at}</updated>\n\
             <published>{at}</published>\n<content type=\"html\">{}</content>\n</entry>\n",
            escaped(&entry.subject),
            escaped(&content(entry, &address)),
            language = entry.language,
            link = escaped(&address),
            at = entry.published_at,
        );
    }
    xml.push_str("</feed>\n");
    xml
}

/// What is in an issue, as HTML: each headline with a link to the item, and what it is about.
fn content(entry: &ArchiveEntry, address: &str) -> String {
    let mut html = String::new();
    for item in &entry.items {
        let link = escaped(&format!("{address}#item-{}", item.position));
        let _ = write!(html, "<h2><a href=\"{link}\">{}</a></h2>", escaped(&item.headline));
        if !item.words.is_empty() {
            let _ = write!(html, "<p>{}</p>", escaped(&item.words));
        }
    }
    html
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
    use crate::journeys::archive::Summary;

    #[test]
    fn a_feed_has_what_rfc_4287_asks_for() {
        let entry = |number, language, day: &str| ArchiveEntry {
            number,
            language,
            subject: format!("Fish & <chips> {number}"),
            published_at: day.parse().unwrap_or(Timestamp::UNIX_EPOCH),
            items: vec![Summary { position: 1, headline: "Fish & more".to_owned(), words: "<Chips>".to_owned() }],
        };
        let view = FeedView {
            slug: "weekly".to_owned(),
            title: "Weekly".to_owned(),
            entries: vec![entry(2, Language::En, "2026-11-09T09:00:00Z"), entry(1, Language::De, "2026-11-02T09:00:00Z")],
        };
        let all = feed(&view, None, "https://news.example.org", "Institute");
        assert!(
            all.contains("<updated>2026-11-09T09:00:00Z</updated>")
                && all.contains("<id>https://news.example.org/archive/weekly/1/de</id>")
        );
        assert!(all.contains("Fish &amp; &lt;chips&gt; 2") && all.contains("<author><name>Institute</name></author>"));
        // HTML within XML: what an author wrote is escaped twice, our own tags once.
        assert!(all.contains("/1/de#item-1&quot;&gt;Fish &amp;amp; more&lt;/a&gt;") && all.contains("&amp;lt;Chips&amp;gt;"));
        let german = feed(&FeedView { entries: Vec::new(), ..view }, Some(Language::De), "https://news.example.org", "Institute");
        assert!(german.contains("xml:lang=\"de\"") && german.contains("<updated>1970-01-01T00:00:00Z</updated>"));
    }
}
