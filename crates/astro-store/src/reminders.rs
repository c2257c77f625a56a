//! Reminders. When one fires is derived from its task and the owner's zone, so it is kept in step
//! here, whichever way a task is written: edited, undone, synchronised or restored.

use std::sync::LazyLock;
use std::time::Duration;

use astro_core::calendar::{TimeZone, Timestamp};
use astro_core::document::{Document as _, Stamp};
use astro_core::events::Entity;
use astro_core::ids::{ReminderId, TaskId};
use astro_core::page::{Cursor, CursorKey, Page, PageRequest};
use astro_core::reminders::{
    Anchors, ChosenBy, Reminder, ReminderFields, ReminderFilter, ReminderState, followed,
};
use astro_core::tasks::Task;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::db::Wake;
use crate::documents::{self, Record, Table, read_rows};
use crate::{Args, Columns, Read, Statement, StoreError, Write};

pub(crate) const STATEMENTS: &[Statement] = &[
    LIST, LIST_OF, OF_TASK, CALLED, SNOOZES, SCHEDULED, AHEAD, DUE,
];

pub(crate) static TABLE: LazyLock<Table> = LazyLock::new(|| {
    Table::new(
        "reminders",
        "uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at, urgent, calls, called_at",
    )
});

const LIST: Statement = Statement::new(
    "reminders.list",
    "SELECT id, uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at, urgent, calls, called_at, \
     version, change_seq, created_at, updated_at, deleted_at FROM reminders \
     WHERE owner_id = $1 AND deleted_at IS NULL AND id > $2 AND ($3 < 0 OR state = $3) ORDER BY id LIMIT $4",
);
const LIST_OF: Statement = Statement::new(
    "reminders.list_of",
    "SELECT id, uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at, urgent, calls, called_at, \
     version, change_seq, created_at, updated_at, deleted_at FROM reminders \
     WHERE owner_id = $1 AND deleted_at IS NULL AND id > $2 AND ($3 < 0 OR state = $3) AND task_id = $5 ORDER BY id LIMIT $4",
);
const OF_TASK: Statement = Statement::new(
    "reminders.of_task",
    "SELECT id, uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at, urgent, calls, called_at, \
     version, change_seq, created_at, updated_at, deleted_at FROM reminders \
     WHERE owner_id = $1 AND task_id = $2 AND deleted_at IS NULL ORDER BY id",
);
const CALLED: Statement = Statement::new(
    "reminders.called",
    "SELECT id, uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at, urgent, calls, called_at, \
     version, change_seq, created_at, updated_at, deleted_at FROM reminders \
     WHERE owner_id = $1 AND uid = $2",
);
const SNOOZES: Statement = Statement::new(
    "reminders.snoozes",
    "SELECT id, uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at, urgent, calls, called_at, \
     version, change_seq, created_at, updated_at, deleted_at FROM reminders \
     WHERE owner_id = $1 AND task_id = $2 AND snooze_of = $3 AND deleted_at IS NULL ORDER BY id",
);
/// What has still to fire; state 0 is "scheduled".
const SCHEDULED: Statement = Statement::new(
    "reminders.scheduled",
    "SELECT id, uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at, urgent, calls, called_at, \
     version, change_seq, created_at, updated_at, deleted_at FROM reminders \
     WHERE owner_id = $1 AND state = 0 AND deleted_at IS NULL ORDER BY id",
);

const AHEAD: Statement = Statement::new(
    "reminders.ahead",
    "SELECT id, uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at, urgent, calls, called_at, \
     version, change_seq, created_at, updated_at, deleted_at FROM reminders \
     WHERE owner_id = $1 AND deleted_at IS NULL AND next_fire_at > $2",
);
const DUE: Statement = Statement::new(
    "reminders.due",
    "SELECT id, uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at, urgent, calls, called_at, \
     version, change_seq, created_at, updated_at, deleted_at FROM reminders \
     WHERE owner_id = $1 AND next_fire_at IS NOT NULL AND next_fire_at <= $2 ORDER BY next_fire_at, id LIMIT $3",
);

impl Record for Reminder {
    const ENTITY: Entity = Entity::Reminder;

    fn table() -> &'static LazyLock<Table> {
        &TABLE
    }

    fn bind(&self, args: Args, _zone: &TimeZone) -> Args {
        args.text(&self.uid)
            .uuid(self.task_id.uuid())
            .opt_shown(self.occurrence.as_ref())
            .json(&self.trigger)
            .json(&self.channels)
            .opt_json(self.nag.as_ref())
            .int(self.chosen_by.code())
            .int(self.state.code())
            .opt_uuid(self.snooze_of)
            .opt_time(self.next_fire_at)
            .opt_time(self.acknowledged_at)
            .flag(self.urgent)
            .int(self.calls)
            .opt_time(self.called_at)
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        let id = columns.uuid()?;
        let uid = columns.text()?;
        let mut fields = ReminderFields {
            task_id: columns.uuid()?,
            occurrence: columns.opt_parsed()?,
            trigger: columns.json()?,
            channels: columns.json()?,
            nag: columns.opt_json()?,
            chosen_by: columns.code(ChosenBy::from_code)?,
            urgent: false,
        };
        let state = columns.code(ReminderState::from_code)?;
        let snooze_of = columns.opt_uuid()?;
        let next_fire_at = columns.opt_time()?;
        let acknowledged_at = columns.opt_time()?;
        fields.urgent = columns.flag()?;
        let calls = columns.small()?;
        let called_at = columns.opt_time()?;
        Ok(Self::assemble(
            fields,
            columns.stamp()?,
            id,
            uid,
            state,
            snooze_of,
            next_fire_at,
            acknowledged_at,
            calls,
            called_at,
        ))
    }

    fn reindex<'a>(
        &'a self,
        write: &'a mut Write,
        _before: Option<&'a Self>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        if self.next_fire_at.is_some() {
            write.wakes(Wake::Reminders);
        }
        Box::pin(async { Ok(()) })
    }
}

/// What is due, the longest waiting first.
pub async fn due(read: &mut Read, now: Timestamp, limit: u32) -> Result<Vec<Reminder>, StoreError> {
    let args = read.args().time(now).int(limit);
    read_rows(&read.fetch_all(&DUE, args).await?)
}

/// One page of what passes `filter`, oldest first.
pub async fn list(
    read: &mut Read,
    filter: &ReminderFilter,
    page: &PageRequest,
) -> Result<Page<Reminder>, StoreError> {
    let after = page.after.as_ref().map_or(Uuid::nil(), |cursor| cursor.id);
    let args = read
        .args()
        .uuid(after)
        .int(filter.state.map_or(-1, ReminderState::code))
        .int(page.limit + 1);
    let rows = match filter.task {
        Some(task) => read.fetch_all(&LIST_OF, args.uuid(task.uuid())).await?,
        None => read.fetch_all(&LIST, args).await?,
    };
    Ok(Page::cut(
        read_rows(&rows)?,
        page.limit,
        |reminder: &Reminder| Cursor {
            sort: "created".to_owned(),
            key: CursorKey::Int(0),
            id: reminder.id.uuid(),
        },
    ))
}

/// The task's reminders that are not in the trash.
pub async fn of_task(read: &mut Read, task: TaskId) -> Result<Vec<Reminder>, StoreError> {
    let args = read.args().uuid(task.uuid());
    read_rows(&read.fetch_all(&OF_TASK, args).await?)
}

/// The reminder with this global id, in the trash or not.
pub async fn called(read: &mut Read, uid: &str) -> Result<Option<Reminder>, StoreError> {
    let args = read.args().text(uid);
    Ok(read_rows(&read.fetch_all(&CALLED, args).await?)?.pop())
}

/// The reminders that put this one off.
pub async fn snoozes(
    read: &mut Read,
    task: TaskId,
    id: ReminderId,
) -> Result<Vec<Reminder>, StoreError> {
    let args = read.args().uuid(task.uuid()).uuid(id.uuid());
    read_rows(&read.fetch_all(&SNOOZES, args).await?)
}

/// Keeps a task's reminders in step with it.
pub(crate) async fn follow_task(
    write: &mut Write,
    before: &Task,
    after: &Task,
) -> Result<(), StoreError> {
    let (old, new) = (Anchors::from(before), Anchors::from(after));
    if old == new {
        return Ok(());
    }
    let zone = write.zone().await?;
    for reminder in of_task(write, after.id).await? {
        let next = followed(&reminder, &old, &new, &zone, after.updated_at);
        keep(write, &reminder, next, after.updated_at).await?;
    }
    Ok(())
}

/// Works out anew when everything fires, after the owner's zone changed.
pub(crate) async fn rederive(write: &mut Write, now: Timestamp) -> Result<(), StoreError> {
    let zone = write.zone().await?;
    let args = write.args();
    let scheduled: Vec<Reminder> = read_rows(&write.fetch_all(&SCHEDULED, args).await?)?;
    for reminder in scheduled {
        let task: Option<Task> = documents::get(write, reminder.task_id.uuid()).await?;
        if let Some(task) = task {
            let next = reminder.clone().settled(&Anchors::from(&task), &zone);
            keep(write, &reminder, next, now).await?;
        }
    }
    Ok(())
}

/// Puts right what a clock that was wrong for a while has put far ahead: a nag that counts from a call
/// still to come, a call held back until the quiet hours of a day that is not there yet.
pub async fn mend(write: &mut Write, now: Timestamp) -> Result<(), StoreError> {
    let zone = write.zone().await?;
    let args = write.args().time(now);
    let ahead: Vec<Reminder> = read_rows(&write.fetch_all(&AHEAD, args).await?)?;
    for reminder in ahead {
        let task: Option<Task> = documents::get(write, reminder.task_id.uuid()).await?;
        let Some(task) = task else { continue };
        let called_at = reminder.called_at.map(|at| at.min(now));
        let next = Reminder {
            called_at,
            ..reminder.clone()
        };
        let next = next.settled(&Anchors::from(&task), &zone);
        let is_sooner = next.next_fire_at < reminder.next_fire_at;
        let held = reminder
            .next_fire_at
            .is_some_and(|at| at <= later(now, HELD_AT_MOST));
        if called_at != reminder.called_at || (is_sooner && !held) {
            keep(write, &reminder, next, now).await?;
        }
    }
    Ok(())
}

/// Quiet hours hold nothing back for longer.
const HELD_AT_MOST: Duration = Duration::from_hours(8 * 24);

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

async fn keep(
    write: &mut Write,
    before: &Reminder,
    mut after: Reminder,
    now: Timestamp,
) -> Result<(), StoreError> {
    if after == *before {
        return Ok(());
    }
    after.set_stamp(Stamp {
        updated_at: now,
        ..before.stamp()
    });
    documents::update(write, before, &mut after).await
}
