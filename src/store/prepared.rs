//! Statements that are prepared once per connection: those that are sent for every mail.
//!
//! Diesel parses each of its own UPDATEs and `sql_query`s anew, because their text may differ from call to call. For two
//! statements a mail that is most of what they cost. The text of these never differs.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, BigInt, Binary, HasSqlType, Nullable, Text};

/// A value for one `?`.
pub(super) enum Bind<'a> {
    Int(i64),
    MaybeInt(Option<i64>),
    Text(&'a str),
    MaybeText(Option<&'a str>),
    Bytes(&'a [u8]),
}

/// Many values for one `?`: PostgreSQL only.
pub(super) enum Binds<'a> {
    Ints(Vec<i64>),
    MaybeInts(Vec<Option<i64>>),
    Texts(Vec<&'a str>),
    MaybeTexts(Vec<Option<&'a str>>),
    Bytes(Vec<&'a [u8]>),
}

/// Names a statement: a type of its own for each text.
pub(super) trait Statement: 'static {
    /// With `?` where values go; no `?` stands for anything else in it.
    const TEXT: &'static str;
}

/// A statement with its values.
pub(super) struct Prepared<S, B> {
    values: Vec<B>,
    statement: PhantomData<S>,
}

impl<S, B> Prepared<S, B> {
    pub fn with(values: Vec<B>) -> Self {
        Self { values, statement: PhantomData }
    }
}

impl<S: Statement, B> QueryId for Prepared<S, B> {
    type QueryId = S;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<S, B, Conn> RunQueryDsl<Conn> for Prepared<S, B> {}

/// Such a statement may return ids.
impl<S, B> Query for Prepared<S, B> {
    type SqlType = BigInt;
}

/// Text and values in turn.
fn walk<'b, S: Statement, B, DB: Backend>(
    prepared: &'b Prepared<S, B>,
    mut out: AstPass<'_, 'b, DB>,
    mut push: impl FnMut(&mut AstPass<'_, 'b, DB>, &'b B) -> QueryResult<()>,
) -> QueryResult<()> {
    let mut values = prepared.values.iter();
    for (n, text) in S::TEXT.split('?').enumerate() {
        if n > 0 {
            let value = values.next().ok_or_else(|| Error::QueryBuilderError("a statement has too few values".into()))?;
            push(&mut out, value)?;
        }
        out.push_sql(text);
    }
    Ok(())
}

struct LastId;

impl Statement for LastId {
    const TEXT: &'static str = "SELECT last_insert_rowid()";
}

/// The id of the row that this connection inserted last.
///
/// With RETURNING, and with an upsert, SQLite copies each page that a statement changes, to be able to take back half of it: in
/// great numbers that is most of what they cost.
pub(super) fn last_id(conn: &mut SqliteConnection) -> QueryResult<i64> {
    Prepared::<LastId, Bind<'_>>::with(Vec::new()).get_result(conn)
}

impl<S: Statement, DB> QueryFragment<DB> for Prepared<S, Bind<'_>>
where
    DB: Backend + HasSqlType<BigInt> + HasSqlType<Text> + HasSqlType<Binary>,
    i64: ToSql<BigInt, DB>,
    Option<i64>: ToSql<Nullable<BigInt>, DB>,
    str: ToSql<Text, DB>,
    for<'a> Option<&'a str>: ToSql<Nullable<Text>, DB>,
    [u8]: ToSql<Binary, DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        walk(self, out, |out, value| match value {
            Bind::Int(value) => out.push_bind_param::<BigInt, _>(value),
            Bind::MaybeInt(value) => out.push_bind_param::<Nullable<BigInt>, _>(value),
            Bind::Text(value) => out.push_bind_param::<Text, str>(value),
            Bind::MaybeText(value) => out.push_bind_param::<Nullable<Text>, _>(value),
            Bind::Bytes(value) => out.push_bind_param::<Binary, [u8]>(value),
        })
    }
}

impl<S: Statement> QueryFragment<Pg> for Prepared<S, Binds<'_>> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        walk(self, out, |out, value| match value {
            Binds::Ints(values) => out.push_bind_param::<Array<BigInt>, _>(values),
            Binds::MaybeInts(values) => out.push_bind_param::<Array<Nullable<BigInt>>, _>(values),
            Binds::Texts(values) => out.push_bind_param::<Array<Text>, _>(values),
            Binds::MaybeTexts(values) => out.push_bind_param::<Array<Nullable<Text>>, _>(values),
            Binds::Bytes(values) => out.push_bind_param::<Array<Binary>, _>(values),
        })
    }
}
