//! What every noun's storage shares: reading by id, keeping, listing, following changes.
//!
//! A noun says in which columns it lives ([`Record`]); the statements follow from its [`Table`].
//! Every one of them is bound to the owner as `$1`.

mod trash;

use std::sync::LazyLock;

use astro_core::calendar::{TimeZone, Timestamp};
use astro_core::document::{Document, Stamp};
use astro_core::events::Entity;
use astro_core::page::{Cursor, CursorKey, Page, PageRequest};
use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

pub use trash::{count, doomed, purge, trashed};

use crate::columns::Row;
use crate::{Args, Columns, Read, Statement, StoreError, Write};

/// A noun's table and the statements that every table has.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    /// The SELECT list, for statements of the noun's own.
    pub select: &'static str,
    get: Statement,
    insert: Statement,
    update: Statement,
    live: Statement,
    all: Statement,
    changed: Statement,
    trash: trash::Statements,
}

const STAMP_COLUMNS: &str = "version, change_seq, created_at, updated_at, deleted_at";

impl Table {
    /// `columns` are the noun's own, after `id` and before the stamp, in the order of
    /// [`Record::bind`] and [`Record::read`].
    pub fn new(name: &'static str, columns: &str) -> Self {
        let columns: Vec<&str> = columns.split(',').map(str::trim).collect();
        let every: Vec<String> = std::iter::once("id")
            .chain(columns)
            .chain(STAMP_COLUMNS.split(", "))
            .map(str::to_owned)
            .collect();
        let select: &'static str = every.join(", ").leak();
        let places: Vec<String> = (1..=every.len() + 1).map(|n| format!("${n}")).collect();
        let assignments: Vec<String> = every
            .iter()
            .enumerate()
            .skip(1)
            .map(|(i, column)| format!("{column} = ${}", i + 2))
            .collect();
        let expected = every.len() + 2;
        let make =
            |verb: &str, sql: String| Statement::new(format!("{name}.{verb}").leak(), sql.leak());
        Self {
            name,
            select,
            get: make(
                "get",
                format!("SELECT {select} FROM {name} WHERE owner_id = $1 AND id = $2"),
            ),
            insert: make(
                "insert",
                format!(
                    "INSERT INTO {name} (owner_id, {select}) VALUES ({})",
                    places.join(", ")
                ),
            ),
            update: make(
                "update",
                format!(
                    "UPDATE {name} SET {} WHERE owner_id = $1 AND id = $2 AND version = ${expected}",
                    assignments.join(", ")
                ),
            ),
            live: make(
                "live",
                format!(
                    "SELECT {select} FROM {name} WHERE owner_id = $1 AND deleted_at IS NULL AND id > $2 ORDER BY id LIMIT $3"
                ),
            ),
            all: make(
                "all",
                format!(
                    "SELECT {select} FROM {name} WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3"
                ),
            ),
            changed: make(
                "changed",
                format!(
                    "SELECT {select} FROM {name} WHERE owner_id = $1 AND change_seq > $2 ORDER BY change_seq LIMIT $3"
                ),
            ),
            trash: trash::Statements::new(name, select),
        }
    }

    /// For the registry.
    pub(crate) fn statements(&self) -> Vec<Statement> {
        [
            self.get,
            self.insert,
            self.update,
            self.live,
            self.all,
            self.changed,
        ]
        .into_iter()
        .chain(self.trash.all())
        .collect()
    }
}

/// A noun that can be kept.
pub trait Record: Document + Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    const ENTITY: Entity;

    fn table() -> &'static LazyLock<Table>;

    /// Appends the noun's own columns. `zone` is the owner's, for instants that are kept as an index.
    fn bind(&self, args: Args, zone: &TimeZone) -> Args;

    /// Reads what [`Record::bind`] wrote, between the id and the stamp.
    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError>;

    /// Keeps tables that are derived from the row in step with it.
    fn reindex<'a>(
        &'a self,
        _write: &'a mut Write,
        _before: Option<&'a Self>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }

    /// Forgets what [`Record::reindex`] derived from rows that are about to be removed for good,
    /// where no foreign key does it.
    fn unindex(_write: &mut Write, _until: Timestamp) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }
}

impl Columns<'_> {
    /// The stamp, which ends every noun's SELECT list.
    pub fn stamp(&mut self) -> Result<Stamp, StoreError> {
        Ok(Stamp {
            version: self.int()?,
            change_seq: self.int()?,
            created_at: self.time()?,
            updated_at: self.time()?,
            deleted_at: self.opt_time()?,
        })
    }
}

pub(crate) fn read_row<R: Record>(row: &Row) -> Result<R, StoreError> {
    R::read(&mut row.columns(R::table().name))
}

pub(crate) fn read_rows<R: Record>(rows: &[Row]) -> Result<Vec<R>, StoreError> {
    rows.iter().map(read_row).collect()
}

/// The row, in the trash or not; `None` for another owner's too.
pub async fn get<R: Record>(read: &mut Read, id: Uuid) -> Result<Option<R>, StoreError> {
    let args = read.args().uuid(id);
    let row = read.fetch_optional(&R::table().get, args).await?;
    row.as_ref().map(read_row).transpose()
}

/// One page of what is not in the trash, oldest first.
pub async fn list<R: Record>(read: &mut Read, page: &PageRequest) -> Result<Page<R>, StoreError> {
    let after = page.after.as_ref().map_or(Uuid::nil(), |cursor| cursor.id);
    let args = read.args().uuid(after).int(page.limit + 1);
    let rows = read.fetch_all(&R::table().live, args).await?;
    let items = read_rows(&rows)?;
    Ok(Page::cut(items, page.limit, |item: &R| Cursor {
        sort: "created".to_owned(),
        key: CursorKey::Int(0),
        id: item.id(),
    }))
}

/// Everything with the trash, in order of ids, after one.
pub async fn all<R: Record>(
    read: &mut Read,
    after: Uuid,
    limit: u32,
) -> Result<Vec<R>, StoreError> {
    let args = read.args().uuid(after).int(limit);
    let rows = read.fetch_all(&R::table().all, args).await?;
    read_rows(&rows)
}

/// What was written after a change number, with what was deleted, in order of the numbers.
pub async fn changed_since<R: Record>(
    read: &mut Read,
    since: i64,
    limit: u32,
) -> Result<Vec<R>, StoreError> {
    let args = read.args().int(since).int(limit);
    let rows = read.fetch_all(&R::table().changed, args).await?;
    read_rows(&rows)
}

/// Keeps a new row; its change number is taken here.
pub async fn insert<R: Record>(write: &mut Write, record: &mut R) -> Result<(), StoreError> {
    let args = stamped(write, record).await?;
    write.execute(&R::table().insert, args).await?;
    record.reindex(write, None).await
}

/// Keeps a row as it was on another server, with its own change number; for bringing a whole
/// owner back, who must not write meanwhile.
pub async fn restore<R: Record>(write: &mut Write, record: &R) -> Result<(), StoreError> {
    let args = bound(write, record).await?;
    write.execute(&R::table().insert, args).await?;
    record.reindex(write, None).await
}

/// Replaces `before`, which must still have its version.
///
/// # Errors
/// [`StoreError::Stale`] when it has not.
pub async fn update<R: Record>(
    write: &mut Write,
    before: &R,
    record: &mut R,
) -> Result<(), StoreError> {
    let expected = before.stamp().version;
    record.set_stamp(Stamp {
        version: expected + 1,
        ..record.stamp()
    });
    let args = stamped(write, record).await?.int(expected);
    if write.execute(&R::table().update, args).await? == 0 {
        return Err(StoreError::Stale);
    }
    record.reindex(write, Some(before)).await
}

async fn stamped<R: Record>(write: &mut Write, record: &mut R) -> Result<Args, StoreError> {
    let change_seq = write.next_change().await?;
    record.set_stamp(Stamp {
        change_seq,
        ..record.stamp()
    });
    bound(write, record).await
}

async fn bound<R: Record>(write: &mut Write, record: &R) -> Result<Args, StoreError> {
    let zone = write.zone().await?;
    let stamp = record.stamp();
    let args = record.bind(write.args().uuid(record.id()), &zone);
    Ok(args
        .int(stamp.version)
        .int(stamp.change_seq)
        .time(stamp.created_at)
        .time(stamp.updated_at)
        .opt_time(stamp.deleted_at))
}
