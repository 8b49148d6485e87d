//! What somebody sees who waits for `deliver`: a bar on a terminal, a line now and then elsewhere (a log, a pipe). Both on stderr.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::{Instant, sleep};

use crate::app::App;
use crate::delivery::Engine;
use crate::domain::language::Language;
use crate::store::{StoreError, micros, progress};
use crate::web::words;

/// Between two looks at what is left.
const LOOK: Duration = Duration::from_millis(500);
/// Before the first line, and between two.
const FIRST_LINE: Duration = Duration::from_secs(2);
const LINES: Duration = Duration::from_secs(10);
/// A rate is that of the newest looks.
const LATELY: usize = 20;

/// Tells how far the engine is, until it is dropped.
pub(super) async fn watch(app: &App, engine: &Engine) {
    let bar = std::io::stderr().is_terminal().then(bar);
    let (began, mut next_line) = (Instant::now(), FIRST_LINE);
    let first = engine.results();
    let mut looks = vec![(began, 0)];
    loop {
        sleep(LOOK).await;
        let now = micros(app.clock.now());
        let Ok(left) = app.store.read(move |conn| progress::due(conn, now)).await.map_err(|_: StoreError| ()) else { continue };
        let done = engine.results() - first;
        let left = u64::try_from(left).unwrap_or(0);
        looks.push((Instant::now(), done));
        if looks.len() > LATELY {
            looks.remove(0);
        }
        let words = line(done, done + left, rate(&looks));
        match &bar {
            Some(bar) => {
                bar.set_length(done + left);
                bar.set_position(done);
                bar.set_message(words);
            }
            None if began.elapsed() >= next_line && done + left > 0 => {
                next_line += LINES;
                eprintln!("{words}");
            }
            None => {}
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(1);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {msg}") {
        bar.set_style(style);
    }
    bar
}

fn rate(looks: &[(Instant, u64)]) -> f64 {
    let (Some((from, before)), Some((to, after))) = (looks.first(), looks.last()) else { return 0.0 };
    let seconds = to.duration_since(*from).as_secs_f64();
    let done = u32::try_from(after - before).unwrap_or(u32::MAX);
    if seconds > 0.0 { f64::from(done) / seconds } else { 0.0 }
}

/// "1 200 of 5 000 mails, about 240 mails a second, less than a minute left".
fn line(done: u64, total: u64, per_second: f64) -> String {
    let number = |count: u64| words::number(i64::try_from(count).unwrap_or(i64::MAX));
    let mut line = format!("{} of {} mails", number(done), number(total));
    if per_second > 0.0 {
        if let Ok(rate) = words::rate(Language::En, per_second) {
            line += &format!(", {rate}");
        }
        let left = f64::from(u32::try_from(total - done).unwrap_or(u32::MAX)) / per_second;
        let left = jiff::SignedDuration::try_from_secs_f64(left.ceil()).map_or(0, |left| left.as_secs());
        if let (true, Ok(left)) = (total > done, words::duration(Language::En, left)) {
            line += &format!(", {left} left");
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long() {
        assert_eq!(line(1_200, 5_000, 10.0), "1\u{202f}200 of 5\u{202f}000 mails, about 10 mails a second, about 6 minutes left");
        assert_eq!(line(0, 5, 0.0), "0 of 5 mails");
        assert_eq!(line(5, 5, 2.5), "5 of 5 mails, about 2.5 mails a second");
    }
}
