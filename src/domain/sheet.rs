//! Files of rows as other programs write and read them: which encoding, which separator, and no formulas (R201).

use std::borrow::Cow;

/// How the octets of a file stand for letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// With or without a byte order mark.
    Utf8,
    /// One that the web knows: Windows-1252 for example, which spreadsheets in Western Europe write where nobody asks for UTF-8.
    Web(&'static encoding_rs::Encoding),
    /// A code page of DOS: its name, and what its upper half stands for.
    Dos(&'static str, &'static str),
}

/// What spreadsheets in Western Europe write.
pub const WINDOWS_1252: Encoding = Encoding::Web(encoding_rs::WINDOWS_1252);

/// Which no octet of a file tells from Windows-1252: whoever reads the names can.
pub const LOOK_ALIKES: [Encoding; 3] = [Encoding::Web(encoding_rs::MACINTOSH), IBM850, IBM437];

const IBM437: Encoding = Encoding::Dos(
    "ibm437",
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
);
const IBM850: Encoding = Encoding::Dos(
    "ibm850",
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
);

impl Encoding {
    /// The encoding with this name, if its separators and quotation marks are those of ASCII.
    pub fn parse(name: &str) -> Option<Encoding> {
        let name = name.trim().to_lowercase();
        match name.as_str() {
            "ibm437" | "cp437" | "437" => return Some(IBM437),
            "ibm850" | "cp850" | "850" | "dos" => return Some(IBM850),
            _ => {}
        }
        let label = match name.as_str() {
            "mac" | "mac roman" | "macroman" | "mac-roman" => "macintosh",
            "ansi" | "cp-1252" => "windows-1252",
            label => label,
        };
        let found = encoding_rs::Encoding::for_label(label.as_bytes())?;
        match found == encoding_rs::UTF_8 {
            true => Some(Encoding::Utf8),
            false => Some(Encoding::Web(found)).filter(|_| found.is_ascii_compatible()),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Web(found) if found == encoding_rs::WINDOWS_1252 => "Windows-1252",
            Encoding::Web(found) => found.name(),
            Encoding::Dos(name, _) => name,
        }
    }

    /// The letters of one cell. Separators and quotation marks are the same octets in all these encodings, so a file is cut into
    /// cells first.
    pub fn decode(self, cell: &[u8]) -> Cow<'_, str> {
        match self {
            Encoding::Utf8 => String::from_utf8_lossy(cell),
            // https://encoding.spec.whatwg.org/#windows-1252: every octet stands for something.
            Encoding::Web(found) => found.decode_without_bom_handling(cell).0,
            Encoding::Dos(..) if cell.is_ascii() => String::from_utf8_lossy(cell),
            Encoding::Dos(_, upper) => {
                let letter = |octet: &u8| match octet.checked_sub(128) {
                    None => char::from(*octet),
                    Some(place) => upper.chars().nth(usize::from(place)).unwrap_or(char::REPLACEMENT_CHARACTER),
                };
                Cow::Owned(cell.iter().map(letter).collect())
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    #[error("the file is UTF-16, which spreadsheets call \"Unicode text\"; save it as \"CSV UTF-8\"")]
    Utf16,
    #[error("the file holds octets of value 0, so it is no text; save it as CSV or, in a spreadsheet, as XLSX")]
    NoText,
    #[error("the file is empty; its first row must name the columns")]
    Empty,
    #[error("the file is {0}; {1}")]
    NoTable(&'static str, &'static str),
}

/// Refuses what is text or a file of an office but holds no rows as this reads them, by how it begins.
pub fn is_a_table(beginning: &[u8]) -> Result<(), SheetError> {
    let save = "open it in a spreadsheet and save it as XLSX or \"CSV UTF-8\"";
    if beginning.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Err(SheetError::NoTable("an old Excel workbook (XLS), or one that is locked with a password", save));
    }
    let text = beginning.strip_prefix(BOM).unwrap_or(beginning).trim_ascii_start();
    let begins = |with: &[u8]| text.get(..with.len()).is_some_and(|word| word.eq_ignore_ascii_case(with));
    match text {
        _ if begins(b"<?xml") || begins(b"<html") || begins(b"<!doctype") || begins(b"<table") || begins(b"<meta") => {
            Err(SheetError::NoTable("a web page or XML, as some systems give it out under the name .xls", save))
        }
        _ if begins(b"{\\rtf") => Err(SheetError::NoTable("a document (RTF)", save)),
        _ if begins(b"{") || begins(b"[{") => Err(SheetError::NoTable("JSON", "have its system export CSV")),
        _ if begins(b"BEGIN:VCARD") => Err(SheetError::NoTable("address cards (VCF)", "have its program export CSV")),
        _ if begins(b"%PDF") => Err(SheetError::NoTable("a PDF", "have its system export CSV")),
        _ => Ok(()),
    }
}

/// The byte order mark of UTF-8.
pub const BOM: &[u8] = b"\xef\xbb\xbf";

/// Finds a file's encoding, piece by piece: UTF-8 if all of it is, else Windows-1252.
#[derive(Debug, Default)]
pub struct EncodingWatch {
    seen: usize,
    utf16: bool,
    nul: bool,
    not_utf8: bool,
    /// The beginning of a character that a piece ended in the middle of.
    begun: Vec<u8>,
}

impl EncodingWatch {
    pub fn look(&mut self, piece: &[u8]) {
        if self.seen == 0 {
            self.utf16 = piece.starts_with(b"\xff\xfe") || piece.starts_with(b"\xfe\xff");
        }
        self.seen = self.seen.saturating_add(piece.len());
        self.nul |= memchr::memchr(0, piece).is_some();
        if self.not_utf8 {
            return;
        }
        let joined;
        let bytes = if self.begun.is_empty() {
            piece
        } else {
            joined = [self.begun.as_slice(), piece].concat();
            &joined
        };
        match std::str::from_utf8(bytes) {
            Ok(_) => self.begun = Vec::new(),
            Err(error) if error.error_len().is_none() => {
                self.begun = bytes.get(error.valid_up_to()..).unwrap_or_default().to_vec();
            }
            Err(_) => self.not_utf8 = true,
        }
    }

    pub fn finish(self) -> Result<Encoding, SheetError> {
        match self {
            Self { seen: 0, .. } => Err(SheetError::Empty),
            Self { utf16: true, .. } => Err(SheetError::Utf16),
            Self { nul: true, .. } => Err(SheetError::NoText),
            Self { not_utf8: false, begun, .. } if begun.is_empty() => Ok(Encoding::Utf8),
            _ => Ok(WINDOWS_1252),
        }
    }
}

/// Lines of a file's beginning that are looked at for what parts its cells.
pub const LOOKED_AT: usize = 20;

/// What parts the cells of a file whose beginning this is: what a first line `sep=;` names; else whichever of comma, semicolon,
/// tab and bar cuts one of the first lines so that a cell is as `known` says a heading or an address is; else what the first
/// line with any has most of.
pub fn separator(beginning: &[u8], known: impl Fn(&[u8]) -> bool) -> u8 {
    if let Some(told) = told_separator(beginning) {
        return told;
    }
    let lines: Vec<Vec<Vec<&[u8]>>> =
        lines(beginning).map(|line| SEPARATORS.map(|separator| cells(line, separator)).to_vec()).collect();
    let most = |cuts: &[Vec<&[u8]>], fits: &dyn Fn(&Vec<&[u8]>) -> bool| {
        // The first of those with most: max_by_key would take the last.
        let fit = SEPARATORS.iter().zip(cuts).filter(|(_, cells)| cells.len() > 1 && fits(cells));
        fit.rev().max_by_key(|(_, cells)| cells.len()).map(|(separator, _)| *separator)
    };
    let by_name = lines.iter().find_map(|cuts| most(cuts, &|cells| cells.iter().any(|cell| known(cell))));
    by_name.or_else(|| lines.iter().find_map(|cuts| most(cuts, &|_| true))).unwrap_or(b',')
}

const SEPARATORS: [u8; 4] = *b",;\t|";

/// Excel's first line `sep=;`, with or without quotation marks.
pub fn told_separator(beginning: &[u8]) -> Option<u8> {
    let line = lines(beginning).next()?;
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    let (told, rest) = line.get(..4).filter(|word| word.eq_ignore_ascii_case(b"sep=")).and(line.get(4..))?.split_first()?;
    matches!(rest, b"" | b"\"").then_some(*told)
}

/// Whether cells are written with a space between what parts them and their quotation marks, which RFC 4180 does not have.
pub fn is_spaced(beginning: &[u8], separator: u8) -> bool {
    let told = usize::from(told_separator(beginning).is_some());
    let line = lines(beginning).skip(told).find(|line| line.contains(&separator)).unwrap_or_default();
    cells(line, separator).iter().skip(1).any(|cell| cell.trim_ascii_start().starts_with(b"\"") && cell.starts_with(b" "))
}

fn lines(beginning: &[u8]) -> impl Iterator<Item = &[u8]> {
    let beginning = beginning.strip_prefix(BOM).unwrap_or(beginning);
    let mut quoted = false;
    let lines = beginning.split(move |octet| {
        quoted ^= *octet == b'"';
        !quoted && matches!(octet, b'\n' | b'\r')
    });
    lines.filter(|line| !line.is_empty()).take(LOOKED_AT)
}

/// The cells of a line, with their quotation marks.
fn cells(line: &[u8], separator: u8) -> Vec<&[u8]> {
    let mut quoted = false;
    let cells = line.split(|octet| {
        quoted ^= *octet == b'"';
        !quoted && *octet == separator
    });
    cells.collect()
}

/// A value that no spreadsheet takes for a formula: one that could be gets an apostrophe before it, and so does one that
/// has apostrophes before such a beginning, so that [`unguard`] gives back what there was (R201; OWASP ASVS 5.0 1.2.10).
pub fn guard(value: &str) -> Cow<'_, str> {
    if looks_like_a_formula(value) { Cow::Owned(format!("'{value}")) } else { Cow::Borrowed(value) }
}

/// Takes back what [`guard`] did.
pub fn unguard(value: &str) -> &str {
    match value.strip_prefix('\'') {
        Some(rest) if looks_like_a_formula(rest) => rest,
        _ => value,
    }
}

fn looks_like_a_formula(value: &str) -> bool {
    value.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\0'])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoding(pieces: &[&[u8]]) -> Result<Encoding, SheetError> {
        let mut watch = EncodingWatch::default();
        pieces.iter().for_each(|piece| watch.look(piece));
        watch.finish()
    }

    #[test]
    fn utf_8_is_told_from_windows_1252_wherever_the_pieces_are_cut() {
        assert_eq!(encoding(&["Jürgen €".as_bytes()]), Ok(Encoding::Utf8));
        let bytes = "Jürgen €, 𝄞".as_bytes();
        for cut in 0..=bytes.len() {
            assert_eq!(encoding(&[&bytes[..cut], &bytes[cut..]]), Ok(Encoding::Utf8), "cut at {cut}");
        }
        let each: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(encoding(&each), Ok(Encoding::Utf8));
        assert_eq!(encoding(&[b"J\xfcrgen \x80"]), Ok(WINDOWS_1252));
        assert_eq!(encoding(&[b"J\xc3"]), Ok(WINDOWS_1252), "a character that does not end is none");
        assert_eq!(WINDOWS_1252.decode(b"J\xfcrgen \x80\x84x\x93"), "Jürgen €„x“");
    }

    #[test]
    fn what_is_no_text_is_told_with_what_to_do() {
        assert_eq!(encoding(&[]), Err(SheetError::Empty));
        assert_eq!(encoding(&[b"\xff\xfee\0m\0"]), Err(SheetError::Utf16));
        assert_eq!(encoding(&[b"PK\x03\x04\0\0"]), Err(SheetError::NoText));
    }

    #[test]
    fn the_separator_is_what_the_first_line_has_most_of() {
        let separator = |beginning: &[u8]| separator(beginning, |cell| matches!(cell, b"E-Mail" | b"\"E-Mail\""));
        assert_eq!(separator(b"email,name\na;b;c;d"), b',');
        assert_eq!(separator(b"E-Mail;Name\r\na,b,c"), b';');
        assert_eq!(separator(b"E-Mail\tName"), b'\t');
        assert_eq!(separator(b"\"a,b,c,d\";\"x\"\n"), b';');
        assert_eq!(separator(b"email"), b',');
        assert_eq!(separator(b""), b',');
        assert_eq!(separator(b"Members, as of May, 2026\r\n\r\n\"Name\";\"E-Mail\"\r\n"), b';', "a title has commas of its own");
        assert_eq!(separator(b"Members\rName|E-Mail\r"), b'|');
        for told in ["sep=;\r\nE-Mail,x,y", "SEP=;\nE-Mail,x", "\u{feff}sep=;\rE-Mail,x", "\"sep=;\"\nE-Mail,x"] {
            assert_eq!(separator(told.as_bytes()), b';', "{told}");
        }
        assert_eq!(told_separator(b"sep=\ta"), None);
        assert_eq!(told_separator(b"sep="), None);
    }

    #[test]
    fn code_pages_are_known_by_their_names_and_decode_as_they_should() {
        let decoded = |name: &str, cell: &[u8]| Encoding::parse(name).unwrap().decode(cell).into_owned();
        assert_eq!(decoded("macintosh", b"\x80nne Gr\x9an"), "Änne Grön");
        assert_eq!(decoded("Mac Roman", b"Stra\xa7e"), "Straße");
        for name in ["ibm850", "CP850", "dos", "ibm437", "437"] {
            assert_eq!(decoded(name, b"J\x81rgen M\x94ller, \x8e\x99\x9a\xe1 \x82"), "Jürgen Möller, ÄÖÜß é", "{name}");
        }
        assert_eq!(decoded("latin1", b"J\xfcrgen"), "Jürgen");
        assert_eq!(decoded("windows-1250", b"\x8a\xe1\xf8"), "Šář");
        assert_eq!(decoded("koi8-r", b"\xe1\xce\xce\xc1"), "Анна");
        assert_eq!(decoded("utf8", "Jürgen".as_bytes()), "Jürgen");
        assert_eq!(Encoding::parse("ebcdic"), None);
        assert_eq!(Encoding::parse("utf-16"), None, "its separators are other octets");
        for page in [IBM437, IBM850] {
            let Encoding::Dos(name, upper) = page else { panic!("{page:?}") };
            assert_eq!(upper.chars().count(), 128, "{name}");
        }
    }

    #[test]
    fn spaces_before_quotation_marks_are_noticed() {
        assert!(is_spaced(b"\"Email\", \"First Name\"\n", b','));
        assert!(is_spaced(b"sep=;\r\nEmail;  \"First Name\"\n", b';'));
        assert!(!is_spaced(b"\"Email\",\"First Name\"\nx, \"y\"", b','));
        assert!(!is_spaced(b"Email, First Name\n", b','));
    }

    #[test]
    fn whatever_could_be_a_formula_gets_an_apostrophe() {
        for value in ["=HYPERLINK(\"x\")", "+49", "-1", "@SUM", "\tx", "\rx", "\0x", "'=x"] {
            assert_eq!(guard(value), format!("'{value}"));
        }
        for value in ["", "Ada", "O'Hara", "'Ada'", " =x", "a=b"] {
            assert_eq!(guard(value), value);
            assert_eq!(unguard(value), value);
        }
    }

    proptest! {
        #[test]
        fn what_was_guarded_comes_back(value in "['=+@a-]{0,6}") {
            let guarded = guard(&value);
            prop_assert_eq!(unguard(&guarded), &value);
        }
    }
}
