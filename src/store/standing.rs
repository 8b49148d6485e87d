//! Whether a database is there, before a command works with it: whatever makes what it does not find may do so in the wrong place.

use std::io::ErrorKind;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::connection::{Target, postgres};
use super::{StoreError, copies, one_line};

#[derive(diesel::QueryableByName)]
struct Tables {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    ours: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    every: i64,
}

/// None: there is one of Rundbrief. Else, in words, what is there instead and may become one.
///
/// # Errors
/// It cannot be reached or read, or it is something else.
pub(super) fn missing(target: &Target) -> Result<Option<String>, StoreError> {
    match target {
        Target::Sqlite(path) => sqlite(path),
        Target::Postgres(url) => {
            let found: Tables = diesel::sql_query(
                "SELECT (CASE WHEN to_regclass('deliveries') IS NULL THEN 0 ELSE 1 END)::bigint AS ours, 0::bigint AS every",
            )
            .get_result(&mut postgres(url)?)?;
            Ok((found.ours == 0).then(|| format!("the database {target} has no tables of Rundbrief")))
        }
    }
}

fn sqlite(path: &Path) -> Result<Option<String>, StoreError> {
    let failed = |reason: &str| StoreError::File { path: path.display().to_string(), reason: reason.to_owned() };
    // A relative path depends on the directory that the command was started in.
    let shown = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if copies::unfinished(path) {
        return Err(failed(
            "a restore of it was broken off. Start \"rundbrief restore\" again; what was moved aside lies beside it",
        ));
    }
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok(Some(format!("there is no database {}", shown.display())));
        }
        Err(error) => return Err(failed(&error.to_string())),
        Ok(found) if found.is_dir() => return Err(failed("it is a directory; database.url must name a file in it")),
        Ok(found) if !found.is_file() => return Err(failed("it is no file")),
        Ok(_) => {}
    }
    let text = path.to_str().ok_or_else(|| failed("the path is not UTF-8"))?;
    // Read-only: who only looks does not copy the log back when it leaves.
    let uri = format!("file:{}?mode=ro", text.replace('%', "%25").replace('?', "%3f").replace('#', "%23"));
    let look = || {
        let mut conn = SqliteConnection::establish(&uri).map_err(|error| error.to_string())?;
        conn.batch_execute("PRAGMA busy_timeout = 30000").map_err(|error| error.to_string())?;
        diesel::sql_query(
            "SELECT count(*) FILTER (WHERE name IN ('deliveries', 'newsletters')) AS ours, count(*) AS every \
             FROM sqlite_master WHERE type = 'table'",
        )
        .get_result::<Tables>(&mut conn)
        .map_err(|error| error.to_string())
    };
    let found = look().map_err(|error| failed(&read_failed(&one_line(&error))))?;
    match (found.ours, found.every) {
        (2, _) => Ok(None),
        (_, 0) => Ok(Some(format!("the database {} is empty", shown.display()))),
        _ => Err(failed("it is a database of another program")),
    }
}

/// What SQLite says, with what to do about it.
fn read_failed(said: &str) -> String {
    if said.contains("not a database") {
        return "it is no SQLite database. Name another in database.url, or put a backup back with \"rundbrief restore\""
            .to_owned();
    }
    if said.to_lowercase().contains("unable to open") {
        return format!("{said}. Run the command as the user that file and directory belong to (sudo -u rundbrief …)");
    }
    said.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_database_of_ours_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let of = |name: &str| sqlite(&path(name)).map_err(|error| error.to_string());
        assert!(of("absent.db").unwrap().unwrap().contains("there is no database"));
        assert!(of("below/absent.db").unwrap().unwrap().contains("there is no database"));
        std::fs::write(path("empty.db"), "").unwrap();
        assert!(of("empty.db").unwrap().unwrap().contains("is empty"));
        std::fs::write(path("text.db"), "name,address\n".repeat(100)).unwrap();
        assert!(of("text.db").unwrap_err().contains("it is no SQLite database"));
        std::fs::create_dir(path("folder.db")).unwrap();
        assert!(of("folder.db").unwrap_err().contains("it is a directory"));
        assert!(of("text.db/below").unwrap_err().contains("Not a directory"));
        let made = |name: &str, sql: &str| {
            SqliteConnection::establish(path(name).to_str().unwrap()).unwrap().batch_execute(sql).unwrap();
        };
        made("other.db", "CREATE TABLE newsletters (id INTEGER); CREATE TABLE posts (id INTEGER)");
        assert!(of("other.db").unwrap_err().contains("another program"));
        made("our%20s?#.db", "CREATE TABLE newsletters (id INTEGER); CREATE TABLE deliveries (id INTEGER)");
        assert_eq!(of("our%20s?#.db"), Ok(None));
        assert!(
            sqlite(Path::new("nowhere/a.db"))
                .unwrap()
                .unwrap()
                .contains(&format!("{}", std::env::current_dir().unwrap().display()))
        );
    }
}
