//! Tasks: creating, changing, completing, deleting with everything below them, listing, recurring.

mod hooks;
pub mod imported;
mod lists;
mod references;
mod rules;
mod series;

use astro_core::document::Document as _;
use astro_core::events::Action;
use astro_core::ids::TaskId;
use astro_core::principal::Permission;
use astro_core::tasks::{Task, TaskFields, TaskSource, TaskStatus};
use astro_store::tasks as rows;

pub use astro_store::tasks::Listed;
pub use lists::{TaskQuery, Today};
pub use series::{ORDER_AHEAD, Occurrences, Upcoming};
pub(crate) use series::{adopt_all, spread_reminder};

use crate::changes::{Change, Written, check_version};
use crate::{Call, Error, Result, Services};

impl Services {
    pub async fn create_task(&self, call: &Call, fields: TaskFields) -> Result<Written<Task>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let source = call.source;
        self.change(call, scope, move |change| {
            Box::pin(async move { insert(change, fields, source).await })
        })
        .await
    }

    /// The task, and whether an open task stands in its way.
    pub async fn get_task(&self, call: &Call, id: TaskId) -> Result<Listed> {
        let task: Task = self.find(call, Permission::TasksRead, id.uuid()).await?;
        self.with_blocked(call, task).await
    }

    /// Adds what is derived from other tasks.
    pub async fn with_blocked(&self, call: &Call, task: Task) -> Result<Listed> {
        if task.depends_on.is_empty() {
            return Ok(Listed {
                task,
                blocked: false,
            });
        }
        let scope = call.scope(Permission::TasksRead)?;
        let id = task.id;
        let blocked = self
            .store
            .read(&scope, |read| {
                Box::pin(async move { rows::is_blocked(read, id).await.map_err(Error::from) })
            })
            .await?;
        Ok(Listed { task, blocked })
    }

    /// Marks the task done; of a series, the occurrence that is open. Doing it again changes nothing.
    pub async fn complete_task(&self, call: &Call, id: TaskId) -> Result<Written<Task>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let named: Task = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &named)?;
                let before = series::current(change, named).await?;
                let fields = TaskFields {
                    status: TaskStatus::Completed,
                    ..before.fields()
                };
                set_fields(change, before, fields).await
            })
        })
        .await
    }

    /// Makes a finished or cancelled task open again.
    pub async fn reopen_task(&self, call: &Call, id: TaskId) -> Result<Written<Task>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let before: Task = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &before)?;
                let mut fields = before.fields();
                if !fields.status.is_open() {
                    fields.status = TaskStatus::NeedsAction;
                }
                set_fields(change, before, fields).await
            })
        })
        .await
    }

    /// Takes the task out of the trash, with what went there together with it.
    pub async fn restore_task(&self, call: &Call, id: TaskId) -> Result<Written<Task>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let before = change.to_move(id.uuid(), false, expected.as_ref()).await?;
                set_task_deleted(change, before, false).await
            })
        })
        .await
    }
}

/// Keeps a new task, and the first occurrence of one that recurs; for every door that makes one.
pub async fn insert(
    change: &mut Change<'_>,
    fields: TaskFields,
    source: TaskSource,
) -> Result<Written<Task>> {
    let zone = change.write.zone().await?;
    let fields = fields.with_anchor(change.now, &zone);
    let written = keep_new(change, fields, source, None).await?;
    if series::is_series(&written.value) {
        Box::pin(series::begin(change, &written.value)).await?;
    } else if written.value.template {
        Box::pin(series::spread_part(change, &written.value, &written.value)).await?;
    }
    Ok(written)
}

/// Keeps a new task, under an id that was chosen for it or one that the caller did.
async fn keep_new(
    change: &mut Change<'_>,
    fields: TaskFields,
    source: TaskSource,
    id: Option<TaskId>,
) -> Result<Written<Task>> {
    fields.check()?;
    let id = match id {
        Some(id) => id,
        None => change.id_for_new::<Task>().await?.into(),
    };
    series::check(change, None, &fields).await?;
    references::check(change, id, None, &fields).await?;
    let template = series::is_template(change, &fields, None).await?;
    let task = Task {
        template,
        ..rules::new_task(fields, id, change.fresh(), source, change.actor())
    };
    let data = rules::created_data(&task);
    let written = change.insert(task, Action::Created, data).await?;
    hooks::after(change, None, &written.value, Action::Created).await?;
    Ok(written)
}

/// Replaces what a person may write; for every door that changes one.
pub async fn set_fields(
    change: &mut Change<'_>,
    before: Task,
    fields: TaskFields,
) -> Result<Written<Task>> {
    let zone = change.write.zone().await?;
    let fields = series::as_plain(change, &before, fields).await?;
    let fields = fields.with_anchor(change.now, &zone);
    fields.check()?;
    series::check(change, Some(&before), &fields).await?;
    references::check(change, before.id, Some(&before), &fields).await?;
    let written = keep_changed(change, &before, fields).await?;
    if written.undo.is_some() {
        series::settle(change, &before, &written.value).await?;
    }
    Ok(written)
}

/// Keeps other fields of a task; what follows for a series is the caller's.
async fn keep_changed(
    change: &mut Change<'_>,
    before: &Task,
    fields: TaskFields,
) -> Result<Written<Task>> {
    let zone = change.write.zone().await?;
    let template = series::is_template(change, &fields, before.series_id).await?;
    let after = Task {
        template,
        ..rules::apply(before, fields, change.now, change.actor(), &zone)
    };
    let action = rules::action(before, &after, &zone);
    let data = rules::changed_data(before, &after)?;
    let written = change.update(before, after, action, data).await?;
    if written.undo.is_some() {
        hooks::after(change, Some(before), &written.value, action).await?;
    }
    Ok(written)
}

/// Called when undo has put `task` in the place of `replaced`; for those who follow tasks it is a
/// change like any other.
pub(crate) async fn settle(change: &mut Change<'_>, replaced: &Task, task: &Task) -> Result<()> {
    references::check(change, task.id, Some(replaced), &task.fields()).await?;
    let zone = change.write.zone().await?;
    let action = match (replaced.deleted_at.is_some(), task.deleted_at.is_some()) {
        (false, true) => Action::Deleted,
        (true, false) => Action::Restored,
        _ => rules::action(replaced, task, &zone),
    };
    hooks::after(change, Some(replaced), task, action).await?;
    series::refollow(change, task).await
}

/// Moves a task into the trash or out of it, with all that hangs on it.
async fn set_task_deleted(
    change: &mut Change<'_>,
    before: Task,
    deleted: bool,
) -> Result<Written<Task>> {
    let written = set_tree_deleted(change, before.clone(), deleted).await?;
    if written.undo.is_some() {
        series::moved(change, &before, &written.value).await?;
    }
    Ok(written)
}

/// Moves a task and what lies below it into the trash, or out of it. Out come those that went in
/// at the same moment; what was deleted before stays deleted.
async fn set_tree_deleted(
    change: &mut Change<'_>,
    root: Task,
    deleted: bool,
) -> Result<Written<Task>> {
    let went_together = root.deleted_at;
    let below = rows::descendants(change.write, root.id).await?;
    let action = if deleted {
        Action::Deleted
    } else {
        Action::Restored
    };
    let written = change.set_deleted(root.clone(), deleted).await?;
    if written.undo.is_none() {
        return Ok(written);
    }
    hooks::after(change, Some(&root), &written.value, action).await?;
    for id in below {
        let task: Task = change.any(id.uuid()).await?;
        let moves = if deleted {
            task.deleted_at.is_none()
        } else {
            task.deleted_at == went_together
        };
        if moves {
            let part = change.set_deleted(task.clone(), deleted).await?;
            hooks::after(change, Some(&task), &part.value, action).await?;
        }
    }
    Ok(written)
}
