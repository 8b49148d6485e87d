//! Rows of any table as bytes, the same whichever database they come from: PostgreSQL's binary format of COPY, which is also what
//! is hashed. <https://www.postgresql.org/docs/current/sql-copy.html>, "Binary Format".

use diesel::connection::DefaultLoadingMode;
use diesel::deserialize::{self, QueryableByName};
use diesel::pg::{Pg, PgRowByRowLoadingMode};
use diesel::prelude::*;
use diesel::row::{Field as _, NamedRow};
use diesel::sqlite::{Sqlite, SqliteType};

use super::tables::{Table, Value};
use crate::store::{Conn, StoreError, connection};

const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// In the place of a row's count of fields: there are no more.
const END: [u8; 2] = (-1_i16).to_be_bytes();
/// In the place of a value's length.
const NULL: i32 = -1;

/// One row in that format.
pub(super) struct Row(pub Vec<u8>);

impl Row {
    fn of(fields: usize) -> deserialize::Result<Self> {
        Ok(Self(i16::try_from(fields)?.to_be_bytes().to_vec()))
    }

    fn push(&mut self, value: Option<&[u8]>) -> deserialize::Result<()> {
        let length = value.map_or(Ok(NULL), |value| i32::try_from(value.len()))?;
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(value.unwrap_or_default());
        Ok(())
    }
}

impl QueryableByName<Pg> for Row {
    fn build<'a>(found: &impl NamedRow<'a, Pg>) -> deserialize::Result<Self> {
        let mut row = Row::of(found.field_count())?;
        for n in 0..found.field_count() {
            let field = diesel::row::Row::get(found, n).ok_or("a row is too short")?;
            // What the server sends is the format itself.
            row.push(field.value().map(|value| value.as_bytes()))?;
        }
        Ok(row)
    }
}

impl QueryableByName<Sqlite> for Row {
    fn build<'a>(found: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let mut row = Row::of(found.field_count())?;
        for n in 0..found.field_count() {
            let field = diesel::row::Row::get(found, n).ok_or("a row is too short")?;
            match field.value() {
                None => row.push(None)?,
                Some(mut value) => match value.value_type() {
                    Some(SqliteType::Long) => row.push(Some(&value.read_long().to_be_bytes()))?,
                    Some(SqliteType::Text) => row.push(Some(value.read_text().as_bytes()))?,
                    Some(SqliteType::Binary) => row.push(Some(value.read_blob()))?,
                    None => row.push(None)?,
                    Some(other) => return Err(format!("a value of the type {other:?} fits no column").into()),
                },
            }
        }
        Ok(row)
    }
}

/// Hands over the rows of a query one after the other, and holds no more than one of them.
pub(super) fn each(
    conn: &mut Conn,
    statement: String,
    mut take: impl FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(c) => {
            for row in diesel::sql_query(statement).load_iter::<Row, DefaultLoadingMode>(c)? {
                take(row?)?;
            }
        }
        Conn::Postgres(c) => {
            for row in diesel::sql_query(statement).load_iter::<Row, PgRowByRowLoadingMode>(c)? {
                take(row?)?;
            }
        }
    }
    Ok(())
}

/// What a column holds, by its name in the database's catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Text,
    Bytes,
}

impl Kind {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "integer" | "bigint" => Some(Kind::Int),
            "text" => Some(Kind::Text),
            "blob" | "bytea" => Some(Kind::Bytes),
            _ => None,
        }
    }
}

/// Some rows of a table, one after the other.
#[derive(Default)]
pub(super) struct Batch {
    pub rows: u64,
    bytes: Vec<u8>,
}

impl Batch {
    /// As much as is kept in memory and written in one transaction.
    const ROWS: u64 = 10_000;
    const BYTES: usize = 8 << 20;

    pub fn push(&mut self, row: &Row) {
        if self.bytes.is_empty() {
            self.bytes.extend_from_slice(HEADER);
        }
        self.bytes.extend_from_slice(&row.0);
        self.rows += 1;
    }

    pub fn is_full(&self) -> bool {
        self.rows >= Batch::ROWS || self.bytes.len() >= Batch::BYTES
    }

    /// Writes them in one transaction. `kinds`: of the table's columns.
    pub fn write(mut self, conn: &mut Conn, table: &Table, kinds: &[Kind]) -> Result<u64, StoreError> {
        if self.rows == 0 {
            return Ok(0);
        }
        self.bytes.extend_from_slice(&END);
        connection::transaction(conn, |conn| match conn {
            Conn::Postgres(c) => (table.copy_in)(c, &self.bytes).map(drop).map_err(StoreError::from),
            Conn::Sqlite(c) => {
                let statement = format!("INSERT INTO {} ({})", table.name, table.columns().join(", "));
                let mut rest = self.bytes.get(HEADER.len()..).unwrap_or_default();
                for _ in 0..self.rows {
                    let values = values(&mut rest, kinds).ok_or_else(|| StoreError::Foreign {
                        table: table.name,
                        value: "a row that does not fit its columns".into(),
                    })?;
                    (table.insert)(c, &statement, &values)?;
                }
                Ok(())
            }
        })?;
        Ok(self.rows)
    }
}

/// The values of the next row. None: they are not what the columns hold.
fn values<'a>(rest: &mut &'a [u8], kinds: &[Kind]) -> Option<Vec<Value<'a>>> {
    let count = i16::from_be_bytes(*next(rest)?);
    if usize::try_from(count) != Ok(kinds.len()) {
        return None;
    }
    kinds.iter().map(|kind| value(rest, *kind)).collect()
}

fn value<'a>(rest: &mut &'a [u8], kind: Kind) -> Option<Value<'a>> {
    let length = i32::from_be_bytes(*next(rest)?);
    let bytes = match usize::try_from(length) {
        Ok(length) => {
            let (bytes, after) = rest.split_at_checked(length)?;
            *rest = after;
            Some(bytes)
        }
        Err(_) if length == NULL => None,
        Err(_) => return None,
    };
    Some(match kind {
        Kind::Int => Value::Int(bytes.map(|bytes| bytes.try_into().map(i64::from_be_bytes)).transpose().ok()?),
        Kind::Text => Value::Text(bytes.map(std::str::from_utf8).transpose().ok()?),
        Kind::Bytes => Value::Bytes(bytes),
    })
}

fn next<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (first, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        let mut row = Row::of(4).expect("few");
        for value in [Some(&7_i64.to_be_bytes()[..]), None, Some(b"Tr\xc3\xa4ume"), Some(b"\0\xff")] {
            row.push(value).expect("short");
        }
        row
    }

    #[test]
    fn what_was_written_is_read_and_nothing_else() {
        let kinds = [Kind::Int, Kind::Bytes, Kind::Text, Kind::Bytes];
        let row = row();
        let mut rest = &row.0[..];
        let read = values(&mut rest, &kinds).expect("its own format");
        assert!(matches!(
            read[..],
            [Value::Int(Some(7)), Value::Bytes(None), Value::Text(Some("Träume")), Value::Bytes(Some(b"\0\xff"))]
        ));
        assert!(rest.is_empty());
        for wrong in
            [&kinds[..3], &[Kind::Text, Kind::Text, Kind::Int, Kind::Text], &[Kind::Bytes, Kind::Int, Kind::Bytes, Kind::Text]]
        {
            assert!(values(&mut &row.0[..], wrong).is_none(), "{wrong:?}");
        }
        for cut in 0..row.0.len() {
            assert!(values(&mut &row.0[..cut], &kinds).is_none(), "{cut}");
        }
    }

    #[test]
    fn the_header_is_that_of_the_format() {
        assert_eq!(HEADER.len(), 19, "the signature, the flags and the length of the extension");
    }
}
