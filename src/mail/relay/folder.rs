//! The relay that is a directory: one durable .eml file a mail, for demonstrations, tests and looking at what would be sent.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Capabilities, Outcome, Stage, reply, trouble};

pub(super) struct Folder {
    directory: PathBuf,
    capabilities: Capabilities,
}

impl Folder {
    /// Makes the directory where it is missing.
    pub(super) async fn open(directory: &Path) -> Result<Folder, Outcome> {
        match tokio::fs::create_dir_all(directory).await {
            // A file can be named after any address.
            Ok(()) => Ok(Folder {
                directory: directory.to_owned(),
                capabilities: Capabilities { smtputf8: true, ..Capabilities::default() },
            }),
            Err(error) => {
                let text = format!("the directory {} of relay.url cannot be made: {error}", directory.display());
                Err(trouble(Stage::Connect, 0, &text))
            }
        }
    }

    pub(super) fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// Writes the message, unaltered, to `name`.eml. The same name again replaces the file: it is the same delivery.
    pub(super) async fn message(&self, message: &[u8], name: &str) -> Outcome {
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        if !plain || name.is_empty() || name.starts_with('.') || name.len() > 200 {
            return trouble(Stage::Data, 0, "the delivery has a name that no file can have");
        }
        let (directory, name, message) = (self.directory.clone(), name.to_owned(), message.to_owned());
        let place = directory.display().to_string();
        match tokio::task::spawn_blocking(move || write_durably(&directory, &name, &message)).await {
            Ok(Ok(file)) => Outcome::Accepted(reply(Stage::FinalDot, 250, &format!("2.0.0 written as {file}"))),
            Ok(Err(Failed::Before(error))) => trouble(Stage::Data, 0, &format!("no file could be written in {place}: {error}")),
            Ok(Err(Failed::After(error))) => {
                Outcome::Unknown(reply(Stage::FinalDot, 0, &format!("a file in {place} may not survive a power cut: {error}")))
            }
            Err(_) => Outcome::Unknown(reply(Stage::FinalDot, 0, "writing the file was interrupted")),
        }
    }
}

/// On which side of the rename: before it, no mail exists.
enum Failed {
    Before(io::Error),
    After(io::Error),
}

fn write_durably(directory: &Path, name: &str, message: &[u8]) -> Result<String, Failed> {
    let file_name = format!("{name}.eml");
    let temporary = directory.join(format!(".{name}.part"));
    let written = File::create(&temporary).and_then(|mut file| {
        file.write_all(message)?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&temporary, directory.join(&file_name))) {
        let _ = fs::remove_file(&temporary);
        return Err(Failed::Before(error));
    }
    // The name is durable only once the directory is.
    File::open(directory).and_then(|d| d.sync_all()).map_err(Failed::After)?;
    Ok(file_name)
}
