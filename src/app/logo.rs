//! The logo that `look.logo_file` names: read once at start, and only its pixels are passed on (R202).

use image::ImageFormat;
use image::imageops::FilterType;

use crate::domain::picture;
use crate::settings::{Settings, SettingsError};
use crate::web::Logo;

const BYTES: usize = 1_000_000;
/// In CSS pixels, as the style sheet has it.
const HEIGHT: u32 = 48;
/// Screens may have two pixels for one.
const DENSITY: u32 = 2;

/// `None` where no logo is set.
///
/// # Errors
/// Names the setting, the file and what is wrong with it.
pub fn read(settings: &Settings) -> Result<Option<Logo>, SettingsError> {
    let Some(path) = &settings.look.logo_file else { return Ok(None) };
    let wrong = |problem: String| SettingsError::Value {
        key: "look.logo_file".to_owned(),
        problem: format!("names {}, which cannot be a logo: {problem}", path.display()),
    };
    let bytes = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let (mut logo, _) = picture::decode(&bytes, BYTES).map_err(wrong)?;
    if logo.height() > HEIGHT * DENSITY {
        logo = logo.resize(u32::MAX, HEIGHT * DENSITY, FilterType::Lanczos3);
    }
    let height = logo.height().min(HEIGHT);
    let width = (logo.width() * height).div_ceil(logo.height().max(1));
    let png = picture::encode(&logo, ImageFormat::Png).map_err(wrong)?;
    Ok(Some(Logo { png, width, height }))
}
