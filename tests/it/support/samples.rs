//! The demo's issue in a story's newsletter: four items with a picture and an event, funders and partners, words around
//! them, in three languages.

use std::fs;
use std::path::{Path, PathBuf};

use rundbrief::domain::funding::FundingFile;
use rundbrief::domain::issue_words::IssueWords;
use rundbrief::domain::news::NewsFile;
use rundbrief::journeys::{funding, issue_words, media, news};

use super::app::TestApp;

/// Sorted by name.
fn files(folder: &str) -> (PathBuf, Vec<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/demo").join(folder);
    let paths = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|kind| kind == "md")).collect();
    paths.sort();
    assert!(!paths.is_empty());
    (folder, paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect())
}

/// Makes it ready in `weekly`.
pub async fn issue(app: &TestApp) {
    let now = app.now();
    let (folder, texts) = files("news");
    for text in texts {
        let file = NewsFile::parse(&text).unwrap();
        let read = |name: &str| fs::read(folder.join(name)).map_err(|error| error.to_string());
        let media = media::gather(file.image.as_deref(), &file.downloads, read).unwrap();
        app.store.write(move |conn| news::add(conn, now, "weekly", &file, &media)).await.unwrap();
    }
    let (folder, texts) = files("funding");
    for text in texts {
        let file = FundingFile::parse(&text).unwrap();
        let read = |name: &str| fs::read(folder.join(name)).map_err(|error| error.to_string());
        let media = media::gather(file.image.as_deref(), &[], read).unwrap();
        app.store.write(move |conn| funding::add(conn, now, "weekly", &file, &media)).await.unwrap();
    }
    for text in files("words").1 {
        let words = IssueWords::parse(&text).unwrap();
        app.store.write(move |conn| issue_words::put(conn, "weekly", &words)).await.unwrap();
    }
}
