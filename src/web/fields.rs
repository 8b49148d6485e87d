//! A form as it was sent: names and values in order. Forms are read by hand, because a field that is missing is for our
//! own words next to the field, not for a decoder's error page.

/// The body of a POST, form-encoded.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl From<Vec<(String, String)>> for Fields {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

impl Fields {
    /// Reads an `application/x-www-form-urlencoded` body; what is not one has no fields.
    pub fn decoded(body: &[u8]) -> Self {
        actix_web::web::Query::<Vec<(String, String)>>::from_query(&String::from_utf8_lossy(body))
            .map(|pairs| Self(pairs.into_inner()))
            .unwrap_or_default()
    }

    /// The first value of that name; a missing field is an empty one.
    pub fn first(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The first value, if there is more to it than white space. As it was sent: a line break at its end is not ours to
    /// drop but for the journey to refuse (R13).
    pub fn given(&self, name: &str) -> Option<String> {
        Some(self.first(name)).filter(|value| !value.trim().is_empty()).map(str::to_owned)
    }

    /// All values of that name that are not empty.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(field, value)| field == name && !value.is_empty()).map(|(_, value)| value.clone()).collect()
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_field_is_an_empty_one() {
        let fields = Fields::from(vec![
            ("name".to_owned(), "  ".to_owned()),
            ("newsletter".to_owned(), "a".to_owned()),
            ("newsletter".to_owned(), "b".to_owned()),
        ]);
        assert_eq!(fields.first("email"), "");
        assert_eq!(fields.given("name"), None);
        assert_eq!(fields.all("newsletter"), ["a", "b"]);
        assert!(fields.has("name") && !fields.has("email"));
    }
}
