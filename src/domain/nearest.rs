//! "Did you mean …?" for keys that we do not know.

/// The known word that somebody most likely meant, if any is near enough for the question to help.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, candidate), candidate))
        .min_by_key(|(distance, _)| *distance)
        // A word of another meaning is no help: at most every third letter may differ.
        .filter(|(distance, candidate)| distance * 3 <= candidate.chars().count().max(3))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        let known = ["headline", "kicker", "lead", "alt"];
        assert_eq!(nearest("headlien", known), Some("headline"));
        assert_eq!(nearest("Headline", known), Some("headline"));
        assert_eq!(nearest("kiker", known), Some("kicker"));
        assert_eq!(nearest("atl", known), Some("alt"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("x", known), None);
    }
}
