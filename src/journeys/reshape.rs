//! Staff change a newsletter that is set up: what it is called, who sends it, its languages, when it is due, what it says.

use jiff::Timestamp;

use super::JourneyError;
use super::newsletters::{NewsletterError, TextRequest, Visibility, checked_languages, checked_name, named, put_text};
use crate::domain::address::Address;
use crate::domain::cadence::Cadence;
use crate::domain::header;
use crate::domain::language::{Fallbacks, Language};
use crate::store::newsletters::{Newsletter, Shape};
use crate::store::{Conn, feeds, micros, newsletters, subscriptions};

/// What to change. What is None stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub name: Option<String>,
    /// What stands before the sender's address.
    pub from_name: Option<String>,
    pub from_address: Option<String>,
    pub languages: Option<Vec<Language>>,
    /// Some(None): issues are published by people only.
    pub cadence: Option<Option<String>>,
    pub zone: Option<String>,
    pub visibility: Option<Visibility>,
    /// Entries like `en=de`; empty: nothing is declared.
    pub fallback: Option<Vec<String>>,
}

/// A newsletter after the change, and what follows from it.
#[derive(Clone, Debug)]
pub struct Changed {
    pub newsletter: Newsletter,
    /// Readers of languages that are gone: of which, how many, and whose edition they get from now on.
    pub readers: Vec<(Language, i64, Option<Language>)>,
    /// Declarations of `--fallback` that were lost with a language.
    pub undeclared: Vec<String>,
}

/// Changes everything or, if one value is wrong, nothing.
pub fn change(conn: &mut Conn, now: Timestamp, slug: &str, change: &Change) -> Result<Changed, NewsletterError> {
    let id = named(conn, slug)?.id;
    // Publishing and the cadence's next time wait for it, or it for them.
    newsletters::lock(conn, id)?;
    let newsletter = newsletters::get(conn, id)?;
    let mut shape = Shape::from(&newsletter);
    if let Some(name) = &change.name {
        shape.name = checked_name(name)?;
    }
    if let Some(name) = &change.from_name {
        header::check("from", name)?;
        shape.from_name = name.clone();
    }
    if let Some(address) = &change.from_address {
        shape.from_address = Address::parse_own(address)?.wire();
    }
    if let Some(visibility) = change.visibility {
        shape.private = i64::from(visibility == Visibility::Private);
    }
    let before = newsletter.languages()?;
    let languages = match &change.languages {
        Some(wanted) => checked_languages(wanted)?,
        None => before.clone(),
    };
    shape.languages = serde_json::to_string(&languages).map_err(JourneyError::from)?;
    let gone: Vec<Language> = before.into_iter().filter(|language| !languages.contains(language)).collect();
    for feed in feeds::list(conn, id)? {
        if let Some(language) = gone.iter().find(|language| language.tag() == feed.language) {
            return Err(NewsletterError::FeedIn { language: *language, url: feed.url });
        }
    }
    let (fallbacks, undeclared) = fallbacks(&newsletter, &languages, change.fallback.as_deref())?;
    shape.fallbacks = serde_json::to_string(&fallbacks).map_err(JourneyError::from)?;
    if change.cadence.is_some() || change.zone.is_some() {
        time(now, &newsletter, change, &mut shape)?;
    }
    newsletters::reshape(conn, id, &shape)?;
    let mut readers = Vec::new();
    for (tag, count) in subscriptions::count_active(conn, id)? {
        if let Some(language) = gone.iter().find(|language| language.tag() == tag) {
            readers.push((*language, count, fallbacks.edition_for(*language, &languages)));
        }
    }
    Ok(Changed { newsletter: newsletters::get(conn, id)?, readers, undeclared })
}

/// The declarations from now on, and those that are lost because they name a language that is gone.
fn fallbacks(
    newsletter: &Newsletter,
    languages: &[Language],
    wanted: Option<&[String]>,
) -> Result<(Fallbacks, Vec<String>), NewsletterError> {
    if let Some(entries) = wanted {
        return Ok((Fallbacks::parse(entries, languages)?, Vec::new()));
    }
    let entries = newsletter.fallbacks()?.to_string();
    let entries = entries.split(',').filter(|entry| !entry.is_empty()).map(str::to_owned);
    let (kept, lost): (Vec<String>, Vec<String>) =
        entries.partition(|entry| Fallbacks::parse(std::slice::from_ref(entry), languages).is_ok());
    Ok((Fallbacks::parse(&kept, languages)?, lost))
}

fn time(now: Timestamp, newsletter: &Newsletter, change: &Change, shape: &mut Shape) -> Result<(), NewsletterError> {
    let zone = change.zone.as_deref().unwrap_or(&newsletter.zone);
    let cron = change.cadence.clone().unwrap_or_else(|| newsletter.cadence.clone());
    // The zone is checked also where there is no cadence.
    let cadence = Cadence::parse(cron.as_deref().unwrap_or("0 9 * * MON"), zone)?;
    if cron.is_some() && newsletter.is_closed() {
        return Err(NewsletterError::Closed(newsletter.slug.clone()));
    }
    shape.zone = cadence.zone().to_owned();
    shape.next_due_at = cron.as_ref().and_then(|_| cadence.next_after(now)).map(micros);
    shape.cadence = cron;
    Ok(())
}

/// What to change of what a newsletter says in one language. What is None stays as it is; what is empty becomes empty.
#[derive(Clone, Debug, Default)]
pub struct TextChange {
    pub title: Option<String>,
    pub description: Option<String>,
    pub footer: Option<String>,
    pub funding: Option<String>,
}

pub fn change_text(conn: &mut Conn, slug: &str, language: Language, change: TextChange) -> Result<(), NewsletterError> {
    let newsletter = named(conn, slug)?;
    // Pages are in our own languages, whichever the newsletter comes in.
    if !Language::and_ours(newsletter.languages()?).contains(&language) {
        return Err(NewsletterError::Language { slug: newsletter.slug, language });
    }
    newsletters::lock(conn, newsletter.id)?;
    let known = newsletters::text(conn, newsletter.id, language)?;
    let missing = |what| NewsletterError::NoText { slug: newsletter.slug.clone(), language, what };
    let (title, description, footer, funding) = match known {
        Some(known) => (Some(known.title), Some(known.description), known.footer, known.funding),
        None => Default::default(),
    };
    let text = TextRequest {
        title: change.title.or(title).ok_or_else(|| missing("--title"))?,
        description: change.description.or(description).ok_or_else(|| missing("--description"))?,
        footer: change.footer.unwrap_or(footer),
        funding: change.funding.unwrap_or(funding),
    };
    if text.title.trim().is_empty() {
        return Err(NewsletterError::Empty("--title"));
    }
    put_text(conn, newsletter.id, language, &text)
}
