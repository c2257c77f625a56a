//! Reminders. When one fires is derived from its task and the owner's zone, so it is kept in step
//! here, whichever way a task is written: edited, undone, synchronised or restored.

use std::sync::LazyLock;

use astro_core::calendar::{TimeZone, Timestamp};
use astro_core::document::{Document as _, Stamp};
use astro_core::events::Entity;
use astro_core::ids::{ReminderId, TaskId};
use astro_core::page::{Cursor, CursorKey, Page, PageRequest};
use astro_core::reminders::{
    Anchors, ChosenBy, Reminder, ReminderFields, ReminderFilter, ReminderState, followed,
};
use astro_core::tasks::Task;
use uuid::Uuid;

use crate::documents::{self, Record, Table, read_rows};
use crate::{Args, Columns, Read, Statement, StoreError, Write};

pub(crate) const STATEMENTS: &[Statement] = &[LIST, LIST_OF, OF_TASK, CALLED, SNOOZES, SCHEDULED];

pub(crate) static TABLE: LazyLock<Table> = LazyLock::new(|| {
    Table::new(
        "reminders",
        "uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at",
    )
});

const LIST: Statement = Statement::new(
    "reminders.list",
    "SELECT id, uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at, \
     version, change_seq, created_at, updated_at, deleted_at FROM reminders \
     WHERE owner_id = $1 AND deleted_at IS NULL AND id > $2 AND ($3 < 0 OR state = $3) ORDER BY id LIMIT $4",
);
const LIST_OF: Statement = Statement::new(
    "reminders.list_of",
    "SELECT id, uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at, \
     version, change_seq, created_at, updated_at, deleted_at FROM reminders \
     WHERE owner_id = $1 AND deleted_at IS NULL AND id > $2 AND ($3 < 0 OR state = $3) AND task_id = $5 ORDER BY id LIMIT $4",
);
const OF_TASK: Statement = Statement::new(
    "reminders.of_task",
    "SELECT id, uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at, \
     version, change_seq, created_at, updated_at, deleted_at FROM reminders \
     WHERE owner_id = $1 AND task_id = $2 AND deleted_at IS NULL ORDER BY id",
);
const CALLED: Statement = Statement::new(
    "reminders.called",
    "SELECT id, uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at, \
     version, change_seq, created_at, updated_at, deleted_at FROM reminders \
     WHERE owner_id = $1 AND uid = $2",
);
const SNOOZES: Statement = Statement::new(
    "reminders.snoozes",
    "SELECT id, uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at, \
     version, change_seq, created_at, updated_at, deleted_at FROM reminders \
     WHERE owner_id = $1 AND task_id = $2 AND snooze_of = $3 AND deleted_at IS NULL ORDER BY id",
);
/// What has still to fire; state 0 is "scheduled".
const SCHEDULED: Statement = Statement::new(
    "reminders.scheduled",
    "SELECT id, uid, task_id, occurrence, fires, channels, nag, chosen_by, state, snooze_of, next_fire_at, acknowledged_at, \
     version, change_seq, created_at, updated_at, deleted_at FROM reminders \
     WHERE owner_id = $1 AND state = 0 AND deleted_at IS NULL ORDER BY id",
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
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        let id = columns.uuid()?;
        let uid = columns.text()?;
        let fields = ReminderFields {
            task_id: columns.uuid()?,
            occurrence: columns.opt_parsed()?,
            trigger: columns.json()?,
            channels: columns.json()?,
            nag: columns.opt_json()?,
            chosen_by: columns.code(ChosenBy::from_code)?,
        };
        let state = columns.code(ReminderState::from_code)?;
        let snooze_of = columns.opt_uuid()?;
        let next_fire_at = columns.opt_time()?;
        let acknowledged_at = columns.opt_time()?;
        Ok(Self::assemble(
            fields,
            columns.stamp()?,
            id,
            uid,
            state,
            snooze_of,
            next_fire_at,
            acknowledged_at,
        ))
    }
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
