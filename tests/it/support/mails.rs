//! Mails as a reader's program sees them, by way of mail-parser: never compared with our own strings only.

use mail_parser::{Message, MessageParser};

/// A received mail.
#[derive(Clone, Debug)]
pub struct Mail {
    pub raw: Vec<u8>,
    pub subject: String,
    /// The `text/plain` part, decoded, line ends as \n.
    pub text: String,
    /// The `text/html` part, decoded, line ends as \n.
    pub html: String,
    headers: Vec<(String, String)>,
}

impl Mail {
    /// Fails when the mail has not exactly one text part and one HTML part.
    pub fn parse(raw: &[u8]) -> Mail {
        let shown = String::from_utf8_lossy(raw);
        let message = MessageParser::default().parse(raw).unwrap_or_else(|| panic!("mail-parser cannot read this:\n{shown}"));
        assert_eq!(
            (message.text_body.len(), message.html_body.len()),
            (1, 1),
            "one text and one HTML part are expected:\n{shown}"
        );
        assert_ne!(message.text_body, message.html_body, "one part stands for both:\n{shown}");
        let body = |found: Option<std::borrow::Cow<'_, str>>| found.unwrap_or_default().replace("\r\n", "\n");
        Mail {
            subject: message.subject().unwrap_or_default().to_owned(),
            text: body(message.body_text(0)),
            html: body(message.body_html(0)),
            headers: headers(&message),
            raw: raw.to_vec(),
        }
    }

    /// The value of a header that stands there once, unfolded, not decoded. Fails when it is missing or repeated.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers_named(name);
        assert_eq!(found.len(), 1, "{name} stands {} times in {:#?}", found.len(), self.headers);
        found[0]
    }

    pub fn has_header(&self, name: &str) -> bool {
        !self.headers_named(name).is_empty()
    }

    fn headers_named(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).collect()
    }

    /// All links of the text part, in order.
    pub fn links_in_text(&self) -> Vec<String> {
        let words = self.text.split_whitespace().map(|word| word.trim_matches(['<', '>', '(', ')', '"', ',']));
        words.filter(|word| word.starts_with("http://") || word.starts_with("https://")).map(str::to_owned).collect()
    }

    /// All targets of links in the HTML part, in order.
    pub fn links_in_html(&self) -> Vec<String> {
        let targets = self.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        targets.map(|link| link.replace("&amp;", "&").replace("&#x3D;", "=").replace("&#x27;", "'")).collect()
    }

    /// The one URL for RFC 8058 in `List-Unsubscribe`.
    pub fn one_click_link(&self) -> String {
        assert_eq!(self.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
        let value = self.header("List-Unsubscribe");
        let mut found =
            value.split(',').map(|entry| entry.trim().trim_matches(['<', '>'])).filter(|entry| entry.starts_with("http"));
        found.next().unwrap_or_else(|| panic!("no URL in List-Unsubscribe: {value}")).to_owned()
    }
}

/// The link in the text part that leads to a page, such as `unsubscribe` or `confirm`. Fails when there is none, or different ones.
pub fn link_in_text(mail: &Mail, page: &str) -> String {
    the_only(mail.links_in_text(), page, &mail.text)
}

/// The same for the HTML part.
pub fn link_in_html(mail: &Mail, page: &str) -> String {
    the_only(mail.links_in_html(), page, &mail.html)
}

fn the_only(mut links: Vec<String>, page: &str, body: &str) -> String {
    links.retain(|link| path_of(link).split(['/', '?', '#']).nth(1) == Some(page));
    links.dedup();
    assert_eq!(links.len(), 1, "one link to /{page} is expected, there are {links:?} in:\n{body}");
    links.remove(0)
}

/// `/unsubscribe/TOKEN` of `https://news.example.org/unsubscribe/TOKEN`, query included.
pub fn path_of(link: &str) -> &str {
    let behind_scheme = link.split_once("://").map_or(link, |(_, rest)| rest);
    behind_scheme.find('/').map_or("/", |at| &behind_scheme[at..])
}

fn headers(message: &Message<'_>) -> Vec<(String, String)> {
    let unfolded = |value: &str| value.replace("\r\n", "").replace('\n', "").replace('\t', " ").trim().to_owned();
    message.headers_raw().map(|(name, value)| (name.to_owned(), unfolded(value))).collect()
}

#[test]
fn a_mail_is_read_by_mail_parser() {
    let raw = b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nList-Unsubscribe: <mailto:a@b.example>,\r\n <https://n.example/unsubscribe/T>\r\n\
        List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n\
        --x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nM=C3=A4rz:\r\nhttps://n.example/unsubscribe/T?a=3D1\r\n\
        --x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<a href=\"https://n.example/unsubscribe/T?a=1&amp;b=2\">x</a>\r\n--x--\r\n";
    let mail = Mail::parse(raw);
    assert_eq!((mail.subject.as_str(), mail.text.lines().next()), ("Grüße", Some("März:")));
    assert_eq!(link_in_text(&mail, "unsubscribe"), "https://n.example/unsubscribe/T?a=1");
    assert_eq!(link_in_html(&mail, "unsubscribe"), "https://n.example/unsubscribe/T?a=1&b=2");
    assert_eq!(mail.one_click_link(), "https://n.example/unsubscribe/T");
    assert_eq!(path_of("https://n.example/unsubscribe/T"), "/unsubscribe/T");
}
