//! The owner's own row: the change counter that orders every write, and the zone they live in.

use std::sync::Arc;

use astro_core::calendar::{TimeZone, Timestamp, ZoneName};
use astro_core::principal::Scope;

use crate::{Admin, Args, Read, Statement, StoreError, Write, consumers};

pub(crate) const STATEMENTS: &[Statement] =
    &[INSERT, BUMP, GET, SET_ZONE, SET_PURGED, RAISE_CHANGE];

const TABLE: &str = "owners";
const INSERT: Statement = Statement::new(
    "owners.insert",
    "INSERT INTO owners (owner_id, tenant_id, zone, change_seq, purged_seq, created_at) VALUES ($1, $2, $3, 0, 0, $4)",
);
const BUMP: Statement = Statement::new(
    "owners.bump",
    "UPDATE owners SET change_seq = change_seq + $2 WHERE owner_id = $1 RETURNING change_seq, zone",
);
const GET: Statement = Statement::new(
    "owners.get",
    "SELECT change_seq, purged_seq, zone, COALESCE(default_zone, zone) FROM owners WHERE owner_id = $1",
);
const SET_ZONE: Statement = Statement::new(
    "owners.set_zone",
    "UPDATE owners SET zone = $2, default_zone = COALESCE(default_zone, zone) WHERE owner_id = $1",
);
const SET_PURGED: Statement = Statement::new(
    "owners.set_purged",
    "UPDATE owners SET purged_seq = $2 WHERE owner_id = $1 AND purged_seq < $2",
);

const RAISE_CHANGE: Statement = Statement::new(
    "owners.raise_change",
    "UPDATE owners SET change_seq = $2 WHERE owner_id = $1 AND change_seq < $2",
);

/// The owner's counters and zone.
#[derive(Clone, Debug)]
pub struct Owner {
    /// Number of the latest change.
    pub change_seq: i64,
    /// Highest change number that was removed for good; older sync tokens are void.
    pub purged_seq: i64,
    pub zone: ZoneName,
    /// The zone that the account was made with.
    pub default_zone: ZoneName,
}

/// Makes room for an account's data, in the transaction that makes the account.
pub async fn create(
    admin: &mut Admin,
    scope: &Scope,
    zone: &ZoneName,
    now: Timestamp,
) -> Result<(), StoreError> {
    admin.confine(scope).await?;
    let args = Args::of(scope)
        .uuid(scope.tenant().uuid())
        .text(zone.as_str())
        .time(now);
    admin.execute(&INSERT, args).await?;
    let args = Args::of(scope).text(consumers::BUS);
    admin.execute(&consumers::BEGIN, args).await.map(drop)
}

/// # Errors
/// [`StoreError::NoOwner`] when there is none: accounts and owners are made and removed together.
pub async fn get(read: &mut Read) -> Result<Owner, StoreError> {
    let args = read.args();
    let row = read
        .fetch_optional(&GET, args)
        .await?
        .ok_or(StoreError::NoOwner)?;
    let mut columns = row.columns(TABLE);
    Ok(Owner {
        change_seq: columns.int()?,
        purged_seq: columns.int()?,
        zone: columns.parsed()?,
        default_zone: columns.parsed()?,
    })
}

/// The zone itself; rows that depend on it are the caller's to rewrite.
pub async fn set_zone(write: &mut Write, zone: &ZoneName) -> Result<(), StoreError> {
    let args = write.args().text(zone.as_str());
    write.execute(&SET_ZONE, args).await?;
    write.forget_zone();
    Ok(())
}

/// Notes that changes up to `seq` may be missing from the feed.
pub async fn set_purged(write: &mut Write, seq: i64) -> Result<(), StoreError> {
    let args = write.args().int(seq);
    write.execute(&SET_PURGED, args).await.map(drop)
}

/// Lets the next change be numbered after `seq`.
pub async fn raise_change(write: &mut Write, seq: i64) -> Result<(), StoreError> {
    let args = write.args().int(seq);
    write.execute(&RAISE_CHANGE, args).await.map(drop)
}

impl Write {
    /// The number of the next change.
    pub async fn next_change(&mut self) -> Result<i64, StoreError> {
        if self.reserved().is_empty() {
            self.reserve_changes(1).await?;
        }
        let reserved = self.reserved();
        let next = reserved.start;
        reserved.start += 1;
        Ok(next)
    }

    /// Takes `count` change numbers at once; for writes of many rows.
    pub async fn reserve_changes(&mut self, count: u32) -> Result<(), StoreError> {
        let args = self.args().int(count);
        let row = self
            .fetch_optional(&BUMP, args)
            .await?
            .ok_or(StoreError::NoOwner)?;
        let mut columns = row.columns(TABLE);
        let last = columns.int()?;
        let zone: ZoneName = columns.parsed()?;
        *self.reserved() = last - i64::from(count) + 1..last + 1;
        self.remember_zone(Arc::new(zone.load()));
        Ok(())
    }

    /// The owner's zone.
    pub async fn zone(&mut self) -> Result<Arc<TimeZone>, StoreError> {
        if let Some(zone) = self.known_zone() {
            return Ok(zone);
        }
        let zone = Arc::new(get(self).await?.zone.load());
        self.remember_zone(zone.clone());
        Ok(zone)
    }
}
