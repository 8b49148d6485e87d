//! Logs: what is written, in which form, and what never is.
//!
//! One line per event on stderr, as text for people or as JSON for machines. Two things hold whatever the filter says:
//! of other crates only warnings and errors are written, because what they tell below that are headers, bodies, statements
//! and addresses; and every line passes a mask that leaves no token and no mail address in it (R184). Besides, tokens in
//! paths are masked where the path is known, addresses mask themselves, and bodies are not logged at all.

mod mask;

use std::io::{self, IsTerminal as _, Write};
use std::panic::PanicHookInfo;

use serde::{Deserialize, Serialize};
use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What is logged where nobody asks for something else.
const DEFAULT_FILTER: &str = "info";

/// Octets. Every token and secret of ours has at least 43, and no slug or number has.
const TOKEN_LENGTH: usize = 43;

/// How a line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// Whether a line may have colours: on a terminal, unless somebody does not want them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    OnTerminals,
    Never,
}

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error(
        "RUNDBRIEF_LOG is \"{filter}\", which is no log filter: {problem}; examples are \"info\" and \"warn,rundbrief=debug\""
    )]
    Filter { filter: String, problem: String },
    #[error("logging was already set up")]
    Twice,
}

/// Sets up logging for the whole process. `filter` is in the form of `tracing_subscriber`'s `EnvFilter`.
pub fn init(filter: Option<&str>, format: Format, colour: Colour) -> Result<(), TelemetryError> {
    let filter = filter.filter(|filter| !filter.trim().is_empty()).unwrap_or(DEFAULT_FILTER);
    let events = EnvFilter::builder()
        .parse(filter)
        .map_err(|error| TelemetryError::Filter { filter: filter.to_owned(), problem: error.to_string() })?;
    let registry = tracing_subscriber::registry().with(events).with(filter_fn(may_be_written));
    let lines = tracing_subscriber::fmt::layer().with_writer(|| Masked(io::stderr()));
    let coloured = colour == Colour::OnTerminals && io::stderr().is_terminal();
    match format {
        Format::Text => registry.with(lines.with_ansi(coloured)).try_init(),
        Format::Json => registry.with(lines.with_ansi(false).json().flatten_event(true)).try_init(),
    }
    .map_err(|_| TelemetryError::Twice)?;
    std::panic::set_hook(Box::new(tell_panic));
    Ok(())
}

/// Of ourselves whatever the filter asks for, of others nothing below a warning.
fn may_be_written(metadata: &Metadata<'_>) -> bool {
    is_ours(metadata.target()) || *metadata.level() <= Level::WARN
}

fn is_ours(target: &str) -> bool {
    target == "rundbrief" || target.starts_with("rundbrief::")
}

/// A panic is told like any other error, through the mask: its words may hold what it stumbled over.
fn tell_panic(panic: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let place = panic.location().map(ToString::to_string);
    let words = panic.payload_as_str();
    tracing::error!(thread = thread.name(), place, words, "something broke down; please report this as a bug");
}

/// Writes whole events, each in one call, without what must not be in them.
struct Masked<W>(W);

impl<W: Write> Write for Masked<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.write_all(mask::masked(&String::from_utf8_lossy(event)).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A request's path without the tokens in it, and without its query: what may stand in an access log (R184).
pub fn redacted_path(path: &str) -> String {
    let (path, query) = path.split_once('?').map_or((path, ""), |(path, _)| (path, "?…"));
    let mut seen: Vec<&str> = Vec::new();
    let mut shown = Vec::new();
    for segment in path.split('/') {
        let is_token = !segment.is_empty()
            && (matches!(seen.as_slice(), ["confirm" | "unsubscribe" | "preferences", ..] | ["staff", "invitation", ..])
                // Wherever else one may stray to, say behind an encoded letter.
                || segment.len() >= TOKEN_LENGTH);
        shown.push(if is_token { "…" } else { segment });
        if !segment.is_empty() {
            seen.push(segment);
        }
    }
    shown.join("/") + query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_reaches_the_log() {
        let token = "AQGrq6urq6urq6urq6urq6urMETreeqtdmia4Ye9mY6U5w";
        for (path, shown) in [
            ("/confirm/TOKEN", "/confirm/…"),
            ("/unsubscribe/TOKEN", "/unsubscribe/…"),
            ("/unsubscribe/TOKEN/", "/unsubscribe/…/"),
            ("//unsubscribe//TOKEN", "//unsubscribe//…"),
            ("/preferences/TOKEN", "/preferences/…"),
            ("/preferences/TOKEN/data.json", "/preferences/…/…"),
            ("/staff/invitation/TOKEN", "/staff/invitation/…"),
            ("/%75nsubscribe/TOKEN", "/%75nsubscribe/…"),
            ("/n/weekly?token=TOKEN", "/n/weekly?…"),
            ("/unsubscribe/TOKEN?a=b", "/unsubscribe/…?…"),
        ] {
            let shown_path = redacted_path(&path.replace("TOKEN", token));
            assert_eq!(shown_path, shown);
        }
        assert_eq!(redacted_path("/confirm/short"), "/confirm/…");
    }

    #[test]
    fn other_paths_are_shown_as_they_are() {
        for path in [
            "/",
            "",
            "/n/weekly",
            "/archive/kinder-und-jugend/12/de-simple",
            "/staff/issues/3",
            "/staff/invitations",
            "/confirm",
            "/confirm/",
        ] {
            assert_eq!(redacted_path(path), path);
        }
    }

    #[test]
    fn nothing_below_a_warning_is_written_of_others() {
        for ours in ["rundbrief", "rundbrief::web::access"] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in ["rundbriefs", "log", "actix_http::h1", "diesel", "hyper::proto", "lettre", ""] {
            assert!(!is_ours(other), "{other}");
        }
    }

    #[test]
    fn a_wrong_filter_is_told() {
        let told = init(Some("rundbrief=loud"), Format::Text, Colour::Never).map_err(|error| error.to_string());
        assert!(told.is_err_and(|told| told.starts_with("RUNDBRIEF_LOG is \"rundbrief=loud\"")));
    }
}
