//! Where reminders go. The secret is read by [`to_send`] alone.

use astro_core::ids::DestinationId;
use astro_core::reminders::Channel;
use astro_core::reminders::destinations::Destination;
use astro_core::secret::Secret;

use crate::{Columns, Read, Statement, StoreError, Write};

pub(crate) const STATEMENTS: &[Statement] =
    &[INSERT, UPDATE, SET_SECRET, GET, ALL, TO_SEND, DELETE];

const TABLE: &str = "destinations";
const INSERT: Statement = Statement::new(
    "destinations.insert",
    "INSERT INTO destinations (owner_id, id, channel, title, settings, secret, events, enabled, version, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
);
const UPDATE: Statement = Statement::new(
    "destinations.update",
    "UPDATE destinations SET title = $3, settings = $4, events = $5, enabled = $6, version = $7, updated_at = $8 WHERE owner_id = $1 AND id = $2 AND version = $7 - 1",
);
const SET_SECRET: Statement = Statement::new(
    "destinations.set_secret",
    "UPDATE destinations SET secret = $3 WHERE owner_id = $1 AND id = $2",
);
const GET: Statement = Statement::new(
    "destinations.get",
    "SELECT id, channel, title, settings, CAST(CASE WHEN secret IS NULL THEN 0 ELSE 1 END AS BIGINT), events, enabled, version, created_at, updated_at FROM destinations \
     WHERE owner_id = $1 AND id = $2",
);
const ALL: Statement = Statement::new(
    "destinations.all",
    "SELECT id, channel, title, settings, CAST(CASE WHEN secret IS NULL THEN 0 ELSE 1 END AS BIGINT), events, enabled, version, created_at, updated_at FROM destinations \
     WHERE owner_id = $1 ORDER BY id",
);
const TO_SEND: Statement = Statement::new(
    "destinations.to_send",
    "SELECT id, channel, title, settings, CAST(CASE WHEN secret IS NULL THEN 0 ELSE 1 END AS BIGINT), events, enabled, version, created_at, updated_at, secret FROM destinations \
     WHERE owner_id = $1 AND id = $2",
);
const DELETE: Statement = Statement::new(
    "destinations.delete",
    "DELETE FROM destinations WHERE owner_id = $1 AND id = $2",
);

fn read_destination(columns: &mut Columns<'_>) -> Result<Destination, StoreError> {
    Ok(Destination {
        id: columns.uuid()?,
        channel: columns.code(Channel::from_code)?,
        title: columns.text()?,
        settings: columns.json()?,
        has_secret: columns.flag()?,
        events: columns.json()?,
        enabled: columns.flag()?,
        version: columns.int()?,
        created_at: columns.time()?,
        updated_at: columns.time()?,
    })
}

pub async fn insert(
    write: &mut Write,
    destination: &Destination,
    secret: Option<&Secret>,
) -> Result<(), StoreError> {
    let args = write
        .args()
        .uuid(destination.id)
        .int(destination.channel.code())
        .text(&destination.title)
        .json(&destination.settings)
        .opt_text(secret.map(Secret::expose))
        .json(&destination.events)
        .flag(destination.enabled)
        .int(destination.version)
        .time(destination.created_at)
        .time(destination.updated_at);
    write.execute(&INSERT, args).await.map(drop)
}

/// Replaces the version before; the channel stays what it was.
///
/// # Errors
/// [`StoreError::Stale`] when another version is there.
pub async fn update(write: &mut Write, destination: &Destination) -> Result<(), StoreError> {
    let args = write
        .args()
        .uuid(destination.id)
        .text(&destination.title)
        .json(&destination.settings)
        .json(&destination.events)
        .flag(destination.enabled)
        .int(destination.version)
        .time(destination.updated_at);
    match write.execute(&UPDATE, args).await? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

pub async fn set_secret(
    write: &mut Write,
    id: DestinationId,
    secret: Option<&Secret>,
) -> Result<(), StoreError> {
    let args = write.args().uuid(id).opt_text(secret.map(Secret::expose));
    write.execute(&SET_SECRET, args).await.map(drop)
}

pub async fn get(read: &mut Read, id: DestinationId) -> Result<Option<Destination>, StoreError> {
    let args = read.args().uuid(id);
    let row = read.fetch_optional(&GET, args).await?;
    row.as_ref()
        .map(|row| read_destination(&mut row.columns(TABLE)))
        .transpose()
}

/// Every destination, oldest first; they are few.
pub async fn all(read: &mut Read) -> Result<Vec<Destination>, StoreError> {
    let args = read.args();
    let rows = read.fetch_all(&ALL, args).await?;
    rows.iter()
        .map(|row| read_destination(&mut row.columns(TABLE)))
        .collect()
}

/// A destination with what lets one in there.
pub async fn to_send(
    read: &mut Read,
    id: DestinationId,
) -> Result<Option<(Destination, Option<Secret>)>, StoreError> {
    let args = read.args().uuid(id);
    let row = read.fetch_optional(&TO_SEND, args).await?;
    let Some(row) = row else { return Ok(None) };
    let mut columns = row.columns(TABLE);
    let destination = read_destination(&mut columns)?;
    Ok(Some((destination, columns.opt_text()?.map(Secret::new))))
}

/// `false` when there is none.
pub async fn delete(write: &mut Write, id: DestinationId) -> Result<bool, StoreError> {
    let args = write.args().uuid(id);
    Ok(write.execute(&DELETE, args).await? == 1)
}
