//! Files that commands read and write.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::CliError;
use crate::journeys::media::{self, Media};

/// A new file that is nobody else's to read: it may be full of addresses.
pub(super) fn create(path: &Path) -> Result<File, CliError> {
    File::options().write(true).create_new(true).mode(0o600).open(path).map_err(|error| {
        CliError::Failed(match error.kind() {
            std::io::ErrorKind::AlreadyExists => format!("{} is there already; choose another name", path.display()),
            _ => format!("{} cannot be written: {error}", path.display()),
        })
    })
}

/// A file of staff, and what lies beside it. `named`: its picture and its downloads.
pub(super) fn read<T, E: std::fmt::Display>(
    file: &Path,
    parse: impl Fn(&str) -> Result<T, E>,
    named: impl Fn(&T) -> (Option<&str>, &[String]),
) -> Result<(T, Media), CliError> {
    let failed = |problem: String| CliError::Failed(format!("{}: {problem}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    let parsed = parse(&text).map_err(|error| failed(error.to_string()))?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let (image, downloads) = named(&parsed);
    let media = media::gather(image, downloads, |name| std::fs::read(folder.join(name)).map_err(|error| error.to_string()));
    let media = media.map_err(|error| failed(error.to_string()))?;
    Ok((parsed, media))
}
