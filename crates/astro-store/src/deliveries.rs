//! The ledger of reminders: one row for each reminder, time, call and place, whatever fails.

use astro_core::calendar::Timestamp;
use astro_core::ids::{DeliveryId, ReminderId};
use astro_core::page::{Cursor, CursorKey, Page, PageRequest};
use astro_core::reminders::Channel;
use astro_core::reminders::deliveries::{Delivery, DeliveryFilter, DeliveryState};
use uuid::Uuid;

use crate::columns::Row;
use crate::{Read, Statement, StoreError, Write};

pub(crate) const STATEMENTS: &[Statement] = &[
    INSERT, LIST, LIST_OF, GET, SETTLE, NOTE, REQUEUE, CANCEL, SENT_OF, OF_CALL, PURGE,
];

const TABLE: &str = "deliveries";
/// The unique index refuses a second row of the same call.
const INSERT: Statement = Statement::new(
    "deliveries.insert",
    "INSERT INTO deliveries (owner_id, id, reminder_id, task_id, channel, destination_id, due_at, call_number, late, fired_at, state, sent_at, error) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
     ON CONFLICT (owner_id, reminder_id, due_at, call_number, channel, destination_id) DO NOTHING",
);
const LIST: Statement = Statement::new(
    "deliveries.list",
    "SELECT id, reminder_id, task_id, channel, destination_id, due_at, call_number, late, fired_at, state, sent_at, error FROM deliveries \
     WHERE owner_id = $1 AND id < $2 AND ($3 < 0 OR state = $3) ORDER BY id DESC LIMIT $4",
);
const LIST_OF: Statement = Statement::new(
    "deliveries.list_of",
    "SELECT id, reminder_id, task_id, channel, destination_id, due_at, call_number, late, fired_at, state, sent_at, error FROM deliveries \
     WHERE owner_id = $1 AND id < $2 AND ($3 < 0 OR state = $3) AND reminder_id = $5 ORDER BY id DESC LIMIT $4",
);
const GET: Statement = Statement::new(
    "deliveries.get",
    "SELECT id, reminder_id, task_id, channel, destination_id, due_at, call_number, late, fired_at, state, sent_at, error FROM deliveries \
     WHERE owner_id = $1 AND id = $2",
);
/// State 0 is "queued": what became of a delivery is said once.
const SETTLE: Statement = Statement::new(
    "deliveries.settle",
    "UPDATE deliveries SET state = $3, sent_at = $4, error = $5 WHERE owner_id = $1 AND id = $2 AND state = 0",
);
const NOTE: Statement = Statement::new(
    "deliveries.note",
    "UPDATE deliveries SET error = $3 WHERE owner_id = $1 AND id = $2 AND state = 0",
);
/// State 2 is "failed".
const REQUEUE: Statement = Statement::new(
    "deliveries.requeue",
    "UPDATE deliveries SET state = 0, error = NULL WHERE owner_id = $1 AND id = $2 AND state = 2",
);
const CANCEL: Statement = Statement::new(
    "deliveries.cancel",
    "UPDATE deliveries SET state = 3 WHERE owner_id = $1 AND reminder_id = $2 AND state = 0",
);
/// State 1 is "sent".
const SENT_OF: Statement = Statement::new(
    "deliveries.sent_of",
    "SELECT id, reminder_id, task_id, channel, destination_id, due_at, call_number, late, fired_at, state, sent_at, error FROM deliveries \
     WHERE owner_id = $1 AND reminder_id = $2 AND channel = $3 AND state = 1 AND sent_at > $4 ORDER BY id",
);
const OF_CALL: Statement = Statement::new(
    "deliveries.of_call",
    "SELECT id, reminder_id, task_id, channel, destination_id, due_at, call_number, late, fired_at, state, sent_at, error FROM deliveries \
     WHERE owner_id = $1 AND reminder_id = $2 AND due_at = $3 AND call_number = $4 ORDER BY id",
);
const PURGE: Statement = Statement::new(
    "deliveries.purge",
    "DELETE FROM deliveries WHERE owner_id = $1 AND fired_at <= $2 AND state <> 0",
);

fn read_delivery(row: &Row) -> Result<Delivery, StoreError> {
    let mut columns = row.columns(TABLE);
    Ok(Delivery {
        id: columns.uuid()?,
        reminder_id: columns.uuid()?,
        task_id: columns.uuid()?,
        channel: columns.code(Channel::from_code)?,
        destination_id: Some(columns.raw_uuid()?)
            .filter(|id| !id.is_nil())
            .map(Into::into),
        due_at: columns.time()?,
        call: columns.small()?,
        late: columns.flag()?,
        fired_at: columns.time()?,
        state: columns.code(DeliveryState::from_code)?,
        sent_at: columns.opt_time()?,
        error: columns.opt_text()?,
    })
}

/// Keeps a delivery; `false` when this call was kept already.
pub async fn insert(write: &mut Write, delivery: &Delivery) -> Result<bool, StoreError> {
    let args = write
        .args()
        .uuid(delivery.id)
        .uuid(delivery.reminder_id)
        .uuid(delivery.task_id)
        .int(delivery.channel.code())
        .uuid(delivery.destination_id.map_or(Uuid::nil(), Into::into))
        .time(delivery.due_at)
        .int(delivery.call)
        .flag(delivery.late)
        .time(delivery.fired_at)
        .int(delivery.state.code())
        .opt_time(delivery.sent_at)
        .opt_text(delivery.error.as_deref());
    Ok(write.execute(&INSERT, args).await? == 1)
}

/// One page, latest first.
pub async fn list(
    read: &mut Read,
    filter: &DeliveryFilter,
    page: &PageRequest,
) -> Result<Page<Delivery>, StoreError> {
    let before = page.after.as_ref().map_or(Uuid::max(), |cursor| cursor.id);
    let args = read
        .args()
        .uuid(before)
        .int(filter.state.map_or(-1, DeliveryState::code))
        .int(page.limit + 1);
    let rows = match filter.reminder {
        Some(reminder) => read.fetch_all(&LIST_OF, args.uuid(reminder)).await?,
        None => read.fetch_all(&LIST, args).await?,
    };
    let found = rows.iter().map(read_delivery).collect::<Result<_, _>>()?;
    Ok(Page::cut(found, page.limit, |one: &Delivery| Cursor {
        sort: "latest".to_owned(),
        key: CursorKey::Int(0),
        id: one.id.uuid(),
    }))
}

pub async fn get(read: &mut Read, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
    let args = read.args().uuid(id);
    let row = read.fetch_optional(&GET, args).await?;
    row.as_ref().map(read_delivery).transpose()
}

/// Says what became of a delivery that is on its way; `false` when that was said already.
pub async fn settle(
    write: &mut Write,
    id: DeliveryId,
    state: DeliveryState,
    sent_at: Option<Timestamp>,
    error: Option<&str>,
) -> Result<bool, StoreError> {
    let args = write
        .args()
        .uuid(id)
        .int(state.code())
        .opt_time(sent_at)
        .opt_text(error);
    Ok(write.execute(&SETTLE, args).await? == 1)
}

/// Says why a delivery was not sent yet.
pub async fn note(write: &mut Write, id: DeliveryId, error: &str) -> Result<(), StoreError> {
    let args = write.args().uuid(id).text(error);
    write.execute(&NOTE, args).await.map(drop)
}

/// Puts a delivery on its way again that had failed.
pub async fn requeue(write: &mut Write, id: DeliveryId) -> Result<(), StoreError> {
    let args = write.args().uuid(id);
    write.execute(&REQUEUE, args).await.map(drop)
}

/// Lets nothing more go out for a reminder.
pub async fn cancel(write: &mut Write, reminder: ReminderId) -> Result<u64, StoreError> {
    let args = write.args().uuid(reminder);
    write.execute(&CANCEL, args).await
}

/// What went out for a reminder on a channel after a moment.
pub async fn sent_of(
    read: &mut Read,
    reminder: ReminderId,
    channel: Channel,
    after: Timestamp,
) -> Result<Vec<Delivery>, StoreError> {
    let args = read.args().uuid(reminder).int(channel.code()).time(after);
    let rows = read.fetch_all(&SENT_OF, args).await?;
    rows.iter().map(read_delivery).collect()
}

/// The lines of one call.
pub async fn of_call(
    read: &mut Read,
    reminder: ReminderId,
    due_at: Timestamp,
    call: u32,
) -> Result<Vec<Delivery>, StoreError> {
    let args = read.args().uuid(reminder).time(due_at).int(call);
    let rows = read.fetch_all(&OF_CALL, args).await?;
    rows.iter().map(read_delivery).collect()
}

/// Forgets what was settled and fired until `until`.
pub async fn purge(write: &mut Write, until: Timestamp) -> Result<u64, StoreError> {
    let args = write.args().time(until);
    write.execute(&PURGE, args).await
}
