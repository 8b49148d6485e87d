//! What authors write, and what readers get.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use super::*;

/// It would take minutes otherwise: parsers of HTML need time that grows with the square of the depth.
#[test]
fn what_lies_too_deep_is_brought_up_with_its_words() {
    for (evil, words) in [
        (">".repeat(100_000) + "Zitat", "Zitat"),
        ("- ".repeat(20_000) + "Punkt", "Punkt"),
        ("*a ".repeat(20_000) + &"b* ".repeat(20_000), "b"),
    ] {
        let html = html(&evil);
        assert!(html.matches("<blockquote").count() + html.matches("<ul").count() + html.matches("<em").count() <= 20_024);
        assert!(html.contains(words) && text(&evil).contains(words));
    }
    assert_eq!(html("> > - *a*").matches("<blockquote>").count(), 2);
}

#[test]
fn umlauts_and_quotation_marks_stay_themselves() {
    assert_eq!(html("Das »Zentrum« grüßt **Sie** – schön."), "<p>Das »Zentrum« grüßt <strong>Sie</strong> – schön.</p>\n");
    assert_eq!(text("Das »Zentrum« grüßt **Sie** – schön."), "Das »Zentrum« grüßt Sie – schön.");
}

#[test]
fn addresses_without_scheme_become_https_links() {
    let source = "Mehr erfahren Sie hier:\nwww.zentrum-digitale-arbeit.de";
    assert_eq!(
        html(source),
        "<p>Mehr erfahren Sie hier:\n<a href=\"https://www.zentrum-digitale-arbeit.de\">www.zentrum-digitale-arbeit.de</a></p>\n"
    );
    assert_eq!(text(source), "Mehr erfahren Sie hier:\nhttps://www.zentrum-digitale-arbeit.de");
    let source = "Siehe (www.example.org/a_(b)), dann [dort](www.example.org/x?a=1&b=2).";
    assert_eq!(
        html(source),
        "<p>Siehe (<a href=\"https://www.example.org/a_(b)\">www.example.org/a_(b)</a>), dann <a href=\"https://www.example.org/x?a=1&amp;b=2\">dort</a>.</p>\n"
    );
    assert_eq!(
        text(source),
        "Siehe (www.example.org/a_(b)), dann dort.\nhttps://www.example.org/a_(b)\nhttps://www.example.org/x?a=1&b=2"
    );
    assert!(html("<https://example.org/>").contains(">example.org</a>"));
    assert!(html("<ada@example.org>").contains("href=\"mailto:ada@example.org\""));
    assert_eq!(text("Schreiben Sie an <ada@example.org>."), "Schreiben Sie an ada@example.org.");
    assert_eq!(text("[Ada](mailto:ada@example.org) fragen"), "Ada fragen\nada@example.org");
    assert!(html("http://example.org/ä").contains("href=\"https://example.org/%C3%A4\""));
    assert!(html("https://müller.example/").contains("href=\"https://xn--mller-kva.example/\""));
    assert!(!html("nowww.example.org und a@www.example.org").contains("<a"));
}

#[test]
fn raw_html_is_dropped_and_bad_addresses_with_it() {
    for bad in [
        "<script>alert(1)</script>",
        "Hallo <script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "[x](//evil.example)",
        "[x](https://bank.example@evil.example/)",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<iframe src=\"https://evil.example\"></iframe>",
        "<svg onload=alert(1)>",
        "<style>body{display:none}</style>",
        "![Bild](javascript:alert(1))",
        "**<b onclick=x>y</b>**",
    ] {
        let html = html(bad);
        for trace in
            ["<script", "<img", "javascript:", "data:", "vbscript", "evil", "<iframe", "<svg", "<style", "onclick", "onerror"]
        {
            assert!(!html.to_ascii_lowercase().contains(trace), "{bad} -> {html}");
        }
    }
    assert_eq!(html("[Wort](javascript:alert(1))"), "<p>Wort</p>\n");
}

#[test]
fn images_become_links_so_that_nothing_is_loaded_from_elsewhere() {
    assert_eq!(
        html("![Der Saal](https://example.org/saal.jpg)"),
        "<p><a href=\"https://example.org/saal.jpg\">Der Saal</a></p>\n"
    );
}

#[test]
fn templates_stay_literal() {
    assert_eq!(html("{{7*7}} {{{body}}} {{> layout}}"), "<p>{{7*7}} {{{body}}} {{&gt; layout}}</p>\n");
    assert_eq!(text("{{7*7}}"), "{{7*7}}");
}

#[test]
fn lists_nest() {
    let source = "Drei Punkte:\n\n- eins\n- zwei\n  1. innen\n  2. [weiter](https://example.org)\n- drei\n\nEnde.";
    assert_eq!(
        text(source),
        "Drei Punkte:\n\n- eins\n- zwei\n  1. innen\n  2. weiter\n     https://example.org\n- drei\n\nEnde."
    );
    assert!(html(source).contains("<ol>\n<li>innen</li>"));
    assert_eq!(text("3. drei\n4. vier"), "3. drei\n4. vier");
}

#[test]
fn headings_start_below_the_headline_and_skip_nothing() {
    let source = "## Erstes\n\nText\n\n#### Tief\n\nText\n\n## Zweites";
    let html = html(source);
    assert!(html.contains("<h3>Erstes</h3>") && html.contains("<h4>Tief</h4>") && html.contains("<h3>Zweites</h3>"), "{html}");
    assert_eq!(super::html("#### Zuerst tief\n\n# Dann hoch"), "<h3>Zuerst tief</h3>\n<h3>Dann hoch</h3>\n");
    assert_eq!(text(source), "Erstes\n-----\nText\n\nTief\n----\nText\n\nZweites\n-----");
}

#[test]
fn quotations_and_tables_can_be_read_aloud() {
    assert_eq!(text("> Ein Satz.\n>\n> Noch einer.\n\nDanach."), "> Ein Satz.\n\n> Noch einer.\n\nDanach.");
    let table = "| Tag | Ort |\n|---|---:|\n| Montag | Halle |\n| Dienstag | [Leipzig](https://example.org/l) |";
    assert_eq!(text(table), "- Tag: Montag; Ort: Halle\n- Tag: Dienstag; Ort: Leipzig\n  https://example.org/l");
    let html = html(table);
    assert!(html.contains("<th scope=\"col\">Tag</th>") && !html.contains("style"), "{html}");
}

#[test]
fn long_words_and_dots_survive() {
    let long = "Donaudampfschifffahrtsgesellschaft".repeat(150);
    assert!(html(&long).contains(&long));
    assert_eq!(wrap(&format!("a {long} b"), 72), format!("a\n{long}\nb"));
    assert_eq!(text("Ende\n\n.\n\n..\n\n. x"), "Ende\n\n.\n\n..\n\n. x");
}

#[test]
fn control_characters_go() {
    assert_eq!(text("a\u{0}b\u{1}c\r\nd\u{2028}e\u{7f}\u{9b}"), "abc d e");
    assert!(!html("a\u{1}\u{2}b").contains(|c: char| c.is_control() && c != '\n'));
}

#[test]
fn wrapping_counts_what_is_seen_and_keeps_addresses_whole() {
    let paragraph =
        "Über größere Änderungen müssen künftig alle Äußerungen öffentlich geführt werden, überall und für alle übrigen.";
    let wrapped = wrap(paragraph, 72);
    assert!(wrapped.lines().all(|line| line.chars().count() <= 72));
    assert_eq!(wrapped.lines().next().unwrap().chars().count(), 65);
    assert_eq!(wrapped.replace('\n', " "), paragraph);
    let url = format!("https://example.org/{}", "pfad-teil/".repeat(20));
    assert_eq!(wrap(&url, 72), url);
    let item = format!("- {}", "Wort ".repeat(30));
    assert!(wrap(&item, 72).lines().skip(1).all(|line| line.starts_with("  Wort")));
    let quote = format!("> {}", "Wort ".repeat(30));
    assert!(wrap(&quote, 72).lines().all(|line| line.starts_with("> Wort") && line.len() <= 72));
}

#[test]
fn hard_breaks_and_code_keep_their_words() {
    assert_eq!(html("eins  \nzwei `drei`"), "<p>eins<br>\nzwei drei</p>\n");
    assert_eq!(text("eins  \nzwei<br>drei"), "eins\nzwei\ndrei");
    assert!(html("    let x = 1;\n").contains("<p>let x = 1;"));
}

#[test]
fn leichte_sprache_keeps_a_line_for_each_sentence() {
    let source = "Das ist ein Satz.\nDas ist **noch\neiner**.\\\nUnd einer.\n\n- eins\n- zwei\n";
    assert_eq!(text(&with_lines(source)), "Das ist ein Satz.\nDas ist noch\neiner.\nUnd einer.\n\n- eins\n- zwei");
    assert_eq!(html(&with_lines("Eins.  \nZwei.\r\nDrei.")), "<p>Eins.<br>\nZwei.<br>\nDrei.</p>\n");
}
