//! What changes in a series reaches its open occurrences, but not what a person changed in one of
//! them, and never what is done.

use astro_core::calendar::{TimeZone, When};
use astro_core::document::Document as _;
use astro_core::events::Action;
use astro_core::ids::TaskId;
use astro_core::limits;
use astro_core::patch::read_document;
use astro_core::tasks::{MissedPolicy, RepeatFrom, Task, TaskFields, TaskStatus};
use astro_store::tasks as rows;
use serde_json::Value;

use super::super::{hooks, rules, set_tree_deleted};
use super::advance::ensure_open;
use super::below::close_parts;
use super::{follow, series_of};
use crate::changes::Change;
use crate::{Error, Result};

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

/// Opens or closes a task as a part of another change.
pub(super) async fn set_status(
    change: &mut Change<'_>,
    task: Task,
    status: TaskStatus,
) -> Result<()> {
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
pub(super) async fn carry(
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
