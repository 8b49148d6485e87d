//! Any octets as the body of a form: the fields are those another decoder sees, and no name brings a line into a header.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rundbrief::domain::header::{self, HeaderText};
use rundbrief::web::fields::Fields;

const NAMES: [&str; 6] = ["email", "name", "newsletter", "language", "", "no such field"];

fuzz_target!(|body: &[u8]| {
    // Octets that stand unencoded and are no UTF-8 count as U+FFFD before the form is taken apart.
    let text = String::from_utf8_lossy(body);
    let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    agree(&Fields::decoded(body), &pairs);

    // The other way: whatever names and values are, written as a form they are read as they were.
    let parts: Vec<&str> = text.split('\n').collect();
    let pairs: Vec<(String, String)> =
        parts.chunks(2).map(|pair| (pair[0].to_owned(), pair.get(1).copied().unwrap_or_default().to_owned())).collect();
    let written = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    agree(&Fields::decoded(written.as_bytes()), &pairs);

    for name in NAMES.into_iter().chain(parts) {
        is_one_line(name);
    }
});

fn agree(fields: &Fields, pairs: &[(String, String)]) {
    for name in pairs.iter().map(|(name, _)| name.as_str()).chain(NAMES) {
        let values: Vec<&str> = pairs.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect();
        let first = values.first().copied().unwrap_or_default();
        assert_eq!(fields.has(name), !values.is_empty(), "{name:?}");
        assert_eq!(fields.first(name), first, "{name:?}");
        assert_eq!(fields.given(name).as_deref(), Some(first).filter(|value| !value.trim().is_empty()), "{name:?}");
        assert_eq!(fields.all(name), values.iter().filter(|value| !value.is_empty()).copied().collect::<Vec<_>>(), "{name:?}");
        is_one_line(first);
    }
}

fn is_one_line(text: &str) {
    let Ok(name) = HeaderText::parse("name", text) else { return };
    let name = name.as_str();
    assert!(!name.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')), "{name:?}");
    assert_eq!(name, text.trim());
    assert_eq!(HeaderText::parse("name", name).as_ref().map(HeaderText::as_str), Ok(name));
    assert!(header::check("name", name).is_ok(), "{name:?}");
}
