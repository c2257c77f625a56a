//! This occurrence and all that follow: the series ends before it, and another goes on.

use std::collections::HashMap;

use astro_core::calendar::recurrence::Rule;
use astro_core::calendar::{TimeZone, When};
use astro_core::document::Document as _;
use astro_core::ids::{ReminderId, TaskId};
use astro_core::patch::Patch;
use astro_core::reminders::ReminderFields;
use astro_core::tasks::series::Shift;
use astro_core::tasks::{RepeatFrom, Task, TaskFields};
use astro_store::tasks as rows;
use astro_store::{documents, reminders as reminder_rows};

use super::super::{keep_new, set_fields};
use super::advance::ensure_open;
use super::edit::{occurs_at, withdraw};
use super::{begin, go_on, series_of};
use crate::changes::{Change, Written};
use crate::{Error, Result, reminders};

/// Times that a patch of one occurrence means relative to it.
const TIMES: [&str; 3] = ["start", "due", "deadline"];
/// What is said of one occurrence only.
const OWN: [&str; 2] = ["status", "percent"];

/// The series of an occurrence, which must be there.
pub(super) async fn required_series(change: &mut Change<'_>, task: &Task) -> Result<Task> {
    series_of(change, task).await?.ok_or_else(|| {
        Error::invalid(
            "apply_to",
            "no_series",
            "this task is no occurrence of a series",
        )
    })
}

/// A series with the changes that somebody made in one of its occurrences: times move as far as the
/// occurrence's did.
fn changed(
    series: &TaskFields,
    at: &When,
    patch: &Patch<TaskFields>,
    zone: &TimeZone,
) -> Result<TaskFields> {
    if let Some(name) = patch.names().find(|name| OWN.contains(name)) {
        let message = "belongs to one occurrence; leave it out, or change this one only";
        return Err(Error::invalid(name, "is_series", message));
    }
    let (Some(anchor), Some(occurrence)) = (series.anchor(), series.occurrence(at)) else {
        return Err(Error::internal("a series without a beginning"));
    };
    let mut fields = patch.apply(series)?;
    if patch.names().any(|name| TIMES.contains(&name)) {
        let wanted = patch.apply(&TaskFields {
            status: series.status,
            ..occurrence
        })?;
        let back = Shift::between(at, anchor);
        let moved = wanted.shifted(&back).ok_or_else(out_of_time)?;
        for name in patch.names() {
            match name {
                "start" => fields.start.clone_from(&moved.start),
                "due" => fields.due.clone_from(&moved.due),
                "deadline" => fields.deadline = moved.deadline,
                _ => {}
            }
        }
        let to = match &fields.start {
            Some(_) => wanted.start,
            None => wanted.due,
        };
        agree(&fields, to.as_ref(), zone)?;
    }
    Ok(fields)
}

/// A rule that says on which days it comes true does not follow a time that is moved to another.
fn agree(fields: &TaskFields, to: Option<&When>, zone: &TimeZone) -> Result<()> {
    let is_counted = fields.repeat_from == RepeatFrom::Completion;
    if is_counted || to.is_none_or(|to| occurs_at(fields, to, zone)) {
        return Ok(());
    }
    let message = "the series has no occurrence there: its rule says on which days; send the rule that is meant too";
    Err(Error::invalid("rrule", "no_such_occurrence", message))
}

fn out_of_time() -> Error {
    Error::invalid("due", "out_of_range", "lies beyond the end of time")
}

/// Changes a whole series as somebody changed one of its occurrences; answers that occurrence, or
/// the one that is open in its place.
pub(super) async fn change_all(
    change: &mut Change<'_>,
    occurrence: Task,
    patch: &Patch<TaskFields>,
) -> Result<Written<Task>> {
    let series = required_series(change, &occurrence).await?;
    let at = recurrence_id(&occurrence)?;
    let zone = change.write.zone().await?;
    let fields = changed(&series.fields(), &at, patch, &zone)?;
    let written = set_fields(change, series, fields).await?;
    let kept: Task = change.any(occurrence.id.uuid()).await?;
    let value = if kept.deleted_at.is_none() {
        kept
    } else {
        let open = rows::series::open(change.write, written.value.id).await?;
        open.into_iter().next().unwrap_or(written.value)
    };
    Ok(Written {
        value,
        undo: written.undo,
    })
}

fn recurrence_id(occurrence: &Task) -> Result<When> {
    let id = occurrence.recurrence_id.clone();
    id.ok_or_else(|| Error::internal("an occurrence without a recurrence id"))
}

/// Ends the series before an occurrence and begins another there, with the changes; answers the
/// occurrence that takes its place.
pub(super) async fn change_following(
    change: &mut Change<'_>,
    occurrence: Task,
    patch: &Patch<TaskFields>,
) -> Result<Written<Task>> {
    let series = required_series(change, &occurrence).await?;
    let at = recurrence_id(&occurrence)?;
    let zone = change.write.zone().await?;
    if is_first(&series.fields(), &at, &zone) {
        return change_all(change, occurrence, patch).await;
    }
    let old = series.fields();
    let later = beginning(&old, &at, &zone)?;
    let fields = changed(&later, &at, patch, &zone)?;
    fields.check()?;
    let ended = cut(change, &series, &at).await?;
    let written = keep_new(change, fields, series.source, None).await?;
    copy_parts(change, &series, &written.value).await?;
    if occurrence.is_open() || occurrence.deleted_at.is_some() {
        begin(change, &written.value).await?;
    } else {
        // what is done stays done, in the series that it was done in
        go_on(change, &written.value).await?;
    }
    let open = rows::series::open(change.write, written.value.id).await?;
    Ok(Written {
        value: open.into_iter().next().unwrap_or(written.value),
        undo: ended.undo,
    })
}

/// Ends a series before one of its occurrences, and takes back what was made of it from there on.
pub(super) async fn cut(
    change: &mut Change<'_>,
    series: &Task,
    at: &When,
) -> Result<Written<Task>> {
    let zone = change.write.zone().await?;
    let instant = at.instant(&zone);
    for open in rows::series::open(change.write, series.id).await? {
        let is_after = open
            .recurrence_id
            .as_ref()
            .is_some_and(|id| id.instant(&zone) >= instant);
        if is_after {
            withdraw(change, open).await?;
        }
    }
    let fields = ending_before(series.fields(), at, &zone)?;
    // the last that is left may be open or done; there is none to be made after it
    let written = super::super::keep_changed(change, series, fields).await?;
    ensure_open(change, &written.value).await?;
    Ok(written)
}

fn ending_before(fields: TaskFields, at: &When, zone: &TimeZone) -> Result<TaskFields> {
    let instant = at.instant(zone);
    let rrule = match &fields.rrule {
        Some(text) => {
            let rule: Rule = text.parse().map_err(Error::internal)?;
            Some(rule.ending_before(at).to_string())
        }
        None => None,
    };
    let rdate = fields.rdate.iter();
    let rdate = rdate.filter(|date| date.instant(zone) < instant).cloned();
    Ok(TaskFields {
        rrule,
        rdate: rdate.collect(),
        ..fields
    })
}

/// The series from one of its occurrences on, as one that begins there.
fn beginning(fields: &TaskFields, at: &When, zone: &TimeZone) -> Result<TaskFields> {
    let instant = at.instant(zone);
    let occurrence = fields.occurrence(at).ok_or_else(out_of_time)?;
    let rrule = match &fields.rrule {
        Some(text) => {
            let rule: Rule = text.parse().map_err(Error::internal)?;
            let rule = match rule.count() {
                Some(count) => rule.with_count(count.saturating_sub(made_before(fields, at, zone))),
                None => rule,
            };
            Some(rule.to_string())
        }
        None => None,
    };
    let after = |dates: &[When]| {
        let dates = dates.iter();
        let dates = dates.filter(|date| date.instant(zone) >= instant);
        dates.cloned().collect()
    };
    Ok(TaskFields {
        rrule,
        rdate: after(&fields.rdate),
        exdate: after(&fields.exdate),
        start: fields.start.as_ref().and(occurrence.start),
        due: occurrence.due,
        deadline: occurrence.deadline,
        ..fields.clone()
    })
}

/// How many times the rule has come true before; COUNT counts what was left out too.
fn made_before(fields: &TaskFields, at: &When, zone: &TimeZone) -> u32 {
    let whole = TaskFields {
        rdate: Vec::new(),
        exdate: Vec::new(),
        ..fields.clone()
    };
    let Some(series) = whole.series() else {
        return 0;
    };
    let instant = at.instant(zone);
    let before = series
        .occurrences(zone)
        .map_while(Result::ok)
        .take_while(|occurrence| occurrence.start.instant(zone) < instant);
    u32::try_from(before.count()).unwrap_or(u32::MAX)
}

fn is_first(fields: &TaskFields, at: &When, zone: &TimeZone) -> bool {
    if fields.repeat_from == RepeatFrom::Completion {
        return fields.anchor() == Some(at);
    }
    let first = fields
        .series()
        .and_then(|series| series.occurrences(zone).next())
        .and_then(Result::ok);
    first.is_none_or(|first| first.recurrence_id.instant(zone) >= at.instant(zone))
}

/// Gives the new series the checklist and the reminders of the old one.
async fn copy_parts(change: &mut Change<'_>, old: &Task, new: &Task) -> Result<()> {
    let mut copies: HashMap<TaskId, TaskId> = HashMap::from([(old.id, new.id)]);
    let mut parts = Vec::new();
    for id in rows::descendants(change.write, old.id).await? {
        let found: Option<Task> = documents::get(change.write, id.uuid()).await?;
        let part = found.filter(|part| part.template && part.deleted_at.is_none());
        if let Some(part) = part {
            copies.insert(part.id, change.id());
            parts.push(part);
        }
    }
    copy_reminders(change, old.id, new.id).await?;
    for part in parts {
        let fields = part.fields();
        let depends_on = fields.depends_on.iter();
        let fields = TaskFields {
            parent_id: fields.parent_id.and_then(|id| copies.get(&id).copied()),
            depends_on: depends_on
                .map(|id| copies.get(id).copied().unwrap_or(*id))
                .collect(),
            ..fields
        };
        let id = copies.get(&part.id).copied();
        let copy = keep_new(change, fields, part.source, id).await?.value;
        copy_reminders(change, part.id, copy.id).await?;
    }
    Ok(())
}

async fn copy_reminders(change: &mut Change<'_>, from: TaskId, to: TaskId) -> Result<()> {
    for reminder in reminder_rows::of_task(change.write, from).await? {
        if reminder.snooze_of.is_none() && reminder.occurrence.is_none() {
            let fields = ReminderFields {
                task_id: to,
                ..reminder.fields()
            };
            reminders::insert(change, fields, None::<ReminderId>).await?;
        }
    }
    Ok(())
}
