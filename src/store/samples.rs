//! Made-up subscribers in great number, for measuring.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::connection::each;
use super::{Conn, StoreError};

/// Whether nobody ever subscribed here.
pub fn is_empty(conn: &mut Conn) -> Result<bool, StoreError> {
    use super::schema::subscribers;
    Ok(subscribers::table.select(subscribers::id).first::<i64>(conn).optional()?.is_none())
}

/// `reader-FROM@example.org` to `reader-TO@example.org`, active in one newsletter in German, half of them with a name.
/// Numbers start at 1 and must follow what was filled before.
pub fn fill(conn: &mut Conn, newsletter_id: i64, from: i64, to: i64, now: i64) -> Result<(), StoreError> {
    let (random, numbers) = match conn {
        Conn::Sqlite(_) => (
            "randomblob(16)",
            // SQLite counts the values by where they first stand in the text, so these two stand first.
            "WITH RECURSIVE numbers (n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $2)",
        ),
        Conn::Postgres(_) => ("uuid_send(gen_random_uuid())", "WITH numbers AS (SELECT generate_series($1, $2) AS n)"),
    };
    let people = format!(
        "{numbers} INSERT INTO subscribers (id, public_id, address, canonical, name, created_at) \
         SELECT n, {random}, 'reader-' || n || '@example.org', 'reader-' || n || '@example.org', \
         CASE WHEN n % 2 = 0 THEN 'Ada Beispiel ' || n END, $3 FROM numbers"
    );
    let subscriptions = format!(
        "{numbers} INSERT INTO subscriptions (public_id, subscriber_id, newsletter_id, state, language, activation, requested_at, confirmed_at) \
         SELECT {random}, n, $3, 'active', 'de', n, $4, $4 FROM numbers"
    );
    each!(conn, |c| {
        diesel::sql_query(people).bind::<BigInt, _>(from).bind::<BigInt, _>(to).bind::<BigInt, _>(now).execute(c)?;
        diesel::sql_query(subscriptions)
            .bind::<BigInt, _>(from)
            .bind::<BigInt, _>(to)
            .bind::<BigInt, _>(newsletter_id)
            .bind::<BigInt, _>(now)
            .execute(c)?;
        diesel::sql_query("UPDATE newsletters SET activations = $1 WHERE id = $2")
            .bind::<BigInt, _>(to)
            .bind::<BigInt, _>(newsletter_id)
            .execute(c)?
    });
    if let Conn::Postgres(c) = conn {
        // Whoever subscribes after them needs an id of their own; SQLite sees to that itself.
        let next = "SELECT setval(pg_get_serial_sequence('subscribers', 'id'), $1)";
        diesel::sql_query(next).bind::<BigInt, _>(to).execute(c)?;
    }
    Ok(())
}
