//! Every page with sample content, for tests that look at all of them.

use serde_json::{Value, json};

use super::config::{Accessibility, Config, Imprint, Logo};
use super::pages::StaffBar;

pub fn config() -> Config {
    Config {
        public_url: "https://news.example.org".to_owned(),
        colour: "#27506b".to_owned(),
        body_bytes: 65_536,
        trusted_proxies: Vec::new(),
        embed_origins: Vec::new(),
        imprint: Imprint { organisation: "Institut für Beispielforschung".to_owned(), ..Imprint::default() },
        accessibility: Accessibility::default(),
        logo: Some(Logo { png: Vec::new(), width: 96, height: 48 }),
    }
}

pub fn staff() -> StaffBar {
    StaffBar {
        address: "redaktion@example.org".to_owned(),
        may_write: true,
        may_publish: true,
        on_desk: true,
        on_sessions: false,
    }
}

/// Template, whether staff see it, content.
pub fn all() -> Vec<(&'static str, bool, Value)> {
    let languages = json!([{"tag": "de", "chosen": true}, {"tag": "en", "chosen": false}, {"tag": "de-simple", "chosen": false}]);
    let no_errors = json!([]);
    let description = "Neues aus Forschung und Lehre: Ergebnisse, Termine, offene Stellen. Der Newsletter erscheint jeden ersten Montag im Monat.";
    let form = |embedded: bool, email: Value, errors: &Value| {
        json!({
            "embedded": embedded, "stamp": "AbCd", "least": 2, "lifetime": 1200,
            "slug": "forschung", "newsletter": "Forschung aktuell", "description": description, "content_language": "de",
            "wording": "ab12", "errors": errors, "email": email, "name": {"value": "", "error": null},
            "language_error": null, "languages": languages, "consent_language": "de",
            "consent": ["Ich möchte den Newsletter „Forschung aktuell“ des Instituts für Beispielforschung per E-Mail erhalten. Er erscheint einmal im Monat.", "Ich kann meine Einwilligung jederzeit mit Wirkung für die Zukunft widerrufen, zum Beispiel über den Abmelde-Link in jeder E-Mail."],
        })
    };
    let search = |action: &str, words: &str| json!({"action": action, "words": words, "lang": "de", "language": null});
    let wrong = "In einer E-Mail-Adresse kommt ein @ vor, zum Beispiel name@example.org.";
    let items = json!([
        {"id": 7, "headline": "Zweites Treffen der Zentren in Leipzig", "languages": ["de", "en", "de-simple"]},
        {"id": 8, "headline": "Lernlabor eröffnet: Was sich im Wintersemester ändert", "languages": ["de", "en"]},
    ]);
    let counts: Vec<Value> = [
        ("queued", 1180),
        ("claimed", 20),
        ("transmitting", 4),
        ("sent", 2760),
        ("bounced", 12),
        ("failed", 0),
        ("unknown", 1),
        ("skipped", 3),
    ]
    .into_iter()
    .map(|(state, count)| json!({"state": state, "name": state, "count": count.to_string(), "any": count > 0}))
    .collect();
    vec![
        (
            "home",
            false,
            json!({"newsletters": [
                {"slug": "forschung", "title": "Forschung aktuell", "description": description, "language": "de"},
                {"slug": "termine", "title": "Termine und Vorträge", "description": "Jede Woche: was im Haus stattfindet, mit Ort, Zeit und Anmeldung.", "language": "de"},
            ]}),
        ),
        ("form", false, form(false, json!({"value": "", "error": null}), &no_errors)),
        (
            "form",
            false,
            form(false, json!({"value": "ada.example.org", "error": wrong}), &json!([{"field": "email", "text": wrong}])),
        ),
        ("embed", false, form(true, json!({"value": "", "error": null}), &no_errors)),
        ("asked", false, json!({})),
        (
            "confirm",
            false,
            json!({"lead": "Sie möchten diesen Newsletter erhalten:", "titles": ["Forschung aktuell"], "submit": "Ja, Abonnement bestätigen", "note": "Sie haben das nicht angefordert?", "form": null}),
        ),
        (
            "leave",
            false,
            json!({"lead": "Möchten Sie „Forschung aktuell“ nicht mehr erhalten?", "done": false, "others": 2, "form": null}),
        ),
        (
            "leave",
            false,
            json!({"lead": "Sie erhalten „Forschung aktuell“ nicht mehr.", "done": true, "others": 1, "form": "/n/forschung"}),
        ),
        (
            "preferences",
            false,
            json!({"token": "x", "done": "Gespeichert.", "address": "ada@example.org", "email": {"value": "", "error": null}, "errors": [], "name": {"value": "Ada Beispiel", "error": null}, "subscriptions": [
                {"slug": "forschung", "title": "Forschung aktuell", "language": "de", "open": true, "leave": false, "pending": false, "languages": languages},
                {"slug": "termine", "title": "Termine und Vorträge", "language": "de", "open": false, "leave": false, "pending": false, "languages": []},
            ]}),
        ),
        ("closed", false, json!({"archive": "/archive/forschung"})),
        (
            "archive",
            false,
            json!({"slug": "forschung", "is_closed": true, "feed": "/archive/forschung/feed.atom", "search": search("/archive/forschung", ""), "items_language": "de",
            "languages": [{"tag": "de", "href": "/archive/forschung?language=de", "current": true}, {"tag": "en", "href": "/archive/forschung?language=en", "current": false}],
            "issues": [
                {"number": 12, "date": "2. November 2026", "iso_date": "2026-11-02", "href": "/archive/forschung/12/de", "subject": "Forschung aktuell 12: Zweites Treffen der Zentren"},
                {"number": 11, "date": "5. Oktober 2026", "iso_date": "2026-10-05", "href": "/archive/forschung/11/de", "subject": "Forschung aktuell 11: Semesterbeginn"},
            ], "older": "/archive/forschung?before=11", "newest": null}),
        ),
        (
            "archives",
            false,
            json!({"search": search("/archive", ""), "newsletters": [{"slug": "forschung", "title": "Forschung aktuell", "description": description, "language": "de"}]}),
        ),
        (
            "search",
            false,
            json!({"search": search("/archive/forschung", "tref"), "place": "Im Newsletter „Forschung aktuell“", "archive": "/archive/forschung", "range": "Treffer 1 bis 1",
            "items_language": "de", "found": [{"href": "/archive/forschung/12/de#item-1", "newsletter": "Forschung aktuell", "number": 12, "date": "2. November 2026", "iso_date": "2026-11-02",
                "headline": [{"text": "Zweites ", "marked": false}, {"text": "Treffen", "marked": true}], "snippet": [{"text": "Alle sind eingeladen.", "marked": false}]}],
            "others": [{"tag": "en", "href": "/archive/forschung?q=tref&language=en"}], "everywhere": "/archive?q=tref", "previous": null, "next": "/archive/forschung?q=tref&page=2"}),
        ),
        (
            "search",
            false,
            json!({"search": search("/archive", "xyz"), "place": "In allen Newslettern", "archive": "/archive", "range": null, "items_language": "de", "found": [],
            "others": [], "everywhere": null, "previous": "/archive?q=xyz", "next": null}),
        ),
        (
            "prose",
            false,
            json!({"paragraphs": [{"heading": null, "text": "Erster Absatz."}, {"heading": "Ihre Rechte", "text": "Zweiter Absatz."}], "text_language": "de", "missing": ""}),
        ),
        (
            "imprint",
            false,
            json!({"sections": [
                {"heading": "Angaben zum Anbieter", "lines": [{"text": "Institut für Beispielforschung", "href": null}, {"text": "Musterweg 1", "href": null}, {"text": "12345 Musterstadt", "href": null}]},
                {"heading": "Kontakt", "lines": [{"text": "info@example.org", "href": "mailto:info@example.org"}]},
            ]}),
        ),
        (
            "accessibility",
            false,
            json!({"place": "news.example.org", "exceptions": ["Ein Diagramm hat noch keine Beschreibung."], "contact": "barrieren@example.org", "contact_link": "mailto:barrieren@example.org", "enforcement": "Schlichtungsstelle", "enforcement_url": "https://example.org/schlichtung", "reviewed": "25. November 2026"}),
        ),
        ("message", false, json!({"lead": "Vielleicht ist die Adresse unvollständig, oder die Seite wurde entfernt."})),
        ("sign_in", false, json!({"said": null, "errors": no_errors, "email": ""})),
        ("invitation", false, json!({"address": "redaktion@example.org", "errors": no_errors, "error": null})),
        (
            "desk",
            true,
            json!({"said": null, "warning": null, "retention": "Zuletzt heute", "newsletters": [
                {"slug": "forschung", "title": "Forschung aktuell", "is_private": false, "is_closed": false, "plans": {"rows": [{"slug": "forschung", "id": 17, "time": "1. März 2027, 09:00 (Europe/Berlin)", "distance": "in 3 Tagen", "typed": "2027-03-01T09:00", "error": null}], "cadence": "Nächste regelmäßige Ausgabe: 8. März 2027", "zone": "Europe/Berlin", "typed": "", "error": null}, "subscribers": 3980, "items": items, "drafts": items, "issues": [
                    {"href": "/staff/newsletters/forschung/issues/12", "name": "Ausgabe 12", "state": "sending", "state_text": "wird verschickt", "progress": "2 776 von 3 980 E-Mails sind erledigt"},
                    {"href": "/staff/newsletters/forschung/issues/11", "name": "Ausgabe 11", "state": "sent", "state_text": "verschickt", "progress": "3 961 von 3 961 E-Mails sind erledigt"},
                ]},
                {"slug": "termine", "title": "Termine und Vorträge", "is_private": true, "is_closed": true, "plans": null, "subscribers": 1, "items": [], "drafts": [], "issues": []},
            ]}),
        ),
        (
            "publish",
            true,
            json!({"newsletter": "Forschung aktuell", "slug": "forschung", "errors": no_errors, "recipients_text": "3 980", "nobody": false,
            "languages": ["de", "en", "de-simple"], "missing": "Leichte Sprache", "left_out": "Sommerfest", "items": items, "is_closed": false, "plans": {"rows": [{"slug": "forschung", "id": 17, "time": "1. März 2027, 09:00 (Europe/Berlin)", "distance": "in 3 Tagen", "typed": "2027-03-01T09:00", "error": null}], "cadence": "Nächste regelmäßige Ausgabe: 8. März 2027", "zone": "Europe/Berlin", "typed": "", "error": null},
            "audiences": ["Deutsch: 3 600 bekommen die Ausgabe »Deutsch«.", "Leichte Sprache: 380 bekommen die Ausgabe »Deutsch«."]}),
        ),
        (
            "item",
            true,
            json!({"slug": "forschung", "id": 7, "is_ready": false, "headline": "Zweites Treffen", "source": "https://www.example.org/feed.xml",
            "texts": [{"tag": "de", "direction": "ltr", "kicker": "News", "headline": "Zweites Treffen", "lead": "Alle waren da.", "body": "<p>Ein Absatz.</p>", "link": "https://www.example.org/"}]}),
        ),
        (
            "preview",
            true,
            json!({"newsletter": "Forschung aktuell", "slug": "forschung", "said": null, "typed": "ada@example", "is_empty": false, "subject": "Forschung aktuell 12: Zweites Treffen",
            "editions": [{"href": "?edition=de", "text": "Deutsch", "is_chosen": true, "lang": "de"}, {"href": "?edition=en", "text": "English", "is_chosen": false, "lang": "en"}],
            "views": [{"href": "?view=wide", "text": "Mailprogramm", "is_chosen": false, "lang": null}, {"href": "?view=text", "text": "Text", "is_chosen": true, "lang": null}],
            "frame": null, "source": "Zweites Treffen\n\nAlle sind eingeladen.", "edition": "de", "reader": "Ada Lovelace, ada@example.org", "gets": "Deutsch", "anyone": "?",
            "me": "redaktion@example.org", "here": "?"}),
        ),
        (
            "issue",
            true,
            json!({"said": {"text": "Die Ausgabe ist veröffentlicht.", "is_problem": false}, "state": "sending", "state_text": "wird verschickt",
            "progress": "2 776 von 3 980 E-Mails sind erledigt", "done": 2776, "total": 3980, "held": null, "unknown": true, "counts": counts,
            "self": "/staff/newsletters/forschung/issues/12", "time": "14:05 Uhr", "archive": "/archive/forschung",
            "acts": [{"action": "pause", "text": "Anhalten", "second": false, "asks": false}, {"action": "cancel", "text": "Versand abbrechen", "second": true, "asks": true}]}),
        ),
        (
            "question",
            true,
            json!({"issue": "Forschung aktuell: Ausgabe 12", "lead": "1 von 2 E-Mails sind verschickt.", "submit": "Versand abbrechen", "back": "/staff"}),
        ),
        (
            "embed_help",
            true,
            json!({"newsletter": "Forschung aktuell", "form": "<form>\n</form>", "frame": "<iframe></iframe>", "origins": ""}),
        ),
        (
            "sessions",
            true,
            json!({"said": null, "sessions": [
                {"id": 1, "started": "22. November 2026, 09:00 Uhr", "seen": "22. November 2026, 14:05 Uhr", "current": true},
                {"id": 2, "started": "21. November 2026, 17:40 Uhr", "seen": "21. November 2026, 18:02 Uhr", "current": false},
            ]}),
        ),
        (
            "demo_mails",
            false,
            json!({"mails": [{"id": "7", "subject": "Bitte bestätigen Sie Ihr Abonnement", "to": "ada@example.org", "date": "22. November 2026, 14:05 Uhr"}]}),
        ),
        (
            "demo_mail",
            false,
            json!({"id": "7", "subject": "Bitte bestätigen Sie Ihr Abonnement", "from": "Institut <news@example.org>", "to": "ada@example.org",
            "date": "22. November 2026, 14:05 Uhr", "has_html": true, "headers": "Subject: Bitte",
            "text": [{"text": "Guten Tag,\n\nbitte bestätigen Sie:\n", "href": null}, {"text": "https://news.example.org/confirm/x", "href": "https://news.example.org/confirm/x"}]}),
        ),
    ]
}
