//! PostgreSQL's own programs, pg_dump and pg_restore: driven where they are installed, explained where they are not.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::failed;
use crate::app::AppError;
use crate::settings::SecretUrl;

/// Writes the whole database, as it is at one instant, into a new file.
pub(super) fn dump(url: &str, to: &Path) -> Result<(), AppError> {
    // Made here, so that it is its owner's alone from the first octet on.
    File::options().write(true).create_new(true).mode(0o600).open(to).map_err(|error| failed(to, error))?;
    let file = to.as_os_str();
    run("pg_dump", Some(url), |command| command.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(file))?;
    // Whoever can list it can read it.
    run("pg_restore", None, |command| command.arg("--list").arg(file))?;
    File::open(to).and_then(|file| file.sync_all()).map_err(|error| failed(to, error))
}

/// Puts a dump into an empty database, all of it or nothing.
pub(super) fn restore(url: &str, from: &Path) -> Result<(), AppError> {
    let options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"];
    run("pg_restore", Some(url), |command| command.args(options).arg(from))
}

/// How the present database is kept when a backup is to take its place.
pub(super) fn not_empty(url: &str) -> String {
    let place = url.split('?').next().unwrap_or(url);
    let name = place.split("://").nth(1).and_then(|rest| rest.split_once('/')).map_or("rundbrief", |(_, name)| name);
    format!(
        "{} has Rundbrief's tables already, and a backup goes into an empty database only. Stop all nodes, move the present one aside in \
         psql (ALTER DATABASE \"{name}\" RENAME TO \"{name}_before\"; CREATE DATABASE \"{name}\";), then start this again",
        SecretUrl::new(url)
    )
}

fn run(program: &str, url: Option<&str>, with: impl FnOnce(&mut Command) -> &mut Command) -> Result<(), AppError> {
    let mut command = Command::new(program);
    if let Some(url) = url {
        // What stands in a command line everybody on the machine can read.
        let (url, password) = without_password(url);
        command.arg(format!("--dbname={url}"));
        command.envs(password.map(|password| ("PGPASSWORD", password)));
    }
    let output = with(&mut command).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let output = output.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => AppError::System(format!(
            "{program} is missing, which comes with PostgreSQL (apt install postgresql-client). By hand, where it is: \"pg_dump \
             --format=custom --no-owner --file=database.dump URL\", and \"pg_restore --no-owner --exit-on-error --single-transaction \
             --dbname=URL database.dump\" into an empty database; the key file belongs to the backup as well"
        )),
        _ => AppError::System(format!("{program} cannot be started: {error}")),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    Err(AppError::System(format!("{program} failed: {said}")))
}

/// The URL as it may be seen, and the password out of it.
fn without_password(url: &str) -> (String, Option<String>) {
    let mut password = None;
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
    // As libpq reads it: the first "@" before any "/" ends user and password.
    let place = match place.split_once('@') {
        Some((credentials, place)) if !credentials.contains('/') => {
            let (user, secret) = credentials.split_once(':').map_or((credentials, None), |(user, secret)| (user, Some(secret)));
            password = secret.map(decoded);
            format!("{user}@{place}")
        }
        _ => place.to_owned(),
    };
    let mut shown = format!("{scheme}://{place}");
    let mut separator = '?';
    for part in query.into_iter().flat_map(|query| query.split('&')) {
        match part.strip_prefix("password=") {
            Some(secret) => password = Some(decoded(secret)),
            None => {
                shown.push(separator);
                shown.push_str(part);
                separator = '&';
            }
        }
    }
    (shown, password)
}

/// RFC 3986 §2.1.
fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.split_at_checked(2).and_then(|(digits, rest)| Some((u8::from_str_radix(digits, 16).ok()?, rest))) {
            Some((byte, rest)) => {
                bytes.push(byte);
                bytes.extend(rest.bytes());
            }
            None => {
                bytes.push(b'%');
                bytes.extend(part.bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_stands_in_a_command_line() {
        for (url, shown, password) in [
            ("postgres://r:geheim@db/news", "postgres://r@db/news", Some("geheim")),
            ("postgres://r@db/news?sslmode=require", "postgres://r@db/news?sslmode=require", None),
            (
                "postgresql://r:a%40b%2fc@db:5433,db2/news?x=1&password=p%25&y=2",
                "postgresql://r@db:5433,db2/news?x=1&y=2",
                Some("p%"),
            ),
            ("postgres://r:a%40b%2Fc%@db/news", "postgres://r@db/news", Some("a@b/c%")),
            ("postgres://r:@/news?host=/run/postgresql", "postgres://r@/news?host=/run/postgresql", Some("")),
            ("postgres:///news?user=a@b&password=x", "postgres:///news?user=a@b", Some("x")),
            ("postgres://db/news@home", "postgres://db/news@home", None),
        ] {
            assert_eq!(without_password(url), (shown.to_owned(), password.map(str::to_owned)), "{url}");
        }
    }

    #[test]
    fn the_way_to_an_empty_database_names_ours_and_no_password() {
        let told = not_empty("postgres://r:geheim@db:5432/news?sslmode=require");
        assert!(told.contains("ALTER DATABASE \"news\" RENAME TO \"news_before\"") && !told.contains("geheim"), "{told}");
    }
}
