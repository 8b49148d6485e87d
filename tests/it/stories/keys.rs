//! The key file is what all links hang on: a lost or exchanged one is noticed before anything is signed with another.

use rundbrief::app::App;
use rundbrief::settings::Settings;

use crate::support::app::{TestApp, each_database, settings};

/// Opens the instance once more, as a restart would. Returns what it says when it cannot.
async fn restarted(app: &TestApp) -> Result<(), String> {
    let written = settings(&app.database.url, &app.relay.url(), &app.folder.path().join("secret.keys"), 1);
    let clock = app.clock.clone();
    let open =
        move || App::open(Settings::from_parts(None, written).unwrap(), clock).map(drop).map_err(|error| error.to_string());
    tokio::task::spawn_blocking(open).await.unwrap()
}

each_database!(a_key_file_that_is_lost_is_not_made_anew, |app| async move {
    let file = app.folder.path().join("secret.keys");
    assert_eq!(restarted(&app).await, Ok(()));
    std::fs::remove_file(&file).unwrap();
    let told = restarted(&app).await.unwrap_err();
    assert!(told.contains("secret.keys") && told.contains("the file is missing") && told.contains("copy"), "{told}");
    assert!(!file.exists());
});

each_database!(another_key_under_the_same_number_is_refused_and_a_further_one_is_welcome, |app| async move {
    let file = app.folder.path().join("secret.keys");
    let first = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, rundbrief::domain::token::Keyring::generate_line(1).unwrap()).unwrap();
    let told = restarted(&app).await.unwrap_err();
    assert!(told.contains("key 1 is another one"), "{told}");
    std::fs::write(&file, format!("{first}{}\n", rundbrief::domain::token::Keyring::generate_line(2).unwrap())).unwrap();
    assert_eq!(restarted(&app).await, Ok(()));
    std::fs::write(&file, first).unwrap();
    let told = restarted(&app).await.unwrap_err();
    assert!(told.contains("key 2 is missing"), "{told}");
});
