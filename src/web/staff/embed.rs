//! HTML for other web sites: a plain form that posts to us, or our form in a frame (R212). No script of ours runs there, and
//! no cookie is needed.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::{bar, session};
use crate::i18n::MissingText;
use crate::journeys::subscribe::{self, FormView};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};
use crate::web::public::paragraphs;

#[derive(Serialize)]
struct Embed {
    newsletter: String,
    form: String,
    frame: String,
    origins: String,
}

/// GET /staff/newsletters/SLUG/embed. Form and consent are in the language of the page.
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let member = session::required(&state, &request).await?;
    let language = visit.language();
    let context = Arc::clone(&state.context);
    let slug = slug.into_inner();
    let view = state.store.read(move |conn| subscribe::form(conn, &context, &slug, Some(language))).await?;
    let view = view.ok_or(Failure::NotFound)?;
    let content = Embed {
        form: form(&view, &state.config.public_url)?,
        frame: frame(&view, &state.config.public_url)?,
        origins: state.config.embed_origins.join(", "),
        newsletter: view.title,
    };
    let title = Pages::say_with(language, "web-embed-title", "title", content.newsletter.as_str())?;
    pages.answer(&visit, Page::new("embed_help", language, title).with_switches().staff(bar(&member)), &content)
}

/// The form as a piece of HTML. The consent text is part of it, and its hash, so that the record says what was read; when the
/// text changes, the answer to an old form is our own form with the new one.
fn form(view: &FormView, public_url: &str) -> Result<String, MissingText> {
    let language = view.language;
    let edition = if view.languages.contains(&language) { language } else { view.languages.first().copied().unwrap_or(language) };
    let say = |id: &str| Pages::say(language, id).map(|text| escaped(&text));
    let mut html =
        format!("<form method=\"post\" action=\"{}/subscribe?lang={language}\" lang=\"{language}\">\n", escaped(public_url));
    let hash = view.consent.hash_hex();
    for (name, value) in [("newsletter", view.slug.as_str()), ("language", edition.tag()), ("wording", hash.as_str())] {
        html += &format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n", escaped(value));
    }
    html += &format!("<p><label for=\"newsletter-email\">{}</label>\n", say("web-form-email")?);
    html += "<input id=\"newsletter-email\" name=\"email\" type=\"email\" autocomplete=\"email\" required></p>\n";
    for paragraph in paragraphs(&view.consent.text) {
        html += &format!("<p>{}</p>\n", escaped(&paragraph).replace('\n', "<br>\n"));
    }
    html += &format!("<p><a href=\"{}/privacy?lang={language}\">{}</a></p>\n", escaped(public_url), say("web-form-privacy")?);
    html += &format!("<p><button>{}</button></p>\n</form>\n", say("web-form-submit")?);
    Ok(html)
}

fn frame(view: &FormView, public_url: &str) -> Result<String, MissingText> {
    let title = Pages::say_with(view.language, "web-form-title", "title", view.title.as_str())?;
    let (url, slug, language) = (escaped(public_url), escaped(&view.slug), view.language);
    Ok(format!(
        "<iframe src=\"{url}/n/{slug}/embed?lang={language}\" title=\"{}\" width=\"100%\" height=\"900\" style=\"border:0\"></iframe>\n",
        escaped(&title)
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;
    use crate::journeys::wording::Wording;

    #[test]
    fn what_is_typed_into_a_newsletters_texts_stays_text() {
        let evil = "\"><script>alert(1)</script> & more";
        let consent = Wording { text: format!("{evil}\n\nSecond"), hash: [1; 32] };
        let view = FormView {
            slug: "weekly".to_owned(),
            title: evil.to_owned(),
            description: String::new(),
            languages: vec![Language::De],
            language: Language::En,
            consent: consent.into(),
            is_private: false,
            is_closed: false,
        };
        let html = form(&view, "https://news.example.org").unwrap() + &frame(&view, "https://news.example.org").unwrap();
        assert!(!html.contains("<script") && html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more"), "{html}");
        assert!(html.contains("action=\"https://news.example.org/subscribe?lang=en\""), "{html}");
        assert!(html.contains("name=\"language\" value=\"de\""), "an edition that there is: {html}");
    }
}
