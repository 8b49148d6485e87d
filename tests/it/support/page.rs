//! An answer of the web server, read to its end, and what is stored about the people who asked.

use super::app::TestApp;

/// An answer, read to its end.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

pub(super) async fn page(response: reqwest::Response) -> Page {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Page { status, headers, body: response.text().await.unwrap() }
}

impl Page {
    /// A header's value; the empty text where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Everything a visitor gets to see, apart from the date.
    pub fn seen(&self) -> String {
        let mut headers: Vec<String> = self.headers.iter().map(|(name, value)| format!("{name}: {value:?}\n")).collect();
        headers.retain(|header| !header.starts_with("date:"));
        headers.sort();
        format!("{}\n{}\n{}", self.status, headers.concat(), self.body)
    }

    /// What a field of the page's form is filled with.
    pub fn field(&self, name: &str) -> &str {
        let field = self.body.split_once(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no {name} in:\n{}", self.body)).1;
        field.split_once("value=\"").unwrap().1.split('"').next().unwrap()
    }
}

impl TestApp {
    /// All that is stored about people, for "this changed nothing".
    pub fn people(&self) -> Vec<String> {
        [
            "SELECT 'subscriber ' || address || ' ' || canonical || ' ' || coalesce(name, '-') AS value FROM subscribers ORDER BY id",
            "SELECT 'subscription ' || id || ' ' || state || ' ' || language AS value FROM subscriptions ORDER BY id",
            "SELECT 'opt-in ' || id || ' ' || coalesce(cast(confirmed_at AS TEXT), '-') AS value FROM opt_ins ORDER BY id",
            "SELECT 'consent ' || id || ' ' || act AS value FROM consent_records ORDER BY id",
            "SELECT 'suppression ' || id || ' ' || reason AS value FROM suppressions ORDER BY id",
            "SELECT 'delivery ' || id || ' ' || state || ' ' || address AS value FROM deliveries ORDER BY id",
        ]
        .iter()
        .flat_map(|sql| self.database.texts(sql))
        .collect()
    }

    /// `STATE LANGUAGE` of a subscription, by canonical address and slug; the empty text where there is none.
    pub fn subscription(&self, canonical: &str, slug: &str) -> String {
        let sql = format!(
            "SELECT s.state || ' ' || s.language AS value FROM subscriptions s JOIN subscribers p ON p.id = s.subscriber_id \
             JOIN newsletters n ON n.id = s.newsletter_id WHERE p.canonical = '{canonical}' AND n.slug = '{slug}'"
        );
        self.database.texts(&sql).pop().unwrap_or_default()
    }

    /// The details of consent records of one act, oldest first.
    pub fn consents(&self, act: &str) -> Vec<serde_json::Value> {
        let sql = format!(
            "SELECT d.body AS value FROM consent_details d JOIN consent_records r ON r.id = d.consent_record_id \
             WHERE r.act = '{act}' ORDER BY r.id"
        );
        self.database.texts(&sql).iter().map(|body| serde_json::from_str(body).unwrap()).collect()
    }
}
