//! What changes in a series reaches its open occurrences, but not what a person changed in one of
//! them, and never what is done.

use astro_core::calendar::{TimeZone, When};
use astro_core::document::Document as _;
use astro_core::events::Action;
use astro_core::ids::TaskId;
use astro_core::limits;
use astro_core::patch::read_document;
use astro_core::reminders::Reminder;
use astro_core::tasks::series::derived_id;
use astro_core::tasks::{MissedPolicy, RepeatFrom, Task, TaskFields, TaskStatus};
use astro_store::documents;
use astro_store::tasks as rows;
use futures_util::future::BoxFuture;
use serde_json::Value;

use super::super::{hooks, rules, set_tree_deleted};
use super::advance::ensure_open;
use super::make::{Mould, parts, remind, reminder_fields};
use super::{follow, is_series, series_of};
use crate::changes::Change;
use crate::{Error, Result, reminders};

/// Takes an occurrence back that nobody needs any more.
pub(super) async fn withdraw(change: &mut Change<'_>, task: Task) -> Result<()> {
    set_tree_deleted(change, task, true).await.map(drop)
}

/// Takes back every open occurrence of what is no series any more.
pub(super) async fn withdraw_open(change: &mut Change<'_>, series: TaskId) -> Result<()> {
    for open in rows::series::open(change.write, series).await? {
        withdraw(change, open).await?;
    }
    Ok(rows::series::set_ahead(change.write, series, None).await?)
}

/// An occurrence is open again: the next that was made for it is taken back, if nobody has touched
/// it.
pub(super) async fn retract(change: &mut Change<'_>, reopened: &Task) -> Result<()> {
    let Some(series) = series_of(change, reopened).await? else {
        return Ok(());
    };
    let zone = change.write.zone().await?;
    let at = |task: &Task| task.recurrence_id.as_ref().map(|id| id.instant(&zone));
    for open in rows::series::open(change.write, series.id).await? {
        let made = open.recurrence_id.as_ref();
        let made = made.and_then(|id| series.fields().occurrence(id));
        let is_untouched = made.as_ref() == Some(&open.fields());
        let has_started = open
            .start
            .as_ref()
            .is_some_and(|start| start.instant(&zone) <= change.now);
        let stays = series.missed_policy == MissedPolicy::Keep && has_started;
        if at(&open) > at(reopened) && is_untouched && !stays {
            withdraw(change, open).await?;
        }
    }
    follow(change, &series).await
}

/// The parts of an occurrence that was closed were not done and will not be: they come again with
/// the next one.
pub(super) async fn close_parts(change: &mut Change<'_>, closed: &Task) -> Result<()> {
    for part in parts_of(change, closed).await? {
        if part.is_open() {
            set_status(change, part, TaskStatus::Cancelled).await?;
        }
    }
    Ok(())
}

/// Takes back what [`close_parts`] did when `before` was closed.
pub(super) async fn reopen_parts(change: &mut Change<'_>, before: &Task) -> Result<()> {
    for part in parts_of(change, before).await? {
        let went_together = part.updated_at == before.updated_at;
        if part.status == TaskStatus::Cancelled && went_together {
            set_status(change, part, TaskStatus::NeedsAction).await?;
        }
    }
    Ok(())
}

/// What of an occurrence's parts came from its series.
async fn parts_of(change: &mut Change<'_>, occurrence: &Task) -> Result<Vec<Task>> {
    let mut parts = Vec::new();
    if occurrence.series_id.is_some() {
        for id in rows::descendants(change.write, occurrence.id).await? {
            let part: Task = change.any(id.uuid()).await?;
            if part.series_id.is_some() && part.deleted_at.is_none() {
                parts.push(part);
            }
        }
    }
    Ok(parts)
}

/// Whether a parent of a template lies in an occurrence that is made from the template itself.
pub(super) async fn lies_in_own_occurrence(
    change: &mut Change<'_>,
    template: &Task,
    parent: Option<TaskId>,
) -> Result<bool> {
    let series = series_above(change, template).await?;
    let Some(series) = series.map(|series| series.id) else {
        return Ok(false);
    };
    let mut above = parent;
    for _ in 0..=limits::TREE_DEPTH {
        let Some(id) = above else {
            return Ok(false);
        };
        let found: Option<Task> = documents::get(change.write, id.uuid()).await?;
        let Some(task) = found else {
            return Ok(false);
        };
        if task.series_id == Some(series) {
            return Ok(true);
        }
        above = task.parent_id;
    }
    Ok(false)
}

/// Whether something below a task recurs by itself.
pub(super) async fn recurs_below(change: &mut Change<'_>, root: &Task) -> Result<bool> {
    for id in rows::descendants(change.write, root.id).await? {
        let below: Task = change.any(id.uuid()).await?;
        if below.recurs() || below.series_id.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What lies below a task that became a template, or is none any more.
///
/// # Errors
/// [`Error::Invalid`] when something below a new series recurs by itself.
pub(super) async fn mark_below(change: &mut Change<'_>, root: &Task) -> Result<()> {
    if root.template && recurs_below(change, root).await? {
        let message = "a part of it recurs already, and a part of a series recurs with it";
        return Err(Error::invalid("rrule", "in_series", message));
    }
    for id in rows::descendants(change.write, root.id).await? {
        let before: Task = change.any(id.uuid()).await?;
        if before.template != root.template && !before.recurs() && before.series_id.is_none() {
            let after = Task {
                template: root.template,
                ..before.clone()
            };
            let data = rules::changed_data(&before, &after)?;
            change.update(&before, after, Action::Edited, data).await?;
        }
    }
    Ok(())
}

/// A series was changed.
pub(super) async fn spread(change: &mut Change<'_>, before: &Task, after: &Task) -> Result<()> {
    if before.is_open() && !after.is_open() {
        for open in rows::series::open(change.write, after.id).await? {
            set_status(change, open.clone(), TaskStatus::Cancelled).await?;
            close_parts(change, &open).await?;
        }
        return follow(change, after).await;
    }
    let zone = change.write.zone().await?;
    let (old, new) = (before.fields(), after.fields());
    for open in rows::series::open(change.write, after.id).await? {
        let Some(id) = open.recurrence_id.clone() else {
            continue;
        };
        let derived = (old.occurrence(&id), new.occurrence(&id));
        let (Some(was), Some(is)) = derived else {
            continue;
        };
        let is_untouched = open.status == TaskStatus::NeedsAction
            && (&open.start, &open.due) == (&was.start, &was.due);
        if still_occurs(&old, &new, &id, &zone) {
            carry(change, open, &was, &is).await?;
        } else if is_untouched {
            withdraw(change, open).await?;
        } else {
            let times = TaskFields {
                start: was.start.clone(),
                due: was.due.clone(),
                deadline: was.deadline,
                ..is
            };
            carry(change, open, &was, &times).await?;
        }
    }
    ensure_open(change, after).await
}

/// Whether the series has this occurrence still.
fn still_occurs(old: &TaskFields, new: &TaskFields, id: &When, zone: &TimeZone) -> bool {
    let says = |fields: &TaskFields| {
        (
            fields.rrule.clone(),
            fields.rdate.clone(),
            fields.exdate.clone(),
            fields.anchor().cloned(),
        )
    };
    if says(old) == says(new) {
        return true;
    }
    if new.repeat_from == RepeatFrom::Completion {
        // each occurrence stands by itself; the rule says only how far away the next one is
        return new.anchor().map(When::kind) == Some(id.kind());
    }
    occurs_at(new, id, zone)
}

/// Whether a series has an occurrence with this recurrence id.
pub(super) fn occurs_at(fields: &TaskFields, id: &When, zone: &TimeZone) -> bool {
    let Some(series) = fields.series() else {
        return false;
    };
    let instant = id.instant(zone);
    series
        .from(instant, zone)
        .map_while(Result::ok)
        .take_while(|occurrence| occurrence.start.instant(zone) <= instant)
        .any(|occurrence| occurrence.recurrence_id == *id)
}

/// A part of a series was added or changed.
pub(in super::super) async fn spread_part(
    change: &mut Change<'_>,
    before: &Task,
    after: &Task,
) -> Result<()> {
    let Some(series) = series_above(change, after).await? else {
        return Ok(());
    };
    for open in rows::series::open(change.write, series.id).await? {
        let Some(id) = open.recurrence_id.clone() else {
            continue;
        };
        let Some(mould) = Mould::new(&series, &id) else {
            continue;
        };
        parts(change, &mould).await?;
        let copy: TaskId = derived_id(after.id, &id);
        let copy: Option<Task> = documents::get(change.write, copy.uuid()).await?;
        let derived = (
            before.fields().shifted(&mould.shift),
            after.fields().shifted(&mould.shift),
        );
        if let (Some(copy), (Some(mut was), Some(mut is))) = (copy, derived) {
            // the copies hang together by themselves
            for fields in [&mut was, &mut is] {
                fields.parent_id = copy.parent_id;
                fields.depends_on.clone_from(&copy.depends_on);
            }
            carry(change, copy, &was, &is).await?;
        }
    }
    Ok(())
}

/// The series that a template belongs to.
async fn series_above(change: &mut Change<'_>, task: &Task) -> Result<Option<Task>> {
    let mut current = task.clone();
    for _ in 0..=limits::TREE_DEPTH {
        if is_series(&current) {
            return Ok(Some(current));
        }
        let Some(parent) = current.parent_id else {
            return Ok(None);
        };
        let found: Option<Task> = documents::get(change.write, parent.uuid()).await?;
        match found {
            Some(parent) => current = parent,
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// Opens or closes a task as a part of another change.
async fn set_status(change: &mut Change<'_>, task: Task, status: TaskStatus) -> Result<()> {
    let zone = change.write.zone().await?;
    let fields = TaskFields {
        status,
        ..task.fields()
    };
    let after = rules::apply(&task, fields, change.now, change.actor(), &zone);
    let action = rules::action(&task, &after, &zone);
    let data = rules::changed_data(&task, &after)?;
    let written = change.update(&task, after, action, data).await?;
    hooks::after(change, Some(&task), &written.value, action).await
}

/// Changes a copy as its original was changed, field by field where nobody has changed it.
async fn carry(
    change: &mut Change<'_>,
    copy: Task,
    was: &TaskFields,
    is: &TaskFields,
) -> Result<()> {
    let json = |fields: &TaskFields| serde_json::to_value(fields).map_err(Error::internal);
    let (was, is, mut own) = (json(was)?, json(is)?, json(&copy.fields())?);
    let names = is.as_object().into_iter().flatten();
    let changed: Vec<(&String, &Value)> = names
        .filter(|(name, value)| was[*name] != **value && own[*name] == was[*name])
        .collect();
    if changed.is_empty() || copy.deleted_at.is_some() {
        return Ok(());
    }
    for (name, value) in changed {
        own[name] = value.clone();
    }
    let fields: TaskFields = read_document(own)?;
    let zone = change.write.zone().await?;
    let after = rules::apply(&copy, fields, change.now, change.actor(), &zone);
    // its place in the order of time was moved by the series, not put off by anybody
    let after = Task {
        postpone_count: copy.postpone_count,
        ..after
    };
    let data = rules::changed_data(&copy, &after)?;
    let written = change.update(&copy, after, Action::Edited, data).await?;
    hooks::after(change, Some(&copy), &written.value, Action::Edited).await
}

/// The series does not have this occurrence any more.
pub(super) async fn exclude(change: &mut Change<'_>, occurrence: &Task) -> Result<()> {
    let (Some(series), Some(id)) = (
        series_of(change, occurrence).await?,
        occurrence.recurrence_id.clone(),
    ) else {
        return Ok(());
    };
    let mut exdate = series.exdate.clone();
    if !exdate.contains(&id) {
        exdate.push(id);
    }
    if exdate.len() > limits::LIST_ENTRIES {
        let message = format!(
            "{} occurrences were deleted from this series already; skip this one, or end the series",
            limits::LIST_ENTRIES
        );
        return Err(Error::conflict("too_many_left_out", message));
    }
    except(change, &series, exdate).await
}

/// The series has this occurrence again.
pub(super) async fn include(change: &mut Change<'_>, occurrence: &Task) -> Result<()> {
    if let Some(series) = series_of(change, occurrence).await? {
        let others = series.exdate.iter();
        let exdate = others
            .filter(|date| occurrence.recurrence_id.as_ref() != Some(date))
            .cloned()
            .collect();
        except(change, &series, exdate).await?;
    }
    Ok(())
}

async fn except(change: &mut Change<'_>, series: &Task, exdate: Vec<When>) -> Result<()> {
    let zone = change.write.zone().await?;
    let fields = TaskFields {
        exdate,
        ..series.fields()
    };
    let after = rules::apply(series, fields, change.now, change.actor(), &zone);
    let data = rules::changed_data(series, &after)?;
    let written = change.update(series, after, Action::Edited, data).await?;
    follow(change, &written.value).await
}

/// A reminder of a series was made, changed or deleted.
pub(crate) fn spread_reminder<'a>(
    change: &'a mut Change<'_>,
    before: Option<&'a Reminder>,
    after: &'a Reminder,
) -> BoxFuture<'a, Result<()>> {
    // a copy is a reminder too, of a task that is no template
    Box::pin(async move {
        let template: Option<Task> = documents::get(change.write, after.task_id.uuid()).await?;
        let Some(template) = template.filter(|task| task.template) else {
            return Ok(());
        };
        let Some(series) = series_above(change, &template).await? else {
            return Ok(());
        };
        for open in rows::series::open(change.write, series.id).await? {
            let Some(id) = open.recurrence_id else {
                continue;
            };
            let Some(mould) = Mould::new(&series, &id) else {
                continue;
            };
            let task: TaskId = derived_id(template.id, &id);
            let task: Option<Task> = documents::get(change.write, task.uuid()).await?;
            if let Some(task) = task.filter(Task::is_open) {
                carry_reminder(change, &mould, before, after, &task).await?;
            }
        }
        Ok(())
    })
}

async fn carry_reminder(
    change: &mut Change<'_>,
    mould: &Mould<'_>,
    before: Option<&Reminder>,
    after: &Reminder,
    task: &Task,
) -> Result<()> {
    let copy = derived_id(after.id, mould.recurrence_id);
    let copy: Option<Reminder> = documents::get(change.write, uuid::Uuid::from(copy)).await?;
    let Some(copy) = copy else {
        return remind(change, mould, after, task).await;
    };
    if after.deleted_at.is_some() != copy.deleted_at.is_some() {
        let is_deleted = after.deleted_at.is_some();
        return reminders::set_deleted(change, copy, is_deleted)
            .await
            .map(drop);
    }
    let says = |reminder: &Reminder| reminder_fields(mould, reminder, task.id);
    if let Some(fields) = says(after)
        && before.and_then(says).as_ref() == Some(&copy.fields())
    {
        reminders::set_fields(change, copy, fields).await?;
    }
    Ok(())
}
