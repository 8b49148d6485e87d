//! As much of CSS as it takes to know the colours and the size a text has: inline styles, and the rules for the dark
//! scheme that mails carry in `<style>` (R234, R247). What is not understood makes a colour unknown, never wrong.

use crate::domain::colour::{BLACK, Colour, WHITE};

/// How far up a selector looks for an ancestor: far above what mails need, and it keeps the work linear.
const FAR: usize = 64;

/// A text's colour and what is behind it; none where it is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paint {
    pub ink: Option<Colour>,
    pub ground: Option<Colour>,
}

/// What an element hands down to what is in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub light: Paint,
    pub dark: Paint,
    /// In px.
    pub size: f64,
    pub hidden: bool,
}

/// A browser's colours and size before any style; the dark ones are those of the commonest.
pub(super) const PLAIN: Look = Look {
    light: Paint { ink: Some(BLACK), ground: Some(WHITE) },
    dark: Paint { ink: Some(WHITE), ground: Some(Colour(0x12, 0x12, 0x12)) },
    size: 16.0,
    hidden: false,
};
const LINK_LIGHT: Colour = Colour(0, 0, 0xee);
const LINK_DARK: Colour = Colour(0x9e, 0x9e, 0xff);

/// An element as selectors see it.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub name: String,
    pub classes: Vec<String>,
}

/// The rules for the dark scheme, the weakest first.
#[derive(Clone, Debug, Default)]
pub(super) struct DarkSheet(Vec<DarkRule>);

#[derive(Clone, Debug)]
struct DarkRule {
    /// From right to left; whether the next one up must be the parent.
    steps: Vec<(Named, bool)>,
    weight: usize,
    styles: String,
}

impl DarkSheet {
    pub(super) fn parse(css: &str) -> Self {
        let css = without_comments(css);
        let mut rules: Vec<DarkRule> = dark_blocks(&css).into_iter().flat_map(rules_of).collect();
        rules.sort_by_key(|rule| rule.weight);
        Self(rules)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Look {
    /// The look of an element in `self`. `open` are the elements around it, the outermost first.
    pub(super) fn within(
        &self,
        element: &Named,
        attribute: impl Fn(&str) -> Option<String>,
        open: &[Named],
        sheet: &DarkSheet,
    ) -> Look {
        let mut look = *self;
        if element.name == "a" && attribute("href").is_some() {
            look.light.ink = Some(LINK_LIGHT);
            look.dark.ink = Some(LINK_DARK);
        }
        if let Some(colour) = attribute("bgcolor") {
            look.light.ground = Colour::css(&colour);
            look.dark.ground = look.light.ground;
        }
        let (mut own_ink, mut own_ground) = (false, false);
        for (property, value) in declarations(&attribute("style").unwrap_or_default()) {
            own_ink |= property == "color";
            own_ground |= property.starts_with("background");
            look.light.take(&property, value);
            look.dark.take(&property, value);
            look.measure(&property, value);
        }
        for rule in sheet.0.iter().filter(|rule| rule.meets(element, open)) {
            for (property, value) in declarations(&rule.styles) {
                let (value, important) = match value.strip_suffix("!important") {
                    Some(value) => (value.trim_end(), true),
                    None => (value, false),
                };
                // CSS Cascade: an inline style yields only to what is important.
                let yields = if property == "color" { !own_ink } else { !own_ground };
                if important || yields {
                    look.dark.take(&property, value);
                }
            }
        }
        look.hidden |= matches!(element.name.as_str(), "head" | "title" | "style" | "script" | "template");
        look
    }

    fn measure(&mut self, property: &str, value: &str) {
        let scaled = |unit: &str, factor: f64| Some(value.strip_suffix(unit)?.trim().parse::<f64>().ok()? * factor);
        match property {
            "font-size" => {
                let size = scaled("px", 1.0)
                    .or_else(|| scaled("rem", 16.0))
                    .or_else(|| scaled("em", self.size))
                    .or_else(|| scaled("%", self.size / 100.0))
                    .or_else(|| scaled("pt", 4.0 / 3.0))
                    .or_else(|| (value == "0").then_some(0.0));
                self.size = size.unwrap_or(self.size);
            }
            "display" if value.starts_with("none") => self.hidden = true,
            "visibility" if value.starts_with("hidden") => self.hidden = true,
            _ => {}
        }
    }
}

impl Paint {
    fn take(&mut self, property: &str, value: &str) {
        let value = value.trim_end_matches("!important").trim_end();
        if matches!(value, "inherit" | "initial" | "unset" | "none" | "transparent") {
            return;
        }
        match property {
            "color" => self.ink = Colour::css(value),
            "background-color" => self.ground = Colour::css(value),
            // Behind a picture no colour is certain.
            "background" if value.contains("url(") => self.ground = None,
            "background" => self.ground = Colour::css(value).or_else(|| value.split_whitespace().find_map(Colour::css)),
            "background-image" => self.ground = None,
            _ => {}
        }
    }
}

impl DarkRule {
    fn meets(&self, element: &Named, open: &[Named]) -> bool {
        let mut steps = self.steps.iter();
        let Some((first, joined)) = steps.next() else { return false };
        let mut parent = *joined;
        if !first.meets(element) {
            return false;
        }
        let mut above = open.iter().rev().take(FAR);
        for (wanted, next) in steps {
            let met = if parent { above.next().is_some_and(|one| wanted.meets(one)) } else { above.any(|one| wanted.meets(one)) };
            if !met {
                return false;
            }
            parent = *next;
        }
        true
    }
}

impl Named {
    /// As a selector: whether `element` has this name, if one is given, and these classes.
    fn meets(&self, element: &Named) -> bool {
        (self.name.is_empty() || self.name == element.name) && self.classes.iter().all(|class| element.classes.contains(class))
    }
}

/// `name: value` pairs, the names in lower case.
pub(super) fn declarations(styles: &str) -> impl Iterator<Item = (String, &str)> {
    styles
        .split(';')
        .filter_map(|pair| pair.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()))
}

fn without_comments(css: &str) -> String {
    let mut parts = css.split("/*");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| kept + part.split_once("*/").map_or("", |(_, rest)| rest))
}

/// What stands between the braces of `@media (prefers-color-scheme: dark) { … }`.
fn dark_blocks(css: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let mut rest = css;
    while let Some((_, media)) = rest.split_once("prefers-color-scheme") {
        let Some((condition, body)) = media.split_once('{') else { break };
        let mut depth = 1usize;
        let end = body.find(|c| {
            match c {
                '{' => depth = depth.saturating_add(1),
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        let (block, after) = body.split_at_checked(end.unwrap_or(body.len())).unwrap_or((body, ""));
        if condition.trim_start_matches([':', ' ']).starts_with("dark") {
            blocks.push(block);
        }
        rest = after;
    }
    blocks
}

fn rules_of(block: &str) -> Vec<DarkRule> {
    let mut rules = Vec::new();
    for (selectors, styles) in block.split('}').filter_map(|rule| rule.split_once('{')) {
        for selector in selectors.split(',') {
            // States and attributes need not be known: they add to what is there without them.
            if selector.contains([':', '[', '#', '*', '+', '~', '@']) {
                continue;
            }
            let spaced = selector.replace('>', " > ");
            let mut steps: Vec<(Named, bool)> = Vec::new();
            let mut parent = false;
            for word in spaced.split_whitespace() {
                if word == ">" {
                    parent = true;
                    continue;
                }
                let mut names = word.split('.').map(str::to_owned);
                let name = names.next().unwrap_or_default();
                steps.push((Named { name, classes: names.collect() }, parent));
                parent = false;
            }
            steps.reverse();
            let weight = steps
                .iter()
                .map(|(one, _)| one.classes.len().saturating_mul(100).saturating_add(usize::from(!one.name.is_empty())))
                .sum();
            rules.push(DarkRule { steps, weight, styles: styles.to_owned() });
        }
    }
    rules
}
