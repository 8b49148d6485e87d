//! What the app says to its database: every statement, in the order they are sent.

use std::sync::Mutex;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

use super::database::{Database, Kind};

/// The databases that are listened to, by a part of their URLs that no other has, and what was said to each.
static OVERHEARD: Mutex<Vec<(String, Vec<String>)>> = Mutex::new(Vec::new());

/// From now on new connections can be listened to. For a story's setup: before its app opens its own.
pub fn connections_can_be_heard() {
    set_default_instrumentation(|| Some(Box::new(Ear::default()))).unwrap();
}

/// What is said to a database while `this` goes on, without values.
pub async fn during<T>(database: &Database, this: impl Future<Output = T>) -> (T, Vec<String>) {
    let mark = match database.kind {
        Kind::Sqlite => database.file().display().to_string(),
        Kind::Postgres => database.url.rsplit('/').next().unwrap().to_owned(),
    };
    OVERHEARD.lock().unwrap().push((mark.clone(), Vec::new()));
    let done = this.await;
    let mut all = OVERHEARD.lock().unwrap();
    let place = all.iter().position(|(other, _)| *other == mark).unwrap();
    (done, all.swap_remove(place).1)
}

/// One connection.
#[derive(Default)]
struct Ear {
    url: String,
}

impl Instrumentation for Ear {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => url.clone_into(&mut self.url),
            InstrumentationEvent::StartQuery { query, .. } => {
                let mut all = OVERHEARD.lock().unwrap();
                if let Some((_, said)) = all.iter_mut().find(|(mark, _)| self.url.contains(mark)) {
                    let shown = query.to_string();
                    said.push(shown.split(" -- binds:").next().unwrap().to_owned());
                }
            }
            _ => {}
        }
    }
}
