//! Which file the settings come from: the one that is named, or else the one in the usual place, if there is one.

use std::ffi::OsString;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::SettingsError;

/// Names the file where `--config` does not.
pub(super) const VARIABLE: &str = "RUNDBRIEF_CONFIG";
/// Where a file is looked for that nobody names.
pub(super) const USUAL: &str = "/etc/rundbrief/config.toml";

/// Where the settings in force come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// None: no file counts.
    pub file: Option<PathBuf>,
    /// What named the file; empty for the usual place.
    pub named_by: &'static str,
    /// Environment variables that count, in order.
    pub variables: Vec<String>,
}

/// "the settings file X (named by --config) and 2 variables: …"
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.named_by) {
            (Some(file), "") => write!(f, "the settings file {}", file.display())?,
            (Some(file), by) => write!(f, "the settings file {} (named by {by})", file.display())?,
            (None, _) => write!(f, "the defaults (there is no {USUAL})")?,
        }
        if self.variables.is_empty() { Ok(()) } else { write!(f, " and the environment ({})", self.variables.join(", ")) }
    }
}

/// The file that counts, with its text. `variable` is what [`VARIABLE`] says.
pub(super) fn read(
    given: Option<&Path>,
    variable: Option<OsString>,
    usual: &Path,
) -> Result<(Origin, Option<String>), SettingsError> {
    // Composing files hand over empty variables for what nobody set.
    let named = variable.filter(|value| !value.is_empty()).map(PathBuf::from);
    let (path, named_by, advice) = match (given, &named) {
        (Some(path), _) => (path, "--config", "give another with --config"),
        (None, Some(path)) => {
            (path.as_path(), VARIABLE, "RUNDBRIEF_CONFIG names it: correct that, or give another with --config")
        }
        // A link that leads nowhere was meant to lead somewhere.
        (None, None) if usual.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound) => {
            return Ok((Origin::default(), None));
        }
        (None, None) => (usual, "", "run the command as the service's user (sudo -u rundbrief …), or give another with --config"),
    };
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let text = std::fs::read_to_string(&path).map_err(|error| SettingsError::Unreadable {
        path: path.display().to_string(),
        problem: error.to_string(),
        advice,
    })?;
    Ok((Origin { file: Some(path), named_by, variables: Vec::new() }, Some(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name of the file that counts and who named it, or what is wrong.
    fn found(given: Option<&Path>, variable: Option<&Path>, usual: &Path) -> Result<(String, &'static str), String> {
        let (origin, text) = read(given, variable.map(OsString::from), usual).map_err(|error| error.to_string())?;
        assert_eq!(origin.file.is_some(), text.is_some());
        let name = origin.file.map(|file| file.file_name().unwrap().to_string_lossy().into_owned());
        Ok((name.unwrap_or_else(|| "none".into()), origin.named_by))
    }

    #[test]
    fn the_file_that_is_named_counts_and_else_the_usual_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let (given, named, usual, absent) = (path("given"), path("named"), path("usual"), path("absent"));
        for file in [&given, &named, &usual] {
            std::fs::write(file, "").unwrap();
        }
        let of = |name: &str, by: &'static str| Ok((name.to_owned(), by));
        assert_eq!(found(Some(&given), Some(&named), &usual), of("given", "--config"));
        assert_eq!(found(None, Some(&named), &usual), of("named", "RUNDBRIEF_CONFIG"));
        assert_eq!(found(None, Some(Path::new("")), &usual), of("usual", ""), "an empty variable names nothing");
        assert_eq!(found(None, None, &usual), of("usual", ""));
        assert_eq!(found(None, None, &absent), of("none", ""));
        assert_eq!(found(None, None, &absent.join("below")), of("none", ""), "nor is there a directory for it");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_never_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let (usual, absent, link, broken) = (path("usual"), path("absent"), path("link"), path("broken"));
        std::fs::write(&usual, "").unwrap();
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        std::fs::write(&broken, b"public_url = \"\xff\"").unwrap();
        for (given, variable, usual, words) in [
            (Some(&absent), None, &usual, ["absent", "--config"]),
            (None, Some(&absent), &usual, ["absent", "RUNDBRIEF_CONFIG"]),
            (None, None, &link, ["link", "sudo -u rundbrief"]),
            (None, None, &broken, ["broken", "sudo -u rundbrief"]),
            (None, None, &folder.path().to_owned(), ["directory", "sudo -u rundbrief"]),
            (None, None, &usual.join("below"), ["usual/below", "sudo -u rundbrief"]),
        ] {
            let told = found(given.map(PathBuf::as_path), variable.map(PathBuf::as_path), usual).unwrap_err();
            assert!(words.iter().all(|word| told.contains(word)), "{told}");
        }
    }
}
