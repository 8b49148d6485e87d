//! Rules about an issue and its items as facts: languages, funding, events, downloads.

use super::finding::{Finding, Part, Place, Rule, Severity};
use super::prose::numbered;
use super::{EditionToCheck, IssueToCheck};

pub(super) fn check(issue: &IssueToCheck, found: &mut Vec<Finding>) {
    missing_languages(issue, found);
    words_around(issue, found);
    funding(issue, found);
    events(issue, found);
    for edition in &issue.editions {
        downloads(edition, found);
    }
}

/// Warnings: whoever wants a language that is missing gets another one instead, and the issue may go out.
fn missing_languages(issue: &IssueToCheck, found: &mut Vec<Finding>) {
    for tag in &issue.languages {
        if !issue.editions.iter().any(|edition| edition.language == *tag && !edition.items.is_empty()) {
            found.push(Finding::new(Rule::EditionMissing, Severity::Warning, Place::edition(tag, Part::Edition)));
        }
    }
    for (headline, tag) in &issue.missing {
        let place = Place::edition(tag, Part::Edition).quoting(headline);
        found.push(Finding::new(Rule::LanguageMissing, Severity::Warning, place));
    }
}

/// What one language has around its items and another has not: somebody forgot a translation.
fn words_around(issue: &IssueToCheck, found: &mut Vec<Finding>) {
    type Words = fn(&EditionToCheck) -> &str;
    let parts: [(Part, Words); 2] = [(Part::Intro, |edition| &edition.intro), (Part::Closing, |edition| &edition.closing)];
    for (part, words) in parts {
        let is_empty = |edition: &EditionToCheck| words(edition).trim().is_empty();
        if issue.editions.iter().all(is_empty) {
            continue;
        }
        for edition in issue.editions.iter().filter(|edition| is_empty(edition)) {
            found.push(Finding::new(Rule::IntroMissing, Severity::Warning, Place::edition(&edition.language, part)));
        }
    }
}

/// What is not shown any more is no harm to readers; that a funder is not named may be one to the institute.
fn funding(issue: &IssueToCheck, found: &mut Vec<Finding>) {
    let today = issue.today;
    let mut valid = false;
    for funding in &issue.funding {
        let place = || Place::issue(Part::Funding).quoting(&funding.name);
        if let Some(until) = funding.until.filter(|until| *until < today) {
            found.push(Finding::new(Rule::FundingExpired, Severity::Warning, place()).word("date", &until.to_string()));
        } else if let Some(from) = funding.from.filter(|from| *from > today) {
            found.push(Finding::new(Rule::FundingNotBegun, Severity::Hint, place()).word("date", &from.to_string()));
        } else {
            valid = true;
        }
    }
    if !issue.funding.is_empty() && !valid {
        found.push(Finding::new(Rule::FundingNone, Severity::Warning, Place::issue(Part::Funding)));
    }
}

/// R268: what is over is announced to nobody, and what is announced says where.
fn events(issue: &IssueToCheck, found: &mut Vec<Finding>) {
    for headline in &issue.left_out {
        found.push(Finding::new(Rule::EventPast, Severity::Warning, Place::issue(Part::Event).quoting(headline)));
    }
    for edition in &issue.editions {
        for (number, item) in numbered(edition) {
            if item.event.as_ref().is_some_and(|event| event.place.is_none() && event.online.is_none()) {
                let place = Place::edition(&edition.language, Part::Event).quoting(&item.headline);
                found.push(Finding::new(Rule::EventPlace, Severity::Warning, Place { item: Some(number), ..place }));
            }
        }
    }
}

/// R240: a PDF that nobody checked is likely to shut somebody out.
fn downloads(edition: &EditionToCheck, found: &mut Vec<Finding>) {
    for (number, item) in numbered(edition) {
        for download in item.downloads.iter().filter(|download| !download.is_checked && ends_with(&download.address, ".pdf")) {
            let name = download.address.rsplit('/').next().unwrap_or_default();
            let place = Place::edition(&edition.language, Part::Download).quoting(name);
            found.push(Finding::new(Rule::DownloadUnchecked, Severity::Warning, Place { item: Some(number), ..place }));
        }
    }
}

/// Whether an address or a file's name, without its query, ends so; `ending` is in lower case.
pub(super) fn ends_with(name: &str, ending: &str) -> bool {
    name.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase().ends_with(ending)
}
