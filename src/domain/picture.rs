//! Pictures that come from outside: measured before they are decoded, and never passed on as they came (R202).

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, ImageReader};

/// On each side; a small file can claim to be a huge picture.
const PIXELS: u32 = 4_000;

/// The pixels of a PNG or JPEG, and which of the two it was.
///
/// # Errors
/// A sentence about the picture, which begins in lower case.
pub fn decode(bytes: &[u8], most_bytes: usize) -> Result<(DynamicImage, ImageFormat), String> {
    if bytes.len() > most_bytes {
        return Err(format!("{} bytes are too many, {} MB is the most", bytes.len(), most_bytes / 1_000_000));
    }
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
    let none = || "it is neither a PNG nor a JPEG".to_owned();
    let format = reader.format().ok_or_else(none)?;
    let (width, height) = reader.into_dimensions().map_err(|_| none())?;
    if width > PIXELS || height > PIXELS {
        return Err(format!("{width} × {height} pixels are too many, {PIXELS} on each side is the most"));
    }
    Ok((image::load_from_memory(bytes).map_err(|error| error.to_string())?, format))
}

/// A picture as a file of this format.
pub fn encode(picture: &DynamicImage, format: ImageFormat) -> Result<Vec<u8>, String> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).map_err(|error| error.to_string())?;
    Ok(bytes.into_inner())
}
