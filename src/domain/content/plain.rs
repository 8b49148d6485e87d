//! Plain text from the Markdown events (R263–R267): readable aloud, every link's address alone on its line.

use pulldown_cmark::{Event, Tag, TagEnd};
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use super::{clean, events, shown_url};

/// `markdown` as plain text, not yet wrapped: paragraphs separated by a blank line, `- ` and `1. ` for lists, `> ` for
/// quotations, headings underlined, addresses on lines of their own below the paragraph that names them.
pub fn text(markdown: &str) -> String {
    let source = clean(markdown);
    let mut writer = Writer::default();
    for event in events(&source) {
        writer.take(event);
    }
    writer.flush();
    writer.out.trim_end().to_owned()
}

/// R264: columns of a text part.
pub const COLUMNS: usize = 72;

/// Wraps every line at `columns` of display width. Words and addresses are never broken, so a line may be longer than
/// that if one word is. List items and quotations keep their indentation.
pub fn wrap(text: &str, columns: usize) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            let (first, rest) = prefixes(line);
            let words = line.get(first.len()..).unwrap_or(line).trim();
            if words.is_empty() {
                return line.trim_end().to_owned();
            }
            let options = Options::new(columns)
                .initial_indent(&first)
                .subsequent_indent(&rest)
                .break_words(false)
                .word_separator(WordSeparator::AsciiSpace)
                .word_splitter(WordSplitter::NoHyphenation)
                .wrap_algorithm(WrapAlgorithm::FirstFit);
            textwrap::fill(words, options)
        })
        .collect();
    lines.join("\n")
}

/// What a line starts with, and what its continuation lines start with.
fn prefixes(line: &str) -> (String, String) {
    let body = line.trim_start_matches([' ', '>']);
    let lead = line.get(..line.len().saturating_sub(body.len())).unwrap_or_default();
    let marker = if body.starts_with("- ") {
        2
    } else {
        match body.split_once(". ") {
            Some((number, _)) if !number.is_empty() && number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit()) => {
                number.len().saturating_add(2)
            }
            _ => 0,
        }
    };
    let first = format!("{lead}{}", body.get(..marker).unwrap_or_default());
    let rest = format!("{lead}{}", " ".repeat(marker));
    (first, rest)
}

/// Walks the events and writes blocks.
#[derive(Default)]
struct Writer {
    out: String,
    /// The block being collected.
    line: String,
    /// The addresses its links lead to.
    addresses: Vec<String>,
    /// Open links: the address and where its words begin in `line`.
    links: Vec<(String, usize)>,
    /// A bare address that ends the block so far: it need not be said twice.
    bare_from: Option<usize>,
    /// One entry per open list: the next number, if it is numbered.
    lists: Vec<Option<u64>>,
    /// What each line of the next block starts with; the marker of a list item counts once.
    indents: Vec<String>,
    marker: Option<String>,
    quotes: usize,
    heading: bool,
    heads: Vec<String>,
    cells: Vec<String>,
    in_head: bool,
}

impl Writer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Text(words) => self.say(&words),
            Event::SoftBreak => self.say(" "),
            Event::HardBreak => self.line.push('\n'),
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.close(tag),
            _ => {}
        }
    }

    fn say(&mut self, words: &str) {
        self.line.push_str(words);
    }

    fn open(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Link { dest_url, .. } => self.links.push((dest_url.to_string(), self.line.len())),
            Tag::List(start) => {
                self.flush();
                self.lists.push(start);
            }
            Tag::Item => {
                self.flush();
                let marker = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let marker = format!("{number}. ");
                        *number = number.saturating_add(1);
                        marker
                    }
                    _ => "- ".to_owned(),
                };
                self.indents.push(" ".repeat(marker.len()));
                self.marker = Some(marker);
            }
            Tag::BlockQuote(_) => {
                self.flush();
                self.quotes = self.quotes.saturating_add(1);
            }
            Tag::Heading { .. } => {
                self.flush();
                self.heading = true;
            }
            Tag::Paragraph => self.flush(),
            Tag::TableHead => self.in_head = true,
            Tag::TableRow => self.cells.clear(),
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Link => {
                if let Some((url, begin)) = self.links.pop() {
                    let is_bare = self.line.get(begin..) == Some(shown_url(&url).as_str());
                    // A mail or telephone address that stands in the sentence needs no line of its own.
                    if is_bare && !url.starts_with("https://") {
                        return;
                    }
                    if is_bare {
                        self.bare_from = Some(begin);
                    }
                    self.addresses.push(url);
                }
            }
            TagEnd::Paragraph | TagEnd::Heading(_) => self.flush(),
            TagEnd::Item => {
                self.flush();
                self.indents.pop();
                self.marker = None;
            }
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.blank();
                }
            }
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.quotes = self.quotes.saturating_sub(1);
                self.blank();
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.line).replace('\n', " ");
                self.bare_from = None;
                if self.in_head { self.heads.push(cell) } else { self.cells.push(cell) }
            }
            TagEnd::TableHead => self.in_head = false,
            TagEnd::TableRow => self.row(),
            TagEnd::Table => {
                self.heads.clear();
                self.blank();
            }
            _ => {}
        }
    }

    /// A table row is read aloud as "column: value; column: value".
    fn row(&mut self) {
        let cells = std::mem::take(&mut self.cells);
        let words: Vec<String> = cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| !cell.trim().is_empty())
            .map(|(at, cell)| match self.heads.get(at).filter(|head| !head.is_empty()) {
                Some(head) => format!("{head}: {cell}"),
                None => cell.clone(),
            })
            .collect();
        self.line = words.join("; ");
        self.marker = Some("- ".to_owned());
        self.indents.push("  ".to_owned());
        // Rows stand together like list items.
        self.lists.push(None);
        self.flush();
        self.lists.pop();
        self.indents.pop();
    }

    /// Writes the collected block and its addresses.
    fn flush(&mut self) {
        let mut line = std::mem::take(&mut self.line);
        let addresses = std::mem::take(&mut self.addresses);
        let heading = std::mem::take(&mut self.heading);
        if let Some(begin) = self.bare_from.take() {
            // "More at: www.example.org." needs the address once: below, whole, alone on its line.
            let ends_block = line.get(begin..).is_some_and(|tail| {
                addresses.last().is_some_and(|url| {
                    tail.strip_prefix(shown_url(url).as_str()).is_some_and(|rest| rest.trim().chars().all(|c| c == '.'))
                })
            });
            if ends_block {
                line.truncate(begin);
            }
        }
        if line.trim().is_empty() && addresses.is_empty() {
            return;
        }
        let quote = "> ".repeat(self.quotes);
        let own: String = self.indents.concat();
        let outer: String = self.indents.iter().take(self.indents.len().saturating_sub(1)).cloned().collect();
        let mut first = match self.marker.take() {
            Some(marker) => format!("{quote}{outer}{marker}"),
            None => format!("{quote}{own}"),
        };
        let lines = line.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
        let underline = heading.then(|| "-".repeat(line.trim().chars().count().clamp(3, 5)));
        for text in lines.chain(underline).chain(addresses.iter().map(|url| address_line(url))) {
            self.out.push_str(&first);
            self.out.push_str(&text);
            self.out.push('\n');
            first = format!("{quote}{own}");
        }
        if self.lists.is_empty() && !heading {
            self.blank();
        }
    }

    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }
}

/// Mail and telephone addresses are for people, not for browsers.
fn address_line(url: &str) -> String {
    if url.starts_with("https://") { url.to_owned() } else { shown_url(url) }
}
