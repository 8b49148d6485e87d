//! A reader looks at and changes what they get: name, language edition, which newsletters.

use jiff::Timestamp;
use serde_json::json;

use super::consent::record;
use super::subscribe::text_for;
use super::{Context, JourneyError, leave, person};
use crate::domain::header::{HeaderError, HeaderText};
use crate::domain::language::Language;
use crate::domain::states::{Channel, ConsentAct, SubscriptionState};
use crate::store::subscribers::Subscriber;
use crate::store::{Conn, newsletters, subscribers, subscriptions};

pub struct PreferencesView {
    /// Of the first active subscription, else German.
    pub language: Language,
    pub address: String,
    pub name: Option<String>,
    pub subscriptions: Vec<SubscriptionView>,
}

pub struct SubscriptionView {
    pub slug: String,
    pub title: String,
    pub state: SubscriptionState,
    pub language: Language,
    /// Those the newsletter comes in, and the person's own if it does not come in that any more.
    pub languages: Vec<Language>,
    /// The newsletter takes nobody in any more.
    pub is_closed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    Keep(Language),
    Leave,
}

#[derive(Clone, Debug)]
pub struct PreferencesRequest {
    pub name: Option<String>,
    /// By slug. Newsletters that are not named stay as they are.
    pub choices: Vec<(String, Choice)>,
}

pub enum PreferencesAnswer {
    Saved,
    BadName(HeaderError),
    Unknown,
}

pub fn show(conn: &mut Conn, ctx: &Context, token: &str) -> Result<Option<PreferencesView>, JourneyError> {
    match person::by_link(conn, ctx, token)? {
        Some(subscriber) => Ok(Some(view(conn, &subscriber)?)),
        None => Ok(None),
    }
}

pub fn save(
    conn: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    token: &str,
    request: &PreferencesRequest,
) -> Result<PreferencesAnswer, JourneyError> {
    let Some(subscriber) = person::by_link(conn, ctx, token)? else { return Ok(PreferencesAnswer::Unknown) };
    let name = match request.name.as_deref().filter(|name| !name.trim().is_empty()) {
        None => None,
        Some(name) => match HeaderText::parse("name", name) {
            Ok(name) => Some(name.as_str().to_owned()),
            Err(error) => return Ok(PreferencesAnswer::BadName(error)),
        },
    };
    if name != subscriber.name {
        subscribers::set_name(conn, subscriber.id, name.as_deref())?;
    }
    for (subscription, slug) in subscriptions::list_of(conn, subscriber.id)? {
        // Only a confirmed subscription can be changed here; an ended one needs a new opt-in.
        if subscription.state()? != SubscriptionState::Active {
            continue;
        }
        let choice = request.choices.iter().find(|(chosen, _)| *chosen == slug).map(|(_, choice)| *choice);
        match choice {
            Some(Choice::Leave) => leave::end(conn, now, &subscription, Channel::Page)?,
            Some(Choice::Keep(language)) if language != subscription.language()? => {
                let newsletter = newsletters::get(conn, subscription.newsletter_id)?;
                if newsletter.languages()?.contains(&language) {
                    subscriptions::set_language(conn, subscription.id, language)?;
                    record(
                        conn,
                        ConsentAct::LanguageChanged,
                        now,
                        subscriber.id,
                        newsletter.id,
                        json!({ "newsletter": slug, "from": subscription.language, "to": language, "channel": Channel::Page.as_str() }),
                    )?;
                }
            }
            Some(Choice::Keep(_)) | None => {}
        }
    }
    Ok(PreferencesAnswer::Saved)
}

fn view(conn: &mut Conn, subscriber: &Subscriber) -> Result<PreferencesView, JourneyError> {
    let mut views = Vec::new();
    for (subscription, slug) in subscriptions::list_of(conn, subscriber.id)? {
        let newsletter = newsletters::get(conn, subscription.newsletter_id)?;
        let language = subscription.language()?;
        let mut languages = newsletter.languages()?;
        if !languages.contains(&language) {
            languages.push(language);
        }
        views.push(SubscriptionView {
            slug,
            title: text_for(conn, &newsletter, language)?.title,
            state: subscription.state()?,
            language,
            languages,
            is_closed: newsletter.is_closed(),
        });
    }
    let active = views.iter().find(|view| view.state == SubscriptionState::Active).or(views.first());
    Ok(PreferencesView {
        language: active.map_or(Language::De, |view| view.language),
        address: subscriber.address.clone(),
        name: subscriber.name.clone(),
        subscriptions: views,
    })
}
