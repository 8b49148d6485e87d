//! Feeds as websites write them, and as attackers do.

use super::*;

fn rss(items: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\
         <channel><title>Zentrum</title><link>https://zentrum.example/</link><description>Neues</description>{items}</channel></rss>"
    )
    .into_bytes()
}

fn entries(feed: &[u8]) -> Vec<Entry> {
    read(feed, "https://zentrum.example/feed").unwrap()
}

fn one(item: &str) -> Entry {
    let mut all = entries(&rss(&format!("<item>{item}</item>")));
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn body(html: &str) -> String {
    one(&format!("<title>T</title><guid>1</guid><content:encoded><![CDATA[{html}]]></content:encoded>")).body
}

#[test]
fn rss_becomes_headline_lead_body_link_and_day() {
    let entry = one("<title>Mehr Platz &amp;amp; Licht</title><link>https://zentrum.example/platz</link><guid>p7</guid>\
        <pubDate>Tue, 02 Mar 2021 09:00:00 +0100</pubDate><description>Wir ziehen um.</description>\
        <content:encoded><![CDATA[<h2>Wohin?</h2><p>Nach <b>Leipzig</b>, <a href=\"/weg\">so kommt man hin</a>.</p><ul><li>Bahn</li><li>Rad</li></ul>]]></content:encoded>");
    assert_eq!((entry.headline.as_str(), entry.lead.as_deref()), ("Mehr Platz & Licht", Some("Wir ziehen um.")));
    assert_eq!(entry.link.as_deref(), Some("https://zentrum.example/platz"));
    assert_eq!(entry.published.unwrap().to_string(), "2021-03-02T08:00:00Z");
    assert_eq!(entry.body, "## Wohin?\n\nNach **Leipzig**, [so kommt man hin](https://zentrum.example/weg).\n\n- Bahn\n- Rad");
}

#[test]
fn a_summary_alone_is_the_text_and_one_that_repeats_it_is_no_lead() {
    let alone = one("<title>T</title><guid>1</guid><description>&lt;p&gt;Das ist alles.&lt;/p&gt;</description>");
    assert_eq!((alone.lead, alone.body.as_str()), (None, "Das ist alles."));
    let repeated = one("<title>T</title><guid>1</guid><description>Es war einmal …</description>\
        <content:encoded><![CDATA[<p>Es war <i>einmal</i> … ein Rundbrief.</p>]]></content:encoded>");
    assert_eq!(repeated.lead, None);
}

#[test]
fn atom_and_json_feeds_are_read_too() {
    let atom = entries("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Z</title><id>z</id><updated>2026-03-02T09:00:00Z</updated>\
        <entry><title type=\"html\">Früh&amp;shy;ling</title><id>tag:z,1</id><updated>2026-03-02T09:00:00Z</updated>\
        <link rel=\"self\" href=\"https://zentrum.example/1.atom\"/><link rel=\"alternate\" href=\"https://zentrum.example/1\"/>\
        <content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Die <em>ersten</em> Blumen.</p></div></content></entry></feed>".as_bytes());
    assert_eq!((atom[0].headline.as_str(), atom[0].body.as_str()), ("Früh\u{ad}ling", "Die *ersten* Blumen."));
    assert_eq!(atom[0].link.as_deref(), Some("https://zentrum.example/1"));
    let json = entries(br#"{"version": "https://jsonfeed.org/version/1.1", "title": "Z", "items": [{"id": "1", "title": "Eins", "content_html": "<p>Text</p>", "url": "https://zentrum.example/1"}]}"#);
    assert_eq!((json[0].headline.as_str(), json[0].body.as_str()), ("Eins", "Text"));
}

#[test]
fn an_entry_keeps_its_name_and_another_text_has_another_fingerprint() {
    let keys = |feed: &[u8]| entries(feed).iter().map(|entry| entry.key).collect::<Vec<_>>();
    let items = "<item><title>A</title><guid>1</guid></item><item><title>B</title><link>https://zentrum.example/b</link></item>\
        <item><title>C</title></item><item><title>C</title></item><item><description>nobody knows what this is</description></item>";
    let first = keys(&rss(items));
    assert_eq!(first.len(), 3, "without a title there is no headline, and the same twice is once");
    assert_eq!(keys(&rss(items)), first);
    let print = |headline, lead, body| fingerprint(headline, lead, body, None);
    assert_ne!(print("a", Some("b"), "c"), print("a", None, "bc"));
    assert_ne!(print("ab", None, "c"), print("a", None, "bc"));
    assert_eq!(print("a", None, "c"), print("a", Some(""), "c"));
}

#[test]
fn what_is_no_text_is_left_out() {
    assert_eq!(
        body("<script>alert(1)</script><style>p{}</style><p onclick=\"x()\">Text</p><iframe src=\"https://x\">no</iframe>"),
        "Text"
    );
    assert_eq!(body("<p>Ein <img src=\"https://x/1.gif\" alt=\"Bild\">Zählpixel</p>"), "Ein Zählpixel");
    assert_eq!(body("<a href=\"javascript:alert(1)\">hier</a> <a href=\"data:text/html,x\">da</a>"), "hier da");
    assert_eq!(body("Drei &lt;b&gt; und * Stern und {{7*7}}"), "Drei \\<b> und \\* Stern und {{7\\*7}}");
    assert_eq!(body("rechts\u{202e}links\u{200b} und\u{7} weiter"), "rechtslinks und weiter");
    let odd = one("<title>A\u{202e}&lt;b&gt;B&lt;/b&gt;\n C&lt;br&gt;D</title><link>javascript:alert(1)</link><guid>1</guid>");
    assert_eq!((odd.headline.as_str(), odd.link), ("AB C D", None));
}

#[test]
fn a_document_type_is_refused_and_no_entity_is_expanded() {
    let outside = b"<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rss version=\"2.0\"><channel><item><title>&x;</title></item></channel></rss>";
    assert_eq!(read(outside, "https://z.example/"), Err(FeedError::DocumentType));
    let mut laughs = String::from("<!-- <rss --> <!DOCTYPE lolz [<!ENTITY a \"ha\">");
    for n in 1..10 {
        laughs.push_str(&format!("<!ENTITY a{n} \"{}\">", "&a;".repeat(10)));
    }
    laughs.push_str("]><rss version=\"2.0\"><channel><item><title>&a9;</title></item></channel></rss>");
    assert_eq!(read(laughs.as_bytes(), "https://z.example/"), Err(FeedError::DocumentType));
    let undeclared = one("<title>&xxe;</title><guid>1</guid><description>&lol;</description>");
    assert_eq!((undeclared.headline.as_str(), undeclared.body.as_str()), ("&xxe;", "&lol;"), "it stays the word it is");
}

#[test]
fn a_page_and_a_broken_feed_are_told_apart_from_feeds() {
    let told = |text: &str| read(text.as_bytes(), "https://z.example/").unwrap_err().to_string();
    assert!(told("<!doctype html><html><body>Hallo</body></html>").contains("document type"));
    assert!(told("<html><body>Hallo</body></html>").contains("this is no feed"));
    assert!(told("").contains("this is no feed"));
    assert!(told("{\"a\": 1}").contains("damaged") && told("{\"a\"").contains("damaged"));
    assert!(told("<rss version=\"2.0\"><channel><item><title>A</titel></item>").contains("damaged"));
}

#[test]
fn what_becomes_plain_words_is_no_markdown() {
    let deep = |words: &str| body(&format!("{}{words}", "<div>".repeat(200)));
    let markdown = deep(&"&gt; # * ".repeat(20));
    assert_eq!(content::text(&markdown), "> # * ".repeat(20).trim(), "{markdown}");
    assert!(!content::html(&deep(&"&gt;".repeat(20_000))).contains("<blockquote"));
}

#[test]
fn complaints_are_short_and_plain() {
    let told = read(
        format!("<rss version=\"2.0\"><channel><a\u{1b}[31m{0}></b{0}>", "x".repeat(9_000)).as_bytes(),
        "https://z.example/",
    );
    let told = told.unwrap_err().to_string();
    assert!(told.len() < 300 && !told.contains('\u{1b}'), "{told}");
    let wide: Vec<u8> =
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?><!DOCTYPE rss>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&wide, "https://z.example/").unwrap_err().to_string(), "the feed is damaged: it is not in UTF-8");
}

#[test]
fn large_and_deep_feeds_cost_little() {
    let many: String = (0..1_000).map(|n| format!("<item><title>{n}</title><guid>{n}</guid></item>")).collect();
    assert_eq!(entries(&rss(&many)).len(), MOST_ENTRIES);
    let heavy =
        |n: usize| format!("<item><title>{n}</title><guid>{n}</guid><description>{}</description></item>", "a ".repeat(50_000));
    assert_eq!(entries(&rss(&(0..30).map(heavy).collect::<String>())).len(), MOST_BYTES / from_html::LONGEST);
    let long =
        one(&format!("<title>{}</title><guid>1</guid><description>{}</description>", "ä".repeat(5_000), "ö".repeat(400_000)));
    assert_eq!(long.headline.chars().count(), LONGEST_LINE + 1);
    assert!(long.body.len() <= from_html::LONGEST);
    for tag in ["div", "blockquote", "ul><li", "b", "table><tr><td"] {
        let deep = format!("{}Tief unten", format!("<{tag}>").repeat(3_000));
        assert!(body(&deep).contains("Tief unten"), "{tag}");
    }
    // Ends that end nothing, ends in the wrong order, elements that end by themselves but for each other, attributes.
    for evil in [
        "<ul></x>",
        "<b></x>",
        "<b><div></b>",
        "<p><b a=1><p><b a=2>",
        "<li><dd>",
        "<table></td>",
        "<b a=</b>",
        "<b></b->",
        "<b><!--</b>-->",
        "<i/</i>",
        "<blockquote a=\"</blockquote>\">",
        "<ul a=\"</ul>\"><li>",
        "<br-x>",
        "<span><li></span><span><dd></span>",
    ] {
        assert!(body(&evil.repeat(20_000 / evil.len())).len() < 10, "{evil}");
    }
    assert!(body(&format!("<p {}>Viel</p>", "a ".repeat(20_000))).contains("Viel"));
    let list = body(&format!("<ul>{}</ul>", "<li>Eins<p>Zwei<br>".repeat(500)));
    assert!(list.starts_with("- Eins"), "much, and yet a text: {list}");
    // In XML of its own, where the parser counts the levels.
    let deep = format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><id>1</id><title>T</title><content type=\"xhtml\">{}x{}</content></entry></feed>",
        "<div>".repeat(20_000),
        "</div>".repeat(20_000)
    );
    assert_eq!(entries(deep.as_bytes())[0].headline, "T");
}
