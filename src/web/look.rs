//! The accent colour of the pages, made from `look.colour` of the settings. An institute's colour is rarely readable on
//! both a light and a dark page, so each scheme gets the nearest shade that is (WCAG 2.2, 1.4.3 and 1.4.11).

/// As the style sheet has them: `--page` of the light scheme, `--sheet` of the dark one. They are the backgrounds nearest
/// to the accent, and a test holds them against the style sheet.
const LIGHT_PAGE: Colour = Colour([250.0, 249.0, 246.0]);
const DARK_SHEET: Colour = Colour([30.0, 33.0, 37.0]);
const WHITE: Colour = Colour([255.0; 3]);
const BLACK: Colour = Colour([0.0; 3]);

/// Text needs 4.5; a little more survives rounding. Thin light strokes on a dark ground need more than the rule asks.
const ENOUGH: f64 = 5.0;
const ENOUGH_IN_THE_DARK: f64 = 7.5;

/// Red, green and blue from 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Colour([f64; 3]);

/// The style sheet `/static/look.css`. A colour that is not `#rrggbb` leaves the style sheet's own accent in place.
pub fn css(colour: &str) -> String {
    let Some(colour) = Colour::parse(colour) else {
        return "/* look.colour is not #rrggbb */\n".to_owned();
    };
    let light = colour.until_readable(LIGHT_PAGE, BLACK, ENOUGH);
    let dark = colour.until_readable(DARK_SHEET, WHITE, ENOUGH_IN_THE_DARK);
    format!(
        ":root {{ --accent: {}; --on-accent: #fff; }}\n@media (prefers-color-scheme: dark) {{\n  :root {{ --accent: {}; --on-accent: #101214; }}\n}}\n",
        light.css(),
        dark.css()
    )
}

impl Colour {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#')?;
        if digits.len() != 6 || !digits.is_ascii() {
            return None;
        }
        let channel = |at: usize| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()).map(f64::from);
        Some(Self([channel(0)?, channel(2)?, channel(4)?]))
    }

    /// Moves towards `end` in small steps until it can be read on `ground`.
    fn until_readable(self, ground: Colour, end: Colour, enough: f64) -> Colour {
        (0..=50u8)
            .map(|step| self.mixed(end, f64::from(step) / 50.0))
            .find(|shade| shade.contrast(ground) >= enough)
            .unwrap_or(end)
    }

    fn mixed(self, other: Colour, share: f64) -> Colour {
        let [r, g, b] = self.0;
        let [or, og, ob] = other.0;
        let mix = |from: f64, to: f64| (from + (to - from) * share).round();
        Colour([mix(r, or), mix(g, og), mix(b, ob)])
    }

    /// WCAG 2.2, "contrast ratio".
    fn contrast(self, other: Colour) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let linear = |channel: f64| {
            let share = channel / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let [r, g, b] = self.0;
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    fn css(self) -> String {
        let [r, g, b] = self.0;
        format!("rgb({r:.0} {g:.0} {b:.0})")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SHEET: &str = include_str!("static/rundbrief.css");

    fn token(name: &str, nth: usize) -> Colour {
        let line = SHEET.lines().filter(|line| line.trim_start().starts_with(&format!("--{name}:"))).nth(nth).unwrap();
        let value = line.split_once(':').unwrap().1.trim().trim_end_matches(';');
        Colour::parse(value).unwrap()
    }

    #[test]
    fn every_colour_becomes_readable_in_both_schemes() {
        for colour in ["#000000", "#ffffff", "#ffcc00", "#27506b", "#e3000f", "#00ff7f", "#808080"] {
            let colour = Colour::parse(colour).unwrap();
            let light = colour.until_readable(LIGHT_PAGE, BLACK, ENOUGH);
            let dark = colour.until_readable(DARK_SHEET, WHITE, ENOUGH_IN_THE_DARK);
            assert!(light.contrast(LIGHT_PAGE) >= 4.5 && light.contrast(WHITE) >= 4.5);
            assert!(dark.contrast(DARK_SHEET) >= 4.5 && dark.contrast(Colour::parse("#101214").unwrap()) >= 4.5);
        }
    }

    #[test]
    fn the_style_sheets_own_colours_have_enough_contrast() {
        assert_eq!((token("page", 0), token("sheet", 1)), (LIGHT_PAGE, DARK_SHEET));
        for scheme in [0, 1] {
            for ground in ["page", "sheet"].map(|name| token(name, scheme)) {
                for text in ["ink", "soft", "accent", "wrong", "done", "note"] {
                    assert!(token(text, scheme).contrast(ground) >= 4.5, "{text} in scheme {scheme}");
                }
                // 1.4.11: the edge of a field is what shows that it is one.
                assert!(token("edge", scheme).contrast(ground) >= 3.0, "edge in scheme {scheme}");
            }
            for kind in ["wrong", "done", "note"] {
                assert!(token(kind, scheme).contrast(token(&format!("{kind}-sheet"), scheme)) >= 4.5, "{kind}");
            }
            assert!(token("on-accent", scheme).contrast(token("accent", scheme)) >= 4.5);
        }
    }

    #[test]
    fn nonsense_is_not_a_colour() {
        for text in ["", "red", "#12345", "#12345g", "#1234567", "} body { display: none"] {
            assert!(!css(text).contains("--accent"), "{text}");
        }
    }
}
