//! Colours and how well they stand out from each other (WCAG 2.2, 1.4.3).

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Colour(pub u8, pub u8, pub u8);

pub const BLACK: Colour = Colour(0, 0, 0);
pub const WHITE: Colour = Colour(0xff, 0xff, 0xff);

impl Colour {
    /// `#rrggbb` and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits =
            text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let channel = |range| u8::from_str_radix(digits.get(range)?, 16).ok();
        Some(Self(channel(0..2)?, channel(2..4)?, channel(4..6)?))
    }

    /// An opaque colour as style sheets write it: `#rgb`, `#rrggbb`, `rgb(r, g, b)` and the commonest names
    /// (CSS Color 4). Everything else is nothing: whoever asks then does not know the colour.
    pub fn css(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if let Some(short) = text.strip_prefix('#').filter(|digits| digits.len() == 3) {
            return Self::parse(&short.chars().fold("#".to_owned(), |long, digit| format!("{long}{digit}{digit}")));
        }
        if let Some(channels) = text.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) {
            let mut channels = channels.split([',', ' ']).filter(|part| !part.is_empty()).map(|part| part.parse::<u8>().ok());
            let colour = Self(channels.next()??, channels.next()??, channels.next()??);
            return channels.next().is_none().then_some(colour);
        }
        match text.as_str() {
            "black" => Some(BLACK),
            "white" => Some(WHITE),
            "silver" => Some(Self(0xc0, 0xc0, 0xc0)),
            "gray" | "grey" => Some(Self(0x80, 0x80, 0x80)),
            "red" => Some(Self(0xff, 0, 0)),
            "green" => Some(Self(0, 0x80, 0)),
            "blue" => Some(Self(0, 0, 0xff)),
            "yellow" => Some(Self(0xff, 0xff, 0)),
            "orange" => Some(Self(0xff, 0xa5, 0)),
            "navy" => Some(Self(0, 0, 0x80)),
            _ => Self::parse(&text),
        }
    }

    /// `#rrggbb`.
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// Mixed with `end` in steps of 4 % until it stands out from `ground` by `ratio` to 1 (WCAG 1.4.3 asks for 4.5).
    pub fn until_legible(self, end: Colour, ground: Colour, ratio: f64) -> Colour {
        (0..=25u16)
            .map(|step| self.mixed(end, step.saturating_mul(4)))
            .find(|colour| contrast(*colour, ground) >= ratio)
            .unwrap_or(end)
    }

    fn mixed(self, end: Colour, percent: u16) -> Colour {
        let channel = |from: u8, to: u8| {
            let sum = u16::from(from)
                .saturating_mul(100u16.saturating_sub(percent))
                .saturating_add(u16::from(to).saturating_mul(percent));
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        Colour(channel(self.0, end.0), channel(self.1, end.1), channel(self.2, end.2))
    }

    /// WCAG 2.2, definition of relative luminance.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

/// WCAG 2.2, definition of contrast ratio: 1 to 21.
pub fn contrast(one: Colour, other: Colour) -> f64 {
    let (a, b) = (one.luminance(), other.luminance());
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_what_wcag_says() {
        assert!((contrast(BLACK, WHITE) - 21.0).abs() < 0.001);
        assert!((contrast(WHITE, Colour(0x76, 0x76, 0x76)) - 4.54).abs() < 0.01);
    }

    #[test]
    fn colours_of_style_sheets_are_known_or_unknown() {
        for (text, colour) in [
            ("#FFF", Some(WHITE)),
            ("#1f2226", Some(Colour(0x1f, 0x22, 0x26))),
            ("rgb(1, 2,3)", Some(Colour(1, 2, 3))),
            (" White ", Some(WHITE)),
            ("rgba(1,2,3,.5)", None),
            ("rgb(1,2)", None),
            ("rgb(1,2,300)", None),
            ("#ffff", None),
            ("#äöü", None),
            ("inherit", None),
        ] {
            assert_eq!(Colour::css(text), colour, "{text}");
        }
    }
}
