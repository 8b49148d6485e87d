//! `rundbrief issue preview` and `issue test`: the next issue before it is sent.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{CliError, issue};
use crate::app::App;
use crate::domain::address::{Address, AddressError};
use crate::domain::language::{Language, UnknownLanguage};
use crate::journeys::JourneyError;
use crate::journeys::preview::{self, TestAnswer, Whom};

/// Who would get what, and each edition as files: as sent, without pictures, without style, dark, and as text.
pub(super) fn show(app: &App, slug: &str, reader: Option<&str>, folder: Option<PathBuf>) -> Result<(), CliError> {
    let reader = reader.map(parsed).transpose()?;
    let (context, now) = (Arc::clone(&app.context), app.clock.now());
    let name = slug.to_owned();
    let found = app.store.read_blocking(move |conn| {
        let reader = match reader {
            None => None,
            Some(address) => {
                let nobody = || JourneyError::Broken(format!("nobody reads {name} at this address"));
                Some(preview::find_reader(conn, &name, &Whom::Address(address))?.ok_or_else(nobody)?)
            }
        };
        let reader = reader.as_ref().and_then(|reader| reader.name.as_deref());
        preview::look(conn, &context, now, &name, reader)
    })?;
    let look = found.ok_or_else(|| issue::no_newsletter(slug))?;
    if look.editions.is_empty() {
        say!("no news item of {slug} is ready, so there is nothing to see");
        return Ok(());
    }
    for left in &look.left_out {
        say!("\"{}\" stays out: the event is past or cancelled", left.headline);
    }
    for (headline, language) in &look.missing {
        say!("\"{headline}\" has no text in {language}; that edition goes without it");
    }
    for audience in &look.audiences {
        let readers = if audience.readers == 1 { "1 reader".to_owned() } else { format!("{} readers", audience.readers) };
        let gets = audience.gets.as_ref().map_or("nothing", Language::tag);
        say!("{readers} of {} would get {gets}", audience.language);
    }
    for (edition, seen) in &look.editions {
        say!("{}: {}", edition.language, edition.subject);
        let Some(folder) = &folder else { continue };
        std::fs::create_dir_all(folder).map_err(|error| CliError::Failed(format!("{}: {error}", folder.display())))?;
        let tag = edition.language;
        write(folder, &format!("{tag}.html"), &seen.html)?;
        write(folder, &format!("{tag}-no-images.html"), &seen.without_images())?;
        write(folder, &format!("{tag}-no-style.html"), &seen.without_style())?;
        write(folder, &format!("{tag}-dark.html"), &seen.dark())?;
        write(folder, &format!("{tag}.txt"), &seen.text)?;
    }
    if let Some(folder) = folder {
        say!("written to {}", folder.display());
    }
    Ok(())
}

fn write(folder: &Path, name: &str, content: &str) -> Result<(), CliError> {
    let path = folder.join(name);
    std::fs::write(&path, content).map_err(|error| CliError::Failed(format!("{}: {error}", path.display())))
}

fn parsed(address: &str) -> Result<Address, CliError> {
    Address::parse(address).map_err(|error| CliError::Usage(format!("{address}: {error}")))
}

pub(super) fn test(app: &App, slug: &str, to: &str, language: Option<&str>) -> Result<(), CliError> {
    let to = parsed(to)?;
    let only: Option<Language> =
        language.map(str::parse).transpose().map_err(|error: UnknownLanguage| CliError::Usage(error.to_string()))?;
    let (context, now) = (Arc::clone(&app.context), app.clock.now());
    let name = slug.to_owned();
    let answer = app.store.write_blocking(move |conn| preview::send_test(conn, &context, now, &name, &to, only))?;
    match answer {
        TestAnswer::Queued(languages) => {
            let tags: Vec<&str> = languages.iter().map(|language| language.tag()).collect();
            say!("the next issue goes out in {}, if rundbrief serve or deliver runs; nothing is published", tags.join(", "));
            Ok(())
        }
        TestAnswer::NothingReady => {
            say!("no news item of {slug} is ready in that language, so there is nothing to send");
            Ok(())
        }
        TestAnswer::NoSuchNewsletter => Err(issue::no_newsletter(slug)),
        TestAnswer::NotCarried => Err(CliError::Usage(format!("--to: {}", AddressError::LocalPartInternational))),
        TestAnswer::Unsigned(error) => Err(CliError::Failed(error.to_string())),
        TestAnswer::Suppressed => {
            Err(CliError::Failed("this address must not be mailed: it refused mails, or somebody objected".to_owned()))
        }
    }
}
