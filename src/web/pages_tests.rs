//! What must hold on every page, in every language (R216, R217, R138, R157).

#![allow(clippy::unwrap_used)]

use super::language::Visit;
use super::pages::{Page, Pages};
use super::samples;
use crate::domain::language::Language;

/// Every sample page as HTML, named for messages.
pub fn rendered() -> Vec<(String, String)> {
    let pages = Pages::new(&samples::config(), true).unwrap();
    let visit = Visit { asked: None, accepted: None, path: "/n/forschung".to_owned(), rest: String::new() };
    let mut all = Vec::new();
    for language in Language::OURS {
        for (number, (template, for_staff, content)) in samples::all().into_iter().enumerate() {
            let page = Page::new(template, language, "Ein Titel".to_owned())
                .with_switches()
                .feed("/archive/forschung/feed.atom".to_owned());
            let page = if for_staff { page.staff(samples::staff()) } else { page };
            let answer = pages.answer(&visit, page, &content).unwrap_or_else(|error| panic!("{template} in {language}: {error}"));
            let body = actix_web::body::MessageBody::try_into_bytes(answer.into_body()).unwrap_or_default();
            all.push((format!("{number:02}-{template}.{language}"), String::from_utf8(body.to_vec()).unwrap()));
        }
    }
    all
}

#[test]
fn every_page_renders_in_every_language() {
    for (name, html) in rendered() {
        assert_eq!(html.matches("<h1").count(), 1, "{name}: one h1");
        let tag = name.rsplit_once('.').unwrap().1;
        assert!(html.contains(&format!("<html lang=\"{tag}\">")), "{name}");
        assert!(
            html.contains("href=\"/imprint") && html.contains("href=\"/privacy"),
            "{name}: imprint and privacy on every page"
        );
        // In a frame there is nothing to skip.
        let skips = html.contains("href=\"#main\"") || name.contains("-embed.");
        assert!(skips && html.contains("<main id=\"main\""), "{name}: skip link");
    }
}

#[test]
fn no_page_has_scripts_styles_or_ticked_boxes() {
    for (name, html) in rendered() {
        // The only one, and only where the form is.
        let script = "<script src=\"/static/form.js\" defer></script>";
        let has_form = html.contains("action=\"/subscribe\"");
        assert_eq!(html.matches(script).count(), usize::from(has_form), "{name}");
        let html = html.replace(script, "");
        for wrong in ["<script", "<style", " style=", " onclick", "javascript:", " checked", "http-equiv=\"refresh\""] {
            assert!(!html.contains(wrong), "{name} contains {wrong}");
        }
        for (at, _) in html.match_indices("src=\"") {
            assert!(html.get(at..).unwrap().starts_with("src=\"/"), "{name} loads something from elsewhere");
        }
    }
}

#[test]
fn every_field_has_a_label() {
    for (name, html) in rendered() {
        for element in html.split('<').filter(|element| element.starts_with("input") || element.starts_with("select")) {
            if element.contains("type=\"hidden\"") {
                continue;
            }
            let id = element
                .split("id=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next())
                .unwrap_or_else(|| panic!("{name}: {element} has no id"));
            assert!(html.contains(&format!("<label for=\"{id}\"")), "{name}: no label for {id}");
        }
    }
}

#[test]
fn what_people_type_stays_text() {
    let pages = Pages::new(&samples::config(), false).unwrap();
    let visit = Visit { asked: None, accepted: None, path: "/".to_owned(), rest: String::new() };
    let evil = "\"><script>alert(1)</script>{{7*7}}";
    let page = Page::new("message", Language::De, evil.to_owned());
    let answer = pages.answer(&visit, page, &serde_json::json!({ "lead": evil })).unwrap();
    let body = actix_web::body::MessageBody::try_into_bytes(answer.into_body()).unwrap_or_default();
    let html = String::from_utf8(body.to_vec()).unwrap();
    assert!(!html.contains("<script") && html.contains("{{7*7}}"));
}
