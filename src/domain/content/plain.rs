//! Plain text from the Markdown events (R263–R267): readable aloud, every link's address alone on its line.

use pulldown_cmark::{Event, Tag, TagEnd};
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use super::links::{is_web, says};
use super::{clean, events, markup, shown_url};

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
    /// The addresses its links lead to, each with the place of its words' end in `line` if they do not say it themselves.
    addresses: Vec<(String, Option<usize>)>,
    /// Where open marks begin in `line`: raised, lowered, struck out.
    marks: Vec<usize>,
    /// Long forms of open abbreviations.
    abbreviations: Vec<String>,
    code: bool,
    /// Open links: the address and where its words begin in `line`.
    links: Vec<(String, usize)>,
    /// A bare address that ends the block so far: it need not be said twice.
    bare: Option<(usize, usize)>,
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
            Event::Text(words) | Event::Code(words) => self.say(&words),
            Event::InlineHtml(tag) => match markup::long_form(&tag) {
                Some(long) => self.abbreviations.push(long),
                None if &*tag == "</abbr>" => {
                    let long = self.abbreviations.pop().unwrap_or_default();
                    self.say(&format!(" ({long})"));
                }
                None => {}
            },
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
            Tag::CodeBlock(_) => {
                self.flush();
                self.code = true;
            }
            Tag::Superscript | Tag::Subscript => self.marks.push(self.line.len()),
            Tag::Strikethrough => self.say("~~"),
            Tag::TableHead => self.in_head = true,
            Tag::TableRow => self.cells.clear(),
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Link => {
                if let Some((url, begin)) = self.links.pop() {
                    let is_bare = self.line.get(begin..).is_some_and(|words| says(words, &url));
                    // A mail or telephone address that stands in the sentence needs no line of its own.
                    if is_bare && !is_web(&url) {
                        return;
                    }
                    if is_bare {
                        self.bare = Some((begin, self.line.len()));
                    }
                    self.addresses.push((url, (!is_bare).then_some(self.line.len())));
                }
            }
            TagEnd::Paragraph | TagEnd::Heading(_) => self.flush(),
            TagEnd::CodeBlock => {
                self.flush();
                self.code = false;
            }
            TagEnd::Superscript => self.mark(raised, '^'),
            TagEnd::Subscript => self.mark(lowered, '_'),
            TagEnd::Strikethrough => self.say("~~"),
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
                self.bare = None;
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

    /// Raised or lowered words, by letters of that kind where there are some: 10⁶, else 10^x.
    fn mark(&mut self, letter: fn(char) -> Option<char>, sign: char) {
        let Some(words) =
            self.marks.pop().filter(|begin| self.line.is_char_boundary(*begin)).map(|begin| self.line.split_off(begin))
        else {
            return;
        };
        match words.chars().map(letter).collect::<Option<String>>() {
            Some(letters) => self.line.push_str(&letters),
            None if words.chars().count() == 1 => self.line.push_str(&format!("{sign}{words}")),
            None => self.line.push_str(&format!("{sign}({words})")),
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
        if let Some((begin, end)) = self.bare.take() {
            // "More at: www.example.org." needs the address once: below, whole, alone on its line.
            if line.get(end..).is_some_and(|rest| rest.trim().chars().all(|c| c == '.')) {
                line.truncate(begin);
            }
        }
        let addresses = numbered(&mut line, addresses);
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
        // Blanks mean something in code.
        let lines: Vec<String> = if self.code {
            line.trim_end().lines().map(|line| format!("    {}", line.trim_end())).collect()
        } else {
            line.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
        };
        let underline = heading.then(|| "-".repeat(line.trim().chars().count().clamp(3, 5)));
        for text in lines.into_iter().chain(underline).chain(addresses) {
            self.out.push_str(format!("{first}{text}").trim_end());
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
    if is_web(url) { url.to_owned() } else { shown_url(url) }
}

/// The lines of the addresses below a block. Where words of several links stand in it, numbers say which is which.
fn numbered(line: &mut String, addresses: Vec<(String, Option<usize>)>) -> Vec<String> {
    let several = addresses.iter().filter(|(_, words)| words.is_some()).count() > 1;
    let (mut number, mut moved) = (0_usize, 0_usize);
    let mut lines = Vec::with_capacity(addresses.len());
    for (url, words_end) in addresses {
        let address = address_line(&url);
        let Some(end) = words_end.filter(|end| several && line.is_char_boundary(end.saturating_add(moved))) else {
            lines.push(address);
            continue;
        };
        number = number.saturating_add(1);
        let mark = format!(" [{number}]");
        line.insert_str(end.saturating_add(moved), &mark);
        moved = moved.saturating_add(mark.len());
        lines.push(format!("[{number}] {address}"));
    }
    lines
}

fn raised(c: char) -> Option<char> {
    Some(match c {
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4'..='9' => char::from_u32(u32::from('⁴').checked_add(c.to_digit(10)?.checked_sub(4)?)?)?,
        '+' => '⁺',
        '-' | '−' => '⁻',
        'n' => 'ⁿ',
        'i' => 'ⁱ',
        _ => return None,
    })
}

fn lowered(c: char) -> Option<char> {
    Some(match c {
        '0'..='9' => char::from_u32(u32::from('₀').checked_add(c.to_digit(10)?)?)?,
        '+' => '₊',
        '-' | '−' => '₋',
        _ => return None,
    })
}
