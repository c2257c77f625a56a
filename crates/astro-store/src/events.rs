//! The owner's log, which is also the outbox: written with the change, read by everything after it.

use astro_core::calendar::Timestamp;
use astro_core::events::{Action, Entity, Event};
use astro_core::ids::EventId;
use astro_core::page::{Cursor, CursorKey, Page, PageRequest};

use crate::columns::Row;
use crate::db::Wake;
use crate::{Read, Statement, StoreError, Write};

pub(crate) const STATEMENTS: &[Statement] = &[
    INSERT,
    GET,
    ALL,
    OF_WRITE,
    NEXT,
    HISTORY,
    FORGET_BEFORE,
    AFTER_CHANGE,
];

/// The order of a history; its cursors carry it.
pub const HISTORY_SORT: &str = "latest";

const TABLE: &str = "events";
const INSERT: Statement = Statement::new(
    "events.insert",
    "INSERT INTO events (owner_id, id, at, recorded_at, entity, entity_id, action, cause, change_seq, data, before_row, version_after) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
);
const GET: Statement = Statement::new(
    "events.get",
    "SELECT id, at, recorded_at, entity, entity_id, action, cause, change_seq, data, before_row, version_after FROM events WHERE owner_id = $1 AND id = $2",
);
const ALL: Statement = Statement::new(
    "events.all",
    "SELECT id, at, recorded_at, entity, entity_id, action, cause, change_seq, data, before_row, version_after FROM events \
     WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3",
);
/// Entries of one write: their ids were given out one after another at one moment, so they lie
/// together in the key.
const OF_WRITE: Statement = Statement::new(
    "events.of_write",
    "SELECT id, at, recorded_at, entity, entity_id, action, cause, change_seq, data, before_row, version_after FROM events \
     WHERE owner_id = $1 AND id >= $2 AND id <= $3 AND (id = $2 OR cause = $2) ORDER BY id",
);
const HISTORY: Statement = Statement::new(
    "events.history",
    "SELECT id, at, recorded_at, entity, entity_id, action, cause, change_seq, data, before_row, version_after FROM events \
     WHERE owner_id = $1 AND entity = $2 AND entity_id = $3 AND id < $4 ORDER BY id DESC LIMIT $5",
);
const NEXT: Statement = Statement::new(
    "events.next",
    "SELECT id, at, recorded_at, entity, entity_id, action, cause, change_seq, data, before_row, version_after FROM events \
     WHERE owner_id = $1 AND entity = $2 AND entity_id = $3 AND id > $4 ORDER BY id LIMIT 1",
);
const FORGET_BEFORE: Statement = Statement::new(
    "events.forget_before",
    "UPDATE events SET before_row = NULL WHERE owner_id = $1 AND before_row IS NOT NULL AND recorded_at <= $2",
);

const AFTER_CHANGE: Statement = Statement::new(
    "events.after_change",
    "SELECT id, at, recorded_at, entity, entity_id, action, cause, change_seq, data, before_row, version_after FROM events \
     WHERE owner_id = $1 AND change_seq > $2 ORDER BY change_seq, id LIMIT $3",
);

pub async fn insert(write: &mut Write, event: &Event) -> Result<(), StoreError> {
    let args = write
        .args()
        .uuid(event.id.uuid())
        .time(event.at)
        .time(event.recorded_at)
        .int(event.entity.code())
        .uuid(event.entity_id)
        .int(event.action.code())
        .opt_uuid(event.cause.map(EventId::uuid))
        .int(event.change_seq)
        .json(&event.data)
        .opt_json(event.before.as_ref())
        .int(event.version_after);
    write.execute(&INSERT, args).await?;
    write.wakes(Wake::Events);
    Ok(())
}

/// Entries of later changes, in the order of the changes.
pub(crate) async fn after_change(
    read: &mut Read,
    seq: i64,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let args = read.args().int(seq).int(limit);
    read.fetch_all(&AFTER_CHANGE, args)
        .await?
        .iter()
        .map(read_event)
        .collect()
}

fn read_event(row: &Row) -> Result<Event, StoreError> {
    let mut columns = row.columns(TABLE);
    Ok(Event {
        id: columns.uuid()?,
        at: columns.time()?,
        recorded_at: columns.time()?,
        entity: columns.code(Entity::from_code)?,
        entity_id: columns.uuid()?,
        action: columns.code(Action::from_code)?,
        cause: columns.opt_uuid()?,
        change_seq: columns.int()?,
        data: columns.json()?,
        before: columns.opt_json()?,
        version_after: columns.int()?,
    })
}

pub async fn get(read: &mut Read, id: EventId) -> Result<Option<Event>, StoreError> {
    let args = read.args().uuid(id.uuid());
    read.fetch_optional(&GET, args)
        .await?
        .as_ref()
        .map(read_event)
        .transpose()
}

/// The log in order, after an entry.
pub async fn all(read: &mut Read, after: EventId, limit: u32) -> Result<Vec<Event>, StoreError> {
    let args = read.args().uuid(after.uuid()).int(limit);
    read.fetch_all(&ALL, args)
        .await?
        .iter()
        .map(read_event)
        .collect()
}

/// The entries of the write that `root` is the first entry of, in order.
pub async fn of_write(read: &mut Read, root: EventId) -> Result<Vec<Event>, StoreError> {
    /// What follows the 48 bits of time in a `UUIDv7`.
    const NOISE: u128 = (1 << 80) - 1;
    let last = uuid::Uuid::from_u128(root.uuid().as_u128() | NOISE);
    let args = read.args().uuid(root.uuid()).uuid(last);
    read.fetch_all(&OF_WRITE, args)
        .await?
        .iter()
        .map(read_event)
        .collect()
}

/// What happened next to the thing that `event` is about.
pub async fn next(read: &mut Read, event: &Event) -> Result<Option<Event>, StoreError> {
    let args = read
        .args()
        .int(event.entity.code())
        .uuid(event.entity_id)
        .uuid(event.id.uuid());
    read.fetch_optional(&NEXT, args)
        .await?
        .as_ref()
        .map(read_event)
        .transpose()
}

/// One page of what happened to one thing, latest first.
pub async fn history(
    read: &mut Read,
    entity: Entity,
    id: uuid::Uuid,
    page: &PageRequest,
) -> Result<Page<Event>, StoreError> {
    let after = page
        .after
        .as_ref()
        .map_or(uuid::Uuid::max(), |cursor| cursor.id);
    let args = read
        .args()
        .int(entity.code())
        .uuid(id)
        .uuid(after)
        .int(page.limit + 1);
    let rows = read.fetch_all(&HISTORY, args).await?;
    let events = rows.iter().map(read_event).collect::<Result<_, _>>()?;
    Ok(Page::cut(events, page.limit, |event: &Event| Cursor {
        sort: HISTORY_SORT.to_owned(),
        key: CursorKey::Int(0),
        id: event.id.uuid(),
    }))
}

/// Drops the rows-as-they-were of entries that can no longer be undone.
pub async fn forget_before(write: &mut Write, until: Timestamp) -> Result<u64, StoreError> {
    let args = write.args().time(until);
    write.execute(&FORGET_BEFORE, args).await
}
