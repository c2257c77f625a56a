//! Tasks that come from a file, with a life of their own before it.

use astro_core::document::Document as _;
use astro_core::error::Checks;
use astro_core::events::Action;
use astro_core::ids::TaskId;
use astro_core::tasks::Task;
use astro_store::tasks as rows;

use super::{hooks, references, rules, series};
use crate::Result;
use crate::changes::{Change, Written};
use crate::references::check_parent;

/// Keeps a task as it came, or replaces one that came before. Its references must have been
/// checked with [`may_lie_in`] and [`may_wait_for`].
pub async fn keep(
    change: &mut Change<'_>,
    before: Option<&Task>,
    task: Task,
) -> Result<Written<Task>> {
    // what was finished elsewhere with its rule still on it recurs no more
    let was_template = before.is_some_and(|before| before.template);
    let may_recur = was_template || task.status.is_open();
    let template = may_recur && series::is_template(change, &task.fields(), task.series_id).await?;
    let task = Task { template, ..task };
    let written = match before {
        None => {
            let data = rules::created_data(&task);
            change.insert(task, Action::Imported, data).await?
        }
        Some(before) => {
            let data = rules::changed_data(before, &task)?;
            change.update(before, task, Action::Imported, data).await?
        }
    };
    if written.undo.is_some() {
        hooks::after(change, before, &written.value, Action::Imported).await?;
        match before {
            Some(before) if before.template || !written.value.template => {
                series::settle(change, before, &written.value).await?;
            }
            _ if series::is_series(&written.value) => {
                series::take_up(change, &written.value).await?;
            }
            _ => {}
        }
    }
    Ok(written)
}

/// Whether the parent is there, does not lie below the task itself, and nothing below the task
/// waits for it.
pub async fn may_lie_in(change: &mut Change<'_>, task: TaskId, parent: TaskId) -> Result<bool> {
    let mut checks = Checks::default();
    check_parent::<Task>(change, task.into(), Some(parent.into()), &mut checks).await?;
    Ok(checks.is_empty() && !rows::needs(change.write, task, parent, task).await?)
}

/// Whether waiting for the other closes no circle.
pub async fn may_wait_for(change: &mut Change<'_>, task: &Task, other: TaskId) -> Result<bool> {
    if task.id == other || rows::needs(change.write, other, task.id, task.id).await? {
        return Ok(false);
    }
    let closes = references::waits_for_whole(change, task.id, task.parent_id, other).await?;
    Ok(!closes)
}
