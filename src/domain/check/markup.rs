//! Rules about the HTML part: structure, language, colours, sizes, and what mail programs do not do (R227–R234, R252–R260).

use std::collections::HashSet;

use super::EditionToCheck;
use super::finding::{Finding, Part, Place, Rule, Severity};
use super::issue::ends_with;
use super::page::{Element, Page, Run};
use super::style::{Paint, declarations};
use crate::domain::colour::contrast;

/// WCAG 2.2, 1.4.3. Large text gets no discount (R234).
const RATIO: f64 = 4.5;
/// R233: px.
const SMALL: f64 = 14.0;
/// R53, R252: bytes of encoded HTML before Gmail may clip, and from which it does.
const LARGE: usize = 90_000;
const CLIPPED: usize = 100_000;

/// R259, and what else mail programs take out or distrust.
const FORBIDDEN: [&str; 17] = [
    "script", "form", "input", "button", "select", "textarea", "iframe", "frame", "object", "embed", "applet", "video", "audio",
    "svg", "canvas", "link", "base",
];

pub(super) fn check(edition: &EditionToCheck, page: &Page, found: &mut Vec<Finding>) {
    let mut rules = Rules { edition, page, found };
    rules.headings();
    rules.language();
    rules.tables();
    rules.images();
    rules.forbidden();
    rules.contrast();
    rules.small();
    rules.size();
}

struct Rules<'a> {
    edition: &'a EditionToCheck,
    page: &'a Page,
    found: &'a mut Vec<Finding>,
}

impl Rules<'_> {
    fn say(&mut self, rule: Rule, severity: Severity, at: usize, words: &str) {
        let place = Place::edition(&self.edition.language, Part::Html).quoting(words).at(at);
        self.found.push(Finding::new(rule, severity, place));
    }

    /// R229: one h1, and no level skipped on the way down.
    fn headings(&mut self) {
        let headings = &self.page.headings;
        let mut wrong = Vec::new();
        if headings.iter().all(|heading| heading.level != 1) {
            wrong.push((0, String::new()));
        }
        let (mut last, mut tops) = (0, 0usize);
        for (at, heading) in headings.iter().enumerate() {
            tops = tops.saturating_add(usize::from(heading.level == 1));
            if heading.level > last + 1 || heading.level == 1 && tops > 1 {
                wrong.push((at, format!("h{}: {}", heading.level, heading.words)));
            }
            last = heading.level;
        }
        for (at, words) in wrong {
            self.say(Rule::HeadingOrder, Severity::Error, at, &words);
        }
    }

    /// R227: on `<html>`, and on an element directly in the body, because webmail drops the former.
    fn language(&mut self) {
        let elements = &self.page.elements;
        let fits =
            |element: &Element| element.attribute("lang").is_some_and(|tag| tag.eq_ignore_ascii_case(&self.edition.language));
        let root = elements.iter().find(|element| element.name == "html");
        let body = elements.iter().position(|element| element.name == "body");
        let wrapper = body.is_some() && elements.iter().any(|element| element.parent == body && fits(element));
        for (fine, words) in [(root.is_some_and(fits), "<html lang>"), (wrapper, "<body><… lang>")] {
            if !fine {
                self.say(Rule::HtmlLanguage, Severity::Error, 0, words);
            }
        }
    }

    /// R228: a table without header cells is layout, and says so.
    fn tables(&mut self) {
        let wanted = [("role", "presentation"), ("border", "0"), ("cellpadding", "0"), ("cellspacing", "0")];
        let page = self.page;
        for (at, table) in page.elements.iter().enumerate().filter(|(_, element)| element.name == "table" && !element.has_headers)
        {
            let missing: Vec<String> = wanted
                .iter()
                .filter(|(name, value)| table.attribute(name) != Some(*value))
                .map(|(name, value)| format!("{name}=\"{value}\""))
                .collect();
            if !missing.is_empty() {
                self.say(Rule::LayoutTable, Severity::Error, at, &missing.join(" "));
            }
        }
    }

    /// R231, R253.
    fn images(&mut self) {
        let page = self.page;
        for (at, image) in page.elements.iter().enumerate().filter(|(_, element)| element.name == "img") {
            let source = image.attribute("src").unwrap_or_default();
            if image.attribute("alt").is_none() {
                self.say(Rule::AltMissing, Severity::Error, at, source);
            }
            if ["width", "height"].iter().any(|side| image.attribute(side).is_none_or(str::is_empty)) {
                self.say(Rule::ImageSize, Severity::Warning, at, source);
            }
            if source.trim_start().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:")) || ends_with(source, ".svg")
            {
                self.say(Rule::ImageForm, Severity::Error, at, source);
            }
        }
    }

    /// R259, R260.
    fn forbidden(&mut self) {
        let page = self.page;
        for (at, element) in page.elements.iter().enumerate() {
            let name = element.name.as_str();
            if FORBIDDEN.contains(&name) {
                self.say(Rule::HtmlForbidden, Severity::Error, at, &format!("<{name}>"));
            }
            if let Some(handler) = element.attribute_names().find(|name| name.starts_with("on")) {
                self.say(Rule::HtmlForbidden, Severity::Error, at, handler);
            }
        }
        let styles = page.styles.to_ascii_lowercase();
        for rule in ["@import", "@font-face"].iter().filter(|rule| styles.contains(**rule)) {
            self.say(Rule::HtmlForbidden, Severity::Error, 0, rule);
        }
        let loads = |element: &Element| {
            element.attribute("style").is_some_and(|styles| declarations(styles).any(|(_, value)| value.contains("url(")))
        };
        if let Some(at) = page.elements.iter().position(loads) {
            self.say(Rule::HtmlForbidden, Severity::Error, at, "url(…)");
        }
    }

    /// R234, WCAG 1.4.3. Each pair of colours once.
    fn contrast(&mut self) {
        self.contrast_in(Rule::ContrastLight, Severity::Error, |run| run.light);
        if self.page.has_dark {
            self.contrast_in(Rule::ContrastDark, Severity::Warning, |run| run.dark);
        }
    }

    fn contrast_in(&mut self, rule: Rule, severity: Severity, paint: fn(&Run) -> Paint) {
        let mut judged = HashSet::new();
        for (at, run) in self.page.runs.iter().enumerate() {
            let Paint { ink: Some(ink), ground: Some(ground) } = paint(run) else { continue };
            if judged.insert((ink, ground)) && contrast(ink, ground) < RATIO {
                let place = Place::edition(&self.edition.language, Part::Html).quoting(&run.words).at(at);
                let ratio = format!("{:.1}", contrast(ink, ground));
                let finding = Finding::new(rule, severity, place).word("ratio", &ratio);
                self.found.push(finding.word("ink", &ink.hex()).word("ground", &ground.hex()));
            }
        }
    }

    /// R233. The first piece of each size.
    fn small(&mut self) {
        let mut judged = HashSet::new();
        let page = self.page;
        for (at, run) in page.runs.iter().enumerate() {
            let size = format!("{:.0}", run.size);
            if run.size < SMALL && judged.insert(size.clone()) {
                let place = Place::edition(&self.edition.language, Part::Html).quoting(&run.words).at(at);
                self.found.push(Finding::new(Rule::TextSmall, Severity::Warning, place).word("size", &size));
            }
        }
    }

    /// R53, R252.
    fn size(&mut self) {
        let bytes = self.edition.html_encoded;
        if bytes >= LARGE {
            let severity = if bytes >= CLIPPED { Severity::Error } else { Severity::Warning };
            let place = Place::edition(&self.edition.language, Part::Html);
            self.found.push(
                Finding::new(Rule::HtmlSize, severity, place).number("count", bytes / 1000).number("limit", CLIPPED / 1000),
            );
        }
    }
}
