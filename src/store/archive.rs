//! The public archive: which issues of a newsletter can be read, and the search over all their items. Private newsletters
//! are in none of it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use super::schema::{editions, issues, newsletters, published_items};
use super::{Conn, StoreError, connection::each};
use crate::domain::language::Language;
use crate::domain::search::{Query, indexed};

/// What has been cancelled or is held is not shown.
const SHOWN: &str = "issues.state IN ('preparing', 'sending', 'paused', 'sent')";

/// One item of an issue in one language, as it was published.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = published_items, treat_none_as_default_value = false)]
pub struct PublishedItem {
    pub issue_id: i64,
    pub newsletter_id: i64,
    pub language: String,
    /// In its edition, from 1.
    pub position: i64,
    pub headline: String,
    /// Empty: none.
    pub lead: String,
    /// The body as plain text.
    pub text: String,
    /// µs.
    pub published_at: i64,
}

/// Makes items known to the search.
pub fn insert(conn: &mut Conn, items: &[PublishedItem]) -> Result<(), StoreError> {
    for item in items {
        let id: i64 = each!(conn, |c| diesel::insert_into(published_items::table)
            .values(item)
            .returning(published_items::id)
            .get_result(c))?;
        index(conn, id, [&item.headline, &item.lead, &item.text])?;
    }
    Ok(())
}

/// Has the search find an item by its headline, lead and text.
fn index(conn: &mut Conn, id: i64, words: [&str; 3]) -> Result<(), StoreError> {
    let statement = match conn {
        Conn::Sqlite(_) => "INSERT INTO published_words (rowid, headline, lead, text) VALUES ($1, $2, $3, $4)",
        Conn::Postgres(_) => {
            "UPDATE published_items SET words = setweight(to_tsvector('simple', $2), 'A') \
             || setweight(to_tsvector('simple', $3), 'B') || to_tsvector('simple', $4) WHERE id = $1"
        }
    };
    let [headline, lead, text] = words.map(indexed);
    each!(conn, |c| diesel::sql_query(statement)
        .bind::<BigInt, _>(id)
        .bind::<Text, _>(headline)
        .bind::<Text, _>(lead)
        .bind::<Text, _>(text)
        .execute(c))?;
    Ok(())
}

/// Makes the search's index anew.
pub(super) fn index_all(conn: &mut Conn) -> Result<(), StoreError> {
    use published_items as p;
    if let Conn::Sqlite(c) = conn {
        diesel::sql_query("INSERT INTO published_words (published_words) VALUES ('delete-all')").execute(c)?;
    }
    let mut after = 0;
    loop {
        let page: Vec<(i64, String, String, String)> =
            p::table.filter(p::id.gt(after)).order(p::id).limit(500).select((p::id, p::headline, p::lead, p::text)).load(conn)?;
        let Some((last, ..)) = page.last() else { return Ok(()) };
        after = *last;
        for (id, headline, lead, text) in &page {
            index(conn, *id, [headline, lead, text])?;
        }
    }
}

/// An edition as the archive lists it.
#[derive(Clone, Debug, Queryable)]
pub struct Listed {
    pub issue_id: i64,
    pub number: Option<i64>,
    pub language: String,
    /// µs.
    pub published_at: Option<i64>,
    pub subject: String,
}

/// Published editions of a newsletter in some languages, newest issue first, from below the number `before`. Nothing of a
/// private one. Walks the index over (newsletter_id, number), and one over (issue_id, language) for each issue.
pub fn list(
    conn: &mut Conn,
    newsletter_id: i64,
    languages: &[Language],
    before: Option<i64>,
    most: i64,
) -> Result<Vec<Listed>, StoreError> {
    let tags: Vec<&str> = languages.iter().map(|language| language.tag()).collect();
    Ok(issues::table
        .inner_join(newsletters::table)
        .inner_join(editions::table)
        .filter(newsletters::private.eq(0))
        .filter(issues::newsletter_id.eq(newsletter_id))
        .filter(issues::number.lt(before.unwrap_or(i64::MAX)))
        .filter(diesel::dsl::sql::<Bool>(SHOWN))
        .filter(editions::language.eq_any(tags))
        .order((issues::number.desc(), editions::id))
        .limit(most)
        .select((issues::id, issues::number, editions::language, issues::published_at, editions::subject))
        .load(conn)?)
}

/// Everything in some issues, in the order in which readers saw it.
pub fn list_items(conn: &mut Conn, issue_ids: &[i64]) -> Result<Vec<PublishedItem>, StoreError> {
    use published_items as p;
    Ok(p::table
        .filter(p::issue_id.eq_any(issue_ids))
        .order((p::issue_id, p::language, p::position))
        .select(PublishedItem::as_select())
        .load(conn)?)
}

/// An item that was found, and where it is.
#[derive(Clone, Debug, QueryableByName)]
pub struct Hit {
    #[diesel(sql_type = Text)]
    pub slug: String,
    #[diesel(sql_type = BigInt)]
    pub number: i64,
    #[diesel(sql_type = BigInt)]
    pub position: i64,
    #[diesel(sql_type = Text)]
    pub headline: String,
    #[diesel(sql_type = Text)]
    pub lead: String,
    #[diesel(sql_type = Text)]
    pub text: String,
    /// µs.
    #[diesel(sql_type = BigInt)]
    pub published_at: i64,
}

/// Where to look, and which of what is found.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    pub language: Language,
    /// None: all public newsletters.
    pub newsletter_id: Option<i64>,
    pub skip: i64,
    pub most: i64,
}

/// Both statements take the same values in the same order.
macro_rules! bound {
    ($sql:expr, $words:expr, $scope:expr) => {
        $sql.bind::<Text, _>($words)
            .bind::<Text, _>($scope.language.tag())
            .bind::<Nullable<BigInt>, _>($scope.newsletter_id)
            .bind::<BigInt, _>($scope.most)
            .bind::<BigInt, _>($scope.skip)
    };
}
/// The items that have all words of the query, the best first, and of two equally good ones the newer.
pub fn search(conn: &mut Conn, query: &Query, scope: Scope) -> Result<Vec<Hit>, StoreError> {
    match conn {
        Conn::Sqlite(c) => Ok(bound!(diesel::sql_query(ON_SQLITE), fts5(query), scope).load(c)?),
        Conn::Postgres(c) => Ok(bound!(diesel::sql_query(ON_POSTGRES), tsquery(query), scope).load(c)?),
    }
}

/// CROSS JOIN keeps the order: what the index of words finds, then the rest by keys.
const ON_SQLITE: &str = "\
    SELECT newsletters.slug, issues.number, i.position, i.headline, i.lead, i.text, i.published_at \
    FROM published_words CROSS JOIN published_items i ON i.id = published_words.rowid \
    CROSS JOIN issues ON issues.id = i.issue_id CROSS JOIN newsletters ON newsletters.id = i.newsletter_id \
    WHERE published_words MATCH ?1 AND i.language = ?2 AND (?3 IS NULL OR i.newsletter_id = ?3) \
    AND newsletters.private = 0 AND issues.state IN ('preparing', 'sending', 'paused', 'sent') \
    ORDER BY bm25(published_words, 8.0, 3.0, 1.0), i.published_at DESC, i.id DESC LIMIT ?4 OFFSET ?5";

/// Uses the GIN index over `words`.
const ON_POSTGRES: &str = "\
    SELECT newsletters.slug, issues.number, i.position, i.headline, i.lead, i.text, i.published_at \
    FROM published_items i JOIN issues ON issues.id = i.issue_id JOIN newsletters ON newsletters.id = i.newsletter_id \
    WHERE i.words @@ to_tsquery('simple', $1) AND i.language = $2 AND ($3::bigint IS NULL OR i.newsletter_id = $3) \
    AND newsletters.private = 0 AND issues.state IN ('preparing', 'sending', 'paused', 'sent') \
    ORDER BY ts_rank(i.words, to_tsquery('simple', $1)) DESC, i.published_at DESC, i.id DESC LIMIT $4 OFFSET $5";

/// `"zentren" "treff" *`. In quotes nothing is an operator of FTS5, and the words have no quotes in them.
fn fts5(query: &Query) -> String {
    let words: Vec<String> = query.words().iter().map(|word| format!("\"{word}\"")).collect();
    format!("{}{}", words.join(" "), if query.is_open() { " *" } else { "" })
}

/// `'zentren' & 'treff':*`. The same for PostgreSQL.
fn tsquery(query: &Query) -> String {
    let words: Vec<String> = query.words().iter().map(|word| format!("'{word}'")).collect();
    format!("{}{}", words.join(" & "), if query.is_open() { ":*" } else { "" })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_query_is_an_operator() {
        let query = Query::parse("Zentren* AND \"NEAR(Treff':*").unwrap();
        assert_eq!(fts5(&query), "\"zentren\" \"and\" \"near\" \"treff\" *");
        assert_eq!(tsquery(&query), "'zentren' & 'and' & 'near' & 'treff':*");
        assert_eq!(fts5(&Query::parse("plan b").unwrap()), "\"plan\" \"b\"");
    }
}
