//! Time entries: starting and stopping work on a task, and what was worked before.

use astro_core::calendar::{Timestamp, ToSpan as _};
use astro_core::document::Document as _;
use astro_core::events::Action;
use astro_core::ids::{TaskId, TimeEntryId};
use astro_core::page::{Page, PageRequest};
use astro_core::patch::Patch;
use astro_core::principal::Permission;
use astro_core::tasks::{Task, TaskFields, TaskSource, TaskStatus};
use astro_core::time_entries::{TimeEntry, TimeEntryFields, TimeEntryFilter};
use astro_store::time_entries as rows;
use serde_json::{Value, json};

use crate::changes::{Change, Written, changed_fields, check_version};
use crate::references::require;
use crate::{Call, Error, Result, Services, tasks};

pub use astro_store::time_entries::SORT;

impl Services {
    pub async fn list_time_entries(
        &self,
        call: &Call,
        filter: TimeEntryFilter,
        page: PageRequest,
    ) -> Result<Page<TimeEntry>> {
        let scope = call.scope(Permission::TasksRead)?;
        self.store
            .read(&scope, |read| {
                Box::pin(async move { rows::list(read, &filter, &page).await.map_err(Error::from) })
            })
            .await
    }

    pub async fn get_time_entry(&self, call: &Call, id: TimeEntryId) -> Result<TimeEntry> {
        self.find(call, Permission::TasksRead, id.uuid()).await
    }

    /// Adds work that was done before, or starts work with a note.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the task has a running entry and this one would run, too.
    pub async fn create_time_entry(
        &self,
        call: &Call,
        fields: TimeEntryFields,
    ) -> Result<Written<TimeEntry>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let source = call.source;
        self.change(call, scope, move |change| {
            Box::pin(async move { insert(change, fields, source).await })
        })
        .await
    }

    pub async fn update_time_entry(
        &self,
        call: &Call,
        id: TimeEntryId,
        patch: Patch<TimeEntryFields>,
    ) -> Result<Written<TimeEntry>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let before: TimeEntry = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &before)?;
                let fields = patch.apply(&before.fields())?;
                set_fields(change, before, fields).await
            })
        })
        .await
    }

    pub async fn delete_time_entry(
        &self,
        call: &Call,
        id: TimeEntryId,
    ) -> Result<Written<TimeEntry>> {
        self.trash(call, Permission::TasksWrite, id.uuid()).await
    }

    /// # Errors
    /// [`Error::Conflict`] when the entry ran and another one runs by now.
    pub async fn restore_time_entry(
        &self,
        call: &Call,
        id: TimeEntryId,
    ) -> Result<Written<TimeEntry>> {
        let restored = self.restore(call, Permission::TasksWrite, id.uuid());
        restored.await.map_err(already_running)
    }

    /// Starts the clock on a task, which is in process from then on. A task whose clock runs is
    /// answered with the entry that runs.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the task is not open.
    pub async fn start_task(&self, call: &Call, id: TaskId) -> Result<Written<TimeEntry>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let (source, expected) = (call.source, call.expected_version.clone());
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let task: Task = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &task)?;
                start(change, &task, source).await
            })
        })
        .await
    }

    /// Stops the clock on a task. The task stays in process: stopping is no completion.
    ///
    /// # Errors
    /// [`Error::Conflict`] when no clock runs.
    pub async fn stop_task(&self, call: &Call, id: TaskId) -> Result<Written<TimeEntry>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let task: Task = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &task)?;
                stop(change, id).await?.ok_or_else(|| {
                    Error::conflict("not_running", "nobody works on this task at the moment")
                })
            })
        })
        .await
    }
}

/// Starts the clock on a task, as [`Services::start_task`] does; for other doors.
pub(crate) async fn start(
    change: &mut Change<'_>,
    task: &Task,
    source: TaskSource,
) -> Result<Written<TimeEntry>> {
    if !task.is_open() {
        return Err(not_open(task));
    }
    if let Some(running) = rows::running(change.write, task.id).await? {
        return Ok(Written {
            value: running,
            undo: None,
        });
    }
    let fields = TimeEntryFields {
        task_id: task.id,
        started_at: change.now,
        ended_at: None,
        note: String::new(),
    };
    insert(change, fields, source).await
}

/// Keeps a new entry; for every door that makes one. One that runs puts its task in process.
pub async fn insert(
    change: &mut Change<'_>,
    fields: TimeEntryFields,
    source: TaskSource,
) -> Result<Written<TimeEntry>> {
    let fields = fields.canonical();
    fields.check(change.now)?;
    let task: Task = require(change, fields.task_id.uuid(), "task_id").await?;
    check_single(change, None, &fields).await?;
    let runs = fields.ended_at.is_none();
    let id = change.id_for_new::<TimeEntry>().await?.into();
    let entry = TimeEntry::assemble(fields, change.fresh(), id, source, None).settled();
    let action = if runs {
        Action::Started
    } else {
        Action::Created
    };
    let data = times(&entry);
    let written = change.insert(entry, action, data).await;
    let written = written.map_err(already_running)?;
    if runs && task.status == TaskStatus::NeedsAction {
        let fields = TaskFields {
            status: TaskStatus::InProcess,
            ..task.fields()
        };
        tasks::set_fields(change, task, fields).await?;
    }
    Ok(written)
}

/// Replaces what a person may write; for every door that changes one.
pub async fn set_fields(
    change: &mut Change<'_>,
    before: TimeEntry,
    fields: TimeEntryFields,
) -> Result<Written<TimeEntry>> {
    let fields = fields.canonical();
    fields.check(change.now)?;
    if fields.task_id != before.task_id {
        require::<Task>(change, fields.task_id.uuid(), "task_id").await?;
    }
    check_single(change, Some(before.id), &fields).await?;
    let action = if before.ended_at.is_none() && fields.ended_at.is_some() {
        Action::Stopped
    } else {
        Action::Edited
    };
    let mut data = changed_fields(&before.fields(), &fields)?;
    let mut after = before.clone();
    after.set_fields(fields);
    let after = after.settled();
    // learning counts what is more or less than stood there
    let is_correction = action == Action::Edited && before.task_id == after.task_id;
    if action == Action::Stopped {
        data = times(&after);
    } else if is_correction && let Some(was_s) = before.duration_s {
        data["task_id"] = json!(after.task_id);
        data["ended_at"] = json!(after.ended_at);
        data["more_s"] = json!(after.duration_s.map(|now_s| now_s - was_s));
    }
    let written = change.update(&before, after, action, data).await;
    written.map_err(already_running)
}

/// Ends the task's running entry, if there is one; for every way in which work ends.
pub async fn stop(change: &mut Change<'_>, task: TaskId) -> Result<Option<Written<TimeEntry>>> {
    let Some(running) = rows::running(change.write, task).await? else {
        return Ok(None);
    };
    let fields = TimeEntryFields {
        ended_at: Some(end_of(running.started_at, change.now)),
        ..running.fields()
    };
    set_fields(change, running, fields).await.map(Some)
}

/// Now, but after the start even where clocks disagree.
fn end_of(started_at: Timestamp, now: Timestamp) -> Timestamp {
    let earliest = started_at
        .checked_add(1.microsecond())
        .unwrap_or(started_at);
    now.max(earliest)
}

/// A task has one running entry at most; the index would refuse a second one without a good word.
async fn check_single(
    change: &mut Change<'_>,
    own: Option<TimeEntryId>,
    fields: &TimeEntryFields,
) -> Result<()> {
    if fields.ended_at.is_some() {
        return Ok(());
    }
    let running = rows::running(change.write, fields.task_id).await?;
    if running.is_some_and(|running| Some(running.id) != own) {
        return Err(one_runs_already());
    }
    Ok(())
}

fn already_running(error: Error) -> Error {
    match error {
        Error::Conflict {
            code: "constraint", ..
        } => one_runs_already(),
        other => other,
    }
}

fn one_runs_already() -> Error {
    Error::conflict(
        "already_running",
        "the task has a running entry already; stop that one first",
    )
}

fn not_open(task: &Task) -> Error {
    Error::conflict(
        "not_open",
        format!("the task is {}; reopen it first", task.status),
    )
}

/// What learning may read of an entry.
fn times(entry: &TimeEntry) -> Value {
    json!({
        "task_id": entry.task_id,
        "started_at": entry.started_at,
        "ended_at": entry.ended_at,
        "duration_s": entry.duration_s,
    })
}
