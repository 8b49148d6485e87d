//! `rundbrief person why|export|erase`: what staff do when somebody asks why no mail came, asks for their data, or wants it gone. The
//! identity of whoever asks is checked by a person before.

use clap::Subcommand;

use super::CliError;
use super::consent::address;
use crate::app::App;
use crate::domain::states::Channel;
use crate::journeys::person::{self, Exported};
use crate::journeys::why::{self, Answer, Told};

#[derive(Subcommand)]
pub(super) enum Person {
    /// Say in one sentence why an address got an issue or did not
    Why {
        address: String,
        /// The issue's number; without it the newest
        number: Option<i64>,
        /// Only this newsletter; without it each that the address has to do with
        #[arg(long, value_name = "NEWSLETTER")]
        newsletter: Option<String>,
    },
    /// Print everything that is stored about an address, as JSON (Art. 15 and 20 GDPR)
    Export { address: String },
    /// Erase everything about an address for good, the proof of consent too, and keep its keyed hash as an objection (Art. 17, 21 GDPR)
    Erase { address: String },
}

impl Person {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let now = app.clock.now();
        match self {
            Person::Why { address: text, number, newsletter } => {
                let address = address(&text)?;
                let of = newsletter.as_deref();
                let answer = app.store.snapshot_blocking(|conn| why::why(conn, &app.context, now, &address, of, number))?;
                for told in told(answer, of, number)? {
                    match told.number {
                        Some(number) => say!("{} {number}: {}", told.newsletter, told.why),
                        None => say!("{}: {}", told.newsletter, told.why),
                    }
                }
            }
            Person::Export { address: text } => {
                let address = address(&text)?;
                let found = app.store.snapshot_blocking(|conn| person::export(conn, &app.context, now, &address))?;
                if matches!(found, Exported::Nothing) {
                    return Err(CliError::Failed("nothing is stored about this address".into()));
                }
                let text = serde_json::to_string_pretty(&found).map_err(|error| CliError::Failed(error.to_string()))?;
                say!("{text}");
            }
            Person::Erase { address: text } => {
                let address = address(&text)?;
                let context = std::sync::Arc::clone(&app.context);
                let erased =
                    app.store.write_blocking(move |conn| person::erase(conn, &context, now, &address, Channel::Staff))?;
                if erased.was_known {
                    say!(
                        "Erased: the person, {} consent records' details, the names and addresses in {} mails' rows",
                        erased.consent_records,
                        erased.deliveries
                    );
                } else if erased.was_left {
                    say!(
                        "Somebody had this address until they changed to another: the proofs of that time name it still, and go \
                         when the person is erased under the address they have now"
                    );
                } else {
                    say!("Nothing was stored about this address");
                }
                if erased.signs_in {
                    say!("A staff account signs in with it, which stays: \"rundbrief staff list\" shows it");
                }
                say!("Its keyed hash is kept: no import brings it back; a new sign-up by the person themselves is possible");
                if !app.store.empty_log_blocking()? {
                    say!(
                        "SQLite's log is in use just now and may hold older copies until the nightly retention has emptied it; \
                         \"rundbrief retention run\" does so at once"
                    );
                }
                say!("Backups that were made before hold the person still: see README, \"When a backup was restored\"");
            }
        }
        Ok(())
    }
}

/// What there is to tell, or why there is nothing.
pub(super) fn told(answer: Answer, newsletter: Option<&str>, number: Option<i64>) -> Result<Vec<Told>, CliError> {
    match answer {
        Answer::Told(told) if told.is_empty() => Err(CliError::Failed("there is no newsletter yet".into())),
        Answer::Told(told) => Ok(told),
        Answer::NoSuchNewsletter => {
            let named = newsletter.unwrap_or_default();
            Err(CliError::Failed(format!("there is no newsletter \"{named}\"; \"rundbrief newsletter list\" shows all")))
        }
        Answer::NoSuchIssue => {
            let of = newsletter.map(|slug| format!(" of {slug}")).unwrap_or_default();
            Err(CliError::Failed(format!("no issue {}{of} was published", number.unwrap_or_default())))
        }
    }
}
