//! The check before sending: reads an issue as readers will get it and says what they would stumble over.
//!
//! Rules come from WCAG 2.2 AA, from what mail programs do (R5, R32, R53, R227–R268) and from the rules of Leichte Sprache
//! (R242, R243). A rule knows no words for people; those are in `i18n::check`.

mod finding;
mod issue;
mod links;
mod lost;
mod markup;
mod page;
mod prose;
mod simple;
mod style;
mod text;
mod written;

use jiff::civil::Date;

pub use finding::{Arg, Finding, Part, Place, Rule, Severity};
pub use links::{targets, unreachable};

use super::news::Event;

/// An issue as it would be published now.
#[derive(Clone, Debug)]
pub struct IssueToCheck {
    /// The day it is sent, where the newsletter is at home.
    pub today: Date,
    /// BCP 47 tags of the editions the newsletter promises.
    pub languages: Vec<String>,
    pub editions: Vec<EditionToCheck>,
    /// Texts that are not there: the item's headline and the language's tag.
    pub missing: Vec<(String, String)>,
    /// Headlines of events that are past or cancelled.
    pub left_out: Vec<String>,
    pub funding: Vec<FundingToCheck>,
}

/// A funding notice with the days it is valid, both included.
#[derive(Clone, Debug)]
pub struct FundingToCheck {
    pub name: String,
    pub from: Option<Date>,
    pub until: Option<Date>,
}

/// An edition, rendered, with something likely in each reader's slots.
#[derive(Clone, Debug)]
pub struct EditionToCheck {
    /// BCP 47, such as `de-simple`.
    pub language: String,
    pub subject: String,
    /// The HTML part, decoded.
    pub html: String,
    /// Bytes of the HTML part as it travels, encoded.
    pub html_encoded: usize,
    /// The text part, decoded.
    pub text: String,
    /// In the order of reading.
    pub items: Vec<ItemToCheck>,
    /// As it stands in both parts.
    pub unsubscribe_link: String,
    /// Markdown; may be empty.
    pub intro: String,
    /// Markdown; may be empty.
    pub closing: String,
}

/// How an image is described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alt {
    /// Nobody did.
    Missing,
    Decorative,
    Text(String),
}

/// A news item's text in the edition's language.
#[derive(Clone, Debug, Default)]
pub struct ItemToCheck {
    pub headline: String,
    pub kicker: Option<String>,
    pub lead: Option<String>,
    /// Markdown.
    pub body: String,
    pub image: Option<Alt>,
    pub link: Option<String>,
    pub downloads: Vec<DownloadToCheck>,
    pub event: Option<Event>,
    /// Leichte Sprache: who of the target group checked it (R242).
    pub checked_by: Option<String>,
}

#[derive(Clone, Debug)]
pub struct DownloadToCheck {
    pub address: String,
    /// Kept by ourselves.
    pub is_ours: bool,
    /// Somebody tried it (R240).
    pub is_checked: bool,
}

/// Everything the rules have to say, sorted as [`sort`] does. Takes time in proportion to the issue's length.
pub fn check(issue: &IssueToCheck) -> Vec<Finding> {
    let mut found = Vec::new();
    issue::check(issue, &mut found);
    for edition in &issue.editions {
        let page = page::Page::read(&edition.html);
        let passages = prose::passages(edition);
        written::check(edition, &passages, &mut found);
        links::check(edition, &page, &passages, &mut found);
        lost::check(edition, &page, &mut found);
        markup::check(edition, &page, &mut found);
        text::check(edition, &page, &mut found);
        if edition.language == "de-simple" {
            simple::check(edition, &passages, &mut found);
        }
    }
    sort(issue, &mut found);
    found
}

/// By edition, what is about the whole issue first; then in reading order, items by number; then the worst first.
pub fn sort(issue: &IssueToCheck, found: &mut [Finding]) {
    let rank = |place: &Place| {
        let tag = place.edition.as_ref()?;
        // A promised language without an edition comes after those that are there.
        Some(issue.editions.iter().position(|edition| edition.language == *tag).unwrap_or(usize::MAX))
    };
    found.sort_by_cached_key(|finding| (rank(&finding.place), finding.place.order(), finding.severity, finding.rule));
}

#[cfg(test)]
mod tests;
