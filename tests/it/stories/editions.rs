//! Editions as programs show them that take half of a mail away.

use rundbrief::domain::language::Language;
use rundbrief::journeys::preview;

use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::database::Kind;
use crate::support::samples;

/// What stands one after the other in each edition, from its head to its foot.
const ORDER: [(Language, &[&str]); 3] = [
    (
        Language::De,
        &[
            "Newsletter weekly (de)",
            "der Herbst war voll",
            "Inhalt",
            "News",
            "Das Lernlabor öffnet seine Türen",
            "Viertes Netzwerktreffen »Lernen im Betrieb«",
            "Herzliche Grüße aus Magdeburg",
            "Newsletter abbestellen",
            "Zukunftsfonds Mittelelbe gefördert",
            "Impressum",
        ],
    ),
    (
        Language::En,
        &[
            "Newsletter weekly (en)",
            "it has been a busy autumn",
            "Contents",
            "The learning lab opens its doors",
            "Fourth network meeting on learning at work",
            "Best wishes from Magdeburg",
            "Unsubscribe from this newsletter",
            "funded by the Mittelelbe Future Fund",
            "Imprint",
        ],
    ),
    (
        Language::DeSimple,
        &[
            "Newsletter weekly (de-simple)",
            "Im Herbst ist viel passiert",
            "Das Lern·labor ist offen",
            "Haben Sie Fragen?",
            "Den Newsletter abbestellen",
            "Zukunfts·fonds Mittelelbe",
            "Impressum",
        ],
    ),
];

/// The places of words, each searched after the one before.
fn in_order(text: &str, words: &[&str]) {
    let mut from = 0;
    for word in words {
        let at = text[from..].find(word).unwrap_or_else(|| panic!("{word:?} does not come after {from} in {text}"));
        from += at + word.len();
    }
}

/// GMX and WEB.DE take away `<style>`, `lang` and `role` (R227, R228, R247).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_style_languages_and_roles_an_edition_still_reads_in_order() {
    let app = TestApp::on(Kind::Sqlite).await;
    samples::issue(&app).await;
    let (context, now) = (app.app.context.clone(), app.now());
    let look = app.store.read(move |conn| preview::look(conn, &context, now, "weekly", None)).await.unwrap().unwrap();
    let browser = Browser::start().await;
    for (language, words) in ORDER {
        let (_, seen) = look.editions.iter().find(|(edition, _)| edition.language == language).unwrap();
        let stripped = seen.without_style();
        for gone in ["<style", " lang=", " role="] {
            assert!(seen.html.contains(gone) && !stripped.contains(gone), "{gone}");
        }
        let mut shown = Vec::new();
        for (name, html) in [("whole", &seen.html), ("stripped", &stripped)] {
            let file = app.folder.path().join(format!("{name}.html"));
            std::fs::write(&file, html).unwrap();
            browser.client().goto(&format!("file://{}", file.display())).await.unwrap();
            let text = browser.client().execute("return document.body.innerText", vec![]).await.unwrap();
            let text = text.as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
            in_order(&text, words);
            shown.push(text);
        }
        assert_eq!(shown[0], shown[1], "nothing appears or vanishes with the style");
        in_order(&seen.text.split_whitespace().collect::<Vec<_>>().join(" "), words);
    }
}
