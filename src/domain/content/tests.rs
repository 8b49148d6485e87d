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
    // What says http stays http: whether the other server speaks https is not for us to say.
    assert!(html("http://example.org/ä").contains("href=\"http://example.org/%C3%A4\">example.org/ä</a>"));
    assert!(html("https://müller.example/").contains("href=\"https://xn--mller-kva.example/\""));
    assert!(!html("nowww.example.org und @www.example.org").contains("<a"));
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
    assert!(html.contains("<th scope=\"col\">Tag</th>") && html.contains("<td style=\"text-align:right\">Halle"), "{html}");
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
    assert_eq!(html("eins  \nzwei `drei`"), "<p>eins<br>\nzwei <code>drei</code></p>\n");
    assert_eq!(text("eins  \nzwei<br>drei"), "eins\nzwei\ndrei");
    assert!(html("    let x = 1;\n").contains("<pre><code>let x = 1;"));
}

#[test]
fn leichte_sprache_keeps_a_line_for_each_sentence() {
    let source = "Das ist ein Satz.\nDas ist **noch\neiner**.\\\nUnd einer.\n\n- eins\n- zwei\n";
    assert_eq!(text(&with_lines(source)), "Das ist ein Satz.\nDas ist noch\neiner.\nUnd einer.\n\n- eins\n- zwei");
    assert_eq!(html(&with_lines("Eins.  \nZwei.\r\nDrei.")), "<p>Eins.<br>\nZwei.<br>\nDrei.</p>\n");
}

/// Both parts of some Markdown, the HTML without its outermost paragraph.
fn both(markdown: &str) -> (String, String) {
    let html = html(markdown);
    let inner = html.trim().strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>")).map(str::to_owned);
    (inner.unwrap_or_else(|| html.trim().to_owned()), text(markdown))
}

#[test]
fn numbers_that_were_typed_stay() {
    for (typed, html, text) in [
        (
            "12. Mai: Workshop\n19. Mai: Tagung\n2. Juni: Sommerfest",
            "12. Mai: Workshop<br>\n19. Mai: Tagung<br>\n2. Juni: Sommerfest",
            "12. Mai: Workshop\n19. Mai: Tagung\n2. Juni: Sommerfest",
        ),
        ("1. Mai\n1. Juni\n1. Juli", "1. Mai<br>\n1. Juni<br>\n1. Juli", "1. Mai\n1. Juni\n1. Juli"),
        ("08. Mai\n09. Mai", "08. Mai<br>\n09. Mai", "08. Mai\n09. Mai"),
        ("3) drei\n7) sieben", "3) drei<br>\n7) sieben", "3) drei\n7) sieben"),
        ("Das Fest ist am\n1. Mai in Leipzig.", "Das Fest ist am\n1. Mai in Leipzig.", "Das Fest ist am 1. Mai in Leipzig."),
        ("2026. Ein Jahr.", "2026. Ein Jahr.", "2026. Ein Jahr."),
    ] {
        assert_eq!(both(typed), (html.to_owned(), text.to_owned()), "{typed}");
    }
    // Over paragraphs, and with more than words in them.
    let loose = "12. Mai: Workshop\n\n    Im Saal.\n\n19. Mai: **Tagung**\n\n2. Juni: [Fest](https://example.org/f)";
    assert_eq!(text(loose), "12. Mai: Workshop\n\nIm Saal.\n\n19. Mai: Tagung\n\n2. Juni: Fest\nhttps://example.org/f");
    assert!(html(loose).starts_with("<p>12. Mai: Workshop</p>\n<p>Im Saal.</p>\n<p>19. Mai: <strong>Tagung</strong></p>"));
    assert_eq!(text("9. a\n   - b\n2. c"), "9. a\n\n- b\n\n2. c");
    // A list that counts is a list, wherever it begins.
    assert!(html("3. drei\n4. vier").contains("<ol start=\"3\">\n<li>drei</li>"));
    assert!(html("1. eins\n\n2. zwei").contains("<ol>\n<li>\n<p>eins</p>"));
    assert_eq!(text("> 5. a\n> 9. b"), "> 5. a\n> 9. b");
}

#[test]
fn signs_within_words_and_addresses_are_letters() {
    for (typed, html, text) in [
        (
            "Die Teilnehmer*innen und Referent*innen.",
            "Die Teilnehmer*innen und Referent*innen.",
            "Die Teilnehmer*innen und Referent*innen.",
        ),
        (
            "*Teilnehmer*innen* sind **Kolleg*innen**",
            "<em>Teilnehmer*innen</em> sind <strong>Kolleg*innen</strong>",
            "Teilnehmer*innen sind Kolleg*innen",
        ),
        ("5*3*2 = 30, 2**10**2, a_b_c", "5*3*2 = 30, 2**10**2, a_b_c", "5*3*2 = 30, 2**10**2, a_b_c"),
        ("ca. ~5 bis ~10 Leute", "ca. ~5 bis ~10 Leute", "ca. ~5 bis ~10 Leute"),
        (
            "Schüler:innen, Lehrer_innen und Bürger*innen_rat*",
            "Schüler:innen, Lehrer_innen und Bürger*innen_rat*",
            "Schüler:innen, Lehrer_innen und Bürger*innen_rat*",
        ),
        ("**Ort:**Leipzig", "<strong>Ort:</strong>Leipzig", "Ort:Leipzig"),
        (
            "**Ort:**Leipzig und **Zeit:**9 Uhr",
            "<strong>Ort:</strong>Leipzig und <strong>Zeit:</strong>9 Uhr",
            "Ort:Leipzig und Zeit:9 Uhr",
        ),
        ("*(neu)*er", "<em>(neu)</em>er", "(neu)er"),
        ("**Ein**fach", "<strong>Ein</strong>fach", "Einfach"),
        ("Preis* und *Versand", "Preis* und *Versand", "Preis* und *Versand"),
        ("`a*b*c` und \\*so\\*", "<code>a*b*c</code> und *so*", "a*b*c und *so*"),
    ] {
        assert_eq!(both(typed), (html.to_owned(), text.to_owned()), "{typed}");
    }
    for address in [
        "https://example.org/_next_/static",
        "https://example.org/a*b*c/~x~/",
        "https://example.org/?a=1&copy;=2",
        "https://example.org/__init__.py",
        "https://example.org/a_b_",
    ] {
        let html = html(&format!("Siehe {address} und *mehr*"));
        let shown = address.strip_prefix("https://").unwrap().trim_end_matches('/').replace('&', "&amp;");
        assert!(
            html.contains(&format!("href=\"{}\"", address.trim_end_matches('_').replace('&', "&amp;"))) || address.ends_with('_'),
            "{html}"
        );
        assert!(html.contains(shown.trim_end_matches('_')) && html.contains("<em>mehr</em>"), "{html}");
        assert!(text(&format!("Siehe {address} und *mehr*")).contains(address.trim_end_matches('_')));
    }
    // Not where a link names its target, and not in addresses that were marked already.
    assert_eq!(
        both("[a](https://example.org/_x_) <https://example.org/_y_>").0,
        "<a href=\"https://example.org/_x_\">a</a> <a href=\"https://example.org/_y_\">example.org/_y_</a>"
    );
}

#[test]
fn html_loses_no_words() {
    for (typed, html, text) in [
        (
            "<p>Der ganze Text steht in einem Absatz aus dem CMS.</p>",
            "Der ganze Text steht in einem Absatz aus dem CMS.",
            "Der ganze Text steht in einem Absatz aus dem CMS.",
        ),
        (
            "Wenn a<b und b>c, dann <Name> eintragen.",
            "Wenn a&lt;b und b&gt;c, dann &lt;Name&gt; eintragen.",
            "Wenn a<b und b>c, dann <Name> eintragen.",
        ),
        ("<Name>", "&lt;Name&gt;", "<Name>"),
        ("x <b>y</b> <i>z</i> <span class=\"k\">s</span>", "x <strong>y</strong> <em>z</em> s", "x y z s"),
        ("a<b>c", "a&lt;b&gt;c", "a<b>c"),
        ("10<sup>6</sup> Euro, 25 m<sup>2</sup>", "10<sup>6</sup> Euro, 25 m<sup>2</sup>", "10⁶ Euro, 25 m²"),
        (
            "<del>12. Mai</del> 19. Mai, ~~alt~~ neu",
            "<del>12. Mai</del> 19. Mai, <del>alt</del> neu",
            "~~12. Mai~~ 19. Mai, ~~alt~~ neu",
        ),
        ("H<sub>2</sub>O, x<sub>ij</sub>, e<sup>x</sup>", "H<sub>2</sub>O, x<sub>ij</sub>, e<sup>x</sup>", "H₂O, x_(ij), e^x"),
        ("<ins>neu</ins> <q>ja</q>", "<ins>neu</ins> \"ja\"", "neu \"ja\""),
        (
            "die <abbr title=\"Datenschutz-Grundverordnung\">DSGVO</abbr>",
            "die <abbr title=\"Datenschutz-Grundverordnung\">DSGVO</abbr>",
            "die DSGVO (Datenschutz-Grundverordnung)",
        ),
        ("Text <!-- Notiz --> weiter", "Text  weiter", "Text  weiter"),
        (
            "<a href=\"https://example.org/x\">dort</a> steht es",
            "<a href=\"https://example.org/x\">dort</a> steht es",
            "dort steht es\nhttps://example.org/x",
        ),
        ("x < 5 und y > 3", "x &lt; 5 und y &gt; 3", "x < 5 und y > 3"),
    ] {
        assert_eq!(both(typed), (html.to_owned(), text.to_owned()), "{typed}");
    }
    for (block, words) in [
        ("<table><tr><th>Zeit</th></tr><tr><td>9 Uhr</td></tr></table>", vec!["Zeit", "9 Uhr"]),
        ("<ul><li>eins</li><li>zwei <Vorname></li></ul>", vec!["eins", "zwei", "<Vorname>"]),
        ("<div>\nErstes\n\nZweites\n</div>", vec!["Erstes", "Zweites"]),
        ("- <div>innen <b>fett</b></div>\n- zwei", vec!["innen fett", "zwei"]),
        ("<p>10<sup>6</sup></p>", vec!["10⁶"]),
    ] {
        let (html, text) = (html(block), text(block));
        for word in words {
            assert!(text.contains(word), "{block}: {text}");
            if word != "10⁶" && !word.contains(' ') {
                assert!(html.contains(&word.replace('<', "&lt;").replace('>', "&gt;")), "{block}: {html}");
            }
        }
    }
}

#[test]
fn links_lead_where_they_say_in_both_parts() {
    for (typed, html, text) in [
        (
            "[TYPO3](https://example.org/?tx_news[id]=7&tx[a]=b)",
            "<a href=\"https://example.org/?tx_news%5Bid%5D=7&amp;tx%5Ba%5D=b\">TYPO3</a>",
            "TYPO3\nhttps://example.org/?tx_news%5Bid%5D=7&tx%5Ba%5D=b",
        ),
        (
            "Siehe [https://example.org/a] und {www.example.org/b} und ›www.example.org/c‹ und „www.example.org/d“!",
            "Siehe [<a href=\"https://example.org/a\">example.org/a</a>] und {<a href=\"https://www.example.org/b\">www.example.org/b</a>} und ›<a href=\"https://www.example.org/c\">www.example.org/c</a>‹ und „<a href=\"https://www.example.org/d\">www.example.org/d</a>“!",
            "Siehe [example.org/a] und {www.example.org/b} und ›www.example.org/c‹ und „www.example.org/d“!\nhttps://example.org/a\nhttps://www.example.org/b\nhttps://www.example.org/c\nhttps://www.example.org/d",
        ),
        (
            "Fragen an info@example.org.",
            "Fragen an <a href=\"mailto:info@example.org\">info@example.org</a>.",
            "Fragen an info@example.org.",
        ),
        (
            "[Schreiben Sie uns](mailto:info@example.org?subject=Anmeldung%20Tagung)",
            "<a href=\"mailto:info@example.org?subject=Anmeldung%20Tagung\">Schreiben Sie uns</a>",
            "Schreiben Sie uns\ninfo@example.org",
        ),
        (
            "https://müller.example/größe",
            "<a href=\"https://xn--mller-kva.example/gr%C3%B6%C3%9Fe\">müller.example/größe</a>",
            "https://xn--mller-kva.example/gr%C3%B6%C3%9Fe",
        ),
        (
            "[Eins](https://example.org/1) und [Zwei](https://example.org/2)",
            "<a href=\"https://example.org/1\">Eins</a> und <a href=\"https://example.org/2\">Zwei</a>",
            "Eins [1] und Zwei [2]\n[1] https://example.org/1\n[2] https://example.org/2",
        ),
        (
            "@zentrum auf https://social.example/@zentrum",
            "@zentrum auf <a href=\"https://social.example/@zentrum\">social.example/@zentrum</a>",
            "@zentrum auf\nhttps://social.example/@zentrum",
        ),
    ] {
        assert_eq!(both(typed), (html.to_owned(), text.to_owned()), "{typed}");
    }
}

#[test]
fn lines_that_are_meant_as_lines_stay_lines() {
    assert_eq!(
        both("Institut\nStraße 1\n04109 Leipzig"),
        ("Institut<br>\nStraße 1<br>\n04109 Leipzig".to_owned(), "Institut\nStraße 1\n04109 Leipzig".to_owned())
    );
    assert_eq!(text("• eins\n• zwei"), "• eins\n• zwei");
    assert_eq!(text("Dabei sind:\n– Ada\n– Bob"), "Dabei sind:\n– Ada\n– Bob");
    for prose in [
        "Wir laden Sie ein\nzum Sommerfest.",
        "Wir treffen uns in Berlin,\nHamburg und Köln.",
        "Das ist ein Satz.\nDas ist noch einer.",
    ] {
        assert_eq!(text(prose), prose.replace('\n', " "));
    }
    for rows in [
        "Mit freundlichen Grüßen\nAda Lovelace",
        "Herzliche Grüße,\nIhr Zentrum",
        "Verein e. V.\nTel. 0341 1234\ninfo@example.org",
    ] {
        assert!(
            text(rows).starts_with(rows.split('\n').next().unwrap()) && text(rows).contains('\n') == rows.contains("Gr"),
            "{rows}"
        );
    }
    let wrapped = "Die Tagung beginnt am Montag um neun Uhr im großen Saal des\nZentrums. Um Anmeldung wird gebeten.";
    assert_eq!(text(wrapped), wrapped.replace('\n', " "));
    assert_eq!(both("Ada Lovelace\n--\nZentrum").1, "Ada Lovelace\n--\nZentrum");
    assert_eq!(text("```\ndef f(x):\n    return x\n\nf(1)\n```"), "    def f(x):\n        return x\n\n    f(1)");
    assert!(html("```\ndef f(x):\n    return x\n```").contains("<pre><code>def f(x):\n    return x\n</code></pre>"));
    assert_eq!(
        text("Wort[^1]\n\n[^1]: Quelle\n\n- [ ] offen\n- [x] fertig"),
        "Wort[^1]\n\n[^1]: Quelle\n\n- [ ] offen\n- [x] fertig"
    );
    assert_eq!(text("[Hinweis]: siehe"), "[Hinweis]: siehe");
    assert_eq!(text("[hier][z]\n\n[z]: https://example.org/z"), "hier\nhttps://example.org/z");
    assert!(
        html("| a |\n|--:|\n| 1 000 |").contains("<td style=\"white-space:nowrap;text-align:right\">1 000</td>"),
        "{}",
        html("| a |\n|--:|\n| 1 000 |")
    );
}
