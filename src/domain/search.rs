//! What somebody types into the archive's search, as words: whatever it is, it comes to a list of plain words or to none.
//! And the place in a text where these words stand.

use std::borrow::Cow;

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Words that count; those behind them are not looked for.
const MOST_WORDS: usize = 8;
/// Characters that are read.
const MOST_CHARACTERS: usize = 200;
/// Words that a snippet shows before the first one that was looked for, and in all.
const BEFORE: usize = 8;
const SHOWN: usize = 36;
/// A shorter word is not taken for the beginning of another: "a" would find half of all words.
const SHORTEST_BEGINNING: usize = 2;

/// At least one word. Small letters and digits only, no accents, "ss" for "ß": the databases' indexes are made alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    words: Vec<String>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    /// It is one of the words that were looked for.
    pub marked: bool,
}

impl Query {
    /// None: there is no word in it. Signs only divide words, so nothing in a query is an operator.
    pub fn parse(text: &str) -> Option<Self> {
        let read: String = text.chars().take(MOST_CHARACTERS).collect();
        let words: Vec<String> = indexed(&read).split_whitespace().take(MOST_WORDS).map(str::to_owned).collect();
        (!words.is_empty()).then_some(Self { words })
    }

    /// In the order they were typed; an item has to have all of them.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether the last word may go on: people search while they still think.
    pub fn is_open(&self) -> bool {
        self.words.last().is_some_and(|word| word.chars().count() >= SHORTEST_BEGINNING)
    }

    /// The whole text, with the words that were looked for marked.
    pub fn marked(&self, text: &str) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let in_word = rest.starts_with(is_of_word);
            let end = rest.find(|c| is_of_word(c) != in_word).unwrap_or(rest.len());
            let (run, behind) = rest.split_at(end);
            let marked = in_word && self.meets(run);
            match pieces.last_mut().filter(|last| last.marked == marked) {
                Some(last) => last.text.push_str(run),
                None => pieces.push(Piece { text: run.to_owned(), marked }),
            }
            rest = behind;
        }
        pieces
    }

    /// Some words of a text, from shortly before the first one that was looked for.
    pub fn snippet(&self, text: &str) -> Vec<Piece> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let has = |word: &&str| word.split(|c| !is_of_word(c)).any(|run| self.meets(run));
        let from = words.iter().position(has).unwrap_or(0).saturating_sub(BEFORE);
        let shown: Vec<&str> = words.iter().skip(from).take(SHOWN).copied().collect();
        let (before, after) = (from > 0, words.len().saturating_sub(from) > shown.len());
        self.marked(&format!("{}{}{}", if before { "… " } else { "" }, shown.join(" "), if after { " …" } else { "" }))
    }

    /// What the indexes find: the words, and what begins with the last one.
    fn meets(&self, run: &str) -> bool {
        let run = folded(run);
        self.words.contains(&run) || self.is_open() && self.words.last().is_some_and(|word| run.starts_with(word.as_str()))
    }
}

/// A middle dot or a soft hyphen divides no word ("Lern·labor"), nor does an accent that stands for itself.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_within(c)
}

fn is_within(c: char) -> bool {
    matches!(c, '·' | '\u{ad}' | '\u{300}'..='\u{36f}')
}

/// The words of a text as the databases' indexes have them: one like the other, so that both find the same.
pub fn indexed(text: &str) -> String {
    folded(text).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn folded(text: &str) -> String {
    let plain: Cow<'_, str> = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    plain.chars().filter(|c| !is_within(*c)).collect::<String>().to_lowercase().replace('ß', "ss")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Query::parse(text).map(|query| query.words).unwrap_or_default()
    }

    fn shown(pieces: &[Piece]) -> String {
        let one = |piece: &Piece| if piece.marked { format!("[{}]", piece.text) } else { piece.text.clone() };
        pieces.iter().map(one).collect()
    }

    #[test]
    fn whatever_is_typed_comes_to_words() {
        assert_eq!(words("Zweites  Treffen"), ["zweites", "treffen"]);
        assert_eq!(words("Übergänge Straße U\u{308}bung CAFÉ"), ["ubergange", "strasse", "ubung", "cafe"]);
        assert_eq!(words("Lern·labor Lern\u{ad}labor"), ["lernlabor", "lernlabor"]);
        assert_eq!(words("\"a\" OR b* NEAR(c, 2) -d ^e {f}:g"), ["a", "or", "b", "near", "c", "2", "d", "e"]);
        assert_eq!(words("'; DROP TABLE issues; --\0"), ["drop", "table", "issues"]);
        for nothing in ["", "  ", "\"", "***", "\0", "… –"] {
            assert_eq!(Query::parse(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_query_has_an_end() {
        assert_eq!(words(&"wort ".repeat(1_000)).len(), MOST_WORDS);
        assert_eq!(words(&"x".repeat(10_000)), ["x".repeat(MOST_CHARACTERS)]);
        assert!(Query::parse("plan bü").unwrap().is_open() && !Query::parse("plan b").unwrap().is_open());
    }

    #[test]
    fn words_that_were_looked_for_are_marked() {
        let query = Query::parse("über tref").unwrap();
        assert_eq!(
            shown(&query.marked("Über das Treffen (Tref·fen), übermorgen")),
            "[Über] das [Treffen] ([Tref·fen]), übermorgen"
        );
        assert_eq!(
            shown(&Query::parse("Treffens").unwrap().marked("Das Treffen")),
            "Das Treffen",
            "another ending is another word"
        );
        assert_eq!(shown(&Query::parse("im").unwrap().marked("im Haus, immer")), "[im] Haus, [immer]");
        assert_eq!(shown(&Query::parse("im Haus").unwrap().marked("im Haus, immer")), "[im] [Haus], immer");
        assert_eq!(query.marked(""), []);
    }

    #[test]
    fn a_snippet_begins_shortly_before_the_first_of_them() {
        let text = format!("{}Wort {}", "davor ".repeat(20), "danach ".repeat(60));
        let snippet = shown(&Query::parse("wort").unwrap().snippet(&text));
        assert!(snippet.starts_with("… davor") && snippet.ends_with("danach …"), "{snippet}");
        assert_eq!(snippet.split_whitespace().count(), SHOWN + 2);
        assert!(snippet.contains("davor [Wort] danach"), "{snippet}");
        assert_eq!(shown(&Query::parse("nichts").unwrap().snippet("Ganz anders")), "Ganz anders");
    }
}
