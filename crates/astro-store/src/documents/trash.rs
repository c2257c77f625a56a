//! What every noun's storage shares about rows that were deleted: showing them, and removing them
//! for good.

use astro_core::calendar::Timestamp;
use uuid::Uuid;

use super::{Record, read_rows};
use crate::{Read, Statement, StoreError, Write};

/// Those of a table that deal with deleted rows.
#[derive(Debug)]
pub(super) struct Statements {
    trashed: Statement,
    count: Statement,
    doomed: Statement,
    purge: Statement,
    purged: Statement,
}

impl Statements {
    pub(super) fn new(name: &str, select: &str) -> Self {
        let make =
            |verb: &str, sql: String| Statement::new(format!("{name}.{verb}").leak(), sql.leak());
        Self {
            trashed: make(
                "trashed",
                format!(
                    "SELECT {select} FROM {name} WHERE owner_id = $1 AND deleted_at IS NOT NULL AND (deleted_at < $2 OR (deleted_at = $2 AND id < $3)) \
                     ORDER BY deleted_at DESC, id DESC LIMIT $4"
                ),
            ),
            count: make(
                "count",
                format!("SELECT count(*) FROM {name} WHERE owner_id = $1"),
            ),
            doomed: make(
                "doomed",
                format!("SELECT id FROM {name} WHERE owner_id = $1 AND deleted_at <= $2"),
            ),
            purge: make(
                "purge",
                format!("DELETE FROM {name} WHERE owner_id = $1 AND deleted_at <= $2"),
            ),
            purged: make(
                "purged",
                format!(
                    "SELECT max(change_seq) FROM {name} WHERE owner_id = $1 AND deleted_at <= $2"
                ),
            ),
        }
    }

    pub(super) fn all(&self) -> [Statement; 5] {
        [
            self.trashed,
            self.count,
            self.doomed,
            self.purge,
            self.purged,
        ]
    }
}

/// What lies in the trash, latest first, after a place in that order.
pub async fn trashed<R: Record>(
    read: &mut Read,
    deleted_at: i64,
    id: Uuid,
    limit: u32,
) -> Result<Vec<R>, StoreError> {
    let args = read.args().int(deleted_at).uuid(id).int(limit);
    let rows = read.fetch_all(&R::table().trash.trashed, args).await?;
    read_rows(&rows)
}

/// How many rows there are, with the trash.
pub async fn count<R: Record>(read: &mut Read) -> Result<i64, StoreError> {
    let args = read.args();
    match read.fetch_optional(&R::table().trash.count, args).await? {
        Some(row) => row.columns(R::table().name).int(),
        None => Ok(0),
    }
}

/// Ids of what was deleted at or before `until`.
pub async fn doomed<R: Record>(read: &mut Read, until: Timestamp) -> Result<Vec<Uuid>, StoreError> {
    let args = read.args().time(until);
    let rows = read.fetch_all(&R::table().trash.doomed, args).await?;
    rows.iter()
        .map(|row| row.columns(R::table().name).uuid())
        .collect()
}

/// Removes for good what was deleted at or before `until`; answers how many rows went and the
/// highest change number among them.
pub async fn purge<R: Record>(
    write: &mut Write,
    until: Timestamp,
) -> Result<(u64, i64), StoreError> {
    R::unindex(write, until).await?;
    let args = write.args().time(until);
    let highest = match write
        .fetch_optional(&R::table().trash.purged, args.clone())
        .await?
    {
        Some(row) => row.columns(R::table().name).opt_int()?.unwrap_or(0),
        None => 0,
    };
    let gone = write.execute(&R::table().trash.purge, args).await?;
    Ok((gone, highest))
}
