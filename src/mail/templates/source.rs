//! Where template texts come from and what must hold before one is compiled. Handlebars can be driven into the ground by
//! deep nesting and by partials that include each other, and mrml drops what it does not know: both are refused here.

use std::collections::BTreeMap;
use std::path::Path;

use rust_embed::RustEmbed;

use super::TemplateError;

#[derive(RustEmbed)]
#[folder = "email_templates/"]
struct Embedded;

/// Bytes of one template file.
const MAX_SIZE: usize = 200_000;
/// Open Handlebars blocks and open tags, each counted for itself.
const MAX_NESTING: usize = 50;

/// The text of template `name` ("issue/html.mjml"): from `overrides` if there is a file of that name, built in otherwise,
/// with its layout parts put in.
pub(super) fn read(name: &str, overrides: Option<&Path>) -> Result<String, TemplateError> {
    let mut text = file(name, overrides)?;
    // `{{> layout/footer.mjml}}` is replaced here, once, so that parts can never include each other.
    while let Some((before, after)) = text.split_once("{{> ") {
        let Some((part, rest)) = after.split_once("}}") else {
            return Err(TemplateError::Source { name: name.to_owned(), why: "a \"{{> \" is never closed".to_owned() });
        };
        let part_text = file(part.trim(), overrides)?;
        if part_text.contains("{{>") {
            return Err(TemplateError::Source {
                name: part.trim().to_owned(),
                why: "a layout part cannot include another".to_owned(),
            });
        }
        text = format!("{before}{}{rest}", part_text.trim_end());
        if text.len() > MAX_SIZE {
            break;
        }
    }
    check(name, &text)?;
    Ok(text)
}

fn file(name: &str, overrides: Option<&Path>) -> Result<String, TemplateError> {
    let refused = |why: String| TemplateError::Source { name: name.to_owned(), why };
    if !name.chars().all(|c| c.is_ascii_lowercase() || c == '/' || c == '.' || c == '_') || name.contains("..") {
        return Err(refused("not a name of a template".to_owned()));
    }
    if let Some(path) = overrides.map(|folder| folder.join(name)).filter(|path| path.exists()) {
        let size = std::fs::metadata(&path).map_err(|error| refused(error.to_string()))?.len();
        if usize::try_from(size).map_or(true, |size| size > MAX_SIZE) {
            return Err(refused(format!("{} has {size} bytes, and {MAX_SIZE} are allowed", path.display())));
        }
        return std::fs::read_to_string(&path).map_err(|error| refused(format!("{}: {error}", path.display())));
    }
    let embedded = Embedded::get(name).ok_or_else(|| refused("there is no such template".to_owned()))?;
    String::from_utf8(embedded.data.into_owned()).map_err(|error| refused(error.to_string()))
}

fn check(name: &str, text: &str) -> Result<(), TemplateError> {
    let refused = |why: String| Err(TemplateError::Source { name: name.to_owned(), why });
    if text.len() > MAX_SIZE {
        return refused(format!("it has {} bytes with its layout parts, and {MAX_SIZE} are allowed", text.len()));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t' && c != '\r') {
        return refused("it contains control characters".to_owned());
    }
    for expression in expressions(text) {
        let inner = expression.trim_matches(['{', '}', '~']).trim_start();
        if inner.starts_with(['>', '*']) || inner.starts_with("#>") || inner.starts_with("#*") {
            return refused(format!("{expression}: only layout parts can be included, written as {{{{> layout/NAME}}}}"));
        }
        if expression.matches('(').count() > MAX_NESTING {
            return refused(format!("{expression} is nested too deeply"));
        }
    }
    let blocks = deepest(expressions(text).into_iter().filter_map(|expression| match expression.get(2..3) {
        Some("#") => Some(true),
        Some("/") => Some(false),
        _ => None,
    }));
    let tags = deepest(text.split('<').skip(1).filter_map(opens));
    if blocks > MAX_NESTING || tags > MAX_NESTING {
        return refused(format!("it is nested {} deep, and {MAX_NESTING} are allowed", blocks.max(tags)));
    }
    Ok(())
}

/// How many are open at most; `true` opens one and `false` closes one.
fn deepest(steps: impl Iterator<Item = bool>) -> usize {
    let mut now: usize = 0;
    let mut most = 0;
    for opens in steps {
        now = if opens { now.saturating_add(1) } else { now.saturating_sub(1) };
        most = most.max(now);
    }
    most
}

/// What the text after a `<` does: opens a tag, closes one, or neither.
fn opens(after: &str) -> Option<bool> {
    let tag = after.split_once('>').map_or(after, |(tag, _)| tag);
    let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    match name.as_str() {
        "" => tag.starts_with('/').then_some(false),
        "br" | "hr" | "img" | "input" | "link" | "meta" => None,
        _ => (!tag.ends_with('/')).then_some(true),
    }
}

/// Every `{{…}}` and `{{{…}}}` in order.
fn expressions(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let from = rest.get(at..).unwrap_or_default();
        let Some(end) = from.find("}}") else { break };
        let end = if from.starts_with("{{{") && from.get(end..).is_some_and(|tail| tail.starts_with("}}}")) {
            end.saturating_add(3)
        } else {
            end.saturating_add(2)
        };
        found.push(from.get(..end).unwrap_or_default());
        rest = from.get(end..).unwrap_or_default();
    }
    found
}

/// MJML → HTML with the Handlebars expressions still in it. Done once, at start (R257).
pub(super) fn compile_mjml(name: &str, source: &str) -> Result<String, TemplateError> {
    let refused = |why: String| TemplateError::Source { name: name.to_owned(), why };
    let parsed = mrml::parse(source).map_err(|error| refused(error.to_string()))?;
    if let Some(warning) = parsed.warnings.first() {
        return Err(refused(format!("{warning:?}: mrml does not know this and would drop it")));
    }
    // No fonts from elsewhere (R260).
    let options = mrml::prelude::render::RenderOptions { fonts: Default::default(), ..Default::default() };
    let html = parsed.element.render(&options).map_err(|error| refused(error.to_string()))?;

    // mrml may write an expression more often than the source does (a title, a colour), but must not lose one, and
    // blocks must stay in balance.
    let before = counted(source);
    let after = counted(&html);
    for (expression, count) in before {
        let kept = after.get(expression).copied().unwrap_or_default();
        let is_block = expression.starts_with("{{#") || expression.starts_with("{{/") || expression.starts_with("{{else");
        if kept == 0 || (is_block && kept != count) {
            return Err(refused(format!(
                "{expression} stands {count} times in the source and {kept} times in the result; is it in a place MJML ignores?"
            )));
        }
    }
    if html.contains("<mj-") {
        return Err(refused("an MJML tag was not understood; check its place and spelling".to_owned()));
    }
    Ok(html)
}

fn counted(text: &str) -> BTreeMap<&str, usize> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for expression in expressions(text) {
        let count = counts.entry(expression).or_default();
        *count = count.saturating_add(1);
    }
    counts
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn refusal(folder: &Path, name: &str, text: &str) -> String {
        std::fs::create_dir_all(folder.join("issue")).unwrap();
        std::fs::write(folder.join(name), text).unwrap();
        let answer = read(name, Some(folder));
        std::fs::remove_file(folder.join(name)).unwrap();
        answer.unwrap_err().to_string()
    }

    #[test]
    fn an_override_is_checked_before_it_is_compiled() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = |text: &str| refusal(folder.path(), "issue/text.txt", text);
        assert!(refusal(&"x".repeat(MAX_SIZE + 1)).contains("200001 bytes"));
        assert!(refusal(&format!("{}x{}", "{{#if a}}".repeat(60), "{{/if}}".repeat(60))).contains("nested 60 deep"));
        assert!(refusal(&"<div>".repeat(60)).contains("nested"));
        assert!(refusal("{{> issue/text.txt}}").contains("cannot include"));
        assert!(refusal("{{#*inline \"a\"}}{{/inline}}").contains("layout parts"));
        assert!(refusal("{{>a}}").contains("layout parts"));
        assert!(refusal("{{> ../../etc/passwd}}").contains("not a name"));
        assert!(refusal("{{> layout/none.txt}}").contains("no such template"));
        assert!(read("issue/text.txt", Some(folder.path())).is_ok());
    }

    #[test]
    fn nothing_gets_lost_in_mjml() {
        let mail =
            |inner: &str| format!("<mjml><mj-body><mj-section><mj-column>{inner}</mj-column></mj-section></mj-body></mjml>");
        assert!(compile_mjml("x", &mail("<mj-text>{{a}}</mj-text>")).unwrap().contains("{{a}}"));
        assert!(compile_mjml("x", &mail("<mj-text colour=\"{{a}}\">b</mj-text>")).is_err());
        assert!(compile_mjml("x", &mail("<mj-txt>{{a}}</mj-txt>")).is_err());
        assert!(
            compile_mjml("x", &mail("<mj-button href=\"{{slot 'confirm_link'}}\">{{a}}</mj-button>"))
                .unwrap()
                .contains("{{slot 'confirm_link'}}")
        );
    }
}
