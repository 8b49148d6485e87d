//! Files that commands write.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::CliError;

/// A new file that is nobody else's to read: it may be full of addresses.
pub(super) fn create(path: &Path) -> Result<File, CliError> {
    File::options().write(true).create_new(true).mode(0o600).open(path).map_err(|error| {
        CliError::Failed(match error.kind() {
            std::io::ErrorKind::AlreadyExists => format!("{} is there already; choose another name", path.display()),
            _ => format!("{} cannot be written: {error}", path.display()),
        })
    })
}
