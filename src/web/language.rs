//! Which language a page speaks: `?lang=` where somebody chose one, else what the browser prefers, else what the
//! newsletter or the reader's subscription has. Nothing is remembered: the choice travels in the links, not in a cookie.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};

use crate::domain::language::Language;

/// What a request says about language, and where it came in.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Chosen by a link of ours.
    pub asked: Option<Language>,
    /// The best we have of what the browser accepts.
    pub accepted: Option<Language>,
    /// The path as requested, still percent-encoded.
    pub path: String,
    /// The query as requested, without the language.
    pub rest: String,
}

impl Visit {
    pub fn of(request: &HttpRequest) -> Self {
        let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).and_then(preferred);
        Self {
            asked: asked(request.query_string()),
            accepted,
            path: request.path().to_owned(),
            rest: rest(request.query_string()),
        }
    }

    /// For pages that belong to nobody in particular.
    pub fn language(&self) -> Language {
        self.language_or(Language::De)
    }

    /// For pages of a newsletter, whose own language comes last. Pages speak our own languages only.
    pub fn language_or(&self, newsletter: Language) -> Language {
        self.asked.or(self.accepted).unwrap_or(newsletter.spoken())
    }

    /// For pages behind a personal link: the reader chose an edition, which says more than a browser's factory setting
    /// (no browser comes set to Leichte Sprache).
    pub fn language_of_reader(&self, reader: Language) -> Language {
        self.asked.unwrap_or(reader.spoken())
    }

    /// This address in a language: what else was asked for stays.
    pub fn href_in(&self, language: Language) -> String {
        let joint = if self.rest.is_empty() { "" } else { "&" };
        format!("{}?{}{joint}lang={language}", self.path, self.rest)
    }

    /// What links must carry so that a choice outlives the page: `?lang=…` or nothing.
    pub fn query(&self) -> String {
        self.asked.map(|language| format!("?lang={language}")).unwrap_or_default()
    }
}

impl FromRequest for Visit {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

fn asked(query: &str) -> Option<Language> {
    query.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Language::ours)
}

fn rest(query: &str) -> String {
    query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang=")).collect::<Vec<_>>().join("&")
}

/// RFC 9110 §12.5.4, looked up as RFC 4647 §3.4 does: subtags fall away from the end, so `de-AT` finds `de`.
fn preferred(accept: &str) -> Option<Language> {
    let mut ranges: Vec<(Language, u16)> = accept
        .split(',')
        .filter_map(|range| {
            let mut parts = range.split(';');
            let language = look_up(parts.next()?.trim())?;
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(Some(1000), weight)?;
            (weight > 0).then_some((language, weight))
        })
        .collect();
    ranges.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    ranges.first().map(|(language, _)| *language)
}

fn look_up(range: &str) -> Option<Language> {
    let mut tag = range;
    loop {
        if let Some(language) = Language::ours(tag) {
            return Some(language);
        }
        tag = tag.rsplit_once('-')?.0;
    }
}

/// A weight in thousandths (RFC 9110 §12.4.2).
fn weight(text: &str) -> Option<u16> {
    let weight: f32 = text.trim().parse().ok()?;
    (0.0..=1.0).contains(&weight).then(|| format!("{:.0}", weight * 1000.0).parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_favourite_wins() {
        assert_eq!(preferred("de-DE,de;q=0.9,en;q=0.8"), Some(Language::De));
        assert_eq!(preferred("fr, en-GB;q=0.7, de;q=0.3"), Some(Language::En));
        assert_eq!(preferred("de;q=0.5, en"), Some(Language::En));
        assert_eq!(preferred("de-simple, de;q=0.9"), Some(Language::DeSimple));
        assert_eq!(preferred("DE-at"), Some(Language::De));
    }

    #[test]
    fn nothing_we_have_is_nothing() {
        for accept in ["", "fr", "*", "de;q=0", "de;q=9", "de;q=x", ";;;,,,", "-"] {
            assert_eq!(preferred(accept), None, "{accept}");
        }
    }

    #[test]
    fn a_chosen_language_is_read_from_the_query() {
        assert_eq!(asked("lang=en"), Some(Language::En));
        assert_eq!(asked("a=b&lang=de-simple"), Some(Language::DeSimple));
        assert_eq!(asked("lang=xx"), None);
        assert_eq!(asked("slang=en"), None);
    }

    #[test]
    fn a_switch_of_language_keeps_what_else_was_asked_for() {
        let visit = |query: &str| Visit { asked: None, accepted: None, path: "/archive/a".to_owned(), rest: rest(query) };
        assert_eq!(visit("").href_in(Language::En), "/archive/a?lang=en");
        assert_eq!(visit("lang=de&page=2&lang=en&x").href_in(Language::DeSimple), "/archive/a?page=2&x&lang=de-simple");
    }
}
