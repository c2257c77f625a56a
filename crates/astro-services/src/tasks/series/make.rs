//! Making an occurrence: the task itself, a fresh copy of its checklist, its reminders.

use std::collections::HashMap;

use astro_core::calendar::When;
use astro_core::document::Document as _;
use astro_core::events::Action;
use astro_core::ids::TaskId;
use astro_core::reminders::{Anchors, Reminder, ReminderFields, ReminderState, Trigger};
use astro_core::tasks::series::{Shift, derived_id};
use astro_core::tasks::{Task, TaskFields, TaskSource};
use astro_store::tasks as rows;
use astro_store::{documents, reminders};
use futures_util::future::BoxFuture;
use serde_json::json;

use super::super::{hooks, rules, set_tree_deleted};
use crate::Result;
use crate::changes::{Change, Written};
use crate::reminders::timing;

/// What of a series goes into one of its occurrences.
#[derive(Clone, Copy)]
pub(super) struct Mould<'a> {
    pub(super) series: &'a Task,
    pub(super) recurrence_id: &'a When,
    pub(super) shift: Shift,
}

impl<'a> Mould<'a> {
    /// `None` where nothing says from when on the series occurs.
    pub(super) fn new(series: &'a Task, recurrence_id: &'a When) -> Option<Self> {
        let anchor = series.start.as_ref().or(series.due.as_ref())?;
        Some(Self {
            series,
            recurrence_id,
            shift: Shift::between(anchor, recurrence_id),
        })
    }
}

/// The occurrence of `series` at `recurrence_id`: the row that is there already, taken out of the
/// trash if it lies there, or a fresh one. `None` beyond the end of time.
pub(super) fn make<'a>(
    change: &'a mut Change<'_>,
    series: &'a Task,
    recurrence_id: &'a When,
) -> BoxFuture<'a, Result<Option<Written<Task>>>> {
    // what follows from a task that is made may make another
    Box::pin(async move {
        let id = derived_id(series.id, recurrence_id);
        let found: Option<Task> = documents::get(change.write, TaskId::uuid(id)).await?;
        if let Some(found) = found {
            return again(change, series, recurrence_id, found).await.map(Some);
        }
        let made = Mould::new(series, recurrence_id).zip(series.fields().occurrence(recurrence_id));
        let Some((mould, fields)) = made else {
            return Ok(None);
        };
        let written = keep(change, &mould, series, fields).await?;
        parts(change, &mould).await?;
        Ok(Some(written))
    })
}

/// An occurrence that is there already. One that was taken back comes out of the trash as the series
/// would make it now.
async fn again(
    change: &mut Change<'_>,
    series: &Task,
    recurrence_id: &When,
    found: Task,
) -> Result<Written<Task>> {
    let was_taken_back = found.deleted_at.is_some() && found.status.is_open();
    let restored = set_tree_deleted(change, found, false).await?;
    let fields = series.fields().occurrence(recurrence_id);
    let Some(fields) = fields.filter(|_| was_taken_back) else {
        return Ok(restored);
    };
    let zone = change.write.zone().await?;
    let before = restored.value;
    let after = rules::apply(&before, fields, change.now, change.actor(), &zone);
    let data = rules::changed_data(&before, &after)?;
    let written = change.update(&before, after, Action::Edited, data).await?;
    hooks::after(change, Some(&before), &written.value, Action::Edited).await?;
    Ok(Written {
        undo: restored.undo,
        ..written
    })
}

/// Keeps the copy of one template with its reminders.
async fn keep(
    change: &mut Change<'_>,
    mould: &Mould<'_>,
    template: &Task,
    fields: TaskFields,
) -> Result<Written<Task>> {
    let task = Task {
        series_id: Some(template.id),
        recurrence_id: Some(mould.recurrence_id.clone()),
        ..Task::new(
            fields,
            derived_id(template.id, mould.recurrence_id),
            change.fresh(),
            TaskSource::Rule,
        )
    };
    let data = rules::created_data(&task);
    let written = change.insert(task, Action::Created, data).await?;
    hooks::after(change, None, &written.value, Action::Created).await?;
    for reminder in reminders::of_task(change.write, template.id).await? {
        remind(change, mould, &reminder, &written.value).await?;
    }
    Ok(written)
}

/// Makes those parts of an occurrence that it does not have yet: all, or one that was added to its
/// series.
pub(super) async fn parts(change: &mut Change<'_>, mould: &Mould<'_>) -> Result<()> {
    let mut copies: HashMap<TaskId, TaskId> = HashMap::new();
    copies.insert(
        mould.series.id,
        derived_id(mould.series.id, mould.recurrence_id),
    );
    let mut templates: Vec<Task> = Vec::new();
    for id in rows::descendants(change.write, mould.series.id).await? {
        let found: Option<Task> = documents::get(change.write, id.uuid()).await?;
        let template = found.filter(|part| part.template && part.deleted_at.is_none());
        if let Some(template) = template {
            copies.insert(template.id, derived_id(template.id, mould.recurrence_id));
            templates.push(template);
        }
    }
    for template in &templates {
        let copy = copies.get(&template.id).copied();
        let parent = template.parent_id.and_then(|id| copies.get(&id).copied());
        let (Some(copy), Some(parent)) = (copy, parent) else {
            // below something that lies in the trash
            continue;
        };
        let known: Option<Task> = documents::get(change.write, copy.uuid()).await?;
        let Some(fields) = template.fields().shifted(&mould.shift) else {
            continue;
        };
        if known.is_none() {
            let depends_on = fields.depends_on.iter();
            let fields = TaskFields {
                parent_id: Some(parent),
                depends_on: depends_on
                    .map(|id| copies.get(id).copied().unwrap_or(*id))
                    .collect(),
                ..fields.clone()
            };
            keep(change, mould, template, fields).await?;
        }
    }
    Ok(())
}

/// Keeps an occurrence's copy of a reminder of its template.
pub(super) async fn remind(
    change: &mut Change<'_>,
    mould: &Mould<'_>,
    reminder: &Reminder,
    task: &Task,
) -> Result<()> {
    let id = derived_id(reminder.id, mould.recurrence_id);
    let known: Option<Reminder> = documents::get(change.write, uuid::Uuid::from(id)).await?;
    let Some(fields) = reminder_fields(mould, reminder, task.id) else {
        return Ok(());
    };
    if known.is_some() {
        return Ok(());
    }
    let zone = change.write.zone().await?;
    let copy = Reminder::assemble(
        fields,
        change.fresh(),
        id,
        id.to_string(),
        ReminderState::Scheduled,
        None,
        None,
        None,
        0,
        None,
    )
    .settled(&Anchors::from(task), &zone)
    .unless_gone_by(None, change.now);
    let mut data = timing(&copy);
    data["copy_of"] = json!(reminder.id);
    change.insert(copy, Action::Created, data).await.map(drop)
}

/// What the copy of a reminder says; `None` where it belongs to other occurrences, or puts one off.
pub(super) fn reminder_fields(
    mould: &Mould<'_>,
    reminder: &Reminder,
    task: TaskId,
) -> Option<ReminderFields> {
    let is_meant = reminder
        .occurrence
        .as_ref()
        .is_none_or(|occurrence| occurrence == mould.recurrence_id);
    if !is_meant || reminder.snooze_of.is_some() || reminder.deleted_at.is_some() {
        return None;
    }
    let trigger = match &reminder.trigger {
        Trigger::Absolute { at } => Trigger::Absolute {
            at: mould.shift.moved(at)?,
        },
        other => other.clone(),
    };
    Some(ReminderFields {
        task_id: task,
        occurrence: None,
        trigger,
        ..reminder.fields()
    })
}
