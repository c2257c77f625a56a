//! Recurring tasks. A task that recurs is a series: a template that nobody does. Its occurrences
//! are tasks of their own; one is open at a time, and closing it makes the next (or, where every
//! occurrence is kept, each is made when it starts). An occurrence's id follows from its series and
//! its recurrence id, so whoever makes it makes the same row.
//!
//! `make` turns a template into an occurrence, `advance` decides which is next, `edit`, `below` and
//! `reminders` spread what changes in a series, `split` ends one and begins another, `ahead` tells what is to come.

mod advance;
mod ahead;
mod below;
mod edit;
mod make;
mod operations;
mod reminders;
mod split;

use astro_core::document::Document as _;
use astro_core::error::Checks;
use astro_core::ids::TaskId;
use astro_core::tasks::{Task, TaskFields, TaskStatus};
use astro_store::documents;
use astro_store::tasks as rows;
use futures_util::future::BoxFuture;

pub use ahead::{ORDER as ORDER_AHEAD, Occurrences, Upcoming};

pub(crate) use advance::adopt_all;
use advance::{advance, follow, go_on};
pub(super) use advance::{begin, take_up};
pub(super) use below::spread_part;
pub(super) use operations::{current, moved};
pub(crate) use reminders::spread_reminder;

use crate::changes::Change;
use crate::{Error, Result};

/// The template that says when a series occurs, not one of its parts.
pub(super) fn is_series(task: &Task) -> bool {
    task.template && task.recurs()
}

/// A series that goes on.
pub(super) fn is_alive(task: &Task) -> bool {
    is_series(task) && task.is_open()
}

/// The series that this is an occurrence of, while it is there.
pub(super) async fn series_of(change: &mut Change<'_>, task: &Task) -> Result<Option<Task>> {
    let Some(id) = task.series_id else {
        return Ok(None);
    };
    let found: Option<Task> = documents::get(change.write, id.uuid()).await?;
    Ok(found.filter(|series| series.deleted_at.is_none() && is_series(series)))
}

/// A task was put back as it was: its series may go on elsewhere now.
pub(super) async fn refollow(change: &mut Change<'_>, task: &Task) -> Result<()> {
    if is_series(task) {
        return follow(change, task).await;
    }
    match series_of(change, task).await? {
        Some(series) => follow(change, &series).await,
        None => Ok(()),
    }
}

/// Whether a task with these fields is a template: a series, or a part of one.
pub(super) async fn is_template(
    change: &mut Change<'_>,
    fields: &TaskFields,
    series_id: Option<TaskId>,
) -> Result<bool> {
    let recurs = series_id.is_none() && fields.recurs();
    Ok(recurs || lies_in_template(change, fields).await?)
}

async fn lies_in_template(change: &mut Change<'_>, fields: &TaskFields) -> Result<bool> {
    let Some(parent) = fields.parent_id else {
        return Ok(false);
    };
    let parent: Option<Task> = documents::get(change.write, parent.uuid()).await?;
    Ok(parent.is_some_and(|parent| parent.template))
}

/// What a recurring task cannot say.
///
/// # Errors
/// Each such field.
pub(super) async fn check(
    change: &mut Change<'_>,
    before: Option<&Task>,
    fields: &TaskFields,
) -> Result<()> {
    let mut checks = Checks::default();
    let is_occurrence = before.is_some_and(|before| before.series_id.is_some());
    let in_template = lies_in_template(change, fields).await?;
    if fields.recurs() {
        if is_occurrence {
            let message = "an occurrence does not recur by itself; change its series, or this and what follows";
            checks.add("rrule", "is_occurrence", message);
        } else if in_template {
            let message = "a part of a series recurs with it";
            checks.add("rrule", "in_series", message);
        }
    }
    let begins_series = fields.recurs() && !is_occurrence;
    let was_done = before.is_some_and(|before| !is_series(before) && !before.is_open());
    if begins_series && was_done && !fields.status.is_open() {
        let message = "what is done does not recur any more; open it again first";
        checks.add("rrule", "closed", message);
    }
    let may_be = match fields.status {
        TaskStatus::NeedsAction => true,
        TaskStatus::Cancelled => begins_series || !in_template,
        _ => !(begins_series || in_template),
    };
    checks.require(
        may_be || before.is_some_and(|before| before.status == fields.status),
        "status",
        "is_series",
        "a series is open, or cancelled to end it; what is done or under way is one of its occurrences",
    );
    if let Some(before) = before.filter(|before| before.template)
        && below::lies_in_own_occurrence(change, before, fields.parent_id).await?
    {
        let message = "a series cannot lie in one of its own occurrences";
        checks.add("parent_id", "cycle", message);
    }
    let known = before.map_or(&[][..], |before| &before.depends_on);
    for (i, other) in fields.depends_on.iter().enumerate() {
        if known.contains(other) {
            continue;
        }
        let other: Option<Task> = documents::get(change.write, other.uuid()).await?;
        if other.is_some_and(|other| is_series(&other)) {
            let message = "a series is never finished; wait for one of its occurrences";
            checks.add(format!("depends_on[{i}]"), "is_series", message);
        }
    }
    checks.finish().map_err(Error::Invalid)
}

/// What follows for series and occurrences from a change of a task.
pub(super) fn settle<'a>(
    change: &'a mut Change<'_>,
    before: &'a Task,
    after: &'a Task,
) -> BoxFuture<'a, Result<()>> {
    // rarely anything follows, so it takes its room only then
    Box::pin(async move {
        if before.template != after.template {
            below::mark_below(change, after).await?;
        }
        match (is_series(before), is_series(after)) {
            (false, true) => begin(change, after).await,
            (true, false) => edit::withdraw_open(change, after.id).await,
            (true, true) => edit::spread(change, before, after).await,
            (false, false) if after.template => spread_part(change, before, after).await,
            (false, false) => match (before.is_open(), after.is_open()) {
                (true, false) => {
                    below::close_parts(change, after).await?;
                    advance(change, after).await
                }
                (false, true) => {
                    below::reopen_parts(change, before).await?;
                    edit::retract(change, after).await
                }
                _ => Ok(()),
            },
        }
    })
}

/// A series that stops recurring goes on as the task that is open now.
pub(super) async fn as_plain(
    change: &mut Change<'_>,
    before: &Task,
    fields: TaskFields,
) -> Result<TaskFields> {
    if !is_series(before) || fields.recurs() {
        return Ok(fields);
    }
    let open = rows::series::open(change.write, before.id).await?;
    let Some(current) = open.into_iter().next() else {
        return Ok(fields);
    };
    let kept = before.fields();
    let derived = current
        .recurrence_id
        .as_ref()
        .and_then(|id| kept.occurrence(id))
        .unwrap_or_else(|| kept.clone());
    let mut fields = fields;
    if fields.start == kept.start {
        // the day on which it appeared was no choice of the person's
        fields.start = if kept.start.is_none() && current.start == derived.start {
            None
        } else {
            current.start
        };
    }
    if fields.due == kept.due {
        fields.due = current.due;
    }
    if fields.deadline == kept.deadline {
        fields.deadline = current.deadline;
    }
    if fields.status == kept.status {
        fields.status = current.status;
        fields.percent = current.percent;
    }
    Ok(fields)
}
