//! Reads Rust source just well enough for the layering test: which words stand where, and which paths are named.
//! Comments and the contents of literals are no words, so a rule may be talked about without being broken.

/// A word or a sign, and the line (from 1) it stands on.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub line: usize,
    pub text: String,
}

/// A path as named in the source, `use` groups multiplied out: `use a::{b, c::d}` is `a::b` and `a::c::d`.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    pub line: usize,
    pub names: Vec<String>,
}

impl Path {
    /// Whether `names` stand in the path one after the other.
    pub fn has(&self, names: &[&str]) -> bool {
        self.names.windows(names.len()).any(|window| window.iter().zip(names).all(|(a, b)| a == b))
    }
}

/// The words and signs of a source file. `::` is one sign; every literal is the sign `""`.
pub fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let (mut at, mut line, mut found) = (0, 1, Vec::new());
    while at < chars.len() {
        let (start, start_line) = (at, line);
        let text = match chars[at] {
            c if c.is_whitespace() => {
                at += 1;
                None
            }
            '/' if chars.get(at + 1) == Some(&'/') => {
                at = line_end(&chars, at);
                None
            }
            '/' if chars.get(at + 1) == Some(&'*') => {
                at = comment_end(&chars, at);
                None
            }
            '"' => {
                at = string_end(&chars, at);
                Some("\"\"".to_owned())
            }
            '\'' => {
                at = quote_end(&chars, at);
                Some("\"\"".to_owned())
            }
            c if is_word(c) => {
                while at < chars.len() && is_word(chars[at]) {
                    at += 1;
                }
                let word: String = chars[start..at].iter().collect();
                match raw_string_end(&chars, &word, at) {
                    Some(end) => {
                        at = end;
                        Some("\"\"".to_owned())
                    }
                    None => Some(word),
                }
            }
            ':' if chars.get(at + 1) == Some(&':') => {
                at += 2;
                Some("::".to_owned())
            }
            c => {
                at += 1;
                Some(c.to_string())
            }
        };
        line += chars[start..at].iter().filter(|c| **c == '\n').count();
        found.extend(text.map(|text| Token { line: start_line, text }));
    }
    found
}

/// Every path of the file, single words included.
pub fn paths(tokens: &[Token]) -> Vec<Path> {
    let (mut at, mut found) = (0, Vec::new());
    while at < tokens.len() {
        at = match starts_path(tokens, at) {
            true => path(tokens, at, &[], &mut found),
            false => at + 1,
        };
    }
    found
}

fn starts_path(tokens: &[Token], at: usize) -> bool {
    is_name(&tokens[at].text)
}

/// Reads one path that begins at `at` behind `prefix`, and returns where it ends.
fn path(tokens: &[Token], mut at: usize, prefix: &[String], found: &mut Vec<Path>) -> usize {
    let mut names = prefix.to_vec();
    let mut line = tokens.get(at).map_or(0, |token| token.line);
    loop {
        match tokens.get(at) {
            Some(token) if is_name(&token.text) || token.text == "*" && !names.is_empty() => {
                names.push(token.text.clone());
                line = token.line;
                at += 1;
            }
            Some(token) if token.text == "{" => return group(tokens, at + 1, &names, found),
            _ => break,
        }
        match tokens.get(at).zip(tokens.get(at + 1)) {
            Some((sign, next)) if sign.text == "::" && (is_name(&next.text) || next.text == "{" || next.text == "*") => at += 1,
            _ => break,
        }
    }
    found.push(Path { line, names });
    at
}

/// Reads `{ a, b::c }` after `prefix::` and returns where it ends.
fn group(tokens: &[Token], mut at: usize, prefix: &[String], found: &mut Vec<Path>) -> usize {
    while let Some(token) = tokens.get(at) {
        at = match token.text.as_str() {
            "}" => return at + 1,
            text if is_name(text) || text == "*" => path(tokens, at, prefix, found),
            _ => at + 1,
        };
    }
    at
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_name(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
}

fn line_end(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |length| at + length)
}

fn comment_end(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn string_end(chars: &[char], mut at: usize) -> usize {
    at += 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// The end of a character literal, or of the mark of a lifetime.
fn quote_end(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => chars[at + 3..].iter().position(|c| *c == '\'').map_or(chars.len(), |length| at + 3 + length + 1),
        (Some(_), Some('\'')) => at + 3,
        _ => at + 1,
    }
}

/// Where `r"…"`, `br#"…"#` and their like end, if `word` is such a prefix.
fn raw_string_end(chars: &[char], word: &str, at: usize) -> Option<usize> {
    if !matches!(word, "r" | "br" | "cr") {
        return None;
    }
    let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
    if chars.get(at + hashes) != Some(&'"') {
        return None;
    }
    let mut end = at + hashes + 1;
    while end < chars.len() {
        let closes = chars[end] == '"' && chars[end + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
        if closes {
            return Some(end + 1 + hashes);
        }
        end += 1;
    }
    Some(end)
}

#[test]
fn literals_and_comments_are_no_words() {
    let source = r##"let a = "crate::store"; // crate::store
        /* crate::store /* nested */ */ let b = r#"crate::store "quoted" "#; let c = '"'; let d: &'static str = '\'';"##;
    let words: Vec<String> = tokens(source).into_iter().map(|token| token.text).filter(|text| is_name(text)).collect();
    assert_eq!(words, ["let", "a", "let", "b", "let", "c", "let", "d", "static", "str"]);
}

#[test]
fn groups_are_multiplied_out() {
    let found = paths(&tokens("use crate::{\n    domain::{address, slug},\n    store,\n};\nstd::env::var(x)"));
    let named: Vec<(usize, String)> = found.iter().map(|path| (path.line, path.names.join("::"))).collect();
    let expected = [
        (1, "use"),
        (2, "crate::domain::address"),
        (2, "crate::domain::slug"),
        (3, "crate::store"),
        (5, "std::env::var"),
        (5, "x"),
    ];
    assert_eq!(named, expected.map(|(line, name)| (line, name.to_owned())));
}
