//! What can be done with a series and its occurrences, beside what can be done with any task.

use astro_core::calendar::When;
use astro_core::document::Document as _;
use astro_core::ids::TaskId;
use astro_core::patch::Patch;
use astro_core::principal::{Permission, Scope};
use astro_core::tasks::{Extent, Task, TaskFields, TaskStatus};
use astro_store::Read;
use astro_store::tasks as rows;
use futures_util::future::BoxFuture;

use super::super::{set_fields, set_task_deleted, set_tree_deleted};
use super::advance::{adopt_all, catch_up};
use super::edit::{exclude, include, occurs_at, withdraw};
use super::make::make;
use super::split::{change_all, change_following, cut, required_series};
use super::{advance, follow, is_alive, is_series};
use crate::changes::{Change, Written, check_version};
use crate::{Call, Error, Result, Services};

impl Services {
    /// Applies a merge patch to one occurrence, to it and what follows, or to its whole series. Of
    /// other tasks only `This` can be meant.
    pub async fn update_task(
        &self,
        call: &Call,
        id: TaskId,
        patch: Patch<TaskFields>,
        extent: Extent,
    ) -> Result<Written<Task>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let before: Task = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &before)?;
                match extent {
                    Extent::All if !is_series(&before) => change_all(change, before, &patch).await,
                    Extent::Following => Box::pin(change_following(change, before, &patch)).await,
                    _ => {
                        let fields = patch.apply(&before.fields())?;
                        set_fields(change, before, fields).await
                    }
                }
            })
        })
        .await
    }

    /// Puts a task and everything below it into the trash: one occurrence, it and what follows, or
    /// its whole series. What is done stays. Answers the task that was named.
    pub async fn delete_task(
        &self,
        call: &Call,
        id: TaskId,
        extent: Extent,
    ) -> Result<Written<Task>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let before: Task = change.to_move(id.uuid(), true, expected.as_ref()).await?;
                match extent {
                    Extent::All if !is_series(&before) => delete_all(change, before).await,
                    Extent::Following => delete_following(change, before).await,
                    _ => set_task_deleted(change, before, true).await,
                }
            })
        })
        .await
    }

    /// Leaves one occurrence out: it is cancelled, and the next is made. Of a series, the one that
    /// is open.
    pub async fn skip_task(&self, call: &Call, id: TaskId) -> Result<Written<Task>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let named: Task = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &named)?;
                let task = current(change, named).await?;
                if task.series_id.is_none() {
                    let message = "only an occurrence of a series can be skipped";
                    return Err(Error::conflict("no_series", message));
                }
                let fields = TaskFields {
                    status: TaskStatus::Cancelled,
                    ..task.fields()
                };
                set_fields(change, task, fields).await
            })
        })
        .await
    }

    /// The row of one occurrence of a series, made where there is none yet.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the series has no such occurrence.
    pub async fn open_occurrence(
        &self,
        call: &Call,
        series: TaskId,
        recurrence_id: When,
    ) -> Result<Written<Task>> {
        let scope = call.scope(Permission::TasksWrite)?;
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let series: Task = change.live(series.uuid()).await?;
                if !is_alive(&series) {
                    let message = "this task is no series that goes on";
                    return Err(Error::conflict("no_series", message));
                }
                let zone = change.write.zone().await?;
                if !occurs_at(&series.fields(), &recurrence_id, &zone) {
                    return Err(no_such_occurrence(&recurrence_id));
                }
                let written = make(change, &series, &recurrence_id).await?;
                let written = written.ok_or_else(|| no_such_occurrence(&recurrence_id))?;
                follow(change, &series).await?;
                Ok(written)
            })
        })
        .await
    }

    /// Looks at what is there now: occurrences that have started since, of series that keep every one,
    /// are made first. That is a question to an index, and a write only when there are some.
    pub(crate) async fn look<T, Q>(&self, scope: Scope, asked: Q, look: Look<T, Q>) -> Result<T>
    where
        T: Send + 'static,
        Q: Clone + Send + 'static,
    {
        let now = self.now();
        let question = asked.clone();
        let seen = self.store.read(&scope, |read| {
            Box::pin(async move {
                let behind = rows::series::missed(read, now, SERIES_AT_ONCE).await?;
                if behind.is_empty() {
                    look(read, question).await.map(Ok)
                } else {
                    Ok::<_, Error>(Err(behind))
                }
            })
        });
        match seen.await? {
            Ok(seen) => Ok(seen),
            Err(behind) => {
                self.catch_up(scope, behind).await?;
                self.store.read(&scope, |read| look(read, asked)).await
            }
        }
    }

    async fn catch_up(&self, scope: Scope, behind: Vec<TaskId>) -> Result<()> {
        let service = Scope::service(scope.tenant(), scope.owner());
        self.change_unasked(service, move |change| {
            Box::pin(async move {
                for id in behind {
                    let series: Task = change.any(id.uuid()).await?;
                    catch_up(change, &series).await?;
                }
                Ok(())
            })
        })
        .await
    }
}

/// Reads an answer to a question.
pub(crate) type Look<T, Q> = for<'t> fn(&'t mut Read, Q) -> BoxFuture<'t, Result<T>>;

impl Services {
    /// Notes anew where every series goes on; for rows that came in as they were.
    pub(crate) async fn follow_all_series(&self, call: &Call, scope: Scope) -> Result<()> {
        // no answer of this is to be given again under the caller's key
        let call = Call {
            idempotency: None,
            ..call.clone()
        };
        self.change(&call, scope, |change| {
            Box::pin(async move {
                adopt_all(change).await?;
                for id in rows::series::living(change.write).await? {
                    let series: Task = change.any(id.uuid()).await?;
                    follow(change, &series).await?;
                }
                Ok(())
            })
        })
        .await
    }
}

/// Series that are caught up with in one transaction, so that nobody waits long.
const SERIES_AT_ONCE: u32 = 500;

fn no_such_occurrence(recurrence_id: &When) -> Error {
    let message = format!("the series has no occurrence at {recurrence_id}");
    Error::invalid("recurrence_id", "no_such_occurrence", message)
}

/// The task itself, or the first open occurrence of a series.
///
/// # Errors
/// [`Error::Conflict`] when a series has none.
pub(in super::super) async fn current(change: &mut Change<'_>, task: Task) -> Result<Task> {
    let mut task = task;
    if task.recurs() && task.is_open() && task.series_id.is_none() && !task.template {
        adopt_all(change).await?;
        task = change.any(task.id.uuid()).await?;
    }
    if !is_series(&task) {
        return Ok(task);
    }
    let open = rows::series::open(change.write, task.id).await?;
    open.into_iter().next().ok_or_else(|| {
        Error::conflict(
            "series_ended",
            "the series has ended; none of its occurrences is open",
        )
    })
}

async fn delete_all(change: &mut Change<'_>, occurrence: Task) -> Result<Written<Task>> {
    let series = required_series(change, &occurrence).await?;
    let undo = set_task_deleted(change, series, true).await?.undo;
    let now: Task = change.any(occurrence.id.uuid()).await?;
    Ok(Written { value: now, undo })
}

async fn delete_following(change: &mut Change<'_>, occurrence: Task) -> Result<Written<Task>> {
    let series = required_series(change, &occurrence).await?;
    let Some(at) = occurrence.recurrence_id.clone() else {
        return Err(Error::internal("an occurrence without a recurrence id"));
    };
    let undo = cut(change, &series, &at).await?.undo;
    let now: Task = change.any(occurrence.id.uuid()).await?;
    if now.deleted_at.is_none() {
        // it was done; it goes, since it was named
        withdraw(change, now.clone()).await?;
    }
    let value: Task = change.any(now.id.uuid()).await?;
    Ok(Written { value, undo })
}

/// What follows for series and occurrences when a task went into the trash or came out of it.
pub(in super::super) async fn moved(
    change: &mut Change<'_>,
    before: &Task,
    after: &Task,
) -> Result<()> {
    let is_deleted = after.deleted_at.is_some();
    if is_series(after) {
        if is_deleted {
            for open in rows::series::open(change.write, after.id).await? {
                withdraw(change, open).await?;
            }
        } else if let Some(together) = before.deleted_at {
            let gone = rows::series::deleted_at(change.write, after.id, together).await?;
            for occurrence in gone {
                set_tree_deleted(change, occurrence, false).await?;
            }
        }
        return follow(change, after).await;
    }
    if !is_deleted {
        return include(change, after).await;
    }
    exclude(change, after).await?;
    if before.is_open() {
        advance(change, after).await?;
    }
    Ok(())
}
