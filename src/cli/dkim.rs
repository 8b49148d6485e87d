//! `rundbrief dkim new`: makes a key and prints what belongs into DNS and into the settings. Needs no database.

use std::path::{Path, PathBuf};

use super::CliError;
use crate::app::dkim;
use crate::mail::dkim::{Algorithm, DkimError, Key, KeyName};
use crate::settings::{self, Settings};

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
    /// `config`: the settings so far, to which the printed lines are to be added.
    pub fn run(self, config: Option<&Path>) -> Result<(), CliError> {
        let Dkim::New(new) = self;
        let name = KeyName::parse(&new.selector, &new.domain).map_err(|error| CliError::Usage(error.to_string()))?;
        let algorithm = if new.ed25519 { Algorithm::Ed25519 } else { Algorithm::Rsa };
        // An operator copies the path into the settings of a service that starts elsewhere.
        let directory = std::path::absolute(&new.directory)
            .map_err(|error| CliError::Failed(format!("--directory {}: {error}", new.directory.display())))?;
        let (key, file) = dkim::make_key(&directory, name, algorithm).map_err(|error| CliError::Failed(error.to_string()))?;
        let so_far = Settings::load(config).map(|settings| settings.dkim).unwrap_or_else(|error| {
            eprintln!("note: the lines below are for a first key, because the settings cannot be read: {error}");
            settings::Dkim::default()
        });
        tell(&key, &file, &so_far).map_err(|error| CliError::Failed(error.to_string()))
    }
}

fn tell(key: &Key, file: &Path, so_far: &settings::Dkim) -> Result<(), DkimError> {
    let record = key.record()?;
    let strings: Vec<String> = record.strings().into_iter().map(|string| format!("    \"{string}\"")).collect();
    say!("The private key of {} is in {}, for its owner alone to read.", key.describe(), file.display());
    say!("\nPublish this TXT record:\n\n  name:  {}\n  value: {}", record.name, record.value);
    say!("\nThe same for a zone file:\n\n{}. IN TXT (\n{} )", record.name, strings.join("\n"));
    say!("\nThen, in the settings:\n\n[dkim]\n{}", lines(key, file, so_far).join("\n"));
    say!(
        "\nPublish the record at least 24 hours before the key signs. To change keys, make one with a new selector and move the\n\
         old one to dkim.old_keys. Keep its record at least 7 days after its last signature, then publish it with an empty p=."
    );
    Ok(())
}

/// What `[dkim]` is to say from now on. A key of the same kind and domain that signed so far is kept for mails that are sent again.
fn lines(key: &Key, file: &Path, so_far: &settings::Dkim) -> Vec<String> {
    let (domain, selector, file) = (&key.name.domain, &key.name.selector, file.display());
    let (prefix, before) = match key.algorithm() {
        Algorithm::Ed25519 => ("ed25519_", so_far.ed25519_selector.as_ref().zip(so_far.ed25519_key_file.as_ref())),
        Algorithm::Rsa => ("", so_far.selector.as_ref().zip(so_far.key_file.as_ref())),
    };
    let list = |name: &str, entries: &[String]| {
        format!("{name} = [{}]", entries.iter().map(|e| format!("\"{e}\"")).collect::<Vec<_>>().join(", "))
    };
    let mut old = so_far.old_keys.clone();
    let is_ours = |domain_so_far: &str| KeyName::parse("x", domain_so_far).is_ok_and(|name| name.domain == *domain);
    let mut lines = match &so_far.domain {
        first if first.as_deref().map_or(!so_far.keys.is_empty(), |first| !is_ours(first)) => {
            let entry = format!("{selector}@{domain}={file}");
            vec![list("keys", &so_far.keys.iter().cloned().chain([entry]).collect::<Vec<_>>())]
        }
        _ => {
            old.extend(before.map(|(selector, file)| format!("{selector}@{domain}={}", file.display())));
            vec![
                format!("domain = \"{domain}\""),
                format!("{prefix}selector = \"{selector}\""),
                format!("{prefix}key_file = \"{file}\""),
            ]
        }
    };
    if old.len() > so_far.old_keys.len() {
        lines.push(list("old_keys", &old));
    }
    lines
}
