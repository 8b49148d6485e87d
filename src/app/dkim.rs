//! DKIM keys on disk: reads those that the settings name, makes new ones. A key is only ever in its file (R121).

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::AppError;
use crate::mail::dkim::{Algorithm, DkimError, Key, KeyName, PrivateKey, Signer};
use crate::settings::Settings;

/// The keys of the settings; none where nothing is to be signed.
///
/// # Errors
/// [`AppError::Dkim`] names the setting and the file.
pub fn signer(settings: &Settings) -> Result<Signer, AppError> {
    let dkim = &settings.dkim;
    let domain = dkim.domain.as_deref().unwrap_or_default();
    let pairs = [
        ("dkim.key_file", Algorithm::Rsa, &dkim.selector, &dkim.key_file),
        ("dkim.ed25519_key_file", Algorithm::Ed25519, &dkim.ed25519_selector, &dkim.ed25519_key_file),
    ];
    let mut current = Vec::new();
    for (setting, wanted, selector, file) in pairs {
        let (Some(selector), Some(file)) = (selector, file) else { continue };
        let key = key(setting, selector, domain, file)?;
        if key.algorithm() != wanted {
            return Err(failed(setting, file, DkimError::OtherAlgorithm { found: key.algorithm(), wanted }));
        }
        current.push(key);
    }
    let listed = |setting: &str, entries: &[String]| -> Result<Vec<Key>, AppError> {
        entries.iter().map(|entry| listed(setting, entry, domain)).collect()
    };
    current.extend(listed("dkim.keys", &dkim.keys)?);
    let old = listed("dkim.old_keys", &dkim.old_keys)?;
    Signer::new(current, old).map_err(|error| AppError::Dkim(format!("dkim: {error}")))
}

/// `SELECTOR@DOMAIN=FILE`; without a domain it is that of the settings.
fn listed(setting: &str, entry: &str, domain: &str) -> Result<Key, AppError> {
    let (name, file) = entry.split_once('=').unwrap_or((entry, ""));
    let (selector, domain) = name.split_once('@').unwrap_or((name, domain));
    key(setting, selector.trim(), domain.trim(), Path::new(file.trim()))
}

fn key(setting: &str, selector: &str, domain: &str, file: &Path) -> Result<Key, AppError> {
    let name = KeyName::parse(selector, domain).map_err(|error| failed(setting, file, error))?;
    if may_others_read(file).map_err(|error| failed(setting, file, error))? {
        tracing::warn!(path = %file.display(), "others can read the DKIM key; chmod 600 the file");
    }
    let text = fs::read_to_string(file).map_err(|error| failed(setting, file, error))?;
    Ok(Key { name, private: PrivateKey::from_pem(&text).map_err(|error| failed(setting, file, error))? })
}

fn failed(setting: &str, file: &Path, problem: impl std::fmt::Display) -> AppError {
    AppError::Dkim(format!("{setting} {}: {problem}", file.display()))
}

/// All key files that the settings name.
pub fn files(settings: &Settings) -> Vec<PathBuf> {
    let dkim = &settings.dkim;
    let listed = dkim.keys.iter().chain(&dkim.old_keys);
    let listed = listed.filter_map(|entry| entry.split_once('=')).map(|(_, file)| PathBuf::from(file.trim()));
    dkim.key_file.iter().chain(&dkim.ed25519_key_file).cloned().chain(listed).collect()
}

/// Whether anybody but the owner may read a file.
pub fn may_others_read(file: &Path) -> std::io::Result<bool> {
    Ok(fs::metadata(file)?.permissions().mode() & 0o077 != 0)
}

/// A fresh key in `directory`, which is made where it is missing, as SELECTOR.DOMAIN.pem, readable for its owner alone.
/// Returns the key and its file.
///
/// # Errors
/// [`AppError::Dkim`], also where that file is there already: a key that signed mails is never overwritten.
pub fn make_key(directory: &Path, name: KeyName, algorithm: Algorithm) -> Result<(Key, PathBuf), AppError> {
    let file = directory.join(format!("{}.{}.pem", name.selector, name.domain));
    let told = |problem: String| AppError::Dkim(format!("{}: {problem}", file.display()));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(|error| told(error.to_string()))?;
    // Taken before the key is made, so that nothing is made in vain.
    let mut open = fs::File::options().write(true).create_new(true).mode(0o600).open(&file).map_err(|error| {
        told(match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                "there is a key in this file already, and it is never overwritten. A new key needs a new selector".to_owned()
            }
            _ => error.to_string(),
        })
    })?;
    let made = PrivateKey::generate(algorithm).and_then(|private| Ok((private.to_pem()?, private)));
    let written = made.map_err(|error| error.to_string()).and_then(|(pem, private)| {
        open.write_all(pem.as_bytes()).and_then(|()| open.sync_all()).map_err(|error| error.to_string())?;
        Ok(private)
    });
    match written {
        Ok(private) => Ok((Key { name, private }, file)),
        Err(problem) => {
            let _ = fs::remove_file(&file);
            Err(told(problem))
        }
    }
}
