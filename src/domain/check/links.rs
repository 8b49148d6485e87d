//! Rules about links: what they are called, where they lead, and whether somebody answers there (R231, R232).

use std::collections::{HashMap, HashSet};

use super::finding::{Finding, Part, Place, Rule, Severity};
use super::page::Page;
use super::prose::{Passage, numbered};
use super::{EditionToCheck, IssueToCheck};
use crate::domain::content;

/// R232: from how many characters an address is no name for a link.
const BARE: usize = 50;

/// Links called so say nothing in a screen reader's list of links (WCAG 2.4.4, 2.4.9).
const EMPTY_WORDS: [&str; 34] = [
    "hier",
    "mehr",
    "weiter",
    "weiterlesen",
    "lesen",
    "link",
    "dieser link",
    "klick",
    "klick hier",
    "klicken",
    "klicken sie hier",
    "hier klicken",
    "bitte hier klicken",
    "mehr lesen",
    "mehr erfahren",
    "mehr infos",
    "mehr informationen",
    "weitere informationen",
    "details",
    "website",
    "webseite",
    "download",
    "herunterladen",
    "here",
    "more",
    "read more",
    "read on",
    "learn more",
    "more info",
    "more information",
    "click",
    "click here",
    "this link",
    "this page",
];

pub(super) fn check(edition: &EditionToCheck, page: &Page, passages: &[Passage], found: &mut Vec<Finding>) {
    let mut judge = Judge { found, said: HashSet::new() };
    let mut examples = Vec::new();
    for passage in passages {
        for (at, link) in passage.links.iter().enumerate() {
            let place = passage.place.clone().at(at);
            judge.name(&link.words, &place);
            judge.written(&link.target, &place);
            examples.push(link.target.as_str());
        }
    }
    for (number, item) in numbered(edition) {
        let place = |part| Place { item: Some(number), ..Place::edition(&edition.language, part) };
        let others = item.downloads.iter().filter(|download| !download.is_ours);
        let downloads = others.map(|download| (Part::Download, download.address.as_str()));
        for (part, target) in item.link.iter().map(|link| (Part::Link, link.as_str())).chain(downloads) {
            judge.written(target, &place(part));
            examples.push(target);
        }
    }
    for (at, link) in page.links.iter().enumerate() {
        let place = Place::edition(&edition.language, Part::Html).at(at);
        judge.name(&link.words, &place);
        judge.rendered(&link.href, &place);
        judge.bare(&link.words, &place);
    }
    ambiguous(edition, page, found);
    invented(edition, &examples, found);
}

/// Says each thing once: what an author wrote is in the HTML again.
struct Judge<'a> {
    found: &'a mut Vec<Finding>,
    said: HashSet<(Rule, String)>,
}

impl Judge<'_> {
    fn say(&mut self, rule: Rule, severity: Severity, place: &Place, words: &str) {
        if self.said.insert((rule, words.to_owned())) {
            self.found.push(Finding::new(rule, severity, place.clone().quoting(words)));
        }
    }

    fn name(&mut self, words: &str, place: &Place) {
        let plain = words.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        if plain.is_empty() || EMPTY_WORDS.contains(&plain.as_str()) {
            self.say(Rule::LinkWords, Severity::Warning, place, words.trim());
        }
    }

    /// What an author wrote is made safe before it is sent; what cannot be is left out.
    fn written(&mut self, target: &str, place: &Place) {
        if content::safe_url(target).is_none() {
            self.say(Rule::LinkScheme, Severity::Error, place, target);
        } else if is_plain_http(target) {
            self.say(Rule::LinkHttp, Severity::Hint, place, target);
        }
    }

    fn rendered(&mut self, target: &str, place: &Place) {
        let start: String = target.chars().take(8).flat_map(char::to_lowercase).collect();
        if !["https://", "http://", "mailto:", "tel:", "#"].iter().any(|scheme| start.starts_with(scheme)) {
            self.say(Rule::LinkScheme, Severity::Error, place, target);
        } else if is_plain_http(target) {
            self.say(Rule::LinkHttp, Severity::Hint, place, target);
        }
    }

    fn bare(&mut self, words: &str, place: &Place) {
        let words = words.trim();
        let address =
            !words.contains(char::is_whitespace) && words.contains('.') && (words.contains('/') || words.starts_with("www."));
        if address && words.chars().count() > BARE {
            self.say(Rule::LinkBare, Severity::Warning, place, words);
        }
    }
}

/// An instance that somebody tries on their own machine has no certificate: its own links are no findings.
fn is_plain_http(target: &str) -> bool {
    let Some((scheme, host)) = target.trim().split_at_checked("http://".len()) else { return false };
    scheme.eq_ignore_ascii_case("http://") && !["127.0.0.1", "localhost", "[::1]"].iter().any(|own| host.starts_with(own))
}

/// WCAG 2.4.4: the same words lead to the same place.
fn ambiguous(edition: &EditionToCheck, page: &Page, found: &mut Vec<Finding>) {
    let mut known: HashMap<String, &str> = HashMap::new();
    let mut said = HashSet::new();
    for (at, link) in page.links.iter().enumerate() {
        let words = link.words.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if words.is_empty() {
            continue;
        }
        let first = *known.entry(words.clone()).or_insert(&link.href);
        if first != link.href && said.insert(words) {
            let place = Place::edition(&edition.language, Part::Html).quoting(&link.words).at(at);
            found.push(Finding::new(Rule::LinkAmbiguous, Severity::Warning, place));
        }
    }
}

/// RFC 2606 §3: these domains are for examples. Once per edition.
fn invented(edition: &EditionToCheck, targets: &[&str], found: &mut Vec<Finding>) {
    let mut invented = targets.iter().filter(|target| {
        let host = host(target);
        ["example.com", "example.org", "example.net"]
            .iter()
            .any(|name| host.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('.')))
    });
    if let Some(first) = invented.next() {
        let place = Place::edition(&edition.language, Part::Edition).quoting(first);
        let count = invented.count().saturating_add(1);
        found.push(Finding::new(Rule::ExampleLink, Severity::Hint, place).number("count", count));
    }
}

pub(super) fn is_web(target: &str) -> bool {
    target.starts_with("https://") || target.starts_with("http://")
}

fn host(target: &str) -> String {
    let rest = target.trim();
    let rest = ["https://", "http://", "mailto:"].iter().find_map(|scheme| rest.strip_prefix(scheme)).unwrap_or(rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    host.rsplit('@').next().unwrap_or_default().to_ascii_lowercase()
}

/// The web addresses of all editions, each once, in the order of reading. Not the link to unsubscribe: what stands there
/// is one reader's own.
pub fn targets(issue: &IssueToCheck) -> Vec<String> {
    let mut known = HashSet::new();
    let mut all = Vec::new();
    for edition in &issue.editions {
        for link in Page::read(&edition.html).links {
            if is_web(&link.href) && link.href != edition.unsubscribe_link && known.insert(link.href.clone()) {
                all.push(link.href);
            }
        }
    }
    all
}

/// What probing those addresses found: the last status (RFC 9110 §15), or why there was none.
///
/// Only 404 and 410 mean that there is nothing; everything else may be a server's mood, or its dislike of programs.
pub fn unreachable(issue: &IssueToCheck, results: &[(String, Result<u16, String>)]) -> Vec<Finding> {
    let results: HashMap<&str, &Result<u16, String>> = results.iter().map(|(url, result)| (url.as_str(), result)).collect();
    let mut found = Vec::new();
    for edition in &issue.editions {
        let mut said = HashSet::new();
        for (at, link) in Page::read(&edition.html).links.iter().enumerate() {
            let Some(result) = results.get(link.href.as_str()).filter(|_| said.insert(link.href.clone())) else { continue };
            let place = Place::edition(&edition.language, Part::Html).quoting(&link.href).at(at);
            let (rule, severity, why) = match result {
                Ok(404 | 410) => (Rule::LinkDead, Severity::Error, String::new()),
                Ok(status) if *status < 400 => continue,
                Ok(status) => (Rule::LinkUnreachable, Severity::Warning, status.to_string()),
                Err(why) => (Rule::LinkUnreachable, Severity::Warning, why.clone()),
            };
            found.push(Finding::new(rule, severity, place).word("why", &why));
        }
    }
    super::sort(issue, &mut found);
    found
}
