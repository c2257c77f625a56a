//! What lies below a series and below its occurrences: checklists.

use astro_core::document::Document as _;
use astro_core::events::Action;
use astro_core::ids::TaskId;
use astro_core::limits;
use astro_core::tasks::series::derived_id;
use astro_core::tasks::{Task, TaskStatus};
use astro_store::documents;
use astro_store::tasks as rows;

use super::super::rules;
use super::edit::{carry, set_status};
use super::is_series;
use super::make::{Mould, parts};
use crate::changes::Change;
use crate::{Error, Result};

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
pub(super) async fn series_above(change: &mut Change<'_>, task: &Task) -> Result<Option<Task>> {
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
