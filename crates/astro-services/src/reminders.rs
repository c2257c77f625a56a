//! Reminders: what is to be called to mind, put off, and answered; and, in the files below, how it
//! arrives (docs/decisions/0011-reminders-that-arrive.md).

mod answers;
mod clear;
mod compose;
mod deliveries;
mod destinations;
mod fire;
mod pace;
mod place;
mod probe;
mod send;

use astro_core::calendar::When;
use astro_core::document::Document as _;
use astro_core::error::FieldError;
use astro_core::events::Action;
use astro_core::ids::ReminderId;
use astro_core::page::{Page, PageRequest};
use astro_core::patch::Patch;
use astro_core::principal::Permission;
use astro_core::reminders::{
    Anchors, Reminder, ReminderFields, ReminderFilter, ReminderState, Trigger,
};
use astro_core::tasks::Task;
use astro_store::documents;
use astro_store::reminders as rows;
use serde_json::{Value, json};

pub use clear::ClearNotification;
pub(crate) use clear::clear_task;
pub use fire::FireReminders;
pub(crate) use pace::Probes;
pub(crate) use place::target;
pub use send::SendDelivery;
pub(crate) use send::{refused, send_again};

use crate::changes::{Change, Written, changed_fields, check_version};
use crate::references::require;
use crate::tasks::spread_reminder;
use crate::{Call, Error, Result, Services};

impl Services {
    pub async fn list_reminders(
        &self,
        call: &Call,
        filter: ReminderFilter,
        page: PageRequest,
    ) -> Result<Page<Reminder>> {
        let scope = call.scope(Permission::TasksRead)?;
        self.store
            .read(&scope, |read| {
                Box::pin(async move { rows::list(read, &filter, &page).await.map_err(Error::from) })
            })
            .await
    }

    pub async fn get_reminder(&self, call: &Call, id: ReminderId) -> Result<Reminder> {
        self.find(call, Permission::TasksRead, id.uuid()).await
    }

    pub async fn create_reminder(
        &self,
        call: &Call,
        fields: ReminderFields,
    ) -> Result<Written<Reminder>> {
        let scope = call.scope(Permission::TasksWrite)?;
        self.change(call, scope, move |change| {
            Box::pin(async move { insert(change, fields, None).await })
        })
        .await
    }

    pub async fn update_reminder(
        &self,
        call: &Call,
        id: ReminderId,
        patch: Patch<ReminderFields>,
    ) -> Result<Written<Reminder>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let before: Reminder = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &before)?;
                let fields = patch.apply(&before.fields())?;
                set_fields(change, before, fields).await
            })
        })
        .await
    }

    pub async fn delete_reminder(&self, call: &Call, id: ReminderId) -> Result<Written<Reminder>> {
        let scope = call.scope(Permission::TasksWrite)?;
        self.move_reminder(call, scope, id, true).await
    }

    pub async fn restore_reminder(&self, call: &Call, id: ReminderId) -> Result<Written<Reminder>> {
        let scope = call.scope(Permission::TasksWrite)?;
        self.move_reminder(call, scope, id, false).await
    }

    /// Into the trash, where nothing fires, or out of it.
    async fn move_reminder(
        &self,
        call: &Call,
        scope: astro_core::principal::Scope,
        id: ReminderId,
        deleted: bool,
    ) -> Result<Written<Reminder>> {
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let before: Reminder = change
                    .to_move(id.uuid(), deleted, expected.as_ref())
                    .await?;
                set_deleted(change, before, deleted).await
            })
        })
        .await
    }

    /// Takes note of a reminder, on every channel at once, together with what puts it off.
    pub async fn acknowledge_reminder(
        &self,
        call: &Call,
        id: ReminderId,
    ) -> Result<Written<Reminder>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let reminder: Reminder = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &reminder)?;
                acknowledge_relatives(change, &reminder).await?;
                acknowledge(change, reminder).await
            })
        })
        .await
    }

    /// Puts a reminder off until later: it is snoozed, and another one calls again (RFC 9074). A
    /// snooze that is put off again moves instead. Answers the one that will call.
    pub async fn snooze_reminder(
        &self,
        call: &Call,
        id: ReminderId,
        until: When,
    ) -> Result<Written<Reminder>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let reminder: Reminder = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &reminder)?;
                let zone = change.write.zone().await?;
                if until.instant(&zone) <= change.now {
                    let past = FieldError::new("until", "in_the_past", "must lie in the future");
                    return Err(Error::Invalid(vec![past]));
                }
                snooze(change, reminder, until).await
            })
        })
        .await
    }
}

/// Keeps a new reminder; for every door that makes one.
pub async fn insert(
    change: &mut Change<'_>,
    fields: ReminderFields,
    snooze_of: Option<ReminderId>,
) -> Result<Written<Reminder>> {
    fields.check()?;
    let task: Task = require(change, fields.task_id.uuid(), "task_id").await?;
    let zone = change.write.zone().await?;
    let id: ReminderId = change.id_for_new::<Reminder>().await?.into();
    let state = ReminderState::Scheduled;
    let uid = id.to_string();
    let reminder = Reminder::assemble(
        fields,
        change.fresh(),
        id,
        uid,
        state,
        snooze_of,
        None,
        None,
        0,
        None,
    );
    let reminder = reminder
        .settled(&Anchors::from(&task), &zone)
        .unless_gone_by(None, change.now);
    let data = timing(&reminder);
    let written = change.insert(reminder, Action::Created, data).await?;
    spread_reminder(change, None, &written.value).await?;
    Ok(written)
}

/// Replaces what a person may write; for every door that changes one. Another trigger arms it anew.
pub async fn set_fields(
    change: &mut Change<'_>,
    before: Reminder,
    fields: ReminderFields,
) -> Result<Written<Reminder>> {
    fields.check()?;
    if fields.task_id != before.task_id {
        require::<Task>(change, fields.task_id.uuid(), "task_id").await?;
    }
    let data = changed_fields(&before.fields(), &fields)?;
    let mut after = before.clone();
    after.set_fields(fields);
    let rearmed = (&after.trigger, &after.occurrence, after.task_id)
        != (&before.trigger, &before.occurrence, before.task_id);
    if rearmed {
        after = after.armed();
        // what its earlier time still has on the way is not true any more
        clear::clear(change, &before).await?;
    }
    settle(change, &before, after, Action::Edited, data).await
}

/// Puts a reminder into the trash or takes it out.
pub(crate) async fn set_deleted(
    change: &mut Change<'_>,
    before: Reminder,
    deleted: bool,
) -> Result<Written<Reminder>> {
    if before.deleted_at.is_some() == deleted {
        return Ok(Written {
            value: before,
            undo: None,
        });
    }
    if deleted {
        clear::clear(change, &before).await?;
    }
    let mut after = before.clone();
    after.deleted_at = deleted.then_some(change.now);
    let action = if deleted {
        Action::Deleted
    } else {
        Action::Restored
    };
    settle(change, &before, after, action, json!({})).await
}

/// Keeps a changed reminder with the time of delivery that follows.
async fn settle(
    change: &mut Change<'_>,
    before: &Reminder,
    after: Reminder,
    action: Action,
    data: Value,
) -> Result<Written<Reminder>> {
    let after = timed(change, after)
        .await?
        .unless_gone_by(before.next_fire_at, change.now);
    let written = change.update(before, after, action, data).await?;
    if written.undo.is_some() {
        spread_reminder(change, Some(before), &written.value).await?;
    }
    Ok(written)
}

/// The reminder with the time of delivery that follows from its task.
pub(crate) async fn timed(change: &mut Change<'_>, reminder: Reminder) -> Result<Reminder> {
    let zone = change.write.zone().await?;
    let task: Option<Task> = documents::get(change.write, reminder.task_id.uuid()).await?;
    Ok(match task {
        Some(task) => reminder.settled(&Anchors::from(&task), &zone),
        None => Reminder {
            next_fire_at: None,
            ..reminder
        },
    })
}

async fn acknowledge(change: &mut Change<'_>, before: Reminder) -> Result<Written<Reminder>> {
    clear::clear(change, &before).await?;
    let acknowledged_at = before.acknowledged_at.or(Some(change.now));
    let after = Reminder {
        state: ReminderState::Acknowledged,
        acknowledged_at,
        next_fire_at: None,
        ..before.clone()
    };
    let data = timing(&after);
    change.update(&before, after, Action::Answered, data).await
}

/// The reminder that this one puts off, and those that put it off: one answer is for all.
async fn acknowledge_relatives(change: &mut Change<'_>, reminder: &Reminder) -> Result<()> {
    let original = reminder.snooze_of.unwrap_or(reminder.id);
    let mut relatives = rows::snoozes(change.write, reminder.task_id, original).await?;
    if reminder.snooze_of.is_some() {
        let found: Option<Reminder> = documents::get(change.write, original.uuid()).await?;
        relatives.extend(found.filter(|original| original.deleted_at.is_none()));
    }
    for relative in relatives {
        if relative.id != reminder.id && relative.state != ReminderState::Acknowledged {
            acknowledge(change, relative).await?;
        }
    }
    Ok(())
}

async fn snooze(
    change: &mut Change<'_>,
    reminder: Reminder,
    until: When,
) -> Result<Written<Reminder>> {
    let fields = ReminderFields {
        trigger: Trigger::Absolute { at: until },
        ..reminder.fields()
    };
    clear::clear(change, &reminder).await?;
    if reminder.snooze_of.is_some() {
        return set_fields(change, reminder, fields).await;
    }
    let original = reminder.id;
    let earlier = rows::snoozes(change.write, reminder.task_id, original).await?;
    let snoozed = Reminder {
        state: ReminderState::Snoozed,
        ..reminder.clone()
    };
    settle(change, &reminder, snoozed, Action::Deferred, json!({})).await?;
    match earlier.into_iter().next() {
        Some(earlier) => set_fields(change, earlier, fields).await,
        None => insert(change, fields, Some(original)).await,
    }
}

/// What learning may read of a reminder.
pub(crate) fn timing(reminder: &Reminder) -> Value {
    json!({
        "task_id": reminder.task_id,
        "state": reminder.state,
        "channels": reminder.channels,
        "chosen_by": reminder.chosen_by,
        "next_fire_at": reminder.next_fire_at,
    })
}
