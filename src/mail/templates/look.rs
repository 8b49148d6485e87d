//! How mails look: three choices for an operator, and colours that stay readable whatever was chosen (R234).

use serde::{Deserialize, Serialize};

use super::TemplateError;
use crate::domain::colour::{BLACK, Colour, WHITE};
use crate::domain::language::Language;

/// The settings `look.*`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Look {
    /// `#rrggbb`: the top line, links and the button. Darkened, and in dark mode lightened, until text in it is legible.
    pub colour: String,
    /// A CSS font stack for headlines. Fonts are never loaded (R260); each reader sees the first one they have.
    pub headline_font: String,
    /// A CSS font stack for everything else, and for headlines in Leichte Sprache.
    pub text_font: String,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            colour: "#17577e".to_owned(),
            headline_font: "Georgia, Cambria, 'Times New Roman', serif".to_owned(),
            text_font: "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif".to_owned(),
        }
    }
}

const PAPER: Colour = Colour(0xf5, 0xf3, 0xef);
const CARD_DARK: Colour = Colour(0x1f, 0x22, 0x26);

/// What templates know of the look.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Palette {
    pub accent: String,
    pub accent_dark: String,
    pub headline_font: String,
    pub text_font: String,
}

/// Sizes in px; Leichte Sprache is larger, airier, and without serifs.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Sizes {
    pub body: &'static str,
    pub line: &'static str,
    pub lead: &'static str,
    pub small: &'static str,
    pub h1: &'static str,
    pub h2: &'static str,
    pub h3: &'static str,
    pub headline_font: String,
    /// No italics.
    pub upright: bool,
}

impl Look {
    pub(super) fn palette(&self) -> Result<Palette, TemplateError> {
        let colour = Colour::parse(&self.colour).ok_or_else(|| TemplateError::Look {
            key: "look.colour",
            value: self.colour.clone(),
            expected: "a colour like #17577e",
        })?;
        for (key, font) in [("look.headline_font", &self.headline_font), ("look.text_font", &self.text_font)] {
            if font.is_empty() || !font.chars().all(|c| c.is_ascii_alphanumeric() || " ,'-_".contains(c)) {
                return Err(TemplateError::Look {
                    key,
                    value: font.clone(),
                    expected: "a list of font names like \"Georgia, serif\"",
                });
            }
        }
        Ok(Palette {
            accent: colour.until_legible(BLACK, PAPER, 5.0).hex(),
            accent_dark: colour.until_legible(WHITE, CARD_DARK, 7.0).hex(),
            headline_font: self.headline_font.clone(),
            text_font: self.text_font.clone(),
        })
    }
}

impl Palette {
    pub(super) fn sizes(&self, language: Language) -> Sizes {
        if language == Language::DeSimple {
            Sizes {
                body: "19px",
                line: "1.7",
                lead: "19px",
                small: "18px",
                h1: "30px",
                h2: "26px",
                h3: "21px",
                headline_font: self.text_font.clone(),
                upright: true,
            }
        } else {
            Sizes {
                body: "17px",
                line: "1.6",
                lead: "18px",
                small: "15px",
                h1: "30px",
                h2: "25px",
                h3: "19px",
                headline_font: self.headline_font.clone(),
                upright: false,
            }
        }
    }
}

/// Adds inline styles to sanitised HTML: mail programs do not read style sheets (R247). The tags are exactly those the
/// sanitiser writes, so text cannot be mistaken for them.
pub(super) fn styled(html: &str, palette: &Palette, sizes: &Sizes) -> String {
    let Palette { accent, .. } = palette;
    let Sizes { h3, headline_font, body, .. } = sizes;
    // Slanted letters are hard to read for some (R246).
    let upright = if sizes.upright { "<em style=\"font-style:normal;font-weight:700\">" } else { "<em>" };
    html.replace("<em>", upright).replace("<p>", "<p style=\"margin:0 0 16px\">")
        .replace("<h3>", &format!("<h3 style=\"margin:24px 0 8px;font-family:{headline_font};font-size:{h3};line-height:1.35;font-weight:700\">"))
        .replace("<h4>", &format!("<h4 style=\"margin:20px 0 6px;font-size:{body};line-height:1.4;font-weight:700\">"))
        .replace("<ul>", "<ul style=\"margin:0 0 16px;padding:0 0 0 24px\">")
        .replace("<ol", "<ol style=\"margin:0 0 16px;padding:0 0 0 28px\"")
        .replace("<li>", "<li style=\"margin:0 0 6px\">")
        .replace("<blockquote>", &format!("<blockquote style=\"margin:0 0 16px;padding:0 0 0 16px;border-left:3px solid {accent}\">"))
        .replace("<a href", &format!("<a class=\"accent\" style=\"color:{accent};text-decoration:underline\" href"))
        .replace("<table>", "<table border=\"0\" cellpadding=\"0\" cellspacing=\"0\" style=\"border-collapse:collapse;width:100%;margin:0 0 16px\">")
        .replace("<th scope", &format!("<th style=\"padding:8px 12px 8px 0;border-bottom:2px solid {accent};text-align:left;vertical-align:top\" scope"))
        .replace("<td>", "<td class=\"rule\" style=\"padding:8px 12px 8px 0;border-bottom:1px solid #dedad2;vertical-align:top\">")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::colour::{WHITE as CARD, contrast};

    #[test]
    fn whatever_colour_was_chosen_can_be_read() {
        for colour in ["#ffff00", "#000000", "#ffffff", "#17577e", "#ff0000", "#00ff00", "#888888"] {
            let palette = Look { colour: colour.to_owned(), ..Look::default() }.palette().unwrap();
            let (accent, dark) = (Colour::parse(&palette.accent).unwrap(), Colour::parse(&palette.accent_dark).unwrap());
            assert!(contrast(accent, PAPER) >= 4.5 && contrast(accent, CARD) >= 4.5, "{colour}: {palette:?}");
            assert!(contrast(dark, CARD_DARK) >= 4.5, "{colour}: {palette:?}");
        }
    }

    #[test]
    fn the_fixed_colours_can_be_read() {
        let legible = |one: &str, other: &str| contrast(Colour::parse(one).unwrap(), Colour::parse(other).unwrap()) >= 4.5;
        // As written in email_templates/layout/head.mjml.
        assert!(legible("#23272b", "#ffffff") && legible("#565b62", "#ffffff") && legible("#565b62", "#f5f3ef"));
        assert!(legible("#e8e6e1", "#1f2226") && legible("#b9b6af", "#1f2226") && legible("#b9b6af", "#151719"));
    }

    #[test]
    fn a_wrong_look_is_named() {
        assert!(Look { colour: "blue".to_owned(), ..Look::default() }.palette().unwrap_err().to_string().contains("look.colour"));
        assert!(Look { text_font: "x;}</style>".to_owned(), ..Look::default() }.palette().is_err());
    }
}
