//! subscriber × newsletter: `pending → active → ended`.

use diesel::prelude::*;

use super::schema::{newsletters, subscribers, subscriptions};
use super::{Conn, StoreError, connection::each, word};
use crate::domain::language::Language;
use crate::domain::states::{Channel, SubscriptionState};

#[derive(Clone, Debug, Queryable, Selectable)]
pub struct Subscription {
    pub id: i64,
    pub public_id: Vec<u8>,
    pub subscriber_id: i64,
    pub newsletter_id: i64,
    pub state: String,
    pub language: String,
    pub requested_at: i64,
    pub confirmed_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub ended_channel: Option<String>,
}

impl Subscription {
    pub fn state(&self) -> Result<SubscriptionState, StoreError> {
        word("subscriptions", &self.state, SubscriptionState::parse)
    }

    pub fn language(&self) -> Result<Language, StoreError> {
        word("subscriptions", &self.language, |tag| tag.parse().ok())
    }

    /// Its mailbox refused a mail, and the person has said nothing.
    pub fn was_ended_by_bounce(&self) -> bool {
        self.state == SubscriptionState::Ended.as_str() && self.ended_channel.as_deref() == Some(Channel::Bounce.as_str())
    }

    /// The same, by the refusal of that time (µs).
    pub fn was_ended_by_bounce_at(&self, at: i64) -> bool {
        self.was_ended_by_bounce() && self.ended_at == Some(at)
    }
}

/// Makes a pending subscription where there is none; one that exists is left as it is (a stranger's form changes nothing).
pub fn insert_pending(
    conn: &mut Conn,
    public_id: [u8; 16],
    subscriber_id: i64,
    newsletter_id: i64,
    language: Language,
    now: i64,
) -> Result<(), StoreError> {
    use subscriptions as s;
    let row = (
        s::public_id.eq(public_id.to_vec()),
        s::subscriber_id.eq(subscriber_id),
        s::newsletter_id.eq(newsletter_id),
        s::state.eq(SubscriptionState::Pending.as_str()),
        s::language.eq(language.tag()),
        s::requested_at.eq(now),
    );
    each!(conn, |c| diesel::insert_into(s::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

pub fn find(conn: &mut Conn, subscriber_id: i64, newsletter_id: i64) -> Result<Option<Subscription>, StoreError> {
    Ok(subscriptions::table
        .filter(subscriptions::subscriber_id.eq(subscriber_id))
        .filter(subscriptions::newsletter_id.eq(newsletter_id))
        .select(Subscription::as_select())
        .first(conn)
        .optional()?)
}

pub fn find_by_public_id(conn: &mut Conn, public_id: &[u8; 16]) -> Result<Option<Subscription>, StoreError> {
    Ok(subscriptions::table
        .filter(subscriptions::public_id.eq(public_id.to_vec()))
        .select(Subscription::as_select())
        .first(conn)
        .optional()?)
}

/// All of one person, with the newsletter's slug, in the order of the newsletters.
pub fn list_of(conn: &mut Conn, subscriber_id: i64) -> Result<Vec<(Subscription, String)>, StoreError> {
    Ok(subscriptions::table
        .inner_join(newsletters::table)
        .filter(subscriptions::subscriber_id.eq(subscriber_id))
        .order(subscriptions::newsletter_id)
        .select((Subscription::as_select(), newsletters::slug))
        .load(conn)?)
}

/// Makes it active under a new activation number.
pub fn activate(conn: &mut Conn, id: i64, language: Language, activation: i64, now: i64) -> Result<(), StoreError> {
    use subscriptions as s;
    diesel::update(s::table.find(id))
        .set((
            s::state.eq(SubscriptionState::Active.as_str()),
            s::language.eq(language.tag()),
            s::activation.eq(activation),
            s::confirmed_at.eq(now),
            s::ended_at.eq(None::<i64>),
            s::ended_channel.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn set_language(conn: &mut Conn, id: i64, language: Language) -> Result<(), StoreError> {
    diesel::update(subscriptions::table.find(id)).set(subscriptions::language.eq(language.tag())).execute(conn)?;
    Ok(())
}

/// It goes on as it was before a refusal ended it, under a new activation number.
pub fn restore(conn: &mut Conn, id: i64, activation: i64) -> Result<(), StoreError> {
    use subscriptions as s;
    diesel::update(s::table.find(id))
        .set((
            s::state.eq(SubscriptionState::Active.as_str()),
            s::activation.eq(activation),
            s::ended_at.eq(None::<i64>),
            s::ended_channel.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends it. False: it had ended already (or was never confirmed and is now gone all the same). One that ended because its mailbox
/// refused a mail can still be left: then that is how it ended, and no undoing of refusals brings it back.
pub fn end(conn: &mut Conn, id: i64, channel: Channel, now: i64) -> Result<bool, StoreError> {
    use subscriptions as s;
    let bounced = s::ended_channel.eq(Channel::Bounce.as_str()).and(s::ended_channel.ne(channel.as_str()));
    let open = s::table.filter(s::id.eq(id)).filter(s::state.ne(SubscriptionState::Ended.as_str()).or(bounced.assume_not_null()));
    Ok(diesel::update(open)
        .set((s::state.eq(SubscriptionState::Ended.as_str()), s::ended_at.eq(now), s::ended_channel.eq(channel.as_str())))
        .execute(conn)?
        == 1)
}

/// Gives one person's ended subscriptions to another, for newsletters that they have nothing of.
pub fn move_ended(conn: &mut Conn, from: i64, to: i64) -> Result<(), StoreError> {
    use subscriptions as s;
    let theirs: Vec<i64> = s::table.filter(s::subscriber_id.eq(to)).select(s::newsletter_id).load(conn)?;
    let ended = s::table
        .filter(s::subscriber_id.eq(from))
        .filter(s::state.eq(SubscriptionState::Ended.as_str()))
        .filter(s::newsletter_id.ne_all(theirs));
    diesel::update(ended).set(s::subscriber_id.eq(to)).execute(conn)?;
    Ok(())
}

/// Active subscriptions of a newsletter, now, by language.
pub fn count_active(conn: &mut Conn, newsletter_id: i64) -> Result<Vec<(String, i64)>, StoreError> {
    use subscriptions as s;
    Ok(s::table
        .filter(s::newsletter_id.eq(newsletter_id))
        .filter(s::state.eq(SubscriptionState::Active.as_str()))
        .group_by(s::language)
        .select((s::language, diesel::dsl::count_star()))
        .load(conn)?)
}

/// How many of a newsletter are in any other state than this one.
pub fn count_other_than(conn: &mut Conn, newsletter_id: i64, state: SubscriptionState) -> Result<i64, StoreError> {
    use subscriptions as s;
    let others = s::table.filter(s::newsletter_id.eq(newsletter_id)).filter(s::state.ne(state.as_str()));
    Ok(others.count().get_result(conn)?)
}

/// A subscription with its person, as an export shows it. Times in µs.
#[derive(Clone, Debug, Queryable)]
pub struct Exported {
    pub id: i64,
    pub address: String,
    pub name: Option<String>,
    pub language: String,
    pub state: String,
    pub requested_at: i64,
    pub confirmed_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub ended_channel: Option<String>,
}

/// Up to `most` of a newsletter behind the subscription `after`, in the order they were made: along the primary key (plan:
/// tests/it/plans.rs), so a page costs what it holds and those of other newsletters between.
pub fn page(conn: &mut Conn, newsletter_id: i64, after: i64, most: i64) -> Result<Vec<Exported>, StoreError> {
    use subscriptions as s;
    Ok(s::table
        .inner_join(subscribers::table)
        .filter(s::newsletter_id.eq(newsletter_id))
        .filter(s::id.gt(after))
        .order(s::id)
        .limit(most)
        .select((
            s::id,
            subscribers::address,
            subscribers::name,
            s::language,
            s::state,
            s::requested_at,
            s::confirmed_at,
            s::ended_at,
            s::ended_channel,
        ))
        .load(conn)?)
}
