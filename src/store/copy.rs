//! Everything from one database into another, empty one: SQLite to PostgreSQL, back, or between two of a kind.
//!
//! Both are held by this process alone, and the source does not change until the copy is complete, also over an interruption: it
//! notes that it is being copied (`instance.copying`), and nobody works with it. Tables are written in the order of their keys, a
//! batch in a transaction, so what has arrived is always a beginning, and a copy goes on behind it. Then both sides are read in
//! the same order and hashed. Only when all agrees the source is marked as moved, and after that the target is opened: at no
//! time may both send.

mod place;
mod rows;
mod tables;

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use jiff::Timestamp;

use super::{Conn, StoreError, Target, archive, connection, instance, ledger, micros, nodes};
use crate::domain::copying::{Copying, Part};
use crate::domain::proof::{Hash, hex};
use crate::domain::states::Fence;
use crate::domain::token;
use place::{Form, Place, is_same};
use rows::{Batch, Kind, Row};
use tables::{TABLES, Table};

#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Nothing was done, or nothing more than before.
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What happens, for whoever waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many rows are to be copied and then compared.
    Begun {
        rows: u64,
    },
    Table(&'static str),
    /// So many more were copied.
    Rows(u64),
    Comparing(&'static str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    pub from: String,
    pub to: String,
    pub tables: usize,
    pub rows: u64,
}

/// What a copy finds at its other end.
enum Found {
    Empty,
    Unfinished(Copying),
    Full,
}

/// Copies, or goes on with a copy that was interrupted.
pub fn copy(from: &str, to: &str, now: Timestamp, tell: &mut dyn FnMut(Step)) -> Result<Copied, CopyError> {
    let (from, to) = (Target::parse(from)?, Target::parse(to)?);
    if is_same(&from, &to) {
        return Err(CopyError::Refused(format!("{from} is the database of the settings itself: --to must name another one")));
    }
    let mut source = existing(&from)?;
    let mut target = Place::alone(&to)?;
    let found = look(&mut target)?;
    let mark = instance::copying(&mut source.conn)?;
    let copying = match (mark, found) {
        (Some(mark), Found::Unfinished(other)) if mark.id == other.id && mark.part == Part::Moved => {
            // It was complete, and not opened any more.
            open(&mut target)?;
            return counted(&mut source, &mut target);
        }
        (Some(mark), _) if mark.part != Part::Leaving => return Err(CopyError::Refused(mark.reason(&source.name()))),
        (Some(mark), Found::Unfinished(other)) if mark.id == other.id => mark,
        (_, Found::Empty) => {
            let id = hex(&token::random_id().map_err(|error| CopyError::Refused(error.to_string()))?);
            Copying { id, part: Part::Leaving, other: target.name(), at: now }
        }
        (_, Found::Unfinished(other)) => {
            return Err(CopyError::Refused(format!(
                "{to} holds the unfinished copy of {} that was begun {:.0} and is not the one of this database. Empty it, or name another",
                other.other, other.at
            )));
        }
        (_, Found::Full) => return Err(CopyError::Refused(format!("{to} is not empty. Name a new database, or empty that one"))),
    };
    leave(&mut source, &copying, now)?;
    source.freeze()?;
    let done = fill(&mut source, &mut target, &copying, tell);
    source.thaw()?;
    let rows = done?;
    let moved = Copying { part: Part::Moved, at: now, ..copying };
    connection::transaction(&mut source.conn, |conn| {
        // Also for a release that knows no copies.
        instance::raise(conn, Fence::Restored, micros(now))?;
        instance::set_copying(conn, Some(&moved))
    })?;
    open(&mut target)?;
    Ok(Copied { from: source.name(), to: target.name(), tables: TABLES.len(), rows })
}

/// Opens a database again that is being copied, or has moved. True: it had moved, so a person has to confirm that it sends.
pub fn take_back(url: &str) -> Result<bool, CopyError> {
    let mut place = existing(&Target::parse(url)?)?;
    let Some(mark) = instance::copying(&mut place.conn)? else {
        return Err(CopyError::Refused(format!("{} is not being copied and has not moved: it is open", place.target)));
    };
    if mark.part == Part::Arriving {
        return Err(CopyError::Refused(mark.reason(&place.name())));
    }
    instance::set_copying(&mut place.conn, None)?;
    Ok(mark.part == Part::Moved)
}

/// The names of all tables that are copied.
pub fn tables() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|table| table.name)
}

/// The database of the settings: of this release, and nobody else's meanwhile.
fn existing(target: &Target) -> Result<Place, CopyError> {
    let nothing = || CopyError::Refused(format!("{target} is no database of Rundbrief yet: there is nothing to copy"));
    if let Target::Sqlite(path) = target
        && !path.exists()
    {
        return Err(nothing());
    }
    let mut place = Place::alone(target)?;
    match place.form()? {
        Form::Nothing => Err(nothing()),
        Form::Other => Err(other_release(&place)),
        Form::Ours if place.is_empty(first_table())? => Err(nothing()),
        Form::Ours => Ok(place),
    }
}

fn other_release(place: &Place) -> CopyError {
    CopyError::Refused(format!(
        "{} has not the form of this release. An older one is brought to it by \"rundbrief migrate\"; a newer one needs the newer program",
        place.target
    ))
}

fn first_table() -> &'static Table {
    // The instance: it stands first, because a database is known by it.
    const FIRST: &Table = match TABLES {
        [first, ..] => first,
        [] => panic!("there are tables"),
    };
    FIRST
}

/// What is there to copy into. A database without a table gets them.
fn look(target: &mut Place) -> Result<Found, CopyError> {
    match target.form()? {
        Form::Nothing => target.migrate()?,
        Form::Other => return Err(other_release(target)),
        Form::Ours => {}
    }
    if let Some(mark) = instance::copying(&mut target.conn)? {
        return Ok(if mark.part == Part::Arriving { Found::Unfinished(mark) } else { Found::Full });
    }
    // The row of the instance alone is what "migrate" makes.
    for table in TABLES.iter().skip(1) {
        if !target.is_empty(table)? {
            return Ok(Found::Full);
        }
    }
    Ok(Found::Empty)
}

/// The source stays as it is from now on. Nobody delivers from it, so what nodes held is as after their death.
fn leave(source: &mut Place, copying: &Copying, now: Timestamp) -> Result<(), CopyError> {
    connection::transaction(&mut source.conn, |conn| {
        for node in nodes::bury_all(conn, micros(now))? {
            ledger::take_over(conn, node)?;
        }
        instance::set_copying(conn, Some(copying))
    })?;
    Ok(())
}

/// Copies and compares all tables. Returns how many rows there are.
fn fill(source: &mut Place, target: &mut Place, copying: &Copying, tell: &mut dyn FnMut(Step)) -> Result<u64, CopyError> {
    let mut rows = 0;
    for table in TABLES {
        rows += source.count(table)?;
    }
    tell(Step::Begun { rows });
    target.prepare_to_fill()?;
    arrive(source, target, copying)?;
    for table in TABLES.iter().skip(1) {
        tell(Step::Table(table.name));
        let of_source = transfer(source, target, table, tell)?;
        tell(Step::Comparing(table.name));
        compare(source, target, table, of_source)?;
        if table.key() == ["id"] {
            // SQLite notes 0 for a table that never held a row.
            let last = source.counter(table)?.max(source.last(table)?).filter(|last| *last > 0);
            if let Some(last) = last {
                target.set_counter(table, last)?;
            }
        }
    }
    compare(source, target, first_table(), None)?;
    connection::transaction(&mut target.conn, archive::index_all)?;
    target.analyse()?;
    Ok(rows)
}

/// The target gets the row of the instance, and notes in the same transaction that the rest is missing.
fn arrive(source: &mut Place, target: &mut Place, copying: &Copying) -> Result<(), CopyError> {
    if instance::copying(&mut target.conn)?.is_some() {
        return Ok(());
    }
    let (table, other) = (first_table(), source.name());
    let kinds = target.kinds(table)?;
    let statement = source.statement(table, &table.columns(), None)?;
    let mut batch = Batch::default();
    rows::each(&mut source.conn, statement, |row| {
        batch.push(&row);
        Ok(())
    })?;
    let arriving = Copying { part: Part::Arriving, other, ..copying.clone() };
    connection::transaction(&mut target.conn, |conn| {
        place::clear(conn, table)?;
        batch.write(conn, table, &kinds)?;
        Ok(instance::set_copying(conn, Some(&arriving))?)
    })
}

/// Copies what is missing of a table. Returns the hash of all its rows, if all were read.
fn transfer(
    source: &mut Place,
    target: &mut Place,
    table: &'static Table,
    tell: &mut dyn FnMut(Step),
) -> Result<Option<Digest>, CopyError> {
    let kinds = target.kinds(table)?;
    let after = target.last(table)?;
    if after.is_none() {
        // Small, or without a beginning: all of it once more.
        place::clear(&mut target.conn, table)?;
    } else {
        tell(Step::Rows(target.count(table)?));
    }
    let statement = source.statement(table, &table.columns(), after)?;
    let (hand, take) = sync_channel(2);
    let conn = &mut source.conn;
    let (read, written) = std::thread::scope(|scope| {
        // One reads while the other writes.
        let reader = scope.spawn(move || read(conn, statement, &hand));
        let written = write(target, table, &kinds, take, tell);
        (reader.join().unwrap_or(Err(StoreError::Panicked)), written)
    });
    written?;
    let digest = read?;
    Ok(after.is_none().then_some(digest))
}

fn read(conn: &mut Conn, statement: String, hand: &SyncSender<Batch>) -> Result<Digest, StoreError> {
    let (mut digest, mut batch) = (Digests::default(), Batch::default());
    // Whoever writes has stopped because of an error, which is told there.
    let hand = |batch| hand.send(batch).map_err(|_| StoreError::Stopped);
    rows::each(conn, statement, |row| {
        digest.add(&row);
        batch.push(&row);
        if batch.is_full() { hand(std::mem::take(&mut batch)) } else { Ok(()) }
    })?;
    hand(batch)?;
    Ok(digest.finish())
}

fn write(
    target: &mut Place,
    table: &'static Table,
    kinds: &[Kind],
    take: Receiver<Batch>,
    tell: &mut dyn FnMut(Step),
) -> Result<(), CopyError> {
    for batch in take {
        tell(Step::Rows(batch.write(&mut target.conn, table, kinds)?));
    }
    Ok(())
}

/// How many rows, and the hash of all in their order.
type Digest = (u64, [u8; 32]);

#[derive(Default)]
struct Digests {
    rows: u64,
    hash: Hash,
}

impl Digests {
    fn add(&mut self, row: &Row) {
        self.rows += 1;
        self.hash.update(&row.0);
    }

    fn finish(self) -> Digest {
        (self.rows, self.hash.finish())
    }
}

fn digest(place: &mut Place, table: &Table) -> Result<Digest, CopyError> {
    // What a copy notes of itself differs on its two sides.
    let columns: Vec<String> = table.columns().into_iter().filter(|column| column != "copying").collect();
    let statement = place.statement(table, &columns, None)?;
    let mut digests = Digests::default();
    rows::each(&mut place.conn, statement, |row| {
        digests.add(&row);
        Ok(())
    })?;
    Ok(digests.finish())
}

/// # Errors
/// [`CopyError::Refused`] when the two differ. It cannot happen unless somebody has changed one of them, or a disk is broken.
fn compare(source: &mut Place, target: &mut Place, table: &Table, of_source: Option<Digest>) -> Result<(), CopyError> {
    let (rows, hash) = match of_source {
        Some(digest) => digest,
        None => digest(source, table)?,
    };
    let (arrived, as_hash) = digest(target, table)?;
    if (rows, hash) == (arrived, as_hash) {
        return Ok(());
    }
    Err(CopyError::Refused(format!(
        "{} is not the same on both sides: {rows} rows with the hash {} in {}, {arrived} with {} in {}. Empty the new database and copy \
         again; the old one can be opened with --take-back",
        table.name,
        hex(&hash),
        source.target,
        hex(&as_hash),
        target.target
    )))
}

/// From now on it is a database like any other.
fn open(target: &mut Place) -> Result<(), CopyError> {
    Ok(instance::set_copying(&mut target.conn, None)?)
}

fn counted(source: &mut Place, target: &mut Place) -> Result<Copied, CopyError> {
    let mut rows = 0;
    for table in TABLES {
        rows += target.count(table)?;
    }
    Ok(Copied { from: source.name(), to: target.name(), tables: TABLES.len(), rows })
}
