//! `rundbrief dkim new`: makes a key and prints what belongs into DNS and into the settings. Needs no database.

use std::path::{Path, PathBuf};

use super::CliError;
use crate::app::dkim;
use crate::mail::dkim::{Algorithm, DkimError, Key, KeyName};

#[derive(clap::Subcommand)]
pub(super) enum Dkim {
    /// Make a private key; prints its DNS record and the settings that go with it
    New(New),
}

#[derive(clap::Args)]
pub(super) struct New {
    /// The domain that vouches, which newsletters send from, e.g. example.org
    domain: String,
    /// A name for the key that was never used before, e.g. news2026
    selector: String,
    /// Ed25519 instead of RSA with 2048 bits, as a second signature
    #[arg(long)]
    ed25519: bool,
    /// Where the key is put, as SELECTOR.DOMAIN.pem
    #[arg(long, value_name = "DIR", default_value = "var/dkim")]
    directory: PathBuf,
}

impl Dkim {
    pub fn run(self) -> Result<(), CliError> {
        let Dkim::New(new) = self;
        let name = KeyName::parse(&new.selector, &new.domain).map_err(|error| CliError::Usage(error.to_string()))?;
        let algorithm = if new.ed25519 { Algorithm::Ed25519 } else { Algorithm::Rsa };
        // An operator copies the path into the settings of a service that starts elsewhere.
        let directory = std::path::absolute(&new.directory)
            .map_err(|error| CliError::Failed(format!("--directory {}: {error}", new.directory.display())))?;
        let (key, file) = dkim::make_key(&directory, name, algorithm).map_err(|error| CliError::Failed(error.to_string()))?;
        tell(&key, &file).map_err(|error| CliError::Failed(error.to_string()))
    }
}

fn tell(key: &Key, file: &Path) -> Result<(), DkimError> {
    let record = key.record()?;
    let prefix = if key.algorithm() == Algorithm::Ed25519 { "ed25519_" } else { "" };
    let strings: Vec<String> = record.strings().into_iter().map(|string| format!("    \"{string}\"")).collect();
    say!("The private key of {} is in {}, for its owner alone to read.", key.describe(), file.display());
    say!("\nPublish this TXT record:\n\n  name:  {}\n  value: {}", record.name, record.value);
    say!("\nThe same for a zone file:\n\n{}. IN TXT (\n{} )", record.name, strings.join("\n"));
    say!(
        "\nThen, in the settings:\n\n[dkim]\ndomain = \"{}\"\n{prefix}selector = \"{}\"\n{prefix}key_file = \"{}\"",
        key.name.domain,
        key.name.selector,
        file.display()
    );
    say!(
        "\nPublish the record at least 24 hours before the key signs. To change keys, make one with a new selector and move the\n\
         old one to dkim.old_keys. Keep its record at least 7 days after its last signature, then publish it with an empty p=."
    );
    Ok(())
}
