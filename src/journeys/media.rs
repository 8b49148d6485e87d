//! Pictures and documents: taken in, kept by the hash of their bytes, and given out again for ever at the same address.

use image::{DynamicImage, ImageFormat};
use jiff::Timestamp;

use super::JourneyError;
use crate::domain::consent::sha256;
use crate::domain::proof::{hex, unhex};
use crate::domain::{content, picture};
use crate::store::images::NewImage;
use crate::store::{Conn, files, images, micros};

/// R202. Larger pictures are refused before they are decoded.
const IMAGE_BYTES: usize = 5_000_000;
/// A mail is 600 px wide; twice that looks sharp everywhere.
const WIDTH: u32 = 1_200;
/// A document that is larger is a burden on a phone.
const DOCUMENT_BYTES: usize = 10_000_000;

/// A picture decoded and encoded again: nothing of the upload but its pixels is left (R202).
pub struct Picture {
    content_type: &'static str,
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

/// A document as it will be given out.
pub struct Document {
    /// As the file names it.
    name: String,
    bytes: Vec<u8>,
}

/// What a file of staff brings along.
#[derive(Default)]
pub struct Media {
    pub picture: Option<Picture>,
    pub documents: Vec<Document>,
}

#[derive(Debug, thiserror::Error)]
#[error("{kind} {file}: {why}")]
pub struct MediaError {
    kind: &'static str,
    file: String,
    why: String,
}

/// Takes in what a file names: its picture, and those downloads that are no addresses. CPU heavy: call it outside a
/// transaction. `read` gets names as they are written.
pub fn gather(
    image: Option<&str>,
    downloads: &[String],
    read: impl Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<Media, MediaError> {
    let picture = match image {
        Some(name) => Some(read(name).and_then(|bytes| picture(&bytes)).map_err(|why| MediaError {
            kind: "image",
            file: name.to_owned(),
            why,
        })?),
        None => None,
    };
    let mut documents = Vec::new();
    for name in downloads.iter().filter(|name| !is_address(name)) {
        let document = read(name).and_then(|bytes| document(name, bytes));
        documents.push(document.map_err(|why| MediaError { kind: "download", file: name.clone(), why })?);
    }
    Ok(Media { picture, documents })
}

/// A download that somebody else gives out.
pub(super) fn is_address(name: &str) -> bool {
    content::safe_url(name).is_some()
}

/// Decodes, shrinks and re-encodes a PNG or JPEG.
pub fn picture(bytes: &[u8]) -> Result<Picture, String> {
    let (mut decoded, format) = picture::decode(bytes, IMAGE_BYTES)?;
    if decoded.width() > WIDTH {
        decoded = decoded.resize(WIDTH, decoded.height(), image::imageops::FilterType::Lanczos3);
    }
    let (target, content_type) = match format {
        ImageFormat::Jpeg => (ImageFormat::Jpeg, "image/jpeg"),
        _ => (ImageFormat::Png, "image/png"),
    };
    if target == ImageFormat::Jpeg {
        decoded = DynamicImage::ImageRgb8(decoded.into_rgb8());
    }
    let bytes = picture::encode(&decoded, target)?;
    Ok(Picture { content_type, width: decoded.width(), height: decoded.height(), bytes })
}

fn document(name: &str, bytes: Vec<u8>) -> Result<Document, String> {
    if bytes.len() > DOCUMENT_BYTES {
        return Err(format!("{} bytes are too many, {} MB is the most", bytes.len(), DOCUMENT_BYTES / 1_000_000));
    }
    // Whatever its name says.
    if !bytes.starts_with(b"%PDF-") {
        return Err("it is no PDF; a document of another kind can be linked to by its address".to_owned());
    }
    Ok(Document { name: name.to_owned(), bytes })
}

impl Media {
    /// Keeps the picture. Returns its id.
    pub(super) fn keep_picture(&self, conn: &mut Conn, now: Timestamp) -> Result<Option<i64>, JourneyError> {
        let Some(picture) = &self.picture else { return Ok(None) };
        let row = NewImage {
            public_id: sha256(&[&picture.bytes]).to_vec(),
            content_type: picture.content_type,
            width: i64::from(picture.width),
            height: i64::from(picture.height),
            bytes: &picture.bytes,
            created_at: micros(now),
        };
        Ok(Some(images::find_or_insert(conn, &row)?))
    }

    /// Keeps the document of this name: (path below the public address, bytes). None: none was brought.
    pub(super) fn keep_document(
        &self,
        conn: &mut Conn,
        now: Timestamp,
        name: &str,
    ) -> Result<Option<(String, u64)>, JourneyError> {
        let Some(document) = self.documents.iter().find(|document| document.name == name) else { return Ok(None) };
        let hash = sha256(&[&document.bytes]);
        files::put(conn, &hash, "application/pdf", &document.bytes, micros(now))?;
        let bytes = u64::try_from(document.bytes.len()).unwrap_or(u64::MAX);
        let own = name.rsplit(['/', '\\']).next().unwrap_or(name);
        Ok(Some((format!("/files/{}/{}", hex(&hash), content::path_segment(own)), bytes)))
    }
}

/// A picture by its public id in hex: (content type, bytes).
pub fn find_picture(conn: &mut Conn, public_id: &str) -> Result<Option<(String, Vec<u8>)>, JourneyError> {
    match unhex::<32>(public_id) {
        Some(id) => Ok(images::find_bytes(conn, &id)?),
        None => Ok(None),
    }
}

/// A document by its public id in hex: (content type, bytes).
pub fn find_document(conn: &mut Conn, public_id: &str) -> Result<Option<(String, Vec<u8>)>, JourneyError> {
    match unhex::<32>(public_id) {
        Some(id) => Ok(files::find_bytes(conn, &id)?),
        None => Ok(None),
    }
}
